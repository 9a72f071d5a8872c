/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A platform tried in a child before it is loaded: SimGrid aborts the process
 * over a bad file, and aborts, dies or never comes back over a route that it
 * does not have.
 */
#ifndef SIM_PLATFORM_CHECK_H
#define SIM_PLATFORM_CHECK_H

#include <stddef.h>

/* Two hosts between which packets will go, by name. */
struct sim_platform_pair {
    const char *from, *to;
};

/* Loads the file in a child process and asks for the routes of these pairs,
 * both ways.  A pair is not looked at if it has no such host or only one; a
 * route that SimGrid does not have and says so is left to sim_platform_route.
 * 0, or a negative enum pptp_err with one line in err: "file:line: what",
 * "file: no route from A to B". */
int sim_platform_check(const char *path, const struct sim_platform_pair *pairs,
                       size_t pair_count, char *err, size_t err_octets);

#endif
