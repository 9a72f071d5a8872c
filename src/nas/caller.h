/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A bank of callers, each at a line of a PAC with a PPP client of its own:
 * what a user of a VPN is, or of a modem.  A caller calls when its time has
 * come and again a while after the call has ended, or takes the call of a PNS
 * that dials it.  What is agreed on and the packets are the world's.
 *
 * There may be a million of them.  What a call takes, PPP's session above
 * all, comes out of a pool when it begins and goes back when it has ended.
 */
#ifndef NAS_CALLER_H
#define NAS_CALLER_H

#include "base/hist.h"
#include "base/probe.h"
#include "nas/ends.h"
#include "nas/event.h"
#include "nas/line.h"
#include "nas/ppps.h"
#include "nas/window.h"

struct nas_callers_config {
    uint32_t count;        /* at least 1 */
    uint32_t sessions;     /* calls at once, at most; 0: all */
    struct ppp_config ppp; /* with the user, or a pattern of users */
    const char *number;    /* dialled; may be NULL */
    uint32_t bps;          /* of the line, told to the other side */
    uint32_t mtu;          /* at most; the other side may want less */
    bool clamp_mss;        /* TCP's, to what the tunnel takes */
    bool answers;          /* a PNS may dial it; then, with redial_ns 0, it
                            * does not call itself */
    uint32_t rate;         /* first calls a second, all lines; 0: at once */
    uint32_t half_open;    /* calls that are not up yet, at most; 0: any, or
                            * none is held back */
    pptp_ns patience_ns;   /* nobody answers: it hangs up; 0: 60 s */
    pptp_ns hold_ns;       /* a call ends by itself; 0: never */
    pptp_ns redial_ns;     /* first wait after a call; 0: calls once only */
    pptp_ns redial_max_ns; /* the wait is doubled up to this, but not by a
                            * call that came up and ended in order */
    double redial_jitter;  /* share of it that is drawn: again.h */
    bool plain;            /* PPP is not negotiated: nas/ppps.h */
};

/* X(name, unit, help) */
#define NAS_CALLER_STATS(X)                                                 \
    X(dialled, "calls", "calls begun by clients")                           \
    X(called, "calls", "calls of a PNS that clients took")                  \
    X(up, "sessions", "sessions of clients that came up")                   \
    X(failed, "calls", "calls of clients that ended before they were up")   \
    X(held_back, "calls", "calls of clients that waited for their turn")    \
    X(lost, "sessions", "sessions of clients that ended before their time") \
    X(tun_down, "packets",                                                  \
      "packets from a client's device while it was not up")                 \
    X(tun_held, "packets", "packets of a client while its queue was full")  \
    X(tun_long, "packets",                                                  \
      "packets of a client longer than the other side takes")               \
    X(tun_cut, "packets", "packets longer than that, sent on as fragments") \
    X(mss_clamped, "packets", "beginnings of TCP whose MSS was made less")  \
    X(tun_refused, "packets", "packets of a client that PPP did not take")  \
    X(tun_exhausted, "packets",                                             \
      "packets from a client's device, no packet free")                     \
    X(not_ipv4, "packets", "packets to a client that are not IPv4")

struct nas_caller_stats {
    NAS_CALLER_STATS(PROBE_MEMBER)
};

extern const struct probe nas_caller_probes[];

/* What became of the calls of a bank, beside its numbers in `stats`: each
 * call is one attempt that came up, failed, or was ended by us before either;
 * of those that came up some were lost before their time. */
struct nas_caller_report {
    struct nas_ends failed, lost;
    pptp_ns began_ns, latest_ns; /* first call, latest time up */
    struct hist set_up;          /* from the call to IPCP */
    pptp_ns held_back_ns;        /* longest wait for a turn */
};

#define NAS_CALLER_NONE UINT32_MAX

enum nas_caller_state {
    NAS_CALLER_IDLE,    /* calls when its time comes */
    NAS_CALLER_WAITING, /* its time has come; too many are on their way */
    NAS_CALLER_RINGING, /* the call is on its way */
    NAS_CALLER_TALKING, /* PPP has begun */
    NAS_CALLER_UP,      /* IPCP is open */
    NAS_CALLER_ENDING   /* PPP has ended; the call is to follow */
};

struct nas_callers;

struct nas_caller {
    struct nas_line line; /* first member */
    struct nas_callers *bank;
    pptp_ns since_ns; /* WAITING; in a call that it places: when it rang */
    union {
        uint32_t behind;  /* WAITING: who is next after it, or NONE */
        uint32_t session; /* from RINGING on: its place in the pool */
    };
    uint8_t state;   /* enum nas_caller_state */
    uint8_t in_vain; /* calls in a row; as far as the wait doubles */
};

