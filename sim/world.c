/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What there is in a world: built, run, settled; world.h. */
#include "config.h"

#include "sim/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "sim/calls.h"
#include "sim/ends.h"
#include "sim/feed.h"
#include "sim/host.h"
#include "sim/modem.h"
#include "sim/reopen.h"
#include "sim/sources.h"
#include "sim/subscribers.h"
#include "sim/users.h"
#include "sim/voices.h"

/* --- the books ---------------------------------------------------------- */

/* A peer has freed a packet that is in the books, and not for having carried
 * it: its own queue, what came and was not wanted, or a call that is over. */
static void on_freed(void *ctx, pptp_pkt h)
{
    struct sim_world *w = ctx;
    struct pptp_packet *k = pptp_pool_at(&w->net.pool, h);
    const struct sim_account *a = sim_marked(k);
    const struct sim_call *c = a->call;
    bool sent = (k->world[1] & SIM_MARK_SENT) != 0;
    enum sim_place place = sent ? SIM_PLACE_receiver : SIM_PLACE_send_queue;
    bool pns;

    PPTP_ASSERT(c != NULL);
    pns = a->up == sent;
    if (!sim_call_is_up(c, pns))
        place = SIM_PLACE_call_end;
    else if (sent && (k->world[1] & SIM_MARK_DAMAGED) != 0)
        place = SIM_PLACE_corrupt;
    else if (sent && (k->world[1] & SIM_MARK_TWIN) != 0)
        place = SIM_PLACE_duplicate;
    if (w->net.lost != NULL)
        w->net.lost(w->net.lost_ctx, NULL, k, place);
    sim_book_lost(k, place);
}

static void on_lost(void *ctx, const struct sim_port *port,
                    struct pptp_packet *k, enum sim_place place)
{
    struct sim_world *w = ctx;

    if (w->lost != NULL)
        w->lost(w->lost_ctx, port, k, place);
}

static void on_damaged(void *ctx, const struct sim_port *port,
                       const struct pptp_packet *k, uint32_t octet)
{
    struct sim_world *w = ctx;

    if (w->damaged != NULL)
        w->damaged(w->lost_ctx, port, k, octet);
}

/* Every packet that exists and is somebody's. */
static void count_under_way(struct sim_world *w)
{
    struct pptp_pool *pool = &w->net.pool;
    uint32_t h;

    for (h = 0; h < pool->touched; h++) {
        struct sim_account *a = sim_marked(pptp_pool_at(pool, h));

        if (a != NULL)
            a->under_way++;
    }
}

void sim_world_settle(struct sim_world *w)
{
    uint32_t i;

    for (i = 0; i < w->call_count; i++) {
        w->calls[i]->way[SIM_UP].under_way = 0;
        w->calls[i]->way[SIM_DOWN].under_way = 0;
    }
    for (i = 0; i < w->flow_count; i++)
        w->flows[i]->account->under_way = 0;
    count_under_way(w);
    sim_voices_settle(w);
    for (i = 0; i < w->node_count; i++)
        if (sim_node_phone(w->nodes[i]) != NULL)
            sim_phone_settle(sim_node_phone(w->nodes[i]), false);
}

/* --- building ---------------------------------------------------------- */

static uint32_t parse_ip(const char *text)
{
    unsigned a, b, c, d;
    char rest;

    if (text == NULL ||
        sscanf(text, "%3u.%3u.%3u.%3u%c", &a, &b, &c, &d, &rest) != 4 ||
        a > 255 || b > 255 || c > 255 || d > 255)
        return 0;
    return a << 24 | b << 16 | c << 8 | d;
}

/* Octets of a packet that are not virtual: all of PPP's own frames, and of
 * what is encrypted. */
static uint32_t real_octets(const struct sim_world_config *c)
{
    uint32_t users = c->ppp == NULL ? 144 : c->ppp->mppe != 0 ? 1616 : 272;

    return c->real_octets > 0 ? c->real_octets : users;
}

