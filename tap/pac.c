/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The PAC daemon over the world, and its lines; pac.h. */
#include "config.h"

#include "tap/pac.h"

#include <errno.h>
#include <string.h>

#include "tap/log.h"
#include "tap/pac_banks.h"
#include "tap/pac_users.h"
#include "tap/pac_words.h"
#include "tap/resolver.h"

_Static_assert((int)TAP_PAC_PEERS <= (int)NAS_PAC_PEERS &&
                   (int)TAP_PAC_PEERS <= (int)TAP_RESOLVER_NAMES &&
                   (int)TAP_PAC_PEERS <= (int)TAP_KEEPER_PINS &&
                   (int)TAP_RESOLVER_ADDRESSES <= (int)NAS_PAC_ADDRESSES,
               "all peers may have names, and routes of their own");

struct pac {
    struct nas_pac nas; /* first member */
    struct tap_world world;
    const struct tap_pac_config *config;
    struct nas_pac_config nas_config;
    struct tap_pac_words words;
    struct tap_resolver resolver; /* of peers that have names */
    struct tap_pac_banks banks;
    bool failed; /* a line gave up, or a bank's calls were not what they
                  * should be */
    bool served; /* calls were possible */
    struct tap_secrets secrets;
};

_Static_assert(offsetof(struct pac, nas) == 0, "the first member");

/* --- what the PAC wants of its world ------------------------------------- */

static void on_event(void *ctx, const struct nas_event *e)
{
    struct pac *p = ctx;

    tap_events_put(&p->world.events, p->config->world.pptp.host_name, e);
    tap_pac_say(&p->words, e);
}

static void resolve(void *ctx, uint32_t peer, pptp_ns now)
{
    struct pac *p = ctx;

    tap_resolver_ask(&p->resolver, peer, now);
}

static void on_resolved(void *owner, uint32_t peer, const uint32_t *ip,
                        uint32_t n, const char *why)
{
    struct pac *p = owner;

    p->words.unresolved = why;
    nas_pac_resolved(&p->nas, tap_now(), peer, ip, n);
}

static enum nas_tcp_error error_of(int err)
{
    switch (err) {
    case 0: return NAS_TCP_NO_ERROR;
    case ETIMEDOUT: return NAS_TCP_TIMED_OUT;
    case ECONNREFUSED: return NAS_TCP_REFUSED;
    case ECONNRESET: return NAS_TCP_RESET;
    /* of ours: an address has less than 65,536 ports, mostly 28,232 */
    case EADDRNOTAVAIL:
    case EADDRINUSE: return NAS_TCP_NO_PORT;
    default: return NAS_TCP_OTHER;
    }
}

static void contact(void *ctx, pptp_conn_id conn, struct nas_contact *out)
{
    struct pac *p = ctx;
    const struct tap_world_contact *c = tap_world_contact(&p->world, conn);

    *out = (struct nas_contact){ .up_ns = c->up_ns,
                                 .heard = c->heard,
                                 .error = error_of(c->err) };
}

static const struct nas_pac_world nas_world = { .event = on_event,
                                                .resolve = resolve,
                                                .contact = contact };

/* --- what it is made of ------------------------------------------------- */

/* What the PAC is to do, from what people wrote. */
static void set_nas(struct pac *p, uint32_t lines)
{
    const struct tap_pac_config *c = p->config;
    struct nas_pac_config *n = &p->nas_config;
    uint32_t i;

    *n = (struct nas_pac_config){ .mode = c->mode,
                                  .peers = c->peers,
                                  .retry_ns = c->retry_ns,
                                  .retry_max_ns = c->retry_max_ns,
                                  .listens = c->world.listens,
                                  .calls = c->world.limits.calls,
                                  .conns = c->world.limits.conns,
                                  .lines = lines,
                                  .pool = &p->world.pool };
    for (i = 0; i < c->peers; i++)
        n->peer[i] = c->peer[i].name == NULL ? c->peer[i].ip : 0;
}

static int make(struct pac *p)
{
    const struct tap_pac_config *c = p->config;
    const uint32_t lines = tap_pac_banks_lines(c);

    set_nas(p, lines);
    if (tap_pac_banks_init(&p->banks, c) < 0)
        return -1;
    p->words = (struct tap_pac_words){
        .config = c, .world = &p->world, .pac = &p->nas, .line = p->banks.line
    };
    if (nas_pac_init(&p->nas, &p->nas_config, &p->world.nas, &nas_world, p,
                     tap_now()) != PPTP_OK ||
        tap_pac_words_init(&p->words, lines) < 0)
        return -1;
    return tap_pac_banks_make(&p->banks, &p->nas, &p->world,
                              &p->secrets.table);
}

/* --- a daemon ----------------------------------------------------------- */

static int on_open(void *d)
{
    struct pac *p = d;

    if (make(p) < 0) {
        tap_say(TAP_ERROR, "no memory for the lines, or a text that is too "
                           "long for one");
        return -1;
    }
    p->resolver.answered = on_resolved;
    p->resolver.owner = p;
    if (tap_resolver_listen(&p->resolver, &p->world.loop) < 0) {
        tap_say(TAP_ERROR, "names of servers: %s", strerror(errno));
        return -1;
    }
    return tap_pac_banks_open(&p->banks);
}

static void on_close(void *d)
{
    struct pac *p = d;

    tap_resolver_stop(&p->resolver);
    p->failed = !tap_pac_banks_close(&p->banks, p->served);
    nas_pac_fini(&p->nas);
    tap_pac_words_fini(&p->words);
    tap_secrets_free(&p->secrets);
}

