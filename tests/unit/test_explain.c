/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Explaining captures, from packets written here: what is found, and that
 * nothing in a file of others' can do harm. */
#include "config.h"

#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "tests/unit/explain_compose.h"

static struct explain *e;
static const struct explain_finding *findings;
static size_t finding_count;

static void run(void)
{
    explain_free(e);
    e = explain_new();
    ck_assert_ptr_nonnull(e);
    style.snap = 65535;
    ck_assert_int_eq(walk(e, file.len), 0);
    finding_count = explain_findings(e, &findings);
}

static void teardown(void)
{
    explain_free(e);
    e = NULL;
}

static const struct explain_finding *find(enum explain_kind k)
{
    size_t i;

    for (i = 0; i < finding_count; i++)
        if (findings[i].kind == k)
            return &findings[i];
    return NULL;
}

static unsigned count(enum explain_severity s)
{
    unsigned n = 0;
    size_t i;

    for (i = 0; i < finding_count; i++)
        n += explain_kind_info(findings[i].kind)->severity == s;
    return n;
}

static const struct explain_finding *must(enum explain_kind k)
{
    const struct explain_finding *f = find(k);

    ck_assert_msg(f != NULL, "%s was not found", explain_kind_info(k)->key);
    return f;
}

/* The report as JSON; the caller drops it. */
static json_t *json(void)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    json_error_t error;
    json_t *o;

    ck_assert_int_eq(explain_json(e, out), 0);
    fclose(out);
    o = json_loads(text, 0, &error);
    ck_assert_msg(o != NULL, "%s", error.text);
    free(text);
    return o;
}

static json_int_t integer(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);

    ck_assert_msg(json_is_integer(v), "%s", key);
    return json_integer_value(v);
}

static double real(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);

    ck_assert_msg(json_is_real(v), "%s", key);
    return json_real_value(v);
}

/* --- what is right is not blamed ---------------------------------------- */

START_TEST(clean_call)
{
    json_t *o, *c, *side, *sent, *rtt;

    call();
    some_data();
    hang_up();
    run();
    ck_assert(explain_found(e));
    ck_assert_uint_eq(finding_count, 0);
    o = json();
    ck_assert_int_eq(integer(o, "frames"), 26);
    ck_assert_uint_eq(json_array_size(json_object_get(o, "connections")), 1);
    c = json_array_get(json_object_get(o, "calls"), 0);
    ck_assert_int_eq(integer(c, "serial"), 9);
    ck_assert_int_eq(integer(c, "connect_bps"), 64000);
    ck_assert_str_eq(json_string_value(json_object_get(c, "end")),
                     "the PNS cleared it (CCRQ, CDN)");
    side = json_array_get(json_object_get(c, "sides"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(side, "role")), "PNS");
    ck_assert_int_eq(integer(side, "call_id"), 7);
    ck_assert_int_eq(integer(side, "window"), 8);
    sent = json_object_get(side, "sent");
    ck_assert_int_eq(integer(sent, "packets"), 7);
    ck_assert_int_eq(integer(sent, "data"), 6);
    ck_assert_int_eq(integer(sent, "lone_acks"), 1);
    ck_assert_int_eq(integer(sent, "lost"), 0);
    ck_assert_int_eq(integer(sent, "unacknowledged"), 0);
    ck_assert_int_eq(integer(sent, "outstanding_max"), 1);
    rtt = json_object_get(sent, "rtt");
    ck_assert_int_eq(integer(rtt, "samples"), 6);
    ck_assert_double_eq_tol(real(rtt, "min_s"), 0.02, 1e-9);
    ck_assert_double_eq_tol(real(rtt, "mean_s"), 0.02, 1e-9);
    ck_assert_double_eq_tol(real(rtt, "p95_s"), 0.02, 1e-9);
    json_decref(o);
}
END_TEST

START_TEST(incoming_call)
{
    start();
    say(1, (struct pptp_msg){ .type = PPTP_ICRQ,
                              .icrq = { .call_id = 9, .bearer = 1 } });
    say(0, (struct pptp_msg){ .type = PPTP_ICRP,
                              .icrp = { .call_id = 7,
                                        .peer_call_id = 9,
                                        .result = 1,
                                        .recv_window = 4 } });
    say(1, (struct pptp_msg){ .type = PPTP_ICCN,
                              .iccn = { .peer_call_id = 7,
                                        .connect_bps = 28800,
                                        .recv_window = 8,
                                        .framing = 1 } });
    some_data();
    hang_up();
    run();
    ck_assert_uint_eq(finding_count, 0);
}
END_TEST

/* --- TCP ----------------------------------------------------------------- */

