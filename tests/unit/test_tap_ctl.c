/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines over a UNIX socket: tap/ctl.h. */
#include "config.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tap/ctl.h"

enum { MANY = 100, LONG_ANSWER = 4 << 20 };

static struct tap_loop loop;
static struct tap_ctl ctl;
static char folder[] = "/tmp/dialtone-ctl-XXXXXX";
static char path[sizeof folder + 16];
static char heard[256];
static unsigned answered, passed_seen;
static bool long_answers, no_memory;
static char why[256];

/* "re: " and the line, or very much. */
static char *answer(void *owner, struct tap_ctl_client *c, const char *line,
                    size_t n)
{
    char *text = malloc(long_answers ? LONG_ANSWER + 1 : n + 5);

    ck_assert_ptr_eq(owner, heard);
    ck_assert_uint_eq(strlen(line), n);
    answered++;
    snprintf(heard, sizeof heard, "%s", line);
    passed_seen += c->passed >= 0;
    if (no_memory || text == NULL) {
        free(text);
        return NULL;
    }
    if (long_answers) {
        memset(text, 'x', LONG_ANSWER);
        text[LONG_ANSWER] = '\0';
    } else {
        snprintf(text, n + 5, "re: %s", line);
    }
    return text;
}

static int try_open(const char *group)
{
    ctl = (struct tap_ctl){
        .loop = &loop, .answer = answer, .owner = heard, .busy = "busy\n"
    };
    return tap_ctl_open(&ctl, path, group, why, sizeof why);
}

static void set_up(void)
{
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/run/x.sock", folder);
    answered = passed_seen = 0;
    long_answers = no_memory = false;
    ck_assert_int_eq(tap_loop_init(&loop), 0);
    ck_assert_msg(try_open(NULL) == 0, "%s", why);
}

static void tear_down(void)
{
    char run[sizeof path];

    tap_ctl_close(&ctl, path);
    tap_loop_fini(&loop);
    ck_assert_int_lt(access(path, F_OK), 0);
    snprintf(run, sizeof run, "%s/run", folder);
    ck_assert_int_eq(rmdir(run), 0);
    ck_assert_int_eq(rmdir(folder), 0);
}

static int client(void)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)(void *)&a, sizeof a), 0);
    return fd;
}

static void turn(void)
{
    int i;

    for (i = 0; i < 10; i++) {
        ck_assert_int_eq(tap_loop_turn(&loop, tap_now()), 0);
        tap_ctl_advance(&ctl, tap_now());
    }
}

static void say(int fd, const char *text)
{
    ck_assert_int_eq(send(fd, text, strlen(text), MSG_NOSIGNAL),
                     (ssize_t)strlen(text));
    turn();
}

/* What is there now. */
static const char *hear(int fd)
{
    static char text[512];
    ssize_t n = recv(fd, text, sizeof text - 1, MSG_DONTWAIT);

    text[n < 0 ? 0 : n] = '\0';
    return text;
}

static bool closed(int fd)
{
    char c;
    ssize_t n = recv(fd, &c, 1, MSG_DONTWAIT);

    return n == 0 || (n < 0 && errno == ECONNRESET);
}

static unsigned used(void)
{
    unsigned i, n = 0;

    for (i = 0; i < TAP_CTL_CLIENTS; i++)
        n += ctl.client[i].used;
    return n;
}

START_TEST(lines_in_any_split)
{
    int fd = client();

    say(fd, "hel");
    ck_assert_str_eq(hear(fd), "");
    ck_assert_uint_eq(answered, 0);
    say(fd, "lo\n");
    ck_assert_str_eq(hear(fd), "re: hello\n");
    say(fd, "one\ntwo\n\nthr");
    ck_assert_str_eq(hear(fd), "re: one\nre: two\nre: \n");
    say(fd, "ee\n");
    ck_assert_str_eq(hear(fd), "re: three\n");
    /* between requests it holds no memory, and nobody is woken */
    ck_assert_ptr_null(ctl.client[0].in);
    ck_assert_uint_eq(tap_ctl_deadline(&ctl), PPTP_NEVER);
    close(fd);
    turn();
    ck_assert_uint_eq(used(), 0);
}
END_TEST

