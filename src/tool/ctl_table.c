/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables and quantities; ctl_table.h. */
#include "config.h"

#include "tool/ctl_table.h"

#include <stdlib.h>
#include <string.h>

enum { GAP = 2 };

/* --- text --------------------------------------------------------------- */

/* Octets of the character at s and whether it may be printed; s is UTF-8,
 * since jansson takes no other. C0, DEL, C1 and what turns the direction of
 * writing are not printed. */
static size_t character(const char *s, bool *good)
{
    const uint8_t *u = (const uint8_t *)s;
    size_t n = u[0] < 0x80 ? 1 : u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4, i;
    uint32_t c = n == 1 ? u[0] : u[0] & (0xffu >> (n + 1));

    for (i = 1; i < n; i++) {
        if ((u[i] & 0xc0) != 0x80) { /* not UTF-8 after all */
            *good = false;
            return 1;
        }
        c = c << 6 | (u[i] & 0x3f);
    }
    *good = c >= 0x20 && (c < 0x7f || c > 0x9f) &&
            !(c >= 0x200b && c <= 0x200f) && !(c >= 0x2028 && c <= 0x202e) &&
            !(c >= 0x2060 && c <= 0x206f) && c != 0xfeff;
    return n;
}

static void safe(char *cell, size_t cap, const char *s)
{
    size_t used = 0;

    while (*s != '\0') {
        bool good;
        size_t n = character(s, &good);

        if (used + n >= cap)
            break;
        if (good) {
            memcpy(cell + used, s, n);
            used += n;
        } else {
            cell[used++] = '?';
        }
        s += n;
    }
    cell[used] = '\0';
}

void ctl_print_safe(FILE *to, const char *text)
{
    while (*text != '\0') {
        bool good;
        size_t n = character(text, &good);

        if (good)
            fwrite(text, 1, n, to);
        else
            putc('?', to);
        text += n;
    }
}

void ctl_cell_text(char *cell, json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));

    safe(cell, CTL_CELL, s != NULL && *s != '\0' ? s : "-");
}

/* --- quantities --------------------------------------------------------- */

/* False, and "-" in the cell: there is no such number. */
static bool number(char *cell, json_t *o, const char *key, uint64_t *out)
{
    json_t *v = json_object_get(o, key);

    if (json_is_integer(v) && json_integer_value(v) >= 0) {
        *out = (uint64_t)json_integer_value(v);
        return true;
    }
    snprintf(cell, CTL_CELL, "-");
    return false;
}

uint64_t ctl_number(json_t *o, const char *key)
{
    char cell[CTL_CELL];
    uint64_t v = 0;

    number(cell, o, key, &v);
    return v;
}

void ctl_cell_number(char *cell, json_t *o, const char *key)
{
    uint64_t v;

    if (number(cell, o, key, &v))
        snprintf(cell, CTL_CELL, "%llu", (unsigned long long)v);
}

void ctl_scaled(char *cell, double v)
{
    static const char *const prefixes[] = { "", " k", " M", " G", " T", " P" };
    unsigned i = 0;

    while (v >= 999.5 && i < 5) {
        v /= 1000;
        i++;
    }
    if (i == 0)
        snprintf(cell, CTL_CELL, "%.0f", v);
    else
        snprintf(cell, CTL_CELL,
                 v < 9.995   ? "%.2f%s"
                 : v < 99.95 ? "%.1f%s"
                             : "%.0f%s",
                 v, prefixes[i]);
}

void ctl_cell_octets(char *cell, json_t *o, const char *key)
{
    uint64_t v;
    size_t n;

    if (!number(cell, o, key, &v))
        return;
    ctl_scaled(cell, (double)v);
    n = strlen(cell);
    snprintf(cell + n, CTL_CELL - n, v >= 1000 ? "B" : " B");
}

