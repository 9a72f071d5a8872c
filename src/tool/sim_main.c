/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of `dialtone` that simulate; commands.h. */
#include "config.h"

#include <stdio.h>

#include "tool/commands.h"
#include "tool/diff_cmd.h"
#include "tool/metrics_cmd.h"
#include "tool/run.h"
#include "tool/run_cmd.h"
#include "tool/scenario.h"
#include "tool/script_cmd.h"
#include "tool/sweep_cmd.h"

static int reference_command(int argc, char **argv)
{
    (void)argv;
    if (argc != 1) {
        fputs("dialtone: `reference` takes nothing\n", stderr);
        return RUN_INPUT;
    }
    scenario_reference(stdout);
    return RUN_OK;
}

int main(int argc, char **argv)
{
    static const struct command table[] = {
        { "run", run_command, "SCENARIO.yaml [options]",
          "simulate a scenario: results and a figure" },
        { "sweep", sweep_command, "SCENARIO.yaml [options]",
          "simulate a scenario over axes and seeds" },
        { "diff", diff_command, "[options] A B",
          "what differs between two results" },
        { "reference", reference_command, "",
          "every key of a scenario, as Markdown" },
        { "metrics", metrics_command, "[options] [LIST]",
          "what a run measures, with units" },
        { "script", script_command, "[options] SCRIPT.pt ...",
          "judge a PPTP peer by timed scripts" },
        { 0 }
    };

    return commands_main(argc, argv, table);
}
