/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two ends of a TCP connection, models/tcp.h, on a wire that does whatever
 * the input says: it loses, repeats, reorders and damages segments, which
 * cross it as octets, and makes some of its own.  Nothing of that may reach
 * beyond what an end was given, or keep it busy for ever; and if the wire
 * only lost, repeated and reordered, all octets arrive, once, when it has
 * become a good one.
 *
 * Input: settings (2 octets), then steps, whose first octet says what, of
 * which end and how much.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "models/tcp_wire.h"

enum { WIRE = 64, SPEECH = 4096, GOOD_STEPS = 200000 };

struct segment {
    uint32_t n;     /* octets of its header */
    uint32_t zeros; /* of its payload */
    bool damaged;   /* if it is taken nevertheless, its checksum failed us */
    uint8_t octets[TCPM_WIRE_MAX];
};

struct end {
    struct tcp tcp;
    struct tcp_config config;
    struct tcp_stats stats;
    struct tcp_range *ranges;
    struct segment wire[WIRE]; /* what it sent and has not arrived */
    uint32_t on_wire;
    uint64_t written, got;
    bool begun;
};

static struct end ends[2];
static pptp_ns now;
static bool forged;    /* a segment was of neither end */
static bool cut_short; /* an end was told to abort */
static bool good;      /* the wire has become a good one */

static const struct tcp_wire_ends from[2] = {
    { 0x0a000001, 0x0a000002, 1024, 80 },
    { 0x0a000002, 0x0a000001, 80, 1024 },
};

/* ---- what must hold at any time ---- */

static void check_ranges(const struct tcp_ranges *r, uint32_t edge)
{
    uint32_t octets = 0;

    FUZZ_CHECK(r->count <= r->limit);
    for (uint32_t i = 0; i < r->count; i++) {
        FUZZ_CHECK(i == 0 && forged ? !tcp_before(r->at[i].start, edge)
                                    : tcp_before(edge, r->at[i].start));
        FUZZ_CHECK(tcp_before(r->at[i].start, r->at[i].end));
        edge = r->at[i].end;
        octets += r->at[i].end - r->at[i].start;
    }
    FUZZ_CHECK(octets == r->octets);
}

static void check(const struct end *e)
{
    const struct tcp *t = &e->tcp;

    if (t->state != TCPM_CLOSED && t->state != TCPM_SYN_SENT) {
        check_ranges(&t->sacked, t->snd_una);
        check_ranges(&t->arrived, t->rcv_nxt);
        FUZZ_CHECK(tcp_readable(t) <= e->config.window_octets + 1);
    }
    FUZZ_CHECK(!tcp_before(t->snd_nxt, t->snd_una));
    FUZZ_CHECK(!tcp_before(t->snd_max, t->snd_nxt));
    FUZZ_CHECK(forged || e->got + tcp_readable(t) <= ends[e == ends].written);
    fuzz_guards(e->ranges, tcp_range_count(&e->config) * sizeof *e->ranges);
}

/* ---- the wire ---- */

static void send(struct end *e, const struct tcp_segment *s)
{
    struct segment *w = &e->wire[e->on_wire];

    FUZZ_CHECK(tcp_wire_octets(s) <= TCPM_WIRE_MAX);
    if (e->on_wire == WIRE)
        return; /* a loss */
    w->n = tcp_wire_octets(s);
    w->zeros = s->len;
    w->damaged = false;
    tcp_wire_write(w->octets, &from[e - ends], s, NULL);
    e->on_wire++;
}

/* After an input: events and segments, as tcp.h says. */
static void settle(struct end *e)
{
    struct tcp_segment s;
    unsigned said = 0;

    (void)tcp_events(&e->tcp);
    while (tcp_poll(&e->tcp, now, &s)) {
        FUZZ_CHECK(++said < SPEECH);
        send(e, &s);
    }
    if (good && tcp_readable(&e->tcp) > 0) {
        e->got += tcp_readable(&e->tcp);
        tcp_take(&e->tcp, tcp_readable(&e->tcp));
        while (tcp_poll(&e->tcp, now, &s))
            send(e, &s);
    }
    check(e);
}

