/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From what a network interface captured to the IPv4 packet inside: link
 * headers, and what may stand between them and IPv4.
 *
 * Link types (numbers of the pcap formats): Ethernet (1), null and loop (0,
 * 108), PPP (9), PPP in HDLC-like framing (50), PPPoE (51), PPP with a
 * direction (166, 204), LLC over ATM (100), Cisco HDLC (104), 802.11 (105),
 * 802.11 behind radiotap (127), Linux cooked (113, 276), raw IP (12, 14, 101,
 * 228, 229).
 *
 * In them: VLAN tags (802.1Q, QinQ), PPPoE (RFC 2516) and PPP with or without
 * address, control and the first protocol octet (RFC 1661, RFC 1662), MPLS
 * (RFC 3032, RFC 4385), LLC and SNAP (RFC 1042), IPv4 in IPv6 with extension
 * headers (RFC 2473, RFC 6333), IPv4 and IPv6 in IPv4 (RFC 2003, RFC 4213).
 *
 * What is not read has a name, and nothing is guessed.
 */
#ifndef IP_ENCAP_H
#define IP_ENCAP_H

#include "base/base.h"

#define ENCAP_DEPTH_MAX 16u /* headers in one another */

/* What a frame is found to be; `which` beside it is a number of that kind. */
enum encap_kind {
    ENCAP_IPV4,      /* its protocol; the packet was found */
    ENCAP_CUT,       /* the capture ends before IPv4 can begin */
    ENCAP_LINK,      /* a link type that is not read */
    ENCAP_FAMILY,    /* an address family of a null or loop header */
    ENCAP_ETHERTYPE, /* an Ethernet type */
    ENCAP_LLC,       /* an 802.2 DSAP */
    ENCAP_PPP,       /* a PPP protocol */
    ENCAP_MPLS,      /* the first half octet behind the labels */
    ENCAP_WIFI,      /* enum encap_wifi */
    ENCAP_IP,        /* a version of IP other than 4 and 6 */
    ENCAP_IPV6,      /* a next header of IPv6 */
    ENCAP_IPV6_PPTP, /* the same: PPTP over IPv6, TCP (6) or GRE (47) */
    ENCAP_DEEP,      /* more headers than ENCAP_DEPTH_MAX */
    ENCAP_KINDS
};

enum encap_wifi {
    ENCAP_WIFI_NO_DATA, /* management, control, null */
    ENCAP_WIFI_ENCRYPTED,
    ENCAP_WIFI_FRAGMENT,
    ENCAP_WIFI_AGGREGATE
};

struct encap {
    enum encap_kind kind;
    uint32_t which;
    const uint8_t *ipv4; /* its first octet, when kind is ENCAP_IPV4 */
    size_t len;          /* octets captured from there on */
};

/* Whether frames of a link type are read at all. */
bool encap_link_known(uint32_t link);

/* What n octets of a frame of this link type hold. */
struct encap encap_open(uint32_t link, const uint8_t *octets, size_t n);

/* Whether PPTP could be in there, unseen: not so in ARP. */
bool encap_hides(enum encap_kind kind, uint32_t which);

/* "link type 147 (USER0)", "Ethernet type 0x0806 (ARP)"; cut to cap - 1
 * characters and terminated.  Returns the characters written. */
size_t encap_print(enum encap_kind kind, uint32_t which, char *out,
                   size_t cap);

#endif
