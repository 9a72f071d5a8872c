/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ranges of quantities; see range.h. */
#include "config.h"

#include "lab/range.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of a value in between: its digits, or the range's. */
#define DIGITS 4

static int read_ends(const char *text, const char *dots, size_t len,
                     struct range *r)
{
    char a[RANGE_TEXT_OCTETS], b[RANGE_TEXT_OCTETS];

    if ((size_t)(dots - text) >= sizeof a || len >= sizeof b)
        return 0;
    snprintf(a, sizeof a, "%.*s", (int)(dots - text), text);
    snprintf(b, sizeof b, "%.*s", (int)len, dots + 2);
    return quantity_read(a, &r->from) && quantity_read(b, &r->to);
}

/* 0 needs no unit: it takes the other end's. */
static void agree(struct quantity *a, struct quantity *b)
{
    if (a->kind != b->kind && a->kind == QUANTITY_NUMBER && !(a->value > 0))
        a->kind = b->kind;
    a->whole = b->whole = a->whole && b->whole;
}

static int check(const char *text, struct range *r, struct conf_error *err)
{
    agree(&r->from, &r->to);
    agree(&r->to, &r->from);
    if (r->from.kind != r->to.kind)
        return conf_fail(err, NULL, "'%s': the ends have different units",
                         text);
    if (!(r->from.value < r->to.value))
        return conf_fail(err, NULL,
                         "'%s': the first end is not below the other", text);
    if (r->log && !(r->from.value > 0))
        return conf_fail(err, NULL, "'%s': steps of a logarithm begin above 0",
                         text);
    return 1;
}

static int read_step(const char *text, const char *step, struct range *r,
                     struct conf_error *err)
{
    struct quantity q;
    double n;

    if (!quantity_read(step, &q) || q.kind != r->from.kind || !(q.value > 0))
        return conf_fail(err, NULL,
                         "'%s': a step above 0 in the unit of the ends is "
                         "needed",
                         text);
    r->from.whole = r->to.whole = r->from.whole && q.whole;
    r->step = q.value;
    /* the last step may miss the end by what doubles are not exact in */
    n = floor((r->to.value - r->from.value) / q.value + 1e-9) + 1;
    if (n > RANGE_VALUES_MAX)
        return conf_fail(err, NULL, "'%s': more than %d values", text,
                         RANGE_VALUES_MAX);
    r->n = (size_t)n;
    return 1;
}

/* What stands behind the colon. */
static int read_how(const char *text, const char *how, struct range *r,
                    struct conf_error *err)
{
    char *end;
    unsigned long n;

    if (strncmp(how, "step", 4) == 0)
        return read_step(text, how + 4, r, err);
    if (strncmp(how, "log", 3) == 0) {
        r->log = true;
        how += 3;
        if (*how == '\0')
            return 1;
    }
    n = strtoul(how, &end, 10);
    if (!isdigit((unsigned char)*how) || *end != '\0' || n < 2 ||
        n > RANGE_VALUES_MAX)
        return conf_fail(err, NULL,
                         "'%s': behind the colon stands how many values (2 to "
                         "%d), log and how many, or step and how far",
                         text, RANGE_VALUES_MAX);
    r->n = n;
    return 1;
}

int range_read(const char *text, struct range *r, struct conf_error *err)
{
    const char *dots = strstr(text, "..");
    const char *colon = dots == NULL ? NULL : strchr(dots, ':');
    size_t len = dots == NULL    ? 0
                 : colon == NULL ? strlen(dots + 2)
                                 : (size_t)(colon - dots - 2);

    *r = (struct range){ .n = 0 };
    if (dots == NULL || read_ends(text, dots, len, r) == 0)
        return 0;
    if (check(text, r, err) < 0)
        return -1;
    if (colon != NULL && read_how(text, colon + 1, r, err) < 0)
        return -1;
    return check(text, r, err); /* again, now that `log` is known */
}

/* To so many digits of `of`. */
static double rounded(double x, double of)
{
    double unit = pow(10, floor(log10(of)) + 1 - DIGITS);

    return round(x / unit) * unit;
}

static double between(const struct range *r, double share)
{
    double a = r->from.value, b = r->to.value;

    return r->log ? a * pow(b / a, share) : a + (b - a) * share;
}

const char *range_at(const struct range *r, double share, char *buf)
{
    struct quantity q = r->from;
    double x = between(r, share);

    q.value = rounded(x, r->log ? x : r->to.value - r->from.value);
    return quantity_print(&q, buf, RANGE_TEXT_OCTETS);
}

const char *range_value(const struct range *r, size_t i, char *buf)
{
    struct quantity q = r->from;
    double share = (double)i / (double)(r->n - 1);

    if (r->step > 0)
        q.value = r->from.value + (double)i * r->step;
    else if (i + 1 == r->n)
        q = r->to;
    else if (i > 0 && r->log)
        return range_at(r, share, buf);
    else
        q.value = between(r, share);
    return quantity_print(&q, buf, RANGE_TEXT_OCTETS);
}
