/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Simulated telephone lines; line.h. */
#include "config.h"

#include "sim/line.h"

#include "sim/copy.h"

enum { UP, DOWN }; /* from the caller, to the caller */

/* The frames of a call. Events cannot be taken back: after the call it stays
 * until the last of them has come. */
struct sim_wire {
    struct sim_alarm down; /* a frame has left for the caller; first */
    struct sim_lines *kind;
    struct sim_line *line; /* NULL: its call is over */
    struct line *way[2];
    uint32_t coming;           /* packets that are to arrive */
    bool listed;               /* among the free ones */
    struct sim_sink to_caller; /* one arrives there; arg: packet */
    struct sim_sink to_pac;    /* one arrives here; arg: packet */
    struct sim_wire *next;     /* of the free ones */
    struct sim_wire *earlier;
};

static struct sim_line *line_of(struct nas_line *l)
{
    return (struct sim_line *)(void *)l;
}

static const struct sim_line *line_at(const struct nas_line *l)
{
    return (const struct sim_line *)(const void *)l;
}

static pptp_ns now_of(const struct sim_wire *w)
{
    return w->kind->cal->now;
}

/* --- wires ---------------------------------------------------------------- */

static void on_left(struct sim_sink *s, uint32_t arg);
static void on_arrival(struct sim_sink *s, uint32_t pkt);
static void on_up_arrival(struct sim_sink *s, uint32_t pkt);

static struct line *way_new(const struct sim_lines *k)
{
    return line_init(alloc_take(k->from, line_mem_octets(&k->config)),
                     &k->config);
}

static struct sim_wire *wire_new(struct sim_lines *k)
{
    struct sim_wire *w = alloc_take(k->from, sizeof *w);

    if (w == NULL)
        return NULL;
    *w = (struct sim_wire){ .kind = k, .earlier = k->all };
    sim_alarm_init(&w->down, on_left);
    w->to_caller.event = on_arrival;
    w->to_pac.event = on_up_arrival;
    w->way[UP] = way_new(k);
    w->way[DOWN] = way_new(k);
    k->all = w;
    return w;
}

/* Nothing is in it or to arrive: it is as good as new. What has gone up the
 * line has an arrival that is still to come. */
static bool is_idle(const struct sim_wire *w)
{
    return w->coming == 0 && w->way[DOWN]->count == 0;
}

/* Nobody's, or of a line that has no frames; or NULL. */
static struct sim_wire *take_free(struct sim_lines *k)
{
    struct sim_wire *w;

    while ((w = k->free) != NULL) {
        k->free = w->next;
        w->listed = false;
        if (is_idle(w))
            break;
    }
    if (w != NULL && w->line != NULL)
        w->line->wire = NULL;
    return w;
}

PPTP_COLD static struct sim_wire *wire_for(struct sim_line *l)
{
    struct sim_wire *w = take_free(l->kind);

    if (w == NULL)
        w = wire_new(l->kind);
    if (w == NULL || w->way[UP] == NULL || w->way[DOWN] == NULL)
        return NULL;
    w->line = l;
    l->wire = w;
    return w;
}

/* Of a line that has frames; NULL without memory. */
static inline struct sim_wire *wire_of(struct sim_line *l)
{
    return l->wire != NULL ? l->wire : wire_for(l);
}

/* It stays with its line until another one wants it. */
static inline void give_back_idle(struct sim_wire *w)
{
    if (w->listed || !is_idle(w))
        return;
    w->listed = true;
    w->next = w->kind->free;
    w->kind->free = w;
}

static void hear(struct sim_line *l)
{
    l->kind->world->heard(l);
}

static void lose(struct sim_lines *k, pptp_pkt pkt, enum sim_place place)
{
    k->world->lost(k->ctx, pkt, place);
}

/* --- to the caller -------------------------------------------------------- */

static void give(struct sim_line *l, pptp_pkt pkt)
{
    l->caller->ops->frame(l->caller, l->kind->cal->now, pkt);
    hear(l);
}

/* The tunnel has its own back when it has left the line: what is still on its
 * way is a copy, with the mark. */
