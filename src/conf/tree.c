/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A YAML file as a tree with lines, by libyaml's events; see tree.h. */
#include "config.h"

#include "conf/tree.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* Maps with more keys than this are sorted to find a duplicate. */
#define FEW_KEYS 16

/* What messages call a --set: "--set " and its path. */
struct set_name {
    struct set_name *next;
    char text[];
};

struct conf_tree {
    struct conf_node *root;
    char *name;
    struct set_name *sets; /* the latest first; nodes point to their text */
    size_t n_nodes;
};

/* One document being read. */
struct reader {
    struct conf_tree *tree;
    yaml_parser_t parser;
    struct conf_error *err;
    const char *file;
    bool set; /* the text of a --set has no lines */
};

static char *read_file(const char *path, size_t *len, struct conf_error *err);
static struct conf_node *read_document(struct conf_tree *tree,
                                       const char *file, bool set,
                                       const char *text, size_t len, int depth,
                                       struct conf_error *err);
static struct conf_node *read_node(struct reader *r, yaml_event_t *event,
                                   int depth);
static void node_free(struct conf_node *node);

struct conf_tree *conf_load(const char *path, struct conf_error *err)
{
    size_t len;
    char *text = read_file(path, &len, err);
    struct conf_tree *tree;

    if (text == NULL)
        return NULL;
    tree = conf_parse(path, text, len, err);
    free(text);
    return tree;
}

struct conf_tree *conf_parse(const char *name, const char *text, size_t len,
                             struct conf_error *err)
{
    struct conf_tree *tree = calloc(1, sizeof *tree);

    if (tree == NULL || (tree->name = strdup(name)) == NULL) {
        conf_fail(err, NULL, "%s: no memory", name);
        free(tree);
        return NULL;
    }
    tree->root = read_document(tree, tree->name, false, text, len, 1, err);
    if (tree->root == NULL) {
        conf_free(tree);
        return NULL;
    }
    return tree;
}

void conf_free(struct conf_tree *tree)
{
    if (tree != NULL) {
        node_free(tree->root);
        while (tree->sets != NULL) {
            struct set_name *next = tree->sets->next;

            free(tree->sets);
            tree->sets = next;
        }
        free(tree->name);
        free(tree);
    }
}

const struct conf_node *conf_root(const struct conf_tree *tree)
{
    return tree->root;
}

const struct conf_node *conf_get(const struct conf_node *map, const char *key)
{
    if (map == NULL || map->kind != CONF_MAP)
        return NULL;
    for (size_t i = 0; i < map->n_items; i++)
        if (strcmp(map->items[i]->key, key) == 0)
            return map->items[i];
    return NULL;
}

