/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whole runs in a folder of their own: results, trace, captures, profiles,
 * the out folder.  SimGrid starts in the children of run_scenario, so these
 * tests may share a process.
 */
#include "config.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#ifdef HAVE_VALGRIND_VALGRIND_H
#include <valgrind/valgrind.h>
#endif

#include "tests/unit/run_rig.h"

START_TEST(results_are_there)
{
    json_t *o;

    ck_assert_int_eq(run("out", false, NULL, NULL), RUN_OK);
    o = load("out/result.json");
    ck_assert(json_is_true(json_object_get(o, "complete")));
    ck_assert_int_eq(json_integer_value(json_object_get(o, "schema")), 1);
    ck_assert_double_eq(metric(o, "", "calls_up"), 1);
    ck_assert_double_gt(metric(o, "", "frames_delivered"), 50);
    ck_assert_double_eq(metric(o, "", "loss_ratio") < 0.05, true);
    /* 16 ms each way, and the acknowledgment may wait for 50 ms. */
    ck_assert_double_ge(metric(o, "", "rtt_p50_s"), 0.032);
    ck_assert_double_le(metric(o, "", "rtt_max_s"), 0.2);
    ck_assert_double_le(metric(o, "", "rtt_p50_s"),
                        metric(o, "", "rtt_p95_s"));
    ck_assert_double_le(metric(o, "", "rtt_p95_s"),
                        metric(o, "", "rtt_p99_s"));
    ck_assert_double_le(metric(o, "", "rtt_p99_s"),
                        metric(o, "", "rtt_max_s"));
    ck_assert_double_le(metric(o, "", "rtt_mean_s"),
                        metric(o, "", "rtt_max_s"));
    ck_assert(exists("out/calls.csv") && exists("out/series.csv"));
    ck_assert(exists("out/figure.gp") && exists("out/figure.dat"));
    json_decref(o);
}
END_TEST

/* ---- trace.jsonl ---- */

struct kinds {
    size_t lines, states, packets, acked;
};

static void check_line(const char *line, json_int_t *last, struct kinds *n)
{
    json_error_t err;
    json_t *o = json_loads(line, JSON_REJECT_DUPLICATES, &err);
    const char *kind = json_string_value(json_object_get(o, "k"));
    const char *node = json_string_value(json_object_get(o, "node"));
    json_int_t t = json_integer_value(json_object_get(o, "t"));

    ck_assert_msg(o != NULL, "%s: %s", err.text, line);
    ck_assert_ptr_nonnull(kind);
    ck_assert_msg(strcmp(node, "pac") == 0 || strcmp(node, "pns") == 0, "%s",
                  line);
    ck_assert_int_ge(t, *last);
    ck_assert(json_is_integer(json_object_get(o, "call")));
    if (strcmp(kind, "call_state") == 0 || strcmp(kind, "conn_state") == 0) {
        ck_assert(json_is_string(json_object_get(o, "from_state")));
        ck_assert(json_is_string(json_object_get(o, "to_state")));
        ck_assert(json_is_integer(json_object_get(o, "event")));
        ck_assert(json_is_string(json_object_get(o, "figure_name")));
        n->states++;
    }
    if (strcmp(kind, "msg_rx") == 0)
        ck_assert_str_ne(json_string_value(json_object_get(o, "type_name")),
                         "");
    if (strcmp(kind, "acked") == 0) {
        ck_assert_str_eq(json_string_value(json_object_get(o, "name")),
                         "call");
        n->acked++;
    }
    n->packets += strncmp(kind, "data_", 5) == 0;
    n->lines++;
    *last = t;
    json_decref(o);
}

static struct kinds read_trace(const char *path)
{
    struct kinds n = { 0, 0, 0, 0 };
    json_int_t last = 0;
    char line[1024];
    FILE *f = fopen(path, "r");

    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof line, f) != NULL) {
        ck_assert_ptr_nonnull(strchr(line, '\n'));
        check_line(line, &last, &n);
    }
    fclose(f);
    return n;
}

START_TEST(trace_is_json_and_repeats)
{
    struct kinds n;
    json_t *o, *v;

    ck_assert_int_eq(run("one", false, NULL, NULL), RUN_OK);
    ck_assert_int_eq(run("two", false, NULL, NULL), RUN_OK);
    n = read_trace("one/trace.jsonl");
    o = load("one/result.json");
    v = json_object_get(json_object_get(o, "variants"), "");
    ck_assert_uint_eq(n.lines, (size_t)json_integer_value(
                                   json_object_get(v, "trace_records")));
    ck_assert_uint_gt(n.states, 8);
    ck_assert_uint_gt(n.packets, 100);
    ck_assert_uint_gt(n.acked, 10);
    json_decref(o);
    ck_assert_int_eq(system("cmp one/trace.jsonl two/trace.jsonl"), 0);
    ck_assert_int_eq(system("cmp one/pac.pcapng two/pac.pcapng"), 0);
}
END_TEST

/* NAME EVENT of each line of a file; how many. */
static size_t read_events(const char *path, char all[][64], size_t room)
{
    FILE *f = fopen(path, "r");
    char line[1024];
    size_t n = 0;

    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof line, f) != NULL) {
        json_t *r = json_loads(line, JSON_REJECT_DUPLICATES, NULL);

        ck_assert_ptr_nonnull(r);
        ck_assert_uint_lt(n, room);
        snprintf(all[n++], sizeof *all, "%s %s",
                 json_string_value(json_object_get(r, "name")),
                 json_string_value(json_object_get(r, "event")));
        json_decref(r);
    }
    fclose(f);
    return n;
}

START_TEST(events_on_request)
{
    char all[16][64];

    ck_assert_int_eq(run("without", false, NULL, NULL), RUN_OK);
    ck_assert(!exists("without/events.jsonl"));
    ck_assert_int_eq(run("with", false, "events=true", NULL), RUN_OK);
    ck_assert_uint_eq(read_events("with/events.jsonl", all, 16), 8);
    ck_assert_str_eq(all[0], "pac PAC_TRUNK_UP");
    ck_assert_str_eq(all[1], "call CALLER_CALLS");
    ck_assert_str_eq(all[2], "pac PAC_RING");
}
END_TEST

