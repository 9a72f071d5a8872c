/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fragments, and less MSS; forward.h. */
#include "config.h"

#include "ip/forward.h"

#include <string.h>

#include "base/wire.h"

enum {
    LENGTH_AT = 2,
    FLAGS_AT = 6,
    CHECKSUM_AT = 10,
    DONT_FRAGMENT = 0x4000,
    MORE_FRAGMENTS = 0x2000,
    OFFSET = 0x1fff, /* in units of 8 octets */
    OPTION_END = 0,
    OPTION_NOP = 1,
    OPTION_COPIED = 0x80,
    TCP_HEAD = 20,
    TCP_OFFSET_AT = 12,
    TCP_CHECKSUM_AT = 16,
    TCP_MSS = 2,
    TCP_MSS_OCTETS = 4
};

/* Octets of the option at o, of which `left` are there; 0: malformed. */
static size_t option_octets(const uint8_t *o, size_t left)
{
    if (*o == OPTION_END || *o == OPTION_NOP)
        return 1;
    return left >= 2 && o[1] >= 2 && o[1] <= left ? o[1] : 0;
}

/* --- fragments ----------------------------------------------------------- */

/* 3.1: the header without options that only the first one carries. */
static bool make_later(struct forward_fragments *f)
{
    size_t i, n;

    memcpy(f->later, f->ip, FORWARD_HEAD);
    f->later_head = FORWARD_HEAD;
    for (i = FORWARD_HEAD; i < f->head && f->ip[i] != OPTION_END; i += n) {
        n = option_octets(f->ip + i, f->head - i);
        if (n == 0)
            return false;
        if (f->ip[i] & OPTION_COPIED) {
            memcpy(f->later + f->later_head, f->ip + i, n);
            f->later_head += (uint32_t)n;
        }
    }
    for (; f->later_head % 4 != 0; f->later_head++)
        f->later[f->later_head] = OPTION_END;
    f->later[0] = (uint8_t)(0x40 | f->later_head / 4);
    return true;
}

bool forward_fragments_begin(struct forward_fragments *f, const uint8_t *ip,
                             size_t n, uint16_t mtu)
{
    uint32_t total, flags;

    if (n < FORWARD_HEAD || ip[0] >> 4 != 4)
        return false;
    *f = (struct forward_fragments){ .ip = ip,
                                     .head = (ip[0] & 15u) * 4u,
                                     .mtu = mtu };
    total = pptp_get16(ip + LENGTH_AT);
    flags = pptp_get16(ip + FLAGS_AT);
    if (f->head < FORWARD_HEAD || total <= f->head || total > n ||
        total <= mtu || (flags & DONT_FRAGMENT) != 0 || mtu < f->head + 8u)
        return false;
    f->end = total - f->head;
    /* none that nobody could put together, and none made good */
    if ((flags & OFFSET) * 8 + f->end > UINT16_MAX ||
        ((flags & MORE_FRAGMENTS) != 0 && f->end % 8 != 0) ||
        pptp_inet_sum(ip, f->head, 0) != 0xffff)
        return false;
    return make_later(f);
}

size_t forward_fragments_next(struct forward_fragments *f, uint8_t *out)
{
    const uint8_t *from = f->at == 0 ? f->ip : f->later;
    uint32_t head = f->at == 0 ? f->head : f->later_head;
    uint32_t n = f->end - f->at, flags = pptp_get16(f->ip + FLAGS_AT);

    if (n == 0)
        return 0;
    flags += f->at / 8;
    if (n > f->mtu - head) {
        n = (f->mtu - head) & ~7u;
        flags |= MORE_FRAGMENTS;
    }
    memcpy(out, from, head);
    memcpy(out + head, f->ip + f->head + f->at, n);
    f->at += n;
    pptp_put16(out + LENGTH_AT, (uint16_t)(head + n));
    pptp_put16(out + FLAGS_AT, (uint16_t)flags);
    pptp_put16(out + CHECKSUM_AT, 0);
    pptp_put16(out + CHECKSUM_AT, (uint16_t)~pptp_inet_sum(out, head, 0));
    return head + n;
}

/* --- MSS ----------------------------------------------------------------- */

/* RFC 1624: the sum with one value instead of another, both at an odd place
 * with their octets changed round, as the sum sees them. */
static uint16_t updated(uint16_t checksum, uint16_t was, uint16_t is, bool odd)
{
    uint32_t sum;

    if (odd) {
        was = (uint16_t)(was << 8 | was >> 8);
        is = (uint16_t)(is << 8 | is >> 8);
    }
    sum = (uint32_t)(uint16_t)~checksum + (uint16_t)~was + is;
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t) ~((sum & 0xffff) + (sum >> 16));
}

bool forward_clamp_mss(uint8_t *ip, size_t n, uint16_t mtu)
{
    size_t head, len, i, octets;
    uint16_t most, mss;
    bool changed = false;
    uint8_t *tcp;

    if (!forward_is_syn(ip, n) || mtu < FORWARD_HEAD + TCP_HEAD ||
        (pptp_get16(ip + FLAGS_AT) & OFFSET) != 0)
        return false;
    head = (ip[0] & 15u) * 4u;
    most = (uint16_t)(mtu - FORWARD_HEAD - TCP_HEAD);
    tcp = ip + head;
    len = (size_t)(tcp[TCP_OFFSET_AT] >> 4) * 4;
    /* a header that goes on in a later fragment, or behind the end */
    if (len > n - head || head + len > pptp_get16(ip + LENGTH_AT))
        return false;
    for (i = TCP_HEAD; i < len && tcp[i] != OPTION_END; i += octets) {
        octets = option_octets(tcp + i, len - i);
        if (octets == 0)
            break;
        if (tcp[i] != TCP_MSS || octets != TCP_MSS_OCTETS)
            continue;
        mss = pptp_get16(tcp + i + 2);
        if (mss <= most)
            continue;
        pptp_put16(tcp + i + 2, most);
        pptp_put16(
            tcp + TCP_CHECKSUM_AT,
            updated(pptp_get16(tcp + TCP_CHECKSUM_AT), mss, most, i % 2 != 0));
        changed = true;
    }
    return changed;
}
