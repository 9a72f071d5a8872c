/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers of a direction of a tunnel, RFC 2637 4.1 to 4.4: sequence numbers,
 * acknowledgments, the window that the sender should have minded (window.c
 * of the library, fed with what was seen), times.
 *
 * What is measured is what passes the place of the capture: a packet lost
 * behind it is seen by its missing acknowledgment only, and a round trip is
 * that from there to the acknowledging side and back.
 */
#include "config.h"

#include "explain/impl.h"

#include <stdlib.h>
#include <string.h>

/* --- times --------------------------------------------------------------- */

/* 1 us wide up to 64 us, then 32 buckets for each doubling. */
static uint32_t bucket_of(pptp_ns ns)
{
    uint64_t us = ns / PPTP_US;
    uint32_t shift = 0;

    while (us >> shift >= 64 && shift < 31)
        shift++;
    us >>= shift;
    return shift * 32 + (us < 64 ? (uint32_t)us : 63);
}

static pptp_ns bucket_ns(uint32_t b)
{
    uint32_t shift = b < 64 ? 0 : b / 32 - 1;
    uint64_t low = (uint64_t)(b - shift * 32) << shift;

    return (low + (UINT64_C(1) << shift) / 2) * PPTP_US;
}

static void hist_add(struct hist *h, pptp_ns ns)
{
    if (h->count++ == 0 || ns < h->min_ns)
        h->min_ns = ns;
    if (ns > h->max_ns)
        h->max_ns = ns;
    h->sum_ns += ns;
    h->bucket[bucket_of(ns)]++;
}

pptp_ns explain_numbers_percentile(const struct hist *h, unsigned percent)
{
    uint64_t want = (h->count * percent + 99) / 100, sum = 0;
    uint32_t b;
    pptp_ns ns;

    for (b = 0; b < HIST; b++) {
        sum += h->bucket[b];
        if (sum >= want && sum > 0)
            break;
    }
    ns = bucket_ns(b < HIST ? b : HIST - 1);
    if (ns < h->min_ns)
        return h->min_ns;
    return ns > h->max_ns ? h->max_ns : ns;
}

/* The window of the side that receives direction `dir`, when it is known. */
void explain_meter_window(struct explain *e, struct meter *m,
                          const struct call *call, int dir)
{
    uint16_t window = RING, ppd = 0;
    uint32_t next = m->win.tx_next, base = m->win.tx_base;

    if (call->window_known[1 - dir]) {
        window = call->window[1 - dir];
        ppd = call->ppd[1 - dir];
    }
    pptp_win_start(&m->win, &e->win, window, ppd, RING);
    m->win.tx_next = next;
    m->win.tx_base = base;
}

static struct meter *meter_of(struct explain *e, struct flow *f)
{
    if (f->meter == NULL && e->meter_count < EXPLAIN_METERS_MAX) {
        f->meter = calloc(1, sizeof *f->meter);
        if (f->meter != NULL) {
            e->meter_count++;
            explain_meter_window(e, f->meter, f->call, f->dir);
        }
    }
    e->over_meters += f->meter == NULL;
    return f->meter;
}

/* --- sequence numbers ---------------------------------------------------- */

static bool seen(const struct meter *m, uint32_t seq)
{
    return (m->seen[seq % RING / 64] >> seq % 64 & 1) != 0;
}

static void mark(struct meter *m, uint32_t seq, bool here)
{
    uint64_t bit = UINT64_C(1) << seq % 64;

    if (here)
        m->seen[seq % RING / 64] |= bit;
    else
        m->seen[seq % RING / 64] &= ~bit;
}

/* Begins the numbers at seq, which is being sent now. */
static void meter_begin(struct explain *e, struct meter *m, uint32_t seq)
{
    memset(m->seen, 0, sizeof m->seen);
    m->win.tx_next = m->win.tx_base = seq;
    pptp_win_sent(&m->win, m->ring, e->now);
    m->highest = seq;
    mark(m, seq, true);
}

static void first_seq(struct explain *e, struct flow *f, uint32_t seq)
{
    struct meter *m = f->meter;

    m->any = true;
    m->first_seq = seq;
    meter_begin(e, m, seq);
    if (seq != 0 && f->call->announced)
        explain_note(e, EXPLAIN_SEQ_FIRST,
                     (struct subject){ NULL, f->call, f->dir }, "it is %u%s",
                     seq,
                     seq == 1 ? ", as with many peers"
                              : "; the packets before it may be lost");
}

static void ahead_seq(struct explain *e, struct flow *f, uint32_t seq,
                      uint32_t ahead)
{
    struct meter *m = f->meter;
    uint32_t i;

    if (ahead >= RING) {
        if (ahead >= EXPLAIN_FAR)
            explain_note(e, EXPLAIN_SEQ_JUMP,
                         (struct subject){ NULL, f->call, f->dir },
                         "from %u to %u", m->highest, seq);
        else
            m->lost += ahead - 1;
        meter_begin(e, m, seq);
        return;
    }
    for (i = 1; i < ahead; i++) {
        mark(m, m->highest + i, false);
        pptp_win_sent(&m->win, m->ring, e->now);
        m->lost++;
    }
    mark(m, seq, true);
    pptp_win_sent(&m->win, m->ring, e->now);
    m->highest = seq;
}

