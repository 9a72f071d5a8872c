/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What PPP does with a call, and how long; pns.h. */
#include "config.h"

#include "nas/pns.h"

#include <stdlib.h>
#include <string.h>

#include "nas/pns_ip.h"

const struct probe nas_pns_probes[] = {
#define X(name, unit, help) \
    PROBE_COUNT(struct nas_pns_stats, name, unit, help),
    NAS_PNS_STATS(X)
#undef X
        PROBE_END
};

#define SILENT_NS (60 * PPTP_S)  /* that PPP of the other side may take */
#define FIRST_NS (1 * PPTP_S)    /* in which a VPN client's comes first */
#define GIVES_UP_NS (5 * PPTP_S) /* a user, at the earliest */

enum {
    PNS_LINE = NAS_ROLE, /* call: the answer to LINE_DIAL */
    PNS_LINK_INFO,       /* call: the session's maps */
    PNS_BYE              /* call: PPP says goodbye */
};

const struct nas_role nas_pns_role = { .action = nas_pns_action,
                                       .later = nas_pns_later };

static uint32_t index_of(const struct nas_pns *p,
                         const struct nas_pns_session *s)
{
    return (uint32_t)(s - p->session);
}

/* The session of a live call, or NULL. */
static struct nas_pns_session *session_of(const struct nas_pns *p,
                                          pptp_call_id call)
{
    struct nas_pns_session *s = &p->session[pptp_call_slot(call)];

    return s->call == call ? s : NULL;
}

static struct nas_event event_of(const struct nas_pns *p,
                                 const struct nas_pns_session *s,
                                 enum nas_event_kind kind)
{
    return (struct nas_event){ .kind = kind,
                               .index = index_of(p, s),
                               .call = s->call,
                               .remote = s->remote,
                               .ip = s->ip };
}

static void tell(struct nas_pns *p, const struct nas_pns_session *s,
                 enum nas_event_kind kind)
{
    const struct nas_event e = event_of(p, s, kind);

    p->world->event(p->ctx, &e);
}

/* Its call is to end. */
static void end_session(struct nas_pns *p, struct nas_pns_session *s)
{
    if (!s->closing)
        nas_later(p->nas, NAS_CALL_CLOSE, s->call, PPTP_PKT_NONE);
    s->closing = true;
}

static void close_session(struct nas_pns *p, struct nas_pns_session *s,
                          pptp_ns now, bool politely)
{
    if (s->closing)
        return;
    if (politely && s->up)
        nas_ppps_close(&p->ppps, index_of(p, s), now);
    else
        end_session(p, s);
}

/* --- what PPP wants ----------------------------------------------------- */

static void on_frame(struct nas_ppps *t, uint32_t i, pptp_pkt pkt)
{
    struct nas_pns *p = t->ctx;

    nas_later(p->nas, NAS_FRAME, p->session[i].call, pkt);
}

/* Whatever ends it: it was told that it is up. */
static void on_down(struct nas_pns *p, struct nas_pns_session *s)
{
    if (s->up)
        tell(p, s, NAS_EV_PNS_DOWN);
    s->up = false;
}

/* It has no inner address any more. */
static void release(struct nas_pns *p, struct nas_pns_session *s)
{
    uint32_t ip = s->ip;

    if (ip == 0)
        return;
    on_down(p, s);
    nas_pool_give(&p->pool, ip);
    s->ip = 0;
    p->world->address_down(p->ctx, index_of(p, s), ip);
}

/* What is left of an earlier session (a crash, another way into the net) ends,
 * for he has proved who he is. */
static void take_over(struct nas_pns *p, struct nas_pns_session *s)
{
    tell(p, s, NAS_EV_PNS_TAKEN_OVER);
    release(p, s);
    end_session(p, s);
}

/* FNV-1a; nobody knows where it begins. */
static uint64_t hash(const struct nas_pns *p, const char *user)
{
    uint64_t h = p->seed;

    for (; *user != 0; user++)
        h = (h ^ (uint8_t)*user) * UINT64_C(0x100000001b3);
    return h;
}

