/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The filters of system calls: tap/filter.h.  That of the keeper is tested
 * with it, test_tap_keeper.c. */
#include "config.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "tap/filter.h"
#include "tap/loop.h"

static char dir[] = "/tmp/test_tap_filter_XXXXXX";
static char path[64];

/* The exit status of what happens in a child (a filter stays), or minus the
 * signal that ended it. */
static int in_child(int (*what)(void))
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        _exit(what());
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static bool refused(long result)
{
    bool yes = result < 0 && errno == EPERM;

    errno = 0;
    return yes;
}

/* What a daemon does all day. */
static int works(void)
{
    struct iovec iov[2] = { { .iov_base = (void *)(uintptr_t) "a", 1 },
                            { .iov_base = (void *)(uintptr_t) "b", 1 } };
    int file = open(path, O_RDWR | O_CREAT, 0600), pair[2];
    char c[2], *memory;
    uint64_t random;

    if (file < 0 || pipe(pair) < 0 || tap_filter_install(false) < 0)
        return 1;
    if (write(pair[1], "x", 1) != 1 || read(pair[0], c, 1) != 1 || c[0] != 'x')
        return 2;
    memory = malloc(1 << 20);
    memory = memory != NULL ? realloc(memory, 1 << 24) : NULL;
    if (memory == NULL || tap_now() == 0)
        return 3;
    free(memory);
    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        return 4;
    /* journals and captures */
    if (writev(file, iov, 2) != 2 || pwritev(file, iov, 2, 2) != 2 ||
        pwrite(file, "c", 1, 4) != 1 || lseek(file, 0, SEEK_SET) != 0 ||
        fsync(file) != 0 || fdatasync(file) != 0)
        return 5;
    return fcntl(file, F_SETFL, O_NONBLOCK) == 0 ? 0 : 6;
}

/* Files, sockets, programs, other people's things. */
static int walls(void)
{
    static char *const argv[] = { (char *)(uintptr_t) "true", NULL };
    int file = open(path, O_RDWR | O_CREAT, 0600);
    void *code;

    if (file < 0 || tap_filter_install(false) < 0)
        return 1;
    if (!refused(open("/dev/null", O_RDONLY)) || !refused(unlink(path)) ||
        !refused(ftruncate(file, 0)) || !refused(mkdir(path, 0700)) ||
        !refused(fcntl(file, F_SETOWN, getpid())))
        return 2;
    if (!refused(socket(AF_INET, SOCK_STREAM, 0)) ||
        !refused(socket(AF_UNIX, SOCK_STREAM, 0)) ||
        !refused(socket(AF_NETLINK, SOCK_RAW, 0)))
        return 3;
    if (!refused(execv("/bin/true", argv)) || !refused(fork()) ||
        !refused(kill(getppid(), 0)) || !refused(setuid(0)))
        return 4;
    code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
                -1, 0);
    if (code != MAP_FAILED || !refused(-1))
        return 5;
    code = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (code == MAP_FAILED ||
        !refused(mprotect(code, 4096, PROT_READ | PROT_EXEC)))
        return 6;
    return 0;
}

