/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * IPV6CP, src/ppp/ipv6cp.c, RFC 5072 section 4.1, through proto.c: packets
 * made by hand go in; ours are read by hand.
 */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "ppp/ipv6cp.h"

#define UNIVERSAL (UINT64_C(2) << 56)

/* One end: an engine and its only session, its phase reached by fiat. */
struct end {
    void *mem;
    struct ppp *p;
    struct ppp_session *s;
    unsigned ups, downs;
    uint8_t last[1600]; /* the latest packet, from the code on */
    size_t n;
};

static struct end a, b;

static void begin(struct end *e, uint64_t seed)
{
    struct ppp_config c;

    memset(e, 0, sizeof *e);
    ppp_config_default(&c);
    c.ipcp = false;
    c.ipv6cp = true;
    e->mem = aligned_alloc(64, (ppp_octets(64) + 63) & ~(size_t)63);
    e->s = calloc(1, ppp_session_octets());
    ck_assert(e->mem != NULL && e->s != NULL);
    memset(e->mem, 0, ppp_octets(64));
    e->p = ppp_init(e->mem, &c, 64, seed);
    ck_assert_ptr_nonnull(e->p);
    ppp_session_init(e->p, e->s, NULL, e);
    e->s->phase = PPP_NETWORK;
    e->s->cp[CP_LCP].state = PPP_OPENED;
    ppp_cp_event(e->p, e->s, 0, &ppp_ipv6cp, PPP_EV_OPEN);
    ppp_cp_event(e->p, e->s, 0, &ppp_ipv6cp, PPP_EV_UP);
}

static void teardown(void)
{
    free(a.mem);
    free(a.s);
    free(b.mem);
    free(b.s);
    memset(&a, 0, sizeof a);
    memset(&b, 0, sizeof b);
}

/* The next IPV6CP packet of an end; false: there is none. */
static bool next(struct end *e)
{
    struct ppp_action act;

    while (ppp_poll(e->p, &act)) {
        e->ups += act.type == PPP_ACT_UP && act.proto == PPP_PROTO_IPV6CP;
        e->downs += act.type == PPP_ACT_DOWN && act.proto == PPP_PROTO_IPV6CP;
        if (act.type == PPP_ACT_SEND &&
            pptp_get16(act.octets) == PPP_PROTO_IPV6CP) {
            e->n = act.len - 2;
            memcpy(e->last, act.octets + 2, e->n);
            return true;
        }
    }
    return false;
}

/* The next packet has this code and one identifier, which is returned. */
static uint64_t id_in(struct end *e, uint8_t code)
{
    ck_assert_msg(next(e), "no packet; code %u wanted", code);
    ck_assert_uint_eq(e->last[0], code);
    ck_assert_uint_eq(e->n, 14);
    ck_assert_uint_eq(pptp_get16(e->last + 2), 14);
    ck_assert_uint_eq(e->last[4], 1);
    ck_assert_uint_eq(e->last[5], 10);
    return (uint64_t)pptp_get32(e->last + 6) << 32 | pptp_get32(e->last + 10);
}

static void give(struct end *e, uint8_t code, uint8_t id, const uint8_t *data,
                 size_t n)
{
    uint8_t packet[64] = { code, id, 0, (uint8_t)(4 + n) };

    if (n > 0)
        memcpy(packet + 4, data, n);
    ppp_cp_input(e->p, e->s, 0, &ppp_ipv6cp, packet, n + 4);
}

static void give_id(struct end *e, uint8_t code, uint8_t id, uint64_t value)
{
    uint8_t data[10] = { 1, 10 };

    pptp_put32(data + 2, (uint32_t)(value >> 32));
    pptp_put32(data + 6, (uint32_t)(value & UINT32_MAX));
    give(e, code, id, data, sizeof data);
}

static uint8_t our_id(const struct end *e)
{
    return e->s->cp[CP_IPV6CP].id;
}

static struct ppp_info info(const struct end *e)
{
    struct ppp_info i;

    ppp_session_info(e->s, &i);
    return i;
}

