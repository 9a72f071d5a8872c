/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What PPP does with a call, and packets to and from it; pns_impl.h. */
#include "config.h"

#include "tap/pns_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/wire.h"
#include "ip/icmp.h"
#include "ip/forward.h"
#include "tap/log.h"
#include "tap/ppp_words.h"
#include "tap/priv.h"

enum {
    NAME_TEXT = 6 * PPP_NAME_KEPT + 3, /* a user's name, quoted */
    SESSION_IP_HEAD = 20,
    SESSION_IP_PROTOCOL = 9,
    TCP = 6,
    SESSION_IP_SOURCE = 12,
    SESSION_IP_DESTINATION = 16
};

#define SILENT_NS (60 * PPTP_S)  /* that PPP of the other side may take */
#define FIRST_NS (1 * PPTP_S)    /* in which a VPN client's comes first */
#define GIVES_UP_NS (5 * PPTP_S) /* a user, at the earliest */
#define OUTER_NS (60 * PPTP_S)   /* until the same trouble is said again */

static const struct nas_ppps_owner ppps_owner;

int tap_sessions_init(struct tap_pns *p)
{
    struct ppp_config c = p->config->nas.ppp;
    uint32_t n = p->config->world.limits.calls, i;
    uint32_t window = p->config->world.pptp.win.recv_window;

    /* what waits here counts in the window of its call */
    p->out_limit = window / 2 < TAP_PNS_OUT ? (window + 1) / 2 : TAP_PNS_OUT;
    c.secrets = &p->aaa.secrets;
    p->ppps.owner = &ppps_owner;
    p->ppps.ctx = p;
    p->ppps.pool = &p->world.pool;
    p->session = calloc(n, sizeof *p->session);
    if (p->session == NULL ||
        nas_ppps_init(&p->ppps, &c, n, tap_random()) < 0 ||
        heap_init(&p->timers, n) < 0 || map_init(&p->calls_source, n) < 0 ||
        nas_pool_init(&p->addresses, n) < 0)
        return -1;
    for (i = 0; i < n; i++)
        p->session[i].call = PPTP_NONE;
    return 0;
}

void tap_sessions_fini(struct tap_pns *p)
{
    free(p->session);
    nas_ppps_fini(&p->ppps);
    heap_fini(&p->timers);
    map_fini(&p->calls_source);
    nas_pool_fini(&p->addresses);
}

static struct ppp_session *ppp_of(const struct tap_pns *p,
                                  const struct tap_session *s)
{
    return nas_ppps_at(&p->ppps, tap_session_index(p, s));
}

struct tap_session *tap_session_of(struct tap_pns *p, pptp_call_id call)
{
    struct tap_session *s = &p->session[pptp_call_slot(call)];

    return s->call == call ? s : NULL;
}

/* The user and where he comes from, for messages. */
static const char *who(const struct tap_pns *p, const struct tap_session *s)
{
    static char text[NAME_TEXT + 40];
    const char *name = s->begun ? ppp_claimed_name(ppp_of(p, s)) : "";
    char quoted[NAME_TEXT];
    struct pptp_text t;

    if (*name == 0) {
        snprintf(text, sizeof text, "call from %s", tap_ip(s->remote));
        return text;
    }
    pptp_text_init(&t, quoted, sizeof quoted);
    pptp_text_quoted(&t, name, strlen(name));
    snprintf(text, sizeof text, "%s from %s", quoted, tap_ip(s->remote));
    return text;
}

void tap_session_end(struct tap_pns *p, struct tap_session *s)
{
    if (!s->closing)
        nas_later(&p->world.nas, NAS_CALL_CLOSE, s->call, PPTP_PKT_NONE);
    s->closing = true;
}

/* --- what PPP wants ----------------------------------------------------- */

static void on_frame(struct nas_ppps *t, uint32_t i, pptp_pkt pkt)
{
    struct tap_pns *p = t->ctx;

    nas_later(&p->world.nas, NAS_FRAME, p->session[i].call, pkt);
}

/* 2.15: the maps are those of the PAC's line; who dialled us has none. */
static void on_link(struct tap_pns *p, struct tap_session *s)
{
    struct ppp_info info;

    if (s->machine != PPTP_PNS_IN && s->machine != PPTP_PNS_OUT)
        return;
    ppp_session_info(ppp_of(p, s), &info);
    s->tx_accm = info.accm_tx;
    s->rx_accm = info.accm_rx;
    nas_later(&p->world.nas, PNS_TODO_LINK_INFO, s->call, PPTP_PKT_NONE);
}

