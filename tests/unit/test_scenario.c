/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scenarios: every type and check, groups, variants, dump, rough input. */
#include "config.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool/scenario.h"

static const char good[] =
    "title: all of it\n"
    "duration: 2min\n"
    "platform: net.xml\n"
    "links:\n"
    "  - {name: wan.up, queue: 50packets, loss: 1%}\n"
    "pptp:\n"
    "  windowing: off\n"
    "  alpha: 0.5\n"
    "nodes:\n"
    "  - {name: lac, role: pac, host: h, count: 3, connect: pns}\n"
    "  - name: pns\n"
    "    role: pns\n"
    "    host: server\n"
    "    pptp: {engine: fixed, ppd: 100ms}\n"
    "calls:\n"
    "  - name: modem\n"
    "    count: 3\n"
    "    pac: lac{n}\n"
    "    pns: pns\n"
    "    start: 1s\n"
    "    stagger: 250ms\n"
    "    line: {rate: 28.8kbit/s, delay: 60ms}\n"
    "    traffic:\n"
    "      - {model: poisson, rate: 20kbit/s, size: 1kB}\n"
    "      - {from: pac, model: replay, file: 't{n}.pcap',"
    " src: 10.0.0.1}\n"
    "flows:\n"
    "  - {name: cross, from: a, to: b, rate: 1Mbit/s,"
    " model: onoff, start: 5s, stop: 9s}\n"
    "captures:\n"
    "  - {name: wan, link: wan.up, limit: 128}\n"
    "compare:\n"
    "  key: pptp.engine\n"
    "  values: [rfc2637, fixed, off]\n";

static char dir[] = "/tmp/test_scenario_XXXXXX";
static char file[64];
static char expect_file[64];

static void write_file(const char *path, const char *text, size_t len)
{
    FILE *f = fopen(path, "wb");

    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(text, 1, len, f), len);
    fclose(f);
}

static int load_text(struct scenario *s, const char *text, size_t len,
                     const char *set, struct conf_error *err)
{
    write_file(file, text, len);
    return scenario_load(s, file, &set, set != NULL, err);
}

static int load_good(struct scenario *s, const char *set,
                     struct conf_error *err)
{
    return load_text(s, good, strlen(good), set, err);
}

START_TEST(good_is_read)
{
    struct scenario s;
    struct conf_error err;

    ck_assert_msg(load_good(&s, NULL, &err) == 0, "%s", err.text);
    ck_assert_str_eq(s.title, "all of it");
    ck_assert_uint_eq(s.duration_ns, 120 * PPTP_S);
    ck_assert_uint_eq(s.seed, 1);
    ck_assert_uint_eq(s.packets, 65536);
    ck_assert_int_eq(s.trace, PPTP_TRACE_LEVEL_packets);
    ck_assert_int_eq(strncmp(s.platform, dir, strlen(dir)), 0);
    ck_assert_uint_eq(s.links[0].queue_packets, 50);
    ck_assert_double_eq(s.links[0].loss, 0.01);
    ck_assert_int_eq(s.pptp.core.win.windowing, PPTP_WINDOWING_OFF);
    ck_assert_uint_eq(s.pptp.ppd_ns, KEY_AUTO);
    ck_assert(s.pptp.core.win.ato.cap_rtt);
    ck_assert_uint_eq(s.n_captures, 1);
    ck_assert_uint_eq(s.captures[0].limit_octets, 128);
    ck_assert_uint_eq(s.n_flows, 1);
    ck_assert_str_eq(s.flows[0].name, "cross");
    ck_assert_str_eq(s.flows[0].to_host, "b");
    ck_assert_uint_eq(s.flows[0].traffic.sim.stop_ns, 9 * PPTP_S);
    ck_assert_int_eq(s.flows[0].traffic.model, TRAFFIC_ONOFF);
    ck_assert_uint_eq(s.compare.values.n, 3);
    scenario_free(&s);
    scenario_free(&s);
}
END_TEST

