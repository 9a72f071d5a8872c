/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The process that keeps privileges, and how it is asked; keeper.h. */
#include "config.h"

#include "tap/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <net/if.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"
#include "nas/pool.h"
#include "tap/filter.h"
#include "tap/priv.h"

enum verb { FILE_OPEN, KEEPER_TUN_MAKE, KEEPER_TUN_CHANGE, ARP, UNLINK, PIN };

enum {
    WHY = 200,
    PATH_OCTETS = 4096,
    MTU_MIN = 68 /* RFC 791 */
};

/* The first routes_n of the routes are sent. */
struct request {
    uint32_t seq;
    uint32_t verb;
    uint32_t file;  /* or the socket */
    uint32_t index; /* of a device */
    uint32_t local, peer, mtu;
    uint32_t ip, answer; /* of ARP, of a pin */
    char name[IFNAMSIZ];
    uint32_t routes_n;
    struct {
        uint32_t ip, bits;
    } routes[TAP_TUN_ROUTES];
};

enum { REQUEST_HEAD = offsetof(struct request, routes) };

struct answer {
    uint32_t seq;
    uint32_t failed; /* 1: `why` says it */
    uint32_t index;
    char name[IFNAMSIZ];
    char why[WHY];
};

union control {
    struct cmsghdr align;
    uint8_t octets[CMSG_SPACE(sizeof(int))];
};

_Static_assert(TAP_FILTER_PATHS == (int)TAP_KEEPER_FILES &&
                   TAP_FILTER_SOCKETS == (int)TAP_KEEPER_SOCKETS,
               "all of the files");

/* --- the keeper's side -------------------------------------------------- */

struct device {
    uint32_t index; /* 0: free */
    char name[IFNAMSIZ];
};

struct pin {
    uint32_t ip, users;
    bool ours; /* the route */
    struct tap_way way;
};

/* The process that was forked for it has one. */
static struct state {
    int socket;
    struct tap_keeper_policy policy; /* its texts: in memory only read */
    struct tap_netlink netlink;
    struct device device[TAP_KEEPER_DEVICES];
    uint32_t arp[TAP_KEEPER_ARPS];
    uint32_t arp_n;
    struct pin pin[TAP_KEEPER_PINS];
    struct request request;
    struct answer answer;
} keeper;

__attribute__((format(printf, 1, 2))) static int refuse(const char *format,
                                                        ...)
{
    struct answer *a = &keeper.answer;
    va_list v;

    va_start(v, format);
    vsnprintf(a->why, sizeof a->why, format, v);
    va_end(v);
    a->failed = 1;
    return -1;
}

static int do_file(const struct request *r)
{
    struct answer *a = &keeper.answer;
    const struct tap_keeper_policy *p = &keeper.policy;
    int fd;

    if (r->file >= TAP_KEEPER_FILES || p->file[r->file] == NULL)
        return refuse("is not a file that the keeper may read");
    fd = open(p->file[r->file], TAP_FILE_FLAGS);
    if (fd < 0)
        return refuse("%s", strerror(errno));
    if (tap_file_check(fd, p->secret[r->file], a->why, sizeof a->why) == 0)
        return fd;
    a->failed = 1;
    close(fd);
    return -1;
}

static bool good_prefix(const struct tap_prefix *p)
{
    uint32_t mask = p->bits == 0 ? 0 : ~UINT32_C(0) << (32 - p->bits);

    return (p->ip & ~mask) == 0;
}

static int good_routes(const struct request *r, struct tap_prefix *routes)
{
    uint32_t i;

    for (i = 0; i < r->routes_n; i++) {
        routes[i].ip = r->routes[i].ip;
        routes[i].bits = (uint8_t)(r->routes[i].bits & 63);
        if (r->routes[i].bits > 32 || !good_prefix(&routes[i]))
            return refuse("route %u has bits behind its prefix", i + 1);
        if (routes[i].bits < TAP_KEEPER_WIDEST && !keeper.policy.default_route)
            return refuse("route %u leads everything, or near to it, into "
                          "the tunnel, and that was not allowed",
                          i + 1);
    }
    return 0;
}

