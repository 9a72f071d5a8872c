/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * PAP: RFC 1334.
 */
#ifndef PPP_PAP_H
#define PPP_PAP_H

#include "ppp/auth.h"

extern const struct ppp_method ppp_pap;

#endif
