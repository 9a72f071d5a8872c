/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests, pages and keystrokes, order by order. */
#include "config.h"

#include <math.h>

#include "user_rig.h"

static void connected(unsigned slot, pptp_ns now)
{
    rig_order(USER_DO_OPEN, slot);
    user_connected(&user, now, slot);
}

/* --- requests ------------------------------------------------------------ */

static void requests(uint32_t rounds, bool persistent)
{
    user_config_default(&config, USER_REQUEST);
    config.rounds = rounds;
    config.persistent = persistent;
    config.request_octets = 100;
    config.response_octets = 5000;
    rig_new();
    user_begin(&user, 0);
}

/* It takes 30 ms. */
static void one_request(pptp_ns now)
{
    rig_says(0, USER_CLIENT, 100);
    user_arrived(&user, now + 10 * PPTP_MS, 0, USER_SERVER, 99);
    rig_quiet();
    user_arrived(&user, now + 10 * PPTP_MS, 0, USER_SERVER, 1);
    rig_says(0, USER_SERVER, 5000);
    user_arrived(&user, now + 20 * PPTP_MS, 0, USER_CLIENT, 4999);
    rig_quiet();
    user_arrived(&user, now + 30 * PPTP_MS, 0, USER_CLIENT, 1);
}

START_TEST(requests_on_one_connection)
{
    requests(2, true);
    connected(0, 20 * PPTP_MS);
    one_request(20 * PPTP_MS);
    rig_quiet();
    ck_assert_uint_eq(stats.time.max_ns, 50 * PPTP_MS); /* its connection */
    ck_assert_uint_eq(user_deadline(&user), 50 * PPTP_MS);
    user_advance(&user, 50 * PPTP_MS);
    one_request(50 * PPTP_MS);
    rig_order(USER_DO_CLOSE, 0);
    rig_quiet();
    ck_assert_uint_eq(stats.time.min_ns, 30 * PPTP_MS);
    ck_assert_uint_eq(stats.opened, 1);
    ck_assert_uint_eq(stats.octets[USER_SERVER], 200);
    ck_assert_uint_eq(stats.octets[USER_CLIENT], 10000);
    ck_assert_uint_eq(user_deadline(&user), PPTP_NEVER);
}
END_TEST

START_TEST(a_connection_a_request)
{
    requests(0, false);
    for (pptp_ns now = 0; now < 90 * PPTP_MS; now += 30 * PPTP_MS) {
        connected(0, now);
        one_request(now);
        rig_order(USER_DO_CLOSE, 0);
        rig_quiet();
        ck_assert_uint_eq(user_deadline(&user), now + 30 * PPTP_MS);
        user_advance(&user, now + 30 * PPTP_MS);
    }
    ck_assert_uint_eq(stats.opened, 4);
    ck_assert_uint_eq(stats.time.max_ns, 30 * PPTP_MS);
}
END_TEST

/* A connection that is lost while he thinks is opened anew. */
START_TEST(lost_between_requests)
{
    requests(2, true);
    connected(0, 0);
    one_request(0);
    user_failed(&user, 30 * PPTP_MS, 0);
    ck_assert_uint_eq(user_deadline(&user), 30 * PPTP_MS);
    user_advance(&user, 30 * PPTP_MS);
    connected(0, 40 * PPTP_MS);
    one_request(40 * PPTP_MS);
    rig_order(USER_DO_CLOSE, 0);
    ck_assert_uint_eq(stats.time.max_ns, 40 * PPTP_MS);
}
END_TEST

/* Exponential about 5000: the mean of 4000 has a deviation of a 63th. */
START_TEST(responses_that_differ)
{
    struct user_order o;
    double sum = 0;

    user_config_default(&config, USER_REQUEST);
    config.response_octets = 5000;
    config.exponential = true;
    rig_new();
    user_begin(&user, 0);
    connected(0, 0);
    for (int i = 0; i < 4000; i++) {
        rig_says(0, USER_CLIENT, config.request_octets);
        user_arrived(&user, 0, 0, USER_SERVER, config.request_octets);
        ck_assert(user_poll(&user, &o));
        ck_assert_uint_ge(o.octets, 1);
        sum += (double)o.octets;
        user_arrived(&user, 0, 0, USER_CLIENT, o.octets);
        user_advance(&user, 0);
    }
    ck_assert_double_eq_tol(sum / 4000, 5000, 4 * 5000 / 63.0);
}
END_TEST

/* --- pages --------------------------------------------------------------- */

