/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sources of users' packets; sources.h. */
#include "config.h"

#include "sim/sources.h"

#include <string.h>

#include "base/rng.h"
#include "sim/carry.h"
#include "sim/users.h"
#include "sim/voices.h"

#define UDP_OCTETS 8u
#define HEAD_MAX (SIM_IP_OCTETS + UDP_OCTETS + SIM_RTP_OCTETS)

/* UDP over zeros; checksum 0 is "none", which RFC 768 permits. */
static void udp_header(uint8_t out[8], uint16_t from, uint16_t to,
                       uint32_t octets)
{
    pptp_put16(out, from);
    pptp_put16(out + 2, to);
    pptp_put16(out + 4, (uint16_t)octets);
    pptp_put16(out + 6, 0);
}

void sim_source_arrived(struct sim_world *w, pptp_pkt h)
{
    struct pptp_packet *k = sim_packet(&w->net, h);
    bool tcp = pptp_packet_data(k)[9] == INET4_TCP;

    if (tcp && (k->world[1] & SIM_MARK_DAMAGED) != 0) {
        sim_net_lose(&w->net, NULL, h, SIM_PLACE_corrupt);
        return;
    }
    if (!tcp)
        sim_voices_hear(w, k, pptp_packet_data(k), k->head_len);
    if (sim_marked(k) != NULL)
        sim_book_delivered(k, pptp_packet_len(k), w->cal.now - k->born_ns);
    if (tcp && w->users != NULL)
        sim_tcp_input(&w->users->tcp, h);
    else
        sim_packet_free(&w->net, h);
}

/* --- making packets ----------------------------------------------------- */

/* To port 9, discard; speech to RTP's. */
static void write_packet(const struct sim_source *s, struct pptp_packet *k)
{
    uint32_t rtp = s->voice != NULL ? SIM_RTP_OCTETS : 0;
    uint32_t head = SIM_IP_OCTETS + UDP_OCTETS + rtp;
    uint8_t *o = pptp_packet_push(k, head), *udp = o + SIM_IP_OCTETS;

    k->born_ns = s->world->cal.now;
    k->tail_len = s->size_octets - head;
    sim_ip_write(&s->ip, o, s->size_octets, (uint16_t)s->account->offered);
    udp_header(udp, rtp > 0 ? SIM_RTP_PORT : 4000, rtp > 0 ? SIM_RTP_PORT : 9,
               s->size_octets - SIM_IP_OCTETS);
    if (rtp > 0)
        sim_voice_rtp(s->voice, udp + UDP_OCTETS);
}

/* A packet of models/traffic. */
static void send_packet(struct sim_source *s)
{
    struct sim_world *w = s->world;
    uint32_t headroom = s->call != NULL ? PPTP_HEADROOM + PPP_HEAD_MAX : 0;
    pptp_pkt h = pptp_pool_take(&w->net.pool, headroom + HEAD_MAX);

    if (h != PPTP_PKT_NONE)
        write_packet(s, pptp_pool_at(&w->net.pool, h));
    sim_carry_made(s, false, h, s->size_octets);
    if (h != PPTP_PKT_NONE)
        sim_carry_send(s, false, s->route, h);
}

/* --- time --------------------------------------------------------------- */

static void wait_for_it(struct sim_source *s)
{
    sim_calendar_at(&s->world->cal, s->base_ns + s->planned_ns, &s->sink, 0);
}

static void plan_next(struct sim_source *s)
{
    struct traffic_packet p;

    s->running = traffic_next(&s->traffic, &p);
    if (!s->running)
        return;
    /* replayed packets may be shorter than the headers we write */
    s->size_octets = p.size_octets < SIM_IP_OCTETS + UDP_OCTETS
                         ? SIM_IP_OCTETS + UDP_OCTETS
                         : p.size_octets;
    s->planned_ns = p.at_ns;
    s->running = s->stop_ns == 0 || s->base_ns + p.at_ns < s->stop_ns;
}

void sim_source_address(struct sim_source *s, uint32_t from, uint32_t to)
{
    if (s->user != NULL)
        sim_user_address(s->user, from, to);
    else
        sim_ip_init(&s->ip, from, to, INET4_UDP);
}

void sim_source_begin(struct sim_source *s, pptp_ns from_ns)
{
    pptp_ns now = s->world->cal.now;

    if (s->user != NULL) {
        sim_user_begin(s->user, from_ns);
    } else if (!s->begun) {
        s->begun = true;
        s->base_ns = from_ns + s->start_ns;
        if (s->base_ns < now)
            s->base_ns = now;
        s->stop_ns += s->stop_ns > 0 ? from_ns : 0;
        plan_next(s);
    } else if (s->parked) { /* its own time stood still in between */
        s->parked = false;
        s->base_ns = now - s->planned_ns;
        s->running = s->stop_ns == 0 || now < s->stop_ns;
    } else {
        return; /* its next packet comes later than the pause was */
    }
    if (s->user == NULL && s->running)
        wait_for_it(s);
}

static void on_source(struct sim_sink *sink, uint32_t arg)
{
    struct sim_source *s = (struct sim_source *)(void *)sink;

    (void)arg;
    if (s->carrier != NULL && !s->carrier->carries(s)) {
        s->parked = true;
        return;
    }
    send_packet(s);
    plan_next(s);
    if (s->running)
        wait_for_it(s);
}

/* A stream of its own: what is sent does not depend on it. */
static pptp_ns draw_start(const struct sim_world *w,
                          const struct sim_traffic_config *t, const char *name)
{
    struct rng rng;

    rng_init_named(&rng, rng_mix(w->seed), name);
    return t->start_ns + rng_below(&rng, t->spread_ns);
}

/* As far as a flow's first port, or its call's carrier. */
static bool source_warm(const struct sim_sink *sink, uint32_t arg,
                        unsigned step)
{
    const struct sim_source *s = (const struct sim_source *)(const void *)sink;

    (void)arg;
    if (step == 1) {
        sim_fetch(s, offsetof(struct sim_source, traffic.on_left_ns));
        sim_fetch(&s->account->offered, SIM_LINE_OCTETS);
        __builtin_prefetch(s->route != NULL ? (const void *)s->route
                                            : (const void *)s->call);
        return true;
    }
    if (s->carrier != NULL)
        return s->carrier->warm(s, step - 1);
    return s->route != NULL &&
           sim_route_warm(&s->world->net, s->route, step - 1);
}

void sim_sources_warm(struct sim_world *w)
{
    sim_calendar_warm(&w->cal, on_source, source_warm);
}

int sim_source_init(struct sim_source *s, struct sim_world *w,
                    const struct sim_traffic_config *t, const char *name)
{
    struct traffic_config c = t->traffic;

    memset(s, 0, sizeof *s);
    s->sink.event = on_source;
    s->world = w;
    s->from_pac = t->from_pac;
    s->start_ns = draw_start(w, t, name);
    s->stop_ns = t->stop_ns;
    if (t->has_user)
        return sim_user_new(s, t, name);
    c.stop_ns = 0;
    if (c.kind == TRAFFIC_VOICE) {
        c.frame_ns = t->voice.frame_ns;
        c.size_octets = voice_octets(&t->voice);
        if (sim_voice_new(s, &t->voice) < 0)
            return PPTP_ERR_RESOURCE;
    }
    return traffic_init(&s->traffic, &c, w->seed, name);
}
