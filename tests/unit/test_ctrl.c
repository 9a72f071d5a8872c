/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The control connection as a whole peer shows it: RFC 2637 §1.4, §2.1 to
 * §2.6 and §3.1.  The identifiers in comments are those of the requirements
 * list.
 *
 * Each scenario is a function of its own, so that the last test can run them
 * all in one process and count the rows of figures 3.1.1 and 3.1.2 that they
 * took.  Timers have different lengths, so that a wrong one is seen.
 */
#include "config.h"

#include <check.h>
#include <string.h>

#include "pptp/call.h"
#include "pptp/ctrl.h"
#include "tests/support/rig.h"

#define LOWER 0x0a000001u /* than the peer's own address, 10.0.0.2 */
#define HIGHER 0x0a000009u
#define START_S 11u
#define IDLE_S 13u
#define ECHO_S 17u
#define STOP_S 19u
#define CALL_S 7u

/* Where a connection can be: state and figure. */
enum place {
    O_IDLE, /* TCP is being opened */
    O_WAIT,
    O_UP,
    O_STOP,
    R_IDLE, /* TCP is open, SCCRQ is awaited */
    R_UP,
    R_STOP,
    PLACES
};

static const enum pptp_conn_state state_of[PLACES] = {
    PPTP_CTRL_IDLE,           PPTP_CTRL_WAIT_CTL_REPLY,
    PPTP_CTRL_ESTABLISHED,    PPTP_CTRL_WAIT_STOP_REPLY,
    PPTP_CTRL_IDLE,           PPTP_CTRL_ESTABLISHED,
    PPTP_CTRL_WAIT_STOP_REPLY
};

static const enum place both_up[] = { O_UP, R_UP };

static struct rig r;
static struct pptp_config conf;
static uint64_t hits[2][64];

/* --- around the peer --------------------------------------------------- */

static void configure(void)
{
    pptp_config_default(&conf);
    conf.framing_caps = PPTP_FRAMING_SYNC;
    conf.bearer_caps = PPTP_BEARER_DIGITAL;
    conf.max_channels = 40;
    conf.firmware_revision = 0x0203;
    strcpy(conf.host_name, "lac.example");
    strcpy(conf.vendor_name, "dialtone");
    conf.start_timeout_ns = START_S * PPTP_S;
    conf.idle_timeout_ns = IDLE_S * PPTP_S;
    conf.echo_timeout_ns = ECHO_S * PPTP_S;
    conf.stop_timeout_ns = STOP_S * PPTP_S;
    conf.call_timeout_ns = CALL_S * PPTP_S;
}

static void begin_with(const struct pptp_limits *l)
{
    rig_start(&r, &conf, l);
}

static void begin(void)
{
    begin_with(NULL);
}

