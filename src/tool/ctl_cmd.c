/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of `dialtone ctl`. */
#include "config.h"

#include "tool/ctl_cmd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/units.h"
#include "base/text.h"
#include "tool/ctl_client.h"
#include "tool/ctl_table.h"
#include "tool/ctl_top.h"
#include "tool/run.h"

enum { WORDS_MAX = 64 };

static const char help[] =
    "Usage: dialtone ctl [options] COMMAND\n"
    "\n"
    "Asks a running daemon (pns, pac, bridge, call) over its control socket.\n"
    "\n"
    "  status                who it is, and how much it has to do\n"
    "  calls                 one line a call\n"
    "  call WHICH            everything about a call; WHICH is its number,\n"
    "                        its user or its inner address\n"
    "  clear WHICH ...       end these calls in order; --all: every call\n"
    "  renegotiate WHICH     begin PPP of a call anew (pns)\n"
    "  dial NUMBER [PAC]     have a PAC place a call; PAC is its address, or\n"
    "                        the only one that is connected (pns)\n"
    "  connections           control connections\n"
    "  counters              what it has counted, but zeros; --all: these "
    "too\n"
    "  capture start FILE    write what is on the wire to FILE (pcapng)\n"
    "  capture stop          end that\n"
    "  capture               whether it runs\n"
    "  log [LEVEL]           least urgent level that is logged: error,\n"
    "                        warning, notice, info\n"
    "  drain                 end all calls, then the daemon\n"
    "  reload                as SIGHUP: read secrets and limits again\n"
    "  top                   the busiest calls, live; q ends it\n"
    "\n"
    "  -s, --socket PATH     of the daemon; else $DIALTONE_SOCKET, else the\n"
    "                        only one served in " CTL_FOLDER "\n"
    "  -j, --json            the result as JSON\n"
    "  -a, --all             clear, counters: all of them\n"
    "  -u, --user            WHICH is a user, whatever it looks like\n"
    "      --limit SIZE      capture: the file's greatest size (100M)\n"
    "      --snap OCTETS     capture: kept of a packet, 64 or more\n"
    "  -f, --force           capture: write over a file that is there\n"
    "  -i, --interval TIME   top: between two tables (1s)\n"
    "  -n, --count N         top: tables, then it ends\n"
    "  -h, --help            this text\n"
    "\n"
    "A capture holds what is on the wire: passwords, too, where PAP is used.\n"
    "\n"
    "Exit: 0 done, 1 the daemon refused or none is there, 2 usage.\n";

/* Options that only some commands take. */
enum { JSON = 1, ALL = 2, USER = 4, CAPTURE = 8, TOP = 16 };

struct options {
    const char *socket;
    unsigned given; /* of the above */
    bool json, all, user, force;
    uint64_t limit_octets, snap_octets, interval_ns, count;
};

struct command {
    const char *name;
    unsigned takes; /* options */
    int words_min, words_max;
    int (*run)(struct ctl_client *k, const struct options *o, char **words,
               int n);
};

static int usage(const char *what, const char *which)
{
    fprintf(stderr, "dialtone: %s%s; `dialtone ctl --help` tells more\n", what,
            which);
    return RUN_INPUT;
}

static int no_memory(void)
{
    fputs("dialtone: no memory\n", stderr);
    return RUN_INTERNAL;
}

/* --- showing ------------------------------------------------------------ */

static int show_json(json_t *result)
{
    int bad = json_dumpf(result, stdout, JSON_INDENT(2));

    json_decref(result);
    putchar('\n');
    return bad != 0 ? no_memory() : RUN_OK;
}

/* Prints the table; the result has been used. */
static int show_table(struct ctl_table *t, json_t *result)
{
    bool failed = t->failed;

    if (!failed)
        ctl_table_print(t, stdout, t->rows, 0, "\n");
    ctl_table_free(t);
    json_decref(result);
    return failed ? no_memory() : RUN_OK;
}

static void line(const char *name, const char *value)
{
    printf("%-14s %s\n", name, value);
}

