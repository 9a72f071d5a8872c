/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How windows grow, for all congestion controls. */
#ifndef MODELS_TCP_GROW_H
#define MODELS_TCP_GROW_H

#include "models/tcp_cc.h"

/* RFC 5681 3.1, RFC 3465 2.2: slow start, of so many acknowledged octets.
 * What it does not need, because ssthresh is reached, is left. */
uint32_t tcp_grow_slow_start(struct tcp_cong *c, uint32_t octets);

/* RFC 5681 3.1: a segment more for a window that is acknowledged. */
void tcp_grow_reno(struct tcp_cong *c, uint32_t octets);

#endif
