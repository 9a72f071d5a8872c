/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The streams that a host has, by their addresses and by what is due first. */
#ifndef SIM_STREAMS_H
#define SIM_STREAMS_H

#include "sim/stream.h"

/* Tables of a host whose other members are set; 0 or PPTP_ERR_RESOURCE. */
int streams_init(struct stream_host *h);
/* They and all streams in them. */
void streams_fini(struct stream_host *h);

struct stream *streams_find(const struct stream_host *h, uint32_t local_ip,
                            uint16_t local_port, uint32_t peer_ip,
                            uint16_t peer_port);

/* A zeroed one, in its place; NULL beyond streams_max or without memory. */
struct stream *streams_add(struct stream_host *h, uint32_t local_ip,
                           uint16_t local_port, uint32_t peer_ip,
                           uint16_t peer_port);
/* Out of the tables; its memory stays until streams_free. */
void streams_remove(struct stream *s);
void streams_free(struct stream *s);

/* PPTP_NEVER: none. */
void streams_set_deadline(struct stream *s, pptp_ns at);

#endif
