/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A serial port with a modem; line_serial.h. */
#include "config.h"

#include "tap/line_serial.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/serial.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "pptp/msg.h"
#include "tap/log.h"

static const struct nas_line_ops ops;
static const struct tap_line_ops device_ops;
static const struct tap_async_ops async_ops;

void tap_line_serial_config_default(struct tap_line_serial_config *c)
{
    *c = (struct tap_line_serial_config){ .speed_bps = 115200,
                                          .rtscts = true,
                                          .dcd = true,
                                          .poll_ns = PPTP_S,
                                          .connect_bps = 33600,
                                          .bearer = PPTP_BEARER_ANALOG,
                                          .frames = TAP_ASYNC_FRAMES };
    tap_at_config_default(&c->at);
}

static const struct {
    uint32_t bps;
    speed_t speed;
} speeds[] = {
    { 300, B300 },         { 1200, B1200 },       { 2400, B2400 },
    { 4800, B4800 },       { 9600, B9600 },       { 19200, B19200 },
    { 38400, B38400 },     { 57600, B57600 },     { 115200, B115200 },
    { 230400, B230400 },   { 460800, B460800 },   { 500000, B500000 },
    { 576000, B576000 },   { 921600, B921600 },   { 1000000, B1000000 },
    { 1500000, B1500000 }, { 2000000, B2000000 }, { 3000000, B3000000 },
    { 4000000, B4000000 },
};

static speed_t speed_of(uint32_t bps)
{
    size_t i;

    for (i = 0; i < sizeof speeds / sizeof *speeds; i++)
        if (speeds[i].bps == bps)
            return speeds[i].speed;
    return B0;
}

bool tap_serial_speed_known(uint32_t bps)
{
    return speed_of(bps) != B0;
}

int tap_line_serial_init(struct tap_line_serial *s,
                         const struct tap_line_serial_config *c)
{
    const size_t number = sizeof(((struct pptp_call_request *)0)->number);

    if (c->device == NULL || !tap_serial_speed_known(c->speed_bps) ||
        c->connect_bps == 0 || c->poll_ns == 0 ||
        (c->number != NULL && strlen(c->number) >= number))
        return PPTP_ERR_ARGUMENT;
    memset(s, 0, sizeof *s);
    s->nas.ops = &ops;
    s->nas.polled = s->nas.dials = true;
    s->line.nas = &s->nas;
    s->line.ops = &device_ops;
    s->config = *c;
    s->fd = -1;
    s->poll_due_ns = PPTP_NEVER;
    tap_async_init(&s->async, &s->line, &async_ops, c->frames);
    return tap_at_init(&s->at, &s->config.at);
}

static struct tap_line_serial *of(struct nas_line *l)
{
    return (struct tap_line_serial *)(void *)l; /* its first member */
}

static const struct tap_line_serial *of_const(const struct nas_line *l)
{
    return (const struct tap_line_serial *)(const void *)l;
}

static struct tap_line_serial *of_async(struct tap_async *a)
{
    return of(a->line->nas);
}

/* --- the port ------------------------------------------------------------ */

/* 1: carrier; 0: none; -1: the port cannot tell. */
static int carrier(const struct tap_line_serial *s)
{
    int bits;

    if (!s->can_dcd || ioctl(s->fd, TIOCMGET, &bits) < 0)
        return -1;
    return (bits & TIOCM_CD) != 0;
}

static void set_dtr(const struct tap_line_serial *s, bool on)
{
    const int dtr = TIOCM_DTR;

    /* a port without it needs the escape sequence: open() saw to that */
    (void)ioctl(s->fd, on ? TIOCMBIS : TIOCMBIC, &dtr);
}

/* Frame, overrun, parity, break, buffer overrun, since it was plugged in. */
static bool read_uart(const struct tap_line_serial *s,
                      uint32_t v[TAP_SERIAL_UART])
{
    struct serial_icounter_struct c;

    memset(&c, 0, sizeof c);
    if (ioctl(s->fd, TIOCGICOUNT, &c) < 0)
        return false;
    v[0] = (uint32_t)c.frame;
    v[1] = (uint32_t)c.overrun;
    v[2] = (uint32_t)c.parity;
    v[3] = (uint32_t)c.brk;
    v[4] = (uint32_t)c.buf_overrun;
    return true;
}

/* 2.14: a break is a character without its stop bit; a parity error is one
 * more octet that came damaged. */
static void count_uart(struct tap_line_serial *s, pptp_ns now)
{
    uint32_t v[TAP_SERIAL_UART], errors[6] = { 0 };

    if (!s->can_count || !read_uart(s, v))
        return;
    errors[1] = v[0] - s->uart0[0] + (v[2] - s->uart0[2]) +
                (v[3] - s->uart0[3]);
    errors[2] = v[1] - s->uart0[1];
    errors[3] = v[4] - s->uart0[4];
    tap_async_uart(&s->async, now, errors);
}

