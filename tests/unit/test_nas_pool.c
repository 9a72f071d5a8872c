/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inner addresses: nas/pool.h. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "nas/pool.h"

enum { SESSIONS = 8, FIRST = 0x0a630010 };

static struct nas_pool a;

/* Two pools of four; our own address is one of them. */
static void set_up(void)
{
    a = (struct nas_pool){ .pool = { { FIRST, FIRST + 3 },
                                     { FIRST + 16, FIRST + 19 } },
                           .pools = 2,
                           .local = FIRST + 2 };
    ck_assert_int_eq(nas_pool_init(&a, SESSIONS), 0);
}

static void tear_down(void)
{
    nas_pool_fini(&a);
}

static bool in_pool(uint32_t ip)
{
    return (ip >= FIRST && ip <= FIRST + 3) ||
           (ip >= FIRST + 16 && ip <= FIRST + 19);
}

START_TEST(all_of_them_once)
{
    uint32_t ip, i;

    ck_assert_uint_eq(nas_pool_count(&a), 7); /* not ours */
    for (i = 0; i < 7; i++) {
        char user[8];

        snprintf(user, sizeof user, "u%u", i);
        ip = nas_pool_take(&a, user, i);
        ck_assert(in_pool(ip) && ip != a.local);
        ck_assert_uint_eq(nas_pool_holder(&a, ip), i);
    }
    /* what is left is ours */
    ck_assert_uint_eq(nas_pool_take(&a, "late", 7), 0);
    ck_assert(!nas_pool_take_this(&a, a.local, 7));
    nas_pool_give(&a, ip);
    ck_assert_uint_eq(nas_pool_take(&a, "late", 7), ip);
}
END_TEST

START_TEST(the_same_again)
{
    uint32_t alice = nas_pool_take(&a, "alice", 0), other;

    nas_pool_give(&a, alice);
    ck_assert_uint_eq(nas_pool_holder(&a, alice), BASE_MAP_NONE);
    ck_assert_uint_eq(nas_pool_take(&a, "alice", 5), alice);
    /* a second session of hers gets another one */
    other = nas_pool_take(&a, "alice", 6);
    ck_assert(other != alice && in_pool(other));
}
END_TEST

START_TEST(this_one)
{
    ck_assert(nas_pool_take_this(&a, 0x01020304, 1));
    ck_assert(!nas_pool_take_this(&a, 0x01020304, 2));
    ck_assert_uint_eq(nas_pool_holder(&a, 0x01020304), 1);
    ck_assert(!nas_pool_take_this(&a, 0, 2));
}
END_TEST

START_TEST(no_pool)
{
    a.pools = 0;
    ck_assert_uint_eq(nas_pool_take(&a, "alice", 0), 0);
    ck_assert_uint_eq(nas_pool_count(&a), 0);
}
END_TEST

/* Pools change under those who have an address. */
START_TEST(other_pools)
{
    static const struct nas_range fewer[] = { { FIRST + 16, FIRST + 17 } };
    uint32_t alice = nas_pool_take(&a, "alice", 0);
    uint32_t held, ip, k;

    ck_assert(nas_pool_take_this(&a, FIRST, 1) || alice == FIRST);
    held = nas_pool_holder(&a, FIRST);
    nas_pool_set(&a, fewer, 1);
    ck_assert_uint_eq(nas_pool_count(&a), 2);
    ck_assert_uint_eq(nas_pool_holder(&a, alice), 0);
    ck_assert_uint_eq(nas_pool_holder(&a, FIRST), held);
    for (k = 2; (ip = nas_pool_take(&a, "bob", k)) != 0; k++)
        ck_assert(ip == FIRST + 16 || ip == FIRST + 17);
    ck_assert(k == 4 || (k == 3 && alice >= FIRST + 16));
    /* once it is given back it is nobody's */
    nas_pool_give(&a, FIRST);
    ck_assert_uint_eq(nas_pool_holder(&a, FIRST), BASE_MAP_NONE);
    ck_assert_uint_eq(nas_pool_take(&a, "carol", 6), 0);
    nas_pool_set(&a, fewer, 0);
    ck_assert_uint_eq(nas_pool_count(&a), 0);
}
END_TEST

