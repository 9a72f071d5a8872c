/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a step does to the peer: `<` from outside, `do` from above. */
#ifndef SCRIPT_INJECT_H
#define SCRIPT_INJECT_H

#include "script/runner.h"

bool script_inject(struct runner *r, const struct script_step *st);
bool script_do(struct runner *r, const struct script_step *st);

#endif
