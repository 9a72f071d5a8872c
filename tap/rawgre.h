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

#include "pptp/packet.h"
#include "tap/loop.h"

enum {
    TAP_GRE_BATCH = 64,
    TAP_GRE_CONTROL = 64 /* octets of one packet's control message */
};

struct tap_gre_stats {
    uint64_t rx_short;     /* no whole IP header */
    uint64_t rx_exhausted; /* no packet of the pool to take it */
    uint64_t tx_failed;    /* the kernel refused it */
};

struct tap_gre {
    struct tap_source source;
    struct pptp_pool *pool;
    struct tap_gre_stats stats;
    /* A packet from the GRE header on; the taker owns it. */
    void (*input)(struct tap_gre *g, uint32_t from, uint32_t to, pptp_pkt pkt);
    uint32_t tx_n;
    pptp_pkt tx[TAP_GRE_BATCH];
    struct mmsghdr tx_msg[TAP_GRE_BATCH];
    struct iovec tx_iov[TAP_GRE_BATCH];
    struct sockaddr_in tx_to[TAP_GRE_BATCH];
    union {
        struct cmsghdr align;
        uint8_t octets[TAP_GRE_CONTROL];
    } tx_control[TAP_GRE_BATCH];
    struct mmsghdr rx_msg[TAP_GRE_BATCH];
    struct iovec rx_iov[TAP_GRE_BATCH];
};

/* Opens at `local` (host order, 0: every address of the machine); `pool` and
 * `input` are set by the caller, before the first read.  -1 with errno. */
int tap_gre_open(struct tap_gre *g, uint32_t local);
void tap_gre_close(struct tap_gre *g);

/* Reads at most one batch and hands out each packet. */
void tap_gre_read(struct tap_gre *g);

/* Queues a packet from the GRE header on, host order; it is g's from here. */
void tap_gre_send(struct tap_gre *g, uint32_t from, uint32_t to, pptp_pkt pkt);
/* Sends what is queued. */
void tap_gre_flush(struct tap_gre *g);

#endif
