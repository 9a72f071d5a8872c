/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keeper: tap/keeper.h.  Network things happen in a namespace of the
 * test's own; what needs root is skipped aloud without it. */
#include "config.h"

/* its source: requests that its own functions never send, and what is
 * inside its walls */
#include "tap/keeper.c"

#include <arpa/inet.h>
#include <check.h>
#include <ifaddrs.h>
#include <linux/if_tun.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/un.h>

static char dir[64], path[80], other[80], why[256];
static struct tap_keeper k;

static void write_file(const char *to, const char *text, mode_t mode)
{
    int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (int)strlen(text));
    ck_assert_int_eq(fchmod(fd, mode), 0);
    close(fd);
}

static void set_up(void)
{
    strcpy(dir, "/tmp/test_tap_keeper_XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/one", dir);
    snprintf(other, sizeof other, "%s/other", dir);
    k.fd = -1;
    why[0] = 0;
}

static void tear_down(void)
{
    tap_keeper_stop(&k);
    unlink(path);
    unlink(other);
    rmdir(dir);
}

static void start(const struct tap_keeper_policy *p)
{
    ck_assert_int_eq(tap_keeper_start(&k, p), 0);
}

static bool reads(unsigned file, const char *text)
{
    size_t len;
    char *got = tap_keeper_read(&k, file, &len, why, sizeof why);
    bool same = got != NULL && len == strlen(text) && strcmp(got, text) == 0;

    free(got);
    return same;
}

/* --- files -------------------------------------------------------------- */

START_TEST(files)
{
    struct tap_keeper_policy p = { .file = { path, NULL, other },
                                   .secret = { true } };

    write_file(path, "one\n", 0600);
    write_file(other, "", 0644); /* no secret: others may read it */
    start(&p);
    ck_assert(reads(0, "one\n"));
    ck_assert(reads(2, ""));
    ck_assert(!reads(1, ""));
    ck_assert_ptr_nonnull(strstr(why, "not a file that the keeper may"));
    ck_assert(!reads(4, ""));
    ck_assert(!reads(UINT32_MAX, ""));
    /* by name, whatever is there now */
    unlink(path);
    ck_assert(!reads(0, ""));
    ck_assert_str_eq(why, "No such file or directory");
    write_file(path, "three\n", 0640);
    ck_assert(reads(0, "three\n"));
    tap_keeper_stop(&k);
    tap_keeper_stop(&k);
    ck_assert(!reads(0, ""));
    ck_assert_ptr_nonnull(strstr(why, "start dialtone again"));
}
END_TEST

START_TEST(bad_files)
{
    struct tap_keeper_policy p = { .file = { path, other },
                                   .secret = { true } };

    start(&p);
    write_file(path, "one\n", 0604);
    ck_assert(!reads(0, ""));
    ck_assert_ptr_nonnull(strstr(why, "cure: chmod 600"));
    write_file(other, "one\n", 0606);
    ck_assert(!reads(1, ""));
    ck_assert_ptr_nonnull(strstr(why, "cure: chmod o-w"));
    ck_assert_int_eq(chmod(other, 0644), 0);
    ck_assert(reads(1, "one\n"));
    ck_assert_int_eq(truncate(other, TAP_FILE_MAX + 1), 0);
    ck_assert(!reads(1, ""));
    ck_assert_ptr_nonnull(strstr(why, "longer"));
    unlink(path);
    ck_assert_int_eq(mkfifo(path, 0600), 0); /* nobody waits for a writer */
    ck_assert(!reads(0, ""));
    ck_assert_str_eq(why, "is not a plain file");
}
END_TEST

START_TEST(long_names)
{
    static char name[PATH_OCTETS + 1];
    struct tap_keeper_policy p = { .file = { NULL, name } };

    memset(name, 'a', PATH_OCTETS);
    ck_assert_int_eq(tap_keeper_start(&k, &p), -1);
    ck_assert_int_eq(errno, ENAMETOOLONG);
    ck_assert_int_eq(k.fd, -1);
    name[PATH_OCTETS - 1] = 0;
    p.file[0] = p.file[2] = p.file[3] = p.socket[0] = p.socket[1] = name;
    start(&p);
    p.tun = "a-device-too-long";
    tap_keeper_stop(&k);
    ck_assert_int_eq(tap_keeper_start(&k, &p), -1);
}
END_TEST

