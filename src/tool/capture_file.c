/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Captures in files; capture_file.h. */
#include "config.h"

#include "tool/capture_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define CHUNK ((size_t)256 << 10)

/* What is at hand of a file. */
struct stream {
    gzFile gz;
    uint8_t *octets;
    size_t len, cap;
    bool end;
};

static int fail(struct capture_file_result *r, int err, const char *what)
{
    snprintf(r->fault.text, sizeof r->fault.text, "%s", what);
    r->fault.at = r->octets;
    return err;
}

static int no_memory(struct capture_file_result *r)
{
    return fail(r, PPTP_ERR_RESOURCE, "out of memory");
}

/* What explains best why a file of this kind is not read; NULL: it is. */
static const char *refused(mode_t mode, bool pipes)
{
    switch (mode & S_IFMT) {
    case S_IFREG: return NULL;
    case S_IFIFO: return pipes ? NULL : "is no regular file but a pipe";
    case S_IFSOCK: return pipes ? NULL : "is no regular file but a socket";
    case S_IFDIR: return "is no regular file but a folder";
    default: return "is no regular file but a device";
    }
}

/* Looks before it opens: to open a device may do something. */
static int open_file(const char *path, bool pipes,
                     struct capture_file_result *r)
{
    bool standard = pipes && strcmp(path, "-") == 0;
    const char *why = NULL;
    struct stat st;
    int fd = -1, flags = O_RDONLY | O_CLOEXEC | O_NOCTTY;

    if ((standard ? fstat(STDIN_FILENO, &st) : stat(path, &st)) < 0)
        return fail(r, -1, strerror(errno));
    why = refused(st.st_mode, pipes);
    if (why != NULL)
        return fail(r, -1, why);
    /* who writes to a FIFO may come later; nothing else is waited for */
    if (!S_ISFIFO(st.st_mode))
        flags |= O_NONBLOCK;
    fd = standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                  : open(path, flags);
    if (fd < 0 || fstat(fd, &st) < 0)
        why = strerror(errno);
    else
        why = refused(st.st_mode, pipes);
    if (why == NULL)
        return fd;
    if (fd >= 0)
        close(fd);
    return fail(r, -1, why);
}

/* Room for a chunk more. */
static bool make_room(struct stream *s)
{
    size_t cap = s->cap > 0 ? s->cap : CHUNK;
    uint8_t *more;

    while (cap - s->len < CHUNK)
        cap *= 2;
    if (cap == s->cap)
        return true;
    more = realloc(s->octets, cap);
    if (more == NULL)
        return false;
    s->octets = more;
    s->cap = cap;
    return true;
}

/* The next octets of the file; 0, or an error with the fault set. */
static int refill(struct stream *s, struct capture_file_result *r)
{
    char text[sizeof r->fault.text];
    const char *what;
    int n, err = Z_OK;

    if (!make_room(s))
        return no_memory(r);
    n = gzread(s->gz, s->octets + s->len, (unsigned)CHUNK);
    if (n >= 0) {
        s->len += (size_t)n;
        r->octets += (size_t)n;
    }
    r->gzip = gzdirect(s->gz) == 0;
    if (n == (int)CHUNK)
        return PPTP_OK;
    s->end = true;
    what = gzerror(s->gz, &err);
    if (n >= 0 && (err == Z_OK || err == Z_STREAM_END))
        return r->octets > 0
                   ? PPTP_OK
                   : fail(r, PPTP_ERR_TRUNCATED, "the file is empty");
    if (err == Z_ERRNO)
        return fail(r, PPTP_ERR_STATE, strerror(errno));
    if (err == Z_MEM_ERROR)
        return no_memory(r);
    /* zlib begins with the name, which is "<fd:3>" */
    if (strncmp(what, "<fd:", 4) == 0 && strstr(what, ">: ") != NULL)
        what = strstr(what, ">: ") + 3;
    snprintf(text, sizeof text, "gzip: %.80s",
             err == Z_BUF_ERROR ? "the file ends early" : what);
    return fail(r, PPTP_ERR_TRUNCATED, text);
}

static int read_all(struct stream *s, struct capture_reader *reader,
                    struct capture_file_result *r)
{
    size_t used;
    int err = PPTP_OK, broken = PPTP_OK;

    while (err == PPTP_OK && broken == PPTP_OK && !s->end) {
        broken = refill(s, r);
        /* what came before a fault of the file is shown; what hangs over
         * there is the file's fault */
        err = capture_feed(reader, s->octets, s->len,
                           s->end && broken == PPTP_OK, &used);
        s->len -= used;
        if (s->len > 0)
            memmove(s->octets, s->octets + used, s->len);
        if (err == PPTP_OK && broken == PPTP_OK && r->gzip &&
            r->octets >= CAPTURE_FILE_UNPACKED_MAX && !s->end)
            broken = fail(r, PPTP_ERR_RESOURCE,
                          "gzip: it unpacks to more than 4 GiB, and the rest "
                          "is not read");
    }
    if (err == PPTP_OK)
        return broken;
    r->fault = reader->fault;
    return err;
}

int capture_file_walk(const char *path, bool pipes, capture_visit visit,
                      void *ctx, struct capture_file_result *out)
{
    struct capture_reader reader;
    struct stream s = { .gz = NULL };
    int fd, err;

    memset(out, 0, sizeof *out);
    fd = open_file(path, pipes, out);
    if (fd < 0)
        return PPTP_ERR_STATE;
    s.gz = gzdopen(fd, "rb");
    if (s.gz == NULL) {
        close(fd);
        return no_memory(out);
    }
    out->opened = true;
    capture_begin(&reader, visit, ctx);
    err = read_all(&s, &reader, out);
    gzclose(s.gz);
    free(s.octets);
    return err;
}

int capture_file_parse(const char *path, uint32_t src_ipv4,
                       struct capture *out, struct capture_file_result *how)
{
    struct capture_taker t;
    int err;

    capture_take_begin(&t, out);
    err = capture_file_walk(path, false, capture_take, &t, how);
    err = capture_take_end(&t, err, &how->fault, how->octets, src_ipv4);
    how->fault = out->fault;
    return err;
}

void capture_file_fault(const struct capture_file_result *r, char *out,
                        size_t cap)
{
    if (!r->opened)
        snprintf(out, cap, "%s", r->fault.text);
    else
        snprintf(out, cap, "%s, at octet %llu%s", r->fault.text,
                 (unsigned long long)r->fault.at,
                 r->gzip ? " of what it unpacks to" : "");
}