static void pages(uint32_t connections, uint32_t objects)
{
    user_config_default(&config, USER_PAGE);
    config.rounds = 1;
    config.connections = connections;
    config.drawn = false;
    config.objects = objects;
    config.request_octets = 100;
    config.document_octets = 3000;
    config.object_octets = 700;
    rig_new();
    user_begin(&user, 0);
}

static void answered(unsigned slot, pptp_ns now, uint64_t octets)
{
    rig_says(slot, USER_CLIENT, 100);
    user_arrived(&user, now, slot, USER_SERVER, 100);
    rig_says(slot, USER_SERVER, octets);
    user_arrived(&user, now, slot, USER_CLIENT, octets);
}

/* Three connections, five objects: two, then three. */
START_TEST(a_page)
{
    pages(3, 5);
    connected(0, PPTP_MS);
    answered(0, 2 * PPTP_MS, 3000);
    rig_order(USER_DO_OPEN, 1);
    rig_order(USER_DO_OPEN, 2);
    answered(0, 3 * PPTP_MS, 700);
    answered(0, 4 * PPTP_MS, 700);
    user_connected(&user, 4 * PPTP_MS, 1);
    rig_says(0, USER_CLIENT, 100);
    rig_says(1, USER_CLIENT, 100); /* the fourth; 2 will have the fifth */
    user_connected(&user, 5 * PPTP_MS, 2);
    answered(2, 6 * PPTP_MS, 700);
    rig_quiet();
    user_arrived(&user, 6 * PPTP_MS, 0, USER_SERVER, 100);
    user_arrived(&user, 6 * PPTP_MS, 1, USER_SERVER, 100);
    rig_says(0, USER_SERVER, 700);
    rig_says(1, USER_SERVER, 700);
    user_arrived(&user, 7 * PPTP_MS, 1, USER_CLIENT, 700);
    rig_quiet();
    user_arrived(&user, 8 * PPTP_MS, 0, USER_CLIENT, 700);
    for (unsigned slot = 0; slot < 3; slot++)
        rig_order(USER_DO_CLOSE, slot);
    rig_quiet();
    ck_assert_uint_eq(stats.rounds, 1);
    ck_assert_uint_eq(stats.time.max_ns, 8 * PPTP_MS);
    ck_assert_uint_eq(stats.octets[USER_CLIENT], 3000 + 5 * 700);
    ck_assert_uint_eq(user_deadline(&user), PPTP_NEVER);
}
END_TEST

START_TEST(a_page_without_objects)
{
    pages(6, 0);
    connected(0, 0);
    answered(0, PPTP_MS, 3000);
    rig_order(USER_DO_CLOSE, 0);
    rig_quiet();
    ck_assert_uint_eq(stats.rounds, 1);
}
END_TEST

/* One that has nothing to ask for is not opened. */
START_TEST(a_page_of_two_objects)
{
    pages(6, 2);
    connected(0, 0);
    answered(0, PPTP_MS, 3000);
    rig_order(USER_DO_OPEN, 1);
    rig_says(0, USER_CLIENT, 100);
    rig_quiet();
}
END_TEST

/* One of its connections fails: all of it is begun again. */
START_TEST(a_page_that_fails)
{
    pages(2, 4);
    connected(0, 0);
    answered(0, PPTP_MS, 3000);
    rig_order(USER_DO_OPEN, 1);
    rig_says(0, USER_CLIENT, 100);
    user_failed(&user, PPTP_S, 1);
    rig_order(USER_DO_ABORT, 0);
    rig_quiet();
    ck_assert_uint_eq(user_deadline(&user), 2 * PPTP_S);
    user_advance(&user, 2 * PPTP_S);
    connected(0, 2 * PPTP_S);
    answered(0, 2 * PPTP_S, 3000);
    rig_order(USER_DO_OPEN, 1);
    for (int i = 0; i < 4; i++)
        answered(0, 3 * PPTP_S, 700);
    rig_order(USER_DO_CLOSE, 0);
    rig_order(USER_DO_CLOSE, 1);
    ck_assert_uint_eq(stats.time.max_ns, PPTP_S);
}
END_TEST

/* Octets and objects of many pages on one connection. */
static void draw_pages(double *octets, double *objects, int n)
{
    struct user_order o;

    for (int page = 0; page < n; page++) {
        double answers = 0;

        connected(0, 0);
        while (user_poll(&user, &o) && o.what == USER_DO_WRITE) {
            if (o.end == USER_CLIENT) {
                user_arrived(&user, 0, 0, USER_SERVER, o.octets);
                continue;
            }
            *octets += answers == 0 ? (double)o.octets / n : 0;
            answers++;
            user_arrived(&user, 0, 0, USER_CLIENT, o.octets);
        }
        ck_assert_uint_eq(o.what, USER_DO_CLOSE);
        *objects += (answers - 1) / n;
        user_advance(&user, user_deadline(&user));
    }
}

