/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What has come, and when that is said; tcp_receive.h. */
#include "config.h"

#include "models/tcp_receive.h"

#include <string.h>

#include "models/tcp_loss.h"

void tcp_receive_begin(struct tcp *t, uint32_t next)
{
    t->rcv_nxt = next;
    t->rcv_edge = next + tcp_min(t->config->window_octets, UINT16_MAX);
    t->readable = 0;
    t->ack_wait = 0;
}

uint8_t tcp_receive_scale(const struct tcp_config *c)
{
    uint8_t scale = 0;

    while (scale < TCPM_NO_SCALE - 1 && c->window_octets >> scale > UINT16_MAX)
        scale++;
    return scale;
}

uint16_t tcp_receive_syn_window(const struct tcp *t)
{
    return (uint16_t)tcp_min(t->config->window_octets, UINT16_MAX);
}

bool tcp_receive_acceptable(const struct tcp *t, const struct tcp_segment *s)
{
    uint32_t n = s->len + ((s->flags & TCPM_FIN) != 0);

    /* All old: its end lies before.  Beyond: it begins at or after the edge,
     * unless it is empty and just there. */
    if (tcp_before(s->seq + n, t->rcv_nxt))
        return false;
    return n == 0 ? !tcp_before(t->rcv_edge, s->seq)
                  : tcp_before(s->seq, t->rcv_edge);
}

/* ---- octets ---- */

/* RFC 2018 4: what came last is told first. */
static void remember(struct tcp *t, uint32_t seq)
{
    memmove(t->recent + 1, t->recent, sizeof t->recent - sizeof t->recent[0]);
    t->recent[0] = seq;
}

/* Beyond a hole: acknowledged at once (RFC 5681 4.2). */
static void beyond(struct tcp *t, struct tcp_range r)
{
    uint32_t fresh;

    t->todo |= TCPM_DO_ACK;
    t->stats->out_of_order++;
    if (tcp_ranges_add(&t->arrived, r, &fresh) ||
        (tcp_ranges_give(&t->sacked, &t->arrived, &t->sacked) &&
         tcp_ranges_add(&t->arrived, r, &fresh)))
        remember(t, r.start);
    else
        t->stats->no_room++; /* it will be sent again */
}

/* RFC 5681 4.2: every second segment, or after a while; at once if there is a
 * hole or was one. */
static void acknowledge_later(struct tcp *t, pptp_ns now, bool hole)
{
    if (hole || ++t->ack_wait >= t->config->delack_segments)
        t->todo |= TCPM_DO_ACK;
    else if (t->delack_ns == PPTP_NEVER)
        t->delack_ns = now + t->config->delack_ns;
}

/* The next octets, and those that lie behind them already. */
static void in_order(struct tcp *t, pptp_ns now, uint32_t end)
{
    uint32_t had = t->rcv_nxt;
    bool hole = t->arrived.count > 0;

    t->rcv_nxt = end;
    if (hole) {
        if (!tcp_before(end, t->arrived.at[0].start)) {
            uint32_t i = tcp_ranges_find(&t->arrived, end);

            if (i < t->arrived.count &&
                !tcp_before(end, t->arrived.at[i].start))
                t->rcv_nxt = t->arrived.at[i].end;
        }
        tcp_ranges_cut(&t->arrived, t->rcv_nxt);
    }
    t->readable += t->rcv_nxt - had;
    t->events |= TCPM_EV_READABLE;
    acknowledge_later(t, now, hole);
}

/* RFC 3168 6.1.3: until the peer says that its window is smaller. */
static void echo(struct tcp *t, const struct tcp_segment *s)
{
    if (s->flags & TCPM_CWR)
        t->ece = false;
    if (t->ecn && s->ce && s->len > 0)
        t->ece = true;
}

