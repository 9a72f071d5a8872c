/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups of callers; group.h. */
#include "config.h"

#include "sim/group.h"

/* Who waits for an answer waits for what the core says. */
#define PATIENCE_NS (PPTP_NEVER / 4)

static void on_timer(struct sim_sink *s, uint32_t arg)
{
    struct sim_group *g = (struct sim_group *)(void *)s;
    pptp_ns now = g->lines.cal->now;

    (void)arg;
    if (!sim_alarm_due(&g->timer, now))
        return;
    if (nas_callers_deadline(&g->bank) <= now)
        nas_callers_advance(&g->bank, now);
    g->done(g);
    sim_group_arm(g);
}

void sim_group_arm(struct sim_group *g)
{
    pptp_ns at = nas_callers_deadline(&g->bank);

    if (at < PATIENCE_NS) /* and not for ever */
        sim_alarm_set(g->lines.cal, &g->timer, at);
}

int sim_group_init(struct sim_group *g, const struct nas_caller_world *world,
                   const struct sim_ppp_config *ppp)
{
    uint32_t i;

    sim_alarm_init(&g->timer, on_timer);
    g->config.mtu = PPP_MRU_MAX;
    g->config.bps = UINT32_MAX;
    if (g->config.patience_ns == 0)
        g->config.patience_ns = PATIENCE_NS;
    g->config.redial_ns = g->config.answers ? 0 : g->redial.first_ns;
    g->config.redial_max_ns = g->redial.most_ns;
    g->config.redial_jitter = g->redial.jitter;
    g->config.plain = ppp == NULL;
    if (ppp != NULL) {
        sim_ppp_caller(&g->config.ppp, ppp);
        g->secrets = sim_ppp_table(ppp, true, &g->secret);
    }
    g->bank.world = world;
    g->bank.ctx = g;
    g->bank.ppps.from = g->lines.from;
    g->bank.ppps.pool = g->lines.pool;
    g->ready = true;
    if (nas_callers_init(&g->bank, &g->config, &g->secrets, g->seed, 0) < 0)
        return PPTP_ERR_RESOURCE;
    for (i = 0; i < g->config.count; i++)
        nas_callers_at(&g->bank, i, PPTP_NEVER);
    return PPTP_OK;
}

void sim_group_fini(struct sim_group *g)
{
    if (g->ready)
        nas_callers_fini(&g->bank);
    sim_lines_fini(&g->lines);
}
