/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events of the PAC in sentences; pac_words.h. */
#include "config.h"

#include "tap/pac_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "pptp/msg.h"
#include "tap/log.h"
#include "tap/resolver.h"
#include "tap/why.h"

static const struct tap_line *line_of(const struct tap_pac_words *w,
                                      const struct nas_event *e)
{
    return w->line[e->index];
}

static pptp_ns now_of(const struct tap_pac_words *w)
{
    return w->world->nas.node.now_ns;
}

/* A peer and one of its addresses. */
static const char *address_text(const struct tap_pac_words *w, uint32_t peer,
                                uint32_t at)
{
    static char text[TAP_RESOLVER_OCTETS + sizeof " (255.255.255.255)"];
    const char *name = w->config->peer[peer].name;
    const struct nas_pac_peer *s = &w->pac->peer[peer];

    if (name == NULL)
        return tap_ip(w->config->peer[peer].ip);
    if (at >= s->n)
        return name;
    snprintf(text, sizeof text, "%s (%s)", name, tap_ip(s->ip[at]));
    return text;
}

/* The one in use. */
static const char *peer_text(const struct tap_pac_words *w, uint32_t peer)
{
    return address_text(w, peer, w->pac->peer[peer].at);
}

static void request_of(const struct tap_pac_words *w,
                       const struct nas_event *e, struct pptp_call_request *r)
{
    memset(r, 0, sizeof *r);
    (void)pptp_peer_call_request(w->world->nas.node.peer, e->call, r);
}

/* A number as a PNS gave it; static text. */
static const char *number_of(const struct pptp_call_request *r)
{
    static char text[6 * sizeof r->number + 3];
    struct pptp_text t;

    pptp_text_init(&t, text, sizeof text);
    pptp_text_quoted(&t, r->number, strnlen(r->number, sizeof r->number));
    return text;
}

/* --- calls that a PNS wants placed -------------------------------------- */

static void say_no_line(struct tap_pac_words *w, const struct nas_event *e)
{
    struct pptp_call_request r;

    request_of(w, e, &r);
    tap_say(TAP_NOTICE, "a call to %s refused: no line free that dials",
            number_of(&r));
}

static void say_no_number(struct tap_pac_words *w, const struct nas_event *e)
{
    struct pptp_call_request r;

    request_of(w, e, &r);
    tap_say(TAP_NOTICE, "a call to %s refused: no line has that number",
            number_of(&r));
}

/* Who wants it, and which number; nothing of a number that there is not. */
static void say_dials(struct tap_pac_words *w, const struct nas_event *e)
{
    const struct tap_line *l = line_of(w, e);
    const char *ip = tap_ip(e->remote);
    struct pptp_call_request r;

    request_of(w, e, &r);
    if (r.number[0] == 0)
        tap_say_many(l->talk, now_of(w), NULL, TAP_INFO,
                     "%s: a call for %s is placed", l->name, ip);
    else
        tap_say_many(l->talk, now_of(w), NULL, TAP_INFO, "%s: dials %s for %s",
                     l->name, number_of(&r), ip);
}

static void say_connected(struct tap_pac_words *w, const struct nas_event *e)
{
    const struct tap_line *l = line_of(w, e);

    memset(w->told[e->index], 0, sizeof *w->told);
    if (w->pac->line[e->index].placed)
        tap_say_many(l->talk, now_of(w), NULL, TAP_INFO,
                     "%s: connected at %u bit/s", l->name, (unsigned)e->value);
}

/* --- ends --------------------------------------------------------------- */

/* One that it cleared is said with its address. */
static const char *our_text(enum nas_why why, const char *ip)
{
    static char text[80];

    if (why != NAS_WHY_CLEARED)
        return tap_why_text(why);
    snprintf(text, sizeof text, "%s cleared it", ip);
    return text;
}

static void say_our_end(const struct tap_pac_words *w,
                        const struct nas_event *e)
{
    const struct tap_line *l = line_of(w, e);
    const char *what = e->end->was_up ? "call ended" : "no call";
    const enum nas_why why = (enum nas_why)e->value;

    if (e->end->msg != 0)
        tap_say_many(l->talk, now_of(w), tap_why_text(why), TAP_INFO,
                     "%s: %s: %s", l->name, what,
                     our_text(why, tap_ip(e->remote)));
    else
        tap_say_many(l->talk, now_of(w), what, TAP_INFO,
                     "%s: %s: the control connection to %s is gone", l->name,
                     what, tap_ip(e->remote));
}

