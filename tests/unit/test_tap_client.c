/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The PAC's own PPP clients, tap/client.h: a bank of them, an owner who
 * answers, and a server's PPP at the other end. */
#include "config.h"

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ppp/secrets.h"
#include "tap/client.h"
#include "tap/priv.h"

enum { PACKETS = 64, BUF = 2112, QUEUE = 64 };

static uint8_t mem[PACKETS * (BUF + 128)] __attribute__((aligned(64)));
static struct pptp_pool pool;
static struct tap_client_bank bank;
static struct tap_client_config config;
static struct nas_ppps server;
static struct ppp_secret good = { .client = "*", .server = "*" };
static struct ppp_secret given = { .client = "*", .server = "*" };
static struct ppp_secrets good_table = { .list = &good, .n = 1 };
static struct ppp_secrets given_table = { .list = &given, .n = 1 };

/* Frames on their way: nothing is fed from within an action. */
static struct {
    bool to_server;
    pptp_pkt pkt;
} queue[QUEUE];
static unsigned first, count, rings, drops;

static void put(bool to_server, pptp_pkt pkt)
{
    ck_assert_uint_lt(count, QUEUE);
    queue[(first + count) % QUEUE].to_server = to_server;
    queue[(first + count++) % QUEUE].pkt = pkt;
}

static void on_ring(struct nas_line *l, pptp_ns now)
{
    struct pptp_call_request r;

    (void)now;
    l->ops->request(l, &r);
    ck_assert_uint_eq(r.max_bps, 64000);
    rings++;
}

static void on_event(struct nas_line *l, pptp_ns now, enum pptp_line_event e)
{
    (void)l;
    (void)now;
    drops += e == PPTP_LINE_DROPPED;
}

static void on_frame(struct nas_line *l, pptp_ns now, pptp_pkt pkt)
{
    (void)l;
    (void)now;
    put(true, pkt);
}

static void on_frame_done(struct nas_line *l, pptp_pkt pkt)
{
    (void)l;
    pptp_pool_free(&pool, pkt);
}

/* a client takes every frame */
static void on_frame_dropped(struct nas_line *l, pptp_pkt pkt)
{
    on_frame_done(l, pkt);
    ck_abort_msg("a frame was dropped");
}

static const struct nas_line_owner owner = {
    .ring = on_ring,
    .event = on_event,
    .frame = on_frame,
    .frame_done = on_frame_done,
    .frame_dropped = on_frame_dropped
};

static void server_frame(struct nas_ppps *t, uint32_t i, pptp_pkt pkt)
{
    (void)t;
    (void)i;
    put(false, pkt);
}

static void server_action(struct nas_ppps *t, uint32_t i,
                          const struct ppp_action *a)
{
    (void)t;
    (void)i;
    (void)a;
}

static const struct nas_ppps_owner server_owner = { .frame = server_frame,
                                                    .action = server_action };

static struct nas_line *line(void)
{
    return &bank.client[0].nas;
}

/* One frame; false: none is on its way. */
static bool turn(void)
{
    pptp_pkt pkt;
    bool to_server;
    uint8_t *packet;
    size_t n;

    if (count == 0)
        return false;
    pkt = queue[first].pkt;
    to_server = queue[first].to_server;
    first = (first + 1) % QUEUE;
    count--;
    if (to_server) {
        nas_ppps_input(&server, 0, tap_now(), pkt, &packet, &n);
        pptp_pool_free(&pool, pkt);
    } else {
        line()->ops->frame(line(), tap_now(), pkt);
    }
    return true;
}

static enum ppp_reason reason(void)
{
    struct ppp_info info;

    ppp_session_info(nas_ppps_at(&bank.ppps, 0), &info);
    return info.reason;
}

static const char *device;
static pptp_ns hold_ns;
static uint32_t half_open;
static const char *user = "alice";
static struct tap_keeper no_keeper = { .fd = -1 };

