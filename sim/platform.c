/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SimGrid platform by index; platform.h. */
#include "config.h"

#include "sim/platform.h"

#include <simgrid/engine.h>
#include <simgrid/host.h>
#include <simgrid/link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xbt/dynar.h>

#include "base/base.h"
#include "sim/simgrid.h"

/* ---- tables ---- */

static int host_order(const void *a, const void *b)
{
    const struct sim_host *x = a, *y = b;

    return strcmp(x->name, y->name);
}

static int link_order(const void *a, const void *b)
{
    const struct sim_link *x = a, *y = b;

    return strcmp(x->name, y->name);
}

static void fill_links(struct sim_platform *p, sg_link_t *link, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *name = sg_link_get_name(link[i]);
        const struct sim_xml_link *x = sim_platform_xml_link(&p->xml, name);

        p->links[i] = (struct sim_link){
            .name = name,
            .rate_octets = sg_link_get_bandwidth(link[i]),
            .latency_s = sg_link_get_latency(link[i]),
            .rate = x != NULL ? x->rate : NULL,
            .latency = x != NULL ? x->latency : NULL,
            .fatpipe = !sg_link_is_shared(link[i]),
            .sg = link[i],
        };
        if (p->links[i].rate != NULL || p->links[i].latency != NULL)
            p->has_profiles = true;
    }
    qsort(p->links, n, sizeof(*p->links), link_order);
    for (size_t i = 0; i < n; i++) /* so that a route need not look it up */
        sg_link_set_data(p->links[i].sg, &p->links[i]);
}

static void fill_hosts(struct sim_platform *p, sg_host_t *host, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p->hosts[i] = (struct sim_host){
            .name = sg_host_get_name(host[i]),
            .ip = sg_host_get_property_value(host[i], "ip"),
            .sg = host[i],
        };
    qsort(p->hosts, n, sizeof(*p->hosts), host_order);
}

/* Fills the tables, sorted by name: SimGrid's own order is a hash table's. */
static int tabulate(struct sim_platform *p)
{
    size_t hosts = sg_host_count(), links = sg_link_count();
    sg_host_t *host = sg_host_list();
    sg_link_t *link = sg_link_list();
    int err = PPTP_ERR_RESOURCE;

    p->hosts = calloc(hosts + 1, sizeof(*p->hosts));
    p->links = calloc(links + 1, sizeof(*p->links));
    if (p->hosts != NULL && p->links != NULL && hosts < INT32_MAX &&
        links < INT32_MAX) {
        p->host_count = (uint32_t)hosts;
        p->link_count = (uint32_t)links;
        fill_hosts(p, host, hosts);
        fill_links(p, link, links);
        err = 0;
    }
    free(host);
    free(link);
    return err;
}

/* ---- what SimGrid takes and a network cannot ---- */

/* "file:line: " of a link, or "file: " if no element is its own. */
static const char *place(const struct sim_platform *p, const char *path,
                         const char *link, char *to, size_t octets)
{
    const struct sim_xml_link *x = sim_platform_xml_link(&p->xml, link);

    if (x != NULL)
        snprintf(to, octets, "%s:%u: ", path, x->line);
    else
        snprintf(to, octets, "%s: ", path);
    return to;
}

static int check_links(const struct sim_platform *p, const char *path,
                       char *err, size_t err_octets)
{
    char where[512];

    for (uint32_t i = 0; i < p->link_count; i++) {
        const struct sim_link *l = &p->links[i];

        if (!(l->latency_s >= 0) || l->latency_s > SIM_LATENCY_MAX_S) {
            snprintf(err, err_octets,
                     "%slink '%s': latency %g s; allowed: 0 to %g s",
                     place(p, path, l->name, where, sizeof(where)), l->name,
                     l->latency_s, SIM_LATENCY_MAX_S);
            return PPTP_ERR_ARGUMENT;
        }
        if (!(l->rate_octets >= 0) ||
            (l->rate_octets == 0 && l->rate == NULL)) {
            snprintf(err, err_octets,
                     "%slink '%s': bandwidth %g octets/s carries nothing",
                     place(p, path, l->name, where, sizeof(where)), l->name,
                     l->rate_octets);
            return PPTP_ERR_ARGUMENT;
        }
        if (l->rate_octets > 0 && !sim_rate_counts(l->rate_octets)) {
            snprintf(err, err_octets,
                     "%slink '%s': bandwidth %g octets/s; allowed: 1 to 1e15",
                     place(p, path, l->name, where, sizeof(where)), l->name,
                     l->rate_octets);
            return PPTP_ERR_ARGUMENT;
        }
    }
    return PPTP_OK;
}

/* A name that we and SimGrid read differently must not lose its profile. */
static int check_profiles(const struct sim_platform *p, const char *path,
                          char *err, size_t err_octets)
{
    for (size_t i = 0; i < p->xml.link_count; i++) {
        const struct sim_xml_link *x = &p->xml.links[i];

        if ((x->rate != NULL || x->latency != NULL) &&
            sim_platform_link(p, x->name) < 0) {
            snprintf(err, err_octets,
                     "%s:%u: link '%s': SimGrid gives it another name", path,
                     x->line, x->name);
            return PPTP_ERR_ARGUMENT;
        }
    }
    return PPTP_OK;
}

/* ---- the whole ---- */

