/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loads the configuration of a PAC; pac_config.h. */
#include "config.h"

#include "tool/pac_file.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "conf/key_docs.h"
#include "conf/key_rows.h"
#include "conf/units.h"
#include "base/text.h"
#include "bridge/bridge.h"
#include "tap/machine.h"
#include "tap/resolver.h"
#include "tool/world_config.h"

/* --- the table ---------------------------------------------------------- */

static const struct key_choice mode_choices[] = {
    { "icrq", NAS_PAC_ICRQ },
    { "ocrq", NAS_PAC_OCRQ },
    { NULL, 0 },
};
static const struct key file_keys[] = {
    WORD(pac_file, mode, "mode", key_required, mode_choices,
         "icrq: peers are PNSs, one control connection each, calls are "
         "told by ICRQ (RFC 2637); ocrq: peers are VPN servers such as "
         "pptpd, accel-ppp, Windows, one control connection a call"),
    ROW(pac_file, peers, "peers", KEY_STRINGS, NULL,
        "their addresses or names, in the order in which they are tried"),
    ROW(pac_file, local, "local", KEY_STRINGS, NULL,
        "our outer address, or several that connections take in turn; "
        "default: what the system takes"),
    ROW(pac_file, listen, "listen", KEY_STRINGS, NULL,
        "our addresses where PNSs may connect to us; default: nowhere"),
    ROW(pac_file, secrets, "secrets", KEY_PATH, NULL,
        "passwords of clients, in the format of pppd's chap-secrets"),
    ROW(pac_file, report, "report", KEY_PATH, NULL,
        "file that says at the end, as JSON, what became of clients' calls"),
    NUM(pac_file, retry_ns, "retry", KEY_TIME, "1s", "10ms", "1h",
        "wait before a PNS is tried again; it doubles"),
    NUM(pac_file, retry_max_ns, "retry_max", KEY_TIME, "1min", "10ms", "24h",
        "longest wait"),
    LIST(pac_file, line, lines, "lines", pac_line_section, "who calls"),
    INLINE(pac_file, world, world_section),
};
const struct key_section pac_file_section = SECTION(
    pac_file, "PAC", file_keys,
    "A YAML file; `dialtone pac` and `dialtone bridge` read it. Paths are "
    "relative to the file.");

void pac_reference(FILE *out)
{
    keys_reference(out, &pac_file_section);
}

/* --- all of it ---------------------------------------------------------- */

static int fill_peers(const struct pac_file *f, struct tap_pac_config *c,
                      struct conf_error *err)
{
    char why[CONFIG_WHY];
    size_t i, k;

    if (f->peers.n > TAP_PAC_PEERS)
        return config_bad(f->node, "peers", "16 of them at most", err);
    if (f->peers.n == 0 && (f->listen.n == 0 || f->mode == NAS_PAC_OCRQ))
        return conf_fail(err, f->node,
                         "key 'peers' is missing: whom to call?");
    for (i = 0; i < f->peers.n; i++) {
        if (units_ipv4(f->peers.v[i], &c->peer[i].ip, why, sizeof why) < 0 &&
            !tap_resolver_name(f->peers.v[i])) {
            snprintf(why, sizeof why,
                     "'%.60s' is neither an IPv4 address nor a name",
                     f->peers.v[i]);
            return config_bad(f->node, "peers", why, err);
        }
        if (tap_resolver_name(f->peers.v[i]))
            c->peer[i].name = f->peers.v[i];
        else if (c->peer[i].ip == 0)
            return config_bad(f->node, "peers", "0.0.0.0 is nobody", err);
        for (k = 0; k < i; k++)
            if (strcasecmp(f->peers.v[k], f->peers.v[i]) == 0)
                return config_bad(f->node, "peers", "one is there twice", err);
    }
    c->peers = (uint32_t)f->peers.n;
    return 0;
}

/* Each line may have a call, and in ocrq a connection of its own. */
static int check_limits(const struct pac_file *f, uint32_t lines,
                        struct conf_error *err)
{
    const struct world_limits *l = &f->world.limits;
    const struct conf_node *at = f->node;
    const char *key = "lines";
    char why[CONFIG_WHY];
    size_t i;

