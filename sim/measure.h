/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is measured of a world from some time on: at that time everything that
 * is counted is written down, and taken away at the end.  Nothing that counts
 * knows of it.  Without it all is measured from the beginning.
 */
#ifndef SIM_MEASURE_H
#define SIM_MEASURE_H

#include "sim/call_probes.h"
#include "sim/world.h"

struct sim_measure;

/* Measures from a time on, in a world that is built and has not run; the
 * world's, until sim_measure_fini.  0 or PPTP_ERR_RESOURCE. */
int sim_measure_begin(struct sim_measure **out, struct sim_world *w,
                      pptp_ns from_ns);
/* NULL is fine. */
void sim_measure_fini(struct sim_measure *m);

/* Settles the world: its accounts and round-trip times are what was measured
 * from then on, with what was under way. */
void sim_measure_settle(struct sim_world *w);

/* The time that was measured; where it began. */
pptp_ns sim_measured_ns(const struct sim_world *w);
pptp_ns sim_measured_from_ns(const struct sim_world *w);

/* What was measured of the rest. */
struct sim_port_stats sim_measured_port(const struct sim_world *w,
                                        struct sim_port *p);
void sim_measured_call(const struct sim_world *w, const struct sim_call *c,
                       struct sim_call_measured *out);
void sim_measured_peer(const struct sim_world *w, uint32_t node,
                       struct pptp_stats *out);
uint64_t sim_measured_exhausted(const struct sim_world *w);
uint64_t sim_measured_nobodys(const struct sim_world *w, enum sim_place place);
uint64_t sim_measured_duplicated(const struct sim_world *w);
/* Frames that found the buffer of a line full. */
uint64_t sim_measured_lines_full(const struct sim_world *w);

#endif
