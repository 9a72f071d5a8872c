/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * Congestion engines: how far a session's window opens and how long it waits.
 * An engine is a table of functions over struct pptp_win; to add one, write
 * the table and a line of engine.def, or hand it to a peer in its
 * configuration.
 */
#ifndef PPTP_ENGINE_H
#define PPTP_ENGINE_H

#include "base/base.h"

struct pptp_win;
struct pptp_win_config;

struct pptp_engine {
    const char *name;
    /* Session start: w->tx_max is set; choose cwnd and the time-out. */
    void (*start)(struct pptp_win *w, const struct pptp_win_config *c,
                  uint16_t peer_ppd_ds);
    /* `n` packets newly acknowledged, the highest after sample_ns, which is
     * PPTP_NEVER if that is not known. */
    void (*acked)(struct pptp_win *w, const struct pptp_win_config *c,
                  uint32_t n, pptp_ns sample_ns);
    /* The oldest packet outstanding timed out; all are being written off. */
    void (*timed_out)(struct pptp_win *w, const struct pptp_win_config *c);
    /* May a packet leave, `out` being outstanding? */
    bool (*may_send)(const struct pptp_win *w, uint32_t out);
    /* False: outstanding packets never time out. */
    bool times_out;
    /* True: a frame that finds the window closed is dropped, not queued. */
    bool drops;
};

#define X(name) extern const struct pptp_engine pptp_engine_##name;
#include "pptp/engine.def"
#undef X

/* By name; NULL if there is none. */
const struct pptp_engine *pptp_engine_find(const char *name);

#endif
