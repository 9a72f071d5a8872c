/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The peer in the simulated network; world.h.  It is a node of sim/world.h;
 * one other host, the tester, has every address that a script speaks from:
 * one cable, so that what is sent in an order arrives in it.  Control
 * connections are streams with handshakes and FINs, tunnels IPv4 packets.
 *
 * An input from the network is over when the peer has got it, so that a step
 * finds done what the steps before it did, as in the bare world.  What no
 * network can bring (octets after the end, a connection that opens twice) is
 * told to the peer directly.  Ports in the peer's view are the script's, not
 * the stack's: 3.1.3 compares them.
 */
#include "config.h"

#include "script/world_sim.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/ends.h"
#include "sim/feed.h"
#include "sim/host.h"
#include "sim/host_tcp.h"

enum {
    PACKETS = 65536,
    GRE_OCTETS_MAX = 128, /* as in the bare world */
    QUEUE_MAX = 1 << 20
};

#define TOLERANCE PPTP_MS
/* scripts meet deadlines by a microsecond: less than that */
#define SETTLE ((pptp_ns)500)
#define PATIENCE PPTP_S /* for an input to arrive, in the world's time */

static const char platform_text[] =
    "<?xml version=\"1.0\"?>\n"
    "<!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\">\n"
    "<platform version=\"4.1\">\n"
    "  <zone id=\"script\" routing=\"Full\">\n"
    "    <host id=\"peer\" speed=\"1Gf\">\n"
    "      <prop id=\"ip\" value=\"10.0.0.2\"/>\n"
    "    </host>\n"
    "    <host id=\"tester\" speed=\"1Gf\"/>\n"
    "    <link id=\"cable\" bandwidth=\"100Gbps\" latency=\"100ns\"\n"
    "          sharing_policy=\"SPLITDUPLEX\"/>\n"
    "    <route src=\"tester\" dst=\"peer\">\n"
    "      <link_ctn id=\"cable\" direction=\"UP\"/>\n"
    "    </route>\n"
    "  </zone>\n"
    "</platform>\n";

/* SimGrid starts once a process: all scripts of a process share it. */
static struct sim_platform platform;
static bool platform_loaded;

static struct sims *of(struct script_world *w)
{
    return (struct sims *)(void *)w;
}

/* --- what the peer is fed ------------------------------------------------ */

/* Ports and policy are the script's. */
static void on_info(void *ctx, const struct sim_tcp_conn *t,
                    struct pptp_tcp_info *i)
{
    struct sims *w = ctx;
    const struct sim_end *e = t->user;
    const struct script_conn *c = w->accepting;

    if (e != NULL && (c = script_conn_of(w, e->conn)) != NULL) {
        i->local_port = c->port;
    } else if (e == NULL && c != NULL) {
        i->remote_port = c->port;
        i->authorized = c->authorized;
    }
}

static void on_fed(void *ctx, const struct sim_tcp_conn *t, size_t octets,
                   int result)
{
    struct sims *w = ctx;
    const struct sim_end *e = t != NULL ? t->user : NULL;
    struct script_conn *c = e != NULL ? script_conn_of(w, e->conn) : NULL;

    if (e != NULL && c == NULL && w->accepting != NULL) {
        c = w->accepting;
        c->conn = e->conn;
    }
    if (octets == 0) {
        w->told = true;
        w->err = result;
        return;
    }
    if (c != NULL)
        c->taken += octets;
    if (result < 0)
        w->err = result;
}

static const struct sim_watch watch = { .info = on_info, .fed = on_fed };

/* The peer's end of a connection, where its TCP can still bring it
 * something. */
static bool alive(const struct sims *w, const struct script_conn *c)
{
    const struct sim_end *e = c->conn != PPTP_NONE
                                  ? sim_end_of(w->peer, c->conn)
                                  : NULL;

    return !c->asked && e != NULL && e->tcp != NULL;
}

static int feed(struct sims *w, pptp_conn_id conn, const uint8_t *octets,
                size_t n)
{
    while (n > 0) {
        int used;

        sim_begin(w->peer);
        used = pptp_node_tcp_input(&w->peer->nas.node, conn, octets, n);
        sim_finish(w->peer);
        if (used <= 0)
            return used;
        octets += used;
        n -= (size_t)used;
    }
    return 0;
}