START_TEST(ends_of_a_client)
{
    int fd = client();

    /* a whole line and the end of writing: it is answered */
    ck_assert_int_eq(send(fd, "last\nhalf", 9, 0), 9);
    shutdown(fd, SHUT_WR);
    turn();
    ck_assert_str_eq(hear(fd), "re: last\n");
    ck_assert(closed(fd));
    ck_assert_uint_eq(answered, 1);
    close(fd);
    fd = client();
    say(fd, "half");
    close(fd);
    turn();
    ck_assert_uint_eq(used(), 0);
    ck_assert_uint_eq(answered, 1);
    no_memory = true;
    fd = client();
    say(fd, "x\n");
    ck_assert(closed(fd));
    ck_assert_uint_eq(ctl.stats.no_memory, 1);
    close(fd);
}
END_TEST

START_TEST(huge_line)
{
    static char junk[TAP_CTL_LINE];
    int fd = client(), one = client();
    size_t sent = 0;

    memset(junk, 'j', sizeof junk);
    while (sent < sizeof junk) {
        ssize_t n = send(fd, junk, sizeof junk - sent, MSG_DONTWAIT);

        if (n > 0)
            sent += (size_t)n;
        turn();
    }
    ck_assert_ptr_nonnull(strstr(hear(fd), "\"code\":\"long\""));
    ck_assert(closed(fd));
    ck_assert_uint_eq(ctl.stats.too_long, 1);
    ck_assert_uint_eq(answered, 0);
    /* one octet less is a line */
    junk[sizeof junk - 1] = '\n';
    sent = 0;
    while (sent < sizeof junk) {
        ssize_t n = send(one, junk + sent, sizeof junk - sent, MSG_DONTWAIT);

        if (n > 0)
            sent += (size_t)n;
        turn();
    }
    ck_assert_uint_eq(answered, 1);
    close(fd);
    close(one);
}
END_TEST

START_TEST(a_hundred_clients)
{
    int fd[MANY], i, busy = 0;

    for (i = 0; i < MANY; i++) {
        fd[i] = client();
        turn();
    }
    ck_assert_uint_eq(used(), TAP_CTL_CLIENTS);
    for (i = 0; i < MANY; i++)
        busy += strcmp(hear(fd[i]), "busy\n") == 0;
    ck_assert_int_eq(busy, MANY - TAP_CTL_CLIENTS);
    ck_assert_uint_eq(ctl.stats.refused, MANY - TAP_CTL_CLIENTS);
    say(fd[0], "still here\n");
    ck_assert_str_eq(hear(fd[0]), "re: still here\n");
    /* those that were silent make room, the longest silent first */
    for (i = 0; i < TAP_CTL_CLIENTS; i++)
        ctl.client[i].moved_ns -= i == 3 ? 3 * PPTP_S : 2 * PPTP_S;
    close(fd[MANY - 1]);
    fd[MANY - 1] = client();
    turn();
    say(fd[MANY - 1], "in\n");
    ck_assert_str_eq(hear(fd[MANY - 1]), "re: in\n");
    ck_assert_uint_eq(ctl.stats.made_room, 1);
    ck_assert(closed(fd[3]));
    for (i = 0; i < MANY; i++)
        close(fd[i]);
    turn();
    ck_assert_uint_eq(used(), 0);
}
END_TEST

