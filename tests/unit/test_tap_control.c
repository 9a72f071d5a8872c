/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may be asked of a daemon: tap/control.h, over its real socket. */
#include "config.h"

#include <check.h>
#include <fcntl.h>
#include <jansson.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tap/log.h"
#include "tap_fake.h"

enum { DEEP = 4000, LOOPBACK = 0x7f000001 };

static struct fake fake;
static struct tap_control_config config;
static char path[64];
static int fd;

static void set_up(void)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };

    snprintf(path, sizeof path, "/tmp/dialtone-control-%ld.sock",
             (long)getpid());
    config = (struct tap_control_config){ .path = path };
    fake_begin(&fake);
    ck_assert_int_eq(tap_control_open(&fake.control, &fake.world, &config), 0);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)(void *)&a, sizeof a), 0);
}

static void tear_down(void)
{
    close(fd);
    fake_end(&fake);
}

/* The answer to a line, which may have a descriptor with it. */
static json_t *ask_passing(const char *line, size_t n, int file)
{
    static char text[1 << 20];
    union {
        struct cmsghdr align;
        char octets[CMSG_SPACE(sizeof(int))];
    } control = { .octets = { 0 } };
    struct iovec iov = { .iov_base = (void *)(uintptr_t)line, .iov_len = n };
    struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
    size_t got = 0;
    json_t *v;
    int i;

    if (file >= 0) {
        struct cmsghdr *h;

        m.msg_control = &control;
        m.msg_controllen = sizeof control;
        h = CMSG_FIRSTHDR(&m);
        h->cmsg_level = SOL_SOCKET;
        h->cmsg_type = SCM_RIGHTS;
        h->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(h), &file, sizeof file);
    }
    ck_assert_int_eq(sendmsg(fd, &m, 0), (ssize_t)n);
    for (i = 0; i < 1000 && (got == 0 || text[got - 1] != '\n'); i++) {
        ssize_t k;

        fake_turn(&fake, PPTP_MS);
        k = recv(fd, text + got, sizeof text - got, MSG_DONTWAIT);
        got += k > 0 ? (size_t)k : 0;
    }
    v = json_loadb(text, got, 0, NULL);
    ck_assert_msg(json_is_object(v), "%.*s", (int)got, text);
    return v;
}

/* With ' for ", and a newline. */
static json_t *ask(const char *line)
{
    static char text[8192];
    size_t n = strlen(line), i;

    ck_assert_uint_lt(n + 1, sizeof text);
    for (i = 0; i < n; i++)
        text[i] = line[i];
    for (i = 0; i < n; i++)
        if (text[i] == '\'')
            text[i] = '"';
    text[n] = '\n';
    return ask_passing(text, n + 1, -1);
}

/* What stands at "a.b.c" of the answer; a number is an index. */
static json_t *at(json_t *v, const char *where)
{
    char part[32];

    while (v != NULL && *where != '\0') {
        size_t n = strcspn(where, ".");

        snprintf(part, sizeof part, "%.*s", (int)n, where);
        v = json_is_array(v) ? json_array_get(v, (size_t)atoi(part))
                             : json_object_get(v, part);
        where += n + (where[n] == '.');
    }
    return v;
}

static const char *text_at(json_t *v, const char *where)
{
    const char *s = json_string_value(at(v, where));

    return s != NULL ? s : "(none)";
}

static json_int_t number_at(json_t *v, const char *where)
{
    json_t *n = at(v, where);

    ck_assert_msg(json_is_integer(n), "%s", where);
    return json_integer_value(n);
}

/* That a line is refused with this code. */
static void refused(const char *line, const char *code)
{
    json_t *v = ask(line);

    ck_assert_msg(strcmp(text_at(v, "error.code"), code) == 0, "%s: %s: %s",
                  line, text_at(v, "error.code"), text_at(v, "error.message"));
    ck_assert_ptr_null(at(v, "result"));
    ck_assert_uint_gt(strlen(text_at(v, "error.message")), 5);
    json_decref(v);
}

