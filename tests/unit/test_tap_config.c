/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The daemon's configuration: src/tool/pns_config.h. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool/pns_config.h"

#define PLAIN                                         \
    "local: 10.99.0.1\npool: 10.99.0.16-10.99.0.31\n" \
    "secrets: here\n"

static char path[] = "/tmp/test_tap_config_XXXXXX";
static struct tap_pns_config c;
static struct tool_error err;

static struct pns_file *load(const char *text)
{
    struct pns_file *f;
    int fd;

    strcpy(path + sizeof path - 7, "XXXXXX");
    fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (int)strlen(text));
    close(fd);
    err.text[0] = 0;
    f = pns_file_load(path, &c, &err);
    unlink(path);
    return f;
}

static void good(const char *text)
{
    struct pns_file *f = load(text);

    ck_assert_msg(f != NULL, "%s", err.text);
    pns_file_free(f);
}

/* Refused in this line, with these words. */
static void bad(const char *text, int line, const char *words)
{
    char place[80];

    snprintf(place, sizeof place, "%s:%d: ", path, line);
    ck_assert_ptr_null(load(text));
    snprintf(place, sizeof place, "%s:%d: ", path, line);
    ck_assert_msg(strncmp(err.text, place, strlen(place)) == 0, "%s",
                  err.text);
    ck_assert_msg(strstr(err.text, words) != NULL, "%s", err.text);
}

START_TEST(defaults)
{
    struct pns_file *f = load(PLAIN);

    ck_assert_msg(f != NULL, "%s", err.text);
    ck_assert_uint_eq(c.world.local_n, 1);
    ck_assert_uint_eq(c.world.local[0], 0);
    ck_assert_uint_eq(c.world.port, 1723);
    ck_assert_uint_eq(c.local, 0x0a630001);
    ck_assert_uint_eq(c.pools, 1);
    ck_assert_uint_eq(c.pool[0].first, 0x0a630010);
    ck_assert_uint_eq(c.pool[0].last, 0x0a63001f);
    ck_assert_uint_eq(c.routes, 1);
    ck_assert_uint_eq(c.route[0].bits, 28);
    ck_assert_str_eq(c.secrets, "/tmp/here"); /* beside the file */
    ck_assert_str_eq(c.world.user, "nobody");
    ck_assert_uint_eq(c.ppp.ask_auth, PPP_AUTH_MSCHAP2);
    ck_assert_uint_eq(c.ppp.mppe_allow,
                      PPP_MPPE_128 | PPP_MPPE_STATELESS | PPP_MPPE_STATEFUL);
    ck_assert_uint_eq(c.ppp.accm, 0);
    ck_assert_uint_eq(c.ppp.mru, 1400);
    ck_assert_uint_eq(c.world.pptp.role, PPTP_ROLE_BOTH);
    ck_assert_uint_eq(c.world.pptp.win.windowing, PPTP_WINDOWING_AUTO);
    ck_assert(c.ppp.name[0] != 0);
    ck_assert(!c.each);
    ck_assert_ptr_null(c.proxy_arp);
    ck_assert(c.world.pptp.allow_multiple);
    ck_assert_uint_eq(c.session_ns | c.idle_ns, 0);
    ck_assert_uint_eq(c.calls, c.world.limits.calls);
    ck_assert_str_eq(c.path, path);
    ck_assert_str_eq(c.restart, "");
    pns_file_free(f);
}
END_TEST