static int platform_init(struct sim_world *w, const struct sim_world_config *c,
                         char *err, size_t err_octets)
{
    w->borrowed = c->loaded != NULL;
    if (w->borrowed) {
        w->platform = *c->loaded;
        return PPTP_OK;
    }
    return sim_platform_load(&w->platform, c->platform, err, err_octets);
}

int sim_world_init(struct sim_world *w, const struct sim_world_config *c,
                   char *err, size_t err_octets)
{
    struct sim_net_config nc = { .seed = c->seed,
                                 .queue_packets = c->queue_packets,
                                 .pool_packets = c->packets,
                                 .pool_buf_octets = real_octets(c),
                                 .big_packets = 16384,
                                 .big_buf_octets = 1616 };
    uint32_t i;
    int e;

    memset(w, 0, sizeof *w);
    w->seed = c->seed;
    snprintf(err, err_octets, "not enough memory");
    e = platform_init(w, c, err, err_octets);
    if (e < 0)
        return e;
    if (sim_calendar_init(&w->cal, (size_t)1 << 26) < 0 ||
        sim_net_init(&w->net, &w->cal, &w->platform, &nc) < 0)
        return PPTP_ERR_RESOURCE;
    sim_sources_warm(w);
    sim_feed_warm(w);
    sim_lines_warm(&w->cal);
    w->net.pool.freed = on_freed;
    w->net.pool.ctx = w;
    w->net.lost = on_lost;
    w->net.damaged = on_damaged;
    w->net.lost_ctx = w;
    if (c->ppp != NULL) {
        w->negotiates = true;
        w->ppp = *c->ppp;
        if (sim_ppp_check(&w->ppp) < 0) {
            snprintf(err, err_octets, "PPP cannot be configured so");
            return PPTP_ERR_ARGUMENT;
        }
    }
    w->by_host = calloc(w->platform.host_count, sizeof *w->by_host);
    w->ip_of_host = calloc(w->platform.host_count, sizeof *w->ip_of_host);
    if (w->by_host == NULL || w->ip_of_host == NULL ||
        map_init(&w->by_ip, w->platform.host_count) < 0)
        return PPTP_ERR_RESOURCE;
    for (i = 0; i < w->platform.host_count; i++) {
        const char *ip = w->platform.hosts[i].ip;

        w->ip_of_host[i] = ip != NULL ? parse_ip(ip) : (10u << 24) + i + 1;
        if (w->ip_of_host[i] == 0) {
            snprintf(err, err_octets,
                     "%s: host '%s': its property ip, '%s', is no IPv4 "
                     "address",
                     c->platform, w->platform.hosts[i].name, ip);
            return PPTP_ERR_ARGUMENT;
        }
    }
    return PPTP_OK;
}

/* Room for one more in a list that doubles. */
static bool room(void *list, uint32_t count, size_t item)
{
    void **l = list, *n;

    if (count & (count - 1))
        return true;
    n = realloc(*l, (count == 0 ? 1 : 2 * (size_t)count) * item);
    if (n == NULL)
        return false;
    *l = n;
    return true;
}

/* Who has a name draws by it, whatever else there is in the world. */
static uint64_t seed_of(const struct sim_world *w, const char *what,
                        const char *name)
{
    struct rng rng;
    char full[300];

    snprintf(full, sizeof full, "%s %s", what, name);
    rng_init_named(&rng, w->seed, full);
    return rng_next(&rng);
}

/* Its peer: made of its own random numbers, or as it is told. */
static int node_peer(struct sim_node *n, const struct sim_node_config *c,
                     struct rng *rng)
{
    struct sim_world *w = n->world;
    size_t octets = pptp_peer_octets(c->limits);
    size_t often = pptp_peer_often_octets(c->limits);
    void *mem, *rest;

