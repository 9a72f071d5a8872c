/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tasks in processes: what they tell, how they end, how they are stopped. */
#include "config.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/outcome.h"
#include "lab/pool.h"

enum { TASKS = 20 };

/* What a test wants of its tasks. */
struct tasks {
    size_t n, begun;
    int (*work)(size_t task, int fd);
    size_t ended;
    struct pool_end ends[TASKS]; /* by task, without octets */
    char said[TASKS][64];        /* and they */
    size_t stop_after;
    size_t told_octets;
};

static struct pool pool;

static bool next(void *ctx, size_t *task)
{
    struct tasks *t = ctx;

    *task = t->begun;
    if (t->begun == t->n)
        return false;
    t->begun++;
    return true;
}

static int work(void *ctx, size_t task, int fd)
{
    struct tasks *t = ctx;

    alarm(20); /* whatever becomes of the test */
    return t->work(task, fd);
}

static bool done(void *ctx, const struct pool_end *end)
{
    struct tasks *t = ctx;
    size_t len = end->len < 63 ? end->len : 63;

    t->ended++;
    t->ends[end->task] = *end;
    t->told_octets += end->len;
    if (end->octets != NULL)
        memcpy(t->said[end->task], end->octets, len);
    return t->ended != t->stop_after;
}

static int run(struct tasks *t, size_t jobs)
{
    const struct pool_config c = {
        .jobs = jobs, .ctx = t, .next = next, .work = work, .done = done
    };

    return pool_run(&pool, &c);
}

static int says_its_number(size_t task, int fd)
{
    return dprintf(fd, "%zu", task) > 0 ? (int)task : 99;
}

START_TEST(all_are_run)
{
    static const size_t jobs[] = { 1, 3, 50 };

    for (size_t j = 0; j < 3; j++) {
        struct tasks t = { .n = TASKS, .work = says_its_number };

        ck_assert_int_eq(run(&t, jobs[j]), 0);
        ck_assert_uint_eq(t.ended, TASKS);
        for (size_t i = 0; i < TASKS; i++) {
            ck_assert_int_eq(t.ends[i].status, (int)i);
            ck_assert_int_eq(t.ends[i].signal, 0);
            ck_assert_uint_eq((size_t)atoi(t.said[i]), i);
        }
    }
}
END_TEST

START_TEST(none_is_fine)
{
    struct tasks t = { .n = 0 };

    ck_assert_int_eq(run(&t, 2), 0);
    ck_assert_uint_eq(t.ended, 0);
}
END_TEST

/* More than a pipe holds. */
static int says_much(size_t task, int fd)
{
    char many[4096] = "much";

    (void)task;
    for (int i = 0; i < 256; i++)
        if (write(fd, many, sizeof many) != (ssize_t)sizeof many)
            return 1;
    return 0;
}

START_TEST(much_is_told)
{
    struct tasks t = { .n = 4, .work = says_much };

    ck_assert_int_eq(run(&t, 2), 0);
    ck_assert_uint_eq(t.told_octets, (size_t)4 << 20);
    ck_assert_str_eq(t.said[3], "much");
}
END_TEST

static int dies(size_t task, int fd)
{
    (void)fd;
    return task % 2 == 0 ? raise(SIGKILL) : 0;
}

START_TEST(who_dies_is_told)
{
    struct tasks t = { .n = 4, .work = dies };

    ck_assert_int_eq(run(&t, 2), 0);
    ck_assert_uint_eq(t.ended, 4);
    ck_assert_int_eq(t.ends[0].signal, SIGKILL);
    ck_assert_int_eq(t.ends[1].signal, 0);
}
END_TEST

static int sleeps_but_first(size_t task, int fd)
{
    (void)fd;
    if (task > 0)
        pause();
    return 0;
}

