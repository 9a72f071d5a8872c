/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dialogue with a modem: tap/at.h. */
#include "config.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tap/at.h"

static struct tap_at_config config;
static struct tap_at at;
static pptp_ns now;

/* What came out since it was last looked at, as text: "<ATZ\r>", "ring 555",
 * one after the other with a space between. */
static char said[1024];

static void note(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

static void note(const char *format, ...)
{
    size_t n = strlen(said);
    va_list a;

    if (n > 0)
        said[n++] = ' ';
    va_start(a, format);
    ck_assert_uint_lt((size_t)vsnprintf(said + n, sizeof said - n, format, a),
                      sizeof said - n);
    va_end(a);
}

static void drain(void)
{
    struct tap_at_action a;

    while (tap_at_poll(&at, &a))
        switch (a.type) {
        case TAP_AT_SEND:
            note("<%.*s>", (int)(a.len - (a.octets[a.len - 1] == '\r')),
                 (const char *)a.octets);
            ck_assert(a.octets[a.len - 1] == '\r' ||
                      memcmp(a.octets, "+++", 3) == 0);
            break;
        case TAP_AT_SET_DTR: note(a.on ? "dtr" : "no-dtr"); break;
        case TAP_AT_IS_READY: note("ready"); break;
        case TAP_AT_IS_SICK: note("sick"); break;
        case TAP_AT_RING: note("ring(%s)", a.text); break;
        case TAP_AT_RING_END: note("ring-end"); break;
        case TAP_AT_CONNECT: note("connect(%u)", (unsigned)a.bps); break;
        case TAP_AT_FAILED:
            note("failed(%d,%u)", (int)a.why, (unsigned)a.cause);
            break;
        case TAP_AT_LOST: note("lost"); break;
        }
    ck_assert_uint_eq(at.count, 0);
}

static void expect(const char *what)
{
    drain();
    ck_assert_str_eq(said, what);
    said[0] = '\0';
}

/* Octets of the modem, all that it takes. */
static size_t hear_octets(const char *text, size_t n)
{
    size_t i = 0, used = 1;

    while (i < n && used > 0) {
        used = tap_at_input(&at, now, (const uint8_t *)text + i, n - i);
        ck_assert_uint_le(used, n - i);
        i += used;
        drain();
    }
    return i;
}

static void hear(const char *line)
{
    char text[2048];
    int n = snprintf(text, sizeof text, "\r\n%s\r\n", line);
    size_t used = hear_octets(text, (size_t)n);

    ck_assert(used == (size_t)n ||
              (at.state == TAP_AT_DATA && used == (size_t)n - 1));
}

/* So much time passes; advanced when it is due and no earlier. */
static void wait(pptp_ns ns)
{
    const pptp_ns end = now + ns;

    while (tap_at_deadline(&at) <= end) {
        now = tap_at_deadline(&at) > now ? tap_at_deadline(&at) : now;
        tap_at_advance(&at, now);
        drain();
        ck_assert(tap_at_deadline(&at) > now);
    }
    now = end;
}

static void make(void)
{
    said[0] = '\0';
    now = 1000 * PPTP_S;
    ck_assert_int_eq(tap_at_init(&at, &config), 0);
    ck_assert_uint_eq(tap_at_deadline(&at), PPTP_NEVER);
    ck_assert_uint_eq(hear_octets("RING\r\n", 6), 6); /* not open */
    tap_at_start(&at, now);
}

/* A modem that is set up and idle. */
static void make_ready(void)
{
    make();
    if (!config.dtr) {
        wait(config.guard_ns);
        hear("OK");
        wait(config.guard_ns);
        hear("OK"); /* to ATH */
    }
    wait(PPTP_S);
    hear("OK");
    wait(PPTP_S);
    hear("OK");
    wait(PPTP_S);
    hear("OK");
    ck_assert_int_eq(at.state, TAP_AT_READY);
    ck_assert_uint_eq(tap_at_deadline(&at), PPTP_NEVER); /* it sleeps */
    said[0] = '\0';
}

static void make_default(void)
{
    tap_at_config_default(&config);
    make_ready();
}

/* The state of `at` after an incoming call was answered. */
static void make_data(bool dtr)
{
    tap_at_config_default(&config);
    config.dtr = dtr;
    make_ready();
    hear("RING");
    tap_at_answer(&at, now);
    wait(PPTP_S);
    hear("CONNECT 33600");
    expect("ring() <ATA> connect(33600)");
    ck_assert_int_eq(at.state, TAP_AT_DATA);
}

START_TEST(set_up)
{
    tap_at_config_default(&config);
    make();
    expect("");
    wait(PPTP_S);
    expect("<ATZ>");
    hear("OK");
    wait(50 * PPTP_MS);
    expect(""); /* modems want a pause */
    wait(60 * PPTP_MS);
    expect("<ATE0V1Q0X4S0=0>");
    hear("ATE0V1Q0X4S0=0"); /* its echo */
    hear("OK");
    wait(PPTP_S);
    expect("<AT&C1&D2>");
    hear("OK");
    expect("ready");
    hear("OK"); /* once too often */
    expect("");
    ck_assert_uint_eq(at.stats.unknown, 0);
}
END_TEST

/* No answer: each string is tried again, then the escape sequence, for the
 * modem may be in data mode; then later. */
START_TEST(no_modem)
{
    tap_at_config_default(&config);
    make();
    wait(16 * PPTP_S);
    expect("<ATZ> <ATZ> <ATZ>");
    wait(2 * PPTP_S); /* guard time */
    expect("<+++>");
    wait(3 * PPTP_S);
    expect("<ATH>");
    wait(25 * PPTP_S);
    hear("garbage");
    expect("<ATZ> <ATZ> <ATZ> sick");
    ck_assert_ptr_nonnull(strstr(at.why, "ATZ"));
    ck_assert_int_eq(at.state, TAP_AT_SICK);
    tap_at_dial(&at, now, "123");
    expect("failed(5,0)");
    wait(100 * PPTP_S); /* told once, tried again and again */
    drain();
    ck_assert_ptr_null(strstr(said, "sick"));
    ck_assert_ptr_nonnull(strstr(said, "<ATZ>"));
    said[0] = '\0';
    while (at.state != TAP_AT_INIT || at.send_ns != PPTP_NEVER)
        wait(PPTP_S);
    said[0] = '\0';
    hear("OK");
    wait(PPTP_S);
    hear("OK");
    wait(PPTP_S);
    hear("OK");
    expect("<ATE0V1Q0X4S0=0> <AT&C1&D2> ready");
    ck_assert_uint_gt(at.stats.timeouts, 6);
}
END_TEST

START_TEST(refused_set_up)
{
    unsigned i;

    tap_at_config_default(&config);
    config.init[0] = "AT&Q99";
    make();
    for (i = 0; i < 3; i++) {
        wait(PPTP_S);
        hear("ERROR");
    }
    expect("<AT&Q99> <AT&Q99> <AT&Q99> sick");
    ck_assert_str_eq(at.why, "the modem refuses AT&Q99");
    ck_assert_uint_eq(at.stats.refused, 3);
}
END_TEST

/* A modem that was left in data mode by a daemon that died. */
START_TEST(left_in_data_mode)
{
    tap_at_config_default(&config);
    make();
    wait(17 * PPTP_S);
    expect("<ATZ> <ATZ> <ATZ> <+++>");
    wait(PPTP_S);
    hear("OK");
    wait(PPTP_S);
    expect("<ATH>");
    hear("NO CARRIER");
    hear("OK");
    wait(PPTP_S);
    expect("<ATZ>");
}
END_TEST

/* Without DTR the first octets are those of the escape sequence (Hayes:
 * S12's silence, +++, silence), then ATH; set-up strings would get into
 * somebody's PPP. */
START_TEST(unknown_without_dtr)
{
    tap_at_config_default(&config);
    config.dtr = false;
    make();
    wait(1199 * PPTP_MS);
    expect("");
    wait(PPTP_MS);
    expect("<+++>");
    ck_assert_uint_eq(hear_octets("~\xff}#\xc0!", 6), 6); /* still PPP */
    wait(900 * PPTP_MS);
    hear("OK"); /* sooner than the silence is over */
    wait(299 * PPTP_MS);
    expect("");
    wait(PPTP_MS);
    expect("<ATH>");
    hear("NO CARRIER");
    hear("OK");
    wait(PPTP_S);
    expect("<ATZ>");
    ck_assert(!tap_at_leaving(&at)); /* no call of ours */
    /* one that was in command mode does not answer +++ */
    make();
    wait(config.guard_ns);
    expect("<+++>");
    wait(config.guard_ns + config.escape_ns - 1);
    expect("");
    wait(1 + config.pause_ns);
    expect("<ATH>");
    hear("OK");
    wait(PPTP_S);
    expect("<ATZ>");
    /* no modem at all: when it is tried again nobody knows either */
    wait(20 * PPTP_S);
    expect("<ATZ> <ATZ> sick");
    wait(27 * PPTP_S);
    expect("<+++>");
}
END_TEST

/* DTR is obeyed at the start, too: a carrier means a call. */
START_TEST(unknown_with_carrier)
{
    tap_at_config_default(&config);
    said[0] = '\0';
    now = 1000 * PPTP_S;
    ck_assert_int_eq(tap_at_init(&at, &config), 0);
    tap_at_carrier(&at, true);
    tap_at_start(&at, now);
    expect("no-dtr");
    ck_assert(!tap_at_leaving(&at));
    wait(PPTP_S);
    tap_at_carrier(&at, false);
    wait(PPTP_S + 100 * PPTP_MS);
    expect("dtr <ATZ>");
}
END_TEST

/* Who rings tells that the modem takes commands; and the call is not lost. */
START_TEST(rings_at_the_start)
{
    static const pptp_ns at_ns[] = { 500 * PPTP_MS, 1500 * PPTP_MS };
    unsigned i;

    tap_at_config_default(&config);
    config.dtr = false;
    for (i = 0; i < 2; i++) {
        make();
        wait(at_ns[i]);
        expect(i == 0 ? "" : "<+++>");
        hear("RING");
        wait(100 * PPTP_MS);
        expect("<ATZ>");
        hear("OK");
        wait(100 * PPTP_MS);
        hear("OK");
        wait(100 * PPTP_MS);
        hear("OK");
        expect("<ATE0V1Q0X4S0=0> <AT&C1&D2> ready ring()");
        tap_at_answer(&at, now);
        wait(100 * PPTP_MS);
        expect("<ATA>");
    }
    /* during the set-up; what is to be dialled would take that call */
    config.dtr = true;
    make();
    tap_at_dial(&at, now, "1");
    hear("RING");
    wait(PPTP_S);
    hear("OK");
    wait(PPTP_S);
    hear("OK");
    wait(PPTP_S);
    hear("OK");
    expect("<ATZ> <ATE0V1Q0X4S0=0> <AT&C1&D2> ready failed(5,0) ring()");
    /* so long ago that the caller has given up */
    make();
    hear("RING");
    wait(4 * PPTP_S);
    hear("OK");
    wait(4 * PPTP_S);
    hear("OK");
    wait(PPTP_S);
    hear("OK");
    expect("<ATZ> <ATE0V1Q0X4S0=0> <AT&C1&D2> ready");
}
END_TEST

START_TEST(incoming)
{
    make_default();
    hear("RING");
    expect("ring()");
    wait(6 * PPTP_S);
    hear("RING");
    expect(""); /* the same call */
    tap_at_answer(&at, now);
    wait(100 * PPTP_MS);
    expect("<ATA>");
    hear("RING");
    hear("CARRIER 28800");
    hear("PROTOCOL: LAP-M");
    hear("COMPRESSION: V.42BIS");
    hear("CONNECT 115200");
    expect("connect(28800)");
    ck_assert_uint_eq(tap_at_deadline(&at), PPTP_NEVER);
    ck_assert_uint_eq(hear_octets("RING\r\n", 6), 0); /* data */
    tap_at_answer(&at, now);                          /* too late, nothing */
    expect("");
}
END_TEST

/* Who calls comes between the first RING and the second. */
START_TEST(caller_number)
{
    static const struct {
        const char *line, *number;
    } lines[] = {
        { "NMBR = 5551234", "5551234" },
        { "NMBR=5551234", "5551234" },
        { "NUMBER: 555-1234", "5551234" },
        { "CALLER NUMBER: 4711", "4711" },
        { "+CLIP: \"+4930123456\",145", "+4930123456" },
        { "NMBR = P", "" },
        { "NMBR = 5'; DROP", "5" },
        { "NAME = 99", "" },
    };
    unsigned i;

    tap_at_config_default(&config);
    config.rings = 2;
    for (i = 0; i < sizeof lines / sizeof *lines; i++) {
        char want[80];

        make_ready();
        hear("RING");
        hear("DATE = 0101");
        expect("");
        hear(lines[i].line);
        wait(6 * PPTP_S);
        hear("RING");
        snprintf(want, sizeof want, "ring(%s)", lines[i].number);
        expect(want);
        wait(9 * PPTP_S); /* the caller gave up */
        expect("ring-end");
        hear("RING");
        hear("RING"); /* another call has not the number of this one */
        expect("ring()");
    }
    make_ready();
    hear("NMBR = "
         "1234567890123456789012345678901234567890"
         "1234567890123456789012345678901234567890");
    hear("RING");
    hear("RING");
    drain();
    ck_assert_uint_eq(strlen(said), strlen("ring()") + TAP_AT_NUMBER - 1);
    make_ready();
    hear("RING");
    wait(9 * PPTP_S);
    expect(""); /* one RING was never told, nor is its end */
}
END_TEST

/* A call that is not wanted rings on, and is not told again. */
START_TEST(refused)
{
    make_default();
    hear("RING");
    expect("ring()");
    tap_at_hangup(&at, now);
    wait(6 * PPTP_S);
    hear("RING");
    wait(6 * PPTP_S);
    hear("RING");
    tap_at_dial(&at, now, "1");
    expect("failed(5,0)");
    wait(9 * PPTP_S);
    expect("");
    hear("RING");
    expect("ring()");
}
END_TEST

/* Every result, after ATA and after ATD. */
START_TEST(results)
{
    static const struct {
        const char *line;
        enum pptp_line_event why;
        unsigned cause;
    } rows[] = {
        { "NO CARRIER", PPTP_LINE_NO_CARRIER, 0 },
        { "BUSY", PPTP_LINE_BUSY, 17 },
        { "NO DIALTONE", PPTP_LINE_NO_DIAL_TONE, 0 },
        { "NO DIAL TONE", PPTP_LINE_NO_DIAL_TONE, 0 },
        { "NO LINE", PPTP_LINE_NO_DIAL_TONE, 0 },
        { "LINE IN USE", PPTP_LINE_NO_RESOURCE, 0 },
        { "NO ANSWER", PPTP_LINE_NO_ANSWER, 19 },
        { "ERROR", PPTP_LINE_NO_RESOURCE, 0 },
        { "COMMAND ERROR", PPTP_LINE_NO_RESOURCE, 0 },
        { "+CME ERROR: 3", PPTP_LINE_NO_RESOURCE, 0 },
        { "VOICE", PPTP_LINE_NO_CARRIER, 0 },
        { "FAX", PPTP_LINE_NO_CARRIER, 0 },
        { "BLACKLISTED", PPTP_LINE_REFUSED, 0 },
        { "DELAYED", PPTP_LINE_REFUSED, 0 },
        { "DELAYED 00:05:00", PPTP_LINE_REFUSED, 0 },
        { "3", PPTP_LINE_NO_CARRIER, 0 },
        { "4", PPTP_LINE_NO_RESOURCE, 0 },
        { "6", PPTP_LINE_NO_DIAL_TONE, 0 },
        { "7", PPTP_LINE_BUSY, 17 },
        { "8", PPTP_LINE_NO_ANSWER, 19 },
    };
    unsigned i;

    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        char want[80];

        make_default();
        tap_at_dial(&at, now, "5551234");
        wait(PPTP_S);
        expect("<ATDT5551234>");
        hear("RINGING");
        hear("RRING");
        expect("");
        hear(rows[i].line);
        snprintf(want, sizeof want, "failed(%d,%u)", (int)rows[i].why,
                 rows[i].cause);
        expect(want);
        wait(PPTP_S);
        expect("<ATZ>"); /* and again */
        make_default();
        hear("RING");
        tap_at_answer(&at, now);
        wait(PPTP_S);
        hear(rows[i].line);
        drain();
        ck_assert_ptr_nonnull(strstr(said, want));
    }
}
END_TEST