/* Octet by octet, in one piece, backwards with repetition: the same. */
START_TEST(segments)
{
    uint8_t octets[PPTP_MSG_MAX * 2];
    struct pptp_msg one = sccrq(), two = ocrq(7);
    uint32_t n, i, step;
    size_t in;

    begin();
    open_tcp();
    n = (uint32_t)pptp_msg_encode(&one, octets);
    in = pptp_msg_encode(&two, octets + n);
    n += (uint32_t)in;
    step = _i == 0 ? 1 : _i == 1 ? n : 50;
    for (i = 0; i < n; i += step) {
        uint32_t at = _i == 2 ? (n - 1) / step * step - i : i;
        uint32_t k = n - at < step ? n - at : step;

        segment_at(0, file.seq[0] + at, ACK, octets + at, k);
        if (_i == 2)
            segment_at(0, file.seq[0] + at, ACK, octets + at, k);
    }
    file.seq[0] += n;
    say(1, sccrp());
    say(1, ocrp(9, 7));
    some_data();
    hang_up();
    run();
    must(EXPLAIN_NOT_YET); /* R-2-04: OCRQ before SCCRP */
    ck_assert_uint_eq(count(EXPLAIN_DEPARTURE), 1);
    ck_assert((find(EXPLAIN_TCP_REORDER) != NULL) == (_i == 2));
    ck_assert((find(EXPLAIN_TCP_RETRANSMIT) != NULL) == (_i == 2));
    ck_assert_ptr_null(find(EXPLAIN_TCP_GAP));
}
END_TEST

/* A segment that the capture lacks: the next message is found again. */
START_TEST(gap)
{
    uint8_t octets[PPTP_MSG_MAX];
    struct pptp_msg m = ocrq(7);
    uint32_t n;

    start();
    n = (uint32_t)pptp_msg_encode(&m, octets);
    segment_at(0, file.seq[0], ACK, octets, 60);
    file.seq[0] += n; /* 108 octets of it are missing */
    file.ms += 10;
    say(1, ocrp(9, 7));
    some_data();
    file.ms += 2000;
    hang_up();
    run();
    must(EXPLAIN_TCP_GAP);
    must(EXPLAIN_MESSAGE_CUT);
    ck_assert_uint_eq(count(EXPLAIN_DEPARTURE), 0);
    ck_assert_uint_eq(count(EXPLAIN_ERROR), 0);
}
END_TEST

static char *report(void)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);

    explain_report(e, false, out);
    fclose(out);
    return text;
}

/* The capture's own limit: 20 IP, 20 TCP and 30 of the message.  The window
 * is octets 32 and 33 of OCRQ, and 24 and 25 of OCRP; what is not there is no
 * 0. */
START_TEST(snapped)
{
    json_t *o, *c, *side;
    char *text;

    begin();
    style.snap = 70;
    open_tcp();
    say(0, sccrq());
    say(1, sccrp());
    say(0, ocrq(7));
    say(1, ocrp(9, 7));
    some_data();
    hang_up();
    run();
    must(EXPLAIN_MESSAGE_CUT);
    ck_assert_ptr_null(find(EXPLAIN_TCP_GAP));
    ck_assert_uint_eq(count(EXPLAIN_DEPARTURE), 0);
    ck_assert_uint_eq(count(EXPLAIN_ERROR), 0);
    text = report();
    ck_assert_ptr_nonnull(strstr(text, "PNS takes ? packets, PAC 8; "
                                       "processing delay ? and 0.0 s"));
    ck_assert_ptr_nonnull(strstr(text, "host \"cl\"?, vendor ?, version 1.0"));
    ck_assert_ptr_nonnull(strstr(text, "serial number 9, number ?"));
    free(text);
    o = json();
    c = json_array_get(json_object_get(o, "calls"), 0);
    ck_assert(json_is_null(json_object_get(c, "number")));
    ck_assert_int_eq(integer(c, "maximum_bps"), 64000);
    side = json_array_get(json_object_get(c, "sides"), 0);
    ck_assert(json_is_null(json_object_get(side, "window")));
    ck_assert(json_is_null(json_object_get(side, "processing_delay_s")));
    side = json_array_get(json_object_get(c, "sides"), 1);
    ck_assert_int_eq(integer(side, "window"), 8);
    json_decref(o);
}
END_TEST

/* From the middle: what the first message was is not judged, calls are found
 * by their GRE. */