START_TEST(sockets)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    struct tap_keeper_policy p = { .socket = { path } };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    start(&p);
    strcpy(a.sun_path, path);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)(void *)&a, sizeof a), 0);
    ck_assert_int_eq(access(path, F_OK), 0);
    ck_assert_int_eq(tap_keeper_unlink(&k, 0, why, sizeof why), 0);
    ck_assert_int_eq(access(path, F_OK), -1);
    ck_assert_int_eq(tap_keeper_unlink(&k, 0, why, sizeof why), 0);
    ck_assert_int_eq(tap_keeper_unlink(&k, 1, why, sizeof why), -1);
    ck_assert_int_eq(tap_keeper_unlink(&k, 2, why, sizeof why), -1);
    ck_assert_ptr_nonnull(strstr(why, "that the keeper may remove"));
    write_file(path, "mine", 0600);
    ck_assert_int_eq(tap_keeper_unlink(&k, 0, why, sizeof why), -1);
    ck_assert_str_eq(why, "is not a socket any more");
    ck_assert_int_eq(access(path, F_OK), 0);
    tap_keeper_stop(&k);
    p.socket[0] = NULL;
    p.socket[1] = path;
    start(&p);
    ck_assert_int_eq(tap_keeper_unlink(&k, 0, why, sizeof why), -1);
    ck_assert_int_eq(unlink(path), 0);
    close(fd);
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)(void *)&a, sizeof a), 0);
    ck_assert_int_eq(tap_keeper_unlink(&k, 1, why, sizeof why), 0);
    ck_assert_int_eq(access(path, F_OK), -1);
    close(fd);
}
END_TEST

/* --- the process -------------------------------------------------------- */

/* A line of /proc/PID/status, as a hexadecimal number. */
static unsigned long long status_of(pid_t pid, const char *what)
{
    char name[64], line[128];
    unsigned long long v = ~0ull;
    FILE *f;

    snprintf(name, sizeof name, "/proc/%d/status", (int)pid);
    f = fopen(name, "r");
    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, what, strlen(what)) == 0)
            v = strtoull(line + strlen(what), NULL, 16);
    fclose(f);
    return v;
}

/* Signals for all of a terminal or a service leave it alone, descriptors of
 * the daemon are not held open, and little is left of its privileges. */
START_TEST(process)
{
    static const int signals[] = { SIGINT,  SIGHUP,  SIGTERM,
                                   SIGQUIT, SIGUSR1, SIGTSTP };
    struct tap_keeper_policy p = { .file = { path } };
    unsigned long long some = 1ull << CAP_DAC_READ_SEARCH;
    int pair[2];
    char c;
    size_t i;

    write_file(path, "one\n", 0600);
    ck_assert_int_eq(pipe(pair), 0);
    start(&p);
    close(pair[1]);
    ck_assert_int_eq(read(pair[0], &c, 1), 0);
    for (i = 0; i < sizeof signals / sizeof signals[0]; i++)
        ck_assert_int_eq(kill(k.pid, signals[i]), 0);
    ck_assert(reads(0, "one\n"));
    ck_assert_uint_eq(status_of(k.pid, "CapPrm:") & ~some, 0);
    ck_assert_uint_eq(status_of(k.pid, "CapEff:") & ~some, 0);
    ck_assert_uint_eq(status_of(k.pid, "CapInh:"), 0);
    ck_assert_uint_eq(status_of(k.pid, "NoNewPrivs:"), 1);
    ck_assert_uint_eq(status_of(k.pid, "Seccomp:"),
                      tap_filter_known() ? 2 : 0);
    tap_keeper_stop(&k);
    p.tun = "dt%d";
    p.file[0] = NULL;
    some = 1ull << CAP_NET_ADMIN;
    start(&p);
    ck_assert_uint_eq(status_of(k.pid, "CapEff:") & ~some, 0);
    if (geteuid() == 0)
        ck_assert_uint_eq(status_of(k.pid, "CapEff:"), some);
    close(pair[0]);
}
END_TEST

/* Inside of its walls, in a child: what it could be made to do if somebody
 * took it over. */
static int inside(void)
{
    struct tap_keeper_policy p = { .file = { path },
                                   .tun = "dt%d",
                                   .socket = { other } };
    const char *same = path, *mine;
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) < 0)
        return 1;
    keeper.socket = pair[1];
    if (begin(&p, getppid()) < 0)
        return 2;
    mine = keeper.policy.file[0];
    if (strcmp(mine, path) != 0 || open(mine, TAP_FILE_FLAGS) < 0)
        return 3;
    /* another place, other flags, another folder */
    if (open(same, TAP_FILE_FLAGS) >= 0 || errno != EPERM)
        return 4;
    if (open(mine, O_RDWR) >= 0 || openat(pair[0], mine, TAP_FILE_FLAGS) >= 0)
        return 5;
    if (mprotect((void *)((uintptr_t)mine & ~(uintptr_t)4095), 4096,
                 PROT_READ | PROT_WRITE) >= 0 ||
        mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
            MAP_FAILED)
        return 6;
    /* nor is the name itself to be changed */
    if (fstat(0, (struct stat *)(uintptr_t)mine) == 0 || errno != EFAULT)
        return 10;
    if (unlink(other) == 0 || unlinkat(AT_FDCWD, mine, 0) == 0)
        return 7;
    if (socket(AF_NETLINK, SOCK_RAW, 0) >= 0 || fork() >= 0 ||
        kill(getppid(), 0) == 0 || ioctl(0, TIOCSTI, "x") == 0 ||
        errno != EPERM)
        return 8;
    return unlinkat(AT_FDCWD, keeper.policy.socket[0], 0) == 0 ? 0 : 9;
}

