/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * IPCP, src/ppp/ipcp.c, RFC 1332 and 1877, through proto.c: packets made by
 * hand go in, and what comes out is laid beside others made by hand.
 */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "ppp/ipcp.h"

#define IP(a, b, c, d) \
    ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (d))

enum { US = IP(10, 0, 0, 1), PEER = IP(10, 0, 0, 2) };

/* One end: an engine and its only session, its phase reached by fiat. */
struct end {
    struct ppp_config c;
    void *mem;
    struct ppp *p;
    struct ppp_session *s;
    unsigned ups, downs;
    uint8_t id;         /* of our latest request */
    uint8_t last[1600]; /* the latest packet, from the code on */
    size_t n;
    uint8_t request[64]; /* our latest */
    size_t request_n;
};

static struct end a, b;

static void prepare(struct end *e)
{
    memset(e, 0, sizeof *e);
    ppp_config_default(&e->c);
    e->c.ip_local = US;
    e->c.ip_peer = PEER;
}

static void begin_at(struct end *e, uint32_t peer)
{
    e->mem = aligned_alloc(64, (ppp_octets(64) + 63) & ~(size_t)63);
    e->s = calloc(1, ppp_session_octets());
    ck_assert(e->mem != NULL && e->s != NULL);
    memset(e->mem, 0, ppp_octets(64));
    e->p = ppp_init(e->mem, &e->c, 64, 42);
    ck_assert_ptr_nonnull(e->p);
    ppp_session_init(e->p, e->s, NULL, e);
    if (peer != 0)
        ppp_set_peer_ip(e->s, peer);
    e->s->phase = PPP_NETWORK;
    e->s->cp[CP_LCP].state = PPP_OPENED;
    ppp_cp_event(e->p, e->s, 0, &ppp_ipcp, PPP_EV_OPEN);
    ppp_cp_event(e->p, e->s, 0, &ppp_ipcp, PPP_EV_UP);
}

static void begin(struct end *e)
{
    begin_at(e, 0);
}

static void over(struct end *e)
{
    free(e->mem);
    free(e->s);
    e->mem = NULL;
    e->s = NULL;
}

static void setup(void)
{
    prepare(&a);
    prepare(&b);
}

static void teardown(void)
{
    over(&a);
    over(&b);
}

/* The next IPCP packet of an end; false: there is none. */
static bool next(struct end *e)
{
    struct ppp_action act;

    while (ppp_poll(e->p, &act)) {
        e->ups += act.type == PPP_ACT_UP && act.proto == PPP_PROTO_IPCP;
        e->downs += act.type == PPP_ACT_DOWN && act.proto == PPP_PROTO_IPCP;
        if (act.type != PPP_ACT_SEND ||
            pptp_get16(act.octets) != PPP_PROTO_IPCP)
            continue;
        e->n = act.len - 2;
        memcpy(e->last, act.octets + 2, e->n);
        ck_assert_uint_eq(pptp_get16(e->last + 2), e->n);
        if (e->last[0] == CODE_CONF_REQ) {
            e->id = e->last[1];
            e->request_n = e->n;
            ck_assert_uint_le(e->n, sizeof e->request);
            memcpy(e->request, e->last, e->n);
        }
        return true;
    }
    return false;
}

static size_t from_hex(const char *hex, uint8_t *out)
{
    size_t n = 0;

    for (; *hex != '\0'; hex++) {
        char two[3] = { hex[0], hex[1], '\0' };

        if (*hex == ' ')
            continue;
        out[n++] = (uint8_t)strtoul(two, NULL, 16);
        hex++;
    }
    return n;
}

/* The next packet has to be this one. */
static void expect(struct end *e, uint8_t code, const char *options)
{
    uint8_t want[256];
    size_t n = from_hex(options, want);

    ck_assert_msg(next(e), "no packet; code %u wanted", code);
    ck_assert_uint_eq(e->last[0], code);
    ck_assert_uint_eq(e->n, n + 4);
    ck_assert_mem_eq(e->last + 4, want, n);
}

