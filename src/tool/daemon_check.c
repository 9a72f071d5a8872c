/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `--check`; daemon_check.h. */
#include "config.h"

#include "tool/daemon_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ppp/secrets.h"
#include "tap/machine.h"
#include "tap/pns_device.h"
#include "tap/priv.h"
#include "tool/run.h"

/* A file of secrets, and what is in it. */
struct secrets {
    const char *path;
    char *text;
    size_t len;
    void *mem;
    size_t octets;
    struct ppp_secrets table;
};

/* --- reading ------------------------------------------------------------ */

static void forget(struct secrets *s)
{
    if (s->mem != NULL)
        ppp_wipe(s->mem, s->octets);
    free(s->mem);
    if (s->text != NULL)
        ppp_wipe(s->text, s->len);
    free(s->text);
}

/* As the daemon would take it; the exit status. */
static int read_secrets(struct secrets *s, const char *path)
{
    struct ppp_secrets_error error = { 0 };
    char why[256];

    *s = (struct secrets){ .path = path };
    s->text = tap_secret_file(path, &s->len, why, sizeof why);
    if (s->text == NULL) {
        fprintf(stderr, "dialtone: secrets %s: %s\n", path, why);
        return RUN_INPUT;
    }
    s->octets = ppp_secrets_octets(s->text, s->len);
    s->mem = malloc(s->octets + 1);
    if (s->mem == NULL)
        return RUN_INTERNAL;
    if (ppp_secrets_parse(s->text, s->len, s->mem, s->octets, &s->table,
                          &error) == 0)
        return RUN_OK;
    fprintf(stderr, "dialtone: %s:%u: %s\n", path, error.line, error.why);
    return RUN_INPUT;
}

/* --- users -------------------------------------------------------------- */

/* A line of the file, as a table of its own. */
struct line {
    const struct secrets *file;
    const struct tap_pns_config *c; /* NULL: a PAC, which gives no addresses */
    struct nas_pool addresses;
    struct map seen; /* fixed addresses: their lines */
    unsigned number;
};

/* Whoever comes later would take it over from the other. */
static void note_twice(struct line *l, uint32_t ip)
{
    uint32_t before = map_get(&l->seen, ip);

    if (before == BASE_MAP_NONE)
        map_set(&l->seen, ip, l->number);
    else if (before != l->number)
        fprintf(stderr,
                "dialtone: %s:%u: note: line %u has %s, too: who comes later "
                "ends the other's session\n",
                l->file->path, l->number, before, tap_ip(ip));
}

/* It may be meant: PPP takes it as any other. */
static void note_empty(const struct line *l, const struct ppp_secret *e)
{
    if (e->secret_len == 0)
        fprintf(stderr,
                "dialtone: %s:%u: note: the secret of '%s' is empty, which "
                "everybody knows; cure: another one\n",
                l->file->path, l->number, e->client);
}

/* A fixed address has to be one that can be given, and that is led to. */
static int check_entry(struct line *l, const struct ppp_secret *e)
{
    const struct nas_taken *why;

    if (l->c == NULL || e->ip_first == 0 || e->ip_first != e->ip_last)
        return RUN_OK;
    note_twice(l, e->ip_first);
    why = nas_pool_why_not(&l->addresses, e->ip_first);
    if (why != NULL) {
        fprintf(stderr,
                "dialtone: %s:%u: %s cannot be given: it is %s; cure: another "
                "one for that user\n",
                l->file->path, l->number, tap_ip(e->ip_first),
                tap_taken_text(why));
        return RUN_INPUT;
    }
    if (!l->c->each && !tap_devices_lead(l->c, e->ip_first))
        fprintf(stderr,
                "dialtone: %s:%u: note: %s is outside `pool` and `routes`: "
                "nothing will be sent there; cure: add it to `routes`\n",
                l->file->path, l->number, tap_ip(e->ip_first));
    return RUN_OK;
}