START_TEST(groups_are_expanded)
{
    struct scenario s;
    struct conf_error err;

    ck_assert_int_eq(load_good(&s, NULL, &err), 0);
    ck_assert_uint_eq(s.n_nodes, 4);
    ck_assert_str_eq(s.nodes[2].name, "lac2");
    ck_assert_str_eq(s.nodes[2].host, "h2");
    ck_assert_uint_eq(s.nodes[2].connect_index[0], 3);
    ck_assert_str_eq(s.nodes[3].name, "pns");
    ck_assert_str_eq(s.nodes[3].host, "server");
    /* Field by field: what the node does not say is the scenario's. */
    ck_assert_ptr_eq(s.nodes[3].pptp.core.win.engine, &pptp_engine_fixed);
    ck_assert_uint_eq(s.nodes[3].pptp.ppd_ns, 100 * PPTP_MS);
    ck_assert_uint_eq(s.nodes[3].pptp.core.win.ato.alpha_q16, 32768);
    ck_assert_ptr_eq(s.nodes[0].pptp.core.win.engine, &pptp_engine_rfc2637);
    ck_assert_uint_eq(s.n_calls, 3);
    ck_assert_str_eq(s.calls[1].name, "modem1");
    ck_assert_uint_eq(s.calls[1].pac_index, 1);
    ck_assert_uint_eq(s.calls[1].pns_index, 3);
    ck_assert_uint_eq(s.calls[2].start_ns, 1500 * PPTP_MS);
    ck_assert_uint_eq(s.calls[2].line.fifo.rate_bps, 28800);
    ck_assert_uint_eq(s.calls[2].n_traffic, 2);
    ck_assert_uint_eq(s.calls[2].traffic[0].sim.traffic.size_octets, 1000);
    ck_assert(!s.calls[2].traffic[0].sim.from_pac);
    ck_assert(s.calls[2].traffic[1].sim.from_pac);
    ck_assert_uint_eq(s.calls[2].traffic[1].src_ipv4, 0x0a000001);
    ck_assert_ptr_nonnull(strstr(s.calls[2].traffic[1].file, "/t2.pcap"));
    scenario_free(&s);
}
END_TEST

#define SIXTEEN "0123456789abcdef"
#define LONG_SECRET                                                         \
    SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN \
        SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN

/* One --set that makes the good scenario bad, and what is said. */
static const struct {
    const char *set;
    const char *why;
} bad_sets[] = {
    { "pptp.enigne=fixed", "--set pptp.enigne: unknown key 'enigne'; did "
                           "you mean 'engine'?" },
    { "pptp.zzzzzzzzzz=1", "allowed: engine, windowing" },
    { "pptp.engine=cubic", "'cubic' is not one of rfc2637, fixed, off" },
    { "pptp.engine=netgrap", "off, netgraph; did you mean 'netgraph'?" },
    { "calls.modem.traffic.0.model=poison", "did you mean 'poisson'" },
    { "pptp.rtt_cap=perhaps", "neither true nor false" },
    { "pptp.recv_window=0", "allowed: 1packets to 65535packets" },
    { "pptp.recv_window=70000", "allowed: 1packets to 65535packets" },
    { "pptp.ppd=soon", "or auto" },
    { "pptp.alpha=2", "allowed: 0.0001 to 1" },
    { "pptp.mtu=67", "68octets to 65535octets" },
    { "pptp.min_timeout=11s", "min_timeout is greater" },
    { "pptp=5", "must hold keys" },
    { "duration=0s", "out of range" },
    { "duration=1001h", "1ns to 1000h" },
    { "duration=", "'' is not a time, such as 250ms" },
    { "platform=", "key 'platform' is required" },
    { "duration=[1]", "must be a single value" },
    { "seed=-1", "negative" },
    { "seed=99999999999999999999", "at most 18446744073709551614" },
    { "duration=99999999999999999999h", "allowed: 1ns to 1000h" },
    { "ppp.user=" SIXTEEN SIXTEEN SIXTEEN SIXTEEN,
      "--set ppp.user: key 'user': 64 octets; at most 63" },
    { "ppp.password=" LONG_SECRET,
      "--set ppp.password: key 'password': 256 octets; at most 255" },
    { "ppp.callers_password=" LONG_SECRET, "'callers_password': 256 octets" },
    { "expect=/", "--set expect: key 'expect': /: Is a directory" },
    { "compare={key: pptp.enigne, values: [a]}",
      "compare: 'pptp.enigne=a': unknown key 'enigne'" },
    { "packets=63", "64packets" },
    { "links.wan.up.loss=101%", "0 to 1" },
    { "links.wan.up.queue=0", "1packets to 1000000packets" },
    { "links=5", "must be a list" },
    { "links=[5]", "must hold keys" },
    { "links=[{queue: 5}]", "key 'name' is required" },
    { "links=[{name: a}, {name: a}]", "name 'a' is used twice" },
    { "nodes.pns.role=lns", "not one of pac, pns, both" },
    { "nodes.pns.name=lac1", "'lac1' is used twice" },
    { "nodes.pns.name=a b", "name 'a b' is not allowed" },
    { "nodes.pns.role=pac", "is not a PNS" },
    { "nodes.lac.pool=10.0.0.0/24",
      "'pool' is only for a PNS, and node 'lac0'" },
    { "nodes.lac.pool=[10.0.0.1, 10.0.0.2]", "'pool' is only for a PNS" },
    { "nodes.lac.idle_timeout=5s", "'idle_timeout' is only for a PNS" },
    { "nodes.lac.session_timeout=1h", "'session_timeout' is only for a PNS" },
    { "nodes.lac.calls_per_source=1", "'calls_per_source' is only for" },
    { "nodes.lac.count=65536", "allowed: 1 to 65535" },
    { "nodes.lac.count=65535", "at most 65535" },
    { "nodes.lac.connect=nobody", "no node has the name 'nobody'" },
    { "nodes.lac.connect=[]", "key 'connect'" },
    { "nodes.lac.connect={a: 1}", "a text or a list" },
    { "nodes.0.pptp.mtu=1", "68octets" },
    { "nodes.pns.pptp.min_timeout=20s", "min_timeout" },
    { "calls.modem.pac=pns", "node 'pns' is not a PAC" },
    { "calls.modem.pns=lac0", "node 'lac0' is not a PNS" },
    { "calls.modem.count=4", "no node has the name 'lac3'" },
    { "calls.modem.line={}", "key 'rate' is required" },
    { "calls.modem.line.rate=28800", "needs a unit, such as 28.8kbit/s" },
    { "calls.modem.line.rate=0bit/s", "1bit/s to 1000Gbit/s" },
    { "calls.modem.traffic.0.rate=5ms", "bit/s, kbit/s" },
    { "calls.modem.traffic.0.size=27", "28octets" },
    { "calls.modem.traffic.0.file=x", "only for the model replay" },
    { "calls.modem.traffic.0.sizes=exponential", "only for flows" },
    { "flows.cross.sizes=uniform", "'uniform' is not one of" },
    { "flows=[{name: f, from: a, to: b, model: replay, file: x, "
      "sizes: exponential}]",
      "not for the model replay" },
    { "calls.modem.traffic.1.model=constant", "only for the model replay" },
    { "calls.modem.traffic.1.src=10.0.0", "not an IPv4 address" },
    { "calls.modem.traffic=[{}]", "key 'rate' is required" },
    { "calls.modem.traffic=[{model: replay}]", "key 'file' is required" },
    { "flows.cross.stop=2s", "stop must be later" },
    { "flows.cross.shape=1", "1.001 to 3" },
    { "flows=[{name: f, from: a, to: b}]", "key 'rate' is required" },
    { "links.wan.up.name=a,b", "link 'a,b' has a comma" },
    { "orders=[{node: pns, do: drain}]", "key 'at' is required" },
    { "orders=[{at: 1s, node: pns, do: dance}]", "'dance' is not one of" },
    { "orders=[{at: 1s, node: x, do: drain}]", "no node has the name 'x'" },
    { "orders=[{at: 1s, node: lac0, do: renegotiate}]",
      "node 'lac0' is not a PNS" },
    { "orders=[{at: 1s, node: pns, do: clear, call: x}]",
      "no call has the name 'x'" },
    { "orders=[{at: 1s, node: lac0, do: clear, call: modem1}]",
      "call 'modem1' is not one of node 'lac0'" },
    { "orders=[{at: 1s, node: pns, do: stop, call: modem1}]",
      "only clear and renegotiate" },
    { "orders=[{at: 1s, node: pns, do: dial, pac: lac0}]",
      "dial takes a pac and a number" },
    { "orders=[{at: 1s, node: pns, do: dial, pac: pns, number: '1'}]",
      "node 'pns' is not a PAC" },
    { "trace_file=all", "'all' is not one of off, calls, packets" },
    { "captures.wan.name=../wan", "name '../wan' is not allowed" },
    { "captures.wan.limit=0", "1octets to 65535octets" },
    { "flows.cross.name=f\xc3\xa9", "letters, digits, '_' and '-'" },
    { "duration=\xef\xbc\x95s", "is not a time" },
    { "duration=-5s", "is negative" },
    { "duration=1e3s", "allowed: ns, us, ms, s, min or h" },
    { "links.wan.up.loss=nan", "is not a ratio" },
    { "pptp.alpha=inf", "is not a" },
    { "sample_interval=0s", "1us to 1000h" },
    { "captures.wan.host=x", "exactly one of link and host" },
    { "captures=[{name: x}]", "exactly one of link and host" },
    { "compare.key=pptp.speed", "unknown key 'speed'" },
    { "compare.key=nodes.zz.count", "no item 'zz' here" },
    { "compare.values=[fixed, warp]", "'pptp.engine=warp'" },
    { "compare.values=[]", "allowed: 1 to 1000" },
    { "compare.values=[on, fixed, on]", "value 'on' is given twice" },
    { "expect=missing.yaml", "missing.yaml: No such file" },
};