static void nothing(struct end *e)
{
    ck_assert(!next(e));
}

static void give(struct end *e, uint8_t code, uint8_t id, const char *options)
{
    uint8_t packet[256];
    size_t n = from_hex(options, packet + 4) + 4;

    packet[0] = code;
    packet[1] = id;
    pptp_put16(packet + 2, (uint16_t)n);
    ppp_cp_input(e->p, e->s, 0, &ppp_ipcp, packet, n);
}

/* The peer asks, and is answered so, with its identifier. */
static void asked(struct end *e, const char *options, uint8_t code,
                  const char *answer)
{
    static uint8_t id = 77;

    give(e, CODE_CONF_REQ, ++id, options);
    expect(e, code, answer);
    ck_assert_uint_eq(e->last[1], id);
}

static enum ppp_state state(const struct end *e)
{
    return e->s->cp[CP_IPCP].state;
}

static struct ppp_info info(const struct end *e)
{
    struct ppp_info i;

    ppp_session_info(e->s, &i);
    return i;
}

/* --- the peer's address -------------------------------------------------- */

/* 3.3: the peer asks with zero, is told, asks for it, and has it. */
START_TEST(gives_address)
{
    begin(&a);
    expect(&a, CODE_CONF_REQ, "03 06 0a000001");
    asked(&a, "03 06 00000000", CODE_CONF_NAK, "03 06 0a000002");
    asked(&a, "03 06 0a000002", CODE_CONF_ACK, "03 06 0a000002");
    ck_assert_uint_eq(a.ups, 0);
    give(&a, CODE_CONF_ACK, a.id, "03 06 0a000001");
    nothing(&a);
    ck_assert_uint_eq(a.ups, 1);
    ck_assert_uint_eq(info(&a).ipcp, PPP_OPENED);
    ck_assert_uint_eq(info(&a).ip_local, US);
    ck_assert_uint_eq(info(&a).ip_peer, PEER);
}
END_TEST

/* The world's address goes before the configuration's. */
START_TEST(gives_other)
{
    begin_at(&a, IP(10, 0, 0, 77));
    expect(&a, CODE_CONF_REQ, "03 06 0a000001");
    asked(&a, "03 06 0a000002", CODE_CONF_NAK, "03 06 0a00004d");
    asked(&a, "03 06 0a00004d", CODE_CONF_ACK, "03 06 0a00004d");
    ck_assert_uint_eq(info(&a).ip_peer, IP(10, 0, 0, 77));
}
END_TEST

/* A peer that insists: Naks to max_failure, then a Reject; without the
 * option it has the address that we give. */
START_TEST(insists)
{
    unsigned i;

    begin(&a);
    expect(&a, CODE_CONF_REQ, "03 06 0a000001");
    for (i = 0; i < a.c.max_failure; i++)
        asked(&a, "03 06 0a000009", CODE_CONF_NAK, "03 06 0a000002");
    asked(&a, "03 06 0a000009", CODE_CONF_REJ, "03 06 0a000009");
    asked(&a, "", CODE_CONF_ACK, "");
    ck_assert_uint_eq(info(&a).ip_peer, PEER);
}
END_TEST

/* Nothing to give: the peer says its own, and another one when it begins
 * again, which takes the first one down. */
START_TEST(peer_says)
{
    a.c.ip_peer = 0;
    begin(&a);
    expect(&a, CODE_CONF_REQ, "03 06 0a000001");
    asked(&a, "03 06 0a000009", CODE_CONF_ACK, "03 06 0a000009");
    give(&a, CODE_CONF_ACK, a.id, "03 06 0a000001");
    nothing(&a);
    ck_assert_uint_eq(a.ups, 1);
    ck_assert_uint_eq(info(&a).ip_peer, IP(10, 0, 0, 9));
    give(&a, CODE_CONF_REQ, 5, "03 06 0a00000a");
    expect(&a, CODE_CONF_REQ, "03 06 0a000001");
    expect(&a, CODE_CONF_ACK, "03 06 0a00000a");
    give(&a, CODE_CONF_ACK, a.id, "03 06 0a000001");
    nothing(&a);
    ck_assert_uint_eq(a.downs, 1);
    ck_assert_uint_eq(a.ups, 2);
    ck_assert_uint_eq(info(&a).ip_peer, IP(10, 0, 0, 10));
}
END_TEST