    if (octets == 0)
        return PPTP_ERR_ARGUMENT;
    mem = sim_arena_take(&w->arena, often);
    rest = sim_arena_take(&w->rest, octets - often);
    if (mem == NULL || rest == NULL)
        return PPTP_ERR_RESOURCE;
    n->seed = rng_next(rng);
    if (c->seed != 0)
        n->seed = c->seed;
    n->nas.node.peer = pptp_peer_init_apart(mem, rest, c->pptp, c->limits,
                                            &w->net.pool, n->seed);
    return n->nas.node.peer != NULL ? PPTP_OK : PPTP_ERR_ARGUMENT;
}

static void node_role(struct sim_node *n, const struct sim_node_config *c)
{
    n->nas.io = c->io != NULL ? c->io : &sim_host_io;
    n->nas.io_ctx = n;
    n->nas.role = c->role != NULL ? c->role : &sim_calls_role;
    n->nas.role_ctx = c->role != NULL ? c->role_ctx : n;
    n->watch = c->watch;
}

/* All but its place in the world. */
static int node_fill(struct sim_node *n, const struct sim_node_config *c)
{
    struct rng rng;
    uint64_t seed;
    int err;

    n->name = c->name;
    n->host = c->host;
    n->ip = n->world->ip_of_host[c->host];
    n->addr = pptp_addr_v4(n->ip);
    n->mtu_octets = c->mtu_octets;
    n->reopen = c->reconnect;
    n->calls = c->limits->calls;
    rng_init_named(&rng, n->world->seed, c->name);
    err = node_peer(n, c, &rng);
    if (err < 0)
        return err;
    node_role(n, c);
    seed = rng_next(&rng);
    err = sim_feed_init(n);
    if (err == PPTP_OK && c->role == NULL)
        err = sim_calls_node(n, c, seed_of(n->world, "pns", n->name));
    return err < 0 ? err : sim_ends_init(n, c->limits->conns, c->tcp, seed);
}

int sim_world_node(struct sim_world *w, const struct sim_node_config *c)
{
    struct sim_node *n;
    int err;

    /* a host has one peer, and an address one host */
    if (c->host >= w->platform.host_count ||
        sim_node_of(w, w->ip_of_host[c->host]) != NULL)
        return PPTP_ERR_ARGUMENT;
    n = sim_arena_take(&w->arena, sizeof *n);
    if (n == NULL || !room(&w->nodes, w->node_count, sizeof *w->nodes))
        return PPTP_ERR_RESOURCE;
    n->world = w;
    err = node_fill(n, c);
    if (err < 0) {
        sim_calls_node_fini(n);
        sim_feed_fini(n);
        return err;
    }
    w->nodes[w->node_count] = n;
    w->by_host[c->host] = n;
    map_set(&w->by_ip, n->ip, w->node_count);
    sim_host_attach(n);
    return (int)w->node_count++;
}

int sim_world_connect(struct sim_world *w, uint32_t from, uint32_t to)
{
    if (from >= w->node_count || to >= w->node_count)
        return PPTP_ERR_ARGUMENT;
    return sim_reopen_begin(w->nodes[from], w->nodes[to]);
}

static int call_sources(struct sim_call *c, const struct sim_call_config *cc)
{
    char name[300];
    uint32_t i;
    int err;

    if (cc->traffic_count == 0)
        return PPTP_OK;
    c->sources = sim_arena_take(&sim_call_world(c)->arena,
                                cc->traffic_count * sizeof *c->sources);
    if (c->sources == NULL)
        return PPTP_ERR_RESOURCE;
    for (i = 0; i < cc->traffic_count; i++) {
        struct sim_source *s = &c->sources[i];

        snprintf(name, sizeof name, "call %s traffic %u", cc->name, i);
        err = sim_source_init(s, sim_call_world(c), &cc->traffic[i], name);
        if (err < 0)
            return err;
        s->call = c;
        s->carrier = &sim_call_carrier;
        s->account = &c->way[s->from_pac ? SIM_UP : SIM_DOWN];
    }
    c->source_count = (uint8_t)cc->traffic_count;
    return PPTP_OK;
}

