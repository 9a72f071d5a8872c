/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Users above TCP (models/user.h) of calls and flows: one TCP for both ends
 * of all of them, whose packets go where those of sources go.
 */
#ifndef SIM_USERS_H
#define SIM_USERS_H

#include "sim/tcp.h"
#include "sim/world.h"

struct sim_user;

/* What is measured of a user. */
struct sim_user_stats {
    struct user_stats user;
    struct tcp_stats tcp; /* of both ends */
};

/* One end of his connections. */
struct sim_user_way {
    struct sim_user *user;
    const struct sim_route *route; /* of a flow, set by who makes it */
    struct sim_tcp_conn *conn[USER_CONNS];
};

struct sim_user {
    struct sim_alarm alarm; /* first */
    struct sim_source *source;
    struct sim_user_way way[2]; /* by enum user_end */
    uint16_t server_port;
    uint32_t ip[2];            /* inner, host order */
    pptp_ns start_ns, stop_ns; /* PPTP_NEVER: not yet; never */
    bool begun;
    bool moved;                   /* to another address */
    const struct tcp_config *tcp; /* or NULL */
    struct user_config config;
    struct sim_user_stats stats;
    struct user user;
};

/* All of a world. */
struct sim_users {
    struct sim_sink sink; /* first: packets that came through calls */
    struct sim_world *world;
    struct sim_tcp tcp;
    struct sim_user **user;
    uint32_t count;
    pptp_pkt came, came_last;
};

/* The user of a source; name gives his random numbers.  0 or a negative
 * error. */
int sim_user_new(struct sim_source *s, const struct sim_traffic_config *t,
                 const char *name);
/* The addresses of client and server; if they are others than they were, his
 * connections are lost. */
void sim_user_address(struct sim_user *u, uint32_t client, uint32_t server);
/* His packets may flow: from his start after `from_ns` on. */
void sim_user_begin(struct sim_user *u, pptp_ns from_ns);

/* Where TCP of that end stands that has most in flight. */
struct sim_user_course {
    uint32_t cwnd_octets, ssthresh_octets, flight_octets;
    pptp_ns srtt_ns; /* 0: nothing was measured yet */
};

/* False: none of his connections is there. */
bool sim_user_course(const struct sim_user *u, struct sim_user_course *out);

/* A packet has come through a call: its head is n octets at ip, what k has
 * beyond them zeros.  False: it was damaged, and is booked as lost. */
bool sim_users_take(struct sim_world *w, struct pptp_packet *k,
                    const uint8_t *ip, size_t n);

/* All are there. 0 or PPTP_ERR_RESOURCE. */
int sim_users_ready(struct sim_world *w);
void sim_users_fini(struct sim_world *w);

#endif
