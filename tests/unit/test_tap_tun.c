/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The TUN device: tap/tun.h, in a network namespace of the test's own; what
 * needs root is skipped aloud without it. */
#include "config.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tap/tun.h"

enum { PACKETS = 4, BUF = 2000 };

static void covers(uint32_t first, uint32_t last)
{
    struct tap_prefix p[64];
    uint32_t n = tap_prefixes(first, last, p), i;
    uint64_t at = first;

    ck_assert_uint_ge(n, 1);
    ck_assert_uint_le(n, 62);
    for (i = 0; i < n; i++) {
        uint64_t size = UINT64_C(1) << (32 - p[i].bits);

        ck_assert_uint_eq(p[i].ip, at);
        ck_assert_uint_eq(p[i].ip & (size - 1), 0);
        at += size;
    }
    ck_assert_uint_eq(at, (uint64_t)last + 1);
}

START_TEST(prefixes)
{
    struct tap_prefix p[64];

    ck_assert_uint_eq(tap_prefixes(0x0a000000, 0x0a0000ff, p), 1);
    ck_assert_uint_eq(p[0].bits, 24);
    ck_assert_uint_eq(tap_prefixes(0, UINT32_MAX, p), 1);
    ck_assert_uint_eq(p[0].bits, 0);
    ck_assert_uint_eq(tap_prefixes(5, 5, p), 1);
    ck_assert_uint_eq(p[0].bits, 32);
    covers(0x0a630010, 0x0a6300fe);
    covers(1, UINT32_MAX - 1);
    covers(UINT32_MAX, UINT32_MAX);
    covers(0, 0);
}
END_TEST

/* Whether there is a network for ourselves, and TUN devices. */
static bool alone(void)
{
    if (geteuid() == 0 && unshare(CLONE_NEWNET) == 0 &&
        access("/dev/net/tun", R_OK | W_OK) == 0)
        return true;
    printf("SKIP: a TUN device needs root and /dev/net/tun\n");
    return false;
}

static uint32_t mtu_of(const char *name)
{
    struct ifreq r = { .ifr_mtu = 0 };
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    strncpy(r.ifr_name, name, IFNAMSIZ - 1);
    ck_assert_int_eq(ioctl(fd, SIOCGIFMTU, &r), 0);
    close(fd);
    return (uint32_t)r.ifr_mtu;
}

/* A datagram by way of the kernel's routes. */
static void send_to(uint32_t ip)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    to.sin_addr.s_addr = htonl(ip);
    ck_assert_int_eq(
        sendto(fd, "ab", 2, 0, (struct sockaddr *)(void *)&to, sizeof to), 2);
    close(fd);
}

static void checksum(uint8_t *ip)
{
    uint32_t sum = 0, i;

    for (i = 0; i < 20; i += 2)
        sum += (uint32_t)ip[i] << 8 | ip[i + 1];
    sum = (sum & 0xffff) + (sum >> 16);
    ip[10] = (uint8_t)(~sum >> 8);
    ip[11] = (uint8_t)~sum;
}

