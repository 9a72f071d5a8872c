/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of lines share: an owner who notes what he hears, a loop
 * that turns for a while, frames. */
#ifndef TESTS_TAP_LINES_H
#define TESTS_TAP_LINES_H

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "ppp/hdlc.h"
#include "tap/line.h"

enum { RIG_PACKETS = 256, RIG_BUF = 2112, RIG_NOTES = 64, RIG_FRAMES = 512 };

static struct rig {
    struct tap_loop loop;
    struct pptp_pool pool;
    struct tap_line *line;
    unsigned rings, events, frames, done, dropped; /* done: given back */
    unsigned turns;                                /* of the loop */
    struct pptp_call_request ring;
    enum pptp_line_event event[RIG_NOTES];
    struct pptp_line_info info; /* of the last event */
    uint8_t frame[RIG_FRAMES][RIG_BUF];
    size_t frame_len[RIG_FRAMES];
    pptp_pkt last_done;
    bool in_ops;      /* no frame may come now */
    unsigned hold_at; /* frames, when the owner says hold; 0: never */
    bool hangup_on_ring, hangup_on_frame, answer_on_ring;
    uint8_t mem[RIG_PACKETS * (RIG_BUF + 128)] __attribute__((aligned(64)));
} rig;

static void rig_ring(struct nas_line *l, pptp_ns now)
{
    ck_assert_ptr_eq(l, rig.line->nas);
    rig.rings++;
    l->ops->request(l, &rig.ring);
    if (rig.hangup_on_ring)
        l->ops->hangup(l, now);
    if (rig.answer_on_ring)
        l->ops->answer(l, now);
}

static void rig_event(struct nas_line *l, pptp_ns now, enum pptp_line_event e)
{
    (void)now;
    ck_assert_ptr_eq(l, rig.line->nas);
    ck_assert_uint_lt(rig.events, RIG_NOTES);
    rig.event[rig.events++] = e;
    l->ops->info(l, &rig.info);
}

static void rig_frame(struct nas_line *l, pptp_ns now, pptp_pkt pkt)
{
    struct pptp_packet *k = pptp_pool_at(&rig.pool, pkt);

    ck_assert(!rig.in_ops);
    ck_assert_uint_lt(rig.frames, RIG_FRAMES);
    ck_assert_uint_ge(k->off, PPTP_HEADROOM);
    ck_assert_uint_eq(k->tail_len, 0);
    rig.frame_len[rig.frames] = k->head_len;
    memcpy(rig.frame[rig.frames++], pptp_packet_data(k), k->head_len);
    pptp_pool_free(&rig.pool, pkt);
    if (rig.hold_at > 0 && rig.frames == rig.hold_at)
        l->ops->hold(l, now, true);
    if (rig.hangup_on_frame)
        l->ops->hangup(l, now);
}

static void rig_done(struct nas_line *l, pptp_pkt pkt)
{
    (void)l;
    rig.done++;
    rig.last_done = pkt;
    pptp_pool_free(&rig.pool, pkt);
}

static void rig_dropped(struct nas_line *l, pptp_pkt pkt)
{
    rig.dropped++;
    rig_done(l, pkt);
}

static const struct nas_line_owner rig_owner = {
    .ring = rig_ring,
    .event = rig_event,
    .frame = rig_frame,
    .frame_done = rig_done,
    .frame_dropped = rig_dropped,
};

/* A line that was made by its _init. */
static inline void rig_begin(struct tap_line *l)
{
    memset(&rig, 0, sizeof rig);
    ck_assert_int_eq(tap_loop_init(&rig.loop), 0);
    pptp_pool_init(&rig.pool, rig.mem, RIG_PACKETS, RIG_BUF);
    rig.line = l;
    l->nas->owner = &rig_owner;
    l->loop = &rig.loop;
    l->pool = &rig.pool;
    l->name = "test";
}

static inline void rig_open(void)
{
    char why[256] = "";

    ck_assert_msg(rig.line->ops->open(rig.line, why, sizeof why) == 0, "%s",
                  why);
}

/* Not a packet is missing. */
static inline void rig_end(void)
{
    rig.line->ops->close(rig.line);
    ck_assert_uint_eq(rig.pool.used, 0);
    tap_loop_fini(&rig.loop);
}

