/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Control connections out of TCP segments: order, repetition, gaps, streams
 * that begin in the middle or on one side only.  A message that a gap (or
 * the capture's snap length) hits after its header is filled with zeros and
 * marked; a gap elsewhere makes us look for the next message by its cookie,
 * and remember that messages may be missing.  A PPTP peer may not do that
 * (1.4), somebody who explains may.
 */
#include "config.h"

#include "explain/reassemble.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/wire.h"
#include "explain/control.h"
#include "explain/store.h"

#define GAP_WAIT PPTP_S /* acknowledged and still not seen: not captured */
#define SURE 10         /* octets that tell a message from noise */
/* a segment that comes later than that was not overtaken but sent again; no
 * sender's time-out is shorter (RFC 6298, 2.4, and those who undercut it) */
#define OVERTAKEN (100 * PPTP_MS)

/* Why octets are missing. */
enum lack {
    GAP, /* a segment was not captured */
    CUT  /* a snap length */
};

static void drop_front(struct stream *s, uint32_t n)
{
    memmove(s->buf, s->buf + n, s->have - n);
    s->front += n;
    s->have -= n;
    s->known = s->known > n ? s->known - n : 0;
}

/* Looks for a message in buf: true when it starts with one, or may. */
static bool hunt(struct stream *s)
{
    uint32_t i;

    for (i = 0; i < s->have; i++)
        if (s->have - i < SURE || pptp_msg_frame(s->buf + i, s->have - i) >= 0)
            break;
    s->skipped += i;
    drop_front(s, i);
    s->synced = s->have >= SURE;
    return s->synced;
}

static void deliver(struct explain *e, struct conn *c, int side, uint32_t n)
{
    struct stream *s = &c->stream[side];
    struct pptp_msg msg;
    struct said said = { &msg, s->known < n ? s->known : n };

    s->resent = pptp_seq_diff(s->front, s->sent) < 0;
    if (pptp_msg_decode(s->buf, s->have, &msg) > 0)
        explain_control_message(e, c, side, &said);
    s->resent = false;
    drop_front(s, n);
}

/* Takes the messages that buf starts with. */
static void drain(struct explain *e, struct conn *c, int side)
{
    struct stream *s = &c->stream[side];

    while (s->have > 0) {
        int n;

        if (!s->synced && !hunt(s))
            return;
        n = pptp_msg_frame(s->buf, s->have);
        if (n == 0)
            return;
        if (n > 0) {
            deliver(e, c, side, (uint32_t)n);
            continue;
        }
        explain_control_malformed(e, c, side, s->buf, s->have);
        s->synced = false;
        s->skipped++;
        drop_front(s, 1);
    }
}

static void take(struct explain *e, struct conn *c, int side,
                 const uint8_t *octets, uint32_t n)
{
    struct stream *s = &c->stream[side];

    while (n > 0) {
        uint32_t k = PPTP_MSG_MAX - s->have;

        if (k > n)
            k = n;
        memcpy(s->buf + s->have, octets, k);
        if (s->known == s->have)
            s->known += k;
        s->have += k;
        octets += k;
        n -= k;
        drain(e, c, side);
        PPTP_ASSERT(s->have < PPTP_MSG_MAX);
    }
}

/* n octets that the capture does not have. */
static void hole(struct explain *e, struct conn *c, int side, uint32_t n,
                 enum lack why)
{
    struct stream *s = &c->stream[side];
    uint32_t len;

    if (why == GAP)
        explain_note(e, EXPLAIN_TCP_GAP, of_conn(c, side),
                     "at first %u octet%s", n, pptp_plural(n));
    if (s->synced && s->have >= PPTP_MSG_HEADER) {
        len = pptp_get16(s->buf); /* drain has found it good */
        while (n > 0 && s->have < len) {
            s->buf[s->have++] = 0;
            n--;
        }
        if (s->have == len)
            drain(e, c, side);
        if (n == 0)
            return;
    }
    /* of a message that is cut this early not even the type is known */
    if (why == CUT && (c->pptp || s->skipped == 0))
        explain_note(e, EXPLAIN_MESSAGE_CUT, of_conn(c, side),
                     "at first %u octet%s, which do not tell its type",
                     s->have, pptp_plural(s->have));
    s->lost = true;
    s->skipped += s->have;
    s->have = s->known = 0;
    s->synced = false;
}

/* Octets from s->next on. */
static void advance(struct explain *e, struct conn *c, int side,
                    const uint8_t *octets, uint32_t len, uint32_t wire)
{
    struct stream *s = &c->stream[side];

    if (len > wire)
        len = wire;
    if (s->have == 0)
        s->front = s->next;
    s->next += wire;
    s->octets += wire;
    take(e, c, side, octets, len);
    if (wire > len)
        hole(e, c, side, wire - len, CUT);
}

static void forget(struct explain *e, struct stream *s, uint32_t i)
{
    e->pending_octets -= s->pending[i].len;
    s->held -= s->pending[i].len;
    free(s->pending[i].octets);
    s->pending[i] = s->pending[--s->pending_count];
}

/* Uses what has been waiting and is next now. */
static void use_pending(struct explain *e, struct conn *c, int side)
{
    struct stream *s = &c->stream[side];
    uint32_t i = 0;

    while (i < s->pending_count) {
        struct segment *g = &s->pending[i];
        int32_t ahead = pptp_seq_diff(g->seq, s->next);
        uint32_t old = ahead < 0 ? s->next - g->seq : 0;

        if (ahead > 0) {
            i++;
            continue;
        }
        if (old < g->wire)
            advance(e, c, side, g->octets + (old < g->len ? old : g->len),
                    old < g->len ? g->len - old : 0, g->wire - old);
        forget(e, s, i);
        i = 0; /* what is next may be any of them */
    }
}

/* Gives up the octets up to the first segment that waits. */
static void give_up(struct explain *e, struct conn *c, int side)
{
    struct stream *s = &c->stream[side];
    uint32_t i, best = 0;

    for (i = 1; i < s->pending_count; i++)
        if (pptp_seq_diff(s->pending[i].seq, s->pending[best].seq) < 0)
            best = i;
    i = s->pending[best].seq - s->next;
    s->next += i;
    hole(e, c, side, i, GAP);
    use_pending(e, c, side);
}

static void hold(struct explain *e, struct conn *c, int side,
                 const struct tcp_segment *t)
{
    struct stream *s = &c->stream[side];
    uint32_t len = t->len < t->wire ? t->len : t->wire;
    struct segment *g;

    while (s->pending_count > 0 && (s->pending_count == SEGMENTS_MAX ||
                                    s->held + len > SEGMENT_OCTETS_MAX))
        give_up(e, c, side);
    if (len > SEGMENT_OCTETS_MAX ||
        e->pending_octets + len > EXPLAIN_PENDING_MAX) {
        e->over_pending++;
        return;
    }
    g = &s->pending[s->pending_count];
    *g = (struct segment){ .seq = t->seq,
                           .wire = t->wire,
                           .len = len,
                           .octets = malloc(len > 0 ? len : 1) };
    if (g->octets == NULL) {
        e->over_pending++;
        return;
    }
    memcpy(g->octets, t->octets, len);
    if (s->pending_count++ == 0)
        s->gap = e->here;
    s->held += len;
    e->pending_octets += len;
}

/* One octet from before the next: who sends it asks whether anybody is there
 * (RFC 9293, 3.8.4). */
static bool keep_alive(const struct tcp_segment *t, int32_t ahead)
{
    return ahead == -1 && t->wire == 1;
}

/* What others have waited for: overtaken on the way, or lost and sent again;
 * which of both, the time tells. */
static void filled(struct explain *e, struct conn *c, int side)
{
    const struct stream *s = &c->stream[side];

    if (s->pending_count == 0)
        return;
    if (longer(&s->gap, &e->here, OVERTAKEN))
        explain_note(e, EXPLAIN_TCP_RETRANSMIT, of_conn(c, side),
                     "at first %.3f s later",
                     seconds_between(&s->gap, &e->here));
    else
        explain_note(e, EXPLAIN_TCP_REORDER, of_conn(c, side),
                     "at first by %u octet%s", s->held, pptp_plural(s->held));
}

static void data(struct explain *e, struct conn *c, int side,
                 const struct tcp_segment *t)
{
    struct subject who = of_conn(c, side);
    struct stream *s = &c->stream[side];
    int32_t ahead = pptp_seq_diff(t->seq, s->next);
    uint32_t old = ahead < 0 ? s->next - t->seq : 0;

    if (keep_alive(t, ahead))
        return;
    if (ahead < 0)
        explain_note(e, EXPLAIN_TCP_RETRANSMIT, who, "at first %u octet%s",
                     t->wire, pptp_plural(t->wire));
    if (old >= t->wire)
        return;
    if (ahead > 0) {
        /* the window of TCP is no wider; anything else is noise */
        if (ahead < (1 << 30))
            hold(e, c, side, t);
        return;
    }
    filled(e, c, side);
    advance(e, c, side, t->octets + (old < t->len ? old : t->len),
            old < t->len ? t->len - old : 0, t->wire - old);
    use_pending(e, c, side);
}

/* What somebody acknowledges and answers was sent, captured or not. */
static void skip_to(struct explain *e, struct conn *c, int side, uint32_t ack)
{
    struct stream *s = &c->stream[side];
    int32_t d;

    while (s->pending_count > 0 && pptp_seq_diff(ack, s->next) > 0)
        give_up(e, c, side);
    d = pptp_seq_diff(ack, s->next);
    if (d > 0 && d < (1 << 30)) {
        s->next = ack;
        hole(e, c, side, (uint32_t)d, GAP);
    }
}

void explain_reassemble_input(struct explain *e, struct conn *c, int side,
                              const struct tcp_segment *t)
{
    struct stream *s = &c->stream[side], *other = &c->stream[1 - side];

    if (t->syn) {
        if (!s->started || c->messages[side] == 0)
            s->next = s->sent = t->seq + 1;
        s->started = s->synced = true;
        return;
    }
    if (!s->started) {
        s->started = true;
        s->next = s->sent = t->seq;
        s->synced = false;
        s->lost = !c->midstream; /* its SYN is missing: what else is? */
    }
    if (t->wire > 0 && t->has_ack && other->started && !c->fin[1 - side])
        skip_to(e, c, 1 - side, t->ack);
    /* before its data is read: what its sender knew */
    if (t->has_ack &&
        (!other->acked_any || pptp_seq_diff(t->ack, other->acked) > 0)) {
        other->acked_any = true;
        other->acked = t->ack;
        s->acks |= t->wire == 0 && other->octets > 0;
    }
    if (t->wire > 0)
        data(e, c, side, t);
    if (pptp_seq_diff(t->seq, s->sent) > 0)
        s->sent = t->seq;
    /* received over there, but never by who captured */
    if (other->pending_count > 0 && longer(&other->gap, &e->here, GAP_WAIT) &&
        other->acked_any && pptp_seq_diff(other->acked, other->next) > 0)
        give_up(e, c, 1 - side);
}

void explain_reassemble_closed(struct explain *e, struct conn *c, int side,
                               const struct tcp_segment *t)
{
    struct stream *s = &c->stream[side], *other = &c->stream[1 - side];
    int32_t d = pptp_seq_diff(t->seq, s->next);

    explain_reassemble_end(e, c);
    if (s->started && t->fin && d > 0 && d < (1 << 30)) {
        s->next = t->seq;
        hole(e, c, side, (uint32_t)d, GAP);
    }
    /* one more is the other side's FIN */
    d = pptp_seq_diff(t->ack, other->next);
    if (t->has_ack && other->started && !c->fin[1 - side] && d > 1)
        skip_to(e, c, 1 - side, t->ack);
}

void explain_reassemble_end(struct explain *e, struct conn *c)
{
    int side;

    for (side = 0; side < 2; side++)
        while (c->stream[side].pending_count > 0)
            give_up(e, c, side);
}

void explain_reassemble_fini(struct stream *s)
{
    while (s->pending_count > 0)
        free(s->pending[--s->pending_count].octets);
}
