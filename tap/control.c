/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The methods of the control socket; control.h. */
#include "config.h"

#include "tap/control.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tap/log.h"
#include "tap/priv.h"

enum { WHY = 256, NAME_MAX_OCTETS = 256, PARAMS_MAX = 4 };

/* One request while it is answered. */
struct request {
    struct tap_control *c;
    struct tap_world *w;
    struct tap_ctl_client *client;
    json_t *params;   /* an object, or NULL */
    const char *code; /* of the error */
    char message[WHY];
};

/* Which calls are meant. */
struct chosen {
    enum { BY_CALL, BY_USER, BY_ADDRESS, ALL } by;
    pptp_call_id call;
    const char *user; /* the request's */
    uint32_t address;
};

typedef json_t *method(struct request *q);
typedef void order(void *daemon, pptp_call_id call);

static json_t *refuse(struct request *q, const char *code, const char *format,
                      ...) __attribute__((format(printf, 3, 4)));

static json_t *refuse(struct request *q, const char *code, const char *format,
                      ...)
{
    va_list a;

    va_start(a, format);
    vsnprintf(q->message, sizeof q->message, format, a);
    va_end(a);
    q->code = code;
    return NULL;
}

/* --- values ------------------------------------------------------------- */

static void set(json_t *o, const char *key, json_t *value)
{
    json_object_set_new_nocheck(o, key, value);
}

static void set_number(json_t *o, const char *key, uint64_t v)
{
    set(o, key, json_integer(v > INT64_MAX ? INT64_MAX : (json_int_t)v));
}

/* A text that may be any octets: ? for those that are no UTF-8 together. */
static json_t *text_of(const char *s)
{
    json_t *v = json_string(s);
    char safe[NAME_MAX_OCTETS];
    size_t i;

    if (v != NULL)
        return v;
    for (i = 0; s[i] != '\0' && i + 1 < sizeof safe; i++)
        safe[i] = (uint8_t)s[i] < 0x80 ? s[i] : '?';
    safe[i] = '\0';
    return json_string(safe);
}

/* Nothing for what is not known. */
static void set_text(json_t *o, const char *key, const char *s)
{
    if (s != NULL && *s != '\0')
        set(o, key, text_of(s));
}

static void set_ip(json_t *o, const char *key, uint32_t ip)
{
    if (ip != 0)
        set(o, key, json_string(tap_ip(ip)));
}

/* Two at most; nothing when there is none. */
static void set_ips(json_t *o, const char *key, const uint32_t ip[2])
{
    json_t *list;
    unsigned i;

    if (ip[0] == 0 && ip[1] == 0)
        return;
    list = json_array();
    for (i = 0; i < 2; i++)
        if (ip[i] != 0)
            json_array_append_new(list, json_string(tap_ip(ip[i])));
    set(o, key, list);
}

/* --- parameters --------------------------------------------------------- */

static json_t *param(const struct request *q, const char *name)
{
    return json_object_get(q->params, name);
}

/* A whole number up to `most`; *out stays as it is when it is not given.
 * False: refused. */
static bool number(struct request *q, const char *name, uint64_t most,
                   uint64_t *out)
{
    json_t *v = param(q, name);

    if (v == NULL)
        return true;
    if (json_is_integer(v) && json_integer_value(v) >= 0 &&
        (uint64_t)json_integer_value(v) <= most) {
        *out = (uint64_t)json_integer_value(v);
        return true;
    }
    refuse(q, "params", "%s has to be a whole number from 0 to %llu", name,
           (unsigned long long)most);
    return false;
}

/* What part of a list is asked for. False: refused. */
static bool page(struct request *q, uint64_t *from, uint64_t *count)
{
    *from = 0;
    *count = TAP_CONTROL_PAGE;
    if (!number(q, "from", UINT32_MAX, from) ||
        !number(q, "count", TAP_CONTROL_PAGE_MAX, count))
        return false;
    if (*count > 0)
        return true;
    refuse(q, "params", "count has to be at least 1");
    return false;
}

