/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes the first inputs of the fuzz targets, from our own encoders:
 *
 *   seeds FOLDER      makes FOLDER/TARGET/NAME, folders are there
 *
 * What corpus/ has besides are inputs that once found a defect.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <errno.h>

#include "base/wire.h"
#include "ppp/hdlc.h"
#include "ppp/ppp.h"
#include "pptp/gre.h"
#include "pptp/msg.h"

#define PNS 0x0a000001u
#define PAC 0x0a000002u

static const char *folder;

/* The input being made. */
static uint8_t octets[FUZZ_MAX];
static size_t len;

static void put(const void *o, size_t n)
{
    FUZZ_CHECK(len + n <= sizeof octets);
    if (n > 0)
        memcpy(octets + len, o, n);
    len += n;
}

static void put8(unsigned v)
{
    uint8_t o = (uint8_t)v;

    put(&o, 1);
}

static void put16(unsigned v)
{
    put8(v >> 8);
    put8(v);
}

static void save(const char *target, const char *name)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/%s/%s", folder, target, name);
    FILE *f;

    FUZZ_CHECK(n > 0 && (size_t)n < sizeof path);
    f = fopen(path, "wb");
    if (f == NULL || fwrite(octets, 1, len, f) != len || fclose(f) != 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(2);
    }
    len = 0;
}

/* --- hdlc ---------------------------------------------------------------- */

static void frame(const uint8_t *o, size_t n, uint32_t accm, bool open)
{
    uint8_t line[PPP_HDLC_MAX(512)];

    FUZZ_CHECK(n <= 512);
    put(line, ppp_hdlc_encode(line, o, n, accm, open));
}

static void hdlc_head(unsigned accm, unsigned room, unsigned split)
{
    put8(accm);
    put16(room);
    put8(split);
}

static void hdlc(void)
{
    static const uint8_t lcp[] = { 0xff, 0x03, 0xc0, 0x21, 1, 1, 0, 14, 2,
                                   6,    0,    0,    0,    0, 7, 2, 8,  2 };
    uint8_t o[512];
    unsigned i;

    hdlc_head(1, 1500, 7);
    frame(lcp, sizeof lcp, 0xffffffffu, false);
    frame(lcp, sizeof lcp, 0xffffffffu, true);
    save("hdlc", "lcp");
    for (i = 0; i < sizeof o; i++)
        o[i] = (uint8_t)(0x7d + i % 2);
    hdlc_head(0, 600, 2);
    frame(o, 300, 0, false);
    put("noise\x7d\x7e~~~\x7d", 11);
    frame(o, 40, 0, false);
    save("hdlc", "escapes");
    for (i = 0; i < sizeof o; i++)
        o[i] = (uint8_t)(i * 7);
    hdlc_head(0, 92, 3); /* too long for this room, and just fitting */
    frame(o, 99, 0, false);
    frame(o, 98, 0, true);
    frame(o, 97, 0, true);
    frame(o, 2, 0, true);
    frame(o, 1, 0, true);
    save("hdlc", "room");
    hdlc_head(2, 1200, 9);
    frame(o, 512, 0x000a0000u, false);
    put("\x11\x13\x11", 3);
    octets[40] ^= 1;
    frame(o, 200, 0x000a0000u, true);
    save("hdlc", "bad-fcs");
}

/* --- explain ------------------------------------------------------------- */

enum link { RAW, ETHERNET, SLL, MPLS, SIX, WIFI, SERIAL, LLC, LINKS };

