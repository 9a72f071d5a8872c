/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls looked at from outside; diagnose.h. */
#include "config.h"

#include "tap/diagnose.h"

#include <stdlib.h>

#include "tap/log.h"
#include "tap/world.h"

const struct probe tap_diagnose_probes[] = {
#define X(name, unit, help) \
    PROBE_COUNT(struct tap_diagnose_stats, name, unit, help),
    TAP_DIAGNOSE_STATS(X)
#undef X
        PROBE_END
};

#define NONE UINT32_MAX

enum {
    OUTER_IP = 20,
    OUTER_GRE = 16, /* 4.1: with both numbers */
    OUTER_PPP = 4,  /* address, control, protocol */
    OUTER_MPPE = 4, /* RFC 3078 3: its protocol, and the coherency count */
    LEAST_MTU = 576
};

int tap_diagnose_init(struct tap_diagnose *d, uint32_t calls)
{
    d->calls = calls;
    d->guesses_ns = PPTP_NEVER;
    d->queue[1] = d->queue[2] = (struct tap_young_queue){ NONE, NONE };
    /* of which only the slots that are used cost memory */
    d->young = calloc(calls, sizeof *d->young);
    return d->young != NULL ? 0 : -1;
}

void tap_diagnose_fini(struct tap_diagnose *d)
{
    free(d->young);
    d->young = NULL;
}

uint32_t tap_diagnose_outer(uint32_t inner, bool mppe)
{
    return inner + OUTER_IP + OUTER_GRE + OUTER_PPP + (mppe ? OUTER_MPPE : 0);
}

/* --- calls that are young ----------------------------------------------- */

static void leave(struct tap_diagnose *d, struct tap_young *y)
{
    struct tap_young_queue *q = &d->queue[y->queue];

    if (y->queue == 0)
        return;
    if (y->older == NONE)
        q->oldest = y->newer;
    else
        d->young[y->older].newer = y->newer;
    if (y->newer == NONE)
        q->newest = y->older;
    else
        d->young[y->newer].older = y->older;
    y->queue = 0;
}

/* Behind the others: each queue has one delay, so it is in order. */
static void enter(struct tap_diagnose *d, struct tap_young *y, uint8_t queue)
{
    struct tap_young_queue *q = &d->queue[queue];
    uint32_t i = (uint32_t)(y - d->young);

    leave(d, y);
    y->queue = queue;
    y->older = q->newest;
    y->newer = NONE;
    if (q->newest == NONE)
        q->oldest = i;
    else
        d->young[q->newest].newer = i;
    q->newest = i;
}

void tap_diagnose_up(struct tap_diagnose *d, pptp_ns now, pptp_call_id call,
                     uint32_t local, uint32_t remote, bool ours)
{
    struct tap_young *y = &d->young[pptp_call_slot(call)];

    PPTP_ASSERT(pptp_call_slot(call) < d->calls);
    y->call = call;
    y->local = local;
    y->remote = remote;
    y->ours = ours;
    y->up_ns = now;
    y->longer = 0;
    enter(d, y, 1);
}

static struct tap_young *young(struct tap_diagnose *d, pptp_call_id call)
{
    struct tap_young *y = &d->young[pptp_call_slot(call)];

    PPTP_ASSERT(pptp_call_slot(call) < d->calls);
    return y->call == call && y->up_ns != 0 ? y : NULL;
}

void tap_diagnose_down(struct tap_diagnose *d, pptp_call_id call)
{
    struct tap_young *y = young(d, call);

    if (y != NULL)
        leave(d, y);
}

/* When the oldest of a queue is looked at: at full seconds, so that many
 * calls wake us up once. */
static pptp_ns due(const struct tap_diagnose *d, unsigned queue)
{
    uint32_t i = d->queue[queue].oldest;
    pptp_ns at;

    if (i == NONE)
        return PPTP_NEVER;
    at = d->young[i].up_ns +
         (queue == 1 ? TAP_DIAGNOSE_FIRST_NS : TAP_DIAGNOSE_AGAIN_NS);
    return (at + PPTP_S - 1) / PPTP_S * PPTP_S;
}

/* --- once for an address and a cause ------------------------------------ */

/* Not so many of a cause a minute that other causes are forgotten. */
static bool too_fast(struct tap_diagnose *d, pptp_ns now, enum tap_cause cause)
{
    struct tap_pace *p = &d->pace[cause];

    if (now - p->since >= TAP_DIAGNOSE_MINUTE_NS)
        *p = (struct tap_pace){ .since = now };
    return ++p->n > TAP_DIAGNOSE_PACE;
}

