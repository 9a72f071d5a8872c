/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of a result folder: made, and closed with a word if the disk is full. */
#ifndef TOOL_OUTFILE_H
#define TOOL_OUTFILE_H

#include <stdio.h>

#include "tool/config.h"

/* dir/name, empty, for writing; NULL and *err. */
FILE *outfile_create(const char *dir, const char *name,
                     struct tool_error *err);

/* Closes it: 0, or 3 and *err if anything was not written. */
int outfile_close(FILE *f, const char *dir, const char *name,
                  struct tool_error *err);

/* *err says that a file is not whole; errno tells why, or is 0 when that is
 * forgotten.  3. */
int outfile_not_in_full(const char *dir, const char *name,
                        struct tool_error *err);

#endif
