/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expectations: whether what came is what a step says. */
#include "config.h"

#include "script/match.h"

#include <string.h>

#include "conf/units.h"
#include "base/text.h"
#include "script/values.h"
#include "script/verdict.h"

static const struct {
    const char *word;
    enum script_event_kind kind;
    bool call; /* the step's name is a call */
} words[] = {
    { "open", SCRIPT_EV_TCP_OPEN, false },
    { "close", SCRIPT_EV_TCP_CLOSE, false },
    { "up", SCRIPT_EV_CONN_UP, false },
    { "down", SCRIPT_EV_CONN_DOWN, false },
    { "packet", SCRIPT_EV_GRE, false },
    { "new", SCRIPT_EV_CALL_NEW, true },
    { "up", SCRIPT_EV_CALL_UP, true },
    { "down", SCRIPT_EV_CALL_DOWN, true },
    { "dial", SCRIPT_EV_DIAL, true },
    { "answer", SCRIPT_EV_ANSWER, true },
    { "hangup", SCRIPT_EV_HANGUP, true },
    { "accm", SCRIPT_EV_ACCM, true },
    { "frame", SCRIPT_EV_FRAME, true },
    { "hold", SCRIPT_EV_HOLD, true },
    { "resume", SCRIPT_EV_RESUME, true },
};

#define WORDS (sizeof words / sizeof words[0])

/* The kind of event that a step waits for. */
static bool kind_of(struct runner *r, const struct script_step *st,
                    enum script_event_kind *kind)
{
    const struct script_name *n = script_name_of(r, st->who);
    bool gre = strcmp(st->who, "gre") == 0;
    size_t i;

    if (script_msg_type(st->what) != 0) {
        *kind = SCRIPT_EV_MSG;
        return true;
    }
    for (i = 0; i < WORDS; i++) {
        bool call = words[i].call;

        if (strcmp(words[i].word, st->what) != 0 ||
            gre != (words[i].kind == SCRIPT_EV_GRE))
            continue;
        /* `up` and `down` are of both kinds: the name decides */
        if (n != NULL && n->is_call != call)
            continue;
        if (n == NULL && !gre && call && words[i].kind != SCRIPT_EV_CALL_NEW &&
            words[i].kind != SCRIPT_EV_DIAL)
            continue;
        *kind = words[i].kind;
        return true;
    }
    return script_mistake(r,
                          "`%s %s` is nothing that can be expected (is "
                          "the name bound?)",
                          st->who, st->what);
}

bool script_expect_channel(struct runner *r, const struct script_step *st,
                           enum script_channel *ch)
{
    enum script_event_kind kind;

    if (!kind_of(r, st, &kind))
        return false;
    *ch = script_channel_of(kind);
    return true;
}

/* --- fields -------------------------------------------------------------- */

static bool unequal(struct runner *r, const char *field)
{
    return script_failed(r, "%s is not what was expected", field);
}

static bool no_field(struct runner *r, const struct script_step *st,
                     const struct script_field *f)
{
    return script_mistake(r, "`%s` has no field `%s`", st->what,
                          f->name != NULL ? f->name : "@");
}

static bool msg_field(struct runner *r, const struct script_step *st,
                      const struct script_event *e,
                      const struct script_field *f)
{
    uint16_t type = script_msg_type(st->what);
    const struct script_wire_field *w = f->name != NULL
                                            ? script_msg_find(type, f->name)
                                            : NULL;

    if (w == NULL)
        return no_field(r, st, f);
    if (w->text)
        return script_agrees_text(&f->value, (const char *)e->octets + w->at,
                                  w->octets) ||
               unequal(r, w->name);
    return script_agrees(r, &f->value, false, w->octets,
                         script_get(e->octets + w->at, w->octets)) ||
           r->result == SCRIPT_MISTAKE || unequal(r, w->name);
}

/* Fields that nobody named: the header is the RFC's, reserved ones are zero,
 * and with >! all are. */
static bool msg_rest(struct runner *r, const struct script_step *st,
                     const struct script_event *e)
{
    static const uint64_t header[] = { 0, PPTP_MSG_CONTROL, PPTP_COOKIE };
    uint16_t type = script_msg_type(st->what);
    const struct script_wire_field *w;
    unsigned i, k;

    for (i = 1; (w = script_msg_field(type, i)) != NULL; i++) {
        if (script_field_of(st, w->name) != NULL)
            continue;
        if (i < 3 && script_get(e->octets + w->at, w->octets) != header[i])
            return unequal(r, w->name);
        if (i < 4 || !(st->exact || w->reserved))
            continue;
        for (k = 0; k < w->octets; k++)
            if (e->octets[w->at + k] != 0)
                return script_failed(r, "%s is not zero", w->name);
    }
    return true;
}

static bool msg_matches(struct runner *r, const struct script_step *st,
                        const struct script_event *e)
{
    uint32_t i;
    uint64_t type = e->octets_n >= 12 ? script_get(e->octets + 8, 2) : 0;

    if (type != script_msg_type(st->what) ||
        e->octets_n != pptp_msg_length((uint16_t)type))
        return script_failed(r, "another message came");
    for (i = 0; i < st->fields; i++)
        if (!msg_field(r, st, e, &st->field[i]))
            return false;
    return r->result != SCRIPT_MISTAKE && msg_rest(r, st, e);
}