START_TEST(speeds)
{
    static const struct {
        const char *line;
        unsigned bps;
    } rows[] = {
        { "CONNECT", 0 },
        { "CONNECT 33600", 33600 },
        { "CONNECT 33600/ARQ/V34/LAPM/V42BIS", 33600 },
        { "CONNECT 0600", 600 },
        { "CONNECT 1200TX/75RX", 1200 },
        { "CONNECT/ARQ", 0 },
        { "CONNECT9600", 9600 },
        { "CONNECT 99999999999999", 0 },
        { "1", 0 },
        { "5", 1200 },
        { "9", 600 },
        { "10", 2400 },
        { "11", 4800 },
        { "12", 9600 },
        { "13", 14400 },
        { "14", 19200 },
        { "18", 57600 },
        { "24", 7200 },
        { "25", 12000 },
        { "28", 38400 },
    };
    unsigned i;

    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        char want[80];

        make_default();
        tap_at_dial(&at, now, "1");
        wait(PPTP_S);
        expect("<ATDT1>");
        hear(rows[i].line);
        snprintf(want, sizeof want, "connect(%u)", rows[i].bps);
        expect(want);
    }
    make_default();
    tap_at_dial(&at, now, "1");
    wait(PPTP_S);
    hear("+MCR: V34");
    hear("+MRR: 31200,31200");
    hear("CONNECT 115200");
    expect("<ATDT1> connect(31200)");
    /* none of these is a result */
    make_default();
    tap_at_dial(&at, now, "1");
    wait(PPTP_S);
    hear("CONNECTED");
    hear("NO CARRIERS");
    hear("BUSY 1");
    hear("15");
    hear("007");
    expect("<ATDT1>");
    ck_assert_uint_eq(at.stats.unknown, 5);
}
END_TEST