/* len octets, with their newline. */
static int check_line(struct line *l, const char *text, size_t len)
{
    size_t octets = ppp_secrets_octets(text, len);
    void *mem = malloc(octets + 1);
    struct ppp_secrets table = { .list = NULL };
    int result = mem == NULL ? RUN_INTERNAL : RUN_OK;
    uint32_t i;

    if (mem != NULL &&
        ppp_secrets_parse(text, len, mem, octets, &table, NULL) == 0) {
        if (table.n > 0) /* one for each address */
            note_empty(l, &table.list[0]);
        for (i = 0; i < table.n && result == RUN_OK; i++)
            result = check_entry(l, &table.list[i]);
    }
    if (mem != NULL)
        ppp_wipe(mem, octets);
    free(mem);
    return result;
}

/* The end of a line, which may go on after a backslash. */
static size_t line_end(const char *text, size_t len, size_t at)
{
    while (at < len && (text[at] != '\n' || (at > 0 && text[at - 1] == '\\')))
        at++;
    return at < len ? at + 1 : len;
}

static unsigned newlines(const char *text, size_t n)
{
    unsigned lines = 0;
    size_t i;

    for (i = 0; i < n; i++)
        lines += text[i] == '\n';
    return lines;
}

static int check_lines(const struct secrets *s, const struct tap_pns_config *c)
{
    struct line l = { .file = s, .c = c, .number = 1 };
    int result = RUN_OK;
    size_t at, end;

    if (c != NULL)
        l.addresses = (struct nas_pool){ .local = c->nas.local,
                                         .taken = c->nas.taken,
                                         .taken_n = c->nas.takens };
    if (map_init(&l.seen, s->table.n + 1) < 0)
        return RUN_INTERNAL;
    for (at = 0; at < s->len && result == RUN_OK; at = end) {
        end = line_end(s->text, s->len, at);
        result = check_line(&l, s->text + at, end - at);
        l.number += newlines(s->text + at, end - at);
    }
    map_fini(&l.seen);
    return result;
}

static int check_users(const struct secrets *s, const struct tap_pns_config *c)
{
    if (ppp_secrets_for(&s->table, c->nas.ppp.name))
        return check_lines(s, c);
    fprintf(stderr,
            s->table.n == 0
                ? "dialtone: secrets %s: no user is in it, so nobody can log "
                  "in; cure: a line such as: alice * \"password\" *\n"
                : "dialtone: secrets %s: every line is for another server "
                  "than '%s', so nobody can log in; cure: that name, or *, "
                  "in the second column\n",
            s->path, c->nas.ppp.name);
    return RUN_INPUT;
}

/* --- all of it ---------------------------------------------------------- */

static int said(int result, const struct conf_error *err)
{
    if (result == 0)
        return RUN_OK;
    fprintf(stderr, "dialtone: %s\n", err->text);
    return RUN_INPUT;
}

static void say_notes(const struct notes *notes)
{
    unsigned i;

    for (i = 0; i < notes->n; i++)
        fprintf(stderr, "dialtone: %s\n", notes->text[i]);
}

int check_pns(struct pns_file *f, const struct tap_pns_config *c)
{
    struct conf_error err;
    struct secrets s;
    int result = said(pns_file_check(f, c, &err), &err);

    say_notes(pns_file_notes(f));
    if (result != RUN_OK || c->secrets == NULL)
        return result;
    result = read_secrets(&s, c->secrets);
    if (result == RUN_OK && c->nas.ppp.ask_auth != PPP_AUTH_NONE)
        result = check_users(&s, c);
    forget(&s);
    return result;
}

int check_pac(struct pac_file *f, const struct tap_pac_config *c)
{
    struct conf_error err;
    struct secrets s;
    int result = said(pac_file_check(f, c, &err), &err);

    say_notes(pac_file_notes(f));
    if (result != RUN_OK || c->secrets == NULL)
        return result;
    result = read_secrets(&s, c->secrets);
    if (result == RUN_OK)
        result = said(pac_file_check_users(f, c, &s.table, &err), &err);
    if (result == RUN_OK)
        result = check_lines(&s, NULL);
    forget(&s);
    return result;
}
