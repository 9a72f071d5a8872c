/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Binds, checks and prints by tables of keys; see keys.h. */
#include "config.h"

#include "conf/keys.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/member.h"
#include "conf/nearest.h"
#include "conf/units.h"

#define WHY_MAX 256
#define ONE_Q16 65536.0

const char key_required[] = "required";

/* A number as its parser gives it. */
struct number {
    uint64_t u;
    double d;
};

static int bind_presets(const struct key_section *section, const char *dir,
                        void *base, struct conf_error *err);
static int check_required(const struct key_section *section,
                          const struct conf_node *map, struct conf_error *err);
static int bind_value(const struct key *k, const struct conf_node *node,
                      const char *dir, void *base, struct conf_error *err);
static int unknown_key(const struct key_section *section,
                       const struct conf_node *node, struct conf_error *err);
static int bind_node(const struct key_section *section,
                     const struct conf_node *node, const char *dir, void *base,
                     struct conf_error *err);

static void *member(const struct key *k, void *base)
{
    return (char *)base + k->offset;
}

static const void *member_const(const struct key *k, const void *base)
{
    return (const char *)base + k->offset;
}

static bool is_empty(const struct conf_node *node)
{
    return node->kind == CONF_SCALAR && node->text[0] == '\0';
}

static bool is_double(enum key_type type)
{
    return type == KEY_RATIO || type == KEY_REAL;
}

static bool is_real(enum key_type type)
{
    return is_double(type) || type == KEY_Q16;
}

struct key keys_row(const struct key_section *section, size_t i)
{
    const struct key_other *o = section->others;
    struct key k = section->keys[i];

    for (; o != NULL && o->name != NULL; o++)
        if (strcmp(o->name, k.name) == 0) {
            k.preset = o->preset != NULL ? o->preset : k.preset;
            k.min = o->min != NULL ? o->min : k.min;
            k.max = o->max != NULL ? o->max : k.max;
        }
    return k;
}

bool keys_find(const struct key_section *section, const char *name, size_t *at,
               struct key *found)
{
    *at = 0;
    for (size_t i = 0; i < section->n_keys; i++) {
        const struct key *k = &section->keys[i];

        if (k->type == KEY_INLINE) {
            if (keys_find(k->section, name, at, found)) {
                *at += k->offset;
                return true;
            }
        } else if (strcmp(k->name, name) == 0) {
            *found = keys_row(section, i);
            return true;
        }
    }
    return false;
}

static void set_node(const struct key_section *section, void *base,
                     const struct conf_node *node)
{
    if (section->node_offset != SIZE_MAX)
        memcpy((char *)base + section->node_offset, &node, sizeof node);
    for (size_t i = 0; i < section->n_keys; i++) {
        const struct key *k = &section->keys[i];

        if (k->type == KEY_INLINE)
            set_node(k->section, member(k, base), node);
    }
}

int keys_bind(const struct key_section *section, const struct conf_node *map,
              const char *dir, void *base, struct conf_error *err)
{
    if (bind_presets(section, dir, base, err) != 0 ||
        keys_override(section, map, dir, base, err) != 0)
        return -1;
    return check_required(section, map, err);
}

int keys_override(const struct key_section *section,
                  const struct conf_node *map, const char *dir, void *base,
                  struct conf_error *err)
{
    if (map == NULL)
        return 0;
    set_node(section, base, map);
    if (is_empty(map))
        return 0;
    if (map->kind != CONF_MAP)
        return conf_fail(err, map,
                         "%s: must hold keys with values, "
                         "such as '%s: ...'",
                         map->key != NULL ? map->key : section->title,
                         section->keys[0].name);
    for (size_t i = 0; i < map->n_items; i++) {
        const struct conf_node *node = map->items[i];

        if (bind_node(section, node, dir, base, err) != 0)
            return -1;
    }
    return 0;
}

int keys_set(const struct key_section *section, const char *name,
             const char *text, void *base, struct conf_error *err)
{
    const struct conf_node node = { .kind = CONF_SCALAR,
                                    .key = (char *)name,
                                    .text = (char *)text };

    return bind_node(section, &node, "", base, err);
}

/* ---- binding ---- */

static int bind_node(const struct key_section *section,
                     const struct conf_node *node, const char *dir, void *base,
                     struct conf_error *err)
{
    struct key k;
    size_t at;