START_TEST(bad_set_is_refused)
{
    struct scenario s;
    struct conf_error err;

    ck_assert_int_eq(load_good(&s, bad_sets[_i].set, &err), -1);
    ck_assert_msg(strstr(err.text, bad_sets[_i].why) != NULL, "%s: %s",
                  bad_sets[_i].set, err.text);
    ck_assert_ptr_null(strchr(err.text, '\n'));
    ck_assert_ptr_null(s.nodes);
}
END_TEST

/* Text put in place of a piece of the good scenario, and the line told. */
static const struct {
    const char *from;
    const char *to;
    int line;
    const char *why;
} bad_texts[] = {
    { "alpha:", "alhpa:", 8, "unknown key 'alhpa'; did you mean 'alpha'?" },
    { "start: 1s", "start: 1", 20, "time needs a unit" },
    { "pac: lac{n}", "pac: lac", 18, "no node has the name 'lac'" },
    { "role: pns", "rule: pns", 12, "did you mean 'role'?" },
    { "count: 3\n    pac", "count: 0\n    pac", 17, "1 to 65535" },
    { "key: pptp.engine", "key: pptp.engin", 31, "unknown key 'engin'" },
    { "connect: pns", "max_calls: 7", 16, "key 'connect'" },
};

START_TEST(errors_tell_the_line)
{
    struct scenario s;
    struct conf_error err;
    char text[sizeof good + 64];
    char where[96];
    const char *at = strstr(good, bad_texts[_i].from);

    ck_assert_ptr_nonnull(at);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - good), good,
             bad_texts[_i].to, at + strlen(bad_texts[_i].from));
    ck_assert_int_eq(load_text(&s, text, strlen(text), NULL, &err), -1);
    snprintf(where, sizeof where, "%s:%d: ", file, bad_texts[_i].line);
    ck_assert_msg(strncmp(err.text, where, strlen(where)) == 0, "%s",
                  err.text);
    ck_assert_msg(strstr(err.text, bad_texts[_i].why) != NULL, "%s", err.text);
}
END_TEST

/* A trace file cannot hold records that are not made. */
static const struct {
    const char *trace;
    const char *trace_file;
    const char *why; /* NULL: fine */
} traces[] = {
    { "trace=packets", "trace_file=packets", NULL },
    { "trace=packets", "trace_file=calls", NULL },
    { "trace=calls", "trace_file=calls", NULL },
    { "trace=off", "trace_file=off", NULL },
    { "trace=calls", "trace_file=packets", "allowed: off, calls" },
    { "trace=off", "trace_file=calls", "allowed: off" },
};

START_TEST(trace_file_within_trace)
{
    const char *sets[2] = { traces[_i].trace, traces[_i].trace_file };
    const char *why = traces[_i].why;
    struct scenario s;
    struct conf_error err = { "" };
    int result;

    write_file(file, good, strlen(good));
    result = scenario_load(&s, file, sets, 2, &err);
    ck_assert_msg(result == (why == NULL ? 0 : -1), "%s", err.text);
    if (why != NULL) {
        const char *end = err.text + strlen(err.text) - strlen(why);

        ck_assert_ptr_nonnull(strstr(err.text, "key 'trace_file'"));
        ck_assert_str_eq(end, why);
    }
    scenario_free(&s);
}
END_TEST

