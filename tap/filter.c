/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A filter of system calls, in seccomp's BPF; filter.h. */
#include "config.h"

#include "tap/filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#if defined __SANITIZE_ADDRESS__
#define ARCH 0u
#elif defined __x86_64__ && !defined __ILP32__
#define ARCH AUDIT_ARCH_X86_64
#elif defined __aarch64__ && !defined __AARCH64EB__
#define ARCH AUDIT_ARCH_AARCH64
#else
#define ARCH 0u
#endif

#define DATA(m) offsetof(struct seccomp_data, m)

static const unsigned allowed[] = {
/* waiting, in the order of how often */
#ifdef SYS_epoll_wait
    SYS_epoll_wait,
#endif
    SYS_epoll_pwait, SYS_recvmmsg, SYS_sendmmsg, SYS_read, SYS_write,
    SYS_clock_gettime, SYS_recvfrom, SYS_sendto, SYS_recvmsg, SYS_sendmsg,
    SYS_epoll_ctl,
    /* control connections */
    SYS_accept4, SYS_getsockname, SYS_getpeername, SYS_getsockopt,
    SYS_setsockopt, SYS_shutdown, SYS_close,
    /* the file of secrets, once the keeper has opened it */
    SYS_fstat, SYS_newfstatat,
    /* memory */
    SYS_brk, SYS_mmap, SYS_munmap, SYS_mremap, SYS_mprotect, SYS_madvise,
    SYS_futex,
    /* the end, also that of a failed assertion */
    SYS_wait4, SYS_exit, SYS_exit_group, SYS_rt_sigreturn, SYS_rt_sigaction,
    SYS_rt_sigprocmask, SYS_restart_syscall, SYS_getpid, SYS_gettid, SYS_tgkill
};

enum { ALLOWED = sizeof allowed / sizeof allowed[0] };

bool tap_filter_known(void)
{
    return ARCH != 0;
}

static struct sock_filter load(uint32_t offset)
{
    return (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset);
}

/* Skips `yes` instructions when the value is k, else `no`. */
static struct sock_filter equal(uint32_t k, uint8_t yes, uint8_t no)
{
    return (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, yes, no);
}

static struct sock_filter verdict(uint32_t k)
{
    return (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, k);
}

int tap_filter_install(void)
{
    struct sock_filter code[ALLOWED + 6];
    struct sock_fprog program = { .filter = code };
    unsigned short n = 0;
    unsigned i;

    _Static_assert(ALLOWED < 250, "jumps are eight bits");
    code[n++] = load(DATA(arch));
    code[n++] = equal(ARCH, 1, 0);
    code[n++] = verdict(SECCOMP_RET_KILL_PROCESS);
    code[n++] = load(DATA(nr));
    for (i = 0; i < ALLOWED; i++)
        code[n++] = equal(allowed[i], (uint8_t)(ALLOWED - i), 0);
    code[n++] = verdict(SECCOMP_RET_ERRNO | EPERM);
    code[n++] = verdict(SECCOMP_RET_ALLOW);
    program.len = n;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}
