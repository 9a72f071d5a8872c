/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bulk flows of one host to another through a port of 10 Mbit/s, as others
 * have measured them, here of models/tcp.  Runs are words, PATH:LIMIT:
 * CONGESTION:FLOWS:SEED, and a line each, in the columns of linux.sh.  PATH
 * is one of linux.sh, `tbf` and `far`, or that of ns3_tcp.cc, `ns3`.
 *
 * What both sides have alike is in doc/tcp-truth.md.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/port.h"
#include "base/rng.h"
#include "sim/tcp.h"

enum { FLOWS_MAX = 20, PACKETS = 4096 };
enum { PORT = 5001, WINDOW_OCTETS = 1 << 20 };

#define RATE_OCTETS (10e6 / 8)

struct path {
    const char *name;
    uint32_t mss;
    pptp_ns there_ns, back_ns, starts_ns; /* flows begin before */
    pptp_ns from_ns, until_ns;            /* measured */
};

/* Linux's tbf holds back what follows a packet, not the packet: its path is
 * the time of a packet shorter.  That of ns-3 has a millisecond and the time
 * of a packet at 100 Mbit/s on each side of the bottleneck. */
static const struct path paths[] = {
    { "tbf", 1460, 20 * PPTP_MS - 1200 * PPTP_US, 20 * PPTP_MS, PPTP_S,
      20 * PPTP_S, 120 * PPTP_S },
    { "far", 1460, 100 * PPTP_MS - 1200 * PPTP_US, 100 * PPTP_MS, PPTP_S,
      20 * PPTP_S, 120 * PPTP_S },
    { "ns3", 1448, 22 * PPTP_MS + 238 * PPTP_US, 22 * PPTP_MS + 45 * PPTP_US,
      10 * PPTP_S, 30 * PPTP_S, 230 * PPTP_S },
};

struct host {
    struct sim_sink sink; /* first: packets for it */
    struct sim_tcp tcp;
    struct sim_port port; /* of what it sends */
    struct sim_route *route;
    uint32_t ip;
    uint64_t received[FLOWS_MAX]; /* octets, by flow */
};

struct start {
    struct sim_sink sink; /* first */
    uint16_t flow;
};

static struct sim_calendar cal;
static struct sim_arena arena;
static struct sim_net net;
static struct host host[2]; /* of senders, of receivers */
static struct start starts[FLOWS_MAX];

static void must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "tcp_flows: %s\n", what);
    exit(1);
}

static void on_event(void *ctx, struct sim_tcp_conn *c, uint32_t events)
{
    struct host *h = ctx;
    uint32_t readable = tcp_readable(&c->tcp);

    must(!(events & (TCPM_EV_CLOSED | TCPM_EV_FAILED)), "a flow ended");
    if (events & TCPM_EV_CONNECTED && h == &host[0])
        sim_tcp_write(c, TCPM_ENDLESS);
    if (readable > 0) {
        h->received[c->peer_port - PORT - 1] += readable;
        sim_tcp_take(c, readable);
    }
}

static void on_emit(void *ctx, struct sim_tcp_conn *c, pptp_pkt pkt)
{
    struct host *h = ctx;

    (void)c;
    sim_net_send(&net, h->route, pkt);
}

static const struct sim_tcp_owner owner = { .event = on_event,
                                            .emit = on_emit };

static void on_packet(struct sim_sink *s, uint32_t pkt)
{
    sim_tcp_input(&((struct host *)(void *)s)->tcp, pkt);
}

static void on_start(struct sim_sink *s, uint32_t unused)
{
    uint16_t port = PORT + 1 + ((struct start *)(void *)s)->flow;

    (void)unused;
    must(sim_tcp_open(&host[0].tcp, &(struct sim_tcp_terms){ 0 }, host[0].ip,
                      port, host[1].ip, PORT) != NULL,
         "no connection");
}

static void begin_host(struct host *h, const struct path *path,
                       const struct tcp_config *tcp, uint64_t seed)
{
    const struct sim_tcp_ground ground = { &cal, &net.pool, &arena };
    struct sim_tcp_config c;
    struct host *to = h == host ? &host[1] : &host[0];

    sim_tcp_config_default(&c);
    c.tcp = *tcp;
    *h = (struct host){ .sink = { on_packet },
                        .ip = 0x0a000001 + (uint32_t)(h - host) };
    must(sim_tcp_init(&h->tcp, &c, &ground, &owner, h, seed) == 0, "TCP");
    sim_port_init(&h->port, &net, "port", h == host ? RATE_OCTETS : 1e9,
                  h == host ? path->there_ns : path->back_ns);
    h->route = sim_route_new((struct sim_port *[]){ &h->port }, 1, &to->sink);
    must(h->route != NULL, "memory");
}

