/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A TUN device; tun.h. */
#include "config.h"

#include "tap/tun.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tap/gro.h"

enum { DISCARD = 64 }; /* packets at once */

/* --- the device --------------------------------------------------------- */

const char tap_tun_device[] = "/dev/net/tun";

static bool match_number(const char **at)
{
    const char *from = *at;

    while (**at >= '0' && **at <= '9')
        (*at)++;
    return *at > from;
}

bool tap_tun_name(const char *pattern, const char *name)
{
    const char *at = name, *p;

    if (*name == 0 || strlen(name) >= IFNAMSIZ || strcmp(name, ".") == 0 ||
        strcmp(name, "..") == 0)
        return false;
    for (p = name; *p != 0; p++)
        if (*p == '/' || *p == ':' || *p <= ' ' || *p > '~')
            return false;
    if (strcmp(pattern, name) == 0)
        return true;
    for (p = pattern; *p != 0; p++, at++) {
        if (p[0] == '%' && p[1] == 'd')
            return match_number(&at) && strcmp(at, p + 2) == 0;
        if (*p != *at)
            return false;
    }
    return false;
}

/* What another program made is not ours to set up, nor would it go when we
 * close it: IFF_TUN_EXCL. */
static int make(struct tap_tun *t, const struct tap_netlink *n,
                const char *name)
{
    struct ifreq r = { .ifr_flags = (short)(IFF_TUN | IFF_NO_PI |
                                            IFF_VNET_HDR | IFF_TUN_EXCL) };

    strncpy(r.ifr_name, name, IFNAMSIZ - 1);
    t->source.fd = open(tap_tun_device, TAP_TUN_FLAGS);
    if (t->source.fd < 0 || ioctl(t->source.fd, TUNSETIFF, &r) < 0)
        return -1;
    memcpy(t->name, r.ifr_name, sizeof t->name);
    t->index = tap_netlink_index(n, t->name);
    return t->index == 0 ? -1 : 0;
}

/* A step that is a route: which one. */
static int route_failed(const struct tap_netlink *n, const char **what)
{
    static char text[sizeof "route 255.255.255.255/32"];
    uint32_t ip = n->route.ip;
    int saved = errno;

    snprintf(text, sizeof text, "route %u.%u.%u.%u/%u", ip >> 24,
             ip >> 16 & 255, ip >> 8 & 255, ip & 255, n->route.bits & 63u);
    *what = text;
    errno = saved;
    return -1;
}

static int set_up(const struct tap_tun *t, struct tap_netlink *n,
                  const struct tap_tun_config *c, const char **what)
{
    uint32_t i;

    *what = "MTU, and up";
    if (tap_netlink_up(n, t->index, c->mtu) < 0)
        return -1;
    *what = "address";
    if (c->local != 0 &&
        tap_netlink_address(n, t->index, c->local, c->peer) < 0)
        return -1;
    for (i = 0; i < c->routes_n; i++)
        if (tap_netlink_route(n, t->index, c->local, &c->routes[i]) < 0)
            return route_failed(n, what);
    return 0;
}

int tap_tun_make(struct tap_tun *t, struct tap_netlink *n,
                 const struct tap_tun_config *c, const char **what)
{
    int saved;

    *what = "device";
    t->name[0] = 0;
    t->tx_failed = 0;
    t->refuses = 0;
    if (make(t, n, c->name) == 0 && set_up(t, n, c, what) == 0)
        return 0;
    saved = errno;
    tap_tun_close(t);
    errno = saved;
    return -1;
}

int tap_tun_change(const struct tap_tun *t, struct tap_netlink *n,
                   const struct tap_tun_config *c, const char **what)
{
    *what = "MTU, and up";
    if (tap_netlink_up(n, t->index, c->mtu) < 0)
        return -1;
    *what = "address";
    if (tap_netlink_addresses(n, t->index, c->local, c->peer) < 0)
        return -1;
    return tap_netlink_routes(n, t->index, c->local, c->routes, c->routes_n) <
                   0
               ? route_failed(n, what)
               : 0;
}

int tap_tun_open(struct tap_tun *t, const struct tap_tun_config *c,
                 const char **what)
{
    struct tap_netlink n;
    int result, saved;

    *what = "netlink";
    t->source.fd = -1;
    if (tap_netlink_open(&n) < 0)
        return -1;
    result = tap_tun_make(t, &n, c, what);
    saved = errno;
    tap_netlink_close(&n);
    errno = saved;
    return result;
}

const char *tap_tun_cure(int err)
{
    switch (err) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
        return "; the kernel has no TUN here: modprobe tun, and a container "
               "needs the device /dev/net/tun";
    case EBUSY: return "; another device has that name; cure: another one";
    case EEXIST:
        return "; another interface has that route already: the networks "
               "behind the tunnel have to be networks of their own";
    case EPERM:
    case EACCES: return "; it needs root or CAP_NET_ADMIN";
    default: return "";
    }
}

void tap_tun_close(struct tap_tun *t)
{
    if (t->source.fd >= 0)
        close(t->source.fd);
    t->source.fd = -1;
}

