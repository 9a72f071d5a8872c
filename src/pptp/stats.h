/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* Counters of one peer; stats.def is their only list. */
#ifndef PPTP_STATS_H
#define PPTP_STATS_H

#include "base/base.h"

struct pptp_stats {
#define X(name, help) uint64_t name;
#include "pptp/stats.def"
#undef X
};

#define PPTP_STATS_N (sizeof(struct pptp_stats) / sizeof(uint64_t))

/* Counter i of PPTP_STATS_N: its name, sentence and value. */
const char *pptp_stats_name(size_t i);
const char *pptp_stats_help(size_t i);
uint64_t pptp_stats_value(const struct pptp_stats *s, size_t i);

#endif
