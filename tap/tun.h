/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A TUN device, of all sessions or of one: made with its address, MTU and
 * routes (netlink.h), then only read and written.  Address and routes go with
 * the device, when it is closed.
 *
 * Before each packet of IPv4 there is a virtio header.  What is written may
 * be several packets as one (gro.h); what is read never is.
 */
#ifndef TAP_TUN_H
#define TAP_TUN_H

#include <fcntl.h>

#include <sys/uio.h>

#include "base/packet.h"
#include "tap/loop.h"
#include "tap/netlink.h"

/* Routes into one device. */
enum { TAP_TUN_ROUTES = TAP_NETLINK_ROUTES };

struct tap_tun_config {
    const char *name; /* at most 15 octets; %d: the kernel numbers it */
    uint32_t local;   /* our address, host order; 0: none yet */
    uint32_t peer;    /* of the other end, /32; 0: none */
    uint32_t mtu;
    const struct tap_prefix *routes;
    uint32_t routes_n; /* at most TAP_TUN_ROUTES */
};

struct tap_tun {
    struct tap_source source;
    uint32_t index; /* of the interface */
    char name[16];
    uint8_t refuses;    /* TAP_GRO_… that the kernel has refused */
    uint64_t tx_failed; /* packets that the kernel did not take */
};

/* Where devices come from, and how it is opened. */
enum { TAP_TUN_FLAGS = O_RDWR | O_CLOEXEC | O_NONBLOCK };
extern const char tap_tun_device[];

/*
 * Makes the device, which nobody has yet, and brings it up.  -1 with errno,
 * and *what says which step failed (static text); t->name is then what the
 * kernel had called it, or empty.  With privileges; later:
 * keeper.h.
 */
int tap_tun_open(struct tap_tun *t, const struct tap_tun_config *c,
                 const char **what);
/* The same with a netlink that is open, and another configuration for what
 * was made: what it had and `c` does not say is taken away, the rest is not
 * touched (`c->name` does not count). */
int tap_tun_make(struct tap_tun *t, struct tap_netlink *n,
                 const struct tap_tun_config *c, const char **what);
int tap_tun_change(const struct tap_tun *t, struct tap_netlink *n,
                   const struct tap_tun_config *c, const char **what);
/* What to do about an errno of these, for the end of a line; "" if it says
 * enough itself (static text). */
const char *tap_tun_cure(int err);

/* Whether the kernel would take the name and it is the pattern itself, or
 * the pattern with a number in place of its %d. */
bool tap_tun_name(const char *pattern, const char *name);

void tap_tun_close(struct tap_tun *t);

/* Its events go to `owner` from now on. 0, or -1 with errno. */
int tap_tun_listen(struct tap_tun *t, struct tap_loop *loop,
                   void (*ready)(struct tap_source *s, uint32_t events),
                   void *owner);

/* Reads one packet behind the packet's headroom, of which the virtio header
 * needs ten octets for a moment. False: nothing there. */
bool tap_tun_read(struct tap_tun *t, struct pptp_pool *pool, pptp_pkt pkt);
/* No packet to read into: what waits is lost, or epoll would not let us
 * sleep. How many packets that were. */
unsigned tap_tun_discard(struct tap_tun *t);
/* Reads what is there into new packets, behind `headroom`; their number.
 * Where the pool has not one, it is discarded, and added to *lost. */
enum { TAP_TUN_BATCH = 64 };
uint32_t tap_tun_read_batch(struct tap_tun *t, struct pptp_pool *pool,
                            uint32_t headroom, pptp_pkt pkt[TAP_TUN_BATCH],
                            uint64_t *lost);
void tap_tun_write(struct tap_tun *t, const uint8_t *octets, size_t n);
/* The same for n packets, at most TAP_GRO_PACKETS, with fewer calls of the
 * kernel; of each flow in order.  Before each are ten octets that may be
 * overwritten. */
void tap_tun_write_batch(struct tap_tun *t, const struct iovec *packet,
                         uint32_t n);

/* Whether one of n prefixes has an address in it. */
bool tap_prefixes_have(const struct tap_prefix *list, uint32_t n, uint32_t ip);

/* The prefixes that cover first … last exactly, at most 62; gives their
 * number. */
uint32_t tap_prefixes(uint32_t first, uint32_t last, struct tap_prefix *out);

#endif
