/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loads a scenario: the tree (conf/tree.c), bound by the table (keys.def,
 * conf/keys.c), then groups expanded and names resolved and checked here.
 */
#include "config.h"

#include "tool/scenario.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/key_docs.h"
#include "conf/key_path.h"
#include "conf/key_rows.h"
#include "conf/pptp_keys.h"
#include "tool/ppp_keys.h"
#include "tool/sane.h"
#include "tool/tcp_keys.h"

#include "tool/keys.def"

#define NAME_MAX_OCTETS 64
#define VALUES_MAX 1000

/* One name and where its item stands in its array. */
struct name {
    const char *text;
    const struct conf_node *node;
    uint32_t index;
};

struct names {
    struct name *v;
    size_t n;
};

/* A group's items as keys_copy sees them. */
struct group {
    const struct key_section *section;
    const char *what;
    size_t name_offset;
    size_t count_offset;
    size_t index_offset;
    size_t max;
};

/* A change of a queue_model says what it is from then on, in full. */
static int bind_changes(struct scenario_link *l, struct conf_error *err)
{
    struct scenario_queue good = l->queue_model;

    for (size_t i = 0; i < l->n_changes; i++) {
        struct scenario_change *c = &l->changes[i];
        const struct conf_node *node = c->queue_model.node;

        if (node == NULL)
            continue;
        c->queue_model = good;
        c->queue_model.node = node;
        if (keys_override(&queue_section, node, "", &c->queue_model, err) != 0)
            return -1;
        if (c->queue_model.model.kind == SCENARIO_QUEUE_AS_IT_IS)
            c->queue_model.model.kind = l->queue_model.model.kind;
        if (c->for_ns == 0)
            good = c->queue_model;
    }
    return 0;
}

static int bind_links(struct scenario *s, struct conf_error *err)
{
    for (size_t i = 0; i < s->n_links; i++)
        if (bind_changes(&s->links[i], err) != 0)
            return -1;
    return 0;
}

static int load(struct scenario *s, const char *const *sets, size_t n_sets,
                struct conf_error *err);
static int check_compare(const struct scenario *s, const char *dir,
                         const char *const *sets, size_t n_sets,
                         struct conf_error *err);
static int load_expect(struct scenario *s, const char *dir,
                       struct conf_error *err);
static int expand_all(struct scenario *s, struct conf_error *err);
static int check_nodes(struct scenario *s, struct names *names,
                       struct conf_error *err);
static int check_calls(struct scenario *s, const struct names *nodes,
                       struct conf_error *err);
static int check_orders(struct scenario *s, const struct names *nodes,
                        struct conf_error *err);
static int check_telephone(struct scenario *s, const struct names *nodes,
                           struct conf_error *err);
static int check_rest(const struct scenario *s, struct conf_error *err);

static int no_memory(struct conf_error *err)
{
    return conf_fail(err, NULL, "no memory for the scenario");
}

int scenario_load(struct scenario *out, const char *path,
                  const char *const *sets, size_t n_sets,
                  struct conf_error *err)
{
    memset(out, 0, sizeof *out);
    out->path = strdup(path);
    if (out->path == NULL)
        return no_memory(err);
    if (load(out, sets, n_sets, err) != 0) {
        scenario_free(out);
        return -1;
    }
    return 0;
}

char *scenario_variant_set(const struct scenario *s, size_t i)
{
    const struct scenario_compare *c = &s->compare;
    size_t len;
    char *text;

    if (i >= c->values.n)
        return NULL;
    len = strlen(c->key) + strlen(c->values.v[i]) + 2;
    text = malloc(len);
    if (text != NULL)
        snprintf(text, len, "%s=%s", c->key, c->values.v[i]);
    return text;
}

void scenario_collapse(struct scenario *s)
{
    for (size_t i = 0; i < s->n_nodes; i++) {
        keys_free(&node_section, &s->nodes[i]);
        free(s->nodes[i].connect_index);
    }
    for (size_t i = 0; i < s->n_calls; i++)
        keys_free(&call_section, &s->calls[i]);
    for (size_t i = 0; i < s->n_flows; i++)
        keys_free(&flow_section, &s->flows[i]);
    free(s->nodes);
    free(s->calls);
    free(s->flows);
    s->nodes = NULL;
    s->calls = NULL;
    s->flows = NULL;
    s->n_nodes = s->n_calls = s->n_flows = 0;
}

