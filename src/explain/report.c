/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What explain tells people: summary, findings by rank, time line. */
#include "config.h"

#include "explain/impl.h"

#include <string.h>

#define COLUMNS 79

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

/* --- connections --------------------------------------------------------- */

static void show_side(const struct conn *c, int side, FILE *out)
{
    const struct intro *in = &c->intro[side];
    char text[400];
    int n;

    fprintf(out, "  %s ", role_name(c->pns, side));
    n = snprintf(text, sizeof text, "%s, ", explain_ip(c->addr[side]));
    if (in->seen)
        n += snprintf(text + n, sizeof text - (size_t)n,
                      "host \"%s\", vendor \"%s\", version %u.%u, firmware "
                      "0x%04x, framing %u, bearer %u, %u channels; ",
                      in->host, in->vendor, in->version >> 8,
                      in->version & 255u, in->firmware, in->framing,
                      in->bearer, in->max_channels);
    snprintf(text + n, sizeof text - (size_t)n,
             "%llu messages, %llu echo requests%s%s",
             (unsigned long long)c->messages[side],
             (unsigned long long)c->echoes[side],
             c->closed ? "" : "; at the end in state ",
             c->closed ? "" : explain_ctl_state(c->state[side]));
    wrapped(out, 6, 6, text);
}

static void show_conn(const struct conn *c, FILE *out)
{
    char text[300];
    int side;

    fprintf(out,
            "\nControl connection %u: %s:%u to %s:%u, frames %llu to %llu\n",
            c->no, explain_ip(c->addr[0]), c->port[0], explain_ip(c->addr[1]),
            c->port[1], (unsigned long long)c->frame,
            (unsigned long long)c->last_frame);
    for (side = 0; side < 2; side++)
        show_side(c, side, out);
    if (c->end[0] != '\0')
        snprintf(text, sizeof text, "%s (frame %llu, %.3f s)", c->end,
                 (unsigned long long)c->end_frame, seconds(c->end_at));
    else
        snprintf(text, sizeof text, "not in this capture");
    fprintf(out, "  end: ");
    wrapped(out, 7, 7, text);
}

/* --- calls --------------------------------------------------------------- */

static void show_direction(const struct call *call, int dir, FILE *out)
{
    const struct flow *f = call->flow[dir];
    const struct meter *m = f != NULL ? f->meter : NULL;

    fprintf(out, "  %s to %s: ", role_name(call->pns, dir),
            role_name(call->pns, 1 - dir));
    if (f == NULL || f->packets == 0) {
        fprintf(out, "no GRE\n");
        return;
    }
    fprintf(out,
            "%llu packets (%llu data of %llu octets, %llu only acks),\n"
            "      %llu lost, %llu out of order, %llu twice\n",
            (unsigned long long)f->packets, (unsigned long long)f->data,
            (unsigned long long)f->octets, (unsigned long long)f->lone_acks,
            (unsigned long long)(m != NULL ? m->lost : 0),
            (unsigned long long)f->late, (unsigned long long)f->dups);
    if (m == NULL || !m->any)
        return;
    if (m->rtt.count > 0)
        fprintf(out,
                "      acknowledged after %.1f / %.1f / %.1f / %.1f ms "
                "(min/mean/p95/max of %llu)\n",
                ms(m->rtt.min_ns), ms(m->rtt.sum_ns / m->rtt.count),
                ms(explain_numbers_percentile(&m->rtt, 95)), ms(m->rtt.max_ns),
                (unsigned long long)m->rtt.count);
    fprintf(out, "      %llu never acknowledged; at most %u outstanding",
            (unsigned long long)explain_numbers_unacked(f), m->out_max);
    if (call->window_known[1 - dir])
        fprintf(out, ", window %u", call->window[1 - dir]);
    fputc('\n', out);
    if (m->rtt.count > 0)
        fprintf(out,
                "      by 4.4 the sender's time-out ends at %.0f ms, after "
                "%llu time-outs\n",
                ms(m->win.ato.ato_ns), (unsigned long long)m->timeouts);
}