/* The peer says its own and, before it is open, leaves it out. */
START_TEST(peer_unsays)
{
    a.c.ip_peer = 0;
    begin(&a);
    expect(&a, CODE_CONF_REQ, "03 06 0a000001");
    asked(&a, "03 06 0a000009", CODE_CONF_ACK, "03 06 0a000009");
    asked(&a, "", CODE_CONF_NAK, "03 06 00000000");
    asked(&a, "", CODE_CONF_ACK, "");
    ck_assert_uint_eq(info(&a).ip_peer, 0);
}
END_TEST

/* Nothing to give: zero, ours, and what no end can have are rejected, and
 * who goes on without is not asked again. */
START_TEST(not_usable)
{
    static const char *const bad[] = { "03 06 00000000", "03 06 0a000001",
                                       "03 06 7f000001", "03 06 00000001",
                                       "03 06 e0000001", "03 06 f0000000",
                                       "03 06 ffffffff" };

    a.c.ip_peer = 0;
    begin(&a);
    expect(&a, CODE_CONF_REQ, "03 06 0a000001");
    asked(&a, bad[_i], CODE_CONF_REJ, bad[_i]);
    asked(&a, "", CODE_CONF_ACK, "");
    give(&a, CODE_CONF_ACK, a.id, "03 06 0a000001");
    nothing(&a);
    ck_assert_uint_eq(a.ups, 1);
    ck_assert_uint_eq(info(&a).ip_peer, 0);
}
END_TEST

/* 3.3: an address that was not asked for is appended to a Nak; once. */
START_TEST(appended)
{
    if (_i == 1)
        a.c.ip_peer = 0;
    begin(&a);
    expect(&a, CODE_CONF_REQ, "03 06 0a000001");
    asked(&a, "", CODE_CONF_NAK,
          _i == 0 ? "03 06 0a000002" : "03 06 00000000");
    asked(&a, "", CODE_CONF_ACK, "");
    ck_assert_uint_eq(info(&a).ip_peer, _i == 0 ? PEER : 0);
}
END_TEST

/* The appended Nak again in the next negotiation, and beside another Nak. */
START_TEST(appended_again)
{
    a.c.dns[0] = IP(10, 0, 0, 53);
    begin(&a);
    expect(&a, CODE_CONF_REQ, "03 06 0a000001");
    asked(&a, "81 06 00000000", CODE_CONF_NAK,
          "81 06 0a000035 03 06 0a000002");
    asked(&a, "", CODE_CONF_ACK, "");
    give(&a, CODE_CONF_ACK, a.id, "03 06 0a000001");
    give(&a, CODE_CONF_REQ, 9, "");
    expect(&a, CODE_CONF_REQ, "03 06 0a000001");
    expect(&a, CODE_CONF_NAK, "03 06 0a000002");
    ck_assert_uint_eq(a.ups, 1);
    ck_assert_uint_eq(a.downs, 1);
}
END_TEST

/* --- our address --------------------------------------------------------- */

