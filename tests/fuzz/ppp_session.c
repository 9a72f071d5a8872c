/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PPP, src/ppp, with time in the input: one session against whatever comes
 * (first octet even), or two back to back over a line that the input cuts,
 * doubles, reorders, corrupts and slips packets into (odd).
 *
 * Input: mode (1), configuration of each session (CONFIG octets), operations:
 * an octet whose low 4 bits say what and whose top bit says at which end,
 * with the arguments that the operation reads.
 *
 * What has to hold: no more actions than are bounded, none lost; deadlines
 * beyond now after an advance; nothing outside a session's memory; a peer
 * that has to prove who it is gets nothing through before; no network packet
 * in the clear where MPPE is required; in the end, after a long silence (or
 * over a line that has become good), a session is up or has ended; two that
 * are up, over a line that did not corrupt, agree.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "ppp/fsm.h"
#include "ppp/ppp.h"
#include "ppp/secrets.h"
#include "ppp/stats.h"

enum {
    CONFIG = 10,
    ACTIONS = 24,
    PACKET_MAX = 1600,
    LINE_MAX = 48, /* packets on their way */
    STEPS_MAX = 20000,
    ROUNDS_MAX = 64,
    INPUT_MAX = 6144
};

struct packet {
    uint16_t n;
    uint8_t octets[PACKET_MAX];
};

/* Packets that an end has sent. */
struct line {
    struct packet packets[LINE_MAX];
    unsigned n;
};

struct end {
    struct ppp_config config;
    struct ppp *p;
    struct ppp_session *s;
    void *mppe;
    bool strict; /* the peer has to prove who it is */
    bool proved, ended, lower;
    bool opened;           /* asked for, and it has not ended since */
    bool up[2];            /* IPCP, IPV6CP */
    struct packet request; /* the latest Configure-Request */
    struct packet got;     /* the latest network packet delivered */
    struct line line;      /* from here */
};

static struct end ends[2];
static unsigned n_ends;
static pptp_ns now;
static unsigned steps;
static bool corrupted; /* somebody else has written on the line */
static void *secrets_mem;
static struct ppp_secrets secrets;

static void load_secrets(void)
{
    static const char text[] = "alice isp wonder *\n"
                               "isp alice land *\n"
                               "bob * \"\" 10.9.0.0/16\n"
                               "* isp guess 10.0.0.9 10.0.0.10\n";
    size_t n = ppp_secrets_octets(text, sizeof text - 1);

    if (secrets_mem != NULL)
        return;
    secrets_mem = fuzz_alloc(n);
    FUZZ_CHECK(ppp_secrets_parse(text, sizeof text - 1, secrets_mem, n,
                                 &secrets, NULL) == 0);
}

/* --- configuration ------------------------------------------------------- */

static void configure(struct fuzz_in *in, int i)
{
    static const char *const names[] = { "isp", "alice" };
    static const char *const users[] = { "", "alice", "bob", "mallory" };
    struct ppp_config *c = &ends[i].config;
    uint8_t o[CONFIG], k;

    for (k = 0; k < CONFIG; k++)
        o[k] = fuzz_u8(in);
    ppp_config_default(c);
    c->ask_auth = o[0] & 0x1f;
    c->give_auth = o[1] & 0x1f;
    c->mppe_ask = o[2] & 0x3f;
    c->mppe_allow = o[3] & 0x3f;
    c->pfc = o[4] & 1;
    c->acfc = o[4] & 2;
    c->accept_pfc = !(o[4] & 4);
    c->accept_acfc = !(o[4] & 8);
    c->ipcp = !(o[4] & 16);
    c->ipv6cp = o[4] & 32;
    c->short_seq = o[4] & 64;
    c->ask_dns = c->ask_wins = o[4] & 128;
    c->mrru = o[5] & 1 ? 1500 : 0;
    c->endpoint_len = o[5] & 2 ? 7 : 0;
    c->endpoint[0] = 3;
    c->echo_ns = o[5] & 4 ? 10 * PPTP_S : 0;
    c->rechallenge_ns = o[5] & 8 ? 17 * PPTP_S : 0;
    c->accm = o[5] & 16 ? 0 : UINT32_MAX;
    c->ip_local = o[5] & 32 ? 0 : 0x0a000001u + (uint32_t)i;
    c->ip_peer = o[5] & 64 ? 0 : 0x0a000002u - (uint32_t)i;
    c->dns[0] = c->wins[1] = o[5] & 128 ? 0x0a000035u : 0;
    c->mru = (uint16_t)(128 + 8 * o[6]);
    c->max_configure = (uint8_t)(2 + o[7] % 10);
    c->max_failure = (uint8_t)(1 + o[7] / 16);
    strcpy(c->name, names[i]);
    strcpy(c->user, users[o[8] % 4]);
    c->auth_timeout_ns = (1 + o[9] % 64) * PPTP_S;
    c->secrets = &secrets;
    ends[i].strict = c->ask_auth != 0 && !(c->ask_auth & PPP_AUTH_NONE);
}

