/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What addresses this machine has to do with, as its kernel tells: those of
 * its interfaces and their networks, gateways, routes.  Inner addresses and
 * routes are held against them: an address that is somebody's already cannot
 * be given to a user, and packets of the tunnel must not go into it.
 */
#ifndef TAP_MACHINE_H
#define TAP_MACHINE_H

#include <stddef.h>

#include "nas/pool.h"
#include "tap/netlink.h"

enum {
    TAP_MACHINE_NETS = 256,
    TAP_MACHINE_GATEWAYS = 64,
    TAP_MACHINE_ROUTES = 1024 /* more are not looked at */
};

/* An address of an interface, with its network. */
struct tap_machine_net {
    uint32_t ip, peer; /* peer 0: none */
    uint32_t broadcast;
    uint8_t bits;
    char device[16];
};

struct tap_machine_gateway {
    uint32_t ip;
    uint32_t index; /* of the interface */
};

/* A network that leads into an interface, in front of others. */
struct tap_machine_route {
    struct tap_prefix to;
    uint32_t index;
};

struct tap_machine {
    struct tap_machine_net net[TAP_MACHINE_NETS];
    uint32_t index[TAP_MACHINE_NETS]; /* of the interface of each */
    uint32_t nets;
    struct tap_machine_gateway gateway[TAP_MACHINE_GATEWAYS];
    uint32_t gateways;
    struct tap_machine_route route[TAP_MACHINE_ROUTES];
    uint32_t routes;
};

/* Reads it anew, by a netlink that is open; no privileges. 0, or -1 with
 * errno. */
int tap_machine_read(struct tap_machine *m, struct tap_netlink *n);
/* What interfaces of that name or pattern (tun.h) have does not count: it is
 * ours. */
void tap_machine_forget(struct tap_machine *m, const char *ours);

/* The name of an interface that has an address; NULL: it is not known. */
const char *tap_machine_device(const struct tap_machine *m, uint32_t index);
/* Whether it is an address of this machine. */
bool tap_machine_has(const struct tap_machine *m, uint32_t ip);
/* The route of exactly that network, or NULL. */
const struct tap_machine_route *tap_machine_route(const struct tap_machine *m,
                                                  const struct tap_prefix *to);

/* The first and the last address of an interface's network; false: it is too
 * small to have a broadcast address (RFC 3021). */
bool tap_machine_range(const struct tap_machine_net *n, struct nas_range *out);

/* What no user can have is appended to `taken`, of which there are *n and at
 * most NAS_TAKEN. */
void tap_machine_taken(const struct tap_machine *m, struct nas_taken *taken,
                       uint32_t *n);

/* What it is, with the device: "the broadcast address of eth0"; in one of two
 * turns of static memory. */
const char *tap_taken_text(const struct nas_taken *t);

#endif