/* From packet i on all that are for its device. Where one begins there is
 * room before it: its own headers of IP, GRE and PPP. */
static void write_device(struct tap_pns *p, uint32_t i)
{
    struct tap_tun *t = p->out[i].tun;
    struct iovec packet[TAP_PNS_OUT];
    uint32_t n = 0;

    for (; i < p->out_n; i++) {
        struct tap_pns_out *o = &p->out[i];

        if (o->tun != t)
            continue;
        packet[n++] = (struct iovec){ (void *)(uintptr_t)o->octets, o->n };
        o->tun = NULL;
    }
    tap_tun_write_batch(t, packet, n);
}

/* Of many packets first the core's part, then the kernel's, is quicker than
 * both of each in turn: code and tables stay in the nearest cache. */
static void write_out(struct tap_pns *p)
{
    uint32_t i;

    for (i = 0; i < p->out_n; i++)
        if (p->out[i].tun != NULL)
            write_device(p, i);
    for (i = 0; i < p->out_n; i++)
        nas_later(&p->world.nas, NAS_FRAME_DONE, p->out[i].call,
                  p->out[i].pkt);
    p->out_n = 0;
}

void tap_session_release(struct tap_pns *p, struct tap_session *s)
{
    bool stray = s->stray;

    if (s->ip == 0)
        return;
    if (p->config->each) /* while its device is there */
        write_out(p);
    tap_device_leave(p, s);
    nas_pool_give(&p->addresses, s->ip);
    s->ip = 0;
    s->up = s->stray = false;
    if (stray)
        (void)tap_device_routes(p, p->config);
}

/* What is left of an earlier session (a crash, another way into the net) ends,
 * for he has proved who he is. */
static void take_over(struct tap_pns *p, struct tap_session *s, uint32_t ip)
{
    tap_say(TAP_NOTICE, "%s: taken over by a later session of the user",
            tap_ip(ip));
    tap_session_release(p, s);
    tap_session_end(p, s);
}

/* Before IPCP asks for it: the user is known, or nobody asks who he is. */
static void give_address(struct tap_pns *p, struct tap_session *s)
{
    struct ppp_session *ppp = ppp_of(p, s);
    const char *user = ppp_peer_name(ppp);
    struct nas_aaa_answer a;
    char why[160];

    /* LCP anew: he keeps it, but somebody else does not get it */
    if (s->ip != 0 && strcmp(s->user, user) == 0)
        return;
    tap_session_release(p, s);
    snprintf(s->user, sizeof s->user, "%s", user);
    a = nas_aaa_address(&p->aaa, user, tap_session_index(p, s));
    if (a.why == NAS_AAA_HELD) {
        take_over(p, &p->session[a.holder], a.ip);
        a = nas_aaa_address(&p->aaa, user, tap_session_index(p, s));
    }
    if (a.why != NAS_AAA_GIVEN) {
        p->stats.no_address++;
        tap_secrets_why(p, &a, why, sizeof why);
        tap_say(TAP_WARNING, "%s: %s", who(p, s), why);
        /* after what he still has to hear: that he proved who he is */
        s->over = "no inner address for him";
        nas_later(&p->world.nas, PNS_TODO_BYE, s->call, PPTP_PKT_NONE);
        return;
    }
    s->ip = a.ip;
    ppp_set_peer_ip(ppp, s->ip);
}

/* --- when its time is over ---------------------------------------------- */

/* The next look at it.  A packet only leaves its time: the deadline that
 * comes then finds that it has moved. */
static pptp_ns time_over(const struct tap_pns *p, const struct tap_session *s)
{
    const struct tap_pns_config *c = p->config;
    pptp_ns end = c->nas.session_ns == 0 ? PPTP_NEVER
                                         : s->up_ns + c->nas.session_ns;
    pptp_ns idle = c->nas.idle_ns == 0 ? PPTP_NEVER
                                       : s->active_ns + c->nas.idle_ns;

    return end < idle ? end : idle;
}

static void arm(struct tap_pns *p, struct tap_session *s)
{
    heap_set(&p->timers, tap_session_index(p, s), time_over(p, s));
}