/* NULL: not given, or refused (q->code). */
static const char *text(struct request *q, const char *name)
{
    json_t *v = param(q, name);

    if (v == NULL)
        return NULL;
    if (!json_is_string(v)) {
        refuse(q, "params", "%s has to be a text", name);
        return NULL;
    }
    return json_string_value(v);
}

/* Exactly one of the parameters that say which calls. */
static bool choose(struct request *q, struct chosen *out)
{
    uint64_t call = PPTP_NONE;
    const char *user = text(q, "user"), *address = text(q, "address");
    bool all = json_is_true(param(q, "all"));
    int given = (user != NULL) + (address != NULL) + all;
    struct in_addr ip;

    if (q->code != NULL || !number(q, "call", UINT32_MAX, &call))
        return false;
    given += call != PPTP_NONE;
    if (given != 1) {
        refuse(q, "params",
               "exactly one parameter has to say which call: `call`, `user` "
               "or `address` (`clear` also takes `all`)");
        return false;
    }
    *out = (struct chosen){ .by = all ? ALL : BY_CALL,
                            .call = (pptp_call_id)call };
    if (user != NULL)
        *out = (struct chosen){ .by = BY_USER, .user = user };
    if (address == NULL)
        return true;
    if (inet_pton(AF_INET, address, &ip) != 1) {
        refuse(q, "params", "address has to be an IPv4 address");
        return false;
    }
    *out = (struct chosen){ .by = BY_ADDRESS, .address = ntohl(ip.s_addr) };
    return true;
}

/* --- calls -------------------------------------------------------------- */

static struct tap_call_view view_of(struct tap_world *w, pptp_call_id call)
{
    struct tap_call_view v = { .user = NULL };

    w->daemon->view(w->d, call, &v);
    return v;
}

static bool is_chosen(struct tap_world *w, const struct chosen *k,
                      pptp_call_id call)
{
    struct tap_call_view v;

    switch (k->by) {
    case ALL: return true;
    case BY_CALL: return call == k->call;
    case BY_USER:
        v = view_of(w, call);
        return v.user != NULL && strcmp(v.user, k->user) == 0;
    case BY_ADDRESS:
        v = view_of(w, call);
        return v.inner != 0 && v.inner == k->address;
    }
    return false;
}

/* What a table shows. */
static json_t *short_call(pptp_call_id call, const struct pptp_call_info *i,
                          const struct tap_call_view *v, pptp_ns now)
{
    json_t *o = json_object();

    set_number(o, "call", call);
    set(o, "state",
        json_string(pptp_call_state_name((enum pptp_call_state)i->state)));
    set_text(o, "user", v->user);
    set_text(o, "line", v->line);
    set_text(o, "phase", v->phase);
    set_ip(o, "remote", v->remote);
    set_ip(o, "inner", v->inner);
    if (v->up_ns != 0)
        set_number(o, "up_ms", (now - v->up_ns) / PPTP_MS);
    set_number(o, "rx_packets", i->rx_packets);
    set_number(o, "rx_octets", i->rx_octets);
    set_number(o, "tx_packets", i->tx_packets);
    set_number(o, "tx_octets", i->tx_octets);
    set_number(o, "peer_window", i->peer_window);
    if (i->windowed) {
        set_number(o, "window", i->cwnd);
        set_number(o, "ato_us", i->ato_ns / PPTP_US);
    }
    set_number(o, "timeouts", i->timeouts);
    set_number(o, "rx_lost", i->rx_skipped);
    set_number(o, "drops", i->drops);
    return o;
}

static json_t *errors_of(const struct pptp_call_info *i)
{
    static const char *const names[6] = { "crc",         "framing",
                                          "hw_overruns", "buffer_overruns",
                                          "time_outs",   "alignment" };
    json_t *o = json_object();
    unsigned k;

    for (k = 0; k < 6; k++)
        set_number(o, names[k], i->errors[k]);
    return o;
}

