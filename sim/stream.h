/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A reliable octet stream for the control connection: as much of TCP (RFC
 * 9293, 5681, 6582, 6298) as simulated control connections need, with real
 * IPv4 and TCP headers so that a capture decodes.  Pure: time is an argument,
 * segments leave through a callback.
 *
 * Not modelled: window scaling, SACK, time stamps, limited transmit (RFC
 * 3042), delayed acknowledgements, Nagle, urgent data, path MTU discovery,
 * simultaneous open.  The receiver takes octets at once, so its window is
 * always 65535.
 *
 * Callbacks may call any stream_ function except stream_host_fini.  After
 * `closed` or `failed` has returned, and after stream_abort, the stream is
 * gone and its pointer must not be used.
 */
#ifndef SIM_STREAM_H
#define SIM_STREAM_H

#include "base/packet.h"

enum stream_state {
    STREAM_CLOSED,
    STREAM_SYN_SENT,
    STREAM_SYN_RCVD,
    STREAM_ESTABLISHED,
    STREAM_FIN_WAIT_1,
    STREAM_FIN_WAIT_2,
    STREAM_CLOSING,
    STREAM_CLOSE_WAIT,
    STREAM_LAST_ACK,
    STREAM_TIME_WAIT
};

enum stream_reason {
    STREAM_REFUSED = 1, /* RST in answer to our SYN */
    STREAM_RESET,       /* RST on a live connection */
    STREAM_TIMEOUT,     /* gave up repeating */
    STREAM_RESOURCE     /* no memory */
};

enum {
    STREAM_MSS = 1460,
    STREAM_BUF_MAX = 65536, /* octets waiting to be sent or acknowledged */
    STREAM_HOLES_MAX = 16   /* runs of octets received out of order */
};

struct stream_config {
    pptp_ns rto_min_ns;     /* 200 ms, as deployed; RFC 6298 §2.4 says 1 s */
    pptp_ns rto_initial_ns; /* 1 s */
    pptp_ns rto_max_ns;     /* 60 s */
    pptp_ns time_wait_ns;   /* 60 s; and the longest silence in FIN_WAIT_2 */
    uint32_t syn_tries;     /* 6: SYNs sent before giving up */
    uint32_t data_tries;    /* 15: sendings of one segment, then reset */
    uint32_t streams_max;   /* 65536 */
};

/* The defaults above. */
void stream_config_default(struct stream_config *c);

struct stream;
struct stream_host;

struct stream_callbacks {
    /* A segment to send: an IPv4 packet of host->pool, now the callee's. */
    void (*emit)(void *ctx, struct stream_host *host, pptp_pkt pkt);
    /* A listener's new connection, established; may set s->user. */
    void (*accepted)(void *ctx, struct stream *s);
    /* Our connect succeeded. */
    void (*connected)(void *ctx, struct stream *s);
    void (*octets)(void *ctx, struct stream *s, const uint8_t *octets,
                   size_t n);
    /* The peer will send no more; stream_close still has to be called. */
    void (*peer_closed)(void *ctx, struct stream *s);
    /* Both directions are closed and acknowledged. */
    void (*closed)(void *ctx, struct stream *s);
    void (*failed)(void *ctx, struct stream *s, enum stream_reason why);
    /* A full send buffer has room again; may be NULL. */
    void (*writable)(void *ctx, struct stream *s);
};

struct stream_stats {
    uint64_t segments_sent, segments_received;
    uint64_t retransmitted; /* segments sent again, for whatever reason */
    uint64_t timeouts;
    uint64_t fast_retransmits;
    uint64_t bad; /* malformed, bad checksum, not ours */
    uint64_t resets_sent;
    uint64_t no_packet; /* the pool was empty: the segment was not sent */
    uint64_t no_stream; /* SYN beyond streams_max */
};

struct stream_run {
    uint32_t start, end;
};

struct stream {
    struct stream_host *host;
    void *user;                 /* the owner's */
    uint32_t local_ip, peer_ip; /* host order */
    uint16_t local_port, peer_port;
    uint8_t state; /* enum stream_state */
    bool passive, dead, busy;
    bool fin_queued, fin_sent, ack_due, in_recovery, timing, was_full;
    uint32_t iss, snd_una, snd_nxt, snd_max, recover;
    uint32_t rcv_nxt, fin_seq;
    bool fin_seen; /* a FIN at fin_seq, perhaps beyond a hole */
    uint32_t cwnd, ssthresh, peer_wnd, mss, dup_acks, tries;
    uint8_t *tx; /* ring of tx_size, first octet is snd_una's */
    uint32_t tx_size, tx_head, tx_len;
    uint8_t *rx; /* 65536 octets when something is out of order */
    struct stream_run runs[STREAM_HOLES_MAX];
    uint32_t run_count;
    uint32_t rtt_seq;
    pptp_ns sent_ns; /* octets, SYN or FIN, the last time */
    pptp_ns rtt_start_ns, srtt_ns, rttvar_ns, rto_ns;
    pptp_ns deadline_ns;
    uint32_t heap_pos; /* in host->heap; UINT32_MAX if not there */
    struct stream *hash_next;
};

struct stream_host {
    struct pptp_pool *pool; /* packets of at least 1600 octets */
    const struct stream_callbacks *cb;
    void *ctx;
    struct stream_config config;
    uint64_t rng;
    uint16_t ip_id, next_port;
    uint16_t listen_port; /* 0: does not listen */
    struct stream **buckets;
    uint32_t bucket_mask, count;
    struct stream **heap; /* streams with a deadline, binary heap */
    uint32_t heap_count, heap_size;
    struct stream_stats stats;
};

/* `pool`, `cb` and `ctx` are the caller's and must outlive it; config NULL for
 * the defaults.  0 or PPTP_ERR_RESOURCE. */
int stream_host_init(struct stream_host *h, struct pptp_pool *pool,
                     const struct stream_callbacks *cb, void *ctx,
                     const struct stream_config *config, uint64_t seed);
/* Forgets every stream without a word to anybody. */
void stream_host_fini(struct stream_host *h);

/* Accepts connections on a port (PPTP's is 1723), of any local address. */
void stream_host_listen(struct stream_host *h, uint16_t port);

/* An IPv4 TCP packet of h->pool (SIM_PKT_BIG taken off) for this host; it is
 * freed here. Anything malformed is counted, never fatal. */
void stream_host_input(struct stream_host *h, pptp_ns now, pptp_pkt pkt);

/* Earliest deadline of its streams or PPTP_NEVER; and what is then due. */
pptp_ns stream_host_deadline(const struct stream_host *h);
void stream_host_advance(struct stream_host *h, pptp_ns now);

/* Sends a SYN.  Addresses in host order.  NULL if there are streams_max or no
 * memory or port.  `connected` or `failed` follows, never from inside. */
struct stream *stream_connect(struct stream_host *h, pptp_ns now,
                              uint32_t local_ip, uint32_t peer_ip,
                              uint16_t peer_port);

/* One segment for one stream, with ownership as in stream_host_input. */
void stream_input(struct stream *s, pptp_ns now, pptp_pkt pkt);

/* Queues octets; returns how many fitted (0 once closing).  They may be
 * written before `connected`. */
size_t stream_write(struct stream *s, pptp_ns now, const void *octets,
                    size_t n);

/* FIN after what is queued.  `closed` or `failed` follows. */
void stream_close(struct stream *s, pptp_ns now);

/* RST; the stream is gone, no callback follows. */
void stream_abort(struct stream *s, pptp_ns now);

pptp_ns stream_deadline(const struct stream *s);
void stream_advance(struct stream *s, pptp_ns now);

#endif
