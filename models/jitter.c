/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jitter of a packet; jitter.h. */
#include "config.h"

#include "models/jitter.h"

#include <gsl/gsl_randist.h>

static pptp_ns whole_ns(double ns)
{
    return ns > 0 ? (pptp_ns)(ns + 0.5) : 0;
}

static pptp_ns draw(const struct jitter_config *c, struct dist_rng *r)
{
    double mean = (double)c->mean_ns, about = (double)c->deviation_ns;

    switch (c->kind) {
    case JITTER_uniform:
        return whole_ns(dist_uniform(r, mean - about, mean + about));
    case JITTER_normal:
        return whole_ns(mean + gsl_ran_gaussian(dist_gsl(r), about));
    case JITTER_exponential: return dist_exponential_ns(r, c->mean_ns);
    case JITTER_pareto: return dist_pareto_ns(r, c->mean_ns, c->shape);
    case JITTER_none: break;
    }
    return 0;
}

pptp_ns jitter_draw(const struct jitter_config *c, struct dist_rng *r)
{
    pptp_ns ns = draw(c, r);

    return c->most_ns > 0 && ns > c->most_ns ? c->most_ns : ns;
}
