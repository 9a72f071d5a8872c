/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Calls, RFC 2637 §3.2 and §2.7 to §2.15, as one whole peer shows them: the
 * test plays the other end of every control connection and every line.
 * Identifiers in comments are those of the requirements list.
 *
 * What is in `scenarios` runs twice: each alone, and all in one process, to
 * see that together they take every row of the four tables.
 */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "pptp/call.h"
#include "pptp/ctrl.h"
#include "tests/support/rig.h"

#define PAC PPTP_ROLE_PAC
#define PNS PPTP_ROLE_PNS
#define BOTH PPTP_ROLE_BOTH
#define FAR UINT32_C(0x0a000001)
#define FAR2 UINT32_C(0x0a000003)
#define HOUR (3600 * PPTP_S)
#define ROWS 32

#define EQ(a, b) ck_assert_uint_eq((uintmax_t)(a), (uintmax_t)(b))
#define N(a) (sizeof(a) / sizeof((a)[0]))

static struct rig r;
static struct pptp_config conf;
static struct pptp_limits lim;
static pptp_conn_id cn; /* the connection of most tests */
static pptp_call_id cl; /* and the call */
static uint16_t mine;   /* our Call ID of it */
static uint32_t hits[PPTP_MACHINES][ROWS];

/* --- the start and the end of a scenario -------------------------------- */

/* The configuration that most scenarios want; then start(). */
static void defaults(uint8_t role)
{
    pptp_config_default(&conf);
    pptp_limits_default(&lim);
    conf.role = role;
    conf.idle_timeout_ns = HOUR; /* no echoes between our messages */
    conf.win.recv_window = 21;
    conf.ppd_ds = 4;
}

static void start(void)
{
    rig_start(&r, &conf, &lim);
    cn = rig_up(&r, FAR);
    cl = PPTP_NONE;
}

static void begin(uint8_t role)
{
    defaults(role);
    start();
}

static void finish(void)
{
    unsigned m, i, n;

    for (m = 0; m < PPTP_MACHINES; m++) {
        pptp_peer_row_hits(r.peer, 2 + m, 0, &n);
        for (i = 0; i < n; i++)
            hits[m][i] += pptp_peer_row_hits(r.peer, 2 + m, i, &n);
    }
    rig_stop(&r);
}

static const struct pptp_stats *st(void)
{
    return pptp_peer_stats(r.peer);
}

static void drain(void)
{
    rig_to(&r, r.now);
}

static struct pptp_call_info info(pptp_call_id call)
{
    struct pptp_call_info i;

    ck_assert_int_eq(pptp_peer_call_info(r.peer, call, &i), 0);
    return i;
}

static void in_state(pptp_call_id call, enum pptp_call_state s)
{
    ck_assert_str_eq(pptp_call_state_name(info(call).state),
                     pptp_call_state_name(s));
}

/* The handle is dead. */
static void gone(pptp_call_id call)
{
    ck_assert_int_eq(pptp_peer_call_close(r.peer, r.now, call),
                     PPTP_ERR_UNKNOWN);
}

/* --- what the test says ------------------------------------------------- */

static void say_ocrq(pptp_conn_id c, uint16_t id)
{
    struct pptp_msg m = { .type = PPTP_OCRQ };

    m.ocrq.call_id = id;
    m.ocrq.call_serial = 77;
    m.ocrq.min_bps = 9600;
    m.ocrq.max_bps = 64000;
    m.ocrq.bearer = PPTP_BEARER_ANY;
    m.ocrq.framing = PPTP_FRAMING_EITHER;
    m.ocrq.recv_window = 9;
    m.ocrq.ppd_ds = 2;
    rig_msg(&r, c, &m);
}

static void say_ocrp(pptp_conn_id c, uint16_t to, uint16_t id, uint8_t result)
{
    struct pptp_msg m = { .type = PPTP_OCRP };

    m.ocrp.call_id = id;
    m.ocrp.peer_call_id = to;
    m.ocrp.result = result;
    m.ocrp.connect_bps = 28800;
    m.ocrp.phys_channel = 5;
    m.ocrp.recv_window = 7;
    rig_msg(&r, c, &m);
}

static void say_icrq(pptp_conn_id c, uint16_t id)
{
    struct pptp_msg m = { .type = PPTP_ICRQ };

    m.icrq.call_id = id;
    m.icrq.call_serial = 78;
    m.icrq.bearer = PPTP_BEARER_DIGITAL;
    m.icrq.phys_channel = 6;
    rig_msg(&r, c, &m);
}

static void say_icrp(pptp_conn_id c, uint16_t to, uint16_t id, uint8_t result)
{
    struct pptp_msg m = { .type = PPTP_ICRP };

    m.icrp.call_id = id;
    m.icrp.peer_call_id = to;
    m.icrp.result = result;
    m.icrp.recv_window = 8;
    rig_msg(&r, c, &m);
}

static void say_iccn(pptp_conn_id c, uint16_t to)
{
    struct pptp_msg m = { .type = PPTP_ICCN };

    m.iccn.peer_call_id = to;
    m.iccn.connect_bps = 33600;
    m.iccn.recv_window = 6;
    m.iccn.framing = PPTP_FRAMING_ASYNC;
    rig_msg(&r, c, &m);
}

static void say_ccrq(pptp_conn_id c, uint16_t id)
{
    struct pptp_msg m = { .type = PPTP_CCRQ };

    m.ccrq.call_id = id;
    rig_msg(&r, c, &m);
}

static void say_cdn(pptp_conn_id c, uint16_t id, uint8_t result)
{
    struct pptp_msg m = { .type = PPTP_CDN };

    m.cdn.call_id = id;
    m.cdn.result = result;
    m.cdn.cause = 16;
    rig_msg(&r, c, &m);
}

static void say_wen(pptp_conn_id c, uint16_t to, uint32_t crc)
{
    struct pptp_msg m = { .type = PPTP_WEN };

    m.wen.peer_call_id = to;
    m.wen.crc_errors = crc;
    m.wen.framing_errors = 2;
    m.wen.hw_overruns = 3;
    m.wen.buffer_overruns = 4;
    m.wen.timeout_errors = 5;
    m.wen.alignment_errors = 6;
    rig_msg(&r, c, &m);
}

static void say_sli(pptp_conn_id c, uint16_t to, uint32_t tx, uint32_t rx)
{
    struct pptp_msg m = { .type = PPTP_SLI };

    m.sli.peer_call_id = to;
    m.sli.send_accm = tx;
    m.sli.recv_accm = rx;
    rig_msg(&r, c, &m);
}

static const struct pptp_call_request ask = { .bearer = PPTP_BEARER_ANALOG,
                                              .framing = PPTP_FRAMING_EITHER,
                                              .min_bps = 9600,
                                              .max_bps = 64000,
                                              .phys_channel = 3,
                                              .number = "5551234",
                                              .dialing = "5559",
                                              .subaddress = "sub" };

static pptp_call_id ring(pptp_conn_id c)
{
    pptp_call_id h;

    ck_assert_int_eq(pptp_peer_ring(r.peer, r.now, c, &ask, &h), 0);
    drain();
    return h;
}

static pptp_call_id call_out(pptp_conn_id c)
{
    pptp_call_id h;

    ck_assert_int_eq(pptp_peer_call_open(r.peer, r.now, c, &ask, &h), 0);
    drain();
    return h;
}

static void hang_up(pptp_call_id h)
{
    ck_assert_int_eq(pptp_peer_call_close(r.peer, r.now, h), 0);
    drain();
}

static const struct pptp_line_info line = { .connect_bps = 31200,
                                            .framing = PPTP_FRAMING_SYNC,
                                            .phys_channel = 12,
                                            .cause = 17,
                                            .ppd_ds = 3 };

static void line_does(enum pptp_line_event e)
{
    rig_line(&r, cl, e, &line);
}

/* --- what the peer does ------------------------------------------------- */

static void took(enum pptp_action_type t, pptp_call_id h)
{
    EQ(rig_took(&r, t)->a.call, h);
}

/* CALL_DOWN of the call, with its record; the handle is then dead. */
static void down(pptp_call_id h, bool was_up, unsigned msg, unsigned result,
                 unsigned error, unsigned cause)
{
    const struct pptp_action *a = &rig_took(&r, PPTP_ACT_CALL_DOWN)->a;

    EQ(a->call, h);
    EQ(a->end.was_up, was_up);
    EQ(a->end.msg, msg);
    EQ(a->end.result, result);
    EQ(a->end.error, error);
    EQ(a->end.cause, cause);
    gone(h);
}

static void sent_cdn(pptp_conn_id c, unsigned id, unsigned result,
                     unsigned error, unsigned cause)
{
    const struct pptp_cdn *m = &rig_sent(&r, c, PPTP_CDN)->cdn;
    size_t i;

    EQ(m->call_id, id);
    EQ(m->result, result);
    EQ(m->error, error);
    EQ(m->cause, cause);
    for (i = 0; i < sizeof m->stats; i++)
        EQ(m->stats[i], 0);
}

static void sent_ccrq(pptp_conn_id c, unsigned id)
{
    EQ(rig_sent(&r, c, PPTP_CCRQ)->ccrq.call_id, id);
}

static void sent_ocrp_bad(pptp_conn_id c, unsigned peer_id, unsigned result,
                          unsigned error, unsigned cause)
{
    const struct pptp_ocrp *m = &rig_sent(&r, c, PPTP_OCRP)->ocrp;

    EQ(m->call_id, 0); /* */
    EQ(m->peer_call_id, peer_id);
    EQ(m->result, result);
    EQ(m->error, error);
    EQ(m->cause, cause);
}

static void sent_icrp_bad(pptp_conn_id c, unsigned peer_id, unsigned result,
                          unsigned error)
{
    const struct pptp_icrp *m = &rig_sent(&r, c, PPTP_ICRP)->icrp;

    EQ(m->call_id, 0);
    EQ(m->peer_call_id, peer_id);
    EQ(m->result, result);
    EQ(m->error, error);
}

/* --- to each state ------------------------------------------------------ */

#define THEIRS 700 /* the other side's Call ID */

static void to_pac_in_wait_reply(void)
{
    cl = ring(cn);
    mine = rig_sent(&r, cn, PPTP_ICRQ)->icrq.call_id;
    in_state(cl, PPTP_CALL_WAIT_REPLY);
}

static void to_pac_in_wait_line(void)
{
    to_pac_in_wait_reply();
    say_icrp(cn, mine, THEIRS, PPTP_ICRP_ACCEPT);
    took(PPTP_ACT_LINE_ANSWER, cl);
    in_state(cl, PPTP_CALL_WAIT_LINE);
}

static void to_pac_in_up(void)
{
    to_pac_in_wait_line();
    line_does(PPTP_LINE_CONNECTED);
    rig_sent(&r, cn, PPTP_ICCN);
    took(PPTP_ACT_CALL_UP, cl);
    in_state(cl, PPTP_CALL_ESTABLISHED);
}

static void to_pns_in_wait_connect(void)
{
    say_icrq(cn, THEIRS);
    cl = rig_took(&r, PPTP_ACT_CALL_NEW)->a.call;
    mine = rig_sent(&r, cn, PPTP_ICRP)->icrp.call_id;
    in_state(cl, PPTP_CALL_WAIT_CONNECT);
}

static void to_pns_in_up(void)
{
    to_pns_in_wait_connect();
    say_iccn(cn, mine);
    took(PPTP_ACT_CALL_UP, cl);
    in_state(cl, PPTP_CALL_ESTABLISHED);
}

static void to_pns_in_wait_disc(void)
{
    to_pns_in_up();
    hang_up(cl);
    sent_ccrq(cn, mine);
    in_state(cl, PPTP_CALL_WAIT_DISCONNECT);
}

static void to_pac_out_wait_cs_ans(void)
{
    say_ocrq(cn, THEIRS);
    cl = rig_took(&r, PPTP_ACT_CALL_NEW)->a.call;
    took(PPTP_ACT_LINE_DIAL, cl);
    mine = info(cl).local_id;
    in_state(cl, PPTP_CALL_WAIT_CS_ANS);
}

static void to_pac_out_up(void)
{
    to_pac_out_wait_cs_ans();
    line_does(PPTP_LINE_CONNECTED);
    EQ(rig_sent(&r, cn, PPTP_OCRP)->ocrp.call_id, mine);
    took(PPTP_ACT_CALL_UP, cl);
    in_state(cl, PPTP_CALL_ESTABLISHED);
}

static void to_pns_out_wait_reply(void)
{
    cl = call_out(cn);
    mine = rig_sent(&r, cn, PPTP_OCRQ)->ocrq.call_id;
    in_state(cl, PPTP_CALL_WAIT_REPLY);
}

static void to_pns_out_up(void)
{
    to_pns_out_wait_reply();
    say_ocrp(cn, mine, THEIRS, PPTP_OCRP_CONNECTED);
    took(PPTP_ACT_CALL_UP, cl);
    in_state(cl, PPTP_CALL_ESTABLISHED);
}

