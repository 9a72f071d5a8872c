/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How fast two ends of PPP agree: LCP, CHAP and IPCP to the open state, in
 * memory, on one core, both ends counted in; without authentication, with
 * CHAP-MD5 and with MS-CHAPv2 and MPPE.  Then the octets of a session, and
 * packets a second through both ends.  With a file name, JSON goes there.
 */
#include "config.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ppp/fsm.h"
#include "ppp/ppp.h"
#include "ppp/stats.h"

enum { ACTIONS = 64, SESSIONS = 1024, PACKET = 1400 };

struct side {
    struct ppp *p;
    uint8_t *sessions, *mppe;
    size_t session_octets, mppe_octets;
};

static struct ppp_secret secret = { "alice", "*", (const uint8_t *)"wonder",
                                    6,       0,   0 };
static struct ppp_secrets secrets = { &secret, 1 };
static json_t *all;

static void *zeroed(size_t n)
{
    void *m;

    n = (n + 63) & ~(size_t)63;
    m = aligned_alloc(64, n);
    if (m == NULL)
        exit(1);
    memset(m, 0, n);
    return m;
}

static double cpu_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void side_init(struct side *s, const struct ppp_config *c,
                      uint64_t seed)
{
    s->session_octets = ppp_session_octets();
    s->mppe_octets = (ppp_mppe_octets() + 63) & ~(size_t)63;
    s->p = ppp_init(zeroed(ppp_octets(ACTIONS)), c, ACTIONS, seed);
    s->sessions = zeroed(SESSIONS * s->session_octets);
    s->mppe = zeroed(SESSIONS * s->mppe_octets);
    if (s->p == NULL)
        exit(1);
}

static void side_fini(struct side *s)
{
    free(s->p);
    free(s->sessions);
    free(s->mppe);
}

static struct ppp_session *session(struct side *s, unsigned i)
{
    return (void *)(s->sessions + i * s->session_octets);
}

static void begin(struct side *s, unsigned i)
{
    struct ppp_session *e = session(s, i);

    memset(e, 0, s->session_octets);
    memset(s->mppe + i * s->mppe_octets, 0, s->mppe_octets);
    ppp_session_init(s->p, e, s->mppe + i * s->mppe_octets, NULL);
    ppp_open(s->p, e, 0);
    ppp_lower_up(s->p, e, 0);
}

/* What one side wants goes to the other; whether there was anything. */
static bool carry(struct side *from, struct side *to, unsigned i)
{
    uint8_t frame[1600], *packet;
    struct ppp_action a;
    bool any = false;
    size_t n;

    while (ppp_poll(from->p, &a)) {
        any = true;
        if (a.type != PPP_ACT_SEND)
            continue;
        memcpy(frame, a.octets, a.len);
        ppp_input(to->p, session(to, i), 0, frame, a.len, &packet, &n);
    }
    return any;
}

static void negotiate(struct side *a, struct side *b, unsigned i)
{
    struct ppp_info x;
    bool any;

    begin(a, i);
    begin(b, i);
    do {
        any = carry(a, b, i);
        any = carry(b, a, i) || any;
    } while (any);
    ppp_session_info(session(b, i), &x);
    if (x.ipcp != PPP_OPENED) {
        fprintf(stderr, "not opened: %s\n",
                ppp_reason_text((enum ppp_reason)x.reason));
        exit(1);
    }
}

static double packets(struct side *a, struct side *b)
{
    static uint8_t room[PPP_HEAD_MAX + PACKET];
    unsigned i, total = 0;
    double t = cpu_s();
    uint8_t *frame, *packet;
    size_t n;
    int r;

    do {
        for (i = 0; i < SESSIONS; i++) {
            r = ppp_output(a->p, session(a, i), PPP_PROTO_IP,
                           room + PPP_HEAD_MAX, PACKET, &frame);
            if (r < 0 || ppp_input(b->p, session(b, i), 0, frame, (size_t)r,
                                   &packet, &n) != PPP_PROTO_IP)
                exit(1);
        }
        total += SESSIONS;
    } while (cpu_s() - t < 0.3);
    return total / (cpu_s() - t);
}

static void measure(const char *name, uint16_t auth, uint8_t mppe)
{
    struct ppp_config c, d;
    struct side a, b;
    unsigned done = 0, i;
    double t, rate, carried;

    ppp_config_default(&c);
    c.accm = 0;
    c.secrets = &secrets;
    c.mppe_ask = c.mppe_allow = mppe;
    d = c;
    c.ask_auth = auth;
    d.give_auth = auth;
    strcpy(c.name, "pns");
    strcpy(d.name, "alice");
    strcpy(d.user, "alice");
    c.ip_local = 0x0a000001;
    c.ip_peer = 0x0a000002;
    side_init(&a, &c, 1);
    side_init(&b, &d, 2);
    t = cpu_s();
    do {
        for (i = 0; i < SESSIONS; i++)
            negotiate(&a, &b, i);
        done += SESSIONS;
    } while (cpu_s() - t < 1);
    rate = done / (cpu_s() - t);
    carried = packets(&a, &b);
    printf("%-22s %12.0f %14.0f\n", name, rate, carried);
    json_array_append_new(all, json_pack("{s:s,s:f,s:f}", "method", name,
                                         "negotiations_per_s", rate,
                                         "packets_per_s", carried));
    side_fini(&a);
    side_fini(&b);
}

int main(int argc, char **argv)
{
    all = json_array();
    printf("both ends, one core    negotiations/s   packets/s (%u octets)\n",
           PACKET);
    measure("no authentication", PPP_AUTH_NONE, 0);
    measure("PAP", PPP_AUTH_PAP, 0);
    measure("CHAP-MD5", PPP_AUTH_CHAP_MD5, 0);
    measure("MS-CHAPv2", PPP_AUTH_MSCHAP2, 0);
    measure("MS-CHAPv2, MPPE-128", PPP_AUTH_MSCHAP2,
            PPP_MPPE_128 | PPP_MPPE_STATELESS | PPP_MPPE_REQUIRED);
    printf("a session: %zu octets, its MPPE %zu\n", ppp_session_octets(),
           ppp_mppe_octets());
    if (argc > 1 && json_dump_file(all, argv[1], JSON_INDENT(2)) != 0)
        return 1;
    json_decref(all);
    return 0;
}
