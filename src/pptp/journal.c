/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * The journal's records: one list of fields for each, walked to write, to
 * read and to print, so that the three cannot differ.  node.c makes the
 * records, replay.c reads them.
 */
#include "config.h"

#include "pptp/journal.h"

#include <string.h>

#include "base/member.h"
#include "base/text.h"
#include "pptp/gre.h"
#include "pptp/journal_impl.h"
#include "pptp/values.h"

#define FIXED_MAX 768u /* octets of any record but for its last field */

_Static_assert(sizeof(((struct pptp_journal *)0)->buf) >= 2 * FIXED_MAX,
               "a whole record fits the buffer");

/* A walk over the fields of one record. */
enum walk_mode { PUT, GET, SHOW };

struct walk {
    enum walk_mode mode;
    uint8_t *put;
    const uint8_t *get;
    size_t at, end;
    bool bad; /* GET: too short, or a value out of range */
    struct pptp_text text;
};

static uint64_t load(const uint8_t *p, size_t n)
{
    uint64_t v = 0;

    while (n-- > 0)
        v = v << 8 | *p++;
    return v;
}

static void store(uint8_t *p, size_t n, uint64_t v)
{
    while (n-- > 0) {
        p[n] = (uint8_t)v;
        v >>= 8;
    }
}

static bool room(struct walk *w, size_t n)
{
    if (w->mode == PUT)
        PPTP_ASSERT(n <= w->end - w->at);
    else if (w->bad || n > w->end - w->at)
        w->bad = true;
    return !w->bad;
}

static void label(struct walk *w, const char *name)
{
    pptp_text_char(&w->text, ' ');
    pptp_text_str(&w->text, name);
    pptp_text_char(&w->text, '=');
}

static void uint(struct walk *w, const char *name, void *p, size_t size,
                 uint64_t max)
{
    uint64_t v = pptp_member_get(p, size);

    if (w->mode == SHOW) {
        label(w, name);
        pptp_text_u64(&w->text, v);
    } else if (room(w, size)) {
        if (w->mode == PUT) {
            store(w->put + w->at, size, v);
        } else {
            v = load(w->get + w->at, size);
            w->bad = v > max;
            if (!w->bad) /* a bool or enum never holds what it must not */
                pptp_member_set(p, size, v);
        }
        w->at += size;
    }
}

#define LIMIT(m, max) uint(w, #m, &s->m, sizeof s->m, max)
#define UINT(m) LIMIT(m, UINT64_MAX)
#define BOOL(m) LIMIT(m, 1)

/* A connection's or a call's, or a time, where all ones mean neither. */
static void or_none(struct walk *w, const char *name, void *p, size_t size)
{
    uint64_t none = size == 4 ? UINT32_MAX : UINT64_MAX;

    if (w->mode == SHOW && pptp_member_get(p, size) == none) {
        label(w, name);
        pptp_text_str(&w->text, size == 4 ? "none" : "never");
    } else {
        uint(w, name, p, size, UINT64_MAX);
    }
}

#define OR_NONE(m) or_none(w, #m, &s->m, sizeof s->m)

static void hash_field(struct walk *w, const char *name, uint64_t *v)
{
    if (w->mode == SHOW) {
        label(w, name);
        pptp_text_hex(&w->text, *v, 16);
    } else {
        uint(w, name, v, sizeof *v, UINT64_MAX);
    }
}

static void raw(struct walk *w, void *p, size_t n)
{
    if (!room(w, n))
        return;
    if (w->mode == PUT)
        memcpy(w->put + w->at, p, n);
    else
        memcpy(p, w->get + w->at, n);
    w->at += n;
}

static void chars(struct walk *w, const char *name, char *p, size_t n)
{
    if (w->mode == SHOW) {
        label(w, name);
        pptp_text_quoted(&w->text, p, n);
    } else {
        raw(w, p, n);
    }
}

#define CHARS(m) chars(w, #m, s->m, sizeof s->m)

static void hex_octets(struct walk *w, const uint8_t *p, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    size_t i;

    for (i = 0; i < n; i++) {
        pptp_text_char(&w->text, digits[p[i] >> 4]);
        pptp_text_char(&w->text, digits[p[i] & 15]);
    }
}

