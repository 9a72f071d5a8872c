/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* Names and sentences of the counters, from stats.def. */
#include "config.h"

#include "pptp/stats.h"

#include <string.h>

static const char *const names[] = {
#define X(name, help) #name,
#include "pptp/stats.def"
#undef X
};

static const char *const helps[] = {
#define X(name, help) help,
#include "pptp/stats.def"
#undef X
};

_Static_assert(sizeof names / sizeof names[0] == PPTP_STATS_N,
               "a name for each counter");

const char *pptp_stats_name(size_t i)
{
    PPTP_ASSERT(i < PPTP_STATS_N);
    return names[i];
}

const char *pptp_stats_help(size_t i)
{
    PPTP_ASSERT(i < PPTP_STATS_N);
    return helps[i];
}

uint64_t pptp_stats_value(const struct pptp_stats *s, size_t i)
{
    uint64_t v;

    PPTP_ASSERT(i < PPTP_STATS_N);
    memcpy(&v, (const uint8_t *)s + i * sizeof v, sizeof v);
    return v;
}