int conf_fail(struct conf_error *err, const struct conf_node *node,
              const char *format, ...)
{
    size_t used = 0;
    va_list args;
    int n = 0;

    if (err == NULL)
        return -1;
    if (node != NULL && node->line > 0)
        n = snprintf(err->text, sizeof err->text, "%.200s:%d: ", node->file,
                     node->line);
    else if (node != NULL && node->file != NULL)
        n = snprintf(err->text, sizeof err->text, "%.200s: ", node->file);
    used = n > 0 ? (size_t)n : 0;
    va_start(args, format);
    vsnprintf(err->text + used, sizeof err->text - used, format, args);
    va_end(args);
    /* One line, whatever stood in the file. */
    for (char *p = err->text; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = '?';
    return -1;
}

int conf_check_named(const struct conf_node *map, const char *key,
                     struct conf_error *err)
{
    if (map == NULL || map->n_items == 0 || conf_get(map, key) != NULL)
        return 0;
    return conf_fail(err, map->items[0],
                     "key '%.40s' is of no use without '%s'",
                     map->items[0]->key, key);
}

static void node_free(struct conf_node *node)
{
    if (node == NULL)
        return;
    for (size_t i = 0; i < node->n_items; i++)
        node_free(node->items[i]);
    free(node->items);
    free(node->key);
    free(node->text);
    free(node);
}

static struct conf_node *node_new(struct conf_tree *tree, enum conf_kind kind,
                                  const char *file, int line, int depth)
{
    struct conf_node *node = calloc(1, sizeof *node);

    if (node != NULL) {
        node->kind = kind;
        node->file = file;
        node->line = line;
        node->depth = depth;
        tree->n_nodes++;
    }
    return node;
}

static int node_append(struct conf_node *parent, struct conf_node *child)
{
    if (parent->n_items == parent->cap_items) {
        size_t cap = parent->cap_items == 0 ? 8 : parent->cap_items * 2;
        struct conf_node **p = realloc(parent->items,
                                       cap * sizeof(struct conf_node *));

        if (p == NULL)
            return -1;
        parent->items = p;
        parent->cap_items = cap;
    }
    parent->items[parent->n_items++] = child;
    return 0;
}

/* Reads at most the bound and one octet; the caller frees. */
static char *read_file(const char *path, size_t *len, struct conf_error *err)
{
    FILE *f = fopen(path, "rb");
    char *text = NULL;
    size_t cap = 0;

    if (f == NULL) {
        conf_fail(err, NULL, "%s: cannot open: %s", path, strerror(errno));
        return NULL;
    }
    *len = 0;
    do {
        char *p;

        cap = cap == 0 ? 65536 : cap * 2;
        p = realloc(text, cap);
        if (p == NULL) {
            conf_fail(err, NULL, "%s: no memory", path);
            goto fail;
        }
        text = p;
        *len += fread(text + *len, 1, cap - *len, f);
    } while (*len == cap && cap <= CONF_FILE_MAX);
    if (ferror(f)) {
        conf_fail(err, NULL, "%s: cannot read: %s", path, strerror(errno));
        goto fail;
    }
    if (*len > CONF_FILE_MAX) {
        conf_fail(err, NULL, "%s: larger than %u octets", path, CONF_FILE_MAX);
        goto fail;
    }
    fclose(f);
    return text;
fail:
    free(text);
    fclose(f);
    return NULL;
}

/* ---- reading ---- */

/* An error at a line of the text, from 0 as libyaml counts. */
static int fail_at(struct reader *r, size_t line, const char *what)
{
    struct conf_node place = { .file = r->file,
                               .line = r->set ? 0 : (int)line + 1 };

    return conf_fail(r->err, &place, "%s", what);
}

static int next_event(struct reader *r, yaml_event_t *event)
{
    if (!yaml_parser_parse(&r->parser, event)) {
        const char *what = r->parser.problem;
        size_t line = r->parser.problem_mark.line;

        /* A problem of the reader (encoding) has an offset and no mark. */
        if (r->parser.error == YAML_READER_ERROR)
            line = r->parser.mark.line;
        return fail_at(r, line, what != NULL ? what : "not YAML");
    }
    return 0;
}

static int by_key(const void *a, const void *b)
{
    const struct conf_node *const *x = a;
    const struct conf_node *const *y = b;
    int order = strcmp((*x)->key, (*y)->key);

    return order != 0 ? order : ((*x)->line > (*y)->line) * 2 - 1;
}

/* The later one of two items with one key, or NULL. */
static const struct conf_node *find_duplicate(const struct conf_node *map)
{
    struct conf_node **sorted;
    const struct conf_node *found = NULL;

    if (map->n_items <= FEW_KEYS) {
        for (size_t i = 1; i < map->n_items; i++)
            for (size_t j = 0; j < i; j++)
                if (strcmp(map->items[i]->key, map->items[j]->key) == 0)
                    return map->items[i];
        return NULL;
    }
    sorted = malloc(map->n_items * sizeof(struct conf_node *));
    if (sorted == NULL)
        return map->items[0];
    memcpy(sorted, map->items, map->n_items * sizeof(struct conf_node *));
    qsort(sorted, map->n_items, sizeof(struct conf_node *), by_key);
    for (size_t i = 1; i < map->n_items && found == NULL; i++)
        if (strcmp(sorted[i - 1]->key, sorted[i]->key) == 0)
            found = sorted[i];
    free(sorted);
    return found;
}

/* Refuses what this dialect of YAML does not have. */
static int check_event(struct reader *r, const yaml_event_t *e, int depth)
{
    const yaml_char_t *anchor = NULL;
    const yaml_char_t *tag = NULL;
    size_t line = e->start_mark.line;

    switch (e->type) {
    case YAML_ALIAS_EVENT:
        return fail_at(r, line,
                       "aliases (*name) are not supported; "
                       "write the value again");
    case YAML_SCALAR_EVENT:
        anchor = e->data.scalar.anchor;
        tag = e->data.scalar.tag;
        if (strlen((const char *)e->data.scalar.value) !=
            e->data.scalar.length)
            return fail_at(r, line, "a text holds the character NUL");
        break;
    case YAML_SEQUENCE_START_EVENT:
        anchor = e->data.sequence_start.anchor;
        tag = e->data.sequence_start.tag;
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = e->data.mapping_start.anchor;
        tag = e->data.mapping_start.tag;
        break;
    default: return fail_at(r, line, "a value is missing here");
    }
    if (anchor != NULL)
        return fail_at(r, line,
                       "anchors (&name) are not supported; "
                       "write the value where it is used");
    if (tag != NULL)
        return fail_at(r, line, "tags (!name) are not supported");
    if (depth > CONF_DEPTH_MAX)
        return fail_at(r, line, "nested too deep; at most 32 levels");
    if (r->tree->n_nodes >= CONF_NODES_MAX)
        return fail_at(r, line, "too large; at most 1000000 values");
    return 0;
}

/* One item of a list or map whose first event is e (consumed). */
static int read_item(struct reader *r, struct conf_node *parent,
                     yaml_event_t *e)
{
    struct conf_node *child;
    char *key = NULL;
    size_t line = e->start_mark.line;

    if (parent->kind == CONF_MAP) {
        if (e->type != YAML_SCALAR_EVENT) {
            int result = fail_at(r, line, "a key must be a plain word");

            yaml_event_delete(e);
            return result;
        }
        if (check_event(r, e, 1) != 0) {
            yaml_event_delete(e);
            return -1;
        }
        key = strdup((const char *)e->data.scalar.value);
        yaml_event_delete(e);
        if (key == NULL || next_event(r, e) != 0) {
            free(key);
            return key == NULL ? fail_at(r, line, "no memory") : -1;
        }
    }
    child = read_node(r, e, parent->depth + 1);
    if (child == NULL || node_append(parent, child) != 0) {
        free(key);
        node_free(child);
        return -1;
    }
    child->key = key;
    if (key != NULL && !r->set)
        child->line = (int)line + 1;
    return 0;
}

static int read_items(struct reader *r, struct conf_node *parent)
{
    yaml_event_type_t end = parent->kind == CONF_MAP ? YAML_MAPPING_END_EVENT
                                                     : YAML_SEQUENCE_END_EVENT;
    const struct conf_node *twice;

    for (;;) {
        yaml_event_t e;

        if (next_event(r, &e) != 0)
            return -1;
        if (e.type == end) {
            yaml_event_delete(&e);
            break;
        }
        if (read_item(r, parent, &e) != 0)
            return -1;
    }
    twice = parent->kind == CONF_MAP ? find_duplicate(parent) : NULL;
    if (twice != NULL)
        return conf_fail(r->err, twice, "key '%s' is given twice", twice->key);
    return 0;
}

/* The node that begins with the event, which is consumed; NULL: error. */
static struct conf_node *read_node(struct reader *r, yaml_event_t *event,
                                   int depth)
{
    struct conf_node *node = NULL;
    enum conf_kind kind = CONF_SCALAR;
    int line = r->set ? 0 : (int)event->start_mark.line + 1;
    int result = check_event(r, event, depth);

    if (result == 0) {
        if (event->type == YAML_MAPPING_START_EVENT)
            kind = CONF_MAP;
        else if (event->type == YAML_SEQUENCE_START_EVENT)
            kind = CONF_LIST;
        node = node_new(r->tree, kind, r->file, line, depth);
    }
    if (node != NULL && kind == CONF_SCALAR) {
        node->text = strdup((const char *)event->data.scalar.value);
        result = node->text == NULL ? -1 : 0;
    }
    yaml_event_delete(event);
    if (node != NULL && kind != CONF_SCALAR)
        result = read_items(r, node);
    if (result != 0) {
        node_free(node);
        return NULL;
    }
    return node;
}

/* After the root: the end of the only document. */
static int read_end(struct reader *r)
{
    yaml_event_t e;
    yaml_event_type_t type;
    size_t line;

    for (int i = 0; i < 2; i++) {
        if (next_event(r, &e) != 0)
            return -1;
        type = e.type;
        line = e.start_mark.line;
        yaml_event_delete(&e);
        if (type == YAML_DOCUMENT_START_EVENT)
            return fail_at(r, line, "only one document is allowed");
    }
    return 0;
}

static struct conf_node *read_root(struct reader *r, int depth)
{
    struct conf_node *root;
    yaml_event_t e;
    yaml_event_type_t type;

    /* Stream start, then document start or, with no text, stream end. */
    for (int i = 0; i < 2; i++) {
        if (next_event(r, &e) != 0)
            return NULL;
        type = e.type;
        yaml_event_delete(&e);
    }
    if (type != YAML_DOCUMENT_START_EVENT)
        return node_new(r->tree, CONF_MAP, r->file, r->set ? 0 : 1, depth);
    if (next_event(r, &e) != 0)
        return NULL;
    root = read_node(r, &e, depth);
    if (root != NULL && read_end(r) != 0) {
        node_free(root);
        return NULL;
    }
    return root;
}

static struct conf_node *read_document(struct conf_tree *tree,
                                       const char *file, bool set,
                                       const char *text, size_t len, int depth,
                                       struct conf_error *err)
{
    struct reader r = { .tree = tree, .err = err, .file = file, .set = set };
    struct conf_node *root;

    conf_fail(err, NULL, "%s: no memory", file);
    if (len > CONF_FILE_MAX) {
        conf_fail(err, NULL, "%s: larger than %u octets", file, CONF_FILE_MAX);
        return NULL;
    }
    if (!yaml_parser_initialize(&r.parser))
        return NULL;
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, len);
    root = read_root(&r, depth);
    yaml_parser_delete(&r.parser);
    if (root != NULL && err != NULL)
        err->text[0] = '\0';
    return root;
}

