/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Captures in files: plain, gzip'd, cut, bombs, and what is no file. */
#include "config.h"

#include "tool/capture_file.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static char folder[] = "/tmp/test_capture_file.XXXXXX";
static char path[64];
static uint8_t image[1u << 16];
static size_t image_len;

static void le(uint32_t v, int n)
{
    for (; n > 0; n--, v >>= 8)
        image[image_len++] = (uint8_t)v;
}

static void begin(void)
{
    image_len = 0;
    le(0xA1B2C3D4, 4);
    le(0x00040002, 4);
    le(0, 4);
    le(0, 4);
    le(65535, 4);
    le(101, 4);
}

/* UDP from 10.0.0.1, `size` octets, at `ms`. */
static void packet(uint32_t ms, uint16_t size)
{
    static const uint8_t ends[] = { 10, 0, 0, 1, 10, 0, 0, 2 };

    le(1000 + ms / 1000, 4);
    le(ms % 1000 * 1000, 4);
    le(20, 4);
    le(size, 4);
    le(0x45, 2);
    le((uint32_t)(size >> 8 | size << 8) & 0xFFFF, 2);
    le(0, 4);
    le(0x1140, 4);
    memcpy(image + image_len, ends, sizeof ends);
    image_len += sizeof ends;
}

static void setup(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/capture", folder);
    begin();
    packet(0, 100);
    packet(10, 200);
    packet(30, 300);
}

static void teardown(void)
{
    unlink(path);
    rmdir(folder);
    strcpy(strrchr(folder, '.') + 1, "XXXXXX");
}

static void write_plain(const uint8_t *octets, size_t n)
{
    FILE *f = fopen(path, "wb");

    ck_assert_ptr_nonnull(f);
    ck_assert(n == 0 || fwrite(octets, 1, n, f) == n);
    fclose(f);
}

/* The image, and as often again its packets, packed; less `cut` octets. */
static void write_gzip(unsigned times, off_t less)
{
    gzFile gz = gzopen(path, "wb1");
    struct stat st;

    ck_assert_ptr_nonnull(gz);
    ck_assert_int_gt(gzwrite(gz, image, (unsigned)image_len), 0);
    for (; times > 0; times--)
        ck_assert_int_gt(gzwrite(gz, image + 24, (unsigned)(image_len - 24)),
                         0);
    ck_assert_int_eq(gzclose(gz), Z_OK);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_int_eq(truncate(path, st.st_size - less), 0);
}

static int count(void *ctx, const struct capture_frame *f)
{
    uint64_t *n = ctx;

    /* asserted only if not: two million times */
    if (f->number != ++*n)
        ck_abort_msg("frame %llu, not %llu", (unsigned long long)f->number,
                     (unsigned long long)*n);
    return 0;
}

/* How many packets were seen; what was said of it in `text`. */
static uint64_t walked(const char *file, bool pipes, int *err, char *text)
{
    struct capture_file_result r;
    uint64_t n = 0;

    *err = capture_file_walk(file, pipes, count, &n, &r);
    capture_file_fault(&r, text, 200);
    return n;
}

START_TEST(plain_and_packed)
{
    struct capture_file_result how;
    struct capture c;
    char text[200];
    int err;

    if (_i == 0)
        write_plain(image, image_len);
    else
        write_gzip(0, 0);
    ck_assert_uint_eq(walked(path, false, &err, text), 3);
    ck_assert_int_eq(err, 0);
    ck_assert_int_eq(capture_file_parse(path, 0, &c, &how), 0);
    ck_assert_uint_eq(c.count, 3);
    ck_assert_uint_eq(c.packets[2].at_ns, 30 * PPTP_MS);
    ck_assert_uint_eq(c.packets[2].size_octets, 300);
    ck_assert(how.gzip == (_i == 1));
    capture_fini(&c);
    ck_assert_int_eq(capture_file_parse(path, 1, &c, &how), PPTP_ERR_UNKNOWN);
    capture_file_fault(&how, text, sizeof text);
    ck_assert_ptr_nonnull(strstr(text, "no packets from the source"));
    capture_fini(&c);
}
END_TEST

/* More than one piece, and a record that lies across pieces. */
START_TEST(long_ones)
{
    char text[200];
    int err;

    while (image_len + 36 <= 60000)
        packet(40, 100);
    write_gzip(99, 0);
    ck_assert_uint_eq(walked(path, false, &err, text),
                      100 * ((image_len - 24) / 36));
    ck_assert_int_eq(err, 0);
}
END_TEST

static int first_seconds(void *ctx, const struct capture_frame *f)
{
    (void)ctx;
    return f->number < 100000 ? 0 : PPTP_ERR_STATE;
}