void tap_sessions_timers(struct tap_pns *p)
{
    uint32_t i;

    for (i = 0; i < p->config->world.limits.calls; i++) {
        struct tap_session *s = &p->session[i];

        if (s->call != PPTP_NONE && s->up_ns != 0 && s->over == NULL &&
            !s->closing)
            arm(p, s);
    }
}

static void check_time(struct tap_pns *p, struct tap_session *s, pptp_ns now)
{
    const struct tap_pns_config *c = p->config;

    arm(p, s);
    if (time_over(p, s) > now)
        return;
    if (c->nas.session_ns != 0 && s->up_ns + c->nas.session_ns <= now) {
        s->over = "its time was over (session_timeout)";
        p->stats.session_ended++;
    } else {
        s->over = "no packets for too long (idle_timeout)";
        p->stats.idle_ended++;
    }
    heap_set(&p->timers, tap_session_index(p, s), PPTP_NEVER);
    tap_session_close(p, s, now, true);
}

/* RFC 1570 2.2: the other side may know. */
static void first_up(struct tap_pns *p, struct tap_session *s)
{
    s->up_ns = s->active_ns = p->world.nas.node.now_ns;
    arm(p, s);
    if (p->config->nas.session_ns != 0)
        (void)ppp_time_left(p->ppps.ppp, ppp_of(p, s),
                            (uint32_t)(p->config->nas.session_ns / PPTP_S),
                            "");
}

static void on_up(struct tap_pns *p, struct tap_session *s)
{
    struct ppp_info info;

    ppp_session_info(ppp_of(p, s), &info);
    /* whatever was negotiated: packets are routed to what was given */
    if (info.ip_peer != s->ip || s->ip == 0) {
        tap_say(TAP_WARNING, "%s: does not take its address %s", who(p, s),
                tap_ip(s->ip));
        tap_session_end(p, s);
        return;
    }
    if (tap_device_join(p, s) < 0) {
        tap_session_end(p, s);
        return;
    }
    s->up = true;
    s->had = s->ip;
    /* only once: who negotiates anew gets no more time */
    if (s->up_ns == 0)
        first_up(p, s);
    tap_say(TAP_INFO, "%s: up with %s; %s, %s", who(p, s), tap_ip(s->ip),
            tap_ppp_auth_text(info.auth_peer),
            tap_ppp_mppe_text(info.mppe_tx));
}

/* Nobody answers: a cause that somebody can do something about, once. */
static void say_no_gre(struct tap_pns *p, struct tap_session *s)
{
    struct pptp_call_info info;

    if (s->told || s->linked ||
        pptp_peer_call_info(p->world.nas.node.peer, s->call, &info) != PPTP_OK)
        return;
    s->told = true;
    if (tap_diagnose_no_gre(&p->world.diagnose, p->world.nas.node.now_ns,
                            s->call))
        return;
    if (info.rx_packets == 0)
        tap_say(TAP_WARNING,
                "%s: the control connection works, but no GRE came; is IP "
                "protocol 47 blocked on the way?",
                who(p, s));
    else if (s->begun && info.last_rtt_ns == 0)
        tap_say(TAP_WARNING,
                "%s: GRE comes, but nobody there answers ours; is IP protocol "
                "47 blocked towards it, or a NAT on the way that has no PPTP "
                "helper?",
                who(p, s));
}

static void on_end(struct tap_pns *p, struct tap_session *s,
                   enum ppp_reason reason)
{
    s->reason = (uint8_t)reason;
    s->up = false;
    tap_session_end(p, s);
    if (reason == PPP_END_NO_ANSWER)
        say_no_gre(p, s);
}

static void on_action(struct nas_ppps *t, uint32_t i,
                      const struct ppp_action *a)
{
    struct tap_pns *p = t->ctx;
    struct tap_session *s = &p->session[i];

    switch (a->type) {
    case PPP_ACT_SEND: break; /* a frame */
    case PPP_ACT_UP:
        if (a->proto == PPP_PROTO_IPCP)
            on_up(p, s);
        break;
    case PPP_ACT_DOWN:
        if (a->proto == PPP_PROTO_IPCP)
            s->up = false;
        break;
    case PPP_ACT_LINK:
        s->linked = true;
        on_link(p, s);
        if (p->config->nas.ppp.ask_auth == PPP_AUTH_NONE)
            give_address(p, s);
        break;
    case PPP_ACT_AUTHENTICATED: give_address(p, s); break;
    case PPP_ACT_END: on_end(p, s, a->reason); break;
    }
}