static void line_of(const char *name, json_t *o, const char *key,
                    void (*fill)(char *cell, json_t *o, const char *key))
{
    char cell[CTL_CELL];

    if (json_object_get(o, key) == NULL)
        return;
    fill(cell, o, key);
    line(name, cell);
}

/* "12 of 100" */
static void line_limited(const char *name, json_t *o, const char *key,
                         const char *limit)
{
    char text[2 * CTL_CELL];

    snprintf(text, sizeof text, "%llu of %llu",
             (unsigned long long)ctl_number(o, key),
             (unsigned long long)ctl_number(o, limit));
    line(name, text);
}

static void show_capture(json_t *o)
{
    line_of("capture", o, "state", ctl_cell_text);
    line_of("  error", o, "error", ctl_cell_text);
    line_of("  packets", o, "packets", ctl_cell_number);
    line_of("  size", o, "octets", ctl_cell_octets);
    line_of("  limit", o, "limit", ctl_cell_octets);
}

/* --- commands ----------------------------------------------------------- */

static int do_status(struct ctl_client *k, const struct options *o,
                     char **words, int n)
{
    json_t *r = ctl_ask(k, "status", NULL, -1);

    (void)words;
    (void)n;
    if (r == NULL)
        return ctl_failed(k);
    if (o->json)
        return show_json(r);
    line_of("role", r, "role", ctl_cell_text);
    line_of("version", r, "version", ctl_cell_text);
    line_of("process", r, "pid", ctl_cell_number);
    line_of("up", r, "up_ms", ctl_cell_duration);
    line_of("state", r, "state", ctl_cell_text);
    line_limited("calls", r, "calls", "calls_limit");
    line_limited("connections", r, "connections", "connections_limit");
    line_limited("packets", r, "packets", "packets_limit");
    line_of("memory, peak", r, "memory_peak", ctl_cell_octets);
    line_of("log", r, "log", ctl_cell_text);
    show_capture(json_object_get(r, "capture"));
    json_decref(r);
    return RUN_OK;
}

static int do_calls(struct ctl_client *k, const struct options *o,
                    char **words, int n)
{
    static const char *const heads[] = { "CALL",   "<USER",   "<PEER",
                                         "<INNER", "<LINE",   "<STATE",
                                         "UP",     "RX",      "TX",
                                         "LOST",   "TIMEOUTS" };
    struct ctl_table t = { .heads = heads,
                           .columns = sizeof heads / sizeof heads[0] };
    json_t *r = ctl_ask_all(k, "calls"), *call;
    size_t i;

    (void)words;
    (void)n;
    if (r == NULL)
        return ctl_failed(k);
    if (o->json)
        return show_json(r);
    json_array_foreach(json_object_get(r, "calls"), i, call)
    {
        char(*row)[CTL_CELL] = ctl_table_row(&t);

        if (row == NULL)
            break;
        ctl_cell_number(row[0], call, "call");
        ctl_cell_text(row[1], call, "user");
        ctl_cell_text(row[2], call, "remote");
        ctl_cell_text(row[3], call, "inner");
        ctl_cell_text(row[4], call, "line");
        ctl_cell_text(row[5], call,
                      json_object_get(call, "phase") != NULL ? "phase"
                                                             : "state");
        ctl_cell_duration(row[6], call, "up_ms");
        ctl_cell_octets(row[7], call, "rx_octets");
        ctl_cell_octets(row[8], call, "tx_octets");
        ctl_cell_number(row[9], call, "rx_lost");
        ctl_cell_number(row[10], call, "timeouts");
    }
    return show_table(&t, r);
}

/* NULL when it has been said that a word cannot be written. */
static json_t *good_text(json_t *v)
{
    if (v == NULL)
        fputs("dialtone: a word is no UTF-8; cure: a call can be named by "
              "its number\n",
              stderr);
    return v;
}

/* {"key":word}, or NULL as above. */
static json_t *text_param(const char *key, const char *word)
{
    return good_text(json_pack("{s:s}", key, word));
}

