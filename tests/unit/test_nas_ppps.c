/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PPP at both ends of a call, nas/ppps.h: sizes, and what to say of an end. */
#include "config.h"

#include <check.h>
#include <string.h>

#include "base/wire.h"
#include "ppp/fsm.h"
#include "tap/ppp_words.h"
#include "nas/ppps.h"

enum { SERVER, CLIENT };
enum { PACKETS = 80, BUF = 2000, QUEUE = 64, STRENGTHS = 7 };

#define M128 (PPP_MPPE_128 | PPP_MPPE_STATELESS)
#define M40 (PPP_MPPE_40 | PPP_MPPE_STATELESS)

static const pptp_ns now = 1000 * PPTP_S;
static uint8_t mem[PACKETS * (BUF + 128)] __attribute__((aligned(64)));
static struct pptp_pool pool;
static struct nas_ppps end[2];
static struct ppp_config config[2];
static struct ppp_secret secret = { .client = "*",
                                    .server = "*",
                                    .secret = (const uint8_t *)"wonder",
                                    .secret_len = 6 };
static const struct ppp_secrets table = { .list = &secret, .n = 1 };

/* Frames on their way; ends that came. */
static struct {
    int to;
    pptp_pkt pkt;
} queue[QUEUE];
static unsigned first, count, ends;

static int which(const struct nas_ppps *t)
{
    return t == &end[SERVER] ? SERVER : CLIENT;
}

static void on_frame(struct nas_ppps *t, uint32_t i, pptp_pkt pkt)
{
    ck_assert_uint_eq(i, 0);
    ck_assert_uint_lt(count, QUEUE);
    queue[(first + count) % QUEUE].to = 1 - which(t);
    queue[(first + count++) % QUEUE].pkt = pkt;
}

static void on_action(struct nas_ppps *t, uint32_t i,
                      const struct ppp_action *a)
{
    (void)t;
    (void)i;
    ends += a->type == PPP_ACT_END;
}

static const struct nas_ppps_owner owner = { .frame = on_frame,
                                             .action = on_action };

static void prepare(void)
{
    int i;

    first = count = ends = 0;
    ck_assert_uint_le(pptp_pool_mem_octets(PACKETS, BUF), sizeof mem);
    pptp_pool_init(&pool, mem, PACKETS, BUF);
    for (i = 0; i < 2; i++) {
        ppp_config_default(&config[i]);
        config[i].accm = 0;
        config[i].secrets = &table;
        config[i].ip_local = 0x0a000001 + (uint32_t)i;
        config[i].ip_peer = 0x0a000002 - (uint32_t)i;
    }
    config[SERVER].ask_auth = config[CLIENT].give_auth = PPP_AUTH_MSCHAP2;
    strcpy(config[CLIENT].user, "alice");
}

/* Until nothing is on its way. */
static void deliver(void)
{
    uint8_t *packet;
    size_t n;

    while (count > 0) {
        pptp_pkt pkt = queue[first].pkt;
        int i = queue[first].to;

        first = (first + 1) % QUEUE;
        count--;
        nas_ppps_input(&end[i], 0, now, pkt, &packet, &n);
        pptp_pool_free(&pool, pkt);
    }
}

static void begin(void)
{
    int i;

    for (i = 0; i < 2; i++) {
        memset(&end[i], 0, sizeof end[i]);
        end[i].owner = &owner;
        end[i].pool = &pool;
        ck_assert_int_eq(
            nas_ppps_init(&end[i], &config[i], 1, (uint64_t)i + 1), 0);
        nas_ppps_begin(&end[i], 0, now);
    }
    deliver();
}

static void done(void)
{
    nas_ppps_fini(&end[0]);
    nas_ppps_fini(&end[1]);
    ck_assert_uint_eq(pool.used, 0);
}

static struct ppp_info info(int i)
{
    struct ppp_info out;

    ppp_session_info(nas_ppps_at(&end[i], 0), &out);
    return out;
}

