/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Processes; see pool.h. */
#include "config.h"

#include "lab/pool.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define TICK_MS 200
#define READ_OCTETS 65536

struct process {
    pid_t pid; /* 0: none */
    size_t task;
    int fd;
    char *octets; /* that it wrote so far */
    size_t len, room;
    int error; /* errno of reading it */
};

struct running {
    struct pool *p;
    const struct pool_config *c;
    struct process *v;
    struct pollfd *polled; /* the signals, then v's */
    size_t n;              /* of v that are */
    int signals;           /* descriptor */
    bool ended;            /* no more are started */
};

static double seconds_since(const struct timespec *start)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)(t.tv_sec - start->tv_sec) +
           1e-9 * (double)(t.tv_nsec - start->tv_nsec);
}

bool pool_heeds(struct pool *p, int number)
{
    if (p->interrupts == 0) {
        p->signal = number;
        clock_gettime(CLOCK_MONOTONIC, &p->signalled);
    } else if (seconds_since(&p->signalled) < 1) {
        return false;
    }
    p->interrupts++;
    return true;
}

size_t pool_processors(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);

    return n > 0 ? (size_t)n : 1;
}

static void stop_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
}

/* Whatever the parent does about them. */
static void let_signals_end_it(void)
{
    struct sigaction none = { .sa_handler = SIG_DFL };
    sigset_t set;

    sigaction(SIGINT, &none, NULL);
    sigaction(SIGTERM, &none, NULL);
    sigemptyset(&set);
    sigprocmask(SIG_SETMASK, &set, NULL);
}

static _Noreturn void child_main(const struct running *r, size_t task, int fd,
                                 pid_t parent)
{
    int status;

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (r->c->catch_stop != NULL)
        r->c->catch_stop();
    else
        let_signals_end_it();
    if (getppid() != parent) /* it died before we asked to be told */
        raise(SIGTERM);
    close(r->signals);
    status = r->c->work(r->c->ctx, task, fd);
    fflush(NULL);
    _exit(status);
}

/* 0 or an errno. */
static int start(struct running *r, size_t task)
{
    struct process *p = &r->v[r->n];
    pid_t parent = getpid();
    int ends[2];

    *p = (struct process){ .task = task };
    if (pipe(ends) != 0)
        return errno;
    fflush(NULL);
    p->pid = fork();
    if (p->pid == 0) {
        close(ends[0]);
        child_main(r, task, ends[1], parent);
    }
    close(ends[1]);
    if (p->pid < 0) {
        int error = errno;

        close(ends[0]);
        return error;
    }
    p->fd = ends[0];
    r->n++;
    return 0;
}

static void kill_all(const struct running *r, int number)
{
    for (size_t i = 0; i < r->n; i++)
        kill(r->v[i].pid, number);
}

/* A signal of ours: the processes get it, or their end. */
static void take_signal(struct running *r)
{
    struct signalfd_siginfo info;

    if (read(r->signals, &info, sizeof info) != (ssize_t)sizeof info ||
        !pool_heeds(r->p, (int)info.ssi_signo))
        return;
    r->ended = true;
    kill_all(r, r->p->interrupts == 1 ? SIGTERM : SIGKILL);
}

static void tell(struct running *r, const struct pool_end *end)
{
    if (r->c->done(r->c->ctx, end))
        return;
    r->ended = true;
    kill_all(r, SIGKILL);
}

/* Its pipe is at its end, and so is it, or soon. */
static void reap(struct running *r, size_t i)
{
    struct process p = r->v[i];
    struct pool_end end = {
        .task = p.task, .error = p.error, .octets = p.octets, .len = p.len
    };
    int status = 0;

    close(p.fd);
    while (waitpid(p.pid, &status, 0) < 0 && errno == EINTR)
        continue;
    end.status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    r->v[i] = r->v[--r->n];
    tell(r, &end);
    free(p.octets);
}

/* False: there is no more. */
static bool take_octets(struct process *p)
{
    ssize_t n;

    if (p->room - p->len < READ_OCTETS) {
        size_t room = p->room * 2 + READ_OCTETS;
        char *more = realloc(p->octets, room);

        if (more == NULL) {
            p->error = ENOMEM;
            return false;
        }
        p->octets = more;
        p->room = room;
    }
    n = read(p->fd, p->octets + p->len, p->room - p->len);
    p->len += n > 0 ? (size_t)n : 0;
    p->error = n < 0 && errno != EINTR ? errno : 0;
    return n > 0 || (n < 0 && errno == EINTR);
}

static void fill(struct running *r)
{
    size_t task;

    while (!r->ended && r->n < r->c->jobs && r->c->next(r->c->ctx, &task)) {
        int error = start(r, task);

        if (error != 0)
            tell(r, &(struct pool_end){ .task = task, .error = error });
    }
}

static void wait_for_one(struct running *r)
{
    r->polled[0] = (struct pollfd){ .fd = r->signals, .events = POLLIN };
    for (size_t i = 0; i < r->n; i++)
        r->polled[i + 1] = (struct pollfd){ .fd = r->v[i].fd,
                                            .events = POLLIN };
    if (poll(r->polled, r->n + 1, TICK_MS) > 0) {
        if (r->polled[0].revents != 0) /* first: it says why others end */
            take_signal(r);
        /* from the end: who is reaped leaves its place to the last */
        for (size_t i = r->n; i-- > 0;)
            if (r->polled[i + 1].revents != 0 && !take_octets(&r->v[i]))
                reap(r, i);
    }
    if (r->c->tick != NULL)
        r->c->tick(r->c->ctx);
}

int pool_run(struct pool *p, const struct pool_config *c)
{
    struct running r = { .p = p, .c = c };
    sigset_t set, old;
    int error = 0;

    *p = (struct pool){ .interrupts = 0 };
    stop_signals(&set);
    sigprocmask(SIG_BLOCK, &set, &old);
    r.v = calloc(c->jobs, sizeof *r.v);
    r.polled = calloc(c->jobs + 1, sizeof *r.polled);
    r.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (r.v == NULL || r.polled == NULL || r.signals < 0)
        error = r.signals < 0 ? errno : ENOMEM;
    while (error == 0) {
        fill(&r);
        if (r.n == 0)
            break;
        wait_for_one(&r);
    }
    if (r.signals >= 0)
        close(r.signals);
    free(r.polled);
    free(r.v);
    sigprocmask(SIG_SETMASK, &old, NULL);
    return error;
}
