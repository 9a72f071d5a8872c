/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Results of runs and sweeps, read to be compared; diff_side.h. */
#include "config.h"

#include "tool/diff_side.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lab/sheet.h"
#include "tool/run.h"

enum { PATH_OCTETS = 4096 };

static int no_memory(struct conf_error *err)
{
    conf_fail(err, NULL, "no memory for the results");
    return RUN_INTERNAL;
}

/* --- sweeps -------------------------------------------------------------- */

/* "key=value key=value"; free(). */
static char *label_of(const struct sheet *s, size_t config)
{
    size_t octets = 1, i;
    char *label, *p;

    for (i = 0; i < s->n_axes; i++)
        octets += strlen(s->axes[i].key) + 2 +
                  strlen(s->axes[i].values[s->levels[config * s->n_axes + i]]);
    label = p = malloc(octets);
    if (label == NULL)
        return NULL;
    *p = '\0';
    for (i = 0; i < s->n_axes; i++) {
        if (i > 0)
            *p++ = ' ';
        p = stpcpy(stpcpy(stpcpy(p, s->axes[i].key), "="),
                   s->axes[i].values[s->levels[config * s->n_axes + i]]);
    }
    return label;
}

static int take_configs(struct diff_side *s, const struct sheet *sheet,
                        struct conf_error *err)
{
    s->configs = calloc(sheet->n_configs + 1, sizeof *s->configs);
    s->seeds = calloc(sheet->n_seeds + 1, sizeof *s->seeds);
    if (s->configs == NULL || s->seeds == NULL)
        return no_memory(err);
    s->n_seeds = sheet->n_seeds;
    memcpy(s->seeds, sheet->seeds, s->n_seeds * sizeof *s->seeds);
    for (; s->n_configs < sheet->n_configs; s->n_configs++) {
        s->configs[s->n_configs] = label_of(sheet, s->n_configs);
        if (s->configs[s->n_configs] == NULL)
            return no_memory(err);
    }
    return RUN_OK;
}

static int take_metrics(struct diff_side *s, struct sheet *sheet,
                        struct conf_error *err)
{
    size_t n = 0, i;
    int result = sheet_names(sheet, &s->metrics, &n, err);

    s->n_metrics = n;
    s->units = calloc(n + 1, sizeof *s->units);
    s->x = calloc(n + 1, sizeof *s->x);
    if (s->units == NULL || s->x == NULL)
        return no_memory(err);
    for (i = 0; result == RUN_OK && i < n; i++) {
        struct sheet_metric m;

        result = sheet_read(sheet, s->metrics[i], &m, err);
        s->x[i] = m.x; /* ours from now on */
        s->units[i] = m.unit;
        free(m.name);
        free(m.help);
    }
    return result;
}

static int read_sweep(struct diff_side *s, struct conf_error *err)
{
    struct sheet sheet;
    char *scenario = NULL;
    int result = sheet_open(&sheet, s->path, err);

    if (result != RUN_OK)
        return result;
    result = take_configs(s, &sheet, err);
    if (result == RUN_OK)
        result = take_metrics(s, &sheet, err);
    if (result == RUN_OK)
        result = store_meta(sheet.store, "build", &s->build, err);
    if (result == RUN_OK)
        result = store_meta(sheet.store, "scenario", &scenario, err);
    if (scenario != NULL)
        s->scenario = json_loads(scenario, 0, NULL);
    free(scenario);
    sheet_close(&sheet);
    return result;
}

/* --- runs ---------------------------------------------------------------- */

static size_t find(char *const *names, size_t n, const char *name)
{
    size_t i = 0;

    while (i < n && strcmp(names[i], name) != 0)
        i++;
    return i;
}

/* A row for the metric, of all configurations, without values yet. */
static int add_metric(struct diff_side *s, const char *name, size_t n_configs)
{
    size_t n = s->n_metrics, i;
    char **metrics = realloc(s->metrics, (n + 1) * sizeof *metrics);
    char **units;
    double **x;

    if (metrics == NULL)
        return -1;
    s->metrics = metrics;
    units = realloc(s->units, (n + 1) * sizeof *units);
    if (units == NULL)
        return -1;
    s->units = units;
    x = realloc(s->x, (n + 1) * sizeof *x);
    if (x == NULL)
        return -1;
    s->x = x;
    metrics[n] = strdup(name);
    units[n] = strdup("");
    x[n] = calloc(n_configs, sizeof **x);
    s->n_metrics++;
    if (metrics[n] == NULL || units[n] == NULL || x[n] == NULL)
        return -1;
    for (i = 0; i < n_configs; i++)
        x[n][i] = NAN;
    return 0;
}