#ifdef __LP64__
/* The lower halves of what the kernel takes for 32 bits decide, whatever is
 * in the upper ones: C libraries differ. */
static int upper_halves(void)
{
    static const long upper[] = { 0, -0x100000000, 0x5eed1e5500000000 };
    const long here = (uint32_t)AT_FDCWD;
    struct tap_keeper_policy p = { .file = { path },
                                   .tun = "dt%d",
                                   .socket = { other } };
    const char *file, *gone;
    size_t i;

    keeper.socket = STDERR_FILENO; /* all above it are closed */
    if (begin(&p, getppid()) < 0)
        return 1;
    file = keeper.policy.file[0];
    gone = keeper.policy.socket[0];
    for (i = 0; i < sizeof upper / sizeof upper[0]; i++) {
        const long u = upper[i];

        if (syscall(SYS_openat, u | here, file, u | TAP_FILE_FLAGS) < 0)
            return 2;
        if (syscall(SYS_openat, u | here, tap_tun_device, u | TAP_TUN_FLAGS) <
                0 &&
            errno == EPERM)
            return 3;
        if (syscall(SYS_write, u | STDERR_FILENO, "", 0L) != 0)
            return 4;
        if (syscall(SYS_ioctl, -1L, u | (long)TUNSETIFF, 0L) == 0 ||
            errno != EBADF)
            return 5;
        if (syscall(SYS_openat, u, file, u | TAP_FILE_FLAGS) >= 0 ||
            syscall(SYS_openat, u | here, file, u | O_RDWR) >= 0 ||
            errno != EPERM)
            return 6;
        if (syscall(SYS_unlinkat, u | here, gone, u | AT_REMOVEDIR) == 0 ||
            errno != EPERM)
            return 7;
        if (syscall(SYS_unlinkat, u | here, gone, u) != (i == 0 ? 0 : -1) ||
            (i > 0 && errno != ENOENT))
            return 8;
    }
    return 0;
}
#else
static int upper_halves(void)
{
    return 0; /* there are none */
}
#endif

