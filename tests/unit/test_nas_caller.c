/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Callers, nas/caller.h: a bank of them, an owner who answers, a world that
 * notes what it hears, and a server's PPP at the other end. */
#include "config.h"

#include "nas_callers.h"

#include "base/wire.h"
#include "nas/caller_ip.h"

static struct nas_callers it;
static struct nas_callers_config config;

static enum ppp_reason reason(void)
{
    struct ppp_info info;

    ppp_session_info(nas_ppps_at(&it.ppps, 0), &info);
    return info.reason;
}

/* What the world heard. */
static struct {
    unsigned kind[NAS_EVENTS], down, ip_out;
    struct nas_event last;
    struct ppp_info info; /* of the last address_up */
    uint8_t ip[BUF];
    size_t ip_len;
    bool refuses; /* an address */
} heard;

static void hear_event(void *ctx, const struct nas_event *e)
{
    ck_assert_ptr_eq(ctx, &heard);
    heard.kind[e->kind]++;
    heard.last = *e;
}

static bool hear_address_up(void *ctx, uint32_t i, const struct ppp_info *info)
{
    ck_assert_ptr_eq(ctx, &heard);
    ck_assert_uint_lt(i, config.count);
    heard.info = *info;
    return !heard.refuses;
}

static void hear_address_down(void *ctx, uint32_t i)
{
    (void)ctx;
    ck_assert_uint_lt(i, config.count);
    heard.down++;
}

static void hear_ip_out(void *ctx, uint32_t i, pptp_pkt pkt, uint8_t *ip,
                        size_t n)
{
    (void)pkt;
    (void)ctx;
    (void)i;
    heard.ip_out++;
    memcpy(heard.ip, ip, n);
    heard.ip_len = n;
}

static const struct nas_caller_world world = {
    .event = hear_event,
    .address_up = hear_address_up,
    .address_down = hear_address_down,
    .ip_out = hear_ip_out
};

static bool answers, clamp_mss;
static uint32_t sessions, rate;
static pptp_ns hold_ns, patience_ns;
static const char *number;
static uint32_t half_open;
static const char *user = "alice";

static void begin(const char *password, pptp_ns redial_ns, uint32_t callers)
{
    prepare(&config, password, redial_ns, callers);
    config.hold_ns = hold_ns;
    config.patience_ns = patience_ns;
    config.number = number;
    config.half_open = half_open;
    config.sessions = sessions;
    config.rate = rate;
    config.answers = answers;
    config.clamp_mss = clamp_mss;
    strcpy(config.ppp.user, user);
    memset(&it, 0, sizeof it);
    memset(&heard, 0, sizeof heard);
    bank = &it;
    it.world = &world;
    it.ctx = &heard;
    ck_assert_int_eq(nas_callers_init(&it, &config, &given_table, 7, at), 0);
    own(callers);
    begin_server(NULL);
}

static void end(void)
{
    ck_assert_uint_eq(pool.used, count);
    nas_callers_fini(&it);
    nas_ppps_fini(&server);
}

START_TEST(comes_up)
{
    begin("wonder", 5 * PPTP_S, 1);
    answered();
    turns();
    ck_assert_int_eq(it.caller[0].state, NAS_CALLER_UP);
    ck_assert_uint_eq(nas_callers_call(&it, 0)->ip_local, 0x0a000002);
    ck_assert_uint_eq(it.stats.up, 1);
    line()->ops->hangup(line(), at);
    ck_assert_int_eq(it.caller[0].state, NAS_CALLER_IDLE);
    ck_assert(!line()->finished && !line()->failed);
    ck_assert_uint_eq(it.stats.failed, 0);
    /* again, between 3/4 and all of the wait */
    ck_assert_uint_gt(line()->ops->deadline(line()), at + 3 * PPTP_S);
    ck_assert_uint_le(line()->ops->deadline(line()), at + 5 * PPTP_S);
    end();
}
END_TEST

/* The next call is so far away, less a quarter at most. */
static void waits(pptp_ns ns)
{
    pptp_ns next = line()->ops->deadline(line());

    ck_assert_int_eq(it.caller[0].state, NAS_CALLER_IDLE);
    ck_assert_uint_gt(next, at + ns * 3 / 4 - PPTP_S / 2);
    ck_assert_uint_le(next, at + ns);
}

/* Its time has come. */
static void again(void)
{
    rings = 0;
    heap_set(&it.timers, 0, 0);
    answered();
    turns();
    ck_assert_int_eq(it.caller[0].state, NAS_CALLER_UP);
}