static int tell(struct sims *w, pptp_conn_id conn, enum pptp_tcp_event event,
                const struct script_conn *c)
{
    struct pptp_tcp_info i = { .local = w->peer->addr,
                               .remote = pptp_addr_v4(c != NULL ? c->ip : 0),
                               .local_port = c != NULL ? c->port : 0,
                               .remote_port = PPTP_PORT,
                               .authorized = true };
    int err;

    sim_begin(w->peer);
    err = pptp_node_tcp_event(&w->peer->nas.node, conn, event, &i);
    sim_finish(w->peer);
    return err;
}

/* --- what it wants of its network: the simulator's, looked at ------------- */

static void act_open(void *ctx, const struct pptp_action *a)
{
    struct sim_node *n = ctx;
    struct sims *w = n->nas.role_ctx;
    struct script_conn *c = script_conn_new(w);
    const struct sim_end *e;

    sim_end_open(n, a);
    e = sim_end_of(n, a->conn);
    if (c == NULL || e == NULL || e->tcp == NULL) {
        w->in.world.lost = true;
        return;
    }
    c->conn = a->conn;
    c->ip = e->peer_ip;
    c->peer_port = e->tcp->local_port;
}

static void act_close(void *ctx, const struct pptp_action *a)
{
    struct sim_node *n = ctx;
    struct sims *w = n->nas.role_ctx;
    struct script_conn *c = script_conn_of(w, a->conn);
    struct sim_end *e = sim_end_of(n, a->conn);

    if (c == NULL)
        return;
    c->asked = true;
    if (e != NULL && e->tcp != NULL &&
        e->tcp->tcp.state == TCPM_SYN_SENT) { /* it never was */
        sim_tcp_abort(e->tcp);
        e->tcp = NULL;
        script_syn_drop(w, c);
    }
    if ((e == NULL || e->tcp == NULL) && c->tester == NULL)
        script_close_seen(w, c); /* nothing is left that could show it */
    sim_end_close(n, a);
}

static const struct nas_io io = { .tcp_open = act_open,
                                  .tcp_send = sim_end_send,
                                  .tcp_close = act_close,
                                  .gre_send = sim_host_gre };

/* --- input from the network ---------------------------------------------- */

/* The next moment at which something happens; false if it is too far off. */
static bool go_on(struct sims *w, pptp_ns limit)
{
    pptp_ns next;

    next = sim_calendar_next(&w->sim.cal);
    if (next > limit)
        return false;
    sim_world_run(&w->sim, next);
    return true;
}

/* Until the input has arrived: what the peer said to it. */
static int arrive(struct sims *w)
{
    pptp_ns limit = w->sim.cal.now + PATIENCE;

    while (!w->told)
        if (!go_on(w, limit))
            return PPTP_ERR_RESOURCE;
    return w->err;
}

static int accept_in(struct sims *w, const struct script_input *in,
                     uint32_t *ref)
{
    struct script_conn *c = script_conn_new(w);
    int err;

    if (c == NULL)
        return PPTP_ERR_RESOURCE;
    c->ip = pptp_addr_to_v4(&in->addr);
    c->port = in->port;
    c->authorized = in->authorized;
    c->tester = sim_tcp_open(w->tester->tcp,
                             &(struct sim_tcp_terms){ .user = c }, c->ip, 0,
                             w->peer->ip, PPTP_PORT);
    if (c->tester == NULL)
        return PPTP_ERR_RESOURCE;
    w->accepting = c;
    err = arrive(w);
    w->accepting = NULL;
    if (err == 0)
        *ref = c->conn;
    return err;
}

/* The answer to a SYN that is held. */
static int answer(struct sims *w, struct script_conn *c,
                  const struct script_input *in)
{
    bool yes = in->event == PPTP_TCP_CONNECTED;
    pptp_ns limit = w->sim.cal.now + PATIENCE;
    int err;

    c->port = in->port;
    /* with nobody listening it is RST */
    w->tester->tcp->listen_port = yes ? PPTP_PORT : 0;
    sim_host_tcp_input(w->tester, c->syn);
    c->syn = PPTP_PKT_NONE;
    err = arrive(w);
    while (yes && c->tester == NULL) /* the end of the handshake */
        if (!go_on(w, limit))
            return PPTP_ERR_RESOURCE;
    return err;
}

