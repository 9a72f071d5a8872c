/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two machines of models/tcp.h on a link of 50 ms each way that never is
 * full, and loses what a test names.  Segments of 1,000 octets; those of side
 * 0 that carry octets are numbered from 1 by their place in the stream, and
 * every time one is sent it is noted.
 */
#ifndef TESTS_UNIT_TCP_PAIR_H
#define TESTS_UNIT_TCP_PAIR_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "models/tcp.h"
#include "models/tcp_loss.h"

enum { PAIR_MSS = 1000, PAIR_FLIGHT = 4096, PAIR_LOG = 8192 };

#define PAIR_DELAY (50 * PPTP_MS)

struct pair_flight {
    pptp_ns at;
    int to;
    struct tcp_segment s;
};

struct pair_sent {
    pptp_ns at;
    struct tcp_segment s;
    uint32_t number; /* of the segment in the stream, 0: no octets */
};

struct pair_side {
    struct tcp_config config;
    struct tcp_stats stats;
    struct tcp tcp;
    struct tcp_range ranges[1024];
    uint32_t events, first; /* all there were; iss + 1 */
    uint64_t got;
    bool reads, begun;
    struct pair_sent log[PAIR_LOG];
    uint32_t log_n;
    uint32_t cwnd[PAIR_LOG], cwnd_n; /* after each that came */
};

static struct pair_side pair[2];
static struct pair_flight pair_flights[PAIR_FLIGHT];
static uint32_t pair_flight_n;
static pptp_ns pair_now;
/* Numbers of side 0 that are lost, once for each time it stands there. */
static uint32_t pair_lost[64], pair_lost_n;
static bool pair_cut[2]; /* nothing of that side arrives */
/* Or what a test wants to do with a segment; true: it is lost. */
static bool (*pair_judge)(int from, struct tcp_segment *s);

static bool pair_loses(int from, uint32_t number)
{
    for (uint32_t i = 0; from == 0 && number > 0 && i < pair_lost_n; i++)
        if (pair_lost[i] == number) {
            pair_lost[i] = 0;
            return true;
        }
    return pair_cut[from];
}

static void pair_send(int from, const struct tcp_segment *s)
{
    struct pair_side *x = &pair[from];
    struct tcp_segment on_way = *s;
    uint32_t number = s->len > 0 ? (s->seq - x->first) / PAIR_MSS + 1 : 0;
    uint32_t i = pair_flight_n;

    if (x->log_n < PAIR_LOG)
        x->log[x->log_n++] = (struct pair_sent){ pair_now, *s, number };
    if (pair_loses(from, number) ||
        (pair_judge != NULL && pair_judge(from, &on_way)))
        return;
    ck_assert_uint_lt(pair_flight_n, PAIR_FLIGHT);
    pair_flights[i] = (struct pair_flight){ pair_now + PAIR_DELAY, 1 - from,
                                            on_way };
    pair_flight_n++;
}

/* What follows from an input. */
static void pair_settle(int side)
{
    struct pair_side *x = &pair[side];
    struct tcp_segment s;

    do {
        x->events |= tcp_events(&x->tcp);
        if (x->reads && tcp_readable(&x->tcp) > 0) {
            x->got += tcp_readable(&x->tcp);
            tcp_take(&x->tcp, tcp_readable(&x->tcp));
        }
        while (tcp_poll(&x->tcp, pair_now, &s))
            pair_send(side, &s);
    } while (x->tcp.events != 0);
}

static void pair_arrive(int side, const struct tcp_segment *s)
{
    struct pair_side *x = &pair[side];

    if (!x->begun && (s->flags & (TCPM_SYN | TCPM_ACK)) == TCPM_SYN) {
        tcp_accept(&x->tcp, pair_now, x->first - 1, s);
        x->begun = true;
    } else {
        tcp_input(&x->tcp, pair_now, s);
    }
    pair_settle(side);
    if (x->cwnd_n < PAIR_LOG)
        x->cwnd[x->cwnd_n++] = x->tcp.cong.cwnd;
}

