/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * A peer: one PAC, one PNS or both, with all its control connections and
 * calls.  This is the surface of libpptp.
 *
 * The contract with a world:
 *  - every input carries `now`, which never goes back;
 *  - after an input, poll until there is no action left;
 *  - when deadline() is due, advance(); after it the deadline lies beyond now
 *    once the actions are drained (node.h has that loop);
 *  - inputs never call out, and make at most a bounded number of actions;
 *  - no memory is taken after pptp_peer_new.
 *
 * Handles of connections and calls go stale when the thing ends: an input
 * with a stale handle is PPTP_ERR_UNKNOWN and has no effect.
 */
#ifndef PPTP_PEER_H
#define PPTP_PEER_H

#include "base/base.h"
#include "base/packet.h"
#include "pptp/msg.h"
#include "pptp/stats.h"
#include "pptp/trace.h"
#include "pptp/window.h"

typedef uint32_t pptp_conn_id;
typedef uint32_t pptp_call_id;
#define PPTP_NONE UINT32_MAX /* no connection, no call */

enum { PPTP_ROLE_PAC = 1, PPTP_ROLE_PNS = 2, PPTP_ROLE_BOTH = 3 };

struct pptp_config {
    enum pptp_trace_level trace;
    struct pptp_win_config win;
    uint8_t role;          /* PPTP_ROLE_* */
    bool allow_multiple;   /* several connections from one address */
    uint16_t ppd_ds;       /* what we announce unless a call says more */
    uint16_t max_channels; /* a PAC's; a PNS sends 0 */
    uint16_t firmware_revision;
    uint32_t framing_caps; /* 2.1, bits */
    uint32_t bearer_caps;
    pptp_ns start_timeout_ns; /* 3.1.4 (1) */
    pptp_ns idle_timeout_ns;  /* 3.1.4 (2) */
    pptp_ns echo_timeout_ns;
    pptp_ns stop_timeout_ns;
    pptp_ns call_timeout_ns;    /* 3.2.1, no human or line in the way */
    pptp_ns connect_timeout_ns; /* OCRQ→OCRP, ICRP→ICCN */
    pptp_ns dial_timeout_ns;    /* a PAC's line, below connect_timeout */
    pptp_ns wen_gap_ns;         /* 2.14 */
    char host_name[64];
    char vendor_name[64];
};

/* What memory is taken for; nothing grows beyond. */
struct pptp_limits {
    uint32_t conns;   /* 1 … 65535, and one more, to refuse with */
    uint32_t calls;   /* 1 … 1048575 */
    uint32_t window;  /* packets we ever have outstanding, 1 … 65536 */
    uint32_t actions; /* queued at once, 16 … 65536 */
    uint32_t trace;   /* records between two drains */
};

enum pptp_tcp_event {
    PPTP_TCP_CONNECTED, /* an open() succeeded */
    PPTP_TCP_CLOSED,    /* by the peer, or reset */
    PPTP_TCP_FAILED     /* an open() did not */
};

/* Both ends of a TCP connection, and what the world's policy says. */
struct pptp_tcp_info {
    struct pptp_addr local, remote;
    uint16_t local_port, remote_port;
    bool authorized; /* false: answered with SCCRP result 4 */
};

enum pptp_line_event {
    PPTP_LINE_CONNECTED,
    PPTP_LINE_BUSY,
    PPTP_LINE_NO_CARRIER,
    PPTP_LINE_NO_DIAL_TONE,
    PPTP_LINE_REFUSED,     /* prohibited here */
    PPTP_LINE_NO_RESOURCE, /* no interface free */
    PPTP_LINE_DROPPED,     /* by the caller or the network */
    PPTP_LINE_ERRORS,      /* error counters changed */
    PPTP_LINE_NO_ANSWER,   /* nobody there, or not in time */
    PPTP_LINE_EVENTS
};

struct pptp_line_info {
    uint32_t connect_bps;
    uint32_t framing; /* PPTP_FRAMING_ASYNC or _SYNC */
    uint32_t phys_channel;
    uint16_t cause;     /* Q.931, 0 if none */
    uint16_t ppd_ds;    /* of this line; 0: the configured one */
    uint32_t errors[6]; /* 2.14: CRC, framing, hardware overruns, buffer
                            * overruns, time-outs, alignment; cumulative */
};

struct pptp_call_request {
    uint32_t bearer;  /* PPTP_BEARER_* */
    uint32_t framing; /* outgoing: what is acceptable */
    uint32_t min_bps, max_bps;
    uint32_t phys_channel; /* incoming */
    char number[64];       /* dialed number */
    char dialing[64];      /* incoming: the caller's */
    char subaddress[64];
};

