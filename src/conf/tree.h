/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A YAML file as a tree whose every node knows the line it stands on.
 *
 * Bounded: CONF_DEPTH_MAX levels, CONF_NODES_MAX nodes, CONF_FILE_MAX
 * octets.  Anchors, aliases, tags, several documents in one file and
 * duplicate keys are refused.
 */
#ifndef CONF_TREE_H
#define CONF_TREE_H

#include <stdarg.h>
#include <stddef.h>

#define CONF_DEPTH_MAX 32
#define CONF_NODES_MAX 1000000
#define CONF_FILE_MAX (16u << 20)

/* One line of English: "file:line: what is wrong, what is allowed". */
struct conf_error {
    char text[512];
};

enum conf_kind { CONF_SCALAR, CONF_LIST, CONF_MAP };

struct conf_tree;

struct conf_node {
    enum conf_kind kind;
    int line;                 /* from 1; 0: given by --set */
    const char *file;         /* the tree's; line 0: "--set PATH" */
    char *key;                /* name in the parent map, or NULL */
    char *text;               /* CONF_SCALAR only */
    struct conf_node **items; /* of a list or map, in file order */
    size_t n_items;
    size_t cap_items;
    int depth; /* the root is 1 */
};

/*
 * Read a file, or len octets of text that are called `name` in messages.
 * An empty document is an empty map.  NULL and *err on failure; free the
 * result with conf_free (NULL is fine).
 */
struct conf_tree *conf_load(const char *path, struct conf_error *err);
struct conf_tree *conf_parse(const char *name, const char *text, size_t len,
                             struct conf_error *err);
void conf_free(struct conf_tree *tree);

const struct conf_node *conf_root(const struct conf_tree *tree);

/* The value under a key of a map, or NULL. */
const struct conf_node *conf_get(const struct conf_node *map, const char *key);

/*
 * Apply "dotted.path=value".  A component is a key of a map (made when it
 * is missing) or the index or `name` of a list's item (which must exist).  A
 * value that begins with [ or { is read as YAML, any other is a scalar.
 * 0, or -1 and *err.
 */
int conf_set(struct conf_tree *tree, const char *assignment,
             struct conf_error *err);

/* Write "where: message" into *err and give -1; node NULL: no place. */
int conf_fail(struct conf_error *err, const struct conf_node *node,
              const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Parameters of something that is named with that key, where nobody has named
 * it: those of what is named, but another's, may be of use in a variant.  0,
 * or -1 and *err. */
int conf_check_named(const struct conf_node *map, const char *key,
                     struct conf_error *err);

#endif