    if (!keys_find(section, node->key, &at, &k))
        return unknown_key(section, node, err);
    return bind_value(&k, node, dir, (char *)base + at, err);
}

static int bind_presets(const struct key_section *section, const char *dir,
                        void *base, struct conf_error *err)
{
    for (size_t i = 0; i < section->n_keys; i++) {
        const struct key k = keys_row(section, i);
        struct conf_node preset = { .kind = CONF_SCALAR, .file = "default" };
        double nan = NAN;

        if (k.type == KEY_SECTION || k.type == KEY_INLINE) {
            if (bind_presets(k.section, dir, member(&k, base), err) != 0)
                return -1;
        } else if (k.preset != NULL && k.preset != key_required) {
            preset.text = (char *)k.preset;
            if (bind_value(&k, &preset, dir, base, err) != 0)
                return -1;
        } else if (is_double(k.type)) {
            memcpy(member(&k, base), &nan, sizeof nan);
        }
    }
    return 0;
}

static int check_required(const struct key_section *section,
                          const struct conf_node *map, struct conf_error *err)
{
    for (size_t i = 0; i < section->n_keys; i++) {
        const struct key *k = &section->keys[i];
        const struct conf_node *node;

        if (k->type == KEY_INLINE) {
            if (check_required(k->section, map, err) != 0)
                return -1;
            continue;
        }
        if (k->preset != key_required)
            continue;
        node = conf_get(map, k->name);
        if (node == NULL || is_empty(node))
            return conf_fail(err, node != NULL ? node : map,
                             "key '%s' is required: %s", k->name, k->help);
    }
    return 0;
}

static int bad_value(const struct key *k, const struct conf_node *node,
                     const char *why, struct conf_error *err)
{
    return conf_fail(err, node, "key '%s': %s", k->name, why);
}

static int set_string(char **to, const char *text)
{
    char *copy = strdup(text);

    if (copy == NULL)
        return -1;
    free(*to);
    *to = copy;
    return 0;
}

static int bind_path(const struct key *k, const struct conf_node *node,
                     const char *dir, char **to, struct conf_error *err)
{
    bool plain = node->text[0] == '/' || node->text[0] == '\0';
    size_t len = strlen(dir) + strlen(node->text) + 1;
    char *path = malloc(len);

    if (path == NULL)
        return bad_value(k, node, "no memory", err);
    snprintf(path, len, "%s%s", plain ? "" : dir, node->text);
    free(*to);
    *to = path;
    if (path[0] == '\0') {
        free(path);
        *to = NULL;
    }
    return 0;
}

static void strings_free(struct key_strings *s)
{
    for (size_t i = 0; i < s->n; i++)
        free(s->v[i]);
    free(s->v);
    s->v = NULL;
    s->n = 0;
}

static int bind_strings(const struct key *k, const struct conf_node *node,
                        struct key_strings *to, struct conf_error *err)
{
    const struct conf_node *const *items = (const struct conf_node *const *)
                                               node->items;
    size_t n = node->n_items;

    strings_free(to);
    if (node->kind == CONF_MAP)
        return bad_value(k, node, "must be a text or a list of texts", err);
    if (node->kind == CONF_SCALAR) {
        items = &node;
        n = is_empty(node) ? 0 : 1;
    }
    to->v = calloc(n + 1, sizeof(char *));
    if (to->v == NULL)
        return bad_value(k, node, "no memory", err);
    for (size_t i = 0; i < n; i++) {
        if (items[i]->kind != CONF_SCALAR)
            return bad_value(k, items[i], "must be a list of texts", err);
        if (set_string(&to->v[i], items[i]->text) != 0)
            return bad_value(k, node, "no memory", err);
        to->n = i + 1;
    }
    return 0;
}

const char *keys_word(const struct key *k, size_t i)
{
    return k->type == KEY_NAMED ? k->things[i].name : k->choices[i].name;
}

static int unknown_word(const struct key *k, const struct conf_node *node,
                        struct conf_error *err)
{
    char why[WHY_MAX];
    const char *name;
    struct nearest near;
    size_t used = (size_t)snprintf(why, sizeof why, "'%.40s' is not one of",
                                   node->text);

