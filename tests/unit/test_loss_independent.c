/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Independent losses: binomial in number, geometric in their gaps. */
#include "config.h"

#include "loss_rig.h"

enum { N = 1000000 };

START_TEST(binomial)
{
    static const double ratios[] = { 1e-4, 0.01, 0.3, 0.9 };

    for (unsigned i = 0; i < 4; i++) {
        double p = ratios[i];
        struct loss_config c = { .kind = LOSS_independent, .ratio = p };
        double lost = 0, pairs = 0;
        struct rig g;
        bool last = false;

        rig_init(&g, &c, 7 + i);
        for (int k = 0; k < N; k++) {
            bool now = rig_lost(&g);

            lost += now;
            pairs += now && last;
            last = now;
        }
        rig_about(lost, N * p, sqrt(N * p * (1 - p)));
        /* one loss says nothing about the next; of 0.01 and up, where the
         * number of pairs is normal enough */
        if (p >= 0.01)
            rig_about(pairs, N * p * p,
                      sqrt(N * p * p * (1 - p) * (1 + 3 * p)));
        ck_assert_double_eq(loss_mean(&c), p);
        ck_assert(!loss_is_total(&c));
    }
}
END_TEST

START_TEST(all_and_none)
{
    struct loss_config c = { .kind = LOSS_independent };
    struct rig g;

    rig_init(&g, &c, 1);
    ck_assert_uint_ge(g.gap, UINT64_C(1) << 62);
    ck_assert(!loss_is_total(&c));
    c.ratio = 1;
    rig_init(&g, &c, 1);
    for (int k = 0; k < 1000; k++)
        ck_assert(rig_lost(&g));
    ck_assert(loss_is_total(&c));
    ck_assert_str_eq(loss_name(c.kind), "independent");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = { binomial, all_and_none, NULL };

    return rig_main("loss_independent", tests);
}