/* What stands before IPv4. */
static const struct {
    uint16_t type;
    uint8_t n;
    const char *octets;
} links[LINKS] = {
    [RAW] = { 101, 0, "" },
    [ETHERNET] = { 1, 18, "\2\0\0\0\0\1\2\0\0\0\0\2\x81\0\0\7\x08\0" },
    [SLL] = { 113, 16, "\0\0\0\1\0\6\2\0\0\0\0\1\0\0\x08\0" },
    [MPLS] = { 1, 22,
               "\2\0\0\0\0\1\2\0\0\0\0\2\x88\x47\0\6\x40\x40\0\6\x41\x40" },
    [SIX] = { 229, 48,
              "\x60\0\0\0\1\0\x3c\x40\x20\1\0\0\0\0\0\0\0\0\0\0\0\0\0\1"
              "\x20\1\0\0\0\0\0\0\0\0\0\0\0\0\0\2\4\0\1\4\0\0\0\0" },
    [WIFI] = { 127, 43,
               "\0\0\x09\0\2\0\0\0\0\x88\1\0\0\2\0\0\0\0\1\2\0\0\0\0\2"
               "\2\0\0\0\0\3\0\0\0\0\xaa\xaa\3\0\0\0\x08\0" },
    [SERIAL] = { 50, 4, "\xff\3\0\x21" },
    [LLC] = { 1, 22, "\2\0\0\0\0\1\2\0\0\0\0\2\0\x6c\xaa\xaa\3\0\0\0\x08\0" },
};

static struct {
    bool pcapng;
    bool timeless; /* simple packet blocks */
    uint32_t snap; /* of IP; 0: all */
    enum link link;
    uint32_t ms, seq[2], gre_seq[2];
    uint16_t ip_id;
} cap;

/* How the next ones are written. */
static struct {
    bool timeless;
    uint32_t snap;
} cap_style;

static void le(uint32_t v, unsigned n)
{
    for (; n > 0; n--, v >>= 8)
        put8(v & 0xff);
}

static void cap_begin(bool pcapng, enum link link)
{
    memset(&cap, 0, sizeof cap);
    cap.timeless = cap_style.timeless;
    cap.snap = cap_style.snap;
    cap.pcapng = pcapng;
    cap.link = link;
    cap.seq[0] = 0xffffff80u;
    if (!pcapng) {
        le(0xa1b2c3d4u, 4);
        le(0x00040002u, 4);
        le(0, 4);
        le(0, 4);
        le(65535, 4);
        le(links[link].type, 4);
        return;
    }
    le(0x0a0d0d0au, 4);
    le(28, 4);
    le(0x1a2b3c4du, 4);
    le(1, 4);
    le(0xffffffffu, 4);
    le(0xffffffffu, 4);
    le(28, 4);
    le(1, 4);
    le(20, 4);
    le(links[link].type, 4);
    le(65535, 4);
    le(20, 4);
}

/* A packet's record around its link header and what is kept of it. */
static void packet_record(const uint8_t *p, uint32_t n)
{
    uint32_t keep = cap.snap > 0 && cap.snap < n ? cap.snap : n;
    uint32_t whole = links[cap.link].n + n, kept = links[cap.link].n + keep;
    uint32_t pad = cap.pcapng ? (4 - kept % 4) % 4 : 0;
    uint32_t block = (cap.timeless ? 16 : 32) + kept + pad;
    uint64_t t = (1000000 + (uint64_t)cap.ms) * 1000;

    if (cap.pcapng) {
        le(cap.timeless ? 3 : 6, 4);
        le(block, 4);
        le(0, cap.timeless ? 0 : 4);
        le((uint32_t)(t >> 32), cap.timeless ? 0 : 4);
        le((uint32_t)t, cap.timeless ? 0 : 4);
    } else {
        le((uint32_t)(t / 1000000), 4);
        le((uint32_t)(t % 1000000), 4);
    }
    le(kept, cap.timeless ? 0 : 4);
    le(cap.timeless ? kept : whole, 4);
    put(links[cap.link].octets, links[cap.link].n);
    put(p, keep);
    if (cap.pcapng) {
        le(0, pad);
        le(block, 4);
    }
    cap.ms += 10;
}

/* One IPv4 packet from side 0, the PNS, or 1; a checksum of 0 is as good as
 * a right one, and lets others change the header. */
static void ip_part(int side, unsigned protocol, uint16_t fragment,
                    const uint8_t *body, uint32_t n)
{
    uint8_t h[20 + 600] = { 0x45 };

    FUZZ_CHECK(n <= 600);
    pptp_put16(h + 2, (uint16_t)(20 + n));
    pptp_put16(h + 4, cap.ip_id++);
    pptp_put16(h + 6, fragment);
    h[8] = 64;
    h[9] = (uint8_t)protocol;
    pptp_put32(h + 12, side == 0 ? PNS : PAC);
    pptp_put32(h + 16, side == 0 ? PAC : PNS);
    memcpy(h + 20, body, n);
    packet_record(h, 20 + n);
}

