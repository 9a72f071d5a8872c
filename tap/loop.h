/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a real world waits for: descriptors by epoll, and one deadline.  With
 * neither, it sleeps: no tick.
 */
#ifndef TAP_LOOP_H
#define TAP_LOOP_H

#include <sys/epoll.h>

#include "base/base.h"

enum { TAP_LOOP_BATCH = 512 };

/* Of what is ready at once: data of a call after the message that makes it
 * one; and acknowledgments before new packets, for which they make room. */
enum tap_rank { TAP_RANK_FIRST, TAP_RANK_GRE, TAP_RANK_DEVICE, TAP_RANKS };

/* A descriptor and who wants to know of it; stands where it was added until
 * it is removed. */
struct tap_source {
    int fd; /* -1: none */
    uint32_t events;
    /* epoll's events; level-triggered. */
    void (*ready)(struct tap_source *s, uint32_t events);
    void *owner;  /* whoever `ready` works for */
    uint8_t rank; /* enum tap_rank: who is told first */
};

struct tap_loop {
    int fd;
    uint32_t most; /* events of a turn, at most TAP_LOOP_BATCH; the caller's */
    int n;         /* events of the batch being handed out */
    struct epoll_event batch[TAP_LOOP_BATCH];
    /* In each turn, after those that are first; or NULL. */
    void (*between)(void *owner);
    void *owner;
};

/* CLOCK_MONOTONIC. */
pptp_ns tap_now(void);

/* 0, or -1 with errno. */
int tap_loop_init(struct tap_loop *l);
void tap_loop_fini(struct tap_loop *l);

/* 0, or -1 with errno; events as in EPOLLIN. */
int tap_loop_add(struct tap_loop *l, struct tap_source *s, uint32_t events);
void tap_loop_change(struct tap_loop *l, struct tap_source *s,
                     uint32_t events);
/* Before its descriptor is closed; also while a batch is handed out. */
void tap_loop_remove(struct tap_loop *l, struct tap_source *s);

/* Waits for something or for `deadline` (PPTP_NEVER: none), and tells the
 * sources.  -1 with errno if epoll does not work any more. */
int tap_loop_turn(struct tap_loop *l, pptp_ns deadline);

#endif