/* What may be dialled, and what costs money or breaks out. */
START_TEST(numbers)
{
    static const char *const good[] = { "0123456789ABCD*#", "9,5551234", "1" };
    static const char *const bad[] = {
        "1;", "1;H", "555 1234", "1W2", "@1", "1!",   "T1",  "P1", "+49",
        "a",  "1\r", "1\nATH",   "E",   "-",  "\x7f", "(1)", "1\""
    };
    char number[80];
    unsigned i;

    for (i = 0; i < sizeof good / sizeof *good; i++) {
        make_default();
        tap_at_dial(&at, now, good[i]);
        wait(PPTP_S);
        snprintf(number, sizeof number, "<ATDT%s>", good[i]);
        expect(number);
    }
    make_default();
    for (i = 0; i < sizeof bad / sizeof *bad; i++) {
        tap_at_dial(&at, now, bad[i]);
        wait(PPTP_S);
        expect("failed(4,0)");
        ck_assert_uint_eq(at.stats.bad_number, i + 1);
    }
    memset(number, '1', sizeof number);
    number[64] = '\0';
    tap_at_dial(&at, now, number);
    expect("failed(4,0)");
    number[63] = '\0';
    tap_at_dial(&at, now, number);
    wait(PPTP_S);
    drain();
    ck_assert_uint_eq(strlen(said), 63 + strlen("<ATDT>"));
    make_default();
    tap_at_dial(&at, now, "");
    expect("failed(4,0)");
    ck_assert_uint_eq(at.stats.no_number, 1);
    config.number = "77";
    tap_at_dial(&at, now, "");
    wait(PPTP_S);
    expect("<ATDT77>");
}
END_TEST

