/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * relay NEAR FAR [COMMAND]...: two TAP devices and a cable between them that
 * does to packets what a command says.  Commands are read from the arguments,
 * then a line each from standard input, and each is answered by a line; the
 * end of standard input ends the relay.  Devices may be moved to other network
 * namespaces: frames follow the descriptor.
 *
 *   seed N             of all that is drawn; the same packets, the same fate
 *   only gre|tcp|all   what the next four act on; gre at first
 *   loss PERCENT
 *   duplicate PERCENT
 *   corrupt PERCENT    one bit behind the headers of the tunnel
 *   reorder N MS       every Nth is late by MS; 0: none
 *   cut SECONDS        nothing passes; 0: until `mend`
 *   mend               no cut, no blackhole, nothing of the above
 *   blackhole [IPV4 [up|down]]  no GRE passes, or none from and to that
 *                      address, or not that way
 *   reset              RST into every control connection seen, to both ends
 *   nat IPV4           whoever is at FAR has this address at NEAR, a TCP port
 *                      for each control connection and its number as Call
 *                      ID: what Linux's conntrack does; not with `reset`
 *   at SECONDS COMMAND the same, later
 *   zero               counters
 *   counters           a line: `up NAME=N ... down NAME=N ...`; up is from FAR;
 *                      `missing`: numbers that the sender of the one call left
 *                      out since `zero`
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum {
    FRAME_MAX = 2048,
    HELD_MAX = 256, /* frames that are late */
    LATER_MAX = 16, /* commands that are to come */
    FLOWS_MAX = 64, /* control connections */
    NAT_MAX = 64,
    NAT_PORT = 40000, /* the first one */
    LINE_MAX_OCTETS = 200,
    BATCH = 64,
    ETHER = 14,
    RELAY_IP_HEAD = 20,
    RELAY_TCP_HEAD = 20,
    RELAY_GRE_HEAD = 16, /* the longest: with both numbers */
    PROTO_TCP = 6,
    PROTO_GRE = 47,
    CONTROL_PORT = 1723,
    RELAY_OCRQ = 7,
    RELAY_OCRP = 8,
    RELAY_CCRQ = 12,
    RELAY_WEN = 14,
    UP = 0, /* from FAR to NEAR */
    DOWN = 1
};

/* X(name): what is counted, each way; `data` is GRE with a payload. */
#define COUNTERS(X) \
    X(frames)       \
    X(gre)          \
    X(data)         \
    X(lost)         \
    X(lost_data)    \
    X(twice)        \
    X(twice_data)   \
    X(late)         \
    X(late_data)    \
    X(corrupted)    \
    X(cut)          \
    X(blackholed)   \
    X(resets)       \
    X(full)

struct counters {
#define X(name) unsigned long name;
    COUNTERS(X)
#undef X
};

struct held {
    uint64_t due_ns;
    size_t n; /* 0: free */
    int way;
    uint8_t octets[FRAME_MAX];
};

/* One way of a TCP connection: what its sender has had from the other. */
struct flow {
    uint32_t from, to;
    uint16_t from_port, to_port;
    uint32_t ack;
    uint8_t ether[ETHER];
    int way;
    bool used;
};

struct later {
    uint64_t due_ns; /* 0: free */
    char line[LINE_MAX_OCTETS];
};

/* A control connection through the NAT. */
struct mapping {
    uint32_t inside;
    uint16_t port, call_id; /* inside; outside both are NAT_PORT + index */
};

struct packet {
    uint8_t *ip; /* NULL: not IPv4 */
    size_t n;    /* from there */
    uint8_t *up; /* behind the IP header */
    uint8_t proto;
    bool data;
};