/* The methodology gives means of 10710 octets, with a deviation of 25032, and
 * 5.64 objects. */
START_TEST(pages_as_drawn)
{
    const int n = 20000;
    double octets = 0, objects = 0;

    user_config_default(&config, USER_PAGE);
    config.connections = 1;
    config.think_ns = 0;
    rig_new();
    user_begin(&user, 0);
    draw_pages(&octets, &objects, n);
    ck_assert_double_eq_tol(octets, 10710, 4 * 25032 / sqrt(n));
    ck_assert_double_eq_tol(objects, 5.64, 4 * 11 / sqrt(n));
}
END_TEST

/* --- keystrokes ---------------------------------------------------------- */

static void typing(uint32_t rounds)
{
    user_config_default(&config, USER_TYPING);
    config.rounds = rounds;
    config.gap_ns = 100 * PPTP_MS;
    rig_new();
    user_begin(&user, 0);
    connected(0, PPTP_MS);
    rig_quiet();
}

static pptp_ns key(void)
{
    pptp_ns at = user_deadline(&user);

    ck_assert_uint_ne(at, PPTP_NEVER);
    user_advance(&user, at);
    rig_says(0, USER_CLIENT, 1);
    return at;
}

/* Two are on their way at once and come back together. */
START_TEST(keys_and_echoes)
{
    pptp_ns at[3];

    typing(3);
    at[0] = key();
    at[1] = key();
    user_arrived(&user, at[1], 0, USER_SERVER, 2);
    rig_says(0, USER_SERVER, 2);
    user_arrived(&user, at[1] + PPTP_MS, 0, USER_CLIENT, 2);
    ck_assert_uint_eq(stats.rounds, 2);
    ck_assert_uint_eq(stats.time.min_ns, PPTP_MS);
    ck_assert_uint_eq(stats.time.max_ns, at[1] + PPTP_MS - at[0]);
    at[2] = key();
    ck_assert_uint_eq(user_deadline(&user), PPTP_NEVER);
    user_arrived(&user, at[2], 0, USER_SERVER, 1);
    rig_says(0, USER_SERVER, 1);
    rig_quiet();
    user_arrived(&user, at[2], 0, USER_CLIENT, 1);
    rig_order(USER_DO_CLOSE, 0);
    rig_quiet();
    ck_assert_uint_eq(stats.rounds, 3);
}
END_TEST

START_TEST(without_an_echo)
{
    typing(0);
    for (int i = 0; i < USER_TYPED; i++)
        (void)key();
    user_advance(&user, user_deadline(&user));
    rig_quiet(); /* he waits */
    user_arrived(&user, PPTP_S, 0, USER_SERVER, 1);
    rig_says(0, USER_SERVER, 1);
    user_arrived(&user, user_deadline(&user), 0, USER_CLIENT, 1);
    (void)key();
}
END_TEST

/* Keys of a connection that fails are typed again. */
START_TEST(keys_that_are_lost)
{
    typing(2);
    (void)key();
    (void)key();
    user_failed(&user, 10 * PPTP_S, 0);
    ck_assert_uint_eq(user_deadline(&user), 11 * PPTP_S);
    user_advance(&user, 11 * PPTP_S);
    connected(0, 11 * PPTP_S);
    (void)key();
    (void)key();
    ck_assert_uint_eq(user_deadline(&user), PPTP_NEVER);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("user kinds");
    TCase *tc = tcase_create("user kinds");

    tcase_add_test(tc, requests_on_one_connection);
    tcase_add_test(tc, a_connection_a_request);
    tcase_add_test(tc, lost_between_requests);
    tcase_add_test(tc, responses_that_differ);
    tcase_add_test(tc, a_page);
    tcase_add_test(tc, a_page_without_objects);
    tcase_add_test(tc, a_page_of_two_objects);
    tcase_add_test(tc, a_page_that_fails);
    tcase_add_test(tc, pages_as_drawn);
    tcase_add_test(tc, keys_and_echoes);
    tcase_add_test(tc, without_an_echo);
    tcase_add_test(tc, keys_that_are_lost);
    suite_add_tcase(s, tc);
    return rig_run(s);
}
