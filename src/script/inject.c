/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a step does to the peer: `<` from outside, `do` from above. */
#include "config.h"

#include "script/inject.h"

#include <string.h>

#include "conf/units.h"
#include "script/values.h"
#include "script/verdict.h"

#define DEFAULT_PORT 4000

/* An optional number: `out` keeps its value when the field is not there. */
static bool optional(struct runner *r, const struct script_step *st,
                     const char *name, uint64_t max, uint64_t *out)
{
    const struct script_field *f = script_field_of(st, name);

    if (f == NULL)
        return true;
    if (!script_number(r, &f->value, false, out))
        return false;
    return *out <= max || script_mistake(r, "%s is more than %llu", name,
                                         (unsigned long long)max);
}

static bool address(struct runner *r, const struct script_step *st,
                    const char *name, struct pptp_addr *out)
{
    const struct script_field *f = script_field_of(st, name);
    uint32_t ip;
    char why[80];

    if (f == NULL)
        return true;
    if (f->value.type != SCRIPT_WORD ||
        units_ipv4(f->value.text, &ip, why, sizeof why) < 0)
        return script_mistake(r, "%s: an address as in 10.0.0.9 is expected",
                              name);
    *out = pptp_addr_v4(ip);
    return true;
}

/* Every field is one of these, or where they are possible a patch. */
static bool allowed(struct runner *r, const struct script_step *st,
                    const char *const *names, bool patches)
{
    uint32_t i, k;

    for (i = 0; i < st->fields; i++) {
        if (st->field[i].name == NULL && patches)
            continue;
        for (k = 0; names[k] != NULL; k++)
            if (st->field[i].name != NULL &&
                strcmp(names[k], st->field[i].name) == 0)
                break;
        if (names[k] == NULL)
            return script_mistake(r, "`%s` has no field `%s`", st->what,
                                  st->field[i].name != NULL ? st->field[i].name
                                                            : "@");
    }
    return true;
}

static bool bound(struct runner *r, const struct script_step *st, bool is_call,
                  struct script_name **out)
{
    *out = script_name_of(r, st->who);
    if (*out != NULL && (*out)->is_call == is_call)
        return true;
    return script_mistake(r, "`%s` is no %s yet", st->who,
                          is_call ? "call" : "control connection");
}

static const char *err_word(int err)
{
    switch (err) {
    case PPTP_OK: return "ok";
    case PPTP_ERR_VALUE: return "value";
    case PPTP_ERR_RESOURCE: return "resource";
    case PPTP_ERR_STATE: return "state";
    case PPTP_ERR_UNKNOWN: return "unknown";
    case PPTP_ERR_ARGUMENT: return "argument";
    default: return "error";
    }
}

static bool is_err_word(const char *word)
{
    return strcmp(word, "ok") == 0 || strcmp(word, "value") == 0 ||
           strcmp(word, "resource") == 0 || strcmp(word, "state") == 0 ||
           strcmp(word, "unknown") == 0 || strcmp(word, "argument") == 0;
}

/* The peer's answer to an input is `returns=`, ok when nobody says. */
static bool give(struct runner *r, const struct script_step *st,
                 const struct script_input *in, uint32_t *ref)
{
    const struct script_field *f = script_field_of(st, "returns");
    const char *want = f != NULL ? f->value.text : "ok";
    uint32_t none;
    int err;

    if (f != NULL && (f->value.type != SCRIPT_WORD || !is_err_word(want)))
        return script_mistake(r, "returns= ok value resource state unknown "
                                 "or argument");
    err = r->world->ops->input(r->world, in, ref != NULL ? ref : &none);
    if (strcmp(err_word(err), want) == 0)
        r->world->no_peer[0] = '\0'; /* it is judged without one */
    else if (r->world->no_peer[0] != '\0')
        return script_no_peer(r);
    else
        return script_failed(r, "it returned `%s`, not `%s`", err_word(err),
                             want);
    return true;
}

/* --- connections --------------------------------------------------------- */

