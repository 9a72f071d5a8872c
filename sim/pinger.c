/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Echo requests of simulated callers, and answers; pinger.h. */
#include "config.h"

#include "sim/pinger.h"

#include <stdlib.h>

#include "nas/caller_ip.h"

/* Before a packet, for all that PPP and the tunnel put there. */
enum { ROOM = PPTP_HEADROOM + PPP_HEAD_MAX };

static pptp_pkt take(struct sim_pingers *p)
{
    pptp_pkt pkt = pptp_pool_take(p->pool, ROOM);

    p->exhausted += pkt == PPTP_PKT_NONE;
    return pkt;
}

/* --- requests ------------------------------------------------------------- */

static void send_request(struct sim_pingers *p, uint32_t i)
{
    const struct nas_caller_call *call = nas_callers_call(p->callers, i);
    pptp_pkt pkt = take(p);
    struct pptp_packet *k;

    if (pkt == PPTP_PKT_NONE)
        return;
    k = pptp_pool_at(p->pool, pkt);
    k->head_len = (uint16_t)ping_request(
        &p->one[i].ping, p->cal->now, call->ip_local,
        p->config->to != 0 ? p->config->to : call->ip_peer,
        (uint16_t)p->config->octets, pptp_packet_data(k));
    nas_callers_ip_in(p->callers, i, p->cal->now, pkt);
}

static void request_at(struct sim_pingers *p, uint32_t i, pptp_ns at)
{
    p->one[i].next_ns = at;
    (void)sim_calendar_at(p->cal, at, &p->due, i);
}

static void on_due(struct sim_sink *s, uint32_t i)
{
    struct sim_pingers *p = (struct sim_pingers *)(void *)s;

    if (p->one[i].next_ns != p->cal->now)
        return; /* of a call before */
    if (p->callers->caller[i].state == NAS_CALLER_UP)
        send_request(p, i);
    request_at(p, i, p->cal->now + p->config->interval_ns);
}

void sim_pinger_up(struct sim_pingers *p, uint32_t i)
{
    /* IPCP may open again in one call */
    if (p->one[i].next_ns != PPTP_NEVER)
        return;
    ping_begin(&p->one[i].ping);
    if (p->config->interval_ns > 0)
        request_at(p, i, p->cal->now);
}

const struct ping_count *sim_pinger_down(struct sim_pingers *p, uint32_t i)
{
    p->one[i].next_ns = PPTP_NEVER;
    ping_add(&p->ended, &p->one[i].ping.n);
    return &p->one[i].ping.n;
}

/* --- answers -------------------------------------------------------------- */

static void on_to_answer(struct sim_sink *s, uint32_t pkt)
{
    struct sim_pingers *p =
        (struct sim_pingers *)(void *)((char *)s - offsetof(struct sim_pingers,
                                                            to_answer));
    struct pptp_packet *k = pptp_pool_at(p->pool, pkt);
    uint32_t i = (uint32_t)k->world[0];

    k->world[0] = 0;
    nas_callers_ip_in(p->callers, i, p->cal->now, pkt);
}

/* A caller may not be fed while it tells: the answer is the next event. */
static void answer(struct sim_pingers *p, uint32_t i,
                   const struct icmp_echo *request)
{
    struct icmp_echo reply = *request;
    struct pptp_packet *k;
    pptp_pkt pkt;

    if ((size_t)ROOM + ECHO_HEAD_OCTETS + reply.octets > p->pool->buf_octets)
        return;
    pkt = take(p);
    if (pkt == PPTP_PKT_NONE)
        return;
    k = pptp_pool_at(p->pool, pkt);
    reply.reply = true;
    reply.from = request->to;
    reply.to = request->from;
    k->head_len = (uint16_t)icmp_echo_write(pptp_packet_data(k), &reply);
    k->world[0] = i;
    if (!sim_calendar_at(p->cal, p->cal->now, &p->to_answer, pkt))
        pptp_pool_free(p->pool, pkt);
}

void sim_pinger_ip(struct sim_pingers *p, uint32_t i, const uint8_t *ip,
                   size_t n)
{
    struct icmp_echo e;

    if (!icmp_echo_read(&e, ip, n))
        return;
    if (e.reply)
        (void)ping_reply(&p->one[i].ping, p->cal->now, &e);
    else if (e.to == nas_callers_call(p->callers, i)->ip_local)
        answer(p, i, &e);
}

/* --- life ----------------------------------------------------------------- */

int sim_pingers_init(struct sim_pingers *p)
{
    uint32_t i, n = p->callers->config->count;

    p->due.event = on_due;
    p->to_answer.event = on_to_answer;
    p->one = calloc(n, sizeof *p->one);
    if (p->one == NULL)
        return PPTP_ERR_RESOURCE;
    for (i = 0; i < n; i++)
        p->one[i].next_ns = PPTP_NEVER;
    return PPTP_OK;
}

void sim_pingers_fini(struct sim_pingers *p)
{
    free(p->one);
    p->one = NULL;
}
