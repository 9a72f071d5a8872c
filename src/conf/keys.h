/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tables of keys: one row binds, checks, prints and documents one key of a
 * configuration file (key_docs.h, key_path.h).  Knows the tree (tree.h) and
 * quantities (units.h); the rows themselves are with those whose keys they
 * are.
 */
#ifndef CONF_KEYS_H
#define CONF_KEYS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "conf/tree.h"

/* What a KEY_TIME_AUTO holds when `auto` is written. */
#define KEY_AUTO UINT64_MAX

/* A list of texts. */
struct key_strings {
    char **v;
    size_t n;
};

enum key_type {
    KEY_STRING,  /* char * */
    KEY_PATH,    /* char *, relative to the file that names it */
    KEY_STRINGS, /* struct key_strings; one text or a list */
    KEY_BOOL,    /* bool */
    KEY_ENUM,    /* an enum, or an unsigned integer that holds one */
    KEY_NAMED,   /* a pointer to a thing of a registry */
    KEY_COUNT,   /* the following: unsigned integers of any size */
    KEY_PACKETS,
    KEY_OCTETS,
    KEY_RATE,      /* bit/s */
    KEY_TIME,      /* ns */
    KEY_TIME_AUTO, /* ns or KEY_AUTO */
    KEY_IPV4,      /* host order */
    KEY_RATIO,     /* double */
    KEY_REAL,      /* double; NAN: not given */
    KEY_Q16,       /* uint32_t: a real of 16.16 fixed point */
    KEY_SECTION,   /* a struct inside, a map below the key */
    KEY_INLINE,    /* a struct inside, its keys stand at this level */
    KEY_LIST       /* pointer and size_t at count_offset */
};

struct key_choice {
    const char *name;
    int value;
};

/* A registry: what there is of a kind, by name. */
struct key_thing {
    const char *name;
    const void *thing;
};

struct key_section;

/* preset NULL: no default (0, NULL, NAN), this pointer: must be given. */
extern const char key_required[];

struct key {
    const char *name;
    size_t offset;
    size_t size;
    enum key_type type;
    const char *preset;
    const char *min; /* in the text of the type; NULL: no bound */
    const char *max;
    const struct key_choice *choices; /* ends with a NULL name */
    const struct key_thing *things;   /* the same */
    const struct key_section *section;
    size_t count_offset;
    const char *help;
};

/* What a user of rows that others have, too, has otherwise; NULL: as they
 * are. */
struct key_other {
    const char *name, *preset, *min, *max;
};

struct key_section {
    const char *title;
    size_t size;
    size_t node_offset; /* of the const struct conf_node * */
    const struct key *keys;
    size_t n_keys;
    const char *help;
    const struct key_other *others; /* ends with a NULL name; or NULL */
};

/* Row i as it is in this section. */
struct key keys_row(const struct key_section *section, size_t i);
/* The row of a name, also of inline sections: *at is where in the section's
 * struct that of the row is. */
bool keys_find(const struct key_section *section, const char *name, size_t *at,
               struct key *found);
/* Name i of an enum's words or a registry's things; NULL: no more. */
const char *keys_word(const struct key *k, size_t i);

/*
 * Fill a zeroed struct from a map: defaults, then what is written; dir is
 * put before relative paths.  -1 and *err; keys_free is due in any case.
 */
int keys_bind(const struct key_section *section, const struct conf_node *map,
              const char *dir, void *base, struct conf_error *err);

/* Only what is written; the rest keeps its value.  map NULL: nothing. */
int keys_override(const struct key_section *section,
                  const struct conf_node *map, const char *dir, void *base,
                  struct conf_error *err);

/* One key, from text; *err tells no place. */
int keys_set(const struct key_section *section, const char *name,
             const char *text, void *base, struct conf_error *err);

/* Give back what the struct owns, not the struct; pointers become NULL. */
void keys_free(const struct key_section *section, void *base);

/* Deep copy with `{n}` in strings replaced by index; -1: no memory. */
int keys_copy(const struct key_section *section, void *to, const void *from,
              uint32_t index);

/* Canonical values; paths without dir in front.  NULL: no memory. */
json_t *keys_json(const struct key_section *section, const char *dir,
                  const void *base);

/* text with `{n}` replaced; caller frees, NULL: no memory. */
char *keys_replace_index(const char *text, uint32_t index);

#endif