static bool in_accept(struct runner *r, const struct script_step *st)
{
    static const char *const names[] = { "from", "port", "authorized",
                                         "returns", NULL };
    struct script_input in = { .kind = SCRIPT_IN_ACCEPT,
                               .addr = pptp_addr_v4(SCRIPT_FROM_IPV4) };
    uint64_t port = DEFAULT_PORT, authorized = 1;
    struct script_name *n;
    uint32_t ref = PPTP_NONE;

    if (!allowed(r, st, names, false) || !address(r, st, "from", &in.addr) ||
        !optional(r, st, "port", 65535, &port) ||
        !optional(r, st, "authorized", 1, &authorized))
        return false;
    in.port = (uint16_t)port;
    in.authorized = authorized != 0;
    if (!give(r, st, &in, &ref))
        return false;
    n = script_name_bind(r, st->who, false, ref);
    if (n == NULL)
        return false;
    n->remote = in.addr;
    n->port = in.port;
    return true;
}

static bool in_tcp(struct runner *r, const struct script_step *st,
                   enum pptp_tcp_event event)
{
    static const char *const names[] = { "port", "returns", NULL };
    struct script_input in = { .kind = SCRIPT_IN_TCP, .event = event };
    uint64_t port = DEFAULT_PORT;
    struct script_name *n;

    if (!allowed(r, st, names, false) || !bound(r, st, false, &n) ||
        !optional(r, st, "port", 65535, &port))
        return false;
    in.conn = n->ref;
    in.port = (uint16_t)port;
    return give(r, st, &in, NULL);
}

/* --- messages ------------------------------------------------------------ */

/* Length fields follow their numbers unless they are given. */
static void text_length(const struct script_step *st, uint16_t type,
                        const char *text, const char *length, uint8_t *o)
{
    const struct script_wire_field *f = script_msg_find(type, length);
    const struct script_field *t = script_field_of(st, text);

    if (f != NULL && t != NULL && script_field_of(st, length) == NULL)
        script_put(o + f->at, f->octets, t->value.len);
}

static bool set_field(struct runner *r, const struct script_step *st,
                      uint16_t type, const struct script_field *f, uint8_t *o)
{
    const struct script_wire_field *w = script_msg_find(type, f->name);
    uint64_t v;

    if (w == NULL)
        return script_mistake(r, "`%s` has no field `%s`", st->what, f->name);
    if (w->text) {
        if (f->value.type != SCRIPT_TEXT || f->value.len > w->octets)
            return script_mistake(r,
                                  "%s: a text of at most %u octets is "
                                  "expected",
                                  f->name, w->octets);
        memset(o + w->at, 0, w->octets);
        memcpy(o + w->at, f->value.text, f->value.len);
        return true;
    }
    if (!script_number(r, &f->value, false, &v))
        return false;
    /* $x+1 wraps as the field does; what is written down has to fit */
    if (f->value.type != SCRIPT_VAR && w->octets < 8 && v >> 8 * w->octets)
        return script_mistake(r, "%s does not fit %u octets", f->name,
                              w->octets);
    script_put(o + w->at, w->octets, v);
    return true;
}

