/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The books of a simulation: of every packet of a user, where it began and
 * what became of it.
 *
 * An account is one direction of a call, or a flow.  A packet that its source
 * makes carries a mark: whose it is and which one.  Wherever it ends, it is
 * booked once and loses its mark:
 *
 *     offered + duplicated = delivered + the sum of lost[] + under way
 *
 * and if measuring began later than the run (measure.h), what was under way
 * then stands beside what was offered since.
 *
 * What is under way is never kept: sim_world_settle finds it by looking at
 * every packet that exists, so that a place which forgets to book shows.
 */
#ifndef SIM_BOOKS_H
#define SIM_BOOKS_H

#include "base/hist.h"
#include "base/packet.h"
#include "base/probe.h"

/* X(name, help): where a packet can be lost. */
#define SIM_PLACES_X(X)                                                       \
    X(pool, "there was no packet in the pool")                                \
    X(send_queue, "the tunnel's send queue was full, or its engine has none") \
    X(port_queue, "the queue of a link was full")                             \
    X(port_early, "the queue of a link decided so, with room left")           \
    X(link_down, "a link was down (rate 0)")                                  \
    X(link, "lost on a link")                                                 \
    X(corrupt, "a link had damaged it, and somebody saw that")                \
    X(duplicate, "a link had doubled it, and the tunnel wants one")           \
    X(no_route, "no host took it")                                            \
    X(host_down, "its host had no power")                                     \
    X(receiver, "the other end of the tunnel discarded it")                   \
    X(line, "the buffer of the telephone line was full")                      \
    X(line_errors, "came wrong over the telephone line, or was cut off")      \
    X(call_end, "the call ended with it under way")

enum sim_place {
#define X(name, help) SIM_PLACE_##name,
    SIM_PLACES_X(X)
#undef X
        SIM_PLACES
};

const char *sim_place_name(enum sim_place p);

struct sim_call;

/* What every packet touches comes first. */
struct sim_account {
    uint64_t delivered, delivered_octets;
    uint64_t damaged;  /* of these: with an octet that is another */
    struct hist delay; /* one way, of what was delivered */
    uint64_t offered, offered_octets;
    uint64_t duplicated; /* made of these by links */
    uint64_t lost[SIM_PLACES];
    uint32_t under_way;        /* by sim_world_settle */
    uint32_t under_way_before; /* when measuring began, if later than all */
    struct sim_call *call;     /* or NULL: of a flow */
    const char *name;          /* of call or flow */
    bool up;                   /* of a call: from the caller */
};

/* What is measured of an account, and what its numbers come to. */
extern const struct probe sim_account_probes[];
double sim_account_all_lost(const void *account, uint64_t over_ns);
double sim_account_loss_ratio(const void *account, uint64_t over_ns);
double sim_account_goodput_bps(const void *account, uint64_t over_ns);

/* The mark of a packet: world[2] is its account, and world[1], beside the hop
 * of its route, tells whether the tunnel has sent it, its number, and what
 * links have done to it. */
#define SIM_MARK_HOP UINT64_C(0xffff)
#define SIM_MARK_SENT UINT64_C(0x10000)
#define SIM_MARK_DAMAGED UINT64_C(0x20000) /* an octet is another */
#define SIM_MARK_TWIN UINT64_C(0x40000)    /* one of two, made by a link */
#define SIM_MARK_NUMBER 32                 /* bits up */

static inline void sim_mark(struct pptp_packet *k, struct sim_account *a)
{
    k->world[2] = (uint64_t)(uintptr_t)a;
    k->world[1] = a->offered << SIM_MARK_NUMBER;
}

/* NULL: nobody's, such as a control message or an acknowledgment. */
static inline struct sim_account *sim_marked(const struct pptp_packet *k)
{
    return (struct sim_account *)(uintptr_t)k->world[2];
}

/* Of its account, from 0, modulo 2^32. */
static inline uint32_t sim_mark_number(const struct pptp_packet *k)
{
    return (uint32_t)(k->world[1] >> SIM_MARK_NUMBER);
}

/* It has come to its user. */
static inline void sim_book_delivered(struct pptp_packet *k, uint32_t octets,
                                      uint64_t delay_ns)
{
    struct sim_account *a = sim_marked(k);

    a->delivered++;
    a->delivered_octets += octets;
    a->damaged += (k->world[1] & SIM_MARK_DAMAGED) != 0;
    hist_add(&a->delay, delay_ns);
    k->world[2] = 0;
}

/* It ends here. */
static inline void sim_book_lost(struct pptp_packet *k, enum sim_place place)
{
    struct sim_account *a = sim_marked(k);

    if (a != NULL)
        a->lost[place]++;
    k->world[2] = 0;
}

/* What has been lost, wherever. */
static inline uint64_t sim_account_lost(const struct sim_account *a)
{
    uint64_t n = 0;

    for (int i = 0; i < SIM_PLACES; i++)
        n += a->lost[i];
    return n;
}

/* Offered less all the other terms: 0, or the books do not balance. */
static inline int64_t sim_account_gap(const struct sim_account *a)
{
    return (int64_t)(a->offered + a->duplicated + a->under_way_before -
                     a->delivered - sim_account_lost(a) - a->under_way);
}

#endif
