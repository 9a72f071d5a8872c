/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Speech in packets; voice.h. */
#include "config.h"

#include "models/voice.h"

#include <math.h>

#include "models/emodel.h"

static const struct codec {
    uint32_t bps;
    pptp_ns frame_ns, ahead_ns;
    double ie, bpl;
    uint8_t type;
} codecs[] = {
#define X(name, bps, frame_us, ahead_us, ie, bpl, type, help) \
    { bps, frame_us * PPTP_US, ahead_us * PPTP_US, ie, bpl, type },
#include "models/voice.def"
#undef X
};

pptp_ns voice_frame_ns(enum voice_codec codec)
{
    return codecs[codec].frame_ns;
}

uint32_t voice_octets(const struct voice_config *c)
{
    uint64_t bits = codecs[c->codec].bps * c->frame_ns / PPTP_S;

    return VOICE_HEADS + (uint32_t)(bits + 7) / 8;
}

uint8_t voice_payload_type(const struct voice_config *c)
{
    return codecs[c->codec].type;
}

/* --- what was heard ------------------------------------------------------ */

double voice_loss(const struct voice_stats *s)
{
    double missing = (double)(s->lost + s->late);

    return missing / (missing + (double)s->played); /* 0 / 0: NAN */
}

/* G.107 3.5: how long losses in a row are over what they are if independent,
 * 1 / (1 - loss). */
static double burst_ratio(const struct voice_stats *s, double loss)
{
    double missing = (double)(s->lost + s->late);

    if (s->bursts == 0)
        return 1;
    return missing / (double)s->bursts * (1 - loss);
}

double voice_r(const struct voice_stats *s)
{
    const struct codec *c = &codecs[s->config.codec];
    double loss = voice_loss(s);
    struct emodel m;

    if (isnan(loss))
        return NAN;
    if (s->played == 0)
        return 0;
    emodel_default(&m);
    m.delay_s = hist_mean_s(&s->delay);
    m.loss = loss;
    m.burst = burst_ratio(s, loss);
    m.ie = c->ie;
    m.bpl = c->bpl;
    return emodel_r(&m);
}

/* --- listening ----------------------------------------------------------- */

void voice_init(struct voice *v, const struct voice_config *c)
{
    *v = (struct voice){ .stats = { .config = *c } };
}

/* The first of the window. */
static void decide(struct voice *v)
{
    struct voice_stats *s = &v->stats;
    bool played = (v->played & 1) != 0;

    if (!played) {
        s->late += v->came & 1;
        s->lost += (v->came & 1) == 0;
        s->bursts += !v->gap;
    } else {
        s->played++;
    }
    v->gap = !played;
    v->came >>= 1;
    v->played >>= 1;
    v->next++;
}

void voice_settle(struct voice *v, uint64_t sent)
{
    while (v->next + VOICE_WINDOW < sent)
        decide(v);
}

/* In a spurt a packet is sent a frame after the one before. */
static bool begins_spurt(const struct voice *v, uint64_t number,
                         pptp_ns sent_ns)
{
    pptp_ns frame = v->stats.config.frame_ns;

    if (v->last == 0)
        return true;
    return number >= v->last && sent_ns > v->last_sent_ns +
                                              (number + 1 - v->last) * frame +
                                              frame / 2;
}

void voice_arrived(struct voice *v, pptp_ns now, uint64_t number,
                   pptp_ns sent_ns)
{
    const struct voice_config *c = &v->stats.config;
    uint64_t bit;
    pptp_ns due;

    voice_settle(v, number + 1);
    if (number < v->next)
        return; /* it counts as lost */
    bit = UINT64_C(1) << (number - v->next);
    if ((v->came & bit) != 0)
        return; /* another copy of it came */
    v->came |= bit;
    if (begins_spurt(v, number, sent_ns))
        v->base_ns = now + c->playout_ns - sent_ns;
    if (number >= v->last) {
        v->last = number + 1;
        v->last_sent_ns = sent_ns;
    }
    due = v->base_ns + sent_ns;
    if (now > due)
        return;
    v->played |= bit;
    hist_add(&v->stats.delay,
             due - sent_ns + c->frame_ns + codecs[c->codec].ahead_ns);
}
