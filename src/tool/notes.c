/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines about a configuration; notes.h. */
#include "config.h"

#include "tool/notes.h"

#include <stdarg.h>
#include <stdio.h>

void notes_add(struct notes *notes, const struct conf_node *map,
               const char *key, const char *format, ...)
{
    const struct conf_node *at = map != NULL ? conf_get(map, key) : NULL;
    struct conf_error line;
    char what[320];
    va_list a;

    if (notes->n == NOTES_MAX)
        return;
    va_start(a, format);
    vsnprintf(what, sizeof what, format, a);
    va_end(a);
    conf_fail(&line, at != NULL ? at : map, "note: key '%s': %s", key, what);
    snprintf(notes->text[notes->n++], sizeof notes->text[0], "%.*s",
             (int)sizeof notes->text[0] - 1, line.text);
}
