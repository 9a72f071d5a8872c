/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Authentication: src/ppp/auth.c, pap.c and chap.c, in both roles. */
#include "config.h"

#include <stdio.h>

#include "ppp_ends.h"

#include "ppp/auth.h"
#include "ppp/mppe.h"
#include "ppp/mschap.h"

static const uint16_t methods[] = { PPP_AUTH_PAP, PPP_AUTH_CHAP_MD5,
                                    PPP_AUTH_MSCHAP1, PPP_AUTH_MSCHAP2 };
enum { METHODS = sizeof methods / sizeof methods[0], ALL = 0x1e };

/* Counted by hooks. */
static unsigned seen[8], first_lost;
static uint8_t kept[300];
static uint32_t kept_len;
static int kept_from;

static bool is_auth(const uint8_t *o)
{
    unsigned proto = (unsigned)o[0] << 8 | o[1];

    return proto == PPP_PROTO_PAP || proto == PPP_PROTO_CHAP;
}

static void begin(uint16_t server_asks, uint16_t client_asks)
{
    ends_default();
    memset(seen, 0, sizeof seen);
    first_lost = 0;
    kept_len = 0;
    ends[SERVER].config.ask_auth = server_asks == 0 ? PPP_AUTH_NONE
                                                    : server_asks;
    ends[CLIENT].config.ask_auth = client_asks == 0 ? PPP_AUTH_NONE
                                                    : client_asks;
    ends[SERVER].config.give_auth = ends[CLIENT].config.give_auth = ALL;
}

START_TEST(both_roles)
{
    unsigned a, b;

    for (a = 0; a <= METHODS; a++)
        for (b = 0; b <= METHODS; b++) {
            uint16_t x = a < METHODS ? methods[a] : 0;
            uint16_t y = b < METHODS ? methods[b] : 0;

            begin(x, y);
            ends_start();
            run(PPTP_S);
            ck_assert_msg(both_up(), "%x and %x", x, y);
            ck_assert_uint_eq(ends[SERVER].s->auth_peer, x);
            ck_assert_uint_eq(ends[CLIENT].s->auth_peer, y);
            ck_assert_uint_eq(ends[SERVER].authenticated, x != 0);
            ck_assert_uint_eq(ends[CLIENT].authenticated, y != 0);
            ck_assert_str_eq(ppp_peer_name(ends[SERVER].s),
                             x != 0 ? "alice" : "");
            ck_assert_str_eq(ppp_peer_name(ends[CLIENT].s),
                             y != 0 ? "isp" : "");
            ck_assert_uint_eq(stats(SERVER)->auth_ok, x != 0);
            ck_assert_uint_eq(stats(SERVER)->auth_failed, 0);
            ck_assert_uint_eq(ends[SERVER].s->auth_end_ns, PPTP_NEVER);
            ck_assert_uint_eq(ends[SERVER].s->auth_at_ns, PPTP_NEVER);
            ends_free();
        }
}
END_TEST

START_TEST(wrong_secrets)
{
    /* the client's table: another secret, an empty one, and no such name at
     * the server */
    static const char *const tables[] = { "alice isp wonde\n",
                                          "alice isp ''\n",
                                          "bob isp wonder\n" };
    struct ppp_info info;
    unsigned k, m;

    for (k = 0; k < 3; k++)
        for (m = 0; m < METHODS; m++) {
            begin(methods[m], 0);
            end_secrets(CLIENT, tables[k]);
            if (k == 2)
                strcpy(ends[CLIENT].config.user, "bob");
            ends_start();
            run(10 * PPTP_S);
            ck_assert_uint_eq(ends[SERVER].ends, 1);
            ck_assert_uint_eq(ends[CLIENT].ends, 1);
            ck_assert_uint_eq(ends[SERVER].ups + ends[CLIENT].ups, 0);
            ck_assert_uint_eq(ends[SERVER].authenticated, 0);
            ck_assert_int_eq(ends[CLIENT].reason, PPP_END_AUTH_US);
            ck_assert_uint_eq(stats(SERVER)->auth_failed, 1);
            ck_assert_uint_eq(stats(SERVER)->auth_no_secret, k == 2);
            ck_assert_str_eq(ppp_peer_name(ends[SERVER].s), "");
            /* but for our log there is one, and why */
            ck_assert_str_eq(ppp_claimed_name(ends[SERVER].s),
                             k == 2 ? "bob" : "alice");
            ppp_session_info(ends[SERVER].s, &info);
            ck_assert_uint_eq(info.fault,
                              k == 2 ? PPP_FAULT_NAME : PPP_FAULT_SECRET);
            /* RFC 2759: E=691; we do not use our leave to retry */
            ck_assert_uint_eq(ends[CLIENT].s->auth_error,
                              m >= 2 ? MSCHAP_E_FAILURE : 0);
            if (methods[m] != PPP_AUTH_MSCHAP2)
                ck_assert_int_eq(ends[SERVER].reason, PPP_END_AUTH_PEER);
            ends_free();
        }
}
END_TEST

