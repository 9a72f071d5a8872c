/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The telephone network before a PAC; phone.h. */
#include "config.h"

#include "sim/phone.h"

#include <math.h>
#include <string.h>

#include "models/dist.h"

/* Q.850 */
enum {
    CAUSE_UNALLOCATED = 1,
    CAUSE_BUSY = 17,
    CAUSE_NO_CIRCUIT = 34,
    CAUSE_FAILURE = 41
};

enum state {
    DIALS,  /* or the network does, for a call that a PNS places */
    TONE,   /* he was refused, and listens to that */
    RINGS,  /* at the PAC, or at the subscriber */
    TRAINS, /* modems */
    TALKS,
    OVER /* but a step may be to come: events cannot be taken back */
};

/* `index` of a subscriber's line, whose owner we are: what its ctx is. */
enum { IDLE, IN_CALL };

struct sim_phone_call {
    struct sim_sink step; /* first */
    struct sim_phone *phone;
    struct sim_line *sub;    /* NULL: not yet, or no more */
    struct sim_line *wanted; /* by a PNS; he may be in another call */
    struct sim_trunk *trunk; /* or NULL */
    enum state state;
    bool waits;   /* for a step */
    bool placed;  /* by a PNS */
    bool in_vain; /* its modems will not find each other */
    bool killed;  /* its trunk has dropped it */
    pptp_ns since_ns, post_dial_ns, answer_ns, train_ns;
    pptp_ns seized_ns, answered_ns; /* PPTP_NEVER: not yet */
    struct sim_phone_call *next;    /* of those that are over */
    struct sim_phone_call *earlier; /* of all */
};

static double blocking(const void *stats, uint64_t over_ns)
{
    const struct sim_phone_stats *s = stats;

    (void)over_ns;
    return (double)s->blocked / (double)(s->blocked + s->rang);
}

static double killed_ratio(const void *stats, uint64_t over_ns)
{
    const struct sim_phone_stats *s = stats;

    (void)over_ns;
    return (double)s->killed / (double)s->connected;
}

const struct probe sim_phone_probes[] = {
#define X(name, unit, help) \
    PROBE_COUNT(struct sim_phone_stats, name, unit, help),
    SIM_PHONE_STATS(X)
#undef X
        PROBE_OF(blocking, "blocking", PROBE_DERIVED, "1",
                 "blocked, of all that looked for a trunk; not there when "
                 "none did"),
    PROBE_OF(killed_ratio, "killed_ratio", PROBE_DERIVED, "1",
             "killed, of all that were connected; not there when none was"),
#define PHASE(member, help) \
    PROBE(struct sim_phone_stats, member, PROBE_DISTRIBUTION, "s", help)
    PHASE(dial, "from off hook to a trunk, or to the tone that says that "
                "there is none"),
    PHASE(ring, "from the ring at the PAC to its answer"),
    PHASE(train, "from there until modems are connected"),
#undef PHASE
    PROBE_END
};

/* Of busy_ns: erlangs. */
static double carried(const void *busy_ns, uint64_t over_ns)
{
    return (double)*(const uint64_t *)busy_ns / (double)over_ns;
}

const struct probe sim_trunks_probes[] = {
    PROBE(struct sim_trunks_stats, offered, PROBE_COUNTER, "calls",
          "of subscribers that looked for a trunk here"),
    PROBE(struct sim_trunks_stats, refused, PROBE_COUNTER, "calls",
          "of these: none was free, and the next group was tried"),
    PROBE(struct sim_trunks_stats, placed, PROBE_COUNTER, "calls",
          "of a PNS, on a trunk that the PAC chose"),
    PROBE(struct sim_trunks_stats, most_busy, PROBE_PEAK, "trunks",
          "busy at once, at most"),
    PROBE_OF_PART(struct sim_trunks_stats, busy_ns, carried, "carried",
                  PROBE_DERIVED, "erlang",
                  "trunks that were busy, on average over the time that is "
                  "measured"),
    PROBE_END
};

static struct sim_trunk *trunk_of(struct nas_line *l)
{
    return (struct sim_trunk *)(void *)l;
}

static const struct sim_trunk *trunk_at(const struct nas_line *l)
{
    return (const struct sim_trunk *)(const void *)l;
}

