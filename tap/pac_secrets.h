/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Passwords of the PAC's clients: read once, through the keeper. */
#ifndef TAP_PAC_SECRETS_H
#define TAP_PAC_SECRETS_H

#include "ppp/secrets.h"
#include "tap/pac.h"

enum { TAP_PAC_FILE_SECRETS }; /* of the keeper */

struct tap_pac_secrets {
    struct ppp_secrets table;
    void *mem; /* of it; NULL: it is somebody else's */
    size_t octets;
};

/* Without the password of a client of `c`, too, it is -1: it was said. */
int tap_pac_secrets_load(struct tap_pac_secrets *s,
                         const struct tap_pac_config *c,
                         struct tap_keeper *keeper);
void tap_pac_secrets_fini(struct tap_pac_secrets *s);
/* Nobody is to find them in this process. */
void tap_pac_secrets_forget(struct tap_pac_secrets *s);

#endif
