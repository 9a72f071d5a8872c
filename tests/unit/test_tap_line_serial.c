/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A serial port with a modem: tap/line_serial.h, on a pty with a small modem
 * at its other side.  A pty has no modem lines and no UART; tests that need
 * them get them from the ioctl() below, which goes before libc's.
 */
#include "config.h"

#include "tests/unit/tap_lines.h"

#include <linux/serial.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "pptp/msg.h"
#include "tap/line_serial.h"

/* --- modem lines and a UART ---------------------------------------------- */

static struct {
    bool there;
    int lines;
    unsigned dtr_drops;
    struct serial_icounter_struct count;
} port;

int ioctl(int fd, unsigned long request, ...)
{
    va_list a;
    void *p;

    va_start(a, request);
    p = va_arg(a, void *);
    va_end(a);
    if (!port.there)
        return (int)syscall(SYS_ioctl, fd, request, p);
    switch (request) {
    case TIOCMGET: memcpy(p, &port.lines, sizeof port.lines); return 0;
    case TIOCMBIS: port.lines |= TIOCM_DTR; return 0;
    case TIOCMBIC:
        port.lines &= ~TIOCM_DTR;
        port.dtr_drops++;
        return 0;
    case TIOCGICOUNT: memcpy(p, &port.count, sizeof port.count); return 0;
    default: return (int)syscall(SYS_ioctl, fd, request, p);
    }
}

/* --- the modem ----------------------------------------------------------- */

static struct modem {
    struct tap_source source;
    char slave[64];
    bool data, dead, echo;
    bool obeys_dtr; /* leaves data mode when DTR drops */
    unsigned dtr_seen;
    const char *answer; /* to ATA and ATD; NULL: none */
    char line[256];
    unsigned len;
    char heard[2048]; /* commands, one a line */
    struct rig_reader r;
    unsigned frames;
    size_t data_octets; /* without the escape sequence */
} modem;

static void modem_say(const char *line)
{
    char text[256];
    int n = snprintf(text, sizeof text, "\r\n%s\r\n", line);

    put_octets(modem.source.fd, text, (size_t)n);
}

static void modem_command(void)
{
    const char *c = modem.line;
    size_t at;

    modem.line[modem.len] = '\0';
    if (strstr(c, "AT") != NULL) /* V.250 5.2.1: the prefix begins a line */
        c = strstr(c, "AT");
    if (modem.echo)
        put_octets(modem.source.fd, modem.line, modem.len);
    modem.len = 0;
    at = strlen(modem.heard);
    ck_assert_int_lt(
        snprintf(modem.heard + at, sizeof modem.heard - at, "%s\n", c),
        (int)(sizeof modem.heard - at));
    if (strncmp(c, "ATA", 3) == 0 || strncmp(c, "ATD", 3) == 0) {
        if (modem.answer != NULL)
            modem_say(modem.answer);
        modem.data = modem.answer != NULL &&
                     strncmp(modem.answer, "CONNECT", 7) == 0;
    } else if (strncmp(c, "AT", 2) == 0) {
        modem_say("OK");
    } else if (c[0] == '\0') {
        modem_say("NO CARRIER"); /* an attempt was ended */
    }
}

static void modem_data(const uint8_t *o, size_t n)
{
    size_t at = 0, used, len;

    while (at < n) {
        len = ppp_hdlc_decode(&modem.r.h, modem.r.buf, sizeof modem.r.buf,
                              o + at, n - at, &used);
        at += used;
        if (len == 0)
            continue;
        modem.frames++;
        memcpy(modem.r.last, modem.r.buf, len);
        modem.r.last_len = len;
    }
    if (n == 3 && memcmp(o, "+++", 3) == 0) {
        modem.data = false;
        modem_say("OK");
    } else {
        modem.data_octets += n;
    }
}

static void modem_ready(struct tap_source *s, uint32_t events)
{
    uint8_t in[4096];
    ssize_t n = read(s->fd, in, sizeof in), i;

    (void)events;
    if (modem.obeys_dtr && port.dtr_drops > modem.dtr_seen)
        modem.data = false;
    modem.dtr_seen = port.dtr_drops;
    if (n <= 0 || modem.dead)
        return;
    if (modem.data) {
        modem_data(in, (size_t)n);
        return;
    }
    for (i = 0; i < n; i++)
        if (in[i] == '\r')
            modem_command();
        else if (modem.len + 1 < sizeof modem.line)
            modem.line[modem.len++] = (char)in[i];
}

