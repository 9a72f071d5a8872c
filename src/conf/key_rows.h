/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Short forms of the rows and sections of a table of keys; keys.h. */
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
#define SUB_PRESET(s, m, name, preset, section, help)                         \
    {                                                                         \
        name, AT(s, m), KEY_SECTION, preset, NULL, NULL, NULL, &(section), 0, \
            help                                                              \
    }
#define SUB(s, m, name, section, help) \
    SUB_PRESET(s, m, name, NULL, section, help)
#define SUB_REQUIRED(s, m, name, section, help) \
    SUB_PRESET(s, m, name, key_required, section, help)
#define INLINE(s, m, section)                                               \
    {                                                                       \
        "", AT(s, m), KEY_INLINE, NULL, NULL, NULL, NULL, &(section), 0, "" \
    }
#define LIST(s, m, n, name, section, help)                            \
    {                                                                 \
        name, AT(s, m), KEY_LIST, NULL, NULL, NULL, NULL, &(section), \
            offsetof(struct s, n), help                               \
    }
#define COUNT(keys) (sizeof(keys) / sizeof((keys)[0]))
/* A section whose struct has `node`, the map that it was read from. */
#define SECTION(s, title, keys, help)                                         \
    {                                                                         \
        title, sizeof(struct s), offsetof(struct s, node), keys, COUNT(keys), \
            help                                                              \
    }
#define SECTION_NO_NODE(s, title, keys, help)                      \
    {                                                              \
        title, sizeof(struct s), SIZE_MAX, keys, COUNT(keys), help \
    }

#endif
