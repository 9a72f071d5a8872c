/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `dialtone script`; the language and its runner are in src/script. */
#include "config.h"

#include "tool/script_cmd.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/units.h"
#include "script/script.h"
#include "script/world.h"

enum { FIGURES_N = 6, ROWS_N = 32 };

static const char help[] =
    "Usage: dialtone script [options] SCRIPT.pt ...\n"
    "\n"
    "Shows a PPTP peer what each script says and judges what it does. "
    "Without\n"
    "options the peer is our own, under a clock of its own.\n"
    "\n"
    "      --world bare|sim  our own peer alone (bare), or inside the "
    "simulated\n"
    "                    network with its streams and packets (sim)\n"
    "      --both        each script in both, and a difference in what the "
    "peer\n"
    "                    did is a failure\n"
    "      --peer ADDRESS[:PORT]  a real peer: a PPTP server that listens "
    "there\n"
    "      --start COMMAND        a client that this command starts; it is "
    "at\n"
    "                             --peer's address and connects to us\n"
    "      --local ADDRESS        our own address, when it matters which\n"
    "      --tolerance TIME       how late is late on a real wire (200ms);\n"
    "                             a bare number is seconds\n"
    "\n"
    "GRE of a real peer is judged by root only, IPv4 only.\n"
    "\n"
    "  -v, --verbose     the time line of scripts that pass, too\n"
    "  -q, --quiet       only what fails\n"
    "      --decisions   with each script a number for all that the peer "
    "did,\n"
    "                    the same in every world\n"
    "      --rows        at the end, which rows of the RFC's six figures no\n"
    "                    script took; fails if there is one\n"
    "  -h, --help        this text\n"
    "\n"
    "Exit: 0 all passed or were skipped, 1 one failed, 2 one is not valid.\n"
    "When nobody is at --peer, no more of them are run: 2.\n";

enum world { BARE, SIM, WIRE };

struct options {
    bool verbose, quiet, decisions, rows;
    bool real; /* wire says which peer */
    bool both, world_named;
    enum world world;
    struct script_wire_options wire;
};

/* What is seen of all scripts together. */
struct totals {
    unsigned count[SCRIPT_RESULTS]; /* by enum script_result */
    uint32_t rows[FIGURES_N];
    uint32_t hits[FIGURES_N][ROWS_N];
};

static void add_hits(struct totals *t, struct script_world *w)
{
    unsigned f, i, n = 1;

    for (f = 0; w->ops->row_hits != NULL && f < FIGURES_N; f++)
        for (i = 0; i < n && i < ROWS_N; i++) {
            t->hits[f][i] += w->ops->row_hits(w, f, i, &n);
            t->rows[f] = n;
        }
}

/* False when a row was never taken. */
static bool show_rows(const struct totals *t)
{
    static const char *const figures[] = { "3.1.1",   "3.1.2",   "3.2.3.1",
                                           "3.2.3.2", "3.2.4.1", "3.2.4.2" };
    unsigned f, i, missing = 0, all = 0;

    for (f = 0; f < FIGURES_N; f++)
        for (i = 0; i < t->rows[f]; i++, all++)
            if (t->hits[f][i] == 0) {
                printf("row %u of figure %s was not taken\n", i + 1,
                       figures[f]);
                missing++;
            }
    printf("rows: %u of %u taken\n", all - missing, all);
    return missing == 0;
}

static struct script_world *world_new(const struct options *o,
                                      enum world which)
{
    struct script_world *w;
    char why[600] = "not enough memory";

    if (which == SIM)
        w = script_world_sim_new(why, sizeof why);
    else if (which == WIRE)
        w = script_world_wire_new(&o->wire);
    else
        w = script_world_bare_new();
    if (w == NULL)
        fprintf(stderr, "dialtone: %s\n", why);
    return w;
}

static enum script_result run_in(const struct script *s,
                                 const struct options *o, enum world which,
                                 struct totals *t, uint64_t *decisions)
{
    struct script_world *w = world_new(o, which);
    enum script_result result = SCRIPT_MISTAKE;

