/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keeper: a small process that stays behind with the privileges which
 * the daemon gives up, and does a handful of things for it, within what it
 * was told at its start: reads named files, makes TUN devices, gives them
 * addresses and routes, keeps other sides of tunnels reachable beside those,
 * answers ARP for inner addresses, removes the daemon's socket.  One request,
 * one answer.
 *
 * It believes the daemon nothing: names, numbers and prefixes are looked at,
 * devices are those that it made itself, and its filter of system calls
 * (filter.h) knows the only files that it can open.  What it holds beyond an
 * ordinary process are CAP_NET_ADMIN (with `tun` or `arp`) and
 * CAP_DAC_READ_SEARCH (with files).  It ends when the process that started
 * it ends, and takes proxy ARP entries and pinned routes with it.
 */
#ifndef TAP_KEEPER_H
#define TAP_KEEPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "tap/tun.h"

enum {
    TAP_KEEPER_FILES = 4,
    TAP_KEEPER_SOCKETS = 2,
    TAP_KEEPER_DEVICES = 16384, /* at a time */
    TAP_KEEPER_ARPS = 65536,    /* addresses that ARP is answered for */
    TAP_KEEPER_PINS = 16,       /* addresses that keep their way */
    /* routes for more addresses than a /8 has are the default route, also
     * when they come in halves */
    TAP_KEEPER_WIDEST = 8,
    TAP_KEEPER_WAIT_S = 10 /* for an answer */
};

/* What it will do; anything else is refused. */
struct tap_keeper_policy {
    const char *file[TAP_KEEPER_FILES]; /* paths it may open; NULL: none */
    bool secret[TAP_KEEPER_FILES];      /* must not be open to others */
    const char *tun;     /* name or pattern ("dt%d") of devices it may make and
                       * change; NULL: none */
    bool default_route;  /* into such a device */
    const uint32_t *pin; /* addresses that may keep the way of before */
    uint32_t pins;       /* at most TAP_KEEPER_PINS */
    bool pin_others;     /* and others, as many as there is room for: those of
                          * servers that have names */
    bool arp;            /* may answer ARP (proxy entries) */
    const char *arp_device;
    /* UNIX sockets it may remove; NULL: none */
    const char *socket[TAP_KEEPER_SOCKETS];
};

struct tap_keeper {
    int fd; /* -1: none */
    pid_t pid;
    uint32_t seq; /* of the last request */
};

/*
 * Starts the process; `p` and its texts need not stay.  0, or -1 with errno.
 * With its privileges, before there are threads and secrets; the thread that
 * starts it has to stay.
 */
int tap_keeper_start(struct tap_keeper *k, const struct tap_keeper_policy *p);
/* Ends it and waits for that; with fd -1 nothing happens. */
void tap_keeper_stop(struct tap_keeper *k);

/*
 * All of these wait for the answer (milliseconds) and fail with a line in
 * why: cause and cure.
 */

/* The file's whole text and a 0 behind it, to be wiped and freed; or NULL. */
char *tap_keeper_read(struct tap_keeper *k, unsigned file, size_t *len,
                      char *why, size_t cap);

/* A new device, up, with what `c` says (tun.h); 0, or -1, and t->name is what
 * it was called before it was given up, or empty.
 * When its descriptor is closed it is gone, and its routes with it. */
int tap_keeper_tun(struct tap_keeper *k, struct tap_tun *t,
                   const struct tap_tun_config *c, char *why, size_t cap);
/* Another address, peer, MTU and other routes for a device of this keeper:
 * what it had and `c` does not say is taken away, what stays is not touched
 * (`c->name` does not count).  After -1 some of it may be done. */
int tap_keeper_tun_change(struct tap_keeper *k, const struct tap_tun *t,
                          const struct tap_tun_config *c, char *why,
                          size_t cap);
/* One of policy's addresses keeps the way it has now, or (pin false) no
 * longer; as many times on as off.  Nothing is done for one that is not
 * routed, or has a route of its own already. */
int tap_keeper_pin(struct tap_keeper *k, uint32_t ip, bool pin, char *why,
                   size_t cap);
/* Whether our machine answers ARP for an address on policy's device (the
 * kernel does if it forwards IPv4 and routes the address elsewhere). */
int tap_keeper_arp(struct tap_keeper *k, uint32_t ip, bool answer, char *why,
                   size_t cap);
/* Removes one of policy's sockets; that there is none is no error. */
int tap_keeper_unlink(struct tap_keeper *k, unsigned socket, char *why,
                      size_t cap);

#endif
