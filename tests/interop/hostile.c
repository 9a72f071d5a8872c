/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hostile MODE SERVER SECONDS ADDRESS [CALL_ID]: attacks a PPTP server for so
 * long, then says in a line what it has done.  ADDRESS is where it comes from
 * (or, for `forge`, who it pretends to be); modes of many sources take any of
 * ADDRESS/16, all of which the machine has to have as its own.
 *
 *   garbage   connections with octets that are no control messages, or with
 *             lengths that are none, or with half a message and then silence
 *   silent    500 connections of many sources that say nothing
 *   flood     connections, closed at once, of one source
 *   strangers GRE of many sources, for any Call ID
 *   mute      a call, and not one packet of GRE
 *   call_ids  GRE of a peer with a call, for others' Call IDs
 *   truncated GRE with headers that end too soon or say so
 *   forge     GRE as if from ADDRESS: numbers of the past and the future; for
 *             CALL_ID every second packet, for all others the rest
 *   ppp       a call, LCP agreed on, then garbage of all protocols
 *   lcp       a call, then requests of LCP without end
 *   ocrq      one control connection, calls without end
 *   names     names as long as can be, of any octets
 *   logins    MS-CHAPv2, wrong, again and again
 *   slow      asks for echoes and reads none
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    PORT = 1723,
    COOKIE = 0x1a2b3c4d,
    SCCRQ = 1,
    SCCRP = 2,
    ECHO_RQ = 5,
    OCRQ = 7,
    OCRP = 8,
    SCCRQ_OCTETS = 156,
    OCRQ_OCTETS = 168,
    MESSAGE = 256,
    FRAME = 1600,
    SILENT = 500,
    HELD = 32, /* half messages at once */
    BURST = 8, /* packets between two naps */
    NAP_US = 1000,
    PROTO_GRE = 47,
    HOSTILE_IP_HEAD = 20,
    LCP = 0xc021,
    CHAP = 0xc223
};

static uint32_t server, self;
static uint16_t known_call;
static double until;
static unsigned long done, ended; /* told at the end */
static uint64_t seed = 88172645463325252u;

static uint32_t drawn(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 16);
}

static void draw(uint8_t *o, size_t n)
{
    while (n-- > 0)
        *o++ = (uint8_t)drawn();
}

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool goes_on(void)
{
    return now_s() < until;
}

/* Now and then: the machine has other work, too. */
static void nap(void)
{
    static unsigned n;

    if (++n % BURST == 0)
        usleep(NAP_US);
}

/* Anybody in ADDRESS/16 but the first few. */
static uint32_t somebody(void)
{
    return (self & 0xffff0000u) | (drawn() % 0xfd00u + 0x100u);
}

static void put16(uint8_t *o, unsigned v)
{
    o[0] = (uint8_t)(v >> 8);
    o[1] = (uint8_t)v;
}

static void put32(uint8_t *o, uint32_t v)
{
    put16(o, v >> 16);
    put16(o + 2, v & 0xffff);
}

static unsigned get16(const uint8_t *o)
{
    return (unsigned)o[0] << 8 | o[1];
}

static struct sockaddr_in at(uint32_t ip, unsigned port)
{
    struct sockaddr_in a = { .sin_family = AF_INET };

    a.sin_port = htons((uint16_t)port);
    a.sin_addr.s_addr = htonl(ip);
    return a;
}

/* --- control connections ------------------------------------------------ */

/* -1: the server does not want it now. */
static int dial(uint32_t from, int room)
{
    struct sockaddr_in a = at(from, 0), b = at(server, PORT);
    struct linger hard = { .l_onoff = 1 };
    struct timeval second = { .tv_sec = 1 };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &second, sizeof second);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (room > 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (bind(fd, (struct sockaddr *)(void *)&a, sizeof a) == 0 &&
        connect(fd, (struct sockaddr *)(void *)&b, sizeof b) == 0)
        return fd;
    close(fd);
    return -1;
}

static void header(uint8_t *o, unsigned len, unsigned type)
{
    memset(o, 0, len);
    put16(o, len);
    put16(o + 2, 1);
    put32(o + 4, COOKIE);
    put16(o + 8, type);
}

static void sccrq(uint8_t *o)
{
    header(o, SCCRQ_OCTETS, SCCRQ);
    put16(o + 12, 0x0100);
    put32(o + 16, 3);
    put32(o + 20, 3);
}

