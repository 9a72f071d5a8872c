/* SPDX-License-Identifier: GPL-3.0-or-later */
/* src/ppp/ppp.c: two ends over a line that loses, doubles, reorders and
 * corrupts, under a clock of our own; every reason to end; hostile input. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ppp/mppe.h" /* to encrypt what no end would */
#include "ppp/state.h"

#define ACTIONS 64u
#define IN_FLIGHT 512u

struct end {
    struct ppp_config c;
    struct ppp *p;
    struct ppp_session *s;
    void *mppe;
    pptp_ns drop_at_ns; /* the world takes the line away */
    unsigned links, ups, downs, proved, ends, sends;
    enum ppp_reason reason;
};

struct frame {
    pptp_ns at_ns;
    struct end *to;
    size_t n;
    uint8_t octets[1700];
};

static struct end a, b;
static struct frame line[IN_FLIGHT];
static unsigned in_flight;
static pptp_ns now;
static uint64_t rng;
/* of 1000 frames: lost, doubled, late, corrupted */
static unsigned lose, twice, late, corrupt;
static bool looped, cut;
static uint8_t got[1700]; /* the latest network packet, at whichever end */
static size_t got_len;
static int got_proto;

static uint32_t random_below(uint32_t n)
{
    rng = rng * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((rng >> 33) % n);
}

static struct ppp_secret secret_list[] = {
    { "alice", "*", (const uint8_t *)"wonder", 6, 0, 0 },
    { "mallory", "*", (const uint8_t *)"guess", 5, 0, 0 },
};
static struct ppp_secret other_list[] = {
    { "alice", "*", (const uint8_t *)"mirror", 6, 0, 0 },
};
static struct ppp_secrets secrets = { secret_list, 2 };
static struct ppp_secrets others = { other_list, 1 };

/* --- the line ------------------------------------------------------------ */

static void put(struct end *to, const uint8_t *octets, size_t n, bool head)
{
    struct frame *f = &line[in_flight];
    size_t at = 0;

    if (in_flight == IN_FLIGHT)
        return; /* a line, too, has a bound */
    if (head) {
        f->octets[at++] = 0xff;
        f->octets[at++] = 0x03;
    }
    memcpy(f->octets + at, octets, n);
    f->n = n + at;
    f->to = to;
    f->at_ns = now + 10 * PPTP_MS;
    if (random_below(1000) < late)
        f->at_ns += random_below(4000) * PPTP_MS;
    while (random_below(1000) < corrupt)
        f->octets[random_below((uint32_t)f->n)] ^= (uint8_t)(1 << random_below(
                                                                 8));
    in_flight++;
}

static void on_action(struct end *e, const struct ppp_action *act)
{
    struct end *to = (e == &a) == looped ? &a : &b;

    if (act->type == PPP_ACT_SEND) {
        e->sends++;
        if (cut || random_below(1000) < lose)
            return;
        put(to, act->octets, act->len, act->lcp || random_below(2));
        if (random_below(1000) < twice)
            put(to, act->octets, act->len, act->lcp);
        return;
    }
    e->links += act->type == PPP_ACT_LINK;
    e->ups += act->type == PPP_ACT_UP;
    e->downs += act->type == PPP_ACT_DOWN;
    e->proved += act->type == PPP_ACT_AUTHENTICATED;
    if (act->type == PPP_ACT_END) {
        e->ends++;
        e->reason = act->reason;
        e->drop_at_ns = now;
    }
}

static void drain(struct end *e)
{
    struct ppp_action act;

    while (ppp_poll(e->p, &act))
        on_action(e, &act);
}

static int feed(struct end *e, const uint8_t *octets, size_t n)
{
    uint8_t *copy = malloc(n > 0 ? n : 1), *packet = NULL;
    size_t len = 0;
    int r;

    memcpy(copy, octets, n);
    r = ppp_input(e->p, e->s, now, copy, n, &packet, &len);
    if (r > 0) {
        ck_assert(packet >= copy && packet + len <= copy + n);
        memcpy(got, packet, len);
        got_len = len;
        got_proto = r;
    }
    free(copy);
    drain(e);
    return r;
}

static void arrive(void)
{
    unsigned i, first = 0;
    struct frame f;

    for (i = 1; i < in_flight; i++)
        if (line[i].at_ns < line[first].at_ns)
            first = i;
    f = line[first];
    in_flight--;
    memmove(line + first, line + first + 1,
            (in_flight - first) * sizeof *line);
    feed(f.to, f.octets, f.n);
}

static void drop(struct end *e)
{
    ppp_lower_down(e->p, e->s, now);
    drain(e);
    e->drop_at_ns = PPTP_NEVER;
}

static pptp_ns sooner(pptp_ns x, pptp_ns y)
{
    return x < y ? x : y;
}

/* The world until `until_ns`. */
static void run(pptp_ns until_ns)
{
    pptp_ns at, da, db;
    unsigned i;

    for (;;) {
        da = ppp_deadline(a.s);
        db = ppp_deadline(b.s);
        at = sooner(sooner(da, db), sooner(a.drop_at_ns, b.drop_at_ns));
        for (i = 0; i < in_flight; i++)
            at = sooner(at, line[i].at_ns);
        if (at > until_ns)
            break;
        now = at > now ? at : now;
        if (a.drop_at_ns <= now) {
            drop(&a);
        } else if (b.drop_at_ns <= now) {
            drop(&b);
        } else if (da <= now) {
            ppp_advance(a.p, a.s, now);
            drain(&a);
            ck_assert_uint_gt(ppp_deadline(a.s), now);
        } else if (db <= now) {
            ppp_advance(b.p, b.s, now);
            drain(&b);
            ck_assert_uint_gt(ppp_deadline(b.s), now);
        } else {
            arrive();
        }
    }
    now = until_ns;
}

static void run_for(pptp_ns ns)
{
    run(now + ns);
}

