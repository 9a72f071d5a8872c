/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names of what encap.c does not read; encap.h.  Link types are called as in
 * the registry of the pcap formats, without its LINKTYPE_.
 */
#include "config.h"

#include "ip/encap.h"

#include "base/text.h"

/* What has a name.  `hides`: PPTP may be in there, unseen. */
struct name {
    enum encap_kind kind;
    uint32_t which;
    bool hides;
    const char *text;
};

static const struct name names[] = {
    { ENCAP_IPV4, 1, false, "ICMP" },
    { ENCAP_IPV4, 2, false, "IGMP" },
    { ENCAP_IPV4, 4, false, "fragments of IPv4" },
    { ENCAP_IPV4, 6, false, "TCP" },
    { ENCAP_IPV4, 17, false, "UDP" },
    { ENCAP_IPV4, 41, false, "fragments of IPv6" },
    { ENCAP_IPV4, 47, false, "GRE, but not of PPTP" },
    { ENCAP_IPV4, 50, false, "ESP" },
    { ENCAP_IPV4, 51, false, "AH" },
    { ENCAP_IPV4, 88, false, "EIGRP" },
    { ENCAP_IPV4, 89, false, "OSPF" },
    { ENCAP_IPV4, 103, false, "PIM" },
    { ENCAP_IPV4, 112, false, "VRRP" },
    { ENCAP_IPV4, 115, false, "L2TPv3" },
    { ENCAP_IPV4, 132, false, "SCTP" },
    { ENCAP_LINK, 3, true, "AX25" },
    { ENCAP_LINK, 6, true, "IEEE802_5" },
    { ENCAP_LINK, 7, true, "ARCNET_BSD" },
    { ENCAP_LINK, 8, true, "SLIP" },
    { ENCAP_LINK, 10, true, "FDDI" },
    { ENCAP_LINK, 106, true, "ATM_CLIP" },
    { ENCAP_LINK, 107, true, "FRELAY" },
    { ENCAP_LINK, 109, true, "ENC" },
    { ENCAP_LINK, 114, true, "LTALK" },
    { ENCAP_LINK, 117, true, "PFLOG" },
    { ENCAP_LINK, 119, true, "IEEE802_11_PRISM" },
    { ENCAP_LINK, 122, true, "IP_OVER_FC" },
    { ENCAP_LINK, 123, true, "SUNATM" },
    { ENCAP_LINK, 129, true, "ARCNET_LINUX" },
    { ENCAP_LINK, 130, true, "JUNIPER_MLPPP" },
    { ENCAP_LINK, 131, true, "JUNIPER_MLFR" },
    { ENCAP_LINK, 132, true, "JUNIPER_ES" },
    { ENCAP_LINK, 133, true, "JUNIPER_GGSN" },
    { ENCAP_LINK, 134, true, "JUNIPER_MFR" },
    { ENCAP_LINK, 135, true, "JUNIPER_ATM2" },
    { ENCAP_LINK, 136, true, "JUNIPER_SERVICES" },
    { ENCAP_LINK, 137, true, "JUNIPER_ATM1" },
    { ENCAP_LINK, 138, true, "APPLE_IP_OVER_IEEE1394" },
    { ENCAP_LINK, 139, false, "MTP2_WITH_PHDR" },
    { ENCAP_LINK, 140, false, "MTP2" },
    { ENCAP_LINK, 141, false, "MTP3" },
    { ENCAP_LINK, 142, false, "SCCP" },
    { ENCAP_LINK, 143, true, "DOCSIS" },
    { ENCAP_LINK, 144, false, "LINUX_IRDA" },
    { ENCAP_LINK, 147, true, "USER0" },
    { ENCAP_LINK, 148, true, "USER1" },
    { ENCAP_LINK, 149, true, "USER2" },
    { ENCAP_LINK, 150, true, "USER3" },
    { ENCAP_LINK, 151, true, "USER4" },
    { ENCAP_LINK, 152, true, "USER5" },
    { ENCAP_LINK, 153, true, "USER6" },
    { ENCAP_LINK, 154, true, "USER7" },
    { ENCAP_LINK, 155, true, "USER8" },
    { ENCAP_LINK, 156, true, "USER9" },
    { ENCAP_LINK, 157, true, "USER10" },
    { ENCAP_LINK, 158, true, "USER11" },
    { ENCAP_LINK, 159, true, "USER12" },
    { ENCAP_LINK, 160, true, "USER13" },
    { ENCAP_LINK, 161, true, "USER14" },
    { ENCAP_LINK, 162, true, "USER15" },
    { ENCAP_LINK, 163, true, "IEEE802_11_AVS" },
    { ENCAP_LINK, 164, true, "JUNIPER_MONITOR" },
    { ENCAP_LINK, 165, false, "BACNET_MS_TP" },
    { ENCAP_LINK, 167, true, "JUNIPER_PPPOE" },
    { ENCAP_LINK, 168, true, "JUNIPER_PPPOE_ATM" },
    { ENCAP_LINK, 169, true, "GPRS_LLC" },
    { ENCAP_LINK, 170, false, "GPF_T" },
    { ENCAP_LINK, 171, false, "GPF_F" },
    { ENCAP_LINK, 174, true, "JUNIPER_PIC_PEER" },
    { ENCAP_LINK, 175, true, "ERF_ETH" },
    { ENCAP_LINK, 176, true, "ERF_POS" },
    { ENCAP_LINK, 177, false, "LINUX_LAPD" },
    { ENCAP_LINK, 178, true, "JUNIPER_ETHER" },
    { ENCAP_LINK, 179, true, "JUNIPER_PPP" },
    { ENCAP_LINK, 180, true, "JUNIPER_FRELAY" },
    { ENCAP_LINK, 181, true, "JUNIPER_CHDLC" },
    { ENCAP_LINK, 182, true, "MFR" },
    { ENCAP_LINK, 183, true, "JUNIPER_VP" },
    { ENCAP_LINK, 184, false, "A429" },
    { ENCAP_LINK, 185, false, "A653_ICM" },
    { ENCAP_LINK, 186, false, "USB_FREEBSD" },
    { ENCAP_LINK, 187, false, "BLUETOOTH_HCI_H4" },
    { ENCAP_LINK, 188, true, "IEEE802_16_MAC_CPS" },
    { ENCAP_LINK, 189, false, "USB_LINUX" },
    { ENCAP_LINK, 190, false, "CAN20B" },
    { ENCAP_LINK, 191, false, "IEEE802_15_4_LINUX" },
    { ENCAP_LINK, 192, true, "PPI" },
    { ENCAP_LINK, 193, true, "IEEE802_16_MAC_CPS_RADIO" },
    { ENCAP_LINK, 194, true, "JUNIPER_ISM" },
    { ENCAP_LINK, 195, false, "IEEE802_15_4_WITHFCS" },
    { ENCAP_LINK, 196, true, "SITA" },
    { ENCAP_LINK, 197, true, "ERF" },
    { ENCAP_LINK, 198, true, "RAIF1" },
    { ENCAP_LINK, 199, false, "IPMB_KONTRON" },
    { ENCAP_LINK, 200, true, "JUNIPER_ST" },
    { ENCAP_LINK, 201, false, "BLUETOOTH_HCI_H4_WITH_PHDR" },
    { ENCAP_LINK, 202, true, "AX25_KISS" },
    { ENCAP_LINK, 203, false, "LAPD" },
    { ENCAP_LINK, 205, true, "C_HDLC_WITH_DIR" },
    { ENCAP_LINK, 206, true, "FRELAY_WITH_DIR" },
    { ENCAP_LINK, 209, false, "IPMB_LINUX" },
    { ENCAP_LINK, 215, false, "IEEE802_15_4_NONASK_PHY" },
    { ENCAP_LINK, 216, false, "LINUX_EVDEV" },
    { ENCAP_LINK, 220, false, "USB_LINUX_MMAPPED" },
    { ENCAP_LINK, 221, false, "DECT" },
    { ENCAP_LINK, 222, false, "AOS" },
    { ENCAP_LINK, 223, false, "WIHART" },
    { ENCAP_LINK, 224, true, "FC_2" },
    { ENCAP_LINK, 225, true, "FC_2_WITH_FRAME_DELIMS" },
    { ENCAP_LINK, 226, true, "IPNET" },
    { ENCAP_LINK, 227, false, "CAN_SOCKETCAN" },
    { ENCAP_LINK, 230, false, "IEEE802_15_4_NOFCS" },
    { ENCAP_LINK, 231, false, "DBUS" },
    { ENCAP_LINK, 232, true, "JUNIPER_VS" },
    { ENCAP_LINK, 233, true, "JUNIPER_SRX_E2E" },
    { ENCAP_LINK, 234, true, "JUNIPER_FIBRECHANNEL" },
    { ENCAP_LINK, 235, true, "DVB_CI" },
    { ENCAP_LINK, 236, false, "MUX27010" },
    { ENCAP_LINK, 237, true, "STANAG_5066_D_PDU" },
    { ENCAP_LINK, 238, true, "JUNIPER_ATM_CEMIC" },
    { ENCAP_LINK, 239, true, "NFLOG" },
    { ENCAP_LINK, 240, true, "NETANALYZER" },
    { ENCAP_LINK, 241, true, "NETANALYZER_TRANSPARENT" },
    { ENCAP_LINK, 242, true, "IPOIB" },
    { ENCAP_LINK, 243, true, "MPEG_2_TS" },
    { ENCAP_LINK, 244, true, "NG40" },
    { ENCAP_LINK, 245, false, "NFC_LLCP" },
    { ENCAP_LINK, 246, true, "PFSYNC" },
    { ENCAP_LINK, 247, true, "INFINIBAND" },
    { ENCAP_LINK, 248, false, "SCTP" },
    { ENCAP_LINK, 249, false, "USBPCAP" },
    { ENCAP_LINK, 250, false, "RTAC_SERIAL" },
    { ENCAP_LINK, 251, false, "BLUETOOTH_LE_LL" },
    { ENCAP_LINK, 252, true, "WIRESHARK_UPPER_PDU" },
    { ENCAP_LINK, 253, false, "NETLINK" },
    { ENCAP_LINK, 254, false, "BLUETOOTH_LINUX_MONITOR" },
    { ENCAP_LINK, 255, false, "BLUETOOTH_BREDR_BB" },
    { ENCAP_LINK, 256, false, "BLUETOOTH_LE_LL_WITH_PHDR" },
    { ENCAP_LINK, 257, false, "PROFIBUS_DL" },
    { ENCAP_LINK, 258, true, "PKTAP" },
    { ENCAP_LINK, 259, true, "EPON" },
    { ENCAP_LINK, 260, false, "IPMI_HPM_2" },
    { ENCAP_LINK, 261, false, "ZWAVE_R1_R2" },
    { ENCAP_LINK, 262, false, "ZWAVE_R3" },
    { ENCAP_LINK, 263, false, "WATTSTOPPER_DLM" },
    { ENCAP_LINK, 264, false, "ISO_14443" },
    { ENCAP_LINK, 265, false, "RDS" },
    { ENCAP_LINK, 266, false, "USB_DARWIN" },
    { ENCAP_LINK, 267, false, "OPENFLOW" },
    { ENCAP_LINK, 268, true, "SDLC" },
    { ENCAP_LINK, 269, false, "TI_LLN_SNIFFER" },
    { ENCAP_LINK, 271, false, "VSOCK" },
    { ENCAP_LINK, 272, false, "NORDIC_BLE" },
    { ENCAP_LINK, 273, true, "DOCSIS31_XRA31" },
    { ENCAP_LINK, 274, true, "ETHERNET_MPACKET" },
    { ENCAP_LINK, 275, false, "DISPLAYPORT_AUX" },
    { ENCAP_LINK, 278, false, "OPENVIZSLA" },
    { ENCAP_LINK, 279, false, "EBHSCR" },
    { ENCAP_LINK, 280, true, "VPP_DISPATCH" },
    { ENCAP_LINK, 281, true, "DSA_TAG_BRCM" },
    { ENCAP_LINK, 282, true, "DSA_TAG_BRCM_PREPEND" },
    { ENCAP_LINK, 283, false, "IEEE802_15_4_TAP" },
    { ENCAP_LINK, 284, true, "DSA_TAG_DSA" },
    { ENCAP_LINK, 285, true, "DSA_TAG_EDSA" },
    { ENCAP_LINK, 286, true, "ELEE" },
    { ENCAP_LINK, 287, false, "Z_WAVE_SERIAL" },
    { ENCAP_LINK, 288, false, "USB_2_0" },
    { ENCAP_LINK, 289, true, "ATSC_ALP" },
    { ENCAP_ETHERTYPE, 0x000C, false, "CAN" },
    { ENCAP_ETHERTYPE, 0x0806, false, "ARP" },
    { ENCAP_ETHERTYPE, 0x8035, false, "RARP" },
    { ENCAP_ETHERTYPE, 0x809B, false, "AppleTalk" },
    { ENCAP_ETHERTYPE, 0x80F3, false, "AppleTalk ARP" },
    { ENCAP_ETHERTYPE, 0x8137, false, "IPX" },
    { ENCAP_ETHERTYPE, 0x8808, false, "flow control" },
    { ENCAP_ETHERTYPE, 0x8809, false, "slow protocols" },
    { ENCAP_ETHERTYPE, 0x8863, false, "PPPoE discovery" },
    { ENCAP_ETHERTYPE, 0x888E, false, "802.1X" },
    { ENCAP_ETHERTYPE, 0x8892, false, "PROFINET" },
    { ENCAP_ETHERTYPE, 0x88A2, false, "ATA over Ethernet" },
    { ENCAP_ETHERTYPE, 0x88CC, false, "LLDP" },
    { ENCAP_ETHERTYPE, 0x88E1, false, "HomePlug" },
    { ENCAP_ETHERTYPE, 0x88E5, true, "MACsec" },
    { ENCAP_ETHERTYPE, 0x88E7, true, "802.1ah" },
    { ENCAP_ETHERTYPE, 0x88F7, false, "PTP" },
    { ENCAP_ETHERTYPE, 0x8902, false, "802.1ag" },
    { ENCAP_ETHERTYPE, 0x8912, false, "HomePlug" },
    { ENCAP_ETHERTYPE, 0x893A, false, "IEEE 1905" },
    { ENCAP_ETHERTYPE, 0x893F, true, "802.1BR" },
    { ENCAP_ETHERTYPE, 0x894F, true, "NSH" },
    { ENCAP_ETHERTYPE, 0x9000, false, "loopback" },
    { ENCAP_LLC, 0x42, false, "spanning tree" },
    { ENCAP_LLC, 0xAA, false, "SNAP of an organisation" },
    { ENCAP_LLC, 0xE0, false, "IPX" },
    { ENCAP_LLC, 0xF0, false, "NetBIOS" },
    { ENCAP_LLC, 0xFE, false, "OSI" },
    { ENCAP_LLC, 0xFF, false, "IPX without LLC" },
    { ENCAP_PPP, 0x003D, true, "multilink" },
    { ENCAP_PPP, 0x00FD, true, "compressed or encrypted" },
    { ENCAP_PPP, 0x8021, false, "IPCP" },
    { ENCAP_PPP, 0x8057, false, "IPV6CP" },
    { ENCAP_PPP, 0x80FD, false, "CCP" },
    { ENCAP_PPP, 0xC021, false, "LCP" },
    { ENCAP_PPP, 0xC023, false, "PAP" },
    { ENCAP_PPP, 0xC025, false, "link quality" },
    { ENCAP_PPP, 0xC223, false, "CHAP" },
    { ENCAP_PPP, 0xC227, false, "EAP" },
    { ENCAP_WIFI, ENCAP_WIFI_NO_DATA, false, "management or control" },
    { ENCAP_WIFI, ENCAP_WIFI_ENCRYPTED, true, "encrypted" },
    { ENCAP_WIFI, ENCAP_WIFI_FRAGMENT, true, "fragments" },
    { ENCAP_WIFI, ENCAP_WIFI_AGGREGATE, true, "aggregates, A-MSDU" },
    { ENCAP_IPV6, 6, false, "TCP" },
    { ENCAP_IPV6, 17, false, "UDP" },
    { ENCAP_IPV6, 44, true, "fragments" },
    { ENCAP_IPV6, 47, false, "GRE" },
    { ENCAP_IPV6, 50, false, "ESP" },
    { ENCAP_IPV6, 58, false, "ICMPv6" },
    { ENCAP_IPV6, 59, false, "nothing" },
    { ENCAP_IPV6, 89, false, "OSPF" },
    { ENCAP_IPV6, 103, false, "PIM" },
    { ENCAP_IPV6, 132, false, "SCTP" },
    { ENCAP_IPV6_PPTP, 6, true, "TCP port 1723" },
    { ENCAP_IPV6_PPTP, 47, true, "enhanced GRE" },
};

