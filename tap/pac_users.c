/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Users of the PAC's clients; pac_users.h. */
#include "config.h"

#include "tap/pac_users.h"

#include <string.h>

#include "tap/log.h"

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
static int check_users(const struct tap_secrets *s,
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

int tap_pac_users_load(struct tap_secrets *s, const struct tap_pac_config *c,
                       struct tap_keeper *keeper)
{
    return tap_secrets_read(s, keeper, TAP_PAC_FILE_SECRETS, c->secrets) < 0
               ? -1
               : check_users(s, c);
}
