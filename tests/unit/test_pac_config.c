/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The PAC's configuration: src/tool/pac_config.h. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "bridge/bridge.h"
#include "pptp/msg.h"
#include "tool/pac_config.h"

#define HEAD "mode: ocrq\npeers: [10.0.0.1, 10.0.0.2]\n"

static struct tap_pac_config c;
static struct conf_error err;

static struct pac_file *good(const char *text)
{
    struct pac_file *f;

    err.text[0] = 0;
    f = pac_file_parse("text", text, &c, &err);
    ck_assert_msg(f != NULL, "%s", err.text);
    return f;
}

/* Refused in this line, with these words. */
static void bad(const char *text, int line, const char *words)
{
    char place[40];

    snprintf(place, sizeof place, "text:%d: ", line);
    ck_assert_ptr_null(pac_file_parse("text", text, &c, &err));
    ck_assert_msg(strncmp(err.text, place, strlen(place)) == 0, "%s",
                  err.text);
    ck_assert_msg(strstr(err.text, words) != NULL, "%s", err.text);
}

START_TEST(a_client)
{
    struct pac_file *f = good(HEAD "lines:\n - name: one\n"
                                   "   client: { user: alice }\n");

    ck_assert_int_eq(c.mode, NAS_PAC_OCRQ);
    ck_assert_uint_eq(c.peers, 2);
    ck_assert_uint_eq(c.peer[0].ip, 0x0a000001);
    ck_assert_uint_eq(c.peer[1].ip, 0x0a000002);
    ck_assert_ptr_null(c.peer[1].name);
    ck_assert_uint_eq(c.banks, 1);
    ck_assert_int_eq(c.bank[0].kind, TAP_PAC_CLIENT);
    ck_assert_str_eq(c.bank[0].name, "one");
    ck_assert_str_eq(c.bank[0].client.calls.ppp.user, "alice");
    ck_assert_uint_eq(c.bank[0].client.calls.count, 1);
    ck_assert_uint_eq(c.bank[0].client.calls.mtu, 1396);
    ck_assert(!c.bank[0].client.calls.clamp_mss); /* nobody's TCP */
    ck_assert(!c.bank[0].client.calls.answers);
    ck_assert_uint_eq(c.bank[0].client.calls.redial_ns, 5 * PPTP_S);
    ck_assert_ptr_null(c.bank[0].client.device);
    ck_assert_ptr_null(c.devices);
    ck_assert(!c.default_route);
    ck_assert(!c.world.listens);
    ck_assert(c.world.connects);
    /* a VPN client's role, and so many connections to one server */
    ck_assert_int_eq(c.world.pptp.role, PPTP_ROLE_PNS);
    ck_assert(c.world.pptp.allow_multiple);
    pac_file_free(f);
}
END_TEST

START_TEST(every_kind)
{
    struct pac_file *f = good(
        "mode: icrq\nlisten: 10.0.0.9\nlines:\n"
        " - name: desk\n   number: \"123\"\n   channel: 7\n"
        "   pty: { link: /run/desk, mode: \"660\", caller: \"9\" }\n"
        " - name: in\n   stdio: { speed: 64kbit/s }\n"
        " - name: port\n"
        "   serial: { device: /dev/ttyS0, init: [ATZ, ATE0], rings: 2,"
        " dcd: false }\n"
        " - name: many\n   client: { auth: none, count: 40,"
        " ask_wins: true }\n");

    ck_assert_int_eq(c.mode, NAS_PAC_ICRQ);
    ck_assert_uint_eq(c.banks, 4);
    ck_assert_int_eq(c.bank[0].kind, TAP_PAC_PTY);
    ck_assert_str_eq(c.bank[0].tty.link, "/run/desk");
    ck_assert_str_eq(c.bank[0].tty.number, "123");
    ck_assert_str_eq(c.bank[0].tty.caller, "9");
    ck_assert_uint_eq(c.bank[0].tty.mode, 0660);
    ck_assert_uint_eq(c.bank[0].tty.channel, 7);
    ck_assert_int_eq(c.bank[1].kind, TAP_PAC_STDIO);
    ck_assert_uint_eq(c.bank[1].tty.connect_bps, 64000);
    ck_assert_int_eq(c.bank[2].kind, TAP_PAC_SERIAL);
    ck_assert_str_eq(c.bank[2].serial.at.init[0], "ATZ");
    ck_assert_str_eq(c.bank[2].serial.at.init[1], "ATE0");
    ck_assert_ptr_null(c.bank[2].serial.at.init[2]);
    ck_assert_uint_eq(c.bank[2].serial.at.rings, 2);
    ck_assert(!c.bank[2].serial.dcd);
    ck_assert_uint_eq(c.bank[3].client.calls.count, 40);
    ck_assert(c.bank[3].client.calls.ppp.ask_wins);
    ck_assert(!c.bank[3].client.calls.ppp.ask_dns);
    /* a true PAC with a channel for each line */
    ck_assert_int_eq(c.world.pptp.role, PPTP_ROLE_PAC);
    ck_assert_uint_eq(c.world.pptp.max_channels, 43);
    ck_assert_uint_ge(c.world.limits.calls, 43);
    ck_assert(c.world.listens);
    pac_file_free(f);
}
END_TEST

