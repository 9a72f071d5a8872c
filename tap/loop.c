/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waiting in the real world; loop.h. */
#include "config.h"

#include "tap/loop.h"

#include <errno.h>
#include <limits.h>
#include <time.h>
#include <unistd.h>

pptp_ns tap_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (pptp_ns)t.tv_sec * PPTP_S + (pptp_ns)t.tv_nsec;
}

int tap_loop_init(struct tap_loop *l)
{
    l->n = 0;
    l->most = TAP_LOOP_BATCH;
    l->fd = epoll_create1(EPOLL_CLOEXEC);
    return l->fd < 0 ? -1 : 0;
}

void tap_loop_fini(struct tap_loop *l)
{
    if (l->fd >= 0)
        close(l->fd);
    l->fd = -1;
}

int tap_loop_add(struct tap_loop *l, struct tap_source *s, uint32_t events)
{
    struct epoll_event e = { .events = events, .data.ptr = s };

    s->events = events;
    return epoll_ctl(l->fd, EPOLL_CTL_ADD, s->fd, &e);
}

void tap_loop_change(struct tap_loop *l, struct tap_source *s, uint32_t events)
{
    struct epoll_event e = { .events = events, .data.ptr = s };

    if (s->events == events)
        return;
    s->events = events;
    PPTP_ASSERT(epoll_ctl(l->fd, EPOLL_CTL_MOD, s->fd, &e) == 0);
}

void tap_loop_remove(struct tap_loop *l, struct tap_source *s)
{
    int i;

    epoll_ctl(l->fd, EPOLL_CTL_DEL, s->fd, NULL);
    for (i = 0; i < l->n; i++)
        if (l->batch[i].data.ptr == s)
            l->batch[i].data.ptr = NULL;
}

/* Milliseconds, rounded up: woken too early we would only turn again. */
static int timeout_ms(pptp_ns deadline)
{
    pptp_ns now, left;

    if (deadline == PPTP_NEVER)
        return -1;
    now = tap_now();
    left = deadline > now ? (deadline - now + PPTP_MS - 1) / PPTP_MS : 0;
    return left > INT_MAX ? INT_MAX : (int)left;
}

/* A source may remove others, and itself. */
static void tell(struct tap_loop *l, unsigned rank)
{
    int i;

    for (i = 0; i < l->n; i++) {
        struct tap_source *s = l->batch[i].data.ptr;

        if (s == NULL || s->rank != rank)
            continue;
        l->batch[i].data.ptr = NULL;
        s->ready(s, l->batch[i].events);
    }
}

int tap_loop_turn(struct tap_loop *l, pptp_ns deadline)
{
    int n = epoll_wait(l->fd, l->batch, (int)l->most, timeout_ms(deadline));
    unsigned rank;

    if (n < 0)
        return errno == EINTR ? 0 : -1;
    l->n = n;
    tell(l, TAP_RANK_FIRST);
    if (l->between != NULL)
        l->between(l->owner);
    for (rank = TAP_RANK_FIRST + 1; rank < TAP_RANKS; rank++)
        tell(l, rank);
    l->n = 0;
    return 0;
}
