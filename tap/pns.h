/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The PNS daemon: control connections on TCP, calls in GRE, PPP at our end
 * and all sessions on one TUN device.  VPN clients send OCRQ, as a PNS does:
 * towards them we are the PAC, whose line is up at once.  PACs send ICRQ.
 */
#ifndef TAP_PNS_H
#define TAP_PNS_H

#include "ppp/ppp.h"
#include "tap/addresses.h"
#include "tap/tun.h"
#include "tap/world.h"

enum { TAP_ROUTES = 1024 };

struct tap_pns_config {
    struct tap_world_config world;
    struct ppp_config ppp; /* `secrets` is the daemon's */
    uint32_t line_bps;     /* what VPN clients are told */
    const char *tun;
    uint32_t mtu;
    uint32_t local; /* inner address, host order */
    struct tap_range pool[TAP_POOLS];
    uint32_t pools;
    struct tap_prefix route[TAP_ROUTES];
    uint32_t routes;
    bool silent;         /* PPP waits until the other side begins */
    const char *secrets; /* path; NULL: nobody is asked */
    uint32_t calls_source;
};

/*
 * Opens everything, says so, serves until SIGTERM or SIGINT, drains.  0; 1
 * when it could not begin or go on: the reason has been said.
 */
int tap_pns_run(const struct tap_pns_config *c);

#endif
