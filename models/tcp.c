/* SPDX-License-Identifier: GPL-3.0-or-later */
/* States of a connection (RFC 9293 3.10), and what it sends next; tcp.h. */
#include "config.h"

#include "models/tcp.h"

#include <string.h>

#include "models/tcp_loss.h"
#include "models/tcp_receive.h"
#include "models/tcp_send.h"

/* ---- settings ---- */

void tcp_config_default(struct tcp_config *c)
{
    *c = (struct tcp_config){
        .cc = &tcp_cc_newreno,
        .mss = 1460,
        .window_octets = UINT16_MAX,
        .initial_segments = 10,
        .slow_start_segments = 2,
        .fast_convergence = true,
        .sack = true,
        .limited_transmit = true,
        .idle_restart = true,
        .validate = true,
        .rto_min_ns = 200 * PPTP_MS,
        .rto_initial_ns = PPTP_S,
        .rto_max_ns = 60 * PPTP_S,
        .rto_grain_ns = PPTP_MS,
        .delack_segments = 2,
        .delack_ns = 40 * PPTP_MS,
        .time_wait_ns = 60 * PPTP_S,
        .syn_tries = 6,
        .data_tries = 15,
    };
}

const char *tcp_config_check(const struct tcp_config *c)
{
    if (c->cc == NULL)
        return "there is no congestion control";
    if (c->mss < TCPM_MSS_LEAST || c->mss > UINT16_MAX - 80)
        return "a segment has 64 to 65,455 octets";
    if (c->window_octets < c->mss || c->window_octets > 1 << 30)
        return "a window has a segment at least and 2^30 octets at most";
    if (c->initial_segments > 1000)
        return "an initial window has at most 1,000 segments";
    if (c->slow_start_segments == 0 || c->slow_start_segments > 1000)
        return "slow start counts 1 to 1,000 segments";
    if (c->rto_min_ns == 0 || c->rto_initial_ns < c->rto_min_ns ||
        c->rto_max_ns < c->rto_initial_ns || c->rto_max_ns > 3600 * PPTP_S)
        return "time-outs are in order, above 0, and at most an hour";
    if (c->delack_segments == 0 || c->delack_segments > 100 ||
        c->delack_ns > PPTP_S)
        return "an acknowledgment waits for 1 to 100 segments, a second at "
               "most";
    if (c->syn_tries == 0 || c->data_tries == 0)
        return "everything is tried once at least";
    return NULL;
}

uint32_t tcp_range_count(const struct tcp_config *c)
{
    return c->window_octets / (2 * c->mss) + 8;
}

/* ---- beginning ---- */

void tcp_init(struct tcp *t, const struct tcp_config *c,
              struct tcp_stats *stats, struct tcp_range *ranges)
{
    uint16_t n = (uint16_t)tcp_min(tcp_range_count(c) / 2, UINT16_MAX);

    *t = (struct tcp){
        .config = c,
        .stats = stats,
        .sacked = { .at = ranges, .limit = n },
        .arrived = { .at = ranges + n, .limit = n },
        .timer_ns = PPTP_NEVER,
        .delack_ns = PPTP_NEVER,
    };
}

static void begin(struct tcp *t, pptp_ns now, uint32_t iss)
{
    t->iss = iss;
    t->snd_una = t->recover = t->cwr_end = t->high_rxt = iss;
    t->snd_nxt = t->snd_max = iss + 1;
    t->cong.mss = TCPM_MSS_UNSAID;
    t->cong.count_acks = t->config->count_acks;
    t->cong.fast_convergence = t->config->fast_convergence;
    t->cong.slow_start_segments = (uint16_t)t->config->slow_start_segments;
    t->rto.rto_ns = t->config->rto_initial_ns;
    t->tries = 1;
    t->timing = true;
    t->timed_ns = now;
    t->todo = TCPM_DO_SYN;
    t->timer_ns = now + t->rto.rto_ns;
}

void tcp_connect(struct tcp *t, pptp_ns now, uint32_t iss)
{
    begin(t, now, iss);
    t->state = TCPM_SYN_SENT;
}

