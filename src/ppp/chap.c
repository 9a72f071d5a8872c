/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * CHAP, RFC 1994, with MD5 or as MS-CHAP: RFC 2433 (when the configuration
 * asks for it), RFC 2759.  mschap.c computes.
 *
 * A Challenge that is repeated is the same packet: an answer to the first of
 * them that comes late is still one.  What we answer is a function of the
 * challenge and of a secret of ours, so that a repeated Challenge gets the
 * same Response, and MPPE the same keys.
 */
#include "config.h"

#include "ppp/chap.h"

#include <string.h>

#include <nettle/md5.h>
#include <nettle/sha1.h>

#include "ppp/engine.h"
#include "ppp/mppe.h"
#include "ppp/mschap.h"
#include "ppp/secrets.h"

enum {
    CHAP_CHALLENGE = 1,
    CHAP_RESPONSE,
    CHAP_SUCCESS,
    CHAP_FAILURE,
    CHAP_CHANGE_PASSWORD = 7, /* RFC 2759 §7 */
    CHAPS = PPP_AUTH_CHAP_MD5 | PPP_AUTH_MSCHAP1 | PPP_AUTH_MSCHAP2,
    MD5_RESPONSE = 16,
    NAME_MAX_OCTETS = 255
};

/* A Challenge or Response: value and name. */
struct chap {
    uint8_t id;
    const uint8_t *value, *name;
    size_t value_len, name_len;
};

/* How a Response was found. */
struct verdict {
    bool ok;
    const struct ppp_secret *secret;
    uint8_t hash[16];  /* MS-CHAP: of the password */
    uint8_t proof[20]; /* MS-CHAPv2: that we know it, too */
};

static void rx_challenge(struct ppp *p, struct ppp_session *s, pptp_ns now,
                         const struct chap *c);
static void rx_response(struct ppp *p, struct ppp_session *s, pptp_ns now,
                        const struct chap *c);
static void rx_success(struct ppp *p, struct ppp_session *s, pptp_ns now,
                       const uint8_t *text, size_t n);
static void rx_failure(struct ppp *p, struct ppp_session *s, pptp_ns now,
                       const uint8_t *text, size_t n);

static bool is_chap(uint16_t auth)
{
    return (auth & CHAPS) != 0;
}

static uint8_t challenge_len(const struct ppp_session *s)
{
    return s->auth_peer == PPP_AUTH_MSCHAP1 ? MSCHAP_CHALLENGE
                                            : MSCHAP2_CHALLENGE;
}

/* Value and name, as both kinds of packet have them. */
static void send_value(struct ppp *p, struct ppp_session *s, uint8_t code,
                       uint8_t id, const uint8_t *value, uint8_t value_len,
                       const char *name)
{
    uint8_t data[1 + MSCHAP_RESPONSE + 64];
    size_t name_len = strlen(name);

    PPTP_ASSERT(value_len <= MSCHAP_RESPONSE && name_len < 64);
    data[0] = value_len;
    memcpy(data + 1, value, value_len);
    memcpy(data + 1 + value_len, name, name_len);
    ppp_send(p, s, PPP_PROTO_CHAP, code, id, data, 1 + value_len + name_len);
}

static void repeat(struct ppp *p, struct ppp_session *s)
{
    send_value(p, s, CHAP_CHALLENGE, s->auth_id, s->challenge,
               challenge_len(s), p->config.name);
}

static void new_challenge(struct ppp *p, struct ppp_session *s)
{
    ppp_random_octets(p, s->challenge, sizeof s->challenge);
    s->auth_id++;
    s->auth_retries = PPP_AUTH_RETRIES;
    s->challenged = 1;
    repeat(p, s);
}

/* Whether a verdict on us is due, with this identifier. */
static bool verdict_due(struct ppp *p, const struct ppp_session *s, uint8_t id)
{
    if (!s->answered)
        p->stats.packets_state++;
    else if (id != s->peer_auth_id)
        p->stats.packets_id++;
    else
        return true;
    return false;
}

