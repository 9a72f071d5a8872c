/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A bank of lines with a PPP client of our own at the end of each: what a
 * user of a VPN has.  Each line calls by itself, again after a while when the
 * call has ended, and puts IP on a TUN device of its own; or on none, when
 * only the calls matter (the emulation of many users).
 */
#ifndef TAP_CLIENT_H
#define TAP_CLIENT_H

#include "base/hist.h"
#include "tap/keeper.h"
#include "tap/line.h"
#include "nas/ppps.h"

struct tap_client_config {
    const char *name;      /* of the lines, for messages */
    uint32_t count;        /* of lines, at least 1 */
    struct ppp_config ppp; /* with the user, or a pattern of users */
    const char *number;    /* dialled */
    uint32_t bps;          /* of the line, told to the other side */
    const char *device;    /* TUN: a name or a pattern; NULL: none */
    uint32_t mtu;          /* at most; the other side may want less */
    bool clamp_mss;        /* TCP's, to what the tunnel takes */
    const struct tap_prefix *routes; /* also over the other side's outer
                                      * address: it stays reachable */
    uint32_t routes_n;
    uint32_t rate;         /* first calls a second, all lines; 0: at once */
    uint32_t half_open;    /* calls that are not up yet, at most; 0: any, or
                            * none is held back */
    pptp_ns hold_ns;       /* a call ends by itself; 0: never */
    pptp_ns redial_ns;     /* first wait after a call; 0: calls once only */
    pptp_ns redial_max_ns; /* the wait is doubled up to this, but not by a
                            * call that came up and ended in order */
};

/* X(name, help) */
#define TAP_CLIENT_STATS(X)                                             \
    X(dialled, "calls begun by clients")                                \
    X(up, "sessions of clients that came up")                           \
    X(failed, "calls of clients that ended before they were up")        \
    X(held_back, "calls of clients that waited for their turn")         \
    X(lost, "sessions of clients that ended before their time")         \
    X(tun_down, "packets from a client's device while it was not up")   \
    X(tun_held, "packets of a client while its queue was full")         \
    X(tun_long, "packets of a client longer than the other side takes") \
    X(tun_cut, "packets longer than that, sent on as fragments")        \
    X(mss_clamped, "beginnings of TCP whose MSS was made less")         \
    X(tun_refused, "packets of a client that PPP did not take")         \
    X(tun_exhausted, "packets from a client's device, no packet free")  \
    X(not_ipv4, "packets to a client that are not IPv4")

struct tap_client_stats {
#define X(name, help) uint64_t name;
    TAP_CLIENT_STATS(X)
#undef X
};

/* Ends of one sort by their causes, static texts: what and, "" or to be put
 * behind it, what to do. Room for all that there are; the last place would be
 * for the rest. */
enum { TAP_CLIENT_CAUSES = 64 };

struct tap_client_ends {
    struct {
        const char *what, *advice;
        uint64_t n;
    } cause[TAP_CLIENT_CAUSES];
};

/* What became of the calls of a bank, beside its numbers in `stats`: each
 * call is one attempt that came up, failed, or was ended by us before either;
 * of those that came up some were lost before their time. */
struct tap_client_report {
    struct tap_client_ends failed, lost;
    pptp_ns began_ns, latest_ns; /* first call, latest time up */
    struct hist set_up;          /* from the call to IPCP */
    pptp_ns held_back_ns;        /* longest wait for a turn */
};

#define TAP_CLIENT_NONE UINT32_MAX

enum tap_client_state {
    TAP_CLIENT_IDLE,    /* calls when its time comes */
    TAP_CLIENT_WAITING, /* its time has come; too many are on their way */
    TAP_CLIENT_RINGING, /* the call is on its way */
    TAP_CLIENT_TALKING, /* PPP has begun */
    TAP_CLIENT_UP,      /* IPCP is open */
    TAP_CLIENT_ENDING   /* PPP has ended; the call is to follow */
};

struct tap_client_bank;

struct tap_client {
    struct nas_line nas; /* first member */
    struct tap_line line;
    struct tap_client_bank *bank;
    struct tap_tun tun;
    uint8_t state; /* enum tap_client_state */
    bool hold;
    bool heard;      /* a frame came in this call */
    bool orderly;    /* PPP of either side has said goodbye */
    bool leaving;    /* it is us who end this call */
    bool counted;    /* among the bank's half_open */
    uint32_t behind; /* WAITING: who is next after it, or TAP_CLIENT_NONE */
    uint32_t pinned; /* outer address whose way is kept; 0: none */
    uint32_t ip_local, ip_peer;
    pptp_ns rang_ns, up_ns;
    pptp_ns due_ns;  /* WAITING: since when */
    pptp_ns wait_ns; /* before the next call */
    uint64_t rx_packets, rx_octets, tx_packets, tx_octets;
};

struct tap_client_bank {
    const struct tap_client_config *config;
    struct tap_keeper *keeper;
    struct tap_client *client; /* config->count of them */
    struct nas_ppps ppps;
    struct heap timers;       /* to call, to hang up */
    char user[NAS_PPPS_USER]; /* asked for last */
    uint32_t up;              /* sessions that are up now */
    uint32_t half_open;       /* calls that are not up yet */
    uint32_t window;          /* so many may be, config->half_open at most */
    pptp_ns fastest_ns;       /* set-up there was; 0: none yet */
    uint32_t first, last;     /* WAITING, or TAP_CLIENT_NONE */
    struct tap_client_stats stats;
    struct tap_client_report report;
    struct tap_log_many talk; /* where they are many */
    uint64_t random;          /* jitter of waits */
};

/* 0, or -1 without memory. `keeper` makes the devices, `secrets` has the
 * password (may be NULL). The lines' owner, loop and pool are set by the
 * caller before their `open`. */
int tap_client_init(struct tap_client_bank *b,
                    const struct tap_client_config *c,
                    struct tap_keeper *keeper,
                    const struct ppp_secrets *secrets);
void tap_client_fini(struct tap_client_bank *b);

/* Whether the clients of a bank are users of their own: `{n}` in the name is
 * the client's number, from 1. */
bool tap_client_are_many(const struct tap_client_config *c);
/* The name of client i, below count, in out. */
void tap_client_user(const struct tap_client_config *c, uint32_t i,
                     char out[NAS_PPPS_USER]);

/* --- client_report.c ------------------------------------------------------ */

/* One more end of that cause. */
void tap_client_book(struct tap_client_ends *e, const char *what,
                     const char *advice);
/* What became of the calls, in lines of the log. */
void tap_client_say(struct tap_client_bank *b);
/* The same for programs: an object, or NULL without memory. */
struct json_t *tap_client_json(const struct tap_client_bank *b);
/* Whether a test of something has failed: a call did not come up, or was lost
 * before its time.  Clients that call for ever (`redial` without `hold`) are
 * none, they are to live with that. */
bool tap_client_fell_short(const struct tap_client_bank *b);

#endif