/* Whether it was told already, or has to be left out; it is told from now
 * on. */
static bool told(struct tap_diagnose *d, pptp_ns now, uint32_t remote,
                 enum tap_cause cause)
{
    uint32_t i;

    for (i = 0; i < TAP_DIAGNOSE_TOLD; i++) {
        const struct tap_told *t = &d->told[i];

        if (t->at != 0 && t->remote == remote && t->cause == cause &&
            now - t->at < TAP_DIAGNOSE_HOUR_NS)
            return true;
    }
    if (too_fast(d, now, cause))
        return true;
    d->told[d->told_at] = (struct tap_told){ .at = now,
                                             .remote = remote,
                                             .cause = (uint8_t)cause };
    d->told_at = (d->told_at + 1) % TAP_DIAGNOSE_TOLD;
    return false;
}

/* --- GRE ---------------------------------------------------------------- */

static struct tap_stray *of_source(struct tap_diagnose *d, uint32_t from)
{
    /* the upper half of Knuth's multiplier spreads neighbours */
    return &d->by_source[(from * 2654435769u >> 16) % TAP_DIAGNOSE_STRAYS];
}

static struct tap_stray *of_call_id(struct tap_diagnose *d, uint16_t call_id)
{
    return &d->by_call_id[call_id % TAP_DIAGNOSE_STRAYS];
}

void tap_diagnose_stray(struct tap_diagnose *d, pptp_ns now, uint32_t from,
                        uint16_t call_id, bool peer)
{
    struct tap_stray *s = peer ? of_source(d, from) : of_call_id(d, call_id);

    *s = (struct tap_stray){ .at = now, .from = from, .call_id = call_id };
}

static void say_other_call_id(struct tap_diagnose *d, pptp_ns now,
                              const struct tap_diagnose_call *c,
                              const struct tap_young *y, uint16_t other)
{
    d->stats.call_ids++;
    if (!told(d, now, y->remote, TAP_CAUSE_CALL_ID))
        tap_say(TAP_WARNING,
                "%s and %s: GRE comes, but for Call ID %u and not %u, which "
                "is the call's; does a NAT on the way change Call IDs "
                "without its PPTP helper? cure there: modprobe "
                "nf_conntrack_pptp nf_nat_pptp",
                tap_ip(y->local), tap_ip(y->remote), other, c->call_id);
}

static void say_other_address(struct tap_diagnose *d, pptp_ns now,
                              const struct tap_diagnose_call *c,
                              const struct tap_young *y, uint32_t from)
{
    d->stats.other_address++;
    if (!told(d, now, y->remote, TAP_CAUSE_ADDRESS))
        tap_say(TAP_WARNING,
                "%s and %s: GRE for the call's Call ID %u comes from %s, "
                "where no control connection is; cure: one address for TCP "
                "and GRE there (NAT with several addresses?)",
                tap_ip(y->local), tap_ip(y->remote), c->call_id, tap_ip(from));
}

static void say_no_gre(struct tap_diagnose *d, pptp_ns now,
                       const struct tap_young *y)
{
    d->stats.no_gre++;
    if (!told(d, now, y->remote, TAP_CAUSE_NO_GRE))
        tap_say(TAP_WARNING,
                "%s: call %s %s: the control connection works, but in %llu s "
                "no GRE came; is IP protocol 47 blocked on the way? cure: "
                "let it pass firewalls both ways; a NAT needs its PPTP "
                "helper (modprobe nf_nat_pptp)",
                tap_ip(y->local), y->ours ? "to" : "from", tap_ip(y->remote),
                (unsigned long long)((now - y->up_ns) / PPTP_S));
}

/* Nothing came that counts: has something come that does not? */
static void gre_lacks(struct tap_diagnose *d, pptp_ns now,
                      const struct tap_diagnose_call *c,
                      const struct tap_young *y)
{
    const struct tap_stray *peer = of_source(d, y->remote);
    const struct tap_stray *stranger = of_call_id(d, c->call_id);

    /* after the call came up: before it, it may be another's */
    if (peer->at >= y->up_ns && peer->from == y->remote)
        say_other_call_id(d, now, c, y, peer->call_id);
    else if (stranger->at >= y->up_ns && stranger->call_id == c->call_id)
        say_other_address(d, now, c, y, stranger->from);
    else
        say_no_gre(d, now, y);
}

static bool nothing_came(const struct tap_diagnose_call *c)
{
    return c->rx_packets == 0 && !c->acked;
}

