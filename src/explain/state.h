/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What explain keeps of a capture; explain.h. */
#ifndef EXPLAIN_STATE_H
#define EXPLAIN_STATE_H

#include "base/hist.h"
#include "explain/explain.h"
#include "ip/ipv4.h"
#include "pptp/gre.h"
#include "pptp/msg.h"
#include "pptp/window.h"

#define TEXT_MAX 65      /* a 64-octet field and a NUL */
#define BUCKETS 1024u    /* chains of a hash table */
#define SEGMENTS_MAX 16u /* held back per stream */
#define SEGMENT_OCTETS_MAX 16384u
#define ECHOES_MAX 16u /* unanswered, per side */
#define RING 1024u     /* packets whose sending a meter remembers */
#define UNREAD_MAX 24u /* kinds of frames left out that are told apart */

#define EXPLAIN_WAIT_MAX (60 * PPTP_S) /* 3.1.4, 3.2.1 */
/* for peers that look at their timers now and then */
#define EXPLAIN_SLACK (5 * PPTP_S)
/* what goes one way is under way as long as that, at most: a message that
 * crosses another, a packet of a call that has ended */
#define EXPLAIN_CROSSING PPTP_S
/* from here on it means something that nothing came */
#define EXPLAIN_SHORT (3 * PPTP_S)
#define EXPLAIN_FAR 65536 /* between sequence numbers: a jump, not a loss */

/* --- moments, numbers and texts ------------------------------------------ */

/* A packet that something is said of, and its time, which it may not have:
 * then it is that of the packet before. */
struct moment {
    uint64_t frame; /* 0: the whole capture */
    pptp_ns at;     /* from the first time in the capture */
    bool timed;
};

/* From a to b: false if that is not known. */
static inline bool elapsed(const struct moment *a, const struct moment *b,
                           pptp_ns *ns)
{
    *ns = b->at > a->at ? b->at - a->at : 0;
    return a->timed && b->timed;
}

/* Whether more than that is known to have passed. */
static inline bool longer(const struct moment *a, const struct moment *b,
                          pptp_ns than)
{
    pptp_ns ns;

    return elapsed(a, b, &ns) && ns > than;
}

/* Whether more than that may have passed: where something excuses. */
static inline bool perhaps_longer(const struct moment *a,
                                  const struct moment *b, pptp_ns than)
{
    pptp_ns ns;

    return !elapsed(a, b, &ns) || ns > than;
}

static inline double seconds_between(const struct moment *a,
                                     const struct moment *b)
{
    return b->at > a->at ? (double)(b->at - a->at) / 1e9 : 0;
}

/* A number of a message; beyond the capture's snap length, or in a gap, it is
 * not known, and nothing is concluded from it. */
struct num {
    bool known;
    uint32_t v;
};

/* A text of a message; the start of it when it is not known whole. */
struct text {
    bool known;
    char s[TEXT_MAX];
};

/* Where each field of a message ends, and where each text begins. */
enum {
#define MSG(e, m, name, octets)
#define UINT(m, f, bits, off, rfc, check) END_##m##_##f = (off) + (bits) / 8,
#define TEXT(m, f, octets, off, rfc) AT_##m##_##f = (off),
#define RESERVED(m, octets, off, rfc)
#define END_MSG(m)
#include "pptp/msg.def"
    NO_FIELD
};

/* A message, of which the capture holds so many octets. */
struct said {
    const struct pptp_msg *m;
    uint32_t known;
};

