/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of keys as documents; key_docs.h. */
#include "config.h"

#include "conf/key_docs.h"

#include <ctype.h>
#include <string.h>

#define MAN_COLUMNS 79

static const char *type_name(enum key_type type)
{
    static const char *const names[] = {
        [KEY_STRING] = "text",
        [KEY_PATH] = "path",
        [KEY_STRINGS] = "text or list",
        [KEY_BOOL] = "true or false",
        [KEY_ENUM] = "word",
        [KEY_NAMED] = "word",
        [KEY_COUNT] = "number",
        [KEY_PACKETS] = "packets",
        [KEY_OCTETS] = "octets",
        [KEY_RATE] = "rate",
        [KEY_TIME] = "time",
        [KEY_TIME_AUTO] = "time or `auto`",
        [KEY_IPV4] = "IPv4 address",
        [KEY_RATIO] = "ratio",
        [KEY_REAL] = "real",
        [KEY_Q16] = "real",
        [KEY_SECTION] = "section",
        [KEY_INLINE] = "",
        [KEY_LIST] = "list",
    };

    return names[type];
}

/* "1ms to 24h", "on, off, auto"; each word between two `quote`s. */
static void allowed(FILE *out, const struct key *k, const char *quote)
{
    const char *name;

    if (k->type == KEY_ENUM || k->type == KEY_NAMED)
        for (size_t i = 0; (name = keys_word(k, i)) != NULL; i++)
            fprintf(out, "%s%s%s%s", i == 0 ? "" : ", ", quote, name, quote);
    else if (k->min != NULL && k->max != NULL)
        fprintf(out, "%s to %s", k->min, k->max);
    else if (k->min != NULL)
        fprintf(out, "%s or more", k->min);
}

static bool has_preset(const struct key *k)
{
    return k->preset != NULL && k->preset[0] != '\0';
}

static void reference_rows(FILE *out, const struct key_section *section)
{
    for (size_t i = 0; i < section->n_keys; i++) {
        const struct key k = keys_row(section, i);

        if (k.type == KEY_INLINE) {
            reference_rows(out, k.section);
            continue;
        }
        fprintf(out, "| `%s` | %s | ", k.name, type_name(k.type));
        if (k.preset == key_required)
            fputs("required", out);
        else if (has_preset(&k))
            fprintf(out, "`%s`", k.preset);
        fputs(" | ", out);
        allowed(out, &k, "`");
        fprintf(out, " | %s |\n", k.help);
    }
}

static void reference_below(FILE *out, const struct key_section *root,
                            const struct key_section *section,
                            const char *path);

/* One section and those below it; root is where the reference begins. */
static void reference_section(FILE *out, const struct key_section *root,
                              const struct key_section *section,
                              const char *path)
{
    fprintf(out, "\n## %s\n\n%s\n\n", path[0] != '\0' ? path : section->title,
            section->help);
    fputs("| key | type | default | allowed | meaning |\n"
          "|---|---|---|---|---|\n",
          out);
    reference_rows(out, section);
    reference_below(out, root, section, path);
}

void keys_reference(FILE *out, const struct key_section *section)
{
    reference_section(out, section, section, "");
}

/* Whether a section stands as such at the root, where it is told. */
static bool told_at_root(const struct key_section *root,
                         const struct key_section *section)
{
    for (size_t i = 0; i < root->n_keys; i++)
        if (root->keys[i].type == KEY_SECTION &&
            root->keys[i].section == section)
            return true;
    return false;
}

/* Sections and lists below, also those of an inlined struct. */
static void reference_below(FILE *out, const struct key_section *root,
                            const struct key_section *section,
                            const char *path)
{
    for (size_t i = 0; i < section->n_keys; i++) {
        const struct key *k = &section->keys[i];
        char below_path[128];

        if (k->type == KEY_INLINE) {
            reference_below(out, root, k->section, path);
            continue;
        }
        if (k->type != KEY_SECTION && k->type != KEY_LIST)
            continue;
        if (path[0] != '\0' && told_at_root(root, k->section))
            continue;
        snprintf(below_path, sizeof below_path, "%s%s%s", path,
                 path[0] != '\0' ? "." : "", k->name);
        reference_section(out, root, k->section, below_path);
    }
}

/* ---- man pages ---- */

/* Without the quotes of `words`, which a page has no use for. */
static void man_text(FILE *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text[i] != '`')
            putc(text[i], out);
}

/* A help in lines of a man page, where a sentence begins a line. */
static void man_sentences(FILE *out, const char *help)
{
    size_t column = 1, n = 1;

    putc(toupper((unsigned char)help[0]), out);
    for (const char *word = help + 1; *word != '\0'; word += n) {
        n = 1 + strcspn(word + 1, " ");
        if (word[0] == ' ' && (word[-1] == '.' || column + n > MAN_COLUMNS)) {
            putc('\n', out);
            man_text(out, word + 1, n - 1);
            column = n - 1;
        } else {
            man_text(out, word, n);
            column += n;
        }
    }
    fputs(".\n", out);
}

static void man_item(FILE *out, const struct key *k)
{
    bool bounded = k->choices != NULL || k->things != NULL || k->min != NULL;

    fprintf(out, ".It Cm %s : Ar ", k->name);
    man_text(out, type_name(k->type), strlen(type_name(k->type)));
    if (bounded) {
        fputs(" , No ", out);
        allowed(out, k, "");
    }
    if (has_preset(k))
        fprintf(out, " ;%s %s%s", bounded ? "" : " No",
                k->preset == key_required ? "" : "default ", k->preset);
    putc('\n', out);
    man_sentences(out, k->help);
    if (k->type == KEY_SECTION || k->type == KEY_LIST) {
        fputs(".Bl -tag -width Ds\n", out);
        keys_man(out, k->section);
        fputs(".El\n", out);
    }
}

void keys_man(FILE *out, const struct key_section *section)
{
    for (size_t i = 0; i < section->n_keys; i++) {
        const struct key k = keys_row(section, i);

        if (k.type == KEY_INLINE)
            keys_man(out, k.section);
        else
            man_item(out, &k);
    }
}

/* ---- for programs ---- */

static void schema_rows(json_t *to, const struct key_section *section);

static json_t *schema_row(const struct key *k)
{
    json_t *row = json_pack("{ss ss ss* ss* ss*}", "type", type_name(k->type),
                            "help", k->help, "default", k->preset, "least",
                            k->min, "most", k->max);
    json_t *words = json_array(), *below;
    const char *word;

    if (k->choices != NULL || k->things != NULL)
        for (size_t i = 0; (word = keys_word(k, i)) != NULL; i++)
            json_array_append_new(words, json_string(word));
    if (json_array_size(words) > 0)
        json_object_set(row, "words", words);
    json_decref(words);
    if (k->section != NULL) {
        below = json_object();
        schema_rows(below, k->section);
        json_object_set_new(row, "keys", below);
    }
    return row;
}

static void schema_rows(json_t *to, const struct key_section *section)
{
    for (size_t i = 0; i < section->n_keys; i++) {
        const struct key k = keys_row(section, i);

        if (k.type == KEY_INLINE)
            schema_rows(to, k.section);
        else
            json_object_set_new(to, k.name, schema_row(&k));
    }
}

json_t *keys_schema(const struct key_section *section)
{
    json_t *object = json_object();

    schema_rows(object, section);
    return object;
}
