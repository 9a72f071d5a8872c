/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filters of system calls by libseccomp; filter.h. */
#include "config.h"

#include "tap/filter.h"

#include <errno.h>

#if defined HAVE_VALGRIND_VALGRIND_H
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

#if defined HAVE_SECCOMP && !defined __SANITIZE_ADDRESS__

#include <asm/termbits.h> /* termios2, of the numbers only */
#include <fcntl.h>
#include <linux/if_tun.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap/priv.h"
#include "tap/tun.h"

/* There is no SCMP_A0_32, SCMP_A1_32, ...: they compare all 64 bits with
 * a value of 32.  is32() does not. */
#undef SCMP_CMP32

/* The most frequent first: the filter looks in this order. */
static const int daemon_calls[] = {
    SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_wait), SCMP_SYS(recvmmsg),
    SCMP_SYS(sendmmsg), SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(writev),
    SCMP_SYS(readv), SCMP_SYS(clock_gettime), SCMP_SYS(recvfrom),
    SCMP_SYS(sendto), SCMP_SYS(recvmsg), SCMP_SYS(sendmsg),
    SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_pwait2),
    /* control connections, and those of people who ask */
    SCMP_SYS(accept4), SCMP_SYS(accept), SCMP_SYS(getsockname),
    SCMP_SYS(getpeername), SCMP_SYS(getsockopt), SCMP_SYS(setsockopt),
    SCMP_SYS(shutdown), SCMP_SYS(close),
    /* files that the keeper or somebody who asks has opened; journals */
    SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(lseek), SCMP_SYS(pwrite64),
    SCMP_SYS(pwritev), SCMP_SYS(pwritev2), SCMP_SYS(fsync),
    SCMP_SYS(fdatasync),
    /* memory; entropy */
    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
    SCMP_SYS(futex), SCMP_SYS(getrandom), SCMP_SYS(sysinfo),
    SCMP_SYS(getrusage),
    /* the end, also that of a failed assertion */
    SCMP_SYS(wait4), SCMP_SYS(exit), SCMP_SYS(exit_group),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(restart_syscall), SCMP_SYS(getpid), SCMP_SYS(gettid),
    SCMP_SYS(tgkill)
};

/* Serial lines: their settings, signals, errors and what waits; nothing that
 * types into a terminal or takes it over. */
static const unsigned daemon_ioctls[] = {
    TIOCMGET, TIOCMSET, TIOCMBIS, TIOCMBIC, TIOCGICOUNT, TCGETS,   TCSETS,
    TCSETSW,  TCSETSF,  TCFLSH,   TCSBRK,   TIOCOUTQ,    FIONREAD,
#ifdef TCGETS2
    TCGETS2,  TCSETS2,  TCSETSW2, TCSETSF2, /* any speed */
#endif
};

static const int daemon_fcntls[] = { F_GETFL, F_SETFL, F_GETFD, F_SETFD };

static const int keeper_calls[] = {
    SCMP_SYS(recvfrom),  SCMP_SYS(sendto),       SCMP_SYS(sendmsg),
    SCMP_SYS(close),     SCMP_SYS(fstat),        SCMP_SYS(newfstatat),
    SCMP_SYS(shutdown),  SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall),
    SCMP_SYS(exit_group)
};

static const unsigned keeper_ioctls[] = { (unsigned)TUNSETIFF, SIOCGIFINDEX };

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

bool tap_filter_known(void)
{
    return !RUNNING_ON_VALGRIND;
}

/* libseccomp's results are negative errno. */
static int calls(scmp_filter_ctx f, const int *call, size_t n)
{
    int err = 0;
    size_t i;

    for (i = 0; i < n && err == 0; i++) {
        err = seccomp_rule_add(f, SCMP_ACT_ALLOW, call[i], 0);
        if (err == 0 && i < UINT8_MAX)
            err = seccomp_syscall_priority(f, call[i],
                                           (uint8_t)(UINT8_MAX - i));
    }
    return err;
}

/* An argument that the kernel takes for 32 bits, and the bits of it that
 * count.  What its upper half holds is up to the C library: AT_FDCWD comes
 * zero-extended from glibc 2.36 and sign-extended from 2.41. */
