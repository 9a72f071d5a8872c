/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rates of modems; modem.h. */
#include "config.h"

#include "models/modem.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#define TARGET_BER 1e-6
#define V90_GAP_DB 9.0
#define V90_LEAST 1u /* (drn + 20) 8000/6, V.90 table 17 */
#define V90_MOST 22u
#define V90_HZ 8000u
#define V90_FIRST 20u
#define PAD_STEPS_DB 1.5 /* a step of the rate for so much pad; assumed */
#define DESCRAMBLED 3    /* wrong bits of one */

static const struct modulation {
    const char *text;
    uint32_t symbols_hz;
    double coding_db;
    uint32_t steps;
} modulations[] = {
#define MODULATION(name, text, symbols_hz, coding_db, steps) \
    [MODEM_##name] = { text, symbols_hz, coding_db, steps },
#include "models/modem.def"
};

/* V.34's, slowest first. */
static const struct symbols {
    uint32_t hz, most_bps, band_hz;
} symbols[] = {
#define SYMBOLS(numerator, denominator, most_bps, band_hz) \
    { 2400u * numerator / denominator, most_bps, band_hz },
#include "models/modem.def"
};

enum { SYMBOLS_N = sizeof symbols / sizeof symbols[0] };

const struct modem_config modem_default = {
    .best = MODEM_V34, .loss_db = 3, .margin_db = 3, .most_bps = 53333
};

const char *modem_name(enum modem_modulation m)
{
    return modulations[m].text;
}

static uint32_t v90_bps(uint32_t drn)
{
    return (drn + V90_FIRST) * V90_HZ / 6;
}

/* Bits of a signal element. */
static double eta_of(const struct modem_rate *r)
{
    return (double)r->bps / r->symbols_hz;
}

static double gain_db(const struct modem_config *c, const struct modem_rate *r)
{
    double coding = modulations[r->modulation].coding_db;

    if (r->modulation == MODEM_V32BIS && r->bps == 2 * MODEM_STEP)
        coding = 0;
    return coding - c->loss_db;
}

static bool exists(const struct modem_rate *r)
{
    uint32_t step = r->bps / MODEM_STEP;

    if (r->symbols_hz == 0)
        return false;
    if (r->modulation == MODEM_V90)
        return r->symbols_hz == V90_HZ && r->bps >= v90_bps(V90_LEAST) &&
               r->bps <= v90_bps(V90_MOST);
    return r->bps % MODEM_STEP == 0 && step >= 1 && step <= 31 &&
           (modulations[r->modulation].steps >> (step - 1) & 1) != 0;
}

double modem_snr_db(const struct modem_config *c, const struct modem_rate *r)
{
    double eta, q;

    if (!exists(r))
        return NAN;
    eta = eta_of(r);
    if (r->modulation == MODEM_V90)
        return 10 * log10(pow(4, eta) - 1) + V90_GAP_DB + c->loss_db;
    q = gsl_cdf_ugaussian_Qinv(TARGET_BER * (eta > 1 ? eta : 1) / 4);
    return 10 * log10(q * q / 3 * (pow(2, eta) - 1)) - gain_db(c, r);
}

/* Of levels, 2 (1 - 1/M) Q(sqrt(3 SNR / (M^2 - 1))). */
static double pam_wrong(double eta, double snr)
{
    return 2 * (1 - pow(2, -eta)) *
           gsl_cdf_ugaussian_Q(sqrt(3 * snr / (pow(4, eta) - 1)));
}

double modem_ber(const struct modem_config *c, const struct modem_rate *r,
                 double snr_db)
{
    double snr = pow(10, (snr_db + gain_db(c, r)) / 10), eta = eta_of(r);
    double wrong, bits;

    if (r->modulation == MODEM_V90)
        wrong = pam_wrong(eta, snr);
    else
        wrong = 4 * gsl_cdf_ugaussian_Q(sqrt(3 * snr / (pow(2, eta) - 1)));
    bits = DESCRAMBLED * wrong / (eta > 1 ? eta : 1);
    return bits < 0.5 ? bits : 0.5;
}

double modem_line_snr_db(const struct modem_line *line,
                         const struct modem_rate *r)
{
    return r->modulation == MODEM_V90 ? line->pcm_snr_db : line->snr_db;
}

/* More elements a second make it easier, where the line lets them through.
 * False: no element rate has it. */
static bool fastest_symbols(const struct modem_line *line,
                            struct modem_rate *r)
{
    unsigned i = SYMBOLS_N;

    if (r->modulation != MODEM_V34) {
        r->symbols_hz = modulations[r->modulation].symbols_hz;
        return true;
    }
    while (i-- > 0)
        if (symbols[i].band_hz <= line->band_hz &&
            symbols[i].most_bps >= r->bps) {
            r->symbols_hz = symbols[i].hz;
            return true;
        }
    return false;
}

/* The fastest within the margin, from `most` steps down. */
static bool pick_steps(const struct modem_config *c,
                       const struct modem_line *line, enum modem_modulation m,
                       uint32_t most, struct modem_rate *out)
{
    for (uint32_t step = most; step >= 1; step--) {
        *out = (struct modem_rate){ m, step * MODEM_STEP, 0 };
        if (fastest_symbols(line, out) && exists(out) &&
            modem_snr_db(c, out) + c->margin_db <= line->snr_db)
            return true;
    }
    return false;
}

/* V.90 downstream; what the digital network takes away is taken off. */
static bool pick_pcm(const struct modem_config *c,
                     const struct modem_line *line, struct modem_rate *out)
{
    uint32_t drn = V90_MOST;
    uint32_t lost = (uint32_t)(line->pad_db / PAD_STEPS_DB + 0.5) +
                    line->robbed;

    for (; drn >= V90_LEAST; drn--) {
        *out = (struct modem_rate){ MODEM_V90, v90_bps(drn), V90_HZ };
        if (out->bps <= c->most_bps &&
            modem_snr_db(c, out) + c->margin_db <= line->pcm_snr_db)
            break;
    }
    if (drn < V90_LEAST + lost)
        return false;
    out->bps = v90_bps(drn - lost);
    return true;
}

bool modem_pick(const struct modem_config *c, const struct modem_line *line,
                struct modem_rate *down, struct modem_rate *up)
{
    enum modem_modulation m = c->best < MODEM_V34 ? c->best : MODEM_V34;

    for (;; m--) {
        if (pick_steps(c, line, m, 31, up))
            break;
        if (m == MODEM_V22BIS)
            return false;
    }
    *down = *up;
    if (c->best == MODEM_V90 && m == MODEM_V34 && line->pcm_snr_db > 0) {
        struct modem_rate pcm;

        if (pick_pcm(c, line, &pcm) && pcm.bps > up->bps)
            *down = pcm;
    }
    return true;
}
