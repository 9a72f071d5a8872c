/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of congestion controls; tcp_cc.h. */
#include "config.h"

#include "models/tcp_cc.h"

#include <string.h>

const struct tcp_cc *const tcp_ccs[] = {
#define X(name, help) &tcp_cc_##name,
#include "models/tcp_cc.def"
#undef X
    NULL
};

const struct tcp_cc *tcp_cc_find(const char *name)
{
    const struct tcp_cc *const *c = tcp_ccs;

    while (*c != NULL && strcmp((*c)->name, name) != 0)
        c++;
    return *c;
}
