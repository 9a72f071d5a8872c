/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Callers of one kind, behind lines of one kind: a bank of the role. */
#ifndef SIM_GROUP_H
#define SIM_GROUP_H

#include "nas/again.h"
#include "nas/caller.h"
#include "sim/line.h"
#include "sim/ppp.h"

struct sim_subscribers;
struct sim_world;

struct sim_group {
    struct sim_alarm timer; /* the bank's deadline; first member */
    struct sim_world *world;
    struct sim_lines lines;
    struct nas_callers bank;
    struct nas_callers_config config;
    struct ppp_secret secret;
    struct ppp_secrets secrets;
    void (*done)(struct sim_group *g);   /* after what its deadline made */
    struct sim_subscribers *subscribers; /* who use it, or NULL */
    const char *name;
    uint64_t seed;
    pptp_ns duration_ns;     /* of all its calls; 0: none */
    struct nas_again redial; /* the same */
    uint64_t random;         /* of the waits of those that a PNS dials */
    uint32_t first; /* of the world's calls; config.count follow each other */
    bool ready;     /* `bank` is */
};

/* Zeroed but for done, world, name, seed, duration_ns, redial, random, first,
 * lines and, of config, count, answers and patience_ns (0: for
 * ever); ppp NULL: nothing is negotiated.
 * Nobody calls yet. 0 or PPTP_ERR_RESOURCE, and _fini in any case. */
int sim_group_init(struct sim_group *g, const struct nas_caller_world *world,
                   const struct sim_ppp_config *ppp);
void sim_group_fini(struct sim_group *g);

/* Its deadline may be another one now. */
void sim_group_arm(struct sim_group *g);

#endif
