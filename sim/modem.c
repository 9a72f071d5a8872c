/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Modems at the two ends of a simulated line; modem.h. */
#include "config.h"

#include "sim/modem.h"

#include <stdlib.h>

#include "models/training.h"
#include "sim/copy.h"

enum { UP, DOWN }; /* from the caller, to the caller */

/* Of a call; afterwards another's, once nothing is on its way in it. */
struct sim_modem {
    struct sim_alarm left[2]; /* a frame has left; first */
    struct sim_alarm change;  /* of the link */
    struct sim_lines *kind;
    struct sim_line *line; /* NULL: the call is over */
    struct modem_link link;
    struct carrier way[2];
    uint32_t resent[2];    /* as counted */
    uint32_t errors[6];    /* RFC 2637 2.14, of what came to the PAC */
    uint32_t coming;       /* packets that are to arrive */
    struct sim_sink to[2]; /* one arrives; arg: packet */
    bool listed;           /* among the free ones */
    struct sim_modem *next, *earlier;
};

const struct probe sim_modem_probes[] = {
#define X(name, unit, help) \
    PROBE_COUNT(struct sim_modem_stats, name, unit, help),
    SIM_MODEM_STATS(X)
#undef X
        PROBE_END
};

static struct sim_modems *kind_of(const struct sim_modem *m)
{
    return m->kind->modems;
}

static pptp_ns now_of(const struct sim_modem *m)
{
    return m->kind->cal->now;
}

static void lose(const struct sim_modem *m, pptp_pkt pkt, enum sim_place place)
{
    m->kind->world->lost(m->kind->ctx, pkt, place);
}

/* --- speeds ----------------------------------------------------------------- */

uint32_t sim_modem_speed(unsigned i)
{
    return i < 14 ? (i + 1) * MODEM_STEP : (i - 14 + 21) * 8000 / 6;
}

static unsigned speed_of(const struct modem_rate *r)
{
    if (r->modulation == MODEM_V90)
        return 14 + (r->bps * 6 + 7999) / 8000 - 21;
    return r->bps / MODEM_STEP - 1;
}

uint64_t sim_modems_wrong(const struct sim_modems *m)
{
    const struct sim_modem_stats *s = &m->stats;

    return s->crc_errors + s->framing_errors + s->time_outs +
           s->alignment_errors + s->link_failed;
}

/* --- memory ----------------------------------------------------------------- */

static void on_left_up(struct sim_sink *s, uint32_t arg);
static void on_left_down(struct sim_sink *s, uint32_t arg);
static void on_change(struct sim_sink *s, uint32_t arg);
static void on_arrival_up(struct sim_sink *s, uint32_t pkt);
static void on_arrival_down(struct sim_sink *s, uint32_t pkt);

static struct sim_modem *modem_new(struct sim_lines *k)
{
    struct sim_modems *kind = k->modems;
    struct sim_modem *m = kind->free;

    if (m != NULL) {
        kind->free = m->next;
        m->listed = false;
        return m;
    }
    m = alloc_take(k->from, sizeof *m);
    if (m == NULL)
        return NULL;
    *m = (struct sim_modem){ .kind = k, .earlier = kind->all };
    sim_alarm_init(&m->left[UP], on_left_up);
    sim_alarm_init(&m->left[DOWN], on_left_down);
    sim_alarm_init(&m->change, on_change);
    m->to[UP].event = on_arrival_up;
    m->to[DOWN].event = on_arrival_down;
    kind->all = m;
    return m;
}

static void give_back_idle(struct sim_modem *m)
{
    if (m->line != NULL || m->coming > 0 || m->listed)
        return;
    m->listed = true;
    m->next = kind_of(m)->free;
    kind_of(m)->free = m;
}

/* A free ring holds the next one's address. */
static struct carrier_slot *ring_new(struct sim_lines *k)
{
    struct sim_modems *kind = k->modems;
    size_t octets = kind->config.carrier[0].buffer_frames *
                    sizeof(struct carrier_slot);
    struct carrier_slot *ring = kind->rings;

