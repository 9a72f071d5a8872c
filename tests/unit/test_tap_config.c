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
static struct conf_error err;

/* The machine on which it is read; NULL: nothing is known of it. */
static const struct tap_machine *machine;

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
    f = pns_file_load_on(path, machine, &c, &err);
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
    ck_assert_uint_eq(c.nas.local, 0x0a630001);
    ck_assert_uint_eq(c.nas.pools, 1);
    ck_assert_uint_eq(c.nas.pool[0].first, 0x0a630010);
    ck_assert_uint_eq(c.nas.pool[0].last, 0x0a63001f);
    ck_assert_uint_eq(c.routes, 1);
    ck_assert_uint_eq(c.route[0].bits, 28);
    ck_assert_str_eq(c.secrets, "/tmp/here"); /* beside the file */
    ck_assert_str_eq(c.world.user, "nobody");
    ck_assert_uint_eq(c.nas.ppp.ask_auth, PPP_AUTH_MSCHAP2);
    ck_assert_uint_eq(c.nas.ppp.mppe_allow,
                      PPP_MPPE_128 | PPP_MPPE_STATELESS | PPP_MPPE_STATEFUL);
    ck_assert_uint_eq(c.nas.ppp.accm, 0);
    ck_assert_uint_eq(c.nas.ppp.mru, 1400);
    ck_assert(c.nas.clamp_mss);
    ck_assert_uint_eq(c.world.pptp.role, PPTP_ROLE_BOTH);
    ck_assert_uint_eq(c.world.pptp.max_channels, 0); /* RFC 2637 2.1 */
    ck_assert_uint_eq(c.world.pptp.win.windowing, PPTP_WINDOWING_AUTO);
    ck_assert(c.nas.ppp.name[0] != 0);
    ck_assert(!c.each);
    ck_assert_ptr_null(c.proxy_arp);
    ck_assert(c.world.pptp.allow_multiple);
    ck_assert_uint_eq(c.nas.session_ns | c.nas.idle_ns, 0);
    ck_assert_uint_eq(c.nas.calls, c.world.limits.calls);
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
              "ppp:\n  auth: [pap, chap]\n  mppe: off\n  dns: [9.9.9.9]\n  "
              "wins: [10.0.0.8, 10.0.0.9]\n"
              "  silent: true\n"
              "limits:\n  calls: 10\n");

    ck_assert_msg(f != NULL, "%s", err.text);
    ck_assert_uint_eq(c.world.local_n, 2);
    ck_assert_uint_eq(c.world.local[1], 0xc0000202);
    ck_assert_uint_eq(c.routes, 2);
    ck_assert_uint_eq(c.route[1].ip, 0x0a620000);
    ck_assert_str_eq(c.nas.ppp.name, "gate");
    ck_assert_str_eq(c.world.pptp.host_name, "gate");
    ck_assert_ptr_null(c.world.user);
    ck_assert_uint_eq(c.nas.ppp.ask_auth, PPP_AUTH_PAP | PPP_AUTH_CHAP_MD5);
    ck_assert_uint_eq(c.nas.ppp.mppe_allow | c.nas.ppp.mppe_ask, 0);
    ck_assert_uint_eq(c.nas.ppp.dns[0], 0x09090909);
    ck_assert_uint_eq(c.nas.ppp.wins[0], 0x0a000008);
    ck_assert_uint_eq(c.nas.ppp.wins[1], 0x0a000009);
    ck_assert(c.nas.silent);
    ck_assert_uint_eq(c.world.limits.calls, 10);
    pns_file_free(f);
    good(PLAIN "mtu: 1000\nclamp_mss: no\n");
    ck_assert(!c.nas.clamp_mss);
    ck_assert_uint_eq(c.nas.ppp.mru, 1000); /* RFC 1661 6.1 */
    good(PLAIN "mtu: 1395\n");
    ck_assert_uint_eq(c.nas.ppp.mru, 1395);
    good(PLAIN "mtu: 1498\n");
    ck_assert_uint_eq(c.nas.ppp.mru, 1500);
    good("local: 10.0.0.1\npool: [10.1.0.0/24, 10.2.0.7]\n"
         "ppp: { auth: none }\n");
    ck_assert_uint_eq(c.nas.pools, 2);
    ck_assert_uint_eq(c.nas.pool[1].first, c.nas.pool[1].last);
    f = load(PLAIN "tun: vpn%d\ninterfaces: each\nproxy_arp: eth0\n"
                   "several_per_address: false\nsession_timeout: 8h\n"
                   "idle_timeout: 15min\n");
    ck_assert_msg(f != NULL, "%s", err.text);
    ck_assert(c.each);
    ck_assert_str_eq(c.proxy_arp, "eth0");
    ck_assert(!c.world.pptp.allow_multiple);
    ck_assert_uint_eq(c.nas.session_ns, 8 * 3600 * PPTP_S);
    ck_assert_uint_eq(c.nas.idle_ns, 15 * 60 * PPTP_S);
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
    bad(PLAIN "ppp: { wins: [1.1.1.1, 1.1.1.2, 1.1.1.3] }\n", 4, "two");
    bad(PLAIN "ppp: { wins: here }\n", 4, "address");
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

