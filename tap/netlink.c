/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Interfaces by rtnetlink(7); netlink.h. */
#include "config.h"

#include "tap/netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base.h"

enum {
    ANSWER_OCTETS = 16384, /* the kernel fills half of it at most */
    ADDRESSES = 16,        /* of one device, that are found */
    DUMPS = 4              /* times to look when it changes meanwhile */
};

int tap_netlink_open(struct tap_netlink *n)
{
    int on = 1;

    n->seq = 0;
    n->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    /* lists of one interface only; an old kernel gives all, and so we look
     * at each, too */
    if (n->fd >= 0)
        setsockopt(n->fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof on);
    return n->fd < 0 ? -1 : 0;
}

void tap_netlink_close(struct tap_netlink *n)
{
    if (n->fd >= 0)
        close(n->fd);
    n->fd = -1;
}

uint32_t tap_netlink_index(const struct tap_netlink *n, const char *name)
{
    struct ifreq r = { .ifr_ifindex = 0 };

    /* any socket will do */
    strncpy(r.ifr_name, name, IFNAMSIZ - 1);
    return ioctl(n->fd, SIOCGIFINDEX, &r) < 0 ? 0 : (uint32_t)r.ifr_ifindex;
}

/* --- messages ----------------------------------------------------------- */

struct request {
    struct nlmsghdr head;
    union {
        struct ifinfomsg link;
        struct ifaddrmsg addr;
        struct rtmsg route;
        struct ndmsg neighbour;
    } body;
    uint8_t attributes[64];
};

