/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys by their dotted path, as --set and the axes of a sweep write them. */
#ifndef CONF_KEY_PATH_H
#define CONF_KEY_PATH_H

#include "conf/keys.h"

/* The section that stands at a dotted path, of a list that of its items; NULL
 * and *err: there is none. */
const struct key_section *key_path_section(const struct key_section *section,
                                           const char *dotted,
                                           struct conf_error *err);

/*
 * Whether --set DOTTED=VALUE can be meant: the key is there, and takes such a
 * value.  Which items lists have is not looked at.  0; or -1, and *err
 * without a place.
 */
int key_path_check(const struct key_section *section, const char *dotted,
                   const char *value, struct conf_error *err);

#endif
