/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is written of many messages, and that no kind hides another:
 * tap/log.h. */
#include "config.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tap/log.h"

static char path[] = "/tmp/test_tap_log_XXXXXX";
static char text[1 << 20];
static int saved;

/* Standard error goes to a file from here. */
static void begin(void)
{
    int fd;

    strcpy(path + sizeof path - 7, "XXXXXX");
    fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    saved = dup(STDERR_FILENO);
    ck_assert_int_eq(dup2(fd, STDERR_FILENO), STDERR_FILENO);
    close(fd);
    unsetenv("JOURNAL_STREAM");
    tap_log_init();
}

static void end(void)
{
    ssize_t n = pread(STDERR_FILENO, text, sizeof text - 1, 0);

    ck_assert_int_ge(n, 0);
    text[n] = '\0';
    dup2(saved, STDERR_FILENO);
    close(saved);
    unlink(path);
}

static unsigned lines_with(const char *words)
{
    const char *at = text;
    unsigned n = 0;

    for (; (at = strstr(at, words)) != NULL; at++)
        n++;
    return n;
}

/* The same, with those that a line stands for: "N more of: ...". */
static unsigned long messages_with(const char *words)
{
    unsigned long n = 0;
    char *copy = strdup(text), *rest = copy, *line, *more;

    while ((line = strsep(&rest, "\n")) != NULL) {
        if (strstr(line, words) == NULL)
            continue;
        more = strstr(line, " more of: ");
        n += more == NULL ? 1 : strtoul(strchr(line, ' '), NULL, 10);
    }
    free(copy);
    return n;
}

/* A flood of one kind, a message of another in the middle of it. */
START_TEST(no_kind_hides_another)
{
    unsigned i;

    begin();
    for (i = 0; i < 5000; i++) {
        tap_say(TAP_INFO, "\"user%u\" from 10.0.%u.%u: up", i, i / 256,
                i % 256);
        if (i == 2500)
            tap_say(TAP_INFO, "\"user%u\" from 10.0.0.1: %s", i,
                    "no inner address is free");
        if (i >= 2500 && i < 2510)
            tap_say(TAP_INFO, "\"user%u\" from 10.0.0.1: %s", i,
                    "the call was cleared");
    }
    tap_log_flush();
    end();
    /* each is there, or in a sum of its kind */
    ck_assert_uint_eq(messages_with(": up"), 5000);
    ck_assert_uint_eq(messages_with(": the call was cleared"), 10);
    ck_assert_uint_ge(lines_with(" more of: \"user"), 1);
    ck_assert_uint_eq(lines_with(": no inner address is free\n"), 1);
    ck_assert_uint_ge(lines_with(": the call was cleared\n"), 1);
    /* 200 in each second that this has taken, and 1 */
    ck_assert_uint_ge(lines_with(": up\n"), 200);
    ck_assert_uint_lt(lines_with(": up\n"), 5000);
}
END_TEST

/* Quoted names and numbers are no kinds: a peer cannot make more of them. */
START_TEST(names_are_no_kinds)
{
    unsigned i;

    begin();
    for (i = 0; i < 5000; i++)
        tap_say(TAP_INFO, "\"%c%c%c\" is in PPP's phase '%c%c'", 'a' + i % 26,
                'a' + i / 26 % 26, 'a' + i / 676 % 26, 'a' + i % 26,
                'a' + i / 26 % 26);
    end();
    ck_assert_uint_lt(lines_with(" is in PPP's phase "), 5000);
}
END_TEST

/* Kinds without end are bounded, too. */
START_TEST(kinds_without_end)
{
    unsigned i;

    begin();
    for (i = 0; i < 20000; i++)
        tap_say(TAP_INFO, "kind %c%c%c%c", 'a' + i % 26, 'a' + i / 26 % 26,
                'a' + i / 676 % 26, 'a' + i / 17576 % 26);
    end();
    ck_assert_uint_lt(lines_with("kind "), 20000);
    begin();
    tap_say(TAP_ERROR, "an error");
    end();
    ck_assert_uint_eq(lines_with("an error\n"), 1);
}
END_TEST

static struct tap_log_many talk;

static void say_up(pptp_ns now, unsigned i)
{
    tap_say_many(&talk, now, NULL, TAP_INFO, "users: up %u", i);
}

/* Many lines: each kind once a second, a reason makes a kind. */
START_TEST(many)
{
    const pptp_ns t = 10 * PPTP_S;
    unsigned i;

    memset(&talk, 0, sizeof talk);
    begin();
    for (i = 0; i < 50; i++) {
        say_up(t + i, i);
        tap_say_many(&talk, t + i, i < 5 ? "one" : "two", TAP_INFO,
                     "users: ended: %s", i < 5 ? "one" : "two");
    }
    say_up(t + PPTP_S - 1, 100);
    say_up(t + PPTP_S, 1000);
    for (i = 0; i < 3; i++)
        tap_say_many(NULL, t, NULL, TAP_INFO, "alone: up %u", i);
    tap_log_flush_many(&talk);
    tap_log_flush_many(&talk);
    end();
    ck_assert_uint_eq(lines_with("Z users: up 0\n"), 1);
    ck_assert_uint_eq(lines_with(" 50 more of: users: up 0\n"), 1);
    ck_assert_uint_eq(lines_with("Z users: up 1000\n"), 1);
    ck_assert_uint_eq(lines_with("users: up"), 3);
    ck_assert_uint_eq(lines_with("ended: one"), 2);
    ck_assert_uint_eq(lines_with(" 4 more of: users: ended: one\n"), 1);
    ck_assert_uint_eq(lines_with(" 44 more of: users: ended: two\n"), 1);
    ck_assert_uint_eq(lines_with("alone: up"), 3);
}
END_TEST

/* Kinds that find no place are not hidden. */
START_TEST(many_kinds)
{
    static const char which[TAP_LOG_KINDS + 50];
    unsigned i;

    memset(&talk, 0, sizeof talk);
    begin();
    for (i = 0; i < sizeof which; i++)
        tap_say_many(&talk, PPTP_S, which + i, TAP_INFO, "kind %u", i);
    end();
    ck_assert_uint_eq(lines_with("kind "), sizeof which);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tap_log");
    TCase *tc = tcase_create("log");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_test(tc, no_kind_hides_another);
    tcase_add_test(tc, names_are_no_kinds);
    tcase_add_test(tc, kinds_without_end);
    tcase_add_test(tc, many);
    tcase_add_test(tc, many_kinds);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
