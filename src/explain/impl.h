/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of explain share; see explain.h. */
#ifndef EXPLAIN_IMPL_H
#define EXPLAIN_IMPL_H

#include "explain/explain.h"
#include "models/ipv4.h"
#include "pptp/gre.h"
#include "pptp/msg.h"
#include "pptp/window.h"

#define TEXT_MAX 65      /* a 64-octet field and a NUL */
#define BUCKETS 1024u    /* chains of a hash table */
#define SEGMENTS_MAX 16u /* held back per stream */
#define SEGMENT_OCTETS_MAX 16384u
#define ECHOES_MAX 16u /* unanswered, per side */
#define RING 1024u     /* packets whose sending a meter remembers */
#define HIST 1056u     /* buckets of times: 1 us to 38 hours, 3 % wide */

#define EXPLAIN_WAIT_MAX (60 * PPTP_S) /* 3.1.4, 3.2.1 */
/* for peers that look at their timers now and then */
#define EXPLAIN_SLACK (5 * PPTP_S)
#define EXPLAIN_FAR 65536 /* between sequence numbers: a jump, not a loss */

/* --- TCP streams --------------------------------------------------------- */

struct segment {
    uint32_t seq;
    uint32_t wire; /* octets on the wire, of which … */
    uint32_t len;  /* … these are in `octets` */
    uint64_t frame;
    uint8_t *octets;
};

struct stream {
    bool started;
    bool synced; /* buf starts with a message */
    bool ever;   /* a message was found */
    bool acked_any;
    bool fin;
    uint32_t next;    /* TCP sequence number of the octet awaited */
    uint32_t acked;   /* by the other side */
    uint32_t have;    /* octets in buf */
    uint32_t known;   /* of which so many are from the capture */
    uint64_t skipped; /* octets without a message */
    uint64_t octets;
    pptp_ns gap_at;
    uint32_t held; /* octets in pending */
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
    uint64_t frame;
    pptp_ns at;
    uint16_t version;
    uint32_t framing, bearer;
    uint16_t max_channels;
    uint16_t firmware;
    char host[TEXT_MAX];
    char vendor[TEXT_MAX];
};

struct echo {
    uint32_t id;
    pptp_ns at;
    uint64_t frame;
};

