/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loop of a world, from its beginning to an orderly end; world.h. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "tap/control.h"
#include "tap/log.h"
#include "tap/world_impl.h"

/* Signals so close together are one: `timeout` and a terminal send theirs to
 * the process and to its group. */
#define SAME_SIGNAL_NS (1 * PPTP_S)

/* --- ends --------------------------------------------------------------- */

static void stop_conns(struct tap_world *w)
{
    uint32_t i;

    for (i = 0; i < w->tcp.limit; i++) {
        struct tap_tcp_conn *c = &w->tcp.conns[i];

        if (!c->used || c->closing)
            continue;
        pptp_node_begin(&w->node, tap_now());
        pptp_node_close(&w->node, c->id, PPTP_STOP_SHUTDOWN);
        tap_world_settle(w);
    }
}

static bool conns_left(const struct tap_world *w)
{
    uint32_t i;

    for (i = 0; i < w->tcp.limit; i++)
        if (w->tcp.conns[i].used)
            return true;
    return false;
}

/* PPP says goodbye, then calls are cleared, then connections stopped; who
 * does not answer gets a quarter of the time or a half.  Modems are left
 * meanwhile, and have all of it. */
void tap_world_drain_on(struct tap_world *w, pptp_ns now)
{
    uint32_t calls = w->daemon->calls(w->d);

    if (w->drain == TAP_DRAIN_PPP && (calls == 0 || w->drain_ns <= now)) {
        w->drain = TAP_DRAIN_CALLS;
        w->drain_ns = now + w->config->drain_ns / 4;
        w->daemon->close_calls(w->d, now, false);
        tap_world_do(w);
        calls = w->daemon->calls(w->d);
    }
    if (w->drain == TAP_DRAIN_CALLS && (calls == 0 || w->drain_ns <= now)) {
        w->drain = TAP_DRAIN_CONNS;
        w->drain_ns = now + w->config->drain_ns / 4;
        stop_conns(w);
    }
    if (w->drain == TAP_DRAIN_CONNS &&
        (!conns_left(w) || w->drain_ns <= now)) {
        w->drain = TAP_DRAIN_LINES;
        w->drain_ns = w->drain_began_ns + w->config->drain_ns;
    }
    if (w->drain == TAP_DRAIN_LINES &&
        (!w->daemon->busy(w->d) || w->drain_ns <= now))
        w->drain = TAP_DRAINED;
}

void tap_world_drain(struct tap_world *w, const char *why)
{
    pptp_ns now = tap_now();

    if (w->drain != TAP_SERVING && now - w->drain_began_ns < SAME_SIGNAL_NS)
        return;
    if (w->drain != TAP_SERVING) {
        tap_say(TAP_NOTICE, "%s again: ends at once", why);
        w->drain = TAP_DRAINED;
        return;
    }
    tap_say(TAP_NOTICE, "%s: ends, %u call%s", why, w->daemon->calls(w->d),
            w->daemon->calls(w->d) == 1 ? "" : "s");
    tap_notify(&w->notify, "STOPPING=1");
    tap_tcp_deaf(&w->tcp);
    w->drain = TAP_DRAIN_PPP;
    w->drain_began_ns = now;
    w->drain_ns = now + w->config->drain_ns / 2;
    tap_world_begin(w, now);
    tap_world_settle(w);
    w->daemon->close_calls(w->d, now, true);
    tap_world_do(w);
}

void tap_world_fail(struct tap_world *w)
{
    w->failed = true;
    w->drain = TAP_DRAINED;
}

/* --- counters ----------------------------------------------------------- */