static void to_pns_out_wait_disc(void)
{
    to_pns_out_up();
    hang_up(cl);
    sent_ccrq(cn, mine);
    in_state(cl, PPTP_CALL_WAIT_DISCONNECT);
}

/* The PAC's Call ID is not known here. */
static void to_pns_out_aborted(void)
{
    to_pns_out_wait_reply();
    hang_up(cl);
    sent_ccrq(cn, mine);
    in_state(cl, PPTP_CALL_WAIT_DISCONNECT);
}

/* Stimuli of the loop over pairs without a row. */
enum stim {
    S_ICRP_OK,
    S_ICRP_NO,
    S_ICCN,
    S_OCRP_OK,
    S_OCRP_NO,
    S_CCRQ,
    S_CDN,
    S_WEN,
    S_SLI,
    S_CONNECTED,
    S_FAIL,
    S_DROP,
    S_ERRORS,
    S_CLOSE,
    S_N
};
#define B(s) (1u << (s))

static const struct place {
    void (*enter)(void);
    uint8_t role;
    bool was_up;
    unsigned admits; /* B(stimulus) of those with a row */
} places[] = {
    { to_pac_in_wait_reply, PAC, false,
      B(S_ICRP_OK) | B(S_ICRP_NO) | B(S_FAIL) | B(S_DROP) | B(S_CLOSE) },
    { to_pac_in_wait_line, PAC, false,
      B(S_CCRQ) | B(S_CONNECTED) | B(S_FAIL) | B(S_DROP) | B(S_CLOSE) },
    { to_pac_in_up, PAC, true,
      B(S_CCRQ) | B(S_SLI) | B(S_DROP) | B(S_ERRORS) | B(S_CLOSE) },
    { to_pns_in_wait_connect, PNS, false, B(S_ICCN) | B(S_CDN) | B(S_CLOSE) },
    { to_pns_in_up, PNS, true, B(S_CDN) | B(S_WEN) | B(S_CLOSE) },
    { to_pns_in_wait_disc, PNS, true, B(S_CDN) | B(S_WEN) | B(S_ICCN) },
    { to_pac_out_wait_cs_ans, PAC, false,
      B(S_CCRQ) | B(S_CONNECTED) | B(S_FAIL) | B(S_DROP) | B(S_CLOSE) },
    { to_pac_out_up, PAC, true,
      B(S_CCRQ) | B(S_SLI) | B(S_DROP) | B(S_ERRORS) | B(S_CLOSE) },
    { to_pns_out_wait_reply, PNS, false,
      B(S_OCRP_OK) | B(S_OCRP_NO) | B(S_CDN) | B(S_CLOSE) },
    { to_pns_out_up, PNS, true, B(S_CDN) | B(S_WEN) | B(S_CLOSE) },
    { to_pns_out_wait_disc, PNS, true,
      B(S_CDN) | B(S_WEN) | B(S_OCRP_OK) | B(S_OCRP_NO) },
    { to_pns_out_aborted, PNS, false,
      B(S_CDN) | B(S_WEN) | B(S_OCRP_OK) | B(S_OCRP_NO) },
};

/* --- PAC, incoming: 3.2.3.1 --------------------------------------------- */

/* R-2.9-01, -03, -06 … -08, R-2.11-01 … -03, R-3.2.3-01, -05, -08, -09 */
static void pac_in_whole(void)
{
    struct pptp_msg m;
    struct pptp_call_info i;
    uint16_t serial;

    begin(PAC);
    cl = ring(cn);
    m = *rig_sent(&r, cn, PPTP_ICRQ);
    rig_quiet(&r); /* the line is not answered yet */
    i = info(cl);
    mine = i.local_id;
    serial = i.serial;
    EQ(i.machine, PPTP_PAC_IN);
    EQ(i.conn, cn);
    EQ(m.icrq.call_id, mine);
    EQ(m.icrq.call_serial, serial);
    EQ(m.icrq.bearer, PPTP_BEARER_ANALOG);
    EQ(m.icrq.phys_channel, 3);
    EQ(m.icrq.dialed_len, 7);
    EQ(m.icrq.dialing_len, 4);
    ck_assert_mem_eq(m.icrq.dialed, ask.number, 64);
    ck_assert_mem_eq(m.icrq.dialing, ask.dialing, 64);
    ck_assert_mem_eq(m.icrq.subaddress, ask.subaddress, 64);
    say_icrp(cn, mine, THEIRS, PPTP_ICRP_ACCEPT);
    took(PPTP_ACT_LINE_ANSWER, cl);
    rig_quiet(&r); /* and ICCN waits for the line */
    line_does(PPTP_LINE_CONNECTED);
    m = *rig_sent(&r, cn, PPTP_ICCN);
    EQ(m.iccn.peer_call_id, THEIRS); /* R-2.11-02 */
    EQ(m.iccn.connect_bps, 31200);
    EQ(m.iccn.recv_window, 21);
    EQ(m.iccn.ppd_ds, 3); /* this line's */
    EQ(m.iccn.framing, PPTP_FRAMING_SYNC);
    took(PPTP_ACT_CALL_UP, cl);
    i = info(cl);
    EQ(i.state, PPTP_CALL_ESTABLISHED);
    EQ(i.peer_id, THEIRS);
    EQ(i.peer_window, 8); /* the PNS's */
    EQ(i.serial, serial);
    EQ(i.phys_channel, 12);
    EQ(st()->calls_started, 1);
    EQ(st()->calls_established, 1);
    say_ccrq(cn, THEIRS); /* R-2.12-03, R-2.13-02: our ID goes back */
    sent_cdn(cn, mine, PPTP_CDN_REQUESTED, 0, 0);
    took(PPTP_ACT_LINE_HANGUP, cl);
    down(cl, true, PPTP_CDN, PPTP_CDN_REQUESTED, 0, 0);
    EQ(st()->calls_ended, 1);
    EQ(st()->calls_failed, 0);
    finish();
}

/* R-2.10-05: both refusals; the record says which */
static void pac_in_refused(void)
{
    struct pptp_msg m = { .type = PPTP_ICRP };

    begin(PAC);
    to_pac_in_wait_reply();
    say_icrp(cn, mine, 0, PPTP_ICRP_REFUSED);
    took(PPTP_ACT_LINE_HANGUP, cl);
    down(cl, false, PPTP_ICRP, PPTP_ICRP_REFUSED, 0, 0);
    to_pac_in_wait_reply();
    m.icrp.peer_call_id = mine;
    m.icrp.result = PPTP_ICRP_GENERAL;
    m.icrp.error = PPTP_GE_NO_RESOURCE; /* R-2.16-02 */
    rig_msg(&r, cn, &m);
    took(PPTP_ACT_LINE_HANGUP, cl);
    down(cl, false, PPTP_ICRP, PPTP_ICRP_GENERAL, PPTP_GE_NO_RESOURCE, 0);
    EQ(st()->calls_failed, 2);
    finish();
}

/* R-3.2.3-10, R-2.13-01: every way that a call may fail to come about */
static void pac_in_aborted(void)
{
    static const enum pptp_line_event ends[] = { PPTP_LINE_DROPPED,
                                                 PPTP_LINE_NO_CARRIER,
                                                 PPTP_LINE_NO_ANSWER };
    void (*const enter[])(void) = { to_pac_in_wait_reply,
                                    to_pac_in_wait_line };
    size_t i, k;

    begin(PAC);
    for (k = 0; k < N(enter); k++) {
        for (i = 0; i < N(ends); i++) {
            enter[k]();
            line_does(ends[i]);
            sent_cdn(cn, mine, PPTP_CDN_LOST_CARRIER, 0, 17);
            took(PPTP_ACT_LINE_HANGUP, cl);
            down(cl, false, PPTP_CDN, PPTP_CDN_LOST_CARRIER, 0, 17);
        }
        enter[k]();
        hang_up(cl);
        sent_cdn(cn, mine, PPTP_CDN_ADMIN, 0, 0);
        took(PPTP_ACT_LINE_HANGUP, cl);
        down(cl, false, PPTP_CDN, PPTP_CDN_ADMIN, 0, 0);
    }
    to_pac_in_wait_line();
    say_ccrq(cn, THEIRS); /* R-2.12-02 */
    sent_cdn(cn, mine, PPTP_CDN_REQUESTED, 0, 0);
    took(PPTP_ACT_LINE_HANGUP, cl);
    down(cl, false, PPTP_CDN, PPTP_CDN_REQUESTED, 0, 0);
    /* a line that never answers ends its call, not the connection */
    to_pac_in_wait_line();
    rig_to(&r, r.now + conf.dial_timeout_ns - 1);
    rig_quiet(&r);
    rig_to(&r, r.now + 1);
    sent_cdn(cn, mine, PPTP_CDN_LOST_CARRIER, 0, 0);
    took(PPTP_ACT_LINE_HANGUP, cl);
    down(cl, false, PPTP_CDN, PPTP_CDN_LOST_CARRIER, 0, 0);
    EQ(st()->conns_closed, 0);
    finish();
}

static void pac_in_ends(void)
{
    begin(PAC);
    to_pac_in_up();
    line_does(PPTP_LINE_DROPPED); /* R-2.13-05: cause 17 */
    sent_cdn(cn, mine, PPTP_CDN_LOST_CARRIER, 0, 17);
    took(PPTP_ACT_LINE_HANGUP, cl);
    down(cl, true, PPTP_CDN, PPTP_CDN_LOST_CARRIER, 0, 17);
    to_pac_in_up();
    hang_up(cl);
    sent_cdn(cn, mine, PPTP_CDN_ADMIN, 0, 0);
    took(PPTP_ACT_LINE_HANGUP, cl);
    down(cl, true, PPTP_CDN, PPTP_CDN_ADMIN, 0, 0);
    finish();
}

/* R-2.11-03: what a line leaves open is still 1 or 2 on the wire */
static void pac_in_silent_line(void)
{
    static const uint32_t said[] = { 0, PPTP_FRAMING_EITHER };
    const struct pptp_msg *m;
    size_t i;

    begin(PAC);
    for (i = 0; i < N(said); i++) {
        struct pptp_line_info l = { .framing = said[i] };

        to_pac_in_wait_line();
        rig_line(&r, cl, PPTP_LINE_CONNECTED, &l);
        m = rig_sent(&r, cn, PPTP_ICCN);
        EQ(m->iccn.framing, PPTP_FRAMING_ASYNC);
        EQ(m->iccn.ppd_ds, 4); /* the configured one */
        took(PPTP_ACT_CALL_UP, cl);
        say_ccrq(cn, THEIRS);
        rig_skip(&r, PPTP_ACT_CALL_DOWN);
    }
    to_pac_in_wait_line();
    rig_line(&r, cl, PPTP_LINE_CONNECTED, NULL);
    EQ(rig_sent(&r, cn, PPTP_ICCN)->iccn.framing, PPTP_FRAMING_ASYNC);
    took(PPTP_ACT_CALL_UP, cl);
    finish();
}

/* R-2.16-07: the PNS accepts under an ID that another live call of it has */
static void pac_in_id_taken(void)
{
    pptp_call_id first;

    begin(PAC);
    to_pac_in_up();
    first = cl;
    to_pac_in_wait_reply();
    say_icrp(cn, mine, THEIRS, PPTP_ICRP_ACCEPT);
    sent_cdn(cn, mine, PPTP_CDN_GENERAL, PPTP_GE_BAD_CALL_ID, 0);
    took(PPTP_ACT_LINE_HANGUP, cl);
    down(cl, false, PPTP_CDN, PPTP_CDN_GENERAL, PPTP_GE_BAD_CALL_ID, 0);
    in_state(first, PPTP_CALL_ESTABLISHED);
    finish();
}

/* R-2.15-02 … -04: both ACCMs, until then all ones */
static void pac_link_info(void)
{
    void (*const enter[])(void) = { to_pac_in_up, to_pac_out_up };
    const struct pptp_action *a;
    size_t i;

    for (i = 0; i < N(enter); i++) {
        begin(PAC);
        enter[i]();
        EQ(info(cl).tx_accm, UINT32_MAX);
        EQ(info(cl).rx_accm, UINT32_MAX);
        say_sli(cn, mine, 0xa0000, 7); /* R-2.15-01: our ID */
        a = &rig_took(&r, PPTP_ACT_LINE_ACCM)->a;
        EQ(a->call, cl);
        EQ(a->tx_accm, 0xa0000);
        EQ(a->rx_accm, 7);
        EQ(info(cl).tx_accm, 0xa0000);
        EQ(info(cl).rx_accm, 7);
        EQ(st()->sli_rx, 1);
        say_sli(cn, (uint16_t)(mine + 1), 0, 0); /* R-2.15-08 */
        EQ(st()->msgs_unknown_call, 1);
        EQ(st()->sli_rx, 2);
        finish();
    }
}

/* --- PNS, incoming: 3.2.3.2 --------------------------------------------- */