/* What the peer's SYN says, of an opening from either side. */
static void take_syn(struct tcp *t, const struct tcp_segment *s, bool ecn)
{
    const struct tcp_config *c = t->config;
    uint32_t mss = s->mss > 0 ? s->mss : TCPM_MSS_UNSAID;

    t->cong.mss = tcp_max(tcp_min(mss, c->mss), TCPM_MSS_LEAST);
    t->sack = c->sack && s->sack_permitted;
    t->ecn = c->ecn && ecn;
    if (s->scale != TCPM_NO_SCALE) {
        t->snd_scaled = true;
        t->snd_scale = s->scale < TCPM_NO_SCALE ? s->scale : TCPM_NO_SCALE - 1;
        t->rcv_scale = tcp_receive_scale(c);
    }
    t->snd_wnd = s->window;
    t->snd_wl1 = s->seq;
    t->snd_wl2 = s->ack;
    tcp_receive_begin(t, s->seq + 1);
}

/* RFC 3168 6.1.1: a SYN with both marks asks, a SYN-ACK with one says yes. */
static bool offers_ecn(const struct tcp_segment *s)
{
    uint8_t marks = s->flags & (TCPM_ECE | TCPM_CWR);

    return marks == (s->flags & TCPM_ACK ? TCPM_ECE : TCPM_ECE | TCPM_CWR);
}

void tcp_accept(struct tcp *t, pptp_ns now, uint32_t iss,
                const struct tcp_segment *syn)
{
    begin(t, now, iss);
    t->passive = true;
    t->state = TCPM_SYN_RECEIVED;
    take_syn(t, syn, offers_ecn(syn));
}

/* ---- ending ---- */

static void end(struct tcp *t)
{
    t->state = TCPM_CLOSED;
    t->todo &= TCPM_DO_RST;
    t->timer_ns = t->delack_ns = PPTP_NEVER;
}

static void fail(struct tcp *t, enum tcp_reason why)
{
    /* a half-open connection was never shown to who listens; and of one in
     * TIME_WAIT it has been said that it is closed */
    bool told = !(t->passive && t->state == TCPM_SYN_RECEIVED) &&
                t->state != TCPM_TIME_WAIT;

    end(t);
    t->why = why;
    if (told)
        t->events |= TCPM_EV_FAILED;
}

static void reset(struct tcp *t, uint32_t seq)
{
    t->todo |= TCPM_DO_RST;
    t->rst_seq = seq;
    t->stats->resets_sent++;
}

void tcp_abort(struct tcp *t)
{
    if (t->state > TCPM_SYN_SENT && t->state != TCPM_TIME_WAIT)
        reset(t, t->snd_max);
    end(t);
    t->events = 0;
}

static void time_wait(struct tcp *t, pptp_ns now)
{
    t->state = TCPM_TIME_WAIT;
    t->timer_ns = now + t->config->time_wait_ns;
    t->events |= TCPM_EV_CLOSED;
}

bool tcp_refuse(const struct tcp_segment *s, struct tcp_segment *out)
{
    if (s->flags & TCPM_RST)
        return false;
    *out = (struct tcp_segment){ .flags = TCPM_RST, .scale = TCPM_NO_SCALE };
    if (s->flags & TCPM_ACK) {
        out->seq = s->ack;
    } else {
        out->flags |= TCPM_ACK;
        out->ack = s->seq + s->len + ((s->flags & TCPM_SYN) != 0) +
                   ((s->flags & TCPM_FIN) != 0);
    }
    return true;
}

/* ---- orders ---- */

void tcp_write(struct tcp *t, uint64_t octets)
{
    if (t->state == TCPM_CLOSED || t->fin_wanted)
        return;
    t->unsent = octets < TCPM_ENDLESS - t->unsent ? t->unsent + octets
                                                  : TCPM_ENDLESS;
}

void tcp_close(struct tcp *t)
{
    if (t->state != TCPM_CLOSED)
        t->fin_wanted = true; /* before it is up: after it is */
}

/* ---- time ---- */

static void syn_expired(struct tcp *t, pptp_ns now)
{
    t->stats->timeouts++;
    if (t->tries >= t->config->syn_tries) {
        fail(t, TCPM_TIMEOUT);
        return;
    }
    t->tries++;
    t->timing = false;
    tcp_rto_back_off(&t->rto, t->config->rto_max_ns);
    t->todo |= TCPM_DO_SYN;
    t->timer_ns = now + t->rto.rto_ns;
}

static void expired(struct tcp *t, pptp_ns now)
{
    switch (t->state) {
    case TCPM_CLOSED: break;
    case TCPM_SYN_SENT:
    case TCPM_SYN_RECEIVED: syn_expired(t, now); break;
    case TCPM_TIME_WAIT: end(t); break; /* closed was said on the way in */
    case TCPM_FIN_WAIT_2: /* patience is over, as in deployed stacks */
        end(t);
        t->events |= TCPM_EV_CLOSED;
        break;
    default:
        if (!tcp_loss_expired(t, now)) {
            reset(t, t->snd_max);
            fail(t, TCPM_TIMEOUT);
        }
    }
}

