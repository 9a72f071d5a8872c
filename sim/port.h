/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ports, routes and the packet network made of them.
 *
 * A port is one direction of a link: a rate, a FIFO queue with a limit, a
 * latency; packets may be lost or worse (impair.h).  Its packets, those that
 * wait and those in flight, stand in one ring, and one entry of the calendar
 * stands for all of them: the arrival of the first at the far end.  A packet
 * that enters knows when it will leave as long as the rate stays, so a hop
 * costs one event.
 *
 * In place of the FIFO there may be a queue that decides (models/queue.h).
 * What waits is in it then, and in the ring what is being sent: the next is
 * asked for when the one before has left, one event more while any waits.
 *
 *   SPLITDUPLEX  two ports, NAME_UP and NAME_DOWN
 *   SHARED       ONE port, HALF DUPLEX: both directions stand in one queue
 *                and share one rate.  That is SimGrid's meaning of the word;
 *                who wants a telephone line or an Ethernet pair wants
 *                SPLITDUPLEX.
 *   FATPIPE      no queue; every packet takes its own time at the whole rate,
 *                but none overtakes one that entered before it
 *
 * A change of rate acts on what waits and on what is left of the packet being
 * sent.  At rate 0 the link is down: what is in the port stays there until
 * the rate returns, what comes in the meantime is dropped.  A change of
 * latency acts on packets that leave from then on.
 *
 * A packet's length is pptp_packet_len: the outer IP packet with its header.
 * Link-layer overhead is 0.
 */
#ifndef SIM_PORT_H
#define SIM_PORT_H

#include "sim/books.h"
#include "sim/calendar.h"

struct delivery;
struct delivery_cursor;
struct sim_impair;
struct sim_net;
struct sim_platform;
struct sim_port;
struct sim_queue;
struct sim_schedule;
struct queue_config;

/* A packet in a port. */
struct sim_slot {
    /* When its last octet leaves.  Of packets that have not left while the
     * link is down: the work before that, in 2^-16 octets. */
    uint64_t departs_ns;
    uint32_t octets;
    pptp_pkt pkt;
};

/* What a port has done by now.  The books: entered = left + waiting +
 * dropped_waiting, left + duplicated = arrived + lost + corrupt + in_flight.
 */
struct sim_port_stats {
    uint64_t entered;       /* packets accepted */
    uint64_t left;          /* hops: packets whose last octet has been sent */
    uint64_t left_octets;   /* their octets */
    uint64_t arrived;       /* at the far end */
    uint64_t lost;          /* left, but never arrived */
    uint64_t corrupt;       /* the same: their IP header was damaged */
    uint64_t damaged;       /* with these: on which an octet was changed */
    uint64_t duplicated;    /* made of others */
    uint64_t dropped_full;  /* as the queue was full */
    uint64_t dropped_down;  /* packets that found the link down (rate 0) */
    uint64_t dropped_early; /* the queue's decision */
    uint64_t dropped_waiting; /* of full and early: they had entered before */
    uint64_t marked;          /* got CE */
    uint32_t waiting;         /* have entered and not left */
    uint32_t in_flight;       /* have left and not arrived */
    /* the same when measuring began, if later than all */
    uint32_t waiting_before, in_flight_before;
    uint32_t queue_max; /* most packets waiting, without the one leaving */
    uint64_t busy_ns;   /* time spent transmitting, for utilisation */
    unsigned __int128 queue_ns; /* packets waiting, without the one leaving,
                                 * times how long */
    uint64_t served;            /* left, of the direction that this is */
    const struct sim_queue *decides; /* its queue is measured there, or NULL */
    uint64_t queue_octets_max;       /* of that */
    unsigned __int128 queue_octets_ns;
};

/* Called once a packet that leaves the port, at its time of departure and in
 * that order.  Packets that are lost afterwards are seen, dropped ones are
 * not.  The packet is the port's. */
typedef void sim_tap(void *ctx, struct sim_port *port, pptp_pkt pkt);

/* A packet that is hit has come out of the port at its latency. */
typedef void sim_hit(struct sim_port *port, pptp_pkt pkt);

/* Packets of a port that has never had more. */
enum { SIM_PORT_FEW = 4 };

/* What every packet touches comes first, four cache lines; the last of them is
 * of ports that have few. */
