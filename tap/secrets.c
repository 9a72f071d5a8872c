/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may come in, and with which address; what is read again; pns_impl.h. */
#include "config.h"

#include "tap/pns_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ppp/secrets.h"
#include "tap/log.h"
#include "tap/machine.h"

enum { WHY = 600 };

/* A table that was read, and is not in force yet. */
struct fresh {
    struct ppp_secrets table;
    void *mem;
    size_t octets;
};

/* A fixed address that is something else, or that no route leads to. */
static void check_fixed(const struct tap_pns *p)
{
    const struct tap_pns_config *c = p->config;
    uint32_t i;

    for (i = 0; i < p->aaa.secrets.n; i++) {
        const struct ppp_secret *e = &p->aaa.secrets.list[i];
        const struct nas_taken *why;

        if (!nas_aaa_is_fixed(e))
            continue;
        why = nas_pool_why_not(&p->addresses, e->ip_first);
        if (why != NULL)
            tap_say(TAP_WARNING,
                    "secrets %s: %s will not be given: it is %s; cure: "
                    "another one for that user",
                    c->secrets, tap_ip(e->ip_first), tap_taken_text(why));
        else if (!c->each && !tap_device_leads(c, e->ip_first))
            tap_say(TAP_WARNING,
                    "secrets %s: %s is outside `pool` and `routes`: nothing "
                    "will be sent there; cure: add it to `routes`",
                    c->secrets, tap_ip(e->ip_first));
    }
}

/* It may be that users come later, by SIGHUP. */
static void check_users(const struct tap_pns *p)
{
    if (p->config->secrets != NULL &&
        !ppp_secrets_for(&p->aaa.secrets, p->config->nas.ppp.name))
        tap_say(TAP_WARNING,
                "secrets %s: no line is for us, so nobody can log in; cure: a "
                "line such as: alice * \"password\" *, then SIGHUP",
                p->config->secrets);
}

int tap_secrets_settle(struct tap_pns *p)
{
    const struct ppp_secrets table = p->aaa.secrets;

    if (nas_aaa_set(&p->aaa, &table) < 0)
        return -1;
    check_fixed(p);
    return 0;
}

/* Sessions that are up know where they stand in the table. */
static void rebind(struct tap_pns *p)
{
    uint32_t i;

    for (i = 0; p->session != NULL && i < p->config->world.limits.calls; i++)
        if (p->session[i].call != PPTP_NONE && p->session[i].begun)
            ppp_secrets_changed(p->ppps.ppp, nas_ppps_at(&p->ppps, i));
}

static void forget(struct fresh *f)
{
    if (f->mem != NULL)
        ppp_wipe(f->mem, f->octets);
    free(f->mem);
    *f = (struct fresh){ .mem = NULL };
}

static int parse(const char *path, const char *text, size_t len,
                 struct fresh *out)
{
    struct ppp_secrets_error error = { 0 };

    out->octets = ppp_secrets_octets(text, len);
    out->mem = malloc(out->octets + 1);
    if (out->mem == NULL) {
        tap_say(TAP_ERROR, "secrets %s: no memory", path);
        return -1;
    }
    if (ppp_secrets_parse(text, len, out->mem, out->octets, &out->table,
                          &error) == 0)
        return 0;
    tap_say(TAP_ERROR, "%s:%u: %s", path, error.line, error.why);
    forget(out);
    return -1;
}

/* The file of secrets; -1 when it has been said why not. */
static int read_secrets(struct tap_pns *p, struct fresh *out)
{
    const char *path = p->config->secrets;
    char why[WHY], *text;
    size_t len;
    int result;

    *out = (struct fresh){ .mem = NULL };
    if (path == NULL)
        return 0;
    text = tap_keeper_read(&p->world.keeper, PNS_FILE_SECRETS, &len, why,
                           sizeof why);
    if (text == NULL) {
        tap_say(TAP_ERROR, "secrets %s: %s", path, why);
        return -1;
    }
    result = parse(path, text, len, out);
    ppp_wipe(text, len);
    free(text);
    return result;
}

static void take_secrets(struct tap_pns *p, const struct fresh *f)
{
    tap_secrets_free(p);
    p->aaa.secrets = f->table;
    p->secrets_mem = f->mem;
    p->secrets_octets = f->octets;
    check_users(p);
    if (p->session == NULL) /* the world is not there yet */
        return;
    /* without memory those who have a fixed address take it from others */
    (void)tap_secrets_settle(p);
    rebind(p);
}

int tap_secrets_load(struct tap_pns *p)
{
    struct fresh f;

    if (read_secrets(p, &f) < 0)
        return -1;
    take_secrets(p, &f);
    return 0;
}