static void begin(const struct path *path, const struct tcp_config *tcp,
                  uint32_t limit, uint64_t seed)
{
    const struct sim_net_config c = { .seed = seed,
                                      .queue_packets = PACKETS,
                                      .pool_packets = PACKETS,
                                      .pool_buf_octets = 128 };

    arena = (struct sim_arena){ 0 };
    must(sim_calendar_init(&cal, 1 << 16) == 0 &&
             sim_net_init(&net, &cal, NULL, &c) == 0,
         "memory");
    begin_host(&host[0], path, tcp, seed);
    begin_host(&host[1], path, tcp, seed + 1000);
    host[1].tcp.listen_port = PORT;
    sim_port_set_queue(&host[0].port, limit, UINT64_MAX);
}

static void end(void)
{
    for (int i = 0; i < 2; i++) {
        sim_tcp_fini(&host[i].tcp);
        sim_port_fini(&host[i].port);
        free(host[i].route);
    }
    sim_net_fini(&net);
    sim_calendar_fini(&cal);
    sim_arena_fini(&arena);
}

static void tell(const char *run, double s, uint32_t flows,
                 const uint64_t *before, uint64_t resent,
                 const struct sim_port_stats *from)
{
    const struct sim_port_stats until = sim_port_stats_now(&host[0].port);
    double sum = 0, squares = 0;
    double drops = (double)(until.dropped_full - from->dropped_full);
    double entered = (double)(until.entered - from->entered);

    for (uint32_t i = 0; i < flows; i++) {
        double octets = (double)(host[1].received[i] - before[i]);

        sum += octets;
        squares += octets * octets;
    }
    for (; *run != '\0'; run++)
        putchar(*run == ':' ? ',' : *run);
    printf(",%.0f,%.4f,%llu,%.3f,,,%.3f,%.6f\n", sum * 8 / s,
           sum * sum / squares / flows,
           (unsigned long long)(host[0].tcp.tcp_stats.retransmitted - resent),
           (double)(until.queue_ns - from->queue_ns) / (s * 1e9),
           (double)(until.left - from->left) / s, drops / (drops + entered));
}

static void run(const char *word)
{
    const struct path *path = paths;
    char name[8], congestion[16];
    uint32_t limit, flows;
    unsigned long long seed;
    uint64_t before[FLOWS_MAX], resent;
    struct sim_port_stats from;
    struct tcp_config tcp;
    struct rng rng;

    must(sscanf(word, "%7[a-z0-9]:%u:%15[a-z]:%u:%llu", name, &limit,
                congestion, &flows, &seed) == 5 &&
             flows > 0 && flows <= FLOWS_MAX,
         word);
    while (strcmp(path->name, name) != 0)
        must(++path < paths + sizeof paths / sizeof *paths, name);
    tcp_config_default(&tcp);
    tcp.cc = tcp_cc_find(strcmp(congestion, "reno") == 0 ? "newreno"
                                                         : congestion);
    must(tcp.cc != NULL, congestion);
    tcp.mss = path->mss;
    tcp.window_octets = WINDOW_OCTETS;
    begin(path, &tcp, limit, seed);
    rng_init(&rng, seed);
    for (uint16_t i = 0; i < flows; i++) {
        starts[i] = (struct start){ { on_start }, i };
        sim_calendar_at(&cal,
                        (uint64_t)(rng_real(&rng) * (double)path->starts_ns),
                        &starts[i].sink, 0);
    }
    must(sim_calendar_run(&cal, path->from_ns), "stopped");
    memcpy(before, host[1].received, sizeof before);
    resent = host[0].tcp.tcp_stats.retransmitted;
    from = sim_port_stats_now(&host[0].port);
    must(sim_calendar_run(&cal, path->until_ns), "stopped");
    tell(word, (double)(path->until_ns - path->from_ns) / 1e9, flows, before,
         resent, &from);
    end();
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        run(argv[i]);
    return 0;
}