/* Which call a word means; NULL as above. */
static json_t *chosen(const struct options *o, const char *word)
{
    unsigned long long call;
    struct in_addr ip;
    char *end;

    if (o->user)
        return text_param("user", word);
    if (inet_pton(AF_INET, word, &ip) == 1)
        return text_param("address", word);
    errno = 0;
    call = strtoull(word, &end, 10);
    if (*word >= '0' && *word <= '9' && *end == '\0' && errno == 0 &&
        call < UINT32_MAX)
        return json_pack("{s:I}", "call", (json_int_t)call);
    return text_param("user", word);
}

/* A list of texts, in a line. */
static void list_cell(char cell[CTL_CELL], const json_t *list)
{
    size_t i, used = 0;
    json_t *v;

    cell[0] = '\0';
    json_array_foreach(list, i, v)
    {
        const char *text = json_string_value(v);

        if (text != NULL && used < CTL_CELL)
            used += (size_t)snprintf(cell + used, CTL_CELL - used, "%s%s",
                                     i > 0 ? " " : "", text);
    }
}

/* Members as they are: their names are made to be read. */
static void show_members(json_t *o, const char *indent)
{
    const char *key;
    json_t *v;
    char cell[CTL_CELL];

    json_object_foreach(o, key, v)
    {
        if (json_is_object(v)) {
            printf("%s%s\n", indent, key);
            show_members(v, "  ");
            continue;
        }
        if (json_is_integer(v))
            ctl_cell_number(cell, o, key);
        else if (json_is_array(v))
            list_cell(cell, v);
        else
            ctl_cell_text(cell, o, key);
        printf("%s%-*s %s\n", indent, 18 - (int)strlen(indent), key, cell);
    }
}

static int do_call(struct ctl_client *k, const struct options *o, char **words,
                   int n)
{
    json_t *params = chosen(o, words[0]), *r, *call;
    size_t i;

    (void)n;
    if (params == NULL)
        return RUN_INPUT;
    r = ctl_ask(k, "call", params, -1);
    if (r == NULL)
        return ctl_failed(k);
    if (o->json)
        return show_json(r);
    json_array_foreach(json_object_get(r, "calls"), i, call)
    {
        if (i > 0)
            putchar('\n');
        show_members(call, "");
    }
    json_decref(r);
    return RUN_OK;
}

static int clear_one(struct ctl_client *k, const struct options *o,
                     json_t *params, uint64_t *cleared)
{
    json_t *r;

    if (params == NULL)
        return RUN_INPUT;
    r = ctl_ask(k, "clear", params, -1);
    if (r == NULL)
        return ctl_failed(k);
    *cleared += ctl_number(r, "cleared");
    if (o->json)
        return show_json(r);
    json_decref(r);
    return RUN_OK;
}

/* What is not there keeps nobody from clearing the rest. */
static int do_clear(struct ctl_client *k, const struct options *o,
                    char **words, int n)
{
    uint64_t cleared = 0;
    int result = RUN_OK, i;

    if (o->all != (n == 0))
        return usage("clear: either calls or --all is needed", "");
    if (o->all)
        result = clear_one(k, o, json_pack("{s:b}", "all", 1), &cleared);
    for (i = 0; i < n; i++) {
        int one = clear_one(k, o, chosen(o, words[i]), &cleared);

        if (one != RUN_OK)
            result = one;
    }
    if (!o->json)
        printf("%llu call%s cleared\n", (unsigned long long)cleared,
               pptp_plural(cleared));
    return result;
}

static int do_renegotiate(struct ctl_client *k, const struct options *o,
                          char **words, int n)
{
    json_t *params = chosen(o, words[0]), *r;
    uint64_t calls;

    (void)n;
    if (params == NULL)
        return RUN_INPUT;
    r = ctl_ask(k, "renegotiate", params, -1);
    if (r == NULL)
        return ctl_failed(k);
    if (o->json)
        return show_json(r);
    calls = ctl_number(r, "renegotiated");
    json_decref(r);
    printf("PPP of %llu call%s begins anew\n", (unsigned long long)calls,
           pptp_plural(calls));
    return RUN_OK;
}

