/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Passwords of the PAC's clients; pac_secrets.h. */
#include "config.h"

#include "tap/pac_secrets.h"

#include <stdlib.h>
#include <string.h>

#include "tap/log.h"

enum { WHY = 256 };

static int load(struct tap_pac_secrets *s, const char *path,
                struct tap_keeper *keeper)
{
    struct ppp_secrets_error error = { 0 };
    char why[WHY], *text;
    size_t len;
    int result;

    text = tap_keeper_read(keeper, TAP_PAC_FILE_SECRETS, &len, why,
                           sizeof why);
    if (text == NULL) {
        tap_say(TAP_ERROR, "secrets %s: %s", path, why);
        return -1;
    }
    s->octets = ppp_secrets_octets(text, len);
    s->mem = malloc(s->octets + 1);
    result = s->mem == NULL ? tap_no_memory()
                            : ppp_secrets_parse(text, len, s->mem, s->octets,
                                                &s->table, &error);
    if (result < 0 && error.why != NULL)
        tap_say(TAP_ERROR, "%s:%u: %s", path, error.line, error.why);
    ppp_wipe(text, len);
    free(text);
    return result < 0 ? -1 : 0;
}

bool tap_pac_has_secrets(const struct tap_pac_bank *b,
                         const struct ppp_secrets *table,
                         char user[NAS_PPPS_USER])
{
    const struct nas_callers_config *c = &b->client.calls;
    uint32_t i, n;

    /* who can do without is asked by nobody who wants to know */
    if (b->kind != TAP_PAC_CLIENT || c->ppp.give_auth == PPP_AUTH_NONE)
        return true;
    n = nas_callers_are_many(c) ? c->count : 1;
    for (i = 0; i < n; i++) {
        nas_callers_user(c, i, user);
        if (ppp_secret_look(table, user, strlen(user), NULL, 0) == NULL)
            return false;
    }
    return true;
}

/* Without its password a client would be refused, and be so for ever. */
static int check_users(const struct tap_pac_secrets *s,
                       const struct tap_pac_config *c)
{
    char user[NAS_PPPS_USER];
    uint32_t i;

    for (i = 0; i < c->banks; i++) {
        const struct tap_pac_bank *b = &c->bank[i];

        if (tap_pac_has_secrets(b, &s->table, user))
            continue;
        tap_say(TAP_ERROR,
                "line %s: user '%s' is not in secrets %s; cure: a line there",
                b->name, user, c->secrets);
        return -1;
    }
    return 0;
}

void tap_pac_secrets_fini(struct tap_pac_secrets *s)
{
    if (s->mem != NULL)
        ppp_wipe(s->mem, s->octets);
    free(s->mem);
}

int tap_pac_secrets_load(struct tap_pac_secrets *s,
                         const struct tap_pac_config *c,
                         struct tap_keeper *keeper)
{
    return load(s, c->secrets, keeper) < 0 ? -1 : check_users(s, c);
}

void tap_pac_secrets_forget(struct tap_pac_secrets *s)
{
    uint32_t i;

    for (i = 0; i < s->table.n; i++)
        ppp_wipe((void *)(uintptr_t)s->table.list[i].secret,
                 s->table.list[i].secret_len);
}