/* Tunnels have a way there and back. */
static int call_routes(const struct sim_call *c)
{
    struct sim_net *net = &sim_call_world(c)->net;
    uint32_t pac = c->pac->host, pns = c->pns->host;
    int err;

    if (sim_net_route(net, pac, pns, &err) != NULL &&
        sim_net_route(net, pns, pac, &err) != NULL)
        return PPTP_OK;
    return err < 0 ? err : PPTP_ERR_ARGUMENT;
}

static int modems_new(struct sim_world *w, struct sim_group *g,
                      const struct sim_call_config *cc)
{
    struct sim_modems *m = sim_arena_take(&w->arena, sizeof *m);

    if (m == NULL)
        return PPTP_ERR_RESOURCE;
    m->config = *cc->modems;
    for (int i = 0; i < MODEM_MODULATIONS; i++)
        m->config.carrier[i].noise = &m->config.noise;
    g->lines.has = &sim_modem_lines;
    g->lines.modems = m;
    g->lines.ppd_ds = cc->ppd_ds; /* else by the rate of each call */
    return PPTP_OK;
}

/* Callers of a group follow each other, and are alike. */
static struct sim_group *group_new(struct sim_world *w,
                                   const struct sim_call_config *cc)
{
    const char *name = cc->group != NULL ? cc->group : cc->name;
    struct sim_group *g = sim_arena_take(&w->arena, sizeof *g);
    uint16_t mtu = w->nodes[cc->pac]->mtu_octets;

    if (g == NULL || !room(&w->groups, w->group_count, sizeof *w->groups))
        return NULL;
    g->world = w;
    g->name = name;
    g->seed = seed_of(w, "callers", name);
    g->first = w->call_count;
    g->config.answers = cc->outgoing;
    if (w->nodes[cc->pac]->pac->phone != NULL)
        g->config.patience_ns = w->nodes[cc->pac]->pac->phone->patience_ns;
    if (cc->subscribers != NULL) {
        g->subscribers = sim_arena_take(&w->arena, sizeof *g->subscribers);
        if (g->subscribers == NULL)
            return NULL;
        g->subscribers->group = g;
        g->subscribers->config = *cc->subscribers;
        g->subscribers->config.start_ns = cc->start_ns;
    }
    g->duration_ns = cc->duration_ns;
    g->redial = cc->redial;
    g->random = seed_of(w, "redial", name);
    g->lines = (struct sim_lines){
        .cal = &w->cal,
        .pool = &w->net.pool,
        .from = sim_arena_alloc(&w->rest), /* buffers */
        .world = &sim_calls_lines,
        .ctx = g,
        .config = cc->line,
        .ppd_ds = cc->ppd_ds != 0
                      ? cc->ppd_ds
                      : line_ppd_ds(mtu, cc->line.buffer_packets,
                                    cc->line.rate_bps, cc->fudge_ns),
    };
    if (cc->modems != NULL && modems_new(w, g, cc) < 0)
        return NULL;
    w->groups[w->group_count++] = g;
    return g;
}

/* NULL: no memory. */
static struct sim_group *group_of(struct sim_world *w,
                                  const struct sim_call_config *cc)
{
    struct sim_group *g = NULL;

    if (cc->group != NULL && w->group_count > 0)
        g = w->groups[w->group_count - 1];
    if (g == NULL || g->name != cc->group)
        g = group_new(w, cc);
    if (g != NULL)
        g->config.count++;
    return g;
}

/* Its accounts, if it will ever have packets. */
static int call_accounts(struct sim_call *c, const struct sim_call_config *cc)
{
    int i;

    c->way = sim_call_world(c)->nothing;
    if (cc->traffic_count == 0)
        return PPTP_OK;
    c->way = sim_arena_take(&sim_call_world(c)->arena, 2 * sizeof *c->way);
    if (c->way == NULL)
        return PPTP_ERR_RESOURCE;
    for (i = 0; i < 2; i++) {
        c->way[i].call = c;
        c->way[i].name = cc->name;
        c->way[i].up = i == SIM_UP;
    }
    return PPTP_OK;
}

