/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* What rows of probes say of a struct; probe.h. */
#include "config.h"

#include "base/probe.h"

#include <math.h>
#include <string.h>

static double median(const struct hist *h)
{
    return hist_quantile_s(h, 0.5);
}

static double most(const struct hist *h)
{
    return hist_quantile_s(h, 0.95);
}

static double nearly_all(const struct hist *h)
{
    return hist_quantile_s(h, 0.99);
}

/* What is told of a distribution. */
static const struct {
    const char *suffix, *words;
    double (*of)(const struct hist *h);
} statistics[] = {
    { "_mean_s", "mean of", hist_mean_s },
    { "_p50_s", "median of", median },
    { "_p95_s", "95th percentile of", most },
    { "_p99_s", "99th percentile of", nearly_all },
    { "_max_s", "largest of", hist_max_s },
};

uint64_t probe_count(const struct probe *p, const void *base)
{
    const uint8_t *at = (const uint8_t *)base + p->at;
    uint64_t v64;
    uint32_t v32;
    uint16_t v16;

    switch (p->octets) {
    case sizeof v64: memcpy(&v64, at, sizeof v64); return v64;
    case sizeof v32: memcpy(&v32, at, sizeof v32); return v32;
    case sizeof v16: memcpy(&v16, at, sizeof v16); return v16;
    default: PPTP_ASSERT(p->octets == 1); return *at;
    }
}

static void set_count(const struct probe *p, void *base, uint64_t v)
{
    uint8_t *at = (uint8_t *)base + p->at;
    uint32_t v32 = (uint32_t)v;
    uint16_t v16 = (uint16_t)v;

    switch (p->octets) {
    case sizeof v: memcpy(at, &v, sizeof v); return;
    case sizeof v32: memcpy(at, &v32, sizeof v32); return;
    case sizeof v16: memcpy(at, &v16, sizeof v16); return;
    default: PPTP_ASSERT(p->octets == 1); *at = (uint8_t)v;
    }
}

const struct hist *probe_hist(const struct probe *p, const void *base)
{
    PPTP_ASSERT(p->octets == sizeof(struct hist));
    return (const void *)((const uint8_t *)base + p->at);
}

static struct hist *hist_of(const struct probe *p, void *base)
{
    PPTP_ASSERT(p->octets == sizeof(struct hist));
    return (void *)((uint8_t *)base + p->at);
}

static void each_statistic(const struct probe *p, const void *base,
                           probe_taker *take, void *ctx)
{
    struct probe_value v = { .probe = p, .real = NAN };

    for (size_t i = 0; i < sizeof statistics / sizeof statistics[0]; i++) {
        v.suffix = statistics[i].suffix;
        v.words = statistics[i].words;
        if (base != NULL)
            v.real = statistics[i].of(probe_hist(p, base));
        take(ctx, &v);
    }
}

static void one_value(const struct probe *p, const void *base,
                      uint64_t over_ns, probe_taker *take, void *ctx)
{
    struct probe_value v = { .probe = p,
                             .suffix = "",
                             .words = "",
                             .whole = p->kind != PROBE_DERIVED,
                             .real = NAN };

    if (base != NULL && p->of != NULL) {
        v.real = p->of((const uint8_t *)base + p->at, over_ns);
        v.count = v.whole ? (uint64_t)v.real : 0;
    } else if (base != NULL) {
        v.count = probe_count(p, base);
    }
    take(ctx, &v);
}

void probe_each(const struct probe *list, bool then, const void *base,
                uint64_t over_ns, probe_taker *take, void *ctx)
{
    for (; list->name != NULL; list++) {
        if (list->then && !then)
            continue;
        if (list->kind == PROBE_DISTRIBUTION)
            each_statistic(list, base, take, ctx);
        else
            one_value(list, base, over_ns, take, ctx);
    }
}

void probe_merge(const struct probe *list, void *to, const void *from)
{
    for (; list->name != NULL; list++) {
        uint64_t a, b;

        if (list->of != NULL)
            continue;
        if (list->kind == PROBE_DISTRIBUTION) {
            hist_merge(hist_of(list, to), probe_hist(list, from));
            continue;
        }
        a = probe_count(list, to);
        b = probe_count(list, from);
        if (list->kind == PROBE_PEAK)
            set_count(list, to, a > b ? a : b);
        else
            set_count(list, to, a + b);
    }
}

void probe_subtract(const struct probe *list, void *from, const void *earlier)
{
    for (; list->name != NULL; list++) {
        if (list->of != NULL)
            continue;
        if (list->kind == PROBE_DISTRIBUTION)
            hist_subtract(hist_of(list, from), probe_hist(list, earlier));
        else if (list->kind == PROBE_COUNTER)
            set_count(list, from,
                      probe_count(list, from) - probe_count(list, earlier));
    }
}
