/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys of a TCP's settings, struct tcp_config. */
#ifndef TOOL_TCP_KEYS_H
#define TOOL_TCP_KEYS_H

#include "conf/keys.h"

extern const struct key_section tcp_section;

#endif
