/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two scenarios, key by key; diff_keys.h. */
#include "config.h"

#include "tool/diff_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_OCTETS = 1024 };

static size_t walk(const char *path, const json_t *a, const json_t *b);

static void print_value(const json_t *value)
{
    char *text = value != NULL
                     ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT)
                     : NULL;

    fputs(text != NULL ? text : "-", stdout);
    free(text);
}

static size_t go_on(const char *path, const char *key, const json_t *a,
                    const json_t *b)
{
    char longer[PATH_OCTETS];

    snprintf(longer, sizeof longer, "%s%s%s", path, *path != '\0' ? "." : "",
             key);
    return walk(longer, a, b);
}

static size_t walk_objects(const char *path, const json_t *a, const json_t *b)
{
    const char *key;
    json_t *value;
    size_t n = 0;

    json_object_foreach((json_t *)a, key, value)
        n += go_on(path, key, value, json_object_get(b, key));
    json_object_foreach((json_t *)b, key,
                        value) if (json_object_get(a, key) == NULL)
        n += go_on(path, key, NULL, value);
    return n;
}

/* An element is known by its name, or by its place. */
static const char *name_of(const json_t *list, size_t i, char room[24])
{
    const char *name = json_string_value(
        json_object_get(json_array_get(list, i), "name"));

    snprintf(room, 24, "%zu", i);
    return name != NULL ? name : room;
}

static json_t *element_of(const json_t *list, const char *name)
{
    char room[24];
    size_t i;

    for (i = 0; i < json_array_size(list); i++)
        if (strcmp(name_of(list, i, room), name) == 0)
            return json_array_get(list, i);
    return NULL;
}

static size_t walk_lists(const char *path, const json_t *a, const json_t *b)
{
    char room[24];
    size_t n = 0, i;

    for (i = 0; i < json_array_size(a); i++) {
        const char *name = name_of(a, i, room);

        n += go_on(path, name, json_array_get(a, i), element_of(b, name));
    }
    for (i = 0; i < json_array_size(b); i++) {
        const char *name = name_of(b, i, room);

        if (element_of(a, name) == NULL)
            n += go_on(path, name, NULL, json_array_get(b, i));
    }
    return n;
}

static size_t walk(const char *path, const json_t *a, const json_t *b)
{
    if (json_is_object(a) && json_is_object(b))
        return walk_objects(path, a, b);
    if (json_is_array(a) && json_is_array(b))
        return walk_lists(path, a, b);
    if (a != NULL && b != NULL && json_equal(a, b))
        return 0;
    printf("  %s: ", path);
    print_value(a);
    fputs(" | ", stdout);
    print_value(b);
    putchar('\n');
    return 1;
}

size_t diff_keys_print(const json_t *a, const json_t *b)
{
    return walk("", a, b);
}
