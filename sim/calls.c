/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls; calls.h. */
#include "config.h"

#include "sim/calls.h"

#include <string.h>

#include "base/rng.h"
#include "nas/caller_ip.h"
#include "sim/attempts.h"
#include "sim/ends.h"
#include "sim/feed.h"
#include "sim/phone.h"
#include "sim/sources.h"
#include "sim/subscribers.h"
#include "sim/users.h"
#include "sim/voices.h"
#include "sim/which.h"

/* What waits for its time; arg of a call's `start`. */
enum {
    CALL_START, /* the PNS dials */
    CALL_STOP   /* its time is over: the PNS ends it */
};

/* The machine at the far side that callers talk to. */
#define FAR_SIDE (192u << 24 | 168u << 16 | 1)

/* --- who is who --------------------------------------------------------- */

static struct sim_call *call_of_caller(const struct sim_group *g, uint32_t i)
{
    return g->world->calls[g->first + i];
}

static uint32_t caller_of(const struct sim_call *c)
{
    return c->index - c->group->first;
}

/* --- up ----------------------------------------------------------------- */

static void soon(struct sim_call *c, uint32_t what)
{
    sim_calendar_at(&sim_call_world(c)->cal, sim_call_world(c)->cal.now,
                    &c->start, what);
}

static void attempt(struct sim_call *c)
{
    c->attempts++;
    c->failed = false;
    c->trying = true;
    c->end = (struct pptp_call_end){ 0 };
    c->ppp_reason = PPP_END_NONE;
}

/* NULL without memory. */
static struct sim_call_more *more_of(struct sim_call *c)
{
    if (c->more == NULL)
        c->more = sim_arena_take(&sim_call_world(c)->arena, sizeof *c->more);
    return c->more;
}

/* Users' traffic may flow: PPP is there at both ends. */
static void look_if_up(struct sim_call *c)
{
    struct sim_world *w = sim_call_world(c);
    uint32_t i;

    if (!c->pns_up || !c->caller_up || c->up_now)
        return;
    if (!c->ever_up)
        c->up_ns = w->cal.now;
    if (c->more != NULL) {
        c->more->up_ns = w->cal.now;
        sim_returns_back(&c->more->returns, w->cal.now);
    }
    c->up_now = c->ever_up = true;
    c->trying = false;
    w->up_calls++;
    for (i = 0; i < c->source_count; i++) {
        bool up = c->sources[i].from_pac;

        sim_source_address(&c->sources[i], up ? c->ip : FAR_SIDE,
                           up ? FAR_SIDE : c->ip);
        sim_source_begin(&c->sources[i], c->start_ns);
    }
    if (c->group->duration_ns > 0 && c->up_ns == w->cal.now)
        sim_calendar_at(&w->cal, w->cal.now + c->group->duration_ns, &c->start,
                        CALL_STOP);
}

/* --- down --------------------------------------------------------------- */

static void ppp_ended(struct sim_call *c, enum ppp_reason reason)
{
    if (sim_call_world(c)->negotiates && c->ppp_reason == PPP_END_NONE)
        c->ppp_reason = reason & 15u;
}

static void no_more_trying(struct sim_call *c)
{
    c->trying = false;
    c->failed = !c->ever_up;
}

static struct pptp_call_info *last_of(struct sim_call *c)
{
    struct sim_call_more *m = more_of(c);

    if (m != NULL && m->last == NULL)
        m->last = sim_arena_take(&sim_call_world(c)->arena,
                                 2 * sizeof *m->last);
    return m != NULL ? m->last : NULL;
}

/* One end has lost it. */
static void call_down(struct sim_call *c, bool pns, const struct nas_event *e)
{
    const struct sim_node *n = pns ? c->pns : c->pac;
    struct pptp_call_info *last = last_of(c);

    if (c->up_now) {
        sim_call_world(c)->up_calls--;
        if (last != NULL && !c->stopping)
            sim_returns_lost(&c->more->returns, sim_call_world(c)->cal.now);
    }
    c->up_now = false;
    if (last != NULL)
        (void)pptp_peer_call_info(n->nas.node.peer, e->call, &last[pns]);
    c->down_ns = sim_call_world(c)->cal.now;
    if (c->end.msg == 0 && c->end.conn == PPTP_CONN_END_NONE)
        c->end = *e->end;
    if (c->outgoing == pns) /* the other one may tell of an earlier attempt */
        no_more_trying(c);
}