/* Everything. */
static json_t *long_call(struct tap_world *w, pptp_call_id call, pptp_ns now)
{
    struct pptp_call_info i = { .conn = PPTP_NONE };
    struct tap_call_view v = view_of(w, call);
    json_t *o;

    pptp_peer_call_info(w->nas.node.peer, call, &i);
    o = short_call(call, &i, &v, now);
    set(o, "machine",
        json_string(pptp_machine_name((enum pptp_machine)i.machine)));
    set_number(o, "connection", i.conn);
    set_number(o, "local_id", i.local_id);
    set_number(o, "peer_id", i.peer_id);
    set_number(o, "serial", i.serial);
    set_text(o, "number", i.number);
    set_number(o, "connect_bps", i.connect_bps);
    set_text(o, "auth", v.auth);
    set_text(o, "mppe", v.mppe);
    set_text(o, "device", v.device);
    set_ip(o, "inner_local", v.inner_local);
    if (v.mtu != 0)
        set_number(o, "mtu", v.mtu);
    set_ips(o, "dns", v.dns);
    set_ips(o, "wins", v.wins);
    set_number(o, "ip_rx_packets", v.rx_packets);
    set_number(o, "ip_rx_octets", v.rx_octets);
    set_number(o, "ip_tx_packets", v.tx_packets);
    set_number(o, "ip_tx_octets", v.tx_octets);
    set_number(o, "outstanding", i.out);
    set_number(o, "queued", i.queued);
    set_number(o, "rtt_us", i.rtt_ns / PPTP_US);
    set_number(o, "dev_us", i.dev_ns / PPTP_US);
    set(o, "line_errors", errors_of(&i));
    return o;
}

/* Some slots further: a page is short work whatever the limits are. */
static json_t *do_calls(struct request *q)
{
    struct tap_world *w = q->w;
    uint64_t from, count;
    uint32_t slots = w->config->limits.calls, slot, end, n = 0;
    json_t *list, *o;
    pptp_ns now = tap_now();

    if (!page(q, &from, &count))
        return NULL;
    slot = from < slots ? (uint32_t)from : slots;
    end = slots - slot > TAP_CONTROL_SCAN ? slot + TAP_CONTROL_SCAN : slots;
    list = json_array();
    for (; slot < end && n < count; slot++) {
        pptp_call_id call = w->daemon->call_at(w->d, slot);
        struct pptp_call_info i = { .conn = PPTP_NONE };
        struct tap_call_view v;

        if (call == PPTP_NONE)
            continue;
        v = view_of(w, call);
        pptp_peer_call_info(w->nas.node.peer, call, &i);
        json_array_append_new(list, short_call(call, &i, &v, now));
        n++;
    }
    o = json_object();
    set(o, "calls", list);
    set(o, "next",
        slot < slots ? json_integer((json_int_t)slot) : json_null());
    return o;
}

static json_t *do_call(struct request *q)
{
    struct tap_world *w = q->w;
    struct chosen k;
    uint32_t slot, n = 0;
    json_t *list, *o;
    pptp_ns now = tap_now();

    if (!choose(q, &k))
        return NULL;
    list = json_array();
    for (slot = 0; slot < w->config->limits.calls; slot++) {
        pptp_call_id call = w->daemon->call_at(w->d, slot);

        if (call == PPTP_NONE || !is_chosen(w, &k, call))
            continue;
        json_array_append_new(list, long_call(w, call, now));
        if (++n == TAP_CONTROL_MATCHES_MAX)
            break;
    }
    if (n == 0) {
        json_decref(list);
        return refuse(q, "unknown", "no such call");
    }
    o = json_object();
    set(o, "calls", list);
    return o;
}

/* Time goes on to now before a call ends: what was due comes first, and may
 * be the end of that call. */
static bool order_one(struct tap_world *w, order *what, uint32_t slot,
                      pptp_call_id call)
{
    nas_begin(&w->nas, tap_now());
    nas_settle(&w->nas);
    if (w->daemon->call_at(w->d, slot) != call)
        return false;
    what(w->d, call);
    nas_do(&w->nas);
    return true;
}

