/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Causes, as kinds: why a call of a line ended or was none, and why there is
 * no control connection.  Sentences are the world's.
 */
#ifndef NAS_WHY_H
#define NAS_WHY_H

#include "pptp/peer.h"

/* Why a call of a line ended, or was none. */
enum nas_why {
    NAS_WHY_UNKNOWN,
    /* refused, with a result that says so: ICRP, OCRP */
    NAS_WHY_REFUSED,
    NAS_WHY_NOT_WANTED,
    NAS_WHY_NO_CARRIER,
    NAS_WHY_BUSY,
    NAS_WHY_NO_DIAL_TONE,
    NAS_WHY_NOBODY_THERE,
    NAS_WHY_PROHIBITED,
    /* refused with a General Error, in the order of their codes (2.16) */
    NAS_WHY_ERROR,
    NAS_WHY_NOT_CONNECTED,
    NAS_WHY_MALFORMED,
    NAS_WHY_BAD_VALUE,
    NAS_WHY_NO_RESOURCE,
    NAS_WHY_BAD_CALL_ID,
    NAS_WHY_EQUIPMENT,
    /* ended by us, as the PAC of it */
    NAS_WHY_UNFIT,     /* connected in another way than wanted */
    NAS_WHY_LINE_LATE, /* the line was not connected in time */
    NAS_WHY_HERE,
    /* or by the other side, or nobody */
    NAS_WHY_CLEARED,
    NAS_WHY_UNANSWERED,
    NAS_WHY_CONN_LOST,
    NAS_WHY_RANG_IN_VAIN, /* the caller gave up */
    /* there was no control connection for it */
    NAS_WHY_NO_ROOM, /* our own limits */
    NAS_WHY_NO_PNS,
    NAS_WHY_NO_ADDRESS,
    NAS_WHY_CLOSED_AT_ONCE,
    NAS_WHY_SILENT,
    NAS_WHY_UNWELCOME,
    NAS_WHY_NO_PORT,
    NAS_WHY_NOT_LISTENING,
    NAS_WHY_TCP_TIMEOUT,
    NAS_WHY_UNREACHABLE,
    NAS_WHYS
};

/* What TCP says of an attempt to connect. */
enum nas_tcp_error {
    NAS_TCP_NO_ERROR, /* we have waited long enough */
    NAS_TCP_TIMED_OUT,
    NAS_TCP_REFUSED, /* nobody listens */
    NAS_TCP_RESET,   /* it was taken, and reset */
    NAS_TCP_NO_PORT, /* none is left at our address, or it is gone */
    NAS_TCP_OTHER    /* no way there, and such */
};

/* What came of a control connection, as its world saw it; a connection that
 * has just ended still has one. */
struct nas_contact {
    pptp_ns up_ns; /* when TCP was connected; 0: it never was */
    bool heard;    /* octets came */
    enum nas_tcp_error error;
};

/* Why there is no control connection, as far as we can see. */
enum nas_failure {
    NAS_FAILURE_NO_ADDRESS,     /* its name was not found */
    NAS_FAILURE_UNREACHABLE,    /* no TCP */
    NAS_FAILURE_CLOSED_AT_ONCE, /* before it said anything, and soon */
    NAS_FAILURE_SILENT,         /* it said nothing for a while */
    NAS_FAILURE_UNWELCOME,      /* it said something else than welcome */
    NAS_FAILURES
};

/* Of a call that has ended; `pac`: we were its PAC; `placed`: for a PNS. */
enum nas_why nas_why_of_end(const struct pptp_call_end *e, bool pac,
                            bool placed);

/* Of a connection that did not come up, at `now`. */
enum nas_failure nas_failure_of(const struct nas_contact *c, pptp_ns now);
enum nas_why nas_why_of_failure(enum nas_failure f, enum nas_tcp_error error);

#endif
