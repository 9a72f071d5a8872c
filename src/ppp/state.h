/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * What the files of PPP share: codes, the state of a session, the engine.
 * Structures only; what is done with them stands in the header of each file.
 */
#ifndef PPP_STATE_H
#define PPP_STATE_H

#include "ppp/fsm.h"
#include "ppp/ppp.h"
#include "ppp/stats.h"

enum {
    PPP_PACKET_MAX = 1500, /* a control packet */
    CP_HEAD = 4            /* its code, identifier and length */
};

/* auth_retries at the beginning, RFC 2759 §10: limited. */
enum { PPP_AUTH_RETRIES = 2 };

/* Codes, RFC 1661 §5 and its successors. */
enum {
    CODE_CONF_REQ = 1,
    CODE_CONF_ACK,
    CODE_CONF_NAK,
    CODE_CONF_REJ,
    CODE_TERM_REQ,
    CODE_TERM_ACK,
    CODE_CODE_REJ,
    CODE_PROTO_REJ,
    CODE_ECHO_REQ,
    CODE_ECHO_REP,
    CODE_DISCARD,
    CODE_IDENT,          /* RFC 1570 */
    CODE_TIME_LEFT,      /* RFC 1570 */
    CODE_RESET_REQ = 14, /* CCP, RFC 1962 */
    CODE_RESET_ACK
};

/* Indices of the control protocols in a session. */
enum ppp_cp { CP_LCP, CP_CCP, CP_IPCP, CP_IPV6CP, CPS };

/* One automaton at work. */
struct ppp_cp_state {
    uint8_t state;         /* enum ppp_state */
    uint8_t id;            /* of our latest request */
    uint8_t restarts;      /* left */
    uint8_t failures;      /* Naks and Rejects in a row that we sent */
    uint16_t rejected;     /* ppp_option_bit()s of what the peer rejected */
    uint8_t naks_seen : 7; /* in a row: bounded by max_failure, too */
    uint8_t settled : 1;   /* the latest request got its answer */
    uint8_t asked;         /* CCP: PPP_MPPE_* of our latest request; IPCP and
                          * IPV6CP: their own flags */
};

/*
 * The bit of an option in `rejected` and `seen`: every type that we ever ask
 * for has one of its own; the rest has none (0).
 */
static inline uint16_t ppp_option_bit(uint8_t type)
{
    if (type >= 1 && type <= 8)
        return (uint16_t)(1u << type);
    if (type >= 17 && type <= 19) /* MRRU, short sequence, endpoint; MPPE */
        return (uint16_t)(1u << (type - 17 + 9));
    if (type >= 129 && type <= 132) /* RFC 1877 */
        return (uint16_t)(1u << (type - 129 + 12));
    return 0;
}

/* 256 octets; what a network packet touches is in the first 64 of them: both
 * statically asserted. */
struct ppp_session {
    struct ppp_cp_state cp[CPS];
    struct ppp_mppe *mppe; /* the caller's, or NULL */
    uint16_t mru, peer_mru;
    uint8_t phase, reason;
    uint8_t mppe_rx, mppe_tx;    /* PPP_MPPE_* agreed */
    uint8_t mppe_wrong;          /* packets in a row that made no sense */
    uint8_t pfc : 1, acfc : 1;   /* we may send so */
    uint8_t open : 1, lower : 1; /* asked for; the line is there */
    uint8_t us_done : 1, peer_done : 1; /* proved, or nothing to prove */
    uint8_t ended : 1;                  /* PPP_ACT_END was given */
    uint8_t challenged : 1;             /* a Response is due to us */
    uint8_t answered : 1;     /* we sent a Response: a verdict is due to us */
    uint8_t auth_retries : 2; /* of MS-CHAPv2, left; phase.c
                               * reads it, too */
    uint8_t heard : 1;        /* a sign of life since the latest echo */
    uint8_t counted : 1;      /* in sessions_up */
    uint8_t reached : 3;      /* the furthest phase */
    uint8_t echo_lost, echo_id;
    uint8_t auth_us, auth_peer; /* PPP_AUTH_* agreed, 0: none */
    uint8_t loops;              /* requests with our own magic number */
    pptp_ns restart_at_ns[CPS]; /* the Restart timers, or PPTP_NEVER */
    pptp_ns auth_at_ns;         /* repeat, give up or challenge again */
    pptp_ns auth_end_ns;        /* the phase has to be over */
    pptp_ns echo_at_ns;
    void *user;
    uint32_t magic, peer_magic;
    uint32_t accm_rx, accm_tx;
    uint32_t ip_local, ip_peer;
    uint32_t dns[2], wins[2]; /* the peer's */
    uint64_t iface_local, iface_peer;
    uint8_t reject_id; /* of Code-, Protocol-Rejects and Reset-Requests */
    uint8_t auth_id, auth_tries;
    uint8_t peer_auth_id;     /* of the challenge that we answered */
    uint8_t auth_fault : 7;   /* enum ppp_fault, of the peer */
    uint8_t auth_claimed : 1; /* peer_name is not proved */
    uint8_t mppe_peer : 5;    /* what it named last in CCP */
    uint8_t ccp_refused : 1, auth_refused : 1;
    uint8_t joined : 1;    /* the peer spoke in the network phase */
    uint8_t challenge[16]; /* ours */
    uint8_t answer[16];    /* CHAP: our Response; MS-CHAP: the challenge */
    uint16_t auth_error;   /* MS-CHAP: E= of the Failure that we got, or 0 */
    uint32_t own_secret;   /* index + 1 of the secret that we answered with */
    uint32_t secret;       /* index + 1 of the peer's secret, or 0 */
    char peer_name[PPP_NAME_KEPT + 1];
};

struct ppp_layers;
struct ppp_method;

/* The first counters of stats.def and what stands before them are all that a
 * network packet touches: one cache line. */
struct ppp {
    const struct ppp_layers *layers;         /* for proto.c */
    const struct ppp_method *const *methods; /* for auth.c, to a NULL */
    bool mppe_required; /* no network protocol without it */
    struct ppp_stats stats;
    struct ppp_config config;
    uint64_t seed, drawn;    /* random numbers are SHA-1 of both */
    uint32_t limit, head, n; /* actions; limit is without the reserve */
    size_t actions_at, octets_at;
};

#endif
