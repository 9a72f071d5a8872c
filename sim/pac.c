/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Simulated PACs; pac.h. */
#include "config.h"

#include "sim/pac.h"

int sim_pac_peer(struct sim_pac *p, uint32_t pns)
{
    struct nas_pac_config *c = &p->config;
    uint32_t i;

    if (p->ready)
        return PPTP_ERR_STATE;
    for (i = 0; i < c->peers; i++)
        if (c->peer[i] == pns)
            break;
    if (i == NAS_PAC_PEERS)
        return PPTP_ERR_RESOURCE;
    if (i == c->peers)
        c->peer[c->peers++] = pns;
    c->lines++;
    return (int)i;
}

int sim_pac_init(struct sim_pac *p, struct nas_node *nas,
                 struct pptp_pool *pool, const struct nas_pac_world *world,
                 void *ctx, uint32_t calls, uint32_t conns)
{
    struct nas_pac_config *c = &p->config;

    c->mode = NAS_PAC_ICRQ;
    c->listens = true;
    c->passive = true;
    c->calls = calls;
    c->conns = conns;
    c->pool = pool;
    p->ready = true;
    return nas_pac_init(&p->role, c, nas, world, ctx, 0);
}

void sim_pac_fini(struct sim_pac *p)
{
    if (p->ready)
        nas_pac_fini(&p->role);
}
