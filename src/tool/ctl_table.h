/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables and quantities for people, from what a daemon tells. */
#ifndef TOOL_CTL_TABLE_H
#define TOOL_CTL_TABLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { CTL_CELL = 64, CTL_COLUMNS_MAX = 16 };

/* What stands in a cell of CTL_CELL octets. "-": not known. */

/* A text of o, cut to its cell, nothing in it that moves a cursor. */
void ctl_cell_text(char *cell, json_t *o, const char *key);
void ctl_cell_number(char *cell, json_t *o, const char *key);
/* "1.5 MB" */
void ctl_cell_octets(char *cell, json_t *o, const char *key);
/* "3d04h", "2h05m", "1m07s", "12s" from milliseconds. */
void ctl_cell_duration(char *cell, json_t *o, const char *key);
/* "12.5 ms" from microseconds. */
void ctl_cell_us(char *cell, json_t *o, const char *key);

/* "1.5 M", "920": three digits or four. */
void ctl_scaled(char *cell, double v);
/* The number of a member; 0 if there is none. */
uint64_t ctl_number(json_t *o, const char *key);
/* Prints a text from elsewhere with ? for what is not to be printed. */
void ctl_print_safe(FILE *to, const char *text);

struct ctl_table {
    unsigned columns;
    const char *const *heads; /* "<" before it: to the left */
    char (*cell)[CTL_CELL];
    size_t rows, cap;
    bool failed; /* no memory: rows are missing */
};

/* The cells of one more row, each empty; NULL without memory. */
char (*ctl_table_row(struct ctl_table *t))[CTL_CELL];
/* Up to `rows` of them, lines cut to `width` columns (0: not), each ended by
 * `eol`. */
void ctl_table_print(const struct ctl_table *t, FILE *to, size_t rows,
                     unsigned width, const char *eol);
void ctl_table_free(struct ctl_table *t);

#endif
