/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loads a daemon's configuration: the tree (config.c), bound by the table
 * below (keys.c), then texts read as addresses and everything checked
 * together.
 */
#include "config.h"

#include "tool/pns_config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pptp/engine.h"
#include "tool/keys.h"
#include "tool/scenario.h" /* struct scenario_strings, which keys.c fills */
#include "tool/units.h"

enum { WHY = 160, HEADERS = 40 /* outer IPv4, GRE with both numbers, PPP */ };

enum mppe_want { MPPE_OFF, MPPE_ALLOWED, MPPE_REQUIRED };

struct pns_ppp {
    const struct config_node *node;
    struct scenario_strings auth;
    enum mppe_want mppe;
    bool mppe_weak, mppe_stateful, silent;
    struct scenario_strings dns;
    pptp_ns echo_ns, rechallenge_ns, auth_timeout_ns;
    uint32_t echo_fails;
};

struct pns_pptp {
    enum pptp_windowing windowing;
    uint32_t recv_window, send_queue, reorder_packets;
    pptp_ns reorder_hold_ns, ack_delay_ns;
    pptp_ns start_timeout_ns, idle_timeout_ns, echo_timeout_ns;
};

struct pns_limits {
    uint32_t calls, calls_source, conns, conns_source;
    uint32_t half_open, half_open_source, packets;
};

struct pns_file {
    const struct config_node *node;
    struct config_tree *tree;
    struct scenario_strings listen, pool, routes;
    uint32_t port;
    char *name, *tun, *secrets, *user;
    uint64_t mtu;
    uint32_t local;
    uint64_t line_bps;
    pptp_ns drain_ns;
    struct pns_ppp ppp;
    struct pns_pptp pptp;
    struct pns_limits limits;
};

/* --- the table ---------------------------------------------------------- */

#define AT(s, m) offsetof(struct s, m), sizeof(((struct s *)NULL)->m)
#define ROW(s, m, name, type, preset, help)                           \
    {                                                                 \
        name, AT(s, m), type, preset, NULL, NULL, NULL, NULL, 0, help \
    }
#define NUM(s, m, name, type, preset, min, max, help)               \
    {                                                               \
        name, AT(s, m), type, preset, min, max, NULL, NULL, 0, help \
    }
#define WORD(s, m, name, preset, choices, help)                              \
    {                                                                        \
        name, AT(s, m), KEY_ENUM, preset, NULL, NULL, choices, NULL, 0, help \
    }
#define SUB(s, m, name, section, help)                                      \
    {                                                                       \
        name, AT(s, m), KEY_SECTION, NULL, NULL, NULL, NULL, &(section), 0, \
            help                                                            \
    }
#define COUNT(keys) (sizeof(keys) / sizeof((keys)[0]))

static const struct key_choice mppe_choices[] = {
    { "off", MPPE_OFF },
    { "allowed", MPPE_ALLOWED },
    { "required", MPPE_REQUIRED },
    { NULL, 0 },
};
static const struct key_choice windowing_choices[] = {
    { "on", PPTP_WINDOWING_ON },
    { "off", PPTP_WINDOWING_OFF },
    { "auto", PPTP_WINDOWING_AUTO },
    { NULL, 0 },
};

