/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * IPCP: RFC 1332, 1877.
 */
#ifndef PPP_IPCP_H
#define PPP_IPCP_H

#include "ppp/proto.h"

extern const struct ppp_proto ppp_ipcp;

#endif
