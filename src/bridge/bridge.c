/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Simulated lines and callers before a real PAC; bridge.h. */
#include "config.h"

#include "bridge/bridge.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "sim/line.h"
#include "sim/pace.h"
#include "tap/priv.h"

enum { EVENTS_MAX = 1 << 24 }; /* more than packets and callers need */

/* Callers of a kind, and their lines. */
struct bank {
    struct sim_alarm timer; /* first member: a caller's time comes */
    struct bridge *bridge;
    const struct bridge_lines *config;
    struct tap_client_bank *clients; /* NULL: nothing is simulated */
    struct sim_lines lines;
    struct sim_line *line; /* by caller */
    struct sim_pingers pingers;
    uint64_t lost[SIM_PLACES];
};

struct bridge {
    struct sim_pace pace;
    struct bank *bank; /* by the PAC's */
    uint32_t banks;
    bool begun; /* callers may call */
};

/* --- lines ---------------------------------------------------------------- */

/* When the next of its callers wants something. */
static void arm(struct bank *b)
{
    pptp_ns at = nas_callers_deadline(&b->clients->calls);

    if (at != PPTP_NEVER)
        sim_alarm_set(&b->bridge->pace.cal, &b->timer, at);
}

static void on_timer(struct sim_sink *s, uint32_t arg)
{
    struct bank *b = (struct bank *)(void *)s;
    pptp_ns now = b->bridge->pace.cal.now;

    (void)arg;
    if (!sim_alarm_due(&b->timer, now))
        return;
    nas_callers_advance(&b->clients->calls, now);
    arm(b);
}

static void on_asked(void *ctx, const struct sim_line *l,
                     struct pptp_call_request *r)
{
    (void)ctx;
    (void)l;
    (void)r;
}

static void on_lost(void *ctx, pptp_pkt pkt, enum sim_place place)
{
    struct bank *b = ctx;

    (void)pkt;
    b->lost[place]++;
}

/* The daemon's loop settles its node. */
static void on_told(struct sim_line *l)
{
    (void)l;
}

static void on_heard(struct sim_line *l)
{
    arm(l->kind->ctx);
}

static const struct sim_line_world line_world = { .asked = on_asked,
                                                  .lost = on_lost,
                                                  .told = on_told,
                                                  .settle = on_told,
                                                  .heard = on_heard };

/* --- callers -------------------------------------------------------------- */

static double seconds(pptp_ns ns)
{
    return (double)ns / 1e9;
}

/* A static text. */
static const char *pings_text(const struct ping_count *n)
{
    static char text[160];
    int len = snprintf(text, sizeof text, "%llu ping%s, %llu answered",
                       (unsigned long long)n->sent, pptp_plural(n->sent),
                       (unsigned long long)n->answered);

    if (n->answered > 0)
        snprintf(text + len, sizeof text - (size_t)len,
                 ", round trip %.3f/%.3f/%.3f ms", seconds(n->min_ns) * 1e3,
                 seconds(ping_mean_ns(n)) * 1e3, seconds(n->max_ns) * 1e3);
    return text;
}

static void on_event(void *ctx, const struct nas_event *e)
{
    struct bank *b = ctx;

    tap_client_tell(b->clients, e);
    if (e->kind == NAS_EV_CALLER_UP)
        sim_pinger_up(&b->pingers, e->index);
}

static bool on_address_up(void *ctx, uint32_t i, const struct ppp_info *info)
{
    (void)ctx;
    (void)i;
    (void)info;
    return true;
}

static void on_address_down(void *ctx, uint32_t i)
{
    struct bank *b = ctx;
    const struct tap_line *l = &b->clients->client[i].line;
    const struct nas_caller_call *call = nas_callers_call(&b->clients->calls,
                                                          i);
    const struct ping_count *pings = sim_pinger_down(&b->pingers, i);

    tap_say_many(l->talk, tap_now(), NULL, TAP_INFO,
                 "%s: down, was up for %.3f s as %s, %s; %s", l->name,
                 seconds(b->bridge->pace.cal.now - call->up_ns),
                 tap_ip(call->ip_local), tap_ip(call->ip_peer),
                 pings_text(pings));
}

static void on_ip_out(void *ctx, uint32_t i, pptp_pkt pkt, uint8_t *ip,
                      size_t n)
{
    struct bank *b = ctx;

    (void)pkt;
    sim_pinger_ip(&b->pingers, i, ip, n);
}

static const struct nas_caller_world caller_world = {
    .event = on_event,
    .address_up = on_address_up,
    .address_down = on_address_down,
    .ip_out = on_ip_out
};

/* --- what the PAC's daemon asks ------------------------------------------- */

static int make_bank(struct bank *b, struct pptp_pool *pool)
{
    const struct line_config *line = &b->config->line;
    const struct nas_callers_config *calls = &b->clients->config->calls;

    sim_alarm_init(&b->timer, on_timer);
    b->lines = (struct sim_lines){ .cal = &b->bridge->pace.cal,
                                   .pool = pool,
                                   .world = &line_world,
                                   .ctx = b,
                                   .config = *line,
                                   .ppd_ds = line_ppd_ds(calls->mtu,
                                                         line->buffer_packets,
                                                         line->rate_bps, 0) };
    b->pingers = (struct sim_pingers){ .cal = &b->bridge->pace.cal,
                                       .callers = &b->clients->calls,
                                       .config = &b->config->ping,
                                       .pool = pool };
    b->line = calloc(calls->count, sizeof *b->line);
    return b->line == NULL || sim_pingers_init(&b->pingers) < 0 ? -1 : 0;
}

