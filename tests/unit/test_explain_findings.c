/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For each finding one capture in which it is true, and a near miss in which
 * it is not: the same, but for what makes it true.  Each with the PNS and
 * with the PAC opening the control connection; in several encapsulations,
 * which change nothing; and cut at several lengths, which may hide a finding
 * and never makes one.
 *
 * All goes by the rows of findings.def: a finding without a pair fails.
 */
#include "config.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>

#include "tests/unit/explain_compose.h"
#include "tests/support/stride.h"

#define NOBODY (-1)
#define OPENS 2 /* whoever does */
#define ACCEPTS 3

struct pair {
    void (*yes)(void); /* composes; the finding is at file.mark */
    void (*no)(void);
    int who;          /* PNS, PAC, OPENS, ACCEPTS or NOBODY */
    const char *also; /* errors and departures of the near miss, if any */
};

/* --- the way there ------------------------------------------------------- */

static void syn_refused(void)
{
    begin();
    here();
    segment(opens(), SYN, NULL, 0);
    segment(accepts(), RST | ACK, NULL, 0);
}

/* It was accepted first. */
static void reset_after_handshake(void)
{
    begin();
    open_tcp();
    segment(accepts(), RST | ACK, NULL, 0);
}

static void syn_again(void)
{
    begin();
    here();
    segment(opens(), SYN, NULL, 0);
    file.seq[opens()]--;
    after(1000);
    segment(opens(), SYN, NULL, 0);
}

/* One direction of a connection that works: who opened it goes on. */
static void only_who_opens(void)
{
    begin();
    segment(opens(), SYN, NULL, 0);
    file.seq[opens()]--;
    after(1000);
    segment(opens(), SYN, NULL, 0);
    segment(opens(), ACK, NULL, 0);
}

static void reset_during_call(void)
{
    call();
    some_data();
    here();
    segment(PAC, RST, NULL, 0);
}

/* After all is over it harms nobody, though it is no StopCCRQ. */
static void reset_after_call(void)
{
    call();
    some_data();
    clear();
    segment(PAC, RST, NULL, 0);
}

/* ICMP of a router or host, quoting n octets of what came from `side`. */
static void icmp(uint32_t from, int side, uint8_t type, uint8_t code,
                 uint16_t mtu, uint8_t protocol, const char *quoted)
{
    uint8_t octets[36] = { type,         code, 0, 0, 0, 0, (uint8_t)(mtu >> 8),
                           (uint8_t)mtu, 0x45 };

    pptp_put16(octets + 10, 500);
    octets[17] = protocol;
    pptp_put32(octets + 20, address(side));
    pptp_put32(octets + 24, address(1 - side));
    memcpy(octets + 28, quoted, 8);
    packet(from, address(side), 1, 0, octets, sizeof octets);
}

#define GRE_9 "\x30\x01\x88\x0B\0\x64\0\x09" /* to the PAC */

static void icmp_protocol(void)
{
    call();
    gre(PNS, 0, -1);
    here();
    icmp(B, PNS, 3, 2, 0, 47, GRE_9);
}

/* The PAC has closed its door, as it may after a call. */
static void icmp_protocol_after_call(void)
{
    call();
    some_data();
    clear();
    gre(PNS, 6, -1);
    icmp(B, PNS, 3, 2, 0, 47, GRE_9);
}

static void icmp_host(void)
{
    begin();
    segment(opens(), SYN, NULL, 0);
    here();
    icmp(0x0A0000FE, opens(), 3, 1, 0, 6,
         opens() == PNS ? "\x9C\x40\x06\xBB\0\0\0\0"
                        : "\x9C\x40\x06\xBB\0\0\0\0");
}

/* … and it was reached after all. */
static void icmp_host_for_a_while(void)
{
    icmp_host();
    file.seq[opens()]--;
    after(1000);
    open_tcp();
}

static void icmp_too_big(void)
{
    call();
    gre(PNS, 0, -1);
    here();
    icmp(0x0A0000FE, PNS, 3, 4, 1300, 47, GRE_9);
}

/* Of a packet that is not of PPTP. */
static void icmp_too_big_for_others(void)
{
    call();
    gre(PNS, 0, -1);
    icmp(0x0A0000FE, PNS, 3, 4, 1300, 47, "\x20\0\x08\0\0\0\0\x09");
    icmp(0x0A0000FE, PNS, 3, 4, 1300, 17, "\x06\xBB\x06\xBB\0\x64\0\0");
}

/* A frame of 1500 octets in two pieces; `pieces` says which come: 1, 2, 3. */
static void fragments(int64_t seq, unsigned pieces)
{
    static uint8_t octets[1512] = {
        0x30, 0x01, 0x88, 0x0B, 0x05, 0xDC, 0, 9,
        0,    0,    0,    0,    0xFF, 0x03, 0, 0xFD
    };
    uint16_t id = file.ip_id;

    pptp_put32(octets + 8, (uint32_t)seq);
    if ((pieces & 1) != 0)
        packet(A, B, 47, 0x2000, octets, 1480);
    file.ip_id = id;
    if ((pieces & 2) != 0)
        packet(A, B, 47, 1480 / 8, octets + 1480, 32);
}

static void fragmented(void)
{
    call();
    some_data();
    here();
    fragments(6, 3);
}

static void not_fragmented(void)
{
    call();
    some_data();
    gre_to(9, PNS, 6, -1, "\xFF\x03\x00\xFD", 4, 1400);
}

static void fragment_missing(void)
{
    call();
    some_data();
    here();
    fragments(6, 1);
    after(4000);
    gre(PAC, 6, 6);
}

/* Whole, one of them captured twice; and one that the end cuts off. */
static void fragments_not_missing(void)
{
    call();
    some_data();
    fragments(6, 3);
    file.ip_id--;
    fragments(6, 2);
    after(4000);
    gre(PAC, 6, 6);
    fragments(7, 1);
}

static void nothing_in_call(void)
{
    call();
    there();
    after(9000);
    hang_up();
}

static void nothing_in_short_call(void)
{
    call();
    after(2000);
    hang_up();
}

static void one_way(void)
{
    call();
    there();
    for (int i = 0; i < 4; i++, after(1100))
        lcp(PNS, i, -1, 1);
    hang_up();
}

/* 30 ms is no time to answer in, nor is the last second of a call. */
static void one_way_shortly(void)
{
    call();
    after(8000);
    for (int i = 0; i < 4; i++, after(10))
        lcp(PNS, i, -1, 1);
    hang_up();
}

static void half_captured(void)
{
    call();
    here();
    for (int i = 0; i < 6; i++, after(1000))
        gre(PNS, i, i > 0 ? i - 1 : -1);
}

static void went_quiet(void)
{
    call();
    some_data();
    lone_ack(PAC, 5);
    there();
    for (int i = 6; i < 20; i++, after(1000))
        gre(PNS, i, -1);
    hang_up();
}

/* Who never acknowledges alone says nothing by saying nothing. */
static void only_receives(void)
{
    call();
    some_data();
    for (int i = 6; i < 20; i++, after(1000))
        gre(PNS, i, -1);
    hang_up();
}

static void other_id(uint16_t id)
{
    call();
    here();
    for (int i = 0; i < 5; i++, after(20)) {
        gre_to(id, PNS, i, i > 0 ? i - 1 : -1, "\xFF\x03\x00\xFD", 4, 50);
        gre(PAC, i, i);
    }
    hang_up();
}

static void id_rewritten(void)
{
    other_id(500);
}

static void id_own(void)
{
    other_id(7);
}

/* A call from before goes on beside one that says nothing yet. */
static void id_of_another_call(void)
{
    start();
    for (int i = 0; i < 3; i++, after(20))
        gre_to(500, PNS, 70000 + i, -1, "\xFF\x03\x00\xFD", 4, 50);
    say(PNS, ocrq(7));
    say(PAC, ocrp(9, 7));
    for (int i = 3; i < 9; i++, after(20))
        gre_to(500, PNS, 70000 + i, -1, "\xFF\x03\x00\xFD", 4, 50);
    gre(PAC, 0, -1);
}

/* Both sides may assign the same. */
static void ids_equal(void)
{
    start();
    say(PNS, ocrq(7));
    say(PAC, ocrp(7, 7));
    for (int i = 0; i < 5; i++, after(20)) {
        gre_to(7, PNS, i, i > 0 ? i - 1 : -1, "\xFF\x03\x00\xFD", 4, 50);
        gre_to(7, PAC, i, i, "\xFF\x03\x00\xFD", 4, 50);
    }
}

/* --- octets of the control connection ------------------------------------ */

static void odd(unsigned at, uint8_t value)
{
    start();
    here();
    say_odd(PNS, ocrq(7), at, value);
}

static void wrong_cookie(void)
{
    odd(5, 0x2C);
}

static void wrong_message_type(void)
{
    odd(3, 2);
}

