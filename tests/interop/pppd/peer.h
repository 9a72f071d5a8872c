/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Our end of a session with a real pppd, a program of three files:
 *   peer.c     clock, line, guest, session    traffic.c  pings, TUN and TCP
 *   steps.c    what the command line says, main
 * It has one session and one thread; what fails ends the program.
 */
#ifndef PPPD_PEER_H
#define PPPD_PEER_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* ppoll, unshare */
#endif

#include "ppp/hdlc.h"
#include "ppp/ppp.h"

enum { PROTOCOLS = 8, CODES = 16, STEP_MS = 12000, ANSWER_MAX = 256 };

struct peer {
    struct ppp_config config;
    const char *options; /* pppd's */
    bool lose_success;   /* the first of CHAP */
    unsigned lose;       /* every so many network packets one; 0: none */
    unsigned spoil;      /* every so many octets one, once IPCP is open */
    bool deaf;           /* nothing is taken from the line, or sent */

    pptp_ns began;
    struct ppp *ppp;
    struct ppp_session *session; /* NULL until pppd has started */
    void *mppe;
    struct ppp_info info; /* when the latest step or packet began */
    struct ppp_hdlc hdlc;
    bool up, up6, ended;
    enum ppp_reason reason;
    unsigned seen[2][PROTOCOLS][CODES]; /* packets received, sent */
    unsigned lost;                      /* by `lose` */
    int tun;                            /* -1: packets end in user space */
};

extern struct peer peer;

/* peer.c */
_Noreturn void fail(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
pptp_ns now_ns(void);
/* Index in `seen` of a protocol; the last is that of all others. */
unsigned protocol_index(uint16_t proto);
/* pppd starts, and the session; or only another session. */
void begin(void);
void open_session(void);
/* Does what the engine wants done. */
void act(void);
/* A network packet with PPP_HEAD_MAX octets before it. */
void send_packet(uint16_t proto, uint8_t *packet, size_t n);
/* Waits for whatever comes first, at most until `end`. */
void turn(pptp_ns end);
/* Turns until `what` says so; false after STEP_MS. */
bool until(bool (*what)(const char *argument), const char *argument);
/* A line to the guest; waits for one that begins with a word and says the
 * rest (`wanted` NULL: anything). */
void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
void expect(const char *word, const char *wanted);

/* traffic.c */
/* A network packet that came in. */
void rx_packet(int proto, const uint8_t *p, size_t n);
/* Echo-Requests one after the other, each of `size` octets of data, by IPv4
 * or IPv6; all are answered unless there are losses, then a quarter. */
void ping(unsigned count, size_t size, bool ipv6);
/* So many octets to the guest's echo service and back.  From then on packets
 * end in a TUN device; exit 77 when there can be none. */
void transfer(size_t octets);
/* The TUN device has something: reads one packet. */
void read_tun(void);

#endif