static void behind_seq(struct explain *e, struct flow *f, uint32_t seq,
                       uint32_t behind, uint16_t ip_id)
{
    struct subject who = { NULL, f->call, f->dir };
    struct meter *m = f->meter;
    int32_t before = pptp_seq_diff(m->first_seq, seq);

    if (behind >= RING) {
        if (behind >= EXPLAIN_FAR || seq <= 16) {
            explain_note(e, EXPLAIN_SEQ_RESTART, who, "from %u to %u",
                         m->highest, seq);
            m->first_seq = seq;
            m->acked_any = false;
            meter_begin(e, m, seq);
            m->ip_id[seq % RING] = ip_id;
            return;
        }
        f->late++;
        explain_note(e, EXPLAIN_REORDER, who, "%u numbers late at first",
                     behind);
        return;
    }
    if (seen(m, seq)) {
        f->dups++;
        if (m->ip_id[seq % RING] == ip_id)
            explain_note(e, EXPLAIN_DUPLICATE, who,
                         "sequence number %u at first", seq);
        else
            explain_note(e, EXPLAIN_SENT_TWICE, who,
                         "sequence number %u at first", seq);
        return;
    }
    f->late++;
    explain_note(e, EXPLAIN_REORDER, who, "%u numbers late at first", behind);
    mark(m, seq, true);
    m->ip_id[seq % RING] = ip_id;
    if (before > 0) {
        m->lost += (uint32_t)before - 1;
        m->first_seq = seq;
    } else if (m->lost > 0) {
        m->lost--;
    }
}

static void check_window(struct explain *e, struct flow *f)
{
    struct meter *m = f->meter;
    struct call *call = f->call;
    uint32_t out = pptp_win_out(&m->win);
    uint32_t window = call->window[1 - f->dir];

    if (out > m->out_max)
        m->out_max = out;
    if (m->win.cwnd > m->cwnd_max)
        m->cwnd_max = m->win.cwnd;
    if (window == 0)
        window = 1;
    if (call->window_known[1 - f->dir] && window < RING && out > window)
        explain_note(e, EXPLAIN_WINDOW_OVERRUN,
                     (struct subject){ NULL, call, f->dir }, "window %u",
                     window);
}

void explain_numbers_seq(struct explain *e, struct flow *f, uint32_t seq,
                         uint16_t ip_id)
{
    struct meter *m = meter_of(e, f);
    int32_t d;

    if (m == NULL)
        return;
    d = pptp_seq_diff(seq, m->highest);
    if (!m->any) {
        first_seq(e, f, seq);
    } else if (d > 0) {
        ahead_seq(e, f, seq, (uint32_t)d);
    } else {
        behind_seq(e, f, seq, m->highest - seq, ip_id);
        return;
    }
    m->ip_id[seq % RING] = ip_id;
    check_window(e, f);
}

/* --- acknowledgments ----------------------------------------------------- */

static void ack_of_nothing(struct explain *e, struct flow *f, uint32_t ack)
{
    if (f->call->announced)
        explain_note(e, EXPLAIN_ACK_NOTHING,
                     (struct subject){ NULL, f->call, f->dir }, "%u%s", ack,
                     ack == UINT32_MAX ? ", which seems to mean: nothing yet"
                                       : "");
}

/* f carries `ack` of what the other direction sent. */
void explain_numbers_ack(struct explain *e, struct flow *f,
                         const struct pptp_gre *g, bool newest)
{
    struct subject who = { NULL, f->call, f->dir };
    struct flow *other = f->call->flow[1 - f->dir];
    struct meter *m = other != NULL ? other->meter : NULL;
    uint32_t ack = g->ack, acked;

    if (m == NULL || !m->any) {
        f->acks_unseen++;
        ack_of_nothing(e, f, ack);
        return;
    }
    if (pptp_win_acked(&m->win, &e->win, m->ring, e->now, ack, &acked) ==
        PPTP_ACK_AHEAD) {
        explain_note(e, EXPLAIN_ACK_AHEAD, who, "%u; the highest seen is %u",
                     ack, m->highest);
        return;
    }
    if (pptp_seq_diff(ack, m->first_seq) < 0) {
        if (!m->acked_any)
            ack_of_nothing(e, f, ack);
        else if (m->acked_any && newest)
            explain_note(e, EXPLAIN_ACK_BACK, who, "%u after %u", ack,
                         m->acked);
        return;
    }
    if (m->acked_any && pptp_seq_diff(ack, m->acked) <= 0) {
        if (newest && ack != m->acked)
            explain_note(e, EXPLAIN_ACK_BACK, who, "%u after %u", ack,
                         m->acked);
        return;
    }
    m->acked_any = true;
    m->acked = ack;
    /* 4.2.5: the sample is the highest packet's, if that passed by */
    if (m->highest - ack < RING && seen(m, ack))
        hist_add(&m->rtt, e->now - m->ring[ack % RING].sent_ns);
}

uint64_t explain_numbers_unacked(const struct flow *f)
{
    const struct meter *m = f != NULL ? f->meter : NULL;

    if (m == NULL || !m->any)
        return 0;
    return m->acked_any ? m->highest - m->acked
                        : m->highest - m->first_seq + 1;
}

void explain_numbers_timers(struct explain *e, struct flow *f)
{
    struct meter *m = f != NULL ? f->meter : NULL;

    if (m != NULL && m->any &&
        pptp_win_tx_deadline(&m->win, &e->win, m->ring) <= e->now) {
        pptp_win_timed_out(&m->win, &e->win);
        m->timeouts++;
    }
}