static void addr(struct walk *w, const char *name, struct pptp_addr *a)
{
    struct pptp_addr v4 = pptp_addr_v4(pptp_addr_to_v4(a));
    unsigned i;

    if (w->mode != SHOW) {
        raw(w, a->octets, sizeof a->octets);
        return;
    }
    label(w, name);
    if (!pptp_addr_eq(a, &v4)) {
        hex_octets(w, a->octets, sizeof a->octets);
        return;
    }
    for (i = 12; i < 16; i++) {
        if (i > 12)
            pptp_text_char(&w->text, '.');
        pptp_text_u64(&w->text, a->octets[i]);
    }
}

/* The last field: all that is left of the body. */
static void octets(struct walk *w, struct journal_rec *s)
{
    if (w->mode == SHOW) {
        label(w, "octets");
        hex_octets(w, s->octets, s->octets_len);
    } else if (w->mode == GET) {
        if (w->bad)
            return;
        w->bad = w->end - w->at > JOURNAL_TCP_MAX;
        s->octets = w->get + w->at;
        s->octets_len = w->bad ? 0 : (uint32_t)(w->end - w->at);
        w->at = w->end;
    }
}

/* --- fields of parts --------------------------------------------------- */

static void config_fields(struct walk *w, struct pptp_config *s)
{
#define FIELD(path, most) LIMIT(path, most)
#define PPTP_NUMBER(of, type, m, key, preset, least, most, help) \
    FIELD(PPTP_PATH_##of(m), UINT64_MAX);
#define PPTP_WORD(of, words, m, key, preset, first, last, help) \
    FIELD(PPTP_PATH_##of(m), PPTP_ENUMERATOR last);
#define PPTP_BOOL(of, m, key, preset, help) FIELD(PPTP_PATH_##of(m), 1);
#define PPTP_TEXT(of, m, key, help) CHARS(m);
#include "pptp/config.def"
#undef FIELD
    LIMIT(trace, PPTP_TRACE_LEVEL_packets);
}

static void limits_fields(struct walk *w, struct pptp_limits *s)
{
#define PPTP_LIMIT(m, preset, least, most, help) UINT(m);
#include "pptp/config.def"
}

static void head_fields(struct walk *w, struct pptp_journal_head *s,
                        char engine[16])
{
    CHARS(note);
    chars(w, "engine", engine, 16);
    config_fields(w, &s->config);
    limits_fields(w, &s->limits);
    hash_field(w, "seed", &s->seed);
    LIMIT(pool_packets, UINT32_MAX - 1);
    LIMIT(snap_octets, PPTP_JOURNAL_SNAP_MAX);
}

static void tcp_fields(struct walk *w, struct pptp_tcp_info *s)
{
    addr(w, "local", &s->local);
    UINT(local_port);
    addr(w, "remote", &s->remote);
    UINT(remote_port);
    BOOL(authorized);
}

static void line_fields(struct walk *w, struct pptp_line_info *s)
{
    static const char *const names[] = { "crc",     "framing_errors",
                                         "hw",      "buffer",
                                         "timeout", "alignment" };
    unsigned i;

    UINT(connect_bps);
    UINT(framing);
    UINT(phys_channel);
    UINT(cause);
    UINT(ppd_ds);
    for (i = 0; i < 6; i++)
        uint(w, names[i], &s->errors[i], sizeof s->errors[i], UINT32_MAX);
}

static void request_fields(struct walk *w, struct pptp_call_request *s)
{
    UINT(bearer);
    UINT(framing);
    UINT(min_bps);
    UINT(max_bps);
    UINT(phys_channel);
    CHARS(number);
    CHARS(dialing);
    CHARS(subaddress);
}

static void end_fields(struct walk *w, struct pptp_call_end *s)
{
    BOOL(was_up);
    UINT(msg);
    UINT(result);
    UINT(error);
    UINT(cause);
}

/* --- fields of records ------------------------------------------------- */

static void message_text(struct walk *w, const struct journal_rec *s)
{
    struct pptp_msg m;
    char line[512];

    if (w->mode != SHOW || pptp_msg_decode(s->octets, s->octets_len, &m) <= 0)
        return;
    pptp_msg_print(&m, line, sizeof line);
    pptp_text_char(&w->text, ' ');
    pptp_text_str(&w->text, line);
}

static void optional_request(struct walk *w, struct journal_rec *s)
{
    BOOL(has_info);
    if (!w->bad && s->has_info)
        request_fields(w, &s->request);
}

static void action_fields(struct walk *w, struct journal_rec *s)
{
    OR_NONE(conn);
    OR_NONE(call);
    switch ((enum pptp_action_type)(s->kind - JOURNAL_ACTION)) {
    case PPTP_ACT_TCP_OPEN: addr(w, "to", &s->to); break;
    case PPTP_ACT_TCP_SEND:
        message_text(w, s);
        octets(w, s);
        break;
    case PPTP_ACT_GRE_SEND:
        UINT(len);
        hash_field(w, "payload", &s->hash);
        octets(w, s);
        break;
    case PPTP_ACT_FRAME_OUT:
        UINT(seq);
        UINT(len);
        hash_field(w, "payload", &s->hash);
        break;
    case PPTP_ACT_LINE_ACCM:
        UINT(tx_accm);
        UINT(rx_accm);
        break;
    case PPTP_ACT_LINE_DIAL:
    case PPTP_ACT_CALL_NEW: optional_request(w, s); break;
    case PPTP_ACT_CALL_DOWN: end_fields(w, &s->end); break;
    case PPTP_ACT_TCP_CLOSE:
    case PPTP_ACT_LINE_ANSWER:
    case PPTP_ACT_LINE_HANGUP:
    case PPTP_ACT_HOLD:
    case PPTP_ACT_RESUME:
    case PPTP_ACT_CONN_UP:
    case PPTP_ACT_CONN_DOWN:
    case PPTP_ACT_CALL_UP: break;
    }
}

static void input_fields(struct walk *w, struct journal_rec *s)
{
    LIMIT(now_ns, PPTP_JOURNAL_NOW_MAX);
    UINT(pool_free);
    switch ((enum journal_kind)s->kind) {
    case JOURNAL_TCP_ACCEPTED: tcp_fields(w, &s->tcp); break;
    case JOURNAL_TCP_EVENT:
        OR_NONE(conn);
        LIMIT(event, PPTP_TCP_FAILED);
        if (!w->bad && s->event == PPTP_TCP_CONNECTED)
            tcp_fields(w, &s->tcp);
        break;
    case JOURNAL_TCP_INPUT:
        OR_NONE(conn);
        octets(w, s);
        break;
    case JOURNAL_GRE_INPUT:
        addr(w, "from", &s->from);
        addr(w, "to", &s->to);
        LIMIT(len, JOURNAL_PACKET_MAX);
        octets(w, s);
        break;
    case JOURNAL_RING:
    case JOURNAL_CALL_OPEN:
        OR_NONE(conn);
        request_fields(w, &s->request);
        break;
    case JOURNAL_LINE_EVENT:
        OR_NONE(call);
        LIMIT(event, PPTP_LINE_EVENTS - 1);
        BOOL(has_info);
        if (!w->bad && s->has_info)
            line_fields(w, &s->line);
        break;
    case JOURNAL_FRAME:
        OR_NONE(call);
        LIMIT(len, JOURNAL_PACKET_MAX);
        octets(w, s);
        break;
    case JOURNAL_FRAME_DONE:
    case JOURNAL_FRAME_DROPPED:
        OR_NONE(call);
        UINT(seq);
        break;
    case JOURNAL_OPEN: addr(w, "to", &s->to); break;
    case JOURNAL_CLOSE:
        OR_NONE(conn);
        LIMIT(event, UINT8_MAX);
        break;
    case JOURNAL_CALL_CLOSE: OR_NONE(call); break;
    case JOURNAL_LINK_INFO:
        OR_NONE(call);
        UINT(tx_accm);
        UINT(rx_accm);
        break;
    default: break; /* a tick has no more */
    }
}

static void result_field(struct walk *w, struct journal_rec *s)
{
    if (w->mode != SHOW) {
        UINT(result);
        return;
    }
    label(w, "result");
    pptp_text_i64(&w->text, s->result > INT32_MAX
                                ? -(int64_t)(UINT32_MAX - s->result) - 1
                                : (int64_t)s->result);
}

static void fields(struct walk *w, struct journal_rec *s)
{
    if (journal_is_input(s->kind)) {
        input_fields(w, s);
        return;
    }
    switch ((enum journal_kind)s->kind) {
    case JOURNAL_HEAD: head_fields(w, s->head, s->engine); break;
    case JOURNAL_END:
        UINT(inputs);
        hash_field(w, "check", &s->check);
        break;
    case JOURNAL_RESULT:
        result_field(w, s);
        OR_NONE(handle);
        break;
    case JOURNAL_ADVANCE: UINT(pool_free); break;
    case JOURNAL_STEP:
        OR_NONE(deadline_ns);
        hash_field(w, "trace_hash", &s->trace_hash);
        hash_field(w, "check", &s->check);
        break;
    default: action_fields(w, s); break;
    }
}

/* Static text, or NULL if there is no such kind. */
static const char *kind_name(uint8_t kind)
{
    static const char *const inputs[] = {
        "tick",  "tcp_accepted", "tcp_event",  "tcp_input",     "gre_input",
        "ring",  "line_event",   "frame",      "frame_done",    "open",
        "close", "call_open",    "call_close", "set_link_info", "frame_dropped"
    };
    static const char *const decisions[] = { "result", "advance", "step" };
    static const char *const actions[] = {
        [PPTP_ACT_TCP_OPEN] = "TCP_OPEN",
        [PPTP_ACT_TCP_SEND] = "TCP_SEND",
        [PPTP_ACT_TCP_CLOSE] = "TCP_CLOSE",
        [PPTP_ACT_GRE_SEND] = "GRE_SEND",
        [PPTP_ACT_LINE_DIAL] = "LINE_DIAL",
        [PPTP_ACT_LINE_ANSWER] = "LINE_ANSWER",
        [PPTP_ACT_LINE_HANGUP] = "LINE_HANGUP",
        [PPTP_ACT_LINE_ACCM] = "LINE_ACCM",
        [PPTP_ACT_FRAME_OUT] = "FRAME_OUT",
        [PPTP_ACT_HOLD] = "HOLD",
        [PPTP_ACT_RESUME] = "RESUME",
        [PPTP_ACT_CONN_UP] = "CONN_UP",
        [PPTP_ACT_CONN_DOWN] = "CONN_DOWN",
        [PPTP_ACT_CALL_NEW] = "CALL_NEW",
        [PPTP_ACT_CALL_UP] = "CALL_UP",
        [PPTP_ACT_CALL_DOWN] = "CALL_DOWN",
    };

    _Static_assert(sizeof inputs / sizeof *inputs ==
                       JOURNAL_INPUTS_END - JOURNAL_TICK,
                   "a name for each input");
    if (journal_is_input(kind))
        return inputs[kind - JOURNAL_TICK];
    if (kind >= JOURNAL_RESULT && kind <= JOURNAL_STEP)
        return decisions[kind - JOURNAL_RESULT];
    if (kind >= JOURNAL_ACTION &&
        kind - JOURNAL_ACTION < (int)(sizeof actions / sizeof *actions))
        return actions[kind - JOURNAL_ACTION];
    if (kind == JOURNAL_HEAD)
        return "head";
    return kind == JOURNAL_END ? "end" : NULL;
}

/* --- reading ----------------------------------------------------------- */

int pptp_journal_get(const uint8_t *o, size_t n, struct journal_rec *r)
{
    struct walk w = { .mode = GET, .get = o, .at = JOURNAL_HEAD_OCTETS };
    size_t body;

    if (n == 0)
        return 0;
    if (kind_name(o[0]) == NULL)
        return PPTP_ERR_FORMAT;
    if (n < JOURNAL_HEAD_OCTETS)
        return 0;
    body = (size_t)load(o + 1, 3);
    if (body > FIXED_MAX + JOURNAL_TCP_MAX)
        return PPTP_ERR_FORMAT;
    if (body > n - JOURNAL_HEAD_OCTETS)
        return 0;
    r->kind = o[0];
    w.end = JOURNAL_HEAD_OCTETS + body;
    fields(&w, r);
    if (w.bad || w.at != w.end)
        return PPTP_ERR_FORMAT;
    return (int)w.end;
}

void pptp_journal_show(struct journal_rec *r, char *out, size_t cap)
{
    struct walk w = { .mode = SHOW };

    pptp_text_init(&w.text, out, cap);
    pptp_text_str(&w.text, kind_name(r->kind));
    fields(&w, r);
}

unsigned pptp_journal_format(const uint8_t *octets, size_t n)
{
    return n >= JOURNAL_MAGIC_OCTETS &&
                   memcmp(octets, JOURNAL_MAGIC, JOURNAL_MAGIC_OCTETS - 1) == 0
               ? octets[JOURNAL_MAGIC_OCTETS - 1]
               : 0;
}

int pptp_journal_print(const uint8_t *o, size_t n, char *out, size_t cap)
{
    struct pptp_journal_head head;
    struct journal_rec r = { .head = &head };
    size_t magic = n < JOURNAL_MAGIC_OCTETS ? n : JOURNAL_MAGIC_OCTETS;
    int used;

    if (n > 0 && memcmp(o, JOURNAL_MAGIC, magic) == 0) {
        struct pptp_text t;

        pptp_text_init(&t, out, cap);
        pptp_text_str(&t, "pptp journal, format ");
        pptp_text_u64(&t, PPTP_JOURNAL_FORMAT);
        return magic < JOURNAL_MAGIC_OCTETS ? 0 : (int)magic;
    }
    used = pptp_journal_get(o, n, &r);
    if (used > 0)
        pptp_journal_show(&r, out, cap);
    return used;
}

/* --- writing ----------------------------------------------------------- */

void pptp_journal_flush(struct pptp_journal *j)
{
    uint32_t n = j->len;

    j->len = 0;
    if (n > 0)
        j->write(j->ctx, j->buf, n);
}

static void emit(struct pptp_journal *j, struct journal_rec *r)
{
    struct walk w = { .mode = PUT };
    uint8_t *start;

    PPTP_ASSERT(r->octets_len <= JOURNAL_TCP_MAX);
    if (sizeof j->buf - j->len < FIXED_MAX)
        pptp_journal_flush(j);
    start = j->buf + j->len;
    w.put = start;
    w.at = JOURNAL_HEAD_OCTETS;
    w.end = FIXED_MAX;
    fields(&w, r);
    start[0] = r->kind;
    store(start + 1, 3, w.at - JOURNAL_HEAD_OCTETS + r->octets_len);
    j->len += (uint32_t)w.at;
    if (r->kind < JOURNAL_RESULT) { /* decisions are compared themselves */
        j->inputs += journal_is_input(r->kind);
        j->check = journal_hash(j->check, start, w.at);
        j->check = journal_hash(j->check, r->octets, r->octets_len);
    }
    j->records++;
    if (r->octets_len > sizeof j->buf - j->len) {
        pptp_journal_flush(j);
        j->write(j->ctx, r->octets, r->octets_len);
    } else if (r->octets_len > 0) {
        memcpy(j->buf + j->len, r->octets, r->octets_len);
        j->len += r->octets_len;
    }
    if (j->whole)
        pptp_journal_flush(j);
}

int pptp_journal_start(struct pptp_journal *j,
                       const struct pptp_journal_head *head,
                       const struct pptp_pool *pool, pptp_journal_write *write,
                       void *ctx)
{
    struct pptp_journal_head h = *head;
    struct journal_rec r = { .kind = JOURNAL_HEAD, .head = &h };
    const char *name = h.config.win.engine->name;
    size_t i;

    for (i = 0; name[i] != '\0'; i++) {
        if (i == sizeof r.engine - 1)
            return PPTP_ERR_ARGUMENT;
        r.engine[i] = name[i];
    }
    if (h.snap_octets > PPTP_JOURNAL_SNAP_MAX)
        return PPTP_ERR_ARGUMENT;
    h.pool_packets = pool->limit;
    *j = (struct pptp_journal){
        .write = write,
        .ctx = ctx,
        .emit = emit,
        .pool = pool,
        .snap_octets = h.snap_octets,
        .actions = h.limits.actions,
    };
    memcpy(j->buf, JOURNAL_MAGIC, JOURNAL_MAGIC_OCTETS);
    j->len = JOURNAL_MAGIC_OCTETS;
    emit(j, &r);
    return PPTP_OK;
}

void pptp_journal_end(struct pptp_journal *j)
{
    struct journal_rec r = { .kind = JOURNAL_END,
                             .inputs = j->inputs,
                             .check = j->check };

    emit(j, &r);
    pptp_journal_flush(j);
}
