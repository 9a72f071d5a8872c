/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of a result folder; see outfile.h. */
#include "config.h"

#include "tool/outfile.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define PATH_OCTETS 4096

int outfile_not_in_full(const char *dir, const char *name,
                        struct tool_error *err)
{
    config_error(err, NULL, "%.300s/%.80s: cannot be written in full%s%s", dir,
                 name, errno != 0 ? ": " : "",
                 errno != 0 ? strerror(errno) : "; is the disk full?");
    return 3;
}

FILE *outfile_create(const char *dir, const char *name, struct tool_error *err)
{
    char path[PATH_OCTETS];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    f = fopen(path, "w");
    if (f == NULL)
        config_error(err, NULL, "cannot write %.300s: %s", path,
                     strerror(errno));
    return f;
}

int outfile_close(FILE *f, const char *dir, const char *name,
                  struct tool_error *err)
{
    bool failed = ferror(f) != 0;

    errno = 0;
    if (fclose(f) == 0 && !failed)
        return 0;
    return outfile_not_in_full(dir, name, err);
}
