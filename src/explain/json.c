/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What explain tells machines: the same as report.c, as one JSON object.
 * What the capture does not hold is null.
 */
#include "config.h"

#include "explain/explain.h"

#include <jansson.h>

#include "explain/figures.h"
#include "explain/numbers.h"
#include "explain/words.h"

/* doc/explain.md has the members; one more when one of them goes or changes. */
#define SCHEMA 1

/* jansson refuses what is not UTF-8; text fields are ASCII already. */

static json_t *number(uint64_t v)
{
    return json_integer(v <= INT64_MAX ? (json_int_t)v : INT64_MAX);
}

static json_t *time_s(pptp_ns ns)
{
    return json_real((double)ns / 1e9);
}

static json_t *moment_s(const struct moment *m)
{
    return m->timed ? time_s(m->at) : json_null();
}

static json_t *between_s(const struct moment *a, const struct moment *b)
{
    pptp_ns ns;

    return elapsed(a, b, &ns) ? time_s(ns) : json_null();
}

static json_t *num(struct num n)
{
    return n.known ? json_integer(n.v) : json_null();
}

static json_t *text(const struct text *t)
{
    return t->known ? json_string(t->s) : json_null();
}

static const char *role_word(int pns, int side)
{
    if (pns < 0)
        return "unknown";
    return pns == side ? "PNS" : "PAC";
}

static json_t *side_json(const struct conn *c, int side)
{
    const struct intro *in = &c->intro[side];
    json_t *o = json_pack(
        "{s:s, s:i, s:s, s:s, s:o, s:o}", "address", explain_ip(c->addr[side]),
        "port", (int)c->port[side], "role", role_word(c->pns, side), "state",
        explain_ctl_state(c->state[side]), "messages",
        number(c->messages[side]), "echo_requests", number(c->echoes[side]));

    if (o != NULL && in->seen) {
        json_object_set_new(o, "version", num(in->version));
        json_object_set_new(o, "host_name", text(&in->host));
        json_object_set_new(o, "vendor_name", text(&in->vendor));
        json_object_set_new(o, "framing_capabilities", num(in->framing));
        json_object_set_new(o, "bearer_capabilities", num(in->bearer));
        json_object_set_new(o, "maximum_channels", num(in->max_channels));
        json_object_set_new(o, "firmware_revision", num(in->firmware));
    }
    return o;
}

static json_t *conn_json(const struct conn *c)
{
    json_t *o = json_pack("{s:i, s:o, s:o, s:o, s:b, s:o, s:o}", "connection",
                          (int)c->no, "first_frame", number(c->first.frame),
                          "last_frame", number(c->last.frame), "start_s",
                          moment_s(&c->first), "began_before_capture",
                          (int)c->midstream, "originator", side_json(c, 0),
                          "receiver", side_json(c, 1));

    if (o != NULL && c->end[0] != '\0') {
        json_object_set_new(o, "end", json_string(c->end));
        json_object_set_new(o, "end_frame", number(c->end_when.frame));
        json_object_set_new(o, "end_s", moment_s(&c->end_when));
    }
    return o;
}

static json_t *direction_json(const struct call *call, int dir)
{
    const struct flow *f = call->flow[dir];
    const struct meter *m;
    json_t *o;

    if (f == NULL || f->packets == 0)
        return json_pack("{s:i}", "packets", 0);
    o = json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
                  "call_id", (int)f->id, "packets", number(f->packets), "data",
                  number(f->data), "octets", number(f->octets), "lone_acks",
                  number(f->lone_acks), "out_of_order", number(f->late),
                  "duplicates", number(f->dups), "before_call",
                  number(f->early), "after_call", number(f->after),
                  "fragmented", number(f->fragmented), "longest_silence_s",
                  time_s(f->quiet_max));
    m = f->meter;
    if (o == NULL || m == NULL || !m->any)
        return o;
    json_object_set_new(o, "first_sequence", json_integer(m->first_seq));
    json_object_set_new(o, "highest_sequence", json_integer(m->highest));
    json_object_set_new(o, "lost", number(m->lost));
    json_object_set_new(o, "unacknowledged",
                        number(explain_numbers_unacked(f)));
    json_object_set_new(o, "outstanding_max", json_integer(m->out_max));
    json_object_set_new(o, "rfc_window", json_integer(m->win.cwnd));
    json_object_set_new(o, "rfc_timeouts", number(m->timeouts));
    json_object_set_new(o, "rfc_timeout_s", time_s(m->win.ato.ato_ns));
    if (m->rtt.n > 0)
        json_object_set_new(
            o, "rtt",
            json_pack("{s:o, s:o, s:o, s:o, s:o}", "samples", number(m->rtt.n),
                      "min_s", time_s(m->rtt.min_ns), "mean_s",
                      json_real(hist_mean_s(&m->rtt)), "p95_s",
                      json_real(hist_quantile_s(&m->rtt, 0.95)), "max_s",
                      time_s(m->rtt.max_ns)));
    return o;
}

