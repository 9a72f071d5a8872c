/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ranges of addresses, as people write them. */
#ifndef TOOL_RANGES_H
#define TOOL_RANGES_H

#include "nas/pool.h"

/* Octets of what is wrong, with its NUL. */
enum { CONFIG_WHY = 160 };

/* "a.b.c.d", "a.b.c.d/bits" or "a.b.c.d-e.f.g.h"; -1, and why. */
int config_range(const char *text, struct nas_range *out, char *why);

#endif
