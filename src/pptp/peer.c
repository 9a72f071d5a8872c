/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* The surface of libpptp: configuration, memory, inputs, views; peer.h. */
#include "config.h"

#include "pptp/peer.h"

#include <string.h>

#include "pptp/call.h"
#include "pptp/ctrl.h"
#include "pptp/gre.h"
#include "pptp/send.h"
#include "pptp/stock.h"
#include "pptp/timers.h"
#include "pptp/tunnel.h"
#include "pptp/values.h"

_Static_assert(sizeof(struct pptp_call) + 16 /* heap entry */ +
                       4 /* heap position */ + 16 /* both look-ups */ +
                       2 * sizeof(struct pptp_cell) /* a number of 20 digits */
                   <= 324,
               "an idle call and side costs at most 324 octets");

#define LINE_OF(m) (offsetof(struct pptp_peer, m) / 64)
_Static_assert(LINE_OF(config.win.send_queue) == 2 &&
                   LINE_OF(stats.gre_rx) + 1 == LINE_OF(stats.acks_rx),
               "packets touch more than five cache lines of a peer");
_Static_assert(offsetof(struct pptp_call, line_used) < 192,
               "packets touch a fourth cache line of a call");
_Static_assert(offsetof(struct pptp_conn, closing) < 64,
               "packets touch a second cache line of a connection");

static void fetch(const void *at, size_t octets)
{
    size_t i;

    for (i = 0; i < octets; i += 64)
        __builtin_prefetch((const uint8_t *)at + i);
}

void pptp_peer_warm(const struct pptp_peer *p, uint32_t slot, unsigned step)
{
    const struct pptp_call *c;

    if (step == 1) {
        fetch(p, offsetof(struct pptp_peer, config.win.send_queue) + 1);
        fetch(&p->stats.gre_rx, 128);
        return;
    }
    c = call_at(p, slot < p->limits.calls ? slot : 0);
    if (step == 2) {
        fetch(c, offsetof(struct pptp_call, queue_tail));
        fetch(AT(p, uint32_t, heap_pos_at) + p->limits.conns + 1 + slot, 1);
        fetch(AT(p, uint32_t, by_local_at), 1);
        fetch(AT(p, struct heap_entry, heap_at), 1);
        fetch(AT(p, struct pptp_action, actions_at) + p->act_head, 128);
        fetch(AT(p, struct pptp_conn, conns_at), 1);
    } else if (step == 3 && c->ring != 0) {
        fetch(ring_of(p, c) + (c->win.tx_next & c->win.ring_mask), 1);
        fetch(ring_of(p, c) + (c->win.tx_base & c->win.ring_mask), 1);
    }
}

void pptp_config_default(struct pptp_config *c)
{
    memset(c, 0, sizeof *c);
    c->trace = PPTP_TRACE_LEVEL_packets;
#define PPTP_ENGINE(of, m, key, preset, help) \
    c->PPTP_PATH_##of(m) = &pptp_engine_##preset;
#define PPTP_NUMBER(of, type, m, key, preset, least, most, help) \
    c->PPTP_PATH_##of(m) = PPTP_VALUE preset;
#define PPTP_WORD(of, words, m, key, preset, first, last, help) \
    c->PPTP_PATH_##of(m) = PPTP_ENUMERATOR preset;
#define PPTP_BOOL(of, m, key, preset, help) c->PPTP_PATH_##of(m) = preset;
#include "pptp/config.def"
}

int pptp_config_check(const struct pptp_config *c)
{
    const struct pptp_win_config *w = &c->win;

#define PPTP_NUMBER(of, type, m, key, preset, least, most, help) \
    if (!pptp_within(c->PPTP_PATH_##of(m), PPTP_VALUE least,     \
                     PPTP_VALUE most))                           \
        return PPTP_ERR_ARGUMENT;
#define PPTP_WORD(of, words, m, key, preset, first, last, help)   \
    if (!pptp_within(c->PPTP_PATH_##of(m), PPTP_ENUMERATOR first, \
                     PPTP_ENUMERATOR last))                       \
        return PPTP_ERR_ARGUMENT;
#include "pptp/config.def"
    /* what waits is part of the window that we advertise */
    if (w->reorder_hold_ns > 0 && w->reorder_packets > w->recv_window)
        return PPTP_ERR_ARGUMENT;
    return w->engine == NULL || w->ato.min_ns > w->ato.max_ns
               ? PPTP_ERR_ARGUMENT
               : PPTP_OK;
}