static void advises(int i, const char *part)
{
    struct ppp_info is = info(i);
    const char *text = tap_ppp_advice(&config[i], &is, i == CLIENT);

    if (part == NULL)
        ck_assert_str_eq(text, "");
    else
        ck_assert_msg(strstr(text, part) != NULL, "'%s': no %s", text, part);
}

/* --- sizes --------------------------------------------------------------- */

/* An IPv4 packet of n octets that may be cut. */
static pptp_pkt make(size_t n)
{
    pptp_pkt pkt = pptp_pool_take(&pool, PPTP_HEADROOM + PPP_HEAD_MAX);
    struct pptp_packet *k = pptp_pool_at(&pool, pkt);
    uint8_t *ip = pptp_packet_data(k);
    size_t i;

    k->head_len = (uint16_t)n;
    memset(ip, 0, 20);
    ip[0] = 0x45;
    pptp_put16(ip + 2, (uint16_t)n);
    pptp_put16(ip + 4, 0x1234);
    pptp_put16(ip + 10, (uint16_t)~pptp_inet_sum(ip, 20, 0));
    for (i = 20; i < n; i++)
        ip[i] = (uint8_t)(i * 11);
    return pkt;
}

/* Encrypted, so that their order counts, they arrive and are the packet. */
START_TEST(fragments)
{
    static const struct {
        uint16_t mru, n, parts;
        uint8_t mppe;
    } table_of[] = { { 600, 1028, 2, 0 },
                     { 600, 1028, 2, M128 },
                     { 128, 1500, 15, 0 },
                     { 1500, 1501, 2, 0 },
                     { 128, 1500, 15, M40 } };
    unsigned i;

    for (i = 0; i < sizeof table_of / sizeof table_of[0]; i++) {
        pptp_pkt out[NAS_PPPS_FRAGMENTS], pkt;
        size_t at = 20, n;
        uint32_t parts, k;
        uint8_t *packet;

        prepare();
        config[CLIENT].mru = table_of[i].mru;
        config[0].mppe_ask = config[1].mppe_ask = table_of[i].mppe;
        begin();
        ck_assert_uint_eq(info(CLIENT).ipcp, PPP_OPENED);
        ck_assert_uint_eq(nas_ppps_mtu(&end[SERVER], 0),
                          table_of[i].mru - (table_of[i].mppe != 0 ? 4u : 0u));
        ck_assert_uint_eq(nas_ppps_mtu_both(&end[CLIENT], 0),
                          nas_ppps_mtu(&end[SERVER], 0));
        pkt = make(table_of[i].n);
        ck_assert_int_eq(nas_ppps_output(&end[SERVER], 0, pkt),
                         PPTP_ERR_VALUE);
        parts = nas_ppps_fragments(&end[SERVER], 0, pkt, out);
        ck_assert_uint_eq(parts, table_of[i].parts);
        for (k = 0; k < parts; k++) {
            ck_assert_int_eq(
                nas_ppps_input(&end[CLIENT], 0, now, out[k], &packet, &n),
                PPP_PROTO_IP);
            ck_assert_mem_eq(packet + 20,
                             pptp_packet_data(pptp_pool_at(&pool, pkt)) + at,
                             n - 20);
            at += n - 20;
            pptp_pool_free(&pool, out[k]);
        }
        ck_assert_uint_eq(at, table_of[i].n);
        pptp_pool_free(&pool, pkt);
        done();
    }
}
END_TEST

