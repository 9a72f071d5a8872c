/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Simulated telephone lines, sim/line.h: signals at once, frames in their
 * time, and what becomes of those on the way when a call ends. */
#include "config.h"

#include <check.h>
#include <string.h>

#include "sim/line.h"

enum { PACKETS = 64, BUF = 200, OCTETS = 96, PLACES = SIM_PLACES };

/* 1,000 octets a second: a frame of 96, and 4 of framing, takes 100 ms. */
#define FRAME_NS (100 * PPTP_MS)

static uint8_t mem[PACKETS * (BUF + 128)] __attribute__((aligned(64)));
static struct pptp_pool pool;
static struct sim_calendar cal;
static struct sim_lines kind;
static struct sim_line line[2];
static struct nas_line caller[2];

/* What both ends and the world have heard. */
static struct {
    unsigned rings, events, dials, answers, hangups, byes, accms;
    unsigned up, down, done, dropped, lost[PLACES];
    unsigned asked, told, settled, heard;
    enum pptp_line_event event;
    pptp_ns up_at, down_at, done_at;
    pptp_pkt down_pkt;
    bool hangs_up; /* the PAC does, when a frame comes */
} is;

/* --- the caller ----------------------------------------------------------- */

static void op_request(const struct nas_line *l, struct pptp_call_request *out)
{
    (void)l;
    *out = (struct pptp_call_request){ .bearer = PPTP_BEARER_DIGITAL };
}

static void op_dial(struct nas_line *l, pptp_ns now,
                    const struct pptp_call_request *r)
{
    (void)r;
    is.dials++;
    l->owner->event(l, now, PPTP_LINE_BUSY);
}

static void op_answer(struct nas_line *l, pptp_ns now)
{
    is.answers++;
    l->owner->event(l, now, PPTP_LINE_CONNECTED);
}

static void op_hangup(struct nas_line *l, pptp_ns now)
{
    (void)now;
    is.hangups++;
    l->finished = true;
}

static void op_bye(struct nas_line *l, pptp_ns now)
{
    (void)l;
    (void)now;
    is.byes++;
}

static void op_accm(struct nas_line *l, uint32_t tx_accm, uint32_t rx_accm)
{
    (void)l;
    is.accms += tx_accm == 1 && rx_accm == 2;
}

static void op_frame(struct nas_line *l, pptp_ns now, pptp_pkt pkt)
{
    is.down++;
    is.down_at = now;
    is.down_pkt = pkt;
    ck_assert_uint_eq(pptp_packet_len(pptp_pool_at(&pool, pkt)), OCTETS);
    l->owner->frame_done(l, pkt);
}

static const struct nas_line_ops caller_ops = { .request = op_request,
                                                .dial = op_dial,
                                                .answer = op_answer,
                                                .hangup = op_hangup,
                                                .bye = op_bye,
                                                .accm = op_accm,
                                                .frame = op_frame };

/* --- the PAC -------------------------------------------------------------- */

static void pac_ring(struct nas_line *l, pptp_ns now)
{
    (void)l;
    (void)now;
    is.rings++;
}

static void pac_event(struct nas_line *l, pptp_ns now, enum pptp_line_event e)
{
    (void)l;
    (void)now;
    is.events++;
    is.event = e;
}

static void pac_frame(struct nas_line *l, pptp_ns now, pptp_pkt pkt)
{
    is.up++;
    is.up_at = now;
    pptp_pool_free(&pool, pkt);
    if (is.hangs_up)
        l->ops->hangup(l, now);
}

static void pac_done(struct nas_line *l, pptp_pkt pkt)
{
    (void)l;
    is.done++;
    is.done_at = cal.now;
    pptp_pool_free(&pool, pkt);
}

static void pac_dropped(struct nas_line *l, pptp_pkt pkt)
{
    (void)l;
    is.dropped++;
    pptp_pool_free(&pool, pkt);
}

static const struct nas_line_owner pac = { .ring = pac_ring,
                                           .event = pac_event,
                                           .frame = pac_frame,
                                           .frame_done = pac_done,
                                           .frame_dropped = pac_dropped };

/* --- the world ------------------------------------------------------------ */

static void on_asked(void *ctx, const struct sim_line *l,
                     struct pptp_call_request *r)
{
    ck_assert_ptr_eq(ctx, &kind);
    ck_assert_ptr_eq(l, &line[1]);
    is.asked++;
    strcpy(r->dialing, "5550199");
}

static void on_lost(void *ctx, pptp_pkt pkt, enum sim_place place)
{
    ck_assert_ptr_eq(ctx, &kind);
    (void)pkt;
    is.lost[place]++;
}

static void on_told(struct sim_line *l)
{
    (void)l;
    is.told++;
}

static void on_settle(struct sim_line *l)
{
    (void)l;
    is.settled++;
}

