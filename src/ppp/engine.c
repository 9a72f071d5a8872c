/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * The engine at the bottom of PPP: one block of memory, random numbers, the
 * queue of what sessions want of the world, and the reasons for their ends.
 * It knows no protocol.
 */
#include "config.h"

#include "ppp/engine.h"

#include <string.h>

#include <nettle/sha1.h>

enum {
    SLOT_OCTETS = 1504, /* protocol and the longest control packet */
    /* Slots that only actions other than packets take; they also keep the
     * octets that were polled last from being written over. */
    RESERVE = 16
};

_Static_assert(SLOT_OCTETS >= PPP_PACKET_MAX + 2, "slots are too short");

/* --- memory -------------------------------------------------------------- */

static uint32_t slots(uint32_t actions)
{
    return actions + RESERVE;
}

static size_t up64(size_t n)
{
    return (n + 63) & ~(size_t)63;
}

static struct ppp_action *action_at(struct ppp *p, uint32_t i)
{
    void *base = (uint8_t *)p + p->actions_at;

    return (struct ppp_action *)base + i;
}

static uint8_t *octets_at(struct ppp *p, uint32_t i)
{
    return (uint8_t *)p + p->octets_at + (size_t)i * SLOT_OCTETS;
}

size_t ppp_octets(uint32_t actions)
{
    return up64(sizeof(struct ppp)) +
           up64(slots(actions) * sizeof(struct ppp_action)) +
           (size_t)slots(actions) * SLOT_OCTETS;
}

void ppp_engine_init(struct ppp *p, uint32_t actions, uint64_t seed)
{
    p->seed = seed;
    p->limit = actions;
    p->actions_at = up64(sizeof *p);
    p->octets_at = p->actions_at +
                   up64(slots(actions) * sizeof(struct ppp_action));
}

/* --- random numbers ------------------------------------------------------ */

/* A hash, so that what peers see tells nothing of what comes next. */
static void draw(struct ppp *p, uint8_t out[SHA1_DIGEST_SIZE])
{
    struct sha1_ctx h;
    uint8_t in[16];
    unsigned i;

    for (i = 0; i < 8; i++) {
        in[i] = (uint8_t)(p->seed >> 8 * i);
        in[8 + i] = (uint8_t)(p->drawn >> 8 * i);
    }
    p->drawn++;
    sha1_init(&h);
    sha1_update(&h, sizeof in, in);
    sha1_digest(&h, SHA1_DIGEST_SIZE, out);
}

uint64_t ppp_random(struct ppp *p)
{
    uint8_t o[SHA1_DIGEST_SIZE];
    uint64_t v = 0;
    unsigned i;

    draw(p, o);
    for (i = 0; i < 8; i++)
        v = v << 8 | o[i];
    return v;
}

void ppp_random_octets(struct ppp *p, uint8_t *out, size_t n)
{
    uint8_t o[SHA1_DIGEST_SIZE];
    size_t part;

    for (; n > 0; n -= part, out += part) {
        draw(p, o);
        part = n < sizeof o ? n : sizeof o;
        memcpy(out, o, part);
    }
}

/* --- what is wanted of the world ----------------------------------------- */

/* A slot, or NULL: the queue is full. *i is its index. */
static struct ppp_action *new_action(struct ppp *p, struct ppp_session *s,
                                     enum ppp_action_type type, uint32_t *i)
{
    uint32_t most = p->limit + (type == PPP_ACT_SEND ? 0 : RESERVE);
    struct ppp_action *a;

    if (p->n >= most)
        return NULL;
    *i = p->head + p->n;
    if (*i >= slots(p->limit))
        *i -= slots(p->limit);
    p->n++;
    a = action_at(p, *i);
    memset(a, 0, sizeof *a);
    a->type = type;
    a->session = s;
    return a;
}

void ppp_send(struct ppp *p, struct ppp_session *s, uint16_t proto,
              uint8_t code, uint8_t id, const uint8_t *data, size_t n)
{
    struct ppp_action *a;
    uint32_t i;
    uint8_t *o;

    PPTP_ASSERT(n + CP_HEAD <= PPP_PACKET_MAX);
    a = new_action(p, s, PPP_ACT_SEND, &i);
    if (a == NULL) {
        p->stats.sends_lost++;
        return;
    }
    o = octets_at(p, i);
    o[0] = (uint8_t)(proto >> 8);
    o[1] = (uint8_t)proto;
    o[2] = code;
    o[3] = id;
    o[4] = (uint8_t)((n + CP_HEAD) >> 8);
    o[5] = (uint8_t)(n + CP_HEAD);
    if (n > 0)
        memcpy(o + 6, data, n);
    a->len = (uint32_t)n + 6;
    a->proto = proto;
    /* RFC 1662 7: codes that have to be understood before LCP is open */
    a->lcp = proto == PPP_PROTO_LCP && code <= CODE_CODE_REJ;
}

void ppp_act(struct ppp *p, struct ppp_session *s, enum ppp_action_type t,
             uint16_t proto)
{
    struct ppp_action *a;
    uint32_t i;

    a = new_action(p, s, t, &i);
    if (a == NULL) {
        p->stats.acts_lost++;
        return;
    }
    a->proto = proto;
    a->reason = t == PPP_ACT_END ? s->reason : PPP_END_NONE;
}

bool ppp_poll(struct ppp *p, struct ppp_action *out)
{
    if (p->n == 0) {
        p->head = 0; /* the first slots are warm */
        return false;
    }
    *out = *action_at(p, p->head);
    if (out->type == PPP_ACT_SEND)
        out->octets = octets_at(p, p->head);
    p->n--;
    if (++p->head == slots(p->limit))
        p->head = 0;
    return true;
}

/* --- reasons ------------------------------------------------------------- */

const char *ppp_reason_text(enum ppp_reason r)
{
    static const char *const texts[] = {
        [PPP_END_NONE] = "not ended",
        [PPP_END_LOCAL] = "closed here",
        [PPP_END_PEER] = "closed by the peer",
        [PPP_END_LOWER] = "the line went down",
        [PPP_END_NO_ANSWER] = "no answer from the peer",
        [PPP_END_OPTIONS] = "no agreement on options",
        [PPP_END_LOOPED] = "the line is looped back",
        [PPP_END_ECHO] = "no reply to echo requests",
        [PPP_END_AUTH_US] = "the peer did not accept our authentication",
        [PPP_END_AUTH_PEER] = "the peer failed to authenticate",
        [PPP_END_AUTH_POLICY] = "no method of authentication that both want",
        [PPP_END_NO_NETWORK] = "no network protocol came up",
        [PPP_END_MPPE] = "encryption is required and was refused",
        [PPP_END_REJECTED] = "the peer rejects what PPP cannot do without",
        [PPP_END_OUT_OF_STEP] = "encryption is out of step"
    };

    if ((unsigned)r >= sizeof texts / sizeof *texts)
        return "?";
    return texts[r];
}

const char *ppp_fault_text(enum ppp_fault f)
{
    static const char *const texts[] = {
        [PPP_FAULT_NONE] = "it did not answer",
        [PPP_FAULT_NAME] = "no secret for that name",
        [PPP_FAULT_SECRET] = "wrong secret",
        [PPP_FAULT_REFLECTED] = "our own challenge came back"
    };

    if ((unsigned)f >= sizeof texts / sizeof *texts)
        return "?";
    return texts[f];
}

void ppp_because(struct ppp_session *s, enum ppp_reason why)
{
    if (s->reason == PPP_END_NONE)
        s->reason = (uint8_t)why;
}
