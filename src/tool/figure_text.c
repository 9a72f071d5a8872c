/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Characters of UTF-8, quoted and cut; see figure_text.h. */
#include "config.h"

#include "tool/figure_text.h"

#include <string.h>

static bool continues(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* The octets of the UTF-8 character at p; 0: it is none. */
static size_t character(const char *p)
{
    unsigned char c = (unsigned char)*p;
    size_t n = c < 0x80                 ? 1
               : c >= 0xc2 && c <= 0xdf ? 2
               : c >= 0xe0 && c <= 0xef ? 3
               : c >= 0xf0 && c <= 0xf4 ? 4
                                        : 0;
    size_t i = 1;

    while (i < n && continues(p[i]))
        i++;
    return i < n ? 0 : n;
}

void figure_quote(FILE *f, const char *text, bool path)
{
    fputc('"', f);
    while (*text != '\0') {
        size_t n = character(text);

        if (n == 0)
            fputc(path ? *text : '?', f);
        else if (n == 1 && strchr("\"\\`", *text) != NULL)
            fprintf(f, "\\%03o", (unsigned)*text);
        else if (n == 1 && (unsigned char)*text < ' ')
            fputc(' ', f);
        else
            fwrite(text, 1, n, f);
        text += n == 0 ? 1 : n;
    }
    fputc('"', f);
}

size_t figure_characters(const char *text)
{
    size_t n = 0;

    for (; *text != '\0'; text++)
        n += continues(*text) ? 0 : 1;
    return n;
}

/* The octets of the first n characters. */
static size_t octets_of(const char *text, size_t n)
{
    size_t i = 0;

    while (text[i] != '\0' && (n > 0 || continues(text[i])))
        n -= continues(text[i++]) ? 0 : 1;
    return i;
}

const char *figure_fit(char room[FIGURE_TEXT_OCTETS], const char *text,
                       size_t most)
{
    size_t n = figure_characters(text), head, tail;

    most = most < 5                        ? 5
           : most > FIGURE_TEXT_OCTETS / 5 ? FIGURE_TEXT_OCTETS / 5
                                           : most;
    if (n <= most) {
        snprintf(room, FIGURE_TEXT_OCTETS, "%s", text);
        return room;
    }
    head = octets_of(text, most / 2);
    tail = octets_of(text, n - (most - most / 2 - 1));
    snprintf(room, FIGURE_TEXT_OCTETS, "%.*s…%s", (int)head, text,
             text + tail);
    return room;
}