    if (ring != NULL) {
        memcpy(&kind->rings, ring, sizeof kind->rings);
        return ring;
    }
    if (kind->n_rings == kind->room_rings) {
        uint32_t room = kind->room_rings == 0 ? 64 : 2 * kind->room_rings;
        struct carrier_slot **more = realloc(kind->all_rings,
                                             room * sizeof *more);

        if (more == NULL)
            return NULL;
        kind->all_rings = more;
        kind->room_rings = room;
    }
    ring = malloc(octets);
    if (ring != NULL)
        kind->all_rings[kind->n_rings++] = ring;
    return ring;
}

static void ring_back(struct sim_modem *m, struct carrier *c)
{
    struct carrier_slot *ring = carrier_take_back(c);

    if (ring == NULL)
        return;
    memcpy(ring, &kind_of(m)->rings, sizeof kind_of(m)->rings);
    kind_of(m)->rings = ring;
}

static void on_fini(struct sim_lines *k)
{
    struct sim_modems *kind = k->modems;

    for (uint32_t i = 0; i < kind->n_rings; i++)
        free(kind->all_rings[i]);
    free(kind->all_rings);
    for (struct sim_modem *m = kind->all, *earlier; m != NULL; m = earlier) {
        earlier = m->earlier;
        alloc_give(m->kind->from, m);
    }
    kind->all = kind->free = NULL;
    kind->all_rings = NULL;
}

/* --- frames that leave ------------------------------------------------------- */

static void arm(struct sim_modem *m, int way)
{
    pptp_ns at = carrier_deadline(&m->way[way]);

    if (at != PPTP_NEVER)
        sim_alarm_set(m->kind->cal, &m->left[way], at);
}

static void hang_up(struct sim_modem *m, enum pptp_line_event e)
{
    struct sim_line *l = m->line;

    l->line.owner->event(&l->line, now_of(m), e);
}

/* To the counters that the PAC tells its PNS of, and to ours. */
static void count_fate(struct sim_modem *m, int way, enum carrier_fate fate)
{
    static const uint8_t number[CARRIER_FATES] = { [CARRIER_CRC] = 0,
                                                   [CARRIER_FRAMING] = 1,
                                                   [CARRIER_TIME_OUT] = 4,
                                                   [CARRIER_ALIGNMENT] = 5 };
    struct sim_modem_stats *s = &kind_of(m)->stats;
    uint64_t *const counters[CARRIER_FATES] = {
        [CARRIER_CRC] = &s->crc_errors,
        [CARRIER_FRAMING] = &s->framing_errors,
        [CARRIER_TIME_OUT] = &s->time_outs,
        [CARRIER_ALIGNMENT] = &s->alignment_errors,
    };

    if (fate == CARRIER_LINK_LOST)
        return;
    ++*counters[fate];
    if (way != UP)
        return;
    m->errors[number[fate]]++;
    m->line->line.owner->event(&m->line->line, now_of(m), PPTP_LINE_ERRORS);
}

/* The tunnel has its own back when it has left the line. */
static void travel_down(struct sim_modem *m, const struct carrier_frame *f)
{
    struct sim_lines *k = m->kind;
    pptp_pkt h;

    if (f->fate != CARRIER_OK) {
        lose(m, f->cookie, SIM_PLACE_line_errors);
    } else {
        h = sim_packet_copy(k->pool, f->cookie);
        if (h == PPTP_PKT_NONE)
            lose(m, f->cookie, SIM_PLACE_pool);
        else if (sim_calendar_at(k->cal, f->arrive_ns, &m->to[DOWN], h))
            m->coming++;
    }
    m->line->line.owner->frame_done(&m->line->line, f->cookie);
}

static void travel_up(struct sim_modem *m, const struct carrier_frame *f)
{
    struct sim_lines *k = m->kind;

    if (f->fate == CARRIER_OK &&
        sim_calendar_at(k->cal, f->arrive_ns, &m->to[UP], f->cookie)) {
        m->coming++;
        return;
    }
    lose(m, f->cookie, SIM_PLACE_line_errors);
    pptp_pool_free(k->pool, f->cookie);
}

