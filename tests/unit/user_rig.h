/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A user whose orders are looked at one by one. */
#ifndef TESTS_UNIT_USER_RIG_H
#define TESTS_UNIT_USER_RIG_H

#include "models/user.h"

#include <check.h>
#include <stdlib.h>

static struct user_config config;
static struct user_stats stats;
static struct user user;

static inline void rig_new(void)
{
    hist_free(&stats.time);
    stats = (struct user_stats){ .opened = 0 };
    ck_assert_int_eq(user_config_check(&config), PPTP_OK);
    user_init(&user, &config, &stats, 7, "user");
    ck_assert_uint_eq(user_deadline(&user), PPTP_NEVER);
}

static inline void rig_order(enum user_do what, unsigned slot)
{
    struct user_order o;

    ck_assert(user_poll(&user, &o));
    ck_assert_uint_eq(o.what, what);
    ck_assert_uint_eq(o.slot, slot);
}

static inline void rig_says(unsigned slot, enum user_end end, uint64_t octets)
{
    struct user_order o;

    ck_assert(user_poll(&user, &o));
    ck_assert_uint_eq(o.what, USER_DO_WRITE);
    ck_assert_uint_eq(o.slot, slot);
    ck_assert_uint_eq(o.end, end);
    ck_assert_uint_eq(o.octets, octets);
}

static inline void rig_quiet(void)
{
    struct user_order o;

    ck_assert(!user_poll(&user, &o));
}

static inline int rig_run(Suite *s)
{
    SRunner *r = srunner_create(s);
    int failed;

    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    hist_free(&stats.time);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
