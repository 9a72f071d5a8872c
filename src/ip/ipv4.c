/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The IPv4 header of a captured packet; ipv4.h. */
#include "config.h"

#include "ip/ipv4.h"

#include "base/wire.h"

#define LENGTH_MAX 65535u

enum ipv4_verdict ipv4_read(const uint8_t *p, size_t n, uint32_t wire,
                            bool any_checksum, struct ipv4_packet *out)
{
    uint32_t header, total;

    if (n < 1)
        return IPV4_CUT;
    header = (p[0] & 15u) * 4u;
    if (p[0] >> 4 != 4 || header < 20)
        return IPV4_BROKEN;
    if (n < header)
        return IPV4_CUT;
    /* a sum over the checksum, too, is all ones (RFC 1071) */
    if (!any_checksum && pptp_get16(p + 10) != 0 &&
        pptp_inet_sum(p, header, 0) != 0xFFFF)
        return IPV4_BROKEN;
    total = pptp_get16(p + 2);
    if (total == 0)
        total = wire > LENGTH_MAX ? LENGTH_MAX : wire;
    if (total < header)
        return IPV4_BROKEN;
    *out = (struct ipv4_packet){ .src = pptp_get32(p + 12),
                                 .dst = pptp_get32(p + 16),
                                 .id = pptp_get16(p + 4),
                                 .protocol = p[9],
                                 .more = (p[6] & 0x20) != 0,
                                 .offset = (pptp_get16(p + 6) & 0x1FFFu) * 8u,
                                 .whole = total - header,
                                 .whole_known = pptp_get16(p + 2) != 0,
                                 .octets = p + header };
    out->len = n - header < out->whole ? (uint32_t)(n - header) : out->whole;
    return IPV4_GOOD;
}
