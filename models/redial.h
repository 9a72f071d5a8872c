/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether who got no connection, or lost it, tries again, and how long he
 * waits.  By default the wait is uniform from 5 to 60 seconds and the chances
 * are .8 after busy, .6 without an answer, .5 when modems did not agree, .7
 * when the call was lost, at most ten attempts: all assumed.
 *
 * With one chance r and blocking B that is independent from attempt to attempt,
 * without a bound, (1 - B) / (1 - B r) get through and it takes 1 / (1 - B r)
 * attempts.
 */
#ifndef MODELS_REDIAL_H
#define MODELS_REDIAL_H

#include "models/dist.h"

enum redial_cause {
    REDIAL_BUSY,      /* the called one, or no trunk */
    REDIAL_NO_ANSWER, /* nobody, or not before patience ended */
    REDIAL_TRAIN,     /* answered, but no carrier */
    REDIAL_LOST,      /* a call that was up */
    REDIAL_CAUSES
};

struct redial_law {
    double again[REDIAL_CAUSES]; /* chance that he tries again, 0…1 */
    pptp_ns least_ns, most_ns;   /* the wait, uniform; least <= most */
    unsigned attempts;           /* of one wish to call; 0: no bound */
};

extern const struct redial_law redial_default;

/* How long until the next attempt after `made` of them, of which the last
 * ended so; PPTP_NEVER: gives up.  It takes two draws always, so that a bound
 * or a chance that changes moves no later draw. */
pptp_ns redial_wait(const struct redial_law *law, struct dist_rng *r,
                    enum redial_cause cause, unsigned made);

#endif
