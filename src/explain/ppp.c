/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PPP in a tunnel, as far as it is in clear (RFC 1661 and its like). */
#include "config.h"

#include "explain/impl.h"

#include "pptp/wire.h"

struct ppp {
    uint16_t protocol;
    const uint8_t *p; /* after the protocol field */
    size_t len;
};

static bool ppp_read(const uint8_t *p, size_t n, struct ppp *out, bool *ff03)
{
    *ff03 = n >= 2 && p[0] == 0xFF && p[1] == 0x03;
    if (*ff03) {
        p += 2;
        n -= 2;
    }
    if (n < 1 || ((p[0] & 1) == 0 && n < 2))
        return false;
    if ((p[0] & 1) != 0)
        *out = (struct ppp){ p[0], p + 1, n - 1 };
    else
        *out = (struct ppp){ pptp_get16(p), p + 2, n - 2 };
    return true;
}

static void auth(struct explain *e, struct flow *f, const struct ppp *q,
                 const char *name, unsigned good, unsigned bad, size_t text_at)
{
    struct call *call = f->call;
    char text[80] = "";
    size_t len = q->len >= 4 ? pptp_get16(q->p + 2) : 0;

    call->auth = name;
    if (q->p[0] != good && q->p[0] != bad)
        return;
    if (len > q->len)
        len = q->len;
    if (len > text_at)
        explain_text(text, sizeof text, (const char *)q->p + text_at,
                     len - text_at);
    explain_event(e, call->conn, call, "    PPP: %s %s by %s \"%s\"", name,
                  q->p[0] == good ? "accepted" : "refused", explain_ip(f->src),
                  text);
    if (q->p[0] == good) {
        f->auth_ok = true;
        return;
    }
    f->auth_failed = true;
    explain_note(e, EXPLAIN_PPP_AUTH, (struct subject){ NULL, call, f->dir },
                 "%s says \"%s\"", name, text);
}

static void lcp(struct explain *e, struct flow *f, const struct ppp *q,
                bool ff03)
{
    struct subject who = { NULL, f->call, f->dir };

    if (!ff03)
        explain_note(e, EXPLAIN_PPP_NO_FF03, who, "code %u", q->p[0]);
    switch (q->p[0]) {
    case 1: f->lcp_requests++; break;
    case 2:
        if (f->lcp_acks++ == 0)
            explain_event(e, f->call->conn, f->call,
                          "    PPP: LCP agreed by %s", explain_ip(f->src));
        break;
    case 5:
        f->terminated = true;
        explain_event(e, f->call->conn, f->call,
                      "    PPP: LCP Terminate-Request from %s",
                      explain_ip(f->src));
        explain_note(e, EXPLAIN_PPP_TERMINATE, who, "by %s",
                     explain_ip(f->src));
        break;
    case 8:
        explain_note(e, EXPLAIN_PPP_PROTOCOL_REJECT, who, "0x%04x",
                     q->len >= 6 ? pptp_get16(q->p + 4) : 0);
        break;
    default: break;
    }
}

void explain_ppp_input(struct explain *e, struct flow *f, const uint8_t *p,
                       size_t n)
{
    struct subject who = { NULL, f->call, f->dir };
    struct ppp q;
    bool ff03;

    if (n > 0 && p[0] == 0x7E) {
        explain_note(e, EXPLAIN_PPP_HDLC, who, "0x7e at the start");
        return;
    }
    if (!ppp_read(p, n, &q, &ff03) || q.len == 0)
        return;
    switch (q.protocol) {
    case 0xC021: lcp(e, f, &q, ff03); break;
    case 0xC023: auth(e, f, &q, "PAP", 2, 3, 5); break;
    case 0xC223: auth(e, f, &q, "CHAP", 3, 4, 4); break;
    case 0xC227: auth(e, f, &q, "EAP", 3, 4, 4); break;
    case 0x8021:
    case 0x8057:
        if (q.p[0] == 2 && f->ncp_acks++ == 0)
            explain_event(
                e, f->call->conn, f->call, "    PPP: %s agreed by %s",
                q.protocol == 0x8021 ? "IPCP" : "IPV6CP", explain_ip(f->src));
        break;
    case 0x00FD: f->encrypted = true; break;
    case 0x0021:
    case 0x0057: f->clear_data = true; break;
    default: break;
    }
}