static void on_heard(struct sim_line *l)
{
    (void)l;
    is.heard++;
}

static const struct sim_line_world world = { .asked = on_asked,
                                             .lost = on_lost,
                                             .told = on_told,
                                             .settle = on_settle,
                                             .heard = on_heard };

static void begin(pptp_ns delay_ns)
{
    uint32_t i;

    memset(&is, 0, sizeof is);
    memset(caller, 0, sizeof caller);
    pptp_pool_init(&pool, mem, PACKETS, BUF);
    ck_assert_int_eq(sim_calendar_init(&cal, 1000), 0);
    kind = (struct sim_lines){ .cal = &cal,
                               .pool = &pool,
                               .world = &world,
                               .ctx = &kind,
                               .config = { .rate_bps = 8000,
                                           .delay_ns = delay_ns,
                                           .buffer_packets = 3 },
                               .ppd_ds = 7 };
    for (i = 0; i < 2; i++) {
        caller[i].ops = &caller_ops;
        caller[i].dials = i == 1;
        sim_line_init(&line[i], &kind, &caller[i]);
        line[i].line.owner = &pac;
        line[i].line.index = 40 + i;
    }
}

static void end(void)
{
    sim_calendar_run(&cal, UINT64_MAX);
    ck_assert_uint_eq(pool.used, 0);
    sim_lines_fini(&kind);
    sim_calendar_fini(&cal);
}

static pptp_pkt frame(void)
{
    pptp_pkt pkt = pptp_pool_take(&pool, PPTP_HEADROOM);
    struct pptp_packet *k = pptp_pool_at(&pool, pkt);

    memcpy(pptp_packet_data(k), "head", 4);
    k->head_len = 4;
    k->tail_len = OCTETS - 4;
    k->born_ns = 77;
    k->world[2] = 5;
    return pkt;
}

static void down(uint32_t i)
{
    struct nas_line *l = &line[i].line;

    l->ops->frame(l, cal.now, frame());
}

static void up(uint32_t i)
{
    caller[i].owner->frame(&caller[i], cal.now, frame());
}

static void to(pptp_ns at)
{
    ck_assert(sim_calendar_run(&cal, at));
}

/* --- tests ---------------------------------------------------------------- */

START_TEST(signals)
{
    struct nas_line *l = &line[1].line;
    struct pptp_call_request r;
    struct pptp_line_info info;

    begin(0);
    ck_assert(l->dials && !line[0].line.dials);
    caller[1].owner->ring(&caller[1], 0);
    ck_assert_uint_eq(is.rings, 1);
    ck_assert_uint_eq(is.told, 1);
    l->ops->request(l, &r);
    ck_assert_uint_eq(r.phys_channel, 41);
    ck_assert_str_eq(r.dialing, "5550199");
    ck_assert_uint_eq(is.asked, 1);
    l->remote = 9;
    l->ops->answer(l, 0);
    ck_assert_uint_eq(caller[1].remote, 9);
    ck_assert_int_eq(is.event, PPTP_LINE_CONNECTED);
    l->ops->info(l, &info);
    ck_assert_uint_eq(info.connect_bps, 8000);
    ck_assert_uint_eq(info.ppd_ds, 7);
    l->ops->accm(l, 1, 2);
    ck_assert_uint_eq(is.accms, 1);
    l->ops->hold(l, 0, true);
    l->ops->bye(l, 0);
    ck_assert_uint_eq(is.byes, 1);
    l->why = NAS_WHY_CLEARED;
    l->ops->hangup(l, 0);
    ck_assert_uint_eq(caller[1].why, NAS_WHY_CLEARED);
    ck_assert(l->finished);
    l->ops->dial(l, 0, &r);
    ck_assert_int_eq(is.event, PPTP_LINE_BUSY);
    ck_assert_uint_eq(is.events, 2);
    ck_assert_uint_eq(is.heard, 4);
    ck_assert(!l->polled && l->ops->deadline == NULL);
    end();
}
END_TEST

/* Without delay the tunnel's own packet goes to the caller, and back. */
START_TEST(frames)
{
    begin(0);
    down(0);
    up(0);
    to(FRAME_NS - 1);
    ck_assert_uint_eq(is.down + is.up, 0);
    to(FRAME_NS);
    ck_assert_uint_eq(is.down, 1);
    ck_assert_uint_eq(is.up, 1);
    ck_assert_uint_eq(is.done, 1);
    ck_assert_uint_eq(is.settled, 2);
    /* the wire is for any line now */
    down(1);
    ck_assert_ptr_null(line[0].wire);
    to(2 * FRAME_NS);
    ck_assert_uint_eq(is.down, 2);
    /* one after the other, and of two lines at once, with two wires */
    down(0);
    down(0);
    down(1);
    ck_assert_ptr_ne(line[0].wire, line[1].wire);
    to(3 * FRAME_NS);
    ck_assert_uint_eq(is.down, 4);
    to(4 * FRAME_NS);
    ck_assert_uint_eq(is.down, 5);
    end();
}
END_TEST

