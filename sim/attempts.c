/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records of attempts; attempts.h. */
#include "config.h"

#include "sim/attempts.h"

#include <stdlib.h>

#include "sim/modem.h"
#include "sim/subscribers.h"

const struct sim_outcome_row sim_outcomes[SIM_OUTCOME_N] = {
#define X(name, q850, terminate, ascend, modem, help) \
    { #name, q850, terminate, ascend, modem, help },
    SIM_OUTCOMES(X)
#undef X
};

static pptp_ns now_of(const struct sim_call *c)
{
    return sim_call_world(c)->cal.now;
}

static uint32_t caller_of(const struct sim_call *c)
{
    return c->index - c->group->first;
}

static const struct modem_link *modems_of(const struct sim_call *c)
{
    return c->line.kind->has != NULL ? sim_modem_link(&c->line) : NULL;
}

static void begin(struct sim_attempt *a, const struct sim_call *c)
{
    *a = (struct sim_attempt){ .call = c,
                               .subscriber = SIM_PHONE_NOBODY,
                               .trunk = SIM_PHONE_NOBODY,
                               .off_hook_ns = now_of(c),
                               .trunk_ns = PPTP_NEVER,
                               .answered_ns = PPTP_NEVER,
                               .connected_ns = PPTP_NEVER,
                               .up_ns = PPTP_NEVER,
                               .octets = {
                                   c->way[SIM_UP].delivered_octets,
                                   c->way[SIM_DOWN].delivered_octets } };
    if (c->group->subscribers != NULL)
        (void)sim_subscribers_who(c->group->subscribers, caller_of(c),
                                  &a->subscriber, &a->number);
}

/* What the telephone network and the modems know, while they do. */
static void look(struct sim_attempt *a, const struct sim_call *c)
{
    const struct modem_link *m = modems_of(c);

    if (c->pac->pac->phone != NULL)
        sim_phone_times(&c->line, &a->trunk, &a->trunk_ns, &a->answered_ns);
    if (m == NULL)
        return;
    a->last[SIM_UP] = m->up;
    a->last[SIM_DOWN] = m->down;
    if (a->first[SIM_UP].bps == 0) {
        a->first[SIM_UP] = m->up;
        a->first[SIM_DOWN] = m->down;
    }
    a->retrains = m->retrains;
    a->faster = m->faster;
    a->slower = m->slower;
}

/* --- why it ended ------------------------------------------------------------- */

static enum sim_outcome without_call(const struct sim_attempt *a,
                                     enum nas_why why)
{
    switch (why) {
    case NAS_WHY_BUSY:
        return a->trunk_ns == PPTP_NEVER ? SIM_OUTCOME_no_trunk
                                         : SIM_OUTCOME_busy;
    case NAS_WHY_RANG_IN_VAIN: return SIM_OUTCOME_no_answer;
    case NAS_WHY_NO_CARRIER: return SIM_OUTCOME_no_carrier;
    case NAS_WHY_CONN_LOST: return SIM_OUTCOME_connection_lost;
    default: return SIM_OUTCOME_refused;
    }
}

static enum sim_outcome without_session(const struct sim_attempt *a)
{
    switch (a->reason) {
    case PPP_END_NO_ANSWER:
    case PPP_END_OPTIONS:
    case PPP_END_LOOPED: return SIM_OUTCOME_no_lcp;
    case PPP_END_AUTH_US:
    case PPP_END_AUTH_PEER:
    case PPP_END_AUTH_POLICY: return SIM_OUTCOME_no_auth;
    case PPP_END_NO_NETWORK:
    case PPP_END_MPPE: return SIM_OUTCOME_no_network;
    default: return SIM_OUTCOME_not_up;
    }
}

static enum sim_outcome outcome_of(const struct sim_attempt *a,
                                   const struct sim_call *c)
{
    const struct nas_caller *k = &c->group->bank.caller[caller_of(c)];
    const struct modem_link *m = modems_of(c);

    if (a->connected_ns == PPTP_NEVER)
        return without_call(a, k->line.why);
    if (m != NULL && m->state == MODEM_LINK_DOWN)
        return m->lost ? SIM_OUTCOME_carrier_lost : SIM_OUTCOME_retrains;
    if (k->line.why == NAS_WHY_NO_CARRIER) /* a killer trunk */
        return SIM_OUTCOME_carrier_lost;
    if (a->up_ns == PPTP_NEVER)
        return without_session(a);
    if (a->reason == PPP_END_LOCAL)
        return SIM_OUTCOME_completed;
    return k->line.why == NAS_WHY_CONN_LOST ? SIM_OUTCOME_connection_lost
                                            : SIM_OUTCOME_closed;
}

static void end(struct sim_attempts *t, struct sim_attempt *a,
                const struct sim_call *c)
{
    look(a, c);
    a->end_ns = now_of(c);
    for (int k = 0; k < 2; k++)
        a->octets[k] = c->way[k].delivered_octets - a->octets[k];
    a->outcome = outcome_of(a, c);
    t->ended(t->ctx, a);
}

void sim_attempts_event(struct sim_attempts *t, struct sim_call *c,
                        const struct nas_event *e)
{
    struct sim_attempt *a = &t->at[c->index];

    switch (e->kind) {
    case NAS_EV_CALLER_CALLS:
    case NAS_EV_CALLER_CALLED: begin(a, c); break;
    case NAS_EV_CALLER_TALKS:
        a->connected_ns = now_of(c);
        look(a, c);
        break;
    case NAS_EV_CALLER_UP:
        if (a->up_ns == PPTP_NEVER)
            a->up_ns = now_of(c);
        break;
    case NAS_EV_CALLER_PPP_END: a->reason = e->reason; break;
    case NAS_EV_CALLER_RESTS: end(t, a, c); break;
    default: break;
    }
}

int sim_attempts_init(struct sim_attempts *t, struct sim_world *w)
{
    t->at = calloc((size_t)w->call_count + 1, sizeof *t->at);
    return t->at != NULL ? PPTP_OK : PPTP_ERR_RESOURCE;
}

void sim_attempts_fini(struct sim_attempts *t)
{
    free(t->at);
    t->at = NULL;
}