/* --- ends ---------------------------------------------------------------- */

static void *zeroed(size_t n)
{
    void *m;

    n = (n + 63) & ~(size_t)63;
    m = aligned_alloc(64, n);
    memset(m, 0, n);
    return m;
}

static void end_fini(struct end *e)
{
    free(e->p);
    free(e->s);
    free(e->mppe);
    e->p = NULL;
    e->s = NULL;
    e->mppe = NULL;
}

static void end_init(struct end *e, uint64_t seed)
{
    struct ppp_config c = e->c;

    end_fini(e);
    memset(e, 0, sizeof *e);
    e->c = c;
    e->drop_at_ns = PPTP_NEVER;
    e->p = zeroed(ppp_octets(ACTIONS));
    ck_assert_ptr_nonnull(ppp_init(e->p, &c, ACTIONS, seed));
    e->s = zeroed(ppp_session_octets());
    e->mppe = zeroed(ppp_mppe_octets());
    ppp_session_init(e->p, e->s, e->mppe, e);
    ck_assert_ptr_eq(ppp_session_user(e->s), e);
}

static void config(uint16_t auth)
{
    ppp_config_default(&a.c);
    ppp_config_default(&b.c);
    a.c.accm = b.c.accm = 0;
    a.c.ask_auth = auth;
    b.c.give_auth = auth;
    a.c.secrets = b.c.secrets = &secrets;
    strcpy(a.c.name, "pns");
    strcpy(b.c.name, "alice");
    strcpy(b.c.user, "alice");
    a.c.ip_local = 0x0a000001;
    a.c.ip_peer = 0x0a000002;
}

static void setup(void)
{
    now = 1000 * PPTP_S;
    rng = 1;
    lose = twice = late = corrupt = 0;
    looped = cut = false;
    in_flight = 0;
    got_len = 0;
    got_proto = 0;
    config(PPP_AUTH_NONE);
}

static void teardown(void)
{
    end_fini(&a);
    end_fini(&b);
}

static void begin(uint64_t seed)
{
    end_init(&a, seed);
    end_init(&b, seed + 1);
    in_flight = 0;
    ppp_open(a.p, a.s, now);
    ppp_open(b.p, b.s, now);
    ppp_lower_up(a.p, a.s, now);
    ppp_lower_up(b.p, b.s, now);
    drain(&a);
    drain(&b);
}

static struct ppp_info info(const struct end *e)
{
    struct ppp_info i;

    ppp_session_info(e->s, &i);
    return i;
}

static bool is_up(const struct end *e)
{
    return info(e).ipcp == PPP_OPENED || info(e).ipv6cp == PPP_OPENED;
}

static void both_up(void)
{
    begin(7);
    run_for(5 * PPTP_S);
    ck_assert(is_up(&a) && is_up(&b));
    ck_assert_uint_eq(in_flight, 0);
}

static void ended_with(const struct end *e, enum ppp_reason r)
{
    ck_assert_uint_eq(e->ends, 1);
    ck_assert_str_eq(ppp_reason_text(e->reason), ppp_reason_text(r));
    ck_assert_uint_eq(ppp_deadline(e->s), PPTP_NEVER);
}

/* A packet from one end to the other; what ppp_output says. */
static int carry(struct end *from, struct end *to, uint16_t proto,
                 const char *text)
{
    uint8_t room[PPP_HEAD_MAX + 1600], *frame;
    size_t n = strlen(text);
    int r;

    memcpy(room + PPP_HEAD_MAX, text, n);
    r = ppp_output(from->p, from->s, proto, room + PPP_HEAD_MAX, n, &frame);
    if (r <= 0)
        return r;
    ck_assert(frame >= room);
    got_len = 0;
    ck_assert_int_eq(feed(to, frame, (size_t)r), proto);
    ck_assert_uint_eq(got_len, n);
    ck_assert_mem_eq(got, text, n);
    return r;
}

/* --- all goes well ------------------------------------------------------- */

static const struct {
    uint16_t auth;
    uint8_t mppe;
} methods[] = {
    { PPP_AUTH_NONE, 0 },
    { PPP_AUTH_PAP, 0 },
    { PPP_AUTH_CHAP_MD5, 0 },
    { PPP_AUTH_MSCHAP2, 0 },
    { PPP_AUTH_MSCHAP2,
      PPP_MPPE_128 | PPP_MPPE_STATELESS | PPP_MPPE_REQUIRED },
    { PPP_AUTH_MSCHAP2, PPP_MPPE_40 | PPP_MPPE_STATEFUL | PPP_MPPE_REQUIRED },
};

