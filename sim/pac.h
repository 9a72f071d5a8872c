/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A simulated PAC: the role, with a line for each caller that is there. */
#ifndef SIM_PAC_H
#define SIM_PAC_H

#include "nas/pac.h"

struct sim_call;
struct sim_phone;

struct sim_pac {
    struct nas_pac role;
    struct nas_pac_config config;
    struct sim_phone *phone; /* whose trunks are its lines; or NULL: a line
                              * for each caller */
    bool ready;              /* `role` is */
    /* Which call the latest one of a PNS is, until it has its line. */
    struct sim_call *placed;
    uint32_t placed_slot;
};

/* A caller more, who calls that PNS or is called by it: which of the PAC's
 * peers this is, or a negative error when they are too many. Before the
 * beginning. */
int sim_pac_peer(struct sim_pac *p, uint32_t pns);

/* The beginning: config's peers and lines are known. 0 or PPTP_ERR_RESOURCE,
 * and _fini in any case. */
int sim_pac_init(struct sim_pac *p, struct nas_node *nas,
                 struct pptp_pool *pool, const struct nas_pac_world *world,
                 void *ctx, uint32_t calls, uint32_t conns);
void sim_pac_fini(struct sim_pac *p);

#endif