START_TEST(status)
{
    json_t *v;

    fake_call(&fake, 3, "alice", 0x0a090003);
    v = ask("{'id':7,'method':'status'}");
    ck_assert_int_eq(number_at(v, "id"), 7);
    ck_assert_str_eq(text_at(v, "result.role"), "pns");
    ck_assert_str_eq(text_at(v, "result.version"), PACKAGE_VERSION);
    ck_assert_str_eq(text_at(v, "result.state"), "serving");
    ck_assert_str_eq(text_at(v, "result.log"), "error");
    ck_assert_str_eq(text_at(v, "result.capture.state"), "none");
    ck_assert_int_eq(number_at(v, "result.pid"), getpid());
    ck_assert_int_eq(number_at(v, "result.calls"), 1);
    ck_assert_int_eq(number_at(v, "result.calls_limit"), FAKE_CALLS);
    ck_assert_int_eq(number_at(v, "result.connections"), 0);
    ck_assert_int_gt(number_at(v, "result.memory_peak"), 100000);
    ck_assert_int_ge(number_at(v, "result.up_ms"), 0);
    json_decref(v);
    v = ask("{'id':'x','method':'status','params':{}}");
    ck_assert_str_eq(text_at(v, "id"), "x");
    json_decref(v);
}
END_TEST

START_TEST(requests_that_are_none)
{
    static char deep[DEEP + 2];
    json_t *v;

    refused("", "json");
    refused("garbage \x01\x7f", "json");
    refused("\xff\xfe\xc0\x80", "json");
    refused("{'method':'status'", "json");
    refused("{'method':'status'} more", "json");
    refused("{'method':'a','method':'b'}", "json");
    refused("{'method':'\\u0000'}", "json");
    refused("[]", "request");
    refused("{}", "request");
    refused("{'method':1}", "request");
    refused("{'id':[],'method':'status'}", "request");
    refused("{'id':1.5,'method':'status'}", "request");
    refused("{'method':'no.such'}", "method");
    refused("{'method':'status','params':[]}", "params");
    refused("{'method':'status','params':{'x':1}}", "params");
    memset(deep, '[', DEEP);
    deep[DEEP] = '\n';
    v = ask_passing(deep, DEEP + 1, -1);
    ck_assert_str_eq(text_at(v, "error.code"), "json");
    json_decref(v);
    /* a message cut within a character */
    memset(deep, 'm', DEEP);
    snprintf(deep, sizeof deep, "{\"method\":\"%0*d\xc3\xa9\xc3\xa9\"}\n", 63,
             0);
    v = ask_passing(deep, strlen(deep), -1);
    ck_assert_str_eq(text_at(v, "error.code"), "method");
    ck_assert_ptr_nonnull(strchr(text_at(v, "error.message"), '?'));
    json_decref(v);
}
END_TEST

START_TEST(wrong_types)
{
    refused("{'method':'calls','params':{'from':'0'}}", "params");
    refused("{'method':'calls','params':{'from':-1}}", "params");
    refused("{'method':'calls','params':{'count':0}}", "params");
    refused("{'method':'calls','params':{'count':501}}", "params");
    refused("{'method':'calls','params':{'count':1e3}}", "params");
    refused("{'method':'calls','params':{'from':18446744073709551616}}",
            "json");
    refused("{'method':'call'}", "params");
    refused("{'method':'call','params':{'call':'1'}}", "params");
    refused("{'method':'call','params':{'user':1}}", "params");
    refused("{'method':'call','params':{'address':'x'}}", "params");
    refused("{'method':'call','params':{'call':1,'user':'x'}}", "params");
    refused("{'method':'call','params':{'all':true}}", "params");
    refused("{'method':'clear'}", "params");
    refused("{'method':'clear','params':{'all':false}}", "params");
    refused("{'method':'clear','params':{'all':true,'call':1}}", "params");
    refused("{'method':'log.level','params':{'level':7}}", "params");
    refused("{'method':'log.level','params':{'level':'loud'}}", "params");
    refused("{'method':'connections','params':{'from':null}}", "params");
    refused("{'method':'capture.start','params':{'snap':63}}", "params");
    refused("{'method':'capture.start','params':{'limit':'1M'}}", "params");
    ck_assert_uint_eq(fake.cleared, 0);
}
END_TEST