static bool number_field(struct runner *r, const struct script_step *st,
                         const char *name, unsigned octets, uint64_t actual,
                         bool present)
{
    const struct script_field *f = script_field_of(st, name);

    if (f == NULL)
        return true;
    if (f->value.type == SCRIPT_ABSENT)
        return !present || script_failed(r, "%s is there", name);
    if (!present)
        return script_failed(r, "%s is not there", name);
    return script_agrees(r, &f->value, false, octets, actual) ||
           unequal(r, name);
}

/* Every field of a step must be one of these. */
static bool known(struct runner *r, const struct script_step *st,
                  const char *const *list)
{
    uint32_t i, k;

    for (i = 0; i < st->fields; i++) {
        for (k = 0; list[k] != NULL; k++)
            if (st->field[i].name != NULL &&
                strcmp(list[k], st->field[i].name) == 0)
                break;
        if (list[k] == NULL)
            return no_field(r, st, &st->field[i]);
    }
    return true;
}

static bool gre_matches(struct runner *r, const struct script_step *st,
                        const struct script_event *e)
{
    static const char *const names[] = { "call",  "seq",      "ack", "len",
                                         "flags", "protocol", NULL };
    struct pptp_gre g;
    int n = pptp_gre_decode(e->octets, e->octets_n, e->len, &g);

    if (n < 0)
        return script_failed(r, "the packet is not enhanced GRE");
    return known(r, st, names) &&
           number_field(r, st, "call", 2, g.call_id, true) &&
           number_field(r, st, "seq", 4, g.seq, g.has_seq) &&
           number_field(r, st, "ack", 4, g.ack, g.has_ack) &&
           number_field(r, st, "len", 2, g.payload_len, true) &&
           number_field(r, st, "flags", 2, script_get(e->octets, 2), true) &&
           number_field(r, st, "protocol", 2, script_get(e->octets + 2, 2),
                        true);
}

static bool end_matches(struct runner *r, const struct script_step *st,
                        const struct script_event *e)
{
    uint32_t i;

    for (i = 0; i < st->fields; i++) {
        const struct script_field *f = &st->field[i];
        const struct script_member *m = f->name != NULL
                                            ? script_member_find(
                                                  script_end_members, f->name)
                                            : NULL;

        if (m == NULL)
            return no_field(r, st, f);
        if (!script_agrees(r, &f->value, false, m->octets,
                           script_member_get(&e->end, m)))
            return r->result != SCRIPT_MISTAKE && unequal(r, m->name);
    }
    return true;
}

static bool other_matches(struct runner *r, const struct script_step *st,
                          const struct script_event *e)
{
    static const char *const accm[] = { "tx", "rx", NULL };
    static const char *const frame[] = { "len", NULL };
    static const char *const open[] = { "to", NULL };
    static const char *const new[] = { "on", NULL };
    static const char *const none[] = { NULL };
    const struct script_name *conn;
    uint32_t to;
    char why[80];

    switch (e->kind) {
    case SCRIPT_EV_ACCM:
        return known(r, st, accm) &&
               number_field(r, st, "tx", 4, e->tx, true) &&
               number_field(r, st, "rx", 4, e->rx, true);
    case SCRIPT_EV_FRAME:
        return known(r, st, frame) &&
               number_field(r, st, "len", 4, e->len, true);
    case SCRIPT_EV_CALL_DOWN: return end_matches(r, st, e);
    case SCRIPT_EV_TCP_OPEN:
        if (!known(r, st, open) || st->fields == 0)
            return st->fields == 0;
        if (st->field[0].value.type == SCRIPT_ANY)
            return true;
        if (units_ipv4(st->field[0].value.text, &to, why, sizeof why) < 0)
            return script_mistake(r, "%s", why);
        return pptp_addr_to_v4(&e->addr) == to || unequal(r, "to");
    case SCRIPT_EV_CALL_NEW:
        if (!known(r, st, new) || st->fields == 0)
            return st->fields == 0;
        conn = script_name_of(r, st->field[0].value.text);
        return (conn != NULL && conn->ref == e->conn) || unequal(r, "on");
    default: return known(r, st, none);
    }
}

/* What a reference is called already, or NULL. */
static const char *other_name(const struct runner *r, bool is_call,
                              uint32_t ref)
{
    uint32_t i;

    for (i = 0; i < r->names_n; i++)
        if (r->names[i].is_call == is_call && r->names[i].ref == ref)
            return r->names[i].name;
    return NULL;
}

/* The name is bound to the event's reference, or is bound now. */
static bool name_matches(struct runner *r, const struct script_step *st,
                         const struct script_event *e)
{
    bool is_call = e->call != PPTP_NONE && e->kind != SCRIPT_EV_GRE;
    uint32_t ref = is_call ? e->call : e->conn;
    struct script_name *n = script_name_of(r, st->who);

    if (e->kind == SCRIPT_EV_GRE)
        return true;
    if (n == NULL || (is_call && e->kind == SCRIPT_EV_CALL_NEW)) {
        if (other_name(r, is_call, ref) != NULL)
            return script_failed(r, "it was %s", other_name(r, is_call, ref));
        n = script_name_bind(r, st->who, is_call, ref);
        if (n == NULL)
            return false;
        n->conn = e->conn;
        return true;
    }
    return n->ref == ref || script_failed(r, "it was not %s", st->who);
}

