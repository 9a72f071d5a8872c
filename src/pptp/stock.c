/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* Chains of cells, and what calls keep in them; stock.h. */
#include "config.h"

#include "pptp/stock.h"

#include <string.h>

/* --- chains --------------------------------------------------------------- */

static struct pptp_cell *cell_at(const struct pptp_peer *p, uint32_t cell)
{
    PPTP_ASSERT(cell >= 1 && cell <= p->cells_used);
    return AT(p, struct pptp_cell, cells_at) + (cell - 1);
}

static uint32_t cell_take(struct pptp_peer *p)
{
    uint32_t cell = p->cell_free;

    if (cell != 0) {
        p->cell_free = cell_at(p, cell)->next;
        return cell;
    }
    PPTP_ASSERT(p->cells_used < p->limits.calls * CALL_CELLS);
    return ++p->cells_used;
}

static void chain_drop(struct pptp_peer *p, uint32_t *first)
{
    uint32_t cell, next;

    for (cell = *first; cell != 0; cell = next) {
        struct pptp_cell *at = cell_at(p, cell);

        next = at->next;
        at->next = p->cell_free;
        p->cell_free = cell;
    }
    *first = 0;
}

static void chain_put(struct pptp_peer *p, uint32_t *first,
                      const uint8_t *octets, size_t n)
{
    uint32_t *link = first;
    size_t done, part;

    chain_drop(p, first);
    for (done = 0; done < n; done += part) {
        uint32_t cell = cell_take(p);
        struct pptp_cell *at = cell_at(p, cell);

        part = n - done < CELL_OCTETS ? n - done : CELL_OCTETS;
        memcpy(at->octets, octets + done, part);
        at->next = 0;
        *link = cell;
        link = &at->next;
    }
}

/* Up to n octets; how many there are. */
static size_t chain_get(const struct pptp_peer *p, uint32_t first,
                        uint8_t *out, size_t n)
{
    size_t done = 0, part;

    while (first != 0 && done < n) {
        const struct pptp_cell *at = cell_at(p, first);

        part = n - done < CELL_OCTETS ? n - done : CELL_OCTETS;
        memcpy(out + done, at->octets, part);
        done += part;
        first = at->next;
    }
    return done;
}

/* --- texts ---------------------------------------------------------------- */

/* Its octets but for the zeros at the end: a field is kept as it came. */
static uint8_t length(const char text[64])
{
    uint8_t n = 64;

    while (n > 0 && text[n - 1] == '\0')
        n--;
    return n;
}

void pptp_text_put(struct pptp_peer *p, struct pptp_call *c,
                   const struct call_text *t)
{
    const char *const text[3] = { t->number, t->dialing, t->subaddress };
    uint8_t all[TEXTS_OCTETS];
    size_t n = 3;
    int i;

    for (i = 0; i < 3; i++) {
        all[i] = length(text[i]);
        memcpy(all + n, text[i], all[i]);
        n += all[i];
    }
    chain_put(p, &c->texts, all, n > 3 ? n : 0);
}

void pptp_text_get(const struct pptp_peer *p, const struct pptp_call *c,
                   struct call_text *out)
{
    char *const text[3] = { out->number, out->dialing, out->subaddress };
    uint8_t all[TEXTS_OCTETS] = { 0 };
    size_t n = 3;
    int i;

    memset(out, 0, sizeof *out);
    (void)chain_get(p, c->texts, all, sizeof all);
    for (i = 0; i < 3; i++) {
        memcpy(text[i], all + n, all[i]);
        n += all[i];
    }
}

/* --- errors --------------------------------------------------------------- */

void pptp_errors_put(struct pptp_peer *p, struct pptp_call *c,
                     const uint32_t errors[6])
{
    static const uint8_t none[ERRORS_OCTETS];
    uint8_t all[ERRORS_OCTETS];

    memcpy(all, errors, sizeof all);
    chain_put(p, &c->line_errors, all,
              memcmp(all, none, sizeof all) != 0 ? sizeof all : 0);
}

void pptp_errors_get(const struct pptp_peer *p, const struct pptp_call *c,
                     uint32_t out[6])
{
    uint8_t all[ERRORS_OCTETS] = { 0 };

    (void)chain_get(p, c->line_errors, all, sizeof all);
    memcpy(out, all, sizeof all);
}

void pptp_cells_drop(struct pptp_peer *p, struct pptp_call *c)
{
    chain_drop(p, &c->texts);
    chain_drop(p, &c->line_errors);
}
