/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of a result folder; see outfile.h. */
#include "config.h"

#include "tool/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_OCTETS 4400
#define BUFFER_OCTETS (1u << 18)
#define TAIL_OCTETS 4096

/* dir/name and what follows it; false with errno: too long. */
static bool path_of(char path[PATH_OCTETS], const char *dir, const char *name,
                    const char *more)
{
    int n = snprintf(path, PATH_OCTETS, "%s/%s%s", dir, name, more);

    errno = ENAMETOOLONG;
    return n > 0 && n < PATH_OCTETS;
}

static void cannot(const char *what, const char *dir, const char *name,
                   const char *why, struct conf_error *err)
{
    if (err->text[0] == '\0')
        conf_fail(err, NULL, "%.300s/%.80s: %s: %s", dir, name, what, why);
}

int outfile_not_in_full(const char *dir, const char *name,
                        struct conf_error *err)
{
    cannot("cannot be written in full", dir, name,
           errno != 0 ? strerror(errno) : "is the disk full?", err);
    return 3;
}

/* What was reserved is written over, not given back. */
static int open_part(const char *dir, const char *name)
{
    char path[PATH_OCTETS];

    return path_of(path, dir, name, OUTFILE_PART)
               ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666)
               : -1;
}

void outfile_reserve(const char *dir, const char *name, size_t octets)
{
    int fd = open_part(dir, name);

    /* what was taken until it failed is worth keeping, too */
    if (fd >= 0) {
        (void)posix_fallocate(fd, 0, (off_t)octets);
        close(fd);
    }
}

FILE *outfile_create(const char *dir, const char *name, struct conf_error *err)
{
    int fd = open_part(dir, name);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

    if (f == NULL)
        cannot("cannot be written", dir, name, strerror(errno), err);
    errno = 0; /* from here on it is that of a write */
    return f;
}

/* Gives back what was reserved and is not needed. */
static int cut_here(FILE *f)
{
    struct stat s;

    return fstat(fileno(f), &s) != 0 ? -1
           : s.st_size == ftello(f)  ? 0
                                     : ftruncate(fileno(f), ftello(f));
}

int outfile_close(FILE *f, const char *dir, const char *name,
                  struct conf_error *err)
{
    char part[PATH_OCTETS], path[PATH_OCTETS];
    bool failed = ferror(f) != 0;
    int error = errno;

    errno = 0;
    if (!failed && (fflush(f) != 0 || cut_here(f) != 0)) {
        failed = true;
        error = errno;
    }
    if (fclose(f) != 0 && !failed) {
        failed = true;
        error = errno;
    }
    if (!path_of(part, dir, name, OUTFILE_PART) ||
        !path_of(path, dir, name, ""))
        return outfile_not_in_full(dir, name, err);
    if (!failed && rename(part, path) == 0)
        return 0;
    error = failed ? error : errno;
    unlink(part);
    errno = error;
    return outfile_not_in_full(dir, name, err);
}

void outfile_discard(FILE *f, const char *dir, const char *name)
{
    char part[PATH_OCTETS];

    fclose(f);
    if (path_of(part, dir, name, OUTFILE_PART))
        unlink(part);
}

FILE *outfile_grow(const char *dir, const char *name, bool secret,
                   struct conf_error *err)
{
    char path[PATH_OCTETS];
    int fd = path_of(path, dir, name, "")
                 ? open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC,
                        secret ? 0600 : 0666)
                 : -1;
    FILE *f = fd < 0 || (secret && fchmod(fd, 0600) != 0) ? NULL
                                                          : fdopen(fd, "w");

    if (f == NULL) {
        cannot("cannot be written", dir, name, strerror(errno), err);
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    setvbuf(f, NULL, _IOFBF, BUFFER_OCTETS);
    return f;
}

bool outfile_grows(FILE *f, int *error)
{
    if (*error == 0 && ferror(f))
        *error = errno != 0 ? errno : EIO;
    return *error == 0;
}

off_t outfile_lines(int fd, off_t octets)
{
    char tail[TAIL_OCTETS];

    while (octets > 0) {
        size_t want = octets < TAIL_OCTETS ? (size_t)octets : TAIL_OCTETS;
        ssize_t n = pread(fd, tail, want, octets - (off_t)want);
        const char *end = n > 0 ? memrchr(tail, '\n', (size_t)n) : NULL;

        if (n < 0)
            return octets;
        if (end != NULL)
            return octets - (off_t)want + (end + 1 - tail);
        octets -= (off_t)want;
    }
    return 0;
}

int outfile_end(FILE *f, int error, outfile_whole *whole)
{
    struct stat s;

    errno = 0;
    if (error == 0 && (fflush(f) != 0 || ferror(f)))
        error = errno != 0 ? errno : EIO;
    if (error != 0) {
        __fpurge(f); /* it would land behind a gap */
        if (fstat(fileno(f), &s) == 0 && S_ISREG(s.st_mode) &&
            ftruncate(fileno(f), whole(fileno(f), s.st_size)) != 0)
            error = errno;
    }
    if (fclose(f) != 0 && error == 0)
        error = errno;
    return error;
}
