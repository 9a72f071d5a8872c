/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quantities as text, see units.h; bound to keys by scenario.c. */
#include "config.h"

#include "conf/units.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Digits of a mantissa: 10^20 times an hour in ns stays below 2^128. */
#define DIGITS_MAX 20

typedef unsigned __int128 u128;

struct unit {
    const char *name;
    uint64_t factor;
    bool whole; /* printed only when there is no fraction */
};

/* Of one kind, the smallest first: its factor is 1. */
struct kind {
    const struct unit *units;
    size_t n;
    const char *what;    /* "a rate" */
    const char *allowed; /* "bit/s, kbit/s, Mbit/s or Gbit/s" */
    const char *example;
    bool bare; /* may stand without a unit */
};

/* A decimal number: digits / 10^scale. */
struct decimal {
    u128 digits;
    unsigned scale;
};

static const struct unit rate_units[] = {
    { "bit/s", 1, false },
    { "kbit/s", 1000, false },
    { "Mbit/s", 1000000, false },
    { "Gbit/s", 1000000000, false },
};

static const struct unit time_units[] = {
    { "ns", 1, false },
    { "us", 1000, false },
    { "ms", 1000000, false },
    { "s", 1000000000, false },
    { "min", UINT64_C(60000000000), true },
    { "h", UINT64_C(3600000000000), true },
};

static const struct unit octet_units[] = {
    { "octets", 1, false },
    { "octet", 1, false },
    { "B", 1, false },
    { "kB", 1000, false },
    { "MB", 1000000, false },
    { "GB", 1000000000, false },
    { "KiB", 1024, false },
    { "MiB", 1048576, false },
    { "GiB", 1073741824, false },
};

static const struct unit packet_units[] = {
    { "packets", 1, false },
    { "packet", 1, false },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct kind rate_kind = {
    rate_units,   COUNT(rate_units),
    "rate",       "bit/s, kbit/s, Mbit/s or Gbit/s",
    "28.8kbit/s", false
};
static const struct kind time_kind = { time_units, COUNT(time_units),
                                       "time",     "ns, us, ms, s, min or h",
                                       "250ms",    false };
static const struct kind octet_kind = {
    octet_units,  COUNT(octet_units),
    "size",       "octets, B, kB, MB, GB, KiB, MiB or GiB",
    "1500octets", true
};
static const struct kind packet_kind = {
    packet_units, COUNT(packet_units), "number of packets",
    "packets",    "100packets",        true
};
static const struct kind count_kind = {
    NULL, 0, "number", "none", "16", true
};

static int parse_quantity(const struct kind *k, const char *text,
                          uint64_t *out, char *why, size_t cap);
static const char *print_quantity(char *buf, const struct unit *units,
                                  size_t n, uint64_t value);

int units_rate(const char *text, uint64_t *out, char *why, size_t cap)
{
    return parse_quantity(&rate_kind, text, out, why, cap);
}

int units_time(const char *text, uint64_t *out, char *why, size_t cap)
{
    return parse_quantity(&time_kind, text, out, why, cap);
}

int units_octets(const char *text, uint64_t *out, char *why, size_t cap)
{
    return parse_quantity(&octet_kind, text, out, why, cap);
}

int units_packets(const char *text, uint64_t *out, char *why, size_t cap)
{
    return parse_quantity(&packet_kind, text, out, why, cap);
}

int units_count(const char *text, uint64_t *out, char *why, size_t cap)
{
    return parse_quantity(&count_kind, text, out, why, cap);
}

/* strtod without its hexadecimal, inf, nan and leading blanks. */
static bool read_real(const char *text, double *out)
{
    char *end;
    double v;

    if (text[0] == '\0' || strspn(text, "0123456789+-.eE") != strlen(text))
        return false;
    v = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(v))
        return false;
    *out = v;
    return true;
}

