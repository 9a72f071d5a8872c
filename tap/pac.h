/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The PAC daemon: lines in front, control connections behind.
 *
 * Towards a true PNS it is the PAC of RFC 2637: one control connection that
 * is kept up, an ICRQ for each call that rings, and OCRQs of the PNS placed
 * on a line that is free.  Towards a VPN server, which is the PAC on the
 * wire (pptpd, accel-ppp, Windows), it has a VPN client's role: a control
 * connection and an OCRQ for each call.
 */
#ifndef TAP_PAC_H
#define TAP_PAC_H

#include "nas/pac.h"
#include "tap/client.h"
#include "tap/line_serial.h"
#include "tap/line_tty.h"
#include "tap/world.h"

struct json_t;

enum { TAP_PAC_PEERS = 16, TAP_PAC_BANKS = 64 };

enum tap_pac_kind {
    TAP_PAC_PTY,
    TAP_PAC_STDIO,
    TAP_PAC_SERIAL,
    TAP_PAC_CLIENT
};

/* A PNS or a server: by its name, or NULL and its outer address. */
struct tap_pac_peer {
    const char *name;
    uint32_t ip;
};

/* One line, or a bank of clients. */
struct tap_pac_bank {
    const char *name;       /* for messages */
    const char *own_number; /* of its line, {n} in it is a client's, from 1;
                             * NULL: a PNS's calls go to any that is free */
    enum tap_pac_kind kind;
    struct tap_line_tty_config tty; /* PTY, STDIO */
    struct tap_line_serial_config serial;
    struct tap_client_config client;
};

/* Whoever puts something between the PAC and its clients, with a time of its
 * own: lines that are simulated. ctx is the configuration's. */
struct tap_pac_lines {
    /* A bank's clients are made, and the PAC does not know them yet: each may
     * get another `line.nas`. 0, or -1 without memory. */
    int (*make)(void *ctx, uint32_t bank, struct tap_client_bank *b,
                struct pptp_pool *pool);
    pptp_ns (*deadline)(void *ctx);
    /* Also before each action of the core, at its time. */
    void (*advance)(void *ctx, pptp_ns now);
    /* At the end, more on a bank: for people, and for the report. */
    void (*say)(void *ctx, uint32_t bank);
    void (*report)(void *ctx, uint32_t bank, struct json_t *o);
    /* What it counts itself. */
    void (*counters)(const void *ctx, tap_counter *each, void *to);
};

struct tap_pac_config {
    struct tap_world_config world;
    enum nas_pac_mode mode;
    struct tap_pac_peer peer[TAP_PAC_PEERS]; /* tried in this order; none:
                                              * only those who connect to us */
    uint32_t peers;
    pptp_ns retry_ns, retry_max_ns; /* waits for a control connection */
    const struct tap_pac_bank *bank;
    uint32_t banks;
    const char *report;  /* file for what became of clients' calls; NULL */
    const char *secrets; /* file of passwords for clients, or NULL */
    bool needs_secrets;  /* a client has to have one */
    const struct ppp_secrets *table; /* instead of the file; or NULL */
    const char *devices; /* pattern of the clients' devices, or NULL */
    bool default_route;  /* clients may take it over */
    const struct tap_pac_lines *lines; /* NULL: there is nothing between */
    void *lines_ctx;
};

/* Whether all clients of a bank can prove who they are; true where nobody
 * asks them.  If not, the first one who cannot is in user. */
bool tap_pac_has_secrets(const struct tap_pac_bank *b,
                         const struct ppp_secrets *table,
                         char user[NAS_PPPS_USER]);

/*
 * Opens everything, says so, serves until SIGTERM or SIGINT or until no line
 * will ever have a call again, drains.  0; 1 when it could not begin or go
 * on, a line gave up, or calls failed where none should: the reason has been
 * said.
 */
int tap_pac_run(const struct tap_pac_config *c);

#endif
