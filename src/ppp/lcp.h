/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * LCP: RFC 1661, 1570, 1990.  ppp_identify and ppp_time_left are in ppp.h.
 */
#ifndef PPP_LCP_H
#define PPP_LCP_H

#include "ppp/proto.h"

extern const struct ppp_proto ppp_lcp;

#endif
