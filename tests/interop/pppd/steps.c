/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the command line says:
 *
 *   peer [SETTING=VALUE]... [STEP[=ARGUMENT]]...
 *
 * Settings are the table `settings` below, steps the table `steps`; both are
 * taken from left to right, and the session begins with the first step.
 * Exit 0: all steps came true; 1: one did not; 77: this machine has no means
 * for one (a TUN device).
 */
#include "config.h"

#include "peer.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ppp/stats.h"

/* Who we are, or whom we know. */
static struct ppp_secret secret = { "alice", "*", (const uint8_t *)"wonder",
                                    6,       0,   0 };
static const struct ppp_secrets secrets = { &secret, 1 };

/* --- steps --------------------------------------------------------------- */

static bool is_up(const char *unused)
{
    (void)unused;
    if (peer.ended)
        fail("the session ended: %s", ppp_reason_text(peer.reason));
    return peer.up;
}

static bool is_up6(const char *unused)
{
    (void)unused;
    return peer.up6;
}

static bool is_ended(const char *unused)
{
    (void)unused;
    return peer.ended;
}

static void step_up(const char *a)
{
    if (!until(is_up, a))
        fail("IPCP does not come up");
    ppp_session_info(peer.session, &peer.info);
}

static void step_up6(const char *a)
{
    if (!until(is_up6, a))
        fail("IPV6CP does not come up");
    ppp_session_info(peer.session, &peer.info);
}

static void step_end(const char *a)
{
    static const char *const names[] = { "none",      "local",     "peer",
                                         "lower",     "no-answer", "options",
                                         "looped",    "echo",      "auth-us",
                                         "auth-peer", "policy",    "network",
                                         "mppe",      "rejected" };

    if (!until(is_ended, a))
        fail("the session does not end");
    if (strcmp(names[peer.reason], a) != 0)
        fail("it ended for %s: %s", names[peer.reason],
             ppp_reason_text(peer.reason));
}

static void step_exit(const char *a)
{
    expect("exit", *a != 0 ? a : NULL);
}

static void step_close(const char *unused)
{
    (void)unused;
    ppp_close(peer.ppp, peer.session, now_ns());
    act();
}

static void step_again(const char *unused)
{
    (void)unused;
    open_session();
}

/* LCP starts anew while the other end thinks that all is well. */
static void step_renegotiate(const char *unused)
{
    (void)unused;
    ppp_lower_down(peer.ppp, peer.session, now_ns());
    act();
    peer.ended = false;
    ppp_lower_up(peer.ppp, peer.session, now_ns());
    act();
}

static void step_signal(const char *a)
{
    tell("signal %s\n", a);
}

static void count_size(const char *a, unsigned *count, unsigned *size)
{
    if (sscanf(a, "%u:%u", count, size) != 2)
        fail("COUNT:SIZE is expected, not '%s'", a);
}

static void step_ping(const char *a)
{
    unsigned count, size;

    count_size(a, &count, &size);
    ping(count, size, false);
}

static void step_ping6(const char *a)
{
    unsigned count, size;

    count_size(a, &count, &size);
    ping(count, size, true);
}

static void step_tcp(const char *a)
{
    transfer((size_t)strtoul(a, NULL, 0));
}

static void step_deaf(const char *unused)
{
    (void)unused;
    peer.deaf = true;
}

/* The guest pings us. */
static void step_pong(const char *a)
{
    unsigned count, size;

    count_size(a, &count, &size);
    tell("ping %u %u %u.%u.%u.%u\n", count, size, peer.info.ip_local >> 24,
         peer.info.ip_local >> 16 & 255, peer.info.ip_local >> 8 & 255,
         peer.info.ip_local & 255);
    expect("ping", "0");
}

