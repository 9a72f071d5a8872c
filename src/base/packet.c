/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* The packet pool: a free list over memory that the world owns; packet.h. */
#include "config.h"

#include "base/packet.h"

/* `off` and `head_len` count no further. */
#define BUF_MAX 65535u

static uint32_t stride_of(uint32_t buf_octets)
{
    uint32_t raw = (uint32_t)sizeof(struct pptp_packet) + buf_octets;

    return (raw + 63u) & ~63u;
}

size_t pptp_pool_mem_octets(uint32_t limit, uint32_t buf_octets)
{
    uint64_t octets;

    if (buf_octets > BUF_MAX || limit == PPTP_PKT_NONE)
        return 0;
    octets = (uint64_t)limit * stride_of(buf_octets);
    return octets > SIZE_MAX ? 0 : (size_t)octets;
}

void pptp_pool_init(struct pptp_pool *p, void *mem, uint32_t limit,
                    uint32_t buf_octets)
{
    uint32_t stride = stride_of(buf_octets);
    uint32_t buf = stride - (uint32_t)sizeof(struct pptp_packet);

    PPTP_ASSERT(buf_octets <= BUF_MAX && limit != PPTP_PKT_NONE);
    *p = (struct pptp_pool){
        .mem = mem,
        .stride = stride,
        .buf_octets = buf < BUF_MAX ? buf : BUF_MAX,
        .limit = limit,
        .free = PPTP_PKT_NONE,
    };
}

pptp_pkt pptp_pool_take(struct pptp_pool *p, uint32_t headroom)
{
    struct pptp_packet *k;
    pptp_pkt h = p->free;

    PPTP_ASSERT(headroom <= p->buf_octets);
    if (h != PPTP_PKT_NONE) {
        p->free = pptp_pool_at(p, h)->next;
    } else if (p->touched < p->limit) {
        h = p->touched++;
    } else {
        p->exhausted++;
        return PPTP_PKT_NONE;
    }
    k = pptp_pool_at(p, h);
    k->next = PPTP_PKT_NONE;
    k->seq = 0;
    k->off = (uint16_t)headroom;
    k->head_len = 0;
    k->tail_len = 0;
    k->born_ns = 0;
    k->world[0] = k->world[1] = k->world[2] = 0;
    if (++p->used > p->used_max)
        p->used_max = p->used;
    return h;
}

void pptp_pool_free(struct pptp_pool *p, pptp_pkt h)
{
    struct pptp_packet *k = pptp_pool_at(p, h);

    PPTP_ASSERT(h < p->touched && p->used > 0);
    if (k->world[2] != 0 && p->freed != NULL)
        p->freed(p->ctx, h);
    k->world[2] = 0;
    k->next = p->free;
    p->free = h;
    p->used--;
}