void scenario_free(struct scenario *s)
{
    scenario_collapse(s);
    keys_free(&scenario_section, s);
    keys_free(&expect_file_section, s);
    conf_free(s->tree);
    conf_free(s->expect_tree);
    free(s->path);
    memset(s, 0, sizeof *s);
}

void scenario_reference(FILE *out)
{
    fputs("# Keys of a scenario\n\n"
          "A rate needs a unit (bit/s, kbit/s, Mbit/s, Gbit/s), a time too "
          "(ns, us, ms, s, min, h). A size may have octets, B, kB, MB, GB, "
          "KiB, MiB or GiB, a number of packets may have packets. A ratio "
          "is written 0.1 or 10%. Single keys are replaced on the command "
          "line by `--set dotted.path=value`, where an item of a list is "
          "named by its `name` or its index from 0.\n",
          out);
    keys_reference(out, &scenario_section);
    keys_reference(out, &expect_file_section);
}

int scenario_key_check(const char *dotted, const char *value,
                       struct conf_error *err)
{
    return key_path_check(&scenario_section, dotted, value, err);
}

/* "a/b/" of "a/b/c.yaml", "" of "c.yaml"; caller frees. */
static char *directory(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? strdup("")
                         : strndup(path, (size_t)(slash - path) + 1);
}

/* Results are handed around; secrets in them would be too. */
static void mask(json_t *section, const char *key)
{
    if (json_is_string(json_object_get(section, key)))
        json_object_set_new(section, key, json_string("***"));
}

json_t *scenario_dump_json(const struct scenario *s)
{
    char *dir = directory(s->path);
    json_t *top;
    json_t *expect;

    if (dir == NULL)
        return NULL;
    top = keys_json(&scenario_section, dir, s);
    if (s->compare.key == NULL)
        json_object_del(top, "compare");
    expect = keys_json(&expect_file_section, dir, s);
    mask(json_object_get(top, "ppp"), "password");
    mask(json_object_get(top, "ppp"), "callers_password");
    json_object_set(top, "expectations", json_object_get(expect, "expect"));
    json_decref(expect);
    free(dir);
    return top;
}

/* ---- loading ---- */

static struct conf_tree *load_tree(const char *path, const char *const *sets,
                                   size_t n_sets, struct conf_error *err)
{
    struct conf_tree *tree = conf_load(path, err);

    for (size_t i = 0; tree != NULL && i < n_sets; i++)
        if (conf_set(tree, sets[i], err) != 0) {
            conf_free(tree);
            tree = NULL;
        }
    return tree;
}

/* The global parameters, then the node's own keys. */
static int bind_node_pptp(struct scenario *s, struct conf_error *err)
{
    for (size_t i = 0; i < s->n_node_groups; i++) {
        struct scenario_node *node = &s->node_groups[i];

        node->pptp = s->pptp;
        if (keys_override(&pptp_section, conf_get(node->node, "pptp"), "",
                          &node->pptp, err) != 0)
            return -1;
    }
    return 0;
}

static int load(struct scenario *s, const char *const *sets, size_t n_sets,
                struct conf_error *err)
{
    char *dir = directory(s->path);
    struct names names = { NULL, 0 };
    int result = -1;

    if (dir == NULL)
        return no_memory(err);
    s->tree = load_tree(s->path, sets, n_sets, err);
    pptp_config_default(&s->pptp.core);
    if (s->tree != NULL &&
        keys_bind(&scenario_section, conf_root(s->tree), dir, s, err) == 0 &&
        bind_node_pptp(s, err) == 0 && bind_links(s, err) == 0 &&
        load_expect(s, dir, err) == 0 && expand_all(s, err) == 0 &&
        check_nodes(s, &names, err) == 0 && check_calls(s, &names, err) == 0 &&
        check_orders(s, &names, err) == 0 &&
        check_telephone(s, &names, err) == 0 && check_rest(s, err) == 0)
        result = check_compare(s, dir, sets, n_sets, err);
    free(names.v);
    free(dir);
    return result;
}

/* Of a file that a key names: the message tells the key's place. */
static int check_readable(const struct conf_node *at, const char *path,
                          struct conf_error *err)
{
    struct stat st;

    if (at != NULL && (access(path, R_OK) != 0 || stat(path, &st) != 0))
        return conf_fail(err, at, "key '%s': %.200s: %s", at->key, path,
                         strerror(errno));
    if (at != NULL && S_ISDIR(st.st_mode))
        return conf_fail(err, at, "key '%s': %.200s: %s", at->key, path,
                         strerror(EISDIR));
    return 0;
}

