/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a script: time, assertions, the report. */
#include "config.h"

#include "script/runner.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "conf/pptp_keys.h"
#include "conf/units.h"
#include "base/text.h"
#include "script/inject.h"
#include "script/match.h"
#include "script/values.h"
#include "script/verdict.h"

#define VALUE_TEXT 64 /* octets of a value of a key */

enum { TAIL_LINES = 40 };

/* --- the time line ------------------------------------------------------- */

/* Line `line` of the source, without its end. */
static int source_line(const struct script *s, uint32_t line, const char **out)
{
    const char *at = s->source;

    while (line-- > 1 && at != NULL)
        at = strchr(at, '\n') != NULL ? strchr(at, '\n') + 1 : NULL;
    if (at == NULL)
        return 0;
    *out = at + strspn(at, " \t");
    return (int)strcspn(*out, "\r\n");
}

static void log_line(struct runner *r, pptp_ns at, const char *mark,
                     const char *text, int len)
{
    pptp_ns t = at - r->start_ns;

    fprintf(r->log, "  %6llu.%06llu %s %.*s\n",
            (unsigned long long)(t / PPTP_S),
            (unsigned long long)(t % PPTP_S / PPTP_US), mark, len, text);
}

static void log_step(struct runner *r)
{
    const char *text = "";
    int len = source_line(r->script, r->step->line, &text);

    log_line(r, r->world->now_ns, " ", text, len);
}

static void log_event(struct runner *r, const struct script_event *e)
{
    char text[600];

    script_event_print(r, e, text, sizeof text);
    log_line(r, e->at_ns, "*", text, (int)strlen(text));
}

/* --- time and events ----------------------------------------------------- */

static uint64_t mix(uint64_t h, uint64_t v)
{
    h ^= v + UINT64_C(0x9e3779b97f4a7c15) + (h << 6) + (h >> 2);
    h *= UINT64_C(0xbf58476d1ce4e5b9);
    return h ^ h >> 29;
}

/* Adds an event in a way that the order between channels does not matter. */
static void note_decision(struct runner *r, const struct script_event *e)
{
    enum script_channel ch = script_channel_of(e->kind);
    struct script_name *n = script_name_of(r, r->step->who);
    uint64_t h = mix(0, (uint64_t)e->kind);
    const char *c;
    uint32_t i;

    for (c = r->step->who; *c != '\0'; c++)
        h = mix(h, (uint8_t)*c);
    if (n == NULL)
        n = &r->gre;
    h = mix(h, n->seen[ch]++);
    for (i = 0; i < e->octets_n; i++)
        h = mix(h, e->octets[i]);
    h = mix(h, e->len);
    h = mix(h, (uint64_t)e->tx << 32 | e->rx);
    for (i = 0; i < sizeof e->addr.octets; i++)
        h = mix(h, e->addr.octets[i]);
    h = mix(h, (uint64_t)e->end.was_up << 40 | (uint64_t)e->end.error << 32 |
                   (uint64_t)e->end.msg << 24 | (uint64_t)e->end.result << 16 |
                   e->end.cause);
    r->decisions += h;
}

static void drop_event(struct script_world *w, uint32_t i)
{
    memmove(&w->events[i], &w->events[i + 1],
            (--w->events_n - i) * sizeof w->events[0]);
}

/* The inside of a real peer stays its own. */
static bool blind(const struct runner *r)
{
    return r->world->ops->stats == NULL;
}

/* PPP above a real peer talks by itself, as soon as a call is up, and nobody
 * here answers: what the script does not ask for passes by, aloud. */
static bool of_its_ppp(const struct runner *r, const struct script_event *e)
{
    return blind(r) && script_carries_ppp(e);
}

static void pass_by(struct runner *r, uint32_t i, const char *why)
{
    char text[600];
    const struct script_event *e = &r->world->events[i];
    int n;

    script_event_print(r, e, text, sizeof text);
    n = (int)strlen(text);
    snprintf(text + n, sizeof text - (size_t)n, ", %s: passes by", why);
    log_line(r, e->at_ns, "*", text, (int)strlen(text));
    drop_event(r->world, i);
}

