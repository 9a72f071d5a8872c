/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections, calls, findings and the time line of a capture; look-ups. */
#ifndef EXPLAIN_STORE_H
#define EXPLAIN_STORE_H

#include "explain/state.h"

/* Who a finding is about; any may be absent (NULL, -1, 0). */
struct subject {
    const struct conn *conn;
    const struct call *call;
    int side;
    uint32_t about;            /* findings about another are others */
    const struct moment *when; /* NULL: now */
};

static inline struct subject of_conn(const struct conn *c, int side)
{
    return (struct subject){ .conn = c, .side = side };
}

static inline struct subject of_call(const struct call *call, int side)
{
    return (struct subject){ .call = call, .side = side };
}

static inline struct subject of_capture(void)
{
    return (struct subject){ .side = -1 };
}

static inline struct subject about(struct subject who, uint32_t what)
{
    who.about = what;
    return who;
}

static inline struct subject seen_at(struct subject who,
                                     const struct moment *when)
{
    who.when = when;
    return who;
}

/* A finding, counted when it is known already; NULL when there is no room.
 * The details are those of the first one; explain_detail replaces them. */
struct explain_finding *explain_note(struct explain *e, enum explain_kind kind,
                                     struct subject who, const char *format,
                                     ...)
    __attribute__((format(printf, 4, 5)));
void explain_detail(struct explain_finding *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void explain_event(struct explain *e, const struct conn *c,
                   const struct call *call, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Remarks that a message of this type came more than a second later. */
void explain_slow(struct explain *e, struct subject who,
                  const struct moment *since, uint16_t type);
/* A frame that is left out. */
void explain_unread(struct explain *e, enum encap_kind kind, uint32_t which);

struct call *explain_call_new(struct explain *e, struct conn *c,
                              uint32_t addr0, uint32_t addr1);
/* The call's ID of this side, known or not. */
void explain_call_id(struct explain *e, struct call *call, int side,
                     struct num id);
/* The newest call of which `side` assigned this ID; a live one, if asked. */
struct call *explain_call_by_id(const struct explain *e, const struct conn *c,
                                int side, uint32_t id, bool live);
/* The newest connection between two hosts, whichever opened it; or NULL. */
struct conn *explain_conn_between(const struct explain *e, uint32_t a,
                                  uint32_t b);
/* The connection of these two ends, side 0 first; a new one for a SYN on
 * ports that were used before.  NULL: there is no room. */
struct conn *explain_conn_of(struct explain *e, const uint32_t *addr,
                             const uint16_t *port, bool syn);

/* Whether messages of this side may be missing from the capture: then it
 * means nothing that one did not come. */
static inline bool explain_unheard(const struct conn *c, int side)
{
    return c->segments[side] == 0 || c->stream[side].lost;
}

/* … of any side: then states are not judged. */
static inline bool explain_doubt(const struct conn *c)
{
    return explain_unheard(c, 0) || explain_unheard(c, 1);
}

/* Whether this side may not know yet what the other said at that time, up to
 * TCP's sequence number `at`: it was a short while ago, or TCP has not told
 * that it came, or what this side says now was sent before and got lost. */
static inline bool explain_may_not_know(const struct explain *e,
                                        const struct conn *c, int side,
                                        const struct moment *when, uint32_t at)
{
    const struct stream *own, *other;

    if (!longer(when, &e->here, EXPLAIN_CROSSING))
        return true;
    if (c == NULL || c->closed)
        return false;
    own = &c->stream[side];
    other = &c->stream[1 - side];
    return own->resent || (own->acks && other->acked_any &&
                           pptp_seq_diff(other->acked, at) < 0);
}

/* When a connection ended, or the capture did. */
const struct moment *explain_until(const struct explain *e,
                                   const struct conn *c);

#endif