START_TEST(a_client_that_does_not_read)
{
    int fd = client(), other = client();
    char *text = malloc(LONG_ANSWER + 1);
    size_t got = 0;

    long_answers = true;
    say(fd, "a\nb\nc\n");
    ck_assert_uint_eq(answered, 1); /* one at a time */
    ck_assert_ptr_nonnull(ctl.client[0].out);
    long_answers = false;
    say(other, "x\n"); /* the other is served */
    ck_assert_str_eq(hear(other), "re: x\n");
    ck_assert_uint_eq(tap_ctl_deadline(&ctl),
                      ctl.client[0].moved_ns + TAP_CTL_STUCK_NS);
    /* it goes on as soon as it is read */
    while (got <= LONG_ANSWER) {
        ssize_t n = recv(fd, text, LONG_ANSWER + 1 - got, MSG_DONTWAIT);

        if (n > 0)
            got += (size_t)n;
        turn();
    }
    ck_assert_str_eq(hear(fd), "re: b\nre: c\n");
    long_answers = true;
    say(fd, "d\n");
    tap_ctl_advance(&ctl, ctl.client[0].moved_ns + TAP_CTL_STUCK_NS - 1);
    ck_assert_uint_eq(used(), 2);
    tap_ctl_advance(&ctl, ctl.client[0].moved_ns + TAP_CTL_STUCK_NS);
    ck_assert_uint_eq(used(), 1);
    ck_assert_uint_eq(ctl.stats.stuck, 1);
    ck_assert_uint_eq(tap_ctl_deadline(&ctl), PPTP_NEVER);
    free(text);
    close(fd);
    close(other);
}
END_TEST

/* What is left of n descriptors that were passed with one octet. */
static void pass(int fd, const char *text, int n)
{
    union {
        struct cmsghdr align;
        char octets[CMSG_SPACE(32 * sizeof(int))];
    } control = { .octets = { 0 } };
    struct iovec iov = { .iov_base = (void *)(uintptr_t)text,
                         .iov_len = strlen(text) };
    struct msghdr m = { .msg_iov = &iov,
                        .msg_iovlen = 1,
                        .msg_control = &control,
                        .msg_controllen = CMSG_SPACE((size_t)n *
                                                     sizeof(int)) };
    struct cmsghdr *h = CMSG_FIRSTHDR(&m);
    int i, file = open("/dev/null", O_RDONLY | O_CLOEXEC);

    h->cmsg_level = SOL_SOCKET;
    h->cmsg_type = SCM_RIGHTS;
    h->cmsg_len = CMSG_LEN((size_t)n * sizeof(int));
    for (i = 0; i < n; i++)
        memcpy(CMSG_DATA(h) + (size_t)i * sizeof(int), &file, sizeof file);
    ck_assert_int_eq(sendmsg(fd, &m, 0), (ssize_t)strlen(text));
    close(file);
    turn();
}

/* Descriptors that this process has. */
static unsigned files(void)
{
    unsigned n = 0;
    int i;

    for (i = 0; i < 256; i++)
        n += fcntl(i, F_GETFD) >= 0;
    return n;
}

START_TEST(descriptors_do_not_leak)
{
    int fd = client();
    unsigned before;

    turn();
    before = files();
    pass(fd, "one\n", 1);
    ck_assert_uint_eq(passed_seen, 1);
    ck_assert_uint_eq(files(), before); /* nobody took it */
    pass(fd, "nine\n", 9);              /* more than it reads */
    pass(fd, "thirty\n", 30);
    ck_assert_uint_eq(files(), before);
    pass(fd, "half", 2);
    ck_assert_uint_eq(files(), before + 1);
    say(fd, "\nnext\n"); /* it belongs to the first line */
    ck_assert_uint_eq(passed_seen, 4);
    ck_assert_uint_eq(files(), before);
    pass(fd, "gone", 1);
    close(fd);
    turn();
    ck_assert_uint_eq(files(), before - 2);
}
END_TEST

START_TEST(who_is_told)
{
    int fd = client();

    say(fd, "x\n");
    ck_assert_uint_eq(ctl.client[0].uid, geteuid());
    ck_assert_int_eq(ctl.client[0].pid, getpid());
    close(fd);
}
END_TEST

