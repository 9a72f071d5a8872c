/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys by their path, the nearest name, and documents made of rows:
 * src/conf/key_path.c, keys.c, key_docs.c. */
#include "config.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "conf/key_docs.h"
#include "conf/key_rows.h"
#include "conf/pptp_keys.h"
#include "tool/pns_config.h"
#include "tool/scenario.h"

/* What an axis may be, as a number and of which unit; NAN: a word. */
static const struct {
    const char *key, *value;
    double number;
    const char *unit;
} good[] = {
    { "pptp.recv_window", "4", 4, "packets" },
    { "pptp.ack_delay", "50ms", 0.05, "s" },
    { "pptp.alpha", "0.5", 0.5, "" },
    { "pptp.engine", "netgraph", NAN, "" },
    { "pptp.rtt_cap", "off", NAN, "" },
    { "ppp.auth", "mschap1", NAN, "" },
    { "ppp.echo_fails", "7", 7, "" },
    { "pptp.ppd", "auto", NAN, "s" },
    { "pptp.ppd", "200ms", 0.2, "s" },
    { "nodes.pac.pptp.windowing", "auto", NAN, "" },
    { "nodes.0.max_calls", "17", 17, "" },
    { "calls.modem.line.rate", "28.8kbit/s", 28800, "bit/s" },
    { "calls.modem.traffic.0.size", "1kB", 1000, "octets" },
    { "flows.x.sizes", "exponential", NAN, "" },
    { "links.wan.loss", "10%", 0.1, "" },
    { "duration", "2min", 120, "s" },
    { "nodes.pac.connect", "[a, b]", NAN, "" },
    { "calls.modem.line", "{rate: 1Mbit/s}", NAN, "" },
};

START_TEST(a_path_leads_to_a_key)
{
    struct conf_error err;
    struct key_path at;

    ck_assert_msg(
        scenario_key_check(good[_i].key, good[_i].value, &at, &err) == 0, "%s",
        err.text);
    if (isnan(good[_i].number))
        ck_assert(isnan(at.number));
    else
        ck_assert_double_eq_tol(at.number, good[_i].number, 1e-12);
    ck_assert_str_eq(at.unit, good[_i].unit);
    ck_assert_ptr_nonnull(strstr(good[_i].key, at.key.name));
}
END_TEST

static const struct {
    const char *key, *value, *why;
} bad[] = {
    { "pptp.enigne", "fixed", "unknown key 'enigne'; did you mean 'engine'?" },
    { "npdes.engine", "fixed", "unknown key 'npdes'; did you mean 'nodes'?" },
    { "pptp.recv_window", "0", "allowed: 1packets to 65535packets" },
    { "pptp.engine", "fixd", "netgraph; did you mean 'fixed'?" },
    { "pptp.ack_delay", "61s",
      "key 'ack_delay': 61s is out of range; "
      "allowed: 0s to 60s" },
    { "pptp.ack_delay", "5", "key 'ack_delay': time needs a unit" },
    { "duration.x", "1", "key 'duration': there is nothing below it" },
    { "nodes.pac", "1", "a key of 'pac' is missing, such as 'name'" },
    { "calls.a.traffic.0", "1", "a key of '0' is missing, such as 'from'" },
    { "", "1", "unknown key ''" },
    { "pptp.", "1", "unknown key ''" },
    { "calls.a.line", "[", "" },
    { "nodes.pac.connect", "{a: b}", "must be a text or a list" },
};

START_TEST(a_path_that_leads_nowhere)
{
    struct conf_error err = { "" };
    struct key_path at;

    ck_assert_int_eq(scenario_key_check(bad[_i].key, bad[_i].value, &at, &err),
                     -1);
    ck_assert_msg(strstr(err.text, bad[_i].why) != NULL, "%s", err.text);
    ck_assert_str_ne(err.text, "");
}
END_TEST

static void all_others_are_rows(const struct key_section *section)
{
    const struct key_other *o = section->others;
    struct key_section plain = *section;
    struct conf_error err;
    size_t i;

    plain.others = NULL;
    for (; o != NULL && o->name != NULL; o++) {
        const char *text[] = { o->preset, o->min, o->max };

        for (i = 0; i < 3; i++)
            ck_assert_msg(
                text[i] == NULL ||
                    key_path_check(&plain, o->name, text[i], NULL, &err) == 0,
                "%s: %s", o->name, err.text);
    }
    for (i = 0; i < section->n_keys; i++)
        if (section->keys[i].section != NULL)
            all_others_are_rows(section->keys[i].section);
}

/* What a user of shared rows has otherwise is of a row that is there, and
 * within its bounds. */
START_TEST(others_are_of_rows)
{
    all_others_are_rows(&pns_file_section);
    all_others_are_rows(&scenario_section);
}
END_TEST

/* Each number of fixed point is printed as it is read back. */
START_TEST(fixed_point_is_read_back)
{
    struct pptp_config c, d;
    struct conf_error err;
    char text[40];
    uint32_t v;

    for (v = 7; v <= PPTP_Q16; v += 13) {
        json_t *all;

        pptp_config_default(&c);
        c.win.ato.alpha_q16 = v;
        all = keys_json(&pptp_keys_section, "", &c);
        snprintf(text, sizeof text, "%.17g",
                 json_real_value(json_object_get(all, "alpha")));
        json_decref(all);
        pptp_config_default(&d);
        ck_assert_int_eq(keys_set(&pptp_keys_section, "alpha", text, &d, &err),
                         0);
        ck_assert_uint_eq(d.win.ato.alpha_q16, v);
    }
}
END_TEST

/* The rows of a reference, a man page and a schema are the same. */
START_TEST(documents_have_every_row)
{
    const struct key_section *s = &pptp_keys_section;
    json_t *schema = keys_schema(s);
    char *man, *reference, text[80];
    size_t n, i;
    FILE *f = open_memstream(&man, &n);

    keys_man(f, s);
    fclose(f);
    f = open_memstream(&reference, &n);
    keys_reference(f, s);
    fclose(f);
    ck_assert_uint_eq(json_object_size(schema), PPTP_KEYS_N);
    for (i = 0; i < PPTP_KEYS_N; i++) {
        snprintf(text, sizeof text, ".It Cm %s : Ar ", s->keys[i].name);
        ck_assert_ptr_nonnull(strstr(man, text));
        snprintf(text, sizeof text, "| `%s` | ", s->keys[i].name);
        ck_assert_ptr_nonnull(strstr(reference, text));
        ck_assert_ptr_nonnull(json_object_get(schema, s->keys[i].name));
    }
    free(man);
    free(reference);
    json_decref(schema);
}
END_TEST

#define ROWS(a) ((int)(sizeof(a) / sizeof((a)[0])))

int main(void)
{
    Suite *suite = suite_create("keys");
    TCase *tc = tcase_create("keys");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_loop_test(tc, a_path_leads_to_a_key, 0, ROWS(good));
    tcase_add_loop_test(tc, a_path_that_leads_nowhere, 0, ROWS(bad));
    tcase_add_test(tc, others_are_of_rows);
    tcase_add_test(tc, fixed_point_is_read_back);
    tcase_add_test(tc, documents_have_every_row);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