/* Ours is random, not zero, and local; the peer's is taken; both are told. */
START_TEST(agreed)
{
    uint64_t id, other;

    begin(&b, 2);
    other = id_in(&b, CODE_CONF_REQ);
    begin(&a, 1);
    id = id_in(&a, CODE_CONF_REQ);
    ck_assert_uint_ne(id, 0);
    ck_assert_uint_ne(id, other);
    ck_assert_uint_eq(id & UNIVERSAL, 0);
    give_id(&a, CODE_CONF_REQ, 7, UINT64_C(0x0210a4fffe000001));
    ck_assert_uint_eq(id_in(&a, CODE_CONF_ACK), UINT64_C(0x0210a4fffe000001));
    ck_assert_uint_eq(a.last[1], 7);
    give_id(&a, CODE_CONF_ACK, our_id(&a), id);
    ck_assert(!next(&a));
    ck_assert_uint_eq(a.ups, 1);
    ck_assert_uint_eq(info(&a).ipv6cp, PPP_OPENED);
    ck_assert_uint_eq(info(&a).iface_local, id);
    ck_assert_uint_eq(info(&a).iface_peer, UINT64_C(0x0210a4fffe000001));
    /* the peer begins again: down, and ours is still the same */
    give_id(&a, CODE_CONF_REQ, 8, 5);
    ck_assert_uint_eq(id_in(&a, CODE_CONF_REQ), id);
    ck_assert_uint_eq(id_in(&a, CODE_CONF_ACK), 5);
    ck_assert_uint_eq(a.downs, 1);
    ck_assert_uint_eq(info(&a).iface_peer, 5);
}
END_TEST

/* Zero, or ours: a Nak with one that the peer can have. */
START_TEST(zero_or_ours)
{
    uint64_t id, hint;

    begin(&a, 1);
    id = id_in(&a, CODE_CONF_REQ);
    give_id(&a, CODE_CONF_REQ, 7, _i == 0 ? 0 : id);
    hint = id_in(&a, CODE_CONF_NAK);
    ck_assert_uint_ne(hint, 0);
    ck_assert_uint_ne(hint, id);
    ck_assert_uint_eq(hint & UNIVERSAL, 0);
    give_id(&a, CODE_CONF_REQ, 8, hint);
    ck_assert_uint_eq(id_in(&a, CODE_CONF_ACK), hint);
    ck_assert_uint_eq(info(&a).iface_peer, hint);
}
END_TEST

/* What the peer suggests is taken, but for zero, its own, and what we just
 * suggested: then the line is looped back, and we choose anew. */
START_TEST(suggested)
{
    uint64_t id, hint, then;

    begin(&a, 1);
    id = id_in(&a, CODE_CONF_REQ);
    give_id(&a, CODE_CONF_NAK, our_id(&a), 0x1234);
    ck_assert_uint_eq(id_in(&a, CODE_CONF_REQ), 0x1234);
    give_id(&a, CODE_CONF_NAK, our_id(&a), 0);
    then = id_in(&a, CODE_CONF_REQ);
    ck_assert(then != 0 && then != 0x1234 && then != id);
    give_id(&a, CODE_CONF_REQ, 9, 0x9999);
    ck_assert_uint_eq(id_in(&a, CODE_CONF_ACK), 0x9999);
    give_id(&a, CODE_CONF_NAK, our_id(&a), 0x9999);
    id = id_in(&a, CODE_CONF_REQ);
    ck_assert(id != 0 && id != 0x9999 && id != then);
    give_id(&a, CODE_CONF_NAK, our_id(&a), 0);
    then = id_in(&a, CODE_CONF_REQ);
    ck_assert(then != 0 && then != 0x9999 && then != id);
    id = then;
    give_id(&a, CODE_CONF_REQ, 10, id);
    hint = id_in(&a, CODE_CONF_NAK);
    give_id(&a, CODE_CONF_NAK, our_id(&a), hint);
    then = id_in(&a, CODE_CONF_REQ);
    ck_assert(then != 0 && then != hint && then != id);
}
END_TEST

