/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The dialogue with a modem, tap/at.c: whatever a modem says and whenever,
 * commands are few, whole and printable, numbers are dialled as they were
 * checked, deadlines lie ahead, and the modem comes back to where it answers.
 *
 * Input: CONFIG (1 octet: DTR, two rings, a number of its own, no pauses),
 * then operations.  0-5: a line of the modem from a list; 6: octets (length,
 * octets); 7: time; 8: answer; 9: dial (length, octets); 10: hang up;
 * 11: carrier; 12: octets of data.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "tap/at.h"

enum { STEPS = 2000, ONCE = 32 };

static const char *const lines[] = {
    "OK",
    "ERROR",
    "RING",
    "CONNECT 33600/ARQ",
    "NO CARRIER",
    "BUSY",
    "NMBR = 555123",
    "NO DIALTONE",
    "CARRIER 9600",
    "0",
    "1",
    "2",
    "3",
    "BLACKLISTED",
    "ATZ",
    "+CLIP: \"+49\",145",
};

static struct tap_at_config config;
static struct tap_at at;
static pptp_ns now;
static bool told; /* a ring, and not its end */

static void check_send(const struct tap_at_action *a)
{
    size_t i;

    FUZZ_CHECK(a->len >= 1 && a->len <= TAP_AT_COMMAND);
    for (i = 0; i + 1 < a->len; i++)
        FUZZ_CHECK(a->octets[i] >= ' ' && a->octets[i] <= '~');
    FUZZ_CHECK(a->octets[a->len - 1] == '\r' ||
               (a->len == 3 && memcmp(a->octets, "+++", 3) == 0));
    if (a->len > 5 && memcmp(a->octets, "ATDT", 4) == 0)
        for (i = 4; i + 1 < a->len; i++)
            FUZZ_CHECK(strchr("0123456789ABCD*#,", a->octets[i]) != NULL);
    FUZZ_CHECK(at.state != TAP_AT_DATA && at.state != TAP_AT_READY);
}

static void drain(void)
{
    struct tap_at_action a;
    unsigned n = 0;

    while (tap_at_poll(&at, &a)) {
        FUZZ_CHECK(++n <= TAP_AT_ACTIONS + 1);
        switch (a.type) {
        case TAP_AT_SEND: check_send(&a); break;
        case TAP_AT_RING:
            FUZZ_CHECK(!told);
            FUZZ_CHECK(strlen(a.text) < TAP_AT_NUMBER);
            told = true;
            break;
        case TAP_AT_RING_END:
            FUZZ_CHECK(told);
            told = false;
            break;
        case TAP_AT_CONNECT:
            FUZZ_CHECK(a.bps <= 100000000);
            told = false;
            break;
        case TAP_AT_IS_SICK: FUZZ_CHECK(a.text[0] != '\0'); break;
        case TAP_AT_FAILED:
            FUZZ_CHECK(a.why != PPTP_LINE_CONNECTED &&
                       a.why != PPTP_LINE_DROPPED);
            break;
        case TAP_AT_SET_DTR: FUZZ_CHECK(config.dtr); break;
        default: break;
        }
    }
    FUZZ_CHECK((unsigned)at.state < TAP_AT_STATES);
    FUZZ_CHECK(at.text_len < TAP_AT_TEXT);
}

static void hear(const uint8_t *octets, size_t n)
{
    uint8_t *o = fuzz_copy(octets, n);
    size_t i = 0;

    while (i < n && at.state != TAP_AT_DATA) {
        size_t used = tap_at_input(&at, now, o + i, n - i);

        FUZZ_CHECK(used > 0 && used <= n - i);
        i += used;
        drain();
    }
    free(o);
}

static void pass(pptp_ns ns)
{
    const pptp_ns end = now + ns;
    unsigned n = 0;

    while (tap_at_deadline(&at) <= end && n++ < 1000) {
        now = tap_at_deadline(&at) > now ? tap_at_deadline(&at) : now;
        tap_at_advance(&at, now);
        drain();
        FUZZ_CHECK(tap_at_deadline(&at) > now);
    }
    now = end;
}

static void dial(struct fuzz_in *in)
{
    const enum tap_at_state before = at.state;
    char number[ONCE * 3 + 1];
    size_t n;
    const uint8_t *o = fuzz_take(in, fuzz_u8(in) % sizeof number, &n);

    memcpy(number, o, n);
    number[n] = '\0';
    tap_at_dial(&at, now, number);
    drain();
    if (before == TAP_AT_DATA)
        FUZZ_CHECK(at.state == TAP_AT_DATA && !at.dial_due);
}

static void hang_up(void)
{
    tap_at_hangup(&at, now);
    drain();
    told = false;
    FUZZ_CHECK(at.state != TAP_AT_DATA && at.state != TAP_AT_RINGING &&
               at.state != TAP_AT_ANSWERING && at.state != TAP_AT_DIALLING);
}

static void step(struct fuzz_in *in)
{
    const uint8_t op = fuzz_u8(in);
    const uint8_t *o;
    size_t n;

    switch (op % 13) {
    case 6:
    case 12:
        o = fuzz_take(in, fuzz_u8(in), &n);
        if (op % 13 == 6)
            hear(o, n);
        else
            tap_at_watch(&at, now, o, n, (op & 0x80) != 0);
        drain();
        break;
    case 7: pass(fuzz_u16(in) * 10 * PPTP_MS); break;
    case 8:
        tap_at_answer(&at, now);
        told = told && at.state != TAP_AT_ANSWERING;
        drain();
        break;
    case 9: dial(in); break;
    case 10: hang_up(); break;
    case 11: tap_at_carrier(&at, fuzz_u8(in) & 1); break;
    default:
        o = (const uint8_t *)lines[fuzz_u8(in) % 16];
        hear(o, strlen((const char *)o));
        hear((const uint8_t *)"\r\n", 2);
    }
}

/* A modem that says OK to everything is ready in the end. */
static void recovers(void)
{
    unsigned i;

    hang_up();
    tap_at_carrier(&at, false);
    for (i = 0; i < 200 && at.state != TAP_AT_READY; i++) {
        pass(PPTP_S);
        if (at.send_ns == PPTP_NEVER && at.state != TAP_AT_SICK)
            hear((const uint8_t *)"\r\nOK\r\n", 6);
    }
    FUZZ_CHECK(at.state == TAP_AT_READY);
    FUZZ_CHECK(tap_at_deadline(&at) == PPTP_NEVER);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    struct fuzz_in in = { octets, len };
    const uint8_t c = fuzz_u8(&in);
    unsigned i;

    tap_at_config_default(&config);
    config.dtr = (c & 1) != 0;
    config.rings = (c & 2) != 0 ? 2 : 1;
    config.number = (c & 4) != 0 ? "0800" : NULL;
    config.pause_ns = (c & 8) != 0 ? 0 : 100 * PPTP_MS;
    now = PPTP_S;
    told = false;
    FUZZ_CHECK(tap_at_init(&at, &config) == PPTP_OK);
    tap_at_start(&at, now);
    drain();
    for (i = 0; i < STEPS && in.left > 0; i++)
        step(&in);
    recovers();
    return 0;
}