static void begin(const char *password, pptp_ns redial_ns, uint32_t clients)
{
    struct ppp_config s;

    memset(&config, 0, sizeof config);
    first = count = rings = drops = 0;
    ck_assert_uint_le(pptp_pool_mem_octets(PACKETS, BUF), sizeof mem);
    pptp_pool_init(&pool, mem, PACKETS, BUF);
    good.secret = (uint8_t *)(uintptr_t) "wonder";
    good.secret_len = 6;
    given.secret = (uint8_t *)(uintptr_t)password;
    given.secret_len = (uint8_t)strlen(password);
    config.name = "test";
    config.count = clients;
    config.bps = 64000;
    config.redial_ns = redial_ns;
    config.redial_max_ns = 64 * redial_ns;
    config.hold_ns = hold_ns;
    config.half_open = half_open;
    config.device = device;
    config.mtu = 1400;
    ppp_config_default(&config.ppp);
    strcpy(config.ppp.user, user);
    config.ppp.give_auth = PPP_AUTH_MSCHAP2;
    ck_assert_int_eq(tap_client_init(&bank, &config, &no_keeper, &given_table),
                     0);
    line()->owner = &owner;
    bank.client[0].line.pool = &pool;
    bank.ppps.pool = &pool;
    ppp_config_default(&s);
    s.ask_auth = PPP_AUTH_MSCHAP2;
    s.ip_local = 0x0a000001;
    s.ip_peer = 0x0a000002;
    s.secrets = &good_table;
    memset(&server, 0, sizeof server);
    server.owner = &server_owner;
    server.pool = &pool;
    ck_assert_int_eq(nas_ppps_init(&server, &s, 1, 1), 0);
}

static void end(void)
{
    tap_client_fini(&bank);
    nas_ppps_fini(&server);
}

/* Its time has come: it calls, and is answered. */
static void answered(void)
{
    line()->ops->advance(line(), tap_now());
    ck_assert_uint_eq(rings, 1);
    nas_ppps_begin(&server, 0, tap_now());
    line()->ops->answer(line(), tap_now());
}

START_TEST(comes_up)
{
    begin("wonder", 5 * PPTP_S, 1);
    answered();
    while (turn())
        ;
    ck_assert_int_eq(bank.client[0].state, TAP_CLIENT_UP);
    ck_assert_uint_eq(bank.client[0].ip_local, 0x0a000002);
    ck_assert_uint_eq(bank.stats.up, 1);
    line()->ops->hangup(line(), tap_now());
    ck_assert_int_eq(bank.client[0].state, TAP_CLIENT_IDLE);
    ck_assert(!line()->finished && !line()->failed);
    ck_assert_uint_eq(bank.stats.failed, 0);
    /* again, between 3/4 and all of the wait */
    ck_assert_uint_gt(line()->ops->deadline(line()), tap_now() + 3 * PPTP_S);
    ck_assert_uint_le(line()->ops->deadline(line()), tap_now() + 5 * PPTP_S);
    end();
}
END_TEST

/* The next call is so far away, less a quarter at most. */
static void waits(pptp_ns ns)
{
    pptp_ns next = line()->ops->deadline(line()), now = tap_now();

    ck_assert_int_eq(bank.client[0].state, TAP_CLIENT_IDLE);
    ck_assert_uint_gt(next, now + ns * 3 / 4 - PPTP_S / 2);
    ck_assert_uint_le(next, now + ns);
}

/* Its time has come. */
static void again(void)
{
    rings = 0;
    heap_set(&bank.timers, 0, 0);
    answered();
    while (turn())
        ;
    ck_assert_int_eq(bank.client[0].state, TAP_CLIENT_UP);
}

/* Calls that came up and ended in order are no failures, however short: the
 * wait stays what it is. */
