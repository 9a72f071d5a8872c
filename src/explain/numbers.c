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

#include "explain/numbers.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "explain/store.h"

/* What stands that close in a capture may stand the wrong way round. */
#define SWAPPED PPTP_MS

void explain_meter_window(struct explain *e, struct meter *m,
                          const struct call *call, int dir)
{
    struct num window = call->window[1 - dir], ppd = call->ppd[1 - dir];
    uint32_t next = m->win.tx_next, base = m->win.tx_base;

    pptp_win_start(&m->win, &e->win, window.known ? (uint16_t)window.v : RING,
                   ppd.known ? (uint16_t)ppd.v : 0, RING);
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

static bool bit_of(const uint64_t *bits, uint32_t seq)
{
    return (bits[seq % RING / 64] >> seq % 64 & 1) != 0;
}

static void set_bit(uint64_t *bits, uint32_t seq, bool v)
{
    uint64_t bit = UINT64_C(1) << seq % 64;

    if (v)
        bits[seq % RING / 64] |= bit;
    else
        bits[seq % RING / 64] &= ~bit;
}

/* Before a packet leaves that a sender by 4.3 would not send.  The sender's
 * clock is not that of the capture: what has nearly run out here may have run
 * out there. */
static void nearly_timed_out(struct explain *e, struct flow *f)
{
    struct meter *m = f->meter;
    pptp_ns deadline = pptp_win_tx_deadline(&m->win, &e->win, m->ring);

    if (!f->call->window[1 - f->dir].known ||
        pptp_win_may_send(&m->win, &e->win) ||
        deadline > e->now + m->win.ato.ato_ns / 4)
        return;
    pptp_win_timed_out(&m->win, &e->win);
    m->timeouts++;
}

/* The next number leaves; `here`: it is this packet's.  One that is not in
 * the capture left at any time since the one before it. */
static void leaves(struct explain *e, struct meter *m, uint32_t seq, bool here)
{
    pptp_win_sent(&m->win, m->ring,
                  here ? e->now : m->ring[(seq - 1) % RING].sent_ns);
    set_bit(m->seen, seq, here);
    set_bit(m->timed, seq, e->here.timed);
}

/* Begins the numbers at seq, which is being sent now. */
static void meter_begin(struct explain *e, struct meter *m, uint32_t seq)
{
    memset(m->seen, 0, sizeof m->seen);
    m->win.tx_next = m->win.tx_base = seq;
    m->highest = seq;
    leaves(e, m, seq, true);
}

static void first_seq(struct explain *e, struct flow *f, uint32_t seq)
{
    struct meter *m = f->meter;

    m->any = true;
    m->first_seq = seq;
    meter_begin(e, m, seq);
    if (seq != 0 && f->call->announced && f->cut == 0)
        explain_note(e, EXPLAIN_SEQ_FIRST, of_call(f->call, f->dir),
                     "it is %u%s", seq,
                     seq == 1 ? ", as with many peers"
                              : "; the packets before it may be lost");
}

static void ahead_seq(struct explain *e, struct flow *f, uint32_t seq,
                      uint32_t ahead)
{
    struct meter *m = f->meter;
    uint32_t i;

    if (ahead >= RING) {
        if (ahead >= EXPLAIN_FAR) {
            explain_note(e, EXPLAIN_SEQ_JUMP, of_call(f->call, f->dir),
                         "at first from %u to %u", m->highest, seq);
            m->jumped = true;
            m->before_jump = m->highest;
        } else {
            m->lost += ahead - 1;
        }
        meter_begin(e, m, seq);
        return;
    }
    m->jumped = false;
    for (i = 1; i < ahead; i++) {
        nearly_timed_out(e, f);
        leaves(e, m, m->highest + i, false);
        m->lost++;
    }
    nearly_timed_out(e, f);
    leaves(e, m, seq, true);
    m->highest = seq;
}

static void restart(struct explain *e, struct flow *f, uint32_t seq,
                    uint16_t print)
{
    struct meter *m = f->meter;

    explain_note(e, EXPLAIN_SEQ_RESTART, of_call(f->call, f->dir),
                 "at first from %u to %u", m->highest, seq);
    m->first_seq = seq;
    m->acked_any = false;
    meter_begin(e, m, seq);
    m->print[seq % RING] = print;
}

/* A number that was sent already: twice by the network, or by the sender. */
static void again(struct explain *e, struct flow *f, uint32_t seq,
                  uint32_t behind, uint16_t print)
{
    struct subject who = of_call(f->call, f->dir);
    bool same = f->meter->print[seq % RING] == print;

    /* a sender that counts from the beginning */
    if (!same && seq <= 1 && behind > 32) {
        restart(e, f, seq, print);
        return;
    }
    f->dups++;
    explain_note(e, same ? EXPLAIN_DUPLICATE : EXPLAIN_SENT_TWICE, who,
                 "at first sequence number %u", seq);
}

/* One packet was far ahead, and the next goes on where the numbers were: that
 * one's was damaged, say. */
static bool goes_on(struct explain *e, struct meter *m, uint32_t seq,
                    uint16_t print)
{
    uint32_t ahead = seq - m->before_jump;

    if (!m->jumped || ahead == 0 || ahead >= RING)
        return false;
    m->jumped = false;
    m->lost += ahead - 1;
    meter_begin(e, m, seq);
    m->print[seq % RING] = print;
    return true;
}

static void behind_seq(struct explain *e, struct flow *f, uint32_t seq,
                       uint32_t behind, uint16_t print)
{
    struct subject who = of_call(f->call, f->dir);
    struct meter *m = f->meter;
    int32_t before = pptp_seq_diff(m->first_seq, seq);

    if (goes_on(e, m, seq, print))
        return;
    if (behind >= EXPLAIN_FAR || (behind >= RING && seq <= 16)) {
        restart(e, f, seq, print);
        return;
    }
    if (behind < RING && bit_of(m->seen, seq)) {
        again(e, f, seq, behind, print);
        return;
    }
    f->late++;
    explain_note(e, EXPLAIN_REORDER, who, "at first by %u number%s", behind,
                 pptp_plural(behind));
    if (behind >= RING)
        return;
    set_bit(m->seen, seq, true);
    m->print[seq % RING] = print;
    if (before > 0) {
        m->lost += (uint32_t)before - 1;
        m->first_seq = seq;
    } else if (m->lost > 0) {
        m->lost--;
    }
}

/* How long acknowledgments take where this was captured; the sender's
 * time-out takes longer. */
static pptp_ns usual_ns(const struct meter *m)
{
    return m->rtt.n > 0 ? (pptp_ns)(m->rtt.sum_ns / (double)m->rtt.n)
                        : m->win.ato.ato_ns / 2;
}

/* Whether the sender may have written off what it had sent by a time-out that
 * cannot be seen here, half the way from it: the oldest packet has waited for
 * long enough. */
static bool may_have_timed_out(const struct explain *e, const struct meter *m)
{
    uint32_t oldest = m->acked_any ? m->acked + 1 : m->first_seq;
    pptp_ns usual = usual_ns(m);

    return m->highest - oldest >= RING ||
           e->now - m->ring[oldest % RING].sent_ns >= usual + usual / 4;
}

/* Whether it is more than the window allows is judged at the end: only then
 * it is known whether the receiver's acknowledgments are in the capture. */
static void check_window(struct explain *e, struct flow *f)
{
    struct num window = f->call->window[1 - f->dir];
    struct meter *m = f->meter;
    uint32_t out = pptp_win_out(&m->win);
    uint32_t limit = window.v > 0 ? window.v : 1;
    struct over *over = &m->over[OVER_CERTAIN];

    if (out > m->out_max)
        m->out_max = out;
    if (m->win.cwnd > m->cwnd_max)
        m->cwnd_max = m->win.cwnd;
    /* without times no time-out could strike */
    if (!window.known || limit >= RING || out <= limit || !e->here.timed ||
        may_have_timed_out(e, m))
        return;
    /* an acknowledgment may not have reached the sender yet, which by 4.3
     * sends half a window after a time-out */
    if (m->acked_any && e->now - m->acked_ns < 2 * usual_ns(m) &&
        out <= limit + limit / 2)
        over = &m->over[OVER_PERHAPS];
    if (over->count++ == 0)
        over->first = e->here;
    over->last = e->here;
}

/* --- acknowledgments that are ahead -------------------------------------- */

static void note_ahead(struct explain *e, struct flow *f, bool departure)
{
    struct subject receiver = of_call(f->call, 1 - f->dir);
    struct subject who = seen_at(receiver, &f->ahead.when);
    enum explain_kind kind = f->ahead.before ? EXPLAIN_ACK_NOTHING
                                             : EXPLAIN_ACK_AHEAD;

    f->ahead.any = false;
    if (departure)
        explain_note(e, kind, who, "at first %u%s", f->ahead.ack,
                     f->ahead.ack == UINT32_MAX
                         ? ", which seems to mean: nothing yet"
                         : "");
    else
        explain_note(e, EXPLAIN_ACK_UNSEEN, who, "at first %u", f->ahead.ack);
}

/* What was acknowledged ahead of all that was seen: a number that is sent
 * now, for the first time, was not sent then; one that is passed over now
 * was, and is not in the capture. */
static void settle(struct explain *e, struct flow *f, const struct pptp_gre *g)
{
    int32_t passed = pptp_seq_diff(g->seq, f->ahead.ack);
    /* this packet answers the one with the acknowledgment, or comes later */
    bool after = (g->has_ack && f->ahead.has_seq &&
                  pptp_seq_diff(g->ack, f->ahead.seq) >= 0) ||
                 longer(&f->ahead.when, &e->here, SWAPPED);

    if (!f->ahead.any)
        return;
    if (passed <= 0 && !after) {
        f->ahead.any = false; /* captured the wrong way round */
        return;
    }
    /* who counts from 1 is often acknowledged 0 at first, meaning nothing */
    if (f->ahead.before && f->ahead.ack == 0 && g->seq == 1)
        f->ahead.any = false;
    else
        note_ahead(e, f, passed <= 0);
}

/* Acknowledged, and nothing at all was seen of it; different ones count. */
static void of_unseen(struct flow *f, uint32_t ack)
{
    f->acks_unseen += f->acks_unseen == 0 || ack != f->ack_unseen;
    f->ack_unseen = ack;
}

/* `f` carries g->ack, which is beyond all that `other` was seen to send. */
static void is_ahead(struct explain *e, struct flow *f, struct flow *other,
                     const struct pptp_gre *g)
{
    bool before = other->meter == NULL || !other->meter->any;

    if (before)
        of_unseen(f, g->ack);
    if (other->ahead.any)
        return;
    other->ahead.any = true;
    other->ahead.before = before;
    other->ahead.ack = g->ack;
    other->ahead.has_seq = g->has_seq;
    other->ahead.seq = g->seq;
    other->ahead.when = e->here;
    /* numbers begin at 0: nothing can have been there before it */
    if (before && f->call->announced && g->ack >= UINT32_MAX - 15)
        note_ahead(e, other, true);
}

void explain_numbers_seq(struct explain *e, struct flow *f,
                         const struct pptp_gre *g, uint16_t print)
{
    struct meter *m = meter_of(e, f);
    uint32_t seq = g->seq;
    int32_t d;

    if (m == NULL)
        return;
    d = pptp_seq_diff(seq, m->highest);
    if (m->any && d <= 0) {
        behind_seq(e, f, seq, m->highest - seq, print);
        return;
    }
    settle(e, f, g);
    if (!m->any)
        first_seq(e, f, seq);
    else
        ahead_seq(e, f, seq, (uint32_t)d);
    m->print[seq % RING] = print;
    check_window(e, f);
}

void explain_numbers_end(struct explain *e, struct flow *f)
{
    if (f->ahead.any)
        note_ahead(e, f, false);
}

/* --- acknowledgments ----------------------------------------------------- */

/* Below the first number that was seen: of packets from before the capture,
 * or of none. */
static void below_first(struct explain *e, struct flow *f, struct meter *m,
                        uint32_t ack, bool newest)
{
    struct subject who = of_call(f->call, f->dir);

    if (m->acked_any && newest)
        explain_note(e, EXPLAIN_ACK_BACK, who, "at first %u after %u", ack,
                     m->acked);
    else if (!m->acked_any && f->call->announced && m->first_seq <= 16 &&
             ack >= UINT32_MAX - 15)
        explain_note(e, EXPLAIN_ACK_NOTHING, who,
                     "at first %u, which seems to mean: nothing yet", ack);
}

/* f carries `ack` of what the other direction sent. */
void explain_numbers_ack(struct explain *e, struct flow *f,
                         const struct pptp_gre *g, bool newest)
{
    struct flow *other = f->call->flow[1 - f->dir];
    struct meter *m = other != NULL ? other->meter : NULL;
    uint32_t ack = g->ack, acked;

    if (other == NULL) {
        of_unseen(f, ack);
        return;
    }
    if (m == NULL || !m->any ||
        pptp_win_acked(&m->win, &e->win, m->ring, e->now, ack, &acked) ==
            PPTP_ACK_AHEAD) {
        is_ahead(e, f, other, g);
        return;
    }
    if (pptp_seq_diff(ack, m->first_seq) < 0) {
        below_first(e, f, m, ack, newest);
        return;
    }
    if (m->acked_any && pptp_seq_diff(ack, m->acked) <= 0) {
        if (newest && ack != m->acked)
            explain_note(e, EXPLAIN_ACK_BACK, of_call(f->call, f->dir),
                         "at first %u after %u", ack, m->acked);
        return;
    }
    m->acked_any = true;
    m->acked = ack;
    m->acked_ns = e->now;
    /* 4.2.5: the sample is the highest packet's, if that passed by */
    if (m->highest - ack < RING && bit_of(m->seen, ack) &&
        bit_of(m->timed, ack) && e->here.timed)
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
