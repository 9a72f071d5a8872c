/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From what a message, TCP or time says to a cause; why.h. */
#include "config.h"

#include "nas/why.h"

#include "pptp/msg.h"

/* A connection that was closed so soon was not looked at, or not for long. */
#define AT_ONCE_NS (5 * PPTP_S)

static enum nas_why refusal_of(const struct pptp_call_end *e)
{
    static const uint8_t ocrp[] = {
        [PPTP_OCRP_NO_CARRIER] = NAS_WHY_NO_CARRIER,
        [PPTP_OCRP_BUSY] = NAS_WHY_BUSY,
        [PPTP_OCRP_NO_DIAL_TONE] = NAS_WHY_NO_DIAL_TONE,
        [PPTP_OCRP_TIMEOUT] = NAS_WHY_NOBODY_THERE,
        [PPTP_OCRP_REFUSED] = NAS_WHY_PROHIBITED,
    };
    const unsigned errors = NAS_WHY_EQUIPMENT - NAS_WHY_ERROR + 1;

    if (e->result == 2)
        return NAS_WHY_ERROR + (e->error < errors ? e->error : 0u);
    if (e->msg == PPTP_OCRP && e->result < sizeof ocrp && ocrp[e->result] != 0)
        return ocrp[e->result];
    if (e->msg == PPTP_ICRP && e->result == 3)
        return NAS_WHY_NOT_WANTED;
    return NAS_WHY_REFUSED;
}

/* As the PAC of the call we end it, with an OCRP or a CDN; why? */
static enum nas_why our_end(const struct pptp_call_end *e, bool placed)
{
    if (e->msg == PPTP_CDN && e->result == PPTP_CDN_REQUESTED)
        return NAS_WHY_CLEARED;
    if (e->msg == PPTP_OCRP && e->result == PPTP_OCRP_NO_CARRIER)
        return NAS_WHY_UNFIT;
    if (e->result == (placed ? PPTP_OCRP_TIMEOUT : PPTP_CDN_LOST_CARRIER))
        return NAS_WHY_LINE_LATE;
    return NAS_WHY_HERE;
}

enum nas_why nas_why_of_end(const struct pptp_call_end *e, bool pac,
                            bool placed)
{
    if (e->msg == PPTP_ICRP || (!pac && e->msg == PPTP_OCRP))
        return refusal_of(e);
    if (pac && (e->msg == PPTP_CDN || e->msg == PPTP_OCRP))
        return our_end(e, placed);
    if (e->msg == PPTP_CDN || e->msg == PPTP_CCRQ)
        return NAS_WHY_CLEARED;
    if (!e->was_up && e->conn == PPTP_CONN_END_NONE)
        return NAS_WHY_UNANSWERED;
    return NAS_WHY_CONN_LOST;
}

enum nas_failure nas_failure_of(const struct nas_contact *c, pptp_ns now)
{
    /* who is not there refuses; who resets has taken it before */
    if (c->up_ns == 0)
        return c->error == NAS_TCP_RESET ? NAS_FAILURE_CLOSED_AT_ONCE
                                         : NAS_FAILURE_UNREACHABLE;
    if (c->heard)
        return NAS_FAILURE_UNWELCOME;
    return now - c->up_ns < AT_ONCE_NS ? NAS_FAILURE_CLOSED_AT_ONCE
                                       : NAS_FAILURE_SILENT;
}

static enum nas_why unreachable(enum nas_tcp_error error)
{
    switch (error) {
    case NAS_TCP_NO_PORT: return NAS_WHY_NO_PORT;
    case NAS_TCP_REFUSED: return NAS_WHY_NOT_LISTENING;
    case NAS_TCP_NO_ERROR:
    case NAS_TCP_TIMED_OUT: return NAS_WHY_TCP_TIMEOUT;
    case NAS_TCP_RESET:
    case NAS_TCP_OTHER: break;
    }
    return NAS_WHY_UNREACHABLE;
}

enum nas_why nas_why_of_failure(enum nas_failure f, enum nas_tcp_error error)
{
    switch (f) {
    case NAS_FAILURE_CLOSED_AT_ONCE: return NAS_WHY_CLOSED_AT_ONCE;
    case NAS_FAILURE_SILENT: return NAS_WHY_SILENT;
    case NAS_FAILURE_UNWELCOME: return NAS_WHY_UNWELCOME;
    case NAS_FAILURE_NO_ADDRESS:
    case NAS_FAILURE_UNREACHABLE:
    case NAS_FAILURES: break;
    }
    return unreachable(error);
}
