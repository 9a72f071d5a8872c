/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What linux_flows asks the guest's kernel: the queue of the interface `slow`
 * in the namespace `way`, by netlink, without a process that would take the
 * processor from the packets.
 */
#ifndef TESTS_TRUTH_LINUX_QUEUE_H
#define TESTS_TRUTH_LINUX_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

struct queue {
    uint32_t waiting; /* packets, now */
    uint32_t drops;   /* since it was made */
    uint64_t packets;
};

/* Says what, and errno, and ends the program if it is not good. */
void guest_check(bool good, const char *what);

/* Sockets are made in the network namespace of that name from now on. */
void guest_enter(const char *name);

void queue_open(void);
/* The root discipline of the bottleneck's interface. */
struct queue queue_ask(void);

#endif
