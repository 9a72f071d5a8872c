/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A real peer at an address; world.h.  Time is the monotonic clock's, the
 * inside of the peer stays its own: what the peer does inside is taken as
 * done, and scripts that need more of it are refused by cannot().
 *
 * The peer is a server that control connections are opened to, or a client
 * that a command starts (`do NAME open`) and a signal ends.
 */
#include "config.h"

#include "script/world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "conf/units.h"
#include "script/script.h"

enum {
    CONNS_MAX = 64,
    EVENTS_MAX = 4096, /* more unexpected ones than this are not read */
    WIRE_PACKET_MAX = 2048
};

#define CONNECT_NS (5 * PPTP_S)
#define SEND_NS (5 * PPTP_S)
#define SEGMENT_GAP_NS PPTP_MS /* or TCP would join the segments again */
#define END_NS (2 * PPTP_S)    /* for a client after SIGTERM */

struct wire_conn {
    int fd;       /* -1: closed */
    uint32_t got; /* octets of a message not yet whole */
    bool lost;    /* its lengths are wrong: the rest is not read as messages */
    uint8_t octets[PPTP_MSG_MAX];
};

struct wire {
    struct script_world world;
    struct script_wire_options options;
    pptp_ns origin_ns;
    int gre;      /* -1: none */
    int listener; /* -1: none */
    int feed;     /* the client's standard input and output; -1: none */
    pid_t client; /* 0: none */
    struct wire_conn conns[CONNS_MAX];
    uint32_t conns_n;
    uint32_t opening; /* given by IN_OPEN, not yet connected; or PPTP_NONE */
    uint32_t calls_n;
    /* cannot(): the one address that the script's world has */
    bool from_known;
    uint32_t from;
    bool gre_named; /* the script looks at GRE */
};

static struct wire *of(struct script_world *w)
{
    return (struct wire *)(void *)w;
}

static pptp_ns clock_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (pptp_ns)t.tv_sec * PPTP_S + (pptp_ns)t.tv_nsec;
}

static pptp_ns since_start(const struct wire *x)
{
    return clock_ns() - x->origin_ns;
}

static struct sockaddr_in sockaddr_of(const struct pptp_addr *a, uint16_t port)
{
    struct sockaddr_in s = { .sin_family = AF_INET, .sin_port = htons(port) };

    s.sin_addr.s_addr = htonl(pptp_addr_to_v4(a));
    return s;
}

static void say(const char *what)
{
    fprintf(stderr, "dialtone: %s: %s\n", what, strerror(errno));
}

/* --- what the peer sends ------------------------------------------------ */

static void push_octets(struct wire *x, uint32_t conn, const uint8_t *octets,
                        uint32_t n)
{
    struct script_event *e = script_event_push(&x->world, since_start(x),
                                               SCRIPT_EV_MSG);

    if (e == NULL)
        return;
    e->conn = conn;
    e->octets_n = n;
    memcpy(e->octets, octets, n);
}

/* Takes whole messages off the front. */
static void take_messages(struct wire *x, uint32_t conn)
{
    struct wire_conn *c = &x->conns[conn];
    uint32_t len;

    while (!c->lost && c->got >= 2) {
        len = (uint32_t)c->octets[0] << 8 | c->octets[1];
        if (len < 12 || len > PPTP_MSG_MAX) {
            push_octets(x, conn, c->octets, c->got);
            c->lost = true;
            break;
        }
        if (c->got < len)
            return;
        push_octets(x, conn, c->octets, len);
        memmove(c->octets, c->octets + len, c->got - len);
        c->got -= len;
    }
    if (c->lost)
        c->got = 0;
}

static void conn_ended(struct wire *x, uint32_t conn)
{
    struct wire_conn *c = &x->conns[conn];
    struct script_event *e;

    if (c->got > 0)
        push_octets(x, conn, c->octets, c->got);
    close(c->fd);
    c->fd = -1;
    e = script_event_push(&x->world, since_start(x), SCRIPT_EV_TCP_CLOSE);
    if (e != NULL)
        e->conn = conn;
}

static void read_conn(struct wire *x, uint32_t conn)
{
    struct wire_conn *c = &x->conns[conn];
    ssize_t n;

    do {
        n = recv(c->fd, c->octets + c->got, sizeof c->octets - c->got,
                 MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n <= 0) {
            conn_ended(x, conn); /* FIN or RST */
            return;
        }
        c->got += (uint32_t)n;
        take_messages(x, conn);
    } while (x->world.events_n < EVENTS_MAX);
}

