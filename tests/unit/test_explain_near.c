/* SPDX-License-Identifier: GPL-3.0-or-later */
/* More that is near to a finding and is none, or is another one. */
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
    { stops_at_once, EXPLAIN_NO_SCCRP, NONE },
    { resets_instead_of_cdn, EXPLAIN_TCP_RESET, EXPLAIN_NO_STOP },
    { resets_another, NONE, EXPLAIN_TCP_RESET },
    { lcp_hasty, EXPLAIN_PPP_LCP_LOOP, NONE },
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