START_TEST(no_secret_at_all)
{
    unsigned m;

    for (m = 0; m < METHODS; m++) {
        begin(methods[m], 0);
        end_secrets(CLIENT, "bob isp wonder\n");
        ends_start();
        run(10 * PPTP_S);
        ck_assert_int_eq(ends[CLIENT].reason, PPP_END_AUTH_US);
        ck_assert_uint_eq(stats(CLIENT)->auth_no_secret, 1);
        ck_assert_uint_eq(ends[SERVER].authenticated, 0);
        ends_free();
    }
}
END_TEST

/* Loses the authentication packet number first_lost, or all from there on
 * when bit 8 is set. */
static bool lossy(int from, uint8_t *o, uint32_t *len)
{
    (void)from;
    (void)len;
    if (!is_auth(o))
        return true;
    seen[0]++;
    return (first_lost & 0x100) != 0 ? seen[0] <= (first_lost & 0xff)
                                     : seen[0] != first_lost;
}

/* Whichever packet is lost once, a repetition makes good for it; the verdict
 * is one of them, RFC 1994 4.2. */
START_TEST(one_loss)
{
    unsigned m, both, lost;

    for (m = 0; m < METHODS; m++)
        for (both = 0; both < 2; both++)
            for (lost = 1; lost <= (both ? 6u : 3u); lost++) {
                begin(methods[m], both ? methods[m] : 0);
                first_lost = lost;
                hook = lossy;
                ends_start();
                run(20 * PPTP_S);
                ck_assert_msg(both_up(), "method %x, packet %u", methods[m],
                              lost);
                ck_assert_uint_eq(ends[SERVER].authenticated, 1);
                ck_assert_uint_eq(stats(SERVER)->auth_ok, 1);
                ends_free();
            }
}
END_TEST

/* As pppd is as a client: each Response is sent once, and before a Success it
 * neither hears nor speaks network protocols. The first Success is lost. */
static bool answers_once(int from, uint8_t *o, uint32_t *len)
{
    (void)len;
    if (!is_auth(o)) /* 0xcXXX of LCP is always heard */
        return o[0] >= 0xc0 || seen[3] > 1;
    if (from == SERVER && o[2] == 3)
        return ++seen[3] > 1;
    if (o[2] != 2)
        return true;
    if (seen[2] > 0 && kept[0] == o[3])
        return false;
    kept[0] = o[3];
    seen[2]++;
    return true;
}

/* The server challenges again, and both have the same keys then. */
START_TEST(success_lost)
{
    unsigned m, mppe;

    for (m = 1; m < METHODS; m++)
        for (mppe = 0; mppe < 2; mppe++) {
            int i;

            begin(methods[m], 0);
            for (i = 0; mppe && i < 2; i++)
                ends[i].config.mppe_allow = PPP_MPPE_128;
            hook = answers_once;
            ends_start();
            run(20 * PPTP_S);
            ck_assert_msg(both_up(), "method %x", methods[m]);
            ck_assert_uint_eq(seen[2], 2);
            ck_assert_uint_eq(ends[SERVER].authenticated, 1);
            ck_assert_uint_eq(ends[SERVER].s->auth_at_ns, PPTP_NEVER);
            ends_free();
        }
}
END_TEST

/* Nobody answers: the end comes after max_configure rounds or when the phase
 * is over, whichever is first. */
START_TEST(silence)
{
    static const struct {
        pptp_ns phase_ns;
        uint8_t rounds;
        unsigned from_s, to_s;
    } rows[] = { { 30 * PPTP_S, 10, 29, 31 },
                 { 7 * PPTP_S, 10, 6, 8 },
                 { 0, 10, 29, 31 },
                 { 30 * PPTP_S, 3, 8, 10 } };
    unsigned r, m;

    for (r = 0; r < 4; r++)
        for (m = 0; m < METHODS; m++) {
            int asks = m == 0 ? CLIENT : SERVER;

            begin(methods[m], 0);
            ends[asks].config.auth_timeout_ns = rows[r].phase_ns;
            ends[asks].config.max_configure = rows[r].rounds;
            ends[1 - asks].config.auth_timeout_ns = 0;
            ends[1 - asks].config.max_configure = 200;
            first_lost = 0x100; /* all of them */
            hook = lossy;
            ends_start();
            run(rows[r].from_s * PPTP_S);
            ck_assert_int_eq(ends[asks].s->reason, PPP_END_NONE);
            run((rows[r].to_s - rows[r].from_s) * PPTP_S);
            ck_assert_int_eq(ends[asks].s->reason,
                             m == 0 ? PPP_END_AUTH_US : PPP_END_AUTH_PEER);
            ck_assert_uint_eq(stats(asks)->auth_timeouts, 1);
            ends_free();
        }
}
END_TEST

/* A PAP server that never hears from its client, a CHAP client that is never
 * asked: the phase bounds them, too. */
