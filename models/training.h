/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long modems take to find each other: phases by modulation, and one
 * drawn factor for all of a call's. */
#ifndef MODELS_TRAINING_H
#define MODELS_TRAINING_H

#include "models/dist.h"
#include "models/modem.h"

/* Detection of V.42, XID, SABME and its UA: T400 is 750 ms at most. */
#define TRAINING_V42_NS (724 * PPTP_MS)

struct training_phase {
    enum modem_modulation modulation;
    pptp_ns mean_ns;
    const char *text;
};

/* In order; ends with a NULL text. */
extern const struct training_phase training_phases[];

/* Until CONNECT, in the mean. */
pptp_ns training_mean_ns(enum modem_modulation m, bool error_control);
/* That times a lognormal of mean 1; sigma 0: the mean itself. */
pptp_ns training_draw_ns(enum modem_modulation m, bool error_control,
                         double sigma, struct dist_rng *r);

#endif