void pptp_limits_default(struct pptp_limits *l)
{
#define PPTP_LIMIT(m, preset, least, most, help) l->m = preset;
#include "pptp/config.def"
}

static uint32_t pow2_at_least(uint32_t n)
{
    uint32_t p = 1;

    while (p < n)
        p *= 2;
    return p;
}

/* Room for an array; `align` of 64 keeps an item off its neighbours' lines. */
static size_t carve(size_t *at, size_t octets, size_t align)
{
    size_t here = (*at + align - 1) & ~(align - 1);

    *at = here + octets;
    return here;
}

/* Offsets of everything for these limits; false if one is out of range. */
static bool lay_out(struct pptp_peer *p, const struct pptp_limits *l)
{
    size_t at = sizeof *p, items;
    uint32_t ring, hash, conns;

#define PPTP_LIMIT(m, preset, least, most, help) \
    if (!pptp_within(l->m, least, most))         \
        return false;
#include "pptp/config.def"
    ring = pow2_at_least(l->window);
    hash = pow2_at_least(2 * l->calls);
    conns = l->conns + 1; /* and one to refuse with: ctrl.c, conns_full */
    items = (size_t)conns + l->calls;
    p->ring_entries = ring;
    p->hash_mask = hash - 1;
    /* what every packet touches lies together */
    p->calls_at = carve(&at, l->calls * sizeof(struct pptp_call), 64);
    p->heap_pos_at = carve(&at, items * sizeof(uint32_t), 64);
    p->by_local_at = carve(&at, hash * sizeof(uint32_t), 16);
    p->heap_at = carve(&at, items * sizeof(struct heap_entry), 16);
    p->conns_at = carve(&at, conns * sizeof(struct pptp_conn), 64);
    p->rings_at = carve(
        &at, (size_t)l->calls * ring * sizeof(struct pptp_win_sent), 64);
    p->actions_at = carve(&at, l->actions * sizeof(struct pptp_action), 64);
    p->rest_at = carve(&at, 0, 64);
    /* and this only messages and who reads traces */
    p->by_peer_at = carve(&at, hash * sizeof(uint32_t), 16);
    p->octets_at = carve(&at, (size_t)l->actions * PPTP_MSG_MAX, 16);
    p->trace_at = carve(&at, l->trace * sizeof(struct pptp_trace_rec), 64);
    p->cells_at = carve(
        &at, (size_t)l->calls * CALL_CELLS * sizeof(struct pptp_cell), 16);
    p->total_at = (at + 63) & ~(size_t)63;
    return true;
}

size_t pptp_peer_octets(const struct pptp_limits *l)
{
    struct pptp_peer p;

    return lay_out(&p, l) ? p.total_at : 0;
}

size_t pptp_peer_often_octets(const struct pptp_limits *l)
{
    struct pptp_peer p;

    return lay_out(&p, l) ? p.rest_at : 0;
}

/* The rest begins there. */
static void put_rest(struct pptp_peer *p, const void *rest)
{
    size_t by = (uintptr_t)rest - ((uintptr_t)p + p->rest_at);

    p->rest_at += by;
    p->by_peer_at += by;
    p->octets_at += by;
    p->trace_at += by;
    p->cells_at += by;
}

size_t pptp_peer_call_octets(void)
{
    /* the slot, its heap entry and position, two look-ups at half load, and
     * a cell for its number */
    return sizeof(struct pptp_call) + sizeof(struct heap_entry) +
           sizeof(uint32_t) + 2 * 2 * sizeof(uint32_t) +
           sizeof(struct pptp_cell);
}

