/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls that a PNS wants placed: on which line; place.h. */
#include "config.h"

#include "nas/place.h"

#include <string.h>

#include "nas/pac_line.h"

/* Q.931 */
enum { CAUSE_UNALLOCATED = 1, CAUSE_BUSY = 17 };

static bool can_dial(const struct nas_pac_line *l)
{
    return l->state == NAS_PAC_FREE && l->line->dials && !l->line->finished;
}

/* The next line that is free; NAS_NOBODY. */
static uint32_t hunt(struct nas_pac *p)
{
    uint32_t i, at;

    for (i = 0; i < p->lines; i++) {
        at = (p->hunt + i) % p->lines;
        if (!can_dial(&p->line[at]))
            continue;
        p->hunt = at + 1;
        return at;
    }
    return NAS_NOBODY;
}

/* The line that has the number; NAS_NOBODY. */
static uint32_t look_up(const struct nas_pac *p,
                        const struct pptp_call_request *r)
{
    char number[sizeof r->number + 1];

    memcpy(number, r->number, sizeof r->number);
    number[sizeof r->number] = '\0';
    return nas_numbers_find(&p->numbers, number);
}

static void refuse(struct nas_pac *p, pptp_call_id call,
                   enum nas_event_kind kind, enum pptp_line_event e,
                   uint16_t cause)
{
    const struct nas_event event = {
        .kind = kind, .index = NAS_NOBODY, .call = call, .value = cause
    };
    const struct pptp_line_info info = { .cause = cause };

    p->world->event(p->ctx, &event);
    pptp_node_line_event(&p->nas->node, call, e, &info);
}

static void place(struct nas_pac *p, struct nas_pac_line *l, pptp_call_id call,
                  const struct pptp_call_request *r)
{
    p->stats.dialled++;
    nas_pac_take(p, l, NAS_PAC_CALLING);
    l->answered = l->placed = true;
    nas_pac_have_call(p, l, call);
    nas_pac_tell(p, l, NAS_EV_PAC_DIALS, 0);
    l->line->ops->dial(l->line, p->nas->node.now_ns, r);
}

/* A number that nobody has: a switch says so with a cause, and to the one who
 * dials there is no carrier, and never will be: OCRP 3 (2.8), not the 7 of
 * something that is prohibited, nor an error that may pass. */
void nas_place_call(struct nas_pac *p, pptp_call_id call)
{
    const bool numbered = p->numbers.used > 0;
    struct pptp_call_request r;
    uint32_t at;

    if (pptp_peer_call_request(p->nas->node.peer, call, &r) != PPTP_OK)
        return;
    at = numbered ? look_up(p, &r) : hunt(p);
    if (numbered && at == NAS_NOBODY) {
        p->stats.no_number++;
        refuse(p, call, NAS_EV_PAC_NO_NUMBER, PPTP_LINE_NO_CARRIER,
               CAUSE_UNALLOCATED);
    } else if (at != NAS_NOBODY && can_dial(&p->line[at])) {
        place(p, &p->line[at], call, &r);
    } else if (at != NAS_NOBODY && p->line[at].state != NAS_PAC_FREE) {
        p->stats.no_line++;
        refuse(p, call, NAS_EV_PAC_NO_LINE, PPTP_LINE_BUSY, CAUSE_BUSY);
    } else {
        p->stats.no_line++;
        refuse(p, call, NAS_EV_PAC_NO_LINE, PPTP_LINE_NO_RESOURCE, 0);
    }
}