bool tap_diagnose_no_gre(struct tap_diagnose *d, pptp_ns now,
                         pptp_call_id call)
{
    struct tap_young *y = young(d, call);
    struct tap_diagnose_call c;

    if (y == NULL || !d->look(d->ctx, call, &c) || !nothing_came(&c))
        return false;
    if (y->queue == 1) /* otherwise it has been found already */
        gre_lacks(d, now, &c, y);
    leave(d, y);
    return true;
}

/* --- acknowledgments, length -------------------------------------------- */

static void say_no_acks(struct tap_diagnose *d, pptp_ns now,
                        const struct tap_diagnose_call *c,
                        const struct tap_young *y)
{
    unsigned long long n = c->tx_packets, s = (now - y->up_ns) / PPTP_S;

    d->stats.no_acks++;
    if (told(d, now, y->remote, TAP_CAUSE_NO_ACK))
        return;
    if (c->windowing == PPTP_WINDOWING_AUTO)
        tap_say(TAP_NOTICE,
                "%s never acknowledges what %s sends (%llu packets in %llu "
                "s); its window is ignored (windowing: auto)",
                tap_ip(y->remote), tap_ip(y->local), n, s);
    else
        tap_say(TAP_WARNING,
                "%s never acknowledges what %s sends (%llu packets in %llu "
                "s): each window waits for a time-out, which is slow; cure: "
                "`windowing: auto`",
                tap_ip(y->remote), tap_ip(y->local), n, s);
}

static void say_fragments(struct tap_diagnose *d, pptp_ns now,
                          const struct tap_diagnose_call *c,
                          const struct tap_young *y)
{
    uint32_t mtu = c->path - tap_diagnose_outer(0, c->mppe);

    d->stats.fragments++;
    if (told(d, now, y->remote, TAP_CAUSE_FRAGMENTS))
        return;
    if (c->path < tap_diagnose_outer(LEAST_MTU, c->mppe))
        mtu = LEAST_MTU;
    tap_say(TAP_WARNING,
            "packets of %u octets inside take %u outside, and the way from "
            "%s to %s takes only %u: they are cut into fragments; cure: "
            "`mtu: %u`",
            c->mtu, tap_diagnose_outer(c->mtu, c->mppe), tap_ip(y->local),
            tap_ip(y->remote), c->path, mtu);
}

/* One look; true if another one is worth it. */
static bool examine(struct tap_diagnose *d, pptp_ns now,
                    const struct tap_young *y, bool first)
{
    struct tap_diagnose_call c;
    bool silent;

    if (!d->look(d->ctx, y->call, &c))
        return false;
    silent = c.tx_packets > 0 && !c.acked && c.windowing != PPTP_WINDOWING_OFF;
    if (nothing_came(&c)) {
        if (first) /* and nothing new the second time */
            gre_lacks(d, now, &c, y);
        return first;
    }
    if (first && c.mtu != 0 && c.path != 0 &&
        tap_diagnose_outer(c.mtu, c.mppe) > c.path)
        say_fragments(d, now, &c, y);
    if (silent && c.tx_packets >= TAP_DIAGNOSE_SENT) {
        say_no_acks(d, now, &c, y);
        return false;
    }
    return first && silent;
}

void tap_diagnose_too_long(struct tap_diagnose *d, pptp_call_id call,
                           uint32_t remote, uint16_t mtu)
{
    struct tap_young *y = young(d, call);

    if (y == NULL || y->longer == TAP_DIAGNOSE_LONG ||
        ++y->longer < TAP_DIAGNOSE_LONG)
        return;
    d->stats.too_long++;
    tap_say(TAP_NOTICE,
            "call with %s: packets longer than the %u octets that it takes "
            "keep coming; their senders are told by ICMP; cure when they do "
            "not listen: `mtu: %u`",
            tap_ip(remote), mtu, mtu);
}

/* --- limits ------------------------------------------------------------- */

void tap_diagnose_limit(struct tap_diagnose *d, pptp_ns now, uint32_t remote,
                        enum tap_cause cause)
{
    static const char *const text[TAP_CAUSES] = {
        [TAP_CAUSE_GARBAGE] = "what comes is no control message; connection "
                              "closed (a port scan, or no PPTP client?)",
        [TAP_CAUSE_SOURCE] = "connections refused: too many from there; cure "
                             "if they are many users behind a NAT: greater "
                             "`limits: connections_per_source` and "
                             "`half_open_per_source`",
        [TAP_CAUSE_RATE] = "connections refused: too fast from there; cure "
                           "if they are many users behind a NAT: a greater "
                           "`limits: connections_per_second`",
        [TAP_CAUSE_HALF_OPEN] = "too many connections say nothing: the "
                                "oldest is closed for each new one; cure if "
                                "they are honest: a greater `limits: "
                                "half_open`",
        [TAP_CAUSE_FULL] = "connections refused: no room; cure: a greater "
                           "`limits: connections`",
        [TAP_CAUSE_SLOW] = "it does not read what it asked for; connection "
                           "closed",
        [TAP_CAUSE_CALLS] = "refused, too many calls from there; cure if "
                            "they are many users behind a NAT: a greater "
                            "`limits: calls_per_source`"
    };

