/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a modem makes of a line: the rate that it chooses for a ratio of signal
 * to noise, and the wrong bits that are left at another.
 *
 * A modulation of R bit/s and S signal elements a second has eta = R / S bits
 * in each.  With x = 10^((SNR + coding - loss) / 10) / (2^eta - 1), the ratio
 * above Shannon's, an element is wrong with 4 Q(sqrt(3 x)): square QAM, to
 * which the codes' gains are added (Forney, Ungerboeck, "Modulation and coding
 * for linear Gaussian channels", 1998).  `loss` is how far a real receiver is
 * from that: assumed to be 3 dB, with which 33,600 bit/s needs 35.9 dB and
 * 28,800 31.8; with 5.5 it is what Cisco's MICA modems are said to need (38 to
 * 39, 37).
 *
 * V.90 downstream is pulse amplitude modulation on the codec's 8,000 samples:
 * b = R / 8000 bits each need 10 log10(4^b - 1) + 9 dB, the gap of uncoded
 * levels at 1e-6, and the loss.  No wrong bit comes alone: the
 * descrambler makes three of it.
 */
#ifndef MODELS_MODEM_H
#define MODELS_MODEM_H

#include "base/base.h"

#define MODEM_STEP 2400u /* bit/s, between the rates of V.22bis to V.34 */

enum modem_modulation {
#define MODULATION(name, text, symbols_hz, coding_db, steps) MODEM_##name,
#include "models/modem.def"
    MODEM_MODULATIONS
};

/* "V.34". */
const char *modem_name(enum modem_modulation m);

struct modem_config {
    enum modem_modulation best; /* both ends can do, and all before it */
    double loss_db;             /* 0…20 */
    double margin_db;           /* above what 1e-6 needs, when it chooses */
    uint32_t most_bps; /* V.90: 53,333 where the power is limited (FCC) */
};

/* Best V.34, loss and margin 3 dB, 53,333 bit/s. */
extern const struct modem_config modem_default;

/* A line as modems measure it. */
struct modem_line {
    double snr_db;     /* of analogue signals, both ways */
    double pcm_snr_db; /* of a codec's levels downstream; 0: another codec is
                        * on the way, or the PAC's side is analogue */
    double pad_db;     /* attenuation of digital levels on the way */
    uint8_t robbed;    /* of six samples, those whose last bit is signalling */
    uint16_t band_hz;  /* its upper end */
};

struct modem_rate {
    enum modem_modulation modulation;
    uint32_t bps, symbols_hz;
};

/* The signal-to-noise ratio in dB that a rate needs for one wrong bit in 1e6,
 * before the descrambler; a rate that the modulation does not have: NAN. */
double modem_snr_db(const struct modem_config *c, const struct modem_rate *r);

/* Wrong of all bits at that ratio, behind the descrambler: 0…0.5. */
double modem_ber(const struct modem_config *c, const struct modem_rate *r,
                 double snr_db);

/* The fastest rates within the margin to and from the caller, of the best
 * modulation that has one; false: the line is too bad for any. */
bool modem_pick(const struct modem_config *c, const struct modem_line *line,
                struct modem_rate *down, struct modem_rate *up);

/* That which a direction's bits meet: pcm_snr_db for V.90 downstream. */
double modem_line_snr_db(const struct modem_line *line,
                         const struct modem_rate *r);

#endif
