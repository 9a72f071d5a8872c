/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors and addresses: src/base/base.c. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

START_TEST(every_error_has_its_own_text)
{
    const char *unknown = pptp_strerror(1);
    int a;
    int b;

    ck_assert_ptr_nonnull(unknown);
    ck_assert_str_eq(pptp_strerror(PPTP_OK), "no error");
    for (a = PPTP_OK; a >= PPTP_ERR_TRUNCATED; a--) {
        ck_assert_str_ne(pptp_strerror(a), unknown);
        for (b = a - 1; b >= PPTP_ERR_TRUNCATED; b--)
            ck_assert_str_ne(pptp_strerror(a), pptp_strerror(b));
    }
    ck_assert_str_eq(pptp_strerror(PPTP_ERR_TRUNCATED - 1), unknown);
    ck_assert_str_eq(pptp_strerror(INT32_MIN), unknown);
}
END_TEST

START_TEST(ipv4_is_mapped_in_network_order)
{
    static const uint8_t golden[16] = { 0, 0, 0,    0,    0,   0, 0, 0,
                                        0, 0, 0xff, 0xff, 192, 0, 2, 33 };
    struct pptp_addr a = pptp_addr_v4(0xc0000221);

    ck_assert_mem_eq(a.octets, golden, sizeof golden);
}
END_TEST

START_TEST(ipv4_comes_back)
{
    static const uint32_t v4[] = { 1, 0x7f000001, 0x80000000, 0xffffffff };
    size_t i;

    for (i = 0; i < sizeof v4 / sizeof v4[0]; i++) {
        struct pptp_addr a = pptp_addr_v4(v4[i]);

        ck_assert_uint_eq(pptp_addr_to_v4(&a), v4[i]);
    }
}
END_TEST

START_TEST(ipv6_is_not_ipv4)
{
    size_t i;

    /* one wrong octet anywhere in the prefix is enough */
    for (i = 0; i < 12; i++) {
        struct pptp_addr a = pptp_addr_v4(0x0a000001);

        a.octets[i] ^= 1;
        ck_assert_uint_eq(pptp_addr_to_v4(&a), 0);
    }
}
END_TEST

START_TEST(addresses_differ_in_any_octet)
{
    struct pptp_addr a = pptp_addr_v4(0x0a000001);
    struct pptp_addr b = a;
    size_t i;

    ck_assert(pptp_addr_eq(&a, &b));
    for (i = 0; i < sizeof b.octets; i++) {
        b = a;
        b.octets[i] ^= 0x80;
        ck_assert(!pptp_addr_eq(&a, &b));
    }
}
END_TEST

START_TEST(units_of_time)
{
    ck_assert_uint_eq(PPTP_US * 1000, PPTP_MS);
    ck_assert_uint_eq(PPTP_MS * 1000, PPTP_S);
    ck_assert(PPTP_NEVER / PPTP_S > 500 * 365 * 86400ULL);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("base");
    TCase *t = tcase_create("base");
    SRunner *r;
    int failed;

    tcase_add_test(t, every_error_has_its_own_text);
    tcase_add_test(t, ipv4_is_mapped_in_network_order);
    tcase_add_test(t, ipv4_comes_back);
    tcase_add_test(t, ipv6_is_not_ipv4);
    tcase_add_test(t, addresses_differ_in_any_octet);
    tcase_add_test(t, units_of_time);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