/* Names are not looked up here: they may not be there yet. */
START_TEST(names_of_peers)
{
    struct pac_file *f = good(
        "mode: icrq\npeers: [vpn.example.net, 10.0.0.1, no-such-host]\n"
        "lines:\n - name: one\n   client: { user: a }\n");

    ck_assert_uint_eq(c.peers, 3);
    ck_assert_str_eq(c.peer[0].name, "vpn.example.net");
    ck_assert_ptr_null(c.peer[1].name);
    ck_assert_uint_eq(c.peer[1].ip, 0x0a000001);
    ck_assert_str_eq(c.peer[2].name, "no-such-host");
    pac_file_free(f);
    bad("mode: icrq\npeers: fe80::1\nlines:\n - name: a\n"
        "   client: { user: a }\n",
        2, "'fe80::1' is neither an IPv4 address nor a name");
}
END_TEST

/* RFC 1661 6.1: less than the default is told to the server. */
START_TEST(sizes)
{
    static const struct {
        const char *mtu;
        unsigned mru;
    } table[] = { { "576", 576 },   { "1000", 1000 }, { "1395", 1395 },
                  { "1396", 1500 }, { "1400", 1500 }, { "1500", 1500 } };
    char text[200];
    unsigned i;

    for (i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct pac_file *f;

        snprintf(text, sizeof text,
                 HEAD "lines:\n - name: one\n"
                      "   client: { user: a, mtu: %s }\n",
                 table[i].mtu);
        f = good(text);
        ck_assert_uint_eq(c.bank[0].client.calls.ppp.mru, table[i].mru);
        pac_file_free(f);
    }
}
END_TEST

/* Everything into the tunnel: the keeper is told. */
START_TEST(routes)
{
    struct pac_file *f = good(
        HEAD "lines:\n - name: one\n   client: { user: a, device: dt%d,\n"
             "     answers: true, routes: [0.0.0.0/1, 128.0.0.0/1] }\n");

    ck_assert_str_eq(c.devices, "dt%d");
    ck_assert(c.default_route);
    ck_assert(c.bank[0].client.calls.clamp_mss);
    ck_assert(c.bank[0].client.calls.answers);
    ck_assert_uint_eq(c.bank[0].client.routes_n, 2);
    ck_assert_uint_eq(c.bank[0].client.routes[1].ip, 0x80000000);
    ck_assert_uint_eq(c.bank[0].client.routes[1].bits, 1);
    pac_file_free(f);
    /* halves: they win over a default route, and leave it */
    f = good(HEAD "lines:\n - name: one\n   client: { user: a, device: dt%d,\n"
                  "     routes: [10.0.0.0/8, 0.0.0.0/0] }\n");
    ck_assert(c.default_route);
    ck_assert_uint_eq(c.bank[0].client.routes_n, 3);
    ck_assert_uint_eq(c.bank[0].client.routes[1].ip, 0);
    ck_assert_uint_eq(c.bank[0].client.routes[1].bits, 1);
    ck_assert_uint_eq(c.bank[0].client.routes[2].ip, 0x80000000);
    ck_assert_uint_eq(c.bank[0].client.routes[2].bits, 1);
    pac_file_free(f);
    f = good(HEAD "lines:\n - name: one\n   client: { user: a, device: dt,\n"
                  "     routes: 10.1.0.0/16 }\n");
    ck_assert(!c.default_route);
    pac_file_free(f);
}
END_TEST

