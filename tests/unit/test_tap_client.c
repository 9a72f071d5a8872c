/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Callers of the real world, tap/client.h: what is said of them, and what
 * became of their calls. */
#include "config.h"

#include "nas_callers.h"

#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "tap/client_report.h"
#include "tap/client_words.h"

static struct tap_client_bank clients;
static struct tap_client_config config;
static struct tap_keeper no_keeper = { .fd = -1 };
static const char *device;
static pptp_ns hold_ns;

static void begin(const char *password, pptp_ns redial_ns, uint32_t callers)
{
    memset(&config, 0, sizeof config);
    prepare(&config.calls, password, redial_ns, callers);
    config.name = "test";
    config.device = device;
    config.calls.hold_ns = hold_ns;
    ck_assert_int_eq(
        tap_client_init(&clients, &config, &no_keeper, &given_table), 0);
    bank = &clients.calls;
    own(callers);
    if (callers == 1)
        heap_set(&bank->timers, 0, 0);
    begin_server(NULL);
}

static void end(void)
{
    tap_client_fini(&clients);
    nas_ppps_fini(&server);
}

/* The device cannot be set up, here since there is no keeper: the server is
 * not asked again. */
START_TEST(no_device)
{
    device = "dt0";
    begin("wonder", 5 * PPTP_S, 1);
    answered();
    turns();
    ck_assert_uint_eq(bank->stats.up, 0);
    ck_assert_uint_eq(drops, 1);
    ck_assert(line()->finished && line()->failed);
    line()->ops->hangup(line(), at);
    ck_assert_uint_eq(line()->ops->deadline(line()), PPTP_NEVER);
    ck_assert_ptr_nonnull(
        strstr(tap_client_what(&bank->report.failed.cause[0]), "device or"));
    device = NULL;
    end();
}
END_TEST

/* --- what is said ----------------------------------------------------------- */

static char said[4096];
static FILE *log_file;
static int saved_stderr;

static void listen_to_log(void)
{
    log_file = tmpfile();
    saved_stderr = dup(STDERR_FILENO);
    ck_assert_ptr_nonnull(log_file);
    ck_assert_int_eq(dup2(fileno(log_file), STDERR_FILENO), STDERR_FILENO);
}

static bool log_has(const char *text)
{
    size_t n;

    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    rewind(log_file);
    n = fread(said, 1, sizeof said - 1, log_file);
    said[n] = '\0';
    fclose(log_file);
    return strstr(said, text) != NULL;
}

/* Whether the end of a call in the middle of its set-up is said to be the
 * server's. */
static bool says_cleared(bool told_to_end)
{
    struct ppp_info info = { .reached = PPP_DEAD };

    listen_to_log();
    begin("wonder", 5 * PPTP_S, 1);
    answered();
    while (info.reached != PPP_NETWORK && turn())
        nas_callers_info(bank, 0, &info);
    if (told_to_end)
        line()->ops->bye(line(), at);
    line()->ops->hangup(line(), at);
    ck_assert_uint_eq(bank->stats.failed, told_to_end ? 0 : 1);
    end();
    return log_has("test: cleared in PPP's phase 'network'; has it an "
                   "address left for us");
}

/* SIGTERM in the middle of a set-up is no riddle. */
START_TEST(told_to_end)
{
    ck_assert(says_cleared(false));
    ck_assert(!says_cleared(true));
}
END_TEST

START_TEST(words)
{
    listen_to_log();
    begin("wonder", 5 * PPTP_S, 1);
    answered();
    turns();
    end();
    ck_assert(log_has("test: up, we are 10.0.0.2, 10.0.0.1; MS-CHAPv2, no "
                      "encryption"));
    listen_to_log();
    begin("mischief", 5 * PPTP_S, 1);
    answered();
    turns();
    end();
    ck_assert(log_has("test: PPP failed: "));
    ck_assert_ptr_nonnull(strstr(said, ": user or password is wrong; cure: "
                                       "check the user's name and the "
                                       "password; not tried again"));
}
END_TEST

static json_int_t number(json_t *o, const char *key)
{
    ck_assert(json_is_integer(json_object_get(o, key)));
    return json_integer_value(json_object_get(o, key));
}

