/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration file of `dialtone pns`: YAML by a table of keys. */
#ifndef TOOL_PNS_CONFIG_H
#define TOOL_PNS_CONFIG_H

#include <stdio.h>

#include "conf/tree.h"
#include "tap/machine.h"
#include "tap/pns.h"
#include "tool/notes.h"

struct pns_file; /* what was read, and texts that the result points to */

/*
 * Reads and checks a file, also against the networks of this machine.  NULL
 * and *err on failure.  *out is filled and valid until pns_file_free.
 */
struct pns_file *pns_file_load(const char *path, struct tap_pns_config *out,
                               struct conf_error *err);
/* Against those of another machine; NULL: against none. */
struct pns_file *pns_file_load_on(const char *path,
                                  const struct tap_machine *machine,
                                  struct tap_pns_config *out,
                                  struct conf_error *err);
/* What is good enough, and worth a line. */
const struct notes *pns_file_notes(const struct pns_file *f);
/* What the start would miss on this machine; adds notes. 0, or -1 and *err. */
int pns_file_check(struct pns_file *f, const struct tap_pns_config *c,
                   struct conf_error *err);
void pns_file_free(struct pns_file *f); /* NULL is fine */

/* Every key, as Markdown. */
void pns_reference(FILE *out);
extern const struct key_section pns_file_section;

#endif
