/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Octets that are sent, for the first time or again; tcp_send.h. */
#include "config.h"

#include "models/tcp_send.h"

#include "models/tcp_loss.h"

/* Octets that the peer lets come from seq on. */
static uint32_t peer_room(const struct tcp *t, uint32_t seq)
{
    uint32_t used = seq - t->snd_una;

    return used < t->snd_wnd ? t->snd_wnd - used : 0;
}

/* Octets that the congestion window has beside the pipe. */
static uint32_t cong_room(const struct tcp *t)
{
    uint32_t cwnd = t->cong.cwnd, pipe;

    if (!t->sack && !t->recovering && !t->after_timeout &&
        t->config->limited_transmit && t->dup_acks > 0)
        cwnd += tcp_min(t->dup_acks, TCPM_DUP_THRESH - 1) * t->cong.mss;
    if (t->sack && !t->recovering && !t->config->limited_transmit)
        pipe = t->snd_nxt - t->snd_una;
    else
        pipe = tcp_loss_pipe(t);
    return pipe < cwnd ? cwnd - pipe : 0;
}

/* What goes out for the first time: it may be timed, and carries marks of
 * congestion (RFC 3168 6.1.2, 6.1.5). */
static void first_time(struct tcp *t, pptp_ns now, struct tcp_segment *out)
{
    if (!t->timing) {
        t->timing = true;
        t->timed_seq = t->snd_max;
        t->timed_ns = now;
    }
    if (out->len == 0)
        return;
    out->ect = t->ecn;
    if (t->cwr_due)
        out->flags |= TCPM_CWR;
    t->cwr_due = false;
    if (t->dup_acks > 0 && !t->recovering)
        t->stats->limited_transmits++;
}

/* Octets [seq, seq + n), and the FIN if it follows.  Those beyond data_end
 * are new, and taken from what is unsent. */
static bool send(struct tcp *t, pptp_ns now, uint32_t seq, uint32_t n,
                 struct tcp_segment *out)
{
    uint32_t end = seq + n, old = tcp_loss_data_end(t);
    uint32_t fresh = tcp_before(old, end) ? end - old : 0;
    bool again = tcp_before(seq, t->snd_max), top = t->snd_nxt == t->snd_max;

    t->unsent -= fresh;
    out->seq = seq;
    out->len = n;
    out->again = again;
    out->flags = n > 0 ? TCPM_PSH : 0;
    if (t->fin_wanted && t->unsent == 0 && !tcp_before(end, old)) {
        out->flags |= TCPM_FIN;
        t->fin_sent = true;
        end++;
    }
    if (tcp_before(t->snd_max, end))
        t->snd_max = end;
    if (top)
        t->snd_nxt = t->snd_max;
    if (again) {
        t->timing = false;
        t->stats->retransmitted++;
        t->stats->retransmitted_octets += n - fresh;
    } else {
        first_time(t, now, out);
    }
    t->sent_ns = now;
    if (t->timer_ns == PPTP_NEVER)
        tcp_loss_timer(t, now);
    return true;
}

/* The first hole, whatever the windows say. */
static bool resend(struct tcp *t, pptp_ns now, struct tcp_segment *out)
{
    uint32_t end = tcp_loss_data_end(t), n;

    if (t->sacked.count > 0)
        end = t->sacked.at[0].start;
    n = tcp_min(end - t->snd_una, t->cong.mss);
    if (n == 0 && t->snd_una != tcp_loss_data_end(t))
        return false; /* what it had it has no more: the timer's */
    if (t->recovering && tcp_before(t->high_rxt, t->snd_una + n))
        t->rescue = t->high_rxt = t->snd_una + n;
    return send(t, now, t->snd_una, n, out);
}

/* RFC 6675 4, NextSeg (1) and (3): a hole beyond what was sent again.  false:
 * there is none, up to `limit`. */
static bool hole(struct tcp *t, pptp_ns now, uint32_t limit,
                 struct tcp_segment *out)
{
    uint32_t seq = t->snd_una, i, n;

    if (tcp_before(seq, t->high_rxt))
        seq = t->high_rxt;
    i = tcp_ranges_find(&t->sacked, seq);
    while (i < t->sacked.count && !tcp_before(seq, t->sacked.at[i].start))
        seq = t->sacked.at[i++].end;
    if (i >= t->sacked.count || !tcp_before(seq, limit))
        return false;
    n = tcp_min(t->sacked.at[i].start - seq, t->cong.mss);
    t->high_rxt = seq + n;
    return send(t, now, seq, n, out);
}

/* NextSeg (4), once a recovery: the last segment, if that is a hole. */
static bool rescue(struct tcp *t, pptp_ns now, struct tcp_segment *out)
{
    uint32_t from = t->snd_una, end = tcp_loss_data_end(t), n;

    if (!tcp_before(t->rescue, t->snd_una))
        return false;
    if (t->sacked.count > 0)
        from = t->sacked.at[t->sacked.count - 1].end;
    if (!tcp_before(from, end))
        return false;
    n = tcp_min(end - from, t->cong.mss);
    t->rescue = t->recover;
    t->stats->rescues++;
    return send(t, now, end - n, n, out);
}