START_TEST(mistakes)
{
    bad("peers: 10.0.0.1\nlines:\n - name: a\n   client: { user: a }\n", 1,
        "mode");
    bad(HEAD, 1, "who calls?");
    bad(HEAD "lines:\n - name: a\n", 4, "one of pty, stdio");
    bad(HEAD "lines:\n - name: a\n   client: { user: a }\n"
             "   stdio: { speed: 64kbit/s }\n",
        4, "one of pty, stdio");
    bad(HEAD "lines:\n - name: a\n   client: { count: 2 }\n", 5, "'user'");
    bad(HEAD "lines:\n - name: a\n   client: { user: a, count: 2,"
             " device: dt }\n",
        5, "%d");
    bad(HEAD "lines:\n - name: a\n   client: { user: a,"
             " routes: 10.0.0.0/8 }\n",
        5, "device");
    bad(HEAD "lines:\n - name: a\n   pty: { mode: \"888\" }\n", 5, "octal");
    bad(HEAD "lines:\n - name: a\n   pty: { owner: no-such-user }\n", 5,
        "no such user");
    bad(HEAD "lines:\n - name: a\n   serial: { rings: 1 }\n", 5, "device");
    bad(HEAD "lines:\n - name: a\n   serial: { device: /dev/ttyS0,"
             " port_speed: 1234bit/s }\n",
        5, "port_speed");
    bad("mode: icrq\npeers: 10.0.0\nlines:\n - name: a\n"
        "   client: { user: a }\n",
        2, "peers");
}
END_TEST

/* Each line may have a call, and towards servers a connection. */
START_TEST(limits)
{
    bad(HEAD "lines:\n - name: a\n   client: { user: a, count: 257 }\n", 5,
        "257 lines, and `limits` has 256 calls; cure: limits: { calls: 257 }");
    bad(HEAD "limits: { calls: 257 }\nlines:\n - name: a\n"
             "   client: { user: a, count: 257 }\n",
        6, "cure: limits: { connections: 257 }");
    pac_file_free(good("mode: icrq\npeers: 10.0.0.1\nlimits: { calls: 257 }\n"
                       "lines:\n - name: a\n"
                       "   client: { user: a, count: 257 }\n"));
    pac_file_free(good(
        HEAD "limits: { calls: 2, connections: 2 }\nlines:\n - name: a\n"
             "   client: { user: a }\n - name: b\n   client: { user: b }\n"));
    bad(HEAD "limits: { calls: 1 }\nlines:\n - name: a\n"
             "   client: { user: a }\n - name: b\n   client: { user: b }\n",
        4, "2 lines, and `limits` has 1 call;");
}
END_TEST

#define TWO(one, two) \
    HEAD "lines:\n - name: a\n   " one "\n - name: b\n   " two "\n"

/* What two lines cannot have both. */
START_TEST(clashes)
{
    bad("mode: icrq\npeers: [a.test, 10.0.0.1, A.test]\nlines:\n - name: a\n"
        "   client: { user: a }\n",
        2, "twice");
    bad(HEAD "lines:\n - name: a\n   client: { user: a }\n - name: a\n"
             "   client: { user: b }\n",
        6, "called so");
    bad(TWO("serial: { device: /dev/ttyS0 }",
            "serial: { device: /dev/ttyS0 }"),
        7, "another line has that port");
    bad(TWO("pty: { link: /run/x }", "pty: { link: /run/x }"), 7,
        "another line has that link");
    bad(TWO("client: { user: a, device: dt }",
            "client: { user: b, device: dt }"),
        7, "cure: a %d");
    bad(TWO("client: { user: a, device: dt%d, routes: 10.1.0.0/16 }",
            "client: { user: b, device: dt%d, routes: [10.2.0.0/16,"
            " 10.1.0.0/16] }"),
        7, "another line has one of them");
    bad(HEAD "lines:\n - name: a\n   client: { user: a, device: dt%d,"
             " count: 2, routes: 10.1.0.0/16 }\n",
        5, "one client only");
    pac_file_free(good(TWO("client: { user: a, device: dt%d,"
                           " routes: 10.1.0.0/16 }",
                           "client: { user: b, device: dt%d,"
                           " routes: 10.2.0.0/16 }")));
    bad("journal: x\nsecrets: x\n" HEAD
        "lines:\n - name: a\n   client: { user: a }\n",
        1, "the same file as `secrets`");
}
END_TEST

