/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asynchronous HDLC on descriptors: tap/async.h, on a socket pair. */
#include "config.h"

#include "tests/unit/tap_lines.h"

#include <sys/socket.h>

#include "tap/async.h"

static struct nas_line nas;
static struct tap_line line;
static struct tap_async async;
static int near, far; /* the other end */
static unsigned gone;
static int gone_error;
static bool end_in_frame;

static void octets(struct tap_async *a, const uint8_t *o, size_t n)
{
    tap_async_decode(a, o, n);
}

static void frame(struct tap_async *a, const uint8_t *o, size_t n)
{
    pptp_pkt pkt = tap_async_packet(a, o, n);

    if (pkt != PPTP_PKT_NONE)
        tap_async_deliver(a, pkt);
    if (end_in_frame)
        tap_async_down(a);
}

static void is_gone(struct tap_async *a, int error)
{
    gone++;
    gone_error = error;
    tap_async_close(a);
}

static const struct tap_async_ops async_ops = { octets, frame, is_gone };

static void op_none(struct nas_line *l, pptp_ns now)
{
    (void)l;
    (void)now;
}

static void op_info(const struct nas_line *l, struct pptp_line_info *out)
{
    (void)l;
    *out = (struct pptp_line_info){ .cause = 0 };
    tap_async_errors(&async, out->errors);
}

static void op_accm(struct nas_line *l, uint32_t tx, uint32_t rx)
{
    (void)l;
    tap_async_accm(&async, tx, rx);
}

static void op_frame(struct nas_line *l, pptp_ns now, pptp_pkt pkt)
{
    (void)l;
    (void)now;
    tap_async_frame(&async, pkt);
}

static void op_hold(struct nas_line *l, pptp_ns now, bool on)
{
    (void)l;
    (void)now;
    tap_async_hold(&async, on);
}

static pptp_ns op_deadline(const struct nas_line *l)
{
    (void)l;
    return tap_async_deadline(&async);
}

static void op_advance(struct nas_line *l, pptp_ns now)
{
    (void)l;
    tap_async_advance(&async, now);
}

static void op_close(struct tap_line *l)
{
    (void)l;
    tap_async_close(&async);
    close(near);
    if (far >= 0)
        close(far);
}

static const struct tap_line_ops device_ops = { .close = op_close };

static const struct nas_line_ops line_ops = { .info = op_info,
                                              .answer = op_none,
                                              .hangup = op_none,
                                              .accm = op_accm,
                                              .frame = op_frame,
                                              .hold = op_hold,
                                              .deadline = op_deadline,
                                              .advance = op_advance };

static void begin(uint32_t limit)
{
    int fds[2];

    memset(&line, 0, sizeof line);
    nas.ops = &line_ops;
    line.nas = &nas;
    line.ops = &device_ops;
    rig_begin(&line);
    tap_async_init(&async, &line, &async_ops, limit);
    ck_assert_int_eq(socketpair(AF_UNIX,
                                SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
                                fds),
                     0);
    near = fds[0];
    far = fds[1];
    gone = 0;
    end_in_frame = false;
    ck_assert_int_eq(tap_async_open(&async, fds[0], fds[0]), 0);
    tap_async_up(&async, tap_now());
}

/* R-4-03: framing is the line's only. */
START_TEST(both_ways)
{
    static struct rig_reader r;
    static const uint8_t compressed[] = { 0x21, 0x45, 1, 2 };

    begin(0);
    ppp_hdlc_init(&r.h, 0);
    put_octets(far, "noise", 5);
    put_frame(far, conf_req, sizeof conf_req);
    put_frame(far, ip_frame, sizeof ip_frame);
    put_frame(far, compressed, sizeof compressed);
    RIG_UNTIL(rig.frames == 3);
    ck_assert_uint_eq(rig.frame_len[0], sizeof conf_req);
    ck_assert_mem_eq(rig.frame[0], conf_req, sizeof conf_req);
    ck_assert_uint_eq(rig.frame_len[1], sizeof ip_frame);
    ck_assert_mem_eq(rig.frame[1], ip_frame, sizeof ip_frame);
    ck_assert_uint_eq(rig.frame_len[2], sizeof compressed);
    rig_send(ip_frame, sizeof ip_frame);
    ck_assert_uint_eq(rig.done, 1); /* the kernel has it */
    ck_assert_uint_eq(get_frames(far, &r), 1);
    ck_assert_uint_eq(r.last_len, sizeof ip_frame);
    ck_assert_mem_eq(r.last, ip_frame, sizeof ip_frame);
    ck_assert_uint_eq(async.stats.rx_frames, 3);
    ck_assert_uint_eq(async.stats.tx_frames, 1);
    rig_end();
}
END_TEST