START_TEST(calls_by_pages)
{
    char line[128];
    json_int_t from = 0;
    unsigned seen = 0, pages = 0, i;
    json_t *v;

    v = ask("{'method':'calls'}");
    ck_assert_uint_eq(json_array_size(at(v, "result.calls")), 0);
    ck_assert(json_is_null(at(v, "result.next")));
    json_decref(v);
    for (i = 0; i < 1000; i++)
        fake_call(&fake, 4 * i + 1, "u", 0x0a090000 + i);
    for (;;) {
        snprintf(line, sizeof line,
                 "{'method':'calls','params':{'from':%lld,'count':200}}",
                 (long long)from);
        v = ask(line);
        for (i = 0; i < json_array_size(at(v, "result.calls")); i++) {
            json_t *call = json_array_get(at(v, "result.calls"), i);

            ck_assert_int_eq(number_at(call, "call"),
                             2 << 20 | (4 * (int)seen + 1));
            seen++;
        }
        pages++;
        if (!json_is_integer(at(v, "result.next")))
            break;
        from = number_at(v, "result.next");
        json_decref(v);
    }
    json_decref(v);
    ck_assert_uint_eq(seen, 1000);
    ck_assert_uint_eq(pages, 6);
    v = ask("{'method':'calls','params':{'from':4000000000}}");
    ck_assert(json_is_null(at(v, "result.next")));
    json_decref(v);
}
END_TEST

START_TEST(one_call)
{
    json_t *v;

    fake.view = (struct tap_call_view){ .line = "modem1",
                                        .phase = "network",
                                        .auth = "MS-CHAPv2",
                                        .mppe = "128 stateless",
                                        .device = "tun0",
                                        .remote = 0xc0000205,
                                        .inner_local = 0x0a090001,
                                        .mtu = 1396,
                                        .dns = { 0x0a090035 },
                                        .wins = { 0, 0x0a090089 },
                                        .up_ns = tap_now() - 5 * PPTP_S,
                                        .rx_packets = 11 };
    fake_call(&fake, 9, "alice", 0x0a090009);
    fake_call(&fake, 10, "bob", 0x0a09000a);
    fake_call(&fake, 11, "alice", 0x0a09000b);
    v = ask("{'method':'call','params':{'call':2097162}}");
    ck_assert_uint_eq(json_array_size(at(v, "result.calls")), 1);
    ck_assert_str_eq(text_at(v, "result.calls.0.user"), "bob");
    ck_assert_str_eq(text_at(v, "result.calls.0.line"), "modem1");
    ck_assert_str_eq(text_at(v, "result.calls.0.phase"), "network");
    ck_assert_str_eq(text_at(v, "result.calls.0.auth"), "MS-CHAPv2");
    ck_assert_str_eq(text_at(v, "result.calls.0.mppe"), "128 stateless");
    ck_assert_str_eq(text_at(v, "result.calls.0.device"), "tun0");
    ck_assert_str_eq(text_at(v, "result.calls.0.remote"), "192.0.2.5");
    ck_assert_str_eq(text_at(v, "result.calls.0.inner"), "10.9.0.10");
    ck_assert_str_eq(text_at(v, "result.calls.0.inner_local"), "10.9.0.1");
    ck_assert_int_eq(number_at(v, "result.calls.0.mtu"), 1396);
    ck_assert_uint_eq(json_array_size(at(v, "result.calls.0.dns")), 1);
    ck_assert_str_eq(text_at(v, "result.calls.0.dns.0"), "10.9.0.53");
    ck_assert_uint_eq(json_array_size(at(v, "result.calls.0.wins")), 1);
    ck_assert_str_eq(text_at(v, "result.calls.0.wins.0"), "10.9.0.137");
    ck_assert_int_eq(number_at(v, "result.calls.0.ip_rx_packets"), 11);
    ck_assert_int_eq(number_at(v, "result.calls.0.line_errors.crc"), 0);
    ck_assert_int_ge(number_at(v, "result.calls.0.up_ms"), 5000);
    json_decref(v);
    v = ask("{'method':'call','params':{'user':'alice'}}");
    ck_assert_uint_eq(json_array_size(at(v, "result.calls")), 2);
    json_decref(v);
    v = ask("{'method':'call','params':{'address':'10.9.0.11'}}");
    ck_assert_int_eq(number_at(v, "result.calls.0.call"), 2 << 20 | 11);
    json_decref(v);
    refused("{'method':'call','params':{'user':'eve'}}", "unknown");
    /* of an earlier generation */
    refused("{'method':'call','params':{'call':1048586}}", "unknown");
}
END_TEST

