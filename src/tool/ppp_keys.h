/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words of PPP in the files of scenarios and daemons, from ppp/config.def. */
#ifndef TOOL_PPP_KEYS_H
#define TOOL_PPP_KEYS_H

#include "conf/keys.h"

extern const struct key_choice ppp_auth_words[]; /* PPP_AUTH_* */
extern const struct key_choice ppp_mppe_words[]; /* PPP_MPPE_*, of 128 bits */

#endif
