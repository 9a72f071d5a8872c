/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The codec of control messages: src/pptp/msg.h, RFC 2637 section 2. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "pptp/msg.h"

/*
 * Octets written by hand from the figures of section 2, not from msg.def;
 * places that are not named are zero.
 */
#define HEAD(len, type) 0, len, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d, 0, type, 0, 0

struct golden {
    const char *name;
    int len;
    const char *print;
    struct pptp_msg msg;
    uint8_t octets[PPTP_MSG_MAX];
};

/* R-1.4-02 R-1.4-03 R-1.4-04 R-1.4-05 R-1.4-09 R-1.4-10 R-2-01, and layouts
 * R-2.1-02 R-2.1-09 R-2.1-10 R-2.3-04 R-2.4-03 R-2.6-03 R-2.7-11 R-2.7-12
 * R-2.7-13 R-2.7-14 R-2.9-07 R-2.9-08 R-2.10-08 R-2.11-05 R-2.12-04
 * R-2.13-06 R-2.13-07 R-2.14-06 R-2.15-05 */
static const struct golden goldens[] = {
    { "SCCRQ",
      156,
      "SCCRQ protocol_version=0x0100 framing_caps=3 bearer_caps=2 "
      "max_channels=258 firmware_revision=0x0304 host_name=\"pac\" "
      "vendor_name=\"v\"",
      { .type = PPTP_SCCRQ,
        .sccrq = { 0x0100, 3, 2, 0x0102, 0x0304, "pac", "v" } },
      { HEAD(156, 1),
        1,
        0,
        0,
        0,
        0,
        0,
        0,
        3,
        0,
        0,
        0,
        2,
        1,
        2,
        3,
        4,
        [28] = 'p',
        'a',
        'c',
        [92] = 'v' } },
    { "SCCRP",
      156,
      "SCCRP protocol_version=0x0100 result=2 error=4 framing_caps=1 "
      "bearer_caps=16909060 max_channels=0 firmware_revision=0x0001 "
      "host_name=\"\" vendor_name=\"dt\"",
      { .type = PPTP_SCCRP,
        .sccrp = { 0x0100, 2, 4, 1, 0x01020304, 0, 1, "", "dt" } },
      { HEAD(156, 2), 1, 0, 2, 4, 0, 0, 0, 1, 1, 2, 3, 4, 0, 0, 0,
        1, [92] = 'd', 't' } },
    { "StopCCRQ",
      16,
      "StopCCRQ reason=3",
      { .type = PPTP_STOP_RQ, .stop_rq = { PPTP_STOP_SHUTDOWN } },
      { HEAD(16, 3), 3, 0, 0, 0 } },
    { "StopCCRP",
      16,
      "StopCCRP result=2 error=6",
      { .type = PPTP_STOP_RP, .stop_rp = { 2, PPTP_GE_PAC_ERROR } },
      { HEAD(16, 4), 2, 6, 0, 0 } },
    { "EchoRQ",
      16,
      "EchoRQ identifier=4294967295",
      { .type = PPTP_ECHO_RQ, .echo_rq = { 0xffffffff } },
      { HEAD(16, 5), 0xff, 0xff, 0xff, 0xff } },
    { "EchoRP",
      20,
      "EchoRP identifier=2864434397 result=2 error=1",
      { .type = PPTP_ECHO_RP, .echo_rp = { 0xaabbccdd, 2, 1 } },
      { HEAD(20, 6), 0xaa, 0xbb, 0xcc, 0xdd, 2, 1, 0, 0 } },
    { "OCRQ",
      168,
      "OCRQ call_id=7 call_serial=1 min_bps=300 max_bps=100000000 bearer=3 "
      "framing=2 recv_window=64 ppd_ds=5 phone_len=7 phone=\"5551234\" "
      "subaddress=\"s\"",
      { .type = PPTP_OCRQ,
        .ocrq = { 7, 1, 300, 100000000, 3, 2, 64, 5, 7, "5551234", "s" } },
      { HEAD(168, 7),
        0,
        7,
        0,
        1,
        0,
        0,
        0x01,
        0x2c,
        0x05,
        0xf5,
        0xe1,
        0x00,
        0,
        0,
        0,
        3,
        0,
        0,
        0,
        2,
        0,
        64,
        0,
        5,
        0,
        7,
        0,
        0,
        [40] = '5',
        '5',
        '5',
        '1',
        '2',
        '3',
        '4',
        [104] = 's' } },
    { "OCRP",
      32,
      "OCRP call_id=4660 peer_call_id=7 result=4 error=0 cause=17 "
      "connect_bps=64000 recv_window=16 ppd_ds=258 phys_channel=4278190081",
      { .type = PPTP_OCRP,
        .ocrp = { 0x1234, 7, PPTP_OCRP_BUSY, 0, 17, 64000, 16, 258,
                  0xff000001 } },
      { HEAD(32, 8), 0x12, 0x34, 0,  7, 4, 0,    0, 17, 0, 0,
        0xfa,        0x00, 0,    16, 1, 2, 0xff, 0, 0,  1 } },
    { "ICRQ",
      220,
      "ICRQ call_id=1 call_serial=65535 bearer=1 phys_channel=23 "
      "dialed_len=3 dialing_len=2 dialed=\"100\" dialing=\"42\" "
      "subaddress=\"sub\"",
      { .type = PPTP_ICRQ,
        .icrq = { 1, 0xffff, 1, 23, 3, 2, "100", "42", "sub" } },
      { HEAD(220, 9),
        0,
        1,
        0xff,
        0xff,
        0,
        0,
        0,
        1,
        0,
        0,
        0,
        23,
        0,
        3,
        0,
        2,
        [28] = '1',
        '0',
        '0',
        [92] = '4',
        '2',
        [156] = 's',
        'u',
        'b' } },
    { "ICRP",
      24,
      "ICRP call_id=513 peer_call_id=1027 result=1 error=0 recv_window=8 "
      "ppd_ds=1",
      { .type = PPTP_ICRP,
        .icrp = { 0x0201, 0x0403, PPTP_ICRP_ACCEPT, 0, 8, 1 } },
      { HEAD(24, 10), 2, 1, 4, 3, 1, 0, 0, 8, 0, 1, 0, 0 } },
    { "ICCN",
      28,
      "ICCN peer_call_id=513 connect_bps=33600 recv_window=3 ppd_ds=33 "
      "framing=1",
      { .type = PPTP_ICCN, .iccn = { 0x0201, 33600, 3, 33, 1 } },
      { HEAD(28, 11), 2, 1, 0, 0, 0, 0, 0x83, 0x40, 0, 3, 0, 33, 0, 0, 0,
        1 } },
    { "CCRQ",
      16,
      "CCRQ call_id=65534",
      { .type = PPTP_CCRQ, .ccrq = { 0xfffe } },
      { HEAD(16, 12), 0xff, 0xfe, 0, 0 } },
    { "CDN",
      148,
      "CDN call_id=9 result=1 error=0 cause=16 stats=\"rx=1\"",
      { .type = PPTP_CDN, .cdn = { 9, 1, 0, 16, "rx=1" } },
      { HEAD(148, 13), 0, 9, 1, 0, 0, 16, 0, 0, 'r', 'x', '=', '1' } },
    { "WEN",
      40,
      "WEN peer_call_id=2 crc_errors=1 framing_errors=2 hw_overruns=3 "
      "buffer_overruns=4 timeout_errors=5 alignment_errors=100663296",
      { .type = PPTP_WEN, .wen = { 2, 1, 2, 3, 4, 5, 0x06000000 } },
      { HEAD(40, 14),
        0,
        2,
        0,
        0,
        0,
        0,
        0,
        1,
        0,
        0,
        0,
        2,
        0,
        0,
        0,
        3,
        0,
        0,
        0,
        4,
        0,
        0,
        0,
        5,
        6,
        0,
        0,
        0 } },
    { "SLI",
      24,
      "SLI peer_call_id=3 send_accm=0xffffffff recv_accm=0x000a0000",
      { .type = PPTP_SLI, .sli = { 3, 0xffffffff, 0x000a0000 } },
      { HEAD(24, 15), 0, 3, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x00, 0x0a, 0x00,
        0x00 } },
};
#define GOLDENS 15
_Static_assert(sizeof goldens / sizeof goldens[0] == GOLDENS, "all fifteen");

