/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What explain tells people: summary, findings by rank, time line. */
#include "config.h"

#include "explain/explain.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "explain/figures.h"
#include "explain/numbers.h"
#include "explain/words.h"

#define COLUMNS 79

/* A paragraph that is being put together. */
struct line {
    char text[900];
    size_t len;
};

static void add(struct line *l, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void add(struct line *l, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(l->text + l->len, sizeof l->text - l->len, format, args);
    va_end(args);
    if (n > 0)
        l->len += (size_t)n;
    if (l->len >= sizeof l->text)
        l->len = sizeof l->text - 1;
}

/* "3 packets", "1 packet" */
static void add_n(struct line *l, uint64_t n, const char *thing)
{
    add(l, "%llu %s%s", (unsigned long long)n, thing, pptp_plural(n));
}

/* Writes words up to the last column; further lines are indented. */
static void wrapped(FILE *out, unsigned indent, unsigned at, const char *text)
{
    bool first = true;

    while (*text != '\0') {
        size_t n = strcspn(text, " ");

        if (!first && at + 1 + n > COLUMNS) {
            fprintf(out, "\n%*s", (int)indent, "");
            at = indent;
        } else if (!first) {
            fputc(' ', out);
            at++;
        }
        fwrite(text, 1, n, out);
        at += (unsigned)n;
        text += n;
        text += *text == ' ';
        first = false;
    }
    fputc('\n', out);
}

static const char *role_name(int pns, int side)
{
    if (pns < 0)
        return side == 0 ? "A" : "B";
    return pns == side ? "PNS" : "PAC";
}

static double seconds(pptp_ns ns)
{
    return (double)ns / 1e9;
}

static double ms(pptp_ns ns)
{
    return (double)ns / 1e6;
}

/* "frame 7, 0.040 s" */
static void add_moment(struct line *l, const struct moment *m)
{
    add(l, "frame %llu", (unsigned long long)m->frame);
    if (m->timed)
        add(l, ", %.3f s", seconds(m->at));
    else
        add(l, ", no time");
}

static void add_text(struct line *l, const struct text *t)
{
    if (t->known || t->s[0] != '\0')
        add(l, "\"%s\"", t->s);
    if (!t->known)
        add(l, "?");
}

static void show_end(FILE *out, const char *end, const struct moment *when)
{
    struct line l = { .len = 0 };

    add(&l, "end: ");
    if (end[0] != '\0') {
        add(&l, "%s (", end);
        add_moment(&l, when);
        add(&l, ")");
    } else {
        add(&l, "not in this capture");
    }
    fputs("  ", out);
    wrapped(out, 7, 2, l.text);
}

/* --- connections --------------------------------------------------------- */

static void add_intro(struct line *l, const struct intro *in)
{
    add(l, "host ");
    add_text(l, &in->host);
    add(l, ", vendor ");
    add_text(l, &in->vendor);
    if (in->version.known)
        add(l, ", version %u.%u", in->version.v >> 8, in->version.v & 255u);
    else
        add(l, ", version ?");
    if (in->firmware.known)
        add(l, ", firmware 0x%04x", in->firmware.v);
    else
        add(l, ", firmware ?");
    add(l, ", framing %s, bearer %s, %s channel%s; ", explain_num(in->framing),
        explain_num(in->bearer), explain_num(in->max_channels),
        in->max_channels.known ? pptp_plural(in->max_channels.v) : "s");
}

static void show_side(const struct conn *c, int side, FILE *out)
{
    const struct intro *in = &c->intro[side];
    struct line l = { .len = 0 };

    add(&l, "%s %s, ", role_name(c->pns, side), explain_ip(c->addr[side]));
    if (in->seen)
        add_intro(&l, in);
    add_n(&l, c->messages[side], "message");
    add(&l, ", ");
    add_n(&l, c->echoes[side], "echo request");
    if (!c->closed)
        add(&l, "; at the end in state %s", explain_ctl_state(c->state[side]));
    fputs("  ", out);
    wrapped(out, 6, 2, l.text);
}

static void show_conn(const struct conn *c, FILE *out)
{
    struct line l = { .len = 0 };
    int side;

    add(&l, "%s %u: %s:%u to %s:%u, frames %llu to %llu%s",
        c->pptp ? "Control connection" : "TCP connection", c->no,
        explain_ip(c->addr[0]), c->port[0], explain_ip(c->addr[1]), c->port[1],
        (unsigned long long)c->first.frame, (unsigned long long)c->last.frame,
        c->pptp ? ""
        : c->stream[0].octets + c->stream[1].octets == 0
            ? ", without an octet"
            : ", without a message of PPTP that is whole enough to tell");
    fputc('\n', out);
    wrapped(out, 6, 0, l.text);
    if (!c->pptp)
        return;
    for (side = 0; side < 2; side++)
        show_side(c, side, out);
    show_end(out, c->end, &c->end_when);
}

/* --- calls --------------------------------------------------------------- */

static void show_times(const struct meter *m, FILE *out)
{
    struct line l = { .len = 0 };

    if (m->rtt.n == 0)
        return;
    add(&l,
        "acknowledged after %.1f / %.1f / %.1f / %.1f ms "
        "(min/mean/p95/max of %llu)",
        ms(m->rtt.min_ns), 1e3 * hist_mean_s(&m->rtt),
        1e3 * hist_quantile_s(&m->rtt, 0.95), ms(m->rtt.max_ns),
        (unsigned long long)m->rtt.n);
    fputs("      ", out);
    wrapped(out, 6, 6, l.text);
}

static void show_window(const struct call *call, int dir, FILE *out)
{
    const struct flow *f = call->flow[dir];
    const struct meter *m = f->meter;
    struct line l = { .len = 0 };

    add(&l, "%llu never acknowledged; at most %u outstanding, window %s",
        (unsigned long long)explain_numbers_unacked(f), m->out_max,
        explain_num(call->window[1 - dir]));
    fputs("      ", out);
    wrapped(out, 6, 6, l.text);
    if (m->rtt.n == 0)
        return;
    l.len = 0;
    add(&l, "a sender by 4.4 would have seen ");
    add_n(&l, m->timeouts, "time-out");
    add(&l, "; its time-out at the end: %.0f ms", ms(m->win.ato.ato_ns));
    fputs("      ", out);
    wrapped(out, 6, 6, l.text);
}

static void show_direction(const struct call *call, int dir, FILE *out)
{
    const struct flow *f = call->flow[dir];
    const struct meter *m = f != NULL ? f->meter : NULL;
    struct line l = { .len = 0 };

    add(&l, "%s to %s: ", role_name(call->pns, dir),
        role_name(call->pns, 1 - dir));
    if (f == NULL || f->packets == 0) {
        fprintf(out, "  %sno GRE\n", l.text);
        return;
    }
    add_n(&l, f->packets, "packet");
    add(&l, " (%llu data of ", (unsigned long long)f->data);
    add_n(&l, f->octets, "octet");
    add(&l, ", ");
    add_n(&l, f->lone_acks, "lone ack");
    add(&l, "), %llu lost, %llu out of order, %llu twice",
        (unsigned long long)(m != NULL ? m->lost : 0),
        (unsigned long long)f->late, (unsigned long long)f->dups);
    if (f->cut > 0)
        add(&l, "; numbers of %llu not captured", (unsigned long long)f->cut);
    fputs("  ", out);
    wrapped(out, 6, 2, l.text);
    if (m == NULL || !m->any)
        return;
    show_times(m, out);
    show_window(call, dir, out);
}

static void show_ids(const struct call *call, FILE *out)
{
    int pns = call->pns >= 0 ? call->pns : 0;
    int pac = 1 - pns;
    struct line l = { .len = 0 };
    /* roles that are not known are A and B */
    const char *the = call->pns >= 0 ? "the " : "";

    /* of a call that was answered both have one */
    if (call->up || call->up_unsure ||
        (call->id[pns].known && call->id[pac].known))
        add(&l, "Call ID %s of %s%s, %s of %s%s", explain_num(call->id[pns]),
            the, role_name(call->pns, pns), explain_num(call->id[pac]), the,
            role_name(call->pns, pac));
    else if (call->id[pns].known || call->id[pac].known)
        add(&l, "Call ID %s of %s%s",
            explain_num(call->id[call->id[pns].known ? pns : pac]), the,
            role_name(call->pns, call->id[pns].known ? pns : pac));
    if (call->announced) {
        add(&l, "; serial number %s", explain_num(call->serial));
        if (!call->number.known || call->number.s[0] != '\0') {
            add(&l, ", number ");
            add_text(&l, &call->number);
        }
    }
    fputs("  ", out);
    wrapped(out, 6, 2, l.text);
}

static const char *tenths(struct num ds, char out[static 16])
{
    if (ds.known)
        snprintf(out, 16, "%u.%u", ds.v / 10, ds.v % 10);
    else
        snprintf(out, 16, "?");
    return out;
}

static void show_agreement(const struct call *call, FILE *out)
{
    int pns = call->pns >= 0 ? call->pns : 0;
    int pac = 1 - pns;
    char a[16], b[16];

    if (!call->announced)
        return;
    if (call->outgoing)
        fprintf(out, "  asked for %s to %s bit/s%s",
                explain_num(call->min_bps), explain_num(call->max_bps),
                call->up || call->up_unsure ? "" : "\n");
    if (!call->up && !call->up_unsure)
        return;
    fprintf(out, "%sconnected at %s bit/s\n", call->outgoing ? ", " : "  ",
            explain_num(call->connect_bps));
    fprintf(out,
            "  windows: PNS takes %s packet%s, PAC %s; processing delay %s "
            "and %s s\n",
            explain_num(call->window[pns]),
            call->window[pns].known ? pptp_plural(call->window[pns].v) : "s",
            explain_num(call->window[pac]), tenths(call->ppd[pns], a),
            tenths(call->ppd[pac], b));
}

/* --- PPP ----------------------------------------------------------------- */

/* What both directions of a call say of PPP, one of which may be missing. */
struct ppp_sum {
    uint32_t lcp_requests, lcp_acks, ncp_acks; /* of any */
    unsigned lcp_both, ncp_both;               /* directions with acks */
    bool ok, bad, encrypted;
    uint64_t cut;
};

static struct ppp_sum ppp_of(const struct call *call)
{
    struct ppp_sum s = { .lcp_requests = 0 };
    int dir;

    for (dir = 0; dir < 2; dir++) {
        const struct flow *f = call->flow[dir];

        if (f == NULL)
            continue;
        s.lcp_requests += f->lcp_requests;
        s.lcp_acks += f->lcp_acks;
        s.ncp_acks += f->ncp_acks;
        s.lcp_both += f->lcp_acks > 0;
        s.ncp_both += f->ncp_acks > 0;
        s.ok = s.ok || f->auth_ok;
        s.bad = s.bad || (f->refused[0] != '\0' && !f->auth_ok);
        s.encrypted = s.encrypted || f->encrypted;
        s.cut += f->ppp_cut;
    }
    return s;
}

static void add_auth(struct line *l, const struct call *call,
                     const struct ppp_sum *s)
{
    if (call->auth == NULL)
        add(l, "authentication not seen");
    else
        add(l, "%s %s", call->auth,
            s->bad  ? "refused"
            : s->ok ? "accepted"
                    : "undecided");
}

static void show_ppp(const struct call *call, FILE *out)
{
    struct ppp_sum s = ppp_of(call);
    const char *absent = call->announced && s.cut == 0 ? "not agreed"
                                                       : "not seen";
    struct line l = { .len = 0 };
    int dir;

    if (s.lcp_requests + s.lcp_acks + s.ncp_acks == 0 && call->auth == NULL &&
        !s.encrypted)
        return;
    add(&l, "PPP: LCP %s; ",
        s.lcp_both == 2   ? "agreed both ways"
        : s.lcp_both == 1 ? "agreed one way only"
                          : absent);
    add_auth(&l, call, &s);
    add(&l, "; IP %s",
        s.ncp_both == 2   ? "agreed both ways"
        : s.ncp_both == 1 ? "agreed one way only"
        : s.encrypted     ? "not in clear"
                          : absent);
    if (s.encrypted)
        add(&l, "; data encrypted (MPPE) or compressed");
    for (dir = 0; dir < 2; dir++)
        if (call->flow[dir] != NULL && call->flow[dir]->terminated)
            add(&l, "; Terminate-Request from %s",
                explain_ip(call->addr[dir]));
    fputs("  ", out);
    wrapped(out, 7, 2, l.text);
}

static void show_up(const struct explain *e, const struct call *call,
                    FILE *out)
{
    const struct moment *until = call->ended ? &call->end_when : &e->last;
    struct line l = { .len = 0 };

    if (call->up || call->up_unsure) {
        add(&l, "up%s", call->up ? "" : ", it seems,");
        if (call->up_when.timed && until->timed)
            add(&l, " for %.3f s", seconds_between(&call->up_when, until));
        add(&l, ", from ");
        add_moment(&l, &call->up_when);
    } else if (call->announced && !call->ended && call->pns >= 0) {
        int side = call->outgoing ? call->pns : 1 - call->pns;

        add(&l, "the %s waits, in state %s, when the capture ends",
            role_name(call->pns, side), explain_call_state(call->state[side]));
        if (call->wait_when.timed && until->timed)
            add(&l, "; for %.3f s by then",
                seconds_between(&call->wait_when, until));
    } else {
        return;
    }
    fputs("  ", out);
    wrapped(out, 6, 2, l.text);
}

static void show_call(const struct explain *e, const struct call *call,
                      FILE *out)
{
    int first = call->pns == 1 ? 1 : 0;
    struct line l = { .len = 0 };

    add(&l, "Call %u: ", call->no);
    if (call->announced)
        add(&l, "%s, on control connection %u",
            call->outgoing ? "outgoing" : "incoming", call->conn->no);
    else if (call->conn != NULL)
        add(&l, "set up before the capture, control connection %u",
            call->conn->no);
    else
        add(&l, "its set-up is not in the capture; A is %s, B is %s",
            explain_ip(call->addr[0]), explain_ip(call->addr[1]));
    fputc('\n', out);
    wrapped(out, 6, 0, l.text);
    show_ids(call, out);
    show_agreement(call, out);
    show_direction(call, first, out);
    show_direction(call, 1 - first, out);
    show_ppp(call, out);
    show_up(e, call, out);
    show_end(out, call->ended ? call->end : "", &call->end_when);
}

/* --- findings ------------------------------------------------------------ */

/* Whom a finding is about: its role in this call or connection. */
static void add_whom(struct line *l, const struct explain *e,
                     const struct explain_finding *f)
{
    const struct conn *conn = NULL;
    const struct call *call = e->calls;
    const uint32_t *addr;
    int pns;

    while (call != NULL && (f->call == 0 || call->no != f->call))
        call = call->next;
    if (f->connection > 0)
        conn = e->conns[f->connection - 1];
    if (f->address == 0 || (call == NULL && conn == NULL))
        return;
    pns = call != NULL ? call->pns : conn->pns;
    addr = call != NULL ? call->addr : conn->addr;
    add(l, ", %s %s",
        pns < 0 ? "host" : role_name(pns, addr[0] == f->address ? 0 : 1),
        explain_ip(f->address));
}

static void show_finding(const struct explain *e,
                         const struct explain_finding *f, FILE *out)
{
    const struct explain_kind_info *k = explain_kind_info(f->kind);
    struct moment when = { f->frame, f->at_ns, f->timed };
    struct line l = { .len = 0 };
    size_t n = strlen(k->text);

    add(&l, "%-9s ", explain_severity_name(k->severity));
    if (f->frame > 0)
        add_moment(&l, &when);
    else
        add(&l, "whole capture");
    if (f->call > 0)
        add(&l, ", call %u", f->call);
    else if (f->connection > 0)
        add(&l, ", connection %u", f->connection);
    add_whom(&l, e, f);
    fprintf(out, "%s\n", l.text);
    l.len = 0;
    /* a question has its own mark */
    add(&l, "%s%s%s", k->text,
        f->detail[0] == '\0'    ? ""
        : k->text[n - 1] == '?' ? " "
                                : ": ",
        f->detail);
    if (f->count > 1 && f->frame > 0)
        add(&l, " (%llu times, last at frame %llu)",
            (unsigned long long)f->count, (unsigned long long)f->last_frame);
    else if (f->count > 1)
        add(&l, " (%llu times)", (unsigned long long)f->count);
    if (k->section[0] != '-')
        add(&l, " [RFC 2637 %s]", k->section);
    fputs("    ", out);
    wrapped(out, 4, 4, l.text);
}

static void show_findings(const struct explain *e, FILE *out)
{
    unsigned count[3] = { 0, 0, 0 };
    size_t i;

    for (i = 0; i < e->finding_count; i++)
        count[explain_kind_info(e->findings[i].kind)->severity]++;
    fputs("\nFindings:", out);
    for (i = 0; i < 3; i++)
        fprintf(out, "%s %u %s%s", i > 0 ? "," : "", count[i],
                explain_severity_name((enum explain_severity)i),
                pptp_plural(count[i]));
    fputs("\n", out);
    for (i = 0; i < e->finding_count; i++)
        show_finding(e, &e->findings[i], out);
    if (e->over_findings > 0)
        fprintf(out, "and %llu more that found no place\n",
                (unsigned long long)e->over_findings);
}

static void show_events(const struct explain *e, FILE *out)
{
    size_t i;

    fputs("\nTime line (frame, seconds, connection)\n", out);
    for (i = 0; i < e->event_count; i++) {
        const struct event *v = &e->events[i];

        fprintf(out, "%7llu ", (unsigned long long)v->when.frame);
        if (v->when.timed)
            fprintf(out, "%11.6f ", seconds(v->when.at));
        else
            fprintf(out, "%11s ", "-");
        if (v->conn > 0)
            fprintf(out, "%3u ", v->conn);
        else
            fputs("  - ", out);
        fprintf(out, "%s", v->text);
        if (v->call > 0)
            fprintf(out, " (call %u)", v->call);
        fputc('\n', out);
    }
    if (e->over_events > 0)
        fprintf(out, "and %llu more\n", (unsigned long long)e->over_events);
}

/* --- all ----------------------------------------------------------------- */

/* Calls are kept newest first; people read them in order. */
static void show_calls(const struct explain *e, FILE *out)
{
    const struct call *call;
    uint32_t no;

    if (e->call_count <= 64) {
        for (no = 1; no <= e->call_count; no++)
            for (call = e->calls; call != NULL; call = call->next)
                if (call->no == no && !call->merged)
                    show_call(e, call, out);
        return;
    }
    for (call = e->calls; call != NULL; call = call->next)
        if (!call->merged)
            show_call(e, call, out);
}

/* What else is in the capture, whether it matters or not. */
static void show_unread(const struct explain *e, FILE *out)
{
    struct line l = { .len = 0 };
    char what[100];
    uint32_t i;

    if (e->unread_count == 0)
        return;
    add(&l, "Left out:");
    for (i = 0; i < e->unread_count; i++) {
        encap_print(e->unread[i].kind, e->unread[i].which, what, sizeof what);
        add(&l, "%s ", i > 0 ? "," : "");
        add_n(&l, e->unread[i].frames, "frame");
        add(&l, " of %s", what);
    }
    if (e->over_unread > 0) {
        add(&l, ", ");
        add_n(&l, e->over_unread, "other frame");
    }
    wrapped(out, 4, 0, l.text);
}

static void show_head(const struct explain *e, FILE *out)
{
    uint32_t i, conns = 0, calls = 0;
    const struct call *call;
    struct line l = { .len = 0 };

    for (i = 0; i < e->conn_count; i++)
        conns += e->conns[i]->pptp;
    for (call = e->calls; call != NULL; call = call->next)
        calls += !call->merged;
    add_n(&l, e->frames, "frame");
    add(&l, " in %.3f s", seconds(e->last.at));
    if (e->untimed > 0)
        add(&l, " (%llu without a time)", (unsigned long long)e->untimed);
    add(&l, ": ");
    if (e->found) {
        add_n(&l, conns, "control connection");
        add(&l, ", ");
        add_n(&l, calls, "call");
    } else {
        add(&l, "no PPTP (no control message on TCP port 1723, no enhanced "
                "GRE)");
    }
    wrapped(out, 4, 0, l.text);
}

void explain_report(const struct explain *e, bool verbose, FILE *out)
{
    uint32_t i;

    show_head(e, out);
    if (e->fault[0] != '\0')
        fprintf(out, "The file cannot be read to its end: %s\n", e->fault);
    show_unread(e, out);
    for (i = 0; i < e->conn_count; i++)
        show_conn(e->conns[i], out);
    show_calls(e, out);
    if (e->found || e->finding_count > 0)
        show_findings(e, out);
    if (verbose && e->event_count > 0)
        show_events(e, out);
}
