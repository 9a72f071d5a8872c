/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contents of scenarios; see content.h. */
#include "config.h"

#include "tool/content.h"

#include <errno.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/platform_xml.h"
#include "sim/profile.h"
#include "tool/build_id.h"
#include "tool/routes.h"

/* With its length, so that no two sequences of texts run into the same. */
static void add(struct sha256_ctx *h, const void *octets, size_t len)
{
    uint64_t n = len;

    sha256_update(h, sizeof n, (const uint8_t *)&n);
    sha256_update(h, len, octets);
}

static void add_text(struct sha256_ctx *h, const char *text)
{
    add(h, text != NULL ? text : "", text != NULL ? strlen(text) : 0);
}

static int add_file(struct sha256_ctx *h, const char *path,
                    struct conf_error *err)
{
    FILE *f = fopen(path, "rb");
    uint8_t buf[16384];
    size_t n;
    int error;

    if (f == NULL)
        return conf_fail(err, NULL, "%.300s: %s", path, strerror(errno));
    errno = 0;
    while ((n = fread(buf, 1, sizeof buf, f)) > 0)
        add(h, buf, n);
    error = ferror(f) != 0 ? errno : 0;
    fclose(f);
    return error == 0
               ? 0
               : conf_fail(err, NULL, "%.300s: %s", path, strerror(error));
}

static void add_profile(struct sha256_ctx *h, const struct sim_profile *p)
{
    if (p == NULL)
        return;
    add(h, &p->period_ns, sizeof p->period_ns);
    for (uint32_t i = 0; i < p->n; i++) {
        add(h, &p->points[i].at_ns, sizeof p->points[i].at_ns);
        add(h, &p->points[i].value, sizeof p->points[i].value);
    }
}

/* The file, and the files of profiles that it names. */
static int add_platform(struct sha256_ctx *h, const char *path,
                        struct conf_error *err)
{
    struct sim_platform_xml x;
    char why[400];

    if (add_file(h, path, err) != 0)
        return -1;
    if (sim_platform_xml_read(&x, path, why, sizeof why) < 0)
        return conf_fail(err, NULL, "%s", why);
    for (size_t i = 0; i < x.link_count; i++) {
        add_profile(h, x.links[i].rate);
        add_profile(h, x.links[i].latency);
    }
    sim_platform_xml_fini(&x);
    return 0;
}

/* What does not change what is measured. */
static int add_keys(struct sha256_ctx *h, const struct scenario *s,
                    struct conf_error *err)
{
    static const char *const without[] = {
        "seed", "title", "compare", "limits", "expect", "expectations"
    };
    json_t *all = scenario_dump_json(s);
    char *text;

    for (size_t i = 0; i < sizeof without / sizeof without[0]; i++)
        json_object_del(all, without[i]);
    text = json_dumps(all, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(all);
    if (text == NULL)
        return conf_fail(err, NULL, "no memory for the scenario");
    add_text(h, text);
    free(text);
    return 0;
}

static int add_replays(struct sha256_ctx *h, const struct scenario *s,
                       struct conf_error *err)
{
    const char *last = NULL; /* a group's calls have one file */

    for (size_t i = 0; i < s->n_calls; i++)
        for (size_t k = 0; k < s->calls[i].n_traffic; k++) {
            const char *file = s->calls[i].traffic[k].file;

            if (file == NULL || (last != NULL && strcmp(file, last) == 0))
                continue;
            if (add_file(h, file, err) != 0)
                return -1;
            last = file;
        }
    for (size_t i = 0; i < s->n_flows; i++)
        if (s->flows[i].traffic.file != NULL &&
            add_file(h, s->flows[i].traffic.file, err) != 0)
            return -1;
    return 0;
}

static void print(struct sha256_ctx *h, char hash[CONTENT_OCTETS])
{
    uint8_t sum[SHA256_DIGEST_SIZE];

    sha256_digest(h, sizeof sum, sum);
    for (size_t i = 0; i < (CONTENT_OCTETS - 1) / 2; i++)
        snprintf(hash + 2 * i, 3, "%02x", sum[i]);
}

int content_hash(const struct scenario *s, char hash[CONTENT_OCTETS],
                 struct conf_error *err)
{
    struct sha256_ctx h;

    sha256_init(&h);
    add_text(&h, build_id());
    add_text(&h, s->ppp.sim.password);
    add_text(&h, s->ppp.sim.answer);
    if (add_keys(&h, s, err) != 0 || add_platform(&h, s->platform, err) != 0 ||
        add_replays(&h, s, err) != 0 ||
        (s->ppp.secrets != NULL && add_file(&h, s->ppp.secrets, err) != 0))
        return -1;
    print(&h, hash);
    return 0;
}

int content_world(const struct scenario *s, char hash[CONTENT_OCTETS],
                  struct conf_error *err)
{
    size_t n;
    struct sim_platform_pair *pairs = routes_needed(s, &n);
    struct sha256_ctx h;
    int result;

    if (pairs == NULL)
        return conf_fail(err, NULL, "no memory for the routes");
    sha256_init(&h);
    for (size_t i = 0; i < n; i++) {
        add_text(&h, pairs[i].from);
        add_text(&h, pairs[i].to);
    }
    for (size_t i = 0; i < s->n_links; i++)
        add_text(&h, s->links[i].name);
    for (size_t i = 0; i < s->n_nodes; i++)
        add_text(&h, s->nodes[i].host);
    free(pairs);
    result = add_platform(&h, s->platform, err);
    print(&h, hash);
    return result;
}