/* Offsets of reserved octets: Reserved0, then by message, 0 at the end. */
static const uint8_t reserved[GOLDENS][5] = {
    { 10, 11, 14, 15 }, { 10, 11 },         { 13, 14, 15, 10 },
    { 10, 11, 14, 15 }, { 10, 11 },         { 10, 11, 18, 19 },
    { 10, 11, 38, 39 }, { 10, 11 },         { 10, 11 },
    { 10, 11, 22, 23 }, { 10, 11, 14, 15 }, { 10, 11, 14, 15 },
    { 10, 11, 18, 19 }, { 10, 11, 14, 15 }, { 10, 11, 14, 15 },
};

/* R-2-02: the octets, with reserved fields zero in a poisoned buffer */
START_TEST(encode_golden)
{
    const struct golden *g = &goldens[_i];
    uint8_t buf[PPTP_MSG_MAX];
    int i;

    memset(buf, 0xa5, sizeof buf);
    ck_assert_uint_eq(pptp_msg_encode(&g->msg, buf), (size_t)g->len);
    ck_assert_mem_eq(buf, g->octets, (size_t)g->len);
    for (i = g->len; i < PPTP_MSG_MAX; i++)
        ck_assert_uint_eq(buf[i], 0xa5);
    ck_assert_uint_eq(g->msg.type, (unsigned)_i + 1);
    ck_assert_uint_eq(pptp_msg_length(g->msg.type), (unsigned)g->len);
    ck_assert_str_eq(pptp_msg_name(g->msg.type), g->name);
    ck_assert_int_eq(pptp_msg_check(&g->msg, NULL), PPTP_OK);
}
END_TEST