static void say_no_address(struct nas_pns *p, struct nas_pns_session *s,
                           const struct nas_aaa_answer *a)
{
    struct nas_event e = event_of(p, s, NAS_EV_PNS_NO_ADDRESS);

    e.value = a->why;
    e.ip = a->ip;
    p->stats.no_address++;
    p->world->event(p->ctx, &e);
}

/* Before IPCP asks for it: the user is known, or nobody asks who he is. */
static void give_address(struct nas_pns *p, struct nas_pns_session *s)
{
    const char *user = nas_ppps_name(&p->ppps, index_of(p, s));
    struct nas_aaa_answer a;

    /* LCP anew: he keeps it, but somebody else does not get it */
    if (s->ip != 0 && s->user == hash(p, user))
        return;
    release(p, s);
    s->user = hash(p, user);
    a = nas_aaa_address(&p->aaa, user, index_of(p, s));
    if (a.why == NAS_AAA_HELD) {
        take_over(p, &p->session[a.holder]);
        a = nas_aaa_address(&p->aaa, user, index_of(p, s));
    }
    if (a.why != NAS_AAA_GIVEN) {
        say_no_address(p, s, &a);
        /* after what he still has to hear: that he proved who he is */
        s->over = NAS_END_NO_ADDRESS;
        nas_later(p->nas, PNS_BYE, s->call, PPTP_PKT_NONE);
        return;
    }
    s->ip = a.ip;
    nas_ppps_set_ip(&p->ppps, index_of(p, s), s->ip);
}

/* 2.15: the maps are those of the PAC's line; who dialled us has none. */
static void on_link(struct nas_pns *p, struct nas_pns_session *s)
{
    s->linked = true;
    if (!p->config->plain &&
        (s->machine == PPTP_PNS_IN || s->machine == PPTP_PNS_OUT))
        nas_later(p->nas, PNS_LINK_INFO, s->call, PPTP_PKT_NONE);
    if (p->config->plain || p->config->ppp.ask_auth == PPP_AUTH_NONE)
        give_address(p, s);
}

/* --- when its time is over ---------------------------------------------- */

/* The next look at it.  A packet only leaves its time: the deadline that
 * comes then finds that it has moved. */
static pptp_ns time_over(const struct nas_pns *p,
                         const struct nas_pns_session *s)
{
    const struct nas_pns_config *c = p->config;
    pptp_ns end = c->session_ns == 0 ? PPTP_NEVER : s->up_ns + c->session_ns;
    pptp_ns idle = c->idle_ns == 0 ? PPTP_NEVER : s->active_ns + c->idle_ns;

    return end < idle ? end : idle;
}

static void arm(struct nas_pns *p, const struct nas_pns_session *s)
{
    heap_set(&p->timers, index_of(p, s), time_over(p, s));
}

static void check_time(struct nas_pns *p, struct nas_pns_session *s,
                       pptp_ns now)
{
    const struct nas_pns_config *c = p->config;

    arm(p, s);
    if (time_over(p, s) > now)
        return;
    if (c->session_ns != 0 && s->up_ns + c->session_ns <= now) {
        s->over = NAS_END_SESSION_TIME;
        p->stats.session_ended++;
        tell(p, s, NAS_EV_PNS_SESSION_TIME);
    } else {
        s->over = NAS_END_IDLE_TIME;
        p->stats.idle_ended++;
        tell(p, s, NAS_EV_PNS_IDLE_TIME);
    }
    heap_set(&p->timers, index_of(p, s), PPTP_NEVER);
    close_session(p, s, now, true);
}

/* RFC 1570 2.2: the other side may know. */
static void first_up(struct nas_pns *p, struct nas_pns_session *s)
{
    s->up_ns = s->active_ns = p->nas->node.now_ns;
    arm(p, s);
    if (p->config->session_ns != 0 && !p->config->plain)
        (void)ppp_time_left(p->ppps.ppp, nas_ppps_at(&p->ppps, index_of(p, s)),
                            (uint32_t)(p->config->session_ns / PPTP_S), "");
}

