/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waiting, and the lines of a daemon: tap/loop.h, tap/log.h. */
#include "config.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap/log.h"
#include "tap/loop.h"

static struct tap_loop loop;
static unsigned told[2];
static struct tap_source source[3];

static void on_ready(struct tap_source *s, uint32_t events)
{
    char c;

    ck_assert_uint_eq(events & EPOLLIN, EPOLLIN);
    told[s == &source[1]]++;
    if (s->owner != NULL) { /* ends the other one */
        struct tap_source *other = s->owner;

        tap_loop_remove(&loop, other);
        close(other->fd);
    }
    ck_assert_int_eq(read(s->fd, &c, 1), 1);
}

START_TEST(deadlines)
{
    pptp_ns before = tap_now(), after;

    ck_assert_int_eq(tap_loop_init(&loop), 0);
    ck_assert_int_eq(tap_loop_turn(&loop, before + 20 * PPTP_MS), 0);
    after = tap_now();
    ck_assert(after >= before + 20 * PPTP_MS);
    ck_assert(after < before + 5 * PPTP_S);
    ck_assert_int_eq(tap_loop_turn(&loop, before), 0); /* long ago */
    ck_assert(tap_now() < after + 5 * PPTP_S);
    tap_loop_fini(&loop);
    ck_assert_int_eq(tap_loop_turn(&loop, 0), -1);
}
END_TEST

/* Both are ready; the first one told ends the other, who hears no more. */
START_TEST(removed_in_a_batch)
{
    int in[2], i;

    ck_assert_int_eq(tap_loop_init(&loop), 0);
    for (i = 0; i < 2; i++) {
        int pair[2];

        ck_assert_int_eq(pipe(pair), 0);
        source[i] = (struct tap_source){ .fd = pair[0], .ready = on_ready };
        in[i] = pair[1];
        source[i].owner = &source[!i];
        ck_assert_int_eq(tap_loop_add(&loop, &source[i], EPOLLIN), 0);
        ck_assert_int_eq(write(in[i], "x", 1), 1);
    }
    ck_assert_int_eq(tap_loop_turn(&loop, PPTP_NEVER), 0);
    ck_assert_uint_eq(told[0] + told[1], 1);
    tap_loop_fini(&loop);
}
END_TEST

static unsigned few[3];

static void on_few(struct tap_source *s, uint32_t events)
{
    (void)events;
    few[s - source]++; /* and stays ready */
}

/* Where few events are wanted in a turn each has its turn nevertheless. */
START_TEST(few_events)
{
    int pair[3][2], i;

    memset(few, 0, sizeof few);
    ck_assert_int_eq(tap_loop_init(&loop), 0);
    loop.most = 1;
    for (i = 0; i < 3; i++) {
        ck_assert_int_eq(pipe(pair[i]), 0);
        source[i] = (struct tap_source){ .fd = pair[i][0], .ready = on_few };
        ck_assert_int_eq(tap_loop_add(&loop, &source[i], EPOLLIN), 0);
        ck_assert_int_eq(write(pair[i][1], "x", 1), 1);
    }
    for (i = 0; i < 6; i++)
        ck_assert_int_eq(tap_loop_turn(&loop, PPTP_NEVER), 0);
    for (i = 0; i < 3; i++)
        ck_assert_uint_eq(few[i], 2);
    loop.most = TAP_LOOP_BATCH;
    ck_assert_int_eq(tap_loop_turn(&loop, PPTP_NEVER), 0);
    for (i = 0; i < 3; i++)
        ck_assert_uint_eq(few[i], 3);
    tap_loop_fini(&loop);
}
END_TEST

static unsigned turn, told_at[4];

static void on_rank(struct tap_source *s, uint32_t events)
{
    (void)events;
    told_at[s->rank] = ++turn;
    tap_loop_remove(&loop, s);
}

static void between(void *owner)
{
    *(unsigned *)owner = ++turn;
}

/* All are ready: control messages, then what is between, then GRE, then new
 * packets; whatever was added first. */