/* The peer tells us ours; its own is not taken for it. */
START_TEST(told_ours)
{
    a.c.ip_local = 0;
    a.c.ip_peer = 0;
    begin(&a);
    expect(&a, CODE_CONF_REQ, "03 06 00000000");
    asked(&a, "03 06 0a000002", CODE_CONF_ACK, "03 06 0a000002");
    give(&a, CODE_CONF_NAK, a.id, "03 06 0a000002");
    expect(&a, CODE_CONF_REQ, "03 06 00000000");
    give(&a, CODE_CONF_NAK, a.id, "03 06 0a000005");
    expect(&a, CODE_CONF_REQ, "03 06 0a000005");
    /* and now the peer cannot have that one */
    asked(&a, "03 06 0a000005", CODE_CONF_REJ, "03 06 0a000005");
    asked(&a, "03 06 0a000002", CODE_CONF_ACK, "03 06 0a000002");
    give(&a, CODE_CONF_ACK, a.id, "03 06 0a000005");
    nothing(&a);
    ck_assert_uint_eq(a.ups, 1);
    ck_assert_uint_eq(info(&a).ip_local, IP(10, 0, 0, 5));
    ck_assert_uint_eq(info(&a).ip_peer, PEER);
    /* the next time we ask with zero again */
    give(&a, CODE_CONF_REQ, 9, "03 06 0a000002");
    expect(&a, CODE_CONF_REQ, "03 06 00000000");
}
END_TEST

/* A Nak with what no end can have, or of a wrong length, changes nothing. */
START_TEST(told_nonsense)
{
    static const char *const bad[] = { "03 06 00000000", "03 06 7f000001",
                                       "03 06 e0000001", "03 06 ffffffff",
                                       "03 04 0a00",     "03 07 0a00000500",
                                       "81 06 0a000035", "2a 02" };

    a.c.ip_local = 0;
    begin(&a);
    expect(&a, CODE_CONF_REQ, "03 06 00000000");
    give(&a, CODE_CONF_NAK, a.id, bad[_i]);
    expect(&a, CODE_CONF_REQ, "03 06 00000000");
    ck_assert_uint_eq(info(&a).dns[0], 0);
}
END_TEST

/* We need an address: a peer that never gives one (0), rejects ours (1), or
 * acknowledges that we have none (2) ends IPCP, and we are never up. */
START_TEST(no_address)
{
    unsigned i;

    a.c.ip_local = 0;
    begin(&a);
    expect(&a, CODE_CONF_REQ, "03 06 00000000");
    asked(&a, "03 06 0a000002", CODE_CONF_ACK, "03 06 0a000002");
    for (i = 0; i < 60 && a.last[0] != CODE_TERM_REQ; i++) {
        give(&a,
             _i == 0   ? CODE_CONF_NAK
             : _i == 1 ? CODE_CONF_REJ
                       : CODE_CONF_ACK,
             a.id, "03 06 00000000");
        ck_assert(next(&a));
    }
    ck_assert_uint_le(i, a.c.max_failure + 20u);
    ck_assert_uint_eq(state(&a), PPP_CLOSING);
    give(&a, CODE_TERM_ACK, a.last[1], "");
    nothing(&a);
    ck_assert_uint_eq(a.ups, 0);
    ck_assert_uint_eq(a.downs, 0);
    ck_assert_uint_eq(a.s->reason, PPP_END_NO_NETWORK);
}
END_TEST

/* A configured address is not given away: we ask for it until the peer has
 * to be read as rejecting it, or does, and keep it. */
START_TEST(keeps_ours)
{
    unsigned i;

    begin(&a);
    expect(&a, CODE_CONF_REQ, "03 06 0a000001");
    asked(&a, "03 06 0a000002", CODE_CONF_ACK, "03 06 0a000002");
    for (i = 0; _i == 0 && i < a.c.max_failure; i++) {
        give(&a, CODE_CONF_NAK, a.id, "03 06 0a000005");
        expect(&a, CODE_CONF_REQ, "03 06 0a000001");
    }
    give(&a, _i == 0 ? CODE_CONF_NAK : CODE_CONF_REJ, a.id,
         _i == 0 ? "03 06 0a000005" : "03 06 0a000001");
    expect(&a, CODE_CONF_REQ, "");
    give(&a, CODE_CONF_ACK, a.id, "");
    nothing(&a);
    ck_assert_uint_eq(a.ups, 1);
    ck_assert_uint_eq(info(&a).ip_local, US);
}
END_TEST

