/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages of a control connection. */
#ifndef EXPLAIN_CONTROL_H
#define EXPLAIN_CONTROL_H

#include "explain/state.h"

/* A message; one that pptp_msg_frame refuses. */
void explain_control_message(struct explain *e, struct conn *c, int side,
                             const struct said *s);
void explain_control_malformed(struct explain *e, struct conn *c, int side,
                               const uint8_t *octets, uint32_t n);
/* TCP ended: by_side sent the FIN or RST. */
void explain_control_closed(struct explain *e, struct conn *c, int by_side,
                            bool reset);
void explain_control_end(struct explain *e, struct conn *c);

#endif
