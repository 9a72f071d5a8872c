/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Requests and responses: on one connection for all, or each on its own.  The
 * first, and each of its own, waits for its connection, too.
 */
#include "config.h"

#include "models/user_kinds.h"

static void ask(struct user *u, unsigned slot)
{
    const struct user_config *c = u->config;
    double octets = c->response_octets;

    if (c->exponential)
        octets = dist_exponential(&u->rng, octets);
    u->conn[slot].reply = octets < 1            ? 1
                          : octets > UINT32_MAX ? UINT32_MAX
                                                : (uint32_t)octets;
    user_say(u, slot, USER_CLIENT, c->request_octets);
}

static void request_begin(struct user *u, pptp_ns now)
{
    (void)now;
    if (u->conn[0].open)
        ask(u, 0);
    else
        user_open(u, 0);
}

static void request_connected(struct user *u, pptp_ns now, unsigned slot)
{
    (void)now;
    ask(u, slot);
}

static void request_came(struct user *u, pptp_ns now, unsigned slot,
                         enum user_end end)
{
    if (end == USER_SERVER) {
        user_say(u, slot, USER_SERVER, u->conn[slot].reply);
        return;
    }
    if (!u->config->persistent || user_last(u))
        user_close(u, slot);
    user_round(u, now);
}

const struct user_kind_ops user_request = { .begin = request_begin,
                                            .connected = request_connected,
                                            .came = request_came };
