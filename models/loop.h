/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Subscribers' lines: how good each is for modems, drawn of a population.
 *
 * Noise adds up: of the line itself (`rest`), and of each codec on the way, as
 * its levels are coarse.  Where the PAC's side is digital there is one codec,
 * and V.90 is not hurt by it; elsewhere there are two.  The default is fitted
 * to the shares of connect speeds of V.90 modems that a survey of 1998 gives
 * (modemsite.com): 60 to 70 % above 33,600 bit/s; of these 10 % from 50,000
 * on, 75 % 44,000 to 49,333, 15 % up to 38,667; of the rest 15 % from 31,200
 * on, 70 % 26,400 and 28,800, 15 % less.
 */
#ifndef MODELS_LOOP_H
#define MODELS_LOOP_H

#include "models/modem.h"

struct loop_population {
    double rest_db, rest_sigma_db;   /* normal */
    double codec_db, codec_sigma_db; /* of each, normal */
    double digital_share;            /* of lines with one codec */
    double pad_share, pad_db;        /* of these, with an attenuating pad */
    double wide_share;   /* of lines that let 3,429 elements pass */
    double middle_share; /* 3,200; wide ones among them */
};

extern const struct loop_population loop_default;

/* Classes of telephone lines that are drawn evenly between two ratios; the
 * names of a knowledge that installers have. */
struct loop_class {
    const char *name;
    double share, least_db, most_db;
};

extern const struct loop_class loop_classes[]; /* ends with a NULL name */

/* The line of that seed, always the same; loss and noise are one ratio. */
void loop_draw(const struct loop_population *p, uint64_t seed,
               struct modem_line *out);
/* One of a class, analogue. */
void loop_draw_class(const struct loop_class *c, uint64_t seed,
                     struct modem_line *out);

#endif
