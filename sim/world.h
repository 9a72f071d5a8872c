/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The simulated world: PACs and PNSs on hosts of a SimGrid platform, control
 * connections on the TCP model, GRE on the packet plane, lines and callers
 * behind the PACs.  Order of use: init, add nodes, connects, calls, flows,
 * run; then settle and read.
 *
 *   world.c    what there is, built and run
 *   feed.c     a node's peer and its time
 *   host_tcp.c its host's TCP
 *   ends.c     its control connections
 *   reopen.c   which of them are kept up
 *   host.c     packets for it, and what it sends
 *   calls.c    calls: lines, PPP, beginning and end
 *   attempts.c a record of each
 *   which.c    which of them a line, a number or a slot is of
 *   phone.c    the telephone network before a PAC
 *   subscribers.c  who are at the lines of a group, and when
 *   carry.c    packets that set out
 *   sources.c  sources of packets
 *   users.c    users above TCP
 *   voices.c   speech
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "base/map.h"
#include "models/line.h"
#include "models/traffic.h"
#include "models/user.h"
#include "models/voice.h"
#include "nas/again.h"
#include "nas/node.h"
#include "sim/address.h"
#include "sim/arena.h"
#include "sim/books.h"
#include "sim/calendar.h"
#include "sim/group.h"
#include "sim/pac.h"
#include "sim/phone.h"
#include "sim/platform.h"
#include "sim/pns.h"
#include "sim/port.h"
#include "sim/returns.h"

/* Octets of a control connection's segment, without headers: its packets have
 * room for so many, as Ethernet's have. */
#define SIM_CONTROL_MSS_MAX UINT32_C(1460)

/* Octets of control messages that may wait for one connection. */
#define SIM_BACKLOG_MAX ((size_t)64 << 20)

struct sim_attempts;
struct sim_world;
struct sim_node;
struct sim_reopen;
struct sim_tcp;
struct sim_tcp_conn;
struct tcp_config;
struct sim_measure;
struct sim_modem_config;
struct sim_subscribers_config;

/* For who plays a peer's network and looks into what comes of it; ctx is its
 * role's. */
struct sim_watch {
    /* The peer is about to be told of a connection, perhaps something else
     * than what TCP says. */
    void (*info)(void *ctx, const struct sim_tcp_conn *c,
                 struct pptp_tcp_info *i);
    /* The peer said `result` to what came: octets of a connection, or with
     * none an event of it; c NULL: a packet of a tunnel.  It is not drained yet. */
    void (*fed)(void *ctx, const struct sim_tcp_conn *c, size_t octets,
                int result);
};

/* A peer on a host. What every packet touches comes first. */
struct sim_node {
    struct sim_sink sink;   /* packets for this host */
    struct sim_alarm timer; /* the peer's deadline */
    struct sim_world *world;
    struct nas_node nas;
    const struct sim_watch *watch; /* or NULL */
    struct sim_pns *pns;           /* the roles it plays, or NULL */
    struct sim_pac *pac;
    struct sim_end **ends; /* control connections, by the peer's slot */
    struct pptp_addr addr;
    uint32_t host, ip;
    uint16_t mtu_octets;
    struct sim_node *cable; /* where all that it sends goes, or NULL */
    struct sim_tcp *tcp;
    struct sim_end *end_free; /* given back */
    struct sim_end *end_all;  /* there have ever been */
    /* connections that it keeps up, how, and the one that it opens, or NULL */
    struct sim_reopen *reopens;
    struct nas_again reopen;
    struct sim_reopen *opening;
    struct sim_call *waiting; /* PNS: to be placed, once it is connected */
    bool off;                 /* nobody gets a connection, nor does it */
    bool silent;              /* and it is dead: its roles tell nothing */
    uint32_t starts;          /* how often it came on again */
    bool told;                /* PAC: by lines, outside of all steps, */
    struct sim_node *next_told;
    uint32_t conns, calls; /* as in pptp_limits */
    const char *name;
    uint64_t seed; /* of the peer */
};

