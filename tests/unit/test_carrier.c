/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A direction of a modem call against closed forms. */
#include "config.h"

#include <math.h>

#include "../support/suite.h"
#include "models/carrier.h"

enum { RATE = 28800, SLOTS = 8 };

static const struct bit_noise quiet = { 0 };

static const struct carrier_config lapm = { .mode = CARRIER_LAPM,
                                            .latency_ns = 40 * PPTP_MS,
                                            .t401_ns = PPTP_S,
                                            .n400 = 5,
                                            .buffer_frames = SLOTS,
                                            .noise = &quiet };

/* A call, and what has come of it. */
struct rig {
    struct carrier_config config;
    struct carrier_slot ring[SLOTS];
    struct carrier c;
    struct carrier_frame last;
    unsigned fates[CARRIER_FATES];
};

static void setup(struct rig *g, enum carrier_mode mode, double ratio)
{
    *g = (struct rig){ .config = lapm };
    g->config.mode = mode;
    carrier_init(&g->c, &g->config, 0, RATE, ratio, 1);
    carrier_accm(&g->c, 0);
    carrier_lend(&g->c, g->ring);
}

static bool take(struct rig *g, pptp_ns now)
{
    pptp_ns before = g->last.depart_ns;

    if (!carrier_done(&g->c, now, &g->last))
        return false;
    ck_assert_uint_ge(g->last.depart_ns, before);
    ck_assert_uint_eq(g->last.arrive_ns, g->last.depart_ns + 40 * PPTP_MS);
    g->fates[g->last.fate]++;
    return true;
}

/* n frames of a size without a gap between them. */
static pptp_ns saturate(struct rig *g, unsigned n, uint32_t len)
{
    pptp_ns now = 0;

    for (unsigned i = 0; i < n; i++) {
        while (g->c.count >= 4) {
            now = carrier_deadline(&g->c);
            ck_assert(take(g, now));
        }
        ck_assert_int_eq(carrier_put(&g->c, now, len, i), PPTP_OK);
    }
    while (take(g, carrier_deadline(&g->c)))
        continue;
    return g->last.depart_ns;
}

/* Octets of frames on the line: two of FCS, a flag, escapes of random
 * contents with an empty ACCM (RFC 1662 4.2). */
static double framed(double len)
{
    return (len + 2) * 258 / 256 + 1;
}

/* V.42: of 28,800 bit/s, 128 octets in 128 + 5 stuffed and a flag: .9402. */
START_TEST(lapm_rate)
{
    static const uint32_t lens[] = { 40, 64, 128, 576, 1500 };

    for (unsigned i = 0; i < 5; i++) {
        unsigned n = 20000000 / lens[i] / 8;
        double seconds, want = n * framed(lens[i]) * 8 / (RATE * .9402);
        struct rig g;

        setup(&g, CARRIER_LAPM, 0);
        seconds = (double)saturate(&g, n, lens[i]) * 1e-9;
        ck_assert_double_eq_tol(seconds / want, 1, .002);
        ck_assert_uint_eq(g.fates[CARRIER_OK], n);
    }
}
END_TEST

/* One alone: start and stop bits, or stuffing; and the ACCM of RFC 1662 7.1,
 * which makes 1 + 34/256 of random contents. */
START_TEST(one_frame)
{
    struct rig g;

    setup(&g, CARRIER_ASYNC, 0);
    ck_assert_int_eq(carrier_put(&g.c, PPTP_S, 254, 5), PPTP_OK);
    ck_assert_uint_eq(carrier_deadline(&g.c),
                      PPTP_S + 260 * 10 * PPTP_S / RATE);
    carrier_accm(&g.c, UINT32_MAX);
    ck_assert(!take(&g, carrier_deadline(&g.c) - 1));
    ck_assert(take(&g, carrier_deadline(&g.c)));
    ck_assert_uint_eq(g.last.cookie, 5);
    ck_assert_uint_eq(g.last.len_octets, 254);
    ck_assert_uint_eq(carrier_deadline(&g.c), PPTP_NEVER);
    ck_assert_int_eq(carrier_put(&g.c, 3 * PPTP_S, 254, 6), PPTP_OK);
    ck_assert_uint_eq(carrier_deadline(&g.c),
                      3 * PPTP_S + 292 * 10 * PPTP_S / RATE);
    setup(&g, CARRIER_SYNC, 0);
    ck_assert_int_eq(carrier_put(&g.c, 0, 245, 5), PPTP_OK);
    ck_assert_uint_eq(carrier_deadline(&g.c), 2016 * PPTP_S / RATE);
}
END_TEST

