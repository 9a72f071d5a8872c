/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a call's tunnel comes to, once all of it was seen.  That something is
 * missing means something only after a while, and only where the capture
 * would hold it.
 */
#include "config.h"

#include "explain/judge.h"

#include "base/text.h"
#include "explain/numbers.h"
#include "explain/outer.h"
#include "explain/store.h"
#include "explain/words.h"

#define QUIET (10 * PPTP_S)

/* Until when packets are to be expected: who clears a call wants no more. */
static const struct moment *end_of(const struct explain *e,
                                   const struct call *call)
{
    return call->ccrq    ? &call->ccrq_when
           : call->ended ? &call->end_when
                         : &e->last;
}

static uint64_t packets_of(const struct call *call, int dir)
{
    return call->flow[dir] != NULL ? call->flow[dir]->packets : 0;
}

/* --- is there GRE both ways? --------------------------------------------- */

static void one_way(struct explain *e, struct call *call, int dir)
{
    const struct flow *f = call->flow[dir];
    uint64_t n = f->packets;

    /* what it acknowledges has reached it, if not the capture */
    if (f->acks_unseen > 1) {
        explain_note(e, EXPLAIN_HALF_CAPTURED,
                     seen_at(of_call(call, 1 - dir), &f->first),
                     "%s acknowledges packets of %s, and none is here",
                     explain_ip(call->addr[dir]),
                     explain_ip(call->addr[1 - dir]));
        return;
    }
    if (f->cut > 0 && f->with_ack > 0)
        return; /* what, the capture does not hold */
    if (longer(&f->first, end_of(e, call), EXPLAIN_SHORT))
        explain_note(e, EXPLAIN_ONE_WAY_GRE,
                     seen_at(of_call(call, 1 - dir), &call->up_when),
                     "%llu packet%s from %s in %.1f s, none from %s",
                     (unsigned long long)n, pptp_plural(n),
                     explain_ip(call->addr[dir]),
                     seconds_between(&f->first, end_of(e, call)),
                     explain_ip(call->addr[1 - dir]));
}

static void judge_presence(struct explain *e, struct call *call)
{
    const struct moment *until = end_of(e, call);
    uint64_t a = packets_of(call, 0), b = packets_of(call, 1);

    if (!call->up || (a > 0 && b > 0) || e->gre_blind)
        return;
    if (a + b > 0)
        one_way(e, call, a > 0 ? 0 : 1);
    else if (longer(&call->up_when, until, EXPLAIN_SHORT))
        explain_note(
            e, EXPLAIN_NO_GRE, seen_at(of_call(call, -1), &call->up_when),
            "in %.1f s%s", seconds_between(&call->up_when, until),
            e->meter_count == 0 ? "; the capture holds no GRE of PPTP at all"
                                : "");
}

/* Nothing more from the other side, though it used to acknowledge, or is
 * asked by LCP whether it is there.  Who only receives, and never says so
 * alone, is quiet for as long as it has nothing to send. */
static void judge_silence(struct explain *e, struct call *call, int dir)
{
    const struct flow *f = call->flow[dir], *o = call->flow[1 - dir];
    bool many, echoes;

    if (o == NULL || o->packets == 0 || o->good_bye)
        return;
    many = f->unanswered >= 5 && longer(&o->last, &f->last_asked, QUIET) &&
           (o->lone_acks > 0 || f->echo_unanswered >= 2);
    /* who gives up then says good-bye */
    echoes = f->echo_unanswered >= 3 &&
             longer(&f->asked, &f->last_asked, QUIET);
    if (!many && !echoes)
        return;
    explain_note(e, EXPLAIN_WENT_QUIET,
                 seen_at(of_call(call, 1 - dir), &o->last),
                 "this was the last; %llu packets in %.0f s without answer",
                 (unsigned long long)f->unanswered,
                 seconds_between(&o->last, &f->last_asked));
}

/* --- PPP ----------------------------------------------------------------- */

static void judge_lcp(struct explain *e, struct call *call)
{
    const struct flow *a = call->flow[0], *b = call->flow[1];
    int dir;

    for (dir = 0; dir < 2; dir++) {
        const struct flow *f = call->flow[dir], *o = call->flow[1 - dir];

        if (f != NULL && f->lcp_requests >= 3 && o != NULL && o->packets > 0 &&
            o->data == 0 &&
            longer(&f->lcp_first, end_of(e, call), EXPLAIN_SHORT))
            explain_note(e, EXPLAIN_PPP_LCP_SILENT,
                         seen_at(of_call(call, 1 - dir), &f->lcp_first),
                         "%u requests", f->lcp_requests);
    }
    if (a == NULL || b == NULL || a->lcp_requests < 5 || b->lcp_requests < 5 ||
        a->lcp_acks + b->lcp_acks > 0 ||
        !longer(&a->lcp_first, end_of(e, call), EXPLAIN_SHORT))
        return;
    explain_note(
        e, EXPLAIN_PPP_LCP_LOOP,
        seen_at(of_call(call, -1), a->lcp_first.frame < b->lcp_first.frame
                                       ? &a->lcp_first
                                       : &b->lcp_first),
        "%u and %u requests", a->lcp_requests, b->lcp_requests);
}

