/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The telephone network before a PAC, sim/phone.h: who gets a trunk and when,
 * who is refused, what both ends hear, and what is counted. */
#include "config.h"

#include <check.h>
#include <string.h>

#include "sim/phone.h"
#include "tests/support/suite.h"

enum { SUBS = 4, PACKETS = 8, BUF = 200 };

/* Seven digits, and nothing that is drawn. */
#define DIALS_NS (1000 * PPTP_MS + 7 * 200 * PPTP_MS + 600 * PPTP_MS)
#define ANSWERS_NS (2 * PPTP_S)
#define TRAINS_NS (10 * PPTP_S)
#define TONE_NS (3 * PPTP_S)

static uint8_t mem[PACKETS * (BUF + 128)] __attribute__((aligned(64)));
static struct pptp_pool pool;
static struct sim_calendar cal;
static struct sim_lines kind;
static struct sim_line sub[SUBS];
static struct nas_line caller[SUBS];
static struct sim_phone phone;
static struct sim_trunks group[2];

static struct {
    unsigned began, rings, events, dials, answers, hangups, up, down, done;
    uint32_t rang, heard_of; /* trunks */
    enum pptp_line_event event;
    pptp_ns at; /* of the ring, the answer */
    uint8_t why;
} is;

/* --- callers --------------------------------------------------------------- */

static void op_request(const struct nas_line *l, struct pptp_call_request *out)
{
    (void)l;
    *out = (struct pptp_call_request){ .bearer = PPTP_BEARER_DIGITAL };
}

static void op_dial(struct nas_line *l, pptp_ns now,
                    const struct pptp_call_request *r)
{
    ck_assert_uint_eq(r->bearer, PPTP_BEARER_ANALOG);
    is.dials++;
    l->owner->event(l, now, PPTP_LINE_CONNECTED);
}

static void op_answer(struct nas_line *l, pptp_ns now)
{
    is.answers++;
    is.at = now;
    l->owner->event(l, now, PPTP_LINE_CONNECTED);
}

static void op_hangup(struct nas_line *l, pptp_ns now)
{
    (void)now;
    is.hangups++;
    is.why = l->why;
}

static void op_frame(struct nas_line *l, pptp_ns now, pptp_pkt pkt)
{
    (void)now;
    is.down++;
    l->owner->frame_done(l, pkt);
}

static const struct nas_line_ops caller_ops = { .request = op_request,
                                                .dial = op_dial,
                                                .answer = op_answer,
                                                .hangup = op_hangup,
                                                .frame = op_frame };

/* --- the PAC --------------------------------------------------------------- */

static void pac_ring(struct nas_line *l, pptp_ns now)
{
    is.rings++;
    is.rang = l->index;
    is.at = now;
}

static void pac_event(struct nas_line *l, pptp_ns now, enum pptp_line_event e)
{
    (void)now;
    is.events++;
    is.event = e;
    is.heard_of = l->index;
}

static void pac_frame(struct nas_line *l, pptp_ns now, pptp_pkt pkt)
{
    (void)l;
    (void)now;
    is.up++;
    pptp_pool_free(&pool, pkt);
}

static void pac_done(struct nas_line *l, pptp_pkt pkt)
{
    (void)l;
    is.done++;
    pptp_pool_free(&pool, pkt);
}

static const struct nas_line_owner pac = { .ring = pac_ring,
                                           .event = pac_event,
                                           .frame = pac_frame,
                                           .frame_done = pac_done,
                                           .frame_dropped = pac_done };

/* --- the world ------------------------------------------------------------- */

static void on_asked(void *ctx, const struct sim_line *l,
                     struct pptp_call_request *r)
{
    (void)ctx;
    (void)l;
    strcpy(r->dialing, "1000003");
}

static void on_lost(void *ctx, pptp_pkt pkt, enum sim_place place)
{
    (void)ctx;
    (void)pkt;
    (void)place;
}

static void nothing(struct sim_line *l)
{
    (void)l;
}

static const struct sim_line_world line_world = { .asked = on_asked,
                                                  .lost = on_lost,
                                                  .told = nothing,
                                                  .settle = nothing,
                                                  .heard = nothing };

static uint64_t on_began(void *ctx, struct sim_line *s)
{
    ck_assert_ptr_eq(ctx, &phone);
    ck_assert(s >= sub && s < sub + SUBS);
    return ++is.began;
}

