/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Captures of a running daemon: tap/record.h, read back. */
#include "config.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "ip/capture.h"
#include "tap/log.h"
#include "tap/loop.h"
#include "tap/record.h"

enum { US = 0x0a000001, PEER = 0x0a000002, FILE_MAX = 1 << 20, FRAMES = 64 };

static struct tap_record record;
static const struct tap_record_config plain = { .role = "pns", .flows = 16 };
static struct pptp_tcp_info info;
static uint8_t image[FILE_MAX];
static size_t image_n;
static struct capture_frame frame[FRAMES];
static unsigned frames;
static char why[256];

static int new_file(char *path)
{
    int fd = mkstemp(path);

    ck_assert_int_ge(fd, 0);
    return fd;
}

static char path[40];
static int reader; /* its own descriptor of the file */

static void set_up(void)
{
    snprintf(path, sizeof path, "/tmp/dialtone-rec-XXXXXX");
    info = (struct pptp_tcp_info){ .local = pptp_addr_v4(US),
                                   .remote = pptp_addr_v4(PEER),
                                   .local_port = 1723,
                                   .remote_port = 40000 };
    record = (struct tap_record){ .fd = -1 };
    reader = new_file(path);
}

static void tear_down(void)
{
    tap_record_stop(&record);
    close(reader);
    unlink(path);
}

static void begin(const struct tap_record_config *c)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    ck_assert_int_ge(fd, 0);
    ck_assert_msg(tap_record_start(&record, fd, c, why, sizeof why) == 0, "%s",
                  why);
}

static int take(void *ctx, const struct capture_frame *f)
{
    (void)ctx;
    ck_assert_uint_lt(frames, FRAMES);
    frame[frames++] = *f;
    return 0;
}

/* What is in the file now. */
static void read_back(void)
{
    struct capture_fault fault;
    ssize_t n = pread(reader, image, sizeof image, 0);

    ck_assert_int_ge(n, 0);
    image_n = (size_t)n;
    frames = 0;
    ck_assert_msg(capture_walk(image, image_n, take, NULL, &fault) == 0,
                  "%s at %llu", fault.text, (unsigned long long)fault.at);
}

static uint32_t be(const uint8_t *p, unsigned n)
{
    uint32_t v = 0;

    while (n-- > 0)
        v = v << 8 | *p++;
    return v;
}

/* The Internet checksum over octets that hold theirs: 0 when right. */
static uint32_t checksum(uint32_t s, const uint8_t *p, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        s += (uint32_t)p[i] << (i % 2 == 0 ? 8 : 0);
    while (s >> 16 != 0)
        s = (s & 0xffff) + (s >> 16);
    return 0xffff - s;
}

/* Header and TCP checksum, lengths; its TCP header. */
static const uint8_t *segment(unsigned i)
{
    const uint8_t *ip = frame[i].ipv4;
    size_t n = frame[i].len;

    ck_assert_uint_lt(i, frames);
    ck_assert_uint_eq(ip[0], 0x45);
    ck_assert_uint_eq(be(ip + 2, 2), n);
    ck_assert_uint_eq(checksum(0, ip, 20), 0);
    ck_assert_uint_eq(ip[9], 6);
    ck_assert_uint_eq(ip[32] >> 4, 5);
    ck_assert_uint_eq(checksum(be(ip + 12, 2) + be(ip + 14, 2) +
                                   be(ip + 16, 2) + be(ip + 18, 2) + 6 +
                                   (uint32_t)n - 20,
                               ip + 20, n - 20),
                      0);
    return ip + 20;
}

