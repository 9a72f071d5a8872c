/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The PAC daemon over the world, and its lines; pac.h. */
#include "config.h"

#include "tap/pac.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ppp/secrets.h"
#include "ppp/stats.h"
#include "tap/control.h"
#include "tap/log.h"
#include "tap/pac_impl.h"
#include "tap/priv.h"

enum { WHY = 256 };

/* --- lines -------------------------------------------------------------- */

static uint32_t lines_of(const struct tap_pac_bank *b)
{
    return b->kind == TAP_PAC_CLIENT ? b->client.count : 1;
}

static void add_line(struct tap_pac *p, struct tap_line *line,
                     const char *name)
{
    struct pac_line *l = &p->line[p->lines];

    l->line = line;
    l->call = PPTP_NONE;
    l->conn = PPTP_NONE;
    line->nas->owner = &tap_trunk_owner;
    line->nas->ctx = p;
    line->nas->index = p->lines++;
    line->loop = &p->world.loop;
    line->pool = &p->world.pool;
    line->name = name;
    if (line->nas->polled)
        p->polled[p->polled_n++] = line->nas;
}

/* The banks' lines; a client's configuration gets what only we know. */
static int make_bank(struct tap_pac *p, uint32_t i)
{
    const struct tap_pac_bank *b = &p->config->bank[i];
    uint32_t k;

    switch (b->kind) {
    case TAP_PAC_PTY:
    case TAP_PAC_STDIO:
        if ((b->kind == TAP_PAC_PTY
                 ? tap_line_pty_init(&p->tty[i], &b->tty)
                 : tap_line_stdio_init(&p->tty[i], &b->tty)) < 0)
            return -1;
        add_line(p, &p->tty[i].line, b->name);
        break;
    case TAP_PAC_SERIAL:
        if (tap_line_serial_init(&p->serial[i], &b->serial) < 0)
            return -1;
        add_line(p, &p->serial[i].line, b->name);
        break;
    case TAP_PAC_CLIENT:
        if (tap_client_init(&p->clients[i], &b->client, &p->world.keeper,
                            &p->secrets) < 0)
            return -1;
        for (k = 0; k < b->client.count; k++)
            add_line(p, &p->clients[i].client[k].line, b->name);
        break;
    }
    return 0;
}

static uint32_t *no_lines(uint32_t n)
{
    uint32_t *map = malloc(n * sizeof *map);

    if (map != NULL)
        memset(map, 0xff, n * sizeof *map);
    return map;
}

static int make_lines(struct tap_pac *p)
{
    const struct tap_pac_config *c = p->config;
    uint32_t i, n = 0;

    for (i = 0; i < c->banks; i++)
        n += lines_of(&c->bank[i]);
    p->line = calloc(n, sizeof *p->line);
    p->polled = calloc(c->banks, sizeof(struct nas_line *));
    p->clients = calloc(c->banks, sizeof *p->clients);
    p->tty = calloc(c->banks, sizeof *p->tty);
    p->serial = calloc(c->banks, sizeof *p->serial);
    p->line_of_call = no_lines(c->world.limits.calls);
    p->line_of_conn = no_lines(c->world.limits.conns + 1);
    if (p->line == NULL || p->polled == NULL || p->clients == NULL ||
        p->tty == NULL || p->serial == NULL || p->line_of_call == NULL ||
        p->line_of_conn == NULL)
        return -1;
    for (i = 0; i < c->banks; i++)
        if (make_bank(p, i) < 0)
            return -1;
    return 0;
}

/* Where a pppd is to call. */
static void say_terminals(const struct tap_pac *p)
{
    uint32_t i;

    for (i = 0; i < p->config->banks; i++) {
        const struct tap_pac_bank *b = &p->config->bank[i];
        const char *link = b->tty.link;

        if (b->kind == TAP_PAC_PTY)
            tap_say(TAP_NOTICE, "line %s: %s%s%s%s; callers: `pppd %s ...`",
                    b->name, p->tty[i].slave, link != NULL ? " (" : "",
                    link != NULL ? link : "", link != NULL ? ")" : "",
                    link != NULL ? link : p->tty[i].slave);
    }
}