/* Each of the calls that are meant; `done` is the result's word. */
static json_t *order_calls(struct request *q, order *what, const char *done)
{
    struct tap_world *w = q->w;
    struct chosen k;
    uint32_t slot, n = 0;
    json_t *o;

    if (!choose(q, &k))
        return NULL;
    for (slot = 0; slot < w->config->limits.calls; slot++) {
        pptp_call_id call = w->daemon->call_at(w->d, slot);

        if (call != PPTP_NONE && is_chosen(w, &k, call))
            n += order_one(w, what, slot, call);
    }
    if (n == 0 && k.by != ALL)
        return refuse(q, "unknown", "no such call");
    o = json_object();
    set_number(o, done, n);
    return o;
}

static json_t *do_clear(struct request *q)
{
    return order_calls(q, q->w->daemon->clear, "cleared");
}

static json_t *do_renegotiate(struct request *q)
{
    if (q->w->daemon->renegotiate == NULL)
        return refuse(q, "method", "PPP of a %s is its callers' matter",
                      q->w->config->name);
    if (q->w->drain != TAP_SERVING)
        return refuse(q, "state", "it is ending");
    return order_calls(q, q->w->daemon->renegotiate, "renegotiated");
}

/* --- dialling ----------------------------------------------------------- */

/* The control connection to `remote` (0: anybody) that may carry calls; or
 * PPTP_NONE, and it is refused: there are none, or several. */
static pptp_conn_id connection_to(struct request *q, uint32_t remote)
{
    const struct tap_world *w = q->w;
    pptp_conn_id found = PPTP_NONE;
    uint32_t i, n = 0;

    for (i = 0; i < w->tcp.limit; i++) {
        const struct tap_tcp_conn *k = &w->tcp.conns[i];

        if (!k->used || k->connecting || k->closing ||
            pptp_peer_conn_state(w->nas.node.peer, k->id) !=
                PPTP_CTRL_ESTABLISHED ||
            (remote != 0 && remote != pptp_addr_to_v4(&k->info.remote)))
            continue;
        found = k->id;
        n++;
    }
    if (n == 1)
        return found;
    if (n == 0)
        refuse(q, "unknown", "no such control connection");
    else
        refuse(q, "params",
               "%u control connections: `address` has to say which one", n);
    return PPTP_NONE;
}

static const char *why_not_dialled(int err)
{
    switch (err) {
    case PPTP_ERR_STATE: return "it is ending";
    case PPTP_ERR_VALUE: return "a number has 64 octets at most";
    case PPTP_ERR_RESOURCE: return "`limits: calls` is reached";
    default: return "the control connection has just ended";
    }
}

static json_t *do_dial(struct request *q)
{
    const char *number = text(q, "number"), *address = text(q, "address");
    struct in_addr ip = { 0 };
    pptp_call_id call = PPTP_NONE;
    pptp_conn_id conn;
    json_t *o;
    int err;

    if (q->code != NULL)
        return NULL;
    if (q->w->daemon->dial == NULL)
        return refuse(q, "method", "only a PNS has calls placed");
    if (number == NULL)
        return refuse(q, "params", "number has to be given");
    if (address != NULL && inet_pton(AF_INET, address, &ip) != 1)
        return refuse(q, "params", "address has to be an IPv4 address");
    conn = connection_to(q, ntohl(ip.s_addr));
    if (conn == PPTP_NONE)
        return NULL;
    err = q->w->daemon->dial(q->w->d, conn, number, &call);
    if (err != PPTP_OK)
        return refuse(q, "state", "%s", why_not_dialled(err));
    o = json_object();
    set_number(o, "call", call);
    return o;
}

/* --- connections, status, counters -------------------------------------- */

static const char *state_of(const struct tap_control *c,
                            const struct tap_tcp_conn *k)
{
    if (k->connecting)
        return "connecting";
    if (k->closing)
        return "closing";
    return pptp_conn_state_name(
        pptp_peer_conn_state(c->world->nas.node.peer, k->id));
}

static json_t *connection(const struct tap_control *c,
                          const struct tap_tcp_conn *k)
{
    json_t *o = json_object();

    set_number(o, "connection", k->id);
    set(o, "state", json_string(state_of(c, k)));
    set_ip(o, "remote", pptp_addr_to_v4(&k->info.remote));
    set_number(o, "remote_port", k->info.remote_port);
    set_ip(o, "local", pptp_addr_to_v4(&k->info.local));
    set_number(o, "local_port", k->info.local_port);
    return o;
}