static struct sim_line *sub_of(struct nas_line *l)
{
    return (struct sim_line *)(void *)l;
}

static struct sim_phone_call *call_of(const struct nas_line *sub)
{
    return sub->index == IN_CALL ? sub->ctx : NULL;
}

static void on_step(struct sim_sink *s, uint32_t arg);

/* --- trunks --------------------------------------------------------------- */

static void settle_trunks(struct sim_trunks *g, pptp_ns now)
{
    g->stats.busy_ns += g->set.busy * (now - g->since_ns);
    g->since_ns = now;
}

static void settle_trunk(struct sim_trunk *t, bool busy, pptp_ns now)
{
    if (busy)
        t->busy_ns += now - t->since_ns;
    t->since_ns = now;
}

static void seize(struct sim_trunk *t)
{
    struct sim_phone *p = t->phone;
    struct sim_trunks *g = &p->group[t->group];

    settle_trunks(g, p->cal->now);
    trunks_seize(&g->set, (uint32_t)(t - p->trunk) - g->first);
    if (g->set.busy > g->stats.most_busy)
        g->stats.most_busy = g->set.busy;
    settle_trunk(t, false, p->cal->now);
    t->calls++;
    t->cause = 0;
}

/* If it was busy: a PAC may hang up what never came to be. */
static void release(struct sim_trunk *t)
{
    struct sim_phone *p = t->phone;
    struct sim_trunks *g = &p->group[t->group];
    uint32_t i = (uint32_t)(t - p->trunk) - g->first;

    if (!g->set.one[i].busy)
        return;
    settle_trunks(g, p->cal->now);
    settle_trunk(t, true, p->cal->now);
    trunks_release(&g->set, i);
}

/* The groups in their order; NULL: all trunks of all of them are busy. */
static struct sim_trunk *hunt(struct sim_phone *p)
{
    for (uint32_t i = 0; i < p->groups; i++) {
        struct sim_trunks *g = &p->group[i];
        uint32_t found = trunks_hunt(&g->set);

        g->stats.offered++;
        if (found != TRUNKS_NONE)
            return &p->trunk[g->first + found];
        g->stats.refused++;
    }
    return NULL;
}

/* --- calls ---------------------------------------------------------------- */

static pptp_ns drawn_ns(struct dist_rng *r, pptp_ns mean_ns, double sigma)
{
    if (mean_ns == 0 || sigma <= 0)
        return mean_ns;
    return (pptp_ns)(dist_lognormal(
                         r, log((double)mean_ns) - sigma * sigma / 2, sigma) +
                     0.5);
}

/* All of a call is drawn at once, of a stream of its own. */
static void draw(struct sim_phone_call *c, uint64_t seed)
{
    const struct sim_phone_config *k = &c->phone->config;
    const struct sim_line *sub = c->sub != NULL ? c->sub : c->wanted;
    struct dist_rng r;

    dist_rng_init(&r, seed, k->name);
    c->post_dial_ns = drawn_ns(&r, k->post_dial_ns, k->post_dial_sigma);
    c->answer_ns = k->answer_ns +
                   (pptp_ns)dist_uniform(&r, 0, (double)k->answer_spread_ns);
    c->train_ns = drawn_ns(&r, k->train_ns, k->train_sigma);
    c->in_vain = dist_bernoulli(&r, k->train_failure);
    if (sub->kind->has != NULL &&
        !sub->kind->has->trains(sub, &r, &c->train_ns))
        c->in_vain = true;
}

static struct sim_phone_call *call_new(struct sim_phone *p)
{
    struct sim_phone_call *c = p->free, *earlier;

    if (c != NULL) {
        p->free = c->next;
        earlier = c->earlier;
    } else {
        c = alloc_take(p->from, sizeof *c);
        if (c == NULL)
            return NULL;
        earlier = p->all;
        p->all = c;
    }
    *c = (struct sim_phone_call){ .step = { .event = on_step },
                                  .phone = p,
                                  .seized_ns = PPTP_NEVER,
                                  .answered_ns = PPTP_NEVER,
                                  .earlier = earlier };
    return c;
}

static void give_back(struct sim_phone_call *c)
{
    c->next = c->phone->free;
    c->phone->free = c;
}