/* Names are a peer's: quotes, controls, no UTF-8. */
START_TEST(names_of_strangers)
{
    json_t *v;

    fake_call(&fake, 0, "a\"b\\c\n\x1b[2J", 0);
    fake_call(&fake, 1, "caf\xe9\x80 \xf0\x9f", 0);
    fake_call(&fake, 2, "caf\xc3\xa9", 0);
    v = ask("{'method':'calls'}");
    ck_assert_str_eq(text_at(v, "result.calls.0.user"), "a\"b\\c\n\x1b[2J");
    ck_assert_str_eq(text_at(v, "result.calls.1.user"), "caf?? ??");
    ck_assert_str_eq(text_at(v, "result.calls.2.user"), "caf\xc3\xa9");
    ck_assert_ptr_null(at(v, "result.calls.0.inner"));
    json_decref(v);
    v = ask("{'method':'call','params':{'user':'caf\xc3\xa9'}}");
    ck_assert_int_eq(number_at(v, "result.calls.0.call"), 2 << 20 | 2);
    json_decref(v);
}
END_TEST

START_TEST(clear)
{
    json_t *v;
    unsigned i;

    for (i = 0; i < 8; i++)
        fake_call(&fake, i, i % 2 ? "odd" : "even", 0x0a090000 + i);
    refused("{'method':'clear','params':{'user':'none'}}", "unknown");
    refused("{'method':'clear','params':{'call':0}}", "unknown");
    v = ask("{'method':'clear','params':{'call':2097156}}");
    ck_assert_int_eq(number_at(v, "result.cleared"), 1);
    ck_assert_uint_eq(fake.call[4], PPTP_NONE);
    json_decref(v);
    v = ask("{'method':'clear','params':{'address':'10.9.0.6'}}");
    ck_assert_int_eq(number_at(v, "result.cleared"), 1);
    ck_assert_uint_eq(fake.call[6], PPTP_NONE);
    json_decref(v);
    v = ask("{'method':'clear','params':{'user':'odd'}}");
    ck_assert_int_eq(number_at(v, "result.cleared"), 4);
    json_decref(v);
    v = ask("{'method':'clear','params':{'all':true}}");
    ck_assert_int_eq(number_at(v, "result.cleared"), 2);
    json_decref(v);
    v = ask("{'method':'clear','params':{'all':true}}");
    ck_assert_int_eq(number_at(v, "result.cleared"), 0);
    json_decref(v);
    ck_assert_uint_eq(fake.cleared, 8);
}
END_TEST

START_TEST(renegotiate)
{
    json_t *v;

    fake_call(&fake, 1, "alice", 0x0a090001);
    fake_call(&fake, 2, "alice", 0x0a090002);
    refused("{'method':'renegotiate'}", "params");
    refused("{'method':'renegotiate','params':{'user':'none'}}", "unknown");
    v = ask("{'method':'renegotiate','params':{'user':'alice'}}");
    ck_assert_int_eq(number_at(v, "result.renegotiated"), 2);
    json_decref(v);
    v = ask("{'method':'renegotiate','params':{'address':'10.9.0.2'}}");
    ck_assert_int_eq(number_at(v, "result.renegotiated"), 1);
    json_decref(v);
    ck_assert_uint_eq(fake.renegotiated, 3);
    fake.world.drain = TAP_DRAIN_PPP; /* PPP is saying goodbye */
    refused("{'method':'renegotiate','params':{'user':'alice'}}", "state");
    ck_assert_uint_eq(fake.renegotiated, 3);
    fake.world.drain = TAP_SERVING;
    ck_assert_uint_eq(fake.calls, 2);
}
END_TEST

/* Nobody is connected who could be asked. */
START_TEST(dial)
{
    refused("{'method':'dial'}", "params");
    refused("{'method':'dial','params':{'number':1}}", "params");
    refused("{'method':'dial','params':{'number':'1','address':'x'}}",
            "params");
    refused("{'method':'dial','params':{'number':'1'}}", "unknown");
}
END_TEST