enum pptp_action_type {
    PPTP_ACT_TCP_OPEN,    /* conn, addr */
    PPTP_ACT_TCP_SEND,    /* conn, octets, len: valid until the next poll */
    PPTP_ACT_TCP_CLOSE,   /* conn: after what was sent; the handle is dead */
    PPTP_ACT_GRE_SEND,    /* conn, call, pkt: now the world's */
    PPTP_ACT_LINE_DIAL,   /* call, request */
    PPTP_ACT_LINE_ANSWER, /* call */
    PPTP_ACT_LINE_HANGUP, /* call */
    PPTP_ACT_LINE_ACCM,   /* call, tx_accm, rx_accm */
    PPTP_ACT_FRAME_OUT,   /* call, pkt: a PPP frame; return it by frame_done
                           * or frame_dropped */
    PPTP_ACT_HOLD,        /* call: stop offering frames */
    PPTP_ACT_RESUME,      /* call: go on */
    PPTP_ACT_CONN_UP,     /* conn */
    PPTP_ACT_CONN_DOWN,   /* conn, conn_end: its handle is dead */
    PPTP_ACT_CALL_NEW,    /* call, conn: the peer began it */
    PPTP_ACT_CALL_UP,     /* call */
    PPTP_ACT_CALL_DOWN    /* call: its handle is dead; record */
};

/* Why a control connection ended. */
enum pptp_conn_end {
    PPTP_CONN_END_NONE,      /* it has not */
    PPTP_CONN_END_TCP,       /* TCP closed, reset or not to be opened */
    PPTP_CONN_END_NO_REPLY,  /* to a start or stop request (3.1.4) */
    PPTP_CONN_END_ECHO,      /* no reply to an echo request (3.1.4) */
    PPTP_CONN_END_HERE,      /* stopped by us */
    PPTP_CONN_END_PEER,      /* stopped by the peer */
    PPTP_CONN_END_REFUSED,   /* the start was refused, by either side */
    PPTP_CONN_END_MALFORMED, /* what came was no control message (1.4, 3) */
    PPTP_CONN_END_STUCK,     /* a call did not get on (3.2.1) */
    PPTP_CONN_END_COLLISION  /* the other of two lives (3.1.3) */
};

/* Why a call ended. */
struct pptp_call_end {
    bool was_up;
    uint8_t conn;   /* enum pptp_conn_end: it ended with its connection */
    uint8_t msg;    /* message that carried result and error, or 0 */
    uint8_t result; /* that message's */
    uint8_t error;
    uint16_t cause;
};

struct pptp_action {
    enum pptp_action_type type;
    pptp_conn_id conn;
    pptp_call_id call;
    union {
        struct pptp_addr addr;
        struct {
            const uint8_t *octets;
            uint32_t len;
        };
        pptp_pkt pkt;
        struct {
            uint32_t tx_accm, rx_accm;
        };
        struct pptp_call_end end;
        enum pptp_conn_end conn_end;
    };
};

/* A view of a call, for records, series and tests. */
struct pptp_call_info {
    pptp_conn_id conn;
    uint8_t machine; /* enum pptp_machine */
    uint8_t state;   /* enum pptp_call_state */
    uint16_t local_id, peer_id, serial;
    uint32_t connect_bps, min_bps, max_bps;
    uint32_t bearer, framing, phys_channel;
    uint32_t tx_accm, rx_accm;
    uint32_t errors[6];
    uint16_t peer_window, cwnd, queued, held;
    bool windowed; /* else cwnd and ato_ns rule nothing */
    uint32_t out, tx_next;
    pptp_ns ato_ns, rtt_ns, dev_ns, last_rtt_ns;
    uint64_t tx_packets, tx_octets, rx_packets, rx_octets;
    uint32_t timeouts, rx_skipped, drops;
    char number[65];
};

enum pptp_machine {
    PPTP_PAC_IN,  /* figure 3.2.3.1 */
    PPTP_PNS_IN,  /* figure 3.2.3.2 */
    PPTP_PAC_OUT, /* figure 3.2.4.1 */
    PPTP_PNS_OUT, /* figure 3.2.4.2 */
    PPTP_MACHINES
};

enum pptp_call_state {
    PPTP_CALL_IDLE,
    PPTP_CALL_WAIT_REPLY,
    PPTP_CALL_WAIT_LINE, /* the part of wait_reply after the PNS said yes */
    PPTP_CALL_WAIT_CONNECT,
    PPTP_CALL_WAIT_CS_ANS,
    PPTP_CALL_ESTABLISHED,
    PPTP_CALL_WAIT_DISCONNECT,
    PPTP_CALL_STATES
};