/* As a caller judges his: the waits of its PNS begin anew. */
static bool was_good(const struct sim_call *c)
{
    pptp_ns up_ns = c->more->up_ns, now = sim_call_world(c)->cal.now;
    bool orderly = c->ppp_reason == PPP_END_LOCAL ||
                   c->ppp_reason == PPP_END_PEER;

    if (up_ns == 0)
        up_ns = c->ever_up ? c->up_ns : PPTP_NEVER;
    return up_ns != PPTP_NEVER && nas_again_good(orderly, now - up_ns);
}

/* Nobody wanted it to end: the PNS dials again. */
static void redial(struct sim_call *c)
{
    struct sim_group *g = c->group;
    pptp_ns now = sim_call_world(c)->cal.now, wait;

    if (!c->outgoing || g->redial.first_ns == 0 || c->stopping ||
        more_of(c) == NULL)
        return;
    if (was_good(c))
        c->more->in_vain = 0;
    c->more->up_ns = PPTP_NEVER;
    wait = nas_again_wait(&g->redial, &c->more->in_vain, &g->random);
    sim_calendar_at(&sim_call_world(c)->cal, now + wait, &c->start,
                    CALL_START);
}

/* --- what a PNS tells --------------------------------------------------- */

static void pns_new(struct sim_node *n, const struct nas_event *e)
{
    struct sim_call *c = sim_call_at_pns(n, e);

    /* an order dials one who is in a call: busy, and his call goes on */
    if (c != NULL && c->outgoing && c->pns_id != PPTP_NONE)
        c = NULL;
    n->pns->call[e->index] = c;
    if (c == NULL)
        return;
    if (c->outgoing && !c->trying) /* dialled by an order */
        attempt(c);
    c->pns_id = e->call;
    c->pns_up = false;
    if (c->stopping) /* it was over before it came */
        soon(c, CALL_STOP);
}

static void pns_end(struct sim_node *n, const struct nas_event *e)
{
    struct sim_call *c = n->pns->call[e->index];

    n->pns->call[e->index] = NULL;
    if (c == NULL || c->pns_id != e->call)
        return;
    if (e->end->was_up)
        ppp_ended(c, e->reason != PPP_END_NONE ? e->reason : PPP_END_LOWER);
    c->pns_up = false;
    call_down(c, true, e);
    c->pns_id = PPTP_NONE;
    redial(c);
}

/* For whoever reads along. */
static void tell(const struct sim_node *n, const struct nas_event *e)
{
    const struct sim_world *w = n->world;

    if (w->event != NULL && !n->silent)
        w->event(w->event_ctx, n->name, e);
}

static void on_pns_event(void *ctx, const struct nas_event *e)
{
    struct sim_node *n = ctx;
    struct sim_call *c;

    tell(n, e);
    if (e->kind == NAS_EV_PNS_NEW) {
        pns_new(n, e);
        return;
    }
    c = n->pns->call[e->index];
    if (c == NULL)
        return;
    if (e->kind == NAS_EV_PNS_UP) {
        c->ip = e->ip;
        c->pns_up = true;
        look_if_up(c);
    } else if (e->kind == NAS_EV_PNS_DOWN) {
        c->pns_up = false;
    } else if (e->kind == NAS_EV_PNS_PPP_END) {
        ppp_ended(c, e->reason);
    } else if (e->kind == NAS_EV_PNS_END) {
        pns_end(n, e);
    }
}

static bool pns_address_up(void *ctx, uint32_t session, uint32_t ip)
{
    (void)ctx;
    (void)session;
    (void)ip;
    return true;
}

static void pns_address_down(void *ctx, uint32_t session, uint32_t ip)
{
    (void)ctx;
    (void)session;
    (void)ip;
}

/* A user's packet has come: as what it was offered, whatever PPP made of its
 * head on the way. */
