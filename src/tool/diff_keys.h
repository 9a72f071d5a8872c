/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In which keys two scenarios differ. */
#ifndef TOOL_DIFF_KEYS_H
#define TOOL_DIFF_KEYS_H

#include <jansson.h>
#include <stddef.h>

/* Prints a line for each key whose value is not the same, its path as --set
 * has it; how many. */
size_t diff_keys_print(const json_t *a, const json_t *b);

#endif
