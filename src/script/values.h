/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names, variables, and the members that a script's fields set. */
#ifndef SCRIPT_VALUES_H
#define SCRIPT_VALUES_H

#include "script/runner.h"

struct script_name *script_name_of(struct runner *r, const char *name);
struct script_name *script_name_bind(struct runner *r, const char *name,
                                     bool is_call, uint32_t ref);

/* The number of a value: a variable must be bound. */
bool script_number(struct runner *r, const struct script_value *v, bool time,
                   uint64_t *out);
/* Whether a number is what the value says; binds a free variable. */
bool script_agrees(struct runner *r, const struct script_value *v, bool time,
                   unsigned octets, uint64_t actual);
bool script_agrees_text(const struct script_value *v, const char *actual,
                        size_t octets);
/* Sets a member from a field. */
bool script_assign(struct runner *r, void *base, const struct script_member *m,
                   const struct script_field *f);

#endif
