/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GRE of one local address through a raw socket, in batches: packets of the
 * pool in and out, without a copy.  Whether a packet belongs to a call is the
 * peer's business (pptp/tunnel.c).
 */
#ifndef TAP_RAWGRE_H
#define TAP_RAWGRE_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/packet.h"
#include "base/probe.h"
#include "tap/loop.h"

enum {
    TAP_GRE_BATCH = 64,  /* packets of one system call */
    TAP_GRE_TURN = 256,  /* and until others have their turn */
    TAP_GRE_CONTROL = 64 /* octets of one packet's control message */
};

/* X(name, unit, help) */
#define TAP_GRE_STATS(X)                                                \
    X(rx_short, "packets", "packets of GRE without a whole IP header")  \
    X(rx_exhausted, "packets", "packets of GRE, no packet of the pool") \
    X(tx_failed, "packets", "packets of GRE that the kernel refused")   \
    X(tx_merged, "acknowledgments",                                     \
      "acknowledgments that a later one took along")

struct tap_gre_stats {
    TAP_GRE_STATS(PROBE_MEMBER)
};

extern const struct probe tap_gre_probes[];

struct tap_gre {
    struct tap_source source;
    uint32_t local; /* it is open at, 0: everywhere */
    struct pptp_pool *pool;
    struct tap_gre_stats stats;
    pptp_ns rx_ns; /* when the packets that are handed out were read */
    /* A packet from the GRE header on; the taker owns it. */
    void (*input)(struct tap_gre *g, uint32_t from, uint32_t to, pptp_pkt pkt);
    uint32_t tx_n;
    pptp_pkt tx[TAP_GRE_BATCH];
    struct mmsghdr tx_msg[TAP_GRE_BATCH];
    struct iovec tx_iov[TAP_GRE_BATCH];
    struct sockaddr_in tx_to[TAP_GRE_BATCH];
    uint32_t tx_from[TAP_GRE_BATCH];
    union {
        struct cmsghdr head;
        uint8_t octets[TAP_GRE_CONTROL];
    } tx_control[TAP_GRE_BATCH];
    bool more;        /* the last read left some */
    uint32_t rx_want; /* packets that the next read makes room for */
    struct mmsghdr rx_msg[TAP_GRE_BATCH];
    struct iovec rx_iov[TAP_GRE_BATCH];
};

/* Opens at `local` (host order, 0: every address of the machine); `pool` and
 * `input` are set by the caller, before the first read.  It stays where it
 * is while it is open.  -1 with errno. */
int tap_gre_open(struct tap_gre *g, uint32_t local);
void tap_gre_close(struct tap_gre *g);

/* Reads what is there, TAP_GRE_TURN packets at most, and hands out each. */
void tap_gre_read(struct tap_gre *g);

/* Queues a packet from the GRE header on, host order; it is g's from here.
 * Of acknowledgments of one call that follow each other the last one goes: it
 * says what the others do. */
void tap_gre_send(struct tap_gre *g, uint32_t from, uint32_t to, pptp_pkt pkt);
/* Sends what is queued. */
void tap_gre_flush(struct tap_gre *g);

#endif