START_TEST(passive_ends)
{
    unsigned m;

    for (m = 0; m < 2; m++) {
        int waits = m == 0 ? SERVER : CLIENT;

        begin(methods[m], 0);
        ends[1 - waits].config.auth_timeout_ns = 0;
        ends[1 - waits].config.max_configure = 200;
        first_lost = 0x100;
        hook = lossy;
        ends_start();
        run(29 * PPTP_S);
        ck_assert_int_eq(ends[waits].s->reason, PPP_END_NONE);
        run(2 * PPTP_S);
        ck_assert_int_eq(ends[waits].s->reason,
                         m == 0 ? PPP_END_AUTH_PEER : PPP_END_AUTH_US);
        ends_free();
    }
}
END_TEST

/* Counts CHAP codes; keeps the first Response or PAP request. */
static bool counting(int from, uint8_t *o, uint32_t *len)
{
    if (!is_auth(o))
        return true;
    if (o[2] < 8)
        seen[o[2]]++;
    if (kept_len == 0 && o[2] == (o[0] == PPP_PROTO_PAP >> 8 ? 1 : 2)) {
        kept_len = *len;
        kept_from = from;
        memcpy(kept, o, *len);
    }
    return true;
}

START_TEST(challenged_again)
{
    unsigned m;

    for (m = 0; m < METHODS; m++) {
        begin(methods[m], 0);
        ends[SERVER].config.rechallenge_ns = 10 * PPTP_S;
        hook = counting;
        ends_start();
        run(65 * PPTP_S);
        ck_assert(both_up());
        /* at 0, 10, … 60 s; PAP proves itself once */
        ck_assert_uint_eq(seen[1], m == 0 ? 1 : 7);
        ck_assert_uint_eq(stats(SERVER)->auth_ok, m == 0 ? 1 : 7);
        ck_assert_uint_eq(ends[SERVER].authenticated, 1);
        if (m > 0) {
            /* the client's secret has changed: the next time it fails */
            end_secrets(CLIENT, "alice isp other\n");
            run(40 * PPTP_S);
            ck_assert_int_eq(ends[CLIENT].reason, PPP_END_AUTH_US);
            ck_assert_uint_eq(ends[SERVER].ends, 1);
        }
        ends_free();
    }
}
END_TEST

/* The peer that is asked again is silent, or is another one. */
START_TEST(challenged_again_in_vain)
{
    unsigned m;

    for (m = 1; m < METHODS; m++) {
        begin(methods[m], 0);
        ends[SERVER].config.rechallenge_ns = 10 * PPTP_S;
        hook = lossy;
        ends_start();
        run(PPTP_S);
        ck_assert(both_up());
        seen[0] = 0;
        first_lost = 0x100;
        run(8 * PPTP_S + 30 * PPTP_S);
        ck_assert_uint_eq(ends[SERVER].ends, 0);
        run(2 * PPTP_S);
        ck_assert_int_eq(ends[SERVER].reason, PPP_END_AUTH_PEER);
        ends_free();

        begin(methods[m], 0);
        ends[SERVER].config.rechallenge_ns = 10 * PPTP_S;
        end_secrets(SERVER, "alice isp wonder\nbob isp builder\n");
        end_secrets(CLIENT, "alice isp wonder\nbob isp builder\n");
        ends_start();
        run(PPTP_S);
        ck_assert(both_up());
        strcpy(ends[CLIENT].p->config.user, "bob");
        run(60 * PPTP_S);
        ck_assert_uint_eq(ends[SERVER].ends, 1);
        ck_assert_str_eq(ppp_peer_name(ends[SERVER].s), "alice");
        ends_free();
    }
}
END_TEST

/* RFC 1994 4.2, RFC 1334 2.2.1: the answer was lost, the proof comes again;
 * a wrong one changes nothing. */
START_TEST(repeated_proofs)
{
    unsigned m;

    for (m = 0; m < METHODS; m++) {
        unsigned verdict = m == 0 ? 2 : 3;

        begin(methods[m], 0);
        hook = counting;
        ends_start();
        run(PPTP_S);
        ck_assert(both_up());
        ck_assert_uint_eq(seen[verdict], 1);
        arrive(SERVER, kept, kept_len);
        run(PPTP_S);
        ck_assert_uint_eq(seen[verdict], 2);
        kept[m == 0 ? kept_len - 1 : 6 + 1 + 30 % (unsigned)kept[6]] ^= 1;
        arrive(SERVER, kept, kept_len);
        run(PPTP_S);
        ck_assert_uint_eq(seen[verdict], 2);
        ck_assert_uint_eq(stats(SERVER)->packets_state, 1);
        ck_assert_uint_eq(ends[SERVER].authenticated, 1);
        ck_assert_uint_eq(stats(SERVER)->auth_ok, 1);
        ck_assert(both_up());
        ends_free();
    }
}
END_TEST

/* A Challenge that is repeated gets the same Response (and so MPPE the same
 * keys); in another session another one. */