/* Files that are no scenarios: one line, nothing kept. */
static const struct {
    const char *text;
    size_t len;
    const char *why;
} not_scenarios[] = {
#define FILE_OF(text, why)         \
    {                              \
        text, sizeof text - 1, why \
    }
    FILE_OF("", ":1: key 'duration' is required"),
    FILE_OF("# only a word\n", "key 'duration' is required"),
    FILE_OF("\x7f"
            "ELF\x02\x01\x01\0\0\0\0",
            "control characters"),
    FILE_OF("\xff\xfe\0d\0u", ":1: "),
    FILE_OF("duration: 5s\0\n", ":1: "),
    FILE_OF("just words\n", "must hold keys"),
    FILE_OF("- duration: 5s\n", "must hold keys"),
    FILE_OF("duration: 5s\n\tplatform: x\n", ":2: "),
    FILE_OF("duration: &d 5s\n", ":1: anchors"),
    FILE_OF("a: &a [*a]\n", ":1: anchors"),
    FILE_OF("<<: {duration: 5s}\n", ":1: unknown key '<<'"),
    FILE_OF("duration: 5s\nduration: 6s\n", ":2: key 'duration' is given"),
};

START_TEST(no_scenario_at_all)
{
    struct scenario s;
    struct conf_error err;

    ck_assert_int_eq(load_text(&s, not_scenarios[_i].text,
                               not_scenarios[_i].len, NULL, &err),
                     -1);
    ck_assert_msg(strstr(err.text, not_scenarios[_i].why) != NULL, "%s",
                  err.text);
    ck_assert_ptr_null(strchr(err.text, '\n'));
    ck_assert_int_eq(strncmp(err.text, file, strlen(file)), 0);
}
END_TEST

START_TEST(paths_that_are_no_files)
{
    struct scenario s;
    struct conf_error err;

    ck_assert_int_eq(scenario_load(&s, dir, NULL, 0, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "Is a directory"));
    ck_assert_int_eq(scenario_load(&s, "", NULL, 0, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "No such file"));
}
END_TEST

/* A byte-order mark and words of other languages are fine. */
START_TEST(utf8_is_read)
{
    static const char text[] = "\xef\xbb\xbf"
                               "duration: 5s\n"
                               "platform: p.xml\n"
                               "title: \"\xc3\x9cn\xc3\xaf \xe2\x98\x8e\"\n";
    struct scenario s;
    struct conf_error err;

    ck_assert_msg(load_text(&s, text, sizeof text - 1, NULL, &err) == 0, "%s",
                  err.text);
    ck_assert_str_eq(s.title, "\xc3\x9cn\xc3\xaf \xe2\x98\x8e");
    scenario_free(&s);
}
END_TEST

START_TEST(sets_and_variants)
{
    const char *sets[2] = { "calls.0.count=2", NULL };
    struct scenario s;
    struct scenario v;
    struct conf_error err;
    char *set;

    write_file(file, good, strlen(good));
    ck_assert_int_eq(scenario_load(&s, file, sets, 1, &err), 0);
    ck_assert_uint_eq(s.n_calls, 2);
    set = scenario_variant_set(&s, 1);
    ck_assert_str_eq(set, "pptp.engine=fixed");
    ck_assert_ptr_null(scenario_variant_set(&s, 3));
    sets[1] = set;
    ck_assert_int_eq(scenario_load(&v, file, sets, 2, &err), 0);
    ck_assert_ptr_eq(v.nodes[0].pptp.core.win.engine, &pptp_engine_fixed);
    ck_assert_ptr_eq(s.nodes[0].pptp.core.win.engine, &pptp_engine_rfc2637);
    free(set);
    scenario_free(&v);
    scenario_free(&s);
}
END_TEST

