/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What callers do, in sentences. */
#ifndef TAP_CLIENT_WORDS_H
#define TAP_CLIENT_WORDS_H

#include "tap/client.h"

/* An event of the bank's callers, as lines of the log. */
void tap_client_words(struct tap_client_bank *b, const struct nas_event *e);

/* A cause, and, "" or to be put behind it, what to do. Static texts. */
const char *tap_client_what(const struct nas_cause *c);
const char *tap_client_advice(const struct tap_client_config *config,
                              const struct nas_cause *c);

#endif
