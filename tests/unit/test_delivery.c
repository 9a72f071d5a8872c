/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Delivery traces: as they are read, and what leaves when. */
#include "config.h"

#include "models/delivery.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct delivery d;
static struct delivery_cursor c;

static void trace(const char *text)
{
    struct delivery_fault f;

    ck_assert_int_eq(delivery_parse(&d, text, strlen(text), &f), 0);
    delivery_begin(&c, &d);
}

/* In microseconds. */
static void leaves(double now_ms, uint32_t octets, double at_ms)
{
    pptp_ns at = delivery_departs(&c, (pptp_ns)(now_ms * 1e6), octets);

    ck_assert_double_eq((double)at * 1e-6, at_ms);
}

START_TEST(one_each)
{
    trace("3\n5\n5\n9\n");
    leaves(0, 1500, 3);
    leaves(0, 1500, 5);
    leaves(0, 1500, 5); /* two lines, two packets */
    leaves(0, 1500, 9);
    leaves(0, 1500, 12); /* again, from 9 on */
    leaves(100, 1500, 102);
    delivery_fini(&d);
}
END_TEST

/* Small ones share what is left, large ones take several; what nobody was
 * there for is gone. */
START_TEST(octets)
{
    trace("2\n4\n10");
    leaves(0, 748, 2);
    leaves(0, 748, 2); /* 2 * 752 = 1504 */
    leaves(0, 748, 4);
    leaves(1, 749, 10); /* 753: one octet more than there is */
    leaves(3, 4000, 14);
    delivery_restart(&c);
    leaves(0, 100, 2);
    leaves(2.5, 100, 4);
    leaves(4, 100, 4); /* at its very time */
    leaves(4.000001, 100, 10);
    delivery_fini(&d);
}
END_TEST

/* Where a round ends the next one begins, at one time. */
START_TEST(rounds)
{
    trace("0\r\n10 \r\n");
    leaves(0, 1500, 0);
    leaves(0, 1500, 10);
    leaves(0, 1500, 10);
    leaves(0, 1500, 20);
    leaves(70, 1500, 70);
    leaves(70, 1500, 70);
    leaves(70, 1500, 80);
    delivery_fini(&d);
    trace("7\n");
    for (unsigned i = 1; i < 1000; i++)
        leaves(0, 1500, 7.0 * i);
    delivery_fini(&d);
}
END_TEST

/* A walk and a jump come to the same. */
START_TEST(sought)
{
    struct delivery_cursor walk;
    uint32_t x = 1;

    trace("1\n1\n4\n8\n13\n");
    delivery_begin(&walk, &d);
    for (pptp_ns now = 0; now < 3000 * PPTP_MS; now += x % 5000 * PPTP_US) {
        pptp_ns at;

        x = x * 1664525 + 1013904223;
        delivery_begin(&c, &d);
        at = delivery_departs(&c, now, 1500);
        ck_assert_uint_ge(at, now);
        while (walk.at_ns < at || walk.left == 0)
            ck_assert_uint_le(delivery_departs(&walk, 0, 1499), at);
    }
    delivery_fini(&d);
}
END_TEST

static void wrong(const char *text, const char *what, uint32_t line)
{
    struct delivery_fault f;

    ck_assert_int_eq(delivery_parse(&d, text, strlen(text), &f),
                     PPTP_ERR_ARGUMENT);
    ck_assert_msg(strstr(f.what, what) != NULL, "%s", f.what);
    ck_assert_uint_eq(f.line, line);
    delivery_fini(&d);
}

START_TEST(faults)
{
    wrong("", "no line", 1);
    wrong("1\n2\n1\n", "before", 3);
    wrong("1\n\n2\n", "no number", 2);
    wrong("1\n2ms\n", "no number", 2);
    wrong("-1\n", "no number", 1);
    wrong("1\n99999999999999999999999\n", "no number", 2);
    wrong("1\n4000000001\n", "4000000000", 2);
    wrong("0\n0\n", "takes no time", 2);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("delivery");
    TCase *t = tcase_create("delivery");
    SRunner *r;
    int failed;

    tcase_add_test(t, one_each);
    tcase_add_test(t, octets);
    tcase_add_test(t, rounds);
    tcase_add_test(t, sought);
    tcase_add_test(t, faults);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