static json_t *do_connections(struct request *q)
{
    const struct tap_tcp *t = &q->w->tcp;
    uint64_t from, count;
    uint32_t i, n = 0, limit = t->conns != NULL ? t->limit : 0;
    json_t *list, *o;

    if (!page(q, &from, &count))
        return NULL;
    list = json_array();
    for (i = from < limit ? (uint32_t)from : limit; i < limit && n < count;
         i++) {
        if (!t->conns[i].used)
            continue;
        json_array_append_new(list, connection(q->c, &t->conns[i]));
        n++;
    }
    o = json_object();
    set(o, "connections", list);
    set(o, "next", i < limit ? json_integer((json_int_t)i) : json_null());
    return o;
}

static uint32_t connections(const struct tap_world *w)
{
    uint32_t i, n = 0;

    for (i = 0; w->tcp.conns != NULL && i < w->tcp.limit; i++)
        n += w->tcp.conns[i].used;
    return n;
}

static const char *drain_name(enum tap_drain d)
{
    switch (d) {
    case TAP_SERVING: return "serving";
    case TAP_DRAIN_PPP: return "ending, PPP first";
    case TAP_DRAIN_CALLS: return "ending, calls";
    case TAP_DRAIN_CONNS: return "ending, connections";
    case TAP_DRAIN_LINES: return "ending, modems";
    case TAP_DRAINED: return "ended";
    }
    return "ended";
}

static json_t *capture_state(const struct tap_record *r)
{
    json_t *o = json_object();

    set(o, "state",
        json_string(tap_record_end_name((enum tap_record_end)r->end)));
    if (r->end == TAP_RECORD_NONE)
        return o;
    if (r->end == TAP_RECORD_FAILED)
        set_text(o, "error", strerror(r->error));
    set_number(o, "packets", r->packets);
    set_number(o, "octets", r->octets);
    if (r->limit_octets != UINT64_MAX)
        set_number(o, "limit", r->limit_octets);
    set_number(o, "snap", r->snap_octets);
    return o;
}

static const char *const level_names[] = { [TAP_ERROR] = "error",
                                           [TAP_WARNING] = "warning",
                                           [TAP_NOTICE] = "notice",
                                           [TAP_INFO] = "info" };

static json_t *do_status(struct request *q)
{
    const struct tap_world *w = q->w;
    json_t *o = json_object();
    struct rusage use;

    set_text(o, "role", w->config->name);
    set(o, "version", json_string(PACKAGE_VERSION));
    set_number(o, "pid", (uint64_t)getpid());
    set_number(o, "up_ms", (tap_now() - q->c->begun_ns) / PPTP_MS);
    set(o, "state", json_string(drain_name(w->drain)));
    set_number(o, "calls", w->daemon->calls(w->d));
    set_number(o, "calls_limit", w->config->limits.calls);
    set_number(o, "connections", connections(w));
    set_number(o, "connections_limit", w->config->limits.conns);
    set_number(o, "packets", w->pool.used);
    set_number(o, "packets_limit", w->pool.limit);
    /* not where the filter of system calls forbids it */
    if (getrusage(RUSAGE_SELF, &use) == 0)
        set_number(o, "memory_peak", (uint64_t)use.ru_maxrss * 1024);
    set(o, "log", json_string(level_names[tap_log_level()]));
    set(o, "capture", capture_state(&q->c->record));
    return o;
}

static void append_counter(void *ctx, const char *group, const struct probe *p,
                           uint64_t value)
{
    json_t *o = json_object();

    set(o, "group", text_of(group));
    set(o, "name", text_of(p->name));
    set_number(o, "value", value);
    set(o, "unit", text_of(p->unit));
    set(o, "help", text_of(p->help));
    json_array_append_new(ctx, o);
}

void tap_control_counters(const struct tap_control *c, tap_counter *each,
                          void *ctx)
{
    tap_world_counters(c->world, each, ctx);
    tap_count(each, ctx, "ctl", tap_ctl_probes, &c->ctl.stats);
}

