/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CCP for MPPE, RFC 1962 and RFC 3078 §2: src/ppp/ccp.c. */
#include "config.h"

#include <stdio.h>

#include "ppp_ends.h"

#include "ppp/mppe.h"

#define M128 PPP_MPPE_128
#define M56 PPP_MPPE_56
#define M40 PPP_MPPE_40
#define LESS PPP_MPPE_STATELESS
#define FULL PPP_MPPE_STATEFUL
#define MUST PPP_MPPE_REQUIRED

static void begin(uint8_t server_ask, uint8_t server_allow, uint8_t client_ask,
                  uint8_t client_allow)
{
    ends_default();
    ends[SERVER].config.ask_auth = PPP_AUTH_MSCHAP2;
    ends[CLIENT].config.give_auth = PPP_AUTH_MSCHAP2;
    ends[SERVER].config.mppe_ask = server_ask;
    ends[SERVER].config.mppe_allow = server_allow;
    ends[CLIENT].config.mppe_ask = client_ask;
    ends[CLIENT].config.mppe_allow = client_allow;
}

/* A packet of IP from one end to the other; true if it arrived as it was and
 * *secret says whether it was encrypted on the way. */
static uint8_t sent[128];
static size_t sent_len;
static uint8_t *carry(int from)
{
    uint8_t octets[PPP_HEAD_MAX + 64], *frame;
    int n;

    memset(octets, 0x5a, sizeof octets);
    octets[PPP_HEAD_MAX] = 0x45;
    n = ppp_output(ends[from].p, ends[from].s, PPP_PROTO_IP,
                   octets + PPP_HEAD_MAX, 64, &frame);
    if (n < 0)
        return NULL;
    ck_assert_uint_le((size_t)n, sizeof sent);
    memcpy(sent, frame, (size_t)n);
    sent_len = (size_t)n;
    return sent;
}

static bool passes(int to)
{
    uint8_t *packet;
    size_t n;
    unsigned i;
    int r = ppp_input(ends[to].p, ends[to].s, now, sent, sent_len, &packet,
                      &n);

    if (r != PPP_PROTO_IP || n != 64 || packet[0] != 0x45)
        return false;
    for (i = 1; i < 64 && packet[i] == 0x5a; i++)
        ;
    return i == 64;
}

static bool is_secret(void)
{
    size_t i;

    for (i = 0; i + 4 < sent_len; i++)
        if (memcmp(sent + i, "\x5a\x5a\x5a\x5a", 4) == 0)
            return false;
    return true;
}

/* What both get for what they ask and allow: bits that the client sends with,
 * and the server.  0xff: the session ends, encryption was required. */