static int event_in(struct sims *w, const struct script_input *in)
{
    struct script_conn *c = script_conn_of(w, in->conn);

    if (c != NULL && c->syn != PPTP_PKT_NONE)
        return answer(w, c, in);
    if (c == NULL || !alive(w, c) || c->tester == NULL ||
        in->event == PPTP_TCP_CONNECTED)
        return tell(w, in->conn, in->event, c);
    if (in->event == PPTP_TCP_CLOSED) {
        sim_tcp_close(c->tester);
    } else {
        sim_tcp_abort(c->tester);
        c->tester = NULL;
    }
    return arrive(w);
}

/* One segment of the script, on its way until the peer has all of it; what
 * comes after a close that it led to is told directly. */
static int segment(struct sims *w, struct script_conn *c,
                   const uint8_t *octets, uint32_t n)
{
    uint64_t want = c->taken + n;
    const uint8_t *end = octets + n;
    pptp_ns limit = w->sim.cal.now + PATIENCE;
    size_t took;

    while (c->taken < want && alive(w, c) && w->err == 0) {
        if (n > 0) {
            if (c->tester == NULL)
                return PPTP_ERR_STATE;
            took = sim_tcp_send(c->tester, octets, n);
            octets += took;
            n -= (uint32_t)took;
        }
        if (!go_on(w, limit))
            return PPTP_ERR_RESOURCE;
    }
    if (c->taken < want && w->err == 0)
        return feed(w, c->conn, end - (want - c->taken), want - c->taken);
    return w->err;
}

static int octets_in(struct sims *w, const struct script_input *in)
{
    struct script_conn *c = script_conn_of(w, in->conn);
    uint32_t at, n;
    int err = 0;

    for (at = 0; at < in->len && err == 0; at += n) {
        n = in->split > 0 && in->split < in->len - at ? in->split
                                                      : in->len - at;
        if (c == NULL || !alive(w, c) || c->tester == NULL)
            err = feed(w, in->conn, in->octets + at, n);
        else
            err = segment(w, c, in->octets + at, n);
    }
    return err;
}

static int gre_in(struct sims *w, const struct script_input *in)
{
    uint32_t to = in->to_given ? pptp_addr_to_v4(&in->to) : w->peer->ip;
    const struct sim_route *r = sim_net_route(&w->sim.net, w->tester->host,
                                              w->peer->host, NULL);
    struct pptp_packet *k;
    struct sim_ip head;
    pptp_pkt h = PPTP_PKT_NONE;
    uint8_t *ip;

    if (in->len <= GRE_OCTETS_MAX)
        h = script_inside_packet(&w->in, SIM_IP_OCTETS, in->octets, in->len,
                                 in->tail);
    if (h == PPTP_PKT_NONE)
        return PPTP_ERR_RESOURCE;
    k = pptp_pool_at(w->in.pool, h);
    ip = pptp_packet_push(k, SIM_IP_OCTETS);
    sim_ip_init(&head, pptp_addr_to_v4(&in->addr), to, INET4_GRE);
    sim_ip_write(&head, ip, pptp_packet_len(k), 0);
    if (!sim_net_send(&w->sim.net, r, h))
        return PPTP_ERR_RESOURCE;
    return arrive(w);
}

static int local_in(struct sims *w, const struct script_input *in,
                    uint32_t *ref)
{
    int err;

    sim_begin(w->peer);
    err = script_inside_input(&w->in, in, ref);
    sim_finish(w->peer);
    return in->kind == SCRIPT_IN_OPEN && err == 0
               ? arrive(w) /* the SYN, at the tester */
               : err;
}

