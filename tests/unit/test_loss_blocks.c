/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Losses of an exact rate: so many of every block, each place as often as any
 * other. */
#include "config.h"

#include "loss_rig.h"

enum { BLOCKS = 40000 };

START_TEST(exact)
{
    const struct loss_config c = { .kind = LOSS_blocks,
                                   .block = 20,
                                   .lost = 3 };
    double at[20] = { 0 }, together = 0;
    struct rig g;

    rig_init(&g, &c, 5);
    for (int b = 0; b < BLOCKS; b++) {
        unsigned lost = 0, ends = 0;

        for (unsigned i = 0; i < 20; i++)
            if (rig_lost(&g)) {
                at[i]++;
                lost++;
                ends += i == 0 || i == 19;
            }
        ck_assert_uint_eq(lost, 3);
        together += ends == 2;
    }
    for (unsigned i = 0; i < 20; i++)
        rig_about(at[i] / BLOCKS, 0.15, sqrt(0.15 * 0.85 / BLOCKS));
    /* the first and the last: 3/20 * 2/19 */
    rig_about(together / BLOCKS, 6.0 / 380, sqrt(6.0 / 380 / BLOCKS));
    ck_assert_double_eq_tol(loss_mean(&c), 0.15, 1e-15);
    ck_assert(!loss_is_total(&c));
}
END_TEST

START_TEST(all_and_none)
{
    struct loss_config c = { .kind = LOSS_blocks, .block = 4, .lost = 4 };
    struct rig g;

    rig_init(&g, &c, 5);
    for (int k = 0; k < 1000; k++)
        ck_assert(rig_lost(&g));
    ck_assert(loss_is_total(&c));
    c.lost = 0;
    rig_init(&g, &c, 5);
    ck_assert(!g.then_lost);
    ck_assert_uint_ge(g.gap, UINT64_C(1) << 62);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = { exact, all_and_none, NULL };

    return rig_main("loss_blocks", tests);
}
