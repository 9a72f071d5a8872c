/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Trying again; redial.h.
 */
#include "config.h"

#include "models/redial.h"

const struct redial_law redial_default = {
    .again = { [REDIAL_BUSY] = .8,
               [REDIAL_NO_ANSWER] = .6,
               [REDIAL_TRAIN] = .5,
               [REDIAL_LOST] = .7 },
    .least_ns = 5 * PPTP_S,
    .most_ns = 60 * PPTP_S,
    .attempts = 10,
};

pptp_ns redial_wait(const struct redial_law *law, struct dist_rng *r,
                    enum redial_cause cause, unsigned made)
{
    bool again = dist_bernoulli(r, law->again[cause]);
    double share = dist_uniform(r, 0, 1);

    if (!again || (law->attempts != 0 && made >= law->attempts))
        return PPTP_NEVER;
    return law->least_ns +
           (pptp_ns)(share * (double)(law->most_ns - law->least_ns));
}
