/* SPDX-License-Identifier: GPL-3.0-or-later */
/* More that is near to a finding and is none, or is another one. */
#include "config.h"

#include "explain_compose.h"

#define NONE (-1)
#define ALL (-2) /* neither an error nor a departure */

/* Who counts from 1 is acknowledged 0 at first, which means nothing. */
static void counts_from_1(void)
{
    call();
    gre(PAC, 1, -1);
    after(20);
    lone_ack(PAC, 0);
    after(20);
    for (int i = 1; i < 7; i++, after(30)) {
        gre(PNS, i, i);
        after(20);
        gre(PAC, i + 1, i);
    }
}

/* Nothing comes from one side, and the other keeps acknowledging "0". */
static void acks_0_again(void)
{
    call();
    for (int i = 0; i < 5; i++, after(1000))
        gre(PNS, i, 0);
}

/* The number of one packet was damaged on the way, and it goes on. */
static void jumps_and_goes_on(void)
{
    call();
    for (int i = 0; i < 8; i++, after(30))
        gre(PNS, i == 4 ? 500000 : i, -1);
}

/* A general error with a code of its own: 2.16 has 0 to 6. */
static void refused_with(uint8_t error)
{
    struct pptp_msg m = ocrp(0, 7);

    start();
    say(PNS, ocrq(7));
    m.ocrp.result = PPTP_OCRP_GENERAL;
    m.ocrp.error = error;
    say(PAC, m);
}

static void last_error_code(void)
{
    refused_with(6);
}

static void beyond_error_codes(void)
{
    refused_with(7);
}

/* PPP asks whether anybody is there, so often, and gives up. */
static void asks_and_gives_up(int times)
{
    call();
    some_data();
    for (int i = 0; i < times; i++, after(30000))
        lcp(PNS, 6 + i, -1, 9);
    lcp(PNS, 6 + times, -1, 5);
}

static void asks_four_times(void)
{
    asks_and_gives_up(4);
}

static void asks_twice(void)
{
    asks_and_gives_up(2);
}

/* Silence of less than 10 s. */
static void quiet_for_9_s(void)
{
    call();
    some_data();
    lone_ack(PAC, 5);
    for (int i = 6; i < 16; i++, after(980))
        gre(PNS, i, -1);
}

/* The start of a datagram of plain GRE, and never the rest. */
static void fragment_of_other_gre(void)
{
    static const uint8_t octets[64] = { 0, 0, 0x65, 0x58 };

    call();
    some_data();
    packet(A, B, 47, 0x2000, octets, sizeof octets);
    after(40000);
    gre(PNS, 6, 5);
}

/* Nobody need answer who says good-bye. */
static void good_bye_again(void)
{
    call();
    some_data();
    lone_ack(PAC, 5);
    for (int i = 0; i < 8; i++, after(3000))
        lcp(PNS, 6 + i, -1, 5);
}

/* CDN is among what the capture lacks. */
static void cdn_not_captured(void)
{
    call();
    say(PNS, ccrq(7));
    unheard(PAC, cdn(9, 4));
    after(30000);
    say(PAC, echo_rq(1));
    say(PNS, echo_rp(1));
    after(31000);
    stop(PNS);
}

/* Packets are expected until somebody clears the call. */
static void clears_at_once(void)
{
    call();
    say(PNS, ccrq(7));
    after(20000);
    say(PAC, cdn(9, 4));
    stop(PNS);
}

static void clears_after_a_while(void)
{
    call();
    after(4000);
    say(PNS, ccrq(7));
    say(PAC, cdn(9, 4));
    stop(PNS);
}

/* What the PAC said last has not reached the PNS. */
static void without_last(uint32_t octets, void (*then)(void))
{
    file.seq[PAC] -= octets;
    then();
    file.seq[PAC] += octets;
}

static void clears_too(void)
{
    say(PNS, ccrq(7));
    gre(PNS, 8, -1);
    after(10);
}

/* The call ends by PPP, and what says so gets lost behind the capture. */
static void hangs_up(void)
{
    call();
    some_data();
    lcp(PAC, 6, 5, 5);
    after(10);
    lcp(PNS, 6, 6, 6);
    after(10);
    segment(PNS, ACK, NULL, 0);
    say(PAC, cdn(9, 1));
    after(2500);
}

static void cdn_gets_lost(void)
{
    hangs_up();
    without_last(148, clears_too);
    say(PAC, cdn(7, 2));
}

/* TCP says that it came. */
static void cdn_arrives(void)
{
    hangs_up();
    segment(PNS, ACK, NULL, 0);
    clears_too();
}

static void goes_on(void)
{
    gre(PNS, 8, -1);
}

static void cdn_gets_lost_and_gre_goes_on(void)
{
    hangs_up();
    without_last(148, goes_on);
}

static void cdn_arrives_and_gre_goes_on(void)
{
    hangs_up();
    segment(PNS, ACK, NULL, 0);
    goes_on();
}