static void join(struct sim_phone_call *c, struct sim_line *sub)
{
    c->sub = sub;
    sub->line.ctx = c;
    sub->line.index = IN_CALL;
}

static void part(struct sim_phone_call *c)
{
    if (c->sub != NULL) {
        c->sub->line.index = IDLE;
        c->sub->line.ctx = c->phone;
    }
    c->sub = NULL;
    c->trunk = NULL;
    c->state = OVER;
    if (!c->waits)
        give_back(c);
}

/* False: it is over, as there is no memory for more. */
static bool go_on_at(struct sim_phone_call *c, enum state state, pptp_ns at)
{
    c->state = state;
    c->waits = sim_calendar_at(c->phone->cal, at, &c->step, 0);
    return c->waits;
}

/* The subscriber is rid of it, without the PAC. */
static void end_sub(struct sim_phone_call *c, uint8_t why)
{
    struct nas_line *l = &c->sub->line;

    if (l->why == NAS_WHY_UNKNOWN)
        l->why = why;
    l->ops->hangup(l, c->phone->cal->now);
    part(c);
}

/* The PAC hears of it, and hangs up in its time. */
static void tell_pac(const struct sim_phone_call *c, enum pptp_line_event e,
                     uint16_t cause)
{
    struct sim_trunk *t = c->trunk;

    t->cause = cause;
    t->line.owner->event(&t->line, c->phone->cal->now, e);
}

/* --- step by step ---------------------------------------------------------- */

static void dialled(struct sim_phone_call *c)
{
    struct sim_phone *p = c->phone;
    pptp_ns now = p->cal->now;
    struct sim_trunk *t = hunt(p);

    hist_add(&p->stats.dial, now - c->since_ns);
    c->since_ns = now;
    if (t == NULL) {
        p->stats.blocked++;
        if (!go_on_at(c, TONE, now + p->config.tone_ns))
            end_sub(c, NAS_WHY_NO_ROOM);
        return;
    }
    p->stats.rang++;
    seize(t);
    t->call = c;
    c->trunk = t;
    c->seized_ns = now;
    c->state = RINGS;
    p->world->rings(p->ctx, t->line.index, c->sub);
    t->line.owner->ring(&t->line, now);
}

/* A number that a PNS wanted, and who has it. */
static void routed(struct sim_phone_call *c)
{
    pptp_ns now = c->phone->cal->now;
    struct sim_line *sub = c->wanted;

    if (sub->line.index == IN_CALL) {
        c->phone->stats.busy++;
        tell_pac(c, PPTP_LINE_BUSY, CAUSE_BUSY);
        return;
    }
    join(c, sub);
    if (!go_on_at(c, TRAINS, now + c->answer_ns + c->train_ns))
        tell_pac(c, PPTP_LINE_NO_RESOURCE, CAUSE_NO_CIRCUIT);
}

static bool is_killer(const struct sim_trunk *t)
{
    const struct sim_trunks *g = &t->phone->group[t->group];

    return g->killer != 0 && t->line.index == g->first + g->killer - 1;
}

/* Its trunk is a faulty one: it carries signals, and then nothing. */
static void kill_call(struct sim_phone_call *c)
{
    c->phone->stats.killed++;
    c->killed = true;
    tell_pac(c, PPTP_LINE_DROPPED, CAUSE_FAILURE);
}

static void trained(struct sim_phone_call *c)
{
    static const struct pptp_call_request request = {
        .bearer = PPTP_BEARER_ANALOG
    };
    struct sim_phone *p = c->phone;
    struct nas_line *l = &c->sub->line;

    if (c->in_vain) {
        p->stats.not_trained++;
        tell_pac(c, c->placed ? PPTP_LINE_NO_CARRIER : PPTP_LINE_DROPPED, 0);
        return;
    }
    hist_add(&p->stats.train, p->cal->now - c->since_ns - c->answer_ns);
    p->stats.connected++;
    c->state = TALKS;
    if (is_killer(c->trunk))
        (void)go_on_at(c, TALKS,
                       p->cal->now + p->group[c->trunk->group].killer_ns);
    l->remote = c->trunk->line.remote;
    if (c->placed)
        l->ops->dial(l, p->cal->now, &request);
    else
        l->ops->answer(l, p->cal->now);
}

