/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Congestion control: how large the window is, and nothing else.  A control
 * is a row of functions; models/tcp_loss.c knows what was lost and asks them.
 *
 * A control does not see time-outs of its own, segments or sequence numbers.
 * One that needs the times of deliveries or wants segments paced (BBR) does
 * not fit in here.
 */
#ifndef MODELS_TCP_CC_H
#define MODELS_TCP_CC_H

#include "base/base.h"

enum { TCPM_CUBIC_SHIFT = 12 };

/* What tcp_cubic.c remembers; octets, with the names of RFC 9438 4.1.2. */
struct tcp_cubic {
    pptp_ns epoch_ns;   /* congestion avoidance began */
    pptp_ns updated_ns; /* the window, in it */
    uint64_t w_est;     /* << TCPM_CUBIC_SHIFT */
    uint32_t w_max, cwnd_prior;
    uint32_t k_us;
    bool growing; /* there is an epoch */
};

/* What a window is made of; octets. */
struct tcp_cong {
    uint32_t cwnd, ssthresh;
    uint32_t mss;
    uint32_t counted; /* acknowledged, towards the next segment */
    bool count_acks;  /* settings of tcp_config */
    bool fast_convergence;
    uint16_t slow_start_segments;
    struct tcp_cubic cubic;
};

/* Of one acknowledgment of new octets outside of recoveries. */
struct tcp_acked {
    pptp_ns now, srtt_ns;
    uint32_t octets;
};

struct tcp_cc {
    const char *name;
    void (*init)(struct tcp_cong *c);
    void (*on_ack)(struct tcp_cong *c, const struct tcp_acked *a);
    /* A loss was noticed, or its echo: ssthresh.  What cwnd is meanwhile is
     * the recovery's. */
    void (*on_loss)(struct tcp_cong *c, pptp_ns now, uint32_t flight);
    /* The timer expired for the first time: ssthresh. */
    void (*on_timeout)(struct tcp_cong *c, pptp_ns now, uint32_t flight);
    /* Nothing was sent for so long; before cwnd goes back. NULL: no matter */
    void (*on_idle)(struct tcp_cong *c, pptp_ns idle_ns);
};

#define X(name, help) extern const struct tcp_cc tcp_cc_##name;
#include "models/tcp_cc.def"
#undef X

/* All of them, NULL at the end. */
extern const struct tcp_cc *const tcp_ccs[];

/* NULL: there is none of that name. */
const struct tcp_cc *tcp_cc_find(const char *name);

#endif
