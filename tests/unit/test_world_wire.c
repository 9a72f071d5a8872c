/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scripts against peers at an address: little ones of our own, on loopback. */
#include "config.h"

#include "script/world.h"

#include <arpa/inet.h>
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "pptp/msg.h"
#include "script/fields.h"
#include "script/script.h"

/* Of 127.0.0.0/8, others for each process: raw GRE has no ports. */
static uint32_t ours, peers;

static char out[8192], no_peer[200];
static const char *program;
static pid_t server;
static struct script_wire_options options;

/* --- little peers ------------------------------------------------------- */

static struct sockaddr_in address(uint32_t ip, uint16_t port)
{
    struct sockaddr_in s = { .sin_family = AF_INET, .sin_port = htons(port) };

    s.sin_addr.s_addr = htonl(ip);
    return s;
}

static void set_addresses(uint32_t first)
{
    ours = first;
    peers = first + 1;
}

static void nap(long ms)
{
    const struct timespec t = { .tv_sec = ms / 1000,
                                .tv_nsec = ms % 1000 * 1000000 };

    nanosleep(&t, NULL);
}

static void read_all(int fd, size_t n)
{
    uint8_t o[512];

    /* less when the script closes: the next one sees it */
    if (recv(fd, o, n, MSG_WAITALL) < 0)
        nap(1);
}

static void write_all(int fd, const uint8_t *o, size_t n)
{
    if (send(fd, o, n, MSG_NOSIGNAL) < 0)
        nap(1);
}

static void write_msg(int fd, uint16_t type, size_t octets)
{
    uint8_t o[PPTP_MSG_MAX];
    size_t n = script_msg_plain(type, o);

    write_all(fd, o, octets < n ? octets : n);
}

static void until_closed(int fd)
{
    uint8_t o;

    while (recv(fd, &o, 1, 0) > 0)
        ;
}

/* Answers a start in two pieces, then an echo. */
static void plain(int fd)
{
    uint8_t o[PPTP_MSG_MAX];
    size_t n = script_msg_plain(PPTP_SCCRP, o);

    read_all(fd, 156);
    write_all(fd, o, 1);
    nap(5);
    write_all(fd, o + 1, n - 1);
    read_all(fd, 16);
    write_msg(fd, PPTP_ECHO_RP, SIZE_MAX);
    until_closed(fd);
}

static void late(int fd)
{
    read_all(fd, 156);
    nap(600);
    write_msg(fd, PPTP_SCCRP, SIZE_MAX);
    until_closed(fd);
}

static void twice(int fd)
{
    read_all(fd, 156);
    write_msg(fd, PPTP_SCCRP, SIZE_MAX);
    write_msg(fd, PPTP_SCCRP, SIZE_MAX);
    until_closed(fd);
}

static void half(int fd)
{
    read_all(fd, 156);
    write_msg(fd, PPTP_SCCRP, 100);
}

static void closes(int fd)
{
    read_all(fd, 156);
}

static void resets(int fd)
{
    struct linger now = { .l_onoff = 1, .l_linger = 0 };

    read_all(fd, 156);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static void wrong_length(int fd)
{
    static const uint8_t o[40] = { 0, 11, 0, 1 };

    read_all(fd, 156);
    write_all(fd, o, sizeof o);
    until_closed(fd);
}

/* Starts a peer that serves connections one after the other. */
static void serve(void (*behave)(int fd))
{
    struct sockaddr_in s = address(peers, 0);
    socklen_t n = sizeof s;
    int fd = socket(AF_INET, SOCK_STREAM, 0), c;

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)(void *)&s, sizeof s), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)(void *)&s, &n), 0);
    ck_assert_int_eq(listen(fd, 4), 0);
    options.port = ntohs(s.sin_port);
    server = fork();
    ck_assert_int_ge(server, 0);
    while (server == 0) {
        c = accept(fd, NULL, NULL);
        if (c < 0)
            _exit(1);
        behave(c);
        close(c);
    }
    close(fd);
}

