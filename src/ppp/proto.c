/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * What every control protocol does, RFC 1661 §4 and §5: packets of codes 1
 * to 7, lists of options, identifiers, the Restart timer and its counters.
 * fsm.c has the table, lcp.c ccp.c ipcp.c ipv6cp.c what their options mean.
 *
 * No request is kept: it is made again when its answer comes and compared.
 */
#include "config.h"

#include "ppp/proto.h"

#include <string.h>

#include "ppp/engine.h"

enum { GIVE_UP_AFTER = 16 /* rounds beyond max_failure */ };

/* The packet that an event came with. */
struct cause {
    const uint8_t *packet; /* from the code on */
    size_t n;
    const struct ppp_reply *reply; /* to a Configure-Request, or NULL */
};

/* --- lists of options ---------------------------------------------------- */

/* The option at *at of a list that was checked; false at its end. */
static bool next_option(const uint8_t *list, size_t n, size_t *at,
                        struct ppp_option *o)
{
    if (*at >= n)
        return false;
    o->type = list[*at];
    o->len = (uint8_t)(list[*at + 1] - 2);
    o->value = list + *at + 2;
    *at += list[*at + 1];
    return true;
}

static bool list_ok(const uint8_t *list, size_t n)
{
    size_t at = 0;

    while (at < n) {
        if (n - at < 2 || list[at + 1] < 2 || list[at + 1] > n - at)
            return false;
        at += list[at + 1];
    }
    return true;
}

/* Whether `part` is some options of `whole`, unchanged and in order. */
static bool list_within(const uint8_t *part, size_t n, const uint8_t *whole,
                        size_t m)
{
    struct ppp_option a, b;
    size_t i = 0, j = 0;

    while (next_option(part, n, &i, &a))
        do {
            if (!next_option(whole, m, &j, &b))
                return false;
        } while (a.type != b.type || a.len != b.len ||
                 memcmp(a.value, b.value, a.len) != 0);
    return true;
}

static bool list_has(const uint8_t *list, size_t n, uint8_t type)
{
    struct ppp_option o;
    size_t at = 0;

    while (next_option(list, n, &at, &o))
        if (o.type == type)
            return true;
    return false;
}

static void reply_add(struct ppp_reply *r, uint8_t code, uint8_t type,
                      const uint8_t *value, uint8_t len)
{
    if (r->code > code)
        return; /* a Reject beats a Nak */
    if (r->code < code) {
        r->code = code;
        r->n = 0;
    }
    if (len > UINT8_MAX - 2 || r->n + 2u + len > OPTIONS_MAX)
        return; /* the rest has its turn in the next round */
    r->octets[r->n] = type;
    r->octets[r->n + 1] = (uint8_t)(len + 2);
    if (len > 0)
        memcpy(r->octets + r->n + 2, value, len);
    r->n = (uint16_t)(r->n + 2 + len);
}

void ppp_reply_nak(struct ppp_reply *r, uint8_t type, const uint8_t *value,
                   uint8_t len)
{
    reply_add(r, CODE_CONF_NAK, type, value, len);
}

/* --- actions of the table ------------------------------------------------ */

static void start_timer(struct ppp *p, struct ppp_session *s, enum ppp_cp i,
                        pptp_ns now)
{
    struct ppp_cp_state *cp = &s->cp[i];

    s->restart_at_ns[i] = now + p->config.restart_ns;
    if (cp->restarts > 0)
        cp->restarts--;
}

static void send_request(struct ppp *p, struct ppp_session *s, pptp_ns now,
                         const struct ppp_proto *proto, bool fresh)
{
    struct ppp_cp_state *cp = &s->cp[proto->cp];
    uint8_t list[OPTIONS_MAX];
    size_t n;

    if (fresh) {
        cp->rejected = 0;
        cp->failures = 0;
        cp->naks_seen = 0;
        if (proto->reset != NULL)
            proto->reset(p, s);
    }
    n = proto->request(p, s, list);
    PPTP_ASSERT(n <= OPTIONS_MAX);
    cp->settled = 0;
    start_timer(p, s, proto->cp, now);
    ppp_send(p, s, proto->number, CODE_CONF_REQ, cp->id, list, n);
}