START_TEST(midstream)
{
    json_t *o, *c;

    begin();
    if (_i == 0)
        segment(1, ACK, (const uint8_t *)"\x00\x00\x07half a message", 17);
    if (_i == 2) /* B is the first that is seen */
        lone_ack(1, 0);
    some_data();
    say(0, (struct pptp_msg){ .type = PPTP_ECHO_RQ,
                              .echo_rq = { .identifier = 3 } });
    say(1, (struct pptp_msg){ .type = PPTP_ECHO_RP,
                              .echo_rp = { .identifier = 3, .result = 1 } });
    hang_up();
    run();
    ck_assert(explain_found(e));
    must(EXPLAIN_MIDSTREAM);
    ck_assert_uint_eq(count(EXPLAIN_DEPARTURE), 0);
    ck_assert_uint_eq(count(EXPLAIN_ERROR), 0);
    o = json();
    ck_assert_uint_eq(json_array_size(json_object_get(o, "calls")), 1);
    c = json_array_get(json_object_get(o, "calls"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(c, "end")),
                     "the PNS cleared it (CCRQ, CDN)");
    json_decref(o);
}
END_TEST

/* 54 octets of Ethernet's 68: of replies not even the result is there. */
START_TEST(snapped_more)
{
    json_t *o, *c;

    begin();
    style.snap = 54;
    open_tcp();
    say(0, sccrq());
    say(1, sccrp());
    say(0, ocrq(7));
    say(1, ocrp(9, 7));
    if (_i == 1)
        some_data();
    run();
    ck_assert_uint_eq(count(EXPLAIN_DEPARTURE), 0);
    ck_assert_uint_eq(count(EXPLAIN_ERROR), 0);
    o = json();
    c = json_array_get(json_object_get(o, "calls"), 0);
    /* who would send GRE through a call that failed? */
    ck_assert(_i == 1 ? json_is_true(json_object_get(c, "established"))
                      : json_is_null(json_object_get(c, "established")));
    json_decref(o);
}
END_TEST

/* Simple packet blocks: no time, and no part in any. */
START_TEST(timeless)
{
    json_t *o, *f;
    char *text;

    begin();
    style.pcapng = true;
    file.timeless = true;
    gre(0, 0, -1);
    gre(0, 0, -1);
    file.timeless = false;
    file.ip_id = 0;
    file.ms = 1700000000;
    gre(0, 0, -1);
    file.ms += 2500;
    gre(0, 1, -1);
    run();
    style.pcapng = false;
    text = report();
    ck_assert_ptr_nonnull(
        strstr(text, "4 frames in 2.500 s (2 without a time)"));
    ck_assert_ptr_nonnull(strstr(text, "frame 2, no time"));
    free(text);
    o = json();
    ck_assert_double_eq_tol(real(o, "duration_s"), 2.5, 1e-9);
    f = json_array_get(json_object_get(o, "findings"), 0);
    ck_assert_int_eq(integer(f, "frame"), 2);
    ck_assert(json_is_null(json_object_get(f, "time_s")));
    json_decref(o);
}
END_TEST

START_TEST(one_sided)
{
    begin();
    segment(0, SYN, NULL, 0);
    say(0, sccrq());
    say(0, ocrq(7));
    run();
    ck_assert(explain_found(e));
    must(EXPLAIN_ONE_SIDED);
    ck_assert_uint_eq(count(EXPLAIN_DEPARTURE), 0);
    ck_assert_ptr_null(find(EXPLAIN_NO_SCCRP));
}
END_TEST

/* --- control messages ---------------------------------------------------- */

/* One message that is wrong, after the connection was established. */
START_TEST(wrong_octets)
{
    static const struct {
        unsigned at;
        uint8_t value;
        enum explain_kind kind;
    } rows[] = {
        { 5, 0x2C, EXPLAIN_COOKIE },     /* R-1.4-05 */
        { 3, 2, EXPLAIN_MESSAGE_TYPE },  /* R-1.4-04 */
        { 9, 16, EXPLAIN_UNKNOWN_TYPE }, /* R-1.4-09 */
        { 1, 16, EXPLAIN_LENGTH },       /* R-1.4-03 */
        { 11, 1, EXPLAIN_RESERVED },     /* R-2-02 */
        { 38, 1, EXPLAIN_RESERVED },
        { 27, 4, EXPLAIN_VALUE }, /* R-2.7-07 */
        { 16, 1, EXPLAIN_SPEED }, /* R-2.7-05 */
        { 103, 1, EXPLAIN_PADDING },
        { 33, 0, EXPLAIN_WINDOW_0 },

    };
    uint8_t octets[PPTP_MSG_MAX];
    struct pptp_msg m = ocrq(7);

    start();
    pptp_msg_encode(&m, octets);
    octets[rows[_i].at] = rows[_i].value;
    segment(0, ACK, octets, 168);
    say(0, (struct pptp_msg){ .type = PPTP_ECHO_RQ });
    say(1,
        (struct pptp_msg){ .type = PPTP_ECHO_RP, .echo_rp = { .result = 1 } });
    run();
    ck_assert_uint_eq(must(rows[_i].kind)->frame, 6);
    /* what comes after it is understood */
    ck_assert_ptr_null(find(EXPLAIN_ECHO_ID));
}
END_TEST

