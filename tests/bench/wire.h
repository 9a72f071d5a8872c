/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside the bench of the wire: wire.c has cases and rounds, wire_net.c the
 * two networks and the processes, wire_traffic.c packets into and out of a
 * process under test, wire_peer.c the other end of its calls, wire_bare.c
 * what it is compared to, wire_line.c programs that speak HDLC on a pty.
 */
#ifndef BENCH_WIRE_H
#define BENCH_WIRE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "ppp/ppp.h"

enum {
    WIRE_BATCH = 64,       /* packets of one sendmmsg, one recvmmsg */
    WIRE_HEAD = 16,        /* octets before a packet, as enhanced GRE's */
    WIRE_BULK = 448,       /* packets of a burst: fits in a TUN's queue */
    WIRE_WINDOW = 64,      /* and of one that has to fit in a window */
    WIRE_STREAMS = 64,     /* UDP flows at most inside, towards the device */
    WIRE_INNER = 1400,     /* octets of the longest packet inside */
    WIRE_PORT = 9,         /* UDP of the packets inside */
    WIRE_FAR = 0x0a4d0002, /* 10.77.0.2: the other end of everything */
    WIRE_DIR = 100
};

/* One process under test and its call. */
struct wire_flow {
    const char *name;
    uint32_t near;        /* its outer address, host order */
    uint32_t inner;       /* of the far end, inside */
    uint32_t inner_local; /* of the near end, inside */
    uint16_t call_id;     /* that it gave the call */
    uint32_t tx_seq;      /* the next towards it */
    uint32_t rx_seq;      /* the latest from it */
    bool acks;            /* what comes from it is acknowledged */
    bool up;              /* the call is */
    const char *auth;     /* of its PPP, NULL: none spoken here */
    struct ppp *ppp;      /* ours */
    struct ppp_session *session;
    pid_t pid;
    clockid_t cpu;
    int line; /* the pty's other end, -1: none */
};

/* --- wire_net.c --------------------------------------------------------- */

extern int wire_near_ns, wire_far_ns;
extern char wire_dir[WIRE_DIR]; /* goes with the mount namespace */

/* Both networks and a cable; a spoken reason and false if they cannot be. */
bool wire_net(void);
/* A socket that lives in a network (wire_near_ns, wire_far_ns). */
int wire_socket(int ns, int domain, int type, int protocol);
/* The same, bound; address in host order. */
int wire_bound(int ns, int type, int protocol, uint32_t ip, uint16_t port);
/* A TUN of the near network, with the address and a route. */
int wire_tun(const char *name, const char *local, const char *route);
/* Runs a shell command; false with its text said if it fails. */
bool wire_sh(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Starts argv; standard input and output as given (-1: none), errors into
 * the file `log` of wire_dir. */
pid_t wire_spawn(char *const argv[], int in, int out, const char *log);
/* Whether the file has a line with `text`, within five seconds. */
bool wire_said(const char *log, const char *text);
void wire_show(const char *log);
/* Its processor time, user and system, in nanoseconds. */
void wire_watch(struct wire_flow *f, pid_t pid);
uint64_t wire_cpu_ns(const struct wire_flow *f);
/* This process before all others on the processor where those under test
 * are, or (false) after them on another one. */
void wire_first(bool first);
void wire_sleep_us(unsigned us);
/* Waits until it has nothing to do any more: so long at first, half a second
 * at most. */
void wire_idle(const struct wire_flow *f, unsigned us);

/* --- wire_peer.c -------------------------------------------------------- */

bool wire_peer_init(void);
/* Calls the server at f->near, and brings PPP up if f->auth says so. */
bool wire_peer_call(struct wire_flow *f);
/* Serves a client that calls from f->near. */
bool wire_peer_serve(struct wire_flow *f);
/* Control connections, and nothing else. */
void wire_peer_turn(int wait_ms);

/* --- wire_traffic.c ----------------------------------------------------- */

extern int wire_far_gre;      /* raw, at WIRE_FAR */
extern unsigned wire_streams; /* of wire_down: UDP flows, a packet of each in
                               * turn */

bool wire_traffic_init(void);
/* n packets of `octets` (inside) that the near network routes into its
 * device. */
void wire_up(const struct wire_flow *f, size_t octets, unsigned n);
/* The packets that have come out at the far end since. */
unsigned wire_up_count(struct wire_flow *f);
/* n packets from the far end towards its outer address. */
void wire_down(struct wire_flow *f, size_t octets, unsigned n);
/* The packets that have come out of its device since. */
unsigned wire_down_count(void);
/* Acknowledges what came, one for each 32 of n. */
void wire_ack(struct wire_flow *f, unsigned n);
/* A PPP frame with a packet towards its line: its octets in `out`. */
size_t wire_frame(size_t octets, uint8_t *out);

/* --- wire_bare.c -------------------------------------------------------- */

/* The loop of a TUN and a raw socket, for ever, in a process of its own. */
bool wire_bare_start(struct wire_flow *f);
/* Nanoseconds of processor time that MPPE-128, stateless, costs for one
 * packet in nettle's functions alone. */
double wire_cipher_ns(size_t octets);

/* --- wire_line.c -------------------------------------------------------- */

bool wire_pptpctrl(struct wire_flow *f);
bool wire_pptp(struct wire_flow *f);
/* n packets through it; those that came out. */
unsigned wire_line_up(struct wire_flow *f, size_t octets, unsigned n);
unsigned wire_line_down(struct wire_flow *f, size_t octets, unsigned n);
/* What pptpctrl runs instead of pppd: gives its line away, and waits. */
int wire_line_stub(void);

#endif