/* Decoded into a poisoned structure, then printed and encoded again. */
START_TEST(decode_golden)
{
    const struct golden *g = &goldens[_i];
    struct pptp_msg msg;
    uint8_t again[PPTP_MSG_MAX];
    char line[512];

    memset(&msg, 0xa5, sizeof msg);
    ck_assert_int_eq(pptp_msg_decode(g->octets, (size_t)g->len, &msg), g->len);
    ck_assert_uint_eq(msg.type, g->msg.type);
    ck_assert(!msg.reserved_dirty);
    ck_assert_uint_eq(pptp_msg_print(&msg, line, sizeof line),
                      strlen(g->print));
    ck_assert_str_eq(line, g->print);
    pptp_msg_encode(&msg, again);
    ck_assert_mem_eq(again, g->octets, (size_t)g->len);
}
END_TEST

/* Every octet after the header reaches a field and comes back. */
START_TEST(round_trip_each_octet)
{
    const struct golden *g = &goldens[_i];
    uint8_t in[PPTP_MSG_MAX];
    uint8_t out[PPTP_MSG_MAX];
    struct pptp_msg msg;
    int at;
    bool is_reserved;

    for (at = 12; at < g->len; at++) {
        memset(in, 'x', sizeof in);
        memcpy(in, g->octets, 12);
        in[at] = 0x81;
        is_reserved = memchr(reserved[_i], at, 4) != NULL;
        ck_assert_int_eq(pptp_msg_decode(in, (size_t)g->len, &msg), g->len);
        pptp_msg_encode(&msg, out);
        if (is_reserved)
            ck_assert_uint_eq(out[at], 0);
        else
            ck_assert_uint_eq(out[at], 0x81);
    }
}
END_TEST