static json_t *do_counters(struct request *q)
{
    json_t *list = json_array(), *o = json_object();

    tap_control_counters(q->c, append_counter, list);
    set(o, "counters", list);
    return o;
}

/* --- the capture -------------------------------------------------------- */

static json_t *do_capture(struct request *q)
{
    return capture_state(&q->c->record);
}

static json_t *do_capture_start(struct request *q)
{
    uint64_t limit = 0, snap = 0;
    struct tap_record_config c = { .role = q->w->config->name,
                                   .flows = q->w->config->limits.conns };
    char why[WHY];

    if (!number(q, "limit", INT64_MAX, &limit) ||
        !number(q, "snap", 65535, &snap))
        return NULL;
    if (snap != 0 && snap < TAP_RECORD_SNAP_MIN)
        return refuse(q, "params", "snap has to be 0 or at least %d",
                      TAP_RECORD_SNAP_MIN);
    if (q->client->passed < 0)
        return refuse(q, "file",
                      "no file came with the request: the daemon can open "
                      "none; cure: pass a descriptor (SCM_RIGHTS), as "
                      "`dialtone ctl capture start` does");
    c.limit_octets = limit;
    c.snap_octets = (uint32_t)snap;
    if (tap_record_start(&q->c->record, q->client->passed, &c, why,
                         sizeof why) < 0)
        return refuse(q, q->c->record.on ? "state" : "file", "%s", why);
    q->client->passed = -1; /* the record's now */
    return capture_state(&q->c->record);
}

static json_t *do_capture_stop(struct request *q)
{
    if (!q->c->record.on)
        return refuse(q, "state", "no capture runs");
    tap_record_stop(&q->c->record);
    return capture_state(&q->c->record);
}

/* --- the daemon --------------------------------------------------------- */

/* Changes are no secret. */
static void say_who(const struct request *q, const char *what)
{
    tap_say(TAP_NOTICE, "ctl: %s, asked by uid %lu, process %ld", what,
            (unsigned long)q->client->uid, (long)q->client->pid);
}

static json_t *do_log_level(struct request *q)
{
    const char *level = text(q, "level");
    json_t *o;
    unsigned i;

    if (q->code != NULL)
        return NULL;
    if (level != NULL) {
        for (i = TAP_ERROR; i <= TAP_INFO; i++)
            if (strcmp(level_names[i], level) == 0)
                break;
        if (i > TAP_INFO)
            return refuse(q, "params",
                          "level has to be error, warning, notice or info");
        say_who(q, "another log level"); /* as long as it is heard */
        tap_log_set_level((enum tap_level)i);
    }
    o = json_object();
    set(o, "level", json_string(level_names[tap_log_level()]));
    return o;
}

static json_t *do_drain(struct request *q)
{
    if (q->w->drain != TAP_SERVING)
        return refuse(q, "state", "it is ending already");
    tap_world_drain(q->w, "ctl drain");
    return do_status(q);
}

static json_t *do_reload(struct request *q)
{
    if (tap_world_reload(q->w) < 0)
        return refuse(q, "reload",
                      "something stayed as it was; cure: the daemon's log "
                      "says what and why");
    return json_object();
}

/* --- requests ----------------------------------------------------------- */

static const struct {
    const char *name;
    method *answer;
    bool changes;
    const char *params[PARAMS_MAX];
} methods[] = {
    { "status", do_status, false, { NULL } },
    { "calls", do_calls, false, { "from", "count" } },
    { "call", do_call, false, { "call", "user", "address" } },
    { "clear", do_clear, true, { "call", "user", "address", "all" } },
    { "renegotiate", do_renegotiate, true, { "call", "user", "address" } },
    { "dial", do_dial, true, { "number", "address" } },
    { "connections", do_connections, false, { "from", "count" } },
    { "counters", do_counters, false, { NULL } },
    { "capture", do_capture, false, { NULL } },
    { "capture.start", do_capture_start, true, { "limit", "snap" } },
    { "capture.stop", do_capture_stop, true, { NULL } },
    { "log.level", do_log_level, false, { "level" } },
    { "drain", do_drain, true, { NULL } },
    { "reload", do_reload, true, { NULL } },
};