/* An address taken out of ranges; the order does not matter. */
START_TEST(ranges_without)
{
    struct nas_range r[3] = { { 10, 20 }, { 30, 30 } };
    uint32_t n = 2;

    ck_assert(!nas_ranges_without(r, &n, 3, 9));
    ck_assert(!nas_ranges_without(r, &n, 3, 21));
    ck_assert(nas_ranges_without(r, &n, 3, 10));
    ck_assert(nas_ranges_without(r, &n, 3, 20));
    ck_assert_uint_eq(n, 2);
    ck_assert(r[0].first == 11 && r[0].last == 19);
    ck_assert(nas_ranges_without(r, &n, 3, 30));
    ck_assert_uint_eq(n, 1);
    ck_assert(nas_ranges_without(r, &n, 3, 13));
    ck_assert(nas_ranges_without(r, &n, 3, 15));
    ck_assert(!nas_ranges_without(r, &n, 3, 15));
    ck_assert_uint_eq(n, 3); /* 11-12 14 16-19 */
    ck_assert(nas_ranges_have(r, n, 11) && nas_ranges_have(r, n, 12));
    ck_assert(nas_ranges_have(r, n, 14) && !nas_ranges_have(r, n, 13));
    ck_assert(nas_ranges_have(r, n, 16) && nas_ranges_have(r, n, 19));
    /* no room for one more: what is behind it goes, too */
    ck_assert(nas_ranges_without(r, &n, 3, 17));
    ck_assert_uint_eq(n, 3);
    ck_assert(nas_ranges_have(r, n, 16) && !nas_ranges_have(r, n, 17) &&
              !nas_ranges_have(r, n, 18));
    /* the ends of all there are */
    r[0] = (struct nas_range){ 0, UINT32_MAX };
    n = 1;
    ck_assert(nas_ranges_without(r, &n, 3, UINT32_MAX));
    ck_assert(nas_ranges_without(r, &n, 3, 0));
    ck_assert(n == 1 && r[0].first == 1 && r[0].last == UINT32_MAX - 1);
}
END_TEST

/* What is something else already, nobody gets. */
START_TEST(taken)
{
    static const struct nas_taken list[] = {
        { .ip = 0x0a3200ff, .kind = NAS_TAKEN_BROADCAST, .where = "in0" },
        { .ip = 0x0a320001, .kind = NAS_TAKEN_MACHINE, .where = "in0" },
        { .ip = 0x0a320005, .kind = NAS_TAKEN_DNS },
    };

    a.taken = list;
    a.taken_n = 3;
    ck_assert(!nas_pool_take_this(&a, 0x0a3200ff, 0));
    ck_assert_ptr_eq(nas_pool_why_not(&a, 0x0a3200ff), &list[0]);
    ck_assert(!nas_pool_take_this(&a, 0x0a320001, 0));
    ck_assert_ptr_eq(nas_pool_why_not(&a, 0x0a320001), &list[1]);
    /* a user may be the name server */
    ck_assert_ptr_null(nas_pool_why_not(&a, 0x0a320005));
    ck_assert(nas_pool_take_this(&a, 0x0a320005, 0));
    /* RFC 1122 3.2.1.3, RFC 1112 4 */
    ck_assert(!nas_pool_take_this(&a, 0x7f000005, 1));
    ck_assert(!nas_pool_take_this(&a, 0xe0000005, 1));
    ck_assert(!nas_pool_take_this(&a, 0xffffffff, 1));
    ck_assert_int_eq(nas_pool_why_not(&a, 0xffffffff)->kind,
                     NAS_TAKEN_NO_HOST);
    ck_assert_int_eq(nas_pool_why_not(&a, a.local)->kind, NAS_TAKEN_LOCAL);
}
END_TEST