static bool start(int i)
{
    struct end *e = &ends[i];
    unsigned mppe = e->config.mppe_ask | e->config.mppe_allow;

    e->p = fuzz_guarded(ppp_octets(ACTIONS));
    if (ppp_init(e->p, &e->config, ACTIONS, 77 + (uint64_t)i) == NULL) {
        /* the one thing above that is refused */
        FUZZ_CHECK((mppe & PPP_MPPE_REQUIRED) != 0);
        return false;
    }
    e->s = fuzz_guarded(ppp_session_octets());
    if (mppe != 0)
        e->mppe = fuzz_guarded(ppp_mppe_octets());
    ppp_session_init(e->p, e->s, e->mppe, e);
    FUZZ_CHECK(ppp_session_user(e->s) == e);
    return true;
}

static void stop(struct end *e)
{
    fuzz_guards(e->p, ppp_octets(ACTIONS));
    if (e->s != NULL)
        fuzz_guards(e->s, ppp_session_octets());
    if (e->mppe != NULL)
        fuzz_guards(e->mppe, ppp_mppe_octets());
    fuzz_unguard(e->p);
    fuzz_unguard(e->s);
    fuzz_unguard(e->mppe);
}

/* --- what comes out ------------------------------------------------------ */

static void on_line(struct end *e, const uint8_t *o, size_t n)
{
    struct packet *k;

    if (e->line.n == LINE_MAX)
        return; /* lost */
    k = &e->line.packets[e->line.n++];
    FUZZ_CHECK(n <= sizeof k->octets);
    memcpy(k->octets, o, n);
    k->n = (uint16_t)n;
}

static void sent(struct end *e, const struct ppp_action *a)
{
    FUZZ_CHECK(a->len >= 6 && a->len <= 1502);
    FUZZ_CHECK((uint32_t)(a->octets[4] << 8 | a->octets[5]) == a->len - 2);
    if (a->octets[2] == 1 && a->octets[0] != 0xc2) {
        memcpy(e->request.octets, a->octets, a->len);
        e->request.n = (uint16_t)a->len;
    }
    on_line(e, a->octets, a->len);
}

static void act(struct end *e, const struct ppp_action *a)
{
    struct ppp_info info;

    FUZZ_CHECK(a->session == e->s);
    ppp_session_info(e->s, &info);
    switch (a->type) {
    case PPP_ACT_SEND: sent(e, a); break;
    case PPP_ACT_LINK: e->proved = e->up[0] = e->up[1] = false; break;
    case PPP_ACT_AUTHENTICATED:
        FUZZ_CHECK(memchr(ppp_peer_name(e->s), 0, PPP_NAME_KEPT + 1) != NULL);
        e->proved = true;
        break;
    case PPP_ACT_UP:
        FUZZ_CHECK(a->proto == PPP_PROTO_IPCP || a->proto == PPP_PROTO_IPV6CP);
        FUZZ_CHECK(!e->strict || e->proved);
        e->up[a->proto == PPP_PROTO_IPV6CP] = true;
        break;
    case PPP_ACT_DOWN:
        FUZZ_CHECK(a->proto == PPP_PROTO_IPCP || a->proto == PPP_PROTO_IPV6CP);
        FUZZ_CHECK(e->up[a->proto == PPP_PROTO_IPV6CP]);
        e->up[a->proto == PPP_PROTO_IPV6CP] = false;
        break;
    case PPP_ACT_END:
        FUZZ_CHECK(!e->ended && a->reason != PPP_END_NONE);
        FUZZ_CHECK(strcmp(ppp_reason_text(a->reason), "?") != 0);
        e->ended = true;
        e->opened = false;
        break;
    default: FUZZ_CHECK(false);
    }
}