enum { METHODS = sizeof methods / sizeof methods[0] };

static bool params_known(struct request *q, const char *const *known)
{
    const char *key;
    json_t *value;

    json_object_foreach(q->params, key, value)
    {
        unsigned i;

        for (i = 0; i < PARAMS_MAX; i++)
            if (known[i] != NULL && strcmp(known[i], key) == 0)
                break;
        if (i == PARAMS_MAX) {
            refuse(q, "params", "no such parameter: %.64s", key);
            return false;
        }
    }
    return true;
}

static json_t *dispatch(struct request *q, const json_t *root)
{
    json_t *name = json_object_get(root, "method");
    json_t *params = json_object_get(root, "params");
    unsigned i;

    if (!json_is_string(name))
        return refuse(q, "request", "`method` has to be a text");
    if (params != NULL && !json_is_object(params))
        return refuse(q, "params", "`params` has to be an object");
    q->params = params;
    for (i = 0; i < METHODS; i++)
        if (strcmp(methods[i].name, json_string_value(name)) == 0)
            break;
    if (i == METHODS)
        return refuse(q, "method", "no such method: %.64s",
                      json_string_value(name));
    if (!params_known(q, methods[i].params))
        return NULL;
    if (methods[i].changes)
        say_who(q, methods[i].name);
    return methods[i].answer(q);
}

/* A message may hold a piece of the request cut within a character. */
static json_t *error_of(const struct request *q)
{
    json_t *o = json_object();

    set(o, "code", json_string(q->code));
    set(o, "message", text_of(q->message));
    return o;
}

static char *answer(void *owner, struct tap_ctl_client *client,
                    const char *line, size_t n)
{
    struct tap_control *c = owner;
    struct request q = { .c = c, .w = c->world, .client = client };
    json_error_t wrong;
    json_t *root = json_loadb(line, n, JSON_REJECT_DUPLICATES, &wrong);
    json_t *out = json_object(), *id = json_object_get(root, "id"), *result;
    char *written;

    if (root == NULL)
        result = refuse(&q, "json", "no JSON: %s, octet %d", wrong.text,
                        wrong.position);
    else if (!json_is_object(root))
        result = refuse(&q, "request", "a request has to be an object");
    else if (id != NULL && !json_is_integer(id) && !json_is_string(id))
        result = refuse(&q, "request", "`id` has to be a number or a text");
    else
        result = dispatch(&q, root);
    if (json_is_integer(id) || json_is_string(id))
        json_object_set_nocheck(out, "id", id);
    if (result != NULL)
        set(out, "result", result);
    else if (q.code != NULL)
        set(out, "error", error_of(&q));
    written = json_dumps(out, JSON_COMPACT);
    json_decref(out);
    json_decref(root);
    return written;
}

/* --- metrics ------------------------------------------------------------ */

/* Levels, beside what is counted. */
struct levels {
    uint64_t up_seconds, ending, calls, calls_limit, connections,
        connections_limit, packets, packets_limit, capture;
};

#define LEVEL(name, unit, help) \
    PROBE(struct levels, name, PROBE_GAUGE, unit, help)

static const struct probe level_probes[] = {
    LEVEL(up_seconds, "s", "seconds since the daemon began"),
    LEVEL(ending, "1", "1 while it drains"),
    LEVEL(calls, "calls", "calls there are"),
    LEVEL(calls_limit, "calls", "calls there may be"),
    LEVEL(connections, "connections", "control connections there are"),
    LEVEL(connections_limit, "connections",
          "control connections there may be"),
    LEVEL(packets, "packets", "packets of the pool in use"),
    LEVEL(packets_limit, "packets", "packets of the pool"),
    LEVEL(capture, "1", "1 while a capture runs"),
    PROBE_END
};

static void put_probe(void *ctx, const char *group, const struct probe *p,
                      uint64_t value)
{
    tap_metrics_put(ctx, group, p, value);
}