static void say_no_call(const struct tap_pac_words *w,
                        const struct nas_event *e)
{
    const struct tap_line *l = line_of(w, e);
    const struct pptp_call_end *end = e->end;
    const char *ip = tap_ip(e->remote);
    const char *cause = tap_why_text((enum nas_why)e->value);

    if (end->msg == PPTP_OCRP || end->msg == PPTP_ICRP)
        tap_say_many(l->talk, now_of(w), cause, TAP_NOTICE,
                     "%s: no call: %s refuses it (result %u, error %u): %s",
                     l->name, ip, end->result, end->error, cause);
    else
        tap_say_many(
            l->talk, now_of(w), NULL, TAP_NOTICE,
            "%s: no call: %s cleared it or did not answer; see its log",
            l->name, ip);
}

static void say_ended(const struct tap_pac_words *w, const struct nas_event *e)
{
    const struct tap_line *l = line_of(w, e);
    const char *ip = tap_ip(e->remote);

    if (e->end->msg == PPTP_CDN || e->end->msg == PPTP_CCRQ)
        tap_say_many(l->talk, now_of(w), NULL, TAP_INFO,
                     "%s: call ended: %s cleared it", l->name, ip);
    else
        tap_say_many(l->talk, now_of(w), NULL, TAP_INFO,
                     "%s: call ended: the control connection to %s is gone",
                     l->name, ip);
}

/* Nothing of a call whose line has ended it: that was said. */
static void say_end(struct tap_pac_words *w, const struct nas_event *e)
{
    struct pptp_call_info info = { .machine = PPTP_MACHINES };
    const unsigned msg = e->end->msg;
    bool pac;

    if (w->pac->line[e->index].dropped)
        return;
    pptp_peer_call_info(w->world->nas.node.peer, e->call, &info);
    pac = info.machine == PPTP_PAC_IN || info.machine == PPTP_PAC_OUT;
    if (pac && (msg == PPTP_CDN || msg == PPTP_OCRP || msg == 0))
        say_our_end(w, e);
    else if (!e->end->was_up)
        say_no_call(w, e);
    else
        say_ended(w, e);
}

/* What the line says, unless it tells itself. */
static void say_line_down(struct tap_pac_words *w, const struct nas_event *e)
{
    static const char *const text[PPTP_LINE_EVENTS] = {
        [PPTP_LINE_BUSY] = "busy",
        [PPTP_LINE_NO_CARRIER] = "no carrier",
        [PPTP_LINE_NO_DIAL_TONE] = "no dial tone",
        [PPTP_LINE_REFUSED] = "the line refuses it",
        [PPTP_LINE_NO_RESOURCE] = "the line is not free or not ready",
        [PPTP_LINE_DROPPED] = "the line was dropped",
        [PPTP_LINE_NO_ANSWER] = "no answer"
    };
    const struct nas_pac_line *at = &w->pac->line[e->index];
    const struct tap_line *l = line_of(w, e);
    const char *why = text[e->value];

    if (l->says)
        return;
    if (!at->placed && e->value == PPTP_LINE_DROPPED)
        why = "the caller hung up";
    if (at->state == NAS_PAC_UP)
        tap_say_many(l->talk, now_of(w), NULL, TAP_INFO,
                     "%s: call ended: the line was dropped (lost carrier)",
                     l->name);
    else
        tap_say_many(l->talk, now_of(w), why,
                     at->placed ? TAP_NOTICE : TAP_INFO, "%s: no call: %s",
                     l->name, why);
}

static void say_no_gre(struct tap_pac_words *w, const struct nas_event *e)
{
    tap_say(TAP_WARNING,
            "%s: the control connection works, but no GRE came from %s to "
            "%s: IP protocol 47 blocked on the way? Firewalls and NAT have "
            "to know PPTP (Linux: nf_conntrack_pptp)",
            line_of(w, e)->name, tap_ip(e->remote),
            tap_ip((uint32_t)e->value));
}

/* --- why there is no control connection --------------------------------- */

/* Of those whose TCP was there. */
static const char *failure_text(enum nas_failure f)
{
    switch (f) {
    case NAS_FAILURE_CLOSED_AT_ONCE:
        return "closed the connection at once, so its port is open: has it "
               "too many connections from here, or is another program there? "
               "See its log";
    case NAS_FAILURE_SILENT:
        return "takes the connection and says nothing: is it a PPTP server?";
    case NAS_FAILURE_UNWELCOME:
        return "takes the connection, but does not want us, or is no PPTP "
               "server; see its log";
    case NAS_FAILURE_NO_ADDRESS:
    case NAS_FAILURE_UNREACHABLE:
    case NAS_FAILURES: break;
    }
    return "";
}

/* 0: we have waited long enough. */
static const char *errno_text(const struct tap_pac_words *w, pptp_conn_id conn)
{
    int err = tap_world_contact(w->world, conn)->err;

    return err != 0 ? strerror(err) : "no answer";
}

