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

#include "base/text.h"

enum { LINE = 512, STAMP = sizeof "2026-01-01T00:00:00.000Z " - 1 };

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

/* A line of our own, beside all limits. */
static void put_line(enum tap_level level, const char *format, ...)
{
    char line[LINE];
    va_list a;
    size_t n;

    va_start(a, format);
    n = compose(line, sizeof line, level, format, a);
    va_end(a);
    put(line, n);
}

static void put_more(enum tap_level level, uint64_t n, const char *text)
{
    put_line(level, "%llu more of: %s", (unsigned long long)n, text);
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

/* Those that were written lately, with how many were not. */
static struct kind {
    uint64_t kind;
    time_t second;
    uint8_t level;
    uint32_t unsaid;
    char text[TAP_LOG_SAMPLE];
} seen[KINDS];

/* The place of a kind in this second, and whether it is its first; NULL:
 * there are too many. */
static struct kind *place_of(uint64_t kind, time_t second, bool *first)
{
    struct kind *place = NULL;
    unsigned i;

    *first = false;
    for (i = 0; i < PROBES; i++) {
        struct kind *at = &seen[(kind + i) % KINDS];

        if (at->second == second && at->kind == kind)
            return at;
        if (at->second != second && place == NULL)
            place = at;
    }
    if (place == NULL)
        return NULL;
    *first = true;
    *place = (struct kind){ .kind = kind, .second = second };
    return place;
}

/* The beginning of a message, without its stamp and its end of line. */
static void keep_sample(char out[TAP_LOG_SAMPLE], const char *text, size_t n)
{
    n = n < TAP_LOG_SAMPLE ? n : TAP_LOG_SAMPLE - 1;
    memcpy(out, text, n);
    out[n] = '\0';
}

/* --- messages ----------------------------------------------------------- */

static unsigned written[2], firsts, lost;

/* What has not been said of the second that is over. */
static void sum_up(void)
{
    unsigned i;

    for (i = 0; i < KINDS; i++)
        if (seen[i].unsaid > 0) {
            put_more((enum tap_level)seen[i].level, seen[i].unsaid,
                     seen[i].text);
            seen[i].unsaid = 0;
        }
    if (lost > 0)
        put_line(TAP_WARNING, "not written, of too many kinds: %u message%s",
                 lost, pptp_plural(lost));
    written[0] = written[1] = firsts = lost = 0;
}

void tap_log_flush(void)
{
    sum_up();
}

/* One that is too many in this second. */
static void count_unsaid(struct kind *k, enum tap_level level)
{
    if (k == NULL) {
        lost++;
        return;
    }
    k->unsaid++;
    k->level = (uint8_t)level;
}

static void say(enum tap_level level, const char *format, va_list a)
{
    static time_t second;
    bool urgent = level <= TAP_NOTICE, first;
    size_t n, stamp = journald ? 0 : STAMP;
    struct timespec t;
    struct kind *k;
    char line[LINE];

    if (level > least_urgent)
        return;
    clock_gettime(CLOCK_MONOTONIC, &t);
    if (t.tv_sec != second) {
        sum_up();
        second = t.tv_sec;
    }
    n = compose(line, sizeof line, level, format, a);
    if (n <= stamp)
        return;
    k = place_of(kind_of(line, n, stamp), second, &first);
    if (first)
        keep_sample(k->text, line + stamp, n - stamp - 1);
    if (level != TAP_ERROR && written[urgent] >= TAP_LOG_RATE &&
        !(first && firsts++ < TAP_LOG_FIRSTS)) {
        count_unsaid(k, level);
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

/* --- of those who are many ---------------------------------------------- */

static void say_more(struct tap_log_kind *k)
{
    if (k->unsaid > 0 && (enum tap_level)k->level <= least_urgent)
        put_more((enum tap_level)k->level, k->unsaid, k->text);
    k->unsaid = 0;
}

void tap_log_flush_many(struct tap_log_many *m)
{
    unsigned i;

    for (i = 0; i < TAP_LOG_KINDS; i++)
        say_more(&m->said[i]);
}

/* NULL: no place is left. */
static struct tap_log_kind *many_place(struct tap_log_many *m, uintptr_t kind)
{
    unsigned i;

    for (i = 0; i < TAP_LOG_KINDS; i++)
        if (m->said[i].kind == kind || m->said[i].kind == 0) {
            m->said[i].kind = kind;
            return &m->said[i];
        }
    return NULL;
}

int tap_fail(char *why, size_t cap, const char *format, ...)
{
    va_list a;

    va_start(a, format);
    vsnprintf(why, cap, format, a);
    va_end(a);
    return -1;
}

void tap_say_many(struct tap_log_many *many, pptp_ns now, const char *which,
                  enum tap_level level, const char *format, ...)
{
    /* both are static texts: their places tell them apart */
    uintptr_t kind = (uintptr_t)format * 31 + (uintptr_t)which;
    struct tap_log_kind *k = many == NULL ? NULL : many_place(many, kind);
    va_list a;

    if (k != NULL && now < k->next_ns) {
        k->unsaid++;
        return;
    }
    if (k != NULL) {
        say_more(k);
        k->next_ns = now + PPTP_S;
        k->level = (uint8_t)level;
        va_start(a, format);
        vsnprintf(k->text, sizeof k->text, format, a);
        va_end(a);
    }
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