START_TEST(counters)
{
    json_t *v = ask("{'method':'counters'}"), *list, *c;
    unsigned held = 0, gre = 0, clients = 0;
    size_t i;

    list = at(v, "result.counters");
    json_array_foreach(list, i, c)
    {
        const char *name = text_at(c, "name"), *group = text_at(c, "group");

        ck_assert_uint_gt(strlen(text_at(c, "unit")), 0);
        ck_assert_uint_gt(strlen(text_at(c, "help")), 3);
        held += strcmp(name, "tun_held") == 0 && number_at(c, "value") == 7;
        gre += strcmp(name, "gre_rx") == 0 && strcmp(group, "pptp") == 0;
        clients += strcmp(name, "clients") == 0 && strcmp(group, "ctl") == 0 &&
                   number_at(c, "value") == 1;
    }
    ck_assert_uint_eq(held, 1);
    ck_assert_uint_eq(gre, 1);
    ck_assert_uint_eq(clients, 1);
    json_decref(v);
}
END_TEST

START_TEST(connections)
{
    struct tap_tcp *t = &fake.world.tcp;
    json_t *v = ask("{'method':'connections'}");

    ck_assert_uint_eq(json_array_size(at(v, "result.connections")), 0);
    json_decref(v);
    t->limit = FAKE_CONNS;
    t->conns = calloc(t->limit, sizeof *t->conns);
    t->conns[1] = (struct tap_tcp_conn){
        .used = true,
        .connecting = true,
        .id = 5,
        .info = { .remote = pptp_addr_v4(0xc0000207), .remote_port = 1723 },
    };
    t->conns[6] = (struct tap_tcp_conn){
        .used = true,
        .id = 6,
        .info = { .remote = pptp_addr_v4(0xc0000208), .local_port = 1723 },
    };
    v = ask("{'method':'connections','params':{'count':1}}");
    ck_assert_str_eq(text_at(v, "result.connections.0.state"), "connecting");
    ck_assert_str_eq(text_at(v, "result.connections.0.remote"), "192.0.2.7");
    ck_assert_int_eq(number_at(v, "result.connections.0.remote_port"), 1723);
    ck_assert_int_eq(number_at(v, "result.next"), 2);
    json_decref(v);
    v = ask("{'method':'connections','params':{'from':2}}");
    ck_assert_int_eq(number_at(v, "result.connections.0.connection"), 6);
    ck_assert_str_eq(text_at(v, "result.connections.0.state"), "idle");
    ck_assert(json_is_null(at(v, "result.next")));
    json_decref(v);
    v = ask("{'method':'status'}");
    ck_assert_int_eq(number_at(v, "result.connections"), 2);
    json_decref(v);
    free(t->conns);
    t->conns = NULL;
}
END_TEST

START_TEST(log_level)
{
    json_t *v = ask("{'method':'log.level'}");
    char said[256];
    int p[2], before;
    ssize_t n;

    ck_assert_str_eq(text_at(v, "result.level"), "error");
    json_decref(v);
    v = ask("{'method':'log.level','params':{'level':'warning'}}");
    ck_assert_str_eq(text_at(v, "result.level"), "warning");
    ck_assert_int_eq(tap_log_level(), TAP_WARNING);
    json_decref(v);
    ck_assert_int_eq(pipe2(p, O_CLOEXEC | O_NONBLOCK), 0);
    before = dup(STDERR_FILENO);
    dup2(p[1], STDERR_FILENO);
    tap_say(TAP_NOTICE, "one");
    tap_say(TAP_WARNING, "two");
    dup2(before, STDERR_FILENO);
    n = read(p[0], said, sizeof said - 1);
    said[n < 0 ? 0 : n] = '\0';
    ck_assert_ptr_null(strstr(said, "one"));
    ck_assert_ptr_nonnull(strstr(said, " two\n"));
    close(before);
    close(p[0]);
    close(p[1]);
    tap_log_set_level(TAP_ERROR);
}
END_TEST