START_TEST(refused)
{
    struct pptp_msg m = sccrp();

    begin();
    open_tcp();
    say(0, sccrq());
    m.sccrp.result = 4;
    say(1, m);
    run();
    ck_assert_ptr_nonnull(
        strstr(must(EXPLAIN_REFUSED)->detail, "not authorized"));
    start();
    say(0, ocrq(7));
    m = ocrp(0, 7);
    m.ocrp.result = 4;
    m.ocrp.error = 3;
    say(1, m);
    run();
    ck_assert_ptr_nonnull(strstr(must(EXPLAIN_CALL_REFUSED)->detail, "busy"));
    must(EXPLAIN_ERROR_CODE); /* R-2.8-07 */
}
END_TEST

/* R-3.1.4-03: closed in time, as it should be; and no window or idle line. */
START_TEST(echo_closes)
{
    call();
    some_data();
    say(0, (struct pptp_msg){ .type = PPTP_ECHO_RQ });
    file.ms += 60500;
    segment(0, FIN | ACK, NULL, 0);
    run();
    must(EXPLAIN_ECHO_UNANSWERED);
    ck_assert_ptr_null(find(EXPLAIN_ECHO_NO_CLOSE));
    ck_assert_ptr_null(find(EXPLAIN_WINDOW_OVERRUN));
}
END_TEST

/* CCRQ, FIN, and only then CDN, as with pptp-linux and accel-ppp; long and
 * slow, but answered. */
START_TEST(half_closed)
{
    json_t *o, *c;

    call();
    for (int i = 0; i < 12; i++, file.ms += 3000) {
        gre(0, i, i > 0 ? i - 1 : -1);
        gre(1, i, i);
    }
    file.ms += 9000;
    gre(0, 12, 11); /* one packet without an answer is no silence */
    say(0, (struct pptp_msg){ .type = PPTP_CCRQ, .ccrq = { .call_id = 7 } });
    segment(0, FIN | ACK, NULL, 0);
    say(1, (struct pptp_msg){ .type = PPTP_CDN,
                              .cdn = { .call_id = 9, .result = 4 } });
    segment(1, FIN | ACK, NULL, 0);
    run();
    must(EXPLAIN_NO_STOP);
    ck_assert_uint_eq(count(EXPLAIN_DEPARTURE), 1);
    ck_assert_uint_eq(count(EXPLAIN_ERROR), 0);
    o = json();
    c = json_array_get(json_object_get(o, "calls"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(c, "end")),
                     "the PNS cleared it (CCRQ, CDN)");
    json_decref(o);
}
END_TEST

/* What is said of calls; the figures of 3.2. */
START_TEST(calls)
{
    call();
    some_data();
    say(1, (struct pptp_msg){ .type = PPTP_CDN,
                              .cdn = { .call_id = 7, .result = 0 } });
    run();
    must(EXPLAIN_CDN_ID);     /* R-2.13-02 */
    must(EXPLAIN_CDN_RESULT); /* R-2.13-03 */
    must(EXPLAIN_CDN_ABNORMAL);
    call();
    say(0, ocrq(7));
    run();
    must(EXPLAIN_CALL_ID_LIVE); /* R-3.2.2-02 */
    call();
    say(1,
        (struct pptp_msg){ .type = PPTP_SLI, .sli = { .peer_call_id = 7 } });
    say(0,
        (struct pptp_msg){ .type = PPTP_SLI, .sli = { .peer_call_id = 7 } });
    say(1, (struct pptp_msg){ .type = PPTP_WEN,
                              .wen = { .peer_call_id = 7, .crc_errors = 5 } });
    say(1, (struct pptp_msg){ .type = PPTP_WEN,
                              .wen = { .peer_call_id = 7, .crc_errors = 4 } });
    say(1,
        (struct pptp_msg){ .type = PPTP_WEN, .wen = { .peer_call_id = 70 } });
    run();
    must(EXPLAIN_ROLE); /* R-2.15-01 */
    must(EXPLAIN_SLI_ID);
    must(EXPLAIN_WEN_SOON); /* R-2.14-03 */
    must(EXPLAIN_WEN_BACK); /* R-2.14-04 */
    must(EXPLAIN_CALL_UNKNOWN);
    call();
    some_data();
    segment(0, FIN | ACK, NULL, 0);
    run();
    must(EXPLAIN_NO_STOP); /* R-3.1.1-05 */
    start();
    say(0, ocrq(7));
    file.ms += 80000;
    lone_ack(0, 1);
    run();
    must(EXPLAIN_CALL_UNANSWERED); /* R-2.8-01 */
    must(EXPLAIN_CALL_STUCK);      /* R-3.2.1-03 */
    must(EXPLAIN_IDLE_NO_ECHO);
}
END_TEST

