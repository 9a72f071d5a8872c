/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration file of `dialtone pac` and `dialtone bridge`: YAML by a table of keys; and the
 * same made from the command line of `dialtone call`. */
#ifndef TOOL_PAC_CONFIG_H
#define TOOL_PAC_CONFIG_H

#include <stdio.h>

#include "conf/tree.h"
#include "tap/pac.h"
#include "tool/notes.h"

struct bridge_lines;
struct pac_file; /* what was read, and texts that the result points to */

/*
 * Reads and checks a file for the command of that name.  NULL and *err on
 * failure.  *out is filled and valid until pac_file_free.
 */
struct pac_file *pac_file_load(const char *path, const char *name,
                               struct tap_pac_config *out,
                               struct conf_error *err);
/* The same from text, called `name` in messages. */
struct pac_file *pac_file_parse(const char *name, const char *text,
                                struct tap_pac_config *out,
                                struct conf_error *err);
/* What the start would miss on this machine. 0, or -1 and *err. */
int pac_file_check(struct pac_file *f, const struct tap_pac_config *c,
                   struct conf_error *err);
/* Whether every client has a secret. 0, or -1 and *err. */
int pac_file_check_users(const struct pac_file *f,
                         const struct tap_pac_config *c,
                         const struct ppp_secrets *table,
                         struct conf_error *err);
/* What is simulated, by bank; as long as the file. */
const struct bridge_lines *pac_file_simulated(const struct pac_file *f);
/* Whether nothing is. 0, or -1 and *err. */
int pac_file_check_real(const struct pac_file *f, struct conf_error *err);
/* What is good enough, and worth a line. */
const struct notes *pac_file_notes(const struct pac_file *f);
void pac_file_free(struct pac_file *f); /* NULL is fine */

/* Every key, as Markdown. */
void pac_reference(FILE *out);
extern const struct key_section pac_file_section;

#endif