static void ocrq(uint8_t *o, unsigned call)
{
    header(o, OCRQ_OCTETS, OCRQ);
    put16(o + 12, call);
    put16(o + 14, call);
    put32(o + 16, 300);
    put32(o + 20, 100000000);
    put32(o + 24, 3);
    put32(o + 28, 3);
    put16(o + 32, 64);
}

static bool tell(int fd, const uint8_t *o, size_t n)
{
    return send(fd, o, n, MSG_NOSIGNAL) == (ssize_t)n;
}

/* The next message of that type; others are passed over. */
static bool hear(int fd, unsigned type, uint8_t *o)
{
    int i;

    for (i = 0; i < 8; i++) {
        unsigned len;

        if (recv(fd, o, 12, MSG_WAITALL) != 12)
            return false;
        len = get16(o);
        if (len < 12 || len > MESSAGE ||
            recv(fd, o + 12, len - 12, MSG_WAITALL) != (ssize_t)len - 12)
            return false;
        if (get16(o + 8) == type)
            return true;
    }
    return false;
}

/* A control connection that is up; -1 if there is none to be had. */
static int connection(uint32_t from, int room)
{
    uint8_t o[MESSAGE];
    int fd = dial(from, room);

    if (fd < 0)
        return -1;
    sccrq(o);
    if (tell(fd, o, SCCRQ_OCTETS) && hear(fd, SCCRP, o) && o[14] == 1)
        return fd;
    close(fd);
    return -1;
}

/* And a call on it; gives the server's Call ID. */
static int call(uint32_t from, unsigned ours, uint16_t *theirs)
{
    uint8_t o[MESSAGE];
    int fd = connection(from, 0);

    if (fd < 0)
        return -1;
    ocrq(o, ours);
    if (tell(fd, o, OCRQ_OCTETS) && hear(fd, OCRP, o) && o[16] == 1) {
        *theirs = (uint16_t)get16(o + 12);
        return fd;
    }
    close(fd);
    return -1;
}

static bool has_ended(int fd)
{
    uint8_t o[MESSAGE];
    ssize_t n = recv(fd, o, sizeof o, MSG_DONTWAIT);

    return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

/* --- GRE ---------------------------------------------------------------- */

/* Of an address, or with IP headers of our own. */
static int raw(uint32_t from, bool headers)
{
    struct sockaddr_in a = at(from, 0);
    int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC,
                    headers ? IPPROTO_RAW : PROTO_GRE);

    if (fd >= 0 &&
        (headers || bind(fd, (struct sockaddr *)(void *)&a, sizeof a) == 0))
        return fd;
    perror("hostile: raw socket");
    exit(1);
}

static void post(int fd, const uint8_t *o, size_t n)
{
    struct sockaddr_in a = at(server, 0);

    if (sendto(fd, o, n, MSG_DONTWAIT, (struct sockaddr *)(void *)&a,
               sizeof a) < 0)
        return; /* the queue is full: the next one may get through */
    done++;
}

/* A header with both numbers, for n octets behind it; its length. */
static size_t gre(uint8_t *o, unsigned call_id, size_t n, uint32_t seq,
                  uint32_t ack)
{
    put16(o, 0x3081);
    put16(o + 2, 0x880b);
    put16(o + 4, (unsigned)n);
    put16(o + 6, call_id);
    put32(o + 8, seq);
    put32(o + 12, ack);
    return 16;
}

/* As from whoever. */
static void forged(int fd, uint32_t from, const uint8_t *o, size_t n)
{
    uint8_t ip[HOSTILE_IP_HEAD + FRAME] = { 0x45 };

    put16(ip + 2, (unsigned)(HOSTILE_IP_HEAD + n));
    ip[8] = 64;
    ip[9] = PROTO_GRE;
    put32(ip + 12, from);
    put32(ip + 16, server);
    memcpy(ip + HOSTILE_IP_HEAD, o, n);
    post(fd, ip, HOSTILE_IP_HEAD + n);
}

/* --- modes without a call ----------------------------------------------- */