/* Any split of the octets. */
START_TEST(in_pieces)
{
    uint8_t o[PPP_HDLC_MAX(sizeof ip_frame)];
    size_t n = ppp_hdlc_encode(o, ip_frame, sizeof ip_frame, 0, false), cut;

    begin(0);
    for (cut = 1; cut < n; cut++) {
        put_octets(far, o, cut);
        rig_turn(tap_now() + PPTP_S);
        put_octets(far, o + cut, n - cut);
        RIG_UNTIL(rig.frames == cut);
        ck_assert_mem_eq(rig.frame[cut - 1], ip_frame, sizeof ip_frame);
    }
    rig_end();
}
END_TEST

static bool has_plain(const struct rig_reader *r, uint8_t c)
{
    return memchr(r->raw, c, r->raw_len) != NULL;
}

/* R-2.15-02, R-2.15-03, R-2.15-04; RFC 1662 7.1 */
START_TEST(maps)
{
    static struct rig_reader r;
    uint8_t o[PPP_HDLC_MAX(64)];
    size_t n;
    unsigned c;

    begin(0);
    ppp_hdlc_init(&r.h, 0);
    rig_send(ip_frame, sizeof ip_frame);
    ck_assert_uint_eq(get_frames(far, &r), 1);
    for (c = 0; c < 0x20; c++)
        ck_assert(!has_plain(&r, (uint8_t)c));
    tap_async_accm(&async, 0x00080000, 0x00020000); /* 13; 11 */
    r.raw_len = 0;
    rig_send(ip_frame, sizeof ip_frame);
    ck_assert_uint_eq(get_frames(far, &r), 1);
    ck_assert(has_plain(&r, 0x11) && !has_plain(&r, 0x13));
    r.raw_len = 0;
    rig_send(conf_req, sizeof conf_req); /* as if nothing was agreed on */
    ck_assert_uint_eq(get_frames(far, &r), 1);
    for (c = 0; c < 0x20; c++)
        ck_assert(!has_plain(&r, (uint8_t)c));
    /* 11 is not the client's; 13 is */
    n = ppp_hdlc_encode(o, ip_frame, sizeof ip_frame, 0x00020000, false);
    memmove(o + 4, o + 3, n - 3);
    o[3] = 0x11;
    put_octets(far, o, n + 1);
    RIG_UNTIL(rig.frames == 1);
    ck_assert_mem_eq(rig.frame[0], ip_frame, sizeof ip_frame);
    /* "all" from a PNS that does not know takes nothing out */
    tap_async_accm(&async, UINT32_MAX, UINT32_MAX);
    put_octets(far, o,
               ppp_hdlc_encode(o, ip_frame, sizeof ip_frame, 0, false));
    RIG_UNTIL(rig.frames == 2);
    ck_assert_uint_eq(rig.frame_len[1], sizeof ip_frame);
    rig_end();
}
END_TEST

/* Nobody reads at the other end: frames wait, as many as are allowed, and
 * come in order. */
START_TEST(slow_line)
{
    enum { LIMIT = 100 };
    static struct rig_reader r;
    uint8_t f[1500] = { 0xff, 0x03, 0x00, 0x21 };
    unsigned i, sent = 0, got = 0, done, turns;

    begin(LIMIT);
    memset(&r, 0, sizeof r);
    while (async.stats.tx_full == 0) {
        f[4] = (uint8_t)sent++;
        rig_send(f, sizeof f);
        ck_assert_uint_lt(sent, 1000);
    }
    ck_assert_uint_eq(async.waiting, LIMIT);
    ck_assert_uint_eq(sent, rig.done + LIMIT);
    done = rig.done;
    turns = rig.turns;
    rig_run(100);
    ck_assert_uint_eq(rig.done, done);
    ck_assert_uint_le(rig.turns - turns, 2); /* it sleeps */
    for (i = 0; i < 10000 && got < sent - 1; i++) {
        unsigned n = get_frames(far, &r);

        got += n;
        if (n > 0)
            ck_assert_uint_eq(r.last[4], (uint8_t)(got - 1));
        rig_turn(tap_now() + PPTP_MS);
    }
    ck_assert_uint_eq(got, sent - 1);
    ck_assert_uint_eq(rig.done, sent);
    ck_assert_uint_eq(rig.dropped, 1); /* not to be acknowledged */
    ck_assert_uint_eq(r.h.bad_fcs + r.h.aborted + r.h.too_short, 0);
    /* those that waited for each other share a flag */
    ck_assert_uint_lt(r.pairs, got - LIMIT / 2);
    rig_end();
}
END_TEST

