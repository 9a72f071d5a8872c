/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Queues of every kind, whatever comes and goes: each packet that was put
 * comes out once, sent or dropped, and as it was; packets and octets balance,
 * no limit is passed, packets of a flow stay in order, nothing is sent late
 * that could be sent now, and the same seed does the same; settings change on
 * the way.  A seed that fails is named:
 *
 *   queues [FIRST [COUNT]]     seeds from FIRST on; 1 and 200 by default
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "models/queue.h"

enum { STEPS = 4000, FLOWS = 12 };

enum fate { NOT_PUT, WAITING, SENT, DROPPED };

static struct {
    struct queue *q;
    struct queue_config c;
    struct rng rng;
    struct queue_item item[STEPS];
    enum fate fate[STEPS];
    uint32_t n, packets;  /* put; waiting */
    uint32_t next[FLOWS]; /* of each, what may be sent */
    uint64_t octets, hash;
    uint32_t packets_before; /* the last put or take */
    uint64_t octets_before;
    pptp_ns now;
    bool marks; /* may be, or might be when what waits came */
    bool failed;
} t;

/* Over all seeds, by kind: what nothing did proves nothing. */
static uint64_t sent[QUEUE_KINDS], marked[QUEUE_KINDS],
    dropped[QUEUE_KINDS][2];

static uint64_t draw(uint64_t n)
{
    return rng_below(&t.rng, n);
}

static void must(bool ok, const char *what)
{
    if (!ok && !t.failed)
        printf("kind %d, packet %u: %s\n", (int)t.c.kind, t.n, what);
    t.failed |= !ok;
}

static bool same(const struct queue_item *a, const struct queue_item *b)
{
    return a->pkt == b->pkt && a->octets == b->octets && a->flow == b->flow &&
           a->ect == b->ect && a->since_ns == b->since_ns;
}

/* A packet has come out. */
static void out(const struct queue_item *i, enum fate fate)
{
    if (i->pkt >= t.n) {
        must(false, "never put");
        return;
    }
    must(t.fate[i->pkt] == WAITING, "out twice");
    must(same(i, &t.item[i->pkt]), "changed");
    t.fate[i->pkt] = fate;
    t.packets--;
    t.octets -= i->octets;
    t.hash = rng_mix(t.hash ^ i->pkt ^ (uint64_t)fate << 32);
}

/* A lower limit may leave more waiting, but not let more in. */
static void limits(void)
{
    const struct queue_config *c = &t.c;

    must(t.packets <= c->limit_packets || t.packets <= t.packets_before,
         "more than the limit of packets");
    must(t.octets <= c->limit_octets || t.octets <= t.octets_before,
         "more than the limit of octets");
    t.packets_before = t.packets;
    t.octets_before = t.octets;
}

static void balance(void)
{
    struct queue_item i;
    enum queue_why why;

    while (queue_dropped(t.q, &i, &why)) {
        out(&i, DROPPED);
        dropped[t.c.kind][why]++;
    }
    must(queue_packets(t.q) == t.packets, "packets");
    must(queue_octets(t.q) == t.octets, "octets");
    limits();
}

static void put(void)
{
    struct queue_item *i = &t.item[t.n];

    *i = (struct queue_item){ .pkt = t.n,
                              .octets = 20 + (uint32_t)draw(1481),
                              .flow = (uint32_t)(draw(FLOWS) * draw(2)),
                              .ect = draw(2) == 0,
                              .since_ns = t.now };
    t.fate[t.n++] = WAITING;
    t.packets++;
    t.octets += i->octets;
    queue_put(t.q, i);
    balance();
}

static void take(void)
{
    struct queue_item i;

    if (!queue_take(t.q, t.now, &i)) {
        balance();
        must(t.packets == 0, "nothing is sent though some wait");
        return;
    }
    out(&i, SENT);
    sent[t.c.kind]++;
    marked[t.c.kind] += i.ce;
    must(!i.ce || (i.ect && t.marks), "marked though it may not be");
    must(i.pkt >= t.next[i.flow], "one of a flow overtakes");
    t.next[i.flow] = i.pkt + 1;
    balance();
}