/* --- the line ------------------------------------------------------------ */

static struct tap_line_serial serial;
static struct tap_line_serial_config config;

/* Times of a modem in a hurry. */
static void quick(void)
{
    tap_line_serial_config_default(&config);
    config.device = modem.slave;
    config.poll_ns = 20 * PPTP_MS;
    config.at.pause_ns = 5 * PPTP_MS;
    config.at.command_ns = 200 * PPTP_MS;
    config.at.retry_ns = 100 * PPTP_MS;
    config.at.ring_ns = 300 * PPTP_MS;
    config.at.connect_ns = PPTP_S;
    config.at.dtr_ns = 20 * PPTP_MS;
    config.at.settle_ns = 20 * PPTP_MS;
    config.at.guard_ns = 30 * PPTP_MS;
    config.at.escape_ns = 30 * PPTP_MS;
    config.number = "5551000";
}

static void make_modem(void)
{
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

    memset(&modem, 0, sizeof modem);
    memset(&port, 0, sizeof port);
    ck_assert_int_ge(fd, 0);
    ck_assert(grantpt(fd) == 0 && unlockpt(fd) == 0);
    ck_assert_int_eq(ptsname_r(fd, modem.slave, sizeof modem.slave), 0);
    modem.source = (struct tap_source){ .fd = fd, .ready = modem_ready };
    modem.answer = "CONNECT 33600/ARQ";
    quick();
}

static void begin(void)
{
    ck_assert_int_eq(tap_line_serial_init(&serial, &config), 0);
    rig_begin(&serial.line);
    rig_open();
    /* now the slave is open, and the master has no hang-up */
    ck_assert_int_eq(tap_loop_add(&rig.loop, &modem.source, EPOLLIN), 0);
}

static void begin_ready(void)
{
    begin();
    RIG_UNTIL(serial.at.state == TAP_AT_READY);
}

static void end(void)
{
    if (modem.source.fd >= 0) {
        tap_loop_remove(&rig.loop, &modem.source);
        close(modem.source.fd);
    }
    rig_end();
}

static void sleeps(void)
{
    unsigned turns;

    rig_run(30);
    turns = rig.turns;
    rig_run(150);
    ck_assert_uint_le(rig.turns - turns, 2);
}

static void take_call(void)
{
    const unsigned rings = rig.rings, events = rig.events;

    modem_say("RING");
    RIG_UNTIL(rig.rings == rings + 1);
    rig_answer();
    RIG_UNTIL(rig.events == events + 1);
    ck_assert_int_eq(rig.event[events], PPTP_LINE_CONNECTED);
}

START_TEST(set_up)
{
    struct termios t;
    int fd;

    make_modem();
    modem.echo = true;
    config.speed_bps = 57600;
    begin_ready();
    ck_assert_str_eq(modem.heard, "ATH\nATZ\nATE0V1Q0X4S0=0\nAT&C1&D2\n");
    sleeps();
    fd = serial.async.rx.fd;
    ck_assert_int_eq(tcgetattr(fd, &t), 0);
    ck_assert_uint_eq(cfgetospeed(&t), B57600);
    ck_assert((t.c_cflag & (CLOCAL | HUPCL | CRTSCTS | CREAD)) ==
              (CLOCAL | HUPCL | CRTSCTS | CREAD));
    ck_assert((t.c_lflag & (ECHO | ICANON)) == 0);
    end();
}
END_TEST

START_TEST(incoming)
{
    make_modem();
    config.at.rings = 2;
    begin_ready();
    modem_say("RING");
    modem_say("NMBR = 5552000");
    modem_say("RING");
    RIG_UNTIL(rig.rings == 1);
    ck_assert_str_eq(rig.ring.number, "5551000");
    ck_assert_str_eq(rig.ring.dialing, "5552000");
    ck_assert_uint_eq(rig.ring.bearer, PPTP_BEARER_ANALOG);
    rig_run(50);
    ck_assert_ptr_null(strstr(modem.heard, "ATA")); /* after ICRP only */
    rig_answer();
    RIG_UNTIL(rig.events == 1);
    ck_assert_int_eq(rig.event[0], PPTP_LINE_CONNECTED);
    ck_assert_uint_eq(rig.info.connect_bps, 33600);
    ck_assert_uint_eq(rig.info.framing, PPTP_FRAMING_ASYNC);
    put_frame(modem.source.fd, conf_req, sizeof conf_req);
    put_frame(modem.source.fd, ip_frame, sizeof ip_frame);
    RIG_UNTIL(rig.frames == 2);
    ck_assert_mem_eq(rig.frame[1], ip_frame, sizeof ip_frame);
    rig_send(ip_frame, sizeof ip_frame);
    RIG_UNTIL(modem.frames == 1);
    ck_assert_mem_eq(modem.r.last, ip_frame, sizeof ip_frame);
    sleeps(); /* no modem lines, no UART: nothing to ask */
    /* the other modem hangs up */
    modem.data = false;
    modem_say("NO CARRIER");
    RIG_UNTIL(rig.events == 2);
    ck_assert_int_eq(rig.event[1], PPTP_LINE_DROPPED);
    RIG_UNTIL(serial.at.state == TAP_AT_READY);
    end();
}
END_TEST

