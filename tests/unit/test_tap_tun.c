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
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tap/gro.h"
#include "tap/tun.h"
#include "tests/unit/tap_gro_cut.h"

enum { PACKETS = 4, BUF = 2000, BATCH = 40, DATA_OCTETS = 1000 };

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

static struct tap_tun_config one = {
    .name = "one", .local = 0x0a620001, .peer = 0x0a620009, .mtu = 1400
};

/* A batch with room before each, as there is in the pool. */
static uint8_t batch[BATCH][BUF];
static struct iovec packet[BATCH];

static uint8_t *put(uint32_t i, uint8_t protocol, size_t n, uint16_t id)
{
    static const uint8_t head[] = { 0x45, 0, 0,  0,  0, 0, 0x40, 0,  64, 0,
                                    0,    0, 10, 98, 0, 9, 10,   98, 0,  1 };
    uint8_t *ip = batch[i] + TAP_GRO_VIRTIO;
    size_t k;

    packet[i] = (struct iovec){ ip, n };
    for (k = 0; k < n; k++)
        ip[k] = (uint8_t)(k * (i + 3));
    memcpy(ip, head, sizeof head);
    cut_put16(ip + 2, (uint32_t)n);
    cut_put16(ip + 4, id);
    ip[9] = protocol;
    cut_put16(ip + 20, 4000);
    cut_put16(ip + 22, 9);
    if (protocol == IPPROTO_UDP)
        cut_put16(ip + 24, (uint32_t)n - 20);
    return ip;
}

static void put_tcp(uint32_t i, uint32_t seq, uint32_t ack, uint8_t flags,
                    size_t data)
{
    uint8_t *ip = put(i, IPPROTO_TCP, 40 + data, (uint16_t)(100 + i));

    memset(ip + 32, 0, 8);
    cut_put16(ip + 24, seq >> 16);
    cut_put16(ip + 26, seq & 0xffff);
    cut_put16(ip + 28, ack >> 16);
    cut_put16(ip + 30, ack & 0xffff);
    ip[32] = 0x50;
    ip[33] = flags;
    cut_put16(ip + 34, 60000);
    cut_checksums(ip, 40 + data);
}

/* Packets that the kernel has seen come from it. */
static unsigned writes_to(const char *name)
{
    char path[100], text[40] = "";
    FILE *f;

    snprintf(path, sizeof path, "/proc/self/net/dev");
    f = fopen(path, "r");
    while (fgets(path, sizeof path, f) != NULL)
        if (strstr(path, name) != NULL)
            sscanf(strchr(path, ':'), ": %*s %39s", text);
    fclose(f);
    return (unsigned)atoi(text);
}

static int listener(int type)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(9) };
    int fd = socket(AF_INET, type | SOCK_NONBLOCK, 0), much = 1 << 20;

    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &much, sizeof much);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)(void *)&a, sizeof a), 0);
    if (type == SOCK_STREAM)
        ck_assert_int_eq(listen(fd, 1), 0);
    return fd;
}

/* Bulk of one UDP flow, and a packet of it that is corrupt: each datagram
 * comes as it was sent, that one not at all, and the kernel had three
 * packets if it knows of UDP in several, or else one each. */
START_TEST(udp_bulk)
{
    struct tap_tun t = { .refuses = 0 };
    uint8_t got[BUF];
    const char *what;
    uint32_t i;
    int fd;

    if (!alone())
        return;
    ck_assert_int_eq(tap_tun_open(&t, &one, &what), 0);
    fd = listener(SOCK_DGRAM);
    for (i = 0; i < BATCH; i++)
        cut_checksums(put(i, IPPROTO_UDP, 600, (uint16_t)(65530 + i)), 600);
    ((uint8_t *)packet[7].iov_base)[300] ^= 1;
    tap_tun_write_batch(&t, packet, BATCH);
    ck_assert_uint_eq(t.tx_failed, 0);
    if (t.refuses == 0)
        ck_assert_uint_eq(writes_to("one"), 3);
    else
        ck_assert_uint_eq(writes_to("one"), BATCH);
    for (i = 0; i < BATCH; i++) {
        if (i == 7)
            continue;
        ck_assert_int_eq(recv(fd, got, sizeof got, 0), 600 - 28);
        ck_assert_mem_eq(got, (uint8_t *)packet[i].iov_base + 28, 600 - 28);
    }
    ck_assert_int_eq(recv(fd, got, sizeof got, 0), -1);
    close(fd);
    tap_tun_close(&t);
}
END_TEST