/* Memory does not follow what a file unpacks to: 66 MB within 32 more.  A
 * sanitizer keeps what was freed; then it is not judged. */
START_TEST(bomb)
{
    struct capture_file_result r;
    struct rusage before, after;
    char text[200];
    int err;

    while (image_len + 36 <= 60000)
        packet(40, 100);
    write_gzip(1100, 0);
    getrusage(RUSAGE_SELF, &before);
    ck_assert_uint_gt(walked(path, false, &err, text), 1800000);
    ck_assert_int_eq(err, 0);
    getrusage(RUSAGE_SELF, &after);
#ifndef __SANITIZE_ADDRESS__
    ck_assert_int_lt(after.ru_maxrss - before.ru_maxrss, 32 * 1024);
#endif
    /* who looks may stop */
    ck_assert_int_eq(capture_file_walk(path, false, first_seconds, NULL, &r),
                     PPTP_ERR_STATE);
}
END_TEST

/* What came before the fault is shown, and the fault is told. */
START_TEST(faults)
{
    char text[200];
    int err;

    write_plain(image, image_len - 1);
    ck_assert_uint_eq(walked(path, false, &err, text), 2);
    ck_assert_int_eq(err, PPTP_ERR_TRUNCATED);
    ck_assert_str_eq(text, "packet cut, at octet 96");
    write_gzip(0, 9); /* its trailer and an octet */
    ck_assert_uint_ge(walked(path, false, &err, text), 2);
    ck_assert_int_eq(err, PPTP_ERR_TRUNCATED);
    ck_assert_ptr_nonnull(strstr(text, "gzip: the file ends early"));
    write_plain(NULL, 0);
    ck_assert_uint_eq(walked(path, false, &err, text), 0);
    ck_assert_ptr_nonnull(strstr(text, "the file is empty"));
    write_plain((const uint8_t *)"\x1F\x8B", 2);
    ck_assert_uint_eq(walked(path, false, &err, text), 0);
    ck_assert_str_eq(text, "gzip: the file ends early, at octet 0 of what it "
                           "unpacks to");
    write_gzip(0, 0);
    ck_assert_uint_eq(walked(path, false, &err, text), 3);
    {
        FILE *f = fopen(path, "r+b");

        ck_assert_ptr_nonnull(f);
        fseek(f, -8, SEEK_END); /* its CRC-32 */
        fputs("\x55\xAA", f);
        fclose(f);
    }
    walked(path, false, &err, text);
    ck_assert_int_eq(err, PPTP_ERR_TRUNCATED);
    ck_assert_ptr_nonnull(strstr(text, "gzip: incorrect data check, at"));
    write_gzip(0, 0);
    {
        FILE *f = fopen(path, "r+b");

        ck_assert_ptr_nonnull(f);
        fseek(f, 30, SEEK_SET);
        fputs("\xFF\xFF\xFF\xFF", f);
        fclose(f);
    }
    walked(path, false, &err, text);
    ck_assert_int_lt(err, 0);
    ck_assert_ptr_nonnull(strstr(text, "of what it unpacks to"));
}
END_TEST

/* A device could give octets without end, and opening one may do harm. */
START_TEST(no_file)
{
    char text[200];
    int err;

    walked("/dev/zero", true, &err, text);
    ck_assert_int_eq(err, PPTP_ERR_STATE);
    ck_assert_str_eq(text, "is no regular file but a device");
    walked(folder, true, &err, text);
    ck_assert_str_eq(text, "is no regular file but a folder");
    walked(path, true, &err, text);
    ck_assert_str_eq(text, "No such file or directory");
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    walked(path, false, &err, text);
    ck_assert_str_eq(text, "is no regular file but a pipe");
}
END_TEST

/* Standard input: a pipe is read, a device is not. */
START_TEST(standard_input)
{
    int ends[2], was = dup(STDIN_FILENO), zero, err;
    char text[200];

    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(write(ends[1], image, image_len), (ssize_t)image_len);
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    ck_assert_uint_eq(walked("-", true, &err, text), 3);
    ck_assert_int_eq(err, 0);
    zero = open("/dev/zero", O_RDONLY);
    dup2(zero, STDIN_FILENO);
    close(zero);
    walked("-", true, &err, text);
    ck_assert_str_eq(text, "is no regular file but a device");
    walked("-", false, &err, text); /* a file of that name */
    ck_assert_str_eq(text, "No such file or directory");
    dup2(was, STDIN_FILENO);
    close(was);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("capture_file");
    TCase *t = tcase_create("capture_file");
    SRunner *r;
    int failed;

    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, plain_and_packed, 0, 2);
    tcase_add_test(t, long_ones);
    tcase_add_test(t, bomb);
    tcase_add_test(t, faults);
    tcase_add_test(t, no_file);
    tcase_add_test(t, standard_input);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