/* What has left by now; false: that ended the call. */
static bool collect(struct sim_modem *m, int way)
{
    struct carrier *c = &m->way[way];
    struct carrier_frame f;

    while (m->line != NULL && carrier_done(c, now_of(m), &f)) {
        arm(m, way);
        if (way == UP)
            travel_up(m, &f);
        else
            travel_down(m, &f);
        if (f.fate != CARRIER_OK)
            count_fate(m, way, f.fate);
        if (f.fate == CARRIER_LINK_LOST && m->line != NULL) {
            kind_of(m)->stats.link_failed++;
            hang_up(m, PPTP_LINE_DROPPED);
        }
    }
    if (m->line == NULL)
        return false;
    kind_of(m)->stats.resent += c->resent - m->resent[way];
    m->resent[way] = c->resent;
    return true;
}

static void left(struct sim_modem *m, int way)
{
    struct sim_line *l = m->line;

    if (!sim_alarm_due(&m->left[way], now_of(m)) || l == NULL)
        return;
    m->coming++; /* nobody else takes it meanwhile */
    if (collect(m, way)) {
        arm(m, way);
        ring_back(m, &m->way[way]);
    }
    m->coming--;
    l->kind->world->settle(l);
    give_back_idle(m);
}

static void on_left_up(struct sim_sink *s, uint32_t arg)
{
    (void)arg;
    left((struct sim_modem *)(void *)s, UP);
}

static void on_left_down(struct sim_sink *s, uint32_t arg)
{
    (void)arg;
    left((struct sim_modem *)(void *)((char *)s -
                                      offsetof(struct sim_modem, left[DOWN])),
         DOWN);
}

/* --- frames that come --------------------------------------------------------- */

static void arrive(struct sim_modem *m, int way, pptp_pkt pkt)
{
    struct sim_line *l = m->line;

    m->coming--;
    if (l == NULL) {
        lose(m, pkt, SIM_PLACE_call_end);
        pptp_pool_free(m->kind->pool, pkt);
        give_back_idle(m);
        return;
    }
    if (way == UP) {
        l->line.owner->frame(&l->line, now_of(m), pkt);
    } else {
        l->caller->ops->frame(l->caller, now_of(m), pkt);
        l->kind->world->heard(l);
    }
    l->kind->world->settle(l);
}

static void on_arrival_up(struct sim_sink *s, uint32_t pkt)
{
    arrive((struct sim_modem *)(void *)((char *)s -
                                        offsetof(struct sim_modem, to[UP])),
           UP, pkt);
}

static void on_arrival_down(struct sim_sink *s, uint32_t pkt)
{
    arrive((struct sim_modem *)(void *)((char *)s -
                                        offsetof(struct sim_modem, to[DOWN])),
           DOWN, pkt);
}

/* False: it has no room for it. */
static bool put(struct sim_modem *m, int way, pptp_pkt pkt)
{
    struct carrier *c = &m->way[way];
    uint32_t len = pptp_packet_len(pptp_pool_at(m->kind->pool, pkt));

    if (c->ring == NULL) {
        struct carrier_slot *ring = ring_new(m->kind);

        if (ring == NULL)
            return false;
        carrier_lend(c, ring);
    }
    if (carrier_put(c, now_of(m), len, pkt) < 0) {
        kind_of(m)->stats.full++;
        kind_of(m)->full++;
        return false;
    }
    arm(m, way);
    return true;
}

static void on_down(struct sim_line *l, pptp_pkt pkt)
{
    struct sim_modem *m = l->modem;

    if (m != NULL && collect(m, DOWN) && put(m, DOWN, pkt))
        return;
    l->kind->world->lost(l->kind->ctx, pkt, SIM_PLACE_line);
    l->line.owner->frame_dropped(&l->line, pkt);
    if (l->modem == NULL)
        return;
    l->modem->errors[3]++; /* buffer overruns */
    l->line.owner->event(&l->line, l->kind->cal->now, PPTP_LINE_ERRORS);
}

