/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people are told of a session of PPP, in our log and our views. */
#ifndef TAP_PPP_WORDS_H
#define TAP_PPP_WORDS_H

#include "ppp/ppp.h"

/*
 * What the other side seems to have wanted when it ended a session that was
 * not up, judged by how far PPP came and what was refused to it, and what to
 * do about it: "; it ...", or "".  Static text.  `calls`: we are the client.
 */
const char *tap_ppp_advice(const struct ppp_config *c,
                           const struct ppp_info *info, bool calls);

/* For people; static text: "MS-CHAPv2", "128 stateless" ("none"), "network". */
const char *tap_ppp_auth_text(uint16_t method);
const char *tap_ppp_mppe_text(uint8_t mppe);
const char *tap_ppp_phase_text(uint8_t phase);

#endif
