/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Terminals without a modem: pty, standard input and output; line_tty.h.
 *
 * The slave of a pty is opened and closed by others, and only its master is
 * ours; after the daemon's start nothing can be opened again.  A master whose
 * slave is closed reads EIO and reports a hang-up for ever; it is waited for
 * by epoll's edges then (tap_async_lively): the closing is one event, the
 * next caller's first octet another, and there is none between.
 */
#include "config.h"

#include "tap/line_tty.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ppp/peek.h"
#include "ppp/ppp.h"
#include "pptp/msg.h"
#include "tap/log.h"

enum { FLAG = 0x7e, TTY_LINK_MAX_OCTETS = 200 };

static const struct nas_line_ops pty_ops, stdio_ops;
static const struct tap_line_ops pty_device, stdio_device;
static const struct tap_async_ops pty_async, stdio_async;

void tap_line_tty_config_default(struct tap_line_tty_config *c)
{
    *c = (struct tap_line_tty_config){ .owner = TAP_TTY_SAME,
                                       .group = TAP_TTY_SAME,
                                       .mode = TAP_TTY_SAME,
                                       .again_ns = 10 * PPTP_S,
                                       .rx_fd = STDIN_FILENO,
                                       .tx_fd = STDOUT_FILENO,
                                       .connect_bps = 115200,
                                       .bearer = PPTP_BEARER_DIGITAL,
                                       .frames = TAP_ASYNC_FRAMES };
}

static bool fits(const char *text, size_t cap)
{
    return text == NULL || strlen(text) < cap;
}

static int init(struct tap_line_tty *t, const struct tap_line_tty_config *c,
                const struct nas_line_ops *ops,
                const struct tap_line_ops *device,
                const struct tap_async_ops *async)
{
    const size_t number = sizeof(((struct pptp_call_request *)0)->number);

    if (c->connect_bps == 0 || !fits(c->link, TTY_LINK_MAX_OCTETS) ||
        !fits(c->number, number) || !fits(c->caller, number))
        return PPTP_ERR_ARGUMENT;
    memset(t, 0, sizeof *t);
    t->nas.ops = ops;
    t->nas.polled = true;
    t->nas.dials = ops == &pty_ops;
    t->line.nas = &t->nas;
    t->line.ops = device;
    t->config = *c;
    t->kept = PPTP_PKT_NONE;
    t->flags[0] = t->flags[1] = -1;
    tap_async_init(&t->async, &t->line, async, c->frames);
    return PPTP_OK;
}

int tap_line_pty_init(struct tap_line_tty *t,
                      const struct tap_line_tty_config *c)
{
    return init(t, c, &pty_ops, &pty_device, &pty_async);
}

int tap_line_stdio_init(struct tap_line_tty *t,
                        const struct tap_line_tty_config *c)
{
    return init(t, c, &stdio_ops, &stdio_device, &stdio_async);
}

static struct tap_line_tty *of(struct nas_line *l)
{
    return (struct tap_line_tty *)(void *)l; /* its first member */
}

static const struct tap_line_tty *of_const(const struct nas_line *l)
{
    return (const struct tap_line_tty *)(const void *)l;
}

/* --- calls --------------------------------------------------------------- */

static void request(const struct nas_line *l, struct pptp_call_request *out)
{
    const struct tap_line_tty_config *c = &of_const(l)->config;

    *out = (struct pptp_call_request){ .bearer = c->bearer,
                                       .phys_channel = c->channel };
    if (c->number != NULL)
        strcpy(out->number, c->number); /* it fits: init */
    if (c->caller != NULL)
        strcpy(out->dialing, c->caller);
}

static void info(const struct nas_line *l, struct pptp_line_info *out)
{
    const struct tap_line_tty *t = of_const(l);

    *out = (struct pptp_line_info){ .connect_bps = t->config.connect_bps,
                                    .framing = PPTP_FRAMING_ASYNC,
                                    .phys_channel = t->config.channel,
                                    .ppd_ds = t->config.ppd_ds };
    tap_async_errors(&t->async, out->errors);
}

static void ring(struct tap_line_tty *t, pptp_ns now)
{
    t->state = TAP_TTY_RINGING;
    t->rings++;
    t->nas.owner->ring(&t->nas, now);
}

static void connected(struct tap_line_tty *t, pptp_ns now)
{
    t->state = TAP_TTY_UP;
    tap_async_up(&t->async, now);
    t->nas.owner->event(&t->nas, now, PPTP_LINE_CONNECTED);
}

static void forget(struct tap_line_tty *t)
{
    if (t->kept != PPTP_PKT_NONE)
        pptp_pool_free(t->line.pool, t->kept);
    t->kept = PPTP_PKT_NONE;
    t->ring_due = false;
}