START_TEST(opens)
{
    struct ppp_info i, j;
    int head = methods[_i].mppe != 0 ? 1 + 2 + 2 : 1; /* FD, count, 0021 */

    config(methods[_i].auth);
    a.c.mppe_ask = a.c.mppe_allow = methods[_i].mppe;
    b.c.mppe_ask = b.c.mppe_allow = methods[_i].mppe;
    begin(7);
    ck_assert_int_eq(carry(&a, &b, PPP_PROTO_IP, "early"), PPTP_ERR_STATE);
    do { /* no network protocol before the encryption that is required */
        run_for(PPTP_MS);
        i = info(&a);
        ck_assert(i.ipcp < PPP_REQ_SENT || methods[_i].mppe == 0 ||
                  (i.ccp == PPP_OPENED && i.mppe_rx != 0));
    } while (in_flight > 0);
    ck_assert_uint_lt(now, 1002 * PPTP_S); /* without one repetition */
    j = info(&b);
    ck_assert_uint_eq(i.phase, PPP_NETWORK);
    ck_assert_uint_eq(i.ipcp, PPP_OPENED);
    ck_assert_uint_eq(j.ipcp, PPP_OPENED);
    ck_assert_uint_eq(i.ip_peer, 0x0a000002);
    ck_assert_uint_eq(j.ip_local, 0x0a000002);
    ck_assert_uint_eq(j.ip_peer, 0x0a000001);
    ck_assert_uint_eq(i.mppe_rx, j.mppe_tx);
    ck_assert_uint_eq(i.mppe_rx, methods[_i].mppe & 0x1fu);
    ck_assert_uint_eq(i.accm_tx, 0);
    ck_assert_uint_eq(i.auth_peer, methods[_i].auth & 0xfeu);
    ck_assert_uint_eq(j.auth_us, methods[_i].auth & 0xfeu);
    ck_assert_uint_ne(i.magic, j.magic);
    ck_assert_uint_eq(a.links, 1);
    ck_assert_uint_eq(a.ups, 1);
    ck_assert_uint_eq(b.ups, 1);
    ck_assert_uint_eq(a.proved, methods[_i].auth != PPP_AUTH_NONE);
    ck_assert_str_eq(ppp_peer_name(a.s),
                     methods[_i].auth != PPP_AUTH_NONE ? "alice" : "");
    ck_assert_uint_eq(ppp_stats(a.p)->sessions_up, 1);
    /* address, control and the zero of the protocol are left out */
    ck_assert_int_eq(carry(&a, &b, PPP_PROTO_IP, "ping"), head + 4);
    ck_assert_int_gt(carry(&b, &a, PPP_PROTO_IP, "pong"), 0);
    ck_assert_int_eq(carry(&b, &a, PPP_PROTO_IPV6, "six"), PPTP_ERR_STATE);
    ck_assert_uint_eq(ppp_stats(a.p)->data_rx, 1);
    ck_assert_uint_eq(ppp_stats(a.p)->data_tx, 1);
    ck_assert_uint_eq(ppp_stats(b.p)->data_closed, 1);
    ck_assert_uint_eq(ppp_deadline(a.s), PPTP_NEVER);
}
END_TEST

/* IPv6 beside IPv4, and without */
START_TEST(opens_v6)
{
    a.c.ipv6cp = b.c.ipv6cp = true;
    both_up();
    ck_assert_uint_eq(a.ups, 2);
    ck_assert_uint_eq(info(&a).ipv6cp, PPP_OPENED);
    ck_assert_uint_eq(info(&a).iface_peer, info(&b).iface_local);
    ck_assert_int_gt(carry(&a, &b, PPP_PROTO_IPV6, "six"), 0);
    b.c.ipcp = false; /* a Protocol-Reject, and the other goes on */
    both_up();
    ck_assert_uint_eq(a.ups, 1);
    ck_assert_uint_eq(a.ends, 0);
    ck_assert_uint_eq(ppp_stats(b.p)->protocols_rejected, 1);
    ck_assert_uint_eq(info(&a).ipv6cp, PPP_OPENED);
}
END_TEST

/* --- a bad line ---------------------------------------------------------- */

/* 5 % of everything: opened on both sides in the end, or closed on both. */
START_TEST(bad_line)
{
    unsigned seed, opened = 0, trouble;

    for (seed = 0; seed < 60; seed++) {
        config(methods[seed % 6].auth);
        a.c.mppe_ask = a.c.mppe_allow = methods[seed % 6].mppe;
        b.c.mppe_ask = b.c.mppe_allow = methods[seed % 6].mppe;
        a.c.echo_ns = b.c.echo_ns = 10 * PPTP_S;
        trouble = _i == 0 ? 50 : 150;
        rng = seed + 1;
        lose = twice = late = trouble;
        corrupt = seed % 2 ? trouble : 0;
        begin(seed);
        run_for(120 * PPTP_S);
        if (seed % 5 == 4) {
            ppp_close(a.p, a.s, now);
            drain(&a);
        }
        run_for(30 * PPTP_S);
        lose = twice = late = corrupt = 0;
        run_for(300 * PPTP_S);
        ck_assert_msg(a.ends <= 1 && a.ends == b.ends, "seed %u", seed);
        ck_assert_msg(is_up(&a) == (a.ends == 0), "seed %u", seed);
        ck_assert_msg(is_up(&b) == (b.ends == 0), "seed %u", seed);
        ck_assert_msg(a.ups - a.downs == (a.ends == 0), "seed %u", seed);
        if (a.ends == 0)
            ck_assert_int_gt(carry(&a, &b, PPP_PROTO_IP, "in step"), 0);
        opened += a.ups > 0;
    }
    ck_assert_uint_ge(opened, 40);
}
END_TEST

/* --- why it ends --------------------------------------------------------- */

START_TEST(ends_local_and_peer)
{
    both_up();
    ppp_close(a.p, a.s, now);
    drain(&a);
    ck_assert_uint_eq(a.downs, 1);
    ck_assert_int_eq(carry(&a, &b, PPP_PROTO_IP, "late"), PPTP_ERR_STATE);
    run_for(20 * PPTP_S);
    ended_with(&a, PPP_END_LOCAL);
    ended_with(&b, PPP_END_PEER);
    ck_assert_uint_eq(b.downs, 1);
}
END_TEST

START_TEST(ends_lower)
{
    both_up();
    drop(&a);
    ended_with(&a, PPP_END_LOWER);
    ck_assert_uint_eq(a.downs, 1);
    ck_assert_uint_eq(info(&a).phase, PPP_DEAD);
    ck_assert_uint_eq(info(&a).lcp, PPP_STARTING);
    drop(&a);
    ck_assert_uint_eq(a.ends, 1);
    ppp_lower_up(a.p, a.s, now); /* it is still asked for */
    ppp_lower_up(a.p, a.s, now);
    drain(&a);
    run_for(5 * PPTP_S);
    ck_assert(is_up(&a) && is_up(&b));
    ck_assert_uint_eq(b.ends, 0);
}
END_TEST

