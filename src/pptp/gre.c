/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* The enhanced GRE header, RFC 2637 section 4.1; see gre.h. */
#include "config.h"

#include "pptp/gre.h"

#include "base/wire.h"

/* The first 32 bits of every header, but for the S and A bits. */
#define FIXED \
    ((uint32_t)(PPTP_GRE_K | PPTP_GRE_VERSION) << 16 | PPTP_GRE_PROTOCOL)
#define S_BIT ((uint32_t)PPTP_GRE_S << 16)
#define A_BIT ((uint32_t)PPTP_GRE_A << 16)

size_t pptp_gre_encode(const struct pptp_gre *g, uint8_t out[PPTP_GRE_MAX])
{
    uint32_t first = FIXED;
    size_t len = 8;

    if (g->has_seq) {
        first |= S_BIT;
        pptp_put32(out + len, g->seq);
        len += 4;
    }
    if (g->has_ack) {
        first |= A_BIT;
        pptp_put32(out + len, g->ack);
        len += 4;
    }
    pptp_put32(out, first);
    pptp_put16(out + 4, g->payload_len);
    pptp_put16(out + 6, g->call_id);
    return len;
}

int pptp_gre_decode(const uint8_t *octets, size_t real_octets,
                    size_t whole_octets, struct pptp_gre *out)
{
    uint32_t first;
    size_t len = 8;

    if (real_octets > whole_octets)
        real_octets = whole_octets;
    if (real_octets < len)
        return PPTP_ERR_TRUNCATED;
    first = pptp_get32(octets);
    if ((first & ~(S_BIT | A_BIT)) != FIXED)
        return PPTP_ERR_FORMAT;
    out->payload_len = pptp_get16(octets + 4);
    out->call_id = pptp_get16(octets + 6);
    out->has_seq = (first & S_BIT) != 0;
    out->has_ack = (first & A_BIT) != 0;
    if (real_octets < pptp_gre_len(out) ||
        whole_octets - pptp_gre_len(out) < out->payload_len)
        return PPTP_ERR_TRUNCATED;
    out->seq = 0;
    out->ack = 0;
    if (out->has_seq) {
        out->seq = pptp_get32(octets + len);
        len += 4;
    }
    if (out->has_ack) {
        out->ack = pptp_get32(octets + len);
        len += 4;
    }
    return (int)len;
}