    PPTP_ASSERT(cause < TAP_CAUSES && text[cause] != NULL);
    if (!told(d, now, remote, cause))
        tap_say(TAP_NOTICE, "%s: %s",
                remote != 0 ? tap_ip(remote) : "control connections",
                text[cause]);
}

/* --- log-ins ------------------------------------------------------------ */

static void say_guesses(struct tap_diagnose *d, pptp_ns now,
                        const struct tap_guesser *g)
{
    d->stats.guessers++;
    tap_say(TAP_WARNING,
            "%u log-ins from %s were refused within %llu s; guesses at "
            "passwords? cure: a firewall rule against that address, or a "
            "smaller `limits: calls_per_source`",
            g->refused, tap_ip(g->remote),
            (unsigned long long)((now - g->since + PPTP_S - 1) / PPTP_S));
}

/* The place of an address: its own, a free one, or the oldest. */
static struct tap_guesser *guesser(struct tap_diagnose *d, uint32_t remote)
{
    struct tap_guesser *best = d->guesser;
    uint32_t i;

    for (i = 0; i < TAP_DIAGNOSE_GUESSERS; i++) {
        struct tap_guesser *g = &d->guesser[i];

        if (g->since != 0 && g->remote == remote)
            return g;
        if (g->since < best->since)
            best = g;
    }
    return best;
}

bool tap_diagnose_refused(struct tap_diagnose *d, pptp_ns now, uint32_t remote)
{
    struct tap_guesser *g = guesser(d, remote);
    bool other = g->since != 0 && g->remote != remote;

    if (other && g->refused >= TAP_DIAGNOSE_GUESSES)
        say_guesses(d, now, g); /* it is about to be forgotten */
    if (g->since == 0 || other ||
        (g->refused < TAP_DIAGNOSE_GUESSES &&
         now - g->since >= TAP_DIAGNOSE_MINUTE_NS))
        *g = (struct tap_guesser){ .since = now, .remote = remote };
    g->refused++;
    if (g->refused == TAP_DIAGNOSE_GUESSES &&
        g->since + TAP_DIAGNOSE_MINUTE_NS < d->guesses_ns)
        d->guesses_ns = g->since + TAP_DIAGNOSE_MINUTE_NS;
    return g->refused <= TAP_DIAGNOSE_GUESSES;
}

/* Tells of those whose minute is over, or of all; and who is the next. */
static void tell_guesses(struct tap_diagnose *d, pptp_ns now, bool all)
{
    uint32_t i;

    d->guesses_ns = PPTP_NEVER;
    for (i = 0; i < TAP_DIAGNOSE_GUESSERS; i++) {
        struct tap_guesser *g = &d->guesser[i];
        pptp_ns end = g->since + TAP_DIAGNOSE_MINUTE_NS;

        if (g->since == 0 || g->refused < TAP_DIAGNOSE_GUESSES)
            continue;
        if (all || end <= now) {
            say_guesses(d, now, g);
            g->since = 0;
        } else if (end < d->guesses_ns) {
            d->guesses_ns = end;
        }
    }
}

/* --- time --------------------------------------------------------------- */

static pptp_ns earlier(pptp_ns a, pptp_ns b)
{
    return a < b ? a : b;
}

pptp_ns tap_diagnose_deadline(const struct tap_diagnose *d)
{
    if (d->young == NULL)
        return PPTP_NEVER;
    return earlier(d->guesses_ns, earlier(due(d, 1), due(d, 2)));
}

void tap_diagnose_advance(struct tap_diagnose *d, pptp_ns now)
{
    unsigned queue;

    if (d->guesses_ns <= now)
        tell_guesses(d, now, false);
    for (queue = 1; queue <= 2; queue++)
        while (due(d, queue) <= now) {
            struct tap_young *y = &d->young[d->queue[queue].oldest];

            leave(d, y);
            if (examine(d, now, y, queue == 1))
                enter(d, y, 2);
        }
}

void tap_diagnose_end(struct tap_diagnose *d, pptp_ns now)
{
    tell_guesses(d, now, true);
}
