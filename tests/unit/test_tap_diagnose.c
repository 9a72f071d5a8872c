/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls looked at from outside: tap/diagnose.h, by what it says. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tap/diagnose.h"
#include "tap/log.h"

#define US 0x0a4d0001u   /* 10.77.0.1 */
#define THEM 0x0a4d0002u /* 10.77.0.2 */
#define BEGAN (1000 * PPTP_S + 7)

enum { CALLS = 64, TEXT = 1 << 16 };

static struct tap_diagnose d;
static struct tap_diagnose_call call_as_is[CALLS];
static bool gone[CALLS];
static uint32_t remote[CALLS];
static unsigned looks;
static int out, saved;
static char text[TEXT];

static bool look(void *ctx, pptp_call_id call, struct tap_diagnose_call *c)
{
    looks++;
    ck_assert_ptr_eq(ctx, &looks);
    *c = call_as_is[call & 0xfffff];
    return !gone[call & 0xfffff];
}

static void up(pptp_ns now, pptp_call_id call)
{
    tap_diagnose_up(&d, now, call, US, remote[call & 0xfffff], false);
}

/* A call with which all is well. */
static void set_up(void)
{
    unsigned i;

    memset(&d, 0, sizeof d);
    memset(gone, 0, sizeof gone);
    looks = 0;
    d.look = look;
    d.ctx = &looks;
    ck_assert_int_eq(tap_diagnose_init(&d, CALLS), 0);
    for (i = 0; i < CALLS; i++) {
        remote[i] = THEM;
        call_as_is[i] = (struct tap_diagnose_call){
            .call_id = (uint16_t)(7 + i),
            .rx_packets = 20,
            .tx_packets = 20,
            .acked = true,
            .windowing = PPTP_WINDOWING_AUTO,
            .mtu = 1396,
            .mppe = true,
            .path = 1500,
        };
    }
    tap_log_init();
    out = memfd_create("said", 0);
    ck_assert_int_ge(out, 0);
    saved = dup(STDERR_FILENO);
    dup2(out, STDERR_FILENO);
}

static void tear_down(void)
{
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(out);
    tap_diagnose_fini(&d);
}

/* All that was said so far. */
static const char *said(void)
{
    ssize_t n = pread(out, text, sizeof text - 1, 0);

    ck_assert_int_ge(n, 0);
    text[n] = 0;
    return text;
}

static unsigned lines(void)
{
    const char *t = said();
    unsigned n = 0;

    while ((t = strchr(t, '\n')) != NULL) {
        t++;
        n++;
    }
    return n;
}

#define SAYS(words) \
    ck_assert_msg(strstr(said(), (words)) != NULL, "%s", said())

/* All deadlines, each at its time, until `now`. */
static unsigned run_until(pptp_ns now)
{
    unsigned n = 0;

    while (tap_diagnose_deadline(&d) <= now) {
        tap_diagnose_advance(&d, tap_diagnose_deadline(&d));
        ck_assert_uint_lt(++n, 1000);
    }
    tap_diagnose_advance(&d, now);
    return n;
}

static void silent_call(unsigned i)
{
    call_as_is[i].rx_packets = 0;
    call_as_is[i].acked = false;
}

/* --- a call that is young ----------------------------------------------- */

START_TEST(nothing_wrong)
{
    ck_assert_uint_eq(tap_diagnose_deadline(&d), PPTP_NEVER);
    up(BEGAN, 3);
    ck_assert_uint_gt(tap_diagnose_deadline(&d), BEGAN + 9 * PPTP_S);
    ck_assert_uint_eq(run_until(BEGAN + 1000 * PPTP_S), 1);
    ck_assert_uint_eq(looks, 1);
    ck_assert_uint_eq(tap_diagnose_deadline(&d), PPTP_NEVER);
    ck_assert_uint_eq(lines(), 0);
}
END_TEST

/* Many calls of one second wake us up once. */
START_TEST(together)
{
    unsigned i;

    for (i = 0; i < CALLS; i++)
        up(BEGAN + i * PPTP_MS, i);
    ck_assert_uint_eq(run_until(BEGAN + 1000 * PPTP_S), 1);
    ck_assert_uint_eq(looks, CALLS);
}
END_TEST

/* From the middle, the ends, twice, and in again: no call is looked at that
 * has ended. */
