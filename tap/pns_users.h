/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Warnings about the users of a PNS. */
#ifndef TAP_PNS_USERS_H
#define TAP_PNS_USERS_H

#include "nas/pool.h"
#include "tap/pns.h"
#include "tap/secrets.h"

/* That nobody can log in. */
void tap_pns_check_users(const struct tap_secrets *s,
                         const struct tap_pns_config *c);
/* Fixed addresses that cannot be given, or that no route leads to. */
void tap_pns_check_fixed(const struct tap_secrets *s,
                         const struct tap_pns_config *c,
                         const struct nas_pool *pool);

#endif