/* What is asked for a device, looked at; routes is TAP_TUN_ROUTES long. */
static int good_config(const struct request *r, struct tap_tun_config *c,
                       struct tap_prefix *routes)
{
    if (keeper.policy.tun == NULL)
        return refuse("the keeper may make no devices");
    if (r->mtu < MTU_MIN || r->mtu > UINT16_MAX)
        return refuse("an MTU of %u", r->mtu);
    if ((r->local != 0 && !nas_address_of_host(r->local)) ||
        (r->peer != 0 && (r->local == 0 || !nas_address_of_host(r->peer))))
        return refuse("an address that no host has");
    *c = (struct tap_tun_config){ .name = r->name,
                                  .local = r->local,
                                  .peer = r->peer,
                                  .mtu = r->mtu,
                                  .routes = routes,
                                  .routes_n = r->routes_n };
    return good_routes(r, routes);
}

static bool alive(const struct device *d)
{
    return tap_netlink_index(&keeper.netlink, d->name) == d->index;
}

static struct device *find_device(uint32_t index)
{
    uint32_t i;

    for (i = 0; i < TAP_KEEPER_DEVICES; i++)
        if (keeper.device[i].index == index)
            return &keeper.device[i];
    return NULL;
}

/* A free place; devices go without telling us. */
static struct device *free_device(void)
{
    struct device *d = find_device(0);
    uint32_t i;

    for (i = 0; d == NULL && i < TAP_KEEPER_DEVICES; i++)
        if (!alive(&keeper.device[i]))
            keeper.device[i].index = 0;
    return d != NULL ? d : find_device(0);
}

static int refuse_step(const char *what)
{
    int err = errno;

    return refuse("%s: %s%s", what, strerror(err), tap_tun_cure(err));
}

static int do_make(const struct request *r)
{
    struct tap_prefix routes[TAP_TUN_ROUTES];
    struct tap_tun t = { .source = { .fd = -1 } };
    struct tap_tun_config c;
    struct device *d, *old;
    const char *what;

    if (good_config(r, &c, routes) < 0)
        return -1;
    if (!tap_tun_name(keeper.policy.tun, r->name))
        return refuse("a device of another name than '%s'", keeper.policy.tun);
    d = free_device();
    if (d == NULL)
        return refuse("there are %d devices already", TAP_KEEPER_DEVICES);
    if (tap_tun_make(&t, &keeper.netlink, &c, &what) < 0) {
        memcpy(keeper.answer.name, t.name, sizeof keeper.answer.name);
        return refuse_step(what);
    }
    /* a number may come again after its device has gone */
    old = find_device(t.index);
    if (old != NULL)
        d = old;
    d->index = keeper.answer.index = t.index;
    memcpy(d->name, t.name, sizeof d->name);
    memcpy(keeper.answer.name, t.name, sizeof keeper.answer.name);
    return t.source.fd;
}

static int do_change(const struct request *r)
{
    struct tap_prefix routes[TAP_TUN_ROUTES];
    struct device *d = r->index != 0 ? find_device(r->index) : NULL;
    struct tap_tun t = { .index = r->index };
    struct tap_tun_config c;
    const char *what;

    if (good_config(r, &c, routes) < 0)
        return -1;
    if (d == NULL || !alive(d))
        return refuse("it is not a device that the keeper has made");
    return tap_tun_change(&t, &keeper.netlink, &c, &what) < 0
               ? refuse_step(what)
               : -1;
}

static int do_arp(const struct request *r)
{
    const char *name = keeper.policy.arp_device;
    uint32_t i, index;

    if (!keeper.policy.arp || name == NULL)
        return refuse("the keeper may answer no ARP");
    if (!nas_address_of_host(r->ip))
        return refuse("an address that no host has");
    for (i = 0; i < keeper.arp_n && keeper.arp[i] != r->ip; i++)
        ;
    /* one that it has not added is not its to delete */
    if (!r->answer && i == keeper.arp_n)
        return -1;
    if (i == TAP_KEEPER_ARPS)
        return refuse("ARP is answered for %d addresses already",
                      TAP_KEEPER_ARPS);
    index = tap_netlink_index(&keeper.netlink, name);
    if (index == 0 && r->answer)
        return refuse("ARP at '%s': there is no such interface", name);
    /* its entries went with an interface that has gone */
    if (index != 0 &&
        tap_netlink_proxy(&keeper.netlink, index, r->ip, r->answer != 0) < 0)
        return refuse("ARP at '%s': %s", name, strerror(errno));
    if (!r->answer)
        keeper.arp[i] = keeper.arp[--keeper.arp_n];
    else if (i == keeper.arp_n)
        keeper.arp[keeper.arp_n++] = r->ip;
    return -1;
}

