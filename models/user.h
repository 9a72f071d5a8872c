/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Users above TCP who wait for what they asked for (closed loop).
 *
 * A user is a pure machine of both ends, since both are simulated: the
 * client, who opens connections and asks, and the server, who answers.  What
 * he does is a row of rounds: a transfer, a request and its response, a page,
 * a keystroke and its echo.
 * Between the end of a round and the next he thinks.  A round whose
 * connection fails is begun again.
 *
 *   user.c          what all have, and bulk
 *   user_request.c  requests and responses
 *   user_page.c     pages of the web
 *   user_typing.c   keystrokes
 *
 * Each input (user_begin, user_connected, user_arrived, user_failed,
 * user_advance, user_stop) is followed by user_poll until it is false; then
 * user_deadline says when user_advance is due.
 */
#ifndef MODELS_USER_H
#define MODELS_USER_H

#include "base/hist.h"
#include "models/dist.h"

enum user_kind {
#define X(name, kind) USER_##kind,
#include "models/user.def"
#undef X
    USER_KINDS
};

enum {
    USER_CONNS = 8,   /* connections that one has at once */
    USER_ORDERS = 16, /* more than what follows from one input */
    USER_TYPED = 64   /* keystrokes that were not echoed yet */
};

#define USER_ENDLESS (UINT64_MAX / 2) /* octets: a transfer without end */
#define USER_AGAIN_NS PPTP_S          /* from a failure to the next try */

struct user_config {
    enum user_kind kind;
    uint32_t rounds;  /* 0: without end */
    pptp_ns think_ns; /* the mean pause, exponential; 0: none */
    uint64_t octets;  /* bulk: 1 … USER_ENDLESS */
    /* of requests, of pages too; >= 1 */
    uint32_t request_octets, response_octets;
    bool exponential;     /* responses, about that mean */
    bool persistent;      /* request: one connection for all */
    uint32_t connections; /* page: at once, 1 … USER_CONNS */
    /* page: objects beside the document, and sizes, unless they are drawn by
     * the distributions of user_page.c */
    uint32_t objects, document_octets, object_octets;
    bool drawn;
    pptp_ns gap_ns; /* typing: mean time from key to key, exponential */
};

/* What a user without settings does. */
void user_config_default(struct user_config *c, enum user_kind kind);

struct user_stats {
    uint64_t octets[2]; /* come in order, to the client, to the server */
    uint64_t opened;    /* connections */
    uint64_t failed;    /* of them: refused, reset, given up */
    uint64_t rounds;    /* that came to their end */
    struct hist time;   /* what each of them took */
};

enum user_do {
    USER_DO_OPEN,  /* the client opens connection `slot` */
    USER_DO_WRITE, /* an end sends `octets` more */
    USER_DO_CLOSE, /* the client closes it, then the server; `slot` is free */
    USER_DO_ABORT  /* it ends at once, at both ends; `slot` is free */
};

enum user_end { USER_CLIENT, USER_SERVER };

struct user_order {
    uint64_t octets;
    uint8_t what; /* enum user_do */
    uint8_t slot;
    uint8_t end; /* enum user_end: who writes */
};

struct user_conn {
    uint64_t wanted[2]; /* octets still to come to enum user_end */
    uint32_t reply;     /* what the server says to what it was asked */
    bool used, open;
};

struct user {
    const struct user_config *config; /* of many */
    struct user_stats *stats;
    pptp_ns due_ns;   /* of user_advance */
    pptp_ns asked_ns; /* when the round began */
    uint64_t rounds;  /* that are over */
    bool busy;        /* with a round */
    bool reading;     /* page: the document has come */
    /* page: what nobody has asked for yet, and what has not come */
    uint32_t unasked, missing;
    uint8_t first, orders; /* of `order`, a ring */
    struct dist_rng rng;
    struct user_conn conn[USER_CONNS];
    struct user_order order[USER_ORDERS];
    pptp_ns typed_ns[USER_TYPED]; /* a ring */
    uint32_t typed, echoed;       /* since the connection was opened */
};

/* 0, or PPTP_ERR_ARGUMENT: a value is outside what user_config says. */
int user_config_check(const struct user_config *c);

/* A user of the stream of (seed, name). The checked config and stats are the
 * caller's and outlive him. */
void user_init(struct user *u, const struct user_config *c,
               struct user_stats *stats, uint64_t seed, const char *name);

/* His first round. */
void user_begin(struct user *u, pptp_ns now);
/* At the client. */
void user_connected(struct user *u, pptp_ns now, unsigned slot);
/* Octets in order; more than was to come are counted, and that is all. */
void user_arrived(struct user *u, pptp_ns now, unsigned slot,
                  enum user_end end, uint64_t octets);
/* The connection is no more, at either end. */
void user_failed(struct user *u, pptp_ns now, unsigned slot);
void user_advance(struct user *u, pptp_ns now);
/* He wants nothing any more: his connections end at once, and he never does
 * anything again. */
void user_stop(struct user *u);

/* PPTP_NEVER: nothing to wait for but his connections. */
static inline pptp_ns user_deadline(const struct user *u)
{
    return u->due_ns;
}

/* What to do next, in this order. */
bool user_poll(struct user *u, struct user_order *out);

#endif