static void pass_ppp_by(struct runner *r, uint32_t i)
{
    r->ppp++;
    pass_by(r, i, "of its PPP");
}

/* Events before `when` that no expectation took are failures. */
static bool none_overdue(struct runner *r, pptp_ns when)
{
    const struct script_world *w = r->world;

    while (w->events_n > 0 && w->events[0].at_ns + w->tolerance_ns < when &&
           of_its_ppp(r, &w->events[0]))
        pass_ppp_by(r, 0);
    if (w->events_n == 0 || w->events[0].at_ns + w->tolerance_ns >= when)
        return true;
    script_event_print(r, &w->events[0], r->came, sizeof r->came);
    log_event(r, &w->events[0]);
    return script_failed(r, "nothing was expected at this time");
}

static void run_to(struct runner *r, pptp_ns until)
{
    while (r->world->now_ns < until)
        r->world->ops->run(r->world, until);
}

static bool time_of(struct runner *r, const struct script_step *st)
{
    pptp_ns base = st->absolute ? r->start_ns : r->anchor_ns;
    pptp_ns at = base + st->from_ns;

    if (at < base)
        return script_mistake(r, "no clock goes that far");
    if (at + r->world->tolerance_ns < r->anchor_ns)
        return script_mistake(r, "this time has passed already");
    if (at < r->anchor_ns)
        at = r->anchor_ns;
    run_to(r, at);
    r->anchor_ns = at;
    return none_overdue(r, at);
}

static struct script_event *find(struct runner *r, enum script_channel ch,
                                 const struct script_step *st)
{
    const struct script_name *n = script_name_of(r, st->who);
    uint32_t i;

    for (i = 0; i < r->world->events_n; i++) {
        struct script_event *e = &r->world->events[i];

        if (script_channel_of(e->kind) != ch)
            continue;
        /* each control connection is a stream of its own */
        if (ch == SCRIPT_CH_TCP && n != NULL && !n->is_call &&
            e->conn != n->ref)
            continue;
        return e;
    }
    return NULL;
}

/* Whether it is what the step says, without a verdict if it is not. */
static bool tries(struct runner *r, const struct script_step *st,
                  const struct script_event *e,
                  bool (*matches)(struct runner *, const struct script_step *,
                                  const struct script_event *))
{
    uint32_t vars = r->vars_n;

    if (matches(r, st, e))
        return true;
    if (r->result == SCRIPT_FAIL) {
        r->result = SCRIPT_PASS;
        r->vars_n = vars;
    }
    return false;
}

/* The next event of a channel that is the step's to judge; PPP of a real peer
 * is when it is what the step asks for, and its acknowledgments are when they
 * have come as far. */
static struct script_event *next_of(struct runner *r, enum script_channel ch,
                                    const struct script_step *st)
{
    struct script_event *e, seen;

    while ((e = find(r, ch, st)) != NULL && blind(r)) {
        if (script_acks_less(st, e)) {
            pass_by(r, (uint32_t)(e - r->world->events), "of less");
            continue;
        }
        if (!of_its_ppp(r, e))
            break;
        seen = *e;
        if (tries(r, st, &seen, script_matches) || r->result != SCRIPT_PASS)
            break;
        r->ppp_met = r->ppp_met ||
                     tries(r, st, &seen, script_matches_beside_ppp);
        pass_ppp_by(r, (uint32_t)(e - r->world->events));
    }
    return e;
}

/* What the step waits for did not come; or it came in a frame's company. */
static bool nothing_came(struct runner *r)
{
    if (r->ppp_met)
        return script_skipped(r, "its PPP speaks, and says with its frames "
                                 "what is asked for alone");
    return script_failed(r, "nothing came");
}