/* Users that the file of secrets does not have; `*` is anybody. */
/* Where connections begin, in turn. */
START_TEST(source_addresses)
{
    struct pac_file *f = good(HEAD "local: [10.0.0.8, 10.0.0.9]\n"
                                   "lines:\n - name: one\n"
                                   "   client: { user: alice }\n");

    ck_assert_uint_eq(c.world.local_n, 2);
    ck_assert_uint_eq(c.world.local[0], 0x0a000008);
    ck_assert_uint_eq(c.world.local[1], 0x0a000009);
    pac_file_free(f);
    bad(HEAD "local: [10.0.0.8, 10.0.0]\nlines:\n - name: one\n"
             "   client: { user: alice }\n",
        3, "'10.0.0' is not an IPv4 address");
}
END_TEST

#define CLIENTS(own, more) \
    " - name: " more "   own_number: " own "\n   client: { user: a, "

/* 55 octets of a number that people may write so */
#define SPACES "'1          2          3          4          5          "

/* Every line's is its own, and a number, and is not cut. */
START_TEST(own_numbers)
{
    struct pac_file *f = good(
        HEAD "lines:\n" CLIENTS("'555-10{n}'", "a\n") "count: 3 }\n" CLIENTS(
            "'555104'", "b\n") "count: 1 }\n - name: c\n"
                               "   client: { user: a }\n");

    ck_assert_str_eq(c.bank[0].own_number, "555-10{n}");
    ck_assert_str_eq(c.bank[1].own_number, "555104");
    ck_assert_ptr_null(c.bank[2].own_number);
    pac_file_free(f);
    bad(HEAD "lines:\n" CLIENTS("'555-10{n}'", "a\n") "count: 3 }\n" CLIENTS(
            "'555102'", "b\n") "count: 1 }\n",
        8, "'555102' is no number of 1 to 16 digits, or another line has it");
    bad(HEAD "lines:\n" CLIENTS("'5'", "a\n") "count: 2 }\n", 5,
        "several clients need {n}");
    bad(HEAD "lines:\n" CLIENTS("five", "a\n") "count: 1 }\n", 5,
        "'five' is no number");
    pac_file_free(
        good(HEAD "lines:\n" CLIENTS(SPACES " 12'", "a\n") "count: 1 }\n"));
    bad(HEAD "lines:\n" CLIENTS(SPACES "  12'", "a\n") "count: 1 }\n", 5,
        "58 octets at most");
}
END_TEST

START_TEST(users)
{
    struct ppp_secret some[] = { { .client = "alice", .server = "*" },
                                 { .client = "bob", .server = "isp" } };
    struct ppp_secrets table = { .list = some, .n = 2 };
    struct pac_file *f = good(
        HEAD "lines:\n - name: a\n   client: { user: alice }\n - name: b\n"
             "   client: { user: bob }\n - name: c\n"
             "   client: { auth: none }\n");

    ck_assert_int_eq(pac_file_check_users(f, &c, &table, &err), 0);
    pac_file_free(f);
    f = good(HEAD "lines:\n - name: a\n   client: { user: alice }\n"
                  " - name: b\n   client: { user: carol }\n");
    ck_assert_int_eq(pac_file_check_users(f, &c, &table, &err), -1);
    ck_assert_str_eq(err.text, "text:7: key 'user': 'carol' is not in "
                               "secrets; cure: a line there");
    pac_file_free(f);
    /* many users: each of them */
    f = good(HEAD "lines:\n - name: a\n   client: { user: 'u{n}x', "
                  "count: 3 }\n");
    some[0].client = "u1x";
    some[1].client = "u3x";
    ck_assert_int_eq(pac_file_check_users(f, &c, &table, &err), -1);
    ck_assert_str_eq(err.text, "text:5: key 'user': 'u2x' is not in "
                               "secrets; cure: a line there");
    some[1].client = "*";
    ck_assert_int_eq(pac_file_check_users(f, &c, &table, &err), 0);
    table.n = 0;
    ck_assert_int_eq(pac_file_check_users(f, &c, &table, &err), -1);
    pac_file_free(f);
}
END_TEST

