/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Captures composed in memory, for tests of what is found in them: a PNS
 * (side 0) and a PAC (side 1), whichever of them opens the control
 * connection, in any of a few encapsulations, cut or whole, with or without
 * times.
 */
#ifndef EXPLAIN_COMPOSE_H
#define EXPLAIN_COMPOSE_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "explain/explain.h"
#include "pptp/gre.h"
#include "pptp/msg.h"

#define PNS 0
#define PAC 1
#define A 0x0A000001u /* the PNS */
#define B 0x0A000002u
#define SYN 2
#define FIN 1
#define RST 4
#define ACK 16

/* Not every test uses all of it. */
#pragma GCC diagnostic ignored "-Wunused-function"

/* What stands before each IPv4 packet. */
struct wrap {
    uint16_t link;
    uint8_t n;
    const char *octets;
};

/* How all captures are written until somebody says otherwise. */
static struct {
    const struct wrap *wrap;
    uint32_t snap; /* octets of IP that are kept */
    int opener;    /* of TCP */
    bool incoming; /* call() is one */
    bool mirror;   /* GRE of one side is the other's */
    bool pcapng;
    uint64_t drop;  /* packets that are not captured: this one … */
    uint64_t drops; /* … and so many in all */
    bool twice;     /* each packet is captured twice */
    uint64_t late;  /* this packet is captured after the next one */
    uint64_t brief; /* of this packet only so many octets of IP are: */
    uint32_t brief_snap;
    uint8_t untimed; /* 1: no times at even frames; 2: at odd ones; 3: none */
} style = { .snap = 65535 };

/* The capture being written. */
static struct {
    uint8_t octets[1u << 20];
    size_t len;
    uint64_t frames;
    uint32_t ms;
    uint32_t seq[2]; /* of TCP */
    uint16_t port;   /* of who opens it */
    uint16_t ip_id;
    bool damaged;   /* the next packet's header is */
    bool checksums; /* TCP has some; else they are 0 */
    bool spoiled;   /* the next segment is, on the way */
    bool timeless;
    uint8_t kept[2048]; /* the packet that is captured late */
    uint32_t kept_n, kept_of;
    const struct wrap *kept_wrap;
    unsigned kept_interface;
    bool started;  /* only then the file has a header */
    uint64_t sent; /* packets, captured or not */
    uint64_t mark; /* the frame that a finding should name; 0: none */
} file;

/* --- containers ---------------------------------------------------------- */

/* Not an assertion of Check's, which tells its place to a file though it
 * holds: two million times. */
static void put(const void *octets, size_t n)
{
    if (n > sizeof file.octets - file.len)
        ck_abort_msg("no room for %zu octets more", n);
    if (n > 0)
        memcpy(file.octets + file.len, octets, n);
    file.len += n;
}

static void le(uint64_t v, unsigned n)
{
    uint8_t o;

    for (; n > 0; n--, v >>= 8) {
        o = (uint8_t)v;
        put(&o, 1);
    }
}

static void interface(uint16_t link)
{
    le(1, 4);
    le(20, 4);
    le(link, 4);
    le(0, 4);
    le(20, 4);
}

static void head(void)
{
    uint16_t link = style.wrap != NULL ? style.wrap->link : 101;

    file.started = true;
    if (!style.pcapng) {
        le(0xA1B2C3D4, 4);
        le(0x00040002, 4);
        le(0, 8);
        le(65535, 4);
        le(link, 4);
        return;
    }
    le(0x0A0D0D0A, 4);
    le(28, 4);
    le(0x1A2B3C4D, 4);
    le(1, 4);
    le(UINT64_MAX, 8);
    le(28, 4);
    interface(link);
}

static void begin(void)
{
    memset(&file, 0, sizeof file);
    file.seq[0] = 0xFFFFFF00u; /* wraps within the SCCRQ that follows */
    file.seq[1] = 5000;
    file.port = 40000;
}

/* One record: what stands before IP, and the first `keep` octets of n. */
static void record_one(const struct wrap *w, const uint8_t *ip, uint32_t n,
                       uint32_t keep, unsigned interface_no)
{
    uint64_t us = (1000 + (uint64_t)file.ms) * 1000;
    uint32_t before = w != NULL ? w->n : 0, kept = before + keep, pad;
    bool timeless;

    if (!file.started)
        head();
    file.frames++;
    pad = (4 - kept % 4) % 4;
    timeless = file.timeless || (style.untimed >> (file.frames & 1) & 1) != 0;
    if (!style.pcapng) {
        le(us / 1000000, 4);
        le(us % 1000000, 4);
        le(kept, 4);
        le(before + n, 4);
    } else if (timeless) {
        le(3, 4);
        le(16 + kept + pad, 4);
        le(kept, 4);
    } else {
        le(6, 4);
        le(32 + kept + pad, 4);
        le(interface_no, 4);
        le(us >> 32, 4);
        le(us & UINT32_MAX, 4);
        le(kept, 4);
        le(before + n, 4);
    }
    if (w != NULL)
        put(w->octets, w->n);
    put(ip, keep);
    if (style.pcapng) {
        le(0, pad);
        le((timeless ? 16 : 32) + kept + pad, 4);
    }
}