/* R-2-03: accepted, noted, printed, and zero when sent on */
START_TEST(reserved_fields)
{
    const struct golden *g = &goldens[_i];
    uint8_t buf[PPTP_MSG_MAX];
    struct pptp_msg msg;
    char line[512];
    const uint8_t *at;

    for (at = reserved[_i]; *at != 0; at++) {
        memcpy(buf, g->octets, sizeof buf);
        buf[*at] = 0x10;
        ck_assert_int_eq(pptp_msg_decode(buf, (size_t)g->len, &msg), g->len);
        ck_assert(msg.reserved_dirty);
        ck_assert_int_eq(pptp_msg_check(&msg, NULL), PPTP_OK);
        pptp_msg_print(&msg, line, sizeof line);
        ck_assert_ptr_nonnull(strstr(line, " reserved_dirty"));
        pptp_msg_encode(&msg, buf);
        ck_assert_mem_eq(buf, g->octets, (size_t)g->len);
    }
}
END_TEST

/* R-1.4-08: every truncation, in a block of exactly that size */
START_TEST(truncations)
{
    const struct golden *g = &goldens[_i];
    struct pptp_msg msg = { .type = 99 };
    uint8_t *p;
    int n;

    for (n = 0; n < g->len; n++) {
        p = malloc(n > 0 ? (size_t)n : 1);
        ck_assert_ptr_nonnull(p);
        memcpy(p, g->octets, (size_t)n);
        ck_assert_int_eq(pptp_msg_frame(p, (size_t)n), 0);
        ck_assert_int_eq(pptp_msg_decode(p, (size_t)n, &msg), 0);
        ck_assert_uint_eq(msg.type, 99);
        free(p);
    }
    ck_assert_int_eq(pptp_msg_frame(g->octets, (size_t)n), n);
}
END_TEST

/* The error once the whole message is there, and at no cut another one;
 * returns the octets after which it was known. */
static int assert_refused(const uint8_t *octets, int len, int err)
{
    struct pptp_msg msg;
    int first = 0;
    int other = 0; /* counted, for Check's assertions are slow */
    int n;
    int r;

    for (n = 0; n <= len; n++) {
        r = pptp_msg_frame(octets, (size_t)n);
        other += pptp_msg_decode(octets, (size_t)n, &msg) != r;
        if (r == 0 && first == 0)
            continue;
        other += r != err;
        if (first == 0)
            first = n;
    }
    ck_assert_int_eq(other, 0);
    ck_assert_int_ne(first, 0);
    return first;
}

/* R-1.4-06 R-1.4-07: each bit of the cookie, known at its octet */
START_TEST(wrong_cookie)
{
    const struct golden *g = &goldens[_i];
    uint8_t buf[PPTP_MSG_MAX];
    int bit;

    for (bit = 32; bit < 64; bit++) {
        memcpy(buf, g->octets, sizeof buf);
        buf[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        ck_assert_int_eq(assert_refused(buf, g->len, PPTP_ERR_SYNC),
                         bit / 8 + 1);
    }
}
END_TEST

/* R-3-05 R-2.16-04: every Length but the table's */
START_TEST(wrong_length)
{
    const struct golden *g = &goldens[_i];
    uint8_t buf[PPTP_MSG_MAX];
    int len;
    int known;

    memcpy(buf, g->octets, sizeof buf);
    for (len = 0; len <= 0xffff; len++) {
        if (len == g->len || (len > 300 && len % 251 != 0 && len < 0xff00))
            continue;
        buf[0] = (uint8_t)(len >> 8);
        buf[1] = (uint8_t)len;
        known = assert_refused(buf, g->len,
                               len < 12 ? PPTP_ERR_SYNC : PPTP_ERR_FORMAT);
        if (len < 12)
            ck_assert_int_eq(known, 2);
        else
            ck_assert_int_le(known, 10);
    }
}
END_TEST

/* R-3-05 R-1.4-04: message types other than 1, control types beyond 15 */
START_TEST(wrong_types)
{
    const struct golden *g = &goldens[_i];
    static const uint16_t bad[] = { 0, 16, 17, 255, 256, 0x0101, 0xffff };
    uint8_t buf[PPTP_MSG_MAX];
    size_t i;

    for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        memcpy(buf, g->octets, sizeof buf);
        buf[8] = (uint8_t)(bad[i] >> 8);
        buf[9] = (uint8_t)bad[i];
        ck_assert_int_eq(assert_refused(buf, g->len, PPTP_ERR_FORMAT),
                         bad[i] > 255 ? 9 : 10);
        memcpy(buf, g->octets, sizeof buf);
        buf[2] = (uint8_t)(bad[i] >> 8);
        buf[3] = (uint8_t)bad[i];
        ck_assert_int_eq(assert_refused(buf, g->len, PPTP_ERR_FORMAT), 8);
    }
    memcpy(buf, g->octets, sizeof buf);
    buf[3] = 2; /* Management */
    assert_refused(buf, g->len, PPTP_ERR_FORMAT);
}
END_TEST

