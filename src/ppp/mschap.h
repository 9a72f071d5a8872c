/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * The computations and texts of MS-CHAP: RFC 2433 and RFC 2759 §8.  Pure
 * functions; chap.c holds the conversation.
 */
#ifndef PPP_MSCHAP_H
#define PPP_MSCHAP_H

#include "base/base.h"

enum {
    MSCHAP_CHALLENGE = 8,   /* octets, RFC 2433 */
    MSCHAP2_CHALLENGE = 16, /* octets, RFC 2759 §3 */
    MSCHAP_RESPONSE = 49,   /* both */
    MSCHAP_AT_NT = 24,      /* the NT-Response in either's value */
    MSCHAP_FLAGS = 48 /* RFC 2433: 1, the NT-Response is the one to use */
};

/* RFC 2759 §6. */
enum {
    MSCHAP_E_HOURS = 646,
    MSCHAP_E_DISABLED = 647,
    MSCHAP_E_EXPIRED = 648,
    MSCHAP_E_NO_DIALIN = 649,
    MSCHAP_E_FAILURE = 691,
    MSCHAP_E_CHANGING = 709
};

/* NtPasswordHash: MD4 of the password in UTF-16LE.  A secret that is not
 * UTF-8 is taken for ISO 8859-1. */
void ppp_mschap_nt_hash(const uint8_t *secret, size_t n, uint8_t hash[16]);

/*
 * LmPasswordHash of RFC 2433.  False, and no hash: Windows makes none of a
 * password of more than 14 octets, and of one that is not ASCII only by a code
 * page that we do not know.
 */
bool ppp_mschap_lm_hash(const uint8_t *secret, size_t n, uint8_t hash[16]);

/* ChallengeResponse: DES under three parts of the hash. */
void ppp_mschap_response(const uint8_t challenge[8], const uint8_t hash[16],
                         uint8_t response[24]);

/* ChallengeHash: a domain before the name ("BIGCO\john") does not count. */
void ppp_mschap2_challenge(const uint8_t peer[16], const uint8_t ours[16],
                           const uint8_t *name, size_t n,
                           uint8_t challenge[8]);

/* GenerateAuthenticatorResponse, as octets; `challenge` is that of
 * ppp_mschap2_challenge. */
void ppp_mschap2_proof(const uint8_t hash[16], const uint8_t nt_response[24],
                       const uint8_t challenge[8], uint8_t proof[20]);

/* The message of a Success, "S=<40 digits> M=…"; its octets, at most 64. */
enum { MSCHAP_TEXT_MAX = 96 };
size_t ppp_mschap2_success(const uint8_t proof[20], char out[MSCHAP_TEXT_MAX]);
/* The proof in such a message; false: it has none. */
bool ppp_mschap2_success_read(const uint8_t *text, size_t n,
                              uint8_t proof[20]);

struct ppp_mschap_failure {
    uint32_t error, version; /* E=, V=; 0 if absent */
    bool retry;              /* R=1 */
    uint8_t challenge_len;   /* of C=: 0, 8 or 16 */
    uint8_t challenge[16];
};

/* The message of a Failure, and back.  False: it has no E=, which is all that
 * we need; the rest is as far as it was readable. */
size_t ppp_mschap_failure(const struct ppp_mschap_failure *f,
                          char out[MSCHAP_TEXT_MAX]);
bool ppp_mschap_failure_read(const uint8_t *text, size_t n,
                             struct ppp_mschap_failure *f);

#endif