static char *metrics_text(void *owner, size_t *n)
{
    const struct tap_control *c = owner;
    const struct tap_world *w = c->world;
    const struct levels levels = {
        .up_seconds = (tap_now() - c->begun_ns) / PPTP_S,
        .ending = w->drain != TAP_SERVING,
        .calls = w->daemon->calls(w->d),
        .calls_limit = w->config->limits.calls,
        .connections = connections(w),
        .connections_limit = w->config->limits.conns,
        .packets = w->pool.used,
        .packets_limit = w->pool.limit,
        .capture = c->record.on,
    };
    struct tap_text t = { .p = NULL };

    tap_text_add(&t,
                 "# HELP dialtone_info version and role\n"
                 "# TYPE dialtone_info gauge\n"
                 "dialtone_info{version=\"%s\",role=\"%s\"} 1\n",
                 PACKAGE_VERSION, w->config->name);
    tap_count(put_probe, &t, NULL, level_probes, &levels);
    tap_control_counters(c, put_probe, &t);
    if (t.failed) {
        free(t.p);
        return NULL;
    }
    *n = t.n;
    return t.p;
}

/* --- beginning and end -------------------------------------------------- */

static int open_socket(struct tap_control *c)
{
    static const char busy[] =
        "{\"error\":{\"code\":\"busy\",\"message\":\"too many clients of the "
        "control socket at once\"}}\n";
    const struct tap_control_config *k = c->config;
    char why[WHY], other[WHY];

    if (k->path == NULL)
        return 0;
    c->ctl.loop = &c->world->loop;
    c->ctl.answer = answer;
    c->ctl.owner = c;
    c->ctl.busy = busy;
    if (k->other != NULL)
        tap_ctl_tidy(k->path);
    if (tap_ctl_open(&c->ctl, k->path, k->group, why, sizeof why) == 0) {
        c->ctl_open = true;
        return 0;
    }
    if (k->other != NULL &&
        tap_ctl_open(&c->ctl, k->other, k->group, other, sizeof other) == 0) {
        c->ctl_open = c->other = true;
        tap_say(TAP_NOTICE, "control socket %s: `dialtone ctl -s` there",
                k->other);
        return 0;
    }
    if (k->path_default) {
        tap_say(TAP_WARNING, "%s; goes on without", why);
        return 0;
    }
    tap_say(TAP_ERROR, "%s", why);
    return -1;
}

static int open_metrics(struct tap_control *c)
{
    const struct tap_control_config *k = c->config;
    char why[WHY];

    if (k->metrics_port == 0)
        return 0;
    c->metrics.loop = &c->world->loop;
    c->metrics.text = metrics_text;
    c->metrics.owner = c;
    if (tap_metrics_open(&c->metrics, k->metrics_address, k->metrics_port, why,
                         sizeof why) == 0)
        return 0;
    tap_say(TAP_ERROR, "%s", why);
    return -1;
}

int tap_control_open(struct tap_control *c, struct tap_world *w,
                     const struct tap_control_config *config)
{
    c->config = config;
    c->world = w;
    c->begun_ns = tap_now();
    /* jansson would take a seed from a file, and there will be no files */
    json_object_seed((size_t)tap_random() | 1);
    return open_socket(c) < 0 || open_metrics(c) < 0 ? -1 : 0;
}

void tap_control_close(struct tap_control *c)
{
    tap_record_stop(&c->record);
    tap_metrics_close(&c->metrics);
    if (c->ctl_open)
        tap_ctl_close(&c->ctl, c->other ? c->config->other : c->config->path);
    c->ctl_open = false;
}

pptp_ns tap_control_deadline(const struct tap_control *c)
{
    pptp_ns next = tap_record_deadline(&c->record);

    if (tap_metrics_deadline(&c->metrics) < next)
        next = tap_metrics_deadline(&c->metrics);
    if (tap_ctl_deadline(&c->ctl) < next)
        next = tap_ctl_deadline(&c->ctl);
    return next;
}

void tap_control_advance(struct tap_control *c, pptp_ns now)
{
    tap_record_advance(&c->record, now);
    tap_metrics_advance(&c->metrics, now);
    tap_ctl_advance(&c->ctl, now);
}
