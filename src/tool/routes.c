/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which hosts a scenario sends packets between; routes.h. */
#include "config.h"

#include "tool/routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

static int by_names(const void *a, const void *b)
{
    const struct sim_platform_pair *x = a, *y = b;
    int order = strcmp(x->from, y->from);

    return order ? order : strcmp(x->to, y->to);
}

/* Each pair once: a thousand calls may go between the same two. */
static size_t unique(struct sim_platform_pair *pairs, size_t n)
{
    size_t kept = 0;

    if (n)
        qsort(pairs, n, sizeof *pairs, by_names);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || by_names(&pairs[kept - 1], &pairs[i]) != 0)
            pairs[kept++] = pairs[i];
    return kept;
}

static struct sim_platform_pair pair(const char *a, const char *b)
{
    return strcmp(a, b) < 0 ? (struct sim_platform_pair){ a, b }
                            : (struct sim_platform_pair){ b, a };
}

struct sim_platform_pair *routes_needed(const struct scenario *s, size_t *n)
{
    struct sim_platform_pair *pairs;
    size_t all = s->n_flows;

    for (size_t i = 0; i < s->n_nodes; i++)
        all += s->nodes[i].connect.n;
    pairs = calloc(all + 1, sizeof *pairs);
    if (pairs == NULL)
        return NULL;
    all = 0;
    /* a call goes where a control connection goes */
    for (size_t i = 0; i < s->n_nodes; i++)
        for (size_t j = 0; j < s->nodes[i].connect.n; j++)
            pairs[all++] = pair(s->nodes[i].host,
                                s->nodes[s->nodes[i].connect_index[j]].host);
    for (size_t i = 0; i < s->n_flows; i++)
        pairs[all++] = pair(s->flows[i].from_host, s->flows[i].to_host);
    *n = unique(pairs, all);
    return pairs;
}

int routes_check(const struct scenario *s, char *err, size_t err_octets)
{
    size_t n;
    struct sim_platform_pair *pairs = routes_needed(s, &n);
    int result;

    if (pairs == NULL) {
        snprintf(err, err_octets, "not enough memory");
        return PPTP_ERR_RESOURCE;
    }
    result = sim_platform_check(s->platform, pairs, n, err, err_octets);
    free(pairs);
    return result;
}
