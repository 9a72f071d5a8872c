/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loads a daemon's configuration: the tree (config.c), bound by the table
 * below (keys.c), then texts read as addresses and everything checked
 * together.
 */
#include "config.h"

#include "tool/pns_config.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "conf/key_docs.h"
#include "conf/key_rows.h"
#include "conf/units.h"
#include "base/text.h"
#include "tap/log.h"
#include "tool/pns_addresses.h"
#include "tool/world_config.h"

struct pns_ppp {
    const struct conf_node *node;
    struct ppp_file common;
    bool silent;
    struct key_strings dns, wins;
    pptp_ns rechallenge_ns;
};

struct pns_file {
    const struct conf_node *node;
    struct conf_tree *tree;
    struct world_file world;
    struct key_strings listen, pool, routes;
    char *tun, *secrets;
    uint64_t mtu;
    bool clamp_mss;
    uint32_t local;
    uint64_t line_bps;
    struct pns_ppp ppp;
    int interfaces; /* 1: each */
    bool several;
    char *proxy_arp;
    pptp_ns session_ns, idle_ns;
    /* not keys: to read it again */
    char *path, *dir;
    struct pns_file *again; /* what was read last */
    char restart[400];
    struct tap_netlink netlink; /* fd -1: none */
    struct tap_machine machine;
    bool machine_known;
    struct notes notes;
};

/* --- the table ---------------------------------------------------------- */

static const struct key ppp_keys[] = {
    INLINE(pns_ppp, common, ppp_file_section),
    ROW(pns_ppp, silent, "silent", KEY_BOOL, "false",
        "whether LCP waits for the other side to begin, a minute at most"),
    ROW(pns_ppp, dns, "dns", KEY_STRINGS, NULL,
        "name servers for users, two at most"),
    ROW(pns_ppp, wins, "wins", KEY_STRINGS, NULL,
        "NetBIOS name servers (WINS) for users, two at most"),
    NUM(pns_ppp, rechallenge_ns, "rechallenge", KEY_TIME, "0s", "0s", "24h",
        "time after which CHAP and MS-CHAP ask again; 0: never"),
};
static const struct key_section ppp_section = SECTION(
    pns_ppp, "ppp", ppp_keys, "PPP at our end of calls.");

static const struct key_choice interfaces_choices[] = {
    { "one", 0 },
    { "each", 1 },
    { NULL, 0 },
};

static const struct key file_keys[] = {
    ROW(pns_file, listen, "listen", KEY_STRINGS, "0.0.0.0",
        "our addresses, one or a list; 0.0.0.0: all of them"),
    ROW(pns_file, secrets, "secrets", KEY_PATH, NULL,
        "users and passwords, in the format of pppd's chap-secrets; "
        "required unless auth is none"),
    NUM(pns_file, local, "local", KEY_IPV4, key_required, NULL, NULL,
        "our address inside the tunnels"),
    ROW(pns_file, pool, "pool", KEY_STRINGS, NULL,
        "addresses for users: FIRST-LAST, NETWORK/BITS or one, or a list"),
    ROW(pns_file, routes, "routes", KEY_STRINGS, NULL,
        "networks beside the pool that lead to users: those of the "
        "addresses that the secrets file names"),
    ROW(pns_file, tun, "tun", KEY_STRING, "pptp%d",
        "name of the TUN device; %d: the first number that is free"),
    WORD(pns_file, interfaces, "interfaces", "one", interfaces_choices,
         "one: a TUN device of all sessions; each: a device for every "
         "session, from address to address, as long as it lasts: `tun` has "
         "a %d then, and a session costs some milliseconds"),
    ROW(pns_file, proxy_arp, "proxy_arp", KEY_STRING, NULL,
        "network device at which our machine answers ARP for the inner "
        "addresses of sessions, as if they were there; default: none"),
    ROW(pns_file, several, "several_per_address", KEY_BOOL, "true",
        "whether several clients behind one NAT address are served; false: "
        "one control connection from an address at a time"),
    NUM(pns_file, session_ns, "session_timeout", KEY_TIME, "0s", "0s", "8760h",
        "longest time of a session, which the other side is told; "
        "0: no end"),
    NUM(pns_file, idle_ns, "idle_timeout", KEY_TIME, "0s", "0s", "8760h",
        "time without an IP packet either way after which a session ends; "
        "0: never"),
    NUM(pns_file, mtu, "mtu", KEY_OCTETS, "1396octets", "576octets",
        "1500octets",
        "largest packet inside; 1396 with headers and encryption fits "
        "what clients usually offer"),
    ROW(pns_file, clamp_mss, "clamp_mss", KEY_BOOL, "true",
        "whether TCP connections that begin get an MSS that fits the tunnel"),
    NUM(pns_file, line_bps, "line_speed", KEY_RATE, "100Mbit/s", "300bit/s",
        "4Gbit/s", "speed that VPN clients are told"),
    SUB(pns_file, ppp, "ppp", ppp_section, "PPP at our end of calls"),
    INLINE(pns_file, world, world_section),
};
const struct key_section pns_file_section = SECTION(
    pns_file, "PNS", file_keys,
    "A YAML file; `dialtone pns` reads it. Paths are relative to the file.");