/* A PAC opens control connections, and nothing else. */
static int connects(void)
{
    const int flags = SOCK_CLOEXEC | SOCK_NONBLOCK;
    struct sockaddr_in a = { .sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof a;
    int to = socket(AF_INET, SOCK_STREAM, 0), from;

    if (listen(to, 1) < 0 ||
        getsockname(to, (struct sockaddr *)(void *)&a, &n) < 0 ||
        tap_filter_install(true) < 0)
        return 1;
    from = socket(AF_INET, SOCK_STREAM, 0);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (from < 0 || connect(from, (struct sockaddr *)(void *)&a, sizeof a) < 0)
        return 2;
    from = socket(AF_INET, SOCK_STREAM | flags, IPPROTO_TCP);
    a.sin_port = 0;
    if (from < 0 || bind(from, (struct sockaddr *)(void *)&a, sizeof a) < 0)
        return 3;
    if (!refused(socket(AF_INET, SOCK_DGRAM | flags, 0)) ||
        !refused(socket(AF_INET, SOCK_RAW, 47)) ||
        !refused(socket(AF_PACKET, SOCK_RAW, 0)) ||
        !refused(socket(AF_UNIX, SOCK_STREAM, 0)))
        return 4;
    return !refused(listen(from, 1)) ? 5 : 0;
}

/* A descriptor comes with a request. */
static int fd_from(int socket)
{
    char c;
    struct iovec iov = { .iov_base = &c, .iov_len = 1 };
    union {
        struct cmsghdr align;
        char octets[CMSG_SPACE(sizeof(int))];
    } control;
    struct msghdr m = { .msg_iov = &iov,
                        .msg_iovlen = 1,
                        .msg_control = control.octets,
                        .msg_controllen = sizeof control.octets };
    struct cmsghdr *h;
    int fd = -1;

    if (recvmsg(socket, &m, MSG_CMSG_CLOEXEC) != 1)
        return -1;
    h = CMSG_FIRSTHDR(&m);
    if (h != NULL && h->cmsg_type == SCM_RIGHTS)
        memcpy(&fd, CMSG_DATA(h), sizeof fd);
    return fd;
}

static int fd_to(int socket, int fd)
{
    char c = 'x';
    struct iovec iov = { .iov_base = &c, .iov_len = 1 };
    union {
        struct cmsghdr align;
        char octets[CMSG_SPACE(sizeof(int))];
    } control = { .octets = { 0 } };
    struct msghdr m = { .msg_iov = &iov,
                        .msg_iovlen = 1,
                        .msg_control = control.octets,
                        .msg_controllen = sizeof control.octets };
    struct cmsghdr *h = CMSG_FIRSTHDR(&m);

    h->cmsg_level = SOL_SOCKET;
    h->cmsg_type = SCM_RIGHTS;
    h->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(h), &fd, sizeof fd);
    return sendmsg(socket, &m, 0) == 1 ? 0 : -1;
}

/* The control socket: who asks, and the file that he brings. */
static int control(void)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    int here = socket(AF_UNIX, SOCK_STREAM, 0), c, fd, file;
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    struct ucred who;
    socklen_t n = sizeof who;

    strcpy(a.sun_path, path);
    file = open("/dev/null", O_WRONLY);
    if (bind(here, (struct sockaddr *)(void *)&a, sizeof a) < 0 ||
        listen(here, 1) < 0 ||
        connect(client, (struct sockaddr *)(void *)&a, sizeof a) < 0 ||
        tap_filter_install(false) < 0)
        return 1;
    c = accept4(here, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (c < 0 || getsockopt(c, SOL_SOCKET, SO_PEERCRED, &who, &n) < 0 ||
        who.pid != getpid())
        return 2;
    if (fd_to(client, file) < 0)
        return 3;
    fd = fd_from(c);
    if (fd < 0 || write(fd, "journal", 7) != 7)
        return 4;
    if (send(c, "{}\n", 3, MSG_NOSIGNAL) != 3 || shutdown(c, SHUT_WR) < 0)
        return 5;
    return refused(unlink(path)) ? 0 : 6; /* the keeper does */
}

/* Serial lines have settings and signals; nobody types into a terminal. */
static int serial(void)
{
    int ptm = posix_openpt(O_RDWR | O_NOCTTY), pts, signals, err;
    struct ifreq r = { .ifr_ifindex = 1 };
    struct termios t;

    if (ptm < 0 || grantpt(ptm) < 0 || unlockpt(ptm) < 0)
        return 1;
    pts = open(ptsname(ptm), O_RDWR | O_NOCTTY);
    if (pts < 0 || tap_filter_install(false) < 0)
        return 2;
    if (tcgetattr(pts, &t) < 0)
        return 3;
    cfmakeraw(&t);
    cfsetspeed(&t, B115200);
    if (tcsetattr(pts, TCSANOW, &t) < 0 || tcsetattr(pts, TCSADRAIN, &t) < 0 ||
        tcsetattr(pts, TCSAFLUSH, &t) < 0 || tcflush(pts, TCIOFLUSH) < 0 ||
        ioctl(pts, FIONREAD, &signals) < 0 ||
        ioctl(pts, TIOCOUTQ, &signals) < 0)
        return 4;
    /* a pty has no such lines, and it is the terminal that says so */
    err = ioctl(pts, TIOCMGET, &signals) < 0 ? errno : 0;
    if (err == EPERM || refused(ioctl(pts, TIOCMSET, &signals)) ||
        refused(ioctl(pts, TIOCGICOUNT, &t)))
        return 5;
    if (!refused(ioctl(pts, TIOCSTI, "x")) ||
        !refused(ioctl(pts, TIOCSCTTY, 0)) ||
        !refused(ioctl(pts, SIOCGIFNAME, &r)))
        return 6;
    return 0;
}

