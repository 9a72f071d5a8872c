/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people call. */
#include "config.h"

#include "tool/call_cmd.h"
#include "tool/commands.h"
#include "tool/ctl_cmd.h"
#include "tool/daemon_cmd.h"
#include "tool/explain_cmd.h"
#include "tool/keys_cmd.h"
#include "tool/replay_cmd.h"

int main(int argc, char **argv)
{
    static const struct command table[] = {
        { "run", commands_elsewhere, "SCENARIO.yaml [options]",
          "simulate a scenario: results and a figure" },
        { "sweep", commands_elsewhere, "SCENARIO.yaml [options]",
          "simulate a scenario over axes and seeds" },
        { "diff", commands_elsewhere, "[options] A B",
          "what differs between two results" },
        { "reference", commands_elsewhere, "",
          "every key of a scenario, as Markdown" },
        { "keys", keys_command, "[options] WHOSE [SECTION]",
          "keys of scenarios, daemons and scripts" },
        { "metrics", commands_elsewhere, "[options] [LIST]",
          "what a run measures, with units" },
        { "pns", pns_command, "[options] CONFIG.yaml",
          "a PPTP server on real networks" },
        { "pac", pac_command, "[options] CONFIG.yaml",
          "carry calls of modems, pppds and clients to servers" },
        { "bridge", bridge_command, "[options] CONFIG.yaml",
          "simulated callers of servers on real networks" },
        { "call", call_command, "[options] HOST",
          "be a VPN client of a server" },
        { "ctl", ctl_command, "[options] COMMAND", "ask a running daemon" },
        { "explain", explain_command, "[options] FILE",
          "say what happened in a capture of PPTP" },
        { "replay", replay_command, "[options] JOURNAL",
          "run a node's journal again and compare" },
        { "script", commands_elsewhere, "[options] SCRIPT.pt ...",
          "judge a PPTP peer by timed scripts" },
        { 0 }
    };

    return commands_main(argc, argv, table);
}
