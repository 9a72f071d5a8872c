/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * Inside PPP, shared by
 *   ppp.c    surface, frames, timers        phase.c   what follows
 *   engine.c queue, random numbers, reasons, over state.h
 *   fsm.c    the automaton         proto.c   what all control protocols do
 *   lcp.c    RFC 1661, 1570, 1990  auth.c    the phase; pap chap mschap.c
 *   ccp.c    RFC 1962, 3078        mppe.c    keys and cipher, RFC 3079
 *   ipcp.c   RFC 1332, 1877        ipv6cp.c  RFC 5072
 *   early.c  requests that have to wait
 */
#ifndef PPP_PPP_IMPL_H
#define PPP_PPP_IMPL_H

#include "ppp/engine.h"
#include "ppp/state.h"

enum { OPTIONS_MAX = 512 };

/* An option list being read: type, length, value. */
struct ppp_option {
    uint8_t type, len; /* of the value */
    const uint8_t *value;
};

/* The answer to a Configure-Request, being written. */
struct ppp_reply {
    uint8_t code; /* CODE_CONF_ACK, or the worst so far */
    uint16_t n;
    uint8_t octets[OPTIONS_MAX];
};

struct ppp;

/*
 * What is particular to a control protocol.  proto.c walks the options and
 * keeps the rules of RFC 1661 §5: an Ack repeats the request, a Reject beats
 * a Nak, a list that is malformed is discarded, max_failure turns Naks into
 * Rejects.
 */
struct ppp_proto {
    uint16_t number;
    enum ppp_cp cp;
    const char *name;
    /* A negotiation begins: what we ask for goes back to the configuration
     * (cp.rejected is clear already). NULL: nothing to do. */
    void (*reset)(struct ppp *p, struct ppp_session *s);
    /* Our Configure-Request's options into out (OPTIONS_MAX); their octets.
     * Pure: the same octets again until reset, naked or refused, because an
     * Ack is compared with it. Leaves out what cp.rejected has. */
    size_t (*request)(struct ppp *p, struct ppp_session *s, uint8_t *out);
    /* One option of the peer's request: CODE_CONF_ACK, CODE_CONF_NAK with the
     * wanted value in nak (its length in *nak_len), or CODE_CONF_REJ. Takes
     * nothing over yet. */
    uint8_t (*judge)(struct ppp *p, struct ppp_session *s,
                     const struct ppp_option *o, uint8_t *nak,
                     uint8_t *nak_len);
    /* After all options of one request were judged, those that are missing
     * and wanted may be appended to a Nak by ppp_reply_nak; not called when
     * the answer is a Reject or too many Naks went out. `seen` has
     * ppp_option_bit()s. NULL if none ever is. */
    void (*missing)(struct ppp *p, struct ppp_session *s, uint32_t seen,
                    struct ppp_reply *r);
    /* The request was acknowledged by us: an option of it becomes valid. */
    void (*take)(struct ppp *p, struct ppp_session *s,
                 const struct ppp_option *o);
    /* Before take: what options that are absent mean. */
    void (*take_defaults)(struct ppp *p, struct ppp_session *s);
    /* The peer naks or rejects an option of ours; proto.c has set the bit in
     * cp.rejected for a Reject. False: without it we cannot go on. */
    bool (*naked)(struct ppp *p, struct ppp_session *s,
                  const struct ppp_option *o);
    bool (*refused)(struct ppp *p, struct ppp_session *s,
                    const struct ppp_option *o);
    /* This-Layer-Up and -Down, -Finished. */
    void (*up)(struct ppp *p, struct ppp_session *s, pptp_ns now);
    void (*down)(struct ppp *p, struct ppp_session *s, pptp_ns now);
    void (*finished)(struct ppp *p, struct ppp_session *s, pptp_ns now);
    /* The peer does not know a code above Code-Reject. NULL: no matter. */
    void (*code_refused)(struct ppp *p, struct ppp_session *s, uint8_t code);
    /* Codes above Code-Reject; NULL or false: unknown, a Code-Reject goes
     * out. */
    bool (*extra)(struct ppp *p, struct ppp_session *s, pptp_ns now,
                  uint8_t code, uint8_t id, const uint8_t *data, size_t n);
};

extern const struct ppp_proto ppp_lcp, ppp_ccp, ppp_ipcp, ppp_ipv6cp;

/* A protocol is up, down or finished, and has done its own for it. */
typedef void ppp_layer_fn(struct ppp *p, struct ppp_session *s, pptp_ns now,
                          enum ppp_cp cp);

/*
 * What stands above proto.c and is handed to it: all control protocols, and
 * what This-Layer-Up, -Down and -Finished (RFC 1661 §4.4) mean to the others.
 */
