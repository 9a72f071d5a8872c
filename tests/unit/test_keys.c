/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys by their path, the nearest name, and documents made of rows:
 * src/conf/key_path.c, keys.c, key_docs.c. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "conf/key_docs.h"
#include "conf/key_path.h"
#include "conf/key_rows.h"
#include "conf/pptp_keys.h"
#include "tool/pns_config.h"
#include "tool/scenario.h"

static const struct {
    const char *key, *value;
} good[] = {
    { "pptp.recv_window", "4" },
    { "pptp.ack_delay", "50ms" },
    { "pptp.alpha", "0.5" },
    { "pptp.engine", "netgraph" },
    { "pptp.rtt_cap", "off" },
    { "ppp.auth", "mschap1" },
    { "ppp.echo_fails", "7" },
    { "pptp.ppd", "auto" },
    { "pptp.ppd", "200ms" },
    { "nodes.pac.pptp.windowing", "auto" },
    { "nodes.0.max_calls", "17" },
    { "calls.modem.line.rate", "28.8kbit/s" },
    { "calls.modem.traffic.0.size", "1kB" },
    { "flows.x.sizes", "exponential" },
    { "links.wan.loss", "10%" },
    { "duration", "2min" },
    { "nodes.pac.connect", "[a, b]" },
    { "calls.modem.line", "{rate: 1Mbit/s}" },
};

START_TEST(a_path_leads_to_a_key)
{
    struct conf_error err;

    ck_assert_msg(scenario_key_check(good[_i].key, good[_i].value, &err) == 0,
                  "%s", err.text);
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

    ck_assert_int_eq(scenario_key_check(bad[_i].key, bad[_i].value, &err), -1);
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
            ck_assert_msg(text[i] == NULL ||
                              key_path_check(&plain, o->name, text[i], &err) ==
                                  0,
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