START_TEST(no_more_are_wanted)
{
    struct tasks t = { .n = TASKS, .work = sleeps_but_first, .stop_after = 1 };

    ck_assert_int_eq(run(&t, 4), 0);
    ck_assert_uint_eq(t.begun, 4);
    ck_assert_uint_eq(t.ended, 4);
    ck_assert_int_eq(t.ends[1].signal, SIGKILL);
}
END_TEST

static int asks_to_stop(size_t task, int fd)
{
    (void)fd;
    if (task == 0)
        kill(getppid(), SIGINT);
    pause();
    return 0;
}

START_TEST(a_signal_stops_all)
{
    struct tasks t = { .n = TASKS, .work = asks_to_stop };

    ck_assert_int_eq(run(&t, 3), 0);
    ck_assert_int_eq(pool.signal, SIGINT);
    ck_assert_int_eq(pool.interrupts, 1);
    ck_assert_uint_eq(t.ended, 3);
    ck_assert_int_eq(t.ends[2].signal, SIGTERM);
}
END_TEST

/* The one that is killed with its parent tells nobody: its end of the pipe is
 * closed. */
START_TEST(children_die_with_their_parent)
{
    struct tasks t = { .n = 1, .work = sleeps_but_first, .begun = 0 };
    int ends[2];
    char c;
    pid_t pid;

    ck_assert_int_eq(pipe(ends), 0);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        t.n = 2;
        run(&t, 2); /* the second one sleeps, and has ends[1], too */
        _exit(0);
    }
    close(ends[1]);
    usleep(100000);
    ck_assert_int_eq(kill(pid, SIGKILL), 0);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    alarm(10);
    ck_assert_int_eq(read(ends[0], &c, 1), 0);
    alarm(0);
    close(ends[0]);
}
END_TEST

static int tells_an_outcome(size_t task, int fd)
{
    struct outcome o = { .done = true, .simulated_s = 7, .trace_hash = 9 };
    char name[32];
    int result;

    for (size_t i = 0; i < 1000 * task; i++) {
        snprintf(name, sizeof name, "metric_%zu", i);
        outcome_add(&o, name, (double)i / 3);
    }
    result = outcome_write(&o, fd);
    outcome_free(&o);
    return result;
}

static bool outcome_done(void *ctx, const struct pool_end *end)
{
    struct tasks *t = ctx;
    struct outcome o;

    t->ended++;
    ck_assert_int_eq(end->status, 0);
    ck_assert(!outcome_read(&o, end->octets, end->len - 1));
    ck_assert(!outcome_read(&o, end->octets, 3));
    ck_assert(outcome_read(&o, end->octets, end->len));
    ck_assert(o.done && o.trace_hash == 9);
    ck_assert_uint_eq(o.n, 1000 * end->task);
    if (o.n > 0) {
        ck_assert_str_eq(o.metrics[o.n - 1].name,
                         end->task == 2 ? "metric_1999" : "metric_999");
        ck_assert(o.metrics[o.n - 1].x > (double)(o.n - 1) / 3 - 1e-9);
    }
    outcome_free(&o);
    return true;
}

START_TEST(outcomes_come_whole)
{
    struct tasks t = { .n = 3, .work = tells_an_outcome };
    const struct pool_config c = {
        .jobs = 2, .ctx = &t, .next = next, .work = work, .done = outcome_done
    };

    ck_assert_int_eq(pool_run(&pool, &c), 0);
    ck_assert_uint_eq(t.ended, 3);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("pool");
    TCase *t = tcase_create("pool");
    SRunner *r = srunner_create(s);
    int failed;

    tcase_set_timeout(t, 60);
    tcase_add_test(t, all_are_run);
    tcase_add_test(t, none_is_fine);
    tcase_add_test(t, much_is_told);
    tcase_add_test(t, who_dies_is_told);
    tcase_add_test(t, no_more_are_wanted);
    tcase_add_test(t, a_signal_stops_all);
    tcase_add_test(t, children_die_with_their_parent);
    tcase_add_test(t, outcomes_come_whole);
    suite_add_tcase(s, t);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