static const struct nas_ppps_owner ppps_owner = { .frame = on_frame,
                                                  .action = on_action };

/* --- the life of a call ------------------------------------------------- */

static void count_source(struct tap_pns *p, uint32_t ip, int by)
{
    uint32_t n = map_get(&p->calls_source, ip);

    n = (n == BASE_MAP_NONE ? 0 : n) + (uint32_t)by;
    if (n == 0)
        map_remove(&p->calls_source, ip);
    else
        map_set(&p->calls_source, ip, n);
}

void tap_session_new(struct tap_pns *p, const struct pptp_action *a)
{
    struct tap_session *s = &p->session[pptp_call_slot(a->call)];
    struct tap_tcp_conn *c = tap_world_tcp(&p->world, a->conn);
    struct pptp_call_info info;
    const char *why;
    uint32_t n;

    PPTP_ASSERT(s->call == PPTP_NONE);
    *s = (struct tap_session){ .call = a->call };
    s->began_ns = p->world.nas.node.now_ns;
    if (c != NULL)
        s->remote = pptp_addr_to_v4(&c->info.remote);
    if (pptp_peer_call_info(p->world.nas.node.peer, a->call, &info) == PPTP_OK)
        s->machine = info.machine;
    p->sessions++;
    count_source(p, s->remote, 1);
    n = map_get(&p->calls_source, s->remote);
    why = p->world.drain != TAP_SERVING        ? "we are about to end"
          : n > p->config->nas.calls_source    ? "too many calls from there"
          : p->sessions > p->config->nas.calls ? "too many calls"
                                               : NULL;
    s->refused = why != NULL;
    if (!s->refused)
        return;
    p->stats.calls_refused++;
    if (p->world.drain == TAP_SERVING && n > p->config->nas.calls_source)
        tap_diagnose_limit(&p->world.diagnose, p->world.nas.node.now_ns,
                           s->remote, TAP_CAUSE_CALLS);
    else
        tap_say(TAP_NOTICE, "%s: refused, %s", who(p, s), why);
    /* towards a PAC; who dials hears it as the line's answer */
    if (s->machine == PPTP_PNS_IN)
        tap_session_end(p, s);
}

static void begin_ppp(struct tap_pns *p, struct tap_session *s)
{
    s->waits = false;
    s->begun = true;
    heap_set(&p->timers, tap_session_index(p, s), PPTP_NEVER);
    nas_ppps_begin(&p->ppps, tap_session_index(p, s),
                   p->world.nas.node.now_ns);
}

void tap_session_begin(struct tap_pns *p, pptp_call_id call)
{
    struct tap_session *s = tap_session_of(p, call);

    if (s == NULL || s->refused)
        return;
    /* a VPN client begins by himself, and a NAT in front of him wants him
     * to: Linux's takes no GRE from us before the first of his */
    if (!p->config->nas.silent && s->machine != PPTP_PAC_OUT) {
        begin_ppp(p, s);
        return;
    }
    s->waits = true;
    heap_set(&p->timers, tap_session_index(p, s),
             p->world.nas.node.now_ns +
                 (p->config->nas.silent ? SILENT_NS : FIRST_NS));
}

/* Who was not let in, and why; who guesses is counted. */
static bool say_refused(struct tap_pns *p, const struct tap_session *s,
                        const struct ppp_info *info)
{
    bool guess = info->fault != PPP_FAULT_NONE;

    if (s->up_ns != 0 || (!guess && info->reason != PPP_END_AUTH_PEER))
        return false;
    if (guess && !tap_diagnose_refused(&p->world.diagnose,
                                       p->world.nas.node.now_ns, s->remote))
        return true;
    tap_say(TAP_INFO, "%s: not let in: %s (%s, %s)", who(p, s),
            ppp_reason_text(PPP_END_AUTH_PEER),
            tap_ppp_auth_text(info->auth_peer),
            ppp_fault_text((enum ppp_fault)info->fault));
    return true;
}