static void input(struct ppp *p, struct ppp_session *s, pptp_ns now,
                  uint8_t code, uint8_t id, const uint8_t *data, size_t n)
{
    struct chap c = { .id = id };

    switch (code) {
    case CHAP_CHALLENGE:
    case CHAP_RESPONSE:
        if (n < 1 || data[0] == 0 || n < 1u + data[0] ||
            n - 1 - data[0] > NAME_MAX_OCTETS) {
            p->stats.packets_bad++;
            return;
        }
        c.value = data + 1;
        c.value_len = data[0];
        c.name = c.value + c.value_len;
        c.name_len = n - 1 - c.value_len;
        if (code == CHAP_CHALLENGE)
            rx_challenge(p, s, now, &c);
        else
            rx_response(p, s, now, &c);
        return;
    case CHAP_SUCCESS:
        if (verdict_due(p, s, id))
            rx_success(p, s, now, data, n);
        return;
    case CHAP_FAILURE:
        if (verdict_due(p, s, id))
            rx_failure(p, s, now, data, n);
        return;
    case CHAP_CHANGE_PASSWORD: p->stats.auth_change++; return;
    default: p->stats.packets_bad++; return;
    }
}

/* RFC 1994 4.1: MD5 of identifier, secret and challenge. */
static void md5_response(uint8_t id, const struct ppp_secret *secret,
                         const uint8_t *challenge, size_t n, uint8_t out[16])
{
    struct md5_ctx md5;

    md5_init(&md5);
    md5_update(&md5, 1, &id);
    md5_update(&md5, secret->secret_len, secret->secret);
    md5_update(&md5, n, challenge);
    md5_digest(&md5, MD5_RESPONSE, out);
    ppp_wipe(&md5, sizeof md5);
}

static bool is_ms(uint16_t auth)
{
    return auth == PPP_AUTH_MSCHAP1 || auth == PPP_AUTH_MSCHAP2;
}

/*
 * Whether this direction's Response makes the keys.  When both prove
 * themselves RFC 3079 says: that of who has called, which PPP does not know.
 * Then it is the better method, and of two alike the Response to the one with
 * the greater magic number.
 */
static bool keys_are_mine(const struct ppp_session *s, bool server)
{
    uint16_t mine = server ? s->auth_peer : s->auth_us;
    uint16_t other = server ? s->auth_us : s->auth_peer;

    if (s->mppe == NULL || !is_ms(mine))
        return false;
    if (is_ms(other) && mine != other)
        return mine > other;
    return mine != other || (s->magic > s->peer_magic) == server;
}

/* Keys for the next time that MPPE starts, those of the latest Response. */
static void make_keys(const struct ppp_session *s,
                      const struct ppp_secret *secret, const uint8_t hash[16],
                      const uint8_t nt[24], bool server)
{
    uint8_t lm[16];
    bool has_lm;

    if (!keys_are_mine(s, server))
        return;
    if ((server ? s->auth_peer : s->auth_us) == PPP_AUTH_MSCHAP2) {
        ppp_mppe_keys(s->mppe, hash, nt, server);
        return;
    }
    has_lm = ppp_mschap_lm_hash(secret->secret, secret->secret_len, lm);
    ppp_mppe_keys_v1(s->mppe, hash, server ? s->challenge : s->answer,
                     has_lm ? lm : NULL);
    ppp_wipe(lm, sizeof lm);
}

/* --- the one that asks --------------------------------------------------- */

/* Does the Response prove that the peer knows the secret? */
static void judge(const struct ppp_session *s, const struct chap *c,
                  const struct ppp_secret *secret, struct verdict *v)
{
    const uint8_t *nt = c->value + MSCHAP_AT_NT;
    uint8_t expect[24], challenge[8];

    if (s->auth_peer == PPP_AUTH_CHAP_MD5) {
        md5_response(c->id, secret, s->challenge, MSCHAP2_CHALLENGE, expect);
        v->ok = ppp_same(c->value, c->value_len, expect, MD5_RESPONSE);
        return;
    }
    memcpy(challenge, s->challenge, sizeof challenge);
    if (s->auth_peer == PPP_AUTH_MSCHAP2)
        ppp_mschap2_challenge(c->value, s->challenge, c->name, c->name_len,
                              challenge);
    ppp_mschap_nt_hash(secret->secret, secret->secret_len, v->hash);
    ppp_mschap_response(challenge, v->hash, expect);
    v->ok = ppp_same(nt, 24, expect, 24);
    if (s->auth_peer == PPP_AUTH_MSCHAP2)
        ppp_mschap2_proof(v->hash, expect, challenge, v->proof);
    else if (c->value[MSCHAP_FLAGS] != 1)
        v->ok = false; /* the LAN Manager hash alone is not believed */
    ppp_wipe(expect, sizeof expect);
}