static void hear(struct end *e, const struct tcp_segment *s)
{
    struct tcp_segment answer;

    if (e->begun) {
        tcp_input(&e->tcp, now, s);
    } else if ((s->flags & (TCPM_SYN | TCPM_ACK | TCPM_RST)) == TCPM_SYN) {
        e->begun = true;
        tcp_accept(&e->tcp, now, 0xfffff000, s);
    } else if (tcp_refuse(s, &answer)) {
        send(e, &answer);
    }
    settle(e);
}

/* The i-th that end `e` sent arrives; it stays there, to arrive again. */
static void arrive(struct end *e, uint32_t i)
{
    const struct segment *w = &e->wire[i];
    uint8_t *copy = fuzz_copy(w->octets, w->n);
    struct tcp_wire_ends between = from[e - ends];
    struct tcp_segment s;
    bool damaged = w->damaged;

    memset(&s, 0, sizeof s);
    if (tcp_wire_read(copy, w->n, w->zeros, &between, &s) > 0) {
        forged |= damaged; /* as good as one */
        s.ce = e->config.ecn && (now & 4096) != 0;
        hear(&ends[e == ends], &s);
    }
    free(copy);
}

static void forget(struct end *e, uint32_t i)
{
    e->on_wire--;
    memmove(e->wire + i, e->wire + i + 1,
            (e->on_wire - i) * sizeof e->wire[0]);
}

/* ---- steps of the input ---- */

static void tick(struct end *e)
{
    if (tcp_deadline(&e->tcp) == PPTP_NEVER)
        return;
    if (tcp_deadline(&e->tcp) > now)
        now = tcp_deadline(&e->tcp);
    tcp_advance(&e->tcp, now);
    settle(e);
}

/* A segment that nobody sent, near what end `e` awaits or is at. */
static void forge(struct end *e, struct fuzz_in *in)
{
    struct tcp_segment s = { .scale = TCPM_NO_SCALE };
    uint16_t near = fuzz_u16(in);

    s.seq = e->tcp.rcv_nxt - 0x8000u + fuzz_u16(in);
    s.ack = e->tcp.snd_una - 0x8000u + fuzz_u16(in);
    s.len = fuzz_u8(in) * 16u;
    s.window = near;
    s.flags = fuzz_u8(in);
    s.mss = (near & 1) != 0 ? fuzz_u16(in) : 0;
    if ((near & 2) != 0)
        s.scale = fuzz_u8(in);
    s.sack_permitted = (near & 4) != 0;
    s.sacks = near >> 3 & 3;
    for (unsigned i = 0; i < s.sacks; i++) {
        s.sack[i].start = e->tcp.snd_una + fuzz_u16(in);
        s.sack[i].end = s.sack[i].start + fuzz_u16(in);
    }
    forged = true;
    hear(e, &s);
}

static void damage(struct end *e, uint32_t i, struct fuzz_in *in)
{
    struct segment *w = &e->wire[i];

    w->damaged = true;
    if ((fuzz_u8(in) & 1) != 0)
        w->n = fuzz_u8(in) % (TCPM_WIRE_MAX + 1u);
    w->octets[fuzz_u8(in) % TCPM_WIRE_MAX] ^= fuzz_u8(in);
}

static void write_some(struct end *e, struct fuzz_in *in)
{
    uint64_t n = fuzz_u16(in);

    if (!e->begun || e->tcp.fin_wanted || e->tcp.state == TCPM_CLOSED)
        return;
    tcp_write(&e->tcp, n);
    e->written += n;
    settle(e);
}

static void order(struct end *e, unsigned what)
{
    if (!e->begun)
        return;
    if (what == 0)
        tcp_close(&e->tcp);
    else
        tcp_abort(&e->tcp);
    cut_short |= what != 0;
    settle(e);
}