static const struct key ppp_keys[] = {
    ROW(pns_ppp, auth, "auth", KEY_STRINGS, "mschap2",
        "how users prove who they are: mschap2, mschap1, chap, pap, the "
        "strongest that they know is taken; or none alone"),
    WORD(pns_ppp, mppe, "mppe", "allowed", mppe_choices,
         "encryption; it takes mschap2 or mschap1"),
    ROW(pns_ppp, mppe_weak, "mppe_weak", KEY_BOOL, "false",
        "whether 40 and 56 bits are allowed beside 128"),
    ROW(pns_ppp, mppe_stateful, "mppe_stateful", KEY_BOOL, "true",
        "whether stateful encryption is allowed beside stateless"),
    ROW(pns_ppp, silent, "silent", KEY_BOOL, "false",
        "whether LCP waits for the other side to begin, a minute at most"),
    ROW(pns_ppp, dns, "dns", KEY_STRINGS, NULL,
        "name servers for users, two at most"),
    NUM(pns_ppp, echo_ns, "echo", KEY_TIME, "30s", "0s", "1h",
        "silence after which LCP's Echo-Request is sent; 0: never"),
    NUM(pns_ppp, echo_fails, "echo_fails", KEY_COUNT, "4", "1", "100",
        "requests without a reply after which the session ends"),
    NUM(pns_ppp, rechallenge_ns, "rechallenge", KEY_TIME, "0s", "0s", "24h",
        "time after which CHAP and MS-CHAP ask again; 0: never"),
    NUM(pns_ppp, auth_timeout_ns, "auth_timeout", KEY_TIME, "30s", "1s", "1h",
        "longest time that authentication may take"),
};
static const struct key_section ppp_section = {
    "ppp",    sizeof(struct pns_ppp), offsetof(struct pns_ppp, node),
    ppp_keys, COUNT(ppp_keys),        "PPP at our end of calls."
};

static const struct key pptp_keys[] = {
    WORD(pns_pptp, windowing, "windowing", "auto", windowing_choices,
         "whether the window stops the sender; auto gives up on a peer "
         "that never acknowledges"),
    NUM(pns_pptp, recv_window, "recv_window", KEY_PACKETS, "64packets",
        "1packets", "1024packets", "receive window that is offered"),
    NUM(pns_pptp, send_queue, "send_queue", KEY_PACKETS, "32packets",
        "1packets", "1024packets", "packets held while the window is closed"),
    NUM(pns_pptp, reorder_hold_ns, "reorder_hold", KEY_TIME, "50ms", "0s",
        "60s", "how long a gap is waited for; 0: late packets are discarded"),
    NUM(pns_pptp, reorder_packets, "reorder_packets", KEY_PACKETS, "16packets",
        "1packets", "1024packets", "packets held while a gap is waited for"),
    NUM(pns_pptp, ack_delay_ns, "ack_delay", KEY_TIME, "50ms", "0s", "60s",
        "longest wait for a packet that can carry an acknowledgment"),
    NUM(pns_pptp, start_timeout_ns, "start_timeout", KEY_TIME, "60s", "1ms",
        "24h", "silence after which a connection that has not begun ends"),
    NUM(pns_pptp, idle_timeout_ns, "idle_timeout", KEY_TIME, "60s", "1ms",
        "24h", "silence after which an echo request is sent"),
    NUM(pns_pptp, echo_timeout_ns, "echo_timeout", KEY_TIME, "60s", "1ms",
        "24h", "wait for the answer to an echo request"),
};
static const struct key_section pptp_section = {
    "pptp",    sizeof(struct pns_pptp), SIZE_MAX,
    pptp_keys, COUNT(pptp_keys),        "The protocol of the tunnel."
};

static const struct key limits_keys[] = {
    NUM(pns_limits, calls, "calls", KEY_COUNT, "256", "1", "65535",
        "calls at once"),
    NUM(pns_limits, calls_source, "calls_per_source", KEY_COUNT, "64", "1",
        "65535", "calls at once from one address"),
    NUM(pns_limits, conns, "connections", KEY_COUNT, "256", "1", "65000",
        "control connections at once"),
    NUM(pns_limits, conns_source, "connections_per_source", KEY_COUNT, "64",
        "1", "65000", "control connections at once from one address"),
    NUM(pns_limits, half_open, "half_open", KEY_COUNT, "64", "1", "65000",
        "connections that have not begun; when there are more, the oldest "
        "of them ends"),
    NUM(pns_limits, half_open_source, "half_open_per_source", KEY_COUNT, "8",
        "1", "65000",
        "connections from one address that have not begun; more are refused"),
    NUM(pns_limits, packets, "packets", KEY_PACKETS, "8192packets",
        "256packets", "1000000packets",
        "packets in memory at once, 2 kB each where they are used"),
};
static const struct key_section limits_section = {
    "limits",
    sizeof(struct pns_limits),
    SIZE_MAX,
    limits_keys,
    COUNT(limits_keys),
    "Bounds; memory for calls and connections is taken at the start."
};

