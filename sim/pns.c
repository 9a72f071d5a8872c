/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Simulated PNSs; pns.h. */
#include "config.h"

#include "sim/pns.h"

#include <stdlib.h>
#include <string.h>

/* Callers are in 172.16/12. */
static const struct nas_range callers = { (172u << 24 | 16u << 16) + 1,
                                          (172u << 24 | 32u << 16) - 2 };

static void set_pools(struct nas_pns_config *out,
                      const struct sim_pns_config *c)
{
    out->pool[0] = callers;
    out->pools = c->pools > 0 ? c->pools : 1;
    if (c->pools > 0)
        memcpy(out->pool, c->pool, c->pools * sizeof *c->pool);
}

static void configure(struct nas_pns_config *out,
                      const struct sim_pns_config *c, uint32_t calls,
                      const struct sim_ppp_config *ppp)
{
    *out = (struct nas_pns_config){ .mtu = PPP_MRU_MAX,
                                    .calls = calls,
                                    .calls_source = c->calls_source == 0
                                                        ? UINT32_MAX
                                                        : c->calls_source,
                                    .plain = ppp == NULL,
                                    .open_loop = true,
                                    .session_ns = c->session_ns,
                                    .idle_ns = c->idle_ns };
    if (ppp != NULL)
        sim_ppp_pns(&out->ppp, ppp);
    out->local = out->ppp.ip_local;
    set_pools(out, c);
}

int sim_pns_init(struct sim_pns *p, const struct sim_pns_config *c,
                 uint32_t calls, const struct sim_ppp_config *ppp,
                 uint64_t seed)
{
    struct ppp_secrets users;
    int err;

    configure(&p->rest->config, c, calls, ppp);
    p->rest->min_bps = c->max_bps > 0 ? c->min_bps : 1;
    p->rest->max_bps = c->max_bps > 0 ? c->max_bps : UINT32_MAX;
    p->role.config = &p->rest->config;
    p->call = calloc(calls, sizeof(struct sim_call *));
    err = nas_pns_init(&p->role, calls, seed);
    if (p->call == NULL || err < 0)
        return PPTP_ERR_RESOURCE;
    if (ppp == NULL)
        return PPTP_OK;
    users = sim_ppp_table(ppp, false, &p->rest->secret);
    return nas_pns_secrets(&p->role, &users);
}

void sim_pns_fini(struct sim_pns *p)
{
    free(p->call);
    nas_pns_fini(&p->role);
}