static void setup(void)
{
    options = (struct script_wire_options){ .peer = pptp_addr_v4(peers),
                                            .local = pptp_addr_v4(ours),
                                            .port = 1,
                                            .tolerance_ns = 200 * PPTP_MS };
    server = 0;
}

static void teardown(void)
{
    if (server == 0)
        return;
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
}

static int open_files(void)
{
    DIR *d = opendir("/proc/self/fd");
    int n = 0;

    ck_assert_ptr_nonnull(d);
    while (readdir(d) != NULL)
        n++;
    closedir(d);
    return n;
}

/* Runs a script; what it says is in out; no file may stay open. */
static enum script_result run(const char *text)
{
    FILE *f = fmemopen(out, sizeof out, "w");
    struct script_world *w;
    struct script s;
    char why[600];
    enum script_result result;
    int files = open_files();

    ck_assert_ptr_nonnull(f);
    if (script_parse(&s, "t.pt", text, strlen(text), why, sizeof why) < 0)
        ck_abort_msg("%s", why);
    w = script_world_wire_new(&options);
    ck_assert_ptr_nonnull(w);
    result = script_run(&s, w, false, f, f, NULL);
    snprintf(no_peer, sizeof no_peer, "%s", w->no_peer);
    w->ops->stop(w);
    script_free(&s);
    ck_assert_int_eq(open_files(), files);
    fclose(f);
    return result;
}

/* --- servers ------------------------------------------------------------ */

#define START "< c1 accept\n< c1 SCCRQ\n"

static const struct {
    void (*peer)(int fd);
    const char *text;
    enum script_result result;
    const char *says;
} servers[] = {
    { plain,
      START "> c1 SCCRP result=1\n> c1 up\n< c1 EchoRQ split=1\n"
            "> c1 EchoRP result=1\n? stats.conns_opened == 77\n",
      SCRIPT_PASS, "" },
    { plain, START "> c1 SCCRP result=2\n", SCRIPT_FAIL, "t.pt:3: result" },
    { plain,
      START "> c1 SCCRP\n< c1 closed\n< c2 accept\n"
            "< c2 SCCRQ split=50\n> c2 SCCRP\n< c2 failed\n+0.1 wait\n",
      SCRIPT_PASS, "" },
    { plain,
      START "> c1 SCCRP\n> k1 new\n> k1 dial\n< k1 connected\n"
            "> k1 up\n< c1 EchoRQ\n> c1 EchoRP\n> k1 down\n",
      SCRIPT_PASS, "" },
    { late, START "+0~1 > c1 SCCRP\n", SCRIPT_PASS, "" },
    { late, START "> c1 SCCRP\n", SCRIPT_FAIL, "t.pt:3: nothing came" },
    { late, START "+1 > c1 SCCRP\n", SCRIPT_FAIL,
      "t.pt:3: it came too early" },
    { twice, START "> c1 SCCRP\n> c1 SCCRP\n", SCRIPT_PASS, "" },
    { twice, START "> c1 SCCRP\n+0.5 wait\n", SCRIPT_FAIL,
      "t.pt:4: nothing was expected" },
    { half, START "> c1 SCCRP\n", SCRIPT_FAIL, "100 octets that are no" },
    { closes, START "> c1 close\n> c1 down\n", SCRIPT_PASS, "" },
    { closes, START "> c1 close\n< c1 EchoRQ\n", SCRIPT_FAIL,
      "returned `unknown`" },
    { resets, START "> c1 close\n", SCRIPT_PASS, "" },
    { wrong_length, START "> c1 SCCRP\n", SCRIPT_FAIL, "that are no message" },
};

START_TEST(judges_servers)
{
    enum script_result result;

    serve(servers[_i].peer);
    result = run(servers[_i].text);
    ck_assert_msg(result == servers[_i].result, "row %d: %d: %s", _i, result,
                  out);
    ck_assert_msg(strstr(out, servers[_i].says) != NULL, "row %d: %s", _i,
                  out);
}
END_TEST

