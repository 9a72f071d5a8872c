/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inner addresses of a PNS's configuration; pns_addresses.h. */
#include "config.h"

#include "tool/pns_addresses.h"

#include <stdio.h>
#include <string.h>

#include "tap/log.h"
#include "tool/world_config.h"

/* A pool or routes for more than a /8 would be the default route, or near to
 * it; and no daemon has so many users. */
#define WIDEST (UINT64_C(1) << (32 - TAP_KEEPER_WIDEST))

/* --- as they are written ------------------------------------------------ */

static bool meets(const struct nas_range *a, const struct nas_range *b)
{
    return a->first <= b->last && a->last >= b->first;
}

static bool meets_any(const struct nas_range *r, const struct nas_range *list,
                      uint32_t n)
{
    uint32_t i;

    for (i = 0; i < n; i++)
        if (meets(r, &list[i]))
            return true;
    return false;
}

/* Whether every address of it is one that hosts have. */
static bool of_hosts(const struct nas_range *r)
{
    static const struct nas_range loopback = { UINT32_C(127) << 24,
                                               (UINT32_C(128) << 24) - 1 };

    return nas_address_of_host(r->first) && nas_address_of_host(r->last) &&
           !meets(r, &loopback);
}

static int read_ranges(const struct pns_addresses *f, const char *key,
                       const struct key_strings *s, struct tap_pns_config *c,
                       struct conf_error *err)
{
    bool pool = s == f->pool;
    char why[CONFIG_WHY];
    size_t i;

    for (i = 0; i < s->n; i++) {
        const char *text = s->v[i];
        struct nas_range r;

        if (config_range(text, &r, why) < 0)
            return config_bad(f->map, key, why, err);
        snprintf(why, sizeof why,
                 "'%.60s' has addresses that no host has; cure: a private "
                 "network, such as 10.99.0.0/24",
                 text);
        if (!of_hosts(&r))
            return config_bad(f->map, key, why, err);
        snprintf(why, sizeof why,
                 "'%.60s' leads near to everything into the tunnels, also "
                 "clients' outer addresses; a /8 at most",
                 text);
        if ((uint64_t)r.last - r.first + 1 > WIDEST)
            return config_bad(f->map, key, why, err);
        snprintf(why, sizeof why, "'%.60s' has addresses twice", text);
        if (meets_any(&r, c->nas.pool, c->nas.pools) ||
            meets_any(&r, c->extra, c->extras))
            return config_bad(f->map, key, why, err);
        if (pool ? c->nas.pools == NAS_POOLS : c->extras == TAP_ROUTES)
            return config_bad(f->map, key, "too many; fewer and larger ones",
                              err);
        if (pool)
            c->nas.pool[c->nas.pools++] = r;
        else
            c->extra[c->extras++] = r;
    }
    return 0;
}

/* --- what is something else --------------------------------------------- */

static void take(struct tap_pns_config *c, uint32_t ip,
                 enum nas_taken_kind kind)
{
    if (ip != 0 && c->nas.takens < NAS_TAKEN)
        c->nas.taken[c->nas.takens++] = (struct nas_taken){ .ip = ip,
                                                            .kind = kind };
}

static void take_all(struct tap_pns_config *c, const struct tap_machine *m)
{
    uint32_t i;

    take(c, c->nas.local, NAS_TAKEN_LOCAL);
    for (i = 0; i < c->world.local_n; i++)
        take(c, c->world.local[i], NAS_TAKEN_LISTEN);
    take(c, c->nas.ppp.dns[0], NAS_TAKEN_DNS);
    take(c, c->nas.ppp.dns[1], NAS_TAKEN_DNS);
    take(c, c->nas.ppp.wins[0], NAS_TAKEN_WINS);
    take(c, c->nas.ppp.wins[1], NAS_TAKEN_WINS);
    if (m != NULL)
        tap_machine_taken(m, c->nas.taken, &c->nas.takens);
}

/* Left out so far, for a note. */
struct left_out {
    unsigned n;
    char text[240];
};

/* Some are as everybody expects, and are not said. */
static void say_left_out(struct left_out *l, const struct nas_taken *t)
{
    size_t used = strlen(l->text);

    if (t->kind == NAS_TAKEN_LOCAL || t->kind == NAS_TAKEN_LISTEN)
        return;
    if (l->n++ < 3)
        snprintf(l->text + used, sizeof l->text - used, "%s%s (%s)",
                 used > 0 ? ", " : "", tap_ip(t->ip), tap_taken_text(t));
}

