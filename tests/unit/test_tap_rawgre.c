/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GRE through raw sockets: tap/rawgre.h, between two addresses of loopback in
 * a network namespace of the test's own; without root skipped aloud. */
#include "config.h"

#include <check.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "pptp/gre.h"
#include "tap/rawgre.h"

enum { PACKETS = 700, BUF = 2000, A = 0x7f000001, B = 0x7f000002 };

static uint8_t mem[PACKETS * (BUF + 128)] __attribute__((aligned(64)));
static struct pptp_pool pool;
static struct tap_gre a, b;
static uint32_t from, to, in_n;
static uint8_t last[BUF];
static uint32_t last_n;

static void input(struct tap_gre *g, uint32_t f, uint32_t t, pptp_pkt pkt)
{
    struct pptp_packet *k = pptp_pool_at(&pool, pkt);

    (void)g;
    from = f;
    to = t;
    in_n++;
    last_n = k->head_len;
    memcpy(last, pptp_packet_data(k), last_n);
    pptp_pool_free(&pool, pkt);
}

/* Both sockets, on a loopback that is up. */
static bool begin(void)
{
    struct ifreq r = { .ifr_flags = IFF_UP };
    int fd;

    if (geteuid() != 0 || unshare(CLONE_NEWNET) != 0) {
        printf("SKIP: raw GRE needs root\n");
        return false;
    }
    fd = socket(AF_INET, SOCK_DGRAM, 0);
    strncpy(r.ifr_name, "lo", IFNAMSIZ - 1);
    ck_assert_int_eq(ioctl(fd, SIOCSIFFLAGS, &r), 0);
    close(fd);
    pptp_pool_init(&pool, mem, PACKETS, BUF);
    a.pool = b.pool = &pool;
    a.input = b.input = input;
    ck_assert_int_eq(tap_gre_open(&a, A), 0);
    ck_assert_int_eq(tap_gre_open(&b, B), 0);
    return true;
}

static pptp_pkt packet(uint8_t mark, uint32_t n)
{
    pptp_pkt pkt = pptp_pool_take(&pool, PPTP_HEADROOM);
    struct pptp_packet *k = pptp_pool_at(&pool, pkt);

    memset(pptp_packet_data(k), mark, n);
    k->head_len = (uint16_t)n;
    return pkt;
}

START_TEST(there_and_back)
{
    if (!begin())
        return;
    tap_gre_send(&a, A, B, packet(1, 100));
    tap_gre_flush(&a);
    ck_assert_uint_eq(pool.used, 0);
    tap_gre_read(&b);
    ck_assert_uint_eq(in_n, 1);
    ck_assert_uint_eq(from, A);
    ck_assert_uint_eq(to, B);
    ck_assert_uint_eq(last_n, 100); /* without the IP header */
    ck_assert_uint_eq(last[0], 1);
    ck_assert_uint_eq(last[99], 1);
    /* the longest, in fragments if need be */
    tap_gre_send(&b, B, A, packet(2, 1548));
    tap_gre_flush(&b);
    tap_gre_read(&a);
    ck_assert_uint_eq(in_n, 2);
    ck_assert_uint_eq(from, B);
    ck_assert_uint_eq(last_n, 1548);
    tap_gre_read(&a); /* nothing there: no harm */
    ck_assert_uint_eq(in_n, 2);
    ck_assert_uint_eq(pool.used, 0);
    tap_gre_close(&a);
    tap_gre_close(&b);
}
END_TEST

/* More than a batch goes by itself; reading ends where others have their
 * turn, however much is there. */
START_TEST(batches)
{
    uint32_t i;

    if (!begin())
        return;
    for (i = 0; i < TAP_GRE_BATCH + 6; i++)
        tap_gre_send(&a, A, B, packet((uint8_t)i, 40));
    ck_assert_uint_eq(a.tx_n, 6);
    tap_gre_flush(&a);
    tap_gre_read(&b);
    ck_assert_uint_eq(in_n, TAP_GRE_BATCH + 6);
    ck_assert_uint_eq(last[0], TAP_GRE_BATCH + 5); /* in order */
    for (; i < 2 * TAP_GRE_BATCH + 6 + TAP_GRE_TURN; i++)
        tap_gre_send(&a, A, B, packet((uint8_t)i, 40));
    tap_gre_flush(&a);
    tap_gre_read(&b);
    ck_assert_uint_eq(in_n, TAP_GRE_BATCH + 6 + TAP_GRE_TURN);
    ck_assert(b.more);
    tap_gre_read(&b);
    ck_assert_uint_eq(in_n, i);
    ck_assert(!b.more);
    ck_assert_uint_eq(last[0], (uint8_t)(i - 1));
    /* as much room is made as comes */
    ck_assert_uint_eq(b.rx_want, TAP_GRE_BATCH);
    tap_gre_send(&a, A, B, packet(1, 40));
    tap_gre_flush(&a);
    tap_gre_read(&b);
    ck_assert_uint_lt(b.rx_want, TAP_GRE_BATCH);
    /* what is queued at the end is given back */
    tap_gre_send(&a, A, B, packet(0, 40));
    tap_gre_close(&a);
    tap_gre_close(&b);
    ck_assert_uint_eq(pool.used, 0);
}
END_TEST

