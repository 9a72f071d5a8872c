/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What PPP is told at both ends of simulated calls. */
#ifndef SIM_PPP_H
#define SIM_PPP_H

#include "ppp/ppp.h"

/* Longest name and secret of callers, in octets. */
enum { SIM_USER_MAX = 63, SIM_SECRET_MAX = PPP_SECRET_MAX };

/* How callers prove who they are; texts are the world's user's. */
struct sim_ppp_config {
    uint16_t auth;        /* PPP_AUTH_*: what the PNS asks for; one method */
    const char *user;     /* the callers' name, where {n} is the caller's
                           * number in its group, from 1; and their secret, as
                           * the PNS knows */
    const char *password; /* them */
    const char *answer;   /* what callers think it is; NULL: the same */
    const struct ppp_secrets *users; /* in place of password, for both ends;
                                      * or NULL */
    uint32_t ip_pns;                 /* the PNS's inner address, host order */
    pptp_ns echo_ns;                 /* 0: none */
    uint8_t echo_fails;              /* 0: PPP's default, */
    pptp_ns auth_timeout_ns;         /* as here */
    bool pfc, acfc;                  /* both ends ask for shorter heads */
    uint8_t mppe; /* PPP_MPPE_*, at both ends; 0: none. Packets have
                           * all of their octets then */
};

/* PPTP_ERR_ARGUMENT: a name or a secret is too long. */
int sim_ppp_check(const struct sim_ppp_config *c);

void sim_ppp_caller(struct ppp_config *out, const struct sim_ppp_config *c);
void sim_ppp_pns(struct ppp_config *out, const struct sim_ppp_config *c);

/* Of all users that there are, for any server; kept in *one or the users'. */
struct ppp_secrets sim_ppp_table(const struct sim_ppp_config *c, bool caller,
                                 struct ppp_secret *one);

#endif