static bool is_in(char all[][64], size_t n, const char *text)
{
    size_t i;

    for (i = 0; i < n; i++)
        if (strcmp(all[i], text) == 0)
            return true;
    return false;
}

/* To one call, whichever node it is; without negotiation there is none. */
START_TEST(orders_of_a_call)
{
    char all[32][64];
    size_t n;

    ck_assert_int_eq(run("pns", false, "events=true",
                         "orders=[{at: 1s, node: pns, do: clear, call: call},"
                         " {at: 2s, node: pns, do: clear, call: call},"
                         " {at: 3s, node: pns, do: renegotiate}]"),
                     RUN_OK);
    n = read_events("pns/events.jsonl", all, 32);
    ck_assert(is_in(all, n, "pns PNS_END"));
    ck_assert(is_in(all, n, "call CALLER_RESTS"));
    ck_assert_int_eq(
        run("pac", false, "events=true",
            "orders=[{at: 1s, node: pac, do: clear, call: call}]"),
        RUN_OK);
    n = read_events("pac/events.jsonl", all, 32);
    ck_assert(is_in(all, n, "pac PAC_END"));
    ck_assert_int_eq(run("none", false, "events=true",
                         "orders=[{at: 1s, node: pns, do: renegotiate}]"),
                     RUN_OK);
    ck_assert_uint_eq(read_events("none/events.jsonl", all, 32), 8);
}
END_TEST

/* One call of a PNS that dials, or of a caller, both again if it ends. */
#define ORDERED(call, orders)                                                \
    "duration: 4s\nplatform: p.xml\nppp: {negotiate: false}\nnodes:\n"       \
    "  - {name: pac, role: pac, host: pac, connect: pns,"                    \
    " reconnect: 100ms}\n"                                                   \
    "  - {name: pns, role: pns, host: pns}\n"                                \
    "calls: [{name: call, pac: pac, pns: pns, line: {rate: 64kbit/s}, " call \
    "}]\norders: [" orders "]\n"

static double up_after(const char *out, const char *text)
{
    char path[64];
    json_t *o;
    double up;

    snprintf(path, sizeof path, "%s/result.json", out);
    write_text("s.yaml", text);
    ck_assert_int_eq(run(out, false, NULL, NULL), RUN_OK);
    o = load(path);
    up = metric(o, "", "calls_up");
    json_decref(o);
    return up;
}

/* Who is in a call, or waits for one, has no second one beside it. */
START_TEST(orders_dial_who_calls)
{
    ck_assert_double_eq(
        up_after("busy", ORDERED("direction: outgoing, start: 100s",
                                 "{at: 1s, node: pns, do: dial, pac: pac,"
                                 " number: '1000000'},"
                                 " {at: 2s, node: pns, do: dial, pac: pac,"
                                 " number: '1000000'}")),
        1);
    ck_assert_double_eq(
        up_after("twice",
                 ORDERED("direction: outgoing, start: 1500ms, redial: 1s",
                         "{at: 500ms, node: pns, do: dial, pac: pac,"
                         " number: '1000000'},"
                         " {at: 1s, node: pns, do: clear},"
                         " {at: 1200ms, node: pac, do: stop},"
                         " {at: 3s, node: pac, do: start}")),
        1);
}
END_TEST

/* An order to drain is over when the node is started. */
START_TEST(orders_start_who_drains)
{
    ck_assert_double_eq(
        up_after("drained",
                 ORDERED("redial: 100ms", "{at: 1s, node: pns, do: drain},"
                                          " {at: 1001ms, node: pns,"
                                          " do: start}")),
        1);
}
END_TEST

/* A record for each packet that a link has dropped: which, where and why. */
START_TEST(lost_packets_have_a_record)
{
    size_t calls = 0, flows = 0, others = 0;
    char line[1024];
    json_t *o;
    FILE *f;

    ck_assert_int_eq(run("out", false, "links=[{name: hub, queue: 2packets}]",
                         "flows.cross.rate=950kbit/s"),
                     RUN_OK);
    f = fopen("out/trace.jsonl", "r");
    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof line, f) != NULL) {
        json_t *r = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
        const char *name = json_string_value(json_object_get(r, "name"));

        ck_assert_ptr_nonnull(r);
        if (strcmp(json_string_value(json_object_get(r, "k")), "lost") == 0) {
            ck_assert_str_eq(json_string_value(json_object_get(r, "link")),
                             "hub");
            ck_assert_str_eq(json_string_value(json_object_get(r, "why")),
                             "port_queue");
            if (name == NULL)
                ck_assert(json_is_string(json_object_get(r, "proto")));
            else
                ck_assert(json_is_integer(json_object_get(r, "n")));
            others += name == NULL;
            flows += name != NULL && strcmp(name, "cross") == 0;
            calls += name != NULL && strcmp(name, "call") == 0;
        }
        json_decref(r);
    }
    fclose(f);
    o = load("out/result.json");
    ck_assert_uint_gt(calls, 0);
    ck_assert_double_eq(metric(o, "", "flows.lost_port_queue"), (double)flows);
    ck_assert_double_eq(metric(o, "", "calls.up.lost_port_queue") +
                            metric(o, "", "calls.down.lost_port_queue"),
                        (double)calls);
    ck_assert_double_eq(metric(o, "", "hub.dropped"),
                        (double)(calls + flows + others));
    json_decref(o);
}
END_TEST

/* Every term of the books is in the files (tests/property shows that they
 * balance whatever happens). */