/* A refusal after which the same side accepted was a wrong first attempt. */
static void judge_auth(struct explain *e, struct call *call, int dir)
{
    const struct flow *f = call->flow[dir];

    if (f->refused[0] != '\0' && !f->auth_ok)
        explain_note(e, EXPLAIN_PPP_AUTH,
                     seen_at(of_call(call, dir), &f->refused_when),
                     "it says by %s", f->refused);
}

/* One direction is enough; both are one finding. */
static void judge_clear(struct explain *e, struct call *call)
{
    const struct flow *a = call->flow[0], *b = call->flow[1];
    bool ab = a != NULL && a->clear_data > 0;
    bool ba = b != NULL && b->clear_data > 0;
    const struct flow *f = ab ? a : b, *o = ab ? b : a;
    struct explain_finding *n;
    struct subject who;

    if (!ab && !ba)
        return;
    who = of_call(call, ab && ba ? -1 : f->dir);
    n = explain_note(e, EXPLAIN_PPP_CLEAR, seen_at(who, &f->clear_first),
                     "%s%s", ab && ba ? "both ways" : "one way",
                     f->encrypted || (o != NULL && o->encrypted)
                         ? ", though not all of it"
                         : "");
    if (n == NULL)
        return;
    n->count = f->clear_data;
    n->last_frame = f->clear_last.frame;
    if (!ab || !ba)
        return;
    n->count += b->clear_data;
    if (b->clear_first.frame < n->frame) {
        n->frame = b->clear_first.frame;
        n->at_ns = b->clear_first.at;
        n->timed = b->clear_first.timed;
    }
    if (b->clear_last.frame > n->last_frame)
        n->last_frame = b->clear_last.frame;
}

/* --- numbers ------------------------------------------------------------- */

static void judge_window(struct explain *e, struct call *call, int dir)
{
    const struct meter *m = call->flow[dir]->meter;
    const struct flow *o = call->flow[1 - dir];
    /* time-outs at the wrong time are rare: who does it always ignores it */
    bool often = m->over[OVER_PERHAPS].count * 8 > call->flow[dir]->data;
    const struct over *over = &m->over[often ? OVER_PERHAPS : OVER_CERTAIN];
    struct explain_finding *n;

    /* without the receiver's packets nothing is known of its window */
    if (over->count == 0 || o == NULL || o->packets == 0 || o->cut > 0)
        return;
    n = explain_note(e, EXPLAIN_WINDOW_OVERRUN,
                     seen_at(of_call(call, dir), &over->first),
                     "up to %u, the window is %u; or its time-out is shorter "
                     "than that of 4.4",
                     m->out_max, call->window[1 - dir].v);
    if (n == NULL)
        return;
    n->count = over->count;
    n->last_frame = over->last.frame;
}

static void judge_acks(struct explain *e, struct call *call, int dir)
{
    struct flow *f = call->flow[dir], *o = call->flow[1 - dir];
    struct subject sender = of_call(call, dir);
    struct subject receiver = of_call(call, 1 - dir);
    const struct meter *m = f->meter;

    if (!m->acked_any && f->data >= 8 && o != NULL && o->packets > 0 &&
        o->with_ack == 0 && o->cut == 0 &&
        longer(&f->first, end_of(e, call), EXPLAIN_SHORT))
        explain_note(e, EXPLAIN_ACK_NEVER, receiver, "%llu data packets",
                     (unsigned long long)f->data);
    if (m->timeouts >= 3 && m->timeouts * 20 > f->data && m->acked_any)
        explain_note(e, EXPLAIN_TIMEOUTS, sender,
                     "%llu times for a sender with the usual limits",
                     (unsigned long long)m->timeouts);
    if (m->rtt.n >= 4 && hist_quantile_s(&m->rtt, 0.5) > 1)
        explain_note(e, EXPLAIN_ACK_SLOW, receiver,
                     "half of them take more than %.1f s",
                     hist_quantile_s(&m->rtt, 0.5));
}

static void judge_direction(struct explain *e, struct call *call, int dir)
{
    struct flow *f = call->flow[dir];
    uint64_t all;

    if (f == NULL)
        return;
    judge_silence(e, call, dir);
    judge_auth(e, call, dir);
    explain_numbers_end(e, f);
    /* GRE from the other side refutes what ICMP said before */
    if (f->icmp.count > 0 &&
        (call->flow[1 - dir] == NULL ||
         call->flow[1 - dir]->last.frame < f->icmp.last.frame))
        explain_outer_refused(e, of_call(call, -1), &f->icmp, true, f->dst);
    if (f->meter == NULL || !f->meter->any)
        return;
    all = f->data + f->meter->lost;
    if (f->meter->lost > 0 && f->cut == 0)
        explain_note(
            e, EXPLAIN_LOSS, of_call(call, dir), "%llu of %llu (%.1f %%)",
            (unsigned long long)f->meter->lost, (unsigned long long)all,
            100.0 * (double)f->meter->lost / (double)all);
    judge_window(e, call, dir);
    judge_acks(e, call, dir);
}

void explain_judge(struct explain *e, struct call *call)
{
    int dir;

    if (call->announced)
        judge_presence(e, call);
    judge_lcp(e, call);
    judge_clear(e, call);
    for (dir = 0; dir < 2; dir++)
        judge_direction(e, call, dir);
}
