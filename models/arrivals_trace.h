/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Arrivals as somebody recorded them: lines of "TIME,SUBSCRIBER", the time in
 * seconds with at most nine decimals and never earlier than the line before,
 * subscribers counted from 0.  Empty lines and what begins with '#' is left
 * out.
 */
#ifndef MODELS_ARRIVALS_TRACE_H
#define MODELS_ARRIVALS_TRACE_H

#include <stddef.h>

#include "base/base.h"

struct arrivals_trace {
    const char *text; /* the caller's: what is left of it */
    size_t len;
    uint32_t subscribers; /* > 0 */
    size_t line;          /* the one read last, from 1 */
    pptp_ns at;           /* its time … */
    uint32_t who;         /* … and who calls then */
    const char *cause;    /* of an error: a sentence's end */
};

void arrivals_trace_init(struct arrivals_trace *t, const char *text,
                         size_t len, uint32_t subscribers);

/* The next arrival into at and who: 1; 0 at the end; PPTP_ERR_ARGUMENT: line
 * and cause say what is wrong, and it goes no further. */
int arrivals_trace_next(struct arrivals_trace *t);

#endif