static void ip(int side, unsigned protocol, const uint8_t *body, uint32_t n)
{
    ip_part(side, protocol, 0, body, n);
}

static void tcp(int side, uint8_t flags, const uint8_t *data, uint32_t n)
{
    uint8_t t[20 + 512] = { 0 };

    pptp_put16(t, side == 0 ? 40000 : PPTP_PORT);
    pptp_put16(t + 2, side == 0 ? PPTP_PORT : 40000);
    pptp_put32(t + 4, cap.seq[side]);
    pptp_put32(t + 8, cap.seq[1 - side]);
    t[12] = 0x50;
    t[13] = flags;
    if (n > 0)
        memcpy(t + 20, data, n);
    ip(side, 6, t, 20 + n);
    cap.seq[side] += n + ((flags & 3) != 0);
}

static void say(int side, const struct pptp_msg *m)
{
    uint8_t o[PPTP_MSG_MAX];

    tcp(side, 16, o, (uint32_t)pptp_msg_encode(m, o));
}

static void gre(int side, bool ack, const uint8_t *body, uint16_t n)
{
    struct pptp_gre g = { .payload_len = n,
                          .call_id = side == 0 ? 9 : 7,
                          .seq = cap.gre_seq[side],
                          .ack = cap.gre_seq[1 - side] - 1,
                          .has_seq = n > 0,
                          .has_ack = ack };
    uint8_t o[PPTP_GRE_MAX + 128];
    size_t head = pptp_gre_encode(&g, o);

    if (n > 0)
        memcpy(o + head, body, n);
    ip(side, 47, o, (uint32_t)head + n);
    cap.gre_seq[side] += n > 0;
}

static struct pptp_msg hello(uint16_t type)
{
    struct pptp_msg m = { .type = type };

    if (type == PPTP_SCCRQ) {
        m.sccrq.protocol_version = PPTP_VERSION;
        m.sccrq.framing_caps = m.sccrq.bearer_caps = 3;
        strcpy(m.sccrq.host_name, "pns");
        strcpy(m.sccrq.vendor_name, "dialtone");
    } else {
        m.sccrp.protocol_version = PPTP_VERSION;
        m.sccrp.result = PPTP_SCCRP_OK;
        m.sccrp.max_channels = 4;
        strcpy(m.sccrp.host_name, "pac");
    }
    return m;
}

static struct pptp_msg ocrq(void)
{
    struct pptp_msg m = { .type = PPTP_OCRQ };

    m.ocrq.call_id = 7;
    m.ocrq.call_serial = 1;
    m.ocrq.min_bps = 2400;
    m.ocrq.max_bps = 64000;
    m.ocrq.bearer = m.ocrq.framing = 3;
    m.ocrq.recv_window = 16;
    m.ocrq.phone_len = 3;
    strcpy(m.ocrq.phone, "123");
    return m;
}

static struct pptp_msg ocrp(void)
{
    struct pptp_msg m = { .type = PPTP_OCRP };

    m.ocrp.call_id = 9;
    m.ocrp.peer_call_id = 7;
    m.ocrp.result = PPTP_OCRP_CONNECTED;
    m.ocrp.connect_bps = 33600;
    m.ocrp.recv_window = 16;
    return m;
}

