/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The E-model, ITU-T G.107 (06/2015), of narrow-band speech: how well people
 * hear each other, as a number R from 0 to 100, of what a network did to them.
 *
 *     R = Ro - Is - Id - Ie-eff                        (7-1), with A = 0
 *
 * What a telephone is, its loudness and noise, has the default values of
 * G.107's table 3, and R is 93.2 when the network adds nothing.  What a codec
 * takes and how it bears losses is G.113 appendix I's.
 */
#ifndef MODELS_EMODEL_H
#define MODELS_EMODEL_H

#include "base/base.h"

/* What a network and a codec do. */
struct emodel {
    double delay_s; /* from mouth to ear: Ta = T, and Tr = 2 T */
    double loss;    /* Ppl, as a part: 0 … 1 */
    double burst;   /* BurstR: the mean length of losses in a row over what it
                      * is if losses are independent; 1, or less than 1 */
    double ie, bpl; /* of the codec: Ie, Bpl (> 0) */
    double telr_db; /* loudness of the talker's echo, TELR: 65, none heard */
};

/* No delay, no loss, G.711 as it is, no echo. */
void emodel_default(struct emodel *m);

/* R, 0 … 100 (3.2: below 0 it is 0). */
double emodel_r(const struct emodel *m);

/* The mean opinion score of an R: MOS-CQE, annex B, 1 … 4.5. The annex's cubic
 * is below 1 for an R between 0 and 6.5; here it is 1. */
double emodel_mos(double r);

#endif
