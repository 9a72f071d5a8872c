/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A daemon's file of secrets, read through the keeper. */
#ifndef TAP_SECRETS_H
#define TAP_SECRETS_H

#include "ppp/secrets.h"
#include "tap/keeper.h"

struct tap_secrets {
    struct ppp_secrets table;
    void *mem; /* of the table, to be wiped; NULL: it is somebody else's */
    size_t octets;
};

/* Reads that file of the keeper's; `path` is its name for people, NULL: there
 * is none, and the table is empty.  -1 when it has been said why. */
int tap_secrets_read(struct tap_secrets *s, struct tap_keeper *keeper,
                     unsigned file, const char *path);
void tap_secrets_free(struct tap_secrets *s);
/* Nobody is to find them in this process. */
void tap_secrets_forget(struct tap_secrets *s);

#endif