int units_ratio(const char *text, double *out, char *why, size_t cap)
{
    char copy[UNITS_TEXT_MAX];
    size_t len = strlen(text);
    bool ok;

    if (len == 0 || text[len - 1] != '%') {
        ok = read_real(text, out);
    } else if (len + 3 > sizeof copy || strpbrk(text, "eE") != NULL) {
        ok = false;
    } else {
        /* As a decimal exponent, so that 10% is exactly the double 0.1. */
        memcpy(copy, text, len - 1);
        memcpy(copy + len - 1, "e-2", 4);
        ok = read_real(copy, out);
    }
    if (!ok) {
        snprintf(why, cap, "'%.40s' is not a ratio, such as 0.1 or 10%%",
                 text);
        return -1;
    }
    return 0;
}

int units_real(const char *text, double *out, char *why, size_t cap)
{
    if (!read_real(text, out)) {
        snprintf(why, cap, "'%.40s' is not a number, such as 0.125", text);
        return -1;
    }
    return 0;
}

int units_bool(const char *text, bool *out, char *why, size_t cap)
{
    static const char *const yes[] = { "true", "yes", "on" };
    static const char *const no[] = { "false", "no", "off" };

    for (size_t i = 0; i < COUNT(yes); i++) {
        if (strcmp(text, yes[i]) == 0) {
            *out = true;
            return 0;
        }
        if (strcmp(text, no[i]) == 0) {
            *out = false;
            return 0;
        }
    }
    snprintf(why, cap, "'%.40s' is neither true nor false", text);
    return -1;
}

int units_ipv4(const char *text, uint32_t *out, char *why, size_t cap)
{
    uint32_t address = 0;
    const char *p = text;

    for (int i = 0; i < 4; i++) {
        unsigned part = 0;
        int digits = 0;

        if (i > 0 && *p++ != '.')
            goto bad;
        while (isdigit((unsigned char)*p) && digits < 3) {
            part = part * 10 + (unsigned)(*p++ - '0');
            digits++;
        }
        if (digits == 0 || part > 255)
            goto bad;
        address = address << 8 | part;
    }
    if (*p != '\0')
        goto bad;
    *out = address;
    return 0;
bad:
    snprintf(why, cap, "'%.40s' is not an IPv4 address, such as 10.0.0.1",
             text);
    return -1;
}

const char *units_print_rate(char *buf, uint64_t bps)
{
    return print_quantity(buf, rate_units, COUNT(rate_units), bps);
}

const char *units_print_time(char *buf, uint64_t ns)
{
    if (ns == 0) {
        snprintf(buf, UNITS_TEXT_MAX, "0s");
        return buf;
    }
    return print_quantity(buf, time_units, COUNT(time_units), ns);
}

const char *units_print_octets(char *buf, uint64_t octets)
{
    snprintf(buf, UNITS_TEXT_MAX, "%lluoctets", (unsigned long long)octets);
    return buf;
}

const char *units_print_packets(char *buf, uint64_t packets)
{
    snprintf(buf, UNITS_TEXT_MAX, "%llupackets", (unsigned long long)packets);
    return buf;
}

const char *units_print_count(char *buf, uint64_t count)
{
    snprintf(buf, UNITS_TEXT_MAX, "%llu", (unsigned long long)count);
    return buf;
}

const char *units_print_real(char *buf, double value)
{
    snprintf(buf, UNITS_TEXT_MAX, "%.15g", value);
    if (strtod(buf, NULL) < value || strtod(buf, NULL) > value)
        snprintf(buf, UNITS_TEXT_MAX, "%.17g", value);
    return buf;
}

const char *units_print_ipv4(char *buf, uint32_t ipv4)
{
    snprintf(buf, UNITS_TEXT_MAX, "%u.%u.%u.%u", ipv4 >> 24, ipv4 >> 16 & 255,
             ipv4 >> 8 & 255, ipv4 & 255);
    return buf;
}

const char *units_print_thousands(char *buf, uint64_t count)
{
    char digits[UNITS_TEXT_MAX];
    size_t n = strlen(units_print_count(digits, count)), i;
    char *p = buf;

    for (i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            *p++ = ',';
        *p++ = digits[i];
    }
    *p = '\0';
    return buf;
}

uint64_t units_round_up(uint64_t x)
{
    static const unsigned steps[] = { 1, 2, 5 };
    uint64_t power = 1;
    size_t i;

    for (;;) {
        for (i = 0; i < COUNT(steps); i++)
            if (steps[i] * power >= x)
                return steps[i] * power;
        if (power > UINT64_MAX / 100)
            return UINT64_MAX;
        power *= 10;
    }
}