    /* where one bank is too many by itself, that is the place */
    for (i = 0; i < f->lines; i++)
        if (pac_caller_of(&f->line[i])->calls.count > 1) {
            at = pac_caller_of(&f->line[i])->node;
            key = "count";
        }
    if (lines > l->calls) {
        snprintf(
            why, sizeof why,
            "%u line%s, and `limits` has %u call%s; cure: limits: { calls: "
            "%u }",
            lines, pptp_plural(lines), l->calls, pptp_plural(l->calls), lines);
        return config_bad(at, key, why, err);
    }
    if (f->mode == NAS_PAC_ICRQ || lines <= l->conns)
        return 0;
    snprintf(why, sizeof why,
             "%u line%s with a connection each, and `limits` has %u; cure: "
             "limits: { connections: %u }",
             lines, pptp_plural(lines), l->conns, lines);
    return config_bad(at, key, why, err);
}

/* Beside those of calls there are connections that are just ending. */
static uint32_t more_conns(const struct pac_file *f, uint32_t lines)
{
    uint32_t conns = f->world.limits.conns;

    if (f->mode == NAS_PAC_OCRQ && conns < lines + lines / 8)
        conns = lines + lines / 8;
    return conns < 65000 ? conns : 65000;
}

static int fill_world(struct pac_file *f, const char *name,
                      struct tap_pac_config *p, struct conf_error *err)
{
    struct tap_world_config *c = &p->world;
    uint32_t lines = 0, i;

    if (world_fill(&f->world, name, c, err) < 0)
        return -1;
    for (i = 0; i < p->banks; i++)
        lines += p->bank[i].kind == TAP_PAC_CLIENT
                     ? p->bank[i].client.calls.count
                     : 1;
    if (lines > 65000)
        return config_bad(f->node, "lines", "65000 together at most", err);
    if (check_limits(f, lines, err) < 0)
        return -1;
    c->local_n = 1;
    c->listens = f->listen.n > 0;
    c->connects = f->peers.n > 0;
    if (f->local.n > 0 &&
        world_fill_local("local", &f->local, f->node, c, err) < 0)
        return -1;
    if (c->listens &&
        world_fill_local("listen", &f->listen, f->node, c, err) < 0)
        return -1;
    c->limits.conns = more_conns(f, lines);
    c->pptp.role = f->mode == NAS_PAC_ICRQ ? PPTP_ROLE_PAC : PPTP_ROLE_PNS;
    c->pptp.allow_multiple = f->mode == NAS_PAC_OCRQ;
    c->pptp.max_channels = (uint16_t)(f->mode == NAS_PAC_ICRQ ? lines : 0);
    return world_check(c, f->node, err);
}

/* Files that would destroy each other. */
static int check_files(const struct pac_file *f, struct conf_error *err)
{
    const struct world_path paths[] = {
        { "journal", f->world.journal },    { "events", f->world.events },
        { "secrets", f->secrets },          { "report", f->report },
        { NULL, conf_root(f->tree)->file },
    };

    return world_check_paths(&f->world, paths, COUNT(paths), err);
}

static int fill(struct pac_file *f, const char *name, struct tap_pac_config *c,
                struct conf_error *err)
{
    c->mode = (enum nas_pac_mode)f->mode;
    c->report = f->report;
    c->retry_ns = f->retry_ns;
    c->retry_max_ns = f->retry_max_ns < f->retry_ns ? f->retry_ns
                                                    : f->retry_max_ns;
    if (fill_peers(f, c, err) < 0 || pac_lines_fill(f, c, err) < 0 ||
        fill_world(f, name, c, err) < 0)
        return -1;
    return check_files(f, err);
}

static struct pac_file *load(struct conf_tree *tree, const char *dir,
                             const char *name, struct tap_pac_config *out,
                             struct conf_error *err)
{
    struct pac_file *f = calloc(1, sizeof *f);

    memset(out, 0, sizeof *out);
    if (f == NULL) {
        conf_free(tree);
        conf_fail(err, NULL, "no memory");
        return NULL;
    }
    f->tree = tree;
    pptp_config_default(&f->world.pptp);
    if (keys_bind(&pac_file_section, conf_root(tree), dir, f, err) == 0 &&
        fill(f, name, out, err) == 0)
        return f;
    pac_file_free(f);
    return NULL;
}

struct pac_file *pac_file_load(const char *path, const char *name,
                               struct tap_pac_config *out,
                               struct conf_error *err)
{
    const char *slash = strrchr(path, '/');
    char *dir = strndup(path, slash == NULL ? 0 : (size_t)(slash - path) + 1);
    struct conf_tree *tree = dir == NULL ? NULL : conf_load(path, err);
    struct pac_file *f = tree == NULL ? NULL : load(tree, dir, name, out, err);

    if (dir == NULL)
        conf_fail(err, NULL, "no memory");
    free(dir);
    if (f != NULL && out->needs_secrets && f->secrets == NULL) {
        conf_fail(err, f->node,
                  "key 'secrets' is missing: clients have to prove who "
                  "they are");
        pac_file_free(f);
        return NULL;
    }
    return f;
}

