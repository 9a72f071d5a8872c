/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * The state transition table of RFC 1661 §4.1 as the RFC prints it: events
 * down, states across, in two halves.  What the cells do is proto.c's.
 *
 * The flags r (restart option) and p (passive option) of the RFC's cells are
 * no actions: ppp_open restarts a stopped link itself, and the passive option
 * is not offered.
 */
#include "config.h"

#include "ppp/fsm.h"

/* An action or a set of them, then the state's number as in the RFC. */
#define tld PPP_TLD
#define tls PPP_TLS
#define tlf PPP_TLF
#define irc PPP_IRC
#define zrc PPP_ZRC
#define scr PPP_SCR
#define sca PPP_SCA
#define scn PPP_SCN
#define str PPP_STR
#define sta PPP_STA
#define scj PPP_SCJ
#define ser PPP_SER
#define tlu PPP_TLU
#define x PPP_CROSSED
#define no                      \
    {                           \
        PPP_ILLEGAL, PPP_STATES \
    } /* the - of the RFC */

/* clang-format off */
static const struct ppp_step lower_half[PPP_EVENTS][6] = {
/*             0 Initial 1 Starting     2 Closed      3 Stopped
 *             4 Closing 5 Stopping */
[PPP_EV_UP] = {
               { 0, 2 }, { irc|scr, 6 }, no,            no,
               no,       no },
[PPP_EV_DOWN] = {
               no,       no,            { 0, 0 },       { tls, 1 },
               { 0, 0 }, { 0, 1 } },
[PPP_EV_OPEN] = {
               { tls, 1 }, { 0, 1 },    { irc|scr, 6 }, { 0, 3 },
               { 0, 5 }, { 0, 5 } },
[PPP_EV_CLOSE] = {
               { 0, 0 }, { tlf, 0 },    { 0, 2 },       { 0, 2 },
               { 0, 4 }, { 0, 4 } },
[PPP_EV_TO_PLUS] = {
               no,       no,            no,             no,
               { str, 4 }, { str, 5 } },
[PPP_EV_TO_MINUS] = {
               no,       no,            no,             no,
               { tlf, 2 }, { tlf, 3 } },
[PPP_EV_RCR_PLUS] = {
               no,       no,            { sta, 2 },     { irc|scr|sca, 8 },
               { 0, 4 }, { 0, 5 } },
[PPP_EV_RCR_MINUS] = {
               no,       no,            { sta, 2 },     { irc|scr|scn, 6 },
               { 0, 4 }, { 0, 5 } },
[PPP_EV_RCA] = {
               no,       no,            { sta, 2 },     { sta, 3 },
               { 0, 4 }, { 0, 5 } },
[PPP_EV_RCN] = {
               no,       no,            { sta, 2 },     { sta, 3 },
               { 0, 4 }, { 0, 5 } },
[PPP_EV_RTR] = {
               no,       no,            { sta, 2 },     { sta, 3 },
               { sta, 4 }, { sta, 5 } },
[PPP_EV_RTA] = {
               no,       no,            { 0, 2 },       { 0, 3 },
               { tlf, 2 }, { tlf, 3 } },
[PPP_EV_RUC] = {
               no,       no,            { scj, 2 },     { scj, 3 },
               { scj, 4 }, { scj, 5 } },
[PPP_EV_RXJ_PLUS] = {
               no,       no,            { 0, 2 },       { 0, 3 },
               { 0, 4 }, { 0, 5 } },
[PPP_EV_RXJ_MINUS] = {
               no,       no,            { tlf, 2 },     { tlf, 3 },
               { tlf, 2 }, { tlf, 3 } },
[PPP_EV_RXR] = {
               no,       no,            { 0, 2 },       { 0, 3 },
               { 0, 4 }, { 0, 5 } },
};

static const struct ppp_step upper_half[PPP_EVENTS][4] = {
/*             6 Req-Sent        7 Ack-Rcvd
 *             8 Ack-Sent        9 Opened */
[PPP_EV_UP] = {
               no,               no,
               no,               no },
[PPP_EV_DOWN] = {
               { 0, 1 },         { 0, 1 },
               { 0, 1 },         { tld, 1 } },
[PPP_EV_OPEN] = {
               { 0, 6 },         { 0, 7 },
               { 0, 8 },         { 0, 9 } },
[PPP_EV_CLOSE] = {
               { irc|str, 4 },   { irc|str, 4 },
               { irc|str, 4 },   { tld|irc|str, 4 } },
[PPP_EV_TO_PLUS] = {
               { scr, 6 },       { scr, 6 },
               { scr, 8 },       no },
[PPP_EV_TO_MINUS] = {
               { tlf, 3 },       { tlf, 3 },
               { tlf, 3 },       no },
[PPP_EV_RCR_PLUS] = {
               { sca, 8 },       { sca|tlu, 9 },
               { sca, 8 },       { tld|scr|sca, 8 } },
[PPP_EV_RCR_MINUS] = {
               { scn, 6 },       { scn, 7 },
               { scn, 6 },       { tld|scr|scn, 6 } },
[PPP_EV_RCA] = {
               { irc, 7 },       { scr|x, 6 },
               { irc|tlu, 9 },   { tld|scr|x, 6 } },
[PPP_EV_RCN] = {
               { irc|scr, 6 },   { scr|x, 6 },
               { irc|scr, 8 },   { tld|scr|x, 6 } },
[PPP_EV_RTR] = {
               { sta, 6 },       { sta, 6 },
               { sta, 6 },       { tld|zrc|sta, 5 } },
[PPP_EV_RTA] = {
               { 0, 6 },         { 0, 6 },
               { 0, 8 },         { tld|scr, 6 } },
[PPP_EV_RUC] = {
               { scj, 6 },       { scj, 7 },
               { scj, 8 },       { scj, 9 } },
[PPP_EV_RXJ_PLUS] = {
               { 0, 6 },         { 0, 6 },
               { 0, 8 },         { 0, 9 } },
[PPP_EV_RXJ_MINUS] = {
               { tlf, 3 },       { tlf, 3 },
               { tlf, 3 },       { tld|irc|str, 5 } },
[PPP_EV_RXR] = {
               { 0, 6 },         { 0, 7 },
               { 0, 8 },         { ser, 9 } },
};
/* clang-format on */

struct ppp_step ppp_fsm_step(enum ppp_state state, enum ppp_event event)
{
    PPTP_ASSERT((unsigned)state < PPP_STATES);
    PPTP_ASSERT((unsigned)event < PPP_EVENTS);
    if (state < PPP_REQ_SENT)
        return lower_half[event][state];
    return upper_half[event][state - PPP_REQ_SENT];
}

const char *ppp_state_name(enum ppp_state s)
{
    static const char *const names[PPP_STATES] = {
        "initial",  "starting", "closed",   "stopped",  "closing",
        "stopping", "req_sent", "ack_rcvd", "ack_sent", "opened"
    };

    return (unsigned)s < PPP_STATES ? names[s] : "?";
}

const char *ppp_event_name(enum ppp_event e)
{
    static const char *const names[PPP_EVENTS] = {
        "up",  "down", "open", "close", "to+", "to-",  "rcr+", "rcr-",
        "rca", "rcn",  "rtr",  "rta",   "ruc", "rxj+", "rxj-", "rxr"
    };

    return (unsigned)e < PPP_EVENTS ? names[e] : "?";
}