int scenario_check_platform(const struct scenario *s, struct conf_error *err)
{
    return check_readable(conf_get(conf_root(s->tree), "platform"),
                          s->platform, err);
}

static int load_expect(struct scenario *s, const char *dir,
                       struct conf_error *err)
{
    const struct conf_node *root = conf_root(s->tree);
    size_t len = strlen(dir) + sizeof "expect.yaml";

    if (s->expect_file == NULL && conf_get(root, "expect") == NULL) {
        s->expect_file = malloc(len);
        if (s->expect_file == NULL)
            return no_memory(err);
        snprintf(s->expect_file, len, "%sexpect.yaml", dir);
        if (access(s->expect_file, F_OK) != 0) {
            free(s->expect_file);
            s->expect_file = NULL;
        }
    }
    if (s->expect_file == NULL)
        return 0;
    if (check_readable(conf_get(root, "expect"), s->expect_file, err) != 0)
        return -1;
    s->expect_tree = conf_load(s->expect_file, err);
    if (s->expect_tree == NULL ||
        keys_bind(&expect_file_section, conf_root(s->expect_tree), dir, s,
                  err) != 0)
        return -1;
    for (size_t i = 0; i < s->n_expect; i++) {
        const struct scenario_expect *e = &s->expect[i];

        if (isnan(e->at_least) && isnan(e->at_most) && isnan(e->equals) &&
            e->less_than == NULL && e->more_than == NULL)
            return conf_fail(err, e->node,
                             "nothing is expected; give "
                             "one of at_least, at_most, equals, "
                             "less_than, more_than");
    }
    return 0;
}

/* Results stand under their value, so no value may stand twice. */
static int check_values(const struct scenario_compare *c,
                        struct conf_error *err)
{
    const struct conf_node *at = conf_get(c->node, "values");

    if (c->values.n == 0 || c->values.n > VALUES_MAX)
        return conf_fail(err, c->node,
                         "compare: %zu values; allowed: 1 "
                         "to %d",
                         c->values.n, VALUES_MAX);
    for (size_t i = 0; i < c->values.n; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(c->values.v[i], c->values.v[k]) == 0)
                return conf_fail(err, at,
                                 "compare: value '%.70s' is "
                                 "given twice",
                                 c->values.v[i]);
    return 0;
}

/* Every value must bind, so that a long comparison fails at its start. */
static int check_compare(const struct scenario *s, const char *dir,
                         const char *const *sets, size_t n_sets,
                         struct conf_error *err)
{
    const struct conf_node *at = s->compare.node;
    struct conf_tree *tree;
    struct conf_error why;
    int result = 0;

    if (s->compare.key == NULL)
        return 0;
    if (check_values(&s->compare, err) != 0)
        return -1;
    tree = load_tree(s->path, sets, n_sets, err);
    if (tree == NULL)
        return -1;
    for (size_t i = 0; i < s->compare.values.n && result == 0; i++) {
        char *set = scenario_variant_set(s, i);
        struct scenario variant = { 0 };

        if (set == NULL) {
            result = no_memory(err);
        } else if (conf_set(tree, set, &why) != 0 ||
                   keys_bind(&scenario_section, conf_root(tree), dir, &variant,
                             &why) != 0) {
            /* The user wrote no --set. */
            const char *text = strncmp(why.text, "--set", 5) == 0
                                   ? strstr(why.text, ": ")
                                   : NULL;

            result = conf_fail(err, conf_get(at, "key"), "compare: '%s': %s",
                               set, text != NULL ? text + 2 : why.text);
        }
        keys_free(&scenario_section, &variant);
        free(set);
    }
    conf_free(tree);
    return result;
}

/* ---- groups ---- */

static const struct group node_group = { &node_section,
                                         "nodes",
                                         offsetof(struct scenario_node, name),
                                         offsetof(struct scenario_node, count),
                                         offsetof(struct scenario_node, index),
                                         SCENARIO_NODES_MAX };
static const struct group call_group = { &call_section,
                                         "calls",
                                         offsetof(struct scenario_call, name),
                                         offsetof(struct scenario_call, count),
                                         offsetof(struct scenario_call, index),
                                         SCENARIO_CALLS_MAX };
