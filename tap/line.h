/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a line of the real world has beside its calls (nas/line.h): a name,
 * devices that are opened, messages.
 */
#ifndef TAP_LINE_H
#define TAP_LINE_H

#include "nas/line.h"
#include "tap/log.h"
#include "tap/loop.h"

struct tap_line;
struct tap_call_view; /* tap/world.h */

struct tap_line_ops {
    /* Opens devices, with privileges; -1, and a line in why. */
    int (*open)(struct tap_line *l, char *why, size_t cap);
    void (*close)(struct tap_line *l); /* also when not open */
    /* What it knows of its call beside the core: fills in what it has. NULL
     * if that is nothing. */
    void (*view)(const struct tap_line *l, struct tap_call_view *out);
};

struct tap_line {
    struct nas_line *nas; /* its calls */
    const struct tap_line_ops *ops;
    struct tap_loop *loop;
    struct pptp_pool *pool;
    const char *name;          /* for messages */
    struct tap_log_many *talk; /* of lines that are many; or NULL */
    bool says;                 /* it says itself how its calls end */
};

#endif
