/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The SimGrid platform: hosts, links and routes, by index.
 *
 * SimGrid keeps global state, so there is one platform in a process and it
 * cannot be loaded twice.  SimGrid aborts over a bad file, or when it is asked
 * for a route that it does not have: call sim_platform_check first, which
 * tries both in a child.  SimGrid takes SIGINT and SIGSEGV when it starts:
 * install your own handlers AFTER sim_platform_load.
 */
#ifndef SIM_PLATFORM_H
#define SIM_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/platform_xml.h"
#include "sim/profile.h"

struct sim_host {
    const char *name;
    const char *ip; /* property "ip" of the host, or NULL */
    void *sg;       /* sg_host_t */
};

struct sim_link {
    const char *name;   /* SPLITDUPLEX: NAME_UP and NAME_DOWN are two */
    double rate_octets; /* octets a second, at time 0 */
    double latency_s;   /* seconds, at time 0 */
    const struct sim_profile *rate;    /* how they change; NULL: constant */
    const struct sim_profile *latency; /* NULL: constant */
    bool fatpipe; /* every packet gets the whole rate: no queue */
    void *sg;     /* sg_link_t */
};

struct sim_platform {
    struct sim_host *hosts; /* sorted by name */
    uint32_t host_count;
    struct sim_link *links; /* sorted by name */
    uint32_t link_count;
    bool has_profiles;           /* some rates or latencies change */
    struct sim_platform_xml xml; /* it owns the profiles */
};

/* The way from one host to another. */
struct sim_platform_path {
    uint32_t *links; /* indices, in order */
    uint32_t n;
    double extra_latency_s; /* beyond the links': Vivaldi zones, which have
                             * coordinates and may have no links at all */
};

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

/* The way from host src to host dst, for sim_platform_path_fini.  0, or
 * PPTP_ERR_UNKNOWN if there is none between two different hosts,
 * PPTP_ERR_RESOURCE without memory.  Asks SimGrid every time: keep what you
 * get (sim_net_route does). */
int sim_platform_route(const struct sim_platform *p, uint32_t src,
                       uint32_t dst, struct sim_platform_path *path);
/* That no packet goes round: a route which passes one link twice, in one
 * direction of it.  0, or a negative enum pptp_err with a line in err. */
int sim_platform_path_check(const struct sim_platform *p, const char *file,
                            uint32_t src, uint32_t dst,
                            const struct sim_platform_path *path, char *err,
                            size_t err_octets);
void sim_platform_path_fini(struct sim_platform_path *path);

#endif
