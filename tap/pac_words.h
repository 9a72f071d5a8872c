/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens at the PAC (nas/event.def), in sentences of the log. */
#ifndef TAP_PAC_WORDS_H
#define TAP_PAC_WORDS_H

#include "nas/pac.h"
#include "tap/pac.h"

/* What was said already, by bits of enum nas_failure and of peers: it is
 * tried again and again. */
struct tap_pac_words {
    const struct tap_pac_config *config;
    const struct tap_world *world;
    const struct nas_pac *pac;
    struct tap_line *const *line; /* by their index at the PAC */
    const char *unresolved;       /* what the resolver says just now */
    uint8_t trunk_told[TAP_PAC_PEERS];
    uint16_t (*told)[NAS_FAILURES]; /* OCRQ, by line: of servers */
};

/* The pointers are set; as many lines. 0, or -1 without memory. */
int tap_pac_words_init(struct tap_pac_words *w, uint32_t lines);
void tap_pac_words_fini(struct tap_pac_words *w);

void tap_pac_say(struct tap_pac_words *w, const struct nas_event *e);

#endif