static void say_gone(struct tap_pns *p, const struct tap_session *s,
                     const struct pptp_call_end *end)
{
    struct ppp_info info = { .reason = PPP_END_NONE };
    const char *why;

    if (s->refused)
        return;

    if (s->begun)
        ppp_session_info(ppp_of(p, s), &info);
    /* PPP may be about to end: it waits a while after the last word */
    if (s->reason != PPP_END_NONE)
        info.reason = (enum ppp_reason)s->reason;
    if (say_refused(p, s, &info))
        return;
    why = s->over != NULL               ? s->over
          : info.reason != PPP_END_NONE ? ppp_reason_text(info.reason)
          : end->msg == PPTP_CCRQ || end->msg == PPTP_CDN
              ? "the call was cleared"
              : "the control connection ended";

    if (s->up_ns == 0) {
        tap_say(TAP_INFO, "%s: ended before it was up: %s%s", who(p, s), why,
                s->begun && s->over == NULL
                    ? tap_ppp_advice(&p->config->nas.ppp, &info, false)
                    : "");
        return;
    }
    tap_say(
        TAP_INFO,
        "%s: down, had %s for %llu s: %s; received %llu packet%s %llu "
        "octet%s, sent %llu packet%s %llu octet%s",
        who(p, s), tap_ip(s->had),
        (unsigned long long)((p->world.nas.node.now_ns - s->up_ns) / PPTP_S),
        why, (unsigned long long)s->rx_packets, pptp_plural(s->rx_packets),
        (unsigned long long)s->rx_octets, pptp_plural(s->rx_octets),
        (unsigned long long)s->tx_packets, pptp_plural(s->tx_packets),
        (unsigned long long)s->tx_octets, pptp_plural(s->tx_octets));
}

void tap_session_gone(struct tap_pns *p, pptp_call_id call,
                      const struct pptp_call_end *end)
{
    struct tap_session *s = tap_session_of(p, call);

    if (s == NULL)
        return;
    s->closing = true;
    /* a user who gave up before we did */
    if (!s->refused && p->world.nas.node.now_ns - s->began_ns >= GIVES_UP_NS)
        say_no_gre(p, s);
    say_gone(p, s, end);
    if (s->begun)
        nas_ppps_down(&p->ppps, tap_session_index(p, s),
                      p->world.nas.node.now_ns);
    heap_set(&p->timers, tap_session_index(p, s), PPTP_NEVER);
    tap_session_release(p, s);
    count_source(p, s->remote, -1);
    p->sessions--;
    s->call = PPTP_NONE;
}

pptp_ns tap_sessions_deadline(const struct tap_pns *p)
{
    pptp_ns a = heap_next(&p->timers), b = nas_ppps_deadline(&p->ppps);

    if (p->out_n > 0) /* before anything is waited for */
        return 0;
    return a < b ? a : b;
}

void tap_sessions_advance(struct tap_pns *p, pptp_ns now)
{
    write_out(p);
    while (heap_next(&p->timers) <= now) {
        struct tap_session *s = &p->session[p->timers.item[0].item];

        if (!s->waits) {
            check_time(p, s, now);
            continue;
        }
        heap_set(&p->timers, tap_session_index(p, s), PPTP_NEVER);
        if (!p->config->nas.silent) {
            begin_ppp(p, s);
            continue;
        }
        say_no_gre(p, s);
        tap_session_end(p, s);
    }
    nas_ppps_advance(&p->ppps, now);
}

void tap_session_close(struct tap_pns *p, struct tap_session *s, pptp_ns now,
                       bool politely)
{
    if (s->closing)
        return;
    if (politely && s->up)
        nas_ppps_close(&p->ppps, tap_session_index(p, s), now);
    else
        tap_session_end(p, s);
}

void tap_session_view(const struct tap_pns *p, const struct tap_session *s,
                      struct tap_call_view *out)
{
    const char *device = tap_session_tun(p, s)->name;
    struct ppp_info info;

    *out = (struct tap_call_view){ .remote = s->remote,
                                   .inner = s->ip,
                                   .inner_local = p->config->nas.local,
                                   .device = *device != 0 ? device : NULL,
                                   .up_ns = s->up_ns,
                                   .rx_packets = s->rx_packets,
                                   .rx_octets = s->rx_octets,
                                   .tx_packets = s->tx_packets,
                                   .tx_octets = s->tx_octets };
    if (!s->begun)
        return;
    ppp_session_info(ppp_of(p, s), &info);
    out->user = ppp_peer_name(ppp_of(p, s));
    out->phase = tap_ppp_phase_text(info.phase);
    out->auth = tap_ppp_auth_text(info.auth_peer);
    out->mppe = tap_ppp_mppe_text(info.mppe_tx);
    out->encrypted = info.mppe_tx != 0;
    out->mtu = nas_ppps_mtu(&p->ppps, tap_session_index(p, s));
    if (out->mtu > p->config->nas.mtu)
        out->mtu = (uint16_t)p->config->nas.mtu;
}

