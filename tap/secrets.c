/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may come in, and with which address; pns_impl.h. */
#include "config.h"

#include "tap/pns_impl.h"

#include <stdlib.h>
#include <string.h>

#include "ppp/secrets.h"
#include "tap/log.h"

enum { WHY = 256, SEARCH = 65536 /* addresses of a line looked at */ };

/* A fixed address that no route leads to gets no answers. */
static void check_routes(const struct tap_pns *p)
{
    const struct tap_pns_config *c = p->config;
    uint32_t i, k;

    for (i = 0; i < p->secrets.n; i++) {
        const struct ppp_secret *e = &p->secrets.list[i];

        /* wide ranges only say that the user may choose */
        if (e->ip_first == 0 || e->ip_first != e->ip_last)
            continue;
        for (k = 0; k < c->routes; k++)
            if ((uint64_t)e->ip_first - c->route[k].ip <
                UINT64_C(1) << (32 - c->route[k].bits))
                break;
        if (k == c->routes)
            tap_say(TAP_WARNING,
                    "secrets %s: %s is outside `pool` and `routes`: nothing "
                    "will be sent there; cure: add it to `routes`",
                    c->secrets, tap_ip(e->ip_first));
    }
}

/* Sessions that are up know where they stand in the table. */
static void rebind(struct tap_pns *p)
{
    uint32_t i;

    for (i = 0; p->session != NULL && i < p->config->world.limits.calls; i++)
        if (p->session[i].call != PPTP_NONE && p->session[i].begun)
            ppp_secrets_changed(p->ppps.ppp, tap_ppps_at(&p->ppps, i));
}

static int parse(struct tap_pns *p, const char *text, size_t len)
{
    struct ppp_secrets_error error = { 0 };
    size_t octets = ppp_secrets_octets(text, len);
    struct ppp_secrets table;
    void *mem = malloc(octets + 1);

    if (mem == NULL) {
        tap_say(TAP_ERROR, "secrets %s: no memory", p->config->secrets);
        return -1;
    }
    if (ppp_secrets_parse(text, len, mem, octets, &table, &error) < 0) {
        tap_say(TAP_ERROR, "%s:%u: %s", p->config->secrets, error.line,
                error.why);
        free(mem);
        return -1;
    }
    tap_secrets_free(p);
    p->secrets = table;
    p->secrets_mem = mem;
    p->secrets_octets = octets;
    check_routes(p);
    rebind(p);
    return 0;
}

int tap_secrets_load(struct tap_pns *p)
{
    char why[WHY], *text;
    size_t len;
    int result;

    if (p->config->secrets == NULL)
        return 0;
    text = tap_keeper_read(&p->world.keeper, PNS_FILE_SECRETS, &len, why,
                           sizeof why);
    if (text == NULL) {
        tap_say(TAP_ERROR, "secrets %s: %s", p->config->secrets, why);
        return -1;
    }
    result = parse(p, text, len);
    ppp_wipe(text, len);
    free(text);
    return result;
}

void tap_secrets_free(struct tap_pns *p)
{
    if (p->secrets_mem != NULL)
        ppp_wipe(p->secrets_mem, p->secrets_octets);
    free(p->secrets_mem);
    p->secrets_mem = NULL;
    p->secrets = (struct ppp_secrets){ .list = NULL };
}

/* A user has one session at a fixed address: what is left of an earlier one
 * (a crash, another way into the net) ends, for he has proved who he is. */
static uint32_t take_over(struct tap_pns *p, uint32_t ip, uint32_t session)
{
    uint32_t other = tap_addresses_holder(&p->addresses, ip);

    if (other != TAP_MAP_NONE && other != session) {
        struct tap_session *s = &p->session[other];

        tap_say(TAP_NOTICE, "%s: taken over by a later session of the user",
                tap_ip(ip));
        tap_addresses_give(&p->addresses, ip);
        s->ip = 0;
        s->up = false;
        tap_session_end(p, s);
    }
    return tap_addresses_take_this(&p->addresses, ip, session) ? ip : 0;
}

/* One of those that a line names: the only one, or a free one. */
static uint32_t named(struct tap_pns *p, const struct ppp_secret *e,
                      uint32_t session)
{
    const struct ppp_secret *end = p->secrets.list + p->secrets.n, *r;
    uint64_t ip;
    uint32_t tries = 0;

    for (r = e; r < end && r->client == e->client && r->secret == e->secret;
         r++)
        for (ip = r->ip_first; ip <= r->ip_last && tries < SEARCH; ip++) {
            tries++;
            if (tap_addresses_take_this(&p->addresses, (uint32_t)ip, session))
                return (uint32_t)ip;
        }
    return tries == 1 ? take_over(p, e->ip_first, session) : 0;
}

uint32_t tap_secrets_address(struct tap_pns *p, const char *user,
                             uint32_t session)
{
    const char *name = p->config->ppp.name;
    const struct ppp_secret *e = NULL;

    if (*user != 0)
        e = ppp_secret_look(&p->secrets, user, strlen(user), name,
                            strlen(name));
    /* `*` begins at 0: any address, that is one of the pool */
    if (e != NULL && e->ip_first != 0)
        return named(p, e, session);
    return tap_addresses_take(&p->addresses, user, session);
}