/* One end of a control connection. */
struct sim_end {
    struct sim_node *node;
    const struct sim_route *route; /* of its tunnel, there */
    struct sim_ip gre;
    pptp_conn_id conn;
    uint32_t peer_ip;
    struct sim_tcp_conn *tcp;
    struct sim_end *next;    /* of the free ones */
    struct sim_end *earlier; /* of all */
    /* opened by this node, which keeps it up; or NULL */
    struct sim_reopen *reopen;
    bool up;
    bool closing;     /* as soon as the backlog is sent */
    uint8_t *backlog; /* what TCP had no room for */
    size_t backlog_octets, backlog_room;
};

struct sim_source;
struct sim_user;
struct sim_users;
struct sim_voice;
struct tcp_config;

/* What takes the packets of a source. */
struct sim_carrier {
    /* Not for now: the source waits for sim_source_begin. */
    bool (*carries)(const struct sim_source *s);
    /* A packet sets out, up or down. */
    void (*offer)(struct sim_source *s, bool up, pptp_pkt h);
    /* As sim_warm, from step 1 when its call is there. */
    bool (*warm)(const struct sim_source *s, unsigned step);
};

/* Where the frames of one direction come from. */
struct sim_source {
    struct sim_sink sink;
    struct sim_world *world;
    struct sim_call *call;             /* or NULL, */
    const struct sim_carrier *carrier; /* both: a bare flow */
    struct sim_account *account;
    const struct sim_route *route;
    pptp_ns base_ns;           /* what the source's own time counts from */
    pptp_ns planned_ns;        /* of the next packet, in its own time */
    pptp_ns start_ns, stop_ns; /* stop: absolute once begun; 0: never */
    struct sim_ip ip;
    uint32_t size_octets; /* of the packet that is due */
    bool from_pac;
    bool begun;
    bool running; /* it has a next packet */
    bool parked;  /* which waits for the call to be up */
    uint64_t sent, sent_octets;
    struct sim_user *user;   /* or NULL: packets come of, */
    struct sim_voice *voice; /* of model voice */
    struct traffic_source traffic;
};

enum sim_way { SIM_UP, SIM_DOWN }; /* from the caller, to the caller */

/* What a call has once it was lost, or its packets are timed; of PAC and PNS:
 * as it ended, and round trips that they measured. */
struct sim_call_more {
    struct pptp_call_info *last; /* [2]; NULL: it was not lost yet */
    struct hist rtt[2];
    pptp_ns up_ns;   /* since when it is up; PPTP_NEVER: it is not; 0: as at
                      * the first time */
    uint8_t in_vain; /* tries of its PNS, in a row */
    struct sim_returns returns;
};

/* What becomes of a call of a caller or to him, over all attempts.  There may
 * be a million: three cache lines each. */
struct sim_call {
    struct sim_line line; /* first: the PAC knows it by that */
    struct sim_node *pac, *pns;
    struct sim_group *group;
    struct sim_account *way; /* [2], by enum sim_way */
    uint32_t index;
    pptp_call_id pns_id; /* at the PNS; PPTP_NONE: none now */
    uint32_t ip;         /* inner address that it has, or had; 0: none yet */
    uint32_t attempts;
    bool outgoing : 1, waiting : 1, up_now : 1, ever_up : 1, failed : 1;
    bool trying : 1;   /* asked for, and neither up nor refused yet */
    bool stopping : 1; /* its time is over */
    bool on_time : 1;  /* and it was not lost before */
    bool pns_up : 1, caller_up : 1; /* PPP is there, at that end */
    uint8_t ppp_reason : 4;         /* why PPP ended */
    uint8_t peer;                   /* the PNS, of its PAC's */
    uint8_t source_count;
    uint32_t ppp_frames;   /* of negotiation, that went into the tunnel */
    struct sim_sink start; /* arg: what to do */
    const char *name;
    struct sim_call *next_waiting;
    pptp_ns start_ns, up_ns, down_ns;
    struct sim_source *sources;
    struct pptp_call_end end;   /* as its first end to notice tells */
    struct sim_call_more *more; /* or NULL */
};

