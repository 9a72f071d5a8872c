/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Control connections over TCP; tcp.h. */
#include "config.h"

#include "tap/tcp.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

const struct probe tap_tcp_probes[] = {
#define X(name, unit, help) \
    PROBE_COUNT(struct tap_tcp_stats, name, unit, help),
    TAP_TCP_STATS(X)
#undef X
        PROBE_END
};

enum {
    ACCEPTS = 16,
    READ_FEW = 2048,     /* a dozen of requests for calls */
    LISTEN_QUEUE = 4096, /* less where the system has it so */
    SILENT_MS = 60000,   /* until a peer that takes nothing counts as gone */
    /* SYNs after the first one, 1, 2, 4 and 8 s: an address that swallows them
     * leaves time for the others of a name before a caller gives up */
    SYN_RETRIES = 3
};

static void on_listener(struct tap_source *s, uint32_t events);
static void on_conn(struct tap_source *s, uint32_t events);

int tap_tcp_init(struct tap_tcp *t)
{
    t->oldest = t->newest = BASE_MAP_NONE;
    t->conns = calloc(t->limit, sizeof *t->conns);
    t->rate = calloc(TAP_TCP_RATES, sizeof *t->rate);
    if (t->conns == NULL || t->rate == NULL)
        return -1;
    return map_init(&t->sources, t->limit) < 0
               ? -1
               : map_init(&t->half_sources, t->limit);
}

/* --- places ------------------------------------------------------------- */

static uint32_t source_of(const struct tap_tcp_conn *c)
{
    return pptp_addr_to_v4(&c->info.remote);
}

static uint32_t count_of(const struct map *m, uint32_t ip)
{
    uint32_t n = map_get(m, ip);

    return n == BASE_MAP_NONE ? 0 : n;
}

/* How many come from an address, changed by `by`. */
static void count_source(struct map *m, uint32_t ip, int by)
{
    uint32_t n = count_of(m, ip) + (uint32_t)by;

    if (n == 0)
        map_remove(m, ip);
    else
        map_set(m, ip, n);
}

static struct tap_tcp_conn *take_place(struct tap_tcp *t)
{
    uint32_t i;

    for (i = 0; i < t->limit; i++) {
        uint32_t at = (t->free_at + i) % t->limit;

        if (!t->conns[at].used) {
            t->free_at = (at + 1) % t->limit;
            return &t->conns[at];
        }
    }
    return NULL;
}

static void half_open_leave(struct tap_tcp_conn *c)
{
    struct tap_tcp *t = c->tcp;

    if (!c->half_open)
        return;
    c->half_open = false;
    t->half_open--;
    count_source(&t->half_sources, source_of(c), -1);
    if (c->older == BASE_MAP_NONE)
        t->oldest = c->newer;
    else
        t->conns[c->older].newer = c->newer;
    if (c->newer == BASE_MAP_NONE)
        t->newest = c->older;
    else
        t->conns[c->newer].older = c->older;
}

static void half_open_enter(struct tap_tcp_conn *c)
{
    struct tap_tcp *t = c->tcp;
    uint32_t i = (uint32_t)(c - t->conns);

    c->half_open = true;
    c->older = t->newest;
    c->newer = BASE_MAP_NONE;
    if (t->newest != BASE_MAP_NONE)
        t->conns[t->newest].newer = i;
    else
        t->oldest = i;
    t->newest = i;
    t->half_open++;
    count_source(&t->half_sources, source_of(c), 1);
}

static void release(struct tap_tcp_conn *c)
{
    half_open_leave(c);
    count_source(&c->tcp->sources, source_of(c), -1);
    tap_loop_remove(c->tcp->loop, &c->source);
    close(c->source.fd);
    free(c->backlog);
    c->backlog = NULL;
    c->used = false;
}

static struct tap_tcp_conn *enter(struct tap_tcp *t, int fd, uint32_t remote)
{
    struct tap_tcp_conn *c = take_place(t);