START_TEST(capture)
{
    static const char start[] =
        "{\"method\":\"capture.start\",\"params\":{\"limit\":100000,"
        "\"snap\":128}}\n";
    char name[] = "/tmp/dialtone-capture-XXXXXX";
    int file = mkstemp(name), p[2];
    uint8_t gre[8] = { 0x20 };
    struct stat st;
    json_t *v;

    refused("{'method':'capture.start'}", "file"); /* none was passed */
    refused("{'method':'capture.stop'}", "state");
    ck_assert_int_eq(pipe2(p, O_CLOEXEC), 0);
    v = ask_passing(start, sizeof start - 1, p[1]);
    ck_assert_str_eq(text_at(v, "error.code"), "file");
    json_decref(v);
    close(p[0]);
    close(p[1]);
    v = ask_passing(start, sizeof start - 1, file);
    ck_assert_str_eq(text_at(v, "result.state"), "running");
    ck_assert_int_eq(number_at(v, "result.limit"), 100000);
    json_decref(v);
    ck_assert(fake.control.record.on);
    tap_record_gre(&fake.control.record, tap_now(), true, 1, 2, gre, 8);
    ck_assert_uint_lt(tap_control_deadline(&fake.control),
                      tap_now() + 2 * PPTP_S);
    v = ask_passing(start, sizeof start - 1, file);
    ck_assert_str_eq(text_at(v, "error.code"), "state");
    json_decref(v);
    v = ask("{'method':'capture'}");
    ck_assert_int_eq(number_at(v, "result.packets"), 1);
    ck_assert_int_eq(number_at(v, "result.snap"), 128);
    json_decref(v);
    v = ask("{'method':'capture.stop'}");
    ck_assert_str_eq(text_at(v, "result.state"), "stopped");
    ck_assert_int_eq(fstat(file, &st), 0);
    ck_assert_int_eq(number_at(v, "result.octets"), st.st_size);
    json_decref(v);
    close(file);
    unlink(name);
    ck_assert_uint_eq(tap_control_deadline(&fake.control), PPTP_NEVER);
}
END_TEST

START_TEST(reload_and_drain)
{
    json_t *v = ask("{'method':'reload'}");

    ck_assert(json_is_object(at(v, "result")));
    ck_assert_uint_eq(fake.reloads, 1);
    json_decref(v);
    fake.reload_result = -1;
    refused("{'method':'reload'}", "reload");
    fake_call(&fake, 0, "alice", 1);
    v = ask("{'method':'drain'}");
    ck_assert_str_eq(text_at(v, "result.state"), "ending, PPP first");
    ck_assert_int_eq(fake.world.drain, TAP_DRAIN_PPP);
    ck_assert_uint_eq(fake.closed, 1);
    json_decref(v);
    refused("{'method':'drain'}", "state"); /* not a second signal */
    ck_assert_int_eq(fake.world.drain, TAP_DRAIN_PPP);
}
END_TEST

START_TEST(without_a_socket)
{
    struct tap_control_config none = { .path = NULL };
    struct tap_control c;
    char other[sizeof path + 16];

    memset(&c, 0, sizeof c);
    /* never opened */
    ck_assert_uint_eq(tap_control_deadline(&c), PPTP_NEVER);
    tap_control_close(&c);
    ck_assert_int_eq(tap_control_open(&c, &fake.world, &none), 0);
    ck_assert_uint_eq(tap_control_deadline(&c), PPTP_NEVER);
    tap_control_advance(&c, tap_now());
    tap_control_close(&c);
    /* the default one cannot be made: it goes on; the configured one: no */
    none.path = path; /* it is served */
    ck_assert_int_lt(tap_control_open(&c, &fake.world, &none), 0);
    tap_control_close(&c);
    none.path_default = true;
    ck_assert_int_eq(tap_control_open(&c, &fake.world, &none), 0);
    ck_assert(!c.ctl_open);
    tap_control_close(&c);
    ck_assert_int_eq(access(path, F_OK), 0);
    /* or it is made beside it */
    snprintf(other, sizeof other, "%.*s-%ld.sock", (int)strlen(path) - 5, path,
             (long)getpid());
    none.other = other;
    ck_assert_int_eq(tap_control_open(&c, &fake.world, &none), 0);
    ck_assert(c.ctl_open && c.other);
    ck_assert_int_eq(access(other, F_OK), 0);
    tap_control_close(&c);
    ck_assert_int_eq(access(other, F_OK), -1);
    ck_assert_int_eq(access(path, F_OK), 0);
}
END_TEST

