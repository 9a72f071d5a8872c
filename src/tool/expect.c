/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expectations against metrics; see expect.h and struct scenario_expect. */
#include "config.h"

#include "tool/expect.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What is said of one expectation, built up bound by bound. */
struct verdict {
    double value;
    bool ok;
    char bound[512];
};

static void judge(const struct scenario_expect *e, const json_t *variants,
                  bool compare, struct verdict *v);
static void judge_other(const struct scenario_expect *e, const char *path,
                        const char *sign, double other, struct verdict *v);
static void say(struct verdict *v, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

double expect_metric(const json_t *variants, bool compare, const char *path)
{
    const char *label;
    json_t *variant;

    json_object_foreach((json_t *)variants, label, variant)
    {
        size_t len = compare ? strlen(label) : 0;
        const json_t *metric;

        /* Labels may hold dots, so each label is tried as a prefix. */
        if (compare &&
            (strncmp(path, label, len) != 0 || path[len++] != '.')) {
            continue;
        }
        metric = json_object_get(json_object_get(variant, "metrics"),
                                 path + len);
        if (json_is_number(metric)) {
            return json_number_value(metric);
        }
    }
    return NAN;
}

json_t *expect_evaluate(const struct scenario *s, const json_t *variants,
                        size_t *n_failed)
{
    json_t *list = json_array();

    *n_failed = 0;
    for (size_t i = 0; i < s->n_expect && list != NULL; i++) {
        const struct scenario_expect *e = &s->expect[i];
        struct verdict v = { .ok = true };
        json_t *item;

        judge(e, variants, s->compare.key != NULL, &v);
        *n_failed += v.ok ? 0 : 1;
        /* A NAN gives no JSON number; then value is left out. */
        item = json_pack("{s:s, s:o*, s:s, s:b, s:s?}", "that", e->that,
                         "value", json_real(v.value), "bound", v.bound, "ok",
                         v.ok, "why", e->why);
        if (item == NULL || json_array_append_new(list, item) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static void judge(const struct scenario_expect *e, const json_t *variants,
                  bool compare, struct verdict *v)
{
    v->value = expect_metric(variants, compare, e->that);
    if (isnan(v->value)) {
        say(v, "no such metric");
        v->ok = false;
        return;
    }
    if (!isnan(e->at_least)) {
        say(v, ">= %g", e->at_least);
        v->ok = v->ok && v->value >= e->at_least;
    }
    if (!isnan(e->at_most)) {
        say(v, "<= %g", e->at_most);
        v->ok = v->ok && v->value <= e->at_most;
    }
    if (!isnan(e->equals)) {
        say(v, "= %g", e->equals);
        v->ok = v->ok && !(v->value < e->equals) && !(v->value > e->equals);
    }
    if (e->less_than != NULL) {
        judge_other(e, e->less_than, "<",
                    expect_metric(variants, compare, e->less_than), v);
    }
    if (e->more_than != NULL) {
        judge_other(e, e->more_than, ">",
                    expect_metric(variants, compare, e->more_than), v);
    }
}

/* The bound is e->times of another metric; sign is "<" or ">". */
static void judge_other(const struct scenario_expect *e, const char *path,
                        const char *sign, double other, struct verdict *v)
{
    double bound = e->times * other;

    if (isnan(other)) {
        say(v, "no such metric: %s", path);
        v->ok = false;
    } else {
        say(v, "%s %g * %s = %g", sign, e->times, path, bound);
        v->ok = v->ok && (*sign == '<' ? v->value < bound : v->value > bound);
    }
}

static void say(struct verdict *v, const char *format, ...)
{
    size_t used = strlen(v->bound);
    va_list args;

    if (used > 0) {
        snprintf(v->bound + used, sizeof v->bound - used, ", ");
        used = strlen(v->bound);
    }
    va_start(args, format);
    vsnprintf(v->bound + used, sizeof v->bound - used, format, args);
    va_end(args);
}
