/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A host's TCP: connections by their addresses and ports, the machine of each
 * (models/tcp.h), their segments as IPv4 packets, and, if they have payload,
 * the octets.
 *
 * Connections carry octets (control connections) or lengths (users), whose
 * payload is the virtual tail of its packets.  Local addresses are whatever
 * packets come to: one sim_tcp serves a node, or all users of a world.
 *
 * An owner is told of events when the machine has done, never from within it:
 * sim_tcp_input and a connection's alarm bring them, and nothing else does.
 * Everything may be called from there but sim_tcp_fini and sim_tcp_input.
 * After TCPM_EV_CLOSED or TCPM_EV_FAILED has been told, and after
 * sim_tcp_abort, the connection is gone: its pointer must not be used.  But
 * who aborts the one that it is being told of has it until it returns.
 */
#ifndef SIM_TCP_H
#define SIM_TCP_H

#include "base/packet.h"
#include "models/tcp.h"
#include "sim/arena.h"
#include "sim/calendar.h"

enum { SIM_TCP_BUFFER = 65536 }; /* octets that wait to be sent or acked */

struct sim_tcp;
struct sim_tcp_octets;

/* A connection.  What every segment touches comes first. */
struct sim_tcp_conn {
    struct sim_alarm alarm; /* first */
    struct sim_tcp *host;
    struct sim_tcp_conn *next;  /* in its bucket, or of the free ones */
    uint32_t local_ip, peer_ip; /* host order */
    uint16_t local_port, peer_port;
    bool passive;                  /* the peer opened it */
    bool serving;                  /* its owner is being told something */
    bool told;                     /* of its end: the owner knows it no more */
    void *user;                    /* the owner's, NULL at first */
    struct sim_tcp_octets *octets; /* or NULL: lengths */
    struct sim_tcp_conn *earlier;  /* of all there have been */
    struct tcp tcp;
};

/* On what terms a connection is made. */
struct sim_tcp_terms {
    const struct tcp_config *config; /* checked; NULL: the host's */
    struct tcp_stats *stats;         /* NULL: the host's */
    void *user;
};

struct sim_tcp_owner {
    /* TCPM_EV_*, in their order of time.  CONNECTED of a passive one is a new
     * connection. */
    void (*event)(void *ctx, struct sim_tcp_conn *c, uint32_t events);
    /* An IPv4 packet to send, the owner's from here, `headroom` before it; c
     * NULL: a reset to who has no connection. */
    void (*emit)(void *ctx, struct sim_tcp_conn *c, pptp_pkt pkt);
    /* There is no packet for so many octets, which are lost.  NULL: counted
     * only. */
    void (*no_packet)(void *ctx, struct sim_tcp_conn *c, uint32_t octets);
    /* A SYN to c's local address and port: false, and it is refused; true:
     * CONNECTED follows, or nothing, if it ends before.  NULL: whatever comes
     * to listen_port, on the host's terms. */
    bool (*accept)(void *ctx, const struct sim_tcp_conn *c,
                   struct sim_tcp_terms *terms);
};

struct sim_tcp_config {
    struct tcp_config tcp; /* checked */
    uint32_t conns_max;    /* 65536 */
    uint32_t ranges;       /* of each: tcp_range_count of the largest; 0: of
                            * `tcp` */
    uint32_t headroom;     /* before a packet, for what its owner pushes */
    bool octets;           /* connections carry octets, not lengths */
};

/* Beside those of the machines. */
struct sim_tcp_stats {
    uint64_t segments_sent, segments_received; /* of connections or not */
    uint64_t bad;                              /* malformed, wrong checksum */
    uint64_t no_packet;   /* the pool was empty: a segment was not sent */
    uint64_t no_conn;     /* beyond conns_max, no port, or no memory */
    uint64_t no_memory;   /* for octets: a segment was not taken */
    uint64_t resets_sent; /* to who has no connection */
};

struct sim_tcp {
    struct sim_tcp_conn **buckets;
    uint32_t bucket_mask, count;
    struct sim_calendar *cal;
    struct pptp_pool *pool;
    const struct sim_tcp_owner *owner;
    void *ctx;
    struct sim_tcp_config config;
    struct tcp_stats tcp_stats;
    struct sim_tcp_stats stats;
    struct sim_arena *arena;
    struct sim_tcp_conn *free, *all;
    uint64_t secret; /* of initial sequence numbers */
    uint16_t ip_id, next_port;
    uint16_t listen_port; /* 0: none */
};

/* Defaults of both. */
void sim_tcp_config_default(struct sim_tcp_config *c);

/* Where it stands. */
struct sim_tcp_ground {
    struct sim_calendar *cal;
    struct pptp_pool *pool; /* packets of at least headroom + 80 octets, and
                             * room for a segment if connections have octets */
    struct sim_arena *arena;
};

/* All are the caller's and outlive it. 0 or PPTP_ERR_RESOURCE. */
int sim_tcp_init(struct sim_tcp *h, const struct sim_tcp_config *c,
                 const struct sim_tcp_ground *ground,
                 const struct sim_tcp_owner *owner, void *ctx, uint64_t seed);
/* Forgets every connection without a word to anybody; the calendar is not
 * run any more. */
void sim_tcp_fini(struct sim_tcp *h);

/* Whether an event is a connection's alarm. */
bool sim_tcp_is_alarm(struct sim_sink kind);

/* Forgets every connection, as one without power: not a word to anybody. */
void sim_tcp_forget(struct sim_tcp *h);

/* An IPv4 TCP packet, the host's from here (a handle of its pool).  Anything
 * malformed is counted, never fatal. */
void sim_tcp_input(struct sim_tcp *h, pptp_pkt pkt);

/* Sends a SYN.  Addresses in host order; local_port 0: one that is free.
 * NULL: no room, memory or port (counted).  CONNECTED or FAILED follows. */
struct sim_tcp_conn *sim_tcp_open(struct sim_tcp *h,
                                  const struct sim_tcp_terms *terms,
                                  uint32_t local_ip, uint16_t local_port,
                                  uint32_t peer_ip, uint16_t peer_port);

/* Lengths: so many octets more (TCPM_ENDLESS: without end). */
void sim_tcp_write(struct sim_tcp_conn *c, uint64_t octets);
/* Octets: how many of them were taken. EV_ACKED says that there is room. */
size_t sim_tcp_send(struct sim_tcp_conn *c, const void *octets, size_t n);

/* Octets that lie side by side, the first of what can be read; how many. */
size_t sim_tcp_peek(const struct sim_tcp_conn *c, const uint8_t **octets);
/* What was read, of either kind (tcp_readable(&c->tcp) says how many can). */
void sim_tcp_take(struct sim_tcp_conn *c, uint32_t octets);

/* FIN after what was written. CLOSED or FAILED follows. */
void sim_tcp_close(struct sim_tcp_conn *c);
/* RST; it is gone, no event follows. */
void sim_tcp_abort(struct sim_tcp_conn *c);

#endif