#if defined __x86_64__ && !defined __ILP32__
/* Calls of another kind, whose numbers mean other things. */
static int foreign(void)
{
    enum { X32 = 0x40000000 };

    if (tap_filter_install(false) < 0)
        return 1;
    syscall(X32 | SYS_getpid);
    return 2;
}
#endif

#if defined HAVE_SECCOMP && !defined __SANITIZE_ADDRESS__ && defined __LP64__
/* Whether `call` gets as far as its first argument, which is no file. */
static bool no_file(long call, long second)
{
    return syscall(call, -1L, second, 0L) < 0 && errno == EBADF;
}

/* The lower halves of numbers that the kernel takes for 32 bits decide,
 * whatever is in the upper ones. */
static int upper_halves(void)
{
    static const long upper[] = { 0, -0x100000000, 0x5eed1e5500000000 };
    static const long ioctls[] = { TCGETS, TCSETSF, FIONREAD, TIOCMGET },
                      fcntls[] = { F_GETFL, F_SETFL, F_GETFD, F_SETFD };
    const long stream = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
    size_t i, k;

    if (tap_filter_install(true) < 0)
        return 1;
    for (i = 0; i < sizeof upper / sizeof upper[0]; i++) {
        const long u = upper[i];

        for (k = 0; k < 4; k++)
            if (!no_file(SYS_ioctl, u | ioctls[k]) ||
                !no_file(SYS_fcntl, u | fcntls[k]))
                return 2;
        if (syscall(SYS_socket, u | AF_INET, u | stream, 0L) < 0)
            return 3;
        if (!refused(syscall(SYS_ioctl, -1L, u | TIOCSTI, 0L)) ||
            !refused(syscall(SYS_fcntl, -1L, u | F_SETOWN, 0L)) ||
            !refused(syscall(SYS_socket, u | AF_UNIX, stream, 0L)) ||
            !refused(syscall(SYS_socket, (long)AF_INET, u | SOCK_DGRAM, 0L)))
            return 4;
    }
    return 0;
}
#else
static int upper_halves(void)
{
    return 0; /* no filter, or no upper halves */
}
#endif

static bool known(void)
{
    if (!tap_filter_known())
        printf("SKIP: no filter of system calls here\n");
    return tap_filter_known();
}

START_TEST(daemon_works)
{
    if (!known())
        return;
    ck_assert_int_eq(in_child(works), 0);
    unlink(path);
    ck_assert_int_eq(in_child(control), 0);
    ck_assert_int_eq(in_child(serial), 0);
    ck_assert_int_eq(in_child(upper_halves), 0);
}
END_TEST

START_TEST(daemon_walls)
{
    if (!known())
        return;
    ck_assert_int_eq(in_child(walls), 0);
    ck_assert_int_eq(in_child(connects), 0);
#if defined __x86_64__ && !defined __ILP32__
    ck_assert_int_eq(in_child(foreign), -SIGSYS);
#endif
}
END_TEST

#if !defined HAVE_SECCOMP || defined __SANITIZE_ADDRESS__
/* Where there is none, installing says so. */
START_TEST(no_filter)
{
    struct tap_filter_paths none = { .device = NULL };

    ck_assert(!tap_filter_known());
    ck_assert_int_eq(tap_filter_install(false), -1);
    ck_assert_int_eq(errno, ENOSYS);
    ck_assert_int_eq(tap_filter_keeper(&none), -1);
}
END_TEST
#endif

static void set_up(void)
{
    strcpy(dir + sizeof dir - 7, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/file", dir);
}

static void tear_down(void)
{
    unlink(path);
    rmdir(dir);
}

int main(void)
{
    Suite *s = suite_create("tap_filter");
    TCase *tc = tcase_create("filter");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, daemon_works);
    tcase_add_test(tc, daemon_walls);
#if !defined HAVE_SECCOMP || defined __SANITIZE_ADDRESS__
    tcase_add_test(tc, no_filter);
#endif
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
