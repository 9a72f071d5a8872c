/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How fast the simulator is: a dumbbell of 10 to 10,000 senders at 120 % of a
 * 100 Mbit/s, 20 ms bottleneck with a queue of 100 packets, bare UDP, as PPTP
 * tunnels under rfc2637, and as such with PPP negotiated.  Traffic starts when
 * every tunnel is up; with one that is not there is no figure.  A hop is one
 * packet leaving one port, the packet transmission of Fujimoto et al., "Large-
 * scale network simulation: how big? how fast?" (MASCOTS 2003).  Each line is
 * the best of five rounds, beside the same bench of an earlier commit if its
 * program is given, in turns.  Books and probes are on, as in every run.
 * Then the memory of a call, and 32,768 calls of one pair set up.
 *
 *   dumbbell [FILE.json [EARLIER]]   the table, and as JSON
 *   dumbbell bare|tunnels|ppp N      one round of one line: ns a hop, hops,
 *                                    events
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
#define SPACING_NS PPTP_MS     /* of set-ups: none meets a full queue */
#define SETTLE_NS (2 * PPTP_S) /* until all are up; then, until we measure */
#define HOPS_MIN 2e6           /* of a round: what is timed is long enough */

enum { BARE, TUNNELS, NEGOTIATED, KINDS, PAIR = KINDS };
enum { SIZES = 4, ROUNDS = 5 };

static const char *const names[] = { "bare", "tunnels", "ppp" };

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

/* Two clusters of hosts behind 1 Gbit/s each, and the bottleneck between:
 * routes that nobody has to write down, at any size. */