static int do_dial(struct ctl_client *k, const struct options *o, char **words,
                   int n)
{
    json_t *params = n == 1
                         ? text_param("number", words[0])
                         : good_text(json_pack("{s:s, s:s}", "number",
                                               words[0], "address", words[1]));
    json_t *r;

    if (params == NULL)
        return RUN_INPUT;
    r = ctl_ask(k, "dial", params, -1);
    if (r == NULL)
        return ctl_failed(k);
    if (o->json)
        return show_json(r);
    line_of("call", r, "call", ctl_cell_number);
    json_decref(r);
    return RUN_OK;
}

static int do_connections(struct ctl_client *k, const struct options *o,
                          char **words, int n)
{
    static const char *const heads[] = { "CONNECTION", "<STATE", "<PEER",
                                         "PORT",       "<LOCAL", "PORT" };
    struct ctl_table t = { .heads = heads,
                           .columns = sizeof heads / sizeof heads[0] };
    json_t *r = ctl_ask_all(k, "connections"), *c;
    size_t i;

    (void)words;
    (void)n;
    if (r == NULL)
        return ctl_failed(k);
    if (o->json)
        return show_json(r);
    json_array_foreach(json_object_get(r, "connections"), i, c)
    {
        char(*row)[CTL_CELL] = ctl_table_row(&t);

        if (row == NULL)
            break;
        ctl_cell_number(row[0], c, "connection");
        ctl_cell_text(row[1], c, "state");
        ctl_cell_text(row[2], c, "remote");
        ctl_cell_number(row[3], c, "remote_port");
        ctl_cell_text(row[4], c, "local");
        ctl_cell_number(row[5], c, "local_port");
    }
    return show_table(&t, r);
}

static int do_counters(struct ctl_client *k, const struct options *o,
                       char **words, int n)
{
    json_t *r = ctl_ask(k, "counters", NULL, -1), *c;
    size_t i;

    (void)words;
    (void)n;
    if (r == NULL)
        return ctl_failed(k);
    if (o->json)
        return show_json(r);
    json_array_foreach(json_object_get(r, "counters"), i, c)
    {
        char group[CTL_CELL], name[CTL_CELL], whole[2 * CTL_CELL];
        const char *text = json_string_value(json_object_get(c, "help"));

        if (!o->all && ctl_number(c, "value") == 0)
            continue;
        ctl_cell_text(group, c, "group");
        ctl_cell_text(name, c, "name");
        snprintf(whole, sizeof whole, "%s.%s", group, name);
        printf("%12llu  %-28s  ", (unsigned long long)ctl_number(c, "value"),
               whole);
        ctl_print_safe(stdout, text != NULL ? text : "");
        putchar('\n');
    }
    json_decref(r);
    return RUN_OK;
}

/* --- the capture -------------------------------------------------------- */

/* Ours alone, and new unless asked otherwise: a capture may hold passwords.
 * -1 when it has been said why not. */
static int make_file(const char *path, bool force)
{
    int how = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW |
              (force ? 0 : O_EXCL);
    int fd = open(path, how, 0600);
    struct stat st;

    if (fd < 0) {
        fprintf(stderr, "dialtone: %s: %s%s\n", path, strerror(errno),
                errno == EEXIST ? "; cure: another name, or --force" : "");
        return -1;
    }
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
        (!force || (fchmod(fd, 0600) == 0 && ftruncate(fd, 0) == 0)))
        return fd;
    fprintf(stderr, "dialtone: %s: not a regular file of ours\n", path);
    close(fd);
    return -1;
}

