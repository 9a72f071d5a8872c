/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Users of the PAC's clients: their passwords are there, or it is said. */
#ifndef TAP_PAC_USERS_H
#define TAP_PAC_USERS_H

#include "tap/pac.h"
#include "tap/secrets.h"

enum { TAP_PAC_FILE_SECRETS }; /* of the keeper */

/* Once, through the keeper. Without the password of a client of `c`, too, it
 * is -1: it was said. */
int tap_pac_users_load(struct tap_secrets *s, const struct tap_pac_config *c,
                       struct tap_keeper *keeper);

#endif
