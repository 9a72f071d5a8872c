/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A world's beginning, with privileges until they are given up, and its end;
 * world.h. */
#include "config.h"

#include "tap/world_open.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap/control.h"
#include "tap/filter.h"
#include "tap/log.h"
#include "tap/priv.h"
#include "tap/world_io.h"
#include "tap/world_orders.h"

enum {
    BUF_OCTETS = 2000, /* of a packet: outer headers, GRE, 1,532 octets */
    SPARE_CONNS = 16,  /* those that are just ending */
    SPARE_FILES = 64,
    WHY = 256
};

int tap_no_memory(void)
{
    tap_say(TAP_ERROR, "no memory; cure: smaller `limits`");
    return -1;
}

void *tap_pages(size_t octets)
{
    void *mem = mmap(NULL, octets, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return mem == MAP_FAILED ? NULL : mem;
}

void tap_pages_free(void *mem, size_t octets)
{
    if (mem != NULL)
        munmap(mem, octets);
}

/* --- the journal -------------------------------------------------------- */

/* A disk that is full ends the journal, not the service. */
static void journal_write(void *ctx, const uint8_t *octets, size_t len)
{
    struct tap_world *w = ctx;
    ssize_t n = 0;

    while (w->journal_fd >= 0 && len > 0 &&
           (n = write(w->journal_fd, octets, len)) > 0) {
        octets += n;
        len -= (size_t)n;
    }
    if (len == 0 || w->journal_fd < 0)
        return;
    tap_say(TAP_ERROR, "journal %s: %s; it ends here", w->config->journal,
            strerror(errno));
    close(w->journal_fd);
    w->journal_fd = -1;
}

static int open_journal(struct tap_world *w, uint64_t seed)
{
    const struct tap_world_config *c = w->config;
    struct pptp_journal_head head = { .config = c->pptp,
                                      .limits = c->limits,
                                      .seed = seed };
    char why[WHY];

    if (c->journal == NULL)
        return 0;
    w->journal_fd = tap_own_file(c->journal, O_WRONLY | O_TRUNC, why,
                                 sizeof why);
    if (w->journal_fd < 0) {
        tap_say(TAP_ERROR, "journal %s: %s", c->journal, why);
        return -1;
    }
    snprintf(head.note, sizeof head.note, "dialtone %s %s", PACKAGE_VERSION,
             c->name);
    if (pptp_journal_start(&w->journal, &head, &w->pool, journal_write, w) <
        0) {
        tap_say(TAP_ERROR, "journal %s: this configuration cannot be written",
                c->journal);
        return -1;
    }
    w->nas.node.journal = &w->journal;
    return 0;
}

static void close_journal(struct tap_world *w)
{
    if (w->nas.node.journal != NULL)
        pptp_journal_end(&w->journal);
    w->nas.node.journal = NULL;
    if (w->journal_fd >= 0 && close(w->journal_fd) < 0)
        tap_say(TAP_ERROR, "journal %s: %s", w->config->journal,
                strerror(errno));
    w->journal_fd = -1;
}

/* --- beginning ---------------------------------------------------------- */

static int open_events(struct tap_world *w)
{
    char why[WHY];

    if (tap_events_open(&w->events, w->config->events, why, sizeof why) == 0)
        return 0;
    tap_say(TAP_ERROR, "events %s: %s", w->config->events, why);
    return -1;
}

static int open_memory(struct tap_world *w)
{
    const struct tap_world_config *c = w->config;
    uint32_t conns = c->limits.conns + 1, room, i;
    uint64_t seed = tap_random();

    w->pool_octets = pptp_pool_mem_octets(c->packets, BUF_OCTETS);
    w->peer_octets = pptp_peer_octets(&c->limits);
    w->pool_mem = tap_pages(w->pool_octets);
    w->peer_mem = tap_pages(w->peer_octets);
    w->conn_tcp = malloc(conns * sizeof *w->conn_tcp);
    w->contact = calloc(conns, sizeof *w->contact);
    /* of a connection: failed, close; of a call: line events, maps (once
     * each packet at most), close */
    room = 2 * c->packets + 8 * c->limits.calls + 2 * conns;
    w->nas.io = &tap_world_io;
    w->nas.role = &tap_world_role;
    w->nas.io_ctx = w->nas.role_ctx = w;
    w->gre = calloc(c->local_n, sizeof *w->gre);
    w->control = calloc(1, sizeof *w->control);
    w->diagnose.look = tap_world_look;
    w->diagnose.ctx = w;
    if (nas_node_init(&w->nas, room) < 0 ||
        tap_diagnose_init(&w->diagnose, c->limits.calls) < 0 ||
        w->pool_mem == NULL || w->peer_mem == NULL || w->conn_tcp == NULL ||
        w->contact == NULL || w->gre == NULL || w->control == NULL)
        return tap_no_memory();
    for (i = 0; i < c->local_n; i++)
        w->gre[i].gre.source.fd = -1;
    for (i = 0; i < conns; i++)
        w->conn_tcp[i] = BASE_MAP_NONE;
    pptp_pool_init(&w->pool, w->pool_mem, c->packets, BUF_OCTETS);
    w->nas.node.peer = pptp_peer_init(w->peer_mem, &c->pptp, &c->limits,
                                      &w->pool, seed);
    PPTP_ASSERT(w->nas.node.peer != NULL); /* who made the config has looked */
    return open_journal(w, seed);
}

/* A descriptor for each connection, or accept() would fail in the middle. */
static int raise_files(uint32_t conns)
{
    uint64_t want = (uint64_t)conns + TAP_LOCALS * 2 + SPARE_FILES;

    if (tap_priv_files(want) == 0)
        return 0;
    tap_say(TAP_ERROR,
            "%u connections need %llu open files and the system allows "
            "fewer; cure: LimitNOFILE= or a smaller `limits: connections`",
            conns, (unsigned long long)want);
    return -1;
}

static const char no_such_address[] =
    "; this machine does not have the address: see `listen` and `local`";

static int open_listener(struct tap_world *w, uint32_t local)
{
    const char *cure = "";

    if (tap_tcp_listen(&w->tcp, local, w->config->port) == 0)
        return 0;
    if (errno == EADDRINUSE)
        cure = "; another PPTP server has it (pptpd, accel-ppp?): stop it, "
               "or set `port` or `listen`";
    if (errno == EADDRNOTAVAIL)
        cure = no_such_address;
    tap_say(TAP_ERROR, "TCP port %u at %s: %s%s", w->config->port,
            tap_ip(local), strerror(errno), cure);
    return -1;
}

/* GRE first: what comes for a call finds somebody (an ICMP error makes
 * pptp-linux hang up). */
static int open_local(struct tap_world *w, uint32_t i)
{
    struct tap_world_gre *g = &w->gre[i];
    uint32_t local = w->config->local[i];

    g->world = w;
    g->local = local;
    g->gre.pool = &w->pool;
    g->gre.input = tap_world_gre;
    if (tap_gre_open(&g->gre, local) < 0) {
        tap_say(TAP_ERROR, "raw GRE at %s: %s%s", tap_ip(local),
                strerror(errno),
                errno == EADDRNOTAVAIL ? no_such_address : "");
        return -1;
    }
    g->gre.source.ready = tap_world_gre_ready;
    g->gre.source.owner = w;
    g->gre.source.rank = TAP_RANK_GRE;
    return w->config->listens ? open_listener(w, local) : 0;
}

static int open_signals(struct tap_world *w)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGUSR1);
    (void)signal(SIGXFSZ, SIG_IGN); /* a write tells of a limit */
    w->signals.owner = w;
    w->signals.ready = tap_world_signals;
    if (sigprocmask(SIG_BLOCK, &set, NULL) == 0)
        w->signals.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (w->signals.fd >= 0 &&
        tap_loop_add(&w->loop, &w->signals, EPOLLIN) == 0)
        return 0;
    tap_say(TAP_ERROR, "signals: %s", strerror(errno));
    return -1;
}