/* --- name servers, and what is rejected ---------------------------------- */

/* RFC 1877: given when configured, each for itself. */
START_TEST(gives_dns)
{
    a.c.dns[0] = IP(10, 0, 0, 53);
    a.c.dns[1] = IP(10, 0, 1, 53);
    begin(&a);
    expect(&a, CODE_CONF_REQ, "03 06 0a000001");
    asked(&a, "03 06 00000000 81 06 00000000 83 06 00000000", CODE_CONF_NAK,
          "03 06 0a000002 81 06 0a000035 83 06 0a000135");
    asked(&a, "03 06 0a000002 81 06 0a000035 83 06 08080808", CODE_CONF_NAK,
          "83 06 0a000135");
    asked(&a, "03 06 0a000002 81 06 0a000035 83 06 0a000135", CODE_CONF_ACK,
          "03 06 0a000002 81 06 0a000035 83 06 0a000135");
    /* what we gave is not what we were told */
    ck_assert_uint_eq(info(&a).dns[0], 0);
}
END_TEST

START_TEST(gives_one_dns)
{
    a.c.dns[_i] = IP(10, 0, 0, 53);
    begin(&a);
    expect(&a, CODE_CONF_REQ, "03 06 0a000001");
    asked(&a, "81 06 00000000 03 06 0a000002 83 06 00000000", CODE_CONF_REJ,
          _i == 0 ? "83 06 00000000" : "81 06 00000000");
    asked(&a,
          _i == 0 ? "03 06 0a000002 81 06 00000000"
                  : "03 06 0a000002 83 06 00000000",
          CODE_CONF_NAK, _i == 0 ? "81 06 0a000035" : "83 06 0a000035");
}
END_TEST

/* RFC 1877 1.2, 1.4: NetBIOS name servers beside them, each for itself. */
START_TEST(gives_wins)
{
    a.c.wins[0] = IP(10, 0, 0, 137);
    begin(&a);
    expect(&a, CODE_CONF_REQ, "03 06 0a000001");
    asked(&a, "03 06 0a000002 81 06 00000000 82 06 00000000 84 06 00000000",
          CODE_CONF_REJ, "81 06 00000000 84 06 00000000");
    asked(&a, "03 06 0a000002 82 06 00000000", CODE_CONF_NAK,
          "82 06 0a000089");
    asked(&a, "03 06 0a000002 82 06 0a000089", CODE_CONF_ACK,
          "03 06 0a000002 82 06 0a000089");
    ck_assert_uint_eq(info(&a).wins[0], 0);
}
END_TEST

START_TEST(gives_second_wins)
{
    a.c.wins[1] = IP(10, 0, 0, 138);
    a.c.dns[0] = IP(10, 0, 0, 53);
    begin(&a);
    expect(&a, CODE_CONF_REQ, "03 06 0a000001");
    asked(&a, "84 06 00000000 03 06 0a000002 81 06 00000000", CODE_CONF_NAK,
          "84 06 0a00008a 81 06 0a000035");
}
END_TEST

/* Who asks for them alone, and is told what he did not ask for. */
START_TEST(asks_wins)
{
    a.c.ask_wins = true;
    begin(&a);
    expect(&a, CODE_CONF_REQ, "03 06 0a000001 82 06 00000000 84 06 00000000");
    give(&a, CODE_CONF_NAK, a.id, "82 06 0a000089 84 06 0a00008a");
    expect(&a, CODE_CONF_REQ, "03 06 0a000001 82 06 0a000089 84 06 0a00008a");
    give(&a, CODE_CONF_NAK, a.id, "81 06 0a000035 84 06 00000000");
    expect(&a, CODE_CONF_REQ, "03 06 0a000001 82 06 0a000089 84 06 0a00008a");
    give(&a, CODE_CONF_REJ, a.id, "84 06 0a00008a");
    expect(&a, CODE_CONF_REQ, "03 06 0a000001 82 06 0a000089");
    ck_assert_uint_eq(info(&a).wins[0], IP(10, 0, 0, 137));
    ck_assert_uint_eq(info(&a).wins[1], 0);
    ck_assert_uint_eq(info(&a).dns[0], 0);
}
END_TEST