static json_t *end_json(const struct call *call, int side)
{
    json_t *o = json_pack("{s:s, s:s, s:s, s:o}", "address",
                          explain_ip(call->addr[side]), "role",
                          role_word(call->pns, side), "state",
                          explain_call_state(call->state[side]), "sent",
                          direction_json(call, side));

    if (o == NULL)
        return NULL;
    json_object_set_new(o, "call_id", num(call->id[side]));
    json_object_set_new(o, "window", num(call->window[side]));
    json_object_set_new(o, "processing_delay_s",
                        call->ppd[side].known
                            ? json_real(call->ppd[side].v / 10.0)
                            : json_null());
    return o;
}

static json_t *call_json(const struct explain *e, const struct call *call)
{
    json_t *o = json_pack(
        "{s:i, s:b, s:o, s:o, s:o, s:[o, o]}", "call", (int)call->no,
        "in_capture", (int)call->announced, "established",
        call->up_unsure ? json_null() : json_boolean(call->up), "first_frame",
        number(call->when.frame), "start_s", moment_s(&call->when), "sides",
        end_json(call, 0), end_json(call, 1));

    if (o == NULL)
        return NULL;
    if (call->conn != NULL)
        json_object_set_new(o, "connection", json_integer(call->conn->no));
    if (call->announced) {
        json_object_set_new(
            o, "direction",
            json_string(call->outgoing ? "outgoing" : "incoming"));
        json_object_set_new(o, "serial", num(call->serial));
        json_object_set_new(o, "minimum_bps", num(call->min_bps));
        json_object_set_new(o, "maximum_bps", num(call->max_bps));
        json_object_set_new(o, "connect_bps", num(call->connect_bps));
        json_object_set_new(o, "number", text(&call->number));
    }
    if (call->up)
        json_object_set_new(o, "up_s",
                            between_s(&call->up_when, call->ended
                                                          ? &call->end_when
                                                          : &e->last));
    if (call->ended) {
        json_object_set_new(o, "end", json_string(call->end));
        json_object_set_new(o, "end_frame", number(call->end_when.frame));
        json_object_set_new(o, "end_s", moment_s(&call->end_when));
    }
    return o;
}

static json_t *finding_json(const struct explain_finding *f)
{
    const struct explain_kind_info *k = explain_kind_info(f->kind);
    json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o}",
                          "severity", explain_severity_name(k->severity),
                          "finding", k->key, "section", k->section,
                          "requirement", k->requirement, "text", k->text,
                          "detail", f->detail, "count", number(f->count),
                          "time_s", f->timed ? time_s(f->at_ns) : json_null());

    if (o == NULL)
        return NULL;
    if (f->frame > 0) {
        json_object_set_new(o, "frame", number(f->frame));
        json_object_set_new(o, "last_frame", number(f->last_frame));
    }
    if (f->connection > 0)
        json_object_set_new(o, "connection", json_integer(f->connection));
    if (f->call > 0)
        json_object_set_new(o, "call", json_integer(f->call));
    if (f->address != 0)
        json_object_set_new(o, "address", json_string(explain_ip(f->address)));
    return o;
}

static json_t *event_json(const struct event *v)
{
    const char *what = v->text;

    while (*what == ' ')
        what++;
    return json_pack("{s:o, s:o, s:i, s:i, s:s}", "frame",
                     number(v->when.frame), "time_s", moment_s(&v->when),
                     "connection", (int)v->conn, "call", (int)v->call, "text",
                     what);
}

static json_t *unread_json(const struct unread *u)
{
    char what[100];

    encap_print(u->kind, u->which, what, sizeof what);
    return json_pack("{s:s, s:o, s:b}", "what", what, "frames",
                     number(u->frames), "may_hold_pptp",
                     (int)encap_hides(u->kind, u->which));
}

int explain_json(const struct explain *e, FILE *out)
{
    json_t *conns = json_array(), *calls = json_array();
    json_t *findings = json_array(), *events = json_array();
    json_t *unread = json_array(), *all;
    const struct call *call;
    size_t i;
    int err = 0;

    for (i = 0; i < e->conn_count; i++)
        if (e->conns[i]->pptp)
            err |= json_array_append_new(conns, conn_json(e->conns[i]));
    for (call = e->calls; call != NULL; call = call->next)
        if (!call->merged)
            err |= json_array_insert_new(calls, 0, call_json(e, call));
    for (i = 0; i < e->finding_count; i++)
        err |= json_array_append_new(findings, finding_json(&e->findings[i]));
    for (i = 0; i < e->event_count; i++)
        err |= json_array_append_new(events, event_json(&e->events[i]));
    for (i = 0; i < e->unread_count; i++)
        err |= json_array_append_new(unread, unread_json(&e->unread[i]));
    all = json_pack(
        "{s:i, s:b, s:o, s:o, s:o, s:s*, s:o, s:o, s:o, s:o, s:o, s:o}",
        "schema", SCHEMA, "pptp", (int)e->found, "frames", number(e->frames),
        "frames_without_time", number(e->untimed), "duration_s",
        time_s(e->last.at), "fault", e->fault[0] != '\0' ? e->fault : NULL,
        "left_out", unread, "connections", conns, "calls", calls, "findings",
        findings, "findings_left_out", number(e->over_findings), "events",
        events);
    if (all == NULL || err != 0) {
        json_decref(all);
        return -1;
    }
    err = json_dumpf(all, out, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
    json_decref(all);
    return err == 0 && fputc('\n', out) != EOF ? 0 : -1;
}
