/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both ends of a pair (tcp_pair.h), and segments that a test makes itself. */
#ifndef TESTS_UNIT_TCP_ENDS_H
#define TESTS_UNIT_TCP_ENDS_H

#include "tests/unit/tcp_pair.h"

static struct tcp *const a = &pair[0].tcp, *const b = &pair[1].tcp;

/* A segment for side 1 that side 0 might have sent. */
static struct tcp_segment from_a(uint8_t flags, uint32_t seq_ahead,
                                 uint32_t len)
{
    return (struct tcp_segment){ .seq = b->rcv_nxt + seq_ahead,
                                 .ack = b->snd_max,
                                 .len = len,
                                 .window = 65535,
                                 .flags = flags,
                                 .scale = TCPM_NO_SCALE };
}

static bool give_b(struct tcp_segment s, struct tcp_segment *answer)
{
    tcp_input(b, pair_now, &s);
    return tcp_poll(b, pair_now, answer);
}

#endif