/* While new files can be opened; it is empty until the end. */
static int open_report(struct tap_pac *p)
{
    const char *path = p->config->report;

    if (path == NULL)
        return 0;
    p->report_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (p->report_fd >= 0)
        return 0;
    tap_say(TAP_ERROR, "report %s: %s", path, strerror(errno));
    return -1;
}

static void write_report(struct tap_pac *p)
{
    json_t *o = json_object(), *list = json_array();
    uint32_t i;

    for (i = 0; p->clients != NULL && i < p->config->banks; i++)
        if (p->clients[i].config != NULL)
            json_array_append_new(list, tap_client_json(&p->clients[i]));
    json_object_set_new(o, "lines", list);
    if (json_dumpfd(o, p->report_fd, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) <
            0 ||
        write(p->report_fd, "\n", 1) != 1 || close(p->report_fd) < 0) {
        tap_say(TAP_ERROR, "report %s: cannot be written: %s",
                p->config->report, strerror(errno));
        p->failed = true;
    }
    json_decref(o);
}

static int open_lines(struct tap_pac *p)
{
    char why[WHY];
    uint32_t i;

    for (i = 0; i < p->lines; i++) {
        struct tap_line *l = p->line[i].line;

        if (l->ops->open(l, why, sizeof why) < 0) {
            tap_say(TAP_ERROR, "line %s: %s", l->name, why);
            return -1;
        }
    }
    return 0;
}

static bool any_failed(const struct tap_pac *p)
{
    uint32_t i;

    for (i = 0; i < p->lines; i++)
        if (p->line[i].line->nas->failed)
            return true;
    for (i = 0; p->clients != NULL && i < p->config->banks; i++)
        if (p->clients[i].config != NULL &&
            tap_client_fell_short(&p->clients[i]))
            return true;
    return false;
}

/* --- secrets ------------------------------------------------------------ */

static int load_secrets(struct tap_pac *p)
{
    const char *path = p->config->secrets;
    struct ppp_secrets_error error = { 0 };
    char why[WHY], *text;
    size_t len;
    int result;

    text = tap_keeper_read(&p->world.keeper, PAC_FILE_SECRETS, &len, why,
                           sizeof why);
    if (text == NULL) {
        tap_say(TAP_ERROR, "secrets %s: %s", path, why);
        return -1;
    }
    p->secrets_octets = ppp_secrets_octets(text, len);
    p->secrets_mem = malloc(p->secrets_octets + 1);
    result = p->secrets_mem == NULL
                 ? tap_no_memory()
                 : ppp_secrets_parse(text, len, p->secrets_mem,
                                     p->secrets_octets, &p->secrets, &error);
    if (result < 0 && error.why != NULL)
        tap_say(TAP_ERROR, "%s:%u: %s", path, error.line, error.why);
    ppp_wipe(text, len);
    free(text);
    return result < 0 ? -1 : 0;
}

bool tap_pac_has_secrets(const struct tap_pac_bank *b,
                         const struct ppp_secrets *table,
                         char user[NAS_PPPS_USER])
{
    const struct tap_client_config *c = &b->client;
    uint32_t i, n;

    /* who can do without is asked by nobody who wants to know */
    if (b->kind != TAP_PAC_CLIENT || c->ppp.give_auth == PPP_AUTH_NONE)
        return true;
    n = tap_client_are_many(c) ? c->count : 1;
    for (i = 0; i < n; i++) {
        tap_client_user(c, i, user);
        if (ppp_secret_look(table, user, strlen(user), NULL, 0) == NULL)
            return false;
    }
    return true;
}

/* Without its password a client would be refused, and be so for ever. */
static int check_users(const struct tap_pac *p)
{
    char user[NAS_PPPS_USER];
    uint32_t i;

    for (i = 0; i < p->config->banks; i++) {
        const struct tap_pac_bank *b = &p->config->bank[i];

        if (tap_pac_has_secrets(b, &p->secrets, user))
            continue;
        tap_say(TAP_ERROR,
                "line %s: user '%s' is not in secrets %s; cure: a line there",
                b->name, user, p->config->secrets);
        return -1;
    }
    return 0;
}

