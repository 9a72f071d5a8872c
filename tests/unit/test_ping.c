/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Echo requests of a caller: models/ping.h. */
#include "config.h"

#include <check.h>
#include <string.h>

#include "models/ping.h"

static struct ping ping;
static uint8_t packet[ECHO_HEAD_OCTETS + PING_DATA_MAX];
static struct icmp_echo echo;

/* A request at that time, and what would answer it. */
static struct icmp_echo sent(pptp_ns now)
{
    size_t n = ping_request(&ping, now, 1, 2, 56, packet);

    ck_assert_uint_eq(n, ECHO_HEAD_OCTETS + 56);
    ck_assert(icmp_echo_read(&echo, packet, n));
    ck_assert(!echo.reply);
    ck_assert_uint_eq(echo.from, 1);
    ck_assert_uint_eq(echo.to, 2);
    echo.reply = true;
    return echo;
}

static void begin(void)
{
    memset(&ping, 0, sizeof ping);
    ping_begin(&ping);
}

START_TEST(round_trips)
{
    pptp_ns at = 5 * PPTP_S << 32; /* more than 32 bits of it */

    sent(at);
    ck_assert(ping_reply(&ping, at + 30, &echo));
    sent(at + 100);
    ck_assert(ping_reply(&ping, at + 110, &echo));
    sent(at + 200);
    ck_assert(ping_reply(&ping, at + 220, &echo));
    sent(at + 300);
    ck_assert_uint_eq(ping.n.sent, 4);
    ck_assert_uint_eq(ping.n.answered, 3);
    ck_assert_uint_eq(ping.n.min_ns, 10);
    ck_assert_uint_eq(ping.n.max_ns, 30);
    ck_assert_uint_eq(ping_mean_ns(&ping.n), 20);
}
END_TEST

START_TEST(no_answers)
{
    struct icmp_echo e = sent(1000), bad;

    bad = e;
    bad.reply = false;
    ck_assert(!ping_reply(&ping, 2000, &bad));
    bad = e;
    bad.id++; /* another call's */
    ck_assert(!ping_reply(&ping, 2000, &bad));
    bad = e;
    bad.seq++; /* not sent yet */
    ck_assert(!ping_reply(&ping, 2000, &bad));
    bad = e;
    bad.octets = 7;
    ck_assert(!ping_reply(&ping, 2000, &bad));
    ck_assert(!ping_reply(&ping, 999, &e)); /* before it was sent */
    ck_assert_uint_eq(ping.n.answered, 0);
    ck_assert(ping_reply(&ping, 1000, &e));
    ck_assert(!ping_reply(&ping, 1000, &e)); /* twice */
    ck_assert_uint_eq(ping.n.answered, 1);
    ping_begin(&ping);
    ck_assert_uint_eq(ping.n.sent + ping.n.answered, 0);
    sent(1500);
    ck_assert(!ping_reply(&ping, 2000, &e));
}
END_TEST

/* In any order, as long as they are not too far behind; numbers wrap. */
START_TEST(late_answers)
{
    uint8_t first[sizeof packet], second[sizeof packet];
    struct icmp_echo old, older;
    unsigned i;

    ping.seq = 65530;
    sent(1);
    memcpy(first, packet, sizeof first);
    sent(2);
    memcpy(second, packet, sizeof second);
    for (i = 0; i < PING_BEHIND - 1; i++)
        sent(3);
    ck_assert(icmp_echo_read(&older, first, ECHO_HEAD_OCTETS + 56));
    ck_assert(icmp_echo_read(&old, second, ECHO_HEAD_OCTETS + 56));
    older.reply = old.reply = true;
    ck_assert(ping_reply(&ping, 10, &echo));
    ck_assert(!ping_reply(&ping, 10, &older));
    ck_assert(ping_reply(&ping, 10, &old));
    ck_assert_uint_eq(ping.n.max_ns, 8);
}
END_TEST

START_TEST(sums)
{
    struct ping_count all = { .sent = 0 };
    const struct ping_count none = { .sent = 3 },
                            some = { .sent = 2,
                                     .answered = 2,
                                     .min_ns = 5,
                                     .max_ns = 9,
                                     .sum_ns = 14 },
                            one = { .sent = 1,
                                    .answered = 1,
                                    .min_ns = 7,
                                    .max_ns = 7,
                                    .sum_ns = 7 };

    ck_assert_uint_eq(ping_mean_ns(&all), 0);
    ping_add(&all, &none);
    ping_add(&all, &some);
    ping_add(&all, &one);
    ping_add(&all, &none);
    ck_assert_uint_eq(all.sent, 9);
    ck_assert_uint_eq(all.answered, 3);
    ck_assert_uint_eq(all.min_ns, 5);
    ck_assert_uint_eq(all.max_ns, 9);
    ck_assert_uint_eq(ping_mean_ns(&all), 7);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ping");
    TCase *tc = tcase_create("ping");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, begin, NULL);
    tcase_add_test(tc, round_trips);
    tcase_add_test(tc, no_answers);
    tcase_add_test(tc, late_answers);
    tcase_add_test(tc, sums);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