/* What cannot be seen is taken as done; a call gets its name. */
static bool unseen(struct runner *r, const struct script_step *st)
{
    uint32_t ref = r->names_n; /* any: nothing will come of it */

    log_step(r);
    return (script_name_of(r, st->who) != NULL ||
            script_name_bind(r, st->who, true, ref) != NULL) &&
           time_of(r, st);
}

static bool expect(struct runner *r, const struct script_step *st)
{
    pptp_ns base = st->absolute ? r->start_ns : r->anchor_ns;
    pptp_ns from = base + st->from_ns, to = base + st->to_ns;
    pptp_ns tolerance = r->world->tolerance_ns;
    enum script_channel ch;
    struct script_event *e, seen;

    if (!script_expect_channel(r, st, &ch))
        return false;
    if (from < base || to + tolerance < base)
        return script_mistake(r, "no clock goes that far");
    if (ch == SCRIPT_CH_LOCAL && blind(r))
        return unseen(r, st);
    r->ppp_met = false;
    while ((e = next_of(r, ch, st)) == NULL &&
           r->world->now_ns < to + tolerance)
        r->world->ops->run(r->world, to + tolerance);
    if (e == NULL)
        return none_overdue(r, to + tolerance) && nothing_came(r);
    seen = *e;
    script_event_print(r, e, r->came, sizeof r->came);
    if (!script_matches(r, st, &seen)) {
        log_event(r, &seen);
        return false;
    }
    log_event(r, &seen);
    drop_event(r->world, (uint32_t)(e - r->world->events));
    if (seen.at_ns + tolerance < from || seen.at_ns > to + tolerance)
        return script_failed(r, "it came %s",
                             seen.at_ns < from ? "too early" : "too late");
    note_decision(r, &seen);
    if (seen.at_ns > r->anchor_ns)
        r->anchor_ns = seen.at_ns;
    return none_overdue(r, r->anchor_ns);
}

/* --- assertions ---------------------------------------------------------- */

/* What an assertion compares; times are as exact as the world's are. */
struct view {
    uint64_t actual, want;
    pptp_ns slack;
};

static bool compare(const char *op, const struct view *v)
{
    uint64_t a = v->actual, b = v->want;
    bool near = (a > b ? a - b : b - a) <= v->slack && v->slack > 0;

    if (strcmp(op, "==") == 0)
        return a == b || near;
    if (strcmp(op, "!=") == 0)
        return a != b;
    if (strcmp(op, "<") == 0)
        return a < b || near;
    if (strcmp(op, "<=") == 0)
        return a <= b || near;
    if (strcmp(op, ">") == 0)
        return a > b || near;
    return a >= b || near;
}

static bool state_value(struct runner *r, const struct script_value *v,
                        bool is_call, uint64_t *out)
{
    unsigned i, n = is_call ? PPTP_CALL_STATES : PPTP_CTRL_STATES;

    for (i = 0; i < n && v->type == SCRIPT_WORD; i++) {
        const char *name = is_call
                               ? pptp_call_state_name((enum pptp_call_state)i)
                               : pptp_conn_state_name((enum pptp_conn_state)i);

        if (strcmp(name, v->text) == 0) {
            *out = i;
            return true;
        }
    }
    return script_mistake(r, "this is no state of a %s",
                          is_call ? "call" : "control connection");
}

static bool member_value(struct runner *r, const void *base,
                         const struct script_member *list, const char *name,
                         const struct script_value *v, struct view *out)
{
    const struct script_member *m = script_member_find(list, name);

    if (m == NULL || m->text)
        return script_mistake(r, "there is no `%s`", name);
    out->actual = script_member_get(base, m);
    out->slack = m->time ? r->world->tolerance_ns : 0;
    return script_number(r, v, m->time, &out->want);
}

/* What the path stands for now, and the value in the same unit. */
static bool look(struct runner *r, const struct script_step *st,
                 struct view *out)
{
    const struct script_value *v = &st->field[0].value;
    const char *dot = strchr(st->who, '.');
    struct pptp_call_info info;
    struct script_name *n;
    char name[64];
    int err;