void pns_reference(FILE *out)
{
    keys_reference(out, &pns_file_section);
}

/* --- PPP ---------------------------------------------------------------- */

static int fill_servers(const struct pns_file *f, const char *key,
                        const struct key_strings *s, uint32_t out[2],
                        struct conf_error *err)
{
    char why[CONFIG_WHY];
    size_t i;

    if (s->n > 2)
        return config_bad(f->ppp.node, key, "two addresses at most", err);
    for (i = 0; i < s->n; i++)
        if (units_ipv4(s->v[i], &out[i], why, sizeof why) < 0)
            return config_bad(f->ppp.node, key, why, err);
    return 0;
}

static int fill_ppp(const struct pns_file *f, struct ppp_config *c,
                    struct conf_error *err)
{
    if (ppp_fill(&f->ppp.common, true, f->mtu, c, err) < 0)
        return -1;
    c->ip_local = f->local;
    c->rechallenge_ns = f->ppp.rechallenge_ns;
    if (fill_servers(f, "dns", &f->ppp.dns, c->dns, err) < 0)
        return -1;
    return fill_servers(f, "wins", &f->ppp.wins, c->wins, err);
}

/* --- all of it ---------------------------------------------------------- */

static int fill_names(const struct pns_file *f, struct tap_pns_config *c,
                      struct conf_error *err)
{
    memcpy(c->nas.ppp.name, c->world.pptp.host_name, sizeof c->nas.ppp.name);
    if (f->tun[0] == 0 || strlen(f->tun) > 15)
        return config_bad(f->node, "tun", "a name of 1 to 15 octets", err);
    c->tun = f->tun;
    c->each = f->interfaces != 0;
    if (c->each && strstr(f->tun, "%d") == NULL)
        return config_bad(f->node, "tun",
                          "a %d for the number: `interfaces: each`", err);
    if (c->each && f->world.limits.calls > TAP_KEEPER_DEVICES)
        return config_bad(f->node, "interfaces",
                          "each: 16384 devices at most; see `limits: calls`",
                          err);
    if (f->proxy_arp != NULL &&
        (f->proxy_arp[0] == 0 || strlen(f->proxy_arp) > 15))
        return config_bad(f->node, "proxy_arp", "a name of 1 to 15 octets",
                          err);
    c->proxy_arp = f->proxy_arp;
    c->secrets = f->secrets;
    if (f->secrets == NULL && c->nas.ppp.ask_auth != PPP_AUTH_NONE)
        return conf_fail(err, f->node,
                         "key 'secrets' is required: users are asked for "
                         "passwords (ppp: auth)");
    return 0;
}

static int fill_world(struct pns_file *f, struct tap_world_config *c,
                      struct conf_error *err)
{
    if (world_fill(&f->world, "pns", c, err) < 0 ||
        world_fill_local("listen", &f->listen, f->node, c, err) < 0)
        return -1;
    c->listens = true;
    c->pptp.role = PPTP_ROLE_BOTH;
    /* 2.1: only a PAC of lines has some; clients' calls need none */
    c->pptp.max_channels = 0;
    c->pptp.allow_multiple = f->several;
    return world_check(c, f->node, err);
}

/* Calls that somebody has asked for, and bounds that they meet sooner. */
static void note_limits(struct pns_file *f, const struct tap_pns_config *c)
{
    const struct conf_node *limits = conf_get(f->node, "limits");
    uint64_t addresses = 0;
    uint32_t i;

    if (limits == NULL || conf_get(limits, "calls") == NULL)
        return;
    for (i = 0; i < c->nas.pools; i++)
        addresses += (uint64_t)c->nas.pool[i].last - c->nas.pool[i].first + 1;
    if (c->nas.pools > 0 && addresses < c->nas.calls)
        notes_add(
            &f->notes, limits, "calls",
            "%u call%s, and the pool has %llu address%s: who comes later "
            "and has no fixed one is refused",
            c->nas.calls, pptp_plural(c->nas.calls),
            (unsigned long long)addresses, addresses == 1 ? "" : "es");
    if (c->world.limits.conns < c->nas.calls)
        notes_add(&f->notes, limits, "calls",
                  "%u call%s, and %u `connections`: each VPN client has one",
                  c->nas.calls, pptp_plural(c->nas.calls),
                  c->world.limits.conns);
}