struct sim_port {
    /* first: something is due here */
    _Alignas(SIM_LINE_OCTETS) struct sim_sink sink;
    struct sim_net *net;
    struct sim_slot *ring;     /* in flight, then waiting; `few` or malloc'd */
    uint32_t ring_mask;        /* entries less one */
    uint32_t head, sent, tail; /* free running; sent: first not to have left */
    uint64_t armed_ns;         /* the event that counts, UINT64_MAX: none */
    uint64_t last_departs_ns;  /* of the last to enter */
    uint64_t ns_per_octet_q32; /* 32.32 fixed point */
    uint64_t latency_ns;
    uint32_t tx_frac; /* 2^-32 ns of last_departs_ns */
    bool fatpipe;
    bool traced;             /* when packets leave, `trace` says */
    bool down;               /* rate 0, or cut */
    bool cut;                /* down whatever the rate is */
    bool aside;              /* what enters does so in an uncommon way */
    bool stops;              /* something is to be done at departures */
    uint32_t limit_packets;  /* waiting, without the one leaving */
    uint64_t limit_octets;   /* the same; UINT64_MAX for none */
    uint64_t waiting_octets; /* of packets that have not left */
    uint64_t out, hit_at;    /* packets taken out; the next one that is hit */
    sim_tap *tap;
    void *tap_ctx;
    sim_hit *hit; /* of a packet that is hit, which is its then */
    /* counted, for sim_port_stats_now; planned: of what has entered */
    uint64_t entered, arrived_octets;
    uint64_t busy_ns;           /* planned */
    unsigned __int128 queue_ns; /* planned */
    struct sim_slot few[SIM_PORT_FEW];
    uint64_t lost, dropped_full, dropped_down;
    uint64_t corrupt, damaged, duplicated; /* impair.h */
    uint32_t held;
    uint32_t queue_max;
    struct sim_impair *impair;     /* or NULL */
    struct delivery_cursor *trace; /* of opportunities, or NULL */
    struct sim_queue *queue;       /* one that decides, or NULL */
    double rate_octets;            /* a second, as it was set */
    uint64_t stalled_ns;           /* since when the link is down */
    const char *name;              /* the platform's or the creator's */
};

/* At most SIM_MARK_HOP ports. */
struct sim_route {
    uint32_t n;
    uint32_t src, dst;      /* hosts */
    struct sim_sink **dest; /* *dest gets the packet; NULL: freed, counted */
    struct sim_sink *own;   /* of a route of one's own: dest is &own */
    struct sim_port *distance; /* a latency that no link has, or NULL */
    struct sim_port *ports[];
};

struct sim_net_config {
    uint64_t seed;
    uint32_t queue_packets;   /* default limit of a port */
    uint32_t pool_packets;    /* small packets: headers, virtual tails */
    uint32_t pool_buf_octets; /* at least 128 */
    uint32_t big_packets;     /* packets with room for a TCP segment */
    uint32_t big_buf_octets;  /* at least 1600 */
};

struct sim_net_stats {
    uint64_t undeliverable; /* no sink at the end of the route */
    uint64_t delivered;
    uint64_t nobodys[SIM_PLACES]; /* lost, and in no account */
    uint64_t nobodys_duplicated;
};

/* A packet that ends at `place` before it is there, at a port or (NULL) at a
 * host that takes none. */
typedef void sim_lost(void *ctx, const struct sim_port *port,
                      struct pptp_packet *k, enum sim_place place);
/* One that comes out of a port with this octet changed, the first of them. */
typedef void sim_damaged(void *ctx, const struct sim_port *port,
                         const struct pptp_packet *k, uint32_t octet);

struct sim_net {
    struct sim_calendar *cal;
    struct sim_platform *platform; /* NULL: only hand-made ports */
    struct pptp_pool pool;         /* small packets */
    struct pptp_pool big;          /* their handles carry SIM_PKT_BIG */
    struct sim_port *ports;        /* one a platform link, by its index */
    uint32_t port_count;
    struct sim_schedule *schedules; /* what profiles do, or NULL */
    struct sim_sink **sinks;        /* by host */
    struct sim_route **routes;      /* hash table, a power of two */
    uint32_t route_mask;
    uint32_t route_count;
    uint64_t seed;
    uint32_t queue_packets;
    void *pool_mem, *big_mem;
    struct sim_net_stats stats;
    sim_lost *lost;       /* NULL: nobody asks */
    sim_damaged *damaged; /* the same */
    void *lost_ctx;       /* of both */
};

#define SIM_PKT_BIG UINT32_C(0x80000000)

/* A network over a calendar and a loaded platform (both must outlive it; the
 * platform may be NULL).  Profiles of the platform act at their own times.  0
 * or a negative enum pptp_err. */