START_TEST(ranks)
{
    struct tap_source s[TAP_RANKS];
    unsigned i;

    ck_assert_int_eq(tap_loop_init(&loop), 0);
    loop.between = between;
    loop.owner = &told_at[TAP_RANKS];
    for (i = 0; i < TAP_RANKS; i++) {
        int pair[2];

        ck_assert_int_eq(pipe(pair), 0);
        s[i] = (struct tap_source){ .fd = pair[0],
                                    .ready = on_rank,
                                    .rank = (uint8_t)(TAP_RANKS - 1 - i) };
        ck_assert_int_eq(tap_loop_add(&loop, &s[i], EPOLLIN), 0);
        ck_assert_int_eq(write(pair[1], "x", 1), 1);
    }
    ck_assert_int_eq(tap_loop_turn(&loop, PPTP_NEVER), 0);
    ck_assert_uint_eq(told_at[TAP_RANK_FIRST], 1);
    ck_assert_uint_eq(told_at[TAP_RANKS], 2);
    ck_assert_uint_eq(told_at[TAP_RANK_GRE], 3);
    ck_assert_uint_eq(told_at[TAP_RANK_DEVICE], 4);
    tap_loop_fini(&loop);
    loop.between = NULL;
}
END_TEST

START_TEST(changed)
{
    int pair[2];

    ck_assert_int_eq(tap_loop_init(&loop), 0);
    ck_assert_int_eq(pipe(pair), 0);
    source[0] = (struct tap_source){ .fd = pair[0], .ready = on_ready };
    ck_assert_int_eq(tap_loop_add(&loop, &source[0], EPOLLIN), 0);
    tap_loop_change(&loop, &source[0], 0);
    ck_assert_int_eq(write(pair[1], "x", 1), 1);
    ck_assert_int_eq(tap_loop_turn(&loop, tap_now() + PPTP_MS), 0);
    ck_assert_uint_eq(told[0], 0);
    tap_loop_change(&loop, &source[0], EPOLLIN);
    ck_assert_int_eq(tap_loop_turn(&loop, PPTP_NEVER), 0);
    ck_assert_uint_eq(told[0], 1);
    tap_loop_fini(&loop);
}
END_TEST

/* What standard error gets, in a file; journald's if `journal` says so. */
static char *lines(bool journal, unsigned n)
{
    static char text[1 << 16];
    char name[] = "/tmp/test_tap_loop_XXXXXX", stream[64];
    int fd = mkstemp(name), was = dup(2);
    struct stat st;
    ssize_t got;
    unsigned i;

    unlink(name);
    ck_assert_int_eq(fstat(fd, &st), 0);
    snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)st.st_dev,
             (unsigned long long)st.st_ino + !journal);
    setenv("JOURNAL_STREAM", stream, 1);
    dup2(fd, 2);
    tap_log_init();
    for (i = 0; i < n; i++)
        tap_say(TAP_WARNING, "line %u", i);
    dup2(was, 2);
    close(was);
    got = pread(fd, text, sizeof text - 1, 0);
    ck_assert_int_ge(got, 0);
    text[got] = 0;
    close(fd);
    return text;
}

START_TEST(one_line_each)
{
    char *text = lines(true, 1);

    ck_assert_str_eq(text, "<4>line 0\n");
    text = lines(false, 1);
    ck_assert_uint_eq(strlen(text), strlen("2026-01-01T00:00:00.000Z ") + 7);
    ck_assert_str_eq(text + 25, "line 0\n");
    ck_assert(text[10] == 'T' && text[23] == 'Z');
}
END_TEST

START_TEST(bounded)
{
    char *text = lines(true, 3 * TAP_LOG_RATE);
    unsigned n = 0;

    for (; *text != 0; text++)
        n += *text == '\n';
    /* a second may end meanwhile */
    ck_assert_uint_ge(n, TAP_LOG_RATE);
    ck_assert_uint_le(n, 2 * TAP_LOG_RATE + 1);
}
END_TEST

START_TEST(too_long)
{
    char name[] = "/tmp/test_tap_loop_XXXXXX", text[1024], out[1200];
    int fd = mkstemp(name), was = dup(2);
    ssize_t got;

    unlink(name);
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    dup2(fd, 2);
    tap_log_init();
    tap_say(TAP_ERROR, "%s", text);
    dup2(was, 2);
    got = pread(fd, out, sizeof out, 0);
    ck_assert_int_gt(got, 500);
    ck_assert_int_le(got, 512);
    ck_assert(out[got - 1] == '\n' && out[got - 2] == 'x');
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tap_loop");
    TCase *tc = tcase_create("loop");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_test(tc, deadlines);
    tcase_add_test(tc, removed_in_a_batch);
    tcase_add_test(tc, few_events);
    tcase_add_test(tc, ranks);
    tcase_add_test(tc, changed);
    tcase_add_test(tc, one_line_each);
    tcase_add_test(tc, bounded);
    tcase_add_test(tc, too_long);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
