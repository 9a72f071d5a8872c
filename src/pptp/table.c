/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * A peer's memory: slots, look-ups by Call ID, the timer heap, and the queues
 * of actions and trace records.  All is in one block, laid out by limits.
 *
 * Look-ups are two open-addressing tables.  by_local is keyed by (address of
 * the remote end, our Call ID), since GRE knows no more; by_peer by
 * (connection, the peer's Call ID), since that is whose number it is.
 */
#include "config.h"

#include <string.h>

#include "pptp/peer_impl.h"

/* --- slots ------------------------------------------------------------- */

struct pptp_conn *pptp_conn_find(const struct pptp_peer *p, pptp_conn_id h)
{
    struct pptp_conn *c;

    if ((h & 0xffff) >= p->limits.conns)
        return NULL;
    c = conn_at(p, h & 0xffff);
    return c->used && !c->closing && c->gen == h >> 16 ? c : NULL;
}

struct pptp_call *pptp_call_find(const struct pptp_peer *p, pptp_call_id h)
{
    struct pptp_call *c;

    if ((h & 0xfffff) >= p->limits.calls)
        return NULL;
    c = call_at(p, h & 0xfffff);
    return c->used && (c->gen & 0x7ff) == h >> 20 ? c : NULL;
}

/* SplitMix64: identifiers need no more in simulation, and on real wires the
 * seed is secret. */
uint64_t pptp_peer_random(struct pptp_peer *p)
{
    uint64_t z = p->rng += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

struct pptp_conn *pptp_conn_take(struct pptp_peer *p)
{
    uint32_t i = p->conn_free;
    struct pptp_conn *c;
    uint16_t gen;

    if (i == NO_INDEX)
        return NULL;
    c = conn_at(p, i);
    p->conn_free = c->next_free;
    gen = (uint16_t)(c->gen + 1);
    memset(c, 0, sizeof *c);
    /* the all-ones handle stays free for PPTP_NONE */
    c->gen = gen == UINT16_MAX ? 0 : gen;
    c->used = true;
    p->conns_used++;
    c->calls = NO_INDEX;
    c->deadline_ns = PPTP_NEVER;
    c->echo_deadline_ns = PPTP_NEVER;
    c->next_id = (uint16_t)pptp_peer_random(p);
    return c;
}

void pptp_conn_release(struct pptp_peer *p, struct pptp_conn *c)
{
    PPTP_ASSERT(c->used && c->calls == NO_INDEX);
    p->conns_used--;
    c->used = false;
    c->deadline_ns = PPTP_NEVER;
    c->echo_deadline_ns = PPTP_NEVER;
    c->next_free = p->conn_free;
    p->conn_free = conn_index(p, c);
}

/* --- look-ups ---------------------------------------------------------- */

static uint32_t mix(uint64_t x)
{
    x *= UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(x >> 32);
}

static uint32_t local_key(const struct pptp_addr *a, uint16_t id)
{
    uint64_t hi, lo;

    memcpy(&hi, a->octets, 8);
    memcpy(&lo, a->octets + 8, 8);
    return mix((hi ^ lo * UINT64_C(0xbf58476d1ce4e5b9)) + id);
}

static uint32_t peer_key(uint32_t conn, uint16_t id)
{
    return mix((uint64_t)conn << 16 | id);
}

static uint32_t key_of(const struct pptp_peer *p, bool local, uint32_t call)
{
    const struct pptp_call *c = call_at(p, call);

    if (local)
        return local_key(&conn_at(p, c->conn)->tcp.remote, c->local_id);
    return peer_key(c->conn, c->peer_id);
}

static uint32_t *slots(const struct pptp_peer *p, bool local)
{
    return local ? AT(p, uint32_t, by_local_at) : AT(p, uint32_t, by_peer_at);
}

static void hash_put(struct pptp_peer *p, bool local, uint32_t call)
{
    uint32_t *s = slots(p, local);
    uint32_t i = key_of(p, local, call) & p->hash_mask;

    while (s[i] != 0)
        i = (i + 1) & p->hash_mask;
    s[i] = call + 1;
}

static void hash_remove(struct pptp_peer *p, bool local, uint32_t call)
{
    uint32_t *s = slots(p, local);
    uint32_t i = key_of(p, local, call) & p->hash_mask, hole, home;

    while (s[i] != call + 1) {
        PPTP_ASSERT(s[i] != 0);
        i = (i + 1) & p->hash_mask;
    }
    /* close the hole, so that no tombstones pile up */
    for (hole = i;;) {
        i = (i + 1) & p->hash_mask;
        if (s[i] == 0)
            break;
        home = key_of(p, local, s[i] - 1) & p->hash_mask;
        if (((i - home) & p->hash_mask) >= ((i - hole) & p->hash_mask)) {
            s[hole] = s[i];
            hole = i;
        }
    }
    s[hole] = 0;
}

struct pptp_call *pptp_call_by_local(const struct pptp_peer *p,
                                     const struct pptp_addr *remote,
                                     uint16_t id)
{
    const uint32_t *s = slots(p, true);
    uint32_t i = local_key(remote, id) & p->hash_mask;

    for (; s[i] != 0; i = (i + 1) & p->hash_mask) {
        struct pptp_call *c = call_at(p, s[i] - 1);

        if (c->local_id == id &&
            pptp_addr_eq(&conn_at(p, c->conn)->tcp.remote, remote))
            return c;
    }
    return NULL;
}

struct pptp_call *pptp_call_by_peer(const struct pptp_peer *p,
                                    const struct pptp_conn *conn, uint16_t id)
{
    const uint32_t *s = slots(p, false);
    uint32_t ci = conn_index(p, conn);
    uint32_t i = peer_key(ci, id) & p->hash_mask;

    for (; s[i] != 0; i = (i + 1) & p->hash_mask) {
        struct pptp_call *c = call_at(p, s[i] - 1);

        if (c->peer_id == id && c->conn == ci)
            return c;
    }
    return NULL;
}

struct call_text *pptp_text_of(const struct pptp_peer *p,
                               const struct pptp_call *c)
{
    return AT(p, struct call_text, texts_at) + call_index(p, c);
}

/* --- calls ------------------------------------------------------------- */

/* 3.2.2: unique among all calls to that address. Slots are reused first
 * released, first, and numbers only grow, so that one comes back late.  Never
 * 0: a CDN has that for a call whose number nobody was told. */
static bool fresh_id(const struct pptp_peer *p, struct pptp_conn *conn,
                     const struct pptp_call *slot, uint16_t *out)
{
    uint32_t not_this = slot->gen > 0 ? slot->local_id : NO_INDEX;
    uint32_t tries;

    for (tries = 0; tries < 65536; tries++) {
        uint16_t id = conn->next_id++;

        *out = id;
        if (id != 0 && id != not_this &&
            !pptp_call_by_local(p, &conn->tcp.remote, id))
            return true;
    }
    return false;
}

struct pptp_call *pptp_call_take(struct pptp_peer *p, struct pptp_conn *conn)
{
    uint32_t i = p->call_free_head;
    struct pptp_call *c;
    uint16_t gen, id;

    if (i == NO_INDEX || !fresh_id(p, conn, call_at(p, i), &id))
        return NULL;
    c = call_at(p, i);
    gen = (uint16_t)((c->gen + 1) & 0x7ff);
    p->call_free_head = c->next;
    if (c->next == NO_INDEX)
        p->call_free_tail = NO_INDEX;
    memset(c, 0, sizeof *c);
    c->gen = gen == 0x7ff ? 0 : gen; /* never the handle PPTP_NONE */
    c->used = true;
    c->conn = conn_index(p, conn);
    c->deadline_ns = c->wen_at_ns = c->reorder_at_ns = PPTP_NEVER;
    c->win.ack_at_ns = PPTP_NEVER;
    c->queue_head = c->queue_tail = c->reorder_head = PPTP_PKT_NONE;
    c->tx_accm = c->rx_accm = UINT32_MAX; /* 2.15 */
    c->local_id = id;
    c->prev = NO_INDEX;
    c->next = conn->calls;
    if (c->next != NO_INDEX)
        call_at(p, c->next)->prev = i;
    conn->calls = i;
    c->hashed = true;
    p->young_calls++;
    hash_put(p, true, i);
    memset(pptp_text_of(p, c), 0, sizeof(struct call_text));
    return c;
}

void pptp_call_learn_peer_id(struct pptp_peer *p, struct pptp_call *c,
                             uint16_t id)
{
    PPTP_ASSERT(!c->peer_id_known);
    c->peer_id = id;
    c->peer_id_known = true;
    hash_put(p, false, call_index(p, c));
}

void pptp_call_release(struct pptp_peer *p, struct pptp_call *c)
{
    struct pptp_conn *conn = conn_at(p, c->conn);
    uint32_t i = call_index(p, c);

    PPTP_ASSERT(c->used && c->hashed);
    if (!c->line_up)
        p->young_calls--;
    hash_remove(p, true, i);
    if (c->peer_id_known)
        hash_remove(p, false, i);
    if (c->prev == NO_INDEX)
        conn->calls = c->next;
    else
        call_at(p, c->prev)->next = c->next;
    if (c->next != NO_INDEX)
        call_at(p, c->next)->prev = c->prev;
    c->used = c->hashed = c->peer_id_known = false;
    c->state = PPTP_CALL_IDLE;
    c->next = NO_INDEX;
    if (p->call_free_tail == NO_INDEX)
        p->call_free_head = i;
    else
        call_at(p, p->call_free_tail)->next = i;
    p->call_free_tail = i;
}

/* --- timers ------------------------------------------------------------ */

static void heap_set(struct pptp_peer *p, uint32_t at, struct heap_entry e)
{
    AT(p, struct heap_entry, heap_at)[at] = e;
    AT(p, uint32_t, heap_pos_at)[e.item] = at + 1;
}

static void heap_up(struct pptp_peer *p, uint32_t at, struct heap_entry e)
{
    const struct heap_entry *h = AT(p, struct heap_entry, heap_at);

    while (at > 0 && h[(at - 1) / 4].key_ns > e.key_ns) {
        heap_set(p, at, h[(at - 1) / 4]);
        at = (at - 1) / 4;
    }
    heap_set(p, at, e);
}

static void heap_down(struct pptp_peer *p, uint32_t at, struct heap_entry e)
{
    const struct heap_entry *h = AT(p, struct heap_entry, heap_at);

    for (;;) {
        uint32_t first = 4 * at + 1, best = at, i;
        pptp_ns key = e.key_ns;

        for (i = first; i < first + 4 && i < p->heap_n; i++)
            if (h[i].key_ns < key) {
                best = i;
                key = h[i].key_ns;
            }
        if (best == at)
            break;
        heap_set(p, at, h[best]);
        at = best;
    }
    heap_set(p, at, e);
}

/* Later deadlines leave the entry where it is: it is looked at early, once,
 * which is cheaper than moving it with every acknowledgment. */
static void timer_touch(struct pptp_peer *p, uint32_t item, pptp_ns deadline)
{
    uint32_t pos = AT(p, uint32_t, heap_pos_at)[item];
    struct heap_entry e = { .key_ns = deadline, .item = item };

    if (deadline == PPTP_NEVER)
        return;
    if (pos == 0)
        heap_up(p, p->heap_n++, e);
    else if (AT(p, struct heap_entry, heap_at)[pos - 1].key_ns > deadline)
        heap_up(p, pos - 1, e);
}

void pptp_timer_conn(struct pptp_peer *p, struct pptp_conn *c)
{
    timer_touch(p, conn_index(p, c), pptp_conn_deadline(c));
}

void pptp_timer_call(struct pptp_peer *p, struct pptp_call *c)
{
    timer_touch(p, p->limits.conns + call_index(p, c),
                pptp_call_deadline(p, c));
}

pptp_ns pptp_conn_deadline(const struct pptp_conn *c)
{
    if (!c->used)
        return PPTP_NEVER;
    return c->deadline_ns < c->echo_deadline_ns ? c->deadline_ns
                                                : c->echo_deadline_ns;
}

pptp_ns pptp_call_deadline(const struct pptp_peer *p,
                           const struct pptp_call *c)
{
    pptp_ns d = c->deadline_ns, t;

    /* a closing connection's calls are cleared by poll, not by time */
    if (!c->used || conn_at(p, c->conn)->closing)
        return PPTP_NEVER;
    if (c->wen_due && c->wen_at_ns < d)
        d = c->wen_at_ns;
    if (c->state == PPTP_CALL_ESTABLISHED) {
        t = pptp_tunnel_deadline(p, c);
        if (t < d)
            d = t;
    }
    return d;
}

pptp_ns pptp_peer_deadline(const struct pptp_peer *p)
{
    if (p->heap_n == 0)
        return PPTP_NEVER;
    return AT(p, struct heap_entry, heap_at)[0].key_ns;
}

static pptp_ns item_deadline(const struct pptp_peer *p, uint32_t item)
{
    if (item < p->limits.conns)
        return pptp_conn_deadline(conn_at(p, item));
    return pptp_call_deadline(p, call_at(p, item - p->limits.conns));
}

static void heap_pop(struct pptp_peer *p)
{
    struct heap_entry *h = AT(p, struct heap_entry, heap_at);

    AT(p, uint32_t, heap_pos_at)[h[0].item] = 0;
    if (--p->heap_n > 0)
        heap_down(p, 0, h[p->heap_n]);
}

/* Every timer that is due fires once; whatever it leads to is bounded by the
 * room for actions, and what did not fit is still due afterwards. */
void pptp_peer_advance(struct pptp_peer *p, pptp_ns now)
{
    PPTP_ASSERT(now >= p->now_ns);
    p->now_ns = now;
    while (p->heap_n > 0 && act_room(p) >= 2 * ACTIONS_PER_MSG) {
        struct heap_entry e = AT(p, struct heap_entry, heap_at)[0];
        pptp_ns due;

        if (e.key_ns > now)
            break;
        due = item_deadline(p, e.item);
        if (due > now) {
            heap_pop(p);
            timer_touch(p, e.item, due);
        } else if (e.item < p->limits.conns) {
            pptp_conn_timer(p, conn_at(p, e.item));
        } else {
            pptp_call_timer(p, call_at(p, e.item - p->limits.conns));
        }
    }
}

/* --- output ------------------------------------------------------------ */

struct pptp_action *pptp_act(struct pptp_peer *p, enum pptp_action_type type,
                             const struct pptp_conn *conn,
                             const struct pptp_call *call)
{
    struct pptp_action *a;
    uint32_t i = p->act_head + p->act_n;

    PPTP_ASSERT(p->act_n < p->limits.actions);
    if (i >= p->limits.actions)
        i -= p->limits.actions;
    p->act_n++;
    a = AT(p, struct pptp_action, actions_at) + i;
    a->type = type;
    a->conn = conn ? conn_handle(p, conn) : PPTP_NONE;
    a->call = call ? call_handle(p, call) : PPTP_NONE;
    return a;
}

/* A connection gives up its calls one at a time, here, so that the end of
 * 32,768 calls needs no queue of that size. */
static bool clear_one(struct pptp_peer *p)
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
    if (p->act_n == 0 && (p->clearing_conns == 0 || !clear_one(p)))
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

void pptp_trace_put(struct pptp_peer *p, enum pptp_trace_kind kind,
                    uint32_t who, uint64_t a, uint64_t b, uint64_t c,
                    uint64_t d)
{
    uint32_t i = p->trace_head + p->trace_n;

    if (p->trace_n == p->limits.trace) {
        p->stats.trace_lost++;
        return;
    }
    if (i >= p->limits.trace)
        i -= p->limits.trace;
    p->trace_n++;
    AT(p, struct pptp_trace_rec, trace_at)
    [i] = (struct pptp_trace_rec){
        .at_ns = p->now_ns, .kind = kind, .call = who, .v = { a, b, c, d }
    };
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
