/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Events: what happens at a role, named, for whoever keeps a log, counts or
 * compares worlds.  A role gives each to its world at once and in order,
 * while the state that it speaks of is still there; who is told must not feed
 * the role from in there.  Sentences are the world's.
 */
#ifndef NAS_EVENT_H
#define NAS_EVENT_H

#include "ppp/ppp.h"
#include "pptp/peer.h"

enum nas_event_kind {
#define X(name, help) NAS_EV_##name,
#include "nas/event.def"
#undef X
    NAS_EVENTS
};

struct nas_account;

/* What a kind does not have is 0, NULL or PPTP_NONE. */
struct nas_event {
    enum nas_event_kind kind;
    uint32_t index;         /* of the session, line or caller */
    pptp_call_id call;      /* or PPTP_NONE */
    uint32_t remote;        /* outer address, host order */
    uint32_t ip;            /* inner address, host order */
    uint64_t value;         /* as the kind says */
    enum ppp_reason reason; /* why PPP ended */
    const struct pptp_call_end *end;
    const struct nas_account *account;
};

/* "PNS_UP"; static text. */
const char *nas_event_name(enum nas_event_kind kind);

#endif