    if (dot == NULL || (size_t)(dot - st->who) >= sizeof name)
        return script_mistake(r, "a path is NAME.FIELD or stats.COUNTER");
    memcpy(name, st->who, (size_t)(dot - st->who));
    name[dot - st->who] = '\0';
    if (strcmp(name, "stats") == 0)
        return member_value(r, r->world->ops->stats(r->world),
                            script_stats_members, dot + 1, v, out);
    n = script_name_of(r, name);
    if (n == NULL)
        return script_mistake(r, "`%s` is not bound yet", name);
    if (!n->is_call) {
        out->actual = (uint64_t)r->world->ops->conn_state(r->world, n->ref);
        return (strcmp(dot, ".state") == 0 ||
                script_mistake(r, "a control connection has .state only")) &&
               state_value(r, v, false, &out->want);
    }
    err = r->world->ops->call_info(r->world, n->ref, &info);
    if (strcmp(dot, ".gone") == 0) {
        /* one that has ended is seen until its place is used again */
        out->actual = err < 0 || info.state == PPTP_CALL_IDLE;
        return script_number(r, v, false, &out->want);
    }
    if (err < 0)
        return script_failed(r, "the call is gone");
    if (strcmp(dot, ".state") == 0) {
        out->actual = info.state;
        return state_value(r, v, true, &out->want);
    }
    return member_value(r, &info, script_info_members, dot + 1, v, out);
}

static bool ask(struct runner *r, const struct script_step *st)
{
    struct view v = { .slack = 0 };

    if (blind(r))
        return true;
    run_to(r, r->anchor_ns + r->world->settle_ns);
    if (!look(r, st, &v))
        return false;
    snprintf(r->came, sizeof r->came, "%s is %llu", st->who,
             (unsigned long long)v.actual);
    return compare(st->what, &v) ||
           script_failed(r, "the assertion does not hold");
}

/* --- steps --------------------------------------------------------------- */

/* A value as a file of keys has it; a bare time is of seconds here. */
static bool key_text(struct runner *r, const struct key *k,
                     const struct script_value *v, char out[VALUE_TEXT])
{
    const char *unit = k->type == KEY_TIME ? "s" : "";
    uint64_t n;

    if (v->type == SCRIPT_WORD || (v->type == SCRIPT_NUMBER && v->timed)) {
        snprintf(out, VALUE_TEXT, "%s", v->text);
        return true;
    }
    if (!script_number(r, v, false, &n))
        return false;
    if (k->type == KEY_BOOL && n < 2)
        snprintf(out, VALUE_TEXT, "%s", n != 0 ? "true" : "false");
    else
        snprintf(out, VALUE_TEXT, "%" PRIu64 "%s", n, unit);
    return true;
}

/* A key's name; two have the struct's in scripts, too. */
static const char *key_name(const char *name)
{
    if (strcmp(name, "ack_on") == 0)
        return "ack";
    return strcmp(name, "cap_rtt") == 0 ? "rtt_cap" : name;
}

static bool set_key(struct runner *r, const struct key_section *section,
                    const struct script_field *f)
{
    const char *name = key_name(f->name);
    const struct script_member *m = section == &script_config_section
                                        ? script_member_find(
                                              script_text_members, name)
                                        : NULL;
    struct conf_error why;
    size_t at;
    char text[VALUE_TEXT] = "";
    struct key k;

    if (m != NULL)
        return script_assign(r, &r->peer, m, f);
    /* of a key that is not there it is said which ones are */
    if (keys_find(section, name, &at, &k) && !key_text(r, &k, &f->value, text))
        return false;
    return keys_set(section, name, text, &r->peer, &why) == 0 ||
           script_mistake(r, "%s", why.text);
}