/* Raw IPv4 sockets give the IP header too. */
static void read_gre(struct wire *x)
{
    uint8_t p[WIRE_PACKET_MAX];
    struct script_event *e;
    ssize_t n;
    size_t head;

    while (x->world.events_n < EVENTS_MAX &&
           (n = recv(x->gre, p, sizeof p, MSG_DONTWAIT | MSG_TRUNC)) > 0) {
        head = (size_t)(p[0] & 15) * 4;
        if (head < 20 || (size_t)n < head || head > sizeof p)
            continue;
        /* PPP above a real peer talks by itself: only who asks sees it */
        if (!x->gre_named)
            continue;
        e = script_event_push(&x->world, since_start(x), SCRIPT_EV_GRE);
        if (e == NULL)
            return;
        e->len = (uint32_t)((size_t)n - head);
        e->octets_n = e->len < PPTP_GRE_MAX ? e->len : PPTP_GRE_MAX;
        memcpy(e->octets, p + head, e->octets_n);
    }
}

static void take_connection(struct wire *x)
{
    struct sockaddr_in from;
    socklen_t n = sizeof from;
    struct script_event *e;
    int fd = accept4(x->listener, (struct sockaddr *)(void *)&from, &n,
                     SOCK_CLOEXEC | SOCK_NONBLOCK);
    uint32_t conn = x->opening;

    if (fd < 0)
        return;
    if (from.sin_addr.s_addr != htonl(pptp_addr_to_v4(&x->options.peer))) {
        close(fd); /* somebody else's */
        return;
    }
    if (conn == PPTP_NONE && x->conns_n == CONNS_MAX) {
        close(fd);
        x->world.lost = true;
        return;
    }
    if (conn == PPTP_NONE)
        conn = x->conns_n++;
    x->opening = PPTP_NONE;
    x->conns[conn] = (struct wire_conn){ .fd = fd };
    e = script_event_push(&x->world, since_start(x), SCRIPT_EV_TCP_OPEN);
    if (e == NULL)
        return;
    e->conn = conn;
    e->addr = x->options.local;
}

/* What a client writes for its PPP is nothing to judge. */
static void drain_feed(struct wire *x)
{
    uint8_t waste[WIRE_PACKET_MAX];
    ssize_t n = recv(x->feed, waste, sizeof waste, MSG_DONTWAIT);

    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
        close(x->feed);
        x->feed = -1;
    }
}

/* Reads what is there, or waits for something up to wait_ns. */
static void look(struct wire *x, pptp_ns wait_ns)
{
    struct pollfd p[CONNS_MAX + 3];
    uint32_t conn[CONNS_MAX + 3];
    struct timespec t = { .tv_sec = (time_t)(wait_ns / PPTP_S),
                          .tv_nsec = (long)(wait_ns % PPTP_S) };
    const int others[] = { x->gre, x->listener, x->feed };
    nfds_t i, n = 0;

    if (x->world.events_n >= EVENTS_MAX) {
        x->world.lost = true;
        nanosleep(&t, NULL);
        return;
    }
    for (i = 0; i < 3; i++, n++)
        p[n] = (struct pollfd){ .fd = others[i], .events = POLLIN };
    for (i = 0; i < x->conns_n; i++, n++) {
        p[n] = (struct pollfd){ .fd = x->conns[i].fd, .events = POLLIN };
        conn[n] = (uint32_t)i;
    }
    if (ppoll(p, n, &t, NULL) <= 0)
        return;
    if (p[0].revents != 0)
        read_gre(x);
    if (p[1].revents != 0)
        take_connection(x);
    if (p[2].revents != 0)
        drain_feed(x);
    for (i = 3; i < n; i++)
        if (p[i].revents != 0)
            read_conn(x, conn[i]);
}

static void wire_run(struct script_world *w, pptp_ns until)
{
    struct wire *x = of(w);
    uint32_t before = w->events_n;

    w->now_ns = since_start(x);
    do {
        look(x, w->now_ns < until ? until - w->now_ns : 0);
        w->now_ns = since_start(x);
    } while (w->events_n == before && w->now_ns < until);
}

