/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole runs of a small scenario in a folder of their own. */
#ifndef TESTS_UNIT_RUN_RIG_H
#define TESTS_UNIT_RUN_RIG_H

#include <check.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool/run.h"

static const char platform[] =
    "<?xml version=\"1.0\"?>\n"
    "<!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\">\n"
    "<platform version=\"4.1\">\n"
    "  <zone id=\"world\" routing=\"Full\">\n"
    "    <host id=\"pac\" speed=\"1Gf\"/>\n"
    "    <host id=\"pns\" speed=\"1Gf\"/>\n"
    "    <host id=\"alone\" speed=\"1Gf\"/>\n"
    "    <link id=\"access\" bandwidth=\"10Mbps\" latency=\"1ms\"\n"
    "          sharing_policy=\"SPLITDUPLEX\"/>\n"
    "    <link id=\"hub\" bandwidth=\"1Mbps\" latency=\"5ms\"%s/>\n"
    "    <link id=\"core\" bandwidth=\"1Gbps\" latency=\"10ms\"\n"
    "          sharing_policy=\"FATPIPE\"/>\n"
    "    <route src=\"pac\" dst=\"pns\">\n"
    "      <link_ctn id=\"access\" direction=\"UP\"/>\n"
    "      <link_ctn id=\"hub\"/>\n"
    "      <link_ctn id=\"core\"/>\n"
    "    </route>\n"
    "  </zone>\n"
    "</platform>\n";

static const char scenario[] =
    "duration: 4s\n"
    "platform: p.xml\n"
    "trace_file: packets\n"
    "ppp: {negotiate: false}\n" /* traffic from the first moment on */
    "nodes:\n"
    "  - {name: pac, role: pac, host: pac, connect: pns,"
    " reconnect: 100ms}\n"
    "  - {name: pns, role: pns, host: pns}\n"
    "calls:\n"
    "  - name: call\n"
    "    pac: pac\n"
    "    pns: pns\n"
    "    start: 100ms\n"
    "    line: {rate: 128kbit/s}\n"
    "    traffic: [{rate: 64kbit/s}, {from: pac, rate: 16kbit/s}]\n"
    "flows:\n"
    "  - {name: cross, from: pns, to: pac, rate: 100kbit/s}\n"
    "captures:\n"
    "  - {name: pac, host: pac}\n"
    "  - {name: access, link: access}\n"
    "  - {name: hub, link: hub}\n"
    "  - {name: few, link: core, limit: 40, max_packets: 10}\n";

static char dir[64];
static char old_dir[4096];

static void write_text(const char *name, const char *what)
{
    FILE *f = fopen(name, "w");

    ck_assert_ptr_nonnull(f);
    fputs(what, f);
    ck_assert_int_eq(fclose(f), 0);
}

static void write_platform(const char *of_hub)
{
    FILE *f = fopen("p.xml", "w");

    ck_assert_ptr_nonnull(f);
    fprintf(f, platform, of_hub);
    ck_assert_int_eq(fclose(f), 0);
}

static void setup(void)
{
    snprintf(dir, sizeof dir, "/tmp/test_run_XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    ck_assert_ptr_nonnull(getcwd(old_dir, sizeof old_dir));
    ck_assert_int_eq(chdir(dir), 0);
    write_platform("");
    write_text("s.yaml", scenario);
}

static void teardown(void)
{
    char command[100];

    ck_assert_int_eq(chdir(old_dir), 0);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    ck_assert_int_eq(system(command), 0);
}

static int run(const char *out, bool force, const char *a, const char *b)
{
    const char *sets[2] = { a, b };
    struct run_options o = {
        .path = "s.yaml",
        .sets = sets,
        .n_sets = (a != NULL) + (size_t)(b != NULL),
        .out = out,
        .force = force,
        .quiet = true,
    };

    return run_scenario(&o);
}

static json_t *load(const char *path)
{
    json_error_t err;
    json_t *o = json_load_file(path, 0, &err);

    ck_assert_msg(o != NULL, "%s: %s", path, err.text);
    return o;
}

static double metric(json_t *result, const char *variant, const char *name)
{
    json_t *v = json_object_get(json_object_get(result, "variants"), variant);
    json_t *m = json_object_get(json_object_get(v, "metrics"), name);

    ck_assert_msg(json_is_number(m), "no metric %s", name);
    return json_number_value(m);
}

static inline bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

#endif