START_TEST(tables_balance)
{
    static const char *const ways[] = { "up_", "down_", "" };
    char command[600];

    ck_assert_int_eq(run("out", false, "links=[{name: hub, queue: 2packets}]",
                         "flows.cross.rate=950kbit/s"),
                     RUN_OK);
    for (size_t i = 0; i < 3; i++) {
        snprintf(command, sizeof command,
                 "awk -F, -v p=%s 'NR == 1 { for (i = 1; i <= NF; i++) "
                 "name[i] = $i } NR > 1 { for (i = 1; i <= NF; i++) { "
                 "if (name[i] == p \"offered\") o += $i; "
                 "if (name[i] == p \"delivered\" || name[i] == p "
                 "\"under_way\" || index(name[i], p \"lost_\") == 1) "
                 "s += $i } } END { exit !(o > 0 && o == s) }' out/%s",
                 ways[i], i < 2 ? "calls.csv" : "flows.csv");
        ck_assert_int_eq(system(command), 0);
    }
}
END_TEST

START_TEST(trace_levels)
{
    struct kinds n;
    json_t *o;

    ck_assert_int_eq(run("calls", false, "trace_file=calls", NULL), RUN_OK);
    n = read_trace("calls/trace.jsonl");
    ck_assert_uint_gt(n.states, 8);
    ck_assert_uint_eq(n.packets + n.acked, 0);
    ck_assert_int_eq(run("off", false, "trace_file=off", NULL), RUN_OK);
    ck_assert(!exists("off/trace.jsonl"));
    ck_assert_int_eq(run("bad", false, "trace=calls", NULL), RUN_INPUT);
    ck_assert(!exists("bad"));
    /* Without records of packets there is no round-trip time to tell. */
    ck_assert_int_eq(run("few", false, "trace=calls", "trace_file=calls"),
                     RUN_OK);
    o = load("few/result.json");
    ck_assert_ptr_null(json_object_get(
        json_object_get(json_object_get(json_object_get(o, "variants"), ""),
                        "metrics"),
        "rtt_p50_s"));
    json_decref(o);
}
END_TEST

/* ---- captures ---- */

#define IFACES_MAX 4

struct seen {
    char names[IFACES_MAX][64];
    size_t n_ifaces;
    uint32_t snap[IFACES_MAX];
    size_t packets[IFACES_MAX];
    uint64_t first_ns[IFACES_MAX], last_ns;
    uint8_t first[128]; /* octets of the first packet of all */
    size_t captured_max;
    bool ordered;
};

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
           (uint32_t)p[3] << 24;
}

static void see_interface(struct seen *s, const uint8_t *body)
{
    size_t len = (size_t)body[10] | (size_t)body[11] << 8;

    ck_assert_uint_eq(body[8], 2); /* if_name, as the writer puts it first */
    ck_assert_uint_lt(s->n_ifaces, IFACES_MAX);
    ck_assert_uint_lt(len, 64);
    s->snap[s->n_ifaces] = get32(body + 4);
    memcpy(s->names[s->n_ifaces++], body + 12, len);
}

static void see_packet(struct seen *s, const uint8_t *body)
{
    uint32_t iface = get32(body), len = get32(body + 12);
    uint64_t t = (uint64_t)get32(body + 4) << 32 | get32(body + 8);
    size_t total = 0;

    ck_assert_uint_lt(iface, s->n_ifaces);
    for (size_t i = 0; i < s->n_ifaces; i++)
        total += s->packets[i];
    if (total == 0)
        memcpy(s->first, body + 20, len < 128 ? len : 128);
    if (s->packets[iface]++ == 0)
        s->first_ns[iface] = t;
    s->captured_max = len > s->captured_max ? len : s->captured_max;
    s->ordered = s->ordered && t >= s->last_ns;
    s->last_ns = t;
}

static struct seen read_capture(const char *path)
{
    static uint8_t block[1 << 17];
    struct seen s = { .ordered = true };
    FILE *f = fopen(path, "rb");

    ck_assert_ptr_nonnull(f);
    while (fread(block, 1, 8, f) == 8) {
        uint32_t len = get32(block + 4);

        ck_assert_uint_lt(len, sizeof block);
        ck_assert_uint_eq(fread(block + 8, 1, len - 8, f), len - 8);
        if (get32(block) == 1)
            see_interface(&s, block + 8);
        else if (get32(block) == 6)
            see_packet(&s, block + 8);
    }
    fclose(f);
    return s;
}

START_TEST(captures_of_hosts_and_links)
{
    struct seen pac, access_link, hub, few;
    json_t *o, *notes;

    ck_assert_int_eq(run("out", false, NULL, NULL), RUN_OK);
    pac = read_capture("out/pac.pcapng");
    access_link = read_capture("out/access.pcapng");
    hub = read_capture("out/hub.pcapng");
    few = read_capture("out/few.pcapng");
    ck_assert_uint_eq(pac.n_ifaces, 2);
    ck_assert_str_eq(pac.names[0], "pac>out");
    ck_assert_str_eq(pac.names[1], "pac>in");
    ck_assert_str_eq(access_link.names[0], "access>up");
    ck_assert_str_eq(access_link.names[1], "access>down");
    ck_assert_uint_eq(hub.n_ifaces, 1);
    ck_assert_str_eq(hub.names[0], "hub");
    ck_assert(pac.ordered && access_link.ordered && hub.ordered &&
              few.ordered);
    /* All that the host sends leaves by that link; what arrives there may
     * still be on its way at the end. */
    ck_assert_uint_gt(pac.packets[0], 20);
    ck_assert_uint_eq(pac.packets[0], access_link.packets[0]);
    ck_assert_uint_gt(pac.packets[1], 100);
    ck_assert_uint_le(pac.packets[1], access_link.packets[1]);
    ck_assert_uint_ge(pac.packets[1] + 2, access_link.packets[1]);
    /* Both directions stand in the hub's one queue. */
    ck_assert_uint_gt(hub.packets[0], pac.packets[0] + pac.packets[1] - 3);
    /* It begins with the SYN: protocol TCP, flags SYN alone. */
    ck_assert_uint_eq(pac.first[9], 6);
    ck_assert_uint_eq(pac.first[20 + 13], 2);
    /* Sent at 0: 40 octets and more at 10 Mbit/s. */
    ck_assert_uint_ge(pac.first_ns[0], 32000);
    ck_assert_uint_le(pac.first_ns[0], 64000);
    /* What comes in has come the whole way: 16 ms, and again. */
    ck_assert_uint_ge(pac.first_ns[1], 16000000);
    ck_assert_uint_eq(few.packets[0], 10);
    ck_assert_uint_eq(few.captured_max, 40);
    /* pcapng, 4.2: the SnapLen of an interface is the limit it had. */
    ck_assert_uint_eq(few.snap[0], 40);
    ck_assert_uint_eq(pac.snap[0], 65535);
    /* The one that ended early says so, and no other. */
    o = load("out/result.json");
    notes = json_object_get(
        json_object_get(json_object_get(o, "variants"), ""), "notes");
    ck_assert_uint_eq(json_array_size(notes), 1);
    ck_assert_ptr_nonnull(strstr(json_string_value(json_array_get(notes, 0)),
                                 "with its packet 10 ('max_packets'); "));
    ck_assert_ptr_nonnull(strstr(json_string_value(json_array_get(notes, 0)),
                                 "capture 'few' ended at "));
    json_decref(o);
}
END_TEST

