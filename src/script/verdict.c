/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a script ends before its end. */
#include "config.h"

#include "script/verdict.h"

#include <stdarg.h>
#include <stdio.h>

static bool say(struct runner *r, enum script_result result,
                const char *format, va_list args)
{
    /* the first reason is the one that counts */
    if (r->result == SCRIPT_PASS) {
        r->result = result;
        vsnprintf(r->why, sizeof r->why, format, args);
    }
    return false;
}

bool script_mistake(struct runner *r, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(r, SCRIPT_MISTAKE, format, args);
    va_end(args);
    return false;
}

bool script_failed(struct runner *r, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(r, SCRIPT_FAIL, format, args);
    va_end(args);
    return false;
}

bool script_skipped(struct runner *r, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(r, SCRIPT_SKIP, format, args);
    va_end(args);
    return false;
}

bool script_no_peer(struct runner *r)
{
    if (r->result == SCRIPT_PASS)
        r->result = SCRIPT_NO_PEER;
    return false;
}