static int in_child(int (*what)(void))
{
    int status;
    pid_t pid = fork();

    if (pid == 0)
        _exit(what());
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

START_TEST(walls)
{
    if (!tap_filter_known()) {
        printf("SKIP: no filter of system calls here\n");
        return;
    }
    write_file(path, "one\n", 0600);
    write_file(other, "", 0600);
    ck_assert_int_eq(in_child(inside), 0);
    write_file(other, "", 0600);
    ck_assert_int_eq(in_child(upper_halves), 0);
}
END_TEST

/* Sends it as it is; whether an answer comes, in `a`. */
static bool answers(const void *r, size_t n, struct answer *a)
{
    int fd;

    ck_assert_int_eq(send(k.fd, r, n, MSG_NOSIGNAL), (int)n);
    if (receive(&k, a, &fd) < 0)
        return false;
    ck_assert_int_eq(fd, -1);
    return true;
}

/* Messages of wrong length or without an end of a name end it; a request
 * that it does not know is refused. */
START_TEST(malformed)
{
    static struct request r, none;
    static uint8_t longer[sizeof r + sizeof r.routes[0]];
    const uint32_t one_more = TAP_TUN_ROUTES + 1;
    struct tap_keeper_policy p = { .file = { path } };
    struct answer a;
    size_t i;
    const size_t lengths[] = { 1, REQUEST_HEAD - 1, REQUEST_HEAD + 1,
                               REQUEST_HEAD + 8, sizeof r };

    write_file(path, "one\n", 0600);
    for (i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        start(&p);
        r = none;
        ck_assert(!answers(&r, lengths[i], &a));
        tap_keeper_stop(&k);
    }
    /* one more than there is room for */
    start(&p);
    memset(longer, 0, sizeof longer);
    memcpy(longer + offsetof(struct request, routes_n), &one_more,
           sizeof one_more);
    ck_assert(!answers(longer, sizeof longer, &a));
    tap_keeper_stop(&k);
    start(&p);
    r = none;
    r.routes_n = UINT32_MAX;
    ck_assert(!answers(&r, sizeof r, &a));
    tap_keeper_stop(&k);
    start(&p);
    r = none;
    memset(r.name, 'x', sizeof r.name);
    ck_assert(!answers(&r, REQUEST_HEAD, &a));
    tap_keeper_stop(&k);
    start(&p);
    r = none;
    r.verb = PIN + 1;
    r.seq = 7;
    ck_assert(answers(&r, REQUEST_HEAD, &a));
    ck_assert_uint_eq(a.failed, 1);
    ck_assert_uint_eq(a.seq, 7);
    ck_assert_ptr_nonnull(strstr(a.why, "does not know"));
    ck_assert(reads(0, "one\n"));
}
END_TEST

/* Answers that somebody did not wait for do not become those of others. */
START_TEST(late_answers)
{
    struct request late = { .seq = 1, .verb = FILE_OPEN, .file = 1 };
    struct tap_keeper_policy p = { .file = { path, other } };

    write_file(path, "one\n", 0600);
    write_file(other, "two\n", 0600);
    start(&p);
    k.seq = 1;
    ck_assert_int_eq(send(k.fd, &late, REQUEST_HEAD, 0), (int)REQUEST_HEAD);
    ck_assert(reads(0, "one\n"));
    ck_assert(reads(1, "two\n"));
}
END_TEST

/* A daemon that is killed, and a process that holds its socket: the keeper
 * goes with its parent. */
START_TEST(orphaned)
{
    struct tap_keeper_policy p = { .file = { path } };
    int pair[2], status, i;
    pid_t daemon, holder = 0, say[2];
    struct tap_keeper its;

    prctl(PR_SET_CHILD_SUBREAPER, 1);
    ck_assert_int_eq(pipe(pair), 0);
    daemon = fork();
    if (daemon == 0) {
        if (tap_keeper_start(&its, &p) < 0 || fork() < 0)
            _exit(1);
        say[0] = its.pid;
        say[1] = getpid();
        if (write(pair[1], say, sizeof say) < 0)
            _exit(1);
        alarm(30);
        for (;;)
            pause();
    }
    /* the daemon's, and that of who holds the socket */
    for (i = 0; i < 2; i++) {
        ck_assert_int_eq(read(pair[0], say, sizeof say), (int)sizeof say);
        if (say[1] != daemon)
            holder = say[1];
    }
    kill(daemon, SIGKILL);
    ck_assert_int_eq(waitpid(daemon, &status, 0), daemon);
    alarm(10);
    ck_assert_int_eq(waitpid(say[0], &status, 0), say[0]);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    alarm(0);
    ck_assert_int_gt(holder, 0);
    ck_assert_int_eq(kill(holder, SIGKILL), 0);
    ck_assert_int_eq(waitpid(holder, &status, 0), holder);
}
END_TEST

/* --- devices ------------------------------------------------------------ */

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

/* "address>peer" of all there are at a device, in the kernel's order. */
static const char *addresses_of(const char *name)
{
    static char text[256];
    struct ifaddrs *all, *i;
    char a[INET_ADDRSTRLEN];

    text[0] = 0;
    ck_assert_int_eq(getifaddrs(&all), 0);
    for (i = all; i != NULL; i = i->ifa_next) {
        const struct sockaddr_in *s = (void *)i->ifa_addr,
                                 *d = (void *)i->ifa_dstaddr;

        if (s == NULL || s->sin_family != AF_INET ||
            strcmp(i->ifa_name, name) != 0)
            continue;
        strcat(text, inet_ntop(AF_INET, &s->sin_addr, a, sizeof a));
        if (d != NULL) {
            strcat(text, ">");
            strcat(text, inet_ntop(AF_INET, &d->sin_addr, a, sizeof a));
        }
        strcat(text, " ");
    }
    freeifaddrs(all);
    return text;
}

/* Routes into a device, and the first of them. */
static unsigned routes_of(const char *name, uint32_t *first)
{
    char line[256], device[32];
    unsigned n = 0, to;
    FILE *f = fopen("/proc/self/net/route", "r");

    ck_assert_ptr_nonnull(f);
    *first = 0;
    while (fgets(line, sizeof line, f) != NULL)
        if (sscanf(line, "%31s %x", device, &to) == 2 &&
            strcmp(device, name) == 0 && n++ == 0)
            *first = ntohl(to);
    fclose(f);
    return n;
}

static const struct tap_keeper_policy devices = { .tun = "dt%d" };

START_TEST(device)
{
    const struct tap_prefix route[] = { { 0x0a630000, 24 },
                                        { 0x0a640000, 24 },
                                        { 0x0a650005, 32 } };
    struct tap_tun_config c = { .name = "dt%d", .mtu = 1400 };
    struct tap_tun t, second;
    uint32_t first;

    if (!alone())
        return;
    start(&devices);
    /* up, but without any address */
    ck_assert_int_eq(tap_keeper_tun(&k, &t, &c, why, sizeof why), 0);
    ck_assert_str_eq(t.name, "dt0");
    ck_assert_uint_eq(t.index, if_nametoindex("dt0"));
    ck_assert_uint_eq(mtu_of("dt0"), 1400);
    ck_assert_str_eq(addresses_of("dt0"), "");
    c.name = "dt7";
    c.local = 0x0a620001;
    c.peer = 0x0a620002;
    c.routes = route;
    c.routes_n = 3;
    ck_assert_int_eq(tap_keeper_tun(&k, &second, &c, why, sizeof why), 0);
    ck_assert_str_eq(second.name, "dt7");
    ck_assert_str_eq(addresses_of("dt7"), "10.98.0.1>10.98.0.2 ");
    ck_assert_uint_eq(routes_of("dt7", &first), 4); /* the peer's, too */
    ck_assert_uint_eq(routes_of("dt0", &first), 0);
    /* it is there; and the keeper does not keep it */
    ck_assert_int_eq(tap_keeper_tun(&k, &t, &c, why, sizeof why), -1);
    ck_assert_ptr_nonnull(strstr(why, "device: Device or resource busy; "));
    tap_tun_close(&second);
    ck_assert_uint_eq(if_nametoindex("dt7"), 0);
    ck_assert_uint_eq(routes_of("dt7", &first), 0);
}
END_TEST

/* Routes that came and went, heard from the kernel. */
static void changes(int heard, unsigned *added, unsigned *deleted)
{
    union {
        struct nlmsghdr head;
        uint8_t octets[8192];
    } m;
    ssize_t n;

    *added = *deleted = 0;
    while ((n = recv(heard, &m, sizeof m, MSG_DONTWAIT)) > 0) {
        size_t at = 0;

        while (at + sizeof m.head <= (size_t)n) {
            struct nlmsghdr h;
            struct rtmsg r;

            memcpy(&h, m.octets + at, sizeof h);
            memcpy(&r, m.octets + at + NLMSG_HDRLEN, sizeof r);
            if (r.rtm_protocol == RTPROT_STATIC) {
                *added += h.nlmsg_type == RTM_NEWROUTE;
                *deleted += h.nlmsg_type == RTM_DELROUTE;
            }
            at += NLMSG_ALIGN(h.nlmsg_len);
        }
    }
}

START_TEST(change)
{
    struct tap_prefix route[] = { { 0x0a630000, 24 },
                                  { 0x0a640000, 24 },
                                  { 0x0a650005, 32 } };
    struct tap_tun_config c = {
        .name = "dt%d", .mtu = 1400, .routes = route, .routes_n = 2
    };
    struct sockaddr_nl a = { .nl_family = AF_NETLINK,
                             .nl_groups = RTMGRP_IPV4_ROUTE };
    unsigned added, deleted;
    struct tap_tun t;
    uint32_t first;
    int heard;

    if (!alone())
        return;
    heard = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    ck_assert_int_eq(bind(heard, (struct sockaddr *)(void *)&a, sizeof a), 0);
    start(&devices);
    ck_assert_int_eq(tap_keeper_tun(&k, &t, &c, why, sizeof why), 0);
    changes(heard, &added, &deleted);
    ck_assert_uint_eq(added, 2);
    /* what IPCP found: routes get its source, and so are new ones */
    c.local = 0x0a620001;
    c.peer = 0x0a620002;
    c.mtu = 1300;
    ck_assert_int_eq(tap_keeper_tun_change(&k, &t, &c, why, sizeof why), 0);
    ck_assert_uint_eq(mtu_of("dt0"), 1300);
    ck_assert_str_eq(addresses_of("dt0"), "10.98.0.1>10.98.0.2 ");
    ck_assert_uint_eq(routes_of("dt0", &first), 3);
    changes(heard, &added, &deleted);
    ck_assert_uint_eq(added, 2);
    ck_assert_uint_eq(deleted, 2);
    /* the same again: nothing happens */
    ck_assert_int_eq(tap_keeper_tun_change(&k, &t, &c, why, sizeof why), 0);
    changes(heard, &added, &deleted);
    ck_assert_uint_eq(added + deleted, 0);
    ck_assert_uint_eq(routes_of("dt0", &first), 3); /* the kernel's, too */
    /* one stays, one goes, one comes */
    c.routes = route + 1;
    ck_assert_int_eq(tap_keeper_tun_change(&k, &t, &c, why, sizeof why), 0);
    changes(heard, &added, &deleted);
    ck_assert_uint_eq(added, 1);
    ck_assert_uint_eq(deleted, 1);
    /* only the peer, then another address */
    c.peer = 0x0a620003;
    ck_assert_int_eq(tap_keeper_tun_change(&k, &t, &c, why, sizeof why), 0);
    ck_assert_str_eq(addresses_of("dt0"), "10.98.0.1>10.98.0.3 ");
    changes(heard, &added, &deleted);
    ck_assert_uint_eq(added + deleted, 0);
    c.local = 0x0a620008;
    ck_assert_int_eq(tap_keeper_tun_change(&k, &t, &c, why, sizeof why), 0);
    ck_assert_str_eq(addresses_of("dt0"), "10.98.0.8>10.98.0.3 ");
    c.local = 0x0a620009;
    c.peer = 0;
    ck_assert_int_eq(tap_keeper_tun_change(&k, &t, &c, why, sizeof why), 0);
    ck_assert_str_eq(addresses_of("dt0"), "10.98.0.9>10.98.0.9 ");
    ck_assert_uint_eq(routes_of("dt0", &first), 2);
    /* none of it any more */
    c.local = 0;
    c.routes_n = 0;
    ck_assert_int_eq(tap_keeper_tun_change(&k, &t, &c, why, sizeof why), 0);
    ck_assert_str_eq(addresses_of("dt0"), "");
    ck_assert_uint_eq(routes_of("dt0", &first), 0);
    tap_tun_close(&t);
    ck_assert_int_eq(tap_keeper_tun_change(&k, &t, &c, why, sizeof why), -1);
    ck_assert_ptr_nonnull(strstr(why, "not a device that the keeper has"));
    close(heard);
}
END_TEST

/* As many as there may be, and all others instead. */
START_TEST(many_routes)
{
    static struct tap_prefix route[TAP_TUN_ROUTES + 1];
    struct tap_tun_config c = { .name = "dt%d",
                                .mtu = 1400,
                                .routes = route,
                                .routes_n = TAP_TUN_ROUTES };
    struct tap_tun t;
    uint32_t i, first;

    if (!alone())
        return;
    for (i = 0; i <= TAP_TUN_ROUTES; i++)
        route[i] = (struct tap_prefix){ .ip = 0x0a700000 + i, .bits = 32 };
    start(&devices);
    ck_assert_int_eq(tap_keeper_tun(&k, &t, &c, why, sizeof why), 0);
    ck_assert_uint_eq(routes_of("dt0", &first), TAP_TUN_ROUTES);
    for (i = 0; i < TAP_TUN_ROUTES; i++)
        route[i].ip = 0x0a800000 + i * 2;
    ck_assert_int_eq(tap_keeper_tun_change(&k, &t, &c, why, sizeof why), 0);
    ck_assert_uint_eq(routes_of("dt0", &first), TAP_TUN_ROUTES);
    ck_assert_uint_eq(first, 0x0a800000);
    c.routes_n++;
    ck_assert_int_eq(tap_keeper_tun_change(&k, &t, &c, why, sizeof why), -1);
    ck_assert_str_eq(why, "more than 1024 routes");
    tap_tun_close(&t);
}
END_TEST

static void refused(struct tap_tun_config c, const char *because)
{
    struct tap_tun t;

    why[0] = 0;
    ck_assert_int_eq(tap_keeper_tun(&k, &t, &c, why, sizeof why), -1);
    ck_assert_msg(strstr(why, because) != NULL, "%s: %s", because, why);
    ck_assert_int_eq(t.source.fd, -1);
}

/* Whether it may change that device. */
static bool changes_it(const struct tap_tun *t, const struct tap_tun_config *c)
{
    why[0] = 0;
    return tap_keeper_tun_change(&k, t, c, why, sizeof why) == 0 ||
           strcmp(why, "it is not a device that the keeper has made") != 0;
}

START_TEST(device_refusals)
{
    static const char *const names[] = { "eth0", "dt",   "dtx",  "dt1x", "",
                                         "xdt1", "dt%x", "dt/1", ".",    "..",
                                         "dt 1", "%d",   "dt1%d" };
    struct tap_prefix route = { 0x0a630000, 24 };
    struct tap_tun_config c = { .name = "dt%d",
                                .mtu = 1400,
                                .local = 0x0a620001,
                                .peer = 0x0a620002,
                                .routes = &route,
                                .routes_n = 1 },
                          d = c;
    struct tap_keeper_policy all = { .tun = "dt%d", .default_route = true };
    struct tap_tun foreign, t;
    const char *what;
    size_t i;

    if (!alone())
        return;
    start(&devices);
    for (i = 0; i < sizeof names / sizeof names[0]; i++) {
        d.name = names[i];
        refused(d, "a device of another name than 'dt%d'");
    }
    d.name = "a-name-that-is-too-long";
    refused(d, "too long");
    d = c;
    d.mtu = 67;
    refused(d, "an MTU of 67");
    d.mtu = 65536;
    refused(d, "MTU");
    d = c;
    d.local = 0;
    refused(d, "address"); /* a peer of nobody */
    d.local = 0x7f000001;
    refused(d, "address");
    d.local = c.local;
    d.peer = 0xe0000001;
    refused(d, "address");
    route.ip = 0x0a630001;
    refused(c, "route 1 has bits behind");
    route = (struct tap_prefix){ 0, 33 };
    refused(c, "route 1 has bits behind");
    route.bits = 0;
    refused(c, "route 1 leads everything");
    route.bits = 1;
    refused(c, "route 1 leads everything");
    route = (struct tap_prefix){ 0x0a000000, 7 };
    refused(c, "route 1 leads everything");
    route.bits = 8;
    /* somebody else's device is not the keeper's to change */
    ck_assert_int_eq(tap_tun_open(&foreign, &c, &what), 0);
    ck_assert(!changes_it(&foreign, &c));
    t = foreign;
    for (t.index = 0; t.index < 4; t.index++)
        ck_assert(!changes_it(&t, &c));
    d = c;
    d.local++;
    refused(d, "route 10.0.0.0/8: File exists; another interface has that "
               "route");
    tap_tun_close(&foreign);
    tap_keeper_stop(&k);
    start(&all);
    route = (struct tap_prefix){ 0, 0 };
    ck_assert_int_eq(tap_keeper_tun(&k, &t, &c, why, sizeof why), 0);
    tap_tun_close(&t);
    tap_keeper_stop(&k);
    all.tun = NULL;
    start(&all);
    refused(c, "may make no devices");
}
END_TEST

/* --- ARP ---------------------------------------------------------------- */

static bool count(void *ctx, const struct nlmsghdr *head)
{
    *(unsigned *)ctx += head->nlmsg_type == RTM_NEWNEIGH;
    return true;
}

/* Proxy entries of this namespace. */
static unsigned proxies(void)
{
    union {
        struct nlmsghdr head;
        uint8_t octets[8192];
    } m;
    struct {
        struct nlmsghdr head;
        struct ndmsg body;
    } r = { .head = { .nlmsg_len = sizeof r,
                      .nlmsg_type = RTM_GETNEIGH,
                      .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
            .body = { .ndm_family = AF_INET, .ndm_flags = NTF_PROXY } };
    int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    unsigned n = 0;
    bool done = false;

    ck_assert_int_eq(send(fd, &r, sizeof r, 0), (int)sizeof r);
    while (!done) {
        ssize_t len = recv(fd, &m, sizeof m, 0);
        size_t at = 0;

        ck_assert_int_gt(len, 0);
        while (at + sizeof m.head <= (size_t)len) {
            struct nlmsghdr h;

            memcpy(&h, m.octets + at, sizeof h);
            ck_assert_uint_ne(h.nlmsg_type, NLMSG_ERROR);
            done = done || h.nlmsg_type == NLMSG_DONE;
            count(&n, &h);
            at += NLMSG_ALIGN(h.nlmsg_len);
        }
    }
    close(fd);
    return n;
}

START_TEST(arp)
{
    struct tap_keeper_policy p = { .arp = true, .arp_device = "lan" };
    struct tap_tun_config c = { .name = "lan", .mtu = 1500 };
    struct tap_tun lan;
    const char *what;

    if (!alone())
        return;
    start(&p);
    ck_assert_int_eq(tap_keeper_arp(&k, 0x0a620005, true, why, sizeof why),
                     -1);
    ck_assert_str_eq(why, "ARP at 'lan': there is no such interface");
    ck_assert_int_eq(tap_tun_open(&lan, &c, &what), 0);
    ck_assert_int_eq(tap_keeper_arp(&k, 0x0a620005, true, why, sizeof why), 0);
    ck_assert_int_eq(tap_keeper_arp(&k, 0x0a620005, true, why, sizeof why), 0);
    ck_assert_int_eq(tap_keeper_arp(&k, 0x0a620006, true, why, sizeof why), 0);
    ck_assert_int_eq(tap_keeper_arp(&k, 0x0a620007, true, why, sizeof why), 0);
    ck_assert_uint_eq(proxies(), 3);
    ck_assert_int_eq(tap_keeper_arp(&k, 0x0a620005, false, why, sizeof why),
                     0);
    ck_assert_int_eq(tap_keeper_arp(&k, 0x0a620005, false, why, sizeof why),
                     0);
    ck_assert_uint_eq(proxies(), 2);
    ck_assert_int_eq(tap_keeper_arp(&k, 0, true, why, sizeof why), -1);
    ck_assert_int_eq(tap_keeper_arp(&k, UINT32_MAX, true, why, sizeof why),
                     -1);
    ck_assert_uint_eq(proxies(), 2);
    /* somebody else took one away, with its interface */
    tap_tun_close(&lan);
    ck_assert_int_eq(tap_keeper_arp(&k, 0x0a620006, false, why, sizeof why),
                     0);
    ck_assert_int_eq(tap_tun_open(&lan, &c, &what), 0);
    ck_assert_int_eq(tap_keeper_arp(&k, 0x0a620007, false, why, sizeof why),
                     0);
    ck_assert_int_eq(tap_keeper_arp(&k, 0x0a620007, true, why, sizeof why), 0);
    ck_assert_int_eq(tap_keeper_arp(&k, 0x0a620006, true, why, sizeof why), 0);
    ck_assert_uint_eq(proxies(), 2);
    /* with the keeper go its entries */
    tap_keeper_stop(&k);
    ck_assert_uint_eq(proxies(), 0);
    p.arp = false;
    start(&p);
    ck_assert_int_eq(tap_keeper_arp(&k, 0x0a620005, true, why, sizeof why),
                     -1);
    ck_assert_str_eq(why, "the keeper may answer no ARP");
    tap_tun_close(&lan);
}
END_TEST

/* A daemon that has become nobody, behind its filter. */
static int as_daemon(void)
{
    struct tap_keeper_policy p = { .file = { path },
                                   .secret = { true },
                                   .tun = "dt%d" };
    struct tap_prefix route = { 0x0a630000, 24 };
    struct tap_tun_config c = { .name = "dt%d",
                                .mtu = 1400,
                                .local = 0x0a620001,
                                .routes = &route,
                                .routes_n = 1 };
    struct tap_tun t;
    const char *what;
    size_t len;

    if (tap_keeper_start(&k, &p) < 0 ||
        tap_priv_drop("nobody", why, sizeof why) < 0)
        return 1;
    if (tap_filter_known() && tap_filter_install(false) < 0)
        return 2;
    if (tap_secret_file(path, &len, why, sizeof why) != NULL ||
        tap_tun_open(&t, &c, &what) == 0)
        return 3;
    if (!reads(0, "one\n"))
        return 4;
    if (tap_keeper_tun(&k, &t, &c, why, sizeof why) < 0)
        return 5;
    c.peer = 0x0a620002;
    if (tap_keeper_tun_change(&k, &t, &c, why, sizeof why) < 0)
        return 6;
    tap_tun_close(&t);
    tap_keeper_stop(&k);
    return 0;
}

/* --- ways that are kept ------------------------------------------------- */

/* Whether an address has a route of its own. */
static bool pinned(uint32_t ip)
{
    struct tap_netlink n;
    struct tap_way way;
    bool there;

    ck_assert_int_eq(tap_netlink_open(&n), 0);
    ck_assert_int_eq(tap_netlink_way(&n, ip, &way), 0);
    there = tap_netlink_pin(&n, ip, &way, true) < 0;
    if (!there)
        ck_assert_int_eq(tap_netlink_pin(&n, ip, &way, false), 0);
    tap_netlink_close(&n);
    return there;
}

static bool pins(uint32_t ip, bool on)
{
    return tap_keeper_pin(&k, ip, on, why, sizeof why) == 0;
}

/* Servers' addresses: those of the configuration, or, of servers that have
 * names, whichever they have, as many as there is room for. */
START_TEST(ways)
{
    const uint32_t named[] = { 0x0a010001, 0x0a010002 };
    struct tap_prefix route = { .ip = 0x0a010000, .bits = 16 };
    struct tap_tun_config c = { .name = "lan",
                                .mtu = 1500,
                                .local = 0x0a000001,
                                .routes = &route,
                                .routes_n = 1 };
    struct tap_keeper_policy p = { .tun = "dt%d", .pin = named, .pins = 2 };
    struct tap_tun lan;
    const char *what;
    uint32_t i;

    if (!alone())
        return;
    ck_assert_int_eq(tap_tun_open(&lan, &c, &what), 0);
    start(&p);
    ck_assert(pins(0x0a010001, true) && pinned(0x0a010001));
    ck_assert(pins(0x0a010001, true) && pins(0x0a010001, false));
    ck_assert(pinned(0x0a010001)); /* as many times on as off */
    ck_assert(pins(0x0a010001, false) && !pinned(0x0a010001));
    ck_assert(!pins(0x0a010003, true) && !pins(0, true));
    ck_assert_str_eq(why, "its route is not the keeper's to keep");
    tap_keeper_stop(&k);
    p.pin_others = true;
    start(&p);
    for (i = 0; i < TAP_KEEPER_PINS; i++)
        ck_assert(pins(0x0a010001 + i, true));
    ck_assert(pinned(0x0a010001) && pinned(0x0a010010));
    ck_assert(!pins(0x0a010011, true));
    ck_assert(pins(0x0a010010, false) && pins(0x0a010011, true));
    ck_assert(pinned(0x0a010011) && !pinned(0x0a010010));
    ck_assert(pins(0x0a010011, false));
    /* the two of the configuration keep their places */
    ck_assert(pins(0x0a010001, false) && !pins(0x0a010012, false));
    ck_assert(pins(0x0a010012, true) && !pins(0x0a010013, true));
    ck_assert(pins(0x0a010001, true));
    ck_assert(!pins(0, true) && !pins(0x7f000002, true) &&
              !pins(0xe0000001, true));
    /* with its end they go */
    tap_keeper_stop(&k);
    for (i = 1; i <= 0x12; i++)
        ck_assert(!pinned(0x0a010000 + i));
    tap_tun_close(&lan);
}
END_TEST

START_TEST(behind_privileges)
{
    if (!alone())
        return;
    write_file(path, "one\n", 0600);
    ck_assert_int_eq(in_child(as_daemon), 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tap_keeper");
    TCase *tc = tcase_create("keeper");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, files);
    tcase_add_test(tc, bad_files);
    tcase_add_test(tc, long_names);
    tcase_add_test(tc, sockets);
    tcase_add_test(tc, process);
    tcase_add_test(tc, walls);
    tcase_add_test(tc, malformed);
    tcase_add_test(tc, late_answers);
    tcase_add_test(tc, orphaned);
    tcase_add_test(tc, device);
    tcase_add_test(tc, change);
    tcase_add_test(tc, many_routes);
    tcase_add_test(tc, device_refusals);
    tcase_add_test(tc, arp);
    tcase_add_test(tc, ways);
    tcase_add_test(tc, behind_privileges);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
