/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recorded arrivals, right ones and others. */
#include "config.h"

#include "models/arrivals_trace.h"

#include <stdlib.h>
#include <string.h>

#include "../support/suite.h"

START_TEST(reads)
{
    static const char text[] = "# of an evening\n0,9\r\n\n1.5,0\n1.5,3\n"
                               "4294967295.999999999,7";
    struct arrivals_trace t;

    arrivals_trace_init(&t, text, strlen(text), 10);
    ck_assert_int_eq(arrivals_trace_next(&t), 1);
    ck_assert_uint_eq(t.at, 0);
    ck_assert_uint_eq(t.who, 9);
    ck_assert_uint_eq(t.line, 2);
    ck_assert_int_eq(arrivals_trace_next(&t), 1);
    ck_assert_uint_eq(t.at, 1500 * PPTP_MS);
    ck_assert_uint_eq(t.who, 0);
    ck_assert_int_eq(arrivals_trace_next(&t), 1);
    ck_assert_uint_eq(t.who, 3);
    ck_assert_int_eq(arrivals_trace_next(&t), 1);
    ck_assert_uint_eq(t.at, UINT64_C(4294967295999999999));
    ck_assert_uint_eq(t.line, 6);
    ck_assert_int_eq(arrivals_trace_next(&t), 0);
    ck_assert_int_eq(arrivals_trace_next(&t), 0);
}
END_TEST

/* What is wrong in the last line of each. */
static const struct {
    const char *text, *cause;
    size_t line;
} bad[] = {
    { "2,0\n1.999999999,0\n", "earlier", 2 },
    { "x,0", "seconds", 1 },
    { "-1,0", "seconds", 1 },
    { ",0", "seconds", 1 },
    { "1.,0", "seconds", 1 },
    { "1.0000000001,0", "seconds", 1 },
    { "4294967296,0", "seconds", 1 },
    { "99999999999999999999999,0", "seconds", 1 },
    { "nan,0", "seconds", 1 },
    { " 1,0", "seconds", 1 },
    { "#\n\n1", "comma", 3 },
    { "1;0", "comma", 1 },
    { "1e3,0", "comma", 1 },
    { "1,", "subscriber is", 1 },
    { "1,-1", "subscriber is", 1 },
    { "1,1 ", "subscriber is", 1 },
    { "1,4294967296", "subscriber is", 1 },
    { "1,4\n2,5", "no such", 2 },
};

START_TEST(refuses)
{
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        size_t n = strlen(bad[i].text);
        char *text = malloc(n); /* exactly, so that valgrind sees more */
        struct arrivals_trace t;
        int rc;

        memcpy(text, bad[i].text, n);
        arrivals_trace_init(&t, text, n, 5);
        while ((rc = arrivals_trace_next(&t)) == 1)
            ;
        ck_assert_int_eq(rc, PPTP_ERR_ARGUMENT);
        ck_assert_msg(strstr(t.cause, bad[i].cause) != NULL, "%zu: %s", i,
                      t.cause);
        ck_assert_uint_eq(t.line, bad[i].line);
        ck_assert_int_eq(arrivals_trace_next(&t), 0); /* no further */
        free(text);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = { reads, refuses, NULL };

    return rig_main("arrivals_trace", tests);
}