#ifdef HAVE_MICROHTTPD

/* Each gauge stands in the man page. */
static void gauges_are_told(const char *text)
{
    static char page[65536];
    const char *top = getenv("top_srcdir");
    char man[4096], name[100], type[20];
    unsigned n = 0;
    FILE *f;

    snprintf(man, sizeof man, "%s/doc/dialtone-ctl.1",
             top != NULL ? top : ".");
    f = fopen(man, "r");
    ck_assert_msg(f != NULL, "no %s", man);
    page[fread(page, 1, sizeof page - 1, f)] = '\0';
    fclose(f);
    while ((text = strstr(text, "# TYPE ")) != NULL) {
        ck_assert_int_eq(sscanf(text, "# TYPE %99s %19s", name, type), 2);
        text++;
        if (strcmp(type, "gauge") != 0)
            continue;
        ck_assert_msg(strstr(page, name) != NULL, "no %s", name);
        n++;
    }
    ck_assert_uint_ge(n, 10);
}

START_TEST(metrics_of_a_daemon)
{
    static char text[65536];
    struct tap_control_config k = { .metrics_address = LOOPBACK };
    struct sockaddr_in a = { .sin_family = AF_INET };
    struct tap_control *c = calloc(1, sizeof *c);
    int web = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), probe, i;
    socklen_t len = sizeof a;
    size_t n = 0;

    /* a port that was free a moment ago */
    a.sin_addr.s_addr = htonl(LOOPBACK);
    probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(probe, (struct sockaddr *)(void *)&a, len), 0);
    ck_assert_int_eq(getsockname(probe, (struct sockaddr *)(void *)&a, &len),
                     0);
    close(probe);
    k.metrics_port = ntohs(a.sin_port);
    ck_assert_int_eq(tap_control_open(c, &fake.world, &k), 0);
    fake_call(&fake, 1, "alice", 1);
    ck_assert_int_eq(connect(web, (struct sockaddr *)(void *)&a, len), 0);
    ck_assert_int_gt(send(web, "GET /metrics HTTP/1.0\r\n\r\n", 25, 0), 0);
    for (i = 0; i < 200; i++) {
        ssize_t got;

        fake_turn(&fake, PPTP_MS);
        tap_control_advance(c, tap_now());
        got = recv(web, text + n, sizeof text - 1 - n, MSG_DONTWAIT);
        n += got > 0 ? (size_t)got : 0;
    }
    ck_assert_ptr_nonnull(strstr(text, "\ndialtone_calls 1\n"));
    ck_assert_ptr_nonnull(strstr(text, "\ndialtone_connections 0\n"));
    ck_assert_ptr_nonnull(strstr(text, "role=\"pns\"} 1\n"));
    ck_assert_ptr_nonnull(
        strstr(text, "\n# TYPE dialtone_pptp_gre_rx_total counter\n"));
    ck_assert_ptr_nonnull(strstr(text, "\ndialtone_world_tun_held_total 7\n"));
    gauges_are_told(text);
    tap_control_close(c);
    free(c);
    close(web);
}
END_TEST

#endif

int main(void)
{
    Suite *s = suite_create("tap_control");
    TCase *t = tcase_create("methods");
    SRunner *r;
    int failed;

    tap_log_set_level(TAP_ERROR);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, status);
    tcase_add_test(t, requests_that_are_none);
    tcase_add_test(t, wrong_types);
    tcase_add_test(t, calls_by_pages);
    tcase_add_test(t, one_call);
    tcase_add_test(t, names_of_strangers);
    tcase_add_test(t, clear);
    tcase_add_test(t, renegotiate);
    tcase_add_test(t, dial);
    tcase_add_test(t, counters);
    tcase_add_test(t, connections);
    tcase_add_test(t, log_level);
    tcase_add_test(t, capture);
    tcase_add_test(t, reload_and_drain);
    tcase_add_test(t, without_a_socket);
#ifdef HAVE_MICROHTTPD
    tcase_add_test(t, metrics_of_a_daemon);
#endif
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
