/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For User Mode Linux, loaded before it (`uml` beside this file): it keeps
 * the first 2,696 octets of a process's extended state, and sets as many.
 * Linux takes the whole or nothing (EFAULT), and that is 11,008 octets on
 * processors with AMX: no process would ever start.  What is beyond stays as
 * it is; nothing in a guest uses it.
 */
#include "config.h"

#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>

typedef long call(int request, pid_t pid, void *addr, void *data);

enum { XSTATE_OCTETS_MAX = 1 << 16 };

static long set_state(call *next, pid_t pid, void *addr, struct iovec *part)
{
    static uint8_t state[XSTATE_OCTETS_MAX];
    struct iovec whole = { state, sizeof state };

    if (next(PTRACE_GETREGSET, pid, addr, &whole) < 0)
        return -1;
    if (part->iov_len >= whole.iov_len)
        return next(PTRACE_SETREGSET, pid, addr, part);
    memcpy(state, part->iov_base, part->iov_len);
    return next(PTRACE_SETREGSET, pid, addr, &whole);
}

/* In the place of the C library's. */
long ptrace(enum __ptrace_request request, ...)
{
    static call *next;
    va_list ap;
    pid_t pid;
    void *addr, *data;

    va_start(ap, request);
    pid = va_arg(ap, pid_t);
    addr = va_arg(ap, void *);
    data = va_arg(ap, void *);
    va_end(ap);
    if (next == NULL)
        next = (call *)dlsym(RTLD_NEXT, "ptrace");
    if (request == PTRACE_SETREGSET && (uintptr_t)addr == NT_X86_XSTATE)
        return set_state(next, pid, addr, data);
    return next((int)request, pid, addr, data);
}