int tap_tun_listen(struct tap_tun *t, struct tap_loop *loop,
                   void (*ready)(struct tap_source *s, uint32_t events),
                   void *owner)
{
    t->source.ready = ready;
    t->source.owner = owner;
    t->source.rank = TAP_RANK_DEVICE;
    return tap_loop_add(loop, &t->source, EPOLLIN);
}

bool tap_tun_read(struct tap_tun *t, struct pptp_pool *pool, pptp_pkt pkt)
{
    struct pptp_packet *k = pptp_pool_at(pool, pkt);
    uint32_t at = k->off - TAP_GRO_VIRTIO;
    ssize_t n;

    PPTP_ASSERT(k->off >= TAP_GRO_VIRTIO);
    n = read(t->source.fd, k->buf + at, pool->buf_octets - at);
    if (n <= TAP_GRO_VIRTIO)
        return false;
    k->head_len = (uint16_t)(n - TAP_GRO_VIRTIO);
    return true;
}

unsigned tap_tun_discard(struct tap_tun *t)
{
    uint8_t waste[TAP_GRO_VIRTIO]; /* it gives no less */
    unsigned n = 0;

    while (n < DISCARD && read(t->source.fd, waste, sizeof waste) > 0)
        n++;
    return n;
}

uint32_t tap_tun_read_batch(struct tap_tun *t, struct pptp_pool *pool,
                            uint32_t headroom, pptp_pkt pkt[TAP_TUN_BATCH],
                            uint64_t *lost)
{
    uint32_t n;

    for (n = 0; n < TAP_TUN_BATCH; n++) {
        pkt[n] = pptp_pool_take(pool, headroom);
        if (pkt[n] == PPTP_PKT_NONE)
            break;
        if (!tap_tun_read(t, pool, pkt[n])) {
            pptp_pool_free(pool, pkt[n]);
            return n;
        }
    }
    if (n == 0)
        *lost += tap_tun_discard(t);
    return n;
}

void tap_tun_write(struct tap_tun *t, const uint8_t *octets, size_t n)
{
    static const uint8_t head[TAP_GRO_VIRTIO];
    struct iovec v[2] = { { (void *)(uintptr_t)head, sizeof head },
                          { (void *)(uintptr_t)octets, n } };

    if (writev(t->source.fd, v, 2) != (ssize_t)(sizeof head + n))
        t->tx_failed++;
}

/* With the header where there is room for it: one piece is cheaper. */
static void write_alone(struct tap_tun *t, const struct iovec *packet)
{
    uint8_t *head = (uint8_t *)packet->iov_base - TAP_GRO_VIRTIO;
    size_t n = TAP_GRO_VIRTIO + packet->iov_len;

    memset(head, 0, TAP_GRO_VIRTIO);
    if (write(t->source.fd, head, n) != (ssize_t)n)
        t->tx_failed++;
}

/* Several as one. */
static void write_run(struct tap_tun *t, const struct tap_gro *g, uint32_t run)
{
    const struct tap_gro_run *r = &g->run[run];
    struct iovec piece[TAP_GRO_PIECES];
    uint8_t head[TAP_GRO_HEAD];
    uint32_t n = tap_gro_pieces(g, run, head, piece), i, at = r->first;

    if (writev(t->source.fd, piece, (int)n) ==
        (ssize_t)(TAP_GRO_VIRTIO + r->octets))
        return;
    /* as they came; and what it does not know, as UDP before Linux 6.2, it
     * is not offered again */
    if (errno == EINVAL)
        t->refuses |= r->kind;
    for (i = 0; i < r->n; i++, at = g->next[at])
        write_alone(t, &g->packet[at]);
}

void tap_tun_write_batch(struct tap_tun *t, const struct iovec *packet,
                         uint32_t n)
{
    struct tap_gro g;
    uint32_t i;

    tap_gro_batch(&g, packet, n, ~(unsigned)t->refuses);
    for (i = 0; i < g.runs; i++)
        if (g.run[i].n == 1)
            write_alone(t, &packet[g.run[i].first]);
        else
            write_run(t, &g, i);
}

bool tap_prefixes_have(const struct tap_prefix *list, uint32_t n, uint32_t ip)
{
    uint32_t i;

    for (i = 0; i < n; i++)
        if ((uint64_t)ip - list[i].ip < UINT64_C(1) << (32 - list[i].bits))
            return true;
    return false;
}

uint32_t tap_prefixes(uint32_t first, uint32_t last, struct tap_prefix *out)
{
    uint64_t at = first;
    uint32_t n = 0;

    while (at <= last) {
        uint8_t bits = 32;

        /* doubled while it starts on its size and ends within */
        while (bits > 0) {
            uint64_t size = UINT64_C(1) << (33 - bits);

            if ((at & (size - 1)) != 0 || at + size - 1 > last)
                break;
            bits--;
        }
        out[n++] = (struct tap_prefix){ .ip = (uint32_t)at, .bits = bits };
        at += UINT64_C(1) << (32 - bits);
    }
    return n;
}