static void travel(struct sim_wire *w, const struct line_frame *f)
{
    struct sim_lines *k = w->kind;
    pptp_pkt h = sim_packet_copy(k->pool, f->cookie);

    if (h == PPTP_PKT_NONE)
        lose(k, f->cookie, SIM_PLACE_pool);
    else if (sim_calendar_at(k->cal, f->arrive_ns, &w->to_caller, h))
        w->coming++;
    w->line->line.owner->frame_done(&w->line->line, f->cookie);
}

/* What has left the line by now. */
static void collect(struct sim_wire *w)
{
    struct sim_line *l = w->line;
    struct line_frame f;

    w->coming++; /* nobody else takes it meanwhile */
    while (line_done(w->way[DOWN], now_of(w), &f)) {
        /* before the caller answers: who comes first stays so */
        sim_alarm_set(w->kind->cal, &w->down, line_deadline(w->way[DOWN]));
        if (w->kind->config.delay_ns > 0)
            travel(w, &f);
        else
            give(l, f.cookie);
        if (w->line == NULL)
            break; /* that ended the call */
    }
    w->coming--;
}

static void on_left(struct sim_sink *s, uint32_t arg)
{
    struct sim_wire *w = (struct sim_wire *)(void *)s;
    struct sim_line *l = w->line;

    (void)arg;
    if (!sim_alarm_due(&w->down, now_of(w)) || l == NULL)
        return;
    collect(w);
    l->kind->world->settle(l);
    give_back_idle(w);
}

static void on_arrival(struct sim_sink *s, uint32_t pkt)
{
    struct sim_wire *w = (struct sim_wire *)(void *)((char *)s -
                                                     offsetof(struct sim_wire,
                                                              to_caller));
    struct sim_line *l = w->line;

    w->coming--;
    if (l != NULL) {
        give(l, pkt);
        l->kind->world->settle(l);
    } else {
        lose(w->kind, pkt, SIM_PLACE_call_end);
        pptp_pool_free(w->kind->pool, pkt);
    }
    give_back_idle(w);
}

static void on_frame(struct nas_line *line, pptp_ns now, pptp_pkt pkt)
{
    struct sim_line *l = line_of(line);
    struct pptp_packet *k = pptp_pool_at(l->kind->pool, pkt);
    struct sim_wire *w;

    (void)now;
    if (l->kind->has != NULL) {
        l->kind->has->down(l, pkt);
        return;
    }
    w = wire_of(l);
    if (w != NULL)
        collect(w);
    if (w == NULL ||
        line_put(w->way[DOWN], now_of(w), pptp_packet_len(k), pkt, NULL) < 0) {
        lose(l->kind, pkt, SIM_PLACE_line);
        line->owner->frame_dropped(line, pkt);
        return;
    }
    sim_alarm_set(l->kind->cal, &w->down, line_deadline(w->way[DOWN]));
}

/* --- from the caller ------------------------------------------------------ */

static void on_up_arrival(struct sim_sink *s, uint32_t pkt)
{
    struct sim_wire *w = (struct sim_wire *)(void *)((char *)s -
                                                     offsetof(struct sim_wire,
                                                              to_pac));
    struct sim_line *l = w->line;

    w->coming--;
    if (l != NULL) {
        l->line.owner->frame(&l->line, now_of(w), pkt);
        l->kind->world->settle(l);
    } else {
        lose(w->kind, pkt, SIM_PLACE_call_end);
        pptp_pool_free(w->kind->pool, pkt);
    }
    give_back_idle(w);
}

static void on_caller_frame(struct nas_line *caller, pptp_ns now, pptp_pkt pkt)
{
    struct sim_line *l = caller->ctx;
    struct pptp_packet *k = pptp_pool_at(l->kind->pool, pkt);
    struct sim_wire *w;
    struct line_frame f;

    (void)now;
    if (l->kind->has != NULL) {
        l->kind->has->up(l, pkt);
        return;
    }
    w = wire_of(l);
    if (w != NULL &&
        line_put(w->way[UP], now_of(w), pptp_packet_len(k), pkt, &f) ==
            PPTP_OK &&
        sim_calendar_at(l->kind->cal, f.arrive_ns, &w->to_pac, pkt)) {
        w->coming++;
        return;
    }
    lose(l->kind, pkt, SIM_PLACE_line);
    pptp_pool_free(l->kind->pool, pkt);
}

