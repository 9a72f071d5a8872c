/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * Secrets in the format of pppd's chap-secrets, parsed from text in memory
 * into an arena of the caller's:
 *
 *     # client   server   secret        addresses
 *     alice      *        "wonder"      10.0.0.1
 *     *          isp      'o\x70en'     10.1.0.0/16 10.2.0.1
 *
 * A client that may have several addresses has several entries in a row.
 */
#ifndef PPP_SECRETS_H
#define PPP_SECRETS_H

#include "ppp/ppp.h"

/* Where and why a text was refused. */
struct ppp_secrets_error {
    uint32_t line;   /* from 1; 0: no line is to blame */
    const char *why; /* static English text */
};

/* Octets of arena that a text of `len` octets needs at most. */
size_t ppp_secrets_octets(const char *text, size_t len);

/*
 * Parses the whole text; `mem` is aligned for a pointer and holds all that
 * *out points to; the text may go (wipe it).  0; PPTP_ERR_FORMAT, with *error
 * (may be NULL) filled; PPTP_ERR_RESOURCE when mem is too small.  After an
 * error *out is empty and mem is wiped.
 */
int ppp_secrets_parse(const char *text, size_t len, void *mem,
                      size_t mem_octets, struct ppp_secrets *out,
                      struct ppp_secrets_error *error);

/*
 * Puts a table into the order that look-ups want.  Parsed ones are in it, of
 * two lines with the same names the first counts; one made by hand has to be
 * sorted when it has more than PPP_SECRETS_UNSORTED entries.
 */
enum { PPP_SECRETS_UNSORTED = 16 };
void ppp_secrets_sort(struct ppp_secrets *t);

/*
 * The secret between a client and a server, names with lengths; server NULL:
 * it did not say who it is, and any will do.  A server's exact name counts
 * more than a client's, as in pppd; NULL if there is none.
 */
const struct ppp_secret *ppp_secret_look(const struct ppp_secrets *t,
                                         const char *client, size_t client_len,
                                         const char *server,
                                         size_t server_len);

/* The secret that `client` uses towards `server`, exact names before `*`; NULL
 * if there is none. */
const struct ppp_secret *ppp_secret_find(const struct ppp_secrets *t,
                                         const char *client, size_t client_len,
                                         const char *server);

/* Whether any entry is for this server: for its name or for any. */
bool ppp_secrets_for(const struct ppp_secrets *t, const char *server);

/* Whether `s`, or another entry of its line, names this address; true when
 * the line names none at all. */
bool ppp_secret_allows(const struct ppp_secrets *t, const struct ppp_secret *s,
                       uint32_t ip);

/* Overwrites, in a way that a compiler keeps. */
void ppp_wipe(void *mem, size_t n);
/* Equal? In a time that depends on the lengths alone. */
bool ppp_same(const void *a, size_t a_len, const void *b, size_t b_len);

#endif
