/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The folder of a run's results: whether they may go there, made and emptied
 * of an earlier run's, and ours alone while the run lasts.
 *
 * A folder of ours has a file .dialtone, which lists the folders of the
 * variants in it and is locked (flock) by the run that writes there.  The
 * lock is gone with the run's last process, however that ends.
 */
#ifndef TOOL_OUTDIR_H
#define TOOL_OUTDIR_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/tree.h"

#define OUTDIR_MAX_OCTETS 3800

struct outdir {
    const char *path;
    bool force; /* results of an earlier run may be replaced */
    int marker; /* descriptor of a locked .dialtone, or -1 */
};

/* Where the results of a scenario go if nobody says: out/NAME of NAME.yaml or
 * NAME/scenario.yaml. */
void outdir_default(char *out, size_t cap, const char *path);

/*
 * Looks whether results may go to path, and changes nothing.  0; 2 and *err:
 * something is in the way, or another run is at it.  outdir_free is due in
 * any case.
 */
int outdir_check(struct outdir *d, const char *path, bool force,
                 struct conf_error *err);

/*
 * Makes the folder and the n folders inside it, whose names follow each
 * other; removes the results of an earlier run.  0; 2 or 3 and *err.
 */
int outdir_make(struct outdir *d, const char *const *inner, size_t n,
                struct conf_error *err);

/* Removes what a process that died has not finished in a folder. */
void outdir_sweep(const char *path);

/* Lets others in. */
void outdir_free(struct outdir *d);

#endif