/* A daemon before us has left a call: it is ended before the modem is set
 * up, and not an octet of the set-up gets into it. */
START_TEST(left_in_a_call)
{
    make_modem();
    modem.data = true;
    begin_ready();
    ck_assert_uint_eq(modem.data_octets, 0);
    ck_assert_str_eq(modem.heard, "ATH\nATZ\nATE0V1Q0X4S0=0\nAT&C1&D2\n");
    end();
}
END_TEST

/* The line fails just after CONNECT: no +++ and no ATH then. */
START_TEST(no_carrier_at_once)
{
    make_modem();
    begin_ready();
    take_call();
    modem.heard[0] = '\0';
    modem.data = false;
    modem_say("NO CARRIER");
    RIG_UNTIL(rig.events == 2);
    ck_assert_int_eq(rig.event[1], PPTP_LINE_DROPPED);
    RIG_UNTIL(serial.at.state == TAP_AT_READY);
    ck_assert_str_eq(modem.heard, "ATZ\nATE0V1Q0X4S0=0\nAT&C1&D2\n");
    take_call();
    end();
}
END_TEST

/* What was left over comes after NO CARRIER: frames without a good FCS. */
START_TEST(no_carrier_then_data)
{
    static const char text[] = "\r\nNO CARRIER\r\n";
    static const char left[] = "~\xff}#\xc0!left over~";
    unsigned i;

    make_modem();
    begin_ready();
    take_call();
    put_frame(modem.source.fd, ip_frame, sizeof ip_frame);
    RIG_UNTIL(rig.frames == 1);
    modem.data = false;
    put_octets(modem.source.fd, text, sizeof text - 1);
    for (i = 0; i < 10; i++)
        put_octets(modem.source.fd, left, sizeof left - 1);
    RIG_UNTIL(rig.events == 2);
    ck_assert_int_eq(rig.event[1], PPTP_LINE_DROPPED);
    RIG_UNTIL(serial.at.state == TAP_AT_READY);
    take_call();
    ck_assert_uint_eq(rig.frames, 1);
    end();
}
END_TEST

/* The same text in a frame, as a client sends it whose map is 0. */
START_TEST(page_about_modems)
{
    static const char page[] = "\xff\x03\x00\x21"
                               "E: \r\nNO CARRIER\r\n, or \r\nRING\r\n";
    uint8_t line[PPP_HDLC_MAX(sizeof page)];
    size_t n = ppp_hdlc_encode(line, (const uint8_t *)page, sizeof page - 1, 0,
                               false);

    make_modem();
    begin_ready();
    take_call();
    ck_assert_ptr_nonnull(memmem(line, n, "\nNO CARRIER\r", 12));
    put_octets(modem.source.fd, line, n);
    RIG_UNTIL(rig.frames == 1);
    ck_assert_uint_eq(tap_at_deadline(&serial.at), PPTP_NEVER);
    ck_assert_int_eq(serial.at.state, TAP_AT_DATA);
    ck_assert_uint_eq(rig.events, 1);
    end();
}
END_TEST

/* Until when a daemon that ends waits. */
START_TEST(leaving)
{
    make_modem();
    begin_ready();
    ck_assert(!serial.nas.ops->leaving(&serial.nas));
    take_call();
    modem.heard[0] = '\0';
    rig_hangup();
    ck_assert(serial.nas.ops->leaving(&serial.nas));
    RIG_UNTIL(!serial.nas.ops->leaving(&serial.nas));
    ck_assert_str_eq(modem.heard, "ATH\n");
    ck_assert(!modem.data);
    RIG_UNTIL(serial.at.state == TAP_AT_READY);
    /* nor for a modem that is unplugged meanwhile */
    take_call();
    rig_hangup();
    tap_loop_remove(&rig.loop, &modem.source);
    close(modem.source.fd);
    modem.source.fd = -1;
    RIG_UNTIL(serial.nas.finished);
    ck_assert(!serial.nas.ops->leaving(&serial.nas));
    end();
}
END_TEST