START_TEST(gre_as_it_is)
{
    uint8_t gre[101];
    struct timespec t;
    size_t i;

    for (i = 0; i < sizeof gre; i++)
        gre[i] = (uint8_t)(i * 7);
    /* off: nothing happens, and nothing is due */
    tap_record_gre(&record, 1, true, US, PEER, gre, sizeof gre);
    ck_assert_uint_eq(tap_record_deadline(&record), PPTP_NEVER);
    begin(&plain);
    clock_gettime(CLOCK_REALTIME, &t);
    tap_record_gre(&record, tap_now(), true, US, PEER, gre, sizeof gre);
    tap_record_gre(&record, tap_now(), false, PEER, US, gre, 8);
    tap_record_stop(&record);
    ck_assert_uint_eq(record.end, TAP_RECORD_STOPPED);
    read_back();
    ck_assert_uint_eq(frames, 2);
    ck_assert_uint_eq(frame[0].len, 20 + sizeof gre);
    ck_assert_uint_eq(frame[0].ipv4[9], 47);
    ck_assert_uint_eq(be(frame[0].ipv4 + 2, 2), 20 + sizeof gre);
    ck_assert_uint_eq(be(frame[0].ipv4 + 12, 4), US);
    ck_assert_uint_eq(be(frame[0].ipv4 + 16, 4), PEER);
    ck_assert_uint_eq(checksum(0, frame[0].ipv4, 20), 0);
    ck_assert_mem_eq(frame[0].ipv4 + 20, gre, sizeof gre);
    ck_assert_uint_eq(be(frame[1].ipv4 + 12, 4), PEER);
    ck_assert_uint_eq(frame[1].len, 28);
    /* the time of day, to a second */
    ck_assert_uint_lt(frame[0].at_ns - (pptp_ns)t.tv_sec * PPTP_S, 3 * PPTP_S);
    ck_assert_uint_ge(frame[1].at_ns, frame[0].at_ns);
    /* directions: the flags behind each packet */
    ck_assert_uint_eq(*(frame[0].ipv4 + 124 + 4), 2);
    ck_assert_uint_eq(*(frame[1].ipv4 + 28 + 4), 1);
}
END_TEST

/* 2: files carry the same now as the journal, shifted by what the interface
 * says. */
START_TEST(stamps_are_now_and_an_offset)
{
    uint8_t gre[8] = { 0x20 };
    char text[64];

    begin(&plain);
    tap_record_gre(&record, 5000000001, true, US, PEER, gre, sizeof gre);
    tap_record_gre(&record, 5000000003, true, US, PEER, gre, sizeof gre);
    snprintf(text, sizeof text, "now of the journal + %llu ns;",
             (unsigned long long)record.offset_ns);
    tap_record_stop(&record);
    read_back();
    ck_assert_uint_eq(frame[0].at_ns, 5000000001 + record.offset_ns);
    ck_assert_uint_eq(frame[1].at_ns, 5000000003 + record.offset_ns);
    ck_assert_ptr_nonnull(memmem(image, image_n, text, strlen(text)));
}
END_TEST

