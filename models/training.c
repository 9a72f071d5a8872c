/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Durations of training; training.h. */
#include "config.h"

#include "models/training.h"

const struct training_phase training_phases[] = {
#define PHASE(modulation, ms, text) { MODEM_##modulation, ms * PPTP_MS, text },
#include "models/training.def"
#undef PHASE
    { MODEM_MODULATIONS, 0, NULL },
};

pptp_ns training_mean_ns(enum modem_modulation m, bool error_control)
{
    pptp_ns sum = error_control ? TRAINING_V42_NS : 0;

    for (const struct training_phase *p = training_phases; p->text != NULL;
         p++)
        if (p->modulation == m)
            sum += p->mean_ns;
    return sum;
}

pptp_ns training_draw_ns(enum modem_modulation m, bool error_control,
                         double sigma, struct dist_rng *r)
{
    pptp_ns mean = training_mean_ns(m, error_control);

    if (!(sigma > 0))
        return mean;
    return (pptp_ns)((double)mean *
                         dist_lognormal(r, -sigma * sigma / 2, sigma) +
                     0.5);
}