static int open_network(struct tap_world *w)
{
    const struct tap_world_config *c = w->config;
    uint32_t i;

    w->tcp.loop = &w->loop;
    w->tcp.ops = &tap_world_tcp_ops;
    w->tcp.owner = w;
    w->tcp.limit = c->limits.conns + SPARE_CONNS;
    w->tcp.half_open_limit = c->half_open;
    w->tcp.half_open_source = c->half_open_source;
    w->tcp.per_source = c->conns_source;
    w->tcp.rate_source = c->rate_source;
    w->tcp.rate_seed = tap_random();
    w->tcp.calls = c->limits.calls;
    if (tap_tcp_init(&w->tcp) < 0)
        return tap_no_memory();
    if (raise_files(w->tcp.limit) < 0)
        return -1;
    for (i = 0; i < c->local_n; i++)
        if (open_local(w, i) < 0)
            return -1;
    return 0;
}

/* From here on nothing new can be opened. */
static int drop(struct tap_world *w)
{
    char why[WHY];

    if (tap_priv_drop(w->config->user, why, sizeof why) < 0) {
        tap_say(TAP_ERROR, "%s", why);
        return -1;
    }
    if (tap_filter_known() && tap_filter_install(w->config->connects) < 0) {
        tap_say(TAP_ERROR, "filter of system calls: %s", strerror(errno));
        return -1;
    }
    return 0;
}

