/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Profiles of links, read as SimGrid reads them; profile.h. */
#include "config.h"

#include "sim/profile.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "sim/file.h"

/* "DET time DET value" and what must not follow */
enum { TOKENS_MAX = 6, NUMBER_OCTETS = 64, SHOWN_OCTETS = 40 };

struct token {
    const char *at;
    size_t octets;
};

struct reading {
    struct sim_profile *p;
    const struct sim_profile_source *source;
    char *err;
    size_t err_octets;
    uint32_t line;
    uint32_t room; /* points */
    bool any;
    bool by_chance;
    bool repeats;
    uint32_t repeat_line;
    double last_s;
    double period_s; /* not above 0: LOOPAFTER's rule */
    double after_s;
};

bool sim_profile_next(const struct sim_profile *p,
                      struct sim_profile_cursor *c, uint64_t *at_ns,
                      double *value)
{
    const struct sim_profile_point *point;

    if (c->next >= p->n) {
        if (p->n == 0 || p->period_ns == 0 ||
            p->period_ns > UINT64_MAX - c->base_ns)
            return false;
        c->base_ns += p->period_ns;
        c->next = 0;
    }
    point = &p->points[c->next];
    if (point->at_ns > UINT64_MAX - c->base_ns)
        return false;
    *at_ns = c->base_ns + point->at_ns;
    *value = point->value;
    c->next++;
    return true;
}

void sim_profile_fini(struct sim_profile *p)
{
    free(p->points);
    *p = (struct sim_profile){ 0 };
}

/* ---- messages ---- */

static int wrong(const struct reading *r, uint32_t line, const char *what, ...)
    __attribute__((format(printf, 3, 4)));

static int wrong(const struct reading *r, uint32_t line, const char *what, ...)
{
    va_list args;
    int n = snprintf(r->err, r->err_octets, "%s:%u: ", r->source->name, line);

    va_start(args, what);
    if (n > 0 && (size_t)n < r->err_octets)
        vsnprintf(r->err + n, r->err_octets - (size_t)n, what, args);
    va_end(args);
    return PPTP_ERR_ARGUMENT;
}

/* "'token': what" at this line */
static int wrong_token(const struct reading *r, const struct token *t,
                       const char *what)
{
    char shown[SHOWN_OCTETS + 1];
    size_t n = t->octets < SHOWN_OCTETS ? t->octets : SHOWN_OCTETS;

    for (size_t i = 0; i < n; i++)
        shown[i] = t->at[i] >= ' ' && t->at[i] <= '~' ? t->at[i] : '?';
    shown[n] = '\0';
    return wrong(r, r->line, "'%s': %s", shown, what);
}

/* ---- tokens ---- */

static bool is(const struct token *t, const char *word)
{
    return t->octets == strlen(word) && memcmp(t->at, word, t->octets) == 0;
}

static bool by_chance(const struct token *t)
{
    static const char *const laws[] = {
        "STOCHASTIC", "NORM",        "NORMAL", "GAUSS",   "GAUSSIAN",
        "EXP",        "EXPONENTIAL", "UNIF",   "UNIFORM",
    };

    for (size_t i = 0; i < sizeof(laws) / sizeof(laws[0]); i++)
        if (is(t, laws[i]))
            return true;
    return false;
}

/* The whole token as a number, and nothing behind it. */
static bool number(const struct token *t, double *x)
{
    char text[NUMBER_OCTETS], *end;

    if (t->octets >= sizeof(text))
        return false;
    memcpy(text, t->at, t->octets);
    text[t->octets] = '\0';
    *x = strtod(text, &end);
    return end == text + t->octets && isfinite(*x);
}

/* As number, and not below 0; else an error with "UNIT, a number" in it. */
static int quantity(const struct reading *r, const struct token *t,
                    const char *unit, double *x)
{
    char what[80];
    bool is_number = number(t, x);

    if (is_number && *x >= 0)
        return PPTP_OK;
    snprintf(what, sizeof(what), "%s, a number%s", unit,
             is_number ? " not below 0" : "");
    return wrong_token(r, t, what);
}

/* ---- lines ---- */

/* Nanoseconds; UINT64_MAX for what no clock of ours reaches. */
static uint64_t to_ns(double s)
{
    double ns = s * 1e9 + 0.5;

    return ns < 0x1p63 ? (uint64_t)ns : UINT64_MAX;
}

static int add_point(struct reading *r, double at_s, double value)
{
    struct sim_profile_point *more;

    r->any = true;
    r->last_s = at_s;
    if (to_ns(at_s) == UINT64_MAX) /* it never comes */
        return PPTP_OK;
    if (r->p->n == r->room) {
        r->room = r->room ? 2 * r->room : 16;
        more = reallocarray(r->p->points, r->room, sizeof(*more));
        if (more == NULL)
            return PPTP_ERR_RESOURCE;
        r->p->points = more;
    }
    r->p->points[r->p->n++] = (struct sim_profile_point){
        .at_ns = to_ns(at_s),
        .value = value,
    };
    return PPTP_OK;
}

/* PERIODICITY or LOOPAFTER; the last of a kind holds. */
static int repeat_line(struct reading *r, const struct token *t, size_t n)
{
    double *x = is(t, "PERIODICITY") ? &r->period_s : &r->after_s;
    int e;

    if (n != 2)
        return wrong_token(r, t, "a time in seconds must follow, alone");
    e = quantity(r, t + 1, "seconds", x);
    r->repeats = true;
    r->repeat_line = r->line;
    return e;
}

