/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events as lines of JSON: nas/event_text.h. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "nas/account.h"
#include "nas/event_text.h"
#include "nas/numbers.h"
#include "nas/pns.h"
#include "nas/why.h"
#include "pptp/msg.h"

static char text[NAS_EVENT_TEXT];

static const char *line(const struct nas_event *e)
{
    size_t n = nas_event_text(e, 1500, "lns", text, sizeof text);

    ck_assert_uint_eq(n, strlen(text));
    return text;
}

START_TEST(nothing_that_is_not_there)
{
    const struct nas_event e = { .kind = NAS_EV_PAC_NO_LINE,
                                 .index = NAS_NOBODY,
                                 .call = PPTP_NONE,
                                 .value = 17 };

    ck_assert_str_eq(line(&e), "{\"t\":1500,\"name\":\"lns\",\"role\":\"pac\","
                               "\"event\":\"PAC_NO_LINE\",\"cause\":17}");
}
END_TEST

START_TEST(addresses_and_words)
{
    struct nas_event e = { .kind = NAS_EV_PNS_NO_ADDRESS,
                           .index = 3,
                           .call = 65539,
                           .remote = 0x0a000001,
                           .ip = 0xc0a801fe,
                           .value = NAS_AAA_TAKEN };

    ck_assert_str_eq(line(&e), "{\"t\":1500,\"name\":\"lns\",\"role\":\"pns\","
                               "\"event\":\"PNS_NO_ADDRESS\",\"index\":3,"
                               "\"call\":65539,\"remote\":\"10.0.0.1\","
                               "\"ip\":\"192.168.1.254\",\"why\":\"taken\"}");
    e.value = 99; /* no word for it */
    ck_assert_ptr_nonnull(strstr(line(&e), ",\"why\":99}"));
}
END_TEST

START_TEST(an_address_as_a_value)
{
    const struct nas_event e = { .kind = NAS_EV_PAC_NO_GRE,
                                 .call = PPTP_NONE,
                                 .value = 0x7f000001 };

    ck_assert_ptr_nonnull(strstr(line(&e), ",\"local\":\"127.0.0.1\"}"));
}
END_TEST

START_TEST(an_end)
{
    const struct pptp_call_end end = {
        .conn = PPTP_CONN_END_TCP, .msg = PPTP_CDN, .result = 3, .error = 1
    };
    const struct nas_account a = { .user = "a\"b",
                                   .ip = 0x01020304,
                                   .up_ns = 5,
                                   .end_ns = 12,
                                   .rx_packets = 1,
                                   .rx_octets = 2,
                                   .tx_packets = 3,
                                   .tx_octets = 4 };
    const struct nas_event e = { .kind = NAS_EV_PNS_END,
                                 .call = PPTP_NONE,
                                 .value = NAS_END_IDLE_TIME,
                                 .reason = PPP_END_LOCAL,
                                 .end = &end,
                                 .account = &a };

    ck_assert_str_eq(
        line(&e),
        "{\"t\":1500,\"name\":\"lns\",\"role\":\"pns\",\"event\":\"PNS_END\","
        "\"index\":0,\"why\":\"idle_time\",\"reason\":\"local\","
        "\"connection\":\"tcp\",\"message\":\"CDN\",\"result\":3,\"error\":1,"
        "\"user\":\"a\\\"b\",\"had\":\"1.2.3.4\",\"up_ns\":7,"
        "\"rx_packets\":1,\"rx_octets\":2,\"tx_packets\":3,\"tx_octets\":4}");
}
END_TEST

START_TEST(who_was_never_up)
{
    const struct nas_account a = { .user = "", .end_ns = 12 };
    const struct nas_event e = { .kind = NAS_EV_PNS_END, .account = &a };

    line(&e);
    ck_assert_ptr_null(strstr(text, "user"));
    ck_assert_ptr_null(strstr(text, "had"));
    ck_assert_ptr_nonnull(strstr(text, "\"up_ns\":0,"));
}
END_TEST

START_TEST(the_longest_fits)
{
    char name[NAS_EVENT_TEXT_NAME + 1], user[PPP_NAME_KEPT + 1];
    const struct pptp_call_end end = { .conn = PPTP_CONN_END_MALFORMED,
                                       .msg = PPTP_OCRQ,
                                       .result = 255,
                                       .error = 255 };
    const struct nas_account a = { .user = user,
                                   .ip = UINT32_MAX,
                                   .up_ns = 1,
                                   .end_ns = 0,
                                   .rx_packets = UINT64_MAX,
                                   .rx_octets = UINT64_MAX,
                                   .tx_packets = UINT64_MAX,
                                   .tx_octets = UINT64_MAX };
    struct nas_event e = { .index = UINT32_MAX - 1,
                           .call = PPTP_NONE - 1,
                           .remote = UINT32_MAX,
                           .ip = UINT32_MAX,
                           .value = UINT64_MAX,
                           .reason = PPP_END_OUT_OF_STEP,
                           .end = &end,
                           .account = &a };
    size_t n;

    memset(name, 1, sizeof name - 1);
    memset(user, 1, sizeof user - 1);
    name[sizeof name - 1] = user[sizeof user - 1] = 0;
    for (e.kind = 0; e.kind < NAS_EVENTS; e.kind++) {
        n = nas_event_text(&e, UINT64_MAX, name, text, sizeof text);
        ck_assert_uint_lt(n, sizeof text - 1);
        ck_assert_int_eq(text[n - 1], '}');
        ck_assert_ptr_nonnull(strstr(text, nas_event_name(e.kind)));
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("event_text");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_test(tc, nothing_that_is_not_there);
    tcase_add_test(tc, addresses_and_words);
    tcase_add_test(tc, an_address_as_a_value);
    tcase_add_test(tc, an_end);
    tcase_add_test(tc, who_was_never_up);
    tcase_add_test(tc, the_longest_fits);
    suite_add_tcase(s, tc);
    runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