/* ---- --set ---- */

/* Octets of the item's name if the path begins with it, else 0. */
static size_t name_matches(const struct conf_node *item, const char *path)
{
    const struct conf_node *name = conf_get(item, "name");
    size_t len;

    if (name == NULL || name->kind != CONF_SCALAR)
        return 0;
    len = strlen(name->text);
    return strncmp(path, name->text, len) == 0 &&
                   (path[len] == '.' || path[len] == '\0')
               ? len
               : 0;
}

/* Item of a list by index or name (a name may hold dots), or NULL. */
static struct conf_node *find_item(const struct conf_node *list,
                                   const char *path, size_t *used)
{
    struct conf_node *best = NULL;
    char *end;
    unsigned long index;

    *used = 0;
    for (size_t i = 0; i < list->n_items; i++) {
        size_t len = name_matches(list->items[i], path);

        if (len > *used) {
            *used = len;
            best = list->items[i];
        }
    }
    if (best != NULL || path[0] < '0' || path[0] > '9')
        return best;
    index = strtoul(path, &end, 10);
    if ((*end != '.' && *end != '\0') || index >= list->n_items)
        return NULL;
    *used = (size_t)(end - path);
    return list->items[index];
}

/* Child of a map by the path's first component, made when missing. */
static struct conf_node *find_key(struct conf_tree *tree,
                                  struct conf_node *map, const char *path,
                                  size_t *used)
{
    struct conf_node *child;
    char *key;

    *used = strcspn(path, ".");
    key = strndup(path, *used);
    if (key == NULL)
        return NULL;
    child = (struct conf_node *)conf_get(map, key);
    if (child == NULL) {
        child = node_new(tree, CONF_MAP, tree->sets->text, 0, map->depth + 1);
        if (child == NULL || node_append(map, child) != 0) {
            node_free(child);
            free(key);
            return NULL;
        }
        child->key = key;
        return child;
    }
    free(key);
    return child;
}

