/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A line of the PAC: a terminal that speaks asynchronous HDLC, a serial port
 * with a modem, or a PPP client of our own.  A line has one call at a time:
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
 * may call the line's owner back at once, who queues what he hears.
 */
#ifndef TAP_LINE_H
#define TAP_LINE_H

#include "base/packet.h"
#include "pptp/peer.h"
#include "tap/log.h"
#include "tap/loop.h"

struct tap_line;
struct tap_call_view; /* tap/world.h */

struct tap_line_ops {
    /* Opens devices, with privileges; -1, and a line in why. */
    int (*open)(struct tap_line *l, char *why, size_t cap);
    void (*close)(struct tap_line *l); /* also when not open */
    /* Places a call; an event follows. */
    void (*dial)(struct tap_line *l, const struct pptp_call_request *r);
    /* Takes the call that rang; an event follows. */
    void (*answer)(struct tap_line *l);
    /* Ends the call or the attempt, also a ring; no event follows, and the
     * line is ready for the next call by itself. */
    void (*hangup)(struct tap_line *l);
    /* Whether a call that was ended is not yet: a modem that is on its way
     * out of it. NULL: never. */
    bool (*leaving)(const struct tap_line *l);
    /* The daemon ends: no call is begun any more, and one that is up is left
     * politely; DROPPED follows. NULL: the owner hangs up. */
    void (*bye)(struct tap_line *l, pptp_ns now);
    /* Set-Link-Info: towards the line's PPP, and from it (2.15). */
    void (*accm)(struct tap_line *l, uint32_t tx_accm, uint32_t rx_accm);
    /* A frame of the tunnel; owner->frame_done returns it, in order, or
     * owner->frame_dropped. */
    void (*frame)(struct tap_line *l, pptp_pkt pkt);
    /* Whether frames may be given to the owner now. */
    void (*hold)(struct tap_line *l, bool hold);
    /* Its deadlines; a line that shares them with others of its kind has
     * `polled` false, and one of those answers for it. */
    pptp_ns (*deadline)(const struct tap_line *l);
    void (*advance)(struct tap_line *l, pptp_ns now);
    /* What it knows of its call beside the core: fills in what it has. NULL
     * if that is nothing. */
    void (*view)(const struct tap_line *l, struct tap_call_view *out);
};

struct tap_line_owner {
    void (*ring)(struct tap_line *l, const struct pptp_call_request *r);
    void (*event)(struct tap_line *l, enum pptp_line_event e,
                  const struct pptp_line_info *info); /* info may be NULL */
    /* The owner's from here, with PPTP_HEADROOM before it. */
    void (*frame)(struct tap_line *l, pptp_pkt pkt);
    void (*frame_done)(struct tap_line *l, pptp_pkt pkt);
    void (*frame_dropped)(struct tap_line *l, pptp_pkt pkt);
};

struct tap_line {
    const struct tap_line_ops *ops;
    const struct tap_line_owner *owner;
    void *ctx; /* the owner's */
    struct tap_loop *loop;
    struct pptp_pool *pool;
    const char *name;          /* for messages */
    struct tap_log_many *talk; /* of lines that are many; or NULL */
    uint32_t index;            /* the owner's */
    uint32_t remote; /* outer address of the call's other side, host order;
                       * the owner's, before `answer` */
    bool polled;     /* `deadline` is to be asked */
    bool dials;      /* `dial` may be asked for */
    bool says;       /* it says itself how its calls end */
    bool finished;   /* it will never have a call again */
    bool failed;     /* and that is for a reason that was said */
    const char *why; /* how its call ended, before `hangup`: static text, of
                      * the owner or its own; NULL: not known */
    bool ours;       /* and that was the operator's wish */
};

#endif