START_TEST(nobody_listens)
{
    char says[80];

    ck_assert_int_eq(run(START "> c1 SCCRP\n"), SCRIPT_NO_PEER);
    ck_assert_str_eq(out, "");
    snprintf(says, sizeof says, "%u.%u.%u.%u:1: Connection refused",
             peers >> 24, peers >> 16 & 255, peers >> 8 & 255, peers & 255);
    ck_assert_str_eq(no_peer, says);
    /* who expects it is judged */
    ck_assert_int_eq(run("< c1 accept returns=resource\n"), SCRIPT_PASS);
    ck_assert_str_eq(no_peer, "");
    options.local = pptp_addr_v4(UINT32_C(0xc0000201));
    ck_assert_int_eq(run(START), SCRIPT_NO_PEER);
    ck_assert_str_eq(no_peer, "192.0.2.1: Cannot assign requested address");
    options.start = "exit 1";
    ck_assert_int_eq(run("do c1 open\n"), SCRIPT_NO_PEER);
    ck_assert_str_eq(no_peer, "192.0.2.1:1: Cannot assign requested address");
}
END_TEST

/* --- what cannot be shown ----------------------------------------------- */

static const struct {
    const char *text, *says;
    bool client;
} skipped[] = {
    { "needs inside\n" START, "t.pt:1: skipped: the inside", false },
    { "config idle_timeout=1\n" START, "its own configuration", false },
    { "limits calls=1\n" START, "its own limits", false },
    { "do c1 open to=10.0.0.9\n> c1 open\n", "t.pt:1: skipped: nobody asks",
      false },
    { START "> c1 SCCRP\n> c2 open\n", "t.pt:4: skipped: a server opens",
      false },
    { "< c1 accept authorized=0\n", "its own matter", false },
    { "< c1 accept from=10.0.0.9\n< c2 accept from=10.0.0.8\n",
      "t.pt:2: skipped: we have one address", false },
    { START, "a client accepts no", true },
    { "do c1 open to=10.0.0.9\n> c1 open\ndo k1 frame len=1\n",
      "t.pt:3: skipped: a client is only", true },
};

START_TEST(skips_aloud)
{
    options.start = skipped[_i].client ? "exit 1" : NULL;
    ck_assert_int_eq(run(skipped[_i].text), SCRIPT_SKIP);
    ck_assert_msg(strstr(out, skipped[_i].says) != NULL, "row %d: %s", _i,
                  out);
}
END_TEST

/* --- clients ------------------------------------------------------------ */

/* This program as a client: connects, starts, talks to its PPP, and waits. */
static int be_client(uint16_t port, const char *how)
{
    struct sockaddr_in from = address(peers, 0), to = address(ours, port);
    static const char waste[4096];
    int fd = socket(AF_INET, SOCK_STREAM, 0), i;

    if (bind(fd, (struct sockaddr *)(void *)&from, sizeof from) < 0 ||
        connect(fd, (struct sockaddr *)(void *)&to, sizeof to) < 0)
        return 1;
    if (strcmp(how, "deaf") == 0)
        signal(SIGTERM, SIG_IGN);
    for (i = 0; i < 256; i++) /* more than a pipe holds */
        if (write(STDOUT_FILENO, waste, sizeof waste) < 0)
            return 1;
    write_msg(fd, PPTP_SCCRQ, SIZE_MAX);
    for (;;)
        pause();
}

static uint16_t free_port(void)
{
    struct sockaddr_in s = address(ours, 0);
    socklen_t n = sizeof s;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    ck_assert_int_eq(bind(fd, (struct sockaddr *)(void *)&s, sizeof s), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)(void *)&s, &n), 0);
    close(fd);
    return ntohs(s.sin_port);
}

static void start_by(char *command, size_t cap, const char *how)
{
    options.port = free_port();
    snprintf(command, cap, "exec '%s' client %u %u %s", program, ours,
             options.port, how);
    options.start = command;
}

#define CLIENT                                                 \
    "do c1 open to=10.0.0.9\n+0~5 > c1 open\n< c1 connected\n" \
    "+0~1 > c1 SCCRQ protocol_version=0x0100\n"

