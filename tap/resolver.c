/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names to addresses in a process of its own; resolver.h. */
#include "config.h"

#include "tap/resolver.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap/priv.h"

enum {
    WHY = 120,
    LABEL_OCTETS = 63, /* RFC 1035 2.3.4 */
    LOOK_UP_S = 60     /* a child that hangs ends then */
};

struct answer {
    uint32_t name, n;
    uint32_t ip[TAP_RESOLVER_ADDRESSES];
    char why[WHY];
};

/* --- names -------------------------------------------------------------- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool tap_resolver_name(const char *text)
{
    size_t label = 0, n;
    bool number = true;

    for (n = 0; text[n] != 0; n++) {
        const char c = text[n];

        if (c == '.') {
            if (label == 0 || text[n - 1] == '-')
                return false;
            if (text[n + 1] == 0) /* the root's */
                break;
            label = 0;
            number = true;
            continue;
        }
        if ((!is_letter(c) && !is_digit(c) && c != '-') ||
            (c == '-' && label == 0) || ++label > LABEL_OCTETS)
            return false;
        number = number && is_digit(c);
    }
    return n > 0 && n <= TAP_RESOLVER_OCTETS && text[n - 1] != '-' && !number;
}

/* --- a look-up, in a child of the process ------------------------------- */

static void collect(const struct addrinfo *found, struct answer *a)
{
    uint32_t ip, i;

    for (; found != NULL && a->n < TAP_RESOLVER_ADDRESSES;
         found = found->ai_next) {
        if (found->ai_family != AF_INET)
            continue;
        ip = ntohl(((const struct sockaddr_in *)(const void *)found->ai_addr)
                       ->sin_addr.s_addr);
        for (i = 0; i < a->n && a->ip[i] != ip; i++)
            ;
        if (i == a->n && ip != 0)
            a->ip[a->n++] = ip;
    }
}

_Noreturn static void look_up(int socket, const char *name, struct answer *a)
{
    struct addrinfo hints = { .ai_family = AF_INET,
                              .ai_socktype = SOCK_STREAM };
    struct addrinfo *found = NULL;
    sigset_t none;
    int err;

    sigemptyset(&none);
    /* whoever ends the process ends this, too */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 ||
        sigprocmask(SIG_SETMASK, &none, NULL) < 0)
        _exit(1);
    alarm(LOOK_UP_S);
    err = getaddrinfo(name, NULL, &hints, &found);
    if (err == 0)
        collect(found, a);
    if (a->n == 0)
        snprintf(a->why, sizeof a->why, "%s",
                 err == 0            ? "it has no IPv4 address"
                 : err == EAI_SYSTEM ? strerror(errno)
                                     : gai_strerror(err));
    if (send(socket, a, sizeof *a, MSG_NOSIGNAL) < 0)
        _exit(1);
    _exit(0);
}

/* --- the process -------------------------------------------------------- */

static void serve(int socket, const struct tap_resolver_config *c)
{
    uint32_t name;

    /* 0 octets: the daemon has ended */
    while (recv(socket, &name, sizeof name, 0) == (ssize_t)sizeof name) {
        struct answer a = { .name = name };
        pid_t child;

        if (name >= c->names || c->name[name] == NULL)
            return;
        child = fork();
        if (child == 0)
            look_up(socket, c->name[name], &a);
        if (child > 0)
            continue;
        snprintf(a.why, sizeof a.why, "%s", strerror(errno));
        if (send(socket, &a, sizeof a, MSG_NOSIGNAL) < 0)
            return;
    }
}

/* Signals are for the daemon, also a terminal's. */
static int become_small(int socket, const struct tap_resolver_config *c)
{
    struct sigaction ignore = { .sa_handler = SIG_IGN };
    sigset_t all;
    char why[WHY];

    prctl(PR_SET_NAME, "dialtone-names");
    tap_priv_close_others(socket);
    sigfillset(&all);
    if (tap_priv_drop(c->user, why, sizeof why) < 0 ||
        sigprocmask(SIG_SETMASK, &all, NULL) < 0)
        return -1;
    /* children are nobody's to wait for */
    return sigaction(SIGCHLD, &ignore, NULL);
}

_Noreturn static void resolve(int socket, const struct tap_resolver_config *c)
{
    struct answer a = { .n = 0 };

    if (c->forget != NULL)
        c->forget(c->ctx);
    if (become_small(socket, c) < 0)
        a.name = errno != 0 ? (uint32_t)errno : EPERM;
    if (send(socket, &a, sizeof a, MSG_NOSIGNAL) == (ssize_t)sizeof a &&
        a.name == 0)
        serve(socket, c);
    _exit(0);
}