/* A frame that the caller has taken: the tunnel's own, or the copy. */
static void on_caller_done(struct nas_line *caller, pptp_pkt pkt)
{
    struct sim_line *l = caller->ctx;

    if (l->kind->config.delay_ns > 0 || l->kind->has != NULL)
        pptp_pool_free(l->kind->pool, pkt);
    else
        l->line.owner->frame_done(&l->line, pkt);
}

/* --- signals -------------------------------------------------------------- */

static void on_caller_ring(struct nas_line *caller, pptp_ns now)
{
    struct sim_line *l = caller->ctx;

    l->line.owner->ring(&l->line, now);
    l->kind->world->told(l);
}

static void on_caller_event(struct nas_line *caller, pptp_ns now,
                            enum pptp_line_event e)
{
    struct sim_line *l = caller->ctx;

    l->line.finished = caller->finished;
    l->line.failed = caller->failed;
    l->line.owner->event(&l->line, now, e);
    l->kind->world->told(l);
}

static void on_request(const struct nas_line *line,
                       struct pptp_call_request *out)
{
    const struct sim_line *l = line_at(line);

    l->caller->ops->request(l->caller, out);
    out->phys_channel = line->index;
    l->kind->world->asked(l->kind->ctx, l, out);
}

static void on_info(const struct nas_line *line, struct pptp_line_info *out)
{
    const struct sim_lines *k = line_at(line)->kind;
    uint64_t rate = k->config.rate_bps;

    *out = (struct pptp_line_info){
        .connect_bps = rate > UINT32_MAX ? UINT32_MAX : (uint32_t)rate,
        .framing = PPTP_FRAMING_SYNC,
        .phys_channel = line->index,
        .ppd_ds = k->ppd_ds,
    };
    if (k->has != NULL)
        k->has->info(line_at(line), out);
}

/* What the PAC knows of a call the caller may ask for, too. */
static struct nas_line *caller_of(struct nas_line *line)
{
    struct nas_line *caller = line_of(line)->caller;

    caller->remote = line->remote;
    if (caller->why == NAS_WHY_UNKNOWN) /* he has not given up himself */
        caller->why = line->why;
    caller->ours = line->ours;
    return caller;
}

/* Whether its modems, if it has any, can talk. */
static bool connects(struct sim_line *l)
{
    return l->kind->has == NULL || l->kind->has->begin(l);
}

static void on_dial(struct nas_line *line, pptp_ns now,
                    const struct pptp_call_request *r)
{
    struct nas_line *caller = caller_of(line);

    if (!connects(line_of(line))) {
        line->owner->event(line, now, PPTP_LINE_NO_CARRIER);
        return;
    }
    caller->ops->dial(caller, now, r);
    hear(line_of(line));
}

static void on_answer(struct nas_line *line, pptp_ns now)
{
    struct nas_line *caller = caller_of(line);

    if (!connects(line_of(line))) {
        line->owner->event(line, now, PPTP_LINE_DROPPED);
        return;
    }
    caller->ops->answer(caller, now);
    hear(line_of(line));
}

/* What is in the line or on it never arrives. */
static void cut(struct sim_line *l)
{
    struct sim_wire *w = l->wire;
    struct line_frame f;

    if (w == NULL)
        return;
    while (line_flush(w->way[DOWN], &f)) {
        lose(l->kind, f.cookie, SIM_PLACE_call_end);
        l->line.owner->frame_dropped(&l->line, f.cookie);
    }
    while (line_flush(w->way[UP], &f))
        continue; /* they are in the calendar */
    w->line = NULL;
    l->wire = NULL;
    give_back_idle(w);
}

static void on_hangup(struct nas_line *line, pptp_ns now)
{
    struct nas_line *caller = caller_of(line);
    struct sim_line *l = line_of(line);

    if (l->kind->has == NULL)
        cut(l);
    caller->ops->hangup(caller, now);
    hear(l);
    if (l->kind->has != NULL) /* who records the call has looked at them */
        l->kind->has->end(l);
    line->finished = caller->finished;
    line->failed = caller->failed;
}

