/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Axes of a sweep; see axes.h. */
#include "config.h"

#include "lab/axes.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

static int no_memory(struct conf_error *err)
{
    return conf_fail(err, NULL, "no memory for the axes");
}

static bool add_value(struct axis *a, const char *text, size_t len)
{
    char **more = realloc(a->values, (a->n + 1) * sizeof *more);

    if (more == NULL)
        return false;
    a->values = more;
    a->values[a->n] = strndup(text, len);
    return a->values[a->n++] != NULL;
}

/* Rounding may have made two of them one. */
static int add_range(struct axis *a, const struct range *r,
                     struct conf_error *err)
{
    char text[RANGE_TEXT_OCTETS];
    size_t first = a->n;

    for (size_t i = 0; i < r->n; i++) {
        range_value(r, i, text);
        if (a->n > first && strcmp(a->values[a->n - 1], text) == 0)
            continue;
        if (!add_value(a, text, strlen(text)))
            return no_memory(err);
    }
    return 0;
}

/* The end of a value that begins at p: a comma outside of brackets. */
static const char *value_end(const char *p)
{
    int depth = 0;

    for (; *p != '\0' && (*p != ',' || depth > 0); p++)
        depth += (*p == '[' || *p == '{') - (*p == ']' || *p == '}');
    return p;
}

/* Part k of "a/x": from *part on, so many octets; SIZE_MAX: there is none. */
static size_t part_of(const char *value, size_t k, const char **part)
{
    const char *p = value;

    for (;; p++) {
        size_t len;

        *part = p;
        for (; *p != '\0'; p++)
            if (*p == '/' &&
                !(p - *part >= 3 && strncmp(p - 3, "bit/s", 5) == 0))
                break;
        len = (size_t)(p - *part);
        if (k-- == 0)
            return len;
        if (*p == '\0')
            return SIZE_MAX;
    }
}

static int check_parts(const struct axis *a, const char *value,
                       struct conf_error *err)
{
    const char *part;

    if (a->n_keys == 1 || (part_of(value, a->n_keys - 1, &part) != SIZE_MAX &&
                           part_of(value, a->n_keys, &part) == SIZE_MAX))
        return 0;
    return conf_fail(err, NULL,
                     "--over %.100s: value '%.100s' must have %zu parts, with "
                     "a slash between them",
                     a->key, value, a->n_keys);
}

static int add_text(struct axis *a, const char *text, struct conf_error *err)
{
    struct conf_error why;
    struct range r;
    int is = a->n_keys > 1 ? 0 : range_read(text, &r, &why);

    if (is < 0)
        return conf_fail(err, NULL, "--over %.100s: %s", a->key, why.text);
    if (is > 0 && r.n > 0)
        return add_range(a, &r, err);
    if (is > 0) {
        a->open = true;
        a->range = r;
        return 0;
    }
    if (check_parts(a, text, err) != 0)
        return -1;
    return add_value(a, text, strlen(text)) ? 0 : no_memory(err);
}

static int check_values(const struct axis *a, struct conf_error *err)
{
    if (a->open && a->n > 0)
        return conf_fail(err, NULL,
                         "--over %.100s: a range without a number of values "
                         "stands alone",
                         a->key);
    for (size_t i = 0; i < a->n; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(a->values[i], a->values[k]) == 0)
                return conf_fail(err, NULL,
                                 "--over %.100s: value '%.100s' is given "
                                 "twice",
                                 a->key, a->values[i]);
    return 0;
}

static int read_values(struct axis *a, const char *p, struct conf_error *err)
{
    for (;; p++) {
        const char *end = value_end(p);
        char *text = strndup(p, (size_t)(end - p));
        int result = text == NULL ? no_memory(err) : add_text(a, text, err);

        free(text);
        if (result != 0)
            return -1;
        if (*end == '\0')
            return check_values(a, err);
        p = end;
    }
}

/* Whether a key of one axis is a key of another. */
static bool shares(const char *a, const char *b)
{
    while (*a != '\0') {
        size_t len = strcspn(a, ",");

        for (const char *p = b; *p != '\0';) {
            size_t n = strcspn(p, ",");

            if (n == len && strncmp(a, p, n) == 0)
                return true;
            p += n + (p[n] == ',');
        }
        a += len + (a[len] == ',');
    }
    return false;
}

