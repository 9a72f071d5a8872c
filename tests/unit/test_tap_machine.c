/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machine's networks: tap/machine.h.  Reading takes a namespace of the
 * test's own, and root. */
#include "config.h"

#include <check.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tap/machine.h"
#include "tap/tun.h"

static struct tap_machine m;

static bool alone(void)
{
    if (geteuid() == 0 && unshare(CLONE_NEWNET) == 0 &&
        access("/dev/net/tun", R_OK | W_OK) == 0)
        return true;
    printf("SKIP: a TUN device needs root and /dev/net/tun\n");
    return false;
}

static void read_it(void)
{
    struct tap_netlink n;

    ck_assert_int_eq(tap_netlink_open(&n), 0);
    ck_assert_int_eq(tap_machine_read(&m, &n), 0);
    tap_netlink_close(&n);
}

static void open_tun(struct tap_tun *t, const struct tap_tun_config *c)
{
    const char *what;

    ck_assert_int_eq(tap_tun_open(t, c, &what), 0);
}

/* What the kernel tells of two devices, with a peer and without, and routes;
 * and what is left without one of them. */
START_TEST(read_devices)
{
    struct tap_prefix routes[2] = { { 0x0a630000, 24 }, { 0x0a640001, 32 } };
    struct tap_tun_config one = { .name = "one",
                                  .mtu = 1400,
                                  .local = 0x0a000001,
                                  .peer = 0x0a000002 },
                          two = { .name = "two",
                                  .mtu = 1400,
                                  .local = 0x0a010001,
                                  .routes = routes,
                                  .routes_n = 2 };
    struct tap_prefix other = { 0x0a630000, 25 };
    struct tap_tun a, b;

    if (!alone())
        return;
    read_it();
    ck_assert_uint_eq(m.nets, 0); /* lo is down */
    open_tun(&a, &one);
    open_tun(&b, &two);
    read_it();
    ck_assert_uint_eq(m.nets, 2);
    ck_assert_str_eq(m.net[0].device, "one");
    ck_assert_uint_eq(m.net[0].ip, 0x0a000001);
    ck_assert_uint_eq(m.net[0].peer, 0x0a000002);
    ck_assert_uint_eq(m.net[0].bits, 32);
    ck_assert_uint_eq(m.net[1].ip, 0x0a010001);
    ck_assert_uint_eq(m.net[1].peer, 0);
    ck_assert(tap_machine_has(&m, 0x0a010001));
    ck_assert(!tap_machine_has(&m, 0x0a000002));
    ck_assert_ptr_nonnull(tap_machine_route(&m, &routes[0]));
    ck_assert_ptr_nonnull(tap_machine_route(&m, &routes[1]));
    ck_assert_ptr_null(tap_machine_route(&m, &other));
    ck_assert_str_eq(
        tap_machine_device(&m, tap_machine_route(&m, &routes[0])->index),
        "two");
    ck_assert_ptr_null(tap_machine_device(&m, 9999));
    tap_machine_forget(&m, "tw%d");
    ck_assert_uint_eq(m.nets, 2);
    tap_machine_forget(&m, "two");
    ck_assert_uint_eq(m.nets, 1);
    ck_assert_ptr_null(tap_machine_route(&m, &routes[0]));
    tap_tun_close(&a);
    tap_tun_close(&b);
}
END_TEST

/* 10.50.0.1/24 with a gateway, a /31 and a point-to-point one. */
static void a_machine(void)
{
    m = (struct tap_machine){
        .net = { { .ip = 0x0a320001,
                   .bits = 24,
                   .broadcast = 0x0a3200ff,
                   .device = "in0" },
                 { .ip = 0x0a330000, .bits = 31, .device = "link" },
                 { .ip = 0x0a340001,
                   .peer = 0x0a340002,
                   .bits = 32,
                   .device = "ppp0" },
                 /* somebody has set another broadcast address */
                 { .ip = 0x0a350001,
                   .bits = 30,
                   .broadcast = 0x0a3500ff,
                   .device = "odd" } },
        .index = { 1, 2, 3, 4 },
        .nets = 4,
        .gateway = { { 0x0a3200fe, 1 } },
        .gateways = 1,
    };
}

START_TEST(ranges)
{
    struct nas_range r;

    a_machine();
    ck_assert(tap_machine_range(&m.net[0], &r));
    ck_assert(r.first == 0x0a320000 && r.last == 0x0a3200ff);
    ck_assert(!tap_machine_range(&m.net[1], &r)); /* RFC 3021 */
    ck_assert(!tap_machine_range(&m.net[2], &r));
}
END_TEST

/* Which means what, of the above. */
START_TEST(taken)
{
    static const struct {
        uint32_t ip;
        const char *text;
    } want[] = {
        { 0x0a320001, "this machine's, at in0" },
        { 0x0a3200ff, "the broadcast address of in0" },
        { 0x0a320000, "the network address of in0" },
        { 0x0a330000, "this machine's, at link" },
        { 0x0a340001, "this machine's, at ppp0" },
        { 0x0a340002, "the other end's, at ppp0" },
        { 0x0a350001, "this machine's, at odd" },
        { 0x0a3500ff, "the broadcast address of odd" },
        { 0x0a350000, "the network address of odd" },
        { 0x0a350003, "the broadcast address of odd" },
        { 0x0a3200fe, "a gateway's of this machine, at in0" },
    };
    static struct nas_taken list[NAS_TAKEN];
    uint32_t n = 0, i;

    a_machine();
    tap_machine_taken(&m, list, &n);
    ck_assert_uint_eq(n, sizeof want / sizeof *want);
    for (i = 0; i < n; i++) {
        ck_assert_uint_eq(list[i].ip, want[i].ip);
        ck_assert_str_eq(tap_taken_text(&list[i]), want[i].text);
    }
    /* what is of no device */
    ck_assert_str_eq(
        tap_taken_text(&(struct nas_taken){ .kind = NAS_TAKEN_NO_HOST }),
        "not an address of a host");
    ck_assert_str_eq(
        tap_taken_text(&(struct nas_taken){ .kind = NAS_TAKEN_CLIENT }),
        "where a client connects from");
    /* no more than there is room for */
    n = NAS_TAKEN - 2;
    tap_machine_taken(&m, list, &n);
    ck_assert_uint_eq(n, NAS_TAKEN);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tap_machine");
    TCase *tc = tcase_create("machine");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_test(tc, read_devices);
    tcase_add_test(tc, ranges);
    tcase_add_test(tc, taken);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