/* --- the tunnel ---------------------------------------------------------- */

/* R-4.1-05: another ID on the way, or the sender's own. */
START_TEST(rewritten)
{
    uint16_t id = _i == 1 ? 7 : 500;
    int n = _i == 2 ? 1 : 5; /* too few to tell before the end */
    json_t *o;

    call();
    for (int i = 0; i < n; i++, file.ms += 20) {
        gre_to(id, 0, i, i > 0 ? i - 1 : -1, "\xFF\x03\x00\xFD", 4, 50);
        gre(1, i, i);
    }
    hang_up();
    run();
    ck_assert_uint_eq(
        must(_i != 1 ? EXPLAIN_CALL_ID_REWRITTEN : EXPLAIN_CALL_ID_OWN)->frame,
        8);
    ck_assert_ptr_null(find(EXPLAIN_ONE_WAY_GRE));
    ck_assert_ptr_null(find(EXPLAIN_NO_GRE));
    o = json();
    ck_assert_uint_eq(json_array_size(json_object_get(o, "calls")), 1);
    json_decref(o);
}
END_TEST

/* R-4.1-14, R-4.3-02, R-4.3-05, R-4.1-20 */
START_TEST(numbers)
{
    static const int64_t order[] = { 0, 1, 4, 3, 5, 5, 8, 0xFFFFFFF0, 2 };
    json_t *o, *sent;

    call();
    gre(1, 1, -1);
    for (int i = 0; i < 7; i++, file.ms += 20) {
        gre(0, order[i], -1);
        if (i == 4)
            file.ip_id--; /* and so 5 again is the same IP packet */
    }
    run();
    ck_assert_uint_eq(must(EXPLAIN_SEQ_FIRST)->address, B);
    ck_assert_uint_eq(must(EXPLAIN_REORDER)->count, 1);
    ck_assert_uint_eq(must(EXPLAIN_DUPLICATE)->count, 1);
    ck_assert_ptr_null(find(EXPLAIN_SENT_TWICE));
    o = json();
    sent = json_object_get(
        json_array_get(
            json_object_get(json_array_get(json_object_get(o, "calls"), 0),
                            "sides"),
            0),
        "sent");
    ck_assert_int_eq(integer(sent, "lost"), 3); /* 2, 6, 7 */
    ck_assert_int_eq(integer(sent, "out_of_order"), 1);
    ck_assert_int_eq(integer(sent, "duplicates"), 1);
    json_decref(o);
    must(EXPLAIN_LOSS);
    gre(0, 8, -1);
    gre(0, 500000, -1);
    gre(0, 3, -1);
    run();
    must(EXPLAIN_SENT_TWICE);
    must(EXPLAIN_SEQ_JUMP);
    must(EXPLAIN_SEQ_RESTART);
}
END_TEST

/* Across 2^32 (R-4.1-16) nothing is lost and all is acknowledged. */
START_TEST(wrap)
{
    begin();
    for (uint32_t i = 0; i < 20; i++, file.ms += 20) {
        gre(0, (int64_t)(uint32_t)(0xFFFFFFF8u + i), -1);
        lone_ack(1, (int64_t)(uint32_t)(0xFFFFFFF8u + i));
    }
    run();
    ck_assert(explain_found(e));
    ck_assert_uint_eq(finding_count, 0);
}
END_TEST

START_TEST(headers)
{
    uint8_t octets[2000] = { 0x30, 0x01, 0x88, 0x0B, 0, 20, 0, 9 };

    call();
    gre(1, 0, -1);
    packet(A, B, 47, 0, octets, 20); /* 8 octets, 20 promised */
    octets[1] = 0x02;
    packet(A, B, 47, 0, octets, 40);
    octets[1] = 0x01;
    packet(A, B, 47, 0, octets, 40); /* 12 + 20, and 8 more */
    octets[0] = 0x20;
    packet(A, B, 47, 0, octets, 28);
    octets[5] = 0;
    packet(A, B, 47, 0, octets, 8);
    octets[0] = 0x30;
    octets[11] = 1;
    packet(A, B, 47, 0, octets, 12);
    octets[11] = 2;
    pptp_put16(octets + 4, 1533);
    packet(A, B, 47, 0, octets, 12 + 1533);
    octets[2] = 0x08; /* GRE of somebody else */
    packet(A, B, 47, 0, octets, 40);
    run();
    ck_assert_uint_eq(must(EXPLAIN_GRE_LENGTH)->frame, 9);
    ck_assert_uint_eq(must(EXPLAIN_GRE_HEADER)->frame, 10);
    ck_assert_uint_eq(must(EXPLAIN_GRE_TRAILER)->frame, 11);
    ck_assert_uint_eq(must(EXPLAIN_GRE_NO_SEQ)->frame, 12);
    ck_assert_uint_eq(must(EXPLAIN_GRE_NOTHING)->frame, 13);
    ck_assert_uint_eq(must(EXPLAIN_GRE_EMPTY_SEQ)->frame, 14);
    ck_assert_uint_eq(must(EXPLAIN_GRE_LONG)->frame, 15);
}
END_TEST