/* CCRQ was sent before CDN came, got lost and is sent again. */
static void ccrq_gets_lost(void)
{
    hangs_up();
    segment_at(PNS, file.seq[PNS] + 16, ACK, NULL, 0);
    after(1500);
    say(PNS, ccrq(7));
}

/* Both end the call at once, and each answers the other. */
static void both_end_it(void)
{
    struct pptp_msg m = cdn(7, 2);

    call();
    some_data();
    lcp(PAC, 6, 5, 5);
    after(10);
    lcp(PNS, 6, 6, 6);
    after(10);
    say(PNS, ccrq(7));
    say(PAC, cdn(9, 1));
    after(400);
    m.cdn.error = 5;
    say(PAC, m);
}

static void both_end_it_twice(void)
{
    both_end_it();
    after(1500);
    say(PAC, cdn(9, 1));
}

/* Another connection of the two ends, the call of the first does not. */
static void another_ends(void)
{
    uint32_t seq[2];
    uint16_t port;

    call();
    some_data();
    memcpy(seq, file.seq, sizeof seq);
    port = file.port++;
    open_tcp();
    say(opens(), sccrq());
    say(accepts(), sccrp());
    stop(opens());
    memcpy(file.seq, seq, sizeof seq);
    file.port = port;
    after(3000);
    gre(PNS, 6, 5);
    after(10);
    gre(PAC, 6, 6);
    hang_up();
}

/* The PAC takes so many packets, and so many tenths of a second for each. */
static void call_of(uint16_t window, uint16_t delay)
{
    struct pptp_msg m = style.incoming ? iccn(7) : ocrp(9, 7);

    start();
    if (style.incoming) {
        say(PAC, icrq(9));
        say(PNS, icrp(7, 9));
        m.iccn.recv_window = window;
        m.iccn.ppd_ds = delay;
    } else {
        say(PNS, ocrq(7));
        m.ocrp.recv_window = window;
        m.ocrp.ppd_ds = delay;
    }
    say(PAC, m);
}

/* Two time-outs of 200 ms, more or less, as the clock of the capture lags
 * behind, and acknowledgments that take 250 ms. */
static void times_out_too_soon(void)
{
    call_of(1, 0);
    gre(PNS, 0, -1);
    after(201);
    gre(PNS, 1, -1);
    after(49);
    lone_ack(PAC, 0);
    after(147);
    gre(PNS, 2, -1);
    after(54);
    lone_ack(PAC, 1);
}

/* Half the way: 6 is written off here before it is acknowledged, and 7 by
 * its sender, 855 ms after it was sent. */
static void times_out_at_another_time(void)
{
    call_of(8, 4);
    for (int i = 0; i < 8; i++)
        gre(PNS, i, -1);
    after(352);
    for (int i = 0; i < 6; i++)
        lone_ack(PAC, i);
    after(100);
    lone_ack(PAC, 6);
    after(303);
    for (int i = 8; i < 14; i++)
        gre(PNS, i, -1);
    after(100);
    for (int i = 14; i < 19; i++)
        gre(PNS, i, -1);
    lone_ack(PAC, 18);
}

/* A window of 8 was lost before it came here, and so many follow when the
 * sender has written it off. */
static void window_gets_lost(void)
{
    call();
    for (int i = 0; i < 4; i++, after(20)) {
        gre(PNS, i, -1);
        after(2);
        lone_ack(PAC, i);
    }
    after(1500);
    for (int i = 12; i < 16; i++, after(1))
        gre(PNS, i, -1);
    lone_ack(PAC, 15);
}

/* Half the way to the receiver: acknowledgments have passed here that the
 * sender has not received when its time-out strikes. */
static void half_way(int burst)
{
    call();
    for (int i = 0; i < 8; i++, after(1))
        gre(PNS, i, -1);
    after(112);
    for (int i = 0; i < 3; i++, after(1))
        lone_ack(PAC, i);
    for (int i = 0; i < burst; i++)
        gre(PNS, 8 + i, -1);
    after(200);
    lone_ack(PAC, 7 + burst);
}

static void times_out_half_way(void)
{
    half_way(4);
}

static void sends_too_much_half_way(void)
{
    half_way(12);
}

/* One more than the window, not after a time-out but for as long as it
 * goes on. */
static void one_more_all_the_time(void)
{
    call();
    for (int i = 0; i < 8; i++, after(10))
        gre(PNS, i, -1);
    after(20);
    lone_ack(PAC, 0);
    gre(PNS, 8, -1);
    for (int i = 1; i < 20; i++, after(11)) {
        gre(PNS, 8 + i, -1);
        lone_ack(PAC, i);
    }
}

/* Who is asked for a connection says no in his own way. */
static void stops_at_once(void)
{
    begin();
    open_tcp();
    say(opens(), sccrq());
    after(100);
    say(accepts(), stop_rq());
    say(opens(), stop_rp());
    after(4000);
    fins(accepts());
}

/* The call was to end, and does. */
static void resets_instead_of_cdn(void)
{
    call();
    some_data();
    say(PNS, ccrq(7));
    segment(PAC, RST, NULL, 0);
}

