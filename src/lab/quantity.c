/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers with units; see quantity.h. */
#include "config.h"

#include "lab/quantity.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "conf/units.h"

/* A unit's reader gives whole numbers. */
typedef int read_whole(const char *text, uint64_t *out, char *why, size_t cap);

static bool read_number(const char *text, struct quantity *q)
{
    char why[256];
    double x;

    if (units_real(text, &x, why, sizeof why) != 0)
        return false;
    *q = (struct quantity){ QUANTITY_NUMBER, strpbrk(text, ".eE") == NULL, x };
    return true;
}

static bool read_ratio(const char *text, struct quantity *q)
{
    char why[256];
    double x;

    if (units_ratio(text, &x, why, sizeof why) != 0)
        return false;
    *q = (struct quantity){ QUANTITY_RATIO, false, x };
    return true;
}

bool quantity_read(const char *text, struct quantity *q)
{
    static const struct {
        read_whole *read;
        enum quantity_kind kind;
    } units[] = { { units_time, QUANTITY_TIME },
                  { units_rate, QUANTITY_RATE },
                  { units_octets, QUANTITY_OCTETS },
                  { units_packets, QUANTITY_PACKETS } };
    char why[256];
    uint64_t x;

    if (read_number(text, q) || read_ratio(text, q))
        return true;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (units[i].read(text, &x, why, sizeof why) == 0) {
            *q = (struct quantity){ units[i].kind, true, (double)x };
            return true;
        }
    return false;
}

const char *quantity_print(const struct quantity *q, char *buf, size_t cap)
{
    char text[UNITS_TEXT_MAX];
    uint64_t n = q->value > 0 ? (uint64_t)llround(q->value) : 0;

    switch (q->kind) {
    case QUANTITY_TIME: units_print_time(text, n); break;
    case QUANTITY_RATE: units_print_rate(text, n); break;
    case QUANTITY_OCTETS: units_print_octets(text, n); break;
    case QUANTITY_PACKETS: units_print_packets(text, n); break;
    default:
        snprintf(text, sizeof text, "%.10g",
                 q->whole ? round(q->value) : q->value);
    }
    snprintf(buf, cap, "%s", text);
    return buf;
}

double quantity_base(const struct quantity *q)
{
    return q->kind == QUANTITY_TIME ? q->value * 1e-9 : q->value;
}
