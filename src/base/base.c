/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* Errors and addresses; see base.h. */
#include "config.h"

#include "base/base.h"

#include <string.h>

const char *pptp_strerror(int err)
{
    switch (err) {
    case PPTP_OK: return "no error";
    case PPTP_ERR_SYNC: return "synchronisation lost";
    case PPTP_ERR_FORMAT: return "bad format";
    case PPTP_ERR_VALUE: return "bad value";
    case PPTP_ERR_RESOURCE: return "limit reached";
    case PPTP_ERR_STATE: return "not possible in this state";
    case PPTP_ERR_UNKNOWN: return "no such connection or call";
    case PPTP_ERR_ARGUMENT: return "bad configuration";
    case PPTP_ERR_TRUNCATED: return "truncated";
    default: return "unknown error";
    }
}

struct pptp_addr pptp_addr_v4(uint32_t ipv4)
{
    struct pptp_addr a = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff,
                             (uint8_t)(ipv4 >> 24), (uint8_t)(ipv4 >> 16),
                             (uint8_t)(ipv4 >> 8), (uint8_t)ipv4 } };

    return a;
}

uint32_t pptp_addr_to_v4(const struct pptp_addr *a)
{
    struct pptp_addr none = pptp_addr_v4(0);

    if (memcmp(a->octets, none.octets, 12) != 0)
        return 0;
    return (uint32_t)a->octets[12] << 24 | (uint32_t)a->octets[13] << 16 |
           (uint32_t)a->octets[14] << 8 | (uint32_t)a->octets[15];
}

bool pptp_addr_eq(const struct pptp_addr *a, const struct pptp_addr *b)
{
    return memcmp(a->octets, b->octets, sizeof a->octets) == 0;
}