/* We ask, are told one and refused the other. */
START_TEST(asks_dns)
{
    a.c.ask_dns = true;
    begin(&a);
    expect(&a, CODE_CONF_REQ, "03 06 0a000001 81 06 00000000 83 06 00000000");
    give(&a, CODE_CONF_NAK, a.id, "83 06 0a000135");
    expect(&a, CODE_CONF_REQ, "03 06 0a000001 81 06 00000000 83 06 0a000135");
    give(&a, CODE_CONF_REJ, a.id, "83 06 0a000135");
    expect(&a, CODE_CONF_REQ, "03 06 0a000001 81 06 00000000");
    give(&a, CODE_CONF_NAK, a.id, "81 06 0a000035 83 06 0a000136");
    expect(&a, CODE_CONF_REQ, "03 06 0a000001 81 06 0a000035");
    asked(&a, "03 06 0a000002", CODE_CONF_ACK, "03 06 0a000002");
    give(&a, CODE_CONF_ACK, a.id, "03 06 0a000001 81 06 0a000035");
    nothing(&a);
    ck_assert_uint_eq(a.ups, 1);
    ck_assert_uint_eq(info(&a).dns[0], IP(10, 0, 0, 53));
    ck_assert_uint_eq(info(&a).dns[1], 0);
}
END_TEST

/* Old addresses, header compression (VJ, ROHC), mobile IP, NetBIOS name
 * servers, the unknown, wrong lengths: only they are in the Reject. */
START_TEST(rejected)
{
    static const char *const bad[] = { "01 0a 0a000002 0a000001",
                                       "02 06 002d 0f01",
                                       "02 04 002d",
                                       "02 06 0003 0000",
                                       "04 06 0a000002",
                                       "82 06 00000000",
                                       "84 06 00000000",
                                       "90 02",
                                       "00 02",
                                       "ff 03 01",
                                       "03 02",
                                       "03 05 0a0000",
                                       "03 07 0a00000200",
                                       "81 02",
                                       "83 08 00000000 0000" };
    char both[128] = "03 06 00000000 ";

    a.c.dns[0] = a.c.dns[1] = IP(10, 0, 0, 53);
    begin(&a);
    expect(&a, CODE_CONF_REQ, "03 06 0a000001");
    strcat(both, bad[_i]);
    if (strncmp(bad[_i], "03", 2) == 0)
        memmove(both, both + 15, strlen(both + 15) + 1);
    asked(&a, both, CODE_CONF_REJ, bad[_i]);
    asked(&a, "03 06 0a000002", CODE_CONF_ACK, "03 06 0a000002");
}
END_TEST

/* --- the secrets' addresses ---------------------------------------------- */

/* The peer's line names one address: that one is given, whatever the
 * configuration says; a range: only what is in it. */
START_TEST(secret_addresses)
{
    struct ppp_secret list[1];
    struct ppp_secrets t = { list, 1 };

    memset(list, 0, sizeof list);
    list[0].client = "alice";
    list[0].server = "*";
    list[0].secret = (const uint8_t *)"wonder";
    list[0].secret_len = 6;
    list[0].ip_first = IP(10, 9, 0, 4);
    list[0].ip_last = _i == 0 ? list[0].ip_first : IP(10, 9, 0, 7);
    a.c.secrets = &t;
    begin(&a);
    a.s->secret = 1;
    a.s->auth_peer = PPP_AUTH_CHAP_MD5;
    a.s->peer_done = 1;
    memcpy(a.s->peer_name, "alice", 6);
    expect(&a, CODE_CONF_REQ, "03 06 0a000001");
    if (_i == 0) {
        asked(&a, "", CODE_CONF_NAK, "03 06 0a090004");
        asked(&a, "", CODE_CONF_ACK, "");
        ck_assert_uint_eq(info(&a).ip_peer, IP(10, 9, 0, 4));
        asked(&a, "03 06 00000000", CODE_CONF_NAK, "03 06 0a090004");
        asked(&a, "03 06 0a090004", CODE_CONF_ACK, "03 06 0a090004");
        return;
    }
    asked(&a, "03 06 0a090008", CODE_CONF_REJ, "03 06 0a090008");
    asked(&a, "03 06 0a000002", CODE_CONF_REJ, "03 06 0a000002");
    asked(&a, "03 06 0a090006", CODE_CONF_ACK, "03 06 0a090006");
}
END_TEST

