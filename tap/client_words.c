/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What callers do, in sentences; client_words.h. */
#include "config.h"

#include "tap/client_words.h"

#include "base/text.h"
#include "tap/ppp_words.h"
#include "tap/priv.h"
#include "tap/why.h"

/* ", WHAT A B" of those that there are. */
static void put_servers(struct pptp_text *t, const char *what,
                        const uint32_t ip[2])
{
    unsigned i;

    if (ip[0] == 0 && ip[1] == 0)
        return;
    pptp_text_str(t, ", ");
    pptp_text_str(t, what);
    for (i = 0; i < 2; i++)
        if (ip[i] != 0) {
            pptp_text_char(t, ' ');
            pptp_text_str(t, tap_ip(ip[i]));
        }
}

static void say_up(struct tap_client_bank *b, uint32_t i,
                   const struct ppp_info *info)
{
    const struct tap_client *c = &b->client[i];
    char servers[120];
    struct pptp_text t;

    pptp_text_init(&t, servers, sizeof servers);
    put_servers(&t, "name servers", info->dns);
    put_servers(&t, "WINS", info->wins);
    tap_say_many(c->line.talk, nas_callers_call(&b->calls, i)->up_ns, NULL,
                 TAP_INFO, "%s: up, we are %s, %s%s%s; %s, %s%s", c->line.name,
                 tap_ip(info->ip_local), tap_ip(info->ip_peer),
                 b->config->device != NULL ? " behind " : "",
                 b->config->device != NULL ? c->tun.name : "",
                 tap_ppp_auth_text(info->auth_us),
                 tap_ppp_mppe_text(info->mppe_tx), servers);
}

/* What somebody can do about it, for the end of a line. */
static const char *cure(const struct tap_client_config *config, bool was_up,
                        enum ppp_reason r, const struct ppp_info *info)
{
    const char *advice = was_up
                             ? ""
                             : tap_ppp_advice(&config->calls.ppp, info, true);

    switch (r) {
    case PPP_END_AUTH_US:
        return "; cure: check the user's name and the password";
    case PPP_END_AUTH_POLICY:
        return "; cure: `auth` says which ones we are willing to do";
    case PPP_END_PEER: return advice;
    case PPP_END_MPPE:
        if (info->mppe_peer != 0 && *advice != '\0')
            return advice;
        return "; cure: encryption on the server, which takes MS-CHAP, or "
               "`mppe: allowed` here";
    case PPP_END_NO_ANSWER:
    case PPP_END_ECHO: return ": the server, or the way to it, is gone";
    case PPP_END_NO_NETWORK:
        return ": has the server an address left for us? See its log";
    case PPP_END_NONE:
    case PPP_END_LOCAL:
    case PPP_END_LOWER:
    case PPP_END_OPTIONS:
    case PPP_END_LOOPED:
    case PPP_END_AUTH_PEER:
    case PPP_END_REJECTED:
    case PPP_END_OUT_OF_STEP: break;
    }
    return "";
}

/* What MS-CHAP's E= says beside "no" (RFC 2759 6). */
static const char *refusal(uint16_t error)
{
    switch (error) {
    case 646: return ": not at this time of day";
    case 647: return ": the account is disabled";
    case 648: return ": the password has expired";
    case 649: return ": the account may not dial in";
    case 691: return ": user or password is wrong";
    default: return "";
    }
}

static void say_end(struct tap_client_bank *b, const struct nas_event *e,
                    const struct ppp_info *info)
{
    bool was_up = nas_callers_call(&b->calls, e->index)->was_up;
    const struct tap_line *l = &b->client[e->index].line;
    bool last = e->value != 0;

    tap_say_many(l->talk, tap_now(), ppp_reason_text(e->reason),
                 last ? TAP_ERROR : TAP_INFO, "%s: PPP %s: %s%s%s%s", l->name,
                 was_up ? "ended" : "failed", ppp_reason_text(e->reason),
                 e->reason == PPP_END_AUTH_US ? refusal(info->auth_error) : "",
                 cure(b->config, was_up, e->reason, info),
                 last ? "; not tried again" : "");
}

/* The other side has cleared the call without a word of PPP. */
static void say_cleared(struct tap_client_bank *b, const struct nas_event *e,
                        const struct ppp_info *info)
{
    const struct tap_line *l = &b->client[e->index].line;
    const char *advice = tap_ppp_advice(&b->config->calls.ppp, info, true);

    tap_say_many(l->talk, tap_now(), advice, TAP_NOTICE,
                 "%s: cleared in PPP's phase '%s'%s", l->name,
                 tap_ppp_phase_text(info->reached), advice);
}

void tap_client_words(struct tap_client_bank *b, const struct nas_event *e)
{
    struct ppp_info info;

    switch ((unsigned)e->kind) {
    case NAS_EV_CALLER_UP:
        nas_callers_info(&b->calls, e->index, &info);
        say_up(b, e->index, &info);
        break;
    case NAS_EV_CALLER_PPP_END:
        nas_callers_info(&b->calls, e->index, &info);
        say_end(b, e, &info);
        break;
    case NAS_EV_CALLER_CLEARED:
        nas_callers_info(&b->calls, e->index, &info);
        say_cleared(b, e, &info);
        break;
    default: break; /* nobody asks */
    }
}

/* --- causes --------------------------------------------------------------- */

const char *tap_client_what(const struct nas_cause *c)
{
    if (c->refused)
        return "this machine's device or route could not be set";
    if (c->reason != PPP_END_NONE)
        return ppp_reason_text((enum ppp_reason)c->reason);
    return c->why != NAS_WHY_UNKNOWN ? tap_why_text((enum nas_why)c->why)
                                     : "the call was cleared";
}

const char *tap_client_advice(const struct tap_client_config *config,
                              const struct nas_cause *c)
{
    const struct ppp_info info = { .reached = c->reached,
                                   .mppe_peer = c->mppe_peer,
                                   .ccp_refused = c->ccp_refused,
                                   .auth_refused = c->auth_refused };

    if (c->reason != PPP_END_NONE)
        return cure(config, c->up, (enum ppp_reason)c->reason, &info);
    return c->heard && !c->up ? tap_ppp_advice(&config->calls.ppp, &info, true)
                              : "";
}
