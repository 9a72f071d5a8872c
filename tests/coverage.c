/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * coverage FILE METRIC TRUTH SEEDS: of a sweep without an axis, cut into
 * sweeps of so many seeds each, in how many the interval of the metric's mean
 * holds the truth.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "lab/sheet.h"
#include "lab/stat.h"

static void count(const struct sheet_metric *m, size_t n, double truth,
                  size_t seeds)
{
    size_t held = 0, sweeps = n / seeds, i, k;
    struct stat_sums all = { 0 };

    for (i = 0; i < sweeps; i++) {
        struct stat_sums s = { 0 };
        struct stat_interval mean;

        for (k = 0; k < seeds; k++)
            stat_add(&s, m->x[i * seeds + k]);
        mean = stat_mean(&s, STAT_LEVEL);
        held += mean.low <= truth && truth <= mean.high ? 1 : 0;
        stat_add(&all, mean.mean);
    }
    printf("%zu of %zu hold %.9g; the mean of all is %.9g\n", held, sweeps,
           truth, all.mean);
}

int main(int argc, char **argv)
{
    struct sheet sheet;
    struct sheet_metric m;
    struct conf_error err;

    if (argc != 5)
        return 2;
    if (sheet_open(&sheet, argv[1], &err) != LAB_OK ||
        sheet_read(&sheet, argv[2], &m, &err) != LAB_OK) {
        fprintf(stderr, "%s\n", err.text);
        return 2;
    }
    count(&m, sheet.n_seeds, strtod(argv[3], NULL),
          strtoul(argv[4], NULL, 10));
    sheet_metric_free(&m);
    sheet_close(&sheet);
    return 0;
}
