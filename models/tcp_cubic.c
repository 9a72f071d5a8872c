/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CUBIC's window (RFC 9438); tcp_cc.h.  Windows are octets, not segments:
 * where the RFC has C there is C * MSS.  Everything is counted in integers,
 * microseconds and octets, so that a run is the same on every machine.
 *
 * Growth counts octets that are acknowledged, as the RFC's W_est does (4.3)
 * and as is deployed; with count_acks every acknowledgment is a segment (4.4
 * to the letter).  Not here: HyStart++ (4.10,
 * RFC 9406), so slow start ends with a loss or at ssthresh, and what undoes a
 * reduction that was a mistake (4.9): nothing here notices mistakes.
 */
#include "config.h"

#include "models/tcp_cc.h"
#include "models/tcp_grow.h"

/* C = 2 / 5, beta = 7 / 10 (RFC 9438 4.6, 5), alpha = 9 / 17 (4.3 with that
 * beta). */
enum { C_NUM = 2, C_DEN = 5, BETA_NUM = 7, BETA_DEN = 10 };
enum { ALPHA_NUM = 9, ALPHA_DEN = 17 };

/* No cube is larger than that of 250 s: it is 6,250,000 segments, and its
 * steps below still fit 64 bits. */
enum { SPAN_MAX_US = 250000000 };

static uint64_t at_most(uint64_t value, uint64_t most)
{
    return value < most ? value : most;
}

/* C * MSS * span^3, in octets. */
static uint64_t cube(const struct tcp_cong *c, uint64_t span_us)
{
    uint64_t us = at_most(span_us, SPAN_MAX_US);
    uint64_t millionths = us * us / 1000000 * us / 1000000; /* of a s^3 */

    return millionths * C_NUM * c->mss / C_DEN / 1000000;
}

/* The shortest span whose cube is as large; (2) of RFC 9438 4.2. */
static uint32_t cube_root_us(const struct tcp_cong *c, uint64_t octets)
{
    uint32_t low = 0, high = SPAN_MAX_US;

    while (low < high) {
        uint32_t middle = (low + high) / 2;

        if (cube(c, middle) < octets)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* W_cubic, (1) of RFC 9438 4.2. */
static uint64_t w_cubic(const struct tcp_cong *c, uint64_t t_us)
{
    const struct tcp_cubic *q = &c->cubic;
    uint64_t down;

    if (t_us >= q->k_us)
        return q->w_max + cube(c, t_us - q->k_us);
    down = cube(c, q->k_us - t_us);
    return q->w_max > down ? q->w_max - down : 0;
}

static void init(struct tcp_cong *c)
{
    c->counted = 0;
    c->cubic = (struct tcp_cubic){ 0 };
}

/* Congestion avoidance begins.  After a time-out, or if nothing was lost yet,
 * there is no W_max: the window is it (RFC 9438 4.8, 4.10). */
static void begin_epoch(struct tcp_cong *c, pptp_ns now)
{
    struct tcp_cubic *q = &c->cubic;

    q->growing = true;
    q->epoch_ns = q->updated_ns = now;
    if (q->w_max < c->cwnd)
        q->w_max = c->cwnd;
    q->k_us = cube_root_us(c, q->w_max - c->cwnd);
    q->w_est = (uint64_t)c->cwnd << TCPM_CUBIC_SHIFT;
    c->counted = 0;
}

/* (4) of RFC 9438 4.3; from cwnd_prior on alpha is 1. */
static uint32_t estimate(struct tcp_cong *c, uint64_t octets)
{
    struct tcp_cubic *q = &c->cubic;
    uint64_t more = at_most(octets, c->cwnd) * c->mss << TCPM_CUBIC_SHIFT;

    if (q->w_est >> TCPM_CUBIC_SHIFT >= q->cwnd_prior)
        q->w_est += more / c->cwnd;
    else
        q->w_est += more / ALPHA_DEN * ALPHA_NUM / c->cwnd;
    return (uint32_t)at_most(q->w_est >> TCPM_CUBIC_SHIFT, UINT32_MAX / 2);
}

/* RFC 9438 4.4, 4.5: a round trip takes it to the target, of which the RFC
 * says how far it may be. */
static void towards(struct tcp_cong *c, uint64_t target, uint64_t octets)
{
    uint64_t way, by;

    if (target <= c->cwnd)
        return;
    way = at_most(target - c->cwnd, c->cwnd / 2);
    by = c->counted + way * at_most(octets, c->cwnd);
    c->counted = (uint32_t)(by % c->cwnd);
    c->cwnd += (uint32_t)(by / c->cwnd);
}

static void avoid(struct tcp_cong *c, const struct tcp_acked *a,
                  uint32_t octets)
{
    struct tcp_cubic *q = &c->cubic;
    uint64_t t_us;
    uint32_t w_est;

    if (!q->growing)
        begin_epoch(c, a->now);
    /* 4.2: the time in which the window was not what held it back does not
     * count; else there is an acknowledgment in a round trip */
    if (a->now - q->updated_ns > 2 * a->srtt_ns)
        q->epoch_ns += a->now - q->updated_ns;
    q->updated_ns = a->now;
    t_us = (a->now - q->epoch_ns) / PPTP_US;
    w_est = estimate(c, octets);
    if (w_cubic(c, t_us) >= w_est)
        towards(c, w_cubic(c, t_us + a->srtt_ns / PPTP_US), octets);
    else if (c->cwnd < w_est)
        c->cwnd = w_est;
}

static void on_ack(struct tcp_cong *c, const struct tcp_acked *a)
{
    uint32_t left = a->octets;

    if (c->cwnd < c->ssthresh)
        left = tcp_grow_slow_start(c, left);
    if (left > 0)
        avoid(c, a, c->count_acks ? c->mss : left);
}

/* RFC 9438 4.6 */
static void reduce(struct tcp_cong *c, uint32_t flight)
{
    uint32_t left = (uint32_t)((uint64_t)flight * BETA_NUM / BETA_DEN);

    c->ssthresh = left > 2 * c->mss ? left : 2 * c->mss;
    c->cubic.cwnd_prior = c->cwnd;
    c->cubic.growing = false;
}

/* Fast convergence, RFC 9438 4.7. */
static void on_loss(struct tcp_cong *c, pptp_ns now, uint32_t flight)
{
    struct tcp_cubic *q = &c->cubic;

    (void)now;
    if (c->fast_convergence && c->cwnd < q->w_max)
        q->w_max = (uint32_t)((uint64_t)c->cwnd * (BETA_DEN + BETA_NUM) /
                              (2 * BETA_DEN));
    else
        q->w_max = c->cwnd;
    reduce(c, flight);
}

static void on_timeout(struct tcp_cong *c, pptp_ns now, uint32_t flight)
{
    (void)now;
    reduce(c, flight);
    c->cubic.w_max = 0;
}

const struct tcp_cc tcp_cc_cubic = {
    .name = "cubic",
    .init = init,
    .on_ack = on_ack,
    .on_loss = on_loss,
    .on_timeout = on_timeout,
};
