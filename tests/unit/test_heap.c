/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Deadlines of items: src/base/heap.h, against a plain array. */
#include "config.h"

#include <check.h>
#include <stdlib.h>

#include "base/heap.h"

enum { ITEMS = 50, STEPS = 20000 };

static pptp_ns earliest(const pptp_ns *at)
{
    pptp_ns first = PPTP_NEVER;
    unsigned i;

    for (i = 0; i < ITEMS; i++)
        if (at[i] < first)
            first = at[i];
    return first;
}

START_TEST(many_steps)
{
    pptp_ns at[ITEMS];
    struct heap h;
    unsigned i, step;

    srand(1);
    ck_assert_int_eq(heap_init(&h, ITEMS), 0);
    ck_assert(heap_next(&h) == PPTP_NEVER);
    for (i = 0; i < ITEMS; i++)
        at[i] = PPTP_NEVER;
    for (step = 0; step < STEPS; step++) {
        i = (unsigned)rand() % ITEMS;
        at[i] = rand() % 3 ? (pptp_ns)(rand() % 1000) : PPTP_NEVER;
        heap_set(&h, i, at[i]);
        ck_assert(heap_next(&h) == earliest(at));
    }
    heap_fini(&h);
}
END_TEST

/* Taken out one after the other, they come in order. */
START_TEST(in_order)
{
    struct heap h;
    pptp_ns last = 0;
    unsigned i, n = 0;

    ck_assert_int_eq(heap_init(&h, ITEMS), 0);
    for (i = 0; i < ITEMS; i++)
        heap_set(&h, i, (i * 37) % ITEMS);
    while (heap_next(&h) != PPTP_NEVER) {
        ck_assert(heap_next(&h) >= last);
        last = heap_next(&h);
        heap_set(&h, h.item[0].item, PPTP_NEVER);
        n++;
    }
    ck_assert_uint_eq(n, ITEMS);
    heap_set(&h, 3, PPTP_NEVER); /* not there: no harm */
    ck_assert_uint_eq(h.n, 0);
    heap_fini(&h);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("heap");
    TCase *tc = tcase_create("timers");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_test(tc, many_steps);
    tcase_add_test(tc, in_order);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