int tap_world_keeper(struct tap_world *w, struct tap_keeper_policy *policy)
{
    policy->socket[0] = w->config->control->path;
    policy->socket[1] = w->config->control->other;
    if (tap_keeper_start(&w->keeper, policy) == 0)
        return 0;
    tap_say(TAP_ERROR, "keeper of privileges: %s", strerror(errno));
    return -1;
}

/* Before there are threads and descriptors that others could inherit. */
static int begin(struct tap_world *w)
{
    char why[WHY];

    tap_log_init();
    w->keeper.fd = w->loop.fd = w->signals.fd = w->journal_fd = -1;
    w->events.fd = w->notify.fd = -1;
    if (tap_priv_check(why, sizeof why) == 0)
        return w->daemon->begin(w->d);
    tap_say(TAP_ERROR, "%s", why);
    return -1;
}

int tap_world_open(struct tap_world *w)
{
    uint32_t i;

    if (begin(w) < 0)
        return -1;
    tap_notify_open(&w->notify, tap_now());
    if (tap_loop_init(&w->loop) < 0) {
        tap_say(TAP_ERROR, "epoll: %s", strerror(errno));
        return -1;
    }
    if (open_memory(w) < 0 || open_events(w) < 0 || open_signals(w) < 0 ||
        open_network(w) < 0 || w->daemon->open(w->d) < 0 ||
        (w->config->control != NULL &&
         tap_control_open(w->control, w, w->config->control) < 0) ||
        drop(w) < 0)
        return -1;
    w->loop.between = tap_world_early;
    w->loop.owner = w;
    for (i = 0; i < w->config->local_n; i++)
        if (tap_loop_add(&w->loop, &w->gre[i].gre.source, EPOLLIN) < 0)
            return tap_no_memory();
    return 0;
}

void tap_world_close(struct tap_world *w)
{
    /* not that of a daemon that serves already */
    bool ours = w->control != NULL && w->control->ctl_open;
    char why[WHY];
    uint32_t i;

    for (i = 0; i < w->early_n; i++)
        pptp_pool_free(&w->pool, w->early[i].pkt);
    if (w->control != NULL)
        tap_control_close(w->control);
    if (ours && w->keeper.fd >= 0)
        tap_keeper_unlink(&w->keeper, w->control->other, why, sizeof why);
    w->daemon->close(w->d);
    close_journal(w);
    tap_events_close(&w->events);
    if (w->tcp.conns != NULL)
        tap_tcp_fini(&w->tcp);
    for (i = 0; w->gre != NULL && i < w->config->local_n; i++)
        tap_gre_close(&w->gre[i].gre);
    tap_loop_fini(&w->loop);
    if (w->signals.fd >= 0)
        close(w->signals.fd);
    tap_keeper_stop(&w->keeper);
    tap_notify_close(&w->notify);
    tap_diagnose_fini(&w->diagnose);
    free(w->control);
    free(w->gre);
    nas_node_fini(&w->nas);
    free(w->conn_tcp);
    free(w->contact);
    tap_pages_free(w->peer_mem, w->peer_octets);
    tap_pages_free(w->pool_mem, w->pool_octets);
}
