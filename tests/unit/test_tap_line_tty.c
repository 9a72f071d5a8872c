/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines without a modem: tap/line_tty.h, on real ptys and pipes. */
#include "config.h"

#include "tests/unit/tap_lines.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include "pptp/msg.h"
#include "tap/line_tty.h"

static struct tap_line_tty tty;
static struct tap_line_tty_config config;

/* A pty that waits for a caller. */
static void begin(void)
{
    ck_assert_int_eq(tap_line_pty_init(&tty, &config), 0);
    rig_begin(&tty.line);
    rig_open();
}

static void begin_default(void)
{
    tap_line_tty_config_default(&config);
    begin();
}

/* A caller opens the slave. */
static int call_in(void)
{
    int fd = open(tty.slave, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

    ck_assert_int_ge(fd, 0);
    return fd;
}

/* The loop sleeps: nothing wakes it up. */
static void sleeps(void)
{
    unsigned turns;

    rig_run(30); /* what is under way */
    turns = rig.turns;
    rig_run(150);
    ck_assert_uint_le(rig.turns - turns, 2);
}

/* An incoming call: a flag rings, noise does not; the frame that rang comes
 * when the call is up. */
START_TEST(call)
{
    static struct rig_reader r;
    int fd;

    tap_line_tty_config_default(&config);
    config.number = "5551000";
    config.caller = "5552000";
    config.connect_bps = 64000;
    config.channel = 7;
    config.ppd_ds = 3;
    memset(&r, 0, sizeof r);
    begin();
    sleeps();
    fd = call_in();
    put_octets(fd, "login: \r\n\xff\x03", 11);
    rig_run(50);
    ck_assert_uint_eq(rig.rings, 0);
    ck_assert_uint_eq(tty.noise, 11);
    put_frame(fd, conf_req, sizeof conf_req);
    RIG_UNTIL(rig.rings == 1);
    ck_assert_str_eq(rig.ring.number, "5551000");
    ck_assert_str_eq(rig.ring.dialing, "5552000");
    ck_assert_uint_eq(rig.ring.bearer, PPTP_BEARER_DIGITAL);
    ck_assert_uint_eq(rig.ring.phys_channel, 7);
    put_frame(fd, term_req, sizeof term_req); /* newer */
    rig_run(50);
    ck_assert_uint_eq(rig.frames, 0);
    rig_answer();
    ck_assert_int_eq(rig.event[0], PPTP_LINE_CONNECTED);
    ck_assert_uint_eq(rig.info.connect_bps, 64000);
    ck_assert_uint_eq(rig.info.framing, PPTP_FRAMING_ASYNC);
    ck_assert_uint_eq(rig.info.phys_channel, 7);
    ck_assert_uint_eq(rig.info.ppd_ds, 3);
    put_frame(fd, ip_frame, sizeof ip_frame);
    RIG_UNTIL(rig.frames == 2);
    ck_assert_mem_eq(rig.frame[0], term_req, sizeof term_req);
    ck_assert_mem_eq(rig.frame[1], ip_frame, sizeof ip_frame);
    rig_send(ip_frame, sizeof ip_frame);
    ck_assert_uint_eq(rig.done, 1);
    ck_assert_uint_eq(get_frames(fd, &r), 1);
    ck_assert_mem_eq(r.last, ip_frame, sizeof ip_frame);
    ck_assert_uint_eq(rig.events, 1);
    close(fd);
    rig_end();
}
END_TEST

/* The slave is closed: dropped, no wake-ups, and the next caller rings. */
START_TEST(next_caller)
{
    unsigned i;
    int fd;

    begin_default();
    for (i = 0; i < 3; i++) {
        fd = call_in();
        put_frame(fd, conf_req, sizeof conf_req);
        RIG_UNTIL(rig.rings == i + 1);
        rig_answer();
        RIG_UNTIL(rig.frames == i + 1);
        close(fd);
        RIG_UNTIL(rig.events == 2 * i + 2);
        ck_assert_int_eq(rig.event[2 * i + 1], PPTP_LINE_DROPPED);
        sleeps();
        fd = call_in(); /* looks, and goes */
        sleeps();
        close(fd);
        sleeps();
        ck_assert_uint_eq(rig.events, 2 * i + 2);
    }
    /* one who writes and is gone at once */
    fd = call_in();
    put_frame(fd, conf_req, sizeof conf_req);
    close(fd);
    RIG_UNTIL(rig.events == 7);
    ck_assert_uint_eq(rig.rings, 4);
    ck_assert_int_eq(rig.event[6], PPTP_LINE_DROPPED);
    sleeps();
    rig_end();
}
END_TEST

/* A caller who changed the settings leaves a raw line for the next. */
START_TEST(settings)
{
    struct termios t;
    int fd;

    begin_default();
    fd = call_in();
    ck_assert_int_eq(tcgetattr(fd, &t), 0);
    ck_assert((t.c_lflag & (ECHO | ICANON | ISIG)) == 0);
    ck_assert((t.c_iflag & (IXON | ICRNL | ISTRIP)) == 0);
    t.c_lflag |= ECHO | ICANON;
    t.c_iflag |= ISTRIP;
    ck_assert_int_eq(tcsetattr(fd, TCSANOW, &t), 0);
    put_octets(fd, "x", 1);
    rig_run(30);
    close(fd);
    rig_run(50);
    fd = call_in();
    ck_assert_int_eq(tcgetattr(fd, &t), 0);
    ck_assert((t.c_lflag & (ECHO | ICANON)) == 0);
    ck_assert((t.c_iflag & ISTRIP) == 0);
    close(fd);
    rig_end();
}
END_TEST

/* Hung up: the same program rings again only by a new beginning, and not at
 * once; a new program does at once. */
START_TEST(tail)
{
    int fd;

    tap_line_tty_config_default(&config);
    config.again_ns = 200 * PPTP_MS;
    begin();
    fd = call_in();
    put_frame(fd, conf_req, sizeof conf_req);
    RIG_UNTIL(rig.rings == 1);
    rig_answer();
    RIG_UNTIL(rig.frames == 1);
    rig_hangup();
    ck_assert_uint_eq(rig.events, 1);
    put_frame(fd, conf_req, sizeof conf_req); /* too early */
    rig_run(300);
    put_frame(fd, term_req, sizeof term_req);
    put_frame(fd, ip_frame, sizeof ip_frame);
    rig_run(50);
    ck_assert_uint_eq(rig.rings, 1);
    put_frame(fd, conf_req, sizeof conf_req);
    RIG_UNTIL(rig.rings == 2);
    rig_answer();
    RIG_UNTIL(rig.frames == 2);
    ck_assert_mem_eq(rig.frame[1], conf_req, sizeof conf_req);
    rig_hangup();
    close(fd);
    rig_run(30);
    ck_assert_uint_eq(rig.events, 2);
    fd = call_in();
    put_frame(fd, conf_req, sizeof conf_req);
    RIG_UNTIL(rig.rings == 3);
    close(fd);
    RIG_UNTIL(rig.events == 3); /* before it was answered */
    ck_assert_int_eq(rig.event[2], PPTP_LINE_DROPPED);
    rig_end();
}
END_TEST

/* The owner acts from within what he is told. */
START_TEST(at_once)
{
    int fd;

    begin_default();
    rig.hangup_on_ring = true;
    fd = call_in();
    put_frame(fd, conf_req, sizeof conf_req);
    put_frame(fd, conf_req, sizeof conf_req);
    RIG_UNTIL(rig.rings == 1);
    rig_run(50);
    ck_assert_uint_eq(rig.rings, 1);
    ck_assert_uint_eq(rig.events, 0);
    close(fd);
    rig_run(50);
    rig.hangup_on_ring = false;
    rig.answer_on_ring = rig.hangup_on_frame = true;
    fd = call_in();
    put_frame(fd, conf_req, sizeof conf_req);
    put_frame(fd, conf_req, sizeof conf_req);
    RIG_UNTIL(rig.frames == 1);
    rig_run(50);
    ck_assert_uint_eq(rig.frames, 1);
    ck_assert_int_eq(tty.state, TAP_TTY_TAIL);
    close(fd);
    rig_end();
}
END_TEST

/* An outgoing call: somebody has the slave open, or there is no carrier. */
START_TEST(dialled)
{
    const struct pptp_call_request r = { .number = "123" };
    int fd;

    begin_default();
    tty.nas.ops->dial(&tty.nas, tap_now(), &r);
    ck_assert_int_eq(rig.event[0], PPTP_LINE_NO_CARRIER);
    fd = call_in();
    rig.in_ops = true;
    tty.nas.ops->dial(&tty.nas, tap_now(), &r);
    rig.in_ops = false;
    ck_assert_int_eq(rig.event[1], PPTP_LINE_CONNECTED);
    put_frame(fd, ip_frame, sizeof ip_frame);
    RIG_UNTIL(rig.frames == 1);
    tty.nas.ops->dial(&tty.nas, tap_now(), &r);
    ck_assert_int_eq(rig.event[2], PPTP_LINE_NO_RESOURCE);
    rig_hangup();
    /* what it says meanwhile is not lost */
    put_frame(fd, conf_req, sizeof conf_req);
    rig.in_ops = true;
    tty.nas.ops->dial(&tty.nas, tap_now(), &r);
    rig.in_ops = false;
    ck_assert_int_eq(rig.event[3], PPTP_LINE_CONNECTED);
    RIG_UNTIL(rig.frames == 2);
    close(fd);
    RIG_UNTIL(rig.events == 5);
    tty.nas.ops->dial(&tty.nas, tap_now(), &r);
    ck_assert_int_eq(rig.event[5], PPTP_LINE_NO_CARRIER);
    rig_end();
}
END_TEST

/* Nobody reads the slave: frames wait, and the loop sleeps. */
START_TEST(slow_slave)
{
    static struct rig_reader r;
    uint8_t f[1500] = { 0xff, 0x03, 0x00, 0x21 };
    unsigned i, sent = 0, got = 0;
    int fd;

    tap_line_tty_config_default(&config);
    config.frames = 10;
    begin();
    memset(&r, 0, sizeof r);
    fd = call_in();
    put_octets(fd, "\x7e", 1);
    RIG_UNTIL(rig.rings == 1);
    rig_answer();
    while (tty.async.stats.tx_full == 0) {
        f[4] = (uint8_t)sent++;
        rig_send(f, sizeof f);
        ck_assert_uint_lt(sent, 1000);
    }
    ck_assert_uint_eq(sent, rig.done + 10);
    sleeps();
    for (i = 0; i < 20000 && got < sent - 1; i++) {
        got += get_frames(fd, &r);
        rig_turn(tap_now() + PPTP_MS);
    }
    ck_assert_uint_eq(got, sent - 1);
    ck_assert_uint_eq(rig.done, sent);
    ck_assert_uint_eq(r.h.bad_fcs + r.h.aborted, 0);
    /* closed with frames waiting */
    while (tty.async.waiting < 5)
        rig_send(f, sizeof f);
    close(fd);
    RIG_UNTIL(rig.events == 2);
    ck_assert_uint_eq(tty.async.waiting, 0);
    sleeps();
    rig_end();
}
END_TEST

/* Held: the slave's writer waits, too; then all comes in order. */
START_TEST(held)
{
    uint8_t f[1000] = { 0xff, 0x03, 0x00, 0x21 }, o[PPP_HDLC_MAX(1000)];
    size_t n, at = 0;
    unsigned sent = 0, i;
    int fd;

    begin_default();
    fd = call_in();
    put_octets(fd, "\x7e", 1);
    RIG_UNTIL(rig.rings == 1);
    rig_answer();
    tty.nas.ops->hold(&tty.nas, tap_now(), true);
    for (;;) {
        ssize_t k;

        f[4] = (uint8_t)sent;
        n = ppp_hdlc_encode(o, f, sizeof f, 0, false);
        k = write(fd, o, n);
        at = k > 0 ? (size_t)k : 0;
        if (at < n)
            break;
        ck_assert_uint_lt(++sent, 400);
    }
    ck_assert_uint_gt(sent, 2);
    sleeps();
    ck_assert_uint_eq(rig.frames, 0);
    tty.nas.ops->hold(&tty.nas, tap_now(), false);
    RIG_UNTIL(rig.frames == sent);
    put_octets(fd, o + at, n - at);
    RIG_UNTIL(rig.frames == sent + 1);
    for (i = 0; i <= sent; i++)
        ck_assert_uint_eq(rig.frame[i][4], (uint8_t)i);
    /* closed while held: no busy loop, and dropped */
    tty.nas.ops->hold(&tty.nas, tap_now(), true);
    put_frame(fd, ip_frame, sizeof ip_frame);
    close(fd);
    RIG_UNTIL(rig.events == 2);
    ck_assert_int_eq(rig.event[1], PPTP_LINE_DROPPED);
    sleeps();
    rig_end();
}
END_TEST

/* Ten megabytes without a flag, then one that never ends a frame. */
START_TEST(flood)
{
    enum { MANY = 10 << 20 };
    static uint8_t noise[4096];
    size_t sent = 0;
    int fd;

    begin_default();
    memset(noise, 'x', sizeof noise);
    fd = call_in();
    while (sent < MANY) {
        ssize_t n = write(fd, noise, sizeof noise);

        sent += n > 0 ? (size_t)n : 0;
        rig_turn(tap_now() + PPTP_MS);
    }
    RIG_UNTIL(tty.noise == sent);
    ck_assert_uint_eq(rig.rings, 0);
    put_octets(fd, "\x7e", 1);
    RIG_UNTIL(rig.rings == 1);
    for (sent = 0; sent < MANY / 10;) {
        ssize_t n = write(fd, noise, sizeof noise);

        sent += n > 0 ? (size_t)n : 0;
        rig_turn(tap_now() + PPTP_MS);
    }
    put_octets(fd, "\x7e", 1);
    RIG_UNTIL(tty.async.hdlc.too_long == 1);
    ck_assert_uint_eq(rig.pool.used, 0);
    close(fd);
    rig_end();
}
END_TEST

/* Link, owner, mode of the slave. */
START_TEST(link_and_mode)
{
    char folder[] = "/tmp/line.XXXXXX", path[64], to[64], why[256];
    struct stat st;
    ssize_t n;
    FILE *f;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/modem", folder);
    ck_assert_int_eq(symlink("/nowhere", path), 0); /* of a former run */
    tap_line_tty_config_default(&config);
    config.link = path;
    config.mode = 0640;
    config.owner = geteuid();
    config.group = getegid();
    begin();
    n = readlink(path, to, sizeof to - 1);
    ck_assert_int_gt(n, 0);
    to[n] = '\0';
    ck_assert_str_eq(to, tty.slave);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0640);
    ck_assert_uint_eq(st.st_uid, geteuid());
    rig_end();
    ck_assert_int_eq(lstat(path, &st), -1);
    /* what is no link stays */
    f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fclose(f);
    ck_assert_int_eq(tap_line_pty_init(&tty, &config), 0);
    rig_begin(&tty.line);
    ck_assert_int_eq(tty.line.ops->open(&tty.line, why, sizeof why), -1);
    ck_assert_ptr_nonnull(strstr(why, "no symbolic link"));
    ck_assert_int_eq(lstat(path, &st), 0);
    rig_end();
    unlink(path);
    rmdir(folder);
}
END_TEST

