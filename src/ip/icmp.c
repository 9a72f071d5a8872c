/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "Fragmentation needed", and echoes; icmp.h. */
#include "config.h"

#include "ip/icmp.h"

#include <string.h>

#include "base/wire.h"
#include "ip/ipv4.h"

enum {
    HEAD = INET4_OCTETS,
    QUOTED = HEAD + 8, /* of the packet, at the end of ours */
    ECHO_REQUEST = 8,
    ECHO_REPLY = 0,
    DONT_FRAGMENT = 0x4000,
    OFFSET = 0x1fff
};

/* RFC 1122 3.2.2: when no error may be sent. */
static bool deserves(const uint8_t *ip, size_t n)
{
    size_t head;
    uint32_t source;

    if (n < QUOTED || ip[0] >> 4 != 4)
        return false;
    head = (ip[0] & 15u) * 4u;
    source = pptp_get32(ip + 12);
    if (!(pptp_get16(ip + 6) & DONT_FRAGMENT) ||
        (pptp_get16(ip + 6) & OFFSET) != 0)
        return false;
    if (source == 0 || source >> 28 >= 14)
        return false;
    return ip[9] != INET4_ICMP ||
           (head < n && (ip[head] == ECHO_REQUEST || ip[head] == ECHO_REPLY));
}

size_t icmp_too_long(const uint8_t *ip, size_t n, uint32_t from, uint16_t mtu,
                     uint8_t out[TOO_LONG_OCTETS])
{
    if (!deserves(ip, n))
        return 0;
    ipv4_write(out, &(struct ipv4_head){ .src = from,
                                         .dst = pptp_get32(ip + 12),
                                         .octets = TOO_LONG_OCTETS,
                                         .protocol = INET4_ICMP });
    memset(out + HEAD, 0, 8);
    out[HEAD] = 3; /* destination unreachable */
    out[HEAD + 1] = 4;
    pptp_put16(out + HEAD + 6, mtu);
    memcpy(out + HEAD + 8, ip, QUOTED);
    pptp_put16(out + HEAD + 2,
               (uint16_t)~pptp_inet_sum(out + HEAD, 8 + QUOTED, 0));
    return TOO_LONG_OCTETS;
}

/* --- echo ---------------------------------------------------------------- */

size_t icmp_echo_write(uint8_t *out, const struct icmp_echo *e)
{
    const size_t n = (size_t)ECHO_HEAD_OCTETS + e->octets;
    uint8_t *icmp = out + HEAD;

    memmove(out + ECHO_HEAD_OCTETS, e->data, e->octets);
    ipv4_write(out, &(struct ipv4_head){ .src = e->from,
                                         .dst = e->to,
                                         .octets = (uint16_t)n,
                                         .protocol = INET4_ICMP });
    memset(icmp, 0, 4);
    icmp[0] = e->reply ? ECHO_REPLY : ECHO_REQUEST;
    pptp_put16(icmp + 4, e->id);
    pptp_put16(icmp + 6, e->seq);
    pptp_put16(icmp + 2, (uint16_t)~pptp_inet_sum(icmp, n - HEAD, 0));
    return n;
}

bool icmp_echo_read(struct icmp_echo *out, const uint8_t *ip, size_t n)
{
    struct ipv4_packet p;
    const uint8_t *icmp;

    if (ipv4_read(ip, n, (uint32_t)n, false, &p) != INET4_GOOD ||
        p.protocol != INET4_ICMP || p.more || p.offset > 0 ||
        p.len != p.whole || p.len < ECHO_HEAD_OCTETS - HEAD)
        return false;
    icmp = p.octets;
    if ((icmp[0] != ECHO_REQUEST && icmp[0] != ECHO_REPLY) || icmp[1] != 0 ||
        pptp_inet_sum(icmp, p.len, 0) != 0xffff)
        return false;
    *out = (struct icmp_echo){ .from = p.src,
                               .to = p.dst,
                               .reply = icmp[0] == ECHO_REPLY,
                               .id = pptp_get16(icmp + 4),
                               .seq = pptp_get16(icmp + 6),
                               .data = icmp + 8,
                               .octets = (uint16_t)(p.len - 8) };
    return true;
}
