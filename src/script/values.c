/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names, variables, and the members that a script's fields set. */
#include "config.h"

#include "script/values.h"

#include <string.h>

#include "script/verdict.h"

struct script_name *script_name_of(struct runner *r, const char *name)
{
    uint32_t i;

    /* the latest: a name in a loop is bound again and again */
    for (i = r->names_n; i-- > 0;)
        if (strcmp(r->names[i].name, name) == 0)
            return &r->names[i];
    return NULL;
}

struct script_name *script_name_bind(struct runner *r, const char *name,
                                     bool is_call, uint32_t ref)
{
    struct script_name *n = script_name_of(r, name);

    if (n == NULL) {
        if (r->names_n == NAMES_MAX) {
            script_mistake(r, "more than %d names", NAMES_MAX);
            return NULL;
        }
        n = &r->names[r->names_n++];
        memset(n, 0, sizeof *n);
        n->name = name;
    }
    n->is_call = is_call;
    n->ref = ref;
    return n;
}

static uint64_t *var_of(struct runner *r, const char *name)
{
    uint32_t i;

    for (i = 0; i < r->vars_n; i++)
        if (strcmp(r->vars[i].name, name) == 0)
            return &r->vars[i].value;
    return NULL;
}

bool script_number(struct runner *r, const struct script_value *v, bool time,
                   uint64_t *out)
{
    const uint64_t *var;

    switch (v->type) {
    case SCRIPT_NUMBER:
        if (v->timed && !time)
            return script_mistake(r, "a number is expected, not a time");
        *out = time && !v->timed ? v->number * PPTP_S : v->number;
        return true;
    case SCRIPT_VAR:
        var = var_of(r, v->text);
        if (var == NULL)
            return script_mistake(r, "$%s is not bound yet", v->text);
        *out = *var + (uint64_t)v->add;
        return true;
    case SCRIPT_WORD:
        return script_word(v->text, out) ||
               script_mistake(r, "`%s` is no number", v->text);
    default: return script_mistake(r, "a number is expected");
    }
}

static bool bind(struct runner *r, const struct script_value *v,
                 const char *name, uint64_t value)
{
    uint64_t *var = var_of(r, name);

    if (v->add != 0 || (var == NULL && r->vars_n == VARS_MAX))
        return script_mistake(r, "$%s cannot be bound here", v->text);
    if (var == NULL) {
        r->vars[r->vars_n].name = name;
        var = &r->vars[r->vars_n++].value;
    }
    *var = value;
    return true;
}

bool script_agrees(struct runner *r, const struct script_value *v, bool time,
                   unsigned octets, uint64_t actual)
{
    uint64_t mask = octets < 8 ? (UINT64_C(1) << 8 * octets) - 1 : UINT64_MAX;
    uint64_t want;

    if (v->type == SCRIPT_ANY)
        return true;
    if (v->type == SCRIPT_VAR && *v->text == '!')
        return bind(r, v, v->text + 1, actual);
    if (v->type == SCRIPT_VAR && var_of(r, v->text) == NULL)
        return bind(r, v, v->text, actual);
    if (!script_number(r, v, time, &want))
        return false;
    /* $x+1 wraps as the field does; what is written down has to fit */
    if (v->type == SCRIPT_VAR)
        want &= mask;
    return want <= mask
               ? want == actual
               : script_mistake(r, "the value does not fit %u octets", octets);
}

bool script_agrees_text(const struct script_value *v, const char *actual,
                        size_t octets)
{
    size_t i;

    if (v->type == SCRIPT_ANY)
        return true;
    if (v->type != SCRIPT_TEXT || v->len > octets ||
        memcmp(v->text, actual, v->len) != 0)
        return false;
    for (i = v->len; i < octets; i++)
        if (actual[i] != 0)
            return false;
    return true;
}

bool script_assign(struct runner *r, void *base, const struct script_member *m,
                   const struct script_field *f)
{
    uint64_t v;

    if (m->text) {
        char *to = (char *)base + m->at;

        if (f->value.type != SCRIPT_TEXT || f->value.len > m->octets)
            return script_mistake(r,
                                  "%s: a text of at most %u octets is "
                                  "expected",
                                  f->name, m->octets);
        memset(to, 0, m->octets);
        memcpy(to, f->value.text, f->value.len);
        return true;
    }
    if (!script_number(r, &f->value, m->time, &v))
        return false;
    return script_member_set(base, m, v) ||
           script_mistake(r, "%s does not fit %u octets", f->name, m->octets);
}
