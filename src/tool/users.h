/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file of users and their secrets, as pppd's chap-secrets, for a scenario. */
#ifndef TOOL_USERS_H
#define TOOL_USERS_H

#include "conf/tree.h"
#include "ppp/ppp.h"

struct users {
    struct ppp_secrets table;
    void *mem; /* its texts */
    size_t octets;
};

/* 0, or -1 and *err, at `at` of the scenario. */
int users_load(struct users *u, const char *path, const struct conf_node *at,
               struct conf_error *err);
/* Fine on a zeroed one. */
void users_free(struct users *u);

#endif