static const struct key file_keys[] = {
    ROW(pns_file, listen, "listen", KEY_STRINGS, "0.0.0.0",
        "our addresses, one or a list; 0.0.0.0: all of them"),
    NUM(pns_file, port, "port", KEY_COUNT, "1723", "1", "65535",
        "TCP port of control connections"),
    ROW(pns_file, name, "name", KEY_STRING, NULL,
        "our name towards peers and in the secrets file; default: the "
        "machine's"),
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
    NUM(pns_file, mtu, "mtu", KEY_OCTETS, "1396octets", "576octets",
        "1500octets",
        "largest packet inside; 1396 with headers and encryption fits "
        "what clients usually offer"),
    ROW(pns_file, user, "user", KEY_STRING, "nobody",
        "who the process becomes once everything is open"),
    NUM(pns_file, line_bps, "line_speed", KEY_RATE, "100Mbit/s", "300bit/s",
        "4Gbit/s", "speed that VPN clients are told"),
    NUM(pns_file, drain_ns, "drain", KEY_TIME, "10s", "100ms", "10min",
        "longest time that an orderly end takes"),
    SUB(pns_file, ppp, "ppp", ppp_section, "PPP at our end of calls"),
    SUB(pns_file, pptp, "pptp", pptp_section, "the protocol of the tunnel"),
    SUB(pns_file, limits, "limits", limits_section, "bounds"),
};
static const struct key_section file_section = {
    "PNS",
    sizeof(struct pns_file),
    offsetof(struct pns_file, node),
    file_keys,
    COUNT(file_keys),
    "A YAML file; `dialtone pns` reads it. Paths are relative to the file."
};

void pns_reference(FILE *out)
{
    keys_reference(out, &file_section, "");
}

/* --- addresses ---------------------------------------------------------- */

/* "a.b.c.d", "a.b.c.d/bits" or "a.b.c.d-e.f.g.h". */
static int read_range(const char *text, struct tap_range *out, char *why)
{
    size_t n = strcspn(text, "/-");
    char first[64];
    uint64_t bits;
    uint32_t mask;

    if (n >= sizeof first) {
        snprintf(why, WHY, "'%.40s' is no address", text);
        return -1;
    }
    memcpy(first, text, n);
    first[n] = 0;
    if (units_ipv4(first, &out->first, why, WHY) < 0)
        return -1;
    out->last = out->first;
    if (text[n] == '-' && units_ipv4(text + n + 1, &out->last, why, WHY) < 0)
        return -1;
    if (text[n] == '/') {
        if (units_count(text + n + 1, &bits, why, WHY) < 0)
            return -1;
        mask = bits == 0 ? 0 : UINT32_MAX << (32 - (bits < 32 ? bits : 32));
        if (bits > 32 || (out->first & ~mask) != 0) {
            snprintf(why, WHY, "'%.40s' is not the beginning of a network",
                     text);
            return -1;
        }
        out->last = out->first | ~mask;
    }
    if (out->last >= out->first)
        return 0;
    snprintf(why, WHY, "'%.60s' ends before it begins", text);
    return -1;
}

/* What stands under a key, for messages. */
static const struct config_node *at(const struct config_node *map,
                                    const char *key)
{
    const struct config_node *n = map != NULL ? config_get(map, key) : NULL;

    return n != NULL ? n : map;
}

static int bad(const struct config_node *map, const char *key, const char *why,
               struct tool_error *err)
{
    return config_error(err, at(map, key), "key '%s': %s", key, why);
}