/* Frames after each other share a flag; one that comes later has its own. */
START_TEST(flags)
{
    static struct rig_reader r;

    begin(0);
    memset(&r, 0, sizeof r);
    rig_send(conf_req, sizeof conf_req);
    rig_send(conf_req, sizeof conf_req);
    ck_assert_uint_eq(get_frames(far, &r), 2);
    ck_assert(r.raw[0] == 0x7e && r.raw[r.raw_len - 1] == 0x7e);
    ck_assert(r.raw[r.raw_len / 2 - 1] == 0x7e);
    ck_assert(r.raw[r.raw_len / 2] == 0x7e);
    rig_end();
}
END_TEST

/* What was read when the owner says hold waits, and nothing more is read. */
START_TEST(held)
{
    unsigned i, turns;

    begin(0);
    rig.hold_at = 2;
    for (i = 0; i < 6; i++)
        put_frame(far, ip_frame, sizeof ip_frame);
    RIG_UNTIL(rig.frames == 2);
    put_frame(far, conf_req, sizeof conf_req);
    turns = rig.turns;
    rig_run(100);
    ck_assert_uint_le(rig.turns - turns, 2);
    ck_assert_uint_eq(rig.frames, 2);
    rig.in_ops = true;
    tap_async_hold(&async, false);
    rig.in_ops = false;
    RIG_UNTIL(rig.frames == 7);
    ck_assert_mem_eq(rig.frame[6], conf_req, sizeof conf_req);
    /* a hang-up is heard, though: once, and the loop sleeps */
    tap_async_hold(&async, true);
    close(far);
    far = -1;
    RIG_UNTIL(gone == 1);
    turns = rig.turns;
    rig_run(100);
    ck_assert_uint_le(rig.turns - turns, 2);
    rig_end();
}
END_TEST

/* R-2.14-02, R-2.14-04, R-2.14-05, R-2.14-06: CRC errors, and frames that
 * are none; bad frames do not pass. */
START_TEST(errors)
{
    uint8_t o[PPP_HDLC_MAX(3000)], big[3000] = { 0 };
    size_t n;

    begin(0);
    async.errors_gap_ns = 50 * PPTP_MS;
    tap_async_up(&async, tap_now());
    put_frame(far, ip_frame, sizeof ip_frame);
    rig_run(100);
    ck_assert_uint_eq(rig.events, 0);
    n = ppp_hdlc_encode(o, ip_frame, sizeof ip_frame, 0, false);
    o[3] ^= 0x40;
    put_octets(far, o, n);
    put_octets(far, o, n);
    put_octets(far, "\x7e\xff\x03\x7d\x7e", 5); /* aborted */
    put_octets(far, o, ppp_hdlc_encode(o, big, sizeof big, 0, false));
    RIG_UNTIL(rig.events == 1);
    ck_assert_int_eq(rig.event[0], PPTP_LINE_ERRORS);
    ck_assert_uint_eq(rig.info.errors[0], 2);
    ck_assert_uint_eq(rig.info.errors[1], 2);
    ck_assert_uint_eq(rig.info.errors[2] + rig.info.errors[3], 0);
    ck_assert_uint_eq(rig.frames, 1);
    rig_run(100);
    ck_assert_uint_eq(rig.events, 1); /* told once */
    tap_async_down(&async);
    tap_async_up(&async, tap_now()); /* from 0 again */
    n = ppp_hdlc_encode(o, ip_frame, sizeof ip_frame, 0, false);
    o[3] ^= 0x40;
    put_octets(far, o, n);
    RIG_UNTIL(rig.events == 2);
    ck_assert_uint_eq(rig.info.errors[0], 1);
    ck_assert_uint_eq(rig.info.errors[1], 0);
    rig_end();
}
END_TEST

