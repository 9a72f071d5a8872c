/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The packet pool: src/base/packet.c. */
#include "config.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/packet.h"

enum { LIMIT = 5, BODY_OCTETS = 100, LINE_OCTETS = 64 };

static struct pptp_pool pool;
static void *mem;

static void set_up(void)
{
    size_t octets = pptp_pool_mem_octets(LIMIT, BODY_OCTETS);

    ck_assert_uint_gt(octets, 0);
    mem = aligned_alloc(LINE_OCTETS, octets);
    ck_assert_ptr_nonnull(mem);
    /* the pool may not count on cleared memory */
    memset(mem, 0xa5, octets);
    pptp_pool_init(&pool, mem, LIMIT, BODY_OCTETS);
}

static void tear_down(void)
{
    free(mem);
}

START_TEST(memory_is_whole_cache_lines)
{
    uint32_t buf;

    for (buf = 0; buf < 300; buf++) {
        size_t one = pptp_pool_mem_octets(1, buf);

        ck_assert_uint_eq(one % LINE_OCTETS, 0);
        ck_assert_uint_ge(one, sizeof(struct pptp_packet) + buf);
        ck_assert_uint_lt(one, sizeof(struct pptp_packet) + buf + LINE_OCTETS);
        ck_assert_uint_eq(pptp_pool_mem_octets(7, buf), 7 * one);
    }
}
END_TEST

START_TEST(memory_limits)
{
    ck_assert_uint_eq(pptp_pool_mem_octets(1, 65536), 0);
    ck_assert_uint_eq(pptp_pool_mem_octets(PPTP_PKT_NONE, 1), 0);
    ck_assert_uint_eq(pptp_pool_mem_octets(0, 100), 0);
    ck_assert_uint_ge(pptp_pool_mem_octets(1, 65535), 65535 + 48);
}
END_TEST

START_TEST(init_is_empty)
{
    ck_assert_uint_eq(pool.limit, LIMIT);
    ck_assert_uint_eq(pool.used, 0);
    ck_assert_uint_eq(pool.used_max, 0);
    ck_assert_uint_eq(pool.touched, 0);
    ck_assert_uint_eq(pool.exhausted, 0);
    ck_assert_uint_ge(pool.buf_octets, BODY_OCTETS);
    ck_assert_uint_eq(pool.stride,
                      sizeof(struct pptp_packet) + pool.buf_octets);
}
END_TEST

START_TEST(packets_are_aligned_and_apart)
{
    uint32_t i;

    ck_assert_uint_eq(pool.stride % LINE_OCTETS, 0);
    for (i = 0; i < LIMIT; i++) {
        pptp_pkt h = pptp_pool_take(&pool, 0);
        struct pptp_packet *k = pptp_pool_at(&pool, h);

        ck_assert_uint_ne(h, PPTP_PKT_NONE);
        ck_assert_uint_eq((uintptr_t)k % LINE_OCTETS, 0);
        ck_assert_uint_eq((uintptr_t)k - (uintptr_t)mem, h * pool.stride);
        memset(k->buf, (int)h, pool.buf_octets);
    }
    for (i = 0; i < LIMIT; i++) {
        struct pptp_packet *k = pptp_pool_at(&pool, i);

        ck_assert_uint_eq(k->buf[0], i);
        ck_assert_uint_eq(k->buf[pool.buf_octets - 1], i);
        ck_assert_uint_eq(k->next, PPTP_PKT_NONE);
    }
}
END_TEST

START_TEST(taken_packet_is_empty)
{
    pptp_pkt h = pptp_pool_take(&pool, PPTP_HEADROOM);
    struct pptp_packet *k = pptp_pool_at(&pool, h);
    int round;

    for (round = 0; round < 2; round++) {
        ck_assert_uint_eq(k->next, PPTP_PKT_NONE);
        ck_assert_uint_eq(k->seq, 0);
        ck_assert_uint_eq(k->off, PPTP_HEADROOM);
        ck_assert_uint_eq(k->head_len, 0);
        ck_assert_uint_eq(k->tail_len, 0);
        ck_assert_uint_eq(k->born_ns, 0);
        ck_assert_uint_eq(pptp_packet_len(k), 0);
        ck_assert_ptr_eq(pptp_packet_data(k), k->buf + PPTP_HEADROOM);
        /* what one owner left is not what the next one finds */
        k->next = 3;
        k->seq = 9;
        k->head_len = 10;
        k->tail_len = 1400;
        k->born_ns = 77;
        pptp_pool_free(&pool, h);
        ck_assert_uint_eq(pptp_pool_take(&pool, PPTP_HEADROOM), h);
    }
}
END_TEST