/* --- two ends ------------------------------------------------------------ */

static unsigned shuttle(void)
{
    unsigned n = 0;
    bool any = true;

    while (any && n < 1000) {
        any = false;
        while (next(&a)) {
            any = true;
            n++;
            ppp_cp_input(b.p, b.s, 0, &ppp_ipcp, a.last, a.n);
        }
        while (next(&b)) {
            any = true;
            n++;
            ppp_cp_input(a.p, a.s, 0, &ppp_ipcp, b.last, b.n);
        }
    }
    return n;
}

/* A server and a client of ours: four exchanges. */
START_TEST(both_ends)
{
    a.c.dns[0] = IP(10, 0, 0, 53);
    b.c.ip_local = b.c.ip_peer = 0;
    b.c.ask_dns = true;
    begin(&a);
    begin(&b);
    ck_assert_uint_le(shuttle(), 10);
    ck_assert_uint_eq(a.ups, 1);
    ck_assert_uint_eq(b.ups, 1);
    ck_assert_uint_eq(info(&b).ip_local, PEER);
    ck_assert_uint_eq(info(&b).ip_peer, US);
    ck_assert_uint_eq(info(&b).dns[0], IP(10, 0, 0, 53));
    ck_assert_uint_eq(info(&a).ip_peer, PEER);
}
END_TEST

/* Ends that cannot agree: nobody has an address (0); both want the same one
 * (1); each has another idea of the peer (2). It ends, open or closed. */
START_TEST(no_agreement)
{
    if (_i == 0)
        a.c.ip_local = a.c.ip_peer = b.c.ip_local = b.c.ip_peer = 0;
    if (_i == 1)
        a.c.ip_peer = b.c.ip_peer = 0;
    if (_i == 2)
        b.c.ip_local = IP(10, 0, 0, 9);
    begin(&a);
    begin(&b);
    ck_assert_uint_lt(shuttle(), 120);
    ck_assert_uint_eq(a.ups, _i == 0 ? 0 : 1);
    ck_assert_uint_eq(b.ups, a.ups);
    if (_i == 1)
        ck_assert_uint_eq(info(&a).ip_peer, 0);
    if (_i == 2)
        ck_assert_uint_eq(info(&a).ip_peer, PEER);
}
END_TEST

/* Any packets: never up without an address or with a bad one, and no more
 * packets than were sent to us, times two. */
