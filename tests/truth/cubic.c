/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Windows against loss, by formula: two connections of models/tcp at the ends
 * of a path of constant delay and no queue, one of n new segments is lost.
 * RFC 9438 5.1 derives CUBIC's average window from just this, its (2) is the
 * additive increase of the Reno-friendly region; NewReno's is that of Mathis,
 * Semke, Mahdavi and Ott (1997) without delayed acknowledgments.
 *
 * A line of the table is a run; each must be within 10 % of its formula, in
 * none of which the round trip of a recovery is.  With an argument there are
 * lines of less loss, too.
 */
#include "config.h"

#include "models/tcp.h"
#include "models/tcp_cc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIRE_SEGMENTS (1u << 16) /* on their way, of one direction */
#define MSS 1000u
#define WINDOW_OCTETS (1u << 29)
#define C 0.4 /* RFC 9438 5 */
#define BETA 0.7

/* A delay that is the same for all: what is sent first arrives first. */
struct wire {
    struct tcp_segment segment[WIRE_SEGMENTS];
    pptp_ns due[WIRE_SEGMENTS];
    uint32_t head, tail;
};

struct end {
    struct tcp tcp;
    struct tcp_stats stats;
    struct tcp_range *ranges;
    struct wire *out;
};

struct path {
    struct end sender, receiver;
    pptp_ns now, delay_ns;
    uint64_t lose_one_of; /* new segments with octets */
    uint64_t until_lost;
    uint64_t losses;
    uint64_t delivered; /* octets, in order */
    uint32_t ssthresh;  /* octets, at first */
    struct tcp_config config;
};

static struct wire wires[2];

static bool is_lost(struct path *p, const struct tcp_segment *s)
{
    if (s->len == 0 || s->again || --p->until_lost > 0)
        return false;
    p->until_lost = p->lose_one_of;
    p->losses++;
    return true;
}

static void poll(struct path *p, struct end *e)
{
    struct tcp_segment s;

    if (tcp_events(&e->tcp) & TCPM_EV_CONNECTED)
        e->tcp.cong.ssthresh = p->ssthresh;
    while (tcp_poll(&e->tcp, p->now, &s)) {
        struct wire *w = e->out;

        if (is_lost(p, &s))
            continue;
        PPTP_ASSERT(w->tail - w->head < WIRE_SEGMENTS);
        w->segment[w->tail % WIRE_SEGMENTS] = s;
        w->due[w->tail++ % WIRE_SEGMENTS] = p->now + p->delay_ns;
    }
}

static pptp_ns due(const struct wire *w)
{
    return w->head == w->tail ? PPTP_NEVER : w->due[w->head % WIRE_SEGMENTS];
}

static pptp_ns earlier(pptp_ns a, pptp_ns b)
{
    return a < b ? a : b;
}

static void arrive(struct path *p, struct wire *w, struct end *e)
{
    uint32_t readable;

    if (due(w) <= p->now)
        tcp_input(&e->tcp, p->now, &w->segment[w->head++ % WIRE_SEGMENTS]);
    else if (tcp_deadline(&e->tcp) <= p->now)
        tcp_advance(&e->tcp, p->now);
    else
        return;
    readable = tcp_readable(&e->tcp);
    if (readable > 0)
        tcp_take(&e->tcp, readable);
    p->delivered += readable;
    poll(p, e);
}

static void go_on(struct path *p, uint64_t losses)
{
    struct end *s = &p->sender, *r = &p->receiver;

    while (p->losses < losses) {
        pptp_ns next = earlier(
            earlier(due(s->out), due(r->out)),
            earlier(tcp_deadline(&s->tcp), tcp_deadline(&r->tcp)));

        PPTP_ASSERT(next != PPTP_NEVER);
        p->now = next > p->now ? next : p->now;
        arrive(p, s->out, r);
        arrive(p, r->out, s);
    }
}

static struct tcp_range *init(struct path *p, struct end *e, struct wire *out)
{
    struct tcp_range *ranges = calloc(tcp_range_count(&p->config),
                                      sizeof *ranges);

    PPTP_ASSERT(ranges != NULL);
    memset(out, 0, sizeof *out);
    e->out = out;
    tcp_init(&e->tcp, &p->config, &e->stats, ranges);
    return ranges;
}

