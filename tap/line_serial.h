/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A line that is a serial port with an external modem.
 *
 * The port is open as long as the daemon runs, with CLOCAL: without it a
 * lost carrier would make the descriptor useless, and nothing can be opened
 * again once privileges are gone.  So DCD is asked for, once a second, only
 * while a call is up; on a port that cannot tell DCD (a pty, many USB
 * gadgets) the text NO CARRIER ends a call.
 *
 * Only an adapter that is unplugged ends the line for good (`finished`).
 */
#ifndef TAP_LINE_SERIAL_H
#define TAP_LINE_SERIAL_H

#include <termios.h>

#include "tap/async.h"
#include "tap/at.h"

struct tap_line_serial_config {
    const char *device;      /* "/dev/ttyS0" */
    uint32_t speed_bps;      /* of the port; default 115200 */
    bool rtscts;             /* hardware flow control; default on */
    bool dcd;                /* DCD follows the carrier (AT&C1), where the
                              * port tells it; default on */
    pptp_ns poll_ns;         /* DCD and UART, in a call; default 1 s */
    struct tap_at_config at; /* its texts stay the caller's */
    uint32_t connect_bps;    /* when CONNECT has no speed; default 33600 */
    uint32_t bearer;         /* PPTP_BEARER_*; default analog */
    uint32_t channel;        /* physical channel; default 0 */
    uint16_t ppd_ds;         /* of this line; 0: the core's */
    uint32_t frames;         /* waiting for the port; default
                              * TAP_ASYNC_FRAMES */
    const char *number;      /* of this line: dialled, as the PNS is told;
                              * NULL: none */
};

enum { TAP_SERIAL_UART = 5 }; /* counters of the kernel that are used */

struct tap_line_serial {
    struct nas_line nas; /* first member */
    struct tap_line line;
    struct tap_line_serial_config config;
    struct tap_async async;
    struct tap_at at;
    int fd;         /* -1: not open */
    bool calling;   /* a ring is told, or a dial or an answer is due */
    bool up;        /* CONNECTED was told */
    bool can_dcd;   /* the port tells its modem lines */
    bool can_count; /* and its UART's errors */
    bool dcd_seen;  /* DCD was on in this call */
    bool driving;   /* actions of `at` are being done */
    uint16_t cause; /* how the latest call ended, Q.931; 0: not known */
    uint32_t bps;   /* and was connected */
    char from[64];  /* who rang, as in pptp_call_request */
    pptp_ns poll_due_ns;
    uint32_t uart0[TAP_SERIAL_UART]; /* at the call's begin */
    struct termios settings;         /* to be restored */
    /* counters */
    uint64_t rings, calls, dcd_lost, write_lost;
};

void tap_line_serial_config_default(struct tap_line_serial_config *c);

/* Sets all that is this file's; nas.owner, nas.ctx and nas.index, loop, pool
 * and name are the caller's to set before `open`.  0, or PPTP_ERR_ARGUMENT. */
int tap_line_serial_init(struct tap_line_serial *s,
                         const struct tap_line_serial_config *c);

/* Whether a port can have this speed. */
bool tap_serial_speed_known(uint32_t bps);

#endif