/* One of two calls was to end. */
static void resets_another(void)
{
    call();
    say(PNS, ocrq(8));
    say(PAC, ocrp(10, 8));
    some_data();
    say(PNS, ccrq(7));
    segment(PAC, RST, NULL, 0);
}

/* Six requests each in half a second: they may agree yet. */
static void lcp_hasty(void)
{
    call();
    for (int i = 0; i < 6; i++, after(80)) {
        lcp(PNS, i, i - 1, 1);
        lcp(PAC, i, i, 1);
    }
}

/* GRE of a version that nobody knows, of no call that was announced. */
static void version_2(void)
{
    call();
    some_data();
    ip(PNS, 47, (const uint8_t *)"\x30\2\x88\x0B\0\0\1\1\0\0\0\0", 12);
}

/* … and with the key of one. */
static void version_2_of_call(void)
{
    call();
    some_data();
    ip(PNS, 47, (const uint8_t *)"\x30\2\x88\x0B\0\0\0\x09\0\0\0\0", 12);
}

static const struct {
    void (*compose)(void);
    int never, found;
} near[] = {
    { counts_from_1, ALL, NONE },
    { acks_0_again, EXPLAIN_HALF_CAPTURED, EXPLAIN_ONE_WAY_GRE },
    { cdn_not_captured, ALL, NONE },
    { clears_at_once, ALL, NONE },
    { clears_after_a_while, NONE, EXPLAIN_NO_GRE },
    { cdn_gets_lost, ALL, NONE },
    { cdn_arrives, NONE, EXPLAIN_OUT_OF_STATE },
    { cdn_gets_lost_and_gre_goes_on, ALL, NONE },
    { cdn_arrives_and_gre_goes_on, NONE, EXPLAIN_GRE_LATE },
    { ccrq_gets_lost, ALL, NONE },
    { both_end_it, ALL, NONE },
    { both_end_it_twice, NONE, EXPLAIN_OUT_OF_STATE },
    { another_ends, ALL, NONE },
    { times_out_too_soon, EXPLAIN_WINDOW_OVERRUN, NONE },
    { times_out_at_another_time, EXPLAIN_WINDOW_OVERRUN, NONE },
    { window_gets_lost, ALL, NONE },
    { times_out_half_way, ALL, NONE },
    { sends_too_much_half_way, NONE, EXPLAIN_WINDOW_OVERRUN },
    { one_more_all_the_time, NONE, EXPLAIN_WINDOW_OVERRUN },
    { stops_at_once, EXPLAIN_NO_SCCRP, NONE },
    { resets_instead_of_cdn, EXPLAIN_TCP_RESET, EXPLAIN_NO_STOP },
    { resets_another, NONE, EXPLAIN_TCP_RESET },
    { lcp_hasty, EXPLAIN_PPP_LCP_LOOP, NONE },
    { asks_four_times, NONE, EXPLAIN_WENT_QUIET },
    { asks_twice, EXPLAIN_WENT_QUIET, NONE },
    { good_bye_again, EXPLAIN_WENT_QUIET, EXPLAIN_PPP_TERMINATE },
    { quiet_for_9_s, EXPLAIN_WENT_QUIET, NONE },
    { fragment_of_other_gre, EXPLAIN_FRAGMENTS_LOST, NONE },
    { last_error_code, EXPLAIN_ERROR_CODE, EXPLAIN_CALL_REFUSED },
    { beyond_error_codes, NONE, EXPLAIN_ERROR_CODE },
    { jumps_and_goes_on, EXPLAIN_SEQ_RESTART, EXPLAIN_SEQ_JUMP },
    { version_2, ALL, NONE },
    { version_2_of_call, NONE, EXPLAIN_GRE_HEADER },
};

static bool found(const struct explain *x, int kind)
{
    const struct explain_finding *f;
    size_t n = explain_findings(x, &f), i;

    for (i = 0; i < n; i++)
        if ((int)f[i].kind == kind)
            return true;
    return false;
}

START_TEST(is_near)
{
    const struct explain_finding *f;
    struct explain *x = explain_new();
    size_t n, i;

    ck_assert_ptr_nonnull(x);
    style.opener = _i & 1;
    style.incoming = (_i & 2) != 0;
    near[_i / 4].compose();
    walk(x, file.len);
    n = explain_findings(x, &f);
    for (i = 0; i < n; i++) {
        const struct explain_kind_info *k = explain_kind_info(f[i].kind);

        ck_assert_msg(
            (int)f[i].kind != near[_i / 4].never &&
                (near[_i / 4].never != ALL || k->severity == EXPLAIN_REMARK),
            "%s: %s", k->key, f[i].detail);
    }
    ck_assert(near[_i / 4].found == NONE || found(x, near[_i / 4].found));
    explain_free(x);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("explain near");
    TCase *t = tcase_create("near");
    SRunner *r;
    int failed;

    tcase_add_loop_test(t, is_near, 0, 4 * sizeof near / sizeof near[0]);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
