/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What people may ask of a daemon and tell it, over its control socket: one
 * JSON object a line each way.
 *
 *     {"id":1,"method":"calls","params":{"from":0,"count":100}}
 *     {"id":1,"result":{"calls":[...],"next":100}}
 *     {"id":2,"error":{"code":"unknown","message":"no such call: 7"}}
 *
 * Methods and their results: dialtone-ctl(1).  Secrets are in none of them;
 * a name that is no UTF-8 comes with ? for its foreign octets.  Beside it
 * the metrics over HTTP and the capture, which is started from here.
 */
#ifndef TAP_CONTROL_H
#define TAP_CONTROL_H

#include "tap/ctl.h"
#include "tap/metrics.h"
#include "tap/record.h"
#include "tap/world.h"

enum {
    TAP_CONTROL_PAGE = 100,      /* calls in an answer, unless asked for */
    TAP_CONTROL_PAGE_MAX = 500,  /* … and at most */
    TAP_CONTROL_SCAN = 16384,    /* slots looked at for one page */
    TAP_CONTROL_MATCHES_MAX = 50 /* calls that `call` shows */
};

struct tap_control_config {
    const char *path;         /* of the socket; NULL: none */
    const char *other;        /* when a daemon serves there; NULL: none */
    bool path_default;        /* nobody asked for it: without it we go on */
    const char *group;        /* NULL: only the user's own */
    uint32_t metrics_address; /* host order */
    uint16_t metrics_port;    /* 0: no metrics */
};

/* Zeroed before it is opened; a zeroed one may be used and closed. */
struct tap_control {
    const struct tap_control_config *config;
    struct tap_world *world;
    bool ctl_open;
    bool other; /* at the config's other path */
    pptp_ns begun_ns;
    struct tap_ctl ctl;
    struct tap_metrics metrics;
    struct tap_record record; /* for the hooks of record.h */
};

/* Before privileges are dropped, when the world has its loop and memory;
 * `config` stays.  -1 when it has been said what is wrong. */
int tap_control_open(struct tap_control *c, struct tap_world *w,
                     const struct tap_control_config *config);
void tap_control_close(struct tap_control *c);

pptp_ns tap_control_deadline(const struct tap_control *c);
void tap_control_advance(struct tap_control *c, pptp_ns now);

/* What tap_world_counters gives, and the control socket's own. */
void tap_control_counters(const struct tap_control *c, tap_counter *each,
                          void *ctx);

#endif
