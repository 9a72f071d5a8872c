/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Link headers and encapsulations; encap.h.  Every octet is hostile: all is
 * read through cursors that know their end, and headers in one another are
 * counted.
 */
#include "config.h"

#include "ip/encap.h"

#include "base/wire.h"
#include "ppp/peek.h"

#define PPTP_TCP_PORT 1723u

enum { IP_IPIP = 4, IP_TCP = 6, IP_IPV6 = 41, IP_GRE = 47, IP_ESP = 50 };

enum {
    LINK_NULL = 0,
    LINK_ETHERNET = 1,
    LINK_PPP = 9,
    LINK_RAW_12 = 12,
    LINK_RAW_14 = 14,
    LINK_PPP_SERIAL = 50,
    LINK_PPP_ETHER = 51,
    LINK_ATM_LLC = 100,
    LINK_RAW = 101,
    LINK_C_HDLC = 104,
    LINK_WIFI = 105,
    LINK_LOOP = 108,
    LINK_SLL = 113,
    LINK_RADIOTAP = 127,
    LINK_PPP_PPPD = 166,
    LINK_PPP_DIRECTION = 204,
    LINK_MPLS = 219,
    LINK_IPV4 = 228,
    LINK_IPV6 = 229,
    LINK_SLL2 = 276
};

enum {
    TYPE_IPV4 = 0x0800,
    TYPE_VLAN = 0x8100,
    TYPE_IPV6 = 0x86DD,
    TYPE_MPLS = 0x8847,
    TYPE_MPLS_MULTICAST = 0x8848,
    TYPE_PPP = 0x880B,
    TYPE_PPPOE = 0x8864,
    TYPE_QINQ = 0x88A8,
    TYPE_BRIDGED = 0x6558,
    LENGTH_MAX = 1500, /* what an 802.3 length can be; above it is a type */
    SLL_802_3 = 1,     /* Novell's frames without LLC */
    SLL_LLC = 4
};

/* What is left of a frame. */
struct piece {
    const uint8_t *p;
    size_t len;
    unsigned depth; /* headers taken off so far */
};

static struct encap of_type(struct piece d, uint32_t type);
static struct encap of_ethernet(struct piece d);
static struct encap of_ip(struct piece d);

static bool skip(struct piece *d, size_t n)
{
    if (d->len < n)
        return false;
    d->p += n;
    d->len -= n;
    return true;
}

static bool take16(struct piece *d, uint32_t *v)
{
    if (!skip(d, 2))
        return false;
    *v = pptp_get16(d->p - 2);
    return true;
}

static struct encap is(enum encap_kind kind, uint32_t which)
{
    return (struct encap){ .kind = kind, .which = which };
}

static struct encap cut(void)
{
    return is(ENCAP_CUT, 0);
}

/* One header more; false: there are too many. */
static bool deeper(struct piece *d)
{
    return ++d->depth <= ENCAP_DEPTH_MAX;
}

/* --- IP ------------------------------------------------------------------ */

static struct encap of_ipv4(struct piece d)
{
    struct piece inner = d;
    struct encap found;
    size_t header;
    bool fragment;

    if (d.len < 10)
        return cut();
    found = (struct encap){ ENCAP_IPV4, d.p[9], d.p, d.len };
    header = (d.p[0] & 15u) * 4u;
    fragment = (pptp_get16(d.p + 6) & 0x3FFF) != 0;
    if ((d.p[9] != IP_IPIP && d.p[9] != IP_IPV6) || fragment || header < 20)
        return found;
    if (!skip(&inner, header))
        return cut();
    return of_ip(inner);
}

/* What IPv6 carries when it is not IP again. */
static struct encap of_ipv6_other(const struct piece *d, uint32_t next)
{
    bool tcp = next == IP_TCP && d->len >= 4 &&
               (pptp_get16(d->p) == PPTP_TCP_PORT ||
                pptp_get16(d->p + 2) == PPTP_TCP_PORT);
    bool gre = next == IP_GRE && d->len >= 4 && (d->p[1] & 7) == 1 &&
               pptp_get16(d->p + 2) == TYPE_PPP;

    return is(tcp || gre ? ENCAP_IPV6_PPTP : ENCAP_IPV6, next);
}

