/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * The automaton of RFC 1661 §4: one table, in the RFC's own layout, for every
 * control protocol.  It knows no packets: events go in, the next state and a
 * set of actions come out; proto.c carries them out.
 */
#ifndef PPP_FSM_H
#define PPP_FSM_H

#include "base/base.h"

enum ppp_state {
    PPP_INITIAL,
    PPP_STARTING,
    PPP_CLOSED,
    PPP_STOPPED,
    PPP_CLOSING,
    PPP_STOPPING,
    PPP_REQ_SENT,
    PPP_ACK_RCVD,
    PPP_ACK_SENT,
    PPP_OPENED,
    PPP_STATES
};

enum ppp_event {
    PPP_EV_UP,
    PPP_EV_DOWN,
    PPP_EV_OPEN,
    PPP_EV_CLOSE,
    PPP_EV_TO_PLUS,
    PPP_EV_TO_MINUS,
    PPP_EV_RCR_PLUS,
    PPP_EV_RCR_MINUS,
    PPP_EV_RCA,
    PPP_EV_RCN,
    PPP_EV_RTR,
    PPP_EV_RTA,
    PPP_EV_RUC,
    PPP_EV_RXJ_PLUS,
    PPP_EV_RXJ_MINUS,
    PPP_EV_RXR,
    PPP_EVENTS
};

/* Actions, §4.4; a set is carried out from the lowest bit up, which is the
 * order the table needs. */
enum {
    PPP_TLD = 1 << 0,
    PPP_TLS = 1 << 1,
    PPP_TLF = 1 << 2,
    PPP_IRC = 1 << 3,
    PPP_ZRC = 1 << 4,
    PPP_SCR = 1 << 5,
    PPP_SCA = 1 << 6,
    PPP_SCN = 1 << 7,
    PPP_STR = 1 << 8,
    PPP_STA = 1 << 9,
    PPP_SCJ = 1 << 10,
    PPP_SER = 1 << 11,
    PPP_TLU = 1 << 12,
    PPP_CROSSED = 1 << 13, /* the x of the table: log, nothing to do */
    PPP_ILLEGAL = 1 << 14  /* the - of the table: cannot occur */
};

struct ppp_step {
    uint16_t actions;
    uint8_t next; /* enum ppp_state */
};

/* The cell of the table. */
struct ppp_step ppp_fsm_step(enum ppp_state state, enum ppp_event event);

/* Whether the Restart timer runs in this state. */
static inline bool ppp_fsm_timer(enum ppp_state s)
{
    return s >= PPP_CLOSING && s <= PPP_ACK_SENT;
}

const char *ppp_state_name(enum ppp_state s);
const char *ppp_event_name(enum ppp_event e);

#endif