static void capture(bool pcapng, enum link link, unsigned packets)
{
    static const uint8_t lcp[] = { 0xff, 0x03, 0xc0, 0x21, 1, 1, 0, 4 };
    static const uint8_t data[] = { 0x21, 0x45, 0, 0, 24, 0, 0, 0, 0,
                                    64,   17,   0, 0, 10, 1, 0, 1, 10,
                                    1,    0,    2, 0, 53, 0, 53 };
    struct pptp_msg m = hello(PPTP_SCCRQ);
    unsigned i;

    cap_begin(pcapng, link);
    tcp(0, 2, NULL, 0);
    tcp(1, 18, NULL, 0);
    say(0, &m);
    m = hello(PPTP_SCCRP);
    say(1, &m);
    m = ocrq();
    say(0, &m);
    m = ocrp();
    say(1, &m);
    m = (struct pptp_msg){ .type = PPTP_SLI };
    m.sli.peer_call_id = 9;
    say(0, &m);
    gre(0, false, lcp, sizeof lcp);
    gre(1, true, lcp, sizeof lcp);
    for (i = 0; i < packets; i++) {
        if (i % 5 == 4)
            cap.gre_seq[0]++; /* one is lost */
        gre(0, i % 2, data, sizeof data);
        if (i % 3 == 0)
            gre(1, true, data, 0);
    }
    m = (struct pptp_msg){ .type = PPTP_CCRQ };
    m.ccrq.call_id = 7;
    say(0, &m);
    m = (struct pptp_msg){ .type = PPTP_CDN };
    m.cdn.call_id = 9;
    m.cdn.result = PPTP_CDN_REQUESTED;
    say(1, &m);
    tcp(0, 17, NULL, 0);
    tcp(1, 17, NULL, 0);
}

/* An incoming call, every other message, and what goes wrong. */
static void capture_wrong(void)
{
    static const uint8_t data[] = { 0xff, 0x03, 0x00, 0x21, 0x45 };
    struct pptp_msg m = hello(PPTP_SCCRQ);
    uint8_t o[2 * PPTP_MSG_MAX];
    size_t n;
    uint16_t type;

    cap_begin(false, RAW);
    tcp(0, 2, NULL, 0);
    tcp(1, 18, NULL, 0);
    n = pptp_msg_encode(&m, o);
    tcp(0, 16, o, 100); /* in two pieces, the second of them first */
    cap.seq[0] += 20;
    tcp(0, 16, o + 120, (uint32_t)n - 120);
    cap.seq[0] -= (uint32_t)n - 100;
    tcp(0, 16, o + 100, 20);
    cap.seq[0] += (uint32_t)n - 120;
    m = hello(PPTP_SCCRP);
    say(1, &m);
    m = (struct pptp_msg){ .type = PPTP_ICRQ };
    m.icrq.call_id = 9;
    m.icrq.bearer = 1;
    say(1, &m);
    m = (struct pptp_msg){ .type = PPTP_ICRP };
    m.icrp.call_id = 7;
    m.icrp.peer_call_id = 9;
    m.icrp.result = PPTP_ICRP_ACCEPT;
    m.icrp.recv_window = 4;
    say(0, &m);
    m = (struct pptp_msg){ .type = PPTP_ICCN };
    m.iccn.peer_call_id = 7;
    m.iccn.connect_bps = 28800;
    m.iccn.recv_window = 8;
    m.iccn.framing = 1;
    say(1, &m);
    gre(0, false, data, sizeof data);
    cap.gre_seq[0]--; /* twice */
    gre(0, true, data, sizeof data);
    gre(1, true, data, 0);
    for (type = 1; type <= PPTP_MSG_TYPES; type++) { /* by either side */
        m = (struct pptp_msg){ .type = type };
        say(type % 2, &m);
        say(1 - type % 2, &m);
    }
    tcp(0, 16, o + 4, 40); /* no cookie */
    tcp(1, 4, NULL, 0);
}

/* What the outer IP tells: fragments, whole and not, and ICMP. */
static void capture_outer(void)
{
    static const uint8_t frame[600] = { 0x30, 0x01, 0x88, 0x0b, 0x03, 0xe8,
                                        0,    9,    0,    0,    0,    0 };
    uint8_t icmp[36] = { 3, 2, 0, 0, 0, 0, 0x05, 0x14, 0x45 };

    cap_begin(false, RAW);
    gre(1, true, frame + 8, 40);
    ip_part(0, 47, 0x2000, frame, 600);
    cap.ip_id--;
    ip_part(0, 47, 75, frame + 12, 412);
    ip_part(0, 47, 0x2000, frame, 600);
    pptp_put16(icmp + 10, 500);
    icmp[17] = 47;
    pptp_put32(icmp + 20, PNS);
    pptp_put32(icmp + 24, PAC);
    memcpy(icmp + 28, frame, 8);
    ip(1, 1, icmp, sizeof icmp);
    icmp[1] = 4;
    ip(1, 1, icmp, sizeof icmp);
    icmp[0] = 11;
    icmp[1] = 1;
    ip(1, 1, icmp, sizeof icmp);
    cap.ms += 5000;
    gre(0, true, NULL, 0);
}