/* --- PPP is up, or at its end ------------------------------------------- */

static void on_up(struct nas_pns *p, struct nas_pns_session *s)
{
    struct ppp_info info;

    nas_ppps_info(&p->ppps, index_of(p, s), &info);
    /* whatever was negotiated: packets are routed to what was given */
    if (info.ip_peer != s->ip || s->ip == 0) {
        tell(p, s, NAS_EV_PNS_NOT_TAKEN);
        end_session(p, s);
        return;
    }
    if (!p->world->address_up(p->ctx, index_of(p, s), s->ip)) {
        tell(p, s, NAS_EV_PNS_NO_DEVICE);
        end_session(p, s);
        return;
    }
    s->up = true;
    s->had = s->ip;
    /* only once: who negotiates anew gets no more time */
    if (s->up_ns == 0)
        first_up(p, s);
    tell(p, s, NAS_EV_PNS_UP);
}

/* Nobody answers: a cause that somebody can do something about, once. */
static void say_no_gre(struct nas_pns *p, struct nas_pns_session *s)
{
    struct nas_event e = event_of(p, s, NAS_EV_PNS_NO_GRE);
    struct pptp_call_info info;

    if (s->told || s->linked ||
        pptp_peer_call_info(p->nas->node.peer, s->call, &info) != PPTP_OK)
        return;
    s->told = true;
    e.value = info.rx_packets;
    p->world->event(p->ctx, &e);
}

static void on_end(struct nas_pns *p, struct nas_pns_session *s,
                   enum ppp_reason reason)
{
    struct nas_event e = event_of(p, s, NAS_EV_PNS_PPP_END);

    s->reason = (uint8_t)reason;
    on_down(p, s);
    e.reason = reason;
    if (!s->closing)
        p->world->event(p->ctx, &e);
    end_session(p, s);
    if (reason == PPP_END_NO_ANSWER)
        say_no_gre(p, s);
}

static void on_ppp(struct nas_ppps *t, uint32_t i, const struct ppp_action *a)
{
    struct nas_pns *p = t->ctx;
    struct nas_pns_session *s = &p->session[i];

    switch (a->type) {
    case PPP_ACT_SEND: break; /* a frame */
    case PPP_ACT_UP:
        if (a->proto == PPP_PROTO_IPCP)
            on_up(p, s);
        break;
    case PPP_ACT_DOWN:
        if (a->proto == PPP_PROTO_IPCP)
            on_down(p, s);
        break;
    case PPP_ACT_LINK: on_link(p, s); break;
    case PPP_ACT_AUTHENTICATED: give_address(p, s); break;
    case PPP_ACT_END: on_end(p, s, a->reason); break;
    }
}

static const struct nas_ppps_owner ppps_owner = { .frame = on_frame,
                                                  .action = on_ppp };

/* --- a call begins ------------------------------------------------------ */

static void count_source(struct nas_pns *p, uint32_t ip, int by)
{
    uint32_t n = map_get(&p->calls_source, ip);

    n = (n == BASE_MAP_NONE ? 0 : n) + (uint32_t)by;
    if (n == 0)
        map_remove(&p->calls_source, ip);
    else
        map_set(&p->calls_source, ip, n);
}

static struct nas_pns_session *new_session(struct nas_pns *p,
                                           pptp_conn_id conn,
                                           pptp_call_id call)
{
    struct nas_pns_session *s = &p->session[pptp_call_slot(call)];
    struct pptp_peer *peer = p->nas->node.peer;
    const struct pptp_tcp_info *tcp = pptp_peer_conn_tcp(peer, conn);
    struct pptp_call_info info;

    PPTP_ASSERT(s->call == PPTP_NONE);
    *s = (struct nas_pns_session){ .call = call };
    s->began_ns = p->nas->node.now_ns;
    if (tcp != NULL)
        s->remote = pptp_addr_to_v4(&tcp->remote);
    if (pptp_peer_call_info(peer, call, &info) == PPTP_OK)
        s->machine = info.machine;
    p->sessions++;
    count_source(p, s->remote, 1);
    tell(p, s, NAS_EV_PNS_NEW);
    return s;
}

