/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A peer that the world of a script holds itself: what happens inside is an
 * event at once, what needs no network is fed to it, frames wait for the
 * script if it says so, and its state can be seen.  World_bare.c and
 * world_sim.c begin with it.
 */
#ifndef SCRIPT_INSIDE_H
#define SCRIPT_INSIDE_H

#include "nas/node.h"
#include "script/world.h"

enum { SCRIPT_HELD_MAX = 4096 };

struct script_inside {
    struct script_world world;
    struct nas_node *nas;
    struct pptp_pool *pool;
    bool holding;
    struct {
        pptp_pkt pkt;
        pptp_call_id call;
    } held[SCRIPT_HELD_MAX];
    uint32_t held_n;
};

/* Its ctx is the struct script_inside. */
extern const struct nas_role script_inside_role;

/* A packet of the tunnel, as far as an event shows it. */
void script_inside_gre(struct script_event *v, struct pptp_packet *k);

/* A packet of `octets` real ones, then `tail` zeros, with headroom; NONE if
 * the pool has none. */
pptp_pkt script_inside_packet(struct script_inside *s, uint32_t headroom,
                              const uint8_t *octets, uint32_t n,
                              uint32_t tail);

/* Between nas_begin and nas_settle: what needs no network; as
 * script_world_ops.input. */
int script_inside_input(struct script_inside *s, const struct script_input *in,
                        uint32_t *ref);

/* Of struct script_world_ops. */
const struct pptp_stats *script_inside_stats(struct script_world *w);
int script_inside_conn_state(struct script_world *w, uint32_t conn);
int script_inside_call_info(struct script_world *w, uint32_t call,
                            struct pptp_call_info *out);
uint32_t script_inside_row_hits(struct script_world *w, unsigned figure,
                                unsigned row, unsigned *rows);

#endif