/* Dialled while the modem is being set up again: it waits. */
START_TEST(dial_waits)
{
    make_data(true);
    tap_at_hangup(&at, now);
    tap_at_dial(&at, now, "42");
    wait(3 * PPTP_S);
    expect("no-dtr dtr <ATZ>");
    hear("OK");
    wait(PPTP_S);
    hear("OK");
    wait(PPTP_S);
    hear("OK");
    wait(PPTP_S);
    expect("<ATE0V1Q0X4S0=0> <AT&C1&D2> <ATDT42>");
    hear("CONNECT 9600");
    expect("connect(9600)");
    /* hung up before its turn comes */
    tap_at_hangup(&at, now);
    tap_at_dial(&at, now, "43");
    wait(3 * PPTP_S);
    tap_at_hangup(&at, now);
    hear("OK");
    wait(PPTP_S);
    hear("OK");
    wait(PPTP_S);
    hear("OK");
    wait(PPTP_S);
    drain();
    ck_assert_ptr_null(strstr(said, "ATDT"));
    ck_assert_int_eq(at.state, TAP_AT_READY);
}
END_TEST

START_TEST(no_connect)
{
    make_default();
    tap_at_dial(&at, now, "1");
    wait(59 * PPTP_S);
    expect("<ATDT1>");
    wait(2 * PPTP_S);
    expect("failed(8,0) no-dtr");
    wait(3 * PPTP_S);
    expect("dtr <ATZ>");
}
END_TEST