/* R-1.4-08: five messages in one buffer, and the same one octet at a time */
START_TEST(stream)
{
    static const int which[] = { 0, 4, 8, 12, 14 };
    uint8_t buf[5 * PPTP_MSG_MAX];
    struct pptp_msg msg;
    size_t end = 0;
    size_t start = 0;
    size_t n;
    int i;
    int r;

    for (i = 0; i < 5; i++)
        end += pptp_msg_encode(&goldens[which[i]].msg, buf + end);
    for (i = 0; i < 5; i++) {
        r = pptp_msg_decode(buf + start, end - start, &msg);
        ck_assert_int_eq(r, goldens[which[i]].len);
        ck_assert_uint_eq(msg.type, goldens[which[i]].msg.type);
        start += (size_t)r;
    }
    ck_assert_uint_eq(start, end);

    start = 0;
    i = 0;
    for (n = 1; n <= end; n++) {
        r = pptp_msg_decode(buf + start, n - start, &msg);
        ck_assert_int_ge(r, 0);
        if (r == 0)
            continue;
        ck_assert_int_eq(r, goldens[which[i]].len);
        ck_assert_uint_eq(msg.type, goldens[which[i]].msg.type);
        start += (size_t)r;
        i++;
    }
    ck_assert_int_eq(i, 5);
    ck_assert_uint_eq(start, end);
}
END_TEST

/* R-2.1-11 R-2.13-07: texts that fill their field; octets after a NUL */
START_TEST(texts)
{
    struct pptp_msg msg = { .type = PPTP_CDN };
    uint8_t buf[PPTP_MSG_MAX];
    char line[1024];

    memset(msg.cdn.stats, 'A', sizeof msg.cdn.stats);
    pptp_msg_encode(&msg, buf);
    ck_assert_uint_eq(buf[20], 'A');
    ck_assert_uint_eq(buf[147], 'A');
    ck_assert_int_eq(pptp_msg_decode(buf, 148, &msg), 148);
    ck_assert_int_eq(msg.cdn.stats[127], 'A');
    ck_assert_uint_eq(pptp_msg_print(&msg, line, sizeof line),
                      strlen("CDN call_id=0 result=0 error=0 cause=0 "
                             "stats=\"\"") +
                          128);

    msg.cdn.stats[1] = '\0'; /* the rest must not leak onto the wire */
    pptp_msg_encode(&msg, buf);
    ck_assert_uint_eq(buf[20], 'A');
    ck_assert_uint_eq(buf[21], 0);
    ck_assert_uint_eq(buf[22], 0);
    ck_assert_uint_eq(buf[147], 0);

    msg.cdn.stats[0] = '\n';
    msg.cdn.stats[1] = '"';
    msg.cdn.stats[2] = '\0';
    pptp_msg_print(&msg, line, sizeof line);
    ck_assert_ptr_nonnull(strstr(line, "stats=\"\\u000a\\\"\""));
}
END_TEST

