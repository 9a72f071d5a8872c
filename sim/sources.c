/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sources of users' packets; sources.h. */
#include "config.h"

#include "sim/sources.h"

#include <string.h>

#define UDP_OCTETS 8u

/* UDP over zeros; checksum 0 is "none", which RFC 768 permits. */
static void udp_header(uint8_t out[8], uint32_t octets)
{
    pptp_put16(out, 4000);
    pptp_put16(out + 2, 9); /* discard */
    pptp_put16(out + 4, (uint16_t)octets);
    pptp_put16(out + 6, 0);
}

void sim_source_arrived(struct sim_world *w, pptp_pkt h)
{
    struct pptp_packet *k = sim_packet(&w->net, h);

    if (sim_marked(k) != NULL)
        sim_book_delivered(k, pptp_packet_len(k), w->cal.now - k->born_ns);
    sim_packet_free(&w->net, h);
}

/* --- making packets ----------------------------------------------------- */

/* Lost before it was: it leaves a record as every other. */
static void lose_unmade(struct sim_world *w, struct sim_account *a,
                        uint32_t octets)
{
    struct pptp_packet none = { .tail_len = octets };

    sim_mark(&none, a);
    w->net.lost(w->net.lost_ctx, NULL, &none, SIM_PLACE_pool);
    sim_book_lost(&none, SIM_PLACE_pool);
}

/* What is encrypted has to be there; what is longer than any packet of the
 * pool PPP does not take. */
static void make_whole(const struct pptp_pool *pool, struct pptp_packet *k)
{
    if (k->off + pptp_packet_len(k) > pool->buf_octets)
        return;
    memset(pptp_packet_data(k) + k->head_len, 0, k->tail_len);
    k->head_len = (uint16_t)(k->head_len + k->tail_len);
    k->tail_len = 0;
}

/* A packet of the source, offered: PPTP_PKT_NONE, and booked as lost, if the
 * pool has none. `octets`: as its account counts them. */
static pptp_pkt make_ip(struct sim_source *s, uint32_t headroom,
                        uint32_t octets)
{
    struct sim_world *w = s->world;
    struct sim_account *a = s->account;
    pptp_pkt h = pptp_pool_take(&w->net.pool, headroom + 28);
    struct pptp_packet *k;
    uint8_t *o;

    s->sent++;
    s->sent_octets += s->size_octets;
    if (h != PPTP_PKT_NONE) {
        k = pptp_pool_at(&w->net.pool, h);
        k->born_ns = w->cal.now;
        k->tail_len = s->size_octets - (SIM_IP_OCTETS + UDP_OCTETS);
        o = pptp_packet_push(k, SIM_IP_OCTETS + UDP_OCTETS);
        sim_ip_write(&s->ip, o, s->size_octets, (uint16_t)a->offered);
        udp_header(o + SIM_IP_OCTETS, s->size_octets - SIM_IP_OCTETS);
        sim_mark(k, a);
        if (w->ppp.mppe != 0)
            make_whole(&w->net.pool, k);
    } else {
        lose_unmade(w, a, octets);
    }
    a->offered++;
    a->offered_octets += octets;
    return h;
}

/* Of a call: PPP comes before it, which its account counts as 4 octets
 * whatever was agreed on. */
static void send_packet(struct sim_source *s)
{
    pptp_pkt h = make_ip(s, PPTP_HEADROOM + PPP_HEAD_MAX,
                         s->size_octets + TRAFFIC_PPP_OCTETS);

    if (h != PPTP_PKT_NONE)
        s->carrier->offer(s, h);
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

void sim_source_address(struct sim_source *s, uint32_t far, uint32_t caller)
{
    sim_ip_init(&s->ip, s->from_pac ? caller : far, s->from_pac ? far : caller,
                INET4_UDP);
}

void sim_source_begin(struct sim_source *s, pptp_ns from_ns)
{
    pptp_ns now = s->world->cal.now;

    if (!s->begun) {
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
    if (s->running)
        wait_for_it(s);
}

static void on_source(struct sim_sink *sink, uint32_t arg)
{
    struct sim_source *s = (struct sim_source *)(void *)sink;
    pptp_pkt h;

    (void)arg;
    if (s->carrier != NULL && !s->carrier->carries(s)) {
        s->parked = true;
        return;
    }
    if (s->carrier != NULL) {
        send_packet(s);
    } else {
        h = make_ip(s, 0, s->size_octets);
        if (h != PPTP_PKT_NONE)
            sim_net_send(&s->world->net, s->route, h);
    }
    plan_next(s);
    if (s->running)
        wait_for_it(s);
}

int sim_source_init(struct sim_source *s, struct sim_world *w,
                    const struct sim_traffic_config *t, const char *name)
{
    struct traffic_config c = t->traffic;

    c.stop_ns = 0;
    memset(s, 0, sizeof *s);
    s->sink.event = on_source;
    s->world = w;
    s->from_pac = t->from_pac;
    s->start_ns = t->start_ns;
    s->stop_ns = t->stop_ns;
    return traffic_init(&s->traffic, &c, w->seed, name);
}
