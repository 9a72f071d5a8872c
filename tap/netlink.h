/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The little of rtnetlink that sets up an interface: up, MTU, address,
 * routes; and proxy ARP.  Each request waits for the kernel's verdict: 0, or
 * -1 with errno.  Addresses are IPv4, in host order.
 */
#ifndef TAP_NETLINK_H
#define TAP_NETLINK_H

#include <stdbool.h>
#include <stdint.h>

/* Addresses that lead into a device. */
struct tap_prefix {
    uint32_t ip;
    uint8_t bits; /* 0 … 32 */
};

enum {
    /* of a device, and what tap_netlink_routes can take away */
    TAP_NETLINK_ROUTES = 1024
};

struct tap_netlink {
    int fd; /* -1: not open */
    uint32_t seq;
    struct tap_prefix route; /* that was asked for last */
};

int tap_netlink_open(struct tap_netlink *n);
void tap_netlink_close(struct tap_netlink *n);

/* The index of the interface of that name; 0: there is none. */
uint32_t tap_netlink_index(const struct tap_netlink *n, const char *name);

/* The interface's MTU, and up; and no packet of IPv6's own leaves it. */
int tap_netlink_up(struct tap_netlink *n, uint32_t index, uint32_t mtu);

/* Adds an address (/32) whose other end is `peer`, or none with 0. */
int tap_netlink_address(struct tap_netlink *n, uint32_t index, uint32_t local,
                        uint32_t peer);
/* Adds a route into the interface with our address `source`, or whichever
 * the kernel finds with 0. EEXIST: another interface has it. */
int tap_netlink_route(struct tap_netlink *n, uint32_t index, uint32_t source,
                      const struct tap_prefix *to);

/* This address and no other (local 0: none at all).  Routes whose source was
 * an address that goes, go with it. */
int tap_netlink_addresses(struct tap_netlink *n, uint32_t index,
                          uint32_t local, uint32_t peer);
/* These routes of ours (RTPROT_STATIC, main table) into the interface and no
 * others; those that are there already are not touched.  routes_n is at most
 * TAP_NETLINK_ROUTES. */
int tap_netlink_routes(struct tap_netlink *n, uint32_t index, uint32_t source,
                       const struct tap_prefix *routes, uint32_t routes_n);

/* An IPv4 address of an interface. */
struct tap_netlink_address {
    uint32_t index; /* of the interface */
    uint32_t local;
    uint32_t peer;      /* of the other end; the same as local: none */
    uint32_t broadcast; /* 0: none */
    uint8_t bits;
    char label[16]; /* the interface's name, perhaps with ":…" */
};

/* A route of the main table to addresses of others. */
struct tap_netlink_entry {
    struct tap_prefix to;
    uint32_t source;  /* 0: none */
    uint32_t index;   /* of the interface */
    uint32_t gateway; /* 0: none */
    uint32_t metric;  /* two of the same network differ in it */
    uint8_t protocol; /* RTPROT_ */
};

/* False ends the list with ENOBUFS. */
typedef bool tap_netlink_address_is(void *ctx,
                                    const struct tap_netlink_address *a);
typedef bool tap_netlink_entry_is(void *ctx,
                                  const struct tap_netlink_entry *e);

/* Each of those of an interface, or of all with index 0.  EAGAIN: they change
 * just now; `f` has had some of them. No privileges. */
int tap_netlink_each_address(struct tap_netlink *n, uint32_t index,
                             tap_netlink_address_is *f, void *ctx);
int tap_netlink_each_entry(struct tap_netlink *n, uint32_t index,
                           tap_netlink_entry_is *f, void *ctx);

/* How the machine reaches an address. */
struct tap_way {
    uint32_t index;   /* of the interface */
    uint32_t gateway; /* 0: the address is on the interface's network */
    uint32_t source;  /* ours that it uses, or 0 */
};

/* The way to an address of today; EHOSTUNREACH: there is none that leaves
 * the machine. */
int tap_netlink_way(struct tap_netlink *n, uint32_t ip, struct tap_way *out);
/* A route for that address alone (main table, ours), which goes this way
 * whatever becomes of wider ones.  Add: EEXIST, there is one already.
 * Removing what has gone is no error. */
int tap_netlink_pin(struct tap_netlink *n, uint32_t ip,
                    const struct tap_way *way, bool add);

/* Whether ARP is answered on the interface for an address that lives behind
 * another one of ours; twice the same is no error. */
int tap_netlink_proxy(struct tap_netlink *n, uint32_t index, uint32_t ip,
                      bool answer);

#endif