/* The SYN of the first control connection asks for what is said: with
 * congestion marks (RFC 3168 6.1.1), a segment of 1,000 octets. */
START_TEST(tcp_of_control_connections)
{
    static const uint8_t mss[] = { 2, 4, 1000 >> 8, 1000 & 255 };
    struct seen pac;

    ck_assert_int_eq(run("out", false, "tcp.mss=1000octets", "tcp.ecn=true"),
                     RUN_OK);
    pac = read_capture("out/pac.pcapng");
    ck_assert_uint_eq(pac.first[9], 6);
    ck_assert_uint_eq(pac.first[20 + 13], 0xc2);
    ck_assert_mem_eq(pac.first + 40, mss, sizeof mss);
}
END_TEST

START_TEST(captures_that_cannot_be)
{
    ck_assert_int_eq(run("out", false, "captures.0.host=nope", NULL),
                     RUN_INPUT);
    ck_assert_int_eq(run("out", false, "captures.0.host=alone", NULL),
                     RUN_INPUT);
    ck_assert_int_eq(run("out", false, "captures.1.link=nope", NULL),
                     RUN_INPUT);
    ck_assert(!exists("out"));
}
END_TEST

/* ---- profiles of the platform ---- */

static json_t *profiled(const char *out, const char *of_hub,
                        const char *result)
{
    write_platform(of_hub);
    ck_assert_int_eq(run(out, false, "flows.cross.rate=800kbit/s",
                         "links=[{name: hub, queue: 10packets}]"),
                     RUN_OK);
    return load(result);
}

START_TEST(profiles_are_honoured)
{
    json_t *plain, *slow, *late;
    double whole, less;

    write_text("bw", "0.0 125000\n2.0 12500\n");
    write_text("lat", "0.0 0.005\n2.0 0.5\n");
    plain = profiled("a", "", "a/result.json");
    slow = profiled("b", " bandwidth_file=\"bw\"", "b/result.json");
    late = profiled("c", " latency_file=\"lat\"", "c/result.json");
    /* A tenth of the rate for half of the time. */
    whole = metric(plain, "", "flow_packets_delivered");
    less = metric(slow, "", "flow_packets_delivered");
    ck_assert_double_lt(less, 0.65 * whole);
    ck_assert_double_gt(less, 0.45 * whole);
    ck_assert_double_lt(metric(plain, "", "delay_p95_s"), 0.2);
    ck_assert_double_gt(metric(late, "", "delay_p95_s"), 0.5);
    ck_assert_double_lt(metric(late, "", "delay_p50_s"), 0.5);
    json_decref(plain);
    json_decref(slow);
    json_decref(late);
}
END_TEST

/* ---- expectations, variants, the out folder ---- */

START_TEST(expectation_fails)
{
    json_t *o, *list;

    write_text("e.yaml", "expect:\n"
                         "  - {that: calls_up, equals: 1}\n"
                         "  - {that: calls_up, at_least: 2}\n");
    ck_assert_int_eq(run("out", false, "expect=e.yaml", NULL),
                     RUN_EXPECTATION);
    o = load("out/result.json");
    list = json_object_get(o, "expectations");
    ck_assert_uint_eq(json_array_size(list), 2);
    ck_assert(json_is_true(json_object_get(json_array_get(list, 0), "ok")));
    ck_assert(json_is_false(json_object_get(json_array_get(list, 1), "ok")));
    json_decref(o);
}
END_TEST

static const char ppp_scenario[] =
    "duration: 4s\n"
    "platform: p.xml\n"
    "nodes:\n"
    "  - {name: pac, role: pac, host: pac, connect: pns}\n"
    "  - {name: pns, role: pns, host: pns}\n"
    "links: [{name: hub}, {name: core}]\n"
    "calls:\n"
    "  - {name: c, count: 3, pac: pac, pns: pns,\n"
    "     line: {rate: 128kbit/s}, traffic: [{rate: 64kbit/s}]}\n";

/* The row of a call, without its name. */
static void read_row(const char *path, const char *call, char *row, size_t n)
{
    FILE *f = fopen(path, "r");
    size_t len = strlen(call);

    ck_assert_ptr_nonnull(f);
    do
        ck_assert_ptr_nonnull(fgets(row, (int)n, f));
    while (strncmp(row, call, len) != 0 || row[len] != ',');
    fclose(f);
}

/* One caller before a PAC of one call, and more flows than a cache has room
 * for, so that what comes is fetched ahead. */
