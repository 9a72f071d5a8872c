/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scripts as text; the language is in script.h. */
#include "config.h"

#include "script/script.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "conf/units.h"
#include "script/runner.h"

#define OCTETS_MAX ((size_t)16 << 20) /* of a script: a mistake beyond */
#define TIME_MAX (UINT64_C(360000000) * PPTP_S)

struct parser {
    struct script *s;
    char *at; /* the rest of this line */
    uint32_t line;
    uint32_t room;
    uint32_t open[DEPTH_MAX]; /* blocks without their end yet */
    uint32_t depth;
    char *why;
    size_t cap;
};

static int wrong(struct parser *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int wrong(struct parser *p, const char *format, ...)
{
    va_list args;
    int n = snprintf(p->why, p->cap, "%s:%u: ", p->s->path, p->line);

    va_start(args, format);
    if (n >= 0 && (size_t)n < p->cap)
        vsnprintf(p->why + n, p->cap - (size_t)n, format, args);
    va_end(args);
    return -1;
}

/* The next token, ended by NUL; NULL at the end of the line. A quote keeps
 * blanks together. */
static char *token(struct parser *p)
{
    char *t;
    bool quoted = false;

    while (*p->at == ' ' || *p->at == '\t')
        p->at++;
    if (*p->at == '\0' || *p->at == '#')
        return NULL;
    for (t = p->at; *p->at != '\0'; p->at++)
        if (*p->at == '"')
            quoted = !quoted;
        else if (!quoted && (*p->at == ' ' || *p->at == '\t'))
            break;
    if (*p->at != '\0')
        *p->at++ = '\0';
    return t;
}

static bool is_number(const char *t)
{
    return isdigit((unsigned char)*t) || (*t == '.' && t[1] != '\0');
}

/* A real number or an address, which stay words: a key knows what it is. */
static bool is_dotted(const char *t)
{
    const char *dot = strchr(t, '.');

    return dot != NULL &&
           (t[strspn(t, "0123456789.")] == '\0' || dot != strrchr(t, '.'));
}

/* Decimal, hexadecimal, or a time with its unit. */
static int number(struct parser *p, const char *t, uint64_t *out, bool *timed)
{
    char why[160], *end;

    errno = 0;
    *timed = false;
    if (!is_number(t)) /* strtoull takes signs, and nothing at all */
        return wrong(p, "`%s`: a number is expected", t);
    *out = strtoull(t, &end, t[0] == '0' && (t[1] | 32) == 'x' ? 16 : 10);
    if (*end == '\0' && errno == 0)
        return 0;
    *timed = true;
    if (units_time(t, out, why, sizeof why) == 0)
        return 0;
    return wrong(p,
                 "`%s` is no number and no time; allowed are 12, 0x0c, "
                 "50ms, 1.5s, 60s, 2min",
                 t);
}

int script_time(const char *text, uint64_t *out, char *why, size_t cap)
{
    char with_unit[64];
    size_t n = strlen(text);

    if (n > 0 && n + 2 < sizeof with_unit && is_number(text) &&
        strspn(text, "0123456789.") == n) {
        memcpy(with_unit, text, n);
        memcpy(with_unit + n, "s", 2);
        text = with_unit;
    }
    return units_time(text, out, why, cap);
}

static int duration(struct parser *p, const char *t, pptp_ns *out)
{
    char why[160];

    if (script_time(t, out, why, sizeof why) < 0)
        return wrong(p, "%s", why);
    if (*out > TIME_MAX)
        return wrong(p, "`%s`: a script lasts 100000 h at most", t);
    return 0;
}

static int hex(struct parser *p, char *t, struct script_value *v)
{
    size_t n = strlen(t), i;

    /* all of it first: the message shows it as it was */
    if (n % 2 != 0 || strspn(t, "0123456789abcdefABCDEF") != n)
        return wrong(p, "`%s` is not hex: pairs of 0…9 a…f are expected", t);
    v->type = SCRIPT_TEXT;
    v->text = t;
    v->len = n / 2;
    for (i = 0; i < n; i += 2) {
        const char two[3] = { t[i], t[i + 1], 0 };

        t[i / 2] = (char)strtoul(two, NULL, 16);
    }
    return 0;
}

/* "text" with \\, \n and \xNN. */
static int quoted(struct parser *p, char *t, struct script_value *v)
{
    char *to = t;

    v->type = SCRIPT_TEXT;
    v->text = t;
    for (t++; *t != '\0' && *t != '"'; t++)
        if (*t != '\\') {
            *to++ = *t;
        } else if (t[1] == 'x' && isxdigit((unsigned char)t[2]) &&
                   isxdigit((unsigned char)t[3])) {
            const char two[3] = { t[2], t[3], 0 };

            *to++ = (char)strtoul(two, NULL, 16);
            t += 3;
        } else if (t[1] == 'n' || t[1] == '\\') {
            *to++ = t[1] == 'n' ? '\n' : '\\';
            t++;
        } else {
            return wrong(p, "after a \\ in a text, n, \\ or xNN is expected");
        }
    if (t[0] != '"' || t[1] != '\0')
        return wrong(p, "a text ends with a quote and nothing behind it");
    v->len = (size_t)(to - v->text);
    return 0;
}

static int variable(struct parser *p, char *t, struct script_value *v)
{
    char *sign = t + 1 + strcspn(t + 1, "+-");
    uint64_t n = 0;
    bool minus = *sign == '-', timed;

    v->type = SCRIPT_VAR;
    v->text = t + 1;
    if (*sign != '\0') {
        *sign++ = '\0';
        if (number(p, sign, &n, &timed) < 0)
            return -1;
        v->add = (int64_t)(minus ? 0 - n : n);
    }
    if (t[1] == '\0' || (t[1] == '!' && t[2] == '\0'))
        return wrong(p, "a name is expected after $");
    return 0;
}

static int value(struct parser *p, char *t, struct script_value *v)
{
    *v = (struct script_value){ .type = SCRIPT_WORD, .text = t };
    if (*t == '"')
        return quoted(p, t, v);
    if (strncmp(t, "hex:", 4) == 0)
        return hex(p, t + 4, v);
    if (*t == '$')
        return variable(p, t, v);
    if (strcmp(t, "*") == 0) {
        v->type = SCRIPT_ANY;
    } else if (strcmp(t, "-") == 0) {
        v->type = SCRIPT_ABSENT;
    } else if (is_number(t) && !is_dotted(t)) {
        v->type = SCRIPT_NUMBER;
        return number(p, t, &v->number, &v->timed);
    } else if (*t == '\0') {
        return wrong(p, "a value is missing after =");
    }
    return 0;
}

static int field(struct parser *p, struct script_step *st, char *t)
{
    struct script_field *f = &st->field[st->fields];
    char *eq = strchr(t, '=');
    uint64_t at = 0;
    bool timed;

    if (st->fields == SCRIPT_FIELDS_MAX)
        return wrong(p, "more than %d fields", SCRIPT_FIELDS_MAX);
    if (eq == NULL || eq == t)
        return wrong(p, "`%s`: FIELD=VALUE is expected", t);
    *eq = '\0';
    if (script_field_of(st, t) != NULL)
        return wrong(p, "`%s` is named twice", t);
    f->name = t;
    if (*t == '@') {
        if (number(p, t + 1, &at, &timed) < 0)
            return -1;
        if (at > 1535)
            return wrong(p, "`%s`: octets 0…1535 can be patched", t);
        f->name = NULL;
        f->at = (uint32_t)at;
    }
    st->fields++;
    return value(p, eq + 1, &f->value);
}

static int fields(struct parser *p, struct script_step *st)
{
    char *t;

    while ((t = token(p)) != NULL)
        if (field(p, st, t) < 0)
            return -1;
    return 0;
}

/* +D, +D~E or @D */
static int time_of(struct parser *p, struct script_step *st, char *t)
{
    char *range = strchr(t, '~');

    st->absolute = *t == '@';
    if (range != NULL)
        *range++ = '\0';
    if (duration(p, t + 1, &st->from_ns) < 0)
        return -1;
    st->to_ns = st->from_ns;
    if (range == NULL)
        return 0;
    if (duration(p, range, &st->to_ns) < 0)
        return -1;
    if (st->to_ns < st->from_ns)
        return wrong(p, "a range of times goes upwards");
    return 0;
}

static int ask(struct parser *p, struct script_step *st)
{
    static const char *const ops[] = { "==", "!=", "<", "<=", ">", ">=" };
    char *v;
    size_t i;

    st->who = token(p);
    st->what = st->who != NULL ? token(p) : NULL;
    v = st->what != NULL ? token(p) : NULL;
    if (v == NULL || token(p) != NULL)
        return wrong(p, "`? PATH OP VALUE` is expected, as in "
                        "`? c1.state == established`");
    for (i = 0; i < sizeof ops / sizeof ops[0]; i++)
        if (strcmp(ops[i], st->what) == 0) {
            st->fields = 1;
            return value(p, v, &st->field[0].value);
        }
    return wrong(
        p, "`%s` is no comparison; allowed are == != < <= > >=", st->what);
}

static int end_of_block(struct parser *p, struct script_step *st)
{
    if (p->depth == 0)
        return wrong(p, "`end` without `repeat`");
    st->jump = p->open[--p->depth];
    p->s->steps[st->jump].jump = (uint32_t)(st - p->s->steps);
    return 0;
}

static int repeat(struct parser *p, struct script_step *st)
{
    char *n = token(p);
    uint64_t times = 0;
    bool timed;

    if (n == NULL || number(p, n, &times, &timed) < 0 || times < 1 ||
        times > SCRIPT_REPEAT_MAX)
        return wrong(p, "`repeat N` with 1…%u is expected", SCRIPT_REPEAT_MAX);
    if (p->depth == DEPTH_MAX)
        return wrong(p, "more than %d blocks in one another", DEPTH_MAX);
    p->open[p->depth++] = (uint32_t)(st - p->s->steps);
    st->field[0].value.number = times;
    return 0;
}

static int actor(struct parser *p, struct script_step *st)
{
    st->who = token(p);
    st->what = st->who != NULL ? token(p) : NULL;
    if (st->what == NULL)
        return wrong(p, "a name and what happens are expected, as in "
                        "`c1 SCCRQ` or `k1 up`");
    return fields(p, st);
}

static int statement(struct parser *p, struct script_step *st, char *t,
                     bool timed)
{
    static const struct {
        const char *word;
        enum script_kind kind;
    } words[] = {
        { "config", SCRIPT_CONFIG }, { "limits", SCRIPT_LIMITS },
        { "needs", SCRIPT_NEEDS },   { "<", SCRIPT_SEND },
        { ">", SCRIPT_EXPECT },      { ">!", SCRIPT_EXPECT },
        { "do", SCRIPT_DO },         { "?", SCRIPT_ASK },
        { "wait", SCRIPT_WAIT },     { "repeat", SCRIPT_REPEAT },
        { "end", SCRIPT_END },
    };
    size_t i;

    for (i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i].word, t) == 0)
            break;
    if (i == sizeof words / sizeof words[0])
        return wrong(p,
                     "`%s` is no statement; allowed are config, limits, "
                     "needs, <, >, >!, do, ?, wait, repeat, end",
                     t);
    st->kind = words[i].kind;
    st->exact = strcmp(t, ">!") == 0;
    if (st->to_ns != st->from_ns && st->kind != SCRIPT_EXPECT)
        return wrong(p, "only an expectation has a range of times");
    if (timed && st->kind <= SCRIPT_NEEDS)
        return wrong(p, "`%s` has no time", t);
    switch (st->kind) {
    case SCRIPT_CONFIG:
    case SCRIPT_LIMITS: return fields(p, st);
    case SCRIPT_NEEDS:
        st->what = token(p);
        if (st->what == NULL || strcmp(st->what, "inside") != 0)
            return wrong(p, "`needs inside` is all there is");
        break;
    case SCRIPT_SEND:
    case SCRIPT_EXPECT:
    case SCRIPT_DO: return actor(p, st);
    case SCRIPT_ASK: return ask(p, st);
    case SCRIPT_WAIT: break;
    case SCRIPT_REPEAT:
        if (repeat(p, st) < 0)
            return -1;
        break;
    case SCRIPT_END:
        if (end_of_block(p, st) < 0)
            return -1;
        break;
    }
    return token(p) == NULL ? 0
                            : wrong(p, "nothing is expected after `%s`", t);
}

