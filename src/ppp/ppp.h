/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * PPP for tens of thousands of sessions in one process: RFC 1661 with LCP,
 * authentication, CCP with MPPE, IPCP and IPV6CP.  Pure as src/pptp is: time
 * and octets are arguments, output is a drained queue, nothing is allocated.
 *
 * One `struct ppp` serves all sessions of a world that share a configuration:
 * policy, secrets, and the queue of what they want done.  A session is a
 * small structure in the caller's memory.
 *
 * The contract is that of pptp/peer.h: after an input, poll until nothing is
 * left; when ppp_deadline() of a session is due, ppp_advance() it.
 */
#ifndef PPP_PPP_H
#define PPP_PPP_H

#include "base/base.h"

/* Protocol numbers. */
enum {
    PPP_PROTO_IP = 0x0021,
    PPP_PROTO_IPV6 = 0x0057,
    PPP_PROTO_MP = 0x003d,
    PPP_PROTO_COMP = 0x00fd,
    PPP_PROTO_IPCP = 0x8021,
    PPP_PROTO_IPV6CP = 0x8057,
    PPP_PROTO_CCP = 0x80fd,
    PPP_PROTO_LCP = 0xc021,
    PPP_PROTO_PAP = 0xc023,
    PPP_PROTO_LQR = 0xc025,
    PPP_PROTO_CHAP = 0xc223,
    PPP_PROTO_EAP = 0xc227
};

/* How somebody proves who he is; a set. */
enum {
    PPP_AUTH_NONE = 1 << 0,
    PPP_AUTH_PAP = 1 << 1,
    PPP_AUTH_CHAP_MD5 = 1 << 2,
    PPP_AUTH_MSCHAP1 = 1 << 3,
    PPP_AUTH_MSCHAP2 = 1 << 4
};

/* MPPE, RFC 3078: what is allowed; a set. 0: refused. */
enum {
    PPP_MPPE_40 = 1 << 0,
    PPP_MPPE_56 = 1 << 1,
    PPP_MPPE_128 = 1 << 2,
    PPP_MPPE_STATELESS = 1 << 3,
    PPP_MPPE_STATEFUL = 1 << 4,
    PPP_MPPE_REQUIRED = 1 << 5 /* no network protocol without it */
};

enum { PPP_NAME_MAX = 255, PPP_SECRET_MAX = 255, PPP_MRU_MAX = 16384 };

/* Why a session ended. */
enum ppp_reason {
    PPP_END_NONE,
    PPP_END_LOCAL,       /* ppp_close */
    PPP_END_PEER,        /* Terminate-Request */
    PPP_END_LOWER,       /* the line went */
    PPP_END_NO_ANSWER,   /* restart counter ran out */
    PPP_END_OPTIONS,     /* no agreement */
    PPP_END_LOOPED,      /* our own magic number came back */
    PPP_END_ECHO,        /* no Echo-Reply */
    PPP_END_AUTH_US,     /* the peer did not believe us */
    PPP_END_AUTH_PEER,   /* we did not believe the peer */
    PPP_END_AUTH_POLICY, /* no method both want */
    PPP_END_NO_NETWORK,  /* no network protocol came up */
    PPP_END_MPPE,        /* encryption is required and was refused */
    PPP_END_REJECTED,    /* the peer rejects what PPP cannot do without */
    PPP_END_OUT_OF_STEP  /* what comes cannot be decrypted any more */
};

const char *ppp_reason_text(enum ppp_reason r); /* static English text */

/* What was wrong with a peer that could not prove who it is. For our own log
 * only: the peer hears the same whatever it was. */
enum ppp_fault {
    PPP_FAULT_NONE,
    PPP_FAULT_NAME,     /* no secret for that name */
    PPP_FAULT_SECRET,   /* there is one, and it is another */
    PPP_FAULT_REFLECTED /* our own question came back */
};

const char *ppp_fault_text(enum ppp_fault f); /* static English text */

/* One line of a secrets file (pppd's chap-secrets), in the table's memory. */
struct ppp_secret {
    const char *client, *server; /* "*" is anybody */
    const uint8_t *secret;
    uint8_t secret_len;
    uint32_t ip_first, ip_last; /* allowed addresses, host order; 0 0: none
                                 * named */
};

struct ppp_secrets {
    struct ppp_secret *list; /* n, the caller's */
    uint32_t n;
};

struct ppp_session;