static void on_bye(struct nas_line *line, pptp_ns now)
{
    struct nas_line *caller = caller_of(line);

    caller->ops->bye(caller, now);
    hear(line_of(line));
}

static void on_accm(struct nas_line *line, uint32_t tx_accm, uint32_t rx_accm)
{
    struct sim_line *l = line_of(line);

    if (l->kind->has != NULL)
        l->kind->has->accm(l, tx_accm, rx_accm);
    l->caller->ops->accm(l->caller, tx_accm, rx_accm);
}

/* A telephone line has no word for it: what is too much the PAC drops, and
 * counts. */
static void on_hold(struct nas_line *line, pptp_ns now, bool hold)
{
    (void)line;
    (void)now;
    (void)hold;
}

/* Whoever has the callers looks after their deadlines. */
static const struct nas_line_ops line_ops = { .request = on_request,
                                              .info = on_info,
                                              .dial = on_dial,
                                              .answer = on_answer,
                                              .hangup = on_hangup,
                                              .bye = on_bye,
                                              .accm = on_accm,
                                              .frame = on_frame,
                                              .hold = on_hold };

static const struct nas_line_owner caller_owner = {
    .ring = on_caller_ring,
    .event = on_caller_event,
    .frame = on_caller_frame,
    .frame_done = on_caller_done,
    .frame_dropped = on_caller_done
};

/* --- fetched before it is needed ------------------------------------------ */

bool sim_line_warm(const struct sim_line *l, unsigned step)
{
    const struct line *way;

    if (step == 0) {
        sim_fetch(l, 2 * SIM_LINE_OCTETS);
        return true;
    }
    if (l->kind->has != NULL || l->wire == NULL)
        return false;
    if (step == 1) {
        sim_fetch(l->wire, 2 * SIM_LINE_OCTETS);
        return true;
    }
    way = l->wire->way[DOWN];
    sim_fetch(way, sizeof(*way) + sizeof(struct line_frame));
    return false;
}

static bool left_warm(const struct sim_sink *s, uint32_t arg, unsigned step)
{
    const struct sim_wire *w = (const struct sim_wire *)(const void *)s;
    const struct line *l = w->way[DOWN];

    (void)arg;
    if (w->line == NULL)
        return false;
    if (step == 1) {
        sim_fetch(l, sizeof(*l) + sizeof(struct line_frame));
        sim_fetch(w->line, 2 * SIM_LINE_OCTETS);
        return true;
    }
    if (step == 2) {
        __builtin_prefetch(w->line->caller);
        if (l->count > 0)
            sim_fetch(pptp_pool_at(w->kind->pool, l->ring[l->head].cookie),
                      2 * SIM_LINE_OCTETS);
    }
    return w->kind->world->warm(w->line, step - 1);
}

void sim_lines_warm(struct sim_calendar *cal)
{
    sim_calendar_warm(cal, on_left, left_warm);
}

/* --- life ----------------------------------------------------------------- */

void sim_line_init(struct sim_line *l, struct sim_lines *k,
                   struct nas_line *caller)
{
    *l = (struct sim_line){ .line = { .ops = &line_ops,
                                      .dials = caller->dials },
                            .caller = caller,
                            .kind = k };
    caller->owner = &caller_owner;
    caller->ctx = l;
}

uint64_t sim_lines_full(const struct sim_lines *k)
{
    const struct sim_wire *w;
    uint64_t n = 0;

    for (w = k->all; w != NULL; w = w->earlier)
        n += w->way[UP]->full + w->way[DOWN]->full;
    if (k->has != NULL)
        n += k->has->full(k);
    return n;
}

void sim_lines_fini(struct sim_lines *k)
{
    struct sim_wire *w, *earlier;

    for (w = k->all; w != NULL; w = earlier) {
        earlier = w->earlier;
        alloc_give(k->from, w->way[UP]);
        alloc_give(k->from, w->way[DOWN]);
        alloc_give(k->from, w);
    }
    k->all = k->free = NULL;
    if (k->has != NULL)
        k->has->fini(k);
}
