/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two modems that are connected: their rates, and what happens to them while
 * the line drifts.
 *
 *     DATA          renegotiates, faster or slower, when it is time for that,
 *                   and trains anew when the line got much worse
 *     RENEGOTIATES, RETRAINS
 *                   for a while nothing passes
 *     DOWN          the carrier is gone: a dropout longer than S10 lets pass,
 *                   or no rate is left
 *
 * The ratio of signal to noise drifts as an Ornstein-Uhlenbeck process
 * (Uhlenbeck, Ornstein, 1930), of which any time's value is drawn exactly from
 * the last one's.  It is looked at when it may have come to a limit, with a
 * chance of more than a thousandth or so: a line with 3 sigma to spare never
 * is, and costs no event.  What dips below a limit between two looks is not
 * seen.
 */
#ifndef MODELS_MODEM_LINK_H
#define MODELS_MODEM_LINK_H

#include "models/dist.h"
#include "models/modem.h"

struct modem_link_config {
    struct modem_config modem;
    double drift_sigma_db; /* 0: none */
    pptp_ns drift_ns;      /* its time constant, > 0 */
    pptp_ns dropout_ns;    /* between dropouts that lose the carrier, mean; 0:
                            * never */
    pptp_ns retrain_ns[MODEM_MODULATIONS];
    pptp_ns renegotiate_ns;
    double retrain_db; /* below what the rate needs: trains anew */
    double faster_db;  /* above the margin of a faster rate: takes it */
    unsigned retrains; /* within retrains_ns: gives up */
    pptp_ns retrains_ns;
};

/* All assumed: 1 dB within 300 s; a dropout in 6 hours; 7 s to retrain (V.90
 * 12, V.32bis 5, V.22bis 1.5), 0.9 s to renegotiate; 3 dB; four in a minute. */
extern const struct modem_link_config modem_link_default;

enum modem_link_state {
    MODEM_LINK_DATA,
    MODEM_LINK_RENEGOTIATES,
    MODEM_LINK_RETRAINS,
    MODEM_LINK_DOWN
};

struct modem_link {
    const struct modem_link_config *config; /* the caller's */
    struct modem_line line;                 /* without its drift */
    struct modem_rate down, up;
    struct dist_rng rng;
    double drift_db;
    pptp_ns at_ns;   /* of that */
    pptp_ns look_ns; /* the next look, or the end of a pause */
    pptp_ns dropout_at_ns;
    pptp_ns row_ns;                    /* the first retrain of a row */
    uint32_t retrains, faster, slower; /* ever */
    uint8_t state, row;
    bool lost; /* DOWN: by a dropout, else no rate was left */
};

/* Connected now; false: the line has no rate. */
bool modem_link_start(struct modem_link *l,
                      const struct modem_link_config *config,
                      const struct modem_line *line, pptp_ns now,
                      uint64_t seed);

/* When its state may change, or PPTP_NEVER. */
pptp_ns modem_link_deadline(const struct modem_link *l);
/* At a deadline. True: state or rates are others now. */
bool modem_link_advance(struct modem_link *l, pptp_ns now);

/* Wrong of all bits to the caller, and from him, as it was last looked at. */
double modem_link_ber(const struct modem_link *l, bool down);

#endif
