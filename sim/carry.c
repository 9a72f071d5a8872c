/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets that set out; carry.h. */
#include "config.h"

#include "sim/carry.h"

#include <string.h>

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

static bool goes_up(const struct sim_source *s, bool back)
{
    return s->from_pac != back;
}

/* PPP comes before a packet of a call, which its account counts as 4 octets
 * whatever was agreed on. */
void sim_carry_made(struct sim_source *s, bool back, pptp_pkt h,
                    uint32_t octets)
{
    struct sim_world *w = s->world;
    struct sim_account *a = s->account;
    uint32_t booked = octets + (s->call != NULL ? TRAFFIC_PPP_OCTETS : 0);
    struct pptp_packet *k;

    if (s->call != NULL)
        a = &s->call->way[goes_up(s, back) ? SIM_UP : SIM_DOWN];
    s->sent++;
    s->sent_octets += octets;
    if (h != PPTP_PKT_NONE) {
        k = pptp_pool_at(&w->net.pool, h);
        sim_mark(k, a);
        if (w->ppp.mppe != 0)
            make_whole(&w->net.pool, k);
    } else {
        lose_unmade(w, a, booked);
    }
    a->offered++;
    a->offered_octets += booked;
}

void sim_carry_send(struct sim_source *s, bool back,
                    const struct sim_route *route, pptp_pkt h)
{
    if (s->carrier != NULL)
        s->carrier->offer(s, goes_up(s, back), h);
    else
        sim_net_send(&s->world->net, route, h);
}
