/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What somebody should know of a configuration that is good enough: lines with
 * their places, a few of them. */
#ifndef TOOL_NOTES_H
#define TOOL_NOTES_H

#include "conf/tree.h"

enum { NOTES_MAX = 16 };

struct notes {
    unsigned n; /* more than NOTES_MAX are not kept */
    char text[NOTES_MAX][400];
};

/* "file:line: key 'x': …", at the key's place or the map's. */
void notes_add(struct notes *notes, const struct conf_node *map,
               const char *key, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