/* R-1.4-11: fragments, and whether all came; and what ICMP says. */
START_TEST(too_big)
{
    uint8_t octets[1600] = { 0x30, 0x01, 0x88, 0x0B, 0x05, 0xDC, 0, 9 };
    uint8_t icmp[36] = { 3, 4, 0, 0, 0, 0, 0x05, 0x14, 0x45 };

    call();
    some_data();
    octets[11] = 6;
    packet(A, B, 47, 0x2000, octets, 1480);
    file.ip_id--;
    packet(A, B, 47, 1480 / 8, octets + 1480, 32);
    run();
    must(EXPLAIN_FRAGMENTS);
    ck_assert_ptr_null(find(EXPLAIN_FRAGMENTS_LOST));
    octets[11] = 7;
    packet(A, B, 47, 0x2000, octets, 1480);
    pptp_put16(icmp + 10, 1500);
    icmp[17] = 47;
    pptp_put32(icmp + 20, A);
    pptp_put32(icmp + 24, B);
    memcpy(icmp + 28, "\x30\x01\x88\x0B\x05\xDC\0\x09", 8);
    packet(0x0A0000FE, A, 1, 0, icmp, sizeof icmp);
    icmp[1] = 2;
    packet(B, A, 1, 0, icmp, sizeof icmp);
    after(4000);
    gre(0, 8, -1);
    run();
    ck_assert_uint_eq(must(EXPLAIN_FRAGMENTS_LOST)->frame, 23);
    ck_assert_ptr_nonnull(strstr(must(EXPLAIN_ICMP_MTU)->detail, "1300"));
    must(EXPLAIN_ICMP_PROTOCOL);
}
END_TEST

START_TEST(ppp_in_clear)
{
    call();
    ppp(0, 0, -1, "\xFF\x03\xC0\x21\x01\x01\x00\x04", 8);
    ppp(1, 0, -1, "\xFF\x03\xC0\x21\x02\x01\x00\x04", 8);
    ppp(1, 1, -1,
        "\xFF\x03\xC2\x23\x04\x01\x00\x09"
        "E=691\x1B",
        14);
    ppp(0, 1, -1, "\xC0\x21\x05\x01\x00\x04", 6);
    ppp(0, 2, -1, "\x7E\xFF\x03", 3);
    ppp(0, 3, -1, "\xFF\x03\x00\x21\x45", 5);
    run();
    ck_assert_uint_eq(must(EXPLAIN_PPP_AUTH)->frame, 10);
    ck_assert_ptr_nonnull(strstr(must(EXPLAIN_PPP_AUTH)->detail, "E=691"));
    ck_assert_ptr_null(strchr(must(EXPLAIN_PPP_AUTH)->detail, '\x1B'));
    must(EXPLAIN_PPP_TERMINATE);
    must(EXPLAIN_PPP_NO_FF03);
    must(EXPLAIN_PPP_HDLC); /* R-4-02 */
    must(EXPLAIN_PPP_CLEAR);
}
END_TEST

/* --- files of others ----------------------------------------------------- */

static size_t report_octets(struct explain *x)
{
    char *text = NULL;
    size_t n = 0, i;
    FILE *out = open_memstream(&text, &n);

    explain_report(x, true, out);
    ck_assert_int_eq(explain_json(x, out), 0);
    fclose(out);
    for (i = 0; i < n; i++)
        ck_assert(text[i] == '\n' || (text[i] >= ' ' && text[i] <= '~'));
    free(text);
    return n;
}

/* Each finding's line is whole, and rank and time are in order. */
START_TEST(order)
{
    size_t i;

    call();
    gre(0, 5, 3);
    gre_to(7, 1, 9, 99, "\x7E", 1, 10);
    segment(1, RST, NULL, 0);
    run();
    ck_assert_uint_ge(finding_count, 5);
    for (i = 0; i < finding_count; i++) {
        const struct explain_kind_info *k = explain_kind_info(
            findings[i].kind);

        ck_assert_ptr_nonnull(k->key);
        ck_assert_uint_ge(findings[i].count, 1);
        if (i > 0)
            ck_assert_int_ge(
                k->severity,
                explain_kind_info(findings[i - 1].kind)->severity);
    }
    ck_assert_uint_gt(report_octets(e), 1000);
}
END_TEST