static void record(const struct wrap *w, const uint8_t *ip, uint32_t n,
                   uint32_t keep, unsigned interface_no)
{
    file.sent++;
    if (file.sent >= style.drop && file.sent < style.drop + style.drops)
        return;
    if (file.sent == style.late && keep <= sizeof file.kept) {
        memcpy(file.kept, ip, keep);
        file.kept_n = keep;
        file.kept_of = n;
        file.kept_wrap = w;
        file.kept_interface = interface_no;
        return;
    }
    record_one(w, ip, n, keep, interface_no);
    if (style.twice)
        record_one(w, ip, n, keep, interface_no);
    if (file.kept_n > 0)
        record_one(file.kept_wrap, file.kept, file.kept_of, file.kept_n,
                   file.kept_interface);
    file.kept_n = 0;
}

/* --- IP ------------------------------------------------------------------ */

/* One IP packet; `fragment` is the field of flags and offset. */
static void packet(uint32_t src, uint32_t dst, uint8_t protocol,
                   uint16_t fragment, const uint8_t *body, uint32_t n)
{
    uint32_t snap = file.sent + 1 == style.brief ? style.brief_snap
                                                 : style.snap;
    uint32_t keep = 20 + n < snap ? 20 + n : snap;
    uint8_t ip[20 + 2048] = { 0x45 };

    ck_assert_uint_le(n, 2048);
    pptp_put16(ip + 2, (uint16_t)(20 + n));
    pptp_put16(ip + 4, file.ip_id++);
    pptp_put16(ip + 6, fragment);
    ip[8] = 64;
    ip[9] = protocol;
    pptp_put32(ip + 12, src);
    pptp_put32(ip + 16, dst);
    pptp_put16(ip + 10, (uint16_t)~pptp_inet_sum(ip, 20, 0));
    if (file.damaged)
        ip[4] ^= 0x40;
    file.damaged = false;
    if (n > 0)
        memcpy(ip + 20, body, n);
    record(style.wrap, ip, 20 + n, keep, 0);
}

static uint32_t address(int side)
{
    return side == PNS ? A : B;
}

static void ip(int side, uint8_t protocol, const uint8_t *body, uint32_t n)
{
    packet(address(side), address(1 - side), protocol, 0, body, n);
}

/* --- TCP ----------------------------------------------------------------- */

/* RFC 9293, 3.1 */
static void checksum(int side, uint8_t *t, uint32_t n)
{
    uint8_t pseudo[12] = { 0 };

    pptp_put32(pseudo, address(side));
    pptp_put32(pseudo + 4, address(1 - side));
    pseudo[9] = 6;
    pptp_put16(pseudo + 10, (uint16_t)n);
    pptp_put16(t + 16, (uint16_t)~pptp_inet_sum(
                           t, n, pptp_inet_sum(pseudo, sizeof pseudo, 0)));
}

/* A segment at `seq`. */
static void segment_at(int side, uint32_t seq, uint8_t flags,
                       const uint8_t *data, uint32_t n)
{
    uint8_t t[20 + 1400] = { 0 };
    bool opener = side == style.opener;

    pptp_put16(t, opener ? file.port : PPTP_PORT);
    pptp_put16(t + 2, opener ? PPTP_PORT : file.port);
    pptp_put32(t + 4, seq);
    if ((flags & ACK) != 0)
        pptp_put32(t + 8, file.seq[1 - side]);
    t[12] = 0x50;
    t[13] = flags;
    if (n > 0)
        memcpy(t + 20, data, n);
    if (file.checksums)
        checksum(side, t, 20 + n);
    if (file.spoiled)
        t[19 + n] ^= 0x10;
    file.spoiled = false;
    ip(side, 6, t, 20 + n);
}

static void segment(int side, uint8_t flags, const uint8_t *data, uint32_t n)
{
    segment_at(side, file.seq[side], flags, data, n);
    file.seq[side] += n + ((flags & (SYN | FIN)) != 0);
}

/* Who opens the connection, and who does not. */
static int opens(void)
{
    return style.opener;
}

static int accepts(void)
{
    return 1 - style.opener;
}