START_TEST(device)
{
    const struct tap_prefix route = { .ip = 0x0a630000, .bits = 24 };
    struct tap_tun_config c = { .name = "dt%d",
                                .local = 0x0a620001,
                                .mtu = 1280,
                                .routes = &route,
                                .routes_n = 1 };
    static uint8_t mem[PACKETS * (BUF + 128)] __attribute__((aligned(64)));
    struct pptp_pool pool;
    struct pptp_packet *k;
    struct tap_tun t;
    const char *what;
    pptp_pkt pkt;
    uint8_t echo[28] = { 0x45, 0, 0, 28 };
    int heard;

    if (!alone())
        return;
    ck_assert_int_eq(tap_tun_open(&t, &c, &what), 0);
    ck_assert_str_eq(t.name, "dt0");
    ck_assert_uint_eq(mtu_of("dt0"), 1280);

    /* what the kernel routes there comes out, behind the headroom, and
     * nothing else does: no packet of IPv6's own */
    pptp_pool_init(&pool, mem, PACKETS, BUF);
    pkt = pptp_pool_take(&pool, 44);
    ck_assert(!tap_tun_read(&t, &pool, pkt));
    send_to(0x0a630005);
    ck_assert(tap_tun_read(&t, &pool, pkt));
    k = pptp_pool_at(&pool, pkt);
    ck_assert_uint_eq(k->off, 44);
    ck_assert_uint_eq(k->head_len, 30);
    ck_assert_mem_eq(pptp_packet_data(k) + 12, "\x0a\x62\x00\x01", 4);
    ck_assert_mem_eq(pptp_packet_data(k) + 16, "\x0a\x63\x00\x05", 4);

    /* what is written goes in: a raw socket hears it */
    heard = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK, 200);
    echo[8] = 64;
    echo[9] = 200;
    memcpy(echo + 12, "\x0a\x63\x00\x05\x0a\x62\x00\x01", 8);
    checksum(echo);
    tap_tun_write(&t, echo, sizeof echo);
    ck_assert_uint_eq(t.tx_failed, 0);
    usleep(20000);
    ck_assert_int_eq(recv(heard, mem, sizeof mem, 0), sizeof echo);
    tap_tun_write(&t, (const uint8_t *)"\x10", 1);
    ck_assert_uint_eq(t.tx_failed, 1);
    close(heard);
    tap_tun_close(&t);
    ck_assert_uint_eq(if_nametoindex("dt0"), 0);
}
END_TEST

/* A name of policy's, or a pattern's with a number; nothing that the kernel
 * would not take. */
START_TEST(names)
{
    static const char *const good[][2] = {
        { "dialtone0", "dialtone0" },  { "dt%d", "dt%d" }, { "dt%d", "dt0" },
        { "dt%d", "dt1234567890123" }, { "%d", "7" },      { "a%db", "a12b" }
    };
    static const char *const bad[][2] = { { "dialtone0", "dialtone1" },
                                          { "dt%d", "dt" },
                                          { "dt%d", "dtx" },
                                          { "dt%d", "dt12345678901234" },
                                          { "dt%d", "d" },
                                          { "dt%d", "dt1 " },
                                          { "dt%d", "dt%d%d" },
                                          { "a%db", "a12" },
                                          { "a%db", "ab" },
                                          { "a%db", "a1bb" },
                                          { "", "" },
                                          { "..", ".." },
                                          { "a/b", "a/b" },
                                          { ".", "." },
                                          { "a:1", "a:1" },
                                          { "a\x7f", "a\x7f" },
                                          { "a\xe4", "a\xe4" } };
    size_t i;

    for (i = 0; i < sizeof good / sizeof good[0]; i++)
        ck_assert_msg(tap_tun_name(good[i][0], good[i][1]), "%s", good[i][1]);
    for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(!tap_tun_name(bad[i][0], bad[i][1]), "%s", bad[i][1]);
}
END_TEST

/* Without an address it is up, routes lead into it, and the kernel sends
 * with an address that it has elsewhere. */
START_TEST(no_address)
{
    const struct tap_prefix route = { .ip = 0x0a630000, .bits = 24 };
    struct tap_tun_config c = { .name = "dt%d",
                                .local = 0x0a620001,
                                .mtu = 1400 };
    static uint8_t mem[PACKETS * (BUF + 128)] __attribute__((aligned(64)));
    struct tap_tun other, t;
    struct pptp_pool pool;
    const char *what;
    pptp_pkt pkt;

    if (!alone())
        return;
    ck_assert_int_eq(tap_tun_open(&other, &c, &what), 0);
    c.local = 0;
    c.routes = &route;
    c.routes_n = 1;
    ck_assert_int_eq(tap_tun_open(&t, &c, &what), 0);
    pptp_pool_init(&pool, mem, PACKETS, BUF);
    pkt = pptp_pool_take(&pool, 44);
    send_to(0x0a630005);
    ck_assert(tap_tun_read(&t, &pool, pkt));
    ck_assert_mem_eq(pptp_packet_data(pptp_pool_at(&pool, pkt)) + 12,
                     "\x0a\x62\x00\x01\x0a\x63\x00\x05", 8);
    tap_tun_close(&t);
    tap_tun_close(&other);
}
END_TEST

