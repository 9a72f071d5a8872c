/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The octets of a control connection in order, as far as captured. */
#ifndef EXPLAIN_REASSEMBLE_H
#define EXPLAIN_REASSEMBLE_H

#include "explain/state.h"

/* One TCP segment of the control connection. */
struct tcp_segment {
    uint32_t seq, ack;
    bool syn, fin, rst, has_ack;
    const uint8_t *octets;
    uint32_t len;  /* captured */
    uint32_t wire; /* on the wire */
};
void explain_reassemble_input(struct explain *e, struct conn *c, int side,
                              const struct tcp_segment *s);
/* A FIN or RST from this side: what is before it, and what it acknowledges,
 * was sent, captured or not. */
void explain_reassemble_closed(struct explain *e, struct conn *c, int side,
                               const struct tcp_segment *s);
/* Gives up the gaps: the capture, or the connection, has ended. */
void explain_reassemble_end(struct explain *e, struct conn *c);
void explain_reassemble_fini(struct stream *s);

#endif
