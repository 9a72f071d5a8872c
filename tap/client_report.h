/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What became of the calls of a bank of clients. */
#ifndef TAP_CLIENT_REPORT_H
#define TAP_CLIENT_REPORT_H

#include "tap/client.h"

/* In lines of the log. */
void tap_client_say(struct tap_client_bank *b);
/* The same for programs: an object, or NULL without memory. */
struct json_t *tap_client_json(const struct tap_client_bank *b);
/* Whether a test of something has failed: a call did not come up, or was lost
 * before its time.  Clients that call for ever (`redial` without `hold`) are
 * none, they are to live with that. */
bool tap_client_fell_short(const struct tap_client_bank *b);

#endif