bool tcp_receive_octets(struct tcp *t, pptp_ns now,
                        const struct tcp_segment *s)
{
    uint32_t start = s->seq, end = s->seq + s->len;

    echo(t, s);
    if (s->flags & TCPM_FIN && !tcp_before(t->rcv_edge, end) &&
        !tcp_before(end, t->rcv_nxt)) {
        t->fin_seen = true;
        t->fin_seq = end;
    }
    if (tcp_before(t->rcv_edge, end))
        end = t->rcv_edge;
    if (tcp_before(start, t->rcv_nxt))
        start = t->rcv_nxt;
    if (s->len > 0 && !tcp_before(start, end)) {
        t->todo |= TCPM_DO_ACK; /* nothing new: RFC 9293 3.10.7.4 */
        t->stats->duplicates_received++;
    } else if (s->len > 0 && start == t->rcv_nxt) {
        in_order(t, now, end);
    } else if (s->len > 0) {
        beyond(t, (struct tcp_range){ start, end });
    }
    if (s->flags & TCPM_FIN)
        t->todo |= TCPM_DO_ACK;
    if (!t->fin_seen || t->rcv_nxt != t->fin_seq)
        return false;
    t->rcv_nxt++;
    t->fin_seen = false;
    t->fin_came = true;
    return true;
}

/* ---- acknowledgments ---- */

static bool told(const struct tcp_segment *out, const struct tcp_range *r)
{
    for (uint32_t i = 0; i < out->sacks; i++)
        if (out->sack[i].start == r->start)
            return true;
    return false;
}

static void tell(struct tcp_segment *out, const struct tcp_range *r)
{
    if (out->sacks < TCPM_SACKS && !told(out, r))
        out->sack[out->sacks++] = *r;
}

/* RFC 2018 4: the latest first, then what was told lately. */
static void blocks(const struct tcp *t, struct tcp_segment *out)
{
    const struct tcp_ranges *a = &t->arrived;
    uint32_t i, at;

    for (i = 0; i < TCPM_SACKS && i < a->count; i++) {
        at = tcp_ranges_find(a, t->recent[i]);
        if (at < a->count && !tcp_before(t->recent[i], a->at[at].start))
            tell(out, &a->at[at]);
    }
    for (i = a->count; i-- > 0 && out->sacks < TCPM_SACKS;)
        tell(out, &a->at[i]);
}

/* RFC 9293 3.8.6: the edge never goes back. */
static uint32_t new_edge(const struct tcp *t)
{
    uint32_t edge = t->rcv_nxt + t->config->window_octets - t->readable;

    return tcp_before(edge, t->rcv_edge) ? t->rcv_edge : edge;
}

void tcp_receive_acknowledge(struct tcp *t, struct tcp_segment *out)
{
    uint32_t window = (new_edge(t) - t->rcv_nxt) >> t->rcv_scale;
    uint32_t edge;

    out->ack = t->rcv_nxt;
    out->flags |= TCPM_ACK;
    out->window = (uint16_t)tcp_min(window, UINT16_MAX);
    edge = t->rcv_nxt + ((uint32_t)out->window << t->rcv_scale);
    if (tcp_before(t->rcv_edge, edge))
        t->rcv_edge = edge;
    if (t->ece)
        out->flags |= TCPM_ECE;
    if (t->sack && out->len == 0)
        blocks(t, out);
    t->todo &= (uint8_t)~TCPM_DO_ACK;
    t->ack_wait = 0;
    t->delack_ns = PPTP_NEVER;
}

/* RFC 9293 3.8.6.2.2: the window is told to be larger when it is worth it,
 * and the peer may be waiting for it. */
void tcp_take(struct tcp *t, uint32_t octets)
{
    uint32_t whole = t->config->window_octets, gain;

    PPTP_ASSERT(octets <= t->readable);
    t->readable -= octets;
    gain = new_edge(t) - t->rcv_edge;
    if (t->state >= TCPM_ESTABLISHED && t->state <= TCPM_FIN_WAIT_2 &&
        t->rcv_edge - t->rcv_nxt <= whole / 2 &&
        gain >= tcp_min(whole / 2, 2 * t->cong.mss))
        t->todo |= TCPM_DO_ACK;
}

uint32_t tcp_read_seq(const struct tcp *t)
{
    return t->rcv_nxt - t->fin_came - t->readable; /* FIN has a number */
}