/* A virtual tail counts as what it stands for, and is not cut. */
START_TEST(virtual_tail)
{
    pptp_pkt out[NAS_PPPS_FRAGMENTS], pkt;
    struct pptp_packet *k;

    prepare();
    config[SERVER].mppe_allow = config[CLIENT].mppe_allow = 0;
    config[CLIENT].mru = 200;
    begin();
    pkt = make(100);
    k = pptp_pool_at(&pool, pkt);
    k->tail_len = 101;
    ck_assert_int_eq(nas_ppps_output(&end[SERVER], 0, pkt), PPTP_ERR_VALUE);
    ck_assert_uint_eq(nas_ppps_fragments(&end[SERVER], 0, pkt, out), 0);
    k->tail_len = 100;
    ck_assert_int_eq(nas_ppps_output(&end[SERVER], 0, pkt), PPTP_OK);
    ck_assert_uint_ge(k->head_len, 101);
    ck_assert_uint_eq(k->tail_len, 100);
    pptp_pool_free(&pool, pkt);
    done();
}
END_TEST

/* --- without negotiation -------------------------------------------------- */

static unsigned plain_links, plain_ups;

static void on_plain(struct nas_ppps *t, uint32_t i,
                     const struct ppp_action *a)
{
    plain_links += a->type == PPP_ACT_LINK;
    plain_ups += a->type == PPP_ACT_UP && a->proto == PPP_PROTO_IPCP;
    on_action(t, i, a);
}

static const struct nas_ppps_owner plain_owner = { .frame = on_frame,
                                                   .action = on_plain };

static void plain_begins(void)
{
    int i;

    plain_links = plain_ups = 0;
    for (i = 0; i < 2; i++) {
        end[i] = (struct nas_ppps){ .owner = &plain_owner,
                                    .pool = &pool,
                                    .plain = true };
        ck_assert_int_eq(nas_ppps_init(&end[i], &config[i], 1, 1), 0);
        nas_ppps_begin(&end[i], 0, now);
    }
    ck_assert_uint_eq(plain_links, 2);
    ck_assert_uint_eq(plain_ups, 2);
    ck_assert_uint_eq(count, 0);
    ck_assert_uint_eq(nas_ppps_deadline(&end[SERVER]), PPTP_NEVER);
}

static void plain_looks(void)
{
    struct ppp_info out;

    nas_ppps_set_ip(&end[SERVER], 0, 0x0a000063);
    nas_ppps_info(&end[SERVER], 0, &out);
    ck_assert_uint_eq(out.ip_peer, 0x0a000063);
    ck_assert_uint_eq(nas_ppps_mtu(&end[SERVER], 0), 1500);
    ck_assert_uint_eq(nas_ppps_mtu_both(&end[SERVER], 0), 1500);
    ck_assert_str_eq(nas_ppps_name(&end[SERVER], 0), "");
    ck_assert_str_eq(nas_ppps_claimed(&end[SERVER], 0), "");
}

/* Up at once, and frames are FF 03 00 21 and the packet. */
START_TEST(plain)
{
    static const uint8_t head[] = { 0xff, 0x03, 0x00, 0x21, 0x45 };
    struct pptp_packet *k;
    uint8_t *packet;
    pptp_pkt pkt;
    size_t n;

    prepare();
    plain_begins();
    plain_looks();
    pkt = make(100);
    k = pptp_pool_at(&pool, pkt);
    k->tail_len = 1401;
    ck_assert_int_eq(nas_ppps_output(&end[SERVER], 0, pkt), PPTP_ERR_VALUE);
    k->tail_len = 1400;
    ck_assert_int_eq(nas_ppps_output(&end[SERVER], 0, pkt), PPTP_OK);
    ck_assert_int_eq(memcmp(pptp_packet_data(k), head, sizeof head), 0);
    ck_assert_int_eq(nas_ppps_input(&end[CLIENT], 0, now, pkt, &packet, &n),
                     PPP_PROTO_IP);
    ck_assert_uint_eq(n, 100);
    ck_assert_ptr_eq(packet, pptp_packet_data(k) + 4);
    pptp_packet_data(k)[3] = 0x57; /* IPv6 */
    ck_assert_int_lt(nas_ppps_input(&end[CLIENT], 0, now, pkt, &packet, &n),
                     0);
    pptp_pool_free(&pool, pkt);
    nas_ppps_close(&end[SERVER], 0, now);
    ck_assert_uint_eq(ends, 1);
    nas_ppps_down(&end[SERVER], 0, now);
    ck_assert_uint_eq(ends, 1);
    done();
}
END_TEST

