/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Units and colours of figures; figure_scale.h. */
#include "config.h"

#include "tool/figure_scale.h"

#include <string.h>

struct figure_scale figure_scale_of(const char *unit, double high)
{
    if (strcmp(unit, "s") == 0)
        return high < 1e-3 ? (struct figure_scale){ 1e6, "µs" }
               : high < 1  ? (struct figure_scale){ 1e3, "ms" }
                           : (struct figure_scale){ 1, "s" };
    if (strcmp(unit, "bit/s") == 0)
        return high < 1e3   ? (struct figure_scale){ 1, "bit/s" }
               : high < 1e6 ? (struct figure_scale){ 1e-3, "kbit/s" }
               : high < 1e9 ? (struct figure_scale){ 1e-6, "Mbit/s" }
                            : (struct figure_scale){ 1e-9, "Gbit/s" };
    return (struct figure_scale){ 1, unit };
}

const char *figure_colour(size_t i)
{
    /* without the yellow, which paper loses */
    static const char *const colours[FIGURE_COLOURS] = {
        "0072B2", "D55E00", "009E73", "CC79A7", "E69F00", "56B4E9", "000000"
    };

    return colours[i % FIGURE_COLOURS];
}
