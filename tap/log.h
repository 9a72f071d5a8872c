/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Messages of a daemon: one line each on standard error, with a time stamp,
 * or under journald with its priority instead.  What peers do may fill no
 * disk: TAP_LOG_RATE lines a second are written, and as many of those that
 * are more urgent than TAP_INFO; the rest is counted by kind, and said in sum
 * ("N more of: ...").  But no kind of message hides another one: the first of
 * each kind in a second is written all the same, TAP_LOG_FIRSTS of them.
 * Messages are of a kind that differ in numbers and in what is quoted only.
 */
#ifndef TAP_LOG_H
#define TAP_LOG_H

#include "base/base.h"

/* The numbers are syslog's. */
enum tap_level {
    TAP_ERROR = 3,
    TAP_WARNING = 4,
    TAP_NOTICE = 5,
    TAP_INFO = 6
};

enum {
    TAP_LOG_RATE = 200,
    TAP_LOG_FIRSTS = 64,
    TAP_LOG_KINDS = 64,  /* of those who are many, told apart */
    TAP_LOG_SAMPLE = 160 /* octets of a message that stands for others */
};

/* A kind, the latest message of it that was said, and how many were not
 * since. */
struct tap_log_kind {
    uintptr_t kind; /* 0: the place is free */
    pptp_ns next_ns;
    uint64_t unsaid;
    uint8_t level;
    char text[TAP_LOG_SAMPLE];
};

/* Of those who are many, such as the lines of a bank: each kind of message is
 * said once a second by all of them together, and then how many more there
 * were.  Kinds that find no place are said like any message.  Zeroed at
 * first. */
struct tap_log_many {
    struct tap_log_kind said[TAP_LOG_KINDS];
};

/* Looks where standard error leads; before the first message. */
void tap_log_init(void);

/* The least urgent level that is written; TAP_INFO until it is set.  Errors
 * always are. */
void tap_log_set_level(enum tap_level least);
enum tap_level tap_log_level(void);

void tap_say(enum tap_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What is wrong, into why, for who asked; -1. */
int tap_fail(char *why, size_t cap, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The kind is the format and `which`, a static text that tells apart what
 * comes with one format (a reason), or NULL. `many` NULL: everything is
 * said. */
void tap_say_many(struct tap_log_many *many, pptp_ns now, const char *which,
                  enum tap_level level, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Says in sum what has not been said yet: before the end. */
void tap_log_flush(void);
void tap_log_flush_many(struct tap_log_many *m);

/* a.b.c.d for a message, in one of four turns of static memory. */
const char *tap_ip(uint32_t ip);

#endif
