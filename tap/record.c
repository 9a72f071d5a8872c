/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A capture of a running daemon; record.h.  Blocks go into a bounded buffer and
 * from there to a descriptor, since a daemon without privileges can open no
 * path.
 */
#include "config.h"

#include "tap/record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "base/wire.h"
#include "ip/ipv4.h"
#include "ip/pcapng.h"
#include "ip/segment.h"
#include "tap/log.h"

enum {
    SEGMENT = 1460,            /* octets of a made segment */
    RECORD_PACKET_MAX = 65535, /* of an IPv4 packet */
    FLOWS_MIN = 16,
    PROBES = 8 /* places that a connection may have */
};

enum { TO_US = 0, FROM_US = 1 };

#define FLUSH_NS (1 * PPTP_S)

/* A control connection of which something was captured. */
struct tap_record_flow {
    uint32_t local, remote; /* addresses; remote 0: nobody's place */
    uint16_t local_port, remote_port;
    uint32_t seq[2]; /* of the next octet TO_US, FROM_US */
    uint32_t used_n; /* packets when it was used last, modulo 2^32 */
    bool ended[2];   /* TO_US, FROM_US */
};

/* --- the file ----------------------------------------------------------- */

static void end_record(struct tap_record *r, enum tap_record_end why)
{
    if (!r->on)
        return;
    r->on = false;
    r->end = (uint8_t)why;
    if (close(r->fd) < 0 && why != TAP_RECORD_FAILED) {
        r->error = errno;
        r->end = TAP_RECORD_FAILED;
    }
    r->fd = -1;
    r->flush_ns = PPTP_NEVER;
    free(r->buf);
    free(r->flow);
    r->buf = NULL;
    r->flow = NULL;
    if (r->end == TAP_RECORD_FAILED)
        tap_say(TAP_ERROR, "capture ended: %s; %llu packet%s",
                strerror(r->error), (unsigned long long)r->packets,
                pptp_plural(r->packets));
    else
        tap_say(TAP_NOTICE, "capture ended%s: %llu packet%s, %llu octets",
                why == TAP_RECORD_LIMIT ? ", its limit is reached" : "",
                (unsigned long long)r->packets, pptp_plural(r->packets),
                (unsigned long long)r->octets);
}

/* 0, or -1 with r->error. */
static int write_out(struct tap_record *r)
{
    size_t at = 0;

    while (at < r->buf_n) {
        ssize_t n = write(r->fd, r->buf + at, r->buf_n - at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            r->error = n < 0 ? errno : ENOSPC;
            return -1;
        }
        at += (size_t)n;
    }
    r->buf_n = 0;
    r->flush_ns = PPTP_NEVER;
    return 0;
}

static void put(void *ctx, const void *octets, size_t n)
{
    struct tap_record *r = ctx;

    PPTP_ASSERT(r->buf_n + n <= TAP_RECORD_BUFFER);
    memcpy(r->buf + r->buf_n, octets, n);
    r->buf_n += n;
    r->octets += n;
}

static struct pcapng_sink sink_of(struct tap_record *r)
{
    return (struct pcapng_sink){ .put = put, .ctx = r };
}

static void put_section(struct tap_record *r, const char *role)
{
    struct pcapng_sink sink = sink_of(r);
    char text[200];

    snprintf(text, sizeof text, "dialtone %s %s", PACKAGE_VERSION, role);
    pcapng_section(&sink, text);
    snprintf(text, sizeof text,
             "time = now of the journal + %llu ns; outer IPv4 and TCP "
             "headers are made from what the sockets gave",
             (unsigned long long)r->offset_ns);
    pcapng_interface(&sink, "outer", text, r->snap_octets);
}

/* --- beginning and end -------------------------------------------------- */

static int take_memory(struct tap_record *r, uint32_t flows)
{
    uint32_t n = FLOWS_MIN;

    while (n < flows && n < 1u << 20)
        n *= 2;
    r->flows = 2 * n;
    r->buf = malloc(TAP_RECORD_BUFFER);
    r->flow = calloc(r->flows, sizeof *r->flow);
    return r->buf != NULL && r->flow != NULL ? 0 : -1;
}

/* Time of day less the monotonic clock that the world's `now` comes from. */
static pptp_ns clock_offset(void)
{
    struct timespec day, mono;

    clock_gettime(CLOCK_REALTIME, &day);
    clock_gettime(CLOCK_MONOTONIC, &mono);
    return ((pptp_ns)day.tv_sec - (pptp_ns)mono.tv_sec) * PPTP_S +
           (pptp_ns)day.tv_nsec - (pptp_ns)mono.tv_nsec;
}