START_TEST(bad_configs)
{
    static char text[300];

    memset(text, 'a', sizeof text - 1);
    tap_line_tty_config_default(&config);
    ck_assert_int_eq(tap_line_stdio_init(&tty, &config), 0);
    ck_assert(tty.nas.polled && !tty.nas.dials);
    ck_assert_int_eq(tap_line_pty_init(&tty, &config), 0);
    ck_assert(tty.nas.polled && tty.nas.dials);
    config.connect_bps = 0;
    ck_assert_int_eq(tap_line_pty_init(&tty, &config), PPTP_ERR_ARGUMENT);
    tap_line_tty_config_default(&config);
    config.link = text;
    ck_assert_int_eq(tap_line_pty_init(&tty, &config), PPTP_ERR_ARGUMENT);
    config.link = NULL;
    config.number = text;
    ck_assert_int_eq(tap_line_stdio_init(&tty, &config), PPTP_ERR_ARGUMENT);
    config.number = NULL;
    config.caller = text;
    ck_assert_int_eq(tap_line_stdio_init(&tty, &config), PPTP_ERR_ARGUMENT);
    /* closed without being open */
    config.caller = NULL;
    ck_assert_int_eq(tap_line_pty_init(&tty, &config), 0);
    rig_begin(&tty.line);
    rig_hangup();
    rig_end();
}
END_TEST