static void show_agreement(const struct call *call, FILE *out)
{
    int pns = call->pns >= 0 ? call->pns : 0;
    int pac = 1 - pns;

    /* roles that are not known are A and B */
    const char *the = call->pns >= 0 ? "the " : "";

    if (call->id_known[pns])
        fprintf(out, "  Call ID %u of %s%s", call->id[pns], the,
                role_name(call->pns, pns));
    if (call->id_known[pac])
        fprintf(out, "%s%u of %s%s", call->id_known[pns] ? ", " : "  Call ID ",
                call->id[pac], the, role_name(call->pns, pac));
    if (call->announced)
        fprintf(out, "; serial number %u%s%s", call->serial,
                call->number[0] != '\0' ? ", number " : "", call->number);
    fputc('\n', out);
    if (call->max_bps > 0)
        fprintf(out, "  asked for %u to %u bit/s%s", call->min_bps,
                call->max_bps, call->up ? "" : "\n");
    if (call->up && call->announced)
        fprintf(out, "%sconnected at %u bit/s\n",
                call->max_bps > 0 ? ", " : "  ", call->connect_bps);
    if (call->window_known[0] && call->window_known[1])
        fprintf(out,
                "  windows: PNS takes %u packets, PAC %u; processing delay "
                "%u.%u and %u.%u s\n",
                call->window[pns], call->window[pac], call->ppd[pns] / 10,
                call->ppd[pns] % 10, call->ppd[pac] / 10, call->ppd[pac] % 10);
}

static void show_ppp(const struct call *call, FILE *out)
{
    const struct flow *a = call->flow[0], *b = call->flow[1];
    char text[200] = "";
    const char *absent;
    bool ok, bad, encrypted;

    absent = call->announced ? "not agreed" : "not seen";
    if (a == NULL || b == NULL)
        return;
    ok = a->auth_ok || b->auth_ok;
    bad = a->auth_failed || b->auth_failed;
    encrypted = a->encrypted || b->encrypted;
    if (a->lcp_requests + b->lcp_requests + a->ncp_acks + b->ncp_acks == 0 &&
        call->auth == NULL && !encrypted)
        return;
    snprintf(text, sizeof text, "LCP %s; %s%s%s; IP %s%s%s%s",
             a->lcp_acks > 0 && b->lcp_acks > 0 ? "agreed both ways"
             : a->lcp_acks + b->lcp_acks > 0    ? "agreed one way only"
                                                : absent,
             call->auth != NULL ? call->auth : "authentication not seen",
             call->auth == NULL ? ""
             : ok               ? " accepted"
                                : "",
             bad                         ? " refused"
             : call->auth != NULL && !ok ? " undecided"
                                         : "",
             a->ncp_acks > 0 && b->ncp_acks > 0 ? "agreed both ways"
             : encrypted                        ? "not in clear"
                                                : absent,
             encrypted ? "; data encrypted (MPPE) or compressed" : "",
             a->terminated || b->terminated ? "; Terminate-Request from " : "",
             a->terminated   ? explain_ip(a->src)
             : b->terminated ? explain_ip(b->src)
                             : "");
    fprintf(out, "  PPP: ");
    wrapped(out, 7, 7, text);
}

