/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A TUN device, and the little of rtnetlink that sets it up; tun.h. */
#include "config.h"

#include "tap/tun.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- rtnetlink ---------------------------------------------------------- */

struct request {
    struct nlmsghdr head;
    union {
        struct ifinfomsg link;
        struct ifaddrmsg addr;
        struct rtmsg route;
    } body;
    uint8_t attributes[64];
};

static void begin(struct request *r, uint16_t type, uint16_t flags,
                  size_t body)
{
    memset(r, 0, sizeof *r);
    r->head.nlmsg_type = type;
    r->head.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
    r->head.nlmsg_len = (uint32_t)NLMSG_LENGTH(body);
    r->head.nlmsg_seq = 1;
}

static void attribute(struct request *r, uint16_t type, const void *value,
                      uint16_t n)
{
    uint32_t at = NLMSG_ALIGN(r->head.nlmsg_len);
    struct rtattr a = { .rta_len = (uint16_t)RTA_LENGTH(n), .rta_type = type };

    PPTP_ASSERT(at + RTA_SPACE(n) <= sizeof *r);
    memcpy((uint8_t *)r + at, &a, sizeof a);
    memcpy((uint8_t *)r + at + RTA_LENGTH(0), value, n);
    r->head.nlmsg_len = at + a.rta_len;
}

static void attribute32(struct request *r, uint16_t type, uint32_t value)
{
    attribute(r, type, &value, sizeof value);
}

/* Sends it and reads the kernel's verdict: 0, or -1 with errno. */
static int ask(int fd, struct request *r)
{
    union {
        struct nlmsghdr head;
        uint8_t octets[1024];
    } answer;
    struct nlmsgerr error;
    ssize_t n;

    if (send(fd, r, r->head.nlmsg_len, 0) < 0)
        return -1;
    do
        n = recv(fd, &answer, sizeof answer, 0);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return -1;
    errno = EPROTO;
    if ((size_t)n < NLMSG_LENGTH(sizeof error) ||
        answer.head.nlmsg_type != NLMSG_ERROR)
        return -1;
    memcpy(&error, answer.octets + NLMSG_HDRLEN, sizeof error);
    errno = -error.error;
    return error.error == 0 ? 0 : -1;
}

/* No IPv6 address, and so no IPv6 packets of the kernel's own. A kernel
 * without IPv6 refuses it, and needs none of it. */
static void no_ipv6(int fd, uint32_t index)
{
    const uint8_t none = 1; /* IN6_ADDR_GEN_MODE_NONE */
    struct {
        struct rtattr family, mode;
        uint8_t value[4];
    } spec = { .family = { .rta_len = 12, .rta_type = AF_INET6 },
               .mode = { .rta_len = RTA_LENGTH(1),
                         .rta_type = IFLA_INET6_ADDR_GEN_MODE },
               .value = { none } };
    struct request r;

    begin(&r, RTM_NEWLINK, 0, sizeof r.body.link);
    r.body.link.ifi_index = (int)index;
    attribute(&r, IFLA_AF_SPEC, &spec, sizeof spec);
    (void)ask(fd, &r);
}

static int set_up(int fd, uint32_t index, uint32_t mtu)
{
    struct request r;

    begin(&r, RTM_NEWLINK, 0, sizeof r.body.link);
    r.body.link.ifi_index = (int)index;
    r.body.link.ifi_flags = IFF_UP;
    r.body.link.ifi_change = IFF_UP;
    attribute32(&r, IFLA_MTU, mtu);
    return ask(fd, &r);
}

static int add_address(int fd, uint32_t index, uint32_t ip)
{
    struct request r;

    begin(&r, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, sizeof r.body.addr);
    r.body.addr.ifa_family = AF_INET;
    r.body.addr.ifa_prefixlen = 32;
    r.body.addr.ifa_index = index;
    attribute32(&r, IFA_LOCAL, htonl(ip));
    attribute32(&r, IFA_ADDRESS, htonl(ip));
    return ask(fd, &r);
}

static int add_route(int fd, uint32_t index, uint32_t source,
                     const struct tap_prefix *to)
{
    struct request r;

    begin(&r, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, sizeof r.body.route);
    r.body.route.rtm_family = AF_INET;
    r.body.route.rtm_dst_len = to->bits;
    r.body.route.rtm_table = RT_TABLE_MAIN;
    r.body.route.rtm_protocol = RTPROT_STATIC;
    r.body.route.rtm_scope = RT_SCOPE_LINK;
    r.body.route.rtm_type = RTN_UNICAST;
    attribute32(&r, RTA_DST, htonl(to->ip));
    attribute32(&r, RTA_OIF, index);
    attribute32(&r, RTA_PREFSRC, htonl(source));
    return ask(fd, &r);
}

static int configure(uint32_t index, const struct tap_tun_config *c,
                     const char **what)
{
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    int result = -1, saved;
    uint32_t i;

    *what = "netlink";
    if (fd < 0)
        return -1;
    no_ipv6(fd, index);
    *what = "MTU, and up";
    if (set_up(fd, index, c->mtu) < 0)
        goto out;
    *what = "address";
    if (add_address(fd, index, c->local) < 0)
        goto out;
    *what = "route";
    for (i = 0; i < c->routes_n; i++)
        if (add_route(fd, index, c->local, &c->routes[i]) < 0)
            goto out;
    result = 0;
out:
    saved = errno;
    close(fd);
    errno = saved;
    return result;
}

/* --- the device --------------------------------------------------------- */

static int make(struct tap_tun *t, const char *name)
{
    struct ifreq r = { .ifr_flags = IFF_TUN | IFF_NO_PI };

    strncpy(r.ifr_name, name, IFNAMSIZ - 1);
    t->source.fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (t->source.fd < 0 || ioctl(t->source.fd, TUNSETIFF, &r) < 0)
        return -1;
    memcpy(t->name, r.ifr_name, sizeof t->name);
    t->index = if_nametoindex(t->name);
    return t->index == 0 ? -1 : 0;
}

int tap_tun_open(struct tap_tun *t, const struct tap_tun_config *c,
                 const char **what)
{
    int saved;

    *what = "device";
    t->tx_failed = 0;
    if (make(t, c->name) == 0 && configure(t->index, c, what) == 0)
        return 0;
    saved = errno;
    tap_tun_close(t);
    errno = saved;
    return -1;
}

void tap_tun_close(struct tap_tun *t)
{
    if (t->source.fd >= 0)
        close(t->source.fd);
    t->source.fd = -1;
}

bool tap_tun_read(struct tap_tun *t, struct pptp_pool *pool, pptp_pkt pkt)
{
    struct pptp_packet *k = pptp_pool_at(pool, pkt);
    ssize_t n = read(t->source.fd, pptp_packet_data(k),
                     pool->buf_octets - k->off);

    if (n <= 0)
        return false;
    k->head_len = (uint16_t)n;
    return true;
}

void tap_tun_write(struct tap_tun *t, const uint8_t *octets, size_t n)
{
    if (write(t->source.fd, octets, n) != (ssize_t)n)
        t->tx_failed++;
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