struct ppp_config {
    uint16_t mru;   /* what we want to receive; 1500 */
    uint32_t accm;  /* what we want escaped towards us; RFC default
                             * all ones, PPTP peers use 0 */
    bool pfc, acfc; /* asked for */
    bool accept_pfc, accept_acfc; /* of the peer */
    uint16_t mrru;                /* multilink, RFC 1990; 0: rejected */
    bool short_seq;
    uint8_t endpoint[20]; /* RFC 1990 class and octets; len 0: none */
    uint8_t endpoint_len;
    uint16_t ask_auth;  /* PPP_AUTH_*: what the peer has to do, strongest
                             * first; NONE alone asks nothing */
    uint16_t give_auth; /* what we are willing to do */
    char name[64];      /* ours: CHAP name, chap-secrets server */
    char user[64];      /* as a client; secret from the table */
    /* That of one session, shorter than the room above and good until the
     * next input; it may say NULL: `user`, as all. */
    const char *(*user_of)(const struct ppp_session *s);
    pptp_ns rechallenge_ns;       /* CHAP again; 0: never */
    uint8_t mppe_ask, mppe_allow; /* PPP_MPPE_* */
    bool ipcp, ipv6cp;
    uint32_t ip_local; /* ours, host order; 0: the peer is to say */
    uint32_t ip_peer;  /* default for the peer; 0: it must say its own */
    /* Given to peers that ask, 0: rejected; DNS and NetBIOS (WINS). */
    uint32_t dns[2], wins[2];
    bool ask_dns, ask_wins;
    pptp_ns restart_ns;                                /* RFC 1661 4.6: 3 s */
    uint8_t max_configure, max_terminate, max_failure; /* 10, 2, 5 */
    pptp_ns echo_ns;         /* Echo-Request when idle; 0: none */
    uint8_t echo_fails;      /* lost in a row before the session ends */
    pptp_ns auth_timeout_ns; /* the whole phase; 30 s */
    const struct ppp_secrets *secrets;
};

/* RFC defaults; the caller sets names, policy, addresses, secrets. */
void ppp_config_default(struct ppp_config *c);

enum ppp_action_type {
    PPP_ACT_SEND, /* octets, len: from the protocol field on (no address
                        * and control, protocol of two octets); valid until
                        * the next poll. `lcp`: must go with FF 03 and the
                        * RFC's default ACCM */
    PPP_ACT_UP,   /* proto: IPCP or IPV6CP is open */
    PPP_ACT_DOWN, /* proto */
    PPP_ACT_LINK, /* LCP is open: ACCM, MRU, PFC and ACFC are agreed */
    PPP_ACT_AUTHENTICATED, /* the peer is who it says: ppp_peer_name */
    PPP_ACT_END            /* reason: the lower layer may go */
};

struct ppp_action {
    enum ppp_action_type type;
    struct ppp_session *session;
    const uint8_t *octets;
    uint32_t len;
    bool lcp;
    uint16_t proto;
    enum ppp_reason reason;
};

/* --- the engine of all sessions ------------------------------------------ */

struct ppp;

size_t ppp_octets(uint32_t actions); /* 8 … 65536 queued at once */
/* mem: zeroed, 64-aligned, ppp_octets long. `seed` makes magic numbers and
 * challenges: secret and fresh on a real wire. NULL if config is not sane. */
struct ppp *ppp_init(void *mem, const struct ppp_config *c, uint32_t actions,
                     uint64_t seed);
bool ppp_poll(struct ppp *p, struct ppp_action *out);
const struct ppp_stats *ppp_stats(const struct ppp *p);

/* --- a session ---------------------------------------------------------- */

/* Octets of one, and of the state of MPPE beside it that `mppe` needs (0
 * when MPPE is refused). */
size_t ppp_session_octets(void);
size_t ppp_mppe_octets(void);

/* Begins: memory is the caller's, zeroed; mppe may be NULL. `user` is the
 * world's. The session is in phase Dead until ppp_lower_up. */
void ppp_session_init(struct ppp *p, struct ppp_session *s, void *mppe,
                      void *user);
void *ppp_session_user(const struct ppp_session *s);

/* The line is there, or gone; the operator opens, or closes. */
void ppp_lower_up(struct ppp *p, struct ppp_session *s, pptp_ns now);
void ppp_lower_down(struct ppp *p, struct ppp_session *s, pptp_ns now);
void ppp_open(struct ppp *p, struct ppp_session *s, pptp_ns now);
void ppp_close(struct ppp *p, struct ppp_session *s, pptp_ns now);
/* The restart option of RFC 1661 4.4 for a link that is open: it begins anew
 * from LCP on, and all above it. Nothing where LCP is not open. */