static int tap[2]; /* by the way that comes in: FAR, NEAR */
static struct counters count[2];
static uint32_t lowest[2], highest[2]; /* sequence numbers of data */
static struct held held[HELD_MAX];
static struct flow flow[FLOWS_MAX];
static unsigned flows;
static struct later later[LATER_MAX];
static uint64_t random_state = 1;
static unsigned loss, duplicate, corrupt; /* of a million */
static unsigned late_every, late_count[2];
static uint64_t late_ns;
static uint64_t cut_until_ns; /* 0: none */
static bool blackhole;
static uint32_t blackhole_ip; /* 0: everybody's */
static int blackhole_way;     /* -1: both */
static uint8_t only = PROTO_GRE;
static uint32_t nat_ip; /* 0: none */
static struct mapping mapping[NAT_MAX];
static unsigned mappings;

/* --- small things -------------------------------------------------------- */

static uint64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "relay: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* splitmix64 (Steele, Lea, Flood 2014) */
static uint64_t draw(void)
{
    uint64_t z = random_state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static bool happens(unsigned of_a_million)
{
    return of_a_million > 0 && draw() % 1000000 < of_a_million;
}

static unsigned get16(const uint8_t *o)
{
    return (unsigned)(o[0] << 8 | o[1]);
}

static uint32_t get32(const uint8_t *o)
{
    return (uint32_t)get16(o) << 16 | get16(o + 2);
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

/* The Internet checksum (RFC 1071). */
static unsigned checksum(uint32_t sum, const uint8_t *o, size_t n)
{
    size_t i;

    for (i = 0; i + 1 < n; i += 2)
        sum += get16(o + i);
    if (i < n)
        sum += (uint32_t)o[i] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

/* --- packets ------------------------------------------------------------- */

static struct packet look(uint8_t *frame, size_t n)
{
    struct packet p = { 0 };
    size_t head;

    if (n < ETHER + RELAY_IP_HEAD || get16(frame + 12) != 0x0800)
        return p;
    head = (size_t)(frame[ETHER] & 15) * 4;
    if (head < RELAY_IP_HEAD || n < ETHER + head + 8)
        return p;
    p.ip = frame + ETHER;
    p.n = n - ETHER;
    p.up = p.ip + head;
    p.proto = p.ip[9];
    /* S, and a payload */
    p.data = p.proto == PROTO_GRE && (p.up[0] & 0x10) && get16(p.up + 4) > 0;
    return p;
}

static bool is_control(const struct packet *p)
{
    return p->proto == PROTO_TCP &&
           (size_t)(p->up - p->ip) + RELAY_TCP_HEAD <= p->n &&
           (get16(p->up) == CONTROL_PORT || get16(p->up + 2) == CONTROL_PORT);
}

/* Remembers what a reset into this connection needs. */
static void note_flow(int way, const uint8_t *frame, const struct packet *p)
{
    struct flow f = { .from = get32(p->ip + 12),
                      .to = get32(p->ip + 16),
                      .from_port = (uint16_t)get16(p->up),
                      .to_port = (uint16_t)get16(p->up + 2),
                      .ack = get32(p->up + 8),
                      .way = way,
                      .used = true };
    bool begins = (p->up[13] & 0x02) != 0, ends = (p->up[13] & 0x05) != 0;
    unsigned i;

    memcpy(f.ether, frame, ETHER);
    for (i = 0; i < FLOWS_MAX; i++)
        if (flow[i].used && flow[i].from == f.from && flow[i].to == f.to &&
            flow[i].from_port == f.from_port && flow[i].to_port == f.to_port)
            break;
    if (i == FLOWS_MAX && ends)
        return;
    if (i == FLOWS_MAX)
        i = flows++ % FLOWS_MAX;
    /* what was acknowledged stays so */
    if (flow[i].used && !begins && (int32_t)(f.ack - flow[i].ack) < 0)
        f.ack = flow[i].ack;
    f.used = !ends;
    flow[i] = f;
}

/* --- a NAT ---------------------------------------------------------------- */

/* After addresses and whatever else has changed. */
static void put_sums(struct packet *p)
{
    size_t head = (size_t)(p->up - p->ip), n = get16(p->ip + 2);

    put16(p->ip + 10, 0);
    put16(p->ip + 10, checksum(0, p->ip, head));
    if (p->proto != PROTO_TCP || n > p->n || n < head + RELAY_TCP_HEAD)
        return;
    n -= head;
    put16(p->up + 16, 0);
    /* with the pseudo header: protocol, length, addresses */
    put16(p->up + 16,
          checksum((uint32_t)(PROTO_TCP + n +
                              (~checksum(0, p->ip + 12, 8) & 0xffff)),
                   p->up, n));
}

/* The control message in a segment, one at most, or NULL. */
static uint8_t *message(const struct packet *p)
{
    size_t head = (size_t)(p->up - p->ip) + (size_t)(p->up[12] >> 4) * 4;

    return head + 16 <= get16(p->ip + 2) && head + 16 <= p->n ? p->ip + head
                                                              : NULL;
}

/* Of an inside address and port; NULL: too many. */
static struct mapping *mapping_of(uint32_t inside, unsigned port)
{
    unsigned i;

    for (i = 0; i < mappings; i++)
        if (mapping[i].inside == inside && mapping[i].port == port)
            return &mapping[i];
    if (mappings == NAT_MAX)
        return NULL;
    mapping[mappings] = (struct mapping){ .inside = inside,
                                          .port = (uint16_t)port };
    return &mapping[mappings++];
}

static void translate_up(struct packet *p)
{
    struct mapping *m = NULL;
    uint8_t *msg = NULL;
    unsigned outside;

    if (p->proto == PROTO_TCP) {
        m = mapping_of(get32(p->ip + 12), get16(p->up));
        msg = message(p);
    }
    put32(p->ip + 12, nat_ip);
    if (m != NULL) {
        outside = NAT_PORT + (unsigned)(m - mapping);
        put16(p->up, outside);
        if (msg != NULL && get16(msg + 8) == RELAY_OCRQ)
            m->call_id = (uint16_t)get16(msg + 12);
        if (msg != NULL &&
            (get16(msg + 8) == RELAY_OCRQ || get16(msg + 8) == RELAY_CCRQ))
            put16(msg + 12, outside);
    }
    put_sums(p);
}

static void translate_down(struct packet *p)
{
    /* the port, or the Call ID in the key */
    unsigned i = get16(p->up + (p->proto == PROTO_TCP ? 2 : 6)) - NAT_PORT;
    uint8_t *msg;

    if (i >= mappings)
        return;
    put32(p->ip + 16, mapping[i].inside);
    if (p->proto == PROTO_GRE) {
        put16(p->up + 6, mapping[i].call_id);
    } else {
        put16(p->up + 2, mapping[i].port);
        msg = message(p);
        if (msg != NULL && get16(msg + 8) == RELAY_OCRP)
            put16(msg + 14, mapping[i].call_id);
        if (msg != NULL && get16(msg + 8) == RELAY_WEN)
            put16(msg + 12, mapping[i].call_id);
    }
    put_sums(p);
}

static void translate(int way, struct packet *p)
{
    if (nat_ip == 0 || (!is_control(p) && p->proto != PROTO_GRE))
        return;
    if (way == UP)
        translate_up(p);
    else if (get32(p->ip + 16) == nat_ip)
        translate_down(p);
}

/* --- what happens to them -------------------------------------------------- */

static void put_frame(int way, const uint8_t *frame, size_t n)
{
    /* a device that is down, or whose queue is full, loses it */
    if (write(tap[!way], frame, n) < 0 && errno != EIO && errno != EAGAIN)
        fail("the device");
}

static void hold(int way, const uint8_t *frame, size_t n, uint64_t due_ns)
{
    unsigned i;

    for (i = 0; i < HELD_MAX && held[i].n > 0; i++)
        ;
    if (i == HELD_MAX) {
        count[way].full++;
        return;
    }
    held[i].due_ns = due_ns;
    held[i].way = way;
    held[i].n = n;
    memcpy(held[i].octets, frame, n);
}

static void release(uint64_t now)
{
    unsigned i;

    for (i = 0; i < HELD_MAX; i++)
        if (held[i].n > 0 && held[i].due_ns <= now) {
            put_frame(held[i].way, held[i].octets, held[i].n);
            held[i].n = 0;
        }
}

static void flip_a_bit(const struct packet *p)
{
    size_t head = p->proto == PROTO_GRE ? RELAY_GRE_HEAD : RELAY_TCP_HEAD, n;
    uint64_t r = draw();

    head += (size_t)(p->up - p->ip);
    if (p->n <= head)
        return;
    n = p->n - head;
    p->ip[head + (size_t)(r >> 8) % n] ^= (uint8_t)(1u << (r & 7));
}

/* Loss and what is like it; false: nothing is left to forward. */
static bool happened_to(int way, uint8_t *frame, size_t n, struct packet *p)
{
    struct counters *c = &count[way];

    if (happens(loss)) {
        c->lost++;
        c->lost_data += p->data;
        return false;
    }
    if (happens(corrupt)) {
        flip_a_bit(p);
        c->corrupted++;
    }
    if (happens(duplicate)) {
        put_frame(way, frame, n);
        c->twice++;
        c->twice_data += p->data;
    }
    if (late_every > 0 && ++late_count[way] % late_every == 0) {
        hold(way, frame, n, now_ns() + late_ns);
        c->late++;
        c->late_data += p->data;
        return false;
    }
    return true;
}

static void note_number(int way, uint32_t seq)
{
    if (count[way].data++ == 0)
        lowest[way] = highest[way] = seq;
    else if ((int32_t)(seq - highest[way]) > 0)
        highest[way] = seq;
    else if ((int32_t)(seq - lowest[way]) < 0)
        lowest[way] = seq;
}

static void forward(int way, uint8_t *frame, size_t n)
{
    struct packet p = look(frame, n);
    struct counters *c = &count[way];

    c->frames++;
    c->gre += p.proto == PROTO_GRE;
    if (p.data)
        note_number(way, get32(p.up + 8));
    if (is_control(&p) && (p.up[13] & 0x10))
        note_flow(way, frame, &p);
    translate(way, &p);
    if (cut_until_ns != 0) {
        c->cut++;
        return;
    }
    if (blackhole && p.proto == PROTO_GRE &&
        (blackhole_way < 0 || blackhole_way == way) &&
        (blackhole_ip == 0 || blackhole_ip == get32(p.ip + 12) ||
         blackhole_ip == get32(p.ip + 16))) {
        c->blackholed++;
        return;
    }
    if (p.ip != NULL && (only == 0 || only == p.proto) &&
        !happened_to(way, frame, n, &p))
        return;
    put_frame(way, frame, n);
}

static void read_frames(int way)
{
    uint8_t frame[FRAME_MAX];
    unsigned i;
    ssize_t n;

    for (i = 0; i < BATCH; i++) {
        n = read(tap[way], frame, sizeof frame);
        if (n < 0 && (errno == EAGAIN || errno == EINTR || errno == EIO))
            return;
        if (n <= 0)
            fail("the device");
        forward(way, frame, (size_t)n);
    }
}

/* To f's sender, as if from the other end: RFC 5961 wants the very number
 * that it expects, which is what it last acknowledged. */
static void reset_flow(struct flow *f)
{
    uint8_t frame[ETHER + RELAY_IP_HEAD + RELAY_TCP_HEAD] = { 0 };
    uint8_t *ip = frame + ETHER, *tcp = ip + RELAY_IP_HEAD;

    memcpy(frame, f->ether + 6, 6);
    memcpy(frame + 6, f->ether, 6);
    put16(frame + 12, 0x0800);
    ip[0] = 0x45;
    put16(ip + 2, RELAY_IP_HEAD + RELAY_TCP_HEAD);
    ip[8] = 64;
    ip[9] = PROTO_TCP;
    put32(ip + 12, f->to);
    put32(ip + 16, f->from);
    put16(ip + 10, checksum(0, ip, RELAY_IP_HEAD));
    put16(tcp, f->to_port);
    put16(tcp + 2, f->from_port);
    put32(tcp + 4, f->ack);
    tcp[12] = RELAY_TCP_HEAD / 4 << 4;
    tcp[13] = 0x04;
    /* with the pseudo header: addresses, protocol, length */
    put16(tcp + 16,
          checksum(PROTO_TCP + RELAY_TCP_HEAD, ip + 12, 8 + RELAY_TCP_HEAD));
    put_frame(!f->way, frame, sizeof frame);
    count[!f->way].resets++;
    f->used = false;
}

/* --- commands ------------------------------------------------------------ */

static unsigned percent(const char *word)
{
    double p = word == NULL ? 0 : strtod(word, NULL);

    return p <= 0 ? 0 : p >= 100 ? 1000000 : (unsigned)(p * 10000);
}

static uint64_t seconds(const char *word)
{
    double s = word == NULL ? 0 : strtod(word, NULL);

    return s <= 0 || s > 1e6 ? 0 : (uint64_t)(s * 1e9);
}

static void mend(void)
{
    cut_until_ns = 0;
    blackhole = false;
    loss = duplicate = corrupt = late_every = 0;
}

static void say_counters(void)
{
    const struct counters *c;
    int way;

    for (way = 0; way < 2; way++) {
        c = &count[way];
        printf("%s", way == UP ? "up" : " down");
#define X(name) printf(" " #name "=%lu", c->name);
        COUNTERS(X)
#undef X
        printf(" missing=%lu",
               c->data == 0 ? 0 : highest[way] - lowest[way] + 1 - c->data);
    }
    printf("\n");
}

static bool command(char *line);

static bool put_off(const char *when, char *rest)
{
    unsigned i;

    for (i = 0; i < LATER_MAX && later[i].due_ns != 0; i++)
        ;
    if (i == LATER_MAX || when == NULL || rest == NULL)
        return false;
    later[i].due_ns = now_ns() + seconds(when);
    snprintf(later[i].line, sizeof later[i].line, "%s", rest);
    return true;
}

static bool set_only(const char *word)
{
    if (word == NULL)
        return false;
    only = strcmp(word, "gre") == 0   ? PROTO_GRE
           : strcmp(word, "tcp") == 0 ? PROTO_TCP
                                      : 0;
    return only != 0 || strcmp(word, "all") == 0;
}

static void reset_all(void)
{
    unsigned i;

    for (i = 0; i < FLOWS_MAX; i++)
        if (flow[i].used)
            reset_flow(&flow[i]);
}

/* False: it is none. */
static bool command(char *line)
{
    char *rest, *verb = strtok_r(line, " \n", &rest);
    char *a, *b;

    if (verb == NULL)
        return false;
    a = strtok_r(NULL, " \n", &rest);
    if (strcmp(verb, "at") == 0)
        return put_off(a, rest);
    b = a == NULL ? NULL : strtok_r(NULL, " \n", &rest);
    if (strcmp(verb, "seed") == 0 && a != NULL) {
        random_state = strtoull(a, NULL, 0);
    } else if (strcmp(verb, "only") == 0) {
        return set_only(a);
    } else if (strcmp(verb, "loss") == 0) {
        loss = percent(a);
    } else if (strcmp(verb, "duplicate") == 0) {
        duplicate = percent(a);
    } else if (strcmp(verb, "corrupt") == 0) {
        corrupt = percent(a);
    } else if (strcmp(verb, "reorder") == 0 && a != NULL) {
        late_every = (unsigned)strtoul(a, NULL, 10);
        late_ns = b == NULL ? 0 : strtoull(b, NULL, 10) * 1000000u;
    } else if (strcmp(verb, "cut") == 0) {
        cut_until_ns = seconds(a) == 0 ? UINT64_MAX : now_ns() + seconds(a);
    } else if (strcmp(verb, "mend") == 0) {
        mend();
    } else if (strcmp(verb, "blackhole") == 0) {
        blackhole = true;
        blackhole_ip = a == NULL ? 0 : ntohl(inet_addr(a));
        blackhole_way = b == NULL ? -1 : strcmp(b, "up") == 0 ? UP : DOWN;
    } else if (strcmp(verb, "reset") == 0) {
        reset_all();
    } else if (strcmp(verb, "nat") == 0 && a != NULL) {
        nat_ip = ntohl(inet_addr(a));
    } else if (strcmp(verb, "zero") == 0) {
        memset(count, 0, sizeof count);
    } else {
        return false;
    }
    return true;
}

static void obey(char *line)
{
    char what[LINE_MAX_OCTETS];

    snprintf(what, sizeof what, "%s", line);
    if (strncmp(line, "counters", 8) == 0)
        say_counters();
    else if (command(line))
        printf("ok\n");
    else
        printf("what is '%s'?\n", what);
    fflush(stdout);
}

/* Whole lines of what comes in pieces; false at the end. */
static bool read_commands(void)
{
    static char in[LINE_MAX_OCTETS];
    static size_t got;
    char *end;
    ssize_t n = read(STDIN_FILENO, in + got, sizeof in - 1 - got);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return true;
    if (n <= 0)
        return false;
    got += (size_t)n;
    in[got] = 0;
    while ((end = strchr(in, '\n')) != NULL) {
        *end++ = 0;
        obey(in);
        got -= (size_t)(end - in);
        memmove(in, end, got + 1);
    }
    return got < sizeof in - 1;
}

static void do_later(uint64_t now)
{
    char line[LINE_MAX_OCTETS];
    unsigned i;

    for (i = 0; i < LATER_MAX; i++)
        if (later[i].due_ns != 0 && later[i].due_ns <= now) {
            memcpy(line, later[i].line, sizeof line);
            later[i].due_ns = 0;
            if (!command(line))
                fprintf(stderr, "relay: what is '%s'?\n", line);
        }
}

/* --- the loop ------------------------------------------------------------ */

static uint64_t next_due(void)
{
    uint64_t next = cut_until_ns == 0 ? UINT64_MAX : cut_until_ns;
    unsigned i;

    for (i = 0; i < HELD_MAX; i++)
        if (held[i].n > 0 && held[i].due_ns < next)
            next = held[i].due_ns;
    for (i = 0; i < LATER_MAX; i++)
        if (later[i].due_ns != 0 && later[i].due_ns < next)
            next = later[i].due_ns;
    return next;
}

static bool turn(void)
{
    struct pollfd p[3] = { { .fd = tap[UP], .events = POLLIN },
                           { .fd = tap[DOWN], .events = POLLIN },
                           { .fd = STDIN_FILENO, .events = POLLIN } };
    uint64_t next = next_due(), now = now_ns(), wait;
    struct timespec t;

    wait = next == UINT64_MAX ? 3600000000000u : next > now ? next - now : 0;
    t.tv_sec = (time_t)(wait / 1000000000u);
    t.tv_nsec = (long)(wait % 1000000000u);
    if (ppoll(p, 3, &t, NULL) < 0 && errno != EINTR)
        fail("ppoll");
    now = now_ns();
    if (cut_until_ns <= now)
        cut_until_ns = 0;
    do_later(now);
    release(now);
    read_frames(UP);
    read_frames(DOWN);
    return (p[2].revents == 0 || read_commands());
}

static int open_tap(const char *name)
{
    struct ifreq r = { .ifr_flags = IFF_TAP | IFF_NO_PI };
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        fail("/dev/net/tun");
    snprintf(r.ifr_name, sizeof r.ifr_name, "%s", name);
    if (ioctl(fd, TUNSETIFF, &r) < 0)
        fail(name);
    return fd;
}

int main(int argc, char **argv)
{
    int i;

    if (argc < 3) {
        fprintf(stderr, "usage: relay NEAR FAR [COMMAND]...\n");
        return 2;
    }
    tap[DOWN] = open_tap(argv[1]);
    tap[UP] = open_tap(argv[2]);
    for (i = 3; i < argc; i++)
        if (!command(argv[i])) {
            fprintf(stderr, "relay: what is '%s'?\n", argv[i]);
            return 2;
        }
    printf("ready\n");
    fflush(stdout);
    while (turn())
        ;
    return 0;
}