static void step(struct fuzz_in *in)
{
    unsigned what = fuzz_u8(in);
    struct end *e = &ends[what & 1];
    uint32_t i = e->on_wire > 0 ? (what >> 4) % e->on_wire : 0;
    uint32_t take;

    switch (what >> 1 & 7) {
    case 0:
    case 1:
        if (e->on_wire > 0) {
            arrive(e, i);
            if ((what & 2) == 0 && i < e->on_wire)
                forget(e, i);
        }
        break;
    case 2:
        if (e->on_wire > 0)
            forget(e, i);
        break;
    case 3: tick(e); break;
    case 4: write_some(e, in); break;
    case 5:
        now += (pptp_ns)fuzz_u16(in) * 10000;
        take = tcp_readable(&e->tcp) / ((what >> 4) + 1);
        e->got += take;
        tcp_take(&e->tcp, take);
        settle(e);
        break;
    case 6:
        if (e->on_wire > 0 && (what & 0x80) == 0)
            damage(e, i, in);
        else if ((what & 0x80) != 0 && e->begun)
            forge(e, in);
        break;
    default:
        if ((what & 0xe0) == 0xe0)
            order(e, (what & 0x10) != 0);
    }
}

/* ---- a run ---- */

static void begin(struct end *e, unsigned how)
{
    tcp_config_default(&e->config);
    e->config.mss = 64u << (how & 3);
    e->config.window_octets = (how & 4) != 0 ? 200000 : 4000;
    e->config.initial_segments = how >> 3 & 3;
    e->config.sack = (how & 0x20) != 0;
    e->config.ecn = (how & 0x40) != 0;
    e->config.count_acks = (how & 0x80) != 0;
    e->config.limited_transmit = (how & 0x100) != 0;
    e->config.delack_segments = 1 + (how >> 9 & 1);
    e->config.idle_restart = (how & 0x400) != 0;
    e->config.validate = (how & 0x800) != 0;
    FUZZ_CHECK(tcp_config_check(&e->config) == NULL);
    e->ranges = fuzz_guarded(tcp_range_count(&e->config) * sizeof *e->ranges);
    tcp_init(&e->tcp, &e->config, &e->stats, e->ranges);
}

static bool all_is_there(void)
{
    return ends[0].got == ends[1].written && ends[1].got == ends[0].written;
}

/* Everything arrives from here on, in order, until nothing is left to say. */
static void become_good(void)
{
    unsigned steps = 0;

    good = true;
    for (int i = 0; i < 2; i++)
        settle(&ends[i]);
    while (!all_is_there() && steps++ < GOOD_STEPS) {
        struct end *e = &ends[steps & 1];
        pptp_ns due[2] = { tcp_deadline(&ends[0].tcp),
                           tcp_deadline(&ends[1].tcp) };

        if (e->on_wire > 0) {
            arrive(e, 0);
            forget(e, 0);
        } else if (ends[e == ends].on_wire == 0) {
            tick(&ends[due[1] < due[0]]);
        }
    }
}

/* A connection may have been given up before the wire became good. */
static bool gave_up(void)
{
    return ends[0].tcp.why != 0 || ends[1].tcp.why != 0 ||
           ends[0].tcp.state == TCPM_CLOSED || !ends[1].begun;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    struct fuzz_in in = { octets, len };
    unsigned how = fuzz_u16(&in);

    memset(ends, 0, sizeof ends);
    now = PPTP_S;
    forged = cut_short = good = false;
    begin(&ends[0], how);
    begin(&ends[1], how >> 3 ^ how << 5);
    ends[0].begun = true;
    tcp_connect(&ends[0].tcp, now, 0xffffff00);
    settle(&ends[0]);
    while (in.left > 0)
        step(&in);
    if (!forged && !cut_short) {
        become_good();
        FUZZ_CHECK(all_is_there() || gave_up());
    }
    for (int i = 0; i < 2; i++)
        fuzz_unguard(ends[i].ranges);
    return 0;
}