int sim_net_init(struct sim_net *net, struct sim_calendar *cal,
                 struct sim_platform *platform,
                 const struct sim_net_config *config);
void sim_net_fini(struct sim_net *net);

/* Packets for host `host` go to this sink's event(sink, pkt) from now on (NULL
 * for none), and belong to it. */
void sim_net_attach(struct sim_net *net, uint32_t host, struct sim_sink *sink);

/* The route between two hosts, built at first use and kept.  NULL if there is
 * none; *err (may be NULL) then says why. */
const struct sim_route *sim_net_route(struct sim_net *net, uint32_t src,
                                      uint32_t dst, int *err);

/* The port of a platform link, or NULL. */
struct sim_port *sim_net_port(const struct sim_net *net, const char *name);

/* Sends a packet, which is the network's from here on.  False if the first
 * port dropped it. */
bool sim_net_send(struct sim_net *net, const struct sim_route *route,
                  pptp_pkt pkt);

/* A port's, while it waits for its event. */
sim_warm sim_port_warm;

/* As sim_warm, for who is to send: from step 0 on. */
bool sim_route_warm(const struct sim_net *net, const struct sim_route *route,
                    unsigned step);

/* The packet of a handle, of either pool. */
static inline struct pptp_packet *sim_packet(const struct sim_net *net,
                                             pptp_pkt h)
{
    return h & SIM_PKT_BIG ? pptp_pool_at(&net->big, h & ~SIM_PKT_BIG)
                           : pptp_pool_at(&net->pool, h);
}

static inline void sim_packet_free(struct sim_net *net, pptp_pkt h)
{
    if (h & SIM_PKT_BIG)
        pptp_pool_free(&net->big, h & ~SIM_PKT_BIG);
    else
        pptp_pool_free(&net->pool, h);
}

/* PPTP_PKT_NONE when the pool is empty (counted there). */
pptp_pkt sim_packet_take(struct sim_net *net, uint32_t headroom);
pptp_pkt sim_packet_take_big(struct sim_net *net, uint32_t headroom);

/* For who handles what was hit: the packet, which has come out of the port,
 * goes on; or it ends at `place`, and is freed. */
void sim_net_onward(struct sim_net *net, pptp_pkt pkt);
void sim_net_lose(struct sim_net *net, const struct sim_port *p, pptp_pkt pkt,
                  enum sim_place place);

/* A port of its own, outside a platform.  `name` is kept by the caller. */
void sim_port_init(struct sim_port *p, struct sim_net *net, const char *name,
                   double rate_octets, uint64_t latency_ns);
void sim_port_fini(struct sim_port *p);

/* Rate in octets per second (clamped to what fixed point can say, 0.5 octet/s
 * at the least), from now on, for what waits too; 0: the link is down. */
void sim_port_set_rate(struct sim_port *p, double rate_octets);
/* From now on packets leave at the opportunities of `d`, which outlives the
 * port, whatever the rate is.  Of a port that is empty and no FATPIPE.  0 or
 * PPTP_ERR_RESOURCE. */
int sim_port_set_delivery(struct sim_port *p, const struct delivery *d);
/* As if the rate was 0, until it is taken back. */
void sim_port_set_down(struct sim_port *p, bool down);
/* Of packets that leave from now on; none overtakes another. */
void sim_port_set_latency(struct sim_port *p, uint64_t latency_ns);
/* The limits of the FIFO. */
void sim_port_set_queue(struct sim_port *p, uint32_t packets, uint64_t octets);
/* A queue that decides in its place: config is checked (queue_config_check),
 * the port is empty and no FATPIPE.  NULL: the FIFO.  0 or PPTP_ERR_RESOURCE.
 */
int sim_port_set_queue_model(struct sim_port *p, const struct queue_config *c);
void sim_port_set_tap(struct sim_port *p, sim_tap *tap, void *ctx);

/* All that has happened up to the calendar's now. */
struct sim_port_stats sim_port_stats_now(struct sim_port *p);

/* Memory of what it holds and held. */
size_t sim_port_octets(const struct sim_port *p);

/* Packets waiting or leaving, at the calendar's now. */
uint32_t sim_port_occupancy(struct sim_port *p);

/* A route of one's own: malloc'd, free() it.  NULL without memory. */
struct sim_route *sim_route_new(struct sim_port *const *ports, uint32_t n,
                                struct sim_sink *dest);

#endif