/* CONNECT, frames and all in one read: nothing of them is lost. */
START_TEST(all_at_once)
{
    char text[256];
    size_t n;

    make_modem();
    modem.answer = NULL;
    begin_ready();
    modem_say("RING");
    RIG_UNTIL(rig.rings == 1);
    rig_answer();
    RIG_UNTIL(strstr(modem.heard, "ATA") != NULL);
    n = (size_t)snprintf(text, sizeof text, "\r\nCONNECT\r\n");
    n += ppp_hdlc_encode((uint8_t *)text + n, conf_req, sizeof conf_req,
                         UINT32_MAX, false);
    n += ppp_hdlc_encode((uint8_t *)text + n, ip_frame, sizeof ip_frame,
                         UINT32_MAX, true);
    put_octets(modem.source.fd, text, n);
    RIG_UNTIL(rig.frames == 2);
    ck_assert_uint_eq(rig.info.connect_bps, 33600); /* as configured */
    end();
}
END_TEST

/* Hung up by us, by way of +++; the next call comes. */
START_TEST(hangup_and_again)
{
    unsigned i;

    make_modem();
    begin_ready();
    for (i = 0; i < 3; i++) {
        take_call();
        modem.heard[0] = '\0';
        rig_hangup();
        RIG_UNTIL(serial.at.state == TAP_AT_READY);
        ck_assert_str_eq(modem.heard, "ATH\nATZ\nATE0V1Q0X4S0=0\nAT&C1&D2\n");
        ck_assert_uint_eq(rig.events, i + 1); /* none for the hang-up */
    }
    rig_send(ip_frame, sizeof ip_frame); /* it crossed */
    ck_assert_uint_eq(rig.done, 1);
    /* a ring that nobody wants */
    modem_say("RING");
    RIG_UNTIL(rig.rings == 4);
    rig_hangup();
    modem_say("RING");
    rig_run(100);
    ck_assert_uint_eq(rig.rings, 4);
    rig_run(350);
    modem_say("RING");
    RIG_UNTIL(rig.rings == 5);
    RIG_UNTIL(rig.events == 4); /* and stops */
    ck_assert_int_eq(rig.event[3], PPTP_LINE_DROPPED);
    end();
}
END_TEST

static void dial(const char *number)
{
    struct pptp_call_request r = { .bearer = PPTP_BEARER_ANALOG };

    strcpy(r.number, number);
    rig.in_ops = true;
    serial.nas.ops->dial(&serial.nas, tap_now(), &r);
    rig.in_ops = false;
}

/* Outgoing calls, and how they fail. */
START_TEST(outgoing)
{
    static const struct {
        const char *answer;
        enum pptp_line_event event;
        unsigned cause;
    } rows[] = { { "BUSY", PPTP_LINE_BUSY, 17 },
                 { "NO CARRIER", PPTP_LINE_NO_CARRIER, 0 },
                 { "NO DIALTONE", PPTP_LINE_NO_DIAL_TONE, 0 },
                 { "NO ANSWER", PPTP_LINE_NO_ANSWER, 19 },
                 { "BLACKLISTED", PPTP_LINE_REFUSED, 0 } };
    unsigned i;

    make_modem();
    begin_ready();
    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        modem.answer = rows[i].answer;
        modem.heard[0] = '\0';
        dial("5551234"); /* also while the modem is being set up again */
        RIG_UNTIL(rig.events == i + 1);
        ck_assert_int_eq(rig.event[i], rows[i].event);
        ck_assert_uint_eq(rig.info.cause, rows[i].cause);
        ck_assert_ptr_nonnull(strstr(modem.heard, "ATDT5551234\n"));
    }
    dial("5551234;H"); /* said, counted, not dialled */
    ck_assert_uint_eq(rig.events, i + 1);
    ck_assert_int_eq(rig.event[i], PPTP_LINE_REFUSED);
    ck_assert_uint_eq(serial.at.stats.bad_number, 1);
    modem.answer = "CONNECT 9600";
    dial("5551234");
    RIG_UNTIL(rig.events == i + 2);
    ck_assert_int_eq(rig.event[i + 1], PPTP_LINE_CONNECTED);
    ck_assert_uint_eq(rig.info.connect_bps, 9600);
    dial("1"); /* one call at a time */
    ck_assert_int_eq(rig.event[i + 2], PPTP_LINE_NO_RESOURCE);
    put_frame(modem.source.fd, ip_frame, sizeof ip_frame);
    RIG_UNTIL(rig.frames == 1);
    rig_hangup();
    /* given up before there is an answer */
    modem.answer = NULL;
    RIG_UNTIL(serial.at.state == TAP_AT_READY);
    dial("1");
    RIG_UNTIL(strstr(modem.heard, "ATDT1\n") != NULL);
    rig_hangup();
    RIG_UNTIL(serial.at.state == TAP_AT_READY);
    ck_assert_uint_eq(rig.events, i + 3);
    end();
}
END_TEST

