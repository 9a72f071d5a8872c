/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events of the PNS in English, tap/pns_words.h: each sentence, as a log has
 * it. */
#include "config.h"

#include "nas_pns_rig.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tap/log.h"
#include "tap/pns_words.h"

enum { TEXT = 1 << 14 };

static struct tap_world w;
static int out, saved;
static char text[TEXT];

static bool look(void *ctx, pptp_call_id call, struct tap_diagnose_call *c)
{
    (void)ctx;
    (void)call;
    *c = (struct tap_diagnose_call){ .rx_packets = 1, .acked = true };
    return true;
}

static void words(const struct nas_event *e)
{
    w.nas = side[NEAR].nas;
    tap_pns_words(&w, &pns, e);
}

static void open_ears(void)
{
    set_up();
    also = words;
    w = (struct tap_world){ .diagnose.look = look };
    ck_assert_int_eq(tap_diagnose_init(&w.diagnose, CALLS), 0);
    tap_log_init();
    out = memfd_create("said", 0);
    ck_assert_int_ge(out, 0);
    saved = dup(STDERR_FILENO);
    dup2(out, STDERR_FILENO);
}

static void be_quiet(void)
{
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(out);
    tap_diagnose_fini(&w.diagnose);
    also = NULL;
    tear_down();
}

/* Each line without its time. */
static void without_times(char *t)
{
    while (*t != 0) {
        char *from = strchr(t, ' ');
        size_t left;

        ck_assert_ptr_nonnull(from);
        left = strlen(from + 1);
        memmove(t, from + 1, left + 1);
        t = strchr(t, '\n');
        ck_assert_ptr_nonnull(t);
        t++;
    }
}

/* That and nothing else was said since the last time. */
static void said(const char *what)
{
    ssize_t n;

    tap_log_flush();
    n = pread(out, text, sizeof text - 1, 0);
    ck_assert_int_ge(n, 0);
    text[n] = 0;
    without_times(text);
    ck_assert_str_eq(text, what);
    ck_assert_int_eq(ftruncate(out, 0), 0);
    ck_assert_int_ge(lseek(out, 0, SEEK_SET), 0);
}

START_TEST(comes_and_goes)
{
    pptp_call_id call;

    config.pool[0].last = FIRST;
    config.ppp.mppe_allow = PPP_MPPE_128 | PPP_MPPE_STATELESS;
    begin();
    call = vpn();
    run(5);
    said("\"alice\" from 10.77.0.2: up with 10.99.0.16; MS-CHAPv2, no "
         "encryption\n");
    ck_assert_int_eq(
        nas_pns_ip_in(&pns, now, NAS_PNS_ANY, packet(1, up_ip, 100)), PPTP_OK);
    run(55);
    hang_up(call);
    run(1);
    said("\"alice\" from 10.77.0.2: down, had 10.99.0.16 for 60 s: the call "
         "was cleared; received 0 packets 0 octets, sent 1 packet 100 "
         "octets\n");
}
END_TEST

START_TEST(why_it_ended)
{
    config.session_ns = 30 * PPTP_S;
    config.idle_ns = 10 * PPTP_S;
    config.pool[0].last = FIRST;
    begin();
    vpn();
    run(5);
    said("\"alice\" from 10.77.0.2: up with 10.99.0.16; MS-CHAPv2, no "
         "encryption\n");
    run(30);
    said("\"alice\" from 10.77.0.2: down, had 10.99.0.16 for 10 s: no packets "
         "for too long (idle_timeout); received 0 packets 0 octets, sent 0 "
         "packets 0 octets\n");
    config.idle_ns = 0;
    vpn();
    run(5);
    said("\"alice\" from 10.77.0.2: up with 10.99.0.16; MS-CHAPv2, no "
         "encryption\n");
    run(60);
    said("\"alice\" from 10.77.0.2: down, had 10.99.0.16 for 30 s: its time "
         "was over (session_timeout); received 0 packets 0 octets, sent 0 "
         "packets 0 octets\n");
    ring();
    nas_begin(&side[NEAR].nas, now);
    pptp_node_tcp_event(&side[NEAR].nas.node, side[NEAR].conn, PPTP_TCP_CLOSED,
                        NULL);
    nas_settle(&side[NEAR].nas);
    said("");
}
END_TEST

