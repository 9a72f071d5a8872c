/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When to try again what was in vain, or was lost: after a while that doubles
 * up to a bound, of which a part is drawn, so that those who lost the same
 * server do not come back in step.  Whoever opens control connections or
 * calls, in whatever world, waits by this.
 */
#ifndef NAS_AGAIN_H
#define NAS_AGAIN_H

#include "base/base.h"

struct nas_again {
    pptp_ns first_ns; /* 0: never again */
    pptp_ns most_ns;  /* less than first_ns counts as that */
    double jitter;    /* share of a wait that is drawn, 0 to 1 */
};

/* What was up for so long was good, whatever ended it: the waits after it
 * begin with the first. */
#define NAS_AGAIN_GOOD_NS (30 * PPTP_S)

/* Whether a call that was up was good: so long, or it ended in order. */
static inline bool nas_again_good(bool orderly, pptp_ns up_for_ns)
{
    return orderly || up_for_ns >= NAS_AGAIN_GOOD_NS;
}

/* The wait after *in_vain tries in a row, which are one more then; `random`
 * is the state of rng_split, of which one is drawn if there is jitter. */
pptp_ns nas_again_wait(const struct nas_again *a, uint8_t *in_vain,
                       uint64_t *random);

#endif