static void on_rings(void *ctx, uint32_t trunk, struct sim_line *s)
{
    (void)ctx;
    ck_assert_ptr_eq(sim_phone_sub(&phone, trunk), s);
    ck_assert_uint_eq(sim_phone_trunk(s), trunk);
}

static struct sim_line *on_find(void *ctx, const char number[64])
{
    (void)ctx;
    return strcmp(number, "1000003") == 0 ? &sub[3] : NULL;
}

static const struct sim_phone_world world = { .began = on_began,
                                              .rings = on_rings,
                                              .find = on_find };

static void begin_hunted(uint32_t first, uint32_t second,
                         enum trunks_order order)
{
    uint32_t i;

    memset(&is, 0, sizeof is);
    memset(caller, 0, sizeof caller);
    memset(group, 0, sizeof group);
    group[0].n = first;
    group[0].order = order;
    group[1].n = second;
    pptp_pool_init(&pool, mem, PACKETS, BUF);
    ck_assert_int_eq(sim_calendar_init(&cal, 1000), 0);
    kind = (struct sim_lines){ .cal = &cal,
                               .pool = &pool,
                               .world = &line_world,
                               .config = { .rate_bps = 28800,
                                           .buffer_packets = 3 } };
    phone = (struct sim_phone){
        .cal = &cal,
        .pool = &pool,
        .world = &world,
        .ctx = &phone,
        .config = { .name = "test",
                    .number = "5550100",
                    .dial_tone_ns = 1000 * PPTP_MS,
                    .digit_ns = 200 * PPTP_MS,
                    .post_dial_ns = 600 * PPTP_MS,
                    .answer_ns = ANSWERS_NS,
                    .train_ns = TRAINS_NS,
                    .tone_ns = TONE_NS },
    };
    ck_assert_int_eq(sim_phone_init(&phone, group, second > 0 ? 2 : 1), 0);
    for (i = 0; i < phone.trunks; i++) {
        phone.trunk[i].line.owner = &pac;
        phone.trunk[i].line.index = i;
    }
    for (i = 0; i < SUBS; i++) {
        caller[i].ops = &caller_ops;
        caller[i].dials = true;
        sim_line_init(&sub[i], &kind, &caller[i]);
        sim_phone_plug(&phone, &sub[i]);
    }
}

static void begin(uint32_t first, uint32_t second)
{
    begin_hunted(first, second, TRUNKS_LONGEST_IDLE);
}

static void end(void)
{
    sim_calendar_run(&cal, UINT64_MAX);
    sim_phone_fini(&phone);
    sim_lines_fini(&kind);
    sim_calendar_fini(&cal);
}

static void to(pptp_ns at)
{
    ck_assert(sim_calendar_run(&cal, at));
}

static void calls(uint32_t i)
{
    caller[i].owner->ring(&caller[i], cal.now);
}

static struct nas_line *trunk(uint32_t i)
{
    return &phone.trunk[i].line;
}

static pptp_pkt frame(void)
{
    pptp_pkt pkt = pptp_pool_take(&pool, PPTP_HEADROOM);

    pptp_pool_at(&pool, pkt)->head_len = 96;
    return pkt;
}

/* --- tests ---------------------------------------------------------------- */

