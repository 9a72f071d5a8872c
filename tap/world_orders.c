/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What signals and the control socket order: an orderly end, counters, new
 * secrets; world.h. */
#include "config.h"

#include "tap/world_orders.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/text.h"
#include "tap/log.h"

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
        nas_begin(&w->nas, tap_now());
        pptp_node_close(&w->nas.node, c->id, PPTP_STOP_SHUTDOWN);
        nas_settle(&w->nas);
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
        nas_do(&w->nas);
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
        (w->daemon->busy == NULL || !w->daemon->busy(w->d) ||
         w->drain_ns <= now))
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
            pptp_plural(w->daemon->calls(w->d)));
    tap_notify(&w->notify, "STOPPING=1");
    tap_tcp_deaf(&w->tcp);
    w->drain = TAP_DRAIN_PPP;
    w->drain_began_ns = now;
    w->drain_ns = now + w->config->drain_ns / 2;
    nas_begin(&w->nas, now);
    nas_settle(&w->nas);
    w->daemon->close_calls(w->d, now, true);
    nas_do(&w->nas);
}

void tap_world_fail(struct tap_world *w)
{
    w->failed = true;
    w->drain = TAP_DRAINED;
}

/* --- counters ----------------------------------------------------------- */

void tap_count(tap_counter *each, void *ctx, const char *group,
               const struct probe *list, const void *stats)
{
    for (; list->name != NULL; list++)
        each(ctx, group, list, probe_count(list, stats));
}

void tap_world_counters(const struct tap_world *w, tap_counter *each,
                        void *ctx)
{
    struct tap_gre_stats gre = { 0 };
    uint32_t i;

    for (i = 0; i < w->config->local_n; i++)
        probe_merge(tap_gre_probes, &gre, &w->gre[i].gre.stats);
    tap_count(each, ctx, "pptp", pptp_probes,
              pptp_peer_stats(w->nas.node.peer));
    tap_count(each, ctx, "tcp", tap_tcp_probes, &w->tcp.stats);
    tap_count(each, ctx, "gre", tap_gre_probes, &gre);
    tap_count(each, ctx, "diagnose", tap_diagnose_probes, &w->diagnose.stats);
    w->daemon->counters(w->d, each, ctx);
}

static void say_counter(void *ctx, const char *group, const struct probe *p,
                        uint64_t value)
{
    (void)ctx;
    if (value > 0)
        tap_say(TAP_INFO, "%s.%s %llu: %s", group, p->name,
                (unsigned long long)value, p->help);
}

/* What the daemon itself has counted, without all of PPP. */
static void say_own(void *ctx, const char *group, const struct probe *p,
                    uint64_t value)
{
    if (strcmp(group, "ppp") != 0)
        say_counter(ctx, group, p, value);
}

void tap_world_say_own(const struct tap_world *w)
{
    w->daemon->counters(w->d, say_own, NULL);
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