static void arrived(struct sim_world *w, pptp_pkt pkt, const uint8_t *ip,
                    size_t n)
{
    struct pptp_packet *k = pptp_pool_at(&w->net.pool, pkt);

    if (sim_marked(k) == NULL)
        return;
    if (ip[9] == INET4_TCP && !sim_users_take(w, k, ip, n))
        return;
    if (ip[9] == INET4_UDP)
        sim_voices_hear(w, k, ip, n);
    sim_book_delivered(k, (uint32_t)n + k->tail_len + TRAFFIC_PPP_OCTETS,
                       w->cal.now - k->born_ns);
}

static bool pns_ip_out(void *ctx, pptp_call_id call, pptp_pkt pkt, uint8_t *ip,
                       size_t n)
{
    const struct sim_node *node = ctx;

    (void)call;
    arrived(node->world, pkt, ip, n);
    return false;
}

static void pns_ip_flush(void *ctx)
{
    (void)ctx; /* it never keeps one */
}

/* Sources of packets are deaf. */
static void pns_ip_answer(void *ctx, uint32_t session, const uint8_t *ip,
                          size_t n)
{
    (void)ctx;
    (void)session;
    (void)ip;
    (void)n;
}

static const struct nas_pns_world pns_world = {
    .event = on_pns_event,
    .address_up = pns_address_up,
    .address_down = pns_address_down,
    .ip_out = pns_ip_out,
    .ip_flush = pns_ip_flush,
    .ip_answer = pns_ip_answer
};

/* --- what a PAC tells --------------------------------------------------- */

static void on_pac_event(void *ctx, const struct nas_event *e)
{
    struct sim_node *n = ctx;
    struct sim_call *c;

    tell(n, e);
    if (e->kind != NAS_EV_PAC_END)
        return;
    c = sim_call_at_line(n->pac, e->index);
    if (c != NULL)
        call_down(c, false, e);
}

/* Why there is no connection it does not ask here: the world opens them. */
static void pac_contact(void *ctx, pptp_conn_id conn, struct nas_contact *out)
{
    (void)ctx;
    (void)conn;
    *out = (struct nas_contact){ 0 };
}

static const struct nas_pac_world pac_world = { .event = on_pac_event,
                                                .contact = pac_contact };

/* A PNS has dialled. */
PPTP_COLD static void placed(struct sim_node *n, pptp_call_id call)
{
    struct sim_pac *p = n->pac;
    struct pptp_call_request r;

    if (pptp_peer_call_request(n->nas.node.peer, call, &r) < 0)
        return;
    p->placed = sim_call_by_number(n, r.number);
    p->placed_slot = pptp_call_slot(call);
}

/* --- what callers tell -------------------------------------------------- */

static void on_caller_event(void *ctx, const struct nas_event *e)
{
    struct sim_group *g = ctx;
    struct sim_call *c = call_of_caller(g, e->index);

    if (g->world->event != NULL)
        g->world->event(g->world->event_ctx, g->name, e);
    if (g->world->attempts != NULL)
        sim_attempts_event(g->world->attempts, c, e);
    if (g->subscribers != NULL)
        sim_subscribers_event(g->subscribers, e);
    switch (e->kind) {
    case NAS_EV_CALLER_UP:
        c->caller_up = true;
        look_if_up(c);
        break;
    case NAS_EV_CALLER_DOWN: c->caller_up = false; break;
    case NAS_EV_CALLER_PPP_END: ppp_ended(c, e->reason); break;
    case NAS_EV_CALLER_RESTS:
        c->caller_up = false;
        if (c->outgoing)
            break;
        no_more_trying(c);
        if (c->stopping)
            nas_callers_at(&g->bank, e->index, PPTP_NEVER);
        break;
    default: break;
    }
}

static bool caller_address_up(void *ctx, uint32_t i,
                              const struct ppp_info *info)
{
    (void)ctx;
    (void)i;
    (void)info;
    return true;
}

static void caller_address_down(void *ctx, uint32_t i)
{
    (void)ctx;
    (void)i;
}

