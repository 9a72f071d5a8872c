/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How SimGrid starts; simgrid.h. */
#include "config.h"

#include "sim/simgrid.h"

#include <dlfcn.h>
#include <simgrid/engine.h>
#include <simgrid/version.h>
#include <stddef.h>

/* The host model that takes the network model it is told. */
#if SIMGRID_VERSION < 40000
#define HOST_MODEL "compound"
#else
#define HOST_MODEL "default"
#endif

static bool running, loading; /* SimGrid's state is global, so this may be */

bool sim_simgrid_running(void)
{
    return running;
}

void sim_simgrid_start(const char *path)
{
    /* What the command line says, a platform's <config> cannot change: rates
     * and latencies are meant literally, and SimGrid's trace would hold
     * nothing of ours. */
    static char name[] = "dialtone", model[] = "--cfg=network/model:CM02",
                host[] = "--cfg=host/model:" HOST_MODEL,
                latency[] = "--cfg=network/latency-factor:1",
                rate[] = "--cfg=network/bandwidth-factor:1",
                weight[] = "--cfg=network/weight-S:0",
                trace[] = "--cfg=tracing:no",
                level[] = "--log=root.thresh:error",
                format[] = "--log=root.fmt:%m%n";
    char *argv[] = { name,   model, host,  latency, rate,
                     weight, trace, level, format,  NULL };
    int argc = sizeof(argv) / sizeof(argv[0]) - 1;

    running = true;
    simgrid_init(&argc, argv);
    loading = true;
    simgrid_load_platform(path);
    loading = false;
    simgrid_run_until(0); /* seals the zones: most have no routes before */
}

int sim_simgrid_line(void)
{
    /* of 3.32 and of 4.0; in no header, and worth a better message only */
    const int *line = dlsym(RTLD_DEFAULT, "surf_parse_lineno");

    if (line == NULL)
        line = dlsym(RTLD_DEFAULT, "simgrid_parse_lineno");
    return loading && line != NULL ? *line : 0;
}
