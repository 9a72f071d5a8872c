/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The YAML tree: lines, bounds, refusals, --set. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/tree.h"

static struct conf_tree *parse(const char *text, struct conf_error *err)
{
    return conf_parse("t.yaml", text, strlen(text), err);
}

static const char sample[] = "a: 1\n"
                             "list:\n"
                             "  - name: x.y\n"
                             "    v: on\n"
                             "  - name: x\n"
                             "    v: 2\n"
                             "empty:\n";

START_TEST(tree_has_lines)
{
    struct conf_error err;
    struct conf_tree *t = parse(sample, &err);
    const struct conf_node *list;

    ck_assert_ptr_nonnull(t);
    ck_assert_str_eq(err.text, "");
    list = conf_get(conf_root(t), "list");
    ck_assert_int_eq(list->line, 2);
    ck_assert_uint_eq(list->n_items, 2);
    ck_assert_int_eq(list->items[1]->line, 5);
    ck_assert_int_eq(conf_get(list->items[0], "v")->line, 4);
    ck_assert_str_eq(conf_get(list->items[0], "v")->text, "on");
    ck_assert_str_eq(list->file, "t.yaml");
    ck_assert_ptr_null(conf_get(conf_root(t), "b"));
    conf_free(t);
}
END_TEST

START_TEST(empty_is_empty_map)
{
    struct conf_error err;
    struct conf_tree *t = parse("# nothing\n", &err);

    ck_assert_ptr_nonnull(t);
    ck_assert_int_eq(conf_root(t)->kind, CONF_MAP);
    ck_assert_uint_eq(conf_root(t)->n_items, 0);
    conf_free(t);
}
END_TEST

static const struct {
    const char *text;
    const char *why;
} bad[] = {
    { "a: &x 1\nb: *x\n", "t.yaml:1: anchors" },
    { "a: 1\nb: *x\n", "t.yaml:2: aliases" },
    { "a: !!str 1\n", "t.yaml:1: tags" },
    { "a: 1\nb: 2\na: 3\n", "t.yaml:3: key 'a' is given twice" },
    { "a:1: [\n", "t.yaml:" },
    { "a: 1\n---\nb: 1\n", "only one document" },
    { "? [a]\n: 1\n", "a key must be a plain word" },
    { "a: \"x\\0y\"\n", "NUL" },
    { "a: \xff\xfe\n", "t.yaml:1:" },
    { "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "nested too deep" },
};

START_TEST(refuses)
{
    struct conf_error err;

    ck_assert_ptr_null(parse(bad[_i].text, &err));
    ck_assert_msg(strstr(err.text, bad[_i].why) != NULL, "%s", err.text);
    ck_assert_ptr_null(strchr(err.text, '\n'));
}
END_TEST

START_TEST(many_keys_twice)
{
    char text[1024] = "";
    struct conf_error err;

    for (int i = 0; i < 40; i++)
        sprintf(text + strlen(text), "k%d: 1\n", i);
    strcat(text, "k7: 2\n");
    ck_assert_ptr_null(parse(text, &err));
    ck_assert_str_eq(err.text, "t.yaml:41: key 'k7' is given twice");
}
END_TEST

START_TEST(bounds_of_size)
{
    size_t len = 2 * CONF_NODES_MAX + 20;
    char *text = malloc(len);
    struct conf_error err;

    memset(text, ',', len);
    text[0] = '[';
    for (size_t i = 1; i < len; i += 2)
        text[i] = '1';
    ck_assert_ptr_null(conf_parse("t.yaml", text, len, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "at most 1000000 values"));
    ck_assert_ptr_null(conf_parse("t.yaml", text, CONF_FILE_MAX + 1u, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "larger than 16777216 octets"));
    free(text);
    ck_assert_ptr_null(conf_load("/nonexistent/x.yaml", &err));
    ck_assert_ptr_nonnull(strstr(err.text, "/nonexistent/x.yaml: cannot"));
}
END_TEST

static const char *value(const struct conf_tree *t, size_t item)
{
    const struct conf_node *list = conf_get(conf_root(t), "list");

    return conf_get(list->items[item], "v")->text;
}

START_TEST(set_by_key_index_name)
{
    struct conf_error err;
    struct conf_tree *t = parse(sample, &err);
    const struct conf_node *node;

    ck_assert_int_eq(conf_set(t, "list.x.y.v=7", &err), 0);
    ck_assert_str_eq(value(t, 0), "7");
    ck_assert_int_eq(conf_set(t, "list.x.v=8", &err), 0);
    ck_assert_str_eq(value(t, 1), "8");
    ck_assert_int_eq(conf_set(t, "list.1.v=a=b", &err), 0);
    ck_assert_str_eq(value(t, 1), "a=b");
    ck_assert_int_eq(conf_set(t, "new.deep=[1, {q: 2}]", &err), 0);
    node = conf_get(conf_get(conf_root(t), "new"), "deep");
    ck_assert_int_eq(node->kind, CONF_LIST);
    ck_assert_str_eq(conf_get(node->items[1], "q")->text, "2");
    ck_assert_str_eq(node->items[1]->file, "--set new.deep");
    ck_assert_int_eq(node->items[1]->line, 0);
    ck_assert_int_eq(conf_set(t, "empty.k=1", &err), 0);
    node = conf_get(conf_get(conf_root(t), "empty"), "k");
    ck_assert_str_eq(node->text, "1");
    conf_fail(&err, node, "bad\nvalue");
    ck_assert_str_eq(err.text, "--set empty.k: bad?value");
    conf_free(t);
}
END_TEST

static const char *const bad_sets[] = {
    "novalue", "=1",      "list.9.v=1", "list.zz.v=1",   "a.b=1",
    "a..b=1",  "list.=1", "new=[1",     "new={a: &x 1}", "list.-1.v=1",
};

START_TEST(set_refuses)
{
    struct conf_error err = { "" };
    struct conf_tree *t = parse(sample, &err);

    ck_assert_int_eq(conf_set(t, bad_sets[_i], &err), -1);
    ck_assert_msg(strncmp(err.text, "--set", 5) == 0, "%s", err.text);
    conf_free(t);
}
END_TEST

/* The part of the path that is wrong, and which --set of several. */
START_TEST(set_says_where)
{
    struct conf_error err = { "" };
    struct conf_tree *t = parse(sample, &err);

    ck_assert_int_eq(conf_set(t, "list.9.v=1", &err), -1);
    ck_assert_msg(
        strncmp(err.text, "--set: 'list.9.v': no item '9' here;", 36) == 0,
        "%s", err.text);
    ck_assert_int_eq(conf_set(t, "new=[1", &err), -1);
    ck_assert_msg(strncmp(err.text, "--set new: ", 11) == 0, "%s", err.text);
    ck_assert_int_eq(conf_set(t, "a=1", &err), 0);
    ck_assert_int_eq(conf_set(t, "b=1", &err), 0);
    conf_fail(&err, conf_get(conf_root(t), "a"), "x");
    ck_assert_str_eq(err.text, "--set a: x");
    conf_free(t);
}
END_TEST

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

int main(void)
{
    Suite *suite = suite_create("config");
    TCase *tc = tcase_create("config");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, tree_has_lines);
    tcase_add_test(tc, empty_is_empty_map);
    tcase_add_loop_test(tc, refuses, 0, COUNT(bad));
    tcase_add_test(tc, many_keys_twice);
    tcase_add_test(tc, bounds_of_size);
    tcase_add_test(tc, set_by_key_index_name);
    tcase_add_test(tc, set_says_where);
    tcase_add_loop_test(tc, set_refuses, 0, COUNT(bad_sets));
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