/* By DTR; and by +++ when the modem does not care for it. */
START_TEST(hangup_dtr)
{
    make_data(true);
    tap_at_hangup(&at, now);
    expect("no-dtr");
    wait(900 * PPTP_MS);
    expect("");
    hear("NO CARRIER");
    wait(200 * PPTP_MS);
    expect("dtr");
    wait(1100 * PPTP_MS);
    expect("<ATZ>");
    make_data(true);
    tap_at_carrier(&at, true);
    tap_at_hangup(&at, now);
    wait(3200 * PPTP_MS);
    expect("no-dtr dtr <+++>");
    wait(1300 * PPTP_MS);
    hear("OK");
    wait(PPTP_S);
    expect("<ATH>");
    hear("OK");
    wait(PPTP_S);
    expect("<ATZ>");
    tap_at_carrier(&at, false);
}
END_TEST

/* No DTR: guard time, +++, guard time, ATH; attempts end by any octet. */
START_TEST(hangup_without_dtr)
{
    make_data(false);
    tap_at_hangup(&at, now);
    wait(1100 * PPTP_MS);
    expect("");
    wait(200 * PPTP_MS);
    expect("<+++>");
    wait(7 * PPTP_S); /* no OK comes */
    expect("<ATH>");
    hear("OK");
    wait(PPTP_S);
    expect("<ATZ>");
    tap_at_config_default(&config);
    config.dtr = false;
    make_ready();
    tap_at_dial(&at, now, "1");
    wait(PPTP_S);
    tap_at_hangup(&at, now);
    expect("<ATDT1> <>");
    hear("NO CARRIER");
    wait(200 * PPTP_MS);
    expect("<ATH>");
    make_ready();
    tap_at_dial(&at, now, "1");
    wait(PPTP_S);
    tap_at_hangup(&at, now);
    drain();
    hear("CONNECT 9600"); /* they crossed */
    wait(1300 * PPTP_MS);
    expect("<ATDT1> <> <+++>");
    /* before the command has left: nothing to end but what was not begun */
    make_ready();
    tap_at_dial(&at, now, "1");
    tap_at_hangup(&at, now);
    wait(5 * PPTP_S);
    drain();
    ck_assert_ptr_null(strstr(said, "ATDT"));
}
END_TEST