static void send_ack(struct ppp *p, struct ppp_session *s,
                     const struct ppp_proto *proto, const struct cause *c)
{
    const uint8_t *list = c->packet + CP_HEAD;
    size_t n = c->n - CP_HEAD, at = 0;
    struct ppp_option o;

    s->cp[proto->cp].failures = 0;
    if (proto->take_defaults != NULL)
        proto->take_defaults(p, s);
    while (next_option(list, n, &at, &o))
        proto->take(p, s, &o);
    ppp_send(p, s, proto->number, CODE_CONF_ACK, c->packet[1], list, n);
}

static void send_nak(struct ppp *p, struct ppp_session *s,
                     const struct ppp_proto *proto, const struct cause *c)
{
    struct ppp_cp_state *cp = &s->cp[proto->cp];

    if (cp->failures < UINT8_MAX)
        cp->failures++;
    ppp_send(p, s, proto->number, c->reply->code, c->packet[1],
             c->reply->octets, c->reply->n);
}

static void send_code_reject(struct ppp *p, struct ppp_session *s,
                             const struct ppp_proto *proto,
                             const struct cause *c)
{
    size_t room = s->peer_mru < PPP_PACKET_MAX ? s->peer_mru : PPP_PACKET_MAX;

    p->stats.codes_rejected++;
    room -= CP_HEAD; /* 5.6: truncated to the peer's MRU */
    ppp_send(p, s, proto->number, CODE_CODE_REJ, s->reject_id++, c->packet,
             c->n < room ? c->n : room);
}

/* Actions that send, in the order of their bits. */
static void send_all(struct ppp *p, struct ppp_session *s, pptp_ns now,
                     const struct ppp_proto *proto, uint16_t actions,
                     bool fresh, const struct cause *c)
{
    struct ppp_cp_state *cp = &s->cp[proto->cp];

    if (actions & PPP_SCR)
        send_request(p, s, now, proto, fresh);
    if (actions & PPP_SCA)
        send_ack(p, s, proto, c);
    if (actions & PPP_SCN)
        send_nak(p, s, proto, c);
    if (actions & PPP_STR) {
        start_timer(p, s, proto->cp, now);
        ppp_send(p, s, proto->number, CODE_TERM_REQ, ++cp->id, NULL, 0);
    }
    if (actions & PPP_STA)
        ppp_send(p, s, proto->number, CODE_TERM_ACK, c->packet[1], NULL, 0);
    if (actions & PPP_SCJ)
        send_code_reject(p, s, proto, c);
}

static void act(struct ppp *p, struct ppp_session *s, pptp_ns now,
                const struct ppp_proto *proto, uint16_t actions, bool fresh,
                const struct cause *c)
{
    struct ppp_cp_state *cp = &s->cp[proto->cp];

    if (actions & PPP_TLD) {
        if (proto->down != NULL)
            proto->down(p, s, now);
        p->layers->down(p, s, now, proto->cp);
    }
    if (actions & PPP_TLF) {
        if (proto->finished != NULL)
            proto->finished(p, s, now);
        p->layers->finished(p, s, now, proto->cp);
    }
    if (actions & PPP_IRC)
        cp->restarts = actions & PPP_STR ? p->config.max_terminate
                                         : p->config.max_configure;
    if (actions & PPP_ZRC) {
        cp->restarts = 0;
        start_timer(p, s, proto->cp, now);
    }
    send_all(p, s, now, proto, actions, fresh, c);
    if (actions & PPP_TLU) {
        if (proto->up != NULL)
            proto->up(p, s, now);
        if (cp->state == PPP_OPENED) /* `up` may have closed it again */
            p->layers->up(p, s, now, proto->cp);
    }
}

