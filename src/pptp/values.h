/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* Numbers of the values of config.def. */
#ifndef PPTP_VALUES_H
#define PPTP_VALUES_H

#include "base/base.h"

/* As in PPTP_VALUE (60, s), PPTP_VALUE (on, PPTP_WINDOWING_ON). */
#define PPTP_VALUE(number, unit) PPTP_IN_##unit(number)
#define PPTP_ENUMERATOR(word, value) value

/* Of pptp_config, by the struct that a row is of. */
#define PPTP_PATH_ATO(member) win.ato.member
#define PPTP_PATH_WIN(member) win.member
#define PPTP_PATH_PEER(member) member
#define PPTP_PATH_SELF(member) member

#define PPTP_IN_(n) n
#define PPTP_IN_packets(n) n
#define PPTP_IN_us(n) ((n)*PPTP_US)
#define PPTP_IN_ms(n) ((n)*PPTP_MS)
#define PPTP_IN_s(n) ((n)*PPTP_S)
#define PPTP_IN_h(n) ((n) * (3600 * PPTP_S))
#define PPTP_IN_q16(n) ((uint32_t)((n)*65536.0 + 0.5))

static inline bool pptp_within(uint64_t v, uint64_t least, uint64_t most)
{
    return v >= least && v <= most;
}

#endif