START_TEST(by_telephone)
{
    json_t *o, *t;

    write_text("s.yaml",
               "duration: 30s\n"
               "platform: p.xml\n"
               "nodes:\n"
               "  - {name: pac, role: pac, host: pac, connect: pns,\n"
               "     max_calls: 1}\n"
               "  - {name: pns, role: pns, host: pns}\n"
               "telephone:\n"
               "  train_failure: 0\n"
               "  trunk_groups: [{name: t1, pac: pac, trunks: 2}]\n"
               "calls:\n"
               "  - {name: c, pac: pac, pns: pns, line: {rate: 28800bit/s},\n"
               "     traffic: [{rate: 8kbit/s}]}\n"
               "flows:\n"
               "  - {name: f, count: 2000, from: pac, to: pns,\n"
               "     rate: 400bit/s, start: 1s}\n");
    ck_assert_int_eq(run("out", false, NULL, NULL), RUN_OK);
    o = load("out/result.json");
    ck_assert_double_eq(metric(o, "", "calls_established"), 1);
    ck_assert_double_gt(metric(o, "", "calls.down.delivered"), 10);
    ck_assert_double_eq(metric(o, "", "telephone.attempts"), 1);
    ck_assert_double_eq(metric(o, "", "telephone.connected"), 1);
    /* 1.15 s, seven digits of 190 ms, and what is drawn */
    ck_assert_double_gt(metric(o, "", "telephone.dial_mean_s"), 2.48);
    t = json_object_get(json_object_get(json_object_get(o, "variants"), ""),
                        "trunk_groups");
    t = json_object_get(t, "t1");
    ck_assert_int_eq(json_integer_value(json_object_get(t, "trunks")), 2);
    ck_assert_int_eq(json_integer_value(json_object_get(t, "most_busy")), 1);
    /* one trunk, but for the time until it was seized */
    ck_assert_double_eq_tol(json_real_value(json_object_get(t, "carried")),
                            1 - metric(o, "", "telephone.dial_mean_s") / 30,
                            0.01);
    json_decref(o);
}
END_TEST

/* A call counts once, not at each of its peers; why is told. */
START_TEST(calls_that_fail)
{
    json_t *o, *v;
    char row[600];

    write_text("s.yaml", ppp_scenario);
    ck_assert_int_eq(run("out", false, "ppp.callers_password=wrong", NULL),
                     RUN_OK);
    o = load("out/result.json");
    v = json_object_get(json_object_get(o, "variants"), "");
    ck_assert_double_eq(metric(o, "", "calls_failed"), 3);
    ck_assert_double_eq(metric(o, "", "calls_established"), 0);
    ck_assert_int_eq(json_integer_value(json_object_get(
                         json_object_get(v, "failures"), "the peer failed to "
                                                         "authenticate")),
                     3);
    json_decref(o);
    read_row("out/calls.csv", "c1", row, sizeof row);
    /* It never came up; it went down. */
    ck_assert_ptr_nonnull(strstr(row, ",failed,0.000000,,0."));
    ck_assert_ptr_nonnull(strstr(row, ",the peer failed to authenticate\n"));
    /* The PAC has room for one: the others are refused at home. */
    ck_assert_int_eq(run("few", false, "nodes.pac.max_calls=1", NULL), RUN_OK);
    o = load("few/result.json");
    ck_assert_double_eq(metric(o, "", "calls_failed"), 2);
    json_decref(o);
    read_row("few/calls.csv", "c2", row, sizeof row);
    ck_assert_ptr_nonnull(strstr(row, ",failed,0.000000,,,"));
    ck_assert_ptr_nonnull(strstr(row, ",refused by its own node\n"));
    read_row("few/calls.csv", "c0", row, sizeof row);
    ck_assert_ptr_nonnull(strstr(row, ",up,0.000000,"));
    ck_assert_ptr_null(strstr(row, ",up,0.000000,,"));
}
END_TEST

/* Nothing gets through: what has no samples has no value, and fails. */
START_TEST(nothing_measured)
{
    static const char *const without[] = { "delay_p50_s", "delay_p95_s",
                                           "loss_ratio", "fairness",
                                           "rtt_p95_s" };
    json_t *o, *list, *m;
    const char *text;

    write_text("s.yaml", ppp_scenario);
    write_text("e.yaml", "expect:\n"
                         "  - {that: delay_p95_s, at_most: 1}\n"
                         "  - {that: loss_ratio, at_most: 1}\n"
                         "  - {that: fairness, at_least: 0.9}\n"
                         "  - {that: calls_up, equals: 0}\n");
    ck_assert_int_eq(
        run("out", false, "links.core.loss=0.999999", "expect=e.yaml"),
        RUN_EXPECTATION);
    o = load("out/result.json");
    m = json_object_get(json_object_get(json_object_get(o, "variants"), ""),
                        "metrics");
    for (size_t i = 0; i < sizeof without / sizeof without[0]; i++)
        ck_assert_ptr_null(json_object_get(m, without[i]));
    list = json_object_get(o, "expectations");
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(
            json_is_true(json_object_get(json_array_get(list, i), "ok")),
            i == 3);
    text = json_string_value(
        json_object_get(json_array_get(list, 0), "bound"));
    ck_assert_str_eq(text, "no value: nothing was measured: delay_p95_s");
    json_decref(o);
}
END_TEST

START_TEST(unknown_metric_stops_before)
{
    write_text("e.yaml", "expect:\n  - {that: goodput, at_least: 1}\n");
    ck_assert_int_eq(run("out", false, "expect=e.yaml", NULL), RUN_INPUT);
    ck_assert(!exists("out"));
}
END_TEST

/* Counts are integers, the rest has no noise of the seventeenth digit. */
START_TEST(numbers_are_short)
{
    char line[400];
    json_t *o, *m;
    FILE *f;

    ck_assert_int_eq(run("out", false, "links=[{name: hub}]", NULL), RUN_OK);
    o = load("out/result.json");
    m = json_object_get(json_object_get(json_object_get(o, "variants"), ""),
                        "metrics");
    ck_assert(json_is_integer(json_object_get(m, "calls")));
    ck_assert(json_is_integer(json_object_get(m, "frames_delivered")));
    ck_assert(json_is_integer(json_object_get(m, "hub.packets")));
    ck_assert(json_is_real(json_object_get(m, "goodput_bps")));
    json_decref(o);
    f = fopen("out/result.json", "r");
    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof line, f) != NULL) {
        const char *dot = strstr(line, "\": 0.");

        ck_assert_msg(dot == NULL || strspn(dot + 5, "0123456789") <= 14, "%s",
                      line);
    }
    fclose(f);
}
END_TEST