/* The cookie judges first. */
static void wrong_cookie_and_type(void)
{
    uint8_t octets[PPTP_MSG_MAX];
    struct pptp_msg m = ocrq(7);
    uint32_t n = (uint32_t)pptp_msg_encode(&m, octets);

    start();
    octets[3] = 2;
    octets[5] = 0x2C;
    segment(PNS, ACK, octets, n);
}

static void wrong_type(void)
{
    odd(9, 16);
}

static void last_type(void)
{
    call();
    say(PNS, sli(9));
}

static void wrong_length(void)
{
    odd(1, 16);
}

/* In one segment, and in three: lengths tell them apart. */
static void messages_together(void)
{
    uint8_t octets[2 * PPTP_MSG_MAX];
    struct pptp_msg one = ocrq(7), two = echo_rq(1);
    uint32_t n = (uint32_t)pptp_msg_encode(&one, octets);

    start();
    n += (uint32_t)pptp_msg_encode(&two, octets + n);
    segment(PNS, ACK, octets, 100);
    segment(PNS, ACK, octets + 100, 70);
    segment(PNS, ACK, octets + 170, n - 170);
}

static void web_server(void)
{
    begin();
    open_tcp();
    here();
    segment(opens(), ACK, (const uint8_t *)"GET / HTTP/1.0\r\n\r\n", 18);
}

static void in_small_pieces(void)
{
    uint8_t octets[PPTP_MSG_MAX];
    struct pptp_msg m = sccrq();
    uint32_t n = (uint32_t)pptp_msg_encode(&m, octets), i;

    begin();
    open_tcp();
    for (i = 0; i < n; i++)
        segment(opens(), ACK, octets + i, 1);
    say(accepts(), sccrp());
}

static void cut_message(void)
{
    style.snap = style.snap < 80 ? style.snap : 80;
    begin();
    open_tcp();
    here();
    say(opens(), sccrq());
    say(accepts(), sccrp());
}

/* A message is as long as that, and no longer. */
static void cut_behind_message(void)
{
    uint32_t whole = 40 + (style.incoming ? 220 : 168);

    style.snap = style.snap < whole ? style.snap : whole;
    call();
}

static void segment_missing(void)
{
    call();
    unheard(PNS, echo_rq(1));
    here();
    say(PAC, echo_rp(1));
}

static void sent_again(void)
{
    call();
    say(PNS, echo_rq(1));
    file.seq[PNS] -= 16;
    here();
    say(PNS, echo_rq(1));
    say(PAC, echo_rp(1));
}

/* One octet that the other side has: TCP asks whether it is there. */
static void keep_alive(void)
{
    call();
    segment_at(PNS, file.seq[PNS] - 1, ACK, (const uint8_t *)"", 1);
    segment(PAC, ACK, NULL, 0);
}

static void overtaken_by(uint32_t ms)
{
    uint8_t one[PPTP_MSG_MAX], two[PPTP_MSG_MAX];
    struct pptp_msg a = echo_rq(1), b = echo_rq(2);
    uint32_t n = (uint32_t)pptp_msg_encode(&a, one);

    call();
    pptp_msg_encode(&b, two);
    segment_at(PNS, file.seq[PNS] + n, ACK, two, n);
    after(ms);
    here();
    segment_at(PNS, file.seq[PNS], ACK, one, n);
    file.seq[PNS] += 2 * n;
    say(PAC, echo_rp(1));
    say(PAC, echo_rp(2));
}

static void overtaken(void)
{
    overtaken_by(1);
}

/* So late it was lost and sent again. */
static void not_overtaken(void)
{
    overtaken_by(300);
}

static void from_the_middle(void)
{
    begin();
    here();
    say(PNS, echo_rq(3));
    say(PAC, echo_rp(3));
}

/* Its SYN is missing, but not what matters. */
static void from_sccrq(void)
{
    begin();
    say(opens(), sccrq());
    say(accepts(), sccrp());
}

static void one_side_only(void)
{
    begin();
    here();
    segment(opens(), SYN, NULL, 0);
    say(opens(), sccrq());
    say(opens(), echo_rq(1));
    after(70000);
    say(opens(), stop_rq());
}

static void reserved_1(void)
{
    odd(39, 1);
}

static void value_4(void)
{
    odd(27, 4);
}

static void value_3(void)
{
    odd(27, 3);
}

static void error_beside_success(void)
{
    struct pptp_msg m = ocrp(9, 7);

    start();
    say(PNS, ocrq(7));
    m.ocrp.error = 3;
    here();
    say(PAC, m);
}

static void error_of_a_refusal(void)
{
    struct pptp_msg m = ocrp(0, 7);

    start();
    say(PNS, ocrq(7));
    m.ocrp.result = 2;
    m.ocrp.error = 3;
    say(PAC, m);
}

static void garbage_in_text(void)
{
    odd(103, 1);
}

static void text_without_end(void)
{
    struct pptp_msg m = ocrq(7);

    start();
    memset(m.ocrq.phone, '5', 64);
    m.ocrq.phone_len = 64;
    say(PNS, m);
    say(PAC, ocrp(9, 7));
}

/* --- the control connection ---------------------------------------------- */

static void starts_with_icrq(void)
{
    begin();
    open_tcp();
    here();
    say(PAC, icrq(9));
}

/* What came first was not captured, and its acknowledgment says so. */
static void starts_with_gap(void)
{
    begin();
    open_tcp();
    unheard(opens(), sccrq());
    say(accepts(), sccrp());
    say(PNS, ocrq(7));
    say(PAC, ocrp(9, 7));
}

static void asks_too_soon(void)
{
    begin();
    open_tcp();
    say(opens(), sccrq());
    here();
    say(PNS, ocrq(7));
    say(accepts(), sccrp());
}

static void reply_not_captured(void)
{
    begin();
    open_tcp();
    say(opens(), sccrq());
    unheard(accepts(), sccrp());
    say(PNS, ocrq(7));
    say(PAC, ocrp(9, 7));
    some_data();
    hang_up();
}

static void clears_twice(void)
{
    call();
    say(PNS, ccrq(7));
    here();
    say(PNS, ccrq(7));
    say(PAC, cdn(9, 4));
}

/* Both ask to stop before either has heard of it. */
static void stops_cross(void)
{
    call();
    say(PNS, stop_rq());
    say(PAC, stop_rq());
    say(PNS, stop_rp());
    say(PAC, stop_rp());
    fins(PNS);
}

static void version_2(void)
{
    struct pptp_msg m = sccrq();

    begin();
    open_tcp();
    m.sccrq.protocol_version = 0x0200;
    here();
    say(opens(), m);
}

/* What version it is was not captured. */
static void version_cut(void)
{
    style.snap = style.snap < 52 ? style.snap : 52;
    start();
}

static void versions(uint16_t asked, uint16_t answered)
{
    struct pptp_msg m = sccrq();

    begin();
    open_tcp();
    m.sccrq.protocol_version = asked;
    say(opens(), m);
    m = sccrp();
    m.sccrp.protocol_version = answered;
    here();
    say(accepts(), m);
}

static void version_raised(void)
{
    versions(0x0100, 0x0101);
}

static void version_lowered(void)
{
    versions(0x0101, 0x0100);
}

static void answered_by(uint8_t result)
{
    struct pptp_msg m = sccrp();

    begin();
    open_tcp();
    say(opens(), sccrq());
    m.sccrp.result = result;
    here();
    say(accepts(), m);
}

static void not_authorized(void)
{
    answered_by(4);
}

static void result_0(void)
{
    answered_by(0);
}

static void result_1(void)
{
    answered_by(1);
}

static void never_answered(void)
{
    begin();
    open_tcp();
    here();
    say(opens(), sccrq());
    after(5000);
    segment(accepts(), ACK, NULL, 0);
}

/* The capture ends before an answer could come. */
static void not_answered_yet(void)
{
    begin();
    open_tcp();
    say(opens(), sccrq());
    after(200);
    segment(accepts(), ACK, NULL, 0);
}

static void says_nothing(void)
{
    begin();
    here();
    open_tcp();
    after(5000);
    fins(opens());
}

static void says_nothing_yet(void)
{
    begin();
    open_tcp();
    after(1000);
    segment(opens(), ACK, NULL, 0);
}

static void capabilities(uint32_t framing, uint32_t bearer)
{
    struct pptp_msg m = sccrq();

    begin();
    open_tcp();
    m.sccrq.framing_caps = framing;
    m.sccrq.bearer_caps = bearer;
    here();
    say(opens(), m);
    say(accepts(), sccrp());
}

static void capability_0(void)
{
    capabilities(1, 0);
}

static void capability_4(void)
{
    capabilities(4, 1);
}

static void capability_1(void)
{
    capabilities(1, 2);
}

