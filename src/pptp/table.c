/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * A peer's memory: slots, and look-ups by Call ID.  All is in one block, laid
 * out by limits.
 *
 * Look-ups are two open-addressing tables.  by_local is keyed by (address of
 * the remote end, our Call ID), since GRE knows no more; by_peer by
 * (connection, the peer's Call ID), since that is whose number it is.
 */
#include "config.h"

#include "pptp/table.h"

#include <string.h>

#include "base/rng.h"
#include "pptp/stock.h"

/* --- slots ------------------------------------------------------------- */

struct pptp_conn *pptp_conn_find(const struct pptp_peer *p, pptp_conn_id h)
{
    struct pptp_conn *c;

    if (pptp_conn_slot(h) >= p->limits.conns)
        return NULL;
    c = conn_at(p, pptp_conn_slot(h));
    return c->used && !c->closing && c->gen == h >> 16 ? c : NULL;
}

struct pptp_call *pptp_call_find(const struct pptp_peer *p, pptp_call_id h)
{
    struct pptp_call *c;

    if (pptp_call_slot(h) >= p->limits.calls)
        return NULL;
    c = call_at(p, pptp_call_slot(h));
    return c->used && (c->gen & 0x7ff) == h >> 20 ? c : NULL;
}

/* SplitMix64: identifiers need no more in simulation, and on real wires the
 * seed is secret. */
uint64_t pptp_peer_random(struct pptp_peer *p)
{
    return rng_split(&p->rng);
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
    x *= RNG_GOLDEN;
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
            pptp_call_by_local(p, &conn->tcp.remote, id) == NULL)
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
    pptp_cells_drop(p, c); /* of the call before, which could be looked at */
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
    p->young_calls++;
    hash_put(p, true, i);
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

    PPTP_ASSERT(c->used && c->ring == 0);
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
    c->used = c->peer_id_known = false;
    c->state = PPTP_CALL_IDLE;
    c->next = NO_INDEX;
    if (p->call_free_tail == NO_INDEX)
        p->call_free_head = i;
    else
        call_at(p, p->call_free_tail)->next = i;
    p->call_free_tail = i;
}