static void send_success(struct ppp *p, struct ppp_session *s, uint8_t id,
                         const struct verdict *v)
{
    char text[MSCHAP_TEXT_MAX] = "Access granted";
    size_t n = strlen(text);

    if (s->auth_peer == PPP_AUTH_MSCHAP2)
        n = ppp_mschap2_success(v->proof, text);
    ppp_send(p, s, PPP_PROTO_CHAP, CHAP_SUCCESS, id, (const uint8_t *)text, n);
}

static void send_failure(struct ppp *p, struct ppp_session *s, uint8_t id,
                         bool retry)
{
    struct ppp_mschap_failure f = { .error = MSCHAP_E_FAILURE, .version = 3 };
    char text[MSCHAP_TEXT_MAX] = "Access denied";
    size_t n = strlen(text);

    if (s->auth_peer == PPP_AUTH_MSCHAP2) {
        f.retry = retry;
        f.challenge_len = MSCHAP2_CHALLENGE;
        memcpy(f.challenge, s->challenge, sizeof f.challenge);
    }
    if (s->auth_peer != PPP_AUTH_CHAP_MD5)
        n = ppp_mschap_failure(&f, text);
    ppp_send(p, s, PPP_PROTO_CHAP, CHAP_FAILURE, id, (const uint8_t *)text, n);
}

/* A Failure; MS-CHAPv2 lets the peer try again, with a new challenge and the
 * next identifier. */
static void refuse(struct ppp *p, struct ppp_session *s, pptp_ns now,
                   uint8_t id)
{
    bool retry = s->auth_peer == PPP_AUTH_MSCHAP2 && s->auth_retries > 0;

    p->stats.auth_failed++;
    ppp_random_octets(p, s->challenge, sizeof s->challenge);
    send_failure(p, s, id, retry);
    if (!retry) {
        ppp_auth_peer_failed(p, s, now);
        return;
    }
    p->stats.auth_retries++;
    s->auth_retries--;
    s->auth_id = (uint8_t)(id + 1);
    ppp_auth_rearm(p, s, now);
}

static void rx_response(struct ppp *p, struct ppp_session *s, pptp_ns now,
                        const struct chap *c)
{
    static const uint8_t nothing[1];
    static const struct ppp_secret nobody = { .secret = nothing };
    struct verdict v = { .ok = false };
    bool repeated = !s->challenged && s->peer_done;

    if (!is_chap(s->auth_peer) || (!s->challenged && !repeated)) {
        p->stats.packets_state++;
        return;
    }
    if (c->id != s->auth_id) {
        p->stats.packets_id++;
        /* the Failure was lost, and the Response comes again */
        if (s->challenged && s->auth_retries < PPP_AUTH_RETRIES &&
            (uint8_t)(c->id + 1) == s->auth_id)
            send_failure(p, s, c->id, true);
        return;
    }
    if (c->value_len !=
        (s->auth_peer == PPP_AUTH_CHAP_MD5 ? MD5_RESPONSE : MSCHAP_RESPONSE)) {
        p->stats.packets_bad++;
        return;
    }
    if (s->auth_peer == PPP_AUTH_MSCHAP2 &&
        memcmp(c->value, s->challenge, MSCHAP2_CHALLENGE) == 0) {
        p->stats.auth_reflected++;
        ppp_auth_peer_fault(s, PPP_FAULT_REFLECTED, c->name, c->name_len);
        ppp_auth_peer_failed(p, s, now);
        return;
    }
    v.secret = ppp_secret_find(p->config.secrets, (const char *)c->name,
                               c->name_len, p->config.name);
    p->stats.auth_no_secret += v.secret == NULL;
    /* as long without a secret as with one */
    judge(s, c, v.secret != NULL ? v.secret : &nobody, &v);
    v.ok = v.ok && v.secret != NULL &&
           (!s->peer_done || ppp_auth_same_peer(s, c->name, c->name_len));
    if (repeated && !v.ok) {
        p->stats.packets_state++;
    } else if (!v.ok) {
        ppp_auth_peer_fault(
            s, v.secret == NULL ? PPP_FAULT_NAME : PPP_FAULT_SECRET, c->name,
            c->name_len);
        refuse(p, s, now, c->id);
    } else {
        /* RFC 1994 4.2: a Response after the Success gets it again */
        send_success(p, s, c->id, &v);
        make_keys(s, v.secret, v.hash, c->value + MSCHAP_AT_NT, true);
        if (!repeated)
            ppp_auth_peer_ok(p, s, now, v.secret, c->name, c->name_len);
    }
    ppp_wipe(&v, sizeof v);
}