START_TEST(expectations)
{
    static const char text[] =
        "expect:\n"
        "  - {that: a.goodput, at_least: 20000, why: because}\n"
        "  - {that: a.loss, less_than: b.loss, times: 0.5}\n";
    static const char empty[] = "expect:\n  - {that: a}\n";
    struct scenario s;
    struct conf_error err;

    write_file(expect_file, text, strlen(text));
    ck_assert_msg(load_good(&s, NULL, &err) == 0, "%s", err.text);
    ck_assert_uint_eq(s.n_expect, 2);
    ck_assert_double_eq(s.expect[0].at_least, 20000);
    ck_assert(isnan(s.expect[0].at_most));
    ck_assert_str_eq(s.expect[0].why, "because");
    ck_assert_str_eq(s.expect[1].less_than, "b.loss");
    ck_assert_double_eq(s.expect[1].times, 0.5);
    scenario_free(&s);
    ck_assert_int_eq(load_good(&s, "expect=", &err), 0);
    ck_assert_uint_eq(s.n_expect, 0);
    scenario_free(&s);
    write_file(expect_file, empty, strlen(empty));
    ck_assert_int_eq(load_good(&s, NULL, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "expect.yaml:2: nothing"));
    unlink(expect_file);
}
END_TEST

static const char *text_at(json_t *o, const char *a, size_t i, const char *b)
{
    json_t *item = json_array_get(json_object_get(o, a), i);
    const char *text = json_string_value(json_object_get(item, b));

    return text != NULL ? text : "";
}

START_TEST(dump_is_canonical)
{
    struct scenario s;
    struct conf_error err;
    json_t *o;
    json_t *call;

    ck_assert_int_eq(load_good(&s, NULL, &err), 0);
    o = scenario_dump_json(&s);
    ck_assert_str_eq(json_string_value(json_object_get(o, "platform")),
                     "net.xml");
    ck_assert_str_eq(json_string_value(json_object_get(o, "duration")),
                     "2min");
    ck_assert_int_eq(json_integer_value(json_object_get(o, "seed")), 1);
    ck_assert_str_eq(text_at(o, "links", 0, "queue"), "50packets");
    ck_assert_str_eq(text_at(o, "nodes", 0, "role"), "pac");
    ck_assert_str_eq(text_at(o, "flows", 0, "rate"), "1Mbit/s");
    ck_assert_uint_eq(json_array_size(json_object_get(o, "calls")), 1);
    call = json_array_get(json_object_get(o, "calls"), 0);
    ck_assert_int_eq(json_integer_value(json_object_get(call, "count")), 3);
    ck_assert_str_eq(json_string_value(json_object_get(
                         json_object_get(call, "line"), "rate")),
                     "28.8kbit/s");
    ck_assert_str_eq(text_at(call, "traffic", 1, "file"), "t{n}.pcap");
    ck_assert_str_eq(text_at(call, "traffic", 1, "src"), "10.0.0.1");
    ck_assert_str_eq(
        json_string_value(json_object_get(json_object_get(o, "pptp"), "ppd")),
        "auto");
    ck_assert_uint_eq(json_array_size(json_object_get(
                          json_object_get(o, "compare"), "values")),
                      3);
    json_decref(o);
    scenario_free(&s);
}
END_TEST

/* Results are handed around: they tell no secret. */
START_TEST(dump_masks_secrets)
{
    struct scenario s;
    struct conf_error err;
    json_t *o;
    char *text;

    ck_assert_int_eq(load_good(&s,
                               "ppp={password: xyzzy, "
                               "callers_password: plugh}",
                               &err),
                     0);
    ck_assert_str_eq(s.ppp.sim.password, "xyzzy");
    o = scenario_dump_json(&s);
    text = json_dumps(o, 0);
    ck_assert_ptr_null(strstr(text, "xyzzy"));
    ck_assert_ptr_null(strstr(text, "plugh"));
    ck_assert_str_eq(json_string_value(json_object_get(
                         json_object_get(o, "ppp"), "callers_password")),
                     "***");
    free(text);
    json_decref(o);
    scenario_free(&s);
}
END_TEST

