/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sequence numbers, acknowledgments, windows and time-outs. */
#ifndef EXPLAIN_NUMBERS_H
#define EXPLAIN_NUMBERS_H

#include "explain/state.h"

/* f carries g->seq, in a packet with this print. */
void explain_numbers_seq(struct explain *e, struct flow *f,
                         const struct pptp_gre *g, uint16_t print);
/* f acknowledges what the other direction sent; `newest`: with the highest
 * sequence number so far. */
void explain_numbers_ack(struct explain *e, struct flow *f,
                         const struct pptp_gre *g, bool newest);
/* The time-out of 4.4, had it struck until now. */
void explain_numbers_timers(struct explain *e, struct flow *f);
/* What was acknowledged and never seen. */
void explain_numbers_end(struct explain *e, struct flow *f);
/* The window of the side that receives direction `dir`, when it is known. */
void explain_meter_window(struct explain *e, struct meter *m,
                          const struct call *call, int dir);
/* Packets sent and never acknowledged, as far as known. */
uint64_t explain_numbers_unacked(const struct flow *f);

#endif