static enum nas_pns_why why_not(const struct nas_pns *p,
                                const struct nas_pns_session *s)
{
    if (p->draining)
        return NAS_PNS_DRAINING;
    if (map_get(&p->calls_source, s->remote) > p->config->calls_source)
        return NAS_PNS_SOURCE;
    return p->sessions > p->config->calls ? NAS_PNS_FULL : NAS_PNS_WANTED;
}

PPTP_COLD static void on_new(struct nas_pns *p, const struct pptp_action *a)
{
    struct nas_pns_session *s = new_session(p, a->conn, a->call);
    struct nas_event e = event_of(p, s, NAS_EV_PNS_REFUSED);

    e.value = why_not(p, s);
    if (e.value == NAS_PNS_WANTED)
        return;
    s->over = NAS_END_REFUSED;
    p->stats.calls_refused++;
    p->world->event(p->ctx, &e);
    /* towards a PAC; who dials hears it as the line's answer */
    if (s->machine == PPTP_PNS_IN)
        end_session(p, s);
}

/* The line of a VPN client is there at once, and as he wants it: no framing
 * of its own, and a speed within his bounds. */
static void answer_dial(struct nas_pns *p, pptp_call_id call)
{
    struct pptp_line_info info = { .connect_bps = p->config->line_bps };
    const struct nas_pns_session *s = session_of(p, call);
    bool refused = s == NULL || s->over == NAS_END_REFUSED;
    struct pptp_call_request r;

    if (pptp_peer_call_request(p->nas->node.peer, call, &r) == PPTP_OK) {
        if (info.connect_bps > r.max_bps)
            info.connect_bps = r.max_bps;
        if (info.connect_bps < r.min_bps)
            info.connect_bps = r.min_bps;
    }
    pptp_node_line_event(&p->nas->node, call,
                         refused ? PPTP_LINE_NO_RESOURCE : PPTP_LINE_CONNECTED,
                         refused ? NULL : &info);
}

int nas_pns_dial(struct nas_pns *p, pptp_ns now, pptp_conn_id conn,
                 const struct pptp_call_request *request, pptp_call_id *call)
{
    int err;

    if (p->draining)
        return PPTP_ERR_STATE;
    nas_begin(p->nas, now);
    err = pptp_node_call_open(&p->nas->node, conn, request, call);
    if (err == PPTP_OK)
        new_session(p, conn, *call);
    nas_settle(p->nas);
    return err;
}

int nas_pns_dial_number(struct nas_pns *p, pptp_ns now, pptp_conn_id conn,
                        const char *number, pptp_call_id *call)
{
    struct pptp_call_request r = { .bearer = PPTP_BEARER_ANY,
                                   .framing = PPTP_FRAMING_EITHER,
                                   .min_bps = 1,
                                   .max_bps = UINT32_MAX };

    if (strlen(number) > sizeof r.number)
        return PPTP_ERR_VALUE;
    memcpy(r.number, number, strlen(number));
    return nas_pns_dial(p, now, conn, &r, call);
}

static void begin_ppp(struct nas_pns *p, struct nas_pns_session *s)
{
    s->waits = false;
    s->begun = true;
    heap_set(&p->timers, index_of(p, s), PPTP_NEVER);
    nas_ppps_begin(&p->ppps, index_of(p, s), p->nas->node.now_ns);
}

PPTP_COLD static void on_call_up(struct nas_pns *p, pptp_call_id call)
{
    struct nas_pns_session *s = session_of(p, call);

    if (s == NULL || s->over == NAS_END_REFUSED)
        return;
    if (s->machine == PPTP_PNS_OUT)
        tell(p, s, NAS_EV_PNS_ANSWERED);
    /* a VPN client begins by himself, and a NAT in front of him wants him
     * to: Linux's takes no GRE from us before the first of his */
    if (!p->config->silent && s->machine != PPTP_PAC_OUT) {
        begin_ppp(p, s);
        return;
    }
    s->waits = true;
    heap_set(&p->timers, index_of(p, s),
             p->nas->node.now_ns + (p->config->silent ? SILENT_NS : FIRST_NS));
}