/* --- calls --------------------------------------------------------------- */

static void request(const struct nas_line *l, struct pptp_call_request *out)
{
    const struct tap_line_serial *s = of_const(l);

    *out = (struct pptp_call_request){ .bearer = s->config.bearer,
                                       .phys_channel = s->config.channel };
    if (s->config.number != NULL)
        strcpy(out->number, s->config.number); /* it fits: init */
    memcpy(out->dialing, s->from, sizeof out->dialing);
}

static void info(const struct nas_line *l, struct pptp_line_info *out)
{
    const struct tap_line_serial *s = of_const(l);

    *out = (struct pptp_line_info){ .connect_bps = s->bps,
                                    .framing = PPTP_FRAMING_ASYNC,
                                    .phys_channel = s->config.channel,
                                    .cause = s->cause,
                                    .ppd_ds = s->config.ppd_ds };
    tap_async_errors(&s->async, out->errors);
}

static void call_begins(struct tap_line_serial *s, pptp_ns now, uint32_t bps)
{
    s->bps = bps > 0 ? bps : s->config.connect_bps;
    s->cause = 0;
    s->up = true;
    s->calls++;
    s->dcd_seen = carrier(s) > 0;
    if (s->can_count)
        s->can_count = read_uart(s, s->uart0);
    if (s->can_dcd || s->can_count)
        s->poll_due_ns = now + s->config.poll_ns;
    tap_async_up(&s->async, now);
    s->nas.owner->event(&s->nas, now, PPTP_LINE_CONNECTED);
}

/* No call any more; what `at` has begun goes on. */
static void call_over(struct tap_line_serial *s)
{
    s->up = s->calling = false;
    s->poll_due_ns = PPTP_NEVER;
    tap_async_down(&s->async);
}

static void tell(struct tap_line_serial *s, pptp_ns now,
                 enum pptp_line_event e, uint16_t cause)
{
    const bool call = s->calling || s->up;

    call_over(s);
    s->cause = cause;
    if (call)
        s->nas.owner->event(&s->nas, now, e);
}

static void rang(struct tap_line_serial *s, pptp_ns now, const char *from)
{
    snprintf(s->from, sizeof s->from, "%s", from);
    s->calling = true;
    s->rings++;
    s->nas.owner->ring(&s->nas, now);
}

static void do_action(struct tap_line_serial *s, const struct tap_at_action *a,
                      pptp_ns now)
{
    switch (a->type) {
    case TAP_AT_SEND:
        /* it repeats what was lost */
        s->write_lost += !tap_async_write(&s->async, a->octets, a->len);
        break;
    case TAP_AT_SET_DTR: set_dtr(s, a->on); break;
    case TAP_AT_IS_READY:
        tap_say(TAP_NOTICE, "line %s: the modem on %s is ready", s->line.name,
                s->config.device);
        break;
    case TAP_AT_IS_SICK:
        tap_say(TAP_WARNING,
                "line %s: modem on %s: %s; it is tried again: is it on, and "
                "are port speed and set-up strings its own?",
                s->line.name, s->config.device, a->text);
        break;
    case TAP_AT_RING: rang(s, now, a->text); break;
    case TAP_AT_RING_END: tell(s, now, PPTP_LINE_DROPPED, 0); break;
    case TAP_AT_CONNECT: call_begins(s, now, a->bps); break;
    case TAP_AT_FAILED: tell(s, now, a->why, a->cause); break;
    case TAP_AT_LOST: tell(s, now, PPTP_LINE_DROPPED, 0); break;
    }
}

/* Does all that `at` wants. The owner may ask for more meanwhile: the outer
 * one does that, too. */
static void drive(struct tap_line_serial *s, pptp_ns now)
{
    struct tap_at_action a;

    if (s->driving)
        return;
    s->driving = true;
    while (tap_at_poll(&s->at, &a))
        do_action(s, &a, now);
    s->driving = false;
}

static void answer(struct nas_line *l, pptp_ns now)
{
    tap_at_answer(&of(l)->at, now);
    drive(of(l), now);
}

/* Digits that are none may not get into the log as they came. */
static void say_refused(const struct tap_line_serial *s, const char *number)
{
    char text[sizeof((struct pptp_call_request *)0)->number];
    size_t i;

    for (i = 0; i + 1 < sizeof text && number[i] != '\0'; i++)
        text[i] = number[i] < ' ' || number[i] > '~' ? '?' : number[i];
    text[i] = '\0';
    tap_say(TAP_WARNING,
            "line %s: the number \"%s\" is not dialled: only 0-9 A-D * # and "
            "commas are",
            s->line.name, text);
}

