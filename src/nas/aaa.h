/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who may come in, and with which inner address: the table of secrets, whose
 * lines may name addresses, over the pools.  PPP asks the same table for
 * secrets.  Where the table comes from is the world's business.
 */
#ifndef NAS_AAA_H
#define NAS_AAA_H

#include "nas/pool.h"
#include "ppp/ppp.h"

enum nas_aaa_why {
    NAS_AAA_GIVEN,
    NAS_AAA_HELD,      /* his only one, by an earlier session of his */
    NAS_AAA_NONE_FREE, /* of the pools */
    NAS_AAA_IN_USE,    /* all that his line names */
    NAS_AAA_TAKEN      /* his only one is something else */
};

struct nas_aaa_answer {
    enum nas_aaa_why why;
    uint32_t ip;     /* GIVEN, HELD, TAKEN: which one */
    uint32_t holder; /* HELD: the session */
};

struct nas_aaa {
    struct nas_pool *pool;
    const char *server;         /* our name in the table */
    struct ppp_secrets secrets; /* entries are the world's */
};

/* Wide ranges only say that the user may choose. */
static inline bool nas_aaa_is_fixed(const struct ppp_secret *e)
{
    return e->ip_first != 0 && e->ip_first == e->ip_last;
}

/* This table from now on: addresses of users who have a fixed one are kept
 * for them.  0, or PPTP_ERR_RESOURCE: of the earlier table they still are. */
int nas_aaa_set(struct nas_aaa *a, const struct ppp_secrets *table);

/* The inner address for who has just proved his name ("": nobody asked), held
 * for that session when it is GIVEN. */
struct nas_aaa_answer nas_aaa_address(struct nas_aaa *a, const char *user,
                                      uint32_t session);

#endif
