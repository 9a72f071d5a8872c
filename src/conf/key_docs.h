/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Documentation made from tables of keys. */
#ifndef CONF_KEY_DOCS_H
#define CONF_KEY_DOCS_H

#include <stdio.h>

#include "conf/keys.h"

/*
 * Markdown: a heading and table of this section, then those below it; one
 * that stands at this level and again further down is told once.
 */
void keys_reference(FILE *out, const struct key_section *section);

/* Items of an mdoc list of tags, with lists in them for what is below. */
void keys_man(FILE *out, const struct key_section *section);

/* An object by name: type, default, least, most, words, help, keys.  New
 * reference. */
json_t *keys_schema(const struct key_section *section);

#endif
