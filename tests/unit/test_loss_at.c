/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Losses by number. */
#include "config.h"

#include "loss_rig.h"

START_TEST(numbers)
{
    static const struct loss_span spans[] = { { 1, 1 }, { 5, 7 }, { 8, 8 } };
    const struct loss_config c = { .kind = LOSS_at,
                                   .spans = spans,
                                   .n_spans = 3 };
    struct rig g;

    rig_init(&g, &c, 1);
    for (int n = 1; n < 1000; n++)
        ck_assert_int_eq(rig_lost(&g), n == 1 || (n >= 5 && n <= 8));
    ck_assert(!loss_is_total(&c));
    ck_assert_double_eq(loss_mean(&c), 0);
}
END_TEST

START_TEST(none)
{
    const struct loss_config c = { .kind = LOSS_at };
    struct rig g;

    rig_init(&g, &c, 1);
    ck_assert(!g.then_lost);
    ck_assert_uint_ge(g.gap, UINT64_C(1) << 62);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = { numbers, none, NULL };

    return rig_main("loss_at", tests);
}