static const struct group flow_group = { &flow_section,
                                         "flows",
                                         offsetof(struct scenario_flow, name),
                                         offsetof(struct scenario_flow, count),
                                         offsetof(struct scenario_flow, index),
                                         SCENARIO_FLOWS_MAX };

static uint32_t group_count(const struct group *g, const char *item)
{
    uint32_t count;

    memcpy(&count, item + g->count_offset, sizeof count);
    return count;
}

static const struct conf_node *group_node(const struct group *g,
                                          const char *item)
{
    const struct conf_node *node;

    memcpy(&node, item + g->section->node_offset, sizeof node);
    return node;
}

/* Add the index to a string that does not hold {n}. */
static int add_index(char **text, const char *pattern, uint32_t index)
{
    size_t len = strlen(*text) + 12;
    char *longer;

    if (strstr(pattern, "{n}") != NULL)
        return 0;
    longer = malloc(len);
    if (longer == NULL)
        return -1;
    snprintf(longer, len, "%s%u", *text, index);
    free(*text);
    *text = longer;
    return 0;
}

static int check_name(const struct conf_node *item, const char *name,
                      struct conf_error *err)
{
    const struct conf_node *at = conf_get(item, "name");
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789_-";

    if (name[0] == '\0' || strlen(name) > NAME_MAX_OCTETS ||
        strspn(name, allowed) != strlen(name))
        return conf_fail(err, at,
                         "name '%.70s' is not allowed; 1 to %d "
                         "letters, digits, '_' and '-'",
                         name, NAME_MAX_OCTETS);
    return 0;
}

static int expand_item(const struct group *g, const char *item, char *to,
                       uint32_t index, bool grouped, struct conf_error *err)
{
    char **name = (char **)(void *)(to + g->name_offset);
    const char *pattern = *(char *const *)(const void *)(item +
                                                         g->name_offset);

    if (keys_copy(g->section, to, item, index) != 0)
        return no_memory(err);
    memcpy(to + g->index_offset, &index, sizeof index);
    if (grouped && add_index(name, pattern, index) != 0)
        return no_memory(err);
    return check_name(group_node(g, item), *name, err);
}

/* All items of all groups; *out and *n_out are valid also on failure. */
static int expand(const struct group *g, const void *groups, size_t n_groups,
                  void *out, size_t *n_out, struct conf_error *err)
{
    size_t size = g->section->size;
    size_t total = 0;
    char *items;

    for (size_t i = 0; i < n_groups; i++) {
        const char *item = (const char *)groups + i * size;

        total += group_count(g, item);
        if (total > g->max)
            return conf_fail(err, group_node(g, item),
                             "more than %zu %s "
                             "in all groups together; at most %zu",
                             g->max, g->what, g->max);
    }
    items = calloc(total + 1, size);
    if (items == NULL)
        return no_memory(err);
    memcpy(out, &items, sizeof items);
    for (size_t i = 0; i < n_groups; i++) {
        const char *item = (const char *)groups + i * size;
        bool grouped = conf_get(group_node(g, item), "count") != NULL;

        for (uint32_t j = 0; j < group_count(g, item); j++)
            if (expand_item(g, item, items + (*n_out)++ * size, j, grouped,
                            err) != 0)
                return -1;
    }
    return 0;
}

static int expand_hosts(struct scenario *s, struct conf_error *err)
{
    for (size_t i = 0; i < s->n_nodes; i++) {
        struct scenario_node *node = &s->nodes[i];
        const struct conf_node *host = conf_get(node->node, "host");

        if (conf_get(node->node, "count") != NULL &&
            add_index(&node->host, host->text, node->index) != 0)
            return no_memory(err);
    }
    return 0;
}

static int expand_all(struct scenario *s, struct conf_error *err)
{
    if (expand(&node_group, s->node_groups, s->n_node_groups, &s->nodes,
               &s->n_nodes, err) != 0 ||
        expand_hosts(s, err) != 0 ||
        expand(&call_group, s->call_groups, s->n_call_groups, &s->calls,
               &s->n_calls, err) != 0 ||
        expand(&flow_group, s->flow_groups, s->n_flow_groups, &s->flows,
               &s->n_flows, err) != 0)
        return -1;
    for (size_t i = 0; i < s->n_calls; i++)
        s->calls[i].start_ns += s->calls[i].index * s->calls[i].stagger_ns;
    for (size_t i = 0; i < s->n_flows; i++) {
        struct scenario_flow *flow = &s->flows[i];
        struct sim_traffic_config *t = &flow->traffic.sim;
        pptp_ns later_ns = flow->index * flow->stagger_ns;

        t->start_ns += later_ns;
        t->stop_ns += t->stop_ns != 0 ? later_ns : 0;
    }
    return 0;
}

