/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Configurations of a sweep; see design.h. */
#include "config.h"

#include "lab/design.h"

#include <stdlib.h>

/* The axis that an axis goes with: of those drawn together the first. */
static size_t leader(const struct axes *a, size_t axis)
{
    for (size_t i = 0; i < axis && a->v[axis].open; i++)
        if (a->v[i].open)
            return i;
    return axis;
}

int design_make(struct design *d, const struct axes *axes,
                struct conf_error *err)
{
    *d = (struct design){ axes, 1 };
    for (size_t i = 0; i < axes->n; i++) {
        if (leader(axes, i) != i)
            continue;
        if (axes->v[i].n > DESIGN_CONFIGS_MAX / d->n)
            return conf_fail(err, NULL, "--over: more than %d configurations",
                             DESIGN_CONFIGS_MAX);
        d->n *= axes->v[i].n;
    }
    return 0;
}

size_t design_level(const struct design *d, size_t config, size_t axis)
{
    const struct axes *a = d->axes;

    axis = leader(a, axis);
    for (size_t i = a->n; --i > axis;)
        if (leader(a, i) == i)
            config /= a->v[i].n;
    return config % a->v[axis].n;
}

const char *design_value(const struct design *d, size_t config, size_t axis)
{
    return d->axes->v[axis].values[design_level(d, config, axis)];
}

char **design_sets(const struct design *d, size_t config, size_t *n)
{
    const struct axes *a = d->axes;
    size_t keys = 0;
    char **sets;

    *n = 0;
    for (size_t i = 0; i < a->n; i++)
        keys += a->v[i].n_keys;
    sets = calloc(keys + 1, sizeof *sets);
    for (size_t i = 0; sets != NULL && i < a->n; i++)
        for (size_t k = 0; k < a->v[i].n_keys; k++) {
            sets[*n] = axis_set(&a->v[i], design_level(d, config, i), k);
            if (sets[(*n)++] == NULL) {
                design_sets_free(sets);
                return NULL;
            }
        }
    return sets;
}

void design_sets_free(char **sets)
{
    for (char **p = sets; p != NULL && *p != NULL; p++)
        free(*p);
    free(sets);
}
