/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of secrets, through the keeper; secrets.h. */
#include "config.h"

#include "tap/secrets.h"

#include <stdlib.h>

#include "ppp/secrets.h"
#include "tap/log.h"

enum { WHY = 600 };

static int parse(struct tap_secrets *s, const char *path, const char *text,
                 size_t len)
{
    struct ppp_secrets_error error = { 0 };

    s->octets = ppp_secrets_octets(text, len);
    s->mem = malloc(s->octets + 1);
    if (s->mem == NULL) {
        tap_say(TAP_ERROR, "secrets %s: no memory", path);
        return -1;
    }
    if (ppp_secrets_parse(text, len, s->mem, s->octets, &s->table, &error) ==
        0)
        return 0;
    tap_say(TAP_ERROR, "%s:%u: %s", path, error.line, error.why);
    tap_secrets_free(s);
    return -1;
}

int tap_secrets_read(struct tap_secrets *s, struct tap_keeper *keeper,
                     unsigned file, const char *path)
{
    char why[WHY], *text;
    size_t len;
    int result;

    *s = (struct tap_secrets){ .mem = NULL };
    if (path == NULL)
        return 0;
    text = tap_keeper_read(keeper, file, &len, why, sizeof why);
    if (text == NULL) {
        tap_say(TAP_ERROR, "secrets %s: %s", path, why);
        return -1;
    }
    result = parse(s, path, text, len);
    ppp_wipe(text, len);
    free(text);
    return result;
}

void tap_secrets_free(struct tap_secrets *s)
{
    if (s->mem != NULL)
        ppp_wipe(s->mem, s->octets);
    free(s->mem);
    *s = (struct tap_secrets){ .mem = NULL };
}

void tap_secrets_forget(struct tap_secrets *s)
{
    uint32_t i;

    for (i = 0; i < s->table.n; i++)
        ppp_wipe((void *)(uintptr_t)s->table.list[i].secret,
                 s->table.list[i].secret_len);
}
