/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A YAML file as a tree whose every node knows the line it stands on.
 *
 * Bounded: CONFIG_DEPTH_MAX levels, CONFIG_NODES_MAX nodes, CONFIG_FILE_MAX
 * octets.  Anchors, aliases, tags, several documents in one file and
 * duplicate keys are refused.
 */
#ifndef CONF_TREE_H
#define CONF_TREE_H

#include <stdarg.h>
#include <stddef.h>

#define CONFIG_DEPTH_MAX 32
#define CONFIG_NODES_MAX 1000000
#define CONFIG_FILE_MAX (16u << 20)

/* One line of English: "file:line: what is wrong, what is allowed". */
struct tool_error {
    char text[512];
};

enum config_kind { CONFIG_SCALAR, CONFIG_LIST, CONFIG_MAP };

struct config_tree;

struct config_node {
    enum config_kind kind;
    int line;                   /* from 1; 0: given by --set */
    const char *file;           /* the tree's; line 0: "--set PATH" */
    char *key;                  /* name in the parent map, or NULL */
    char *text;                 /* CONFIG_SCALAR only */
    struct config_node **items; /* of a list or map, in file order */
    size_t n_items;
    size_t cap_items;
    int depth; /* the root is 1 */
};

/*
 * Read a file, or len octets of text that are called `name` in messages.
 * An empty document is an empty map.  NULL and *err on failure; free the
 * result with config_free (NULL is fine).
 */
struct config_tree *config_load(const char *path, struct tool_error *err);
struct config_tree *config_parse(const char *name, const char *text,
                                 size_t len, struct tool_error *err);
void config_free(struct config_tree *tree);

const struct config_node *config_root(const struct config_tree *tree);

/* The value under a key of a map, or NULL. */
const struct config_node *config_get(const struct config_node *map,
                                     const char *key);

/*
 * Apply "dotted.path=value".  A component is a key of a map (made when it
 * is missing) or the index or `name` of a list's item (which must exist).  A
 * value that begins with [ or { is read as YAML, any other is a scalar.
 * 0, or -1 and *err.
 */
int config_set(struct config_tree *tree, const char *assignment,
               struct tool_error *err);

/* Write "where: message" into *err and give -1; node NULL: no place. */
int config_error(struct tool_error *err, const struct config_node *node,
                 const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