START_TEST(ended)
{
    unsigned i;

    for (i = 0; i < 5; i++)
        up(BEGAN + i, i);
    tap_diagnose_down(&d, 2);
    tap_diagnose_down(&d, 2);
    tap_diagnose_down(&d, 0);
    tap_diagnose_down(&d, 4);
    tap_diagnose_down(&d, 1u << 20 | 3); /* another of that slot */
    up(BEGAN + 9, 1u << 20 | 2);
    run_until(BEGAN + 1000 * PPTP_S);
    ck_assert_uint_eq(looks, 3);
    for (i = 0; i < 5; i++)
        tap_diagnose_down(&d, i);
    ck_assert_uint_eq(tap_diagnose_deadline(&d), PPTP_NEVER);
}
END_TEST

START_TEST(call_is_gone)
{
    silent_call(3);
    gone[3] = true;
    up(BEGAN, 3);
    ck_assert_uint_eq(run_until(BEGAN + 1000 * PPTP_S), 1);
    ck_assert_uint_eq(lines(), 0);
}
END_TEST

/* --- GRE ---------------------------------------------------------------- */

START_TEST(no_gre)
{
    silent_call(3);
    up(BEGAN, 3);
    run_until(BEGAN + 9 * PPTP_S);
    ck_assert_uint_eq(lines(), 0);
    ck_assert_uint_eq(run_until(BEGAN + 1000 * PPTP_S), 2);
    ck_assert_uint_eq(lines(), 1);
    SAYS("10.77.0.1: call from 10.77.0.2: the control connection works");
    SAYS("in 10 s no GRE came; is IP protocol 47 blocked on the way?");
    SAYS("cure: ");
    ck_assert_uint_eq(d.stats.no_gre, 1);
}
END_TEST

/* Only an acknowledgment: GRE is not blocked. */
START_TEST(lone_ack)
{
    call_as_is[3].rx_packets = 0;
    up(BEGAN, 3);
    run_until(BEGAN + 1000 * PPTP_S);
    ck_assert_uint_eq(lines(), 0);
}
END_TEST

/* Once for an address; another one is another; again after an hour. */
START_TEST(once)
{
    unsigned i;

    remote[3] = THEM + 1;
    for (i = 0; i < 4; i++) {
        silent_call(i);
        up(BEGAN + i * PPTP_S, i);
    }
    run_until(BEGAN + 100 * PPTP_S);
    ck_assert_uint_eq(lines(), 2);
    SAYS("10.77.0.3");
    tap_diagnose_up(&d, BEGAN, 2u << 20 | 9, US, THEM + 7, true);
    silent_call(9);
    ck_assert(tap_diagnose_no_gre(&d, BEGAN + PPTP_S, 2u << 20 | 9));
    SAYS("10.77.0.1: call to 10.77.0.9: ");
    ck_assert_uint_eq(d.stats.no_gre, 5);
    up(BEGAN + 4000 * PPTP_S, 1u << 20 | 1);
    run_until(BEGAN + 5000 * PPTP_S);
    ck_assert_uint_eq(lines(), 4);
}
END_TEST

/* A call of that address without GRE, from `at` on for 12 s. */
static void dead_call(uint32_t from, pptp_ns at)
{
    static uint32_t generation;
    pptp_call_id id = generation++ % 2000 << 20;

    silent_call(0);
    remote[0] = from;
    up(at, id);
    run_until(at + 12 * PPTP_S);
    tap_diagnose_down(&d, id);
}

/* The table is bounded: the oldest is forgotten, and told anew. */
START_TEST(forgotten)
{
    unsigned i, n = TAP_DIAGNOSE_TOLD;

    for (i = 0; i < n; i++)
        dead_call(THEM + i, BEGAN + i * 13 * PPTP_S);
    dead_call(THEM, BEGAN + 1700 * PPTP_S);
    ck_assert_uint_eq(lines(), n);
    dead_call(THEM + 5000, BEGAN + 1720 * PPTP_S);
    ck_assert_uint_eq(lines(), n + 1);
    dead_call(THEM, BEGAN + 1740 * PPTP_S);
    ck_assert_uint_eq(lines(), n + 2);
}
END_TEST

START_TEST(other_call_id)
{
    silent_call(3);
    up(BEGAN, 3);
    tap_diagnose_stray(&d, BEGAN + PPTP_S, THEM, 4711, true);
    tap_diagnose_stray(&d, BEGAN + PPTP_S, THEM + 1, 4712, true);
    run_until(BEGAN + 1000 * PPTP_S);
    ck_assert_uint_eq(lines(), 1);
    SAYS("GRE comes, but for Call ID 4711 and not 10,");
    SAYS("modprobe nf_conntrack_pptp nf_nat_pptp");
    ck_assert_uint_eq(d.stats.call_ids, 1);
    ck_assert_uint_eq(d.stats.no_gre, 0);
}
END_TEST

