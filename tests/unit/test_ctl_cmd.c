/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `dialtone ctl` against a server whose answers are made up: ctl_cmd.c,
 * ctl_client.c, ctl_table.c, ctl_top.c. */
#include "config.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include "tap/ctl.h"
#include "tool/ctl_client.h"
#include "tool/ctl_cmd.h"
#include "tool/ctl_table.h"
#include "tool/run.h"

enum { WORDS = 12, REFUSED_SNAP = 77 };

static char path[64], file[64];
static pid_t server;
static char out[65536], err[4096];

/* --- the server --------------------------------------------------------- */

static json_t *a_call(int id, const char *user, json_int_t octets)
{
    return json_pack("{s:i, s:s, s:s, s:s, s:s, s:i, s:I, s:I, s:i, s:i, s:i}",
                     "call", id, "user", user, "remote", "192.0.2.1", "inner",
                     "10.9.0.2", "state", "established", "up_ms", 3723000,
                     "rx_octets", octets, "tx_octets", (json_int_t)0, "ato_us",
                     12500, "window", 3, "peer_window", 64);
}

/* Two pages; octets of the second call grow by 1000 with each question. */
static json_t *calls(json_t *params)
{
    static json_int_t octets = 5000;
    json_t *list = json_array(), *call;
    json_int_t from = json_integer_value(json_object_get(params, "from"));

    if (from == 0) {
        json_array_append_new(list, a_call(1, "idle\x1b[2J", 1500000));
        return json_pack("{s:o, s:i}", "calls", list, "next", 7);
    }
    octets += 1000;
    call = a_call(7, "busy", octets);
    json_object_del(call, "window"); /* that of no window */
    json_object_del(call, "ato_us");
    json_array_append_new(list, call);
    return json_pack("{s:o, s:n}", "calls", list, "next");
}

static json_t *result(const char *method, json_t *params, int passed)
{
    if (strcmp(method, "status") == 0)
        return json_pack("{s:s, s:i, s:i, s:i, s:{s:s}}", "role", "pns",
                         "up_ms", 90061000, "calls", 2, "calls_limit", 100,
                         "capture", "state", "none");
    if (strcmp(method, "calls") == 0)
        return calls(params);
    if (strcmp(method, "call") == 0 || strcmp(method, "clear") == 0)
        return json_object_get(params, "call") != NULL &&
                       json_integer_value(json_object_get(params, "call")) ==
                           99
                   ? NULL
                   : json_pack("{s:i, s:[O]}", "cleared", 1, "calls", params);
    if (strcmp(method, "renegotiate") == 0)
        return json_pack("{s:i, s:O}", "renegotiated", 1, "asked", params);
    if (strcmp(method, "dial") == 0)
        return json_pack("{s:i, s:O}", "call", 12, "asked", params);
    if (strcmp(method, "connections") == 0)
        return json_pack("{s:[{s:i, s:s}], s:n}", "connections", "connection",
                         3, "state", "established", "next");
    if (strcmp(method, "counters") == 0)
        return json_pack("{s:[{s:s, s:s, s:s, s:i}, {s:s, s:s, s:s, s:i}]}",
                         "counters", "group", "gre", "name", "zero", "help",
                         "nothing", "value", 0, "group", "gre", "name", "one",
                         "help", "something", "value", 1);
    if (strcmp(method, "capture.start") == 0 && passed >= 0 &&
        json_integer_value(json_object_get(params, "snap")) != REFUSED_SNAP &&
        write(passed, "X", 1) == 1)
        return json_pack("{s:s, s:O}", "state", "running", "asked", params);
    if (strcmp(method, "log.level") == 0)
        return json_pack("{s:s}", "level", "info");
    if (strcmp(method, "drain") == 0 || strcmp(method, "capture") == 0 ||
        strcmp(method, "capture.stop") == 0)
        return json_pack("{s:s}", "state", "stopped");
    return NULL;
}

static char *answer(void *owner, struct tap_ctl_client *c, const char *line,
                    size_t n)
{
    json_t *q = json_loadb(line, n, 0, NULL), *a = json_object();
    json_t *r = result(json_string_value(json_object_get(q, "method")),
                       json_object_get(q, "params"), c->passed);
    char *text;

    (void)owner;
    json_object_set(a, "id", json_object_get(q, "id"));
    if (r != NULL)
        json_object_set_new(a, "result", r);
    else
        json_object_set_new(a, "error",
                            json_pack("{s:s, s:s}", "code", "x", "message",
                                      "no such call\x1b[1m"));
    text = json_dumps(a, JSON_COMPACT);
    json_decref(a);
    json_decref(q);
    return text;
}