START_TEST(not_let_in)
{
    known.secret = (const uint8_t *)"wander";
    begin();
    vpn();
    run(60);
    said("\"alice\" from 10.77.0.2: not let in: the peer failed to "
         "authenticate (MS-CHAPv2, wrong secret)\n");
}
END_TEST

START_TEST(no_address)
{
    config.pools = 0;
    begin();
    vpn();
    run(10);
    said("\"alice\" from 10.77.0.2: no inner address is free; cure: a larger "
         "`pool`\n"
         "\"alice\" from 10.77.0.2: ended before it was up: no inner address "
         "for him\n");
    lines[0].ip_first = lines[0].ip_last = LOCAL;
    vpn();
    run(10);
    said("\"alice\" from 10.77.0.2: his address 10.99.0.1 cannot be given: it "
         "is our own inside the tunnels (`local`); cure: another one in the "
         "file of secrets\n"
         "\"alice\" from 10.77.0.2: ended before it was up: no inner address "
         "for him\n");
    lines[0].ip_first = 0x7f000001;
    lines[0].ip_last = 0x7f000002;
    vpn();
    run(10);
    said("\"alice\" from 10.77.0.2: all addresses of his line in the file of "
         "secrets are in use\n"
         "\"alice\" from 10.77.0.2: ended before it was up: no inner address "
         "for him\n");
}
END_TEST

START_TEST(taken_over)
{
    lines[0].ip_first = lines[0].ip_last = FIXED;
    begin();
    vpn();
    run(5);
    said("\"alice\" from 10.77.0.2: up with 10.50.0.5; MS-CHAPv2, no "
         "encryption\n");
    vpn();
    run(5);
    said("10.50.0.5: taken over by a later session of the user\n"
         "\"alice\" from 10.77.0.2: down, had 10.50.0.5 for 5 s: the call was "
         "cleared; received 0 packets 0 octets, sent 0 packets 0 octets\n"
         "\"alice\" from 10.77.0.2: up with 10.50.0.5; MS-CHAPv2, no "
         "encryption\n");
}
END_TEST

START_TEST(refused)
{
    config.calls = 0;
    begin();
    vpn();
    run(1);
    said("call from 10.77.0.2: refused, too many calls\n");
    config.calls_source = 0;
    vpn();
    run(1);
    said("10.77.0.2: refused, too many calls from there; cure if they are "
         "many users behind a NAT: a greater `limits: calls_per_source`\n");
    nas_pns_drain(&pns);
    vpn();
    run(1);
    said("call from 10.77.0.2: refused, we are about to end\n");
}
END_TEST

START_TEST(does_not_take_it)
{
    begin();
    vpn();
    while (pns.session[0].ip == 0 && count > 0)
        deliver();
    pns.session[0].ip = FIXED;
    run(5);
    said("\"alice\" from 10.77.0.2: does not take its address 10.50.0.5\n"
         "\"alice\" from 10.77.0.2: ended before it was up: the call was "
         "cleared\n");
}
END_TEST

START_TEST(silence)
{
    mute = true;
    begin();
    vpn();
    run(60);
    said("call from 10.77.0.2: the control connection works, but no GRE came; "
         "is IP protocol 47 blocked on the way?\n"
         "call from 10.77.0.2: ended before it was up: no answer from the "
         "peer\n");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tap_pns_words");
    TCase *tc = tcase_create("words");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, open_ears, be_quiet);
    tcase_add_test(tc, comes_and_goes);
    tcase_add_test(tc, why_it_ended);
    tcase_add_test(tc, not_let_in);
    tcase_add_test(tc, no_address);
    tcase_add_test(tc, taken_over);
    tcase_add_test(tc, refused);
    tcase_add_test(tc, does_not_take_it);
    tcase_add_test(tc, silence);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