static void on_step(struct sim_sink *s, uint32_t arg)
{
    struct sim_phone_call *c = (struct sim_phone_call *)(void *)s;
    struct sim_line *sub = c->sub != NULL ? c->sub : c->wanted;

    (void)arg;
    c->waits = false;
    if (c->state == OVER) {
        give_back(c);
        return;
    }
    if (c->state == TONE)
        end_sub(c, NAS_WHY_BUSY);
    else if (c->state == TRAINS)
        trained(c);
    else if (c->state == TALKS)
        kill_call(c);
    else if (c->placed)
        routed(c);
    else
        dialled(c);
    sub->kind->world->settle(sub);
}

/* --- what subscribers do --------------------------------------------------- */

static void on_sub_ring(struct nas_line *l, pptp_ns now)
{
    struct sim_phone_call *c;
    struct sim_phone *p;

    if (l->index == IN_CALL) { /* his telephone was about to ring */
        l->why = NAS_WHY_BUSY;
        l->ops->hangup(l, now);
        return;
    }
    p = l->ctx;
    p->stats.attempts++;
    l->why = NAS_WHY_UNKNOWN;
    l->ours = false;
    l->remote = 0;
    c = call_new(p);
    if (c != NULL) {
        join(c, sub_of(l));
        draw(c, p->world->began(p->ctx, c->sub));
        c->since_ns = now;
        if (go_on_at(c, DIALS,
                     now + p->config.dial_tone_ns + c->post_dial_ns +
                         strlen(p->config.number) * p->config.digit_ns))
            return;
        part(c);
    }
    l->why = NAS_WHY_NO_ROOM;
    l->ops->hangup(l, now);
}

static void on_sub_event(struct nas_line *l, pptp_ns now,
                         enum pptp_line_event e)
{
    struct sim_phone_call *c = call_of(l);

    if (c == NULL)
        return;
    if (c->trunk != NULL) {
        c->trunk->line.owner->event(&c->trunk->line, now, e);
        return;
    }
    c->phone->stats.abandoned += c->state == DIALS;
    end_sub(c, NAS_WHY_RANG_IN_VAIN);
}

/* A line has frames only while it is on a trunk. */
static void on_sub_frame(struct nas_line *l, pptp_ns now, pptp_pkt pkt)
{
    struct nas_line *t = &call_of(l)->trunk->line;

    t->owner->frame(t, now, pkt);
}

static void on_sub_done(struct nas_line *l, pptp_pkt pkt)
{
    struct nas_line *t = &call_of(l)->trunk->line;

    t->owner->frame_done(t, pkt);
}

static void on_sub_dropped(struct nas_line *l, pptp_pkt pkt)
{
    struct nas_line *t = &call_of(l)->trunk->line;

    t->owner->frame_dropped(t, pkt);
}

static const struct nas_line_owner sub_owner = {
    .ring = on_sub_ring,
    .event = on_sub_event,
    .frame = on_sub_frame,
    .frame_done = on_sub_done,
    .frame_dropped = on_sub_dropped
};

void sim_phone_plug(struct sim_phone *p, struct sim_line *sub)
{
    sub->line.owner = &sub_owner;
    sub->line.ctx = p;
    sub->line.index = IDLE;
}

/* --- what the PAC does ----------------------------------------------------- */

static struct nas_line *behind(const struct nas_line *trunk)
{
    const struct sim_phone_call *c = trunk_at(trunk)->call;

    return c != NULL && c->sub != NULL ? &c->sub->line : NULL;
}

static void on_request(const struct nas_line *line,
                       struct pptp_call_request *out)
{
    const struct sim_phone *p = trunk_at(line)->phone;
    const struct nas_line *l = behind(line);

    *out = (struct pptp_call_request){ .framing = PPTP_FRAMING_EITHER };
    if (l != NULL)
        l->ops->request(l, out);
    out->bearer = PPTP_BEARER_ANALOG;
    out->phys_channel = line->index;
    strncpy(out->number, p->config.number, sizeof out->number - 1);
}

