/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fields of a CSV file (RFC 4180, but lines end as they do here). */
#ifndef TOOL_CSV_H
#define TOOL_CSV_H

#include <stdio.h>

/* Quoted where it must be. */
void csv_text(FILE *f, const char *text);

/* With all its digits; of NAN an empty field, which R and pandas take for a
 * value that is missing. */
void csv_number(FILE *f, double x);

#endif
