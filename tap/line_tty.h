/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines that are terminals speaking asynchronous HDLC, without a modem: a
 * pseudo-terminal, on whose slave a pppd of an ordinary user dials in by
 * opening it, or standard input and output of a program that pppd starts.
 *
 * A pty rings at the first flag octet, so that noise does not; the newest
 * frame is kept until the call is up.  It has dropped when its slave is
 * closed.  After a hang-up the same program may still be talking: the line
 * rings again for a new one, or, when some time has passed, for an LCP
 * Configure-Request.
 *
 * Standard input and output ring at once and serve one call.
 */
#ifndef TAP_LINE_TTY_H
#define TAP_LINE_TTY_H

#include <termios.h>

#include "tap/async.h"

#define TAP_TTY_SAME UINT32_MAX /* owner, group, mode: as the kernel says */

struct tap_line_tty_config {
    /* pty */
    const char *link; /* symbolic link to the slave; NULL: none */
    uint32_t owner;   /* of the slave: uid; default TAP_TTY_SAME */
    uint32_t group;   /* gid; default TAP_TTY_SAME */
    uint32_t mode;    /* permissions; default TAP_TTY_SAME */
    pptp_ns again_ns; /* after a hang-up, until the same caller may ring;
                       * default 10 s */
    /* stdio */
    int rx_fd, tx_fd; /* default 0 and 1 */
    /* both */
    uint32_t connect_bps; /* what the PNS is told; default 115200 */
    uint32_t bearer;      /* PPTP_BEARER_*; default digital */
    uint32_t channel;     /* physical channel; default 0 */
    uint16_t ppd_ds;      /* of this line; 0: the core's */
    uint32_t frames;      /* waiting for the terminal; default
                           * TAP_ASYNC_FRAMES */
    const char *number;   /* dialled, as the PNS is told; NULL: none */
    const char *caller;   /* the caller's; NULL: none */
};

enum tap_tty_state {
    TAP_TTY_SHUT, /* not open, or finished */
    TAP_TTY_IDLE,
    TAP_TTY_RINGING,
    TAP_TTY_UP,
    TAP_TTY_TAIL /* hung up, but the caller's program may not know */
};

struct tap_line_tty {
    struct nas_line nas; /* first member */
    struct tap_line line;
    struct tap_line_tty_config config;
    struct tap_async async;
    enum tap_tty_state state;
    bool ring_due;   /* stdio: not told yet */
    pptp_pkt kept;   /* newest frame before the call is up */
    pptp_ns tail_ns; /* when the same caller may ring again */
    bool linked;     /* config.link is ours */
    char slave[64];  /* path */
    int flags[2];    /* stdio: to be restored; -1: none */
    bool terminal;   /* stdio: settings are to be restored */
    struct termios settings;
    uint64_t rings, refused_dials, noise; /* noise: octets before a flag */
};

void tap_line_tty_config_default(struct tap_line_tty_config *c);

/* Set all that is this file's; nas.owner, nas.ctx and nas.index, loop, pool
 * and name are the caller's to set before `open`. The texts of `c` stay his. 0,
 * or PPTP_ERR_ARGUMENT: a text is too long, or a speed of 0. */
int tap_line_pty_init(struct tap_line_tty *t,
                      const struct tap_line_tty_config *c);
int tap_line_stdio_init(struct tap_line_tty *t,
                        const struct tap_line_tty_config *c);

#endif
