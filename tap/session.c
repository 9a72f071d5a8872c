/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What PPP does with a call, and packets to and from it; pns_impl.h. */
#include "config.h"

#include "tap/pns_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pptp/text.h"
#include "pptp/wire.h"
#include "tap/icmp.h"
#include "tap/log.h"

enum {
    PPP_ACTIONS = 64,
    NAME_TEXT = 64, /* a user's name, quoted */
    IP_HEAD = 20,
    IP_SOURCE = 12,
    IP_DESTINATION = 16
};

#define SILENT_NS (60 * PPTP_S) /* that PPP of the other side may take */

static size_t up64(size_t n)
{
    return (n + 63) & ~(size_t)63;
}

int tap_sessions_init(struct tap_pns *p)
{
    struct ppp_config c = p->config->ppp;
    uint32_t n = p->config->limits.calls, i;
    bool mppe = (c.mppe_ask | c.mppe_allow) != 0;
    void *mem;

    c.secrets = &p->secrets;
    mem = aligned_alloc(64, up64(ppp_octets(PPP_ACTIONS)));
    if (mem == NULL)
        return -1;
    memset(mem, 0, up64(ppp_octets(PPP_ACTIONS)));
    p->ppp = ppp_init(mem, &c, PPP_ACTIONS, tap_random());
    PPTP_ASSERT(p->ppp != NULL); /* pns_config.c has looked */
    p->ppp_octets = up64(ppp_session_octets());
    p->mppe_octets = up64(ppp_mppe_octets());
    p->ppp_mem = aligned_alloc(64, n * p->ppp_octets);
    p->mppe_mem = mppe ? aligned_alloc(64, n * p->mppe_octets) : NULL;
    p->session = calloc(n, sizeof *p->session);
    if (p->ppp_mem == NULL || (mppe && p->mppe_mem == NULL) ||
        p->session == NULL || tap_timers_init(&p->timers, n) < 0 ||
        tap_map_init(&p->calls_source, n) < 0 ||
        tap_addresses_init(&p->addresses, n) < 0)
        return -1;
    for (i = 0; i < n; i++)
        p->session[i].call = PPTP_NONE;
    return 0;
}

void tap_sessions_fini(struct tap_pns *p)
{
    free(p->ppp);
    free(p->ppp_mem);
    free(p->mppe_mem);
    free(p->session);
    tap_timers_fini(&p->timers);
    tap_map_fini(&p->calls_source);
    tap_addresses_fini(&p->addresses);
}

static uint32_t index_of(const struct tap_pns *p, const struct tap_session *s)
{
    return (uint32_t)(s - p->session);
}

static struct ppp_session *ppp_of(const struct tap_pns *p,
                                  const struct tap_session *s)
{
    void *mem = p->ppp_mem + index_of(p, s) * p->ppp_octets;

    return mem;
}

struct tap_session *tap_session_of(struct tap_pns *p, pptp_call_id call)
{
    struct tap_session *s = &p->session[slot_of(call)];

    return s->call == call ? s : NULL;
}

