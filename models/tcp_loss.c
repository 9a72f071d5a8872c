/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Acknowledgments, and what they say was lost; tcp_loss.h.
 *
 * Without SACK a recovery is RFC 6582's: the window is inflated by what
 * duplicates say has left, a partial acknowledgment sends the next hole
 * again; the timer starts anew with the first of them only ("impatient").
 * With SACK it is RFC 6675's, whose pipe is held against the window.  After a
 * time-out everything not acknowledged is sent again in slow start, but what
 * was told to have come (RFC 6675 5.1).
 *
 * A recovery that is over leaves cwnd at ssthresh: of RFC 6582's two ways
 * that of ns-3.  The timer starts anew with a fast retransmit.
 */
#include "config.h"

#include "models/tcp_loss.h"

enum { CWND_MAX = 1 << 30 }; /* RFC 7323 2.3: no window is larger */

static struct tcp_rto_bounds bounds(const struct tcp *t)
{
    const struct tcp_config *c = t->config;

    return (struct tcp_rto_bounds){ c->rto_min_ns, c->rto_max_ns,
                                    c->rto_grain_ns };
}

void tcp_loss_measured(struct tcp *t, pptp_ns rtt)
{
    struct tcp_rto_bounds b = bounds(t);

    tcp_rto_measured(&t->rto, rtt, &b);
}

/* RFC 6928, or RFC 5681 3.1 */
uint32_t tcp_loss_initial_window(const struct tcp *t)
{
    uint32_t mss = t->cong.mss;

    if (t->config->initial_segments > 0)
        return t->config->initial_segments * mss;
    return tcp_min(4 * mss, tcp_max(2 * mss, 4380));
}

void tcp_loss_begin(struct tcp *t, bool syn_lost)
{
    t->cong.cwnd = tcp_loss_initial_window(t);
    if (syn_lost) { /* RFC 5681 3.1, 6298 5.7 */
        t->cong.cwnd = t->cong.mss;
        t->rto.rto_ns = t->config->rto_initial_ns;
        if (t->rto.rto_ns < 3 * PPTP_S)
            t->rto.rto_ns = 3 * PPTP_S;
    }
    t->cong.ssthresh = UINT32_MAX;
    t->timing = false;
    t->tries = 1;
    t->dup_acks = 0;
    t->timer_ns = PPTP_NEVER;
    t->config->cc->init(&t->cong);
}

/* ---- the scoreboard ---- */

/* RFC 6675 4, IsLost: what is not told to have come below here is lost. */
uint32_t tcp_loss_end(const struct tcp *t)
{
    uint32_t octets = 0, i = t->sacked.count;

    while (i-- > 0) {
        const struct tcp_range *r = &t->sacked.at[i];

        octets += r->end - r->start;
        if (t->sacked.count - i >= TCPM_DUP_THRESH ||
            octets > (TCPM_DUP_THRESH - 1) * t->cong.mss)
            return r->start;
    }
    return t->snd_una;
}

/* Octets of [una, seq) that were told to have come. */
static uint32_t sacked_before(const struct tcp *t, uint32_t seq)
{
    uint32_t octets = 0;

    for (uint32_t i = 0; i < t->sacked.count; i++) {
        const struct tcp_range *r = &t->sacked.at[i];

        if (!tcp_before(r->start, seq))
            break;
        octets += (tcp_before(r->end, seq) ? r->end : seq) - r->start;
    }
    return octets;
}

/* Once for what is not lost, once for what was sent again. */
static uint32_t pipe_in_recovery(const struct tcp *t)
{
    uint32_t lost = tcp_loss_end(t);
    uint32_t above = t->snd_max - lost -
                     (t->sacked.octets - sacked_before(t, lost));
    uint32_t again = 0;

    if (tcp_before(t->snd_una, t->high_rxt))
        again = t->high_rxt - t->snd_una - sacked_before(t, t->high_rxt);
    return above + again;
}

uint32_t tcp_loss_pipe(const struct tcp *t)
{
    if (t->sacked.count == 0)
        return t->snd_nxt - t->snd_una;
    if (t->recovering)
        return pipe_in_recovery(t);
    return t->snd_nxt - t->snd_una - sacked_before(t, t->snd_nxt);
}