static void settings(enum queue_kind kind)
{
    struct queue_config *c = &t.c;

    queue_config_default(c, kind);
    c->limit_packets = 1 + (uint32_t)draw(draw(2) ? 300 : 10);
    c->limit_octets = draw(3) == 0 ? 1 + draw(60000) : UINT64_MAX;
    c->ecn = draw(2) == 0;
    t.marks |= c->ecn;
    c->interval_ns = 1 + draw(draw(2) ? PPTP_S : PPTP_MS);
    c->target_ns = kind == QUEUE_PIE ? 1 + draw(50 * PPTP_MS)
                                     : 1 + draw(c->interval_ns);
    c->mtu_octets = (uint32_t)draw(2000);
    c->quantum = 256 + (uint32_t)draw(3000);
    c->update_ns = 1 + draw(30 * PPTP_MS);
    c->burst_ns = draw(200 * PPTP_MS);
    c->min_packets = 0.1 + (double)draw(20);
    c->max_packets = c->min_packets + 0.1 + (double)draw(50);
    c->weight = 1.0 / (double)(1 + draw(100));
    c->gentle = draw(2) == 0;
}

/* Others, but for the table of flows. */
static void change(void)
{
    uint32_t flows = t.c.flows;

    settings(t.c.kind);
    t.c.flows = flows;
    queue_change(t.q, &t.c);
    must(queue_settings(t.q)->limit_packets == t.c.limit_packets, "settings");
}

/* Times of much and of little traffic, and some of none. */
static void traffic(void)
{
    uint64_t load = 0;

    for (int step = 0; step < STEPS; step++) {
        if (step % 200 == 0) {
            load = 1 + draw(9);
            t.now += draw(4) == 0 ? draw(20 * PPTP_S) : 0;
            if (draw(10) == 0)
                change();
        }
        t.now += draw(4 * PPTP_MS);
        if (draw(10) < load)
            put();
        else
            take();
    }
    while (t.packets > 0)
        take();
    for (uint32_t i = 0; i < t.n; i++)
        must(t.fate[i] == SENT || t.fate[i] == DROPPED, "never out");
}

/* Returns a hash of all that happened. */
static uint64_t one(enum queue_kind kind, uint64_t seed)
{
    const char *why;

    memset(&t, 0, sizeof t);
    rng_init(&t.rng, seed * QUEUE_KINDS + kind);
    settings(kind);
    t.c.flows = 1 + (uint32_t)draw(20);
    why = queue_config_check(&t.c);
    must(why == NULL, why == NULL ? "" : why);
    t.q = why == NULL ? queue_new(&t.c, seed, "property") : NULL;
    if (t.q == NULL) {
        must(false, "not made");
        return 0;
    }
    traffic();
    queue_free(t.q);
    return t.hash;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 200;
    int failed = 0;

    for (uint64_t seed = first; seed < first + count; seed++)
        for (int k = 0; k < QUEUE_KINDS; k++) {
            uint64_t hash = one((enum queue_kind)k, seed);
            bool bad = t.failed;

            must(one((enum queue_kind)k, seed) == hash, "another run");
            bad |= t.failed;
            if (bad)
                printf("seed %llu fails\n", (unsigned long long)seed);
            failed += bad;
        }
    for (int k = 0; k < QUEUE_KINDS && argc < 2; k++)
        if (sent[k] == 0 || marked[k] == 0 || dropped[k][QUEUE_FULL] == 0 ||
            dropped[k][QUEUE_EARLY] == 0) {
            printf("kind %d never sent, marked or dropped\n", k);
            failed++;
        }
    printf("queues: %llu seeds from %llu, %d failed\n",
           (unsigned long long)count, (unsigned long long)first, failed);
    return failed != 0;
}