struct pac_file *pac_file_parse(const char *name, const char *text,
                                struct tap_pac_config *out,
                                struct conf_error *err)
{
    struct conf_tree *tree = conf_parse(name, text, strlen(text), err);

    return tree == NULL ? NULL : load(tree, "", name, out, err);
}

/* --- on this machine ---------------------------------------------------- */

static int check_port(const struct pac_serial *s, struct conf_error *err)
{
    struct stat st;
    char why[CONFIG_WHY];

    if (stat(s->device, &st) < 0)
        snprintf(why, sizeof why, "%.80s: %s", s->device, strerror(errno));
    else if (!S_ISCHR(st.st_mode))
        snprintf(why, sizeof why, "%.80s is no serial port", s->device);
    else
        return 0;
    return config_bad(s->node, "device", why, err);
}

/* Another interface's routes; what a daemon that runs has set is its own. */
static int check_free(const struct pac_client *l,
                      const struct tap_client_config *c,
                      const struct tap_machine *m, struct conf_error *err)
{
    const struct tap_machine_route *there;
    char why[CONFIG_WHY];
    uint32_t i;

    for (i = 0; i < c->routes_n; i++) {
        there = tap_machine_route(m, &c->routes[i]);
        if (there == NULL)
            continue;
        snprintf(why, sizeof why,
                 "%s/%u leads to %.16s already: the networks behind the "
                 "tunnel have to be networks of their own",
                 tap_ip(c->routes[i].ip), c->routes[i].bits,
                 tap_machine_device(m, there->index));
        return config_bad(l->node, "routes", why, err);
    }
    return 0;
}

static int check_all_free(const struct pac_file *f,
                          const struct tap_pac_config *c,
                          struct conf_error *err)
{
    struct tap_machine *m = malloc(sizeof *m);
    struct tap_netlink netlink = { .fd = -1 };
    int result = 0;
    uint32_t i;

    if (m != NULL && c->devices != NULL && tap_netlink_open(&netlink) == 0 &&
        tap_machine_read(m, &netlink) == 0) {
        tap_machine_forget(m, c->devices);
        for (i = 0; i < c->banks && result == 0; i++)
            if (c->bank[i].kind == TAP_PAC_CLIENT)
                result = check_free(&f->line[i].client, &c->bank[i].client, m,
                                    err);
    }
    tap_netlink_close(&netlink);
    free(m);
    return result;
}

int pac_file_check(struct pac_file *f, const struct tap_pac_config *c,
                   struct conf_error *err)
{
    size_t i;

    world_note_addresses(&f->world, c->world.listens ? "listen" : "local",
                         c->world.local, c->world.local_n, &f->notes);
    for (i = 0; i < f->lines; i++)
        if (f->line[i].serial.node != NULL &&
            check_port(&f->line[i].serial, err) < 0)
            return -1;
    if (check_all_free(f, c, err) < 0)
        return -1;
    return world_check_here(&f->world, err);
}

int pac_file_check_users(const struct pac_file *f,
                         const struct tap_pac_config *c,
                         const struct ppp_secrets *table,
                         struct conf_error *err)
{
    char why[CONFIG_WHY];
    uint32_t i;

    for (i = 0; i < c->banks; i++) {
        const struct tap_pac_bank *b = &c->bank[i];
        char user[NAS_PPPS_USER];

        if (tap_pac_has_secrets(b, table, user))
            continue;
        snprintf(why, sizeof why,
                 "'%.63s' is not in secrets; cure: a line there", user);
        return config_bad(pac_caller_of(&f->line[i])->node, "user", why, err);
    }
    return 0;
}

const struct bridge_lines *pac_file_simulated(const struct pac_file *f)
{
    return f->simulated;
}

int pac_file_check_real(const struct pac_file *f, struct conf_error *err)
{
    size_t i;

    for (i = 0; i < f->lines; i++)
        if (f->line[i].simulated.node != NULL)
            return conf_fail(err, f->line[i].simulated.node,
                             "simulated callers are of `dialtone bridge` "
                             "only");
    return 0;
}

const struct notes *pac_file_notes(const struct pac_file *f)
{
    return &f->notes;
}

void pac_file_free(struct pac_file *f)
{
    size_t i;

    if (f == NULL)
        return;
    for (i = 0; f->routes != NULL && i < f->lines; i++)
        free(f->routes[i]);
    free(f->routes);
    free(f->simulated);
    free(f->bank);
    keys_free(&pac_file_section, f);
    conf_free(f->tree);
    free(f);
}
