/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A node of the core in the real world: what all daemons share.  The loop,
 * signals, control connections on TCP, calls in GRE, packets, the journal,
 * fewer and fewer privileges, an orderly end.  What lines and sessions do
 * with the calls is the daemon's business (struct tap_daemon).
 *
 * The core may not be fed from within its own actions: what follows from an
 * action waits in `todo` until the step is over.
 */
#ifndef TAP_WORLD_H
#define TAP_WORLD_H

#include "nas/node.h"
#include "pptp/journal.h"
#include "tap/diagnose.h"
#include "tap/events.h"
#include "tap/keeper.h"
#include "tap/loop.h"
#include "tap/notify.h"
#include "tap/rawgre.h"
#include "tap/tcp.h"

struct tap_control;
struct tap_control_config;

enum { TAP_LOCALS = 16 };

struct tap_world_config {
    const char *name; /* of the command, for messages: "pns" */
    struct pptp_config pptp;
    struct pptp_limits limits;
    uint32_t local[TAP_LOCALS]; /* outer addresses, host order; 0: all */
    uint32_t local_n;           /* at least 1 */
    bool listens;               /* for control connections */
    bool connects;              /* opens some of its own */
    uint16_t port;              /* to listen at, and of peers */
    const char *user;           /* NULL: stays who it is */
    uint32_t packets;           /* of the pool */
    uint32_t half_open, half_open_source, conns_source;
    uint32_t rate_source; /* new connections a second; 0: no limit */
    pptp_ns drain_ns;
    const char *journal;                      /* path; NULL: none */
    const char *events;                       /* the same */
    const struct tap_control_config *control; /* NULL: none */
};

/* One call for people who ask (ctl): what the daemon knows beside the core's
 * pptp_call_info.  Texts are the daemon's, valid until it goes on; NULL or 0:
 * not known. */
struct tap_call_view {
    const char *user;     /* PPP's name of the other side, as it came */
    const char *line;     /* a PAC's line */
    const char *phase;    /* of PPP */
    const char *auth;     /* "MS-CHAPv2" */
    const char *mppe;     /* "128 stateless" */
    const char *device;   /* TUN device */
    uint32_t remote;      /* outer address, host order */
    uint32_t inner;       /* inner address of the other side */
    uint32_t inner_local; /* ours */
    uint16_t mtu;         /* longest packet inside, 0 */
    bool encrypted;       /* towards the other side */
    pptp_ns up_ns;        /* when PPP came up; 0: not yet */
    uint64_t rx_packets, rx_octets, tx_packets, tx_octets; /* IP */
    /* Name servers that the other side gave: DNS and NetBIOS. */
    uint32_t dns[2], wins[2];
};

/* A counter of a group. */
typedef void tap_counter(void *ctx, const char *group, const struct probe *p,
                         uint64_t value);

struct tap_world;

/* What makes a daemon of it. Every member has to be there, but
 * where it says what NULL means. */
struct tap_daemon {
    /* First of all: processes beside it, files that only root may read. -1
     * when it has been said why. */
    int (*begin)(void *d);
    /* With privileges: devices and such. -1 when it has been said why. */
    int (*open)(void *d);
    /* Memory and descriptors; also when begin or open failed half-way. */
    void (*close)(void *d);
    /* One line when all is open. */
    void (*ready)(void *d);
    /* CALL_*, LINE_*, FRAME_OUT, HOLD, RESUME, CONN_UP, CONN_DOWN. */
    void (*action)(void *d, const struct pptp_action *a);
    /* What waited, of a kind from NAS_ROLE on (nas/node.h). */
    void (*later)(void *d, const struct nas_later *l);
    /* Deadlines of its own. */
    pptp_ns (*deadline)(const void *d);
    void (*advance)(void *d, pptp_ns now);
    /* Calls there are; all of them are to end, by PPP's goodbye if
     * `politely`. */
    uint32_t (*calls)(const void *d);
    void (*close_calls)(void *d, pptp_ns now, bool politely);
    /* Whether something behind the calls has not ended yet: a modem. NULL:
     * there is nothing. */
    bool (*busy)(const void *d);
    /* The call in a slot below limits.calls, or PPTP_NONE. */
    pptp_call_id (*call_at)(const void *d, uint32_t slot);
    void (*view)(const void *d, pptp_call_id call, struct tap_call_view *out);
    /* One of them ends, by PPP's goodbye. */
    void (*clear)(void *d, pptp_call_id call);
    /* PPP of one of them begins anew. NULL: its PPP is not ours. */
    void (*renegotiate)(void *d, pptp_call_id call);
    /* Asks the other side of a control connection to place a call; 0, or a
     * negative enum pptp_err.  NULL: it is no PNS. */
    int (*dial)(void *d, pptp_conn_id conn, const char *number,
                pptp_call_id *call);
    /* SIGHUP. 0, or -1: something stayed as it was; it has been said. */
    int (*reload)(void *d);
    /* What it counts. */
    void (*counters)(const void *d, tap_counter *each, void *ctx);
};

