/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All that the outcome of a scenario depends on, but for its seed. */
#ifndef TOOL_CONTENT_H
#define TOOL_CONTENT_H

#include "tool/scenario.h"

#define CONTENT_OCTETS 33

/* A hash over the resolved scenario without its seed, title, comparison and
 * expectations, over its secrets, over what the files say that it names
 * (platform, profiles, captures, users), and over the build.  0; -1 and *err:
 * a file cannot be read. */
int content_hash(const struct scenario *s, char hash[CONTENT_OCTETS],
                 struct conf_error *err);

/* A hash over what a check of platform and routes looks at: the platform, and
 * between which hosts packets go.  The same. */
int content_world(const struct scenario *s, char hash[CONTENT_OCTETS],
                  struct conf_error *err);

#endif