static void garbage(void)
{
    int held[HELD];
    uint8_t o[1024];
    unsigned i;

    for (i = 0; i < HELD; i++)
        held[i] = -1;
    for (i = 0; goes_on(); i++) {
        static const unsigned lengths[] = { 0, 1, 11, 12, 155, 221, 65535 };
        int fd = dial(somebody(), 0);
        size_t n = sizeof o;

        if (fd < 0)
            continue;
        draw(o, sizeof o);
        if (i % 4 != 0)
            sccrq(o);
        if (i % 4 == 1)
            put32(o + 4, drawn());
        if (i % 4 == 2)
            put16(o, lengths[i / 4 % (sizeof lengths / sizeof *lengths)]);
        if (i % 4 == 3)
            n = 1 + drawn() % (SCCRQ_OCTETS - 1);
        tell(fd, o, n);
        done++;
        /* half a message, and no more: it stays for a while */
        if (held[i / 4 % HELD] >= 0)
            close(held[i / 4 % HELD]);
        held[i / 4 % HELD] = fd;
        usleep(NAP_US);
    }
}

static void silent(void)
{
    struct pollfd p[SILENT];
    unsigned i;

    for (i = 0; i < SILENT; i++) {
        p[i] = (struct pollfd){ .fd = dial(somebody(), 0), .events = POLLIN };
        done += p[i].fd >= 0;
    }
    while (goes_on()) {
        poll(p, SILENT, 100);
        for (i = 0; i < SILENT; i++) {
            if (p[i].fd < 0 || p[i].revents == 0 || !has_ended(p[i].fd))
                continue;
            ended++;
            close(p[i].fd);
            p[i].fd = dial(somebody(), 0);
            done += p[i].fd >= 0;
            usleep(NAP_US);
        }
    }
}

static void flood(void)
{
    while (goes_on()) {
        int fd = dial(self, 0);

        if (fd < 0)
            continue;
        done++;
        close(fd);
        usleep(NAP_US / 4);
    }
}

static void names(void)
{
    while (goes_on()) {
        uint8_t o[MESSAGE];
        int fd = dial(somebody(), 0);

        if (fd < 0)
            continue;
        sccrq(o);
        if (done % 2 == 0)
            draw(o + 28, 128);
        else
            memset(o + 28, "\n\"\x1b%n\xff"[done / 2 % 6], 128);
        if (tell(fd, o, SCCRQ_OCTETS) && hear(fd, SCCRP, o)) {
            ocrq(o, drawn() & 0xffff);
            put16(o + 36, 0xffff); /* of a number of 64 */
            draw(o + 40, 128);
            tell(fd, o, OCRQ_OCTETS);
            hear(fd, OCRP, o);
        }
        done++;
        close(fd);
        usleep(NAP_US);
    }
}

static void calls(void)
{
    uint8_t o[MESSAGE];
    unsigned id = 0;
    int fd = -1;

    while (goes_on()) {
        if (fd < 0)
            fd = connection(self, 0);
        if (fd < 0)
            continue;
        ocrq(o, ++id & 0xffff);
        if (!tell(fd, o, OCRQ_OCTETS) || !hear(fd, OCRP, o)) {
            ended++;
            close(fd);
            fd = -1;
        }
        done++;
        nap();
    }
}

static void slow(void)
{
    uint8_t o[64 * 16];
    unsigned i;
    int fd = -1;

    for (i = 0; i < sizeof o / 16; i++) {
        header(o + i * 16, 16, ECHO_RQ);
        put32(o + i * 16 + 12, i);
    }
    while (goes_on()) {
        if (fd < 0)
            fd = connection(self, 2048);
        if (fd < 0)
            continue;
        if (tell(fd, o, sizeof o)) {
            done += sizeof o / 16;
            continue;
        }
        if (errno != EAGAIN) {
            ended++;
            close(fd);
            fd = -1;
        }
    }
}

/* --- GRE for whom it may concern ---------------------------------------- */

static void strangers(void)
{
    int fd = raw(0, true);
    uint8_t o[FRAME];

    while (goes_on()) {
        size_t n = drawn() % 1400;

        draw(o, sizeof o);
        n += gre(o, drawn() & 0xffff, n, drawn(), drawn());
        forged(fd, somebody(), o, n);
        nap();
    }
}

static void mute(void)
{
    uint16_t theirs;
    int fd = -1;

    for (; goes_on(); usleep(100 * NAP_US)) {
        if (fd >= 0 && !has_ended(fd))
            continue;
        if (fd >= 0)
            close(fd);
        fd = call(self, 1, &theirs);
        done += fd >= 0;
    }
}

static void call_ids(void)
{
    uint16_t theirs = 0;
    int fd = call(self, 1, &theirs), g = raw(self, false);
    uint8_t o[FRAME];
    unsigned id = 0;

    while (goes_on()) {
        size_t n = 16;

        if (fd < 0 || has_ended(fd)) {
            if (fd >= 0)
                close(fd);
            fd = call(self, 1, &theirs);
        }
        if ((++id & 0xffff) == theirs)
            continue;
        draw(o, 64);
        n += gre(o, id & 0xffff, n, id, id);
        post(g, o, n);
        nap();
    }
}

