/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Traffic sources: constant, Poisson, on/off Pareto, voice, replay.
 */
#include "config.h"

#include "models/traffic.h"

#include <math.h>

#define RATE_MAX_BPS UINT64_C(1000000000000000)
#define MEAN_MAX_NS ((pptp_ns)1 << 53)

static bool config_ok(const struct traffic_config *c);
static bool replay_ok(const struct traffic_config *c);
static bool voice_ok(const struct traffic_config *c)
{
    return c->size_octets >= TRAFFIC_SIZE_MIN_OCTETS &&
           c->size_octets <= TRAFFIC_SIZE_MAX_OCTETS &&
           c->frame_ns >= PPTP_US && c->frame_ns <= MEAN_MAX_NS &&
           c->on_mean_ns <= MEAN_MAX_NS && c->off_mean_ns <= MEAN_MAX_NS &&
           (c->off_mean_ns == 0 || c->on_mean_ns >= PPTP_US);
}

static void set_peak(struct traffic_source *s);
static uint64_t step(struct traffic_source *s);
static pptp_ns period_ns(struct traffic_source *s, pptp_ns mean_ns);
static void add_time(struct traffic_source *s, pptp_ns ns);
static void add_on_time(struct traffic_source *s, pptp_ns ns);
static void plan_next(struct traffic_source *s);
static void plan_voice(struct traffic_source *s);
static bool voice_ok(const struct traffic_config *c);
static uint32_t next_size(struct traffic_source *s);
static pptp_ns scaled_ns(const struct traffic_config *c, pptp_ns ns);
static pptp_ns loop_gap_ns(const struct traffic_config *c);
static bool replay_next(struct traffic_source *s, struct traffic_packet *out);

int traffic_init(struct traffic_source *s, const struct traffic_config *config,
                 uint64_t seed, const char *name)
{
    *s = (struct traffic_source){ .config = *config };
    if (s->config.shape == 0.0)
        s->config.shape = TRAFFIC_SHAPE_DEFAULT;
    if (s->config.time_scale == 0.0)
        s->config.time_scale = 1.0;
    if (!config_ok(&s->config)) {
        s->ended = true;
        return PPTP_ERR_ARGUMENT;
    }
    dist_rng_init(&s->rng, seed, name);
    s->size_rng = rng_mix(s->rng.state.s[0]);
    if (s->config.kind == TRAFFIC_REPLAY)
        return PPTP_OK;
    if (s->config.kind == TRAFFIC_VOICE) { /* a spurt, at a random phase */
        s->on_left_ns = dist_exponential_ns(&s->rng, config->on_mean_ns);
        add_time(s, rng_below(&s->rng.state, config->frame_ns));
        return PPTP_OK;
    }
    set_peak(s);
    if (s->config.kind == TRAFFIC_POISSON) {
        plan_next(s);
        return PPTP_OK;
    }
    if (s->config.kind == TRAFFIC_ONOFF) {
        double on = (double)s->config.on_mean_ns;
        double off = (double)s->config.off_mean_ns;

        if (!dist_bernoulli(&s->rng, on / (on + off)))
            add_time(s, period_ns(s, s->config.off_mean_ns));
        s->on_left_ns = period_ns(s, s->config.on_mean_ns);
    }
    /* a random phase: senders of one rate do not beat */
    add_on_time(s, rng_below(&s->rng.state, s->step_ns));
    return PPTP_OK;
}

bool traffic_next(struct traffic_source *s, struct traffic_packet *out)
{
    struct traffic_packet next;

    if (s->ended)
        return false;
    if (s->config.kind == TRAFFIC_REPLAY) {
        if (!replay_next(s, &next)) {
            s->ended = true;
            return false;
        }
    } else {
        next.at_ns = s->at_ns;
        next.size_octets = next_size(s);
        plan_next(s);
    }
    if (s->config.stop_ns != 0 && next.at_ns >= s->config.stop_ns) {
        s->ended = true;
        return false;
    }
    PPTP_ASSERT(next.at_ns >= s->last_ns);
    s->last_ns = next.at_ns;
    *out = next;
    return true;
}