/* Takes those of the list out of pool and routes, or, of the pool only, name
 * servers: a user with a fixed address may be one. */
static void leave_out(struct tap_pns_config *c, bool servers,
                      struct left_out *pool)
{
    uint32_t i;

    for (i = 0; i < c->nas.takens; i++) {
        const struct nas_taken *t = &c->nas.taken[i];

        if ((t->kind >= NAS_TAKEN_DNS) != servers)
            continue;
        if (nas_ranges_without(c->nas.pool, &c->nas.pools, NAS_RANGES, t->ip))
            say_left_out(pool, t);
        if (!servers)
            nas_ranges_without(c->extra, &c->extras, TAP_ROUTES, t->ip);
    }
}

/* Ours may be one of the machine's, as with proxy ARP; what means something to
 * its neighbours would be lost to it. */
static int check_local(const struct pns_addresses *f,
                       const struct tap_pns_config *c, struct conf_error *err)
{
    char why[CONFIG_WHY];
    uint32_t i;

    for (i = 0; i < c->nas.takens; i++) {
        const struct nas_taken *t = &c->nas.taken[i];

        if (t->ip != c->nas.local || t->kind < NAS_TAKEN_NETWORK ||
            t->kind > NAS_TAKEN_GATEWAY)
            continue;
        snprintf(why, sizeof why,
                 "%s is %s; cure: one of a network of its own, such as "
                 "10.99.0.1",
                 tap_ip(t->ip), tap_taken_text(t));
        return config_bad(f->map, "local", why, err);
    }
    return 0;
}

/* --- networks of the machine -------------------------------------------- */

static const char *network_text(const struct nas_range *r, uint8_t bits)
{
    static char text[32];

    snprintf(text, sizeof text, "%s/%u", tap_ip(r->first), bits);
    return text;
}

/* A network whose hosts would all be behind the tunnels from now on, or users
 * among whose addresses they are. */
static int check_covered(const struct pns_addresses *f, const char *key,
                         const struct nas_range *list, uint32_t n,
                         const struct tap_machine *m, struct conf_error *err)
{
    struct nas_range net;
    char why[CONFIG_WHY];
    uint32_t i, k;

    for (i = 0; i < n; i++)
        for (k = 0; k < m->nets; k++) {
            if (!tap_machine_range(&m->net[k], &net) ||
                list[i].first > net.first || list[i].last < net.last)
                continue;
            snprintf(why, sizeof why,
                     "it covers the network %s of %.16s; cure: a network of "
                     "its own, or a part of that one and `proxy_arp: %.16s`",
                     network_text(&net, m->net[k].bits), m->net[k].device,
                     m->net[k].device);
            return config_bad(f->map, key, why, err);
        }
    return 0;
}

/* A part of one: others there have to be told the way. */
static void note_parts(const struct pns_addresses *f, const char *key,
                       const struct nas_range *list, uint32_t n,
                       struct notes *notes, const struct tap_machine *m,
                       const struct tap_pns_config *c)
{
    struct nas_range net;
    uint32_t k;

    for (k = 0; k < m->nets; k++) {
        const char *device = m->net[k].device;

        if (!tap_machine_range(&m->net[k], &net) ||
            !meets_any(&net, list, n) ||
            (c->proxy_arp != NULL && strcmp(c->proxy_arp, device) == 0))
            continue;
        notes_add(notes, f->map, key,
                  "a part of the network %s of %s: its hosts will not find "
                  "users, and a client that has such an address cannot "
                  "connect; cure: a network of its own, or `proxy_arp: %s`",
                  network_text(&net, m->net[k].bits), device, device);
    }
}

/* ARP is asked for addresses of its own network there. */
static void note_proxy(const struct pns_addresses *f, struct notes *notes,
                       const struct tap_machine *m,
                       const struct tap_pns_config *c)
{
    struct nas_range net;
    bool known = false;
    uint32_t k;

    for (k = 0; k < m->nets && c->proxy_arp != NULL; k++) {
        if (strcmp(c->proxy_arp, m->net[k].device) != 0 ||
            !tap_machine_range(&m->net[k], &net))
            continue;
        known = true;
        if (meets_any(&net, c->nas.pool, c->nas.pools) ||
            meets_any(&net, c->extra, c->extras))
            return;
    }
    if (known)
        notes_add(notes, f->map, "proxy_arp",
                  "no address of users is in a network of %s, where nobody "
                  "will ask for them",
                  c->proxy_arp);
}

