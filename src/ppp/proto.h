/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * What all control protocols do, RFC 1661 §4 and §5, and what is particular to
 * each: the rows lcp.c ccp.c ipcp.c ipv6cp.c.
 */
#ifndef PPP_PROTO_H
#define PPP_PROTO_H

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

#endif
