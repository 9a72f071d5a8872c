/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * CCP: RFC 1962, 3078.
 */
#ifndef PPP_CCP_H
#define PPP_CCP_H

#include "ppp/proto.h"

extern const struct ppp_proto ppp_ccp;

/* Strengths that the configuration allows and that there are keys for. */
uint8_t ppp_ccp_strengths(const struct ppp *p, const struct ppp_session *s);

static inline bool ppp_mppe_required(const struct ppp *p)
{
    return p->mppe_required;
}

/* Whether what comes in, and what goes out, is encrypted. */
static inline bool ppp_rx_secret(const struct ppp_session *s)
{
    return s->cp[CP_CCP].state == PPP_OPENED && s->mppe_rx != 0;
}

static inline bool ppp_tx_secret(const struct ppp_session *s)
{
    return s->cp[CP_CCP].state == PPP_OPENED && s->mppe_tx != 0;
}

/* The peer has our word that we encrypt, and we lack its last one: what is
 * sent in the clear now may be what it wants nobody to read. */
static inline bool ppp_tx_promised(const struct ppp_session *s)
{
    return s->cp[CP_CCP].state == PPP_ACK_SENT && s->mppe_tx != 0;
}

#endif
