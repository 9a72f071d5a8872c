/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The end of warm-up in a series, by MSER-5: means of five observations each
 * are cut where the rest has the smallest marginal standard error,
 *
 *     sum of (y - mean of the rest)^2 / (length of the rest)^2
 *
 * (K. P. White, An effective truncation heuristic for bias reduction in
 * simulation output, Simulation 69, 1997; batches of five: S. C. Spratt,
 * 1998).  A cut in the second half says that the series is too short.
 */
#ifndef TOOL_WARMUP_H
#define TOOL_WARMUP_H

#include <stdbool.h>
#include <stddef.h>

/* How many observations are to be left out.  False: the series is too short
 * to tell, and *drop is its half. */
bool warmup_end(const double *y, size_t n, size_t *drop);

#endif
