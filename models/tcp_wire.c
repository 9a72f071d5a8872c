/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A header with options, there and back; tcp_wire.h. */
#include "config.h"

#include "models/tcp_wire.h"

#include <string.h>

#include "base/wire.h"
#include "ip/ipv4.h"
#include "ip/segment.h"

enum { CHECKSUM_AT = 16 };

/* Kinds of options: RFC 9293 3.2, 2018 2 and 3, 7323 2.2. */
enum { END = 0, NOP = 1, MSS = 2, SCALE = 3, SACK_PERMITTED = 4, SACK = 5 };

/* An option with what aligns it. */
enum {
    MSS_OCTETS = 4,
    SCALE_OCTETS = 4,
    SACK_PERMITTED_OCTETS = 4,
    SACK_OCTETS = 4,
    BLOCK_OCTETS = 8
};

uint32_t tcp_wire_octets(const struct tcp_segment *s)
{
    uint32_t n = SEGMENT_OCTETS;

    if (s->mss > 0)
        n += MSS_OCTETS;
    if (s->sack_permitted)
        n += SACK_PERMITTED_OCTETS;
    if (s->scale != TCPM_NO_SCALE)
        n += SCALE_OCTETS;
    if (s->sacks > 0)
        n += SACK_OCTETS + s->sacks * (uint32_t)BLOCK_OCTETS;
    return n;
}

static void write_options(uint8_t *p, const struct tcp_segment *s)
{
    if (s->mss > 0) {
        pptp_put32(p, UINT32_C(0x02040000) | s->mss);
        p += MSS_OCTETS;
    }
    if (s->sack_permitted) {
        pptp_put32(p, UINT32_C(0x01010402));
        p += SACK_PERMITTED_OCTETS;
    }
    if (s->scale != TCPM_NO_SCALE) {
        pptp_put32(p, UINT32_C(0x01030300) | s->scale);
        p += SCALE_OCTETS;
    }
    if (s->sacks == 0)
        return;
    pptp_put32(p, UINT32_C(0x01010502) + s->sacks * (uint32_t)BLOCK_OCTETS);
    for (uint32_t i = 0; i < s->sacks; i++) {
        pptp_put32(p + 4 + BLOCK_OCTETS * i, s->sack[i].start);
        pptp_put32(p + 8 + BLOCK_OCTETS * i, s->sack[i].end);
    }
}

/* Of pseudo header and the octets that are there; zeros add nothing but
 * their number. */
static uint16_t sum_of(const struct tcp_wire_ends *e, const uint8_t *octets,
                       uint32_t n, uint32_t whole)
{
    uint64_t sum = (uint64_t)(e->src >> 16) + (e->src & 0xffff) +
                   (e->dst >> 16) + (e->dst & 0xffff) + INET4_TCP + whole;

    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return pptp_inet_sum(octets, n, (uint16_t)sum);
}

void tcp_wire_write(uint8_t *out, const struct tcp_wire_ends *e,
                    const struct tcp_segment *s, const uint8_t *payload)
{
    uint32_t head = tcp_wire_octets(s);
    uint16_t sum;

    segment_write(out, &(struct segment_head){ .src_port = e->src_port,
                                               .dst_port = e->dst_port,
                                               .seq = s->seq,
                                               .ack = s->ack,
                                               .window = s->window,
                                               .flags = s->flags,
                                               .octets = (uint8_t)head });
    if (head > SEGMENT_OCTETS)
        write_options(out + SEGMENT_OCTETS, s);
    sum = sum_of(e, out, head, head + s->len);
    if (payload != NULL)
        sum = pptp_inet_sum(payload, s->len, sum);
    pptp_put16(out + CHECKSUM_AT, (uint16_t)~sum);
}

/* ---- reading ---- */

static void read_blocks(const uint8_t *p, uint32_t n, struct tcp_segment *s)
{
    s->sacks = (uint8_t)tcp_min(n / BLOCK_OCTETS, TCPM_SACKS);
    for (uint32_t i = 0; i < s->sacks; i++)
        s->sack[i] = (struct tcp_range){ pptp_get32(p + BLOCK_OCTETS * i),
                                         pptp_get32(p + BLOCK_OCTETS * i +
                                                    4) };
}

/* An option of so many octets behind its kind and length. */
static void read_option(uint8_t kind, const uint8_t *p, uint32_t n,
                        struct tcp_segment *s)
{
    if (kind == MSS && n == 2)
        s->mss = pptp_get16(p);
    else if (kind == SCALE && n == 1) /* RFC 7323 2.3: more counts as 14 */
        s->scale = p[0] < TCPM_NO_SCALE ? p[0] : TCPM_NO_SCALE - 1;
    else if (kind == SACK_PERMITTED && n == 0)
        s->sack_permitted = true;
    else if (kind == SACK)
        read_blocks(p, n, s);
}

static void read_options(const uint8_t *p, uint32_t n, struct tcp_segment *s)
{
    while (n > 0 && p[0] != END) {
        uint32_t size = p[0] == NOP ? 1 : n > 1 ? p[1] : 0;

        if (size > n || (size < 2 && p[0] != NOP))
            return; /* what follows cannot be told apart */
        if (p[0] != NOP)
            read_option(p[0], p + 2, size - 2, s);
        p += size;
        n -= size;
    }
}

uint32_t tcp_wire_read(const uint8_t *octets, uint32_t n, uint32_t zeros,
                       struct tcp_wire_ends *e, struct tcp_segment *s)
{
    struct segment_head h;

    if (!segment_read(octets, n, &h) || h.octets > n ||
        sum_of(e, octets, n, n + zeros) != 0xffff)
        return 0;
    e->src_port = h.src_port;
    e->dst_port = h.dst_port;
    *s = (struct tcp_segment){ .seq = h.seq,
                               .ack = h.ack,
                               .len = n - h.octets + zeros,
                               .window = h.window,
                               .flags = h.flags,
                               .scale = TCPM_NO_SCALE };
    if (h.octets > SEGMENT_OCTETS)
        read_options(octets + SEGMENT_OCTETS, h.octets - SEGMENT_OCTETS, s);
    return h.octets;
}
