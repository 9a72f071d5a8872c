/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MSER-5; see warmup.h. */
#include "config.h"

#include "tool/warmup.h"

enum { BATCH = 5 };

static double batch_mean(const double *y, size_t i)
{
    double sum = 0;

    for (size_t k = 0; k < BATCH; k++)
        sum += y[i * BATCH + k];
    return sum / BATCH;
}

/* From the end on, so that each cut adds one batch to mean and squares
 * (Welford). */
bool warmup_end(const double *y, size_t n, size_t *drop)
{
    size_t batches = n / BATCH, best = 0, length = 0;
    double mean = 0, squares = 0, least = 0;

    *drop = n / 2;
    if (batches < 4)
        return false;
    for (size_t i = batches; i-- > 0;) {
        double x = batch_mean(y, i), delta = x - mean, error;

        length++;
        mean += delta / (double)length;
        squares += delta * (x - mean);
        error = squares / ((double)length * (double)length);
        /* of equal ones the longest rest; fewer than five say nothing */
        if (length >= BATCH && (length == BATCH || error <= least)) {
            least = error;
            best = i;
        }
    }
    if (best > batches / 2)
        return false;
    *drop = best * BATCH;
    return true;
}
