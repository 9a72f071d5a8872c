/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waits before the next try; again.h. */
#include "config.h"

#include "nas/again.h"

#include "base/rng.h"

/* Doublings: of a nanosecond to more than there are. */
enum { IN_VAIN_MAX = 64 };

static pptp_ns doubled(const struct nas_again *a, unsigned times)
{
    pptp_ns wait = a->first_ns;

    while (times-- > 0 && wait < a->most_ns)
        wait = wait > a->most_ns / 2 ? a->most_ns : 2 * wait;
    return wait;
}

pptp_ns nas_again_wait(const struct nas_again *a, uint8_t *in_vain,
                       uint64_t *random)
{
    pptp_ns wait = doubled(a, *in_vain);
    pptp_ns drawn = (pptp_ns)(a->jitter * (double)wait);

    if (*in_vain < IN_VAIN_MAX)
        ++*in_vain;
    return drawn == 0 ? wait : wait - rng_split(random) % (drawn + 1);
}
