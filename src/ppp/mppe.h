/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * MPPE, RFC 3078, and its keys, RFC 3079.  Bits are PPP_MPPE_*: one strength,
 * one mode.  ppp_mppe_octets is in ppp.h.
 */
#ifndef PPP_MPPE_H
#define PPP_MPPE_H

#include "ppp/ppp.h"

/* A request that waits for CCP; n 0: none. */
enum { EARLY_MAX = 96 };

struct ppp_early {
    uint8_t n;
    uint8_t octets[EARLY_MAX];
};

struct ppp_mppe;

/* Master keys from MS-CHAPv2 (RFC 3079 §3): NT hash of the password, the
 * NT-Response; `server`: we are the authenticator. */
void ppp_mppe_keys(struct ppp_mppe *m, const uint8_t nt_hash[16],
                   const uint8_t nt_response[24], bool server);
/* From MS-CHAPv1 (RFC 3079 §2), the same both ways: NT hash and the challenge
 * for 128 bits, LM hash for 56 and 40; NULL: there is none. */
void ppp_mppe_keys_v1(struct ppp_mppe *m, const uint8_t nt_hash[16],
                      const uint8_t challenge[8], const uint8_t *lm_hash);
/* What there are keys for; 0 also when m is NULL. */
uint8_t ppp_mppe_strengths(const struct ppp_mppe *m);
/* Bits 0: that way is not encrypted; both 0 need no keys. */
void ppp_mppe_start(struct ppp_mppe *m, uint8_t tx_bits, uint8_t rx_bits);
void ppp_mppe_stop(struct ppp_mppe *m); /* forgets all keys, and early ones */
/* Places for two early requests; NULL when m is. */
struct ppp_early *ppp_mppe_early(struct ppp_mppe *m);
/* In place: protocol and packet (n octets at `octets`) to the body of a
 * protocol 00FD packet, which begins 2 octets before and is n + 2 long. */
int ppp_mppe_encrypt(struct ppp_mppe *m, uint8_t *octets, size_t n);
/* The body of a 00FD packet in place: octets of protocol and packet, from
 * octets + 2; PPTP_ERR_STATE: not in step, *reset says whether a CCP
 * Reset-Request has to go. */
int ppp_mppe_decrypt(struct ppp_mppe *m, uint8_t *octets, size_t n,
                     bool *reset);
/* A Reset-Request came in: the next packet is flushed. */
void ppp_mppe_flush(struct ppp_mppe *m);

#endif
