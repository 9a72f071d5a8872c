/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ports, routes and the packet network; port.h. */
#include "config.h"

#include "sim/port.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/arena.h"
#include "sim/platform.h"

enum { RING_FIRST = 8, ROUTES_FIRST = 64 };

static void port_event(struct sim_sink *self, uint32_t pkt);

/* ---- random numbers ---- */

static uint64_t splitmix64(uint64_t *x)
{
    uint64_t z = *x += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

void sim_rng_seed(struct sim_rng *r, uint64_t seed, const char *name)
{
    uint64_t x = UINT64_C(0xcbf29ce484222325); /* FNV-1a of the name */

    for (; *name; name++)
        x = (x ^ (uint8_t)*name) * UINT64_C(0x100000001b3);
    x ^= splitmix64(&seed);
    for (int i = 0; i < 4; i += 2) {
        uint64_t z = splitmix64(&x);

        r->s[i] = (uint32_t)z;
        r->s[i + 1] = (uint32_t)(z >> 32);
    }
    if (!(r->s[0] | r->s[1] | r->s[2] | r->s[3]))
        r->s[0] = 1; /* the one state it cannot leave */
}

/* ---- the network ---- */

static uint64_t latency_ns(double seconds)
{
    return seconds > 0 ? (uint64_t)(seconds * 1e9 + 0.5) : 0;
}

static void *pool_new(struct pptp_pool *pool, uint32_t limit,
                      uint32_t buf_octets)
{
    size_t octets = pptp_pool_mem_octets(limit, buf_octets);
    void *mem = octets > 0 ? sim_block_new(octets) : NULL;

    if (mem != NULL)
        pptp_pool_init(pool, mem, limit, buf_octets);
    return mem;
}

static void clock_hook(void *ctx, uint64_t now_ns)
{
    struct sim_net *net = ctx;

    sim_platform_advance(net->platform, now_ns);
    sim_net_refresh(net);
}

static int ports_new(struct sim_net *net, const struct sim_platform *p)
{
    net->ports = calloc(p->link_count + 1, sizeof(*net->ports));
    net->sinks = calloc(p->host_count + 1, sizeof(*net->sinks));
    if (!net->ports || !net->sinks)
        return PPTP_ERR_RESOURCE;
    for (uint32_t i = 0; i < p->link_count; i++) {
        const struct sim_link *l = &p->links[i];

        sim_port_init(&net->ports[i], net, l->name, l->rate_octets,
                      latency_ns(l->latency_s));
        net->ports[i].fatpipe = l->fatpipe;
    }
    net->port_count = p->link_count;
    return 0;
}

int sim_net_init(struct sim_net *net, struct sim_calendar *cal,
                 struct sim_platform *platform,
                 const struct sim_net_config *config)
{
    int err = 0;

    *net = (struct sim_net){
        .cal = cal,
        .platform = platform,
        .route_mask = ROUTES_FIRST - 1,
        .seed = config->seed,
        .queue_packets = config->queue_packets,
    };
    if (config->pool_packets >= SIM_PKT_BIG ||
        config->big_packets >= SIM_PKT_BIG)
        return PPTP_ERR_ARGUMENT;
    net->pool_mem = pool_new(&net->pool, config->pool_packets,
                             config->pool_buf_octets);
    net->big_mem = pool_new(&net->big, config->big_packets,
                            config->big_buf_octets);
    net->routes = calloc(ROUTES_FIRST, sizeof(struct sim_route *));
    if ((config->pool_packets && !net->pool_mem) ||
        (config->big_packets && !net->big_mem) || !net->routes)
        err = PPTP_ERR_RESOURCE;
    if (!err && platform)
        err = ports_new(net, platform);
    if (!err && platform && platform->has_profiles)
        sim_calendar_hook(
            cal, config->fluid_step_ns ? config->fluid_step_ns : 10 * PPTP_MS,
            clock_hook, net);
    if (err)
        sim_net_fini(net);
    return err;
}

void sim_net_fini(struct sim_net *net)
{
    for (uint32_t i = 0; i < net->port_count; i++)
        sim_port_fini(&net->ports[i]);
    if (net->routes)
        for (uint32_t i = 0; i <= net->route_mask; i++)
            free(net->routes[i]);
    if (net->cal && net->cal->hook_ctx == net)
        sim_calendar_hook(net->cal, 0, NULL, NULL);
    free(net->routes);
    free(net->ports);
    free(net->sinks);
    free(net->pool_mem);
    free(net->big_mem);
    *net = (struct sim_net){ 0 };
}

void sim_net_attach(struct sim_net *net, uint32_t host, struct sim_sink *sink)
{
    PPTP_ASSERT(net->platform && host < net->platform->host_count);
    net->sinks[host] = sink;
    for (uint32_t i = 0; i <= net->route_mask; i++)
        if (net->routes[i] && net->routes[i]->dst == host)
            net->routes[i]->dest = sink;
}

/* The route's place in the table, empty or not. */
static struct sim_route **route_slot(const struct sim_net *net, uint32_t src,
                                     uint32_t dst)
{
    uint64_t key = (uint64_t)src << 32 | dst;
    uint32_t i = (uint32_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32);

    for (;; i++) {
        struct sim_route *r = net->routes[i & net->route_mask];

        if (!r || (r->src == src && r->dst == dst))
            return &net->routes[i & net->route_mask];
    }
}

/* Doubles the table when it is three quarters full; false without memory. */
static bool route_room(struct sim_net *net)
{
    struct sim_route **old = net->routes;
    uint32_t size = net->route_mask + 1;

    if (net->route_count + 1 <= size / 4 * 3)
        return true;
    net->routes = calloc(size * (size_t)2, sizeof(struct sim_route *));
    if (!net->routes) {
        net->routes = old;
        return false;
    }
    net->route_mask = size * 2 - 1;
    for (uint32_t i = 0; i < size; i++)
        if (old[i])
            *route_slot(net, old[i]->src, old[i]->dst) = old[i];
    free(old);
    return true;
}

static struct sim_route *route_build(struct sim_net *net, uint32_t src,
                                     uint32_t dst, int *err)
{
    uint32_t links[SIM_ROUTE_LINKS_MAX];
    struct sim_port *ports[SIM_ROUTE_LINKS_MAX];
    struct sim_route *r;
    int n = sim_platform_route(net->platform, src, dst, links,
                               SIM_ROUTE_LINKS_MAX);

    *err = n < 0 ? n : 0;
    if (n < 0)
        return NULL;
    for (int i = 0; i < n; i++)
        ports[i] = &net->ports[links[i]];
    r = sim_route_new(ports, (uint32_t)n, net->sinks[dst]);
    if (!r || !route_room(net)) {
        free(r);
        *err = PPTP_ERR_RESOURCE;
        return NULL;
    }
    r->src = src;
    r->dst = dst;
    *route_slot(net, src, dst) = r;
    net->route_count++;
    return r;
}

const struct sim_route *sim_net_route(struct sim_net *net, uint32_t src,
                                      uint32_t dst, int *err)
{
    struct sim_route *r;
    int none = 0;

    if (!err)
        err = &none;
    *err = 0;
    if (!net->platform || src >= net->platform->host_count ||
        dst >= net->platform->host_count) {
        *err = PPTP_ERR_ARGUMENT;
        return NULL;
    }
    r = *route_slot(net, src, dst);
    return r ? r : route_build(net, src, dst, err);
}

struct sim_port *sim_net_port(const struct sim_net *net, const char *name)
{
    int32_t i = net->platform ? sim_platform_link(net->platform, name) : -1;

    return i < 0 ? NULL : &net->ports[i];
}

void sim_net_refresh(struct sim_net *net)
{
    for (uint32_t i = 0; i < net->port_count; i++) {
        const struct sim_link *l = &net->platform->links[i];

        sim_port_set_rate(&net->ports[i], l->rate_octets);
        net->ports[i].latency_ns = latency_ns(l->latency_s);
    }
}

pptp_pkt sim_packet_take(struct sim_net *net, uint32_t headroom)
{
    return pptp_pool_take(&net->pool, headroom);
}

pptp_pkt sim_packet_take_big(struct sim_net *net, uint32_t headroom)
{
    pptp_pkt h = pptp_pool_take(&net->big, headroom);

    return h == PPTP_PKT_NONE ? h : h | SIM_PKT_BIG;
}

/* ---- ports ---- */

void sim_port_init(struct sim_port *p, struct sim_net *net, const char *name,
                   double rate_octets, uint64_t latency)
{
    *p = (struct sim_port){
        .sink = { port_event },
        .latency_ns = latency,
        .net = net,
        .limit_packets = net->queue_packets,
        .limit_octets = UINT64_MAX,
        .name = name,
    };
    sim_port_set_rate(p, rate_octets);
    sim_rng_seed(&p->rng, net->seed, name);
}

void sim_port_fini(struct sim_port *p)
{
    free(p->ring);
    p->ring = NULL;
}

void sim_port_set_rate(struct sim_port *p, double rate_octets)
{
    double q = 1e9 / rate_octets * 4294967296.0;

    p->down = !(rate_octets > 0);
    if (p->down || !(q < 0x1p63))
        p->ns_per_octet_q32 = UINT64_C(1) << 63; /* 0.47 octet/s: stalled */
    else
        p->ns_per_octet_q32 = (uint64_t)(q + 0.5);
}

void sim_port_set_queue(struct sim_port *p, uint32_t packets, uint64_t octets)
{
    PPTP_ASSERT(packets < UINT32_C(1) << 30);
    p->limit_packets = packets;
    p->limit_octets = octets;
}

void sim_port_set_loss(struct sim_port *p, double probability)
{
    PPTP_ASSERT(probability >= 0 && probability <= 1);
    p->loss_q32 = (uint64_t)(probability * 4294967296.0 + 0.5);
}

void sim_port_set_tap(struct sim_port *p, sim_tap *tap, void *ctx)
{
    p->tap = tap;
    p->tap_ctx = ctx;
}

/* Forgets the packets that have left. */
static inline void drain(struct sim_port *p, uint64_t now)
{
    if (now >= p->busy_until_ns) { /* all: stay where the cache is warm */
        p->head = p->tail = 0;
        p->ring_octets = 0;
        return;
    }
    while (p->head != p->tail) {
        const struct sim_slot *s = &p->ring[p->head & p->ring_mask];

        if (s->departs_ns > now)
            break;
        p->ring_octets -= s->octets;
        p->head++;
    }
}

uint32_t sim_port_occupancy(struct sim_port *p)
{
    drain(p, p->net->cal->now);
    return p->tail - p->head;
}

static bool ring_grow(struct sim_port *p)
{
    uint32_t count = p->tail - p->head;
    uint32_t size = p->ring ? (p->ring_mask + 1) * 2 : RING_FIRST;
    struct sim_slot *ring = malloc(size * sizeof(*ring));

    if (!ring)
        return false;
    for (uint32_t i = 0; i < count; i++)
        ring[i] = p->ring[(p->head + i) & p->ring_mask];
    free(p->ring);
    p->ring = ring;
    p->ring_mask = size - 1;
    p->head = 0;
    p->tail = count;
    return true;
}

/* Whether the queue takes one more packet of len octets. */
static inline bool admit(struct sim_port *p, uint32_t len)
{
    uint32_t count = p->tail - p->head;

    if (count > p->limit_packets)
        return false;
    if (count > 0) {
        uint64_t waiting = p->ring_octets + len -
                           p->ring[p->head & p->ring_mask].octets;

        if (waiting > p->limit_octets)
            return false;
        if (count > p->stats.queue_max)
            p->stats.queue_max = count;
    }
    return (p->ring && count <= p->ring_mask) || ring_grow(p);
}

/* Time of `len` octets on the wire after start_ns, with the fraction carried
 * while the port stays busy, so that rounding does not add up. */
static inline uint64_t transmit(struct sim_port *p, uint64_t start_ns,
                                uint32_t len)
{
    unsigned __int128 t = (unsigned __int128)p->ns_per_octet_q32 * len +
                          p->tx_frac;

    p->tx_frac = (uint32_t)t;
    p->stats.busy_ns += (uint64_t)(t >> 32);
    return start_ns + (uint64_t)(t >> 32);
}

/* When the packet leaves; UINT64_MAX if the queue is full. */
static inline uint64_t queue(struct sim_port *p, uint64_t now, uint32_t len)
{
    uint64_t departs;
    struct sim_slot *s;

    if (p->fatpipe) {
        p->tx_frac = 0;
        return transmit(p, now, len);
    }
    drain(p, now);
    if (!admit(p, len))
        return UINT64_MAX;
    if (now > p->busy_until_ns)
        p->tx_frac = 0;
    departs = transmit(p, now > p->busy_until_ns ? now : p->busy_until_ns,
                       len);
    s = &p->ring[p->tail++ & p->ring_mask];
    s->departs_ns = departs;
    s->octets = len;
    p->ring_octets += len;
    p->busy_until_ns = departs;
    return departs;
}

/* A packet enters a port; false if it was dropped here. */
static inline bool enter(struct sim_net *net, struct sim_port *p,
                         const struct pptp_packet *k, pptp_pkt pkt)
{
    uint32_t len = pptp_packet_len(k);
    uint64_t departs, arrives;

    if (p->down) {
        p->stats.dropped_down++;
        sim_packet_free(net, pkt);
        return false;
    }
    departs = queue(p, net->cal->now, len);
    if (departs == UINT64_MAX) {
        p->stats.dropped_full++;
        sim_packet_free(net, pkt);
        return false;
    }
    p->stats.enqueued++;
    p->stats.hops++;
    p->stats.octets += len;
    if (p->tap)
        p->tap(p->tap_ctx, p, departs, pkt);
    if (p->loss_q32 && sim_rng_next(&p->rng) < p->loss_q32) {
        p->stats.lost++;
        sim_packet_free(net, pkt);
        return true;
    }
    arrives = departs + p->latency_ns;
    /* A latency that has shrunk does not let packets pass each other. */
    if (arrives < p->last_arrival_ns && !p->fatpipe)
        arrives = p->last_arrival_ns;
    p->last_arrival_ns = arrives;
    if (!sim_calendar_at(net->cal, arrives, &p->sink, pkt)) {
        p->stats.dropped_calendar++;
        sim_packet_free(net, pkt);
        return false;
    }
    return true;
}

static void deliver(struct sim_net *net, const struct sim_route *r,
                    pptp_pkt pkt)
{
    if (r->dest) {
        net->stats.delivered++;
        r->dest->event(r->dest, pkt);
    } else {
        net->stats.undeliverable++;
        sim_packet_free(net, pkt);
    }
}

static void port_event(struct sim_sink *self, uint32_t pkt)
{
    struct sim_net *net = ((struct sim_port *)(void *)self)->net;
    struct pptp_packet *k = sim_packet(net, pkt);
    const struct sim_route *r = (const struct sim_route *)(uintptr_t)
                                    k->world[0];
    uint64_t hop = ++k->world[1];

    if (hop < r->n)
        (void)enter(net, r->ports[hop], k, pkt);
    else
        deliver(net, r, pkt);
}

bool sim_net_send(struct sim_net *net, const struct sim_route *route,
                  pptp_pkt pkt)
{
    struct pptp_packet *k = sim_packet(net, pkt);

    k->world[0] = (uint64_t)(uintptr_t)route;
    k->world[1] = 0;
    if (route->n > 0)
        return enter(net, route->ports[0], k, pkt);
    /* A host to itself: at once, but not from inside the caller. */
    if (route->dest &&
        sim_calendar_at(net->cal, net->cal->now, route->dest, pkt)) {
        net->stats.delivered++;
        return true;
    }
    net->stats.undeliverable++;
    sim_packet_free(net, pkt);
    return false;
}

struct sim_route *sim_route_new(struct sim_port *const *ports, uint32_t n,
                                struct sim_sink *dest)
{
    struct sim_route *r = malloc(sizeof(*r) + n * sizeof(r->ports[0]));

    if (!r)
        return NULL;
    *r = (struct sim_route){ .n = n, .dest = dest };
    for (uint32_t i = 0; i < n; i++)
        r->ports[i] = ports[i];
    return r;
}
