/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run before the run; see pilot.h. */
#include "config.h"

#include "tool/pilot.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tool/warmup.h"

enum { LOOKS = 1000 };

struct pilot {
    struct sim_sink sink;
    struct sim_world *w;
    pptp_ns step_ns;
    size_t n;
    uint64_t octets; /* at the look before */
    double under_way[LOOKS], came[LOOKS];
};

static void look_at(const struct sim_account *a, double *under_way,
                    uint64_t *octets)
{
    *under_way += (double)(a->offered - a->delivered - sim_account_lost(a));
    *octets += a->delivered_octets;
}

static void on_look(struct sim_sink *sink, uint32_t arg)
{
    struct pilot *p = (struct pilot *)(void *)sink;
    const struct sim_world *w = p->w;
    uint64_t octets = 0;

    (void)arg;
    for (uint32_t i = 0; i < w->call_count; i++)
        for (int k = 0; k < 2; k++)
            look_at(&w->calls[i]->way[k], &p->under_way[p->n], &octets);
    for (uint32_t i = 0; i < w->flow_count; i++)
        look_at(w->flows[i]->account, &p->under_way[p->n], &octets);
    p->came[p->n++] = (double)(octets - p->octets);
    p->octets = octets;
    if (p->n < LOOKS)
        sim_calendar_at(&p->w->cal, p->w->cal.now + p->step_ns, sink, 0);
}

static struct pilot_found found_in(const struct pilot *p)
{
    size_t first, second;
    bool found = warmup_end(p->under_way, p->n, &first);

    found = warmup_end(p->came, p->n, &second) && found;
    return (struct pilot_found){ .from_ns = (first > second ? first : second) *
                                            p->step_ns,
                                 .found = found };
}

/* In the child: what it has found goes into the pipe. */
static _Noreturn void child_main(int fd, pptp_ns duration_ns,
                                 struct sim_world *(*build)(void *ctx),
                                 void *ctx, const volatile sig_atomic_t *stop)
{
    struct pilot *p = calloc(1, sizeof *p);
    struct pilot_found found;
    ssize_t n = 0;

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (p != NULL && (p->w = build(ctx)) != NULL) {
        p->sink.event = on_look;
        p->step_ns = duration_ns / LOOKS > 0 ? duration_ns / LOOKS : 1;
        sim_calendar_at(&p->w->cal, p->step_ns, &p->sink, 0);
        p->w->cal.stop = stop;
        (void)sim_world_run(p->w, duration_ns);
        found = found_in(p);
        n = write(fd, &found, sizeof found);
    }
    _exit(n == sizeof found ? 0 : 1);
}

int pilot_run(struct pilot_found *out, pptp_ns duration_ns,
              struct sim_world *(*build)(void *ctx), void *ctx,
              const volatile sig_atomic_t *stop)
{
    int fd[2], status = 1;
    ssize_t n;
    pid_t pid;

    *out = (struct pilot_found){ 0 };
    if (pipe(fd) < 0)
        return -1;
    pid = fork();
    if (pid == 0) {
        close(fd[0]);
        child_main(fd[1], duration_ns, build, ctx, stop);
    }
    close(fd[1]);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        if (*stop != 0)
            kill(pid, SIGKILL);
    n = read(fd[0], out, sizeof *out);
    close(fd[0]);
    return *stop != 0 || (pid > 0 && status == 0 && n == sizeof *out) ? 0 : -1;
}