/* Once until it is connected to. */
static void say_trunk_failed(struct tap_pac_words *w,
                             const struct nas_event *e)
{
    const enum nas_failure f = (enum nas_failure)e->value;
    const char *peer = peer_text(w, e->index);

    if (w->trunk_told[e->index] & 1u << f)
        return;
    w->trunk_told[e->index] |= (uint8_t)(1u << f);
    if (f == NAS_FAILURE_UNREACHABLE)
        tap_say(TAP_WARNING,
                "PNS %s: cannot be reached, or refuses us; is TCP port %u "
                "open there? tried again until it can (%s)",
                peer, w->config->world.port,
                errno_text(w, w->pac->trunk[e->index].conn));
    else if (f == NAS_FAILURE_NO_ADDRESS)
        tap_say(TAP_WARNING, "PNS %s: %s; looked up again until it is there",
                w->config->peer[e->index].name, w->unresolved);
    else
        tap_say(TAP_WARNING, "PNS %s: %s; tried again", peer, failure_text(f));
}

static void say_unreachable(const struct tap_pac_words *w,
                            const struct nas_event *e)
{
    const struct nas_pac_line *at = &w->pac->line[e->index];
    const struct tap_line *l = line_of(w, e);

    if (at->line->why == NAS_WHY_NO_PORT)
        tap_say_many(l->talk, now_of(w), NULL, TAP_WARNING,
                     "%s: no port is left at our address, or it is not here "
                     "any more: see `local`, which may have several",
                     l->name);
    else
        tap_say_many(l->talk, now_of(w), NULL, TAP_WARNING,
                     "%s: %s cannot be reached; is TCP port %u open there, "
                     "and on the way? (%s)",
                     l->name, address_text(w, at->tried - 1u, at->at - 1u),
                     w->config->world.port, errno_text(w, at->conn));
}

/* Once until a call comes through. */
static void say_server_failed(struct tap_pac_words *w,
                              const struct nas_event *e)
{
    const struct nas_pac_line *at = &w->pac->line[e->index];
    const struct tap_line *l = line_of(w, e);
    const enum nas_failure f = (enum nas_failure)e->value;
    const uint32_t peer = at->tried - 1u;
    const char *text = failure_text(f);

    if ((w->told[e->index][f] & 1u << peer) != 0)
        return;
    w->told[e->index][f] |= (uint16_t)(1u << peer);
    if (f == NAS_FAILURE_UNREACHABLE)
        say_unreachable(w, e);
    else if (f == NAS_FAILURE_NO_ADDRESS)
        tap_say_many(l->talk, tap_now(), NULL, TAP_WARNING,
                     "%s: %s: %s; looked up again for each call", l->name,
                     w->config->peer[peer].name, w->unresolved);
    else
        tap_say_many(l->talk, now_of(w), text, TAP_WARNING, "%s: %s %s",
                     l->name, address_text(w, peer, at->at - 1u), text);
}

static void say_no_room(struct tap_pac_words *w, const struct nas_event *e)
{
    const struct tap_line *l = line_of(w, e);

    tap_say_many(l->talk, now_of(w), NULL, TAP_NOTICE,
                 "%s: no call: no room for one more; cure: `limits: { calls: "
                 "N }`",
                 l->name);
}

/* --- all of them -------------------------------------------------------- */

static void say_trunk_up(struct tap_pac_words *w, const struct nas_event *e)
{
    w->trunk_told[e->index] = 0;
    tap_say(TAP_INFO, "PNS %s: connected", peer_text(w, e->index));
}

static void say_trunk_lost(struct tap_pac_words *w, const struct nas_event *e)
{
    tap_say(TAP_WARNING, "PNS %s: connection lost", peer_text(w, e->index));
}

typedef void say(struct tap_pac_words *w, const struct nas_event *e);

void tap_pac_say(struct tap_pac_words *w, const struct nas_event *e)
{
    static say *const of[NAS_EVENTS] = {
        [NAS_EV_PAC_NO_ROOM] = say_no_room,
        [NAS_EV_PAC_SERVER_FAILED] = say_server_failed,
        [NAS_EV_PAC_DIALS] = say_dials,
        [NAS_EV_PAC_NO_LINE] = say_no_line,
        [NAS_EV_PAC_NO_NUMBER] = say_no_number,
        [NAS_EV_PAC_CONNECTED] = say_connected,
        [NAS_EV_PAC_LINE_DOWN] = say_line_down,
        [NAS_EV_PAC_NO_GRE] = say_no_gre,
        [NAS_EV_PAC_END] = say_end,
        [NAS_EV_PAC_TRUNK_UP] = say_trunk_up,
        [NAS_EV_PAC_TRUNK_LOST] = say_trunk_lost,
        [NAS_EV_PAC_TRUNK_FAILED] = say_trunk_failed,
    };

    if (of[e->kind] != NULL)
        of[e->kind](w, e);
}

int tap_pac_words_init(struct tap_pac_words *w, uint32_t lines)
{
    w->told = calloc(lines, sizeof *w->told);
    return w->told == NULL ? -1 : 0;
}

void tap_pac_words_fini(struct tap_pac_words *w)
{
    free(w->told);
    w->told = NULL;
}
