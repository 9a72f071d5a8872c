/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What metrics expectations may name; see expect.h. */
#include "config.h"

#include "tool/expect.h"

#include <math.h>
#include <string.h>

#include "tool/probes.h"

double expect_metric(const json_t *variants, bool compare, const char *path)
{
    const char *label;
    json_t *variant;

    json_object_foreach((json_t *)variants, label, variant)
    {
        size_t len = compare ? strlen(label) : 0;
        const json_t *metric;

        /* Labels may hold dots, so each label is tried as a prefix. */
        if (compare && (strncmp(path, label, len) != 0 || path[len++] != '.'))
            continue;
        metric = json_object_get(json_object_get(variant, "metrics"),
                                 path + len);
        if (json_is_number(metric))
            return json_number_value(metric);
    }
    return NAN;
}

bool expect_known(const struct scenario *s, const char *path)
{
    if (s->compare.key == NULL)
        return probes_known(s, path);
    for (size_t i = 0; i < s->compare.values.n; i++) {
        const char *label = s->compare.values.v[i];
        size_t len = strlen(label);

        if (strncmp(path, label, len) == 0 && path[len] == '.' &&
            probes_known(s, path + len + 1))
            return true;
    }
    return false;
}

/* The name that may have been meant, in a comparison of the same value; false:
 * there is none. */
static bool nearest(const struct scenario *s, const char *path,
                    char out[PROBES_NAME_OCTETS])
{
    char name[PROBES_NAME_OCTETS];

    if (s->compare.key == NULL)
        return probes_nearest(s, path, out);
    for (size_t i = 0; i < s->compare.values.n; i++) {
        const char *label = s->compare.values.v[i];
        size_t len = strlen(label);

        if (strncmp(path, label, len) != 0 || path[len] != '.' ||
            !probes_nearest(s, path + len + 1, name))
            continue;
        snprintf(out, PROBES_NAME_OCTETS, "%.90s.%.200s", label, name);
        return true;
    }
    return false;
}

static int unknown(const struct scenario *s, const struct scenario_expect *e,
                   const char *key, const char *path, struct conf_error *err)
{
    char near[PROBES_NAME_OCTETS];

    if (nearest(s, path, near))
        return conf_fail(err, conf_get(e->node, key),
                         "key '%s': no metric '%.100s'; did you mean '%s'?",
                         key, path, near);
    return conf_fail(err, conf_get(e->node, key),
                     "key '%s': no metric '%.100s'; allowed: %sa metric, such "
                     "as goodput_bps or LINK.drop_ratio of a link in 'links'",
                     key, path,
                     s->compare.key != NULL ? "a value of 'compare', a dot "
                                              "and "
                                            : "");
}

int expect_check(const struct scenario *s, struct conf_error *err)
{
    static const char *const keys[] = { "that", "less_than", "more_than" };

    for (size_t i = 0; i < s->n_expect; i++) {
        const struct scenario_expect *e = &s->expect[i];
        const char *const paths[] = { e->that, e->less_than, e->more_than };

        for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
            if (paths[k] != NULL && !expect_known(s, paths[k]))
                return unknown(s, e, keys[k], paths[k], err);
    }
    return 0;
}