/* A pool whose packets are too short for what PPP says. */
START_TEST(short_packets)
{
    prepare();
    pptp_pool_init(&pool, mem, PACKETS, 1);
    begin();
    ck_assert_uint_eq(end[SERVER].exhausted, 1);
    ck_assert_uint_eq(end[CLIENT].exhausted, 1);
    done();
}
END_TEST

/* DF, and an empty pool: nothing is cut, and no packet is lost. */
START_TEST(not_cut)
{
    pptp_pkt out[NAS_PPPS_FRAGMENTS], held[PACKETS], pkt;
    struct pptp_packet *k;
    unsigned n = 0;

    prepare();
    config[CLIENT].mru = 200;
    begin();
    pkt = make(1000);
    k = pptp_pool_at(&pool, pkt);
    pptp_packet_data(k)[6] = 0x40;
    ck_assert_uint_eq(nas_ppps_fragments(&end[SERVER], 0, pkt, out), 0);
    pptp_packet_data(k)[6] = 0;
    while (pool.used < PACKETS - 3)
        held[n++] = pptp_pool_take(&pool, 0);
    ck_assert_uint_eq(nas_ppps_fragments(&end[SERVER], 0, pkt, out), 0);
    ck_assert_uint_eq(end[SERVER].exhausted, 1);
    ck_assert_uint_eq(pool.used, PACKETS - 3);
    while (n > 0)
        pptp_pool_free(&pool, held[--n]);
    ck_assert_uint_eq(nas_ppps_fragments(&end[SERVER], 0, pkt, out), 6);
    for (n = 0; n < 6; n++)
        pptp_pool_free(&pool, out[n]);
    pptp_pool_free(&pool, pkt);
    done();
}
END_TEST

/* --- why it came to nothing ----------------------------------------------- */

START_TEST(no_encryption)
{
    static const uint8_t request[] = { 0xff, 3,  0x80, 0xfd, 1, 1, 0,
                                       10,   18, 6,    1,    0, 0, 0x40 };
    uint8_t *packet;
    pptp_pkt pkt;
    size_t n;

    prepare();
    config[SERVER].mppe_allow = M128 | PPP_MPPE_REQUIRED;
    begin();
    ck_assert_int_eq(info(SERVER).reason, PPP_END_MPPE);
    ck_assert_int_eq(info(CLIENT).reason, PPP_END_PEER);
    ck_assert_uint_eq(info(CLIENT).phase, PPP_TERMINATE);
    ck_assert_uint_eq(info(CLIENT).reached, PPP_NETWORK);
    advises(CLIENT, "encryption, which is off here");
    advises(CLIENT, "address left");
    done();
    /* and a client that insists on it */
    prepare();
    config[CLIENT].mppe_allow = M128 | PPP_MPPE_REQUIRED;
    begin();
    ck_assert_int_eq(info(SERVER).reason, PPP_END_PEER);
    advises(SERVER, "encryption, which is off here; cure: `mppe: allowed`");
    done();
    /* without keys for it */
    prepare();
    config[SERVER].ask_auth = config[CLIENT].give_auth = PPP_AUTH_CHAP_MD5;
    config[CLIENT].mppe_allow = M128;
    begin();
    pkt = pptp_pool_take(&pool, 0);
    pptp_pool_at(&pool, pkt)->head_len = sizeof request;
    memcpy(pptp_packet_data(pptp_pool_at(&pool, pkt)), request,
           sizeof request);
    nas_ppps_input(&end[CLIENT], 0, now, pkt, &packet, &n);
    pptp_pool_free(&pool, pkt);
    deliver();
    advises(CLIENT, "makes no keys; cure: `auth: mschap2`");
    done();
}
END_TEST

