/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What simulated callers do while their calls are up: they send echo requests
 * (models/ping.h), one each `interval_ns`, and answer those that come.
 */
#ifndef SIM_PINGER_H
#define SIM_PINGER_H

#include "models/ping.h"
#include "nas/caller.h"
#include "sim/calendar.h"

struct sim_pinger_config {
    pptp_ns interval_ns; /* 0: none are sent */
    uint32_t octets;     /* of data, as in models/ping.h */
    uint32_t to;         /* host order; 0: the other side's address */
};

/* Of one caller. */
struct sim_pinger {
    struct ping ping;
    pptp_ns next_ns; /* request; PPTP_NEVER: it is in no call */
};

/* Of a bank of callers, who are made and have a pool. */
struct sim_pingers {
    struct sim_sink due;       /* first member: a request of caller `arg` */
    struct sim_sink to_answer; /* a packet, with the caller in world[0] */
    struct sim_calendar *cal;  /* the user's, as are the next three */
    struct nas_callers *callers;
    const struct sim_pinger_config *config;
    struct pptp_pool *pool;
    struct sim_pinger *one;
    struct ping_count ended; /* of calls that have */
    uint64_t exhausted;      /* no packet in the pool */
};

/* The user's members are set. 0 or PPTP_ERR_RESOURCE. */
int sim_pingers_init(struct sim_pingers *p);
void sim_pingers_fini(struct sim_pingers *p);

/* Its call is up, maybe again. */
void sim_pinger_up(struct sim_pingers *p, uint32_t i);
/* It is over: what came of it, until its next. */
const struct ping_count *sim_pinger_down(struct sim_pingers *p, uint32_t i);
/* An IPv4 packet for it, of nas_caller_world's ip_out. */
void sim_pinger_ip(struct sim_pingers *p, uint32_t i, const uint8_t *ip,
                   size_t n);

#endif
