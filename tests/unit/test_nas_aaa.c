/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may come in, and with which address: nas/aaa.h. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "nas/aaa.h"
#include "ppp/secrets.h"

enum { SESSIONS = 8, FIRST = 0x0a630010, CALL = 0x0a320005 };

static struct nas_pool pool;
static struct nas_aaa a;
static void *mem;

/* Alice has an address of the pool, bob one of two, carol any; dave wants
 * what nobody can have. */
static const char text[] = "alice * \"a\" 10.99.0.17\n"
                           "bob   * \"b\" 10.50.0.5 10.50.0.6\n"
                           "carol * \"c\" *\n"
                           "dave  * \"d\" 10.50.0.9\n"
                           "erin  other \"e\" 10.50.0.10\n";

static void use(const char *t)
{
    size_t octets = ppp_secrets_octets(t, strlen(t));
    struct ppp_secrets table;
    void *more = malloc(octets + 1);

    ck_assert_int_eq(
        ppp_secrets_parse(t, strlen(t), more, octets, &table, NULL), 0);
    ck_assert_int_eq(nas_aaa_set(&a, &table), 0);
    free(mem);
    mem = more;
}

static void set_up(void)
{
    static const struct nas_taken taken = { .ip = 0x0a320009,
                                            .kind = NAS_TAKEN_MACHINE };

    pool = (struct nas_pool){ .pool = { { FIRST, FIRST + 3 } },
                              .pools = 1,
                              .local = FIRST,
                              .taken = &taken,
                              .taken_n = 1 };
    a = (struct nas_aaa){ .pool = &pool, .server = "here" };
    ck_assert_int_eq(nas_pool_init(&pool, SESSIONS), 0);
    use(text);
}

static void tear_down(void)
{
    nas_pool_fini(&pool);
    free(mem);
    mem = NULL;
}

static void wants(const char *user, uint32_t session, enum nas_aaa_why why,
                  uint32_t ip)
{
    struct nas_aaa_answer got = nas_aaa_address(&a, user, session);

    ck_assert_int_eq(got.why, why);
    ck_assert_uint_eq(got.ip, ip);
    if (why == NAS_AAA_GIVEN)
        ck_assert_uint_eq(nas_pool_holder(&pool, ip), session);
}

/* His only one is kept for him, and an earlier session of his is named. */
START_TEST(a_fixed_one)
{
    struct nas_aaa_answer again;

    ck_assert_uint_eq(nas_pool_count(&pool), 2); /* not ours, not alice's */
    wants("alice", 1, NAS_AAA_GIVEN, FIRST + 1);
    again = nas_aaa_address(&a, "alice", 2);
    ck_assert_int_eq(again.why, NAS_AAA_HELD);
    ck_assert_uint_eq(again.ip, FIRST + 1);
    ck_assert_uint_eq(again.holder, 1);
    nas_pool_give(&pool, FIRST + 1);
    wants("alice", 2, NAS_AAA_GIVEN, FIRST + 1);
}
END_TEST

START_TEST(one_of_a_line)
{
    wants("bob", 1, NAS_AAA_GIVEN, CALL);
    wants("bob", 2, NAS_AAA_GIVEN, CALL + 1);
    wants("bob", 3, NAS_AAA_IN_USE, 0);
}
END_TEST

START_TEST(one_of_the_pool)
{
    uint32_t i, ip[2];

    for (i = 0; i < 2; i++) {
        struct nas_aaa_answer got = nas_aaa_address(&a, i == 0 ? "carol" : "",
                                                    i);

        ck_assert_int_eq(got.why, NAS_AAA_GIVEN);
        ck_assert(got.ip == FIRST + 2 || got.ip == FIRST + 3);
        ip[i] = got.ip;
    }
    ck_assert_uint_ne(ip[0], ip[1]);
    wants("carol", 2, NAS_AAA_NONE_FREE, 0);
    /* his line is for another server: it names nothing here */
    wants("erin", 3, NAS_AAA_NONE_FREE, 0);
}
END_TEST

START_TEST(something_else)
{
    wants("dave", 1, NAS_AAA_TAKEN, 0x0a320009);
    ck_assert_uint_eq(nas_pool_holder(&pool, 0x0a320009), BASE_MAP_NONE);
}
END_TEST

/* Another table: whose address was kept is a user like others. */
START_TEST(read_again)
{
    use("carol * \"c\" *\n");
    ck_assert_uint_eq(nas_pool_count(&pool), 3);
    ck_assert(nas_aaa_address(&a, "alice", 1).why == NAS_AAA_GIVEN);
    ck_assert(nas_aaa_address(&a, "carol", 2).why == NAS_AAA_GIVEN);
    ck_assert(nas_aaa_address(&a, "carol", 3).why == NAS_AAA_GIVEN);
    wants("bob", 4, NAS_AAA_NONE_FREE, 0);
}
END_TEST

/* A line may name so many that not all of them are looked at. */
START_TEST(not_for_ever)
{
    use("all * \"x\" 1.0.0.0/8\n");
    pool.local = 0x01000001;
    wants("all", 1, NAS_AAA_GIVEN, 0x01000000);
    wants("all", 2, NAS_AAA_GIVEN, 0x01000002);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("nas_aaa");
    TCase *tc = tcase_create("users");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, a_fixed_one);
    tcase_add_test(tc, one_of_a_line);
    tcase_add_test(tc, one_of_the_pool);
    tcase_add_test(tc, something_else);
    tcase_add_test(tc, read_again);
    tcase_add_test(tc, not_for_ever);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
