/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a packet costs on the wire: nanoseconds of processor time, user and
 * system, of `dialtone pns` with one call up, from its TUN to GRE and back,
 * without encryption and with MPPE-128.  Beside it, in the same networks and
 * in turns of a few milliseconds with it:
 *   bare    a loop between a TUN and a raw socket, in batches: no protocol
 *   cipher  the same, and nettle's functions for MPPE alone
 *   pptpctrl, pptp   pptpd and pptp-linux between GRE and HDLC on a pty,
 *           without the PPP behind it
 * Towards a TUN it is one flow of UDP, the bulk that can be put together, or
 * 64 in turns, of which nothing can.
 *
 * Packets wait in a queue before the process gets the processor, so that
 * every batch is full.
 *
 * wire [JSON [DIALTONE [PATTERN]]]: prints a table, of the paths that match.
 * 77 where it cannot run.
 */
#include "config.h"

#include "wire.h"

#include <fnmatch.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 15, WARM = 50, SIZES = 3, SKIP = 77 };
enum { PACKETS = 3072, LINE_PACKETS = 1024 };
enum { OFF, AUTO, MPPE, BARE, PPTPCTRL, PPTP, FLOWS };

static const size_t sizes[SIZES] = { 64, 576, 1400 };

static struct wire_flow flows[FLOWS] = {
    [OFF] = { .name = "pns, no window", .near = 0x0a4d0003, .auth = "none" },
    [AUTO] = { .name = "pns",
               .near = 0x0a4d0001,
               .auth = "none",
               .acks = true },
    [MPPE] = { .name = "pns, MPPE-128",
               .near = 0x0a4d0004,
               .auth = "mschap2" },
    [BARE] = { .name = "bare", .near = 0x0a4d0007 },
    [PPTPCTRL] = { .name = "pptpctrl", .near = 0x0a4d0005 },
    [PPTP] = { .name = "pptp", .near = 0x0a4d0006 },
};

/* A line of the table, one size. */
struct result {
    const char *path;
    const struct wire_flow *flow, *other;
    size_t octets;
    double ns, other_ns, ratio, bound;
    bool cipher;
};

static long lost;
static const char *pattern = "*"; /* of paths */

/* --- rounds ------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static double median(double *v, unsigned n)
{
    qsort(v, n, sizeof *v, by_value);
    return v[n / 2];
}

/* One burst through it; the packets that came out. */
static unsigned burst(struct wire_flow *f, bool up, size_t octets, unsigned n)
{
    unsigned count = 0, got, us = 3 * n;

    if (up)
        wire_up(f, octets, n);
    else
        wire_down(f, octets, n);
    for (;;) {
        wire_idle(f, us);
        got = wire_up_count(f); /* or its acknowledgments */
        if (!up)
            got = wire_down_count();
        count += got;
        if (got == 0 || !up || !f->acks)
            break;
        wire_ack(f, got); /* more may come for it */
        us = 20;
    }
    lost += (long)n - (long)count;
    return count;
}

/* Nanoseconds a packet. */
static double once(struct wire_flow *f, bool up, size_t octets, unsigned n)
{
    uint64_t before = wire_cpu_ns(f);
    unsigned packets = 0, i;

    if (f->line >= 0)
        packets = up ? wire_line_up(f, octets, LINE_PACKETS)
                     : wire_line_down(f, octets, LINE_PACKETS);
    else
        for (i = 0; i < PACKETS / n; i++)
            packets += burst(f, up, octets, n);
    if (packets == 0) {
        printf("%s: nothing comes out of it\n", f->name);
        exit(1);
    }
    return (double)(wire_cpu_ns(f) - before) / packets;
}

/* In turns with the other one. */
static void measure(struct result *r, bool up, unsigned n)
{
    struct wire_flow *f = &flows[r->flow - flows];
    struct wire_flow *o = &flows[r->other - flows];
    double ns[ROUNDS], other[ROUNDS], ratio[ROUNDS];
    long before = lost;
    unsigned i;

    wire_first(true);
    /* what is touched first; and the window as wide as the other end's */
    for (i = 0; i < 8 + (n == WIRE_WINDOW && up ? WARM : 0); i++)
        burst(f, up, r->octets, n);
    once(o, up, r->octets, n);
    lost = before;
    for (i = 0; i < ROUNDS; i++) {
        ns[i] = once(f, up, r->octets, n);
        other[i] = once(o, up, r->octets, n);
        if (r->cipher)
            other[i] += wire_cipher_ns(r->octets);
        ratio[i] = other[i] / ns[i];
    }
    wire_first(false);
    r->ns = median(ns, ROUNDS);
    r->other_ns = median(other, ROUNDS);
    r->ratio = median(ratio, ROUNDS);
    wire_peer_turn(0);
}

