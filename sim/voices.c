/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Speech of calls and flows; voices.h. */
#include "config.h"

#include "sim/voices.h"

#include <math.h>
#include <stdlib.h>

#include "models/emodel.h"

enum { RTP_AT = SIM_IP_OCTETS + 8, CLOCK_HZ = 8000 };

/* --- packets ------------------------------------------------------------- */

int sim_voice_new(struct sim_source *s, const struct voice_config *c)
{
    struct sim_world *w = s->world;
    struct sim_voice *v = sim_arena_take(&w->arena, sizeof *v), **more;
    uint32_t n = w->voice_count;

    if (v == NULL)
        return PPTP_ERR_RESOURCE;
    if ((n & (n - 1)) == 0) { /* a list that doubles */
        more = realloc(w->voices, (n == 0 ? 1 : 2 * (size_t)n) * sizeof *more);
        if (more == NULL)
            return PPTP_ERR_RESOURCE;
        w->voices = more;
    }
    v->source = s;
    v->index = n;
    voice_init(&v->voice, c);
    w->voices[w->voice_count++] = v;
    s->voice = v;
    return PPTP_OK;
}

/* RFC 3550 5.1, without padding, extension, sources or mark. */
void sim_voice_rtp(const struct sim_voice *v, uint8_t out[SIM_RTP_OCTETS])
{
    const struct sim_source *s = v->source;
    uint64_t clock = s->world->cal.now / (PPTP_S / CLOCK_HZ);

    out[0] = 0x80;
    out[1] = voice_payload_type(&v->voice.stats.config);
    pptp_put16(out + 2, (uint16_t)s->sent);
    pptp_put32(out + 4, (uint32_t)clock);
    pptp_put32(out + 8, v->index);
}

void sim_voices_hear(struct sim_world *w, const struct pptp_packet *k,
                     const uint8_t *ip, size_t n)
{
    struct sim_voice *v;
    uint32_t index;
    int16_t ahead;

    if (w->voice_count == 0 || n < RTP_AT + SIM_RTP_OCTETS ||
        (k->world[1] & SIM_MARK_DAMAGED) != 0 ||
        pptp_get16(ip + SIM_IP_OCTETS + 2) != SIM_RTP_PORT)
        return;
    index = pptp_get32(ip + RTP_AT + 8);
    if (index >= w->voice_count)
        return;
    v = w->voices[index];
    ahead = (int16_t)(pptp_get16(ip + RTP_AT + 2) - (uint16_t)v->voice.last);
    if (ahead < 0 && v->voice.last < (uint64_t)-ahead)
        return;
    voice_arrived(&v->voice, w->cal.now, v->voice.last + (uint64_t)ahead,
                  k->born_ns);
}

void sim_voices_settle(struct sim_world *w)
{
    for (uint32_t i = 0; i < w->voice_count; i++)
        voice_settle(&w->voices[i]->voice, w->voices[i]->source->sent);
}

void sim_voices_fini(struct sim_world *w)
{
    for (uint32_t i = 0; i < w->voice_count; i++)
        hist_free(&w->voices[i]->voice.stats.delay);
    free(w->voices);
}

/* --- what is told -------------------------------------------------------- */

static double loss(const void *stats, uint64_t over_ns)
{
    (void)over_ns;
    return voice_loss(stats);
}

static double r_of(const void *stats, uint64_t over_ns)
{
    (void)over_ns;
    return voice_r(stats);
}

static double mos_of(const void *stats, uint64_t over_ns)
{
    double r = r_of(stats, over_ns);

    return isnan(r) ? NAN : emodel_mos(r);
}

static double number(const void *at, uint64_t over_ns)
{
    (void)over_ns;
    return *(const double *)at;
}

#define COUNT(member, unit, help) \
    PROBE(struct voice_stats, member, PROBE_COUNTER, unit, help)

const struct probe sim_voice_heard[] = {
    COUNT(played, "packets", "of speech that were played out"),
    COUNT(late, "packets", "that came after their time"),
    COUNT(lost, "packets", "that never came"),
    COUNT(bursts, "bursts", "of packets in a row that were not played out"),
    PROBE_OF(loss, "loss_ratio", PROBE_DERIVED, "1",
             "not played out, of what is decided: all but the last 64 of "
             "each"),
    PROBE(struct voice_stats, delay, PROBE_DISTRIBUTION, "s",
          "the delay from mouth to ear, of packets that were played out"),
    PROBE_END
};

const struct probe sim_voice_worth[] = {
    PROBE_OF(r_of, "r", PROBE_DERIVED, "1", "R of the E-model, ITU-T G.107"),
    PROBE_OF(mos_of, "mos", PROBE_DERIVED, "1",
             "mean opinion score of that R"),
    PROBE_END
};

#define WORTH(member, help)                                       \
    PROBE_OF_PART(struct sim_voices_sum, member, number, #member, \
                  PROBE_DERIVED, "1", help)

const struct probe sim_voices_worth[] = {
    PROBE(struct sim_voices_sum, voices, PROBE_GAUGE, "voices",
          "in the scenario"),
    WORTH(r, "R of the E-model, ITU-T G.107, the mean of all"),
    WORTH(r_least, "the least R of one"),
    WORTH(mos, "mean opinion score, the mean of all"), PROBE_END
};

void sim_voices_sum(struct sim_voices_sum *sum, const struct sim_world *w)
{
    double n = 0;

    *sum = (struct sim_voices_sum){ .voices = w->voice_count, .r_least = NAN };
    for (uint32_t i = 0; i < w->voice_count; i++) {
        const struct voice_stats *s = &w->voices[i]->voice.stats;
        double r = voice_r(s);

        probe_merge(sim_voice_heard, &sum->stats, s);
        if (isnan(r))
            continue;
        n++;
        sum->r += r;
        sum->mos += emodel_mos(r);
        sum->r_least = fmin(sum->r_least, r);
    }
    sum->r /= n; /* 0 / 0: NAN */
    sum->mos /= n;
}