static void finish(void)
{
    unsigned figure, row, rows = 1;

    for (figure = 0; figure < 2; figure++)
        for (row = 0; row < 64; row++)
            hits[figure][row] += pptp_peer_row_hits(r.peer, figure, row,
                                                    &rows);
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

static void later(pptp_ns ns)
{
    rig_to(&r, r.now + ns);
}

static void check_state(pptp_conn_id c, enum pptp_conn_state s)
{
    ck_assert_str_eq(pptp_conn_state_name(pptp_peer_conn_state(r.peer, c)),
                     pptp_conn_state_name(s));
}

/* It waits for something for that long; the peer may look earlier. */
static void check_timer(pptp_conn_id c, pptp_ns ns)
{
    ck_assert_uint_eq(pptp_conn_deadline(pptp_conn_find(r.peer, c)) - r.now,
                      ns);
    ck_assert_uint_le(pptp_peer_deadline(r.peer), r.now + ns);
}

/* The next action is this message, every field of it. */
static void sends(pptp_conn_id c, const struct pptp_msg *want)
{
    const struct pptp_msg *got = rig_sent(&r, c, want->type);
    uint8_t a[PPTP_MSG_MAX], b[PPTP_MSG_MAX];
    char text[512];
    size_t n = pptp_msg_encode(want, a);

    pptp_msg_print(got, text, sizeof text);
    pptp_msg_encode(got, b);
    ck_assert_msg(memcmp(a, b, n) == 0, "%s", text);
    ck_assert(!got->reserved_dirty); /* R-2-02 */
}

static void took(pptp_conn_id c, enum pptp_action_type t)
{
    ck_assert_uint_eq(rig_took(&r, t)->a.conn, c);
}

/* What is left: the connection closes without a word and its handle dies. */
static void closes(pptp_conn_id c)
{
    took(c, PPTP_ACT_TCP_CLOSE);
    took(c, PPTP_ACT_CONN_DOWN);
    rig_quiet(&r);
    ck_assert_int_eq(pptp_peer_close(r.peer, r.now, c, PPTP_STOP_NONE),
                     PPTP_ERR_UNKNOWN);
}

/* --- messages ---------------------------------------------------------- */

/* A message that our state may or may not admit, but with good fields. */
static struct pptp_msg message(unsigned type)
{
    struct pptp_msg m = { .type = (uint16_t)type };

    switch (type) {
    case PPTP_SCCRQ: m.sccrq.protocol_version = PPTP_VERSION; break;
    case PPTP_SCCRP:
        m.sccrp.protocol_version = PPTP_VERSION;
        m.sccrp.result = PPTP_SCCRP_OK;
        break;
    case PPTP_STOP_RQ: m.stop_rq.reason = PPTP_STOP_NONE; break;
    case PPTP_STOP_RP: m.stop_rp.result = PPTP_STOP_RP_OK; break;
    case PPTP_ECHO_RQ: m.echo_rq.identifier = 0xfeed0001; break;
    case PPTP_ECHO_RP: m.echo_rp.result = PPTP_ECHO_RP_OK; break;
    case PPTP_OCRQ:
        m.ocrq.call_id = 77;
        m.ocrq.bearer = PPTP_BEARER_ANY;
        m.ocrq.framing = PPTP_FRAMING_EITHER;
        m.ocrq.max_bps = 64000;
        break;
    case PPTP_OCRP: m.ocrp.result = PPTP_OCRP_CONNECTED; break;
    case PPTP_ICRQ:
        m.icrq.call_id = 78;
        m.icrq.bearer = PPTP_BEARER_ANALOG;
        break;
    case PPTP_ICRP: m.icrp.result = PPTP_ICRP_ACCEPT; break;
    case PPTP_ICCN: m.iccn.framing = PPTP_FRAMING_SYNC; break;
    default: break;
    }
    return m;
}

static void rx(pptp_conn_id c, unsigned type)
{
    struct pptp_msg m = message(type);

    rig_msg(&r, c, &m);
}

/* What we say when we begin. */
static struct pptp_msg our_sccrq(void)
{
    struct pptp_msg m = { .type = PPTP_SCCRQ };

    m.sccrq.protocol_version = 0x0100;
    m.sccrq.framing_caps = PPTP_FRAMING_SYNC;
    m.sccrq.bearer_caps = PPTP_BEARER_DIGITAL;
    m.sccrq.max_channels = 40;
    m.sccrq.firmware_revision = 0x0203;
    strcpy(m.sccrq.host_name, "lac.example");
    strcpy(m.sccrq.vendor_name, "dialtone");
    return m;
}

static struct pptp_msg our_sccrp(uint8_t result)
{
    struct pptp_msg q = our_sccrq(), m = { .type = PPTP_SCCRP };

    m.sccrp.protocol_version = 0x0100;
    m.sccrp.result = result;
    m.sccrp.error = 0; /* R-2.2-07 */
    m.sccrp.framing_caps = q.sccrq.framing_caps;
    m.sccrp.bearer_caps = q.sccrq.bearer_caps;
    m.sccrp.max_channels = q.sccrq.max_channels;
    m.sccrp.firmware_revision = q.sccrq.firmware_revision;
    memcpy(m.sccrp.host_name, q.sccrq.host_name, 64);
    memcpy(m.sccrp.vendor_name, q.sccrq.vendor_name, 64);
    return m;
}

static void sends_sccrp(pptp_conn_id c, uint8_t result)
{
    struct pptp_msg m = our_sccrp(result);

    sends(c, &m);
}

static void sends_stop_rq(pptp_conn_id c, uint8_t reason)
{
    struct pptp_msg m = { .type = PPTP_STOP_RQ };

    m.stop_rq.reason = reason;
    sends(c, &m);
}

static void sends_stop_rp(pptp_conn_id c, uint8_t result, uint8_t error)
{
    struct pptp_msg m = { .type = PPTP_STOP_RP };

    m.stop_rp.result = result;
    m.stop_rp.error = error;
    sends(c, &m);
}

static void sends_echo_rp(pptp_conn_id c, uint32_t id, uint8_t result,
                          uint8_t error)
{
    struct pptp_msg m = { .type = PPTP_ECHO_RP };

    m.echo_rp.identifier = id;
    m.echo_rp.result = result;
    m.echo_rp.error = error;
    sends(c, &m);
}

static void rx_sccrq(pptp_conn_id c, uint16_t version)
{
    struct pptp_msg m = message(PPTP_SCCRQ);

    m.sccrq.protocol_version = version;
    rig_msg(&r, c, &m);
}

static void rx_sccrp(pptp_conn_id c, uint16_t version, uint8_t result)
{
    struct pptp_msg m = message(PPTP_SCCRP);

    m.sccrp.protocol_version = version;
    m.sccrp.result = result;
    rig_msg(&r, c, &m);
}

static void rx_echo_rp(pptp_conn_id c, uint32_t id, uint8_t result)
{
    struct pptp_msg m = { .type = PPTP_ECHO_RP };

    m.echo_rp.identifier = id;
    m.echo_rp.result = result;
    rig_msg(&r, c, &m);
}

/* --- connections ------------------------------------------------------- */

static pptp_conn_id open_begun(uint32_t to)
{
    struct pptp_addr a = pptp_addr_v4(to);
    const struct rig_act *k;
    pptp_conn_id c;

    ck_assert_int_eq(pptp_peer_open(r.peer, r.now, &a, &c), 0);
    drain();
    k = rig_took(&r, PPTP_ACT_TCP_OPEN);
    ck_assert_uint_eq(k->a.conn, c);
    ck_assert(pptp_addr_eq(&k->a.addr, &a));
    return c;
}

static void close_local(pptp_conn_id c, enum pptp_stop_reason why)
{
    ck_assert_int_eq(pptp_peer_close(r.peer, r.now, c, why), 0);
    drain();
}

/* A connection with that end, brought to that place. */
static pptp_conn_id at(enum place w, uint32_t remote)
{
    pptp_conn_id c;

    if (w == O_IDLE)
        return open_begun(remote);
    if (w >= R_IDLE) {
        c = rig_accept(&r, remote);
        if (w > R_IDLE) {
            rx(c, PPTP_SCCRQ);
            sends_sccrp(c, PPTP_SCCRP_OK);
            took(c, PPTP_ACT_CONN_UP);
        }
    } else {
        c = rig_open(&r, remote);
        rig_sent(&r, c, PPTP_SCCRQ);
        if (w > O_WAIT) {
            rx(c, PPTP_SCCRP);
            took(c, PPTP_ACT_CONN_UP);
        }
    }
    if (state_of[w] == PPTP_CTRL_WAIT_STOP_REPLY) {
        close_local(c, PPTP_STOP_SHUTDOWN);
        sends_stop_rq(c, PPTP_STOP_SHUTDOWN);
    }
    rig_quiet(&r);
    check_state(c, state_of[w]);
    return c;
}

/* Three calls of the peer's side; one of them is up. */
static void three_calls(pptp_conn_id c)
{
    struct pptp_line_info l = { .connect_bps = 64000, .framing = 2 };
    struct pptp_msg q = message(PPTP_OCRQ);
    pptp_call_id call = PPTP_NONE;
    int i;

    for (i = 0; i < 3; i++) {
        q.ocrq.call_id = (uint16_t)(500 + i);
        rig_msg(&r, c, &q);
        took(c, PPTP_ACT_CALL_NEW);
        call = rig_took(&r, PPTP_ACT_LINE_DIAL)->a.call;
    }
    rig_line(&r, call, PPTP_LINE_CONNECTED, &l);
    ck_assert_uint_eq(rig_sent(&r, c, PPTP_OCRP)->ocrp.result,
                      PPTP_OCRP_CONNECTED);
    rig_took(&r, PPTP_ACT_CALL_UP);
    rig_quiet(&r);
}

/* R-2.3-03: they end without a message of their own. */
static void three_calls_clear(void)
{
    int i;

    for (i = 0; i < 3; i++) {
        const struct rig_act *k;

        rig_took(&r, PPTP_ACT_LINE_HANGUP);
        k = rig_took(&r, PPTP_ACT_CALL_DOWN);
        ck_assert_uint_eq(k->a.end.was_up, i == 0); /* the newest first */
        ck_assert_uint_eq(k->a.end.msg, 0);
    }
}

/* --- figure 3.1.1: the originator -------------------------------------- */

/* R-2.1-01, R-2.1-02, R-2.1-03, R-2.1-04, R-2.1-05, R-2.1-08, R-2.1-09,
 * R-2.1-10, R-3.1.1-01, R-1.4-10, R-3.1-02 */
static void opens(void)
{
    struct pptp_msg q = our_sccrq();
    struct pptp_tcp_info i = { .local = pptp_addr_v4(0x0a000002),
                               .remote = pptp_addr_v4(LOWER),
                               .local_port = 4000,
                               .remote_port = PPTP_PORT,
                               .authorized = true };
    pptp_conn_id c;

    begin();
    c = open_begun(LOWER);
    rig_quiet(&r); /* nothing is said before TCP is open */
    check_state(c, PPTP_CTRL_IDLE);
    ck_assert_uint_eq(pptp_peer_deadline(r.peer), PPTP_NEVER);
    ck_assert_uint_eq(st()->conns_opened, 1);
    later(3 * PPTP_S);
    ck_assert_int_eq(
        pptp_peer_tcp_event(r.peer, r.now, c, PPTP_TCP_CONNECTED, &i), 0);
    drain();
    sends(c, &q);
    rig_quiet(&r);
    check_state(c, PPTP_CTRL_WAIT_CTL_REPLY);
    check_timer(c, START_S * PPTP_S);
    later(PPTP_S);
    rx(c, PPTP_SCCRP);
    took(c, PPTP_ACT_CONN_UP);
    rig_quiet(&r);
    check_state(c, PPTP_CTRL_ESTABLISHED);
    check_timer(c, IDLE_S * PPTP_S);
    ck_assert_uint_eq(st()->conns_established, 1);
    ck_assert_uint_eq(st()->msgs_tx, 1);
    ck_assert_uint_eq(st()->msgs_rx, 1);
    later(IDLE_S * PPTP_S - 1);
    rig_quiet(&r);
    later(1);
    rig_sent(&r, c, PPTP_ECHO_RQ);
    finish();
}

/* R-2.2-11: old modems answer 0 */
static void result_zero_is_success(void)
{
    pptp_conn_id c;

    begin();
    c = at(O_WAIT, LOWER);
    rx_sccrp(c, PPTP_VERSION, 0);
    took(c, PPTP_ACT_CONN_UP);
    check_state(c, PPTP_CTRL_ESTABLISHED);
    ck_assert_uint_eq(st()->msgs_bad_value, 0);
    finish();
}

/* R-3.1.1-04, R-2.3-02, A-07: lower or higher than ours: StopCCRQ, T-stop */
static void sccrp_of_another_version(void)
{
    static const uint16_t v[] = { 0, 0x0001, 0x00ff, 0x0101, 0x0200, 0xffff };
    pptp_conn_id c;
    size_t i;

    begin();
    for (i = 0; i < sizeof v / sizeof v[0]; i++) {
        c = at(O_WAIT, LOWER);
        later(PPTP_S);
        rx_sccrp(c, v[i], PPTP_SCCRP_OK);
        sends_stop_rq(c, PPTP_STOP_PROTOCOL);
        rig_quiet(&r);
        check_state(c, PPTP_CTRL_WAIT_STOP_REPLY);
        later(STOP_S * PPTP_S - 1);
        check_state(c, PPTP_CTRL_WAIT_STOP_REPLY);
        if (i & 1)
            later(1);
        else
            rx(c, PPTP_STOP_RP);
        closes(c);
    }
    ck_assert_uint_eq(st()->conns_established, 0);
    ck_assert_uint_eq(st()->conns_timed_out, i / 2);
    finish();
}

/* refused, whatever the result, error and version: close, silently */
static void sccrp_refuses(void)
{
    static const uint8_t result[] = { 2, 3, 4, 5, 6, 255 };
    pptp_conn_id c;
    size_t i;

    begin();
    for (i = 0; i < sizeof result; i++) {
        c = at(O_WAIT, LOWER);
        rx_sccrp(c, i & 1 ? 0x0001 : 0x0100, result[i]);
        closes(c);
    }
    ck_assert_uint_eq(st()->conns_closed, i);
    ck_assert_uint_eq(st()->msgs_bad_value, 2);
    finish();
}

/* R-3.1.4-01 */
static void start_timer(void)
{
    static const enum place w[] = { O_WAIT, R_IDLE };
    pptp_conn_id c;
    size_t i;

    begin();
    for (i = 0; i < 2; i++) {
        c = at(w[i], LOWER);
        later(PPTP_S);
        rx(c, PPTP_ECHO_RQ); /* does not prolong it */
        rig_sent(&r, c, PPTP_ECHO_RP);
        later((START_S - 1) * PPTP_S - 1);
        rig_quiet(&r);
        later(1);
        closes(c);
        ck_assert_uint_eq(st()->conns_timed_out, i + 1);
    }
    finish();
}

static void stop_before_it_is_up(void)
{
    pptp_conn_id c;

    begin();
    c = at(O_WAIT, LOWER);
    rx(c, PPTP_STOP_RQ);
    sends_stop_rp(c, PPTP_STOP_RP_OK, 0);
    closes(c);
    /* as receiver: nothing to stop; a reply, but no effect */
    c = at(R_IDLE, LOWER);
    later(PPTP_S);
    rx(c, PPTP_STOP_RQ);
    sends_stop_rp(c, PPTP_STOP_RP_GENERAL, PPTP_GE_NOT_CONNECTED);
    rig_quiet(&r);
    check_state(c, PPTP_CTRL_IDLE);
    check_timer(c, (START_S - 1) * PPTP_S);
    rx(c, PPTP_SCCRQ);
    sends_sccrp(c, PPTP_SCCRP_OK);
    took(c, PPTP_ACT_CONN_UP);
    finish();
}

/* R-2.6-02 */
static void echo_before_it_is_up(void)
{
    static const enum place w[] = { O_WAIT, R_IDLE };
    pptp_conn_id c;
    size_t i;

    begin();
    for (i = 0; i < 2; i++) {
        c = at(w[i], LOWER + (uint32_t)i * 16);
        later(PPTP_S);
        rx(c, PPTP_ECHO_RQ);
        sends_echo_rp(c, 0xfeed0001, PPTP_ECHO_RP_GENERAL,
                      PPTP_GE_NOT_CONNECTED);
        rig_quiet(&r);
        check_state(c, state_of[w[i]]);
        check_timer(c, (START_S - 1) * PPTP_S);
    }
    finish();
}

/* --- figure 3.1.2: the receiver ---------------------------------------- */

/* R-2.2-01, R-2.2-02, R-2.2-10, R-3.1.2-02, R-3.1.2-05 */
static void accepts_same_or_later_version(void)
{
    static const uint16_t v[] = { 0x0100, 0x0101, 0x0200, 0xffff };
    pptp_conn_id c;
    uint32_t i;

    begin();
    for (i = 0; i < 4; i++) {
        c = rig_accept(&r, LOWER + 16 * i);
        rig_quiet(&r); /* R-2.1-01: the originator speaks first */
        check_state(c, PPTP_CTRL_IDLE);
        if (i == 0)
            check_timer(c, START_S * PPTP_S);
        later(PPTP_S);
        rx_sccrq(c, v[i]);
        sends_sccrp(c, PPTP_SCCRP_OK);
        took(c, PPTP_ACT_CONN_UP);
        rig_quiet(&r);
        check_state(c, PPTP_CTRL_ESTABLISHED);
    }
    ck_assert_uint_eq(st()->conns_accepted, 4);
    ck_assert_uint_eq(st()->conns_established, 4);
    rig_to(&r, (IDLE_S + 1) * PPTP_S - 1);
    rig_quiet(&r);
    later(1); /* T-idle runs from the SCCRQ */
    ck_assert_uint_eq(rig_skip(&r, PPTP_ACT_TCP_SEND), 1);
    finish();
}

/* R-2.2-06, R-3.1.2-04 */
static void refuses_earlier_versions(void)
{
    static const uint16_t v[] = { 0, 0x0001, 0x00ff };
    pptp_conn_id c;
    size_t i;

    begin();
    for (i = 0; i < 3; i++) {
        c = rig_accept(&r, LOWER);
        rx_sccrq(c, v[i]);
        sends_sccrp(c, PPTP_SCCRP_VERSION);
        closes(c);
    }
    ck_assert_uint_eq(st()->conns_established, 0);
    finish();
}

static pptp_conn_id accept_as(uint32_t from, uint16_t port, bool authorized)
{
    struct pptp_tcp_info i = { .local = r.local,
                               .remote = pptp_addr_v4(from),
                               .local_port = PPTP_PORT,
                               .remote_port = port,
                               .authorized = authorized };
    pptp_conn_id c;

    ck_assert_int_eq(pptp_peer_tcp_accepted(r.peer, r.now, &i, &c), 0);
    drain();
    rig_quiet(&r);
    return c;
}

/* R-2.2-05 */
static void refuses_the_unauthorized(void)
{
    pptp_conn_id c;

    begin();
    c = accept_as(LOWER, 4000, false);
    rx(c, PPTP_SCCRQ);
    sends_sccrp(c, PPTP_SCCRP_NOT_AUTHORIZED);
    closes(c);
    finish();
}

/* R-2.2-04, R-3.1.2-06, R-1.2-01, A-16 */
static void second_connection_is_refused(void)
{
    pptp_conn_id old, c;
    uint32_t id;
    size_t i;

    for (i = 0; i < 2; i++) {
        begin();
        old = at(both_up[i], LOWER);
        later(PPTP_S);
        c = rig_accept(&r, LOWER);
        rx(c, PPTP_SCCRQ);
        id = rig_sent(&r, old, PPTP_ECHO_RQ)->echo_rq.identifier;
        sends_sccrp(c, PPTP_SCCRP_EXISTS);
        closes(c);
        /* one probe at a time */
        later(PPTP_S);
        c = rig_accept(&r, LOWER);
        rx(c, PPTP_SCCRQ);
        sends_sccrp(c, PPTP_SCCRP_EXISTS);
        closes(c);
        check_state(old, PPTP_CTRL_ESTABLISHED);
        if (i == 0) {
            rx_echo_rp(old, id, PPTP_ECHO_RP_OK);
            check_timer(old, IDLE_S * PPTP_S);
        } else {
            later((ECHO_S - 1) * PPTP_S - 1);
            rig_quiet(&r);
            later(1); /* the old one was dead: the peer may come back */
            closes(old);
            at(R_UP, LOWER);
        }
        finish();
    }
}

/* One that is about to stop still exists, but is not asked. */
static void second_connection_while_stopping(void)
{
    pptp_conn_id old, c;

    begin();
    old = at(R_STOP, LOWER);
    c = rig_accept(&r, LOWER);
    rx(c, PPTP_SCCRQ);
    sends_sccrp(c, PPTP_SCCRP_EXISTS);
    closes(c);
    rx(old, PPTP_STOP_RP);
    closes(old);
    at(R_UP, LOWER);
    finish();
}

/* A connection from elsewhere, or one that is still idle, is no rival. */
static void others_are_no_rivals(void)
{
    begin();
    at(R_UP, LOWER);
    at(R_UP, HIGHER);
    at(R_IDLE, LOWER + 16);
    at(R_UP, LOWER + 16);
    ck_assert_uint_eq(st()->conns_established, 3);
    finish();
}

/* clients behind one address, when configured */
static void multiple_when_allowed(void)
{
    struct pptp_addr a = pptp_addr_v4(LOWER);
    pptp_conn_id c, own;

    conf.allow_multiple = true;
    begin();
    at(R_UP, LOWER);
    at(R_UP, LOWER);
    own = at(O_WAIT, LOWER);
    at(R_UP, LOWER);
    check_state(own, PPTP_CTRL_WAIT_CTL_REPLY);
    ck_assert_int_eq(pptp_peer_open(r.peer, r.now, &a, &c), 0);
    drain();
    took(c, PPTP_ACT_TCP_OPEN);
    ck_assert_uint_eq(st()->collisions_won + st()->collisions_lost, 0);
    finish();
}

/* R-3.1.3-01: nor do we open a second one ourselves */
static void open_to_a_connected_peer(void)
{
    struct pptp_addr a = pptp_addr_v4(LOWER);
    pptp_conn_id c = 99, old;
    int w;

    begin();
    for (w = 0; w < PLACES; w++) {
        old = at((enum place)w, LOWER);
        ck_assert_int_eq(pptp_peer_open(r.peer, r.now, &a, &c),
                         w == R_IDLE ? 0 : PPTP_ERR_STATE);
        drain();
        if (w == R_IDLE) {
            took(c, PPTP_ACT_TCP_OPEN);
            rig_tcp(&r, c, PPTP_TCP_FAILED);
            closes(c);
        }
        rig_quiet(&r);
        rig_tcp(&r, old, PPTP_TCP_CLOSED);
        closes(old);
    }
    finish();
}

/* --- 3.1.3: collision --------------------------------------------------- */

static pptp_conn_id open_as(uint32_t to, uint16_t port)
{
    struct pptp_tcp_info i = { .local = r.local,
                               .remote = pptp_addr_v4(to),
                               .local_port = port,
                               .remote_port = PPTP_PORT,
                               .authorized = true };
    pptp_conn_id c = open_begun(to);

    ck_assert_int_eq(
        pptp_peer_tcp_event(r.peer, r.now, c, PPTP_TCP_CONNECTED, &i), 0);
    drain();
    rig_sent(&r, c, PPTP_SCCRQ);
    return c;
}

/* Both SCCRQs are under way; whether ours stays. */
static bool we_win(uint32_t local, uint32_t remote, uint16_t local_port,
                   uint16_t remote_port)
{
    pptp_conn_id own, rival;
    bool won;

    begin();
    r.local = pptp_addr_v4(local);
    own = open_as(remote, local_port);
    rival = accept_as(remote, remote_port, true);
    rx(rival, PPTP_SCCRQ);
    won = st()->collisions_won == 1;
    ck_assert_uint_eq(st()->collisions_won + st()->collisions_lost, 1);
    if (won) {
        rig_quiet(&r);
        check_state(own, PPTP_CTRL_WAIT_CTL_REPLY);
        rx(own, PPTP_SCCRP);
        took(own, PPTP_ACT_CONN_UP);
    } else {
        /* R-3.1.3-04, R-3.1.3-05 */
        took(own, PPTP_ACT_TCP_CLOSE);
        sends_sccrp(rival, PPTP_SCCRP_OK);
        took(rival, PPTP_ACT_CONN_UP);
        took(own, PPTP_ACT_CONN_DOWN);
        check_state(rival, PPTP_CTRL_ESTABLISHED);
    }
    finish();
    return won;
}

/* R-3.1.3-02, R-3.1.3-03: every bit counts, as unsigned, highest first */
static void higher_address_wins(void)
{
    static const struct {
        uint32_t low, high;
    } a[] = {
        { 0xc0212d11, 0xc0212d59 }, /* 192.33.45.17, .89: the RFC's */
        { 0x0a0000c8, 0xc0000201 }, /* 10.0.0.200, 192.0.2.1 */
        { 0x7f000001, 0x80000001 }, /* 127.0.0.1, 128.0.0.1 */
        { 0x0a0000ff, 0x0a000100 },
    };
    size_t i;

    for (i = 0; i < sizeof a / sizeof a[0]; i++) {
        ck_assert(!we_win(a[i].low, a[i].high, 4001, 4000));
        ck_assert(we_win(a[i].high, a[i].low, 4000, 4001));
    }
}

/* */
static void equal_addresses_compare_ports(void)
{
    ck_assert(we_win(0x7f000001, 0x7f000001, 40001, 40000));
    ck_assert(!we_win(0x7f000001, 0x7f000001, 40000, 40001));
    ck_assert(we_win(0x7f000001, 0x7f000001, 0x8000, 0x7fff));
}

/* R-3.1.3-06, R-3.1.3-07: not a word on the loser's connection */
static void winner_is_silent(void)
{
    static const struct {
        bool authorized;
        uint16_t version;
    } sccrq[] = { { true, 0x0100 }, { false, 0x0100 }, { true, 0x0001 } };
    pptp_conn_id own, rival;
    unsigned i, t;

    for (i = 0; i < 3; i++) {
        begin();
        own = at(O_WAIT, LOWER);
        rival = accept_as(LOWER, 4000, sccrq[i].authorized);
        rx_sccrq(rival, sccrq[i].version);
        rig_quiet(&r);
        for (t = 1; t <= PPTP_MSG_TYPES; t++)
            rx(rival, t);
        rig_quiet(&r);
        check_state(rival, PPTP_CTRL_IDLE);
        check_state(own, PPTP_CTRL_WAIT_CTL_REPLY);
        rx(own, PPTP_SCCRP);
        took(own, PPTP_ACT_CONN_UP);
        if (i == 0)
            rig_tcp(&r, rival, PPTP_TCP_CLOSED); /* as the loser has to */
        else if (i == 1)
            close_local(rival, PPTP_STOP_NONE);
        else
            rig_octets(&r, rival, (const uint8_t *)"\0\20\0\1junk", 8);
        closes(rival);
        check_state(own, PPTP_CTRL_ESTABLISHED);
        ck_assert_uint_eq(st()->collisions_won, 1);
        ck_assert_uint_eq(st()->conns_lost_sync, i == 2);
        finish();
    }
}

/* R-3.1.3-08 */
static void winner_waits_for_the_loser(void)
{
    pptp_conn_id own, rival, again;

    conf.idle_timeout_ns = 100 * PPTP_S;
    begin();
    own = at(O_WAIT, LOWER);
    rival = rig_accept(&r, LOWER);
    later(5 * PPTP_S);
    rx(rival, PPTP_SCCRQ);
    again = rig_accept(&r, LOWER);
    rx(again, PPTP_SCCRQ);
    rig_quiet(&r);
    rx(own, PPTP_SCCRP);
    took(own, PPTP_ACT_CONN_UP);
    later(START_S * PPTP_S - 1);
    rig_quiet(&r);
    rig_tcp(&r, again, PPTP_TCP_CLOSED);
    closes(again);
    later(1);
    closes(rival);
    check_state(own, PPTP_CTRL_ESTABLISHED);
    finish();
}

/* R-3.1.3-09: whoever would win, no SCCRQ of ours is out yet */
static void collision_before_our_sccrq(void)
{
    static const uint32_t remote[] = { LOWER, HIGHER };
    pptp_conn_id own, rival;
    int i;

    begin();
    for (i = 0; i < 2; i++) {
        own = at(O_IDLE, remote[i]);
        rival = rig_accept(&r, remote[i]);
        rx(rival, PPTP_SCCRQ);
        took(own, PPTP_ACT_TCP_CLOSE);
        sends_sccrp(rival, PPTP_SCCRP_OK);
        took(rival, PPTP_ACT_CONN_UP);
        took(own, PPTP_ACT_CONN_DOWN);
        rig_quiet(&r);
    }
    ck_assert_uint_eq(st()->collisions_lost, 2);
    finish();
}

/* The winner's SCCRQ that we have to refuse leaves our own attempt alone. */
static void loser_may_refuse(void)
{
    pptp_conn_id own, rival;

    begin();
    own = at(O_WAIT, HIGHER);
    rival = accept_as(HIGHER, 4000, false);
    rx(rival, PPTP_SCCRQ);
    sends_sccrp(rival, PPTP_SCCRP_NOT_AUTHORIZED);
    closes(rival);
    check_state(own, PPTP_CTRL_WAIT_CTL_REPLY);
    finish();
}

/* --- established -------------------------------------------------------- */

/* */
static void second_sccrq_costs_nothing(void)
{
    size_t i;

    for (i = 0; i < 2; i++) {
        pptp_conn_id c;

        begin();
        c = at(both_up[i], LOWER);
        three_calls(c);
        rx_sccrq(c, i ? 0x0100 : 0x0001);
        sends_sccrp(c, PPTP_SCCRP_EXISTS);
        rig_quiet(&r);
        check_state(c, PPTP_CTRL_ESTABLISHED);
        ck_assert_uint_eq(st()->calls_failed + st()->calls_ended, 0);
        rig_tcp(&r, c, PPTP_TCP_CLOSED);
        took(c, PPTP_ACT_TCP_CLOSE);
        three_calls_clear();
        took(c, PPTP_ACT_CONN_DOWN);
        finish();
    }
}

/* R-2.5-02, R-2.6-01, R-2.6-02, R-2.6-03 */
static void answers_echoes(void)
{
    static const uint32_t id[] = { 0, 0xffffffff, 1, 0x80000000, 0x01020304 };
    struct pptp_msg m = { .type = PPTP_ECHO_RQ };
    pptp_conn_id c;
    size_t i, k;

    begin();
    for (i = 0; i < 2; i++) {
        c = at(both_up[i], LOWER + (uint32_t)i * 16);
        for (k = 0; k < 5; k++) {
            m.echo_rq.identifier = id[k];
            rig_msg(&r, c, &m);
            sends_echo_rp(c, id[k], PPTP_ECHO_RP_OK, 0);
            rig_quiet(&r);
            check_state(c, PPTP_CTRL_ESTABLISHED);
        }
    }
    finish();
}

/* R-3.1.4-02, R-3.1.4-03, R-2.5-01, at the RFC's 60 s */
static void ends_by_echo(pptp_conn_id c)
{
    (void)c;
    later((IDLE_S + ECHO_S) * PPTP_S);
}

static void ends_by_time(pptp_conn_id c)
{
    (void)c;
    later((START_S + STOP_S) * PPTP_S);
}

static void ends_by_tcp(pptp_conn_id c)
{
    rig_tcp(&r, c, PPTP_TCP_CLOSED);
}

static void ends_by_peer(pptp_conn_id c)
{
    rx(c, PPTP_STOP_RQ);
}

static void ends_by_refusal(pptp_conn_id c)
{
    rx_sccrp(c, PPTP_VERSION, PPTP_SCCRP_NOT_AUTHORIZED);
}

/* Who asks why is told the cause, not what followed from it. */
static void ends_say_why(void)
{
    static const uint8_t junk[16] = { 0, 16, 0, 1 };
    static const struct {
        enum place w;
        void (*end)(pptp_conn_id c);
        enum pptp_conn_end why;
    } ends[] = {
        { O_UP, ends_by_echo, PPTP_CONN_END_ECHO },
        { R_UP, ends_by_echo, PPTP_CONN_END_ECHO },
        { O_WAIT, ends_by_time, PPTP_CONN_END_NO_REPLY },
        { R_IDLE, ends_by_time, PPTP_CONN_END_NO_REPLY },
        { O_IDLE, ends_by_tcp, PPTP_CONN_END_TCP },
        { R_UP, ends_by_tcp, PPTP_CONN_END_TCP },
        { R_UP, ends_by_peer, PPTP_CONN_END_PEER },
        { O_STOP, ends_by_time, PPTP_CONN_END_HERE },
        { R_STOP, ends_by_tcp, PPTP_CONN_END_HERE },
        { O_WAIT, ends_by_refusal, PPTP_CONN_END_REFUSED },
    };
    size_t i;

    for (i = 0; i <= sizeof ends / sizeof ends[0]; i++) {
        bool last = i == sizeof ends / sizeof ends[0];
        pptp_conn_id c;
        const struct pptp_action *a;

        begin();
        c = at(last ? R_UP : ends[i].w, LOWER);
        if (last)
            rig_octets(&r, c, junk, sizeof junk);
        else
            ends[i].end(c);
        while ((a = &rig_took(&r, r.acts[r.from].a.type)->a)->type !=
               PPTP_ACT_CONN_DOWN)
            ;
        ck_assert_str_eq(
            pptp_conn_end_text(a->conn_end),
            pptp_conn_end_text(last ? PPTP_CONN_END_MALFORMED : ends[i].why));
        rig_quiet(&r);
        finish();
    }
}

static void keep_alive_of_a_minute(void)
{
    pptp_conn_id c;
    uint32_t id;
    size_t i;

    pptp_config_default(&conf);
    for (i = 0; i < 2; i++) {
        begin();
        if (i == 0) {
            c = rig_open(&r, LOWER);
            rig_sent(&r, c, PPTP_SCCRQ);
            rx(c, PPTP_SCCRP);
            rig_took(&r, PPTP_ACT_CONN_UP);
        } else {
            c = rig_up(&r, LOWER);
        }
        rig_to(&r, 60 * PPTP_S - 1);
        rig_quiet(&r);
        later(1);
        id = rig_sent(&r, c, PPTP_ECHO_RQ)->echo_rq.identifier;
        later(10 * PPTP_S);
        rx_echo_rp(c, id, PPTP_ECHO_RP_OK);
        later(60 * PPTP_S - 1);
        rig_quiet(&r);
        later(1); /* 130 s */
        ck_assert_uint_ne(rig_sent(&r, c, PPTP_ECHO_RQ)->echo_rq.identifier,
                          id);
        later(60 * PPTP_S - 1);
        rig_quiet(&r);
        later(1);
        closes(c);
        ck_assert_uint_eq(st()->conns_timed_out, 1);
        ck_assert_uint_eq(st()->echo_mismatch, 0);
        finish();
    }
}

/* The default limits of every wait are the RFC's minute. */
static void a_minute_for_every_wait(void)
{
    static const enum place w[] = { O_WAIT, R_IDLE, O_STOP, R_STOP };
    struct pptp_config d;
    pptp_conn_id c;
    size_t i;

    pptp_config_default(&d);
    conf.start_timeout_ns = d.start_timeout_ns;
    conf.stop_timeout_ns = d.stop_timeout_ns;
    begin();
    for (i = 0; i < 4; i++) {
        c = at(w[i], LOWER);
        later(60 * PPTP_S - 1);
        rig_quiet(&r);
        later(1);
        closes(c);
    }
    ck_assert_uint_eq(st()->conns_timed_out, 4);
    finish();
}

/* R-3.1.4-04 */
static void only_what_is_received_is_life(void)
{
    static const uint8_t gre[12] = { 0x30, 1, 0x88, 0x0b, 0, 0, 0, 0 };
    struct pptp_call_request q = { .bearer = 1, .framing = 3 };
    uint8_t half[PPTP_MSG_MAX];
    struct pptp_msg m = message(PPTP_ECHO_RQ);
    pptp_call_id call;
    pptp_conn_id c;
    size_t i;

    conf.connect_timeout_ns = 200 * PPTP_S;
    for (i = 0; i < 2; i++) {
        begin();
        c = at(both_up[i], LOWER);
        later(5 * PPTP_S);
        ck_assert_int_eq(pptp_peer_call_open(r.peer, r.now, c, &q, &call), 0);
        drain();
        rig_sent(&r, c, PPTP_OCRQ);
        rig_gre(&r, LOWER, gre, 12, 0);
        pptp_msg_encode(&m, half);
        ck_assert_int_eq(rig_octets(&r, c, half, 15), 15);
        later((IDLE_S - 5) * PPTP_S - 1);
        rig_quiet(&r);
        later(1);
        rig_sent(&r, c, PPTP_ECHO_RQ);
        rig_tcp(&r, c, PPTP_TCP_CLOSED);
        rig_skip(&r, PPTP_ACT_CALL_DOWN);
        /* any message, even one that is ignored */
        c = at(both_up[i], LOWER);
        later(5 * PPTP_S);
        rx(c, i ? PPTP_SCCRP : PPTP_WEN);
        later(IDLE_S * PPTP_S - 1);
        rig_quiet(&r);
        later(1);
        rig_sent(&r, c, PPTP_ECHO_RQ);
        finish();
    }
}

/* R-2.6-04, R-3.1.4-05, A-08: nothing but its answer stops T-echo */
static void only_the_answer_stops_the_echo(void)
{
    pptp_conn_id c;
    uint32_t id;
    size_t i;

    begin();
    for (i = 0; i < 2; i++) {
        uint64_t before = st()->echo_mismatch;

        c = at(both_up[i], LOWER);
        rx_echo_rp(c, 0, PPTP_ECHO_RP_OK); /* none was asked for */
        ck_assert_uint_eq(st()->echo_mismatch, before + 1);
        later(IDLE_S * PPTP_S);
        id = rig_sent(&r, c, PPTP_ECHO_RQ)->echo_rq.identifier;
        later(PPTP_S);
        rx_echo_rp(c, id + 1, PPTP_ECHO_RP_OK);
        rx_echo_rp(c, id, PPTP_ECHO_RP_GENERAL);
        rx_echo_rp(c, id, 0);
        ck_assert_uint_eq(st()->echo_mismatch, before + 4);
        later(PPTP_S);
        rx(c, PPTP_ECHO_RQ);
        rig_sent(&r, c, PPTP_ECHO_RP);
        /* T-idle ends meanwhile: one request at a time */
        later((ECHO_S - 2) * PPTP_S - 1);
        rig_quiet(&r);
        later(1);
        closes(c);
        ck_assert_uint_eq(st()->conns_timed_out, i + 1);
    }
    finish();
}

static void answered_twice(void)
{
    pptp_conn_id c;
    uint32_t id;

    begin();
    c = at(R_UP, LOWER);
    later(IDLE_S * PPTP_S);
    id = rig_sent(&r, c, PPTP_ECHO_RQ)->echo_rq.identifier;
    rx_echo_rp(c, id, PPTP_ECHO_RP_OK);
    ck_assert_uint_eq(st()->echo_mismatch, 0);
    check_timer(c, IDLE_S * PPTP_S);
    rx_echo_rp(c, id, PPTP_ECHO_RP_OK);
    ck_assert_uint_eq(st()->echo_mismatch, 1);
    check_state(c, PPTP_CTRL_ESTABLISHED);
    finish();
}

/* Identifiers do not begin alike on every connection (peer.h: the seed). */
static void echo_identifiers_come_from_the_seed(void)
{
    uint32_t id[2];
    size_t i;

    begin();
    for (i = 0; i < 2; i++) {
        pptp_conn_id c = at(both_up[i], LOWER);

        later(IDLE_S * PPTP_S);
        id[i] = rig_sent(&r, c, PPTP_ECHO_RQ)->echo_rq.identifier;
        rig_tcp(&r, c, PPTP_TCP_CLOSED);
        closes(c);
    }
    ck_assert_uint_ne(id[0], id[1]);
    ck_assert_uint_gt(id[0], 0xffff);
    ck_assert_uint_gt(id[1], 0xffff);
    finish();
}

/* R-3-03: a call that does not get on takes everything with it */
static void stuck_call(void)
{
    struct pptp_call_request q = { .bearer = PPTP_BEARER_ANALOG };
    pptp_call_id call;
    pptp_conn_id c;
    size_t i;

    begin();
    for (i = 0; i < 2; i++) {
        c = at(both_up[i], LOWER);
        ck_assert_int_eq(pptp_peer_ring(r.peer, r.now, c, &q, &call), 0);
        drain();
        rig_sent(&r, c, PPTP_ICRQ);
        later(CALL_S * PPTP_S - 1);
        rig_quiet(&r);
        later(1);
        took(c, PPTP_ACT_TCP_CLOSE);
        rig_took(&r, PPTP_ACT_LINE_HANGUP);
        rig_took(&r, PPTP_ACT_CALL_DOWN);
        took(c, PPTP_ACT_CONN_DOWN);
        rig_quiet(&r);
        ck_assert_uint_eq(st()->conns_stuck_call, i + 1);
        ck_assert_uint_eq(st()->conns_timed_out, 0);
    }
    finish();
}

/* --- stopping ------------------------------------------------------------ */

/* R-3.1.1-05, R-2.3-01, R-2.3-03, R-3.1.1-07: calls end at once, silently */
static void local_stop(void)
{
    pptp_conn_id c;
    unsigned i;

    begin();
    for (i = 0; i < 6; i++) {
        uint8_t reason = (uint8_t)(1 + i / 2);
        struct pptp_msg m = message(PPTP_STOP_RP);

        c = at(both_up[i & 1], LOWER);
        three_calls(c);
        later(PPTP_S);
        close_local(c, reason);
        sends_stop_rq(c, reason);
        three_calls_clear();
        rig_quiet(&r);
        check_state(c, PPTP_CTRL_WAIT_STOP_REPLY);
        ck_assert_int_eq(pptp_peer_close(r.peer, r.now, c, reason),
                         PPTP_ERR_STATE);
        rx(c, PPTP_ECHO_RQ); /* not a word more, and no more time */
        rig_quiet(&r);
        m.stop_rp.result = (uint8_t)i; /* 1, 2 and what there is not */
        later((STOP_S - 1) * PPTP_S);
        rig_msg(&r, c, &m);
        closes(c);
    }
    ck_assert_uint_eq(st()->conns_timed_out, 0);
    ck_assert_uint_eq(st()->msgs_unexpected, 6);
    finish();
}

static void stop_timer(void)
{
    pptp_conn_id c;
    size_t i;

    begin();
    for (i = 0; i < 2; i++) {
        c = at(both_up[i], LOWER);
        /* T-echo has no more say */
        later(IDLE_S * PPTP_S);
        rig_sent(&r, c, PPTP_ECHO_RQ);
        close_local(c, PPTP_STOP_NONE);
        sends_stop_rq(c, PPTP_STOP_NONE);
        later(STOP_S * PPTP_S - 1);
        rig_quiet(&r);
        later(1);
        closes(c);
        ck_assert_uint_eq(st()->conns_timed_out, i + 1);
    }
    finish();
}

/* A call that gets stuck before the world has drained the stop: it is being
 * cleared anyway, and that is no message to be counted. */
static void stuck_while_stopping(void)
{
    struct pptp_call_request q = { .bearer = PPTP_BEARER_ANALOG };
    pptp_call_id call;
    pptp_conn_id c;

    begin();
    c = at(R_UP, LOWER);
    ck_assert_int_eq(pptp_peer_ring(r.peer, r.now, c, &q, &call), 0);
    drain();
    rig_sent(&r, c, PPTP_ICRQ);
    ck_assert_int_eq(pptp_peer_close(r.peer, r.now, c, PPTP_STOP_NONE), 0);
    r.now += CALL_S * PPTP_S;
    pptp_peer_advance(r.peer, r.now);
    drain();
    sends_stop_rq(c, PPTP_STOP_NONE);
    rig_took(&r, PPTP_ACT_LINE_HANGUP);
    rig_took(&r, PPTP_ACT_CALL_DOWN);
    rig_quiet(&r);
    check_state(c, PPTP_CTRL_WAIT_STOP_REPLY);
    ck_assert_uint_eq(st()->conns_stuck_call, 0);
    ck_assert_uint_eq(st()->msgs_unexpected, 0);
    finish();
}

static void stop_requests_cross(void)
{
    static const enum place w[] = { O_STOP, R_STOP };
    pptp_conn_id c;
    size_t i;

    begin();
    for (i = 0; i < 2; i++) {
        c = at(w[i], LOWER);
        rx(c, PPTP_STOP_RQ);
        sends_stop_rp(c, PPTP_STOP_RP_OK, 0);
        closes(c);
    }
    finish();
}

/* R-2.3-03, R-2.3-05, R-2.4-01, R-2.4-02, R-2.4-03, R-3.1.1-06: for whatever
 * reason */
static void peer_stops(void)
{
    static const uint8_t reason[] = { 0, 1, 2, 3, 4, 255 };
    struct pptp_msg m = message(PPTP_STOP_RQ);
    pptp_conn_id c;
    size_t i;

    begin();
    for (i = 0; i < sizeof reason; i++) {
        c = at(both_up[i & 1], LOWER);
        three_calls(c);
        m.stop_rq.reason = reason[i];
        rig_msg(&r, c, &m);
        sends_stop_rp(c, PPTP_STOP_RP_OK, 0);
        took(c, PPTP_ACT_TCP_CLOSE);
        three_calls_clear();
        took(c, PPTP_ACT_CONN_DOWN);
        rig_quiet(&r);
        ck_assert_uint_eq(st()->conns_closed, i + 1);
    }
    ck_assert_uint_eq(st()->calls_ended, i);
    ck_assert_uint_eq(st()->calls_failed, 2 * i);
    finish();
}

/* pptp_peer_close in every place, with every reason */
static void close_everywhere(void)
{
    pptp_conn_id c;
    int w;

    begin();
    for (w = 0; w < PLACES; w++) {
        c = at((enum place)w, LOWER);
        ck_assert_int_eq(pptp_peer_close(r.peer, r.now, c, 0), PPTP_ERR_VALUE);
        ck_assert_int_eq(pptp_peer_close(r.peer, r.now, c, 4), PPTP_ERR_VALUE);
        if (state_of[w] == PPTP_CTRL_WAIT_STOP_REPLY) {
            ck_assert_int_eq(pptp_peer_close(r.peer, r.now, c, PPTP_STOP_NONE),
                             PPTP_ERR_STATE);
            rx(c, PPTP_STOP_RP);
        } else if (state_of[w] == PPTP_CTRL_ESTABLISHED) {
            close_local(c, PPTP_STOP_PROTOCOL);
            sends_stop_rq(c, PPTP_STOP_PROTOCOL);
            rx(c, PPTP_STOP_RP);
        } else {
            close_local(c, PPTP_STOP_SHUTDOWN);
        }
        closes(c);
    }
    ck_assert_uint_eq(st()->msgs_unexpected, 0);
    finish();
}

/* R-3-02: TCP may end at any time; whoever comes back is served */
static void tcp_ends_everywhere(void)
{
    static const enum pptp_tcp_event how[] = { PPTP_TCP_CLOSED,
                                               PPTP_TCP_FAILED };
    pptp_conn_id c;
    int w;
    size_t i;

    begin();
    for (w = 0; w < PLACES; w++)
        for (i = 0; i < 2; i++) {
            bool up = state_of[w] == PPTP_CTRL_ESTABLISHED;

            c = at((enum place)w, LOWER);
            if (up)
                three_calls(c);
            rig_tcp(&r, c, how[i]);
            took(c, PPTP_ACT_TCP_CLOSE);
            if (up)
                three_calls_clear();
            took(c, PPTP_ACT_CONN_DOWN);
            rig_quiet(&r);
        }
    ck_assert_uint_eq(st()->conns_closed, 2 * PLACES);
    ck_assert_uint_eq(pptp_peer_deadline(r.peer) <= r.now, 0);
    later(3600 * PPTP_S); /* no timer of theirs is left */
    finish();
}

/* TCP is open once. */
static void tcp_opens_once(void)
{
    struct pptp_tcp_info i = { .local_port = 1 };
    pptp_conn_id c;
    int w;

    begin();
    for (w = 0; w < PLACES; w++) {
        c = at((enum place)w, LOWER);
        if (w != O_IDLE)
            ck_assert_int_eq(
                pptp_peer_tcp_event(r.peer, r.now, c, PPTP_TCP_CONNECTED, &i),
                PPTP_ERR_STATE);
        drain();
        rig_quiet(&r);
        check_state(c, state_of[w]);
        rig_tcp(&r, c, PPTP_TCP_CLOSED);
        closes(c);
    }
    finish();
}

/* --- what a state does not admit ----------------------------------------- */

#define BIT(type) (1u << (type))

/* R-3-07, R-3.1-01: every pair without a row of its own is counted, costs
 * nothing, and is not answered. */
static void pairs_without_a_row(void)
{
    static const uint32_t meant[PLACES] = {
        [O_WAIT] = BIT(PPTP_SCCRP) | BIT(PPTP_STOP_RQ) | BIT(PPTP_ECHO_RQ),
        [O_UP] = ~(BIT(PPTP_SCCRP) | BIT(PPTP_STOP_RP)),
        [O_STOP] = BIT(PPTP_STOP_RQ) | BIT(PPTP_STOP_RP),
        [R_IDLE] = BIT(PPTP_SCCRQ) | BIT(PPTP_STOP_RQ) | BIT(PPTP_ECHO_RQ) |
                   BIT(PPTP_OCRQ) | BIT(PPTP_ICRQ),
        [R_UP] = ~(BIT(PPTP_SCCRP) | BIT(PPTP_STOP_RP)),
        [R_STOP] = BIT(PPTP_STOP_RQ) | BIT(PPTP_STOP_RP),
    };
    uint64_t n = 0;
    unsigned w, t;

    begin();
    for (w = O_WAIT; w < PLACES; w++)
        for (t = 1; t <= PPTP_MSG_TYPES; t++) {
            pptp_conn_id c;

            if (meant[w] & BIT(t))
                continue;
            c = at((enum place)w, LOWER);
            later(PPTP_S);
            rx(c, t);
            rig_quiet(&r);
            check_state(c, state_of[w]);
            ck_assert_uint_eq(st()->msgs_unexpected, ++n);
            check_timer(c, state_of[w] == PPTP_CTRL_ESTABLISHED
                               ? IDLE_S * PPTP_S
                           : state_of[w] == PPTP_CTRL_WAIT_STOP_REPLY
                               ? (STOP_S - 1) * PPTP_S
                               : (START_S - 1) * PPTP_S);
            rig_tcp(&r, c, PPTP_TCP_CLOSED);
            closes(c);
        }
    ck_assert_uint_eq(n, 12 + 2 + 13 + 10 + 2 + 13);
    ck_assert_uint_eq(st()->msgs_unknown_call, 0);
    finish();
}

/* A reply in the wrong place is ignored, whatever it says. */
static void replies_in_the_wrong_place(void)
{
    static const enum place w[] = { O_UP, O_STOP, R_IDLE, R_UP, R_STOP };
    uint64_t n = 0;
    size_t i, k;

    begin();
    for (i = 0; i < 5; i++) {
        pptp_conn_id c = at(w[i], LOWER + 16 * (uint32_t)i);

        for (k = 0; k < 6; k++) {
            rx_sccrp(c, k & 1 ? 0x0200 : 0x0100, (uint8_t)k);
            ck_assert_uint_eq(st()->msgs_unexpected, ++n);
        }
        rig_quiet(&r);
        check_state(c, state_of[w[i]]);
    }
    finish();
}

/* R-2.16-03, R-2-04, R-2.16-01: a request has its refusal */
static void calls_before_it_is_up(void)
{
    struct pptp_msg o = { .type = PPTP_OCRP }, i = { .type = PPTP_ICRP };
    struct pptp_call_request q = { .bearer = 1, .framing = 3 };
    pptp_call_id call;
    pptp_conn_id c;
    int w;

    o.ocrp.peer_call_id = 77;
    o.ocrp.result = PPTP_OCRP_GENERAL;
    o.ocrp.error = PPTP_GE_NOT_CONNECTED;
    i.icrp.peer_call_id = 78;
    i.icrp.result = PPTP_ICRP_GENERAL;
    i.icrp.error = PPTP_GE_NOT_CONNECTED;
    i.icrp.recv_window = conf.win.recv_window;
    begin();
    c = at(R_IDLE, LOWER);
    rx(c, PPTP_OCRQ);
    sends(c, &o);
    rx(c, PPTP_ICRQ);
    sends(c, &i);
    rig_quiet(&r);
    check_state(c, PPTP_CTRL_IDLE);
    ck_assert_uint_eq(st()->msgs_unexpected, 2);
    ck_assert_uint_eq(st()->calls_started, 0);
    rig_tcp(&r, c, PPTP_TCP_CLOSED);
    closes(c);
    for (w = 0; w < PLACES; w++) {
        if (state_of[w] == PPTP_CTRL_ESTABLISHED)
            continue;
        c = at((enum place)w, LOWER);
        ck_assert_int_eq(pptp_peer_call_open(r.peer, r.now, c, &q, &call),
                         PPTP_ERR_STATE);
        ck_assert_int_eq(pptp_peer_ring(r.peer, r.now, c, &q, &call),
                         PPTP_ERR_STATE);
        drain();
        rig_tcp(&r, c, PPTP_TCP_CLOSED);
        closes(c);
    }
    finish();
}

/* --- 1.4: the octet stream ----------------------------------------------- */

static size_t put(uint8_t *to, const struct pptp_msg *m)
{
    uint8_t o[PPTP_MSG_MAX];
    size_t n = pptp_msg_encode(m, o);

    memcpy(to, o, n);
    return n;
}

/* SCCRQ, EchoRQ, OCRQ, SCCRQ, EchoRQ, and half an EchoRQ */
static size_t five_messages(uint8_t *to)
{
    static const unsigned t[] = { PPTP_SCCRQ, PPTP_ECHO_RQ, PPTP_OCRQ,
                                  PPTP_SCCRQ, PPTP_ECHO_RQ, PPTP_ECHO_RQ };
    size_t i, n = 0;

    for (i = 0; i < 6; i++) {
        struct pptp_msg m = message(t[i]);

        if (i == 4)
            m.echo_rq.identifier = 44;
        n += put(to + n, &m);
    }
    return n - 8;
}

/* R-1.4-08: cut anyhow */
static void any_segmentation(void)
{
    static const size_t cut[] = { 65536, 1, 2, 3, 7, 12, 13, 100, 157, 220 };
    uint8_t o[6 * PPTP_MSG_MAX];
    size_t n = five_messages(o), i, k;

    for (i = 0; i < sizeof cut / sizeof cut[0]; i++) {
        pptp_conn_id c;

        begin();
        c = rig_accept(&r, LOWER);
        for (k = 0; k < n; k += cut[i])
            ck_assert_int_ge(
                rig_octets(&r, c, o + k, n - k < cut[i] ? n - k : cut[i]), 1);
        sends_sccrp(c, PPTP_SCCRP_OK);
        took(c, PPTP_ACT_CONN_UP);
        sends_echo_rp(c, 0xfeed0001, PPTP_ECHO_RP_OK, 0);
        took(c, PPTP_ACT_CALL_NEW);
        rig_took(&r, PPTP_ACT_LINE_DIAL);
        sends_sccrp(c, PPTP_SCCRP_EXISTS);
        sends_echo_rp(c, 44, PPTP_ECHO_RP_OK, 0);
        rig_quiet(&r);
        ck_assert_uint_eq(st()->msgs_rx, 5);
        /* the other half */
        ck_assert_int_eq(rig_octets(&r, c, o + n, 8), 8);
        sends_echo_rp(c, 0xfeed0001, PPTP_ECHO_RP_OK, 0);
        rig_tcp(&r, c, PPTP_TCP_CLOSED);
        rig_skip(&r, PPTP_ACT_CALL_DOWN);
        finish();
    }
}

/* A queue of 16 actions is no bound on what a segment may hold. */
static void two_hundred_echoes(void)
{
    static uint8_t o[200 * 16];
    struct pptp_msg m = { .type = PPTP_ECHO_RQ };
    struct pptp_limits l;
    pptp_conn_id c;
    uint32_t i;
    int used;

    pptp_limits_default(&l);
    l.actions = 16;
    begin_with(&l);
    c = at(R_UP, LOWER);
    for (i = 0; i < 200; i++) {
        m.echo_rq.identifier = i;
        put(o + 16 * i, &m);
    }
    /* as much as the queue holds; not one more before it is drained */
    used = pptp_peer_tcp_input(r.peer, r.now, c, o, sizeof o);
    ck_assert_int_ge(used, 16);
    ck_assert_int_lt(used, 17 * 16);
    ck_assert_int_eq(pptp_peer_tcp_input(r.peer, r.now, c, o + used,
                                         sizeof o - (size_t)used),
                     0);
    drain();
    ck_assert_int_gt(rig_octets(&r, c, o + used, sizeof o - (size_t)used), 0);
    for (i = 0; i < 200; i++)
        sends_echo_rp(c, i, PPTP_ECHO_RP_OK, 0);
    rig_quiet(&r);
    ck_assert_uint_eq(st()->msgs_dropped, 0);
    finish();
}

/* What follows the end of a connection in one segment is thrown away. */
static void nothing_after_the_end(void)
{
    uint8_t o[2 * PPTP_MSG_MAX];
    struct pptp_msg m = message(PPTP_STOP_RQ);
    pptp_conn_id c;
    size_t n;

    begin();
    c = at(R_UP, LOWER);
    n = put(o, &m);
    m = message(PPTP_ECHO_RQ);
    n += put(o + n, &m);
    ck_assert_int_eq(rig_octets(&r, c, o, n), (int)n);
    sends_stop_rp(c, PPTP_STOP_RP_OK, 0);
    closes(c);
    finish();
}

/* R-2-03, A-17 */
static void dirty_reserved_fields(void)
{
    uint8_t o[PPTP_MSG_MAX];
    struct pptp_msg m = message(PPTP_SCCRQ);
    pptp_conn_id c;
    size_t n = pptp_msg_encode(&m, o);

    begin();
    c = rig_accept(&r, LOWER);
    o[10] = 0x12; /* Reserved0 */
    o[15] = 0x34; /* Reserved1 */
    ck_assert_int_eq(rig_octets(&r, c, o, n), (int)n);
    sends_sccrp(c, PPTP_SCCRP_OK);
    took(c, PPTP_ACT_CONN_UP);
    ck_assert_uint_eq(st()->msgs_reserved, 1);
    m = message(PPTP_STOP_RQ);
    n = pptp_msg_encode(&m, o);
    o[14] = 1; /* Reserved2 */
    ck_assert_int_eq(rig_octets(&r, c, o, n), (int)n);
    sends_stop_rp(c, PPTP_STOP_RP_OK, 0);
    closes(c);
    ck_assert_uint_eq(st()->msgs_reserved, 2);
    finish();
}

/* An EchoRQ with one thing wrong, and the octet that shows it. */
static const struct bad {
    uint8_t at, value[4], octets, seen;
    bool sync;
} bad[] = {
    { 4, { 0x1a, 0x2b, 0x3c, 0x4e }, 4, 8, true }, /* cookie */
    { 4, { 0x4d, 0x3c, 0x2b, 0x1a }, 4, 5, true }, /* in the wrong order */
    { 0, { 0, 0 }, 2, 2, true },                   /* Length 0 */
    { 0, { 0, 11 }, 2, 2, true },                  /* below the header */
    { 0, { 0, 12 }, 2, 8, false },                 /* too short */
    { 0, { 0, 15 }, 2, 8, false },
    { 0, { 0, 17 }, 2, 8, false }, /* too long */
    { 0, { 0xff, 0xff }, 2, 8, false },
    { 0, { 0, 20 }, 2, 10, false }, /* another message's */
    { 2, { 0, 2 }, 2, 8, false },   /* Management */
    { 2, { 0, 0 }, 2, 8, false },
    { 8, { 0, 0 }, 2, 10, false }, /* no such type */
    { 8, { 0, 16 }, 2, 10, false },
    { 8, { 1, 5 }, 2, 9, false },
};

#define BADS (sizeof bad / sizeof bad[0])

/* R-1.4-04, R-1.4-06, R-1.4-07, R-1.4-09, R-3-05, A-18, A-19, A-31: closed
 * at once and without a reply; what follows is not looked at. */
static void bad_octets(void)
{
    uint8_t o[2 * PPTP_MSG_MAX];
    struct pptp_msg echo = message(PPTP_ECHO_RQ);
    struct pptp_msg good = message(PPTP_SCCRQ);
    uint64_t sync = 0, format = 0;
    unsigned w;
    size_t i, k, n;

    begin();
    for (w = O_WAIT; w < PLACES; w++)
        for (i = 0; i < BADS; i++) {
            pptp_conn_id c = at((enum place)w, LOWER);

            n = put(o, &echo);
            memcpy(o + bad[i].at, bad[i].value, bad[i].octets);
            n += put(o + n, &good);
            if (i & 1)
                ck_assert_int_eq(rig_octets(&r, c, o, n), (int)n);
            for (k = 0; k < bad[i].seen && !(i & 1); k++) {
                rig_quiet(&r);
                rig_octets(&r, c, o + k, 1);
            }
            closes(c);
            *(bad[i].sync ? &sync : &format) += 1;
            ck_assert_uint_eq(st()->conns_lost_sync, sync);
            ck_assert_uint_eq(st()->conns_bad_msg, format);
        }
    finish();
}

/* R-1.4-07: and its calls are cleared */
static void bad_octets_clear_calls(void)
{
    static const uint8_t junk[12] = { 0, 16, 0, 1, 1, 2, 3, 4, 0, 5, 0, 0 };
    pptp_conn_id c;
    size_t i;

    begin();
    for (i = 0; i < 2; i++) {
        c = at(both_up[i], LOWER);
        three_calls(c);
        ck_assert_int_eq(rig_octets(&r, c, junk, 12), 12);
        took(c, PPTP_ACT_TCP_CLOSE);
        three_calls_clear();
        took(c, PPTP_ACT_CONN_DOWN);
        rig_quiet(&r);
        ck_assert_uint_eq(st()->conns_lost_sync, i + 1);
    }
    finish();
}

/* Octets before TCP is open are the world's mistake, and harmless. */
static void octets_before_tcp_is_open(void)
{
    uint8_t o[16] = { 0 };
    pptp_conn_id c;

    begin();
    c = at(O_IDLE, LOWER);
    ck_assert_int_eq(pptp_peer_tcp_input(r.peer, r.now, c, o, 16),
                     PPTP_ERR_STATE);
    drain();
    rig_quiet(&r);
    check_state(c, PPTP_CTRL_IDLE);
    finish();
}

/* --- configuration and limits ----------------------------------------- */

/* R-2.1-11: 64 octets and no NUL, both ways */
static void names_without_nul(void)
{
    struct pptp_msg m = message(PPTP_SCCRQ);
    const struct pptp_msg *s;
    pptp_conn_id c;
    char h[64], v[64];

    memset(h, 'h', 64);
    memset(v, 'v', 64);
    memcpy(conf.host_name, h, 64);
    memcpy(conf.vendor_name, v, 64);
    memset(m.sccrq.host_name, 'A', 64);
    memset(m.sccrq.vendor_name, 'B', 64);
    begin();
    c = rig_accept(&r, LOWER);
    rig_msg(&r, c, &m);
    s = rig_sent(&r, c, PPTP_SCCRP);
    ck_assert_mem_eq(s->sccrp.host_name, h, 64);
    ck_assert_mem_eq(s->sccrp.vendor_name, v, 64);
    took(c, PPTP_ACT_CONN_UP);
    c = rig_open(&r, HIGHER);
    s = rig_sent(&r, c, PPTP_SCCRQ);
    ck_assert_mem_eq(s->sccrq.host_name, h, 64);
    ck_assert_mem_eq(s->sccrq.vendor_name, v, 64);
    m = message(PPTP_SCCRP);
    memset(m.sccrp.host_name, 'C', 64);
    memset(m.sccrp.vendor_name, 'D', 64);
    rig_msg(&r, c, &m);
    took(c, PPTP_ACT_CONN_UP);
    finish();
}

/* R-2.1-05, R-2.1-06, R-2.2-09 */
static void channels_by_role(void)
{
    static const struct {
        uint8_t role;
        uint16_t channels;
    } x[] = { { PPTP_ROLE_PNS, 0 },
              { PPTP_ROLE_PAC, 40 },
              { PPTP_ROLE_BOTH, 40 } };
    pptp_conn_id c;
    size_t i;

    for (i = 0; i < 3; i++) {
        conf.role = x[i].role;
        begin();
        c = rig_open(&r, LOWER);
        ck_assert_uint_eq(rig_sent(&r, c, PPTP_SCCRQ)->sccrq.max_channels,
                          x[i].channels);
        c = rig_accept(&r, HIGHER);
        rx(c, PPTP_SCCRQ);
        ck_assert_uint_eq(rig_sent(&r, c, PPTP_SCCRP)->sccrp.max_channels,
                          x[i].channels);
        took(c, PPTP_ACT_CONN_UP);
        finish();
    }
}

/* R-2.1-07, R-2.1-12, R-2.2-08: not even "1 channel" is a limit to us */
static void peer_channels_and_capabilities_are_its_own(void)
{
    static const uint16_t channels[] = { 0, 1, 0xffff };
    struct pptp_call_request q = { .bearer = 1, .framing = 3 };
    struct pptp_msg m;
    pptp_call_id call;
    pptp_conn_id c;
    uint32_t i;
    int k;

    begin();
    for (i = 0; i < 3; i++) {
        c = at(O_WAIT, LOWER + 16 * i);
        m = message(PPTP_SCCRP);
        m.sccrp.max_channels = channels[i];
        m.sccrp.framing_caps = m.sccrp.bearer_caps = i ? 0 : 0xfffffff0;
        rig_msg(&r, c, &m);
        took(c, PPTP_ACT_CONN_UP);
        for (k = 0; k < 2; k++) {
            ck_assert_int_eq(pptp_peer_call_open(r.peer, r.now, c, &q, &call),
                             0);
            drain();
            rig_sent(&r, c, PPTP_OCRQ);
        }
        rig_quiet(&r);
    }
    finish();
}

/* Everything that takes a handle of a connection. */
static void check_stale(pptp_conn_id c)
{
    struct pptp_call_request q = { .bearer = 1, .framing = 3 };
    uint8_t o[16] = { 0, 16 };
    pptp_call_id call;
    int e;

    for (e = PPTP_TCP_CONNECTED; e <= PPTP_TCP_FAILED; e++)
        ck_assert_int_eq(pptp_peer_tcp_event(r.peer, r.now, c,
                                             (enum pptp_tcp_event)e, NULL),
                         PPTP_ERR_UNKNOWN);
    ck_assert_int_eq(pptp_peer_tcp_input(r.peer, r.now, c, o, 16),
                     PPTP_ERR_UNKNOWN);
    ck_assert_int_eq(pptp_peer_close(r.peer, r.now, c, PPTP_STOP_NONE),
                     PPTP_ERR_UNKNOWN);
    ck_assert_int_eq(pptp_peer_call_open(r.peer, r.now, c, &q, &call),
                     PPTP_ERR_UNKNOWN);
    ck_assert_int_eq(pptp_peer_ring(r.peer, r.now, c, &q, &call),
                     PPTP_ERR_UNKNOWN);
    ck_assert_uint_eq(pptp_peer_conn_state(r.peer, c), PPTP_CTRL_IDLE);
    ck_assert_ptr_null(pptp_peer_conn_tcp(r.peer, c));
    drain();
    rig_quiet(&r);
}

/* R-2.2-03: a full peer says so. One slot, and one more to say it with; old
 * handles name nobody. */
static void slots_and_stale_handles(void)
{
    struct pptp_tcp_info i = { .remote = pptp_addr_v4(HIGHER),
                               .authorized = true };
    struct pptp_msg full = our_sccrp(PPTP_SCCRP_GENERAL);
    struct pptp_limits l;
    pptp_conn_id c, old, none = 12345;

    full.sccrp.error = PPTP_GE_NO_RESOURCE;
    pptp_limits_default(&l);
    l.conns = 1;
    begin_with(&l);
    old = at(R_UP, LOWER);
    ck_assert_int_eq(pptp_peer_open(r.peer, r.now, &i.remote, &none),
                     PPTP_ERR_RESOURCE);
    c = at(R_IDLE, HIGHER);
    ck_assert_int_eq(pptp_peer_tcp_accepted(r.peer, r.now, &i, &none),
                     PPTP_ERR_RESOURCE);
    ck_assert_uint_eq(none, 12345);
    drain();
    rig_quiet(&r);
    ck_assert_uint_eq(st()->conns_refused, 1);
    rx(c, PPTP_SCCRQ);
    sends(c, &full);
    closes(c);
    ck_assert_uint_eq(st()->conns_refused, 2);
    ck_assert_uint_eq(st()->conns_accepted, 2);
    ck_assert_uint_eq(st()->conns_opened, 0);
    check_state(old, PPTP_CTRL_ESTABLISHED);
    c = at(R_IDLE, HIGHER);
    ck_assert(pptp_addr_eq(&pptp_peer_conn_tcp(r.peer, c)->remote, &i.remote));
    rig_tcp(&r, old, PPTP_TCP_CLOSED);
    closes(old);
    check_stale(old);
    rx(c, PPTP_SCCRQ); /* there is room by now */
    sends_sccrp(c, PPTP_SCCRP_OK);
    took(c, PPTP_ACT_CONN_UP);
    rig_tcp(&r, c, PPTP_TCP_CLOSED);
    closes(c);
    old = at(R_UP, LOWER);
    rig_tcp(&r, old, PPTP_TCP_CLOSED);
    closes(old);
    c = at(O_UP, LOWER);
    ck_assert_uint_ne(c, old);
    check_stale(old);
    check_stale((c | 0xffff) - 1); /* beyond the last slot */
    check_stale(PPTP_NONE);
    check_state(c, PPTP_CTRL_ESTABLISHED);
    finish();
}

/* A whole PPP frame of that protocol, in a packet that begins with `head`. */
static pptp_pkt packet_of(const uint8_t *head, size_t n, uint16_t protocol,
                          uint8_t frame[40], uint32_t headroom)
{
    pptp_pkt h = pptp_pool_take(&r.pool, headroom);
    struct pptp_packet *k = pptp_pool_at(&r.pool, h);
    uint8_t *to = pptp_packet_data(k);
    size_t i;

    for (i = 0; i < 40; i++)
        frame[i] = (uint8_t)(protocol + 11 * i);
    frame[0] = 0xff;
    frame[1] = 0x03;
    frame[2] = (uint8_t)(protocol >> 8);
    frame[3] = (uint8_t)protocol;
    if (n > 0)
        memcpy(to, head, n);
    memcpy(to + n, frame, 40);
    k->head_len = (uint16_t)(n + 40);
    return h;
}

/* The next action is of that kind; its packet ends with the frame. */
static pptp_pkt carries(enum pptp_action_type type, size_t before,
                        const uint8_t frame[40])
{
    struct pptp_action a;
    struct pptp_packet *k;

    ck_assert(pptp_peer_poll(r.peer, &a));
    ck_assert_uint_eq(a.type, type);
    k = pptp_pool_at(&r.pool, a.pkt);
    ck_assert_uint_eq(pptp_packet_len(k), before + 40);
    ck_assert_uint_eq(k->tail_len, 0);
    ck_assert_mem_eq(pptp_packet_data(k) + before, frame, 40);
    return a.pkt;
}

/* R-1-01, R-1-03: IP, IPX, AppleTalk, NetBIOS, multilink, LCP, IPCP, PAP and
 * numbers that nobody has: a PAC carries them both ways, octet by octet */
static void frames_are_not_looked_at(void)
{
    static const uint16_t protocol[] = { 0x0021, 0x002b, 0x0029, 0x003f,
                                         0x003d, 0xc021, 0x8021, 0xc023,
                                         0x0000, 0xffff, 0x1234 };
    struct pptp_line_info l = { .connect_bps = 64000, .framing = 2 };
    struct pptp_addr from = pptp_addr_v4(LOWER);
    struct pptp_msg q = message(PPTP_OCRQ);
    uint8_t head[12] = { 0x30, 1, 0x88, 0x0b, 0, 40 }, frame[40];
    pptp_call_id call;
    pptp_conn_id c;
    uint16_t mine;
    uint8_t i;

    conf.role = PPTP_ROLE_PAC;
    conf.win.windowing = PPTP_WINDOWING_OFF;
    begin();
    c = at(R_UP, LOWER);
    rig_msg(&r, c, &q);
    took(c, PPTP_ACT_CALL_NEW);
    call = rig_took(&r, PPTP_ACT_LINE_DIAL)->a.call;
    rig_line(&r, call, PPTP_LINE_CONNECTED, &l);
    mine = rig_sent(&r, c, PPTP_OCRP)->ocrp.call_id;
    head[6] = (uint8_t)(mine >> 8);
    head[7] = (uint8_t)mine;
    rig_took(&r, PPTP_ACT_CALL_UP);
    for (i = 0; i < sizeof protocol / sizeof protocol[0]; i++) {
        pptp_pkt k;

        head[11] = i; /* the number of the packet */
        k = packet_of(head, 12, protocol[i], frame, 0);
        pptp_peer_gre_input(r.peer, r.now, &from, &r.local, k);
        pptp_peer_frame_done(r.peer, r.now, call,
                             carries(PPTP_ACT_FRAME_OUT, 0, frame));
        k = packet_of(NULL, 0, protocol[i], frame, PPTP_HEADROOM);
        ck_assert_int_eq(pptp_peer_frame(r.peer, r.now, call, k), 0);
        pptp_pool_free(&r.pool, carries(PPTP_ACT_GRE_SEND, 16, frame));
    }
    rig_tcp(&r, c, PPTP_TCP_CLOSED);
    rig_skip(&r, PPTP_ACT_CALL_DOWN);
    finish();
}

/* --- records ------------------------------------------------------------- */

/* The records of what octets lead to, before anything else takes them. */
static unsigned records_of(pptp_conn_id c, const struct pptp_msg *m,
                           struct pptp_trace_rec *out, unsigned cap)
{
    uint8_t o[PPTP_MSG_MAX];
    size_t n = pptp_msg_encode(m, o);
    unsigned k = 0;

    ck_assert_int_eq(pptp_peer_tcp_input(r.peer, r.now, c, o, n), (int)n);
    while (k < cap && pptp_peer_trace_poll(r.peer, &out[k]))
        k++;
    drain();
    return k;
}

static void check_record(const struct pptp_trace_rec *t,
                         enum pptp_trace_kind kind, uint64_t type,
                         uint64_t value, uint64_t local, uint64_t peer)
{
    ck_assert_uint_eq(t->kind, kind);
    ck_assert_uint_eq(t->v[0], type);
    ck_assert_uint_eq(t->v[1], value);
    ck_assert_uint_eq(t->v[2], local);
    ck_assert_uint_eq(t->v[3], peer);
}

/* A message with a Call ID of its own 11, of the other side 22, a serial
 * number 33 and so on, and the record of it. */
static void record_of_each(void)
{
    struct pptp_msg m[PPTP_MSG_TYPES + 1];
    struct {
        uint64_t value, sender, other;
    } want[PPTP_MSG_TYPES + 1] = {
        [PPTP_SCCRQ] = { 0x0100, 0, 0 },
        [PPTP_SCCRP] = { 0x0203, 0, 0 },
        [PPTP_STOP_RQ] = { 1, 0, 0 },
        [PPTP_STOP_RP] = { 0x0204, 0, 0 },
        [PPTP_ECHO_RQ] = { 0xfeed0001, 0, 0 },
        [PPTP_ECHO_RP] = { 55, 0, 0 },
        [PPTP_OCRQ] = { 33, 11, 0 },
        [PPTP_OCRP] = { 0x0206, 11, 22 },
        [PPTP_ICRQ] = { 33, 11, 0 },
        [PPTP_ICRP] = { 0x0201, 11, 22 },
        [PPTP_ICCN] = { 9600, 0, 22 },
        [PPTP_CCRQ] = { 0, 11, 0 },
        [PPTP_CDN] = { 0x0205, 11, 0 },
        [PPTP_WEN] = { 0, 0, 22 },
        [PPTP_SLI] = { 0, 0, 22 },
    };
    struct pptp_trace_rec t[8];
    pptp_conn_id c;
    unsigned i;

    for (i = 1; i <= PPTP_MSG_TYPES; i++)
        m[i] = message(i);
    m[PPTP_SCCRP].sccrp.result = 2;
    m[PPTP_SCCRP].sccrp.error = 3;
    m[PPTP_STOP_RP].stop_rp.result = 2;
    m[PPTP_STOP_RP].stop_rp.error = 4;
    m[PPTP_ECHO_RP].echo_rp.identifier = 55;
    m[PPTP_OCRQ].ocrq.call_id = m[PPTP_ICRQ].icrq.call_id = 11;
    m[PPTP_OCRQ].ocrq.call_serial = m[PPTP_ICRQ].icrq.call_serial = 33;
    m[PPTP_OCRP].ocrp = (struct pptp_ocrp){
        .call_id = 11, .peer_call_id = 22, .result = 2, .error = 6
    };
    m[PPTP_ICRP].icrp = (struct pptp_icrp){
        .call_id = 11, .peer_call_id = 22, .result = 2, .error = 1
    };
    m[PPTP_ICCN].iccn.peer_call_id = 22;
    m[PPTP_ICCN].iccn.connect_bps = 9600;
    m[PPTP_CCRQ].ccrq.call_id = m[PPTP_CDN].cdn.call_id = 11;
    m[PPTP_CDN].cdn.result = 2;
    m[PPTP_CDN].cdn.error = 5;
    m[PPTP_WEN].wen.peer_call_id = m[PPTP_SLI].sli.peer_call_id = 22;
    for (i = 1; i <= PPTP_MSG_TYPES; i++) {
        c = at(R_STOP, LOWER);
        ck_assert_uint_ge(records_of(c, &m[i], t, 8), 1);
        check_record(&t[0], PPTP_TRACE_msg_rx, i, want[i].value, want[i].other,
                     want[i].sender);
        if (i != PPTP_STOP_RQ && i != PPTP_STOP_RP)
            rig_tcp(&r, c, PPTP_TCP_CLOSED);
        r.from = r.n;
    }
}

/* R-2.7-03, R-2.9-03, R-2.16-02: what was said can be read afterwards, our
 * IDs and the peer's each in their place */
static void messages_are_recorded(void)
{
    struct pptp_msg m = message(PPTP_OCRQ);
    struct pptp_trace_rec t[8];
    pptp_conn_id c;

    begin();
    record_of_each();
    c = at(R_IDLE, LOWER);
    m.ocrq.call_id = 11;
    m.ocrq.call_serial = 33;
    ck_assert_uint_eq(records_of(c, &m, t, 8), 2);
    check_record(&t[0], PPTP_TRACE_msg_rx, PPTP_OCRQ, 33, 0, 11);
    check_record(&t[1], PPTP_TRACE_msg_tx, PPTP_OCRP, 0x0201, 0, 11);
    rig_skip(&r, PPTP_ACT_TCP_SEND);
    rig_tcp(&r, c, PPTP_TCP_CLOSED);
    closes(c);
    finish();
}

/* R-3-04: each way to end has a record of its own: state, event, figure. */
static void ends_are_recorded(void)
{
    struct pptp_msg stop = message(PPTP_STOP_RQ), echo = message(PPTP_ECHO_RQ);
    uint64_t event[5];
    struct pptp_trace_rec t[8];
    uint8_t o[PPTP_MSG_MAX];
    pptp_conn_id c;
    unsigned i, k, n;

    begin();
    for (i = 0; i < 5; i++) {
        c = at(R_UP, LOWER);
        n = 0;
        switch (i) {
        case 0: n = records_of(c, &stop, t, 8); break;
        case 1:
            pptp_msg_encode(&echo, o);
            o[4] = 0; /* of the cookie */
            pptp_peer_tcp_input(r.peer, r.now, c, o, 16);
            break;
        case 2:
            pptp_peer_tcp_event(r.peer, r.now, c, PPTP_TCP_CLOSED, NULL);
            break;
        case 3:
            later(IDLE_S * PPTP_S);
            rig_sent(&r, c, PPTP_ECHO_RQ);
            r.now += ECHO_S * PPTP_S;
            pptp_peer_advance(r.peer, r.now);
            break;
        default: pptp_peer_close(r.peer, r.now, c, PPTP_STOP_NONE); break;
        }
        while (n < 8 && pptp_peer_trace_poll(r.peer, &t[n]))
            n++;
        for (k = 0; k < n && t[k].kind != PPTP_TRACE_conn_state; k++)
            ;
        ck_assert_uint_lt(k, n);
        ck_assert_uint_eq(t[k].v[0], PPTP_CTRL_ESTABLISHED);
        ck_assert_uint_eq(t[k].v[1],
                          i == 4 ? PPTP_CTRL_WAIT_STOP_REPLY : PPTP_CTRL_IDLE);
        event[i] = t[k].v[2];
        ck_assert_uint_eq(t[k].v[3], 1);
        for (k = 0; k < i; k++)
            ck_assert_uint_ne(event[k], event[i]);
        drain();
        if (i == 4)
            rig_tcp(&r, c, PPTP_TCP_CLOSED);
        r.from = r.n;
    }
    finish();
}

/* R-1.4-01, R-3.1.2-01: the port that the worlds open and listen at */
static void port_of_the_rfc(void)
{
    ck_assert_uint_eq(PPTP_PORT, 1723);
}

/* Generations of one slot go round; the all-ones handle is left out. */
static void generations_go_round(void)
{
    struct pptp_limits l;
    pptp_conn_id c, old = PPTP_NONE;
    uint32_t i;

    pptp_limits_default(&l);
    l.conns = 1;
    begin_with(&l);
    for (i = 0; i < 20; i++) {
        c = rig_accept(&r, LOWER);
        ck_assert_uint_ne(c, PPTP_NONE);
        ck_assert_uint_ne(c, old);
        if (old != PPTP_NONE)
            ck_assert_int_eq(
                pptp_peer_close(r.peer, r.now, old, PPTP_STOP_NONE),
                PPTP_ERR_UNKNOWN);
        rig_tcp(&r, c, PPTP_TCP_CLOSED);
        took(c, PPTP_ACT_TCP_CLOSE);
        took(c, PPTP_ACT_CONN_DOWN);
        old = c;
        if (i == 9) /* as after that many connections */
            conn_at(r.peer, 0)->gen = UINT16_MAX - 3;
    }
    ck_assert_uint_eq(c >> 16, 7); /* fffd, fffe, 0, 1 … 7 */
    ck_assert_uint_eq(st()->conns_closed, 20);
    finish();
}

/* --- the suite ----------------------------------------------------------- */

#define SCENARIOS(X)                              \
    X(opens)                                      \
    X(result_zero_is_success)                     \
    X(sccrp_of_another_version)                   \
    X(sccrp_refuses)                              \
    X(start_timer)                                \
    X(stop_before_it_is_up)                       \
    X(echo_before_it_is_up)                       \
    X(accepts_same_or_later_version)              \
    X(refuses_earlier_versions)                   \
    X(refuses_the_unauthorized)                   \
    X(second_connection_is_refused)               \
    X(second_connection_while_stopping)           \
    X(others_are_no_rivals)                       \
    X(multiple_when_allowed)                      \
    X(open_to_a_connected_peer)                   \
    X(higher_address_wins)                        \
    X(equal_addresses_compare_ports)              \
    X(winner_is_silent)                           \
    X(winner_waits_for_the_loser)                 \
    X(collision_before_our_sccrq)                 \
    X(loser_may_refuse)                           \
    X(second_sccrq_costs_nothing)                 \
    X(answers_echoes)                             \
    X(ends_say_why)                               \
    X(keep_alive_of_a_minute)                     \
    X(a_minute_for_every_wait)                    \
    X(only_what_is_received_is_life)              \
    X(only_the_answer_stops_the_echo)             \
    X(answered_twice)                             \
    X(echo_identifiers_come_from_the_seed)        \
    X(stuck_call)                                 \
    X(local_stop)                                 \
    X(stop_timer)                                 \
    X(stuck_while_stopping)                       \
    X(stop_requests_cross)                        \
    X(peer_stops)                                 \
    X(close_everywhere)                           \
    X(tcp_ends_everywhere)                        \
    X(tcp_opens_once)                             \
    X(pairs_without_a_row)                        \
    X(replies_in_the_wrong_place)                 \
    X(calls_before_it_is_up)                      \
    X(any_segmentation)                           \
    X(two_hundred_echoes)                         \
    X(nothing_after_the_end)                      \
    X(dirty_reserved_fields)                      \
    X(bad_octets)                                 \
    X(bad_octets_clear_calls)                     \
    X(octets_before_tcp_is_open)                  \
    X(names_without_nul)                          \
    X(channels_by_role)                           \
    X(peer_channels_and_capabilities_are_its_own) \
    X(slots_and_stale_handles)                    \
    X(frames_are_not_looked_at)                   \
    X(messages_are_recorded)                      \
    X(ends_are_recorded)                          \
    X(port_of_the_rfc)                            \
    X(generations_go_round)

#define X(name)             \
    START_TEST(test_##name) \
    {                       \
        name();             \
    }                       \
    END_TEST
SCENARIOS(X)
#undef X

static void (*const scenarios[])(void) = {
#define X(name) name,
    SCENARIOS(X)
#undef X
};

/* All rows of both figures, counted over all scenarios. */
START_TEST(every_row_is_shown)
{
    unsigned figure, row, rows[2];
    size_t i;

    memset(hits, 0, sizeof hits);
    for (i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
        configure();
        scenarios[i]();
    }
    begin();
    for (figure = 0; figure < 2; figure++)
        pptp_peer_row_hits(r.peer, figure, 0, &rows[figure]);
    finish();
    for (figure = 0; figure < 2; figure++) {
        ck_assert_uint_ge(rows[figure], 25);
        ck_assert_uint_le(rows[figure], 64);
        for (row = 0; row < rows[figure]; row++)
            ck_assert_msg(hits[figure][row] > 0,
                          "figure 3.1.%u: row %u is not shown", figure + 1,
                          row);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ctrl");
    TCase *t = tcase_create("scenarios"), *rows = tcase_create("rows");
    SRunner *run;
    int failed;

    tcase_set_timeout(t, 60);
    tcase_set_timeout(rows, 60);
    tcase_add_checked_fixture(t, configure, NULL);
#define X(name) tcase_add_test(t, test_##name);
    SCENARIOS(X)
#undef X
    tcase_add_test(rows, every_row_is_shown);
    suite_add_tcase(s, t);
    suite_add_tcase(s, rows);
    run = srunner_create(s);
    srunner_run_all(run, CK_NORMAL);
    failed = srunner_ntests_failed(run);
    srunner_free(run);
    return failed ? 1 : 0;
}
