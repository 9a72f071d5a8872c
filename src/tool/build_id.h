/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which build of the program runs. */
#ifndef TOOL_BUILD_ID_H
#define TOOL_BUILD_ID_H

/* The linker's hash over the program's contents, in hexadecimal: two programs
 * have the same if they are the same.  "unknown" if the linker wrote none.
 * For one thread. */
const char *build_id(void);

#endif