static void caller_ip_out(void *ctx, uint32_t i, pptp_pkt pkt, uint8_t *ip,
                          size_t n)
{
    const struct sim_group *g = ctx;

    (void)i;
    if (pkt != PPTP_PKT_NONE)
        arrived(g->world, pkt, ip, n);
}

static const struct nas_caller_world callers_world = {
    .event = on_caller_event,
    .address_up = caller_address_up,
    .address_down = caller_address_down,
    .ip_out = caller_ip_out
};

/* --- what lines ask for ------------------------------------------------- */

static void line_asked(void *ctx, const struct sim_line *l,
                       struct pptp_call_request *r)
{
    const struct sim_group *g = ctx;
    const struct nas_caller *caller = (const void *)l->caller;
    struct sim_call *c = call_of_caller(g,
                                        (uint32_t)(caller - g->bank.caller));

    if (c->pac->pac->phone == NULL)
        attempt(c);
    sim_call_number(c, r->dialing);
}

static void line_lost(void *ctx, pptp_pkt pkt, enum sim_place place)
{
    const struct sim_group *g = ctx;
    struct sim_net *net = &g->world->net;
    struct pptp_packet *k = pptp_pool_at(&net->pool, pkt);

    if (net->lost != NULL)
        net->lost(net->lost_ctx, NULL, k, place);
    if (sim_marked(k) == NULL)
        net->stats.nobodys[place]++;
    sim_book_lost(k, place);
}

/* Who is at a line has a loop of his own, and each call its noise. */
static void line_seeds(void *ctx, const struct sim_line *l, uint64_t *loop,
                       uint64_t *call)
{
    const struct sim_group *g = ctx;
    const struct sim_call *c = (const struct sim_call *)(const void *)l;

    if (g->subscribers != NULL) {
        *loop = sim_subscribers_loop(g->subscribers, caller_of(c));
        *call = sim_subscribers_seed(g->subscribers, caller_of(c));
    } else {
        *loop = rng_mix(g->seed + caller_of(c));
        *call = rng_mix(*loop + c->attempts);
    }
}

static struct sim_node *pac_of(struct sim_line *l)
{
    return sim_call_of_line(&l->line)->pac;
}

/* What follows is done at the end of its step, if there is one; else as soon
 * as the callers are through. */
static void line_told(struct sim_line *l)
{
    struct sim_node *n = pac_of(l);

    if (n->nas.node.busy || n->told)
        return;
    n->told = true;
    n->next_told = n->world->told;
    n->world->told = n;
}

static void callers_done(struct sim_group *g)
{
    struct sim_world *w = g->world;

    while (w->told != NULL) {
        struct sim_node *n = w->told;

        w->told = n->next_told;
        n->told = false;
        sim_settle(n);
    }
}

static void line_settle(struct sim_line *l)
{
    sim_settle(pac_of(l));
}

static void line_heard(struct sim_line *l)
{
    sim_group_arm(l->kind->ctx);
}

/* And what its caller will. */
static bool line_warm(const struct sim_line *l, unsigned step)
{
    const struct sim_call *c = (const struct sim_call *)(const void *)l;
    const struct nas_callers *b = &c->group->bank;
    const struct sim_account *a = &c->way[SIM_DOWN];

    if (step == 1) {
        sim_fetch(b, 3 * SIM_LINE_OCTETS);
        sim_fetch(a, offsetof(struct sim_account, offered));
    } else if (step == 2) {
        __builtin_prefetch(nas_callers_call(b, caller_of(c)));
        __builtin_prefetch(a->delay.bin);
    }
    return sim_node_warm(c->pac, UINT32_MAX, step - 1);
}

const struct sim_line_world sim_calls_lines = { .asked = line_asked,
                                                .lost = line_lost,
                                                .told = line_told,
                                                .settle = line_settle,
                                                .heard = line_heard,
                                                .seeds = line_seeds,
                                                .warm = line_warm };

/* --- what a telephone network asks for ------------------------------------ */

static uint64_t phone_began(void *ctx, struct sim_line *sub)
{
    struct sim_call *c = sim_call_of_line(&sub->line);

    (void)ctx;
    attempt(c);
    if (c->group->subscribers != NULL)
        return sim_subscribers_seed(c->group->subscribers, caller_of(c));
    return rng_mix(c->group->seed + caller_of(c)) + c->attempts;
}

