/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Short forms of the rows and sections of a table of keys; keys.h. */
#ifndef CONF_KEY_ROWS_H
#define CONF_KEY_ROWS_H

#include "conf/keys.h"

/* A row of member m of struct s; the rest in designated initializers. */
#define KEY_ROW(s, m, key, kind, text, ...)                                \
    {                                                                      \
        .name = key, .offset = offsetof(struct s, m),                      \
        .size = sizeof(((struct s *)NULL)->m), .type = kind, .help = text, \
        __VA_ARGS__                                                        \
    }
#define ROW(s, m, name, type, text, help) \
    KEY_ROW(s, m, name, type, help, .preset = text)
#define NUM(s, m, name, type, text, least, most, help) \
    KEY_ROW(s, m, name, type, help, .preset = text, .min = least, .max = most)
#define WORD(s, m, name, text, words, help) \
    KEY_ROW(s, m, name, KEY_ENUM, help, .preset = text, .choices = words)
#define SUB(s, m, name, keys, help) \
    KEY_ROW(s, m, name, KEY_SECTION, help, .section = &(keys))
#define SUB_REQUIRED(s, m, name, keys, help)                   \
    KEY_ROW(s, m, name, KEY_SECTION, help, .section = &(keys), \
            .preset = key_required)
#define INLINE(s, m, keys) \
    KEY_ROW(s, m, "", KEY_INLINE, "", .section = &(keys))
#define LIST(s, m, n, name, keys, help)                     \
    KEY_ROW(s, m, name, KEY_LIST, help, .section = &(keys), \
            .count_offset = offsetof(struct s, n))

/* How people write a value of a config.def: "60s", "16packets", "auto". */
#define KEY_TEXT(number, unit) #number KEY_UNIT_##unit
#define KEY_WORD(word, value) #word
#define KEY_UNIT_
#define KEY_UNIT_packets "packets"
#define KEY_UNIT_us "us"
#define KEY_UNIT_ms "ms"
#define KEY_UNIT_s "s"
#define KEY_UNIT_h "h"
#define KEY_UNIT_q16

#define COUNT(keys) (sizeof(keys) / sizeof((keys)[0]))
/* A section whose struct has `node`, the map that it was read from. */
#define SECTION(s, title, keys, help)                                         \
    {                                                                         \
        title, sizeof(struct s), offsetof(struct s, node), keys, COUNT(keys), \
            help, NULL                                                        \
    }
#define SECTION_NO_NODE(s, title, keys, help)                            \
    {                                                                    \
        title, sizeof(struct s), SIZE_MAX, keys, COUNT(keys), help, NULL \
    }

#endif