static void channels(int side)
{
    struct pptp_msg m = sccrq(), r = sccrp();

    begin();
    open_tcp();
    if (side == opens())
        m.sccrq.max_channels = 65535;
    else
        r.sccrp.max_channels = 65535;
    if (side == opens())
        here();
    say(opens(), m);
    if (side == accepts())
        here();
    say(accepts(), r);
    say(PNS, ocrq(7));
    say(PAC, ocrp(9, 7));
}

static void channels_of_pns(void)
{
    channels(PNS);
}

static void channels_of_pac(void)
{
    channels(PAC);
}

static void stops_for(uint8_t reason)
{
    struct pptp_msg m = stop_rq();

    call();
    m.stop_rq.reason = reason;
    here();
    say(PNS, m);
    say(PAC, stop_rp());
}

static void reason_0(void)
{
    stops_for(0);
}

static void reason_3(void)
{
    stops_for(3);
}

static void stop_unanswered(void)
{
    call();
    here();
    say(PNS, stop_rq());
    after(5000);
    segment(PNS, FIN | ACK, NULL, 0);
}

/* Who closes at once does not wait for it. */
static void stop_and_close(void)
{
    call();
    say(PNS, stop_rq());
    segment(PNS, FIN | ACK, NULL, 0);
    after(5000);
    gre(PNS, 0, -1);
}

static void closes(void)
{
    call();
    some_data();
    here();
    segment(PNS, FIN | ACK, NULL, 0);
}

/* 1.4: at once, when the other side says what is no message. */
static void closes_on_nonsense(void)
{
    call();
    some_data();
    say_odd(PAC, echo_rq(1), 5, 0);
    fins(PNS);
}

static void strange_echo(void)
{
    call();
    say(PNS, echo_rq(1));
    here();
    say(PAC, echo_rp(2));
    say(PAC, echo_rp(1));
}

/* Asked for before the capture. */
static void echo_from_before(void)
{
    begin();
    say(PNS, echo_rq(2));
    say(PAC, echo_rp(1));
    say(PAC, echo_rp(2));
}

static void echo_result(uint8_t result)
{
    struct pptp_msg m = echo_rp(1);

    call();
    say(PNS, echo_rq(1));
    m.echo_rp.result = result;
    here();
    say(PAC, m);
}

static void echo_bad(void)
{
    echo_result(2);
}

static void echo_good(void)
{
    echo_result(1);
}

static void echo_for(uint32_t ms)
{
    call();
    here();
    say(PNS, echo_rq(1));
    after(ms);
}

static void echo_unanswered(void)
{
    echo_for(70000);
    gre(PNS, 0, -1);
}

static void echo_not_yet(void)
{
    echo_for(50000);
    gre(PNS, 0, -1);
}

/* The finding is where the time was up: at the end. */
static void echo_and_stays(void)
{
    echo_for(70000);
    gre(PNS, 0, -1);
    there();
}

static void echo_and_closes(void)
{
    echo_for(60000);
    fins(PNS);
}

static void idle(void)
{
    call();
    some_data();
    after(70000);
    gre(PNS, 6, -1);
    there();
}

static void idle_with_echo(void)
{
    call();
    some_data();
    for (uint32_t i = 0; i < 3; i++) {
        after(50000);
        say(PNS, echo_rq(i));
        say(PAC, echo_rp(i));
    }
}

static void reply_after(uint32_t ms)
{
    begin();
    open_tcp();
    say(opens(), sccrq());
    after(ms);
    here();
    say(accepts(), sccrp());
}

static void reply_slow(void)
{
    reply_after(1500);
}

static void reply_fast(void)
{
    reply_after(900);
}

/* A SYN of who accepted, to the port of PPTP; what went before is kept. */
static void opens_back(void)
{
    int opener = style.opener;
    uint16_t port = file.port;

    style.opener = 1 - opener;
    file.port = 41000;
    segment(opens(), SYN, NULL, 0);
    segment(accepts(), SYN | ACK, NULL, 0);
    style.opener = opener;
    file.port = port;
}

static void both_open(void)
{
    begin();
    open_tcp();
    here();
    opens_back();
}

/* Long after the first is up it is no collision. */
static void opens_back_later(void)
{
    call();
    after(10000);
    opens_back();
}

static void second_connection(void)
{
    call();
    file.port++;
    here();
    open_tcp();
}

static void second_after_first(void)
{
    call();
    hang_up();
    file.port++;
    open_tcp();
}

static void wrong_role(void)
{
    call();
    here();
    say(PNS, wen(9, 0));
}

/* The first hint of who is what was the wrong one; all after it is right. */
static void wrong_role_at_first(void)
{
    begin();
    here();
    say(PAC, sli(7));
    say(PNS, ocrq(7));
    say(PAC, ocrp(9, 7));
    some_data();
}

static void right_role(void)
{
    call();
    say(PAC, wen(7, 0));
    say(PNS, sli(9));
}

/* --- calls --------------------------------------------------------------- */

static void call_result(uint8_t result)
{
    struct pptp_msg m = ocrp(9, 7);

    start();
    say(PNS, ocrq(7));
    m.ocrp.result = result;
    here();
    say(PAC, m);
}

static void busy(void)
{
    call_result(4);
}

static void connected(void)
{
    call_result(1);
}

static void call_unanswered(void)
{
    start();
    here();
    say(PNS, ocrq(7));
    after(5000);
    stop(PNS);
}

/* It rings still when the capture ends. */
static void call_rings(void)
{
    start();
    say(PNS, ocrq(7));
    after(5000);
    lone_ack(PNS, 1);
}

static void call_waits(uint32_t ms)
{
    start();
    say(PNS, ocrq(7));
    after(ms);
    here();
    say(PAC, ocrp(9, 7));
}

static void call_stuck(void)
{
    call_waits(70000);
}

static void call_takes_a_minute(void)
{
    call_waits(60000);
}

static void id_in_use(void)
{
    call();
    here();
    say(PNS, ocrq(7));
}

static void id_used_again(void)
{
    call();
    clear();
    say(PNS, ocrq(7));
    say(PAC, ocrp(9, 7));
}

static void no_such_call(void)
{
    call();
    here();
    say(PAC, wen(70, 0));
}

/* Both hang up: the PNS has not heard of it yet, and is answered. */
static void clears_cross(void)
{
    call_in();
    lcp(PAC, 0, -1, 5);
    lcp(PNS, 0, 0, 6);
    say(PAC, cdn(9, 1));
    say(PNS, ccrq(7));
    say(PAC, cdn(9, 4));
}

static void cdn_own_id(void)
{
    call();
    say(PNS, ccrq(7));
    here();
    say(PAC, cdn(7, 4));
}

/* Before the PAC has said its own, it has no other to name. */
static void cdn_before_id(void)
{
    start();
    say(PNS, ocrq(7));
    say(PNS, ccrq(7));
    say(PAC, cdn(7, 4));
}

static void cdn_9(void)
{
    call();
    some_data();
    here();
    say(PAC, cdn(9, 9));
}

static void cdn_3(void)
{
    call();
    some_data();
    lcp(PNS, 6, -1, 5);
    lcp(PAC, 6, 6, 6);
    say(PAC, cdn(9, 3));
}

static void call_dropped(void)
{
    call_in();
    some_data();
    here();
    say(PAC, cdn(9, 1));
}

/* The caller said good-bye first. */
static void caller_hangs_up(void)
{
    call_in();
    some_data();
    lcp(PAC, 6, -1, 5);
    lcp(PNS, 6, 6, 6);
    lone_ack(PAC, 6);
    say(PAC, cdn(9, 1));
    stop(PAC);
}

static void clear_for(uint32_t ms)
{
    call();
    some_data();
    here();
    say(PNS, ccrq(7));
    after(ms);
    stop(PNS);
}

static void clear_unanswered(void)
{
    clear_for(61000);
}

/* Who stops it all meanwhile ends it himself. */
static void clear_and_stop(void)
{
    clear_for(1500);
}

static void sli_own_id(void)
{
    call();
    here();
    say(PNS, sli(7));
}

static void wen_after(uint32_t ms)
{
    call();
    say(PAC, wen(7, 0));
    after(ms);
    here();
    say(PAC, wen(7, 0));
}

static void wen_soon(void)
{
    wen_after(30000);
}

static void wen_in_time(void)
{
    wen_after(60000);
}

/* 5 and 0 errors, then 4 and 1: as many in sum. */
static void wen_back(void)
{
    struct pptp_msg m = wen(7, 4);

    call();
    say(PAC, wen(7, 5));
    after(60000);
    m.wen.framing_errors = 1;
    here();
    say(PAC, m);
}

static void wen_on(void)
{
    struct pptp_msg m = wen(7, 5);

    call();
    say(PAC, wen(7, 5));
    after(60000);
    m.wen.framing_errors = 1;
    say(PAC, m);
}

static void wen_errors(void)
{
    call();
    here();
    say(PAC, wen(7, 5));
}