/* What the kernel has to say to our TCP. */
static uint32_t heard(struct tap_tun *t, uint8_t flags, uint32_t *ack)
{
    static uint8_t room[PACKETS * (BUF + 128)] __attribute__((aligned(64)));
    struct pptp_pool pool;
    const uint8_t *ip;
    pptp_pkt pkt;

    pptp_pool_init(&pool, room, PACKETS, BUF);
    pkt = pptp_pool_take(&pool, 44);
    do {
        ck_assert(tap_tun_read(t, &pool, pkt));
        ip = pptp_packet_data(pptp_pool_at(&pool, pkt));
    } while (ip[9] != 6);
    ck_assert_uint_eq(ip[33], flags);
    *ack = cut_get16(ip + 28) << 16 | cut_get16(ip + 30);
    return cut_get16(ip + 24) << 16 | cut_get16(ip + 26);
}

/* A TCP connection of the test's own through the device: its bulk arrives
 * whole in few packets, and is acknowledged. */
START_TEST(tcp_bulk)
{
    static uint8_t all[BATCH * DATA_OCTETS];
    struct tap_tun t = { .refuses = 0 };
    uint32_t seq = 0xfffff000, theirs, ack, i;
    const char *what;
    int fd, conn;

    if (!alone())
        return;
    ck_assert_int_eq(tap_tun_open(&t, &one, &what), 0);
    fd = listener(SOCK_STREAM);
    put_tcp(0, seq++, 0, 0x02, 0);
    tap_tun_write_batch(&t, packet, 1);
    theirs = heard(&t, 0x12, &ack) + 1;
    ck_assert_uint_eq(ack, seq);
    put_tcp(0, seq, theirs, 0x10, 0);
    tap_tun_write_batch(&t, packet, 1);
    conn = accept(fd, NULL, NULL);
    ck_assert_int_ge(conn, 0);
    for (i = 0; i < BATCH; i++, seq += DATA_OCTETS)
        put_tcp(i, seq, theirs, i == BATCH - 1 ? 0x18 : 0x10, DATA_OCTETS);
    tap_tun_write_batch(&t, packet, BATCH);
    ck_assert_uint_eq(t.tx_failed + t.refuses, 0);
    ck_assert_uint_eq(writes_to("one"), 3);
    ck_assert_int_eq(recv(conn, all, sizeof all, 0), sizeof all);
    for (i = 0; i < BATCH; i++)
        ck_assert_mem_eq(all + i * DATA_OCTETS,
                         (uint8_t *)packet[i].iov_base + 40, DATA_OCTETS);
    do
        heard(&t, 0x10, &ack);
    while (ack != seq);
    close(conn);
    close(fd);
    tap_tun_close(&t);
}
END_TEST

/* The kernel forwards it to another device, and cuts: what comes out there
 * is what went in, one hop older. */
