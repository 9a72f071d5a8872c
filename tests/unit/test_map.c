/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers by numbers: src/base/map.h, against a plain array. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"

enum { LIMIT = 64, KEYS = 200, STEPS = 20000 };

START_TEST(a_few)
{
    struct map m;

    ck_assert_int_eq(map_init(&m, 2), 0);
    ck_assert_uint_eq(map_get(&m, 7), BASE_MAP_NONE);
    ck_assert(map_set(&m, 7, 70));
    ck_assert(map_set(&m, 0, 0));
    ck_assert(!map_set(&m, 8, 80)); /* full */
    ck_assert(map_set(&m, 7, 71));  /* but this one is there */
    ck_assert_uint_eq(map_get(&m, 7), 71);
    ck_assert_uint_eq(map_get(&m, 0), 0);
    map_remove(&m, 9); /* nobody */
    map_remove(&m, 7);
    ck_assert_uint_eq(map_get(&m, 7), BASE_MAP_NONE);
    ck_assert(map_set(&m, 8, 80));
    ck_assert_uint_eq(m.used, 2);
    map_fini(&m);
}
END_TEST

/* Keys far apart and close together, so that runs form, wrap and shrink. */
static uint32_t key_of(unsigned i)
{
    return i % 2 ? i * 0x01000000u : i;
}

START_TEST(many_steps)
{
    uint32_t want[KEYS];
    struct map m;
    unsigned i, step, n = 0;

    memset(want, 0xff, sizeof want);
    srand(1);
    ck_assert_int_eq(map_init(&m, LIMIT), 0);
    for (step = 0; step < STEPS; step++) {
        unsigned k = (unsigned)rand() % KEYS;

        if (want[k] != BASE_MAP_NONE && rand() % 2) {
            map_remove(&m, key_of(k));
            want[k] = BASE_MAP_NONE;
            n--;
        } else {
            bool room = want[k] != BASE_MAP_NONE || n < LIMIT;

            ck_assert(map_set(&m, key_of(k), step) == room);
            n += room && want[k] == BASE_MAP_NONE;
            want[k] = room ? step : BASE_MAP_NONE;
        }
        ck_assert_uint_eq(m.used, n);
        for (i = 0; step % 50 == 0 && i < KEYS; i++)
            ck_assert_uint_eq(map_get(&m, key_of(i)), want[i]);
    }
    map_fini(&m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("map");
    TCase *tc = tcase_create("map");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_test(tc, a_few);
    tcase_add_test(tc, many_steps);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
