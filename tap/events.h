/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A daemon's file of events: a line of JSON each (nas/event_text.h), with the
 * time of day in nanoseconds; appended to what earlier runs have told. */
#ifndef TAP_EVENTS_H
#define TAP_EVENTS_H

#include "nas/event.h"

struct tap_events {
    const char *path; /* for messages */
    int fd;           /* -1: none */
};

/* `path` is kept; NULL: none.  The file is a plain one, its owner's
 * alone. 0; or -1, and a line in why. */
int tap_events_open(struct tap_events *t, const char *path, char *why,
                    size_t cap);
void tap_events_close(struct tap_events *t);

/* `name` says whose it is: the daemon's, or a bank of callers'. */
void tap_events_put(struct tap_events *t, const char *name,
                    const struct nas_event *e);

#endif
