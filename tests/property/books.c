/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The books of a simulation balance, whatever the scenario: worlds drawn from
 * seeds, with everything that can lose a packet, looked at again and again
 * while they run.  A seed that fails is named:
 *
 *   books [FIRST [COUNT]]     seeds from FIRST on; 1 and 60 by default
 *
 * All places where a packet can be lost must have lost one over all seeds:
 * what nobody lost proves nothing.  tests/property/mutants.sh takes away one
 * increment after the other and sees this test fail.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/rng.h"
#include "models/queue.h"
#include "sim/modem.h"
#include "sim/changes.h"
#include "sim/orders.h"
#include "sim/world.h"

enum {
    PAIRS_MAX = 3,
    CALLS_MAX = 12,
    FLOWS_MAX = 6,
    LOOKS = 25,
    QUEUE_MAX = 60
};

#define SIZE_OCTETS 400u

/* Shared between the processes of all seeds. */
struct seen {
    uint64_t lost[SIM_PLACES], delivered, damaged, under_way, redials;
};

static struct seen *seen;
static struct sim_world w;
static struct rng rng;
static uint64_t seed;
static char names[CALLS_MAX + FLOWS_MAX + 2 * PAIRS_MAX][16];
static unsigned name_n;

static uint32_t draw(uint32_t n)
{
    return (uint32_t)rng_below(&rng, n);
}

static const char *name(char kind)
{
    snprintf(names[name_n], sizeof names[0], "%c%u", kind, name_n);
    return names[name_n++];
}

/* Packets that ports have told the loss of, by place. */
static uint64_t at_ports[SIM_PLACES];

static void on_lost(void *ctx, const struct sim_port *port,
                    const struct pptp_packet *k, enum sim_place place)
{
    (void)ctx;
    (void)k;
    at_ports[place] += port != NULL;
}

static void must(bool ok, const char *what, const char *whose)
{
    if (ok)
        return;
    printf("seed %llu, at %.9f s: %s: %s\n", (unsigned long long)seed,
           (double)w.cal.now * 1e-9, whose, what);
    exit(1);
}

/* --- a world ------------------------------------------------------------- */

/* Hosts on either side of `core`, each pair behind an access link. */
static void write_platform(const char *path)
{
    static const char *const kinds[] = { "SPLITDUPLEX", "SHARED", "FATPIPE" };
    FILE *f = fopen(path, "w");
    unsigned core = draw(4) % 3, i, k;

    if (f == NULL)
        exit(2);
    fprintf(f, "<?xml version='1.0'?>\n<!DOCTYPE platform SYSTEM "
               "\"https://simgrid.org/simgrid.dtd\">\n"
               "<platform version=\"4.1\"><zone id=\"z\" "
               "routing=\"Full\">\n");
    for (i = 0; i < PAIRS_MAX; i++)
        fprintf(f,
                "<host id=\"a%u\" speed=\"1Gf\"/>"
                "<host id=\"n%u\" speed=\"1Gf\"/>\n",
                i, i);
    fprintf(f,
            "<link id=\"core\" bandwidth=\"%ukbps\" latency=\"%ums\" "
            "sharing_policy=\"%s\"/>\n",
            100 + draw(3000), draw(200), kinds[core]);
    for (i = 0; i < PAIRS_MAX; i++)
        fprintf(f,
                "<link id=\"l%u\" bandwidth=\"%ukbps\" latency=\"%uus\" "
                "sharing_policy=\"SPLITDUPLEX\"/>\n",
                i, 200 + draw(20000), draw(20000));
    for (i = 0; i < PAIRS_MAX; i++)
        for (k = 0; k < PAIRS_MAX; k++)
            fprintf(f,
                    "<route src=\"a%u\" dst=\"n%u\"><link_ctn id=\"l%u\" "
                    "direction=\"UP\"/><link_ctn id=\"core\"%s/></route>\n",
                    i, k, i, core == 0 ? " direction=\"UP\"" : "");
    fprintf(f, "</zone></platform>\n");
    fclose(f);
}

static uint32_t host(char side, unsigned i)
{
    char text[16];

    snprintf(text, sizeof text, "%c%u", side, i);
    return (uint32_t)sim_platform_host(&w.platform, text);
}