/* The queue is what waits, in the series as in the metric. */
START_TEST(queue_is_what_waits)
{
    char line[400];
    unsigned most = 0, n;
    json_t *o;
    FILE *f;

    ck_assert_int_eq(run("out", false, "flows.cross.rate=3Mbit/s",
                         "links=[{name: hub, queue: 10packets}]"),
                     RUN_OK);
    o = load("out/result.json");
    ck_assert_double_eq(metric(o, "", "hub.queue_max"), 10);
    ck_assert_double_le(metric(o, "", "hub.queue_mean"), 10);
    json_decref(o);
    f = fopen("out/series.csv", "r");
    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof line, f) != NULL) {
        const char *at = strstr(line, ",link:hub,,,,,,,,,");

        if (at != NULL && sscanf(at + 18, "%u", &n) == 1)
            most = n > most ? n : most;
    }
    fclose(f);
    ck_assert_uint_eq(most, 10);
}
END_TEST

/* ---- series.csv ---- */

#define FIELDS 24

/* One row, cut into its fields. */
struct fields {
    char line[600];
    char *v[FIELDS];
};

static bool next_row(FILE *f, struct fields *r)
{
    char *rest = r->line;

    if (fgets(r->line, sizeof r->line, f) == NULL)
        return false;
    r->line[strcspn(r->line, "\n")] = '\0';
    for (size_t i = 0; i < FIELDS; i++) {
        r->v[i] = strsep(&rest, ",");
        ck_assert_ptr_nonnull(r->v[i]);
    }
    ck_assert_ptr_null(rest);
    return true;
}

/* The rows of one object: how many, and the last of them. */
static size_t rows_of(const char *path, const char *object,
                      struct fields *last)
{
    FILE *f = fopen(path, "r");
    struct fields r;
    size_t n = 0;

    ck_assert_ptr_nonnull(f);
    ck_assert(next_row(f, &r));
    ck_assert_str_eq(r.v[15], "delay_s");
    while (next_row(f, &r)) {
        if (strcmp(r.v[1], object) != 0)
            continue;
        n++;
        for (size_t i = 0; i < FIELDS; i++)
            last->v[i] = last->line + (r.v[i] - r.line);
        memcpy(last->line, r.line, sizeof r.line);
    }
    fclose(f);
    return n;
}

/* 4 s in at most 1,000 steps of 1, 2 or 5: 5 ms; and one at the beginning. */
START_TEST(series_has_its_step)
{
    struct fields r;
    json_t *o, *s;

    ck_assert_int_eq(run("auto", false, "links=[{name: hub}]", NULL), RUN_OK);
    ck_assert_uint_eq(rows_of("auto/series.csv", "link:hub", &r), 801);
    ck_assert_str_eq(r.v[0], "4.000000");
    o = load("auto/result.json");
    s = json_object_get(json_object_get(json_object_get(o, "variants"), ""),
                        "series");
    ck_assert_double_eq_tol(json_real_value(json_object_get(s, "interval_s")),
                            0.005, 1e-9);
    ck_assert_int_eq(json_integer_value(json_object_get(s, "samples")), 801);
    json_decref(o);
    /* What is asked for is done; the end has a row of its own. */
    ck_assert_int_eq(
        run("asked", false, "links=[{name: hub}]", "sample_interval=1500ms"),
        RUN_OK);
    ck_assert_uint_eq(rows_of("asked/series.csv", "link:hub", &r), 4);
    ck_assert_str_eq(r.v[0], "4.000000");
    ck_assert_int_eq(
        run("fine", false, "duration=10us", "sample_interval=1500ns"), RUN_OK);
    ck_assert_uint_eq(rows_of("fine/series.csv", "flow:cross", &r), 8);
    ck_assert_int_eq(system("grep -q '^0.000001500,' fine/series.csv"), 0);
}
END_TEST

/* Nothing is lost, so that the receiver's window bounds it: 44 segments of
 * 1,460 octets of 65,535; the congestion window, which grows by two in slow
 * start, stops at 46, and no loss has made a threshold. */
START_TEST(series_of_tcp)
{
    struct fields r;

    ck_assert_int_eq(
        run("out", false, "calls=",
            "flows=[{name: cross, from: pac, to: pns, model: bulk}]"),
        RUN_OK);
    ck_assert_uint_eq(rows_of("out/series.csv", "flow:cross", &r), 801);
    ck_assert_str_eq(r.v[17], "67160");
    ck_assert_str_eq(r.v[18], "");
    ck_assert_str_eq(r.v[19], "64240");
    /* on its way to what the flight takes at 1 Mbit/s, and twice 16 ms */
    ck_assert_double_ge(atof(r.v[20]), 0.5 * 64240 * 8 / 1e6);
    ck_assert_double_le(atof(r.v[20]), 64240 * 8 / 1e6 + 0.040);
    ck_assert_int_eq(run("calls", false, NULL, NULL), RUN_OK);
    ck_assert_uint_gt(rows_of("calls/series.csv", "call:call", &r), 700);
    ck_assert_str_eq(r.v[17], "");
}
END_TEST

static const char *const no_window[] = { "pptp.engine=off",
                                         "pptp.windowing=off" };

START_TEST(no_window_is_no_number)
{
    struct fields r;

    ck_assert_int_eq(run("with", false, NULL, NULL), RUN_OK);
    ck_assert_uint_gt(rows_of("with/series.csv", "call:call", &r), 700);
    ck_assert_str_ne(r.v[2], "");
    ck_assert_str_ne(r.v[4], "");
    ck_assert_int_eq(run("out", false, no_window[_i], NULL), RUN_OK);
    ck_assert_uint_gt(rows_of("out/series.csv", "call:call", &r), 700);
    ck_assert_str_eq(r.v[2], "");
    ck_assert_str_ne(r.v[3], ""); /* what is out is measured */
    ck_assert_str_eq(r.v[4], ""); /* and nothing times out */
    ck_assert_str_ne(r.v[5], "");
    ck_assert_int_eq(system("grep -q '^# of' out/figure.dat"), 0);
    ck_assert_int_ne(system("sed -n '/curves window/,/curves rtt/p' "
                            "out/figure.dat | grep -q '^[0-9]'"),
                     0);
}
END_TEST