static void whole_story(void)
{
    call();
    some_data();
    ppp(0, 6, -1, "\xFF\x03\xC0\x21\x01\x01\x00\x04", 8);
    ppp(1, 6, -1,
        "\xFF\x03\xC2\x23\x04\x01\x00\x09"
        "E=691",
        13);
    say(0, (struct pptp_msg){ .type = PPTP_ECHO_RQ });
    say(1,
        (struct pptp_msg){ .type = PPTP_WEN, .wen = { .peer_call_id = 7 } });
    say(1, (struct pptp_msg){ .type = PPTP_ICRQ, .icrq = { .call_id = 3 } });
    hang_up();
}

/* Whatever the length, what came before the cut is explained. */
START_TEST(truncations)
{
    size_t n, whole, step = 13;
    unsigned found = 0, good = 0;

    whole_story();
    whole = file.len;
    for (n = 0; n < whole; n += step) {
        struct explain *x = explain_new();

        good += walk(x, n) == 0;
        found += explain_found(x);
        if (n % 5 == 0)
            report_octets(x);
        explain_free(x);
    }
    ck_assert_uint_lt(good, whole / step / 4);
    ck_assert_uint_gt(found, whole / step / 2);
}
END_TEST

START_TEST(flips)
{
    static uint8_t image[1u << 14];
    struct rng r;
    size_t whole;
    unsigned found = 0;

    whole_story();
    whole = file.len;
    ck_assert_uint_le(whole, sizeof image);
    memcpy(image, file.octets, whole);
    rng_init_named(&r, 1, "explain");
    for (int n = 0; n < 600; n++) {
        struct explain *x = explain_new();
        uint64_t k;

        memcpy(file.octets, image, whole);
        for (k = rng_below(&r, 40) + 1; k > 0; k--)
            file.octets[24 + rng_below(&r, whole - 24)] ^=
                (uint8_t)(1u << rng_below(&r, 8));
        walk(x, whole);
        found += explain_found(x);
        if (n % 10 == 0)
            report_octets(x);
        explain_free(x);
    }
    ck_assert_uint_gt(found, 200);
}
END_TEST

/* More of everything than is kept: counted, and said. */
START_TEST(limits)
{
    const struct explain_finding *first;
    struct explain *x = explain_new();
    uint8_t octets[20 + 8 + 4] = { 0x45 };
    struct capture_frame f = { .ipv4 = octets,
                               .len = sizeof octets,
                               .wire_octets = sizeof octets };
    uint32_t i;
    size_t n;

    octets[9] = 47; /* length 0: the sender's card fills it in */
    pptp_put32(octets + 20, 0x2081880B);
    for (i = 0; i < EXPLAIN_CALLS_MAX + 50; i++) {
        pptp_put32(octets + 12, i);
        pptp_put32(octets + 24, i & 0xFFFF);
        f.number++;
        explain_frame(x, &f);
    }
    explain_end(x, NULL);
    n = explain_findings(x, &first);
    for (i = 0; i < n && first[i].kind != EXPLAIN_LIMIT; i++)
        ;
    ck_assert_uint_lt(i, n);
    ck_assert_ptr_nonnull(
        strstr(first[i].detail, "50 GRE packets of further calls"));
    explain_free(x);
}
END_TEST

/* What is said of calls beyond the limit, and sent in them, is of none that
 * is known, and each is counted once. */
START_TEST(calls_left_out)
{
    const struct explain_finding *f;
    uint32_t i;

    begin();
    style.snap = 60; /* an OCRQ's Call ID is there, and there is room */
    open_tcp();
    say(opens(), sccrq());
    say(accepts(), sccrp());
    for (i = 0; i < EXPLAIN_CALLS_MAX + 50; i++)
        say_now(PNS, ocrq((uint16_t)(i + 1)));
    say(PAC, ocrp(9, (uint16_t)i));
    gre(PNS, 0, -1);
    gre(PAC, 0, 0);
    say(PNS, ccrq((uint16_t)i));
    say(PAC, cdn(9, 4));
    run();
    f = find(EXPLAIN_LIMIT);
    ck_assert_ptr_nonnull(f);
    ck_assert_ptr_nonnull(
        strstr(f->detail, "50 calls, 2 GRE packets of further calls"));
    ck_assert_ptr_null(find(EXPLAIN_CALL_UNKNOWN));
    ck_assert_ptr_null(find(EXPLAIN_OUT_OF_STATE));
}
END_TEST

/* The text of a manual page, or NULL where it is not. */
static char *manual(void)
{
    const char *top = getenv("top_srcdir");
    char path[4096], *text;
    FILE *in;

    snprintf(path, sizeof path, "%s/doc/explain.md", top != NULL ? top : ".");
    in = fopen(path, "r");
    if (in == NULL) {
        printf("SKIP: %s is not there\n", path);
        return NULL;
    }
    text = calloc(1, 1u << 17);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_gt(fread(text, 1, (1u << 17) - 1, in), 0);
    fclose(in);
    return text;
}