static int sims_input(struct script_world *sw, const struct script_input *in,
                      uint32_t *ref)
{
    struct sims *w = of(sw);
    int err;

    w->told = false;
    w->err = 0;
    switch (in->kind) {
    case SCRIPT_IN_ACCEPT: err = accept_in(w, in, ref); break;
    case SCRIPT_IN_TCP: err = event_in(w, in); break;
    case SCRIPT_IN_OCTETS: err = octets_in(w, in); break;
    case SCRIPT_IN_GRE: err = gre_in(w, in); break;
    default: err = local_in(w, in, ref); break;
    }
    sw->now_ns = w->sim.cal.now;
    return err;
}

static void sims_run(struct script_world *sw, pptp_ns until)
{
    struct sims *w = of(sw);
    uint32_t before = sw->events_n;
    pptp_ns next;

    while (sw->events_n == before && w->sim.cal.now < until) {
        next = sim_calendar_next(&w->sim.cal);
        sim_world_run(&w->sim, next < until ? next : until);
    }
    sw->now_ns = w->sim.cal.now;
}

/* --- the world ----------------------------------------------------------- */

static int sims_start(struct script_world *sw, const struct pptp_config *c,
                      const struct pptp_limits *l)
{
    struct sims *w = of(sw);
    struct sim_world_config wc = { .loaded = &platform,
                                   .seed = SCRIPT_SEED,
                                   .packets = PACKETS,
                                   .queue_packets = QUEUE_MAX,
                                   .real_octets = SIM_IP_OCTETS +
                                                  GRE_OCTETS_MAX };
    struct tcp_config sc;
    struct sim_node_config nc = {
        .name = "peer",
        .host = (uint32_t)sim_platform_host(&platform, "peer"),
        .pptp = c,
        .limits = l,
        .seed = SCRIPT_SEED,
        .role = &script_inside_role,
        .role_ctx = w,
        .io = &io,
        .watch = &watch,
        .tcp = &sc,
    };
    char why[200];
    int err;

    w->started = true;
    tcp_config_default(&sc);
    sc.syn_tries = UINT32_MAX; /* a held SYN waits for the script */
    err = sim_world_init(&w->sim, &wc, why, sizeof why);
    if (err == 0)
        err = sim_world_node(&w->sim, &nc);
    if (err < 0)
        return err;
    w->peer = w->sim.nodes[err];
    w->in.nas = &w->peer->nas;
    w->in.pool = &w->sim.net.pool;
    return script_tester_start(
        w, (uint32_t)sim_platform_host(&platform, "tester"), &sc);
}

static void sims_stop(struct script_world *sw)
{
    struct sims *w = of(sw);

    script_tester_stop(w);
    if (w->started)
        sim_world_fini(&w->sim);
    free(sw->events);
    free(w);
}

static const struct script_world_ops sims_ops = {
    .start = sims_start,
    .input = sims_input,
    .run = sims_run,
    .stop = sims_stop,
    .stats = script_inside_stats,
    .conn_state = script_inside_conn_state,
    .call_info = script_inside_call_info,
    .row_hits = script_inside_row_hits,
};

/* Once a process.  SimGrid reads files only, so the text becomes one. */
static int platform_start(char *why, size_t cap)
{
    const char *folder = getenv("TMPDIR");
    size_t n = sizeof platform_text - 1;
    char path[512];
    int fd, err = -1;

    if (platform_loaded)
        return 0;
    snprintf(path, sizeof path, "%s/dialtone-XXXXXX.xml",
             folder != NULL && *folder != '\0' ? folder : "/tmp");
    fd = mkstemps(path, 4);
    if (fd < 0 || write(fd, platform_text, n) != (ssize_t)n)
        snprintf(why, cap, "%s: %s", path, strerror(errno));
    else
        err = sim_platform_load(&platform, path, why, cap);
    if (fd >= 0) {
        close(fd);
        unlink(path);
    }
    platform_loaded = err == 0;
    return err;
}

struct script_world *script_world_sim_new(char *why, size_t cap)
{
    struct sims *w;

    if (platform_start(why, cap) < 0)
        return NULL;
    w = calloc(1, sizeof *w);
    if (w == NULL) {
        snprintf(why, cap, "not enough memory");
        return NULL;
    }
    w->in.world.ops = &sims_ops;
    w->in.world.tolerance_ns = TOLERANCE;
    w->in.world.settle_ns = SETTLE;
    return &w->in.world;
}
