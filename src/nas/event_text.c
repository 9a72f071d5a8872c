/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events as JSON; event_text.h.  Words are those of the enumerations. */
#include "config.h"

#include "nas/event_text.h"

#include <string.h>

#include "base/text.h"
#include "nas/account.h"
#include "nas/numbers.h"
#include "nas/pns.h"
#include "nas/why.h"
#include "pptp/msg.h"

/* --- words -------------------------------------------------------------- */

struct words {
    const char *const *word;
    uint32_t n;
};

#define WORDS(list)                                    \
    {                                                  \
        list, (uint32_t)(sizeof list / sizeof *(list)) \
    }

static const char *const pns_why[] = { [NAS_PNS_WANTED] = "wanted",
                                       [NAS_PNS_DRAINING] = "draining",
                                       [NAS_PNS_SOURCE] = "source",
                                       [NAS_PNS_FULL] = "full" };

static const char *const aaa_why[] = { [NAS_AAA_GIVEN] = "given",
                                       [NAS_AAA_HELD] = "held",
                                       [NAS_AAA_NONE_FREE] = "none_free",
                                       [NAS_AAA_IN_USE] = "in_use",
                                       [NAS_AAA_TAKEN] = "taken" };

static const char *const end_why[] = { [NAS_END_CALL] = "call",
                                       [NAS_END_CONN] = "connection",
                                       [NAS_END_PPP] = "ppp",
                                       [NAS_END_REFUSED] = "refused",
                                       [NAS_END_NO_ADDRESS] = "no_address",
                                       [NAS_END_SESSION_TIME] = "session_time",
                                       [NAS_END_IDLE_TIME] = "idle_time" };

static const char *const line_why[] = {
    [NAS_WHY_UNKNOWN] = "unknown",
    [NAS_WHY_REFUSED] = "refused",
    [NAS_WHY_NOT_WANTED] = "not_wanted",
    [NAS_WHY_NO_CARRIER] = "no_carrier",
    [NAS_WHY_BUSY] = "busy",
    [NAS_WHY_NO_DIAL_TONE] = "no_dial_tone",
    [NAS_WHY_NOBODY_THERE] = "nobody_there",
    [NAS_WHY_PROHIBITED] = "prohibited",
    [NAS_WHY_ERROR] = "error",
    [NAS_WHY_NOT_CONNECTED] = "not_connected",
    [NAS_WHY_MALFORMED] = "malformed",
    [NAS_WHY_BAD_VALUE] = "bad_value",
    [NAS_WHY_NO_RESOURCE] = "no_resource",
    [NAS_WHY_BAD_CALL_ID] = "bad_call_id",
    [NAS_WHY_EQUIPMENT] = "equipment",
    [NAS_WHY_UNFIT] = "unfit",
    [NAS_WHY_LINE_LATE] = "line_late",
    [NAS_WHY_HERE] = "here",
    [NAS_WHY_CLEARED] = "cleared",
    [NAS_WHY_UNANSWERED] = "unanswered",
    [NAS_WHY_CONN_LOST] = "connection_lost",
    [NAS_WHY_RANG_IN_VAIN] = "rang_in_vain",
    [NAS_WHY_NO_ROOM] = "no_room",
    [NAS_WHY_NO_PNS] = "no_pns",
    [NAS_WHY_NO_ADDRESS] = "no_address",
    [NAS_WHY_CLOSED_AT_ONCE] = "closed_at_once",
    [NAS_WHY_SILENT] = "silent",
    [NAS_WHY_UNWELCOME] = "unwelcome",
    [NAS_WHY_NO_PORT] = "no_port",
    [NAS_WHY_NOT_LISTENING] = "not_listening",
    [NAS_WHY_TCP_TIMEOUT] = "tcp_timeout",
    [NAS_WHY_UNREACHABLE] = "unreachable"
};

static const char *const failure[] = {
    [NAS_FAILURE_NO_ADDRESS] = "no_address",
    [NAS_FAILURE_UNREACHABLE] = "unreachable",
    [NAS_FAILURE_CLOSED_AT_ONCE] = "closed_at_once",
    [NAS_FAILURE_SILENT] = "silent",
    [NAS_FAILURE_UNWELCOME] = "unwelcome"
};