START_TEST(values)
{
    struct pns_file *f = load(
        PLAIN "listen: [192.0.2.1, 192.0.2.2]\nroutes: 10.98.0.0/24\n"
              "name: gate\nuser: ''\n"
              "ppp:\n  auth: [pap, chap]\n  mppe: off\n  dns: [9.9.9.9]\n"
              "  silent: true\n"
              "limits:\n  calls: 10\n");

    ck_assert_msg(f != NULL, "%s", err.text);
    ck_assert_uint_eq(c.world.local_n, 2);
    ck_assert_uint_eq(c.world.local[1], 0xc0000202);
    ck_assert_uint_eq(c.routes, 2);
    ck_assert_uint_eq(c.route[1].ip, 0x0a620000);
    ck_assert_str_eq(c.ppp.name, "gate");
    ck_assert_str_eq(c.world.pptp.host_name, "gate");
    ck_assert_ptr_null(c.world.user);
    ck_assert_uint_eq(c.ppp.ask_auth, PPP_AUTH_PAP | PPP_AUTH_CHAP_MD5);
    ck_assert_uint_eq(c.ppp.mppe_allow | c.ppp.mppe_ask, 0);
    ck_assert_uint_eq(c.ppp.dns[0], 0x09090909);
    ck_assert(c.silent);
    ck_assert_uint_eq(c.world.limits.calls, 10);
    pns_file_free(f);
    good("local: 10.0.0.1\npool: [10.1.0.0/24, 10.2.0.7]\n"
         "ppp: { auth: none }\n");
    ck_assert_uint_eq(c.pools, 2);
    ck_assert_uint_eq(c.pool[1].first, c.pool[1].last);
    f = load(PLAIN "tun: vpn%d\ninterfaces: each\nproxy_arp: eth0\n"
                   "several_per_address: false\nsession_timeout: 8h\n"
                   "idle_timeout: 15min\n");
    ck_assert_msg(f != NULL, "%s", err.text);
    ck_assert(c.each);
    ck_assert_str_eq(c.proxy_arp, "eth0");
    ck_assert(!c.world.pptp.allow_multiple);
    ck_assert_uint_eq(c.session_ns, 8 * 3600 * PPTP_S);
    ck_assert_uint_eq(c.idle_ns, 15 * 60 * PPTP_S);
    pns_file_free(f);
}
END_TEST

START_TEST(mistakes)
{
    bad("pool: 10.0.0.0/24\n", 1, "'local' is required");
    bad(PLAIN "colour: red\n", 4, "colour");
    bad(PLAIN "mtu: 100\n", 4, "mtu");
    bad(PLAIN "listen: [0.0.0.0, 192.0.2.1]\n", 4, "stands alone");
    bad(PLAIN "listen: [192.0.2.1, 192.0.2.1]\n", 4, "twice");
    bad(PLAIN "routes: 10.98.0.1/24\n", 4, "not the beginning of a network");
    bad(PLAIN "routes: 10.98.0.0/33\n", 4, "not the beginning of a network");
    bad(PLAIN "routes: 10.99.0.20\n", 4, "twice");
    bad(PLAIN "routes: 10.98.0.9-10.98.0.1\n", 4, "ends before it begins");
    bad(PLAIN "routes: somewhere\n", 4, "routes");
    bad(PLAIN "tun: a-name-that-is-too-long\n", 4, "15 octets");
    bad(PLAIN "ppp: { auth: md5 }\n", 4, "allowed: mschap2");
    bad(PLAIN "ppp: { auth: [none, pap] }\n", 4, "none alone");
    bad(PLAIN "ppp: { auth: pap, mppe: required }\n", 4, "keys");
    bad(PLAIN "ppp: { auth: [pap, mschap2], mppe: required }\n", 4, "leaves");
    bad(PLAIN "ppp: { dns: [1.1.1.1, 1.1.1.2, 1.1.1.3] }\n", 4, "two");
    bad(PLAIN "pptp: { recv_window: 4, reorder_packets: 8 }\n", 4,
        "reorder_packets");
    bad(PLAIN "interfaces: some\n", 4, "each");
    bad(PLAIN "tun: vpn\ninterfaces: each\n", 4, "%d");
    bad(PLAIN "interfaces: each\nlimits: { calls: 20000 }\n", 4, "16384");
    bad(PLAIN "proxy_arp: a-name-that-is-too-long\n", 4, "15 octets");
    bad(PLAIN "session_timeout: 3 weeks\n", 4, "session_timeout");
    bad("local: 10.0.0.1\npool: 10.1.0.0/24\n", 1, "'secrets' is required");
    bad("local: 10.0.0.1\nsecrets: x\n", 1, "no address for anybody");
}
END_TEST

static struct tap_pns_config next;
static char why[600];

static int again(const char *text)
{
    why[0] = 0;
    return c.again(c.again_ctx, text, strlen(text), &next, why, sizeof why);
}