START_TEST(starts_and_ends_a_client)
{
    char command[1000];

    start_by(command, sizeof command, "plain");
    ck_assert_msg(run(CLIENT "< c1 SCCRP\ndo k1 call on=c1\n+0.1 do c1 stop\n"
                             "+0~1 > c1 close\n") == SCRIPT_PASS,
                  "%s", out);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    ck_assert_int_eq(errno, ECHILD);
}
END_TEST

START_TEST(kills_a_client_that_does_not_end)
{
    char command[1000];
    time_t before = time(NULL);

    start_by(command, sizeof command, "deaf");
    ck_assert_msg(run(CLIENT) == SCRIPT_PASS, "%s", out);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    ck_assert_int_le(time(NULL) - before, 10);
}
END_TEST

START_TEST(a_client_that_does_not_come)
{
    options.port = free_port();
    options.start = "exit 1";
    ck_assert_int_eq(run("do c1 open to=10.0.0.9\n> c1 open\n"), SCRIPT_FAIL);
    ck_assert_ptr_nonnull(strstr(out, "t.pt:2: nothing came"));
}
END_TEST

/* --- GRE ---------------------------------------------------------------- */

/* How a peer's PPP speaks: not at all; by itself, and acknowledgments go
 * alone; or with them. */
enum speech { SILENT, BESIDE, TOGETHER };

/* LCP's Configure-Request with a magic number. */
static const uint8_t lcp[] = { 0xFF, 3, 0xC0, 0x21, 1,    1,    0,
                               10,   5, 6,    0x11, 0x22, 0x33, 0x44 };

static void send_gre(int fd, struct pptp_gre g, bool frame)
{
    struct sockaddr_in to = address(ours, 0);
    uint8_t o[PPTP_GRE_MAX + sizeof lcp];
    size_t n;

    g.has_seq = frame;
    g.payload_len = frame ? sizeof lcp : 0;
    n = pptp_gre_encode(&g, o);
    if (frame)
        memcpy(o + n, lcp, sizeof lcp);
    sendto(fd, o, n + g.payload_len, 0, (struct sockaddr *)(void *)&to,
           sizeof to);
}

/* Acknowledges each packet with its own number, as the peer's address does. */
static void echo_gre(int fd, enum speech how)
{
    struct sockaddr_in us = address(peers, 0);
    uint32_t seq = 0;
    uint8_t p[256];
    struct pptp_gre g;
    ssize_t n;

    if (bind(fd, (struct sockaddr *)(void *)&us, sizeof us) < 0)
        _exit(1);
    while ((n = recv(fd, p, sizeof p, 0)) > 20) {
        if (pptp_gre_decode(p + 20, (size_t)n - 20, (size_t)n - 20, &g) < 0)
            continue;
        g = (struct pptp_gre){ .call_id = g.call_id, .ack = g.seq };
        g.seq = seq++;
        if (how == BESIDE)
            send_gre(fd, g, true);
        g.has_ack = true;
        send_gre(fd, g, how == TOGETHER);
    }
    _exit(0);
}

/* False without root. */
static bool gre_peer(enum speech how)
{
    int fd = socket(AF_INET, SOCK_RAW, PPTP_GRE_IP_PROTOCOL);

    if (fd < 0)
        return false;
    server = fork();
    if (server == 0)
        echo_gre(fd, how);
    close(fd);
    nap(50); /* it binds */
    return true;
}

START_TEST(sees_gre_as_root_only)
{
    if (!gre_peer(SILENT)) {
        ck_assert_int_eq(run("< gre packet call=7 seq=3 len=10\n"),
                         SCRIPT_SKIP);
        ck_assert_ptr_nonnull(strstr(out, "raw GRE needs root"));
        return;
    }
    ck_assert_msg(run("< gre packet call=7 seq=3 len=10\n"
                      "> gre packet call=7 ack=3 seq=- len=0 flags=0x2081\n"
                      "< gre packet call=7 seq=4 len=10 payload_len=99\n"
                      "+0.2 wait\n") == SCRIPT_PASS,
                  "%s", out);
    ck_assert_int_eq(run("< gre packet call=7 seq=3 len=10\n+0.3 wait\n"),
                     SCRIPT_FAIL);
    ck_assert_ptr_nonnull(strstr(out, "gre packet call=7 seq=- ack=3 len=0"));
}
END_TEST