static uint8_t responses[2][80];
static bool doubled(int from, uint8_t *o, uint32_t *len)
{
    if (!is_auth(o))
        return true;
    if (o[2] == 1 && from == SERVER)
        arrive(CLIENT, o, *len);
    if (o[2] == 2 && from == CLIENT && seen[2]++ < 2)
        memcpy(responses[seen[2] - 1], o, *len);
    return true;
}

START_TEST(repeated_challenge)
{
    uint8_t before[80];
    unsigned m;

    for (m = 1; m < METHODS; m++) {
        begin(methods[m], 0);
        hook = doubled;
        ends_start();
        run(PPTP_S);
        ck_assert(both_up());
        ck_assert_uint_eq(seen[2], 2);
        ck_assert_mem_eq(responses[0], responses[1], 70);
        memcpy(before, responses[0], sizeof before);
        ends_free();
    }
    /* the peer's challenge of MS-CHAPv2 */
    begin(PPP_AUTH_MSCHAP2, 0);
    hook = doubled;
    ends[CLIENT].config.mru = 1400; /* anything; the seed is another, too */
    ends_start();
    ends[CLIENT].p->seed++;
    run(PPTP_S);
    ck_assert_mem_ne(before + 7, responses[0] + 7, 16);
    ends_free();
}
END_TEST

/* Sends the server's own Challenge back to it, before anything else. */
static bool reflecting(int from, uint8_t *o, uint32_t *len)
{
    if (is_auth(o) && from == SERVER && o[2] == 1) {
        arrive(SERVER, o, *len);
        return false;
    }
    return true;
}

START_TEST(reflection)
{
    unsigned m;

    for (m = 1; m < METHODS; m++) {
        /* both directions with the same secret: the classical mistake */
        begin(methods[m], methods[m]);
        end_secrets(SERVER, "* * same\n");
        end_secrets(CLIENT, "* * same\n");
        hook = reflecting;
        ends_start();
        run(10 * PPTP_S);
        ck_assert_uint_eq(stats(SERVER)->auth_reflected, 1);
        ck_assert_int_eq(ends[SERVER].reason, PPP_END_AUTH_PEER);
        ck_assert_uint_eq(ends[SERVER].authenticated, 0);
        ends_free();
    }
}
END_TEST

/* A Response whose peer challenge is our own challenge. */
static bool own_challenge(int from, uint8_t *o, uint32_t *len)
{
    (void)len;
    if (is_auth(o) && from == SERVER && o[2] == 1)
        memcpy(kept, o + 7, 16);
    if (is_auth(o) && from == CLIENT && o[2] == 2)
        memcpy(o + 7, kept, 16);
    return true;
}

START_TEST(reflected_peer_challenge)
{
    begin(PPP_AUTH_MSCHAP2, 0);
    hook = own_challenge;
    ends_start();
    run(10 * PPTP_S);
    ck_assert_uint_eq(stats(SERVER)->auth_reflected, 1);
    ck_assert_int_eq(ends[SERVER].reason, PPP_END_AUTH_PEER);
    ends_free();
}
END_TEST

/* A client of MS-CHAPv2 that retries: with the challenge of the Failure and
 * the next identifier, as often as it may, and right the last time or not. */
static unsigned wrong_times;
static char last_failure[128];
static bool retrying(int from, uint8_t *o, uint32_t *len)
{
    struct ppp_mschap_failure f;
    uint8_t value[1 + 49 + 5] = { 49 }, hash[16], challenge[8];

    if (!is_auth(o))
        return true;
    if (from == CLIENT && o[2] == 2) {
        o[7 + 30] ^= 1; /* the first answer is wrong */
        seen[2]++;
    }
    if (from != SERVER || o[2] != 4)
        return true;
    memset(last_failure, 0, sizeof last_failure);
    memcpy(last_failure, o + 6, *len - 6);
    ck_assert(ppp_mschap_failure_read(o + 6, *len - 6, &f));
    ck_assert_uint_eq(f.error, MSCHAP_E_FAILURE);
    ck_assert_uint_eq(f.version, 3);
    ck_assert_uint_eq(f.challenge_len, 16);
    if (!f.retry)
        return true;
    memset(value + 1, 0x77, 16);
    ppp_mschap_nt_hash((const uint8_t *)"wonder", 6, hash);
    ppp_mschap2_challenge(value + 1, f.challenge, (const uint8_t *)"alice", 5,
                          challenge);
    ppp_mschap_response(challenge, hash, value + 25);
    memcpy(value + 50, "alice", 5);
    if (seen[2]++ < wrong_times)
        value[30] ^= 1;
    inject(SERVER, PPP_PROTO_CHAP, 2, (uint8_t)(o[3] + 1), value,
           sizeof value);
    return false;
}