START_TEST(ends_no_answer)
{
    cut = true;
    begin(1);
    run_for(31 * PPTP_S);
    ended_with(&a, PPP_END_NO_ANSWER);
    ended_with(&b, PPP_END_NO_ANSWER);
    ck_assert_uint_eq(a.sends, 10);
}
END_TEST

/* b's options are never as a wants them: octets by hand */
START_TEST(ends_options)
{
    uint8_t bad[] = { 0xc0, 0x21, 1, 0, 0, 8, 0xff, 4, 0, 0 };
    unsigned i;

    begin(1);
    cut = true;
    for (i = 0; i < 30; i++) {
        bad[3]++;
        feed(&a, bad, sizeof bad);
    }
    ck_assert_uint_lt(a.sends, 30);
    run_for(100 * PPTP_S);
    ended_with(&a, PPP_END_OPTIONS);
}
END_TEST

START_TEST(ends_looped)
{
    looped = true;
    begin(1);
    run_for(100 * PPTP_S);
    ended_with(&a, PPP_END_LOOPED);
    ended_with(&b, PPP_END_LOOPED);
    /* a line that becomes a loop while it is in use */
    looped = false;
    a.c.echo_ns = 10 * PPTP_S;
    both_up();
    looped = true;
    run_for(100 * PPTP_S);
    ended_with(&a, PPP_END_LOOPED);
}
END_TEST

START_TEST(ends_echo)
{
    a.c.echo_ns = b.c.echo_ns = 10 * PPTP_S;
    a.c.echo_fails = 3;
    b.c.echo_fails = 5;
    both_up();
    run_for(300 * PPTP_S);
    ck_assert_uint_eq(a.ends, 0); /* replies come */
    cut = true;
    run_for(100 * PPTP_S);
    ended_with(&a, PPP_END_ECHO);
    ended_with(&b, PPP_END_ECHO);
    ck_assert_uint_eq(ppp_stats(a.p)->echo_timeouts, 1);
}
END_TEST

/* Packets of the peer are as good as replies, and spare the requests. */
START_TEST(echo_when_idle)
{
    unsigned i, sends;

    a.c.echo_ns = 10 * PPTP_S;
    both_up();
    sends = a.sends;
    cut = true;
    for (i = 0; i < 50; i++) {
        ck_assert_int_gt(carry(&b, &a, PPP_PROTO_IP, "busy"), 0);
        run_for(9 * PPTP_S);
    }
    ck_assert_uint_eq(a.sends, sends);
    ck_assert_uint_eq(a.ends, 0);
}
END_TEST

START_TEST(ends_auth)
{
    static const uint16_t how[] = { PPP_AUTH_PAP, PPP_AUTH_CHAP_MD5,
                                    PPP_AUTH_MSCHAP2 };

    config(how[_i]);
    b.c.secrets = &others;
    begin(1);
    run_for(100 * PPTP_S);
    ended_with(&a, PPP_END_AUTH_PEER);
    ended_with(&b, PPP_END_AUTH_US);
    ck_assert_uint_eq(a.ups + b.ups, 0);
    ck_assert_uint_ge(ppp_stats(a.p)->auth_failed, 1);
}
END_TEST

START_TEST(ends_auth_policy)
{
    config(PPP_AUTH_MSCHAP2);
    b.c.give_auth = PPP_AUTH_PAP;
    begin(1);
    run_for(100 * PPTP_S);
    ended_with(&a, PPP_END_AUTH_POLICY);
    ended_with(&b, PPP_END_NO_ANSWER); /* LCP was never open */
    /* and when one of them is willing to go down, they agree */
    a.c.ask_auth = PPP_AUTH_MSCHAP2 | PPP_AUTH_CHAP_MD5 | PPP_AUTH_PAP;
    both_up();
    ck_assert_uint_eq(info(&a).auth_peer, PPP_AUTH_PAP);
}
END_TEST

/* The peer goes silent when it has to prove itself. */
START_TEST(ends_auth_silent)
{
    config(PPP_AUTH_CHAP_MD5);
    begin(1);
    while (a.links == 0)
        run_for(PPTP_MS);
    cut = true;
    in_flight = 0;
    run_for(100 * PPTP_S);
    ended_with(&a, PPP_END_AUTH_PEER);
}
END_TEST

START_TEST(ends_no_network)
{
    b.c.ipcp = false;
    b.c.ipv6cp = true;
    begin(1);
    run_for(100 * PPTP_S);
    ck_assert_uint_eq(a.ends + b.ends, 2);
    ck_assert(a.reason == PPP_END_NO_NETWORK ||
              b.reason == PPP_END_NO_NETWORK);
    a.c.ipcp = b.c.ipcp = false;
    a.c.ipv6cp = b.c.ipv6cp = false;
    begin(1);
    run_for(100 * PPTP_S);
    ck_assert(a.reason == PPP_END_NO_NETWORK);
}
END_TEST

START_TEST(ends_mppe)
{
    /* the peer refuses */
    config(PPP_AUTH_MSCHAP2);
    a.c.mppe_ask = a.c.mppe_allow = PPP_MPPE_128 | PPP_MPPE_STATELESS |
                                    PPP_MPPE_REQUIRED;
    begin(1);
    run_for(100 * PPTP_S);
    ended_with(&a, PPP_END_MPPE);
    ck_assert_uint_eq(a.ups + b.ups, 0);
    /* without MS-CHAP there are no keys */
    config(PPP_AUTH_PAP);
    a.c.mppe_ask = a.c.mppe_allow = PPP_MPPE_128 | PPP_MPPE_STATELESS |
                                    PPP_MPPE_REQUIRED;
    begin(1);
    run_for(100 * PPTP_S);
    ended_with(&a, PPP_END_MPPE);
}
END_TEST

