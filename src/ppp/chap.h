/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * CHAP and MS-CHAP: RFC 1994, 2433, 2759.
 */
#ifndef PPP_CHAP_H
#define PPP_CHAP_H

#include "ppp/auth.h"

extern const struct ppp_method ppp_chap;

#endif
