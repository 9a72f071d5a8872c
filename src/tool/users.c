/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Users of a scenario; users.h. */
#include "config.h"

#include "tool/users.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ppp/secrets.h"

/* Of a file that a person has written. */
#define USERS_OCTETS_MAX ((size_t)64 << 20)

/* All of it, *len octets; NULL and errno. */
static char *read_all(FILE *f, size_t *len)
{
    size_t room = 4096, n;
    char *text = malloc(room), *more;

    *len = 0;
    while (text != NULL && (n = fread(text + *len, 1, room - *len, f)) > 0) {
        *len += n;
        if (*len < room)
            continue;
        room *= 2;
        more = room <= USERS_OCTETS_MAX ? realloc(text, room) : NULL;
        if (more == NULL) {
            free(text);
            errno = EFBIG;
        }
        text = more;
    }
    if (text != NULL && ferror(f)) {
        free(text);
        return NULL;
    }
    return text;
}

static int parse(struct users *u, const char *text, size_t len,
                 struct ppp_secrets_error *error)
{
    u->octets = ppp_secrets_octets(text, len);
    u->mem = malloc(u->octets + 1);
    error->why = "no memory";
    return u->mem == NULL ? -1
                          : ppp_secrets_parse(text, len, u->mem, u->octets,
                                              &u->table, error);
}

int users_load(struct users *u, const char *path, const struct conf_node *at,
               struct conf_error *err)
{
    struct ppp_secrets_error error = { 0 };
    FILE *f = fopen(path, "rb");
    size_t len = 0;
    char *text = f != NULL ? read_all(f, &len) : NULL;
    int result;

    if (text == NULL) {
        conf_fail(err, at, "key 'secrets': %.200s: %s", path, strerror(errno));
        if (f != NULL)
            fclose(f);
        return -1;
    }
    fclose(f);
    result = parse(u, text, len, &error);
    ppp_wipe(text, len);
    free(text);
    if (result == 0)
        return 0;
    users_free(u);
    return conf_fail(err, at, "key 'secrets': %.200s:%u: %s", path, error.line,
                     error.why);
}

void users_free(struct users *u)
{
    if (u->mem != NULL)
        ppp_wipe(u->mem, u->octets);
    free(u->mem);
    *u = (struct users){ .mem = NULL };
}
