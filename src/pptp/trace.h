/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * Trace records: what a peer decided, integers only.  The core makes them,
 * worlds drain, hash and print them, the same everywhere.
 */
#ifndef PPTP_TRACE_H
#define PPTP_TRACE_H

#include "base/base.h"

enum pptp_trace_level {
    PPTP_TRACE_LEVEL_off,
    PPTP_TRACE_LEVEL_calls,
    PPTP_TRACE_LEVEL_packets
};

enum pptp_trace_kind {
#define X(kind, level, a, b, c, d) PPTP_TRACE_##kind,
#include "pptp/trace.def"
#undef X
    PPTP_TRACE_KINDS
};

struct pptp_trace_rec {
    pptp_ns at_ns;
    uint32_t kind;
    uint32_t call; /* index of the call or, for a connection, its index */
    uint64_t v[4]; /* meaning by kind: trace.def */
};

/* Of a kind that is known here it costs nothing. */
static inline enum pptp_trace_level pptp_trace_level_of(
    enum pptp_trace_kind kind)
{
    switch (kind) {
#define X(kind, level, a, b, c, d) \
    case PPTP_TRACE_##kind:        \
        return PPTP_TRACE_LEVEL_##level;
#include "pptp/trace.def"
#undef X
    case PPTP_TRACE_KINDS: break;
    }
    PPTP_ASSERT(false);
    return PPTP_TRACE_LEVEL_off;
}

/* One JSON object without a line end, e.g. {"t":1,"k":"acked",…}. `node` is
 * the world's name for the peer. Gives its length; cap ≥ 256 + node. */
size_t pptp_trace_print(const struct pptp_trace_rec *r, const char *node,
                        char *out, size_t cap);

/* Order-dependent hash over records; start with 0. */
uint64_t pptp_trace_hash(uint64_t h, const struct pptp_trace_rec *r);

#endif