static void phone_rings(void *ctx, uint32_t trunk, struct sim_line *sub)
{
    struct sim_node *pac = ctx;

    nas_pac_peer_only(&pac->pac->role, trunk,
                      sim_call_of_line(&sub->line)->peer);
}

static struct sim_line *phone_find(void *ctx, const char number[64])
{
    struct sim_call *c = sim_call_by_number(ctx, number);

    return c != NULL ? &c->line : NULL;
}

const struct sim_phone_world sim_calls_phone = { .began = phone_began,
                                                 .rings = phone_rings,
                                                 .find = phone_find };

/* --- users' packets ----------------------------------------------------- */

/* Up, and not about to end. */
static bool source_carries(const struct sim_source *s)
{
    return s->call->up_now && !s->call->stopping;
}

static void offer_down(struct sim_call *c, pptp_pkt h)
{
    struct sim_node *n = c->pns;
    struct sim_world *w = n->world;

    if (nas_pns_ip_in(&n->pns->role, w->cal.now, pptp_call_slot(c->pns_id),
                      h) == PPTP_ERR_UNKNOWN)
        pptp_pool_free(&w->net.pool, h);
    sim_settle(n);
}

static void source_offer(struct sim_source *s, bool up, pptp_pkt h)
{
    struct sim_call *c = s->call;

    if (up)
        nas_callers_ip_in(&c->group->bank, caller_of(c),
                          sim_call_world(c)->cal.now, h);
    else
        offer_down(c, h);
}

static bool carrier_warm(const struct sim_source *s, unsigned step)
{
    const struct sim_call *c = s->call;

    return !s->from_pac && c->pns_id != PPTP_NONE &&
           sim_node_warm(c->pns, pptp_call_slot(c->pns_id), step - 1);
}

const struct sim_carrier sim_call_carrier = { .carries = source_carries,
                                              .offer = source_offer,
                                              .warm = carrier_warm };

/* --- beginning ---------------------------------------------------------- */

static struct pptp_call_request request_of(const struct sim_call *c)
{
    const struct sim_pns_rest *pns = c->pns->pns->rest;
    struct pptp_call_request r = { .bearer = PPTP_BEARER_DIGITAL,
                                   .framing = PPTP_FRAMING_EITHER,
                                   .min_bps = pns->min_bps,
                                   .max_bps = pns->max_bps };

    sim_call_number(c, r.number);
    return r;
}

static void wait_for_connection(struct sim_call *c)
{
    c->waiting = true;
    c->next_waiting = c->pns->waiting;
    c->pns->waiting = c;
}

/* A PNS has a connection to a PAC: what waited for it is dialled. */
static void connected(struct sim_node *pns, const struct sim_node *pac)
{
    struct sim_call **at = &pns->waiting, *c, *last = NULL;

    while ((c = *at) != NULL) {
        if (c->pac != pac) {
            at = &c->next_waiting;
            continue;
        }
        *at = c->next_waiting;
        c->next_waiting = last; /* the list is the other way round */
        last = c;
    }
    for (; last != NULL; last = last->next_waiting) {
        last->waiting = false;
        soon(last, CALL_START);
    }
}

/* The PNS places a call. */
static void call_dial(struct sim_call *c)
{
    const struct sim_end *e = sim_end_to(c->pns, c->pac->ip);
    struct pptp_call_request r = request_of(c);
    pptp_call_id call;
    int err;

    /* its time was over before it came again; or an order has had it dialled,
     * and it is in that call, or waits already */
    if (c->stopping || c->waiting || c->pns_id != PPTP_NONE)
        return;
    if (e == NULL) {
        wait_for_connection(c);
        return;
    }
    attempt(c);
    err = nas_pns_dial(&c->pns->pns->role, sim_call_world(c)->cal.now, e->conn,
                       &r, &call);
    sim_settle(c->pns);
    if (err == PPTP_OK)
        return;
    no_more_trying(c);
    redial(c);
}

/* --- ending ------------------------------------------------------------- */

