/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An orderly end of a daemon, and signals: tap/world_run.c. */
#include "config.h"

#include <check.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "tap/world_impl.h"
#include "tests/unit/tap_fake.h"

static struct fake fake;

static void begin(void)
{
    sigset_t set;

    fake_begin(&fake);
    fake_call(&fake, 0, "alice", 1);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    ck_assert_int_eq(sigprocmask(SIG_BLOCK, &set, NULL), 0);
    fake.world.signals = (struct tap_source){
        .fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK),
        .ready = tap_world_signals,
        .owner = &fake.world
    };
    ck_assert_int_ge(fake.world.signals.fd, 0);
    ck_assert_int_eq(
        tap_loop_add(&fake.world.loop, &fake.world.signals, EPOLLIN), 0);
}

static void end(void)
{
    tap_loop_remove(&fake.world.loop, &fake.world.signals);
    close(fake.world.signals.fd);
    fake_end(&fake);
}

/* Until the loop has told of all that wait. */
static void hear(void)
{
    int i;

    for (i = 0; i < 4; i++)
        fake_turn(&fake, 0);
}

/* `timeout` signals twice within a millisecond: PPP's goodbye goes on. */
START_TEST(two_at_once)
{
    begin();
    ck_assert_int_eq(raise(SIGTERM), 0);
    hear();
    ck_assert_int_eq(fake.world.drain, TAP_DRAIN_PPP);
    ck_assert_uint_eq(fake.closed, 1);
    ck_assert_int_eq(raise(SIGTERM), 0);
    ck_assert_int_eq(raise(SIGINT), 0);
    hear();
    ck_assert_int_eq(fake.world.drain, TAP_DRAIN_PPP);
    ck_assert_uint_eq(fake.closed, 1);
    end();
}
END_TEST

/* Somebody does not want to wait any more. */
START_TEST(one_later)
{
    begin();
    ck_assert_int_eq(raise(SIGINT), 0);
    hear();
    ck_assert_int_eq(fake.world.drain, TAP_DRAIN_PPP);
    fake.world.drain_began_ns -= PPTP_S;
    ck_assert_int_eq(raise(SIGINT), 0);
    hear();
    ck_assert_int_eq(fake.world.drain, TAP_DRAINED);
    end();
}
END_TEST

/* A modem that is on its way out of a call has all of the time, and no more
 * (drain is a second here: the connections' part of it begins with it). */
START_TEST(waits_for_modems)
{
    pptp_ns now;

    begin();
    fake.busy = true;
    ck_assert_int_eq(raise(SIGTERM), 0);
    hear();
    now = fake.world.drain_began_ns;
    fake.calls = 0;
    tap_world_drain_on(&fake.world, now);
    ck_assert_int_eq(fake.world.drain, TAP_DRAIN_LINES);
    ck_assert_uint_eq(fake.world.drain_ns, now + PPTP_S);
    tap_world_drain_on(&fake.world, now + PPTP_S - 1);
    ck_assert_int_eq(fake.world.drain, TAP_DRAIN_LINES);
    tap_world_drain_on(&fake.world, now + PPTP_S);
    ck_assert_int_eq(fake.world.drain, TAP_DRAINED);
    fake.world.drain = TAP_DRAIN_LINES;
    fake.busy = false;
    tap_world_drain_on(&fake.world, now);
    ck_assert_int_eq(fake.world.drain, TAP_DRAINED);
    end();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tap_world");
    TCase *tc = tcase_create("ends");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_test(tc, two_at_once);
    tcase_add_test(tc, one_later);
    tcase_add_test(tc, waits_for_modems);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