static void assert_check(const struct pptp_msg *msg, const char *want)
{
    const char *field = NULL;

    if (want == NULL) {
        ck_assert_int_eq(pptp_msg_check(msg, &field), PPTP_OK);
        ck_assert_ptr_null(field);
    } else {
        ck_assert_int_eq(pptp_msg_check(msg, &field), PPTP_ERR_VALUE);
        ck_assert_str_eq(field, want);
        ck_assert_int_eq(pptp_msg_check(msg, NULL), PPTP_ERR_VALUE);
    }
}

/* Known in part: what is not known prints as `?` and is not judged. */
START_TEST(parts)
{
    struct pptp_msg m = { .type = PPTP_OCRQ };
    const char *field;
    char line[512];

    m.ocrq.min_bps = 3; /* above a maximum that is not known: 0 */
    strcpy(m.ocrq.phone, "555");
    pptp_msg_print_part(&m, 23, line, sizeof line);
    ck_assert_str_eq(line, "OCRQ call_id=0 call_serial=0 min_bps=3 max_bps=? "
                           "bearer=? framing=? recv_window=? ppd_ds=? "
                           "phone_len=? phone=? subaddress=?");
    ck_assert_int_eq(pptp_msg_check_part(&m, 23, &field), PPTP_OK);
    ck_assert_int_eq(pptp_msg_check_part(&m, 24, &field), PPTP_ERR_VALUE);
    ck_assert_str_eq(field, "minimum_bps");
    m.ocrq.min_bps = 0; /* and then the bearer is the first */
    ck_assert_int_eq(pptp_msg_check_part(&m, 27, &field), PPTP_OK);
    ck_assert_int_eq(pptp_msg_check_part(&m, 28, &field), PPTP_ERR_VALUE);
    ck_assert_str_eq(field, "bearer_type");
    /* a text is whole when its end is known */
    pptp_msg_print_part(&m, 42, line, sizeof line);
    ck_assert_ptr_nonnull(strstr(line, " phone=\"55\"? subaddress=?"));
    pptp_msg_print_part(&m, 44, line, sizeof line);
    ck_assert_ptr_nonnull(strstr(line, " phone=\"555\" subaddress=?"));
}
END_TEST

/* R-2.7-07 R-2.7-08 R-2.7-15 R-2.7-16 R-2.7-18 R-2.9-05 R-2.9-09 */
START_TEST(check_requests)
{
    struct pptp_msg m = goldens[PPTP_OCRQ - 1].msg;
    uint32_t v;

    for (v = 0; v < 8; v++) {
        m.ocrq.bearer = v;
        assert_check(&m, v >= 1 && v <= 3 ? NULL : "bearer_type");
    }
    m.ocrq.bearer = 3;
    for (v = 0; v < 8; v++) {
        m.ocrq.framing = v;
        assert_check(&m, v >= 1 && v <= 3 ? NULL : "framing_type");
    }
    m.ocrq.framing = 0x80000001;
    assert_check(&m, "framing_type");
    m.ocrq.framing = 3;
    m.ocrq.phone_len = 0;
    assert_check(&m, NULL);
    m.ocrq.phone_len = 64;
    assert_check(&m, NULL);
    m.ocrq.phone_len = 65;
    assert_check(&m, "phone_number_length");
    m.ocrq.phone_len = 0xffff;
    assert_check(&m, "phone_number_length");
    m.ocrq.phone_len = 0;
    m.ocrq.min_bps = m.ocrq.max_bps;
    assert_check(&m, NULL);
    m.ocrq.min_bps++;
    assert_check(&m, "minimum_bps");

    m = goldens[PPTP_ICRQ - 1].msg;
    for (v = 0; v < 5; v++) {
        m.icrq.bearer = v;
        assert_check(&m, v == 1 || v == 2 ? NULL : "call_bearer_type");
    }
    m.icrq.bearer = 1;
    m.icrq.dialed_len = 65;
    assert_check(&m, "dialed_number_length");
    m.icrq.dialed_len = 64;
    m.icrq.dialing_len = 65;
    assert_check(&m, "dialing_number_length");
}
END_TEST

