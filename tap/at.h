/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The dialogue with a modem: AT commands and result codes (V.250), as a pure
 * machine.  It sets the modem up, hears RING and who calls, answers, dials,
 * understands CONNECT, and brings the modem back to where it answers
 * commands: by DTR, or by the escape sequence where there is no DTR.
 *
 *     INIT -> READY -> RINGING -> ANSWERING -> DATA -> hang-up -> INIT
 *                   -> DIALLING                ->
 *
 * Without DTR nobody knows at the start what the modem is doing: it is taken
 * out of a call that may be left from before, by the escape sequence, and
 * only then set up; set-up strings would end in somebody's PPP.
 *
 * Fed with octets and a time; actions are polled after each input.  Octets
 * in DATA are the caller's: tap_at_input does not take them.
 */
#ifndef TAP_AT_H
#define TAP_AT_H

#include "base/base.h"
#include "pptp/peer.h"

enum {
    TAP_AT_INITS = 8,
    TAP_AT_COMMAND = 128, /* octets of a command, with prefix and CR */
    TAP_AT_TEXT = 128,    /* octets of a modem's line that are looked at */
    TAP_AT_NUMBER = 64,
    TAP_AT_ACTIONS = 8
};

struct tap_at_config {
    const char *init[TAP_AT_INITS]; /* one after the other, each with its OK;
                                     * up to the first NULL */
    const char *dial;               /* before the number; default "ATDT" */
    const char *number; /* dialled when the request has none; NULL: such a
                          * request is refused */
    const char *answer; /* default "ATA" */
    const char *hangup; /* default "ATH" */
    unsigned rings;     /* before the call is told; default 1; 2 where the
                          * caller's number comes after the first */
    unsigned tries;     /* of an init string; default 3 */
    bool dtr;           /* the modem hangs up when DTR drops; default on */
    pptp_ns pause_ns;   /* before a command; default 100 ms */
    pptp_ns command_ns; /* for the answer to a command; default 5 s */
    pptp_ns retry_ns;   /* after a modem did not answer; default 30 s */
    pptp_ns ring_ns;    /* of silence that ends a ring; default 8 s */
    pptp_ns connect_ns; /* ATA or ATD to CONNECT (S7); default 60 s */
    pptp_ns dtr_ns;     /* DTR stays down; default 1 s */
    pptp_ns settle_ns;  /* after that; default 1 s */
    pptp_ns guard_ns;   /* silence around +++; default 1.2 s */
    pptp_ns escape_ns;  /* for its answer, after that; default 1 s */
};

enum tap_at_state {
    TAP_AT_OFF,
    TAP_AT_INIT,
    TAP_AT_SICK, /* does not answer, or refuses its set-up: again later */
    TAP_AT_READY,
    TAP_AT_RINGING,
    TAP_AT_DEAF, /* rings, but is not wanted */
    TAP_AT_ANSWERING,
    TAP_AT_DIALLING,
    TAP_AT_DATA,
    TAP_AT_DTR_DOWN,
    TAP_AT_SETTLING,
    TAP_AT_GUARD,  /* silence before +++ */
    TAP_AT_ESCAPE, /* +++ is sent */
    TAP_AT_ABORT,  /* an octet is sent, which ends an attempt */
    TAP_AT_HANGUP, /* ATH is sent */
    TAP_AT_STATES
};

/* A port without DCD: what says that the modem has left the data. */
enum tap_at_watch {
    TAP_AT_WATCH_DATA,   /* nothing */
    TAP_AT_WATCH_TEXT,   /* NO CARRIER or RING: silence decides */
    TAP_AT_WATCH_FRAME,  /* and octets after it: the end of their frame */
    TAP_AT_WATCH_DAMAGED /* which was none: a good one has to follow soon */
};

enum tap_at_type {
    TAP_AT_SEND,     /* octets, len: valid until the next poll */
    TAP_AT_SET_DTR,  /* on */
    TAP_AT_IS_READY, /* the first time, or after IS_SICK */
    TAP_AT_IS_SICK,  /* text: what it did not like */
    TAP_AT_RING,     /* number: the caller's, or "" */
    TAP_AT_RING_END, /* the caller gave up */
    TAP_AT_CONNECT,  /* bps, 0: not said */
    TAP_AT_FAILED,   /* why, cause: an answer or a dial did not succeed */
    TAP_AT_LOST      /* DATA is over: the modem said so */
};

