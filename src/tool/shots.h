/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The capture points of a scenario: packets of links and hosts of a simulated
 * world, to one pcapng file each, in the order of their times.
 *
 *   link  every packet that leaves the link's ports, when it leaves, with
 *         those that are lost on the way.  An interface for each direction,
 *         "wan>up" and "wan>down"; a link that is one medium has one, "wan".
 *   host  what the host sends, when it leaves the first link ("pns>out"), and
 *         what arrives at it, when it arrives ("pns>in").
 *
 * With `lost` also what a port of the link, or the first on the way from the
 * host, drops, loses or damages, when it does: on an interface of its own,
 * "wan>up lost or damaged", that is there with the first such packet.  A
 * comment says what and whose, in the words of the trace (records.h).
 */
#ifndef TOOL_SHOTS_H
#define TOOL_SHOTS_H

#include <stdbool.h>

#include "sim/world.h"
#include "tool/scenario.h"

struct shots;

/* The ports of a link as a scenario names it: NAME, or for SPLITDUPLEX
 * NAME_UP and NAME_DOWN. How many there are, 0 to 2. */
unsigned shots_ports(const struct sim_net *net, const char *name,
                     struct sim_port *out[2]);

/*
 * Sets up the captures of a scenario in a world that is built: nodes and
 * flows are there.  With check_only names are looked up and nothing is
 * written.  0; 2 for a bad scenario, 3 for a failure, with *err. shots_close
 * is due in any case; *out may be NULL then.
 */
int shots_open(struct shots **out, const struct scenario *s,
               struct sim_world *w, const char *dir, bool check_only,
               struct conf_error *err);

/* Text says that the i-th capture of the scenario ended before the run, at its
 * `max_packets`.  False: it did not.  NULL is fine. */
bool shots_ended(const struct shots *shots, size_t i, char *text,
                 size_t octets);

/* What the world's `lost` and `damaged` say.  NULL is fine. */
void shots_lost(struct shots *shots, const struct sim_port *port,
                const struct pptp_packet *k, enum sim_place place);
void shots_damaged(struct shots *shots, const struct sim_port *port,
                   const struct pptp_packet *k, uint32_t octet);

/* Writes what has left by the world's now.  0, or -1 and *err if any write
 * has failed.  NULL is fine. */
int shots_close(struct shots *shots, struct conf_error *err);

#endif