/* Put the value in a node's place: its contents move, the key stays. */
static void replace_contents(struct conf_node *at, struct conf_node *with)
{
    for (size_t i = 0; i < at->n_items; i++)
        node_free(at->items[i]);
    free(at->items);
    free(at->text);
    at->kind = with->kind;
    at->line = 0;
    at->file = with->file;
    at->text = with->text;
    at->items = with->items;
    at->n_items = with->n_items;
    at->cap_items = with->cap_items;
    free(with);
}

static struct conf_node *read_value(struct conf_tree *tree, int depth,
                                    const char *value, struct conf_error *err)
{
    struct conf_node *node;

    if (value[0] == '[' || value[0] == '{')
        return read_document(tree, tree->sets->text, true, value,
                             strlen(value), depth, err);
    node = node_new(tree, CONF_SCALAR, tree->sets->text, 0, depth);
    if (node != NULL)
        node->text = strdup(value);
    if (node == NULL || node->text == NULL) {
        conf_fail(err, NULL, "--set: no memory");
        node_free(node);
        return NULL;
    }
    return node;
}

/* The node at a path, made on the way; NULL and *err. */
static struct conf_node *walk(struct conf_tree *tree, const char *path,
                              struct conf_error *err)
{
    struct conf_node *at = tree->root;