/* Off hook to CONNECT: each phase in its time, and the trunk is free again. */
START_TEST(a_call)
{
    struct pptp_call_request r;
    struct pptp_line_info info;

    begin(2, 0);
    calls(0);
    to(DIALS_NS - 1);
    ck_assert_uint_eq(is.rings, 0);
    ck_assert_uint_eq(group[0].set.busy, 0);
    to(DIALS_NS);
    ck_assert_uint_eq(is.rings, 1);
    ck_assert_uint_eq(is.rang, 0);
    trunk(0)->ops->request(trunk(0), &r);
    ck_assert_str_eq(r.number, "5550100");
    ck_assert_str_eq(r.dialing, "1000003");
    ck_assert_uint_eq(r.bearer, PPTP_BEARER_ANALOG);
    trunk(0)->ops->answer(trunk(0), cal.now);
    to(DIALS_NS + ANSWERS_NS + TRAINS_NS - 1);
    ck_assert_uint_eq(is.events, 0);
    to(DIALS_NS + ANSWERS_NS + TRAINS_NS);
    ck_assert_uint_eq(is.answers, 1);
    ck_assert_int_eq(is.event, PPTP_LINE_CONNECTED);
    trunk(0)->ops->info(trunk(0), &info);
    ck_assert_uint_eq(info.connect_bps, 28800);
    ck_assert_uint_eq(info.phys_channel, 0);
    caller[0].owner->frame(&caller[0], cal.now, frame());
    trunk(0)->ops->frame(trunk(0), cal.now, frame());
    to(cal.now + PPTP_S);
    ck_assert_uint_eq(is.up, 1);
    ck_assert_uint_eq(is.down, 1);
    ck_assert_uint_eq(is.done, 1);
    to(DIALS_NS + 60 * PPTP_S);
    trunk(0)->ops->frame(trunk(0), cal.now, frame()); /* is cut off */
    trunk(0)->why = NAS_WHY_CLEARED;
    trunk(0)->ops->hangup(trunk(0), cal.now);
    ck_assert_uint_eq(is.hangups, 1);
    ck_assert_uint_eq(is.why, NAS_WHY_CLEARED);
    ck_assert_uint_eq(is.done, 2);
    ck_assert_uint_eq(pool.used, 0);
    ck_assert_uint_eq(sim_phone_trunk(&sub[0]), SIM_PHONE_NOBODY);
    ck_assert_uint_eq(group[0].set.busy, 0);
    to(1000 * PPTP_S);
    sim_phone_settle(&phone, false);
    ck_assert_uint_eq(group[0].stats.busy_ns, 60 * PPTP_S);
    ck_assert_uint_eq(group[0].stats.most_busy, 1);
    ck_assert_uint_eq(phone.stats.connected, 1);
    ck_assert_uint_eq(phone.stats.train.min_ns, TRAINS_NS);
    ck_assert_uint_eq(phone.stats.ring.min_ns, ANSWERS_NS);
    end();
}
END_TEST

/* The third of two trunks in two groups hears a tone; idle trunks are taken
 * in the order in which they became so. */
START_TEST(blocked)
{
    begin(1, 1);
    calls(0);
    calls(1);
    to(1);
    calls(2);
    to(DIALS_NS + 1);
    ck_assert_uint_eq(is.rings, 2);
    ck_assert_uint_eq(group[0].stats.offered, 3);
    ck_assert_uint_eq(group[0].stats.refused, 2);
    ck_assert_uint_eq(group[1].stats.offered, 2);
    ck_assert_uint_eq(group[1].stats.refused, 1);
    ck_assert_uint_eq(phone.stats.blocked, 1);
    ck_assert_uint_eq(is.hangups, 0);
    to(DIALS_NS + 1 + TONE_NS);
    ck_assert_uint_eq(is.hangups, 1);
    ck_assert_uint_eq(is.why, NAS_WHY_BUSY);
    ck_assert_uint_eq(is.events, 0);
    end();

    begin(3, 0);
    calls(0);
    to(DIALS_NS);
    ck_assert_uint_eq(is.rang, 0);
    trunk(0)->ops->hangup(trunk(0), cal.now);
    calls(1);
    to(2 * DIALS_NS);
    ck_assert_uint_eq(is.rang, 1);
    end();
}
END_TEST

/* Where the next call rings when trunk 0 is idle again, and 1 is busy. */
START_TEST(hunted)
{
    static const struct {
        enum trunks_order order;
        uint32_t next;
    } known[] = { { TRUNKS_LONGEST_IDLE, 2 },
                  { TRUNKS_LEAST_IDLE, 0 },
                  { TRUNKS_LINEAR, 0 },
                  { TRUNKS_CIRCULAR, 2 } };

    for (unsigned i = 0; i < 4; i++) {
        begin_hunted(4, 0, known[i].order);
        calls(0);
        calls(1);
        to(DIALS_NS);
        ck_assert_uint_eq(is.rang, 1);
        trunk(0)->ops->hangup(trunk(0), cal.now);
        calls(2);
        to(2 * DIALS_NS);
        ck_assert_uint_eq(is.rang, known[i].next);
        ck_assert_uint_eq(group[0].set.busy, 2);
        end();
    }
}
END_TEST

/* Half of a call was before measuring began. */
START_TEST(measured_from)
{
    begin(2, 0);
    calls(0);
    to(DIALS_NS + 10 * PPTP_S);
    sim_phone_measure(&phone);
    calls(1);
    to(DIALS_NS + 40 * PPTP_S);
    trunk(0)->ops->hangup(trunk(0), cal.now);
    trunk(1)->ops->hangup(trunk(1), cal.now);
    to(1000 * PPTP_S);
    sim_phone_settle(&phone, true);
    ck_assert_uint_eq(phone.stats.attempts, 1);
    ck_assert_uint_eq(phone.stats.dial.n, 1);
    ck_assert_uint_eq(group[0].stats.offered, 1);
    ck_assert_uint_eq(group[0].stats.most_busy, 2);
    ck_assert_uint_eq(group[0].stats.busy_ns, 60 * PPTP_S - DIALS_NS);
    end();
}
END_TEST

