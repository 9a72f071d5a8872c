/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of pptp/config.def as keys, for all that is configured by text. */
#ifndef CONF_PPTP_KEYS_H
#define CONF_PPTP_KEYS_H

#include "conf/keys.h"
#include "pptp/peer.h"

/* How many there are, for sections with other defaults. */
enum {
#define ATO(...) __VA_ARGS__
#define WIN(...) __VA_ARGS__
#define PEER(...) __VA_ARGS__
#define PPTP_NUMBER(of, type, m, key, preset, least, most, help) of(+1)
#define PPTP_WORD(of, words, m, key, preset, first, last, help) of(+1)
#define PPTP_BOOL(of, m, key, preset, help) of(+1)
#define PPTP_ENGINE(of, m, key, preset, help) of(+1)
    PPTP_KEYS_N = 0
#include "pptp/config.def"
};

/* Of a struct pptp_config, which begins as pptp_config_default leaves it. */
extern const struct key pptp_keys[PPTP_KEYS_N];
extern const struct key_section pptp_keys_section;
/* Of the same, what a peer is: role, and what it tells of itself. */
extern const struct key_section pptp_self_section;
/* Of a struct pptp_limits. */
extern const struct key_section pptp_limits_section;

/* What is wrong where each key is right by itself; NULL: nothing. */
const char *pptp_keys_conflict(const struct pptp_config *c);

#endif
