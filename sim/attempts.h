/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A record of each attempt to call, as operators of access servers keep them:
 * who, when what began, at which rate, and why it ended.  It is told when the
 * attempt is over, and forgotten.
 */
#ifndef SIM_ATTEMPTS_H
#define SIM_ATTEMPTS_H

#include "models/modem_link.h"
#include "nas/event.h"
#include "sim/world.h"

/*
 * X(name, q850, terminate, ascend, modem, help): why an attempt ended, with
 * the cause of Q.850, Acct-Terminate-Cause (RFC 2866 5.10), the
 * Ascend-Disconnect-Cause of RADIUS dictionaries and the name that a bank of
 * modems counts it by.  0 and "": it has none; a session that was never up has
 * no accounting.
 */
#define SIM_OUTCOMES(X)                                                   \
    X(completed, 16, 1, 45, "rmtLink", "the caller ended his session")    \
    X(no_trunk, 34, 0, 0, "", "no trunk was free")                        \
    X(busy, 17, 0, 0, "", "the called one, or the PAC, was")              \
    X(no_answer, 19, 0, 0, "", "not connected while he was patient")      \
    X(no_carrier, 16, 0, 10, "trainup", "modems did not find each other") \
    X(refused, 21, 0, 0, "", "the PNS or its PAC did not want it")        \
    X(no_lcp, 16, 0, 40, "hostDrop", "PPP did not come up: LCP")          \
    X(no_auth, 16, 17, 43, "hostDrop", "PPP did not come up: who it is")  \
    X(no_network, 16, 9, 47, "hostDrop", "PPP did not come up: IPCP")     \
    X(not_up, 16, 0, 11, "lostCarr", "the call went before PPP was up")   \
    X(carrier_lost, 16, 2, 11, "lostCarr", "the line dropped out")        \
    X(retrains, 16, 2, 11, "retrain", "modems gave up, or V.42 did")      \
    X(closed, 16, 10, 185, "hostDrop", "the PNS ended it")                \
    X(connection_lost, 41, 9, 185, "hostDrop", "the control connection went")

enum sim_outcome {
#define X(name, q850, terminate, ascend, modem, help) SIM_OUTCOME_##name,
    SIM_OUTCOMES(X)
#undef X
        SIM_OUTCOME_N
};

struct sim_outcome_row {
    const char *name;
    uint8_t q850, terminate, ascend;
    const char *modem, *help;
};

extern const struct sim_outcome_row sim_outcomes[SIM_OUTCOME_N];

struct sim_attempt {
    const struct sim_call *call; /* the line */
    uint32_t subscriber, number; /* who, and his attempts so far; NOBODY, 0 */
    uint32_t trunk;              /* SIM_PHONE_NOBODY: none */
    /* PPTP_NEVER: it did not come to that. */
    pptp_ns off_hook_ns, trunk_ns, answered_ns, connected_ns, up_ns, end_ns;
    /* Of modems: from and to the caller, at first and at last; 0: none. */
    struct modem_rate first[2], last[2];
    uint32_t retrains, faster, slower;
    uint64_t octets[2]; /* of users, delivered; by enum sim_way */
    enum ppp_reason reason;
    enum sim_outcome outcome;
};

struct sim_attempts {
    struct sim_attempt *at; /* of each line's latest */
    void (*ended)(void *ctx, const struct sim_attempt *a);
    void *ctx;
};

/* Of a world whose calls are all there; the caller's.  0 or
 * PPTP_ERR_RESOURCE. */
int sim_attempts_init(struct sim_attempts *t, struct sim_world *w);
void sim_attempts_fini(struct sim_attempts *t);

/* A caller tells, before anybody else hears. */
void sim_attempts_event(struct sim_attempts *t, struct sim_call *c,
                        const struct nas_event *e);

#endif