static bool config_ok(const struct traffic_config *c)
{
    if (c->kind == TRAFFIC_REPLAY)
        return replay_ok(c);
    if (c->kind == TRAFFIC_VOICE)
        return voice_ok(c);
    if (c->kind != TRAFFIC_CONSTANT && c->kind != TRAFFIC_POISSON &&
        c->kind != TRAFFIC_ONOFF)
        return false;
    if (c->rate_bps == 0 || c->rate_bps > RATE_MAX_BPS ||
        c->size_octets < TRAFFIC_SIZE_MIN_OCTETS ||
        c->size_octets > TRAFFIC_SIZE_MAX_OCTETS)
        return false;
    return c->kind != TRAFFIC_ONOFF ||
           (c->on_mean_ns >= PPTP_US && c->on_mean_ns <= MEAN_MAX_NS &&
            c->off_mean_ns >= PPTP_US && c->off_mean_ns <= MEAN_MAX_NS &&
            c->shape > 1.0 && c->shape < 1e6);
}

static bool replay_ok(const struct traffic_config *c)
{
    if (c->packets == NULL || c->packet_count == 0)
        return false;
    if (!(c->time_scale > 0.0 && c->time_scale < 1e9))
        return false;
    return !c->loop || loop_gap_ns(c) > 0;
}

static void set_peak(struct traffic_source *s)
{
    const struct traffic_config *c = &s->config;
    uint64_t bits = (uint64_t)(c->size_octets + TRAFFIC_PPP_OCTETS) * 8;

    s->peak_bps = c->rate_bps;
    if (c->kind == TRAFFIC_ONOFF) {
        double on = (double)c->on_mean_ns;
        double peak = (double)c->rate_bps * (on + (double)c->off_mean_ns) / on;

        /* beyond this a packet takes less than a nanosecond anyhow */
        s->peak_bps = peak < (double)RATE_MAX_BPS ? (uint64_t)(peak + 0.5)
                                                  : RATE_MAX_BPS;
    }
    s->step_ns = bits * PPTP_S / s->peak_bps;
    s->step_rem = bits * PPTP_S % s->peak_bps;
}

/* The next gap in whole nanoseconds; what is cut off is carried on. */
static uint64_t step(struct traffic_source *s)
{
    uint64_t ns = s->step_ns;

    s->carry += s->step_rem;
    if (s->carry >= s->peak_bps) {
        s->carry -= s->peak_bps;
        ns++;
    }
    return ns;
}

static pptp_ns period_ns(struct traffic_source *s, pptp_ns mean_ns)
{
    pptp_ns ns = dist_pareto_ns(&s->rng, mean_ns, s->config.shape);

    return ns > 0 ? ns : 1;
}

static void add_time(struct traffic_source *s, pptp_ns ns)
{
    if (s->at_ns >= TRAFFIC_END_NS || ns >= TRAFFIC_END_NS - s->at_ns) {
        s->at_ns = TRAFFIC_END_NS;
        s->ended = true;
        return;
    }
    s->at_ns += ns;
}

/* Lets `ns` of on time pass, and the off times that fall between. */
static void add_on_time(struct traffic_source *s, pptp_ns ns)
{
    if (s->config.kind != TRAFFIC_ONOFF) {
        add_time(s, ns);
        return;
    }
    /* ends: every turn takes at least 1 ns off ns */
    while (ns > s->on_left_ns && !s->ended) {
        ns -= s->on_left_ns;
        add_time(s, s->on_left_ns);
        add_time(s, period_ns(s, s->config.off_mean_ns));
        s->on_left_ns = period_ns(s, s->config.on_mean_ns);
    }
    if (!s->ended) {
        s->on_left_ns -= ns;
        add_time(s, ns);
    }
}

