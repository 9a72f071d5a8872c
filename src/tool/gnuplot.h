/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One picture by gnuplot.  It draws to a pipe and we write the file, since it
 * does not notice a full disk: the picture is there when it is whole.
 */
#ifndef TOOL_GNUPLOT_H
#define TOOL_GNUPLOT_H

#include <stdbool.h>

#include "conf/tree.h"

enum gnuplot_result {
    GNUPLOT_DRAWN,
    GNUPLOT_MISSING, /* it is not installed */
    GNUPLOT_FAILED,  /* it, or the writing of what it drew */
    GNUPLOT_STOPPED  /* by the watch */
};

/* Called a few times a second meanwhile; false ends the drawing. */
struct gnuplot_watch {
    bool (*tick)(void *ctx, const char *name);
    void *ctx;
};

/*
 * Runs dir/script, which is told by the variable `only` to draw as "svg" or
 * "png" to its standard output, and writes dir/name.  *err is why not; what
 * gnuplot complains of although it draws is in *err, too, which is empty
 * otherwise.
 */
enum gnuplot_result gnuplot_draw(const char *dir, const char *script,
                                 const char *only, const char *name,
                                 const struct gnuplot_watch *watch,
                                 struct conf_error *err);

#endif