static void explain(void)
{
    capture_wrong();
    save("explain", "wrong.pcap");
    capture(false, RAW, 12);
    save("explain", "raw.pcap");
    capture(false, ETHERNET, 3);
    save("explain", "vlan.pcap");
    capture(true, SLL, 5);
    save("explain", "cooked.pcapng");
    capture(true, MPLS, 3);
    save("explain", "mpls.pcapng");
    capture(false, SIX, 3);
    save("explain", "six.pcap");
    capture(false, WIFI, 3);
    save("explain", "wifi.pcap");
    capture(false, SERIAL, 3);
    save("explain", "serial.pcap");
    capture(true, LLC, 3);
    save("explain", "llc.pcapng");
    cap_style.timeless = true;
    capture(true, RAW, 3);
    save("explain", "timeless.pcapng");
    cap_style.timeless = false;
    cap_style.snap = 54;
    capture(false, RAW, 3);
    save("explain", "snapped.pcap");
    cap_style.snap = 0;
    capture_outer();
    save("explain", "outer.pcap");
    capture(true, RAW, 0);
    len -= 21; /* the last block is cut */
    save("explain", "cut.pcapng");
}

/* --- ppp_session --------------------------------------------------------- */

enum { PAP = 2, MD5 = 4, MSCHAP1 = 8, MSCHAP2 = 16, NONE = 1 };
enum { MPPE128_STATELESS = 4 | 8, MPPE128_STATEFUL = 4 | 16, REQUIRED = 32 };

/* CONFIG octets of ppp_session.c: proofs asked for and given, MPPE asked for
 * and allowed, and flags; user 1 is alice. */
static void ppp_end(unsigned ask, unsigned give, unsigned mppe_ask,
                    unsigned mppe_allow, unsigned options, unsigned more)
{
    put8(ask);
    put8(give);
    put8(mppe_ask);
    put8(mppe_allow);
    put8(options);
    put8(more);
    put8(171); /* MRU 1496 */
    put8(0x48);
    put8(1);
    put8(29);
}

/* Two sessions, up, packets both ways, time, and the end. */
static void ppp_pair(const char *name, unsigned method, unsigned mppe,
                     unsigned options, unsigned more)
{
    put8(1);
    ppp_end(method, NONE, mppe, mppe, options, more);
    ppp_end(NONE, method, mppe, mppe, options, more ^ 0x60);
    put("\x00\x00\x80\x00", 4);         /* one packet each way */
    put("\x01\x02\x80\x03\x00\x01", 6); /* late, twice, lost */
    put("\x03\x04\x0e\x03", 4);         /* a good line; 3 × 1 s */
    put("\x0c\x00\x20\x8c\x00\x51\x03", 7);
    put("\x0c\x01\x20\x00\x01\x0c\x00\x33\x03", 9);
    put("\x04\x7f\x03\x8c\x00\x10\x83", 7);
    put("\x0e\x03\x03\x04\x0e\x03", 6); /* close */
    put("\x0e\x01\x0e\x00\x0e\x02\x03", 7);
    save("ppp_session", name);
}

/* One session and a peer made of its own requests. */
static void ppp_alone(void)
{
    put8(0);
    ppp_end(PAP, NONE, 0, 0, 0x20, 0x24);
    put("\x0a\x00\x00", 3);     /* Ack of its LCP request */
    put("\x07\x00\x11\x00", 4); /* our own, empty */
    put("\x08\x01\x11\x0d\x05"
        "alice\6wonder",
        17);
    put("\x07\x04\x11\x06\x03\x06\x0a\x00\x00\x02", 10);
    put("\x0a\x00\x00", 3);
    put("\x0a\x00\x00", 3);
    put("\x07\x05\x11\x0a\x01\x0a\0\0\0\0\0\0\0\x05", 14);
    put("\x07\x00\x29\x04\0\0\0\0", 8); /* Echo-Request */
    put("\x07\x06\x11\x03"
        "abc",
        7); /* a protocol that nobody knows */
    put("\x06\x06\x21\x45\0\0\x15\0", 8);
    put("\x04\xff\x05\x05", 4);
    put("\x07\x00\x25\x00", 4); /* Terminate-Request */
    save("ppp_session", "alone");
}