static const struct {
    uint8_t server_ask, server_allow, client_ask, client_allow;
    uint8_t client_tx, server_tx;
} rows[] = {
    /* what the server asks for, the client sends with */
    { M128 | LESS, 0, M128 | LESS, 0, M128 | LESS, M128 | LESS },
    { M128 | LESS, 0, 0, M128 | LESS, M128 | LESS, 0 },
    { 0, M128 | LESS, M128 | LESS, 0, 0, M128 | LESS },
    { M40 | LESS, 0, M40 | LESS, 0, M40 | LESS, M40 | LESS },
    { M56 | LESS, 0, M56 | LESS, 0, M56 | LESS, M56 | LESS },
    { M128 | FULL, 0, M128 | FULL, 0, M128 | FULL, M128 | FULL },
    /* 2.1: all of them are asked for, the strongest of both is named */
    { M128 | M56 | M40 | LESS, 0, M128 | M56 | M40 | LESS, 0, M128 | LESS,
      M128 | LESS },
    { M128 | M56 | M40 | LESS, 0, M40 | M56 | LESS, 0, M56 | LESS,
      M56 | LESS },
    { M40 | LESS, 0, M128 | M40 | LESS, 0, M40 | LESS, M40 | LESS },
    /* stateless when one of them can do nothing else */
    { M128 | FULL | LESS, 0, M128 | LESS, 0, M128 | LESS, M128 | LESS },
    { M128 | FULL | LESS, 0, M128 | FULL, 0, M128 | FULL, M128 | FULL },
    { M128 | FULL | LESS, 0, M128 | FULL | LESS, 0, M128 | LESS, M128 | LESS },
    /* no mode named: stateless */
    { M128, 0, M128, 0, M128 | LESS, M128 | LESS },
    /* nothing in common: in the clear, unless it is required */
    { M128 | LESS, 0, M40 | LESS, 0, 0, 0 },
    { M128 | LESS | MUST, 0, M40 | LESS, 0, 0xff, 0xff },
    { M128 | LESS, 0, M40 | LESS | MUST, 0, 0xff, 0xff },
    { M128 | LESS, 0, M128 | FULL, 0, 0, 0 },
    { M128 | LESS | MUST, 0, M128 | FULL, 0, 0xff, 0xff },
    { M128 | LESS | MUST, 0, 0, 0, 0xff, 0xff },
    { 0, 0, M128 | LESS, 0, 0, 0 },
    { M128 | LESS | MUST, 0, M128 | LESS | MUST, 0, M128 | LESS, M128 | LESS },
    /* who requires names what is missing in the other's request */
    { M128 | LESS | MUST, 0, 0, M128 | M40 | LESS, M128 | LESS, M128 | LESS },
    { 0, M128 | LESS | MUST, M128 | M40 | LESS, 0, M128 | LESS, M128 | LESS }
};

START_TEST(policies)
{
    unsigned i;

    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool ends_badly = rows[i].client_tx == 0xff;
        int k;

        begin(rows[i].server_ask, rows[i].server_allow, rows[i].client_ask,
              rows[i].client_allow);
        ends_start();
        run(60 * PPTP_S);
        if (ends_badly) {
            bool server = ((rows[i].server_ask | rows[i].server_allow) &
                           MUST) != 0;

            ck_assert_msg(
                ends[server ? SERVER : CLIENT].reason == PPP_END_MPPE,
                "row %u: %s", i,
                ppp_reason_text(ends[server ? SERVER : CLIENT].reason));
            ends_free();
            continue;
        }
        ck_assert_msg(both_up(), "row %u", i);
        for (k = 0; k < 2; k++) {
            uint8_t tx = k == CLIENT ? rows[i].client_tx : rows[i].server_tx;

            ck_assert_msg(ends[k].s->mppe_tx == tx, "row %u: %x at %d", i,
                          ends[k].s->mppe_tx, k);
            ck_assert_msg(ends[1 - k].s->mppe_rx == tx, "row %u", i);
            ck_assert_ptr_nonnull(carry(k));
            ck_assert_msg(is_secret() == (tx != 0), "row %u", i);
            ck_assert_msg(passes(1 - k), "row %u", i);
        }
        ends_free();
    }
}
END_TEST

/* RFC 3079 2: version 1 makes keys as well, of a password without LM hash for
 * 128 bits only; of both methods the better one makes them. */