/* One of those that were named at the start, or that is in use; or a new one,
 * if there may be others. */
static struct pin *find_pin(uint32_t ip, bool wanted)
{
    struct pin *unused = NULL;
    uint32_t i;

    if (ip == 0)
        return NULL;
    for (i = 0; i < TAP_KEEPER_PINS; i++) {
        struct pin *p = &keeper.pin[i];

        if (p->ip == ip)
            return p;
        if (i >= keeper.policy.pins && p->users == 0)
            unused = p;
    }
    if (!wanted || !keeper.policy.pin_others || unused == NULL ||
        !nas_address_of_host(ip))
        return NULL;
    *unused = (struct pin){ .ip = ip };
    return unused;
}

static int do_unpin(struct pin *p)
{
    if (p->users == 0 || --p->users > 0 || !p->ours)
        return -1;
    p->ours = false;
    return tap_netlink_pin(&keeper.netlink, p->ip, &p->way, false) < 0
               ? refuse_step("its own route")
               : -1;
}

static int do_pin(const struct request *r)
{
    struct pin *p = find_pin(r->ip, r->answer != 0);

    if (p == NULL || keeper.policy.tun == NULL)
        return refuse("its route is not the keeper's to keep");
    if (!r->answer)
        return do_unpin(p);
    if (p->users++ > 0 || tap_netlink_way(&keeper.netlink, p->ip, &p->way) < 0)
        return -1;
    if (tap_netlink_pin(&keeper.netlink, p->ip, &p->way, true) == 0) {
        p->ours = true;
    } else if (errno != EEXIST) {
        p->users--;
        return refuse_step("a route of its own");
    }
    return -1;
}

static int do_unlink(const struct request *r)
{
    const char *path = r->file < TAP_KEEPER_SOCKETS
                           ? keeper.policy.socket[r->file]
                           : NULL;
    struct stat st;

    if (path == NULL)
        return refuse("is not a socket that the keeper may remove");
    if (fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? -1 : refuse("%s", strerror(errno));
    if (!S_ISSOCK(st.st_mode))
        return refuse("is not a socket any more");
    /* by the call that the filter knows */
    return unlinkat(AT_FDCWD, path, 0) < 0 ? refuse("%s", strerror(errno))
                                           : -1;
}

/* A descriptor for the daemon, or -1. */
static int act(const struct request *r)
{
    switch ((enum verb)r->verb) {
    case FILE_OPEN: return do_file(r);
    case KEEPER_TUN_MAKE: return do_make(r);
    case KEEPER_TUN_CHANGE: return do_change(r);
    case ARP: return do_arp(r);
    case UNLINK: return do_unlink(r);
    case PIN: return do_pin(r);
    }
    return refuse("the keeper does not know what was asked");
}

static bool well_formed(const struct request *r, ssize_t n)
{
    return n >= (ssize_t)REQUEST_HEAD && r->routes_n <= TAP_TUN_ROUTES &&
           (size_t)n == REQUEST_HEAD + r->routes_n * sizeof r->routes[0] &&
           memchr(r->name, 0, sizeof r->name) != NULL;
}

/* The answer, with a descriptor or none. */
static int pass(int fd)
{
    struct iovec iov = { .iov_base = &keeper.answer,
                         .iov_len = sizeof keeper.answer };
    struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
    union control control;

    if (fd >= 0) {
        struct cmsghdr *c;

        memset(&control, 0, sizeof control);
        m.msg_control = control.octets;
        m.msg_controllen = sizeof control.octets;
        c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(c), &fd, sizeof fd);
    }
    return sendmsg(keeper.socket, &m, MSG_NOSIGNAL) ==
                   (ssize_t)sizeof keeper.answer
               ? 0
               : -1;
}

static void serve(void)
{
    struct request *r = &keeper.request;
    ssize_t n;

    /* descriptors that come with it are dropped by the kernel: no room */
    while ((n = recv(keeper.socket, r, sizeof *r, MSG_TRUNC)) > 0) {
        int fd, result;

        if (!well_formed(r, n))
            break;
        memset(&keeper.answer, 0, sizeof keeper.answer);
        keeper.answer.seq = r->seq;
        fd = act(r);
        result = pass(fd);
        if (fd >= 0)
            close(fd);
        if (result < 0)
            break;
    }
}