START_TEST(ends_rejected)
{
    static const uint8_t code[] = { 0xc0, 0x21, 7, 1, 0, 8, 1, 1, 0, 4 };
    static const uint8_t proto[] = { 0xc0, 0x21, 8, 1, 0, 6, 0xc0, 0x21 };

    both_up();
    feed(&a, code, sizeof code);
    run_for(100 * PPTP_S);
    ended_with(&a, PPP_END_REJECTED);
    ended_with(&b, PPP_END_PEER);
    both_up();
    feed(&a, proto, sizeof proto);
    run_for(100 * PPTP_S);
    ended_with(&a, PPP_END_REJECTED);
}
END_TEST

START_TEST(reason_texts)
{
    unsigned i, j;

    for (i = 0; i <= PPP_END_OUT_OF_STEP; i++) {
        const char *t = ppp_reason_text((enum ppp_reason)i);

        ck_assert_uint_gt(strlen(t), 5);
        for (j = 0; j < i; j++)
            ck_assert_str_ne(t, ppp_reason_text((enum ppp_reason)j));
    }
    ck_assert_str_eq(ppp_reason_text((enum ppp_reason)(i)), "?");
}
END_TEST

/* --- during traffic ------------------------------------------------------ */

/* The peer has lost its memory and begins again: everything goes down with
 * LCP and comes up again, keys and all. */
START_TEST(negotiates_again)
{
    config(methods[_i].auth);
    a.c.mppe_ask = a.c.mppe_allow = methods[_i].mppe;
    b.c.mppe_ask = b.c.mppe_allow = methods[_i].mppe;
    a.c.ipv6cp = b.c.ipv6cp = true;
    both_up();
    ck_assert_int_gt(carry(&a, &b, PPP_PROTO_IP, "before"), 0);
    drop(&b);
    ppp_lower_up(b.p, b.s, now);
    drain(&b);
    run_for(50 * PPTP_MS);
    ck_assert_uint_eq(a.downs, 2);
    run_for(5 * PPTP_S);
    ck_assert(is_up(&a) && is_up(&b));
    ck_assert_uint_eq(a.links, 2);
    ck_assert_uint_eq(a.ups, 4);
    ck_assert_uint_eq(a.ends, 0);
    ck_assert_int_gt(carry(&a, &b, PPP_PROTO_IP, "after"), 0);
    ck_assert_int_gt(carry(&b, &a, PPP_PROTO_IP, "after"), 0);
    ck_assert_uint_eq(ppp_stats(a.p)->sessions_up, 1);
}
END_TEST

/* It is we who want that; and only of a link that is open. */
START_TEST(renegotiates)
{
    config(methods[_i].auth);
    a.c.mppe_ask = a.c.mppe_allow = methods[_i].mppe;
    b.c.mppe_ask = b.c.mppe_allow = methods[_i].mppe;
    begin(1);
    ppp_renegotiate(a.p, a.s, now);
    drain(&a);
    run_for(5 * PPTP_S);
    ck_assert_uint_eq(a.links, 1);
    ppp_renegotiate(a.p, a.s, now);
    drain(&a);
    ck_assert_uint_eq(a.downs, 1);
    run_for(5 * PPTP_S);
    ck_assert(is_up(&a) && is_up(&b));
    ck_assert_uint_eq(a.links, 2);
    ck_assert_uint_eq(b.links, 2);
    ck_assert_uint_eq(b.downs, 1);
    ck_assert_uint_eq(a.ends + b.ends, 0);
    ck_assert_int_gt(carry(&a, &b, PPP_PROTO_IP, "after"), 0);
    ck_assert_int_gt(carry(&b, &a, PPP_PROTO_IP, "after"), 0);
    ppp_close(a.p, a.s, now);
    ppp_renegotiate(a.p, a.s, now);
    drain(&a);
    run_for(5 * PPTP_S);
    ck_assert_uint_eq(a.links, 2);
    ck_assert_uint_eq(a.ends, 1);
}
END_TEST

/* --- frames -------------------------------------------------------------- */

static int feed_hex(struct end *e, const char *hex)
{
    uint8_t o[200];
    size_t n = 0;
    unsigned v;

    for (; *hex != 0; hex += 2) {
        while (*hex == ' ')
            hex++;
        ck_assert_int_eq(sscanf(hex, "%2x", &v), 1);
        o[n++] = (uint8_t)v;
    }
    return feed(e, o, n);
}

/* RFC 1662 §3.2, 1661 §6.5, §6.6: all forms are read, whatever was agreed */
START_TEST(frame_forms)
{
    static const char *const forms[] = { "ff030021 4500", "0021 4500",
                                         "21 4500", "ff0321 4500" };
    unsigned i;

    a.c.accept_pfc = a.c.accept_acfc = false;
    a.c.pfc = a.c.acfc = false;
    b.c.pfc = b.c.acfc = false;
    both_up();
    for (i = 0; i < 4; i++) {
        got_len = 0;
        ck_assert_int_eq(feed_hex(&a, forms[i]), PPP_PROTO_IP);
        ck_assert_uint_eq(got_len, 2);
        ck_assert_mem_eq(got, "\x45\x00", 2);
    }
    ck_assert_int_eq(carry(&a, &b, PPP_PROTO_IP, "full"), 4 + 4);
    ck_assert_int_eq(feed_hex(&a, ""), PPTP_ERR_TRUNCATED);
    ck_assert_int_eq(feed_hex(&a, "ff03"), PPTP_ERR_TRUNCATED);
    ck_assert_int_eq(feed_hex(&a, "80"), PPTP_ERR_TRUNCATED);
    ck_assert_uint_eq(ppp_stats(a.p)->frames_short, 3);
    ck_assert_int_eq(feed_hex(&a, "0057 60"), PPTP_ERR_UNKNOWN);
    ck_assert_int_eq(feed_hex(&a, "00fd 90010203"), PPTP_ERR_UNKNOWN);
    ck_assert_int_eq(feed_hex(&a, "003d 80010203"), PPTP_ERR_UNKNOWN);
    ck_assert_int_eq(feed_hex(&a, "0021"), PPP_PROTO_IP); /* nothing, of IP */
}
END_TEST

