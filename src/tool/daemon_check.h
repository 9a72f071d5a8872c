/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `--check` of the daemons: what their files name, and this machine has. */
#ifndef TOOL_DAEMON_CHECK_H
#define TOOL_DAEMON_CHECK_H

#include "tool/pac_config.h"
#include "tool/pns_config.h"

/* Says what is wrong or worth a line on standard error; the exit status. */
int check_pns(struct pns_file *f, const struct tap_pns_config *c);
int check_pac(struct pac_file *f, const struct tap_pac_config *c);

#endif