static void show_call(const struct explain *e, const struct call *call,
                      FILE *out)
{
    int first = call->pns == 1 ? 1 : 0;
    char text[300];

    fprintf(out, "\nCall %u: ", call->no);
    if (call->announced)
        fprintf(out, "%s, on control connection %u",
                call->outgoing ? "outgoing" : "incoming", call->conn->no);
    else if (call->conn != NULL)
        fprintf(out, "set up before the capture, control connection %u",
                call->conn->no);
    else
        fprintf(out,
                "its control connection is not in the capture; A is %s, "
                "B is %s",
                explain_ip(call->addr[0]), explain_ip(call->addr[1]));
    fputc('\n', out);
    show_agreement(call, out);
    show_direction(call, first, out);
    show_direction(call, 1 - first, out);
    show_ppp(call, out);
    if (call->up)
        fprintf(
            out, "  up for %.3f s, from frame %llu at %.3f s\n",
            seconds((call->ended ? call->end_at : e->duration) - call->up_at),
            (unsigned long long)call->up_frame, seconds(call->up_at));
    if (call->ended)
        snprintf(text, sizeof text, "%s (frame %llu, %.3f s)", call->end,
                 (unsigned long long)call->end_frame, seconds(call->end_at));
    else
        snprintf(text, sizeof text, "not in this capture");
    fprintf(out, "  end: ");
    wrapped(out, 7, 7, text);
}

/* --- findings ------------------------------------------------------------ */

static void show_finding(const struct explain *e,
                         const struct explain_finding *f, FILE *out)
{
    const struct explain_kind_info *k = explain_kind_info(f->kind);
    const struct call *call = e->calls;
    const struct conn *conn = NULL;
    char text[700];
    int n;

    while (call != NULL && (f->call == 0 || call->no != f->call))
        call = call->next;
    n = fprintf(out, "%-9s ", explain_severity_name(k->severity));
    if (f->frame > 0)
        n += fprintf(out, "frame %llu, %.3f s", (unsigned long long)f->frame,
                     seconds(f->at_ns));
    else
        n += fprintf(out, "whole capture");
    if (f->call > 0)
        n += fprintf(out, ", call %u", f->call);
    else if (f->connection > 0)
        n += fprintf(out, ", connection %u", f->connection);
    if (f->connection > 0)
        conn = e->conns[f->connection - 1];
    if (f->address != 0 && (call != NULL || conn != NULL)) {
        int pns = call != NULL ? call->pns : conn->pns;
        const uint32_t *addr = call != NULL ? call->addr : conn->addr;

        n += fprintf(out, ", %s %s",
                     pns < 0 ? "host"
                             : role_name(pns, addr[0] == f->address ? 0 : 1),
                     explain_ip(f->address));
    }
    fputc('\n', out);
    n = snprintf(text, sizeof text, "%s: %s", k->text, f->detail);
    if (f->count > 1)
        n += snprintf(text + n, sizeof text - (size_t)n,
                      " (%llu times, last at frame %llu)",
                      (unsigned long long)f->count,
                      (unsigned long long)f->last_frame);
    if (k->section[0] != '-')
        snprintf(text + n, sizeof text - (size_t)n, " [RFC 2637 %s]",
                 k->section);
    fprintf(out, "    ");
    wrapped(out, 4, 4, text);
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
                count[i] == 1 ? "" : "s");
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

        fprintf(out, "%7llu %11.6f ", (unsigned long long)v->frame,
                seconds(v->at));
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

void explain_report(const struct explain *e, bool verbose, FILE *out)
{
    uint32_t i, conns = 0, calls = 0;
    const struct call *call;

    for (i = 0; i < e->conn_count; i++)
        conns += e->conns[i]->pptp;
    for (call = e->calls; call != NULL; call = call->next)
        calls += !call->merged;
    fprintf(out, "%llu frames in %.3f s: ", (unsigned long long)e->frames,
            seconds(e->duration));
    if (e->found)
        fprintf(out, "%u control connection%s, %u call%s\n", conns,
                conns == 1 ? "" : "s", calls, calls == 1 ? "" : "s");
    else
        fputs("no PPTP (no control message on TCP port 1723, no enhanced "
              "GRE)\n",
              out);
    if (e->fault[0] != '\0')
        fprintf(out, "The file cannot be read to its end: %s\n", e->fault);
    for (i = 0; i < e->conn_count; i++)
        if (e->conns[i]->pptp)
            show_conn(e->conns[i], out);
    show_calls(e, out);
    if (e->found || e->finding_count > 0)
        show_findings(e, out);
    if (verbose && e->event_count > 0)
        show_events(e, out);
}