static void forward(struct tap_tun *from, struct tap_tun *to, bool tcp)
{
    static uint8_t room[PACKETS * (BUF + 128)] __attribute__((aligned(64)));
    unsigned before = writes_to("one");
    struct pptp_pool pool;
    struct pptp_packet *k;
    pptp_pkt pkt;
    uint32_t i;

    pptp_pool_init(&pool, room, PACKETS, BUF);
    pkt = pptp_pool_take(&pool, 44);
    for (i = 0; i < BATCH; i++) {
        uint8_t *ip;

        if (tcp)
            put_tcp(i, 0xfffffff0 + i * 700, 5, i == 17 ? 0x18 : 0x10, 700);
        else
            put(i, IPPROTO_UDP, i == 17 ? 500 : 900, (uint16_t)i);
        ip = packet[i].iov_base;
        ip[17] = 99; /* behind the other one */
        ip[19] = 9;
        cut_checksums(ip, packet[i].iov_len);
    }
    tap_tun_write_batch(from, packet, BATCH);
    ck_assert_uint_eq(from->tx_failed, 0);
    if (from->refuses == 0)
        ck_assert_uint_eq(writes_to("one") - before, 2);
    for (i = 0; i < BATCH; i++) {
        uint8_t *ip = packet[i].iov_base;

        ip[8]--;
        cut_checksums(ip, packet[i].iov_len);
        ck_assert(tap_tun_read(to, &pool, pkt));
        k = pptp_pool_at(&pool, pkt);
        ck_assert_uint_eq(k->head_len, packet[i].iov_len);
        ck_assert_mem_eq(pptp_packet_data(k), ip, packet[i].iov_len);
    }
    ck_assert(!tap_tun_read(to, &pool, pkt));
}

START_TEST(forwarded)
{
    struct tap_tun_config other = {
        .name = "two", .local = 0x0a630001, .peer = 0x0a630009, .mtu = 1400
    };
    struct tap_tun a = { .refuses = 0 }, b = { .refuses = 0 };
    const char *what;
    FILE *f;

    if (!alone())
        return;
    ck_assert_int_eq(tap_tun_open(&a, &one, &what), 0);
    ck_assert_int_eq(tap_tun_open(&b, &other, &what), 0);
    f = fopen("/proc/sys/net/ipv4/ip_forward", "w");
    if (f == NULL || fputs("1", f) < 0 || fclose(f) != 0) {
        printf("SKIP: no forwarding here\n");
        return;
    }
    forward(&a, &b, true);
    forward(&a, &b, false);
    tap_tun_close(&a);
    tap_tun_close(&b);
}
END_TEST

/* What is not taken as one is offered as it came, and that kind alone from
 * then on; an eventfd takes nothing of it. */
START_TEST(refused)
{
    struct tap_tun t = { .source = { .fd = eventfd(0, EFD_NONBLOCK) } };
    uint32_t i;

    for (i = 0; i < 6; i++)
        cut_checksums(put(i, IPPROTO_UDP, 600, (uint16_t)i), 600);
    tap_tun_write_batch(&t, packet, 6);
    ck_assert_uint_eq(t.refuses, TAP_GRO_UDP);
    ck_assert_uint_eq(t.tx_failed, 6);
    for (i = 0; i < 6; i++)
        put_tcp(i, i * 100, 1, 0x10, 100);
    tap_tun_write_batch(&t, packet, 6);
    ck_assert_uint_eq(t.refuses, TAP_GRO_UDP | TAP_GRO_TCP);
    ck_assert_uint_eq(t.tx_failed, 12);
    close(t.source.fd);
}
END_TEST

/* No packet to read into: what waits goes, and is counted. */
START_TEST(discarded)
{
    struct tap_tun t = { .refuses = 0 };
    const char *what;
    uint32_t i;

    if (!alone())
        return;
    ck_assert_int_eq(tap_tun_open(&t, &one, &what), 0);
    for (i = 0; i < 3; i++)
        send_to(one.peer);
    ck_assert_uint_eq(tap_tun_discard(&t), 3);
    ck_assert_uint_eq(tap_tun_discard(&t), 0);
    tap_tun_close(&t);
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
    ck_assert_ptr_nonnull(
        strstr(tap_tun_cure(errno), "another device has that name"));
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
    ck_assert_str_eq(what, "route 10.99.0.0/24");
    ck_assert_str_eq(t.name, "one");
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
    tcase_add_test(tc, udp_bulk);
    tcase_add_test(tc, tcp_bulk);
    tcase_add_test(tc, forwarded);
    tcase_add_test(tc, refused);
    tcase_add_test(tc, discarded);
    tcase_add_test(tc, persistent);
    tcase_add_test(tc, refusals);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
