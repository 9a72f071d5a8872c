/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A simulated PNS: the role, and the books of what comes through it. */
#ifndef SIM_PNS_H
#define SIM_PNS_H

#include "nas/pns.h"
#include "sim/ppp.h"

struct sim_call;

struct sim_pns {
    struct nas_pns role;
    struct nas_pns_config config;
    struct ppp_secret secret;
    struct sim_call **call; /* by session; NULL: nobody's of this world */
};

/* `event` and ctx are its owner's, `ppp` NULL: nothing is negotiated.  0 or
 * PPTP_ERR_RESOURCE, and _fini in any case. */
int sim_pns_init(struct sim_pns *p, struct nas_node *nas,
                 struct pptp_pool *pool, const struct nas_pns_world *world,
                 void *ctx, uint32_t calls, const struct sim_ppp_config *ppp,
                 uint64_t seed);
void sim_pns_fini(struct sim_pns *p);

#endif
