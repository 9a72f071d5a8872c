/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text in a figure: names that users chose, as gnuplot takes them. */
#ifndef TOOL_FIGURE_TEXT_H
#define TOOL_FIGURE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define FIGURE_TEXT_OCTETS 1024

/*
 * Text for gnuplot in which nothing is expanded.  A single-quoted one would
 * not do: gnuplot takes two quotes at its beginning for an empty text.  What
 * is no character of UTF-8 it would complain of and is "?"; a path has it
 * nevertheless.
 */
void figure_quote(FILE *f, const char *text, bool path);

size_t figure_characters(const char *text);

/* What is longer than `most` characters loses its middle: names often differ
 * at their ends.  The result is room. */
const char *figure_fit(char room[FIGURE_TEXT_OCTETS], const char *text,
                       size_t most);

#endif
