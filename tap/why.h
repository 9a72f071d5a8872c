/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a call of a line ended, or was none, in words. */
#ifndef TAP_WHY_H
#define TAP_WHY_H

#include "nas/why.h"

/* Static text, one for each, without addresses; NULL: not known. */
const char *tap_why_text(enum nas_why why);

#endif