START_TEST(garbage)
{
    static const uint8_t types[] = { 1, 2, 3, 3, 3, 3, 129, 130, 131, 132 };
    static const uint8_t firsts[] = { 0, 10, 10, 10, 127, 224 };
    static const uint8_t codes[] = { 1, 1, 1, 1, 2, 2, 2, 2, 2, 3,
                                     3, 4, 1, 1, 2, 2, 3, 3, 5, 6 };
    uint64_t rng = 0x853c49e6748fea9bu + (uint64_t)_i;
    unsigned turn, sent = 0, out = 0, ups = 0;

    a.c.ask_dns = true;
    a.c.dns[0] = IP(10, 0, 0, 53);
    if (_i & 1)
        a.c.ip_local = 0;
    if (_i & 2)
        a.c.ip_peer = 0;
    begin(&a);
    for (turn = 0; turn < 3000; turn++) {
        uint8_t packet[64] = { 0 };
        size_t n = 4, k;

        rng = rng * 6364136223846793005u + 1442695040888963407u;
        packet[0] = codes[(rng >> 56) % sizeof codes];
        packet[1] = (rng >> 50) % 8 ? a.id : (uint8_t)(rng >> 40);
        for (k = (rng >> 30) % 4; k > 0; k--) {
            rng = rng * 6364136223846793005u + 1442695040888963407u;
            packet[n] = types[(rng >> 33) % sizeof types];
            packet[n + 1] = (rng >> 41) % 16 ? 6 : (uint8_t)(rng >> 56) % 9;
            packet[n + 2] = firsts[(rng >> 46) % sizeof firsts];
            packet[n + 5] = (uint8_t)(rng >> 50) % 4;
            n += 6;
        }
        if (packet[0] == CODE_CONF_ACK && a.request_n >= 4 &&
            (rng >> 33) % 4) {
            n = a.request_n; /* the right one */
            memcpy(packet + 4, a.request + 4, n - 4);
        } else if (packet[0] == CODE_CONF_REQ && (rng >> 33) % 3 == 0) {
            n = 4 + from_hex("03 06 0a000002", packet + 4);
        }
        pptp_put16(packet + 2, (uint16_t)n);
        ppp_cp_input(a.p, a.s, 0, &ppp_ipcp, packet, n);
        if (turn % 8 == 0 && a.s->restart_at_ns[CP_IPCP] != PPTP_NEVER)
            ppp_cp_timer(a.p, a.s, a.s->restart_at_ns[CP_IPCP], &ppp_ipcp);
        sent++;
        while (next(&a))
            out++;
        ck_assert_uint_le(out, 2 * sent + 1);
        ck_assert_uint_le(a.downs, a.ups);
        ck_assert_uint_le(a.ups, a.downs + 1);
        if (a.ups > a.downs) {
            uint32_t net = info(&a).ip_peer >> 24;

            ups++;
            ck_assert_uint_ne(info(&a).ip_local, 0);
            ck_assert(info(&a).ip_peer == 0 || net == 10);
        }
        if (state(&a) == PPP_CLOSED || state(&a) == PPP_CLOSING ||
            state(&a) == PPP_STOPPED || state(&a) == PPP_STOPPING) {
            over(&a);
            a.ups = a.downs = 0;
            begin(&a);
        }
    }
    ck_assert_uint_gt(ups, 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ipcp");
    TCase *c = tcase_create("ipcp");
    SRunner *r;
    int failed;

    tcase_add_checked_fixture(c, setup, teardown);
    tcase_set_timeout(c, 60);
    tcase_add_test(c, gives_address);
    tcase_add_test(c, gives_other);
    tcase_add_test(c, insists);
    tcase_add_test(c, peer_says);
    tcase_add_test(c, peer_unsays);
    tcase_add_loop_test(c, not_usable, 0, 7);
    tcase_add_loop_test(c, appended, 0, 2);
    tcase_add_test(c, appended_again);
    tcase_add_test(c, told_ours);
    tcase_add_loop_test(c, told_nonsense, 0, 8);
    tcase_add_loop_test(c, no_address, 0, 3);
    tcase_add_loop_test(c, keeps_ours, 0, 2);
    tcase_add_test(c, gives_dns);
    tcase_add_loop_test(c, gives_one_dns, 0, 2);
    tcase_add_test(c, asks_dns);
    tcase_add_test(c, gives_wins);
    tcase_add_test(c, gives_second_wins);
    tcase_add_test(c, asks_wins);
    tcase_add_loop_test(c, rejected, 0, 15);
    tcase_add_loop_test(c, secret_addresses, 0, 2);
    tcase_add_test(c, both_ends);
    tcase_add_loop_test(c, no_agreement, 0, 3);
    tcase_add_loop_test(c, garbage, 0, 8);
    suite_add_tcase(s, c);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