/* --- standard input and output ------------------------------------------- */

static int in[2], out[2]; /* pipes: ours is in[1], out[0] */

static void begin_stdio(void)
{
    ck_assert_int_eq(pipe2(in, O_CLOEXEC), 0);
    ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
    fcntl(out[0], F_SETFL, O_NONBLOCK);
    tap_line_tty_config_default(&config);
    config.rx_fd = in[0];
    config.tx_fd = out[1];
    ck_assert_int_eq(tap_line_stdio_init(&tty, &config), 0);
    rig_begin(&tty.line);
    rig_open();
}

static void end_stdio(void)
{
    rig_end();
    close(in[0]);
    close(in[1]);
    close(out[0]);
    close(out[1]);
}

/* It rings at once, and is finished with its input. */
START_TEST(stdio_call)
{
    static struct rig_reader r;

    memset(&r, 0, sizeof r);
    begin_stdio();
    put_frame(in[1], conf_req, sizeof conf_req);
    RIG_UNTIL(rig.rings == 1);
    ck_assert(fcntl(in[0], F_GETFL) & O_NONBLOCK);
    rig_run(30);
    rig_answer();
    RIG_UNTIL(rig.frames == 1);
    put_frame(in[1], ip_frame, sizeof ip_frame);
    RIG_UNTIL(rig.frames == 2);
    rig_send(ip_frame, sizeof ip_frame);
    ck_assert_uint_eq(get_frames(out[0], &r), 1);
    ck_assert_mem_eq(r.last, ip_frame, sizeof ip_frame);
    sleeps();
    ck_assert(!tty.nas.finished);
    close(in[1]);
    in[1] = -1;
    RIG_UNTIL(rig.events == 2);
    ck_assert_int_eq(rig.event[1], PPTP_LINE_DROPPED);
    ck_assert(tty.nas.finished && !tty.nas.failed);
    sleeps();
    tty.line.ops->close(&tty.line);
    ck_assert(!(fcntl(in[0], F_GETFL) & O_NONBLOCK));
    ck_assert(!(fcntl(out[1], F_GETFL) & O_NONBLOCK));
    end_stdio();
}
END_TEST

