/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words of PPP; ppp_keys.h. */
#include "config.h"

#include "tool/ppp_keys.h"

#include "ppp/ppp.h"

#define PPP_WORDS(name) const struct key_choice ppp_##name##_words[] = {
#define PPP_IS(word, value) { #word, value },
#define PPP_END_WORDS \
    {                 \
        NULL, 0       \
    }                 \
    }                 \
    ;
#include "ppp/config.def"