/* After every input; few actions come of one. */
static void drain(struct end *e)
{
    struct ppp_action a;
    unsigned n = 0;

    while (ppp_poll(e->p, &a)) {
        FUZZ_CHECK(++n <= ACTIONS);
        act(e, &a);
    }
    FUZZ_CHECK(ppp_stats(e->p)->sends_lost == 0);
    FUZZ_CHECK(ppp_stats(e->p)->acts_lost == 0);
}

/* --- what goes in -------------------------------------------------------- */

/* A network packet has come through. */
static void delivered(struct end *e, int r, const uint8_t *frame, size_t len,
                      const uint8_t *packet, size_t n)
{
    unsigned mppe = e->config.mppe_ask | e->config.mppe_allow;
    struct ppp_info info;

    ppp_session_info(e->s, &info);
    FUZZ_CHECK(r == PPP_PROTO_IP || r == PPP_PROTO_IPV6);
    FUZZ_CHECK(packet >= frame && packet + n <= frame + len);
    FUZZ_CHECK(info.lcp == PPP_OPENED && info.phase == PPP_NETWORK);
    FUZZ_CHECK((r == PPP_PROTO_IP ? info.ipcp : info.ipv6cp) == PPP_OPENED);
    FUZZ_CHECK(!e->strict || e->proved);
    FUZZ_CHECK((mppe & PPP_MPPE_REQUIRED) == 0 || info.mppe_rx != 0);
    FUZZ_CHECK(n <= sizeof e->got.octets);
    if (n > 0)
        memcpy(e->got.octets, packet, n);
    e->got.n = (uint16_t)n;
}

/* A frame arrives, on the heap and of its exact length. */
static void arrive(struct end *e, const uint8_t *o, size_t n)
{
    uint8_t *frame = fuzz_copy(o, n), *packet = NULL;
    size_t len = 0;
    int r = ppp_input(e->p, e->s, now, frame, n, &packet, &len);

    if (r > 0)
        delivered(e, r, frame, n, packet, len);
    free(frame);
    drain(e);
}

/* From the protocol field on; control packets go behind FF 03. */
static void arrive_packet(struct end *e, const struct packet *k)
{
    uint8_t o[PACKET_MAX + 2] = { 0xff, 0x03 };

    if (k->n > 0 && k->octets[0] >= 0x80 && k->octets[0] != 0xff) {
        memcpy(o + 2, k->octets, k->n);
        arrive(e, o, (size_t)k->n + 2);
    } else {
        arrive(e, k->octets, k->n);
    }
}

/* Time goes on, from deadline to deadline. */
static void time_to(pptp_ns until)
{
    while (steps < STEPS_MAX) {
        pptp_ns next = PPTP_NEVER;
        unsigned i, rounds = 0;

        for (i = 0; i < n_ends; i++)
            if (ppp_deadline(ends[i].s) < next)
                next = ppp_deadline(ends[i].s);
        if (next > until)
            break;
        now = next > now ? next : now;
        for (i = 0; i < n_ends; i++)
            while (ppp_deadline(ends[i].s) <= now) {
                FUZZ_CHECK(rounds++ < ROUNDS_MAX);
                ppp_advance(ends[i].p, ends[i].s, now);
                drain(&ends[i]);
            }
        steps++;
        if (n_ends == 2 && ends[0].line.n + ends[1].line.n > 0)
            return; /* the line has something to say about it */
    }
    now = until;
}