/* Its place in the books. */
static int call_fill(struct sim_call *c, const struct sim_call_config *cc)
{
    int err;

    c->name = cc->name;
    c->outgoing = cc->outgoing;
    c->start_ns = cc->start_ns;
    err = call_routes(c);
    if (err == PPTP_OK)
        err = call_accounts(c, cc);
    if (err == PPTP_OK)
        err = call_sources(c, cc);
    return err;
}

int sim_world_phone(struct sim_world *w, uint32_t pac,
                    const struct sim_world_phone_config *c)
{
    struct sim_node *n = pac < w->node_count ? w->nodes[pac] : NULL;
    struct sim_trunks *groups;
    struct sim_phone *p;

    if (n == NULL || n->pac == NULL || n->pac->phone != NULL ||
        n->pac->config.lines > 0)
        return PPTP_ERR_ARGUMENT;
    groups = sim_arena_take(&w->rest, c->n * sizeof *groups);
    p = sim_arena_take(&w->rest, sizeof *p);
    if (groups == NULL || p == NULL)
        return PPTP_ERR_RESOURCE;
    memcpy(groups, c->groups, c->n * sizeof *groups);
    *p = (struct sim_phone){ .cal = &w->cal,
                             .pool = &w->net.pool,
                             .from = sim_arena_alloc(&w->rest),
                             .world = &sim_calls_phone,
                             .ctx = n,
                             .config = c->phone,
                             .patience_ns = c->patience_ns,
                             .seed = seed_of(w, "telephone", n->name) };
    n->pac->phone = p;
    return sim_phone_init(p, groups, c->n);
}

int sim_world_call(struct sim_world *w, const struct sim_call_config *cc)
{
    struct sim_call *c = sim_arena_take(&w->arena, sizeof *c);
    int err;

    if (cc->pac >= w->node_count || cc->pns >= w->node_count || w->ready ||
        w->nodes[cc->pac]->pac == NULL || w->nodes[cc->pns]->pns == NULL ||
        line_mem_octets(&cc->line) == 0 || cc->traffic_count > UINT8_MAX)
        return PPTP_ERR_ARGUMENT;
    if (c == NULL || !room(&w->calls, w->call_count, sizeof *w->calls))
        return PPTP_ERR_RESOURCE;
    c->index = w->call_count;
    c->pac = w->nodes[cc->pac];
    c->pns = w->nodes[cc->pns];
    c->pns_id = PPTP_NONE;
    err = call_fill(c, cc);
    if (err == PPTP_OK)
        err = sim_pac_peer(c->pac->pac, c->pns->ip);
    if (err < 0)
        return err;
    c->peer = (uint8_t)err;
    c->group = group_of(w, cc);
    if (c->group == NULL)
        return PPTP_ERR_RESOURCE;
    w->calls[w->call_count] = c;
    return (int)w->call_count++;
}

/* The sink of a host that is no peer: it counts. */
static void on_plain_packet(struct sim_sink *s, uint32_t h)
{
    struct sim_node *n = (struct sim_node *)(void *)s;

    sim_source_arrived(n->world, h);
}

struct sim_node *sim_world_host(struct sim_world *w, uint32_t host)
{
    struct sim_node *n = w->by_host[host];

    if (n != NULL)
        return n;
    n = sim_arena_take(&w->arena, sizeof *n);
    if (n == NULL)
        return NULL;
    n->sink.event = on_plain_packet;
    n->world = w;
    n->host = host;
    n->ip = w->ip_of_host[host];
    w->by_host[host] = n;
    sim_net_attach(&w->net, host, &n->sink);
    return n;
}

