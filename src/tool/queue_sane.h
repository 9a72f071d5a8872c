/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What decides at a link of a scenario, and what cannot work there. */
#ifndef TOOL_QUEUE_SANE_H
#define TOOL_QUEUE_SANE_H

#include "tool/scenario.h"

static inline bool queue_sane_decides(const struct scenario_link *l)
{
    return l->queue_model.model.kind != SCENARIO_DROP_TAIL;
}

/* Of a link that decides, or of a change of it, at that rate; limits are as
 * models/queue.h presets them. */
struct queue_config queue_sane_config(const struct scenario_queue *q,
                                      double rate_octets);

/* 0; -1 and *err. */
int queue_sane_check(const struct scenario_link *l, struct conf_error *err);

#endif
