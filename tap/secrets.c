/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file of secrets through the keeper; secrets.h. */
#include "config.h"

#include "tap/secrets.h"

#include <stdlib.h>

#include "nas/aaa.h"
#include "ppp/secrets.h"
#include "tap/log.h"
#include "tap/machine.h"
#include "tap/pns_device.h"

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

/* It may be that users come later, by SIGHUP. */
void tap_secrets_check_users(const struct tap_secrets *s,
                             const struct tap_pns_config *c)
{
    if (c->secrets != NULL && !ppp_secrets_for(&s->table, c->nas.ppp.name))
        tap_say(TAP_WARNING,
                "secrets %s: no line is for us, so nobody can log in; cure: a "
                "line such as: alice * \"password\" *, then SIGHUP",
                c->secrets);
}

static void check_address(const struct tap_pns_config *c,
                          const struct nas_pool *pool, uint32_t ip)
{
    const struct nas_taken *why = nas_pool_why_not(pool, ip);

    if (why != NULL)
        tap_say(TAP_WARNING,
                "secrets %s: %s will not be given: it is %s; cure: another "
                "one for that user",
                c->secrets, tap_ip(ip), tap_taken_text(why));
    else if (!c->each && !tap_devices_lead(c, ip))
        tap_say(TAP_WARNING,
                "secrets %s: %s is outside `pool` and `routes`: nothing will "
                "be sent there; cure: add it to `routes`",
                c->secrets, tap_ip(ip));
}

void tap_secrets_check_fixed(const struct tap_secrets *s,
                             const struct tap_pns_config *c,
                             const struct nas_pool *pool)
{
    uint32_t i;

    for (i = 0; i < s->table.n; i++)
        if (nas_aaa_is_fixed(&s->table.list[i]))
            check_address(c, pool, s->table.list[i].ip_first);
}