/* ---- names ---- */

static int by_name(const void *a, const void *b)
{
    const struct name *x = a;
    const struct name *y = b;
    int order = strcmp(x->text, y->text);

    return order != 0 ? order : (x->index > y->index) - (x->index < y->index);
}

static int by_text(const void *key, const void *item)
{
    return strcmp(key, ((const struct name *)item)->text);
}

/*
 * Sort the names of n structs; a name given twice is an error at the later
 * one.  Free names->v in any case.
 */
static int names_collect(struct names *names, const void *items, size_t n,
                         size_t size, size_t name_offset, size_t node_offset,
                         struct conf_error *err)
{
    names->n = n;
    names->v = calloc(n + 1, sizeof *names->v);
    if (names->v == NULL)
        return no_memory(err);
    for (size_t i = 0; i < n; i++) {
        const char *item = (const char *)items + i * size;

        memcpy(&names->v[i].text, item + name_offset, sizeof(char *));
        memcpy(&names->v[i].node, item + node_offset, sizeof(void *));
        names->v[i].index = (uint32_t)i;
    }
    qsort(names->v, n, sizeof *names->v, by_name);
    for (size_t i = 1; i < n; i++)
        if (strcmp(names->v[i - 1].text, names->v[i].text) == 0)
            return conf_fail(err, conf_get(names->v[i].node, "name"),
                             "name '%s' is used twice; the first is in "
                             "line %d",
                             names->v[i].text, names->v[i - 1].node->line);
    return 0;
}

#define COLLECT(names, items, n, type, err)                                 \
    names_collect(names, items, n, sizeof(struct type),                     \
                  offsetof(struct type, name), offsetof(struct type, node), \
                  err)

/* Index of a node that has one of the roles. */
static int find_node(const struct scenario *s, const struct names *names,
                     const struct conf_node *at, const char *text,
                     unsigned roles, uint32_t *out, struct conf_error *err)
{
    const struct name *found = bsearch(text, names->v, names->n,
                                       sizeof *names->v, by_text);

    if (found == NULL)
        return conf_fail(err, at, "no node has the name '%.70s'", text);
    if (((unsigned)s->nodes[found->index].role & roles) == 0)
        return conf_fail(err, at, "node '%s' is not a %s", text,
                         roles == PPTP_ROLE_PAC ? "PAC" : "PNS");
    *out = found->index;
    return 0;
}

/* ---- cross checks ---- */

static int check_pptp(const struct scenario_pptp *p,
                      const struct conf_node *at, struct conf_error *err)
{
    struct pptp_config c = p->core;
    const char *why;

    c.win.reorder_hold_ns = 0; /* of more than the window just that is held */
    why = pptp_keys_conflict(&c);
    return why == NULL ? 0 : conf_fail(err, at, "%s", why);
}

static int check_connects(struct scenario *s, struct scenario_node *node,
                          const struct names *names, struct conf_error *err)
{
    const struct conf_node *at = conf_get(node->node, "connect");
    /* A PAC connects to a PNS and the other way round. */
    unsigned fits = ((node->role & PPTP_ROLE_PAC) ? PPTP_ROLE_PNS : 0u) |
                    ((node->role & PPTP_ROLE_PNS) ? PPTP_ROLE_PAC : 0u);

    node->connect_index = calloc(node->connect.n + 1, sizeof(uint32_t));
    if (node->connect_index == NULL)
        return no_memory(err);
    for (size_t i = 0; i < node->connect.n; i++) {
        if (find_node(s, names, at, node->connect.v[i], fits,
                      &node->connect_index[i], err) != 0)
            return -1;
        if (&s->nodes[node->connect_index[i]] == node)
            return conf_fail(err, at, "node '%s' connects to itself",
                             node->name);
        /* 3.1.3: one control connection between a PAC and a PNS */
        for (size_t k = 0; k < i; k++)
            if (node->connect_index[k] == node->connect_index[i])
                return conf_fail(err, at, "node '%s' names '%s' twice",
                                 node->name, node->connect.v[i]);
    }
    return 0;
}