static void call_stop(struct sim_call *c)
{
    struct nas_callers *b = &c->group->bank;

    if (!c->stopping)
        c->on_time = c->up_now || c->trying;
    c->stopping = true;
    if (!c->outgoing && b->caller[caller_of(c)].state == NAS_CALLER_IDLE)
        nas_callers_at(b, caller_of(c), PPTP_NEVER);
    if (c->pns_id == PPTP_NONE)
        return;
    sim_begin(c->pns);
    nas_pns_close(&c->pns->pns->role, sim_call_world(c)->cal.now, c->pns_id,
                  true);
    sim_finish(c->pns);
}

static void on_call(struct sim_sink *s, uint32_t what)
{
    struct sim_call *c = (struct sim_call *)(void *)((char *)s -
                                                     offsetof(struct sim_call,
                                                              start));

    if (what == CALL_START)
        call_dial(c);
    else
        call_stop(c);
}

/* --- nodes -------------------------------------------------------------- */

static bool is_pnss(struct sim_node *n, const struct pptp_action *a)
{
    struct pptp_call_info info;

    if (n->pac == NULL || n->pns == NULL)
        return n->pns != NULL;
    if (nas_pns_call_at(&n->pns->role, pptp_call_slot(a->call)) == a->call)
        return true;
    return a->type == PPTP_ACT_CALL_NEW &&
           pptp_peer_call_info(n->nas.node.peer, a->call, &info) == PPTP_OK &&
           info.machine == PPTP_PNS_IN;
}

PPTP_COLD static void conn_up(struct sim_node *n, const struct pptp_action *a)
{
    const struct sim_node *peer = sim_end_up(n, a->conn);

    if (peer != NULL && n->pns != NULL)
        connected(n, peer);
    if (n->pac != NULL && n->pac->ready)
        nas_pac_role.action(&n->pac->role, a);
}

PPTP_COLD static void conn_down(struct sim_node *n,
                                const struct pptp_action *a)
{
    sim_end_down(n, a->conn);
    if (n->pac != NULL && n->pac->ready)
        nas_pac_role.action(&n->pac->role, a);
}

static void pac_action(struct sim_node *n, const struct pptp_action *a)
{
    if (a->type == PPTP_ACT_CALL_NEW)
        placed(n, a->call);
    if (a->type == PPTP_ACT_CALL_DOWN)
        n->pac->placed = NULL;
    nas_pac_role.action(&n->pac->role, a);
}

static void on_action(void *ctx, const struct pptp_action *a)
{
    struct sim_node *n = ctx;

    if (a->type == PPTP_ACT_CONN_UP)
        conn_up(n, a);
    else if (a->type == PPTP_ACT_CONN_DOWN)
        conn_down(n, a);
    else if (is_pnss(n, a))
        nas_pns_action(&n->pns->role, a);
    else
        pac_action(n, a);
}

static void on_later(void *ctx, const struct nas_later *l)
{
    struct sim_node *n = ctx;

    if (l->kind < NAS_ROLE_PAC)
        nas_pns_later(&n->pns->role, l);
    else
        nas_pac_role.later(&n->pac->role, l);
}

const struct nas_role sim_calls_role = { .action = on_action,
                                         .later = on_later };

int sim_calls_node(struct sim_node *n, const struct sim_node_config *c,
                   uint64_t seed)
{
    struct sim_world *w = n->world;

    if ((c->pptp->role & PPTP_ROLE_PAC) != 0) {
        n->pac = sim_arena_take(&w->arena, sizeof *n->pac);
        if (n->pac == NULL)
            return PPTP_ERR_RESOURCE;
    }
    if ((c->pptp->role & PPTP_ROLE_PNS) == 0)
        return PPTP_OK;
    n->pns = sim_arena_take(&w->arena, sizeof *n->pns);
    if (n->pns == NULL)
        return PPTP_ERR_RESOURCE;
    n->pns->rest = sim_arena_take(&w->rest, sizeof *n->pns->rest);
    if (n->pns->rest == NULL)
        return PPTP_ERR_RESOURCE;
    n->pns->role = (struct nas_pns){
        .world = &pns_world, .ctx = n, .nas = &n->nas, .packets = &w->net.pool
    };
    return sim_pns_init(n->pns, &c->pns, n->calls,
                        w->negotiates ? &w->ppp : NULL, seed);
}