static void free_secrets(struct tap_pac *p)
{
    if (p->secrets_mem != NULL)
        ppp_wipe(p->secrets_mem, p->secrets_octets);
    free(p->secrets_mem);
}

/* --- a daemon ----------------------------------------------------------- */

static int on_open(void *d)
{
    struct tap_pac *p = d;

    if (make_lines(p) < 0) {
        tap_say(TAP_ERROR, "no memory for the lines, or a text that is too "
                           "long for one");
        return -1;
    }
    if (tap_trunk_init(p) < 0) {
        tap_say(TAP_ERROR, "names of servers: %s", strerror(errno));
        return -1;
    }
    if (open_report(p) < 0)
        return -1;
    return open_lines(p);
}

static void on_close(void *d)
{
    struct tap_pac *p = d;
    uint32_t i;

    tap_resolver_stop(&p->resolver);
    p->failed = any_failed(p);
    for (i = 0; i < p->lines; i++)
        p->line[i].line->ops->close(p->line[i].line);
    if (p->report_fd >= 0)
        write_report(p);
    for (i = 0; p->clients != NULL && i < p->config->banks; i++)
        if (p->clients[i].config != NULL) {
            if (p->served)
                tap_client_say(&p->clients[i]);
            tap_client_fini(&p->clients[i]);
        }
    free(p->line);
    free(p->polled);
    free(p->clients);
    free(p->tty);
    free(p->serial);
    free(p->line_of_call);
    free(p->line_of_conn);
    free_secrets(p);
}

static void on_ready(void *d)
{
    struct tap_pac *p = d;

    p->served = true;
    say_terminals(p);
    tap_say(TAP_NOTICE, "ready: %u line%s, %u %s%s", p->lines,
            p->lines == 1 ? "" : "s", p->config->peers,
            p->config->mode == TAP_PAC_ICRQ ? "PNS" : "VPN server",
            p->config->peers == 1 ? "" : "s");
}

static void on_action(void *d, const struct pptp_action *a)
{
    tap_trunk_action(d, a);
}

static void on_later(void *d, const struct nas_later *t)
{
    tap_trunk_later(d, t);
}

static pptp_ns on_deadline(const void *d)
{
    const struct tap_pac *p = d;
    pptp_ns next = tap_trunk_deadline(p);
    uint32_t i;

    if (p->over && p->world.drain == TAP_SERVING)
        return 0;
    /* what a line told while nothing else went on */
    if (p->world.nas.count > 0)
        return 0;
    for (i = 0; i < p->polled_n; i++) {
        pptp_ns at = p->polled[i]->ops->deadline(p->polled[i]);

        if (at < next)
            next = at;
    }
    return next;
}

static void on_advance(void *d, pptp_ns now)
{
    struct tap_pac *p = d;
    uint32_t i;

    if (p->over && p->world.drain == TAP_SERVING) {
        tap_world_drain(&p->world, "no line will call again");
        return;
    }
    tap_trunk_advance(p, now);
    for (i = 0; i < p->polled_n; i++) {
        struct nas_line *l = p->polled[i];

        if (l->ops->deadline(l) <= now) {
            l->ops->advance(l, now);
            nas_do(&p->world.nas);
        }
    }
}

static uint32_t on_calls(const void *d)
{
    const struct tap_pac *p = d;

    return p->calls;
}

static void close_line(struct tap_pac *p, struct pac_line *l, pptp_ns now,
                       bool politely)
{
    l->leaving = politely;
    if (politely && l->line->nas->ops->bye != NULL)
        l->line->nas->ops->bye(l->line->nas, now);
    else if (l->state != PAC_FREE)
        tap_trunk_hangup(p, l);
}

static void on_close_calls(void *d, pptp_ns now, bool politely)
{
    struct tap_pac *p = d;
    uint32_t i;

    for (i = 0; i < p->lines; i++) {
        close_line(p, &p->line[i], now, politely);
        nas_do(&p->world.nas);
    }
}