/* The modem answers calls by itself: S0 is not 0. It is hung up. */
START_TEST(answers_itself)
{
    make_default();
    hear("RING");
    hear("CONNECT 9600");
    expect("ring() ring-end no-dtr");
    ck_assert_uint_eq(at.stats.unasked, 1);
    make_default();
    hear("CONNECT 9600");
    expect("no-dtr");
}
END_TEST

/* Data; `good`: they end with a good frame. */
static void data_of(const char *octets, bool good)
{
    tap_at_watch(&at, now, (const uint8_t *)octets, strlen(octets), good);
    drain();
}

static void data(const char *octets)
{
    data_of(octets, false);
}

/* NO CARRIER in the middle of a frame counts when silence follows; so does
 * RING. */
START_TEST(lost)
{
    static const char *const texts[] = {
        "~frame\r\nNO CARRIER\r\n", "~frame\r\nRING\r\n",
        "~frame\rNO CARRIER\r", "x\nNO CARRIER\n", /* S3 and S4 are others */
        "~frame\r\nRING\r\nNO CARRIER\r\n"
    };
    size_t cut, i;

    for (i = 0; i < sizeof texts / sizeof *texts; i++)
        for (cut = 0; cut < strlen(texts[i]); cut++) {
            const uint8_t *text = (const uint8_t *)texts[i];

            make_data(true);
            tap_at_watch(&at, now, text, cut, false);
            tap_at_watch(&at, now, text + cut, strlen(texts[i]) - cut, false);
            wait(499 * PPTP_MS);
            expect("");
            wait(PPTP_MS);
            expect("lost no-dtr");
        }
    make_data(true);
    data("\nNO CARRIE\nNO CARRIER");
    data("S\r\n");
    wait(10 * PPTP_S);
    expect("");
    ck_assert_uint_eq(tap_at_deadline(&at), PPTP_NEVER);
    data("x\n\nNO CARRIER\r");
    tap_at_hangup(&at, now); /* by us, meanwhile */
    wait(PPTP_S * 3 / 2);
    expect("no-dtr dtr");
}
END_TEST

/* Behind a flag, or at the begin, it is in no frame: at once, whatever comes
 * with it. */
START_TEST(lost_between_frames)
{
    static const char *const texts[] = { "\r\nNO CARRIER\r\n",
                                         "~frame~\r\nNO CARRIER\r\n",
                                         "~frame~\nNO CARRIER\n",
                                         "~frame~\r\nRING\r\n",
                                         "~frame~\r\n\r\nNO CARRIER\r\n" };
    static const char *const behind[] = { "", "left over", "left~over~",
                                          "\r\nleft over" };
    size_t cut, i, k;
    char octets[64];

    for (i = 0; i < sizeof texts / sizeof *texts; i++)
        for (k = 0; k < sizeof behind / sizeof *behind; k++)
            for (cut = 0; cut < strlen(texts[i]); cut++) {
                int n = snprintf(octets, sizeof octets, "%s%s", texts[i],
                                 behind[k]);

                make_data(true);
                tap_at_watch(&at, now, (uint8_t *)octets, cut, false);
                tap_at_watch(&at, now, (uint8_t *)octets + cut,
                             (size_t)n - cut, false);
                drain();
                expect("lost no-dtr");
            }
    /* another text is none */
    make_data(true);
    data("\r\nNO CARRIERS\r\n~\r\nNOCARRIER\r\n~\r\nXRING\r\n~");
    wait(10 * PPTP_S);
    expect("");
}
END_TEST

/* A page about modems is in a frame whose FCS is good, however long its end
 * takes to come. */
START_TEST(page_about_modems)
{
    make_data(true);
    data("~a page: \r\nRING\r\nNO CARRIER\r\n");
    wait(400 * PPTP_MS);
    data("and more");
    wait(700 * PPTP_MS);
    data("\r\nNO CARRIER\r\n");
    wait(400 * PPTP_MS);
    data_of("its FCS~", true);
    wait(10 * PPTP_S);
    expect("");
    ck_assert_uint_eq(tap_at_deadline(&at), PPTP_NEVER);
    /* an FCS may be CR LF */
    data_of("~a page: \r\nNO CARRIER\r\n~", true);
    wait(10 * PPTP_S);
    expect("");
    /* damaged on the line: the next frame is good, and soon there */
    data("~a page: \r\nNO CARRIER\r\n, cut~");
    wait(700 * PPTP_MS);
    data_of("next~", true);
    wait(10 * PPTP_S);
    expect("");
    ck_assert_int_eq(at.state, TAP_AT_DATA);
}
END_TEST

