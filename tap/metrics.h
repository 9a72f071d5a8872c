/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counters and gauges as Prometheus reads them (text format 0.0.4), over
 * HTTP within the loop: GET /metrics, nothing else.  Nobody is asked who he
 * is: the address it listens at says who may read, by default 127.0.0.1.
 * Without libmicrohttpd there is none, and tap_metrics_open says so.
 */
#ifndef TAP_METRICS_H
#define TAP_METRICS_H

#include "base/probe.h"
#include "tap/loop.h"

enum {
    TAP_METRICS_CLIENTS = 16,
    TAP_METRICS_TIMEOUT_S = 10, /* without an octet */
    TAP_METRICS_MEMORY = 8192   /* octets of a connection, its request too */
};

struct tap_metrics {
    struct tap_source source; /* first member: the server's own epoll */
    struct tap_loop *loop;
    /* The text, malloc'ed, its length in *n; NULL: no memory. */
    char *(*text)(void *owner, size_t *n);
    void *owner;
    void *server;    /* NULL: none */
    int listener;    /* valid while there is a server */
    uint32_t port;   /* host order, what it really is */
    pptp_ns next_ns; /* when the server wants to be asked again */
};

/* Listens at address and port, host order; port 0: any.  loop, text and
 * owner are the caller's.  0; or -1, and in why a line: cause and cure. */
int tap_metrics_open(struct tap_metrics *m, uint32_t address, uint16_t port,
                     char *why, size_t cap);
void tap_metrics_close(struct tap_metrics *m);

pptp_ns tap_metrics_deadline(const struct tap_metrics *m);
void tap_metrics_advance(struct tap_metrics *m, pptp_ns now);

/* --- its text ----------------------------------------------------------- */

/* Text that grows; failed: no memory, and nothing more is added. */
struct tap_text {
    char *p;
    size_t n, room;
    bool failed;
};

void tap_text_add(struct tap_text *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* HELP, TYPE and value of dialtone_<group>_<name>; a counter's name gets
 * _total. group may be NULL. */
void tap_metrics_put(struct tap_text *t, const char *group,
                     const struct probe *p, uint64_t value);

#endif