static int add_routes(struct tap_pns_config *c, const struct tap_range *r)
{
    struct tap_prefix prefix[64];
    uint32_t n = tap_prefixes(r->first, r->last, prefix);

    if (n > TAP_ROUTES - c->routes)
        return -1;
    memcpy(c->route + c->routes, prefix, n * sizeof *prefix);
    c->routes += n;
    return 0;
}

/* Whether a range meets one that routes lead to already. */
static bool overlaps(const struct tap_pns_config *c, const struct tap_range *r)
{
    uint32_t i;

    for (i = 0; i < c->routes; i++) {
        uint32_t first = c->route[i].ip;
        uint64_t last = first + (UINT64_C(1) << (32 - c->route[i].bits)) - 1;

        if (r->first <= last && r->last >= first)
            return true;
    }
    return false;
}

static int fill_ranges(const struct pns_file *f, const char *key,
                       const struct scenario_strings *s, bool pool,
                       struct tap_pns_config *c, struct tool_error *err)
{
    char why[WHY];
    size_t i;

    for (i = 0; i < s->n; i++) {
        struct tap_range r;

        if (read_range(s->v[i], &r, why) < 0)
            return bad(f->node, key, why, err);
        snprintf(why, sizeof why, "'%.60s' has addresses twice", s->v[i]);
        if (overlaps(c, &r))
            return bad(f->node, key, why, err);
        if (add_routes(c, &r) < 0 || (pool && c->pools == TAP_POOLS))
            return bad(f->node, key, "too many; fewer and larger ones", err);
        if (pool)
            c->pool[c->pools++] = r;
    }
    return 0;
}

static int fill_listen(const struct pns_file *f, struct tap_pns_config *c,
                       struct tool_error *err)
{
    char why[WHY];
    size_t i, k;

    if (f->listen.n == 0 || f->listen.n > TAP_LISTEN)
        return bad(f->node, "listen", "1 to 16 addresses", err);
    for (i = 0; i < f->listen.n; i++) {
        if (units_ipv4(f->listen.v[i], &c->listen[i], why, sizeof why) < 0)
            return bad(f->node, "listen", why, err);
        for (k = 0; k < i; k++)
            if (c->listen[k] == c->listen[i])
                return bad(f->node, "listen", "an address is there twice",
                           err);
        if (c->listen[i] == 0 && f->listen.n > 1)
            return bad(f->node, "listen",
                       "0.0.0.0 is every address: it stands alone", err);
    }
    c->listen_n = (uint32_t)f->listen.n;
    return 0;
}

/* --- PPP ---------------------------------------------------------------- */

static int read_auth(const struct pns_file *f, uint16_t *out,
                     struct tool_error *err)
{
    static const struct {
        const char *name;
        uint16_t method;
    } methods[] = { { "none", PPP_AUTH_NONE },
                    { "pap", PPP_AUTH_PAP },
                    { "chap", PPP_AUTH_CHAP_MD5 },
                    { "mschap1", PPP_AUTH_MSCHAP1 },
                    { "mschap2", PPP_AUTH_MSCHAP2 } };
    size_t i, k;

    *out = 0;
    for (i = 0; i < f->ppp.auth.n; i++) {
        for (k = 0; k < COUNT(methods); k++)
            if (strcmp(f->ppp.auth.v[i], methods[k].name) == 0)
                break;
        if (k == COUNT(methods))
            return bad(f->ppp.node, "auth",
                       "allowed: mschap2, mschap1, chap, pap, none", err);
        *out |= methods[k].method;
    }
    if (*out == 0 || ((*out & PPP_AUTH_NONE) && *out != PPP_AUTH_NONE))
        return bad(f->ppp.node, "auth", "one or more methods, or none alone",
                   err);
    return 0;
}