_Static_assert(sizeof(struct sim_call) <= 192, "a call grew");
_Static_assert(PPP_END_OUT_OF_STEP < 16,
               "reasons that ppp_reason has no room for");

struct sim_world_config {
    const char *platform;              /* a file; or NULL, and */
    const struct sim_platform *loaded; /* it, which outlives the world */
    uint64_t seed;
    uint32_t packets;                 /* of the pool */
    const struct sim_ppp_config *ppp; /* NULL: frames without negotiation */
    uint32_t queue_packets;           /* default of a link */
    uint32_t real_octets; /* of a packet; 0: enough for users' frames */
};

struct sim_world {
    struct sim_arena arena; /* nodes, peers, calls, sources: what packets
                             * touch, close together */
    struct sim_arena rest;  /* of these, what is large or seldom touched */
    struct sim_calendar cal;
    struct sim_platform platform;
    bool borrowed; /* the platform */
    struct sim_net net;
    uint64_t seed;
    struct sim_ppp_config ppp; /* when `negotiates` */
    bool negotiates;
    bool ready;            /* all is there that sim_world_ready makes */
    struct sim_node *told; /* PACs: what follows is still to be done */
    struct sim_node **nodes;
    uint32_t node_count;
    struct sim_node **by_host;
    struct map by_ip; /* the node of an address: an index of `nodes` */
    uint32_t *ip_of_host;
    struct sim_call **calls;
    uint32_t call_count;
    struct sim_account nothing[2]; /* of calls without sources */
    struct sim_group **groups;
    uint32_t group_count;
    struct sim_source **flows;
    uint32_t flow_count;
    struct sim_users *users; /* NULL: none */
    struct sim_voice **voices;
    uint32_t voice_count;
    struct sim_measure *since; /* measuring began later, or NULL */
    uint64_t trace_hash, trace_records;
    void (*trace)(void *ctx, const struct sim_node *n,
                  const struct pptp_trace_rec *r);
    /* What a role tells; `name` is its node's, or its callers' group's. */
    void (*event)(void *ctx, const char *name, const struct nas_event *e);
    void *event_ctx;
    struct sim_attempts *attempts; /* NULL: nobody wants to know */
    /* A packet that was lost: at a port or NULL; k is what it was. */
    void (*lost)(void *ctx, const struct sim_port *port,
                 const struct pptp_packet *k, enum sim_place place);
    sim_damaged *damaged; /* one that a link has changed */
    void *lost_ctx;       /* of both */
    void *trace_ctx;
    uint32_t up_calls;
};

struct sim_traffic_config {
    struct traffic_config traffic; /* its stop_ns is not used; or, */
    struct voice_config voice;     /* of TRAFFIC_VOICE */
    bool has_user;                 /* if this says so: */
    struct user_config user;       /* who opens connections */
    const struct tcp_config *tcp;  /* of them, the caller's; NULL: defaults */
    /* After the start of the call, or absolute for a flow.  A call that is
     * not up then begins when it is.  stop 0: never. */
    pptp_ns start_ns, stop_ns;
    pptp_ns spread_ns; /* a draw from [0, this) is added to start */
    bool from_pac;
};

struct sim_call_config {
    const char *name;  /* kept by the caller */
    const char *group; /* the same; of calls that are added in a row; NULL:
                        * its own */
    uint32_t pac, pns;
    bool outgoing;
    pptp_ns start_ns, duration_ns;
    struct nas_again redial; /* after an end that nobody wanted */
    struct line_config line;
    uint16_t ppd_ds; /* of the PAC; 0: by the formula */
    pptp_ns fudge_ns;
    const struct sim_traffic_config *traffic;
    uint32_t traffic_count;
    /* Of its group: it is a line that they share. NULL: a caller. */
    const struct sim_subscribers_config *subscribers;
    /* Of its group: what its lines have in place of a constant rate; NULL:
     * that. */
    const struct sim_modem_config *modems;
};