/* What is on its way is a copy: the tunnel has its own back when it has left,
 * without the mark. */
START_TEST(delay)
{
    struct pptp_packet *k;

    begin(PPTP_S);
    down(0);
    up(0);
    to(FRAME_NS);
    ck_assert_uint_eq(is.done, 1);
    ck_assert_uint_eq(is.down, 0);
    to(FRAME_NS + PPTP_S);
    ck_assert_uint_eq(is.down_at, FRAME_NS + PPTP_S);
    ck_assert_uint_eq(is.up_at, FRAME_NS + PPTP_S);
    k = pptp_pool_at(&pool, is.down_pkt);
    ck_assert_uint_eq(k->born_ns, 77);
    down(1); /* nothing is to come for the first line any more */
    ck_assert_ptr_null(line[0].wire);
    end();
}
END_TEST

START_TEST(full)
{
    uint32_t i;

    begin(0);
    for (i = 0; i < 5; i++) {
        down(0);
        up(0);
    }
    ck_assert_uint_eq(is.dropped, 2);
    ck_assert_uint_eq(is.lost[SIM_PLACE_line], 4);
    ck_assert_uint_eq(sim_lines_full(&kind), 4);
    to(3 * FRAME_NS);
    ck_assert_uint_eq(is.down, 3);
    ck_assert_uint_eq(is.up, 3);
    end();
}
END_TEST

/* Of each frame in the line or on it, one loss; the next call, on the same
 * line, gets none of them. */
START_TEST(hang_up)
{
    struct nas_line *l = &line[0].line;

    begin(PPTP_S);
    down(0);
    up(0);
    to(FRAME_NS);
    down(0);
    up(0);
    l->ops->hangup(l, cal.now);
    ck_assert_uint_eq(is.dropped, 1);
    ck_assert_uint_eq(is.lost[SIM_PLACE_call_end], 1);
    down(0);
    to(10 * PPTP_S);
    ck_assert_uint_eq(is.lost[SIM_PLACE_call_end], 4);
    ck_assert_uint_eq(is.down, 1);
    ck_assert_uint_eq(is.up, 0);
    /* both wires are free again */
    down(0);
    down(1);
    to(20 * PPTP_S);
    ck_assert_uint_eq(is.down, 3);
    end();
}
END_TEST

/* Who hangs up within a frame gives the wire back once: two lines after that
 * have one each. */
START_TEST(hang_up_within)
{
    begin(PPTP_S);
    is.hangs_up = true;
    up(0);
    to(2 * PPTP_S);
    ck_assert_uint_eq(is.hangups, 1);
    is.hangs_up = false;
    up(0);
    up(1);
    ck_assert_ptr_ne(line[0].wire, line[1].wire);
    to(2 * PPTP_S + FRAME_NS + PPTP_S);
    ck_assert_uint_eq(is.up, 3);
    end();
}
END_TEST

/* Whatever its users' time is, frames have the calendar's. */
START_TEST(own_time)
{
    begin(0);
    caller[0].owner->frame(&caller[0], PPTP_S, frame());
    line[0].line.ops->frame(&line[0].line, PPTP_S, frame());
    to(FRAME_NS / 2);
    up(0);
    to(FRAME_NS);
    ck_assert_uint_eq(is.up, 1);
    ck_assert_uint_eq(is.down_at, FRAME_NS);
    to(2 * FRAME_NS);
    ck_assert_uint_eq(is.up_at, 2 * FRAME_NS);
    end();
}
END_TEST

/* Neither a copy nor a wire can be had: lost, and counted as what it is. */
START_TEST(no_packet)
{
    pptp_pkt held[PACKETS];
    unsigned n = 0;

    begin(PPTP_S);
    down(0);
    while (pool.used < PACKETS)
        held[n++] = pptp_pool_take(&pool, 0);
    to(FRAME_NS);
    ck_assert_uint_eq(is.lost[SIM_PLACE_pool], 1);
    ck_assert_uint_eq(is.done, 1);
    while (n > 0)
        pptp_pool_free(&pool, held[--n]);
    end();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("sim_line");
    TCase *t = tcase_create("line");
    SRunner *r = srunner_create(s);
    int failed;

    tcase_add_test(t, signals);
    tcase_add_test(t, frames);
    tcase_add_test(t, delay);
    tcase_add_test(t, full);
    tcase_add_test(t, hang_up);
    tcase_add_test(t, hang_up_within);
    tcase_add_test(t, own_time);
    tcase_add_test(t, no_packet);
    suite_add_tcase(s, t);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