START_TEST(path_and_mode)
{
    struct group *g = getgrgid(getegid());
    struct tap_ctl live = ctl;
    struct stat st;
    int fd;

    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0600);
    /* one that is served stays */
    ck_assert_int_lt(try_open(NULL), 0);
    ck_assert_ptr_nonnull(strstr(why, "a daemon serves there; cure"));
    ctl = live;
    /* nobody serves it: as after kill -9 */
    tap_ctl_close(&ctl, NULL);
    ck_assert_int_eq(access(path, F_OK), 0);
    ck_assert_int_eq(try_open(g != NULL ? g->gr_name : NULL), 0);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, g != NULL ? 0660 : 0600);
    tap_ctl_close(&ctl, path);
    ck_assert_int_lt(try_open("no-such-group"), 0);
    ck_assert_ptr_nonnull(strstr(why, "no such group"));
    ck_assert_int_lt(access(path, F_OK), 0);
    /* no socket at all: it is not ours to remove */
    fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    close(fd);
    ck_assert_int_lt(try_open(NULL), 0);
    ck_assert_ptr_nonnull(strstr(why, "something else is there"));
    ck_assert_int_eq(access(path, F_OK), 0);
    unlink(path);
    ck_assert_int_eq(try_open(NULL), 0);
}
END_TEST

/* A socket that somebody has left, or (`served`) serves, beside ours. */
static int neighbour(const char *name, bool served)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(a.sun_path, sizeof a.sun_path, "%s/run/%s", folder, name);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)(void *)&a, sizeof a), 0);
    if (served)
        ck_assert_int_eq(listen(fd, 1), 0);
    return fd;
}

static bool is_there(const char *name)
{
    char file[sizeof folder + 40];

    snprintf(file, sizeof file, "%s/run/%s", folder, name);
    return access(file, F_OK) == 0;
}

static void remove_it(const char *name)
{
    char file[sizeof folder + 40];

    snprintf(file, sizeof file, "%s/run/%s", folder, name);
    ck_assert_int_eq(unlink(file), 0);
}

/* Of sockets by process those that nobody serves go, and nothing else. */
START_TEST(tidy)
{
    static const char *const stay[] = { "x-2.sock",  "x-.sock",  "x-a.sock",
                                        "x-3.sockx", "y-1.sock", "x2.sock" };
    char plain[sizeof folder + 40];
    int fd[8], file;
    size_t i;

    fd[0] = neighbour("x-1.sock", false);
    fd[1] = neighbour(stay[0], true);
    for (i = 1; i < 6; i++)
        fd[i + 1] = neighbour(stay[i], false);
    snprintf(plain, sizeof plain, "%s/run/x-4.sock", folder);
    file = open(plain, O_WRONLY | O_CREAT | O_EXCL, 0600);
    ck_assert_int_ge(file, 0);
    close(file);
    tap_ctl_tidy(path);
    ck_assert(!is_there("x-1.sock"));
    ck_assert(is_there("x.sock") && is_there("x-4.sock"));
    for (i = 0; i < 6; i++) {
        ck_assert_msg(is_there(stay[i]), "%s", stay[i]);
        remove_it(stay[i]);
    }
    remove_it("x-4.sock");
    for (i = 0; i < 7; i++)
        close(fd[i]);
    tap_ctl_tidy("none.sock"); /* no folder, and no name */
    tap_ctl_tidy("/tmp/x");
}
END_TEST

START_TEST(path_wrong)
{
    static const char far[] = "/nonexistent-a/b/x.sock";
    struct tap_ctl other = { .loop = &loop, .answer = answer };
    char too_long_path[200];

    memset(too_long_path, 'p', sizeof too_long_path);
    too_long_path[sizeof too_long_path - 1] = '\0';
    ck_assert_int_lt(
        tap_ctl_open(&other, too_long_path, NULL, why, sizeof why), 0);
    ck_assert_ptr_nonnull(strstr(why, "path too long"));
    ck_assert_int_lt(tap_ctl_open(&other, far, NULL, why, sizeof why), 0);
    ck_assert_ptr_nonnull(strstr(why, "cure: make its folder"));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tap_ctl");
    TCase *t = tcase_create("socket");
    SRunner *r;
    int failed;

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, lines_in_any_split);
    tcase_add_test(t, ends_of_a_client);
    tcase_add_test(t, huge_line);
    tcase_add_test(t, a_hundred_clients);
    tcase_add_test(t, a_client_that_does_not_read);
    tcase_add_test(t, descriptors_do_not_leak);
    tcase_add_test(t, who_is_told);
    tcase_add_test(t, path_and_mode);
    tcase_add_test(t, tidy);
    tcase_add_test(t, path_wrong);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