static void asks_for(uint32_t min, uint32_t max, uint16_t window)
{
    struct pptp_msg m = ocrq(7);

    start();
    m.ocrq.min_bps = min;
    m.ocrq.max_bps = max;
    m.ocrq.recv_window = window;
    here();
    say(PNS, m);
}

static void window_0(void)
{
    asks_for(300, 64000, 0);
}

/* What it is was not captured, and sender and receiver are not blamed. */
static void window_cut(void)
{
    style.snap = style.snap < 70 ? style.snap : 70;
    call();
    for (int i = 0; i < 6; i++, after(10))
        gre(PAC, i, -1);
    gre(PNS, 0, 5);
}

/* 300 and 64000 bit/s and 32 packets, all of them in the wrong order. */
static void window_swapped(void)
{
    asks_for(0x2C010000, 0x00FA0000, 0x2000);
}

/* Android asks for as many, and means it. */
static void window_8192(void)
{
    asks_for(300, 100000000, 8192);
}

static void bounds_wrong(void)
{
    asks_for(64001, 64000, 4);
}

static void bounds_equal(void)
{
    asks_for(64000, 64000, 4);
}

/* 2400 and 9600 */
static void bounds_swapped(void)
{
    asks_for(0x60090000, 0x80250000, 4);
}

/* Swapped, the minimum were above the maximum: 8388608 and 128. */
static void bounds_as_they_are(void)
{
    asks_for(0x8000, 0x80000000, 4);
}

static void connects_at(uint32_t bps)
{
    struct pptp_msg m = ocrp(9, 7);

    asks_for(64000, 64000, 4);
    m.ocrp.connect_bps = bps;
    here();
    say(PAC, m);
}

static void speed_outside(void)
{
    connects_at(128000);
}

static void speed_exact(void)
{
    connects_at(64000);
}

/* --- the tunnel ---------------------------------------------------------- */

/* A packet of the PNS with header octets of our own. */
static void raw(const char *octets, uint32_t head, uint32_t n)
{
    uint8_t all[1600] = { 0 };

    memcpy(all, octets, head);
    if (n >= 8 && all[7] == 9)
        all[7] = (uint8_t)turned_key(9);
    call();
    gre(PAC, 0, -1);
    here();
    ip(turned(PNS), 47, all, n);
}

/* A routing bit, which enhanced GRE does not have. */
static void gre_bits(void)
{
    raw("\x70\x01\x88\x0B\0\x14\0\x09\0\0\0\0", 12, 32);
}

/* Version 0: somebody else's GRE. */
static void gre_plain(void)
{
    raw("\0\0\x88\x0B\xFF\x03\xC0\x21", 8, 12);
    ip(PNS, 47, (const uint8_t *)"\x20\0\x88\x0B\0\0\1\1", 8);
}

static void gre_too_short(void)
{
    raw("\x30\x01\x88\x0B\0\x14\0\x09\0\0\0\0", 12, 20);
}

static void gre_exact(void)
{
    raw("\x30\x01\x88\x0B\0\x08\0\x09\0\0\0\0\xFF\x03\0\xFD", 16, 20);
}

static void gre_trailer(void)
{
    raw("\x30\x01\x88\x0B\0\x08\0\x09\0\0\0\0\xFF\x03\0\xFD", 16, 28);
}

static void gre_no_seq(void)
{
    raw("\x20\x01\x88\x0B\0\x08\0\x09\xFF\x03\0\xFD", 12, 16);
}

static void gre_empty_seq(void)
{
    raw("\x30\x01\x88\x0B\0\0\0\x09\0\0\0\0", 12, 12);
}

static void gre_nothing(void)
{
    raw("\x20\x01\x88\x0B\0\0\0\x09", 8, 8);
}

static void gre_ack(void)
{
    raw("\x20\x81\x88\x0B\0\0\0\x09\0\0\0\0", 12, 12);
}

static void gre_1533(void)
{
    raw("\x30\x01\x88\x0B\x05\xFD\0\x09\0\0\0\0\xFF\x03\0\xFD", 16, 12 + 1533);
}

static void gre_1532(void)
{
    raw("\x30\x01\x88\x0B\x05\xFC\0\x09\0\0\0\0\xFF\x03\0\xFD", 16, 12 + 1532);
}

static void early_by(uint32_t ms)
{
    start();
    say(PNS, ocrq(7));
    here();
    gre(PAC, 0, -1);
    after(ms);
    say(PAC, ocrp(9, 7));
    gre(PNS, 0, 0);
}

static void gre_early(void)
{
    early_by(50);
}

/* It has overtaken TCP. */
static void gre_overtakes(void)
{
    early_by(1);
}

static void late_by(uint32_t ms)
{
    call();
    some_data();
    clear();
    after(ms);
    here();
    gre(PNS, 6, -1);
}

static void gre_late(void)
{
    late_by(1500);
}

static void gre_under_way(void)
{
    late_by(500);
}

static void first_is(int64_t seq)
{
    call();
    here();
    gre(PNS, seq, -1);
    gre(PAC, 0, seq);
}

static void first_1(void)
{
    first_is(1);
}

static void first_0(void)
{
    first_is(0);
}

/* Numbers of the PNS, each acknowledged, as `step` says. */
static void counts(int64_t from, int64_t to)
{
    for (; from < to; from++, after(5)) {
        gre(PNS, from, -1);
        lone_ack(PAC, from);
    }
}

static void counts_anew(void)
{
    call();
    counts(0, 100);
    here();
    gre(PNS, 0, -1);
    counts(1, 5);
}

/* Across 2^32, 4.1. */
static void counts_on(void)
{
    begin();
    counts(0xFFFFFFF8, 0x100000000);
    counts(0, 8);
}

static void jumps_to(int64_t seq)
{
    call();
    counts(0, 5);
    here();
    gre(PNS, seq, -1);
}

static void jumps(void)
{
    jumps_to(500000);
}

static void skips_one(void)
{
    jumps_to(6);
}

static void skips_none(void)
{
    jumps_to(5);
}

static void loses(void)
{
    skips_one();
    file.mark = 0; /* of all of the call */
}

static void order(int64_t a, int64_t b, int64_t c)
{
    call();
    gre(PNS, a, -1);
    gre(PNS, b, -1);
    here();
    gre(PNS, c, -1);
    gre(PAC, 0, 2);
}

static void out_of_order(void)
{
    order(0, 2, 1);
}

static void in_order(void)
{
    order(0, 1, 2);
}

/* The same packet again, from the identification on; or another. */
static void twice(bool same)
{
    call();
    gre(PNS, 0, -1);
    if (same)
        file.ip_id--;
    here();
    gre(PNS, 0, -1);
    gre(PAC, 0, 0);
}

static void captured_twice(void)
{
    twice(true);
}

static void numbered_twice(void)
{
    twice(false);
}

static void answers_for(int n, uint32_t ms, bool acks)
{
    call();
    for (int i = 0; i < n; i++, after(ms)) {
        gre(PNS, i, i > 0 ? i - 1 : -1);
        gre(PAC, i, acks ? i : -1);
    }
    file.mark = 0;
}

static void never_acks(void)
{
    answers_for(10, 500, false);
}

/* In a fifth of a second it need not. */
static void no_ack_yet(void)
{
    answers_for(10, 20, false);
}

static void acks_nothing(void)
{
    call();
    here();
    gre(PNS, 0, 0);
    after(50);
    gre(PAC, 0, 0);
}

/* Its number 0 was sent before, and is missing here. */
static void acks_uncaptured_first(void)
{
    call();
    gre(PNS, 0, 2);
    after(50);
    gre(PAC, 3, 0);
}

static void acks_ahead(void)
{
    call();
    some_data();
    here();
    lone_ack(PAC, 6);
    after(20);
    gre(PNS, 6, -1);
}

/* The number is passed over: it was sent, and is not in the capture. */
static void acks_uncaptured(void)
{
    call();
    some_data();
    here();
    lone_ack(PAC, 6);
    after(20);
    gre(PNS, 7, -1);
}

static void acks_back(void)
{
    call();
    some_data();
    here();
    gre(PAC, 6, 3);
}

/* A lone one may have been overtaken. */
static void acks_overtaken(void)
{
    call();
    some_data();
    lone_ack(PAC, 3);
}

static void acks_after(uint32_t ms)
{
    call();
    for (int i = 0; i < 6; i++) {
        gre(PNS, i, -1);
        after(ms);
        gre(PAC, i, i);
    }
    file.mark = 0;
}

static void acks_slowly(void)
{
    acks_after(1500);
}

static void acks_in_time(void)
{
    acks_after(900);
}

/* Both windows are of 8. */
static void sends_ahead(int n)
{
    call();
    gre(PAC, 0, -1);
    for (int i = 0; i < n; i++, after(1)) {
        if (i == 8)
            here();
        gre(PNS, i, -1);
    }
    gre(PAC, 1, n - 1);
}