/* What came before the call tells nothing about it. */
START_TEST(stray_of_before)
{
    silent_call(3);
    tap_diagnose_stray(&d, BEGAN - 1, THEM, 4711, true);
    tap_diagnose_stray(&d, BEGAN - 1, THEM + 9, 10, false);
    up(BEGAN, 3);
    run_until(BEGAN + 1000 * PPTP_S);
    ck_assert_uint_eq(d.stats.no_gre, 1);
    ck_assert_uint_eq(d.stats.call_ids + d.stats.other_address, 0);
}
END_TEST

START_TEST(other_address)
{
    silent_call(3);
    up(BEGAN, 3);
    tap_diagnose_stray(&d, BEGAN + PPTP_S, THEM + 9, 10, false);
    run_until(BEGAN + 1000 * PPTP_S);
    ck_assert_uint_eq(lines(), 1);
    SAYS("GRE for the call's Call ID 10 comes from 10.77.0.11,");
    ck_assert_uint_eq(d.stats.other_address, 1);
}
END_TEST

/* Strangers' packets move no limit: what is kept is kept in its place. */
START_TEST(flood_of_strays)
{
    uint32_t i;

    silent_call(3);
    up(BEGAN, 3);
    for (i = 0; i < 100000; i++)
        tap_diagnose_stray(&d, BEGAN + i, 0xc0000000 + i,
                           (uint16_t)(i | 1u << 15), (i & 1) != 0);
    run_until(BEGAN + 1000 * PPTP_S);
    ck_assert_uint_eq(d.stats.no_gre, 1);
}
END_TEST

/* PPP gives up, or the user does: said then, or before, but once. */
START_TEST(when_it_ends)
{
    ck_assert(!tap_diagnose_no_gre(&d, BEGAN, 3)); /* never up */
    up(BEGAN, 3);
    ck_assert(!tap_diagnose_no_gre(&d, BEGAN + PPTP_S, 3));
    silent_call(3);
    ck_assert(tap_diagnose_no_gre(&d, BEGAN + 6 * PPTP_S, 3));
    ck_assert_uint_eq(lines(), 1);
    SAYS("in 6 s");
    ck_assert(tap_diagnose_no_gre(&d, BEGAN + 6 * PPTP_S, 3));
    ck_assert_uint_eq(run_until(BEGAN + 1000 * PPTP_S), 0);
    ck_assert_uint_eq(lines(), 1);
    ck_assert_uint_eq(d.stats.no_gre, 1);
    gone[3] = true;
    ck_assert(!tap_diagnose_no_gre(&d, BEGAN + 7 * PPTP_S, 3));
}
END_TEST

/* --- acknowledgments ---------------------------------------------------- */

START_TEST(no_acks)
{
    call_as_is[3].acked = call_as_is[4].acked = false;
    call_as_is[4].windowing = PPTP_WINDOWING_ON;
    remote[4] = THEM + 1;
    up(BEGAN, 3);
    up(BEGAN, 4);
    ck_assert_uint_eq(run_until(BEGAN + 1000 * PPTP_S), 1);
    ck_assert_uint_eq(lines(), 2);
    SAYS("10.77.0.2 never acknowledges what 10.77.0.1 sends (20 packets in "
         "10 s); its window is ignored (windowing: auto)");
    SAYS("10.77.0.3 never acknowledges what 10.77.0.1 sends (20 packets in "
         "10 s): each window waits for a time-out, which is slow; cure: "
         "`windowing: auto`");
    ck_assert_uint_eq(d.stats.no_acks, 2);
}
END_TEST

/* Too little was sent to know; later there was more, or it is over. */
START_TEST(no_acks_later)
{
    call_as_is[3].acked = call_as_is[4].acked = call_as_is[5].acked = false;
    call_as_is[3].tx_packets = call_as_is[4].tx_packets = 2;
    call_as_is[5].tx_packets = 0;
    remote[4] = THEM + 1;
    up(BEGAN, 3);
    up(BEGAN, 4);
    up(BEGAN, 5);
    run_until(BEGAN + 20 * PPTP_S);
    ck_assert_uint_eq(lines(), 0);
    ck_assert_uint_eq(looks, 3);
    call_as_is[3].tx_packets = TAP_DIAGNOSE_SENT;
    ck_assert_uint_eq(run_until(BEGAN + 1000 * PPTP_S), 1);
    ck_assert_uint_eq(looks, 5);
    ck_assert_uint_eq(lines(), 1);
    SAYS("10.77.0.2 never acknowledges");
}
END_TEST

