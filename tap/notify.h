/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What systemd wants to know of a service (sd_notify's protocol): that it is
 * ready, reloads, ends, and still turns.  Without systemd nothing happens.
 */
#ifndef TAP_NOTIFY_H
#define TAP_NOTIFY_H

#include "base/base.h"

struct tap_notify {
    int fd;              /* -1: nobody wants to know */
    pptp_ns watchdog_ns; /* half of what is allowed; 0: no watchdog */
    pptp_ns next_ns;     /* PPTP_NEVER: no watchdog */
};

/* Takes the socket and the watchdog's time from the environment. */
void tap_notify_open(struct tap_notify *n, pptp_ns now);
void tap_notify_close(struct tap_notify *n);

/* One or more lines such as "READY=1". */
void tap_notify(const struct tap_notify *n, const char *lines);

/* When next_ns has come: a sign of life. */
void tap_notify_turn(struct tap_notify *n, pptp_ns now);

#endif
