/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Users and their addresses; aaa.h. */
#include "config.h"

#include "nas/aaa.h"

#include <string.h>

#include "ppp/secrets.h"

enum { SEARCH = 65536 /* addresses of a line looked at */ };

int nas_aaa_set(struct nas_aaa *a, const struct ppp_secrets *table)
{
    uint32_t i, n = 0;

    a->secrets = *table;
    for (i = 0; i < table->n; i++)
        n += nas_aaa_is_fixed(&table->list[i]);
    if (nas_pool_keep_none(a->pool, n) < 0)
        return PPTP_ERR_RESOURCE;
    for (i = 0; i < table->n; i++)
        if (nas_aaa_is_fixed(&table->list[i]))
            nas_pool_keep(a->pool, table->list[i].ip_first);
    return PPTP_OK;
}

/* A user has one session at a fixed address. */
static struct nas_aaa_answer only_one(const struct nas_aaa *a, uint32_t ip)
{
    struct nas_aaa_answer answer = { .why = NAS_AAA_TAKEN, .ip = ip };

    if (nas_pool_why_not(a->pool, ip) != NULL)
        return answer;
    answer.holder = nas_pool_holder(a->pool, ip);
    answer.why = answer.holder != BASE_MAP_NONE ? NAS_AAA_HELD
                                                : NAS_AAA_NONE_FREE;
    return answer;
}

/* One of those that a line names: the only one, or a free one. */
static struct nas_aaa_answer named(struct nas_aaa *a,
                                   const struct ppp_secret *e,
                                   uint32_t session)
{
    const struct ppp_secret *end = a->secrets.list + a->secrets.n, *r;
    uint32_t tries = 0;
    uint64_t ip;

    for (r = e; r < end && r->client == e->client && r->secret == e->secret;
         r++)
        for (ip = r->ip_first; ip <= r->ip_last && tries < SEARCH; ip++) {
            tries++;
            if (nas_pool_take_this(a->pool, (uint32_t)ip, session))
                return (struct nas_aaa_answer){ .why = NAS_AAA_GIVEN,
                                                .ip = (uint32_t)ip };
        }
    if (tries == 1)
        return only_one(a, e->ip_first);
    return (struct nas_aaa_answer){ .why = NAS_AAA_IN_USE };
}

struct nas_aaa_answer nas_aaa_address(struct nas_aaa *a, const char *user,
                                      uint32_t session)
{
    struct nas_aaa_answer answer = { .why = NAS_AAA_NONE_FREE };
    const struct ppp_secret *e = NULL;

    if (*user != 0)
        e = ppp_secret_look(&a->secrets, user, strlen(user), a->server,
                            strlen(a->server));
    /* `*` begins at 0: any address, that is one of the pool */
    if (e != NULL && e->ip_first != 0)
        return named(a, e, session);
    answer.ip = nas_pool_take(a->pool, user, session);
    if (answer.ip != 0)
        answer.why = NAS_AAA_GIVEN;
    return answer;
}
