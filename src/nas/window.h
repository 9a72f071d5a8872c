/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How many calls may be on their way at once.  Whoever is asked for more than
 * he can do does less than he can: what was begun times out, and is asked for
 * again.  So there is a window of calls that are not up yet, which grows while
 * calls wait for it and set-ups are fast, as far as queues go: in twice the
 * time of the fastest, or a little more.
 */
#ifndef NAS_WINDOW_H
#define NAS_WINDOW_H

#include "base/base.h"

struct nas_window {
    uint32_t limit;     /* of `room`; 0: nothing is held back */
    uint32_t room, n;   /* so many may be on their way, and are */
    pptp_ns fastest_ns; /* set-up there was; 0: none yet */
};

void nas_window_init(struct nas_window *w, uint32_t limit);

static inline bool nas_window_open(const struct nas_window *w)
{
    return w->limit == 0 || w->n < w->room;
}

/* One call's set-up took so long, or came to nothing (PPTP_NEVER); `wanted`:
 * others wait for it. */
void nas_window_fit(struct nas_window *w, pptp_ns took, bool wanted);

#endif