/* R-2.10-01, -02, -04, -06, -07, R-2.11-04, R-3.2.3-07, -11 */
static void pns_in_whole(void)
{
    struct pptp_msg m = { .type = PPTP_ICRQ };
    struct pptp_call_request q;
    struct pptp_call_info i;

    begin(PNS);
    m.icrq.call_id = THEIRS;
    m.icrq.call_serial = 78;
    m.icrq.bearer = PPTP_BEARER_DIGITAL;
    m.icrq.phys_channel = 6;
    m.icrq.dialed_len = 3;
    m.icrq.dialing_len = 64;
    memset(m.icrq.dialed, '1', 64); /* R-2.9-07: three of them are valid */
    memset(m.icrq.dialing, '2', 64);
    memset(m.icrq.subaddress, '3', 64);
    rig_msg(&r, cn, &m);
    cl = rig_took(&r, PPTP_ACT_CALL_NEW)->a.call;
    m = *rig_sent(&r, cn, PPTP_ICRP);
    i = info(cl);
    EQ(i.machine, PPTP_PNS_IN);
    EQ(i.state, PPTP_CALL_WAIT_CONNECT);
    EQ(i.serial, 78); /* both log the same */
    EQ(i.phys_channel, 6);
    EQ(m.icrp.call_id, i.local_id);
    EQ(m.icrp.peer_call_id, THEIRS);
    EQ(m.icrp.result, PPTP_ICRP_ACCEPT);
    EQ(m.icrp.error, 0);
    EQ(m.icrp.recv_window, 21); /* ours */
    EQ(m.icrp.ppd_ds, 4);
    ck_assert_int_eq(pptp_peer_call_request(r.peer, cl, &q), 0);
    EQ(q.bearer, PPTP_BEARER_DIGITAL);
    ck_assert_str_eq(q.number, "111");
    EQ(q.dialing[63], '2');
    EQ(q.subaddress[63], '3');
    ck_assert_str_eq(i.number, "111");
    say_iccn(cn, i.local_id);
    took(PPTP_ACT_CALL_UP, cl);
    i = info(cl);
    EQ(i.connect_bps, 33600);
    EQ(i.framing, PPTP_FRAMING_ASYNC);
    EQ(i.peer_window, 6);
    EQ(i.peer_id, THEIRS);
    hang_up(cl);
    sent_ccrq(cn, i.local_id); /* R-2.12-01: our ID, not theirs */
    in_state(cl, PPTP_CALL_WAIT_DISCONNECT);
    say_cdn(cn, THEIRS, PPTP_CDN_REQUESTED);
    down(cl, true, PPTP_CDN, PPTP_CDN_REQUESTED, 0, 16);
    EQ(st()->calls_ended, 1);
    EQ(st()->msgs_unexpected + st()->msgs_unknown_call, 0);
    finish();
}

/* R-3.2.3.2-02, R-3.2.4.2-02: CDN in every state, any result (R-2.13-08) */
static void pns_disconnected(void)
{
    static const struct {
        void (*enter)(void);
        bool was_up;
    } at[] = {
        { to_pns_in_wait_connect, false }, { to_pns_in_up, true },
        { to_pns_in_wait_disc, true },     { to_pns_out_up, true },
        { to_pns_out_wait_disc, true },
    };
    static const uint8_t results[] = { 0, 1, 2, 3, 4, 99 };
    size_t i, k;

    begin(PNS);
    for (i = 0; i < N(at); i++)
        for (k = 0; k < N(results); k++) {
            at[i].enter();
            say_cdn(cn, THEIRS, results[k]);
            down(cl, at[i].was_up, PPTP_CDN, results[k], 0, 16);
        }
    EQ(st()->conns_closed, 0);
    finish();
}

/* R-2.9-02, R-2.12-02; ICCN and WEN cross the CCRQ */
static void pns_in_crossing(void)
{
    begin(PNS);
    to_pns_in_wait_connect();
    hang_up(cl);
    sent_ccrq(cn, mine);
    in_state(cl, PPTP_CALL_WAIT_DISCONNECT);
    say_iccn(cn, mine);
    say_wen(cn, mine, 1);
    rig_quiet(&r); /* no CALL_UP */
    in_state(cl, PPTP_CALL_WAIT_DISCONNECT);
    EQ(info(cl).errors[0], 0);
    EQ(st()->calls_established, 0);
    EQ(st()->msgs_unexpected, 0);
    say_cdn(cn, THEIRS, PPTP_CDN_REQUESTED);
    down(cl, false, PPTP_CDN, PPTP_CDN_REQUESTED, 0, 16);
    /* CDN crosses the CCRQ: the answer then names no call */
    to_pns_in_wait_disc();
    say_cdn(cn, THEIRS, PPTP_CDN_LOST_CARRIER);
    down(cl, true, PPTP_CDN, PPTP_CDN_LOST_CARRIER, 0, 16);
    say_cdn(cn, mine, PPTP_CDN_GENERAL);
    EQ(st()->msgs_unknown_call, 1);
    finish();
}

/* R-2.14-06, -07: the six counters, for either kind of call */
static void pns_wan_errors(void)
{
    void (*const enter[])(void) = { to_pns_in_up, to_pns_out_up };
    size_t i, k;

    for (i = 0; i < N(enter); i++) {
        begin(PNS);
        enter[i]();
        say_wen(cn, mine, 1);
        for (k = 0; k < 6; k++)
            EQ(info(cl).errors[k], k + 1);
        say_wen(cn, mine, 11);
        EQ(info(cl).errors[0], 11);
        say_wen(cn, (uint16_t)(mine + 1), 12);
        EQ(info(cl).errors[0], 11);
        EQ(st()->wen_rx, 3);
        EQ(st()->msgs_unknown_call, 1);
        finish();
    }
}

static void refused_for(uint8_t msg, enum pptp_refusal_why why, uint32_t value,
                        unsigned result, unsigned error)
{
    const struct pptp_refusal *f = pptp_peer_refusal(r.peer);

    EQ(f->msg, msg);
    EQ(f->why, why);
    EQ(f->value, value);
    EQ(f->result, result);
    EQ(f->error, error);
}

static void bad_icrq(uint32_t bearer, uint16_t dialed, uint16_t dialing)
{
    struct pptp_msg m = { .type = PPTP_ICRQ };
    uint64_t refused = st()->calls_refused;

    m.icrq.call_id = 9;
    m.icrq.bearer = bearer;
    m.icrq.dialed_len = dialed;
    m.icrq.dialing_len = dialing;
    rig_msg(&r, cn, &m);
    sent_icrp_bad(cn, 9, PPTP_ICRP_GENERAL, PPTP_GE_BAD_VALUE);
    rig_quiet(&r);
    EQ(st()->calls_refused, refused + 1);
    dialed = dialed > dialing ? dialed : dialing;
    refused_for(
        PPTP_ICRQ, dialed > 64 ? PPTP_REFUSED_NUMBER : PPTP_REFUSED_BEARER,
        dialed > 64 ? dialed : bearer, PPTP_ICRP_GENERAL, PPTP_GE_BAD_VALUE);
}

/* R-2.9-05, -09, R-2.16-05 … -07, A-35 */
static void pns_in_refuses(void)
{
    pptp_call_id first;

    defaults(PNS);
    lim.calls = 1;
    start();
    bad_icrq(0, 0, 0);
    bad_icrq(3, 0, 0);
    bad_icrq(4, 0, 0);
    bad_icrq(0x10001, 0, 0);
    bad_icrq(1, 65, 0);
    bad_icrq(1, 0, 65);
    bad_icrq(1, 0xffff, 0);
    EQ(st()->msgs_bad_value, 7);
    to_pns_in_wait_connect();
    first = cl;
    say_icrq(cn, THEIRS);
    sent_icrp_bad(cn, THEIRS, PPTP_ICRP_GENERAL, PPTP_GE_BAD_CALL_ID);
    refused_for(PPTP_ICRQ, PPTP_REFUSED_CALL_ID, THEIRS, PPTP_ICRP_GENERAL,
                PPTP_GE_BAD_CALL_ID);
    say_icrq(cn, THEIRS + 1);
    sent_icrp_bad(cn, THEIRS + 1, PPTP_ICRP_GENERAL, PPTP_GE_NO_RESOURCE);
    refused_for(PPTP_ICRQ, PPTP_REFUSED_FULL, 0, PPTP_ICRP_GENERAL,
                PPTP_GE_NO_RESOURCE);
    in_state(first, PPTP_CALL_WAIT_CONNECT); /* the live call is untouched */
    EQ(st()->calls_started, 1);
    finish();
    begin(PAC);
    say_icrq(cn, 5);
    sent_icrp_bad(cn, 5, PPTP_ICRP_REFUSED, 0);
    EQ(st()->calls_refused, 1);
    refused_for(PPTP_ICRQ, PPTP_REFUSED_ROLE, 0, PPTP_ICRP_REFUSED, 0);
    EQ(st()->calls_started, 0);
    finish();
}

/* --- PAC, outgoing: 3.2.4.1 --------------------------------------------- */

/* R-2.8-01 … -03, -07, -09 … -12, R-3.2.4-01 */
static void pac_out_whole(void)
{
    struct pptp_call_request q;
    struct pptp_call_info i;
    struct pptp_msg m = { .type = PPTP_OCRQ };

    begin(PAC);
    m.ocrq.call_id = THEIRS;
    m.ocrq.call_serial = 77;
    m.ocrq.min_bps = m.ocrq.max_bps = 31200; /* both ends are legal */
    m.ocrq.bearer = PPTP_BEARER_DIGITAL;
    m.ocrq.framing = PPTP_FRAMING_SYNC;
    m.ocrq.recv_window = 9;
    m.ocrq.phone_len = 4;
    memcpy(m.ocrq.phone, "1234garbage", 11); /* R-2.7-11 */
    memset(m.ocrq.subaddress, 's', 64);
    rig_msg(&r, cn, &m);
    cl = rig_took(&r, PPTP_ACT_CALL_NEW)->a.call;
    took(PPTP_ACT_LINE_DIAL, cl);
    ck_assert_int_eq(pptp_peer_call_request(r.peer, cl, &q), 0);
    ck_assert_str_eq(q.number, "1234");
    EQ(q.subaddress[63], 's');
    EQ(q.bearer, PPTP_BEARER_DIGITAL);
    EQ(q.framing, PPTP_FRAMING_SYNC);
    EQ(q.min_bps, 31200);
    EQ(q.max_bps, 31200);
    rig_to(&r, r.now + 59 * PPTP_S);
    rig_quiet(&r); /* no OCRP before the line's answer */
    line_does(PPTP_LINE_CONNECTED);
    i = info(cl);
    m = *rig_sent(&r, cn, PPTP_OCRP);
    EQ(m.ocrp.call_id, i.local_id);
    EQ(m.ocrp.peer_call_id, THEIRS);
    EQ(m.ocrp.result, PPTP_OCRP_CONNECTED);
    EQ(m.ocrp.error, 0);
    EQ(m.ocrp.cause, 0);
    EQ(m.ocrp.connect_bps, 31200);
    EQ(m.ocrp.recv_window, 21);
    EQ(m.ocrp.ppd_ds, 3);
    EQ(m.ocrp.phys_channel, 12);
    took(PPTP_ACT_CALL_UP, cl);
    EQ(i.machine, PPTP_PAC_OUT);
    EQ(i.serial, 77); /* R-2.7-03 */
    EQ(i.peer_window, 9);
    EQ(i.framing, PPTP_FRAMING_SYNC);
    rig_to(&r, r.now + 600 * PPTP_S); /* and no timer is left running */
    rig_quiet(&r);
    in_state(cl, PPTP_CALL_ESTABLISHED);
    finish();
}

/* R-2.8-06 … -08, R-3.2.4-02: a result for each end, and Q.931's cause */
static void pac_out_fails(void)
{
    static const struct {
        enum pptp_line_event event;
        uint8_t result, error;
    } ends[] = {
        { PPTP_LINE_BUSY, PPTP_OCRP_BUSY, 0 },
        { PPTP_LINE_NO_CARRIER, PPTP_OCRP_NO_CARRIER, 0 },
        { PPTP_LINE_NO_DIAL_TONE, PPTP_OCRP_NO_DIAL_TONE, 0 },
        { PPTP_LINE_REFUSED, PPTP_OCRP_REFUSED, 0 },
        { PPTP_LINE_NO_RESOURCE, PPTP_OCRP_GENERAL, PPTP_GE_NO_RESOURCE },
        { PPTP_LINE_DROPPED, PPTP_OCRP_NO_CARRIER, 0 },
        { PPTP_LINE_NO_ANSWER, PPTP_OCRP_TIMEOUT, 0 },
    };
    size_t i;

    begin(PAC);
    for (i = 0; i < N(ends); i++) {
        to_pac_out_wait_cs_ans();
        line_does(ends[i].event);
        sent_ocrp_bad(cn, THEIRS, ends[i].result, ends[i].error, 17);
        took(PPTP_ACT_LINE_HANGUP, cl);
        down(cl, false, PPTP_OCRP, ends[i].result, ends[i].error, 17);
    }
    EQ(st()->calls_failed, N(ends));
    to_pac_out_wait_cs_ans();
    rig_line(&r, cl, PPTP_LINE_BUSY, NULL);
    sent_ocrp_bad(cn, THEIRS, PPTP_OCRP_BUSY, 0, 0);
    took(PPTP_ACT_LINE_HANGUP, cl);
    down(cl, false, PPTP_OCRP, PPTP_OCRP_BUSY, 0, 0);
    /* R-2.16-08: the operator of the PAC */
    to_pac_out_wait_cs_ans();
    hang_up(cl);
    sent_ocrp_bad(cn, THEIRS, PPTP_OCRP_GENERAL, PPTP_GE_PAC_ERROR, 0);
    took(PPTP_ACT_LINE_HANGUP, cl);
    down(cl, false, PPTP_OCRP, PPTP_OCRP_GENERAL, PPTP_GE_PAC_ERROR, 0);
    /* R-3.2.4.1-02: T-dial */
    to_pac_out_wait_cs_ans();
    rig_to(&r, r.now + conf.dial_timeout_ns - 1);
    rig_quiet(&r);
    rig_to(&r, r.now + 1);
    sent_ocrp_bad(cn, THEIRS, PPTP_OCRP_TIMEOUT, 0, 0);
    took(PPTP_ACT_LINE_HANGUP, cl);
    down(cl, false, PPTP_OCRP, PPTP_OCRP_TIMEOUT, 0, 0);
    EQ(st()->conns_closed, 0);
    finish();
}