static const char *preset_of(const char *key)
{
    for (size_t i = 0; i < node_section.n_keys; i++)
        if (strcmp(node_section.keys[i].name, key) == 0)
            return node_section.keys[i].preset;
    return NULL;
}

/* What a PAC would never look at. That it says what is so anyway, as a dump
 * does of every node, is no mistake. */
static int check_pns_keys(const struct scenario_node *n,
                          struct conf_error *err)
{
    static const char *const keys[] = { "calls_per_source", "session_timeout",
                                        "idle_timeout", "pool" };

    if ((n->role & PPTP_ROLE_PNS) != 0)
        return 0;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const struct conf_node *at = conf_get(n->node, keys[i]), *one = at;
        const char *preset = preset_of(keys[i]);

        if (at == NULL)
            continue;
        if (at->kind == CONF_LIST && at->n_items == 1)
            one = at->items[0];
        if (one->kind != CONF_SCALAR || preset == NULL ||
            strcmp(one->text, preset) != 0)
            return conf_fail(err, at,
                             "key '%s' is only for a PNS, and node '%s' is a "
                             "PAC",
                             keys[i], n->name);
    }
    return 0;
}

static int check_nodes(struct scenario *s, struct names *names,
                       struct conf_error *err)
{
    if (check_pptp(&s->pptp, conf_get(conf_root(s->tree), "pptp"), err) != 0 ||
        COLLECT(names, s->nodes, s->n_nodes, scenario_node, err) != 0)
        return -1;
    for (size_t i = 0; i < s->n_nodes; i++) {
        struct scenario_node *node = &s->nodes[i];

        if (check_pptp(&node->pptp, node->node, err) != 0 ||
            check_pns_keys(node, err) != 0 ||
            check_connects(s, node, names, err) != 0)
            return -1;
    }
    return 0;
}

/* Replay has a file and no rate, the others a rate and no file. */
static int check_traffic(const struct scenario_traffic *t,
                         struct conf_error *err)
{
    bool replay = t->model == TRAFFIC_REPLAY;
    bool rated = t->model < SCENARIO_USERS && !replay &&
                 t->model != TRAFFIC_VOICE;

    if (replay && t->file == NULL)
        return conf_fail(err, t->node,
                         "key 'file' is required for the "
                         "model replay");
    if (!replay && t->file != NULL)
        return conf_fail(err, conf_get(t->node, "file"),
                         "key 'file' is only for the model replay");
    if (replay && t->sim.traffic.sizes != TRAFFIC_FIXED)
        return conf_fail(err, conf_get(t->node, "sizes"),
                         "key 'sizes' is not for the model replay");
    if (!rated && !replay && t->sim.traffic.rate_bps != 0)
        return conf_fail(err, conf_get(t->node, "rate"),
                         "key 'rate' is only for the models constant, "
                         "poisson and onoff");
    if (rated && t->sim.traffic.rate_bps == 0)
        return conf_fail(err, t->node,
                         "key 'rate' is required for the "
                         "models constant, poisson and onoff");
    if (t->sim.stop_ns != 0 &&
        t->sim.stop_ns <= t->sim.start_ns + t->sim.spread_ns)
        return conf_fail(err, conf_get(t->node, "stop"),
                         "stop must be later than start and spread, or 0 for "
                         "the end");
    return 0;
}

/* Of a call: larger ones PPP would not take. */
static int check_load(const struct scenario_traffic *t, struct conf_error *err)
{
    if (t->sim.traffic.sizes != TRAFFIC_FIXED && t->model < SCENARIO_USERS)
        return conf_fail(err, conf_get(t->node, "sizes"),
                         "sizes that are not fixed are only for flows: a "
                         "call's packets have 1500 octets at most");
    return check_traffic(t, err);
}

static int by_number(const void *a, const void *b)
{
    const uint64_t *x = a;
    const uint64_t *y = b;

    return (*x > *y) - (*x < *y);
}

static uint64_t pair(uint32_t a, uint32_t b)
{
    return a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;
}

/* All control connections as sorted pairs of nodes; caller frees. */
static uint64_t *connections(const struct scenario *s, size_t *n)
{
    size_t total = 0;
    uint64_t *pairs;

    for (size_t i = 0; i < s->n_nodes; i++)
        total += s->nodes[i].connect.n;
    pairs = calloc(total + 1, sizeof *pairs);
    *n = 0;
    for (size_t i = 0; pairs != NULL && i < s->n_nodes; i++)
        for (size_t j = 0; j < s->nodes[i].connect.n; j++)
            pairs[(*n)++] = pair((uint32_t)i, s->nodes[i].connect_index[j]);
    if (pairs != NULL)
        qsort(pairs, *n, sizeof *pairs, by_number);
    return pairs;
}