void ctl_cell_duration(char *cell, json_t *o, const char *key)
{
    uint64_t ms;
    unsigned long long s;

    if (!number(cell, o, key, &ms))
        return;
    s = ms / 1000;
    if (s >= 86400)
        snprintf(cell, CTL_CELL, "%llud%02lluh", s / 86400, s / 3600 % 24);
    else if (s >= 3600)
        snprintf(cell, CTL_CELL, "%lluh%02llum", s / 3600, s / 60 % 60);
    else if (s >= 60)
        snprintf(cell, CTL_CELL, "%llum%02llus", s / 60, s % 60);
    else
        snprintf(cell, CTL_CELL, "%llus", s);
}

void ctl_cell_us(char *cell, json_t *o, const char *key)
{
    uint64_t us;

    if (number(cell, o, key, &us))
        snprintf(cell, CTL_CELL, us < 100000 ? "%.1f ms" : "%.0f ms",
                 (double)us / 1000);
}

/* --- tables ------------------------------------------------------------- */

char (*ctl_table_row(struct ctl_table *t))[CTL_CELL]
{
    char(*row)[CTL_CELL];

    if (t->rows == t->cap) {
        size_t cap = t->cap == 0 ? 64 : t->cap * 2;
        char(*cell)[CTL_CELL] = realloc(t->cell,
                                        cap * t->columns * sizeof *cell);

        if (cell == NULL) {
            t->failed = true;
            return NULL;
        }
        t->cell = cell;
        t->cap = cap;
    }
    row = t->cell + t->rows++ * t->columns;
    memset(row, 0, t->columns * sizeof *row);
    return row;
}

void ctl_table_free(struct ctl_table *t)
{
    free(t->cell);
    t->cell = NULL;
    t->rows = t->cap = 0;
}

/* Characters, as a terminal counts most of them. */
static unsigned width_of(const char *s)
{
    unsigned n = 0;

    for (; *s != '\0'; s++)
        n += ((uint8_t)*s & 0xc0) != 0x80;
    return n;
}

static bool left(const struct ctl_table *t, unsigned column)
{
    return t->heads[column][0] == '<';
}

static const char *head(const struct ctl_table *t, unsigned column)
{
    return t->heads[column] + left(t, column);
}

/* Writes s while there is room in the line; *room goes down. */
static void put(FILE *to, const char *s, unsigned *room)
{
    for (; *s != '\0'; s++) {
        if (((uint8_t)*s & 0xc0) != 0x80) {
            if (*room == 0)
                return;
            --*room;
        }
        putc(*s, to);
    }
}

static void put_blanks(FILE *to, unsigned n, unsigned *room)
{
    for (; n > 0; n--)
        put(to, " ", room);
}

static void print_row(const struct ctl_table *t, FILE *to,
                      const unsigned *widths, const char (*row)[CTL_CELL],
                      unsigned room)
{
    unsigned i;

    for (i = 0; i < t->columns; i++) {
        const char *s = row == NULL ? head(t, i) : row[i];
        unsigned blanks = widths[i] - width_of(s);

        if (i > 0)
            put_blanks(to, GAP, &room);
        if (!left(t, i))
            put_blanks(to, blanks, &room);
        put(to, s, &room);
        if (left(t, i) && i + 1 < t->columns)
            put_blanks(to, blanks, &room);
    }
}

void ctl_table_print(const struct ctl_table *t, FILE *to, size_t rows,
                     unsigned width, const char *eol)
{
    unsigned widths[CTL_COLUMNS_MAX], i;
    size_t n = rows < t->rows ? rows : t->rows, k;

    for (i = 0; i < t->columns; i++)
        widths[i] = width_of(head(t, i));
    for (k = 0; k < n * t->columns; k++) {
        unsigned w = width_of(t->cell[k]);

        if (w > widths[k % t->columns])
            widths[k % t->columns] = w;
    }
    if (width == 0)
        width = 1u << 20;
    print_row(t, to, widths, NULL, width);
    fputs(eol, to);
    for (k = 0; k < n; k++) {
        print_row(t, to, widths,
                  (const char(*)[CTL_CELL])(t->cell + k * t->columns), width);
        fputs(eol, to);
    }
}
