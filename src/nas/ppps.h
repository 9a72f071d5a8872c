/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PPP at one end of many calls: the sessions of one configuration with their
 * memory and deadlines, packets of the pool in and out.  A session is known
 * by its index; what it means to be up is the owner's business.
 *
 * Packets may have a virtual tail where nothing is encrypted.  In a simulation
 * PPP may also be `plain`: nothing is negotiated, a session is up as soon as
 * it begins, and frames are FF 03 00 21 and the packet.
 */
#ifndef NAS_PPPS_H
#define NAS_PPPS_H

#include "base/alloc.h"
#include "base/heap.h"
#include "base/packet.h"
#include "ppp/ppp.h"

struct nas_ppps;

/* Users' names, with their NUL, as PPP's. */
enum { NAS_PPPS_USER = sizeof((struct ppp_config *)0)->user };

/* Called from within the functions below; they must not be called again from
 * in there for the same session, but for nas_ppps_set_ip. */
struct nas_ppps_owner {
    /* A frame to send, from FF 03 on; the owner's from here. */
    void (*frame)(struct nas_ppps *t, uint32_t i, pptp_pkt pkt);
    /* All other actions of PPP. */
    void (*action)(struct nas_ppps *t, uint32_t i, const struct ppp_action *a);
    /* As a client, who the session is; ppp_config's user_of. NULL: as the
     * configuration says. */
    const char *(*user)(struct nas_ppps *t, uint32_t i);
};

/* What every packet touches comes first. */
struct nas_ppps {
    struct heap timers;
    bool plain;      /* the owner's */
    struct ppp *ppp; /* NULL: plain */
    uint8_t *mem;    /* of all sessions */
    size_t octets;
    struct pptp_pool *pool;
    const struct nas_ppps_owner *owner;
    void *ctx;          /* the owner's */
    struct alloc *from; /* memory, or NULL */
    uint32_t *plain_ip; /* of each session: what the owner gave its peer */
    uint8_t *mppe_mem;  /* of all sessions, or NULL */
    size_t mppe_octets;
    pptp_ns now_ns;     /* of the latest input, for the owner */
    uint64_t exhausted; /* frames lost: no packet of the pool, or too short */
};

/* Sessions 0 … n - 1; owner, ctx, pool and
 * from are set by the caller; the
 * configuration is copied but for its secrets; `seed` as ppp_init's. 0, or -1
 * without memory. */
int nas_ppps_init(struct nas_ppps *t, const struct ppp_config *c, uint32_t n,
                  uint64_t seed);
void nas_ppps_fini(struct nas_ppps *t);

/* Not of plain ones. */
static inline struct ppp_session *nas_ppps_at(const struct nas_ppps *t,
                                              uint32_t i)
{
    return (void *)(t->mem + i * t->octets);
}

/* Of any: what ppp_session_info, ppp_peer_name, ppp_claimed_name and
 * ppp_set_peer_ip say and do; a plain one has no name. */
void nas_ppps_info(const struct nas_ppps *t, uint32_t i,
                   struct ppp_info *info);
const char *nas_ppps_name(const struct nas_ppps *t, uint32_t i);
const char *nas_ppps_claimed(const struct nas_ppps *t, uint32_t i);
void nas_ppps_set_ip(struct nas_ppps *t, uint32_t i, uint32_t ip);

/* A new session begins: its line is up. */
void nas_ppps_begin(struct nas_ppps *t, uint32_t i, pptp_ns now);
/* Begins anew, from LCP on, where LCP is open. */
void nas_ppps_renegotiate(struct nas_ppps *t, uint32_t i, pptp_ns now);
/* Says goodbye; the owner hears PPP_ACT_END. */
void nas_ppps_close(struct nas_ppps *t, uint32_t i, pptp_ns now);
/* The line is gone: no deadline any more. */
void nas_ppps_down(struct nas_ppps *t, uint32_t i, pptp_ns now);

/*
 * A frame that came; the packet stays the caller's.  The protocol of a
 * network packet, and where it lies in the frame; 0 or negative: none.
 */
int nas_ppps_input(struct nas_ppps *t, uint32_t i, pptp_ns now, pptp_pkt pkt,
                   uint8_t **packet, size_t *n);
/*
 * Makes a frame of an IPv4 packet of the pool, in place.  PPTP_OK, or what
 * ppp_output says; a virtual tail counts as what it stands for.
 */
int nas_ppps_output(struct nas_ppps *t, uint32_t i, pptp_pkt pkt);

/*
 * For one that was too long (PPTP_ERR_VALUE) and may be cut: frames of its
 * fragments, the caller's from here, in the order in which they have to go
 * (encryption counts them).  0: it may not be, or is malformed or has a
 * virtual tail; or the pool is empty, which is counted.  All or nothing.
 */
enum { NAS_PPPS_FRAGMENTS = 32 };
uint32_t nas_ppps_fragments(struct nas_ppps *t, uint32_t i, pptp_pkt pkt,
                            pptp_pkt out[NAS_PPPS_FRAGMENTS]);

/* Deadlines up to now. */
void nas_ppps_advance(struct nas_ppps *t, pptp_ns now);
static inline pptp_ns nas_ppps_deadline(const struct nas_ppps *t)
{
    return heap_next(&t->timers);
}

/* Whether a frame is LCP in the clear, as a beginning has to be. */
bool nas_ppps_is_lcp(struct pptp_pool *pool, pptp_pkt pkt);

/* Longest IPv4 packet that the other side takes now; and that both do. */
uint16_t nas_ppps_mtu(const struct nas_ppps *t, uint32_t i);
uint16_t nas_ppps_mtu_both(const struct nas_ppps *t, uint32_t i);

#endif
