/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * The phases of a link, RFC 1661 §3.2.
 */
#ifndef PPP_PHASE_H
#define PPP_PHASE_H

#include "ppp/ccp.h"

/* All layers, and what follows when one is up, down or finished. */
extern const struct ppp_layers ppp_layers;

/* Authentication is done, or CCP is: starts CCP and, when MPPE is not
 * outstanding, the network protocols; may be called again at any time. */
void ppp_network_phase(struct ppp *p, struct ppp_session *s, pptp_ns now);
/* Opens a protocol that is configured, unless it is open or was. */
void ppp_start(struct ppp *p, struct ppp_session *s, pptp_ns now,
               const struct ppp_proto *proto);
/* Nothing is left to do on the line: the world is told, once. */
void ppp_ended(struct ppp *p, struct ppp_session *s);

/* Whether a protocol is wanted at all; without keys CCP has nothing to
 * offer. */
static inline bool ppp_configured(const struct ppp *p,
                                  const struct ppp_session *s, enum ppp_cp cp)
{
    switch (cp) {
    case CP_CCP: return ppp_ccp_strengths(p, s) != 0;
    case CP_IPCP: return p->config.ipcp;
    case CP_IPV6CP: return p->config.ipv6cp;
    default: return true;
    }
}

#endif
