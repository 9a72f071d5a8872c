/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The journals of a run: of each node that the scenario names, everything it
 * was fed and decided, in NODE.journal (pptp/journal.h).  They hold secrets:
 * only their owner may read them.
 */
#ifndef TOOL_JOURNALS_H
#define TOOL_JOURNALS_H

#include "conf/tree.h"
#include "sim/world.h"

struct journal_file;

/* All zero has none. */
struct journals {
    struct journal_file *first;
};

/* Begins dir/NAME.journal of a node that was just made with this
 * configuration.  0; or -1 and *err. */
int journals_open(struct journals *j, const char *dir, struct sim_node *n,
                  const struct pptp_config *config,
                  const struct pptp_limits *limits, struct conf_error *err);

/* Ends them all.  0; or 3 and *err if something was not written: that journal
 * ends after its last whole record. */
int journals_close(struct journals *j, const char *dir,
                   struct conf_error *err);

#endif