    if (c == NULL)
        return NULL;
    *c = (struct tap_tcp_conn){
        .source = { .fd = fd, .ready = on_conn },
        .tcp = t,
        .id = PPTP_NONE,
        .info = { .remote = pptp_addr_v4(remote), .authorized = true },
        .used = true,
    };
    count_source(&t->sources, remote, 1);
    return c;
}

void tap_tcp_fini(struct tap_tcp *t)
{
    uint32_t i;

    tap_tcp_deaf(t);
    for (i = 0; t->conns != NULL && i < t->limit; i++)
        if (t->conns[i].used)
            release(&t->conns[i]);
    free(t->conns);
    free(t->rate);
    t->conns = NULL;
    t->rate = NULL;
    map_fini(&t->sources);
    map_fini(&t->half_sources);
}

/* --- beginnings --------------------------------------------------------- */

static int plain_socket(void)
{
    return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

int tap_tcp_listen(struct tap_tcp *t, uint32_t local, uint16_t port)
{
    struct sockaddr_in here = { .sin_family = AF_INET,
                                .sin_port = htons(port) };
    struct tap_tcp_listener *l = &t->listener[t->listeners];
    int fd = plain_socket(), on = 1, saved;

    PPTP_ASSERT(t->listeners < TAP_TCP_LISTENERS);
    if (fd < 0)
        return -1;
    here.sin_addr.s_addr = htonl(local);
    l->source = (struct tap_source){ .fd = fd, .ready = on_listener };
    l->tcp = t;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        bind(fd, (struct sockaddr *)(void *)&here, sizeof here) == 0 &&
        listen(fd, LISTEN_QUEUE) == 0 &&
        tap_loop_add(t->loop, &l->source, EPOLLIN) == 0) {
        t->listeners++;
        return 0;
    }
    saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

void tap_tcp_deaf(struct tap_tcp *t)
{
    while (t->listeners > 0) {
        struct tap_source *s = &t->listener[--t->listeners].source;

        tap_loop_remove(t->loop, s);
        close(s->fd);
    }
}

/* Both ends; small messages leave at once. */
static void fill_info(struct tap_tcp_conn *c)
{
    struct sockaddr_in a = { .sin_family = AF_UNSPEC };
    socklen_t n = sizeof a;
    unsigned on = 1, silent_ms = SILENT_MS;

    setsockopt(c->source.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(c->source.fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &silent_ms,
               sizeof silent_ms);
    if (getsockname(c->source.fd, (struct sockaddr *)(void *)&a, &n) == 0) {
        c->info.local = pptp_addr_v4(ntohl(a.sin_addr.s_addr));
        c->info.local_port = ntohs(a.sin_port);
    }
    n = sizeof a;
    if (getpeername(c->source.fd, (struct sockaddr *)(void *)&a, &n) == 0)
        c->info.remote_port = ntohs(a.sin_port);
}

static int bind_to(int fd, uint32_t local)
{
    struct sockaddr_in from = { .sin_family = AF_INET };
    int on = 1;

    from.sin_addr.s_addr = htonl(local);
    /* a port is taken when it is known to where: it may have others, too */
    if (local != 0)
        setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    return local == 0
               ? 0
               : bind(fd, (struct sockaddr *)(void *)&from, sizeof from);
}

struct tap_tcp_conn *tap_tcp_connect(struct tap_tcp *t, uint32_t local,
                                     uint32_t remote, uint16_t port)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
    int fd = plain_socket(), retries = SYN_RETRIES, saved;
    struct tap_tcp_conn *c;

    t->stats.connect_failed++; /* until it has begun */
    if (fd < 0)
        return NULL;
    to.sin_addr.s_addr = htonl(remote);
    c = enter(t, fd, remote);
    if (c == NULL) {
        close(fd);
        errno = ENOBUFS;
        return NULL;
    }
    c->connecting = true;
    c->ours = true;
    setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &retries, sizeof retries);
    if (bind_to(fd, local) == 0 &&
        (connect(fd, (struct sockaddr *)(void *)&to, sizeof to) == 0 ||
         errno == EINPROGRESS) &&
        tap_loop_add(t->loop, &c->source, EPOLLOUT) == 0) {
        t->stats.connect_failed--;
        return c;
    }
    saved = errno;
    release(c);
    errno = saved;
    return NULL;
}