/* R-2.7-06: faster, slower or framed otherwise than was asked for */
static void pac_out_unfit(void)
{
    static const struct {
        uint32_t bps, wants, framing;
        bool fits;
    } l[] = {
        { 9599, 3, 1, false },  { 9600, 3, 1, true },   { 64000, 3, 2, true },
        { 64001, 3, 2, false }, { 31200, 1, 2, false }, { 31200, 2, 1, false },
        { 31200, 1, 1, true },  { 31200, 2, 0, true },
    };
    size_t i;

    begin(PAC);
    for (i = 0; i < N(l); i++) {
        struct pptp_line_info n = { .connect_bps = l[i].bps,
                                    .framing = l[i].framing,
                                    .cause = 65 };
        struct pptp_msg m = { .type = PPTP_OCRQ };

        m.ocrq.call_id = (uint16_t)i;
        m.ocrq.min_bps = 9600;
        m.ocrq.max_bps = 64000;
        m.ocrq.bearer = PPTP_BEARER_ANY;
        m.ocrq.framing = l[i].wants;
        rig_msg(&r, cn, &m);
        cl = rig_took(&r, PPTP_ACT_CALL_NEW)->a.call;
        took(PPTP_ACT_LINE_DIAL, cl);
        rig_line(&r, cl, PPTP_LINE_CONNECTED, &n);
        if (l[i].fits) {
            EQ(rig_sent(&r, cn, PPTP_OCRP)->ocrp.result, PPTP_OCRP_CONNECTED);
            took(PPTP_ACT_CALL_UP, cl);
            continue;
        }
        sent_ocrp_bad(cn, (unsigned)i, PPTP_OCRP_NO_CARRIER, 0, 65);
        took(PPTP_ACT_LINE_HANGUP, cl);
        down(cl, false, PPTP_OCRP, PPTP_OCRP_NO_CARRIER, 0, 65);
    }
    finish();
}

/* R-3.2.4.1-03, -04; in wait_cs_ans a CDN and no OCRP */
static void pac_out_cleared(void)
{
    begin(PAC);
    to_pac_out_wait_cs_ans();
    say_ccrq(cn, THEIRS);
    sent_cdn(cn, 0, PPTP_CDN_REQUESTED, 0, 0); /* nobody knows ours */
    took(PPTP_ACT_LINE_HANGUP, cl);
    down(cl, false, PPTP_CDN, PPTP_CDN_REQUESTED, 0, 0);
    to_pac_out_up();
    say_ccrq(cn, THEIRS);
    sent_cdn(cn, mine, PPTP_CDN_REQUESTED, 0, 0);
    took(PPTP_ACT_LINE_HANGUP, cl);
    down(cl, true, PPTP_CDN, PPTP_CDN_REQUESTED, 0, 0);
    to_pac_out_up();
    line_does(PPTP_LINE_DROPPED);
    sent_cdn(cn, mine, PPTP_CDN_LOST_CARRIER, 0, 17);
    took(PPTP_ACT_LINE_HANGUP, cl);
    down(cl, true, PPTP_CDN, PPTP_CDN_LOST_CARRIER, 0, 17);
    to_pac_out_up();
    hang_up(cl);
    sent_cdn(cn, mine, PPTP_CDN_ADMIN, 0, 0);
    took(PPTP_ACT_LINE_HANGUP, cl);
    down(cl, true, PPTP_CDN, PPTP_CDN_ADMIN, 0, 0);
    EQ(st()->calls_ended, 3);
    EQ(st()->calls_failed, 1);
    finish();
}

/* Whatever is left open in `m` is good; result OK dials. */
static void ocrq_is(const struct pptp_ocrq *o, unsigned error)
{
    struct pptp_msg m = { .type = PPTP_OCRQ, .ocrq = *o };

    rig_msg(&r, cn, &m);
    if (error != 0) {
        sent_ocrp_bad(cn, o->call_id, PPTP_OCRP_GENERAL, error, 0);
        rig_quiet(&r);
        return;
    }
    cl = rig_took(&r, PPTP_ACT_CALL_NEW)->a.call;
    took(PPTP_ACT_LINE_DIAL, cl);
    line_does(PPTP_LINE_BUSY);
    rig_skip(&r, PPTP_ACT_CALL_DOWN);
}

/* R-2.7-01, -07, -08, -15 … -18, R-2.16-05 … -07, A-35 */
static void pac_out_refuses(void)
{
    static const uint32_t good[] = { 1, 2, 3 };
    static const uint32_t bad[] = { 0, 4, 0x10001, UINT32_MAX };
    struct pptp_ocrq o = { .call_id = 9, .bearer = 3, .framing = 3 }, x;
    uint64_t known;
    size_t i;

    defaults(PAC);
    lim.calls = 1;
    start();
    for (i = 0; i < N(good); i++) {
        ocrq_is((x = o, x.bearer = good[i], &x), 0);
        ocrq_is((x = o, x.framing = good[i], &x), 0);
    }
    for (i = 0; i < N(bad); i++) {
        ocrq_is((x = o, x.bearer = bad[i], &x), PPTP_GE_BAD_VALUE);
        refused_for(PPTP_OCRQ, PPTP_REFUSED_BEARER, bad[i], PPTP_OCRP_GENERAL,
                    PPTP_GE_BAD_VALUE);
        ocrq_is((x = o, x.framing = bad[i], &x), PPTP_GE_BAD_VALUE);
        refused_for(PPTP_OCRQ, PPTP_REFUSED_FRAMING, bad[i], PPTP_OCRP_GENERAL,
                    PPTP_GE_BAD_VALUE);
    }
    ocrq_is((x = o, x.phone_len = 64, &x), 0);
    ocrq_is((x = o, x.phone_len = 65, &x), PPTP_GE_BAD_VALUE);
    ocrq_is((x = o, x.phone_len = 0xffff, &x), PPTP_GE_BAD_VALUE);
    refused_for(PPTP_OCRQ, PPTP_REFUSED_NUMBER, 0xffff, PPTP_OCRP_GENERAL,
                PPTP_GE_BAD_VALUE);
    ocrq_is((x = o, x.min_bps = 1, &x), PPTP_GE_BAD_VALUE);
    refused_for(PPTP_OCRQ, PPTP_REFUSED_SPEED, 1, PPTP_OCRP_GENERAL,
                PPTP_GE_BAD_VALUE);
    EQ(st()->calls_refused, 2 * N(bad) + 3);
    EQ(st()->msgs_bad_value, 2 * N(bad) + 3);
    to_pac_out_up();
    known = st()->calls_started;
    say_ocrq(cn, THEIRS); /* R-2.7-17 */
    sent_ocrp_bad(cn, THEIRS, PPTP_OCRP_GENERAL, PPTP_GE_BAD_CALL_ID, 0);
    say_ocrq(cn, THEIRS + 1); /* R-2.16-06 */
    sent_ocrp_bad(cn, THEIRS + 1, PPTP_OCRP_GENERAL, PPTP_GE_NO_RESOURCE, 0);
    in_state(cl, PPTP_CALL_ESTABLISHED);
    EQ(st()->calls_started, known);
    finish();
    begin(PNS);
    say_ocrq(cn, 5);
    sent_ocrp_bad(cn, 5, PPTP_OCRP_REFUSED, 0, 0);
    EQ(st()->calls_started, 0);
    finish();
}

/* --- PNS, outgoing: 3.2.4.2 --------------------------------------------- */

/* R-2.7-02 … -05, -07 … -14, R-2.8-04 */
static void pns_out_whole(void)
{
    struct pptp_call_info i;
    struct pptp_msg m;

    begin(PNS);
    cl = call_out(cn);
    m = *rig_sent(&r, cn, PPTP_OCRQ);
    i = info(cl);
    EQ(i.machine, PPTP_PNS_OUT);
    EQ(m.ocrq.call_id, i.local_id);
    EQ(m.ocrq.call_serial, i.serial);
    EQ(m.ocrq.min_bps, 9600);
    EQ(m.ocrq.max_bps, 64000);
    EQ(m.ocrq.bearer, PPTP_BEARER_ANALOG);
    EQ(m.ocrq.framing, PPTP_FRAMING_EITHER);
    EQ(m.ocrq.recv_window, 21);
    EQ(m.ocrq.ppd_ds, 4);
    EQ(m.ocrq.phone_len, 7);
    ck_assert_mem_eq(m.ocrq.phone, ask.number, 64);
    ck_assert_mem_eq(m.ocrq.subaddress, ask.subaddress, 64);
    say_ocrp(cn, i.local_id, THEIRS, PPTP_OCRP_CONNECTED);
    took(PPTP_ACT_CALL_UP, cl);
    i = info(cl);
    EQ(i.peer_id, THEIRS);
    EQ(i.connect_bps, 28800);
    EQ(i.phys_channel, 5);
    EQ(i.peer_window, 7);
    hang_up(cl);
    sent_ccrq(cn, i.local_id);
    say_wen(cn, i.local_id, 9); /* too late to matter */
    EQ(info(cl).errors[0], 0);
    EQ(st()->msgs_unexpected, 0);
    say_cdn(cn, THEIRS, PPTP_CDN_REQUESTED);
    down(cl, true, PPTP_CDN, PPTP_CDN_REQUESTED, 0, 16);
    finish();
}

/* A number that fills its field has no NUL and all its digits */
static void numbers_of_64_digits(void)
{
    struct pptp_call_request q = ask;
    struct pptp_call_info i;
    const struct pptp_msg *m;

    begin(BOTH);
    memset(q.number, '8', 64);
    memset(q.dialing, '9', 64);
    ck_assert_int_eq(pptp_peer_call_open(r.peer, r.now, cn, &q, &cl), 0);
    drain();
    m = rig_sent(&r, cn, PPTP_OCRQ);
    EQ(m->ocrq.phone_len, 64);
    ck_assert_mem_eq(m->ocrq.phone, q.number, 64);
    i = info(cl);
    EQ(strlen(i.number), 64);
    ck_assert_int_eq(pptp_peer_ring(r.peer, r.now, cn, &q, &cl), 0);
    drain();
    m = rig_sent(&r, cn, PPTP_ICRQ);
    EQ(m->icrq.dialed_len, 64);
    EQ(m->icrq.dialing_len, 64);
    ck_assert_mem_eq(m->icrq.dialing, q.dialing, 64);
    finish();
}

/* R-2.8-06 seen from the PNS: result, error and cause are reported */
static void pns_out_fails(void)
{
    static const uint8_t results[] = { 0, 2, 3, 4, 5, 6, 7, 8, 255 };
    size_t i;

    begin(PNS);
    for (i = 0; i < N(results); i++) {
        struct pptp_msg m = { .type = PPTP_OCRP };

        to_pns_out_wait_reply();
        m.ocrp.peer_call_id = mine;
        m.ocrp.result = results[i];
        m.ocrp.error = (uint8_t)(i == 1 ? PPTP_GE_NO_RESOURCE : 0);
        m.ocrp.cause = 17;
        rig_msg(&r, cn, &m);
        down(cl, false, PPTP_OCRP, results[i], m.ocrp.error, 17);
    }
    EQ(st()->calls_failed, N(results));
    EQ(st()->msgs_unexpected, 0);
    say_ocrp(cn, mine, THEIRS, PPTP_OCRP_CONNECTED); /* R-2.8-13 */
    EQ(st()->msgs_unknown_call, 1);
    finish();
}