struct pptp_peer *pptp_peer_init(void *mem, const struct pptp_config *config,
                                 const struct pptp_limits *limits,
                                 struct pptp_pool *pool, uint64_t seed)
{
    return pptp_peer_init_apart(
        mem, (uint8_t *)mem + pptp_peer_often_octets(limits), config, limits,
        pool, seed);
}

struct pptp_peer *pptp_peer_init_apart(void *mem, void *rest,
                                       const struct pptp_config *config,
                                       const struct pptp_limits *limits,
                                       struct pptp_pool *pool, uint64_t seed)
{
    struct pptp_peer *p = mem;
    uint32_t i;

    if (pptp_config_check(config) != PPTP_OK || !lay_out(p, limits))
        return NULL;
    put_rest(p, rest);
    p->config = *config;
    p->limits = *limits;
    p->limits.conns++; /* slots: the one to refuse with is one of them */
    p->pool = pool;
    p->rng = seed;
    p->next_serial = (uint16_t)pptp_peer_random(p);
    for (i = 0; i < p->limits.conns; i++)
        conn_at(p, i)->next_free = i + 1 < p->limits.conns ? i + 1 : NO_INDEX;
    for (i = 0; i < limits->calls; i++)
        call_at(p, i)->next = i + 1 < limits->calls ? i + 1 : NO_INDEX;
    p->call_free_tail = limits->calls - 1;
    return p;
}

/* Time goes on; an input finds room for what it causes. */
static void enter(struct pptp_peer *p, pptp_ns now)
{
    PPTP_ASSERT(now >= p->now_ns);
    PPTP_ASSERT(act_room(p) >= 2 * ACTIONS_PER_MSG);
    p->now_ns = now;
}

int pptp_peer_tcp_accepted(struct pptp_peer *p, pptp_ns now,
                           const struct pptp_tcp_info *info,
                           pptp_conn_id *conn)
{
    struct pptp_conn *c;

    enter(p, now);
    c = pptp_conn_take(p);
    if (c == NULL) {
        p->stats.conns_refused++;
        return PPTP_ERR_RESOURCE;
    }
    c->tcp = *info;
    c->tcp_up = true;
    p->stats.conns_accepted++;
    *conn = conn_handle(p, c);
    pptp_conn_accepted(p, c);
    return PPTP_OK;
}

int pptp_peer_tcp_event(struct pptp_peer *p, pptp_ns now, pptp_conn_id conn,
                        enum pptp_tcp_event event,
                        const struct pptp_tcp_info *info)
{
    struct pptp_conn *c = pptp_conn_find(p, conn);

    enter(p, now);
    if (c == NULL)
        return PPTP_ERR_UNKNOWN;
    if (event == PPTP_TCP_CONNECTED) {
        if (!c->originator || c->tcp_up)
            return PPTP_ERR_STATE;
        c->tcp = *info;
        c->tcp_up = true;
    }
    pptp_conn_tcp_event(p, c, event);
    return PPTP_OK;
}

void pptp_peer_gre_input(struct pptp_peer *p, pptp_ns now,
                         const struct pptp_addr *from,
                         const struct pptp_addr *to, pptp_pkt pkt)
{
    struct pptp_call *c;

    enter(p, now);
    c = pptp_tunnel_input(p, from, to, pkt);
    if (c != NULL)
        pptp_timer_call(p, c);
}

bool pptp_peer_gre_early(struct pptp_peer *p, const struct pptp_addr *from,
                         pptp_pkt pkt)
{
    struct pptp_packet *k = pptp_pool_at(p->pool, pkt);
    const struct pptp_call *c;
    struct pptp_gre g;

    if (p->young_calls == 0 ||
        pptp_gre_decode(pptp_packet_data(k), k->head_len, pptp_packet_len(k),
                        &g) < 0)
        return false;
    c = pptp_call_by_local(p, from, g.call_id);
    return c != NULL && c->state != PPTP_CALL_ESTABLISHED &&
           c->state != PPTP_CALL_WAIT_DISCONNECT;
}

