/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far a sweep is, as its file has it. */
#ifndef LAB_COUNT_H
#define LAB_COUNT_H

#include <stdint.h>

#include "lab/store.h"

struct count {
    int64_t configs, seeds;
    int64_t done, failed;
    int64_t missing; /* of all configurations with all seeds; of a shard, or
                      * where a rule says how many: -1 */
};

int count_points(struct store *s, struct count *out, struct conf_error *err);

#endif
