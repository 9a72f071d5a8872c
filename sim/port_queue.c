/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A queue that decides, before a transmitter; port_queue.h. */
#include "config.h"

#include "sim/port_queue.h"

#include <stdlib.h>

#include "base/wire.h"
#include "ip/ipv4.h"

enum { PORTS_AT = INET4_OCTETS, CALL_AT = INET4_OCTETS + 6 };

struct sim_queue *sim_queue_new(const struct queue_config *c, uint64_t seed,
                                const char *name)
{
    struct sim_queue *q = calloc(1, sizeof *q);

    if (q == NULL)
        return NULL;
    q->queue = queue_new(c, seed, name);
    if (q->queue == NULL) {
        free(q);
        return NULL;
    }
    return q;
}

void sim_queue_free(struct sim_queue *q)
{
    if (q == NULL)
        return;
    queue_free(q->queue);
    hist_free(&q->delay);
    free(q);
}

/* FNV-1a, 32 bits. */
static uint32_t hash(uint32_t h, const uint8_t *octets, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        h = (h ^ octets[i]) * UINT32_C(16777619);
    return h;
}

static uint32_t flow_of(struct pptp_packet *k)
{
    const uint8_t *ip = pptp_packet_data(k);
    uint32_t h = hash(UINT32_C(2166136261), ip + 12, 8);

    h = hash(h, ip + 9, 1);
    if (ip[9] == INET4_GRE && k->head_len >= CALL_AT + 2)
        return hash(h, ip + CALL_AT, 2);
    if ((ip[9] == INET4_TCP || ip[9] == INET4_UDP) &&
        k->head_len >= PORTS_AT + 4)
        return hash(h, ip + PORTS_AT, 4);
    return h;
}

void sim_queue_put(struct sim_queue *q, const struct sim_net *net,
                   pptp_pkt pkt)
{
    struct pptp_packet *k = sim_packet(net, pkt);
    struct queue_item i = { .pkt = pkt,
                            .octets = pptp_packet_len(k),
                            .since_ns = net->cal->now };

    if (k->head_len >= INET4_OCTETS) {
        i.flow = flow_of(k);
        i.ect = (pptp_packet_data(k)[1] & INET4_CE) != INET4_NOT_ECT;
    }
    q->idle = false;
    sim_queue_level(q, net->cal->now);
    queue_put(q->queue, &i);
}

bool sim_queue_take(struct sim_queue *q, const struct sim_net *net,
                    uint64_t free_ns, struct queue_item *out)
{
    uint64_t now = net->cal->now;

    if (queue_packets(q->queue) == 0) {
        /* nobody has looked since: there it became idle, once */
        if (!q->idle)
            (void)queue_take(q->queue, free_ns, out);
        q->idle = true;
        return false;
    }
    sim_queue_level(q, now);
    if (!queue_take(q->queue, now, out))
        return false;
    if (out->ce) {
        q->marked++;
        ipv4_mark_ce(pptp_packet_data(sim_packet(net, out->pkt)));
    }
    hist_add(&q->delay, now - out->since_ns);
    return true;
}

bool sim_queue_dropped(struct sim_queue *q, struct queue_item *out,
                       enum sim_place *place)
{
    enum queue_why why;

    if (!queue_dropped(q->queue, out, &why))
        return false;
    q->early += why == QUEUE_EARLY;
    *place = why == QUEUE_EARLY ? SIM_PLACE_port_early : SIM_PLACE_port_queue;
    return true;
}

void sim_queue_look(struct sim_queue *q)
{
    uint32_t packets = queue_packets(q->queue);
    uint64_t octets = queue_octets(q->queue);

    if (packets > q->packets_max)
        q->packets_max = packets;
    if (octets > q->octets_max)
        q->octets_max = octets;
}

void sim_queue_level(struct sim_queue *q, uint64_t now)
{
    uint64_t ns = now - q->level_ns;

    q->packets_ns += (unsigned __int128)ns * queue_packets(q->queue);
    q->octets_ns += (unsigned __int128)ns * queue_octets(q->queue);
    q->level_ns = now;
}

void sim_queue_restart(struct sim_queue *q)
{
    q->packets_max = 0;
    q->octets_max = 0;
    sim_queue_look(q);
    hist_free(&q->delay);
    q->delay = (struct hist){ 0 };
}
