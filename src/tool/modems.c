/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Modems of a scenario's lines; modems.h. */
#include "config.h"

#include "tool/modems.h"

#include <string.h>

/* NULL: there is none of that name. */
static const struct scenario_modem *find(const struct scenario *s,
                                         const char *name)
{
    for (size_t i = 0; i < s->n_modems; i++)
        if (strcmp(s->modems[i].name, name) == 0)
            return &s->modems[i];
    return NULL;
}

static int check_line(const struct scenario *s, const struct scenario_call *g,
                      struct conf_error *err)
{
    const struct conf_node *line = conf_get(g->node, "line");

    if (g->line.modem == NULL && g->line.fifo.rate_bps == 0)
        return conf_fail(err, line,
                         "line: key 'rate' is required, or 'modem'");
    if (g->line.modem != NULL && g->line.fifo.rate_bps != 0)
        return conf_fail(err, conf_get(line, "rate"),
                         "key 'rate': what it is the line's modems say");
    if (g->line.modem != NULL && find(s, g->line.modem) == NULL)
        return conf_fail(err, conf_get(line, "modem"),
                         "no modem has the name '%.70s'", g->line.modem);
    return 0;
}

static int check_modem(const struct scenario *s,
                       const struct scenario_modem *m, struct conf_error *err)
{
    if (find(s, m->name) != m)
        return conf_fail(err, m->node, "the name '%.70s' is given twice",
                         m->name);
    if (m->sim.loops.middle_share < m->sim.loops.wide_share)
        return conf_fail(err, conf_get(m->node, "loops"),
                         "loops: 'middle' is less than 'wide', which is part "
                         "of it");
    return 0;
}

int modems_check(const struct scenario *s, struct conf_error *err)
{
    for (size_t i = 0; i < s->n_modems; i++)
        if (check_modem(s, &s->modems[i], err) != 0)
            return -1;
    for (size_t i = 0; i < s->n_call_groups; i++)
        if (check_line(s, &s->call_groups[i], err) != 0)
            return -1;
    return 0;
}

/* Of transmitter and receiver together, one way. */
static pptp_ns latency_ns(enum modem_modulation m)
{
    static const pptp_ns by_modulation[MODEM_MODULATIONS] = {
        [MODEM_V22BIS] = 20 * PPTP_MS,
        [MODEM_V32BIS] = 30 * PPTP_MS,
        [MODEM_V34] = 40 * PPTP_MS,
        [MODEM_V90] = 40 * PPTP_MS,
    };

    return by_modulation[m];
}

bool modems_of(const struct scenario *s, const struct scenario_call *group,
               const struct scenario_pptp *pac, struct sim_modem_config *out)
{
    const struct scenario_line *l = &group->line;
    const struct scenario_modem *m = l->modem != NULL ? find(s, l->modem)
                                                      : NULL;
    pptp_ns latency;

    if (m == NULL)
        return false;
    *out = m->sim;
    out->link.retrain_db = modem_link_default.retrain_db;
    out->link.faster_db = modem_link_default.faster_db;
    out->link.retrains = modem_link_default.retrains;
    out->link.retrains_ns = modem_link_default.retrains_ns;
    if (m->burst_every_ns > 0)
        out->noise.bursts_hz = 1e9 / (double)m->burst_every_ns;
    out->mtu_octets = pac->mtu_octets;
    out->window_packets = pac->core.win.recv_window;
    out->fudge_ns = pac->pac_fudge_ns;
    for (int i = 0; i < MODEM_MODULATIONS; i++) {
        latency = m->latency_ns != KEY_AUTO
                      ? m->latency_ns
                      : latency_ns((enum modem_modulation)i);
        out->link.retrain_ns[i] = m->retrain_ns != KEY_AUTO
                                      ? m->retrain_ns
                                      : modem_link_default.retrain_ns[i];
        out->carrier[i] = (struct carrier_config){
            .mode = m->error_control ? CARRIER_LAPM : CARRIER_ASYNC,
            .latency_ns = l->fifo.delay_ns + latency,
            .t401_ns = m->t401_ns,
            .n400 = m->n400,
            .buffer_frames = l->fifo.buffer_packets,
        };
    }
    return true;
}