/* A frame more of the spurt; or, after what is left of it and a pause, the
 * first of the next, no sooner than a frame later. */
static void plan_voice(struct traffic_source *s)
{
    const struct traffic_config *c = &s->config;
    uint64_t gap = c->frame_ns;

    if (c->off_mean_ns > 0 && s->on_left_ns < c->frame_ns) {
        gap = s->on_left_ns + dist_exponential_ns(&s->rng, c->off_mean_ns);
        gap = gap > c->frame_ns ? gap : c->frame_ns;
        s->on_left_ns = dist_exponential_ns(&s->rng, c->on_mean_ns);
    } else if (c->off_mean_ns > 0) {
        s->on_left_ns -= c->frame_ns;
    }
    add_time(s, gap);
}

static void plan_next(struct traffic_source *s)
{
    if (s->config.kind == TRAFFIC_VOICE) {
        plan_voice(s);
        return;
    }
    if (s->config.kind == TRAFFIC_POISSON) {
        double mean = (double)s->step_ns +
                      (double)s->step_rem / (double)s->peak_bps;
        /* gaps are drawn real and cut with a carry: no bias at high rates */
        double gap = dist_exponential(&s->rng, mean) +
                     (double)s->carry / (double)s->peak_bps;

        if (gap >= (double)TRAFFIC_END_NS) {
            s->ended = true;
            return;
        }
        s->carry = (uint64_t)((gap - (double)(uint64_t)gap) *
                              (double)s->peak_bps);
        add_time(s, (uint64_t)gap);
        return;
    }
    add_on_time(s, step(s));
}

static uint32_t next_size(struct traffic_source *s)
{
    const struct traffic_config *c = &s->config;
    double mean = (double)c->size_octets, size;

    if (c->sizes == TRAFFIC_FIXED)
        return c->size_octets;
    size = -mean * log1p(-(double)(rng_split(&s->size_rng) >> 11) * 0x1p-53);
    return (uint32_t)(fmin(fmax(size, TRAFFIC_SIZE_MIN_OCTETS),
                           TRAFFIC_SIZE_MAX_OCTETS) +
                      0.5);
}

static pptp_ns scaled_ns(const struct traffic_config *c, pptp_ns ns)
{
    double scaled;

    if (c->time_scale == 1.0)
        return ns < TRAFFIC_END_NS ? ns : TRAFFIC_END_NS;
    scaled = (double)ns * c->time_scale + 0.5;
    return scaled < (double)TRAFFIC_END_NS ? (pptp_ns)scaled : TRAFFIC_END_NS;
}

static pptp_ns loop_gap_ns(const struct traffic_config *c)
{
    pptp_ns span_ns;

    if (c->loop_gap_ns != 0)
        return c->loop_gap_ns < TRAFFIC_END_NS ? c->loop_gap_ns
                                               : TRAFFIC_END_NS;
    if (c->packet_count < 2)
        return 0;
    span_ns = c->packets[c->packet_count - 1].at_ns - c->packets[0].at_ns;
    return scaled_ns(c, span_ns) / (c->packet_count - 1);
}

static bool replay_next(struct traffic_source *s, struct traffic_packet *out)
{
    const struct traffic_config *c = &s->config;
    pptp_ns at_ns;

    if (s->index == c->packet_count) {
        if (!c->loop)
            return false;
        /* this round's last, the gap, and what the list begins with */
        add_time(s, scaled_ns(c, c->packets[s->index - 1].at_ns) -
                        scaled_ns(c, c->packets[0].at_ns));
        add_time(s, loop_gap_ns(c));
        s->index = 0;
    }
    at_ns = scaled_ns(c, c->packets[s->index].at_ns);
    if (s->ended || at_ns >= TRAFFIC_END_NS - s->at_ns)
        return false;
    out->at_ns = s->at_ns + at_ns;
    out->size_octets = c->packets[s->index].size_octets;
    s->index++;
    return true;
}