/* Of what was sent before a time-out, the next that is not known to be there;
 * a small one takes new octets along. */
static bool again(struct tcp *t, pptp_ns now, uint32_t room,
                  struct tcp_segment *out)
{
    uint32_t end = tcp_loss_data_end(t), seq = t->snd_nxt, i, n;

    i = tcp_ranges_find(&t->sacked, seq);
    while (i < t->sacked.count && !tcp_before(seq, t->sacked.at[i].start))
        seq = t->sacked.at[i++].end;
    t->snd_nxt = seq;
    if (!tcp_before(seq, t->snd_max))
        return false;
    if (i < t->sacked.count)
        end = t->sacked.at[i].start;
    n = tcp_min(end - seq, t->cong.mss);
    if (end == tcp_loss_data_end(t) && n < t->cong.mss && t->unsent > 0)
        n += (uint32_t)(t->unsent < t->cong.mss - n ? t->unsent
                                                    : t->cong.mss - n);
    if (seq != t->snd_una) {
        if (n > room || n > peer_room(t, seq))
            return false;
    } else if (n > peer_room(t, seq)) { /* one octet, if it is closed */
        n = tcp_max(peer_room(t, seq), tcp_min(n, 1));
    }
    send(t, now, seq, n, out);
    t->snd_nxt = seq + n + ((out->flags & TCPM_FIN) != 0);
    return true;
}

/* Nothing is out, and nothing may be: the peer is asked from time to time. */
static bool closed(struct tcp *t, pptp_ns now)
{
    if (t->snd_una == t->snd_max && t->timer_ns == PPTP_NEVER) {
        t->probing = true;
        tcp_loss_timer(t, now);
    }
    return false;
}

/* What never was sent.  The rest of a window is no reason for a small segment
 * (RFC 9293 3.8.6.2.1), unless nothing is out. */
static bool fresh(struct tcp *t, pptp_ns now, uint32_t room,
                  struct tcp_segment *out)
{
    uint32_t mss = t->cong.mss, peer = peer_room(t, t->snd_nxt), n;
    uint32_t want = t->unsent < mss ? (uint32_t)t->unsent : mss;

    if (want == 0 && (!t->fin_wanted || t->fin_sent))
        return false;
    if (peer == 0)
        return closed(t, now);
    n = tcp_min(want, tcp_min(peer, room));
    if (n < want && (n == 0 || t->snd_nxt != t->snd_una))
        return false;
    return send(t, now, t->snd_nxt, n, out);
}

/* RFC 5681 4.1 */
static void rested(struct tcp *t, pptp_ns now)
{
    uint32_t initial = tcp_loss_initial_window(t);

    if (!t->config->idle_restart || t->cong.cwnd <= initial ||
        now - t->sent_ns <= t->rto.rto_ns)
        return;
    if (t->config->cc->on_idle != NULL)
        t->config->cc->on_idle(&t->cong, now - t->sent_ns);
    t->cong.cwnd = initial;
    t->stats->idle_restarts++;
}

/* An octet that the peer may have no room for; or its FIN. */
static bool probe(struct tcp *t, pptp_ns now, struct tcp_segment *out)
{
    bool fin = t->snd_una == tcp_loss_data_end(t) && t->unsent == 0;

    t->todo &= (uint8_t)~TCPM_DO_PROBE;
    if (!t->probing)
        return false;
    t->stats->probes++;
    return send(t, now, t->snd_una, fin ? 0 : 1, out);
}

bool tcp_send_next(struct tcp *t, pptp_ns now, struct tcp_segment *out)
{
    uint32_t room, mss = t->cong.mss;

    if (t->todo & TCPM_DO_PROBE)
        return probe(t, now, out);
    if (t->probing && t->snd_una != t->snd_max)
        return false;
    if (t->todo & TCPM_DO_RESEND) {
        t->todo &= (uint8_t)~TCPM_DO_RESEND;
        return resend(t, now, out);
    }
    if (t->snd_una == t->snd_max)
        rested(t, now);
    room = cong_room(t);
    if (t->recovering && t->sack) {
        if (room < mss)
            return false;
        return hole(t, now, tcp_loss_end(t), out) ||
               fresh(t, now, room, out) || hole(t, now, t->snd_max, out) ||
               rescue(t, now, out);
    }
    if (t->snd_nxt != t->snd_max && again(t, now, room, out))
        return true;
    if (t->snd_nxt == t->snd_max && fresh(t, now, room, out))
        return true;
    /* grow() asks whether it was this that held it back */
    t->limited = room < mss;
    return false;
}
