/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside the PAC daemon: pac.c has its beginning and its lines, trunk.c the
 * control connections and what the core and the lines tell each other.
 */
#ifndef TAP_PAC_IMPL_H
#define TAP_PAC_IMPL_H

#include "tap/pac.h"
#include "tap/resolver.h"

_Static_assert(TAP_PAC_PEERS <= (int)TAP_RESOLVER_NAMES &&
                   TAP_PAC_PEERS <= (int)TAP_KEEPER_PINS,
               "all peers may have names, and routes of their own");

/* X(name, help): what is lost; one for each early return. */
#define TAP_PAC_STATS(X)                                                  \
    X(calls, "calls that rang")                                           \
    X(up, "calls that were connected")                                    \
    X(no_trunk, "calls that found no control connection")                 \
    X(refused, "calls refused by the other side")                         \
    X(no_line, "calls of a PNS refused: no line free that can dial")      \
    X(dialled, "calls that a PNS had placed")                             \
    X(frames_early, "frames of the tunnel before the line was connected") \
    X(frames_late, "frames of a line without a call")                     \
    X(no_gre, "calls that were connected and got no GRE")                 \
    X(events_lost, "events of a line that came too fast")                 \
    X(trunk_failed, "control connections that could not be made")         \
    X(trunk_lost, "control connections that were lost")

struct tap_pac_stats {
#define X(name, help) uint64_t name;
    TAP_PAC_STATS(X)
#undef X
};

/* X(name, help): of terminals and serial ports, and their modems. */
#define TAP_PAC_LINE_STATS(X)                                              \
    X(rings, "rings of terminals and modems")                              \
    X(noise, "octets of a terminal that no frame began with")              \
    X(refused_dials, "dials of a PNS that a terminal could not take")      \
    X(rx_frames, "good frames from terminals and ports")                   \
    X(rx_octets, "octets read from terminals and ports")                   \
    X(tx_frames, "frames written to terminals and ports")                  \
    X(tx_octets, "octets written to terminals and ports")                  \
    X(rx_no_packet, "frames of a line lost: no packet in the pool")        \
    X(tx_full, "frames to a line lost: too many wait for it")              \
    X(tx_too_long, "frames to a line lost: no frame is that long")         \
    X(tx_no_call, "frames to a line lost: its call had ended")             \
    X(modem_lines, "lines that modems said")                               \
    X(modem_unknown, "lines of modems that mean nothing here")             \
    X(modem_too_long, "lines of modems that were cut")                     \
    X(modem_timeouts, "commands that a modem did not answer")              \
    X(modem_refused, "set-up strings that a modem answered by ERROR")      \
    X(modem_bad_number, "dials refused: no number, or octets that are no " \
                        "digits")                                          \
    X(modem_unasked, "calls that a modem answered by itself")              \
    X(dcd_lost, "calls that ended because DCD went")                       \
    X(write_lost, "commands that a port did not take")

struct tap_pac_line_stats {
#define X(name, help) uint64_t name;
    TAP_PAC_LINE_STATS(X)
#undef X
};

enum pac_todo {
    PAC_TODO_RING = NAS_ROLE, /* line */
    PAC_TODO_EVENT,           /* line: the oldest of its events */
    PAC_TODO_CALL,            /* line: its own connection is up */
    PAC_TODO_DIAL             /* call: to be placed on a line */
};

enum pac_state {
    PAC_FREE,
    PAC_RINGING, /* wants a call */
    PAC_OPENING, /* OCRQ: the connection is on its way */
    PAC_CALLING, /* the call is on its way */
    PAC_UP       /* the line is connected: frames pass */
};

enum { PAC_EVENTS = 4 };

struct pac_line {
    struct tap_line *line;
    pptp_call_id call;           /* PPTP_NONE */
    pptp_conn_id conn;           /* OCRQ: its own; PPTP_NONE */
    uint8_t state;               /* enum pac_state */
    uint8_t tried;               /* peers, for this call */
    uint8_t at;                  /* OCRQ: addresses of the last of them */
    bool resolving;              /* OCRQ: waits for them */
    bool waited;                 /* ICRQ: no connection was up */
    bool refused;                /* ICRQ: by our own limits */
    uint16_t told[NAS_FAILURES]; /* OCRQ: of servers, by bits */
    bool answered;               /* the line was told to take the call */
    bool dropped;                /* the line has ended it */
    bool placed;                 /* a PNS wanted it */
    bool leaving;                /* the operator ends it, politely */
    bool rang;                   /* and has the next caller already */
    pptp_ns up_ns;               /* when it was connected */
    uint32_t local;              /* our outer address, once it is answered */
    uint8_t events;
    uint8_t event[PAC_EVENTS]; /* enum pptp_line_event */
};

/* A PNS with a connection that is kept up. */
struct pac_trunk {
    pptp_conn_id conn; /* PPTP_NONE */
    bool up;
    uint8_t told;    /* why it cannot be: by bits of enum nas_failure */
    uint8_t at;      /* addresses tried */
    bool resolving;  /* waits for them */
    pptp_ns next_ns; /* to try again; PPTP_NEVER: not now */
    pptp_ns wait_ns;
};

/* Where a peer is. One with an address has that, and is looked up never. */
struct pac_peer {
    uint32_t ip[TAP_RESOLVER_ADDRESSES];
    uint32_t n;
    uint32_t name;    /* of the resolver */
    pptp_ns fresh_ns; /* OCRQ: until then lines do not ask again */
    uint32_t at;      /* ICRQ: the address in use, for messages */
};

struct tap_pac {
    struct tap_world world;
    const struct tap_pac_config *config;
    struct pac_trunk trunk[TAP_PAC_PEERS];
    struct pac_peer peer[TAP_PAC_PEERS];
    struct tap_resolver resolver;    /* of their names */
    struct tap_client_bank *clients; /* by bank, of kind CLIENT */
    struct tap_line_tty *tty;        /* by bank, of kind TTY */
    struct tap_line_serial *serial;  /* by bank, of kind SERIAL */
    struct pac_line *line;
    uint32_t lines;
    struct nas_line **polled; /* those with deadlines of their own */
    uint32_t polled_n;
    uint32_t *line_of_call, *line_of_conn; /* by slot; UINT32_MAX */
    uint32_t calls;                        /* lines that have one */
    uint32_t hunt;                         /* where the search begins */
    bool over;                             /* no line will call again */
    bool failed;                           /* a line gave up, or a bank's
                                            * calls were not what they should
                                            * be */
    bool served;                           /* calls were possible */
    int report_fd;                         /* -1: none */
    bool acting;                           /* inside an action */
    uint32_t no_gre;                       /* from there no GRE came: told */
    struct ppp_secrets secrets;
    void *secrets_mem;
    size_t secrets_octets;
    struct tap_pac_stats stats;
};

enum { PAC_FILE_SECRETS }; /* of the keeper */

/* --- trunk.c ------------------------------------------------------------- */

/* With the loop. 0, or -1 with errno. */
int tap_trunk_init(struct tap_pac *p);
void tap_trunk_action(struct tap_pac *p, const struct pptp_action *a);
void tap_trunk_later(struct tap_pac *p, const struct nas_later *t);
pptp_ns tap_trunk_deadline(const struct tap_pac *p);
void tap_trunk_advance(struct tap_pac *p, pptp_ns now);
/* A line's call is to end. */
void tap_trunk_hangup(struct tap_pac *p, struct pac_line *l);
/* What the lines tell. */
extern const struct nas_line_owner tap_trunk_owner;

#endif