static void truncated(void)
{
    int fd = raw(self, false);
    uint8_t o[64];

    while (goes_on()) {
        size_t n = 16;

        draw(o, sizeof o);
        if (done % 2 == 0) {
            gre(o, drawn() & 0xffff, 1000, 0, 0);
            n = done / 2 % 17;
        } else if (done % 4 == 1) {
            put16(o, 0x3081); /* the rest is anything */
        }
        post(fd, o, n);
        nap();
    }
}

static void forge(void)
{
    int fd = raw(0, true);
    uint8_t o[FRAME];
    unsigned id = 0;

    while (goes_on()) {
        unsigned whose = id++ % 2 == 0 && known_call != 0 ? known_call
                                                          : id & 0xffff;
        size_t n = drawn() % 64;

        draw(o, 96);
        n += gre(o, whose, n, drawn(), drawn());
        if (drawn() % 4 == 0) /* an acknowledgment alone */
            put16(o, 0x2081);
        forged(fd, self, o, n);
        nap();
    }
}

/* --- modes with PPP ----------------------------------------------------- */

struct tunnel {
    int control, gre;
    uint16_t ours, theirs;
    uint32_t seq, heard;
    uint8_t challenge_id;
    bool challenged, failed, over;
};

static void frame(struct tunnel *t, unsigned proto, const uint8_t *o, size_t n)
{
    uint8_t g[16 + 4 + FRAME];

    gre(g, t->theirs, n + 4, t->seq++, t->heard);
    g[16] = 0xff;
    g[17] = 0x03;
    put16(g + 18, proto);
    memcpy(g + 20, o, n);
    post(t->gre, g, n + 20);
}

/* Agrees with whatever LCP wants; notes what CHAP does. */
static void answer(struct tunnel *t, unsigned proto, uint8_t *o, size_t n)
{
    static const uint8_t ours[] = { 1, 1, 0, 4 };

    if (n < 4)
        return;
    if (proto == LCP && o[0] == 1) {
        frame(t, LCP, ours, sizeof ours);
        o[0] = 2;
        frame(t, LCP, o, n);
    } else if (proto == LCP && o[0] == 5) {
        t->over = true;
    } else if (proto == CHAP && o[0] == 1) {
        t->challenged = true;
        t->challenge_id = o[1];
    } else if (proto == CHAP && o[0] == 4) {
        t->failed = true;
        t->challenge_id = (uint8_t)(o[1] + 1);
    }
}

/* One packet, if one comes within 200 ms. */
static bool listen_to(struct tunnel *t)
{
    struct pollfd p = { .fd = t->gre, .events = POLLIN };
    uint8_t o[2048], *g = o + HOSTILE_IP_HEAD;
    ssize_t n;
    size_t head = 8;

    if (poll(&p, 1, 200) <= 0)
        return false;
    n = recv(t->gre, o, sizeof o, MSG_DONTWAIT) - HOSTILE_IP_HEAD;
    if (n < 16 || get16(g + 6) != t->ours)
        return true;
    if (g[0] & 0x10) {
        t->heard = (uint32_t)get16(g + 8) << 16 | get16(g + 10);
        head += 4;
    }
    if (g[1] & 0x80)
        head += 4;
    if (!(g[0] & 0x10) || (size_t)n < head + 4 || g[head] != 0xff)
        return true;
    answer(t, get16(g + head + 2), g + head + 4, (size_t)n - head - 4);
    return true;
}

/* Up to the server's question who we are. */
static bool begin(struct tunnel *t, uint32_t from)
{
    static const uint8_t ours[] = { 1, 1, 0, 4 };
    int i;

    *t = (struct tunnel){ .ours = (uint16_t)(drawn() | 1) };
    t->gre = raw(from, false);
    t->control = call(from, t->ours, &t->theirs);
    if (t->control >= 0)
        frame(t, LCP, ours, sizeof ours); /* it waits for us to begin */
    for (i = 0; t->control >= 0 && i < 50 && !t->challenged; i++)
        if (!listen_to(t) && has_ended(t->control))
            break;
    return t->challenged;
}

static void finish(struct tunnel *t)
{
    if (t->control >= 0)
        close(t->control);
    close(t->gre);
}

