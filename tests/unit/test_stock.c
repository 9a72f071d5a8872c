/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What calls have only at times: src/pptp/stock.c. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "pptp/stock.h"

enum { CALLS = 50 };

static struct pptp_pool pool;
static struct pptp_peer *p;
static struct rng rng;

static void setup(void)
{
    struct pptp_limits l = {
        .conns = 1, .calls = CALLS, .window = 4, .actions = 16, .trace = 1
    };
    struct pptp_config c;
    size_t n = pptp_peer_octets(&l);
    void *mem = aligned_alloc(64, n);

    pptp_config_default(&c);
    ck_assert_ptr_nonnull(mem);
    memset(mem, 0, n);
    p = pptp_peer_init(mem, &c, &l, &pool, 1);
    ck_assert_ptr_nonnull(p);
    rng_init(&rng, 1);
}

static void teardown(void)
{
    free(p);
}

/* As often full as not: no NUL at the end then. */
static void any_text(char out[64])
{
    size_t n = rng_below(&rng, 2) == 0 ? 64 : rng_below(&rng, 65), i;

    memset(out, 0, 64);
    for (i = 0; i < n; i++)
        out[i] = (char)rng_below(&rng, 256);
}

/* All calls may have all that there is room for, over and over. */
START_TEST(there_is_enough_for_all)
{
    static struct call_text had[CALLS];
    static uint32_t errors[CALLS][6];
    struct call_text t;
    uint32_t e[6], n, i;

    for (n = 0; n < 20000; n++) {
        struct pptp_call *c = call_at(p, i = (uint32_t)rng_below(&rng, CALLS));

        if (n % 7 == 0) {
            pptp_cells_drop(p, c);
            memset(&had[i], 0, sizeof had[i]);
            memset(errors[i], 0, sizeof errors[i]);
        } else {
            any_text(had[i].number);
            any_text(had[i].dialing);
            any_text(had[i].subaddress);
            errors[i][n % 6] = (uint32_t)rng_next(&rng);
            pptp_text_put(p, c, &had[i]);
            pptp_errors_put(p, c, errors[i]);
        }
        c = call_at(p, i = (uint32_t)rng_below(&rng, CALLS));
        pptp_text_get(p, c, &t);
        pptp_errors_get(p, c, e);
        ck_assert_mem_eq(&t, &had[i], sizeof t);
        ck_assert_mem_eq(e, errors[i], sizeof e);
    }
    for (i = 0; i < CALLS; i++) {
        memset(&t, 'x', sizeof t);
        memset(e, 1, sizeof e);
        pptp_text_put(p, call_at(p, i), &t);
        pptp_errors_put(p, call_at(p, i), e);
    }
    ck_assert_uint_eq(p->cells_used, CALLS * CALL_CELLS);
}
END_TEST

/* A number of nine digits has one cell, no text and no error none. */
START_TEST(what_is_not_there_takes_nothing)
{
    struct call_text t = { .number = "123456789" };
    uint32_t none[6] = { 0 };

    pptp_text_put(p, call_at(p, 0), &t);
    ck_assert_uint_eq(p->cells_used, 1);
    memset(&t, 0, sizeof t);
    pptp_text_put(p, call_at(p, 0), &t);
    pptp_errors_put(p, call_at(p, 0), none);
    ck_assert_uint_eq(call_at(p, 0)->texts, 0);
    ck_assert_uint_eq(call_at(p, 0)->line_errors, 0);
    ck_assert_uint_eq(p->cells_used, 1);
}
END_TEST

/* Every call has its own; what is given back is lent again first. */
START_TEST(a_ring_for_each)
{
    uint32_t i, k;

    for (i = 0; i < CALLS; i++) {
        pptp_ring_take(p, call_at(p, i));
        memset(ring_of(p, call_at(p, i)), (int)i,
               p->ring_entries * sizeof(struct pptp_win_sent));
    }
    for (i = 0; i < CALLS; i++) {
        const uint8_t *o = (const void *)ring_of(p, call_at(p, i));

        for (k = 0; k < p->ring_entries * sizeof(struct pptp_win_sent); k++)
            ck_assert_uint_eq(o[k], i);
    }
    k = call_at(p, 7)->ring;
    pptp_ring_give(p, call_at(p, 7));
    pptp_ring_give(p, call_at(p, 7)); /* it has none */
    ck_assert_ptr_null(ring_of(p, call_at(p, 7)));
    pptp_ring_take(p, call_at(p, 7));
    pptp_ring_take(p, call_at(p, 7)); /* it has one */
    ck_assert_uint_eq(call_at(p, 7)->ring, k);
    ck_assert_uint_eq(p->rings_used, CALLS);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("stock");
    TCase *t = tcase_create("stock");
    SRunner *r;
    int failed;

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, there_is_enough_for_all);
    tcase_add_test(t, what_is_not_there_takes_nothing);
    tcase_add_test(t, a_ring_for_each);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