/* PPP of a real peer speaks when it likes: what is not asked for passes by,
 * in no verdict and aloud; what is asked for is judged. */
static const struct {
    enum speech how;
    const char *text;
    enum script_result result;
    const char *says;
} speeches[] = {
    { BESIDE,
      "< gre packet call=7 seq=3 len=10\n"
      "> gre packet call=7 ack=3 seq=- len=0 flags=0x2081\n+0.3 wait\n",
      SCRIPT_PASS, "t.pt: its PPP speaks: 1 packet passed by" },
    { BESIDE, "< gre packet call=7 seq=3 len=10\n+0.3 wait\n", SCRIPT_FAIL,
      "gre packet call=7 seq=- ack=3 len=0" },
    { BESIDE,
      "< gre packet call=7 seq=3 len=10\n"
      "> gre packet call=7 seq=0 ack=- len=14\n"
      "> gre packet call=7 seq=- ack=3\n",
      SCRIPT_PASS, "" },
    { BESIDE, "< gre packet call=7 seq=3 len=10\n> gre packet call=8 ack=3\n",
      SCRIPT_FAIL, "call is not what was expected" },
    { TOGETHER,
      "< gre packet call=7 seq=3 len=10\n> gre packet call=7 ack=3\n",
      SCRIPT_PASS, "" },
    { TOGETHER,
      "< gre packet call=7 seq=3 len=10\n"
      "> gre packet call=7 seq=- ack=3 len=0\n",
      SCRIPT_SKIP, "t.pt:2: skipped: its PPP speaks, and says with its" },
    { TOGETHER,
      "< gre packet call=7 seq=3 len=10\n"
      "> gre packet call=7 seq=- ack=4 len=0\n",
      SCRIPT_FAIL, "t.pt:2: nothing came" },
    /* 4.2: each packet is acknowledged, or several at once; not too many */
    { BESIDE,
      "< gre packet call=7 seq=3 len=10\n< gre packet call=7 seq=4 len=10\n"
      "> gre packet call=7 ack=4 seq=- len=0 flags=0x2081\n+0.3 wait\n",
      SCRIPT_PASS, "t.pt: its PPP speaks: 2 packets passed by" },
    { BESIDE,
      "< gre packet call=7 seq=3 len=10\n< gre packet call=7 seq=4 len=10\n"
      "> gre packet call=7 ack=3 seq=- len=0 flags=0x2081\n+0.3 wait\n",
      SCRIPT_FAIL, "gre packet call=7 seq=- ack=4 len=0" },
};

START_TEST(lets_ppp_speak)
{
    enum script_result result;

    if (!gre_peer(speeches[_i].how))
        return;
    result = run(speeches[_i].text);
    ck_assert_msg(result == speeches[_i].result, "row %d: %d: %s", _i, result,
                  out);
    ck_assert_msg(strstr(out, speeches[_i].says) != NULL, "row %d: %s", _i,
                  out);
}
END_TEST

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

int main(int argc, char **argv)
{
    Suite *suite = suite_create("world_wire");
    TCase *tc = tcase_create("world_wire");
    SRunner *runner;
    int failed;

    if (argc == 5 && strcmp(argv[1], "client") == 0) {
        set_addresses((uint32_t)strtoul(argv[2], NULL, 10));
        return be_client((uint16_t)atoi(argv[3]), argv[4]);
    }
    set_addresses(UINT32_C(0x7f000001) | ((uint32_t)getpid() & 0x3fffff) << 2);
    program = argv[0];
    runner = srunner_create(suite);
    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, judges_servers, 0, COUNT(servers));
    tcase_add_test(tc, nobody_listens);
    tcase_add_loop_test(tc, skips_aloud, 0, COUNT(skipped));
    tcase_add_test(tc, starts_and_ends_a_client);
    tcase_add_test(tc, kills_a_client_that_does_not_end);
    tcase_add_test(tc, a_client_that_does_not_come);
    tcase_add_test(tc, sees_gre_as_root_only);
    tcase_add_loop_test(tc, lets_ppp_speak, 0, COUNT(speeches));
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
