/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pcapng writer: every octet of a small file, padding, failures. */
#include "config.h"

#include "tool/pcapng_file.h"

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static char path[64];
static uint8_t octets[4096];
static size_t len;

static void setup(void)
{
    int fd;

    strcpy(path, "/tmp/test_pcapng.XXXXXX");
    fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
}

static void teardown(void)
{
    unlink(path);
}

static void slurp(void)
{
    FILE *f = fopen(path, "rb");

    ck_assert_ptr_nonnull(f);
    len = fread(octets, 1, sizeof octets, f);
    fclose(f);
}

static uint32_t u32(size_t at)
{
    ck_assert_uint_le(at + 4, len);
    return (uint32_t)octets[at] | (uint32_t)octets[at + 1] << 8 |
           (uint32_t)octets[at + 2] << 16 | (uint32_t)octets[at + 3] << 24;
}

/* The offset of block n; checks both lengths of every block before it. */
static size_t block_at(unsigned n)
{
    size_t at = 0;

    for (unsigned i = 0; i < n; i++) {
        uint32_t total = u32(at + 4);

        ck_assert_uint_ge(total, 12);
        ck_assert_uint_eq(total % 4, 0);
        ck_assert_uint_eq(u32(at + total - 4), total);
        at += total;
    }
    return at;
}

static struct pcapng_file *open_file(void)
{
    struct conf_error err;
    struct pcapng_file *w = pcapng_file_open(path, &err);

    ck_assert_ptr_nonnull(w);
    return w;
}

START_TEST(section_and_interface)
{
    static const uint8_t idb[] = { 1,   0,   0,   0, 40, 0, 0,  0, 228, 0,
                                   0,   0,   64,  1, 0,  0, 2,  0, 3,   0,
                                   'u', 'p', '0', 0, 9,  0, 1,  0, 9,   0,
                                   0,   0,   0,   0, 0,  0, 40, 0, 0,   0 };
    struct pcapng_file *w = open_file();

    ck_assert_int_eq(pcapng_file_interface(w, "up0", 320), 0);
    ck_assert_int_eq(pcapng_file_interface(w, "down", PCAPNG_PACKET_MAX), 1);
    ck_assert_int_eq(pcapng_file_close(w), 0);
    slurp();
    ck_assert_uint_eq(u32(0), 0x0a0d0d0a);
    ck_assert_uint_eq(u32(8), 0x1a2b3c4d);
    ck_assert_int_eq(memcmp(octets + 28, "dialtone ", 9), 0);
    ck_assert_int_eq(memcmp(octets + block_at(1), idb, sizeof idb), 0);
    ck_assert_uint_eq(block_at(3), len);
}
END_TEST

START_TEST(packet_with_zero_tail)
{
    static const uint8_t head[] = { 0x45, 1, 2, 3, 4 };
    static const uint8_t data[8] = { 0x45, 1, 2, 3, 4 };
    struct pcapng_file *w = open_file();
    size_t at;

    pcapng_file_interface(w, "a", PCAPNG_PACKET_MAX);
    ck_assert_int_eq(
        pcapng_file_packet(w, 0, 0x123456789abcdefu, head, sizeof head, 2), 0);
    ck_assert_int_eq(pcapng_file_packet(w, 0, 7, NULL, 0, 4), 0);
    ck_assert_int_eq(pcapng_file_packet_cut(w, 0, 8, head, 4, 0, 1500, NULL),
                     0);
    ck_assert_int_eq(pcapng_file_close(w), 0);
    slurp();
    at = block_at(2);
    ck_assert_uint_eq(u32(at), 6);
    ck_assert_uint_eq(u32(at + 4), 40);
    ck_assert_uint_eq(u32(at + 8), 0);
    ck_assert_uint_eq(u32(at + 12), 0x01234567);
    ck_assert_uint_eq(u32(at + 16), 0x89abcdef);
    ck_assert_uint_eq(u32(at + 20), 7);
    ck_assert_uint_eq(u32(at + 24), 7);
    ck_assert_int_eq(memcmp(octets + at + 28, data, sizeof data), 0);
    at = block_at(3);
    ck_assert_uint_eq(u32(at + 20), 4);
    ck_assert_uint_eq(u32(at + 28), 0);
    at = block_at(4);
    ck_assert_uint_eq(u32(at + 20), 4);
    ck_assert_uint_eq(u32(at + 24), 1500);
    ck_assert_uint_eq(block_at(5), len);
}
END_TEST

START_TEST(largest_packet_and_longest_name)
{
    char name[1000];
    struct pcapng_file *w = open_file();

    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    ck_assert_int_eq(pcapng_file_interface(w, name, PCAPNG_PACKET_MAX), 0);
    ck_assert_int_eq(pcapng_file_packet(w, 0, 1, NULL, 0, PCAPNG_PACKET_MAX),
                     0);
    ck_assert_int_eq(pcapng_file_close(w), 0);
    slurp();
    ck_assert_uint_eq(u32(block_at(2) + 4), 32 + PCAPNG_PACKET_MAX + 1);
}
END_TEST

/* A file that does not fit ends after a whole block, wherever the limit
 * falls: in the section, in the interface, in a packet. */
START_TEST(a_full_disk_cuts_no_block)
{
    static const rlim_t limits[] = { 20, 60, 140, 150, 2000 };
    struct rlimit was, now;
    struct pcapng_file *w = open_file();
    size_t at = 0;
    int limited, closed, why;

    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &was), 0);
    now = (struct rlimit){ limits[_i], was.rlim_max };
    signal(SIGXFSZ, SIG_IGN);
    /* nothing is asserted below it: Check's own file would be cut */
    limited = setrlimit(RLIMIT_FSIZE, &now);
    pcapng_file_interface(w, "a", PCAPNG_PACKET_MAX);
    for (int i = 0; i < 20000; i++)
        pcapng_file_packet(w, 0, 1, NULL, 0, 20);
    closed = pcapng_file_close(w);
    why = errno;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &was), 0);
    ck_assert_int_eq(limited, 0);
    ck_assert_int_eq(closed, -1);
    ck_assert_int_eq(why, EFBIG);
    slurp();
    ck_assert_uint_le(len, limits[_i]);
    ck_assert_uint_gt(len + 60, limits[_i]); /* the longest block has 56 */
    while (at < len)
        at += u32(at + 4);
    ck_assert_uint_eq(at, len);
}
END_TEST

START_TEST(failures_are_told)
{
    struct conf_error err;
    struct pcapng_file *w;

    ck_assert_ptr_null(pcapng_file_open("/nonexistent/x.pcapng", &err));
    ck_assert_ptr_nonnull(strstr(err.text, "/nonexistent/x.pcapng"));
    if (access("/dev/full", W_OK) == 0) {
        w = pcapng_file_open("/dev/full", &err);
        ck_assert_ptr_nonnull(w);
        ck_assert_int_eq(pcapng_file_close(w), -1);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pcapng");
    TCase *tc = tcase_create("writer");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, section_and_interface);
    tcase_add_test(tc, packet_with_zero_tail);
    tcase_add_test(tc, largest_packet_and_longest_name);
    tcase_add_loop_test(tc, a_full_disk_cuts_no_block, 0, 5);
    tcase_add_test(tc, failures_are_told);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