static int take_variant(struct diff_side *s, const char *label,
                        const json_t *metrics, size_t n_configs)
{
    const char *name;
    json_t *value;

    s->configs[s->n_configs] = strdup(label);
    if (s->configs[s->n_configs++] == NULL)
        return -1;
    json_object_foreach((json_t *)metrics, name, value)
    {
        size_t m = find(s->metrics, s->n_metrics, name);

        if (!json_is_number(value))
            continue;
        if (m == s->n_metrics && add_metric(s, name, n_configs) != 0)
            return -1;
        s->x[m][s->n_configs - 1] = json_number_value(value);
    }
    return 0;
}

static int take_result(struct diff_side *s, const json_t *root,
                       struct conf_error *err)
{
    json_t *variants = json_object_get(root, "variants"), *variant;
    const char *build = json_string_value(json_object_get(root, "build"));
    const char *label;

    if (!json_is_object(variants)) {
        conf_fail(err, NULL, "%.200s: not the result of a run", s->path);
        return RUN_INPUT;
    }
    s->scenario = json_incref(json_object_get(root, "scenario"));
    s->build = strdup(build != NULL ? build : "");
    s->configs = calloc(json_object_size(variants) + 1, sizeof *s->configs);
    s->seeds = calloc(1, sizeof *s->seeds);
    if (s->build == NULL || s->configs == NULL || s->seeds == NULL)
        return no_memory(err);
    s->seeds[0] = json_integer_value(json_object_get(root, "seed"));
    s->n_seeds = 1;
    json_object_foreach(
        variants, label,
        variant) if (take_variant(s, label,
                                  json_object_get(variant, "metrics"),
                                  json_object_size(variants)) !=
                     0) return no_memory(err);
    return RUN_OK;
}

static int read_run(struct diff_side *s, const char *path,
                    struct conf_error *err)
{
    json_error_t why;
    json_t *root = json_load_file(path, 0, &why);
    const char *slash = strrchr(path, '/');
    int result = RUN_INPUT;

    s->folder = slash != NULL ? strndup(path, (size_t)(slash - path))
                              : strdup(".");
    if (root == NULL)
        conf_fail(err, NULL, "%.200s: %s", path, why.text);
    else if (s->folder == NULL)
        result = no_memory(err);
    else
        result = take_result(s, root, err);
    json_decref(root);
    return result;
}

/* --- either -------------------------------------------------------------- */

static bool is_database(const char *path)
{
    static const char magic[] = "SQLite format 3";
    char head[sizeof magic] = "";
    FILE *f = fopen(path, "r");
    bool is = f != NULL && fread(head, sizeof head, 1, f) == 1 &&
              memcmp(head, magic, sizeof magic) == 0;

    if (f != NULL)
        fclose(f);
    return is;
}

int diff_side_read(struct diff_side *s, const char *path,
                   struct conf_error *err)
{
    char inside[PATH_OCTETS];
    struct stat about;

    *s = (struct diff_side){ .path = path };
    if (is_database(path))
        return read_sweep(s, err);
    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode)) {
        snprintf(inside, sizeof inside, "%s/result.json", path);
        path = inside;
    }
    return read_run(s, path, err);
}

void diff_side_free(struct diff_side *s)
{
    size_t i;

    for (i = 0; i < s->n_configs; i++)
        free(s->configs[i]);
    for (i = 0; i < s->n_metrics; i++) {
        free(s->metrics[i]);
        free(s->units != NULL ? s->units[i] : NULL);
        free(s->x != NULL ? s->x[i] : NULL);
    }
    free(s->configs);
    free(s->metrics);
    free(s->units);
    free(s->x);
    free(s->seeds);
    free(s->build);
    free(s->folder);
    json_decref(s->scenario);
    *s = (struct diff_side){ 0 };
}
