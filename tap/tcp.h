/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Control connections over TCP: a listener, and connections with partial
 * reads and writes and a bounded backlog.  Connections that have not said
 * anything useful yet (half-open) are bounded as a whole and per source, so
 * that silent ones delay nobody.
 */
#ifndef TAP_TCP_H
#define TAP_TCP_H

#include "base/map.h"
#include "base/probe.h"
#include "pptp/peer.h"
#include "tap/loop.h"

enum {
    TAP_TCP_LISTENERS = 16,
    TAP_TCP_BACKLOG = 16384,    /* octets that may wait for a slow reader, */
    TAP_TCP_BACKLOG_CALL = 512, /* and for each call, of a connection that is
                                 * ours: all lines may ring at once */
    TAP_TCP_READ = 32768,
    TAP_TCP_RATES = 1024 /* rates kept; sources share them by hash */
};

struct tap_tcp;

struct tap_tcp_listener {
    struct tap_source source; /* first member */
    struct tap_tcp *tcp;
};

struct tap_tcp_conn {
    struct tap_source source; /* first member */
    struct tap_tcp *tcp;
    pptp_conn_id id;
    struct pptp_tcp_info info;
    bool ours;        /* opened here */
    int err;          /* and why it could not be connected: errno */
    uint8_t *backlog; /* NULL: nothing waits */
    uint32_t backlog_at, backlog_n, backlog_room;
    bool used;
    bool connecting;
    bool closing;      /* when the backlog is written */
    bool reading_ends; /* nothing more is read: it ends */
    bool broken;       /* the other side does not read: nothing is, any more */
    bool half_open;
    uint32_t older, newer; /* of the half-open ones; BASE_MAP_NONE: none */
};

/* X(name, unit, help) */
#define TAP_TCP_STATS(X)                                           \
    X(accepted, "connections", "connections accepted")             \
    X(refused_source, "connections",                               \
      "connections refused: too many of one source")               \
    X(refused_rate, "connections",                                 \
      "connections refused: too fast from one source")             \
    X(refused_full, "connections", "connections refused: no room") \
    X(half_open_ended, "connections",                              \
      "oldest half-open connections that made room")               \
    X(backlog_full, "connections",                                 \
      "connections ended: the other side does not read")           \
    X(connect_failed, "connections",                               \
      "connections of ours that could not even begin")

struct tap_tcp_stats {
    TAP_TCP_STATS(PROBE_MEMBER)
};

extern const struct probe tap_tcp_probes[];

/* What the owner hears; NULL members are not allowed. */
struct tap_tcp_ops {
    /* False: it is closed at once, and forgotten. conn->id is to be set. */
    bool (*accepted)(struct tap_tcp *t, struct tap_tcp_conn *c);
    void (*connected)(struct tap_tcp *t, struct tap_tcp_conn *c);
    void (*input)(struct tap_tcp *t, struct tap_tcp_conn *c,
                  const uint8_t *octets, size_t n);
    /* Closed by the other side or failed; the owner answers by
     * tap_tcp_close. */
    void (*ended)(struct tap_tcp *t, struct tap_tcp_conn *c, bool connecting);
};

/* A bucket that fills with time, a second's worth at most. */
struct tap_tcp_rate {
    pptp_ns at;
    pptp_ns left_ns; /* of a second; a connection takes its part */
};

struct tap_tcp {
    struct tap_loop *loop;
    const struct tap_tcp_ops *ops;
    void *owner;
    struct tap_tcp_stats stats;
    struct tap_tcp_listener listener[TAP_TCP_LISTENERS];
    uint32_t listeners;
    struct tap_tcp_conn *conns;
    uint32_t limit;            /* of conns */
    uint32_t half_open_limit;  /* all together */
    uint32_t half_open_source; /* of one source address */
    uint32_t per_source;       /* of one source address, open ones too */
    uint32_t rate_source;      /* new ones a second, 0: no limit */
    struct tap_tcp_rate *rate; /* TAP_TCP_RATES of them */
    uint64_t rate_seed;        /* so that nobody picks whom he meets */
    uint32_t calls;            /* that one connection of ours may have */
    bool behind;               /* other things first: few new ones, little
                                * of each; the caller's */
    uint32_t half_open, oldest, newest;
    struct map sources;               /* connections by IPv4 source */
    struct map half_sources;          /* half-open ones */
    uint32_t free_at;                 /* where to look for a free place */
    uint32_t refused_from, slow_from; /* the latest of those counters */
};

/* limits set by the caller. 0, or -1 without memory. */
int tap_tcp_init(struct tap_tcp *t);
void tap_tcp_fini(struct tap_tcp *t);

/* At one more address, host order, 0: all of them. -1 with errno. */
int tap_tcp_listen(struct tap_tcp *t, uint32_t local, uint16_t port);
/* No more connections from now on. */
void tap_tcp_deaf(struct tap_tcp *t);

/* Begins to connect, from `local` unless that is 0; NULL with errno when it
 * cannot.
 * `connected` or `ended` follows. */
struct tap_tcp_conn *tap_tcp_connect(struct tap_tcp *t, uint32_t local,
                                     uint32_t remote, uint16_t port);

/* The connection has proved that it is one. */
void tap_tcp_established(struct tap_tcp_conn *c);

void tap_tcp_send(struct tap_tcp_conn *c, const uint8_t *octets, size_t n);
/* After what was sent; the place is used again. */
void tap_tcp_close(struct tap_tcp_conn *c);

#endif