/* One event: the cell of the table is carried out. */
static void run(struct ppp *p, struct ppp_session *s, pptp_ns now,
                const struct ppp_proto *proto, enum ppp_event e,
                const struct cause *c)
{
    struct ppp_cp_state *cp = &s->cp[proto->cp];
    enum ppp_state from = cp->state;
    struct ppp_step step = ppp_fsm_step(from, e);
    /* Not negotiating up to now: what was agreed before is forgotten. */
    bool fresh = from < PPP_REQ_SENT || from == PPP_OPENED;

    if (step.actions & PPP_ILLEGAL) {
        p->stats.packets_state++;
        return;
    }
    if (step.actions & PPP_CROSSED)
        p->stats.crossed++;
    if (step.actions & PPP_SCR && e != PPP_EV_TO_PLUS)
        cp->id++; /* 5.1: a repetition keeps it */
    cp->state = step.next;
    if (!ppp_fsm_timer(step.next))
        s->restart_at_ns[proto->cp] = PPTP_NEVER;
    act(p, s, now, proto, step.actions, fresh, c);
}

/* No agreement is possible: the link ends with LCP, or this protocol. */
static void fail(struct ppp *p, struct ppp_session *s, pptp_ns now,
                 const struct ppp_proto *proto)
{
    if (proto->cp == CP_LCP)
        ppp_end(p, s, now, PPP_END_OPTIONS);
    else
        run(p, s, now, proto, PPP_EV_CLOSE, NULL);
}

/* --- packets ------------------------------------------------------------- */

static void judge_option(struct ppp *p, struct ppp_session *s,
                         const struct ppp_proto *proto,
                         const struct ppp_option *o, bool repeated,
                         struct ppp_reply *r)
{
    uint8_t nak[UINT8_MAX], nak_len = 0;
    uint8_t code = CODE_CONF_REJ; /* §6: no option twice */

    if (!repeated)
        code = proto->judge(p, s, o, nak, &nak_len);
    if (code == CODE_CONF_NAK &&
        s->cp[proto->cp].failures >= p->config.max_failure)
        code = CODE_CONF_REJ; /* 4.6 Max-Failure */
    if (code == CODE_CONF_REJ)
        reply_add(r, CODE_CONF_REJ, o->type, o->value, o->len);
    else if (code == CODE_CONF_NAK)
        reply_add(r, CODE_CONF_NAK, o->type, nak, nak_len);
}

static void judge_list(struct ppp *p, struct ppp_session *s,
                       const struct ppp_proto *proto, const uint8_t *list,
                       size_t n, struct ppp_reply *r)
{
    struct ppp_option o;
    uint16_t seen = 0, bit;
    size_t at = 0;

    r->code = CODE_CONF_ACK;
    r->n = 0;
    while (next_option(list, n, &at, &o)) {
        bit = ppp_option_bit(o.type);
        judge_option(p, s, proto, &o, (seen & bit) != 0, r);
        seen |= bit;
    }
    if (proto->missing != NULL && r->code != CODE_CONF_REJ &&
        s->cp[proto->cp].failures < p->config.max_failure)
        proto->missing(p, s, seen, r);
}

static void rx_request(struct ppp *p, struct ppp_session *s, pptp_ns now,
                       const struct ppp_proto *proto, struct cause *c)
{
    struct ppp_cp_state *cp = &s->cp[proto->cp];
    struct ppp_reply reply;

    if (c->n > PPP_PACKET_MAX ||
        !list_ok(c->packet + CP_HEAD, c->n - CP_HEAD)) {
        p->stats.options_bad++;
        return;
    }
    if (cp->state != PPP_STOPPED && cp->state < PPP_REQ_SENT) {
        run(p, s, now, proto, PPP_EV_RCR_PLUS, c); /* both kinds do alike */
        return;
    }
    judge_list(p, s, proto, c->packet + CP_HEAD, c->n - CP_HEAD, &reply);
    c->reply = &reply;
    run(p, s, now, proto,
        reply.code == CODE_CONF_ACK ? PPP_EV_RCR_PLUS : PPP_EV_RCR_MINUS, c);
    if (cp->failures > p->config.max_failure + GIVE_UP_AFTER)
        fail(p, s, now, proto);
}

