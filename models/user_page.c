/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pages of the web: a document, and when it has come its objects, on several
 * connections at once, one after the other on each.  They last for the page:
 * who reads it takes longer than servers wait.
 *
 * What is drawn, and the pause of 30 s, is the web browsing traffic of IEEE
 * 802.16m's evaluation methodology (802.16m-08/004, 10.1): lognormal sizes of
 * document and objects, within bounds, and a Pareto number of objects, cut
 * off.  The time to parse a document, 0.13 s there, is none here.
 */
#include "config.h"

#include "models/user_kinds.h"

#include <math.h>

enum { TRIES = 100 };

struct lognormal {
    double mu, sigma, least, most;
};

static const struct lognormal document = { 8.37, 1.37, 100, 2e6 };
static const struct lognormal object = { 6.17, 2.36, 50, 2e6 };

/* Of what lies within the bounds. */
static uint32_t draw(struct user *u, const struct lognormal *l)
{
    double x = 0;

    for (int i = 0; i < TRIES && !(x >= l->least && x <= l->most); i++)
        x = dist_lognormal(&u->rng, l->mu, l->sigma);
    return (uint32_t)fmin(fmax(x, l->least), l->most);
}

/* Pareto from 2 on with shape 1.1, cut off at 55, less 2. */
static uint32_t draw_objects(struct user *u)
{
    double x = dist_pareto(&u->rng, 2 * 1.1 / 0.1, 1.1);

    return (uint32_t)lround(fmin(x, 55) - 2);
}

static uint32_t octets_of_next(struct user *u)
{
    const struct user_config *c = u->config;

    if (c->drawn)
        return draw(u, u->reading ? &object : &document);
    return u->reading ? c->object_octets : c->document_octets;
}

/* What is to be asked for next, if anything is. */
static void ask(struct user *u, unsigned slot)
{
    if (u->unasked == 0)
        return;
    u->unasked--;
    u->conn[slot].reply = octets_of_next(u);
    user_say(u, slot, USER_CLIENT, u->config->request_octets);
}

static void page_begin(struct user *u, pptp_ns now)
{
    (void)now;
    u->reading = false;
    u->unasked = u->missing = 1;
    user_open(u, 0);
}

static void page_connected(struct user *u, pptp_ns now, unsigned slot)
{
    (void)now;
    ask(u, slot);
}

/* As many connections more as there is something to ask for. */
static void read_document(struct user *u)
{
    const struct user_config *c = u->config;
    uint32_t n = c->drawn ? draw_objects(u) : c->objects;

    u->reading = true;
    u->unasked = u->missing = n;
    for (unsigned slot = 1; slot < c->connections && slot < n; slot++)
        user_open(u, slot);
}

static void page_came(struct user *u, pptp_ns now, unsigned slot,
                      enum user_end end)
{
    if (end == USER_SERVER) {
        user_say(u, slot, USER_SERVER, u->conn[slot].reply);
        return;
    }
    u->missing--;
    if (!u->reading)
        read_document(u);
    if (u->missing > 0) {
        ask(u, slot);
        return;
    }
    for (unsigned i = 0; i < USER_CONNS; i++)
        if (u->conn[i].used)
            user_close(u, i);
    user_round(u, now);
}

const struct user_kind_ops user_page = { .begin = page_begin,
                                         .connected = page_connected,
                                         .came = page_came };