/* The dump of the node parameters is a scenario's text again. */
START_TEST(dump_reads_back)
{
    struct scenario s;
    struct scenario back;
    struct conf_error err;
    json_t *first;
    json_t *second;
    char *text;

    ck_assert_int_eq(load_good(&s, NULL, &err), 0);
    first = scenario_dump_json(&s);
    json_object_del(first, "expectations");
    /* A count that was not written would make a group of one. */
    json_object_del(json_array_get(json_object_get(first, "nodes"), 1),
                    "count");
    json_object_del(json_array_get(json_object_get(first, "flows"), 0),
                    "count");
    text = json_dumps(first, JSON_INDENT(1));
    ck_assert_msg(load_text(&back, text, strlen(text), NULL, &err) == 0, "%s",
                  err.text);
    second = scenario_dump_json(&back);
    json_object_del(second, "expectations");
    json_object_del(json_array_get(json_object_get(second, "nodes"), 1),
                    "count");
    json_object_del(json_array_get(json_object_get(second, "flows"), 0),
                    "count");
    ck_assert(json_equal(first, second));
    free(text);
    json_decref(first);
    json_decref(second);
    scenario_free(&back);
    scenario_free(&s);
}
END_TEST

START_TEST(reference_has_every_key)
{
    char *text = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&text, &len);

    scenario_reference(f);
    fclose(f);
    ck_assert_ptr_nonnull(strstr(text, "## calls.line\n"));
    ck_assert_ptr_nonnull(strstr(text, "| `pac` | text | required |"));
    ck_assert_ptr_nonnull(strstr(text, "`rfc2637`, `fixed`, `off`"));
    ck_assert_ptr_nonnull(strstr(text, "| `dial_timeout` | time | `60s` |"));
    ck_assert_ptr_nonnull(strstr(text, "| `at_least` | real |"));
    ck_assert_ptr_null(strstr(text, "(null)"));
    free(text);
}
END_TEST

START_TEST(every_truncation)
{
    size_t accepted = 0;

    for (size_t len = 0; len < strlen(good); len++) {
        struct scenario s;
        struct conf_error err = { "" };

        if (load_text(&s, good, len, NULL, &err) == 0) {
            accepted++;
            scenario_free(&s);
        } else {
            ck_assert_str_ne(err.text, "");
        }
    }
    ck_assert_uint_lt(accepted, strlen(good) / 2);
}
END_TEST

START_TEST(flipped_octets)
{
    uint64_t x = 88172645463325252u;
    size_t refused = 0;

    for (int i = 0; i < 3000; i++) {
        char text[sizeof good];
        struct scenario s;
        struct conf_error err = { "" };

        memcpy(text, good, sizeof good);
        for (int j = 0; j <= i % 3; j++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            text[x % (sizeof good - 1)] ^= (char)(1 << (x >> 40) % 8);
        }
        if (load_text(&s, text, sizeof good - 1, NULL, &err) == 0) {
            scenario_free(&s);
        } else {
            refused++;
            ck_assert_str_ne(err.text, "");
        }
    }
    ck_assert_uint_gt(refused, 1000);
}
END_TEST

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

int main(void)
{
    Suite *suite = suite_create("scenario");
    TCase *tc = tcase_create("scenario");
    SRunner *runner = srunner_create(suite);
    int failed;

    if (mkdtemp(dir) == NULL) {
        perror("mkdtemp");
        return 1;
    }
    snprintf(file, sizeof file, "%s/s.yaml", dir);
    snprintf(expect_file, sizeof expect_file, "%s/expect.yaml", dir);
    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, good_is_read);
    tcase_add_test(tc, groups_are_expanded);
    tcase_add_loop_test(tc, bad_set_is_refused, 0, COUNT(bad_sets));
    tcase_add_loop_test(tc, errors_tell_the_line, 0, COUNT(bad_texts));
    tcase_add_loop_test(tc, trace_file_within_trace, 0, COUNT(traces));
    tcase_add_loop_test(tc, no_scenario_at_all, 0, COUNT(not_scenarios));
    tcase_add_test(tc, paths_that_are_no_files);
    tcase_add_test(tc, utf8_is_read);
    tcase_add_test(tc, sets_and_variants);
    tcase_add_test(tc, expectations);
    tcase_add_test(tc, dump_is_canonical);
    tcase_add_test(tc, dump_masks_secrets);
    tcase_add_test(tc, dump_reads_back);
    tcase_add_test(tc, reference_has_every_key);
    tcase_add_test(tc, every_truncation);
    tcase_add_test(tc, flipped_octets);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    unlink(expect_file);
    unlink(file);
    rmdir(dir);
    return failed != 0;
}