    for (const char *p = path;;) {
        size_t used;

        if (*p == '\0' || *p == '.') {
            conf_fail(err, NULL, "--set: '%s': a name is missing", path);
            return NULL;
        }
        if (at->kind == CONF_SCALAR && at->text[0] == '\0')
            at->kind = CONF_MAP; /* `pptp:` with nothing below it */
        if (at->kind == CONF_LIST)
            at = find_item(at, p, &used);
        else if (at->kind == CONF_MAP && at->depth < CONF_DEPTH_MAX)
            at = find_key(tree, at, p, &used);
        else
            at = NULL;
        if (at == NULL) {
            conf_fail(err, NULL,
                      "--set: '%s': no item '%.*s' here; a "
                      "list's items are reached by name or by index "
                      "from 0",
                      path, (int)strcspn(p, "."), p);
            return NULL;
        }
        p += used;
        if (*p == '\0')
            return at;
        p++;
    }
}

static int name_set(struct conf_tree *tree, const char *path)
{
    size_t len = strlen(path) + sizeof "--set ";
    struct set_name *name = malloc(sizeof *name + len);

    if (name == NULL)
        return -1;
    snprintf(name->text, len, "--set %s", path);
    name->next = tree->sets;
    tree->sets = name;
    return 0;
}

int conf_set(struct conf_tree *tree, const char *assignment,
             struct conf_error *err)
{
    const char *equals = strchr(assignment, '=');
    struct conf_node *at;
    struct conf_node *value;
    char *path;

    if (equals == NULL || equals == assignment)
        return conf_fail(err, NULL,
                         "--set: '%s' is not "
                         "dotted.path=value",
                         assignment);
    path = strndup(assignment, (size_t)(equals - assignment));
    if (path == NULL || name_set(tree, path) != 0) {
        free(path);
        return conf_fail(err, NULL, "--set: no memory");
    }
    at = walk(tree, path, err);
    free(path);
    if (at == NULL)
        return -1;
    value = read_value(tree, at->depth, equals + 1, err);
    if (value == NULL)
        return -1;
    replace_contents(at, value);
    return 0;
}