/* Octets that were left over come after NO CARRIER. */
START_TEST(lost_with_data_behind)
{
    static const char *const behind[] = {
        "~half a fr\r\nNO CARRIER\r\n~\xff}#\xc0!left over~",
        "~half a fr\r\nNO CARRIER\r\n~",
        "~half a fr\r\nNO CARRIER\r\n\r\n~",
    };
    unsigned i;

    for (i = 0; i < sizeof behind / sizeof *behind; i++) {
        make_data(true);
        data(behind[i]);
        expect("lost no-dtr"); /* at once */
    }
    /* the rest of a frame, and frames that are none */
    make_data(true);
    data("~half\r\nNO CARRIER\r\nrest of one~");
    for (i = 0; i < 3; i++) {
        wait(200 * PPTP_MS);
        data("left over~");
    }
    wait(199 * PPTP_MS);
    expect("");
    wait(PPTP_MS);
    expect("lost no-dtr");
    /* the rest of a frame, and no more */
    make_data(true);
    data("~half\r\nNO CARRIER\r\nrest");
    wait(799 * PPTP_MS);
    expect("");
    wait(PPTP_MS);
    expect("lost no-dtr");
    /* good ones even: then the next caller tells */
    make_data(true);
    data("~half\r\nNO CARRIER\r\nrest");
    data_of("whole~", true);
    wait(2 * PPTP_S);
    expect("");
    data("\r\nRING\r\n");
    expect("lost no-dtr");
}
END_TEST

/* Without DTR no +++ after NO CARRIER: the modem takes commands.  Within a
 * frame silence of 0.5 s, then three strings with a pause of 0.1 s each: ready
 * in 0.8 s. */
START_TEST(lost_and_ready)
{
    unsigned i;

    make_data(false);
    data("~half\r\nNO CARRIER\r\n");
    wait(600 * PPTP_MS);
    expect("lost <ATZ>");
    hear("OK");
    wait(100 * PPTP_MS);
    hear("OK");
    wait(100 * PPTP_MS);
    hear("OK");
    expect("<ATE0V1Q0X4S0=0> <AT&C1&D2>");
    ck_assert_int_eq(at.state, TAP_AT_READY);
    hear("RING");
    expect("ring()");
    /* the same while we are about to leave the call ourselves */
    for (i = 0; i < 2; i++) {
        make_data(false);
        tap_at_hangup(&at, now);
        ck_assert(tap_at_leaving(&at));
        wait(i == 0 ? PPTP_S : config.guard_ns);
        hear("NO CARRIER");
        ck_assert(!tap_at_leaving(&at));
        wait(100 * PPTP_MS);
        expect(i == 0 ? "<ATZ>" : "<+++> <ATZ>");
    }
}
END_TEST

/* Until when a daemon that ends has to wait for the modem. */
START_TEST(leaving)
{
    make_data(false);
    ck_assert(!tap_at_leaving(&at));
    tap_at_hangup(&at, now);
    wait(config.guard_ns);
    hear("OK");
    wait(config.guard_ns);
    expect("<+++> <ATH>");
    ck_assert(tap_at_leaving(&at));
    hear("OK");
    ck_assert(!tap_at_leaving(&at));
    /* by DTR, once it was down, where there is no carrier any more */
    make_data(true);
    tap_at_hangup(&at, now);
    wait(PPTP_S - 1);
    ck_assert(tap_at_leaving(&at));
    wait(1);
    ck_assert(!tap_at_leaving(&at));
    make_data(true);
    tap_at_carrier(&at, true);
    tap_at_hangup(&at, now);
    wait(5 * PPTP_S / 2);
    ck_assert(tap_at_leaving(&at));
    tap_at_carrier(&at, false);
    /* an attempt */
    tap_at_config_default(&config);
    config.dtr = false;
    make_ready();
    tap_at_dial(&at, now, "1");
    wait(PPTP_S);
    tap_at_hangup(&at, now);
    ck_assert(tap_at_leaving(&at));
    hear("NO CARRIER");
    wait(PPTP_S);
    hear("OK");
    ck_assert(!tap_at_leaving(&at));
}
END_TEST

/* Any split, and the parity bit of a 7E1 modem. */
START_TEST(splits)
{
    static const char text[] = "\r\nRING\r\n\r\nNMBR = 123\r\n\r\nRING\r\n";
    const size_t n = sizeof text - 1;
    char parity[sizeof text];
    size_t cut, i;

    tap_at_config_default(&config);
    config.rings = 2;
    for (cut = 0; cut <= n; cut++) {
        make_ready();
        ck_assert_uint_eq(hear_octets(text, cut), cut);
        ck_assert_uint_eq(hear_octets(text + cut, n - cut), n - cut);
        expect("ring(123)");
    }
    for (i = 0; i < n; i++)
        parity[i] = (char)(text[i] | 0x80);
    make_ready();
    hear_octets(parity, n);
    expect("ring(123)");
    make_ready();
    for (i = 0; i < n; i++)
        hear_octets(text + i, 1);
    expect("ring(123)");
    /* what follows CONNECT's line is data */
    make_default();
    tap_at_dial(&at, now, "1");
    wait(PPTP_S);
    ck_assert_uint_eq(hear_octets("CONNECT 9600\r\n~data", 19), 13);
}
END_TEST

