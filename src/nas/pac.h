/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A PAC: lines in front (line.h), control connections behind.
 *
 * Towards a true PNS it is the PAC of RFC 2637: one control connection that
 * is kept up, an ICRQ for each call that rings, and OCRQs of the PNS placed
 * on a line: on the one that has the number, or, where lines have none, on
 * one that is free.  Towards a VPN server, which is the PAC on the wire, it
 * has a client's role: a control connection and an OCRQ for each call.
 *
 * It has neither clock nor sockets nor words.  Whatever a line has told, or a
 * name server, is done when the node settles: the deadline says that there
 * is something.
 */
#ifndef NAS_PAC_H
#define NAS_PAC_H

#include "base/probe.h"
#include "nas/event.h"
#include "nas/line.h"
#include "nas/node.h"
#include "nas/numbers.h"

enum {
    NAS_PAC_PEERS = 16,
    NAS_PAC_ADDRESSES = 8, /* of a peer */
    NAS_PAC_EVENTS = 4     /* of a line, not done yet */
};

enum nas_pac_mode {
    NAS_PAC_ICRQ, /* to PNSs */
    NAS_PAC_OCRQ  /* to VPN servers */
};

struct nas_pac_config {
    enum nas_pac_mode mode;
    uint32_t peer[NAS_PAC_PEERS]; /* outer addresses, host order, tried in
                                   * this order; 0: it has a name */
    uint32_t peers;
    pptp_ns retry_ns, retry_max_ns; /* waits for a control connection */
    bool listens;                   /* PNSs may connect to us */
    bool passive;                   /* the world opens control connections, or
                                     * PNSs do; it only uses them */
    uint32_t calls, conns;          /* as in pptp_limits */
    struct pptp_pool *pool;         /* of frames */
    uint32_t lines;                 /* at most */
};

/* What it wants of its world. */
struct nas_pac_world {
    void (*event)(void *ctx, const struct nas_event *e);
    /* Where a peer with a name is; nas_pac_resolved follows in any case, not
     * from within. */
    void (*resolve)(void *ctx, uint32_t peer, pptp_ns now);
    void (*contact)(void *ctx, pptp_conn_id conn, struct nas_contact *out);
};

/* X(name, unit, help): what is lost; one for each early return. */
#define NAS_PAC_STATS(X)                                                      \
    X(calls, "calls", "calls that rang")                                      \
    X(up, "calls", "calls that were connected")                               \
    X(no_trunk, "calls", "calls that found no control connection")            \
    X(refused, "calls", "calls refused by the other side")                    \
    X(no_line, "calls", "calls of a PNS refused: no line free that can dial") \
    X(no_number, "calls", "calls of a PNS refused: nobody has that number")   \
    X(dialled, "calls", "calls that a PNS had placed")                        \
    X(frames_early, "frames",                                                 \
      "frames of the tunnel before the line was connected")                   \
    X(frames_late, "frames", "frames of a line without a call")               \
    X(no_gre, "calls", "calls that were connected and got no GRE")            \
    X(events_lost, "events", "events of a line that came too fast")           \
    X(trunk_failed, "connections",                                            \
      "control connections that could not be made")                           \
    X(trunk_lost, "connections", "control connections that were lost")

struct nas_pac_stats {
    NAS_PAC_STATS(PROBE_MEMBER)
};

extern const struct probe nas_pac_probes[];

enum nas_pac_state {
    NAS_PAC_FREE,
    NAS_PAC_RINGING, /* wants a call */
    NAS_PAC_OPENING, /* OCRQ: the connection is on its way */
    NAS_PAC_CALLING, /* the call is on its way */
    NAS_PAC_UP       /* the line is connected: frames pass */
};

struct nas_pac_line {
    struct nas_line *line;
    pptp_ns up_ns;                 /* when it was connected */
    pptp_call_id call;             /* PPTP_NONE */
    pptp_conn_id conn;             /* OCRQ: its own; PPTP_NONE */
    uint32_t local;                /* our outer address, once answered */
    uint8_t state;                 /* enum nas_pac_state */
    uint8_t tried;                 /* peers, for this call */
    uint8_t at;                    /* OCRQ: addresses of the last of them */
    uint8_t only;                  /* ICRQ: the one peer that it calls, from 1;
                                    * 0: any */
    uint8_t events;                /* there are in: */
    uint8_t event[NAS_PAC_EVENTS]; /* enum pptp_line_event */
    bool resolving : 1;            /* OCRQ: waits for them */
    bool waited : 1;               /* ICRQ: no connection was up */
    bool no_room : 1;              /* ICRQ: by our own limits */
    bool answered : 1;             /* the line was told to take the call */
    bool dropped : 1;              /* the line has ended it */
    bool placed : 1;               /* a PNS wanted it */
    bool leaving : 1;              /* the operator ends it, politely */
    bool rang : 1;                 /* and has the next caller already */
};

