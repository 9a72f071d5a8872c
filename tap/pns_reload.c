/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Secrets and configuration, while sessions go on; pns_reload.h. */
#include "config.h"

#include "tap/pns_reload.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tap/log.h"
#include "tap/pns_users.h"

enum { WHY = 600 };

static int read_secrets(struct tap_pns *p, struct tap_secrets *out)
{
    return tap_secrets_read(out, &p->world.keeper, PNS_FILE_SECRETS,
                            p->now.secrets);
}

int tap_pns_load(struct tap_pns *p)
{
    if (read_secrets(p, &p->secrets) < 0)
        return -1;
    tap_pns_check_users(&p->secrets, &p->now);
    return 0;
}

int tap_pns_give_users(struct tap_pns *p)
{
    if (nas_pns_secrets(&p->role, &p->secrets.table) < 0)
        return -1;
    tap_pns_check_fixed(&p->secrets, &p->now, &p->role.pool);
    return 0;
}

/* The configuration as its file says it now. */
static int read_config(struct tap_pns *p, struct tap_pns_config *out)
{
    const struct tap_pns_config *c = &p->now;
    char why[WHY], *text;
    size_t len;
    int result;

    *out = *c;
    out->restart = "";
    if (c->path == NULL)
        return 0;
    text = tap_keeper_read(&p->world.keeper, PNS_FILE_CONFIG, &len, why,
                           sizeof why);
    if (text == NULL) {
        tap_say(TAP_ERROR, "%s: %s", c->path, why);
        return -1;
    }
    result = c->again(c->again_ctx, text, len, out, why, sizeof why);
    free(text);
    if (result < 0)
        tap_say(TAP_ERROR, "%s", why);
    return result;
}

/* What a server that serves can take over: not PPP, nor what it was made
 * with. */
static void take_role(struct tap_pns *p, const struct nas_pns_config *c)
{
    struct nas_pns_config *now = &p->now.nas;
    const struct ppp_config ppp = now->ppp;
    uint32_t local = now->local, mtu = now->mtu;

    *now = *c;
    now->ppp = ppp;
    now->local = local;
    now->mtu = mtu;
    /* memory was taken for so many */
    if (now->calls > p->role.limit)
        now->calls = p->role.limit;
    nas_pns_changed(&p->role);
}

static void take_config(struct tap_pns *p, const struct tap_pns_config *c)
{
    struct tap_pns_config *now = &p->now;

    memcpy(now->route, c->route, sizeof now->route);
    now->routes = c->routes;
    memcpy(now->extra, c->extra, sizeof now->extra);
    now->extras = c->extras;
    now->world.drain_ns = c->world.drain_ns;
    now->world.half_open = c->world.half_open;
    now->world.half_open_source = c->world.half_open_source;
    now->world.conns_source = c->world.conns_source;
    p->world.tcp.half_open_limit = c->world.half_open;
    p->world.tcp.half_open_source = c->world.half_open_source;
    p->world.tcp.per_source = c->world.conns_source;
    p->world.tcp.rate_source = c->world.rate_source;
    take_role(p, &c->nas);
}

/* Without memory those who have a fixed address take it from others. */
static void take_secrets(struct tap_pns *p, const struct tap_secrets *fresh)
{
    struct tap_secrets before = p->secrets;

    p->secrets = *fresh;
    tap_pns_check_users(&p->secrets, &p->now);
    (void)tap_pns_give_users(p);
    tap_secrets_free(&before);
}

int tap_pns_reload(void *pns)
{
    struct tap_pns *p = pns;
    struct tap_secrets fresh = { .mem = NULL };
    struct tap_pns_config c;
    uint64_t addresses;

    if (read_config(p, &c) < 0 || read_secrets(p, &fresh) < 0 ||
        tap_devices_routes(&p->devices, &c) < 0) {
        tap_secrets_free(&fresh);
        tap_say(TAP_WARNING, "reload: everything stays as it was");
        return -1;
    }
    take_config(p, &c);
    take_secrets(p, &fresh);
    addresses = nas_pool_count(&p->role.pool);
    tap_say(TAP_NOTICE,
            "reload: secrets read again, %u line%s; %llu address%s",
            p->secrets.table.n, pptp_plural(p->secrets.table.n),
            (unsigned long long)addresses, addresses == 1 ? "" : "es");
    if (*c.restart != 0)
        tap_say(TAP_WARNING, "reload: only a restart takes over: %s",
                c.restart);
    return 0;
}