static void on_up(struct sim_line *l, pptp_pkt pkt)
{
    struct sim_modem *m = l->modem;

    if (m != NULL && collect(m, UP) && put(m, UP, pkt))
        return;
    l->kind->world->lost(l->kind->ctx, pkt, SIM_PLACE_line);
    pptp_pool_free(l->kind->pool, pkt);
}

/* --- the link ----------------------------------------------------------------- */

static void set_rates(struct sim_modem *m)
{
    const struct modem_rate *rate[2] = { &m->link.up, &m->link.down };
    bool data = m->link.state == MODEM_LINK_DATA;

    for (int way = 0; way < 2; way++) {
        carrier_set_rate(&m->way[way], now_of(m), data ? rate[way]->bps : 0,
                         data ? modem_link_ber(&m->link, way == DOWN) : 0);
        arm(m, way);
    }
}

static void count_changes(struct sim_modem *m, const struct modem_link *before)
{
    struct sim_modem_stats *s = &kind_of(m)->stats;

    s->retrains += m->link.retrains - before->retrains;
    s->faster += m->link.faster - before->faster;
    s->slower += m->link.slower - before->slower;
    if (m->link.state == MODEM_LINK_DOWN && m->link.lost)
        s->carrier_lost++;
    else if (m->link.state == MODEM_LINK_DOWN)
        s->given_up++;
}

static void arm_link(struct sim_modem *m)
{
    pptp_ns at = modem_link_deadline(&m->link);

    if (at != PPTP_NEVER)
        sim_alarm_set(m->kind->cal, &m->change, at);
}

static void change(struct sim_modem *m)
{
    const struct modem_link before = m->link;
    double ber = modem_link_ber(&m->link, true);
    bool other = modem_link_advance(&m->link, now_of(m));

    count_changes(m, &before);
    if (m->link.state == MODEM_LINK_DOWN)
        hang_up(m, PPTP_LINE_DROPPED);
    else if (other || ber + modem_link_ber(&m->link, true) > 1e-10)
        set_rates(m);
}

static void on_change(struct sim_sink *s, uint32_t arg)
{
    struct sim_modem *m = (struct sim_modem *)(void *)((char *)s -
                                                       offsetof(
                                                           struct sim_modem,
                                                           change));
    struct sim_line *l = m->line;

    (void)arg;
    if (!sim_alarm_due(&m->change, now_of(m)) || l == NULL)
        return;
    m->coming++;
    while (m->line != NULL && modem_link_deadline(&m->link) <= now_of(m) &&
           collect(m, UP) && collect(m, DOWN))
        change(m);
    if (m->line != NULL)
        arm_link(m);
    m->coming--;
    l->kind->world->settle(l);
    give_back_idle(m);
}

const struct modem_link *sim_modem_link(const struct sim_line *l)
{
    return l->modem != NULL ? &l->modem->link : NULL;
}

/* --- calls --------------------------------------------------------------------- */

static void draw_line(const struct sim_line *l, struct modem_line *out)
{
    uint64_t loop, call;

    l->kind->world->seeds(l->kind->ctx, l, &loop, &call);
    loop_draw(&l->kind->modems->config.loops, loop, out);
}

static bool on_trains(const struct sim_line *l, struct dist_rng *r,
                      pptp_ns *out_ns)
{
    const struct sim_modem_config *c = &l->kind->modems->config;
    struct modem_rate to, from;
    struct modem_line line;

    draw_line(l, &line);
    if (!modem_pick(&c->link.modem, &line, &to, &from)) {
        l->kind->modems->stats.no_rate++;
        return false;
    }
    *out_ns = training_draw_ns(
        to.modulation, c->carrier[0].mode == CARRIER_LAPM, c->train_sigma, r);
    return true;
}