void ppp_renegotiate(struct ppp *p, struct ppp_session *s, pptp_ns now);

/*
 * RFC 1570: who we are, for the peer's log (2.1), or the seconds that the
 * session still has, UINT32_MAX for no end (2.2), each with a text, cut to
 * the peer's MRU. PPTP_ERR_STATE unless LCP is open.
 */
int ppp_identify(struct ppp *p, struct ppp_session *s, const char *text);
int ppp_time_left(struct ppp *p, struct ppp_session *s, uint32_t seconds,
                  const char *text);

/*
 * A frame as it came: with or without FF 03, protocol of one or two octets,
 * as negotiated and, leniently, otherwise.  Control packets are taken (result
 * 0).  A network packet is given back: its protocol (PPP_PROTO_IP, PPP_PROTO_IPV6), and
 * *packet, *n within octets, decrypted in place.  Negative: discarded and
 * counted.
 */
int ppp_input(struct ppp *p, struct ppp_session *s, pptp_ns now,
              uint8_t *octets, size_t len, uint8_t **packet, size_t *n);

/*
 * Makes a frame of a network packet of `proto`, in place: `packet` has
 * PPP_HEAD_MAX octets before it.  *frame and the result are the frame from
 * FF 03 (or, with ACFC, the protocol) on; PPTP_ERR_STATE when the protocol is
 * not open or encryption has to come first, PPTP_ERR_VALUE when it is longer
 * than the peer's MRU, of which MPPE takes 4 octets (RFC 3078 §3).
 */
#define PPP_HEAD_MAX 8
int ppp_output(struct ppp *p, struct ppp_session *s, uint16_t proto,
               uint8_t *packet, size_t n, uint8_t **frame);

/* Longest network packet that ppp_output takes now. */
uint16_t ppp_mtu(const struct ppp_session *s);

pptp_ns ppp_deadline(const struct ppp_session *s);
void ppp_advance(struct ppp *p, struct ppp_session *s, pptp_ns now);

/*
 * For every session of a server, after the table of secrets was replaced:
 * where the peer stands in the new one.  A peer that is not in there (or
 * whose name is longer than PPP_NAME_KEPT - 1) stays, and its line binds it
 * to no address any more; the next challenge judges it anew.  A client that
 * is just answering must be left to finish with the old table.
 */
void ppp_secrets_changed(struct ppp *p, struct ppp_session *s);

/* --- views -------------------------------------------------------------- */

struct ppp_info {
    uint8_t phase;                  /* enum ppp_phase */
    uint8_t lcp, ccp, ipcp, ipv6cp; /* enum ppp_state */
    uint16_t mru, peer_mru;
    uint32_t accm_rx, accm_tx;   /* towards us, towards the peer */
    bool pfc, acfc;              /* we may send so */
    uint16_t auth_us, auth_peer; /* PPP_AUTH_*, what is done; 0 none */
    uint8_t mppe_rx, mppe_tx;    /* PPP_MPPE_* in use, 0 none */
    uint32_t ip_local, ip_peer;
    uint32_t dns[2], wins[2];         /* that the peer gave */
    uint64_t iface_local, iface_peer; /* IPv6 interface identifiers */
    uint32_t magic;
    uint16_t auth_error; /* MS-CHAP's E= of a Failure that we got, 0: none;
                          * 648: the password has expired */
    enum ppp_reason reason;
    uint8_t fault; /* enum ppp_fault: the latest, until the peer proves it */
    /* For whoever wants to know why it came to nothing, since the line is up:
     * the furthest phase; PPP_MPPE_* that the peer named last in CCP; its CCP
     * was rejected, encryption being off or without keys; and its demand that
     * we prove who we are. */
    uint8_t reached, mppe_peer;
    bool ccp_refused, auth_refused;
};

enum ppp_phase {
    PPP_DEAD,
    PPP_ESTABLISH,
    PPP_AUTHENTICATE,
    PPP_NETWORK,
    PPP_TERMINATE
};

void ppp_session_info(const struct ppp_session *s, struct ppp_info *out);
/* The authenticated peer's name, "" before; at most PPP_NAME_KEPT octets of
 * it are kept. */
#define PPP_NAME_KEPT 31
const char *ppp_peer_name(const struct ppp_session *s);
/* The name that a peer gave, proved or not; for messages. */
const char *ppp_claimed_name(const struct ppp_session *s);
/* Another address for this peer than the configured one, before IPCP. */
void ppp_set_peer_ip(struct ppp_session *s, uint32_t ip);

#endif