/* Read again: what a daemon takes over while it serves, and what not. */
START_TEST(read_again)
{
    struct pns_file *f = load(PLAIN "limits: { calls: 20 }\n");

    ck_assert_msg(f != NULL, "%s", err.text);
    ck_assert_int_eq(again(PLAIN "limits: { calls: 20 }\n"), 0);
    ck_assert_str_eq(next.restart, "");
    ck_assert_int_eq(again("local: 10.99.0.1\npool: 10.50.0.0/24\n"
                           "secrets: here\nroutes: 10.51.0.0/24\n"
                           "session_timeout: 1h\nidle_timeout: 60s\n"
                           "limits: { calls: 10, calls_per_source: 2,\n"
                           "connections_per_source: 3, half_open: 4,\n"
                           "connections_per_second: 9,\n"
                           "half_open_per_source: 1 }\n"),
                     0);
    ck_assert_str_eq(next.restart, "");
    ck_assert_uint_eq(next.pool[0].first, 0x0a320000);
    ck_assert_uint_eq(next.routes, 2);
    ck_assert_uint_eq(next.session_ns, 3600 * PPTP_S);
    ck_assert_uint_eq(next.calls, 10);
    ck_assert_uint_eq(next.world.half_open, 4);
    ck_assert_uint_eq(next.world.rate_source, 9);
    /* what was read first has not changed under it */
    ck_assert_uint_eq(c.pool[0].first, 0x0a630010);
    ck_assert_int_eq(again(PLAIN "limits: { calls: 21, connections: 9 }\n"
                                 "port: 1724\nppp: { dns: 9.9.9.9 }\n"
                                 "proxy_arp: eth0\n"),
                     0);
    ck_assert_str_eq(next.restart, "proxy_arp, ppp.dns, port, limits.calls, "
                                   "limits.connections");
    pns_file_free(f);
}
END_TEST

/* A key that was there and is not any more is a change, too. */
START_TEST(read_again_without)
{
    struct pns_file *f = load(PLAIN "proxy_arp: eth0\nname: gate\n");

    ck_assert_msg(f != NULL, "%s", err.text);
    ck_assert_int_eq(again(PLAIN), 0);
    ck_assert_str_eq(next.restart, "proxy_arp, name");
    pns_file_free(f);
}
END_TEST

/* A mistake has its line, and the next text is read as if it had not been. */
START_TEST(read_again_wrong)
{
    struct pns_file *f = load(PLAIN);
    char place[80];

    ck_assert_msg(f != NULL, "%s", err.text);
    snprintf(place, sizeof place, "%s:4: ", path);
    ck_assert_int_eq(again(PLAIN "colour: red\n"), -1);
    ck_assert_msg(strncmp(why, place, strlen(place)) == 0, "%s", why);
    ck_assert_int_eq(again(PLAIN "routes: [10.0.0.0/8\n"), -1);
    ck_assert_ptr_nonnull(strstr(why, path));
    ck_assert_int_eq(again(""), -1);
    ck_assert_int_eq(again(PLAIN), 0);
    ck_assert_str_eq(next.restart, "");
    pns_file_free(f);
}
END_TEST

/* The example is what it says. */
START_TEST(example)
{
    const char *top = getenv("top_srcdir");
    char name[512];
    struct pns_file *f;

    snprintf(name, sizeof name, "%s/examples/pns.yaml",
             top != NULL ? top : ".");
    if (access(name, R_OK) != 0) {
        printf("SKIP: %s is not there\n", name);
        return;
    }
    f = pns_file_load(name, &c, &err);
    ck_assert_msg(f != NULL, "%s", err.text);
    ck_assert_uint_eq(c.ppp.mppe_allow & PPP_MPPE_REQUIRED, PPP_MPPE_REQUIRED);
    pns_file_free(f);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tap_config");
    TCase *tc = tcase_create("config");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_test(tc, defaults);
    tcase_add_test(tc, values);
    tcase_add_test(tc, mistakes);
    tcase_add_test(tc, read_again);
    tcase_add_test(tc, read_again_without);
    tcase_add_test(tc, read_again_wrong);
    tcase_add_test(tc, example);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
