/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Holding times; holding.h.
 */
#include "config.h"

#include "models/holding.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>

#define NS_LIMIT 4611686018427387904.0 /* 2^62 */

static double body_draw(const struct holding *h, struct dist_rng *r);
static double body_longer(const struct holding *h, double t);
static double tail_draw(const struct holding *h, struct dist_rng *r);
static double tail_longer(const struct holding *h, double t);
static pptp_ns to_ns(double t);

const struct holding holding_default = {
    .law = HOLDING_WEIBULL,
    .scale_ns = 660 * PPTP_S,
    .shape = 0.5,
};

pptp_ns holding_draw(const struct holding *h, struct dist_rng *r)
{
    double t = body_draw(h, r);
    pptp_ns ns;

    if (h->tail_from_ns != 0 && t > (double)h->tail_from_ns)
        t = tail_draw(h, r);
    ns = to_ns(t);
    if (h->atom_share > 0 && dist_bernoulli(r, h->atom_share))
        ns = h->atom_ns;
    return h->limit_ns != 0 && ns > h->limit_ns ? h->limit_ns : ns;
}

double holding_longer(const struct holding *h, pptp_ns t_ns)
{
    double t = (double)t_ns, from = (double)h->tail_from_ns, s;

    if (h->limit_ns != 0 && t_ns >= h->limit_ns)
        return 0;
    if (h->tail_from_ns != 0 && t > from)
        s = body_longer(h, from) * tail_longer(h, t);
    else
        s = body_longer(h, t);
    return s * (1 - h->atom_share) + (t_ns < h->atom_ns ? h->atom_share : 0);
}

static double body_draw(const struct holding *h, struct dist_rng *r)
{
    double scale = (double)h->scale_ns;

    switch (h->law) {
    case HOLDING_EXPONENTIAL: return dist_exponential(r, scale);
    case HOLDING_WEIBULL: return gsl_ran_weibull(dist_gsl(r), scale, h->shape);
    case HOLDING_LOGNORMAL: return dist_lognormal(r, log(scale), h->shape);
    case HOLDING_MIXTURE:
        if (dist_bernoulli(r, h->second_share))
            return dist_lognormal(r, log((double)h->second_ns),
                                  h->second_shape);
        return dist_lognormal(r, log(scale), h->shape);
    default: /* fixed */ return scale;
    }
}

/* P(T > t) without tail, atom and limit; t >= 0. */
static double body_longer(const struct holding *h, double t)
{
    double scale = (double)h->scale_ns;

    switch (h->law) {
    case HOLDING_EXPONENTIAL: return exp(-t / scale);
    case HOLDING_WEIBULL: return exp(-pow(t / scale, h->shape));
    case HOLDING_LOGNORMAL:
        return gsl_cdf_lognormal_Q(t, log(scale), h->shape);
    case HOLDING_MIXTURE:
        return (1 - h->second_share) *
                   gsl_cdf_lognormal_Q(t, log(scale), h->shape) +
               h->second_share * gsl_cdf_lognormal_Q(t,
                                                     log((double)h->second_ns),
                                                     h->second_shape);
    default: return t < scale;
    }
}

/* What is left of Pareto's tail at its end, were it not cut. */
static double beyond_cut(const struct holding *h)
{
    return pow((double)h->tail_from_ns / (double)h->tail_cut_ns,
               h->tail_shape);
}

/* Pareto's between the two ends, by its inverse. */
static double tail_draw(const struct holding *h, struct dist_rng *r)
{
    double u = dist_uniform(r, 0, 1) * (1 - beyond_cut(h));

    return (double)h->tail_from_ns * pow(1 - u, -1 / h->tail_shape);
}

/* P(T > t) of what lasts longer than the tail's beginning. */
static double tail_longer(const struct holding *h, double t)
{
    double rest = beyond_cut(h);
    double s = pow((double)h->tail_from_ns / t, h->tail_shape);

    return s > rest ? (s - rest) / (1 - rest) : 0;
}

static pptp_ns to_ns(double t)
{
    return t < NS_LIMIT ? (pptp_ns)(t + 0.5) : (pptp_ns)1 << 62;
}
