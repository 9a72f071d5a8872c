/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Of a PAC: a line and the call that it has; pac.h. */
#ifndef NAS_PAC_LINE_H
#define NAS_PAC_LINE_H

#include "nas/pac.h"

enum nas_pac_todo {
    NAS_PAC_TODO_RING = NAS_ROLE_PAC, /* line */
    NAS_PAC_TODO_EVENT,               /* line: the oldest of its events */
    NAS_PAC_TODO_CALL,                /* line: its own connection is up */
    NAS_PAC_TODO_DIAL                 /* call: to be placed on a line */
};

uint32_t nas_pac_index(const struct nas_pac *p, const struct nas_pac_line *l);
/* NULL: none has it. */
struct nas_pac_line *nas_pac_with_call(struct nas_pac *p, pptp_call_id call);
struct nas_pac_line *nas_pac_with_conn(struct nas_pac *p, pptp_conn_id conn);

void nas_pac_put_off(struct nas_pac *p, enum nas_pac_todo what,
                     const struct nas_pac_line *l);
void nas_pac_close_conn(struct nas_pac *p, pptp_conn_id conn);

/* An event of it, told or to be told with more. */
struct nas_event nas_pac_about(const struct nas_pac *p,
                               const struct nas_pac_line *l,
                               enum nas_event_kind kind, uint64_t value);
void nas_pac_tell(const struct nas_pac *p, const struct nas_pac_line *l,
                  enum nas_event_kind kind, uint64_t value);

/* It is taken for a call, rings, has it, lets go of it; the last one also
 * begins with the next caller, if there is one. */
void nas_pac_take(struct nas_pac *p, struct nas_pac_line *l, uint8_t state);
void nas_pac_begin_ring(struct nas_pac *p, struct nas_pac_line *l);
void nas_pac_have_call(struct nas_pac *p, struct nas_pac_line *l,
                       pptp_call_id call);
void nas_pac_let_go(struct nas_pac *p, struct nas_pac_line *l);
/* The operator's wish: its call ends. */
void nas_pac_hang_up(struct nas_pac *p, struct nas_pac_line *l);

/* Whether no line will ever have a call again. */
bool nas_pac_no_more(const struct nas_pac *p);

#endif