    if (w == NULL)
        return result;
    if (o->both && o->verbose)
        printf("%s, %s:\n", s->path, which == SIM ? "sim" : "bare");
    result = script_run(s, w, o->verbose, stdout, stderr, decisions);
    if (result == SCRIPT_NO_PEER)
        fprintf(stderr, "dialtone: %s\n", w->no_peer);
    if (result == SCRIPT_PASS)
        add_hits(t, w);
    w->ops->stop(w);
    return result;
}

/* The same script in both worlds; *decisions is the bare world's. */
static enum script_result run_both(const struct script *s,
                                   const struct options *o, struct totals *t,
                                   uint64_t *decisions)
{
    uint64_t other = 0;
    enum script_result bare = run_in(s, o, BARE, t, decisions), sim;

    if (bare == SCRIPT_MISTAKE)
        return bare; /* once is enough */
    sim = run_in(s, o, SIM, t, &other);
    if (sim == SCRIPT_MISTAKE)
        return sim;
    if (bare != sim)
        printf("%s: it fails in the %s world only\n", s->path,
               bare == SCRIPT_FAIL ? "bare" : "simulated");
    else if (bare == SCRIPT_PASS && *decisions != other)
        printf("%s: the peer's decisions differ: bare %016llx, sim %016llx\n",
               s->path, (unsigned long long)*decisions,
               (unsigned long long)other);
    else
        return bare;
    return SCRIPT_FAIL;
}

static enum script_result one(const char *path, const struct options *o,
                              struct totals *t)
{
    static const char *const words[] = { "PASS", "FAIL", "SKIP" };
    enum script_result result;
    struct script s;
    uint64_t decisions = 0;
    char why[600];

    if (script_load(&s, path, why, sizeof why) < 0) {
        fprintf(stderr, "%s\n", why);
        return SCRIPT_MISTAKE;
    }
    result = o->both ? run_both(&s, o, t, &decisions)
                     : run_in(&s, o, o->real ? WIRE : o->world, t, &decisions);
    /* what has no verdict has said why */
    if (result <= SCRIPT_SKIP && (!o->quiet || result != SCRIPT_PASS)) {
        printf("%s: %s", words[result], path);
        if (o->decisions)
            printf(" %016llx", (unsigned long long)decisions);
        putchar('\n');
    }
    script_free(&s);
    return result;
}

/* ADDRESS[:PORT] */
static int read_address(const char *text, struct pptp_addr *out,
                        uint16_t *port)
{
    char address[32], why[120] = "an address as in 192.0.2.1 is expected";
    const char *colon = strchr(text, ':');
    size_t n = colon != NULL ? (size_t)(colon - text) : strlen(text);
    uint64_t number = PPTP_PORT;
    uint32_t ip;

    if (n < sizeof address) {
        memcpy(address, text, n);
        address[n] = '\0';
        if (units_ipv4(address, &ip, why, sizeof why) == 0 &&
            (colon == NULL ||
             units_count(colon + 1, &number, why, sizeof why) == 0)) {
            *out = pptp_addr_v4(ip);
            if (port != NULL && number > 0 && number <= UINT16_MAX) {
                *port = (uint16_t)number;
                return 0;
            }
            if (port == NULL && colon == NULL)
                return 0;
            snprintf(why, sizeof why, "%s",
                     "a port is 1 to 65535, and only "
                     "--peer has one");
        }
    }
    fprintf(stderr, "dialtone: %s: %s\n", text, why);
    return -1;
}

static int read_tolerance(const char *text, pptp_ns *out)
{
    char why[120];

    if (script_time(text, out, why, sizeof why) == 0)
        return 0;
    fprintf(stderr, "dialtone: --tolerance %s: %s\n", text, why);
    return -1;
}

static int read_world(const char *text, enum world *out)
{
    if (strcmp(text, "bare") == 0 || strcmp(text, "sim") == 0) {
        *out = *text == 's' ? SIM : BARE;
        return 0;
    }
    fprintf(stderr, "dialtone: --world %s: bare or sim is expected\n", text);
    return -1;
}

