/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file of a sweep: what is put is there, once, and as it was. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lab/count.h"
#include "lab/store.h"

static char dir[64];
static char path[128];
static struct conf_error err;
static struct axes axes;
static struct design design;
static struct store *store;
static int64_t ids[16];

static void setup(void)
{
    snprintf(dir, sizeof dir, "/tmp/test_store.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/s.sqlite", dir);
    axes.n = 0;
    ck_assert_int_eq(axes_add(&axes, "a=1,2", &err), 0);
    ck_assert_int_eq(axes_add(&axes, "b=x,10ms", &err), 0);
    ck_assert_int_eq(design_make(&design, &axes, &err), 0);
    ck_assert_int_eq(store_open_locked(&store, path, &err), LAB_OK);
    ck_assert(store_is_new(store));
    ck_assert_int_eq(store_begin(store, &err), LAB_OK);
    ck_assert_int_eq(store_make(store, &err), LAB_OK);
    ck_assert_int_eq(store_meta_set(store, "seeds", "3", &err), LAB_OK);
    ck_assert_int_eq(store_plan(store, &design, ids, &err), LAB_OK);
    ck_assert_int_eq(store_commit(store, &err), LAB_OK);
}

static void teardown(void)
{
    store_close(store);
    axes_free(&axes);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(rmdir(dir), 0);
}

static enum store_state look(size_t config, uint64_t seed, const char *hash)
{
    const struct store_key k = { ids[config], seed, hash };
    enum store_state state;

    ck_assert_int_eq(store_look(store, &k, &state, &err), LAB_OK);
    return state;
}

static void put(size_t config, uint64_t seed, const char *hash, bool done,
                double x)
{
    const struct store_key k = { ids[config], seed, hash };
    struct outcome o = { .done = done, .error = "why", .simulated_s = 1 };

    outcome_add(&o, "m", x);
    outcome_add(&o, "one", 1);
    ck_assert_msg(store_put(store, &k, &o, &err) == LAB_OK, "%s", err.text);
    outcome_free(&o);
}

static int64_t number(const char *text)
{
    sqlite3_int64 n = -1;

    ck_assert_msg(sql_int(store_db(store), text, &n, &err) == LAB_OK, "%s",
                  err.text);
    return n;
}

START_TEST(a_point_is_there_once)
{
    ck_assert_int_eq(look(0, 1, "h-1"), STORE_NONE);
    put(0, 1, "h-1", true, 5);
    ck_assert_int_eq(look(0, 1, "h-1"), STORE_DONE);
    ck_assert_int_eq(look(0, 2, "h-2"), STORE_NONE);
    ck_assert_int_eq(look(1, 1, "i-1"), STORE_NONE);
    ck_assert_int_eq(number("SELECT count(*) FROM value"), 2);
}
END_TEST

START_TEST(what_failed_is_replaced)
{
    put(0, 1, "h-1", false, 5);
    ck_assert_int_eq(look(0, 1, "h-1"), STORE_FAILED);
    ck_assert_int_eq(number("SELECT count(*) FROM value"), 0);
    ck_assert_int_eq(number("SELECT error = 'why' FROM point"), 1);
    put(0, 1, "h-1", true, 5);
    ck_assert_int_eq(look(0, 1, "h-1"), STORE_DONE);
    ck_assert_int_eq(number("SELECT count(*) FROM point"), 1);
    ck_assert_int_eq(number("SELECT error IS NULL FROM point"), 1);
}
END_TEST

START_TEST(equal_content_has_one_outcome)
{
    const struct store_key k = { ids[2], 1, "h-1" };

    put(0, 1, "h-1", true, 5);
    ck_assert_int_eq(look(2, 1, "h-1"), STORE_EQUAL);
    ck_assert_int_eq(store_put_equal(store, &k, &err), LAB_OK);
    ck_assert_int_eq(look(2, 1, "h-1"), STORE_DONE);
    ck_assert_int_eq(number("SELECT count(*) FROM value"), 4);
    ck_assert_int_eq(number("SELECT sum(x) FROM value"), 12);
}
END_TEST