static void on_frame_out(struct nas_pns *p, pptp_call_id call, pptp_pkt pkt)
{
    struct nas_pns_session *s = session_of(p, call);
    uint8_t *ip;
    size_t n;

    if (s != NULL && s->waits && nas_ppps_is_lcp(p->packets, pkt))
        begin_ppp(p, s);
    if (s != NULL && s->begun &&
        nas_ppps_input(&p->ppps, index_of(p, s), p->nas->node.now_ns, pkt, &ip,
                       &n) == PPP_PROTO_IP &&
        s->up && nas_pns_ip_from(p, s, pkt, ip, n))
        return;
    p->world->ip_flush(p->ctx); /* frames are given back in order */
    nas_later(p->nas, NAS_FRAME_DONE, call, pkt);
}

/* --- a call ends -------------------------------------------------------- */

static enum nas_end why_ended(const struct nas_pns_session *s,
                              enum ppp_reason reason,
                              const struct pptp_call_end *end)
{
    if (s->over != NAS_END_CALL)
        return (enum nas_end)s->over;
    if (reason != PPP_END_NONE)
        return NAS_END_PPP;
    return end->msg == PPTP_CCRQ || end->msg == PPTP_CDN ||
                   end->msg == PPTP_OCRP
               ? NAS_END_CALL
               : NAS_END_CONN;
}

/* PPP may be about to end: it waits a while after the last word. */
static enum ppp_reason reason_of(const struct nas_pns *p,
                                 const struct nas_pns_session *s)
{
    struct ppp_info info = { .reason = PPP_END_NONE };

    if (s->reason != PPP_END_NONE)
        return (enum ppp_reason)s->reason;
    if (s->begun)
        nas_ppps_info(&p->ppps, index_of(p, s), &info);
    return info.reason;
}

static void account_for(struct nas_pns *p, const struct nas_pns_session *s,
                        const struct pptp_call_end *end)
{
    enum ppp_reason reason = reason_of(p, s);
    const struct nas_account account = {
        .user = s->begun ? nas_ppps_name(&p->ppps, index_of(p, s)) : "",
        .remote = s->remote,
        .ip = s->had,
        .began_ns = s->began_ns,
        .up_ns = s->up_ns,
        .end_ns = p->nas->node.now_ns,
        .why = why_ended(s, reason, end),
        .reason = reason,
        .rx_packets = s->rx_packets,
        .rx_octets = s->rx_octets,
        .tx_packets = s->tx_packets,
        .tx_octets = s->tx_octets,
    };
    struct nas_event e = event_of(p, s, NAS_EV_PNS_END);

    e.value = account.why;
    e.reason = reason;
    e.end = end;
    e.account = &account;
    p->world->event(p->ctx, &e);
}

PPTP_COLD static void on_gone(struct nas_pns *p, pptp_call_id call,
                              const struct pptp_call_end *end)
{
    struct nas_pns_session *s = session_of(p, call);

    if (s == NULL)
        return;
    s->closing = true;
    if (s->machine == PPTP_PNS_OUT && !end->was_up) {
        struct nas_event e = event_of(p, s, NAS_EV_PNS_UNANSWERED);

        e.end = end;
        p->world->event(p->ctx, &e);
    }
    /* a user who gave up before we did */
    if (s->over != NAS_END_REFUSED &&
        p->nas->node.now_ns - s->began_ns >= GIVES_UP_NS)
        say_no_gre(p, s);
    on_down(p, s);
    account_for(p, s, end);
    if (s->begun)
        nas_ppps_down(&p->ppps, index_of(p, s), p->nas->node.now_ns);
    heap_set(&p->timers, index_of(p, s), PPTP_NEVER);
    release(p, s);
    count_source(p, s->remote, -1);
    p->sessions--;
    s->call = PPTP_NONE;
}

/* --- what the core wants ------------------------------------------------ */