static int check_call(struct scenario *s, struct scenario_call *call,
                      const struct names *nodes, const uint64_t *pairs,
                      size_t n_pairs, struct conf_error *err)
{
    uint64_t both;

    if (find_node(s, nodes, conf_get(call->node, "pac"), call->pac,
                  PPTP_ROLE_PAC, &call->pac_index, err) != 0 ||
        find_node(s, nodes, conf_get(call->node, "pns"), call->pns,
                  PPTP_ROLE_PNS, &call->pns_index, err) != 0)
        return -1;
    both = pair(call->pac_index, call->pns_index);
    if (bsearch(&both, pairs, n_pairs, sizeof both, by_number) == NULL)
        return conf_fail(err, call->node,
                         "call '%s': neither '%s' nor "
                         "'%s' has the other in its key 'connect'",
                         call->name, call->pac, call->pns);
    for (size_t i = 0; i < call->n_traffic; i++)
        if (check_load(&call->traffic[i], err) != 0)
            return -1;
    free(call->pac); /* who they are is known by now; calls may be many */
    free(call->pns);
    call->pac = call->pns = NULL;
    return 0;
}

static int check_calls(struct scenario *s, const struct names *nodes,
                       struct conf_error *err)
{
    struct names names = { NULL, 0 };
    size_t n_pairs;
    uint64_t *pairs = connections(s, &n_pairs);
    int result = -1;

    if (pairs == NULL)
        return no_memory(err);
    if (COLLECT(&names, s->calls, s->n_calls, scenario_call, err) == 0)
        result = 0;
    for (size_t i = 0; i < s->n_calls && result == 0; i++)
        result = check_call(s, &s->calls[i], nodes, pairs, n_pairs, err);
    free(names.v);
    free(pairs);
    return result;
}

/* Which call of its node. */
static int find_call(const struct scenario *s, struct scenario_order *o,
                     struct conf_error *err)
{
    const struct conf_node *at = conf_get(o->node, "call");

    for (size_t i = 0; i < s->n_calls; i++) {
        const struct scenario_call *c = &s->calls[i];

        if (strcmp(c->name, o->call) != 0)
            continue;
        if (c->pac_index != o->where_index && c->pns_index != o->where_index)
            return conf_fail(err, at,
                             "call '%.70s' is not one of node '%.70s'",
                             o->call, o->where);
        o->call_index = (uint32_t)i;
        return 0;
    }
    return conf_fail(err, at, "no call has the name '%.70s'", o->call);
}

static int check_dial(const struct scenario *s, const struct names *nodes,
                      struct scenario_order *o, struct conf_error *err)
{
    if (o->pac == NULL || o->number == NULL)
        return conf_fail(err, o->node, "dial takes a pac and a number");
    if (strlen(o->number) > 64)
        return conf_fail(err, conf_get(o->node, "number"),
                         "a number has 64 octets at most");
    return find_node(s, nodes, conf_get(o->node, "pac"), o->pac, PPTP_ROLE_PAC,
                     &o->pac_index, err);
}

static int check_order(const struct scenario *s, const struct names *nodes,
                       struct scenario_order *o, struct conf_error *err)
{
    bool of_pns = o->what == SIM_ORDER_DIAL ||
                  o->what == SIM_ORDER_RENEGOTIATE;
    bool of_calls = o->what == SIM_ORDER_CLEAR ||
                    o->what == SIM_ORDER_RENEGOTIATE;

    if (find_node(s, nodes, conf_get(o->node, "node"), o->where,
                  of_pns ? PPTP_ROLE_PNS : PPTP_ROLE_BOTH, &o->where_index,
                  err) != 0)
        return -1;
    if (!of_calls && o->call != NULL)
        return conf_fail(err, conf_get(o->node, "call"),
                         "only clear and renegotiate are of a call");
    if (o->call != NULL && find_call(s, o, err) != 0)
        return -1;
    return o->what == SIM_ORDER_DIAL ? check_dial(s, nodes, o, err) : 0;
}

static int check_orders(struct scenario *s, const struct names *nodes,
                        struct conf_error *err)
{
    for (size_t i = 0; i < s->n_orders; i++)
        if (check_order(s, nodes, &s->orders[i], err) != 0)
            return -1;
    return 0;
}

