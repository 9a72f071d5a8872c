/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a session was, told once with the event of its end: for a log, for
 * RADIUS, for a comparison of two worlds.
 */
#ifndef NAS_ACCOUNT_H
#define NAS_ACCOUNT_H

#include "ppp/ppp.h"

enum nas_end {
    NAS_END_CALL,         /* the call was cleared */
    NAS_END_CONN,         /* its control connection ended */
    NAS_END_PPP,          /* `reason` */
    NAS_END_REFUSED,      /* one too many */
    NAS_END_NO_ADDRESS,   /* none inside for him */
    NAS_END_SESSION_TIME, /* its time was over */
    NAS_END_IDLE_TIME     /* no packets for too long */
};

struct nas_account {
    const char *user; /* who he proved to be, or ""; PPP's */
    uint32_t remote;  /* outer address, host order */
    uint32_t ip;      /* inner address that he had last; 0: none */
    pptp_ns began_ns;
    pptp_ns up_ns; /* when IPCP was open first; 0: never */
    pptp_ns end_ns;
    enum nas_end why;
    enum ppp_reason reason; /* of PPP's end, whatever why it was */
    /* IP packets, as the user counts them. */
    uint64_t rx_packets, rx_octets, tx_packets, tx_octets;
};

#endif
