/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PPP in a tunnel, as far as it is in clear (RFC 1661 and its like) and as
 * far as the capture holds it.
 */
#include "config.h"

#include "explain/ppp.h"

#include "base/wire.h"
#include "explain/store.h"
#include "explain/words.h"
#include "ppp/peek.h"
#include "ppp/ppp.h"

struct packet {
    uint16_t protocol;
    const uint8_t *p; /* after the protocol field */
    size_t len;
};

static bool ppp_read(const uint8_t *p, size_t n, struct packet *out,
                     bool *ff03)
{
    struct ppp_peek k = ppp_peek(p, n);

    *ff03 = k.full;
    *out = (struct packet){ k.protocol, p + k.head, n - k.head };
    /* FF alone is half an FF 03 */
    return k.head > 0 && (k.full || k.protocol != 0xFF);
}

/* --- authentication ------------------------------------------------------ */

static void auth(struct explain *e, struct flow *f, const struct packet *q,
                 const char *name, unsigned good, unsigned bad, size_t text_at)
{
    struct call *call = f->call;
    char text[70] = "";
    size_t len = q->len >= 4 ? pptp_get16(q->p + 2) : 0;
    bool whole = len <= q->len && q->len >= 4;

    call->auth = name;
    if (q->p[0] != good && q->p[0] != bad)
        return;
    if (len > q->len)
        len = q->len;
    if (len > text_at)
        explain_text(text, sizeof text, (const char *)q->p + text_at,
                     len - text_at);
    explain_event(e, call->conn, call, "    PPP: %s %s by %s \"%s\"%s", name,
                  q->p[0] == good ? "accepted" : "refused", explain_ip(f->src),
                  text, whole ? "" : "?");
    f->auth_ok = q->p[0] == good;
    if (q->p[0] == good)
        return;
    if (f->refused[0] == '\0')
        f->refused_when = e->here;
    snprintf(f->refused, sizeof f->refused, "%s: \"%s\"%s", name, text,
             whole ? "" : "?");
}

/* --- LCP ----------------------------------------------------------------- */

static void lcp(struct explain *e, struct flow *f, const struct packet *q,
                bool ff03)
{
    struct subject who = of_call(f->call, f->dir);
    uint8_t code = q->p[0];

    if (!ff03)
        explain_note(e, EXPLAIN_PPP_NO_FF03, about(who, code), "code %u",
                     code);
    switch (code) {
    case 1:
        if (f->lcp_requests++ == 0)
            f->lcp_first = e->here;
        f->terminated = f->good_bye = false; /* it begins again */
        break;
    case 2:
        if (f->lcp_acks++ == 0)
            explain_event(e, f->call->conn, f->call,
                          "    PPP: LCP agreed by %s", explain_ip(f->src));
        break;
    case 5:
        f->terminated = f->good_bye = true;
        explain_event(e, f->call->conn, f->call,
                      "    PPP: LCP Terminate-Request from %s",
                      explain_ip(f->src));
        explain_note(e, EXPLAIN_PPP_TERMINATE, who, "by %s",
                     explain_ip(f->src));
        break;
    case 6: f->good_bye = true; break;
    case 8:
        if (q->len >= 6)
            explain_note(e, EXPLAIN_PPP_PROTOCOL_REJECT,
                         about(who, pptp_get16(q->p + 4)), "0x%04x",
                         pptp_get16(q->p + 4));
        else
            explain_note(e, EXPLAIN_PPP_PROTOCOL_REJECT, who,
                         "which one was not captured");
        break;
    case 9: f->echo_unanswered++; break;
    default: break;
    }
}

/* --- frames -------------------------------------------------------------- */

static void agreed(struct explain *e, struct flow *f, const struct packet *q,
                   const char *name)
{
    if (q->p[0] == 2 && f->ncp_acks++ == 0)
        explain_event(e, f->call->conn, f->call, "    PPP: %s agreed by %s",
                      name, explain_ip(f->src));
}

/* A protocol of the network layer (RFC 1661, 2) that is neither encrypted
 * nor compressed (RFC 1962, RFC 1968), nor a fragment of multilink, whose
 * inside may be either (RFC 1990). */
static bool is_clear(uint16_t protocol)
{
    switch (protocol) {
    case 0x003D:
    case 0x0053:
    case 0x0055:
    case 0x00FB:
    case 0x00FD: return false;
    default: return protocol >= 0x0021 && protocol < 0x4000;
    }
}

static void user_data(struct explain *e, struct flow *f, uint16_t protocol)
{
    if (protocol == 0x00FD || protocol == 0x0053)
        f->encrypted = true;
    if (!is_clear(protocol))
        return;
    if (f->clear_data++ == 0)
        f->clear_first = e->here;
    f->clear_last = e->here;
}

void explain_ppp_input(struct explain *e, struct flow *f, const uint8_t *p,
                       size_t n, size_t whole)
{
    struct packet q;
    bool ff03;

    if (n > 0 && p[0] == 0x7E) {
        explain_note(e, EXPLAIN_PPP_HDLC, of_call(f->call, f->dir),
                     "0x7e at the start");
        return;
    }
    if (!ppp_read(p, n, &q, &ff03)) {
        f->ppp_cut += n < whole;
        return;
    }
    if (q.protocol < 0x4000) {
        user_data(e, f, q.protocol);
        return;
    }
    if (q.len == 0) { /* control, and it is not known of what kind */
        f->ppp_cut += n < whole;
        return;
    }
    switch (q.protocol) {
    case PPP_PROTO_LCP: lcp(e, f, &q, ff03); break;
    case PPP_PROTO_PAP: auth(e, f, &q, "PAP", 2, 3, 5); break;
    case PPP_PROTO_CHAP: auth(e, f, &q, "CHAP", 3, 4, 4); break;
    case PPP_PROTO_EAP: auth(e, f, &q, "EAP", 3, 4, 4); break;
    case PPP_PROTO_IPCP: agreed(e, f, &q, "IPCP"); break;
    case PPP_PROTO_IPV6CP: agreed(e, f, &q, "IPV6CP"); break;
    default: break;
    }
}

bool explain_ppp_orderly(const struct explain *e, const struct call *call,
                         bool *known)
{
    const struct flow *f;
    bool orderly = false;
    int dir;

    *known = !e->gre_blind && e->over_calls + e->over_gre == 0;
    for (dir = 0; dir < 2; dir++) {
        f = call->flow[dir];
        /* the last of its packets may not be here */
        if (f == NULL || f->packets == 0 || f->ppp_cut + f->cut > 0 ||
            f->ahead.any)
            *known = false;
        orderly = orderly || (f != NULL && f->good_bye);
    }
    return orderly;
}