/* --- routes ------------------------------------------------------------- */

static int add_routes(struct tap_pns_config *c, const struct nas_range *r)
{
    struct tap_prefix prefix[64];
    uint32_t n = tap_prefixes(r->first, r->last, prefix);

    if (n > TAP_ROUTES - c->routes)
        return -1;
    memcpy(c->route + c->routes, prefix, n * sizeof *prefix);
    c->routes += n;
    return 0;
}

/* The kernel would refuse one that is there; with a device for each user there
 * are only users' own. */
static int check_route(const struct pns_addresses *f, const char *key,
                       const struct tap_machine *m,
                       const struct tap_pns_config *c, uint32_t first,
                       struct conf_error *err)
{
    const struct tap_machine_route *there;
    char why[CONFIG_WHY];
    uint32_t i;

    for (i = first; m != NULL && !c->each && i < c->routes; i++) {
        there = tap_machine_route(m, &c->route[i]);
        if (there == NULL)
            continue;
        snprintf(why, sizeof why,
                 "%s/%u leads to %.16s already; cure: a network of its own",
                 tap_ip(c->route[i].ip), c->route[i].bits,
                 tap_machine_device(m, there->index));
        return config_bad(f->map, key, why, err);
    }
    return 0;
}

static int fill_routes(const struct pns_addresses *f, const char *key,
                       const struct nas_range *list, uint32_t n,
                       const struct tap_machine *m, struct tap_pns_config *c,
                       struct conf_error *err)
{
    uint32_t first = c->routes, i;

    for (i = 0; i < n; i++)
        if (add_routes(c, &list[i]) < 0)
            return config_bad(f->map, key, "too many; fewer and larger ones",
                              err);
    return check_route(f, key, m, c, first, err);
}

/* --- all of it ---------------------------------------------------------- */

static int nothing_left(const struct pns_addresses *f,
                        const struct left_out *pool, struct conf_error *err)
{
    char why[CONFIG_WHY];

    snprintf(why, sizeof why, "no address is left to give: %.120s",
             pool->n > 0 ? pool->text : "all of them are ours");
    return config_bad(f->map, "pool", why, err);
}

int pns_addresses_fill(const struct pns_addresses *f,
                       const struct tap_machine *m, struct notes *notes,
                       struct tap_pns_config *c, struct conf_error *err)
{
    struct left_out pool = { .n = 0 };

    if (!nas_address_of_host(c->nas.local))
        return config_bad(f->map, "local", "no host has that address", err);
    if (read_ranges(f, "pool", f->pool, c, err) < 0 ||
        read_ranges(f, "routes", f->routes, c, err) < 0)
        return -1;
    if (c->nas.pools == 0 && c->extras == 0)
        return conf_fail(err, f->map,
                         "key 'pool' is missing, and 'routes' too: no "
                         "address for anybody");
    if (m != NULL &&
        (check_covered(f, "pool", c->nas.pool, c->nas.pools, m, err) < 0 ||
         check_covered(f, "routes", c->extra, c->extras, m, err) < 0))
        return -1;
    take_all(c, m);
    if (check_local(f, c, err) < 0)
        return -1;
    if (m != NULL) {
        note_parts(f, "pool", c->nas.pool, c->nas.pools, notes, m, c);
        note_parts(f, "routes", c->extra, c->extras, notes, m, c);
        note_proxy(f, notes, m, c);
    }
    leave_out(c, false, &pool);
    if (fill_routes(f, "pool", c->nas.pool, c->nas.pools, m, c, err) < 0 ||
        fill_routes(f, "routes", c->extra, c->extras, m, c, err) < 0)
        return -1;
    leave_out(c, true, &pool);
    if (c->nas.pools == 0 && f->pool->n > 0)
        return nothing_left(f, &pool, err);
    if (pool.n > 0)
        notes_add(notes, f->map, "pool", "left out: %s%s", pool.text,
                  pool.n > 3 ? " and more" : "");
    return 0;
}