/* --- the keeper's beginning and end ------------------------------------- */

/* The parent has ended: no more requests, whoever else has our socket. */
static void on_orphaned(int signal)
{
    (void)signal;
    shutdown(keeper.socket, SHUT_RDWR);
}

/* Signals are for the daemon, a terminal's and a service manager's reach us,
 * too: it may still need us while it ends. */
static int follow_parent(pid_t parent)
{
    struct sigaction orphaned = { .sa_handler = on_orphaned };
    sigset_t all;

    sigfillset(&all);
    sigdelset(&all, SIGRTMIN);
    if (sigaction(SIGRTMIN, &orphaned, NULL) < 0 ||
        sigprocmask(SIG_SETMASK, &all, NULL) < 0 ||
        prctl(PR_SET_PDEATHSIG, SIGRTMIN) < 0)
        return -1;
    errno = ESRCH;
    return getppid() == parent ? 0 : -1;
}

/* The text's copy in the page, and where the next one begins. */
static const char *copy_text(const char *text, char *page, size_t size,
                             size_t *at)
{
    size_t n = text != NULL ? strlen(text) + 1 : 0;
    char *copy = page + *at;

    if (n == 0)
        return NULL;
    PPTP_ASSERT(n <= size - *at);
    memcpy(copy, text, n);
    *at += n;
    return copy;
}

