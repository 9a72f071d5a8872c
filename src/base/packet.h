/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * Packets: handles into a pool that belongs to the world.
 *
 * A packet has real octets (headers, and in the real world the payload too)
 * with headroom before them, and in simulation a virtual tail: octets that
 * are zero, have a length and no storage.  Headers are pushed and pulled in
 * place; nothing is copied between PPP, GRE and the wire.  Handles instead of
 * pointers keep a peer's memory relocatable, so that a snapshot is a memcpy.
 */
#ifndef BASE_PACKET_H
#define BASE_PACKET_H

#include "base/base.h"

typedef uint32_t pptp_pkt; /* handle; PPTP_PKT_NONE is never valid */
#define PPTP_PKT_NONE UINT32_MAX

struct pptp_packet {
    uint32_t next;     /* whoever owns the packet links it with this */
    uint32_t seq;      /* GRE sequence number, kept until frame_done */
    uint16_t off;      /* first real octet in buf */
    uint16_t head_len; /* real octets */
    uint32_t tail_len; /* virtual zero octets after them */
    uint64_t born_ns;  /* when the source made it (world's stamp) */
    uint64_t world[3]; /* the world's own notes; 0 when it is taken */
    uint8_t buf[];     /* pool->buf_octets of them */
};

_Static_assert(sizeof(struct pptp_packet) == 48, "packet header is 48 octets");

/* Room kept before a PPP frame: outer IPv4 (20) and enhanced GRE (16). */
#define PPTP_HEADROOM 36

struct pptp_pool {
    uint8_t *mem;        /* stride * limit octets, owned by the world */
    uint32_t stride;     /* octets from one packet to the next */
    uint32_t buf_octets; /* octets of buf */
    uint32_t limit;      /* packets */
    uint32_t touched;    /* packets ever taken: memory beyond is untouched */
    uint32_t free;       /* head of the free list */
    uint32_t used;       /* packets out now */
    uint32_t used_max;
    uint64_t exhausted; /* takes that found nothing */
    /* If set: told of a packet that is freed with world[2] other than 0, for
     * a world that keeps books.  It is 0 afterwards. */
    void (*freed)(void *ctx, pptp_pkt h);
    void *ctx;
};

/* Octets of memory for `limit` packets of `buf_octets` (rounded up so that
 * packets start on cache lines); 0 if the product does not fit. */
size_t pptp_pool_mem_octets(uint32_t limit, uint32_t buf_octets);

/* Lays the pool out in mem (64-aligned, not cleared, kept by the caller). */
void pptp_pool_init(struct pptp_pool *p, void *mem, uint32_t limit,
                    uint32_t buf_octets);

/* A packet with `headroom` octets before an empty body, or PPTP_PKT_NONE
 * (counted in `exhausted`). Last freed, first taken. */
pptp_pkt pptp_pool_take(struct pptp_pool *p, uint32_t headroom);
void pptp_pool_free(struct pptp_pool *p, pptp_pkt h);

static inline struct pptp_packet *pptp_pool_at(const struct pptp_pool *p,
                                               pptp_pkt h)
{
    return (struct pptp_packet *)(void *)(p->mem + (size_t)h * p->stride);
}

static inline uint8_t *pptp_packet_data(struct pptp_packet *k)
{
    return k->buf + k->off;
}

/* Whole length in octets, real and virtual. */
static inline uint32_t pptp_packet_len(const struct pptp_packet *k)
{
    return k->head_len + k->tail_len;
}

/* Opens n octets before the body; asserts that the headroom is there. */
static inline uint8_t *pptp_packet_push(struct pptp_packet *k, uint32_t n)
{
    PPTP_ASSERT(n <= k->off);
    k->off = (uint16_t)(k->off - n);
    k->head_len = (uint16_t)(k->head_len + n);
    return k->buf + k->off;
}

/* Takes n real octets off the front; asserts that they are there. */
static inline void pptp_packet_pull(struct pptp_packet *k, uint32_t n)
{
    PPTP_ASSERT(n <= k->head_len);
    k->off = (uint16_t)(k->off + n);
    k->head_len = (uint16_t)(k->head_len - n);
}

#endif
