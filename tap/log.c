/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages of a daemon; log.h. */
#include "config.h"

#include "tap/log.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { STAMP = sizeof "2026-01-01T00:00:00.000Z " - 1 };

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

/* A whole line; its length. */
static size_t compose(char *line, size_t cap, enum tap_level level,
                      const char *format, va_list a)
{
    size_t n = begin(line, cap, level), room = cap - n - 1;
    int len = vsnprintf(line + n, room, format, a);

    if (len < 0)
        return 0;
    n += (size_t)len < room ? (size_t)len : room - 1;
    line[n++] = '\n';
    return n;
}

/* One write a line; nobody to tell if it fails. */
static void put(const char *line, size_t n)
{
    if (write(STDERR_FILENO, line, n) < 0)
        return;
}

static void put_lost(unsigned lost)
{
    char line[128];
    size_t n = begin(line, sizeof line, TAP_WARNING);

    n += (size_t)snprintf(line + n, sizeof line - n,
                          "%u message%s not written, of kinds that were\n",
                          lost, lost == 1 ? " was" : "s were");
    put(line, n);
}

/* --- kinds -------------------------------------------------------------- */

/* Where a quotation that begins there ends, or the same place. An apostrophe
 * begins none. */
static const char *quotation(const char *begun, const char *at,
                             const char *end)
{
    const char *close;

    if (*at != '"' && (*at != '\'' || (at > begun && at[-1] != ' ')))
        return at;
    close = memchr(at + 1, *at, (size_t)(end - at - 1));
    return close != NULL ? close : at;
}

/* FNV-1a over what is left of a line. */
static uint64_t kind_of(const char *line, size_t n, size_t stamp)
{
    const char *end = line + n, *begun = line + stamp, *at;
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (at = begun; at < end; at++) {
        at = quotation(begun, at, end);
        if (*at >= '0' && *at <= '9')
            continue;
        h = (h ^ (uint8_t)*at) * UINT64_C(0x100000001b3);
    }
    return h;
}

enum { KINDS = 256, PROBES = 8 };

/* Those that were written lately. */
static struct {
    uint64_t kind;
    time_t second;
} seen[KINDS];

/* Whether it is the first of its kind in this second. */
static bool is_first(uint64_t kind, time_t second)
{
    unsigned i, place = KINDS;

    for (i = 0; i < PROBES; i++) {
        unsigned at = (unsigned)((kind + i) % KINDS);

        if (seen[at].second == second && seen[at].kind == kind)
            return false;
        if (seen[at].second != second && place == KINDS)
            place = at;
    }
    if (place == KINDS)
        return false;
    seen[place].kind = kind;
    seen[place].second = second;
    return true;
}

/* --- messages ----------------------------------------------------------- */

static void say(enum tap_level level, const char *format, va_list a)
{
    static time_t second;
    static unsigned written[2], firsts, lost;
    bool urgent = level <= TAP_NOTICE, first;
    struct timespec t;
    char line[512];
    size_t n;

    if (level > least_urgent)
        return;
    clock_gettime(CLOCK_MONOTONIC, &t);
    if (t.tv_sec != second) {
        if (lost > 0)
            put_lost(lost);
        second = t.tv_sec;
        written[0] = written[1] = firsts = lost = 0;
    }
    n = compose(line, sizeof line, level, format, a);
    first = is_first(kind_of(line, n, journald ? 0 : STAMP), second);
    if (level != TAP_ERROR && written[urgent] >= TAP_LOG_RATE &&
        !(first && firsts++ < TAP_LOG_FIRSTS)) {
        lost++;
        return;
    }
    written[urgent]++;
    put(line, n);
}

void tap_say(enum tap_level level, const char *format, ...)
{
    va_list a;

    va_start(a, format);
    say(level, format, a);
    va_end(a);
}

/* Whether this kind may be said now. The last place is for all that find no
 * other. */
static bool turn_of(struct tap_log_many *m, uintptr_t kind, pptp_ns now)
{
    unsigned i;

    for (i = 0; i + 1 < TAP_LOG_KINDS; i++)
        if (m->said[i].kind == kind || m->said[i].kind == 0)
            break;
    m->said[i].kind = kind;
    if (now < m->said[i].next_ns) {
        m->unsaid++;
        return false;
    }
    m->said[i].next_ns = now + PPTP_S;
    return true;
}

void tap_say_many(struct tap_log_many *many, pptp_ns now, const char *which,
                  enum tap_level level, const char *format, ...)
{
    /* both are static texts: their places tell them apart */
    uintptr_t kind = (uintptr_t)format * 31 + (uintptr_t)which;
    va_list a;

    if (many != NULL && !turn_of(many, kind, now))
        return;
    va_start(a, format);
    say(level, format, a);
    va_end(a);
}

const char *tap_ip(uint32_t ip)
{
    static char text[4][INET_ADDRSTRLEN];
    static unsigned turn;
    struct in_addr a = { .s_addr = htonl(ip) };

    turn = (turn + 1) % 4;
    return inet_ntop(AF_INET, &a, text[turn], sizeof text[turn]);
}