struct tap_at_action {
    enum tap_at_type type;
    const uint8_t *octets;
    size_t len;
    bool on;
    uint32_t bps;
    enum pptp_line_event why;
    uint16_t cause;   /* Q.931, 0: none */
    const char *text; /* NUL-terminated; valid until the next input */
};

struct tap_at_stats {
    uint64_t lines;      /* of the modem */
    uint64_t unknown;    /* that mean nothing here */
    uint64_t too_long;   /* cut */
    uint64_t timeouts;   /* commands without an answer */
    uint64_t refused;    /* set-up strings answered by ERROR */
    uint64_t bad_number; /* dials refused: digits that are none */
    uint64_t no_number;  /* dials refused: nothing to dial */
    uint64_t unasked;    /* calls the modem answered by itself */
};

struct tap_at_queued {
    uint8_t type; /* enum tap_at_type */
    bool on;
    uint16_t cause;
    enum pptp_line_event why;
    uint32_t bps;
};

struct tap_at {
    const struct tap_at_config *config;
    enum tap_at_state state;
    pptp_ns at_ns;   /* when the state has lasted too long */
    pptp_ns send_ns; /* when the command leaves */
    pptp_ns wait_ns; /* for its answer */
    unsigned step;   /* init string */
    unsigned tried;
    unsigned rings;
    bool told;    /* the ring */
    bool escaped; /* +++ was tried since a command was answered */
    bool leaving; /* a call is being ended */
    pptp_ns escape_sent_ns;
    pptp_ns rang_ns; /* the latest RING while it was not ready; 0: none */
    bool sick;       /* IS_SICK was the last told */
    bool ready_told;
    bool carrier; /* DCD, where it is known */
    bool dial_due;
    bool text_cut;
    uint8_t watch;        /* DATA: enum tap_at_watch */
    unsigned watched[2];  /* octets of each text that were seen */
    unsigned in_frame;    /* octets since a flag, without line ends */
    uint32_t carrier_bps; /* said before CONNECT */
    unsigned text_len;
    char text[TAP_AT_TEXT];
    char number[TAP_AT_NUMBER]; /* the caller's */
    char dialled[TAP_AT_COMMAND];
    char why[TAP_AT_TEXT + 64];
    unsigned out_len; /* of the command; 0: none to send */
    bool out_due;
    uint8_t out[TAP_AT_COMMAND];
    uint8_t sent[TAP_AT_COMMAND];
    unsigned first, count; /* of actions */
    struct tap_at_queued actions[TAP_AT_ACTIONS];
    struct tap_at_stats stats;
};

void tap_at_config_default(struct tap_at_config *c);

/* The configuration stays the caller's, and stays. 0, or PPTP_ERR_ARGUMENT:
 * a text is too long or has octets that are no printable ASCII. */
int tap_at_init(struct tap_at *a, const struct tap_at_config *config);

/* The port is open, and its carrier was told where it is known: sets the
 * modem up. */
void tap_at_start(struct tap_at *a, pptp_ns now);

/* Octets of the modem; octets used: less than n when actions have to be
 * polled first, or when the rest is data. */
size_t tap_at_input(struct tap_at *a, pptp_ns now, const uint8_t *octets,
                    size_t n);
/* Octets of the data, on a port whose DCD is not known: NO CARRIER may come
 * among them. `good`: the last of them ends a frame with a good FCS. */
void tap_at_watch(struct tap_at *a, pptp_ns now, const uint8_t *octets,
                  size_t n, bool good);

/* The call that rang is taken. Nothing if none rings. */
void tap_at_answer(struct tap_at *a, pptp_ns now);
/*
 * Dials, at once or when the modem is ready.  Digits are 0-9 A-D * # and the
 * comma, a pause; anything else could be a command or a call that somebody
 * else pays for.  FAILED follows at once: REFUSED for such a number,
 * NO_RESOURCE when the modem does not answer or rings.
 */
void tap_at_dial(struct tap_at *a, pptp_ns now, const char *number);
/* Ends a call, an attempt, a ring; nothing is told. */
void tap_at_hangup(struct tap_at *a, pptp_ns now);

/* Whether the modem may still be in a call that is being ended. */
bool tap_at_leaving(const struct tap_at *a);

/* DCD, where it is known. */
void tap_at_carrier(struct tap_at *a, bool on);

pptp_ns tap_at_deadline(const struct tap_at *a);
void tap_at_advance(struct tap_at *a, pptp_ns now);
/* The next action; false: none. */
bool tap_at_poll(struct tap_at *a, struct tap_at_action *out);

const char *tap_at_state_name(enum tap_at_state s);

#endif
