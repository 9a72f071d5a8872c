/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files of a result folder.  Nothing in it is cut: what is written at once
 * has its name when it is whole, and what grows while a run goes on ends,
 * if the disk is full, after its last whole record.
 *
 * Of several failures the first is told: a text in *err is left alone.
 */
#ifndef TOOL_OUTFILE_H
#define TOOL_OUTFILE_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "conf/tree.h"

/* What a file is called until it is whole. */
#define OUTFILE_PART ".part"

/* Takes room on the disk for dir/name, which outfile_create makes later, as far
 * as there is any: what grows meanwhile leaves it alone. */
void outfile_reserve(const char *dir, const char *name, size_t octets);

/* dir/name, empty, for writing, under its name from outfile_close on; NULL
 * and *err. */
FILE *outfile_create(const char *dir, const char *name,
                     struct conf_error *err);

/* Closes it and gives it its name: 0; or removes it: 3 and *err. */
int outfile_close(FILE *f, const char *dir, const char *name,
                  struct conf_error *err);

/* Closes it and removes it: nothing of it is wanted. */
void outfile_discard(FILE *f, const char *dir, const char *name);

/* dir/name, empty, for a file that grows; for its owner only if `secret`,
 * and never otherwise.  NULL and *err. */
FILE *outfile_grow(const char *dir, const char *name, bool secret,
                   struct conf_error *err);

/* After a write: whether all went well so far.  *error gets the errno of the
 * first that failed; nothing may be written after that. */
bool outfile_grows(FILE *f, int *error);

/* How many of the octets that a file has are whole records. */
typedef off_t outfile_whole(int fd, off_t octets);

/* Lines. */
off_t outfile_lines(int fd, off_t octets);

/* Closes a file that grew; error as outfile_grows left it.  0; or the errno of
 * the first failure, and what is no whole record at its end is cut off. */
int outfile_end(FILE *f, int error, outfile_whole *whole);

/* *err says that a file is not whole, by errno.  3. */
int outfile_not_in_full(const char *dir, const char *name,
                        struct conf_error *err);

#endif