/* PROTOCOL:CODE:COUNT of what has been received, or sent, is there. */
static bool counted(bool tx, const char *a)
{
    static const struct {
        const char *name;
        uint16_t proto;
    } known[] = { { "lcp", PPP_PROTO_LCP },   { "pap", PPP_PROTO_PAP },
                  { "chap", PPP_PROTO_CHAP }, { "ccp", PPP_PROTO_CCP },
                  { "ipcp", PPP_PROTO_IPCP }, { "ipv6cp", PPP_PROTO_IPV6CP } };
    char name[8];
    unsigned code, count, i;

    if (sscanf(a, "%7[a-z0-9]:%u:%u", name, &code, &count) != 3 ||
        code >= CODES)
        fail("PROTOCOL:CODE:COUNT is expected, not '%s'", a);
    for (i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, name) == 0)
            return peer.seen[tx][protocol_index(known[i].proto)][code] >=
                   count;
    fail("no protocol '%s'", name);
}

static bool counted_rx(const char *a)
{
    return counted(false, a);
}

static bool counted_tx(const char *a)
{
    return counted(true, a);
}

static void step_rx(const char *a)
{
    if (!until(counted_rx, a))
        fail("not received");
}

static void step_tx(const char *a)
{
    if (!until(counted_tx, a))
        fail("not sent");
}

static void step_no_rx(const char *a)
{
    if (counted_rx(a))
        fail("received");
}

static void step_saw(const char *a)
{
    tell("saw %s\n", a);
    expect("saw", "yes");
}

static void step_mtu(const char *a)
{
    tell("mtu\n");
    expect("mtu", a);
}

static void step_wait(const char *a)
{
    pptp_ns end = now_ns() + (pptp_ns)atoi(a) * PPTP_MS;

    while (now_ns() < end)
        turn(end);
}

