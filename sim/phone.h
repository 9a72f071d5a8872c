/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The telephone network before one PAC: subscribers' lines on this side,
 * trunks on that.  The PAC's lines are the trunks; which subscriber is on one
 * is settled for each call, by who dials.
 *
 *     subscriber  dials      dial tone, digits, post-dial delay
 *                 tone       no trunk was free: he listens, and hangs up
 *                 rings      a trunk is seized, and the PAC asks its PNS
 *                 trains     it has answered: modems
 *                 talks
 *
 * A call that a PNS places goes the other way round, on a trunk that the PAC
 * has chosen.  Signals go on, both ways, as between a line and its caller
 * (line.h); what is in between costs time and trunks.  Times come of a
 * calendar: there is no world in here.
 */
#ifndef SIM_PHONE_H
#define SIM_PHONE_H

#include "base/hist.h"
#include "models/trunks.h"
#include "sim/line.h"

#define SIM_PHONE_NOBODY UINT32_MAX

struct sim_phone;
struct sim_phone_call;

/* What its world does for it; ctx as below. */
struct sim_phone_world {
    /* A subscriber has lifted the receiver: the seed of this attempt. */
    uint64_t (*began)(void *ctx, struct sim_line *sub);
    /* He is to ring at that trunk, of the PAC's lines. */
    void (*rings)(void *ctx, uint32_t trunk, struct sim_line *sub);
    /* Who has the number, or NULL. */
    struct sim_line *(*find)(void *ctx, const char number[64]);
};

struct sim_phone_config {
    const char *name, *number; /* what subscribers dial; digits */
    pptp_ns dial_tone_ns;      /* from off hook to the first digit */
    pptp_ns digit_ns;          /* of each, with its gap */
    pptp_ns post_dial_ns;      /* mean, from the last digit; lognormal */
    double post_dial_sigma;
    pptp_ns answer_ns, answer_spread_ns; /* answered after ICRP: least, and
                                          * what is drawn beyond it */
    pptp_ns train_ns;                    /* mean; lognormal */
    double train_sigma;
    double train_failure; /* share of calls */
    pptp_ns tone_ns;      /* heard by who is refused, before he hangs up */
};

struct sim_trunks_stats {
    uint64_t offered, refused, placed;
    uint32_t most_busy;
    uint64_t busy_ns; /* of all its trunks together, until since_ns */
};

extern const struct probe sim_trunks_probes[];

/* Trunks that are hunted together; a group that is full overflows to the
 * next. */
struct sim_trunks {
    const char *name;
    enum trunks_order order;
    uint32_t killer;   /* 1…n: it drops its calls; 0: none does */
    pptp_ns killer_ns; /* so long after they were connected */
    bool loads;        /* of each trunk are told */
    uint32_t first, n; /* of the PAC's lines */
    struct trunks set;
    pptp_ns since_ns;
    struct sim_trunks_stats stats, before; /* before measuring began */
};

struct sim_trunk {
    struct nas_line line; /* first: the PAC's */
    struct sim_phone *phone;
    struct sim_phone_call *call;
    uint32_t group;
    uint16_t cause; /* Q.850, of its last call; 0 */
    uint32_t calls;
    pptp_ns since_ns;
    uint64_t busy_ns; /* until then, if it is busy */
};

/* X(name, unit, help) */
#define SIM_PHONE_STATS(X)                                                 \
    X(attempts, "calls", "receivers lifted")                               \
    X(abandoned, "calls", "callers who hung up before a trunk was theirs") \
    X(blocked, "calls", "calls that found no trunk free")                  \
    X(rang, "calls", "calls that rang at the PAC")                         \
    X(answered, "calls", "calls that the PAC answered")                    \
    X(not_trained, "calls", "calls whose modems did not find each other")  \
    X(connected, "calls", "calls whose modems did")                        \
    X(killed, "calls", "of these: a killer trunk dropped them")            \
    X(placed, "calls", "calls that a PNS had dialled")                     \
    X(no_number, "calls", "of these: nobody has the number")               \
    X(busy, "calls", "of these: the subscriber was in a call")

struct sim_phone_stats {
    SIM_PHONE_STATS(PROBE_MEMBER)
    struct hist dial, ring, train; /* phases of calls that got through them */
};

extern const struct probe sim_phone_probes[];

struct sim_phone {
    struct sim_calendar *cal;
    struct pptp_pool *pool;
    struct alloc *from;
    const struct sim_phone_world *world;
    void *ctx; /* the world's */
    struct sim_phone_config config;
    pptp_ns patience_ns; /* for who has its callers */
    uint64_t seed;       /* of calls that a PNS places */
    struct sim_trunks *group;
    uint32_t groups, trunks;
    struct sim_trunk *trunk;
    struct trunks_one *one; /* of all groups */
    uint64_t *bits;
    struct sim_phone_call *free;          /* those that are over */
    struct sim_phone_call *all;           /* there have ever been */
    struct sim_phone_stats stats, before; /* before measuring began */
};

/* Zeroed but for cal, pool, from, world, ctx, config; `n` groups with their
 * `name`, `order`, `killer`, `loads` and `n`, TRUNKS_MOST at most, the
 * caller's.  0 or PPTP_ERR_RESOURCE, _fini in any case. */
int sim_phone_init(struct sim_phone *p, struct sim_trunks *groups, uint32_t n);
void sim_phone_fini(struct sim_phone *p);

/* The line is a subscriber's from now on. */
void sim_phone_plug(struct sim_phone *p, struct sim_line *sub);

/* Who is on the trunk, or NULL; his trunk, or SIM_PHONE_NOBODY. */
struct sim_line *sim_phone_sub(const struct sim_phone *p, uint32_t trunk);
uint32_t sim_phone_trunk(const struct sim_line *sub);

/* Of the subscriber's call: its trunk, when he got it, and when the PAC
 * answered; SIM_PHONE_NOBODY, PPTP_NEVER. */
void sim_phone_times(const struct sim_line *sub, uint32_t *trunk,
                     pptp_ns *seized_ns, pptp_ns *answered_ns);

/* What is measured is of the time from now on. */
void sim_phone_measure(struct sim_phone *p);
/* `stats` are up to now; and, once, without what was before. */
void sim_phone_settle(struct sim_phone *p, bool without);

#endif
