/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Wrong bits of a line; bit_errors.h.
 *
 * How long a state lasts and how far its next wrong bit is are both geometric.
 * They have no memory, so only the nearer of the two is kept and both are drawn
 * anew after it.
 */
#include "config.h"

#include "models/bit_errors.h"

#include <math.h>

#include "base/rng.h"

#define FAR (UINT64_C(1) << 62) /* more bits than any call has */

/* Chances of a bit: that a burst begins, or ends, after it. */
static double to_bad(const struct bit_errors *b)
{
    return fmin(b->noise->bursts_hz / b->rate_bps, 1);
}

static double to_good(const struct bit_errors *b)
{
    double bits = (double)b->noise->burst_ns * 1e-9 * b->rate_bps;

    return bits > 1 ? 1 / bits : 1;
}

/* The share of bits within bursts. */
static double bad_share(const struct bit_errors *b)
{
    double begin = to_bad(b);

    return begin > 0 ? begin / (begin + to_good(b)) : 0;
}

static double real(struct bit_errors *b)
{
    return (double)(rng_split(&b->rng) >> 11) * 0x1p-53;
}

/* Bits before the first of those that something happens at with p. */
static uint64_t geometric(struct bit_errors *b, double p)
{
    double n;

    if (p <= 0)
        return FAR;
    n = p < 1 ? log1p(-real(b)) / log1p(-p) : 0;
    return n < 0x1p62 ? (uint64_t)n : FAR;
}

/* What is next, of bits whose state lasts for `more` at least. */
static void look_ahead(struct bit_errors *b, uint64_t more)
{
    uint64_t stay = geometric(b, b->bad ? to_good(b) : to_bad(b)) + more;
    uint64_t gap = geometric(b, b->bad ? b->noise->burst_ratio : b->ratio);

    b->hit = gap < stay;
    b->next = b->hit ? gap : stay;
}

void bit_errors_init(struct bit_errors *b, const struct bit_noise *noise,
                     uint32_t rate_bps, double ratio, uint64_t seed)
{
    PPTP_ASSERT(rate_bps > 0);
    *b = (struct bit_errors){
        .noise = noise, .ratio = ratio, .rng = seed, .rate_bps = rate_bps
    };
    b->bad = real(b) < bad_share(b);
    look_ahead(b, 1);
}

void bit_errors_set(struct bit_errors *b, uint32_t rate_bps, double ratio)
{
    PPTP_ASSERT(rate_bps > 0);
    b->rate_bps = rate_bps;
    b->ratio = ratio;
    look_ahead(b, 1);
}

uint64_t bit_errors_pass(struct bit_errors *b, uint64_t n)
{
    uint64_t left = n;

    while (left > b->next) {
        left -= b->next;
        if (b->hit) {
            look_ahead(b, 0);
            return n - left;
        }
        b->bad = !b->bad;
        look_ahead(b, 1);
    }
    b->next -= left;
    return n;
}

void bit_errors_skip(struct bit_errors *b, uint64_t n)
{
    double share, stays;

    if (n <= b->next) {
        b->next -= n;
        return;
    }
    share = bad_share(b);
    stays = pow(1 - to_bad(b) - to_good(b), (double)(n - b->next));
    if (!b->hit)
        b->bad = !b->bad;
    b->bad = real(b) < share + ((b->bad ? 1 : 0) - share) * stays;
    look_ahead(b, 1);
}

double bit_errors_mean(const struct bit_errors *b)
{
    double share = bad_share(b);

    return share * b->noise->burst_ratio + (1 - share) * b->ratio;
}

double bit_errors_frames(const struct bit_errors *b, uint32_t n)
{
    double bad = bad_share(b), good = 1 - bad, begin = to_bad(b);
    double end = to_good(b);

    for (uint32_t i = 0; i < n; i++) {
        double g = good * (1 - b->ratio),
               w = bad * (1 - b->noise->burst_ratio);

        good = g * (1 - begin) + w * end;
        bad = g * begin + w * (1 - end);
    }
    return 1 - good - bad;
}
