/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections to PNSs that are kept up; trunk.h. */
#include "config.h"

#include "nas/trunk.h"

#include "nas/again.h"

static void tell(const struct nas_pac *p, enum nas_event_kind kind,
                 uint32_t peer, uint64_t value)
{
    const struct nas_pac_peer *s = &p->peer[peer];
    struct nas_event e = { .kind = kind,
                           .index = peer,
                           .call = PPTP_NONE,
                           .remote = s->at < s->n ? s->ip[s->at] : 0,
                           .value = value };

    p->world->event(p->ctx, &e);
}

static uint32_t trunk_of(const struct nas_pac *p, pptp_conn_id conn)
{
    uint32_t i;

    for (i = 0; i < p->config->peers; i++)
        if (p->trunk[i].conn == conn)
            break;
    return i;
}

uint32_t nas_trunk_next(const struct nas_pac *p, uint32_t i)
{
    while (i < p->config->peers && !p->trunk[i].up)
        i++;
    return i;
}

/* --- it comes ----------------------------------------------------------- */

static bool is_at(struct nas_pac_peer *s, uint32_t ip)
{
    uint32_t i;

    for (i = 0; i < s->n; i++)
        if (s->ip[i] == ip) {
            s->at = i;
            return true;
        }
    return false;
}

/* One of our PNSs has connected to us: calls may go there, too. */
static uint32_t adopt(struct nas_pac *p, pptp_conn_id conn)
{
    const struct pptp_tcp_info *tcp = pptp_peer_conn_tcp(p->nas->node.peer,
                                                         conn);
    uint32_t i;

    if (p->config->mode != NAS_PAC_ICRQ || tcp == NULL)
        return p->config->peers;
    for (i = 0; i < p->config->peers; i++) {
        struct nas_trunk *t = &p->trunk[i];

        if (!is_at(&p->peer[i], pptp_addr_to_v4(&tcp->remote)) || t->up)
            continue;
        t->conn = conn;
        t->next_ns = PPTP_NEVER;
        break;
    }
    return i;
}

bool nas_trunk_conn_up(struct nas_pac *p, pptp_conn_id conn, bool of_line)
{
    uint32_t i = trunk_of(p, conn);

    if (i == p->config->peers && !of_line)
        i = adopt(p, conn);
    if (i == p->config->peers)
        return false;
    p->trunk[i].up = true;
    p->trunk[i].in_vain = 0;
    tell(p, NAS_EV_PAC_TRUNK_UP, i, 0);
    return true;
}

/* --- and goes ----------------------------------------------------------- */

/* The next try, after a while that doubles. */
static void wait_a_while(struct nas_pac *p, struct nas_trunk *t, pptp_ns now)
{
    const struct nas_again again = { .first_ns = p->config->retry_ns,
                                     .most_ns = p->config->retry_max_ns };

    t->next_ns = now + nas_again_wait(&again, &t->in_vain, NULL);
    t->at = NAS_PAC_ADDRESSES; /* from the first on */
}

static void failed(struct nas_pac *p, uint32_t i, enum nas_failure f)
{
    p->stats.trunk_failed++;
    tell(p, NAS_EV_PAC_TRUNK_FAILED, i, f);
}

void nas_trunk_conn_down(struct nas_pac *p, pptp_conn_id conn)
{
    uint32_t i = trunk_of(p, conn);
    pptp_ns now = p->nas->node.now_ns;
    struct nas_trunk *t = &p->trunk[i];
    struct nas_contact c;
    bool more = false;

    if (i == p->config->peers)
        return;
    if (p->draining) {
        ; /* it ends, as it should */
    } else if (t->up) {
        p->stats.trunk_lost++;
        tell(p, NAS_EV_PAC_TRUNK_LOST, i, 0);
    } else {
        p->world->contact(p->ctx, conn, &c);
        failed(p, i, nas_failure_of(&c, now));
        more = t->at < p->peer[i].n;
    }
    t->conn = PPTP_NONE;
    t->up = false;
    if (more)
        t->next_ns = now;
    else
        wait_a_while(p, t, now);
}

/* --- where it is -------------------------------------------------------- */

bool nas_trunk_look_up(struct nas_pac *p, uint32_t peer, pptp_ns now)
{
    if (!p->peer[peer].named)
        return false;
    p->world->resolve(p->ctx, peer, now);
    return true;
}

void nas_trunk_resolved(struct nas_pac *p, uint32_t peer, pptp_ns now)
{
    struct nas_trunk *t = &p->trunk[peer];

    if (!t->resolving)
        return;
    t->resolving = false;
    if (p->peer[peer].n > 0) {
        t->at = 0;
        t->next_ns = now;
        return;
    }
    failed(p, peer, NAS_FAILURE_NO_ADDRESS);
    wait_a_while(p, t, p->nas->node.now_ns);
}

/* --- time --------------------------------------------------------------- */

void nas_trunk_init(struct nas_pac *p, pptp_ns now)
{
    const struct nas_pac_config *c = p->config;
    uint32_t i;

    for (i = 0; i < c->peers; i++) {
        p->peer[i].named = c->peer[i] == 0;
        p->peer[i].ip[0] = c->peer[i];
        p->peer[i].n = p->peer[i].named ? 0 : 1;
        p->trunk[i] = (struct nas_trunk){ .conn = PPTP_NONE,
                                          .at = NAS_PAC_ADDRESSES,
                                          .next_ns = c->mode == NAS_PAC_ICRQ
                                                         ? now
                                                         : PPTP_NEVER };
    }
}

pptp_ns nas_trunk_deadline(const struct nas_pac *p)
{
    pptp_ns next = PPTP_NEVER;
    uint32_t i;

    if (p->draining || p->config->passive)
        return next;
    for (i = 0; i < p->config->peers; i++)
        if (p->trunk[i].next_ns < next)
            next = p->trunk[i].next_ns;
    return next;
}

/* To its next address; after the last one it is looked up again. */
static void open_trunk(struct nas_pac *p, uint32_t i, pptp_ns now)
{
    struct nas_trunk *t = &p->trunk[i];
    struct nas_pac_peer *s = &p->peer[i];
    struct pptp_addr to;

    t->next_ns = PPTP_NEVER;
    if (t->at >= s->n) {
        t->resolving = nas_trunk_look_up(p, i, now);
        t->at = 0;
    }
    if (t->resolving)
        return;
    s->at = t->at++;
    to = pptp_addr_v4(s->ip[s->at]);
    nas_begin(p->nas, now);
    if (pptp_node_open(&p->nas->node, &to, &t->conn) != PPTP_OK) {
        /* that PNS has connected to us meanwhile, or there is no room */
        t->conn = PPTP_NONE;
        t->next_ns = now + p->config->retry_max_ns;
    }
    nas_settle(p->nas);
}

void nas_trunk_advance(struct nas_pac *p, pptp_ns now)
{
    uint32_t i;

    if (nas_trunk_deadline(p) > now)
        return;
    for (i = 0; i < p->config->peers; i++)
        if (p->trunk[i].next_ns <= now)
            open_trunk(p, i, now);
}
