/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What cannot be simulated at all, before anything is: each platform, with
 * the hosts, links and routes that are asked of it, is tried once.
 */
#ifndef TOOL_SWEEP_CHECK_H
#define TOOL_SWEEP_CHECK_H

#include <stddef.h>

#include "tool/scenario.h"

struct sweep_check {
    void *ctx;
    /* Configuration i of those to be tried: 0; -1 and *err. */
    int (*load)(void *ctx, size_t config, struct scenario *s,
                struct conf_error *err);
    const size_t *configs;
    size_t n;
    size_t jobs;
};

/* RUN_OK; RUN_INPUT or RUN_INTERNAL, *err, and which configuration; or a
 * signal came. */
int sweep_check(const struct sweep_check *c, size_t *config,
                struct conf_error *err);

#endif
