/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Causes: nas/why.h, each of them once. */
#include "config.h"

#include <check.h>
#include <stdlib.h>

#include "nas/why.h"
#include "pptp/msg.h"

static bool seen[NAS_WHYS];

static void ends(uint8_t msg, uint8_t result, uint8_t error, bool pac,
                 enum nas_why want)
{
    const struct pptp_call_end e = { .msg = msg,
                                     .result = result,
                                     .error = error };

    ck_assert_int_eq(nas_why_of_end(&e, pac, false), want);
    seen[want] = true;
}

/* General Errors in the order of 2.16; one that there is not is the first. */
static void general(void)
{
    unsigned i;

    for (i = 0; i <= PPTP_GE_PAC_ERROR; i++)
        ends(PPTP_ICRP, 2, (uint8_t)i, true, NAS_WHY_ERROR + i);
    ends(PPTP_OCRP, 2, PPTP_GE_PAC_ERROR + 1, false, NAS_WHY_ERROR);
}

static void refusals(void)
{
    ends(PPTP_ICRP, 3, 0, true, NAS_WHY_NOT_WANTED);
    ends(PPTP_ICRP, 9, 0, true, NAS_WHY_REFUSED);
    ends(PPTP_OCRP, PPTP_OCRP_NO_CARRIER, 0, false, NAS_WHY_NO_CARRIER);
    ends(PPTP_OCRP, PPTP_OCRP_BUSY, 0, false, NAS_WHY_BUSY);
    ends(PPTP_OCRP, PPTP_OCRP_NO_DIAL_TONE, 0, false, NAS_WHY_NO_DIAL_TONE);
    ends(PPTP_OCRP, PPTP_OCRP_TIMEOUT, 0, false, NAS_WHY_NOBODY_THERE);
    ends(PPTP_OCRP, PPTP_OCRP_REFUSED, 0, false, NAS_WHY_PROHIBITED);
    ends(PPTP_OCRP, 8, 0, false, NAS_WHY_REFUSED);
}

/* Of a PAC its own messages. */
static void own(void)
{
    const struct pptp_call_end late = { .msg = PPTP_OCRP,
                                        .result = PPTP_OCRP_TIMEOUT };

    ends(PPTP_CDN, PPTP_CDN_REQUESTED, 0, true, NAS_WHY_CLEARED);
    ends(PPTP_CDN, PPTP_CDN_LOST_CARRIER, 0, true, NAS_WHY_LINE_LATE);
    ends(PPTP_CDN, PPTP_CDN_ADMIN, 0, true, NAS_WHY_HERE);
    ends(PPTP_OCRP, PPTP_OCRP_NO_CARRIER, 0, true, NAS_WHY_UNFIT);
    ck_assert_int_eq(nas_why_of_end(&late, true, true), NAS_WHY_LINE_LATE);
}

static void others(void)
{
    struct pptp_call_end e = { .conn = PPTP_CONN_END_TCP };

    ends(PPTP_CDN, PPTP_CDN_LOST_CARRIER, 0, false, NAS_WHY_CLEARED);
    ends(PPTP_CCRQ, 0, 0, true, NAS_WHY_CLEARED);
    ends(0, 0, 0, false, NAS_WHY_UNANSWERED);
    ck_assert_int_eq(nas_why_of_end(&e, true, false), NAS_WHY_CONN_LOST);
    e = (struct pptp_call_end){ .was_up = true };
    ck_assert_int_eq(nas_why_of_end(&e, true, false), NAS_WHY_CONN_LOST);
    seen[NAS_WHY_CONN_LOST] = true;
}

START_TEST(of_calls)
{
    unsigned i;

    general();
    refusals();
    own();
    others();
    /* what is told by a caller, and what follows are others' */
    for (i = NAS_WHY_REFUSED; i <= NAS_WHY_CONN_LOST; i++)
        ck_assert_msg(seen[i], "never: %u", i);
}
END_TEST

START_TEST(of_connections)
{
    const pptp_ns now = 100 * PPTP_S;
    struct nas_contact c = { .error = NAS_TCP_REFUSED };

    ck_assert_int_eq(nas_failure_of(&c, now), NAS_FAILURE_UNREACHABLE);
    c.error = NAS_TCP_RESET;
    ck_assert_int_eq(nas_failure_of(&c, now), NAS_FAILURE_CLOSED_AT_ONCE);
    c.up_ns = now - 5 * PPTP_S + 1;
    ck_assert_int_eq(nas_failure_of(&c, now), NAS_FAILURE_CLOSED_AT_ONCE);
    c.up_ns--;
    ck_assert_int_eq(nas_failure_of(&c, now), NAS_FAILURE_SILENT);
    c.heard = true;
    ck_assert_int_eq(nas_failure_of(&c, now), NAS_FAILURE_UNWELCOME);
}
END_TEST

START_TEST(in_reports)
{
    static const struct {
        enum nas_failure f;
        enum nas_tcp_error error;
        enum nas_why why;
    } rows[] = {
        { NAS_FAILURE_CLOSED_AT_ONCE, NAS_TCP_OTHER, NAS_WHY_CLOSED_AT_ONCE },
        { NAS_FAILURE_SILENT, NAS_TCP_NO_ERROR, NAS_WHY_SILENT },
        { NAS_FAILURE_UNWELCOME, NAS_TCP_RESET, NAS_WHY_UNWELCOME },
        { NAS_FAILURE_UNREACHABLE, NAS_TCP_NO_PORT, NAS_WHY_NO_PORT },
        { NAS_FAILURE_UNREACHABLE, NAS_TCP_REFUSED, NAS_WHY_NOT_LISTENING },
        { NAS_FAILURE_UNREACHABLE, NAS_TCP_NO_ERROR, NAS_WHY_TCP_TIMEOUT },
        { NAS_FAILURE_UNREACHABLE, NAS_TCP_TIMED_OUT, NAS_WHY_TCP_TIMEOUT },
        { NAS_FAILURE_UNREACHABLE, NAS_TCP_OTHER, NAS_WHY_UNREACHABLE },
    };
    size_t i;

    for (i = 0; i < sizeof rows / sizeof *rows; i++)
        ck_assert_int_eq(nas_why_of_failure(rows[i].f, rows[i].error),
                         rows[i].why);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("nas_why");
    TCase *t = tcase_create("why");
    SRunner *r;
    int failed;

    suite_add_tcase(s, t);
    tcase_add_test(t, of_calls);
    tcase_add_test(t, of_connections);
    tcase_add_test(t, in_reports);
    r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