static int point_line(struct reading *r, const struct token *t, size_t n)
{
    static const char *const units[] = {
        [SIM_PROFILE_RATE] = "octets/s",
        [SIM_PROFILE_LATENCY] = "seconds",
        [SIM_PROFILE_SPEED] = "a share of the host's speed",
    };
    const struct token *at = t + is(t, "DET"), *value, *end = t + n;
    double at_s, x;
    int e;

    value = at + 1;
    if (value < end && is(value, "DET"))
        value++;
    if (by_chance(t) || (value < end && by_chance(value))) {
        r->by_chance = true;
        if (r->source->kind == SIM_PROFILE_SPEED)
            return PPTP_OK;
        return wrong_token(r, by_chance(t) ? t : value,
                           "values drawn by chance are not simulated");
    }
    if (value >= end)
        return wrong_token(r, t, "a time and a value are expected");
    e = quantity(r, at, "a time in seconds", &at_s);
    if (!e)
        e = quantity(r, value, units[r->source->kind], &x);
    if (!e && value + 1 < end && *value[1].at != '#' && *value[1].at != '%')
        e = wrong_token(r, value + 1, "nothing may follow time and value");
    if (!e && at_s < r->last_s)
        e = wrong_token(r, at, "times must not go back");
    if (!e && r->source->kind == SIM_PROFILE_LATENCY && x > SIM_LATENCY_MAX_S)
        e = wrong_token(r, value, "longer than 1e9 s");
    if (!e && r->source->kind == SIM_PROFILE_RATE && x != 0 &&
        !sim_rate_counts(x))
        e = wrong_token(r, value, "octets/s; allowed: 0, or 1 to 1e15");
    return e ? e : add_point(r, at_s, x);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static int one_line(struct reading *r, const char *at, const char *end)
{
    struct token t[TOKENS_MAX];
    size_t n = 0;

    while (n < TOKENS_MAX) {
        while (at < end && is_space(*at))
            at++;
        if (at == end)
            break;
        t[n].at = at;
        while (at < end && !is_space(*at))
            at++;
        t[n].octets = (size_t)(at - t[n].at);
        n++;
    }
    if (n == 0 || *t[0].at == '#' || *t[0].at == '%')
        return PPTP_OK;
    if (is(t, "PERIODICITY") || is(t, "LOOPAFTER"))
        return repeat_line(r, t, n);
    return point_line(r, t, n);
}

/* ---- the whole ---- */

static int finish(struct reading *r)
{
    double period_s = r->period_s > 0 ? r->period_s : r->last_s + r->after_s;

    if (!r->any)
        return wrong(r, r->source->line, "no time and value in it");
    if (!r->repeats)
        return PPTP_OK;
    if (r->period_s > 0 && r->after_s > 0)
        return wrong(r, r->repeat_line,
                     "PERIODICITY and LOOPAFTER exclude each other");
    if (period_s < r->last_s)
        return wrong(r, r->repeat_line,
                     "a period of %g s is shorter than the list, whose last "
                     "time is %g s",
                     period_s, r->last_s);
    r->p->period_ns = to_ns(period_s);
    if (r->p->period_ns == 0)
        return wrong(r, r->repeat_line, "it would repeat after 0 s, for ever");
    if (r->p->period_ns == UINT64_MAX)
        r->p->period_ns = 0;
    return PPTP_OK;
}

int sim_profile_parse(struct sim_profile *p, const char *text, size_t octets,
                      const struct sim_profile_source *source, char *err,
                      size_t err_octets)
{
    struct reading r = {
        .p = p,
        .source = source,
        .err = err,
        .err_octets = err_octets,
        .line = source->line,
        .repeats = source->period_s > 0,
        .repeat_line = source->line,
        .period_s = source->period_s,
    };
    const char *at = text, *end = text + octets, *eol;
    int e = PPTP_OK;

    *p = (struct sim_profile){ 0 };
    while (at < end && !e && !r.by_chance) {
        for (eol = at; eol < end && *eol != '\n' && *eol != '\r'; eol++)
            ;
        e = one_line(&r, at, eol);
        if (eol + 1 < end && eol[0] == '\r' && eol[1] == '\n')
            eol++; /* one end of a line */
        at = eol + 1;
        r.line++;
    }
    if (!e && !r.by_chance)
        e = finish(&r);
    if (e == PPTP_ERR_RESOURCE)
        snprintf(err, err_octets, "%s: no memory for it", source->name);
    if (e || r.by_chance)
        sim_profile_fini(p);
    return e;
}

int sim_profile_read(struct sim_profile *p, const char *path,
                     enum sim_profile_kind kind, char *err, size_t err_octets)
{
    struct sim_profile_source source = { path, 1, kind, 0 };
    size_t octets;
    char *text = sim_file_read(path, &octets);
    int e;

    *p = (struct sim_profile){ 0 };
    if (text == NULL) {
        snprintf(err, err_octets, "%s: %s", path,
                 errno == EINVAL ? "not a regular file" : strerror(errno));
        return PPTP_ERR_ARGUMENT;
    }
    e = sim_profile_parse(p, text, octets, &source, err, err_octets);
    free(text);
    return e;
}