/* Where a peer is. One with an address has that, and is looked up never. */
struct nas_pac_peer {
    uint32_t ip[NAS_PAC_ADDRESSES];
    uint32_t n;
    bool named;
    pptp_ns fresh_ns; /* OCRQ: until then lines do not ask again */
    uint32_t at;      /* ICRQ: the address in use */
};

/* A PNS with a connection that is kept up. */
struct nas_trunk {
    pptp_conn_id conn; /* PPTP_NONE */
    bool up;
    bool resolving;  /* waits for addresses */
    uint8_t at;      /* addresses tried */
    uint8_t in_vain; /* tries in a row */
    pptp_ns next_ns; /* to try again; PPTP_NEVER: not now */
};

/* What every packet touches comes first. */
struct nas_pac {
    const struct nas_pac_config *config;
    struct nas_node *nas;
    const struct nas_pac_world *world;
    void *ctx; /* the world's */
    struct nas_pac_line *line;
    uint32_t *line_of_call, *line_of_conn; /* by slot; NAS_NOBODY */
    uint32_t lines;
    bool acting;              /* inside an action */
    struct alloc *from;       /* memory: the node's */
    struct nas_line **polled; /* those with deadlines of their own */
    uint32_t polled_n;
    struct nas_pac_peer peer[NAS_PAC_PEERS];
    struct nas_trunk trunk[NAS_PAC_PEERS];
    struct nas_numbers numbers; /* of lines */
    uint32_t calls;             /* lines that have one */
    uint32_t hunt;              /* where the search begins */
    uint32_t no_gre;            /* from there no GRE came: told */
    bool over;                  /* no line will call again */
    bool draining;              /* no call is begun any more */
    struct nas_pac_stats stats;
};

/* `c` stays the caller's, and so do `world` and `ctx`; `nas` may be made
 * later, but not where its memory is. 0 or PPTP_ERR_RESOURCE, and _fini in any case. */
int nas_pac_init(struct nas_pac *p, const struct nas_pac_config *c,
                 struct nas_node *nas, const struct nas_pac_world *world,
                 void *ctx, pptp_ns now);
void nas_pac_fini(struct nas_pac *p);

/* One more line, the caller's, its ops and flags set: gets owner and index.
 * 0, or PPTP_ERR_RESOURCE. */
int nas_pac_add(struct nas_pac *p, struct nas_line *line);
/* Its number. 0, or as nas_numbers_add. */
int nas_pac_number(struct nas_pac *p, uint32_t line, const char *number);

/* ICRQ: it calls that peer only. */
static inline void nas_pac_peer_only(struct nas_pac *p, uint32_t line,
                                     uint32_t peer)
{
    p->line[line].only = (uint8_t)(peer + 1);
}

/* Of the core, by the node; `pac` is the role, here and below: a node or a
 * world holds it, and these, without knowing which role it is. */
void nas_pac_action(void *pac, const struct pptp_action *a);
void nas_pac_later(void *pac, const struct nas_later *l);
extern const struct nas_role nas_pac_role; /* both */

/* Its own and its lines'. `advance` after the node has settled at `now`. */
pptp_ns nas_pac_deadline(const struct nas_pac *p);
void nas_pac_advance(struct nas_pac *p, pptp_ns now);

/* The answer to `resolve`: n addresses, host order; 0: there are none. */
void nas_pac_resolved(struct nas_pac *p, pptp_ns now, uint32_t peer,
                      const uint32_t *ip, uint32_t n);

/* All calls end, and none begins: by PPP's goodbye if `politely`. */
void nas_pac_close(struct nas_pac *p, pptp_ns now, bool politely);
/* Whether a line has not ended a call that was: a modem. */
bool nas_pac_leaving(const void *pac);
/* One call ends. */
void nas_pac_clear(void *pac, pptp_call_id call);

/* Lines that have a call; the line of a call, or NAS_NOBODY; the call in a
 * slot, or PPTP_NONE. */
uint32_t nas_pac_calls(const void *pac);
uint32_t nas_pac_line_of(const struct nas_pac *p, pptp_call_id call);
pptp_call_id nas_pac_call_at(const void *pac, uint32_t slot);

#endif