void sim_calls_node_fini(struct sim_node *n)
{
    if (n->pac != NULL && n->pac->phone != NULL)
        sim_phone_fini(n->pac->phone);
    if (n->pns != NULL)
        sim_pns_fini(n->pns);
    if (n->pac != NULL)
        sim_pac_fini(n->pac);
}

/* --- life --------------------------------------------------------------- */

/* It gets its line, with its number: at the PAC or before it. */
static int plug_in(struct sim_call *c)
{
    struct nas_pac *p = &c->pac->pac->role;
    struct nas_line *l = &c->line.line;
    char number[SIM_NUMBER_OCTETS];
    int err;

    sim_line_init(&c->line, &c->group->lines,
                  &c->group->bank.caller[caller_of(c)].line);
    if (c->pac->pac->phone != NULL) {
        sim_phone_plug(c->pac->pac->phone, &c->line);
        return PPTP_OK;
    }
    err = nas_pac_add(p, l);
    if (err < 0)
        return err;
    nas_pac_peer_only(p, l->index, c->peer);
    sim_call_number(c, number);
    return nas_pac_number(p, l->index, number);
}

static int call_begin(struct sim_call *c)
{
    int err = plug_in(c);

    if (err < 0)
        return err;
    c->start.event = on_call;
    if (c->outgoing)
        sim_calendar_at(&sim_call_world(c)->cal, c->start_ns, &c->start,
                        CALL_START);
    else if (c->group->subscribers == NULL)
        nas_callers_at(&c->group->bank, caller_of(c), c->start_ns);
    return PPTP_OK;
}

/* Its lines, of a telephone network. */
static int add_trunks(struct sim_pac *p)
{
    uint32_t i;
    int err = PPTP_OK;

    for (i = 0; i < p->phone->trunks && err == PPTP_OK; i++)
        err = nas_pac_add(&p->role, &p->phone->trunk[i].line);
    return err;
}

/* PACs, once all their lines are known. */
static int pacs_begin(struct sim_world *w)
{
    uint32_t i;

    for (i = 0; i < w->node_count; i++) {
        struct sim_node *n = w->nodes[i];

        if (n->pac == NULL)
            continue;
        if (n->pac->phone != NULL)
            n->pac->config.lines = n->pac->phone->trunks;
        if (sim_pac_init(n->pac, &n->nas, &w->net.pool, &pac_world, n,
                         n->calls, n->conns) < 0 ||
            (n->pac->phone != NULL && add_trunks(n->pac) < 0))
            return PPTP_ERR_RESOURCE;
    }
    return PPTP_OK;
}

static int group_begin(struct sim_group *g)
{
    sim_group_arm(g);
    return g->subscribers != NULL
               ? sim_subscribers_init(g->subscribers, g->seed)
               : PPTP_OK;
}

int sim_calls_begin(struct sim_world *w)
{
    int err = pacs_begin(w);
    uint32_t i;

    for (i = 0; err == PPTP_OK && i < w->group_count; i++) {
        w->groups[i]->done = callers_done;
        err = sim_group_init(w->groups[i], &callers_world,
                             w->negotiates ? &w->ppp : NULL);
    }
    for (i = 0; err == PPTP_OK && i < w->call_count; i++)
        err = call_begin(w->calls[i]);
    for (i = 0; err == PPTP_OK && i < w->group_count; i++)
        err = group_begin(w->groups[i]);
    return err;
}

void sim_call_rtt(struct sim_call *c, bool pns, uint64_t ns)
{
    if (more_of(c) != NULL)
        hist_add(&c->more->rtt[pns], ns);
}

void sim_call_fini(struct sim_call *c)
{
    for (int i = 0; i < 2; i++) {
        hist_free(&c->way[i].delay);
        if (c->more != NULL)
            hist_free(&c->more->rtt[i]);
    }
    if (c->more != NULL)
        hist_free(&c->more->returns.away);
}
