/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers to lines, by open addressing on the digits themselves: a number
 * fits into 64 bits, so nothing but these is kept; numbers.h. */
#include "config.h"

#include "nas/numbers.h"

#include <stdlib.h>
#include <string.h>

struct nas_number {
    uint64_t digits; /* 0: free */
    uint32_t line;
};

enum { DIGITS = 16, ROOM_FIRST = 16 };

/* A digit is 1 to 12 in four bits, so that 07 and 7 differ. 0: it is no
 * number. */
static uint64_t packed(const char *text)
{
    static const char digit[] = "0123456789*#", between[] = " -./()";
    uint64_t all = 0;
    unsigned n = 0;
    const char *c = text, *at;

    if (*c == '+')
        c++;
    for (; *c != '\0'; c++) {
        if (strchr(between, *c) != NULL)
            continue;
        at = strchr(digit, *c);
        if (at == NULL || n == DIGITS)
            return 0;
        all = all << 4 | (uint64_t)(at - digit + 1);
        n++;
    }
    return all;
}

/* Where it is, or would be. */
static struct nas_number *place(const struct nas_numbers *n, uint64_t digits)
{
    uint64_t at = digits * UINT64_C(0x9e3779b97f4a7c15) >> 32;

    for (;; at++) {
        struct nas_number *e = &n->entry[at & (n->room - 1)];

        if (e->digits == digits || e->digits == 0)
            return e;
    }
}

static bool grow(struct nas_numbers *n)
{
    struct nas_numbers more = { .room = n->room > 0 ? 2 * n->room
                                                    : ROOM_FIRST };
    uint32_t i;

    more.entry = calloc(more.room, sizeof *more.entry);
    if (more.entry == NULL)
        return false;
    for (i = 0; i < n->room; i++)
        if (n->entry[i].digits != 0)
            *place(&more, n->entry[i].digits) = n->entry[i];
    free(n->entry);
    n->entry = more.entry;
    n->room = more.room;
    return true;
}

int nas_numbers_add(struct nas_numbers *n, const char *number, uint32_t line)
{
    uint64_t digits = packed(number);
    struct nas_number *e;

    PPTP_ASSERT(line != NAS_NOBODY);
    if (digits == 0)
        return PPTP_ERR_VALUE;
    /* a half of it free keeps searches short */
    if (n->used >= n->room / 2 && !grow(n))
        return PPTP_ERR_RESOURCE;
    e = place(n, digits);
    if (e->digits != 0)
        return PPTP_ERR_VALUE;
    *e = (struct nas_number){ .digits = digits, .line = line };
    n->used++;
    return PPTP_OK;
}

uint32_t nas_numbers_find(const struct nas_numbers *n, const char *number)
{
    uint64_t digits = packed(number);
    const struct nas_number *e;

    if (digits == 0 || n->used == 0)
        return NAS_NOBODY;
    e = place(n, digits);
    return e->digits != 0 ? e->line : NAS_NOBODY;
}

void nas_numbers_fini(struct nas_numbers *n)
{
    free(n->entry);
    *n = (struct nas_numbers){ .entry = NULL };
}
