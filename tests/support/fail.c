/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The assertion hook of programs that should stop with a core: tests. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/base.h"

void pptp_fail(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, what);
    abort();
}