/* pppd 2.5 asks for 40 bits where 2.4.9 asked for 128; both ways round. */
START_TEST(only_40_bits)
{
    int weak;

    for (weak = 0; weak < 2; weak++) {
        prepare();
        config[weak].mppe_ask = M40 | PPP_MPPE_REQUIRED;
        config[1 - weak].mppe_ask = config[1 - weak].mppe_allow = M128;
        begin();
        ck_assert_int_eq(info(1 - weak).reason, PPP_END_PEER);
        ck_assert_uint_eq(info(1 - weak).mppe_peer & STRENGTHS, PPP_MPPE_40);
        advises(1 - weak, "40 bits only, as pppd 2.5");
        advises(1 - weak, "`require-mppe-128` there, or `mppe_weak` here");
        done();
        /* it is fine where that is allowed, or where both are asked for */
        prepare();
        config[weak].mppe_ask = M40 | PPP_MPPE_REQUIRED;
        config[1 - weak].mppe_ask = M128 | M40;
        begin();
        ck_assert_uint_eq(info(weak).mppe_tx, M40);
        done();
    }
    prepare();
    config[SERVER].mppe_ask = PPP_MPPE_128 | PPP_MPPE_STATEFUL |
                              PPP_MPPE_REQUIRED;
    config[CLIENT].mppe_ask = M128;
    begin();
    advises(CLIENT, "stateful");
    done();
}
END_TEST

START_TEST(by_phase)
{
    struct ppp_info is = { .reached = PPP_ESTABLISH };

    prepare();
    ck_assert_ptr_nonnull(
        strstr(tap_ppp_advice(&config[CLIENT], &is, true), "`auth`"));
    ck_assert_str_eq(tap_ppp_advice(&config[SERVER], &is, false), "");
    is.reached = PPP_AUTHENTICATE;
    ck_assert_ptr_nonnull(
        strstr(tap_ppp_advice(&config[CLIENT], &is, true), "password"));
    is.reached = PPP_NETWORK;
    ck_assert_ptr_nonnull(
        strstr(tap_ppp_advice(&config[CLIENT], &is, true), "address left"));
    ck_assert_str_eq(tap_ppp_advice(&config[SERVER], &is, false), "");
    is.mppe_peer = M128; /* and was agreed on: that is not what lacks */
    config[CLIENT].mppe_allow = M128;
    ck_assert_ptr_null(
        strstr(tap_ppp_advice(&config[CLIENT], &is, true), "encryption"));
    config[CLIENT].mppe_allow = 0;
    is.mppe_peer = 0;
    is.auth_refused = true;
    ck_assert_ptr_nonnull(strstr(tap_ppp_advice(&config[CLIENT], &is, true),
                                 "another authentication"));
    /* nobody's demand is taken up: LCP opens without, as it may */
    config[SERVER].ask_auth = PPP_AUTH_MSCHAP2 | PPP_AUTH_NONE;
    config[CLIENT].give_auth = PPP_AUTH_NONE;
    begin();
    ck_assert(info(CLIENT).auth_refused);
    ck_assert_uint_eq(info(CLIENT).reached, PPP_NETWORK);
    ck_assert(!info(SERVER).auth_refused);
    done();
    /* refused, and then another one is taken */
    prepare();
    config[SERVER].ask_auth = PPP_AUTH_MSCHAP2 | PPP_AUTH_PAP;
    config[CLIENT].give_auth = PPP_AUTH_PAP;
    begin();
    ck_assert_uint_eq(info(CLIENT).auth_us, PPP_AUTH_PAP);
    ck_assert(!info(CLIENT).auth_refused);
    done();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("nas_ppps");
    TCase *tc = tcase_create("ppps");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_test(tc, fragments);
    tcase_add_test(tc, virtual_tail);
    tcase_add_test(tc, plain);
    tcase_add_test(tc, short_packets);
    tcase_add_test(tc, not_cut);
    tcase_add_test(tc, no_encryption);
    tcase_add_test(tc, only_40_bits);
    tcase_add_test(tc, by_phase);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
