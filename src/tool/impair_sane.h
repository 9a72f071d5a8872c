/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether what a scenario says that links do to packets can work. */
#ifndef TOOL_IMPAIR_SANE_H
#define TOOL_IMPAIR_SANE_H

#include "tool/scenario.h"

/* In a run of that length: 0, or -1 and *err. */
int impair_sane_check(const struct scenario_link *l, pptp_ns duration_ns,
                      struct conf_error *err);

/* What a change says: enum sim_change_of, together. */
uint32_t impair_sane_said(const struct scenario_change *c);

/* Whether its key `loss` says all that is lost. */
bool impair_sane_alone(const struct loss_config *c);

/* The packets of LOSS_at, into `to`, which has room for all, or is NULL: 0, or
 * -1 and *err. */
int impair_sane_spans(const struct scenario_loss *l, struct loss_span *to,
                      struct conf_error *err);

#endif