/* Wrong bits in are frames lost: 1 - (1 - b)^bits, of which those in start
 * and stop bits are two of ten, or the assumed parts of 85, 10 and 5. */
START_TEST(lost_frames)
{
    enum { N = 40000, LEN = 574 };
    double b = 1e-5, async = 10 * framed(LEN);
    double sync = (LEN + 3) * 8 * 63. / 62;

    for (enum carrier_mode m = CARRIER_SYNC; m <= CARRIER_ASYNC; m++) {
        double p = 1 - pow(1 - b, m == CARRIER_SYNC ? sync : async);
        double framing = m == CARRIER_SYNC ? .1 : .2, bad;
        struct rig g;

        setup(&g, m, b);
        saturate(&g, N, LEN);
        bad = N - g.fates[CARRIER_OK];
        ck_assert_double_eq_tol(bad / N, p, 4 * sqrt(p * (1 - p) / N));
        ck_assert_double_eq_tol(g.fates[CARRIER_FRAMING] / bad, framing,
                                4 * sqrt(framing * (1 - framing) / bad));
        ck_assert_uint_eq(g.fates[CARRIER_ALIGNMENT] > 0, m == CARRIER_SYNC);
        ck_assert_uint_eq(g.fates[CARRIER_TIME_OUT], 0);
        ck_assert_uint_eq(g.fates[CARRIER_LINK_LOST], 0);
    }
}
END_TEST

/* Under REJ an I-frame that is hit costs those that were sent until the sender
 * knew, W of them: (1 - F) / (1 - F + F W), and T401 where it is hit again. */
START_TEST(go_back)
{
    enum { N = 200000, W = 5 }; /* it, the next, and 80 ms: 37.8 ms each */
    double f = 1 - pow(1 - 1e-5, 1089), clean, slow, want;
    struct rig g;

    setup(&g, CARRIER_LAPM, 0);
    clean = (double)saturate(&g, N, 576);
    setup(&g, CARRIER_LAPM, 1e-5);
    slow = (double)saturate(&g, N, 576);
    ck_assert_uint_eq(g.fates[CARRIER_OK], N);
    want = (1 - f + f * W) / (1 - f) + f * f * 1.08e9 / (1089e9 / RATE);
    ck_assert_double_eq_tol(slow / clean, want, .005);
    ck_assert_double_eq_tol(g.c.resent / (N * framed(576) / 128), f / (1 - f),
                            .0004);
}
END_TEST

/* The last of all that was sent is missed by nobody: T401, a question and its
 * answer of 48 bits, and again. */
START_TEST(asked)
{
    struct rig g;
    pptp_ns clean;

    setup(&g, CARRIER_LAPM, 0);
    carrier_put(&g.c, 0, 60, 0);
    clean = carrier_deadline(&g.c);
    for (unsigned i = 0; i < 10000 && g.c.resent == 0; i++) {
        setup(&g, CARRIER_LAPM, 1e-4);
        g.c.errors.rng = i;
        bit_errors_set(&g.c.errors, RATE, 1e-4);
        carrier_put(&g.c, 0, 60, 0);
    }
    ck_assert_uint_eq(g.c.resent, 1);
    ck_assert_uint_eq(carrier_deadline(&g.c),
                      clean + PPTP_S + 80 * PPTP_MS + 96 * PPTP_S / RATE);
}
END_TEST

/* Nothing gets through: the link fails in bounded time, and says so once. */
START_TEST(link_lost)
{
    struct rig g;
    unsigned flushed = 0;

    setup(&g, CARRIER_LAPM, 1);
    for (unsigned i = 0; i < 3; i++)
        ck_assert_int_eq(carrier_put(&g.c, 0, 500, i), PPTP_OK);
    ck_assert_uint_ge(carrier_deadline(&g.c), 5 * PPTP_S);
    ck_assert_uint_lt(carrier_deadline(&g.c), 12 * PPTP_S);
    ck_assert(take(&g, carrier_deadline(&g.c)));
    ck_assert_int_eq(g.last.fate, CARRIER_LINK_LOST);
    ck_assert(g.c.failed);
    ck_assert_uint_eq(carrier_deadline(&g.c), PPTP_NEVER);
    ck_assert_int_eq(carrier_put(&g.c, PPTP_S, 500, 9), PPTP_ERR_STATE);
    while (carrier_flush(&g.c, &g.last))
        flushed++;
    ck_assert_uint_eq(flushed, 2);
}
END_TEST

/* Questions are answered more often than not, I-frames are nearly always hit:
 * N400 bounds how often one is sent. */