/* 0 or a negative enum pptp_err with one line in err. The platform file must
 * have passed sim_platform_check. */
int sim_world_init(struct sim_world *w, const struct sim_world_config *c,
                   char *err, size_t err_octets);
void sim_world_fini(struct sim_world *w);

struct sim_node_config {
    const char *name; /* kept by the caller */
    uint32_t host;
    const struct pptp_config *pptp;
    const struct pptp_limits *limits;
    uint16_t mtu_octets;
    /* How long after a connection that it opened is gone it opens it again. */
    struct nas_again reconnect;
    uint64_t seed;             /* of the peer; 0: by name and the world's */
    struct sim_pns_config pns; /* of one that plays a PNS */
    /* NULL: calls of the world.  Else the caller's, and so may be the I/O, of
     * which ctx is the node. */
    const struct nas_role *role;
    void *role_ctx;
    const struct nas_io *io;
    const struct sim_watch *watch;
    const struct tcp_config *tcp; /* checked; NULL: the defaults */
};

/* Index of the new node, or a negative error. */
int sim_world_node(struct sim_world *w, const struct sim_node_config *c);
/* A node without a peer on a host that has none yet: what comes is counted
 * and freed, unless its sink says otherwise.  NULL without memory. */
struct sim_node *sim_world_host(struct sim_world *w, uint32_t host);
/* Node `from` opens a control connection to node `to`, now. */
int sim_world_connect(struct sim_world *w, uint32_t from, uint32_t to);
/* A telephone network before a PAC, of which no call was added yet: its lines
 * are the trunks of `n` groups with their `name` and `n`.  Who waits longer
 * for a connection than `patience_ns` hangs up. */
struct sim_world_phone_config {
    struct sim_phone_config phone;
    pptp_ns patience_ns;
    const struct sim_trunks *groups;
    uint32_t n;
};
int sim_world_phone(struct sim_world *w, uint32_t pac,
                    const struct sim_world_phone_config *c);
/* That before a node, or NULL. */
static inline struct sim_phone *sim_node_phone(const struct sim_node *n)
{
    return n->pac != NULL ? n->pac->phone : NULL;
}
int sim_world_call(struct sim_world *w, const struct sim_call_config *c);
int sim_world_flow(struct sim_world *w, const char *name, uint32_t from_host,
                   uint32_t to_host, const struct sim_traffic_config *t);

/* Nodes and calls are all there. 0 or PPTP_ERR_RESOURCE. */
int sim_world_ready(struct sim_world *w);

/* Makes it ready, if it is not. Runs to until_ns; false when stopped before. */
bool sim_world_run(struct sim_world *w, pptp_ns until_ns);

/* Brings the books up to now: what is under way in every account. */
void sim_world_settle(struct sim_world *w);

/* Frames of PPP that no packet had room for. */
uint64_t sim_world_ppp_refused(const struct sim_world *w);

static inline struct sim_world *sim_call_world(const struct sim_call *c)
{
    return c->pac->world;
}

/* The call in a slot of a node's peer, or NULL. */
struct sim_call *sim_call_at(const struct sim_node *n, uint32_t slot);

/* Whether it is a call at the PAC, or the PNS; PPP may not be there yet.
 * `there`: or it is not cleared yet. */
bool sim_call_is_up(const struct sim_call *c, bool pns);
bool sim_call_is_there(const struct sim_call *c, bool pns);

/* One sample more of the tunnel's round trip, by the PNS or the PAC. */
void sim_call_rtt(struct sim_call *c, bool pns, uint64_t ns);

/* The peer's view of a call: the live one, or as it ended. */
void sim_call_info(const struct sim_call *c, bool pns,
                   struct pptp_call_info *out);

#endif