START_TEST(retries)
{
    for (wrong_times = 1; wrong_times <= 3; wrong_times++) {
        begin(PPP_AUTH_MSCHAP2, 0);
        hook = retrying;
        ends_start();
        run(5 * PPTP_S); /* less than until a silent peer is asked again */
        ck_assert_uint_eq(stats(SERVER)->auth_failed, wrong_times);
        ck_assert_uint_eq(ends[SERVER].authenticated, wrong_times < 3);
        ck_assert_uint_eq(stats(SERVER)->auth_retries,
                          wrong_times < 3 ? wrong_times : 2);
        if (wrong_times == 3) {
            ck_assert_int_eq(ends[SERVER].reason, PPP_END_AUTH_PEER);
            ck_assert_ptr_nonnull(strstr(last_failure, "R=0"));
        }
        ends_free();
    }
}
END_TEST

/* Nobody retries: no short time-outs (RFC 2759 6), but the phase ends. */
static bool half_deaf(int from, uint8_t *o, uint32_t *len)
{
    (void)len;
    if (!is_auth(o))
        return true;
    seen[o[2] & 7]++;
    if (from == CLIENT && o[2] == 2)
        o[40] ^= 1;
    return o[2] != 4;
}

START_TEST(no_retry)
{
    begin(PPP_AUTH_MSCHAP2, 0);
    hook = half_deaf;
    ends[CLIENT].config.auth_timeout_ns = 0;
    ends[CLIENT].config.max_configure = 200;
    ends_start();
    run(29 * PPTP_S);
    ck_assert_uint_eq(seen[1], 1);
    ck_assert_uint_eq(seen[2], 10);
    ck_assert_uint_eq(seen[4], 10); /* it may have been lost */
    ck_assert_uint_eq(stats(SERVER)->auth_retries, 1);
    ck_assert_uint_eq(ends[SERVER].s->reason, PPP_END_NONE);
    run(2 * PPTP_S);
    ck_assert_int_eq(ends[SERVER].reason, PPP_END_AUTH_PEER);
    ends_free();
}
END_TEST

/* What the server says instead of its Success; "" for as it is. */
static const char *instead;
static uint8_t instead_code;
static bool replacing(int from, uint8_t *o, uint32_t *len)
{
    if (!is_auth(o) || from != SERVER || o[2] != 3)
        return true;
    inject(CLIENT, PPP_PROTO_CHAP, instead_code, o[3], instead,
           strlen(instead));
    (void)len;
    return false;
}

/* RFC 2759 5: a Success that proves nothing is none. */
START_TEST(success_without_proof)
{
    static const char *const texts[] = {
        "", "S=", "M=welcome",
        "S=0000000000000000000000000000000000000000 M=welcome",
        "S=00000000000000000000000000000000000000"
    };
    unsigned i;

    for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        begin(PPP_AUTH_MSCHAP2, 0);
        instead = texts[i];
        instead_code = 3;
        hook = replacing;
        ends_start();
        run(10 * PPTP_S);
        ck_assert_int_eq(ends[CLIENT].reason, PPP_END_AUTH_PEER);
        ck_assert_uint_eq(stats(CLIENT)->auth_failed, 1);
        ck_assert_uint_eq(ends[CLIENT].ups, 0);
        ends_free();
    }
    /* MD5's text means nothing */
    begin(PPP_AUTH_CHAP_MD5, 0);
    instead = "";
    hook = replacing;
    ends_start();
    run(10 * PPTP_S);
    ck_assert(both_up());
    ends_free();
}
END_TEST

START_TEST(error_codes)
{
    static const struct {
        const char *text;
        uint16_t error;
    } rows[] = { { "E=648 R=0 C=00112233445566778899aabbccddeeff V=3 M=old",
                   MSCHAP_E_EXPIRED },
                 { "E=646 R=1", MSCHAP_E_HOURS },
                 { "E=12345678 R=0", 0 },
                 { "no", 0 },
                 { "", 0 } };
    unsigned i;

    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        begin(PPP_AUTH_MSCHAP2, 0);
        instead = rows[i].text;
        instead_code = 4;
        hook = replacing;
        ends_start();
        run(10 * PPTP_S);
        ck_assert_int_eq(ends[CLIENT].reason, PPP_END_AUTH_US);
        ck_assert_uint_eq(ends[CLIENT].s->auth_error, rows[i].error);
        ck_assert_uint_eq(stats(CLIENT)->auth_expired, i == 0);
        ends_free();
    }
}
END_TEST

/* A server that tells no name (Windows, accel-ppp): any secret of ours. */
static bool nameless(int from, uint8_t *o, uint32_t *len)
{
    if (is_auth(o) && from == SERVER && o[2] == 1) {
        *len = 6u + 1 + o[6];
        o[4] = (uint8_t)((*len - 2) >> 8);
        o[5] = (uint8_t)(*len - 2);
    }
    return true;
}

START_TEST(nameless_server)
{
    unsigned m;

    for (m = 1; m < METHODS; m++) {
        begin(methods[m], 0);
        hook = nameless;
        ends_start();
        run(PPTP_S);
        ck_assert(both_up());
        ends_free();
    }
}
END_TEST

/* Swallows Responses and PAP requests, so that the phase stays open. */
static bool stuck(int from, uint8_t *o, uint32_t *len)
{
    (void)len;
    (void)from;
    if (!is_auth(o))
        return true;
    memcpy(kept, o, *len);
    kept_len = *len;
    return false;
}