/* He gives up: while he dials nobody has heard of it, later the PAC has. */
START_TEST(abandoned)
{
    begin(1, 0);
    calls(0);
    to(DIALS_NS / 2);
    caller[0].owner->event(&caller[0], cal.now, PPTP_LINE_DROPPED);
    ck_assert_uint_eq(is.hangups, 1);
    ck_assert_uint_eq(phone.stats.abandoned, 1);
    calls(0); /* while the step of the first is to come */
    to(DIALS_NS);
    ck_assert_uint_eq(is.rings, 0);
    to(2 * DIALS_NS);
    ck_assert_uint_eq(is.rings, 1);
    caller[0].owner->event(&caller[0], cal.now, PPTP_LINE_DROPPED);
    ck_assert_int_eq(is.event, PPTP_LINE_DROPPED);
    ck_assert_uint_eq(is.hangups, 1);
    trunk(0)->ops->hangup(trunk(0), cal.now);
    ck_assert_uint_eq(is.hangups, 2);
    ck_assert_uint_eq(phone.stats.abandoned, 1);
    end();
}
END_TEST

START_TEST(modems_fail)
{
    begin(1, 0);
    phone.config.train_failure = 1;
    calls(0);
    to(DIALS_NS);
    trunk(0)->ops->answer(trunk(0), cal.now);
    to(60 * PPTP_S);
    ck_assert_int_eq(is.event, PPTP_LINE_DROPPED);
    ck_assert_uint_eq(is.answers, 0);
    ck_assert_uint_eq(phone.stats.not_trained, 1);
    trunk(0)->ops->hangup(trunk(0), cal.now);
    end();
}
END_TEST

/* 2.8: what a PNS hears of a call that it wanted. */
START_TEST(placed)
{
    struct pptp_call_request r = { .number = "1000003" };
    struct pptp_line_info info;

    begin(2, 0);
    trunk(1)->ops->dial(trunk(1), 0, &r);
    to(600 * PPTP_MS + ANSWERS_NS + TRAINS_NS);
    ck_assert_uint_eq(is.dials, 1);
    ck_assert_uint_eq(is.heard_of, 1);
    ck_assert_int_eq(is.event, PPTP_LINE_CONNECTED);
    ck_assert_uint_eq(sim_phone_trunk(&sub[3]), 1);
    /* he is in that call */
    trunk(0)->ops->dial(trunk(0), cal.now, &r);
    to(cal.now + 600 * PPTP_MS);
    ck_assert_int_eq(is.event, PPTP_LINE_BUSY);
    trunk(0)->ops->info(trunk(0), &info);
    ck_assert_uint_eq(info.cause, 17);
    trunk(0)->ops->hangup(trunk(0), cal.now);
    ck_assert_uint_eq(is.hangups, 0);
    ck_assert_uint_eq(sim_phone_trunk(&sub[3]), 1);
    /* nobody has the number */
    r.number[0] = '9';
    trunk(0)->ops->dial(trunk(0), cal.now, &r);
    ck_assert_int_eq(is.event, PPTP_LINE_NO_CARRIER);
    trunk(0)->ops->info(trunk(0), &info);
    ck_assert_uint_eq(info.cause, 1);
    trunk(0)->ops->hangup(trunk(0), cal.now);
    trunk(1)->ops->hangup(trunk(1), cal.now);
    ck_assert_uint_eq(is.hangups, 1);
    ck_assert_uint_eq(group[0].set.busy, 0);
    ck_assert_uint_eq(phone.stats.placed, 3);
    end();
}
END_TEST

/* The PAC hangs up while the network looks for whom it wanted. */
START_TEST(placed_in_vain)
{
    struct pptp_call_request r = { .number = "1000003" };

    begin(1, 0);
    trunk(0)->ops->dial(trunk(0), 0, &r);
    to(100 * PPTP_MS);
    trunk(0)->ops->hangup(trunk(0), cal.now);
    to(60 * PPTP_S);
    ck_assert_uint_eq(is.dials + is.hangups + is.events, 0);
    ck_assert_uint_eq(group[0].set.busy, 0);
    end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = { a_call,        hunted,         blocked,
                                   measured_from, abandoned,      modems_fail,
                                   placed,        placed_in_vain, NULL };

    return rig_main("sim_phone", tests);
}