int pptp_peer_ring(struct pptp_peer *p, pptp_ns now, pptp_conn_id conn,
                   const struct pptp_call_request *req, pptp_call_id *call)
{
    struct pptp_conn *c = pptp_conn_find(p, conn);

    enter(p, now);
    return c != NULL ? pptp_call_ring(p, c, req, call) : PPTP_ERR_UNKNOWN;
}

int pptp_peer_line_event(struct pptp_peer *p, pptp_ns now, pptp_call_id call,
                         enum pptp_line_event event,
                         const struct pptp_line_info *info)
{
    struct pptp_call *c = pptp_call_find(p, call);

    enter(p, now);
    if (c == NULL)
        return PPTP_ERR_UNKNOWN;
    if (c->machine != PPTP_PAC_IN && c->machine != PPTP_PAC_OUT)
        return PPTP_ERR_STATE;
    pptp_call_line_event(p, c, event, info);
    return PPTP_OK;
}

int pptp_peer_frame(struct pptp_peer *p, pptp_ns now, pptp_call_id call,
                    pptp_pkt pkt)
{
    struct pptp_call *c = pptp_call_find(p, call);
    int err;

    enter(p, now);
    if (c == NULL || c->state != PPTP_CALL_ESTABLISHED ||
        conn_at(p, c->conn)->closing) {
        p->stats.frames_dropped_call++;
        pptp_pool_free(p->pool, pkt);
        return c != NULL ? PPTP_ERR_STATE : PPTP_ERR_UNKNOWN;
    }
    err = pptp_tunnel_frame(p, c, pkt);
    pptp_timer_call(p, c);
    return err;
}

static void frame_back(struct pptp_peer *p, pptp_ns now, pptp_call_id call,
                       pptp_pkt pkt, bool digested)
{
    struct pptp_call *c = pptp_call_find(p, call);
    uint32_t seq = pptp_pool_at(p->pool, pkt)->seq;

    enter(p, now);
    pptp_pool_free(p->pool, pkt);
    /* a frame may come back after its call has ended, even in a later life
     * of its slot */
    if (c == NULL || c->state != PPTP_CALL_ESTABLISHED || c->held == 0)
        return;
    pptp_tunnel_frame_back(p, c, seq, digested);
    pptp_timer_call(p, c);
}

void pptp_peer_frame_done(struct pptp_peer *p, pptp_ns now, pptp_call_id call,
                          pptp_pkt pkt)
{
    frame_back(p, now, call, pkt, true);
}

void pptp_peer_frame_dropped(struct pptp_peer *p, pptp_ns now,
                             pptp_call_id call, pptp_pkt pkt)
{
    frame_back(p, now, call, pkt, false);
}

/* Whether a connection with that end exists or is being opened by us. */
static bool conn_exists(const struct pptp_peer *p,
                        const struct pptp_addr *remote)
{
    uint32_t i;

    for (i = 0; i < p->limits.conns; i++) {
        const struct pptp_conn *c = conn_at(p, i);

        if (c->used && !c->closing &&
            (c->originator || c->state != PPTP_CTRL_IDLE) &&
            pptp_addr_eq(&c->tcp.remote, remote))
            return true;
    }
    return false;
}

/* Whether the slot that is left over for refusing is not the last one. */
static bool room_to_open(const struct pptp_peer *p)
{
    return p->conns_used < p->limits.conns - 1;
}

int pptp_peer_open(struct pptp_peer *p, pptp_ns now,
                   const struct pptp_addr *remote, pptp_conn_id *conn)
{
    struct pptp_conn *c;

    enter(p, now);
    /* 3.1.3: one control connection between a PAC and a PNS */
    if (!p->config.allow_multiple && conn_exists(p, remote))
        return PPTP_ERR_STATE;
    c = room_to_open(p) ? pptp_conn_take(p) : NULL;
    if (c == NULL)
        return PPTP_ERR_RESOURCE;
    c->originator = true;
    c->tcp.remote = *remote;
    p->stats.conns_opened++;
    *conn = conn_handle(p, c);
    pptp_conn_local_open(p, c);
    return PPTP_OK;
}