/* No modem: said, tried again, and no call waits for it. */
START_TEST(dead_modem)
{
    make_modem();
    modem.dead = true;
    config.at.command_ns = 30 * PPTP_MS;
    begin();
    RIG_UNTIL(serial.at.state == TAP_AT_SICK);
    dial("1");
    ck_assert_int_eq(rig.event[0], PPTP_LINE_NO_RESOURCE);
    modem.dead = false;
    RIG_UNTIL(serial.at.state == TAP_AT_READY);
    take_call();
    end();
}
END_TEST

/* The adapter is unplugged. */
START_TEST(unplugged)
{
    make_modem();
    port.there = true;
    port.lines = TIOCM_CD;
    begin_ready();
    take_call();
    tap_loop_remove(&rig.loop, &modem.source);
    close(modem.source.fd);
    modem.source.fd = -1;
    RIG_UNTIL(serial.nas.finished && serial.nas.failed);
    ck_assert_uint_eq(rig.events, 2);
    ck_assert_int_eq(rig.event[1], PPTP_LINE_DROPPED);
    sleeps();
    dial("1");
    ck_assert_int_eq(rig.event[2], PPTP_LINE_NO_RESOURCE);
    rig_hangup();
    rig_send(ip_frame, sizeof ip_frame);
    ck_assert_uint_eq(rig.done, 1);
    end();
}
END_TEST

/* DCD ends a call; NO CARRIER is then only text. */
START_TEST(carrier_lost)
{
    make_modem();
    modem.obeys_dtr = true;
    port.there = true;
    begin_ready();
    ck_assert_uint_eq(port.dtr_drops, 0);
    port.lines = TIOCM_DTR | TIOCM_CD;
    take_call();
    modem_say("NO CARRIER"); /* a web page about modems */
    rig_run(1200);
    ck_assert_uint_eq(rig.events, 1);
    port.lines &= ~TIOCM_CD;
    RIG_UNTIL(rig.events == 2);
    ck_assert_int_eq(rig.event[1], PPTP_LINE_DROPPED);
    ck_assert_uint_eq(serial.dcd_lost, 1);
    ck_assert_uint_eq(port.dtr_drops, 1);
    RIG_UNTIL(serial.at.state == TAP_AT_READY);
    ck_assert(port.lines & TIOCM_DTR);
    ck_assert_ptr_null(strstr(modem.heard, "ATH"));
    sleeps(); /* asked in a call only */
    /* a modem whose DCD is off for ever does not lose it */
    take_call();
    rig_run(200);
    ck_assert_uint_eq(rig.events, 3);
    port.lines |= TIOCM_CD;
    rig_run(60);
    /* and one that does not care for DTR gets the escape sequence */
    modem.obeys_dtr = false;
    rig_hangup();
    RIG_UNTIL(strstr(modem.heard, "ATH\n") != NULL);
    port.lines &= ~TIOCM_CD;
    RIG_UNTIL(serial.at.state == TAP_AT_READY);
    end();
}
END_TEST

/* R-2.14-06: what the UART counts, from the call's begin on. */
START_TEST(uart_errors)
{
    uint8_t bad[PPP_HDLC_MAX(sizeof ip_frame)];
    size_t n = ppp_hdlc_encode(bad, ip_frame, sizeof ip_frame, UINT32_MAX,
                               false);

    make_modem();
    port.there = true;
    port.lines = TIOCM_CD;
    port.count.frame = port.count.overrun = 100;
    begin_ready();
    serial.async.errors_gap_ns = 100 * PPTP_MS;
    take_call();
    rig_run(200);
    ck_assert_uint_eq(rig.events, 1);
    port.count.frame += 2;
    port.count.brk += 1;
    port.count.parity += 4;
    port.count.overrun += 8;
    port.count.buf_overrun += 16;
    bad[n - 2] ^= 1;
    put_octets(modem.source.fd, bad, n);
    /* the frame and the port may be told together, or one after the other */
    RIG_UNTIL(rig.info.errors[0] == 1 && rig.info.errors[1] == 7);
    ck_assert_int_eq(rig.event[1], PPTP_LINE_ERRORS);
    ck_assert_uint_eq(rig.info.errors[2], 8);
    ck_assert_uint_eq(rig.info.errors[3], 16);
    ck_assert_uint_eq(rig.info.errors[4] + rig.info.errors[5], 0);
    end();
}
END_TEST