/* The blocks of a segment; how many octets they tell of that are new. */
static uint32_t scoreboard(struct tcp *t, const struct tcp_segment *s)
{
    uint32_t fresh, all = 0;

    for (uint32_t i = 0; i < s->sacks && i < TCPM_SACKS; i++) {
        struct tcp_range r = s->sack[i];

        /* what is below is RFC 2883's: it came twice */
        if (!tcp_before(r.start, r.end) || !tcp_before(t->snd_una, r.start) ||
            tcp_before(t->snd_max, r.end))
            continue;
        if (tcp_ranges_add(&t->sacked, r, &fresh) ||
            (tcp_ranges_give(&t->sacked, &t->arrived, &t->arrived) &&
             tcp_ranges_add(&t->sacked, r, &fresh)))
            all += fresh;
        else
            t->stats->no_room++;
    }
    return all;
}

/* ---- recovery ---- */

static void reduced(struct tcp *t)
{
    t->cwr_due = t->ecn;
    t->cwr_end = t->snd_max;
}

/* RFC 5681 3.2 (2): without what limited transmit has added. */
static uint32_t flight_at_loss(const struct tcp *t)
{
    return tcp_min(t->snd_max - t->snd_una, t->cong.cwnd);
}

static void recover_now(struct tcp *t, pptp_ns now)
{
    t->config->cc->on_loss(&t->cong, now, flight_at_loss(t));
    t->cong.cwnd = t->cong.ssthresh;
    if (!t->sack)
        t->cong.cwnd += TCPM_DUP_THRESH * t->cong.mss;
    t->recovering = true;
    t->partial = false;
    t->recover = t->snd_max;
    t->high_rxt = t->snd_una;
    t->todo |= TCPM_DO_RESEND;
    t->stats->fast_retransmits++;
    tcp_loss_timer(t, now);
    reduced(t);
}

/* RFC 5681 3.2, 6582 3.2 (2), 6675 5. */
static void duplicate(struct tcp *t, pptp_ns now)
{
    bool lost;

    t->dup_acks++;
    if (t->recovering) {
        if (!t->sack)
            t->cong.cwnd = tcp_min(t->cong.cwnd + t->cong.mss, CWND_MAX);
        return;
    }
    lost = t->dup_acks >= TCPM_DUP_THRESH ||
           (t->sack && tcp_before(t->snd_una, tcp_loss_end(t)));
    if (!lost || tcp_before(t->snd_una, t->recover) ||
        (!t->sack &&
         (t->dup_acks > TCPM_DUP_THRESH || t->snd_una == t->recover)))
        return;
    recover_now(t, now);
}

/* n octets more, but not all that were out when the recovery began. */
static void partly(struct tcp *t, pptp_ns now, uint32_t n)
{
    if (t->sack) {
        tcp_loss_timer(t, now);
        return;
    }
    t->cong.cwnd = tcp_max(t->cong.cwnd > n ? t->cong.cwnd - n : 0,
                           t->cong.mss);
    if (n >= t->cong.mss)
        t->cong.cwnd += t->cong.mss;
    if (!t->partial)
        tcp_loss_timer(t, now);
    t->partial = true;
    t->todo |= TCPM_DO_RESEND;
}

static void recovered(struct tcp *t)
{
    t->recovering = false;
    t->dup_acks = 0;
    t->cong.cwnd = t->cong.ssthresh;
}

static void grow(struct tcp *t, pptp_ns now, uint32_t n)
{
    struct tcp_acked a = { now, t->rto.srtt_ns, n };

    /* RFC 3465 2.3: what a time-out lost is acknowledged in large pieces */
    if (t->after_timeout)
        a.octets = tcp_min(n, t->cong.mss);
    if (t->limited || !t->config->validate)
        t->config->cc->on_ack(&t->cong, &a);
    t->cong.cwnd = tcp_min(t->cong.cwnd, CWND_MAX);
}

/* ---- acknowledgments ---- */

/* RFC 3168 6.1.2: once a window. */
static void echoed(struct tcp *t, pptp_ns now, uint32_t ack)
{
    /* what was out before echoes until CWR has come */
    if (t->recovering || t->after_timeout || !tcp_before(t->cwr_end, ack))
        return;
    t->config->cc->on_loss(&t->cong, now, flight_at_loss(t));
    t->cong.cwnd = t->cong.ssthresh;
    t->stats->ecn_reductions++;
    reduced(t);
}

/* RFC 6298 3, Karn: only what was sent once is timed. */
static void timed(struct tcp *t, pptp_ns now)
{
    if (!t->timing || tcp_before(t->snd_una, t->timed_seq))
        return;
    t->timing = false;
    tcp_loss_measured(t, now - t->timed_ns);
}

