/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A simulated PNS: the role, and the books of what comes through it. */
#ifndef SIM_PNS_H
#define SIM_PNS_H

#include "nas/pns.h"
#include "sim/ppp.h"

struct sim_call;

/* What packets hardly touch. */
struct sim_pns_rest {
    struct nas_pns_config config;
    struct ppp_secret secret;
    uint32_t min_bps, max_bps; /* of lines that it has dialled (2.7) */
};

struct sim_pns {
    struct nas_pns role;
    struct sim_pns_rest *rest;
    struct sim_call **call; /* by session; NULL: nobody's of this world */
};

/* What a scenario says of one. */
struct sim_pns_config {
    pptp_ns session_ns, idle_ns;  /* as struct nas_pns_config's */
    uint32_t calls_source;        /* 0: no such limit */
    uint32_t min_bps, max_bps;    /* max 0: any */
    const struct nas_range *pool; /* inner addresses; pools 0: 172.16/12 */
    uint32_t pools;
};

/* Zeroed but for `rest`, itself zeroed, and role's world, ctx, nas and packets; `ppp` NULL: nothing is
 * negotiated.  0 or PPTP_ERR_RESOURCE, and _fini in any case. */
int sim_pns_init(struct sim_pns *p, const struct sim_pns_config *c,
                 uint32_t calls, const struct sim_ppp_config *ppp,
                 uint64_t seed);
void sim_pns_fini(struct sim_pns *p);

#endif