static bool configure(struct runner *r, const struct script_step *st)
{
    const struct key_section *section = st->kind == SCRIPT_LIMITS
                                            ? &script_limits_section
                                            : &script_config_section;
    uint32_t i;

    if (r->started)
        return script_mistake(r, "config and limits come first");
    for (i = 0; i < st->fields; i++)
        if (st->field[i].name == NULL)
            return script_mistake(r, "there is no key `@`");
        else if (!set_key(r, section, &st->field[i]))
            return false;
    return true;
}

/* Each key is right by itself: two do not fit together. */
static bool bad_pair(struct runner *r, int err)
{
    const char *why = pptp_keys_conflict(&r->peer.config);
    uint32_t i;

    /* the configuration is at fault, not what comes after it */
    for (i = 0; i < r->script->count; i++)
        if (r->script->steps[i].kind == SCRIPT_CONFIG)
            r->step = &r->script->steps[i];
    if (err == PPTP_ERR_RESOURCE)
        return script_mistake(r, "not enough memory for such a peer");
    if (why != NULL)
        return script_mistake(r, "%s", why);
    return script_mistake(r,
                          "a peer with this configuration cannot be made: %s",
                          pptp_strerror(err));
}

static bool begin(struct runner *r)
{
    int err;

    if (r->started)
        return true;
    r->started = true;
    err = r->world->ops->start(r->world, &r->peer.config, &r->peer.limits);
    if (err < 0)
        return r->world->no_peer[0] != '\0' ? script_no_peer(r)
                                            : bad_pair(r, err);
    r->start_ns = r->anchor_ns = r->world->now_ns;
    return true;
}

/* The next step's index. */
static bool loop(struct runner *r, const struct script_step *st, uint32_t *at)
{
    uint32_t here = (uint32_t)(st - r->script->steps);

    if (st->kind == SCRIPT_REPEAT) {
        if (r->depth == DEPTH_MAX)
            return script_mistake(r, "more than %d blocks in one another",
                                  DEPTH_MAX);
        r->loop[r->depth].step = here;
        r->loop[r->depth++].left = st->field[0].value.number;
    } else if (--r->loop[r->depth - 1].left > 0) {
        *at = r->loop[r->depth - 1].step + 1;
        return true;
    } else {
        r->depth--;
    }
    *at = here + 1;
    return true;
}

/* In a network, what we do takes time: steps count from when it happened. */
static bool took_time(struct runner *r)
{
    if (r->world->now_ns > r->anchor_ns)
        r->anchor_ns = r->world->now_ns;
    return true;
}

static bool step(struct runner *r, uint32_t *at)
{
    const struct script_step *st = r->step = &r->script->steps[*at];

    (*at)++;
    if (st->kind == SCRIPT_CONFIG || st->kind == SCRIPT_LIMITS)
        return configure(r, st);
    if (st->kind == SCRIPT_NEEDS)
        return true;
    if (!begin(r))
        return false;
    if (st->kind == SCRIPT_EXPECT)
        return expect(r, st);
    if (!time_of(r, st))
        return false;
    if (st->kind == SCRIPT_REPEAT || st->kind == SCRIPT_END)
        return loop(r, st, at);
    log_step(r);
    switch (st->kind) {
    case SCRIPT_SEND: return script_inject(r, st) && took_time(r);
    case SCRIPT_DO: return script_do(r, st) && took_time(r);
    case SCRIPT_ASK: return ask(r, st);
    default: return true;
    }
}

/* After the last step nothing may be left. */
static bool finish(struct runner *r)
{
    bool idle = !r->started;

    if (!begin(r))
        return false;
    if (idle)
        return script_mistake(r, "nothing to judge");
    if (r->joined_n > 0)
        return script_mistake(r, "octets with join=1 were never sent");
    run_to(r, r->world->now_ns + r->world->settle_ns);
    if (r->world->lost)
        return script_mistake(r, "more events than memory");
    if (r->world->events_n > 0)
        r->step = NULL; /* none of the steps is at fault */
    return none_overdue(r, PPTP_NEVER);
}