static const struct name *name_of(enum encap_kind kind, uint32_t which)
{
    size_t i;

    for (i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].kind == kind && names[i].which == which)
            return &names[i];
    return NULL;
}

bool encap_hides(enum encap_kind kind, uint32_t which)
{
    const struct name *n = name_of(kind, which);

    if (n != NULL)
        return n->hides;
    switch (kind) {
    case ENCAP_CUT:
    case ENCAP_LINK:
    case ENCAP_ETHERTYPE:
    case ENCAP_MPLS:
    case ENCAP_IPV6_PPTP:
    case ENCAP_DEEP: return true;
    default: return false;
    }
}

static void print_number(struct pptp_text *t, enum encap_kind kind,
                         uint32_t which)
{
    switch (kind) {
    case ENCAP_ETHERTYPE:
    case ENCAP_PPP: pptp_text_hex(t, which, 4); break;
    case ENCAP_LLC: pptp_text_hex(t, which, 2); break;
    default: pptp_text_u64(t, which); break;
    }
}

size_t encap_print(enum encap_kind kind, uint32_t which, char *out, size_t cap)
{
    static const char *const kinds[ENCAP_KINDS] = {
        [ENCAP_IPV4] = "IPv4 protocol ",
        [ENCAP_CUT] = "too little of a packet for an IPv4 header",
        [ENCAP_LINK] = "link type ",
        [ENCAP_FAMILY] = "address family ",
        [ENCAP_ETHERTYPE] = "Ethernet type ",
        [ENCAP_LLC] = "LLC ",
        [ENCAP_PPP] = "PPP protocol ",
        [ENCAP_MPLS] = "MPLS payload that begins with ",
        [ENCAP_WIFI] = "802.11",
        [ENCAP_IP] = "IP version ",
        [ENCAP_IPV6] = "IPv6 next header ",
        [ENCAP_IPV6_PPTP] = "PPTP over IPv6, next header ",
        [ENCAP_DEEP] = "too many headers in one another",
    };
    const struct name *n = name_of(kind, which);
    struct pptp_text t;

    pptp_text_init(&t, out, cap);
    pptp_text_str(&t, kinds[kind]);
    if (kind != ENCAP_CUT && kind != ENCAP_WIFI && kind != ENCAP_DEEP)
        print_number(&t, kind, which);
    if (n != NULL) {
        pptp_text_str(&t, " (");
        pptp_text_str(&t, n->text);
        pptp_text_char(&t, ')');
    }
    return t.len;
}