/* Packets for the other end come, too; they carry our address. */
START_TEST(point_to_point)
{
    struct tap_tun_config c = {
        .name = "dt%d", .local = 0x0a620001, .peer = 0x0a640009, .mtu = 1400
    };
    static uint8_t mem[PACKETS * (BUF + 128)] __attribute__((aligned(64)));
    struct pptp_pool pool;
    struct tap_tun t;
    const char *what;
    pptp_pkt pkt;

    if (!alone())
        return;
    ck_assert_int_eq(tap_tun_open(&t, &c, &what), 0);
    pptp_pool_init(&pool, mem, PACKETS, BUF);
    pkt = pptp_pool_take(&pool, 44);
    send_to(0x0a640009);
    ck_assert(tap_tun_read(&t, &pool, pkt));
    ck_assert_mem_eq(pptp_packet_data(pptp_pool_at(&pool, pkt)) + 12,
                     "\x0a\x62\x00\x01\x0a\x64\x00\x09", 8);
    tap_tun_close(&t);
}
END_TEST

/* A device that somebody else made to stay is not taken, set up and left
 * behind. */
START_TEST(persistent)
{
    struct ifreq r = { .ifr_flags = IFF_TUN | IFF_NO_PI };
    struct tap_tun_config c = { .name = "stays",
                                .local = 0x0a620001,
                                .mtu = 1400 };
    const char *what;
    struct tap_tun t;
    int fd;

    if (!alone())
        return;
    fd = open("/dev/net/tun", O_RDWR);
    strcpy(r.ifr_name, "stays");
    ck_assert_int_eq(ioctl(fd, TUNSETIFF, &r), 0);
    ck_assert_int_eq(ioctl(fd, TUNSETPERSIST, 1), 0);
    close(fd);
    ck_assert_int_eq(tap_tun_open(&t, &c, &what), -1);
    ck_assert_int_eq(errno, EBUSY);
    ck_assert_ptr_nonnull(strstr(tap_tun_cure(errno), "see `tun`"));
    ck_assert_int_eq(t.source.fd, -1);
}
END_TEST

/* Each step that fails says which it was. */
START_TEST(refusals)
{
    struct tap_prefix route[2] = { { .ip = 0x0a630000, .bits = 24 },
                                   { .ip = 0x0a630000, .bits = 24 } };
    struct tap_tun_config c = { .name = "one",
                                .local = 0x0a620001,
                                .mtu = 1280,
                                .routes = route,
                                .routes_n = 2 };
    struct tap_tun t, other;
    const char *what;

    if (!alone())
        return;
    ck_assert_int_eq(tap_tun_open(&t, &c, &what), -1);
    ck_assert_int_eq(errno, EEXIST);
    ck_assert_str_eq(what, "route");
    c.routes_n = 1;
    ck_assert_int_eq(tap_tun_open(&t, &c, &what), 0);
    ck_assert_int_eq(tap_tun_open(&other, &c, &what), -1);
    ck_assert_int_eq(errno, EBUSY);
    ck_assert_str_eq(what, "device");
    c.name = "two";
    c.mtu = 10;
    ck_assert_int_eq(tap_tun_open(&other, &c, &what), -1);
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_str_eq(what, "MTU, and up");
    tap_tun_close(&t);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tap_tun");
    TCase *tc = tcase_create("tun");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_test(tc, prefixes);
    tcase_add_test(tc, names);
    tcase_add_test(tc, device);
    tcase_add_test(tc, no_address);
    tcase_add_test(tc, point_to_point);
    tcase_add_test(tc, persistent);
    tcase_add_test(tc, refusals);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
