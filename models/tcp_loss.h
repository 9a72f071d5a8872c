/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was lost of what a connection has sent, by acknowledgments and by the
 * timer; for tcp.c and tcp_send.c alone. */
#ifndef MODELS_TCP_LOSS_H
#define MODELS_TCP_LOSS_H

#include "models/tcp.h"

/* What is to be sent beside octets, in struct tcp's `todo`. */
enum {
    TCPM_DO_SYN = 1,
    TCPM_DO_ACK = 2,    /* now */
    TCPM_DO_RST = 4,    /* with rst_seq */
    TCPM_DO_RESEND = 8, /* the first that is not acknowledged */
    TCPM_DO_PROBE = 16  /* an octet beyond the window */
};

enum { TCPM_DUP_THRESH = 3 }; /* RFC 5681 3.2, 6675 2 */

/* The connection is up; some SYN was lost. */
void tcp_loss_begin(struct tcp *t, bool syn_lost);

/* RFC 6298 2: a round trip that was measured. */
void tcp_loss_measured(struct tcp *t, pptp_ns rtt);

/* Acknowledgment, window and SACK blocks of a segment.  false: it
 * acknowledges what was never sent. */
bool tcp_loss_acked(struct tcp *t, pptp_ns now, const struct tcp_segment *s);

/* The timer has expired, and there is something that it was for; false: that
 * was too often. */
bool tcp_loss_expired(struct tcp *t, pptp_ns now);

/* RFC 6675 4: octets that are thought to be in the network; and IsLost: what
 * is not told to have come below there is lost. */
uint32_t tcp_loss_pipe(const struct tcp *t);
uint32_t tcp_loss_end(const struct tcp *t);

/* RFC 6928, or RFC 5681 3.1; octets. */
uint32_t tcp_loss_initial_window(const struct tcp *t);

/* One beyond the last octet that has been sent, without the FIN. */
static inline uint32_t tcp_loss_data_end(const struct tcp *t)
{
    return t->snd_max - t->fin_sent;
}

static inline void tcp_loss_timer(struct tcp *t, pptp_ns now)
{
    t->timer_ns = now + t->rto.rto_ns;
}

#endif