START_TEST(no_window_at_all)
{
    call_as_is[3].acked = false;
    call_as_is[3].windowing = PPTP_WINDOWING_OFF;
    up(BEGAN, 3);
    ck_assert_uint_eq(run_until(BEGAN + 1000 * PPTP_S), 1);
    ck_assert_uint_eq(lines(), 0);
}
END_TEST

/* --- length ------------------------------------------------------------- */

/* 4.1 and RFC 3078: 20 + 16 + 4 octets, and 4 of MPPE. */
START_TEST(fragments)
{
    ck_assert_uint_eq(tap_diagnose_outer(1396, true), 1440);
    ck_assert_uint_eq(tap_diagnose_outer(1396, false), 1436);
    call_as_is[3].path = 1440;
    call_as_is[4].path = 1439;
    call_as_is[5].path = 1436;
    call_as_is[5].mppe = false;
    call_as_is[6].path = 0; /* not known */
    call_as_is[7].mtu = 0;
    call_as_is[7].path = 100;
    up(BEGAN, 3);
    up(BEGAN, 4);
    up(BEGAN, 5);
    up(BEGAN, 6);
    up(BEGAN, 7);
    run_until(BEGAN + 1000 * PPTP_S);
    ck_assert_uint_eq(lines(), 1);
    SAYS("packets of 1396 octets inside take 1440 outside, and the way from "
         "10.77.0.1 to 10.77.0.2 takes only 1439: they are cut into "
         "fragments; cure: `mtu: 1395`");
    ck_assert_uint_eq(d.stats.fragments, 1);
}
END_TEST

/* No `mtu` is that small. */
START_TEST(short_way)
{
    call_as_is[3].path = 40;
    up(BEGAN, 3);
    run_until(BEGAN + 1000 * PPTP_S);
    SAYS("cure: `mtu: 576`");
}
END_TEST

START_TEST(too_long)
{
    unsigned i;

    tap_diagnose_too_long(&d, 3, THEM, 1300); /* not up: nothing */
    up(BEGAN, 3);
    for (i = 0; i < TAP_DIAGNOSE_LONG - 1; i++)
        tap_diagnose_too_long(&d, 3, THEM, 1300);
    ck_assert_uint_eq(lines(), 0);
    for (i = 0; i < 1000; i++)
        tap_diagnose_too_long(&d, 3, THEM, 1300);
    ck_assert_uint_eq(lines(), 1);
    SAYS("call with 10.77.0.2: packets longer than the 1300 octets");
    tap_diagnose_down(&d, 3);
    up(BEGAN, 1u << 20 | 3); /* the next session */
    for (i = 0; i < TAP_DIAGNOSE_LONG; i++)
        tap_diagnose_too_long(&d, 1u << 20 | 3, THEM, 1300);
    ck_assert_uint_eq(lines(), 2);
    ck_assert_uint_eq(d.stats.too_long, 2);
}
END_TEST

/* --- limits ------------------------------------------------------------- */

START_TEST(limits)
{
    unsigned i, k;

    for (k = 0; k < 3; k++)
        for (i = TAP_CAUSE_GARBAGE; i < TAP_CAUSES; i++)
            tap_diagnose_limit(&d, BEGAN + k, i % 2 == 0 ? THEM : 0, i);
    ck_assert_uint_eq(lines(), TAP_CAUSES - TAP_CAUSE_GARBAGE);
    SAYS("10.77.0.2: ");
    SAYS("control connections: ");
    SAYS("`limits: calls_per_source`");
}
END_TEST

/* One cause from everywhere: a few lines, and it drives out no other. */
START_TEST(pace)
{
    uint32_t i;

    tap_diagnose_limit(&d, BEGAN, THEM, TAP_CAUSE_SLOW);
    for (i = 0; i < 10000; i++)
        tap_diagnose_limit(&d, BEGAN + i, THEM + i, TAP_CAUSE_GARBAGE);
    tap_diagnose_limit(&d, BEGAN, THEM, TAP_CAUSE_SLOW);
    ck_assert_uint_eq(lines(), 1 + TAP_DIAGNOSE_PACE);
    tap_diagnose_limit(&d, BEGAN + 60 * PPTP_S, THEM + 500, TAP_CAUSE_GARBAGE);
    ck_assert_uint_eq(lines(), 2 + TAP_DIAGNOSE_PACE);
}
END_TEST