/* The last lines of the time line: the others are rarely looked at. */
static const char *tail(const char *text, size_t len, unsigned lines)
{
    const char *at = text + len;

    while (at > text && lines > 0)
        if (*--at == '\n' && at[1] != '\0')
            lines--;
    return at > text ? at + 1 : text;
}

static void report(struct runner *r, FILE *out, FILE *err,
                   const char *timeline, size_t timeline_len)
{
    char none[16];
    const char *text = none;
    const struct script_step *st = r->step;
    int len = st != NULL ? source_line(r->script, st->line, &text)
                         : snprintf(none, sizeof none, "nothing more");
    uint32_t n = r->script->count;
    uint32_t last = n > 0 ? r->script->steps[n - 1].line : 0;
    bool bad = r->result == SCRIPT_FAIL || r->result == SCRIPT_MISTAKE;

    if (r->result == SCRIPT_SKIP)
        fprintf(out, "%s:%u: skipped: %s\n", r->script->path,
                st != NULL ? st->line : last, r->why);
    if (r->ppp > 0 && r->result == SCRIPT_PASS)
        fprintf(out, "%s: its PPP speaks: %llu packet%s passed by\n",
                r->script->path, (unsigned long long)r->ppp,
                pptp_plural(r->ppp));
    if (bad)
        fprintf(r->result == SCRIPT_FAIL ? out : err, "%s:%u: %s\n",
                r->script->path, st != NULL ? st->line : last, r->why);
    if (r->result == SCRIPT_FAIL) {
        fprintf(out, "  expected: %.*s\n", len, text);
        fprintf(out, "  came:     %s\n", *r->came ? r->came : "nothing");
    }
    if (r->verbose)
        fprintf(out, "%s", timeline);
    else if (r->result == SCRIPT_FAIL)
        fprintf(out, "  the last of the time line (* is the peer):\n%s",
                tail(timeline, timeline_len, TAIL_LINES));
}

/* Says why, if there is a step that this world cannot show. */
static bool impossible(const struct script *s, struct script_world *w,
                       FILE *out)
{
    const char *why = NULL;
    uint32_t i;

    for (i = 0; w->ops->cannot != NULL && why == NULL && i < s->count; i++)
        why = w->ops->cannot(w, &s->steps[i]);
    if (why != NULL)
        fprintf(out, "%s:%u: skipped: %s\n", s->path, s->steps[i - 1].line,
                why);
    return why != NULL;
}

enum script_result script_run(const struct script *s, struct script_world *w,
                              bool verbose, FILE *out, FILE *err,
                              uint64_t *decisions)
{
    struct runner *r = calloc(1, sizeof *r);
    char *timeline = NULL;
    size_t timeline_len;
    enum script_result result = SCRIPT_MISTAKE;
    uint32_t at = 0;

    if (impossible(s, w, out)) {
        free(r);
        return SCRIPT_SKIP;
    }
    if (r != NULL) {
        r->names = calloc(NAMES_MAX, sizeof *r->names);
        r->vars = calloc(VARS_MAX, sizeof *r->vars);
        r->log = open_memstream(&timeline, &timeline_len);
    }
    if (r == NULL || r->names == NULL || r->vars == NULL || r->log == NULL) {
        fprintf(err, "%s: not enough memory\n", s->path);
        goto out;
    }
    r->script = s;
    r->world = w;
    r->verbose = verbose;
    pptp_config_default(&r->peer.config);
    pptp_limits_default(&r->peer.limits);
    while (at < s->count && step(r, &at))
        ;
    if (r->result == SCRIPT_PASS)
        finish(r);
    fflush(r->log);
    report(r, out, err, timeline, timeline_len);
    result = r->result;
    if (decisions != NULL)
        *decisions = r->decisions;
out:
    if (r != NULL) {
        if (r->log != NULL)
            fclose(r->log);
        free(r->names);
        free(r->vars);
    }
    free(r);
    free(timeline);
    return result;
}