/* RFC 8200, 4: extension headers have their length in octets of 8. */
static struct encap of_ipv6(struct piece d)
{
    uint32_t next;
    size_t n;

    if (d.len < 40)
        return cut();
    next = d.p[6];
    skip(&d, 40);
    while (deeper(&d)) {
        switch (next) {
        case 0:   /* hop by hop */
        case 43:  /* routing */
        case 60:  /* destination options */
        case 135: /* mobility */
        case 139: /* HIP */
        case 140: /* shim6 */ n = d.len >= 2 ? 8 + d.p[1] * 8u : 2; break;
        case 51: /* authentication: octets of 4, less 2 */
            n = d.len >= 2 ? (d.p[1] + 2u) * 4u : 2;
            break;
        case 44: /* a fragment, unless it is the whole */
            if (d.len >= 8 && (pptp_get16(d.p + 2) & 0xFFF9) != 0)
                return is(ENCAP_IPV6, next);
            n = 8;
            break;
        case IP_IPIP:
        case IP_IPV6: return of_ip(d);
        default: return of_ipv6_other(&d, next);
        }
        if (d.len < 1 || d.len < n)
            return cut();
        next = d.p[0];
        skip(&d, n);
    }
    return is(ENCAP_DEEP, 0);
}

static struct encap of_ip(struct piece d)
{
    if (!deeper(&d))
        return is(ENCAP_DEEP, 0);
    if (d.len < 1)
        return cut();
    switch (d.p[0] >> 4) {
    case 4: return of_ipv4(d);
    case 6: return of_ipv6(d);
    default: return is(ENCAP_IP, d.p[0] >> 4);
    }
}

/* --- PPP, MPLS, LLC ------------------------------------------------------ */

/* Whether Ethernet whose type is read, or SNAP in it, may begin here. */
static bool ethernet_here(const struct piece *d, size_t at)
{
    uint32_t type;

    if (d->len < at + 14)
        return false;
    type = pptp_get16(d->p + at + 12);
    if (type <= LENGTH_MAX)
        return d->len >= at + 17 && d->p[at + 16] == 0x03 &&
               pptp_get16(d->p + at + 14) == 0xAAAA;
    switch (type) {
    case TYPE_IPV4:
    case TYPE_IPV6:
    case TYPE_VLAN:
    case TYPE_QINQ:
    case TYPE_MPLS:
    case TYPE_PPPOE: return true;
    default: return false;
    }
}

/* RFC 3032: labels of four octets, the last one marked.  What follows says
 * by its first half octet what it is (RFC 4928); 0 is the control word of a
 * pseudowire (RFC 4385), nearly always one of Ethernet, or such a pseudowire
 * has no control word. */
static struct encap of_mpls(struct piece d)
{
    bool last = false;

    while (!last) {
        if (!deeper(&d))
            return is(ENCAP_DEEP, 0);
        if (!skip(&d, 4))
            return cut();
        last = (d.p[-2] & 1) != 0;
    }
    if (d.len < 18 && (d.len < 1 || (d.p[0] & 0xD0) != 0x40))
        return cut(); /* what it may be is further on */
    switch (d.p[0] >> 4) {
    case 0:
        if (ethernet_here(&d, 0) && !ethernet_here(&d, 4))
            return of_ethernet(d);
        return skip(&d, 4) ? of_ethernet(d) : cut();
    case 4:
    case 6: return of_ip(d);
    default:
        return ethernet_here(&d, 0) ? of_ethernet(d)
                                    : is(ENCAP_MPLS, d.p[0] >> 4);
    }
}

static struct encap of_ppp(struct piece d)
{
    struct ppp_peek k = ppp_peek(d.p, d.len);

    if (!deeper(&d))
        return is(ENCAP_DEEP, 0);
    if (!k.full && k.protocol == 0xFF) /* an address; no protocol is FF */
        return d.len < 2 ? cut() : is(ENCAP_PPP, 0xFF);
    if (k.head == 0)
        return cut();
    skip(&d, k.head);
    switch (k.protocol) {
    case 0x0021: return of_ip(d);
    case 0x0057: return of_ip(d);
    case 0x0281:
    case 0x0283: return of_mpls(d);
    default: return is(ENCAP_PPP, k.protocol);
    }
}

