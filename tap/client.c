/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bank of PPP clients; client.h. */
#include "config.h"

#include "tap/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "base/text.h"
#include "pptp/msg.h"
#include "ip/icmp.h"
#include "ip/forward.h"
#include "tap/log.h"
#include "tap/ppp_words.h"
#include "tap/priv.h"
#include "tap/why.h"
#include "tap/world.h"

enum { CLIENT_TUN_BATCH = 64, WHY = 256, CLIENT_IP_HEAD = 20 };

/* Nobody answers: the handset is put down. */
#define RINGING_NS (60 * PPTP_S)

/* A call that was up so long was a good one, whatever ended it: the next wait
 * is short. */
#define GOOD_NS (30 * PPTP_S)

static struct tap_client *client_of(struct nas_line *l)
{
    return (struct tap_client *)(void *)l; /* its first member */
}

static const struct tap_client *client_at(const struct nas_line *l)
{
    return (const struct tap_client *)(const void *)l;
}

static uint32_t index_of(const struct tap_client *c)
{
    return (uint32_t)(c - c->bank->client);
}

/* --- when to call ------------------------------------------------------- */

/* --- how many are on their way ------------------------------------------- */

/* Whoever is asked for more than he can do does less than he can: what was
 * begun times out, and is asked for again.  So there is a window of calls that
 * are not up yet, which grows while calls wait for it and set-ups are fast, as
 * far as queues go: in twice the time of the fastest, or a little more. */
enum { WINDOW_MIN = 16, WINDOW_FIRST = 64 };
#define QUEUE_NS (15 * PPTP_MS)

static bool has_turn(const struct tap_client_bank *b)
{
    return b->config->half_open == 0 || b->half_open < b->window;
}

/* One call's set-up took so long, or came to nothing (PPTP_NEVER). */
static void fit_window(struct tap_client_bank *b, pptp_ns took)
{
    if (b->fastest_ns == 0 || took < b->fastest_ns)
        b->fastest_ns = took;
    if (took > QUEUE_NS && took - QUEUE_NS > 2 * b->fastest_ns)
        b->window -= b->window >= WINDOW_MIN + 2 ? 2 : 0;
    else if (b->first != TAP_CLIENT_NONE && b->window < b->config->half_open)
        b->window++;
}

/* Its call is up, or has ended before. */
static void leave_half_open(struct tap_client *c)
{
    c->bank->half_open -= c->counted;
    c->counted = false;
}

static void wait_for_turn(struct tap_client *c, pptp_ns now)
{
    struct tap_client_bank *b = c->bank;

    c->state = TAP_CLIENT_WAITING;
    c->due_ns = now;
    c->behind = TAP_CLIENT_NONE;
    if (b->first == TAP_CLIENT_NONE)
        b->first = index_of(c);
    else
        b->client[b->last].behind = index_of(c);
    b->last = index_of(c);
    b->stats.held_back++;
}

/* In the order of their times. */
static struct tap_client *next_in_turn(struct tap_client_bank *b)
{
    struct tap_client *c = &b->client[b->first];

    b->first = c->behind;
    return c;
}

/* --- calls ---------------------------------------------------------------- */

/* The end of a call: when is the next one? */
static void rest(struct tap_client *c, pptp_ns now)
{
    const struct tap_client_config *config = c->bank->config;
    pptp_ns wait = c->wait_ns;

    c->state = TAP_CLIENT_IDLE;
    if (config->redial_ns == 0 || c->nas.finished) {
        /* the one call that it had came to nothing */
        if (!c->nas.finished && c->up_ns == 0)
            c->nas.failed = true;
        c->nas.finished = true;
        heap_set(&c->bank->timers, index_of(c), PPTP_NEVER);
        return;
    }
    if (c->up_ns != 0 && (c->orderly || now - c->up_ns >= GOOD_NS))
        wait = 0;
    wait = wait == 0 ? config->redial_ns : 2 * wait;
    if (wait > config->redial_max_ns)
        wait = config->redial_max_ns;
    c->wait_ns = wait;
    /* between three quarters and all of it */
    wait -= rng_split(&c->bank->random) % (wait / 4 + 1);
    heap_set(&c->bank->timers, index_of(c), now + wait);
}

