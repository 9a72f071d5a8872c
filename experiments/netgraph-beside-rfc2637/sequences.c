/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Feeds the engines rfc2637 and netgraph the same sequences of
 * acknowledgments and time-outs and writes their courses, a line an event:
 *   SEQUENCE EVENT ENGINE cwnd ato_ms rtt_ms
 * where EVENT counts from 0 (the start); events that change neither window
 * nor time-out are left out.  README.md says what to see in it.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "pptp/window.h"

enum { RING = 128 };

/* A run of equal events: n acknowledgments after rtt_ms, or n time-outs. */
struct run {
    unsigned n;
    unsigned rtt_ms; /* 0: a time-out */
};

struct sequence {
    const char *name;
    unsigned peer_window, peer_ppd_ds;
    struct run runs[8]; /* n 0 ends them */
};

static const struct sequence sequences[] = {
    { "large-window", 64, 2, { { 2200, 200 } } },
    { "small-window", 4, 2, { { 120, 200 } } },
    { "losses",
      16,
      2,
      { { 60, 200 }, { 1, 0 }, { 40, 200 }, { 1, 0 }, { 40, 200 } } },
    { "blackout", 16, 2, { { 40, 200 }, { 30, 0 }, { 220, 200 } } },
};

static void line(const char *name, unsigned event, const struct pptp_win *w,
                 const struct pptp_win_config *c)
{
    printf("%s %u %s %u %.3f %.3f\n", name, event, c->engine->name, w->cwnd,
           (double)w->ato.ato_ns * 1e-6, (double)w->ato.rtt_ns * 1e-6);
}

static void course(const struct sequence *s, const struct pptp_engine *engine)
{
    struct pptp_win_config c;
    struct pptp_win_sent ring[RING];
    struct pptp_win w;
    const struct run *r;
    unsigned event = 0, i;
    pptp_ns now = PPTP_S, ato;
    uint32_t acked;
    uint16_t cwnd;

    memset(&c, 0, sizeof c);
    c.engine = engine;
    pptp_ato_config_default(&c.ato);
    c.recv_window = 1;
    pptp_win_start(&w, &c, (uint16_t)s->peer_window, (uint16_t)s->peer_ppd_ds,
                   RING);
    line(s->name, event++, &w, &c);
    for (r = s->runs; r->n > 0; r++)
        for (i = 0; i < r->n; i++) {
            uint32_t seq = pptp_win_sent(&w, ring, now);

            cwnd = w.cwnd;
            ato = w.ato.ato_ns;
            now += r->rtt_ms * PPTP_MS;
            if (r->rtt_ms > 0)
                pptp_win_acked(&w, &c, ring, now, seq, &acked);
            else
                pptp_win_timed_out(&w, &c);
            if (w.cwnd != cwnd || w.ato.ato_ns != ato ||
                (r[1].n == 0 && i + 1 == r->n))
                line(s->name, event, &w, &c);
            event++;
        }
}

_Noreturn void pptp_fail(const char *file, int at, const char *what)
{
    fprintf(stderr, "sequences: %s:%d: %s\n", file, at, what);
    __builtin_trap();
}

int main(void)
{
    size_t i;

    for (i = 0; i < sizeof sequences / sizeof sequences[0]; i++) {
        course(&sequences[i], &pptp_engine_rfc2637);
        course(&sequences[i], &pptp_engine_netgraph);
    }
    return 0;
}