static void begin(struct request *r, uint16_t type, int flags, size_t body)
{
    memset(r, 0, sizeof *r);
    r->head.nlmsg_type = type;
    r->head.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
    r->head.nlmsg_len = (uint32_t)NLMSG_LENGTH(body);
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

static int transmit(struct tap_netlink *n, struct request *r)
{
    r->head.nlmsg_seq = ++n->seq;
    return send(n->fd, r, r->head.nlmsg_len, 0) < 0 ? -1 : 0;
}

union answer {
    struct nlmsghdr head;
    uint8_t octets[ANSWER_OCTETS];
};

/* The octets of a whole answer, or -1 with errno. */
static ssize_t receive(struct tap_netlink *n, union answer *a)
{
    ssize_t len;

    do
        len = recv(n->fd, a, sizeof *a, MSG_TRUNC);
    while (len < 0 && errno == EINTR);
    if (len <= (ssize_t)sizeof *a)
        return len;
    errno = EMSGSIZE;
    return -1;
}

/* What an NLMSG_ERROR says: 0, or -1 with errno. */
static int verdict(const struct nlmsghdr *head)
{
    struct nlmsgerr error;

    errno = EPROTO;
    if (head->nlmsg_len < NLMSG_LENGTH(sizeof error))
        return -1;
    memcpy(&error, (const uint8_t *)head + NLMSG_HDRLEN, sizeof error);
    errno = -error.error;
    return error.error == 0 ? 0 : -1;
}

/* A whole answer to the last request: 0, or -1 with errno. */
static int answer_to_us(struct tap_netlink *n, union answer *a)
{
    do {
        ssize_t len = receive(n, a);

        if (len < 0)
            return -1;
        if ((size_t)len < sizeof a->head || a->head.nlmsg_len > (size_t)len) {
            errno = EPROTO;
            return -1;
        }
        /* what is left of a list that was given up is not for us */
    } while (a->head.nlmsg_seq != n->seq);
    return 0;
}

/* Sends it and reads the kernel's verdict: 0, or -1 with errno. */
static int ask(struct tap_netlink *n, struct request *r)
{
    union answer a;

    r->head.nlmsg_flags |= NLM_F_ACK;
    if (transmit(n, r) < 0)
        return -1;
    do
        if (answer_to_us(n, &a) < 0)
            return -1;
    while (a.head.nlmsg_type != NLMSG_ERROR);
    return verdict(&a.head);
}

/* --- lists -------------------------------------------------------------- */

/* One entry; false ends the list with ENOBUFS. */
typedef bool each(void *ctx, const struct nlmsghdr *head);

enum list { DUMP_MORE, DUMP_DONE, DUMP_CHANGED, DUMP_FAILED };

static enum list list_part(struct tap_netlink *n, const union answer *a,
                           size_t len, each *f, void *ctx)
{
    bool changed = false;
    size_t at = 0;

    while (at + sizeof a->head <= len) {
        const struct nlmsghdr
            *head = (const struct nlmsghdr *)(const void *)(a->octets + at);

        if (head->nlmsg_len < sizeof *head || head->nlmsg_len > len - at)
            break;
        at += NLMSG_ALIGN(head->nlmsg_len);
        if (head->nlmsg_seq != n->seq)
            continue;
        changed = changed || (head->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
        if (head->nlmsg_type == NLMSG_DONE)
            return changed ? DUMP_CHANGED : DUMP_DONE;
        if (head->nlmsg_type == NLMSG_ERROR)
            return verdict(head) < 0 ? DUMP_FAILED : DUMP_DONE;
        if (!f(ctx, head)) {
            errno = ENOBUFS;
            return DUMP_FAILED;
        }
    }
    return changed ? DUMP_CHANGED : DUMP_MORE;
}

static enum list list(struct tap_netlink *n, struct request *r, each *f,
                      void *ctx)
{
    union answer a;
    enum list state;

    r->head.nlmsg_flags |= NLM_F_DUMP;
    if (transmit(n, r) < 0)
        return DUMP_FAILED;
    do {
        ssize_t len = receive(n, &a);

        if (len < 0)
            return DUMP_FAILED;
        state = list_part(n, &a, (size_t)len, f, ctx);
    } while (state == DUMP_MORE);
    return state;
}

/* An attribute's octets and their number, or NULL. */
static const uint8_t *find_attribute(const struct nlmsghdr *head, size_t body,
                                     uint16_t type, size_t *n)
{
    size_t at = NLMSG_LENGTH(NLMSG_ALIGN(body)), end = head->nlmsg_len;
    const uint8_t *found = NULL;
    struct rtattr a;

    while (at + sizeof a <= end) {
        memcpy(&a, (const uint8_t *)head + at, sizeof a);
        if (a.rta_len < sizeof a || at + a.rta_len > end)
            break;
        if (a.rta_type == type) {
            found = (const uint8_t *)head + at + RTA_LENGTH(0);
            *n = a.rta_len - RTA_LENGTH(0);
        }
        at += RTA_ALIGN(a.rta_len);
    }
    return found;
}

/* An attribute of four octets, or 0 where there is none. */
static uint32_t value_of(const struct nlmsghdr *head, size_t body,
                         uint16_t type)
{
    size_t n = 0;
    const uint8_t *octets = find_attribute(head, body, type, &n);
    uint32_t value = 0;

    if (octets != NULL && n == sizeof value)
        memcpy(&value, octets, sizeof value);
    return value;
}

/* A text, cut to what fits; empty where there is none. */
static void text_of(const struct nlmsghdr *head, size_t body, uint16_t type,
                    char *out, size_t cap)
{
    size_t n = 0;
    const uint8_t *octets = find_attribute(head, body, type, &n);

    if (octets == NULL)
        n = 0;
    if (n > cap - 1)
        n = cap - 1;
    memcpy(out, octets != NULL ? octets : (const uint8_t *)"", n);
    out[n] = '\0';
}

/* 0, or -1 with errno. */
static int listed(enum list state)
{
    if (state == DUMP_CHANGED)
        errno = EAGAIN;
    return state == DUMP_DONE ? 0 : -1;
}

/* --- the interface ------------------------------------------------------ */

/* No IPv6 address, and so no IPv6 packets of the kernel's own. A kernel
 * without IPv6 refuses it, and needs none of it. */
static void no_ipv6(struct tap_netlink *n, uint32_t index)
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
    (void)ask(n, &r);
}

int tap_netlink_up(struct tap_netlink *n, uint32_t index, uint32_t mtu)
{
    struct request r;

    no_ipv6(n, index);
    begin(&r, RTM_NEWLINK, 0, sizeof r.body.link);
    r.body.link.ifi_index = (int)index;
    r.body.link.ifi_flags = IFF_UP;
    r.body.link.ifi_change = IFF_UP;
    attribute32(&r, IFLA_MTU, mtu);
    return ask(n, &r);
}

/* --- addresses ---------------------------------------------------------- */

struct addresses {
    uint32_t n;
    struct tap_netlink_address a[ADDRESSES];
};

static int address(struct tap_netlink *n, uint16_t type, int flags,
                   uint32_t index, const struct tap_netlink_address *a)
{
    struct request r;

    begin(&r, type, flags, sizeof r.body.addr);
    r.body.addr.ifa_family = AF_INET;
    r.body.addr.ifa_prefixlen = a->bits;
    r.body.addr.ifa_index = index;
    attribute32(&r, IFA_LOCAL, htonl(a->local));
    attribute32(&r, IFA_ADDRESS, htonl(a->peer));
    return ask(n, &r);
}

int tap_netlink_address(struct tap_netlink *n, uint32_t index, uint32_t local,
                        uint32_t peer)
{
    struct tap_netlink_address a = { .local = local,
                                     .peer = peer != 0 ? peer : local,
                                     .bits = 32 };

    return address(n, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, index, &a);
}

/* Whoever wants to see addresses of an interface, or all. */
struct address_list {
    uint32_t index;
    tap_netlink_address_is *f;
    void *ctx;
};

static bool read_address(void *ctx, const struct nlmsghdr *head)
{
    const struct address_list *l = ctx;
    struct tap_netlink_address a = { .label = "" };
    struct ifaddrmsg m;

    if (head->nlmsg_type != RTM_NEWADDR ||
        head->nlmsg_len < NLMSG_LENGTH(sizeof m))
        return true;
    memcpy(&m, (const uint8_t *)head + NLMSG_HDRLEN, sizeof m);
    if ((l->index != 0 && m.ifa_index != l->index) || m.ifa_family != AF_INET)
        return true;
    a.index = m.ifa_index;
    a.local = ntohl(value_of(head, sizeof m, IFA_LOCAL));
    a.peer = ntohl(value_of(head, sizeof m, IFA_ADDRESS));
    a.broadcast = ntohl(value_of(head, sizeof m, IFA_BROADCAST));
    a.bits = m.ifa_prefixlen <= 32 ? m.ifa_prefixlen : 32;
    text_of(head, sizeof m, IFA_LABEL, a.label, sizeof a.label);
    return l->f(l->ctx, &a);
}

int tap_netlink_each_address(struct tap_netlink *n, uint32_t index,
                             tap_netlink_address_is *f, void *ctx)
{
    struct address_list l = { .index = index, .f = f, .ctx = ctx };
    struct request r;

    begin(&r, RTM_GETADDR, 0, sizeof r.body.addr);
    r.body.addr.ifa_family = AF_INET;
    r.body.addr.ifa_index = index;
    return listed(list(n, &r, read_address, &l));
}

static bool note_address(void *ctx, const struct tap_netlink_address *a)
{
    struct addresses *all = ctx;

    if (all->n == ADDRESSES)
        return false;
    all->a[all->n++] = *a;
    return true;
}

static int list_addresses(struct tap_netlink *n, uint32_t index,
                          struct addresses *all)
{
    int result = -1;
    unsigned i;

    errno = EAGAIN;
    for (i = 0; i < DUMPS && result < 0 && errno == EAGAIN; i++) {
        all->n = 0;
        result = tap_netlink_each_address(n, index, note_address, all);
    }
    return result;
}

/* Deletes those whose address is `local`, or those whose is not; `but` this
 * peer's. */
static int delete_addresses(struct tap_netlink *n, uint32_t index,
                            const struct addresses *all, uint32_t local,
                            bool same, uint32_t but)
{
    uint32_t i;

    for (i = 0; i < all->n; i++) {
        const struct tap_netlink_address *a = &all->a[i];

        if ((a->local == local) != same ||
            (same && a->peer == but && a->bits == 32))
            continue;
        if (address(n, RTM_DELADDR, 0, index, a) < 0)
            return -1;
    }
    return 0;
}

int tap_netlink_addresses(struct tap_netlink *n, uint32_t index,
                          uint32_t local, uint32_t peer)
{
    struct addresses all;

    if (list_addresses(n, index, &all) < 0)
        return -1;
    /* other ones first: a second address for the same peer would go with the
     * first.  Only then another peer's: with the last address all routes go,
     * and those from this one can stay */
    if (delete_addresses(n, index, &all, local, false, 0) < 0)
        return -1;
    if (local == 0)
        return 0;
    if (tap_netlink_address(n, index, local, peer) < 0)
        return -1;
    return delete_addresses(n, index, &all, local, true,
                            peer != 0 ? peer : local);
}

/* --- routes ------------------------------------------------------------- */

struct route {
    struct tap_prefix to;
    uint32_t source;
    bool keep;
};

struct routes {
    uint32_t n;
    struct route r[TAP_NETLINK_ROUTES];
};

static int route(struct tap_netlink *n, uint16_t type, int flags,
                 uint32_t index, uint32_t source, const struct tap_prefix *to)
{
    struct request r;

    n->route = *to;
    begin(&r, type, flags, sizeof r.body.route);
    r.body.route.rtm_family = AF_INET;
    r.body.route.rtm_dst_len = to->bits;
    r.body.route.rtm_table = RT_TABLE_MAIN;
    r.body.route.rtm_protocol = RTPROT_STATIC;
    r.body.route.rtm_scope = RT_SCOPE_LINK;
    r.body.route.rtm_type = RTN_UNICAST;
    attribute32(&r, RTA_DST, htonl(to->ip));
    attribute32(&r, RTA_OIF, index);
    if (source != 0)
        attribute32(&r, RTA_PREFSRC, htonl(source));
    return ask(n, &r);
}

int tap_netlink_route(struct tap_netlink *n, uint32_t index, uint32_t source,
                      const struct tap_prefix *to)
{
    return route(n, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, index, source,
                 to);
}

/* Whoever wants to see routes of an interface, or all. */
struct entry_list {
    uint32_t index;
    tap_netlink_entry_is *f;
    void *ctx;
};

static bool read_entry(void *ctx, const struct nlmsghdr *head)
{
    const struct entry_list *l = ctx;
    struct tap_netlink_entry e;
    struct rtmsg m;

    if (head->nlmsg_type != RTM_NEWROUTE ||
        head->nlmsg_len < NLMSG_LENGTH(sizeof m))
        return true;
    memcpy(&m, (const uint8_t *)head + NLMSG_HDRLEN, sizeof m);
    e.index = value_of(head, sizeof m, RTA_OIF);
    if (m.rtm_family != AF_INET || m.rtm_table != RT_TABLE_MAIN ||
        m.rtm_type != RTN_UNICAST || (l->index != 0 && e.index != l->index))
        return true;
    e.to.ip = ntohl(value_of(head, sizeof m, RTA_DST));
    e.to.bits = m.rtm_dst_len <= 32 ? m.rtm_dst_len : 32;
    e.source = ntohl(value_of(head, sizeof m, RTA_PREFSRC));
    e.gateway = ntohl(value_of(head, sizeof m, RTA_GATEWAY));
    e.metric = value_of(head, sizeof m, RTA_PRIORITY);
    e.protocol = m.rtm_protocol;
    return l->f(l->ctx, &e);
}

int tap_netlink_each_entry(struct tap_netlink *n, uint32_t index,
                           tap_netlink_entry_is *f, void *ctx)
{
    struct entry_list l = { .index = index, .f = f, .ctx = ctx };
    struct request r;

    begin(&r, RTM_GETROUTE, 0, sizeof r.body.route);
    r.body.route.rtm_family = AF_INET;
    r.body.route.rtm_table = RT_TABLE_MAIN;
    if (index != 0)
        attribute32(&r, RTA_OIF, index);
    return listed(list(n, &r, read_entry, &l));
}

/* Ours are those of RTPROT_STATIC. */
static bool note_route(void *ctx, const struct tap_netlink_entry *e)
{
    struct routes *all = ctx;

    if (e->protocol != RTPROT_STATIC)
        return true;
    if (all->n == TAP_NETLINK_ROUTES)
        return false;
    all->r[all->n++] = (struct route){ .to = e->to, .source = e->source };
    return true;
}

static int list_routes(struct tap_netlink *n, uint32_t index,
                       struct routes *all)
{
    int result = -1;
    unsigned i;

    errno = EAGAIN;
    for (i = 0; i < DUMPS && result < 0 && errno == EAGAIN; i++) {
        all->n = 0;
        result = tap_netlink_each_entry(n, index, note_route, all);
    }
    return result;
}

static struct route *find_route(struct routes *all, uint32_t source,
                                const struct tap_prefix *to)
{
    uint32_t i;

    for (i = 0; i < all->n; i++) {
        struct route *r = &all->r[i];

        if (r->to.ip == to->ip && r->to.bits == to->bits &&
            r->source == source)
            return r;
    }
    return NULL;
}

int tap_netlink_routes(struct tap_netlink *n, uint32_t index, uint32_t source,
                       const struct tap_prefix *routes, uint32_t routes_n)
{
    struct routes all;
    uint32_t i;

    PPTP_ASSERT(routes_n <= TAP_NETLINK_ROUTES);
    if (list_routes(n, index, &all) < 0)
        return -1;
    for (i = 0; i < routes_n; i++) {
        struct route *r = find_route(&all, source, &routes[i]);

        if (r != NULL)
            r->keep = true;
    }
    /* the old ones first: a new one may differ in its source only */
    for (i = 0; i < all.n; i++)
        if (!all.r[i].keep && route(n, RTM_DELROUTE, 0, index, all.r[i].source,
                                    &all.r[i].to) < 0)
            return -1;
    for (i = 0; i < routes_n; i++) {
        struct route *r = find_route(&all, source, &routes[i]);

        if (r == NULL && tap_netlink_route(n, index, source, &routes[i]) < 0)
            return -1;
    }
    return 0;
}

/* --- the way to an address ---------------------------------------------- */

static int note_way(const struct nlmsghdr *head, struct tap_way *out)
{
    struct rtmsg m;

    errno = EPROTO;
    if (head->nlmsg_len < NLMSG_LENGTH(sizeof m))
        return -1;
    memcpy(&m, (const uint8_t *)head + NLMSG_HDRLEN, sizeof m);
    errno = EHOSTUNREACH;
    if (m.rtm_type != RTN_UNICAST)
        return -1;
    out->index = value_of(head, sizeof m, RTA_OIF);
    out->gateway = ntohl(value_of(head, sizeof m, RTA_GATEWAY));
    out->source = ntohl(value_of(head, sizeof m, RTA_PREFSRC));
    return out->index != 0 ? 0 : -1;
}

int tap_netlink_way(struct tap_netlink *n, uint32_t ip, struct tap_way *out)
{
    struct request r;
    union answer a;

    begin(&r, RTM_GETROUTE, 0, sizeof r.body.route);
    r.body.route.rtm_family = AF_INET;
    r.body.route.rtm_dst_len = 32;
    attribute32(&r, RTA_DST, htonl(ip));
    if (transmit(n, &r) < 0)
        return -1;
    for (;;) {
        if (answer_to_us(n, &a) < 0)
            return -1;
        if (a.head.nlmsg_type == RTM_NEWROUTE)
            return note_way(&a.head, out);
        if (a.head.nlmsg_type == NLMSG_ERROR)
            return verdict(&a.head);
    }
}

int tap_netlink_pin(struct tap_netlink *n, uint32_t ip,
                    const struct tap_way *way, bool add)
{
    struct request r;

    begin(&r, add ? RTM_NEWROUTE : RTM_DELROUTE,
          add ? NLM_F_CREATE | NLM_F_EXCL : 0, sizeof r.body.route);
    r.body.route.rtm_family = AF_INET;
    r.body.route.rtm_dst_len = 32;
    r.body.route.rtm_table = RT_TABLE_MAIN;
    r.body.route.rtm_protocol = RTPROT_STATIC;
    r.body.route.rtm_scope = way->gateway != 0 ? RT_SCOPE_UNIVERSE
                                               : RT_SCOPE_LINK;
    r.body.route.rtm_type = RTN_UNICAST;
    attribute32(&r, RTA_DST, htonl(ip));
    attribute32(&r, RTA_OIF, way->index);
    if (way->gateway != 0)
        attribute32(&r, RTA_GATEWAY, htonl(way->gateway));
    if (way->source != 0)
        attribute32(&r, RTA_PREFSRC, htonl(way->source));
    if (ask(n, &r) == 0)
        return 0;
    return !add && (errno == ESRCH || errno == ENODEV) ? 0 : -1;
}

/* --- proxy ARP ---------------------------------------------------------- */

int tap_netlink_proxy(struct tap_netlink *n, uint32_t index, uint32_t ip,
                      bool answer)
{
    struct request r;

    begin(&r, answer ? RTM_NEWNEIGH : RTM_DELNEIGH,
          answer ? NLM_F_CREATE | NLM_F_REPLACE : 0, sizeof r.body.neighbour);
    r.body.neighbour.ndm_family = AF_INET;
    r.body.neighbour.ndm_ifindex = (int)index;
    r.body.neighbour.ndm_state = NUD_PERMANENT;
    r.body.neighbour.ndm_flags = NTF_PROXY;
    attribute32(&r, NDA_DST, htonl(ip));
    if (ask(n, &r) == 0 || (!answer && errno == ENOENT))
        return 0;
    return -1;
}