START_TEST(short_calls)
{
    unsigned i;

    hold_ns = 1;
    begin("wonder", 4 * PPTP_S, 1);
    answered();
    while (turn())
        ;
    for (i = 0; i < 5; i++) {
        heap_set(&bank.timers, 0, 0);
        line()->ops->advance(line(), tap_now()); /* its time is over */
        while (turn())
            ;
        ck_assert_int_eq(reason(), PPP_END_LOCAL);
        line()->ops->hangup(line(), tap_now());
        waits(4 * PPTP_S);
        again();
    }
    /* the server's session_timeout */
    for (i = 0; i < 5; i++) {
        nas_ppps_close(&server, 0, tap_now());
        while (turn())
            ;
        line()->ops->hangup(line(), tap_now());
        waits(4 * PPTP_S);
        again();
    }
    hold_ns = 0;
    end();
}
END_TEST

/* Those that are cut off are: 4, 8, 16 s ...; one that lasted ends that. */
START_TEST(cut_off)
{
    pptp_ns wait;

    begin("wonder", 4 * PPTP_S, 1);
    answered();
    while (turn())
        ;
    for (wait = 4 * PPTP_S; wait <= 64 * PPTP_S; wait *= 2) {
        line()->ops->hangup(line(), tap_now());
        waits(wait);
        again();
    }
    bank.client[0].up_ns -= 30 * PPTP_S;
    line()->ops->hangup(line(), tap_now());
    waits(4 * PPTP_S);
    end();
}
END_TEST

/* The device cannot be set up, here since there is no keeper: the server is
 * not asked again. */
START_TEST(no_device)
{
    device = "dt0";
    begin("wonder", 5 * PPTP_S, 1);
    answered();
    while (turn())
        ;
    ck_assert_uint_eq(bank.stats.up, 0);
    ck_assert_uint_eq(drops, 1);
    ck_assert(line()->finished && line()->failed);
    line()->ops->hangup(line(), tap_now());
    ck_assert_uint_eq(line()->ops->deadline(line()), PPTP_NEVER);
    device = NULL;
    end();
}
END_TEST

START_TEST(wrong_password)
{
    begin("mischief", 5 * PPTP_S, 1);
    answered();
    while (turn())
        ;
    ck_assert_int_eq(reason(), PPP_END_AUTH_US);
    ck_assert(line()->finished && line()->failed);
    ck_assert_uint_eq(drops, 1);
    line()->ops->hangup(line(), tap_now());
    ck_assert_uint_eq(bank.stats.failed, 1);
    ck_assert_uint_eq(line()->ops->deadline(line()), PPTP_NEVER);
    end();
}
END_TEST

/* The server refuses us and clears the call, before LCP's goodbye is
 * answered: that is no reason for another try. */
START_TEST(wrong_password_and_gone)
{
    begin("mischief", 5 * PPTP_S, 1);
    answered();
    while (reason() == PPP_END_NONE && turn())
        ;
    ck_assert_int_eq(reason(), PPP_END_AUTH_US);
    ck_assert_int_eq(bank.client[0].state, TAP_CLIENT_TALKING);
    ck_assert(!line()->finished);
    line()->ops->hangup(line(), tap_now());
    ck_assert(line()->finished && line()->failed);
    ck_assert_uint_eq(line()->ops->deadline(line()), PPTP_NEVER);
    ck_assert_uint_eq(bank.stats.failed, 1);
    end();
}
END_TEST

/* Whether the end of a call in the middle of its set-up is said to be the
 * server's. */
static bool says_cleared(bool told_to_end)
{
    struct ppp_info info = { .reached = PPP_DEAD };
    char text[4096];
    FILE *said = tmpfile();
    int saved = dup(STDERR_FILENO);
    size_t n;

    ck_assert_ptr_nonnull(said);
    ck_assert_int_eq(dup2(fileno(said), STDERR_FILENO), STDERR_FILENO);
    begin("wonder", 5 * PPTP_S, 1);
    answered();
    while (info.reached != PPP_NETWORK && turn())
        ppp_session_info(nas_ppps_at(&bank.ppps, 0), &info);
    if (told_to_end)
        line()->ops->bye(line(), tap_now());
    line()->ops->hangup(line(), tap_now());
    ck_assert_uint_eq(bank.stats.failed, told_to_end ? 0 : 1);
    end();
    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(said);
    n = fread(text, 1, sizeof text - 1, said);
    text[n] = '\0';
    fclose(said);
    ck_assert_int_eq(info.reached, PPP_NETWORK);
    return strstr(text, "cleared in PPP's phase 'network'") != NULL;
}

