/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PIE, RFC 8033: packets that come are dropped or marked with a probability
 * that is corrected every T_UPDATE by how far the delay is from its target,
 * and how it changes.  The delay is what the last packet to leave has waited,
 * or 0 if it left none behind.
 *
 * Of what the RFC leaves open, it has ECN (5.1), drops spread evenly (5.4) and
 * the bound of a correction (5.5), but no estimate of a rate (5.2) and no
 * turning off (5.3).
 */
#include "config.h"

#include "models/queue_parts.h"

struct queue_pie {
    struct queue queue;
    struct queue_list list;
    struct pie state;
};

static struct queue_pie *of(struct queue *q)
{
    return (struct queue_pie *)q;
}

static void fill(struct queue_config *c)
{
    c->target_ns = 15 * PPTP_MS; /* 4.2, 4.4 */
    c->update_ns = 15 * PPTP_MS;
    c->burst_ns = 150 * PPTP_MS;
    c->alpha = 0.125;
    c->beta = 1.25;
    c->mtu_octets = 1500;
}

static const char *check(const struct queue_config *c)
{
    if (c->target_ns == 0 || c->target_ns > 3600 * PPTP_S)
        return "PIE's target is more than 0 and at most an hour";
    if (c->update_ns == 0 || c->update_ns > 3600 * PPTP_S)
        return "PIE's update is every some time, at most an hour";
    if (c->burst_ns > 3600 * PPTP_S)
        return "PIE's burst is at most an hour";
    if (!(c->alpha > 0 && c->alpha <= 1e6 && c->beta >= 0 && c->beta <= 1e6))
        return "PIE's alpha is more than 0, beta is not less, both at most "
               "1000000";
    return NULL;
}

static bool init(struct queue *q)
{
    queue_list_init(&of(q)->list);
    pie_init(&of(q)->state, &q->c);
    return true;
}

static void fini(struct queue *q)
{
    (void)q;
}

static void put(struct queue *q, struct queue_item *i)
{
    struct pie *s = &of(q)->state;

    pie_advance(s, &q->c, i->since_ns);
    if (queue_is_full(q, i)) {
        s->sum = 0;
        queue_drop(q, i, QUEUE_FULL);
    } else if (pie_hits(s, &q->c, q->octets, &q->rng) &&
               /* 5.1: above that it is no responsive flow's */
               !(s->probability < 0.1 && queue_mark(q, i))) {
        queue_drop(q, i, QUEUE_EARLY);
    } else {
        queue_append(q, &of(q)->list, i);
    }
}

static bool take(struct queue *q, pptp_ns now, struct queue_item *out)
{
    struct pie *s = &of(q)->state;

    pie_advance(s, &q->c, now);
    if (!queue_remove(q, &of(q)->list, out))
        return false;
    s->delay_ns = q->packets > 0 ? now - out->since_ns : 0;
    return true;
}

void pie_init(struct pie *s, const struct queue_config *c)
{
    *s = (struct pie){ .burst_ns = c->burst_ns, .due_ns = c->update_ns };
}

/* 4.2: a small probability is corrected in small steps. */
static double scale(double probability)
{
    static const struct {
        double below, by;
    } rows[] = {
        { 0.000001, 1.0 / 2048 }, { 0.00001, 1.0 / 512 },
        { 0.0001, 1.0 / 128 },    { 0.001, 1.0 / 32 },
        { 0.01, 1.0 / 8 },        { 0.1, 1.0 / 2 },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (probability < rows[i].below)
            return rows[i].by;
    return 1;
}

/* a - b */
static double seconds(pptp_ns a, pptp_ns b)
{
    return (double)(int64_t)(a - b) * 1e-9;
}

/* 4.2 */
static double correct(const struct pie *s, const struct queue_config *c)
{
    double by = c->alpha * seconds(s->delay_ns, c->target_ns) +
                c->beta * seconds(s->delay_ns, s->old_ns),
           p;

    by *= scale(s->probability);
    if (s->probability >= 0.1 && by > 0.02)
        by = 0.02; /* 5.5 */
    p = s->probability + by;
    if (s->delay_ns == 0 && s->old_ns == 0)
        p *= 0.98;
    return p < 0 ? 0 : p > 1 ? 1 : p;
}

/* `n` of the allowance's periods have passed. */
static void pass(struct pie *s, const struct queue_config *c, uint64_t n)
{
    pptp_ns time = n * c->update_ns;

    s->due_ns += time;
    s->burst_ns -= s->burst_ns < time ? s->burst_ns : time;
}

void pie_advance(struct pie *s, const struct queue_config *c, pptp_ns now)
{
    while (now >= s->due_ns) {
        double p = correct(s, c);
        /* then nothing changes it before a packet leaves */
        bool rests = p == s->probability && s->delay_ns == s->old_ns;

        s->probability = p;
        s->old_ns = s->delay_ns;
        pass(s, c, rests ? (now - s->due_ns) / c->update_ns + 1 : 1);
    }
}

bool pie_hits(struct pie *s, const struct queue_config *c, uint64_t waiting,
              struct rng *r)
{
    bool calm = s->old_ns < c->target_ns / 2;

    if (s->probability == 0 && calm && s->delay_ns < c->target_ns / 2)
        s->burst_ns = c->burst_ns; /* 4.4 */
    if (s->burst_ns > 0)
        return false;
    if ((calm && s->probability < 0.2) ||
        waiting <= 2 * (uint64_t)c->mtu_octets)
        return false; /* 4.1 */
    s->sum = s->probability == 0 ? 0 : s->sum + s->probability;
    /* 5.4: neither too soon after the last nor too late */
    if (s->sum < 0.85 || (s->sum < 8.5 && rng_real(r) >= s->probability))
        return false;
    s->sum = 0;
    return true;
}

const struct queue_ops queue_ops_pie = {
    .name = "pie",
    .size = sizeof(struct queue_pie),
    .fill = fill,
    .check = check,
    .init = init,
    .fini = fini,
    .put = put,
    .take = take,
};
