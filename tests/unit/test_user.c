/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all users have: rounds, failures, an end; shown with bulk. */
#include "config.h"

#include "user_rig.h"

static void bulk(uint64_t octets, uint32_t rounds, pptp_ns think_ns)
{
    user_config_default(&config, USER_BULK);
    config.octets = octets;
    config.rounds = rounds;
    config.think_ns = think_ns;
    rig_new();
}

START_TEST(a_transfer)
{
    bulk(3000, 1, 0);
    user_begin(&user, PPTP_S);
    rig_order(USER_DO_OPEN, 0);
    rig_quiet();
    user_connected(&user, PPTP_S + 100 * PPTP_MS, 0);
    rig_says(0, USER_CLIENT, 3000);
    user_connected(&user, PPTP_S + 100 * PPTP_MS, 0); /* it was */
    rig_quiet();
    user_arrived(&user, PPTP_S + 200 * PPTP_MS, 0, USER_SERVER, 2999);
    rig_quiet();
    ck_assert_uint_eq(stats.rounds, 0);
    user_arrived(&user, PPTP_S + 250 * PPTP_MS, 0, USER_SERVER, 1);
    rig_order(USER_DO_CLOSE, 0);
    rig_quiet();
    ck_assert_uint_eq(user_deadline(&user), PPTP_NEVER); /* it was all */
    ck_assert_uint_eq(stats.octets[USER_SERVER], 3000);
    ck_assert_uint_eq(stats.octets[USER_CLIENT], 0);
    ck_assert_uint_eq(stats.opened, 1);
    ck_assert_uint_eq(stats.rounds, 1);
    ck_assert_uint_eq(stats.time.n, 1);
    ck_assert_uint_eq(stats.time.max_ns, 250 * PPTP_MS);
}
END_TEST

START_TEST(without_end)
{
    bulk(USER_ENDLESS, 1, 0);
    user_begin(&user, 0);
    rig_order(USER_DO_OPEN, 0);
    user_connected(&user, 1, 0);
    rig_says(0, USER_CLIENT, USER_ENDLESS);
    user_arrived(&user, PPTP_S, 0, USER_SERVER, UINT64_C(1) << 60);
    rig_quiet();
    ck_assert_uint_eq(stats.octets[USER_SERVER], UINT64_C(1) << 60);
}
END_TEST

/* A round ends when the server has all; he thinks, and begins the next. */
static pptp_ns one_round(pptp_ns now)
{
    rig_order(USER_DO_OPEN, 0);
    user_connected(&user, now, 0);
    rig_says(0, USER_CLIENT, 10);
    user_arrived(&user, now, 0, USER_SERVER, 10);
    rig_order(USER_DO_CLOSE, 0);
    rig_quiet();
    return user_deadline(&user);
}

/* Of 400 exponential pauses the mean has a deviation of a 20th. */
START_TEST(rounds_and_pauses)
{
    pptp_ns now = 0, due;
    double pauses_s = 0;

    bulk(10, 401, 2 * PPTP_S);
    user_begin(&user, now);
    for (int i = 0; i < 400; i++) {
        due = one_round(now);
        ck_assert_uint_ge(due, now);
        ck_assert_uint_ne(due, PPTP_NEVER);
        if (due > now + 1) { /* not before it is due */
            user_advance(&user, due - 1);
            rig_quiet();
        }
        pauses_s += (double)(due - now) * 1e-9;
        now = due;
        user_advance(&user, now);
    }
    ck_assert_double_eq_tol(pauses_s / 400, 2, 4 * 2 / 20.0);
    ck_assert_uint_eq(one_round(now), PPTP_NEVER);
    ck_assert_uint_eq(stats.rounds, 401);
    ck_assert_uint_eq(stats.opened, 401);
}
END_TEST

START_TEST(without_a_pause)
{
    bulk(10, 0, 0);
    user_begin(&user, 5);
    ck_assert_uint_eq(one_round(5), 5);
    user_advance(&user, 5);
    ck_assert_uint_eq(one_round(9), 9);
}
END_TEST

/* What failed is begun again, a second later; its time does not count. */
START_TEST(fails)
{
    bulk(10, 1, 0);
    user_begin(&user, 0);
    rig_order(USER_DO_OPEN, 0);
    user_failed(&user, 3 * PPTP_S, 0);
    rig_quiet();
    ck_assert_uint_eq(user_deadline(&user), 4 * PPTP_S);
    user_failed(&user, 3 * PPTP_S, 0); /* it has none now */
    user_connected(&user, 3 * PPTP_S, 0);
    user_arrived(&user, 3 * PPTP_S, 0, USER_SERVER, 10);
    rig_quiet();
    user_advance(&user, 4 * PPTP_S);
    ck_assert_uint_eq(one_round(4 * PPTP_S + 7), PPTP_NEVER);
    ck_assert_uint_eq(stats.failed, 1);
    ck_assert_uint_eq(stats.opened, 2);
    ck_assert_uint_eq(stats.rounds, 1);
    ck_assert_uint_eq(stats.time.max_ns, 7);
}
END_TEST

START_TEST(stops)
{
    bulk(10, 0, PPTP_S);
    user_begin(&user, 0);
    rig_order(USER_DO_OPEN, 0);
    user_connected(&user, 1, 0);
    rig_says(0, USER_CLIENT, 10);
    user_stop(&user);
    rig_order(USER_DO_ABORT, 0);
    rig_quiet();
    ck_assert_uint_eq(user_deadline(&user), PPTP_NEVER);
    bulk(10, 0, PPTP_S); /* or while he thinks */
    user_begin(&user, 0);
    one_round(0);
    user_stop(&user);
    rig_quiet();
    ck_assert_uint_eq(user_deadline(&user), PPTP_NEVER);
}
END_TEST

START_TEST(bad_settings)
{
    user_config_default(&config, USER_BULK);
    config.octets = 0;
    ck_assert_int_eq(user_config_check(&config), PPTP_ERR_ARGUMENT);
    config.octets = USER_ENDLESS + 1;
    ck_assert_int_eq(user_config_check(&config), PPTP_ERR_ARGUMENT);
    config.octets = 1;
    config.kind = USER_KINDS;
    ck_assert_int_eq(user_config_check(&config), PPTP_ERR_ARGUMENT);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("user");
    TCase *tc = tcase_create("user");

    tcase_add_test(tc, a_transfer);
    tcase_add_test(tc, without_end);
    tcase_add_test(tc, rounds_and_pauses);
    tcase_add_test(tc, without_a_pause);
    tcase_add_test(tc, fails);
    tcase_add_test(tc, stops);
    tcase_add_test(tc, bad_settings);
    suite_add_tcase(s, tc);
    return rig_run(s);
}