START_TEST(frame_acfc_only)
{
    a.c.pfc = b.c.pfc = false;
    both_up();
    ck_assert_int_eq(carry(&a, &b, PPP_PROTO_IP, "four"), 4 + 2);
}
END_TEST

/* An MRU of the peer that is small; with encryption 4 octets less. */
START_TEST(frame_mru)
{
    char text[1600];

    memset(text, 'x', sizeof text);
    text[577] = 0;
    b.c.mru = 576;
    both_up();
    ck_assert_uint_eq(info(&a).peer_mru, 576);
    ck_assert_int_eq(carry(&a, &b, PPP_PROTO_IP, text), PPTP_ERR_VALUE);
    ck_assert_uint_eq(ppp_stats(a.p)->data_big, 1);
    text[576] = 0;
    ck_assert_int_eq(carry(&a, &b, PPP_PROTO_IP, text), 577);
    config(PPP_AUTH_MSCHAP2);
    a.c.mppe_ask = a.c.mppe_allow = b.c.mppe_ask = b.c.mppe_allow =
        PPP_MPPE_128 | PPP_MPPE_STATELESS;
    b.c.mru = 576;
    both_up();
    ck_assert_int_eq(carry(&a, &b, PPP_PROTO_IP, text), PPTP_ERR_VALUE);
    text[572] = 0;
    ck_assert_int_eq(carry(&a, &b, PPP_PROTO_IP, text), 577);
}
END_TEST

/* RFC 3078 §3: nothing in the clear beside encryption; loss is made good */
START_TEST(frame_encrypted)
{
    uint8_t room[PPP_HEAD_MAX + 4] = { 0 }, *frame;
    unsigned i;

    config(PPP_AUTH_MSCHAP2);
    a.c.mppe_ask = a.c.mppe_allow = b.c.mppe_ask = b.c.mppe_allow =
        PPP_MPPE_128 | PPP_MPPE_STATEFUL | PPP_MPPE_REQUIRED;
    both_up();
    ck_assert_int_eq(feed_hex(&a, "0021 4500"), PPTP_ERR_STATE);
    ck_assert_uint_eq(ppp_stats(a.p)->mppe_plain, 1);
    ck_assert_int_lt(feed_hex(&a, "00fd"), 0);
    ck_assert_int_lt(feed_hex(&a, "00fd 90"), 0);
    ck_assert_int_lt(feed_hex(&a, "00fd 9000"), 0);
    ck_assert_uint_eq(ppp_stats(a.p)->mppe_bad, 3);
    for (i = 0; i < 5; i++) /* lost on the way */
        ck_assert_int_gt(
            ppp_output(b.p, b.s, PPP_PROTO_IP, room + PPP_HEAD_MAX, 4, &frame),
            0);
    i = (unsigned)ppp_output(b.p, b.s, PPP_PROTO_IP, room + PPP_HEAD_MAX, 4,
                             &frame);
    ck_assert_int_lt(feed(&a, frame, i), 0);
    ck_assert_uint_eq(ppp_stats(a.p)->mppe_resets, 1);
    run_for(PPTP_S); /* Reset-Request and Reset-Ack */
    ck_assert_int_gt(carry(&b, &a, PPP_PROTO_IP, "in step"), 0);
}
END_TEST

/* What is encrypted by b comes to a with this protocol inside. */
static int carry_inside(uint8_t high, uint8_t low)
{
    uint8_t o[8] = { 0x00, 0xfd, 0, 0, high, low, 0x45, 0x00 };

    ck_assert_int_ge(ppp_mppe_encrypt(b.s->mppe, o + 4, 4), 0);
    return feed(&a, o, sizeof o);
}

/* RFC 3078 §3: 0021 to 00fa and nothing else is encrypted */
START_TEST(frame_inside)
{
    config(PPP_AUTH_MSCHAP2);
    a.c.mppe_ask = a.c.mppe_allow = b.c.mppe_ask = b.c.mppe_allow =
        PPP_MPPE_128 | PPP_MPPE_STATELESS;
    both_up();
    ck_assert_int_eq(carry_inside(0x00, 0x21), PPP_PROTO_IP);
    ck_assert_int_eq(carry_inside(0xc0, 0x21), PPTP_ERR_FORMAT);
    ck_assert_int_eq(carry_inside(0x80, 0x21), PPTP_ERR_FORMAT);
    ck_assert_int_eq(carry_inside(0x00, 0x00), PPTP_ERR_FORMAT);
    ck_assert_uint_eq(ppp_stats(a.p)->mppe_bad, 3);
    ck_assert_int_eq(carry_inside(0x00, 0x57), PPTP_ERR_STATE);
    ck_assert_uint_eq(ppp_stats(a.p)->data_closed, 1);
    ck_assert_int_eq(carry_inside(0x00, 0x2b), PPTP_ERR_UNKNOWN);
    ck_assert_uint_eq(ppp_stats(a.p)->protocols_rejected, 1);
    ck_assert_int_eq(carry_inside(0x00, 0xfd), PPTP_ERR_FORMAT);
    ck_assert_int_eq(carry_inside(0x21, 0x45), PPP_PROTO_IP); /* compressed */
}
END_TEST

/* An address for this peer alone */
START_TEST(peer_address)
{
    end_init(&a, 1);
    end_init(&b, 2);
    ppp_set_peer_ip(a.s, 0x0a000063);
    ppp_open(a.p, a.s, now);
    ppp_open(b.p, b.s, now);
    ppp_lower_up(a.p, a.s, now);
    ppp_lower_up(b.p, b.s, now);
    drain(&a);
    drain(&b);
    run_for(5 * PPTP_S);
    ck_assert_uint_eq(info(&b).ip_local, 0x0a000063);
    ck_assert_uint_eq(info(&a).ip_peer, 0x0a000063);
}
END_TEST