static int add_node(char side, unsigned i)
{
    static const struct pptp_engine *const engines[] = {
        &pptp_engine_rfc2637, &pptp_engine_fixed, &pptp_engine_off,
        &pptp_engine_netgraph
    };
    static const struct nas_range few = { 0x0a090001, 0x0a090003 };
    struct sim_node_config n;
    struct pptp_config c;
    struct pptp_limits l;

    pptp_config_default(&c);
    pptp_limits_default(&l);
    c.role = side == 'a' ? PPTP_ROLE_PAC : PPTP_ROLE_PNS;
    if (draw(4) == 0)
        c.role = PPTP_ROLE_BOTH;
    c.win.engine = engines[draw(4)];
    c.win.windowing = (enum pptp_windowing)draw(3);
    c.win.ack_on = (enum pptp_ack_on)draw(2);
    c.win.recv_window = (uint16_t)(1 + draw(40));
    c.win.send_queue = (uint16_t)(1 + draw(20));
    if (draw(2)) {
        c.win.reorder_hold_ns = draw(100) * PPTP_MS;
        c.win.reorder_packets = (uint16_t)(1 + draw(c.win.recv_window));
    }
    c.idle_timeout_ns = (1 + draw(20)) * PPTP_S;
    c.echo_timeout_ns = (1 + draw(20)) * PPTP_S;
    l.conns = PAIRS_MAX + 1;
    l.calls = CALLS_MAX;
    l.window = 64;
    n = (struct sim_node_config){ .name = name(side),
                                  .host = host(side, i),
                                  .pptp = &c,
                                  .limits = &l,
                                  .mtu_octets = 1500 };
    n.reconnect.first_ns = draw(2) ? (1 + draw(9)) * PPTP_S : 0;
    n.pns = (struct sim_pns_config){
        .session_ns = draw(3) == 0 ? (5 + draw(20)) * PPTP_S : 0,
        .idle_ns = draw(3) == 0 ? (1 + draw(5)) * PPTP_S : 0,
        .pool = &few,
        .pools = draw(4) == 0,
    };
    return sim_world_node(&w, &n);
}

static struct sim_traffic_config source(void)
{
    struct sim_traffic_config t = {
        .traffic = { .kind = (enum traffic_kind)draw(3),
                     .rate_bps = 5000 + draw(300000),
                     .size_octets = SIZE_OCTETS,
                     .on_mean_ns = (1 + draw(900)) * PPTP_MS,
                     .off_mean_ns = (1 + draw(900)) * PPTP_MS },
        .start_ns = draw(20) * PPTP_S,
        .from_pac = draw(2),
    };

    t.stop_ns = draw(2) ? t.start_ns + (1 + draw(40)) * PPTP_S : 0;
    return t;
}

/* Of all kinds, on lines that are bad and get worse. */
static struct sim_modem_config modems(void)
{
    struct sim_modem_config m = { .link = modem_link_default,
                                  .loops = loop_default,
                                  .noise = { .burst_ns = 20 * PPTP_MS,
                                             .burst_ratio = 0.3 },
                                  .mtu_octets = 1500,
                                  .window_packets = 16 };
    enum carrier_mode mode = (enum carrier_mode)draw(3);

    m.link.modem.best = (enum modem_modulation)draw(MODEM_MODULATIONS);
    m.link.drift_sigma_db = draw(4);
    m.link.drift_ns = (1 + draw(20)) * PPTP_S;
    m.link.dropout_ns = draw(2) ? 20 * PPTP_S : 0;
    m.noise.bursts_hz = draw(4) * 0.5;
    for (int i = 0; i < MODEM_MODULATIONS; i++)
        m.carrier[i] = (struct carrier_config){ .mode = mode,
                                                .latency_ns = 40 * PPTP_MS,
                                                .t401_ns = PPTP_S,
                                                .n400 = 1 + draw(4),
                                                .buffer_frames = 8 };
    return m;
}

static void add_call(unsigned pairs)
{
    struct sim_traffic_config t[3];
    struct sim_modem_config m = modems();
    struct sim_call_config c = {
        .name = name('c'),
        .pac = 2 * draw(pairs),
        .pns = 2 * draw(pairs) + 1,
        .outgoing = draw(2),
        .start_ns = draw(30) * PPTP_S,
        .duration_ns = draw(2) ? (5 + draw(40)) * PPTP_S : 0,
        .redial.first_ns = draw(2) ? (1 + draw(5)) * PPTP_S : 0,
        .line = { .rate_bps = 9600 + draw(200000),
                  .delay_ns = draw(3) * 150 * PPTP_MS,
                  .buffer_packets = 1 + draw(20) },
        .traffic = t,
        .traffic_count = 1 + draw(3),
        .modems = draw(3) == 0 ? &m : NULL,
    };

    for (uint32_t i = 0; i < c.traffic_count; i++)
        t[i] = source();
    must(sim_world_call(&w, &c) >= 0, "cannot be made", c.name);
}

