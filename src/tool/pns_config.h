/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration file of `dialtone pns`: YAML by a table of keys. */
#ifndef TOOL_PNS_CONFIG_H
#define TOOL_PNS_CONFIG_H

#include <stdio.h>

#include "tap/pns.h"
#include "tool/config.h"

struct pns_file; /* what was read, and texts that the result points to */

/*
 * Reads and checks a file.  NULL and *err on failure.  *out is filled and
 * valid until pns_file_free.
 */
struct pns_file *pns_file_load(const char *path, struct tap_pns_config *out,
                               struct tool_error *err);
void pns_file_free(struct pns_file *f); /* NULL is fine */

/* Every key, as Markdown. */
void pns_reference(FILE *out);

#endif
