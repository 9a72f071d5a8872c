/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fragments of GRE, ICMP, the capture's end. */
#ifndef EXPLAIN_OUTER_H
#define EXPLAIN_OUTER_H

#include "explain/store.h"

void explain_outer_fragment(struct explain *e, const struct ipv4_packet *ip,
                            bool foreign);
void explain_outer_icmp(struct explain *e, const struct ipv4_packet *ip);
void explain_outer_end(struct explain *e);
/* What ICMP said and nothing after it has refuted. */
void explain_outer_refused(struct explain *e, struct subject who,
                           const struct refusal *r, bool gre, uint32_t to);

#endif
