/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The PNS: what a network access server does with the calls of PACs and of
 * VPN clients, for whom it is a PAC whose line is up at once.  Sessions of
 * PPP, inner addresses, limits, time-outs, IP packets in and out.
 *
 * Pure: time comes with each input, what happens is told by events and by the
 * other functions of struct nas_pns_world, octets go in and out as packets of
 * the pool.  Memory is taken at the beginning.
 *
 *     nas_pns_init(p, calls, seed);
 *     node.role = &nas_pns_role, node.role_ctx = p;
 *     ... whenever nas_pns_deadline(p) is due, after nas_settle:
 *     nas_pns_advance(p, now);
 *     nas_do(node);
 */
#ifndef NAS_PNS_H
#define NAS_PNS_H

#include "base/heap.h"
#include "base/map.h"
#include "base/probe.h"
#include "nas/aaa.h"
#include "nas/account.h"
#include "nas/event.h"
#include "nas/node.h"
#include "nas/pool.h"
#include "nas/ppps.h"

/* X(name, unit, help): what is lost; one for each early return. */
#define NAS_PNS_STATS(X)                                                    \
    X(tun_unknown, "packets",                                               \
      "packets to an inner address that no session has")                    \
    X(tun_not_ipv4, "packets", "packets from the device that are not IPv4") \
    X(tun_held, "packets", "packets to a session whose queue is full")      \
    X(tun_long, "packets", "packets longer than the other side takes")      \
    X(tun_cut, "packets", "packets longer than that, sent on as fragments") \
    X(mss_clamped, "packets", "beginnings of TCP whose MSS was made less")  \
    X(tun_refused, "packets", "packets to a session that PPP did not take") \
    X(spoofed, "packets",                                                   \
      "packets of a session from another address than its own")             \
    X(not_ipv4, "packets", "packets of a session that are not IPv4")        \
    X(calls_refused, "calls",                                               \
      "calls refused: too many of one source, or draining")                 \
    X(no_address, "sessions", "sessions ended: no inner address free")      \
    X(session_ended, "sessions", "sessions ended: session_timeout")         \
    X(idle_ended, "sessions", "sessions ended: idle_timeout")

struct nas_pns_stats {
    NAS_PNS_STATS(PROBE_MEMBER)
};

extern const struct probe nas_pns_probes[];

/* The world's. What it replaces while sessions are there it makes known by
 * nas_pns_changed; `ppp`, `local` and `mtu` stay. */
struct nas_pns_config {
    struct ppp_config ppp; /* `secrets` is not read: nas_pns_secrets */
    uint32_t local;        /* our inner address, host order */
    uint32_t mtu;
    uint32_t line_bps; /* what VPN clients are told */
    uint32_t calls;    /* at once, at most those of nas_pns_init */
    uint32_t calls_source;
    bool clamp_mss;     /* TCP's, to what the tunnel takes */
    bool silent;        /* PPP waits until the other side begins */
    bool plain;         /* PPP is not negotiated: nas/ppps.h */
    bool open_loop;     /* who sends through the device cannot be held: the
                         * core's queue drops, and counts */
    pptp_ns session_ns; /* longest time of a session; 0: no end */
    pptp_ns idle_ns;    /* without an IP packet either way; 0: no end */
    struct nas_range pool[NAS_RANGES]; /* without what is taken */
    uint32_t pools;
    struct nas_taken taken[NAS_TAKEN]; /* what no user can have */
    uint32_t takens;
};

/* What its world does for it. A session is known by the slot of its call
 * (pptp_call_slot). None of these may call the role, but to look. */