static void out_of_place(int at, uint8_t code, uint64_t *counter)
{
    uint8_t data[60] = { 16 };
    uint64_t before = *counter;

    inject(at, PPP_PROTO_CHAP, code, ends[at].s->auth_id, data, sizeof data);
    ck_assert_msg(*counter == before + 1, "code %u", code);
}

START_TEST(bad_packets)
{
    struct ppp_stats *server, *client;
    uint8_t data[60] = { 16 };
    unsigned m, n;

    for (m = 1; m < METHODS; m++) {
        uint64_t bad;

        begin(methods[m], 0);
        hook = stuck;
        ends_start();
        run(PPTP_S);
        server = &ends[SERVER].p->stats;
        client = &ends[CLIENT].p->stats;
        ck_assert_int_eq(ends[SERVER].s->phase, PPP_AUTHENTICATE);
        /* codes that are for the other role, or for nobody */
        out_of_place(SERVER, 1, &server->packets_state);
        out_of_place(SERVER, 3, &server->packets_state);
        out_of_place(SERVER, 4, &server->packets_state);
        out_of_place(CLIENT, 2, &client->packets_state);
        out_of_place(CLIENT, 3, &client->packets_state);
        out_of_place(SERVER, 0, &server->packets_bad);
        out_of_place(SERVER, 5, &server->packets_bad);
        out_of_place(SERVER, 7, &server->auth_change);
        /* an identifier that is not ours */
        data[0] = m == 1 ? 16 : 49;
        inject(SERVER, PPP_PROTO_CHAP, 2,
               (uint8_t)(ends[SERVER].s->auth_id + 1), data, sizeof data);
        ck_assert_uint_eq(server->packets_id, 1);
        /* values of all lengths but the right one, and beyond the packet */
        for (n = 0; n < 256; n++) {
            if (n == data[0])
                continue;
            bad = server->packets_bad;
            data[0] = (uint8_t)n;
            inject(SERVER, PPP_PROTO_CHAP, 2, ends[SERVER].s->auth_id, data,
                   sizeof data);
            data[0] = m == 1 ? 16 : 49;
            ck_assert_uint_eq(server->packets_bad, bad + 1);
        }
        bad = server->packets_bad;
        for (n = 0; n <= data[0]; n++)
            inject(SERVER, PPP_PROTO_CHAP, 2, ends[SERVER].s->auth_id, data,
                   n);
        ck_assert_uint_eq(server->packets_bad, bad + n);
        /* a length that is more than the packet, or less than a head */
        bad = server->packets_bad;
        arrive(SERVER, (const uint8_t *)"\xc2\x23\x02\x01\x00\x09xxxx", 10);
        arrive(SERVER, (const uint8_t *)"\xc2\x23\x02\x01\x00\x03xxxx", 10);
        arrive(SERVER, (const uint8_t *)"\xc2\x23\x02\x01\x00", 5);
        ck_assert_uint_eq(server->packets_bad, bad + 3);
        /* a Challenge of a wrong length */
        if (m > 1) {
            bad = client->packets_bad;
            data[0] = 17;
            inject(CLIENT, PPP_PROTO_CHAP, 1, 1, data, 30);
            ck_assert_uint_eq(client->packets_bad, bad + 1);
        }
        ck_assert_int_eq(ends[SERVER].s->phase, PPP_AUTHENTICATE);
        ck_assert_uint_eq(ends[SERVER].authenticated, 0);
        ends_free();
    }
}
END_TEST

START_TEST(bad_pap)
{
    static const uint8_t request[] = { 5,   'a', 'l', 'i', 'c', 'e', 6,
                                       'w', 'o', 'n', 'd', 'e', 'r' };
    struct ppp_stats *server, *client;
    uint8_t data[260];
    uint64_t bad;
    size_t n;

    begin(PPP_AUTH_PAP, 0);
    hook = stuck;
    ends_start();
    run(PPTP_S);
    server = &ends[SERVER].p->stats;
    client = &ends[CLIENT].p->stats;
    for (n = 0; n < sizeof request; n++) {
        bad = server->packets_bad;
        inject(SERVER, PPP_PROTO_PAP, 1, 1, request, n);
        ck_assert_uint_eq(server->packets_bad, bad + 1);
    }
    memset(data, 0xff, sizeof data);
    bad = server->packets_bad;
    inject(SERVER, PPP_PROTO_PAP, 1, 1, data, sizeof data);
    inject(SERVER, PPP_PROTO_PAP, 4, 1, request, sizeof request);
    ck_assert_uint_eq(server->packets_bad, bad + 2);
    /* in the wrong role */
    inject(SERVER, PPP_PROTO_PAP, 2, 1, "\0", 1);
    inject(CLIENT, PPP_PROTO_PAP, 1, 1, request, sizeof request);
    ck_assert_uint_eq(server->packets_state, 1);
    ck_assert_uint_eq(client->packets_state, 1);
    /* an Ack to what was never asked; to a request before the latest */
    inject(CLIENT, PPP_PROTO_PAP, 2,
           (uint8_t)(ends[CLIENT].s->peer_auth_id + 1), "\0", 1);
    ck_assert_uint_eq(client->packets_id, 1);
    ck_assert(!ends[CLIENT].s->us_done);
    run(4 * PPTP_S);
    inject(CLIENT, PPP_PROTO_PAP, 2,
           (uint8_t)(ends[CLIENT].s->peer_auth_id - 1), "\0", 1);
    ck_assert(ends[CLIENT].s->us_done);
    ck_assert_uint_eq(ends[SERVER].authenticated, 0);
    inject(SERVER, PPP_PROTO_PAP, 1, 1, request, sizeof request);
    drain();
    ck_assert_uint_eq(ends[SERVER].authenticated, 1);
    ends_free();
}
END_TEST

