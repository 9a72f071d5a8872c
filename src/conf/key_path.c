/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A dotted path followed through tables of keys; key_path.h. */
#include "config.h"

#include "conf/key_path.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/member.h"

#define Q16 65536.0
#define NS_PER_S 1e9

static const char *unit_of(enum key_type type)
{
    switch (type) {
    case KEY_PACKETS: return "packets";
    case KEY_OCTETS: return "octets";
    case KEY_RATE: return "bit/s";
    case KEY_TIME:
    case KEY_TIME_AUTO: return "s";
    default: return "";
    }
}

/* What was bound, as a number for an axis. */
static double number_of(const struct key *k, const void *base)
{
    const void *at = (const char *)base + k->offset;
    uint64_t v;
    double d;

    switch (k->type) {
    case KEY_COUNT:
    case KEY_PACKETS:
    case KEY_OCTETS:
    case KEY_RATE: return (double)pptp_member_get(at, k->size);
    case KEY_Q16: return (double)pptp_member_get(at, k->size) / Q16;
    case KEY_TIME:
    case KEY_TIME_AUTO:
        v = pptp_member_get(at, k->size);
        return v == KEY_AUTO ? NAN : (double)v / NS_PER_S;
    case KEY_RATIO:
    case KEY_REAL: memcpy(&d, at, sizeof d); return d;
    default: return NAN;
    }
}

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
                       const char *value, struct key_path *out,
                       struct conf_error *err)
{
    void *base = calloc(1, section->size);
    size_t at;
    int result = base == NULL ? conf_fail(err, NULL, "no memory")
                              : bind(section, name, value, base, err);

    if (result == 0 && out != NULL &&
        keys_find(section, name, &at, &out->key)) {
        out->unit = unit_of(out->key.type);
        out->number = number_of(&out->key, (const char *)base + at);
    }
    if (base != NULL)
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

/* Follows a path but for its last name, which *path becomes; `items` are
 * those of lists, named in it. */
static const struct key_section *walk(const struct key_section *section,
                                      char **path, bool items,
                                      struct conf_error *err)
{
    char *name = *path, *dot;
    bool is_list;

    while (section != NULL && (dot = strchr(name, '.')) != NULL) {
        *dot = '\0';
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
                   const char *value, struct key_path *out,
                   struct conf_error *err)
{
    char *path = strdup(dotted), *name = path;
    int result = -1;

    if (path == NULL)
        return conf_fail(err, NULL, "no memory");
    section = walk(section, &name, true, err);
    if (section != NULL)
        result = check_value(section, name, value, out, err);
    free(path);
    return result;
}
