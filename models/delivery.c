/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Delivery traces; delivery.h. */
#include "config.h"

#include "models/delivery.h"

#include <stdlib.h>
#include <string.h>

#define MS_MAX UINT32_C(4000000000) /* 46 days */

/* --- reading --------------------------------------------------------------- */

static int fault(struct delivery_fault *f, uint32_t line, const char *what)
{
    *f = (struct delivery_fault){ what, line };
    return PPTP_ERR_ARGUMENT;
}

/* One line, without its end; blank space behind the number is nothing. */
static bool number(const char *at, const char *end, uint64_t *out)
{
    const char *first = at;

    *out = 0;
    while (end > at && (end[-1] == '\r' || end[-1] == ' ' || end[-1] == '\t'))
        end--;
    for (; at < end && *at >= '0' && *at <= '9' && *out <= MS_MAX; at++)
        *out = *out * 10 + (uint64_t)(*at - '0');
    return at == end && at > first;
}

static int read_line(struct delivery *d, const char *at, const char *end,
                     struct delivery_fault *f)
{
    uint32_t line = d->n + 1;
    uint64_t ms;

    if (!number(at, end, &ms))
        return fault(f, line, "no number of milliseconds");
    if (ms > MS_MAX)
        return fault(f, line, "a time of more than 4000000000 ms");
    if (d->n > 0 && ms < d->ms[d->n - 1])
        return fault(f, line, "a time before that of the line above");
    d->ms[d->n++] = (uint32_t)ms;
    return PPTP_OK;
}

static size_t count_lines(const char *text, size_t octets)
{
    size_t n = 1;

    for (size_t i = 0; i < octets; i++)
        n += text[i] == '\n';
    return n;
}

int delivery_parse(struct delivery *d, const char *text, size_t octets,
                   struct delivery_fault *f)
{
    const char *at = text, *end = text + octets, *line;
    size_t lines = count_lines(text, octets);
    int err = PPTP_OK;

    *d = (struct delivery){ .n = 0 };
    if (lines < UINT32_MAX)
        d->ms = malloc(lines * sizeof *d->ms);
    if (d->ms == NULL)
        return PPTP_ERR_RESOURCE;
    for (; at < end && err == PPTP_OK; at = line + 1) {
        line = memchr(at, '\n', (size_t)(end - at));
        if (line == NULL)
            line = end;
        err = read_line(d, at, line, f);
    }
    if (err == PPTP_OK && d->n == 0)
        err = fault(f, 1, "no line at all: nothing is ever delivered");
    if (err == PPTP_OK && d->ms[d->n - 1] == 0)
        err = fault(f, d->n, "a last time of 0: it takes no time at all");
    return err;
}

void delivery_fini(struct delivery *d)
{
    free(d->ms);
    *d = (struct delivery){ .n = 0 };
}

/* --- opportunities --------------------------------------------------------- */

void delivery_begin(struct delivery_cursor *c, const struct delivery *d)
{
    PPTP_ASSERT(d->n > 0 && d->ms[d->n - 1] > 0);
    *c = (struct delivery_cursor){ .d = d };
}

void delivery_restart(struct delivery_cursor *c)
{
    c->begun = false;
}

static pptp_ns at(const struct delivery_cursor *c, uint32_t i)
{
    return c->round_ns + c->d->ms[i] * PPTP_MS;
}

/* The first that is not before now becomes the next. The last of a round is
 * at the time where the next one begins, and before that one's first. */
static void seek(struct delivery_cursor *c, pptp_ns now)
{
    pptp_ns period = c->d->ms[c->d->n - 1] * PPTP_MS;
    uint32_t low = 0, high = c->d->n - 1;

    c->begun = true;
    c->left = 0;
    c->round_ns = now == 0 ? 0 : (now - 1) / period * period;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (at(c, middle) < now)
            low = middle + 1;
        else
            high = middle;
    }
    c->next = low;
}

static void use_next(struct delivery_cursor *c)
{
    c->at_ns = at(c, c->next);
    c->left = DELIVERY_OCTETS;
    if (++c->next < c->d->n)
        return;
    c->round_ns = c->at_ns;
    c->next = 0;
}

pptp_ns delivery_departs(struct delivery_cursor *c, pptp_ns now,
                         uint32_t octets)
{
    uint32_t need = octets + DELIVERY_HEAD_OCTETS;

    if (!c->begun || c->at_ns < now)
        seek(c, now);
    while (need > c->left) {
        need -= c->left;
        use_next(c);
    }
    c->left -= need;
    return c->at_ns;
}