/* Its one call is hung up; nobody dials it. */
START_TEST(stdio_hangup)
{
    const struct pptp_call_request r = { .number = "1" };

    begin_stdio();
    RIG_UNTIL(rig.rings == 1);
    tty.nas.ops->dial(&tty.nas, tap_now(), &r);
    ck_assert_int_eq(rig.event[0], PPTP_LINE_NO_RESOURCE);
    rig_hangup();
    ck_assert(tty.nas.finished);
    ck_assert_uint_eq(rig.events, 1);
    put_frame(in[1], conf_req, sizeof conf_req);
    sleeps();
    ck_assert_uint_eq(rig.rings, 1);
    end_stdio();
}
END_TEST

/* Nobody reads the output any more: no signal kills us. */
START_TEST(stdio_output_closed)
{
    begin_stdio();
    RIG_UNTIL(rig.rings == 1);
    rig_answer();
    close(out[0]);
    out[0] = -1;
    rig_send(ip_frame, sizeof ip_frame);
    RIG_UNTIL(tty.nas.finished);
    ck_assert_int_eq(rig.event[1], PPTP_LINE_DROPPED);
    ck_assert_uint_eq(rig.done, 1);
    rig_send(ip_frame, sizeof ip_frame); /* crossed it */
    ck_assert_uint_eq(rig.done, 2);
    end_stdio();
}
END_TEST