/* Segments on their way in the mean over 20 losses and more, after half as
 * many.  Slow start goes to the largest window of the formula, where the first
 * loss is: without fast convergence CUBIC forgets another one only in hundreds
 * of losses, as an epoch ends where its cube is flat. */
static double window(const struct tcp_cc *cc, double rtt_s, double loss,
                     double largest)
{
    uint64_t losses = loss > 4e-5 ? (uint64_t)(3e5 * loss) : 10;
    struct path p = { 0 };
    struct tcp_range *ranges[2];
    struct tcp_segment syn;
    uint64_t octets;
    pptp_ns from;

    tcp_config_default(&p.config);
    p.config.cc = cc;
    p.config.mss = MSS;
    p.config.window_octets = WINDOW_OCTETS;
    p.config.delack_segments = 1;
    p.config.fast_convergence = false;
    p.delay_ns = (pptp_ns)(rtt_s / 2 * 1e9);
    p.ssthresh = (uint32_t)(largest * MSS);
    p.lose_one_of = (uint64_t)(1 / loss + 0.5);
    p.until_lost = (uint64_t)(2 * largest);
    PPTP_ASSERT(tcp_config_check(&p.config) == NULL);
    ranges[0] = init(&p, &p.sender, &wires[0]);
    ranges[1] = init(&p, &p.receiver, &wires[1]);
    tcp_connect(&p.sender.tcp, 0, 1);
    PPTP_ASSERT(tcp_poll(&p.sender.tcp, 0, &syn));
    tcp_accept(&p.receiver.tcp, 0, 1, &syn);
    tcp_write(&p.sender.tcp, TCPM_ENDLESS);
    poll(&p, &p.receiver);
    go_on(&p, losses);
    from = p.now;
    octets = p.delivered;
    go_on(&p, 3 * losses);
    free(ranges[0]);
    free(ranges[1]);
    return (double)(p.delivered - octets) / MSS * rtt_s /
           ((double)(p.now - from) / 1e9);
}

/* RFC 9438 5.1 */
static double cubic(double rtt_s, double loss)
{
    return pow(C * (3 + BETA) / (4 * (1 - BETA)), 0.25) *
           pow(rtt_s / loss, 0.75);
}

/* RFC 9438 4.3 (4): that increase and that decrease; with 1 and 0.5 it is
 * NewReno, and both are sqrt(3 / 2 / loss). */
static double additive(double loss, double decrease)
{
    double increase = 3 * (1 - decrease) / (1 + decrease);

    return sqrt(increase * (1 + decrease) / (2 * (1 - decrease) * loss));
}

static bool line(const char *name, double rtt_s, double loss)
{
    bool newreno = strcmp(name, "newreno") == 0;
    double friendly = additive(loss, newreno ? 0.5 : BETA);
    double by_time = newreno ? 0 : cubic(rtt_s, loss);
    double expected = by_time > friendly ? by_time : friendly;
    double largest = by_time > friendly
                         ? expected * 4 / (3 + BETA)
                         : expected * (newreno ? 4 / 3. : 2 / (1 + BETA));
    double is = window(tcp_cc_find(name), rtt_s, loss, largest);

    printf("%-8s %5.0f %9.2g %-9s %8.1f %8.1f %6.3f\n", name, rtt_s * 1e3,
           loss, by_time > friendly ? "cubic" : "additive", expected, is,
           is / expected);
    return is / expected > 0.9 && is / expected < 1.1;
}

int main(int argc, char **argv)
{
    static const double rarely[] = { 3e-6, 1e-6 };
    static const double losses[] = { 1e-3, 3e-4, 1e-4, 3e-5, 1e-5 };
    static const double rtts_s[] = { 0.01, 0.1, 0.2 };
    bool good = true;
    size_t i, j;

    (void)argv;
    printf("control  RTT/ms      loss region    formula    is    ratio\n");
    for (i = 0; i < 5; i++)
        good &= line("newreno", 0.1, losses[i]);
    for (j = 0; j < 3; j++) {
        for (i = 0; i < 5; i++)
            good &= line("cubic", rtts_s[j], losses[i]);
        for (i = 0; i < 2 && argc > 1; i++)
            good &= line("cubic", rtts_s[j], rarely[i]);
    }
    return good ? 0 : 1;
}
