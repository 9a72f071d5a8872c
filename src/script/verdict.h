/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a script ends before its end. */
#ifndef SCRIPT_VERDICT_H
#define SCRIPT_VERDICT_H

#include "script/runner.h"

/* All give false after r->why and r->result are set. */
bool script_mistake(struct runner *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool script_failed(struct runner *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* This peer cannot be judged by this script. */
bool script_skipped(struct runner *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool script_no_peer(struct runner *r); /* why: the world knows */

#endif
