/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Packets of one flow that go to a device as one, which the kernel splits
 * only where it has to: a TCP or UDP packet with the octets of several, and
 * before it a virtio header that says where to cut (virtio 1.2, 5.1.6).
 *
 * Whoever cuts there gets the packets as they came, octet by octet: nothing
 * is put together whose headers say more than that it follows, and nothing
 * whose checksums are wrong, or the new ones would hide it.  One thing may
 * differ, the identification of packets that must not be fragmented and all
 * had the same: it has no meaning there (RFC 6864, 4.1).  Packets of a flow
 * keep their order.  No descriptors here.
 */
#ifndef TAP_GRO_H
#define TAP_GRO_H

#include <sys/uio.h>

#include "base/base.h"

enum {
    TAP_GRO_PACKETS = 64,    /* of a batch, and of what becomes one */
    TAP_GRO_OCTETS = 65535,  /* of what becomes one */
    TAP_GRO_VIRTIO = 10,     /* octets of the header before each packet */
    TAP_GRO_HEAD = 10 + 80,  /* and with the headers of IP and TCP */
    TAP_GRO_PIECES = 1 + 64, /* of one write */
};

/* What a device takes. */
enum { TAP_GRO_TCP = 1, TAP_GRO_UDP = 2 };

/* Packets that are written as one, or a single one. */
struct tap_gro_run {
    uint8_t first, last, n; /* indices in the batch; how many */
    uint8_t head;           /* octets of both headers */
    uint8_t kind;           /* TAP_GRO_… */
    bool closed;            /* nothing may follow */
    bool checked;           /* the first one's checksums are right */
    uint8_t id_step;        /* from one identification to the next */
    uint16_t size;          /* octets of data of all but the last */
    uint16_t id;            /* of the last one */
    uint32_t octets;        /* of all as one packet */
    uint32_t seq;           /* TCP's of what would follow */
};

struct tap_gro {
    const struct iovec *packet; /* the batch, which is the caller's */
    struct tap_gro_run run[TAP_GRO_PACKETS];
    uint32_t runs;
    uint8_t next[TAP_GRO_PACKETS];     /* after a packet of a run */
    uint8_t slot[2 * TAP_GRO_PACKETS]; /* hash: 1 + a flow's latest run */
};

/* Sorts n packets (at most TAP_GRO_PACKETS, of IPv4; others stay alone) into
 * runs, in the order in which they are to be written. `kinds` are put
 * together. */
void tap_gro_batch(struct tap_gro *g, const struct iovec *packet, uint32_t n,
                   unsigned kinds);

/* What is to be written for a run of more than one, TAP_GRO_VIRTIO octets
 * and its `octets`: pieces of the packets behind `head`, which is filled.
 * Gives their number. */
uint32_t tap_gro_pieces(const struct tap_gro *g, uint32_t run,
                        uint8_t head[TAP_GRO_HEAD],
                        struct iovec out[TAP_GRO_PIECES]);

#endif