static void call(struct tap_client *c, pptp_ns now)
{
    c->state = TAP_CLIENT_RINGING;
    c->rang_ns = now;
    c->up_ns = 0;
    c->orderly = c->leaving = false;
    if (c->bank->report.began_ns == 0)
        c->bank->report.began_ns = now;
    c->bank->stats.dialled++;
    c->bank->half_open++;
    c->counted = true;
    heap_set(&c->bank->timers, index_of(c), now + RINGING_NS);
    c->nas.owner->ring(&c->nas, now);
}

/* --- users --------------------------------------------------------------- */

static const char number_mark[] = "{n}";

bool tap_client_are_many(const struct tap_client_config *c)
{
    return strstr(c->ppp.user, number_mark) != NULL;
}

void tap_client_user(const struct tap_client_config *c, uint32_t i,
                     char out[NAS_PPPS_USER])
{
    const char *user = c->ppp.user, *mark = strstr(user, number_mark);

    if (mark == NULL)
        snprintf(out, NAS_PPPS_USER, "%s", user);
    else
        snprintf(out, NAS_PPPS_USER, "%.*s%u%s", (int)(mark - user), user,
                 i + 1, mark + sizeof number_mark - 1);
}

/* That of client i, until the next is asked for. */
static const char *user_of(struct tap_client_bank *b, uint32_t i)
{
    tap_client_user(b->config, i, b->user);
    return b->user;
}

static const char *on_user(struct nas_ppps *t, uint32_t i)
{
    return user_of(t->ctx, i);
}

/* --- what PPP wants ----------------------------------------------------- */

static void on_frame(struct nas_ppps *t, uint32_t i, pptp_pkt pkt)
{
    struct tap_client_bank *b = t->ctx;
    struct nas_line *l = &b->client[i].nas;

    l->owner->frame(l, tap_now(), pkt);
}

/* --- the other side's outer address -------------------------------------- */

static bool leads_into(const struct tap_client_config *c, uint32_t ip)
{
    uint32_t i;

    for (i = 0; i < c->routes_n; i++) {
        const struct tap_prefix *p = &c->routes[i];
        uint32_t mask = p->bits == 0 ? 0 : ~UINT32_C(0) << (32 - p->bits);

        if ((ip & mask) == p->ip)
            return true;
    }
    return false;
}

/* Packets of the tunnel must not go into the tunnel. */
static int pin(struct tap_client *c)
{
    char why[WHY];

    if (c->pinned != 0 || c->nas.remote == 0 ||
        !leads_into(c->bank->config, c->nas.remote))
        return 0;
    if (tap_keeper_pin(c->bank->keeper, c->nas.remote, true, why, sizeof why) <
        0) {
        tap_say(TAP_ERROR,
                "%s: %s would not be reachable beside the tunnel: "
                "%s; not tried again",
                c->line.name, tap_ip(c->nas.remote), why);
        return -1;
    }
    c->pinned = c->nas.remote;
    return 0;
}

static void unpin(struct tap_client *c)
{
    char why[WHY];

    if (c->pinned != 0 &&
        tap_keeper_pin(c->bank->keeper, c->pinned, false, why, sizeof why) < 0)
        tap_say(TAP_WARNING, "%s: the route to %s: %s; `ip route` shows it",
                c->line.name, tap_ip(c->pinned), why);
    c->pinned = 0;
}

/* The device gets the addresses that were agreed on. -1: that is a matter of
 * this machine, and was said; another log-in would end the same. */