static bool on_busy(const void *d)
{
    const struct tap_pac *p = d;
    uint32_t i;

    for (i = 0; i < p->polled_n; i++) {
        const struct nas_line *l = p->polled[i];

        if (l->ops->leaving != NULL && l->ops->leaving(l))
            return true;
    }
    return false;
}

static pptp_call_id on_call_at(const void *d, uint32_t slot)
{
    const struct tap_pac *p = d;
    uint32_t i = p->line_of_call[slot];

    return i == UINT32_MAX ? PPTP_NONE : p->line[i].call;
}

static void on_view(const void *d, pptp_call_id call,
                    struct tap_call_view *out)
{
    const struct tap_pac *p = d;
    uint32_t i = p->line_of_call[pptp_call_slot(call)];
    const struct tap_line *l = i == UINT32_MAX ? NULL : p->line[i].line;

    *out = (struct tap_call_view){ .line = NULL };
    if (l == NULL)
        return;
    out->line = l->name;
    out->remote = l->nas->remote;
    if (l->ops->view != NULL)
        l->ops->view(l, out);
}

static void on_clear(void *d, pptp_call_id call)
{
    struct tap_pac *p = d;
    uint32_t i = p->line_of_call[pptp_call_slot(call)];

    if (i != UINT32_MAX && p->line[i].call == call)
        tap_trunk_hangup(p, &p->line[i]);
}

static int on_reload(void *d)
{
    (void)d;
    tap_say(TAP_NOTICE, "reload: a PAC has nothing that can be read again");
    return 0;
}

static void add_async(struct tap_pac_line_stats *s,
                      const struct tap_async_stats *a)
{
    s->rx_frames += a->rx_frames;
    s->rx_octets += a->rx_octets;
    s->tx_frames += a->tx_frames;
    s->tx_octets += a->tx_octets;
    s->rx_no_packet += a->rx_no_packet;
    s->tx_full += a->tx_full;
    s->tx_too_long += a->tx_too_long;
    s->tx_no_call += a->tx_no_call;
}

static void add_modem(struct tap_pac_line_stats *s,
                      const struct tap_line_serial *l)
{
    const struct tap_at_stats *a = &l->at.stats;

    add_async(s, &l->async.stats);
    s->rings += l->rings;
    s->dcd_lost += l->dcd_lost;
    s->write_lost += l->write_lost;
    s->modem_lines += a->lines;
    s->modem_unknown += a->unknown;
    s->modem_too_long += a->too_long;
    s->modem_timeouts += a->timeouts;
    s->modem_refused += a->refused;
    s->modem_bad_number += a->bad_number + a->no_number;
    s->modem_unasked += a->unasked;
}

static void add_tty(struct tap_pac_line_stats *s, const struct tap_line_tty *l)
{
    add_async(s, &l->async.stats);
    s->rings += l->rings;
    s->noise += l->noise;
    s->refused_dials += l->refused_dials;
}

static void line_counters(const struct tap_pac *p, tap_counter *each,
                          void *ctx)
{
    struct tap_pac_line_stats s = { 0 };
    uint32_t i;

    for (i = 0; i < p->config->banks; i++)
        switch (p->config->bank[i].kind) {
        case TAP_PAC_PTY:
        case TAP_PAC_STDIO: add_tty(&s, &p->tty[i]); break;
        case TAP_PAC_SERIAL: add_modem(&s, &p->serial[i]); break;
        case TAP_PAC_CLIENT: break;
        }
#define X(name, help) each(ctx, "line", #name, help, s.name);
    TAP_PAC_LINE_STATS(X)
#undef X
}