static void add_flow(unsigned i)
{
    struct sim_traffic_config t = source();
    const char *n = name('f');

    must(sim_world_flow(&w, n, host('a', draw(PAIRS_MAX)),
                        host('n', i % PAIRS_MAX), &t) >= 0,
         "cannot be made", n);
}

/* Encryption now and then: it takes most of the time. */
static struct sim_ppp_config ppp_of(void)
{
    bool mppe = draw(8) == 0;

    return (struct sim_ppp_config){
        .auth = mppe ? PPP_AUTH_MSCHAP2 : PPP_AUTH_CHAP_MD5,
        .user = "u",
        .password = "p",
        .ip_pns = 1,
        .echo_ns = 7 * PPTP_S,
        .pfc = draw(2),
        .acfc = draw(2),
        .mppe = mppe ? PPP_MPPE_128 | PPP_MPPE_STATELESS : 0,
    };
}

static struct loss_config losses(void)
{
    static const struct loss_span spans[] = { { 3, 5 }, { 100, 140 } };

    return (struct loss_config){ .kind = (enum loss_kind)draw(LOSS_KINDS),
                                 .ratio = draw(100) * 1e-3,
                                 .to_bad = draw(20) * 1e-3,
                                 .to_good = draw(500) * 1e-3,
                                 .good_ratio = draw(2) * 1e-3,
                                 .bad_ratio = draw(500) * 1e-3,
                                 .block = 50,
                                 .lost = draw(3),
                                 .spans = spans,
                                 .n_spans = 2 };
}

/* Half of all links; each does some of it. */
static void impair(struct sim_port *p)
{
    struct sim_impair_config c = { .reorder_ns = draw(100) * PPTP_MS };

    if (draw(2) == 0)
        return;
    if (draw(2))
        c.loss = losses();
    if (draw(3) == 0)
        c.duplicate = draw(100) * 1e-3;
    if (draw(3) == 0)
        c.corrupt = draw(50) * 1e-3;
    if (draw(6) == 0)
        c.bit_errors = draw(20) * 1e-6;
    if (draw(3) == 0)
        c.reorder = draw(100) * 1e-3;
    if (draw(3) == 0)
        c.jitter = (struct jitter_config){
            .kind = (enum jitter_kind)draw(JITTER_pareto + 1),
            .overtake = draw(2),
            .mean_ns = (1 + draw(50)) * PPTP_MS,
            .deviation_ns = draw(50) * PPTP_MS,
            .shape = 1.5,
            .most_ns = PPTP_S,
        };
    must(sim_port_impair(p, &c) == 0, "no memory", p->name);
}

/* Of some ports, of any kind, with limits that are met. */
static void decide(struct sim_port *p)
{
    struct queue_config c;

    if (draw(3) != 0 || p->fatpipe)
        return;
    queue_config_default(&c, (enum queue_kind)draw(QUEUE_KINDS));
    c.limit_packets = w.net.queue_packets;
    must(sim_port_set_queue_model(p, &c) == 0, "no queue", p->name);
}

static void build(const char *path)
{
    struct sim_ppp_config ppp = ppp_of();
    struct sim_world_config c = { .platform = path,
                                  .seed = seed,
                                  .packets = draw(4) ? 4096 : 20 + draw(60),
                                  .queue_packets = 1 + draw(QUEUE_MAX),
                                  .ppp = draw(2) ? &ppp : NULL };
    unsigned pairs = 1 + draw(PAIRS_MAX), i, k;
    char err[300];

    must(sim_world_init(&w, &c, err, sizeof err) == 0, err, "world");
    w.lost = on_lost;
    for (i = 0; i < pairs; i++)
        must(add_node('a', i) >= 0 && add_node('n', i) >= 0, "no", "node");
    for (i = 0; i < w.net.port_count; i++)
        impair(&w.net.ports[i]);
    for (i = 0; i < w.net.port_count; i++)
        decide(&w.net.ports[i]);
    for (i = 0; i < pairs; i++)
        for (k = 0; k < pairs; k++)
            must(sim_world_connect(&w, 2 * i, 2 * k + 1) == 0, "no",
                 "connection");
    for (i = draw(CALLS_MAX); i > 0; i--)
        add_call(pairs);
    for (i = draw(FLOWS_MAX); i > 0; i--)
        add_flow(i);
}

