/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How long a call would last if nothing but its caller ended it.
 *
 * Calls to the Internet are not exponential: there are more very short and
 * more very long ones.  The default is Weibull's with shape 1/2 and scale 11
 * minutes, whose mean is 22 minutes, of which 9.7 % last longer than an hour
 * (10 % and 22 minutes: Pacific Bell, 1996).
 *
 * A draw takes what it needs of the stream, which shall be nobody else's, one
 * draw a call in the order of calls: then what becomes of calls in the network
 * moves no holding time.
 */
#ifndef MODELS_HOLDING_H
#define MODELS_HOLDING_H

#include "models/dist.h"

enum holding_law {
    HOLDING_FIXED,       /* always the scale */
    HOLDING_EXPONENTIAL, /* the scale is the mean */
    HOLDING_WEIBULL,     /* of a scale and a shape */
    HOLDING_LOGNORMAL,   /* the scale is the median, the shape its sigma */
    HOLDING_MIXTURE,     /* two of these, of which the second has a share */
};

struct holding {
    enum holding_law law;
    pptp_ns scale_ns;     /* > 0 */
    double shape;         /* > 0: Weibull's, or sigma of the lognormal */
    double second_share;  /* of the mixture, 0…1 */
    pptp_ns second_ns;    /* median of its second, > 0 */
    double second_shape;  /* sigma of its second, > 0 */
    pptp_ns tail_from_ns; /* what lasts longer is Pareto's; 0: no tail */
    double tail_shape;    /* > 0 */
    pptp_ns tail_cut_ns;  /* and ends here, > tail_from_ns */
    double atom_share;    /* of calls that end at a step of the tariff … */
    pptp_ns atom_ns;      /* … which is here */
    pptp_ns limit_ns;     /* no call lasts longer; 0: no limit */
};

/* Weibull's, shape 1/2, scale 11 minutes. */
extern const struct holding holding_default;

/* The next call's, within the limit. */
pptp_ns holding_draw(const struct holding *h, struct dist_rng *r);

/* The share of calls that last longer than t_ns. */
double holding_longer(const struct holding *h, pptp_ns t_ns);

#endif