int sim_platform_load(struct sim_platform *p, const char *path, char *err,
                      size_t err_octets)
{
    int result;

    if (sim_simgrid_running()) { /* *p may be in use: it stays as it is */
        snprintf(err, err_octets, "%s: SimGrid is running already", path);
        return PPTP_ERR_STATE;
    }
    *p = (struct sim_platform){ 0 };
    result = sim_platform_xml_read(&p->xml, path, err, err_octets);
    if (result)
        return result;
    sim_simgrid_start(path);
    result = tabulate(p);
    if (result)
        snprintf(err, err_octets, "%s: no memory for it", path);
    if (!result)
        result = check_profiles(p, path, err, err_octets);
    if (!result)
        result = check_links(p, path, err, err_octets);
    if (result)
        sim_platform_fini(p);
    return result;
}

void sim_platform_fini(struct sim_platform *p)
{
    sim_platform_xml_fini(&p->xml);
    free(p->hosts);
    free(p->links);
    *p = (struct sim_platform){ 0 };
}

int32_t sim_platform_host(const struct sim_platform *p, const char *name)
{
    struct sim_host key = { .name = name }, *h;

    h = bsearch(&key, p->hosts, p->host_count, sizeof(key), host_order);
    return h != NULL ? (int32_t)(h - p->hosts) : -1;
}

int32_t sim_platform_link(const struct sim_platform *p, const char *name)
{
    struct sim_link key = { .name = name }, *l;

    l = bsearch(&key, p->links, p->link_count, sizeof(key), link_order);
    return l != NULL ? (int32_t)(l - p->links) : -1;
}

/* ---- routes ---- */

/* SimGrid's links from one host to another, for free(); NULL without
 * memory. */
static const_sg_link_t *ask_links(const_sg_host_t from, const_sg_host_t to,
                                  size_t *n)
{
#if HAVE_DECL_SG_HOST_GET_ROUTE_LINKS
    int count = 0;
    const_sg_link_t *links = sg_host_get_route_links(from, to, &count);

    *n = (size_t)count;
#else
    xbt_dynar_t route = xbt_dynar_new(sizeof(sg_link_t), NULL);
    const_sg_link_t *links;

    sg_host_get_route(from, to, route);
    *n = xbt_dynar_length(route);
    links = calloc(*n + 1, sizeof(*links));
    for (size_t i = 0; links != NULL && i < *n; i++)
        links[i] = *(sg_link_t *)xbt_dynar_get_ptr(route, i);
    xbt_dynar_free_container(&route);
#endif
    return links;
}

/* What the route's latency has beyond its links', if it is no rounding. */
static double extra_latency(const struct sim_platform *p, uint32_t src,
                            uint32_t dst, const const_sg_link_t *links,
                            size_t n)
{
    double all_s = sg_host_get_route_latency(p->hosts[src].sg,
                                             p->hosts[dst].sg);
    double extra_s = all_s;

    for (size_t i = 0; i < n; i++)
        extra_s -= sg_link_get_latency(links[i]);
    return extra_s > 0.5e-9 + 1e-12 * all_s ? extra_s : 0;
}

int sim_platform_route(const struct sim_platform *p, uint32_t src,
                       uint32_t dst, struct sim_platform_path *path)
{
    const_sg_link_t *links;
    int result = PPTP_OK;
    size_t n;

    PPTP_ASSERT(src < p->host_count && dst < p->host_count);
    *path = (struct sim_platform_path){ 0 };
    links = ask_links(p->hosts[src].sg, p->hosts[dst].sg, &n);
    if (links != NULL)
        path->links = calloc(n + 1, sizeof(*path->links));
    if (path->links != NULL) {
        for (size_t i = 0; i < n; i++) {
            const struct sim_link *l = sg_link_get_data(links[i]);

            PPTP_ASSERT(l != NULL && l->sg == links[i]);
            path->links[i] = (uint32_t)(l - p->links);
        }
        path->n = (uint32_t)n;
        path->extra_latency_s = extra_latency(p, src, dst, links, n);
        if (n == 0 && path->extra_latency_s == 0 && src != dst)
            result = PPTP_ERR_UNKNOWN; /* SimGrid says nothing: we do */
    } else {
        result = PPTP_ERR_RESOURCE;
    }
    free(links);
    if (result)
        sim_platform_path_fini(path);
    return result;
}

static int by_index(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

int sim_platform_path_check(const struct sim_platform *p, const char *file,
                            uint32_t src, uint32_t dst,
                            const struct sim_platform_path *path, char *err,
                            size_t err_octets)
{
    uint32_t *sorted = calloc(path->n + 1, sizeof(*sorted)), i = 1;
    const char *name;
    char where[512];
    bool again;

    if (sorted == NULL) {
        snprintf(err, err_octets, "not enough memory");
        return PPTP_ERR_RESOURCE;
    }
    memcpy(sorted, path->links, path->n * sizeof(*sorted));
    qsort(sorted, path->n, sizeof(*sorted), by_index);
    /* a FATPIPE holds nobody up: it is a distance, and may come again */
    while (i < path->n &&
           (sorted[i - 1] != sorted[i] || p->links[sorted[i]].fatpipe))
        i++;
    again = i < path->n;
    name = again ? p->links[sorted[i]].name : NULL;
    free(sorted);
    if (!again)
        return PPTP_OK;
    snprintf(err, err_octets,
             "%slink '%s': the route from %s to %s passes it "
             "twice",
             place(p, file, name, where, sizeof(where)), name,
             p->hosts[src].name, p->hosts[dst].name);
    return PPTP_ERR_ARGUMENT;
}

void sim_platform_path_fini(struct sim_platform_path *path)
{
    free(path->links);
    *path = (struct sim_platform_path){ 0 };
}