/* --- what must hold ------------------------------------------------------- */

static void check_account(const struct sim_account *a, uint32_t octets)
{
    must(sim_account_gap(a) == 0,
         "offered is not delivered, lost and under way", a->name);
    must(a->delay.n == a->delivered, "a delay for each that was delivered",
         a->name);
    must(a->offered_octets == a->offered * octets, "octets offered", a->name);
    must(a->damaged <= a->delivered, "damaged", a->name);
    must(a->delivered_octets == a->delivered * octets ||
             (a->damaged > 0 && a->delivered_octets < a->delivered * octets),
         "octets delivered", a->name); /* damage to a length cuts it */
    seen->damaged += a->damaged > 0;
    seen->delivered += a->delivered > 0;
    seen->under_way += a->under_way > 0;
    for (int i = 0; i < SIM_PLACES; i++)
        seen->lost[i] += a->lost[i] > 0;
}

static uint64_t accounts_lost(enum sim_place place)
{
    uint64_t n = w.net.stats.nobodys[place];

    for (uint32_t i = 0; i < w.call_count; i++)
        n += w.calls[i]->way[0].lost[place] + w.calls[i]->way[1].lost[place];
    for (uint32_t i = 0; i < w.flow_count; i++)
        n += w.flows[i]->account->lost[place];
    return n;
}

static uint64_t accounts_duplicated(void)
{
    uint64_t n = w.net.stats.nobodys_duplicated;

    for (uint32_t i = 0; i < w.call_count; i++)
        n += w.calls[i]->way[0].duplicated + w.calls[i]->way[1].duplicated;
    for (uint32_t i = 0; i < w.flow_count; i++)
        n += w.flows[i]->account->duplicated;
    return n;
}

static void check_ports(void)
{
    uint64_t full = 0, down = 0, lost = 0, corrupt = 0, twice = 0, inside = 0;
    uint64_t early = 0;

    for (uint32_t i = 0; i < w.net.port_count; i++) {
        struct sim_port *p = &w.net.ports[i];
        struct sim_port_stats s = sim_port_stats_now(p);

        must(s.entered == s.left + s.waiting + s.dropped_waiting, "entered",
             p->name);
        must(s.left + s.duplicated ==
                 s.arrived + s.lost + s.corrupt + s.in_flight,
             "left", p->name);
        must(s.corrupt <= s.damaged, "damaged", p->name);
        must(s.in_flight <= w.net.pool.used + w.net.big.used, "in flight",
             p->name);
        must(s.busy_ns <= w.cal.now, "busy for longer than there was",
             p->name);
        must(s.queue_max <= QUEUE_MAX, "queue_max", p->name);
        must(s.queue_ns <= (unsigned __int128)s.queue_max * w.cal.now,
             "a mean queue beyond the longest", p->name);
        full += s.dropped_full;
        early += s.dropped_early;
        down += s.dropped_down;
        lost += s.lost;
        corrupt += s.corrupt;
        twice += s.duplicated;
        inside += s.waiting + s.in_flight;
    }
    must(full == accounts_lost(SIM_PLACE_port_queue), "queue full", "links");
    must(early == accounts_lost(SIM_PLACE_port_early), "early", "links");
    must(down == accounts_lost(SIM_PLACE_link_down), "down", "links");
    must(lost == accounts_lost(SIM_PLACE_link), "lost", "links");
    must(corrupt <= accounts_lost(SIM_PLACE_corrupt), "corrupt", "links");
    must(corrupt == at_ports[SIM_PLACE_corrupt], "corrupt, told", "links");
    must(twice == accounts_duplicated(), "duplicated", "links");
    must(inside <= w.net.pool.used + w.net.big.used, "inside", "links");
}

static void check_lines(void)
{
    uint64_t full = 0, wrong = 0;

    for (uint32_t i = 0; i < w.group_count; i++) {
        full += sim_lines_full(&w.groups[i]->lines);
        if (w.groups[i]->lines.modems != NULL)
            wrong += sim_modems_wrong(w.groups[i]->lines.modems);
    }
    must(full == accounts_lost(SIM_PLACE_line), "full", "lines");
    must(wrong == accounts_lost(SIM_PLACE_line_errors), "wrong", "lines");
}