/* Each member of o, and of what is in it, stands in the text as `name`. */
static void check_members(const json_t *o, const char *text)
{
    const char *key;
    json_t *v;
    size_t i;

    json_array_foreach((json_t *)o, i, v) check_members(v, text);
    json_object_foreach((json_t *)o, key, v)
    {
        char name[80];

        snprintf(name, sizeof name, "`%s`", key);
        ck_assert_msg(strstr(text, name) != NULL, "%s", name);
        check_members(v, text);
    }
}

/* The manual has each member of the JSON object, and its schema: who reads it
 * by a program relies on them. */
START_TEST(members)
{
    char *text = manual(), *from, *to;
    json_t *o;

    if (text == NULL)
        return;
    from = strstr(text, "\n## As JSON\n");
    ck_assert_ptr_nonnull(from);
    to = strstr(from + 1, "\n## ");
    ck_assert_ptr_nonnull(to);
    *to = '\0';
    call();
    some_data();
    packet(A, B, 17, 0, (const uint8_t *)"left out", 8);
    hang_up();
    explain_free(e);
    e = explain_new();
    ck_assert_ptr_nonnull(e);
    ck_assert_int_ne(walk(e, file.len - 1), 0); /* a fault */
    o = json();
    check_members(o, from);
    ck_assert_int_eq(integer(o, "schema"), 1);
    ck_assert_ptr_nonnull(json_object_get(o, "fault"));
    ck_assert_uint_gt(json_array_size(json_object_get(o, "left_out")), 0);
    ck_assert_uint_gt(json_array_size(json_object_get(o, "findings")), 0);
    ck_assert_uint_gt(json_array_size(json_object_get(o, "events")), 0);
    json_decref(o);
    free(text);
}
END_TEST

/* What a row of the manual has after its place: the sentence, what it rests
 * on, what can make it wrong. */
static void check_row(const char *row, const char *sentence)
{
    const char *end = strchr(row, '\n');
    unsigned columns = 0;

    ck_assert_ptr_nonnull(end);
    ck_assert_msg(strncmp(row, sentence, strlen(sentence)) == 0, "%s",
                  sentence);
    for (; row < end; row++)
        if (strncmp(row, " | ", 3) == 0) {
            ck_assert_int_ne(row[3], '|');
            columns++;
        }
    ck_assert_uint_eq(columns, 2);
}

/* Kinds have names of their own, and the manual has each. */
START_TEST(kinds)
{
    char *text = manual();
    unsigned k, j;

    for (k = 0; k < EXPLAIN_KINDS; k++) {
        const struct explain_kind_info *i = explain_kind_info(k);
        char row[80];

        ck_assert(i->requirement[0] == '-' ||
                  strncmp(i->requirement, "R-", 2) == 0);
        for (j = 0; j < k; j++)
            ck_assert_str_ne(i->key, explain_kind_info(j)->key);
        snprintf(row, sizeof row, "| %s | %s | %s | %s | ", i->key,
                 explain_severity_name(i->severity), i->section,
                 i->requirement);
        ck_assert_msg(text == NULL || strstr(text, row) != NULL, "%s", row);
        if (text != NULL)
            check_row(strstr(text, row) + strlen(row), i->text);
    }
    free(text);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("explain");
    TCase *t = tcase_create("explain");
    SRunner *r;
    int failed;

    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_add_test(t, clean_call);
    tcase_add_test(t, incoming_call);
    tcase_add_loop_test(t, segments, 0, 3);
    tcase_add_test(t, gap);
    tcase_add_test(t, snapped);
    tcase_add_loop_test(t, snapped_more, 0, 2);
    tcase_add_test(t, timeless);
    tcase_add_loop_test(t, midstream, 0, 3);
    tcase_add_test(t, one_sided);
    tcase_add_loop_test(t, wrong_octets, 0, 10);
    tcase_add_test(t, half_closed);
    tcase_add_test(t, refused);
    tcase_add_test(t, echo_closes);
    tcase_add_test(t, calls);
    tcase_add_loop_test(t, rewritten, 0, 3);
    tcase_add_test(t, numbers);
    tcase_add_test(t, wrap);
    tcase_add_test(t, headers);
    tcase_add_test(t, too_big);
    tcase_add_test(t, ppp_in_clear);
    tcase_add_test(t, order);
    tcase_add_test(t, truncations);
    tcase_add_test(t, flips);
    tcase_add_test(t, limits);
    tcase_add_test(t, calls_left_out);
    tcase_add_test(t, kinds);
    tcase_add_test(t, members);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