/* Whether an answer is one to our latest request, which goes to `ours`. */
static bool answer_ok(struct ppp *p, struct ppp_session *s,
                      const struct ppp_proto *proto, const struct cause *c,
                      uint8_t *ours, size_t *n)
{
    struct ppp_cp_state *cp = &s->cp[proto->cp];
    const uint8_t *list = c->packet + CP_HEAD;
    size_t m = c->n - CP_HEAD;

    if (c->packet[1] != cp->id) {
        p->stats.packets_id++;
        return false;
    }
    if (cp->settled) {
        /* The x of the table, where our request is not outstanding: a
         * duplicate must not tear an open link down. */
        p->stats.crossed++;
        return false;
    }
    *n = proto->request(p, s, ours);
    if (!list_ok(list, m) ||
        (c->packet[0] == CODE_CONF_ACK &&
         (m != *n || memcmp(list, ours, m) != 0)) ||
        (c->packet[0] == CODE_CONF_REJ &&
         (m == 0 || !list_within(list, m, ours, *n)))) {
        p->stats.options_bad++;
        return false;
    }
    cp->settled = 1;
    return true;
}

static void rx_ack(struct ppp *p, struct ppp_session *s, pptp_ns now,
                   const struct ppp_proto *proto, const struct cause *c)
{
    struct ppp_cp_state *cp = &s->cp[proto->cp];
    uint8_t ours[OPTIONS_MAX];
    size_t n;

    if (cp->state >= PPP_REQ_SENT) {
        if (!answer_ok(p, s, proto, c, ours, &n))
            return;
        cp->naks_seen = 0;
    }
    run(p, s, now, proto, PPP_EV_RCA, c);
}

/* The options of a Nak or Reject; false: we cannot go on without. */
static bool take_nak(struct ppp *p, struct ppp_session *s,
                     const struct ppp_proto *proto, const struct cause *c,
                     const uint8_t *ours, size_t n)
{
    struct ppp_cp_state *cp = &s->cp[proto->cp];
    /* Who naks for ever means a Reject. */
    bool reject = c->packet[0] == CODE_CONF_REJ ||
                  cp->naks_seen > p->config.max_failure;
    struct ppp_option o;
    size_t at = 0;
    bool ok = true;

    while (next_option(c->packet + CP_HEAD, c->n - CP_HEAD, &at, &o)) {
        if (cp->rejected & ppp_option_bit(o.type))
            continue; /* named again after a Reject: contradictory */
        if (!reject) {
            ok = proto->naked(p, s, &o) && ok;
        } else if (list_has(ours, n, o.type)) {
            cp->rejected |= ppp_option_bit(o.type);
            ok = proto->refused(p, s, &o) && ok;
        }
    }
    return ok;
}

static void rx_nak(struct ppp *p, struct ppp_session *s, pptp_ns now,
                   const struct ppp_proto *proto, const struct cause *c)
{
    struct ppp_cp_state *cp = &s->cp[proto->cp];
    uint8_t ours[OPTIONS_MAX];
    size_t n;
    bool ok;

    if (cp->state >= PPP_REQ_SENT) {
        if (!answer_ok(p, s, proto, c, ours, &n))
            return;
        if (cp->naks_seen < 127)
            cp->naks_seen = (cp->naks_seen + 1u) & 127u;
        ok = take_nak(p, s, proto, c, ours, n);
        if (!ok || cp->naks_seen == 127 ||
            cp->naks_seen > p->config.max_failure + GIVE_UP_AFTER) {
            fail(p, s, now, proto);
            return;
        }
    }
    run(p, s, now, proto, PPP_EV_RCN, c);
}