START_TEST(sent_too_often)
{
    unsigned lost = 0;
    struct rig g;

    for (unsigned i = 0; i < 20; i++) {
        setup(&g, CARRIER_LAPM, .006);
        g.c.errors.rng = i;
        ck_assert_int_eq(carrier_put(&g.c, 0, 120, 0), PPTP_OK);
        ck_assert_uint_le(g.c.resent, 1 + 5);
        ck_assert(take(&g, carrier_deadline(&g.c)));
        lost += g.last.fate == CARRIER_LINK_LOST;
    }
    ck_assert_uint_ge(lost, 18);
}
END_TEST

/* Half the rate for what is left; a pause puts it off, however long, or ends
 * a frame that nobody says again. */
START_TEST(rates)
{
    struct rig g;
    pptp_ns end;

    for (enum carrier_mode m = CARRIER_SYNC; m <= CARRIER_LAPM; m++) {
        setup(&g, m, 0);
        ck_assert_int_eq(carrier_put(&g.c, 0, 1000, 0), PPTP_OK);
        ck_assert_int_eq(carrier_put(&g.c, 0, 1000, 1), PPTP_OK);
        end = carrier_deadline(&g.c);
        carrier_set_rate(&g.c, 100 * PPTP_MS, RATE / 2, 0);
        ck_assert_uint_eq(carrier_deadline(&g.c), 2 * end - 100 * PPTP_MS);
        carrier_set_rate(&g.c, 200 * PPTP_MS, 0, 0);
        if (m != CARRIER_LAPM) {
            ck_assert(take(&g, 200 * PPTP_MS));
            ck_assert_int_eq(g.last.fate, CARRIER_TIME_OUT);
        }
        ck_assert_uint_eq(carrier_deadline(&g.c), PPTP_NEVER);
        carrier_set_rate(&g.c, 9 * PPTP_S, RATE, 0);
        if (m == CARRIER_LAPM)
            ck_assert_uint_eq(carrier_deadline(&g.c),
                              9 * PPTP_S + end - 150 * PPTP_MS);
        while (take(&g, carrier_deadline(&g.c)))
            continue;
        ck_assert_uint_eq(g.last.cookie, 1);
        ck_assert_int_eq(g.last.fate, CARRIER_OK);
        ck_assert_uint_eq(g.c.backlog, 0);
    }
}
END_TEST

/* What is put during a pause waits for its end, in order. */
START_TEST(put_while_paused)
{
    struct rig g;

    setup(&g, CARRIER_LAPM, 0);
    carrier_set_rate(&g.c, 0, 0, 0);
    for (unsigned i = 0; i < 3; i++)
        ck_assert_int_eq(carrier_put(&g.c, i, 100, i), PPTP_OK);
    ck_assert_uint_eq(carrier_deadline(&g.c), PPTP_NEVER);
    carrier_set_rate(&g.c, PPTP_S, RATE, 0);
    for (unsigned i = 0; i < 3; i++) {
        ck_assert(take(&g, carrier_deadline(&g.c)));
        ck_assert_uint_eq(g.last.cookie, i);
        ck_assert_uint_gt(g.last.depart_ns, PPTP_S);
    }
    ck_assert_uint_eq(g.c.backlog, 0);
    ck_assert_uint_eq(g.c.ahead, 0);
}
END_TEST

START_TEST(bounds)
{
    struct rig g;

    ck_assert_uint_le(sizeof(struct carrier), 128);
    setup(&g, CARRIER_ASYNC, 0);
    ck_assert_int_eq(carrier_put(&g.c, 0, 0, 0), PPTP_ERR_ARGUMENT);
    ck_assert_int_eq(carrier_put(&g.c, 0, 65536, 0), PPTP_ERR_ARGUMENT);
    for (unsigned i = 0; i < SLOTS; i++)
        ck_assert_int_eq(carrier_put(&g.c, 0, 65535, i), PPTP_OK);
    ck_assert_int_eq(carrier_put(&g.c, 0, 1, 8), PPTP_ERR_RESOURCE);
    ck_assert_ptr_null(carrier_take_back(&g.c));
    while (carrier_flush(&g.c, &g.last))
        continue;
    ck_assert_ptr_eq(carrier_take_back(&g.c), g.ring);
    ck_assert_int_eq(carrier_put(&g.c, 0, 1, 8), PPTP_ERR_STATE);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = { lapm_rate,      one_frame, lost_frames,
                                   go_back,        asked,     link_lost,
                                   sent_too_often, rates,     put_while_paused,
                                   bounds,         NULL };

    return rig_main("carrier", tests);
}
