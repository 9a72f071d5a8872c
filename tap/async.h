/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Asynchronous HDLC on descriptors, RFC 1662, for the lines that have them:
 * octets to frames for the line's owner, his frames to octets, and nothing
 * unbounded in between.
 *
 * What makes the tunnel wait for a slow line: a frame is given back only
 * when the kernel has its last octet.  What makes the line wait for the
 * tunnel: on hold nothing is read, and what was read waits here.
 */
#ifndef TAP_ASYNC_H
#define TAP_ASYNC_H

#include <string.h>

#include "ppp/hdlc.h"
#include "tap/line.h"

enum {
    TAP_ASYNC_FRAME = 2048, /* octets of a frame, with FCS */
    TAP_ASYNC_READ = 4096,  /* octets of a read */
    TAP_ASYNC_FRAMES = 64   /* waiting to be sent, if not said otherwise */
};

/* Counters of the line, over all calls. */
struct tap_async_stats {
    uint64_t rx_frames, rx_octets;
    uint64_t tx_frames, tx_octets;
    uint64_t rx_no_packet; /* lost: no packet in the pool */
    uint64_t tx_full;      /* lost: too many wait */
    uint64_t tx_too_long;  /* lost: no frame is that long */
    uint64_t tx_no_call;   /* lost: no call is up, or it ended */
};

struct tap_async;

/* What the kind of line does with it. */
struct tap_async_ops {
    /* What was read: to be decoded or skipped, at least one octet. */
    void (*octets)(struct tap_async *a, const uint8_t *o, size_t n);
    /* A good frame of tap_async_decode, without FCS. */
    void (*frame)(struct tap_async *a, const uint8_t *frame, size_t n);
    /* The other end is gone: EOF, hang-up or an error. */
    void (*gone)(struct tap_async *a, int error);
};

struct tap_async {
    const struct tap_async_ops *ops;
    struct tap_line *line;
    struct tap_source rx, tx; /* tx.fd is -1 where rx is for both */
    bool lively; /* rx reports what is new only: after a hang-up */
    bool held;
    bool up;          /* frames of the tunnel are taken */
    bool taking;      /* rx_buf is being handed out */
    uint32_t limit;   /* frames waiting */
    uint32_t tx_accm; /* octets that are escaped */
    struct ppp_hdlc hdlc;
    pptp_pkt first, last; /* waiting to be sent, the one in `out` first */
    uint32_t waiting;
    uint32_t out_at, out_len;
    uint32_t rx_at, rx_len;
    struct tap_async_stats stats;
    /* of this call, told at most every errors_gap_ns; [0] and [1] are
     * HDLC's and the UART's */
    uint32_t errors[6], errors_told[6], uart[6];
    uint64_t bad_fcs0, aborted0, too_long0, no_packet0;
    pptp_ns errors_gap_ns, errors_after_ns, errors_due_ns;
    uint8_t frame[TAP_ASYNC_FRAME];
    uint8_t rx_buf[TAP_ASYNC_READ];
    uint8_t out[PPP_HDLC_MAX(TAP_ASYNC_FRAME)];
};

/* limit: frames waiting, 0 for TAP_ASYNC_FRAMES. */
void tap_async_init(struct tap_async *a, struct tap_line *line,
                    const struct tap_async_ops *ops, uint32_t limit);

/* Descriptors that do not block, the caller's, may be the same one: waits on
 * the loop. 0, or -1 with errno (EPERM: a plain file). */
int tap_async_open(struct tap_async *a, int rx_fd, int tx_fd);
/* Waits no more; gives frames back. The descriptors stay open. */
void tap_async_close(struct tap_async *a);

/* A call begins: fresh decoder, maps and counters. */
void tap_async_up(struct tap_async *a, pptp_ns now);
/* It ended: what waits is given back, what was read forgotten. */
void tap_async_down(struct tap_async *a);

/* The line's operations `accm`, `hold`, `frame`. */
void tap_async_accm(struct tap_async *a, uint32_t tx_accm, uint32_t rx_accm);
void tap_async_hold(struct tap_async *a, bool hold);
void tap_async_frame(struct tap_async *a, pptp_pkt pkt);

/* For tap_async_ops.octets, from the first octet on: decoded, up to the end
 * of a frame; or skipped. */
void tap_async_skip(struct tap_async *a, size_t n);
void tap_async_decode(struct tap_async *a, const uint8_t *o, size_t n);
/* A frame into a packet; PPTP_PKT_NONE, counted. */
pptp_pkt tap_async_packet(struct tap_async *a, const uint8_t *o, size_t n);
/* A frame to the owner, counted. */
void tap_async_deliver(struct tap_async *a, pptp_pkt pkt);

/* Octets that are no frame, while no call is up; what the descriptor does
 * not take at once is lost: false. */
bool tap_async_write(struct tap_async *a, const void *octets, size_t n);

/* Reports of rx as they are news only (true), so that an end that is gone
 * wakes nobody; until there are octets again. */
void tap_async_lively(struct tap_async *a, bool lively);

/* Whether the other end is there, for one that is not waited for: reads
 * once; what there was is handed out by advance. */
bool tap_async_probe(struct tap_async *a);

/* Errors of this call, of HDLC and the UART, for the line's `info`. */
static inline void tap_async_errors(const struct tap_async *a,
                                    uint32_t errors[6])
{
    memcpy(errors, a->errors, sizeof a->errors);
}

/* Errors a UART counted in this call, as in pptp_line_info. */
void tap_async_uart(struct tap_async *a, pptp_ns now,
                    const uint32_t errors[6]);

pptp_ns tap_async_deadline(const struct tap_async *a);
void tap_async_advance(struct tap_async *a, pptp_ns now);

#endif