/* The ways of a user's packets, whose end at from_host takes some, too. */
static int user_flow(struct sim_user *u, uint32_t from_host, uint32_t to_host)
{
    struct sim_world *w = u->source->world;
    int err = PPTP_ERR_ARGUMENT;

    u->way[USER_CLIENT].route = u->source->route;
    u->way[USER_SERVER].route = sim_net_route(&w->net, to_host, from_host,
                                              &err);
    if (u->way[USER_SERVER].route == NULL)
        return err;
    return sim_world_host(w, from_host) != NULL ? PPTP_OK : PPTP_ERR_RESOURCE;
}

int sim_world_flow(struct sim_world *w, const char *name, uint32_t from_host,
                   uint32_t to_host, const struct sim_traffic_config *t)
{
    struct sim_source *s = sim_arena_take(&w->arena, sizeof *s);
    struct sim_account *a = sim_arena_take(&w->arena, sizeof *a);
    char full[300];
    int err;

    if (s == NULL || a == NULL ||
        !room(&w->flows, w->flow_count, sizeof *w->flows))
        return PPTP_ERR_RESOURCE;
    snprintf(full, sizeof full, "flow %s", name);
    err = sim_source_init(s, w, t, full);
    if (err < 0)
        return err;
    s->account = a;
    a->name = name;
    s->route = sim_net_route(&w->net, from_host, to_host, &err);
    if (s->route == NULL)
        return err; /* hosts that do not exist, too */
    if (sim_world_host(w, to_host) == NULL)
        return PPTP_ERR_RESOURCE;
    if (s->user != NULL) {
        err = user_flow(s->user, from_host, to_host);
        if (err < 0)
            return err;
    }
    sim_source_address(s, w->ip_of_host[from_host], w->ip_of_host[to_host]);
    w->flows[w->flow_count] = s;
    sim_source_begin(s, 0);
    return (int)w->flow_count++;
}

int sim_world_ready(struct sim_world *w)
{
    if (w->ready)
        return PPTP_OK;
    w->ready = true;
    if (sim_users_ready(w) < 0)
        return PPTP_ERR_RESOURCE;
    return sim_calls_begin(w);
}

bool sim_world_run(struct sim_world *w, pptp_ns until_ns)
{
    if (sim_world_ready(w) < 0) {
        w->cal.refused++;
        return false;
    }
    return sim_calendar_run(&w->cal, until_ns);
}

uint64_t sim_world_ppp_refused(const struct sim_world *w)
{
    uint64_t n = 0;
    uint32_t i;

    for (i = 0; i < w->node_count; i++)
        if (w->nodes[i]->pns != NULL)
            n += w->nodes[i]->pns->role.ppps.exhausted;
    for (i = 0; i < w->group_count; i++)
        n += w->groups[i]->bank.ppps.exhausted;
    return n;
}

void sim_world_fini(struct sim_world *w)
{
    uint32_t i;

    for (i = 0; i < w->call_count; i++)
        sim_call_fini(w->calls[i]);
    for (i = 0; i < w->flow_count; i++)
        hist_free(&w->flows[i]->account->delay);
    for (i = 0; i < w->node_count; i++) {
        sim_ends_fini(w->nodes[i]);
        sim_feed_fini(w->nodes[i]);
        sim_calls_node_fini(w->nodes[i]);
    }
    for (i = 0; i < w->group_count; i++) {
        if (w->groups[i]->subscribers != NULL)
            sim_subscribers_fini(w->groups[i]->subscribers);
        sim_group_fini(w->groups[i]);
    }
    sim_users_fini(w);
    sim_voices_fini(w);
    sim_arena_fini(&w->arena);
    sim_arena_fini(&w->rest);
    free(w->groups);
    free(w->nodes);
    free(w->calls);
    free(w->flows);
    free(w->by_host);
    map_fini(&w->by_ip);
    free(w->ip_of_host);
    sim_net_fini(&w->net);
    sim_calendar_fini(&w->cal);
    if (!w->borrowed)
        sim_platform_fini(&w->platform);
}