static const char *const line_event[] = {
    [PPTP_LINE_CONNECTED] = "connected",
    [PPTP_LINE_BUSY] = "busy",
    [PPTP_LINE_NO_CARRIER] = "no_carrier",
    [PPTP_LINE_NO_DIAL_TONE] = "no_dial_tone",
    [PPTP_LINE_REFUSED] = "refused",
    [PPTP_LINE_NO_RESOURCE] = "no_resource",
    [PPTP_LINE_DROPPED] = "dropped",
    [PPTP_LINE_ERRORS] = "errors",
    [PPTP_LINE_NO_ANSWER] = "no_answer"
};

static const char *const reason[] = { [PPP_END_NONE] = "none",
                                      [PPP_END_LOCAL] = "local",
                                      [PPP_END_PEER] = "peer",
                                      [PPP_END_LOWER] = "lower",
                                      [PPP_END_NO_ANSWER] = "no_answer",
                                      [PPP_END_OPTIONS] = "options",
                                      [PPP_END_LOOPED] = "looped",
                                      [PPP_END_ECHO] = "echo",
                                      [PPP_END_AUTH_US] = "auth_us",
                                      [PPP_END_AUTH_PEER] = "auth_peer",
                                      [PPP_END_AUTH_POLICY] = "auth_policy",
                                      [PPP_END_NO_NETWORK] = "no_network",
                                      [PPP_END_MPPE] = "mppe",
                                      [PPP_END_REJECTED] = "rejected",
                                      [PPP_END_OUT_OF_STEP] = "out_of_step" };

static const char *const conn_end[] = {
    [PPTP_CONN_END_NONE] = "none",
    [PPTP_CONN_END_TCP] = "tcp",
    [PPTP_CONN_END_NO_REPLY] = "no_reply",
    [PPTP_CONN_END_ECHO] = "echo",
    [PPTP_CONN_END_HERE] = "here",
    [PPTP_CONN_END_PEER] = "peer",
    [PPTP_CONN_END_REFUSED] = "refused",
    [PPTP_CONN_END_MALFORMED] = "malformed",
    [PPTP_CONN_END_STUCK] = "stuck",
    [PPTP_CONN_END_COLLISION] = "collision"
};

_Static_assert(sizeof line_why / sizeof *line_why == NAS_WHYS &&
                   sizeof failure / sizeof *failure == NAS_FAILURES &&
                   sizeof line_event / sizeof *line_event == PPTP_LINE_EVENTS,
               "a word for each");

/* What `value` is, where a kind has one: words, an address, or a number. */
static const struct {
    const char *key; /* NULL: there is none */
    struct words words;
    bool address;
} values[NAS_EVENTS] = {
    [NAS_EV_PNS_REFUSED] = { "why", WORDS(pns_why), false },
    [NAS_EV_PNS_NO_ADDRESS] = { "why", WORDS(aaa_why), false },
    [NAS_EV_PNS_NO_GRE] = { "packets", { NULL, 0 }, false },
    [NAS_EV_PNS_TOO_LONG] = { "octets", { NULL, 0 }, false },
    [NAS_EV_PNS_END] = { "why", WORDS(end_why), false },
    [NAS_EV_PAC_NO_TRUNK] = { "why", WORDS(line_why), false },
    [NAS_EV_PAC_SERVER_FAILED] = { "why", WORDS(failure), false },
    [NAS_EV_PAC_NO_LINE] = { "cause", { NULL, 0 }, false },
    [NAS_EV_PAC_NO_NUMBER] = { "cause", { NULL, 0 }, false },
    [NAS_EV_PAC_CONNECTED] = { "bps", { NULL, 0 }, false },
    [NAS_EV_PAC_LINE_DOWN] = { "why", WORDS(line_event), false },
    [NAS_EV_PAC_NO_GRE] = { "local", { NULL, 0 }, true },
    [NAS_EV_PAC_END] = { "why", WORDS(line_why), false },
    [NAS_EV_PAC_TRUNK_FAILED] = { "why", WORDS(failure), false },
    [NAS_EV_CALLER_FAILED] = { "why", WORDS(line_why), false },
    [NAS_EV_CALLER_LOST] = { "why", WORDS(line_why), false },
    [NAS_EV_CALLER_PPP_END] = { "final", { NULL, 0 }, false },
    [NAS_EV_CALLER_RESTS] = { "gave_up", { NULL, 0 }, false },
};