static void set_hold(struct nas_pns *p, pptp_call_id call, bool hold)
{
    struct nas_pns_session *s = session_of(p, call);

    if (s != NULL)
        s->hold = hold;
}

void nas_pns_action(void *pns, const struct pptp_action *a)
{
    struct nas_pns *p = pns;

    switch (a->type) {
    case PPTP_ACT_FRAME_OUT: on_frame_out(p, a->call, a->pkt); break;
    case PPTP_ACT_CALL_NEW: on_new(p, a); break;
    case PPTP_ACT_LINE_DIAL:
        nas_later(p->nas, PNS_LINE, a->call, PPTP_PKT_NONE);
        break;
    case PPTP_ACT_CALL_UP: on_call_up(p, a->call); break;
    case PPTP_ACT_CALL_DOWN: on_gone(p, a->call, &a->end); break;
    case PPTP_ACT_HOLD: set_hold(p, a->call, true); break;
    case PPTP_ACT_RESUME: set_hold(p, a->call, false); break;
    case PPTP_ACT_LINE_ANSWER: /* we have no line to answer */
    case PPTP_ACT_LINE_HANGUP: /* ours is only said to be there */
    case PPTP_ACT_LINE_ACCM:   /* and escapes nothing */
    case PPTP_ACT_CONN_UP:
    case PPTP_ACT_CONN_DOWN:
    case PPTP_ACT_TCP_OPEN: /* the world's */
    case PPTP_ACT_TCP_SEND:
    case PPTP_ACT_TCP_CLOSE:
    case PPTP_ACT_GRE_SEND: break;
    }
}

static void send_link_info(struct nas_pns *p, const struct nas_pns_session *s)
{
    struct ppp_info info;

    nas_ppps_info(&p->ppps, index_of(p, s), &info);
    pptp_node_set_link_info(&p->nas->node, s->call, info.accm_tx,
                            info.accm_rx);
}

void nas_pns_later(void *pns, const struct nas_later *l)
{
    struct nas_pns *p = pns;
    struct nas_pns_session *s = session_of(p, l->id);

    switch (l->kind) {
    case PNS_LINE: answer_dial(p, l->id); break;
    case PNS_LINK_INFO:
        if (s != NULL)
            send_link_info(p, s);
        break;
    case PNS_BYE:
        if (s != NULL && !s->closing)
            nas_ppps_close(&p->ppps, index_of(p, s), p->nas->node.now_ns);
        break;
    default: PPTP_ASSERT(0);
    }
}

/* --- time --------------------------------------------------------------- */

/* The other side's PPP has not begun in its time. */
static void waited(struct nas_pns *p, struct nas_pns_session *s)
{
    heap_set(&p->timers, index_of(p, s), PPTP_NEVER);
    if (!p->config->silent) {
        begin_ppp(p, s);
        return;
    }
    say_no_gre(p, s);
    end_session(p, s);
}

void nas_pns_advance(struct nas_pns *p, pptp_ns now)
{
    while (heap_next(&p->timers) <= now) {
        struct nas_pns_session *s = &p->session[p->timers.item[0].item];

        if (s->waits)
            waited(p, s);
        else
            check_time(p, s, now);
    }
    nas_ppps_advance(&p->ppps, now);
}

/* --- orders ------------------------------------------------------------- */

void nas_pns_close(struct nas_pns *p, pptp_ns now, pptp_call_id call,
                   bool politely)
{
    struct nas_pns_session *s = session_of(p, call);

    if (s != NULL)
        close_session(p, s, now, politely);
}

void nas_pns_clear(void *pns, pptp_call_id call)
{
    struct nas_pns *p = pns;

    nas_pns_close(p, p->nas->node.now_ns, call, true);
}

void nas_pns_renegotiate(struct nas_pns *p, pptp_ns now, pptp_call_id call)
{
    const struct nas_pns_session *s = session_of(p, call);

    if (s != NULL && s->begun && !s->closing)
        nas_ppps_renegotiate(&p->ppps, index_of(p, s), now);
}

