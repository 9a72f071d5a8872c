/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A line of a PAC: a terminal, a port with a modem, a PPP client of our own,
 * or a simulated one of these.  A line has one call at a time:
 *
 *     line                PAC
 *     ring         ->            somebody calls (ICRQ, or OCRQ to a server)
 *                  <-  answer    the PNS said yes
 *     CONNECTED    ->
 *     frame        <-> frame     PPP frames, from FF 03 on
 *     DROPPED      ->            or  <- hangup
 *                  <-  dial      the PNS wants a call placed
 *     CONNECTED, BUSY, NO_CARRIER, NO_DIAL_TONE, NO_ANSWER ->
 *
 * The functions of `ops` are called from within actions of the core: they
 * may call the line's owner back at once, who keeps what he hears until the
 * step is over.  He keeps no more than that it came: who calls, and how a
 * line is connected, he asks for then, since lines are many.
 */
#ifndef NAS_LINE_H
#define NAS_LINE_H

#include "base/packet.h"
#include "nas/why.h"
#include "pptp/peer.h"

struct nas_line;

struct nas_line_ops {
    /* Who calls, after a ring and until the call ends. */
    void (*request)(const struct nas_line *l, struct pptp_call_request *out);
    /* How it is connected, its errors, or the cause of its end; what it does
     * not know stays 0. */
    void (*info)(const struct nas_line *l, struct pptp_line_info *out);
    /* Places a call; an event follows. */
    void (*dial)(struct nas_line *l, pptp_ns now,
                 const struct pptp_call_request *r);
    /* Takes the call that rang; an event follows. */
    void (*answer)(struct nas_line *l, pptp_ns now);
    /* Ends the call or the attempt, also a ring; no event follows, and the
     * line is ready for the next call by itself. */
    void (*hangup)(struct nas_line *l, pptp_ns now);
    /* Whether a call that was ended is not yet: a modem that is on its way
     * out of it. NULL: never. */
    bool (*leaving)(const struct nas_line *l);
    /* The owner ends: no call is begun any more, and one that is up is left
     * politely; DROPPED follows. NULL: the owner hangs up. */
    void (*bye)(struct nas_line *l, pptp_ns now);
    /* Set-Link-Info: towards the line's PPP, and from it (2.15). */
    void (*accm)(struct nas_line *l, uint32_t tx_accm, uint32_t rx_accm);
    /* A frame of the tunnel; owner->frame_done returns it, in order, or
     * owner->frame_dropped. */
    void (*frame)(struct nas_line *l, pptp_ns now, pptp_pkt pkt);
    /* Whether frames may be given to the owner now. */
    void (*hold)(struct nas_line *l, pptp_ns now, bool hold);
    /* Its deadlines; a line that shares them with others of its kind has
     * `polled` false, and one of those answers for it. NULL: of lines that
     * never are polled, as who made them looks after that. */
    pptp_ns (*deadline)(const struct nas_line *l);
    void (*advance)(struct nas_line *l, pptp_ns now);
};

struct nas_line_owner {
    void (*ring)(struct nas_line *l, pptp_ns now);
    void (*event)(struct nas_line *l, pptp_ns now, enum pptp_line_event e);
    /* The owner's from here, with PPTP_HEADROOM before it. */
    void (*frame)(struct nas_line *l, pptp_ns now, pptp_pkt pkt);
    /* Without a time: they wait for the end of the step in any case. */
    void (*frame_done)(struct nas_line *l, pptp_pkt pkt);
    void (*frame_dropped)(struct nas_line *l, pptp_pkt pkt);
};

/* There may be a million of them. */
struct nas_line {
    const struct nas_line_ops *ops;
    const struct nas_line_owner *owner;
    void *ctx;         /* the owner's */
    uint32_t index;    /* the owner's */
    uint32_t remote;   /* outer address of the call's other side, host order;
                       * the owner's, before `answer` */
    uint8_t why;       /* enum nas_why: how its call ended, before `hangup`; of
                      * the owner or its own */
    bool ours : 1;     /* and that was the operator's wish; the owner's */
    bool polled : 1;   /* `deadline` is to be asked */
    bool dials : 1;    /* `dial` may be asked for */
    bool finished : 1; /* it will never have a call again */
    bool failed : 1;   /* and that is for a reason that was told */
};

#endif
