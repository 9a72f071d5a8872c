/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* Unsigned members of structs, by their size of 1, 2, 4 or 8 octets, for
 * tables that know a member by where it is. */
#ifndef BASE_MEMBER_H
#define BASE_MEMBER_H

#include <string.h>

#include "base/base.h"

static inline uint64_t pptp_member_get(const void *at, size_t octets)
{
    uint64_t v64;
    uint32_t v32;
    uint16_t v16;

    switch (octets) {
    case 8: memcpy(&v64, at, 8); return v64;
    case 4: memcpy(&v32, at, 4); return v32;
    case 2: memcpy(&v16, at, 2); return v16;
    default: return *(const uint8_t *)at;
    }
}

/* What does not fit is cut. */
static inline void pptp_member_set(void *at, size_t octets, uint64_t v)
{
    uint32_t v32 = (uint32_t)v;
    uint16_t v16 = (uint16_t)v;

    switch (octets) {
    case 8: memcpy(at, &v, 8); break;
    case 4: memcpy(at, &v32, 4); break;
    case 2: memcpy(at, &v16, 2); break;
    default: *(uint8_t *)at = (uint8_t)v; break;
    }
}

#endif