/* A UART's errors are added to HDLC's, and told not more often. */
START_TEST(uart)
{
    const uint32_t v[6] = { 0, 3, 5, 7, 0, 0 };
    const pptp_ns t = tap_now();

    begin(0);
    async.errors_gap_ns = 10 * PPTP_S;
    tap_async_up(&async, t);
    tap_async_uart(&async, t + PPTP_S, v);
    ck_assert_uint_eq(tap_async_deadline(&async), t + 10 * PPTP_S);
    tap_async_advance(&async, t + 10 * PPTP_S);
    ck_assert_uint_eq(rig.events, 1);
    ck_assert_uint_eq(rig.info.errors[1], 3);
    ck_assert_uint_eq(rig.info.errors[2], 5);
    ck_assert_uint_eq(rig.info.errors[3], 7);
    tap_async_uart(&async, t + 11 * PPTP_S, v);
    ck_assert_uint_eq(tap_async_deadline(&async), PPTP_NEVER);
    rig_end();
}
END_TEST

/* No packet for a frame: lost, counted, told as an overrun of the buffer. */
START_TEST(empty_pool)
{
    pptp_pkt all[RIG_PACKETS];
    unsigned i;

    begin(0);
    for (i = 0; i < RIG_PACKETS; i++)
        all[i] = pptp_pool_take(&rig.pool, 0);
    put_frame(far, ip_frame, sizeof ip_frame);
    RIG_UNTIL(async.stats.rx_no_packet == 1);
    ck_assert_uint_eq(rig.frames, 0);
    for (i = 0; i < RIG_PACKETS; i++)
        pptp_pool_free(&rig.pool, all[i]);
    put_frame(far, ip_frame, sizeof ip_frame);
    RIG_UNTIL(rig.frames == 1);
    ck_assert_uint_eq(async.errors[3], 1);
    rig_end();
}
END_TEST

/* A call that ends within a frame takes the rest of what was read along;
 * frames that wait, or come without a call, are given back. */
START_TEST(ends)
{
    uint8_t f[2047] = { 0xff, 0x03 };
    unsigned i;

    begin(0);
    end_in_frame = true;
    for (i = 0; i < 3; i++)
        put_frame(far, ip_frame, sizeof ip_frame);
    rig_run(50);
    ck_assert_uint_eq(rig.frames, 1);
    end_in_frame = false;
    tap_async_up(&async, tap_now());
    put_frame(far, ip_frame, sizeof ip_frame);
    RIG_UNTIL(rig.frames == 2);
    for (i = 0; async.waiting < 20; i++)
        rig_send(f, 1500);
    ck_assert_uint_eq(rig.done, i - 20);
    ck_assert_uint_eq(rig.dropped, 0);
    tap_async_down(&async);
    ck_assert_uint_eq(rig.done, i);
    ck_assert_uint_eq(rig.dropped, 20);
    rig_send(f, 1500);
    ck_assert_uint_eq(rig.done, i + 1);
    ck_assert_uint_eq(rig.dropped, 21);
    ck_assert_uint_eq(async.stats.tx_no_call, 21);
    tap_async_up(&async, tap_now());
    rig_send(f, sizeof f); /* no room for its FCS */
    ck_assert_uint_eq(async.stats.tx_too_long, 1);
    ck_assert_uint_eq(rig.dropped, 22);
    rig_end();
}
END_TEST

/* The other end closes while frames wait for it. */
START_TEST(gone_while_sending)
{
    uint8_t f[1500] = { 0xff, 0x03 };
    unsigned i;

    begin(0);
    for (i = 0; async.waiting < 5; i++)
        rig_send(f, sizeof f);
    close(far);
    far = -1;
    RIG_UNTIL(gone > 0);
    ck_assert_uint_eq(async.waiting, 0);
    ck_assert_uint_eq(rig.done, i);
    rig_end();
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("tap_async");
    TCase *t = tcase_create("async");

    tcase_set_timeout(t, 20);
    tcase_add_test(t, both_ways);
    tcase_add_test(t, in_pieces);
    tcase_add_test(t, maps);
    tcase_add_test(t, slow_line);
    tcase_add_test(t, flags);
    tcase_add_test(t, held);
    tcase_add_test(t, errors);
    tcase_add_test(t, uart);
    tcase_add_test(t, empty_pool);
    tcase_add_test(t, ends);
    tcase_add_test(t, gone_while_sending);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    SRunner *r = srunner_create(suite());
    int failed;

    signal(SIGPIPE, SIG_IGN);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