/* A Nak of a wrong length or of something else changes nothing. */
START_TEST(suggested_nonsense)
{
    static const uint8_t bad[] = { 1, 9, 1, 2, 3, 4, 5, 6, 7, 2, 4, 0, 0x4f };
    uint64_t id;

    begin(&a, 1);
    id = id_in(&a, CODE_CONF_REQ);
    give(&a, CODE_CONF_NAK, our_id(&a), bad, sizeof bad);
    ck_assert_uint_eq(id_in(&a, CODE_CONF_REQ), id);
}
END_TEST

/* A peer that does not name one is asked once; then it is without. */
START_TEST(appended)
{
    uint64_t id, hint;

    begin(&a, 1);
    id = id_in(&a, CODE_CONF_REQ);
    give_id(&a, CODE_CONF_REQ, 6, 5);
    ck_assert_uint_eq(id_in(&a, CODE_CONF_ACK), 5);
    give(&a, CODE_CONF_REQ, 7, NULL, 0);
    hint = id_in(&a, CODE_CONF_NAK);
    ck_assert(hint != 0 && hint != id);
    give(&a, CODE_CONF_REQ, 8, NULL, 0);
    ck_assert(next(&a));
    ck_assert_uint_eq(a.last[0], CODE_CONF_ACK);
    ck_assert_uint_eq(a.n, 4);
    give_id(&a, CODE_CONF_ACK, our_id(&a), id);
    ck_assert(!next(&a));
    ck_assert_uint_eq(a.ups, 1);
    ck_assert_uint_eq(info(&a).iface_peer, 0);
    /* in a new negotiation it may be asked again */
    give(&a, CODE_CONF_REQ, 9, NULL, 0);
    ck_assert_uint_eq(id_in(&a, CODE_CONF_REQ), id);
    ck_assert_uint_eq(id_in(&a, CODE_CONF_NAK), hint);
}
END_TEST

/* The peer rejects ours: it is not in a request again, and we keep it. */
START_TEST(refused)
{
    uint64_t id;

    begin(&a, 1);
    id = id_in(&a, CODE_CONF_REQ);
    give_id(&a, CODE_CONF_REJ, our_id(&a), id);
    ck_assert(next(&a));
    ck_assert_uint_eq(a.last[0], CODE_CONF_REQ);
    ck_assert_uint_eq(a.n, 4);
    give_id(&a, CODE_CONF_REQ, 7, 9);
    ck_assert_uint_eq(id_in(&a, CODE_CONF_ACK), 9);
    give(&a, CODE_CONF_ACK, our_id(&a), NULL, 0);
    ck_assert(!next(&a));
    ck_assert_uint_eq(a.ups, 1);
    ck_assert_uint_eq(info(&a).iface_local, id);
}
END_TEST

/* Compression, the unknown and wrong lengths: rejected, and only they. */
START_TEST(rejected)
{
    static const struct {
        uint8_t octets[12];
        size_t n;
    } bad[] = { { { 2, 4, 0, 0x4f }, 4 },
                { { 2, 2 }, 2 },
                { { 3, 3, 1 }, 3 },
                { { 0, 2 }, 2 },
                { { 255, 2 }, 2 },
                { { 1, 2 }, 2 },
                { { 1, 9, 1, 2, 3, 4, 5, 6, 7 }, 9 },
                { { 1, 11, 1, 2, 3, 4, 5, 6, 7, 8, 9 }, 11 } };
    uint8_t list[32] = { 1, 10, 0, 0, 0, 0, 0, 0, 0, 0 };
    size_t at = bad[_i].octets[0] == 1 ? 0 : 10;

    begin(&a, 1);
    id_in(&a, CODE_CONF_REQ);
    memcpy(list + at, bad[_i].octets, bad[_i].n);
    give(&a, CODE_CONF_REQ, 7, list, at + bad[_i].n);
    ck_assert(next(&a));
    ck_assert_uint_eq(a.last[0], CODE_CONF_REJ);
    ck_assert_uint_eq(a.n, 4 + bad[_i].n);
    ck_assert_mem_eq(a.last + 4, bad[_i].octets, bad[_i].n);
    give_id(&a, CODE_CONF_REQ, 8, 9);
    ck_assert_uint_eq(id_in(&a, CODE_CONF_ACK), 9);
}
END_TEST