/* RFC 2516: version and type, code, session, length; then PPP. */
static struct encap of_pppoe(struct piece d)
{
    return skip(&d, 6) ? of_ppp(d) : cut();
}

/* Cisco's HDLC has address and control of its own, then an Ethernet type;
 * anything else on such a line is PPP. */
static struct encap of_serial(struct piece d)
{
    uint32_t type;

    if (d.len < 1)
        return cut();
    if (d.p[0] != 0x0F && d.p[0] != 0x8F)
        return of_ppp(d);
    return skip(&d, 2) && take16(&d, &type) ? of_type(d, type) : cut();
}

/* A direction in place of the address, or before it. */
static struct encap of_pppd(struct piece d)
{
    if (!skip(&d, 1))
        return cut();
    if (d.len >= 1 && d.p[0] == 0x03) /* control */
        skip(&d, 1);
    return of_serial(d);
}

/* 802.2, and SNAP (RFC 1042) in it; of the organisations those whose numbers
 * are Ethernet types, and bridged Ethernet, with or without its FCS, behind
 * two octets (RFC 2684, 5.2). */
static struct encap of_llc(struct piece d)
{
    uint32_t organisation, type;

    if (d.len < 3)
        return cut();
    if (d.p[0] == 0x06)
        return skip(&d, 3) ? of_ip(d) : cut();
    if (d.p[0] != 0xAA || d.p[2] != 0x03)
        return is(ENCAP_LLC, d.p[0]);
    if (d.len < 8)
        return cut();
    organisation = (uint32_t)d.p[3] << 16 | pptp_get16(d.p + 4);
    skip(&d, 6);
    take16(&d, &type);
    if (organisation == 0x0080C2 && (type == 0x0001 || type == 0x0007))
        return skip(&d, 2) ? of_ethernet(d) : cut();
    if (organisation != 0 && organisation != 0x0000F8)
        return is(ENCAP_LLC, 0xAA);
    return of_type(d, type);
}

/* --- Ethernet and its like ----------------------------------------------- */

/* What follows an Ethernet type, or a length in its place. */
static struct encap of_type(struct piece d, uint32_t type)
{
    if (!deeper(&d))
        return is(ENCAP_DEEP, 0);
    switch (type) {
    case TYPE_IPV4:
    case TYPE_IPV6: return of_ip(d);
    case TYPE_VLAN:
    case TYPE_QINQ:
    case 0x9100: /* what QinQ used before it was a standard */
    case 0x9200:
    case 0x9300:
        return skip(&d, 2) && take16(&d, &type) ? of_type(d, type) : cut();
    case TYPE_MPLS:
    case TYPE_MPLS_MULTICAST: return of_mpls(d);
    case TYPE_PPPOE: return of_pppoe(d);
    case TYPE_PPP: return of_ppp(d);
    case TYPE_BRIDGED: return of_ethernet(d);
    default: return type <= LENGTH_MAX ? of_llc(d) : is(ENCAP_ETHERTYPE, type);
    }
}

static struct encap of_ethernet(struct piece d)
{
    uint32_t type;

    return skip(&d, 12) && take16(&d, &type) ? of_type(d, type) : cut();
}

/* Linux cooked: small numbers are not lengths but kinds of frames. */
static struct encap of_cooked(struct piece d, size_t header, size_t type_at)
{
    uint32_t type;

    if (d.len < header)
        return cut();
    type = pptp_get16(d.p + type_at);
    skip(&d, header);
    if (type == SLL_LLC)
        return of_llc(d);
    return type == SLL_802_3 || type > LENGTH_MAX ? of_type(d, type)
                                                  : is(ENCAP_ETHERTYPE, type);
}

/* An address family in the order of whoever captured. */
static struct encap of_family(struct piece d)
{
    uint32_t family;

    if (!skip(&d, 4))
        return cut();
    family = pptp_get32(d.p - 4);
    if (family > UINT16_MAX)
        family = (uint32_t)d.p[-1] << 24 | (uint32_t)d.p[-2] << 16 |
                 (uint32_t)d.p[-3] << 8 | d.p[-4];
    switch (family) {
    case 2:  /* IPv4 everywhere */
    case 10: /* IPv6: Linux, … */
    case 24: /* NetBSD and OpenBSD, */
    case 28: /* FreeBSD, */
    case 30: /* macOS */ return of_ip(d);
    default: return is(ENCAP_FAMILY, family);
    }
}