    nearest_begin(&near, node->text);
    for (size_t i = 0; (name = keys_word(k, i)) != NULL && used < sizeof why;
         i++) {
        nearest_try(&near, name);
        used += (size_t)snprintf(why + used, sizeof why - used, "%s %s",
                                 i == 0 ? "" : ",", name);
    }
    if (nearest_found(&near) != NULL && used < sizeof why)
        snprintf(why + used, sizeof why - used, "; did you mean '%s'?",
                 nearest_found(&near));
    return bad_value(k, node, why, err);
}

static int bind_word(const struct key *k, const struct conf_node *node,
                     void *to, struct conf_error *err)
{
    const char *name;

    for (size_t i = 0; (name = keys_word(k, i)) != NULL; i++) {
        if (strcmp(name, node->text) != 0)
            continue;
        if (k->type == KEY_NAMED)
            memcpy(to, &k->things[i].thing, sizeof k->things[i].thing);
        else
            pptp_member_set(to, k->size, (uint64_t)k->choices[i].value);
        return 0;
    }
    return unknown_word(k, node, err);
}

static int parse_number(enum key_type type, const char *text,
                        struct number *out, char *why)
{
    uint32_t ipv4 = 0;
    int result = -1;

    switch (type) {
    case KEY_COUNT: return units_count(text, &out->u, why, WHY_MAX);
    case KEY_PACKETS: return units_packets(text, &out->u, why, WHY_MAX);
    case KEY_OCTETS: return units_octets(text, &out->u, why, WHY_MAX);
    case KEY_RATE: return units_rate(text, &out->u, why, WHY_MAX);
    case KEY_TIME_AUTO:
        if (strcmp(text, "auto") == 0) {
            out->u = KEY_AUTO;
            return 0;
        }
        result = units_time(text, &out->u, why, WHY_MAX);
        if (result != 0)
            strncat(why, ", or auto", WHY_MAX - strlen(why) - 1);
        return result;
    case KEY_TIME: return units_time(text, &out->u, why, WHY_MAX);
    case KEY_IPV4:
        result = units_ipv4(text, &ipv4, why, WHY_MAX);
        out->u = ipv4;
        return result;
    case KEY_RATIO: return units_ratio(text, &out->d, why, WHY_MAX);
    case KEY_Q16:
    case KEY_REAL: return units_real(text, &out->d, why, WHY_MAX);
    default: snprintf(why, WHY_MAX, "not a number"); return -1;
    }
}

/* Whether a is below b; values of one type. */
static bool below(enum key_type type, struct number a, struct number b)
{
    return is_real(type) ? a.d < b.d : a.u < b.u;
}

/* What a member of this size has room for. */
static uint64_t widest(const struct key *k)
{
    return k->size < sizeof(uint64_t) ? (UINT64_C(1) << 8 * k->size) - 1
                                      : UINT64_MAX;
}

static int check_bounds(const struct key *k, const char *text, struct number v,
                        char *why)
{
    struct number min = { 0 };
    struct number max = { .u = UINT64_MAX, .d = INFINITY };

    if (k->type == KEY_TIME_AUTO && v.u == KEY_AUTO)
        return 0;
    if ((k->min != NULL && parse_number(k->type, k->min, &min, why) != 0) ||
        (k->max != NULL && parse_number(k->type, k->max, &max, why) != 0))
        return -1;
    if ((k->min != NULL && below(k->type, v, min)) ||
        (k->max != NULL && below(k->type, max, v))) {
        snprintf(why, WHY_MAX, "%.40s is out of range; allowed: %s%s%s", text,
                 k->min != NULL ? k->min : "",
                 k->max != NULL ? " to " : " or more",
                 k->max != NULL ? k->max : "");
        return -1;
    }
    if (!is_real(k->type) && v.u > widest(k)) {
        snprintf(why, WHY_MAX, "%.40s is out of range; at most %" PRIu64, text,
                 widest(k));
        return -1;
    }
    return 0;
}

/* To a message that a number is too large. */
static void tell_bounds(const struct key *k, char *why)
{
    size_t used = strlen(why);

    if (k->max != NULL)
        snprintf(why + used, WHY_MAX - used, "; allowed: %s to %s",
                 k->min != NULL ? k->min : "0", k->max);
    else if (!is_real(k->type))
        snprintf(why + used, WHY_MAX - used, "; at most %" PRIu64,
                 k->size < sizeof(uint64_t) ? widest(k) : UINT64_MAX - 1);
}