void tap_secrets_free(struct tap_pns *p)
{
    if (p->secrets_mem != NULL)
        ppp_wipe(p->secrets_mem, p->secrets_octets);
    free(p->secrets_mem);
    p->secrets_mem = NULL;
    p->aaa.secrets = (struct ppp_secrets){ .list = NULL };
}

void tap_secrets_why(const struct tap_pns *p, const struct nas_aaa_answer *a,
                     char *why, size_t cap)
{
    switch (a->why) {
    case NAS_AAA_GIVEN:
    case NAS_AAA_HELD:
    case NAS_AAA_NONE_FREE:
        snprintf(why, cap, "no inner address is free; cure: a larger `pool`");
        break;
    case NAS_AAA_IN_USE:
        snprintf(why, cap,
                 "all addresses of his line in the file of secrets are in "
                 "use");
        break;
    case NAS_AAA_TAKEN:
        snprintf(why, cap,
                 "his address %s cannot be given: it is %s; cure: another "
                 "one in the file of secrets",
                 tap_ip(a->ip),
                 tap_taken_text(nas_pool_why_not(&p->addresses, a->ip)));
        break;
    }
}

/* --- reading again ------------------------------------------------------ */

/* The configuration as its file says it now. */
static int read_config(struct tap_pns *p, struct tap_pns_config *out)
{
    const struct tap_pns_config *c = p->config;
    char why[WHY], *text;
    size_t len;
    int result;

    *out = *c;
    out->restart = "";
    if (c->path == NULL)
        return 0;
    text = tap_keeper_read(&p->world.keeper, PNS_FILE_CONFIG, &len, why,
                           sizeof why);
    if (text == NULL) {
        tap_say(TAP_ERROR, "%s: %s", c->path, why);
        return -1;
    }
    result = c->again(c->again_ctx, text, len, out, why, sizeof why);
    free(text);
    if (result < 0)
        tap_say(TAP_ERROR, "%s", why);
    return result;
}

/* What a daemon that serves can take over. */
static void take_config(struct tap_pns *p, const struct tap_pns_config *c)
{
    struct tap_pns_config *now = &p->now;

    nas_pool_set(&p->addresses, c->nas.pool, c->nas.pools);
    memcpy(now->nas.pool, c->nas.pool, sizeof now->nas.pool);
    now->nas.pools = c->nas.pools;
    memcpy(now->route, c->route, sizeof now->route);
    now->routes = c->routes;
    memcpy(now->extra, c->extra, sizeof now->extra);
    now->extras = c->extras;
    memcpy(now->nas.taken, c->nas.taken, sizeof now->nas.taken);
    now->nas.takens = c->nas.takens;
    p->addresses.taken_n = c->nas.takens;
    now->nas.line_bps = c->nas.line_bps;
    now->nas.clamp_mss = c->nas.clamp_mss;
    now->nas.silent = c->nas.silent;
    now->nas.calls_source = c->nas.calls_source;
    /* memory was taken for so many */
    now->nas.calls = c->nas.calls < now->world.limits.calls
                         ? c->nas.calls
                         : now->world.limits.calls;
    now->nas.session_ns = c->nas.session_ns;
    now->nas.idle_ns = c->nas.idle_ns;
    now->world.drain_ns = c->world.drain_ns;
    now->world.half_open = c->world.half_open;
    now->world.half_open_source = c->world.half_open_source;
    now->world.conns_source = c->world.conns_source;
    p->world.tcp.half_open_limit = c->world.half_open;
    p->world.tcp.half_open_source = c->world.half_open_source;
    p->world.tcp.per_source = c->world.conns_source;
    p->world.tcp.rate_source = c->world.rate_source;
    tap_sessions_timers(p);
}

int tap_pns_reload(struct tap_pns *p)
{
    struct tap_pns_config c;
    struct fresh f = { .mem = NULL };
    uint64_t addresses;

    if (read_config(p, &c) < 0 || read_secrets(p, &f) < 0 ||
        tap_device_routes(p, &c) < 0) {
        forget(&f);
        tap_say(TAP_WARNING, "reload: everything stays as it was");
        return -1;
    }
    take_config(p, &c);
    take_secrets(p, &f);
    addresses = nas_pool_count(&p->addresses);
    tap_say(TAP_NOTICE,
            "reload: secrets read again, %u line%s; %llu address%s",
            p->aaa.secrets.n, pptp_plural(p->aaa.secrets.n),
            (unsigned long long)addresses, addresses == 1 ? "" : "es");
    if (*c.restart != 0)
        tap_say(TAP_WARNING, "reload: only a restart takes over: %s",
                c.restart);
    return 0;
}
