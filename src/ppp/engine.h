/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * The engine: random numbers, what sessions want of the world, why they ended.
 * ppp_octets, ppp_poll and the texts of reasons are in ppp.h.
 */
#ifndef PPP_ENGINE_H
#define PPP_ENGINE_H

#include "ppp/state.h"

/* Lays out the memory behind *p, of ppp_octets(actions) in all. */
void ppp_engine_init(struct ppp *p, uint32_t actions, uint64_t seed);

uint64_t ppp_random(struct ppp *p);
void ppp_random_octets(struct ppp *p, uint8_t *out, size_t n);

/* Queues a packet: protocol, code, id, length and n octets of data. Counted
 * and lost when the queue is full: the Restart timer repeats it. */
void ppp_send(struct ppp *p, struct ppp_session *s, uint16_t proto,
              uint8_t code, uint8_t id, const uint8_t *data, size_t n);
void ppp_act(struct ppp *p, struct ppp_session *s, enum ppp_action_type t,
             uint16_t proto);

/* A reason is noted for when the session ends; the first one stays. */
void ppp_because(struct ppp_session *s, enum ppp_reason why);

#endif
