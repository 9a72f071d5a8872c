/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PPP at both ends of simulated calls: the caller behind the line and the PNS
 * behind the tunnel negotiate with src/ppp.  An engine serves all calls of a
 * PNS, another one all callers of a group, each with random numbers of its
 * own.  A session is new for each call.
 *
 * world.c carries the frames: it hands in what arrives at an end, and gets
 * what an end wants to send.
 */
#ifndef SIM_SESSION_H
#define SIM_SESSION_H

#include "ppp/ppp.h"
#include "sim/arena.h"
#include "sim/calendar.h"

/* Longest name and secret of callers, in octets. */
enum { SIM_USER_MAX = 63, SIM_SECRET_MAX = PPP_SECRET_MAX };

enum sim_side { SIM_CALLER, SIM_PNS };

struct sim_session;
struct sim_call;

struct sim_session_end {
    struct sim_alarm alarm; /* the session's deadline; first member */
    struct sim_session *session;
    struct sim_ppp *all; /* whose it is one of */
    struct ppp_session *ppp;
    bool up;    /* IPCP is open */
    bool ended; /* PPP has ended, for `reason` */
    uint8_t reason;
};

struct sim_session {
    struct sim_sessions *all;
    struct sim_call *call;
    struct sim_session_end end[2]; /* by enum sim_side */
};

/* How callers prove who they are. */
struct sim_ppp_config {
    uint16_t auth;        /* PPP_AUTH_*: what the PNS asks for; one method */
    const char *user;     /* the callers' name and secret, as the PNS knows */
    const char *password; /* them; kept by the caller */
    const char *answer;   /* what callers think it is; NULL: the same */
    uint32_t ip_pns;      /* the PNS's inner address, host order */
    pptp_ns echo_ns;      /* 0: none */
};

/* The sessions of a PNS, or of a group of callers. */
struct sim_ppp {
    struct ppp *engine;
    struct ppp_config config;
    struct ppp_secret secret;
    struct ppp_secrets secrets;
};

struct sim_sessions {
    struct sim_calendar *cal;
    struct sim_arena *arena;
    struct sim_ppp_config config;
    /* A frame of PPP, from FF 03 or the protocol on, leaves an end. */
    void (*send)(struct sim_call *c, enum sim_side from, const uint8_t *octets,
                 uint32_t n);
    /* Both ends' IPCP is open; the PNS has agreed on control character maps;
     * an end has given up or was told to. */
    void (*up)(struct sim_call *c);
    void (*link)(struct sim_call *c, uint32_t accm_tx, uint32_t accm_rx);
    void (*ended)(struct sim_call *c, enum sim_side side,
                  enum ppp_reason reason);
    /* Around the time of an end at the PNS. */
    void (*begin)(struct sim_call *c);
    void (*finish)(struct sim_call *c);
    /* The inner address of whom the PNS has let in; 0: there is none. */
    uint32_t (*address)(struct sim_call *c, const char *user);
};

/* PPTP_ERR_ARGUMENT: a name or a secret is too long. */
int sim_sessions_init(struct sim_sessions *s, struct sim_calendar *cal,
                      struct sim_arena *arena, const struct sim_ppp_config *c);

/* Those of one side. NULL without memory. */
struct sim_ppp *sim_ppp_new(struct sim_sessions *s, enum sim_side side,
                            uint64_t seed);

/* Both ends of a call, not yet begun. NULL without memory. */
struct sim_session *sim_session_new(struct sim_sessions *s, struct sim_call *c,
                                    struct sim_ppp *caller,
                                    struct sim_ppp *pns);

/* The layer below an end is there, or is gone. */
void sim_session_begin(struct sim_session *s, enum sim_side side);
void sim_session_gone(struct sim_session *s, enum sim_side side);

/* Whether IPCP is open at an end. */
static inline bool sim_session_up(const struct sim_session *s,
                                  enum sim_side side)
{
    return s->end[side].up;
}

/* The operator ends it: Terminate-Request, then `ended`. */
void sim_session_close(struct sim_session *s, enum sim_side side);

/* Whether a frame is of a control protocol, and so PPP's own. */
bool sim_session_control(const uint8_t *octets, size_t n);

/* A frame arrives; octets are scratch. The protocol of a network packet, 0
 * for what PPP took, negative for what it discarded. */
int sim_session_input(struct sim_session *s, enum sim_side side,
                      uint8_t *octets, size_t n);

#endif