/* Back-pressure: the modem says stop. */
START_TEST(slow_modem)
{
    uint8_t f[1500] = { 0xff, 0x03, 0x00, 0x21 };
    unsigned sent = 0;

    make_modem();
    config.frames = 20;
    begin_ready();
    take_call();
    tap_loop_change(&rig.loop, &modem.source, EPOLLET); /* deaf */
    while (serial.async.stats.tx_full == 0) {
        rig_send(f, sizeof f);
        ck_assert_uint_lt(++sent, 1000);
    }
    ck_assert_uint_eq(sent, rig.done + 20);
    sleeps();
    tap_loop_change(&rig.loop, &modem.source, EPOLLIN);
    RIG_UNTIL(modem.frames == sent - 1);
    ck_assert_uint_eq(rig.done, sent);
    end();
}
END_TEST

START_TEST(cannot_open)
{
    char path[] = "/tmp/line.XXXXXX", why[256];
    struct tap_line_serial other;
    int fd;

    make_modem();
    config.device = "/dev/there/is/none";
    ck_assert_int_eq(tap_line_serial_init(&serial, &config), 0);
    rig_begin(&serial.line);
    ck_assert_int_eq(serial.line.ops->open(&serial.line, why, sizeof why), -1);
    ck_assert_ptr_nonnull(strstr(why, "/dev/there/is/none"));
    rig_end();
    fd = mkstemp(path);
    config.device = path;
    ck_assert_int_eq(tap_line_serial_init(&serial, &config), 0);
    rig_begin(&serial.line);
    ck_assert_int_eq(serial.line.ops->open(&serial.line, why, sizeof why), -1);
    ck_assert_ptr_nonnull(strstr(why, "no serial port"));
    rig_end();
    close(fd);
    unlink(path);
    quick();
    begin_ready();
    ck_assert_int_eq(tap_line_serial_init(&other, &config), 0);
    other.line.loop = &rig.loop;
    other.line.name = "other";
    ck_assert_int_eq(other.line.ops->open(&other.line, why, sizeof why), -1);
    ck_assert(strstr(why, "another program") != NULL ||
              strstr(why, "busy") != NULL);
    end();
}
END_TEST

START_TEST(bad_configs)
{
    make_modem();
    ck_assert_int_eq(tap_line_serial_init(&serial, &config), 0);
    config.speed_bps = 12345;
    ck_assert_int_eq(tap_line_serial_init(&serial, &config),
                     PPTP_ERR_ARGUMENT);
    ck_assert(!tap_serial_speed_known(0) && tap_serial_speed_known(115200));
    quick();
    config.device = NULL;
    ck_assert_int_eq(tap_line_serial_init(&serial, &config),
                     PPTP_ERR_ARGUMENT);
    quick();
    config.at.init[0] = "AT\n";
    ck_assert_int_eq(tap_line_serial_init(&serial, &config),
                     PPTP_ERR_ARGUMENT);
    close(modem.source.fd);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("tap_line_serial");
    TCase *t = tcase_create("serial");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, set_up);
    tcase_add_test(t, incoming);
    tcase_add_test(t, left_in_a_call);
    tcase_add_test(t, no_carrier_at_once);
    tcase_add_test(t, no_carrier_then_data);
    tcase_add_test(t, page_about_modems);
    tcase_add_test(t, leaving);
    tcase_add_test(t, all_at_once);
    tcase_add_test(t, hangup_and_again);
    tcase_add_test(t, outgoing);
    tcase_add_test(t, dead_modem);
    tcase_add_test(t, unplugged);
    tcase_add_test(t, carrier_lost);
    tcase_add_test(t, uart_errors);
    tcase_add_test(t, slow_modem);
    tcase_add_test(t, cannot_open);
    tcase_add_test(t, bad_configs);
    suite_add_tcase(s, t);
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