/* R-2.16-07: a PAC that gives one ID to two calls */
static void pns_out_id_taken(void)
{
    pptp_call_id first;

    begin(PNS);
    to_pns_out_up();
    first = cl;
    to_pns_out_wait_reply();
    say_ocrp(cn, mine, THEIRS, PPTP_OCRP_CONNECTED);
    down(cl, false, PPTP_OCRP, PPTP_OCRP_GENERAL, PPTP_GE_BAD_CALL_ID, 0);
    in_state(first, PPTP_CALL_ESTABLISHED);
    EQ(st()->calls_established, 1);
    /* nor is it learnt from an OCRP that crosses a CCRQ */
    to_pns_out_aborted();
    say_ocrp(cn, mine, THEIRS, PPTP_OCRP_CONNECTED);
    EQ(info(cl).peer_id, 0);
    say_cdn(cn, THEIRS, PPTP_CDN_LOST_CARRIER);
    down(first, true, PPTP_CDN, PPTP_CDN_LOST_CARRIER, 0, 16);
    in_state(cl, PPTP_CALL_WAIT_DISCONNECT);
    finish();
}

/* OCRP crosses the CCRQ: the PAC's ID is learnt, nothing else */
static void pns_out_crossing(void)
{
    begin(PNS);
    to_pns_out_aborted();
    say_ocrp(cn, mine, THEIRS, PPTP_OCRP_CONNECTED);
    rig_quiet(&r);
    in_state(cl, PPTP_CALL_WAIT_DISCONNECT);
    EQ(info(cl).peer_id, THEIRS);
    EQ(st()->calls_established, 0);
    say_ocrp(cn, mine, THEIRS + 1, PPTP_OCRP_CONNECTED); /* once */
    EQ(info(cl).peer_id, THEIRS);
    say_cdn(cn, THEIRS, PPTP_CDN_REQUESTED);
    down(cl, false, PPTP_CDN, PPTP_CDN_REQUESTED, 0, 16);
    /* a failure: the call is dead, its ID is not free before the CDN */
    to_pns_out_aborted();
    say_ocrp(cn, mine, 0, PPTP_OCRP_BUSY);
    rig_quiet(&r);
    in_state(cl, PPTP_CALL_WAIT_DISCONNECT);
    say_cdn(cn, mine, PPTP_CDN_GENERAL); /* our ID comes back */
    down(cl, false, PPTP_CDN, PPTP_CDN_GENERAL, 0, 16);
    EQ(st()->msgs_unexpected + st()->msgs_unknown_call, 0);
    finish();
}

/* R-2.15-01, -06: SLI with the PAC's ID, in established only */
static void pns_link_info(void)
{
    size_t i;

    for (i = 0; i < N(places); i++) {
        bool up;
        int err;

        begin(places[i].role);
        places[i].enter();
        up = places[i].role == PNS && info(cl).state == PPTP_CALL_ESTABLISHED;
        err = pptp_peer_set_link_info(r.peer, r.now, cl, 0xa0000, 1);
        drain();
        ck_assert_int_eq(err, up ? PPTP_OK : PPTP_ERR_STATE);
        if (up) {
            const struct pptp_msg *m = rig_sent(&r, cn, PPTP_SLI);

            EQ(m->sli.peer_call_id, THEIRS);
            EQ(m->sli.send_accm, 0xa0000);
            EQ(m->sli.recv_accm, 1);
            EQ(info(cl).tx_accm, 0xa0000);
        }
        rig_quiet(&r);
        finish();
    }
}

/* --- which call a CDN is for: A-12 -------------------------------------- */

/* (2): our own ID, while its CCRQ is out; Windows says 0 for a result */
static void cdn_own_id(void)
{
    static const uint8_t results[] = { 0, 1, 2, 3, 4 };
    size_t i;

    begin(PNS);
    for (i = 0; i < N(results); i++) {
        to_pns_out_aborted();
        say_cdn(cn, mine, results[i]);
        down(cl, false, PPTP_CDN, results[i], 0, 16);
        to_pns_out_wait_disc();
        say_cdn(cn, mine, results[i]);
        down(cl, true, PPTP_CDN, results[i], 0, 16);
    }
    finish();
}

/* (4): our own ID out of the blue, in every state of both kinds of call */
static void cdn_own_id_last(void)
{
    static const struct {
        void (*enter)(void);
        bool was_up;
    } at[] = { { to_pns_out_wait_reply, false },
               { to_pns_out_up, true },
               { to_pns_in_wait_connect, false },
               { to_pns_in_up, true } };
    static const uint8_t results[] = { 0, 1, 2, 3, 4 };
    size_t i, k;

    begin(PNS);
    for (i = 0; i < N(at); i++)
        for (k = 0; k < N(results); k++) {
            at[i].enter();
            say_cdn(cn, mine, results[k]);
            down(cl, at[i].was_up, PPTP_CDN, results[k], 0, 16);
        }
    EQ(st()->msgs_unknown_call, 0);
    finish();
}

/* 0 and a live call that has 0 at the PAC */
static void cdn_zero_live(void)
{
    static const uint8_t results[] = { 0, 1, 2, 3, 4 };
    size_t i;

    for (i = 0; i < N(results); i++) {
        bool answer = results[i] == 0 || results[i] == PPTP_CDN_REQUESTED;
        pptp_call_id live, cleared;

        begin(PNS);
        live = call_out(cn);
        say_ocrp(cn, rig_sent(&r, cn, PPTP_OCRQ)->ocrq.call_id, 0,
                 PPTP_OCRP_CONNECTED);
        took(PPTP_ACT_CALL_UP, live);
        to_pns_out_aborted();
        cleared = cl;
        say_cdn(cn, 0, results[i]);
        down(answer ? cleared : live, !answer, PPTP_CDN, results[i], 0, 16);
        in_state(answer ? live : cleared,
                 answer ? PPTP_CALL_ESTABLISHED : PPTP_CALL_WAIT_DISCONNECT);
        finish();
    }
}

/* (3): an ID that says nothing is for the oldest CCRQ, not the oldest call */
static void cdn_oldest(void)
{
    static const int order[3] = { 1, 2, 0 }; /* of the CCRQs */
    pptp_call_id h[3];
    uint16_t id[3];
    int i;

    begin(PNS);
    to_pns_out_up();
    for (i = 0; i < 3; i++) {
        h[i] = call_out(cn);
        id[i] = rig_sent(&r, cn, PPTP_OCRQ)->ocrq.call_id;
    }
    for (i = 0; i < 3; i++) {
        hang_up(h[order[i]]); /* all in one instant */
        sent_ccrq(cn, id[order[i]]);
    }
    for (i = 0; i < 3; i++) {
        say_cdn(cn, (uint16_t)(9000 + i), PPTP_CDN_REQUESTED);
        down(h[order[i]], false, PPTP_CDN, PPTP_CDN_REQUESTED, 0, 16);
    }
    say_cdn(cn, 9003, PPTP_CDN_REQUESTED);
    EQ(st()->msgs_unknown_call, 1); /* (4) */
    in_state(cl, PPTP_CALL_ESTABLISHED);
    finish();
}

/* (1) against (2): one number is the PAC's ID of a live call and our own of
 * a call that is being cleared */
static void cdn_either(void)
{
    static const uint8_t results[] = { 0, 1, 2, 3, 4 };
    size_t i;

    for (i = 0; i < N(results); i++) {
        bool answer = results[i] == 0 || results[i] == PPTP_CDN_REQUESTED;
        pptp_call_id live, cleared;

        begin(PNS);
        to_pns_out_aborted();
        cleared = cl;
        live = call_out(cn);
        say_ocrp(cn, rig_sent(&r, cn, PPTP_OCRQ)->ocrq.call_id, mine,
                 PPTP_OCRP_CONNECTED);
        took(PPTP_ACT_CALL_UP, live);
        say_cdn(cn, mine, results[i]);
        down(answer ? cleared : live, !answer, PPTP_CDN, results[i], 0, 16);
        in_state(answer ? live : cleared,
                 answer ? PPTP_CALL_ESTABLISHED : PPTP_CALL_WAIT_DISCONNECT);
        finish();
    }
}

/* A call in wait_reply is the last that a CDN may mean: its number is also
 * the PAC's ID of a live call, or of one that is being cleared. */
static void cdn_wait_reply_last(void)
{
    pptp_call_id waiting, other;
    uint16_t id;

    begin(PNS);
    waiting = call_out(cn);
    id = rig_sent(&r, cn, PPTP_OCRQ)->ocrq.call_id;
    other = call_out(cn);
    say_ocrp(cn, rig_sent(&r, cn, PPTP_OCRQ)->ocrq.call_id, id,
             PPTP_OCRP_CONNECTED);
    took(PPTP_ACT_CALL_UP, other);
    say_cdn(cn, id, 0);
    down(other, true, PPTP_CDN, 0, 0, 16);
    in_state(waiting, PPTP_CALL_WAIT_REPLY);
    to_pns_out_aborted();
    say_cdn(cn, id, PPTP_CDN_REQUESTED);
    down(cl, false, PPTP_CDN, PPTP_CDN_REQUESTED, 0, 16);
    in_state(waiting, PPTP_CALL_WAIT_REPLY);
    say_cdn(cn, id, PPTP_CDN_GENERAL);
    down(waiting, false, PPTP_CDN, PPTP_CDN_GENERAL, 0, 16);
    finish();
}

static void say_no_such_call(uint16_t id)
{
    struct pptp_msg m = { .type = PPTP_CDN };

    m.cdn.call_id = id;
    m.cdn.result = PPTP_CDN_GENERAL;
    m.cdn.error = PPTP_GE_BAD_CALL_ID;
    rig_msg(&r, cn, &m);
}

/* A-13 against (1): "no such call" has our own ID, and never ends a live call
 * that happens to have that number at the PAC */
static void cdn_no_such_call(void)
{
    pptp_call_id live;
    uint16_t id;

    begin(PNS);
    to_pns_out_aborted();
    id = mine;
    live = call_out(cn);
    say_ocrp(cn, rig_sent(&r, cn, PPTP_OCRQ)->ocrq.call_id, id,
             PPTP_OCRP_CONNECTED);
    took(PPTP_ACT_CALL_UP, live);
    say_ocrp(cn, id, 0, PPTP_OCRP_BUSY); /* crosses the CCRQ */
    say_no_such_call(id);
    down(cl, false, PPTP_CDN, PPTP_CDN_GENERAL, PPTP_GE_BAD_CALL_ID, 0);
    in_state(live, PPTP_CALL_ESTABLISHED);
    EQ(st()->msgs_unknown_call, 0);
    /* nor when a CDN crossed the CCRQ, and the call is gone already */
    say_no_such_call(id);
    in_state(live, PPTP_CALL_ESTABLISHED);
    EQ(st()->msgs_unknown_call, 1);
    /* nor is it for a CCRQ, with a number that is neither ours nor empty */
    to_pns_out_aborted();
    say_no_such_call(9000);
    in_state(cl, PPTP_CALL_WAIT_DISCONNECT);
    EQ(st()->msgs_unknown_call, 2);
    say_no_such_call(0);
    down(cl, false, PPTP_CDN, PPTP_CDN_GENERAL, PPTP_GE_BAD_CALL_ID, 0);
    /* but a call that waits for its ICCN can be ended so */
    say_icrq(cn, THEIRS);
    cl = rig_took(&r, PPTP_ACT_CALL_NEW)->a.call;
    rig_sent(&r, cn, PPTP_ICRP);
    say_no_such_call(THEIRS);
    down(cl, false, PPTP_CDN, PPTP_CDN_GENERAL, PPTP_GE_BAD_CALL_ID, 0);
    finish();
}

/* I-04: a server that leaves the Call ID empty answers the oldest CCRQ */
static void cdn_left_empty(void)
{
    static const uint8_t results[] = { 0, PPTP_CDN_REQUESTED };
    pptp_call_id older;
    size_t i;

    begin(PNS);
    for (i = 0; i < N(results); i++) {
        to_pns_in_wait_disc();
        older = cl;
        say_icrq(cn, THEIRS + 1);
        cl = rig_took(&r, PPTP_ACT_CALL_NEW)->a.call;
        rig_sent(&r, cn, PPTP_ICRP);
        hang_up(cl);
        rig_sent(&r, cn, PPTP_CCRQ);
        say_cdn(cn, 0, PPTP_CDN_LOST_CARRIER); /* no answer to a CCRQ */
        EQ(st()->msgs_unknown_call, i + 1);
        say_cdn(cn, 0, results[i]);
        down(older, true, PPTP_CDN, results[i], 0, 16);
        say_cdn(cn, 0, results[i]);
        down(cl, false, PPTP_CDN, results[i], 0, 16);
    }
    to_pns_in_wait_disc(); /* (3) comes first */
    older = cl;
    to_pns_out_aborted();
    say_cdn(cn, 0, 0);
    down(cl, false, PPTP_CDN, 0, 0, 16);
    in_state(older, PPTP_CALL_WAIT_DISCONNECT);
    finish();
}

