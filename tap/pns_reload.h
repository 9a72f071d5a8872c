/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the PNS daemon reads at the beginning and, by SIGHUP, again. */
#ifndef TAP_PNS_RELOAD_H
#define TAP_PNS_RELOAD_H

#include "tap/pns_daemon.h"

/* The file of secrets before anything is open; -1 when it has been said why
 * not. */
int tap_pns_load(struct tap_pns *p);
/* The role is there: users are its own from here. -1 without memory. */
int tap_pns_give_users(struct tap_pns *p);
/* The configuration and secrets anew: both, or -1 and all is as before. */
int tap_pns_reload(void *pns);

#endif