/* --- the one that is asked ----------------------------------------------- */

/* Our own challenge to the server: new with each of its, and with each
 * session, for the magic number is. */
static void peer_challenge(const struct ppp *p, const struct ppp_session *s,
                           uint8_t out[16])
{
    struct sha1_ctx sha;

    sha1_init(&sha);
    sha1_update(&sha, sizeof p->seed, (const uint8_t *)&p->seed);
    sha1_update(&sha, sizeof s->magic, (const uint8_t *)&s->magic);
    sha1_update(&sha, 1, &s->peer_auth_id);
    sha1_update(&sha, sizeof s->answer, s->answer);
    sha1_digest(&sha, MSCHAP2_CHALLENGE, out);
}

/* The secret that the latest Challenge was answered with, or NULL. */
static const struct ppp_secret *own_secret(const struct ppp *p,
                                           const struct ppp_session *s)
{
    const struct ppp_secrets *t = p->config.secrets;

    if (s->own_secret == 0 || t == NULL || s->own_secret > t->n)
        return NULL; /* the table is another by now */
    return &t->list[s->own_secret - 1];
}

/* MS-CHAP of either version: the value of our Response, and what the Success
 * has to prove. */
static void respond_ms(struct ppp *p, const struct ppp_session *s,
                       const struct ppp_secret *secret,
                       uint8_t value[MSCHAP_RESPONSE], uint8_t proof[20])
{
    const char *user = ppp_auth_user(p, s);
    uint8_t hash[16], challenge[8];
    uint8_t *nt = value + MSCHAP_AT_NT;

    memset(value, 0, MSCHAP_RESPONSE);
    ppp_mschap_nt_hash(secret->secret, secret->secret_len, hash);
    if (s->auth_us == PPP_AUTH_MSCHAP1) {
        ppp_mschap_response(s->answer, hash, nt);
        value[MSCHAP_FLAGS] = 1;
    } else {
        peer_challenge(p, s, value);
        ppp_mschap2_challenge(value, s->answer, (const uint8_t *)user,
                              strlen(user), challenge);
        ppp_mschap_response(challenge, hash, nt);
        ppp_mschap2_proof(hash, nt, challenge, proof);
    }
    ppp_wipe(hash, sizeof hash);
}

static void respond(struct ppp *p, struct ppp_session *s)
{
    const struct ppp_secret *secret = own_secret(p, s);
    uint8_t value[MSCHAP_RESPONSE], proof[20];

    if (s->auth_us == PPP_AUTH_CHAP_MD5) {
        send_value(p, s, CHAP_RESPONSE, s->peer_auth_id, s->answer,
                   MD5_RESPONSE, ppp_auth_user(p, s));
    } else if (secret == NULL) {
        p->stats.auth_no_secret++;
    } else {
        respond_ms(p, s, secret, value, proof);
        send_value(p, s, CHAP_RESPONSE, s->peer_auth_id, value,
                   MSCHAP_RESPONSE, ppp_auth_user(p, s));
    }
}