int pptp_peer_close(struct pptp_peer *p, pptp_ns now, pptp_conn_id conn,
                    enum pptp_stop_reason reason)
{
    struct pptp_conn *c = pptp_conn_find(p, conn);

    enter(p, now);
    if (c == NULL)
        return PPTP_ERR_UNKNOWN;
    if (reason < PPTP_STOP_NONE || reason > PPTP_STOP_SHUTDOWN)
        return PPTP_ERR_VALUE;
    if (c->state == PPTP_CTRL_WAIT_STOP_REPLY)
        return PPTP_ERR_STATE;
    pptp_conn_local_close(p, c, reason);
    return PPTP_OK;
}

int pptp_peer_call_open(struct pptp_peer *p, pptp_ns now, pptp_conn_id conn,
                        const struct pptp_call_request *req,
                        pptp_call_id *call)
{
    struct pptp_conn *c = pptp_conn_find(p, conn);

    enter(p, now);
    return c != NULL ? pptp_call_open(p, c, req, call) : PPTP_ERR_UNKNOWN;
}

int pptp_peer_call_close(struct pptp_peer *p, pptp_ns now, pptp_call_id call)
{
    struct pptp_call *c = pptp_call_find(p, call);

    enter(p, now);
    if (c == NULL)
        return PPTP_ERR_UNKNOWN;
    pptp_call_local_close(p, c);
    return PPTP_OK;
}

int pptp_peer_set_link_info(struct pptp_peer *p, pptp_ns now,
                            pptp_call_id call, uint32_t tx_accm,
                            uint32_t rx_accm)
{
    struct pptp_call *c = pptp_call_find(p, call);
    struct pptp_msg m = { .type = PPTP_SLI };

    enter(p, now);
    if (c == NULL)
        return PPTP_ERR_UNKNOWN;
    if (c->state != PPTP_CALL_ESTABLISHED ||
        (c->machine != PPTP_PNS_IN && c->machine != PPTP_PNS_OUT))
        return PPTP_ERR_STATE;
    c->tx_accm = tx_accm;
    c->rx_accm = rx_accm;
    m.sli.peer_call_id = c->peer_id;
    m.sli.send_accm = tx_accm;
    m.sli.recv_accm = rx_accm;
    pptp_send_msg(p, conn_at(p, c->conn), &m);
    return PPTP_OK;
}

/* --- time -------------------------------------------------------------- */

pptp_ns pptp_peer_deadline(const struct pptp_peer *p)
{
    return pptp_timer_next(p);
}

static pptp_ns item_deadline(const struct pptp_peer *p, uint32_t item)
{
    if (item < p->limits.conns)
        return pptp_conn_deadline(conn_at(p, item));
    return pptp_call_deadline(p, call_at(p, item - p->limits.conns));
}

static void call_due(struct pptp_peer *p, struct pptp_call *c)
{
    struct pptp_conn *conn = conn_at(p, c->conn);

    pptp_call_timer(p, c);
    if (conn->stuck)
        pptp_conn_stuck(p, conn);
}

/* Every timer that is due fires once; whatever it leads to is bounded by the
 * room for actions, and what did not fit is still due afterwards. */
void pptp_peer_advance(struct pptp_peer *p, pptp_ns now)
{
    PPTP_ASSERT(now >= p->now_ns);
    p->now_ns = now;
    while (p->heap_n > 0 && act_room(p) >= 2 * ACTIONS_PER_MSG) {
        struct heap_entry e = pptp_timer_first(p);
        pptp_ns due;

        if (e.key_ns > now)
            break;
        due = item_deadline(p, e.item);
        if (due > now) {
            pptp_timer_pop(p);
            pptp_timer_touch(p, e.item, due);
        } else if (e.item < p->limits.conns) {
            pptp_conn_timer(p, conn_at(p, e.item));
        } else {
            call_due(p, call_at(p, e.item - p->limits.conns));
        }
    }
}

/* --- output ------------------------------------------------------------ */

/* A connection gives up its calls one at a time, here, so that the end of
 * 32,768 calls needs no queue of that size. */