/* Names up to what a packet can have; what is kept of them ends. */
START_TEST(long_names)
{
    char text[700], name[260];
    uint8_t data[600];
    size_t n;

    memset(name, 'n', sizeof name);
    for (n = 0; n <= 256; n += n < 20 ? 10 : 59) {
        begin(PPP_AUTH_PAP, 0);
        name[n < 256 ? n : 255] = 0;
        sprintf(text, "'%s' * wonder\n", name);
        end_secrets(SERVER, text);
        hook = stuck;
        ends_start();
        run(PPTP_S);
        data[0] = (uint8_t)strlen(name);
        memcpy(data + 1, name, data[0]);
        data[1 + data[0]] = 6;
        memcpy(data + 2 + data[0], "wonder", 6);
        inject(SERVER, PPP_PROTO_PAP, 1, 1, data, 8u + data[0]);
        drain();
        ck_assert_uint_eq(ends[SERVER].authenticated, 1);
        ck_assert_uint_eq(strlen(ppp_peer_name(ends[SERVER].s)),
                          strlen(name) < PPP_NAME_KEPT ? strlen(name)
                                                       : PPP_NAME_KEPT);
        name[n < 256 ? n : 255] = 'n';
        ends_free();
    }
    begin(PPP_AUTH_CHAP_MD5, 0);
    hook = stuck;
    ends_start();
    run(PPTP_S);
    memset(data, 16, sizeof data);
    inject(SERVER, PPP_PROTO_CHAP, 2, ends[SERVER].s->auth_id, data, 17 + 256);
    ck_assert_uint_eq(stats(SERVER)->packets_bad, 1);
    ends_free();
}
END_TEST

/* MS-CHAP makes keys for MPPE, which the ends wipe; nothing else does. */
START_TEST(keys)
{
    unsigned m;

    for (m = 0; m < METHODS; m++) {
        int i;

        begin(methods[m], 0);
        for (i = 0; i < 2; i++)
            ends[i].config.mppe_allow = PPP_MPPE_128 | PPP_MPPE_STATELESS;
        hook = counting;
        ends_start();
        run(PPTP_S);
        for (i = 0; i < 2; i++)
            ck_assert((ppp_mppe_strengths(ends[i].s->mppe) != 0) ==
                      (methods[m] >= PPP_AUTH_MSCHAP1));
        for (i = 0; i < 2; i++) {
            ppp_auth_stop(ends[i].s);
            ck_assert_uint_eq(ppp_mppe_strengths(ends[i].s->mppe), 0);
        }
        ends_free();
    }
}
END_TEST

/* The addresses of the line that the peer's name was found in. */
START_TEST(addresses)
{
    begin(PPP_AUTH_CHAP_MD5, 0);
    end_secrets(SERVER, "alice isp wonder 10.0.0.2 10.1.0.0/24\n");
    ends_start();
    ck_assert(ppp_auth_allows(ends[SERVER].p, ends[SERVER].s, 0x7f000001));
    run(PPTP_S);
    ck_assert(both_up());
    ck_assert(ppp_auth_allows(ends[SERVER].p, ends[SERVER].s, 0x0a000002));
    ck_assert(ppp_auth_allows(ends[SERVER].p, ends[SERVER].s, 0x0a0100ff));
    ck_assert(!ppp_auth_allows(ends[SERVER].p, ends[SERVER].s, 0x0a000003));
    ends_free();
}
END_TEST

/* IPCP waits until the table of secrets is another one. */
static bool without_ipcp(int from, uint8_t *o, uint32_t *len)
{
    (void)from;
    (void)len;
    return ((unsigned)o[0] << 8 | o[1]) != PPP_PROTO_IPCP;
}

static void until_ipcp(void)
{
    begin(PPP_AUTH_CHAP_MD5, 0);
    end_secrets(SERVER, "alice isp wonder 10.0.0.2\n");
    hook = without_ipcp;
    ends_start();
    run(PPTP_S);
    ck_assert_uint_eq(ends[SERVER].authenticated, 1);
    ck_assert(!both_up());
    hook = NULL;
}

static uint32_t address_of_client(void)
{
    struct ppp_info info;

    ppp_session_info(ends[SERVER].s, &info);
    return info.ip_peer;
}