/* Alone on its way 500 octets take 4 ms at 1 Mbit/s, 0.4 ms at 10 Mbit/s,
 * 4 us at 1 Gbit/s, and 16 ms of latency: 20.404 ms. */
START_TEST(series_of_flows)
{
    struct fields r;
    json_t *o;

    ck_assert_int_eq(run("out", false, "calls=", "captures="), RUN_OK);
    ck_assert_uint_eq(rows_of("out/series.csv", "flow:cross", &r), 801);
    ck_assert_int_eq(system("cut -d , -f 16 out/series.csv | grep 0 | "
                            "grep -vx 0.020404"),
                     256);
    ck_assert_int_eq(
        system("cut -d , -f 16 out/series.csv | grep -qx 0.020404"), 0);
    o = load("out/result.json");
    ck_assert_double_eq(atof(r.v[7]), metric(o, "", "flow_packets_sent"));
    ck_assert_double_eq(atof(r.v[9]) * 8 / 4,
                        metric(o, "", "flow_goodput_bps"));
    json_decref(o);
}
END_TEST

/* Rate 0 from 1 s on: of a packet each 504 * 8 / 100000 s those that are sent
 * from 0.99 s to 3.99 s, 10 ms before they come to the hub, find it down:
 * those of 25 * 40.32 ms = 1.008 s to 98 * 40.32 ms = 3.951 s. */
START_TEST(series_of_a_link_that_is_down)
{
    struct fields r;

    write_platform(" bandwidth_file=\"bw\"");
    write_text("bw", "0.0 125000\n1.0 0\n");
    ck_assert_int_eq(run("out", false, "calls=", "links=[{name: hub}]"),
                     RUN_OK);
    ck_assert_uint_eq(rows_of("out/series.csv", "link:hub", &r), 801);
    ck_assert_str_eq(r.v[11], "0");
    ck_assert_str_eq(r.v[12], "0");
    ck_assert_str_eq(r.v[16], "74");
    ck_assert_int_eq(system("grep -q '^# drops 74' out/figure.dat"), 0);
}
END_TEST

/* The last row is what calls.csv ends with. */
START_TEST(series_ends_with_the_run)
{
    struct fields r;
    json_t *o;

    write_text("s.yaml", ppp_scenario);
    ck_assert_int_eq(run("out", false, "calls.c.count=1", "duration=3999ms"),
                     RUN_OK);
    ck_assert_uint_gt(rows_of("out/series.csv", "call:c0", &r), 500);
    o = load("out/result.json");
    ck_assert_double_eq_tol(atof(r.v[9]) * 8 / 3.999,
                            metric(o, "", "goodput_bps"), 1e-3);
    json_decref(o);
}
END_TEST

/* Of 12 every third; the run says so. */
START_TEST(series_follows_some)
{
    static const char *const yes[] = { "call:c0", "call:c3", "call:c6",
                                       "call:c9" };
    struct fields r;
    json_t *o, *s, *notes;

    write_text("s.yaml", ppp_scenario);
    ck_assert_int_eq(run("out", false, "calls.c.count=12", "sample_calls=4"),
                     RUN_OK);
    for (size_t i = 0; i < 4; i++)
        ck_assert_uint_gt(rows_of("out/series.csv", yes[i], &r), 100);
    ck_assert_uint_eq(rows_of("out/series.csv", "call:c1", &r), 0);
    ck_assert_uint_eq(rows_of("out/series.csv", "call:c11", &r), 0);
    o = load("out/result.json");
    s = json_object_get(json_object_get(json_object_get(o, "variants"), ""),
                        "series");
    ck_assert_int_eq(json_integer_value(json_object_get(s, "calls")), 12);
    ck_assert_int_eq(json_integer_value(json_object_get(s, "calls_followed")),
                     4);
    notes = json_object_get(
        json_object_get(json_object_get(o, "variants"), ""), "notes");
    ck_assert_uint_eq(json_array_size(notes), 1);
    ck_assert_str_eq(json_string_value(json_array_get(notes, 0)),
                     "series.csv has rows of 4 of 12 calls, evenly chosen "
                     "('sample_calls')");
    json_decref(o);
    ck_assert_int_eq(run("none", false, "sample_calls=0", NULL), RUN_OK);
    ck_assert_uint_eq(rows_of("none/series.csv", "call:c0", &r), 0);
}
END_TEST

/* Values that would be no names of folders, or twice the same. */
START_TEST(variants_have_folders)
{
    json_t *o;

    write_text("s.yaml",
               "duration: 1s\nplatform: p.xml\n"
               "flows: [{name: f, from: pac, to: pns, rate: 9kbit/s}]\n"
               "compare: {key: title, values: [../up, .hid, a b, a/b]}\n");
    ck_assert_int_eq(run("out", false, NULL, NULL), RUN_OK);
    ck_assert(!exists("up") && !exists("out/.hid") && !exists("out/a"));
    ck_assert(exists("out/_./up/result.json") ||
              exists("out/_._up/result.json"));
    ck_assert(exists("out/_hid/result.json"));
    ck_assert(exists("out/a_b/result.json"));
    ck_assert(exists("out/a_b-3/result.json"));
    o = load("out/result.json");
    ck_assert_uint_eq(json_object_size(json_object_get(o, "variants")), 4);
    json_decref(o);
    /* Another run takes away what this one left, and nothing else. */
    write_text("out/a_b/mine", "x");
    ck_assert_int_eq(run("out", true, "compare.values=[z]", NULL), RUN_OK);
    ck_assert(exists("out/z/result.json") && exists("out/a_b/mine"));
    ck_assert(!exists("out/a_b/result.json") && !exists("out/_hid"));
}
END_TEST

