/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people are told of PPP; ppp_words.h. */
#include "config.h"

#include "tap/ppp_words.h"

/* pppd 2.5's plain require-mppe means 40 bits, where 2.4.9's means 128. */
static const char *advice_mppe(const struct ppp_config *c,
                               const struct ppp_info *info)
{
    const uint8_t strengths = PPP_MPPE_40 | PPP_MPPE_56 | PPP_MPPE_128;
    const uint8_t modes = PPP_MPPE_STATELESS | PPP_MPPE_STATEFUL;
    const uint8_t ours = c->mppe_ask | c->mppe_allow;

    if ((info->mppe_peer & strengths) == 0)
        return "";
    if ((info->mppe_peer & strengths & ours) != 0)
        return (info->mppe_peer & modes & ours) != 0
                   ? ""
                   : "; it asks for stateful MPPE only; cure: "
                     "`mppe_stateful` here, or stateless there";
    if ((info->mppe_peer & strengths) == PPP_MPPE_40)
        return "; it asks for MPPE of 40 bits only, as pppd 2.5 does for "
               "`require-mppe`; cure: `require-mppe-128` there, or "
               "`mppe_weak` here";
    return "; it asks for MPPE of another strength; cure: 128 bits there, or "
           "`mppe_weak` here";
}

static const char *advice_network(const struct ppp_config *c,
                                  const struct ppp_info *info, bool calls)
{
    const char *mppe = advice_mppe(c, info);

    if (info->auth_refused)
        return calls ? "; it wants another authentication than we do; cure: "
                       "`auth`, and a user"
                     : "; it wants us to prove who we are, which we do not";
    if (*mppe != '\0')
        return mppe;
    if (info->ccp_refused && (c->mppe_ask | c->mppe_allow) == 0)
        return calls ? "; it asked for encryption, which is off here; cure: "
                       "`mppe: allowed`; or has it no address left for us? "
                       "See its log"
                     : "; it asked for encryption, which is off here; cure: "
                       "`mppe: allowed`";
    if (info->ccp_refused)
        return "; it asked for encryption, for which this authentication "
               "makes no keys; cure: `auth: mschap2`";
    if (!calls)
        return "";
    return info->mppe_peer != 0
               ? "; has it an address left for us? See its log"
               : "; has it an address left for us, does it want encryption? "
                 "See its log";
}

const char *tap_ppp_advice(const struct ppp_config *c,
                           const struct ppp_info *info, bool calls)
{
    switch ((enum ppp_phase)info->reached) {
    case PPP_ESTABLISH:
        return calls ? "; does it want another authentication (`auth`)?" : "";
    case PPP_AUTHENTICATE: return calls ? "; user or password?" : "";
    case PPP_NETWORK: return advice_network(c, info, calls);
    case PPP_DEAD:
    case PPP_TERMINATE: break;
    }
    return "";
}

const char *tap_ppp_auth_text(uint16_t method)
{
    switch (method) {
    case PPP_AUTH_PAP: return "PAP";
    case PPP_AUTH_CHAP_MD5: return "CHAP";
    case PPP_AUTH_MSCHAP1: return "MS-CHAPv1";
    case PPP_AUTH_MSCHAP2: return "MS-CHAPv2";
    default: return "nobody asked";
    }
}

const char *tap_ppp_mppe_text(uint8_t mppe)
{
    bool less = (mppe & PPP_MPPE_STATELESS) != 0;

    if (mppe & PPP_MPPE_128)
        return less ? "MPPE 128 stateless" : "MPPE 128 stateful";
    if (mppe & PPP_MPPE_56)
        return less ? "MPPE 56 stateless" : "MPPE 56 stateful";
    if (mppe & PPP_MPPE_40)
        return less ? "MPPE 40 stateless" : "MPPE 40 stateful";
    return "no encryption";
}

const char *tap_ppp_phase_text(uint8_t phase)
{
    switch ((enum ppp_phase)phase) {
    case PPP_DEAD: return "dead";
    case PPP_ESTABLISH: return "establish";
    case PPP_AUTHENTICATE: return "authenticate";
    case PPP_NETWORK: return "network";
    case PPP_TERMINATE: return "terminate";
    }
    return "?";
}