struct ppp_layers {
    const struct ppp_proto *protos[CPS];
    ppp_layer_fn *up, *down, *finished;
};

/* proto.c */
/* Appends an option to a reply, which becomes a Nak; not to a Reject. */
void ppp_reply_nak(struct ppp_reply *r, uint8_t type, const uint8_t *value,
                   uint8_t len);
/* The protocol with this number, or NULL. */
const struct ppp_proto *ppp_proto_of(const struct ppp *p, uint16_t number);
/* The session ends for this reason: LCP closes, and the world is told when
 * that is done. The first reason stays. */
void ppp_end(struct ppp *p, struct ppp_session *s, pptp_ns now,
             enum ppp_reason why);
void ppp_cp_event(struct ppp *p, struct ppp_session *s, pptp_ns now,
                  const struct ppp_proto *proto, enum ppp_event e);
void ppp_cp_input(struct ppp *p, struct ppp_session *s, pptp_ns now,
                  const struct ppp_proto *proto, const uint8_t *packet,
                  size_t n);
void ppp_cp_timer(struct ppp *p, struct ppp_session *s, pptp_ns now,
                  const struct ppp_proto *proto);

/* ccp.c: strengths that the configuration allows and that there are keys
 * for. */
uint8_t ppp_ccp_strengths(const struct ppp *p, const struct ppp_session *s);

static inline bool ppp_mppe_required(const struct ppp *p)
{
    return ((p->config.mppe_ask | p->config.mppe_allow) & PPP_MPPE_REQUIRED) !=
           0;
}

/* Whether what comes in, and what goes out, is encrypted. */
static inline bool ppp_rx_secret(const struct ppp_session *s)
{
    return s->cp[CP_CCP].state == PPP_OPENED && s->mppe_rx != 0;
}

static inline bool ppp_tx_secret(const struct ppp_session *s)
{
    return s->cp[CP_CCP].state == PPP_OPENED && s->mppe_tx != 0;
}

/* The peer has our word that we encrypt, and we lack its last one: what is
 * sent in the clear now may be what it wants nobody to read. */
static inline bool ppp_tx_promised(const struct ppp_session *s)
{
    return s->cp[CP_CCP].state == PPP_ACK_SENT && s->mppe_tx != 0;
}

/* A request that waits for CCP; n 0: none. */
enum { EARLY_MAX = 96 };
struct ppp_early {
    uint8_t n;
    uint8_t octets[EARLY_MAX];
};

/* early.c: a packet of a network protocol that may not start yet; and when it
 * has been started, what was kept. */
void ppp_early_keep(struct ppp *p, struct ppp_session *s, enum ppp_cp cp,
                    const uint8_t *packet, size_t n);
void ppp_early_answer(struct ppp *p, struct ppp_session *s, pptp_ns now,
                      const struct ppp_proto *proto);

/*
 * A method of authentication, pap.c or chap.c: a row that auth.c is given.
 * What it finds out it tells by ppp_auth_peer_ok and its like.
 */
struct ppp_method {
    uint16_t number; /* of its protocol */
    uint16_t auths;  /* PPP_AUTH_* that it does */
    /* The peer has to prove itself: a new challenge, and the same again.
     * NULL: it is the peer that begins. */
    void (*challenge)(struct ppp *p, struct ppp_session *s);
    void (*repeat)(struct ppp *p, struct ppp_session *s);
    /* We have to: without being asked; the answer to the latest challenge
     * again. NULL: that is not how it goes. */
    void (*request)(struct ppp *p, struct ppp_session *s, pptp_ns now);
    void (*respond)(struct ppp *p, struct ppp_session *s);
    void (*input)(struct ppp *p, struct ppp_session *s, pptp_ns now,
                  uint8_t code, uint8_t id, const uint8_t *data, size_t n);
};

extern const struct ppp_method ppp_pap, ppp_chap;

/* auth.c */
/* What is to be proved was agreed on, and it is not nothing. */
void ppp_auth_begin(struct ppp *p, struct ppp_session *s, pptp_ns now);
/* True: all is proved now, and the phase is over. */
bool ppp_auth_input(struct ppp *p, struct ppp_session *s, pptp_ns now,
                    const struct ppp_method *m, const uint8_t *packet,
                    size_t n);
/* The method whose protocol has this number, or NULL. */
const struct ppp_method *ppp_method_of(const struct ppp *p, uint16_t number);
void ppp_auth_timer(struct ppp *p, struct ppp_session *s, pptp_ns now);
void ppp_auth_stop(struct ppp_session *s);
/* For pap.c and chap.c: the peer proved to be `name`, which has this secret;
 * it did not; we proved who we are; we did not. */
