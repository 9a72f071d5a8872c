/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a run says on the terminal when it is over: a table with a column for
 * each variant, what failed, what was left out, the verdicts.
 */
#ifndef TOOL_SUMMARY_H
#define TOOL_SUMMARY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct summary {
    const json_t *variants;    /* of result.json, by label */
    const char *const *labels; /* in the scenario's order */
    size_t n;
    bool comparing; /* else the one label is empty */
};

/* To stdout. */
void summary_table(const struct summary *s);
/* One line a variant whose calls failed or still wait, with the commonest
 * cause. */
void summary_failures(const struct summary *s);
/* The lines of a list of texts that every result has under `key`, after
 * `what` and the variant's label, without it once what all have; how many. */
size_t summary_list(const struct summary *s, const char *key,
                    const char *what);
/* What expect_evaluate gave; quiet: only what does not hold. */
void summary_verdicts(const json_t *verdicts, bool quiet);

#endif
