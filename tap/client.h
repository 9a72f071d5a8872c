/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Callers of our own (nas/caller.h) in the real world: what a user of a VPN
 * has.  Each puts IP on a TUN device of its own; or on none, when only the
 * calls matter (the emulation of many users).
 */
#ifndef TAP_CLIENT_H
#define TAP_CLIENT_H

#include "nas/caller.h"
#include "tap/events.h"
#include "tap/keeper.h"
#include "tap/line.h"

struct tap_client_config {
    const char *name; /* of the lines, for messages */
    struct nas_callers_config calls;
    const char *device;              /* TUN: a name or a pattern; NULL: none */
    const struct tap_prefix *routes; /* also over the other side's outer
                                      * address: it stays reachable */
    uint32_t routes_n;
};

struct tap_client_bank;

struct tap_client {
    struct tap_line line; /* first member */
    struct tap_client_bank *bank;
    struct tap_tun tun;
    uint32_t pinned; /* outer address whose way is kept; 0: none */
};

struct tap_client_bank {
    const struct tap_client_config *config;
    struct tap_keeper *keeper;
    struct tap_events *events; /* the owner's, or NULL */
    struct nas_callers calls;
    struct tap_client *client; /* by caller */
    struct tap_log_many talk;  /* where they are many */
};

/* 0, or -1 without memory. `keeper` makes the devices, `secrets` has the
 * password (may be NULL). The lines' owner, loop and pool are set by the
 * caller before their `open`. */
int tap_client_init(struct tap_client_bank *b,
                    const struct tap_client_config *c,
                    struct tap_keeper *keeper,
                    const struct ppp_secrets *secrets);
void tap_client_fini(struct tap_client_bank *b);

/* An event of its callers, to the log and the daemon's file. */
void tap_client_tell(void *bank, const struct nas_event *e);

#endif