/* --- packets ------------------------------------------------------------ */

/* Longest packet inside, whichever way. */
static uint16_t mtu_of(const struct tap_pns *p, const struct tap_session *s)
{
    uint16_t mtu = nas_ppps_mtu_both(&p->ppps, tap_session_index(p, s));

    return mtu > p->config->nas.mtu ? (uint16_t)p->config->nas.mtu : mtu;
}

/* Where a path's MTU is not found out, TCP has to be told. */
static void clamp(struct tap_pns *p, const struct tap_session *s, uint8_t *ip,
                  size_t n)
{
    if (p->config->nas.clamp_mss && forward_is_syn(ip, n) &&
        forward_clamp_mss(ip, n, mtu_of(p, s)))
        p->stats.mss_clamped++;
}

/* One from a session, for the device. False: it goes no further. */
static bool to_device(struct tap_pns *p, struct tap_session *s, uint8_t *ip,
                      size_t n, pptp_pkt pkt)
{
    if (n < SESSION_IP_HEAD || ip[0] >> 4 != 4) {
        p->stats.not_ipv4++;
        return false;
    }
    if (pptp_get32(ip + SESSION_IP_SOURCE) != s->ip) {
        p->stats.spoofed++;
        return false;
    }
    clamp(p, s, ip, n);
    s->rx_packets++;
    s->rx_octets += n;
    s->active_ns = p->world.nas.node.now_ns;
    p->out[p->out_n++] = (struct tap_pns_out){ .octets = ip,
                                               .n = n,
                                               .tun = tap_session_tun(p, s),
                                               .call = s->call,
                                               .pkt = pkt };
    if (p->out_n == p->out_limit)
        write_out(p);
    return true;
}

void tap_session_frame(struct tap_pns *p, pptp_call_id call, pptp_pkt pkt)
{
    struct tap_session *s = tap_session_of(p, call);
    uint8_t *packet;
    size_t n;

    if (s != NULL && s->waits && nas_ppps_is_lcp(&p->world.pool, pkt))
        begin_ppp(p, s);
    if (s != NULL && s->begun &&
        nas_ppps_input(&p->ppps, tap_session_index(p, s),
                       p->world.nas.node.now_ns, pkt, &packet,
                       &n) == PPP_PROTO_IP &&
        s->up && to_device(p, s, packet, n, pkt))
        return;
    write_out(p); /* frames are given back in order */
    nas_later(&p->world.nas, NAS_FRAME_DONE, call, pkt);
}

/* Who has the device, or the address on the shared one; or NULL. */
static struct tap_session *holder(struct tap_pns *p, const struct tap_tun *tun,
                                  uint32_t ip)
{
    uint32_t i = p->config->each ? (uint32_t)(tun - p->tun)
                                 : nas_pool_holder(&p->addresses, ip);

    return i != BASE_MAP_NONE ? &p->session[i] : NULL;
}

/* Whether the packet is of a control connection: it comes from the port that
 * we listen at, at an address of ours. */
static bool is_answer(const struct tap_pns *p, const uint8_t *ip, size_t n)
{
    const struct tap_world_config *c = &p->config->world;
    uint32_t source = pptp_get32(ip + SESSION_IP_SOURCE), i;
    size_t head = (size_t)(ip[0] & 15) * 4;

    if (ip[SESSION_IP_PROTOCOL] != TCP || n < head + 2 ||
        pptp_get16(ip + head) != c->port)
        return false;
    for (i = 0; i < c->local_n; i++)
        if (c->local[i] == source)
            return true;
    for (i = 0; i < p->config->nas.takens; i++)
        if (p->config->nas.taken[i].ip == source &&
            p->config->nas.taken[i].kind == NAS_TAKEN_MACHINE)
            return true;
    return false;
}

/* A client whose outer address is one of ours inside: what we answer goes to
 * users, and he never connects. It is seen nowhere else. */
