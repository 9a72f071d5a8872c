/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events, of every world; world.h. */
#include "config.h"

#include "script/world.h"

#include <stdlib.h>

enum script_channel script_channel_of(enum script_event_kind k)
{
    if (k <= SCRIPT_EV_TCP_CLOSE)
        return SCRIPT_CH_TCP;
    return k == SCRIPT_EV_GRE ? SCRIPT_CH_GRE : SCRIPT_CH_LOCAL;
}

struct script_event *script_event_push(struct script_world *w, pptp_ns at,
                                       enum script_event_kind kind)
{
    struct script_event *e;

    if (w->events_n == w->events_room) {
        uint32_t room = w->events_room ? 2 * w->events_room : 64;

        e = realloc(w->events, room * sizeof *e);
        if (e == NULL) {
            w->lost = true;
            return NULL;
        }
        w->events = e;
        w->events_room = room;
    }
    e = &w->events[w->events_n++];
    *e = (struct script_event){
        .at_ns = at, .kind = kind, .conn = PPTP_NONE, .call = PPTP_NONE
    };
    return e;
}
