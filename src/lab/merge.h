/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of sweeps, or of shards of one, put together into a new one. */
#ifndef LAB_MERGE_H
#define LAB_MERGE_H

#include <stddef.h>

#include "lab/store.h"

/*
 * Makes the file `out` of n others, which stay as they are.  All of one build,
 * of the same content and over the same axes, and no point in two of them;
 * else LAB_INPUT.  After an error there is no `out`, unless it was there.
 */
int merge_files(const char *out, const char *const *files, size_t n,
                struct conf_error *err);

#endif
