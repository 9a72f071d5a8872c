/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a PAC's file says, as it was read: for pac_config.c, which has all of
 * it, and pac_lines.c, which has the lines. */
#ifndef TOOL_PAC_FILE_H
#define TOOL_PAC_FILE_H

#include "bridge/bridge.h"
#include "tool/pac_config.h"
#include "tool/world_config.h"

struct pac_pty {
    const struct conf_node *node; /* NULL: the line is none */
    char *link, *owner, *mode, *caller;
    uint64_t bps;
    pptp_ns again_ns;
};

struct pac_stdio {
    const struct conf_node *node;
    char *caller;
    uint64_t bps;
};

struct pac_serial {
    const struct conf_node *node;
    char *device, *dial, *answer, *hangup;
    struct key_strings init;
    uint64_t speed, bps;
    bool rtscts, dcd, dtr;
    uint32_t rings;
    pptp_ns connect_ns;
};

/* What all callers of our own have, whatever their lines are. */
struct pac_caller {
    const struct conf_node *node;
    struct ppp_file ppp;
    char *user;
    bool ask_dns, ask_wins;
    struct nas_callers_config calls; /* but what follows from others */
};

struct pac_client {
    const struct conf_node *node;
    struct pac_caller caller;
    char *device;
    struct key_strings routes;
};

struct pac_simulated {
    const struct conf_node *node;
    struct pac_caller caller;
    struct bridge_lines lines;
};

struct pac_line_file {
    const struct conf_node *node;
    char *name, *number, *own_number;
    uint32_t channel;
    struct pac_pty pty;
    struct pac_stdio stdio;
    struct pac_serial serial;
    struct pac_client client;
    struct pac_simulated simulated;
};

/* Of a line with callers of our own. */
static inline const struct pac_caller *pac_caller_of(
    const struct pac_line_file *l)
{
    return l->simulated.node != NULL ? &l->simulated.caller
                                     : &l->client.caller;
}

struct pac_file {
    const struct conf_node *node;
    struct conf_tree *tree;
    struct world_file world;
    int mode;
    struct key_strings peers, listen, local;
    char *secrets, *report;
    pptp_ns retry_ns, retry_max_ns;
    struct pac_line_file *line;
    size_t lines;
    struct tap_pac_bank *bank;      /* lines of them */
    struct tap_prefix **routes;     /* of each bank, or NULL */
    struct bridge_lines *simulated; /* of each bank */
    struct notes notes;
};

/* --- pac_lines.c --------------------------------------------------------- */

extern const struct key_section pac_line_section;

/* Lines into c->bank, and what they want of the whole: secrets, devices.
 * 0, or -1 and *err. */
int pac_lines_fill(struct pac_file *f, struct tap_pac_config *c,
                   struct conf_error *err);

#endif
