/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The simulated world of a script, and the tester in it: the host that has
 * every address a script speaks from, and shows what comes there. */
#ifndef SCRIPT_WORLD_SIM_H
#define SCRIPT_WORLD_SIM_H

#include "script/inside.h"
#include "sim/world.h"

/* A control connection, seen from the tester. */
struct script_conn {
    struct script_conn *next;    /* the older one */
    struct sim_tcp_conn *tester; /* NULL: not yet, or no more */
    pptp_conn_id conn;           /* the peer's */
    uint32_t ip;                 /* the tester's */
    uint16_t peer_port;          /* the stack's, when the peer opened it */
    uint16_t port;               /* the script's */
    bool authorized;
    bool syn_seen;   /* the peer's SYN has been told */
    bool asked;      /* the peer wants it closed: its handle is dead */
    bool close_seen; /* and that has been told */
    pptp_pkt syn;    /* held until the script answers */
    uint64_t taken;  /* octets that the peer has got */
    uint8_t rx[PPTP_MSG_MAX];
    uint32_t rx_n;
};

struct sims {
    struct script_inside in;
    struct sim_world sim;
    bool started;
    struct sim_node *peer, *tester;
    struct script_conn *conns; /* newest first */
    struct script_conn *accepting;
    bool told; /* the input that is waited for has arrived */
    int err;   /* and the peer said this */
};

struct script_conn *script_conn_new(struct sims *w);
struct script_conn *script_conn_of(const struct sims *w, pptp_conn_id conn);

/* The peer gives up a connection that the script has not answered. */
void script_syn_drop(struct sims *w, struct script_conn *c);
/* The peer's end of it has come. */
void script_close_seen(struct sims *w, struct script_conn *c);

int script_tester_start(struct sims *w, uint32_t host,
                        const struct tcp_config *tcp);
void script_tester_stop(struct sims *w);

#endif