static void overruns(void)
{
    sends_ahead(9);
}

static void fills_window(void)
{
    sends_ahead(8);
}

/* One acknowledgment of so many comes 4 s late, the others after 20 ms. */
static void late_acks(int every)
{
    call();
    for (int i = 0; i < 24; i++) {
        gre(PNS, i, i - 1);
        after(i % every == every - 1 ? 4000 : 20);
        gre(PAC, i, i);
    }
    file.mark = 0;
}

static void times_out(void)
{
    late_acks(4);
}

static void times_out_twice(void)
{
    late_acks(12);
}

/* --- PPP ----------------------------------------------------------------- */

static void flag_inside(void)
{
    call();
    here();
    ppp(PNS, 0, -1, "\x7E\xFF\x03\xC0\x21\x01", 6);
}

static void lcp_without_ff03(void)
{
    call();
    here();
    ppp(PNS, 0, -1, "\xC0\x21\x09\x01\x00\x04", 6);
}

static void lcp_with_ff03(void)
{
    call();
    lcp(PNS, 0, -1, 9);
    ppp(PNS, 1, -1, "\x21\x45", 2); /* others may be compressed */
}

#define CHAP_FAILURE                   \
    "\xFF\x03\xC2\x23\x04\x01\x00\x09" \
    "E=691"
#define CHAP_SUCCESS "\xFF\x03\xC2\x23\x03\x02\x00\x04"

static void not_let_in(void)
{
    call();
    here();
    ppp(PAC, 0, -1, CHAP_FAILURE, 13);
}

static void let_in_at_second(void)
{
    not_let_in();
    ppp(PAC, 1, -1, CHAP_SUCCESS, 8);
}

static void lcp_every(uint32_t ms, bool answers)
{
    call();
    here();
    for (int i = 0; i < 4; i++, after(ms)) {
        lcp(PNS, i, -1, 1);
        if (answers)
            lcp(PAC, i, i, 4);
        else
            lone_ack(PAC, i);
    }
}

static void lcp_unanswered(void)
{
    lcp_every(3000, false);
}

static void lcp_refused(void)
{
    lcp_every(3000, true);
}

static void lcp_both(uint8_t code)
{
    call();
    here();
    for (int i = 0; i < 6; i++, after(700)) {
        lcp(PNS, i, i - 1, 1);
        lcp(PAC, i, i, i < 5 ? 1 : code);
    }
}

static void lcp_loops(void)
{
    lcp_both(1);
}

static void lcp_agrees(void)
{
    lcp_both(2);
}

static void terminates(void)
{
    call();
    here();
    lcp(PNS, 0, -1, 5);
}

static void terminate_ack(void)
{
    call();
    lcp(PNS, 0, -1, 6);
}

static void rejects_protocol(void)
{
    call();
    here();
    ppp(PNS, 0, -1, "\xFF\x03\xC0\x21\x08\x01\x00\x06\x80\xFD", 10);
}

static void rejects_code(void)
{
    call();
    ppp(PNS, 0, -1, "\xFF\x03\xC0\x21\x07\x01\x00\x06\x0C\x01", 10);
}

/* One way, as where only one direction was captured. */
static void in_clear(void)
{
    call();
    here();
    ppp(PNS, 0, -1, "\xFF\x03\x00\x21\x45", 5);
}

/* LCP, IPCP, MPPE. */
static void not_in_clear(void)
{
    call();
    lcp(PNS, 0, -1, 1);
    ppp(PNS, 1, -1, "\xFF\x03\x80\x21\x01\x01\x00\x04", 8);
    ppp(PNS, 2, -1, "\xFF\x03\x00\xFD\x90\x00", 6);
}

/* --- the capture --------------------------------------------------------- */

static void cut_to(uint32_t snap)
{
    style.snap = style.snap < snap ? style.snap : snap;
    begin();
    some_data();
    file.mark = 0;
}

/* 20 of IP and 10 of GRE: its numbers are missing. */
static void gre_cut(void)
{
    cut_to(30);
}

static void gre_headers(void)
{
    cut_to(36);
}

static void clock_back(void)
{
    call();
    file.ms -= 15;
    gre(PNS, 0, -1);
    file.mark = 0;
}

static void clock_stands(void)
{
    call();
    gre(PNS, 0, -1);
    gre(PAC, 0, 0);
}

static void without_times(void)
{
    style.pcapng = true;
    call();
    file.timeless = true;
    gre(PNS, 0, -1);
    file.mark = 0;
}

static void with_times(void)
{
    style.pcapng = true;
    call();
}

/* A frame of another interface. */
static void beside(uint16_t link, const char *octets, uint32_t n)
{
    style.pcapng = true;
    call();
    interface(link);
    here();
    record(NULL, (const uint8_t *)octets, n, n, 1);
}

static void of_user0(void)
{
    beside(147, "whatever that is", 16);
}

static void of_arp(void)
{
    beside(1, "\2\0\0\0\0\1\2\0\0\0\0\2\x08\x06", 14);
}

static void header_damaged(void)
{
    call();
    file.damaged = true;
    here();
    gre(PNS, 0, -1);
}

/* The CDN's first copy was hit on the way, and TCP sends it again. */
static void segment_spoiled(void)
{
    call();
    some_data();
    say(PNS, ccrq(7));
    file.checksums = true;
    segment(PAC, ACK, NULL, 0);
    file.spoiled = true;
    here();
    say(PAC, cdn(9, 4));
    file.seq[PAC] -= 148;
    after(250);
    say(PAC, cdn(9, 4));
    stop(PNS);
}

static void header_good(void)
{
    call();
    gre(PNS, 0, -1);
}

static void connections(uint32_t n)
{
    begin();
    for (; n > 0; n--, file.port++)
        segment(opens(), SYN, NULL, 0);
}

static void one_too_many(void)
{
    connections(EXPLAIN_CONNECTIONS_MAX + 1);
}

static void as_many_as_fit(void)
{
    connections(EXPLAIN_CONNECTIONS_MAX);
}

static void file_cut(void)
{
    call();
    file.len--;
    file.mark = 0;
}

static void file_whole(void)
{
    call();
}

/* --- which is which ------------------------------------------------------ */

