/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Short forms of the rows of a table of keys (keys.h), for daemons' files. */
#ifndef CONF_KEY_ROWS_H
#define CONF_KEY_ROWS_H

#include "conf/keys.h"

#define AT(s, m) offsetof(struct s, m), sizeof(((struct s *)NULL)->m)
#define ROW(s, m, name, type, preset, help)                           \
    {                                                                 \
        name, AT(s, m), type, preset, NULL, NULL, NULL, NULL, 0, help \
    }
#define NUM(s, m, name, type, preset, min, max, help)               \
    {                                                               \
        name, AT(s, m), type, preset, min, max, NULL, NULL, 0, help \
    }
#define WORD(s, m, name, preset, choices, help)                              \
    {                                                                        \
        name, AT(s, m), KEY_ENUM, preset, NULL, NULL, choices, NULL, 0, help \
    }
#define SUB(s, m, name, section, help)                                      \
    {                                                                       \
        name, AT(s, m), KEY_SECTION, NULL, NULL, NULL, NULL, &(section), 0, \
            help                                                            \
    }
#define INLINE(s, m, section)                                               \
    {                                                                       \
        "", AT(s, m), KEY_INLINE, NULL, NULL, NULL, NULL, &(section), 0, "" \
    }
#define COUNT(keys) (sizeof(keys) / sizeof((keys)[0]))

#endif
