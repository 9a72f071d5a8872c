/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What may become of a packet on its way through a port: it is lost, comes
 * later, twice, or with an octet that is another.
 *
 * All of it acts where the packet would arrive at the far end.  What hits some
 * packets is known by their numbers ahead (models/loss.h), so that all others
 * pay a comparison; jitter and bit errors look at every packet.
 *
 *   loss       models/loss.h
 *   damage     One bit is another.  In the outer IP header its checksum shows
 *              it: the packet ends at the far end of the link.  In TCP its
 *              checksum does, at the host.  GRE has none (RFC 2637), nor has
 *              what PPP a tunnel carries, whose FCS the PAC has taken off: a
 *              header that does not decode or fits nowhere is discarded by
 *              who reads it, and damage to a user's data comes to him, as
 *              sources send UDP without a checksum.  SIM_MARK_DAMAGED stays
 *              with the packet, for the books.
 *   duplicate  A copy follows at once.
 *   reorder    It comes so much later, and others overtake it.
 *   jitter     models/jitter.h
 */
#ifndef SIM_IMPAIR_H
#define SIM_IMPAIR_H

#include "models/jitter.h"
#include "models/loss.h"
#include "sim/port.h"

/* All zero: nothing happens.  Shares of all packets are 0…1. */
struct sim_impair_config {
    struct loss_config loss;
    struct jitter_config jitter;
    double reorder;
    pptp_ns reorder_ns;
    double duplicate;
    double corrupt;    /* of which one bit is another */
    double bit_errors; /* of all bits, 0…1 */
};

/* From now on, in place of what was: what does not change goes on, what does
 * begins anew.  Packets on their way stay on it.  0 or PPTP_ERR_RESOURCE, the
 * first time only. */
int sim_port_impair(struct sim_port *p, const struct sim_impair_config *c);

/* As it is now. */
struct sim_impair_config sim_port_impaired(const struct sim_port *p);

/* Independent losses alone, of a probability 0…1. */
int sim_port_set_loss(struct sim_port *p, double probability);

#endif