static void dial(struct nas_line *l, pptp_ns now,
                 const struct pptp_call_request *r)
{
    struct tap_line_serial *s = of(l);
    const uint64_t bad = s->at.stats.bad_number;
    char number[sizeof r->number];

    memcpy(number, r->number, sizeof number);
    number[sizeof number - 1] = '\0';
    if (s->calling || s->up || s->async.rx.fd < 0) {
        l->owner->event(l, now, PPTP_LINE_NO_RESOURCE);
        return;
    }
    s->calling = true;
    tap_at_dial(&s->at, now, number);
    if (s->at.stats.bad_number > bad)
        say_refused(s, number);
    drive(s, now);
}

static void hangup(struct nas_line *l, pptp_ns now)
{
    struct tap_line_serial *s = of(l);

    /* what is on its way to the modem would end the silence before +++ */
    if (s->up)
        (void)tcflush(s->fd, TCOFLUSH);
    call_over(s);
    tap_at_hangup(&s->at, now);
    drive(s, now);
}

static bool leaving(const struct nas_line *l)
{
    /* a port that is gone has left everything */
    return !l->finished && tap_at_leaving(&of_const(l)->at);
}

static void accm(struct nas_line *l, uint32_t tx_accm, uint32_t rx_accm)
{
    tap_async_accm(&of(l)->async, tx_accm, rx_accm);
}

static void frame(struct nas_line *l, pptp_ns now, pptp_pkt pkt)
{
    (void)now;
    tap_async_frame(&of(l)->async, pkt);
}

static void hold(struct nas_line *l, pptp_ns now, bool on)
{
    (void)now;
    tap_async_hold(&of(l)->async, on);
}

/* --- what comes ---------------------------------------------------------- */

static void on_octets(struct tap_async *a, const uint8_t *o, size_t n)
{
    struct tap_line_serial *s = of_async(a);
    const pptp_ns now = tap_now();
    const uint32_t before = a->rx_at;
    const uint64_t good = a->hdlc.frames;

    if (s->at.state != TAP_AT_DATA) {
        size_t used = tap_at_input(&s->at, now, o, n);

        tap_async_skip(a, used);
        drive(s, now);
        return;
    }
    tap_async_decode(a, o, n);
    if (!s->up || (s->dcd_seen && s->config.dcd) || a->rx_at <= before)
        return;
    tap_at_watch(&s->at, now, o, a->rx_at - before, a->hdlc.frames > good);
    drive(s, now);
}

static void on_frame(struct tap_async *a, const uint8_t *o, size_t n)
{
    pptp_pkt pkt;

    if (!of_async(a)->up)
        return;
    pkt = tap_async_packet(a, o, n);
    if (pkt != PPTP_PKT_NONE)
        tap_async_deliver(a, pkt);
}

/* CLOCAL is on: not the carrier, but the port itself. */
static void on_gone(struct tap_async *a, int error)
{
    struct tap_line_serial *s = of_async(a);

    if (s->nas.finished)
        return;
    tap_say(TAP_ERROR, "line %s: %s is gone (%s): plug it in and start again",
            s->line.name, s->config.device,
            error != 0 ? strerror(error) : "unplugged");
    s->nas.finished = s->nas.failed = true;
    call_over(s);
    s->at.state = TAP_AT_OFF;
    s->at.at_ns = s->at.send_ns = PPTP_NEVER;
    tap_async_close(a);
    s->nas.owner->event(&s->nas, tap_now(), PPTP_LINE_DROPPED);
}

/* --- time ---------------------------------------------------------------- */

static void poll_port(struct tap_line_serial *s, pptp_ns now)
{
    const int on = carrier(s);

    s->poll_due_ns = now + s->config.poll_ns;
    count_uart(s, now);
    if (on > 0)
        s->dcd_seen = true;
    /* A modem with AT&C0 has it on or off for ever. */
    if (on != 0 || !s->dcd_seen || !s->config.dcd)
        return;
    s->dcd_lost++;
    tap_at_hangup(&s->at, now);
    tell(s, now, PPTP_LINE_DROPPED, 0);
    drive(s, now);
}

static pptp_ns deadline(const struct nas_line *l)
{
    const struct tap_line_serial *s = of_const(l);
    pptp_ns at = tap_at_deadline(&s->at);
    pptp_ns async = tap_async_deadline(&s->async);

    at = async < at ? async : at;
    return s->poll_due_ns < at ? s->poll_due_ns : at;
}