/* --- the table ---------------------------------------------------------- */

static void print(const struct result *r, FILE *json)
{
    static bool more;
    const char *verdict = r->ratio >= r->bound ? "ok" : "short";
    char other[40];

    snprintf(other, sizeof other, "%s%s", r->other->name,
             r->cipher ? " + cipher" : "");
    printf("%-24s %6zu %8.0f %9.0f  %-14s %8.0f %6.2f %6.2f %s\n", r->path,
           r->octets, r->ns, 1e9 / r->ns, other, r->other_ns, r->ratio,
           r->bound, r->bound == 0 ? "" : verdict);
    fflush(stdout);
    if (json == NULL)
        return;
    fprintf(json,
            "%s{\"path\": \"%s\", \"octets\": %zu, \"ns\": %.1f, "
            "\"other\": \"%s\", \"other_ns\": %.1f, \"ratio\": %.3f",
            more ? ",\n" : "", r->path, r->octets, r->ns, other, r->other_ns,
            r->ratio);
    if (r->bound > 0)
        fprintf(json, ", \"bound\": %.2f", r->bound);
    fprintf(json, "}");
    more = true;
}

static void compare(const char *path, int flow, int other, bool up, unsigned n,
                    const double bounds[SIZES], FILE *json)
{
    unsigned i;

    if (!flows[flow].up || !flows[other].up || fnmatch(pattern, path, 0) != 0)
        return;
    for (i = 0; i < SIZES; i++) {
        struct result r = { .path = path,
                            .flow = &flows[flow],
                            .other = &flows[other],
                            .octets = sizes[i],
                            .bound = bounds[i],
                            .cipher = flow == MPPE };

        measure(&r, up, n);
        print(&r, json);
    }
}

/* Against one that has HDLC on its other side, and no window either, as it is
 * with a peer that does not acknowledge; it is both ways together that count,
 * a session has both. */
static void compare_line(int other, unsigned streams,
                         const double bounds[SIZES], FILE *json)
{
    bool one = streams == 1;
    const char *paths[] = { one ? "GRE to TUN" : "GRE to TUN, 64 flows",
                            "TUN to GRE, no window" };
    const char *path = one ? "both ways" : "both ways, 64 flows";
    unsigned i, up;

    if (!flows[other].up || fnmatch(pattern, path, 0) != 0)
        return;
    wire_streams = streams;
    for (i = 0; i < SIZES; i++) {
        struct result both = { .path = path,
                               .flow = &flows[OFF],
                               .other = &flows[other],
                               .octets = sizes[i] };

        for (up = 0; up < 2; up++) {
            struct result r = both;

            r.path = paths[up];
            measure(&r, up == 1, WIRE_BULK);
            print(&r, json);
            both.ns += r.ns;
            both.other_ns += r.other_ns;
        }
        both.ratio = both.other_ns / both.ns;
        both.bound = bounds[i];
        print(&both, json);
    }
    wire_streams = 1;
}

static void all(FILE *json)
{
    static const double bare[] = { 0.85, 0.85, 0.85 },
                        cipher[] = { 0.6, 0.6, 0.6 }, line[] = { 1.5, 0, 3 };

    printf("%-24s %6s %8s %9s  %-14s %8s %6s %6s\n", "path", "octets", "ns",
           "packets/s", "against", "ns", "ratio", "bound");
    compare("TUN to GRE", AUTO, BARE, true, WIRE_WINDOW, bare, json);
    compare("TUN to GRE, no window", OFF, BARE, true, WIRE_BULK, bare, json);
    compare("GRE to TUN", AUTO, BARE, false, WIRE_BULK, bare, json);
    wire_streams = WIRE_STREAMS;
    compare("GRE to TUN, 64 flows", AUTO, BARE, false, WIRE_BULK, bare, json);
    wire_streams = 1;
    compare("TUN to GRE, MPPE-128", MPPE, BARE, true, WIRE_BULK, cipher, json);
    compare("GRE to TUN, MPPE-128", MPPE, BARE, false, WIRE_BULK, cipher,
            json);
    compare_line(PPTPCTRL, 1, line, json);
    compare_line(PPTPCTRL, WIRE_STREAMS, line, json);
    compare_line(PPTP, 1, line, json);
    compare_line(PPTP, WIRE_STREAMS, line, json);
    if (lost > 0)
        printf("%ld packets were lost on the way\n", lost);
}