static void check(void)
{
    sim_world_settle(&w);
    for (uint32_t i = 0; i < w.call_count; i++)
        for (int k = 0; k < 2; k++)
            check_account(&w.calls[i]->way[k],
                          SIZE_OCTETS + TRAFFIC_PPP_OCTETS);
    for (uint32_t i = 0; i < w.flow_count; i++)
        check_account(w.flows[i]->account, SIZE_OCTETS);
    check_ports();
    check_lines();
}

/* A node dies, or its host loses power, or it is on again. */
static void order(void)
{
    static const enum sim_order_kind kinds[] = {
        SIM_ORDER_STOP, SIM_ORDER_FAIL, SIM_ORDER_START, SIM_ORDER_START
    };
    const struct sim_order o = { .kind = kinds[draw(4)],
                                 .at_ns = w.cal.now + draw(3000) * PPTP_MS,
                                 .node = draw(w.node_count) };

    must(sim_world_order(&w, &o) == 0, "no order", "node");
}

/* Something is otherwise, for a while or for good. */
static void change(struct sim_port *p)
{
    const struct sim_change c = {
        .at_ns = w.cal.now + draw(1000) * PPTP_MS,
        .for_ns = draw(2) * draw(5000) * PPTP_MS,
        .what = draw(2) ? SIM_CHANGE_LOSS : SIM_CHANGE_DOWN,
        .state = { .down = draw(4) != 0, .impair.loss = losses() }
    };

    must(sim_port_change(p, &w.arena, &c) == 0, "no memory", p->name);
}

/* Something happens to the network or to whoever takes packets. */
static void disturb(void)
{
    static const double rates[] = { 0, 1e3, 2e4, 1e6 };
    struct sim_port *p = &w.net.ports[draw(w.net.port_count)];

    switch (draw(9)) {
    case 0: sim_port_set_rate(p, rates[draw(4)]); break;
    case 1: sim_port_set_latency(p, draw(300) * PPTP_MS); break;
    case 2: sim_port_set_queue(p, draw(30), UINT64_MAX); break;
    case 3: impair(p); break;
    case 4: sim_net_attach(&w.net, host('n', PAIRS_MAX - 1), NULL); break;
    case 5: order(); break;
    case 6: change(p); break;
    default: break;
    }
}

static void one_seed(const char *path)
{
    uint64_t attempts = 0;

    rng_init_named(&rng, seed, "books");
    write_platform(path);
    build(path);
    for (int i = 0; i < LOOKS; i++) {
        must(sim_world_run(&w, w.cal.now + draw(6000) * PPTP_MS + 1),
             "stopped", "run");
        check();
        disturb();
    }
    for (uint32_t i = 0; i < w.call_count; i++)
        attempts += w.calls[i]->attempts > 1;
    seen->redials += attempts > 0;
    sim_world_fini(&w);
}

/* --- all seeds ------------------------------------------------------------ */

static bool in_child(void)
{
    char path[] = "/tmp/dialtone-books-XXXXXX.xml";
    int fd = mkstemps(path, 4), status = -1;
    pid_t pid = fd < 0 ? -1 : fork();

    if (pid == 0) {
        one_seed(path);
        exit(0);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        perror("books");
    if (fd >= 0) {
        close(fd);
        unlink(path);
    }
    if (WIFSIGNALED(status))
        printf("seed %llu: signal %d\n", (unsigned long long)seed,
               WTERMSIG(status));
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 60;
    int failed = 0;

    seen = mmap(NULL, sizeof *seen, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (seen == MAP_FAILED)
        return 2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (seed = first; seed < first + count; seed++)
        failed += !in_child();
    for (int i = 0; i < SIM_PLACES && argc < 2; i++)
        if (seen->lost[i] == 0) {
            printf("no seed loses a packet there: %s\n",
                   sim_place_name((enum sim_place)i));
            failed++;
        }
    if (argc < 2 && (seen->delivered == 0 || seen->damaged == 0 ||
                     seen->under_way == 0 || seen->redials == 0)) {
        printf("nothing delivered, damaged, under way or dialled again\n");
        failed++;
    }
    printf("books: %llu seeds from %llu, %d failed\n",
           (unsigned long long)count, (unsigned long long)first, failed);
    return failed != 0;
}