void tcp_advance(struct tcp *t, pptp_ns now)
{
    if (t->delack_ns <= now) {
        t->delack_ns = PPTP_NEVER;
        t->todo |= TCPM_DO_ACK;
    }
    if (t->timer_ns <= now)
        expired(t, now);
}

/* ---- segments that come ---- */

static void established(struct tcp *t, pptp_ns now)
{
    bool lost = t->tries > 1;

    if (!lost && t->timing)
        tcp_loss_measured(t, now - t->timed_ns);
    t->state = TCPM_ESTABLISHED;
    t->snd_una = t->iss + 1;
    tcp_loss_begin(t, lost);
    t->events |= TCPM_EV_CONNECTED;
}

/* RFC 9293 3.10.7.3 */
static void input_syn_sent(struct tcp *t, pptp_ns now,
                           const struct tcp_segment *s)
{
    bool ack = (s->flags & TCPM_ACK) != 0;

    if (ack && s->ack != t->iss + 1) {
        if (!(s->flags & TCPM_RST))
            reset(t, s->ack);
        return;
    }
    if (s->flags & TCPM_RST) {
        if (ack)
            fail(t, TCPM_REFUSED);
        return;
    }
    if (!(s->flags & TCPM_SYN))
        return;
    take_syn(t, s, offers_ecn(s));
    if (ack) {
        t->todo = (t->todo & (uint8_t)~TCPM_DO_SYN) | TCPM_DO_ACK;
        established(t, now);
    } else { /* both have opened at once */
        t->state = TCPM_SYN_RECEIVED;
        t->todo |= TCPM_DO_SYN;
        t->timer_ns = now + t->rto.rto_ns;
    }
}

/* Our FIN is acknowledged. */
static void fin_acknowledged(struct tcp *t, pptp_ns now)
{
    if (t->state == TCPM_FIN_WAIT_1) {
        t->state = TCPM_FIN_WAIT_2;
        t->timer_ns = now + t->config->time_wait_ns;
    } else if (t->state == TCPM_CLOSING) {
        time_wait(t, now);
    } else if (t->state == TCPM_LAST_ACK) {
        end(t);
        t->events |= TCPM_EV_CLOSED;
    }
}

/* The peer's FIN has come, and all before it. */
static void peer_fin(struct tcp *t, pptp_ns now)
{
    t->events |= TCPM_EV_PEER_CLOSED;
    if (t->state == TCPM_FIN_WAIT_2)
        time_wait(t, now);
    else if (t->state == TCPM_FIN_WAIT_1)
        t->state = TCPM_CLOSING;
    else
        t->state = TCPM_CLOSE_WAIT;
}

/* One that may be in the window, with an acknowledgment that may be right. */
static void input_octets(struct tcp *t, pptp_ns now,
                         const struct tcp_segment *s)
{
    if (t->state == TCPM_FIN_WAIT_2) /* the peer still has something */
        t->timer_ns = now + t->config->time_wait_ns;
    if (t->state == TCPM_ESTABLISHED || t->state == TCPM_FIN_WAIT_1 ||
        t->state == TCPM_FIN_WAIT_2) {
        if (tcp_receive_octets(t, now, s))
            peer_fin(t, now);
        return;
    }
    if (s->len > 0 || s->flags & TCPM_FIN)
        t->todo |= TCPM_DO_ACK;
    if (t->state == TCPM_TIME_WAIT && s->flags & TCPM_FIN) /* 2 MSL anew */
        t->timer_ns = now + t->config->time_wait_ns;
}

static void input_ack(struct tcp *t, pptp_ns now, const struct tcp_segment *s)
{
    if (t->state == TCPM_SYN_RECEIVED) {
        if (s->ack != t->iss + 1) {
            reset(t, s->ack);
            return;
        }
        t->todo &= (uint8_t)~TCPM_DO_SYN;
        t->snd_wnd = (uint32_t)s->window << t->snd_scale;
        established(t, now);
    }
    if (!tcp_loss_acked(t, now, s)) {
        t->todo |= TCPM_DO_ACK; /* of what was never sent: dropped */
        return;
    }
    if (t->fin_sent && t->snd_una == t->snd_max)
        fin_acknowledged(t, now);
    if (t->state != TCPM_CLOSED)
        input_octets(t, now, s);
}