/* Addresses that no host has, and pools for near to everything. */
START_TEST(ranges_of_nobody)
{
    static const char *const nobody[] = {
        "0.0.0.0/0",   "0.0.0.0-255.255.255.255", "0.0.0.5",
        "127.0.0.0/8", "126.0.0.0-128.0.0.0",     "224.0.0.0/8",
        "240.0.0.1",   "255.255.255.255",         "223.255.255.255-224.0.0.0",
    };
    char text[200];
    size_t i;

    for (i = 0; i < sizeof nobody / sizeof *nobody; i++) {
        snprintf(text, sizeof text, "local: 10.99.0.1\nsecrets: s\npool: %s\n",
                 nobody[i]);
        bad(text, 3, "no host has");
        snprintf(text, sizeof text, PLAIN "routes: %s\n", nobody[i]);
        bad(text, 4, "no host has");
    }
    bad("local: 10.99.0.1\nsecrets: s\npool: 11.0.0.0-12.0.0.0\n", 3,
        "a /8 at most");
    bad(PLAIN "routes: 128.0.0.0/2\n", 4, "a /8 at most");
    good("local: 10.99.0.1\nsecrets: s\npool: 11.0.0.0/8\n");
    bad("local: 224.0.0.1\nsecrets: s\npool: 10.0.0.0/24\n", 1, "local");
    bad("local: 0.0.0.0\nsecrets: s\npool: 10.0.0.0/24\n", 1, "local");
    bad("local: 127.0.0.1\nsecrets: s\npool: 10.0.0.0/24\n", 1, "local");
}
END_TEST

static uint64_t pool_addresses(void)
{
    uint64_t n = 0;
    uint32_t i;

    for (i = 0; i < c.nas.pools; i++)
        n += (uint64_t)c.nas.pool[i].last - c.nas.pool[i].first + 1;
    return n;
}

/* Our own addresses, inside and outside, are in a pool as if they were not;
 * a name server's is not given, but led to. */
START_TEST(pool_with_our_own)
{
    good("local: 10.99.0.1\nsecrets: s\npool: 10.99.0.1-10.99.0.3\n");
    ck_assert_uint_eq(pool_addresses(), 2);
    ck_assert_uint_eq(c.nas.pool[0].first, 0x0a630002);
    ck_assert_uint_eq(c.routes, 1); /* .2/31 */
    ck_assert_uint_eq(c.route[0].bits, 31);
    good("local: 10.99.0.1\nsecrets: s\npool: 10.99.0.0/28\n"
         "listen: [10.99.0.5, 10.99.0.6]\n");
    ck_assert_uint_eq(pool_addresses(), 13);
    ck_assert(!nas_ranges_have(c.nas.pool, c.nas.pools, 0x0a630005));
    good("local: 10.99.0.1\nsecrets: s\npool: 10.99.0.16/30\n"
         "ppp: { dns: 10.99.0.18 }\n");
    ck_assert_uint_eq(pool_addresses(), 3);
    ck_assert_uint_eq(c.routes, 1);
    ck_assert_uint_eq(c.route[0].bits, 30);
    good("local: 10.99.0.1\nsecrets: s\npool: 10.99.0.16/30\n"
         "ppp: { dns: 10.99.0.18, wins: [10.99.0.18, 10.99.0.17] }\n");
    ck_assert_uint_eq(pool_addresses(), 2);
    ck_assert(!nas_ranges_have(c.nas.pool, c.nas.pools, 0x0a630011));
    ck_assert_uint_eq(c.route[0].bits, 30);
    bad("local: 10.99.0.1\nsecrets: s\npool: 10.99.0.1\n", 3,
        "no address is left to give: all of them are ours");
}
END_TEST