static bool is_option(const char *name)
{
    static const char *const names[] = { "split", "join", "cut", "pad",
                                         "returns" };
    size_t i;

    for (i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* The message of a step into o (room for PPTP_MSG_MAX + 1536); its octets. */
static bool build(struct runner *r, const struct script_step *st,
                  uint16_t type, uint8_t *o, uint32_t *len)
{
    uint64_t cut = UINT32_MAX, pad = 0, v;
    uint32_t i;

    *len = (uint32_t)script_msg_plain(type, o);
    memset(o + *len, 0, PPTP_MSG_MAX + 1536 - *len);
    text_length(st, type, "phone", "phone_len", o);
    text_length(st, type, "dialed", "dialed_len", o);
    text_length(st, type, "dialing", "dialing_len", o);
    for (i = 0; i < st->fields; i++) {
        const struct script_field *f = &st->field[i];

        if (f->name == NULL) {
            if (!script_number(r, &f->value, false, &v))
                return false;
            if (f->at >= *len || v > 255)
                return script_mistake(r,
                                      "@%u is beyond the message, or its "
                                      "value beyond 255",
                                      f->at);
            o[f->at] = (uint8_t)v;
        } else if (!is_option(f->name) && !set_field(r, st, type, f, o)) {
            return false;
        }
    }
    if (!optional(r, st, "cut", *len, &cut) ||
        !optional(r, st, "pad", 1536, &pad))
        return false;
    if (cut < *len) {
        memset(o + cut, 0, *len - cut);
        *len = (uint32_t)cut;
    }
    *len += (uint32_t)pad;
    return true;
}

/* Octets go now, or with the next ones. */
static bool send_octets(struct runner *r, const struct script_step *st,
                        const uint8_t *o, uint32_t len)
{
    struct script_input in = { .kind = SCRIPT_IN_OCTETS };
    uint64_t split = 0, join = 0;
    struct script_name *n;

    if (!bound(r, st, false, &n) ||
        !optional(r, st, "split", SCRIPT_OCTETS_MAX, &split) ||
        !optional(r, st, "join", 1, &join))
        return false;
    if (r->joined_n > 0 && r->joined_ref != n->ref)
        return script_mistake(r,
                              "octets of `%s` with join=1 wait: its next "
                              "ones have to come first",
                              r->joined_who);
    if (len > SCRIPT_OCTETS_MAX - r->joined_n)
        return script_mistake(r, "more than %u octets in one segment",
                              SCRIPT_OCTETS_MAX);
    memcpy(r->joined + r->joined_n, o, len);
    r->joined_n += len;
    r->joined_ref = n->ref;
    r->joined_who = n->name;
    if (join)
        return true;
    in.conn = n->ref;
    in.octets = r->joined;
    in.len = r->joined_n;
    in.split = (uint32_t)split;
    r->joined_n = 0;
    return give(r, st, &in, NULL);
}

static bool in_msg(struct runner *r, const struct script_step *st,
                   uint16_t type)
{
    uint8_t o[PPTP_MSG_MAX + 1536];
    uint32_t len;

    return build(r, st, type, o, &len) && send_octets(r, st, o, len);
}

static bool in_octets(struct runner *r, const struct script_step *st)
{
    static const char *const names[] = { "data", "split", "join", "returns",
                                         NULL };
    const struct script_field *f = script_field_of(st, "data");

    if (!allowed(r, st, names, false))
        return false;
    if (f == NULL || f->value.type != SCRIPT_TEXT)
        return script_mistake(r, "`octets` needs data=hex:…");
    return send_octets(r, st, (const uint8_t *)f->value.text,
                       (uint32_t)f->value.len);
}

/* --- GRE ----------------------------------------------------------------- */

/* A number that may be absent by `-` or by not being there. */
static bool presence(struct runner *r, const struct script_step *st,
                     const char *name, bool *has, uint32_t *out)
{
    const struct script_field *f = script_field_of(st, name);
    uint64_t v = 0;

    *has = f != NULL && f->value.type != SCRIPT_ABSENT;
    if (*has && !script_number(r, &f->value, false, &v))
        return false;
    *out = (uint32_t)v;
    return v <= UINT32_MAX || script_mistake(r, "%s is beyond 32 bits", name);
}

static bool in_gre(struct runner *r, const struct script_step *st)
{
    static const char *const names[] = { "from",        "to",  "call",
                                         "seq",         "ack", "len",
                                         "payload_len", "cut", NULL };
    struct script_input in = { .kind = SCRIPT_IN_GRE,
                               .addr = pptp_addr_v4(SCRIPT_FROM_IPV4) };
    uint64_t call = 0, len = 0, said = UINT64_MAX, cut = UINT32_MAX, v;
    struct pptp_gre g = { .call_id = 0 };
    uint8_t o[PPTP_GRE_MAX + 4] = { 0 };
    uint32_t i;

    if (!allowed(r, st, names, true) || !address(r, st, "from", &in.addr) ||
        !address(r, st, "to", &in.to) ||
        !optional(r, st, "call", 65535, &call) ||
        !optional(r, st, "len", 65535, &len) ||
        !optional(r, st, "payload_len", 65535, &said) ||
        !optional(r, st, "cut", 16, &cut) ||
        !presence(r, st, "seq", &g.has_seq, &g.seq) ||
        !presence(r, st, "ack", &g.has_ack, &g.ack))
        return false;
    in.to_given = script_field_of(st, "to") != NULL;
    g.call_id = (uint16_t)call;
    g.payload_len = (uint16_t)(said <= 65535 ? said : len);
    in.len = (uint32_t)pptp_gre_encode(&g, o);
    for (i = 0; i < st->fields; i++) {
        if (st->field[i].name != NULL)
            continue;
        if (!script_number(r, &st->field[i].value, false, &v))
            return false;
        if (st->field[i].at >= in.len || v > 255)
            return script_mistake(r,
                                  "@%u is beyond the header, or its value "
                                  "beyond 255",
                                  st->field[i].at);
        o[st->field[i].at] = (uint8_t)v;
    }
    if (cut < in.len)
        in.len = (uint32_t)cut;
    in.octets = o;
    in.tail = (uint32_t)len;
    return give(r, st, &in, NULL);
}

/* --- lines --------------------------------------------------------------- */

static bool members(struct runner *r, const struct script_step *st, void *base,
                    const struct script_member *list)
{
    uint32_t i;

    for (i = 0; i < st->fields; i++) {
        const struct script_field *f = &st->field[i];
        const struct script_member *m = f->name != NULL
                                            ? script_member_find(list, f->name)
                                            : NULL;

        if (f->name != NULL &&
            (strcmp(f->name, "returns") == 0 || strcmp(f->name, "on") == 0))
            continue;
        if (m == NULL)
            return script_mistake(r, "`%s` has no field `%s`", st->what,
                                  f->name != NULL ? f->name : "@");
        if (!script_assign(r, base, m, f))
            return false;
    }
    return true;
}

static bool in_line(struct runner *r, const struct script_step *st,
                    enum pptp_line_event event)
{
    struct script_input in = { .kind = SCRIPT_IN_LINE,
                               .line = event,
                               .info = { .connect_bps = 64000,
                                         .framing = PPTP_FRAMING_ASYNC } };
    struct script_name *n;

    if (!bound(r, st, true, &n) ||
        !members(r, st, &in.info, script_line_members))
        return false;
    in.call = n->ref;
    return give(r, st, &in, NULL);
}

bool script_inject(struct runner *r, const struct script_step *st)
{
    static const char *const lines[] = {
        [PPTP_LINE_CONNECTED] = "connected",
        [PPTP_LINE_BUSY] = "busy",
        [PPTP_LINE_NO_CARRIER] = "no_carrier",
        [PPTP_LINE_NO_DIAL_TONE] = "no_dial_tone",
        [PPTP_LINE_REFUSED] = "refused",
        [PPTP_LINE_NO_RESOURCE] = "no_resource",
        [PPTP_LINE_DROPPED] = "dropped",
        [PPTP_LINE_ERRORS] = "errors",
        [PPTP_LINE_NO_ANSWER] = "no_answer",
    };
    const struct script_name *n = script_name_of(r, st->who);
    uint16_t type = script_msg_type(st->what);
    unsigned i;

    if (type != 0)
        return in_msg(r, st, type);
    if (strcmp(st->who, "gre") == 0 && strcmp(st->what, "packet") == 0)
        return in_gre(r, st);
    if (n != NULL && n->is_call)
        for (i = 0; i < sizeof lines / sizeof lines[0]; i++)
            if (strcmp(lines[i], st->what) == 0)
                return in_line(r, st, (enum pptp_line_event)i);
    if (strcmp(st->what, "accept") == 0)
        return in_accept(r, st);
    if (strcmp(st->what, "octets") == 0)
        return in_octets(r, st);
    if (strcmp(st->what, "connected") == 0)
        return in_tcp(r, st, PPTP_TCP_CONNECTED);
    if (strcmp(st->what, "closed") == 0)
        return in_tcp(r, st, PPTP_TCP_CLOSED);
    if (strcmp(st->what, "failed") == 0)
        return in_tcp(r, st, PPTP_TCP_FAILED);
    return script_mistake(r,
                          "`%s %s` is nothing that can happen: a message, "
                          "accept, connected, failed, closed, octets, "
                          "gre packet, or a line's event",
                          st->who, st->what);
}

/* --- from above ---------------------------------------------------------- */

static bool do_open(struct runner *r, const struct script_step *st)
{
    static const char *const names[] = { "to", "returns", NULL };
    struct script_input in = { .kind = SCRIPT_IN_OPEN,
                               .addr = pptp_addr_v4(SCRIPT_FROM_IPV4) };
    struct script_name *n;
    uint32_t ref = PPTP_NONE;

    if (!allowed(r, st, names, false) || !address(r, st, "to", &in.addr) ||
        !give(r, st, &in, &ref))
        return false;
    n = script_name_bind(r, st->who, false, ref);
    if (n == NULL)
        return false;
    n->remote = in.addr;
    return true;
}

static bool do_call(struct runner *r, const struct script_step *st,
                    enum script_input_kind kind)
{
    struct script_input in = { .kind = kind,
                               .request = { .bearer = PPTP_BEARER_ANALOG,
                                            .framing = PPTP_FRAMING_EITHER,
                                            .min_bps = 300,
                                            .max_bps = 100000000 } };
    const struct script_field *on = script_field_of(st, "on");
    struct script_name *c = on != NULL && on->value.text != NULL
                                ? script_name_of(r, on->value.text)
                                : NULL,
                       *n;
    uint32_t ref = PPTP_NONE;

    if (c == NULL || c->is_call)
        return script_mistake(r, "on= needs the name of a control "
                                 "connection");
    in.conn = c->ref;
    if (!members(r, st, &in.request, script_request_members) ||
        !give(r, st, &in, &ref))
        return false;
    n = script_name_bind(r, st->who, true, ref);
    if (n == NULL)
        return false;
    n->conn = in.conn;
    return true;
}

bool script_do(struct runner *r, const struct script_step *st)
{
    static const struct {
        const char *word;
        enum script_input_kind kind;
    } verbs[] = {
        { "stop", SCRIPT_IN_STOP },     { "clear", SCRIPT_IN_CLEAR },
        { "sli", SCRIPT_IN_SLI },       { "frame", SCRIPT_IN_FRAME },
        { "digest", SCRIPT_IN_DIGEST }, { "hold", SCRIPT_IN_HOLD_FRAMES },
    };
    static const char *const names[] = { "reason", "tx",      "rx", "len",
                                         "count",  "returns", NULL };
    struct script_input in = { .kind = SCRIPT_IN_STOP };
    uint64_t reason = PPTP_STOP_NONE, tx = 0, rx = 0, len = 1, count = 1;
    struct script_name *n;
    unsigned i;

    if (strcmp(st->what, "open") == 0)
        return do_open(r, st);
    if (strcmp(st->what, "ring") == 0)
        return do_call(r, st, SCRIPT_IN_RING);
    if (strcmp(st->what, "call") == 0)
        return do_call(r, st, SCRIPT_IN_CALL);
    for (i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (strcmp(verbs[i].word, st->what) == 0)
            break;
    if (i == sizeof verbs / sizeof verbs[0])
        return script_mistake(r,
                              "`do … %s`: open, stop, ring, call, clear, "
                              "sli, frame, digest or hold is expected",
                              st->what);
    in.kind = verbs[i].kind;
    if (!allowed(r, st, names, false) ||
        !bound(r, st, in.kind != SCRIPT_IN_STOP, &n) ||
        !optional(r, st, "reason", 255, &reason) ||
        !optional(r, st, "tx", UINT32_MAX, &tx) ||
        !optional(r, st, "rx", UINT32_MAX, &rx) ||
        !optional(r, st, "len", 65535, &len) ||
        !optional(r, st, "count", 65535, &count))
        return false;
    in.conn = in.call = n->ref;
    in.reason = (uint8_t)reason;
    in.tx = (uint32_t)tx;
    in.rx = (uint32_t)rx;
    in.len = (uint32_t)(in.kind == SCRIPT_IN_DIGEST ? count : len);
    if (in.kind != SCRIPT_IN_FRAME)
        return give(r, st, &in, NULL);
    while (count-- > 0)
        if (!give(r, st, &in, NULL))
            return false;
    return true;
}