/* SIGTERM in the middle of a set-up is no riddle. */
START_TEST(told_to_end)
{
    ck_assert(says_cleared(false));
    ck_assert(!says_cleared(true));
}
END_TEST

/* No second call is wanted, and the one came to nothing. */
START_TEST(once)
{
    begin("wonder", 0, 1);
    line()->ops->advance(line(), tap_now());
    ck_assert_uint_eq(rings, 1);
    line()->ops->hangup(line(), tap_now());
    ck_assert(line()->finished && line()->failed);
    end();
    begin("wonder", 0, 1);
    answered();
    while (turn())
        ;
    line()->ops->hangup(line(), tap_now());
    ck_assert(line()->finished && !line()->failed);
    end();
}
END_TEST

/* A session that ends before its time, by whomever, is lost; one that has no
 * time is not where PPP says goodbye. */
START_TEST(lost)
{
    hold_ns = 10 * PPTP_S;
    begin("wonder", 0, 1);
    answered();
    while (turn())
        ;
    line()->why = NAS_WHY_CONN_LOST;
    line()->ops->hangup(line(), tap_now());
    ck_assert_uint_eq(bank.stats.lost, 1);
    ck_assert_str_eq(bank.report.lost.cause[0].what,
                     "the control connection was lost");
    ck_assert_uint_eq(bank.report.lost.cause[0].n, 1);
    ck_assert(tap_client_fell_short(&bank));
    end();
    begin("wonder", 0, 1);
    answered();
    while (turn())
        ;
    nas_ppps_close(&server, 0, tap_now());
    while (turn())
        ;
    line()->ops->hangup(line(), tap_now());
    ck_assert_uint_eq(bank.stats.lost, 1);
    end();
    hold_ns = 0;
    begin("wonder", 0, 1);
    answered();
    while (turn())
        ;
    nas_ppps_close(&server, 0, tap_now());
    while (turn())
        ;
    line()->ops->hangup(line(), tap_now());
    ck_assert_uint_eq(bank.stats.lost, 0);
    ck_assert(!tap_client_fell_short(&bank));
    end();
}
END_TEST

/* Its time was over, or the operator's wish was it: nothing is lost. */
START_TEST(not_lost)
{
    hold_ns = 1;
    begin("wonder", 0, 1);
    answered();
    while (turn())
        ;
    heap_set(&bank.timers, 0, 0);
    line()->ops->advance(line(), tap_now());
    line()->ops->hangup(line(), tap_now()); /* the server is fast */
    ck_assert_uint_eq(bank.stats.lost, 0);
    end();
    hold_ns = 10 * PPTP_S;
    begin("wonder", 0, 1);
    answered();
    while (turn())
        ;
    line()->ours = true;
    line()->ops->hangup(line(), tap_now());
    ck_assert_uint_eq(bank.stats.lost + bank.stats.failed, 0);
    ck_assert(!tap_client_fell_short(&bank));
    end();
    hold_ns = 0;
}
END_TEST

/* One attempt is one, also where the server begins PPP anew within it. */
START_TEST(up_once)
{
    begin("wonder", 5 * PPTP_S, 1);
    answered();
    while (turn())
        ;
    nas_ppps_begin(&server, 0, tap_now());
    while (turn())
        ;
    ck_assert_int_eq(bank.client[0].state, TAP_CLIENT_UP);
    ck_assert_uint_eq(bank.up, 1);
    ck_assert_uint_eq(bank.stats.dialled, 1);
    ck_assert_uint_eq(bank.stats.up, 1);
    ck_assert_uint_eq(bank.report.set_up.n, 1);
    end();
}
END_TEST