/* Whether a source keeps to its rate, of which this connection is one. */
static bool slow_enough(struct tap_tcp *t, uint32_t ip)
{
    const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
    struct tap_tcp_rate
        *r = &t->rate[((ip ^ t->rate_seed) * odd) >> 32 & (TAP_TCP_RATES - 1)];
    pptp_ns now = tap_now(), part;

    if (t->rate_source == 0)
        return true;
    part = PPTP_S / t->rate_source;
    r->left_ns += now - r->at;
    if (r->at == 0 || r->left_ns > PPTP_S)
        r->left_ns = PPTP_S;
    r->at = now;
    if (r->left_ns < part)
        return false;
    r->left_ns -= part;
    return true;
}

/* Whether one more from there is welcome; the oldest half-open one may have
 * to go for it. */
static bool welcome(struct tap_tcp *t, uint32_t ip)
{
    if (count_of(&t->sources, ip) >= t->per_source ||
        count_of(&t->half_sources, ip) >= t->half_open_source) {
        t->stats.refused_source++;
        t->refused_from = ip;
        return false;
    }
    if (!slow_enough(t, ip)) {
        t->stats.refused_rate++;
        t->refused_from = ip;
        return false;
    }
    if (t->half_open >= t->half_open_limit) {
        struct tap_tcp_conn *old = &t->conns[t->oldest];

        t->stats.half_open_ended++;
        half_open_leave(old);
        t->ops->ended(t, old, false);
    }
    return true;
}

static void take(struct tap_tcp *t, int fd, uint32_t ip)
{
    struct tap_tcp_conn *c;

    if (!welcome(t, ip)) {
        close(fd);
        return;
    }
    c = enter(t, fd, ip);
    if (c == NULL) {
        t->stats.refused_full++;
        close(fd);
        return;
    }
    t->stats.accepted++;
    fill_info(c);
    half_open_enter(c);
    if (tap_loop_add(t->loop, &c->source, EPOLLIN) < 0 ||
        !t->ops->accepted(t, c)) {
        t->stats.refused_full++;
        release(c);
    }
}

static void on_listener(struct tap_source *s, uint32_t events)
{
    struct tap_tcp *t = ((struct tap_tcp_listener *)(void *)s)->tcp;
    int i;

    (void)events;
    /* a few at a time: those who are connected have their turn, too */
    for (i = 0; i < (t->behind ? 1 : ACCEPTS) && t->listeners > 0; i++) {
        struct sockaddr_in from = { .sin_family = AF_UNSPEC };
        socklen_t n = sizeof from;
        int fd = accept4(s->fd, (struct sockaddr *)(void *)&from, &n,
                         SOCK_CLOEXEC | SOCK_NONBLOCK);

        if (fd < 0)
            return;
        take(t, fd, ntohl(from.sin_addr.s_addr));
    }
}

void tap_tcp_established(struct tap_tcp_conn *c)
{
    half_open_leave(c);
}

/* --- octets ------------------------------------------------------------- */

static void finish_connect(struct tap_tcp_conn *c)
{
    int err = 0;
    socklen_t n = sizeof err;

    if (getsockopt(c->source.fd, SOL_SOCKET, SO_ERROR, &err, &n) < 0 ||
        err != 0) {
        c->err = err;
        c->tcp->ops->ended(c->tcp, c, true);
        return;
    }
    c->connecting = false;
    fill_info(c);
    tap_loop_change(c->tcp->loop, &c->source, EPOLLIN);
    c->tcp->ops->connected(c->tcp, c);
}

static void want(struct tap_tcp_conn *c)
{
    uint32_t events = c->reading_ends ? 0 : EPOLLIN;

    if (c->backlog_n > 0)
        events |= EPOLLOUT;
    tap_loop_change(c->tcp->loop, &c->source, events);
}