static void take_first(struct line *l, struct packet *k)
{
    FUZZ_CHECK(l->n > 0);
    *k = l->packets[0];
    l->n--;
    memmove(l->packets, l->packets + 1, l->n * sizeof l->packets[0]);
}

/* Everything that is on the line arrives. */
static void good_line(void)
{
    struct packet k;
    bool any = n_ends == 2;
    unsigned i;

    while (any && steps++ < STEPS_MAX) {
        any = false;
        for (i = 0; i < 2; i++)
            if (ends[i].line.n > 0) {
                take_first(&ends[i].line, &k);
                arrive_packet(&ends[1 - i], &k);
                any = true;
            }
    }
}

/* --- operations ---------------------------------------------------------- */

/* What becomes of the first packet on the line from e to the other. */
static void op_line(struct fuzz_in *in, struct end *e)
{
    struct end *to = &ends[n_ends - 1 - (unsigned)(e - ends)];
    uint8_t fate = fuzz_u8(in);
    struct packet k;

    if (e->line.n == 0)
        return;
    take_first(&e->line, &k);
    switch (fate % 8) {
    case 1: return;                            /* lost */
    case 2: on_line(e, k.octets, k.n); return; /* late */
    case 3: arrive_packet(to, &k); break;      /* twice */
    case 4:
        corrupted = true;
        k.octets[fuzz_u8(in) % k.n] ^= (uint8_t)(1u << fate / 8 % 8);
        break;
    case 5:
        corrupted = true;
        k.n = (uint16_t)(k.n - fuzz_u8(in) % k.n);
        break;
    default: break;
    }
    if (n_ends == 2)
        arrive_packet(to, &k);
}

static void op_raw(struct fuzz_in *in, struct end *e)
{
    size_t n = fuzz_u8(in);
    const uint8_t *o;

    if (n == 255)
        n = fuzz_u16(in) % PACKET_MAX;
    o = fuzz_take(in, n, &n);
    corrupted = true;
    arrive(e, o, n);
}

/* A control packet with a good head. */
static void op_control(struct fuzz_in *in, struct end *e)
{
    static const uint16_t protocols[] = { PPP_PROTO_LCP,  PPP_PROTO_PAP,
                                          PPP_PROTO_CHAP, PPP_PROTO_CCP,
                                          PPP_PROTO_IPCP, PPP_PROTO_IPV6CP,
                                          0x8053,         PPP_PROTO_LQR };
    uint8_t how = fuzz_u8(in), code = fuzz_u8(in);
    uint16_t proto = protocols[how & 7];
    size_t n = fuzz_u8(in);
    struct packet k;
    const uint8_t *o = fuzz_take(in, n, &n);

    k.octets[0] = (uint8_t)(proto >> 8);
    k.octets[1] = (uint8_t)proto;
    k.octets[2] = code & 15;
    /* the number of what it answers, or another */
    k.octets[3] = code & 0x80 ? e->request.octets[3] : code >> 4;
    k.octets[4] = 0;
    k.octets[5] = (uint8_t)(n + 4);
    if (n + 4 > 255)
        k.octets[4] = 1;
    if (n > 0)
        memcpy(k.octets + 6, o, n);
    k.n = (uint16_t)(n + 6);
    corrupted = true;
    arrive_packet(e, &k);
}

/* Its latest Configure-Request as Ack, Nak or Reject, whole or a part. */
static void op_answer(struct fuzz_in *in, struct end *e)
{
    uint8_t how = fuzz_u8(in), cut = fuzz_u8(in);
    struct packet k = e->request;
    unsigned n;

    if (k.n < 6)
        return;
    k.octets[2] = (uint8_t)(2 + how % 3);
    if (how & 0x10) { /* from one option on */
        unsigned from = 6 + cut % (k.n - 5u);

        memmove(k.octets + 6, k.octets + from, k.n - from);
        k.n = (uint16_t)(k.n - from + 6);
    } else if (how & 0x20) {
        k.n = (uint16_t)(k.n - cut % (k.n - 5u));
    }
    if (how & 0x40 && k.n > 6)
        k.octets[6 + cut % (k.n - 6u)] ^= fuzz_u8(in);
    n = k.n - 2u;
    k.octets[4] = (uint8_t)(n >> 8);
    k.octets[5] = (uint8_t)n;
    corrupted = true;
    arrive_packet(e, &k);
}

