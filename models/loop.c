/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Subscribers' lines; loop.h. */
#include "config.h"

#include "models/loop.h"

#include <gsl/gsl_randist.h>
#include <math.h>

#include "models/dist.h"

/* Upper ends of what passes, just above those of V.34's element rates. */
enum { BAND_WIDE_HZ = 3700, BAND_MIDDLE_HZ = 3450, BAND_NARROW_HZ = 3300 };

const struct loop_population loop_default = {
    .rest_db = 51.6,
    .rest_sigma_db = 1.3,
    .codec_db = 38.0,
    .codec_sigma_db = 1.8,
    .digital_share = 0.67,
    .pad_share = 0.15,
    .pad_db = 12,
    .wide_share = 0.90,
    .middle_share = 0.97,
};

const struct loop_class loop_classes[] = {
    { "good", 0.20, 38, 42 }, { "fair", 0.45, 33, 38 },
    { "poor", 0.30, 27, 33 }, { "bad", 0.05, 20, 27 },
    { NULL, 0, 0, 0 },
};

static double from_db(double db)
{
    return pow(10, db / 10);
}

static double normal(struct dist_rng *r, double mean, double sigma)
{
    return mean + gsl_ran_gaussian_ziggurat(dist_gsl(r), sigma);
}

void loop_draw(const struct loop_population *p, uint64_t seed,
               struct modem_line *out)
{
    struct dist_rng r;
    double rest, codec, band;
    bool digital, pad;

    dist_rng_init(&r, seed, "loop");
    rest = normal(&r, p->rest_db, p->rest_sigma_db);
    codec = normal(&r, p->codec_db, p->codec_sigma_db);
    digital = dist_bernoulli(&r, p->digital_share);
    pad = dist_bernoulli(&r, p->pad_share);
    band = dist_uniform(&r, 0, 1);
    *out = (struct modem_line){
        .snr_db = -10 * log10(1 / from_db(rest) +
                              (digital ? 1 : 2) / from_db(codec)),
        .pcm_snr_db = digital ? rest : 0,
        .pad_db = digital && pad ? p->pad_db : 0,
        .band_hz = band < p->wide_share     ? BAND_WIDE_HZ
                   : band < p->middle_share ? BAND_MIDDLE_HZ
                                            : BAND_NARROW_HZ,
    };
}

void loop_draw_class(const struct loop_class *c, uint64_t seed,
                     struct modem_line *out)
{
    struct dist_rng r;

    dist_rng_init(&r, seed, "loop");
    *out = (struct modem_line){ .snr_db = dist_uniform(&r, c->least_db,
                                                       c->most_db),
                                .band_hz = BAND_WIDE_HZ };
}