static void all_have_an_owner(void)
{
    uint32_t i;

    for (i = 0; i < config.count; i++) {
        bank.client[i].nas.owner = &owner;
        bank.client[i].line.pool = &pool;
        heap_set(&bank.timers, i, i + 1); /* in this order */
    }
}

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
    all_have_an_owner();
    line()->ops->advance(line(), tap_now());
    ck_assert_uint_eq(rings, 3);
    nas_ppps_begin(&server, 0, tap_now());
    line()->ops->answer(line(), tap_now());
    while (turn())
        ;
    line()->ops->hangup(line(), tap_now());
    bank.client[1].nas.why = NAS_WHY_BUSY;
    bank.client[1].nas.ops->hangup(&bank.client[1].nas, tap_now());
    bank.client[2].nas.ops->bye(&bank.client[2].nas, tap_now());
    bank.client[2].nas.ops->hangup(&bank.client[2].nas, tap_now());
    ck_assert(tap_client_fell_short(&bank));
    o = tap_client_json(&bank);
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

/* Those who are too many wait, and call in turn when there is room. */
START_TEST(turns)
{
    half_open = 2;
    begin("wonder", 0, 5);
    all_have_an_owner();
    line()->ops->advance(line(), tap_now());
    ck_assert_uint_eq(rings, 2);
    ck_assert_uint_eq(bank.stats.held_back, 3);
    ck_assert_uint_eq(bank.stats.dialled, 2);
    ck_assert_uint_gt(line()->ops->deadline(line()), tap_now());
    /* one comes up */
    nas_ppps_begin(&server, 0, tap_now());
    line()->ops->answer(line(), tap_now());
    while (turn())
        ;
    ck_assert_int_eq(bank.client[0].state, TAP_CLIENT_UP);
    ck_assert_uint_eq(line()->ops->deadline(line()), 0);
    line()->ops->advance(line(), tap_now());
    ck_assert_uint_eq(rings, 3);
    ck_assert_int_eq(bank.client[2].state, TAP_CLIENT_RINGING);
    ck_assert_int_eq(bank.client[3].state, TAP_CLIENT_WAITING);
    /* one fails; who is next wants to end, who is behind him calls */
    bank.client[1].nas.ops->hangup(&bank.client[1].nas, tap_now());
    bank.client[3].nas.ops->bye(&bank.client[3].nas, tap_now());
    line()->ops->advance(line(), tap_now());
    ck_assert_uint_eq(rings, 4);
    ck_assert_int_eq(bank.client[3].state, TAP_CLIENT_IDLE);
    ck_assert_int_eq(bank.client[4].state, TAP_CLIENT_RINGING);
    ck_assert_uint_eq(bank.half_open, 2);
    /* that of the session which is up does not count again */
    line()->ops->hangup(line(), tap_now());
    ck_assert_uint_eq(bank.half_open, 2);
    end();
    half_open = 0;
    begin("wonder", 0, 5);
    all_have_an_owner();
    line()->ops->advance(line(), tap_now());
    ck_assert_uint_eq(rings, 5);
    ck_assert_uint_eq(bank.stats.held_back, 0);
    end();
}
END_TEST

/* The one client comes up in that time. */
static void comes_up_in(pptp_ns ns)
{
    rings = 0;
    heap_set(&bank.timers, 0, 0);
    line()->ops->advance(line(), tap_now());
    ck_assert_uint_eq(rings, 1);
    bank.client[0].rang_ns -= ns;
    nas_ppps_begin(&server, 0, tap_now());
    line()->ops->answer(line(), tap_now());
    while (turn())
        ;
    ck_assert_int_eq(bank.client[0].state, TAP_CLIENT_UP);
    line()->ops->hangup(line(), tap_now());
}

/* It is less while set-ups are slow beside the fastest, 100 ms here; and more
 * when they are not, and others wait. */