static int set_device(struct tap_client *c, const struct ppp_info *info)
{
    const struct tap_client_config *config = c->bank->config;
    struct tap_tun_config t = { .name = config->device,
                                .local = info->ip_local,
                                .peer = info->ip_peer,
                                .mtu = nas_ppps_mtu(&c->bank->ppps,
                                                    index_of(c)),
                                .routes = config->routes,
                                .routes_n = config->routes_n };
    char why[WHY];

    if (config->device == NULL)
        return 0;
    if (t.mtu > config->mtu)
        t.mtu = config->mtu;
    /* a server that says its outer address is its inner one, too: packets
     * of the tunnel must not go into the tunnel */
    if (t.peer != 0 && t.peer == c->nas.remote)
        t.peer = 0;
    if (pin(c) < 0)
        return -1;
    if (tap_keeper_tun_change(c->bank->keeper, &c->tun, &t, why, sizeof why) ==
        0)
        return 0;
    tap_say(TAP_ERROR, "%s: TUN %s: %s; not tried again", c->line.name,
            c->tun.name, why);
    return -1;
}

static void unset_device(struct tap_client *c)
{
    const struct tap_client_config *config = c->bank->config;
    struct tap_tun_config t = { .name = config->device, .mtu = config->mtu };
    char why[WHY];

    if (config->device != NULL &&
        tap_keeper_tun_change(c->bank->keeper, &c->tun, &t, why, sizeof why) <
            0)
        tap_say(TAP_ERROR, "%s: TUN %s: %s", c->line.name, c->tun.name, why);
    unpin(c);
}

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

static void say_up(const struct tap_client *c, const struct ppp_info *info)
{
    char servers[120];
    struct pptp_text t;

    pptp_text_init(&t, servers, sizeof servers);
    put_servers(&t, "name servers", info->dns);
    put_servers(&t, "WINS", info->wins);
    tap_say_many(c->line.talk, c->up_ns, NULL, TAP_INFO,
                 "%s: up, we are %s, %s%s%s; %s, %s%s", c->line.name,
                 tap_ip(info->ip_local), tap_ip(info->ip_peer),
                 c->bank->config->device != NULL ? " behind " : "",
                 c->bank->config->device != NULL ? c->tun.name : "",
                 tap_ppp_auth_text(info->auth_us),
                 tap_ppp_mppe_text(info->mppe_tx), servers);
}

/* What became of a call, once for each; nothing of it where we have ended it
 * ourselves. Without a time of its own a session that ends in order has not
 * ended too early. */
static void book_end(struct tap_client *c, const char *cause,
                     const char *advice)
{
    struct tap_client_bank *b = c->bank;

    leave_half_open(c);
    if (c->leaving)
        return;
    if (c->up_ns == 0) {
        fit_window(b, PPTP_NEVER);
        b->stats.failed++;
        tap_client_book(&b->report.failed, cause, advice);
    } else if (b->config->hold_ns != 0 || !c->orderly) {
        b->stats.lost++;
        tap_client_book(&b->report.lost, cause, advice);
    }
}

static void end_ppp(struct tap_client *c)
{
    if (c->state == TAP_CLIENT_UP)
        c->bank->up--;
    c->state = TAP_CLIENT_ENDING;
    c->nas.owner->event(&c->nas, tap_now(), PPTP_LINE_DROPPED);
}

static void on_up(struct tap_client *c)
{
    struct tap_client_bank *b = c->bank;
    pptp_ns now = tap_now();
    struct ppp_info info;

    if (c->state == TAP_CLIENT_UP)
        return;
    ppp_session_info(nas_ppps_at(&b->ppps, index_of(c)), &info);
    if (set_device(c, &info) < 0) {
        c->nas.finished = c->nas.failed = true;
        book_end(c, "this machine's device or route could not be set", "");
        end_ppp(c);
        return;
    }
    c->state = TAP_CLIENT_UP;
    c->ip_local = info.ip_local;
    c->ip_peer = info.ip_peer;
    b->up++;
    /* IPCP may open again in one call, which came up before */
    if (c->up_ns == 0) {
        leave_half_open(c);
        fit_window(b, now - c->rang_ns);
        c->up_ns = b->report.latest_ns = now;
        b->stats.up++;
        hist_add(&b->report.set_up, now - c->rang_ns);
        if (b->config->hold_ns != 0)
            heap_set(&b->timers, index_of(c), now + b->config->hold_ns);
    }
    say_up(c, &info);
}

