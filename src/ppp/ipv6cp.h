/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * IPV6CP: RFC 5072.
 */
#ifndef PPP_IPV6CP_H
#define PPP_IPV6CP_H

#include "ppp/proto.h"

extern const struct ppp_proto ppp_ipv6cp;

#endif
