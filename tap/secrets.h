/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The PNS's file of secrets: read, and what is wrong with it said. */
#ifndef TAP_SECRETS_H
#define TAP_SECRETS_H

#include "nas/pool.h"
#include "ppp/ppp.h"
#include "tap/keeper.h"
#include "tap/pns.h"

struct tap_secrets {
    struct ppp_secrets table;
    void *mem; /* of the table, to be wiped */
    size_t octets;
};

/* Reads that file of the keeper's; `path` is its name for people, NULL: there
 * is none, and the table is empty.  -1 when it has been said why. */
int tap_secrets_read(struct tap_secrets *s, struct tap_keeper *keeper,
                     unsigned file, const char *path);
void tap_secrets_free(struct tap_secrets *s);

/* Warnings: nobody can log in; fixed addresses that cannot be given, or that
 * no route leads to. */
void tap_secrets_check_users(const struct tap_secrets *s,
                             const struct tap_pns_config *c);
void tap_secrets_check_fixed(const struct tap_secrets *s,
                             const struct tap_pns_config *c,
                             const struct nas_pool *pool);

#endif
