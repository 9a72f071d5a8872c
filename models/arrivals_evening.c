/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A day's weights, apart: who only reads a scenario needs no draws. */
#include "config.h"

#include "models/arrivals.h"

const double arrivals_evening[24] = {
    .45, .25, .15, .10, .08, .08, .12, .20, .30, .38, .42, .45,
    .47, .48, .50, .55, .60, .65, .72, .85, .95, 1.0, .95, .70,
};