START_TEST(version_1)
{
    static const struct {
        uint16_t server_asks, client_asks;
        uint8_t bits, tx; /* of both; 0xff: they end */
        const char *secret;
    } table[] = {
        { PPP_AUTH_MSCHAP1, 0, M128 | LESS | MUST, M128 | LESS, "wonder" },
        { PPP_AUTH_MSCHAP1, 0, M128 | FULL | MUST, M128 | FULL, "wonder" },
        { PPP_AUTH_MSCHAP1, 0, M56 | LESS | MUST, M56 | LESS, "wonder" },
        { PPP_AUTH_MSCHAP1, 0, M40 | LESS | MUST, M40 | LESS, "wonder" },
        { PPP_AUTH_MSCHAP1, 0, M40 | LESS | MUST, 0xff, "wonderwonderwon" },
        { PPP_AUTH_MSCHAP1, 0, M40 | LESS, 0, "wonderwonderwon" },
        { PPP_AUTH_MSCHAP1, 0, M40 | M128 | LESS | MUST, M128 | LESS,
          "wonderwonderwon" },
        { PPP_AUTH_MSCHAP1, PPP_AUTH_MSCHAP1, M40 | LESS | MUST, M40 | LESS,
          "wonder" },
        { PPP_AUTH_MSCHAP1, PPP_AUTH_MSCHAP2, M128 | LESS | MUST, M128 | LESS,
          "wonder" },
        { PPP_AUTH_MSCHAP2, PPP_AUTH_MSCHAP1, M128 | LESS | MUST, M128 | LESS,
          "wonder" },
        { PPP_AUTH_MSCHAP1, PPP_AUTH_CHAP_MD5, M128 | LESS | MUST, M128 | LESS,
          "wonder" },
    };
    char secrets[100];
    unsigned i;
    int k;

    for (i = 0; i < sizeof table / sizeof table[0]; i++) {
        begin(table[i].bits, 0, table[i].bits, 0);
        ends[SERVER].config.ask_auth = table[i].server_asks;
        ends[CLIENT].config.give_auth = table[i].server_asks;
        if (table[i].client_asks != 0)
            ends[CLIENT].config.ask_auth = table[i].client_asks;
        ends[SERVER].config.give_auth = table[i].client_asks;
        snprintf(secrets, sizeof secrets, "alice isp %s *\nisp alice land *\n",
                 table[i].secret);
        for (k = 0; k < 2; k++)
            end_secrets(k, secrets);
        ends_start();
        run(60 * PPTP_S);
        if (table[i].tx == 0xff) {
            ck_assert_int_eq(ends[SERVER].reason, PPP_END_MPPE);
            ends_free();
            continue;
        }
        ck_assert_msg(both_up(), "row %u", i);
        for (k = 0; k < 2; k++) {
            ck_assert_uint_eq(ends[k].s->mppe_tx, table[i].tx);
            ck_assert_ptr_nonnull(carry(k));
            ck_assert(is_secret() == (table[i].tx != 0));
            ck_assert_msg(passes(1 - k), "row %u", i);
        }
        ends_free();
    }
}
END_TEST

/* No MS-CHAP, no keys, no encryption. */
START_TEST(without_keys)
{
    unsigned must;

    for (must = 0; must < 2; must++) {
        uint8_t ask = (uint8_t)(M128 | LESS | (must ? MUST : 0));

        begin(ask, 0, M128 | LESS, 0);
        ends[SERVER].config.ask_auth = PPP_AUTH_CHAP_MD5;
        ends[CLIENT].config.give_auth = PPP_AUTH_CHAP_MD5;
        ends_start();
        run(60 * PPTP_S);
        if (must) {
            ck_assert_int_eq(ends[SERVER].reason, PPP_END_MPPE);
        } else {
            ck_assert(both_up());
            ck_assert_uint_eq(ends[SERVER].s->mppe_rx, 0);
            ck_assert_ptr_nonnull(carry(CLIENT));
            ck_assert(!is_secret());
        }
        ends_free();
    }
}
END_TEST

/* CCP's packets that ends see, for the tests below. */
static unsigned naks, rejects, resets, acks;
static uint8_t last[64];
static bool watching(int from, uint8_t *o, uint32_t *len)
{
    (void)from;
    if (o[0] == 0x80 && o[1] == 0xfd) {
        naks += o[2] == CODE_CONF_NAK;
        rejects += o[2] == CODE_CONF_REJ;
        resets += o[2] == CODE_RESET_REQ;
        acks += o[2] == CODE_RESET_ACK;
        if (o[2] == CODE_CONF_NAK || o[2] == CODE_CONF_REJ ||
            o[2] == CODE_RESET_ACK) {
            memset(last, 0, sizeof last);
            memcpy(last, o, *len < sizeof last ? *len : sizeof last);
        }
    }
    return true;
}