struct tap_world_gre {
    struct tap_gre gre; /* first member */
    struct tap_world *world;
    uint32_t local;
};

/* GRE that came before the control message that makes its call one.  It waits
 * for that as long as it is of use, since GRE overtakes TCP: where many calls
 * begin at once, the messages of a connection leave by its congestion window,
 * and PPP would repeat what was lost after three seconds. */
enum { TAP_EARLY = 512 };
#define TAP_EARLY_NS (250 * PPTP_MS)

struct tap_early {
    pptp_ns ns; /* when it came */
    pptp_pkt pkt;
    uint32_t from, to;
};

/* What came of a connection that we opened; for those that have ended, too. */
struct tap_world_contact {
    pptp_ns up_ns; /* when TCP was connected; 0: it never was */
    bool heard;    /* octets came */
    int err;       /* errno of the attempt */
};

enum tap_drain {
    TAP_SERVING,
    TAP_DRAIN_PPP,
    TAP_DRAIN_CALLS,
    TAP_DRAIN_CONNS,
    TAP_DRAIN_LINES,
    TAP_DRAINED
};

struct tap_world {
    const struct tap_world_config *config;
    const struct tap_daemon *daemon;
    void *d; /* the daemon's own */
    struct tap_loop loop;
    struct tap_source signals;
    struct tap_control *control; /* socket, metrics and capture */
    struct tap_keeper keeper;    /* of tap_world_keeper, or fd -1 */
    struct tap_notify notify;
    struct tap_tcp tcp;
    uint32_t local_turn;       /* of ours: which address is next */
    struct tap_world_gre *gre; /* config->local_n of them */
    void *pool_mem;
    size_t pool_octets;
    struct pptp_pool pool;
    void *peer_mem;
    size_t peer_octets;
    struct nas_node nas;
    uint32_t *conn_tcp; /* index in tcp.conns by slot of the connection */
    struct tap_world_contact *contact; /* by slot */
    struct tap_early early[TAP_EARLY];
    uint32_t early_n;
    struct tap_diagnose diagnose;
    struct tap_tcp_stats tcp_seen; /* by it */
    pptp_ns refusal_ns;            /* when a refused call was told last; 0 */
    uint64_t refusals_unsaid;      /* since then */
    struct pptp_journal journal;
    int journal_fd; /* -1: none */
    struct tap_events events;
    bool failed; /* it ends for a reason that has been said */
    enum tap_drain drain;
    pptp_ns drain_ns; /* the next step of draining */
    pptp_ns drain_began_ns;
};

/*
 * Opens everything, says so, serves until SIGTERM or SIGINT, drains.  0; 1
 * when it could not begin or go on: the reason has been said.  `w` is zeroed
 * but for config, daemon and d.
 */
int tap_world_run(struct tap_world *w);

/* --- for daemons --------------------------------------------------------- */

/* In `begin`: starts the keeper, which may do this, and remove the control
 * socket.  -1 when it has been said why. */
int tap_world_keeper(struct tap_world *w, struct tap_keeper_policy *policy);

/* Of the connection, or the one that has just ended. */
static inline const struct tap_world_contact *tap_world_contact(
    const struct tap_world *w, pptp_conn_id conn)
{
    return &w->contact[pptp_conn_slot(conn)];
}

/* The connection's TCP, or NULL when it has ended. */
struct tap_tcp_conn *tap_world_tcp(struct tap_world *w, pptp_conn_id conn);

/* Ends in order; or at once when it has been about to for a second: what
 * comes sooner is the same wish once more. `why` for the log. */
void tap_world_drain(struct tap_world *w, const char *why);
/* What SIGHUP does; as the daemon's `reload`. */
int tap_world_reload(struct tap_world *w);
/* Ends at once, for a reason that has been said. */
void tap_world_fail(struct tap_world *w);

/* What each row says of `stats`; group NULL: of none. */
void tap_count(tap_counter *each, void *ctx, const char *group,
               const struct probe *list, const void *stats);
/* All counters of the world and its daemon. */
void tap_world_counters(const struct tap_world *w, tap_counter *each,
                        void *ctx);

/* Zeroed pages, of which only those that are used cost memory; NULL: there
 * are none. */
void *tap_pages(size_t octets);
void tap_pages_free(void *mem, size_t octets); /* NULL is fine */

/* "No memory", said; -1. */
int tap_no_memory(void);

#endif