void ppp_auth_peer_ok(struct ppp *p, struct ppp_session *s, pptp_ns now,
                      const struct ppp_secret *secret, const uint8_t *name,
                      size_t n);
void ppp_auth_peer_failed(struct ppp *p, struct ppp_session *s, pptp_ns now);
/* Who could not prove it, and why; for the log. */
void ppp_auth_peer_fault(struct ppp_session *s, enum ppp_fault fault,
                         const uint8_t *name, size_t n);
void ppp_auth_us_ok(struct ppp *p, struct ppp_session *s, pptp_ns now);
void ppp_auth_us_failed(struct ppp *p, struct ppp_session *s, pptp_ns now);
/* Whether a peer that proved itself before is this one. */
bool ppp_auth_same_peer(const struct ppp_session *s, const uint8_t *name,
                        size_t n);
/* Something may have to be repeated from now on, or not any more. */
void ppp_auth_rearm(struct ppp *p, struct ppp_session *s, pptp_ns now);
/* How we call ourselves as the one that proves. */
const char *ppp_auth_user(const struct ppp *p, const struct ppp_session *s);
/* Whether the peer that has proved who it is may use this address. */
bool ppp_auth_allows(const struct ppp *p, const struct ppp_session *s,
                     uint32_t ip);

/* phase.c */
/* The layers of a session, and what follows. */
extern const struct ppp_layers ppp_layers;
/* Authentication is done, or CCP: starts CCP and, when MPPE is not outstanding,
 * the network protocols; may be called again at any time. */
void ppp_network_phase(struct ppp *p, struct ppp_session *s, pptp_ns now);
/* Opens a protocol that is configured, unless it is open or was. */
void ppp_start(struct ppp *p, struct ppp_session *s, pptp_ns now,
               const struct ppp_proto *proto);
/* Nothing is left to do on the line: the world is told, once. */
void ppp_ended(struct ppp *p, struct ppp_session *s);

/* Whether a protocol is wanted at all; without keys CCP has nothing to
 * offer. */
static inline bool ppp_configured(const struct ppp *p,
                                  const struct ppp_session *s, enum ppp_cp cp)
{
    switch (cp) {
    case CP_CCP: return ppp_ccp_strengths(p, s) != 0;
    case CP_IPCP: return p->config.ipcp;
    case CP_IPV6CP: return p->config.ipv6cp;
    default: return true;
    }
}

/* secrets.c: the secret that `client` uses towards `server`, exact names
 * before `*`; NULL if there is none. */
const struct ppp_secret *ppp_secret_find(const struct ppp_secrets *t,
                                         const char *client, size_t client_len,
                                         const char *server);

/* mppe.c: RFC 3078, 3079. Bits are PPP_MPPE_*: one strength, one mode. */
struct ppp_mppe;
/* Master keys from MS-CHAPv2 (RFC 3079 §3): NT hash of the password, the
 * NT-Response; `server`: we are the authenticator. */
void ppp_mppe_keys(struct ppp_mppe *m, const uint8_t nt_hash[16],
                   const uint8_t nt_response[24], bool server);
/* From MS-CHAPv1 (RFC 3079 §2), the same both ways: NT hash and the challenge
 * for 128 bits, LM hash for 56 and 40; NULL: there is none. */
void ppp_mppe_keys_v1(struct ppp_mppe *m, const uint8_t nt_hash[16],
                      const uint8_t challenge[8], const uint8_t *lm_hash);
/* What there are keys for; 0 also when m is NULL. */
uint8_t ppp_mppe_strengths(const struct ppp_mppe *m);
void ppp_mppe_start(struct ppp_mppe *m, uint8_t tx_bits, uint8_t rx_bits);
/* Bits 0: that way is not encrypted; both 0 need no keys. */
void ppp_mppe_stop(struct ppp_mppe *m); /* forgets all keys, and early ones */
/* Places for two early requests; NULL when m is. */
struct ppp_early *ppp_mppe_early(struct ppp_mppe *m);
/* In place: protocol and packet (n octets at `octets`) to the body of a
 * protocol 00FD packet, which begins 2 octets before and is n + 2 long. */
int ppp_mppe_encrypt(struct ppp_mppe *m, uint8_t *octets, size_t n);
/* The body of a 00FD packet in place: octets of protocol and packet, from
 * octets + 2; PPTP_ERR_STATE: not in step, *reset says whether a CCP
 * Reset-Request has to go. */
int ppp_mppe_decrypt(struct ppp_mppe *m, uint8_t *octets, size_t n,
                     bool *reset);
/* A Reset-Request came in: the next packet is flushed. */
void ppp_mppe_flush(struct ppp_mppe *m);

#endif