/* --- what is done to the peer ------------------------------------------- */

static int tcp_socket(const struct wire *x, uint16_t port)
{
    struct sockaddr_in s = sockaddr_of(&x->options.local, port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int on = 1;

    if (fd < 0)
        return -1;
    /* each segment as the script cuts it */
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
        bind(fd, (struct sockaddr *)(void *)&s, sizeof s) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Before the first connection: there is nobody to judge. */
static int no_peer(struct wire *x, const struct pptp_addr *a, uint16_t port)
{
    char ip[UNITS_TEXT_MAX];
    int err = errno;

    units_print_ipv4(ip, pptp_addr_to_v4(a));
    if (port != 0)
        snprintf(x->world.no_peer, sizeof x->world.no_peer, "%s:%u: %s", ip,
                 port, strerror(err));
    else
        snprintf(x->world.no_peer, sizeof x->world.no_peer, "%s: %s", ip,
                 strerror(err));
    return PPTP_ERR_RESOURCE;
}

static bool wait_writable(int fd, pptp_ns within_ns)
{
    struct pollfd p = { .fd = fd, .events = POLLOUT };

    return poll(&p, 1, (int)(within_ns / PPTP_MS)) > 0;
}

/* Opens a control connection to the peer. */
static int open_conn(struct wire *x, uint32_t *ref)
{
    struct sockaddr_in to = sockaddr_of(&x->options.peer, x->options.port);
    socklen_t n = sizeof errno;
    int fd, err = 0;

    if (x->conns_n == CONNS_MAX)
        return PPTP_ERR_RESOURCE;
    fd = tcp_socket(x, 0);
    if (fd < 0 && x->conns_n == 0)
        return no_peer(x, &x->options.local, 0);
    if (fd < 0) {
        say("our own address");
        return PPTP_ERR_RESOURCE;
    }
    if (connect(fd, (struct sockaddr *)(void *)&to, sizeof to) < 0) {
        err = errno;
        if (err == EINPROGRESS && !wait_writable(fd, CONNECT_NS))
            err = ETIMEDOUT;
        else if (err == EINPROGRESS &&
                 getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &n) < 0)
            err = errno;
    }
    if (err != 0) {
        close(fd);
        errno = err;
        if (x->conns_n == 0)
            return no_peer(x, &x->options.peer, x->options.port);
        say("no control connection to the peer");
        return PPTP_ERR_RESOURCE;
    }
    *ref = x->conns_n++;
    x->conns[*ref] = (struct wire_conn){ .fd = fd };
    return 0;
}

static struct wire_conn *conn_of(struct wire *x, uint32_t ref)
{
    return ref < x->conns_n && x->conns[ref].fd >= 0 ? &x->conns[ref] : NULL;
}

/* The script's side ends a connection: `closed` by FIN, `failed` by RST. */
static int close_conn(struct wire *x, const struct script_input *in)
{
    struct wire_conn *c = conn_of(x, in->conn);
    struct linger now = { .l_onoff = 1, .l_linger = 0 };

    if (in->event == PPTP_TCP_CONNECTED)
        return 0; /* the client's, and it is */
    if (c == NULL)
        return PPTP_ERR_UNKNOWN;
    if (in->event == PPTP_TCP_FAILED &&
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now) < 0)
        return PPTP_ERR_RESOURCE;
    close(c->fd);
    c->fd = -1;
    return 0;
}

/* One segment; 0 also when the peer has closed meanwhile: that is an event. */
static int send_segment(int fd, const uint8_t *octets, uint32_t n)
{
    uint32_t at = 0;
    ssize_t sent;

    while (at < n) {
        sent = send(fd, octets + at, n - at, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0)
            at += (uint32_t)sent;
        else if (errno == EPIPE || errno == ECONNRESET)
            return 0;
        else if (errno != EINTR &&
                 (errno != EAGAIN || !wait_writable(fd, SEND_NS)))
            return PPTP_ERR_RESOURCE;
    }
    return 0;
}

static int send_octets(struct wire *x, const struct script_input *in)
{
    struct wire_conn *c = conn_of(x, in->conn);
    uint32_t at = 0, n;
    int err = 0;

    if (c == NULL)
        return PPTP_ERR_UNKNOWN;
    while (at < in->len && c->fd >= 0 && err == 0) {
        n = in->split > 0 && in->split < in->len - at ? in->split
                                                      : in->len - at;
        err = send_segment(c->fd, in->octets + at, n);
        at += n;
        if (at < in->len)
            wire_run(&x->world, since_start(x) + SEGMENT_GAP_NS);
    }
    return err;
}