/* --- the engine ---------------------------------------------------------- */

START_TEST(session_is_small)
{
    ck_assert_uint_le(ppp_session_octets(), 256);
}
END_TEST

static bool sane(void)
{
    struct ppp *p = zeroed(ppp_octets(ACTIONS));
    bool ok = ppp_init(p, &a.c, ACTIONS, 1) != NULL;

    free(p);
    ppp_config_default(&a.c);
    return ok;
}

START_TEST(insane_configs)
{
    struct ppp *p = zeroed(ppp_octets(8));

    ppp_config_default(&a.c);
    ck_assert(sane());
    ck_assert_ptr_null(ppp_init(p, &a.c, 7, 1));
    ck_assert_ptr_null(ppp_init(p, &a.c, 65537, 1));
    ck_assert_ptr_nonnull(ppp_init(p, &a.c, 8, 1));
    free(p);
    a.c.mru = 127;
    ck_assert(!sane());
    a.c.mru = PPP_MRU_MAX + 1;
    ck_assert(!sane());
    a.c.restart_ns = 0;
    ck_assert(!sane());
    a.c.max_configure = 0;
    ck_assert(!sane());
    a.c.max_terminate = 0;
    ck_assert(!sane());
    a.c.max_failure = 0;
    ck_assert(!sane());
    a.c.max_failure = 101;
    ck_assert(!sane());
    a.c.endpoint_len = 21;
    ck_assert(!sane());
    a.c.mrru = 100;
    ck_assert(!sane());
    a.c.ask_auth = 1 << 9;
    ck_assert(!sane());
    memset(a.c.name, 'x', sizeof a.c.name);
    ck_assert(!sane());
    memset(a.c.user, 'x', sizeof a.c.user);
    ck_assert(!sane());
    a.c.echo_ns = PPTP_S;
    a.c.echo_fails = 0;
    ck_assert(!sane());
    a.c.mppe_ask = PPP_MPPE_REQUIRED;
    ck_assert(!sane());
}
END_TEST

/* A queue that nobody drains: packets are lost and repeated, ends are not. */
START_TEST(queue_full)
{
    static const uint8_t echo[] = { 0xc0, 0x21, 9, 1, 0, 8, 0, 0, 0, 0 };
    struct ppp_action act;
    uint8_t copy[10], *packet;
    size_t n;
    unsigned i, sends = 0;

    both_up();
    for (i = 0; i < ACTIONS + 10; i++) {
        memcpy(copy, echo, sizeof echo);
        ppp_input(a.p, a.s, now, copy, sizeof copy, &packet, &n);
    }
    ck_assert_uint_eq(ppp_stats(a.p)->sends_lost, 10);
    ppp_lower_down(a.p, a.s, now); /* DOWN and END have their reserve */
    for (i = 0; ppp_poll(a.p, &act); i++) {
        if (act.type == PPP_ACT_SEND) {
            ck_assert_uint_eq(act.octets[2], 10);
            sends++;
        }
        on_action(&a, &act);
    }
    ck_assert_uint_eq(sends, ACTIONS);
    ck_assert_uint_eq(a.ends, 1);
    ck_assert_uint_eq(a.downs, 1);
    ck_assert_uint_eq(ppp_stats(a.p)->acts_lost, 0);
    for (i = 0; i < 100; i++) { /* which has an end, too, and is counted */
        ppp_lower_up(a.p, a.s, now);
        ppp_lower_down(a.p, a.s, now);
    }
    ck_assert_uint_gt(ppp_stats(a.p)->acts_lost, 0);
    while (ppp_poll(a.p, &act))
        ;
}
END_TEST

/* The octets of an action are good until the next poll, at a full queue. */
START_TEST(octets_stay)
{
    uint8_t echo[] = { 0xc0, 0x21, 9, 1, 0, 8, 0, 0, 0, 0 }, *packet;
    struct ppp_action act;
    uint8_t id = 1, expect = 1;
    size_t n;
    unsigned i;

    both_up();
    for (i = 0; i < ACTIONS; i++) {
        echo[3] = id++;
        ppp_input(a.p, a.s, now, echo, sizeof echo, &packet, &n);
    }
    for (i = 0; i < 500; i++) {
        ck_assert(ppp_poll(a.p, &act));
        echo[3] = id++;
        ppp_input(a.p, a.s, now, echo, sizeof echo, &packet, &n);
        ck_assert_uint_eq(act.octets[3], expect++);
    }
}
END_TEST

/* The same seed, the same octets; another, others. */
START_TEST(seeds)
{
    uint32_t first;

    begin(5);
    first = info(&a).magic;
    begin(5);
    ck_assert_uint_eq(info(&a).magic, first);
    begin(6);
    ck_assert_uint_ne(info(&a).magic, first);
}
END_TEST

/* --- hostile ------------------------------------------------------------- */

/* Every frame of one good session again, in every later state. */
START_TEST(replayed)
{
    static struct frame taken[64];
    unsigned n = 0, i, k;

    config(PPP_AUTH_MSCHAP2);
    a.c.echo_ns = 10 * PPTP_S;
    begin(3);
    while (!(is_up(&a) && is_up(&b)) || in_flight > 0) {
        for (i = 0; i < in_flight && n < 64; i++)
            taken[n++] = line[i];
        run_for(10 * PPTP_MS);
    }
    for (i = 0; i < n; i++) {
        for (k = 0; k < 3; k++)
            feed(taken[i].to, taken[i].octets, taken[i].n);
        run_for(random_below(4000) * PPTP_MS);
    }
    run_for(300 * PPTP_S);
    ck_assert_uint_eq(a.ends, b.ends);
    ck_assert_uint_eq(is_up(&a), a.ends == 0);
    ck_assert_uint_eq(is_up(&b), b.ends == 0);
}
END_TEST

