/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An event as a line of JSON, the same in every world: for programs, and to
 * hold two worlds against each other.
 *
 *     {"t":1200000000,"name":"lns","role":"pns","event":"PNS_UP","index":0,
 *      "call":65536,"remote":"10.0.0.1","ip":"10.1.0.16"}
 *
 * What a kind does not have is not there; enumerations are words.
 */
#ifndef NAS_EVENT_TEXT_H
#define NAS_EVENT_TEXT_H

#include "nas/event.h"

/* Octets of the longest one, with its 0, where the name has at most so many
 * octets and the user of an account as many as PPP keeps. */
enum { NAS_EVENT_TEXT = 1280, NAS_EVENT_TEXT_NAME = 64 };

#define NAS_EVENT_TEXT_BEGIN "{\"t\":"

/*
 * Without a newline, terminated; cut if cap is less than NAS_EVENT_TEXT.
 * `t` are the world's nanoseconds, `name` says whose event it is: a node's,
 * or a bank of callers'.  How long it is.
 */
size_t nas_event_text(const struct nas_event *e, pptp_ns t, const char *name,
                      char *out, size_t cap);

#endif
