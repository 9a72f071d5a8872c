/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ranges of addresses in configurations; ranges.h. */
#include "config.h"

#include "tool/ranges.h"

#include <stdio.h>
#include <string.h>

#include "conf/units.h"

int config_range(const char *text, struct nas_range *out, char *why)
{
    size_t n = strcspn(text, "/-");
    char first[64];
    uint64_t bits;
    uint32_t mask;

    if (n >= sizeof first) {
        snprintf(why, CONFIG_WHY, "'%.40s' is no address", text);
        return -1;
    }
    memcpy(first, text, n);
    first[n] = 0;
    if (units_ipv4(first, &out->first, why, CONFIG_WHY) < 0)
        return -1;
    out->last = out->first;
    if (text[n] == '-' &&
        units_ipv4(text + n + 1, &out->last, why, CONFIG_WHY) < 0)
        return -1;
    if (text[n] == '/') {
        if (units_count(text + n + 1, &bits, why, CONFIG_WHY) < 0)
            return -1;
        mask = bits == 0 ? 0 : UINT32_MAX << (32 - (bits < 32 ? bits : 32));
        if (bits > 32 || (out->first & ~mask) != 0) {
            snprintf(why, CONFIG_WHY,
                     "'%.40s' is not the beginning of a network", text);
            return -1;
        }
        out->last = out->first | ~mask;
    }
    if (out->last >= out->first)
        return 0;
    snprintf(why, CONFIG_WHY, "'%.60s' ends before it begins", text);
    return -1;
}