/* Ends by cause, for programs: calls = up + failed + interrupted. */
START_TEST(report)
{
    json_t *o, *failed, *cause;

    begin("mischief", 0, 3);
    line()->ops->advance(line(), at);
    ck_assert_uint_eq(rings, 3);
    nas_ppps_begin(&server, 0, at);
    line()->ops->answer(line(), at);
    turns();
    line()->ops->hangup(line(), at);
    bank->caller[1].line.why = NAS_WHY_BUSY;
    bank->caller[1].line.ops->hangup(&bank->caller[1].line, at);
    bank->caller[2].line.ops->bye(&bank->caller[2].line, at);
    bank->caller[2].line.ops->hangup(&bank->caller[2].line, at);
    ck_assert(tap_client_fell_short(&clients));
    o = tap_client_json(&clients);
    failed = json_object_get(o, "failed");
    ck_assert_int_eq(number(o, "calls"), 3);
    ck_assert_int_eq(number(o, "up"), 0);
    ck_assert_int_eq(number(o, "interrupted"), 1);
    ck_assert_int_eq(number(failed, "calls"), 2);
    cause = json_array_get(json_object_get(failed, "causes"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(cause, "cause")),
                     ppp_reason_text(PPP_END_AUTH_US));
    ck_assert_int_eq(number(cause, "calls"), 1);
    cause = json_array_get(json_object_get(failed, "causes"), 1);
    ck_assert_str_eq(json_string_value(json_object_get(cause, "cause")),
                     "busy");
    json_decref(o);
    end();
}
END_TEST

/* Causes that differ are one where they sound alike; the rest is one. */
START_TEST(causes)
{
    struct nas_cause c = { .reason = PPP_END_AUTH_US };
    json_t *o, *list;
    unsigned i;

    begin("wonder", 0, 1);
    for (i = 0; i < 3; i++) {
        c.reached = (uint8_t)i;
        nas_ends_book(&bank->report.lost, &c);
    }
    c.reason = PPP_END_NONE;
    nas_ends_book(&bank->report.lost, &c);
    for (i = 0; i < NAS_CAUSES; i++) {
        c.mppe_peer = (uint8_t)(i + 1);
        nas_ends_book(&bank->report.lost, &c);
    }
    o = tap_client_json(&clients);
    list = json_object_get(json_object_get(o, "lost"), "causes");
    ck_assert_uint_eq(json_array_size(list), 3);
    ck_assert_int_eq(number(json_array_get(list, 0), "calls"), 3);
    ck_assert_str_eq(
        json_string_value(json_object_get(json_array_get(list, 2), "cause")),
        "of other causes");
    ck_assert_int_eq(number(json_array_get(list, 2), "calls"), 5);
    json_decref(o);
    end();
}
END_TEST

/* Clients that call for ever live with a failure. */
START_TEST(fell_short)
{
    begin("wonder", PPTP_S, 1);
    line()->ops->advance(line(), at);
    line()->ops->hangup(line(), at);
    ck_assert_uint_eq(bank->stats.failed, 1);
    ck_assert(!tap_client_fell_short(&clients));
    end();
    hold_ns = 10 * PPTP_S;
    begin("wonder", PPTP_S, 1);
    answered();
    turns();
    ck_assert(!tap_client_fell_short(&clients));
    line()->why = NAS_WHY_CONN_LOST;
    line()->ops->hangup(line(), at);
    ck_assert_str_eq(tap_client_what(&bank->report.lost.cause[0]),
                     "the control connection was lost");
    ck_assert(tap_client_fell_short(&clients));
    end();
    hold_ns = 0;
}
END_TEST

/* How long a set-up took is said of those that were timed: none of a call that
 * was taken. */
static bool says_set_up(bool called)
{
    static const struct pptp_call_request r = { .max_bps = 64000 };

    begin("wonder", 5 * PPTP_S, 1);
    config.calls.answers = true;
    if (called) {
        line()->ops->dial(line(), at, &r);
        nas_ppps_begin(&server, 0, at);
    } else {
        answered();
    }
    turns();
    ck_assert_uint_eq(bank->stats.up, 1);
    listen_to_log();
    tap_client_say(&clients);
    end();
    ck_assert(log_has("test: 1 call, 1 came up, in "));
    return strstr(said, " s; set-up: median ") != NULL;
}

START_TEST(set_ups)
{
    ck_assert(says_set_up(false));
    ck_assert(!says_set_up(true));
}
END_TEST

/* Many of them share what they may say, one alone says all that it has. */
START_TEST(talk)
{
    begin("wonder", PPTP_S, 2);
    ck_assert_ptr_eq(clients.client[0].line.talk, &clients.talk);
    ck_assert_ptr_eq(clients.client[1].line.talk, &clients.talk);
    end();
    begin("wonder", PPTP_S, 1);
    ck_assert_ptr_null(clients.client[0].line.talk);
    end();
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("tap_client");
    TCase *t = tcase_create("tap_client");

    tcase_add_test(t, no_device);
    tcase_add_test(t, told_to_end);
    tcase_add_test(t, words);
    tcase_add_test(t, report);
    tcase_add_test(t, set_ups);
    tcase_add_test(t, causes);
    tcase_add_test(t, fell_short);
    tcase_add_test(t, talk);
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