#define GOT(said, msg, f) \
    ((struct num){ (said)->known >= END_##msg##_##f, (said)->m->msg.f })

/* --- TCP streams --------------------------------------------------------- */

struct segment {
    uint32_t seq;
    uint32_t wire; /* octets on the wire, of which … */
    uint32_t len;  /* … these are in `octets` */
    uint8_t *octets;
};

struct stream {
    bool started;
    bool synced; /* buf starts with a message */
    bool acked_any;
    bool acks;        /* this side acknowledges without data, too */
    bool resent;      /* the message at hand was sent before, and lost */
    bool lost;        /* whole messages may be missing from the capture */
    uint32_t next;    /* TCP sequence number of the octet awaited */
    uint32_t acked;   /* by the other side */
    uint32_t front;   /* sequence number of buf[0] */
    uint32_t sent;    /* all before it has been sent, captured or not */
    uint32_t have;    /* octets in buf */
    uint32_t known;   /* of which so many are from the capture */
    uint64_t skipped; /* octets without a message */
    uint64_t octets;
    struct moment gap; /* when the first of pending came */
    uint32_t held;     /* octets in pending */
    uint32_t pending_count;
    struct segment pending[SEGMENTS_MAX];
    uint8_t buf[PPTP_MSG_MAX];
};

/* --- the control connection ---------------------------------------------- */

enum ctl_state {
    CTL_UNKNOWN, /* the capture began later */
    CTL_IDLE,
    CTL_WAIT_CTL_REPLY,
    CTL_ESTABLISHED,
    CTL_WAIT_STOP_REPLY
};

/* SCCRQ or SCCRP of a side. */
struct intro {
    bool seen;
    struct moment when;
    struct num version, framing, bearer, max_channels, firmware;
    struct text host, vendor;
};

struct echo {
    struct num id;
    struct moment when;
    bool judged; /* its time is over */
};

/* An ICMP message that says that packets of ours do not arrive. */
struct refusal {
    uint64_t count;
    struct moment first, last;
    uint32_t by;
    uint8_t type, code;
};

/* A message that only one role may send. */
struct hint {
    int side;
    uint16_t type;
    struct moment when;
};

/* Sides: 0 opened TCP, 1 accepted it. */
struct conn {
    struct conn *hash_next;
    uint32_t no;
    uint32_t addr[2];
    uint16_t port[2];
    bool syn, syn_ack, closed, refused;
    bool only_syn;  /* side 0 sent nothing else */
    bool fin[2];    /* this side sends no more */
    bool pptp;      /* at least one message */
    bool midstream; /* no SYN, no SCCRQ */
    bool answered;  /* there was an SCCRP */
    bool up;        /* it said success */
    bool up_unsure; /* its result was not captured */
    bool broken[2]; /* this side said what is no message */
    int pns;        /* side, -1: not known yet */
    bool pns_sure;
    struct hint hint; /* what pns was first learned from */
    int stopper;      /* side that sent StopCCRQ first, -1 */
    int closer;       /* side that closed TCP first, -1 */
    bool stopped[2], stop_answered[2];
    struct moment stop[2];
    uint32_t stop_at[2]; /* where this side's octets were then */
    uint32_t calls, calls_over;
    struct moment first, last, end_when;
    struct moment request; /* SCCRQ */
    char end[120];
    struct stream stream[2];
    enum ctl_state state[2], was[2]; /* now, and before the last step … */
    struct moment moved[2];          /* … which was then, … */
    bool moved_rx[2];                /* … by what this side received, */
    uint32_t moved_at[2];            /* … which ended there */
    struct intro intro[2];
    struct echo echo[2][ECHOES_MAX]; /* asked by this side, oldest first */
    uint32_t echo_count[2];
    bool echo_lost[2]; /* more than that were out: replies not judged */
    bool echo_met[2];  /* a reply to this side had its request */
    uint64_t messages[2], echoes[2];
    uint64_t segments[2];
    uint64_t intact[2];     /* whose checksum is right */
    struct moment heard[2]; /* when this side last received a message */
    struct moment echoed[2];
    struct refusal icmp[2];     /* of what this side sent */
    struct moment heard_tcp[2]; /* the other side's last segment */
};

enum event_kind {
    EV_SCCRQ,
    EV_SCCRP_OK,
    EV_SCCRP_BAD,
    EV_STOP_RQ,
    EV_STOP_RP,
    EV_OCRQ,
    EV_OCRP_OK,
    EV_OCRP_BAD,
    EV_ICRQ,
    EV_ICRP_OK,
    EV_ICRP_BAD,
    EV_ICCN,
    EV_CCRQ,
    EV_CDN,
    EV_WEN,
    EV_SLI
};

/* --- calls and their directions ------------------------------------------ */

enum call_state {
    CALL_UNKNOWN,
    CALL_IDLE,
    CALL_WAIT_REPLY,
    CALL_WAIT_CONNECT,
    CALL_WAIT_CS_ANS,
    CALL_WAIT_DISCONNECT,
    CALL_ESTABLISHED
};

/* Packets beyond the receiver's window: for certain, or unless the sender
 * wrote off what it had sent when acknowledgments were nearly there. */
enum { OVER_CERTAIN, OVER_PERHAPS };
struct over {
    uint64_t count;
    struct moment first, last;
};

/* One direction, once data flows: the sender as the RFC would have it. */
struct meter {
    struct pptp_win win;
    struct pptp_win_sent ring[RING];
    uint16_t print[RING]; /* of the packet, to know it again */
    uint64_t seen[RING / 64];
    uint64_t timed[RING / 64]; /* the time in the ring is one */
    bool any;
    uint32_t first_seq;
    uint32_t highest;
    bool jumped; /* far ahead, from there, with the last packet */
    uint32_t before_jump;
    bool acked_any;
    uint32_t acked;   /* highest acknowledgment of this direction */
    pptp_ns acked_ns; /* when it came */
    uint32_t out_max, cwnd_max;
    struct over over[2];
    uint64_t timeouts;
    uint64_t lost; /* numbers passed over and not come since */
    struct hist rtt;
};

/* Packets of one key; side `dir` of the call sent them. */
struct flow {
    struct flow *hash_next;
    uint32_t src, dst;
    uint16_t id;
    uint8_t dir;
    struct call *call;
    struct meter *meter; /* NULL before the first data packet */
    uint64_t packets, data, lone_acks, with_ack, octets;
    uint64_t late, dups, early, after;
    uint64_t fragmented;
    uint64_t cut;             /* packets whose numbers were not captured */
    uint64_t ppp_cut;         /* frames of which not even the protocol was */
    uint64_t acks_unseen;     /* of data that the capture does not have … */
    uint32_t ack_unseen;      /* … the last such */
    uint64_t unanswered;      /* data since the other side's last packet */
    uint32_t echo_unanswered; /* LCP Echo-Requests among them */
    struct moment first, last;
    struct moment asked, last_asked; /* the first and the last of these */
    pptp_ns quiet_max;               /* longest silence between two packets */
    uint32_t payload_max;
    /* acknowledged by the other side, and not seen yet */
    struct {
        bool any;
        bool before;       /* anything was seen */
        bool has_seq;      /* the packet that acknowledges had a number, … */
        uint32_t ack, seq; /* … this */
        struct moment when;
    } ahead;
    struct refusal icmp;
    /* PPP in clear, sent in this direction */
    uint32_t lcp_requests, lcp_acks, ncp_acks;
    struct moment lcp_first;
    bool auth_ok, encrypted;
    bool terminated; /* Terminate-Request, … */
    bool good_bye;   /* … or -Ack, and no LCP since */
    uint64_t clear_data;
    struct moment clear_first, clear_last, refused_when;
    char refused[80]; /* what authentication was refused with */
};

struct call {
    struct call *next;       /* of all, newest first */
    struct call *id_next[2]; /* whose ID of this side falls into one bucket */
    uint32_t no;
    struct conn *conn; /* NULL: not in the capture */
    bool merged;       /* its flow was found to belong to another */
    bool outgoing;
    bool announced; /* by a request in the capture */
    bool accepted;  /* incoming: ICRP said so */
    bool up, ended;
    bool up_unsure; /* the result was not captured; up when GRE comes */
    bool bound;     /* packets of its IDs are its own */
    uint32_t addr[2];
    int pns;
    int ended_by;    /* side, -1 */
    uint32_t end_at; /* where that side's octets were then */
    enum call_state state[2], was[2];
    struct moment moved[2];
    bool moved_rx[2];
    uint32_t moved_at[2];
    struct num id[2];     /* that this side assigned */
    struct num window[2]; /* that this side receives */
    struct num ppd[2];
    struct num min_bps, max_bps, connect_bps;
    struct num serial;
    struct moment when, up_when, end_when;
    struct moment ccrq_when, wen_when, wait_when;
    bool ccrq, cdn, failed;
    bool late_ccrq; /* one crossed its end, and may be answered */
    struct pptp_wen wen_last;
    bool wen;
    const char *auth; /* PAP, CHAP, EAP */
    struct text number;
    char end[120];
    struct flow *flow[2];
};

/* A line of the time line. */
struct event {
    struct moment when;
    uint32_t conn, call;
    char *text;
};

/* Fragments of one datagram, as far as seen. */
struct fragmented {
    bool used, done, last_seen;
    bool foreign; /* its first fragment is not of PPTP */
    uint32_t src, dst;
    uint16_t id;
    uint32_t total;           /* octets of 8, when last_seen */
    uint32_t got;             /* of them, each counted once */
    uint64_t seen[8192 / 64]; /* which */
    struct moment when, last;
};

/* Frames of a kind that were left out. */
struct unread {
    enum encap_kind kind;
    uint32_t which;
    uint64_t frames;
    struct moment first;
};

struct explain {
    bool any_checksum;  /* do not judge those of IPv4 */
    struct moment here; /* the packet being looked at */
    pptp_ns now;        /* since the first time, never back */
    pptp_ns origin;
    struct moment last; /* the last packet that has a time */
    bool any_time, ended, found;
    uint64_t frames, ipv4, untimed, time_back;
    uint64_t damaged;
    struct moment damaged_first;
    uint64_t gre_cut;
    bool gre_blind; /* GRE of which not even the Call ID was captured */
    uint64_t over_conns, over_calls, over_meters, over_findings, over_events;
    uint64_t over_pending, over_fragments, over_unread;
    uint64_t over_gre; /* packets of calls that there was no room for */
    struct pptp_win_config win;
    uint32_t conn_count, call_count, meter_count, pending_octets;
    struct conn *conns[EXPLAIN_CONNECTIONS_MAX];
    struct conn *conn_hash[BUCKETS];
    struct call *calls; /* newest first */
    struct call *id_hash[2][BUCKETS];
    bool ids_lost; /* a message was cut before a Call ID that it tells */
    struct flow *flow_hash[BUCKETS];
    size_t finding_count;
    struct explain_finding findings[EXPLAIN_FINDINGS_MAX];
    uint16_t finding_hash[2 * EXPLAIN_FINDINGS_MAX]; /* index + 1 */
    size_t event_count;
    struct event *events;
    struct fragmented fragmented[EXPLAIN_FRAGMENTED_MAX];
    uint32_t fragmented_next;
    uint32_t unread_count;
    struct unread unread[UNREAD_MAX];
    char fault[160];
};

#endif