/* Of what waits. False: the connection is broken. */
static bool flush(struct tap_tcp_conn *c)
{
    ssize_t n = send(c->source.fd, c->backlog + c->backlog_at, c->backlog_n,
                     MSG_NOSIGNAL | MSG_DONTWAIT);

    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    c->backlog_at += (uint32_t)n;
    c->backlog_n -= (uint32_t)n;
    if (c->backlog_n == 0) {
        free(c->backlog);
        c->backlog = NULL;
        c->backlog_at = c->backlog_room = 0;
    }
    return true;
}

static void read_some(struct tap_tcp_conn *c)
{
    uint8_t octets[TAP_TCP_READ];
    /* what a broken one has sent in advance would be answered in vain */
    ssize_t n = c->broken ? 0
                          : recv(c->source.fd, octets,
                                 c->tcp->behind ? READ_FEW : sizeof octets,
                                 MSG_DONTWAIT);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0) {
        c->tcp->ops->input(c->tcp, c, octets, (size_t)n);
        return;
    }
    c->reading_ends = true;
    want(c);
    c->tcp->ops->ended(c->tcp, c, false);
}

static void on_conn(struct tap_source *s, uint32_t events)
{
    struct tap_tcp_conn *c = (struct tap_tcp_conn *)(void *)s;

    if (c->connecting) {
        finish_connect(c);
        return;
    }
    if (c->backlog_n > 0 && (events & (EPOLLOUT | EPOLLERR | EPOLLHUP))) {
        bool whole = flush(c);

        if (c->closing && (!whole || c->backlog_n == 0)) {
            release(c);
            return;
        }
        want(c);
    }
    if (c->closing) {
        if (events & (EPOLLERR | EPOLLHUP))
            release(c);
        return;
    }
    if (events & (EPOLLIN | EPOLLERR | EPOLLHUP))
        read_some(c);
}

static uint32_t backlog_limit(const struct tap_tcp_conn *c)
{
    return TAP_TCP_BACKLOG +
           (c->ours ? TAP_TCP_BACKLOG_CALL * c->tcp->calls : 0);
}

/* Room for n octets more behind what waits. */
static bool make_room(struct tap_tcp_conn *c, size_t n)
{
    size_t room = c->backlog_room != 0 ? c->backlog_room : TAP_TCP_BACKLOG;
    uint8_t *more;

    if (n <= c->backlog_room - c->backlog_at - c->backlog_n)
        return true;
    if (c->backlog != NULL)
        memmove(c->backlog, c->backlog + c->backlog_at, c->backlog_n);
    c->backlog_at = 0;
    while (room < c->backlog_n + n)
        room *= 2;
    if (room == c->backlog_room)
        return true;
    more = realloc(c->backlog, room);
    if (more == NULL)
        return false;
    c->backlog = more;
    c->backlog_room = (uint32_t)room;
    return true;
}

/* Keeps what the kernel did not take. False: there is too much of it. */
static bool keep(struct tap_tcp_conn *c, const uint8_t *octets, size_t n)
{
    if (n > backlog_limit(c) - c->backlog_n || !make_room(c, n))
        return false;
    memcpy(c->backlog + c->backlog_at + c->backlog_n, octets, n);
    c->backlog_n += (uint32_t)n;
    want(c);
    return true;
}

/* Who may not be told in here (the peer is just talking) is told by epoll:
 * after a shutdown the next read says that the connection has ended. */
void tap_tcp_send(struct tap_tcp_conn *c, const uint8_t *octets, size_t n)
{
    ssize_t sent = 0;

    if (c->broken)
        return;
    if (c->backlog_n == 0)
        sent = send(c->source.fd, octets, n, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0)
        sent = 0;
    if ((size_t)sent == n || keep(c, octets + sent, n - (size_t)sent))
        return;
    c->tcp->stats.backlog_full++;
    c->tcp->slow_from = source_of(c);
    c->broken = true;
    shutdown(c->source.fd, SHUT_RDWR);
}

void tap_tcp_close(struct tap_tcp_conn *c)
{
    if (c->backlog_n == 0 || c->connecting) {
        release(c);
        return;
    }
    half_open_leave(c);
    c->closing = true;
    c->reading_ends = true;
    want(c);
}
