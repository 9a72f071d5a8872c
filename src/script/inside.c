/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The role of a peer under test, and its views; inside.h. */
#include "config.h"

#include "script/inside.h"

#include <string.h>

static struct script_inside *of(struct script_world *w)
{
    return (struct script_inside *)(void *)w;
}

/* --- what the peer asks for and tells ----------------------------------- */

/* Of actions that are no I/O's. */
static enum script_event_kind kind_of(enum pptp_action_type t)
{
    static const enum script_event_kind kinds[] = {
        [PPTP_ACT_LINE_DIAL] = SCRIPT_EV_DIAL,
        [PPTP_ACT_LINE_ANSWER] = SCRIPT_EV_ANSWER,
        [PPTP_ACT_LINE_HANGUP] = SCRIPT_EV_HANGUP,
        [PPTP_ACT_LINE_ACCM] = SCRIPT_EV_ACCM,
        [PPTP_ACT_FRAME_OUT] = SCRIPT_EV_FRAME,
        [PPTP_ACT_HOLD] = SCRIPT_EV_HOLD,
        [PPTP_ACT_RESUME] = SCRIPT_EV_RESUME,
        [PPTP_ACT_CONN_UP] = SCRIPT_EV_CONN_UP,
        [PPTP_ACT_CONN_DOWN] = SCRIPT_EV_CONN_DOWN,
        [PPTP_ACT_CALL_NEW] = SCRIPT_EV_CALL_NEW,
        [PPTP_ACT_CALL_UP] = SCRIPT_EV_CALL_UP,
        [PPTP_ACT_CALL_DOWN] = SCRIPT_EV_CALL_DOWN,
    };

    return kinds[t];
}

static void frame_out(struct script_inside *s, const struct pptp_action *a)
{
    if (s->holding && s->held_n < SCRIPT_HELD_MAX) {
        s->held[s->held_n].pkt = a->pkt;
        s->held[s->held_n++].call = a->call;
    } else {
        nas_later(s->nas, NAS_FRAME_DONE, a->call, a->pkt);
    }
}

static void on_action(void *ctx, const struct pptp_action *a)
{
    struct script_inside *s = ctx;
    struct script_event none, *v;

    v = script_event_push(&s->world, s->nas->node.now_ns, kind_of(a->type));
    if (v == NULL)
        v = &none;
    v->conn = a->conn;
    v->call = a->call;
    switch (a->type) {
    case PPTP_ACT_LINE_ACCM:
        v->tx = a->tx_accm;
        v->rx = a->rx_accm;
        break;
    case PPTP_ACT_CALL_DOWN: v->end = a->end; break;
    case PPTP_ACT_FRAME_OUT:
        v->len = pptp_packet_len(pptp_pool_at(s->pool, a->pkt));
        frame_out(s, a);
        break;
    default: break;
    }
}

/* All that waits for the end of a step is the node's own. */
const struct nas_role script_inside_role = { .action = on_action };

void script_inside_gre(struct script_event *v, struct pptp_packet *k)
{
    v->octets_n = k->head_len < 16 ? k->head_len : 16;
    memcpy(v->octets, pptp_packet_data(k), v->octets_n);
    v->len = pptp_packet_len(k);
}

/* --- inputs ------------------------------------------------------------- */

pptp_pkt script_inside_packet(struct script_inside *s, uint32_t headroom,
                              const uint8_t *octets, uint32_t n, uint32_t tail)
{
    pptp_pkt h = pptp_pool_take(s->pool, headroom);
    struct pptp_packet *k;

    if (h == PPTP_PKT_NONE)
        return h;
    k = pptp_pool_at(s->pool, h);
    if (n > 0)
        memcpy(pptp_packet_data(k), octets, n);
    k->head_len = (uint16_t)n;
    k->tail_len = tail;
    return h;
}

static int frame_in(struct script_inside *s, const struct script_input *in)
{
    pptp_pkt h = script_inside_packet(s, PPTP_HEADROOM, NULL, 0, in->len);

    if (h == PPTP_PKT_NONE)
        return PPTP_ERR_RESOURCE;
    return pptp_node_frame(&s->nas->node, in->call, h);
}

/* Gives back the first frames of a call that wait. */
static int digest(struct script_inside *s, const struct script_input *in)
{
    uint32_t i, n = 0;

    for (i = 0; i < s->held_n && n < in->len;) {
        pptp_pkt pkt = s->held[i].pkt;

        if (s->held[i].call != in->call) {
            i++;
            continue;
        }
        memmove(&s->held[i], &s->held[i + 1],
                (--s->held_n - i) * sizeof s->held[0]);
        nas_later(s->nas, NAS_FRAME_DONE, in->call, pkt);
        n++;
    }
    return n == in->len ? 0 : PPTP_ERR_STATE;
}

int script_inside_input(struct script_inside *s, const struct script_input *in,
                        uint32_t *ref)
{
    struct pptp_node *n = &s->nas->node;

    switch (in->kind) {
    case SCRIPT_IN_LINE:
        return pptp_node_line_event(n, in->call, in->line, &in->info);
    case SCRIPT_IN_OPEN: return pptp_node_open(n, &in->addr, ref);
    case SCRIPT_IN_STOP:
        return pptp_node_close(n, in->conn, (enum pptp_stop_reason)in->reason);
    case SCRIPT_IN_RING: return pptp_node_ring(n, in->conn, &in->request, ref);
    case SCRIPT_IN_CALL:
        return pptp_node_call_open(n, in->conn, &in->request, ref);
    case SCRIPT_IN_CLEAR: return pptp_node_call_close(n, in->call);
    case SCRIPT_IN_SLI:
        return pptp_node_set_link_info(n, in->call, in->tx, in->rx);
    case SCRIPT_IN_FRAME: return frame_in(s, in);
    case SCRIPT_IN_DIGEST: return digest(s, in);
    case SCRIPT_IN_HOLD_FRAMES: s->holding = true; return 0;
    default: return PPTP_ERR_ARGUMENT;
    }
}

/* --- views -------------------------------------------------------------- */

const struct pptp_stats *script_inside_stats(struct script_world *w)
{
    return pptp_peer_stats(of(w)->nas->node.peer);
}

int script_inside_conn_state(struct script_world *w, uint32_t conn)
{
    return (int)pptp_peer_conn_state(of(w)->nas->node.peer, conn);
}

int script_inside_call_info(struct script_world *w, uint32_t call,
                            struct pptp_call_info *out)
{
    return pptp_peer_call_info(of(w)->nas->node.peer, call, out);
}

uint32_t script_inside_row_hits(struct script_world *w, unsigned figure,
                                unsigned row, unsigned *rows)
{
    return pptp_peer_row_hits(of(w)->nas->node.peer, figure, row, rows);
}
