/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One TUN device for all sessions: made with its address, MTU and routes
 * (rtnetlink), then only read and written.  IPv4 without a header before it.
 */
#ifndef TAP_TUN_H
#define TAP_TUN_H

#include "pptp/packet.h"
#include "tap/loop.h"

/* Addresses that lead into the device, host order. */
struct tap_prefix {
    uint32_t ip;
    uint8_t bits; /* 0 … 32 */
};

struct tap_tun_config {
    const char *name; /* at most 15 octets; %d: the kernel numbers it */
    uint32_t local;   /* our address, host order */
    uint32_t mtu;
    const struct tap_prefix *routes;
    uint32_t routes_n;
};

struct tap_tun {
    struct tap_source source;
    uint32_t index; /* of the interface */
    char name[16];
    uint64_t tx_failed; /* packets that the kernel did not take */
};

/*
 * Makes the device and brings it up.  -1 with errno, and *what says which
 * step failed (static text).
 */
int tap_tun_open(struct tap_tun *t, const struct tap_tun_config *c,
                 const char **what);
void tap_tun_close(struct tap_tun *t);

/* Reads one packet behind the packet's headroom. False: nothing there. */
bool tap_tun_read(struct tap_tun *t, struct pptp_pool *pool, pptp_pkt pkt);
void tap_tun_write(struct tap_tun *t, const uint8_t *octets, size_t n);

/* The prefixes that cover first … last exactly, at most 62; gives their
 * number. */
uint32_t tap_prefixes(uint32_t first, uint32_t last, struct tap_prefix *out);

#endif