/* By bank; what a real PAC refuses, with the line. */
START_TEST(simulated)
{
    struct pac_file *f = good(
        HEAD "lines:\n - name: real\n   client: { user: alice }\n"
             " - name: modems\n   number: \"123\"\n"
             "   simulated:\n     user: bob\n     count: 3\n"
             "     hold: 1min\n"
             "     line: { rate: 28800bit/s, delay: 20ms, buffer: 9 }\n"
             "     ping: { interval: 2s, size: 100, to: 10.0.0.9 }\n"
             " - name: plain\n   simulated: { auth: none }\n");
    const struct bridge_lines *l = pac_file_simulated(f);
    const struct nas_callers_config *calls = &c.bank[1].client.calls;

    ck_assert_uint_eq(c.banks, 3);
    ck_assert_uint_eq(l[0].line.rate_bps, 0);
    ck_assert_int_eq(c.bank[1].kind, TAP_PAC_CLIENT);
    ck_assert_str_eq(c.bank[1].client.name, "modems");
    ck_assert_str_eq(calls->ppp.user, "bob");
    ck_assert_str_eq(calls->number, "123");
    ck_assert_uint_eq(calls->count, 3);
    ck_assert_uint_eq(calls->bps, 28800);
    ck_assert_uint_eq(calls->hold_ns, 60 * PPTP_S);
    ck_assert_ptr_null(c.bank[1].client.device);
    ck_assert_uint_eq(l[1].line.rate_bps, 28800);
    ck_assert_uint_eq(l[1].line.delay_ns, 20 * PPTP_MS);
    ck_assert_uint_eq(l[1].line.buffer_packets, 9);
    ck_assert_uint_eq(l[1].ping.interval_ns, 2 * PPTP_S);
    ck_assert_uint_eq(l[1].ping.octets, 100);
    ck_assert_uint_eq(l[1].ping.to, 0x0a000009);
    ck_assert_uint_eq(l[2].line.rate_bps, 33600);
    ck_assert_uint_eq(l[2].ping.octets, 56);
    ck_assert_uint_eq(l[2].ping.to, 0);
    ck_assert_int_eq(pac_file_check_real(f, &err), -1);
    ck_assert_str_eq(err.text, "text:8: simulated callers are of `dialtone "
                               "bridge` only");
    pac_file_free(f);
    f = good(HEAD "lines:\n - name: a\n   client: { user: alice }\n");
    ck_assert_int_eq(pac_file_check_real(f, &err), 0);
    pac_file_free(f);
    bad(HEAD "lines:\n - name: a\n   simulated: { count: 2 }\n", 5,
        "key 'user' is missing");
    bad(HEAD "lines:\n - name: a\n"
             "   simulated: { auth: none, count: 5000 }\n",
        5, "key 'count'");
    bad(HEAD "lines:\n - name: a\n   simulated: { auth: none }\n"
             "   client: { auth: none }\n",
        4, "one of pty, stdio, serial, client and simulated");
    bad(HEAD "lines:\n - name: a\n"
             "   simulated: { auth: none, ping: { size: 7 } }\n",
        5, "8octets");
}
END_TEST

#define PINGS(keys) \
    HEAD "lines:\n - name: a\n   simulated: { auth: none, " keys " }\n"

START_TEST(pings)
{
    pac_file_free(good(PINGS("ping: { interval: 0s }")));
    pac_file_free(good(PINGS("ping: { interval: 1ms }")));
    bad(PINGS("ping: { interval: 999us }"), 5, "1ms at least");
    pac_file_free(
        good(PINGS("line: { delay: 32ms }, ping: { interval: 1001us }")));
    bad(PINGS("line: { delay: 32ms }, ping: { interval: 1ms }"), 5,
        "no answer would count");
    pac_file_free(good(PINGS("ping: { size: 1368 }")));
    bad(PINGS("ping: { size: 1369 }"), 5, "longer than `mtu`");
    pac_file_free(good(PINGS("mtu: 576, ping: { size: 548 }")));
    bad(PINGS("mtu: 576, ping: { size: 549 }"), 5, "longer than `mtu`");
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("pac_config");
    TCase *t = tcase_create("pac_config");

    tcase_add_test(t, a_client);
    tcase_add_test(t, every_kind);
    tcase_add_test(t, names_of_peers);
    tcase_add_test(t, sizes);
    tcase_add_test(t, routes);
    tcase_add_test(t, mistakes);
    tcase_add_test(t, limits);
    tcase_add_test(t, clashes);
    tcase_add_test(t, source_addresses);
    tcase_add_test(t, own_numbers);
    tcase_add_test(t, users);
    tcase_add_test(t, simulated);
    tcase_add_test(t, pings);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    SRunner *r = srunner_create(suite());
    int failed;

    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