START_TEST(sums_are_of_the_seeds_asked_for)
{
    struct stat_sums sums = { 0 };

    for (uint64_t seed = 5; seed <= 9; seed++)
        put(1, seed, "h", seed != 7, (double)seed);
    put(2, 5, "i", true, 1000);
    ck_assert_int_eq(store_sums(store, ids[1], "m", 5, 4, &sums, &err),
                     LAB_OK);
    ck_assert_uint_eq(sums.n, 3); /* 5, 6 and 8: 7 failed */
    ck_assert(sums.mean > 6.33 && sums.mean < 6.34);
}
END_TEST

START_TEST(a_plan_grows)
{
    int64_t again[16];

    ck_assert_int_eq(store_plan(store, &design, again, &err), LAB_OK);
    ck_assert_int_eq(memcmp(ids, again, 4 * sizeof ids[0]), 0);
    axes_free(&axes);
    ck_assert_int_eq(axes_add(&axes, "a=2,3", &err), 0);
    ck_assert_int_eq(axes_add(&axes, "b=10ms", &err), 0);
    ck_assert_int_eq(store_check_axes(store, &axes, &err), LAB_OK);
    ck_assert_int_eq(design_make(&design, &axes, &err), 0);
    ck_assert_int_eq(store_plan(store, &design, again, &err), LAB_OK);
    ck_assert_int_eq(again[0], ids[3]);
    ck_assert_int_eq(again[1], 5);
    /* in s, and none */
    ck_assert_int_eq(number("SELECT count(*) FROM setting WHERE axis = 2"
                            " AND number = 0.01"),
                     3);
    ck_assert_int_eq(number("SELECT count(*) FROM setting"
                            " WHERE value = 'x' AND number IS NULL"),
                     2);
}
END_TEST

START_TEST(other_axes_are_another_sweep)
{
    axes_free(&axes);
    ck_assert_int_eq(axes_add(&axes, "a=1", &err), 0);
    ck_assert_int_eq(store_check_axes(store, &axes, &err), LAB_INPUT);
    ck_assert_int_eq(axes_add(&axes, "c=1", &err), 0);
    ck_assert_int_eq(store_check_axes(store, &axes, &err), LAB_INPUT);
}
END_TEST

/* Readers see what is whole while one writes; a second one that writes is
 * refused. */
START_TEST(one_writes_others_read)
{
    struct store *other;
    struct count c;

    ck_assert_int_eq(store_open_locked(&other, path, &err), LAB_INPUT);
    ck_assert_ptr_nonnull(strstr(err.text, "another sweep is writing"));
    ck_assert_ptr_null(other);
    put(0, 1, "h-1", true, 5);
    put(0, 2, "h-2", false, 5);
    ck_assert_int_eq(store_begin(store, &err), LAB_OK);
    ck_assert_int_eq(store_meta_set(store, "seeds", "9", &err), LAB_OK);
    ck_assert_int_eq(store_open(&other, path, &err), LAB_OK);
    ck_assert_int_eq(count_points(other, &c, &err), LAB_OK);
    ck_assert_int_eq(c.configs, 4);
    ck_assert_int_eq(c.seeds, 3);
    ck_assert_int_eq(c.done, 1);
    ck_assert_int_eq(c.failed, 1);
    ck_assert_int_eq(c.missing, 10);
    store_close(other);
    store_rollback(store);
    ck_assert_int_eq(number("SELECT value + 0 FROM meta WHERE key = 'seeds'"),
                     3);
}
END_TEST

START_TEST(nothing_is_read_of_nothing)
{
    struct store *other;

    ck_assert_int_eq(store_open(&other, "/nowhere/x", &err), LAB_INPUT);
    ck_assert_int_eq(store_open(&other, dir, &err), LAB_INPUT);
    ck_assert_ptr_nonnull(strstr(err.text, ": is a directory"));
    ck_assert_int_eq(store_open_locked(&other, dir, &err), LAB_INPUT);
    ck_assert_ptr_nonnull(strstr(err.text, ": is a directory"));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("store");
    TCase *t = tcase_create("store");
    SRunner *r = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_point_is_there_once);
    tcase_add_test(t, what_failed_is_replaced);
    tcase_add_test(t, equal_content_has_one_outcome);
    tcase_add_test(t, sums_are_of_the_seeds_asked_for);
    tcase_add_test(t, a_plan_grows);
    tcase_add_test(t, other_axes_are_another_sweep);
    tcase_add_test(t, one_writes_others_read);
    tcase_add_test(t, nothing_is_read_of_nothing);
    suite_add_tcase(s, t);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