/* --- log-ins ------------------------------------------------------------ */

START_TEST(guesses)
{
    unsigned i;

    for (i = 0; i < 300; i++)
        ck_assert(tap_diagnose_refused(&d, BEGAN + i * 100 * PPTP_MS, THEM) ==
                  (i < TAP_DIAGNOSE_GUESSES));
    ck_assert(tap_diagnose_refused(&d, BEGAN, THEM + 1));
    ck_assert_uint_eq(lines(), 0);
    ck_assert_uint_eq(tap_diagnose_deadline(&d), BEGAN + 60 * PPTP_S);
    ck_assert_uint_eq(run_until(BEGAN + 1000 * PPTP_S), 1);
    ck_assert_uint_eq(lines(), 1);
    SAYS("300 log-ins from 10.77.0.2 were refused within 60 s");
    ck_assert_uint_eq(d.stats.guessers, 1);
    for (i = 0; i < TAP_DIAGNOSE_GUESSES; i++)
        tap_diagnose_refused(&d, BEGAN + 2000 * PPTP_S, THEM);
    run_until(BEGAN + 3000 * PPTP_S);
    ck_assert_uint_eq(lines(), 2);
}
END_TEST

/* What is counted is said when the daemon ends. */
START_TEST(guesses_at_the_end)
{
    unsigned i;

    for (i = 0; i < TAP_DIAGNOSE_GUESSES - 1; i++)
        tap_diagnose_refused(&d, BEGAN, THEM);
    tap_diagnose_end(&d, BEGAN + PPTP_S);
    ck_assert_uint_eq(lines(), 0);
    tap_diagnose_refused(&d, BEGAN + PPTP_S, THEM);
    tap_diagnose_end(&d, BEGAN + 2 * PPTP_S);
    ck_assert_uint_eq(lines(), 1);
    SAYS("10 log-ins from 10.77.0.2 were refused within 2 s");
    ck_assert_uint_eq(tap_diagnose_deadline(&d), PPTP_NEVER);
}
END_TEST

/* Who mistypes now and then is told of nowhere, and wakes nobody up. */
START_TEST(mistakes)
{
    unsigned i;

    for (i = 0; i < 100; i++)
        ck_assert(tap_diagnose_refused(&d, BEGAN + i * 7 * PPTP_S, THEM));
    ck_assert_uint_eq(tap_diagnose_deadline(&d), PPTP_NEVER);
    ck_assert_uint_eq(run_until(BEGAN + 1000 * PPTP_S), 0);
    ck_assert_uint_eq(lines(), 0);
}
END_TEST

/* From more addresses than are kept: none is lost without a word. */
START_TEST(guesses_from_everywhere)
{
    unsigned i, k, n = TAP_DIAGNOSE_GUESSERS + 3;

    for (i = 0; i < n; i++)
        for (k = 0; k < TAP_DIAGNOSE_GUESSES + i; k++)
            tap_diagnose_refused(&d, BEGAN + i * PPTP_MS, THEM + i);
    ck_assert_uint_eq(lines(), 3);
    SAYS("10 log-ins from 10.77.0.2 were");
    SAYS("12 log-ins from 10.77.0.4 were");
    run_until(BEGAN + 1000 * PPTP_S);
    ck_assert_uint_eq(lines(), n);
    ck_assert_uint_eq(d.stats.guessers, n);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tap_diagnose");
    TCase *tc = tcase_create("diagnose");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, nothing_wrong);
    tcase_add_test(tc, together);
    tcase_add_test(tc, ended);
    tcase_add_test(tc, call_is_gone);
    tcase_add_test(tc, no_gre);
    tcase_add_test(tc, lone_ack);
    tcase_add_test(tc, once);
    tcase_add_test(tc, forgotten);
    tcase_add_test(tc, other_call_id);
    tcase_add_test(tc, stray_of_before);
    tcase_add_test(tc, other_address);
    tcase_add_test(tc, flood_of_strays);
    tcase_add_test(tc, when_it_ends);
    tcase_add_test(tc, no_acks);
    tcase_add_test(tc, no_acks_later);
    tcase_add_test(tc, no_window_at_all);
    tcase_add_test(tc, fragments);
    tcase_add_test(tc, short_way);
    tcase_add_test(tc, too_long);
    tcase_add_test(tc, limits);
    tcase_add_test(tc, pace);
    tcase_add_test(tc, guesses);
    tcase_add_test(tc, guesses_at_the_end);
    tcase_add_test(tc, mistakes);
    tcase_add_test(tc, guesses_from_everywhere);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