/* in0 has 10.50.0.1/24, a gateway and what is behind it; pptp3 is ours. */
static struct tap_machine lab = {
    .net = { { .ip = 0x0a320001,
               .bits = 24,
               .broadcast = 0x0a3200ff,
               .device = "in0" },
             { .ip = 0x0a630001, .bits = 32, .device = "pptp3" } },
    .index = { 2, 3 },
    .nets = 2,
    .gateway = { { 0x0a3200fe, 2 } },
    .gateways = 1,
    .route = { { { 0x0a320000, 24 }, 2 },
               { { 0x0a3c0000, 24 }, 2 },
               { { 0x0a630000, 24 }, 3 } },
    .routes = 3,
};

#define ON "local: 10.98.0.1\nsecrets: here\n"

/* What the machine's networks leave of a pool. */
START_TEST(pool_on_a_machine)
{
    struct pns_file *f;

    machine = &lab;
    /* routes of its own devices are in nobody's way */
    good(ON "pool: 10.99.0.0/24\n");
    /* broadcast address and gateway */
    f = load(ON "pool: 10.50.0.252/30\nproxy_arp: in0\n");
    ck_assert_msg(f != NULL, "%s", err.text);
    ck_assert_uint_eq(pool_addresses(), 2);
    ck_assert(nas_ranges_have(c.nas.pool, c.nas.pools, 0x0a3200fc));
    ck_assert(nas_ranges_have(c.nas.pool, c.nas.pools, 0x0a3200fd));
    ck_assert_uint_eq(c.routes, 1);
    ck_assert_uint_eq(c.route[0].bits, 31);
    ck_assert_uint_eq(pns_file_notes(f)->n, 1);
    ck_assert_ptr_nonnull(strstr(
        pns_file_notes(f)->text[0],
        ":3: note: key 'pool': left out: 10.50.0.255 (the broadcast address "
        "of in0), 10.50.0.254 (a gateway's of this machine, at in0)"));
    pns_file_free(f);
    bad(ON "pool: 10.50.0.255\n", 3,
        "no address is left to give: 10.50.0.255 (the broadcast address of "
        "in0)");
    /* whose hosts would be gone */
    bad(ON "pool: 10.50.0.0/24\n", 3,
        "it covers the network 10.50.0.0/24 of in0; cure: ");
    bad(ON "pool: 10.50.0.0/16\n", 3, "covers the network 10.50.0.0/24");
    bad(ON "pool: 10.97.0.0/24\nroutes: 10.48.0.0/12\n", 4,
        "covers the network 10.50.0.0/24");
    /* a route that is there */
    bad(ON "pool: 10.60.0.0/24\n", 3, "10.60.0.0/24 leads to in0 already");
    bad(ON "pool: 10.61.0.0/24\nroutes: 10.60.0.0/24\n", 4,
        "10.60.0.0/24 leads to in0 already");
    good(ON "pool: 10.60.0.0/24\ninterfaces: each\n");
    /* a part of it, that nobody is told of */
    f = load(ON "pool: 10.50.0.16-10.50.0.31\n");
    ck_assert_msg(f != NULL, "%s", err.text);
    ck_assert_uint_eq(pool_addresses(), 16);
    ck_assert_uint_eq(pns_file_notes(f)->n, 1);
    ck_assert_ptr_nonnull(strstr(pns_file_notes(f)->text[0],
                                 "a part of the network 10.50.0.0/24 of in0"));
    ck_assert_ptr_nonnull(
        strstr(pns_file_notes(f)->text[0], "`proxy_arp: in0`"));
    pns_file_free(f);
    f = load(ON "pool: 10.99.0.0/24\nroutes: 10.50.0.0/25\n");
    ck_assert_msg(f != NULL, "%s", err.text);
    ck_assert_uint_eq(pns_file_notes(f)->n, 1);
    ck_assert_ptr_nonnull(strstr(pns_file_notes(f)->text[0],
                                 ":4: note: key 'routes': a part of the "
                                 "network 10.50.0.0/24 of in0"));
    pns_file_free(f);
    /* in0's three, its gateway, and ours */
    ck_assert_uint_eq(c.nas.takens, 5);
    /* ARP for addresses of another network */
    f = load(ON "pool: 10.99.0.0/24\nproxy_arp: in0\n");
    ck_assert_msg(f != NULL, "%s", err.text);
    ck_assert_uint_eq(pns_file_notes(f)->n, 1);
    ck_assert_ptr_nonnull(strstr(pns_file_notes(f)->text[0],
                                 "key 'proxy_arp': no address of users is"));
    pns_file_free(f);
    good(ON "pool: 10.99.0.0/24\nroutes: 10.50.0.9\nproxy_arp: in0\n");
    /* our inner address may be the machine's, as with proxy ARP */
    good("local: 10.50.0.1\nsecrets: s\npool: 10.99.0.0/24\n");
    bad("local: 10.50.0.255\nsecrets: s\npool: 10.99.0.0/24\n", 1,
        "key 'local': 10.50.0.255 is the broadcast address of in0; cure: ");
    bad("local: 10.50.0.0\nsecrets: s\npool: 10.99.0.0/24\n", 1,
        "10.50.0.0 is the network address of in0");
    bad("local: 10.50.0.254\nsecrets: s\npool: 10.99.0.0/24\n", 1,
        "10.50.0.254 is a gateway's of this machine, at in0");
    machine = NULL;
}
END_TEST

