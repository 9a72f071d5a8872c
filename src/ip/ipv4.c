/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The IPv4 header; ipv4.h. */
#include "config.h"

#include "ip/ipv4.h"

#include <string.h>

#include "base/wire.h"

#define LENGTH_MAX 65535u

enum ipv4_verdict ipv4_read(const uint8_t *p, size_t n, uint32_t wire,
                            bool any_checksum, struct ipv4_packet *out)
{
    uint32_t header, total;

    *out = (struct ipv4_packet){ 0 };
    if (n < 1)
        return INET4_CUT;
    header = (p[0] & 15u) * 4u;
    if (p[0] >> 4 != 4 || header < 20)
        return INET4_BROKEN;
    if (n < header)
        return INET4_CUT;
    /* a sum over the checksum, too, is all ones (RFC 1071) */
    if (!any_checksum && pptp_get16(p + 10) != 0 &&
        pptp_inet_sum(p, header, 0) != 0xFFFF)
        return INET4_BROKEN;
    total = pptp_get16(p + 2);
    if (total == 0)
        total = wire > LENGTH_MAX ? LENGTH_MAX : wire;
    if (total < header)
        return INET4_BROKEN;
    *out = (struct ipv4_packet){ .src = pptp_get32(p + 12),
                                 .dst = pptp_get32(p + 16),
                                 .id = pptp_get16(p + 4),
                                 .protocol = p[9],
                                 .ecn = p[1] & INET4_CE,
                                 .more = (p[6] & 0x20) != 0,
                                 .offset = (pptp_get16(p + 6) & 0x1FFFu) * 8u,
                                 .whole = total - header,
                                 .whole_known = pptp_get16(p + 2) != 0,
                                 .octets = p + header };
    out->len = n - header < out->whole ? (uint32_t)(n - header) : out->whole;
    return INET4_GOOD;
}

void ipv4_write(uint8_t *out, const struct ipv4_head *h)
{
    memset(out, 0, INET4_OCTETS);
    out[0] = 0x45;
    out[1] = h->ecn;
    pptp_put16(out + 2, h->octets);
    pptp_put16(out + 4, h->id);
    out[6] = h->whole ? 0x40 : 0;
    out[8] = 64;
    out[9] = h->protocol;
    pptp_put32(out + 12, h->src);
    pptp_put32(out + 16, h->dst);
    pptp_put16(out + 10, (uint16_t)~pptp_inet_sum(out, INET4_OCTETS, 0));
}

void ipv4_mark_ce(uint8_t *header)
{
    uint32_t was = pptp_get16(header), is = was | INET4_CE, sum;

    /* equation 3: HC' = ~(~HC + ~m + m') */
    sum = (uint16_t)~pptp_get16(header + 10) + (uint32_t)(uint16_t)~was + is;
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    header[1] = (uint8_t)is;
    pptp_put16(header + 10, (uint16_t)~sum);
}