PPTP_COLD static bool clear_one(struct pptp_peer *p)
{
    uint32_t i;

    for (i = 0; i < p->limits.conns; i++) {
        struct pptp_conn *c = conn_at(p, i);

        if (!c->used || !c->clearing)
            continue;
        if (c->calls != NO_INDEX) {
            pptp_call_down(p, call_at(p, c->calls));
            return true;
        }
        c->clearing = false;
        p->clearing_conns--;
        if (!c->closing)
            continue;
        pptp_act(p, PPTP_ACT_CONN_DOWN, c, NULL)
            ->conn_end = (enum pptp_conn_end)c->end;
        p->stats.conns_closed++;
        pptp_conn_release(p, c);
        return true;
    }
    return false;
}

bool pptp_peer_poll(struct pptp_peer *p, struct pptp_action *out)
{
    if (pptp_peer_quiet(p) || (p->act_n == 0 && !clear_one(p)))
        return false;
    *out = AT(p, struct pptp_action, actions_at)[p->act_head];
    if (out->type == PPTP_ACT_TCP_SEND)
        out->octets = AT(p, uint8_t, octets_at) +
                      (size_t)p->act_head * PPTP_MSG_MAX;
    p->act_n--;
    /* an empty queue begins anew, so that few cache lines stay in use */
    if (++p->act_head == p->limits.actions || p->act_n == 0)
        p->act_head = 0;
    return true;
}

bool pptp_peer_trace_poll(struct pptp_peer *p, struct pptp_trace_rec *out)
{
    if (p->trace_n == 0)
        return false;
    *out = AT(p, struct pptp_trace_rec, trace_at)[p->trace_head];
    p->trace_n--;
    if (++p->trace_head == p->limits.trace || p->trace_n == 0)
        p->trace_head = 0;
    return true;
}

/* --- views ------------------------------------------------------------- */

const struct pptp_stats *pptp_peer_stats(const struct pptp_peer *p)
{
    return &p->stats;
}

int pptp_peer_call_info(const struct pptp_peer *p, pptp_call_id call,
                        struct pptp_call_info *out)
{
    const struct pptp_call *c;
    struct call_text t;

    /* Also one that has ended, until its place is used again. */
    if (pptp_call_slot(call) >= p->limits.calls)
        return PPTP_ERR_UNKNOWN;
    c = call_at(p, pptp_call_slot(call));
    if ((c->gen & 0x7ff) != call >> 20 || (c->gen == 0 && !c->used))
        return PPTP_ERR_UNKNOWN;
    *out = (struct pptp_call_info){
        .conn = conn_handle(p, conn_at(p, c->conn)),
        .machine = c->machine,
        .state = c->state,
        .local_id = c->local_id,
        .peer_id = c->peer_id,
        .serial = c->serial,
        .connect_bps = c->connect_bps,
        .min_bps = c->min_bps,
        .max_bps = c->max_bps,
        .bearer = c->bearer,
        .framing = c->framing,
        .phys_channel = c->phys_channel,
        .tx_accm = c->tx_accm,
        .rx_accm = c->rx_accm,
        .peer_window = c->win.tx_max,
        .cwnd = c->win.cwnd,
        .windowed = pptp_win_rules(&c->win, &p->config.win),
        .queued = c->queued,
        .held = c->held,
        .out = pptp_win_out(&c->win),
        .tx_next = c->win.tx_next,
        .ato_ns = c->win.ato.ato_ns,
        .rtt_ns = (pptp_ns)c->win.ato.rtt_ns,
        .dev_ns = (pptp_ns)c->win.ato.dev_ns,
        .last_rtt_ns = c->win.last_rtt_ns,
        .tx_packets = c->tx_packets,
        .tx_octets = c->tx_octets,
        .rx_packets = c->rx_packets,
        .rx_octets = c->rx_octets,
        .timeouts = c->timeouts,
        .rx_skipped = c->rx_skipped,
        .drops = c->drops,
    };
    pptp_errors_get(p, c, out->errors);
    pptp_text_get(p, c, &t);
    memcpy(out->number, t.number, 64);
    return PPTP_OK;
}