static void serve(void)
{
    static struct tap_loop loop;
    static struct tap_ctl ctl = { .loop = &loop, .answer = answer };
    char why[256];

    if (tap_loop_init(&loop) < 0 ||
        tap_ctl_open(&ctl, path, NULL, why, sizeof why) < 0)
        _exit(1);
    for (;;)
        tap_loop_turn(&loop, PPTP_NEVER);
}

static void set_up(void)
{
    int i;

    snprintf(path, sizeof path, "/tmp/dialtone-ctl-%ld.sock", (long)getpid());
    snprintf(file, sizeof file, "/tmp/dialtone-ctl-%ld.pcapng",
             (long)getpid());
    server = fork();
    if (server == 0)
        serve();
    for (i = 0; i < 2000; i++) { /* until it listens */
        struct ctl_client k;

        if (ctl_connect(&k, path) == 0) {
            ctl_close(&k);
            return;
        }
        usleep(5000);
    }
    ck_abort_msg("no server");
}

static void tear_down(void)
{
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    unlink(path);
    unlink(file);
}

/* --- the command -------------------------------------------------------- */

static void take_file(int fd, char *to, size_t cap)
{
    ssize_t n = pread(fd, to, cap - 1, 0);

    to[n < 0 ? 0 : n] = '\0';
    close(fd);
}

/* Words parted by blanks; what it prints is in out and err. */
static int run(const char *line)
{
    char words[512], *argv[WORDS + 4] = { (char[]){ "ctl" } }, *w;
    int argc = 1, result, o = memfd_create("out", MFD_CLOEXEC),
        e = memfd_create("err", MFD_CLOEXEC), o_before, e_before;

    snprintf(words, sizeof words, "%s", line);
    for (w = strtok(words, " "); w != NULL && argc < WORDS;
         w = strtok(NULL, " "))
        argv[argc++] = w;
    fflush(stdout);
    o_before = dup(1);
    e_before = dup(2);
    dup2(o, 1);
    dup2(e, 2);
    optind = 0;
    result = ctl_command(argc, argv);
    fflush(stdout);
    dup2(o_before, 1);
    dup2(e_before, 2);
    close(o_before);
    close(e_before);
    take_file(o, out, sizeof out);
    take_file(e, err, sizeof err);
    return result;
}

/* With --socket. */
static int run_there(const char *line)
{
    char whole[512];

    snprintf(whole, sizeof whole, "-s %s %s", path, line);
    return run(whole);
}

#define ck_has(text, part) \
    ck_assert_msg(strstr(text, part) != NULL, "%s not in:\n%s", part, text)

START_TEST(usage)
{
    static const char *const wrong[] = {
        "",
        "no-such",
        "status extra",
        "--no-such status",
        "call",
        "call 1 2",
        "clear",
        "clear --all 1",
        "renegotiate",
        "renegotiate --all",
        "dial",
        "dial 1 2 3",
        "status --all",
        "calls --limit 1M",
        "capture start",
        "capture begin x",
        "capture stop --snap 100",
        "capture start x --limit many",
        "capture start x --snap -1",
        "top --interval 1ms",
        "top --interval soon",
        "top --count x",
        "top --json",
        "status --socket",
    };
    size_t i;

    for (i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int r = run_there(wrong[i]);

        ck_assert_msg(r == RUN_INPUT, "%s: %d", wrong[i], r);
        ck_assert_str_eq(out, "");
        ck_has(err, "dialtone: ");
    }
    ck_assert_int_eq(run("--help"), RUN_OK);
    ck_has(out, "capture start FILE");
}
END_TEST

START_TEST(nobody_there)
{
    ck_assert_int_eq(run("-s /tmp/no-such.sock status"), 1);
    ck_has(err, "no daemon serves there; cure: start it");
    setenv("DIALTONE_SOCKET", "/tmp/no-such-2.sock", 1);
    ck_assert_int_eq(run("status"), 1);
    ck_has(err, "/tmp/no-such-2.sock");
    setenv("DIALTONE_SOCKET", path, 1);
    ck_assert_int_eq(run("status"), RUN_OK);
    unsetenv("DIALTONE_SOCKET");
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    ck_assert_int_eq(run_there("status"), 1);
    ck_has(err, "no daemon serves there");
    server = fork(); /* for tear_down */
    if (server == 0)
        _exit(0);
}
END_TEST