static void on_ready(void *d)
{
    struct pac *p = d;

    p->served = true;
    tap_pac_banks_say(&p->banks);
    tap_say(TAP_NOTICE, "ready: %u line%s, %u %s%s", p->nas.lines,
            p->nas.lines == 1 ? "" : "s", p->config->peers,
            p->config->mode == NAS_PAC_ICRQ ? "PNS" : "VPN server",
            p->config->peers == 1 ? "" : "s");
}

static void catch_up(struct pac *p, pptp_ns now)
{
    if (p->config->lines != NULL)
        p->config->lines->advance(p->config->lines_ctx, now);
}

static void on_action(void *d, const struct pptp_action *a)
{
    struct pac *p = d;

    catch_up(p, p->world.nas.node.now_ns);
    nas_pac_action(&p->nas, a);
}

static pptp_ns on_deadline(const void *d)
{
    const struct pac *p = d;
    pptp_ns next = nas_pac_deadline(&p->nas);
    pptp_ns names = tap_resolver_deadline(&p->resolver);
    pptp_ns lines = p->config->lines == NULL
                        ? PPTP_NEVER
                        : p->config->lines->deadline(p->config->lines_ctx);

    if (p->nas.over && !p->nas.draining)
        return 0;
    if (lines < next)
        next = lines;
    return names < next ? names : next;
}

static void on_advance(void *d, pptp_ns now)
{
    struct pac *p = d;

    if (p->nas.over && !p->nas.draining) {
        tap_world_drain(&p->world, "no line will call again");
        return;
    }
    tap_resolver_advance(&p->resolver, now);
    catch_up(p, now);
    nas_pac_advance(&p->nas, now);
}

static void on_close_calls(void *d, pptp_ns now, bool politely)
{
    struct pac *p = d;

    catch_up(p, now);
    nas_pac_close(&p->nas, now, politely);
}

static void on_view(const void *d, pptp_call_id call,
                    struct tap_call_view *out)
{
    const struct pac *p = d;
    uint32_t i = nas_pac_line_of(&p->nas, call);
    const struct tap_line *l = i == NAS_NOBODY ? NULL : p->banks.line[i];

    *out = (struct tap_call_view){ .line = NULL };
    if (l == NULL)
        return;
    out->line = l->name;
    out->remote = l->nas->remote;
    if (l->ops->view != NULL)
        l->ops->view(l, out);
}

static int on_reload(void *d)
{
    (void)d;
    tap_say(TAP_NOTICE, "reload: a PAC has nothing that can be read again");
    return 0;
}

static void on_counters(const void *d, tap_counter *each, void *ctx)
{
    const struct pac *p = d;

    tap_count(each, ctx, "pac", nas_pac_probes, &p->nas.stats);
    tap_pac_banks_counters(&p->banks, each, ctx);
}

/* --- beginning ---------------------------------------------------------- */

static int start_keeper(struct pac *p)
{
    const struct tap_pac_config *c = p->config;
    struct tap_keeper_policy policy = { .file = { c->secrets },
                                        .secret = { true },
                                        .tun = c->devices,
                                        .default_route = c->default_route };
    uint32_t pin[TAP_PAC_PEERS], i;

    for (i = 0; i < c->peers; i++)
        if (c->peer[i].name != NULL)
            policy.pin_others = true;
        else
            pin[policy.pins++] = c->peer[i].ip;
    policy.pin = pin;
    return c->secrets == NULL && c->devices == NULL
               ? 0
               : tap_world_keeper(&p->world, &policy);
}

/* In the resolver's process, which talks to others. */
static void forget_secrets(void *ctx)
{
    struct pac *p = ctx;

    tap_secrets_forget(&p->secrets);
}

static int start_resolver(struct pac *p)
{
    const struct tap_pac_config *c = p->config;
    struct tap_resolver_config names = { .user = c->world.user,
                                         .forget = forget_secrets,
                                         .ctx = p };
    uint32_t i;

    for (i = 0; i < c->peers; i++)
        names.name[names.names++] = c->peer[i].name;
    if (tap_resolver_start(&p->resolver, &names) == 0)
        return 0;
    tap_say(TAP_ERROR, "process that looks names up: %s", strerror(errno));
    return -1;
}

static int on_begin(void *d)
{
    struct pac *p = d;
    const struct tap_pac_config *c = p->config;

    if (c->table != NULL)
        p->secrets.table = *c->table;
    if (start_keeper(p) < 0 || start_resolver(p) < 0)
        return -1;
    return c->secrets == NULL
               ? 0
               : tap_pac_users_load(&p->secrets, c, &p->world.keeper);
}

/* The daemon begins with its role, which has what is done with calls. */
static const struct tap_daemon daemon_ops = {
    .begin = on_begin,
    .open = on_open,
    .close = on_close,
    .ready = on_ready,
    .action = on_action,
    .later = nas_pac_later,
    .deadline = on_deadline,
    .advance = on_advance,
    .calls = nas_pac_calls,
    .close_calls = on_close_calls,
    .busy = nas_pac_leaving,
    .call_at = nas_pac_call_at,
    .view = on_view,
    .clear = nas_pac_clear,
    .reload = on_reload,
    .counters = on_counters,
};

int tap_pac_run(const struct tap_pac_config *c)
{
    struct pac p = { .config = c };
    int result;

    p.world.config = &c->world;
    p.world.daemon = &daemon_ops;
    p.world.d = &p;
    p.resolver.source.fd = -1;
    result = tap_world_run(&p.world);
    return result == 0 && p.failed ? 1 : result;
}