/* Another try would end like this one, and lock the account. */
static bool hopeless(enum ppp_reason r)
{
    return r == PPP_END_AUTH_US || r == PPP_END_AUTH_PEER ||
           r == PPP_END_AUTH_POLICY || r == PPP_END_MPPE;
}

/* What somebody can do about it, for the end of a line. */
static const char *cure(const struct tap_client *c, enum ppp_reason r,
                        const struct ppp_info *info)
{
    const char *advice = c->up_ns == 0 ? tap_ppp_advice(&c->bank->config->ppp,
                                                        info, true)
                                       : "";

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

static void say_end(const struct tap_client *c, enum ppp_reason reason,
                    bool last)
{
    struct ppp_info info;

    ppp_session_info(nas_ppps_at(&c->bank->ppps, index_of(c)), &info);
    tap_say_many(c->line.talk, tap_now(), ppp_reason_text(reason),
                 last ? TAP_ERROR : TAP_INFO, "%s: PPP %s: %s%s%s%s",
                 c->line.name, c->up_ns != 0 ? "ended" : "failed",
                 ppp_reason_text(reason),
                 reason == PPP_END_AUTH_US ? refusal(info.auth_error) : "",
                 cure(c, reason, &info), last ? "; not tried again" : "");
}

/* The other side has cleared the call without a word of PPP. */
static void say_cleared(const struct tap_client *c)
{
    struct ppp_info info;
    const char *advice;

    ppp_session_info(nas_ppps_at(&c->bank->ppps, index_of(c)), &info);
    advice = tap_ppp_advice(&c->bank->config->ppp, &info, true);
    /* whom we end ourselves the server has not cleared */
    if (c->up_ns == 0 && c->heard && !c->leaving)
        tap_say_many(c->line.talk, tap_now(), advice, TAP_NOTICE,
                     "%s: cleared in PPP's phase '%s'%s", c->line.name,
                     tap_ppp_phase_text(info.reached), advice);
}

/* PPP's goodbye, of either side. */
static bool is_orderly(enum ppp_reason r)
{
    return r == PPP_END_LOCAL || r == PPP_END_PEER;
}

static void on_end(struct tap_client *c, enum ppp_reason reason)
{
    struct ppp_info info;

    if (c->state != TAP_CLIENT_TALKING && c->state != TAP_CLIENT_UP)
        return;
    c->orderly = is_orderly(reason);
    if (hopeless(reason) && c->up_ns == 0)
        c->nas.finished = c->nas.failed = true;
    ppp_session_info(nas_ppps_at(&c->bank->ppps, index_of(c)), &info);
    book_end(c, ppp_reason_text(reason), cure(c, reason, &info));
    say_end(c, reason, c->nas.failed);
    end_ppp(c);
}

static void on_action(struct nas_ppps *t, uint32_t i,
                      const struct ppp_action *a)
{
    struct tap_client_bank *b = t->ctx;
    struct tap_client *c = &b->client[i];

    switch (a->type) {
    case PPP_ACT_UP:
        if (a->proto == PPP_PROTO_IPCP && c->state == TAP_CLIENT_TALKING)
            on_up(c);
        break;
    case PPP_ACT_DOWN:
        if (a->proto == PPP_PROTO_IPCP && c->state == TAP_CLIENT_UP) {
            c->state = TAP_CLIENT_TALKING;
            b->up--;
        }
        break;
    case PPP_ACT_END: on_end(c, a->reason); break;
    case PPP_ACT_SEND: /* a frame */
    case PPP_ACT_LINK:
    case PPP_ACT_AUTHENTICATED: break;
    }
}

static const struct nas_ppps_owner ppps_owner = { .frame = on_frame,
                                                  .action = on_action,
                                                  .user = on_user };

/* --- the device --------------------------------------------------------- */

/* Longest packet inside, whichever way. */
static uint16_t mtu_of(const struct tap_client *c)
{
    uint16_t mtu = nas_ppps_mtu_both(&c->bank->ppps, index_of(c));

    return mtu > c->bank->config->mtu ? (uint16_t)c->bank->config->mtu : mtu;
}

static void clamp(struct tap_client *c, uint8_t *ip, size_t n)
{
    if (c->bank->config->clamp_mss && forward_is_syn(ip, n) &&
        forward_clamp_mss(ip, n, mtu_of(c)))
        c->bank->stats.mss_clamped++;
}

/* What cannot go as it is: as fragments, or whoever sent it has to know. */
static void send_cut(struct tap_client *c, pptp_pkt pkt)
{
    struct tap_client_bank *b = c->bank;
    struct pptp_packet *k = pptp_pool_at(c->line.pool, pkt);
    pptp_pkt part[NAS_PPPS_FRAGMENTS];
    uint32_t n = nas_ppps_fragments(&b->ppps, index_of(c), pkt, part), i;
    uint8_t answer[TOO_LONG_OCTETS];
    size_t len;

    if (n > 0) {
        b->stats.tun_cut++;
        c->tx_packets++;
        c->tx_octets += k->head_len;
        for (i = 0; i < n; i++)
            c->nas.owner->frame(&c->nas, tap_now(), part[i]);
        return;
    }
    b->stats.tun_long++;
    len = icmp_too_long(pptp_packet_data(k), k->head_len, c->ip_peer,
                        nas_ppps_mtu(&b->ppps, index_of(c)), answer);
    if (len > 0)
        tap_tun_write(&c->tun, answer, len);
}

static void from_device(struct tap_client *c, pptp_pkt pkt)
{
    struct tap_client_bank *b = c->bank;
    struct pptp_packet *k = pptp_pool_at(c->line.pool, pkt);
    size_t len = k->head_len;
    int err = PPTP_ERR_STATE;

    if (c->state != TAP_CLIENT_UP) {
        b->stats.tun_down++;
    } else if (c->hold) {
        b->stats.tun_held++;
    } else {
        clamp(c, pptp_packet_data(k), len);
        err = nas_ppps_output(&b->ppps, index_of(c), pkt);
        if (err == PPTP_ERR_VALUE)
            send_cut(c, pkt);
        else if (err != PPTP_OK)
            b->stats.tun_refused++;
    }
    if (err != PPTP_OK) {
        pptp_pool_free(c->line.pool, pkt);
        return;
    }
    c->tx_packets++;
    c->tx_octets += len;
    c->nas.owner->frame(&c->nas, tap_now(), pkt);
}

static void tun_ready(struct tap_source *source, uint32_t events)
{
    struct tap_client *c = source->owner;
    int i;

    if (events & (EPOLLERR | EPOLLHUP)) {
        tap_say(TAP_ERROR, "%s: TUN %s: somebody removed the device",
                c->line.name, c->tun.name);
        tap_loop_remove(c->line.loop, source);
        c->nas.finished = c->nas.failed = true;
        if (c->state == TAP_CLIENT_TALKING || c->state == TAP_CLIENT_UP)
            end_ppp(c);
        return;
    }
    for (i = 0; i < CLIENT_TUN_BATCH; i++) {
        pptp_pkt pkt = pptp_pool_take(c->line.pool,
                                      PPTP_HEADROOM + PPP_HEAD_MAX);

        if (pkt == PPTP_PKT_NONE) {
            c->bank->stats.tun_exhausted += tap_tun_discard(&c->tun);
            return;
        }
        if (!tap_tun_read(&c->tun, c->line.pool, pkt)) {
            pptp_pool_free(c->line.pool, pkt);
            return;
        }
        from_device(c, pkt);
    }
}

/* --- a line ------------------------------------------------------------- */

static int on_open(struct tap_line *l, char *why, size_t cap)
{
    struct tap_client *c = client_of(l->nas);
    const struct tap_client_config *config = c->bank->config;
    struct tap_tun_config t = { .name = config->device, .mtu = config->mtu };

    c->bank->ppps.pool = l->pool;
    if (config->device == NULL)
        return 0;
    if (tap_keeper_tun(c->bank->keeper, &c->tun, &t, why, cap) < 0)
        return -1;
    c->tun.source.ready = tun_ready;
    c->tun.source.owner = c;
    c->tun.source.rank = TAP_RANK_DEVICE;
    if (tap_loop_add(l->loop, &c->tun.source, EPOLLIN) == 0)
        return 0;
    snprintf(why, cap, "no memory for the device");
    return -1;
}

static void on_close(struct tap_line *l)
{
    struct tap_client *c = client_of(l->nas);

    if (c->tun.source.fd < 0)
        return;
    tap_loop_remove(l->loop, &c->tun.source);
    tap_tun_close(&c->tun);
}

static void on_request(const struct nas_line *l, struct pptp_call_request *out)
{
    const struct tap_client *c = client_at(l);
    const struct tap_client_config *config = c->bank->config;

    *out = (struct pptp_call_request){ .bearer = PPTP_BEARER_DIGITAL,
                                       .framing = PPTP_FRAMING_SYNC |
                                                  PPTP_FRAMING_ASYNC,
                                       .min_bps = 300,
                                       .max_bps = config->bps,
                                       .phys_channel = index_of(c) };
    if (config->number != NULL)
        snprintf(out->number, sizeof out->number, "%s", config->number);
}

static void on_info(const struct nas_line *l, struct pptp_line_info *out)
{
    const struct tap_client *c = client_at(l);

    *out = (struct pptp_line_info){ .connect_bps = c->bank->config->bps,
                                    .framing = PPTP_FRAMING_SYNC,
                                    .phys_channel = index_of(c) };
}

/* Takes a call that somebody else placed: a PNS that dials us. */
static void on_dial(struct nas_line *l, pptp_ns now,
                    const struct pptp_call_request *r)
{
    (void)r;
    l->owner->event(l, now, PPTP_LINE_REFUSED);
}

static void on_answer(struct nas_line *l, pptp_ns now)
{
    struct tap_client *c = client_of(l);

    heap_set(&c->bank->timers, index_of(c), PPTP_NEVER);
    c->state = TAP_CLIENT_TALKING;
    c->hold = c->heard = false;
    c->rx_packets = c->rx_octets = c->tx_packets = c->tx_octets = 0;
    l->owner->event(l, now, PPTP_LINE_CONNECTED);
    nas_ppps_begin(&c->bank->ppps, index_of(c), now);
}

static const char *why_cleared(const struct tap_client *c)
{
    return c->nas.why != NAS_WHY_UNKNOWN ? tap_why_text(c->nas.why)
                                         : "the call was cleared";
}

/* The call has ended before PPP's own end was through: the other side's last
 * word counts all the same. */
static void look_at_end(struct tap_client *c)
{
    struct ppp_info info;
    const char *advice;

    ppp_session_info(nas_ppps_at(&c->bank->ppps, index_of(c)), &info);
    c->orderly = is_orderly(info.reason);
    if (info.reason != PPP_END_NONE) {
        book_end(c, ppp_reason_text(info.reason), cure(c, info.reason, &info));
    } else {
        advice = c->up_ns == 0 && c->heard
                     ? tap_ppp_advice(&c->bank->config->ppp, &info, true)
                     : "";
        book_end(c, why_cleared(c), advice);
    }
    if (c->up_ns == 0 && hopeless(info.reason)) {
        c->nas.finished = c->nas.failed = true;
        say_end(c, info.reason, true);
    } else {
        say_cleared(c);
    }
}

static void on_hangup(struct nas_line *l, pptp_ns now)
{
    struct tap_client *c = client_of(l);
    uint8_t state = c->state;

    if (state == TAP_CLIENT_IDLE || state == TAP_CLIENT_WAITING)
        return;
    if (state == TAP_CLIENT_UP)
        c->bank->up--;
    if (l->ours)
        c->leaving = true;
    if (state == TAP_CLIENT_RINGING)
        book_end(c, why_cleared(c), "");
    if (state == TAP_CLIENT_TALKING || state == TAP_CLIENT_UP)
        look_at_end(c);
    if (state != TAP_CLIENT_RINGING)
        unset_device(c);
    c->state = TAP_CLIENT_ENDING;
    if (state != TAP_CLIENT_RINGING)
        nas_ppps_down(&c->bank->ppps, index_of(c), now);
    rest(c, now);
}

static void on_accm(struct nas_line *l, uint32_t tx_accm, uint32_t rx_accm)
{
    (void)l; /* nothing is escaped here */
    (void)tx_accm;
    (void)rx_accm;
}

static void to_device(struct tap_client *c, uint8_t *ip, size_t n)
{
    if (n < CLIENT_IP_HEAD || ip[0] >> 4 != 4) {
        c->bank->stats.not_ipv4++;
        return;
    }
    c->rx_packets++;
    c->rx_octets += n;
    if (c->tun.source.fd < 0)
        return;
    clamp(c, ip, n);
    tap_tun_write(&c->tun, ip, n);
}

static void on_tunnel_frame(struct nas_line *l, pptp_ns now, pptp_pkt pkt)
{
    struct tap_client *c = client_of(l);
    uint8_t *packet;
    size_t n;

    c->heard = true;
    if ((c->state == TAP_CLIENT_TALKING || c->state == TAP_CLIENT_UP) &&
        nas_ppps_input(&c->bank->ppps, index_of(c), now, pkt, &packet, &n) ==
            PPP_PROTO_IP &&
        c->state == TAP_CLIENT_UP)
        to_device(c, packet, n);
    l->owner->frame_done(l, pkt);
}

static void on_hold(struct nas_line *l, pptp_ns now, bool hold)
{
    (void)now;
    client_of(l)->hold = hold;
}

/* The first line of the bank answers for all. */
static pptp_ns on_deadline(const struct nas_line *l)
{
    const struct tap_client_bank *b = client_at(l)->bank;
    pptp_ns a = heap_next(&b->timers), p = nas_ppps_deadline(&b->ppps);

    if (b->first != TAP_CLIENT_NONE && has_turn(b))
        return 0;
    return a < p ? a : p;
}

/* That of a session that has been up, also where IPCP is down just then; or
 * of one that has rung in vain. */
static void time_is_over(struct tap_client *c, pptp_ns now)
{
    if (c->state == TAP_CLIENT_UP || c->state == TAP_CLIENT_TALKING) {
        c->leaving = true;
        nas_ppps_close(&c->bank->ppps, index_of(c), now);
    } else if (c->state == TAP_CLIENT_RINGING) {
        if (c->nas.why == NAS_WHY_UNKNOWN)
            c->nas.why = NAS_WHY_RANG_IN_VAIN;
        c->nas.owner->event(&c->nas, now, PPTP_LINE_DROPPED);
    }
}

static void call_in_turn(struct tap_client *c, pptp_ns now)
{
    struct tap_client_report *r = &c->bank->report;

    if (c->nas.finished) { /* the daemon ends meanwhile */
        c->state = TAP_CLIENT_IDLE;
        return;
    }
    if (now - c->due_ns > r->held_back_ns)
        r->held_back_ns = now - c->due_ns;
    call(c, now);
}

static void on_advance(struct nas_line *l, pptp_ns now)
{
    struct tap_client_bank *b = client_of(l)->bank;

    while (heap_next(&b->timers) <= now) {
        struct tap_client *c = &b->client[b->timers.item[0].item];

        heap_set(&b->timers, index_of(c), PPTP_NEVER);
        if (c->state != TAP_CLIENT_IDLE)
            time_is_over(c, now);
        else if (b->first == TAP_CLIENT_NONE && has_turn(b))
            call(c, now);
        else
            wait_for_turn(c, now);
    }
    while (b->first != TAP_CLIENT_NONE && has_turn(b))
        call_in_turn(next_in_turn(b), now);
    nas_ppps_advance(&b->ppps, now);
}

static void on_bye(struct nas_line *l, pptp_ns now)
{
    struct tap_client *c = client_of(l);

    l->finished = true;
    c->leaving = true;
    heap_set(&c->bank->timers, index_of(c), PPTP_NEVER);
    if (c->state == TAP_CLIENT_TALKING || c->state == TAP_CLIENT_UP)
        nas_ppps_close(&c->bank->ppps, index_of(c), now);
    else if (c->state == TAP_CLIENT_RINGING)
        l->owner->event(l, now, PPTP_LINE_DROPPED);
}

static void on_view(const struct tap_line *l, struct tap_call_view *out)
{
    const struct tap_client *c = client_at(l->nas);
    struct ppp_info info;

    if (c->state != TAP_CLIENT_TALKING && c->state != TAP_CLIENT_UP)
        return;
    ppp_session_info(nas_ppps_at(&c->bank->ppps, index_of(c)), &info);
    out->user = user_of(c->bank, index_of(c));
    out->phase = tap_ppp_phase_text(info.phase);
    out->auth = tap_ppp_auth_text(info.auth_us);
    out->mppe = tap_ppp_mppe_text(info.mppe_tx);
    out->encrypted = info.mppe_tx != 0;
    out->mtu = nas_ppps_mtu(&c->bank->ppps, index_of(c));
    if (out->mtu > c->bank->config->mtu)
        out->mtu = (uint16_t)c->bank->config->mtu;
    out->device = c->tun.source.fd >= 0 ? c->tun.name : NULL;
    out->inner = c->ip_peer;
    out->inner_local = c->ip_local;
    memcpy(out->dns, info.dns, sizeof out->dns);
    memcpy(out->wins, info.wins, sizeof out->wins);
    out->up_ns = c->up_ns;
    out->rx_packets = c->rx_packets;
    out->rx_octets = c->rx_octets;
    out->tx_packets = c->tx_packets;
    out->tx_octets = c->tx_octets;
}

static const struct tap_line_ops device_ops = { .open = on_open,
                                                .close = on_close,
                                                .view = on_view };

static const struct nas_line_ops client_ops = { .request = on_request,
                                                .info = on_info,
                                                .dial = on_dial,
                                                .answer = on_answer,
                                                .hangup = on_hangup,
                                                .bye = on_bye,
                                                .accm = on_accm,
                                                .frame = on_tunnel_frame,
                                                .hold = on_hold,
                                                .deadline = on_deadline,
                                                .advance = on_advance };

/* --- the bank ----------------------------------------------------------- */

int tap_client_init(struct tap_client_bank *b,
                    const struct tap_client_config *c,
                    struct tap_keeper *keeper,
                    const struct ppp_secrets *secrets)
{
    struct ppp_config ppp = c->ppp;
    pptp_ns now = tap_now();
    uint32_t i;

    memset(b, 0, sizeof *b);
    b->config = c;
    b->keeper = keeper;
    ppp.secrets = secrets;
    b->random = tap_random();
    b->ppps.owner = &ppps_owner;
    b->ppps.ctx = b;
    b->client = calloc(c->count, sizeof *b->client);
    if (b->client == NULL ||
        nas_ppps_init(&b->ppps, &ppp, c->count, tap_random()) < 0 ||
        heap_init(&b->timers, c->count) < 0)
        return -1;
    b->first = b->last = TAP_CLIENT_NONE;
    b->window = c->half_open < WINDOW_FIRST ? c->half_open : WINDOW_FIRST;
    for (i = 0; i < c->count; i++) {
        struct tap_client *l = &b->client[i];

        l->bank = b;
        l->tun.source.fd = -1;
        l->nas.ops = &client_ops;
        l->nas.polled = i == 0;
        l->line.nas = &l->nas;
        l->line.ops = &device_ops;
        l->line.name = c->name;
        l->line.says = true;
        l->line.talk = c->count > 1 ? &b->talk : NULL;
        heap_set(&b->timers, i,
                 now + (c->rate == 0 ? 0 : i * PPTP_S / c->rate));
    }
    return 0;
}

void tap_client_fini(struct tap_client_bank *b)
{
    free(b->client);
    b->client = NULL;
    nas_ppps_fini(&b->ppps);
    heap_fini(&b->timers);
    hist_free(&b->report.set_up);
}
