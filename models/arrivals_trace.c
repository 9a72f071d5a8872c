/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Recorded arrivals; arrivals_trace.h.
 */
#include "config.h"

#include "models/arrivals_trace.h"

#include <string.h>

#define SECONDS_MAX (UINT64_C(1) << 32) /* 136 years */

static bool is_digit(const char *s, const char *end);
static bool read_whole(const char **s, const char *end, uint64_t below,
                       uint64_t *out);
static bool read_time(const char **s, const char *end, pptp_ns *out);
static int read_line(struct arrivals_trace *t, const char *s, const char *end);
static int wrong(struct arrivals_trace *t, const char *cause);

void arrivals_trace_init(struct arrivals_trace *t, const char *text,
                         size_t len, uint32_t subscribers)
{
    PPTP_ASSERT(subscribers > 0);
    *t = (struct arrivals_trace){ .text = text,
                                  .len = len,
                                  .subscribers = subscribers };
}

int arrivals_trace_next(struct arrivals_trace *t)
{
    while (t->len > 0) {
        const char *s = t->text, *nl = memchr(s, '\n', t->len);
        const char *end = nl != NULL ? nl : s + t->len;
        size_t used = (size_t)(end - s) + (nl != NULL);

        t->text += used;
        t->len -= used;
        t->line++;
        if (end > s && end[-1] == '\r')
            end--;
        if (end > s && *s != '#')
            return read_line(t, s, end);
    }
    return 0;
}

static int read_line(struct arrivals_trace *t, const char *s, const char *end)
{
    uint64_t who;
    pptp_ns at;

    if (!read_time(&s, end, &at))
        return wrong(t, "the time is not a number of seconds");
    if (s == end || *s++ != ',')
        return wrong(t, "no comma follows the time");
    if (!read_whole(&s, end, UINT64_C(1) << 32, &who) || s != end)
        return wrong(t, "the subscriber is not a number");
    if (who >= t->subscribers)
        return wrong(t, "there is no such subscriber");
    if (at < t->at)
        return wrong(t, "it is earlier than the one before");
    t->at = at;
    t->who = (uint32_t)who;
    return 1;
}

static bool read_time(const char **s, const char *end, pptp_ns *out)
{
    pptp_ns unit = PPTP_S;
    uint64_t whole;

    if (!read_whole(s, end, SECONDS_MAX, &whole))
        return false;
    *out = whole * PPTP_S;
    if (*s == end || **s != '.')
        return true;
    ++*s;
    if (!is_digit(*s, end))
        return false;
    for (; is_digit(*s, end); ++*s) {
        unit /= 10;
        if (unit == 0)
            return false; /* finer than time is */
        *out += (pptp_ns)(**s - '0') * unit;
    }
    return true;
}

/* Digits of a number that is below so much, which is at most 2^32. */
static bool read_whole(const char **s, const char *end, uint64_t below,
                       uint64_t *out)
{
    if (!is_digit(*s, end))
        return false;
    for (*out = 0; is_digit(*s, end); ++*s) {
        *out = *out * 10 + (uint64_t)(**s - '0');
        if (*out >= below)
            return false;
    }
    return true;
}

static bool is_digit(const char *s, const char *end)
{
    return s < end && *s >= '0' && *s <= '9';
}

static int wrong(struct arrivals_trace *t, const char *cause)
{
    t->cause = cause;
    t->len = 0;
    return PPTP_ERR_ARGUMENT;
}