/* Policy's texts where nobody can change them any more. */
static int copy_policy(const struct tap_keeper_policy *p)
{
    const size_t size = (TAP_KEEPER_FILES + TAP_KEEPER_SOCKETS + 2) *
                        (size_t)PATH_OCTETS;
    char *page = mmap(NULL, size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct tap_keeper_policy *k = &keeper.policy;
    size_t at = 0;
    int i;

    if (page == MAP_FAILED)
        return -1;
    *k = *p;
    for (i = 0; i < TAP_KEEPER_FILES; i++)
        k->file[i] = copy_text(p->file[i], page, size, &at);
    k->tun = copy_text(p->tun, page, size, &at);
    k->arp_device = copy_text(p->arp_device, page, size, &at);
    for (i = 0; i < TAP_KEEPER_SOCKETS; i++)
        k->socket[i] = copy_text(p->socket[i], page, size, &at);
    for (i = 0; i < (int)p->pins; i++)
        keeper.pin[i] = (struct pin){ .ip = p->pin[i] };
    k->pin = NULL; /* they are in keeper.pin */
    return mprotect(page, size, PROT_READ);
}

static int filter(void)
{
    const struct tap_keeper_policy *p = &keeper.policy;
    struct tap_filter_paths paths = { .device = p->tun != NULL ? tap_tun_device
                                                               : NULL };
    int i;

    for (i = 0; i < TAP_KEEPER_FILES; i++)
        paths.read[i] = p->file[i];
    for (i = 0; i < TAP_KEEPER_SOCKETS; i++)
        paths.unlink[i] = p->socket[i];
    return tap_filter_known() ? tap_filter_keeper(&paths) : 0;
}

static int lessen(void)
{
    const struct tap_keeper_policy *p = &keeper.policy;
    uint32_t keep = 0;
    int i;

    if (p->tun != NULL || p->arp)
        keep |= 1u << CAP_NET_ADMIN;
    for (i = 0; i < TAP_KEEPER_FILES; i++)
        if (p->file[i] != NULL)
            keep |= 1u << CAP_DAC_READ_SEARCH;
    /* whoever is the same user does not look into us */
    if (tap_priv_keep(keep) < 0 || prctl(PR_SET_DUMPABLE, 0) < 0)
        return -1;
    return 0;
}

static int begin(const struct tap_keeper_policy *p, pid_t parent)
{
    prctl(PR_SET_NAME, "dialtone-keeper");
    tap_priv_close_others(keeper.socket);
    keeper.netlink.fd = -1;
    if (copy_policy(p) < 0)
        return -1;
    if ((p->tun != NULL || p->arp) && tap_netlink_open(&keeper.netlink) < 0)
        return -1;
    if (lessen() < 0 || follow_parent(parent) < 0)
        return -1;
    return filter();
}

static void forget_arp(void)
{
    uint32_t index = 0, i;

    if (keeper.arp_n > 0)
        index = tap_netlink_index(&keeper.netlink, keeper.policy.arp_device);
    for (i = 0; index != 0 && i < keeper.arp_n; i++)
        (void)tap_netlink_proxy(&keeper.netlink, index, keeper.arp[i], false);
}

static void forget_pins(void)
{
    uint32_t i;

    for (i = 0; i < TAP_KEEPER_PINS; i++)
        if (keeper.pin[i].ours)
            (void)tap_netlink_pin(&keeper.netlink, keeper.pin[i].ip,
                                  &keeper.pin[i].way, false);
}

/* Says whether it could begin (index: errno), then serves. */
_Noreturn static void keep(int socket, const struct tap_keeper_policy *p,
                           pid_t parent)
{
    keeper.socket = socket;
    memset(&keeper.answer, 0, sizeof keeper.answer);
    keeper.answer.failed = begin(p, parent) < 0;
    keeper.answer.index = keeper.answer.failed ? (uint32_t)errno : 0;
    if (pass(-1) == 0 && !keeper.answer.failed)
        serve();
    forget_arp();
    forget_pins();
    _exit(0);
}

/* --- the daemon's side -------------------------------------------------- */

static bool too_long(const char *text, size_t limit)
{
    return text != NULL && strlen(text) >= limit;
}

static bool good_policy(const struct tap_keeper_policy *p)
{
    int i;

    for (i = 0; i < TAP_KEEPER_FILES; i++)
        if (too_long(p->file[i], PATH_OCTETS))
            return false;
    for (i = 0; i < TAP_KEEPER_SOCKETS; i++)
        if (too_long(p->socket[i], PATH_OCTETS))
            return false;
    if (p->pins > TAP_KEEPER_PINS)
        return false;
    return !too_long(p->tun, IFNAMSIZ) && !too_long(p->arp_device, IFNAMSIZ);
}

/* An answer and its descriptor, or *fd -1; 0, or -1 with errno. */
static int receive(const struct tap_keeper *k, struct answer *a, int *fd)
{
    struct iovec iov = { .iov_base = a, .iov_len = sizeof *a };
    union control control;
    struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
    struct cmsghdr *c;
    ssize_t n;

    *fd = -1;
    do {
        m.msg_control = control.octets;
        m.msg_controllen = sizeof control.octets;
        n = recvmsg(k->fd, &m, MSG_CMSG_CLOEXEC);
    } while (n < 0 && errno == EINTR);
    if (n == 0)
        errno = ECONNRESET;
    if (n != (ssize_t)sizeof *a)
        return -1;
    c = CMSG_FIRSTHDR(&m);
    if (c != NULL && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
        memcpy(fd, CMSG_DATA(c), sizeof *fd);
    return 0;
}

static int wait_at_most(int fd)
{
    const struct timeval t = { .tv_sec = TAP_KEEPER_WAIT_S };

    return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t) < 0 ||
                   setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t) < 0
               ? -1
               : 0;
}