/* A node that is both: its own PAC calls are never meant, and hide none */
static void cdn_not_for_a_pac(void)
{
    pptp_call_id out, in;
    uint16_t in_id;

    begin(BOTH);
    to_pns_out_aborted();
    out = cl;
    in = ring(cn);
    in_id = rig_sent(&r, cn, PPTP_ICRQ)->icrq.call_id;
    say_cdn(cn, in_id, PPTP_CDN_LOST_CARRIER); /* (3) */
    down(out, false, PPTP_CDN, PPTP_CDN_LOST_CARRIER, 0, 16);
    say_cdn(cn, in_id, PPTP_CDN_LOST_CARRIER);
    EQ(st()->msgs_unknown_call, 1);
    in_state(in, PPTP_CALL_WAIT_REPLY);
    to_pns_out_aborted();
    say_ocrq(cn, mine); /* the peer, as PNS, has that number too */
    in = rig_took(&r, PPTP_ACT_CALL_NEW)->a.call;
    took(PPTP_ACT_LINE_DIAL, in);
    say_cdn(cn, mine, PPTP_CDN_ADMIN);
    down(cl, false, PPTP_CDN, PPTP_CDN_ADMIN, 0, 16);
    in_state(in, PPTP_CALL_WAIT_CS_ANS);
    finish();
}

/* --- messages that name no call ----------------------------------------- */

/* R-2.8-13, R-2.11-04, R-2.14-07, R-2.15-07, -08 */
static void unknown_calls(void)
{
    begin(PAC);
    say_ccrq(cn, 41);
    sent_cdn(cn, 41, PPTP_CDN_GENERAL, PPTP_GE_BAD_CALL_ID, 0);
    say_icrp(cn, 42, 43, PPTP_ICRP_ACCEPT);
    sent_cdn(cn, 42, PPTP_CDN_GENERAL, PPTP_GE_BAD_CALL_ID, 0);
    say_icrp(cn, 42, 0, PPTP_ICRP_REFUSED);
    say_sli(cn, 44, 0, 0);
    rig_quiet(&r);
    EQ(st()->msgs_unknown_call, 4);
    /* in wait_reply the PNS's ID is not known: no CCRQ can name the call */
    to_pac_in_wait_reply();
    say_ccrq(cn, THEIRS);
    sent_cdn(cn, THEIRS, PPTP_CDN_GENERAL, PPTP_GE_BAD_CALL_ID, 0);
    in_state(cl, PPTP_CALL_WAIT_REPLY);
    /* the CDN of a caller who went crosses the ICRP, or a CCRQ */
    line_does(PPTP_LINE_DROPPED);
    rig_skip(&r, PPTP_ACT_CALL_DOWN);
    say_icrp(cn, mine, THEIRS, PPTP_ICRP_ACCEPT);
    sent_cdn(cn, mine, PPTP_CDN_GENERAL, PPTP_GE_BAD_CALL_ID, 0);
    to_pac_in_up();
    line_does(PPTP_LINE_DROPPED);
    rig_skip(&r, PPTP_ACT_CALL_DOWN);
    say_ccrq(cn, THEIRS);
    sent_cdn(cn, THEIRS, PPTP_CDN_GENERAL, PPTP_GE_BAD_CALL_ID, 0);
    EQ(st()->calls_started, 2);
    finish();
    begin(PNS);
    say_ccrq(cn, 1);
    say_icrp(cn, 1, 1, PPTP_ICRP_ACCEPT);
    say_iccn(cn, 1);
    say_ocrp(cn, 1, 1, PPTP_OCRP_CONNECTED);
    say_cdn(cn, 1, PPTP_CDN_REQUESTED);
    say_wen(cn, 1, 1);
    say_sli(cn, 1, 1, 1);
    rig_quiet(&r); /* a PNS has no answer for any of these */
    EQ(st()->msgs_unknown_call, 7);
    EQ(st()->msgs_unexpected, 0);
    in_state(call_out(cn), PPTP_CALL_WAIT_REPLY); /* the connection lives */
    rig_sent(&r, cn, PPTP_OCRQ);
    finish();
}

/* R-2.16-03: requests before there is a control connection */
static void not_connected(void)
{
    pptp_conn_id c;
    pptp_call_id h;

    begin(BOTH);
    c = rig_accept(&r, FAR2);
    say_ocrq(c, 5);
    sent_ocrp_bad(c, 5, PPTP_OCRP_GENERAL, PPTP_GE_NOT_CONNECTED, 0);
    say_icrq(c, 6);
    sent_icrp_bad(c, 6, PPTP_ICRP_GENERAL, PPTP_GE_NOT_CONNECTED);
    say_ccrq(c, 7);
    say_cdn(c, 7, 1);
    rig_quiet(&r);
    EQ(st()->msgs_unexpected, 4);
    EQ(st()->calls_started, 0);
    ck_assert_int_eq(pptp_peer_ring(r.peer, r.now, c, &ask, &h),
                     PPTP_ERR_STATE);
    ck_assert_int_eq(pptp_peer_call_open(r.peer, r.now, c, &ask, &h),
                     PPTP_ERR_STATE);
    finish();
}

/* --- pairs without a row ------------------------------------------------ */

static void stimulate(enum stim s)
{
    switch (s) {
    case S_ICRP_OK: say_icrp(cn, mine, 4242, PPTP_ICRP_ACCEPT); break;
    case S_ICRP_NO: say_icrp(cn, mine, 0, PPTP_ICRP_REFUSED); break;
    case S_ICCN: say_iccn(cn, mine); break;
    case S_OCRP_OK: say_ocrp(cn, mine, 4242, PPTP_OCRP_CONNECTED); break;
    case S_OCRP_NO: say_ocrp(cn, mine, 0, PPTP_OCRP_BUSY); break;
    case S_CCRQ: say_ccrq(cn, THEIRS); break;
    case S_CDN: say_cdn(cn, THEIRS, PPTP_CDN_ADMIN); break;
    case S_WEN: say_wen(cn, mine, 1); break;
    case S_SLI: say_sli(cn, mine, 0, 0); break;
    case S_CLOSE: hang_up(cl); break;
    case S_CONNECTED: line_does(PPTP_LINE_CONNECTED); break;
    case S_FAIL: line_does(PPTP_LINE_BUSY); break;
    case S_DROP: line_does(PPTP_LINE_DROPPED); break;
    default: line_does(PPTP_LINE_ERRORS); break;
    }
}

static bool of_line(enum stim s)
{
    return s == S_CONNECTED || s == S_FAIL || s == S_DROP || s == S_ERRORS;
}

/* R-3-07, R-3.2.3.1-01, R-3.2.3.2-01, R-3.2.4.1-01, R-3.2.4.2-01: counted,
 * nothing said, the call as it was */
static void no_row(const struct place *at, enum stim s)
{
    struct pptp_call_info before, after;
    uint64_t seen;

    begin(at->role);
    at->enter();
    before = info(cl);
    seen = st()->msgs_unexpected + st()->msgs_unknown_call;
    if (at->role == PNS && of_line(s)) { /* a PNS has no lines */
        ck_assert_int_eq(
            pptp_peer_line_event(r.peer, r.now, cl, PPTP_LINE_DROPPED, &line),
            PPTP_ERR_STATE);
        drain();
    } else {
        stimulate(s);
        if (s == S_CCRQ && at->enter == to_pac_in_wait_reply)
            rig_sent(&r, cn, PPTP_CDN); /* see unknown_calls() */
        EQ(st()->msgs_unexpected + st()->msgs_unknown_call, seen + 1);
    }
    rig_quiet(&r);
    after = info(cl);
    ck_assert_mem_eq(&before, &after, sizeof before);
    EQ(pptp_peer_conn_state(r.peer, cn), PPTP_CTRL_ESTABLISHED);
    finish();
}

START_TEST(pairs_without_a_row)
{
    enum stim s;
    unsigned n = 0;

    for (s = 0; s < S_N; s++)
        if (!(places[_i].admits & B(s))) {
            no_row(&places[_i], s);
            n++;
        }
    ck_assert_uint_ge(n, 9);
}
END_TEST

/* A second request of a live call is judged, whatever its state */
static void requests_repeated(void)
{
    size_t i;

    for (i = 0; i < N(places); i++) {
        begin(BOTH);
        places[i].enter();
        if (info(cl).peer_id == THEIRS) {
            say_ocrq(cn, THEIRS);
            sent_ocrp_bad(cn, THEIRS, PPTP_OCRP_GENERAL, PPTP_GE_BAD_CALL_ID,
                          0);
            say_icrq(cn, THEIRS);
            sent_icrp_bad(cn, THEIRS, PPTP_ICRP_GENERAL, PPTP_GE_BAD_CALL_ID);
        }
        rig_quiet(&r);
        EQ(st()->calls_started, 1);
        finish();
    }
}

/* --- time --------------------------------------------------------------- */

/* R-3.2.1-03, A-14: a call that does not get on takes everything with it */
static void stuck(void)
{
    static const struct {
        void (*enter)(void);
        unsigned s;
        uint8_t role;
    } waits[] = {
        { to_pac_in_wait_reply, 60, PAC }, { to_pns_in_wait_connect, 90, PNS },
        { to_pns_in_wait_disc, 60, PNS },  { to_pns_out_wait_reply, 90, PNS },
        { to_pns_out_wait_disc, 60, PNS }, { to_pns_out_aborted, 60, PNS },
    };
    size_t i;

    for (i = 0; i < N(waits); i++) {
        pptp_call_id other;
        pptp_conn_id far;
        pptp_ns at;

        begin(BOTH);
        far = rig_up(&r, FAR2);
        say_ocrq(cn, 1);
        cl = other = rig_took(&r, PPTP_ACT_CALL_NEW)->a.call;
        took(PPTP_ACT_LINE_DIAL, other);
        line_does(PPTP_LINE_CONNECTED);
        rig_skip(&r, PPTP_ACT_CALL_UP);
        rig_to(&r, 5 * PPTP_S);
        at = r.now + waits[i].s * PPTP_S;
        waits[i].enter();
        rig_to(&r, at - 1);
        rig_quiet(&r);
        rig_to(&r, at);
        EQ(rig_took(&r, PPTP_ACT_TCP_CLOSE)->a.conn, cn);
        /* no message of their own for the calls */
        EQ(r.n - r.from, waits[i].role == PAC ? 5 : 4);
        EQ(rig_skip(&r, PPTP_ACT_CALL_DOWN), 2);
        gone(cl);
        gone(other);
        EQ(st()->conns_stuck_call, 1);
        EQ(st()->conns_closed, 1);
        EQ(pptp_peer_conn_state(r.peer, far), PPTP_CTRL_ESTABLISHED);
        finish();
    }
}

/* R-3.2.1-01: a slow call does not hold up others */
static void concurrent(void)
{
    pptp_call_id slow;
    uint16_t id;

    begin(PAC);
    say_ocrq(cn, 1);
    slow = rig_took(&r, PPTP_ACT_CALL_NEW)->a.call;
    took(PPTP_ACT_LINE_DIAL, slow);
    for (id = 2; id < 12; id++) {
        rig_to(&r, r.now + 5 * PPTP_S);
        say_ocrq(cn, id);
        cl = rig_took(&r, PPTP_ACT_CALL_NEW)->a.call;
        took(PPTP_ACT_LINE_DIAL, cl);
        line_does(PPTP_LINE_CONNECTED);
        EQ(rig_sent(&r, cn, PPTP_OCRP)->ocrp.peer_call_id, id);
        took(PPTP_ACT_CALL_UP, cl);
    }
    rig_line(&r, slow, PPTP_LINE_CONNECTED, &line);
    EQ(rig_sent(&r, cn, PPTP_OCRP)->ocrp.peer_call_id, 1);
    took(PPTP_ACT_CALL_UP, slow);
    finish();
}

static void errors_are(uint32_t crc)
{
    struct pptp_line_info l = line;
    unsigned k;

    for (k = 0; k < 6; k++)
        l.errors[k] = crc + k;
    rig_line(&r, cl, PPTP_LINE_ERRORS, &l);
}

static void sent_wen(uint32_t crc)
{
    const struct pptp_wen *w = &rig_sent(&r, cn, PPTP_WEN)->wen;

    EQ(w->peer_call_id, THEIRS); /* R-2.14-01 */
    EQ(w->crc_errors, crc);
    EQ(w->framing_errors, crc + 1);
    EQ(w->hw_overruns, crc + 2);
    EQ(w->buffer_overruns, crc + 3);
    EQ(w->timeout_errors, crc + 4);
    EQ(w->alignment_errors, crc + 5);
}

/* R-2.14-01 … -06: on an error, at most once a gap, the last values win */
static void wan_errors(void)
{
    void (*const enter[])(void) = { to_pac_in_up, to_pac_out_up };
    pptp_ns t;
    size_t i;

    for (i = 0; i < N(enter); i++) {
        begin(PAC);
        enter[i]();
        rig_to(&r, r.now + 600 * PPTP_S);
        rig_quiet(&r); /* R-2.14-02 */
        rig_line(&r, cl, PPTP_LINE_ERRORS, NULL);
        errors_are(1);
        sent_wen(1);
        t = r.now;
        errors_are(1); /* no change, no WEN */
        rig_to(&r, t + PPTP_S);
        errors_are(2);
        errors_are(3);
        rig_to(&r, t + 60 * PPTP_S - 1);
        rig_quiet(&r);
        rig_to(&r, t + 60 * PPTP_S);
        sent_wen(3);
        rig_to(&r, t + 90 * PPTP_S); /* the gap counts from the last one */
        errors_are(4);
        rig_quiet(&r);
        rig_to(&r, t + 120 * PPTP_S);
        sent_wen(4);
        rig_to(&r, t + 600 * PPTP_S);
        rig_quiet(&r);
        errors_are(5);
        sent_wen(5);
        errors_are(6); /* one is due when the call ends: it is not sent */
        EQ(st()->wen_tx, 4);
        EQ(info(cl).errors[5], 11);
        hang_up(cl);
        sent_cdn(cn, mine, PPTP_CDN_ADMIN, 0, 0);
        EQ(rig_skip(&r, PPTP_ACT_CALL_DOWN), 1);
        enter[i](); /* a call's own gap, R-2.14-05: its own counters */
        EQ(info(cl).errors[0], 0);
        errors_are(1);
        sent_wen(1);
        rig_to(&r, r.now + 600 * PPTP_S);
        finish();
    }
}