static int check_real(const struct options *o, bool named)
{
    if (o->real && (o->both || o->world_named)) {
        fputs("dialtone: --world and --both are for our own peer\n", stderr);
        return -1;
    }
    if (o->both && o->world_named) {
        fputs("dialtone: --both is every world: leave out --world\n", stderr);
        return -1;
    }
    if (named && !o->real) {
        fputs("dialtone: --start, --local and --tolerance go with --peer\n",
              stderr);
        return -1;
    }
    if (o->real && o->rows) {
        fputs("dialtone: --rows is for our own peer\n", stderr);
        return -1;
    }
    if (o->real && geteuid() != 0)
        fputs("dialtone: without root: only control connections are judged, "
              "scripts with GRE are skipped\n",
              stderr);
    return 0;
}

static int options_read(int argc, char **argv, struct options *o)
{
    enum { DECISIONS = 256, ROWS, WORLD, BOTH, PEER, START, LOCAL, TOLERANCE };
    static const struct option options[] = {
        { "verbose", no_argument, NULL, 'v' },
        { "quiet", no_argument, NULL, 'q' },
        { "decisions", no_argument, NULL, DECISIONS },
        { "rows", no_argument, NULL, ROWS },
        { "world", required_argument, NULL, WORLD },
        { "both", no_argument, NULL, BOTH },
        { "peer", required_argument, NULL, PEER },
        { "start", required_argument, NULL, START },
        { "local", required_argument, NULL, LOCAL },
        { "tolerance", required_argument, NULL, TOLERANCE },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 }
    };
    int c, err = 0;
    bool named = false;

    while (err == 0 &&
           (c = getopt_long(argc, argv, "vqh", options, NULL)) != -1) {
        named = named || c == START || c == LOCAL || c == TOLERANCE;
        switch (c) {
        case 'v': o->verbose = true; break;
        case 'q': o->quiet = true; break;
        case DECISIONS: o->decisions = true; break;
        case ROWS: o->rows = true; break;
        case WORLD:
            o->world_named = true;
            err = read_world(optarg, &o->world);
            break;
        case BOTH: o->both = true; break;
        case PEER:
            o->real = true;
            err = read_address(optarg, &o->wire.peer, &o->wire.port);
            break;
        case START: o->wire.start = optarg; break;
        case LOCAL: err = read_address(optarg, &o->wire.local, NULL); break;
        case TOLERANCE:
            err = read_tolerance(optarg, &o->wire.tolerance_ns);
            break;
        case 'h': fputs(help, stdout); return 1;
        default:
            fputs("dialtone: `dialtone script --help` tells more\n", stderr);
            return -1;
        }
    }
    if (err < 0 || check_real(o, named) < 0)
        return -1;
    if (optind >= argc) {
        fputs("dialtone: `script` takes SCRIPT.pt ...\n", stderr);
        return -1;
    }
    return 0;
}

int script_command(int argc, char **argv)
{
    struct options o = { .wire = { .peer = pptp_addr_v4(0),
                                   .local = pptp_addr_v4(0),
                                   .tolerance_ns = 200 * PPTP_MS } };
    struct totals t = { .count = { 0 } };
    enum script_result last = SCRIPT_PASS;
    int i, err;
    bool rows_ok = true;

    optind = 1;
    err = options_read(argc, argv, &o);
    if (err != 0)
        return err < 0 ? 2 : 0;
    for (i = optind; i < argc && last != SCRIPT_NO_PEER; i++) {
        last = one(argv[i], &o, &t);
        t.count[last]++;
    }
    if (i > optind + 1 || last != SCRIPT_NO_PEER)
        printf("%u passed, %u failed, %u skipped, %u not valid\n",
               t.count[SCRIPT_PASS], t.count[SCRIPT_FAIL],
               t.count[SCRIPT_SKIP], t.count[SCRIPT_MISTAKE]);
    if (o.rows)
        rows_ok = show_rows(&t);
    if (t.count[SCRIPT_MISTAKE] > 0 || last == SCRIPT_NO_PEER)
        return 2;
    return t.count[SCRIPT_FAIL] > 0 || !rows_ok ? 1 : 0;
}