static void advance(struct nas_line *l, pptp_ns now)
{
    struct tap_line_serial *s = of(l);

    /* what the port tells may be due at once */
    if (s->up && s->poll_due_ns <= now)
        poll_port(s, now);
    tap_async_advance(&s->async, now);
    if (tap_at_deadline(&s->at) > now)
        return;
    tap_at_carrier(&s->at, s->config.dcd && carrier(s) > 0);
    tap_at_advance(&s->at, now);
    drive(s, now);
}

/* --- opening ------------------------------------------------------------- */

static int set_port(const struct tap_line_serial *s, int fd, char *why,
                    size_t cap)
{
    const speed_t speed = speed_of(s->config.speed_bps);
    struct termios t = s->settings, now;

    cfmakeraw(&t);
    t.c_cflag &= ~(tcflag_t)(CSTOPB | CRTSCTS);
    t.c_cflag |= CS8 | CREAD | CLOCAL | HUPCL;
    if (s->config.rtscts)
        t.c_cflag |= CRTSCTS;
    cfsetispeed(&t, speed);
    cfsetospeed(&t, speed);
    if (tcsetattr(fd, TCSANOW, &t) < 0 || tcgetattr(fd, &now) < 0)
        return tap_fail(why, cap, "cannot set %s up: %s", s->config.device,
                        strerror(errno));
    /* it succeeds when any of it was done */
    if (cfgetospeed(&now) != speed)
        return tap_fail(why, cap,
                        "%s does not do %u bit/s: choose another speed",
                        s->config.device, (unsigned)s->config.speed_bps);
    (void)tcflush(fd, TCIOFLUSH);
    return 0;
}

/* What the port can; two daemons on one modem would be a riddle. */
static int take_port(struct tap_line_serial *s, int fd, char *why, size_t cap)
{
    const char *device = s->config.device;
    uint32_t v[TAP_SERIAL_UART];
    int bits;

    if (tcgetattr(fd, &s->settings) < 0)
        return tap_fail(why, cap, "%s is no serial port", device);
    if (flock(fd, LOCK_EX | LOCK_NB) < 0 || ioctl(fd, TIOCEXCL) < 0)
        return tap_fail(why, cap, "%s is used by another program: stop it",
                        device);
    if (set_port(s, fd, why, cap) < 0)
        return -1;
    s->fd = fd;
    s->can_dcd = ioctl(fd, TIOCMGET, &bits) == 0;
    s->can_count = read_uart(s, v);
    if (!s->can_dcd) /* neither DTR */
        s->config.at.dtr = false;
    if (!s->can_dcd)
        tap_say(TAP_INFO,
                "line %s: %s has no modem lines: +++ and NO CARRIER are used",
                s->line.name, device);
    return 0;
}

static int open_line(struct tap_line *l, char *why, size_t cap)
{
    struct tap_line_serial *s = of(l->nas);
    const char *device = s->config.device;
    const pptp_ns now = tap_now();
    int fd = open(device, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        return tap_fail(why, cap, "cannot open %s: %s%s", device,
                        strerror(errno),
                        errno == EACCES ? "; is the user in its group?" : "");
    if (take_port(s, fd, why, cap) < 0) {
        close(fd);
        s->fd = -1;
        return -1;
    }
    if (tap_async_open(&s->async, fd, fd) < 0) {
        tap_fail(why, cap, "cannot wait for %s: %s", device, strerror(errno));
        close(fd);
        s->fd = -1;
        return -1;
    }
    s->nas.finished = false;
    tap_at_carrier(&s->at, s->config.dcd && carrier(s) > 0);
    tap_at_start(&s->at, now);
    drive(s, now);
    return 0;
}

/* HUPCL: DTR drops with the last close, and the modem hangs up. */
static void close_line(struct tap_line *l)
{
    struct tap_line_serial *s = of(l->nas);

    if (s->fd < 0)
        return;
    call_over(s);
    tap_async_close(&s->async);
    s->settings.c_cflag |= HUPCL;
    (void)tcflush(s->fd, TCIOFLUSH); /* a modem that takes nothing */
    (void)tcsetattr(s->fd, TCSANOW, &s->settings);
    close(s->fd);
    s->fd = -1;
    tap_at_init(&s->at, &s->config.at);
}

static const struct tap_async_ops async_ops = { .octets = on_octets,
                                                .frame = on_frame,
                                                .gone = on_gone };

static const struct tap_line_ops device_ops = { .open = open_line,
                                                .close = close_line };

static const struct nas_line_ops ops = { .request = request,
                                         .info = info,
                                         .dial = dial,
                                         .answer = answer,
                                         .hangup = hangup,
                                         .leaving = leaving,
                                         .accm = accm,
                                         .frame = frame,
                                         .hold = hold,
                                         .deadline = deadline,
                                         .advance = advance };