static int step(struct parser *p)
{
    struct script *s = p->s;
    struct script_step *st;
    char *t = token(p);
    bool timed;

    if (t == NULL)
        return 0;
    if (s->count == SCRIPT_STEPS_MAX)
        return wrong(p, "more than %u steps", SCRIPT_STEPS_MAX);
    if (s->count == p->room) {
        uint32_t room = p->room ? 2 * p->room : 64;
        struct script_step *more = realloc(s->steps, room * sizeof *more);

        if (more == NULL)
            return wrong(p, "not enough memory");
        s->steps = more;
        p->room = room;
    }
    st = &s->steps[s->count];
    *st = (struct script_step){ .line = p->line };
    timed = *t == '+' || *t == '@';
    if (timed) {
        if (time_of(p, st, t) < 0)
            return -1;
        t = token(p);
        if (t == NULL)
            return wrong(p, "a statement is expected after the time");
    }
    if (statement(p, st, t, timed) < 0)
        return -1;
    s->count++;
    return 0;
}

/* Cuts the text into lines and reads each. */
static int lines(struct parser *p)
{
    char *line, *next;

    for (line = p->s->text; line != NULL; line = next) {
        size_t n;

        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        n = strlen(line);
        if (n > 0 && line[n - 1] == '\r')
            line[n - 1] = '\0';
        p->line++;
        p->at = line;
        if (step(p) < 0)
            return -1;
    }
    if (p->depth > 0) {
        p->line = p->s->steps[p->open[p->depth - 1]].line;
        return wrong(p, "`repeat` without `end`");
    }
    if (p->s->count == 0) {
        snprintf(p->why, p->cap, "%s: nothing to judge", p->s->path);
        return -1;
    }
    return 0;
}