/* The kernel adds the IP header; the payload is zeros. */
static int send_gre(struct wire *x, const struct script_input *in)
{
    uint8_t p[WIRE_PACKET_MAX] = { 0 };

    if (x->gre < 0 || in->len + in->tail > sizeof p)
        return PPTP_ERR_RESOURCE;
    memcpy(p, in->octets, in->len);
    if (send(x->gre, p, in->len + in->tail, MSG_DONTWAIT) < 0) {
        say("GRE to the peer");
        return PPTP_ERR_RESOURCE;
    }
    return 0;
}

/* --- a client started by a command -------------------------------------- */

_Noreturn static void be_client(const char *command, int feed)
{
    /* a group of its own: helpers that it forks end with it */
    setpgid(0, 0);
    if (dup2(feed, 0) >= 0 && dup2(feed, 1) >= 0)
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

static int start_client(struct wire *x, uint32_t *ref)
{
    int pair[2];

    if (x->client != 0 || x->conns_n == CONNS_MAX)
        return PPTP_ERR_STATE;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return PPTP_ERR_RESOURCE;
    x->client = fork();
    if (x->client == 0)
        be_client(x->options.start, pair[1]);
    close(pair[1]);
    if (x->client < 0) {
        x->client = 0;
        close(pair[0]);
        return PPTP_ERR_RESOURCE;
    }
    setpgid(x->client, x->client); /* whichever of the two comes first */
    x->feed = pair[0];
    *ref = x->opening = x->conns_n++;
    x->conns[*ref].fd = -1;
    return 0;
}

static int signal_client(const struct wire *x)
{
    return x->client != 0 && kill(x->client, SIGTERM) == 0 ? 0
                                                           : PPTP_ERR_STATE;
}

/* Bounded: a client that does not end by SIGTERM is killed. */
static void end_client(struct wire *x)
{
    const struct timespec nap = { .tv_nsec = (long)(10 * PPTP_MS) };
    pptp_ns until = clock_ns() + END_NS;

    if (x->client == 0)
        return;
    kill(-x->client, SIGTERM);
    while (waitpid(x->client, NULL, WNOHANG) == 0) {
        if (clock_ns() >= until) {
            kill(-x->client, SIGKILL);
            waitpid(x->client, NULL, 0);
            break;
        }
        nanosleep(&nap, NULL);
    }
    kill(-x->client, SIGKILL); /* what it left behind */
    x->client = 0;
}

static int wire_input(struct script_world *w, const struct script_input *in,
                      uint32_t *ref)
{
    struct wire *x = of(w);
    int err = PPTP_ERR_RESOURCE;

    switch (in->kind) {
    case SCRIPT_IN_ACCEPT: err = open_conn(x, ref); break;
    case SCRIPT_IN_TCP: err = close_conn(x, in); break;
    case SCRIPT_IN_OCTETS: err = send_octets(x, in); break;
    case SCRIPT_IN_GRE: err = send_gre(x, in); break;
    case SCRIPT_IN_LINE: err = 0; break; /* its own lines, if it has any */
    case SCRIPT_IN_OPEN: err = start_client(x, ref); break;
    case SCRIPT_IN_CALL: /* a client does so by itself */
        *ref = x->calls_n++;
        err = 0;
        break;
    case SCRIPT_IN_STOP:
    case SCRIPT_IN_CLEAR: err = signal_client(x); break;
    default: break;
    }
    w->now_ns = since_start(x);
    return err;
}

/* --- what this world cannot show ---------------------------------------- */

static bool one_of(const char *word, const char *const *list)
{
    for (; *list != NULL; list++)
        if (strcmp(word, *list) == 0)
            return true;
    return false;
}

/* A script that names addresses can name one: ours. */
static const char *other_address(struct wire *x, const struct script_step *st)
{
    const struct script_field *f = script_field_of(st, "from");
    uint32_t from = SCRIPT_FROM_IPV4;
    char why[80];

    if (script_field_of(st, "to") != NULL)
        return "packets go to the peer's address only";
    if (f != NULL && (f->value.type != SCRIPT_WORD ||
                      units_ipv4(f->value.text, &from, why, sizeof why) < 0))
        return NULL; /* the runner has better words */
    if (x->from_known && from != x->from)
        return "we have one address only";
    x->from_known = true;
    x->from = from;
    return NULL;
}

static const char *cannot_gre(struct wire *x, const struct script_step *st)
{
    x->gre_named = true;
    if (x->gre < 0)
        return "raw GRE needs root";
    return st->kind == SCRIPT_SEND ? other_address(x, st) : NULL;
}

static const char *wire_cannot(struct script_world *w,
                               const struct script_step *st)
{
    static const char *const plain[] = { "role", "host_name", "vendor_name",
                                         "allow_multiple", NULL };
    static const char *const verbs[] = { "open", "call", "clear", "stop",
                                         NULL };
    struct wire *x = of(w);
    bool client = x->options.start != NULL;
    uint32_t i;

    if (st->kind == SCRIPT_NEEDS)
        return "the inside of a real peer cannot be seen";
    for (i = 0; st->kind == SCRIPT_CONFIG && i < st->fields; i++)
        if (st->field[i].name != NULL && !one_of(st->field[i].name, plain))
            return "a real peer keeps its own configuration";
    if (st->kind == SCRIPT_LIMITS)
        return "a real peer keeps its own limits";
    if (st->kind == SCRIPT_DO && !client)
        return "nobody asks a server at an address";
    if (st->kind == SCRIPT_DO && !one_of(st->what, verbs))
        return "a client is only started and ended";
    if (st->kind != SCRIPT_SEND && st->kind != SCRIPT_EXPECT)
        return NULL;
    if (strcmp(st->who, "gre") == 0)
        return cannot_gre(x, st);
    if (strcmp(st->what, "open") == 0 && !client)
        return "a server opens no connection";
    if (strcmp(st->what, "accept") != 0)
        return NULL;
    if (client)
        return "a client accepts no connection";
    if (script_field_of(st, "authorized") != NULL)
        return "whom a real peer admits is its own matter";
    return other_address(x, st);
}

/* --- the world ---------------------------------------------------------- */

static int wire_start(struct script_world *w, const struct pptp_config *c,
                      const struct pptp_limits *l)
{
    struct wire *x = of(w);

    (void)c;
    (void)l;
    x->origin_ns = clock_ns();
    if (x->options.start == NULL)
        return 0;
    x->listener = tcp_socket(x, x->options.port);
    if (x->listener >= 0 && listen(x->listener, 8) == 0)
        return 0;
    return no_peer(x, &x->options.local, x->options.port);
}

static void wire_stop(struct script_world *w)
{
    struct wire *x = of(w);
    const int others[] = { x->gre, x->listener, x->feed };
    uint32_t i;

    for (i = 0; i < x->conns_n; i++)
        if (x->conns[i].fd >= 0)
            close(x->conns[i].fd);
    for (i = 0; i < 3; i++)
        if (others[i] >= 0)
            close(others[i]);
    end_client(x);
    free(w->events);
    free(x);
}

static const struct script_world_ops wire_ops = {
    .start = wire_start,
    .input = wire_input,
    .run = wire_run,
    .stop = wire_stop,
    .cannot = wire_cannot,
};

/* Sees only the peer's packets: the kernel compares the source. */
static int gre_socket(const struct script_wire_options *o)
{
    struct sockaddr_in to = sockaddr_of(&o->peer, 0);
    struct sockaddr_in here = sockaddr_of(&o->local, 0);
    int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
                    PPTP_GRE_IP_PROTOCOL);

    if (fd < 0)
        return -1;
    if (bind(fd, (struct sockaddr *)(void *)&here, sizeof here) < 0 ||
        connect(fd, (struct sockaddr *)(void *)&to, sizeof to) < 0) {
        say("raw GRE");
        close(fd);
        return -1;
    }
    return fd;
}

struct script_world *script_world_wire_new(const struct script_wire_options *o)
{
    struct wire *x = calloc(1, sizeof *x);

    if (x == NULL)
        return NULL;
    x->world.ops = &wire_ops;
    x->world.tolerance_ns = o->tolerance_ns;
    x->options = *o;
    x->gre = gre_socket(o);
    x->listener = x->feed = -1;
    x->opening = PPTP_NONE;
    return &x->world;
}