static void ppp_session(void)
{
    ppp_pair("none", NONE, 0, 0, 0x10);
    ppp_pair("pap-dns", PAP, 0, 0xa0, 0x98);
    ppp_pair("md5-again", MD5, 0, 3, 0x1c);
    ppp_pair("mschap1", MSCHAP1, 0, 0x63, 3);
    ppp_pair("mschap2-stateless", MSCHAP2, MPPE128_STATELESS | REQUIRED, 3,
             0x10);
    ppp_pair("mschap2-stateful", MSCHAP2, MPPE128_STATEFUL, 0x20, 0x14);
    ppp_pair("no-agreement", PAP | MD5, REQUIRED | 4, 0, 0);
    ppp_alone();
}

/* --- pptp_peer ----------------------------------------------------------- */

/* CONFIG octets of pptp_peer.c. */
static void peer_head(unsigned role, unsigned engine, unsigned window)
{
    put8(role - 1);
    put8(engine);
    put8(window);
    put8(0x17);
    put8(2);
    put8(0x42);
    put8(0x34);
    put8(engine); /* a journal of the odd ones */
}

/* A message of connection 0 and call 0, with what pptp_peer.c makes right. */
static void peer_msg(unsigned type, const void *body, unsigned n)
{
    put8(4);
    put8(0);
    put8(0);
    put8(type - 1);
    put8(n);
    put(body, n);
}

/* Packets with data and acknowledgments, frames, time. */
static void peer_data(void)
{
    put("\x08\x00\x01\x00\x00", 5);
    put("\x08\x00\x03\x02\x00", 5); /* two numbers are missing */
    put("\x08\x00\x01\x1d\x00", 5); /* they come late */
    put("\x0d\x00\x05\x20", 4);
    put("\x08\x00\x02\x00\x02", 5);
    put("\x0f\x2a\x10\x10\x11", 5);
    put("\x13\x08\x00\x01\x00\x00\x13", 7);
    put("\x0d\x00\x17\x30\x0f\xff\x12\x00", 8);
}

static void pptp_peer(void)
{
    struct pptp_msg m = hello(PPTP_SCCRQ);
    uint8_t o[PPTP_MSG_MAX];
    size_t n;

    /* a PAC that is asked to dial; all octets real, in pieces of 7 */
    peer_head(1, 0, 0x88);
    put("\x00\x00", 2);
    n = pptp_msg_encode(&m, o);
    put("\x03\x00\x07", 3);
    put8((unsigned)n);
    put(o, n);
    m = ocrq();
    n = pptp_msg_encode(&m, o);
    put("\x03\x00\x00", 3);
    put8((unsigned)n);
    put(o, n);
    put("\x0c\x00\x00\x60", 4); /* the line is connected */
    peer_data();
    put("\x0c\x00\x07\x05", 4);
    peer_msg(PPTP_SLI, "\0\0\0\0\0\1\0\0\0\2\0\0", 12);
    peer_msg(PPTP_CCRQ, NULL, 0);
    peer_msg(PPTP_ECHO_RQ, "\0\0\0\7", 4);
    peer_msg(PPTP_STOP_RQ, NULL, 0);
    save("pptp_peer", "pac-out");
    /* a PNS that opens the connection and a call */
    peer_head(2, 5, 0x03);
    put("\x01\x01\x02\x00\x00", 5);
    peer_msg(PPTP_SCCRP, "\0\0\1\0", 4);
    put("\x0a\x00\x0f", 3);
    peer_msg(PPTP_OCRP, "\0\7\0\0\1\0\0\0\0\0\x83\x40\0\4", 14);
    peer_data();
    put("\x0e\x00\x00\x0e\x02\x00\x0f\xff\x0e\x01\x00", 11);
    save("pptp_peer", "pns-out");
    /* an incoming call at a PAC, and at a PNS */
    peer_head(1, 2, 0x0f);
    put("\x00\x02", 2);
    peer_msg(PPTP_SCCRQ, "\1\0", 2);
    put("\x0b\x00\x09", 3);
    peer_msg(PPTP_ICRP, "\0\7\0\0\1\0\0\4", 8);
    put("\x0c\x00\x00\x60", 4);
    peer_data();
    put("\x0c\x00\x06\x10\x0f\x0b\x0f\xff\x0f\xff", 10);
    save("pptp_peer", "pac-in");
    peer_head(3, 0x13, 0x9f);
    put("\x00\x03", 2);
    peer_msg(PPTP_SCCRQ, "\1\0", 2);
    peer_msg(PPTP_ICRQ, "\0\x09\0\1\0\0\0\1", 8);
    peer_msg(PPTP_ICCN, "\0\0\0\0\0\0\x70\x80\0\x10\0\0\0\0\0\1", 16);
    peer_data();
    peer_msg(PPTP_CDN, "\0\x09\1", 3);
    put("\x00\x01\x00\x02\x00\x03\x02\x00\x00\x12\x00", 11);
    put("\x07\x80\x0c\x30\x01\x88\x0b\0\4\0\1\0\0\0\1", 15);
    save("pptp_peer", "pns-in");
}

