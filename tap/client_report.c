/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What became of the calls of a bank of clients; client.h. */
#include "config.h"

#include <jansson.h>
#include <string.h>

#include "base/text.h"
#include "tap/client.h"
#include "tap/log.h"

void tap_client_book(struct tap_client_ends *e, const char *what,
                     const char *advice)
{
    unsigned i;

    for (i = 0; i + 1 < TAP_CLIENT_CAUSES; i++)
        if (e->cause[i].n == 0 || (strcmp(e->cause[i].what, what) == 0 &&
                                   strcmp(e->cause[i].advice, advice) == 0))
            break;
    if (i + 1 == TAP_CLIENT_CAUSES) {
        what = "of other causes";
        advice = "";
    }
    e->cause[i].what = what;
    e->cause[i].advice = advice;
    e->cause[i].n++;
}

bool tap_client_fell_short(const struct tap_client_bank *b)
{
    bool ends = b->config->hold_ns != 0 || b->config->redial_ns == 0;

    return ends && (b->stats.failed > 0 || b->stats.lost > 0);
}

/* --- for people --------------------------------------------------------- */

static void say_ends(const struct tap_client_bank *b,
                     const struct tap_client_ends *e, const char *which)
{
    unsigned i;

    for (i = 0; i < TAP_CLIENT_CAUSES && e->cause[i].n > 0; i++)
        tap_say(TAP_NOTICE, "%s: %llu %s: %s%s", b->config->name,
                (unsigned long long)e->cause[i].n, which, e->cause[i].what,
                e->cause[i].advice);
}

static uint64_t interrupted(const struct tap_client_bank *b)
{
    return b->stats.dialled - b->stats.up - b->stats.failed;
}

static double seconds(pptp_ns ns)
{
    return (double)ns / 1e9;
}

/* The set-up that a part q of them did not exceed, 0 if there was none. */
static double set_up_s(const struct tap_client_report *r, double q)
{
    return r->set_up.n > 0 ? hist_quantile_s(&r->set_up, q) : 0;
}

static void say_calls(const struct tap_client_bank *b)
{
    const struct tap_client_report *r = &b->report;
    unsigned long long calls = b->stats.dialled, up = b->stats.up;

    if (up == 0)
        tap_say(TAP_NOTICE, "%s: %llu call%s, 0 came up", b->config->name,
                calls, pptp_plural(calls));
    else
        tap_say(TAP_NOTICE,
                "%s: %llu call%s, %llu came up, in %.3f s; set-up: median "
                "%.3f ms, 99 %% within %.3f ms, longest %.3f ms",
                b->config->name, calls, pptp_plural(calls), up,
                seconds(r->latest_ns - r->began_ns), set_up_s(r, 0.5) * 1e3,
                set_up_s(r, 0.99) * 1e3, seconds(r->set_up.max_ns) * 1e3);
}

void tap_client_say(struct tap_client_bank *b)
{
    unsigned long long n = interrupted(b);

    tap_log_flush_many(&b->talk);
    say_ends(b, &b->report.failed, "failed");
    say_ends(b, &b->report.lost, "lost before their time");
    if (n > 0)
        tap_say(TAP_NOTICE, "%s: %llu not up yet when we ended them",
                b->config->name, n);
    if (b->stats.held_back > 0)
        tap_say(TAP_NOTICE,
                "%s: %llu waited for their turn, the longest %.3f s: no more "
                "than came up in time were on their way (`half_open`)",
                b->config->name, (unsigned long long)b->stats.held_back,
                seconds(b->report.held_back_ns));
    say_calls(b);
}

/* --- for programs ------------------------------------------------------- */

static void put(json_t *o, const char *key, json_t *value)
{
    json_object_set_new_nocheck(o, key, value);
}

static json_t *number(uint64_t n)
{
    return json_integer((json_int_t)n);
}

static json_t *ends_json(const struct tap_client_ends *e, uint64_t n)
{
    json_t *o = json_object(), *list = json_array(), *c;
    unsigned i;

    for (i = 0; i < TAP_CLIENT_CAUSES && e->cause[i].n > 0; i++) {
        c = json_object();
        put(c, "cause", json_string(e->cause[i].what));
        put(c, "calls", number(e->cause[i].n));
        json_array_append_new(list, c);
    }
    put(o, "calls", number(n));
    put(o, "causes", list);
    return o;
}

json_t *tap_client_json(const struct tap_client_bank *b)
{
    const struct tap_client_report *r = &b->report;
    json_t *o = json_object(), *t = json_object();

    put(o, "line", json_string(b->config->name));
    put(o, "calls", number(b->stats.dialled));
    put(o, "up", number(b->stats.up));
    put(o, "failed", ends_json(&r->failed, b->stats.failed));
    put(o, "lost", ends_json(&r->lost, b->stats.lost));
    put(o, "interrupted", number(interrupted(b)));
    put(o, "held_back", number(b->stats.held_back));
    put(o, "held_back_longest_s", json_real(seconds(r->held_back_ns)));
    put(o, "seconds",
        json_real(seconds(b->stats.up == 0 ? 0 : r->latest_ns - r->began_ns)));
    put(t, "median", json_real(set_up_s(r, 0.5)));
    put(t, "p99", json_real(set_up_s(r, 0.99)));
    put(t, "longest", json_real(seconds(r->set_up.max_ns)));
    put(o, "set_up_s", t);
    return o;
}
