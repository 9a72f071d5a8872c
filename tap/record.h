/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What goes over the wire, into a pcapng file while the daemon runs: GRE as
 * it is, and control connections as the TCP that could have carried them.
 *
 * The outer IPv4 and TCP headers are made here, with right lengths and
 * checksums: a raw socket and a TCP socket do not show us the real ones.  A
 * connection that began before the capture has no SYN in it.  Time stamps
 * are the node's `now`, as in the journal, plus one offset to the time of
 * day that is taken when the capture begins; the interface's comment tells
 * it.  The file is a regular one: writing it may wait for the disk, but for
 * no reader.
 */
#ifndef TAP_RECORD_H
#define TAP_RECORD_H

#include "pptp/peer.h"

enum { TAP_RECORD_BUFFER = 131072, TAP_RECORD_SNAP_MIN = 64 };

struct tap_record_config {
    const char *role;      /* for the file's section, "pns" */
    uint64_t limit_octets; /* of the file; 0: none */
    uint32_t snap_octets;  /* kept of a packet, at least SNAP_MIN; 0: all */
    uint32_t flows;        /* control connections there may be */
};

/* Why a capture is over. */
enum tap_record_end {
    TAP_RECORD_NONE, /* there was none */
    TAP_RECORD_RUNS,
    TAP_RECORD_STOPPED,
    TAP_RECORD_LIMIT,
    TAP_RECORD_FAILED
};

struct tap_record_flow;

struct tap_record {
    bool on; /* all that the hooks look at while it is off */
    uint8_t end;
    int error;         /* errno of TAP_RECORD_FAILED */
    int fd;            /* valid while on */
    pptp_ns offset_ns; /* time of day less `now` */
    uint64_t limit_octets;
    uint32_t snap_octets;
    uint64_t octets;  /* of the file, with those in buf */
    uint64_t packets; /* written or in buf */
    uint8_t *buf;
    size_t buf_n;
    pptp_ns flush_ns; /* when the buffer is written; PPTP_NEVER: empty */
    struct tap_record_flow *flow;
    uint32_t flows; /* power of two */
};

/*
 * Begins to write to fd, which is the record's from here if the result is 0.
 * -1: nothing has changed, and why says it (a capture runs, no regular file,
 * no memory, the header cannot be written).
 */
int tap_record_start(struct tap_record *r, int fd,
                     const struct tap_record_config *c, char *why, size_t cap);
/* Writes what is left and closes; nothing happens when it is off. */
void tap_record_stop(struct tap_record *r);

/* PPTP_NEVER while it is off or idle. */
pptp_ns tap_record_deadline(const struct tap_record *r);
void tap_record_advance(struct tap_record *r, pptp_ns now);

/* "running", "limit" …; static. */
const char *tap_record_end_name(enum tap_record_end e);

/* What the hooks below do while a capture runs. */
void tap_record_gre_put(struct tap_record *r, pptp_ns now, bool out,
                        uint32_t from, uint32_t to, const uint8_t *gre,
                        size_t n);
void tap_record_tcp_put(struct tap_record *r, pptp_ns now, bool out,
                        const struct pptp_tcp_info *info,
                        const uint8_t *octets, size_t n);
void tap_record_open_put(struct tap_record *r, pptp_ns now, bool out,
                         const struct pptp_tcp_info *info);
void tap_record_close_put(struct tap_record *r, pptp_ns now, bool out,
                          const struct pptp_tcp_info *info);

/* --- hooks --------------------------------------------------------------
 * `now` is the node's, never before that of the hook called last; `out`: we
 * sent it.  One branch while no capture runs. */

/* n octets from the GRE header on; addresses in host order. */
static inline void tap_record_gre(struct tap_record *r, pptp_ns now, bool out,
                                  uint32_t from, uint32_t to,
                                  const uint8_t *gre, size_t n)
{
    if (__builtin_expect(r->on, 0))
        tap_record_gre_put(r, now, out, from, to, gre, n);
}

/* Octets of a control connection, any number of them. */
static inline void tap_record_tcp(struct tap_record *r, pptp_ns now, bool out,
                                  const struct pptp_tcp_info *info,
                                  const uint8_t *octets, size_t n)
{
    if (__builtin_expect(r->on, 0))
        tap_record_tcp_put(r, now, out, info, octets, n);
}

/* A connection stands; `out`: we opened it.  Three packets. */
static inline void tap_record_tcp_open(struct tap_record *r, pptp_ns now,
                                       bool out,
                                       const struct pptp_tcp_info *info)
{
    if (__builtin_expect(r->on, 0))
        tap_record_open_put(r, now, out, info);
}

/* One side ends it; `out`: we did. Once for each side; more do nothing, as
 * long as the other has not. */
static inline void tap_record_tcp_close(struct tap_record *r, pptp_ns now,
                                        bool out,
                                        const struct pptp_tcp_info *info)
{
    if (__builtin_expect(r->on, 0))
        tap_record_close_put(r, now, out, info);
}

#endif
