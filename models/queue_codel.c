/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CoDel, RFC 8289: the time that packets have waited, when they leave.  From
 * the moment that it has not been below the target for an interval, packets
 * are dropped, at times that come closer as 1 / sqrt(count).
 *
 * Times of drops are the exact law's, each rounded to the nanosecond; Linux
 * and ns-3 have one step of Newton's in 16 bits for the root.  What is marked
 * counts as dropped, and then leaves (Linux; the RFC says no more than that
 * one may mark).
 */
#include "config.h"

#include "models/queue_parts.h"

#include <math.h>

struct queue_codel {
    struct queue queue;
    struct queue_list list;
    struct codel state;
};

static struct queue_codel *of(struct queue *q)
{
    return (struct queue_codel *)q;
}

void codel_fill(struct queue_config *c)
{
    c->target_ns = 5 * PPTP_MS; /* 4.3, 4.4 */
    c->interval_ns = 100 * PPTP_MS;
    c->mtu_octets = 1500;
}

const char *codel_check(const struct queue_config *c)
{
    if (c->interval_ns == 0 || c->interval_ns > 3600 * PPTP_S)
        return "CoDel's interval is more than 0 and at most an hour";
    if (c->target_ns == 0 || c->target_ns > c->interval_ns)
        return "CoDel's target is more than 0 and at most its interval";
    return NULL;
}

static bool init(struct queue *q)
{
    queue_list_init(&of(q)->list);
    return true;
}

static void fini(struct queue *q)
{
    (void)q;
}

static void put(struct queue *q, struct queue_item *i)
{
    if (queue_is_full(q, i))
        queue_drop(q, i, QUEUE_FULL);
    else
        queue_append(q, &of(q)->list, i);
}

static bool take(struct queue *q, pptp_ns now, struct queue_item *out)
{
    return codel_take(q, &of(q)->list, &of(q)->state, now, out);
}

/* 5.6: the next packet; *ok: it may be dropped, as none has been below the
 * target for an interval. */
static bool next(struct queue *q, struct queue_list *l, struct codel *s,
                 pptp_ns now, struct queue_item *out, bool *ok)
{
    *ok = false;
    if (!queue_remove(q, l, out)) {
        s->first_above_ns = 0;
        return false;
    }
    if (now - out->since_ns < q->c.target_ns ||
        q->octets - q->octets_apart <= q->c.mtu_octets)
        s->first_above_ns = 0;
    else if (s->first_above_ns == 0)
        s->first_above_ns = now + q->c.interval_ns;
    else
        *ok = now >= s->first_above_ns;
    return true;
}

/* 5.5 */
static pptp_ns law(const struct queue *q, pptp_ns t, uint32_t count)
{
    return t + (pptp_ns)llround((double)q->c.interval_ns / sqrt(count));
}

/* In the state of dropping: as many as are due. */
static bool go_on(struct queue *q, struct queue_list *l, struct codel *s,
                  pptp_ns now, struct queue_item *out)
{
    bool some = true, ok;

    while (s->dropping && now >= s->drop_next_ns) {
        s->count++;
        if (queue_mark(q, out)) {
            s->drop_next_ns = law(q, s->drop_next_ns, s->count);
            return true;
        }
        queue_drop(q, out, QUEUE_EARLY);
        some = next(q, l, s, now, out, &ok);
        if (ok)
            s->drop_next_ns = law(q, s->drop_next_ns, s->count);
        else
            s->dropping = false;
    }
    return some;
}

/* The first drop.  If the last state of dropping ended not long ago, that what
 * it had come to was about right (5.4). */
static bool begin(struct queue *q, struct queue_list *l, struct codel *s,
                  pptp_ns now, struct queue_item *out)
{
    uint32_t more = s->count - s->last_count;
    bool some = true, ok;

    if (!queue_mark(q, out)) {
        queue_drop(q, out, QUEUE_EARLY);
        some = next(q, l, s, now, out, &ok);
    }
    s->dropping = true;
    s->count = 1;
    if (more > 1 && now < s->drop_next_ns + 16 * q->c.interval_ns)
        s->count = more;
    s->last_count = s->count;
    s->drop_next_ns = law(q, now, s->count);
    return some;
}

bool codel_take(struct queue *q, struct queue_list *l, struct codel *s,
                pptp_ns now, struct queue_item *out)
{
    bool ok, some = next(q, l, s, now, out, &ok);

    if (s->dropping) {
        s->dropping = ok;
        return go_on(q, l, s, now, out) && some;
    }
    return ok ? begin(q, l, s, now, out) : some;
}

const struct queue_ops queue_ops_codel = {
    .name = "codel",
    .size = sizeof(struct queue_codel),
    .fill = codel_fill,
    .check = codel_check,
    .init = init,
    .fini = fini,
    .put = put,
    .take = take,
};