/*
 * Digits with at most one point.  The first octet after them, or NULL: no
 * number.  Trailing zeros of the fraction are dropped.
 */
static const char *read_decimal(const char *p, struct decimal *d, bool *large)
{
    bool point = false;
    int seen = 0;

    d->digits = 0;
    d->scale = 0;
    *large = false;
    for (; isdigit((unsigned char)*p) || (*p == '.' && !point); p++) {
        if (*p == '.') {
            point = true;
            continue;
        }
        seen++;
        if (d->digits >= (u128)1000000000 * 10000000000) { /* 10^19 */
            *large = true;
            continue;
        }
        d->digits = d->digits * 10 + (unsigned)(*p - '0');
        d->scale += point;
    }
    while (d->scale > 0 && d->digits % 10 == 0) {
        d->digits /= 10;
        d->scale--;
    }
    return seen > 0 ? p : NULL;
}

static const struct unit *find_unit(const struct kind *k, const char *name)
{
    for (size_t i = 0; i < k->n; i++)
        if (strcmp(k->units[i].name, name) == 0)
            return &k->units[i];
    return NULL;
}

/* The unit's factor after a number; 0 and a reason if it is not allowed. */
static uint64_t unit_factor(const struct kind *k, const char *name, bool zero,
                            const char *text, char *why, size_t cap)
{
    const struct unit *u = find_unit(k, name);

    if (u != NULL)
        return u->factor;
    if (name[0] == '\0' && (k->bare || (k == &time_kind && zero)))
        return 1;
    if (name[0] == '\0')
        snprintf(why, cap, "%s needs a unit, such as %s", k->what, k->example);
    else if (k->n == 0)
        snprintf(why, cap, "'%.40s' is not a whole number, such as %s", text,
                 k->example);
    else
        snprintf(why, cap, "unit '%.20s' is not one of a %s; allowed: %s",
                 name, k->what, k->allowed);
    return 0;
}

static int parse_quantity(const struct kind *k, const char *text,
                          uint64_t *out, char *why, size_t cap)
{
    struct decimal d;
    bool large;
    const char *p = read_decimal(text, &d, &large);
    uint64_t factor;
    u128 value;

    if (p == NULL) {
        snprintf(why, cap,
                 text[0] == '-'
                     ? "'%.40s' is negative; a %s is not, such as %s"
                     : "'%.40s' is not a %s, such as %s",
                 text, k->what, k->example);
        return -1;
    }
    while (*p == ' ')
        p++;
    factor = unit_factor(k, p, d.digits == 0, text, why, cap);
    if (factor == 0)
        return -1;
    value = d.digits * factor;
    for (; d.scale > 0 && value % 10 == 0; d.scale--)
        value /= 10;
    if (large || (d.scale == 0 && value > UINT64_MAX - 1)) {
        snprintf(why, cap, "'%.40s' is too large or has too many digits",
                 text);
        return -1;
    }
    if (d.scale > 0) {
        snprintf(why, cap, "'%.40s' is not a whole number%s%s", text,
                 k->n > 0 ? " of " : "", k->n > 0 ? k->units[0].name : "");
        return -1;
    }
    *out = (uint64_t)value;
    return 0;
}

static const char *print_quantity(char *buf, const struct unit *units,
                                  size_t n, uint64_t value)
{
    for (size_t i = n; i-- > 0;) {
        uint64_t factor = units[i].factor;
        uint64_t rest = value % factor;
        unsigned milli = (unsigned)((u128)rest * 1000 / factor);
        int width = 3;

        if (i > 0 && (value < factor || (units[i].whole && rest != 0) ||
                      (u128)rest * 1000 % factor != 0))
            continue;
        for (; width > 0 && milli % 10 == 0; width--)
            milli /= 10;
        if (width == 0)
            snprintf(buf, UNITS_TEXT_MAX, "%llu%s",
                     (unsigned long long)(value / factor), units[i].name);
        else
            snprintf(buf, UNITS_TEXT_MAX, "%llu.%0*u%s",
                     (unsigned long long)(value / factor), width, milli,
                     units[i].name);
        break;
    }
    return buf;
}
