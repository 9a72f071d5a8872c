/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A daemon's events, in a file; events.h. */
#include "config.h"

#include "tap/events.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "nas/event_text.h"
#include "tap/log.h"
#include "tap/priv.h"

/* Where the line that the file ends with begins, if it was cut: by a disk that
 * was full, or the end of the machine.  -1: it is whole, or none of ours. */
static off_t cut_line(int fd)
{
    static const char begin[] = NAS_EVENT_TEXT_BEGIN;
    const off_t size = lseek(fd, 0, SEEK_END);
    const off_t from = size > NAS_EVENT_TEXT ? size - NAS_EVENT_TEXT : 0;
    char tail[NAS_EVENT_TEXT];
    ssize_t n = pread(fd, tail, sizeof tail, from), at = n;
    size_t left;

    while (at > 0 && tail[at - 1] != '\n')
        at--;
    if (at == n || (at <= 0 && from > 0))
        return -1;
    left = (size_t)(n - at);
    if (left > sizeof begin - 1)
        left = sizeof begin - 1;
    return memcmp(tail + at, begin, left) == 0 ? from + at : -1;
}

/* Programs read whole lines. */
static int drop_cut_line(int fd)
{
    const off_t at = cut_line(fd);

    return at < 0 ? 0 : ftruncate(fd, at);
}

int tap_events_open(struct tap_events *t, const char *path, char *why,
                    size_t cap)
{
    *t = (struct tap_events){ .path = path, .fd = -1 };
    if (path == NULL)
        return 0;
    t->fd = tap_own_file(path, O_RDWR | O_APPEND, why, cap);
    if (t->fd < 0)
        return -1;
    if (drop_cut_line(t->fd) == 0)
        return 0;
    snprintf(why, cap, "%s", strerror(errno));
    close(t->fd);
    t->fd = -1;
    return -1;
}

void tap_events_close(struct tap_events *t)
{
    if (t->fd >= 0 && close(t->fd) < 0)
        tap_say(TAP_ERROR, "events %s: %s", t->path, strerror(errno));
    t->fd = -1;
}

/* So that files of several daemons can be laid beside each other. */
static pptp_ns time_of_day(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (pptp_ns)t.tv_sec * PPTP_S + (pptp_ns)t.tv_nsec;
}

/* Not held back: who reads along, or after a crash, has all that happened.  A
 * disk that is full ends the file, not the service. */
void tap_events_put(struct tap_events *t, const char *name,
                    const struct nas_event *e)
{
    char line[NAS_EVENT_TEXT + 1];
    size_t n;

    if (t->fd < 0)
        return;
    n = nas_event_text(e, time_of_day(), name, line, NAS_EVENT_TEXT);
    line[n++] = '\n';
    errno = ENOSPC; /* of a line that was cut */
    if (write(t->fd, line, n) == (ssize_t)n)
        return;
    tap_say(TAP_ERROR, "events %s: %s; it ends here", t->path,
            strerror(errno));
    close(t->fd);
    t->fd = -1;
}