static void carry(struct end *from, struct end *to, unsigned *n)
{
    while (next(from)) {
        ++*n;
        ppp_cp_input(to->p, to->s, 0, &ppp_ipv6cp, from->last, from->n);
    }
}

/* Two ends, of different seeds, and of the same one, which collide first. */
START_TEST(both_ends)
{
    unsigned n = 0, before;

    begin(&a, 1);
    begin(&b, _i == 0 ? 2 : 1);
    if (_i == 1)
        ck_assert_uint_eq(a.s->iface_local, b.s->iface_local);
    do {
        before = n;
        if (_i == 1 && n == 0)
            b.p->seed = 99; /* the accident does not go on */
        carry(&a, &b, &n);
        carry(&b, &a, &n);
    } while (n > before && n < 100);
    ck_assert_uint_le(n, 20);
    ck_assert_uint_eq(a.ups, 1);
    ck_assert_uint_eq(b.ups, 1);
    ck_assert_uint_eq(info(&a).iface_local, info(&b).iface_peer);
    ck_assert_uint_eq(info(&b).iface_local, info(&a).iface_peer);
    ck_assert_uint_ne(info(&a).iface_local, info(&b).iface_local);
}
END_TEST

/* A looped line: bounded, and never up with one identifier at both ends. */
START_TEST(looped)
{
    unsigned n = 0;

    begin(&a, 1);
    while (n < 500 && next(&a)) {
        uint8_t copy[64];

        n++;
        ck_assert_uint_le(a.n, sizeof copy);
        memcpy(copy, a.last, a.n);
        ppp_cp_input(a.p, a.s, 0, &ppp_ipv6cp, copy, a.n);
        if (a.ups > 0)
            ck_assert_uint_ne(info(&a).iface_local, info(&a).iface_peer);
    }
    ck_assert_uint_lt(n, 500);
}
END_TEST

/* Any packets: an open protocol has an identifier of ours that is not the
 * peer's. */
START_TEST(garbage)
{
    static const uint8_t codes[] = { 1, 1, 1, 2, 2, 2, 2, 3, 4, 5, 6, 7 };
    uint64_t rng = 0x853c49e6748fea9bu + (uint64_t)_i, ids[4];
    unsigned turn, opened = 0;

    begin(&a, (uint64_t)_i);
    for (turn = 0; turn < 4000; turn++) {
        uint8_t code;

        while (next(&a))
            ;
        rng = rng * 6364136223846793005u + 1442695040888963407u;
        code = codes[(rng >> 40) % sizeof codes];
        ids[0] = a.s->iface_local;
        ids[1] = a.s->iface_peer;
        ids[2] = 0;
        ids[3] = rng;
        if (code == CODE_CONF_ACK)
            give_id(&a, code, our_id(&a), ids[0]);
        else if ((rng >> 50) % 4)
            give_id(&a, code, our_id(&a), ids[(rng >> 60) % 4]);
        else
            give(&a, code, our_id(&a), (const uint8_t *)&rng, 8);
        if (a.s->cp[CP_IPV6CP].state == PPP_OPENED) {
            opened++;
            ck_assert_uint_ne(a.s->iface_local, 0);
            ck_assert_uint_ne(a.s->iface_local, a.s->iface_peer);
        } else if (a.s->cp[CP_IPV6CP].state < PPP_REQ_SENT || turn % 64 == 0) {
            teardown();
            begin(&a, (uint64_t)_i + turn);
        }
    }
    ck_assert_uint_gt(opened, 10);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ipv6cp");
    TCase *c = tcase_create("ipv6cp");
    SRunner *r;
    int failed;

    tcase_add_checked_fixture(c, NULL, teardown);
    tcase_set_timeout(c, 60);
    tcase_add_test(c, agreed);
    tcase_add_loop_test(c, zero_or_ours, 0, 2);
    tcase_add_test(c, suggested);
    tcase_add_test(c, suggested_nonsense);
    tcase_add_test(c, appended);
    tcase_add_test(c, refused);
    tcase_add_loop_test(c, rejected, 0, 8);
    tcase_add_loop_test(c, both_ends, 0, 2);
    tcase_add_test(c, looped);
    tcase_add_loop_test(c, garbage, 0, 4);
    suite_add_tcase(s, c);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
