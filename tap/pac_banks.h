/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lines of the PAC daemon, as they are configured: made, opened, counted,
 * and what became of the calls of those that are clients. */
#ifndef TAP_PAC_BANKS_H
#define TAP_PAC_BANKS_H

#include "nas/pac.h"
#include "tap/pac.h"

struct tap_pac_banks {
    const struct tap_pac_config *config;
    struct tap_client_bank *clients; /* by bank, of kind CLIENT */
    struct tap_line_tty *tty;        /* by bank, of kind PTY or STDIO */
    struct tap_line_serial *serial;  /* by bank, of kind SERIAL */
    struct tap_line **line;          /* by their index at the PAC */
    uint32_t lines;
    int report_fd; /* -1: none */
};

/* How many lines that makes. */
uint32_t tap_pac_banks_lines(const struct tap_pac_config *c);

/* Memory, then the lines, which a PAC gets; -1 without memory. _close in any
 * case. */
int tap_pac_banks_init(struct tap_pac_banks *p,
                       const struct tap_pac_config *c);
int tap_pac_banks_make(struct tap_pac_banks *p, struct nas_pac *nas,
                       struct tap_world *w, const struct ppp_secrets *secrets);

/* With privileges: devices, and the report's file. -1: it was said why. */
int tap_pac_banks_open(struct tap_pac_banks *p);
/* Says and writes what became of calls, if any were possible (`served`).
 * False: a line gave up, calls were not what they should be, or the report
 * could not be written. Zeroed is fine. */
bool tap_pac_banks_close(struct tap_pac_banks *p, bool served);

/* Where callers of terminals are to call. */
void tap_pac_banks_say(const struct tap_pac_banks *p);

void tap_pac_banks_counters(const struct tap_pac_banks *p, tap_counter *each,
                            void *ctx);

#endif