/* Calls that came up and ended in order are no failures, however short: the
 * wait stays what it is. */
START_TEST(short_calls)
{
    unsigned i;

    hold_ns = 1;
    begin("wonder", 4 * PPTP_S, 1);
    answered();
    turns();
    for (i = 0; i < 5; i++) {
        heap_set(&it.timers, 0, 0);
        line()->ops->advance(line(), at); /* its time is over */
        turns();
        ck_assert_int_eq(reason(), PPP_END_LOCAL);
        line()->ops->hangup(line(), at);
        waits(4 * PPTP_S);
        again();
    }
    /* the server's session_timeout */
    for (i = 0; i < 5; i++) {
        nas_ppps_close(&server, 0, at);
        turns();
        line()->ops->hangup(line(), at);
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
    turns();
    for (wait = 4 * PPTP_S; wait <= 64 * PPTP_S; wait *= 2) {
        line()->ops->hangup(line(), at);
        waits(wait);
        again();
    }
    ck_assert_uint_eq(it.stats.lost, 5);
    it.call[0].up_ns -= 30 * PPTP_S;
    line()->ops->hangup(line(), at);
    waits(4 * PPTP_S);
    end();
}
END_TEST

/* A wait is doubled, but no longer than it may be. */
START_TEST(longest_wait)
{
    begin("wonder", 4 * PPTP_S, 1);
    config.redial_max_ns = 5 * PPTP_S;
    answered();
    line()->ops->hangup(line(), at);
    waits(4 * PPTP_S);
    line()->ops->advance(line(), at + 10 * PPTP_S);
    line()->ops->hangup(line(), at);
    waits(5 * PPTP_S);
    lose_all();
    end();
}
END_TEST

/* Where nothing of a wait is drawn it is all of it. */
START_TEST(exact)
{
    begin("wonder", 4 * PPTP_S, 1);
    config.redial_max_ns = 5 * PPTP_S;
    config.redial_jitter = 0;
    answered();
    line()->ops->hangup(line(), at);
    ck_assert_uint_eq(it.timers.item[0].at, at + 4 * PPTP_S);
    line()->ops->advance(line(), at + 4 * PPTP_S);
    line()->ops->hangup(line(), at + 4 * PPTP_S);
    ck_assert_uint_eq(it.timers.item[0].at, at + 9 * PPTP_S);
    lose_all();
    end();
}
END_TEST

/* First calls at a rate, the next ones not in step; one line is asked. */
START_TEST(not_in_step)
{
    unsigned i;

    rate = 10;
    begin("wonder", 4 * PPTP_S, 3);
    for (i = 0; i < 3; i++) {
        ck_assert_uint_eq(it.timers.item[it.timers.where[i]].at,
                          at + i * PPTP_S / 10);
        ck_assert(it.caller[i].line.polled == (i == 0));
    }
    line()->ops->advance(line(), at + PPTP_S);
    for (i = 0; i < 3; i++)
        it.caller[i].line.ops->hangup(&it.caller[i].line, at + PPTP_S);
    ck_assert_uint_ne(it.timers.item[it.timers.where[0]].at,
                      it.timers.item[it.timers.where[1]].at);
    ck_assert_uint_ne(it.timers.item[it.timers.where[1]].at,
                      it.timers.item[it.timers.where[2]].at);
    end();
    rate = 0;
}
END_TEST

/* The world cannot take its addresses: the server is not asked again. */
START_TEST(no_device)
{
    begin("wonder", 5 * PPTP_S, 1);
    heard.refuses = true;
    answered();
    turns();
    ck_assert_uint_eq(it.stats.up, 0);
    ck_assert_uint_eq(drops, 1);
    ck_assert(line()->finished && line()->failed);
    line()->ops->hangup(line(), at);
    ck_assert_uint_eq(line()->ops->deadline(line()), PPTP_NEVER);
    end();
}
END_TEST

START_TEST(wrong_password)
{
    begin("mischief", 5 * PPTP_S, 1);
    answered();
    turns();
    ck_assert_int_eq(reason(), PPP_END_AUTH_US);
    ck_assert(line()->finished && line()->failed);
    ck_assert_uint_eq(drops, 1);
    line()->ops->hangup(line(), at);
    ck_assert_uint_eq(it.stats.failed, 1);
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
    ck_assert_int_eq(it.caller[0].state, NAS_CALLER_TALKING);
    ck_assert(!line()->finished);
    line()->ops->hangup(line(), at);
    ck_assert(line()->finished && line()->failed);
    ck_assert_uint_eq(line()->ops->deadline(line()), PPTP_NEVER);
    ck_assert_uint_eq(it.stats.failed, 1);
    end();
}
END_TEST

/* Who was let in before, and then not, may try again: he has not forgotten his
 * password.  Whether PPP is through with its end or not. */
START_TEST(not_let_in_again)
{
    int gone;

    for (gone = 0; gone < 2; gone++) {
        begin("wonder", 5 * PPTP_S, 1);
        answered();
        turns();
        good.secret = (uint8_t *)(uintptr_t) "forest";
        nas_ppps_begin(&server, 0, at);
        while (gone == 0 ? turn() : reason() == PPP_END_NONE && turn())
            ;
        ck_assert_int_eq(reason(), PPP_END_AUTH_US);
        line()->ops->hangup(line(), at);
        ck_assert(!line()->finished && !line()->failed);
        ck_assert_uint_eq(heard.kind[NAS_EV_CALLER_LOST], 1);
        ck_assert_uint_eq(heard.kind[NAS_EV_CALLER_PPP_END], gone == 0);
        turns();
        end();
    }
}
END_TEST

/* No second call is wanted, and the one came to nothing. */
START_TEST(once)
{
    begin("wonder", 0, 1);
    line()->ops->advance(line(), at);
    ck_assert_uint_eq(rings, 1);
    line()->ops->hangup(line(), at);
    ck_assert(line()->finished && line()->failed);
    end();
    begin("wonder", 0, 1);
    answered();
    turns();
    line()->ops->hangup(line(), at);
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
    turns();
    line()->why = NAS_WHY_CONN_LOST;
    line()->ops->hangup(line(), at);
    ck_assert_uint_eq(it.stats.lost, 1);
    ck_assert_uint_eq(it.report.lost.cause[0].why, NAS_WHY_CONN_LOST);
    ck_assert_uint_eq(heard.kind[NAS_EV_CALLER_LOST], 1);
    ck_assert_uint_eq(it.report.lost.n[0], 1);
    end();
    begin("wonder", 0, 1);
    answered();
    turns();
    nas_ppps_close(&server, 0, at);
    turns();
    line()->ops->hangup(line(), at);
    ck_assert_uint_eq(it.stats.lost, 1);
    end();
    hold_ns = 0;
    begin("wonder", 0, 1);
    answered();
    turns();
    nas_ppps_close(&server, 0, at);
    turns();
    line()->ops->hangup(line(), at);
    ck_assert_uint_eq(it.stats.lost, 0);
    end();
}
END_TEST

/* Its time was over, or the operator's wish was it: nothing is lost. */
START_TEST(not_lost)
{
    hold_ns = 1;
    begin("wonder", 0, 1);
    answered();
    turns();
    heap_set(&it.timers, 0, 0);
    line()->ops->advance(line(), at);
    line()->ops->hangup(line(), at); /* the server is fast */
    ck_assert_uint_eq(it.stats.lost, 0);
    end();
    hold_ns = 10 * PPTP_S;
    begin("wonder", 0, 1);
    answered();
    turns();
    line()->ours = true;
    line()->ops->hangup(line(), at);
    ck_assert_uint_eq(it.stats.lost + it.stats.failed, 0);
    end();
    hold_ns = 0;
}
END_TEST

/* One attempt is one, also where the server begins PPP anew within it. */
START_TEST(up_once)
{
    begin("wonder", 5 * PPTP_S, 1);
    answered();
    turns();
    nas_ppps_begin(&server, 0, at);
    turns();
    ck_assert_int_eq(it.caller[0].state, NAS_CALLER_UP);
    ck_assert_uint_eq(it.up, 1);
    ck_assert_uint_eq(it.stats.dialled, 1);
    ck_assert_uint_eq(it.stats.up, 1);
    ck_assert_uint_eq(it.report.set_up.n, 1);
    end();
}
END_TEST

/* Those who are too many wait, and call in turn when there is room. */
START_TEST(by_turns)
{
    half_open = 2;
    begin("wonder", 0, 5);
    line()->ops->advance(line(), at);
    ck_assert_uint_eq(rings, 2);
    ck_assert_uint_eq(it.stats.held_back, 3);
    ck_assert_uint_eq(it.stats.dialled, 2);
    ck_assert_uint_gt(line()->ops->deadline(line()), at);
    /* one comes up */
    nas_ppps_begin(&server, 0, at);
    line()->ops->answer(line(), at);
    turns();
    ck_assert_int_eq(it.caller[0].state, NAS_CALLER_UP);
    ck_assert_uint_eq(line()->ops->deadline(line()), 0);
    line()->ops->advance(line(), at);
    ck_assert_uint_eq(rings, 3);
    ck_assert_int_eq(it.caller[2].state, NAS_CALLER_RINGING);
    ck_assert_int_eq(it.caller[3].state, NAS_CALLER_WAITING);
    /* one fails; who is next wants to end, who is behind him calls */
    it.caller[1].line.ops->hangup(&it.caller[1].line, at);
    it.caller[3].line.ops->bye(&it.caller[3].line, at);
    line()->ops->advance(line(), at);
    ck_assert_uint_eq(rings, 4);
    ck_assert_int_eq(it.caller[3].state, NAS_CALLER_IDLE);
    ck_assert_int_eq(it.caller[4].state, NAS_CALLER_RINGING);
    ck_assert_uint_eq(it.window.n, 2);
    /* that of the session which is up does not count again */
    line()->ops->hangup(line(), at);
    ck_assert_uint_eq(it.window.n, 2);
    end();
    half_open = 0;
    begin("wonder", 0, 5);
    line()->ops->advance(line(), at);
    ck_assert_uint_eq(rings, 5);
    ck_assert_uint_eq(it.stats.held_back, 0);
    end();
}
END_TEST

/* The one client comes up in that time. */
static void comes_up_in(pptp_ns ns)
{
    rings = 0;
    heap_set(&it.timers, 0, 0);
    line()->ops->advance(line(), at);
    ck_assert_uint_eq(rings, 1);
    it.caller[0].since_ns -= ns;
    nas_ppps_begin(&server, 0, at);
    line()->ops->answer(line(), at);
    turns();
    ck_assert_int_eq(it.caller[0].state, NAS_CALLER_UP);
    line()->ops->hangup(line(), at);
}

/* It is less while set-ups are slow beside the fastest, 100 ms here; and more
 * when they are not, and others wait. */
START_TEST(window)
{
    uint32_t before;
    unsigned i;

    half_open = 1000;
    begin("wonder", PPTP_S, 1);
    before = it.window.room;
    comes_up_in(PPTP_S / 10);
    ck_assert_uint_eq(it.window.room, before); /* nobody waits */
    comes_up_in(PPTP_S / 2);
    ck_assert_uint_eq(it.window.room, before - 2);
    comes_up_in(PPTP_S / 10);
    ck_assert_uint_eq(it.window.room, before - 2);
    for (i = 0; i < 1000; i++)
        comes_up_in(PPTP_S / 2);
    ck_assert_uint_ge(it.window.room, 1);
    ck_assert_uint_lt(it.window.room, 20);
    end();
    /* queues are no sign of anything */
    begin("wonder", PPTP_S, 1);
    comes_up_in(PPTP_MS);
    comes_up_in(16 * PPTP_MS);
    ck_assert_uint_eq(it.window.room, before);
    comes_up_in(18 * PPTP_MS);
    ck_assert_uint_eq(it.window.room, before - 2);
    end();
    begin("wonder", PPTP_S, 200);
    before = it.window.room;
    line()->ops->advance(line(), at);
    ck_assert_uint_eq(rings, before);
    nas_ppps_begin(&server, 0, at);
    line()->ops->answer(line(), at);
    turns();
    ck_assert_uint_eq(it.window.room, before + 1);
    /* two more then: one is up, and there is room for one more */
    line()->ops->advance(line(), at);
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
    line()->ops->advance(line(), at);
    nas_ppps_begin(&server, 0, at);
    line()->ops->answer(line(), at);
    turns();
    ck_assert_int_eq(it.caller[0].state, NAS_CALLER_UP);
    ck_assert_str_eq(ppp_peer_name(nas_ppps_at(&server, 0)), "u1@lab");
    nas_callers_user(&config, 2, name);
    ck_assert_str_eq(name, "u3@lab");
    end();
    user = "alice";
}
END_TEST

/* Clients that call for ever live with a failure. */
START_TEST(for_ever)
{
    begin("wonder", PPTP_S, 1);
    line()->ops->advance(line(), at);
    line()->ops->hangup(line(), at);
    ck_assert_uint_eq(it.stats.failed, 1);
    ck_assert_uint_eq(it.report.failed.cause[0].why, NAS_WHY_UNKNOWN);
    ck_assert_uint_eq(it.report.failed.n[0], 1);
    end();
}
END_TEST

/* --- what the world hears ------------------------------------------------- */

/* A call as it should be: what is told, and what the line says of itself. */
START_TEST(events)
{
    struct pptp_call_request r;
    struct pptp_line_info info;

    number = "5551";
    begin("wonder", 5 * PPTP_S, 1);
    line()->ops->request(line(), &r);
    ck_assert_str_eq(r.number, "5551");
    line()->ops->info(line(), &info);
    ck_assert_uint_eq(info.connect_bps, 64000);
    line()->remote = 0xc0000201;
    line()->ops->advance(line(), at);
    ck_assert_uint_eq(heard.last.kind, NAS_EV_CALLER_CALLS);
    ck_assert_ptr_nonnull(nas_callers_call(&it, 0));
    ck_assert(!nas_callers_talks(&it, 0));
    nas_ppps_begin(&server, 0, at);
    line()->ops->answer(line(), at);
    ck_assert_uint_eq(heard.last.kind, NAS_EV_CALLER_TALKS);
    at += 3 * PPTP_MS;
    turns();
    ck_assert_uint_eq(heard.last.kind, NAS_EV_CALLER_UP);
    ck_assert_uint_eq(heard.last.ip, 0x0a000002);
    ck_assert_uint_eq(heard.last.remote, 0xc0000201);
    ck_assert_uint_eq(heard.info.ip_peer, 0x0a000001);
    ck_assert_uint_eq(it.report.set_up.max_ns, 3 * PPTP_MS);
    ck_assert_uint_eq(it.report.began_ns, 1000 * PPTP_S);
    /* IPCP anew, in the same call */
    nas_ppps_begin(&server, 0, at);
    turns();
    ck_assert_uint_eq(heard.kind[NAS_EV_CALLER_DOWN], 1);
    ck_assert_uint_eq(heard.kind[NAS_EV_CALLER_UP], 2);
    nas_ppps_close(&server, 0, at);
    turns();
    at += 10 * PPTP_S; /* after its last word PPP waits a while */
    line()->ops->advance(line(), at);
    ck_assert_uint_eq(heard.kind[NAS_EV_CALLER_LOST], 0);
    ck_assert_uint_eq(heard.last.kind, NAS_EV_CALLER_PPP_END);
    ck_assert_uint_eq(heard.last.reason, PPP_END_PEER);
    ck_assert_uint_eq(heard.last.value, 0);
    ck_assert_uint_eq(heard.down, 0);
    line()->ops->frame(line(), at, pptp_pool_take(&pool, 0));
    line()->ops->hangup(line(), at);
    ck_assert_uint_eq(heard.down, 1);
    ck_assert_uint_eq(heard.last.kind, NAS_EV_CALLER_RESTS);
    ck_assert_uint_eq(heard.last.value, 0);
    ck_assert_ptr_null(nas_callers_call(&it, 0));
    line()->ops->hangup(line(), at); /* nothing to end */
    line()->ops->hold(line(), at, true);
    ck_assert_uint_eq(heard.kind[NAS_EV_CALLER_RESTS], 1);
    end();
    number = NULL;
}
END_TEST

/* The call goes in the middle of PPP's set-up: whoever looks knows how far it
 * had come. */
START_TEST(cleared)
{
    const struct nas_cause *c = &it.report.failed.cause[0];
    struct ppp_info info = { .reached = PPP_DEAD };

    begin("wonder", 5 * PPTP_S, 1);
    answered();
    while (info.reached != PPP_NETWORK && turn())
        nas_callers_info(&it, 0, &info);
    line()->ops->hangup(line(), at);
    ck_assert_uint_eq(heard.kind[NAS_EV_CALLER_CLEARED], 1);
    ck_assert_uint_eq(heard.kind[NAS_EV_CALLER_FAILED], 1);
    ck_assert_uint_eq(c->reached, PPP_NETWORK);
    ck_assert(c->heard && !c->up);
    lose_all();
    end();
}
END_TEST

/* Nor where nothing came at all. */
START_TEST(cleared_unheard)
{
    begin("wonder", 5 * PPTP_S, 1);
    answered();
    line()->ops->hangup(line(), at);
    ck_assert_uint_eq(heard.kind[NAS_EV_CALLER_FAILED], 1);
    ck_assert_uint_eq(heard.kind[NAS_EV_CALLER_CLEARED], 0);
    lose_all();
    end();
}
END_TEST

/* Nobody answers. */
START_TEST(in_vain)
{
    patience_ns = 20 * PPTP_S;
    begin("wonder", 5 * PPTP_S, 1);
    line()->ops->advance(line(), at);
    ck_assert_uint_eq(nas_callers_deadline(&it), at + 20 * PPTP_S);
    at += 20 * PPTP_S;
    line()->ops->advance(line(), at);
    ck_assert_uint_eq(drops, 1);
    ck_assert_uint_eq(line()->why, NAS_WHY_RANG_IN_VAIN);
    line()->ops->hangup(line(), at);
    ck_assert_uint_eq(it.report.failed.cause[0].why, NAS_WHY_RANG_IN_VAIN);
    ck_assert_uint_eq(heard.down, 0);
    end();
    patience_ns = 0;
    begin("wonder", 5 * PPTP_S, 1);
    line()->ops->advance(line(), at);
    ck_assert_uint_eq(nas_callers_deadline(&it), at + 60 * PPTP_S);
    end();
}
END_TEST

/* What it cannot do without is gone, in a call or not. */
START_TEST(fails)
{
    begin("wonder", 5 * PPTP_S, 1);
    answered();
    turns();
    nas_callers_fail(&it, 0, at);
    ck_assert_uint_eq(drops, 1);
    ck_assert_uint_eq(it.up, 0);
    line()->ops->hangup(line(), at);
    ck_assert(line()->finished && line()->failed);
    ck_assert_uint_eq(heard.last.value, 1);
    ck_assert_uint_eq(nas_callers_deadline(&it), PPTP_NEVER);
    /* unless its world knows better */
    nas_callers_at(&it, 0, at);
    ck_assert(!line()->finished && !line()->failed);
    rings = 0;
    answered();
    turns();
    ck_assert_int_eq(it.caller[0].state, NAS_CALLER_UP);
    /* and then it is the time to end */
    nas_callers_at(&it, 0, at);
    line()->ops->advance(line(), at);
    turns();
    ck_assert_int_eq(reason(), PPP_END_LOCAL);
    end();
}
END_TEST

/* --- called ---------------------------------------------------------------- */

static void dialled(unsigned i)
{
    static const struct pptp_call_request r = { .max_bps = 64000 };
    struct nas_line *l = &it.caller[i].line;

    last_event = PPTP_LINE_EVENTS;
    l->ops->dial(l, at, &r);
}

START_TEST(not_called)
{
    begin("wonder", 5 * PPTP_S, 1);
    ck_assert(!line()->dials);
    dialled(0);
    ck_assert_int_eq(last_event, PPTP_LINE_REFUSED);
    end();
}
END_TEST

/* Who is called comes up as who calls does, and counts in no window. */
START_TEST(called)
{
    answers = true;
    half_open = 1;
    begin("wonder", 0, 1);
    ck_assert_uint_eq(nas_callers_deadline(&it), PPTP_NEVER);
    end();
    begin("wonder", 0, 2);
    nas_callers_at(&it, 0, PPTP_NEVER);
    nas_callers_at(&it, 1, PPTP_NEVER);
    ck_assert(line()->dials);
    dialled(0);
    ck_assert_int_eq(last_event, PPTP_LINE_CONNECTED);
    ck_assert_uint_eq(it.window.n, 0);
    dialled(0);
    ck_assert_int_eq(last_event, PPTP_LINE_BUSY);
    nas_ppps_begin(&server, 0, at);
    turns();
    ck_assert_int_eq(it.caller[0].state, NAS_CALLER_UP);
    ck_assert_uint_eq(it.report.began_ns, at);
    ck_assert_uint_eq(it.stats.called, 1);
    ck_assert_uint_eq(it.stats.dialled, 0);
    ck_assert_uint_eq(it.stats.up, 1);
    ck_assert_uint_eq(it.report.set_up.n, 0);
    ck_assert_uint_eq(heard.kind[NAS_EV_CALLER_CALLED], 1);
    line()->ops->hangup(line(), at);
    /* it waits for the next one, and does not call itself */
    ck_assert(!line()->finished);
    ck_assert_uint_eq(nas_callers_deadline(&it), PPTP_NEVER);
    dialled(0);
    ck_assert_int_eq(last_event, PPTP_LINE_CONNECTED);
    line()->ops->hangup(line(), at);
    ck_assert_uint_eq(it.stats.failed, 1);
    ck_assert_uint_eq(it.window.fastest_ns, 0);
    line()->ops->bye(line(), at);
    dialled(0);
    ck_assert_int_eq(last_event, PPTP_LINE_REFUSED);
    lose_all();
    end();
    answers = false;
    half_open = 0;
}
END_TEST

/* --- a pool of calls -------------------------------------------------------- */

/* Callers are many, and calls at once are few. */
START_TEST(few_calls)
{
    answers = true;
    sessions = 2;
    begin("wonder", 0, 5);
    nas_callers_at(&it, 4, PPTP_NEVER);
    line()->ops->advance(line(), at);
    ck_assert_uint_eq(rings, 2);
    ck_assert_uint_eq(it.stats.held_back, 2);
    ck_assert_uint_gt(nas_callers_deadline(&it), at);
    dialled(4);
    ck_assert_int_eq(last_event, PPTP_LINE_BUSY);
    nas_callers_at(&it, 4, at + 1);
    it.caller[1].line.ops->hangup(&it.caller[1].line, at);
    ck_assert_ptr_null(nas_callers_call(&it, 1));
    ck_assert_uint_eq(nas_callers_deadline(&it), 0);
    at += PPTP_S;
    line()->ops->advance(line(), at);
    ck_assert_uint_eq(rings, 3);
    ck_assert_uint_eq(it.caller[2].session, 1);
    ck_assert_uint_eq(it.report.held_back_ns, PPTP_S);
    line()->ops->hangup(line(), at);
    it.caller[2].line.ops->hangup(&it.caller[2].line, at);
    line()->ops->advance(line(), at);
    ck_assert_uint_eq(rings, 5);
    ck_assert_uint_ne(it.caller[3].session, it.caller[4].session);
    end();
    answers = false;
    sessions = 0;
}
END_TEST

/* What a caller takes that does not call: there may be a million, each with a
 * place at its PAC, too. */
START_TEST(octets)
{
    ck_assert_uint_le(sizeof(struct nas_caller) + sizeof(struct heap_item) +
                          sizeof(uint32_t),
                      88);
}
END_TEST

/* More causes than there is room for. */
START_TEST(causes)
{
    static struct nas_ends ends;
    unsigned i;

    for (i = 0; i < NAS_CAUSES + 9; i++) {
        struct nas_cause c = { .reason = (uint8_t)i };

        nas_ends_book(&ends, &c);
        nas_ends_book(&ends, &c);
    }
    ck_assert_uint_eq(ends.cause[1].reason, 1);
    ck_assert_uint_eq(ends.n[0], 2);
    ck_assert_uint_eq(ends.n[NAS_CAUSES - 2], 2);
    ck_assert_uint_eq(ends.n[NAS_CAUSES - 1], 2 * 10);
}
END_TEST

/* --- packets ---------------------------------------------------------------- */

/* An IPv4 packet; with DF it may not be cut. */
static pptp_pkt make_packet(size_t n, bool df)
{
    pptp_pkt pkt = pptp_pool_take(&pool, PPTP_HEADROOM + PPP_HEAD_MAX);
    struct pptp_packet *k = pptp_pool_at(&pool, pkt);
    uint8_t *ip = pptp_packet_data(k);

    k->head_len = (uint16_t)n;
    memset(ip, 0, n);
    ip[0] = 0x45;
    pptp_put16(ip + 2, (uint16_t)n);
    ip[6] = df ? 0x40 : 0;
    ip[8] = 64;
    ip[9] = 17;
    pptp_put32(ip + 12, 0x0a000002);
    pptp_put32(ip + 16, 0x08080808);
    pptp_put16(ip + 10, (uint16_t)~pptp_inet_sum(ip, 20, 0));
    return pkt;
}

static pptp_pkt packet_of(size_t n)
{
    return make_packet(n, false);
}

START_TEST(packets_in)
{
    const struct nas_caller_call *k;

    begin("wonder", 5 * PPTP_S, 1);
    nas_callers_ip_in(&it, 0, at, packet_of(100));
    ck_assert_uint_eq(it.stats.tun_down, 1);
    answered();
    turns();
    k = nas_callers_call(&it, 0);
    ck_assert_uint_eq(nas_callers_mtu(&it, 0), 1400);
    nas_callers_ip_in(&it, 0, at, packet_of(100));
    ck_assert_uint_eq(count, 1);
    ck_assert_uint_eq(k->tx_packets, 1);
    ck_assert_uint_eq(k->tx_octets, 100);
    line()->ops->hold(line(), at, true);
    nas_callers_ip_in(&it, 0, at, packet_of(100));
    ck_assert_uint_eq(it.stats.tun_held, 1);
    line()->ops->hold(line(), at, false);
    nas_callers_ip_in(&it, 0, at, packet_of(1600));
    ck_assert_uint_eq(it.stats.tun_cut, 1);
    ck_assert_uint_eq(count, 3);
    ck_assert_uint_eq(k->tx_octets, 1700);
    /* one that may not be cut: who sent it hears it */
    nas_callers_ip_in(&it, 0, at, make_packet(1600, true));
    ck_assert_uint_eq(it.stats.tun_long, 1);
    ck_assert_uint_eq(heard.ip_out, 1);
    ck_assert_uint_eq(heard.ip[9], 1);
    ck_assert_uint_eq(pptp_get32(heard.ip + 12), 0x0a000001);
    ck_assert_uint_eq(pptp_get16(heard.ip + 26), 1500);
    ck_assert_uint_eq(k->tx_packets, 2);
    turns();
    end();
}
END_TEST

/* PPP does not take it: its line has gone. */
START_TEST(packet_refused)
{
    begin("wonder", 5 * PPTP_S, 1);
    answered();
    turns();
    ppp_lower_down(it.ppps.ppp, nas_ppps_at(&it.ppps, 0), at);
    nas_callers_ip_in(&it, 0, at, packet_of(100));
    ck_assert_uint_eq(it.stats.tun_refused, 1);
    end();
}
END_TEST

/* From the server to the caller, by its PPP. */
static void server_sends(size_t n, uint8_t first_octet)
{
    pptp_pkt pkt = packet_of(n);

    pptp_packet_data(pptp_pool_at(&pool, pkt))[0] = first_octet;
    ck_assert_int_eq(nas_ppps_output(&server, 0, pkt), PPTP_OK);
    put(false, pkt);
    turns();
}

START_TEST(packets_out)
{
    begin("wonder", 5 * PPTP_S, 1);
    answered();
    turns();
    server_sends(100, 0x45);
    ck_assert_uint_eq(heard.ip_out, 1);
    ck_assert_uint_eq(heard.ip_len, 100);
    ck_assert_uint_eq(nas_callers_call(&it, 0)->rx_octets, 100);
    server_sends(100, 0x65);
    server_sends(12, 0x45);
    ck_assert_uint_eq(it.stats.not_ipv4, 2);
    ck_assert_uint_eq(heard.ip_out, 1);
    end();
}
END_TEST

/* TCP begins with an MSS that fits, either way. */
START_TEST(clamped)
{
    static const uint8_t syn[] = { 0, 1, 0, 2, 0,    0, 0,    0,
                                   0, 0, 0, 0, 0x60, 2, 0xff, 0xff,
                                   0, 0, 0, 0, 2,    4, 0x05, 0xb4 };
    pptp_pkt pkt;
    uint8_t *ip;
    unsigned i;

    for (i = 0; i < 2; i++) {
        clamp_mss = i == 0;
        begin("wonder", 5 * PPTP_S, 1);
        answered();
        turns();
        pkt = packet_of(20 + sizeof syn);
        ip = pptp_packet_data(pptp_pool_at(&pool, pkt));
        ip[9] = 6;
        memcpy(ip + 20, syn, sizeof syn);
        nas_callers_ip_in(&it, 0, at, pkt);
        ck_assert_uint_eq(it.stats.mss_clamped, i == 0);
        ck_assert_uint_eq(pptp_get16(ip + 42), i == 0 ? 1360 : 1460);
        turns();
        end();
    }
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("nas_caller");
    TCase *t = tcase_create("nas_caller");

    tcase_add_test(t, comes_up);
    tcase_add_test(t, short_calls);
    tcase_add_test(t, cut_off);
    tcase_add_test(t, longest_wait);
    tcase_add_test(t, exact);
    tcase_add_test(t, not_in_step);
    tcase_add_test(t, not_let_in_again);
    tcase_add_test(t, no_device);
    tcase_add_test(t, wrong_password);
    tcase_add_test(t, wrong_password_and_gone);
    tcase_add_test(t, once);
    tcase_add_test(t, lost);
    tcase_add_test(t, not_lost);
    tcase_add_test(t, up_once);
    tcase_add_test(t, by_turns);
    tcase_add_test(t, window);
    tcase_add_test(t, users);
    tcase_add_test(t, for_ever);
    tcase_add_test(t, events);
    tcase_add_test(t, cleared);
    tcase_add_test(t, cleared_unheard);
    tcase_add_test(t, in_vain);
    tcase_add_test(t, fails);
    tcase_add_test(t, not_called);
    tcase_add_test(t, called);
    tcase_add_test(t, few_calls);
    tcase_add_test(t, octets);
    tcase_add_test(t, causes);
    tcase_add_test(t, packets_in);
    tcase_add_test(t, packet_refused);
    tcase_add_test(t, packets_out);
    tcase_add_test(t, clamped);
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
