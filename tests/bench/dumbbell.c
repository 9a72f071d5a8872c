/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How fast the simulator is: a dumbbell of 10, 100 and 1,000 senders at
 * 120 % of a 100 Mbit/s, 20 ms bottleneck with a queue of 100 packets, bare
 * UDP and as PPTP tunnels under rfc2637, measured when all tunnels are up.  A
 * hop is one packet leaving one port; each line is the best of five rounds.
 * Then the memory of a call, and 32,768 calls of one pair set up.  Prints a
 * table, and with a file name as argument writes JSON there too.
 */
#include "config.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim/world.h"

#define SIZE_OCTETS 500u
#define MBIT 1000000u
#define WARM_NS (2 * PPTP_S) /* tunnels come up before we measure */

struct result {
    double wall_s;
    double hops;
    double events;
    double established;
};

static double wall(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void write_platform(const char *path, unsigned n)
{
    FILE *f = fopen(path, "w");
    unsigned i;

    if (f == NULL)
        exit(1);
    fprintf(f, "<?xml version='1.0'?>\n<!DOCTYPE platform SYSTEM "
               "\"https://simgrid.org/simgrid.dtd\">\n"
               "<platform version=\"4.1\"><zone id=\"z\" "
               "routing=\"Full\">\n");
    for (i = 0; i < n; i++)
        fprintf(f,
                "<host id=\"l%u\" speed=\"1Gf\"/>"
                "<host id=\"r%u\" speed=\"1Gf\"/>\n",
                i, i);
    for (i = 0; i < n; i++)
        fprintf(f,
                "<link id=\"la%u\" bandwidth=\"1Gbps\" latency=\"1ms\" "
                "sharing_policy=\"SPLITDUPLEX\"/><link id=\"ra%u\" "
                "bandwidth=\"1Gbps\" latency=\"1ms\" "
                "sharing_policy=\"SPLITDUPLEX\"/>\n",
                i, i);
    fprintf(f, "<link id=\"neck\" bandwidth=\"100Mbps\" latency=\"20ms\" "
               "sharing_policy=\"SPLITDUPLEX\"/>\n");
    for (i = 0; i < n; i++)
        fprintf(f,
                "<route src=\"l%u\" dst=\"r%u\"><link_ctn id=\"la%u\" "
                "direction=\"UP\"/><link_ctn id=\"neck\" direction=\"UP\"/>"
                "<link_ctn id=\"ra%u\" direction=\"DOWN\"/></route>\n",
                i, i, i, i);
    fprintf(f, "</zone></platform>\n");
    fclose(f);
}

static uint32_t host(struct sim_world *w, const char *side, unsigned i)
{
    char name[32];

    snprintf(name, sizeof name, "%s%u", side, i);
    return (uint32_t)sim_platform_host(&w->platform, name);
}

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

static struct sim_traffic_config source(unsigned n)
{
    return (struct sim_traffic_config){
        .traffic = { .kind = TRAFFIC_CONSTANT,
                     .rate_bps = 120 * (uint64_t)MBIT / n,
                     .size_octets = SIZE_OCTETS },
    };
}

static void add_bare(struct sim_world *w, unsigned n)
{
    struct sim_traffic_config t = source(n);
    char name[32];
    unsigned i;

    for (i = 0; i < n; i++) {
        snprintf(name, sizeof name, "s%u", i);
        must(sim_world_flow(w, name, host(w, "l", i), host(w, "r", i), &t) >=
                 0,
             "flow");
    }
}

static int add_node(struct sim_world *w, const char *side, unsigned i,
                    uint8_t role, uint32_t calls, uint16_t window)
{
    struct pptp_config c;
    struct pptp_limits l;
    char name[32];

    pptp_config_default(&c);
    pptp_limits_default(&l);
    c.role = role;
    c.trace = PPTP_TRACE_LEVEL_off;
    c.win.recv_window = window;
    c.win.send_queue = 64;
    l.conns = 2;
    l.calls = calls;
    l.window = window;
    snprintf(name, sizeof name, "%s%u", side, i);
    return sim_world_node(w, strdup(name), host(w, side, i), &c, &l, 1500);
}

static void add_tunnels(struct sim_world *w, unsigned n)
{
    struct sim_traffic_config t = source(n);
    /* the window that fills the pipe, shared among the senders */
    uint16_t window = (uint16_t)(n >= 1000 ? 4 : n >= 100 ? 16 : 128);
    char name[32];
    unsigned i;

    for (i = 0; i < n; i++) {
        int pns = add_node(w, "l", i, PPTP_ROLE_PNS, 1, window);
        int pac = add_node(w, "r", i, PPTP_ROLE_PAC, 1, window);
        struct sim_call_config c = {
            .pac = (uint32_t)pac,
            .pns = (uint32_t)pns,
            .line = { .rate_bps = 1000 * (uint64_t)MBIT,
                      .buffer_packets = 256 },
            .traffic = &t,
            .traffic_count = 1,
        };

        must(pns >= 0 && pac >= 0, "node");
        must(sim_world_connect(w, c.pac, c.pns) == 0, "connect");
        snprintf(name, sizeof name, "c%u", i);
        c.name = strdup(name);
        must(sim_world_call(w, &c) >= 0, "call");
    }
}

static void add_pair(struct sim_world *w, unsigned calls)
{
    int pns = add_node(w, "l", 0, PPTP_ROLE_PNS, calls, 4);
    int pac = add_node(w, "r", 0, PPTP_ROLE_PAC, calls, 4);
    struct sim_call_config c = {
        .name = "c", .line = { .rate_bps = 56000, .buffer_packets = 4 }
    };
    unsigned i;

    must(pns >= 0 && pac >= 0, "node");
    c.pac = (uint32_t)pac;
    c.pns = (uint32_t)pns;
    must(sim_world_connect(w, c.pac, c.pns) == 0, "connect");
    for (i = 0; i < calls; i++) {
        c.start_ns = (i + 1) * 100 * PPTP_US;
        must(sim_world_call(w, &c) >= 0, "call");
    }
}

static double hops_of(struct sim_world *w)
{
    double hops = 0;
    uint32_t i;

    for (i = 0; i < w->net.port_count; i++)
        hops += (double)sim_port_stats_now(&w->net.ports[i]).left;
    return hops;
}

/* In a process of its own: SimGrid has one world a process. */
static void run(int kind, unsigned n, double seconds, struct result *out)
{
    struct sim_world_config wc = { .seed = 1,
                                   .packets = 65536,
                                   .queue_packets = 100 };
    struct sim_world *w = calloc(1, sizeof *w);
    char path[] = "/tmp/dialtone-bench-XXXXXX.xml", err[300];
    double start;
    int fd = mkstemps(path, 4);

    must(w != NULL && fd >= 0, "no memory or no temporary file");
    close(fd);
    write_platform(path, kind == 2 ? 1 : n);
    wc.platform = path;
    must(sim_world_init(w, &wc, err, sizeof err) == 0, err);
    unlink(path);
    start = wall();
    if (kind == 0)
        add_bare(w, n);
    else if (kind == 1)
        add_tunnels(w, n);
    else
        add_pair(w, n);
    if (kind != 2) {
        must(sim_world_run(w, WARM_NS), "stopped");
        out->hops = -hops_of(w);
        out->events = -(double)w->cal.done;
        start = wall();
    }
    must(sim_world_run(w, WARM_NS + (pptp_ns)(seconds * 1e9)), "stopped");
    out->wall_s = wall() - start;
    out->hops += hops_of(w);
    out->events += (double)w->cal.done;
    out->established = w->up_calls;
}

static struct result in_child(int kind, unsigned n, double seconds)
{
    struct result r = { 0 };
    int p[2], status;
    pid_t pid;

    must(pipe(p) == 0, "pipe");
    pid = fork();
    if (pid == 0) {
        run(kind, n, seconds, &r);
        _exit(write(p[1], &r, sizeof r) == sizeof r ? 0 : 1);
    }
    close(p[1]);
    must(pid > 0 && read(p[0], &r, sizeof r) == sizeof r, "child failed");
    close(p[0]);
    waitpid(pid, &status, 0);
    return r;
}

int main(int argc, char **argv)
{
    static const char *const names[] = { "bare", "tunnels" };
    static const unsigned sizes[] = { 10, 100, 1000 };
    static const unsigned rounds = 5;
    struct result best[2][3] = { { { 0 } } };
    json_t *all = json_array();
    unsigned i, round;
    int k;

    /* the machine has other work: the best of interleaved rounds counts */
    for (round = 0; round < rounds; round++)
        for (k = 0; k < 2; k++)
            for (i = 0; i < 3; i++) {
                struct result r = in_child(k, sizes[i], 20);

                if (round == 0 || r.wall_s < best[k][i].wall_s)
                    best[k][i] = r;
            }

    printf("%-8s %8s %14s %10s %8s\n", "", "senders", "packet-hops/s",
           "ns/hop", "vs 10");
    for (k = 0; k < 2; k++)
        for (i = 0; i < 3; i++) {
            struct result r = best[k][i];
            double ns = r.wall_s * 1e9 / r.hops;
            double first = best[k][0].wall_s * 1e9 / best[k][0].hops;

            printf("%-8s %8u %14.0f %10.1f %7.2fx\n", names[k], sizes[i],
                   r.hops / r.wall_s, ns, ns / first);
            json_array_append_new(
                all, json_pack("{s:s,s:i,s:f,s:f}", "kind", names[k],
                               "senders", (int)sizes[i], "hops_per_s",
                               r.hops / r.wall_s, "ns_per_hop", ns));
        }
    printf("octets a call and side, without send times and packets: %zu\n",
           pptp_peer_call_octets());
    struct result r = in_child(2, 32768, 60);
    printf("32768 calls of one pair: %.0f established in %.2f s of CPU\n",
           r.established, r.wall_s);
    json_array_append_new(
        all, json_pack("{s:s,s:i,s:f,s:f}", "kind", "setup", "call_octets",
                       (int)pptp_peer_call_octets(), "established",
                       r.established, "seconds", r.wall_s));
    if (argc > 1 && json_dump_file(all, argv[1], JSON_INDENT(2)) != 0)
        return 1;
    json_decref(all);
    return 0;
}