/* A call; beside PPP's session, of the same index. */
struct nas_caller_call {
    uint32_t caller; /* whose it is; of a free one: the next, or NONE */
    uint32_t ip_local, ip_peer;
    bool hold;
    bool heard : 1;     /* a frame came */
    bool was_up : 1;    /* also if IPCP is down again */
    bool orderly : 1;   /* PPP of either side has said goodbye */
    bool leaving : 1;   /* it is us who end this call */
    bool counted : 1;   /* among those in the window */
    bool addressed : 1; /* the world was given addresses */
    pptp_ns up_ns;      /* when it was first */
    uint64_t rx_packets, rx_octets, tx_packets, tx_octets;
};

/* What a bank asks of its world. None of them may feed it, but for
 * nas_callers_at from within `event`. */
struct nas_caller_world {
    void (*event)(void *ctx, const struct nas_event *e);
    /* IPCP is open, maybe again. false: it cannot be, and that was said; the
     * call ends, and no other one is tried. */
    bool (*address_up)(void *ctx, uint32_t i, const struct ppp_info *info);
    /* The call is over; after an address_up, or more. */
    void (*address_down)(void *ctx, uint32_t i);
    /* An IPv4 packet for the caller, n octets, and those that it has no
     * octets for, in `pkt`, or of our own, PPTP_PKT_NONE; they are lent. */
    void (*ip_out)(void *ctx, uint32_t i, pptp_pkt pkt, uint8_t *ip, size_t n);
};

/* What every packet touches comes first. */
struct nas_callers {
    const struct nas_callers_config *config;
    const struct nas_caller_world *world;
    void *ctx; /* the world's */
    struct nas_caller *caller;
    struct nas_caller_call *call; /* those that there may be at once */
    uint32_t first, last;         /* WAITING, or NONE */
    struct heap timers;           /* to call, to hang up; of callers */
    struct nas_ppps ppps;
    uint32_t calls, used, free; /* room; ever taken; first free, or NONE */
    uint32_t up;                /* sessions that are up now */
    char user[NAS_PPPS_USER];   /* asked for last */
    struct nas_window window;
    struct nas_caller_stats stats;
    struct nas_caller_report report;
    uint64_t random; /* jitter of waits */
};

/* `world`, `ctx` and ppps.from are set, `config` and `secrets` (or NULL) are kept. The
 * owner of each line, and ppps.pool, are set before the first advance. 0, or
 * -1 without memory. */
int nas_callers_init(struct nas_callers *b, const struct nas_callers_config *c,
                     const struct ppp_secrets *secrets, uint64_t seed,
                     pptp_ns now);
void nas_callers_fini(struct nas_callers *b);

/* Whether the callers of a bank are users of their own: `{n}` in the name is
 * the caller's number, from 1. */
bool nas_callers_are_many(const struct nas_callers_config *c);
/* What a pattern is for caller i. */
void nas_callers_name(const char *pattern, uint32_t i,
                      char out[NAS_PPPS_USER]);
/* The name of caller i, below count, in out. */
void nas_callers_user(const struct nas_callers_config *c, uint32_t i,
                      char out[NAS_PPPS_USER]);

/* The time of caller i is then: to call if it does not, whatever was before;
 * else to end the call, politely. */
void nas_callers_at(struct nas_callers *b, uint32_t i, pptp_ns at);
/* Something that it needs is gone: it never calls again. */
void nas_callers_fail(struct nas_callers *b, uint32_t i, pptp_ns now);

pptp_ns nas_callers_deadline(const struct nas_callers *b);
void nas_callers_advance(struct nas_callers *b, pptp_ns now);

/* The call in which caller i is, or NULL. */
static inline const struct nas_caller_call *nas_callers_call(
    const struct nas_callers *b, uint32_t i)
{
    const struct nas_caller *c = &b->caller[i];

    return c->state >= NAS_CALLER_RINGING ? &b->call[c->session] : NULL;
}

/* Whether its PPP is at work. */
static inline bool nas_callers_talks(const struct nas_callers *b, uint32_t i)
{
    return b->caller[i].state == NAS_CALLER_TALKING ||
           b->caller[i].state == NAS_CALLER_UP;
}

/* PPP's view of it; while it talks or is up. */
static inline void nas_callers_info(const struct nas_callers *b, uint32_t i,
                                    struct ppp_info *out)
{
    nas_ppps_info(&b->ppps, b->caller[i].session, out);
}

#endif