START_TEST(window)
{
    uint32_t before;
    unsigned i;

    half_open = 1000;
    begin("wonder", PPTP_S, 1);
    before = bank.window;
    comes_up_in(PPTP_S / 10);
    ck_assert_uint_eq(bank.window, before); /* nobody waits */
    comes_up_in(PPTP_S / 2);
    ck_assert_uint_eq(bank.window, before - 2);
    comes_up_in(PPTP_S / 10);
    ck_assert_uint_eq(bank.window, before - 2);
    for (i = 0; i < 1000; i++)
        comes_up_in(PPTP_S / 2);
    ck_assert_uint_ge(bank.window, 1);
    ck_assert_uint_lt(bank.window, 20);
    end();
    begin("wonder", PPTP_S, 200);
    all_have_an_owner();
    before = bank.window;
    line()->ops->advance(line(), tap_now());
    ck_assert_uint_eq(rings, before);
    nas_ppps_begin(&server, 0, tap_now());
    line()->ops->answer(line(), tap_now());
    while (turn())
        ;
    ck_assert_uint_eq(bank.window, before + 1);
    /* two more then: one is up, and there is room for one more */
    line()->ops->advance(line(), tap_now());
    ck_assert_uint_eq(rings, before + 2);
    end();
    half_open = 0;
}
END_TEST

/* Each is a user of his own. */
START_TEST(users)
{
    char name[NAS_PPPS_USER];

    user = "u{n}@lab";
    begin("wonder", 0, 3);
    all_have_an_owner();
    line()->ops->advance(line(), tap_now());
    nas_ppps_begin(&server, 0, tap_now());
    line()->ops->answer(line(), tap_now());
    while (turn())
        ;
    ck_assert_int_eq(bank.client[0].state, TAP_CLIENT_UP);
    ck_assert_str_eq(ppp_peer_name(nas_ppps_at(&server, 0)), "u1@lab");
    tap_client_user(&config, 2, name);
    ck_assert_str_eq(name, "u3@lab");
    end();
    user = "alice";
}
END_TEST

/* Clients that call for ever live with a failure. */
START_TEST(for_ever)
{
    begin("wonder", PPTP_S, 1);
    line()->ops->advance(line(), tap_now());
    line()->ops->hangup(line(), tap_now());
    ck_assert_uint_eq(bank.stats.failed, 1);
    ck_assert_str_eq(bank.report.failed.cause[0].what, "the call was cleared");
    ck_assert(!tap_client_fell_short(&bank));
    end();
}
END_TEST

/* More causes than there is room for. */
START_TEST(causes)
{
    static char what[TAP_CLIENT_CAUSES + 9][8];
    static struct tap_client_ends ends;
    unsigned i;

    for (i = 0; i < TAP_CLIENT_CAUSES + 9; i++) {
        snprintf(what[i], sizeof what[i], "%u", i);
        tap_client_book(&ends, what[i], "");
        tap_client_book(&ends, what[i], "");
    }
    ck_assert_str_eq(ends.cause[0].what, "0");
    ck_assert_uint_eq(ends.cause[TAP_CLIENT_CAUSES - 2].n, 2);
    ck_assert_uint_eq(ends.cause[TAP_CLIENT_CAUSES - 1].n, 2 * 10);
}
END_TEST

/* Many of them share what they may say, one alone says all that it has. */
START_TEST(talk)
{
    begin("wonder", PPTP_S, 2);
    ck_assert_ptr_eq(bank.client[0].line.talk, &bank.talk);
    ck_assert_ptr_eq(bank.client[1].line.talk, &bank.talk);
    end();
    begin("wonder", PPTP_S, 1);
    ck_assert_ptr_null(bank.client[0].line.talk);
    end();
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("tap_client");
    TCase *t = tcase_create("tap_client");

    tcase_add_test(t, comes_up);
    tcase_add_test(t, short_calls);
    tcase_add_test(t, cut_off);
    tcase_add_test(t, no_device);
    tcase_add_test(t, wrong_password);
    tcase_add_test(t, wrong_password_and_gone);
    tcase_add_test(t, told_to_end);
    tcase_add_test(t, once);
    tcase_add_test(t, lost);
    tcase_add_test(t, not_lost);
    tcase_add_test(t, up_once);
    tcase_add_test(t, report);
    tcase_add_test(t, turns);
    tcase_add_test(t, window);
    tcase_add_test(t, users);
    tcase_add_test(t, for_ever);
    tcase_add_test(t, causes);
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