/* R-2.1-12 R-2.2-11 R-2.3-05 R-2.13-08 and ranges of results */
START_TEST(check_results)
{
    struct pptp_msg m;
    unsigned v;

    for (v = 0; v < 256; v++) {
        m = goldens[PPTP_SCCRP - 1].msg;
        m.sccrp.result = (uint8_t)v;
        m.sccrp.framing_caps = v == 0 ? 0 : 0xffffffff;
        m.sccrp.bearer_caps = v == 0 ? 0 : 0xffffffff;
        assert_check(&m, v <= 5 ? NULL : "result_code");
        m = goldens[PPTP_OCRP - 1].msg;
        m.ocrp.result = (uint8_t)v;
        assert_check(&m, v >= 1 && v <= 7 ? NULL : "result_code");
        m = goldens[PPTP_ICRP - 1].msg;
        m.icrp.result = (uint8_t)v;
        assert_check(&m, v >= 1 && v <= 3 ? NULL : "result_code");
        m = goldens[PPTP_CDN - 1].msg;
        m.cdn.result = (uint8_t)v;
        assert_check(&m, NULL);
        m = goldens[PPTP_STOP_RQ - 1].msg;
        m.stop_rq.reason = (uint8_t)v;
        assert_check(&m, NULL);
        m = goldens[PPTP_STOP_RP - 1].msg;
        m.stop_rp.result = (uint8_t)v;
        assert_check(&m, NULL);
        m = goldens[PPTP_ECHO_RP - 1].msg;
        m.echo_rp.result = (uint8_t)v;
        assert_check(&m, NULL);
    }
    m = goldens[PPTP_ICCN - 1].msg;
    m.iccn.framing = 0;
    assert_check(&m, "framing_type");
}
END_TEST

START_TEST(unknown_type)
{
    static const uint16_t types[] = { 0, 16, 256, 0xffff };
    struct pptp_msg m = { 0 };
    char line[40];
    size_t i;

    for (i = 0; i < sizeof types / sizeof types[0]; i++) {
        m.type = types[i];
        ck_assert_uint_eq(pptp_msg_length(types[i]), 0);
        ck_assert_str_eq(pptp_msg_name(types[i]), "unknown");
        ck_assert_int_eq(pptp_msg_check(&m, NULL), PPTP_ERR_FORMAT);
    }
    pptp_msg_print(&m, line, sizeof line);
    ck_assert_str_eq(line, "unknown type=65535");
}
END_TEST

/* A line cut at every capacity is a terminated prefix of the whole. */
START_TEST(print_cut)
{
    const struct golden *g = &goldens[_i];
    char line[512];
    size_t cap;
    size_t n;

    for (cap = 0; cap <= strlen(g->print) + 1; cap++) {
        memset(line, 0x55, sizeof line);
        n = pptp_msg_print(&g->msg, line, cap);
        ck_assert_uint_eq(n, cap == 0 ? 0 : cap - 1);
        ck_assert_int_eq(memcmp(line, g->print, n), 0);
        ck_assert_int_eq(line[cap], 0x55);
        if (cap > 0)
            ck_assert_int_eq(line[n], '\0');
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("msg");
    TCase *tc = tcase_create("msg");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_loop_test(tc, encode_golden, 0, GOLDENS);
    tcase_add_loop_test(tc, decode_golden, 0, GOLDENS);
    tcase_add_loop_test(tc, round_trip_each_octet, 0, GOLDENS);
    tcase_add_loop_test(tc, reserved_fields, 0, GOLDENS);
    tcase_add_loop_test(tc, truncations, 0, GOLDENS);
    tcase_add_loop_test(tc, wrong_cookie, 0, GOLDENS);
    tcase_add_loop_test(tc, wrong_length, 0, GOLDENS);
    tcase_add_loop_test(tc, wrong_types, 0, GOLDENS);
    tcase_add_test(tc, stream);
    tcase_add_test(tc, texts);
    tcase_add_test(tc, parts);
    tcase_add_test(tc, check_requests);
    tcase_add_test(tc, check_results);
    tcase_add_test(tc, unknown_type);
    tcase_add_loop_test(tc, print_cut, 0, GOLDENS);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