static const struct pair pairs[EXPLAIN_KINDS] = {
    [EXPLAIN_TCP_REFUSED] = { syn_refused, reset_after_handshake, ACCEPTS,
                              NULL },
    [EXPLAIN_TCP_SILENT] = { syn_again, only_who_opens, OPENS, NULL },
    [EXPLAIN_TCP_RESET] = { reset_during_call, reset_after_call, PAC,
                            "closed-without-stop" },
    [EXPLAIN_ICMP_PROTOCOL] = { icmp_protocol, icmp_protocol_after_call,
                                NOBODY, NULL },
    [EXPLAIN_ICMP_OTHER] = { icmp_host, icmp_host_for_a_while, NOBODY, NULL },
    [EXPLAIN_ICMP_MTU] = { icmp_too_big, icmp_too_big_for_others, NOBODY,
                           NULL },
    [EXPLAIN_FRAGMENTS] = { fragmented, not_fragmented, PNS, NULL },
    [EXPLAIN_FRAGMENTS_LOST] = { fragment_missing, fragments_not_missing, PNS,
                                 NULL },
    [EXPLAIN_NO_GRE] = { nothing_in_call, nothing_in_short_call, NOBODY,
                         NULL },
    [EXPLAIN_ONE_WAY_GRE] = { one_way, one_way_shortly, PAC, NULL },
    [EXPLAIN_HALF_CAPTURED] = { half_captured, one_way, PAC, "gre-one-way" },
    [EXPLAIN_WENT_QUIET] = { went_quiet, only_receives, PAC, NULL },
    [EXPLAIN_CALL_ID_REWRITTEN] = { id_rewritten, id_of_another_call, PNS,
                                    NULL },
    [EXPLAIN_CALL_ID_OWN] = { id_own, ids_equal, PNS, NULL },
    [EXPLAIN_COOKIE] = { wrong_cookie, messages_together, PNS, NULL },
    [EXPLAIN_MESSAGE_TYPE] = { wrong_message_type, wrong_cookie_and_type, PNS,
                               "bad-cookie" },
    [EXPLAIN_UNKNOWN_TYPE] = { wrong_type, last_type, PNS, NULL },
    [EXPLAIN_LENGTH] = { wrong_length, messages_together, PNS, NULL },
    [EXPLAIN_NOT_PPTP] = { web_server, in_small_pieces, OPENS, NULL },
    [EXPLAIN_MESSAGE_CUT] = { cut_message, cut_behind_message, OPENS, NULL },
    [EXPLAIN_TCP_GAP] = { segment_missing, cut_message, PNS, NULL },
    [EXPLAIN_TCP_RETRANSMIT] = { sent_again, keep_alive, PNS, NULL },
    [EXPLAIN_TCP_REORDER] = { overtaken, not_overtaken, PNS, NULL },
    [EXPLAIN_MIDSTREAM] = { from_the_middle, from_sccrq, NOBODY, NULL },
    [EXPLAIN_ONE_SIDED] = { one_side_only, from_sccrq, NOBODY, NULL },
    [EXPLAIN_RESERVED] = { reserved_1, connected, PNS, NULL },
    [EXPLAIN_VALUE] = { value_4, value_3, PNS, NULL },
    [EXPLAIN_ERROR_CODE] = { error_beside_success, error_of_a_refusal, PAC,
                             "call-failed" },
    [EXPLAIN_PADDING] = { garbage_in_text, text_without_end, PNS, NULL },
    [EXPLAIN_FIRST_MESSAGE] = { starts_with_icrq, starts_with_gap, PAC, NULL },
    [EXPLAIN_NOT_YET] = { asks_too_soon, reply_not_captured, PNS, NULL },
    [EXPLAIN_OUT_OF_STATE] = { clears_twice, stops_cross, PNS, NULL },
    [EXPLAIN_VERSION] = { version_2, version_cut, OPENS, NULL },
    [EXPLAIN_VERSION_HIGHER] = { version_raised, version_lowered, ACCEPTS,
                                 "version" },
    [EXPLAIN_REFUSED] = { not_authorized, result_1, ACCEPTS, NULL },
    [EXPLAIN_RESULT_0] = { result_0, result_1, ACCEPTS, NULL },
    [EXPLAIN_NO_SCCRP] = { never_answered, not_answered_yet, ACCEPTS, NULL },
    [EXPLAIN_NO_SCCRQ] = { says_nothing, says_nothing_yet, OPENS, NULL },
    [EXPLAIN_CAPS_ZERO] = { capability_0, capability_1, OPENS, NULL },
    [EXPLAIN_CAPS_BITS] = { capability_4, capability_1, OPENS, NULL },
    [EXPLAIN_MAX_CHANNELS] = { channels_of_pns, channels_of_pac, PNS, NULL },
    [EXPLAIN_STOP_REASON] = { reason_0, reason_3, PNS, NULL },
    [EXPLAIN_STOP_UNANSWERED] = { stop_unanswered, stop_and_close, PAC,
                                  "gre-after-call" },
    [EXPLAIN_NO_STOP] = { closes, closes_on_nonsense, PNS, "bad-cookie" },
    [EXPLAIN_ECHO_ID] = { strange_echo, echo_from_before, PAC, NULL },
    [EXPLAIN_ECHO_RESULT] = { echo_bad, echo_good, PAC, NULL },
    [EXPLAIN_ECHO_UNANSWERED] = { echo_unanswered, echo_not_yet, PAC, NULL },
    [EXPLAIN_ECHO_NO_CLOSE] = { echo_and_stays, echo_and_closes, PNS,
                                "echo-unanswered no-gre" },
    [EXPLAIN_IDLE_NO_ECHO] = { idle, idle_with_echo, PNS, NULL },
    [EXPLAIN_SLOW_REPLY] = { reply_slow, reply_fast, ACCEPTS, NULL },
    [EXPLAIN_COLLISION] = { both_open, opens_back_later, ACCEPTS, "no-gre" },
    [EXPLAIN_SECOND_CONNECTION] = { second_connection, second_after_first,
                                    OPENS, NULL },
    [EXPLAIN_ROLE] = { wrong_role, right_role, PNS, NULL },
    [EXPLAIN_CALL_REFUSED] = { busy, connected, PAC, NULL },
    [EXPLAIN_CALL_UNANSWERED] = { call_unanswered, call_rings, PAC, NULL },
    [EXPLAIN_CALL_STUCK] = { call_stuck, call_takes_a_minute, PNS, NULL },
    [EXPLAIN_CALL_ID_LIVE] = { id_in_use, id_used_again, PNS, NULL },
    [EXPLAIN_CALL_UNKNOWN] = { no_such_call, clears_cross, PAC, NULL },
    [EXPLAIN_CDN_ID] = { cdn_own_id, cdn_before_id, PAC, NULL },
    [EXPLAIN_CDN_RESULT] = { cdn_9, cdn_3, PAC, NULL },
    [EXPLAIN_CDN_ABNORMAL] = { call_dropped, caller_hangs_up, PAC, NULL },
    [EXPLAIN_CCRQ_UNANSWERED] = { clear_unanswered, clear_and_stop, PAC,
                                  NULL },
    [EXPLAIN_SLI_ID] = { sli_own_id, last_type, PNS, NULL },
    [EXPLAIN_WEN_SOON] = { wen_soon, wen_in_time, PAC, "no-gre" },
    [EXPLAIN_WEN_BACK] = { wen_back, wen_on, PAC, "no-gre" },
    [EXPLAIN_WEN_ERRORS] = { wen_errors, wen_in_time, PAC, "no-gre" },
    [EXPLAIN_WINDOW_0] = { window_0, window_cut, PNS, NULL },
    [EXPLAIN_WINDOW_SWAPPED] = { window_swapped, window_8192, PNS, NULL },
    [EXPLAIN_SPEED] = { bounds_wrong, bounds_equal, PNS, NULL },
    [EXPLAIN_SPEED_SWAPPED] = { bounds_swapped, bounds_as_they_are, PNS,
                                NULL },
    [EXPLAIN_SPEED_OUTSIDE] = { speed_outside, speed_exact, PAC, NULL },
    [EXPLAIN_GRE_HEADER] = { gre_bits, gre_plain, PNS, NULL },
    [EXPLAIN_GRE_LENGTH] = { gre_too_short, gre_exact, PNS, NULL },
    [EXPLAIN_GRE_TRAILER] = { gre_trailer, gre_exact, PNS, NULL },
    [EXPLAIN_GRE_NO_SEQ] = { gre_no_seq, gre_exact, PNS, NULL },
    [EXPLAIN_GRE_EMPTY_SEQ] = { gre_empty_seq, gre_ack, PNS, NULL },
    [EXPLAIN_GRE_NOTHING] = { gre_nothing, gre_ack, PNS, NULL },
    [EXPLAIN_GRE_LONG] = { gre_1533, gre_1532, PNS, NULL },
    [EXPLAIN_GRE_EARLY] = { gre_early, gre_overtakes, PAC, NULL },
    [EXPLAIN_GRE_LATE] = { gre_late, gre_under_way, PNS, NULL },
    [EXPLAIN_SEQ_FIRST] = { first_1, first_0, PNS, NULL },
    [EXPLAIN_SEQ_RESTART] = { counts_anew, counts_on, PNS, NULL },
    [EXPLAIN_SEQ_JUMP] = { jumps, skips_one, PNS, NULL },
    [EXPLAIN_LOSS] = { loses, skips_none, PNS, NULL },
    [EXPLAIN_REORDER] = { out_of_order, in_order, PNS, NULL },
    [EXPLAIN_DUPLICATE] = { captured_twice, numbered_twice, PNS,
                            "sent-twice" },
    [EXPLAIN_SENT_TWICE] = { numbered_twice, captured_twice, PNS, NULL },
    [EXPLAIN_ACK_NEVER] = { never_acks, no_ack_yet, PAC, "window-overrun" },
    [EXPLAIN_ACK_NOTHING] = { acks_nothing, acks_uncaptured_first, PNS, NULL },
    [EXPLAIN_ACK_AHEAD] = { acks_ahead, acks_uncaptured, PAC, NULL },
    [EXPLAIN_ACK_UNSEEN] = { acks_uncaptured, acks_ahead, PAC, "ack-ahead" },
    [EXPLAIN_ACK_BACK] = { acks_back, acks_overtaken, PAC, NULL },
    [EXPLAIN_ACK_SLOW] = { acks_slowly, acks_in_time, PAC, NULL },
    [EXPLAIN_WINDOW_OVERRUN] = { overruns, fills_window, PNS, NULL },
    [EXPLAIN_TIMEOUTS] = { times_out, times_out_twice, PNS, NULL },
    [EXPLAIN_PPP_HDLC] = { flag_inside, lcp_with_ff03, PNS, NULL },
    [EXPLAIN_PPP_NO_FF03] = { lcp_without_ff03, lcp_with_ff03, PNS, NULL },
    [EXPLAIN_PPP_AUTH] = { not_let_in, let_in_at_second, PAC, NULL },
    [EXPLAIN_PPP_LCP_SILENT] = { lcp_unanswered, lcp_refused, PAC, NULL },
    [EXPLAIN_PPP_LCP_LOOP] = { lcp_loops, lcp_agrees, NOBODY, NULL },
    [EXPLAIN_PPP_TERMINATE] = { terminates, terminate_ack, PNS, NULL },
    [EXPLAIN_PPP_PROTOCOL_REJECT] = { rejects_protocol, rejects_code, PNS,
                                      NULL },
    [EXPLAIN_PPP_CLEAR] = { in_clear, not_in_clear, PNS, NULL },
    [EXPLAIN_SNAP] = { gre_cut, gre_headers, NOBODY, NULL },
    [EXPLAIN_TIME_BACK] = { clock_back, clock_stands, NOBODY, NULL },
    [EXPLAIN_UNTIMED] = { without_times, with_times, NOBODY, NULL },
    [EXPLAIN_NOT_READ] = { of_user0, of_arp, NOBODY, NULL },
    [EXPLAIN_DAMAGED] = { header_damaged, header_good, NOBODY, NULL },
    [EXPLAIN_LIMIT] = { one_too_many, as_many_as_fit, NOBODY, NULL },
    [EXPLAIN_FILE_FAULT] = { file_cut, file_whole, NOBODY, NULL },
};