static struct scmp_arg_cmp bits32(unsigned arg, uint32_t mask, uint32_t value)
{
    return SCMP_CMP64(arg, SCMP_CMP_MASKED_EQ, mask, value);
}

static struct scmp_arg_cmp is32(unsigned arg, uint32_t value)
{
    return bits32(arg, UINT32_MAX, value);
}

static int ioctls(scmp_filter_ctx f, const unsigned *code, size_t n)
{
    int err = 0;
    size_t i;

    for (i = 0; i < n && err == 0; i++)
        err = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
                               is32(1, code[i]));
    return err;
}

/* Memory, but no new code. */
static int memory(scmp_filter_ctx f)
{
    int err = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
                               SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));

    if (err == 0)
        err = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                               SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    return err;
}

static int tcp_out(scmp_filter_ctx f)
{
    static const int binding[] = { SCMP_SYS(connect), SCMP_SYS(bind) };
    const unsigned flags = SOCK_CLOEXEC | SOCK_NONBLOCK;
    int err = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(socket), 2,
                               is32(0, AF_INET),
                               bits32(1, ~flags, SOCK_STREAM));

    return err == 0 ? calls(f, binding, COUNT(binding)) : err;
}

static scmp_filter_ctx begin(void)
{
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(EPERM));

    if (f != NULL)
        (void)seccomp_attr_set(f, SCMP_FLTATR_ACT_BADARCH,
                               SCMP_ACT_KILL_PROCESS);
    else
        errno = ENOMEM;
    return f;
}

static int end(scmp_filter_ctx f, int err)
{
    if (err == 0)
        err = seccomp_load(f);
    seccomp_release(f);
    errno = -err;
    return err == 0 ? 0 : -1;
}

int tap_filter_install(bool connects)
{
    scmp_filter_ctx f = begin();
    int err;
    size_t i;

    if (f == NULL)
        return -1;
    err = calls(f, daemon_calls, COUNT(daemon_calls));
    if (err == 0)
        err = ioctls(f, daemon_ioctls, COUNT(daemon_ioctls));
    for (i = 0; i < COUNT(daemon_fcntls) && err == 0; i++)
        err = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
                               is32(1, (uint32_t)daemon_fcntls[i]));
    if (err == 0)
        err = memory(f);
    if (err == 0 && connects)
        err = tcp_out(f);
    return end(f, err);
}

static int open_this(scmp_filter_ctx f, const char *path, unsigned flags)
{
    return seccomp_rule_add(
        f, SCMP_ACT_ALLOW, SCMP_SYS(openat), 3, is32(0, (uint32_t)AT_FDCWD),
        SCMP_A1(SCMP_CMP_EQ, (uintptr_t)path), is32(2, flags));
}

int tap_filter_keeper(const struct tap_filter_paths *p)
{
    scmp_filter_ctx f = begin();
    size_t i;
    int err;

    if (f == NULL)
        return -1;
    err = calls(f, keeper_calls, COUNT(keeper_calls));
    if (err == 0)
        err = ioctls(f, keeper_ioctls, COUNT(keeper_ioctls));
    /* what an assertion says */
    if (err == 0)
        err = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(write), 1,
                               is32(0, STDERR_FILENO));
    for (i = 0; i < TAP_FILTER_PATHS && err == 0; i++)
        if (p->read[i] != NULL)
            err = open_this(f, p->read[i], TAP_FILE_FLAGS);
    if (err == 0 && p->device != NULL)
        err = open_this(f, p->device, TAP_TUN_FLAGS);
    for (i = 0; i < TAP_FILTER_SOCKETS && err == 0; i++)
        if (p->unlink[i] != NULL)
            err = seccomp_rule_add(
                f, SCMP_ACT_ALLOW, SCMP_SYS(unlinkat), 3,
                is32(0, (uint32_t)AT_FDCWD),
                SCMP_A1(SCMP_CMP_EQ, (uintptr_t)p->unlink[i]), is32(2, 0));
    return end(f, err);
}

#else

bool tap_filter_known(void)
{
    return false;
}

int tap_filter_install(bool connects)
{
    (void)connects;
    errno = ENOSYS;
    return -1;
}

int tap_filter_keeper(const struct tap_filter_paths *p)
{
    (void)p;
    errno = ENOSYS;
    return -1;
}

#endif
