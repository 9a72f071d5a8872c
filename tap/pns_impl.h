/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside the PNS daemon: pns.c has the loop and what the core wants done,
 * session.c what PPP does with a call, secrets.c who may come in.
 *
 * Neither the core nor PPP may be fed from within their own actions: what
 * follows from an action waits in `todo` until the step is over.
 */
#ifndef TAP_PNS_IMPL_H
#define TAP_PNS_IMPL_H

#include "pptp/node.h"
#include "tap/loop.h"
#include "tap/notify.h"
#include "tap/pns.h"
#include "tap/priv.h"
#include "tap/rawgre.h"
#include "tap/tcp.h"
#include "tap/timers.h"

/* X(name, help): what the world loses; one for each early return. */
#define TAP_PNS_STATS(X)                                                   \
    X(tun_unknown, "packets to an inner address that no session has")      \
    X(tun_not_ipv4, "packets from the device that are not IPv4")           \
    X(tun_held, "packets to a session whose queue is full")                \
    X(tun_long, "packets longer than the other side takes")                \
    X(tun_refused, "packets to a session that PPP did not take")           \
    X(tun_exhausted, "packets from the device, no packet of the pool")     \
    X(spoofed, "packets of a session from another address than its own")   \
    X(not_ipv4, "packets of a session that are not IPv4")                  \
    X(ppp_exhausted, "packets of PPP, no packet of the pool")              \
    X(calls_refused, "calls refused: too many of one source, or draining") \
    X(no_address, "sessions ended: no inner address free")

struct tap_pns_stats {
#define X(name, help) uint64_t name;
    TAP_PNS_STATS(X)
#undef X
};

enum todo_kind {
    TODO_FRAME,      /* call, pkt */
    TODO_FRAME_DONE, /* call, pkt */
    TODO_LINE,       /* call: the answer to LINE_DIAL */
    TODO_LINK_INFO,  /* call: the session's maps */
    TODO_CLOSE       /* call */
};

struct todo {
    uint8_t kind;
    pptp_call_id call;
    pptp_pkt pkt;
};

struct tap_session {
    pptp_call_id call; /* PPTP_NONE: none */
    uint32_t remote;   /* outer address, host order */
    uint32_t ip;       /* inner, 0: not yet */
    uint8_t machine;   /* enum pptp_machine */
    bool waits;        /* for the other side's PPP */
    bool begun;        /* ours has */
    bool up;           /* IPCP is open */
    bool hold;         /* the core's queue is full */
    bool refused;      /* one too many */
    bool closing;      /* TODO_CLOSE was queued */
    uint8_t reason;    /* enum ppp_reason, once PPP has ended */
    uint32_t tx_accm, rx_accm;
    pptp_ns up_ns;
    char user[PPP_NAME_KEPT + 1]; /* who has the address */
    /* IP packets, as the user counts them */
    uint64_t rx_packets, rx_octets, tx_packets, tx_octets;
};

struct tap_pns_gre {
    struct tap_gre gre; /* first member */
    struct tap_pns *pns;
    uint32_t local;
};

enum drain { SERVING, DRAIN_PPP, DRAIN_CALLS, DRAIN_CONNS, DRAINED };

struct tap_pns {
    const struct tap_pns_config *config;
    struct tap_loop loop;
    struct tap_source signals;
    struct tap_keeper keeper;
    struct tap_notify notify;
    struct tap_tcp tcp;
    struct tap_pns_gre *gre; /* config->listen_n of them */
    struct tap_tun tun;
    void *pool_mem;
    struct pptp_pool pool;
    void *peer_mem;
    struct pptp_node node;
    pptp_ns node_ns;    /* its deadline */
    uint32_t *conn_tcp; /* index in tcp.conns by slot of the connection */
    struct todo *todo;  /* a ring */
    uint32_t todo_at, todo_n, todo_limit;
    struct ppp *ppp;
    uint8_t *ppp_mem, *mppe_mem; /* of all sessions; mppe_mem may be NULL */
    size_t ppp_octets, mppe_octets;
    struct ppp_secrets secrets;
    void *secrets_mem;
    size_t secrets_octets;
    struct tap_session *session; /* by slot of the call */
    uint32_t sessions;           /* calls there are */
    struct tap_map calls_source; /* calls by outer address */
    struct tap_addresses addresses;
    struct tap_timers timers; /* of PPP, by slot */
    struct tap_pns_stats stats;
    bool failed; /* it ends for a reason that has been said */
    enum drain drain;
    pptp_ns drain_ns; /* the next step of draining */
};

static inline uint32_t slot_of(pptp_call_id call)
{
    return call & 0xfffff;
}

/* --- pns.c -------------------------------------------------------------- */

void tap_pns_todo(struct tap_pns *p, enum todo_kind kind, pptp_call_id call,
                  pptp_pkt pkt);
/* Does all that waits. */
void tap_pns_do(struct tap_pns *p);
/* a.b.c.d in one of four turns of static memory. */
const char *tap_ip(uint32_t ip);

/* --- session.c ---------------------------------------------------------- */

int tap_sessions_init(struct tap_pns *p);
void tap_sessions_fini(struct tap_pns *p);

/* Actions of the core. */
void tap_session_new(struct tap_pns *p, const struct pptp_action *a);
void tap_session_begin(struct tap_pns *p, pptp_call_id call);
void tap_session_frame(struct tap_pns *p, pptp_call_id call, pptp_pkt pkt);
void tap_session_gone(struct tap_pns *p, pptp_call_id call,
                      const struct pptp_call_end *end);
/* The session of a live call, or NULL. */
struct tap_session *tap_session_of(struct tap_pns *p, pptp_call_id call);

/* PPP's deadlines up to now. */
void tap_sessions_advance(struct tap_pns *p, pptp_ns now);
/* One packet of the device, behind the headroom; it is the session's. */
void tap_session_output(struct tap_pns *p, pptp_ns now, pptp_pkt pkt);
/* Draining: PPP says goodbye, or without it the call ends. */
void tap_sessions_close(struct tap_pns *p, pptp_ns now, bool politely);

/* --- secrets.c ---------------------------------------------------------- */

/* Reads the file of secrets through the keeper; -1 when it has been said why
 * not, and the table is as before. */
int tap_secrets_load(struct tap_pns *p);
void tap_secrets_free(struct tap_pns *p);
/* The inner address for who has just proved his name; 0: there is none. */
uint32_t tap_secrets_address(struct tap_pns *p, const char *user,
                             uint32_t session);

#endif