/* Input that ended before anybody heard it ring. */
START_TEST(stdio_empty)
{
    begin_stdio();
    close(in[1]);
    in[1] = -1;
    ck_assert_int_eq(tap_loop_turn(&rig.loop, tap_now() + PPTP_S), 0);
    ck_assert(tty.nas.finished);
    ck_assert_uint_eq(rig.rings, 1); /* told, and its end */
    ck_assert_int_eq(rig.event[0], PPTP_LINE_DROPPED);
    end_stdio();
}
END_TEST

/* One socket for both ways; a plain file is refused. */
START_TEST(stdio_kinds)
{
    char path[] = "/tmp/line.XXXXXX", why[256];
    int fds[2], flags;

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    tap_line_tty_config_default(&config);
    config.rx_fd = fds[0];
    config.tx_fd = dup(fds[0]);
    flags = fcntl(fds[0], F_GETFL);
    ck_assert_int_eq(tap_line_stdio_init(&tty, &config), 0);
    rig_begin(&tty.line);
    rig_open();
    RIG_UNTIL(rig.rings == 1);
    rig_answer();
    put_frame(fds[1], ip_frame, sizeof ip_frame);
    RIG_UNTIL(rig.frames == 1);
    rig_end();
    ck_assert_int_eq(fcntl(fds[0], F_GETFL), flags);
    close(fds[0]);
    close(fds[1]);
    close(config.tx_fd);
    config.rx_fd = config.tx_fd = mkstemp(path);
    unlink(path);
    ck_assert_int_eq(tap_line_stdio_init(&tty, &config), 0);
    rig_begin(&tty.line);
    ck_assert_int_eq(tty.line.ops->open(&tty.line, why, sizeof why), -1);
    ck_assert_ptr_nonnull(strstr(why, "plain file"));
    rig_end();
    close(config.rx_fd);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("tap_line_tty");
    TCase *t = tcase_create("pty"), *u = tcase_create("stdio");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, call);
    tcase_add_test(t, next_caller);
    tcase_add_test(t, settings);
    tcase_add_test(t, tail);
    tcase_add_test(t, at_once);
    tcase_add_test(t, dialled);
    tcase_add_test(t, slow_slave);
    tcase_add_test(t, held);
    tcase_add_test(t, flood);
    tcase_add_test(t, link_and_mode);
    tcase_add_test(t, bad_configs);
    suite_add_tcase(s, t);
    tcase_set_timeout(u, 60);
    tcase_add_test(u, stdio_call);
    tcase_add_test(u, stdio_hangup);
    tcase_add_test(u, stdio_output_closed);
    tcase_add_test(u, stdio_empty);
    tcase_add_test(u, stdio_kinds);
    suite_add_tcase(s, u);
    return s;
}

int main(void)
{
    SRunner *r = srunner_create(suite());
    int failed;

    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