/* A counter of the engine, or bad_fcs of the line, is not zero. */
static void step_stat(const char *a)
{
    const struct ppp_stats *s = ppp_stats(peer.ppp);

#define X(counter, unit, help)      \
    if (strcmp(a, #counter) == 0) { \
        if (s->counter == 0)        \
            fail("%s is 0", a);     \
        return;                     \
    }
#include "ppp/stats.def"
#undef X
    if (strcmp(a, "bad_fcs") != 0)
        fail("no counter '%s'", a);
    if (peer.hdlc.bad_fcs == 0)
        fail("no frame was bad");
}

static const char *const method_names[] = { "none",    "pap",     "chap",
                                            "mschap1", "mschap2", NULL };
static const char *const mppe_names[] = { "40",        "56",       "128",
                                          "stateless", "stateful", "required",
                                          NULL };

/* A set of words, joined by commas. */
static unsigned set_of(const char *text, const char *const *names)
{
    unsigned set = 0, i;
    size_t len;

    for (; *text != 0; text += len + (text[len] == ',')) {
        len = strcspn(text, ",");
        for (i = 0; names[i] != NULL; i++)
            if (strlen(names[i]) == len && memcmp(names[i], text, len) == 0)
                break;
        if (names[i] == NULL)
            fail("no word of %s", text);
        set |= 1u << i;
    }
    return set;
}

static uint32_t address_of(const char *text)
{
    struct in_addr a;

    if (inet_pton(AF_INET, text, &a) != 1)
        fail("'%s' is no address", text);
    return ntohl(a.s_addr);
}

static void same(const char *what, uint64_t is, uint64_t wanted)
{
    if (is != wanted)
        fail("%s is %#llx, but %#llx was expected", what,
             (unsigned long long)is, (unsigned long long)wanted);
}

/* KEY:VALUE of what was agreed. */
static void step_is(const char *a)
{
    const char *v = strchr(a, ':');
    char key[16] = "";

    if (v == NULL || v - a >= (ptrdiff_t)sizeof key)
        fail("KEY:VALUE is expected, not '%s'", a);
    memcpy(key, a, (size_t)(v++ - a));
    ppp_session_info(peer.session, &peer.info);
    if (strcmp(key, "mppe") == 0) {
        same("MPPE received", peer.info.mppe_rx, set_of(v, mppe_names));
        same("MPPE sent", peer.info.mppe_tx, set_of(v, mppe_names));
    } else if (strcmp(key, "us") == 0) {
        same("our method", peer.info.auth_us, set_of(v, method_names));
    } else if (strcmp(key, "them") == 0) {
        same("the peer's method", peer.info.auth_peer,
             set_of(v, method_names));
    } else if (strcmp(key, "mru") == 0) {
        same("MRU", peer.info.mru, strtoul(v, NULL, 0));
    } else if (strcmp(key, "peer_mru") == 0) {
        same("the peer's MRU", peer.info.peer_mru, strtoul(v, NULL, 0));
    } else if (strcmp(key, "accm_rx") == 0) {
        same("ACCM", peer.info.accm_rx, strtoul(v, NULL, 0));
    } else if (strcmp(key, "accm_tx") == 0) {
        same("the peer's ACCM", peer.info.accm_tx, strtoul(v, NULL, 0));
    } else if (strcmp(key, "pfc") == 0) {
        same("PFC", peer.info.pfc, strtoul(v, NULL, 0));
    } else if (strcmp(key, "acfc") == 0) {
        same("ACFC", peer.info.acfc, strtoul(v, NULL, 0));
    } else if (strcmp(key, "local") == 0) {
        same("our address", peer.info.ip_local, address_of(v));
    } else if (strcmp(key, "peer") == 0) {
        same("the peer's address", peer.info.ip_peer, address_of(v));
    } else if (strcmp(key, "dns") == 0) {
        same("DNS", peer.info.dns[0], address_of(v));
    } else if (strcmp(key, "wins") == 0) {
        same("WINS", peer.info.wins[0], address_of(v));
    } else if (strcmp(key, "name") != 0) {
        fail("nothing is called '%s'", key);
    } else if (strcmp(ppp_peer_name(peer.session), v) != 0) {
        fail("the peer is '%s'", ppp_peer_name(peer.session));
    }
}

/* --- the command line ---------------------------------------------------- */

static void set_pppd(const char *v)
{
    peer.options = v;
}

static void set_ask(const char *v)
{
    peer.config.ask_auth = (uint16_t)set_of(v, method_names);
}

static void set_give(const char *v)
{
    peer.config.give_auth = (uint16_t)set_of(v, method_names);
}

static void set_secret(const char *v)
{
    secret.secret = (const uint8_t *)v;
    secret.secret_len = (uint8_t)strlen(v);
}

static void set_user(const char *v)
{
    snprintf(peer.config.user, sizeof peer.config.user, "%s", v);
    secret.client = peer.config.user;
}

static void set_only(const char *v)
{
    secret.ip_first = secret.ip_last = address_of(v);
}

static void set_mppe(const char *v)
{
    peer.config.mppe_ask = peer.config.mppe_allow = (uint8_t)set_of(
        v, mppe_names);
}

static void set_allow(const char *v)
{
    peer.config.mppe_allow = (uint8_t)set_of(v, mppe_names);
}

static void set_local(const char *v)
{
    peer.config.ip_local = address_of(v);
}

static void set_peer(const char *v)
{
    peer.config.ip_peer = address_of(v);
}

static void set_dns(const char *v)
{
    peer.config.dns[0] = address_of(v);
}

static void set_ask_dns(const char *v)
{
    peer.config.ask_dns = atoi(v) != 0;
}

static void set_ask_wins(const char *v)
{
    peer.config.ask_wins = atoi(v) != 0;
}

static void set_ipcp(const char *v)
{
    peer.config.ipcp = atoi(v) != 0;
}

static void set_ipv6(const char *v)
{
    peer.config.ipv6cp = atoi(v) != 0;
}

static void set_mru(const char *v)
{
    peer.config.mru = (uint16_t)atoi(v);
}

static void set_accm(const char *v)
{
    peer.config.accm = (uint32_t)strtoul(v, NULL, 0);
}

static void set_short(const char *v)
{
    peer.config.pfc = peer.config.acfc = atoi(v) != 0;
}

static void set_accept_short(const char *v)
{
    peer.config.accept_pfc = peer.config.accept_acfc = atoi(v) != 0;
}

static void set_echo(const char *v)
{
    peer.config.echo_ns = (pptp_ns)atoi(v) * PPTP_MS;
}

static void set_rechallenge(const char *v)
{
    peer.config.rechallenge_ns = (pptp_ns)atoi(v) * PPTP_MS;
}

static void set_spoil(const char *v)
{
    peer.spoil = (unsigned)atoi(v);
}

static void set_lose(const char *v)
{
    peer.lose = (unsigned)atoi(v);
}

static void set_lose_success(const char *v)
{
    peer.lose_success = atoi(v) != 0;
}

struct word {
    const char *name;
    void (*run)(const char *argument);
};

static const struct word settings[] = {
    { "pppd", set_pppd }, /* options of the program at the other end */
    { "ask", set_ask },   /* methods that it has to use */
    { "give", set_give }, /* methods that we are willing to use */
    { "user", set_user }, /* who we are, and whose secret we know */
    { "secret", set_secret },
    { "only", set_only },   /* the address that goes with the secret */
    { "mppe", set_mppe },   /* asked for and allowed */
    { "allow", set_allow }, /* allowed, when it is something else */
    { "local", set_local }, /* our address; none: the peer has to say */
    { "peer", set_peer },
    { "dns", set_dns }, /* given */
    { "ask_dns", set_ask_dns },
    { "ask_wins", set_ask_wins },
    { "ipcp", set_ipcp },
    { "ipv6", set_ipv6 },
    { "mru", set_mru },
    { "accm", set_accm },
    { "short", set_short }, /* PFC and ACFC: asked for */
    { "accept_short", set_accept_short },
    { "echo", set_echo },               /* ms */
    { "rechallenge", set_rechallenge }, /* ms */
    { "lose", set_lose }, /* every so many network packets one, both ways */
    { "lose_success", set_lose_success }, /* the first of CHAP */
    { "spoil", set_spoil }, /* every so many octets one is changed */
    { NULL, NULL }
};

static const struct word steps[] = {
    { "up", step_up },     /* IPCP is open */
    { "up6", step_up6 },   /* IPV6CP is */
    { "end", step_end },   /* the session ends for this reason */
    { "exit", step_exit }, /* pppd ends with this status, or any */
    { "close", step_close },
    { "again", step_again }, /* after an end: a new session */
    { "renegotiate", step_renegotiate },
    { "deaf", step_deaf },     /* we hear nothing more, and say nothing */
    { "signal", step_signal }, /* to pppd */
    { "ping", step_ping },     /* COUNT:SIZE */
    { "ping6", step_ping6 },
    { "pong", step_pong }, /* the guest pings us */
    { "tcp", step_tcp },   /* octets there and back */
    { "rx", step_rx },     /* PROTOCOL:CODE:COUNT came in */
    { "tx", step_tx },
    { "no_rx", step_no_rx }, /* fewer than COUNT came in so far */
    { "is", step_is },       /* KEY:VALUE was agreed */
    { "saw", step_saw },     /* a pattern in pppd's log */
    { "mtu", step_mtu },     /* of pppd's interface */
    { "stat", step_stat },   /* a counter of ours is not 0 */
    { "wait", step_wait },   /* ms */
    { NULL, NULL }
};

/* The word of a table that `text` begins with; its argument, "" if none. */
static const struct word *find(const struct word *w, const char *text,
                               const char **argument)
{
    size_t len = strcspn(text, "=");

    *argument = text + len + (text[len] == '=');
    for (; w->name != NULL; w++)
        if (strlen(w->name) == len && memcmp(w->name, text, len) == 0)
            return w;
    return NULL;
}

int main(int argc, char **argv)
{
    const struct word *w;
    const char *argument;
    int i;

    setvbuf(stderr, NULL, _IOLBF, 0);
    peer.began = now_ns();
    ppp_config_default(&peer.config);
    peer.config.secrets = &secrets;
    peer.config.accm = 0;
    peer.config.restart_ns = PPTP_S; /* tests are in a hurry */
    strcpy(peer.config.name, "dialtone");
    strcpy(peer.config.user, "alice");
    for (i = 1; i < argc; i++) {
        w = find(settings, argv[i], &argument);
        if (w == NULL)
            break;
        w->run(argument);
    }
    if (i == argc) {
        fprintf(stderr, "usage: peer [SETTING=VALUE]... STEP[=ARGUMENT]...\n");
        return 2;
    }
    for (begin(); i < argc; i++) {
        w = find(steps, argv[i], &argument);
        if (w == NULL)
            fail("no step '%s'", argv[i]);
        fprintf(stderr, "%8.3f step %s\n",
                (double)(now_ns() - peer.began) / 1e9, argv[i]);
        w->run(argument);
    }
    return 0;
}