enum pptp_conn_state pptp_peer_conn_state(const struct pptp_peer *p,
                                          pptp_conn_id conn)
{
    const struct pptp_conn *c = pptp_conn_find(p, conn);

    return c != NULL ? (enum pptp_conn_state)c->state : PPTP_CTRL_IDLE;
}

const struct pptp_tcp_info *pptp_peer_conn_tcp(const struct pptp_peer *p,
                                               pptp_conn_id conn)
{
    const struct pptp_conn *c = pptp_conn_find(p, conn);

    return c != NULL ? &c->tcp : NULL;
}

int pptp_peer_call_request(const struct pptp_peer *p, pptp_call_id call,
                           struct pptp_call_request *out)
{
    const struct pptp_call *c = pptp_call_find(p, call);
    struct call_text t;

    if (c == NULL)
        return PPTP_ERR_UNKNOWN;
    pptp_text_get(p, c, &t);
    *out = (struct pptp_call_request){
        .bearer = c->bearer,
        .framing = c->framing,
        .min_bps = c->min_bps,
        .max_bps = c->max_bps,
        .phys_channel = c->phys_channel,
    };
    memcpy(out->number, t.number, 64);
    memcpy(out->dialing, t.dialing, 64);
    memcpy(out->subaddress, t.subaddress, 64);
    return PPTP_OK;
}

bool pptp_peer_call_up(const struct pptp_peer *p, pptp_call_id call)
{
    const struct pptp_call *c = pptp_call_find(p, call);

    return c != NULL && c->state == PPTP_CALL_ESTABLISHED;
}

const char *pptp_conn_end_text(enum pptp_conn_end e)
{
    static const char *const texts[] = {
        [PPTP_CONN_END_NONE] = "not ended",
        [PPTP_CONN_END_TCP] = "TCP closed or not to be opened",
        [PPTP_CONN_END_NO_REPLY] = "no reply to a start or stop request",
        [PPTP_CONN_END_ECHO] = "no reply to an echo request",
        [PPTP_CONN_END_HERE] = "stopped by us",
        [PPTP_CONN_END_PEER] = "stopped by the peer",
        [PPTP_CONN_END_REFUSED] = "the start was refused",
        [PPTP_CONN_END_MALFORMED] = "malformed control messages",
        [PPTP_CONN_END_STUCK] = "a call did not get on",
        [PPTP_CONN_END_COLLISION] = "lost a collision",
    };

    return (unsigned)e < sizeof texts / sizeof *texts ? texts[e] : "?";
}

const char *pptp_conn_state_name(enum pptp_conn_state s)
{
    static const char *const names[] = { "idle", "wait_ctl_reply",
                                         "established", "wait_stop_reply" };

    return (unsigned)s < PPTP_CTRL_STATES ? names[s] : "unknown";
}

const char *pptp_call_state_name(enum pptp_call_state s)
{
    static const char *const names[] = { "idle",           "wait_reply",
                                         "wait_line",      "wait_connect",
                                         "wait_cs_ans",    "established",
                                         "wait_disconnect" };

    return (unsigned)s < PPTP_CALL_STATES ? names[s] : "unknown";
}

const char *pptp_machine_name(enum pptp_machine m)
{
    static const char *const names[] = { "pac_incoming", "pns_incoming",
                                         "pac_outgoing", "pns_outgoing" };

    return (unsigned)m < PPTP_MACHINES ? names[m] : "unknown";
}

const struct pptp_refusal *pptp_peer_refusal(const struct pptp_peer *p)
{
    return &p->refusal;
}

uint32_t pptp_peer_row_hits(const struct pptp_peer *p, unsigned figure,
                            unsigned row, unsigned *rows)
{
    PPTP_ASSERT(figure < FIGURES);
    if (figure < 2)
        pptp_conn_rows(figure, rows);
    else
        pptp_call_rows(figure - 2, rows);
    return row < *rows ? p->row_hits[figure][row] : 0;
}