static int check_telephone(struct scenario *s, const struct names *nodes,
                           struct conf_error *err)
{
    struct scenario_telephone *t = &s->telephone;
    struct names names = { NULL, 0 };
    int result = COLLECT(&names, t->groups, t->n_groups, scenario_trunks, err);

    free(names.v);
    for (size_t i = 0; i < t->n_groups && result == 0; i++) {
        struct scenario_trunks *g = &t->groups[i];

        result = check_name(g->node, g->name, err);
        if (result == 0)
            result = find_node(s, nodes, conf_get(g->node, "pac"), g->pac,
                               PPTP_ROLE_PAC, &g->pac_index, err);
    }
    return result;
}

static int check_capture(const struct scenario_capture *c,
                         struct conf_error *err)
{
    if ((c->link == NULL) == (c->host == NULL))
        return conf_fail(err, c->node,
                         "capture '%s': give exactly one "
                         "of link and host",
                         c->name);
    return check_name(c->node, c->name, err);
}

/* The platform gives the name; series.csv has to hold it. */
static int check_link(const struct scenario_link *l, struct conf_error *err)
{
    if (strpbrk(l->name, ",\"\r\n") != NULL)
        return conf_fail(err, conf_get(l->node, "name"),
                         "link '%.70s' "
                         "has a comma, quote or line end in its name; "
                         "results cannot name it",
                         l->name);
    return 0;
}

static int check_text(const struct conf_node *ppp, const char *key,
                      const char *text, size_t max, struct conf_error *err)
{
    if (text == NULL || strlen(text) <= max)
        return 0;
    return conf_fail(err, conf_get(ppp, key),
                     "key '%s': %zu octets; at most %zu", key, strlen(text),
                     max);
}

/* What PPP's authentication has room for. */
static int check_ppp(const struct scenario *s, struct conf_error *err)
{
    const struct conf_node *at = conf_get(conf_root(s->tree), "ppp");
    const struct scenario_ppp *p = &s->ppp;

    if (p->sim.mppe != 0 && (p->sim.auth != PPP_AUTH_MSCHAP2 || !p->negotiate))
        return conf_fail(err, conf_get(at, "mppe"),
                         "key 'mppe': encryption takes auth mschap2, which "
                         "makes its keys, and negotiate");
    return check_text(at, "user", p->sim.user, SIM_USER_MAX, err) != 0 ||
                   check_text(at, "password", p->sim.password, SIM_SECRET_MAX,
                              err) != 0 ||
                   check_text(at, "callers_password", p->sim.answer,
                              SIM_SECRET_MAX, err) != 0
               ? -1
               : 0;
}

static int check_rest(const struct scenario *s, struct conf_error *err)
{
    struct names flows = { NULL, 0 };
    struct names links = { NULL, 0 };
    struct names captures = { NULL, 0 };
    int result = -1;

    if (s->trace_file > s->trace)
        return conf_fail(err, conf_get(conf_root(s->tree), "trace_file"),
                         "key 'trace_file': more than 'trace' says; "
                         "allowed: off%s",
                         s->trace == PPTP_TRACE_LEVEL_calls ? ", calls" : "");
    if (s->measure_from_ns >= s->duration_ns && s->measure_from_ns != KEY_AUTO)
        return conf_fail(err, conf_get(conf_root(s->tree), "measure_from"),
                         "key 'measure_from': not before the end of the run; "
                         "allowed: less than 'duration', or auto");
    if (check_ppp(s, err) != 0)
        return -1;
    if (COLLECT(&flows, s->flows, s->n_flows, scenario_flow, err) == 0 &&
        COLLECT(&links, s->links, s->n_links, scenario_link, err) == 0 &&
        COLLECT(&captures, s->captures, s->n_captures, scenario_capture,
                err) == 0)
        result = 0;
    for (size_t i = 0; i < s->n_links && result == 0; i++)
        result = check_link(&s->links[i], err);
    for (size_t i = 0; i < s->n_flows && result == 0; i++)
        result = check_traffic(&s->flows[i].traffic, err);
    for (size_t i = 0; i < s->n_captures && result == 0; i++)
        result = check_capture(&s->captures[i], err);
    free(flows.v);
    free(links.v);
    free(captures.v);
    return result == 0 ? sane_check(s, err) : result;
}