START_TEST(status_and_calls)
{
    ck_assert_int_eq(run_there("status"), RUN_OK);
    ck_has(out, "role           pns\n");
    ck_has(out, "up             1d01h\n");
    ck_has(out, "calls          2 of 100\n");
    ck_assert_int_eq(run_there("calls"), RUN_OK);
    ck_assert_str_eq(
        out,
        "CALL  USER      PEER       INNER     LINE  STATE           UP      "
        " RX   TX  LOST  TIMEOUTS\n"
        "   1  idle?[2J  192.0.2.1  10.9.0.2  -     established  1h02m  1.50 "
        "MB  0 B     -         -\n"
        "   7  busy      192.0.2.1  10.9.0.2  -     established  1h02m  6.00 "
        "kB  0 B     -         -\n");
    ck_assert_int_eq(run_there("calls --json"), RUN_OK);
    {
        json_t *v = json_loads(out, 0, NULL);

        ck_assert_uint_eq(json_array_size(json_object_get(v, "calls")), 2);
        json_decref(v);
    }
    ck_assert_int_eq(run_there("connections"), RUN_OK);
    ck_has(out, "         3  established  -");
}
END_TEST

START_TEST(which_call)
{
    ck_assert_int_eq(run_there("call 7 --json"), RUN_OK);
    ck_has(out, "\"call\": 7");
    ck_assert_int_eq(run_there("call 10.9.0.2 -j"), RUN_OK);
    ck_has(out, "\"address\": \"10.9.0.2\"");
    ck_assert_int_eq(run_there("call alice"), RUN_OK);
    ck_has(out, "user               alice\n");
    ck_assert_int_eq(run_there("call --user 7 -j"), RUN_OK);
    ck_has(out, "\"user\": \"7\"");
    ck_assert_int_eq(run_there("call 4294967296 -j"), RUN_OK);
    ck_has(out, "\"user\": \"4294967296\"");
    ck_assert_int_eq(run_there("call \xff"), RUN_INPUT);
    ck_assert_int_eq(run_there("clear \xff"), RUN_INPUT);
    ck_assert_int_eq(run_there("log \xff"), RUN_INPUT);
    ck_has(err, "UTF-8");
    ck_assert_int_eq(run_there("clear 1 2"), RUN_OK);
    ck_assert_str_eq(out, "2 calls cleared\n");
    ck_assert_int_eq(run_there("clear 1 99 2"), 1);
    ck_assert_str_eq(out, "2 calls cleared\n");
    ck_assert_str_eq(err, "dialtone: no such call?[1m\n");
    ck_assert_int_eq(run_there("clear --all -j"), RUN_OK);
    ck_has(out, "\"all\": true");
    ck_assert_int_eq(run_there("renegotiate 1"), RUN_OK);
    ck_assert_str_eq(out, "PPP of 1 call begins anew\n");
    ck_assert_int_eq(run_there("renegotiate -u 1 -j"), RUN_OK);
    ck_has(out, "\"user\": \"1\"");
    ck_assert_int_eq(run_there("renegotiate \xff"), RUN_INPUT);
}
END_TEST

START_TEST(dial)
{
    ck_assert_int_eq(run_there("dial 5551001"), RUN_OK);
    ck_assert_str_eq(out, "call           12\n");
    ck_assert_int_eq(run_there("dial 5551001 192.0.2.1 -j"), RUN_OK);
    ck_has(out, "\"number\": \"5551001\"");
    ck_has(out, "\"address\": \"192.0.2.1\"");
    ck_assert_int_eq(run_there("dial \xff"), RUN_INPUT);
    ck_assert_int_eq(run_there("dial 1 \xff"), RUN_INPUT);
}
END_TEST

START_TEST(counters_and_the_rest)
{
    ck_assert_int_eq(run_there("counters"), RUN_OK);
    ck_has(out, "           1  gre.one  ");
    ck_assert_ptr_null(strstr(out, "zero"));
    ck_assert_int_eq(run_there("counters --all"), RUN_OK);
    ck_has(out, "gre.zero");
    ck_assert_int_eq(run_there("log"), RUN_OK);
    ck_has(out, "log            info\n");
    ck_assert_int_eq(run_there("drain"), RUN_OK);
    ck_assert_int_eq(run_there("reload"), 1); /* this server refuses it */
    ck_assert_int_eq(run_there("capture"), RUN_OK);
    ck_assert_int_eq(run_there("capture stop"), RUN_OK);
    ck_has(out, "capture        stopped\n");
}
END_TEST