struct nas_pns_world {
    void (*event)(void *ctx, const struct nas_event *e);
    /* The session's packets are to pass from now on; again for the same
     * address after PPP began anew. False: they cannot, the call ends. */
    bool (*address_up)(void *ctx, uint32_t session, uint32_t ip);
    /* The address is nobody's any more, whether it was up or not. */
    void (*address_down)(void *ctx, uint32_t session, uint32_t ip);
    /* An IP packet of a session, n octets within pkt, from `ip` on.  True:
     * the world has it until nas_pns_ip_done; false: it is done with it. */
    bool (*ip_out)(void *ctx, pptp_call_id call, pptp_pkt pkt, uint8_t *ip,
                   size_t n);
    /* All that it has is to be given back now: what comes next overtakes
     * nothing. */
    void (*ip_flush)(void *ctx);
    /* A packet of our own to where a session's go; octets are the role's. */
    void (*ip_answer)(void *ctx, uint32_t session, const uint8_t *ip,
                      size_t n);
};

/* Why a call is one too many. */
enum nas_pns_why {
    NAS_PNS_WANTED, /* it is not */
    NAS_PNS_DRAINING,
    NAS_PNS_SOURCE, /* too many from there */
    NAS_PNS_FULL    /* too many */
};

/* What every packet touches comes first. */
struct nas_pns_session {
    pptp_call_id call; /* PPTP_NONE: none */
    uint32_t remote;   /* outer address, host order */
    uint32_t ip;       /* inner, 0: not yet */
    uint8_t machine;   /* enum pptp_machine */
    uint8_t reason;    /* enum ppp_reason, once PPP has ended */
    uint8_t over;      /* enum nas_end: why we end it; else NAS_END_CALL */
    bool waits;        /* for the other side's PPP */
    bool begun;        /* ours has */
    bool up;           /* IPCP is open */
    bool hold;         /* the core's queue is full */
    bool closing;      /* its end was queued */
    bool linked;       /* LCP was open */
    bool told;         /* that GRE seems to be blocked */
    pptp_ns active_ns; /* of its last IP packet */
    uint64_t rx_packets, rx_octets, tx_packets, tx_octets;
    uint64_t user; /* who has the address: his name, hashed */
    pptp_ns began_ns;
    pptp_ns up_ns; /* when it was up first; 0: not yet */
    uint32_t had;  /* `ip`, kept when it was taken away */
};

/* What every packet touches comes first. */
struct nas_pns {
    const struct nas_pns_config *config;
    const struct nas_pns_world *world;
    void *ctx; /* the world's */
    struct nas_node *nas;
    struct pptp_pool *packets;
    struct nas_pns_session *session; /* by slot of the call */
    struct heap timers; /* of sessions: the other side's PPP does not begin,
                         * or their time is over */
    struct nas_ppps ppps;
    uint32_t limit;    /* calls that there is memory for */
    uint32_t sessions; /* and there are */
    uint64_t seed;
    struct nas_aaa aaa;
    struct nas_pool pool;
    struct map calls_source; /* calls by outer address */
    struct nas_pns_stats stats;
    bool draining;
};

/* One session as it is now. */
struct nas_pns_view {
    pptp_call_id call;
    uint32_t remote, ip;
    bool begun, up;      /* PPP is there; IPCP is open */
    const char *user;    /* who he proved to be, or ""; PPP's */
    const char *claimed; /* who he said he is, or "" */
    struct ppp_info ppp; /* zero until begun */
    uint16_t mtu;        /* longest packet inside; 0 until begun */
    pptp_ns up_ns;       /* when it was up first; 0: not yet */
    uint64_t rx_packets, rx_octets, tx_packets, tx_octets;
};

/*
 * Zeroed but for config, world, ctx, nas (whose memory it takes, too), packets
 * and, if there is one, the map of outer addresses (pool.outer).  `calls` as the core's limit; the seed
 * is PPP's.  0, or PPTP_ERR_RESOURCE.
 */
int nas_pns_init(struct nas_pns *p, uint32_t calls, uint64_t seed);
void nas_pns_fini(struct nas_pns *p);

/* Users from now on; entries are the world's.  Who is there stays. 0, or
 * PPTP_ERR_RESOURCE: fixed addresses are kept for users of before. */