/* What can be wrong with a descriptor from outside; NULL: nothing. */
static const char *wrong_file(int fd)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return strerror(errno);
    if (!S_ISREG(st.st_mode))
        return "not a regular file: a reader that waits would hold up the "
               "daemon";
    return NULL;
}

int tap_record_start(struct tap_record *r, int fd,
                     const struct tap_record_config *c, char *why, size_t cap)
{
    const char *wrong = r->on ? "a capture runs; cure: stop it first"
                              : wrong_file(fd);
    struct tap_record n = {
        .on = true,
        .end = TAP_RECORD_RUNS,
        .fd = fd,
        .offset_ns = clock_offset(),
        .limit_octets = c->limit_octets == 0 ? UINT64_MAX : c->limit_octets,
        .snap_octets = c->snap_octets == 0 ? RECORD_PACKET_MAX
                                           : c->snap_octets,
        .flush_ns = PPTP_NEVER,
    };

    PPTP_ASSERT(n.snap_octets >= TAP_RECORD_SNAP_MIN);
    if (wrong == NULL && take_memory(&n, c->flows) < 0)
        wrong = "no memory";
    if (wrong == NULL) {
        put_section(&n, c->role);
        if (write_out(&n) < 0)
            wrong = strerror(n.error);
    }
    if (wrong == NULL) {
        *r = n;
        return 0;
    }
    free(n.buf);
    free(n.flow);
    snprintf(why, cap, "%s", wrong);
    return -1;
}

void tap_record_stop(struct tap_record *r)
{
    if (!r->on)
        return;
    end_record(r, write_out(r) < 0 ? TAP_RECORD_FAILED : TAP_RECORD_STOPPED);
}

pptp_ns tap_record_deadline(const struct tap_record *r)
{
    return r->on ? r->flush_ns : PPTP_NEVER;
}

void tap_record_advance(struct tap_record *r, pptp_ns now)
{
    if (r->on && r->flush_ns <= now && write_out(r) < 0)
        end_record(r, TAP_RECORD_FAILED);
}

const char *tap_record_end_name(enum tap_record_end e)
{
    switch (e) {
    case TAP_RECORD_NONE: return "none";
    case TAP_RECORD_RUNS: return "running";
    case TAP_RECORD_STOPPED: return "stopped";
    case TAP_RECORD_LIMIT: return "limit reached";
    case TAP_RECORD_FAILED: return "writing failed";
    }
    return "none";
}

/* --- packets ------------------------------------------------------------ */

/* The outer header of so many octets. */
static void make_ip(uint8_t *out, uint8_t protocol, uint32_t from, uint32_t to,
                    size_t payload)
{
    ipv4_write(
        out, &(struct ipv4_head){ .src = from,
                                  .dst = to,
                                  .octets = (uint16_t)(INET4_OCTETS + payload),
                                  .protocol = protocol });
}

/* A packet block: of `head` and `body` what the snap length admits. */
static void put_packet(struct tap_record *r, pptp_ns now, bool out,
                       const uint8_t *head, size_t head_n, const uint8_t *body,
                       size_t body_n)
{
    const size_t all = head_n + body_n;
    const size_t kept = all < r->snap_octets ? all : r->snap_octets;
    const struct pcapng_packet k = {
        .time_ns = now + r->offset_ns,
        .head = head,
        .head_octets = (uint32_t)(kept < head_n ? kept : head_n),
        .body = body,
        .body_octets = (uint32_t)(kept > head_n ? kept - head_n : 0),
        .wire_octets = (uint32_t)all,
        .way = out ? PCAPNG_WAY_OUT : PCAPNG_WAY_IN,
    };
    const struct pcapng_sink sink = sink_of(r);
    const size_t block = pcapng_packet_octets(&k);

    if (r->octets + block > r->limit_octets) {
        end_record(r, write_out(r) < 0 ? TAP_RECORD_FAILED : TAP_RECORD_LIMIT);
        return;
    }
    if (r->buf_n + block > TAP_RECORD_BUFFER && write_out(r) < 0) {
        end_record(r, TAP_RECORD_FAILED);
        return;
    }
    if (r->buf_n == 0)
        r->flush_ns = now + FLUSH_NS;
    pcapng_packet(&sink, &k);
    r->packets++;
}

void tap_record_gre_put(struct tap_record *r, pptp_ns now, bool out,
                        uint32_t from, uint32_t to, const uint8_t *gre,
                        size_t n)
{
    uint8_t head[INET4_OCTETS];

    /* no longer packet was on a wire */
    if (n > RECORD_PACKET_MAX - INET4_OCTETS)
        return;
    make_ip(head, INET4_GRE, from, to, n);
    put_packet(r, now, out, head, sizeof head, gre, n);
}