static int on_make(void *ctx, uint32_t bank, struct tap_client_bank *clients,
                   struct pptp_pool *pool)
{
    struct bridge *bridge = ctx;
    struct bank *b = &bridge->bank[bank];
    uint32_t i;

    if (b->config->line.rate_bps == 0)
        return 0;
    b->bridge = bridge;
    b->clients = clients;
    if (make_bank(b, pool) < 0)
        return -1;
    clients->calls.world = &caller_world;
    clients->calls.ctx = b;
    for (i = 0; i < clients->config->calls.count; i++) {
        sim_line_init(&b->line[i], &b->lines, &clients->calls.caller[i].line);
        clients->client[i].line.nas = &b->line[i].line;
    }
    return 0;
}

static pptp_ns on_deadline(void *ctx)
{
    struct bridge *b = ctx;

    return b->begun ? sim_calendar_next(&b->pace.cal) : 0;
}

static void on_advance(void *ctx, pptp_ns now)
{
    struct bridge *b = ctx;
    uint64_t behind;
    uint32_t i;

    sim_pace_run(&b->pace, now);
    behind = sim_pace_tell(&b->pace, now);
    if (behind > 0)
        tap_say(TAP_WARNING,
                "the simulation was %.3f s behind the clock: this machine is "
                "too busy for it; cure: fewer callers or slower lines",
                seconds(behind));
    for (i = 0; i < b->banks && !b->begun; i++)
        if (b->bank[i].clients != NULL)
            arm(&b->bank[i]);
    b->begun = true;
}

static void on_say(void *ctx, uint32_t bank)
{
    const struct bridge *bridge = ctx;
    const struct bank *b = &bridge->bank[bank];

    if (b->clients != NULL)
        tap_say(TAP_NOTICE, "%s: %s; this machine was %.3f ms late at most",
                b->clients->config->name, pings_text(&b->pingers.ended),
                seconds(bridge->pace.late_ns) * 1e3);
}

static void put(json_t *o, const char *key, json_t *value)
{
    json_object_set_new(o, key, value);
}

static json_t *number(uint64_t n)
{
    return json_integer((json_int_t)n);
}

static void on_report(void *ctx, uint32_t bank, json_t *o)
{
    const struct bridge *bridge = ctx;
    const struct bank *b = &bridge->bank[bank];
    const struct ping_count *n = &b->pingers.ended;
    json_t *pings = json_object(), *trip = json_object();

    put(trip, "min", json_real(seconds(n->min_ns)));
    put(trip, "mean", json_real(seconds(ping_mean_ns(n))));
    put(trip, "max", json_real(seconds(n->max_ns)));
    put(pings, "sent", number(n->sent));
    put(pings, "answered", number(n->answered));
    put(pings, "round_trip_s", trip);
    put(o, "pings", pings);
    put(o, "frames_full", number(b->lost[SIM_PLACE_line]));
    put(o, "frames_call_end", number(b->lost[SIM_PLACE_call_end]));
    put(o, "frames_no_packet",
        number(b->lost[SIM_PLACE_pool] + b->pingers.exhausted));
    put(o, "late_longest_s", json_real(seconds(bridge->pace.late_ns)));
}

static const struct probe probes[] = {
    PROBE(struct sim_pace, behind, PROBE_COUNTER, "times",
          "times that it was 100 ms behind the clock"),
    PROBE_END
};

static void on_counters(const void *ctx, tap_counter *each, void *to)
{
    const struct bridge *b = ctx;

    tap_count(each, to, "bridge", probes, &b->pace);
}

static const struct tap_pac_lines pac_lines = { .make = on_make,
                                                .deadline = on_deadline,
                                                .advance = on_advance,
                                                .say = on_say,
                                                .report = on_report,
                                                .counters = on_counters };

/* --- all of it ------------------------------------------------------------ */

static int begin(struct bridge *b, const struct bridge_lines *lines)
{
    uint32_t i;

    if (sim_pace_init(&b->pace, EVENTS_MAX, tap_now()) < 0)
        return tap_no_memory();
    b->bank = calloc(b->banks, sizeof *b->bank);
    if (b->bank == NULL)
        return tap_no_memory();
    for (i = 0; i < b->banks; i++)
        b->bank[i].config = &lines[i];
    return 0;
}

static void end(struct bridge *b)
{
    uint32_t i;

    for (i = 0; b->bank != NULL && i < b->banks; i++) {
        sim_lines_fini(&b->bank[i].lines);
        sim_pingers_fini(&b->bank[i].pingers);
        free(b->bank[i].line);
    }
    free(b->bank);
    sim_pace_fini(&b->pace);
}

int bridge_run(const struct tap_pac_config *c,
               const struct bridge_lines *lines)
{
    struct bridge b = { .banks = c->banks };
    struct tap_pac_config pac = *c;
    int result;

    pac.lines = &pac_lines;
    pac.lines_ctx = &b;
    result = begin(&b, lines) < 0 ? 1 : tap_pac_run(&pac);
    end(&b);
    return result;
}