/* --- identifiers -------------------------------------------------------- */

/* R-3.2.2-06: Call ID 0, theirs, both ways; A-12: never ours */
static void call_id_zero(void)
{
    defaults(BOTH);
    lim.calls = 1;
    start();
    pptp_conn_find(r.peer, cn)->next_id = 9;
    to_pns_out_wait_reply();
    say_ocrp(cn, 9, 0, PPTP_OCRP_BUSY);
    down(cl, false, PPTP_OCRP, PPTP_OCRP_BUSY, 0, 0);
    pptp_conn_find(r.peer, cn)->next_id = 0;
    cl = call_out(cn);
    EQ(rig_sent(&r, cn, PPTP_OCRQ)->ocrq.call_id, 1);
    say_ocrp(cn, 1, 0, PPTP_OCRP_CONNECTED);
    took(PPTP_ACT_CALL_UP, cl);
    say_wen(cn, 1, 8);
    EQ(info(cl).errors[0], 8);
    hang_up(cl);
    sent_ccrq(cn, 1);
    say_cdn(cn, 0, 0);
    down(cl, true, PPTP_CDN, 0, 0, 16);
    to_pns_out_wait_reply();
    say_ocrp(cn, mine, 0, PPTP_OCRP_BUSY);
    down(cl, false, PPTP_OCRP, PPTP_OCRP_BUSY, 0, 0);
    pptp_conn_find(r.peer, cn)->next_id = 0;
    say_ocrq(cn, 0);
    cl = rig_took(&r, PPTP_ACT_CALL_NEW)->a.call;
    took(PPTP_ACT_LINE_DIAL, cl);
    line_does(PPTP_LINE_CONNECTED);
    EQ(rig_sent(&r, cn, PPTP_OCRP)->ocrp.call_id, 1);
    took(PPTP_ACT_CALL_UP, cl);
    say_sli(cn, 1, 5, 6);
    took(PPTP_ACT_LINE_ACCM, cl);
    say_ccrq(cn, 0);
    sent_cdn(cn, 1, PPTP_CDN_REQUESTED, 0, 0);
    took(PPTP_ACT_LINE_HANGUP, cl);
    down(cl, true, PPTP_CDN, PPTP_CDN_REQUESTED, 0, 0);
    EQ(st()->msgs_unknown_call, 0);
    finish();
}

/* R-2.12-05: two calls whose IDs are each other's on the other side */
static void ids_swapped(void)
{
    pptp_call_id a, b;

    begin(PAC);
    pptp_conn_find(r.peer, cn)->next_id = 100;
    say_ocrq(cn, 101);
    a = rig_took(&r, PPTP_ACT_CALL_NEW)->a.call;
    took(PPTP_ACT_LINE_DIAL, a);
    say_ocrq(cn, 100);
    b = rig_took(&r, PPTP_ACT_CALL_NEW)->a.call;
    took(PPTP_ACT_LINE_DIAL, b);
    EQ(info(a).local_id, 100);
    EQ(info(b).local_id, 101);
    say_ccrq(cn, 101);
    sent_cdn(cn, 0, PPTP_CDN_REQUESTED, 0, 0);
    took(PPTP_ACT_LINE_HANGUP, a);
    down(a, false, PPTP_CDN, PPTP_CDN_REQUESTED, 0, 0);
    in_state(b, PPTP_CALL_WAIT_CS_ANS);
    finish();
}

/* R-2.8-04, R-2.10-09: replies come in the reverse order; R-2.7-04 */
static void replies_reversed(void)
{
    pptp_call_id h[3];
    struct pptp_call_info i[3];
    int k;

    begin(BOTH);
    for (k = 0; k < 3; k++) {
        h[k] = call_out(cn);
        rig_sent(&r, cn, PPTP_OCRQ);
        i[k] = info(h[k]);
    }
    ck_assert_uint_ne(i[0].serial, i[1].serial);
    ck_assert_uint_ne(i[1].serial, i[2].serial);
    for (k = 2; k >= 0; k--) {
        say_ocrp(cn, i[k].local_id, (uint16_t)(k + 1), 1);
        took(PPTP_ACT_CALL_UP, h[k]);
        EQ(info(h[k]).peer_id, k + 1);
    }
    for (k = 0; k < 3; k++) {
        h[k] = ring(cn);
        rig_sent(&r, cn, PPTP_ICRQ);
        i[k] = info(h[k]);
    }
    for (k = 2; k >= 0; k--) {
        say_icrp(cn, i[k].local_id, (uint16_t)(k + 11), 1);
        took(PPTP_ACT_LINE_ANSWER, h[k]);
        rig_line(&r, h[k], PPTP_LINE_CONNECTED, &line);
        EQ(rig_sent(&r, cn, PPTP_ICCN)->iccn.peer_call_id, k + 11);
        took(PPTP_ACT_CALL_UP, h[k]);
    }
    finish();
}

/* R-3.2.2-07: slots and numbers come back late */
static void ids_rest(void)
{
    pptp_call_id h[4];
    uint16_t id[4];
    int k;

    defaults(PNS);
    lim.calls = 2;
    start();
    for (k = 0; k < 4; k++) {
        h[k] = call_out(cn);
        id[k] = rig_sent(&r, cn, PPTP_OCRQ)->ocrq.call_id;
        say_ocrp(cn, id[k], 0, PPTP_OCRP_BUSY);
        EQ(rig_skip(&r, PPTP_ACT_CALL_DOWN), 1);
        if (k > 0) {
            ck_assert_uint_ne(id[k], id[k - 1]);
            ck_assert_uint_ne(h[k] & 0xfffff, h[k - 1] & 0xfffff);
        }
        if (k > 1)
            ck_assert_uint_ne(h[k], h[k - 2]);
    }
    /* even when the numbers have gone round */
    pptp_conn_find(r.peer, cn)->next_id = id[2];
    h[0] = call_out(cn);
    ck_assert_uint_ne(rig_sent(&r, cn, PPTP_OCRQ)->ocrq.call_id, id[2]);
    finish();
}

/* R-3.2.2-03, R-1.1-02: two connections, the same IDs on both */
static void ids_of_two_peers(void)
{
    pptp_call_id h[2];
    pptp_conn_id c[2];
    int k;

    begin(BOTH);
    c[0] = cn;
    c[1] = rig_up(&r, FAR2);
    for (k = 0; k < 2; k++) {
        pptp_conn_find(r.peer, c[k])->next_id = 500;
        h[k] = call_out(c[k]);
        EQ(rig_sent(&r, c[k], PPTP_OCRQ)->ocrq.call_id, 500);
        say_ocrp(c[k], 500, 600, PPTP_OCRP_CONNECTED);
        took(PPTP_ACT_CALL_UP, h[k]);
        EQ(info(h[k]).conn, c[k]);
    }
    say_wen(c[1], 500, 9);
    EQ(info(h[0]).errors[0], 0);
    EQ(info(h[1]).errors[0], 9);
    say_cdn(c[1], 600, PPTP_CDN_LOST_CARRIER);
    down(h[1], true, PPTP_CDN, PPTP_CDN_LOST_CARRIER, 0, 16);
    in_state(h[0], PPTP_CALL_ESTABLISHED);
    for (k = 0; k < 2; k++) { /* and as a PAC */
        say_ocrq(c[k], 601);
        h[k] = rig_took(&r, PPTP_ACT_CALL_NEW)->a.call;
        took(PPTP_ACT_LINE_DIAL, h[k]);
    }
    EQ(info(h[0]).local_id, info(h[1]).local_id);
    say_ccrq(c[1], 601);
    sent_cdn(c[1], 0, PPTP_CDN_REQUESTED, 0, 0);
    EQ(rig_skip(&r, PPTP_ACT_CALL_DOWN), 1);
    gone(h[1]);
    in_state(h[0], PPTP_CALL_WAIT_CS_ANS);
    finish();
}

/* two connections from one address share the numbers, and neither
 * reaches the other's calls */
static void ids_of_one_address(void)
{
    pptp_call_id out, in, rung, aborted;
    pptp_conn_id other;
    uint16_t id;

    defaults(BOTH);
    conf.allow_multiple = true;
    start();
    other = rig_up(&r, FAR);
    pptp_conn_find(r.peer, other)->next_id = pptp_conn_find(r.peer, cn)
                                                 ->next_id;
    to_pns_out_up();
    out = cl;
    id = mine;
    aborted = call_out(other); /* R-3.2.2-02: not the same number again */
    ck_assert_uint_ne(rig_sent(&r, other, PPTP_OCRQ)->ocrq.call_id, id);
    say_wen(other, id, 9);
    say_cdn(other, THEIRS, 1);
    EQ(info(out).errors[0], 0);
    say_ocrq(cn, 5);
    cl = in = rig_took(&r, PPTP_ACT_CALL_NEW)->a.call;
    took(PPTP_ACT_LINE_DIAL, in);
    line_does(PPTP_LINE_CONNECTED);
    id = rig_sent(&r, cn, PPTP_OCRP)->ocrp.call_id;
    took(PPTP_ACT_CALL_UP, in);
    say_sli(other, id, 0, 0);
    EQ(info(in).tx_accm, UINT32_MAX);
    rung = ring(cn);
    id = rig_sent(&r, cn, PPTP_ICRQ)->icrq.call_id;
    say_icrp(other, id, 1, PPTP_ICRP_REFUSED);
    in_state(rung, PPTP_CALL_WAIT_REPLY);
    EQ(st()->msgs_unknown_call, 4);
    EQ(st()->msgs_unexpected, 0);
    say_ccrq(other, 5);
    sent_cdn(other, 5, PPTP_CDN_GENERAL, PPTP_GE_BAD_CALL_ID, 0);
    hang_up(aborted);
    rig_sent(&r, other, PPTP_CCRQ);
    say_cdn(cn, info(aborted).local_id, 0); /* its own ID, but not here */
    in_state(aborted, PPTP_CALL_WAIT_DISCONNECT);
    rig_quiet(&r);
    in_state(in, PPTP_CALL_ESTABLISHED);
    in_state(out, PPTP_CALL_ESTABLISHED);
    finish();
}

/* --- handles and arguments ---------------------------------------------- */

/* A stale handle does nothing, in whatever way the call ended */
static void stale_handles(void)
{
    struct pptp_call_request q;
    struct pptp_call_info i;
    pptp_call_id bad[3];
    size_t k;

    defaults(BOTH);
    lim.calls = 1; /* the slot has a new call in it */
    start();
    to_pac_out_wait_cs_ans();
    bad[0] = cl;
    line_does(PPTP_LINE_BUSY);
    rig_skip(&r, PPTP_ACT_CALL_DOWN);
    to_pac_out_up();
    bad[1] = PPTP_NONE;
    bad[2] = cl + 1; /* no such slot */
    for (k = 0; k < N(bad); k++) {
        pptp_pkt pkt = pptp_pool_take(&r.pool, PPTP_HEADROOM);
        pptp_pkt back = pptp_pool_take(&r.pool, PPTP_HEADROOM);
        int e;

        for (e = PPTP_LINE_CONNECTED; e <= PPTP_LINE_ERRORS; e++)
            ck_assert_int_eq(pptp_peer_line_event(r.peer, r.now, bad[k],
                                                  (enum pptp_line_event)e,
                                                  &line),
                             PPTP_ERR_UNKNOWN);
        ck_assert_int_eq(pptp_peer_frame(r.peer, r.now, bad[k], pkt),
                         PPTP_ERR_UNKNOWN);
        pptp_peer_frame_done(r.peer, r.now, bad[k], back);
        ck_assert_int_eq(pptp_peer_call_close(r.peer, r.now, bad[k]),
                         PPTP_ERR_UNKNOWN);
        ck_assert_int_eq(pptp_peer_set_link_info(r.peer, r.now, bad[k], 0, 0),
                         PPTP_ERR_UNKNOWN);
        ck_assert_int_eq(pptp_peer_call_info(r.peer, bad[k], &i),
                         PPTP_ERR_UNKNOWN);
        ck_assert_int_eq(pptp_peer_call_request(r.peer, bad[k], &q),
                         PPTP_ERR_UNKNOWN);
        EQ(r.pool.used, 0);
    }
    drain();
    rig_quiet(&r);
    in_state(cl, PPTP_CALL_ESTABLISHED);
    finish();
}