static int bind_number(const struct key *k, const struct conf_node *node,
                       void *to, struct conf_error *err)
{
    char why[WHY_MAX] = "";
    struct number v = { 0 };

    if (parse_number(k->type, node->text, &v, why) != 0) {
        if (strstr(why, "too large") != NULL)
            tell_bounds(k, why);
        return bad_value(k, node, why, err);
    }
    if (check_bounds(k, node->text, v, why) != 0)
        return bad_value(k, node, why, err);
    if (k->type == KEY_Q16)
        v.u = (uint64_t)lround(v.d * ONE_Q16);
    if (is_double(k->type))
        memcpy(to, &v.d, sizeof v.d);
    else
        pptp_member_set(to, k->size, v.u);
    return 0;
}

static int bind_list(const struct key *k, const struct conf_node *node,
                     const char *dir, void *base, struct conf_error *err)
{
    size_t *n = (size_t *)(void *)((char *)base + k->count_offset);
    char *items;

    if (is_empty(node))
        return 0;
    if (node->kind != CONF_LIST)
        return conf_fail(err, node,
                         "key '%s': must be a list; each item "
                         "begins with '- '",
                         k->name);
    items = calloc(node->n_items + 1, k->section->size);
    if (items == NULL)
        return bad_value(k, node, "no memory", err);
    memcpy(member(k, base), &items, sizeof items);
    for (size_t i = 0; i < node->n_items; i++) {
        *n = i + 1;
        if (keys_bind(k->section, node->items[i], dir,
                      items + i * k->section->size, err) != 0)
            return -1;
    }
    return 0;
}

static int bind_value(const struct key *k, const struct conf_node *node,
                      const char *dir, void *base, struct conf_error *err)
{
    void *to = member(k, base);
    char why[WHY_MAX];

    if (k->type == KEY_LIST)
        return bind_list(k, node, dir, base, err);
    if (k->type == KEY_STRINGS)
        return bind_strings(k, node, to, err);
    if (k->type == KEY_SECTION) {
        if (keys_override(k->section, node, dir, to, err) != 0)
            return -1;
        return check_required(k->section, node, err);
    }
    if (node->kind != CONF_SCALAR)
        return bad_value(k, node, "must be a single value", err);
    if (k->type == KEY_PATH)
        return bind_path(k, node, dir, to, err);
    if (k->type == KEY_STRING)
        return set_string(to, node->text) == 0
                   ? 0
                   : bad_value(k, node, "no memory", err);
    if (k->type == KEY_ENUM || k->type == KEY_NAMED)
        return bind_word(k, node, to, err);
    if (k->type == KEY_BOOL)
        return units_bool(node->text, to, why, sizeof why) == 0
                   ? 0
                   : bad_value(k, node, why, err);
    return bind_number(k, node, to, err);
}

/* ---- the nearest key ---- */

static void try_keys(const struct key_section *section, struct nearest *near)
{
    for (size_t i = 0; i < section->n_keys; i++) {
        const struct key *k = &section->keys[i];

        if (k->type == KEY_INLINE)
            try_keys(k->section, near);
        else
            nearest_try(near, k->name);
    }
}

static size_t list_keys(const struct key_section *section, char *text,
                        size_t used, size_t cap)
{
    for (size_t i = 0; i < section->n_keys && used < cap; i++) {
        const struct key *k = &section->keys[i];
        int n;

        if (k->type == KEY_INLINE) {
            used = list_keys(k->section, text, used, cap);
            continue;
        }
        n = snprintf(text + used, cap - used, "%s%s", used > 0 ? ", " : "",
                     k->name);
        used += (size_t)n;
    }
    return used;
}

static int unknown_key(const struct key_section *section,
                       const struct conf_node *node, struct conf_error *err)
{
    char known[400] = "";
    struct nearest near;

    nearest_begin(&near, node->key);
    try_keys(section, &near);
    if (nearest_found(&near) != NULL)
        return conf_fail(err, node,
                         "unknown key '%.40s'; did you mean "
                         "'%s'?",
                         node->key, nearest_found(&near));
    list_keys(section, known, 0, sizeof known);
    return conf_fail(err, node, "unknown key '%.40s'; allowed: %s", node->key,
                     known);
}

/* ---- memory ---- */