static void up(uint8_t bits)
{
    naks = rejects = resets = acks = 0;
    begin(bits, 0, bits, 0);
    hook = watching;
    ends_start();
    run(PPTP_S);
    ck_assert(both_up());
}

/* A Configure-Request of these options meets an open CCP: the answer. */
static void ask(const char *options, size_t n)
{
    memset(last, 0, sizeof last);
    inject(SERVER, PPP_PROTO_CCP, CODE_CONF_REQ, 0x77, options, n);
    drain();
}

START_TEST(options)
{
    static const struct {
        const char *ask, *answer;
        uint8_t n, code, answer_n;
    } table[] = {
        /* Deflate, BSD, Predictor: rejected, and MPPE's place is kept */
        { "\x1a\x04\x78\x00", "\x1a\x04\x78\x00", 4, CODE_CONF_REJ, 4 },
        { "\x15\x03\x2f", "\x15\x03\x2f", 3, CODE_CONF_REJ, 3 },
        { "\x01\x02\x12\x06\x01\x00\x00\x40", "\x01\x02", 8, CODE_CONF_REJ,
          2 },
        /* a length that is not MPPE's */
        { "\x12\x05\x01\x00\x00", "\x12\x05\x01\x00\x00", 5, CODE_CONF_REJ,
          5 },
        { "\x12\x07\x01\x00\x00\x40\x00", "\x12\x07\x01\x00\x00\x40\x00", 7,
          CODE_CONF_REJ, 7 },
        /* MPPC, the obsolete D, unknown bits: named without them */
        { "\x12\x06\x01\x00\x00\x41", "\x12\x06\x01\x00\x00\x40", 6,
          CODE_CONF_NAK, 6 },
        { "\x12\x06\x01\x00\x00\x50", "\x12\x06\x01\x00\x00\x40", 6,
          CODE_CONF_NAK, 6 },
        { "\x12\x06\x81\x12\x34\x40", "\x12\x06\x01\x00\x00\x40", 6,
          CODE_CONF_NAK, 6 },
        /* all strengths, none, stateful */
        { "\x12\x06\x01\x00\x00\xe0", "\x12\x06\x01\x00\x00\x40", 6,
          CODE_CONF_NAK, 6 },
        { "\x12\x06\x01\x00\x00\x00", "\x12\x06\x01\x00\x00\x40", 6,
          CODE_CONF_NAK, 6 },
        { "\x12\x06\x00\x00\x00\x40", "\x12\x06\x01\x00\x00\x40", 6,
          CODE_CONF_NAK, 6 },
        /* only what we refuse */
        { "\x12\x06\x01\x00\x00\x20", "\x12\x06\x01\x00\x00\x20", 6,
          CODE_CONF_REJ, 6 }
    };
    unsigned i;

    for (i = 0; i < sizeof table / sizeof table[0]; i++) {
        up(M128 | LESS);
        ask(table[i].ask, table[i].n);
        ck_assert_msg(last[2] == table[i].code, "option list %u: code %u", i,
                      last[2]);
        ck_assert_uint_eq(last[3], 0x77);
        ck_assert_uint_eq(last[5], 4u + table[i].answer_n);
        ck_assert_mem_eq(last + 6, table[i].answer, table[i].answer_n);
        ends_free();
    }
}
END_TEST

/* 2.1: several strengths asked for, one named; no more rounds than that. */
START_TEST(one_round)
{
    up(M128 | M56 | M40 | LESS);
    ck_assert_uint_eq(naks, 2);
    ck_assert_uint_eq(rejects, 0);
    ends_free();
}
END_TEST