static void on_counters(const void *d, tap_counter *each, void *ctx)
{
    const struct tap_pac *p = d;
    struct tap_client_stats clients = { 0 };
    struct ppp_stats ppp = { 0 };
    uint32_t i;

    for (i = 0; i < p->config->banks; i++) {
        const struct tap_client_bank *b = &p->clients[i];

        if (b->config == NULL)
            continue;
#define X(name, help) clients.name += b->stats.name;
        TAP_CLIENT_STATS(X)
#undef X
#define X(name, help) ppp.name += ppp_stats(b->ppps.ppp)->name;
#include "ppp/stats.def"
#undef X
    }
#define X(name, help) each(ctx, "pac", #name, help, p->stats.name);
    TAP_PAC_STATS(X)
#undef X
    line_counters(p, each, ctx);
#define X(name, help) each(ctx, "client", #name, help, clients.name);
    TAP_CLIENT_STATS(X)
#undef X
#define X(name, help) each(ctx, "ppp", #name, help, ppp.name);
#include "ppp/stats.def"
#undef X
}

static const struct tap_daemon daemon_ops = {
    .open = on_open,
    .close = on_close,
    .ready = on_ready,
    .action = on_action,
    .later = on_later,
    .deadline = on_deadline,
    .advance = on_advance,
    .calls = on_calls,
    .close_calls = on_close_calls,
    .busy = on_busy,
    .call_at = on_call_at,
    .view = on_view,
    .clear = on_clear,
    .reload = on_reload,
    .counters = on_counters,
};

/* --- beginning ---------------------------------------------------------- */

static int start_keeper(struct tap_pac *p)
{
    const struct tap_pac_config *c = p->config;
    struct tap_keeper_policy policy = { .file = { c->secrets },
                                        .secret = { true },
                                        .socket = { c->world.control->path,
                                                    c->world.control->other },
                                        .tun = c->devices,
                                        .default_route = c->default_route };
    uint32_t pin[TAP_PAC_PEERS], i;

    for (i = 0; i < c->peers; i++)
        if (c->peer[i].name != NULL)
            policy.pin_others = true;
        else
            pin[policy.pins++] = c->peer[i].ip;
    policy.pin = pin;
    if (c->secrets == NULL && c->devices == NULL)
        return 0;
    if (tap_keeper_start(&p->world.keeper, &policy) == 0)
        return 0;
    tap_say(TAP_ERROR, "keeper of privileges: %s", strerror(errno));
    return -1;
}

/* In the resolver's process, which talks to others. */
static void forget_secrets(void *ctx)
{
    struct tap_pac *p = ctx;
    uint32_t i;

    for (i = 0; i < p->secrets.n; i++)
        ppp_wipe((void *)(uintptr_t)p->secrets.list[i].secret,
                 p->secrets.list[i].secret_len);
}

static int start_resolver(struct tap_pac *p)
{
    const struct tap_pac_config *c = p->config;
    struct tap_resolver_config names = { .user = c->world.user,
                                         .forget = forget_secrets,
                                         .ctx = p };
    uint32_t i;

    for (i = 0; i < c->peers; i++)
        if (c->peer[i].name != NULL)
            names.name[names.names++] = c->peer[i].name;
    if (names.names == 0 || tap_resolver_start(&p->resolver, &names) == 0)
        return 0;
    tap_say(TAP_ERROR, "process that looks names up: %s", strerror(errno));
    return -1;
}

static int begin(struct tap_pac *p)
{
    const struct tap_pac_config *c = p->config;
    char why[WHY];

    if (tap_priv_check(why, sizeof why) < 0) {
        tap_say(TAP_ERROR, "%s", why);
        return -1;
    }
    if (c->table != NULL)
        p->secrets = *c->table;
    if (start_keeper(p) < 0 || start_resolver(p) < 0)
        return -1;
    if (c->secrets == NULL)
        return 0;
    return load_secrets(p) < 0 ? -1 : check_users(p);
}

int tap_pac_run(const struct tap_pac_config *c)
{
    struct tap_pac p = { .config = c, .report_fd = -1 };
    int result;

    tap_log_init();
    p.world.config = &c->world;
    p.world.daemon = &daemon_ops;
    p.world.d = &p;
    p.world.keeper.fd = -1;
    p.resolver.source.fd = -1;
    if (begin(&p) < 0) {
        free_secrets(&p);
        tap_resolver_stop(&p.resolver);
        tap_keeper_stop(&p.world.keeper);
        return 1;
    }
    result = tap_world_run(&p.world);
    return result == 0 && p.failed ? 1 : result;
}