/* The next thing that happens, up to then; false: nothing. */
static bool pair_step(pptp_ns until)
{
    pptp_ns due[2] = { tcp_deadline(&pair[0].tcp),
                       tcp_deadline(&pair[1].tcp) };
    int side = due[1] < due[0];
    struct pair_flight f;

    if (pair_flight_n > 0 && pair_flights[0].at <= due[side]) {
        f = pair_flights[0];
        if (f.at > until)
            return false;
        memmove(pair_flights, pair_flights + 1,
                --pair_flight_n * sizeof *pair_flights);
        pair_now = f.at;
        pair_arrive(f.to, &f.s);
        return true;
    }
    if (due[side] > until || due[side] == PPTP_NEVER)
        return false;
    pair_now = due[side] > pair_now ? due[side] : pair_now;
    tcp_advance(&pair[side].tcp, pair_now);
    pair_settle(side);
    return true;
}

static void pair_run(pptp_ns until)
{
    while (pair_step(until))
        ;
    if (until != PPTP_NEVER)
        pair_now = until;
}

/* Settings of both, before pair_open. */
static void pair_setup(void)
{
    memset(pair, 0, sizeof pair);
    pair_flight_n = pair_lost_n = 0;
    pair_cut[0] = pair_cut[1] = false;
    pair_judge = NULL;
    pair_now = 5 * PPTP_S;
    for (int i = 0; i < 2; i++) {
        tcp_config_default(&pair[i].config);
        pair[i].config.mss = PAIR_MSS;
        pair[i].config.delack_segments = 1;
        pair[i].config.slow_start_segments = 1;
        pair[i].reads = true;
        pair[i].first = 1001 + 5000 * (uint32_t)i;
    }
}

static void pair_init(void)
{
    for (int i = 0; i < 2; i++) {
        ck_assert_ptr_null(tcp_config_check(&pair[i].config));
        ck_assert_uint_le(tcp_range_count(&pair[i].config), 1024);
        tcp_init(&pair[i].tcp, &pair[i].config, &pair[i].stats,
                 pair[i].ranges);
    }
}

static void pair_connect(void)
{
    pair_init();
    tcp_connect(&pair[0].tcp, pair_now, pair[0].first - 1);
    pair[0].begun = true;
    pair_settle(0);
}

/* Up, and what came of it forgotten. */
static void pair_open(void)
{
    pair_connect();
    pair_run(pair_now + PPTP_S);
    for (int i = 0; i < 2; i++) {
        ck_assert_uint_eq(pair[i].tcp.state, TCPM_ESTABLISHED);
        ck_assert(pair[i].events & TCPM_EV_CONNECTED);
        pair[i].events = 0;
        pair[i].log_n = pair[i].cwnd_n = 0;
    }
}

static void pair_write(int side, uint64_t octets)
{
    tcp_write(&pair[side].tcp, octets);
    pair_settle(side);
}

static inline void pair_close(int side)
{
    tcp_close(&pair[side].tcp);
    pair_settle(side);
}

/* cwnd of side 0 after each acknowledgment, in segments; 0 ends. */
#define pair_cwnds(...)                                             \
    do {                                                            \
        static const uint32_t want_[] = { __VA_ARGS__, 0 };         \
        uint32_t i_;                                                \
                                                                    \
        for (i_ = 0; want_[i_] != 0; i_++) {                        \
            ck_assert_uint_lt(i_, pair[0].cwnd_n);                  \
            ck_assert_msg(pair[0].cwnd[i_] == want_[i_] * PAIR_MSS, \
                          "acknowledgment %u: cwnd %u, not %u", i_, \
                          pair[0].cwnd[i_], want_[i_] * PAIR_MSS);  \
        }                                                           \
    } while (0)

/* Numbers of what side 0 sent, in its order; 0 ends. */
#define pair_numbers(...)                                      \
    do {                                                       \
        static const uint32_t want_[] = { __VA_ARGS__, 0 };    \
        uint32_t i_;                                           \
                                                               \
        for (i_ = 0; want_[i_] != 0; i_++) {                   \
            ck_assert_uint_lt(i_, pair[0].log_n);              \
            ck_assert_msg(pair[0].log[i_].number == want_[i_], \
                          "segment %u: number %u, not %u", i_, \
                          pair[0].log[i_].number, want_[i_]);  \
        }                                                      \
    } while (0)

#endif
