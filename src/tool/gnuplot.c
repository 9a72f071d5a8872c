/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A process of gnuplot and its two pipes; see gnuplot.h. */
#include "config.h"

#include "tool/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tool/outfile.h"

#define TICK_MS 200
#define CANNOT_EXEC 127

struct drawing {
    pid_t pid;
    int picture, complaint; /* to be read; -1: at its end */
    FILE *file;
    char said[400]; /* the first words of complaint */
    size_t said_len;
    bool stopped; /* by the watch */
    int error;    /* errno of the first write that failed */
};

static _Noreturn void child(const char *dir, const char *script,
                            const char *only, int out, int err)
{
    char setting[40];
    sigset_t none;
    int null = open("/dev/null", O_RDONLY);

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* the script is in UTF-8: gnuplot 6 complains of any other locale */
    setenv("LC_ALL", "C.UTF-8", 1);
    snprintf(setting, sizeof setting, "only = '%s'", only);
    if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 ||
        dup2(err, 2) < 0 || chdir(dir) != 0)
        _exit(CANNOT_EXEC - 1);
    execlp("gnuplot", "gnuplot", "-d", "-e", setting, script, (char *)NULL);
    _exit(errno == ENOENT ? CANNOT_EXEC : CANNOT_EXEC - 1);
}

/* 0, or -1 with errno. */
static int start(struct drawing *d, const char *dir, const char *script,
                 const char *only)
{
    int out[2], err[2];

    if (pipe2(out, O_CLOEXEC) != 0)
        return -1;
    if (pipe2(err, O_CLOEXEC) != 0) {
        close(out[0]);
        close(out[1]);
        return -1;
    }
    fflush(NULL); /* the child has a copy of what is buffered */
    d->pid = fork();
    if (d->pid == 0)
        child(dir, script, only, out[1], err[1]);
    close(out[1]);
    close(err[1]);
    d->picture = out[0];
    d->complaint = err[0];
    return d->pid < 0 ? -1 : 0;
}

/* Reads what there is; at the end the descriptor is closed and -1. */
static void take(struct drawing *d, int *fd)
{
    char octets[65536];
    ssize_t n = read(*fd, octets, sizeof octets);

    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n <= 0) {
        close(*fd);
        *fd = -1;
    } else if (fd == &d->complaint) {
        size_t room = sizeof d->said - 1 - d->said_len;

        room = room < (size_t)n ? room : (size_t)n;
        memcpy(d->said + d->said_len, octets, room);
        d->said_len += room;
    } else if (d->error == 0) {
        fwrite(octets, 1, (size_t)n, d->file);
        outfile_grows(d->file, &d->error);
    }
}

static void watch_it(struct drawing *d, const char *name,
                     const struct gnuplot_watch *watch)
{
    while (d->picture >= 0 || d->complaint >= 0) {
        struct pollfd p[2] = { { .fd = d->picture, .events = POLLIN },
                               { .fd = d->complaint, .events = POLLIN } };

        if (poll(p, 2, TICK_MS) > 0) {
            if (p[0].revents != 0)
                take(d, &d->picture);
            if (p[1].revents != 0)
                take(d, &d->complaint);
        }
        if (!d->stopped && watch != NULL && !watch->tick(watch->ctx, name))
            d->stopped = true;
        if ((d->stopped || d->error != 0) && d->pid > 0)
            kill(d->pid, SIGKILL);
    }
}

/* The first line that says something. */
static const char *first_words(struct drawing *d)
{
    char *p = d->said;

    d->said[d->said_len] = '\0';
    p += strspn(p, " \t\r\n");
    p[strcspn(p, "\r\n")] = '\0';
    return p;
}

static enum gnuplot_result judge(struct drawing *d, int status,
                                 const char *dir, const char *script,
                                 struct conf_error *err)
{
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    const char *said = first_words(d);

    if (d->stopped)
        return GNUPLOT_STOPPED;
    if (code == CANNOT_EXEC) {
        conf_fail(err, NULL,
                  "no figure: gnuplot is not installed; the script is "
                  "%.300s/%s",
                  dir, script);
        return GNUPLOT_MISSING;
    }
    if (code != 0) {
        conf_fail(err, NULL,
                  "no figure: gnuplot failed%s%.150s; the script is "
                  "%.250s/%s",
                  *said != '\0' ? ": " : "", said, dir, script);
        return GNUPLOT_FAILED;
    }
    if (*said != '\0')
        conf_fail(err, NULL, "figure: gnuplot says: %.300s", said);
    return GNUPLOT_DRAWN;
}

enum gnuplot_result gnuplot_draw(const char *dir, const char *script,
                                 const char *only, const char *name,
                                 const struct gnuplot_watch *watch,
                                 struct conf_error *err)
{
    struct drawing d = { .pid = -1, .picture = -1, .complaint = -1 };
    enum gnuplot_result result = GNUPLOT_FAILED;
    int status = 0;

    err->text[0] = '\0';
    d.file = outfile_create(dir, name, err);
    if (d.file == NULL)
        return GNUPLOT_FAILED;
    if (start(&d, dir, script, only) < 0)
        conf_fail(err, NULL, "no figure: gnuplot cannot be started: %s",
                  strerror(errno));
    watch_it(&d, name, watch);
    while (d.pid > 0 && waitpid(d.pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (d.error != 0) { /* it was ended for that */
        outfile_discard(d.file, dir, name);
        errno = d.error;
        outfile_not_in_full(dir, name, err);
        return GNUPLOT_FAILED;
    }
    if (d.pid > 0)
        result = judge(&d, status, dir, script, err);
    if (result != GNUPLOT_DRAWN)
        outfile_discard(d.file, dir, name);
    else if (outfile_close(d.file, dir, name, err) != 0)
        result = GNUPLOT_FAILED;
    return result;
}
