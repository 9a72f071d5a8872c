/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PPP frames, whole octets long, that a flow sent. */
#ifndef EXPLAIN_PPP_H
#define EXPLAIN_PPP_H

#include "explain/state.h"

void explain_ppp_input(struct explain *e, struct flow *f, const uint8_t *p,
                       size_t n, size_t whole);
/* Whether PPP was ended in order before the call was; *known is false when
 * the capture cannot tell. */
bool explain_ppp_orderly(const struct explain *e, const struct call *call,
                         bool *known);

#endif