/* Where clients connect from is outside. */
START_TEST(outside)
{
    struct map outer;
    uint32_t i, ip;

    ck_assert_int_eq(map_init(&outer, 4), 0);
    ck_assert(map_set(&outer, FIRST, 1));
    a.outer = &outer;
    ck_assert(!nas_pool_take_this(&a, FIRST, 0));
    ck_assert_int_eq(nas_pool_why_not(&a, FIRST)->kind, NAS_TAKEN_CLIENT);
    for (i = 0; (ip = nas_pool_take(&a, "", i)) != 0; i++)
        ck_assert_uint_ne(ip, FIRST);
    ck_assert_uint_eq(i, 6);
    map_remove(&outer, FIRST);
    ck_assert(nas_pool_take_this(&a, FIRST, 7));
    map_fini(&outer);
}
END_TEST

/* Fixed addresses of users within a pool are theirs. */
START_TEST(kept)
{
    uint32_t i, ip;

    ck_assert_int_eq(nas_pool_keep_none(&a, 3), 0);
    nas_pool_keep(&a, FIRST);
    nas_pool_keep(&a, FIRST + 17);
    nas_pool_keep(&a, 0x01020304); /* outside */
    ck_assert_uint_eq(nas_pool_count(&a), 5);
    for (i = 0; (ip = nas_pool_take(&a, "", i)) != 0; i++)
        ck_assert(ip != FIRST && ip != FIRST + 17);
    ck_assert_uint_eq(i, 5);
    ck_assert(nas_pool_take_this(&a, FIRST, 6));
    ck_assert_int_eq(nas_pool_keep_none(&a, 0), 0);
    ck_assert_uint_eq(nas_pool_count(&a), 7);
    ck_assert_uint_eq(nas_pool_take(&a, "", 7), FIRST + 17);
}
END_TEST

START_TEST(nameless_users_spread)
{
    uint32_t one = nas_pool_take(&a, "", 0);
    uint32_t two = nas_pool_take(&a, "", 1);

    ck_assert(one != 0 && two != 0 && one != two);
}
END_TEST

/* Users of one name: each address is found, none of them by walking past all
 * that are taken, and that there is none left is not looked for again. */
START_TEST(many_of_one_name)
{
    enum { MANY = 4000 };
    static const struct nas_range pool[] = { { FIRST, FIRST + MANY - 1 } };
    uint32_t i, last = 0;

    nas_pool_fini(&a);
    a = (struct nas_pool){ .local = FIRST + 7 };
    ck_assert_int_eq(nas_pool_init(&a, MANY), 0);
    nas_pool_set(&a, pool, 1);
    for (i = 0; i < MANY - 1; i++) {
        last = nas_pool_take(&a, "alice", i);
        ck_assert_uint_ge(last, FIRST);
        ck_assert_uint_lt(last, FIRST + MANY);
        ck_assert_uint_ne(last, a.local);
        ck_assert_uint_eq(nas_pool_holder(&a, last), i);
    }
    ck_assert(!a.none_left);
    ck_assert_uint_eq(nas_pool_take(&a, "alice", i), 0);
    ck_assert(a.none_left);
    ck_assert_uint_eq(nas_pool_take(&a, "bob", i), 0);
    nas_pool_give(&a, last);
    ck_assert_uint_eq(nas_pool_take(&a, "bob", i), last);
    ck_assert_uint_eq(nas_pool_take(&a, "carol", i + 1), 0);
    /* nor is it forgotten that there are more */
    a.local = 0;
    nas_pool_set(&a, pool, 1);
    ck_assert_uint_eq(nas_pool_take(&a, "carol", i + 1), FIRST + 7);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("nas_pool");
    TCase *tc = tcase_create("addresses");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, all_of_them_once);
    tcase_add_test(tc, the_same_again);
    tcase_add_test(tc, this_one);
    tcase_add_test(tc, no_pool);
    tcase_add_test(tc, other_pools);
    tcase_add_test(tc, ranges_without);
    tcase_add_test(tc, taken);
    tcase_add_test(tc, outside);
    tcase_add_test(tc, kept);
    tcase_add_test(tc, nameless_users_spread);
    tcase_add_test(tc, many_of_one_name);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
