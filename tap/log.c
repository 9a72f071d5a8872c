/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages of a daemon; log.h. */
#include "config.h"

#include "tap/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static bool journald;
static enum tap_level least_urgent = TAP_INFO;

void tap_log_set_level(enum tap_level least)
{
    least_urgent = least < TAP_ERROR ? TAP_ERROR : least;
}

enum tap_level tap_log_level(void)
{
    return least_urgent;
}

/* systemd says which file its journal is; it may be inherited though
 * standard error was redirected. */
void tap_log_init(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    unsigned long long dev, ino;
    struct stat st;

    journald = stream != NULL &&
               sscanf(stream, "%llu:%llu", &dev, &ino) == 2 &&
               fstat(STDERR_FILENO, &st) == 0 && st.st_dev == dev &&
               st.st_ino == ino;
}

/* The beginning of a line; its length. */
static size_t begin(char *line, size_t cap, enum tap_level level)
{
    struct timespec t;
    struct tm tm;
    size_t n;

    if (journald)
        return (size_t)snprintf(line, cap, "<%d>", (int)level);
    clock_gettime(CLOCK_REALTIME, &t);
    gmtime_r(&t.tv_sec, &tm);
    n = strftime(line, cap, "%Y-%m-%dT%H:%M:%S", &tm);
    return n + (size_t)snprintf(line + n, cap - n, ".%03ldZ ",
                                t.tv_nsec / 1000000);
}

static void say(enum tap_level level, const char *format, va_list a)
{
    char line[512];
    size_t n = begin(line, sizeof line, level), room = sizeof line - n - 1;
    int len = vsnprintf(line + n, room, format, a);

    if (len < 0)
        return;
    n += (size_t)len < room ? (size_t)len : room - 1;
    line[n++] = '\n';
    /* one write a line; nobody to tell if it fails */
    if (write(STDERR_FILENO, line, n) < 0)
        return;
}

static void say_lost(enum tap_level level, const char *format, ...)
{
    va_list a;

    va_start(a, format);
    say(level, format, a);
    va_end(a);
}

void tap_say(enum tap_level level, const char *format, ...)
{
    static time_t second;
    static unsigned written[2], lost;
    bool urgent = level <= TAP_NOTICE;
    struct timespec t;
    va_list a;

    if (level > least_urgent)
        return;
    clock_gettime(CLOCK_MONOTONIC, &t);
    if (t.tv_sec != second) {
        if (lost > 0)
            say_lost(TAP_WARNING, "%u messages were not written", lost);
        second = t.tv_sec;
        written[0] = written[1] = lost = 0;
    }
    if (level != TAP_ERROR && written[urgent] >= TAP_LOG_RATE) {
        lost++;
        return;
    }
    written[urgent]++;
    va_start(a, format);
    say(level, format, a);
    va_end(a);
}