void tap_world_counters(const struct tap_world *w, tap_counter *each,
                        void *ctx)
{
    const struct pptp_stats *pptp = pptp_peer_stats(w->node.peer);
    const struct tap_tcp_stats *tcp = &w->tcp.stats;
    struct tap_gre_stats gre = { 0 };
    uint32_t i;

    for (i = 0; i < w->config->local_n; i++) {
#define X(name, help) gre.name += w->gre[i].gre.stats.name;
        TAP_GRE_STATS(X)
#undef X
    }
#define X(name, help) each(ctx, "pptp", #name, help, pptp->name);
#include "pptp/stats.def"
#undef X
#define X(name, help) each(ctx, "tcp", #name, help, tcp->name);
    TAP_TCP_STATS(X)
#undef X
#define X(name, help) each(ctx, "gre", #name, help, gre.name);
    TAP_GRE_STATS(X)
#undef X
#define X(name, help) \
    each(ctx, "diagnose", #name, help, w->diagnose.stats.name);
    TAP_DIAGNOSE_STATS(X)
#undef X
    w->daemon->counters(w->d, each, ctx);
}

static void say_counter(void *ctx, const char *group, const char *name,
                        const char *help, uint64_t value)
{
    (void)ctx;
    if (value > 0)
        tap_say(TAP_INFO, "%s.%s %llu: %s", group, name,
                (unsigned long long)value, help);
}

/* At the end: what the daemon itself has counted, without all of PPP. */
static void say_own(void *ctx, const char *group, const char *name,
                    const char *help, uint64_t value)
{
    if (strcmp(group, "ppp") != 0)
        say_counter(ctx, group, name, help, value);
}

/* --- signals ------------------------------------------------------------ */

int tap_world_reload(struct tap_world *w)
{
    char lines[80];
    int result;

    snprintf(lines, sizeof lines, "RELOADING=1\nMONOTONIC_USEC=%llu",
             (unsigned long long)(tap_now() / PPTP_US));
    tap_notify(&w->notify, lines);
    result = w->daemon->reload(w->d);
    tap_notify(&w->notify, "READY=1");
    return result;
}

void tap_world_signals(struct tap_source *source, uint32_t events)
{
    struct tap_world *w = source->owner;
    struct signalfd_siginfo info;

    (void)events;
    if (read(source->fd, &info, sizeof info) != sizeof info)
        return;
    if (info.ssi_signo == SIGTERM)
        tap_world_drain(w, "SIGTERM");
    else if (info.ssi_signo == SIGINT)
        tap_world_drain(w, "SIGINT");
    else if (info.ssi_signo == SIGUSR1)
        tap_world_counters(w, say_counter, NULL);
    else
        tap_world_reload(w);
}

/* --- the loop ----------------------------------------------------------- */

static pptp_ns earlier(pptp_ns a, pptp_ns b)
{
    return a < b ? a : b;
}

static pptp_ns deadline(const struct tap_world *w)
{
    pptp_ns next = earlier(w->node_ns, w->daemon->deadline(w->d));

    if (w->drain != TAP_SERVING)
        next = earlier(next, w->drain_ns);
    next = earlier(next, tap_control_deadline(w->control));
    next = earlier(next, tap_diagnose_deadline(&w->diagnose));
    return earlier(next, w->notify.next_ns);
}

static void advance(struct tap_world *w, pptp_ns now)
{
    tap_notify_turn(&w->notify, now);
    tap_control_advance(w->control, now);
    tap_diagnose_advance(&w->diagnose, now);
    tap_world_look_at_tcp(w, now);
    if (w->node_ns <= now) {
        pptp_node_begin(&w->node, now);
        tap_world_settle(w);
    }
    if (w->daemon->deadline(w->d) <= now) {
        pptp_node_begin(&w->node, now);
        tap_world_settle(w);
        w->daemon->advance(w->d, now);
        tap_world_do(w);
    }
    if (w->drain != TAP_SERVING)
        tap_world_drain_on(w, now);
}

/* In a turn that begins with packets which had no room in the one before. */
enum { FEW_EVENTS = 16 };

/* What was begun goes before what begins: while more GRE waits than a turn
 * takes, only few connections and messages are looked at, or all that was
 * begun would time out together. */
static void catch_up(struct tap_world *w)
{
    bool behind = false;
    uint32_t i;

    for (i = 0; i < w->config->local_n; i++) {
        struct tap_gre *g = &w->gre[i].gre;

        if (!g->more)
            continue;
        behind = true;
        tap_world_early(w);
        tap_gre_read(g);
    }
    w->tcp.behind = behind;
    w->loop.most = behind ? FEW_EVENTS : TAP_LOOP_BATCH;
}

static int serve(struct tap_world *w)
{
    uint32_t i;

    while (w->drain != TAP_DRAINED) {
        pptp_ns until = deadline(w);

        catch_up(w);
        if (w->early_n > 0)
            until = earlier(until, w->early[0].ns + TAP_EARLY_NS);
        if (tap_loop_turn(&w->loop, until) < 0) {
            tap_say(TAP_ERROR, "epoll: %s", strerror(errno));
            return -1;
        }
        advance(w, tap_now());
        for (i = 0; i < w->config->local_n; i++)
            tap_gre_flush(&w->gre[i].gre);
    }
    return 0;
}

int tap_world_run(struct tap_world *w)
{
    int result;

    w->loop.fd = -1;
    w->signals.fd = -1;
    w->journal_fd = -1;
    tap_notify_open(&w->notify, tap_now());
    result = tap_world_open(w);
    if (result == 0) {
        w->daemon->ready(w->d);
        tap_notify(&w->notify, "READY=1");
        result = serve(w) < 0 || w->failed ? -1 : 0;
        tap_diagnose_end(&w->diagnose, tap_now());
        w->daemon->counters(w->d, say_own, NULL);
        tap_say(TAP_NOTICE, "ended");
    }
    tap_world_close(w);
    tap_log_flush();
    return result == 0 ? 0 : 1;
}