/* One turn of a daemon's loop, until `limit` at the latest. */
static inline void rig_turn(pptp_ns limit)
{
    const pptp_ns at = rig.line->nas->ops->deadline(rig.line->nas);

    rig.turns++;
    ck_assert_int_eq(tap_loop_turn(&rig.loop, at < limit ? at : limit), 0);
    if (rig.line->nas->ops->deadline(rig.line->nas) <= tap_now()) {
        const pptp_ns now = tap_now();

        rig.line->nas->ops->advance(rig.line->nas, now);
        ck_assert(rig.line->nas->ops->deadline(rig.line->nas) > now ||
                  rig.line->nas->ops->deadline(rig.line->nas) == 0);
    }
}

/* Turns for so many milliseconds. */
static inline void rig_run(unsigned ms)
{
    const pptp_ns end = tap_now() + ms * PPTP_MS;

    while (tap_now() < end)
        rig_turn(end);
}

/* Turns until it holds; fails after ten seconds (slow under valgrind). */
#define RIG_UNTIL(c)                                       \
    do {                                                   \
        const pptp_ns end_ = tap_now() + 10 * PPTP_S;      \
        while (!(c)) {                                     \
            ck_assert_msg(tap_now() < end_, "never: " #c); \
            rig_turn(tap_now() + 20 * PPTP_MS);            \
        }                                                  \
    } while (0)

static inline void rig_answer(void)
{
    rig.in_ops = true;
    rig.line->nas->ops->answer(rig.line->nas, tap_now());
    rig.in_ops = false;
}

static inline void rig_hangup(void)
{
    rig.in_ops = true;
    rig.line->nas->ops->hangup(rig.line->nas, tap_now());
    rig.in_ops = false;
}

/* A frame for the line. */
static inline void rig_send(const void *octets, size_t n)
{
    const pptp_pkt pkt = pptp_pool_take(&rig.pool, PPTP_HEADROOM);
    struct pptp_packet *k;

    ck_assert_uint_ne(pkt, PPTP_PKT_NONE);
    k = pptp_pool_at(&rig.pool, pkt);
    memcpy(pptp_packet_data(k), octets, n);
    k->head_len = (uint16_t)n;
    rig.in_ops = true;
    rig.line->nas->ops->frame(rig.line->nas, tap_now(), pkt);
    rig.in_ops = false;
}

/* All of it, to a descriptor that takes it. */
static inline void put_octets(int fd, const void *octets, size_t n)
{
    ck_assert_int_eq(write(fd, octets, n), (ssize_t)n);
}

static inline void put_frame(int fd, const void *octets, size_t n)
{
    uint8_t line[PPP_HDLC_MAX(RIG_BUF)];

    put_octets(fd, line, ppp_hdlc_encode(line, octets, n, UINT32_MAX, false));
}

/* Reads frames from a descriptor that does not block; how many. */
struct rig_reader {
    struct ppp_hdlc h;
    uint8_t buf[RIG_BUF];
    uint8_t last[RIG_BUF];
    size_t last_len;
    uint8_t raw[1 << 16]; /* what came, from its begin */
    size_t raw_len;
    unsigned pairs; /* of flags, one after the other */
    uint8_t prev;
};

static inline unsigned get_frames(int fd, struct rig_reader *r)
{
    uint8_t in[4096];
    unsigned frames = 0;
    ssize_t n;

    while ((n = read(fd, in, sizeof in)) > 0) {
        size_t at = 0, used, len;
        ssize_t i;

        for (i = 0; i < n; i++) {
            r->pairs += r->prev == 0x7e && in[i] == 0x7e;
            r->prev = in[i];
        }
        if (r->raw_len + (size_t)n <= sizeof r->raw) {
            memcpy(r->raw + r->raw_len, in, (size_t)n);
            r->raw_len += (size_t)n;
        }
        while (at < (size_t)n) {
            len = ppp_hdlc_decode(&r->h, r->buf, sizeof r->buf, in + at,
                                  (size_t)n - at, &used);
            at += used;
            if (len == 0)
                continue;
            frames++;
            memcpy(r->last, r->buf, len);
            r->last_len = len;
        }
    }
    return frames;
}

static const uint8_t conf_req[] = { 0xff, 0x03, 0xc0, 0x21, 1, 1, 0, 4 };
static const uint8_t term_req[] = { 0xff, 0x03, 0xc0, 0x21, 5, 2, 0, 4 };
static const uint8_t ip_frame[] = { 0xff, 0x03, 0x00, 0x21, 0x45, 0x00,
                                    0x11, 0x13, 0x7e, 0x7d, 0x0d };

#endif