START_TEST(capture_file)
{
    char line[200];
    struct stat st;

    snprintf(line, sizeof line,
             "capture start %s --limit 100M --snap 96 --json", file);
    ck_assert_int_eq(run_there(line), RUN_OK);
    ck_has(out, "\"limit\": 100000000");
    ck_has(out, "\"snap\": 96");
    ck_assert_int_eq(stat(file, &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0600);
    ck_assert_int_eq(st.st_size, 1); /* the server wrote into it */
    ck_assert_int_eq(run_there(line), 1);
    ck_has(err, "cure: another name, or --force");
    ck_assert_int_eq(chmod(file, 0644), 0);
    ck_assert_int_eq(truncate(file, 100), 0);
    snprintf(line, sizeof line, "capture start %s --force", file);
    ck_assert_int_eq(run_there(line), RUN_OK);
    ck_assert_int_eq(stat(file, &st), 0);
    ck_assert_int_eq(st.st_size, 1);
    ck_assert_uint_eq(st.st_mode & 0777, 0600);
    ck_assert_int_eq(run_there("capture start /dev/null --force"), 1);
    ck_has(err, "not a regular file");
    ck_assert_int_eq(unlink(file), 0);
    ck_assert_int_eq(symlink("/tmp", file), 0);
    ck_assert_int_eq(run_there(line), 1);
    ck_assert_int_eq(unlink(file), 0);
    /* refused: no empty file stays behind */
    snprintf(line, sizeof line, "capture start %s --snap %d", file,
             REFUSED_SNAP);
    ck_assert_int_eq(run_there(line), 1);
    ck_assert_int_lt(access(file, F_OK), 0);
}
END_TEST

START_TEST(top_on_a_pipe)
{
    const char *second;

    ck_assert_int_eq(run_there("top --count 2 --interval 0.2"), RUN_OK);
    ck_has(out, ": 2 calls, rx ");
    ck_has(out, "CALL  USER      PEER");
    ck_has(out, "3/64  12.5 ms");
    ck_has(out, "k         0       -        -     -"); /* no window */
    ck_assert_ptr_null(strchr(out, '\033'));
    /* the busy one comes first, at 8000 bit from one answer to the next:
     * how long that is depends on what else the machine does */
    ck_assert(strstr(out, "busy") < strstr(out, "idle?"));
    second = strstr(out + 1, ": 2 calls");
    ck_assert_ptr_nonnull(strstr(second + 1, ": 2 calls"));
    {
        double rate = atof(strstr(out, ", rx ") + 5);

        ck_assert_msg(rate > 0, "%s", out);
    }
}
END_TEST

/* What comes out of the terminal until `end` is seen, or all of it. */
static void read_terminal(int master, const char *end)
{
    size_t n = 0;

    out[0] = '\0';
    while (n < sizeof out - 1 && (end == NULL || strstr(out, end) == NULL)) {
        ssize_t k = read(master, out + n, sizeof out - 1 - n);

        if (k <= 0)
            break; /* EIO: the other side is gone */
        n += (size_t)k;
        out[n] = '\0';
    }
}

/* Ends `top` on a terminal by a key or a signal; its exit status. */
static int top_on_a_terminal(const char *key, int s)
{
    struct winsize size = { .ws_row = 10, .ws_col = 60 };
    struct termios before, after;
    char *argv[] = { (char[]){ "ctl" }, (char[]){ "-s" }, path,
                     (char[]){ "top" }, NULL };
    int master, slave, status;
    pid_t pid;

    ck_assert_int_eq(openpty(&master, &slave, NULL, NULL, &size), 0);
    ck_assert_int_eq(tcgetattr(slave, &before), 0);
    pid = fork();
    if (pid == 0) {
        close(master);
        login_tty(slave);
        optind = 0;
        _exit(ctl_command(4, argv));
    }
    read_terminal(master, "busy");
    ck_has(out, "\033[?1049h\033[?25l");
    ck_has(out, "busy");
    ck_assert_ptr_null(strstr(out, "TIMEOUTS")); /* 60 columns */
    tcgetattr(slave, &after);
    ck_assert_uint_ne(after.c_lflag, before.c_lflag);
    if (key != NULL)
        ck_assert_int_eq(write(master, key, 1), 1);
    else
        kill(pid, s);
    read_terminal(master, "\033[?1049l");
    ck_has(out, "\033[?25h\033[?1049l");
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(tcgetattr(slave, &after), 0);
    ck_assert_uint_eq(after.c_lflag, before.c_lflag);
    close(master);
    close(slave);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

START_TEST(top_live)
{
    ck_assert_int_eq(top_on_a_terminal("q", 0), RUN_OK);
    ck_assert_int_eq(top_on_a_terminal("\003", 0), RUN_OK); /* Ctrl-C */
    ck_assert_int_eq(top_on_a_terminal(NULL, SIGTERM), RUN_SIGNAL + SIGTERM);
}
END_TEST

/* The daemon ends while top runs. */
START_TEST(top_without_daemon)
{
    pid_t killer = fork();

    if (killer == 0) {
        usleep(300000);
        kill(server, SIGKILL);
        _exit(0);
    }
    ck_assert_int_eq(run_there("top --interval 0.1"), 1);
    ck_has(err, "the daemon closed the connection");
    waitpid(killer, NULL, 0);
}
END_TEST

/* --- cells -------------------------------------------------------------- */

START_TEST(quantities)
{
    static const struct {
        double v;
        const char *text;
    } rows[] = { { 0, "0" },           { 999, "999" },
                 { 999.6, "1.00 k" },  { 1234, "1.23 k" },
                 { 12345, "12.3 k" },  { 99960, "100 k" },
                 { 999500, "1.00 M" }, { 2.5e15, "2.50 P" },
                 { 5e20, "500000 P" } };
    json_t *o = json_pack("{s:i, s:i, s:i, s:i, s:s}", "s", 12000, "m", 67000,
                          "d", 180000000, "us", 250000, "text", "x");
    char cell[CTL_CELL];
    size_t i;

    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ctl_scaled(cell, rows[i].v);
        ck_assert_str_eq(cell, rows[i].text);
    }
    ctl_cell_duration(cell, o, "s");
    ck_assert_str_eq(cell, "12s");
    ctl_cell_duration(cell, o, "m");
    ck_assert_str_eq(cell, "1m07s");
    ctl_cell_duration(cell, o, "d");
    ck_assert_str_eq(cell, "2d02h");
    ctl_cell_us(cell, o, "us");
    ck_assert_str_eq(cell, "250 ms");
    ctl_cell_number(cell, o, "text");
    ck_assert_str_eq(cell, "-");
    ctl_cell_text(cell, o, "none");
    ck_assert_str_eq(cell, "-");
    json_decref(o);
}
END_TEST

START_TEST(texts_of_strangers)
{
    static const struct {
        const char *from, *to;
    } rows[] = {
        { "caf\xc3\xa9", "caf\xc3\xa9" },
        { "a\x1b[31mb\x7f", "a?[31mb?" },
        { "c1\xc2\x9b"
          "2J",
          "c1?2J" }, /* U+009B: CSI */
        { "rtl\xe2\x80\xae"
          "x",
          "rtl?x" }, /* U+202E */
        { "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
        { "", "-" },
    };
    char cell[CTL_CELL], text[300];
    json_t *o;
    size_t i;

    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        o = json_pack("{s:s}", "t", rows[i].from);
        ctl_cell_text(cell, o, "t");
        ck_assert_str_eq(cell, rows[i].to);
        json_decref(o);
    }
    /* cut between characters */
    for (i = 0; i < 100; i++)
        memcpy(text + 2 * i, "\xc3\xa9", 3);
    o = json_pack("{s:s}", "t", text);
    ctl_cell_text(cell, o, "t");
    ck_assert_uint_eq(strlen(cell), 62);
    json_decref(o);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ctl_cmd");
    TCase *t = tcase_create("command"), *c = tcase_create("cells");
    SRunner *r;
    int failed;

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, usage);
    tcase_add_test(t, nobody_there);
    tcase_add_test(t, status_and_calls);
    tcase_add_test(t, which_call);
    tcase_add_test(t, dial);
    tcase_add_test(t, counters_and_the_rest);
    tcase_add_test(t, capture_file);
    tcase_add_test(t, top_on_a_pipe);
    tcase_add_test(t, top_live);
    tcase_add_test(t, top_without_daemon);
    tcase_add_test(c, quantities);
    tcase_add_test(c, texts_of_strangers);
    suite_add_tcase(s, t);
    suite_add_tcase(s, c);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