int script_parse(struct script *s, const char *path, const char *text,
                 size_t len, char *why, size_t cap)
{
    struct parser p = { .s = s, .why = why, .cap = cap, .line = 1 };
    size_t i;
    int err;

    *s = (struct script){ .path = path };
    for (i = 0; i < len; i++) {
        if (text[i] == '\0')
            return wrong(&p, "this is not a text file");
        p.line += text[i] == '\n';
    }
    p.line = 0;
    s->text = malloc(len + 1);
    s->source = malloc(len + 1);
    if (s->text == NULL || s->source == NULL) {
        script_free(s);
        return wrong(&p, "not enough memory");
    }
    if (len > 0)
        memcpy(s->text, text, len);
    s->text[len] = '\0';
    memcpy(s->source, s->text, len + 1);
    err = lines(&p);
    if (err < 0)
        script_free(s);
    return err;
}

int script_load(struct script *s, const char *path, char *why, size_t cap)
{
    FILE *f = fopen(path, "rb");
    char *text = f != NULL ? malloc(OCTETS_MAX + 1) : NULL;
    size_t n = text != NULL ? fread(text, 1, OCTETS_MAX + 1, f) : 0;
    int result = -1;

    *s = (struct script){ .path = path };
    if (f == NULL || text == NULL || ferror(f))
        snprintf(why, cap, "%s: %s", path, strerror(errno));
    else if (n > OCTETS_MAX)
        snprintf(why, cap, "%s: longer than 16 MiB", path);
    else
        result = script_parse(s, path, text, n, why, cap);
    free(text);
    if (f != NULL)
        fclose(f);
    return result;
}

void script_free(struct script *s)
{
    free(s->steps);
    free(s->text);
    free(s->source);
    *s = (struct script){ .path = s->path };
}
