/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCP's header; segment.h. */
#include "config.h"

#include "ip/segment.h"

#include "base/wire.h"
#include "ip/ipv4.h"

enum { OFFSET_AT = 12, FLAGS_AT = 13, WINDOW_AT = 14, CHECKSUM_AT = 16 };

void segment_write(uint8_t *out, const struct segment_head *h)
{
    pptp_put16(out, h->src_port);
    pptp_put16(out + 2, h->dst_port);
    pptp_put32(out + 4, h->seq);
    pptp_put32(out + 8, h->ack);
    out[OFFSET_AT] = (uint8_t)(h->octets / 4 << 4);
    out[FLAGS_AT] = h->flags;
    pptp_put16(out + WINDOW_AT, h->window);
    pptp_put32(out + CHECKSUM_AT, 0); /* and the urgent pointer */
}

bool segment_read(const uint8_t *p, size_t n, struct segment_head *h)
{
    if (n < SEGMENT_OCTETS || p[OFFSET_AT] >> 4 < SEGMENT_OCTETS / 4)
        return false;
    *h = (struct segment_head){ .seq = pptp_get32(p + 4),
                                .ack = pptp_get32(p + 8),
                                .src_port = pptp_get16(p),
                                .dst_port = pptp_get16(p + 2),
                                .window = pptp_get16(p + WINDOW_AT),
                                .flags = p[FLAGS_AT],
                                .octets = (uint8_t)((p[OFFSET_AT] >> 4) * 4) };
    return true;
}

uint16_t segment_checksum(uint32_t src, uint32_t dst, const uint8_t *segment,
                          size_t n, const uint8_t *more, size_t more_n)
{
    uint8_t pseudo[12];
    uint16_t sum;

    pptp_put32(pseudo, src);
    pptp_put32(pseudo + 4, dst);
    pptp_put32(pseudo + 8, INET4_TCP << 16 | (uint32_t)(n + more_n));
    sum = pptp_inet_sum(pseudo, sizeof pseudo, 0);
    sum = pptp_inet_sum(segment, n, sum);
    return (uint16_t)~pptp_inet_sum(more, more_n, sum);
}