int nas_pns_secrets(struct nas_pns *p, const struct ppp_secrets *table);
/* Pools, limits, time-outs of *config are others now. */
void nas_pns_changed(struct nas_pns *p);

/* `pns` is the role, here and below: a node or a world holds it, and these,
 * without knowing which role it is.  Of the core, by the node. */
void nas_pns_action(void *pns, const struct pptp_action *a);
void nas_pns_later(void *pns, const struct nas_later *l);
extern const struct nas_role nas_pns_role; /* both */

/* Between steps. */
static inline pptp_ns nas_pns_deadline(const struct nas_pns *p)
{
    pptp_ns a = heap_next(&p->timers), b = nas_ppps_deadline(&p->ppps);

    return a < b ? a : b;
}
void nas_pns_advance(struct nas_pns *p, pptp_ns now);

/*
 * An IP packet for a session, behind headroom and PPP_HEAD_MAX, from its
 * device or, NAS_PNS_ANY, for who has the address that it goes to.
 * PPTP_ERR_UNKNOWN: nobody, and the packet is the caller's still; else it is
 * the role's, whatever became of it.
 */
#define NAS_PNS_ANY UINT32_MAX
int nas_pns_ip_in(struct nas_pns *p, pptp_ns now, uint32_t session,
                  pptp_pkt pkt);
/* One of ip_out, in the order of its call. */
static inline void nas_pns_ip_done(struct nas_pns *p, pptp_call_id call,
                                   pptp_pkt pkt)
{
    nas_later(p->nas, NAS_FRAME_DONE, call, pkt);
}

/*
 * Asks the PAC behind a connection to place a call (2.7); what becomes of it
 * is told: PNS_NEW at once, PNS_ANSWERED or PNS_UNANSWERED later.  Between
 * steps.  PPTP_ERR_STATE while draining, or what the core says.
 */
int nas_pns_dial(struct nas_pns *p, pptp_ns now, pptp_conn_id conn,
                 const struct pptp_call_request *request, pptp_call_id *call);

/* The same on whatever line there is; how fast is told by the PAC.
 * PPTP_ERR_VALUE: no number is that long. */
int nas_pns_dial_number(struct nas_pns *p, pptp_ns now, pptp_conn_id conn,
                        const char *number, pptp_call_id *call);

/* A call is to end, by PPP's goodbye if `politely` and it is up; nas_do
 * follows. Nothing happens to one that has ended. */
void nas_pns_close(struct nas_pns *p, pptp_ns now, pptp_call_id call,
                   bool politely);
/* The same politely, at the time of the node's last step. */
void nas_pns_clear(void *pns, pptp_call_id call);
/* PPP of a call is to begin anew; nas_do follows. Nothing happens where it
 * has not come as far as LCP, or is about to end. */
void nas_pns_renegotiate(struct nas_pns *p, pptp_ns now, pptp_call_id call);
/* All of them, and no more from now on. */
void nas_pns_close_all(void *pns, pptp_ns now, bool politely);
/* No more calls from now on. */
static inline void nas_pns_drain(struct nas_pns *p)
{
    p->draining = true;
}

/* --- to look at ---------------------------------------------------------- */

/* Calls there are; the one in a slot, or PPTP_NONE; its inner address, or
 * 0. */
static inline uint32_t nas_pns_calls(const void *pns)
{
    const struct nas_pns *p = pns;

    return p->sessions;
}

static inline pptp_call_id nas_pns_call_at(const void *pns, uint32_t session)
{
    const struct nas_pns *p = pns;

    return p->session[session].call;
}

static inline uint32_t nas_pns_address(const struct nas_pns *p,
                                       uint32_t session)
{
    return p->session[session].ip;
}

void nas_pns_view(const struct nas_pns *p, uint32_t session,
                  struct nas_pns_view *out);

#endif
