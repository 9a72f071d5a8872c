/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside the PNS daemon: pns.c has its beginning, its devices and what the
 * core wants, session.c what PPP does with a call, secrets.c who may come in
 * and what is read again.
 */
#ifndef TAP_PNS_IMPL_H
#define TAP_PNS_IMPL_H

#include "nas/aaa.h"
#include "nas/ppps.h"
#include "tap/pns.h"

/* X(name, help): what is lost; one for each early return. */
#define TAP_PNS_STATS(X)                                                     \
    X(tun_unknown, "packets to an inner address that no session has")        \
    X(tun_not_ipv4, "packets from the device that are not IPv4")             \
    X(tun_held, "packets to a session whose queue is full")                  \
    X(tun_long, "packets longer than the other side takes")                  \
    X(tun_cut, "packets longer than that, sent on as fragments")             \
    X(mss_clamped, "beginnings of TCP whose MSS was made less")              \
    X(tun_refused, "packets to a session that PPP did not take")             \
    X(tun_exhausted, "packets from the device, no packet of the pool")       \
    X(spoofed, "packets of a session from another address than its own")     \
    X(not_ipv4, "packets of a session that are not IPv4")                    \
    X(outer_inside, "answers to clients whose outer address is in the pool") \
    X(calls_refused, "calls refused: too many of one source, or draining")   \
    X(no_address, "sessions ended: no inner address free")                   \
    X(no_device, "sessions ended: no device could be made")                  \
    X(arp_failed, "inner addresses for which ARP could not be answered")     \
    X(session_ended, "sessions ended: session_timeout")                      \
    X(idle_ended, "sessions ended: idle_timeout")

struct tap_pns_stats {
#define X(name, help) uint64_t name;
    TAP_PNS_STATS(X)
#undef X
};

enum pns_todo {
    PNS_TODO_LINE = NAS_ROLE, /* call: the answer to LINE_DIAL */
    PNS_TODO_LINK_INFO,       /* call: the session's maps */
    PNS_TODO_BYE              /* call: PPP says goodbye */
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
    bool closing;      /* its end was queued */
    bool linked;       /* LCP was open */
    bool told;         /* that GRE seems to be blocked */
    bool arp;          /* is answered for its inner address */
    bool stray;        /* its address is in no pool any more */
    uint8_t reason;    /* enum ppp_reason, once PPP has ended */
    uint32_t tx_accm, rx_accm;
    uint32_t had;     /* inner address, for the log: it may be taken away */
    const char *over; /* why we end it; NULL: we do not */
    pptp_ns began_ns;
    pptp_ns up_ns;                /* when it was up first; 0: not yet */
    pptp_ns active_ns;            /* of its last IP packet */
    char user[PPP_NAME_KEPT + 1]; /* who has the address */
    /* IP packets, as the user counts them */
    uint64_t rx_packets, rx_octets, tx_packets, tx_octets;
};

/* One for the device; the core has its packet back when it is written. */
struct tap_pns_out {
    const uint8_t *octets;
    size_t n;
    struct tap_tun *tun;
    pptp_call_id call;
    pptp_pkt pkt;
};

enum { TAP_PNS_OUT = 64 };

struct tap_pns {
    struct tap_world world;
    const struct tap_pns_config *config; /* &now */
    struct tap_pns_config now;           /* as it was read last */
    struct tap_tun *tun;                 /* one, or one for each session */
    uint64_t tun_failed;                 /* of devices that are gone */
    struct nas_ppps ppps;
    struct nas_aaa aaa;
    void *secrets_mem; /* of aaa.secrets */
    size_t secrets_octets;
    struct tap_session *session; /* by slot of the call */
    uint32_t sessions;           /* calls there are */
    struct map calls_source;     /* calls by outer address */
    struct nas_pool addresses;
    struct heap timers; /* of sessions, by slot: the other side's PPP
                               * does not begin, or their time is over */
    struct tap_pns_stats stats;
    uint32_t outer_told; /* an outer address in the pool, and when */
    pptp_ns outer_told_ns;
    struct tap_pns_out out[TAP_PNS_OUT];
    uint32_t out_n, out_limit;
};

/* The index of a session, and its device. */
static inline uint32_t tap_session_index(const struct tap_pns *p,
                                         const struct tap_session *s)
{
    return (uint32_t)(s - p->session);
}

static inline struct tap_tun *tap_session_tun(const struct tap_pns *p,
                                              const struct tap_session *s)
{
    return &p->tun[p->config->each ? tap_session_index(p, s) : 0];
}

/* --- pns.c -------------------------------------------------------------- */

/* A session is up: a device, if each has one, and ARP for its address; again
 * for the same address nothing happens. -1: it cannot be, and that was said. */
int tap_device_join(struct tap_pns *p, struct tap_session *s);
/* Before it loses its address. */
void tap_device_leave(struct tap_pns *p, struct tap_session *s);
/*
 * Routes of the shared device: those of `c`, and of sessions whose address
 * routes of now lead to and those of `c` would not.  -1 when it has been said
 * why not, and the routes are as before.
 */
int tap_device_routes(struct tap_pns *p, const struct tap_pns_config *c);

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
/* Its call is to end. */
void tap_session_end(struct tap_pns *p, struct tap_session *s);

/* Deadlines. */
pptp_ns tap_sessions_deadline(const struct tap_pns *p);
void tap_sessions_advance(struct tap_pns *p, pptp_ns now);
/* One packet of a device, behind the headroom; it is the session's. */
void tap_session_output(struct tap_pns *p, pptp_ns now,
                        const struct tap_tun *tun, pptp_pkt pkt);
/* It has no inner address any more. */
void tap_session_release(struct tap_pns *p, struct tap_session *s);
/* Time-outs are others now. */
void tap_sessions_timers(struct tap_pns *p);
/* PPP says goodbye, or without it the call ends. */
void tap_session_close(struct tap_pns *p, struct tap_session *s, pptp_ns now,
                       bool politely);
void tap_session_view(const struct tap_pns *p, const struct tap_session *s,
                      struct tap_call_view *out);

/* --- secrets.c ---------------------------------------------------------- */

enum { PNS_FILE_SECRETS, PNS_FILE_CONFIG }; /* of the keeper */

/* Reads the file of secrets through the keeper; -1 when it has been said why
 * not, and the table is as before. */
int tap_secrets_load(struct tap_pns *p);
void tap_secrets_free(struct tap_pns *p);
/* The configuration and secrets anew: both, or -1 and all is as before. */
int tap_pns_reload(struct tap_pns *p);
/* With the addresses that there are: those of users who have a fixed one are
 * kept for them, and what is wrong with them is said. 0, or -1 without
 * memory. */
int tap_secrets_settle(struct tap_pns *p);
/* Why somebody gets no inner address, with the cure. */
void tap_secrets_why(const struct tap_pns *p, const struct nas_aaa_answer *a,
                     char *why, size_t cap);

#endif
