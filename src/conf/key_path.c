/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A dotted path followed through tables of keys; key_path.h. */
#include "config.h"

#include "conf/key_path.h"

#include <stdlib.h>
#include <string.h>

/* A list or a map is written as YAML, as for --set. */
static int bind(const struct key_section *section, const char *name,
                const char *value, void *base, struct conf_error *err)
{
    struct conf_tree *tree = NULL;
    struct conf_node node, *items[] = { &node };
    const struct conf_node map = { .kind = CONF_MAP,
                                   .items = items,
                                   .n_items = 1 };
    int result;

    if (value[0] != '[' && value[0] != '{')
        return keys_set(section, name, value, base, err);
    tree = conf_parse(name, value, strlen(value), err);
    if (tree == NULL)
        return -1;
    node = *conf_root(tree);
    node.key = (char *)name;
    result = keys_override(section, &map, "", base, err);
    conf_free(tree);
    return result;
}

static int check_value(const struct key_section *section, const char *name,
                       const char *value, struct conf_error *err)
{
    void *base = calloc(1, section->size);
    int result;

    if (base == NULL)
        return conf_fail(err, NULL, "no memory");
    result = bind(section, name, value, base, err);
    keys_free(section, base);
    free(base);
    return result;
}

/* The section below a key; NULL and *err: none. */
static const struct key_section *below(const struct key_section *section,
                                       const char *name, bool *is_list,
                                       struct conf_error *err)
{
    struct key k;
    size_t at;

    if (!keys_find(section, name, &at, &k)) {
        keys_set(section, name, "", NULL, err); /* says what there is */
        return NULL;
    }
    if (k.section == NULL)
        conf_fail(err, NULL, "key '%s': there is nothing below it", name);
    *is_list = k.type == KEY_LIST;
    return k.section;
}

/* Who forgets the item of a list names a key of it in its place. */
static bool forgets_item(const struct key_section *section, const char *item,
                         const char *rest)
{
    char name[64];
    size_t at, len = strcspn(rest, ".");
    struct key k;

    if (len >= sizeof name || !keys_find(section, item, &at, &k))
        return false;
    memcpy(name, rest, len);
    name[len] = '\0';
    return !keys_find(section, name, &at, &k);
}

/* Follows a path but for its last name, which *path becomes; `items` are
 * those of lists, named in it. */
static const struct key_section *walk(const struct key_section *section,
                                      char **path, bool items,
                                      struct conf_error *err)
{
    char *name = *path, *list, *dot;
    bool is_list;

    while (section != NULL && (dot = strchr(name, '.')) != NULL) {
        *dot = '\0';
        list = name;
        section = below(section, name, &is_list, err);
        name = dot + 1;
        if (section == NULL || !items || !is_list)
            continue;
        dot = strchr(name, '.');
        if (dot == NULL) {
            conf_fail(err, NULL, "a key of '%s' is missing, such as '%s'",
                      name, section->keys[0].name);
            return NULL;
        }
        *dot = '\0';
        if (forgets_item(section, name, dot + 1)) {
            conf_fail(err, NULL,
                      "'%s' is a list: the name of an item or its index "
                      "stands before '%s', such as %s.0.%s.%s",
                      list, name, list, name, dot + 1);
            return NULL;
        }
        name = dot + 1;
    }
    *path = name;
    return section;
}

const struct key_section *key_path_section(const struct key_section *section,
                                           const char *dotted,
                                           struct conf_error *err)
{
    char *path = strdup(dotted), *name = path;
    bool is_list;

    if (path == NULL) {
        conf_fail(err, NULL, "no memory");
        return NULL;
    }
    section = walk(section, &name, false, err);
    if (section != NULL)
        section = below(section, name, &is_list, err);
    free(path);
    return section;
}

int key_path_check(const struct key_section *section, const char *dotted,
                   const char *value, struct conf_error *err)
{
    char *path = strdup(dotted), *name = path;
    int result = -1;

    if (path == NULL)
        return conf_fail(err, NULL, "no memory");
    section = walk(section, &name, true, err);
    if (section != NULL)
        result = check_value(section, name, value, err);
    free(path);
    return result;
}
