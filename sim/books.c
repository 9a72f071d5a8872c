/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of the places where packets are lost; books.h. */
#include "config.h"

#include "sim/books.h"

static const struct {
    const char *name, *help;
} places[SIM_PLACES] = {
#define X(name, help) { #name, help },
    SIM_PLACES_X(X)
#undef X
};

const char *sim_place_name(enum sim_place p)
{
    PPTP_ASSERT(p < SIM_PLACES);
    return places[p].name;
}

const char *sim_place_help(enum sim_place p)
{
    PPTP_ASSERT(p < SIM_PLACES);
    return places[p].help;
}