/* --- who takes part ----------------------------------------------------- */

static bool start_pns(struct wire_flow *f, char *dialtone)
{
    int n = (int)(f - flows);
    char path[WIRE_DIR], log[20], tun[20];
    char *argv[] = { dialtone, "pns", path, NULL };
    FILE *yaml;

    snprintf(path, sizeof path, "/run/pns%d.yaml", n);
    snprintf(log, sizeof log, "pns%d.log", n);
    snprintf(tun, sizeof tun, "10.%d.0", 100 + n);
    yaml = fopen(path, "w");
    fprintf(yaml,
            "listen: 10.77.0.%u\nlocal: %s.1\npool: %s.16/28\ntun: pns%d\n"
            "mtu: %d\npptp: { windowing: %s }\n"
            "ppp: { auth: %s, mppe: %s, mppe_stateful: false, echo: 0s }\n",
            f->near & 0xff, tun, tun, n, WIRE_INNER, f->acks ? "auto" : "off",
            f->auth, strcmp(f->auth, "none") == 0 ? "off" : "required");
    if (strcmp(f->auth, "none") != 0)
        fprintf(yaml, "secrets: /run/secrets\n");
    fclose(yaml);
    f->pid = wire_spawn(argv, -1, -1, log);
    if (!wire_said(log, " ready: ") || !wire_peer_call(f)) {
        printf("%s does not come up:\n", f->name);
        wire_show(log);
        return false;
    }
    wire_watch(f, f->pid);
    return true;
}

static void skip_line(bool ok, struct wire_flow *f)
{
    /* pptpctrl reads no GRE before its pppd has said something */
    f->up = ok && wire_line_up(f, sizes[0], 1) == 1;
    if (!f->up)
        printf("SKIP: %s: not here, or it does not work here\n", f->name);
}

static int bench(FILE *json, char *dialtone)
{
    FILE *secrets;
    int i;

    setvbuf(stdout, NULL, _IOLBF, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (i = 0; i < FLOWS; i++)
        flows[i].line = -1;
    if (!wire_net())
        return SKIP;
    umask(077);
    secrets = fopen("/run/secrets", "w");
    fprintf(secrets, "user * wonder *\n");
    fclose(secrets);
    if (!wire_peer_init() || !wire_traffic_init() ||
        !wire_bare_start(&flows[BARE]))
        return 1;
    for (i = OFF; i <= MPPE; i++)
        if (!start_pns(&flows[i], dialtone))
            return 1;
    skip_line(wire_pptpctrl(&flows[PPTPCTRL]), &flows[PPTPCTRL]);
    skip_line(wire_pptp(&flows[PPTP]), &flows[PPTP]);
    if (json != NULL)
        fprintf(json, "{\"wire\": [\n");
    all(json);
    if (json != NULL) {
        fprintf(json, "\n], \"lost\": %ld}\n", lost);
        fclose(json);
    }
    return 0;
}

int main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/');
    char *dialtone = argc > 2 ? argv[2] : "./dialtone";
    FILE *json = NULL;
    int status;
    pid_t pid;

    if (strcmp(slash != NULL ? slash + 1 : argv[0], "wire-line") == 0)
        return wire_line_stub();
    if (argc > 3)
        pattern = argv[3];
    if (geteuid() != 0) {
        printf("SKIP: networks and raw sockets need root\n");
        return SKIP;
    }
    if (argc > 1 && (json = fopen(argv[1], "w")) == NULL) {
        perror(argv[1]);
        return 1;
    }
    /* the first of a space of process numbers: all others end with it */
    if (unshare(CLONE_NEWPID) < 0) {
        printf("SKIP: no processes of our own here\n");
        return SKIP;
    }
    pid = fork();
    if (pid == 0)
        exit(bench(json, dialtone));
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return 1;
    if (WIFSIGNALED(status))
        printf("ended by signal %d\n", WTERMSIG(status));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