static void advanced(struct tcp *t, pptp_ns now, uint32_t ack, bool may_grow)
{
    uint32_t n = ack - t->snd_una;

    t->snd_una = ack;
    if (tcp_before(t->snd_nxt, ack))
        t->snd_nxt = ack;
    if (t->sacked.count > 0)
        tcp_ranges_cut(&t->sacked, ack);
    t->tries = 1;
    t->events |= TCPM_EV_ACKED;
    timed(t, now);
    if (t->recovering && tcp_before(ack, t->recover)) {
        partly(t, now, n);
        return;
    }
    if (ack == t->snd_max)
        t->timer_ns = PPTP_NEVER;
    else
        tcp_loss_timer(t, now);
    t->todo &= (uint8_t)~TCPM_DO_RESEND;
    if (t->recovering) {
        recovered(t);
        return;
    }
    t->dup_acks = 0;
    if (may_grow)
        grow(t, now, n);
    if (t->after_timeout && !tcp_before(ack, t->recover))
        t->after_timeout = false;
}

/* RFC 9293 3.10.7.4; what comes late tells an older window. */
static bool update_window(struct tcp *t, const struct tcp_segment *s)
{
    uint32_t wnd = (uint32_t)s->window << t->snd_scale;
    bool same = wnd == t->snd_wnd;

    if (!tcp_before(s->seq, t->snd_wl1) &&
        (s->seq != t->snd_wl1 || !tcp_before(s->ack, t->snd_wl2))) {
        t->snd_wnd = wnd;
        t->snd_wl1 = s->seq;
        t->snd_wl2 = s->ack;
    }
    return same;
}

/* RFC 9293 3.8.6.1: the peer answers, however long its window is closed. */
static void answered(struct tcp *t)
{
    struct tcp_rto_bounds b = bounds(t);

    t->tries = 1;
    if (t->snd_wnd == 0)
        return;
    t->probing = false;
    t->snd_nxt = t->snd_una;
    t->timer_ns = PPTP_NEVER;
    tcp_rto_restore(&t->rto, &b);
}

bool tcp_loss_acked(struct tcp *t, pptp_ns now, const struct tcp_segment *s)
{
    bool live = t->snd_max != t->snd_una, same, dup;
    bool echo = t->ecn && (s->flags & TCPM_ECE) != 0;
    uint32_t fresh = 0;

    if (tcp_before(t->snd_max, s->ack))
        return false;
    if (tcp_before(s->ack, t->snd_una))
        return true; /* old, but its octets may be new */
    same = update_window(t, s);
    dup = live && same && s->ack == t->snd_una && s->len == 0 &&
          !(s->flags & (TCPM_SYN | TCPM_FIN));
    if (echo)
        echoed(t, now, s->ack);
    if (s->ack != t->snd_una)
        advanced(t, now, s->ack, !echo);
    if (t->sack && s->sacks > 0)
        fresh = scoreboard(t, s);
    if (t->probing)
        answered(t);
    else if (t->sack ? fresh > 0 : dup)
        duplicate(t, now);
    return true;
}

/* ---- time ---- */

static bool probe_again(struct tcp *t, pptp_ns now)
{
    if (t->tries >= t->config->data_tries)
        return false;
    t->tries++;
    t->todo |= TCPM_DO_PROBE;
    tcp_rto_back_off(&t->rto, t->config->rto_max_ns);
    tcp_loss_timer(t, now);
    return true;
}

bool tcp_loss_expired(struct tcp *t, pptp_ns now)
{
    const struct tcp_config *c = t->config;

    if (t->probing)
        return probe_again(t, now);
    t->stats->timeouts++;
    if (t->tries >= c->data_tries)
        return false;
    if (t->tries++ == 1) { /* RFC 5681 3.1: not for what was sent again */
        c->cc->on_timeout(&t->cong, now, flight_at_loss(t));
        reduced(t);
    }
    t->cong.cwnd = t->cong.mss;
    tcp_rto_back_off(&t->rto, c->rto_max_ns);
    /* RFC 2018 8: what it has at the very edge it should have acknowledged */
    if (t->sacked.count > 0 && t->sacked.at[0].start == t->snd_una)
        tcp_ranges_clear(&t->sacked);
    t->recovering = t->partial = t->timing = false;
    t->after_timeout = true;
    t->recover = t->snd_max;
    t->dup_acks = 0;
    t->todo &= (uint8_t)~TCPM_DO_RESEND;
    t->snd_nxt = t->snd_una;
    tcp_loss_timer(t, now);
    return true;
}