static void ppp(void)
{
    static const unsigned protos[] = { LCP,    CHAP,   0xc023, 0x8021,
                                       0x80fd, 0x0021, 0x00fd, 0x8057,
                                       0x003d, 0xc025, 0x0057, 0x1234 };
    struct tunnel t;
    uint8_t o[FRAME];
    unsigned i;

    while (goes_on()) {
        bool good = begin(&t, self);

        for (i = 0;
             good && goes_on() && (i % 64 != 0 || !has_ended(t.control));
             i++) {
            size_t n = drawn() % (drawn() % 8 == 0 ? 1500 : 60);

            draw(o, sizeof o);
            o[0] %= 16;
            if (i % 2 == 0 && n >= 4)
                put16(o + 2, (unsigned)n);
            frame(&t, protos[drawn() % 12], o, n);
            nap();
        }
        finish(&t);
        ended++;
    }
}

static void lcp(void)
{
    struct tunnel t;
    uint8_t o[FRAME];
    unsigned i;

    while (goes_on()) {
        bool good = begin(&t, self);

        for (i = 0;
             good && goes_on() && (i % 64 != 0 || !has_ended(t.control));
             i++) {
            size_t n = 8 + drawn() % 400 / 4 * 4, k;

            memset(o, 0, sizeof o);
            o[0] = i % 3 == 0 ? 9 : 1; /* Echo-Request, Configure-Request */
            o[1] = (uint8_t)i;
            put16(o + 2, (unsigned)n);
            for (k = 4; k < n; k += 4) {
                o[k] = (uint8_t)(o[0] == 9 ? 0 : drawn() % 24);
                o[k + 1] = 4;
            }
            frame(&t, LCP, o, n);
            nap();
        }
        finish(&t);
        ended++;
    }
}

/* A Response of nobody's, with a name that is no ornament to a log. */
static void respond(struct tunnel *t)
{
    static const char *const users[] = { "alice", "bob\nroot from 1.2.3.4",
                                         "\x1b[2J\"%s%n", "\xff\xfe", "" };
    uint8_t o[4 + 1 + 49 + 255];
    size_t name = 0, n;

    draw(o, sizeof o);
    if (done % 6 == 5) {
        name = 255;
    } else {
        const char *u = users[done % 6 % 5];

        name = strlen(u);
        memcpy(o + 54, u, name);
    }
    n = 54 + name;
    o[0] = 2;
    o[1] = t->challenge_id;
    put16(o + 2, (unsigned)n);
    o[4] = 49;
    o[53] = 0;
    t->failed = false;
    frame(t, CHAP, o, n);
}

static void logins(void)
{
    struct tunnel t;
    unsigned i;

    while (goes_on()) {
        bool good = begin(&t, self);
        unsigned tries = drawn() % 4;

        while (good) {
            respond(&t);
            for (i = 0; i < 10 && !t.failed && !t.over; i++)
                listen_to(&t);
            ended += t.failed;
            good = t.failed && tries-- > 0;
        }
        finish(&t);
    }
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } modes[] = { { "garbage", garbage },
                  { "silent", silent },
                  { "flood", flood },
                  { "strangers", strangers },
                  { "mute", mute },
                  { "call_ids", call_ids },
                  { "truncated", truncated },
                  { "forge", forge },
                  { "ppp", ppp },
                  { "lcp", lcp },
                  { "ocrq", calls },
                  { "names", names },
                  { "logins", logins },
                  { "slow", slow } };
    struct in_addr a, b;
    size_t i;

    if (argc < 5 || inet_pton(AF_INET, argv[2], &a) != 1 ||
        inet_pton(AF_INET, argv[4], &b) != 1) {
        fputs("hostile MODE SERVER SECONDS ADDRESS [CALL_ID]\n", stderr);
        return 2;
    }
    server = ntohl(a.s_addr);
    self = ntohl(b.s_addr);
    known_call = (uint16_t)(argc > 5 ? atoi(argv[5]) : 0);
    seed ^= (uint64_t)self << 32 | strlen(argv[1]);
    until = now_s() + atof(argv[3]);
    for (i = 0; i < sizeof modes / sizeof *modes; i++)
        if (strcmp(argv[1], modes[i].name) == 0) {
            modes[i].run();
            printf("%s: %lu, ended %lu\n", argv[1], done, ended);
            return 0;
        }
    fprintf(stderr, "hostile: no mode %s\n", argv[1]);
    return 2;
}