static void open_is(uint32_t bearer, uint32_t framing, uint32_t min,
                    uint32_t max, int err)
{
    struct pptp_call_request q = {
        .bearer = bearer, .framing = framing, .min_bps = min, .max_bps = max
    };
    pptp_call_id h;

    ck_assert_int_eq(pptp_peer_call_open(r.peer, r.now, cn, &q, &h), err);
}

static void ring_is(pptp_conn_id c, uint32_t bearer, int err)
{
    struct pptp_call_request q = { .bearer = bearer };
    pptp_call_id h;

    ck_assert_int_eq(pptp_peer_ring(r.peer, r.now, c, &q, &h), err);
}

/* What our own side may not ask for: R-2.7-07, -08, R-2.9-05, A-30 */
static void bad_requests(void)
{
    defaults(BOTH);
    lim.calls = 2;
    start();
    open_is(0, 1, 0, 1, PPTP_ERR_VALUE);
    open_is(4, 1, 0, 1, PPTP_ERR_VALUE);
    open_is(1, 0, 0, 1, PPTP_ERR_VALUE);
    open_is(1, 4, 0, 1, PPTP_ERR_VALUE);
    open_is(1, 1, 2, 1, PPTP_ERR_VALUE);
    ring_is(cn, 0, PPTP_ERR_VALUE);
    ring_is(cn, 3, PPTP_ERR_VALUE);
    ring_is(cn, 4, PPTP_ERR_VALUE);
    ring_is(PPTP_NONE, 1, PPTP_ERR_UNKNOWN);
    drain();
    rig_quiet(&r);
    EQ(st()->calls_started, 0);
    open_is(3, 3, 5, 5, 0);
    ring_is(cn, 2, 0);
    open_is(3, 3, 5, 5, PPTP_ERR_RESOURCE);
    ring_is(cn, 2, PPTP_ERR_RESOURCE);
    drain();
    rig_sent(&r, cn, PPTP_OCRQ);
    rig_sent(&r, cn, PPTP_ICRQ);
    finish();
    begin(PAC);
    open_is(3, 3, 5, 5, PPTP_ERR_STATE);
    finish();
    begin(PNS);
    ring_is(cn, 1, PPTP_ERR_STATE);
    finish();
}

/* R-3-02, R-3.2.1-05: the end of the connection is the end of its calls,
 * and with a new one the numbers are free again */
static void connection_ends(void)
{
    size_t i;

    for (i = 0; i < N(places); i++) {
        begin(BOTH);
        places[i].enter();
        rig_tcp(&r, cn, PPTP_TCP_CLOSED);
        rig_took(&r, PPTP_ACT_TCP_CLOSE);
        if (places[i].role == PAC)
            took(PPTP_ACT_LINE_HANGUP, cl);
        down(cl, places[i].was_up, 0, 0, 0, 0);
        rig_took(&r, PPTP_ACT_CONN_DOWN);
        cn = rig_up(&r, FAR);
        places[i].enter();
        finish();
    }
}

/* --- all of them -------------------------------------------------------- */

static const struct {
    const char *name;
    void (*run)(void);
} scenarios[] = {
#define S(f)  \
    {         \
#f, f \
    }
    S(pac_in_whole),         S(pac_in_refused),      S(pac_in_aborted),
    S(pac_in_ends),          S(pac_in_silent_line),  S(pac_in_id_taken),
    S(pac_link_info),        S(pns_in_whole),        S(pns_disconnected),
    S(pns_in_crossing),      S(pns_wan_errors),      S(pns_in_refuses),
    S(pac_out_whole),        S(pac_out_fails),       S(pac_out_unfit),
    S(pac_out_cleared),      S(pac_out_refuses),     S(pns_out_whole),
    S(numbers_of_64_digits), S(pns_out_fails),       S(pns_out_id_taken),
    S(pns_out_crossing),     S(pns_link_info),       S(cdn_own_id),
    S(cdn_oldest),           S(cdn_either),          S(cdn_own_id_last),
    S(cdn_zero_live),        S(cdn_wait_reply_last), S(cdn_not_for_a_pac),
    S(cdn_no_such_call),     S(cdn_left_empty),      S(unknown_calls),
    S(not_connected),        S(requests_repeated),   S(stuck),
    S(concurrent),           S(wan_errors),          S(call_id_zero),
    S(ids_swapped),          S(replies_reversed),    S(ids_rest),
    S(ids_of_two_peers),     S(ids_of_one_address),  S(stale_handles),
    S(bad_requests),         S(connection_ends),
#undef S
};

START_TEST(scenario)
{
    scenarios[_i].run();
}
END_TEST

/* The four tables, whole: no row that nothing leads to */
START_TEST(every_row_taken)
{
    unsigned m, k, n;
    size_t i;

    memset(hits, 0, sizeof hits);
    for (i = 0; i < N(scenarios); i++)
        scenarios[i].run();
    begin(BOTH);
    for (m = 0; m < PPTP_MACHINES; m++) {
        pptp_peer_row_hits(r.peer, 2 + m, 0, &n);
        ck_assert_uint_ge(n, 13);
        ck_assert_uint_le(n, ROWS);
        for (k = 0; k < n; k++)
            ck_assert_msg(hits[m][k] > 0, "%s: row %u never taken",
                          pptp_machine_name((enum pptp_machine)m), k);
    }
    finish();
}
END_TEST

/* --- many calls --------------------------------------------------------- */

#define MANY 32768u

static pptp_call_id many_h[MANY];
static uint16_t many_id[MANY];
static bool seen[65536];
static uint32_t twice; /* what should have been seen once */

static void begin_many(uint8_t role, uint32_t calls)
{
    defaults(role);
    lim = (struct pptp_limits){
        .conns = 2, .calls = calls, .window = 1, .actions = 16, .trace = 16
    };
    conf.trace = PPTP_TRACE_LEVEL_off;
    start();
    memset(seen, 0, sizeof seen);
    twice = 0;
}

static void see(uint32_t i)
{
    twice += seen[i];
    seen[i] = true;
}

/* Opens a call, past the rig and its assertions, which take their time. */
static int open_one(pptp_call_id *h)
{
    int err = pptp_peer_call_open(r.peer, r.now, cn, &ask, h);
    struct pptp_action a;
    uint32_t n = 0;

    while (pptp_peer_poll(r.peer, &a))
        n += a.type == PPTP_ACT_TCP_SEND;
    if (n != (err == PPTP_OK))
        ck_abort_msg("%u messages", n);
    return err;
}

/* R-2.7-02, R-3.2.2-02, R-3.2.2-04: half of the numbers, all distinct */
START_TEST(many_calls_of_a_pns)
{
    struct pptp_msg m = { .type = PPTP_STOP_RQ };
    uint32_t i;

    begin_many(PNS, MANY);
    for (i = 0; i < MANY; i++) {
        if (open_one(&many_h[i]) != PPTP_OK)
            break;
        many_id[i] = pptp_call_find(r.peer, many_h[i])->local_id;
        see(many_id[i]);
    }
    EQ(i, MANY);
    EQ(twice, 0);
    open_is(3, 3, 0, 1, PPTP_ERR_RESOURCE);
    say_icrq(cn, 1);
    sent_icrp_bad(cn, 1, PPTP_ICRP_GENERAL, PPTP_GE_NO_RESOURCE);
    for (i = MANY; i-- > 0;) {
        say_ocrp(cn, many_id[i], (uint16_t)(3 * i), 1);
        took(PPTP_ACT_CALL_UP, many_h[i]);
    }
    for (i = 0; i < MANY; i += 2) {
        say_cdn(cn, (uint16_t)(3 * i), 1);
        took(PPTP_ACT_CALL_DOWN, many_h[i]);
    }
    memset(seen, 0, sizeof seen);
    rig_msg(&r, cn, &m); /* 2.3: no message of their own for the calls */
    rig_sent(&r, cn, PPTP_STOP_RP);
    rig_took(&r, PPTP_ACT_TCP_CLOSE);
    for (i = 0; i < MANY / 2; i++)
        see(rig_took(&r, PPTP_ACT_CALL_DOWN)->a.call & 0xfffff);
    EQ(twice, 0);
    rig_took(&r, PPTP_ACT_CONN_DOWN);
    rig_quiet(&r);
    EQ(st()->calls_ended, MANY);
    cn = rig_up(&r, FAR);
    to_pns_out_up();
    finish();
}
END_TEST

/* An OCRQ with that ID, past the rig as well; the call that dials, or none. */
static pptp_call_id dial_one(uint16_t id)
{
    struct pptp_msg m = { .type = PPTP_OCRQ };
    pptp_call_id h = PPTP_NONE;
    uint8_t o[PPTP_MSG_MAX];
    struct pptp_action a;

    m.ocrq.call_id = id;
    m.ocrq.max_bps = 64000;
    m.ocrq.bearer = PPTP_BEARER_ANY;
    m.ocrq.framing = PPTP_FRAMING_EITHER;
    pptp_peer_tcp_input(r.peer, r.now, cn, o, pptp_msg_encode(&m, o));
    while (pptp_peer_poll(r.peer, &a))
        if (a.type == PPTP_ACT_LINE_DIAL)
            h = a.call;
    return h;
}

/* The loss of TCP ends 32,768 calls with 16 actions in hand at most */
START_TEST(many_calls_of_a_pac)
{
    struct pptp_action a;
    uint32_t i, n[PPTP_ACT_CALL_DOWN + 1] = { 0 };

    begin_many(PAC, MANY);
    for (i = 0; i < MANY; i++) {
        many_h[i] = dial_one((uint16_t)(5 * i));
        if (many_h[i] == PPTP_NONE)
            break;
    }
    EQ(i, MANY);
    say_ocrq(cn, (uint16_t)(5 * MANY));
    sent_ocrp_bad(cn, 5 * MANY % 65536, PPTP_OCRP_GENERAL, PPTP_GE_NO_RESOURCE,
                  0);
    ring_is(cn, 1, PPTP_ERR_RESOURCE);
    for (i = 0; i < MANY; i++) {
        const struct pptp_msg *m;

        rig_line(&r, many_h[i], PPTP_LINE_CONNECTED, &line);
        m = rig_sent(&r, cn, PPTP_OCRP);
        if (m->ocrp.peer_call_id != 5 * i % 65536)
            twice++;
        see(m->ocrp.call_id);
        took(PPTP_ACT_CALL_UP, many_h[i]);
    }
    EQ(twice, 0);
    memset(seen, 0, sizeof seen);
    ck_assert_int_eq(
        pptp_peer_tcp_event(r.peer, r.now, cn, PPTP_TCP_CLOSED, NULL), 0);
    while (pptp_peer_poll(r.peer, &a)) {
        n[a.type]++;
        if (a.type == PPTP_ACT_CALL_DOWN)
            see(a.call & 0xfffff);
    }
    EQ(twice, 0);
    EQ(n[PPTP_ACT_TCP_CLOSE], 1);
    EQ(n[PPTP_ACT_TCP_SEND], 0);
    EQ(n[PPTP_ACT_LINE_HANGUP], MANY);
    EQ(n[PPTP_ACT_CALL_DOWN], MANY);
    EQ(n[PPTP_ACT_CONN_DOWN], 1);
    EQ(st()->calls_ended, MANY);
    finish();
}
END_TEST

/* Every Call ID of one address in use: refused, with slots to spare */
START_TEST(all_numbers_taken)
{
    pptp_call_id h;
    uint32_t n = 0;

    begin_many(BOTH, 65537);
    while (open_one(&h) == PPTP_OK) {
        see(pptp_call_find(r.peer, h)->local_id);
        n++;
    }
    ck_assert_uint_ge(n, 65535);
    EQ(twice, 0);
    open_is(3, 3, 0, 1, PPTP_ERR_RESOURCE);
    ring_is(cn, 1, PPTP_ERR_RESOURCE);
    say_icrq(cn, 1);
    sent_icrp_bad(cn, 1, PPTP_ICRP_GENERAL, PPTP_GE_NO_RESOURCE);
    say_ocrq(cn, 1);
    sent_ocrp_bad(cn, 1, PPTP_OCRP_GENERAL, PPTP_GE_NO_RESOURCE, 0);
    EQ(st()->calls_started, n);
    cn = rig_up(&r, FAR2); /* R-3.2.2-03: another address, other numbers */
    to_pns_in_up();
    finish();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("call");
    TCase *t = tcase_create("scenarios");
    SRunner *sr;
    int failed;

    tcase_set_timeout(t, 120); /* valgrind */
    tcase_add_loop_test(t, scenario, 0, (int)N(scenarios));
    tcase_add_test(t, every_row_taken);
    tcase_add_loop_test(t, pairs_without_a_row, 0, (int)N(places));
    suite_add_tcase(s, t);
    t = tcase_create("many");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, many_calls_of_a_pns);
    tcase_add_test(t, many_calls_of_a_pac);
    tcase_add_test(t, all_numbers_taken);
    suite_add_tcase(s, t);
    sr = srunner_create(s);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed ? 1 : 0;
}
