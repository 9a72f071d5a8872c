/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PPP's configuration in simulations; ppp.h. */
#include "config.h"

#include "sim/ppp.h"

#include <string.h>

int sim_ppp_check(const struct sim_ppp_config *c)
{
    return strlen(c->user) > SIM_USER_MAX ||
                   strlen(c->password) > SIM_SECRET_MAX ||
                   (c->answer != NULL && strlen(c->answer) > SIM_SECRET_MAX)
               ? PPTP_ERR_ARGUMENT
               : PPTP_OK;
}

static void common(struct ppp_config *out, const struct sim_ppp_config *c)
{
    ppp_config_default(out);
    out->accm = 0;
#define PPP_NUMBER(type, m, key, preset, least, most, help) \
    if (c->m != 0)                                          \
        out->m = c->m;
#define PPP_BOOL(m, key, preset, help) out->m = c->m;
#include "ppp/config.def"
    out->mppe_allow = out->mppe_ask = c->mppe;
    out->ip_local = 0;
}

void sim_ppp_caller(struct ppp_config *out, const struct sim_ppp_config *c)
{
    common(out, c);
    strncpy(out->user, c->user, sizeof out->user - 1);
    strncpy(out->name, c->user, sizeof out->name - 1);
    out->give_auth = (uint16_t)(c->auth | PPP_AUTH_NONE);
    out->ask_auth = PPP_AUTH_NONE;
}

void sim_ppp_pns(struct ppp_config *out, const struct sim_ppp_config *c)
{
    common(out, c);
    memcpy(out->name, "pns", 4);
    out->give_auth = PPP_AUTH_NONE;
    out->ask_auth = c->auth;
    out->ip_local = c->ip_pns;
}

struct ppp_secrets sim_ppp_table(const struct sim_ppp_config *c, bool caller,
                                 struct ppp_secret *one)
{
    const char *password = c->password;

    if (caller && c->answer != NULL)
        password = c->answer;
    else if (c->users != NULL)
        return *c->users;
    /* with a number in the name all have the one secret */
    *one = (struct ppp_secret){ .client = strstr(c->user, "{n}") != NULL
                                              ? "*"
                                              : c->user,
                                .server = "*",
                                .secret = (const uint8_t *)password,
                                .secret_len = (uint8_t)strlen(password) };
    return (struct ppp_secrets){ .list = one, .n = 1 };
}