/* Whether a Challenge is one that we answer at all. */
static bool challenge_ok(struct ppp *p, struct ppp_session *s, pptp_ns now,
                         const struct chap *c)
{
    size_t len = s->auth_us == PPP_AUTH_MSCHAP2   ? MSCHAP2_CHALLENGE
                 : s->auth_us == PPP_AUTH_MSCHAP1 ? MSCHAP_CHALLENGE
                                                  : c->value_len;

    if (!is_chap(s->auth_us)) {
        p->stats.packets_state++;
        return false;
    }
    if (c->value_len != len) {
        p->stats.packets_bad++;
        return false;
    }
    /* who asks us our own question wants us to answer it for him */
    if (is_chap(s->auth_peer) && c->value_len == challenge_len(s) &&
        memcmp(c->value, s->challenge, c->value_len) == 0) {
        p->stats.auth_reflected++;
        ppp_auth_peer_failed(p, s, now);
        return false;
    }
    return true;
}

static void rx_challenge(struct ppp *p, struct ppp_session *s, pptp_ns now,
                         const struct chap *c)
{
    const char *user = ppp_auth_user(p, s);
    const struct ppp_secret *secret;

    if (!challenge_ok(p, s, now, c))
        return;
    /* Windows tells no name: then any server's secret will do */
    secret = ppp_secret_look(p->config.secrets, user, strlen(user),
                             c->name_len > 0 ? (const char *)c->name : NULL,
                             c->name_len);
    if (secret == NULL) {
        p->stats.auth_no_secret++;
        ppp_auth_us_failed(p, s, now);
        return;
    }
    s->own_secret = (uint32_t)(secret - p->config.secrets->list) + 1;
    s->peer_auth_id = c->id;
    s->answered = 1;
    if (s->auth_us == PPP_AUTH_CHAP_MD5)
        md5_response(c->id, secret, c->value, c->value_len, s->answer);
    else
        memcpy(s->answer, c->value, c->value_len);
    respond(p, s);
    if (!s->us_done)
        ppp_auth_rearm(p, s, now);
}

/*
 * A Success of MS-CHAP: the keys, of a Response that the server has taken and
 * of no other, so that a Challenge that comes late leaves those in use alone.
 * False: it is not believed (RFC 2759 5: the server has to know the secret,
 * too; version 1 has no such proof).
 */
static bool ms_success(struct ppp *p, const struct ppp_session *s,
                       const uint8_t *text, size_t n)
{
    const struct ppp_secret *secret = own_secret(p, s);
    bool proves = s->auth_us == PPP_AUTH_MSCHAP2;
    uint8_t value[MSCHAP_RESPONSE], want[20], proof[20], hash[16];

    if (secret == NULL)
        return !proves;
    if (proves && !ppp_mschap2_success_read(text, n, proof))
        return false;
    respond_ms(p, s, secret, value, want);
    if (proves && !ppp_same(proof, sizeof proof, want, sizeof want))
        return false;
    ppp_mschap_nt_hash(secret->secret, secret->secret_len, hash);
    make_keys(s, secret, hash, value + MSCHAP_AT_NT, false);
    ppp_wipe(hash, sizeof hash);
    return true;
}

static void rx_success(struct ppp *p, struct ppp_session *s, pptp_ns now,
                       const uint8_t *text, size_t n)
{
    if (is_ms(s->auth_us) && !ms_success(p, s, text, n)) {
        p->stats.auth_failed++;
        s->answered = 0;
        ppp_auth_peer_failed(p, s, now);
        return;
    }
    ppp_auth_us_ok(p, s, now);
}

/*
 * We have one secret, and nobody to ask for another: leave to retry (R=1) is
 * not used, for the same answer again only locks accounts.
 */
static void rx_failure(struct ppp *p, struct ppp_session *s, pptp_ns now,
                       const uint8_t *text, size_t n)
{
    struct ppp_mschap_failure f;

    if (s->auth_us != PPP_AUTH_CHAP_MD5 &&
        ppp_mschap_failure_read(text, n, &f)) {
        s->auth_error = (uint16_t)(f.error > UINT16_MAX ? 0 : f.error);
        p->stats.auth_expired += f.error == MSCHAP_E_EXPIRED;
    }
    ppp_auth_us_failed(p, s, now);
}

const struct ppp_method ppp_chap = {
    .number = PPP_PROTO_CHAP,
    .auths = CHAPS,
    .challenge = new_challenge,
    .repeat = repeat,
    .respond = respond,
    .input = input,
};