static void begin_ways(struct sim_modem *m, uint64_t seed)
{
    const struct sim_modem_config *c = &kind_of(m)->config;
    const struct modem_rate *rate[2] = { &m->link.up, &m->link.down };

    for (int way = 0; way < 2; way++) {
        carrier_init(&m->way[way], &c->carrier[m->link.down.modulation],
                     now_of(m), rate[way]->bps,
                     modem_link_ber(&m->link, way == DOWN),
                     rng_mix(seed + (uint64_t)way + 1));
        m->resent[way] = 0;
    }
    memset(m->errors, 0, sizeof m->errors);
}

static bool on_begin(struct sim_line *l)
{
    struct sim_modem *m = modem_new(l->kind);
    struct modem_line line;
    uint64_t loop, call;

    if (m == NULL)
        return false;
    draw_line(l, &line);
    l->kind->world->seeds(l->kind->ctx, l, &loop, &call);
    if (!modem_link_start(&m->link, &l->kind->modems->config.link, &line,
                          now_of(m), call)) {
        l->kind->modems->stats.no_rate++;
        give_back_idle(m);
        return false;
    }
    m->line = l;
    l->modem = m;
    begin_ways(m, call);
    l->kind->modems->stats.connected++;
    l->kind->modems->speeds[speed_of(&m->link.down)]++;
    arm_link(m);
    return true;
}

static void on_end(struct sim_line *l)
{
    struct sim_modem *m = l->modem;
    struct carrier_frame f;

    if (m == NULL)
        return;
    m->line = NULL;
    l->modem = NULL;
    while (carrier_flush(&m->way[DOWN], &f)) {
        lose(m, f.cookie, SIM_PLACE_call_end);
        l->line.owner->frame_dropped(&l->line, f.cookie);
    }
    while (carrier_flush(&m->way[UP], &f)) {
        lose(m, f.cookie, SIM_PLACE_call_end);
        pptp_pool_free(m->kind->pool, f.cookie);
    }
    ring_back(m, &m->way[UP]);
    ring_back(m, &m->way[DOWN]);
    give_back_idle(m);
}

static void on_accm(struct sim_line *l, uint32_t tx_accm, uint32_t rx_accm)
{
    if (l->modem == NULL)
        return;
    carrier_accm(&l->modem->way[DOWN], tx_accm);
    carrier_accm(&l->modem->way[UP], rx_accm);
}

static void on_info(const struct sim_line *l, struct pptp_line_info *out)
{
    const struct sim_modem_config *c = &l->kind->modems->config;
    const struct sim_modem *m = l->modem;

    out->framing = c->carrier[0].mode == CARRIER_SYNC ? PPTP_FRAMING_SYNC
                                                      : PPTP_FRAMING_ASYNC;
    if (m == NULL)
        return;
    out->connect_bps = m->link.down.bps;
    if (out->ppd_ds == 0)
        out->ppd_ds = line_ppd_ds(c->mtu_octets, c->window_packets,
                                  m->link.down.bps, c->fudge_ns);
    memcpy(out->errors, m->errors, sizeof out->errors);
}

static uint64_t on_full(const struct sim_lines *k)
{
    return k->modems->full;
}

const struct sim_line_modems sim_modem_lines = { .trains = on_trains,
                                                 .begin = on_begin,
                                                 .end = on_end,
                                                 .down = on_down,
                                                 .up = on_up,
                                                 .accm = on_accm,
                                                 .info = on_info,
                                                 .full = on_full,
                                                 .fini = on_fini };

/* --- what is measured ------------------------------------------------------------ */

void sim_modems_measure(struct sim_modems *m)
{
    m->before = m->stats;
    memcpy(m->speeds_before, m->speeds, sizeof m->speeds);
}

void sim_modems_settle(struct sim_modems *m)
{
    probe_subtract(sim_modem_probes, &m->stats, &m->before);
    for (unsigned i = 0; i < SIM_SPEEDS; i++)
        m->speeds[i] -= m->speeds_before[i];
}