/* A peer that naks for ever with what we do not want, or rejects. */
static uint8_t answer_code;
static bool contrary(int from, uint8_t *o, uint32_t *len)
{
    (void)len;
    if (o[0] != 0x80 || o[1] != 0xfd || from != SERVER ||
        o[2] != CODE_CONF_REQ)
        return true;
    naks++;
    if (answer_code == CODE_CONF_NAK)
        inject(SERVER, PPP_PROTO_CCP, CODE_CONF_NAK, o[3],
               "\x12\x06\x00\x00\x00\x40", 6);
    else
        inject(SERVER, PPP_PROTO_CCP, CODE_CONF_REJ, o[3], o + 6, *len - 6);
    return false;
}

START_TEST(contrary_peer)
{
    unsigned must, k;

    for (must = 0; must < 2; must++)
        for (k = 0; k < 2; k++) {
            uint8_t bits = (uint8_t)(M128 | LESS | (must ? MUST : 0));

            answer_code = k == 0 ? CODE_CONF_NAK : CODE_CONF_REJ;
            naks = 0;
            begin(bits, 0, M128 | LESS, 0);
            hook = contrary;
            ends_start();
            run(120 * PPTP_S);
            ck_assert_uint_lt(naks, 30);
            ck_assert_uint_ge(stats(SERVER)->mppe_refused, 1);
            if (must)
                ck_assert_int_eq(ends[SERVER].reason, PPP_END_MPPE);
            else
                ck_assert(both_up());
            ends_free();
        }
}
END_TEST

/* A peer that encrypts nothing itself, whatever we say, and allows us to. */
static bool one_way(int from, uint8_t *o, uint32_t *len)
{
    if (o[0] == 0x80 && o[1] == 0xfd && from == CLIENT &&
        o[2] == CODE_CONF_REQ) {
        *len = 6;
        o[5] = 4;
    }
    return true;
}

START_TEST(only_one_way)
{
    begin(M128 | LESS | MUST, 0, M128 | LESS, 0);
    hook = one_way;
    ends_start();
    run(120 * PPTP_S);
    ck_assert_int_eq(ends[SERVER].reason, PPP_END_MPPE);
    ck_assert_uint_eq(ends[SERVER].ups, 0);
    ends_free();
}
END_TEST

/* A client that sends its requests of CCP and IPCP together; `kept_back` is
 * what it has not sent yet. */
static bool kept_back;
static uint8_t early_answer[64], answers, answers6;
static bool together(int from, uint8_t *o, uint32_t *len)
{
    bool ipcp = o[0] == 0x80 && o[1] == 0x21;

    if (from == SERVER && ipcp && o[3] == 0x55) {
        answers++;
        ck_assert_uint_le(*len, sizeof early_answer);
        memcpy(early_answer, o, *len);
    }
    if (from == SERVER && o[0] == 0x80 && o[1] == 0x57 && o[3] == 0x55)
        answers6++;
    return from == SERVER || !kept_back || o[0] != 0x80 || o[1] != 0xfd;
}

/* Until CCP of the server waits for the client's. */
static void begin_early(void)
{
    begin(M128 | LESS | MUST, 0, M128 | LESS, 0);
    ends[SERVER].config.ipv6cp = true;
    hook = together;
    kept_back = true;
    answers = answers6 = 0;
    ends_start();
    run(100 * PPTP_MS);
    ck_assert_uint_eq(ends[SERVER].s->cp[CP_CCP].state, PPP_REQ_SENT);
    ck_assert_uint_eq(ends[SERVER].s->cp[CP_IPCP].state, PPP_INITIAL);
}

/* Now the client's CCP, whose first packets were lost: their timer is due. */
static void let_ccp_come(void)
{
    ck_assert_uint_eq(answers + answers6, 0);
    kept_back = false;
    run(3 * PPTP_S);
    ck_assert_uint_eq(ends[SERVER].s->mppe_tx, M128 | LESS);
}