enum pptp_conn_state {
    PPTP_CTRL_IDLE,
    PPTP_CTRL_WAIT_CTL_REPLY,
    PPTP_CTRL_ESTABLISHED,
    PPTP_CTRL_WAIT_STOP_REPLY,
    PPTP_CTRL_STATES
};

/* Why a request for a call was refused. */
enum pptp_refusal_why {
    PPTP_REFUSED_NOTHING, /* none was, yet */
    PPTP_REFUSED_ROLE,    /* we are not what it takes us for */
    PPTP_REFUSED_NUMBER,  /* a number longer than its field; value: length */
    PPTP_REFUSED_BEARER,  /* 2.9, 2.7; value: Bearer Type */
    PPTP_REFUSED_FRAMING, /* 2.7; value: Framing Type */
    PPTP_REFUSED_SPEED,   /* 2.7: the least is more than the most */
    PPTP_REFUSED_CALL_ID, /* in use; value: Call ID */
    PPTP_REFUSED_FULL     /* no call, or no number, left */
};

/* The latest; stats.calls_refused says whether there are new ones. */
struct pptp_refusal {
    enum pptp_refusal_why why;
    uint32_t value;
    uint8_t msg;           /* PPTP_ICRQ or PPTP_OCRQ, */
    uint8_t result, error; /* and what was answered */
};

struct pptp_peer;

/* Everything at the RFC's or the documented default; the caller sets role
 * and names. */
void pptp_config_default(struct pptp_config *c);
void pptp_limits_default(struct pptp_limits *l);

/* PPTP_ERR_ARGUMENT: a member is out of the bounds of config.def, or two
 * contradict each other. */
int pptp_config_check(const struct pptp_config *c);

/* Octets that a peer takes: one block, which may be moved or copied while
 * nothing else holds pointers into it. 0 if a limit is out of range. */
size_t pptp_peer_octets(const struct pptp_limits *l);

/*
 * Lays a peer out in mem (64-aligned, zeroed, pptp_peer_octets long, the
 * caller's).  The pool may be shared by peers of one world.  `seed` gives the
 * first Call IDs, serial numbers and echo identifiers: secret on a real wire.
 * NULL if config or limits are not sane.
 */
struct pptp_peer *pptp_peer_init(void *mem, const struct pptp_config *config,
                                 const struct pptp_limits *limits,
                                 struct pptp_pool *pool, uint64_t seed);

/* The same in two blocks, so that what packets touch of many peers lies close
 * together: pptp_peer_often_octets at mem, and the rest of pptp_peer_octets
 * at `rest`, both as above.  Neither may be moved alone. */
size_t pptp_peer_often_octets(const struct pptp_limits *l);
struct pptp_peer *pptp_peer_init_apart(void *mem, void *rest,
                                       const struct pptp_config *config,
                                       const struct pptp_limits *limits,
                                       struct pptp_pool *pool, uint64_t seed);

/* Octets of one call that is up and idle, with a number of nine digits. */
size_t pptp_peer_call_octets(void);

/* Fetches into the cache what a packet of the call in this slot will touch:
 * steps 1 to 3, time for the memory to answer between them. */
void pptp_peer_warm(const struct pptp_peer *p, uint32_t slot, unsigned step);

/* TCP. accepted: PPTP_ERR_RESOURCE means the world closes it. */
int pptp_peer_tcp_accepted(struct pptp_peer *p, pptp_ns now,
                           const struct pptp_tcp_info *info,
                           pptp_conn_id *conn);
/* info is read for PPTP_TCP_CONNECTED only. */
int pptp_peer_tcp_event(struct pptp_peer *p, pptp_ns now, pptp_conn_id conn,
                        enum pptp_tcp_event event,
                        const struct pptp_tcp_info *info);
/* Octets used (the rest is to be offered again after a drain), or error. */
int pptp_peer_tcp_input(struct pptp_peer *p, pptp_ns now, pptp_conn_id conn,
                        const uint8_t *octets, size_t len);

/* A GRE packet without its outer IP header; it is the peer's from here. */
void pptp_peer_gre_input(struct pptp_peer *p, pptp_ns now,
                         const struct pptp_addr *from,
                         const struct pptp_addr *to, pptp_pkt pkt);

/*
 * Whether a packet is for a call of that sender's which is not established
 * yet: the control message that will do so may be in the world's hands
 * already, on another socket, and is to be fed first.
 */
bool pptp_peer_gre_early(struct pptp_peer *p, const struct pptp_addr *from,
                         pptp_pkt pkt);

/* A line rings: an incoming call for the PNS behind conn. */
int pptp_peer_ring(struct pptp_peer *p, pptp_ns now, pptp_conn_id conn,
                   const struct pptp_call_request *req, pptp_call_id *call);