static int capture_start(struct ctl_client *k, const struct options *o,
                         const char *path)
{
    int fd = make_file(path, o->force);
    json_t *r;

    if (fd < 0)
        return CTL_REFUSED;
    r = ctl_ask(k, "capture.start",
                json_pack("{s:I, s:I}", "limit", (json_int_t)o->limit_octets,
                          "snap", (json_int_t)o->snap_octets),
                fd);
    close(fd);
    if (r == NULL) {
        int result = ctl_failed(k);

        if (!o->force) /* we made it, and it is empty */
            unlink(path);
        return result;
    }
    if (o->json)
        return show_json(r);
    json_decref(r);
    printf("capture to %s\n", path);
    return RUN_OK;
}

static int do_capture(struct ctl_client *k, const struct options *o,
                      char **words, int n)
{
    bool stop = n == 1 && strcmp(words[0], "stop") == 0;
    bool start = n == 2 && strcmp(words[0], "start") == 0;
    json_t *r;

    if (n > 0 && !stop && !start)
        return usage("capture: `start FILE`, `stop` or nothing is expected",
                     "");
    if (!start && (o->given & CAPTURE))
        return usage("--limit, --snap and --force are for `capture start`",
                     "");
    if (start)
        return capture_start(k, o, words[1]);
    r = ctl_ask(k, stop ? "capture.stop" : "capture", NULL, -1);
    if (r == NULL)
        return ctl_failed(k);
    if (o->json)
        return show_json(r);
    show_capture(r);
    json_decref(r);
    return RUN_OK;
}

/* --- the daemon --------------------------------------------------------- */

static int do_log(struct ctl_client *k, const struct options *o, char **words,
                  int n)
{
    json_t *params = n > 0 ? text_param("level", words[0]) : NULL, *r;

    if (n > 0 && params == NULL)
        return RUN_INPUT;
    r = ctl_ask(k, "log.level", params, -1);
    if (r == NULL)
        return ctl_failed(k);
    if (o->json)
        return show_json(r);
    line_of("log", r, "level", ctl_cell_text);
    json_decref(r);
    return RUN_OK;
}

static int just_do(struct ctl_client *k, const struct options *o,
                   const char *method, const char *done)
{
    json_t *r = ctl_ask(k, method, NULL, -1);

    if (r == NULL)
        return ctl_failed(k);
    if (o->json)
        return show_json(r);
    json_decref(r);
    puts(done);
    return RUN_OK;
}

static int do_drain(struct ctl_client *k, const struct options *o,
                    char **words, int n)
{
    (void)words;
    (void)n;
    return just_do(k, o, "drain", "it ends its calls, then itself");
}

static int do_reload(struct ctl_client *k, const struct options *o,
                     char **words, int n)
{
    (void)words;
    (void)n;
    return just_do(k, o, "reload", "read again");
}

static int do_top(struct ctl_client *k, const struct options *o, char **words,
                  int n)
{
    (void)words;
    (void)n;
    return ctl_top(k, o->interval_ns, o->count);
}

/* --- the command line --------------------------------------------------- */