START_TEST(early_requests)
{
    static const char too_long[EARLY_MAX] = { 3 };
    static const char own[] = "\x03\x06\x0a\x00\x00\x09";
    static const char other[] = "\x03\x06\x0a\x00\x00\x02";

    /* kept, and the address that it may have is named as soon as it can be */
    begin_early();
    inject(SERVER, PPP_PROTO_IPCP, CODE_CONF_REQ, 0x55, own, 6);
    drain();
    ck_assert_uint_eq(stats(SERVER)->early_kept, 1);
    let_ccp_come();
    ck_assert_uint_eq(answers, 1);
    ck_assert_mem_eq(early_answer, "\x80\x21\x03\x55\x00\x0a", 6);
    ck_assert_mem_eq(early_answer + 6, other, 6);
    ck_assert(both_up());
    ends_free();

    /* the latest of them counts, and one of IPV6CP is kept beside it */
    begin_early();
    inject(SERVER, PPP_PROTO_IPCP, CODE_CONF_REQ, 0x54, own, 6);
    inject(SERVER, PPP_PROTO_IPV6CP, CODE_CONF_REQ, 0x55,
           "\x01\x0a"
           "abcdefgh",
           10);
    inject(SERVER, PPP_PROTO_IPCP, CODE_CONF_REQ, 0x55, other, 6);
    drain();
    ck_assert_uint_eq(stats(SERVER)->early_kept, 3);
    let_ccp_come();
    ck_assert_uint_eq(answers, 1);
    ck_assert_mem_eq(early_answer, "\x80\x21\x02\x55\x00\x0a", 6);
    ck_assert_uint_eq(answers6, 1);
    ends_free();

    /* taken back; too long; malformed; no request; of the time before LCP
     * began anew */
    begin_early();
    inject(SERVER, PPP_PROTO_IPCP, CODE_CONF_REQ, 0x55, own, 6);
    inject(SERVER, PPP_PROTO_IPCP, CODE_TERM_REQ, 0x56, NULL, 0);
    inject(SERVER, PPP_PROTO_IPV6CP, CODE_CONF_REQ, 0x55, too_long,
           EARLY_MAX - 3);
    arrive(SERVER, (const uint8_t *)"\x80\x57\x01\x55\x00\x05", 6);
    arrive(SERVER, (const uint8_t *)"\x80\x57\x01", 3);
    inject(SERVER, PPP_PROTO_IPV6CP, CODE_CONF_ACK, 0x55, NULL, 0);
    drain();
    ck_assert_uint_eq(stats(SERVER)->early_kept, 1);
    ck_assert_uint_eq(stats(SERVER)->packets_state, 5);
    inject(SERVER, PPP_PROTO_IPCP, CODE_CONF_REQ, 0x55, own, 6);
    inject(SERVER, PPP_PROTO_LCP, CODE_CONF_REQ, 0x55, NULL, 0);
    kept_back = false;
    run(20 * PPTP_S);
    ck_assert_uint_eq(answers + answers6, 0);
    ends_free();
}
END_TEST

/* Both prove themselves by MS-CHAPv2: both have to use the same Response's
 * keys, whichever magic number is the greater. */
static uint8_t old[80];
static uint32_t old_len;
static bool late_challenge(int from, uint8_t *o, uint32_t *len)
{
    if (o[0] == 0xc2 && o[2] == 2 && from == CLIENT) {
        memcpy(old, o, *len);
        old_len = *len;
    }
    /* the line doubles a Response, which comes again at the worst time */
    if (o[0] == 0x80 && o[1] == 0xfd && o[2] == CODE_CONF_REQ)
        arrive(SERVER, old, old_len);
    return o[0] != 0xc2 || o[2] != 1 || from != (int)naks || resets++ > 0;
}