/* --- TCP ---------------------------------------------------------------- */

static bool same(const struct tap_record_flow *a,
                 const struct tap_record_flow *b)
{
    return a->remote == b->remote && a->remote_port == b->remote_port &&
           a->local == b->local && a->local_port == b->local_port;
}

/* The connection's place: its own, a free one, or that of the one among
 * PROBES that was used longest ago, which begins anew when it comes back. */
static struct tap_record_flow *find_flow(struct tap_record *r,
                                         const struct pptp_tcp_info *info)
{
    struct tap_record_flow key = { .local = pptp_addr_to_v4(&info->local),
                                   .remote = pptp_addr_to_v4(&info->remote),
                                   .local_port = info->local_port,
                                   .remote_port = info->remote_port,
                                   .seq = { 1, 1 } };
    uint32_t h = (key.remote ^ (uint32_t)key.remote_port << 16 ^
                  key.local_port ^ key.local * 31) *
                 2654435761u;
    uint32_t i, now = (uint32_t)r->packets;
    struct tap_record_flow *best = NULL;

    h ^= h >> 15;
    for (i = 0; i < PROBES; i++) {
        struct tap_record_flow *f = &r->flow[(h + i) & (r->flows - 1)];

        if (same(f, &key)) {
            best = f;
            break;
        }
        if (best == NULL ||
            (best->remote != 0 &&
             (f->remote == 0 || now - f->used_n > now - best->used_n)))
            best = f;
    }
    if (!same(best, &key))
        *best = key;
    best->used_n = now;
    return best;
}

static void put_segment(struct tap_record *r, pptp_ns now, bool out,
                        struct tap_record_flow *f, uint8_t flags,
                        const uint8_t *octets, size_t n)
{
    uint8_t head[INET4_OCTETS + SEGMENT_OCTETS], *tcp = head + INET4_OCTETS;
    const uint32_t from = out ? f->local : f->remote;
    const uint32_t to = out ? f->remote : f->local;
    const struct segment_head h = {
        .src_port = out ? f->local_port : f->remote_port,
        .dst_port = out ? f->remote_port : f->local_port,
        .seq = f->seq[out ? FROM_US : TO_US],
        .ack = flags & SEGMENT_ACK ? f->seq[out ? TO_US : FROM_US] : 0,
        .window = 65535,
        .flags = flags,
        .octets = SEGMENT_OCTETS,
    };

    make_ip(head, INET4_TCP, from, to, SEGMENT_OCTETS + n);
    segment_write(tcp, &h);
    pptp_put16(tcp + 16,
               segment_checksum(from, to, tcp, SEGMENT_OCTETS, octets, n));
    f->seq[out ? FROM_US : TO_US] += (uint32_t)n +
                                     ((flags & (SEGMENT_SYN | SEGMENT_FIN)) !=
                                      0);
    put_packet(r, now, out, head, sizeof head, octets, n);
}

void tap_record_tcp_put(struct tap_record *r, pptp_ns now, bool out,
                        const struct pptp_tcp_info *info,
                        const uint8_t *octets, size_t n)
{
    struct tap_record_flow *f = find_flow(r, info);

    while (n > 0 && r->on) { /* its limit may end it in the middle */
        size_t k = n < SEGMENT ? n : SEGMENT;

        put_segment(r, now, out, f, SEGMENT_PSH | SEGMENT_ACK, octets, k);
        octets += k;
        n -= k;
    }
}

void tap_record_open_put(struct tap_record *r, pptp_ns now, bool out,
                         const struct pptp_tcp_info *info)
{
    struct tap_record_flow *f = find_flow(r, info);

    f->seq[TO_US] = f->seq[FROM_US] = 0;
    f->ended[TO_US] = f->ended[FROM_US] = false;
    put_segment(r, now, out, f, SEGMENT_SYN, NULL, 0);
    if (r->on)
        put_segment(r, now, !out, f, SEGMENT_SYN | SEGMENT_ACK, NULL, 0);
    if (r->on)
        put_segment(r, now, out, f, SEGMENT_ACK, NULL, 0);
}

void tap_record_close_put(struct tap_record *r, pptp_ns now, bool out,
                          const struct pptp_tcp_info *info)
{
    struct tap_record_flow *f = find_flow(r, info);

    if (f->ended[out ? FROM_US : TO_US])
        return;
    f->ended[out ? FROM_US : TO_US] = true;
    put_segment(r, now, out, f, SEGMENT_FIN | SEGMENT_ACK, NULL, 0);
    if (r->on && f->ended[TO_US] && f->ended[FROM_US])
        *f = (struct tap_record_flow){ .remote = 0 };
}