int tap_keeper_start(struct tap_keeper *k, const struct tap_keeper_policy *p)
{
    pid_t parent = getpid();
    struct answer a;
    int pair[2], fd, err;

    k->fd = -1;
    k->seq = 0;
    errno = ENAMETOOLONG;
    if (!good_policy(p) ||
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return -1;
    k->pid = fork();
    if (k->pid == 0)
        keep(pair[1], p, parent);
    err = errno;
    close(pair[1]);
    if (k->pid < 0) {
        close(pair[0]);
        errno = err;
        return -1;
    }
    k->fd = pair[0];
    err = wait_at_most(k->fd) < 0 || receive(k, &a, &fd) < 0 ? errno : 0;
    if (err == 0 && a.failed)
        err = (int)a.index;
    if (err == 0)
        return 0;
    tap_keeper_stop(k);
    errno = err;
    return -1;
}

void tap_keeper_stop(struct tap_keeper *k)
{
    if (k->fd < 0)
        return;
    close(k->fd);
    k->fd = -1;
    while (waitpid(k->pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

static int no_answer(char *why, size_t cap)
{
    if (errno == EAGAIN)
        snprintf(why, cap, "the keeper did not answer within %d s",
                 TAP_KEEPER_WAIT_S);
    else
        snprintf(why, cap,
                 "the process that keeps privileges has gone (%s); cure: "
                 "start dialtone again",
                 strerror(errno));
    return -1;
}

/* Asks; 0 and perhaps a descriptor, or -1 and a line. */
static int ask(struct tap_keeper *k, struct request *r, struct answer *a,
               int *fd, char *why, size_t cap)
{
    size_t n = REQUEST_HEAD + r->routes_n * sizeof r->routes[0];

    *fd = -1;
    r->seq = ++k->seq;
    if (send(k->fd, r, n, MSG_NOSIGNAL) != (ssize_t)n)
        return no_answer(why, cap);
    for (;;) {
        if (receive(k, a, fd) < 0)
            return no_answer(why, cap);
        if (a->seq == r->seq)
            break;
        /* of a request that was not waited for long enough */
        if (*fd >= 0)
            close(*fd);
    }
    if (!a->failed)
        return 0;
    snprintf(why, cap, "%.*s", (int)sizeof a->why - 1, a->why);
    return -1;
}

char *tap_keeper_read(struct tap_keeper *k, unsigned file, size_t *len,
                      char *why, size_t cap)
{
    struct request r;
    struct answer a;
    char *text;
    int fd;

    r = (struct request){ .verb = FILE_OPEN, .file = file };
    if (ask(k, &r, &a, &fd, why, cap) < 0)
        return NULL;
    text = tap_file_read(fd, len, why, cap);
    close(fd);
    return text;
}

/* 0, or -1 and a line. */
static int device_request(struct request *r, enum verb verb,
                          const struct tap_tun_config *c, char *why,
                          size_t cap)
{
    uint32_t i;

    if (c->routes_n > TAP_TUN_ROUTES) {
        snprintf(why, cap, "more than %d routes", TAP_TUN_ROUTES);
        return -1;
    }
    *r = (struct request){ .verb = verb,
                           .local = c->local,
                           .peer = c->peer,
                           .mtu = c->mtu,
                           .routes_n = c->routes_n };
    for (i = 0; i < c->routes_n; i++) {
        r->routes[i].ip = c->routes[i].ip;
        r->routes[i].bits = c->routes[i].bits;
    }
    return 0;
}

int tap_keeper_tun(struct tap_keeper *k, struct tap_tun *t,
                   const struct tap_tun_config *c, char *why, size_t cap)
{
    struct answer a = { .name = "" };
    struct request r;
    int result;

    t->source.fd = -1;
    t->name[0] = 0;
    t->tx_failed = 0;
    t->refuses = 0;
    if (device_request(&r, KEEPER_TUN_MAKE, c, why, cap) < 0)
        return -1;
    if (strlen(c->name) >= sizeof r.name) {
        snprintf(why, cap, "'%.60s' is too long for a device", c->name);
        return -1;
    }
    memcpy(r.name, c->name, strlen(c->name));
    result = ask(k, &r, &a, &t->source.fd, why, cap);
    t->index = a.index;
    memcpy(t->name, a.name, sizeof t->name);
    t->name[sizeof t->name - 1] = 0;
    return result;
}

int tap_keeper_tun_change(struct tap_keeper *k, const struct tap_tun *t,
                          const struct tap_tun_config *c, char *why,
                          size_t cap)
{
    struct request r;
    struct answer a;
    int fd;

    if (device_request(&r, KEEPER_TUN_CHANGE, c, why, cap) < 0)
        return -1;
    r.index = t->index;
    return ask(k, &r, &a, &fd, why, cap);
}

int tap_keeper_pin(struct tap_keeper *k, uint32_t ip, bool pin, char *why,
                   size_t cap)
{
    struct request r;
    struct answer a;
    int fd;

    r = (struct request){ .verb = PIN, .ip = ip, .answer = pin };
    return ask(k, &r, &a, &fd, why, cap);
}

int tap_keeper_arp(struct tap_keeper *k, uint32_t ip, bool answer, char *why,
                   size_t cap)
{
    struct request r;
    struct answer a;
    int fd;

    r = (struct request){ .verb = ARP, .ip = ip, .answer = answer };
    return ask(k, &r, &a, &fd, why, cap);
}

int tap_keeper_unlink(struct tap_keeper *k, unsigned socket, char *why,
                      size_t cap)
{
    struct request r;
    struct answer a;
    int fd;

    r = (struct request){ .verb = UNLINK, .file = socket };
    return ask(k, &r, &a, &fd, why, cap);
}