static const struct command commands[] = {
    { "status", JSON, 0, 0, do_status },
    { "calls", JSON, 0, 0, do_calls },
    { "call", JSON | USER, 1, 1, do_call },
    { "clear", JSON | USER | ALL, 0, WORDS_MAX, do_clear },
    { "renegotiate", JSON | USER, 1, 1, do_renegotiate },
    { "dial", JSON, 1, 2, do_dial },
    { "connections", JSON, 0, 0, do_connections },
    { "counters", JSON | ALL, 0, 0, do_counters },
    { "capture", JSON | CAPTURE, 0, 2, do_capture },
    { "log", JSON, 0, 1, do_log },
    { "drain", JSON, 0, 0, do_drain },
    { "reload", JSON, 0, 0, do_reload },
    { "top", TOP, 0, 0, do_top },
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

/* "100M" is meant as "100MB". */
static int read_size(const char *text, uint64_t *out, char *why, size_t cap)
{
    size_t n = strlen(text);
    char whole[UNITS_TEXT_MAX];

    if (n > 0 && n + 2 < sizeof whole && strchr("kKMG", text[n - 1]) != NULL) {
        snprintf(whole, sizeof whole, "%sB", text);
        if (whole[n - 1] == 'K')
            whole[n - 1] = 'k';
        return units_octets(whole, out, why, cap);
    }
    return units_octets(text, out, why, cap);
}

/* "2" is meant as "2s". */
static int read_interval(const char *text, uint64_t *out, char *why,
                         size_t cap)
{
    size_t n = strlen(text);
    char whole[UNITS_TEXT_MAX];

    if (n > 0 && n + 2 < sizeof whole && text[n - 1] >= '0' &&
        text[n - 1] <= '9') {
        snprintf(whole, sizeof whole, "%ss", text);
        text = whole;
    }
    if (units_time(text, out, why, cap) < 0)
        return -1;
    if (*out >= 100000000) /* 100 ms: a question costs the daemon time */
        return 0;
    snprintf(why, cap, "at least 100ms");
    return -1;
}

/* Whether an option's argument is good; else it has been said. */
static bool good(const char *option, int result, const char *why)
{
    if (result < 0)
        fprintf(stderr, "dialtone: %s: %s\n", option, why);
    return result == 0;
}

enum { LIMIT = 256, SNAP };

static bool take_option(struct options *o, int c)
{
    char why[256] = "";

    switch (c) {
    case 's': o->socket = optarg; return true;
    case 'j':
        o->json = true;
        o->given |= JSON;
        return true;
    case 'a':
        o->all = true;
        o->given |= ALL;
        return true;
    case 'u':
        o->user = true;
        o->given |= USER;
        return true;
    case 'f':
        o->force = true;
        o->given |= CAPTURE;
        return true;
    case LIMIT:
        o->given |= CAPTURE;
        return good("--limit",
                    read_size(optarg, &o->limit_octets, why, sizeof why), why);
    case SNAP:
        o->given |= CAPTURE;
        return good("--snap",
                    units_octets(optarg, &o->snap_octets, why, sizeof why),
                    why);
    case 'i':
        o->given |= TOP;
        return good("--interval",
                    read_interval(optarg, &o->interval_ns, why, sizeof why),
                    why);
    default:
        o->given |= TOP;
        return good("--count", units_count(optarg, &o->count, why, sizeof why),
                    why);
    }
}

static int run(const struct options *o, char **words, int n)
{
    const struct command *c = NULL;
    struct ctl_client k;
    size_t i;
    int result;

    for (i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, words[0]) == 0)
            c = &commands[i];
    if (c == NULL)
        return usage("no such command: ctl ", words[0]);
    if (o->given & ~c->takes)
        return usage("an option that this command does not take: ctl ",
                     c->name);
    if (n - 1 < c->words_min || n - 1 > c->words_max)
        return usage("too few or too many words after ctl ", c->name);
    if (ctl_connect(&k, o->socket) < 0)
        return ctl_failed(&k);
    result = c->run(&k, o, words + 1, n - 1);
    ctl_close(&k);
    return result;
}

int ctl_command(int argc, char **argv)
{
    static const struct option options[] = {
        { "socket", required_argument, NULL, 's' },
        { "json", no_argument, NULL, 'j' },
        { "all", no_argument, NULL, 'a' },
        { "user", no_argument, NULL, 'u' },
        { "limit", required_argument, NULL, LIMIT },
        { "snap", required_argument, NULL, SNAP },
        { "force", no_argument, NULL, 'f' },
        { "interval", required_argument, NULL, 'i' },
        { "count", required_argument, NULL, 'n' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 }
    };
    struct options o = { .interval_ns = 1000000000 };
    int c;

    while ((c = getopt_long(argc, argv, ":s:jaufi:n:h", options, NULL)) !=
           -1) {
        if (c == 'h') {
            fputs(help, stdout);
            return RUN_OK;
        }
        if (c == ':')
            return usage("this option needs a value: ", argv[optind - 1]);
        if (c == '?')
            return usage("unknown option: ", argv[optind - 1]);
        if (!take_option(&o, c))
            return RUN_INPUT;
    }
    if (optind == argc)
        return usage("ctl needs a command", "");
    return run(&o, argv + optind, argc - optind);
}