bool script_matches(struct runner *r, const struct script_step *st,
                    const struct script_event *e)
{
    enum script_event_kind kind;

    if (!kind_of(r, st, &kind))
        return false;
    if (kind != e->kind)
        return script_failed(r, "something else came");
    if (!name_matches(r, st, e))
        return false;
    if (kind == SCRIPT_EV_MSG)
        return msg_matches(r, st, e);
    return kind == SCRIPT_EV_GRE ? gre_matches(r, st, e)
                                 : other_matches(r, st, e);
}

bool script_carries_ppp(const struct script_event *e)
{
    struct pptp_gre g;

    return e->kind == SCRIPT_EV_GRE &&
           pptp_gre_decode(e->octets, e->octets_n, e->len, &g) > 0 &&
           g.payload_len > 0;
}

bool script_acks_less(const struct script_step *st,
                      const struct script_event *e)
{
    const struct script_field *f = script_field_of(st, "ack");
    struct pptp_gre g;

    return e->kind == SCRIPT_EV_GRE &&
           pptp_gre_decode(e->octets, e->octets_n, e->len, &g) >= 0 &&
           g.has_ack && g.payload_len == 0 && f != NULL &&
           f->value.type == SCRIPT_NUMBER &&
           pptp_seq_diff(g.ack, (uint32_t)f->value.number) < 0;
}

bool script_matches_beside_ppp(struct runner *r, const struct script_step *st,
                               const struct script_event *e)
{
    static const char *const follows[] = { "seq", "len", "flags" };
    struct script_step less = *st;
    uint32_t i, k, n = 0;

    for (i = 0; i < st->fields; i++) {
        for (k = 0; k < 3; k++)
            if (st->field[i].name != NULL &&
                !strcmp(st->field[i].name, follows[k]))
                break;
        if (k == 3)
            less.field[n++] = st->field[i];
    }
    less.fields = n;
    return n > 0 && script_matches(r, &less, e);
}

/* --- as text ------------------------------------------------------------- */

static const char *who_of(const struct runner *r, const struct script_event *e)
{
    bool is_call = e->call != PPTP_NONE && e->kind != SCRIPT_EV_GRE;
    uint32_t i;

    if (e->kind == SCRIPT_EV_GRE)
        return "gre";
    for (i = r->names_n; i-- > 0;)
        if (r->names[i].is_call == is_call &&
            r->names[i].ref == (is_call ? e->call : e->conn))
            return r->names[i].name;
    return is_call ? "(new call)" : "(new connection)";
}

static void gre_print(const struct script_event *e, char *out, size_t cap)
{
    struct pptp_gre g;
    char seq[24] = "-", ack[24] = "-";

    if (pptp_gre_decode(e->octets, e->octets_n, e->len, &g) < 0) {
        snprintf(out, cap, "not enhanced GRE, %u octet%s", e->len,
                 pptp_plural(e->len));
        return;
    }
    if (g.has_seq)
        snprintf(seq, sizeof seq, "%u", g.seq);
    if (g.has_ack)
        snprintf(ack, sizeof ack, "%u", g.ack);
    snprintf(out, cap, "packet call=%u seq=%s ack=%s len=%u", g.call_id, seq,
             ack, g.payload_len);
}

void script_event_print(const struct runner *r, const struct script_event *e,
                        char *out, size_t cap)
{
    struct pptp_msg m;
    char text[512] = "";
    size_t i;

    for (i = 0; i < WORDS; i++)
        if (words[i].kind == e->kind)
            snprintf(text, sizeof text, "%s", words[i].word);
    switch (e->kind) {
    case SCRIPT_EV_MSG:
        if (pptp_msg_decode(e->octets, e->octets_n, &m) > 0)
            pptp_msg_print(&m, text, sizeof text);
        else
            snprintf(text, sizeof text, "%u octet%s no message", e->octets_n,
                     e->octets_n == 1 ? " that is" : "s that are");
        break;
    case SCRIPT_EV_GRE: gre_print(e, text, sizeof text); break;
    case SCRIPT_EV_CALL_DOWN:
        snprintf(text, sizeof text,
                 "down was_up=%d msg=%s result=%u error=%u cause=%u",
                 e->end.was_up, e->end.msg ? pptp_msg_name(e->end.msg) : "0",
                 e->end.result, e->end.error, e->end.cause);
        break;
    case SCRIPT_EV_ACCM:
        snprintf(text, sizeof text, "accm tx=0x%08x rx=0x%08x", e->tx, e->rx);
        break;
    case SCRIPT_EV_FRAME:
        snprintf(text, sizeof text, "frame len=%u", e->len);
        break;
    default: break;
    }
    snprintf(out, cap, "%s %s", who_of(r, e), text);
}