int pptp_peer_line_event(struct pptp_peer *p, pptp_ns now, pptp_call_id call,
                         enum pptp_line_event event,
                         const struct pptp_line_info *info);

/* A PPP frame to send (with PPTP_HEADROOM before it); the peer's from here,
 * also when an error is returned. */
int pptp_peer_frame(struct pptp_peer *p, pptp_ns now, pptp_call_id call,
                    pptp_pkt pkt);
/* A frame of FRAME_OUT has been digested; it is freed.  Those of a call come
 * back in the order in which they went out: what is acknowledged is this one
 * and all before it. */
void pptp_peer_frame_done(struct pptp_peer *p, pptp_ns now, pptp_call_id call,
                          pptp_pkt pkt);
/* A frame of FRAME_OUT was thrown away; it is freed, its place in the window
 * is free, and it is not acknowledged for its own sake (4.2.5).  At any
 * time. */
void pptp_peer_frame_dropped(struct pptp_peer *p, pptp_ns now,
                             pptp_call_id call, pptp_pkt pkt);

/* What the operator asks. open: PPTP_ERR_STATE when there is a control
 * connection with that address and allow_multiple is off (3.1.3). close:
 * PPTP_ERR_VALUE for a reason that 2.3 does not have, PPTP_ERR_STATE when it
 * is being stopped already. */
int pptp_peer_open(struct pptp_peer *p, pptp_ns now,
                   const struct pptp_addr *remote, pptp_conn_id *conn);
int pptp_peer_close(struct pptp_peer *p, pptp_ns now, pptp_conn_id conn,
                    enum pptp_stop_reason reason);
/* PNS: asks the PAC behind conn to place a call. */
int pptp_peer_call_open(struct pptp_peer *p, pptp_ns now, pptp_conn_id conn,
                        const struct pptp_call_request *req,
                        pptp_call_id *call);
int pptp_peer_call_close(struct pptp_peer *p, pptp_ns now, pptp_call_id call);
/* PNS: PPP negotiated new control character maps (2.15). */
int pptp_peer_set_link_info(struct pptp_peer *p, pptp_ns now,
                            pptp_call_id call, uint32_t tx_accm,
                            uint32_t rx_accm);

/* Time. */
pptp_ns pptp_peer_deadline(const struct pptp_peer *p);
void pptp_peer_advance(struct pptp_peer *p, pptp_ns now);

/* Output. */
bool pptp_peer_poll(struct pptp_peer *p, struct pptp_action *out);
bool pptp_peer_trace_poll(struct pptp_peer *p, struct pptp_trace_rec *out);

/* Which slot a handle is of: below limits.conns, limits.calls.  A slot's
 * handles follow each other, never two at once. */
static inline uint32_t pptp_conn_slot(pptp_conn_id conn)
{
    return conn & 0xffff;
}

static inline uint32_t pptp_call_slot(pptp_call_id call)
{
    return call & 0xfffff;
}

/* Views. */
const struct pptp_stats *pptp_peer_stats(const struct pptp_peer *p);
/* A call that has ended can be looked at until its slot is used again: at
 * the least, when CALL_DOWN is polled. */
int pptp_peer_call_info(const struct pptp_peer *p, pptp_call_id call,
                        struct pptp_call_info *out);
/* Whether a call is established, for worlds that ask once a packet. */
bool pptp_peer_call_up(const struct pptp_peer *p, pptp_call_id call);
enum pptp_conn_state pptp_peer_conn_state(const struct pptp_peer *p,
                                          pptp_conn_id conn);
/* Both ends of a connection, for worlds that ask who is there; NULL: it has
 * ended. Until an open() succeeds only the remote address is known. */
const struct pptp_tcp_info *pptp_peer_conn_tcp(const struct pptp_peer *p,
                                               pptp_conn_id conn);
/* The request of a LINE_DIAL, or of a call the peer began. */
int pptp_peer_call_request(const struct pptp_peer *p, pptp_call_id call,
                           struct pptp_call_request *out);
/* Static English text, such as "no reply to an echo request". */
const char *pptp_conn_end_text(enum pptp_conn_end e);
const struct pptp_refusal *pptp_peer_refusal(const struct pptp_peer *p);
const char *pptp_conn_state_name(enum pptp_conn_state s);
const char *pptp_call_state_name(enum pptp_call_state s);
const char *pptp_machine_name(enum pptp_machine m);

/* How often row `row` of figure `figure` (0, 1: 3.1.1, 3.1.2; 2 + machine)
 * was taken; rows are numbered from 0, *rows gets their number. */
uint32_t pptp_peer_row_hits(const struct pptp_peer *p, unsigned figure,
                            unsigned row, unsigned *rows);

#endif