/* Files that would destroy each other. */
static int check_files(const struct pns_file *f, struct conf_error *err)
{
    const struct world_path paths[] = {
        { "journal", f->world.journal },
        { "events", f->world.events },
        { "secrets", f->secrets },
        { NULL, f->path },
    };

    return world_check_paths(&f->world, paths, COUNT(paths), err);
}

static int fill(struct pns_file *f, struct tap_pns_config *c,
                struct conf_error *err)
{
    const struct pns_addresses addresses = { .map = f->node,
                                             .pool = &f->pool,
                                             .routes = &f->routes };

    c->nas.line_bps = (uint32_t)f->line_bps;
    c->nas.mtu = (uint32_t)f->mtu;
    c->nas.clamp_mss = f->clamp_mss;
    c->nas.local = f->local;
    c->nas.silent = f->ppp.silent;
    c->nas.calls = f->world.limits.calls;
    c->nas.calls_source = f->world.limits.calls_source;
    c->nas.session_ns = f->session_ns;
    c->nas.idle_ns = f->idle_ns;
    if (fill_world(f, &c->world, err) < 0 ||
        fill_ppp(f, &c->nas.ppp, err) < 0 || fill_names(f, c, err) < 0 ||
        check_files(f, err) < 0)
        return -1;
    if (f->machine_known)
        tap_machine_forget(&f->machine, c->tun);
    if (pns_addresses_fill(&addresses, f->machine_known ? &f->machine : NULL,
                           &f->notes, c, err) < 0)
        return -1;
    note_limits(f, c);
    return 0;
}

/* --- again -------------------------------------------------------------- */

/* Keys that a daemon takes over while it serves; all others: a restart. */
static bool is_live(const char *name)
{
    static const char *const live[] = { "pool",
                                        "routes",
                                        "line_speed",
                                        "clamp_mss",
                                        "session_timeout",
                                        "idle_timeout",
                                        "drain",
                                        "ppp.silent",
                                        "limits.calls_per_source",
                                        "limits.connections_per_source",
                                        "limits.connections_per_second",
                                        "limits.half_open",
                                        "limits.half_open_per_source" };
    size_t i;

    for (i = 0; i < COUNT(live); i++)
        if (strcmp(live[i], name) == 0)
            return true;
    return false;
}

/* Memory for calls was taken: fewer are no restart. */
static bool is_fewer(const char *name, const json_t *was, const json_t *is)
{
    return strcmp(name, "limits.calls") == 0 &&
           json_integer_value(is) <= json_integer_value(was);
}

static void note_change(struct pns_file *f, const char *name)
{
    size_t used = strlen(f->restart);

    snprintf(f->restart + used, sizeof f->restart - used, "%s%s",
             used > 0 ? ", " : "", name);
}

/* The names of keys that have changed and need a restart, to f->restart. */
static void differ(struct pns_file *f, const struct key_section *section,
                   const char *prefix, const json_t *was, const json_t *is)
{
    size_t i;

    for (i = 0; i < section->n_keys; i++) {
        const struct key *k = &section->keys[i];
        const json_t *a = json_object_get(was, k->name);
        const json_t *b = json_object_get(is, k->name);
        char name[80];

        if (k->type == KEY_INLINE) {
            differ(f, k->section, prefix, was, is);
            continue;
        }
        snprintf(name, sizeof name, "%s%s%s", prefix, k->name,
                 k->type == KEY_SECTION ? "." : "");
        if (k->type == KEY_SECTION)
            differ(f, k->section, name, a, b);
        else if (a != b && !json_equal(a, b) && !is_live(name) &&
                 !is_fewer(name, a, b))
            note_change(f, name);
    }
}

static void find_changes(struct pns_file *f, const struct pns_file *now)
{
    json_t *a = keys_json(&pns_file_section, f->dir, f);
    json_t *b = keys_json(&pns_file_section, now->dir, now);

    f->restart[0] = 0;
    differ(f, &pns_file_section, "", a, b);
    json_decref(a);
    json_decref(b);
}

