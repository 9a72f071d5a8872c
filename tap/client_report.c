/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What became of the calls of a bank of clients; client_report.h. */
#include "config.h"

#include "tap/client_report.h"

#include <jansson.h>
#include <string.h>

#include "base/text.h"
#include "tap/client_words.h"
#include "tap/log.h"

/* Ends of one sort by what is said of them. */
struct said {
    struct {
        const char *what, *advice;
        uint64_t n;
    } cause[NAS_CAUSES];
    unsigned n;
};

static void add(struct said *s, const char *what, const char *advice,
                uint64_t n)
{
    unsigned i;

    for (i = 0; i < s->n; i++)
        if (strcmp(s->cause[i].what, what) == 0 &&
            strcmp(s->cause[i].advice, advice) == 0)
            break;
    if (i == s->n)
        s->n++;
    s->cause[i].what = what;
    s->cause[i].advice = advice;
    s->cause[i].n += n;
}

/* Causes that differ may sound alike. */
static void sort_out(const struct tap_client_config *c,
                     const struct nas_ends *e, struct said *out)
{
    unsigned i;

    memset(out, 0, sizeof *out);
    for (i = 0; i + 1 < NAS_CAUSES && e->n[i] > 0; i++)
        add(out, tap_client_what(&e->cause[i]),
            tap_client_advice(c, &e->cause[i]), e->n[i]);
    if (e->n[NAS_CAUSES - 1] > 0)
        add(out, "of other causes", "", e->n[NAS_CAUSES - 1]);
}

bool tap_client_fell_short(const struct tap_client_bank *b)
{
    const struct nas_callers_config *c = &b->config->calls;
    const struct nas_caller_stats *s = &b->calls.stats;

    return (c->hold_ns != 0 || c->redial_ns == 0) &&
           (s->failed > 0 || s->lost > 0);
}

/* --- for people --------------------------------------------------------- */

static void say_ends(const struct tap_client_bank *b, const struct nas_ends *e,
                     const char *which)
{
    struct said said;
    unsigned i;

    sort_out(b->config, e, &said);
    for (i = 0; i < said.n; i++)
        tap_say(TAP_NOTICE, "%s: %llu %s: %s%s", b->config->name,
                (unsigned long long)said.cause[i].n, which, said.cause[i].what,
                said.cause[i].advice);
}

/* Either way. */
static uint64_t calls_of(const struct tap_client_bank *b)
{
    return b->calls.stats.dialled + b->calls.stats.called;
}

static uint64_t interrupted(const struct tap_client_bank *b)
{
    return calls_of(b) - b->calls.stats.up - b->calls.stats.failed;
}

static double seconds(pptp_ns ns)
{
    return (double)ns / 1e9;
}

/* The set-up that a part q of them did not exceed, 0 if there was none. */
static double set_up_s(const struct nas_caller_report *r, double q)
{
    return r->set_up.n > 0 ? hist_quantile_s(&r->set_up, q) : 0;
}

/* A static text; none of calls that were only taken, since whoever placed them
 * knows how long they took. */
static const char *set_ups_text(const struct nas_caller_report *r)
{
    static char text[120];

    *text = '\0';
    if (r->set_up.n > 0)
        snprintf(text, sizeof text,
                 "; set-up: median %.3f ms, 99 %% within %.3f ms, longest "
                 "%.3f ms",
                 set_up_s(r, 0.5) * 1e3, set_up_s(r, 0.99) * 1e3,
                 seconds(r->set_up.max_ns) * 1e3);
    return text;
}

static void say_calls(const struct tap_client_bank *b)
{
    const struct nas_caller_report *r = &b->calls.report;
    unsigned long long calls = calls_of(b), up = b->calls.stats.up;

    if (up == 0)
        tap_say(TAP_NOTICE, "%s: %llu call%s, 0 came up", b->config->name,
                calls, pptp_plural(calls));
    else
        tap_say(TAP_NOTICE, "%s: %llu call%s, %llu came up, in %.3f s%s",
                b->config->name, calls, pptp_plural(calls), up,
                seconds(r->latest_ns - r->began_ns), set_ups_text(r));
}

void tap_client_say(struct tap_client_bank *b)
{
    unsigned long long n = interrupted(b);

    tap_log_flush_many(&b->talk);
    say_ends(b, &b->calls.report.failed, "failed");
    say_ends(b, &b->calls.report.lost, "lost before their time");
    if (n > 0)
        tap_say(TAP_NOTICE, "%s: %llu not up yet when we ended them",
                b->config->name, n);
    if (b->calls.stats.held_back > 0)
        tap_say(TAP_NOTICE,
                "%s: %llu waited for their turn, the longest %.3f s: no more "
                "than came up in time were on their way (`half_open`)",
                b->config->name, (unsigned long long)b->calls.stats.held_back,
                seconds(b->calls.report.held_back_ns));
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

static json_t *ends_json(const struct tap_client_config *config,
                         const struct nas_ends *e, uint64_t n)
{
    json_t *o = json_object(), *list = json_array(), *c;
    struct said said;
    unsigned i;

    sort_out(config, e, &said);
    for (i = 0; i < said.n; i++) {
        c = json_object();
        put(c, "cause", json_string(said.cause[i].what));
        put(c, "calls", number(said.cause[i].n));
        json_array_append_new(list, c);
    }
    put(o, "calls", number(n));
    put(o, "causes", list);
    return o;
}

json_t *tap_client_json(const struct tap_client_bank *b)
{
    const struct nas_caller_report *r = &b->calls.report;
    json_t *o = json_object(), *t = json_object();

    put(o, "line", json_string(b->config->name));
    put(o, "calls", number(calls_of(b)));
    put(o, "up", number(b->calls.stats.up));
    put(o, "failed", ends_json(b->config, &r->failed, b->calls.stats.failed));
    put(o, "lost", ends_json(b->config, &r->lost, b->calls.stats.lost));
    put(o, "interrupted", number(interrupted(b)));
    put(o, "held_back", number(b->calls.stats.held_back));
    put(o, "held_back_longest_s", json_real(seconds(r->held_back_ns)));
    put(o, "seconds",
        json_real(
            seconds(b->calls.stats.up == 0 ? 0 : r->latest_ns - r->began_ns)));
    put(t, "median", json_real(set_up_s(r, 0.5)));
    put(t, "p99", json_real(set_up_s(r, 0.99)));
    put(t, "longest", json_real(seconds(r->set_up.max_ns)));
    put(o, "set_up_s", t);
    return o;
}
