/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two ends of PPP and a line between them, for tests of one file of src/ppp:
 * a hook sees every packet and may change it, swallow it, or slip in others.
 */
#ifndef PPP_ENDS_H
#define PPP_ENDS_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "ppp/secrets.h"
#include "ppp/state.h"

enum { SERVER, CLIENT };

struct end {
    struct ppp_config config;
    struct ppp *p;
    struct ppp_session *s;
    void *secrets_mem;
    struct ppp_secrets secrets;
    unsigned authenticated, ups, ends;
    enum ppp_reason reason;
};

static struct end ends[2];
static pptp_ns now;

/* A packet from the protocol field on; false: it is lost. */
typedef bool hook_fn(int from, uint8_t *octets, uint32_t *len);
static hook_fn *hook;

static inline void end_secrets(int i, const char *text)
{
    size_t n = strlen(text), octets = ppp_secrets_octets(text, n);

    free(ends[i].secrets_mem);
    ends[i].secrets_mem = malloc(octets);
    ck_assert_int_eq(ppp_secrets_parse(text, n, ends[i].secrets_mem, octets,
                                       &ends[i].secrets, NULL),
                     0);
}

/* Defaults: nothing is asked, both know alice's secret. */
static inline void ends_default(void)
{
    static const char *const names[2] = { "isp", "alice" };
    int i;

    memset(ends, 0, sizeof ends);
    hook = NULL;
    now = 1000 * PPTP_S;
    for (i = 0; i < 2; i++) {
        struct ppp_config *c = &ends[i].config;

        ppp_config_default(c);
        strcpy(c->name, names[i]);
        c->ip_local = 0x0a000001 + (uint32_t)i;
        c->ip_peer = 0x0a000002 - (uint32_t)i;
        c->secrets = &ends[i].secrets;
        end_secrets(i, "alice isp wonder *\nisp alice land *\n");
    }
}

static inline void *aligned(size_t n)
{
    void *mem = aligned_alloc(64, (n + 63) / 64 * 64);

    ck_assert_ptr_nonnull(mem);
    memset(mem, 0, (n + 63) / 64 * 64);
    return mem;
}

static inline void ends_start_seeded(uint64_t seed)
{
    int i;

    for (i = 0; i < 2; i++) {
        struct end *e = &ends[i];

        e->p = ppp_init(aligned(ppp_octets(64)), &e->config, 64,
                        2 * seed + (uint64_t)i);
        ck_assert_ptr_nonnull(e->p);
        e->s = aligned(ppp_session_octets());
        ppp_session_init(e->p, e->s,
                         (e->config.mppe_ask | e->config.mppe_allow) != 0
                             ? aligned(ppp_mppe_octets())
                             : NULL,
                         e);
        ppp_open(e->p, e->s, now);
    }
    for (i = 0; i < 2; i++)
        ppp_lower_up(ends[i].p, ends[i].s, now);
}

static inline void ends_start(void)
{
    ends_start_seeded(0x91a);
}

static inline void ends_free(void)
{
    int i;

    for (i = 0; i < 2; i++) {
        if (ends[i].s != NULL)
            free(ends[i].s->mppe);
        free(ends[i].s);
        free(ends[i].p);
        free(ends[i].secrets_mem);
    }
    memset(ends, 0, sizeof ends);
}

/* Octets from the protocol field on arrive at an end; on the heap and of
 * their exact length, so that reading on is seen. */
static inline int arrive(int at, const uint8_t *octets, size_t n)
{
    uint8_t *frame = malloc(n + 2), *packet;
    size_t len;
    int r;

    frame[0] = 0xff;
    frame[1] = 0x03;
    memcpy(frame + 2, octets, n);
    r = ppp_input(ends[at].p, ends[at].s, now, frame, n + 2, &packet, &len);
    free(frame);
    return r;
}

/* A control packet arrives that nobody has sent. */
static inline void inject(int at, uint16_t proto, uint8_t code, uint8_t id,
                          const void *data, size_t n)
{
    uint8_t o[1600] = { (uint8_t)(proto >> 8),   (uint8_t)proto,  code, id,
                        (uint8_t)((n + 4) >> 8), (uint8_t)(n + 4) };

    if (n > 0)
        memcpy(o + 6, data, n);
    arrive(at, o, n + 6);
}

static inline void drain_one(int i, const struct ppp_action *a)
{
    uint8_t copy[1600];
    uint32_t len = a->len;

    switch (a->type) {
    case PPP_ACT_SEND:
        memcpy(copy, a->octets, a->len);
        if (hook == NULL || hook(i, copy, &len))
            arrive(1 - i, copy, len);
        break;
    case PPP_ACT_AUTHENTICATED: ends[i].authenticated++; break;
    case PPP_ACT_UP: ends[i].ups++; break;
    case PPP_ACT_END:
        ends[i].ends++;
        ends[i].reason = a->reason;
        break;
    default: break;
    }
}

static inline void drain(void)
{
    struct ppp_action a;
    bool any;
    int i;

    do {
        any = false;
        for (i = 0; i < 2; i++)
            if (ppp_poll(ends[i].p, &a)) {
                drain_one(i, &a);
                any = true;
            }
    } while (any);
}

/* Until so many nanoseconds are over. */
static inline void run(pptp_ns ns)
{
    pptp_ns until = now + ns;

    for (;;) {
        pptp_ns next = PPTP_NEVER;
        int i;

        drain();
        for (i = 0; i < 2; i++) {
            pptp_ns at = ppp_deadline(ends[i].s);

            if (at < next)
                next = at;
        }
        if (next > until)
            break;
        if (next > now)
            now = next;
        for (i = 0; i < 2; i++)
            if (ppp_deadline(ends[i].s) <= now)
                ppp_advance(ends[i].p, ends[i].s, now);
    }
    now = until;
}

static inline bool both_up(void)
{
    return ends[0].ups == 1 && ends[1].ups == 1 && ends[0].ends == 0 &&
           ends[1].ends == 0;
}

static inline const struct ppp_stats *stats(int i)
{
    return ppp_stats(ends[i].p);
}

#endif