static void open_tcp(void)
{
    segment(opens(), SYN, NULL, 0);
    segment(accepts(), SYN | ACK, NULL, 0);
    segment(opens(), ACK, NULL, 0);
}

static void after(uint32_t ms)
{
    file.ms += ms;
}

/* The finding is about the packet that comes next; the one that came last. */
static void here(void)
{
    file.mark = file.frames + 1;
}

static void there(void)
{
    file.mark = file.frames;
}

/* --- control messages ---------------------------------------------------- */

static void say_now(int side, struct pptp_msg m)
{
    uint8_t octets[PPTP_MSG_MAX];

    segment(side, ACK, octets, (uint32_t)pptp_msg_encode(&m, octets));
}

static void say(int side, struct pptp_msg m)
{
    say_now(side, m);
    after(10);
}

/* It was sent, and the capture does not have it. */
static void unheard(int side, struct pptp_msg m)
{
    uint8_t octets[PPTP_MSG_MAX];

    file.seq[side] += (uint32_t)pptp_msg_encode(&m, octets);
    after(10);
}

/* A message with one octet changed. */
static void say_odd(int side, struct pptp_msg m, unsigned at, uint8_t value)
{
    uint8_t octets[PPTP_MSG_MAX];
    uint32_t n = (uint32_t)pptp_msg_encode(&m, octets);

    octets[at] = value;
    segment(side, ACK, octets, n);
    after(10);
}

static struct pptp_msg sccrq(void)
{
    return (
        struct pptp_msg){ .type = PPTP_SCCRQ,
                          .sccrq = { .protocol_version = PPTP_VERSION,
                                     .framing_caps = 3,
                                     .bearer_caps = 3,
                                     .max_channels = opens() == PAC ? 4 : 0,
                                     .host_name = "client",
                                     .vendor_name = "us" } };
}

static struct pptp_msg sccrp(void)
{
    return (
        struct pptp_msg){ .type = PPTP_SCCRP,
                          .sccrp = { .protocol_version = PPTP_VERSION,
                                     .result = 1,
                                     .framing_caps = 3,
                                     .bearer_caps = 3,
                                     .max_channels = accepts() == PAC ? 4 : 0,
                                     .host_name = "server",
                                     .vendor_name = "them" } };
}

static struct pptp_msg ocrq(uint16_t id)
{
    return (struct pptp_msg){ .type = PPTP_OCRQ,
                              .ocrq = { .call_id = id,
                                        .call_serial = 9,
                                        .min_bps = 300,
                                        .max_bps = 64000,
                                        .bearer = 3,
                                        .framing = 3,
                                        .recv_window = 8 } };
}

static struct pptp_msg ocrp(uint16_t id, uint16_t peer)
{
    return (struct pptp_msg){ .type = PPTP_OCRP,
                              .ocrp = { .call_id = id,
                                        .peer_call_id = peer,
                                        .result = 1,
                                        .connect_bps = 64000,
                                        .recv_window = 8 } };
}

static struct pptp_msg icrq(uint16_t id)
{
    return (struct pptp_msg){ .type = PPTP_ICRQ,
                              .icrq = { .call_id = id, .bearer = 1 } };
}

static struct pptp_msg icrp(uint16_t id, uint16_t peer)
{
    return (struct pptp_msg){ .type = PPTP_ICRP,
                              .icrp = { .call_id = id,
                                        .peer_call_id = peer,
                                        .result = 1,
                                        .recv_window = 8 } };
}

static struct pptp_msg iccn(uint16_t peer)
{
    return (struct pptp_msg){ .type = PPTP_ICCN,
                              .iccn = { .peer_call_id = peer,
                                        .connect_bps = 28800,
                                        .recv_window = 8,
                                        .framing = 1 } };
}

static struct pptp_msg ccrq(uint16_t id)
{
    return (struct pptp_msg){ .type = PPTP_CCRQ, .ccrq = { .call_id = id } };
}

static struct pptp_msg cdn(uint16_t id, uint8_t result)
{
    return (struct pptp_msg){ .type = PPTP_CDN,
                              .cdn = { .call_id = id, .result = result } };
}

static struct pptp_msg wen(uint16_t peer, uint32_t crc)
{
    return (struct pptp_msg){
        .type = PPTP_WEN, .wen = { .peer_call_id = peer, .crc_errors = crc }
    };
}

static struct pptp_msg sli(uint16_t peer)
{
    return (struct pptp_msg){ .type = PPTP_SLI,
                              .sli = { .peer_call_id = peer } };
}

static struct pptp_msg echo_rq(uint32_t id)
{
    return (struct pptp_msg){ .type = PPTP_ECHO_RQ,
                              .echo_rq = { .identifier = id } };
}

