/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * PAP, RFC 1334 §2: who we are in clear text, and who the peer says it is.
 */
#include "config.h"

#include "ppp/pap.h"

#include <string.h>

#include "ppp/engine.h"
#include "ppp/secrets.h"

enum { PAP_REQUEST = 1, PAP_ACK, PAP_NAK };

static void rx_request(struct ppp *p, struct ppp_session *s, pptp_ns now,
                       uint8_t id, const uint8_t *data, size_t n);
static void rx_answer(struct ppp *p, struct ppp_session *s, pptp_ns now,
                      uint8_t code, uint8_t id);

/* An Authenticate-Request, with a new identifier each time (2.2.1). */
static void request(struct ppp *p, struct ppp_session *s, pptp_ns now)
{
    const char *user = ppp_auth_user(p, s);
    size_t user_len = strlen(user);
    const struct ppp_secret *secret;
    uint8_t data[2 + 64 + PPP_SECRET_MAX];

    PPTP_ASSERT(user_len < 64);
    /* the server has not told its name */
    secret = ppp_secret_look(p->config.secrets, user, user_len, NULL, 0);
    if (secret == NULL) {
        p->stats.auth_no_secret++;
        ppp_auth_us_failed(p, s, now);
        return;
    }
    data[0] = (uint8_t)user_len;
    memcpy(data + 1, user, user_len);
    data[1 + user_len] = secret->secret_len;
    memcpy(data + 2 + user_len, secret->secret, secret->secret_len);
    ppp_send(p, s, PPP_PROTO_PAP, PAP_REQUEST, ++s->peer_auth_id, data,
             2 + user_len + secret->secret_len);
    ppp_wipe(data, sizeof data);
}

static void input(struct ppp *p, struct ppp_session *s, pptp_ns now,
                  uint8_t code, uint8_t id, const uint8_t *data, size_t n)
{
    if (code == PAP_REQUEST)
        rx_request(p, s, now, id, data, n);
    else if (code == PAP_ACK || code == PAP_NAK)
        rx_answer(p, s, now, code, id);
    else
        p->stats.packets_bad++;
}

static void answer(struct ppp *p, struct ppp_session *s, uint8_t code,
                   uint8_t id)
{
    const char *text = code == PAP_ACK ? "Access granted" : "Access denied";
    uint8_t data[32];
    size_t n = strlen(text);

    data[0] = (uint8_t)n;
    memcpy(data + 1, text, n);
    ppp_send(p, s, PPP_PROTO_PAP, code, id, data, n + 1);
}

static void rx_request(struct ppp *p, struct ppp_session *s, pptp_ns now,
                       uint8_t id, const uint8_t *data, size_t n)
{
    static const uint8_t nobody[1] = { 0 };
    const struct ppp_secret *secret;
    const uint8_t *name, *word;
    size_t name_len, word_len;
    bool ok;

    if (s->auth_peer != PPP_AUTH_PAP) {
        p->stats.packets_state++;
        return;
    }
    if (n < 1 || n < 2u + data[0] || n < 2u + data[0] + data[1 + data[0]]) {
        p->stats.packets_bad++;
        return;
    }
    name = data + 1;
    name_len = data[0];
    word = name + name_len + 1;
    word_len = name[name_len];
    secret = ppp_secret_find(p->config.secrets, (const char *)name, name_len,
                             p->config.name);
    p->stats.auth_no_secret += secret == NULL;
    /* as long without a secret as with one */
    ok = ppp_same(word, word_len, secret != NULL ? secret->secret : nobody,
                  secret != NULL ? secret->secret_len : 1) &&
         secret != NULL;
    if (s->peer_done) {
        /* 2.2.1: our Ack was lost; anything else is too late */
        if (ok && ppp_auth_same_peer(s, name, name_len))
            answer(p, s, PAP_ACK, id);
        else
            p->stats.packets_state++;
        return;
    }
    answer(p, s, ok ? PAP_ACK : PAP_NAK, id);
    if (ok) {
        ppp_auth_peer_ok(p, s, now, secret, name, name_len);
    } else {
        p->stats.auth_failed++;
        ppp_auth_peer_fault(s,
                            secret == NULL ? PPP_FAULT_NAME : PPP_FAULT_SECRET,
                            name, name_len);
        ppp_auth_peer_failed(p, s, now);
    }
}

static void rx_answer(struct ppp *p, struct ppp_session *s, pptp_ns now,
                      uint8_t code, uint8_t id)
{
    if (s->auth_us != PPP_AUTH_PAP || s->us_done) {
        p->stats.packets_state++;
        return;
    }
    /* on a slow line it answers a request before the latest */
    if ((uint8_t)(s->peer_auth_id - id) > s->auth_tries) {
        p->stats.packets_id++;
        return;
    }
    if (code == PAP_ACK)
        ppp_auth_us_ok(p, s, now);
    else
        ppp_auth_us_failed(p, s, now);
}

const struct ppp_method ppp_pap = {
    .number = PPP_PROTO_PAP,
    .auths = PPP_AUTH_PAP,
    .request = request,
    .input = input,
};
