/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What modems are by default, apart: who only reads a scenario needs no
 * draws. */
#include "config.h"

#include "models/modem_link.h"

const struct modem_link_config modem_link_default = {
    .modem = { .best = MODEM_V34,
               .loss_db = 3,
               .margin_db = 3,
               .most_bps = 53333 },
    .drift_sigma_db = 1,
    .drift_ns = 300 * PPTP_S,
    .dropout_ns = 6 * 3600 * PPTP_S,
    .retrain_ns = { [MODEM_V22BIS] = 1500 * PPTP_MS,
                    [MODEM_V32BIS] = 5 * PPTP_S,
                    [MODEM_V34] = 7 * PPTP_S,
                    [MODEM_V90] = 12 * PPTP_S },
    .renegotiate_ns = 900 * PPTP_MS,
    .retrain_db = 3,
    .faster_db = 3,
    .retrains = 4,
    .retrains_ns = 60 * PPTP_S,
};
