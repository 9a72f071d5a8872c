/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The SimGrid platform: hosts, links and routes, by index.  The only file of
 * the simulation, with platform.c, that knows SimGrid's C API.
 *
 * SimGrid keeps global state, so there is one platform in a process and it
 * cannot be loaded twice.  A bad file makes SimGrid abort: call
 * sim_platform_check first, which tries it in a child.  SimGrid takes SIGINT
 * and SIGSEGV when it starts: install your own handlers AFTER
 * sim_platform_load.
 */
#ifndef SIM_PLATFORM_H
#define SIM_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SIM_ROUTE_LINKS_MAX = 64 };

struct sim_host {
    const char *name;
    const char *ip;     /* property "ip" of the host, or NULL */
    double speed_flops; /* flop/s, now */
    void *sg;           /* sg_host_t */
};

struct sim_link {
    const char *name;   /* SPLITDUPLEX: NAME_UP and NAME_DOWN are two */
    double rate_octets; /* octets per second, at the last refresh */
    double latency_s;   /* seconds, at the last refresh */
    bool fatpipe;       /* every packet gets the whole rate: no queue */
    void *sg;           /* sg_link_t */
};

struct sim_platform {
    struct sim_host *hosts; /* sorted by name */
    uint32_t host_count;
    struct sim_link *links; /* sorted by name */
    uint32_t link_count;
    bool has_profiles; /* rates, latencies or speeds change with time */
};

/* Profiles: a file's bandwidth_file and latency_file of links are honoured on
 * the grid of sim_net's fluid_step_ns.  A link's state_file is refused, by
 * both functions below: SimGrid's C interface does not tell a link's state,
 * and SimGrid 3.32 aborts at the first change of a SPLITDUPLEX link's. */

/* Loads the file in a child process.  0, or a negative enum pptp_err with one
 * line "file: what" in err. */
int sim_platform_check(const char *path, char *err, size_t err_octets);

/* Starts SimGrid (CM02, quiet) and loads the file, which must have passed
 * sim_platform_check.  0 or a negative enum pptp_err with a line in err
 * (a second load in one process: PPTP_ERR_STATE). */
int sim_platform_load(struct sim_platform *p, const char *path, char *err,
                      size_t err_octets);

/* Gives back our tables; SimGrid itself ends with the process. */
void sim_platform_fini(struct sim_platform *p);

/* Index by name, or -1. */
int32_t sim_platform_host(const struct sim_platform *p, const char *name);
int32_t sim_platform_link(const struct sim_platform *p, const char *name);

/* Indices of the links from host src to host dst.  Returns how many (0 only
 * if src == dst), PPTP_ERR_UNKNOWN if the platform has no route between two
 * different hosts, PPTP_ERR_RESOURCE if it has more than `max` links.  Asks
 * SimGrid every time: keep what you get (sim_net_route does). */
int sim_platform_route(const struct sim_platform *p, uint32_t src,
                       uint32_t dst, uint32_t *links, uint32_t max);

/* Takes SimGrid's clock to now_ns (its profiles take effect) and reads the
 * links' rates and latencies and the hosts' speeds again. */
void sim_platform_advance(struct sim_platform *p, uint64_t now_ns);

/* Whether the octets of a platform file mention a profile or trace. */
bool sim_platform_text_has_profiles(const char *text, size_t octets);
/* Whether they mention the state of a link. */
bool sim_platform_text_has_link_state(const char *text, size_t octets);

#endif
