/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a platform file says that SimGrid's C interface does not tell: the
 * profiles of links, the lines of things, and what we refuse because it could
 * not be honoured - WIFI links, links and hosts that are turned on and off, a
 * property `ip` that no host can have.
 *
 * SimGrid is the judge of everything else in the file.  It reads octets where
 * XML has characters, so names come out of here as the octets of the file.
 */
#ifndef SIM_PLATFORM_XML_H
#define SIM_PLATFORM_XML_H

#include <stddef.h>
#include <stdint.h>

struct sim_profile;

/* A <link>, by SimGrid's name: a SPLITDUPLEX one is two. */
struct sim_xml_link {
    char *name;
    uint32_t line;
    const struct sim_profile *rate;    /* NULL: constant */
    const struct sim_profile *latency; /* NULL: constant */
};

struct sim_platform_xml {
    struct sim_xml_link *links; /* sorted by name */
    size_t link_count;
    struct sim_profile **profiles;
    size_t profile_count;
};

/* Reads a platform file and its profiles.  0, or a negative enum pptp_err
 * with "file:line: what" in err. */
int sim_platform_xml_read(struct sim_platform_xml *x, const char *path,
                          char *err, size_t err_octets);
void sim_platform_xml_fini(struct sim_platform_xml *x);

/* By name, or NULL: the links of clusters and peers have no element. */
const struct sim_xml_link *sim_platform_xml_link(
    const struct sim_platform_xml *x, const char *name);

#endif