/* She has proved who she is, and the table changes before IPCP: in her old
 * place stands somebody else, whose address is not hers. */
START_TEST(another_table)
{
    until_ipcp();
    end_secrets(SERVER, "aaron isp x 10.7.7.7\nalice isp wonder 10.0.0.2\n");
    ppp_secrets_changed(ends[SERVER].p, ends[SERVER].s);
    ck_assert(ppp_auth_allows(ends[SERVER].p, ends[SERVER].s, 0x0a000002));
    ck_assert(!ppp_auth_allows(ends[SERVER].p, ends[SERVER].s, 0x0a070707));
    run(10 * PPTP_S);
    ck_assert(both_up());
    ck_assert_uint_eq(address_of_client(), 0x0a000002);
    ends_free();
}
END_TEST

/* Her line binds her to another address now, or she has none any more. */
START_TEST(another_line)
{
    until_ipcp();
    end_secrets(SERVER, "alice isp wonder 10.0.0.9\n");
    ppp_secrets_changed(ends[SERVER].p, ends[SERVER].s);
    ck_assert(!ppp_auth_allows(ends[SERVER].p, ends[SERVER].s, 0x0a000002));
    end_secrets(SERVER, "bob isp builder 10.7.7.7\n");
    ppp_secrets_changed(ends[SERVER].p, ends[SERVER].s);
    ck_assert(ppp_auth_allows(ends[SERVER].p, ends[SERVER].s, 0x0a000002));
    run(10 * PPTP_S);
    ck_assert(both_up());
    ends_free();
}
END_TEST

/* Who has not said who he is is bound to nobody's line. */
START_TEST(another_table_before)
{
    begin(PPP_AUTH_CHAP_MD5, 0);
    ends_start();
    end_secrets(SERVER, "* * wonder 10.7.7.7\nalice isp wonder *\n");
    ppp_secrets_changed(ends[SERVER].p, ends[SERVER].s);
    ck_assert(ppp_auth_allows(ends[SERVER].p, ends[SERVER].s, 0x0a000002));
    run(PPTP_S);
    ck_assert(both_up());
    ends_free();
}
END_TEST

/* Octets of authentication are changed at random: it ends open or closed,
 * and never with somebody who did not prove it. */
static uint32_t rng;
static bool corrupting(int from, uint8_t *o, uint32_t *len)
{
    (void)from;
    if (!is_auth(o))
        return true;
    rng = rng * 1664525 + 1013904223;
    switch (rng >> 28) {
    case 0: return false;
    case 1:
    case 2:
    case 3:
        o[2 + (rng >> 8) % (*len - 2)] ^= (uint8_t)(1 + (rng & 0x7f));
        return true;
    case 4: *len = 2 + (rng >> 8) % (*len - 2); return true;
    case 5: arrive(1 - from, o, *len); return true;
    default: return true;
    }
}

START_TEST(corruption)
{
    unsigned i, up = 0, down = 0;

    for (i = 0; i < 400; i++) {
        begin(methods[i % 4], i % 3 == 0 ? methods[i / 4 % 4] : 0);
        rng = i * 77 + 1;
        hook = corrupting;
        ends[SERVER].config.rechallenge_ns = i % 5 == 0 ? 20 * PPTP_S : 0;
        ends_start();
        run(100 * PPTP_S);
        if (ends[SERVER].ends > 0) {
            down++;
        } else {
            ck_assert(ends[SERVER].authenticated == 1);
            ck_assert_str_eq(ppp_peer_name(ends[SERVER].s), "alice");
            up++;
        }
        ends_free();
    }
    ck_assert_uint_gt(up, 100);
    ck_assert_uint_gt(down, 10);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("auth");
    TCase *tc = tcase_create("auth");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, both_roles);
    tcase_add_test(tc, wrong_secrets);
    tcase_add_test(tc, no_secret_at_all);
    tcase_add_test(tc, one_loss);
    tcase_add_test(tc, success_lost);
    tcase_add_test(tc, silence);
    tcase_add_test(tc, passive_ends);
    tcase_add_test(tc, challenged_again);
    tcase_add_test(tc, challenged_again_in_vain);
    tcase_add_test(tc, repeated_proofs);
    tcase_add_test(tc, repeated_challenge);
    tcase_add_test(tc, reflection);
    tcase_add_test(tc, reflected_peer_challenge);
    tcase_add_test(tc, retries);
    tcase_add_test(tc, no_retry);
    tcase_add_test(tc, success_without_proof);
    tcase_add_test(tc, error_codes);
    tcase_add_test(tc, nameless_server);
    tcase_add_test(tc, bad_packets);
    tcase_add_test(tc, bad_pap);
    tcase_add_test(tc, long_names);
    tcase_add_test(tc, keys);
    tcase_add_test(tc, addresses);
    tcase_add_test(tc, another_table);
    tcase_add_test(tc, another_line);
    tcase_add_test(tc, another_table_before);
    tcase_add_test(tc, corruption);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