static void on_info(const struct nas_line *line, struct pptp_line_info *out)
{
    const struct nas_line *l = behind(line);

    *out = (struct pptp_line_info){ .framing = PPTP_FRAMING_SYNC };
    if (l != NULL)
        l->ops->info(l, out);
    out->phys_channel = line->index;
    out->cause = trunk_at(line)->cause;
}

static void on_dial(struct nas_line *line, pptp_ns now,
                    const struct pptp_call_request *r)
{
    struct sim_trunk *t = trunk_of(line);
    struct sim_phone *p = t->phone;
    struct sim_line *sub = p->world->find(p->ctx, r->number);
    struct sim_phone_call *c = sub != NULL ? call_new(p) : NULL;

    seize(t);
    p->stats.placed++;
    p->group[t->group].stats.placed++;
    if (c != NULL) {
        c->wanted = sub;
        c->trunk = t;
        c->placed = true;
        c->since_ns = now;
        draw(c, rng_split(&p->seed));
        if (go_on_at(c, DIALS, now + c->post_dial_ns)) {
            t->call = c;
            return;
        }
        give_back(c);
    }
    p->stats.no_number += sub == NULL;
    t->cause = sub == NULL ? CAUSE_UNALLOCATED : CAUSE_NO_CIRCUIT;
    line->owner->event(
        line, now, sub == NULL ? PPTP_LINE_NO_CARRIER : PPTP_LINE_NO_RESOURCE);
}

static void on_answer(struct nas_line *line, pptp_ns now)
{
    struct sim_phone_call *c = trunk_of(line)->call;

    if (c == NULL || c->state != RINGS)
        return;
    c->phone->stats.answered++;
    hist_add(&c->phone->stats.ring, now - c->since_ns + c->answer_ns);
    c->since_ns = now;
    c->answered_ns = now + c->answer_ns;
    if (!go_on_at(c, TRAINS, c->answered_ns + c->train_ns))
        tell_pac(c, PPTP_LINE_DROPPED, CAUSE_NO_CIRCUIT);
}

static void on_hangup(struct nas_line *line, pptp_ns now)
{
    struct sim_trunk *t = trunk_of(line);
    struct sim_phone_call *c = t->call;

    struct nas_line *l = behind(line);

    if (l != NULL) {
        l->remote = line->remote;
        /* the PAC knows only that it was dropped */
        l->why = c->killed || (c->in_vain && c->state == TRAINS)
                     ? NAS_WHY_NO_CARRIER
                     : line->why;
        l->ours = line->ours;
        l->ops->hangup(l, now);
    }
    t->call = NULL;
    if (c != NULL)
        part(c);
    release(t);
}

static void on_bye(struct nas_line *line, pptp_ns now)
{
    struct nas_line *l = behind(line);

    if (l != NULL)
        l->ops->bye(l, now);
}

static void on_accm(struct nas_line *line, uint32_t tx_accm, uint32_t rx_accm)
{
    struct nas_line *l = behind(line);

    if (l != NULL)
        l->ops->accm(l, tx_accm, rx_accm);
}

static void on_frame(struct nas_line *line, pptp_ns now, pptp_pkt pkt)
{
    struct nas_line *l = behind(line);

    if (l != NULL)
        l->ops->frame(l, now, pkt);
    else
        line->owner->frame_dropped(line, pkt);
}

static void on_hold(struct nas_line *line, pptp_ns now, bool hold)
{
    struct nas_line *l = behind(line);

    if (l != NULL)
        l->ops->hold(l, now, hold);
}

static const struct nas_line_ops trunk_ops = { .request = on_request,
                                               .info = on_info,
                                               .dial = on_dial,
                                               .answer = on_answer,
                                               .hangup = on_hangup,
                                               .bye = on_bye,
                                               .accm = on_accm,
                                               .frame = on_frame,
                                               .hold = on_hold };

/* --- who is where ---------------------------------------------------------- */

struct sim_line *sim_phone_sub(const struct sim_phone *p, uint32_t trunk)
{
    const struct sim_phone_call *c = p->trunk[trunk].call;

    return c != NULL ? c->sub : NULL;
}

uint32_t sim_phone_trunk(const struct sim_line *sub)
{
    const struct sim_phone_call *c = call_of(&sub->line);

    return c != NULL && c->trunk != NULL ? c->trunk->line.index
                                         : SIM_PHONE_NOBODY;
}