/* --- members ------------------------------------------------------------ */

static void key(struct pptp_text *t, const char *name)
{
    pptp_text_str(t, ",\"");
    pptp_text_str(t, name);
    pptp_text_str(t, "\":");
}

static void number(struct pptp_text *t, const char *name, uint64_t v)
{
    key(t, name);
    pptp_text_u64(t, v);
}

static void string(struct pptp_text *t, const char *name, const char *s)
{
    key(t, name);
    pptp_text_quoted(t, s, strlen(s));
}

static void word(struct pptp_text *t, const char *name, struct words w,
                 uint64_t v)
{
    if (v < w.n)
        string(t, name, w.word[v]);
    else
        number(t, name, v);
}

static void address(struct pptp_text *t, const char *name, uint32_t ip)
{
    int shift;

    key(t, name);
    pptp_text_char(t, '"');
    for (shift = 24; shift >= 0; shift -= 8) {
        pptp_text_u64(t, ip >> shift & 255);
        pptp_text_char(t, shift == 0 ? '"' : '.');
    }
}

/* "pns" of PNS_UP; a role's events begin with its name. */
static void role(struct pptp_text *t, const char *name)
{
    key(t, "role");
    pptp_text_char(t, '"');
    for (; *name != '_'; name++)
        pptp_text_char(t, (char)(*name + ('a' - 'A')));
    pptp_text_char(t, '"');
}

/* How the core ended it: a message and what it said, or its connection. */
static void end_of(struct pptp_text *t, const struct pptp_call_end *end)
{
    static const struct words conn = WORDS(conn_end);

    if (end->conn != PPTP_CONN_END_NONE)
        word(t, "connection", conn, end->conn);
    if (end->msg == 0)
        return;
    string(t, "message", pptp_msg_name(end->msg));
    number(t, "result", end->result);
    number(t, "error", end->error);
}

static void account_of(struct pptp_text *t, const struct nas_account *a)
{
    if (*a->user != 0)
        string(t, "user", a->user);
    if (a->ip != 0)
        address(t, "had", a->ip);
    number(t, "up_ns", a->up_ns == 0 ? 0 : a->end_ns - a->up_ns);
    number(t, "rx_packets", a->rx_packets);
    number(t, "rx_octets", a->rx_octets);
    number(t, "tx_packets", a->tx_packets);
    number(t, "tx_octets", a->tx_octets);
}

size_t nas_event_text(const struct nas_event *e, pptp_ns t, const char *name,
                      char *out, size_t cap)
{
    static const struct words reasons = WORDS(reason);
    struct pptp_text text;

    pptp_text_init(&text, out, cap);
    pptp_text_str(&text, NAS_EVENT_TEXT_BEGIN);
    pptp_text_u64(&text, t);
    string(&text, "name", name);
    role(&text, nas_event_name(e->kind));
    string(&text, "event", nas_event_name(e->kind));
    if (e->index != NAS_NOBODY)
        number(&text, "index", e->index);
    if (e->call != PPTP_NONE)
        number(&text, "call", e->call);
    if (e->remote != 0)
        address(&text, "remote", e->remote);
    if (e->ip != 0)
        address(&text, "ip", e->ip);
    if (values[e->kind].address)
        address(&text, values[e->kind].key, (uint32_t)e->value);
    else if (values[e->kind].key != NULL)
        word(&text, values[e->kind].key, values[e->kind].words, e->value);
    if (e->reason != PPP_END_NONE)
        word(&text, "reason", reasons, e->reason);
    if (e->end != NULL)
        end_of(&text, e->end);
    if (e->account != NULL)
        account_of(&text, e->account);
    pptp_text_char(&text, '}');
    return text.len;
}