START_TEST(mutual)
{
    unsigned seed, greater = 0;

    for (seed = 0; seed < 16; seed++) {
        begin(M128 | LESS | MUST, 0, M128 | LESS | MUST, 0);
        ends[CLIENT].config.ask_auth = PPP_AUTH_MSCHAP2;
        ends[SERVER].config.give_auth = PPP_AUTH_MSCHAP2;
        naks = seed % 2; /* whose first Challenge is lost */
        resets = 0;
        hook = late_challenge;
        now += seed;
        ends_start_seeded(seed);
        run(10 * PPTP_S);
        ck_assert(both_up());
        greater += ends[SERVER].s->magic > ends[CLIENT].s->magic;
        ck_assert_ptr_nonnull(carry(CLIENT));
        ck_assert(is_secret());
        ck_assert(passes(SERVER));
        ck_assert_ptr_nonnull(carry(SERVER));
        ck_assert(passes(CLIENT));
        ends_free();
    }
    ck_assert_uint_gt(greater, 0);
    ck_assert_uint_lt(greater, 16);
}
END_TEST

/* RFC 3078 8.2, RFC 1962 5.5: a loss, the Reset-Request, its Ack, and it goes
 * on; stateless needs none of it. */
START_TEST(reset)
{
    static const uint8_t modes[] = { FULL, LESS };
    unsigned k, i, lost;

    for (k = 0; k < 2; k++) {
        up((uint8_t)(M128 | modes[k]));
        for (lost = 0; lost < 3; lost++) {
            for (i = 0; i < 10; i++) {
                ck_assert_ptr_nonnull(carry(CLIENT));
                ck_assert(passes(SERVER));
                ck_assert_ptr_nonnull(carry(SERVER));
                ck_assert(passes(CLIENT));
            }
            carry(CLIENT); /* lost */
            carry(CLIENT);
            ck_assert(passes(SERVER) == (modes[k] == LESS));
            drain();
            ck_assert_uint_eq(resets, modes[k] == FULL ? lost + 1 : 0);
            ck_assert_uint_eq(acks, resets);
            ck_assert_uint_eq(stats(CLIENT)->mppe_flushes, resets);
            carry(CLIENT);
            ck_assert(passes(SERVER));
        }
        ends_free();
    }
}
END_TEST

/* Resets where nothing is open, and of pppd, with data or a wrong answer. */
START_TEST(reset_out_of_place)
{
    uint64_t before;

    up(M128 | FULL);
    inject(SERVER, PPP_PROTO_CCP, CODE_RESET_REQ, 9, "data", 4);
    drain();
    ck_assert_uint_eq(acks, 1);
    ck_assert_uint_eq(last[3], 9);
    inject(SERVER, PPP_PROTO_CCP, CODE_RESET_ACK, 1, NULL, 0);
    drain();
    ck_assert_uint_eq(stats(SERVER)->codes_rejected, 0);
    inject(SERVER, PPP_PROTO_CCP, 16, 1, NULL, 0);
    drain();
    ck_assert_uint_eq(stats(SERVER)->codes_rejected, 1);
    /* the peer opens CCP again: no reset until that is done */
    inject(SERVER, PPP_PROTO_CCP, CODE_CONF_REQ, 3, "\x12\x06\x00\x00\x00\x40",
           6);
    ck_assert_int_ne(ends[SERVER].s->cp[CP_CCP].state, PPP_OPENED);
    before = stats(SERVER)->packets_state;
    inject(SERVER, PPP_PROTO_CCP, CODE_RESET_REQ, 10, NULL, 0);
    inject(SERVER, PPP_PROTO_CCP, CODE_RESET_ACK, 10, NULL, 0);
    ck_assert_uint_eq(stats(SERVER)->packets_state, before + 2);
    ends_free();
}
END_TEST

/* Negotiated again during traffic: with the keys of the authentication. */
/* Of the client's CCP, Configure-Acks are lost. */
static bool no_ccp_ack(int from, uint8_t *o, uint32_t *len)
{
    (void)len;
    return from != CLIENT || o[0] != 0x80 || o[1] != 0xfd || o[2] != 2;
}

/* A client that goes on without waiting for CCP: what we promised to encrypt
 * is not sent in the clear meanwhile. */
