/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * The phase of authentication, and what a method of it is.
 */
#ifndef PPP_AUTH_H
#define PPP_AUTH_H

#include "ppp/state.h"

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

/* What is to be proved was agreed on, and it is not nothing. */
void ppp_auth_begin(struct ppp *p, struct ppp_session *s, pptp_ns now);
/* True: all is proved now, and the phase is over. */
bool ppp_auth_input(struct ppp *p, struct ppp_session *s, pptp_ns now,
                    const struct ppp_method *m, const uint8_t *packet,
                    size_t n);
/* The peer has spoken in the network phase: it knows that all is proved. */
void ppp_auth_joined(struct ppp *p, struct ppp_session *s, pptp_ns now);
void ppp_auth_timer(struct ppp *p, struct ppp_session *s, pptp_ns now);
void ppp_auth_stop(struct ppp_session *s);
/* The method whose protocol has this number, or NULL. */
const struct ppp_method *ppp_method_of(const struct ppp *p, uint16_t number);
/* Whether the peer that has proved who it is may use this address. */
bool ppp_auth_allows(const struct ppp *p, const struct ppp_session *s,
                     uint32_t ip);

/* For the methods: the peer proved to be `name`, which has this secret;
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

#endif