/* A new axis of the first len octets of text, or NULL and *err. */
static struct axis *begin(struct axes *a, const char *text, size_t len,
                          struct conf_error *err)
{
    struct axis *x = &a->v[a->n];

    if (a->n == AXES_MAX) {
        conf_fail(err, NULL, "--over: more than %d axes", AXES_MAX);
        return NULL;
    }
    *x = (struct axis){ .key = strndup(text, len), .n_keys = 1 };
    if (x->key == NULL) {
        no_memory(err);
        return NULL;
    }
    a->n++;
    for (const char *p = x->key; *p != '\0'; p++)
        x->n_keys += *p == ',';
    for (size_t i = 0; i + 1 < a->n; i++)
        if (shares(a->v[i].key, x->key)) {
            conf_fail(err, NULL, "--over %.100s: the axis %.100s has that key",
                      x->key, a->v[i].key);
            return NULL;
        }
    return x;
}

int axes_add(struct axes *a, const char *text, struct conf_error *err)
{
    const char *is = strchr(text, '=');
    struct axis *x;

    if (is == NULL || is == text || is[1] == '\0')
        return conf_fail(err, NULL,
                         "--over '%.100s': KEY=VALUE,VALUE is expected", text);
    x = begin(a, text, (size_t)(is - text), err);
    if (x == NULL)
        return -1;
    if (x->n_keys > AXIS_KEYS_MAX)
        return conf_fail(err, NULL, "--over %.100s: more than %d keys", x->key,
                         AXIS_KEYS_MAX);
    return read_values(x, is + 1, err);
}

int axes_add_values(struct axes *a, const char *key, char *const *values,
                    size_t n, struct conf_error *err)
{
    struct axis *x = begin(a, key, strlen(key), err);

    if (x == NULL)
        return -1;
    x->n_keys = 1;
    for (size_t i = 0; i < n; i++)
        if (!add_value(x, values[i], strlen(values[i])))
            return no_memory(err);
    return 0;
}

/* n parts in an order of their own, and in each a place of its own. */
static int draw(struct axis *a, size_t n, unsigned long long seed,
                struct conf_error *err)
{
    size_t *part = calloc(n, sizeof *part);
    char text[RANGE_TEXT_OCTETS];
    struct rng rng;
    bool fine = part != NULL;

    rng_init_named(&rng, seed, a->key);
    for (size_t i = 0; fine && i < n; i++) {
        size_t k = (size_t)rng_below(&rng, i + 1);

        part[i] = part[k];
        part[k] = i;
    }
    for (size_t i = 0; fine && i < n; i++) {
        range_at(&a->range, ((double)part[i] + rng_real(&rng)) / (double)n,
                 text);
        fine = add_value(a, text, strlen(text));
    }
    free(part);
    return fine ? 0 : no_memory(err);
}

int axes_draw(struct axes *a, size_t n, unsigned long long seed,
              struct conf_error *err)
{
    bool any = false;

    for (size_t i = 0; i < a->n; i++) {
        struct axis *x = &a->v[i];

        if (!x->open)
            continue;
        any = true;
        if (n == 0)
            return conf_fail(err, NULL,
                             "--over %.100s: a range without a number of "
                             "values; give it one (A..B:5), or --lhs",
                             x->key);
        if (draw(x, n, seed, err) != 0)
            return -1;
    }
    if (n > 0 && !any)
        return conf_fail(err, NULL,
                         "--lhs: no axis is a range without a number of "
                         "values, as A..B is");
    return 0;
}

char *axis_set(const struct axis *a, size_t i, size_t k)
{
    const char *value = a->values[i], *key = a->key, *part = value;
    size_t part_len = strlen(value), key_len;
    char *text;

    if (a->n_keys > 1)
        part_len = part_of(value, k, &part);
    while (k-- > 0)
        key += strcspn(key, ",") + 1;
    key_len = a->n_keys > 1 ? strcspn(key, ",") : strlen(key);
    text = malloc(key_len + part_len + 2);
    if (text == NULL)
        return NULL;
    memcpy(text, key, key_len);
    text[key_len] = '=';
    memcpy(text + key_len + 1, part, part_len);
    text[key_len + 1 + part_len] = '\0';
    return text;
}

void axes_free(struct axes *a)
{
    for (size_t i = 0; i < a->n; i++) {
        for (size_t k = 0; k < a->v[i].n; k++)
            free(a->v[i].values[k]);
        free(a->v[i].values);
        free(a->v[i].key);
    }
    a->n = 0;
}
