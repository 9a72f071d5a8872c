/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names of servers to addresses, as often as they are asked for, without
 * anybody waiting: getaddrinfo(3) blocks for as long as name servers do not
 * answer, and what it does (files, sockets, modules of other people) is more
 * than a daemon behind a filter of system calls may do.  So a small process
 * stays beside the daemon, an ordinary user without privileges, and has a
 * child for each look-up, which one that hangs keeps from nobody.
 *
 * It knows the names that it was started with and no others.
 */
#ifndef TAP_RESOLVER_H
#define TAP_RESOLVER_H

#include <sys/types.h>

#include "tap/loop.h"

enum {
    TAP_RESOLVER_NAMES = 16,
    TAP_RESOLVER_ADDRESSES = 8, /* of a name; more are not looked at */
    TAP_RESOLVER_OCTETS = 253   /* of a name, RFC 1123 2.1 */
};

/* Three name servers, twice five seconds each: resolv.conf(5). */
#define TAP_RESOLVER_WAIT_NS (35 * PPTP_S)

struct tap_resolver_config {
    const char *name[TAP_RESOLVER_NAMES]; /* NULL: not asked for */
    uint32_t names;
    const char *user; /* who it becomes; NULL: stays who it is */
    /* In the new process: what it is not to know; or NULL. */
    void (*forget)(void *ctx);
    void *ctx;
};

struct tap_resolver {
    struct tap_source source; /* first member; fd -1: it was not started */
    struct tap_loop *loop;    /* NULL: not listened to yet */
    pid_t pid;
    uint32_t names;
    pptp_ns until_ns[TAP_RESOLVER_NAMES]; /* asked; PPTP_NEVER: not */
    /* n addresses, host order, in the order of the answer; n 0: `why`, a
     * text. From within the loop or `advance`. */
    void (*answered)(void *owner, uint32_t name, const uint32_t *ip,
                     uint32_t n, const char *why);
    void *owner;
};

/* Whether a text may be the name of a host: RFC 1123 2.1, and `_`.  What ends
 * with a number is an address, or none. */
bool tap_resolver_name(const char *text);

/* Starts the process, if there is a name.  0, or -1 with errno.  Before there
 * are threads. */
int tap_resolver_start(struct tap_resolver *r,
                       const struct tap_resolver_config *c);
/* answered and owner are set by the caller. 0, or -1 with errno. With fd -1
 * nothing happens. */
int tap_resolver_listen(struct tap_resolver *r, struct tap_loop *loop);
/* With fd -1 nothing happens. */
void tap_resolver_stop(struct tap_resolver *r);

/* An answer follows, in any case; of a name that was asked for already, one
 * for both. */
void tap_resolver_ask(struct tap_resolver *r, uint32_t name, pptp_ns now);

pptp_ns tap_resolver_deadline(const struct tap_resolver *r);
void tap_resolver_advance(struct tap_resolver *r, pptp_ns now);

#endif