/* --- what is tested of each ---------------------------------------------- */

/* What stands before IPv4; the first is nothing. */
static const struct wrap wraps[] = {
    { 101, 0, "" },
    { 1, 14, "\2\0\0\0\0\1\2\0\0\0\0\2\x08\0" },
    { 1, 26,
      "\2\0\0\0\0\1\2\0\0\0\0\2\x81\0\0\5\x88\x64\x11\0\0\1\0\x66"
      "\0\x21" },
    { 1, 18, "\2\0\0\0\0\1\2\0\0\0\0\2\x88\x47\0\6\x41\x40" },
    { 50, 4, "\xFF\x03\0\x21" },
    { 113, 16, "\0\0\0\1\0\6\0\0\0\0\0\0\0\0\x08\0" },
    { 101, 40,
      "\x60\0\0\0\0\x3C\4\x40"
      "\x20\1\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\1"
      "\x20\1\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\2" },
};

static struct explain *composed(void (*compose)(void))
{
    struct explain *x = explain_new();

    ck_assert_ptr_nonnull(x);
    compose();
    walk(x, file.len);
    style.snap = 65535;
    style.pcapng = false;
    return x;
}

static const char *key_of_kind(int kind)
{
    return explain_kind_info((enum explain_kind)kind)->key;
}

static uint32_t address_of(int who)
{
    switch (who) {
    case NOBODY: return 0;
    case OPENS: return address(opens());
    case ACCEPTS: return address(accepts());
    default: return address(turned(who));
    }
}

static const struct explain_finding *find(const struct explain *x, int kind,
                                          uint32_t who, uint64_t frame)
{
    const struct explain_finding *f;
    size_t n = explain_findings(x, &f), i;

    for (i = 0; i < n; i++)
        if ((int)f[i].kind == kind && f[i].address == who &&
            f[i].frame == frame)
            return &f[i];
    return NULL;
}

/* The report as JSON; the caller drops it. */
static json_t *json_of(const struct explain *x)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    json_t *o;

    ck_assert_int_eq(explain_json(x, out), 0);
    fclose(out);
    o = json_loads(text, 0, NULL);
    ck_assert_ptr_nonnull(o);
    free(text);
    return o;
}

static char *report_of(const struct explain *x)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);

    explain_report(x, true, out);
    fclose(out);
    return text;
}

/* "1 things" is never said.  An assertion of Check's tells its place to a
 * file, held or not: too slow for every letter of two thousand reports. */
static void check_words(const char *text)
{
    const char *at = text;

    while ((at = strchr(at, '1')) != NULL) {
        const char *word = at + 1;
        size_t n;

        if ((at > text && (isalnum((unsigned char)at[-1]) ||
                           strchr(".:x#=", at[-1]) != NULL)) ||
            *word++ != ' ') {
            at++;
            continue;
        }
        n = strspn(word, "abcdefghijklmnopqrstuvwxyz");
        if (n >= 3 && word[n - 1] == 's' && word[n - 2] != 's')
            ck_abort_msg("\"1 %.*s\"", (int)n, word);
        at = word;
    }
    for (at = text; *at != '\0'; at++)
        if (*at != '\n' && (*at < ' ' || *at > '~'))
            ck_abort_msg("octet 0x%02x", (unsigned char)*at);
}

/* Frame and time are of one packet, and the last is not before the first. */
static void check_places(const struct explain *x)
{
    const struct explain_finding *f;
    size_t n = explain_findings(x, &f), i;
    json_t *o = json_of(x), *all = json_object_get(o, "findings");

    for (i = 0; i < n; i++) {
        json_t *j = json_array_get(all, i);
        json_t *frame = json_object_get(j, "frame");
        json_t *last = json_object_get(j, "last_frame");

        ck_assert_uint_ge(f[i].count, 1);
        ck_assert_uint_ge(f[i].last_frame, f[i].frame);
        ck_assert((frame != NULL) == (f[i].frame > 0));
        ck_assert((last != NULL) == (frame != NULL));
        ck_assert(frame == NULL ||
                  json_integer_value(last) >= json_integer_value(frame));
        ck_assert(json_is_null(json_object_get(j, "time_s")) != f[i].timed);
    }
    json_decref(o);
}

/* The time of a frame of the capture, by its container. */
static bool time_of(uint64_t frame, pptp_ns *out);

struct clock {
    uint64_t frame;
    pptp_ns first, at;
    bool any, timed;
};

static int look(void *ctx, const struct capture_frame *f)
{
    struct clock *c = ctx;

    if (f->timed && !c->any) {
        c->first = f->at_ns;
        c->any = true;
    }
    if (f->number == c->frame) {
        c->at = f->at_ns;
        c->timed = f->timed;
    }
    return 0;
}

static bool time_of(uint64_t frame, pptp_ns *out)
{
    struct clock c = { .frame = frame };
    struct capture_fault fault;

    capture_walk(file.octets, file.len, look, &c, &fault);
    *out = c.at - c.first;
    return c.timed;
}

static void check_times(const struct explain *x)
{
    const struct explain_finding *f;
    size_t n = explain_findings(x, &f), i;
    pptp_ns at;

    for (i = 0; i < n && i < 50; i++)
        if (f[i].frame > 0 && time_of(f[i].frame, &at)) {
            ck_assert(f[i].timed);
            ck_assert_uint_eq(f[i].at_ns, at);
        }
}

/* Errors and departures but for those of a list of keys. */
static void check_clean(const struct explain *x, const char *but)
{
    const struct explain_finding *f;
    size_t n = explain_findings(x, &f), i;

    for (i = 0; i < n; i++) {
        const struct explain_kind_info *k = explain_kind_info(f[i].kind);

        if (k->severity < EXPLAIN_REMARK)
            ck_assert_msg(but != NULL && strstr(but, k->key) != NULL, "%s: %s",
                          k->key, f[i].detail);
    }
}

/* Findings that either side can have, in its packets of GRE. */
static bool either_side(int kind)
{
    return (kind >= EXPLAIN_ONE_WAY_GRE &&
            kind <= EXPLAIN_CALL_ID_REWRITTEN) ||
           (kind >= EXPLAIN_GRE_HEADER && kind <= EXPLAIN_PPP_CLEAR);
}

/* Loops over kinds, over who opens the connection, whether the call comes in,
 * and which direction of its tunnel it is. */
#define STYLES 8

static void setup(int i, int *kind)
{
    memset(&style, 0, sizeof style);
    style.snap = 65535;
    *kind = i / STYLES;
    style.opener = i & 1;
    style.incoming = (i & 2) != 0;
    style.mirror = (i & 4) != 0 && either_side(*kind);
}

START_TEST(is_true)
{
    const struct pair *p;
    struct explain *x;
    char *text;
    int kind;

    setup(_i, &kind);
    p = &pairs[kind];
    ck_assert_msg(p->yes != NULL && p->no != NULL,
                  "%s has no pair of captures", key_of_kind(kind));
    x = composed(p->yes);
    ck_assert_msg(find(x, kind, address_of(p->who), file.mark) != NULL,
                  "%s was not found at frame %llu", key_of_kind(kind),
                  (unsigned long long)file.mark);
    check_places(x);
    check_times(x);
    text = report_of(x);
    check_words(text);
    free(text);
    explain_free(x);
}
END_TEST

START_TEST(is_no_more_than_near)
{
    const struct explain_finding *f;
    const struct pair *p;
    struct explain *x;
    char *text;
    size_t n, i;
    int kind;

    setup(_i, &kind);
    p = &pairs[kind];
    x = composed(p->no);
    n = explain_findings(x, &f);
    for (i = 0; i < n; i++)
        ck_assert_msg((int)f[i].kind != kind, "%s at frame %llu: %s",
                      key_of_kind(kind), (unsigned long long)f[i].frame,
                      f[i].detail);
    check_clean(x, p->also);
    check_places(x);
    check_times(x);
    text = report_of(x);
    check_words(text);
    free(text);
    explain_free(x);
}
END_TEST