START_TEST(a_connection)
{
    static const uint8_t hello[] = "request!", answer[] = "yes";
    const uint8_t *t;

    begin(&plain);
    tap_record_tcp_open(&record, 10, false, &info);
    tap_record_tcp(&record, 20, false, &info, hello, 8);
    tap_record_tcp(&record, 30, true, &info, answer, 3);
    tap_record_tcp(&record, 40, false, &info, hello, 7);
    tap_record_tcp_close(&record, 50, true, &info);
    tap_record_tcp_close(&record, 51, true, &info); /* has been said */
    tap_record_tcp_close(&record, 52, false, &info);
    tap_record_tcp_open(&record, 60, true, &info); /* the same ports again */
    tap_record_stop(&record);
    read_back();
    ck_assert_uint_eq(frames, 11);
    t = segment(0); /* SYN of the peer */
    ck_assert_uint_eq(be(t, 2), 40000);
    ck_assert_uint_eq(be(t + 2, 2), 1723);
    ck_assert_uint_eq(t[13], 0x02);
    ck_assert_uint_eq(be(t + 4, 4), 0);
    ck_assert_uint_eq(be(t + 8, 4), 0);
    t = segment(1);
    ck_assert_uint_eq(be(t, 2), 1723);
    ck_assert_uint_eq(t[13], 0x12);
    ck_assert_uint_eq(be(t + 8, 4), 1);
    t = segment(2);
    ck_assert_uint_eq(t[13], 0x10);
    ck_assert_uint_eq(be(t + 4, 4), 1);
    t = segment(3);
    ck_assert_uint_eq(be(t + 4, 4), 1);
    ck_assert_mem_eq(t + 20, hello, 8);
    t = segment(4); /* ours, acknowledging */
    ck_assert_uint_eq(be(frame[4].ipv4 + 12, 4), US);
    ck_assert_uint_eq(be(t + 4, 4), 1);
    ck_assert_uint_eq(be(t + 8, 4), 9);
    ck_assert_mem_eq(t + 20, answer, 3);
    t = segment(5);
    ck_assert_uint_eq(be(t + 4, 4), 9);
    ck_assert_uint_eq(be(t + 8, 4), 4);
    t = segment(6);
    ck_assert_uint_eq(t[13], 0x11);
    ck_assert_uint_eq(be(t + 4, 4), 4);
    ck_assert_uint_eq(be(t + 8, 4), 16);
    t = segment(7);
    ck_assert_uint_eq(be(t, 2), 40000);
    ck_assert_uint_eq(t[13], 0x11);
    ck_assert_uint_eq(be(t + 4, 4), 16);
    ck_assert_uint_eq(be(t + 8, 4), 5);
    t = segment(8);
    ck_assert_uint_eq(be(t, 2), 1723);
    ck_assert_uint_eq(t[13], 0x02);
    ck_assert_uint_eq(be(t + 4, 4), 0);
}
END_TEST

START_TEST(octets_without_end)
{
    static uint8_t many[4000];
    uint32_t seq = 1;
    unsigned i;

    memset(many, 0xa5, sizeof many);
    begin(&plain);
    tap_record_tcp(&record, 1, true, &info, many, sizeof many);
    tap_record_stop(&record);
    read_back();
    ck_assert_uint_eq(frames, 3);
    for (i = 0; i < frames; i++) {
        ck_assert_uint_eq(be(segment(i) + 4, 4), seq);
        seq += (uint32_t)frame[i].len - 40;
    }
    ck_assert_uint_eq(seq, 4001);
}
END_TEST

/* More connections than places: what is lost is only where they stood. */
START_TEST(many_connections)
{
    struct tap_record_config c = plain;
    unsigned round, i;

    c.flows = 1;
    begin(&c);
    for (round = 0; round < 2; round++)
        for (i = 0; i < 1000; i++) {
            info.remote_port = (uint16_t)(i + 1);
            tap_record_tcp(&record, i, true, &info, (const uint8_t *)"x", 1);
        }
    tap_record_stop(&record);
    ck_assert_uint_eq(record.packets, 2000);
    /* few enough: every one goes on where it stood */
    c.flows = 16;
    begin(&c);
    for (round = 0; round < 2; round++)
        for (i = 0; i < 4; i++) {
            info.remote_port = (uint16_t)(i + 1);
            tap_record_tcp(&record, i, true, &info, (const uint8_t *)"x", 1);
        }
    tap_record_stop(&record);
    ck_assert_int_eq(truncate(path, (off_t)record.octets), 0);
    read_back();
    ck_assert_uint_eq(frames, 8);
    for (i = 4; i < 8; i++)
        ck_assert_uint_eq(be(segment(i) + 4, 4), 2);
}
END_TEST

START_TEST(snap_length)
{
    static uint8_t gre[1400];
    struct tap_record_config c = plain;

    c.snap_octets = 65;
    memset(gre, 0x5a, sizeof gre);
    begin(&c);
    tap_record_gre(&record, 1, true, US, PEER, gre, sizeof gre);
    tap_record_gre(&record, 1, true, US, PEER, gre, 45);
    tap_record_stop(&record);
    read_back();
    ck_assert_uint_eq(frame[0].len, 65);
    ck_assert_uint_eq(frame[0].wire_octets, 1420);
    ck_assert_uint_eq(be(frame[0].ipv4 + 2, 2), 1420);
    ck_assert_uint_eq(frame[1].len, 65);
    ck_assert_uint_eq(frame[1].wire_octets, 65);
}
END_TEST

