/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is wrong with the PNS's users, said; pns_users.h. */
#include "config.h"

#include "tap/pns_users.h"

#include "nas/aaa.h"
#include "tap/log.h"
#include "tap/machine.h"
#include "tap/pns_device.h"

/* It may be that users come later, by SIGHUP. */
void tap_pns_check_users(const struct tap_secrets *s,
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

void tap_pns_check_fixed(const struct tap_secrets *s,
                         const struct tap_pns_config *c,
                         const struct nas_pool *pool)
{
    uint32_t i;

    for (i = 0; i < s->table.n; i++)
        if (nas_aaa_is_fixed(&s->table.list[i]))
            check_address(c, pool, s->table.list[i].ip_first);
}