/* The user and where he comes from, for messages. */
static const char *who(const struct tap_pns *p, const struct tap_session *s)
{
    static char text[NAME_TEXT + 40];
    const char *name = s->begun ? ppp_peer_name(ppp_of(p, s)) : "";
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

static void close_call(struct tap_pns *p, struct tap_session *s)
{
    if (!s->closing)
        tap_pns_todo(p, TODO_CLOSE, s->call, PPTP_PKT_NONE);
    s->closing = true;
}

/* --- what PPP wants ----------------------------------------------------- */

/* Address and control, then what PPP gave: as LCP has to be and as every
 * peer takes it. */
static void send_packet(struct tap_pns *p, struct tap_session *s,
                        const struct ppp_action *a)
{
    pptp_pkt pkt = pptp_pool_take(&p->pool, PPTP_HEADROOM);
    struct pptp_packet *k;
    uint8_t *o;

    if (pkt == PPTP_PKT_NONE) {
        p->stats.ppp_exhausted++;
        return;
    }
    k = pptp_pool_at(&p->pool, pkt);
    PPTP_ASSERT(a->len + 2 + k->off <= p->pool.buf_octets);
    o = pptp_packet_data(k);
    o[0] = 0xff;
    o[1] = 0x03;
    memcpy(o + 2, a->octets, a->len);
    k->head_len = (uint16_t)(a->len + 2);
    tap_pns_todo(p, TODO_FRAME, s->call, pkt);
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
    tap_pns_todo(p, TODO_LINK_INFO, s->call, PPTP_PKT_NONE);
}

/* Before IPCP asks for it: the user is known, or nobody asks who he is. */
static void give_address(struct tap_pns *p, struct tap_session *s)
{
    struct ppp_session *ppp = ppp_of(p, s);
    const char *user = ppp_peer_name(ppp);

    /* LCP anew: he keeps it, but somebody else does not get it */
    if (s->ip != 0 && strcmp(s->user, user) == 0)
        return;
    if (s->ip != 0)
        tap_addresses_give(&p->addresses, s->ip);
    snprintf(s->user, sizeof s->user, "%s", user);
    s->ip = tap_secrets_address(p, user, index_of(p, s));
    if (s->ip == 0) {
        p->stats.no_address++;
        tap_say(TAP_WARNING,
                "%s: no inner address is free; cure: a larger `pool`",
                who(p, s));
        close_call(p, s);
        return;
    }
    ppp_set_peer_ip(ppp, s->ip);
}

static const char *auth_text(uint16_t method)
{
    switch (method) {
    case PPP_AUTH_PAP: return "PAP";
    case PPP_AUTH_CHAP_MD5: return "CHAP";
    case PPP_AUTH_MSCHAP1: return "MS-CHAPv1";
    case PPP_AUTH_MSCHAP2: return "MS-CHAPv2";
    default: return "nobody asked";
    }
}

static const char *mppe_text(uint8_t mppe)
{
    bool less = (mppe & PPP_MPPE_STATELESS) != 0;

    if (mppe & PPP_MPPE_128)
        return less ? ", MPPE 128 stateless" : ", MPPE 128 stateful";
    if (mppe & PPP_MPPE_56)
        return less ? ", MPPE 56 stateless" : ", MPPE 56 stateful";
    if (mppe & PPP_MPPE_40)
        return less ? ", MPPE 40 stateless" : ", MPPE 40 stateful";
    return ", no encryption";
}

static void on_up(struct tap_pns *p, struct tap_session *s)
{
    struct ppp_info info;

    ppp_session_info(ppp_of(p, s), &info);
    /* whatever was negotiated: packets are routed to what was given */
    if (info.ip_peer != s->ip || s->ip == 0) {
        tap_say(TAP_WARNING, "%s: does not take its address %s", who(p, s),
                tap_ip(s->ip));
        close_call(p, s);
        return;
    }
    s->up = true;
    s->up_ns = p->node.now_ns;
    tap_say(TAP_INFO, "%s: up with %s; %s%s", who(p, s), tap_ip(s->ip),
            auth_text(info.auth_peer), mppe_text(info.mppe_tx));
}

/* Nobody answers: a cause that somebody can do something about. */
static void say_no_gre(struct tap_pns *p, const struct tap_session *s)
{
    struct pptp_call_info info;

    if (pptp_peer_call_info(p->node.peer, s->call, &info) == PPTP_OK &&
        info.rx_packets == 0)
        tap_say(TAP_WARNING,
                "%s: the control connection works, but no GRE came; is IP "
                "protocol 47 blocked on the way?",
                who(p, s));
}

static void on_end(struct tap_pns *p, struct tap_session *s,
                   enum ppp_reason reason)
{
    s->reason = (uint8_t)reason;
    s->up = false;
    close_call(p, s);
    if (reason == PPP_END_NO_ANSWER)
        say_no_gre(p, s);
}

static void on_action(struct tap_pns *p, const struct ppp_action *a)
{
    struct tap_session *s = ppp_session_user(a->session);

    switch (a->type) {
    case PPP_ACT_SEND: send_packet(p, s, a); break;
    case PPP_ACT_UP:
        if (a->proto == PPP_IPCP)
            on_up(p, s);
        break;
    case PPP_ACT_DOWN:
        if (a->proto == PPP_IPCP)
            s->up = false;
        break;
    case PPP_ACT_LINK:
        on_link(p, s);
        if (p->config->ppp.ask_auth == PPP_AUTH_NONE)
            give_address(p, s);
        break;
    case PPP_ACT_AUTHENTICATED: give_address(p, s); break;
    case PPP_ACT_END: on_end(p, s, a->reason); break;
    }
}

/* After every input to PPP. */
static void settle(struct tap_pns *p, struct tap_session *s)
{
    struct ppp_action a;

    while (ppp_poll(p->ppp, &a))
        on_action(p, &a);
    tap_timers_set(&p->timers, index_of(p, s), ppp_deadline(ppp_of(p, s)));
}

/* --- the life of a call ------------------------------------------------- */

static void count_source(struct tap_pns *p, uint32_t ip, int by)
{
    uint32_t n = tap_map_get(&p->calls_source, ip);

    n = (n == TAP_MAP_NONE ? 0 : n) + (uint32_t)by;
    if (n == 0)
        tap_map_remove(&p->calls_source, ip);
    else
        tap_map_set(&p->calls_source, ip, n);
}

void tap_session_new(struct tap_pns *p, const struct pptp_action *a)
{
    struct tap_session *s = &p->session[slot_of(a->call)];
    uint32_t tcp = p->conn_tcp[a->conn & 0xffff], n;
    struct pptp_call_info info;

    PPTP_ASSERT(s->call == PPTP_NONE);
    *s = (struct tap_session){ .call = a->call };
    if (tcp != TAP_MAP_NONE)
        s->remote = pptp_addr_to_v4(&p->tcp.conns[tcp].info.remote);
    if (pptp_peer_call_info(p->node.peer, a->call, &info) == PPTP_OK)
        s->machine = info.machine;
    p->sessions++;
    count_source(p, s->remote, 1);
    n = tap_map_get(&p->calls_source, s->remote);
    s->refused = n > p->config->calls_source || p->drain != SERVING;
    if (!s->refused)
        return;
    p->stats.calls_refused++;
    tap_say(TAP_NOTICE, "%s: refused, %s", who(p, s),
            p->drain != SERVING ? "we are about to end"
                                : "too many calls from there");
    /* towards a PAC; who dials hears it as the line's answer */
    if (s->machine == PPTP_PNS_IN)
        close_call(p, s);
}

static void begin_ppp(struct tap_pns *p, struct tap_session *s)
{
    void *mppe = NULL;

    memset(ppp_of(p, s), 0, p->ppp_octets);
    if (p->mppe_mem != NULL) {
        mppe = p->mppe_mem + index_of(p, s) * p->mppe_octets;
        memset(mppe, 0, p->mppe_octets);
    }
    ppp_session_init(p->ppp, ppp_of(p, s), mppe, s);
    s->waits = false;
    s->begun = true;
    ppp_open(p->ppp, ppp_of(p, s), p->node.now_ns);
    ppp_lower_up(p->ppp, ppp_of(p, s), p->node.now_ns);
    settle(p, s);
}

void tap_session_begin(struct tap_pns *p, pptp_call_id call)
{
    struct tap_session *s = tap_session_of(p, call);

    if (s == NULL || s->refused)
        return;
    if (!p->config->silent) {
        begin_ppp(p, s);
        return;
    }
    s->waits = true;
    tap_timers_set(&p->timers, index_of(p, s), p->node.now_ns + SILENT_NS);
}

static void say_gone(struct tap_pns *p, const struct tap_session *s,
                     const struct pptp_call_end *end)
{
    struct ppp_info info = { .reason = (enum ppp_reason)s->reason };
    const char *why;

    /* PPP may be about to end: it waits a while after the last word */
    if (s->begun && s->reason == PPP_END_NONE)
        ppp_session_info(ppp_of(p, s), &info);
    why = info.reason != PPP_END_NONE ? ppp_reason_text(info.reason)
          : end->msg == PPTP_CCRQ || end->msg == PPTP_CDN
              ? "the call was cleared"
              : "the control connection ended";

    if (s->up_ns == 0) {
        tap_say(TAP_INFO, "%s: ended before it was up: %s", who(p, s), why);
        return;
    }
    tap_say(
        TAP_INFO,
        "%s: down, had %s for %llu s: %s; received %llu packets %llu "
        "octets, sent %llu packets %llu octets",
        who(p, s), tap_ip(s->ip),
        (unsigned long long)((p->node.now_ns - s->up_ns) / PPTP_S), why,
        (unsigned long long)s->rx_packets, (unsigned long long)s->rx_octets,
        (unsigned long long)s->tx_packets, (unsigned long long)s->tx_octets);
}

void tap_session_gone(struct tap_pns *p, pptp_call_id call,
                      const struct pptp_call_end *end)
{
    struct tap_session *s = tap_session_of(p, call);

    if (s == NULL)
        return;
    s->closing = true;
    say_gone(p, s, end);
    if (s->begun) {
        ppp_lower_down(p->ppp, ppp_of(p, s), p->node.now_ns);
        settle(p, s);
    }
    tap_timers_set(&p->timers, index_of(p, s), PPTP_NEVER);
    if (s->ip != 0)
        tap_addresses_give(&p->addresses, s->ip);
    count_source(p, s->remote, -1);
    p->sessions--;
    s->call = PPTP_NONE;
}

void tap_sessions_advance(struct tap_pns *p, pptp_ns now)
{
    while (tap_timers_next(&p->timers) <= now) {
        struct tap_session *s = &p->session[p->timers.heap[0].item];

        if (s->waits) {
            tap_timers_set(&p->timers, index_of(p, s), PPTP_NEVER);
            say_no_gre(p, s);
            close_call(p, s);
            continue;
        }
        ppp_advance(p->ppp, ppp_of(p, s), now);
        settle(p, s);
    }
    tap_pns_do(p);
}

void tap_sessions_close(struct tap_pns *p, pptp_ns now, bool politely)
{
    uint32_t i;

    for (i = 0; i < p->config->limits.calls; i++) {
        struct tap_session *s = &p->session[i];

        if (s->call == PPTP_NONE || s->closing)
            continue;
        if (politely && s->up) {
            ppp_close(p->ppp, ppp_of(p, s), now);
            settle(p, s);
        } else {
            close_call(p, s);
        }
        tap_pns_do(p);
    }
}

/* --- packets ------------------------------------------------------------ */

/* One from a session, for the device. */
static void to_device(struct tap_pns *p, struct tap_session *s,
                      const uint8_t *ip, size_t n)
{
    if (n < IP_HEAD || ip[0] >> 4 != 4) {
        p->stats.not_ipv4++;
        return;
    }
    if (pptp_get32(ip + IP_SOURCE) != s->ip) {
        p->stats.spoofed++;
        return;
    }
    s->rx_packets++;
    s->rx_octets += n;
    tap_tun_write(&p->tun, ip, n);
}

/* LCP in the clear, as a beginning has to be. */
static bool is_lcp(struct pptp_packet *k)
{
    static const uint8_t head[] = { 0xff, 0x03, PPP_LCP >> 8, PPP_LCP & 0xff };

    return k->head_len > sizeof head &&
           memcmp(pptp_packet_data(k), head, sizeof head) == 0;
}

void tap_session_frame(struct tap_pns *p, pptp_call_id call, pptp_pkt pkt)
{
    struct tap_session *s = tap_session_of(p, call);
    struct pptp_packet *k = pptp_pool_at(&p->pool, pkt);
    uint8_t *packet;
    size_t n;
    int proto;

    if (s != NULL && s->waits && is_lcp(k))
        begin_ppp(p, s);
    if (s != NULL && s->begun) {
        proto = ppp_input(p->ppp, ppp_of(p, s), p->node.now_ns,
                          pptp_packet_data(k), k->head_len, &packet, &n);
        if (proto == PPP_IP && s->up)
            to_device(p, s, packet, n);
        else if (proto <= 0)
            settle(p, s);
    }
    tap_pns_todo(p, TODO_FRAME_DONE, call, pkt);
}

/* The session of a packet from the device, or NULL. */
static struct tap_session *to_whom(struct tap_pns *p, const uint8_t *ip,
                                   size_t n)
{
    struct tap_session *s;
    uint32_t i;

    if (n < IP_HEAD || ip[0] >> 4 != 4) {
        p->stats.tun_not_ipv4++;
        return NULL;
    }
    i = tap_addresses_holder(&p->addresses, pptp_get32(ip + IP_DESTINATION));
    s = i != TAP_MAP_NONE ? &p->session[i] : NULL;
    if (s == NULL || !s->up) {
        p->stats.tun_unknown++;
        return NULL;
    }
    if (s->hold) {
        p->stats.tun_held++;
        return NULL;
    }
    return s;
}

/* Longer than the other side takes: its sender has to know, or it would go
 * on like that. */
static void too_long(struct tap_pns *p, struct tap_session *s,
                     const uint8_t *ip, size_t n)
{
    uint8_t answer[TAP_ICMP_OCTETS];
    struct ppp_info info;
    size_t len;

    p->stats.tun_long++;
    ppp_session_info(ppp_of(p, s), &info);
    /* from the other side: our own address would be a martian there */
    len = tap_icmp_too_long(
        ip, n, s->ip, (uint16_t)(info.peer_mru - (info.mppe_tx != 0 ? 4 : 0)),
        answer);
    if (len > 0)
        tap_tun_write(&p->tun, answer, len);
}

void tap_session_output(struct tap_pns *p, pptp_ns now, pptp_pkt pkt)
{
    struct pptp_packet *k = pptp_pool_at(&p->pool, pkt);
    uint8_t *ip = pptp_packet_data(k), *frame;
    size_t len = k->head_len;
    struct tap_session *s = to_whom(p, ip, len);
    int n;

    if (s == NULL) {
        pptp_pool_free(&p->pool, pkt);
        return;
    }
    n = ppp_output(p->ppp, ppp_of(p, s), PPP_IP, ip, len, &frame);
    if (n < 0) {
        if (n == PPTP_ERR_VALUE)
            too_long(p, s, ip, len);
        else
            p->stats.tun_refused++;
        pptp_pool_free(&p->pool, pkt);
        return;
    }
    k->off = (uint16_t)(frame - k->buf);
    k->head_len = (uint16_t)n;
    pptp_node_begin(&p->node, now);
    if (pptp_node_frame(&p->node, s->call, pkt) == PPTP_OK) {
        s->tx_packets++;
        s->tx_octets += len;
    }
    p->node_ns = pptp_node_step(&p->node);
    tap_pns_do(p);
}