START_TEST(size_limit)
{
    static uint8_t gre[1000];
    struct tap_record_config c = plain;
    struct stat st;
    unsigned i;

    c.limit_octets = 20000;
    begin(&c);
    for (i = 0; i < 30; i++)
        tap_record_gre(&record, i, true, US, PEER, gre, sizeof gre);
    ck_assert(!record.on);
    ck_assert_uint_eq(record.end, TAP_RECORD_LIMIT);
    ck_assert_uint_eq(tap_record_deadline(&record), PPTP_NEVER);
    ck_assert_int_eq(fstat(reader, &st), 0);
    ck_assert_int_le(st.st_size, 20000);
    ck_assert_int_gt(st.st_size, 20000 - 1100);
    ck_assert_uint_eq((uint64_t)st.st_size, record.octets);
    read_back();
    ck_assert_uint_eq(frames, record.packets);
    /* the limit within a message of a connection */
    c.limit_octets = 3000;
    begin(&c);
    tap_record_tcp(&record, 1, true, &info, image, 5000);
    ck_assert_uint_eq(record.end, TAP_RECORD_LIMIT);
    begin(&c);
    for (i = 0; record.on; i++)
        tap_record_tcp_open(&record, 1, true, &info);
    ck_assert_uint_gt(i, 1);
    begin(&c);
    for (i = 0; record.on; i++)
        tap_record_tcp_close(&record, 1, i % 2 == 0, &info);
    ck_assert_uint_gt(i, 1);
}
END_TEST

/* The longest packet there can be, and what cannot be one. */
START_TEST(long_packets)
{
    static uint8_t gre[65536];
    unsigned i;

    begin(&plain);
    for (i = 0; i < 5; i++)
        tap_record_gre(&record, i, false, PEER, US, gre, 65515);
    tap_record_gre(&record, i, false, PEER, US, gre, 65516);
    tap_record_stop(&record);
    read_back();
    ck_assert_uint_eq(frames, 5);
    ck_assert_uint_eq(frame[4].len, 65535);
}
END_TEST

START_TEST(what_waits_is_written)
{
    uint8_t gre[8] = { 0x20 };

    begin(&plain);
    ck_assert_uint_eq(tap_record_deadline(&record), PPTP_NEVER);
    tap_record_gre(&record, 100, true, US, PEER, gre, sizeof gre);
    tap_record_gre(&record, 200, true, US, PEER, gre, sizeof gre);
    ck_assert_uint_eq(tap_record_deadline(&record), 100 + PPTP_S);
    read_back();
    ck_assert_uint_eq(frames, 0); /* the header is there at once */
    tap_record_advance(&record, 100 + PPTP_S - 1);
    read_back();
    ck_assert_uint_eq(frames, 0);
    tap_record_advance(&record, 100 + PPTP_S);
    read_back();
    ck_assert_uint_eq(frames, 2);
    ck_assert_uint_eq(tap_record_deadline(&record), PPTP_NEVER);
}
END_TEST

START_TEST(files_that_are_none)
{
    int p[2], fd;

    ck_assert_int_eq(pipe2(p, O_CLOEXEC), 0);
    ck_assert_int_lt(tap_record_start(&record, p[1], &plain, why, sizeof why),
                     0);
    ck_assert_ptr_nonnull(strstr(why, "not a regular file"));
    ck_assert_int_eq(close(p[1]), 0); /* it stayed ours */
    close(p[0]);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_lt(tap_record_start(&record, fd, &plain, why, sizeof why),
                     0);
    ck_assert_str_eq(why, strerror(EBADF));
    ck_assert(!record.on);
    /* one at a time, and the first goes on */
    begin(&plain);
    ck_assert_int_lt(tap_record_start(&record, fd, &plain, why, sizeof why),
                     0);
    ck_assert_ptr_nonnull(strstr(why, "a capture runs"));
    ck_assert(record.on);
    close(fd);
}
END_TEST