/* Garbage, ten megabytes without an end of line, a modem gone mad. */
START_TEST(flood)
{
    static char text[1 << 16];
    unsigned i;
    size_t k;

    make_default();
    srand(1);
    for (i = 0; i < 160; i++) {
        for (k = 0; k < sizeof text; k++)
            text[k] = (char)('a' + rand() % 26);
        hear_octets(text, sizeof text);
    }
    expect("");
    hear("");
    ck_assert_uint_eq(at.stats.too_long, 1);
    hear("RING");
    expect("ring()");
    make_default();
    for (k = 0; k + 6 <= sizeof text; k += 6)
        memcpy(text + k, "RING\r\n", 6);
    for (i = 0; i < 20; i++) {
        ck_assert_uint_eq(hear_octets(text, k), k);
        expect(i == 0 ? "ring()" : "");
        tap_at_answer(&at, now);
        tap_at_hangup(&at, now);
        wait(20 * PPTP_S);
        said[0] = '\0';
        make_ready();
        ck_assert_uint_eq(hear_octets(text, 6), 6);
        expect("ring()");
        tap_at_hangup(&at, now);
    }
    for (i = 0; i < 100; i++) {
        for (k = 0; k < 1000; k++)
            text[k] = (char)rand();
        hear_octets(text, 1000);
        wait(PPTP_S);
        said[0] = '\0';
    }
}
END_TEST

START_TEST(bad_configs)
{
    static char text[200];

    memset(text, 'A', 127);
    tap_at_config_default(&config);
    ck_assert_int_eq(tap_at_init(&at, &config), 0);
    config.init[1] = text;
    ck_assert_int_eq(tap_at_init(&at, &config), PPTP_ERR_ARGUMENT);
    config.init[1] = "AT\rATD0900";
    ck_assert_int_eq(tap_at_init(&at, &config), PPTP_ERR_ARGUMENT);
    config.init[1] = "";
    ck_assert_int_eq(tap_at_init(&at, &config), PPTP_ERR_ARGUMENT);
    config.init[0] = NULL;
    ck_assert_int_eq(tap_at_init(&at, &config), PPTP_ERR_ARGUMENT);
    tap_at_config_default(&config);
    text[64] = '\0';
    config.dial = text;
    ck_assert_int_eq(tap_at_init(&at, &config), PPTP_ERR_ARGUMENT);
    tap_at_config_default(&config);
    config.number = "0900W";
    ck_assert_int_eq(tap_at_init(&at, &config), PPTP_ERR_ARGUMENT);
    config.number = NULL;
    config.tries = 0;
    ck_assert_int_eq(tap_at_init(&at, &config), PPTP_ERR_ARGUMENT);
    config.tries = config.rings = 1;
    config.answer = NULL;
    ck_assert_int_eq(tap_at_init(&at, &config), PPTP_ERR_ARGUMENT);
    ck_assert_str_eq(tap_at_state_name(TAP_AT_OFF), "off");
    ck_assert_str_eq(tap_at_state_name(TAP_AT_DTR_DOWN), "dtr_down");
    ck_assert_str_eq(tap_at_state_name(TAP_AT_HANGUP), "hangup");
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("tap_at");
    TCase *t = tcase_create("at");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, set_up);
    tcase_add_test(t, no_modem);
    tcase_add_test(t, refused_set_up);
    tcase_add_test(t, left_in_data_mode);
    tcase_add_test(t, unknown_without_dtr);
    tcase_add_test(t, unknown_with_carrier);
    tcase_add_test(t, rings_at_the_start);
    tcase_add_test(t, incoming);
    tcase_add_test(t, caller_number);
    tcase_add_test(t, refused);
    tcase_add_test(t, results);
    tcase_add_test(t, speeds);
    tcase_add_test(t, numbers);
    tcase_add_test(t, dial_waits);
    tcase_add_test(t, no_connect);
    tcase_add_test(t, hangup_dtr);
    tcase_add_test(t, hangup_without_dtr);
    tcase_add_test(t, answers_itself);
    tcase_add_test(t, lost);
    tcase_add_test(t, lost_between_frames);
    tcase_add_test(t, page_about_modems);
    tcase_add_test(t, lost_with_data_behind);
    tcase_add_test(t, lost_and_ready);
    tcase_add_test(t, leaving);
    tcase_add_test(t, splits);
    tcase_add_test(t, flood);
    tcase_add_test(t, bad_configs);
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