static int fill_dns(const struct pns_file *f, struct ppp_config *c,
                    struct tool_error *err)
{
    char why[WHY];
    size_t i;

    if (f->ppp.dns.n > 2)
        return bad(f->ppp.node, "dns", "two addresses at most", err);
    for (i = 0; i < f->ppp.dns.n; i++)
        if (units_ipv4(f->ppp.dns.v[i], &c->dns[i], why, sizeof why) < 0)
            return bad(f->ppp.node, "dns", why, err);
    return 0;
}

static int fill_mppe(const struct pns_file *f, struct ppp_config *c,
                     struct tool_error *err)
{
    const uint16_t keys = PPP_AUTH_MSCHAP1 | PPP_AUTH_MSCHAP2;

    if (f->ppp.mppe == MPPE_OFF)
        return 0;
    /* 0 when nobody could use it: PPP then has no state for it */
    if ((c->ask_auth & keys) == 0) {
        if (f->ppp.mppe == MPPE_ALLOWED)
            return 0;
        return bad(f->ppp.node, "mppe",
                   "required takes auth mschap2 or mschap1, which make its "
                   "keys",
                   err);
    }
    if (f->ppp.mppe == MPPE_REQUIRED && (c->ask_auth & ~keys) != 0)
        return bad(f->ppp.node, "mppe",
                   "required leaves only mschap2 and mschap1 for auth", err);
    c->mppe_allow = PPP_MPPE_128 | PPP_MPPE_STATELESS;
    if (f->ppp.mppe_weak)
        c->mppe_allow |= PPP_MPPE_40 | PPP_MPPE_56;
    if (f->ppp.mppe_stateful)
        c->mppe_allow |= PPP_MPPE_STATEFUL;
    if (f->ppp.mppe == MPPE_REQUIRED)
        c->mppe_allow |= PPP_MPPE_REQUIRED;
    c->mppe_ask = c->mppe_allow;
    return 0;
}

static int fill_ppp(const struct pns_file *f, struct ppp_config *c,
                    struct tool_error *err)
{
    ppp_config_default(c);
    c->accm = 0; /* GRE needs no octet escaped */
    c->mru = (uint16_t)(f->mtu + 4 < 1500 ? f->mtu + 4 : 1500);
    c->give_auth = PPP_AUTH_NONE;
    c->ip_local = f->local;
    c->echo_ns = f->ppp.echo_ns;
    c->echo_fails = (uint8_t)f->ppp.echo_fails;
    c->rechallenge_ns = f->ppp.rechallenge_ns;
    c->auth_timeout_ns = f->ppp.auth_timeout_ns;
    if (read_auth(f, &c->ask_auth, err) < 0 || fill_dns(f, c, err) < 0)
        return -1;
    return fill_mppe(f, c, err);
}

/* --- all of it ---------------------------------------------------------- */

static void fill_pptp(const struct pns_file *f, struct tap_pns_config *c)
{
    struct pptp_config *p = &c->pptp;

    pptp_config_default(p);
    p->role = PPTP_ROLE_BOTH;
    p->allow_multiple = true; /* several behind one NAT address */
    p->trace = PPTP_TRACE_LEVEL_off;
    p->max_channels = (uint16_t)f->limits.calls;
    p->win.windowing = f->pptp.windowing;
    p->win.recv_window = (uint16_t)f->pptp.recv_window;
    p->win.send_queue = (uint16_t)f->pptp.send_queue;
    p->win.reorder_hold_ns = f->pptp.reorder_hold_ns;
    p->win.reorder_packets = (uint16_t)f->pptp.reorder_packets;
    p->win.ack_delay_ns = f->pptp.ack_delay_ns;
    p->start_timeout_ns = f->pptp.start_timeout_ns;
    p->idle_timeout_ns = f->pptp.idle_timeout_ns;
    p->echo_timeout_ns = f->pptp.echo_timeout_ns;
    memcpy(p->vendor_name, "dialtone", 9);
    pptp_limits_default(&c->limits);
    c->limits.conns = f->limits.conns;
    c->limits.calls = f->limits.calls;
    c->limits.actions = 256;
    c->limits.trace = 1;
}

