/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bins of distributions; see histograms.h. */
#include "config.h"

#include "tool/histograms.h"

#include <stdio.h>
#include <string.h>

#include "conf/nearest.h"
#include "tool/outfile.h"
#include "tool/probes.h"

#define NAME "histograms.csv"

static void try_name(void *ctx, const char *name, const struct hist *h)
{
    (void)h;
    nearest_try(ctx, name);
}

int histograms_check(const struct scenario *s, struct conf_error *err)
{
    for (size_t i = 0; i < s->histograms.n; i++) {
        const char *name = s->histograms.v[i], *found;
        struct nearest near;

        nearest_begin(&near, name);
        probes_each_hist(s, NULL, try_name, &near);
        if (near.distance == 0)
            continue;
        found = nearest_found(&near);
        return conf_fail(err, conf_get(conf_root(s->tree), "histograms"),
                         "key 'histograms': no distribution '%.100s'; did "
                         "you mean '%s'?",
                         name, found != NULL ? found : "delay");
    }
    return 0;
}

struct writer {
    const struct key_strings *wanted;
    const char *name;
    FILE *f;
};

static void put_bin(void *ctx, double low, double high, uint32_t n)
{
    const struct writer *k = ctx;

    fprintf(k->f, "%s,%.9g,%.9g,%u\n", k->name, low * 1e-9, high * 1e-9, n);
}

static void put_wanted(void *ctx, const char *name, const struct hist *h)
{
    struct writer *k = ctx;

    k->name = name;
    for (size_t i = 0; i < k->wanted->n; i++)
        if (strcmp(k->wanted->v[i], name) == 0) {
            hist_each(h, put_bin, k);
            return;
        }
}

int histograms_write(const struct scenario *s, const struct sim_world *w,
                     const char *dir, struct conf_error *err)
{
    struct sim_totals totals;
    const struct probes_run run = { w, &totals };
    struct writer k = { .wanted = &s->histograms };

    if (s->histograms.n == 0)
        return 0;
    k.f = outfile_create(dir, NAME, err);
    if (k.f == NULL)
        return 3;
    fputs("distribution,low_s,high_s,count\n", k.f);
    sim_totals_make(&totals, w);
    probes_each_hist(s, &run, put_wanted, &k);
    sim_totals_fini(&totals);
    return outfile_close(k.f, dir, NAME, err);
}