void nas_pns_close_all(void *pns, pptp_ns now, bool politely)
{
    struct nas_pns *p = pns;
    uint32_t i;

    p->draining = true;
    for (i = 0; i < p->limit; i++) {
        if (p->session[i].call != PPTP_NONE)
            close_session(p, &p->session[i], now, politely);
        nas_do(p->nas);
    }
}

int nas_pns_secrets(struct nas_pns *p, const struct ppp_secrets *table)
{
    int err = nas_aaa_set(&p->aaa, table);
    uint32_t i;

    /* sessions that are up know where they stand in the table */
    for (i = 0; i < p->limit && !p->config->plain; i++)
        if (p->session[i].call != PPTP_NONE && p->session[i].begun)
            ppp_secrets_changed(p->ppps.ppp, nas_ppps_at(&p->ppps, i));
    return err;
}

void nas_pns_changed(struct nas_pns *p)
{
    uint32_t i;

    nas_pool_set(&p->pool, p->config->pool, p->config->pools);
    p->pool.taken_n = p->config->takens;
    for (i = 0; i < p->limit; i++) {
        const struct nas_pns_session *s = &p->session[i];

        if (s->call != PPTP_NONE && s->up_ns != 0 && s->over == NAS_END_CALL &&
            !s->closing)
            arm(p, s);
    }
}

void nas_pns_view(const struct nas_pns *p, uint32_t session,
                  struct nas_pns_view *out)
{
    const struct nas_pns_session *s = &p->session[session];

    *out = (struct nas_pns_view){ .call = s->call,
                                  .remote = s->remote,
                                  .ip = s->ip,
                                  .begun = s->begun,
                                  .up = s->up,
                                  .user = "",
                                  .claimed = "",
                                  .up_ns = s->up_ns,
                                  .rx_packets = s->rx_packets,
                                  .rx_octets = s->rx_octets,
                                  .tx_packets = s->tx_packets,
                                  .tx_octets = s->tx_octets };
    if (!s->begun)
        return;
    nas_ppps_info(&p->ppps, index_of(p, s), &out->ppp);
    out->user = nas_ppps_name(&p->ppps, session);
    out->claimed = nas_ppps_claimed(&p->ppps, session);
    out->mtu = nas_ppps_mtu(&p->ppps, session);
    if (out->mtu > p->config->mtu)
        out->mtu = (uint16_t)p->config->mtu;
}

/* --- life --------------------------------------------------------------- */

static void set_addresses(struct nas_pns *p)
{
    const struct nas_pns_config *c = p->config;

    p->aaa.pool = &p->pool;
    p->aaa.server = c->ppp.name;
    p->pool.local = c->local;
    p->pool.taken = c->taken;
    p->pool.taken_n = c->takens;
    nas_pool_set(&p->pool, c->pool, c->pools);
}

int nas_pns_init(struct nas_pns *p, uint32_t calls, uint64_t seed)
{
    struct ppp_config c = p->config->ppp;
    uint32_t i;

    p->limit = calls;
    p->seed = seed;
    c.secrets = &p->aaa.secrets;
    p->ppps.owner = &ppps_owner;
    p->ppps.plain = p->config->plain;
    p->ppps.ctx = p;
    p->ppps.pool = p->packets;
    p->ppps.from = p->nas->from;
    set_addresses(p);
    p->session = alloc_take(p->nas->from, calls * sizeof *p->session);
    if (p->session == NULL || nas_ppps_init(&p->ppps, &c, calls, seed) < 0 ||
        heap_init(&p->timers, calls) < 0 ||
        map_init(&p->calls_source, calls) < 0 ||
        nas_pool_init(&p->pool, calls) < 0)
        return PPTP_ERR_RESOURCE;
    for (i = 0; i < calls; i++)
        p->session[i] = (struct nas_pns_session){ .call = PPTP_NONE };
    return PPTP_OK;
}

void nas_pns_fini(struct nas_pns *p)
{
    alloc_give(p->ppps.from, p->session);
    nas_ppps_fini(&p->ppps);
    heap_fini(&p->timers);
    map_fini(&p->calls_source);
    nas_pool_fini(&p->pool);
}
