/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* RFC 2637 §4.4; the window that it guards is in window.c. */
#include "config.h"

#include "pptp/ato.h"

/* Samples and RTT stay below this, so that products fit 64 bits. */
#define RTT_LIMIT_NS ((int64_t)(3600 * PPTP_S))

static int64_t scale(int64_t v, uint32_t q16)
{
    int64_t q = (int64_t)q16, one = (int64_t)PPTP_Q16;

    /* in two parts: an hour of DEV by a chi of 64 is more than 63 bits */
    return v / one * q + v % one * q / one;
}

static void recompute(struct pptp_ato *a, const struct pptp_ato_config *c)
{
    int64_t t = a->rtt_ns + scale(a->dev_ns, c->chi_q16);

    if (t > (int64_t)c->max_ns)
        t = (int64_t)c->max_ns;
    if (t < (int64_t)c->min_ns)
        t = (int64_t)c->min_ns;
    a->ato_ns = (pptp_ns)t;
}

void pptp_ato_start(struct pptp_ato *a, const struct pptp_ato_config *c,
                    uint16_t peer_ppd_ds)
{
    a->rtt_ns = (int64_t)(peer_ppd_ds * (100 * PPTP_MS));
    a->dev_ns = 0;
    if (c->cap_rtt && a->rtt_ns > (int64_t)c->max_ns)
        a->rtt_ns = (int64_t)c->max_ns;
    recompute(a, c);
}

void pptp_ato_sample(struct pptp_ato *a, const struct pptp_ato_config *c,
                     pptp_ns sample_ns)
{
    int64_t s = sample_ns > (pptp_ns)RTT_LIMIT_NS ? RTT_LIMIT_NS
                                                  : (int64_t)sample_ns;
    int64_t diff = s - a->rtt_ns;
    int64_t size = diff < 0 ? -diff : diff;

    if (sample_ns == PPTP_NEVER)
        return;
    /* §4.4.1: DEV and DIFF both use the previous RTT */
    a->dev_ns += scale(size - a->dev_ns, c->beta_q16);
    a->rtt_ns += scale(diff, c->alpha_q16);
    /* an engine whose packets wait longer measures more than max */
    if (c->cap_rtt && a->rtt_ns > (int64_t)c->max_ns)
        a->rtt_ns = (int64_t)c->max_ns;
    recompute(a, c);
}

void pptp_ato_backoff(struct pptp_ato *a, const struct pptp_ato_config *c)
{
    int64_t limit = c->cap_rtt ? (int64_t)c->max_ns : RTT_LIMIT_NS;

    /* δ · 0 would never back off, and an uncapped RTT would take as
     * many good samples to come down as it took time-outs to go up */
    if (c->cap_rtt && a->rtt_ns < (int64_t)(c->min_ns + 1) / 2)
        a->rtt_ns = (int64_t)(c->min_ns + 1) / 2;
    a->rtt_ns = scale(a->rtt_ns, c->delta_q16);
    if (a->rtt_ns > limit)
        a->rtt_ns = limit;
    recompute(a, c);
}
