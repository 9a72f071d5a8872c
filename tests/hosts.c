/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints the names of a platform's first and last host, a line each, for
 * tests/platforms.sh. */
#include "config.h"

#include <stdio.h>

#include "sim/platform.h"
#include "sim/platform_check.h"

int main(int argc, char *argv[])
{
    struct sim_platform p;
    char err[1024];

    if (argc != 2 ||
        sim_platform_check(argv[1], NULL, 0, err, sizeof(err)) != 0 ||
        sim_platform_load(&p, argv[1], err, sizeof(err)) != 0)
        return 1;
    printf("%s\n%s\n", p.hosts[0].name, p.hosts[p.host_count - 1].name);
    sim_platform_fini(&p);
    return 0;
}
