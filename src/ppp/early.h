/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * Requests that have to wait for CCP, kept beside the state of MPPE.
 */
#ifndef PPP_EARLY_H
#define PPP_EARLY_H

#include "ppp/proto.h"

/* A packet of a network protocol that may not start yet; and when it has been
 * started, what was kept. */
void ppp_early_keep(struct ppp *p, struct ppp_session *s, enum ppp_cp cp,
                    const uint8_t *packet, size_t n);
void ppp_early_answer(struct ppp *p, struct ppp_session *s, pptp_ns now,
                      const struct ppp_proto *proto);

#endif
