/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Messages of a daemon: one line each on standard error, with a time stamp,
 * or under journald with its priority instead.  What peers do may fill no
 * disk: TAP_LOG_RATE lines a second are written, and as many of those that
 * are more urgent than TAP_INFO; the rest is counted.
 */
#ifndef TAP_LOG_H
#define TAP_LOG_H

/* The numbers are syslog's. */
enum tap_level {
    TAP_ERROR = 3,
    TAP_WARNING = 4,
    TAP_NOTICE = 5,
    TAP_INFO = 6
};

enum { TAP_LOG_RATE = 200 };

/* Looks where standard error leads; before the first message. */
void tap_log_init(void);

/* The least urgent level that is written; TAP_INFO until it is set.  Errors
 * always are. */
void tap_log_set_level(enum tap_level least);
enum tap_level tap_log_level(void);

void tap_say(enum tap_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
