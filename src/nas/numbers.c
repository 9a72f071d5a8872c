/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers to lines, by open addressing on the digits themselves: a number
 * fits into 64 bits, so nothing but these is kept; numbers.h. */
#include "config.h"

#include "nas/numbers.h"

#include <stdlib.h>
#include <string.h>

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
static uint32_t place(const struct nas_numbers *n, uint64_t digits)
{
    uint32_t mask = n->room - 1;
    uint32_t at = (uint32_t)(digits * UINT64_C(0x9e3779b97f4a7c15) >> 32);

    for (;; at++)
        if (n->digits[at & mask] == digits || n->digits[at & mask] == 0)
            return at & mask;
}

static void put(struct nas_numbers *n, uint32_t at, uint64_t digits,
                uint32_t line)
{
    n->digits[at] = digits;
    n->line[at] = line;
}

static bool grow(struct nas_numbers *n)
{
    struct nas_numbers more = { .room = n->room > 0 ? 2 * n->room
                                                    : ROOM_FIRST };
    uint32_t i;

    more.digits = calloc(more.room, sizeof *more.digits);
    more.line = calloc(more.room, sizeof *more.line);
    if (more.digits == NULL || more.line == NULL) {
        nas_numbers_fini(&more);
        return false;
    }
    more.used = n->used;
    for (i = 0; i < n->room; i++)
        if (n->digits[i] != 0)
            put(&more, place(&more, n->digits[i]), n->digits[i], n->line[i]);
    nas_numbers_fini(n);
    *n = more;
    return true;
}

int nas_numbers_add(struct nas_numbers *n, const char *number, uint32_t line)
{
    uint64_t digits = packed(number);
    uint32_t at;

    PPTP_ASSERT(line != NAS_NOBODY);
    if (digits == 0)
        return PPTP_ERR_VALUE;
    /* a half of it free keeps searches short */
    if (n->used >= n->room / 2 && !grow(n))
        return PPTP_ERR_RESOURCE;
    at = place(n, digits);
    if (n->digits[at] != 0)
        return PPTP_ERR_VALUE;
    put(n, at, digits, line);
    n->used++;
    return PPTP_OK;
}

uint32_t nas_numbers_find(const struct nas_numbers *n, const char *number)
{
    uint64_t digits = packed(number);
    uint32_t at;

    if (digits == 0 || n->used == 0)
        return NAS_NOBODY;
    at = place(n, digits);
    return n->digits[at] != 0 ? n->line[at] : NAS_NOBODY;
}

void nas_numbers_fini(struct nas_numbers *n)
{
    free(n->digits);
    free(n->line);
    *n = (struct nas_numbers){ .digits = NULL };
}