static void write_platform(const char *path, unsigned n)
{
    FILE *f = fopen(path, "w");
    int i;

    if (f == NULL)
        exit(1);
    fprintf(f, "<?xml version='1.0'?>\n<!DOCTYPE platform SYSTEM "
               "\"https://simgrid.org/simgrid.dtd\">\n"
               "<platform version=\"4.1\"><zone id=\"z\" "
               "routing=\"Full\">\n");
    for (i = 0; i < 2; i++)
        fprintf(f,
                "<cluster id=\"z%c\" prefix=\"%c\" suffix=\"\" "
                "radical=\"0-%u\" speed=\"1Gf\" bw=\"1Gbps\" lat=\"1ms\" "
                "router_id=\"%cr\"/>\n",
                "lr"[i], "lr"[i], n - 1, "lr"[i]);
    fprintf(f, "<link id=\"neck\" bandwidth=\"100Mbps\" latency=\"20ms\" "
               "sharing_policy=\"SPLITDUPLEX\"/>\n"
               "<zoneRoute src=\"zl\" dst=\"zr\" gw_src=\"lr\" "
               "gw_dst=\"rr\"><link_ctn id=\"neck\" direction=\"UP\"/>"
               "</zoneRoute>\n</zone></platform>\n");
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

/* When traffic starts. */
static pptp_ns start_ns(unsigned n)
{
    return n * SPACING_NS + SETTLE_NS;
}

static struct sim_traffic_config source(unsigned n)
{
    return (struct sim_traffic_config){
        .traffic = { .kind = TRAFFIC_CONSTANT,
                     .rate_bps = 120 * (uint64_t)MBIT / n,
                     .size_octets = SIZE_OCTETS },
        .start_ns = start_ns(n),
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
    return sim_world_node(w,
                          &(struct sim_node_config){ .name = strdup(name),
                                                     .host = host(w, side, i),
                                                     .pptp = &c,
                                                     .limits = &l,
                                                     .mtu_octets = 1500 });
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
        snprintf(name, sizeof name, "c%u", i);
        c.name = strdup(name);
        must(sim_world_call(w, &c) >= 0, "call");
    }
    for (i = 0; i < n; i++) {
        must(sim_world_run(w, i * SPACING_NS), "stopped");
        must(sim_world_connect(w, 2 * i + 1, 2 * i) == 0, "connect");
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

/* Every packet is accounted for, or the figure is none. */
static void look_at_books(struct sim_world *w)
{
    uint32_t i;

    sim_world_settle(w);
    for (i = 0; i < w->flow_count; i++)
        must(sim_account_gap(w->flows[i]->account) == 0, "a flow's books");
    for (i = 0; i < w->call_count; i++)
        must(sim_account_gap(&w->calls[i]->way[SIM_UP]) == 0 &&
                 sim_account_gap(&w->calls[i]->way[SIM_DOWN]) == 0,
             "a call's books");
}

/* Bare or tunnels: a warm-up, then a part that is timed. */
static void measure(struct sim_world *w, unsigned n, unsigned up,
                    struct result *out)
{
    pptp_ns until = start_ns(n) + SETTLE_NS;
    double hops, start;

    must(sim_world_run(w, start_ns(n)), "stopped");
    if (w->up_calls != up) {
        fprintf(stderr, "bench: %u of %u tunnels are up\n", w->up_calls, up);
        exit(1);
    }
    must(sim_world_run(w, until), "stopped");
    hops = hops_of(w);
    out->events = -(double)w->cal.done;
    start = wall();
    do { /* a simulated second at a time, until it is enough */
        until += PPTP_S;
        must(sim_world_run(w, until), "stopped");
        out->hops = hops_of(w) - hops;
    } while (out->hops < HOPS_MIN);
    out->wall_s = wall() - start;
    out->events += (double)w->cal.done;
    look_at_books(w);
}

/* In a process of its own: SimGrid has one world a process. */
static void run(int kind, unsigned n, struct result *out)
{
    static const struct sim_ppp_config ppp = { .auth = PPP_AUTH_CHAP_MD5,
                                               .user = "caller",
                                               .password = "secret",
                                               .ip_pns = 0xc0a80001 };
    struct sim_world_config wc = { .seed = 1,
                                   .packets = 1u << 18,
                                   .queue_packets = 100,
                                   .ppp = kind == NEGOTIATED ? &ppp : NULL };
    struct sim_world *w = calloc(1, sizeof *w);
    char path[] = "/tmp/dialtone-bench-XXXXXX.xml", err[300];
    double start;
    int fd = mkstemps(path, 4);

    must(w != NULL && fd >= 0, "no memory or no temporary file");
    close(fd);
    write_platform(path, kind == PAIR ? 1 : n);
    wc.platform = path;
    must(sim_world_init(w, &wc, err, sizeof err) == 0, err);
    unlink(path);
    start = wall();
    if (kind == BARE) {
        add_bare(w, n);
        measure(w, n, 0, out);
    } else if (kind != PAIR) {
        add_tunnels(w, n);
        measure(w, n, n, out);
    } else {
        add_pair(w, n);
        must(sim_world_run(w, 60 * PPTP_S), "stopped");
        out->wall_s = wall() - start;
    }
    out->established = w->up_calls;
}

static struct result in_child(int kind, unsigned n)
{
    struct result r = { 0 };
    int p[2], status;
    pid_t pid;

    must(pipe(p) == 0, "pipe");
    fflush(stdout); /* or a child that ends would write it again */
    pid = fork();
    if (pid == 0) {
        run(kind, n, &r);
        _exit(write(p[1], &r, sizeof r) == sizeof r ? 0 : 1);
    }
    close(p[1]);
    must(pid > 0 && read(p[0], &r, sizeof r) == sizeof r, "child failed");
    close(p[0]);
    waitpid(pid, &status, 0);
    return r;
}

static double ns_a_hop(struct result r)
{
    return r.wall_s * 1e9 / r.hops;
}

/* One round of an earlier program. */
static struct result of_earlier(const char *program, int kind, unsigned n)
{
    struct result r = { 0 };
    char command[4096];
    double ns = 0;
    FILE *f;

    snprintf(command, sizeof command, "'%s' %s %u", program, names[kind], n);
    f = popen(command, "r");
    must(f != NULL && fscanf(f, "%lf %lf %lf", &ns, &r.hops, &r.events) == 3 &&
             pclose(f) == 0,
         "the earlier program failed");
    r.wall_s = ns * r.hops * 1e-9;
    return r;
}

static const unsigned sizes[SIZES] = { 10, 100, 1000, 10000 };

struct row {
    struct result now, before; /* the best of each; before: without hops */
};

static void better(struct result *best, struct result r)
{
    if (best->hops == 0 || ns_a_hop(r) < ns_a_hop(*best))
        *best = r;
}

/* All rows; the machine has other work: the best of interleaved rounds
 * counts. */
static void measure_rows(struct row rows[KINDS][SIZES], const char *earlier)
{
    unsigned i, round;
    int k;

    for (round = 0; round < ROUNDS; round++)
        for (k = 0; k < KINDS; k++)
            for (i = 0; i < SIZES; i++) {
                better(&rows[k][i].now, in_child(k, sizes[i]));
                if (earlier != NULL && k != NEGOTIATED)
                    better(&rows[k][i].before,
                           of_earlier(earlier, k, sizes[i]));
            }
}

/* What is told of a row: `growth` is its hop's time over that of ten
 * senders. */
static json_t *told(struct result r, struct result ten)
{
    return json_pack("{s:f,s:f,s:f,s:f,s:f}", "transmissions_per_s",
                     1e9 / ns_a_hop(r), "ns_per_hop", ns_a_hop(r),
                     "ns_per_event", r.wall_s * 1e9 / r.events,
                     "events_per_hop", r.events / r.hops, "growth",
                     ns_a_hop(r) / ns_a_hop(ten));
}

static void print_result(struct result r, struct result ten)
{
    printf(" %10.0f %7.1f %7.1f %6.2f %6.2f", 1e9 / ns_a_hop(r), ns_a_hop(r),
           r.wall_s * 1e9 / r.events, r.events / r.hops,
           ns_a_hop(r) / ns_a_hop(ten));
}

static void tell_row(json_t *all, int kind, unsigned i,
                     const struct row rows[SIZES])
{
    struct result now = rows[i].now, before = rows[i].before;
    json_t *row = json_pack("{s:s,s:i,s:o}", "kind", names[kind], "senders",
                            (int)sizes[i], "now", told(now, rows[0].now));

    printf("%-8s %7u", names[kind], sizes[i]);
    print_result(now, rows[0].now);
    if (before.hops > 0) {
        double times = ns_a_hop(before) / ns_a_hop(now);

        print_result(before, rows[0].before);
        printf(" %6.2f", times);
        json_object_set_new(row, "before", told(before, rows[0].before));
        json_object_set_new(row, "times_as_fast", json_real(times));
    }
    putchar('\n');
    json_array_append_new(all, row);
}

static void table(json_t *all, const char *earlier)
{
    static struct row rows[KINDS][SIZES];
    static const char head[] = "  transm./s  ns/hop   ns/ev ev/hop  vs 10";
    unsigned i;
    int k;

    measure_rows(rows, earlier);
    if (earlier != NULL)
        printf("on the right: %s\n", earlier);
    printf("%-8s %7s%s", "", "senders", head);
    printf("%s%s\n", earlier != NULL ? head : "",
           earlier != NULL ? "  times" : "");
    for (k = 0; k < KINDS; k++)
        for (i = 0; i < SIZES; i++)
            tell_row(all, k, i, rows[k]);
}

int main(int argc, char **argv)
{
    json_t *all;
    struct result r;
    int k;

    for (k = 0; k < KINDS && argc == 3; k++)
        if (strcmp(argv[1], names[k]) == 0) {
            r = in_child(k, (unsigned)strtoul(argv[2], NULL, 10));
            printf("%.2f %.0f %.0f\n", ns_a_hop(r), r.hops, r.events);
            return 0;
        }
    all = json_array();
    table(all, argc > 2 ? argv[2] : NULL);
    printf("octets a call and side, without send times and packets: %zu\n",
           pptp_peer_call_octets());
    r = in_child(PAIR, 32768);
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