void keys_free(const struct key_section *section, void *base)
{
    for (size_t i = 0; i < section->n_keys; i++) {
        const struct key *k = &section->keys[i];
        void *at = member(k, base);

        if (k->type == KEY_STRING || k->type == KEY_PATH) {
            free(*(char **)at);
            *(char **)at = NULL;
        } else if (k->type == KEY_STRINGS) {
            strings_free(at);
        } else if (k->type == KEY_SECTION || k->type == KEY_INLINE) {
            keys_free(k->section, at);
        } else if (k->type == KEY_LIST) {
            size_t *n = (size_t *)(void *)((char *)base + k->count_offset);
            char *items = *(char **)at;

            for (size_t j = 0; j < *n; j++)
                keys_free(k->section, items + j * k->section->size);
            free(items);
            *(char **)at = NULL;
            *n = 0;
        }
    }
}

char *keys_replace_index(const char *text, uint32_t index)
{
    char number[UNITS_TEXT_MAX];
    size_t cap = strlen(text) + 1;
    size_t len = 0;
    char *out;

    snprintf(number, sizeof number, "%u", index);
    for (const char *p = text; (p = strstr(p, "{n}")) != NULL; p += 3)
        cap += strlen(number);
    out = malloc(cap);
    while (out != NULL && *text != '\0')
        if (strncmp(text, "{n}", 3) == 0) {
            memcpy(out + len, number, strlen(number));
            len += strlen(number);
            text += 3;
        } else {
            out[len++] = *text++;
        }
    if (out != NULL)
        out[len] = '\0';
    return out;
}

/* Forget the pointers that a plain copy shares with its origin. */
static void forget(const struct key_section *section, void *base)
{
    for (size_t i = 0; i < section->n_keys; i++) {
        const struct key *k = &section->keys[i];
        void *at = member(k, base);

        if (k->type == KEY_SECTION || k->type == KEY_INLINE) {
            forget(k->section, at);
        } else if (k->type == KEY_STRING || k->type == KEY_PATH ||
                   k->type == KEY_STRINGS) {
            memset(at, 0, k->size);
        } else if (k->type == KEY_LIST) {
            memset(at, 0, k->size);
            memset((char *)base + k->count_offset, 0, sizeof(size_t));
        }
    }
}

static int copy_strings(struct key_strings *to, const struct key_strings *from,
                        uint32_t index)
{
    if (from->n == 0)
        return 0;
    to->v = calloc(from->n, sizeof(char *));
    if (to->v == NULL)
        return -1;
    for (to->n = 0; to->n < from->n; to->n++) {
        to->v[to->n] = keys_replace_index(from->v[to->n], index);
        if (to->v[to->n] == NULL)
            return -1;
    }
    return 0;
}

static int copy_list(const struct key *k, void *to_base, const void *from_base,
                     uint32_t index)
{
    const char *from = *(char *const *)member_const(k, from_base);
    size_t n;
    size_t done = 0;
    char *items;
    int result = 0;

    memcpy(&n, (const char *)from_base + k->count_offset, sizeof n);
    if (n == 0)
        return 0;
    items = calloc(n, k->section->size);
    if (items == NULL)
        return -1;
    for (; done < n && result == 0; done++)
        result = keys_copy(k->section, items + done * k->section->size,
                           from + done * k->section->size, index);
    memcpy(member(k, to_base), &items, sizeof items);
    memcpy((char *)to_base + k->count_offset, &done, sizeof done);
    return result;
}

/* The owned values of a struct whose pointers are NULL. */
static int copy_owned(const struct key_section *section, void *to,
                      const void *from, uint32_t index)
{
    int result = 0;

    for (size_t i = 0; i < section->n_keys && result == 0; i++) {
        const struct key *k = &section->keys[i];
        const void *source = member_const(k, from);
        void *at = member(k, to);

        if (k->type == KEY_SECTION || k->type == KEY_INLINE) {
            result = copy_owned(k->section, at, source, index);
        } else if (k->type == KEY_STRINGS) {
            result = copy_strings(at, source, index);
        } else if (k->type == KEY_LIST) {
            result = copy_list(k, to, from, index);
        } else if (k->type == KEY_STRING || k->type == KEY_PATH) {
            const char *text = *(char *const *)source;

            if (text != NULL) {
                *(char **)at = keys_replace_index(text, index);
                result = *(char **)at == NULL ? -1 : 0;
            }
        }
    }
    return result;
}

int keys_copy(const struct key_section *section, void *to, const void *from,
              uint32_t index)
{
    memcpy(to, from, section->size);
    forget(section, to);
    return copy_owned(section, to, from, index);
}

