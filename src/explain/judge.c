/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a call's tunnel comes to, once all of it was seen. */
#include "config.h"

#include "explain/impl.h"

#define SHORT (3 * PPTP_S)
#define QUIET (10 * PPTP_S)

static void judge_presence(struct explain *e, struct call *call)
{
    uint64_t n[2] = { 0, 0 };
    pptp_ns until = call->ended ? call->end_at : e->duration;
    pptp_ns life = until > call->up_at ? until - call->up_at : 0;
    struct explain_finding *f = NULL;
    int i, dir;

    for (i = 0; i < 2; i++)
        n[i] = call->flow[i] != NULL ? call->flow[i]->packets : 0;
    if (!call->up || (n[0] > 0 && n[1] > 0))
        return;
    if (n[0] + n[1] == 0) {
        if (life > SHORT)
            f = explain_note(e, EXPLAIN_NO_GRE,
                             (struct subject){ NULL, call, -1 }, "in %.1f s%s",
                             (double)life / 1e9,
                             e->meter_count == 0
                                 ? "; the capture holds no GRE of PPTP at all"
                                 : "");
    } else if (call->ended || life > SHORT || n[0] + n[1] >= 3) {
        dir = n[0] > 0 ? 0 : 1;
        f = explain_note(
            e, EXPLAIN_ONE_WAY_GRE, (struct subject){ NULL, call, 1 - dir },
            "packets from %s: %llu, from %s: none%s",
            explain_ip(call->addr[dir]), (unsigned long long)n[dir],
            explain_ip(call->addr[1 - dir]),
            call->flow[dir]->acks_unseen > 0
                ? "; but some are acknowledged: only the capture lacks them"
                : "");
    }
    if (f != NULL) {
        f->frame = call->up_frame;
        f->at_ns = call->up_at;
    }
}

static void judge_ppp(struct explain *e, struct call *call)
{
    const struct flow *a = call->flow[0], *b = call->flow[1];
    int dir;

    for (dir = 0; dir < 2; dir++) {
        const struct flow *f = call->flow[dir], *o = call->flow[1 - dir];

        if (f != NULL && f->lcp_requests >= 3 && o != NULL && o->packets > 0 &&
            o->lcp_requests + o->lcp_acks == 0 && o->data == 0)
            explain_note(e, EXPLAIN_PPP_LCP_SILENT,
                         (struct subject){ NULL, call, 1 - dir },
                         "%u requests", f->lcp_requests);
    }
    if (a == NULL || b == NULL)
        return;
    if (a->lcp_requests >= 5 && b->lcp_requests >= 5 &&
        a->lcp_acks + b->lcp_acks == 0)
        explain_note(e, EXPLAIN_PPP_LCP_LOOP,
                     (struct subject){ NULL, call, -1 }, "%u and %u requests",
                     a->lcp_requests, b->lcp_requests);
    if ((a->clear_data || b->clear_data) && !a->encrypted && !b->encrypted)
        explain_note(e, EXPLAIN_PPP_CLEAR, (struct subject){ NULL, call, -1 },
                     "no MPPE was seen");
}

static void judge_direction(struct explain *e, struct call *call, int dir)
{
    struct flow *f = call->flow[dir], *o = call->flow[1 - dir];
    struct subject sender = { NULL, call, dir };
    struct subject receiver = { NULL, call, 1 - dir };
    struct meter *m = f != NULL ? f->meter : NULL;
    uint64_t all;

    if (m == NULL || !m->any)
        return;
    all = f->data + m->lost;
    if (m->lost > 0)
        explain_note(e, EXPLAIN_LOSS, sender, "%llu of %llu (%.1f %%)",
                     (unsigned long long)m->lost, (unsigned long long)all,
                     100.0 * (double)m->lost / (double)all);
    if (!m->acked_any && f->data >= 8 && o != NULL && o->packets > 0)
        explain_note(e, EXPLAIN_ACK_NEVER, receiver, "%llu data packets",
                     (unsigned long long)f->data);
    if (o != NULL && o->packets > 0 && f->unanswered >= 5 &&
        f->last_data > o->last && f->last_data - o->last > QUIET)
        explain_note(e, EXPLAIN_WENT_QUIET, receiver,
                     "since frame %llu; %llu packets in %.0f s without answer",
                     (unsigned long long)o->last_frame,
                     (unsigned long long)f->unanswered,
                     (double)(f->last_data - o->last) / 1e9);
    if (m->timeouts >= 3 && m->timeouts * 20 > f->data && m->acked_any)
        explain_note(e, EXPLAIN_TIMEOUTS, sender,
                     "%llu times for a sender with the usual limits",
                     (unsigned long long)m->timeouts);
    if (m->rtt.count >= 4 && explain_numbers_percentile(&m->rtt, 50) > PPTP_S)
        explain_note(e, EXPLAIN_ACK_SLOW, receiver, "half of them over %.1f s",
                     (double)explain_numbers_percentile(&m->rtt, 50) / 1e9);
}

void explain_judge(struct explain *e, struct call *call)
{
    size_t i;
    int dir;

    if (call->announced)
        judge_presence(e, call);
    judge_ppp(e, call);
    for (dir = 0; dir < 2; dir++)
        judge_direction(e, call, dir);
    for (i = 0; i < e->finding_count; i++) {
        struct explain_finding *f = &e->findings[i];

        if (f->kind != EXPLAIN_WINDOW_OVERRUN || f->call != call->no)
            continue;
        dir = f->address == call->addr[0] ? 0 : 1;
        if (call->flow[dir] != NULL && call->flow[dir]->meter != NULL)
            explain_detail(f,
                           "up to %u, the window is %u; or its time-out is "
                           "shorter than that of 4.4",
                           call->flow[dir]->meter->out_max,
                           call->window[1 - dir]);
    }
}