START_TEST(out_is_guarded)
{
    write_text("file", "x");
    ck_assert_int_eq(mkdir("full", 0777), 0);
    write_text("full/mine", "x");
    ck_assert_int_eq(mkdir("empty", 0777), 0);
    ck_assert_int_eq(run("file", false, NULL, NULL), RUN_INPUT);
    ck_assert_int_eq(run("file", true, NULL, NULL), RUN_INPUT);
    ck_assert_int_eq(run("file/x", true, NULL, NULL), RUN_INPUT);
    ck_assert_int_eq(run("", false, NULL, NULL), RUN_INPUT);
    ck_assert_int_eq(run("full", false, NULL, NULL), RUN_INPUT);
    /* Force is for our own results only. */
    ck_assert_int_eq(run("full", true, NULL, NULL), RUN_INPUT);
    ck_assert(exists("full/mine") && !exists("full/result.json"));
    ck_assert_int_eq(run("empty", false, NULL, NULL), RUN_OK);
    ck_assert_int_eq(run("empty", false, NULL, NULL), RUN_INPUT);
    ck_assert_int_eq(run("empty", true, "trace_file=off", NULL), RUN_OK);
    ck_assert(!exists("empty/trace.jsonl"));
    ck_assert_int_eq(run(NULL, false, NULL, NULL), RUN_OK);
    ck_assert(exists("out/s/result.json"));
}
END_TEST

/* --- memory --------------------------------------------------------------- */

#if !defined __SANITIZE_ADDRESS__
static bool in_valgrind(void)
{
#ifdef HAVE_VALGRIND_VALGRIND_H
    return RUNNING_ON_VALGRIND;
#else
    return false;
#endif
}

/* Of the process of a simulation, by its largest; in pages of the least size,
 * so that it is the same each time. */
static long octets_of(unsigned calls)
{
    struct rusage used;
    int status = -1;
    json_t *o;
    pid_t pid;
    FILE *f = fopen("s.yaml", "w");

    ck_assert_ptr_nonnull(f);
    fprintf(f,
            "duration: 12s\nplatform: p.xml\nsample_interval: 12s\n"
            "trace: off\n"
            "ppp: {auth: chap}\nnodes:\n"
            "  - {name: a, role: pac, host: a, connect: b, max_calls: 65535}\n"
            "  - {name: b, role: pns, host: b, max_calls: 65535}\n"
            "calls:\n"
            "  - {name: c, count: %u, pac: a, pns: b, stagger: 200us,\n"
            "     line: {rate: 64kbit/s}}\n",
            calls);
    ck_assert_int_eq(fclose(f), 0);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
        _exit(run("idle", true, NULL, NULL));
    }
    ck_assert_int_eq(wait4(pid, &status, 0, &used), pid);
    ck_assert_int_eq(status, 0);
    o = load("idle/result.json");
    ck_assert_double_eq(metric(o, "", "calls_up"), calls);
    json_decref(o);
    return used.ru_maxrss * 1024;
}

/* A call that is up and idle, with PPP at both ends and all that there is for
 * it: 2 KiB.  Both numbers fill tables that double alike. */
START_TEST(an_idle_call_is_small)
{
    static const unsigned few = 16000, many = 32000;
    long each;

    write_text("p.xml",
               "<?xml version=\"1.0\"?>\n"
               "<!DOCTYPE platform SYSTEM "
               "\"https://simgrid.org/simgrid.dtd\">\n"
               "<platform version=\"4.1\"><zone id=\"z\" routing=\"Full\">\n"
               "<host id=\"a\" speed=\"1Gf\"/>"
               "<host id=\"b\" speed=\"1Gf\"/>\n"
               "<link id=\"l\" bandwidth=\"10Gbps\" latency=\"1ms\"/>\n"
               "<route src=\"a\" dst=\"b\"><link_ctn id=\"l\"/></route>\n"
               "</zone></platform>\n");
    each = (octets_of(many) - octets_of(few)) / (long)(many - few);
    ck_assert_int_gt(each, 1024); /* it does count */
    ck_assert_int_le(each, 2048);
}
END_TEST
#endif

int main(void)
{
    Suite *suite = suite_create("run");
    TCase *tc = tcase_create("run");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 120);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, results_are_there);
    tcase_add_test(tc, trace_is_json_and_repeats);
    tcase_add_test(tc, events_on_request);
    tcase_add_test(tc, orders_of_a_call);
    tcase_add_test(tc, orders_dial_who_calls);
    tcase_add_test(tc, orders_start_who_drains);
    tcase_add_test(tc, lost_packets_have_a_record);
    tcase_add_test(tc, tables_balance);
    tcase_add_test(tc, trace_levels);
    tcase_add_test(tc, captures_of_hosts_and_links);
    tcase_add_test(tc, tcp_of_control_connections);
    tcase_add_test(tc, captures_that_cannot_be);
    tcase_add_test(tc, profiles_are_honoured);
    tcase_add_test(tc, expectation_fails);
    tcase_add_test(tc, by_telephone);
    tcase_add_test(tc, calls_that_fail);
    tcase_add_test(tc, nothing_measured);
    tcase_add_test(tc, unknown_metric_stops_before);
    tcase_add_test(tc, numbers_are_short);
    tcase_add_test(tc, queue_is_what_waits);
    tcase_add_test(tc, series_has_its_step);
    tcase_add_test(tc, series_of_tcp);
    tcase_add_loop_test(tc, no_window_is_no_number, 0, 2);
    tcase_add_test(tc, series_of_flows);
    tcase_add_test(tc, series_of_a_link_that_is_down);
    tcase_add_test(tc, series_ends_with_the_run);
    tcase_add_test(tc, series_follows_some);
    tcase_add_test(tc, variants_have_folders);
    tcase_add_test(tc, out_is_guarded);
#if !defined __SANITIZE_ADDRESS__
    if (!in_valgrind())
        tcase_add_test(tc, an_idle_call_is_small);
#endif
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