/* All findings as text, to compare. */
static char *findings_of(const struct explain *x)
{
    json_t *o = json_of(x), *all = json_object_get(o, "findings");
    char *text = json_dumps(all, JSON_INDENT(1) | JSON_REAL_PRECISION(9));

    json_decref(o);
    return text;
}

/* What stands before IPv4 is nothing to the findings. */
START_TEST(wherever_it_is)
{
    const int in_turn = _i * STYLES + _i % 4;
    struct explain *x;
    char *want, *got;
    size_t w;
    int kind, which;

    setup(in_turn, &kind);
    for (which = 0; which < 2; which++) {
        void (*compose)(void) = which == 0 ? pairs[kind].yes : pairs[kind].no;

        x = composed(compose);
        want = findings_of(x);
        explain_free(x);
        for (w = 1; w < sizeof wraps / sizeof wraps[0]; w++) {
            style.wrap = &wraps[w];
            style.pcapng = w % 2 == 1;
            x = composed(compose);
            style.wrap = NULL;
            got = findings_of(x);
            if (kind != EXPLAIN_FILE_FAULT)
                ck_assert_str_eq(got, want);
            free(got);
            explain_free(x);
        }
        free(want);
    }
}
END_TEST

/* A snap length hides things: it makes no error and no departure of what is
 * in order, or of other things than before. */
START_TEST(however_short)
{
    const int in_turn = _i * STYLES + _i % 4;
    struct explain *x;
    const struct explain_finding *f;
    /* between all fields of IP, TCP, GRE and the messages */
    static const uint8_t snaps[] = { 20, 21, 24, 27, 28, 31, 32,  34,  36,
                                     38, 40, 41, 42, 48, 50, 52,  53,  54,
                                     55, 56, 57, 58, 59, 60, 62,  64,  66,
                                     68, 70, 72, 76, 80, 96, 128, 200, 228 };
    char keys[4000];
    size_t n, i, len, s;
    int kind, which;

    setup(in_turn, &kind);
    for (which = 0; which < 2; which++) {
        void (*compose)(void) = which == 0 ? pairs[kind].yes : pairs[kind].no;

        x = composed(compose);
        n = explain_findings(x, &f);
        for (i = len = 0; i < n && len < sizeof keys; i++)
            len += (size_t)snprintf(keys + len, sizeof keys - len, "%s ",
                                    key_of_kind((int)f[i].kind));
        explain_free(x);
        for (s = 0; s < sizeof snaps; s++) {
            style.snap = snaps[s];
            x = composed(compose);
            check_clean(x, len > 0 ? keys : NULL);
            explain_free(x);
        }
    }
}
END_TEST

/* Where packets have no time, spans are not known: nothing is found that is
 * not there, and what is there may be missed. */
START_TEST(however_timeless)
{
    const int in_turn = _i * STYLES + _i % 4;
    const struct explain_finding *f;
    struct explain *x;
    char keys[4000];
    size_t n, i, len;
    int kind, which;

    setup(in_turn, &kind);
    for (which = 0; which < 2; which++) {
        void (*compose)(void) = which == 0 ? pairs[kind].yes : pairs[kind].no;

        x = composed(compose);
        n = explain_findings(x, &f);
        for (i = len = 0; i < n && len < sizeof keys; i++)
            len += (size_t)snprintf(keys + len, sizeof keys - len, "%s ",
                                    key_of_kind((int)f[i].kind));
        explain_free(x);
        for (style.untimed = 1; style.untimed <= 3; style.untimed++) {
            style.pcapng = true;
            x = composed(compose);
            check_clean(x, len > 0 ? keys : NULL);
            check_places(x);
            explain_free(x);
        }
        style.untimed = 0;
    }
}
END_TEST

/* A call as it should be, an incoming one with its caller's good-bye. */
static void in_order_all(void)
{
    call();
    say(PNS, sli(9));
    lcp(PNS, 0, -1, 1);
    after(10);
    lcp(PAC, 0, 0, 2);
    after(10);
    for (int i = 1; i < 7; i++, after(30)) {
        gre(PNS, i, i - 1);
        after(20);
        gre(PAC, i, i);
    }
    say(PNS, echo_rq(1));
    say(PAC, echo_rp(1));
    say(PAC, wen(7, 0));
    lcp(PAC, 7, 6, 5);
    after(10);
    lcp(PNS, 7, 7, 6);
    after(10);
    lone_ack(PAC, 7);
    after(10);
    if (style.incoming) {
        say(PAC, cdn(9, 1));
        stop(PAC);
    } else {
        clear();
        stop(PNS);
    }
}

/* Whatever a capture lacks of what is in order: it stays so. */
START_TEST(however_lossy)
{
    struct explain *x;
    uint64_t all, drop, drops;
    int kind;

    setup(_i, &kind);
    x = composed(in_order_all);
    check_clean(x, NULL);
    explain_free(x);
    all = file.frames;
    for (drops = 1; drops < 5; drops++)
        for (drop = 1; drop <= all; drop++) {
            style.drop = drop;
            style.drops = drops;
            x = composed(in_order_all);
            /* without one trace of the good-bye nobody can tell */
            check_clean(x, drops > 2 ? "call-dropped" : NULL);
            explain_free(x);
        }
}
END_TEST

/* Of one packet alone the capture has only the start, as where a gap hits the
 * rest of a message: what others say of the same call is in order. */
START_TEST(however_brief)
{
    struct explain *x;
    uint64_t all;
    int kind;

    setup(_i, &kind);
    explain_free(composed(in_order_all));
    all = file.sent;
    for (style.brief = 1; style.brief <= all; style.brief++)
        /* within TCP's header, around two Call IDs and a result, and on */
        for (style.brief_snap = 20; style.brief_snap < 260;
             style.brief_snap += style.brief_snap < 48   ? 14
                                 : style.brief_snap < 58 ? 1
                                                         : 40) {
            x = composed(in_order_all);
            check_clean(x, NULL);
            explain_free(x);
        }
    style.brief = 0;
}
END_TEST

/* Two packets may be captured the wrong way round, at about one time. */
START_TEST(however_mixed)
{
    struct explain *x;
    uint64_t all;
    int kind;

    setup(_i, &kind);
    explain_free(composed(in_order_all));
    all = file.sent;
    for (style.late = 1; style.late < all; style.late++) {
        x = composed(in_order_all);
        check_clean(x, NULL);
        explain_free(x);
    }
    style.late = 0;
}
END_TEST

/* A segment with a wrong checksum among right ones never arrived; where all
 * are wrong a card would have made them, and all did. */
START_TEST(spoiled_segments)
{
    struct explain *x;
    char *text;
    int kind;

    setup(_i, &kind);
    x = composed(segment_spoiled);
    ck_assert_ptr_nonnull(find(x, EXPLAIN_DAMAGED, 0, file.mark));
    check_clean(x, NULL);
    explain_free(x);
    x = explain_new();
    explain_any_checksum(x);
    walk(x, file.len);
    ck_assert_ptr_null(find(x, EXPLAIN_DAMAGED, 0, file.mark));
    explain_free(x);
    begin();
    file.checksums = true;
    file.spoiled = true;
    segment(opens(), SYN, NULL, 0);
    segment(accepts(), SYN | ACK, NULL, 0);
    file.spoiled = true;
    say(opens(), sccrq());
    x = explain_new();
    walk(x, file.len);
    ck_assert(explain_found(x));
    text = report_of(x);
    ck_assert_ptr_nonnull(strstr(text, "vendor \"us\""));
    free(text);
    explain_free(x);
}
END_TEST

/* As on all interfaces of a router: every packet there is, twice. */
START_TEST(captured_as_often)
{
    struct explain *x;
    int kind;

    setup(_i, &kind);
    style.twice = true;
    x = composed(in_order_all);
    style.twice = false;
    check_clean(x, NULL);
    explain_free(x);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("explain findings");
    TCase *t = tcase_create("findings");
    SRunner *r;
    int failed;

    tcase_set_timeout(t, 120);
    add_slow_loop(t, is_true, STYLES * EXPLAIN_KINDS);
    add_slow_loop(t, is_no_more_than_near, STYLES * EXPLAIN_KINDS);
    add_slow_loop(t, wherever_it_is, EXPLAIN_KINDS);
    add_slow_loop(t, however_short, EXPLAIN_KINDS);
    tcase_add_loop_test(t, however_lossy, 0, 4);
    tcase_add_loop_test(t, however_brief, 0, 4);
    add_slow_loop(t, however_timeless, EXPLAIN_KINDS);
    tcase_add_loop_test(t, however_mixed, 0, 4);
    tcase_add_loop_test(t, captured_as_often, 0, 4);
    tcase_add_loop_test(t, spoiled_segments, 0, 4);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    /* two thousand processes would each be searched for leaks on their own */
    srunner_set_fork_status(r, CK_NOFORK);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