/* --- script_text: conformance/ has more of them ------------------------- */

static void script_text(void)
{
    static const char every[] =
        "config role=pac host_name=\"a b\" ppd=1.5s # comment\n"
        "limits calls=2\n"
        "needs inside\n"
        "+0.5 < c1 accept from=10.0.0.1\n"
        "< c1 SCCRQ version=0x0100 @12=0xff host=hex:0011ff\n"
        "+10ms~2s >! c1 SCCRP result=1 error=- framing=*\n"
        "@3 ? c1.state == established\n"
        "repeat 3\n"
        "  do k1 call on=c1\n"
        "  > c1 OCRQ call_id=$id\n"
        "  < c1 OCRP call_id=7 peer_call_id=$id+1 x=$!y\n"
        "end\n"
        "+1min wait\n";

    put(every, sizeof every - 1);
    save("script_text", "every-form");
    put("repeat 2\nrepeat 3\nwait\nend\nend\nend\n", 36);
    save("script_text", "ends");
}

/* --- tcp ----------------------------------------------------------------- */

/* Steps of tests/fuzz/tcp.c: which, of which end, of which segment. */
static void wire_step(unsigned what, unsigned end, unsigned segment)
{
    put8(segment << 4 | what << 1 | end);
}

/* 300 steps that nothing but `draw` chooses; beyond its usual ones, damage
 * and forgery. */
static void wire_of(const char *name, unsigned how, unsigned worst)
{
    static const uint8_t usual[] = { 0, 0, 0, 0, 0, 0, 0, 0,
                                     2, 1, 3, 5, 5, 4, 4 };
    uint32_t draw = how;

    len = 0;
    put16(how);
    put("\x00\x01\x00\x08\x4e\x20", 6); /* open, and something to send */
    for (unsigned i = 0; i < 300; i++) {
        unsigned what;

        draw = draw * 1664525u + 1013904223u;
        what = usual[(draw >> 24) % sizeof usual];
        if ((draw >> 16 & 15) == 0)
            what = worst;
        wire_step(what, draw >> 20 & 1, draw >> 12 & 15);
        if (what == 4 || what == 5)
            put16(draw & 0x1ff);
    }
    save("tcp", name);
}

static void tcp_wire(void)
{
    wire_of("classic", 0x1919, 0);
    wire_of("sack", 0x39, 0);
    wire_of("small-window", 0x0fe2, 0);
    wire_of("damaged", 0x3d, 6);
    wire_of("ended", 0x17f, 7);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: seeds FOLDER\n");
        return 2;
    }
    folder = argv[1];
    hdlc();
    explain();
    ppp_session();
    pptp_peer();
    script_text();
    tcp_wire();
    return 0;
}