START_TEST(the_disk_is_full)
{
    static uint8_t gre[60000];
    struct rlimit r;
    unsigned i;

    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &r), 0);
    signal(SIGXFSZ, SIG_IGN);
    begin(&plain);
    r.rlim_cur = 100000;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &r), 0);
    for (i = 0; i < 10; i++)
        tap_record_gre(&record, i, true, US, PEER, gre, sizeof gre);
    ck_assert(!record.on);
    ck_assert_uint_eq(record.end, TAP_RECORD_FAILED);
    ck_assert_int_eq(record.error, EFBIG);
    r.rlim_cur = r.rlim_max;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &r), 0);
}
END_TEST

/* Wireshark's opinion, where it is installed. */
START_TEST(tshark_reads_it)
{
    /* SCCRQ, RFC 2637 2.1, and a GRE packet with LCP in it */
    static uint8_t sccrq[156] = { 0,    156, 0, 1, 0x1a, 0x2b, 0x3c,
                                  0x4d, 0,   1, 0, 0,    1,    0 };
    static const uint8_t gre[] = { 0x30, 0x01, 0x88, 0x0b, 0, 14,   0,
                                   7,    0,    0,    0,    0, 0xff, 0x03,
                                   0xc0, 0x21, 1,    1,    0, 10,   5,
                                   6,    1,    2,    3,    4 };
    char command[300], out[4096];
    size_t n;
    FILE *f;

    if (system("command -v tshark >/dev/null 2>&1") != 0)
        return;
    begin(&plain);
    tap_record_tcp_open(&record, 1000, false, &info);
    tap_record_tcp(&record, 2000, false, &info, sccrq, sizeof sccrq);
    tap_record_gre(&record, 3000, true, US, PEER, gre, sizeof gre);
    tap_record_tcp_close(&record, 4000, false, &info);
    tap_record_stop(&record);
    snprintf(command, sizeof command,
             "tshark -r %s -o tcp.check_checksum:TRUE "
             "-o ip.check_checksum:TRUE -T fields -e _ws.col.Protocol "
             "-e _ws.malformed -e _ws.expert.message 2>/dev/null",
             path);
    f = popen(command, "r");
    n = fread(out, 1, sizeof out - 1, f);
    out[n] = '\0';
    ck_assert_int_eq(pclose(f), 0);
    ck_assert_msg(strstr(out, "PPTP") != NULL, "%s", out);
    ck_assert_msg(strstr(out, "PPP LCP") != NULL, "%s", out);
    ck_assert_msg(strstr(out, "alformed") == NULL, "%s", out);
    ck_assert_msg(strstr(out, "hecksum") == NULL, "%s", out);
    ck_assert_msg(strstr(out, "lost") == NULL, "%s", out);
    ck_assert_msg(strstr(out, "etransmission") == NULL, "%s", out);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tap_record");
    TCase *t = tcase_create("record");
    SRunner *r;
    int failed;

    tap_log_set_level(TAP_ERROR);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, gre_as_it_is);
    tcase_add_test(t, stamps_are_now_and_an_offset);
    tcase_add_test(t, a_connection);
    tcase_add_test(t, octets_without_end);
    tcase_add_test(t, many_connections);
    tcase_add_test(t, snap_length);
    tcase_add_test(t, size_limit);
    tcase_add_test(t, long_packets);
    tcase_add_test(t, what_waits_is_written);
    tcase_add_test(t, files_that_are_none);
    tcase_add_test(t, the_disk_is_full);
    tcase_add_test(t, tshark_reads_it);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