static void say_outer(struct tap_pns *p, uint32_t ip)
{
    pptp_ns now = tap_now();

    p->stats.outer_inside++;
    if (ip == p->outer_told && now < p->outer_told_ns + OUTER_NS)
        return;
    p->outer_told = ip;
    p->outer_told_ns = now;
    tap_say(TAP_WARNING,
            "a client cannot connect from %s: that address is in `pool` or "
            "`routes`, and answers go into the tunnels; cure: a pool that no "
            "client has",
            tap_ip(ip));
}

/* The session of a packet from a device, or NULL. */
static struct tap_session *to_whom(struct tap_pns *p,
                                   const struct tap_tun *tun,
                                   const uint8_t *ip, size_t n)
{
    struct tap_session *s;

    if (n < SESSION_IP_HEAD || ip[0] >> 4 != 4) {
        p->stats.tun_not_ipv4++;
        return NULL;
    }
    s = holder(p, tun, pptp_get32(ip + SESSION_IP_DESTINATION));
    if (s == NULL || !s->up) {
        p->stats.tun_unknown++;
        if (is_answer(p, ip, n))
            say_outer(p, pptp_get32(ip + SESSION_IP_DESTINATION));
        return NULL;
    }
    if (s->hold) {
        p->stats.tun_held++;
        return NULL;
    }
    return s;
}

/* Longer than the other side takes: its sender has to know, or it would go
 * on like that. From the other side: our own address would be a martian
 * there. */
static void too_long(struct tap_pns *p, struct tap_session *s,
                     const uint8_t *ip, size_t n)
{
    uint8_t answer[TOO_LONG_OCTETS];
    size_t len = icmp_too_long(
        ip, n, s->ip, nas_ppps_mtu(&p->ppps, tap_session_index(p, s)), answer);

    p->stats.tun_long++;
    tap_diagnose_too_long(&p->world.diagnose, s->call, s->remote,
                          nas_ppps_mtu(&p->ppps, tap_session_index(p, s)));
    if (len > 0)
        tap_tun_write(tap_session_tun(p, s), answer, len);
}

static bool give_frame(struct tap_pns *p, const struct tap_session *s,
                       pptp_ns now, pptp_pkt pkt)
{
    bool taken;

    nas_begin(&p->world.nas, now);
    taken = pptp_node_frame(&p->world.nas.node, s->call, pkt) == PPTP_OK;
    nas_settle(&p->world.nas);
    return taken;
}

/* What cannot go as it is: as fragments, or not at all; and then whoever sent
 * it has to know. Whether it went. */
static bool send_cut(struct tap_pns *p, struct tap_session *s, pptp_ns now,
                     pptp_pkt pkt)
{
    struct pptp_packet *k = pptp_pool_at(&p->world.pool, pkt);
    pptp_pkt part[NAS_PPPS_FRAGMENTS];
    uint32_t n = nas_ppps_fragments(&p->ppps, tap_session_index(p, s), pkt,
                                    part),
             i, sent = 0;

    if (n == 0) {
        too_long(p, s, pptp_packet_data(k), k->head_len);
        return false;
    }
    p->stats.tun_cut++;
    for (i = 0; i < n; i++)
        sent += give_frame(p, s, now, part[i]);
    return sent == n;
}

void tap_session_output(struct tap_pns *p, pptp_ns now,
                        const struct tap_tun *tun, pptp_pkt pkt)
{
    struct pptp_packet *k = pptp_pool_at(&p->world.pool, pkt);
    uint8_t *ip = pptp_packet_data(k);
    size_t len = k->head_len;
    struct tap_session *s = to_whom(p, tun, ip, len);
    bool sent = false;
    int err;

    if (s == NULL) {
        pptp_pool_free(&p->world.pool, pkt);
        return;
    }
    clamp(p, s, ip, len);
    err = nas_ppps_output(&p->ppps, tap_session_index(p, s), pkt);
    if (err == PPTP_OK) {
        sent = give_frame(p, s, now, pkt);
    } else {
        if (err == PPTP_ERR_VALUE)
            sent = send_cut(p, s, now, pkt);
        else
            p->stats.tun_refused++;
        pptp_pool_free(&p->world.pool, pkt);
    }
    if (sent) {
        s->tx_packets++;
        s->tx_octets += len;
        s->active_ns = now;
    }
}
