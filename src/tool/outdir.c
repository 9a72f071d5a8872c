/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folder of results; see outdir.h. */
#include "config.h"

#include "tool/outdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool/outfile.h"

#define PATH_OCTETS 4400
#define MARKER ".dialtone"

/* A disk is a failure of the machine, all else is where the user pointed. */
static int exit_of(int error)
{
    return error == ENOSPC || error == EDQUOT || error == EIO ||
                   error == EMFILE || error == ENFILE || error == ENOMEM
               ? 3
               : 2;
}

/* Whether an open folder holds nothing but a marker; closes it. */
static bool is_empty(DIR *dir)
{
    const struct dirent *e;
    size_t n = 0;

    while ((e = readdir(dir)) != NULL)
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
             strcmp(e->d_name, MARKER) != 0;
    closedir(dir);
    return n == 0;
}

/* Opens the marker and locks it: 0 also where it is not there, or where files
 * cannot be locked. */
static int lock(struct outdir *d, int flags, struct conf_error *err)
{
    char path[PATH_OCTETS];

    snprintf(path, sizeof path, "%s/" MARKER, d->path);
    d->marker = open(path, O_RDWR | O_CLOEXEC | flags, 0666);
    if (d->marker < 0 && errno == ENOENT && (flags & O_CREAT) == 0)
        return 0;
    if (d->marker < 0) {
        conf_fail(err, NULL, "cannot write %.300s: %s", path, strerror(errno));
        return exit_of(errno);
    }
    if (flock(d->marker, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        return 0;
    conf_fail(err, NULL,
              "%.300s is in use: another run writes to it; --out takes "
              "another folder",
              d->path);
    outdir_free(d);
    return 2;
}

/* Whether what is in the folder, if anything is, may be replaced. */
static int may_replace(const struct outdir *d, struct conf_error *err)
{
    DIR *dir = opendir(d->path);

    if (dir == NULL || is_empty(dir))
        return 0;
    if (!d->force)
        conf_fail(err, NULL,
                  "%.300s: exists and is not empty; --force replaces "
                  "earlier results, --out takes another folder",
                  d->path);
    else if (d->marker < 0)
        conf_fail(err, NULL,
                  "%.300s: not a folder of dialtone's results (no " MARKER
                  " in it); it is left alone",
                  d->path);
    else
        return 0;
    return 2;
}

void outdir_default(char *out, size_t cap, const char *path)
{
    char full[PATH_MAX];
    char *name;

    if (realpath(path, full) == NULL)
        snprintf(full, sizeof full, "/%s", path);
    name = strrchr(full, '/');
    if (strcmp(name, "/scenario.yaml") == 0 && name != full) {
        *name = '\0';
        name = strrchr(full, '/');
    } else {
        char *dot = strrchr(name, '.');

        if (dot != NULL && dot > name + 1)
            *dot = '\0';
    }
    snprintf(out, cap, "out/%.255s", name + 1);
}

int outdir_check(struct outdir *d, const char *path, bool force,
                 struct conf_error *err)
{
    DIR *dir;
    int e;

    *d = (struct outdir){ .path = path, .force = force, .marker = -1 };
    if (*path == '\0') {
        conf_fail(err, NULL, "dialtone: --out: a folder is needed");
        return 2;
    }
    if (strlen(path) > OUTDIR_MAX_OCTETS) {
        conf_fail(err, NULL,
                  "dialtone: --out: the path is too long; allowed: %d "
                  "octets",
                  OUTDIR_MAX_OCTETS);
        return 2;
    }
    dir = opendir(path);
    if (dir == NULL && errno != ENOENT) {
        conf_fail(err, NULL, "%.300s: %s; --out takes another folder", path,
                  strerror(errno));
        return exit_of(errno);
    }
    if (dir == NULL)
        return 0;
    closedir(dir);
    e = lock(d, 0, err);
    return e != 0 ? e : may_replace(d, err);
}

/* figure.gp, figure-2.svg … */
static bool is_figure(const char *name)
{
    static const char *const endings[] = { ".gp", ".dat", ".svg", ".png" };
    size_t i;

    if (strncmp(name, "figure", 6) != 0)
        return false;
    name += 6;
    if (*name == '-')
        name += 1 + strspn(name + 1, "0123456789");
    for (i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (strcmp(name, endings[i]) == 0)
            return true;
    return false;
}

static bool is_unfinished(const char *file)
{
    size_t part = sizeof OUTFILE_PART - 1, len = strlen(file);

    return len > part && strcmp(file + len - part, OUTFILE_PART) == 0;
}

/* Of the files that a run writes to a folder, also those it did not finish. */
static bool is_result(const char *file)
{
    static const char *const names[] = { "calls.csv",      "flows.csv",
                                         "histograms.csv", "series.csv",
                                         "result.json",    "trace.jsonl",
                                         "events.jsonl",   "users.csv",
                                         "voices.csv",     "attempts.csv" };
    char name[256];
    const char *dot;
    size_t i;

    snprintf(name, sizeof name, "%s", file);
    if (is_unfinished(name))
        name[strlen(name) - (sizeof OUTFILE_PART - 1)] = '\0';
    for (i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    dot = strrchr(file, '.');
    return is_figure(name) || (dot != NULL && (strcmp(dot, ".pcapng") == 0 ||
                                               strcmp(dot, ".journal") == 0));
}

/* Removes results, of them perhaps only those that are not finished, and
 * nothing else. */
static void remove_results(const char *path, bool unfinished)
{
    DIR *dir = opendir(path);
    const struct dirent *e;

    while (dir != NULL && (e = readdir(dir)) != NULL)
        if (is_result(e->d_name) && (!unfinished || is_unfinished(e->d_name)))
            unlinkat(dirfd(dir), e->d_name, 0);
    if (dir != NULL)
        closedir(dir);
}

void outdir_sweep(const char *path)
{
    remove_results(path, true);
}

/* The marker lists the folders of the variants, one a line. */
static void remove_earlier(const struct outdir *d)
{
    char path[PATH_OCTETS], line[256];
    FILE *f = fdopen(dup(d->marker), "r");

    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (*line != '\0' && *line != '.' && strchr(line, '/') == NULL) {
            snprintf(path, sizeof path, "%s/%s", d->path, line);
            remove_results(path, false);
            rmdir(path); /* stays if something else is in it */
        }
    }
    if (f != NULL)
        fclose(f);
    remove_results(d->path, false);
}

/* With all folders above it. */
static int make_folder(const char *dir, struct conf_error *err)
{
    char path[PATH_OCTETS];

    snprintf(path, sizeof path, "%s", dir);
    for (char *p = path + 1;; p++)
        if (*p == '/' || *p == '\0') {
            char was = *p;

            *p = '\0';
            if (mkdir(path, 0777) != 0 && errno != EEXIST) {
                conf_fail(err, NULL, "cannot create %.300s: %s", path,
                          strerror(errno));
                return exit_of(errno);
            }
            *p = was;
            if (was == '\0')
                return 0;
        }
}

/* The marker's lines. */
static int write_marker(const struct outdir *d, const char *const *inner,
                        size_t n, struct conf_error *err)
{
    bool ok = ftruncate(d->marker, 0) == 0 &&
              lseek(d->marker, 0, SEEK_SET) == 0;
    size_t i;

    for (i = 0; i < n && ok; i++)
        ok = dprintf(d->marker, "%s\n", inner[i]) > 0;
    if (ok)
        return 0;
    outfile_not_in_full(d->path, MARKER, err);
    return exit_of(errno);
}

int outdir_make(struct outdir *d, const char *const *inner, size_t n,
                struct conf_error *err)
{
    char path[PATH_OCTETS];
    int e = make_folder(d->path, err);
    size_t i;

    if (e == 0 && d->marker < 0) {
        e = lock(d, O_CREAT, err);
        if (e == 0) /* another run may have been here since the check */
            e = may_replace(d, err);
    }
    if (e != 0)
        return e;
    remove_earlier(d);
    e = write_marker(d, inner, n, err);
    for (i = 0; i < n && e == 0; i++) {
        snprintf(path, sizeof path, "%s/%s", d->path, inner[i]);
        e = make_folder(path, err);
    }
    return e;
}

void outdir_free(struct outdir *d)
{
    if (d->marker >= 0)
        close(d->marker);
    d->marker = -1;
}