void sim_phone_times(const struct sim_line *sub, uint32_t *trunk,
                     pptp_ns *seized_ns, pptp_ns *answered_ns)
{
    const struct sim_phone_call *c = call_of(&sub->line);

    if (c == NULL)
        return;
    *trunk = c->trunk != NULL ? c->trunk->line.index : SIM_PHONE_NOBODY;
    *seized_ns = c->seized_ns;
    *answered_ns = c->answered_ns <= c->phone->cal->now ? c->answered_ns
                                                        : PPTP_NEVER;
}

/* --- what is measured ------------------------------------------------------ */

static void free_hists(struct sim_phone_stats *s)
{
    hist_free(&s->dial);
    hist_free(&s->ring);
    hist_free(&s->train);
}

void sim_phone_settle(struct sim_phone *p, bool without)
{
    for (uint32_t i = 0; i < p->groups; i++) {
        struct sim_trunks *g = &p->group[i];

        settle_trunks(g, p->cal->now);
        for (uint32_t k = 0; g->loads && k < g->n; k++)
            settle_trunk(&p->trunk[g->first + k], g->set.one[k].busy,
                         p->cal->now);
        if (!without)
            continue;
        probe_subtract(sim_trunks_probes, &g->stats, &g->before);
        g->stats.busy_ns -= g->before.busy_ns;
    }
    if (without)
        probe_subtract(sim_phone_probes, &p->stats, &p->before);
}

void sim_phone_measure(struct sim_phone *p)
{
    sim_phone_settle(p, false);
    p->before = p->stats;
    hist_keep(&p->stats.dial, &p->before.dial);
    hist_keep(&p->stats.ring, &p->before.ring);
    hist_keep(&p->stats.train, &p->before.train);
    for (uint32_t i = 0; i < p->groups; i++) {
        struct sim_trunks *g = &p->group[i];

        for (uint32_t k = 0; k < g->n; k++) {
            p->trunk[g->first + k].busy_ns = 0;
            p->trunk[g->first + k].calls = 0;
        }
        g->before = g->stats;
        g->stats.most_busy = g->set.busy;
    }
}

/* --- life ----------------------------------------------------------------- */

static int take_memory(struct sim_phone *p)
{
    size_t words = 0;

    for (uint32_t i = 0; i < p->groups; i++) {
        p->trunks += p->group[i].n;
        words += TRUNKS_WORDS(p->group[i].n);
    }
    p->trunk = alloc_take(p->from, p->trunks * sizeof *p->trunk);
    p->one = alloc_take(p->from, p->trunks * sizeof *p->one);
    p->bits = alloc_take(p->from, words * sizeof *p->bits);
    return p->trunk == NULL || p->one == NULL || p->bits == NULL
               ? PPTP_ERR_RESOURCE
               : PPTP_OK;
}

int sim_phone_init(struct sim_phone *p, struct sim_trunks *groups, uint32_t n)
{
    uint32_t i, at = 0;
    uint64_t *bits;

    p->group = groups;
    p->groups = n;
    if (take_memory(p) != PPTP_OK)
        return PPTP_ERR_RESOURCE;
    bits = p->bits;
    for (i = 0; i < n; i++) {
        struct sim_trunks *g = &groups[i];

        g->first = at;
        trunks_init(&g->set, g->order, g->n, &p->one[at], bits);
        bits += TRUNKS_WORDS(g->n);
        for (; at < g->first + g->n; at++)
            p->trunk[at] = (struct sim_trunk){
                .line = { .ops = &trunk_ops, .dials = true },
                .phone = p,
                .group = i,
            };
    }
    return PPTP_OK;
}

void sim_phone_fini(struct sim_phone *p)
{
    struct sim_phone_call *c, *earlier;

    for (c = p->all; c != NULL; c = earlier) {
        earlier = c->earlier;
        alloc_give(p->from, c);
    }
    alloc_give(p->from, p->trunk);
    alloc_give(p->from, p->one);
    alloc_give(p->from, p->bits);
    p->all = p->free = NULL;
    p->trunk = NULL;
    p->one = NULL;
    p->bits = NULL;
    free_hists(&p->stats);
    free_hists(&p->before);
}
