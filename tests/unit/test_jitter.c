/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jitter: means, deviations and tails in closed form. */
#include "config.h"

#include "models/jitter.h"

#include <math.h>

#include "loss_rig.h"

enum { N = 400000 };

static struct dist_rng rng;

struct moments {
    double mean, deviation, least, most, beyond;
};

/* beyond: the share above `edge_ms`. */
static struct moments moments_of(const struct jitter_config *c, double edge_ms)
{
    struct moments m = { .least = INFINITY };
    double square = 0;

    dist_rng_init(&rng, 4, "jitter");
    for (int i = 0; i < N; i++) {
        double ms = (double)jitter_draw(c, &rng) * 1e-6;

        m.mean += ms / N;
        square += ms * ms / N;
        m.least = fmin(m.least, ms);
        m.most = fmax(m.most, ms);
        m.beyond += (ms > edge_ms) / (double)N;
    }
    m.deviation = sqrt(square - m.mean * m.mean);
    return m;
}

static void share(double seen, double p)
{
    rig_about(seen, p, sqrt(p * (1 - p) / N));
}

START_TEST(uniform)
{
    struct jitter_config c = { .kind = JITTER_uniform,
                               .mean_ns = 10 * PPTP_MS,
                               .deviation_ns = 4 * PPTP_MS };
    struct moments m = moments_of(&c, 13);

    rig_about(m.mean, 10, 4 / sqrt(3 * N));
    share(m.beyond, 1 / 8.0);
    ck_assert_double_ge(m.least, 6);
    ck_assert_double_le(m.most, 14);
    c.deviation_ns = 20 * PPTP_MS; /* -10 to 30: a quarter is 0 */
    m = moments_of(&c, 0);
    share(m.beyond, 0.75);
    rig_about(m.mean, 11.25, 10 / sqrt(N));
}
END_TEST

START_TEST(normal)
{
    const struct jitter_config c = { .kind = JITTER_normal,
                                     .mean_ns = 50 * PPTP_MS,
                                     .deviation_ns = 10 * PPTP_MS };
    struct moments m = moments_of(&c, 60);

    rig_about(m.mean, 50, 10 / sqrt(N));
    rig_about(m.deviation, 10, 10 / sqrt(2.0 * N));
    share(m.beyond, 0.158655);
}
END_TEST

START_TEST(exponential)
{
    struct jitter_config c = { .kind = JITTER_exponential,
                               .mean_ns = 5 * PPTP_MS };
    struct moments m = moments_of(&c, 15);

    rig_about(m.mean, 5, 5 / sqrt(N));
    share(m.beyond, exp(-3));
    c.most_ns = 10 * PPTP_MS; /* the mean of min(x, m): (1 - exp(-m)) */
    m = moments_of(&c, 9.9999999);
    ck_assert_double_eq(m.most, 10);
    share(m.beyond, exp(-9.9999999 / 5));
    rig_about(m.mean, 5 * (1 - exp(-2)), 5 / sqrt(N));
}
END_TEST

START_TEST(pareto)
{
    const struct jitter_config c = { .kind = JITTER_pareto,
                                     .mean_ns = 9 * PPTP_MS,
                                     .shape = 3 };
    struct moments m = moments_of(&c, 12);

    ck_assert_double_ge(m.least, 5.999999);
    share(m.beyond, 1 / 8.0); /* (6 / 12)^3 */
    rig_about(m.mean, 9, 6 * sqrt(0.75) / sqrt(N));
}
END_TEST

START_TEST(none)
{
    const struct jitter_config c = { .mean_ns = PPTP_S };

    ck_assert_uint_eq(jitter_draw(&c, &rng), 0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = { uniform, normal, exponential,
                                   pareto,  none,   NULL };

    return rig_main("jitter", tests);
}