static uint8_t corpus[64][200];
static size_t corpus_len[64];
static unsigned corpus_n;

static void collect(void)
{
    unsigned i;

    corpus_n = 0;
    begin(3);
    while (in_flight > 0 && corpus_n < 64) {
        for (i = 0; i < in_flight && corpus_n < 64; i++)
            if (line[i].n <= 200) {
                memcpy(corpus[corpus_n], line[i].octets, line[i].n);
                corpus_len[corpus_n++] = line[i].n;
            }
        run_for(10 * PPTP_MS);
    }
    ck_assert_uint_gt(corpus_n, 8);
}

static void mutate(uint8_t *o, size_t *n)
{
    unsigned k = random_below(5), i;

    for (i = 0; i < k; i++) {
        if (*n == 0)
            return;
        switch (random_below(4)) {
        case 0:
            o[random_below((uint32_t)*n)] = (uint8_t)random_below(256);
            break;
        case 1:
            o[random_below((uint32_t)*n)] ^= (uint8_t)(1 << random_below(8));
            break;
        case 2: *n = random_below((uint32_t)*n + 1); break;
        default:
            if (*n < 190)
                o[(*n)++] = (uint8_t)random_below(256);
            break;
        }
    }
}

/* One step against a: a frame from the corpus, or time, or the operator. */
static void attack(void)
{
    uint8_t o[200];
    size_t n;
    unsigned i = random_below(corpus_n), before = a.sends;

    switch (random_below(16)) {
    case 0: now += random_below(5000) * PPTP_MS; break;
    case 1:
        now = ppp_deadline(a.s) == PPTP_NEVER ? now
              : ppp_deadline(a.s) > now       ? ppp_deadline(a.s)
                                              : now;
        break;
    case 2:
        if (random_below(20) == 0)
            ppp_close(a.p, a.s, now);
        break;
    case 3:
        if (random_below(20) == 0)
            ppp_lower_down(a.p, a.s, now);
        break;
    case 4:
        ppp_lower_up(a.p, a.s, now);
        ppp_open(a.p, a.s, now);
        break;
    default:
        n = corpus_len[i];
        memcpy(o, corpus[i], n);
        if (random_below(3) > 0)
            mutate(o, &n);
        feed(&a, o, n);
        break;
    }
    if (ppp_deadline(a.s) <= now) {
        ppp_advance(a.p, a.s, now);
        ck_assert_uint_gt(ppp_deadline(a.s), now);
    }
    drain(&a);
    /* No input makes many: the worst is a network phase that begins. */
    ck_assert_uint_le(a.sends - before, 12);
    in_flight = 0;
}

START_TEST(mutations)
{
    unsigned seed, i;

    for (seed = 0; seed < 6; seed++) {
        setup();
        config(methods[seed].auth);
        a.c.mppe_ask = a.c.mppe_allow = methods[seed].mppe;
        b.c.mppe_ask = b.c.mppe_allow = methods[seed].mppe;
        a.c.ipv6cp = b.c.ipv6cp = true;
        a.c.echo_ns = 10 * PPTP_S;
        a.c.ask_auth = methods[seed].auth | PPP_AUTH_NONE;
        collect();
        rng = seed * 7919 + (uint64_t)_i;
        begin(seed);
        for (i = 0; i < 4000; i++)
            attack();
        /* a cut line brings every state to its end */
        cut = true;
        a.ends = 0;
        a.drop_at_ns = PPTP_NEVER;
        ppp_lower_up(a.p, a.s, now);
        drain(&a);
        b.drop_at_ns = PPTP_NEVER;
        drop(&b);
        run_for(400 * PPTP_S);
        ck_assert_uint_eq(ppp_deadline(a.s), PPTP_NEVER);
        ck_assert_uint_eq(ppp_stats(a.p)->acts_lost, 0);
        cut = false;
    }
}
END_TEST

/* --- */

static void add(TCase *t)
{
    tcase_add_loop_test(t, opens, 0, 6);
    tcase_add_test(t, opens_v6);
    tcase_add_loop_test(t, bad_line, 0, 2);
    tcase_add_test(t, ends_local_and_peer);
    tcase_add_test(t, ends_lower);
    tcase_add_test(t, ends_no_answer);
    tcase_add_test(t, ends_options);
    tcase_add_test(t, ends_looped);
    tcase_add_test(t, ends_echo);
    tcase_add_test(t, echo_when_idle);
    tcase_add_loop_test(t, ends_auth, 0, 3);
    tcase_add_test(t, ends_auth_policy);
    tcase_add_test(t, ends_auth_silent);
    tcase_add_test(t, ends_no_network);
    tcase_add_test(t, ends_mppe);
    tcase_add_test(t, ends_rejected);
    tcase_add_test(t, reason_texts);
    tcase_add_loop_test(t, negotiates_again, 0, 6);
    tcase_add_loop_test(t, renegotiates, 0, 6);
    tcase_add_test(t, frame_forms);
    tcase_add_test(t, frame_acfc_only);
    tcase_add_test(t, frame_mru);
    tcase_add_test(t, frame_encrypted);
    tcase_add_test(t, frame_inside);
    tcase_add_test(t, peer_address);
    tcase_add_test(t, session_is_small);
    tcase_add_test(t, insane_configs);
    tcase_add_test(t, queue_full);
    tcase_add_test(t, octets_stay);
    tcase_add_test(t, seeds);
    tcase_add_test(t, replayed);
    tcase_add_loop_test(t, mutations, 0, 2);
}

int main(void)
{
    Suite *suite = suite_create("ppp");
    TCase *t = tcase_create("two ends");
    SRunner *r;
    int failed;

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    add(t);
    suite_add_tcase(suite, t);
    r = srunner_create(suite);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
