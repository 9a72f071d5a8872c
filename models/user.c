/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all users have, and bulk; user.h. */
#include "config.h"

#include "models/user_kinds.h"

#include <string.h>

static const struct user_kind_ops *const kinds[] = {
#define X(name, kind) &user_##name,
#include "models/user.def"
#undef X
};

static const struct user_kind_ops *ops(const struct user *u)
{
    return kinds[u->config->kind];
}

void user_config_default(struct user_config *c, enum user_kind kind)
{
    *c = (struct user_config){ .kind = kind,
                               .rounds = kind == USER_BULK ? 1 : 0,
                               .octets = USER_ENDLESS,
                               .request_octets = 350,
                               .response_octets = 10000,
                               .persistent = true,
                               .connections = 6,
                               .objects = 5,
                               .document_octets = 10710,
                               .object_octets = 7758,
                               .drawn = true,
                               .gap_ns = 200 * PPTP_MS };
    if (kind == USER_PAGE)
        c->think_ns = 30 * PPTP_S;
}

int user_config_check(const struct user_config *c)
{
    bool good = (unsigned)c->kind < USER_KINDS && c->octets >= 1 &&
                c->octets <= USER_ENDLESS && c->request_octets >= 1 &&
                c->response_octets >= 1 && c->connections >= 1 &&
                c->connections <= USER_CONNS && c->document_octets >= 1 &&
                c->object_octets >= 1 && c->gap_ns >= 1;

    return good ? PPTP_OK : PPTP_ERR_ARGUMENT;
}

void user_init(struct user *u, const struct user_config *c,
               struct user_stats *stats, uint64_t seed, const char *name)
{
    memset(u, 0, sizeof *u);
    u->config = c;
    u->stats = stats;
    u->due_ns = PPTP_NEVER;
    dist_rng_init(&u->rng, seed, name);
}

/* --- rounds -------------------------------------------------------------- */

static void begin(struct user *u, pptp_ns now)
{
    u->busy = true;
    u->asked_ns = now;
    ops(u)->begin(u, now);
}

void user_begin(struct user *u, pptp_ns now)
{
    begin(u, now);
}

/* A round begins, or what it waits for within itself is due. */
void user_advance(struct user *u, pptp_ns now)
{
    if (now < u->due_ns)
        return;
    u->due_ns = PPTP_NEVER;
    if (u->busy && ops(u)->due != NULL)
        ops(u)->due(u, now);
    else
        begin(u, now);
}

void user_connected(struct user *u, pptp_ns now, unsigned slot)
{
    if (slot >= USER_CONNS || !u->conn[slot].used || u->conn[slot].open)
        return;
    u->conn[slot].open = true;
    ops(u)->connected(u, now, slot);
}

void user_arrived(struct user *u, pptp_ns now, unsigned slot,
                  enum user_end end, uint64_t octets)
{
    uint64_t *wanted;

    u->stats->octets[end] += octets;
    if (slot >= USER_CONNS || !u->conn[slot].used)
        return;
    if (ops(u)->arrived != NULL) {
        ops(u)->arrived(u, now, slot, end, octets);
        return;
    }
    wanted = &u->conn[slot].wanted[end];
    if (*wanted == 0)
        return;
    *wanted -= octets < *wanted ? octets : *wanted;
    if (*wanted == 0)
        ops(u)->came(u, now, slot, end);
}

/* All that is under way is lost with it: a page lacks something, too. */
void user_failed(struct user *u, pptp_ns now, unsigned slot)
{
    if (slot >= USER_CONNS || !u->conn[slot].used)
        return;
    u->stats->failed++;
    u->conn[slot] = (struct user_conn){ .used = false };
    user_abort_all(u);
    if (u->busy)
        u->due_ns = now + USER_AGAIN_NS;
    u->busy = false;
}

void user_stop(struct user *u)
{
    user_abort_all(u);
    u->busy = false;
    u->due_ns = PPTP_NEVER;
}

/* --- bulk ---------------------------------------------------------------- */

static void bulk_begin(struct user *u, pptp_ns now)
{
    (void)now;
    user_open(u, 0);
}

static void bulk_connected(struct user *u, pptp_ns now, unsigned slot)
{
    (void)now;
    user_say(u, slot, USER_CLIENT, u->config->octets);
}

static void bulk_came(struct user *u, pptp_ns now, unsigned slot,
                      enum user_end end)
{
    (void)end;
    user_close(u, slot);
    user_round(u, now);
}

const struct user_kind_ops user_bulk = { .begin = bulk_begin,
                                         .connected = bulk_connected,
                                         .came = bulk_came };