/* ---- printing ---- */

static json_t *json_number(const struct key *k, const void *at)
{
    char text[UNITS_TEXT_MAX];
    uint64_t v = pptp_member_get(at, k->size);

    switch (k->type) {
    case KEY_COUNT:
        return v <= INT64_MAX ? json_integer((json_int_t)v)
                              : json_string(units_print_count(text, v));
    case KEY_PACKETS: return json_string(units_print_packets(text, v));
    case KEY_OCTETS: return json_string(units_print_octets(text, v));
    case KEY_RATE:
        /* 0 is "not given", which a rate never is otherwise. */
        return v == 0 ? NULL : json_string(units_print_rate(text, v));
    case KEY_TIME_AUTO:
        if (v == KEY_AUTO)
            return json_string("auto");
        return json_string(units_print_time(text, v));
    case KEY_IPV4:
        return v == 0 ? NULL
                      : json_string(units_print_ipv4(text, (uint32_t)v));
    default: return json_string(units_print_time(text, v));
    }
}

static json_t *json_word(const struct key *k, const void *at)
{
    uint64_t value = pptp_member_get(at, k->size);
    const void *thing = NULL;
    const char *name;

    if (k->type == KEY_NAMED)
        memcpy(&thing, at, sizeof thing);
    for (size_t i = 0; (name = keys_word(k, i)) != NULL; i++)
        if (k->type == KEY_NAMED ? k->things[i].thing == thing
                                 : (uint64_t)k->choices[i].value == value)
            return json_string(name);
    return NULL;
}

/* The shortest decimal that is read back as this. */
static json_t *json_q16(const void *at)
{
    uint64_t v = pptp_member_get(at, sizeof(uint32_t));
    char text[UNITS_TEXT_MAX];
    int digits = 1;

    do
        snprintf(text, sizeof text, "%.*g", digits, (double)v / ONE_Q16);
    while (lround(strtod(text, NULL) * ONE_Q16) != (long)v && digits++ < 17);
    return json_real(strtod(text, NULL));
}

static json_t *json_list(const struct key *k, const char *dir,
                         const void *base)
{
    json_t *list = json_array();
    const char *items = *(char *const *)member_const(k, base);
    size_t n;

    memcpy(&n, (const char *)base + k->count_offset, sizeof n);
    for (size_t i = 0; i < n; i++)
        json_array_append_new(
            list, keys_json(k->section, dir, items + i * k->section->size));
    return list;
}

static json_t *json_text(const struct key *k, const char *dir,
                         const char *text)
{
    size_t len = strlen(dir);

    if (text == NULL)
        return NULL;
    if (k->type == KEY_PATH && strncmp(text, dir, len) == 0)
        text += len;
    return json_string(text);
}

/* The JSON value of one key; NULL: not given. */
static json_t *json_value(const struct key *k, const char *dir,
                          const void *base)
{
    const void *at = member_const(k, base);
    const struct key_strings *strings = at;
    json_t *list;
    double d;

    switch (k->type) {
    case KEY_STRING:
    case KEY_PATH: return json_text(k, dir, *(char *const *)at);
    case KEY_STRINGS:
        list = json_array();
        for (size_t i = 0; i < strings->n; i++)
            json_array_append_new(list, json_string(strings->v[i]));
        return list;
    case KEY_BOOL: return json_boolean(*(const bool *)at);
    case KEY_ENUM:
    case KEY_NAMED: return json_word(k, at);
    case KEY_Q16: return json_q16(at);
    case KEY_RATIO:
    case KEY_REAL:
        memcpy(&d, at, sizeof d);
        return isnan(d) ? NULL : json_real(d);
    case KEY_SECTION: return keys_json(k->section, dir, at);
    case KEY_LIST: return json_list(k, dir, base);
    default: return json_number(k, at);
    }
}

json_t *keys_json(const struct key_section *section, const char *dir,
                  const void *base)
{
    json_t *object = json_object();

    for (size_t i = 0; i < section->n_keys; i++) {
        const struct key *k = &section->keys[i];
        json_t *value;

        if (k->type == KEY_INLINE) {
            value = keys_json(k->section, dir, member_const(k, base));
            json_object_update(object, value);
            json_decref(value);
            continue;
        }
        value = json_value(k, dir, base);
        if (value != NULL)
            json_object_set_new(object, k->name, value);
    }
    return object;
}
