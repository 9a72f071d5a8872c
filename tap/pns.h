/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The PNS daemon: control connections on TCP, calls in GRE, PPP at our end
 * and all sessions on one TUN device, or on one each.  What it does with VPN
 * clients and PACs is nas/pns.h.
 */
#ifndef TAP_PNS_H
#define TAP_PNS_H

#include "nas/pns.h"
#include "tap/tun.h"
#include "tap/world.h"

enum { TAP_ROUTES = 1024 };

struct tap_pns_config {
    struct tap_world_config world;
    struct nas_pns_config nas;
    const char *tun;       /* name, or pattern */
    bool each;             /* every session has a device of its own */
    const char *proxy_arp; /* device where ARP is answered; NULL: none */
    struct nas_range extra[TAP_ROUTES]; /* `routes`, without what is taken */
    uint32_t extras;
    struct tap_prefix route[TAP_ROUTES]; /* of pool and `routes` */
    uint32_t routes;
    const char *secrets; /* path; NULL: nobody is asked */

    /* To be read again; NULL: never. */
    const char *path;
    /* What a text of it says, or -1 and where and what is wrong.  Texts of
     * *out are valid until the next call. */
    int (*again)(void *ctx, const char *text, size_t len,
                 struct tap_pns_config *out, char *why, size_t cap);
    void *again_ctx;
    const char *restart; /* of `again`: keys that have changed and that only
                          * a restart takes over, "a, b"; "": none */
};

/*
 * Opens everything, says so, serves until SIGTERM or SIGINT, drains.  0; 1
 * when it could not begin or go on: the reason has been said.
 */
int tap_pns_run(const struct tap_pns_config *c);

#endif