START_TEST(promised)
{
    begin(M128 | LESS, M128 | LESS, M128 | LESS, M128 | LESS | MUST);
    hook = no_ccp_ack;
    ends_start();
    run(5 * PPTP_S);
    ck_assert_int_eq(ends[SERVER].s->cp[CP_CCP].state, PPP_ACK_SENT);
    ck_assert_uint_ne(ends[SERVER].s->mppe_tx, 0);
    /* whatever IPCP did */
    ends[SERVER].s->cp[CP_IPCP].state = PPP_OPENED;
    ck_assert_ptr_null(carry(SERVER));
    hook = NULL;
    run(10 * PPTP_S);
    ck_assert_int_eq(ends[SERVER].s->cp[CP_CCP].state, PPP_OPENED);
    ck_assert_ptr_nonnull(carry(SERVER));
    ck_assert(is_secret());
    ends_free();
}
END_TEST

START_TEST(again)
{
    up(M128 | LESS | MUST);
    carry(CLIENT);
    ck_assert(passes(SERVER));
    inject(SERVER, PPP_PROTO_CCP, CODE_CONF_REQ, 0x55,
           "\x12\x06\x01\x00\x00\x40", 6);
    /* nothing in the clear meanwhile */
    ck_assert_ptr_null(carry(SERVER));
    run(10 * PPTP_S);
    ck_assert_int_eq(ends[SERVER].s->cp[CP_CCP].state, PPP_OPENED);
    ck_assert_int_eq(ends[CLIENT].s->cp[CP_CCP].state, PPP_OPENED);
    ck_assert_ptr_nonnull(carry(CLIENT));
    ck_assert(is_secret());
    ck_assert(passes(SERVER));
    ck_assert_ptr_nonnull(carry(SERVER));
    ck_assert(passes(CLIENT));
    ck_assert_uint_eq(ends[SERVER].ends + ends[CLIENT].ends, 0);
    ends_free();
}
END_TEST

/* A forged count takes the keys beyond the peer's: what comes from now on is
 * late at first, then nonsense, and the session ends. One late packet, or
 * nonsense now and then, ends none. */
START_TEST(out_of_step)
{
    struct ppp_info info;
    unsigned i, n;
    uint8_t *at;

    up(M128 | LESS);
    for (i = 0; i < 10; i++) {
        carry(CLIENT);
        ck_assert(passes(SERVER));
        ck_assert(!passes(SERVER));
    }
    carry(CLIENT);
    at = memchr(sent, 0xfd, 4);
    ck_assert_ptr_nonnull(at);
    n = ((unsigned)at[1] << 8 | at[2]) + 1000;
    at[1] = (uint8_t)(0x90 | (n >> 8 & 0x0f));
    at[2] = (uint8_t)n;
    passes(SERVER);
    for (i = 0; i < 200 && ends[SERVER].ends == 0; i++) {
        carry(CLIENT);
        ck_assert(!passes(SERVER));
        drain();
        ppp_session_info(ends[SERVER].s, &info);
        ck_assert(info.reason == PPP_END_NONE || i > 60);
        if (info.reason != PPP_END_NONE)
            break;
    }
    ck_assert_int_eq(info.reason, PPP_END_OUT_OF_STEP);
    run(30 * PPTP_S);
    ck_assert_uint_eq(ends[SERVER].ends, 1);
    ends_free();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ccp");
    TCase *tc = tcase_create("ccp");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, policies);
    tcase_add_test(tc, version_1);
    tcase_add_test(tc, without_keys);
    tcase_add_test(tc, options);
    tcase_add_test(tc, one_round);
    tcase_add_test(tc, contrary_peer);
    tcase_add_test(tc, only_one_way);
    tcase_add_test(tc, mutual);
    tcase_add_test(tc, early_requests);
    tcase_add_test(tc, reset);
    tcase_add_test(tc, reset_out_of_place);
    tcase_add_test(tc, promised);
    tcase_add_test(tc, again);
    tcase_add_test(tc, out_of_step);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
