/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A window of calls on their way; window.h. */
#include "config.h"

#include "nas/window.h"

enum { ROOM_MIN = 16, ROOM_FIRST = 64 };

#define QUEUE_NS (15 * PPTP_MS)

void nas_window_init(struct nas_window *w, uint32_t limit)
{
    *w = (struct nas_window){
        .limit = limit,
        .room = limit < ROOM_FIRST ? limit : ROOM_FIRST,
    };
}

void nas_window_fit(struct nas_window *w, pptp_ns took, bool wanted)
{
    if (w->fastest_ns == 0 || took < w->fastest_ns)
        w->fastest_ns = took;
    if (took > QUEUE_NS && took - QUEUE_NS > 2 * w->fastest_ns)
        w->room -= w->room >= ROOM_MIN + 2 ? 2 : 0;
    else if (wanted && w->room < w->limit)
        w->room++;
}