static int fill_names(const struct pns_file *f, struct tap_pns_config *c,
                      struct tool_error *err)
{
    char host[64] = "pns";

    if (f->name == NULL && gethostname(host, sizeof host - 1) < 0)
        memcpy(host, "pns", 4);
    if (f->name != NULL && (f->name[0] == 0 || strlen(f->name) > 63))
        return bad(f->node, "name", "1 to 63 octets", err);
    snprintf(c->ppp.name, sizeof c->ppp.name, "%s",
             f->name != NULL ? f->name : host);
    snprintf(c->pptp.host_name, sizeof c->pptp.host_name, "%s", c->ppp.name);
    if (f->tun[0] == 0 || strlen(f->tun) > 15)
        return bad(f->node, "tun", "a name of 1 to 15 octets", err);
    c->tun = f->tun;
    c->user = f->user != NULL && f->user[0] != 0 ? f->user : NULL;
    c->secrets = f->secrets;
    if (f->secrets == NULL && c->ppp.ask_auth != PPP_AUTH_NONE)
        return config_error(err, f->node,
                            "key 'secrets' is required: users are asked for "
                            "passwords (ppp: auth)");
    return 0;
}

static int check(const struct pns_file *f, const struct tap_pns_config *c,
                 struct tool_error *err)
{
    if (pptp_peer_octets(&c->limits) == 0 ||
        pptp_win_config_check(&c->pptp.win) != PPTP_OK)
        return bad(f->node, "pptp",
                   "reorder_packets is greater than recv_window", err);
    if (c->pools == 0 && c->routes == 0)
        return config_error(err, f->node,
                            "key 'pool' is missing, and 'routes' too: no "
                            "address for anybody");
    return 0;
}

static int fill(const struct pns_file *f, struct tap_pns_config *c,
                struct tool_error *err)
{
    fill_pptp(f, c);
    c->port = (uint16_t)f->port;
    c->line_bps = (uint32_t)f->line_bps;
    c->mtu = (uint32_t)f->mtu;
    c->local = f->local;
    c->silent = f->ppp.silent;
    c->packets = f->limits.packets;
    c->half_open = f->limits.half_open;
    c->half_open_source = f->limits.half_open_source;
    c->conns_source = f->limits.conns_source;
    c->calls_source = f->limits.calls_source;
    c->drain_ns = f->drain_ns;
    if (fill_listen(f, c, err) < 0 || fill_ppp(f, &c->ppp, err) < 0 ||
        fill_names(f, c, err) < 0 ||
        fill_ranges(f, "pool", &f->pool, true, c, err) < 0 ||
        fill_ranges(f, "routes", &f->routes, false, c, err) < 0)
        return -1;
    return check(f, c, err);
}

struct pns_file *pns_file_load(const char *path, struct tap_pns_config *out,
                               struct tool_error *err)
{
    struct pns_file *f = calloc(1, sizeof *f);
    const char *slash = strrchr(path, '/');
    char *dir = strndup(path, slash == NULL ? 0 : (size_t)(slash - path) + 1);

    memset(out, 0, sizeof *out);
    if (f == NULL || dir == NULL) {
        config_error(err, NULL, "no memory");
        goto fail;
    }
    f->tree = config_load(path, err);
    if (f->tree == NULL ||
        keys_bind(&file_section, config_root(f->tree), dir, f, err) != 0 ||
        fill(f, out, err) < 0)
        goto fail;
    free(dir);
    return f;
fail:
    free(dir);
    pns_file_free(f);
    return NULL;
}

void pns_file_free(struct pns_file *f)
{
    if (f == NULL)
        return;
    keys_free(&file_section, f);
    config_free(f->tree);
    free(f);
}