/* No call any more; gives frames back. */
static void call_over(struct tap_line_tty *t, enum tap_tty_state next)
{
    t->state = next;
    forget(t);
    tap_async_down(&t->async);
}

static void answer(struct nas_line *l, pptp_ns now)
{
    struct tap_line_tty *t = of(l);

    if (t->state == TAP_TTY_RINGING)
        connected(t, now);
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

static pptp_ns deadline(const struct nas_line *l)
{
    const struct tap_line_tty *t = of_const(l);

    if (t->ring_due)
        return 0;
    if (t->kept != PPTP_PKT_NONE && t->state == TAP_TTY_UP && !t->async.held)
        return 0;
    return tap_async_deadline(&t->async);
}

static void deliver_kept(struct tap_line_tty *t)
{
    const pptp_pkt pkt = t->kept;

    t->kept = PPTP_PKT_NONE;
    tap_async_deliver(&t->async, pkt);
}

static void advance(struct nas_line *l, pptp_ns now)
{
    struct tap_line_tty *t = of(l);

    if (t->ring_due) {
        t->ring_due = false;
        ring(t, now);
    }
    if (t->kept != PPTP_PKT_NONE && t->state == TAP_TTY_UP && !t->async.held)
        deliver_kept(t);
    tap_async_advance(&t->async, now);
}

/* --- frames -------------------------------------------------------------- */

static struct tap_line_tty *of_async(struct tap_async *a)
{
    return of(a->line->nas);
}

/* Whether somebody begins anew: LCP Configure-Request. */
static bool is_beginning(const uint8_t *o, size_t n)
{
    const struct ppp_peek k = ppp_peek(o, n);

    return k.protocol == PPP_PROTO_LCP && n > k.head && o[k.head] == 1;
}

/* The newest frame waits for the call to be up: LCP would repeat it, but
 * only after three seconds. */
static void keep(struct tap_line_tty *t, const uint8_t *o, size_t n)
{
    if (t->kept != PPTP_PKT_NONE)
        pptp_pool_free(t->line.pool, t->kept);
    t->kept = tap_async_packet(&t->async, o, n);
}

static void on_frame(struct tap_async *a, const uint8_t *o, size_t n)
{
    struct tap_line_tty *t = of_async(a);
    const pptp_ns now = tap_now();
    pptp_pkt pkt;

    if (t->state == TAP_TTY_UP && t->kept != PPTP_PKT_NONE)
        deliver_kept(t);
    if (t->state == TAP_TTY_UP && !a->held) {
        pkt = tap_async_packet(a, o, n);
        if (pkt != PPTP_PKT_NONE)
            tap_async_deliver(a, pkt);
    } else if (t->state == TAP_TTY_UP || t->state == TAP_TTY_RINGING) {
        keep(t, o, n);
    } else if (t->state == TAP_TTY_TAIL && is_beginning(o, n) &&
               now >= t->tail_ns) {
        keep(t, o, n);
        ring(t, now);
    }
}

static void stdio_octets(struct tap_async *a, const uint8_t *o, size_t n)
{
    tap_async_decode(a, o, n);
}

static void pty_octets(struct tap_async *a, const uint8_t *o, size_t n)
{
    struct tap_line_tty *t = of_async(a);
    const uint8_t *flag;

    if (t->state == TAP_TTY_IDLE) {
        flag = memchr(o, FLAG, n);
        if (flag == NULL) {
            t->noise += n;
            tap_async_skip(a, n);
            return;
        }
        t->noise += (size_t)(flag - o);
        tap_async_skip(a, (size_t)(flag - o));
        n -= (size_t)(flag - o);
        ring(t, tap_now());
        if (a->rx_len == 0) /* refused at once */
            return;
        o = flag;
    }
    tap_async_decode(a, o, n);
}

/* --- pty ----------------------------------------------------------------- */

/* The slave's settings: callers change them. */
static void make_raw(int fd)
{
    struct termios s;

    if (tcgetattr(fd, &s) < 0)
        return;
    cfmakeraw(&s);
    s.c_cflag |= CLOCAL | CREAD;
    (void)tcsetattr(fd, TCSANOW, &s); /* pppd does it, too */
}

static void pty_gone(struct tap_async *a, int error)
{
    struct tap_line_tty *t = of_async(a);
    const bool call = t->state == TAP_TTY_RINGING || t->state == TAP_TTY_UP;

    (void)error;
    call_over(t, TAP_TTY_IDLE);
    tap_async_lively(a, true);
    (void)tcflush(a->rx.fd, TCIOFLUSH); /* not for the next caller */
    make_raw(a->rx.fd);
    if (call)
        t->nas.owner->event(&t->nas, tap_now(), PPTP_LINE_DROPPED);
}

static void pty_hangup(struct nas_line *l, pptp_ns now)
{
    struct tap_line_tty *t = of(l);

    if (t->state != TAP_TTY_RINGING && t->state != TAP_TTY_UP)
        return;
    t->tail_ns = now + t->config.again_ns;
    call_over(t, TAP_TTY_TAIL);
}

static void pty_dial(struct nas_line *l, pptp_ns now,
                     const struct pptp_call_request *r)
{
    struct tap_line_tty *t = of(l);
    enum pptp_line_event e = PPTP_LINE_NO_CARRIER;

    (void)r; /* there is nobody else */
    if (t->state != TAP_TTY_IDLE && t->state != TAP_TTY_TAIL) {
        e = PPTP_LINE_NO_RESOURCE;
    } else if (tap_async_probe(&t->async)) {
        connected(t, now);
        return;
    }
    t->refused_dials++;
    l->owner->event(l, now, e);
}

/* The folder of a path, when only that is missing: /run is empty at boot. */
static void make_folder(char *path)
{
    char *slash = strrchr(path, '/');

    if (slash == NULL || slash == path)
        return;
    *slash = 0;
    (void)mkdir(path, 0755); /* what is wrong, the link will tell */
    *slash = '/';
}

/* A link that a former run left is replaced; nothing else is. */
static int make_link(struct tap_line_tty *t, char *why, size_t cap)
{
    const char *path = t->config.link;
    char fresh[TTY_LINK_MAX_OCTETS + 8];
    struct stat st;

    if (path == NULL)
        return 0;
    if (lstat(path, &st) == 0 && !S_ISLNK(st.st_mode))
        return tap_fail(
            why, cap,
            "%s exists and is no symbolic link: remove it, or give "
            "the line another name",
            path);
    snprintf(fresh, sizeof fresh, "%s.new", path);
    make_folder(fresh);
    (void)unlink(fresh);
    if (symlink(t->slave, fresh) < 0 || rename(fresh, path) < 0)
        return tap_fail(why, cap, "cannot make the link %s to %s: %s", path,
                        t->slave, strerror(errno));
    t->linked = true;
    return 0;
}

/* Opened once, and closed: from then on the master tells whether the slave
 * is open. */
static int set_slave(const struct tap_line_tty *t, char *why, size_t cap)
{
    const struct tap_line_tty_config *c = &t->config;
    int fd = open(t->slave, O_RDWR | O_NOCTTY | O_CLOEXEC);
    int result = -1;

    if (fd < 0)
        return tap_fail(why, cap, "cannot open %s: %s; is devpts mounted?",
                        t->slave, strerror(errno));
    make_raw(fd);
    /* the mode first: while it is ours that takes no privilege */
    if (c->mode != TAP_TTY_SAME && fchmod(fd, c->mode & 0777) < 0)
        tap_fail(why, cap, "cannot set the mode of %s: %s", t->slave,
                 strerror(errno));
    else if ((c->owner != TAP_TTY_SAME || c->group != TAP_TTY_SAME) &&
             fchown(fd, c->owner, c->group) < 0)
        tap_fail(why, cap, "cannot give %s to its owner: %s; root can",
                 t->slave, strerror(errno));
    else
        result = 0;
    close(fd);
    return result;
}

static void pty_close(struct tap_line *l)
{
    struct tap_line_tty *t = of(l->nas);
    const int fd = t->async.rx.fd;
    char now[sizeof t->slave + 1];
    ssize_t n;

    call_over(t, TAP_TTY_SHUT);
    if (fd < 0)
        return;
    tap_async_close(&t->async);
    close(fd);
    /* Without the privilege it stays, and the next start replaces it. */
    if (!t->linked)
        return;
    n = readlink(t->config.link, now, sizeof now);
    if (n == (ssize_t)strlen(t->slave) &&
        memcmp(now, t->slave, (size_t)n) == 0)
        (void)unlink(t->config.link);
    t->linked = false;
}

static int pty_open(struct tap_line *l, char *why, size_t cap)
{
    struct tap_line_tty *t = of(l->nas);
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        return tap_fail(why, cap, "no pseudo-terminal: %s; see %s",
                        strerror(errno), "/proc/sys/kernel/pty/max");
    if (grantpt(fd) < 0 || unlockpt(fd) < 0 ||
        ptsname_r(fd, t->slave, sizeof t->slave) != 0 ||
        tap_async_open(&t->async, fd, fd) < 0) {
        tap_fail(why, cap, "cannot set up a pseudo-terminal: %s",
                 strerror(errno));
        close(fd);
        return -1;
    }
    t->state = TAP_TTY_IDLE;
    t->nas.finished = false;
    if (set_slave(t, why, cap) == 0 && make_link(t, why, cap) == 0) {
        tap_async_lively(&t->async, true);
        return 0;
    }
    pty_close(l);
    return -1;
}

static const struct tap_async_ops pty_async = { .octets = pty_octets,
                                                .frame = on_frame,
                                                .gone = pty_gone };

static const struct tap_line_ops pty_device = { .open = pty_open,
                                                .close = pty_close };

static const struct nas_line_ops pty_ops = { .request = request,
                                             .info = info,
                                             .dial = pty_dial,
                                             .answer = answer,
                                             .hangup = pty_hangup,
                                             .accm = accm,
                                             .frame = frame,
                                             .hold = hold,
                                             .deadline = deadline,
                                             .advance = advance };

/* --- standard input and output ------------------------------------------- */

/* The one call is over. */
static void finish(struct tap_line_tty *t)
{
    t->nas.finished = true;
    call_over(t, TAP_TTY_SHUT);
    tap_async_close(&t->async);
}

static void stdio_gone(struct tap_async *a, int error)
{
    struct tap_line_tty *t = of_async(a);

    if (t->state == TAP_TTY_SHUT)
        return;
    if (error != 0 && error != EIO && error != EPIPE)
        tap_say(TAP_WARNING, "line %s: %s: it has ended", t->line.name,
                strerror(error));
    if (t->ring_due)
        ring(t, tap_now()); /* so that its end means something */
    finish(t);
    t->nas.owner->event(&t->nas, tap_now(), PPTP_LINE_DROPPED);
}

static void stdio_hangup(struct nas_line *l, pptp_ns now)
{
    (void)now;
    if (of(l)->state != TAP_TTY_SHUT)
        finish(of(l));
}

static void stdio_dial(struct nas_line *l, pptp_ns now,
                       const struct pptp_call_request *r)
{
    (void)r;
    of(l)->refused_dials++;
    l->owner->event(l, now, PPTP_LINE_NO_RESOURCE);
}

static void stdio_close(struct tap_line *l)
{
    struct tap_line_tty *t = of(l->nas);
    const int fds[2] = { t->config.rx_fd, t->config.tx_fd };
    unsigned i;

    call_over(t, TAP_TTY_SHUT);
    tap_async_close(&t->async);
    if (t->terminal)
        (void)tcsetattr(fds[0], TCSANOW, &t->settings);
    t->terminal = false;
    /* Whoever has them, too, would be surprised by EAGAIN. Last first: they
     * may be one open file. */
    for (i = 2; i-- > 0; t->flags[i] = -1)
        if (t->flags[i] >= 0)
            (void)fcntl(fds[i], F_SETFL, t->flags[i]);
}

static int stdio_open(struct tap_line *l, char *why, size_t cap)
{
    struct tap_line_tty *t = of(l->nas);
    const int fds[2] = { t->config.rx_fd, t->config.tx_fd };
    unsigned i;

    for (i = 0; i < 2; i++) {
        int flags = fcntl(fds[i], F_GETFL);

        if (flags < 0 || fcntl(fds[i], F_SETFL, flags | O_NONBLOCK) < 0) {
            tap_fail(why, cap, "standard %s: %s", i == 0 ? "input" : "output",
                     strerror(errno));
            stdio_close(l);
            return -1;
        }
        t->flags[i] = flags;
    }
    if (tap_async_open(&t->async, fds[0], fds[1]) < 0) {
        tap_fail(
            why, cap,
            "standard input and output: %s; they have to be a terminal, a "
            "socket or pipes",
            errno == EPERM ? "a plain file" : strerror(errno));
        stdio_close(l);
        return -1;
    }
    t->terminal = tcgetattr(fds[0], &t->settings) == 0;
    if (t->terminal)
        make_raw(fds[0]);
    (void)signal(SIGPIPE, SIG_IGN); /* write tells */
    t->nas.finished = false;
    t->state = TAP_TTY_RINGING;
    t->ring_due = true;
    return 0;
}

static const struct tap_async_ops stdio_async = { .octets = stdio_octets,
                                                  .frame = on_frame,
                                                  .gone = stdio_gone };

static const struct tap_line_ops stdio_device = { .open = stdio_open,
                                                  .close = stdio_close };

static const struct nas_line_ops stdio_ops = { .request = request,
                                               .info = info,
                                               .dial = stdio_dial,
                                               .answer = answer,
                                               .hangup = stdio_hangup,
                                               .accm = accm,
                                               .frame = frame,
                                               .hold = hold,
                                               .deadline = deadline,
                                               .advance = advance };