/* A network packet goes out. */
static bool output(struct end *e, uint16_t proto, const uint8_t *o, size_t n)
{
    uint8_t *mem = (uint8_t *)fuzz_alloc(PPP_HEAD_MAX + n), *frame = NULL;
    unsigned mppe = e->config.mppe_ask | e->config.mppe_allow;
    struct ppp_info info;
    int r;

    if (n > 0)
        memcpy(mem + PPP_HEAD_MAX, o, n);
    r = ppp_output(e->p, e->s, proto, mem + PPP_HEAD_MAX, n, &frame);
    ppp_session_info(e->s, &info);
    if (r > 0) {
        FUZZ_CHECK(frame >= mem && frame + r == mem + PPP_HEAD_MAX + n);
        FUZZ_CHECK(!e->strict || e->proved);
        FUZZ_CHECK((mppe & PPP_MPPE_REQUIRED) == 0 || info.mppe_tx != 0);
        FUZZ_CHECK(n <= info.peer_mru);
        on_line(e, frame, (size_t)r);
    }
    free(mem);
    drain(e);
    return r > 0;
}

static void op_output(struct fuzz_in *in, struct end *e)
{
    uint16_t proto = fuzz_u8(in) & 1 ? PPP_PROTO_IPV6 : PPP_PROTO_IP;
    size_t n = fuzz_u8(in);
    uint8_t o[255 * 6];

    memset(o, (int)n, sizeof o);
    output(e, proto, o, n * (n % 2 ? 1 : 6));
}

static void op_layer(struct fuzz_in *in, struct end *e)
{
    struct ppp_info i;

    ppp_session_info(e->s, &i);
    switch (fuzz_u8(in) % 6) {
    case 0:
        if (!e->lower)
            e->ended = false;
        e->lower = true;
        ppp_lower_up(e->p, e->s, now);
        break;
    case 1:
        e->lower = false;
        ppp_lower_down(e->p, e->s, now);
        break;
    case 2:
        if (i.lcp < PPP_CLOSING) { /* else it has to end first */
            e->ended = false;
            e->opened = true;
        }
        ppp_open(e->p, e->s, now);
        break;
    case 3: ppp_close(e->p, e->s, now); break;
    case 4:
        if (i.phase < PPP_NETWORK) /* the contract */
            ppp_set_peer_ip(e->s, fuzz_u32(in));
        break;
    default: break;
    }
    drain(e);
}

static void op_time(struct fuzz_in *in)
{
    static const pptp_ns units[] = { PPTP_MS, 50 * PPTP_MS, PPTP_S,
                                     10 * PPTP_S };
    uint8_t o = fuzz_u8(in);

    time_to(now + (o >> 2) * units[o & 3]);
}

static void operate(struct fuzz_in *in)
{
    uint8_t op = fuzz_u8(in);
    struct end *e = &ends[(op >> 7) % n_ends];

    switch (op & 15) {
    case 0:
    case 1:
    case 2: op_line(in, e); break;
    case 3: good_line(); break;
    case 4: op_time(in); break;
    case 5:
        if (ppp_deadline(e->s) != PPTP_NEVER)
            time_to(ppp_deadline(e->s));
        break;
    case 6: op_raw(in, e); break;
    case 7:
    case 8:
    case 9: op_control(in, e); break;
    case 10:
    case 11: op_answer(in, e); break;
    case 12:
    case 13: op_output(in, e); break;
    case 14: op_layer(in, e); break;
    default: e->line.n = 0; break;
    }
    steps++;
}

/* --- the end ------------------------------------------------------------- */

static bool is_up(const struct end *e)
{
    struct ppp_info i;

    ppp_session_info(e->s, &i);
    /* ppp.h: what is in use */
    FUZZ_CHECK((i.mppe_rx | i.mppe_tx) == 0 || i.ccp == PPP_OPENED);
    return i.lcp == PPP_OPENED &&
           (i.ipcp == PPP_OPENED || i.ipv6cp == PPP_OPENED);
}