static pptp_pkt gre(uint16_t call_id, bool payload, uint32_t number)
{
    struct pptp_gre g = { .payload_len = payload ? 4 : 0,
                          .call_id = call_id,
                          .has_seq = payload,
                          .has_ack = true,
                          .seq = number,
                          .ack = number };
    pptp_pkt pkt = packet(0, 40);
    struct pptp_packet *k = pptp_pool_at(&pool, pkt);

    k->head_len = (uint16_t)(pptp_gre_encode(&g, pptp_packet_data(k)) +
                             g.payload_len);
    return pkt;
}

/* Of acknowledgments of one call in a row only the last one goes. */
START_TEST(acknowledgments)
{
    if (!begin())
        return;
    tap_gre_send(&a, A, B, gre(7, false, 1));
    tap_gre_send(&a, A, B, gre(7, false, 2));
    tap_gre_send(&a, A, B, gre(7, false, 3));
    ck_assert_uint_eq(a.tx_n, 1);
    ck_assert_uint_eq(a.stats.tx_merged, 2);
    ck_assert_uint_eq(pool.used, 1);
    /* another call, another peer, data between */
    tap_gre_send(&a, A, B, gre(8, false, 3));
    ck_assert_uint_eq(a.tx_n, 2);
    tap_gre_send(&a, A, A, gre(8, false, 3));
    ck_assert_uint_eq(a.tx_n, 3);
    tap_gre_send(&a, A, B, gre(7, true, 4));
    tap_gre_send(&a, A, B, gre(7, true, 5));
    tap_gre_send(&a, A, B, gre(7, false, 5));
    ck_assert_uint_eq(a.tx_n, 6);
    ck_assert_uint_eq(a.stats.tx_merged, 2);
    tap_gre_flush(&a);
    tap_gre_read(&b);
    ck_assert_uint_eq(in_n, 5);
    ck_assert_uint_eq(last_n, 12);
    ck_assert_uint_eq(last[11], 5);
    tap_gre_read(&a);
    tap_gre_close(&a);
    tap_gre_close(&b);
    ck_assert_uint_eq(pool.used, 0);
}
END_TEST

/* A socket of all addresses is told the source, of each packet anew. */
START_TEST(sources)
{
    if (!begin())
        return;
    tap_gre_close(&a);
    ck_assert_int_eq(tap_gre_open(&a, 0), 0);
    tap_gre_send(&a, A, B, packet(1, 40));
    tap_gre_flush(&a);
    tap_gre_read(&b);
    ck_assert_uint_eq(from, A);
    tap_gre_send(&a, B, B, packet(1, 40));
    tap_gre_flush(&a);
    tap_gre_read(&b);
    ck_assert_uint_eq(in_n, 2);
    ck_assert_uint_eq(from, B);
    tap_gre_close(&a);
    tap_gre_close(&b);
}
END_TEST

/* A packet that cannot go is counted, and those after it go. */
START_TEST(refused)
{
    if (!begin())
        return;
    tap_gre_send(&a, A, 0xc0000201, packet(1, 40)); /* no way there */
    tap_gre_send(&a, A, B, packet(7, 40));
    tap_gre_flush(&a);
    ck_assert_uint_eq(a.stats.tx_failed, 1);
    tap_gre_read(&b);
    ck_assert_uint_eq(in_n, 1);
    ck_assert_uint_eq(last[0], 7);
    tap_gre_close(&a);
    tap_gre_close(&b);
}
END_TEST

/* Without a packet to keep it in, what comes is lost, or we would be told of
 * it for ever. */
START_TEST(exhausted)
{
    pptp_pkt held[PACKETS];
    uint32_t i;

    if (!begin())
        return;
    tap_gre_send(&a, A, B, packet(1, 40));
    tap_gre_flush(&a);
    for (i = 0; i < PACKETS; i++)
        held[i] = pptp_pool_take(&pool, 0);
    tap_gre_read(&b);
    ck_assert_uint_eq(b.stats.rx_exhausted, 1);
    for (i = 0; i < PACKETS; i++)
        pptp_pool_free(&pool, held[i]);
    tap_gre_read(&b);
    ck_assert_uint_eq(in_n, 0);
    tap_gre_close(&a);
    tap_gre_close(&b);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tap_rawgre");
    TCase *tc = tcase_create("rawgre");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_test(tc, there_and_back);
    tcase_add_test(tc, batches);
    tcase_add_test(tc, acknowledgments);
    tcase_add_test(tc, sources);
    tcase_add_test(tc, refused);
    tcase_add_test(tc, exhausted);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
