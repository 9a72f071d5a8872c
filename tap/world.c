/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loop of a world; world.h. */
#include "config.h"

#include "tap/world.h"

#include <errno.h>
#include <string.h>

#include "tap/control.h"
#include "tap/log.h"
#include "tap/world_io.h"
#include "tap/world_open.h"
#include "tap/world_orders.h"

/* --- the loop ----------------------------------------------------------- */

static pptp_ns earlier(pptp_ns a, pptp_ns b)
{
    return a < b ? a : b;
}

static pptp_ns deadline(const struct tap_world *w)
{
    pptp_ns next = earlier(w->nas.deadline, w->daemon->deadline(w->d));

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
    if (w->nas.deadline <= now) {
        nas_begin(&w->nas, now);
        nas_settle(&w->nas);
    }
    if (w->daemon->deadline(w->d) <= now) {
        nas_begin(&w->nas, now);
        nas_settle(&w->nas);
        w->daemon->advance(w->d, now);
        nas_do(&w->nas);
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

    result = tap_world_open(w);
    if (result == 0) {
        w->daemon->ready(w->d);
        tap_notify(&w->notify, "READY=1");
        result = serve(w) < 0 || w->failed ? -1 : 0;
        tap_diagnose_end(&w->diagnose, tap_now());
        tap_world_say_own(w);
        tap_say(TAP_NOTICE, "ended");
    }
    tap_world_close(w);
    tap_log_flush();
    return result == 0 ? 0 : 1;
}
