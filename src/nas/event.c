/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of events; event.h. */
#include "config.h"

#include "nas/event.h"

const char *nas_event_name(enum nas_event_kind kind)
{
    static const char *const name[] = {
#define X(name, help) #name,
#include "nas/event.def"
#undef X
    };

    PPTP_ASSERT(kind < NAS_EVENTS);
    return name[kind];
}