/* RFC 9293 3.10.7.4 */
static void input_synchronized(struct tcp *t, pptp_ns now,
                               const struct tcp_segment *s)
{
    /* a SYN that comes twice is no SYN-ACK lost */
    bool half = t->state == TCPM_SYN_RECEIVED;

    if (s->flags & TCPM_RST) {
        if (s->seq - t->rcv_nxt <= t->config->window_octets)
            fail(t, TCPM_RESET);
    } else if (s->flags & TCPM_SYN || !tcp_receive_acceptable(t, s)) {
        t->todo |= half && !(s->flags & TCPM_ACK) ? TCPM_DO_SYN : TCPM_DO_ACK;
    } else if (s->flags & TCPM_ACK) {
        input_ack(t, now, s);
    }
}

void tcp_input(struct tcp *t, pptp_ns now, const struct tcp_segment *s)
{
    t->stats->segments_received++;
    if (t->state == TCPM_SYN_SENT)
        input_syn_sent(t, now, s);
    else if (t->state != TCPM_CLOSED)
        input_synchronized(t, now, s);
}

/* ---- segments that go ---- */

static void poll_reset(struct tcp *t, struct tcp_segment *out)
{
    t->todo &= (uint8_t)~TCPM_DO_RST;
    out->flags = TCPM_RST;
    out->seq = t->rst_seq;
    if (t->state == TCPM_CLOSED) {
        out->flags |= TCPM_ACK;
        out->ack = t->rcv_nxt;
    }
}

static void poll_syn(struct tcp *t, struct tcp_segment *out)
{
    bool back = t->state == TCPM_SYN_RECEIVED;

    t->todo &= (uint8_t)~TCPM_DO_SYN;
    out->seq = t->iss;
    out->flags = TCPM_SYN;
    out->mss = (uint16_t)t->config->mss;
    out->window = tcp_receive_syn_window(t);
    out->sack_permitted = back ? t->sack : t->config->sack;
    if (!back || t->snd_scaled)
        out->scale = tcp_receive_scale(t->config);
    if (back) {
        out->flags |= TCPM_ACK | (t->ecn ? TCPM_ECE : 0);
        out->ack = t->rcv_nxt;
    } else if (t->config->ecn && t->tries == 1) {
        out->flags |= TCPM_ECE | TCPM_CWR; /* RFC 3168 6.1.1.1: then without */
    }
    out->again = t->tries > 1;
    if (out->again)
        t->stats->retransmitted++;
}

/* The FIN that goes out changes the state. */
static void fin_goes(struct tcp *t)
{
    if (t->state == TCPM_ESTABLISHED)
        t->state = TCPM_FIN_WAIT_1;
    else if (t->state == TCPM_CLOSE_WAIT)
        t->state = TCPM_LAST_ACK;
}

static bool may_send(const struct tcp *t)
{
    return t->state >= TCPM_ESTABLISHED && t->state != TCPM_FIN_WAIT_2 &&
           t->state != TCPM_TIME_WAIT;
}

/* Goes before octets and without any: only then it is a duplicate that counts
 * (RFC 5681 2), and a segment of octets has the room that options take. */
static bool tells_of_hole(const struct tcp *t)
{
    return t->todo & TCPM_DO_ACK && t->arrived.count > 0;
}

bool tcp_poll(struct tcp *t, pptp_ns now, struct tcp_segment *out)
{
    *out = (struct tcp_segment){ .scale = TCPM_NO_SCALE };
    if (t->todo & TCPM_DO_RST) {
        poll_reset(t, out);
    } else if (t->todo & TCPM_DO_SYN) {
        poll_syn(t, out);
    } else if (!tells_of_hole(t) && may_send(t) &&
               tcp_send_next(t, now, out)) {
        if (out->flags & TCPM_FIN)
            fin_goes(t);
        tcp_receive_acknowledge(t, out);
    } else if (t->todo & TCPM_DO_ACK) {
        /* Not snd_nxt, which a time-out has set back: with both sides there
         * neither would find the other's acknowledgments in its window. */
        out->seq = t->snd_max;
        tcp_receive_acknowledge(t, out);
    } else {
        return false;
    }
    t->stats->segments_sent++;
    return true;
}

/* ---- questions ---- */

uint32_t tcp_flight(const struct tcp *t)
{
    return t->snd_max - t->fin_sent - tcp_unacked_seq(t);
}

uint32_t tcp_unacked_seq(const struct tcp *t)
{
    uint32_t last = t->snd_max - t->fin_sent;

    if (t->state < TCPM_ESTABLISHED && t->snd_una == t->iss)
        return t->iss + 1;
    /* its FIN is acknowledged */
    return tcp_before(last, t->snd_una) ? last : t->snd_una;
}