/* Both are up: what one sends, the other gets, at the latest the fourth. */
static void transfer(unsigned from)
{
    static const uint8_t o[] = "a packet of the network";
    struct end *a = &ends[from], *b = &ends[1 - from];
    unsigned i;

    b->got.n = 0;
    for (i = 0; i < 4; i++) {
        FUZZ_CHECK(output(a, PPP_PROTO_IP, o, sizeof o));
        good_line();
    }
    FUZZ_CHECK(b->got.n == sizeof o &&
               memcmp(b->got.octets, o, sizeof o) == 0);
}

static void agree(void)
{
    struct ppp_info a, b;

    ppp_session_info(ends[0].s, &a);
    ppp_session_info(ends[1].s, &b);
    if (a.ipcp != PPP_OPENED || b.ipcp != PPP_OPENED)
        return;
    /* who insists on an address of his own may have it refused */
    FUZZ_CHECK(ends[0].config.ip_local != 0 || a.ip_local == b.ip_peer);
    FUZZ_CHECK(ends[1].config.ip_local != 0 || b.ip_local == a.ip_peer);
    FUZZ_CHECK(a.mppe_tx == b.mppe_rx && a.mppe_rx == b.mppe_tx);
    FUZZ_CHECK(a.auth_us == b.auth_peer && a.auth_peer == b.auth_us);
    FUZZ_CHECK(a.accm_rx == b.accm_tx && a.accm_tx == b.accm_rx);
    transfer(0);
    transfer(1);
}

/* Up, or ended, or nobody has asked for anything. */
static void settled(struct end *e)
{
    struct ppp_info i;
    bool rests, good;

    ppp_session_info(e->s, &i);
    if (steps >= STEPS_MAX || is_up(e))
        return;
    /* nobody has asked for anything? */
    rests = !e->opened && (i.lcp == PPP_INITIAL || i.lcp == PPP_CLOSED);
    good = (e->ended || !e->lower || rests) &&
           ppp_deadline(e->s) == PPTP_NEVER;
    if (!good)
        fprintf(
            stderr, "end %d of %u: phase %u lcp %u ccp %u ipcp %u ipv6cp %u\n",
            (int)(e - ends), n_ends, i.phase, i.lcp, i.ccp, i.ipcp, i.ipv6cp);
    FUZZ_CHECK(good);
}

static void finish(void)
{
    pptp_ns until = now + 1800 * PPTP_S;
    unsigned i;

    while (now < until && steps < STEPS_MAX) {
        good_line();
        time_to(until);
    }
    good_line();
    for (i = 0; i < n_ends; i++)
        settled(&ends[i]);
    if (n_ends == 2 && !corrupted && steps < STEPS_MAX && is_up(&ends[0]) &&
        is_up(&ends[1]))
        agree();
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    struct fuzz_in in = { octets, len < INPUT_MAX ? len : INPUT_MAX };
    unsigned i;
    bool good = true;

    load_secrets();
    memset(&ends[0], 0, offsetof(struct end, line));
    memset(&ends[1], 0, offsetof(struct end, line));
    ends[0].line.n = ends[1].line.n = 0;
    now = 1000 * PPTP_S;
    steps = 0;
    corrupted = false;
    n_ends = 1 + (fuzz_u8(&in) & 1u);
    for (i = 0; i < n_ends; i++) {
        configure(&in, (int)i);
        good = start((int)i) && good;
    }
    for (i = 0; good && i < n_ends; i++) {
        ends[i].lower = ends[i].opened = true;
        ppp_open(ends[i].p, ends[i].s, now);
        ppp_lower_up(ends[i].p, ends[i].s, now);
        drain(&ends[i]);
    }
    while (good && in.left > 0 && steps < STEPS_MAX)
        operate(&in);
    if (good)
        finish();
    for (i = 0; i < n_ends; i++)
        stop(&ends[i]);
    return 0;
}
