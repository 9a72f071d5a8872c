/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the PNS daemon's packets come from and go to: one TUN device of all
 * sessions, or one each; its routes, ARP for inner addresses, and packets
 * that wait to be written together.
 */
#ifndef TAP_PNS_DEVICE_H
#define TAP_PNS_DEVICE_H

#include "base/probe.h"
#include "nas/pns.h"
#include "tap/pns.h"
#include "tap/tun.h"
#include "tap/world.h"

/* X(name, unit, help): what is lost; one for each early return. */
#define TAP_DEVICES_STATS(X)                                            \
    X(tun_exhausted, "packets",                                         \
      "packets from the device, no packet of the pool")                 \
    X(outer_inside, "packets",                                          \
      "answers to clients whose outer address is in the pool")          \
    X(no_device, "sessions", "sessions ended: no device could be made") \
    X(arp_failed, "addresses",                                          \
      "inner addresses for which ARP could not be answered")

struct tap_devices_stats {
    TAP_DEVICES_STATS(PROBE_MEMBER)
};

extern const struct probe tap_devices_probes[];

/* Of a session. */
struct tap_pns_seat {
    bool arp;   /* is answered for its inner address */
    bool stray; /* no pool and no route has its address any more */
};

/* One for the device; the core has its packet back when it is written. */
struct tap_pns_out {
    const uint8_t *octets;
    size_t n;
    struct tap_tun *tun;
    pptp_call_id call;
    pptp_pkt pkt;
};

enum { TAP_PNS_OUT = 64 };

struct tap_devices {
    struct tap_world *world;
    const struct tap_pns_config *config; /* in force */
    struct nas_pns *role;
    struct tap_tun *tun;       /* one, or one for each session */
    struct tap_pns_seat *seat; /* by session */
    uint64_t failed;           /* packets, of devices that are gone */
    struct tap_devices_stats stats;
    uint32_t outer_told; /* an outer address in the pool, and when */
    pptp_ns outer_told_ns;
    struct tap_pns_out out[TAP_PNS_OUT];
    uint32_t out_n, out_limit;
};

/* world, config and role are set by the caller; the role has its memory.  -1
 * when it has been said why. */
int tap_devices_open(struct tap_devices *d);
void tap_devices_close(struct tap_devices *d);

/* For the role: struct nas_pns_world; these are its ctx. */
bool tap_devices_up(void *devices, uint32_t session, uint32_t ip);
void tap_devices_down(void *devices, uint32_t session, uint32_t ip);
bool tap_devices_out(void *devices, pptp_call_id call, pptp_pkt pkt,
                     uint8_t *ip, size_t n);
void tap_devices_flush(void *devices);
void tap_devices_answer(void *devices, uint32_t session, const uint8_t *ip,
                        size_t n);

/*
 * Routes of the shared device: those of `c`, and of sessions whose address
 * routes of now lead to and those of `c` would not.  -1 when it has been said
 * why not, and the routes are as before.
 */
int tap_devices_routes(struct tap_devices *d, const struct tap_pns_config *c);

/* The name of a session's device, or "". */
const char *tap_devices_name(const struct tap_devices *d, uint32_t session);
/* Packets that devices did not take. */
uint64_t tap_devices_failed(const struct tap_devices *d);

/* Whether an inner address is in pools or routes of `c`. */
bool tap_devices_lead(const struct tap_pns_config *c, uint32_t ip);

#endif
