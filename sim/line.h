/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A simulated telephone line: a PAC's line in front, a caller's behind, and
 * between them constant rate and delay, each way, or modems (modem.h).
 * Signals (ring, answer, hang-up) take no time, frames take theirs.
 *
 * What a line needs for frames it has while there are any: a wire.  A million
 * idle ones cost nothing but themselves.  Times come of a calendar, packets
 * of a pool: there is no world in here.
 */
#ifndef SIM_LINE_H
#define SIM_LINE_H

#include "base/alloc.h"
#include "models/line.h"
#include "nas/line.h"
#include "sim/books.h"
#include "sim/calendar.h"

struct dist_rng;
struct sim_line;
struct sim_lines;
struct sim_modem;
struct sim_modems;
struct sim_wire;

/* What its world does for a line; ctx as below. */
struct sim_line_world {
    /* The PAC asks who calls: a call sets out. */
    void (*asked)(void *ctx, const struct sim_line *l,
                  struct pptp_call_request *r);
    /* A packet is lost here, and freed after that. */
    void (*lost)(void *ctx, pptp_pkt pkt, enum sim_place place);
    /* The PAC has been told something, maybe within a step of its. */
    void (*told)(struct sim_line *l);
    /* It was fed, and not within a step: what follows is to be done. */
    void (*settle)(struct sim_line *l);
    /* The caller has been told something. */
    void (*heard)(struct sim_line *l);
    /* Of who is at it now, always the same, and of his call; of lines with
     * modems. */
    void (*seeds)(void *ctx, const struct sim_line *l, uint64_t *loop,
                  uint64_t *call);
    /* As sim_warm: what the PAC will touch. */
    bool (*warm)(const struct sim_line *l, unsigned step);
};

/* What lines have in the place of a constant rate: modems.  A table, for
 * daemons have lines and none of these. */
struct sim_line_modems {
    /* How long they train; false: the line has no rate for them. */
    bool (*trains)(const struct sim_line *l, struct dist_rng *r,
                   pptp_ns *out_ns);
    /* They are connected; false: they cannot be. */
    bool (*begin)(struct sim_line *l);
    void (*end)(struct sim_line *l);
    /* A frame of the PAC, and of the caller. */
    void (*down)(struct sim_line *l, pptp_pkt pkt);
    void (*up)(struct sim_line *l, pptp_pkt pkt);
    /* As of a nas_line. */
    void (*accm)(struct sim_line *l, uint32_t tx_accm, uint32_t rx_accm);
    void (*info)(const struct sim_line *l, struct pptp_line_info *out);
    /* Frames that found no room, ever; and their memory. */
    uint64_t (*full)(const struct sim_lines *k);
    void (*fini)(struct sim_lines *k);
};

/* Lines of one kind. */
struct sim_lines {
    struct sim_calendar *cal;
    struct pptp_pool *pool;
    const struct sim_line_world *world;
    void *ctx; /* the world's */
    struct line_config config;
    uint16_t ppd_ds;                   /* told to the PNS */
    struct sim_wire *free;             /* those that have been idle */
    struct sim_wire *all;              /* there have ever been */
    struct alloc *from;                /* their memory, or NULL */
    const struct sim_line_modems *has; /* NULL: a constant rate; and these */
    struct sim_modems *modems;
};

struct sim_line {
    struct nas_line line;    /* first; the PAC's */
    struct nas_line *caller; /* behind, whose owner this is */
    struct sim_lines *kind;
    union {
        struct sim_wire *wire;   /* with frames, or NULL */
        struct sim_modem *modem; /* in a call, or NULL; where there are */
    };
};

/* Zeroed but for cal, pool, world, ctx, from, config, ppd_ds; wires come as they
 * are needed. */
void sim_lines_fini(struct sim_lines *k);
/* Frames that found no room, ever, either way. */
uint64_t sim_lines_full(const struct sim_lines *k);

/* Has the calendar fetch what they touch before they do. */
void sim_lines_warm(struct sim_calendar *cal);

/* As sim_warm: what a frame of the PAC will touch, from step 0 on. */
bool sim_line_warm(const struct sim_line *l, unsigned step);

/* A line of the kind; `caller` is its, from then on. */
void sim_line_init(struct sim_line *l, struct sim_lines *k,
                   struct nas_line *caller);

#endif