START_TEST(last_freed_first_taken)
{
    pptp_pkt h[3];
    int i;

    for (i = 0; i < 3; i++)
        h[i] = pptp_pool_take(&pool, 0);
    pptp_pool_free(&pool, h[1]);
    pptp_pool_free(&pool, h[0]);
    pptp_pool_free(&pool, h[2]);
    ck_assert_uint_eq(pptp_pool_take(&pool, 0), h[2]);
    ck_assert_uint_eq(pptp_pool_take(&pool, 0), h[0]);
    ck_assert_uint_eq(pptp_pool_take(&pool, 0), h[1]);
    ck_assert_uint_eq(pool.touched, 3);
}
END_TEST

START_TEST(exhaustion_is_counted)
{
    pptp_pkt h[LIMIT];
    int i;
    int j;

    for (i = 0; i < LIMIT; i++) {
        h[i] = pptp_pool_take(&pool, 0);
        for (j = 0; j < i; j++)
            ck_assert_uint_ne(h[i], h[j]);
    }
    ck_assert_uint_eq(pool.exhausted, 0);
    ck_assert_uint_eq(pptp_pool_take(&pool, 0), PPTP_PKT_NONE);
    ck_assert_uint_eq(pptp_pool_take(&pool, 0), PPTP_PKT_NONE);
    ck_assert_uint_eq(pool.exhausted, 2);
    ck_assert_uint_eq(pool.used, LIMIT);
    pptp_pool_free(&pool, h[3]);
    ck_assert_uint_eq(pool.used, LIMIT - 1);
    ck_assert_uint_eq(pptp_pool_take(&pool, 0), h[3]);
    ck_assert_uint_eq(pool.exhausted, 2);
    ck_assert_uint_eq(pool.used_max, LIMIT);
}
END_TEST

START_TEST(most_used_is_kept)
{
    pptp_pkt a = pptp_pool_take(&pool, 0);
    pptp_pkt b = pptp_pool_take(&pool, 0);

    pptp_pool_free(&pool, a);
    pptp_pool_free(&pool, b);
    ck_assert_uint_eq(pool.used, 0);
    ck_assert_uint_eq(pool.used_max, 2);
    (void)pptp_pool_take(&pool, 0);
    ck_assert_uint_eq(pool.used_max, 2);
}
END_TEST

START_TEST(push_and_pull_are_inverse)
{
    pptp_pkt h = pptp_pool_take(&pool, PPTP_HEADROOM);
    struct pptp_packet *k = pptp_pool_at(&pool, h);
    uint8_t *gre;
    uint8_t *ip;

    k->tail_len = 1000;
    gre = pptp_packet_push(k, 16);
    ck_assert_ptr_eq(gre, k->buf + 20);
    ck_assert_ptr_eq(gre, pptp_packet_data(k));
    ck_assert_uint_eq(pptp_packet_len(k), 1016);
    ip = pptp_packet_push(k, 20);
    ck_assert_ptr_eq(ip, k->buf);
    ck_assert_uint_eq(k->head_len, PPTP_HEADROOM);
    ck_assert_uint_eq(pptp_packet_len(k), 1036);
    pptp_packet_pull(k, 20);
    ck_assert_ptr_eq(pptp_packet_data(k), gre);
    pptp_packet_pull(k, 16);
    ck_assert_uint_eq(k->off, PPTP_HEADROOM);
    ck_assert_uint_eq(k->head_len, 0);
    ck_assert_uint_eq(pptp_packet_len(k), 1000);
}
END_TEST

START_TEST(whole_buffer_as_headroom)
{
    pptp_pkt h = pptp_pool_take(&pool, pool.buf_octets);
    struct pptp_packet *k = pptp_pool_at(&pool, h);

    ck_assert_ptr_eq(pptp_packet_push(k, pool.buf_octets), k->buf);
    ck_assert_uint_eq(k->head_len, pool.buf_octets);
}
END_TEST

/* Each of these is a mistake of ours and must end in the fail hook. */

/* Rounded up to cache lines these would be longer than an offset can say. */
START_TEST(longest_buffers)
{
    static const uint32_t body[] = { 65488, 65489, 65500, 65535 };
    size_t octets = pptp_pool_mem_octets(1, body[_i]);
    void *block = aligned_alloc(LINE_OCTETS, octets);
    struct pptp_packet *k;
    struct pptp_pool p;
    pptp_pkt h;

    ck_assert_ptr_nonnull(block);
    pptp_pool_init(&p, block, 1, body[_i]);
    ck_assert_uint_ge(p.buf_octets, body[_i]);
    ck_assert_uint_le(p.buf_octets, 65535);
    ck_assert_uint_eq(p.stride, octets);
    h = pptp_pool_take(&p, p.buf_octets);
    ck_assert_uint_ne(h, PPTP_PKT_NONE);
    k = pptp_pool_at(&p, h);
    ck_assert_uint_eq(k->off, p.buf_octets);
    ck_assert_ptr_eq(pptp_packet_push(k, p.buf_octets), k->buf);
    ck_assert_uint_eq(pptp_packet_len(k), p.buf_octets);
    memset(k->buf, 0x5a, p.buf_octets);
    pptp_packet_pull(k, p.buf_octets);
    ck_assert_uint_eq(k->off, p.buf_octets);
    pptp_pool_free(&p, h);
    free(block);
}
END_TEST