/* --- files -------------------------------------------------------------- */

/* The tree is taken, `machine` may be NULL; NULL: *err says why. */
static struct pns_file *from_tree(const char *path, struct conf_tree *tree,
                                  const struct tap_machine *machine,
                                  struct tap_pns_config *out,
                                  struct conf_error *err)
{
    struct pns_file *f = calloc(1, sizeof *f);
    const char *slash = strrchr(path, '/');

    memset(out, 0, sizeof *out);
    if (f == NULL || tree == NULL) {
        if (tree != NULL)
            conf_fail(err, NULL, "no memory");
        conf_free(tree);
        free(f);
        return NULL;
    }
    f->tree = tree;
    f->netlink.fd = -1;
    pptp_config_default(&f->world.pptp);
    f->machine_known = machine != NULL;
    if (machine != NULL)
        f->machine = *machine;
    f->path = strdup(path);
    f->dir = strndup(path, slash == NULL ? 0 : (size_t)(slash - path) + 1);
    if (f->path == NULL || f->dir == NULL)
        conf_fail(err, NULL, "no memory");
    else if (keys_bind(&pns_file_section, conf_root(tree), f->dir, f, err) ==
                 0 &&
             fill(f, out, err) == 0)
        return f;
    pns_file_free(f);
    return NULL;
}

/* The machine as it is now, or as it was when that cannot be seen. */
static void look_again(struct pns_file *f)
{
    struct tap_machine *now = malloc(sizeof *now);

    if (now != NULL && f->netlink.fd >= 0 &&
        tap_machine_read(now, &f->netlink) == 0)
        f->machine = *now;
    free(now);
}

static int again(void *ctx, const char *text, size_t len,
                 struct tap_pns_config *out, char *why, size_t cap)
{
    struct pns_file *f = ctx;
    struct conf_error err;
    unsigned i;

    pns_file_free(f->again);
    look_again(f);
    f->again = from_tree(f->path, conf_parse(f->path, text, len, &err),
                         f->machine_known ? &f->machine : NULL, out, &err);
    if (f->again == NULL) {
        snprintf(why, cap, "%s", err.text);
        return -1;
    }
    for (i = 0; i < f->again->notes.n; i++)
        tap_say(TAP_NOTICE, "%s", f->again->notes.text[i]);
    find_changes(f, f->again);
    out->restart = f->restart;
    return 0;
}

struct pns_file *pns_file_load_on(const char *path,
                                  const struct tap_machine *machine,
                                  struct tap_pns_config *out,
                                  struct conf_error *err)
{
    struct pns_file *f = from_tree(path, conf_load(path, err), machine, out,
                                   err);

    if (f == NULL)
        return NULL;
    out->path = f->path;
    out->again = again;
    out->again_ctx = f;
    out->restart = "";
    return f;
}

struct pns_file *pns_file_load(const char *path, struct tap_pns_config *out,
                               struct conf_error *err)
{
    struct tap_machine *m = malloc(sizeof *m);
    struct tap_netlink netlink = { .fd = -1 };
    bool known = m != NULL && tap_netlink_open(&netlink) == 0 &&
                 tap_machine_read(m, &netlink) == 0;
    struct pns_file *f = pns_file_load_on(path, known ? m : NULL, out, err);

    free(m);
    if (f != NULL)
        f->netlink = netlink; /* to look again */
    else
        tap_netlink_close(&netlink);
    return f;
}

int pns_file_check(struct pns_file *f, const struct tap_pns_config *c,
                   struct conf_error *err)
{
    char why[CONFIG_WHY];

    world_note_addresses(&f->world, "listen", c->world.local, c->world.local_n,
                         &f->notes);
    snprintf(why, sizeof why, "there is no device '%.16s'",
             c->proxy_arp != NULL ? c->proxy_arp : "");
    if (c->proxy_arp != NULL && if_nametoindex(c->proxy_arp) == 0)
        return config_bad(f->node, "proxy_arp", why, err);
    return world_check_here(&f->world, err);
}

const struct notes *pns_file_notes(const struct pns_file *f)
{
    return &f->notes;
}

void pns_file_free(struct pns_file *f)
{
    if (f == NULL)
        return;
    pns_file_free(f->again);
    keys_free(&pns_file_section, f);
    conf_free(f->tree);
    tap_netlink_close(&f->netlink);
    free(f->path);
    free(f->dir);
    free(f);
}