/* --- the daemon's side -------------------------------------------------- */

static void told(struct tap_resolver *r, const struct answer *a)
{
    if (a->name >= r->names || r->until_ns[a->name] == PPTP_NEVER)
        return; /* it took too long */
    r->until_ns[a->name] = PPTP_NEVER;
    r->answered(r->owner, a->name, a->ip, a->n, a->why);
}

static void on_ready(struct tap_source *s, uint32_t events)
{
    struct tap_resolver *r = (struct tap_resolver *)(void *)s;
    struct answer a;
    ssize_t n = recv(s->fd, &a, sizeof a, MSG_DONTWAIT);

    (void)events;
    if (n == (ssize_t)sizeof a && a.n <= TAP_RESOLVER_ADDRESSES) {
        a.why[sizeof a.why - 1] = 0;
        told(r, &a);
        return;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    /* it has gone: who asks hears that when he has waited long enough */
    tap_loop_remove(r->loop, s);
    r->loop = NULL;
}

/* What the new process says of its beginning: 0, or -1 with errno. */
static int begun(int fd)
{
    struct answer a;
    ssize_t n;

    do
        n = recv(fd, &a, sizeof a, 0);
    while (n < 0 && errno == EINTR);
    if (n == (ssize_t)sizeof a && a.name == 0)
        return 0;
    if (n >= 0)
        errno = n == (ssize_t)sizeof a ? (int)a.name : ECONNRESET;
    return -1;
}

static bool has_names(const struct tap_resolver_config *c)
{
    uint32_t i;

    for (i = 0; i < c->names; i++)
        if (c->name[i] != NULL)
            return true;
    return false;
}

int tap_resolver_start(struct tap_resolver *r,
                       const struct tap_resolver_config *c)
{
    int pair[2], err;
    uint32_t i;

    r->source = (struct tap_source){ .fd = -1, .ready = on_ready };
    r->loop = NULL;
    r->names = c->names;
    for (i = 0; i < TAP_RESOLVER_NAMES; i++)
        r->until_ns[i] = PPTP_NEVER;
    if (!has_names(c))
        return 0;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return -1;
    r->pid = fork();
    if (r->pid == 0)
        resolve(pair[1], c);
    err = errno;
    close(pair[1]);
    if (r->pid < 0) {
        close(pair[0]);
        errno = err;
        return -1;
    }
    r->source.fd = pair[0];
    if (begun(pair[0]) == 0)
        return 0;
    err = errno;
    tap_resolver_stop(r);
    errno = err;
    return -1;
}

int tap_resolver_listen(struct tap_resolver *r, struct tap_loop *loop)
{
    if (r->source.fd < 0)
        return 0;
    if (tap_loop_add(loop, &r->source, EPOLLIN) < 0)
        return -1;
    r->loop = loop;
    return 0;
}

void tap_resolver_stop(struct tap_resolver *r)
{
    if (r->source.fd < 0)
        return;
    if (r->loop != NULL)
        tap_loop_remove(r->loop, &r->source);
    close(r->source.fd);
    r->source.fd = -1;
    r->loop = NULL;
    while (waitpid(r->pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

void tap_resolver_ask(struct tap_resolver *r, uint32_t name, pptp_ns now)
{
    PPTP_ASSERT(name < r->names);
    if (r->until_ns[name] != PPTP_NEVER)
        return;
    r->until_ns[name] = now + TAP_RESOLVER_WAIT_NS;
    /* what does not go out is not answered: that is said later, too */
    if (send(r->source.fd, &name, sizeof name, MSG_NOSIGNAL | MSG_DONTWAIT) <
        0)
        r->until_ns[name] = now;
}

pptp_ns tap_resolver_deadline(const struct tap_resolver *r)
{
    pptp_ns next = PPTP_NEVER;
    uint32_t i;

    for (i = 0; i < r->names; i++)
        if (r->until_ns[i] < next)
            next = r->until_ns[i];
    return next;
}

void tap_resolver_advance(struct tap_resolver *r, pptp_ns now)
{
    struct answer none = { .why = "no answer" };

    for (none.name = 0; none.name < r->names; none.name++)
        if (r->until_ns[none.name] <= now)
            told(r, &none);
}