/* --- 802.11 -------------------------------------------------------------- */

static size_t wifi_header(const struct piece *d)
{
    bool four = (d->p[1] & 0x03) == 0x03; /* to and from a DS */
    bool qos = (d->p[0] & 0x80) != 0;
    bool high_throughput = qos && (d->p[1] & 0x80) != 0;

    return 24u + (four ? 6u : 0u) + (qos ? 2u : 0u) +
           (high_throughput ? 4u : 0u);
}

static struct encap of_wifi(struct piece d, bool padded)
{
    size_t header;
    bool four, qos;

    if (d.len < 24)
        return cut();
    if ((d.p[0] & 0x0C) != 0x08 || (d.p[0] & 0x40) != 0)
        return is(ENCAP_WIFI, ENCAP_WIFI_NO_DATA);
    if ((d.p[1] & 0x40) != 0)
        return is(ENCAP_WIFI, ENCAP_WIFI_ENCRYPTED);
    if ((d.p[1] & 0x04) != 0 || (d.p[22] & 0x0F) != 0)
        return is(ENCAP_WIFI, ENCAP_WIFI_FRAGMENT);
    header = wifi_header(&d);
    four = (d.p[1] & 0x03) == 0x03;
    qos = (d.p[0] & 0x80) != 0;
    if (d.len < header)
        return cut();
    if (qos && (d.p[four ? 30 : 24] & 0x80) != 0)
        return is(ENCAP_WIFI, ENCAP_WIFI_AGGREGATE);
    if (padded)
        header = (header + 3) / 4 * 4;
    return skip(&d, header) ? of_llc(d) : cut();
}

/* A header of its own length, little-endian; its flags, when there are some,
 * follow the time stamp and say whether the 802.11 header is padded. */
static struct encap of_radiotap(struct piece d)
{
    size_t len, at = 8;
    bool padded = false;
    uint8_t first;

    if (d.len < 8)
        return cut();
    len = (size_t)d.p[3] << 8 | d.p[2];
    if (len < 8 || d.len < len)
        return cut();
    first = d.p[4];
    /* the bitmap's last bit: one more word of it */
    while (at + 4 <= len && (d.p[at - 1] & 0x80) != 0)
        at += 4;
    if ((first & 1) != 0)
        at = (at + 7) / 8 * 8 + 8;
    if ((first & 2) != 0 && at < len)
        padded = (d.p[at] & 0x20) != 0;
    skip(&d, len);
    return of_wifi(d, padded);
}

/* --- link types ---------------------------------------------------------- */

bool encap_link_known(uint32_t link)
{
    return encap_open(link, NULL, 0).kind != ENCAP_LINK;
}

struct encap encap_open(uint32_t link, const uint8_t *octets, size_t n)
{
    struct piece d = { octets, n, 0 };

    switch (link) {
    case LINK_NULL:
    case LINK_LOOP: return of_family(d);
    case LINK_ETHERNET: return of_ethernet(d);
    case LINK_PPP:
    case LINK_PPP_SERIAL: return of_serial(d);
    case LINK_PPP_ETHER: return of_pppoe(d);
    case LINK_PPP_PPPD: return of_pppd(d);
    case LINK_PPP_DIRECTION: return skip(&d, 1) ? of_serial(d) : cut();
    case LINK_MPLS: return of_mpls(d);
    case LINK_ATM_LLC: return of_llc(d);
    case LINK_C_HDLC: return of_serial(d);
    case LINK_WIFI: return of_wifi(d, false);
    case LINK_RADIOTAP: return of_radiotap(d);
    case LINK_SLL: return of_cooked(d, 16, 14);
    case LINK_SLL2: return of_cooked(d, 20, 0);
    case LINK_RAW:
    case LINK_RAW_12:
    case LINK_RAW_14:
    case LINK_IPV4:
    case LINK_IPV6: return of_ip(d);
    default: return is(ENCAP_LINK, link);
    }
}