static void rx_code_reject(struct ppp *p, struct ppp_session *s, pptp_ns now,
                           const struct ppp_proto *proto,
                           const struct cause *c)
{
    uint8_t code;

    if (c->n < CP_HEAD + CP_HEAD || c->packet[CP_HEAD] == 0) {
        p->stats.packets_bad++;
        return;
    }
    code = c->packet[CP_HEAD];
    if (code > CODE_CODE_REJ) {
        if (proto->code_refused != NULL)
            proto->code_refused(p, s, code);
        run(p, s, now, proto, PPP_EV_RXJ_PLUS, c);
        return;
    }
    if (proto->cp == CP_LCP)
        ppp_because(s, PPP_END_REJECTED);
    run(p, s, now, proto, PPP_EV_RXJ_MINUS, c);
}

static void rx_code(struct ppp *p, struct ppp_session *s, pptp_ns now,
                    const struct ppp_proto *proto, struct cause *c)
{
    switch (c->packet[0]) {
    case CODE_CONF_REQ: rx_request(p, s, now, proto, c); return;
    case CODE_CONF_ACK: rx_ack(p, s, now, proto, c); return;
    case CODE_CONF_NAK:
    case CODE_CONF_REJ: rx_nak(p, s, now, proto, c); return;
    case CODE_TERM_REQ: run(p, s, now, proto, PPP_EV_RTR, c); return;
    case CODE_TERM_ACK: run(p, s, now, proto, PPP_EV_RTA, c); return;
    case CODE_CODE_REJ: rx_code_reject(p, s, now, proto, c); return;
    default:
        if (proto->extra == NULL ||
            !proto->extra(p, s, now, c->packet[0], c->packet[1],
                          c->packet + CP_HEAD, c->n - CP_HEAD))
            run(p, s, now, proto, PPP_EV_RUC, c);
        return;
    }
}

void ppp_cp_input(struct ppp *p, struct ppp_session *s, pptp_ns now,
                  const struct ppp_proto *proto, const uint8_t *packet,
                  size_t n)
{
    struct cause c = { packet, 0, NULL };

    if (n >= CP_HEAD)
        c.n = (size_t)packet[2] << 8 | packet[3];
    if (n < CP_HEAD || c.n < CP_HEAD || c.n > n) {
        p->stats.packets_bad++;
        return;
    }
    if (s->cp[proto->cp].state <= PPP_STARTING) {
        p->stats.packets_state++; /* the lower layer is down */
        return;
    }
    rx_code(p, s, now, proto, &c); /* octets beyond the length are padding */
}

void ppp_cp_event(struct ppp *p, struct ppp_session *s, pptp_ns now,
                  const struct ppp_proto *proto, enum ppp_event e)
{
    run(p, s, now, proto, e, NULL);
}

void ppp_cp_timer(struct ppp *p, struct ppp_session *s, pptp_ns now,
                  const struct ppp_proto *proto)
{
    struct ppp_cp_state *cp = &s->cp[proto->cp];

    if (s->restart_at_ns[proto->cp] > now)
        return;
    PPTP_ASSERT(ppp_fsm_timer(cp->state));
    run(p, s, now, proto, cp->restarts > 0 ? PPP_EV_TO_PLUS : PPP_EV_TO_MINUS,
        NULL);
}

const struct ppp_proto *ppp_proto_of(const struct ppp *p, uint16_t number)
{
    const struct ppp_proto *const *all = p->layers->protos;
    unsigned i;

    for (i = 0; i < CPS; i++)
        if (all[i]->number == number)
            return all[i];
    return NULL;
}

void ppp_end(struct ppp *p, struct ppp_session *s, pptp_ns now,
             enum ppp_reason why)
{
    if (s->ended)
        return;
    ppp_because(s, why);
    s->open = 0;
    ppp_cp_event(p, s, now, p->layers->protos[CP_LCP], PPP_EV_CLOSE);
    if (s->cp[CP_LCP].state == PPP_CLOSING)
        s->phase = PPP_TERMINATE;
}