static struct pptp_msg echo_rp(uint32_t id)
{
    return (struct pptp_msg){ .type = PPTP_ECHO_RP,
                              .echo_rp = { .identifier = id, .result = 1 } };
}

static struct pptp_msg stop_rq(void)
{
    return (struct pptp_msg){ .type = PPTP_STOP_RQ,
                              .stop_rq = { .reason = 1 } };
}

static struct pptp_msg stop_rp(void)
{
    return (struct pptp_msg){ .type = PPTP_STOP_RP,
                              .stop_rp = { .result = 1 } };
}

static void start(void)
{
    begin();
    open_tcp();
    say(opens(), sccrq());
    say(accepts(), sccrp());
}

/* A call that comes in: 9 of the PAC, 7 of the PNS. */
static void call_in(void)
{
    start();
    say(PAC, icrq(9));
    say(PNS, icrp(7, 9));
    say(PAC, iccn(7));
}

/* The same call, going out unless the style says otherwise. */
static void call(void)
{
    if (style.incoming) {
        call_in();
        return;
    }
    start();
    say(PNS, ocrq(7));
    say(PAC, ocrp(9, 7));
}

static void fins(int side)
{
    segment(side, FIN | ACK, NULL, 0);
    segment(1 - side, FIN | ACK, NULL, 0);
}

static void stop(int side)
{
    say(side, stop_rq());
    say(1 - side, stop_rp());
    fins(1 - side);
}

static void clear(void)
{
    say(PNS, ccrq(7));
    say(PAC, cdn(9, 4));
}

static void hang_up(void)
{
    clear();
    stop(PNS);
}

/* --- GRE ----------------------------------------------------------------- */

static uint16_t key_of(int side)
{
    return side == PNS ? 9 : 7;
}

/* The side, and the key of a call's packet, as the style has it. */
static int turned(int side)
{
    return style.mirror ? 1 - side : side;
}

static uint16_t turned_key(uint16_t id)
{
    return !style.mirror || (id != 7 && id != 9) ? id : 16 - id;
}

/* GRE with n octets of payload, of which the first are `ppp`. */
static void gre_to(uint16_t id, int side, int64_t seq, int64_t ack,
                   const char *ppp, uint32_t ppp_len, uint32_t n)
{
    struct pptp_gre g = { .payload_len = (uint16_t)n,
                          .call_id = turned_key(id),
                          .has_seq = seq >= 0,
                          .has_ack = ack >= 0 };
    uint8_t octets[PPTP_GRE_MAX + 1600] = { 0 };
    uint32_t h;

    g.seq = seq >= 0 ? (uint32_t)seq : 0;
    g.ack = ack >= 0 ? (uint32_t)ack : 0;
    h = (uint32_t)pptp_gre_encode(&g, octets);
    memcpy(octets + h, ppp, ppp_len);
    ip(turned(side), 47, octets, h + n);
}

static void gre(int side, int64_t seq, int64_t ack)
{
    gre_to(key_of(side), side, seq, ack, "\xFF\x03\x00\xFD", 4,
           seq >= 0 ? 100 : 0);
}

static void lone_ack(int side, int64_t ack)
{
    gre(side, -1, ack);
}

/* n octets of PPP, all of them. */
static void ppp(int side, int64_t seq, int64_t ack, const char *octets,
                uint32_t n)
{
    gre_to(key_of(side), side, seq, ack, octets, n, n);
}

#define LCP(code) "\xFF\x03\xC0\x21" code "\x01\x00\x04"

static void lcp(int side, int64_t seq, int64_t ack, uint8_t code)
{
    char octets[] = LCP("\1");

    octets[4] = (char)code;
    ppp(side, seq, ack, octets, 8);
}

/* A little of everything, as it should be: six packets each way. */
static void some_data(void)
{
    for (int i = 0; i < 6; i++) {
        gre(PNS, i, i > 0 ? i - 1 : -1);
        after(20);
        gre(PAC, i, i);
        after(30);
    }
    lone_ack(PNS, 5);
}

/* --- what is made of it -------------------------------------------------- */

static int visit(void *ctx, const struct capture_frame *f)
{
    explain_frame(ctx, f);
    return 0;
}

/* The first `len` octets; 0 or an error of capture_walk. */
static int walk(struct explain *x, size_t len)
{
    uint8_t *exact = malloc(len > 0 ? len : 1); /* for ASan */
    struct capture_fault fault;
    int err;

    memcpy(exact, file.octets, len);
    err = capture_walk(exact, len, visit, x, &fault);
    explain_end(x, err != 0 ? fault.text : NULL);
    free(exact);
    return err;
}

#endif
