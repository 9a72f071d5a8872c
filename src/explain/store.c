/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What explain keeps: connections, calls, findings, the time line; and how
 * they are found.
 */
#include "config.h"

#include "explain/store.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(EXPLAIN_FINDINGS_MAX < UINT16_MAX, "an index fits 16 bits");

static const struct explain_kind_info kinds[] = {
#define FINDING(name, severity, section, id, key, text) \
    [EXPLAIN_##name] = { EXPLAIN_##severity, section, id, key, text },
#include "explain/findings.def"
};

const struct explain_kind_info *explain_kind_info(enum explain_kind kind)
{
    return &kinds[kind];
}

const char *explain_severity_name(enum explain_severity severity)
{
    static const char *const names[] = { "error", "departure", "remark" };

    return names[severity];
}

void explain_any_checksum(struct explain *e)
{
    e->any_checksum = true;
}

bool explain_found(const struct explain *e)
{
    return e->found;
}

size_t explain_findings(const struct explain *e,
                        const struct explain_finding **first)
{
    *first = e->findings;
    return e->finding_count;
}

/* --- findings and the time line ------------------------------------------ */

/* What is worse, and what concerns the whole, finds room to the last. */
static size_t finding_limit(const struct explain_finding *f)
{
    if (f->connection + f->call == 0)
        return EXPLAIN_FINDINGS_MAX;
    switch (kinds[f->kind].severity) {
    case EXPLAIN_ERROR: return EXPLAIN_FINDINGS_MAX - 64;
    case EXPLAIN_DEPARTURE: return EXPLAIN_FINDINGS_MAX / 4 * 3;
    default: return EXPLAIN_FINDINGS_MAX / 2;
    }
}

static struct explain_finding *finding_place(struct explain *e,
                                             const struct explain_finding *f)
{
    uint32_t n = 2 * EXPLAIN_FINDINGS_MAX;
    uint32_t h = (uint32_t)f->kind * 2654435761u ^ f->connection * 40503u ^
                 f->call * 2246822519u ^ f->address * 3266489917u ^
                 f->about * 374761393u;
    uint32_t i;

    for (i = h % n; e->finding_hash[i] != 0; i = (i + 1) % n) {
        struct explain_finding *g = &e->findings[e->finding_hash[i] - 1];

        if (g->kind == f->kind && g->connection == f->connection &&
            g->call == f->call && g->address == f->address &&
            g->about == f->about)
            return g;
    }
    if (e->finding_count >= finding_limit(f)) {
        e->over_findings++;
        return NULL;
    }
    e->findings[e->finding_count] = *f;
    e->finding_hash[i] = (uint16_t)++e->finding_count;
    return &e->findings[e->finding_count - 1];
}

struct explain_finding *explain_note(struct explain *e, enum explain_kind kind,
                                     struct subject who, const char *format,
                                     ...)
{
    struct explain_finding key = { .kind = kind, .about = who.about }, *f;
    const struct moment *when = who.when != NULL ? who.when : &e->here;
    const struct conn *c = who.conn;
    va_list args;

    if (who.call != NULL) {
        key.call = who.call->no;
        c = who.call->conn;
        if (who.side >= 0)
            key.address = who.call->addr[who.side];
    }
    if (c != NULL) {
        key.connection = c->no;
        if (who.side >= 0 && who.call == NULL)
            key.address = c->addr[who.side];
    }
    f = finding_place(e, &key);
    if (f == NULL)
        return NULL;
    if (f->count == 0) {
        va_start(args, format);
        vsnprintf(f->detail, sizeof f->detail, format, args);
        va_end(args);
    }
    if (f->count++ == 0 || when->frame < f->frame) {
        f->frame = when->frame;
        f->at_ns = when->at;
        f->timed = when->timed;
    }
    if (when->frame > f->last_frame)
        f->last_frame = when->frame;
    return f;
}

void explain_detail(struct explain_finding *f, const char *format, ...)
{
    va_list args;

    if (f == NULL)
        return;
    va_start(args, format);
    vsnprintf(f->detail, sizeof f->detail, format, args);
    va_end(args);
}

void explain_event(struct explain *e, const struct conn *c,
                   const struct call *call, const char *format, ...)
{
    struct event *v;
    char text[480];
    va_list args;

    if (e->event_count == EXPLAIN_EVENTS_MAX) {
        e->over_events++;
        return;
    }
    if (e->events == NULL)
        e->events = calloc(EXPLAIN_EVENTS_MAX, sizeof *e->events);
    if (e->events == NULL) {
        e->over_events++;
        return;
    }
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    v = &e->events[e->event_count];
    v->text = strdup(text);
    if (v->text == NULL)
        return;
    v->when = e->here;
    v->conn = c != NULL ? c->no : 0;
    v->call = call != NULL ? call->no : 0;
    e->event_count++;
}

void explain_unread(struct explain *e, enum encap_kind kind, uint32_t which)
{
    uint32_t i;

    for (i = 0; i < e->unread_count; i++)
        if (e->unread[i].kind == kind && e->unread[i].which == which) {
            e->unread[i].frames++;
            return;
        }
    if (i == UNREAD_MAX) {
        e->over_unread++;
        return;
    }
    e->unread[i] = (struct unread){ kind, which, 1, e->here };
    e->unread_count++;
}

void explain_slow(struct explain *e, struct subject who,
                  const struct moment *since, uint16_t type)
{
    if (longer(since, &e->here, PPTP_S))
        explain_note(e, EXPLAIN_SLOW_REPLY, about(who, type),
                     "%s after %.1f s", pptp_msg_name(type),
                     seconds_between(since, &e->here));
}

/* --- connections and calls ----------------------------------------------- */

struct conn *explain_conn_between(const struct explain *e, uint32_t a,
                                  uint32_t b)
{
    uint32_t i;

    for (i = e->conn_count; i > 0; i--) {
        struct conn *c = e->conns[i - 1];

        if ((c->addr[0] == a && c->addr[1] == b) ||
            (c->addr[0] == b && c->addr[1] == a))
            return c;
    }
    return NULL;
}

struct call *explain_call_new(struct explain *e, struct conn *c,
                              uint32_t addr0, uint32_t addr1)
{
    struct call *call = NULL;

    if (e->call_count < EXPLAIN_CALLS_MAX)
        call = calloc(1, sizeof *call);
    if (call == NULL) {
        e->over_calls++;
        return NULL;
    }
    call->no = ++e->call_count;
    call->conn = c;
    call->addr[0] = addr0;
    call->addr[1] = addr1;
    call->pns = c != NULL ? c->pns : -1;
    call->ended_by = -1;
    call->when = e->here;
    call->next = e->calls;
    e->calls = call;
    if (c != NULL)
        c->calls++;
    return call;
}

/* Looking through all calls for each message would take longer with each
 * call. */
static uint32_t id_bucket(const struct conn *c, uint32_t id)
{
    uint32_t h = id * 2654435761u ^ (c != NULL ? c->no : 0) * 2246822519u;

    return (h ^ h >> 15) % BUCKETS;
}

void explain_call_id(struct explain *e, struct call *call, int side,
                     struct num id)
{
    struct call **at;

    if (call->id[side].known) {
        at = &e->id_hash[side][id_bucket(call->conn, call->id[side].v)];
        while (*at != call)
            at = &(*at)->id_next[side];
        *at = call->id_next[side];
    }
    call->id[side] = id;
    if (!id.known)
        return;
    at = &e->id_hash[side][id_bucket(call->conn, id.v)];
    call->id_next[side] = *at;
    *at = call;
}

struct call *explain_call_by_id(const struct explain *e, const struct conn *c,
                                int side, uint32_t id, bool live)
{
    struct call *call = e->id_hash[side][id_bucket(c, id)];

    while (call != NULL && (call->conn != c || call->merged ||
                            call->id[side].v != id || (live && call->ended)))
        call = call->id_next[side];
    return call;
}

const struct moment *explain_until(const struct explain *e,
                                   const struct conn *c)
{
    if (c != NULL && (c->closed || c->stopper >= 0))
        return &c->end_when;
    return &e->last;
}

/* What a second connection between the same hosts means, 3.1.3: a collision
 * only while the first one is being set up. */
static void look_for_second(struct explain *e, struct conn *c)
{
    uint32_t i;

    for (i = e->conn_count - 1; i > 0; i--) {
        struct conn *o = e->conns[i - 1];
        bool same = o->addr[0] == c->addr[0] && o->addr[1] == c->addr[1];
        bool back = o->addr[0] == c->addr[1] && o->addr[1] == c->addr[0];
        bool collide = back && !o->up && !o->midstream;

        if (o->closed || o->refused || o->stopper >= 0 || (!same && !back))
            continue;
        if (o->pptp || collide)
            explain_note(
                e, collide ? EXPLAIN_COLLISION : EXPLAIN_SECOND_CONNECTION,
                of_conn(c, 0), "while connection %u is there", o->no);
        return;
    }
}

/* The control connection comes into sight after its calls: they are its own,
 * and take its order of the sides. */
static void claim_calls(struct explain *e, struct conn *c)
{
    struct call *call;

    for (call = e->calls; call != NULL; call = call->next) {
        struct call was = *call;
        bool same = call->addr[0] == c->addr[0];
        int i;

        if (call->announced || call->merged || call->conn != NULL ||
            (call->addr[0] != c->addr[0] && call->addr[0] != c->addr[1]) ||
            (call->addr[1] != c->addr[0] && call->addr[1] != c->addr[1]))
            continue;
        for (i = 0; i < 2; i++)
            explain_call_id(e, call, i, (struct num){ .known = false });
        call->conn = c;
        c->calls++;
        for (i = 0; i < 2; i++) {
            int from = same ? i : 1 - i;

            call->addr[i] = was.addr[from];
            call->flow[i] = was.flow[from];
            if (call->flow[i] != NULL)
                call->flow[i]->dir = (uint8_t)i;
            explain_call_id(e, call, i, was.id[from]);
        }
    }
}

static struct conn *conn_new(struct explain *e, const uint32_t *addr,
                             const uint16_t *port, bool syn)
{
    struct conn *c = NULL;

    if (e->conn_count < EXPLAIN_CONNECTIONS_MAX)
        c = calloc(1, sizeof *c);
    if (c == NULL) {
        e->over_conns++;
        return NULL;
    }
    memcpy(c->addr, addr, sizeof c->addr);
    memcpy(c->port, port, sizeof c->port);
    c->pns = c->stopper = c->closer = -1;
    c->first = e->here;
    c->midstream = !syn;
    c->only_syn = syn;
    if (syn)
        c->state[0] = c->state[1] = CTL_IDLE;
    e->conns[e->conn_count++] = c;
    c->no = e->conn_count;
    if (syn)
        look_for_second(e, c);
    else
        claim_calls(e, c);
    return c;
}

static uint32_t conn_bucket(const uint32_t *addr, const uint16_t *port)
{
    uint32_t h = addr[0] * 2654435761u ^ addr[1] * 40503u ^
                 (uint32_t)port[0] * 2246822519u;

    return (h ^ h >> 15) % BUCKETS;
}

struct conn *explain_conn_of(struct explain *e, const uint32_t *addr,
                             const uint16_t *port, bool syn)
{
    uint32_t b = conn_bucket(addr, port);
    struct conn *c;

    for (c = e->conn_hash[b]; c != NULL; c = c->hash_next)
        if (memcmp(c->addr, addr, sizeof c->addr) == 0 &&
            memcmp(c->port, port, sizeof c->port) == 0)
            break;
    if (c != NULL && !(syn && (c->closed || c->pptp)))
        return c;
    if (c != NULL && !c->closed) {
        c->closed = true; /* how, the capture does not have */
        c->end_when = c->last;
    }
    c = conn_new(e, addr, port, syn);
    if (c != NULL) {
        c->hash_next = e->conn_hash[b];
        e->conn_hash[b] = c;
    }
    return c;
}