START_TEST(push_beyond_the_headroom)
{
    pptp_pkt h = pptp_pool_take(&pool, 16);

    (void)pptp_packet_push(pptp_pool_at(&pool, h), 17);
}
END_TEST

START_TEST(pull_beyond_the_head)
{
    struct pptp_packet *k = pptp_pool_at(&pool, pptp_pool_take(&pool, 16));

    k->tail_len = 100;
    (void)pptp_packet_push(k, 8);
    pptp_packet_pull(k, 9);
}
END_TEST

START_TEST(take_with_too_much_headroom)
{
    (void)pptp_pool_take(&pool, pool.buf_octets + 1);
}
END_TEST

START_TEST(free_of_a_packet_never_taken)
{
    (void)pptp_pool_take(&pool, 0);
    pptp_pool_free(&pool, 1);
}
END_TEST

static pptp_pkt told;

static void on_freed(void *ctx, pptp_pkt h)
{
    ck_assert_ptr_eq(ctx, &told);
    told = h;
}

/* A world's books: of marked packets it is told, and a mark never outlives
 * its packet. */
START_TEST(marked_packets_are_told)
{
    pptp_pkt a = pptp_pool_take(&pool, 0), b = pptp_pool_take(&pool, 0);

    pool.freed = on_freed;
    pool.ctx = &told;
    told = PPTP_PKT_NONE;
    for (int i = 0; i < 3; i++)
        ck_assert_uint_eq(pptp_pool_at(&pool, a)->world[i], 0);
    pptp_pool_at(&pool, a)->world[1] = 7;
    pptp_pool_at(&pool, a)->world[2] = 7;
    pptp_pool_free(&pool, b);
    ck_assert_uint_eq(told, PPTP_PKT_NONE);
    pptp_pool_free(&pool, a);
    ck_assert_uint_eq(told, a);
    ck_assert_uint_eq(pptp_pool_at(&pool, a)->world[2], 0);
    ck_assert_uint_eq(pptp_pool_take(&pool, 0), a);
    ck_assert_uint_eq(pptp_pool_at(&pool, a)->world[1], 0);
    pptp_pool_free(&pool, a);
}
END_TEST

START_TEST(free_of_none)
{
    (void)pptp_pool_take(&pool, 0);
    pptp_pool_free(&pool, PPTP_PKT_NONE);
}
END_TEST

START_TEST(init_with_too_large_a_body)
{
    pptp_pool_init(&pool, mem, 1, 65536);
}
END_TEST

static void add_fatal(TCase *t)
{
    tcase_add_test_raise_signal(t, push_beyond_the_headroom, SIGABRT);
    tcase_add_test_raise_signal(t, pull_beyond_the_head, SIGABRT);
    tcase_add_test_raise_signal(t, take_with_too_much_headroom, SIGABRT);
    tcase_add_test_raise_signal(t, free_of_a_packet_never_taken, SIGABRT);
    tcase_add_test_raise_signal(t, free_of_none, SIGABRT);
    tcase_add_test_raise_signal(t, init_with_too_large_a_body, SIGABRT);
}

int main(void)
{
    Suite *s = suite_create("packet");
    TCase *t = tcase_create("pool");
    TCase *fatal = tcase_create("fatal");
    SRunner *r;
    int failed;

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, memory_is_whole_cache_lines);
    tcase_add_test(t, memory_limits);
    tcase_add_test(t, init_is_empty);
    tcase_add_test(t, packets_are_aligned_and_apart);
    tcase_add_test(t, taken_packet_is_empty);
    tcase_add_test(t, last_freed_first_taken);
    tcase_add_test(t, exhaustion_is_counted);
    tcase_add_test(t, most_used_is_kept);
    tcase_add_test(t, push_and_pull_are_inverse);
    tcase_add_test(t, marked_packets_are_told);
    tcase_add_test(t, whole_buffer_as_headroom);
    tcase_add_loop_test(t, longest_buffers, 0, 4);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    tcase_add_checked_fixture(fatal, set_up, tear_down);
    /* a signal needs a child: not under CK_FORK=no (make check-valgrind) */
    if (srunner_fork_status(r) == CK_FORK)
        add_fatal(fatal);
    suite_add_tcase(s, fatal);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
