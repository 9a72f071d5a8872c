/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ends of calls by their causes: how many of each. */
#ifndef NAS_ENDS_H
#define NAS_ENDS_H

#include "base/base.h"

/* What is known of the end of a call; two that are alike are one cause.  Of
 * octets only. */
struct nas_cause {
    uint8_t reason; /* enum ppp_reason, if PPP has ended */
    uint8_t why;    /* enum nas_why, if it has not */
    bool refused;   /* the world could not take the addresses */
    bool up;        /* it had been up */
    bool heard;     /* a frame had come */
    /* Of a session that has not been: of struct ppp_info. */
    uint8_t reached, mppe_peer;
    bool ccp_refused, auth_refused;
};

/* Room for all that there are; the last place would be for the rest. */
enum { NAS_CAUSES = 64 };

struct nas_ends {
    struct nas_cause cause[NAS_CAUSES];
    uint64_t n[NAS_CAUSES]; /* of each, up to the first 0 */
};

/* One more end of that cause. */
void nas_ends_book(struct nas_ends *e, const struct nas_cause *c);

#endif
