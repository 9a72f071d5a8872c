/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all daemons' files have in common; world_config.h. */
#include "config.h"

#include "tool/world_config.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/key_rows.h"
#include "conf/pptp_keys.h"
#include "conf/units.h"
#include "tool/ppp_keys.h"
#include "pptp/engine.h"
#include "tap/log.h"
#include "tap/machine.h"

/* --- the tables --------------------------------------------------------- */

static const struct key ppp_keys[] = {
    ROW(ppp_file, auth, "auth", KEY_STRINGS, "mschap2",
        "how users prove who they are: mschap2, mschap1, chap, pap, the "
        "strongest that both know is taken; or none alone"),
    WORD(ppp_file, mppe, "mppe", "allowed", ppp_mppe_words,
         "encryption; it takes mschap2 or mschap1"),
    ROW(ppp_file, mppe_weak, "mppe_weak", KEY_BOOL, "false",
        "whether 40 and 56 bits are allowed beside 128"),
    ROW(ppp_file, mppe_stateful, "mppe_stateful", KEY_BOOL, "true",
        "whether stateful encryption is allowed beside stateless"),
#define PPP_NUMBER(type, m, key, preset, least, most, help)             \
    NUM(ppp_file, m, #key, KEY_##type, KEY_TEXT preset, KEY_TEXT least, \
        KEY_TEXT most, help),
#define PPP_BOOL(m, key, preset, help) \
    ROW(ppp_file, m, #key, KEY_BOOL, #preset, help),
#include "ppp/config.def"
};
static const struct key_other ppp_others[] = {
    { .name = "echo", .preset = "30s" }, { 0 }
};
const struct key_section ppp_file_section = {
    "ppp",     sizeof(struct ppp_file), offsetof(struct ppp_file, node),
    ppp_keys,  COUNT(ppp_keys),         "PPP.",
    ppp_others
};

/* What suits real peers better, and what a daemon has room for. */
static const struct key_other pptp_others[] = {
    { .name = "windowing", .preset = "auto" },
    { .name = "recv_window", .preset = "64packets", .max = "1024packets" },
    { .name = "reorder_hold", .preset = "50ms" },
    { .name = "reorder_packets", .max = "1024packets" },
    { .name = "send_queue", .max = "1024packets" },
    { 0 }
};
static const struct key_section pptp_section = {
    .title = "pptp",
    .size = sizeof(struct pptp_config),
    .node_offset = SIZE_MAX,
    .keys = pptp_keys,
    .n_keys = PPTP_KEYS_N,
    .help = "The protocol of the tunnel.",
    .others = pptp_others,
};

static const struct key limits_keys[] = {
    NUM(world_limits, calls, "calls", KEY_COUNT, "256", "1", "65535",
        "calls at once"),
    NUM(world_limits, calls_source, "calls_per_source", KEY_COUNT, "64", "1",
        "65535", "calls at once from one address"),
    NUM(world_limits, conns, "connections", KEY_COUNT, "256", "1", "65000",
        "control connections at once"),
    NUM(world_limits, conns_source, "connections_per_source", KEY_COUNT, "64",
        "1", "65000", "control connections at once from one address"),
    NUM(world_limits, half_open, "half_open", KEY_COUNT, "64", "1", "65000",
        "connections that have not begun; when there are more, the oldest "
        "of them ends"),
    NUM(world_limits, half_open_source, "half_open_per_source", KEY_COUNT, "8",
        "1", "65000",
        "connections from one address that have not begun; more are refused"),
    NUM(world_limits, rate_source, "connections_per_second", KEY_COUNT, "50",
        "0", "1000000",
        "new connections a second from one address, a second's worth at "
        "once; more are refused; 0: no limit"),
    NUM(world_limits, packets, "packets", KEY_PACKETS, "8192packets",
        "256packets", "1000000packets",
        "packets in memory at once, 2 kB each where they are used"),
};
static const struct key_section limits_section = SECTION_NO_NODE(
    world_limits, "limits", limits_keys,
    "Bounds; memory for calls and connections is taken at the start.");

static const struct key control_keys[] = {
    ROW(world_control, socket, "socket", KEY_PATH, NULL,
        "where `dialtone ctl` asks; default: /run/dialtone/ROLE.sock, or "
        "ROLE-PID.sock for a second one of a role, and none when that cannot "
        "be made; `none`: none"),
    ROW(world_control, group, "group", KEY_STRING, NULL,
        "who may use it beside root"),
    ROW(world_control, metrics, "metrics", KEY_STRING, NULL,
        "ADDRESS:PORT where counters are told as Prometheus reads them "
        "(http, /metrics); nobody is asked for a password"),
};
static const struct key_section control_section = SECTION(
    world_control, "control", control_keys,
    "Who may ask the daemon, and where.");

static const struct key world_keys[] = {
    NUM(world_file, port, "port", KEY_COUNT, "1723", "1", "65535",
        "TCP port of control connections"),
    ROW(world_file, name, "name", KEY_STRING, NULL,
        "our name towards peers and in the secrets file; default: the "
        "machine's"),
    ROW(world_file, user, "user", KEY_STRING, "nobody",
        "who the process becomes once everything is open"),
    NUM(world_file, drain_ns, "drain", KEY_TIME, "10s", "100ms", "10min",
        "longest time that an orderly end takes"),
    ROW(world_file, journal, "journal", KEY_PATH, NULL,
        "file that gets every input and every decision, for `dialtone "
        "replay`; it holds secrets and is readable by its owner only"),
    ROW(world_file, events, "events", KEY_PATH, NULL,
        "file that gets a line of JSON for each event of calls and sessions, "
        "for programs; it is readable by its owner only"),
    SUB(world_file, control, "control", control_section,
        "who may ask the daemon"),
    SUB(world_file, pptp, "pptp", pptp_section, "the protocol of the tunnel"),
    SUB(world_file, limits, "limits", limits_section, "bounds"),
};
const struct key_section world_section = SECTION(
    world_file, "daemon", world_keys, "What all daemons have.");

/* --- places and addresses ----------------------------------------------- */

/* What stands under a key, for messages. */
static const struct conf_node *at(const struct conf_node *map, const char *key)
{
    const struct conf_node *n = map != NULL ? conf_get(map, key) : NULL;

    return n != NULL ? n : map;
}

int config_bad(const struct conf_node *map, const char *key, const char *why,
               struct conf_error *err)
{
    return conf_fail(err, at(map, key), "key '%s': %s", key, why);
}

int world_fill_local(const char *key, const struct key_strings *listen,
                     const struct conf_node *map, struct tap_world_config *c,
                     struct conf_error *err)
{
    char why[CONFIG_WHY];
    size_t i, k;

    if (listen->n == 0 || listen->n > TAP_LOCALS)
        return config_bad(map, key, "1 to 16 addresses", err);
    for (i = 0; i < listen->n; i++) {
        if (units_ipv4(listen->v[i], &c->local[i], why, sizeof why) < 0)
            return config_bad(map, key, why, err);
        for (k = 0; k < i; k++)
            if (c->local[k] == c->local[i])
                return config_bad(map, key, "an address is there twice", err);
        if (c->local[i] == 0 && listen->n > 1)
            return config_bad(
                map, key, "0.0.0.0 is every address: it stands alone", err);
    }
    c->local_n = (uint32_t)listen->n;
    return 0;
}

/* --- the protocol ------------------------------------------------------- */

static void fill_pptp(const struct world_file *f, struct tap_world_config *c)
{
    struct pptp_config *p = &c->pptp;

    *p = f->pptp;
    p->allow_multiple = true; /* several behind one NAT address */
    p->trace = PPTP_TRACE_LEVEL_off;
    memcpy(p->vendor_name, "dialtone", 9);
    pptp_limits_default(&c->limits);
    c->limits.conns = f->limits.conns;
    c->limits.calls = f->limits.calls;
    c->limits.actions = 256;
    c->limits.trace = 1;
}

static int fill_name(const struct world_file *f, struct tap_world_config *c,
                     struct conf_error *err)
{
    char host[64] = "dialtone";

    if (f->name == NULL && gethostname(host, sizeof host - 1) < 0)
        memcpy(host, "dialtone", 9);
    if (f->name != NULL && (f->name[0] == 0 || strlen(f->name) > 63))
        return config_bad(f->node, "name", "1 to 63 octets", err);
    snprintf(c->pptp.host_name, sizeof c->pptp.host_name, "%s",
             f->name != NULL ? f->name : host);
    return 0;
}

/* "a.b.c.d:port". */
static int fill_metrics(const struct world_file *f,
                        struct tap_control_config *c, struct conf_error *err)
{
    const char *text = f->control.metrics, *colon;
    char address[64], why[CONFIG_WHY];
    uint64_t port;

    if (text == NULL)
        return 0;
    colon = strrchr(text, ':');
    if (colon == NULL || (size_t)(colon - text) >= sizeof address)
        return config_bad(f->control.node, "metrics",
                          "ADDRESS:PORT, such as 127.0.0.1:9273", err);
    snprintf(address, sizeof address, "%.*s", (int)(colon - text), text);
    if (units_ipv4(address, &c->metrics_address, why, sizeof why) < 0 ||
        units_count(colon + 1, &port, why, sizeof why) < 0)
        return config_bad(f->control.node, "metrics", why, err);
    if (port == 0 || port > UINT16_MAX)
        return config_bad(f->control.node, "metrics", "no such port", err);
    c->metrics_port = (uint16_t)port;
    return 0;
}

static int fill_control(struct world_file *f, const char *name,
                        struct conf_error *err)
{
    struct tap_control_config *c = &f->control_config;
    const char *path = f->control.socket, *slash;

    *c = (struct tap_control_config){ .group = f->control.group };
    if (path == NULL) {
        snprintf(f->socket, sizeof f->socket, "/run/dialtone/%s.sock", name);
        c->path = f->socket;
        /* a second one of the kind on this machine */
        snprintf(f->other, sizeof f->other, "/run/dialtone/%s-%ld.sock", name,
                 (long)getpid());
        c->other = f->other;
        c->path_default = true;
    } else {
        slash = strrchr(path, '/');
        if (strcmp(slash != NULL ? slash + 1 : path, "none") != 0)
            c->path = path;
    }
    return fill_metrics(f, c, err);
}

int world_fill(struct world_file *f, const char *name,
               struct tap_world_config *c, struct conf_error *err)
{
    fill_pptp(f, c);
    c->name = name;
    c->port = (uint16_t)f->port;
    c->user = f->user != NULL && f->user[0] != 0 ? f->user : NULL;
    c->journal = f->journal;
    c->events = f->events;
    c->control = &f->control_config;
    c->packets = f->limits.packets;
    c->half_open = f->limits.half_open;
    c->half_open_source = f->limits.half_open_source;
    c->conns_source = f->limits.conns_source;
    c->rate_source = f->limits.rate_source;
    c->drain_ns = f->drain_ns;
    return fill_control(f, name, err) < 0 ? -1 : fill_name(f, c, err);
}

int world_check_here(const struct world_file *f, struct conf_error *err)
{
    char why[CONFIG_WHY];

    snprintf(why, sizeof why, "there is no user '%.60s'; cure: make one",
             f->user != NULL ? f->user : "");
    if (f->user != NULL && f->user[0] != 0 && getpwnam(f->user) == NULL)
        return config_bad(f->node, "user", why, err);
    snprintf(why, sizeof why, "there is no group '%.60s'; cure: make one",
             f->control.group != NULL ? f->control.group : "");
    if (f->control.group != NULL && getgrnam(f->control.group) == NULL)
        return config_bad(f->control.node, "group", why, err);
    return 0;
}

/* Loopback has all of 127/8. */
static bool is_here(const struct tap_machine *m, uint32_t ip)
{
    return ip == 0 || ip >> 24 == 127 || tap_machine_has(m, ip);
}

void world_note_addresses(const struct world_file *f, const char *key,
                          const uint32_t *local, uint32_t n,
                          struct notes *notes)
{
    struct tap_machine *m = malloc(sizeof *m);
    struct tap_netlink netlink = { .fd = -1 };
    uint32_t i;

    if (m != NULL && tap_netlink_open(&netlink) == 0 &&
        tap_machine_read(m, &netlink) == 0)
        for (i = 0; i < n; i++)
            if (!is_here(m, local[i]))
                notes_add(notes, f->node, key,
                          "this machine does not have the address %s now",
                          tap_ip(local[i]));
    tap_netlink_close(&netlink);
    free(m);
}

static int same_path(const struct world_file *f, const struct world_path *a,
                     const char *other, const char *path,
                     struct conf_error *err)
{
    char why[CONFIG_WHY];

    if (path == NULL || a->key == NULL || a->path == NULL ||
        strcmp(a->path, path) != 0)
        return 0;
    snprintf(why, sizeof why, "it is the same file as %s", other);
    return config_bad(f->node, a->key, why, err);
}

int world_check_paths(const struct world_file *f,
                      const struct world_path *paths, size_t n,
                      struct conf_error *err)
{
    char other[80];
    size_t i, k;

    for (i = 0; i < n; i++) {
        if (same_path(f, &paths[i], "the control socket",
                      f->control_config.path, err) < 0)
            return -1;
        for (k = 0; k < n; k++) {
            if (k == i || (paths[k].key != NULL && k < i))
                continue;
            snprintf(other, sizeof other,
                     paths[k].key == NULL ? "the configuration" : "`%s`",
                     paths[k].key);
            if (same_path(f, &paths[i], other, paths[k].path, err) < 0)
                return -1;
        }
    }
    return 0;
}

/* Metrics at a port where control connections are waited for. */
static bool ports_clash(const struct tap_world_config *c)
{
    const struct tap_control_config *m = c->control;
    uint32_t i;

    if (!c->listens || m->metrics_port != c->port)
        return false;
    for (i = 0; i < c->local_n; i++)
        if (c->local[i] == 0 || m->metrics_address == 0 ||
            c->local[i] == m->metrics_address)
            return true;
    return false;
}

int world_check(const struct tap_world_config *c, const struct conf_node *map,
                struct conf_error *err)
{
    const struct conf_node *control = conf_get(map, "control");

    if (ports_clash(c))
        return config_bad(control, "metrics",
                          "its port is that of control connections (`port`)",
                          err);
    if (pptp_keys_conflict(&c->pptp) != NULL)
        return config_bad(map, "pptp", pptp_keys_conflict(&c->pptp), err);
    return 0;
}

/* --- PPP ---------------------------------------------------------------- */

static int read_auth(const struct ppp_file *f, uint16_t *out,
                     struct conf_error *err)
{
    const struct key_choice *m;
    size_t i;

    *out = 0;
    for (i = 0; i < f->auth.n; i++) {
        for (m = ppp_auth_words; m->name != NULL; m++)
            if (strcmp(f->auth.v[i], m->name) == 0)
                break;
        if (m->name == NULL)
            return config_bad(f->node, "auth",
                              "allowed: mschap2, mschap1, chap, pap, none",
                              err);
        *out |= (uint16_t)m->value;
    }
    if (*out == 0 || ((*out & PPP_AUTH_NONE) && *out != PPP_AUTH_NONE))
        return config_bad(f->node, "auth",
                          "one or more methods, or none alone", err);
    return 0;
}

static int fill_mppe(const struct ppp_file *f, uint16_t auth,
                     struct ppp_config *c, struct conf_error *err)
{
    const uint16_t keys = PPP_AUTH_MSCHAP1 | PPP_AUTH_MSCHAP2;
    bool required = (f->mppe & PPP_MPPE_REQUIRED) != 0;

    if (f->mppe == 0)
        return 0;
    /* 0 when nobody could use it: PPP then has no state for it */
    if ((auth & keys) == 0) {
        if (!required)
            return 0;
        return config_bad(
            f->node, "mppe",
            "required takes auth mschap2 or mschap1, which make its "
            "keys",
            err);
    }
    if (required && (auth & ~keys) != 0)
        return config_bad(f->node, "mppe",
                          "required leaves only mschap2 and mschap1 for auth",
                          err);
    c->mppe_allow = f->mppe;
    if (f->mppe_weak)
        c->mppe_allow |= PPP_MPPE_40 | PPP_MPPE_56;
    if (f->mppe_stateful)
        c->mppe_allow |= PPP_MPPE_STATEFUL;
    c->mppe_ask = c->mppe_allow;
    return 0;
}

/*
 * RFC 1661 6.1: who wants small packets has to say so, or the other side goes
 * on with 1500.  A server says it always: clients copy it as their own MTU,
 * and encryption takes 4 octets of what they send.
 */
static uint16_t mru_of(uint64_t mtu, bool server)
{
    if (mtu < MTU_DEFAULT)
        return (uint16_t)mtu;
    return (uint16_t)(server && mtu + 4 < 1500 ? mtu + 4 : 1500);
}

int ppp_fill(const struct ppp_file *f, bool server, uint64_t mtu,
             struct ppp_config *c, struct conf_error *err)
{
    uint16_t auth;

    ppp_config_default(c);
    c->accm = 0; /* GRE needs no octet escaped */
    c->mru = mru_of(mtu, server);
#define PPP_NUMBER(type, m, key, preset, least, most, help) c->m = f->m;
#define PPP_BOOL(m, key, preset, help) c->m = f->m;
#include "ppp/config.def"
    if (read_auth(f, &auth, err) < 0)
        return -1;
    c->ask_auth = server ? auth : PPP_AUTH_NONE;
    c->give_auth = server ? PPP_AUTH_NONE : auth;
    return fill_mppe(f, auth, c, err);
}
