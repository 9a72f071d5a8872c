/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people are told of the PNS's sessions, in the log. */
#ifndef TAP_PNS_WORDS_H
#define TAP_PNS_WORDS_H

#include "nas/pns.h"
#include "tap/world.h"

/* Of an event of the role, while it is told. */
void tap_pns_words(struct tap_world *w, const struct nas_pns *role,
                   const struct nas_event *e);

#endif
