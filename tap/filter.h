/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A filter of system calls: what a daemon that is open needs, and no more. */
#ifndef TAP_FILTER_H
#define TAP_FILTER_H

#include <stdbool.h>

/* Whether this build has one: not for an unknown processor, nor under the
 * sanitizers, which need calls of their own. */
bool tap_filter_known(void);

/*
 * From now on descriptors that are open can be used, new connections
 * accepted and memory taken; everything else (files, new sockets, programs)
 * fails with EPERM.  Needs no-new-privileges (priv.h).  0, or -1 with errno.
 */
int tap_filter_install(void);

#endif