/* So many addresses of the machine in a pool that it falls into pieces. */
START_TEST(pool_in_pieces)
{
    static struct tap_machine many;
    uint32_t i;

    for (i = 0; i < TAP_MACHINE_NETS; i++) {
        many.net[i] = (struct tap_machine_net){ .ip = 0x0a630002 + 2 * i,
                                                .bits = 32,
                                                .device = "many" };
        many.index[i] = 1;
    }
    many.nets = TAP_MACHINE_NETS;
    machine = &many;
    good(ON "pool: 10.99.0.0/20\n");
    ck_assert_uint_eq(c.nas.pools, NAS_RANGES);
    for (i = 0; i < TAP_MACHINE_NETS; i++)
        ck_assert(
            !nas_ranges_have(c.nas.pool, c.nas.pools, 0x0a630002 + 2 * i));
    machine = NULL;
}
END_TEST

/* Bounds of which one is never reached, where somebody has asked for them. */
START_TEST(bounds)
{
    struct pns_file *f = load(PLAIN "limits: { calls: 300 }\n");

    ck_assert_msg(f != NULL, "%s", err.text);
    ck_assert_uint_eq(pns_file_notes(f)->n, 2);
    ck_assert_ptr_nonnull(strstr(pns_file_notes(f)->text[0],
                                 "300 calls, and the pool has 16 addresses"));
    ck_assert_ptr_nonnull(strstr(pns_file_notes(f)->text[1],
                                 "300 calls, and 256 `connections`"));
    pns_file_free(f);
    f = load(PLAIN "limits: { calls: 16 }\n");
    ck_assert_uint_eq(pns_file_notes(f)->n, 0);
    pns_file_free(f);
    f = load(PLAIN);
    ck_assert_uint_eq(pns_file_notes(f)->n, 0);
    pns_file_free(f);
}
END_TEST

/* Files and ports that are wanted twice. */
START_TEST(clashes)
{
    bad(PLAIN "journal: here\n", 4, "the same file as `secrets`");
    bad(PLAIN "events: here\n", 4, "the same file as `secrets`");
    bad(PLAIN "control: { socket: here }\n", 3,
        "the same file as the control socket");
    bad(PLAIN "control: { metrics: \"127.0.0.1:1723\" }\n", 4, "its port");
    bad(PLAIN "port: 99\ncontrol: { metrics: \"0.0.0.0:99\" }\n"
              "listen: 192.0.2.1\n",
        5, "its port");
    good(PLAIN "listen: 192.0.2.1\n"
               "control: { metrics: \"127.0.0.1:1723\" }\n");
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
    ck_assert_uint_eq(next.nas.pool[0].first, 0x0a320000);
    ck_assert_uint_eq(next.routes, 2);
    ck_assert_uint_eq(next.nas.session_ns, 3600 * PPTP_S);
    ck_assert_uint_eq(next.nas.calls, 10);
    ck_assert_uint_eq(next.world.half_open, 4);
    ck_assert_uint_eq(next.world.rate_source, 9);
    /* what was read first has not changed under it */
    ck_assert_uint_eq(c.nas.pool[0].first, 0x0a630010);
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
    f = pns_file_load_on(name, NULL, &c, &err);
    ck_assert_msg(f != NULL, "%s", err.text);
    ck_assert_uint_eq(c.nas.ppp.mppe_allow & PPP_MPPE_REQUIRED,
                      PPP_MPPE_REQUIRED);
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
    tcase_add_test(tc, ranges_of_nobody);
    tcase_add_test(tc, pool_with_our_own);
    tcase_add_test(tc, pool_on_a_machine);
    tcase_add_test(tc, pool_in_pieces);
    tcase_add_test(tc, bounds);
    tcase_add_test(tc, clashes);
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