/* Sides: 0 opened TCP, 1 accepted it. */
struct conn {
    struct conn *hash_next;
    uint32_t no;
    uint32_t addr[2];
    uint16_t port[2];
    bool syn, syn_ack, closed, refused;
    bool fin[2];    /* this side sends no more */
    bool pptp;      /* at least one message */
    bool midstream; /* no SYN, no SCCRQ */
    bool up;        /* SCCRP said success */
    int pns;        /* side, -1: not known yet */
    int stopper;    /* side that sent StopCCRQ, -1 */
    bool stop_answered;
    uint32_t calls;
    uint64_t frame, last_frame, end_frame;
    pptp_ns at, last, end_at;
    pptp_ns request_at;
    uint64_t request_frame;
    char end[120];
    struct stream stream[2];
    enum ctl_state state[2];
    struct intro intro[2];
    struct echo echo[2][ECHOES_MAX]; /* asked by this side, oldest first */
    uint32_t echo_count[2];
    bool echo_lost[2]; /* more than that were out: replies not judged */
    uint64_t messages[2], echoes[2];
    uint64_t segments[2];
    pptp_ns heard[2]; /* when this side last received a message */
    pptp_ns echoed[2];
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

struct hist {
    uint64_t count, sum_ns;
    pptp_ns min_ns, max_ns;
    uint32_t bucket[HIST];
};

/* One direction, once data flows: the sender as the RFC would have it. */
struct meter {
    struct pptp_win win;
    struct pptp_win_sent ring[RING];
    uint16_t ip_id[RING];
    uint64_t seen[RING / 64];
    bool any;
    uint32_t first_seq;
    uint32_t highest;
    bool acked_any;
    uint32_t acked; /* highest acknowledgment of this direction */
    uint32_t out_max, cwnd_max;
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
    uint64_t acks_unseen; /* of data that the capture does not have */
    uint64_t unanswered;  /* data since the other side's last packet */
    uint64_t frame, last_frame;
    pptp_ns first, last;
    pptp_ns last_data;
    pptp_ns quiet_max; /* longest silence between two packets */
    uint32_t payload_max;
    /* PPP in clear, sent in this direction */
    uint32_t lcp_requests, lcp_acks, ncp_acks;
    bool auth_ok, auth_failed, encrypted, clear_data, terminated;
};

struct call {
    struct call *next; /* of all, newest first */
    uint32_t no;
    struct conn *conn; /* NULL: not in the capture */
    bool merged;       /* its flow was found to belong to another */
    bool outgoing;
    bool announced; /* by a request in the capture */
    bool up, ended;
    uint32_t addr[2];
    int pns;
    enum call_state state[2];
    bool id_known[2];
    uint16_t id[2]; /* that this side assigned */
    bool window_known[2];
    uint16_t window[2]; /* that this side receives */
    uint16_t ppd[2];
    uint32_t min_bps, max_bps, connect_bps;
    uint16_t serial;
    uint64_t frame, up_frame, end_frame;
    pptp_ns at, up_at, end_at;
    pptp_ns ccrq_at, wen_at, wait_at;
    uint64_t ccrq_frame;
    bool ccrq, cdn;
    uint64_t wen_sum;
    bool wen;
    const char *auth; /* PAP, CHAP, EAP */
    char number[TEXT_MAX];
    char end[120];
    struct flow *flow[2];
};

/* A line of the time line. */
struct event {
    uint64_t frame;
    pptp_ns at;
    uint32_t conn, call;
    char *text;
};

/* Fragments of one datagram, as far as seen. */
struct fragmented {
    bool used, first, last_seen;
    uint32_t src, dst;
    uint16_t id;
    uint32_t got, total;
    uint64_t frame;
    pptp_ns at;
};

struct explain {
    uint64_t frame; /* the one being looked at */
    pptp_ns now;    /* since the first frame, never back */
    pptp_ns origin;
    bool any_frame, ended, found;
    uint64_t frames, not_ipv4, other, other_gre, foreign_link, time_back;
    uint64_t gre_cut, tcp_cut;
    uint64_t over_conns, over_calls, over_meters, over_findings, over_events;
    uint64_t over_pending;
    pptp_ns duration;
    struct pptp_win_config win;
    uint32_t conn_count, call_count, meter_count, pending_octets;
    struct conn *conns[EXPLAIN_CONNECTIONS_MAX];
    struct conn *conn_hash[BUCKETS];
    struct call *calls; /* newest first */
    struct flow *flow_hash[BUCKETS];
    size_t finding_count;
    struct explain_finding findings[EXPLAIN_FINDINGS_MAX];
    uint16_t finding_hash[2 * EXPLAIN_FINDINGS_MAX]; /* index + 1 */
    size_t event_count;
    struct event *events;
    struct fragmented fragmented[EXPLAIN_FRAGMENTED_MAX];
    uint32_t fragmented_next;
    char fault[160];
};

/* Who a finding is about; any may be absent (NULL, -1). */
struct subject {
    const struct conn *conn;
    const struct call *call;
    int side;
};

/* store.c: a finding at the present frame, counted when it is known
 * already; NULL when there is no room.  The details are those of the first
 * one; explain_detail replaces them. */
struct explain_finding *explain_note(struct explain *e, enum explain_kind kind,
                                     struct subject who, const char *format,
                                     ...)
    __attribute__((format(printf, 4, 5)));
void explain_detail(struct explain_finding *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void explain_event(struct explain *e, const struct conn *c,
                   const struct call *call, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

struct call *explain_call_new(struct explain *e, struct conn *c,
                              uint32_t addr0, uint32_t addr1);
/* The newest connection between two hosts, whichever opened it; or NULL. */
struct conn *explain_conn_between(const struct explain *e, uint32_t a,
                                  uint32_t b);

/* The connection of these two ends, side 0 first; a new one for a SYN on
 * ports that were used before.  NULL: there is no room. */
struct conn *explain_conn_of(struct explain *e, const uint32_t *addr,
                             const uint16_t *port, bool syn);

/* "10.0.0.1"; one of a few static buffers. */
const char *explain_ip(uint32_t ipv4);
/* Copies a text field: to its NUL, printable ASCII only. */
void explain_text(char *out, size_t cap, const char *field, size_t n);

/* reassemble.c: one TCP segment of the control connection. */
struct tcp_segment {
    uint32_t seq, ack;
    bool syn, fin, rst, has_ack;
    const uint8_t *octets;
    uint32_t len;  /* captured */
    uint32_t wire; /* on the wire */
};
void explain_reassemble_input(struct explain *e, struct conn *c, int side,
                              const struct tcp_segment *s);
/* Gives up the gaps: the capture, or the connection, has ended. */
void explain_reassemble_end(struct explain *e, struct conn *c);
void explain_reassemble_fini(struct stream *s);

/* control.c: a message of which `known` octets were captured, the others
 * are zeros; one that pptp_msg_frame refuses. */
void explain_control_message(struct explain *e, struct conn *c, int side,
                             const struct pptp_msg *msg, uint32_t known);
void explain_control_malformed(struct explain *e, struct conn *c, int side,
                               const uint8_t *octets, uint32_t n);
/* TCP ended: by_side sent the FIN or RST. */
void explain_control_closed(struct explain *e, struct conn *c, int by_side,
                            bool reset);
void explain_control_end(struct explain *e, struct conn *c);
/* "PNS", "PAC", "originator", "receiver". */
const char *explain_role(int pns, int side);
/* The i-th of n names, or "unknown". */
const char *explain_pick(const char *const *names, size_t n, unsigned i);
const char *explain_error_text(unsigned code); /* 2.16 */
/* Remarks that `what` came more than a second after `since`. */
void explain_slow(struct explain *e, struct subject who, pptp_ns since,
                  const char *what);

/* calls.c: a message of a call; what is left at the end. */
void explain_calls_message(struct explain *e, struct conn *c, int side,
                           const struct pptp_msg *m);
void explain_calls_end(struct explain *e, struct call *call);

/* fields.c: what is wrong in a message by itself. */
void explain_fields_check(struct explain *e, struct conn *c, int side,
                          const struct pptp_msg *m);

/* figures.c: both sides' states, when `sender` says a message. */
void explain_ctl_set(struct explain *e, struct conn *c, int side,
                     enum ctl_state to);
void explain_ctl_step(struct explain *e, struct conn *c, int sender,
                      enum event_kind on, uint16_t type);
void explain_call_step(struct explain *e, struct call *call, int sender,
                       enum event_kind on, uint16_t type);
void explain_call_over(struct explain *e, struct call *call, const char *why);
const char *explain_ctl_state(enum ctl_state s);
const char *explain_call_state(enum call_state s);

/* outer.c: a fragment of GRE; an ICMP message; the capture's end. */
void explain_outer_fragment(struct explain *e, const struct ipv4_packet *ip);
void explain_outer_icmp(struct explain *e, const struct ipv4_packet *ip);
void explain_outer_end(struct explain *e);

/* tunnel.c: IP payload of protocol 47. */
struct gre_packet {
    uint32_t src, dst;
    uint16_t ip_id;
    bool more;      /* a first fragment: the rest comes elsewhere */
    uint32_t whole; /* octets of IP payload on the wire */
    uint32_t len;   /* captured */
    const uint8_t *octets;
};
void explain_tunnel_input(struct explain *e, const struct gre_packet *p);
/* The IDs of a call are known: packets of its keys are its own. */
void explain_tunnel_bind(struct explain *e, struct call *call);
/* Streams too short to be judged while they came. */
void explain_tunnel_end(struct explain *e);
struct flow *explain_tunnel_find(const struct explain *e, uint32_t src,
                                 uint32_t dst, uint16_t id);

/* numbers.c: f carries `seq`, in an IP packet of this identification. */
void explain_numbers_seq(struct explain *e, struct flow *f, uint32_t seq,
                         uint16_t ip_id);
/* f acknowledges what the other direction sent; `newest`: with the highest
 * sequence number so far. */
void explain_numbers_ack(struct explain *e, struct flow *f,
                         const struct pptp_gre *g, bool newest);
/* The time-out of 4.4, had it struck until now. */
void explain_numbers_timers(struct explain *e, struct flow *f);
/* The window of the side that receives direction `dir`, when it is known. */
void explain_meter_window(struct explain *e, struct meter *m,
                          const struct call *call, int dir);
/* Packets sent and never acknowledged, as far as known. */
uint64_t explain_numbers_unacked(const struct flow *f);
pptp_ns explain_numbers_percentile(const struct hist *h, unsigned percent);

/* ppp.c: n captured octets of a frame that f sent. */
void explain_ppp_input(struct explain *e, struct flow *f, const uint8_t *p,
                       size_t n);

/* judge.c: all of a call was seen. */
void explain_judge(struct explain *e, struct call *call);

#endif
