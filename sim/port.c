/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ports, routes and the packet network; port.h. */
#include "config.h"

#include "sim/port.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/delivery.h"
#include "sim/arena.h"
#include "sim/platform.h"
#include "sim/port_queue.h"

enum { ROUTES_FIRST = 64 };

_Static_assert(offsetof(struct sim_port, few) == (size_t)3 * SIM_LINE_OCTETS,
               "a packet touches a fifth cache line of a port");

static void port_event(struct sim_sink *self, uint32_t pkt);
static void serve(struct sim_port *p, uint64_t now);

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

static int ports_new(struct sim_net *net, const struct sim_platform *p)
{
    net->ports = sim_block_new((p->link_count + 1) * sizeof(*net->ports));
    net->sinks = calloc(p->host_count + 1, sizeof(*net->sinks));
    if (net->ports == NULL || net->sinks == NULL)
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

/* ---- profiles: rates and latencies that change by themselves ---- */

struct sim_schedule {
    struct sim_sink sink; /* first: the next change is due */
    struct sim_port *port;
    const struct sim_profile *profile;
    struct sim_profile_cursor cursor;
    double value; /* which it will have */
    bool latency; /* or the rate */
};

static void change(const struct sim_schedule *s)
{
    if (s->latency)
        sim_port_set_latency(s->port, latency_ns(s->value));
    else
        sim_port_set_rate(s->port, s->value);
}

/* Makes the changes that are due and waits for the next one. */
static void schedule_next(struct sim_schedule *s)
{
    struct sim_calendar *cal = s->port->net->cal;
    uint64_t at_ns;

    while (sim_profile_next(s->profile, &s->cursor, &at_ns, &s->value)) {
        if (at_ns > cal->now) {
            sim_calendar_at(cal, at_ns, &s->sink, 0);
            return;
        }
        change(s);
    }
}

static void on_schedule(struct sim_sink *self, uint32_t arg)
{
    struct sim_schedule *s = (struct sim_schedule *)(void *)self;

    (void)arg;
    change(s);
    schedule_next(s);
}

/* Of every port and profile one. */
static int schedules_new(struct sim_net *net, const struct sim_platform *p)
{
    uint32_t n = 0;

    net->schedules = calloc(2 * (size_t)p->link_count,
                            sizeof(*net->schedules));
    if (net->schedules == NULL)
        return PPTP_ERR_RESOURCE;
    for (uint32_t i = 0; i < 2 * p->link_count; i++) {
        const struct sim_link *l = &p->links[i / 2];
        struct sim_schedule *t = &net->schedules[n];

        *t = (struct sim_schedule){ .sink = { on_schedule },
                                    .port = &net->ports[i / 2],
                                    .profile = i % 2 ? l->latency : l->rate,
                                    .latency = i % 2 };
        if (t->profile != NULL) {
            n++;
            schedule_next(t);
        }
    }
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
    sim_calendar_warm(cal, port_event, sim_port_warm);
    if (config->pool_packets >= SIM_PKT_BIG ||
        config->big_packets >= SIM_PKT_BIG)
        return PPTP_ERR_ARGUMENT;
    net->pool_mem = pool_new(&net->pool, config->pool_packets,
                             config->pool_buf_octets);
    net->big_mem = pool_new(&net->big, config->big_packets,
                            config->big_buf_octets);
    net->routes = calloc(ROUTES_FIRST, sizeof(struct sim_route *));
    if ((config->pool_packets && net->pool_mem == NULL) ||
        (config->big_packets && net->big_mem == NULL) || net->routes == NULL)
        err = PPTP_ERR_RESOURCE;
    if (!err && platform != NULL)
        err = ports_new(net, platform);
    if (!err && platform != NULL && platform->has_profiles)
        err = schedules_new(net, platform);
    if (err)
        sim_net_fini(net);
    return err;
}

static void route_free(struct sim_route *r)
{
    if (r != NULL && r->distance != NULL) {
        sim_port_fini(r->distance);
        free(r->distance);
    }
    free(r);
}

void sim_net_fini(struct sim_net *net)
{
    for (uint32_t i = 0; i < net->port_count; i++)
        sim_port_fini(&net->ports[i]);
    if (net->routes != NULL)
        for (uint32_t i = 0; i <= net->route_mask; i++)
            route_free(net->routes[i]);
    free(net->schedules);
    free(net->routes);
    free(net->ports);
    free(net->sinks);
    free(net->pool_mem);
    free(net->big_mem);
    *net = (struct sim_net){ 0 };
}

void sim_net_attach(struct sim_net *net, uint32_t host, struct sim_sink *sink)
{
    PPTP_ASSERT(net->platform != NULL && host < net->platform->host_count);
    net->sinks[host] = sink;
}

/* The route's place in the table, empty or not. */
static struct sim_route **route_slot(const struct sim_net *net, uint32_t src,
                                     uint32_t dst)
{
    uint64_t key = (uint64_t)src << 32 | dst;
    uint32_t i = (uint32_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32);

    for (;; i++) {
        struct sim_route *r = net->routes[i & net->route_mask];

        if (r == NULL || (r->src == src && r->dst == dst))
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
    if (net->routes == NULL) {
        net->routes = old;
        return false;
    }
    net->route_mask = size * 2 - 1;
    for (uint32_t i = 0; i < size; i++)
        if (old[i] != NULL)
            *route_slot(net, old[i]->src, old[i]->dst) = old[i];
    free(old);
    return true;
}

/* A last port for the latency that no link has; it takes no other time. */
static struct sim_port *distance_port(struct sim_net *net, double latency_s)
{
    struct sim_port *p = sim_block_new(sizeof(*p));

    if (p != NULL) {
        sim_port_init(p, net, "distance", INFINITY, latency_ns(latency_s));
        p->fatpipe = true;
    }
    return p;
}

/* The route of a path, without its place in the table; NULL without memory. */
static struct sim_route *route_of(struct sim_net *net,
                                  const struct sim_platform_path *path)
{
    struct sim_port **ports = calloc(path->n + 1, sizeof(struct sim_port *));
    bool far = path->extra_latency_s > 0;
    struct sim_route *r = NULL;

    for (uint32_t i = 0; ports != NULL && i < path->n; i++)
        ports[i] = &net->ports[path->links[i]];
    if (ports != NULL)
        r = sim_route_new(ports, path->n + far, NULL);
    if (r != NULL && far) {
        r->distance = distance_port(net, path->extra_latency_s);
        r->ports[path->n] = r->distance;
    }
    free(ports);
    if (r != NULL && far && r->distance == NULL) {
        route_free(r);
        return NULL;
    }
    return r;
}

static struct sim_route *route_build(struct sim_net *net, uint32_t src,
                                     uint32_t dst, int *err)
{
    struct sim_platform_path path;
    struct sim_route *r;

    *err = sim_platform_route(net->platform, src, dst, &path);
    if (*err)
        return NULL;
    r = route_of(net, &path);
    sim_platform_path_fini(&path);
    if (r == NULL || !route_room(net)) {
        route_free(r);
        *err = PPTP_ERR_RESOURCE;
        return NULL;
    }
    r->src = src;
    r->dst = dst;
    r->dest = &net->sinks[dst]; /* whoever it is when a packet arrives */
    *route_slot(net, src, dst) = r;
    net->route_count++;
    return r;
}

const struct sim_route *sim_net_route(struct sim_net *net, uint32_t src,
                                      uint32_t dst, int *err)
{
    struct sim_route *r;
    int none = 0;

    if (err == NULL)
        err = &none;
    *err = 0;
    if (net->platform == NULL || src >= net->platform->host_count ||
        dst >= net->platform->host_count) {
        *err = PPTP_ERR_ARGUMENT;
        return NULL;
    }
    r = *route_slot(net, src, dst);
    return r != NULL ? r : route_build(net, src, dst, err);
}

struct sim_port *sim_net_port(const struct sim_net *net, const char *name)
{
    int32_t i = net->platform != NULL ? sim_platform_link(net->platform, name)
                                      : -1;

    return i < 0 ? NULL : &net->ports[i];
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
        .armed_ns = UINT64_MAX,
        .hit_at = UINT64_MAX,
        .latency_ns = latency,
        .net = net,
        .ring = p->few,
        .ring_mask = SIM_PORT_FEW - 1,
        .limit_packets = net->queue_packets,
        .limit_octets = UINT64_MAX,
        .name = name,
    };
    sim_port_set_rate(p, rate_octets);
}

void sim_port_fini(struct sim_port *p)
{
    if (p->ring != p->few)
        free(p->ring);
    free(p->impair);
    free(p->trace);
    sim_queue_free(p->queue);
    p->queue = NULL;
    p->ring = p->few;
    p->ring_mask = SIM_PORT_FEW - 1;
    p->impair = NULL;
    p->trace = NULL;
}

size_t sim_port_octets(const struct sim_port *p)
{
    return p->ring != p->few ? (p->ring_mask + 1) * sizeof(*p->ring) : 0;
}

void sim_port_set_queue(struct sim_port *p, uint32_t packets, uint64_t octets)
{
    PPTP_ASSERT(packets < UINT32_C(1) << 30);
    p->limit_packets = packets;
    p->limit_octets = octets;
}

static inline struct sim_slot *slot(const struct sim_port *p, uint32_t i)
{
    return &p->ring[i & p->ring_mask];
}

/* Whether the first packet is on its way to the far end, or will be. */
static inline bool head_moves(const struct sim_port *p)
{
    return p->head != p->tail && !(p->down && p->head == p->sent);
}

/* When something is to be done here, where something moves: the first packet
 * arrives or, for a tap or a queue, one leaves. */
static inline uint64_t due_ns(const struct sim_port *p)
{
    uint64_t at = slot(p, p->head)->departs_ns + p->latency_ns;

    if (p->stops && !p->down && p->sent != p->tail &&
        slot(p, p->sent)->departs_ns < at)
        at = slot(p, p->sent)->departs_ns;
    return at;
}

/* Sees to it that the event comes in time.  Events cannot be taken back: one
 * that comes too early finds nothing to do and arms again. */
static inline void arm(struct sim_port *p)
{
    uint64_t at;

    if (!head_moves(p))
        return;
    at = due_ns(p);
    if (at >= p->armed_ns)
        return;
    if (at < p->net->cal->now)
        at = p->net->cal->now;
    p->armed_ns = at;
    (void)sim_calendar_at(p->net->cal, at, &p->sink, 0);
}

/* The same, off the path of every packet. */
PPTP_COLD static void rearm(struct sim_port *p)
{
    arm(p);
}

/* Passes over the packets that have left by now, of a link that is up. */
static inline void settle_up(struct sim_port *p, uint64_t now)
{
    for (; p->sent != p->tail; p->sent++) {
        const struct sim_slot *s = slot(p, p->sent);

        if (s->departs_ns > now)
            break;
        p->waiting_octets -= s->octets;
        if (p->tap != NULL)
            p->tap(p->tap_ctx, p, s->pkt);
    }
}

static inline void settle(struct sim_port *p, uint64_t now)
{
    if (!p->down)
        settle_up(p, now);
}

/* How many wait in a queue that decides. */
static inline uint32_t decided(const struct sim_port *p)
{
    return p->queue != NULL ? queue_packets(p->queue->queue) : 0;
}

void sim_port_set_tap(struct sim_port *p, sim_tap *tap, void *ctx)
{
    settle(p, p->net->cal->now);
    p->tap = tap;
    p->tap_ctx = ctx;
    p->stops = tap != NULL || decided(p) > 0;
    rearm(p);
}

uint32_t sim_port_occupancy(struct sim_port *p)
{
    settle(p, p->net->cal->now);
    return p->tail - p->sent + decided(p);
}

/* ---- changes of rate and latency ---- */

/* Turns the times of departure of what waits into octets that are left to
 * send, in 2^-16, and takes back what was planned.  What opportunities have
 * taken of the first they take again. */
static void plan_drop(struct sim_port *p, uint64_t now)
{
    for (uint32_t i = p->sent; i != p->tail; i++) {
        struct sim_slot *s = slot(p, i);
        uint64_t left_ns = s->departs_ns - now;

        if (!p->fatpipe && i + 1 != p->tail)
            p->queue_ns -= left_ns; /* so long the next was to wait */
        s->departs_ns = p->traced
                            ? s->octets
                            : (uint64_t)(((unsigned __int128)left_ns << 48) /
                                         p->ns_per_octet_q32);
    }
    if (p->last_departs_ns > now)
        p->busy_ns -= p->last_departs_ns - now;
    p->stalled_ns = now;
}

/* When that work is done, at the rate or the opportunities that the port has
 * now. */
static uint64_t departs_at(struct sim_port *p, uint64_t now, uint64_t work)
{
    if (p->traced)
        return delivery_departs(p->trace, now, (uint32_t)work);
    return now +
           (uint64_t)(((unsigned __int128)work * p->ns_per_octet_q32) >> 48);
}

/* The other way round. */
static void plan_make(struct sim_port *p, uint64_t now)
{
    uint32_t n = p->tail - p->sent;

    if (p->traced)
        delivery_restart(p->trace);
    if (n > 1 && !p->fatpipe)
        p->queue_ns += (unsigned __int128)(now - p->stalled_ns) * (n - 1);
    for (uint32_t i = p->sent; i != p->tail; i++) {
        struct sim_slot *s = slot(p, i);

        s->departs_ns = departs_at(p, now, s->departs_ns);
        if (!p->fatpipe && i + 1 != p->tail)
            p->queue_ns += s->departs_ns - now;
        p->last_departs_ns = s->departs_ns;
    }
    if (n > 0)
        p->busy_ns += p->last_departs_ns - now;
    p->tx_frac = 0;
}

/* Opportunities know no rate. */
static void work(struct sim_port *p)
{
    double rate_octets = p->cut ? 0 : p->traced ? 1 : p->rate_octets;
    double q = 1e9 / rate_octets * 4294967296.0;
    bool down = !(rate_octets > 0);
    uint64_t now = p->net->cal->now, ns_per_octet_q32;

    if (down || !(q < 0x1p63))
        ns_per_octet_q32 = UINT64_C(1) << 63; /* 0.47 octet/s: stalled */
    else
        ns_per_octet_q32 = (uint64_t)(q + 0.5);
    if (ns_per_octet_q32 == p->ns_per_octet_q32 && down == p->down)
        return;
    settle(p, now);
    if (!p->down)
        plan_drop(p, now);
    p->down = down;
    p->aside = down || p->queue != NULL;
    p->ns_per_octet_q32 = ns_per_octet_q32;
    if (!p->down)
        plan_make(p, now);
    if (p->queue != NULL)
        serve(p, now);
    rearm(p);
}

void sim_port_set_rate(struct sim_port *p, double rate_octets)
{
    p->rate_octets = rate_octets;
    work(p);
}

int sim_port_set_delivery(struct sim_port *p, const struct delivery *d)
{
    PPTP_ASSERT(!p->fatpipe && p->head == p->tail);
    if (p->trace == NULL)
        p->trace = malloc(sizeof *p->trace);
    if (p->trace == NULL)
        return PPTP_ERR_RESOURCE;
    delivery_begin(p->trace, d);
    p->traced = true;
    work(p);
    return PPTP_OK;
}

void sim_port_set_down(struct sim_port *p, bool down)
{
    p->cut = down;
    work(p);
}

void sim_port_set_latency(struct sim_port *p, uint64_t latency)
{
    if (latency == p->latency_ns)
        return;
    settle(p, p->net->cal->now);
    /* what is in flight keeps the latency it left with: its departure, which
     * nobody asks for any more, moves by the difference (modulo 2^64) */
    for (uint32_t i = p->head; i != p->sent; i++)
        slot(p, i)->departs_ns += p->latency_ns - latency;
    p->latency_ns = latency;
    rearm(p);
}

int sim_port_set_queue_model(struct sim_port *p, const struct queue_config *c)
{
    PPTP_ASSERT(p->head == p->tail && (c == NULL || !p->fatpipe));
    sim_queue_free(p->queue);
    p->queue = c != NULL ? sim_queue_new(c, p->net->seed, p->name) : NULL;
    p->aside = p->down || p->queue != NULL;
    return c != NULL && p->queue == NULL ? PPTP_ERR_RESOURCE : PPTP_OK;
}

/* What a queue that decides has done. */
static void queue_stats(struct sim_port *p, struct sim_port_stats *s)
{
    struct sim_queue *q = p->queue;

    sim_queue_level(q, p->net->cal->now);
    s->waiting += decided(p);
    s->decides = q;
    s->dropped_early = q->early;
    s->dropped_waiting = q->pushed;
    s->marked = q->marked;
    s->queue_max = q->packets_max;
    s->queue_ns = q->packets_ns;
    s->queue_octets_max = q->octets_max;
    s->queue_octets_ns = q->octets_ns;
}

struct sim_port_stats sim_port_stats_now(struct sim_port *p)
{
    uint64_t now = p->net->cal->now;
    struct sim_port_stats s;
    uint32_t n;

    settle(p, now);
    n = p->tail - p->sent;
    s = (struct sim_port_stats){
        .entered = p->entered,
        .arrived = p->out + p->duplicated - p->lost - p->corrupt - p->held,
        .lost = p->lost,
        .corrupt = p->corrupt,
        .damaged = p->damaged,
        .duplicated = p->duplicated,
        .dropped_full = p->dropped_full,
        .dropped_down = p->dropped_down,
        .waiting = n,
        .in_flight = p->sent - p->head + p->held,
        .left_octets = p->arrived_octets,
        .queue_max = p->queue_max,
        .busy_ns = p->busy_ns,
        .queue_ns = p->queue_ns,
    };
    s.left = p->out + (p->sent - p->head);
    s.served = s.left;
    if (p->queue != NULL)
        queue_stats(p, &s);
    for (uint32_t i = p->head; i != p->sent; i++)
        s.left_octets += slot(p, i)->octets;
    /* what is planned has not happened */
    if (p->down && n > 1 && !p->fatpipe)
        s.queue_ns += (unsigned __int128)(now - p->stalled_ns) * (n - 1);
    if (p->down)
        return s;
    for (uint32_t i = 0; i + 1 < n && !p->fatpipe; i++)
        s.queue_ns -= slot(p, p->sent + i)->departs_ns - now;
    if (p->last_departs_ns > now)
        s.busy_ns -= p->last_departs_ns - now;
    return s;
}

/* ---- a packet's way through a port ---- */

PPTP_COLD static bool ring_grow(struct sim_port *p)
{
    uint32_t count = p->tail - p->head, sent = p->sent - p->head;
    uint32_t size = (p->ring_mask + 1) * 2;
    struct sim_slot *ring = malloc(size * sizeof(*ring));

    if (ring == NULL)
        return false;
    for (uint32_t i = 0; i < count; i++)
        ring[i] = *slot(p, p->head + i);
    if (p->ring != p->few)
        free(p->ring);
    p->ring = ring;
    p->ring_mask = size - 1;
    p->head = 0;
    p->sent = sent;
    p->tail = count;
    return true;
}

static inline bool has_room(struct sim_port *p)
{
    return p->tail - p->head <= p->ring_mask || ring_grow(p);
}

/* Whether the queue takes one more packet of len octets. */
static inline bool admit(struct sim_port *p, uint32_t len)
{
    uint32_t count = p->tail - p->sent;

    if (count > 0 && !p->fatpipe) {
        uint64_t waiting = p->waiting_octets + len - slot(p, p->sent)->octets;

        if (count > p->limit_packets || waiting > p->limit_octets)
            return false;
        if (count > p->queue_max)
            p->queue_max = count;
    }
    return has_room(p);
}

/* When a packet of len octets that begins at start_ns has left.  The fraction
 * is carried while the port stays busy, so that rounding does not add up. */
static inline uint64_t transmit(struct sim_port *p, uint64_t start_ns,
                                uint32_t len)
{
    unsigned __int128 t = (unsigned __int128)p->ns_per_octet_q32 * len +
                          p->tx_frac;

    p->tx_frac = (uint32_t)t;
    return start_ns + (uint64_t)(t >> 32);
}

/* Plans when a packet that enters now leaves. */
static inline uint64_t plan(struct sim_port *p, uint64_t now, uint32_t len)
{
    uint64_t last = p->last_departs_ns, departs;

    if (now > last) {
        p->tx_frac = 0;
        last = now;
    }
    if (p->fatpipe) {
        p->tx_frac = 0;
        departs = transmit(p, now, len);
        if (departs < last)
            departs = last;
    } else {
        departs = p->traced ? delivery_departs(p->trace, now, len)
                            : transmit(p, last, len);
        p->queue_ns += last - now;
    }
    p->busy_ns += departs - last;
    p->last_departs_ns = departs;
    return departs;
}

/* A packet ends before it is there. */
PPTP_COLD void sim_net_lose(struct sim_net *net, const struct sim_port *p,
                            pptp_pkt pkt, enum sim_place place)
{
    struct pptp_packet *k = sim_packet(net, pkt);

    if (net->lost != NULL)
        net->lost(net->lost_ctx, p, k, place);
    if (sim_marked(k) == NULL)
        net->stats.nobodys[place]++;
    sim_book_lost(k, place);
    sim_packet_free(net, pkt);
}

/* Of a queue that decides: what it has dropped ends.  Whether `fresh`, which
 * has just come and not entered yet, is among it. */
static bool drop_decided(struct sim_port *p, pptp_pkt fresh)
{
    struct queue_item i;
    enum sim_place place;
    bool among = false;

    while (sim_queue_dropped(p->queue, &i, &place)) {
        if (place == SIM_PLACE_port_queue)
            p->dropped_full++;
        if (i.pkt == fresh)
            among = true;
        else
            p->queue->pushed++;
        sim_net_lose(p->net, p, i.pkt, place);
    }
    return among;
}

/* The next of a queue that decides begins to be sent; false: none waits. */
static bool send_next(struct sim_port *p, uint64_t now)
{
    struct queue_item i;
    bool some = sim_queue_take(p->queue, p->net, p->last_departs_ns, &i);

    (void)drop_decided(p, PPTP_PKT_NONE);
    if (!some)
        return false;
    if (!has_room(p)) {
        p->dropped_full++;
        p->queue->pushed++;
        sim_net_lose(p->net, p, i.pkt, SIM_PLACE_port_queue);
        return true;
    }
    *slot(p, p->tail) = (struct sim_slot){ plan(p, now, i.octets), i.octets,
                                           i.pkt };
    p->tail++;
    p->waiting_octets += i.octets;
    return true;
}

/* As long as the transmitter is free, the next goes. */
static void serve(struct sim_port *p, uint64_t now)
{
    do
        settle(p, now);
    while (!p->down && p->sent == p->tail && send_next(p, now));
    p->stops = p->tap != NULL || decided(p) > 0;
}

/* What leaves at this moment has left before the packet enters. */
static bool enter_decided(struct sim_port *p, pptp_pkt pkt, uint64_t now)
{
    bool in;

    serve(p, now);
    sim_queue_put(p->queue, p->net, pkt);
    in = !drop_decided(p, pkt);
    p->entered += in;
    serve(p, now);
    sim_queue_look(p->queue);
    if (p->armed_ns == UINT64_MAX || p->stops)
        rearm(p);
    return in;
}

/* A link that is down, or that has a queue that decides. */
PPTP_COLD static bool enter_aside(struct sim_port *p, pptp_pkt pkt,
                                  uint64_t now)
{
    if (!p->down)
        return enter_decided(p, pkt, now);
    p->dropped_down++;
    sim_net_lose(p->net, p, pkt, SIM_PLACE_link_down);
    return false;
}

/* A packet enters a port; false if it was dropped here. */
static inline bool enter(struct sim_net *net, struct sim_port *p,
                         const struct pptp_packet *k, pptp_pkt pkt)
{
    uint32_t len = pptp_packet_len(k);
    uint64_t now = net->cal->now, departs;

    if (p->aside)
        return enter_aside(p, pkt, now);
    settle_up(p, now);
    if (!admit(p, len)) {
        p->dropped_full++;
        sim_net_lose(net, p, pkt, SIM_PLACE_port_queue);
        return false;
    }
    departs = plan(p, now, len);
    *slot(p, p->tail++) = (struct sim_slot){ departs, len, pkt };
    p->waiting_octets += len;
    p->entered++;
    if (p->armed_ns == UINT64_MAX || p->stops)
        arm(p);
    return true;
}

/* Takes the first packet, which arrives now. */
static inline pptp_pkt take_head(struct sim_port *p)
{
    const struct sim_slot s = *slot(p, p->head);

    if (p->sent == p->head++) { /* nobody has asked since it left */
        p->sent++;
        p->waiting_octets -= s.octets;
    }
    p->arrived_octets += s.octets;
    if (p->head == p->tail) /* stay where the cache is warm */
        p->head = p->sent = p->tail = 0;
    else
        __builtin_prefetch(sim_packet(p->net, slot(p, p->head)->pkt));
    return s.pkt;
}

static inline void deliver(struct sim_net *net, const struct sim_route *r,
                           pptp_pkt pkt)
{
    struct sim_sink *dest = *r->dest;

    if (dest != NULL) {
        net->stats.delivered++;
        dest->event(dest, pkt);
    } else {
        net->stats.undeliverable++;
        sim_net_lose(net, NULL, pkt, SIM_PLACE_no_route);
    }
}

/* Into the next port of its route, or to whoever it is for. */
static inline void onward(struct sim_net *net, pptp_pkt pkt)
{
    struct pptp_packet *k = sim_packet(net, pkt);
    const struct sim_route *r = (const struct sim_route *)(uintptr_t)
                                    k->world[0];
    uint64_t hop = ++k->world[1] & SIM_MARK_HOP;

    if (hop < r->n)
        (void)enter(net, r->ports[hop], k, pkt);
    else
        deliver(net, r, pkt);
}

void sim_net_onward(struct sim_net *net, pptp_pkt pkt)
{
    onward(net, pkt);
}

static inline void at_departure(struct sim_port *p, uint64_t now)
{
    if (p->queue != NULL)
        serve(p, now);
    else
        settle(p, now);
}

static void port_event(struct sim_sink *self, uint32_t arg)
{
    struct sim_port *p = (struct sim_port *)(void *)self;
    struct sim_net *net = p->net;
    uint64_t now = net->cal->now;
    pptp_pkt pkt;

    (void)arg;
    if (now != p->armed_ns)
        return; /* of a plan that has changed */
    p->armed_ns = UINT64_MAX;
    if (p->stops)
        at_departure(p, now);
    if (!head_moves(p) || slot(p, p->head)->departs_ns + p->latency_ns > now) {
        arm(p);
        return;
    }
    pkt = take_head(p);
    arm(p);
    if (p->out++ == p->hit_at)
        p->hit(p, pkt);
    else
        onward(net, pkt);
}

bool sim_net_send(struct sim_net *net, const struct sim_route *route,
                  pptp_pkt pkt)
{
    struct pptp_packet *k = sim_packet(net, pkt);

    k->world[0] = (uint64_t)(uintptr_t)route;
    k->world[1] &= ~SIM_MARK_HOP;
    if (route->n > 0)
        return enter(net, route->ports[0], k, pkt);
    /* A host to itself: at once, but not from inside the caller. */
    if (*route->dest != NULL &&
        sim_calendar_at(net->cal, net->cal->now, *route->dest, pkt)) {
        net->stats.delivered++;
        return true;
    }
    net->stats.undeliverable++;
    sim_net_lose(net, NULL, pkt, SIM_PLACE_no_route);
    return false;
}

struct sim_route *sim_route_new(struct sim_port *const *ports, uint32_t n,
                                struct sim_sink *dest)
{
    struct sim_route *r = n <= SIM_MARK_HOP
                              ? malloc(sizeof(*r) + n * sizeof(r->ports[0]))
                              : NULL;

    if (r == NULL)
        return NULL;
    *r = (struct sim_route){ .n = n, .own = dest };
    r->dest = &r->own;
    for (uint32_t i = 0; i < n; i++)
        r->ports[i] = ports[i];
    return r;
}
