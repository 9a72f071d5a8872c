/* SPDX-License-Identifier: GPL-3.0-or-later */
/* src/ppp/lcp.c, and proto.c with LCP as its vehicle: one end, whose peer is
 * written by hand, octet by octet. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ppp/ppp.h"
#include "ppp/stats.h"
#include "ppp/fsm.h"

#define ACTIONS 64u
#define FRAMES 64u

static struct ppp_secret secret = { "alice", "*", (const uint8_t *)"wonder",
                                    6,       0,   0 };
static struct ppp_secrets secrets = { &secret, 1 };
static struct ppp_config c;
static struct ppp *p;
static struct ppp_session *s;
static pptp_ns now;
static struct {
    uint8_t octets[1600];
    size_t n;
    bool lcp;
} frames[FRAMES]; /* LCP's that were sent and not yet looked at */
static unsigned n_frames, first_frame, links, ends;
static enum ppp_reason end_reason;
static uint8_t latest[1600]; /* our latest Configure-Request */
static size_t latest_len;

static void drain(void)
{
    struct ppp_action a;

    while (ppp_poll(p, &a)) {
        ck_assert_ptr_eq(a.session, s);
        if (a.type == PPP_ACT_LINK)
            links++;
        if (a.type == PPP_ACT_END) {
            ends++;
            end_reason = a.reason;
        }
        if (a.type != PPP_ACT_SEND || a.octets[0] != 0xc0 ||
            a.octets[1] != 0x21)
            continue;
        ck_assert_uint_lt(n_frames, FRAMES);
        memcpy(frames[n_frames].octets, a.octets, a.len);
        frames[n_frames].n = a.len;
        frames[n_frames++].lcp = a.lcp;
        if (a.octets[2] == 1) {
            memcpy(latest, a.octets, a.len);
            latest_len = a.len;
        }
    }
}

static void setup(void)
{
    ppp_config_default(&c);
    now = 1000 * PPTP_S;
}

static void teardown(void)
{
    free(s);
    free(p);
    s = NULL;
    p = NULL;
}

/* An engine and a session in Req-Sent, its first request looked at. */
static void up(void)
{
    size_t n = (ppp_octets(ACTIONS) + 63) & ~(size_t)63;

    teardown();
    p = aligned_alloc(64, n);
    memset(p, 0, n);
    ck_assert_ptr_nonnull(ppp_init(p, &c, ACTIONS, 42));
    s = calloc(1, ppp_session_octets());
    ppp_session_init(p, s, NULL, NULL);
    n_frames = first_frame = links = ends = 0;
    ppp_open(p, s, now);
    ppp_lower_up(p, s, now);
    drain();
    ck_assert_uint_eq(n_frames, 1);
    first_frame = n_frames = 0;
}

/* Hexadecimal digits to octets; blanks are free. */
static size_t octets_of(const char *hex, uint8_t *out)
{
    size_t n = 0;
    unsigned v;

    for (; *hex != 0; hex += 2) {
        while (*hex == ' ')
            hex++;
        ck_assert_int_eq(sscanf(hex, "%2x", &v), 1);
        out[n++] = (uint8_t)v;
    }
    return n;
}

/* Exactly as long as it is, so that a read beyond is found. */
static int in_octets(const uint8_t *octets, size_t n)
{
    uint8_t *copy = malloc(n > 0 ? n : 1), *packet;
    size_t len;
    int r;

    memcpy(copy, octets, n);
    r = ppp_input(p, s, now, copy, n, &packet, &len);
    free(copy);
    drain();
    return r;
}

static int in(const char *hex)
{
    uint8_t o[1600];

    return in_octets(o, octets_of(hex, o));
}

/* An LCP packet: code and identifier, then the data; the length is ours. */
static int lcp_in(unsigned code, unsigned id, const char *hex)
{
    uint8_t o[1600];
    size_t n = 8 + octets_of(hex, o + 8);

    o[0] = 0xff;
    o[1] = 0x03;
    o[2] = 0xc0;
    o[3] = 0x21;
    o[4] = (uint8_t)code;
    o[5] = (uint8_t)id;
    o[6] = (uint8_t)((n - 4) >> 8);
    o[7] = (uint8_t)(n - 4);
    return in_octets(o, n);
}

/* The next frame that was sent: `?` is any digit. */
static void sent(const char *hex)
{
    char got[3300];
    size_t i, at = 0;

    ck_assert_msg(first_frame < n_frames, "nothing sent, wanted %s", hex);
    for (i = 0; i < frames[first_frame].n; i++)
        at += (size_t)sprintf(got + at, "%02x", frames[first_frame].octets[i]);
    for (i = 0; *hex != 0; hex++) {
        if (*hex == ' ')
            continue;
        ck_assert_msg(i < at && (*hex == '?' || *hex == got[i]),
                      "sent %s, not ... %s", got, hex);
        i++;
    }
    ck_assert_msg(i == at, "sent %s, which is longer", got);
    if (++first_frame == n_frames)
        first_frame = n_frames = 0;
}

static void silent(void)
{
    ck_assert_uint_eq(n_frames - first_frame, 0);
}

static struct ppp_info info(void)
{
    struct ppp_info i;

    ppp_session_info(s, &i);
    return i;
}

/* The peer's answer to our latest request, with its options. */
static void answer(uint8_t code)
{
    uint8_t o[1600];

    memcpy(o, latest, latest_len);
    o[2] = code;
    ck_assert_int_eq(in_octets(o, latest_len), 0);
}

/* The link opens; the peer's options are given. */
static void open_with(const char *options)
{
    up();
    answer(2);
    silent();
    lcp_in(1, 0x33, options);
    ck_assert_uint_eq(info().lcp, PPP_OPENED);
    ck_assert_uint_eq(links, 1);
    ck_assert_uint_eq(frames[0].octets[2], 2);
    n_frames = first_frame = 0;
}

static void ended_with(enum ppp_reason r)
{
    unsigned i;

    for (i = 0; i < 60 && ends == 0; i++) {
        ck_assert_uint_ne(ppp_deadline(s), PPTP_NEVER);
        now = ppp_deadline(s);
        ppp_advance(p, s, now);
        n_frames = first_frame = 0;
        drain();
    }
    ck_assert_uint_eq(ends, 1);
    ck_assert_str_eq(ppp_reason_text(end_reason), ppp_reason_text(r));
    n_frames = first_frame = 0;
}

/* --- what we ask for ----------------------------------------------------- */

START_TEST(request_default)
{
    up();
    ck_assert_uint_eq(latest_len, 2 + 4 + 10);
    first_frame = 0;
    n_frames = 1;
    sent("c021 01?? 000e 0506???????? 0702 0802");
    ck_assert(frames[0].lcp);
    ck_assert_uint_ne(info().magic, 0);
    ck_assert_uint_eq(info().phase, PPP_ESTABLISH);
}
END_TEST

/* RFC 1661 §6, 1662 §7.1, 1990 §5.1: every option that we can ask for */
START_TEST(request_all)
{
    c.mru = 1400;
    c.accm = 0;
    c.ask_auth = PPP_AUTH_MSCHAP2 | PPP_AUTH_PAP;
    c.mrru = 1600;
    c.short_seq = true;
    memcpy(c.endpoint, "\x03\x02\x00\x00\x00\x00\x01", 7);
    c.endpoint_len = 7;
    up();
    n_frames = 1;
    sent("c021 01?? 002c 01040578 020600000000 0305c22381 0506???????? "
         "0702 0802 11040640 1202 130903020000000001");
}
END_TEST

START_TEST(opens)
{
    struct ppp_info i;

    c.accm = 0;
    open_with("01040240 0206000a0000 05061234 5678 0702 0802");
    i = info();
    ck_assert_uint_eq(i.peer_mru, 0x240);
    ck_assert_uint_eq(i.accm_tx, 0x000a0000);
    ck_assert_uint_eq(i.accm_rx, 0);
    ck_assert(i.pfc && i.acfc);
    ck_assert_uint_eq(i.phase, PPP_NETWORK);
    /* The peer negotiates again without options: the defaults are back. */
    lcp_in(1, 0x34, "");
    i = info();
    ck_assert_uint_eq(i.lcp, PPP_ACK_SENT);
    ck_assert_uint_eq(i.phase, PPP_ESTABLISH);
    ck_assert_uint_eq(i.ipcp, PPP_STARTING);
    ck_assert_uint_eq(i.peer_mru, 1500);
    ck_assert_uint_eq(i.accm_tx, UINT32_MAX);
    ck_assert(!i.pfc && !i.acfc);
    sent("c021 01?? 0014 020600000000 0506???????? 0702 0802");
    sent("c021 0234 0004");
    answer(2);
    ck_assert_uint_eq(info().lcp, PPP_OPENED);
    ck_assert_uint_eq(links, 2);
    open_with("0104ffff"); /* more than we ever send */
    ck_assert_uint_eq(info().peer_mru, PPP_MRU_MAX);
}
END_TEST

/* --- what the peer asks for ---------------------------------------------- */

static const struct {
    const char *options, *reply; /* code, then options as sent */
} judged[] = {
    { "", "02" },
    { "010405dc", "02 010405dc" },
    { "01044000", "02 01044000" },
    { "0104007f", "03 01040080" }, /* less than anybody needs */
    { "0103dc", "03 010405dc" },   /* §6: length, Nak with a right */
    { "020600000000", "02 020600000000" },
    { "0204ffff", "03 020600000000" },
    { "0506deadbeef", "02 0506deadbeef" },
    { "050600000000", "03 0506????????" }, /* §6.4: zero always Nak'd */
    { "0504beef", "03 0506????????" },
    { "0702", "02 0702" },
    { "070300", "03 0702" },
    { "0802", "02 0802" },
    { "0408c02500000064", "04 0408c02500000064" }, /* quality: rejected */
    { "0d0306", "04 0d0306" },                     /* callback */
    { "110405dc", "04 110405dc" },                 /* RFC 1990, off */
    { "1202", "04 1202" },
    { "13090301020304", "XX" }, /* longer than the packet */
    { "1309030102030405 06", "02 130903010203040506" },
    { "1302", "04 1302" },
    { "0006aabbcc00", "04 0006aabbcc00" },
    { "ff02", "04 ff02" },
    /* a Reject beats a Nak and an Ack, RFC 1661 §5.4 */
    { "010405dc 0104007f", "04 0104007f" }, /* and none twice, §6 */
    { "010405dc 0d0306 020600000000 ff02", "04 0d0306 ff02" },
    { "0104007f 0d0306", "04 0d0306" },
    { "0104007f 0204ffff 0702", "03 01040080 020600000000" },
    { "0304c023", "03 0305c22381" }, /* strongest first */
    { "0305c22305", "02 0305c22305" },
    { "0305c22381", "02 0305c22381" },
    { "0305c22380", "03 0305c22381" },
    { "0304c227", "03 0305c22381" }, /* EAP */
    { "0303c0", "03 0305c22381" },
    { "0302", "03 0305c22381" },
};

START_TEST(judges)
{
    char want[200];
    const char *reply = judged[_i].reply;

    c.give_auth = PPP_AUTH_MSCHAP2 | PPP_AUTH_CHAP_MD5;
    up();
    lcp_in(1, 0x77, judged[_i].options);
    if (strcmp(reply, "XX") == 0) {
        silent();
        ck_assert_uint_eq(ppp_stats(p)->options_bad, 1);
        return;
    }
    snprintf(want, sizeof want, "c021 %.2s77 ????%s", reply, reply + 2);
    sent(want);
    silent();
}
END_TEST

START_TEST(judges_policy)
{
    c.accept_pfc = c.accept_acfc = false;
    c.give_auth = PPP_AUTH_NONE;
    c.mrru = 1500;
    c.short_seq = true;
    up();
    lcp_in(1, 1, "0702 0802");
    sent("c021 0401 0008 0702 0802");
    lcp_in(1, 2, "0304c023");
    sent("c021 0402 0008 0304c023");
    lcp_in(1, 3, "110405dc 1202");
    sent("c021 0203 000a 110405dc 1202");
    lcp_in(1, 4, "1104 0010");
    sent("c021 0304 0008 11040080");
}
END_TEST

/* RFC 1994 §3: when a Nak does not help, another suggestion */
START_TEST(suggests_in_turn)
{
    c.give_auth = PPP_AUTH_MSCHAP2 | PPP_AUTH_CHAP_MD5 | PPP_AUTH_PAP;
    up();
    lcp_in(1, 1, "0304c227");
    sent("c021 0301 0009 0305c22381");
    lcp_in(1, 2, "0304c227");
    sent("c021 0302 0009 0305c22305");
    lcp_in(1, 3, "0304c227");
    sent("c021 0303 0008 0304c023");
    lcp_in(1, 4, "0304c227");
    sent("c021 0304 0009 0305c22381");
}
END_TEST

/* RFC 1661 §4.6 Max-Failure: Naks become Rejects, and at last it ends */
START_TEST(max_failure)
{
    unsigned i;

    c.max_failure = 3;
    up();
    answer(2);
    for (i = 0; i < 3; i++) {
        lcp_in(1, i, "0104007f");
        ck_assert_uint_eq(frames[0].octets[2], 3);
        n_frames = 0;
    }
    lcp_in(1, 3, "0104007f");
    sent("c021 0403 0008 0104007f");
    for (i = 4; i < 30 && info().lcp != PPP_CLOSING; i++)
        lcp_in(1, i, "0104007f");
    ck_assert_uint_eq(i, 3 + 16 + 1);
    ended_with(PPP_END_OPTIONS);
}
END_TEST

/* --- Naks and Rejects of ours -------------------------------------------- */

START_TEST(naked_values)
{
    c.mru = 1400;
    c.accm = 0x000a0000;
    up();
    lcp_in(3, latest[3], "01040300 020600000001 05061111 1111");
    sent("c021 01?? 0018 01040300 0206000a0001 0506???????? 0702 0802");
    /* A larger MRU than we offered is no reason to offer more. */
    lcp_in(3, latest[3], "01044000");
    sent("c021 01?? 0018 01040300 0206000a0001 0506???????? 0702 0802");
    /* Wrong lengths and what we never asked for change nothing. */
    lcp_in(3, latest[3], "010300 020300 ff0400");
    silent();
    ck_assert_uint_eq(ppp_stats(p)->options_bad, 1);
    lcp_in(3, latest[3], "010300 020300 ff040000");
    sent("c021 01?? 0018 01040300 0206000a0001 0506???????? 0702 0802");
    ck_assert_uint_eq(info().mru, 0x300);
}
END_TEST

START_TEST(rejected_values)
{
    char hex[20];
    uint32_t magic;

    c.mru = 1400;
    c.accm = 0;
    c.mrru = 1600;
    c.short_seq = true;
    c.endpoint[0] = 0;
    c.endpoint_len = 1;
    up();
    lcp_in(4, latest[3], "01040578 020600000000");
    sent("c021 01?? 0017 0506???????? 0702 0802 11040640 1202 130300");
    ck_assert_uint_eq(info().mru, 1500);
    ck_assert_uint_eq(info().accm_rx, UINT32_MAX);
    lcp_in(4, latest[3], "0702 1202");
    sent("c021 01?? 0013 0506???????? 0802 11040640 130300");
    lcp_in(4, latest[3], "11040640 130300");
    sent("c021 01?? 000c 0506???????? 0802");
    magic = info().magic;
    snprintf(hex, sizeof hex, "0506%08x", magic);
    lcp_in(4, latest[3], hex);
    sent("c021 01?? 0006 0802");
    ck_assert_uint_eq(info().magic, 0);
    lcp_in(4, latest[3], "0802");
    sent("c021 01?? 0004");
    answer(2);
    ck_assert_uint_eq(info().lcp, PPP_ACK_RCVD);
}
END_TEST

/* §5.1: what changes has another identifier; and with a new negotiation all
 * that the peer rejected is asked for again. */
START_TEST(begins_anew)
{
    uint8_t id;

    up();
    id = latest[3];
    lcp_in(4, id, "0702");
    sent("c021 01?? 000c 0506???????? 0802");
    ck_assert_uint_ne(latest[3], id);
    id = latest[3];
    lcp_in(3, id, "010403e8");
    ck_assert_uint_ne(latest[3], id);
    n_frames = 0;
    answer(2);
    lcp_in(1, 1, "");
    ck_assert_uint_eq(info().lcp, PPP_OPENED);
    ck_assert_uint_eq(info().mru, 1000);
    n_frames = 0;
    id = latest[3];
    lcp_in(1, 2, "");
    sent("c021 01?? 000e 0506???????? 0702 0802");
    ck_assert_uint_ne(latest[3], id);
    ck_assert_uint_eq(info().mru, 1500);
}
END_TEST

/* §5.4: only what we sent, as we sent it, in our order */
START_TEST(rejects_of_nothing)
{
    up();
    lcp_in(4, latest[3], "0104 0578");
    lcp_in(4, latest[3], "0802 0702");
    lcp_in(4, latest[3], "0702 0702");
    lcp_in(4, latest[3], "050600000000");
    lcp_in(4, latest[3], "");
    silent();
    ck_assert_uint_eq(ppp_stats(p)->options_bad, 5);
    /* rejected and then naked: contradictory, and left out */
    lcp_in(4, latest[3], "0702");
    sent("c021 01?? 000c 0506???????? 0802");
    lcp_in(3, latest[3], "0702");
    sent("c021 01?? 000c 0506???????? 0802");
}
END_TEST

/* RFC 1994 §3, 1334 §3: strongest first, downwards, within our policy */
START_TEST(asks_auth_in_turn)
{
    c.pfc = c.acfc = false;
    c.ask_auth = PPP_AUTH_MSCHAP2 | PPP_AUTH_CHAP_MD5 | PPP_AUTH_PAP;
    up();
    n_frames = 1;
    sent("c021 01?? 000f 0305c22381 0506????????");
    lcp_in(3, latest[3], "0305c22380"); /* not ours: the next weaker */
    sent("c021 01?? 000f 0305c22305 0506????????");
    lcp_in(3, latest[3], "0305c22381"); /* and never up again */
    sent("c021 01?? 000e 0304c023 0506????????");
    ck_assert_uint_eq(info().auth_peer, PPP_AUTH_PAP);
    lcp_in(3, latest[3], "0305c22305");
    ended_with(PPP_END_AUTH_POLICY);

    up();
    lcp_in(3, latest[3], "0304c023"); /* the peer's wish is ours */
    sent("c021 01?? 000e 0304c023 0506????????");

    c.ask_auth = PPP_AUTH_NONE; /* it cannot talk us into more */
    up();
    lcp_in(3, latest[3], "0304c023");
    sent("c021 01?? 000a 0506????????");
}
END_TEST

START_TEST(auth_refused)
{
    c.pfc = c.acfc = false;
    c.ask_auth = PPP_AUTH_PAP;
    up();
    lcp_in(4, latest[3], "0304c023");
    sent("c021 05?? 0004");
    ended_with(PPP_END_AUTH_POLICY);

    c.ask_auth = PPP_AUTH_PAP | PPP_AUTH_NONE; /* if you like */
    up();
    lcp_in(4, latest[3], "0304c023");
    sent("c021 01?? 000a 0506????????");
    ck_assert_uint_eq(info().auth_peer, 0);
}
END_TEST

/* A peer that naks for ever: Naks count as Rejects, then it is over. */
START_TEST(naks_for_ever)
{
    unsigned i;

    c.mru = 1400;
    up();
    for (i = 0; i < 100 && info().lcp == PPP_REQ_SENT; i++)
        lcp_in(3, latest[3], "01040579");
    ck_assert_uint_eq(i, 5 + 16 + 1);
    n_frames = 0;
    ck_assert_uint_eq(latest_len, 16); /* without the MRU */
    ended_with(PPP_END_OPTIONS);
}
END_TEST

/* --- magic --------------------------------------------------------------- */

/* §6.4: our own octets come back for ever */
START_TEST(looped)
{
    unsigned i;

    up();
    in_octets(latest, latest_len);
    for (i = 0; i < 200 && ends == 0; i++)
        if (first_frame < n_frames) {
            uint8_t o[1600];
            size_t n = frames[first_frame].n;

            memcpy(o, frames[first_frame].octets, n);
            if (++first_frame == n_frames)
                first_frame = n_frames = 0;
            in_octets(o, n);
        } else {
            now = ppp_deadline(s);
            ppp_advance(p, s, now);
            drain();
        }
    ck_assert_uint_eq(ends, 1);
    ck_assert_uint_eq(end_reason, PPP_END_LOOPED);
    ck_assert_uint_eq(ppp_stats(p)->looped, 5);
}
END_TEST

/* One collision is chance: both choose again. */
START_TEST(magic_collides)
{
    char hex[20];
    uint32_t magic;

    up();
    magic = info().magic;
    snprintf(hex, sizeof hex, "0506%08x", magic);
    lcp_in(1, 1, hex);
    sent("c021 0301 000a 0506????????");
    silent(); /* §6.4: no new request until a Nak comes */
    lcp_in(3, latest[3], "050612345678");
    sent("c021 01?? 000e 0506???????? 0702 0802");
    ck_assert_uint_ne(info().magic, magic);
}
END_TEST

/* --- echo and friends ---------------------------------------------------- */

START_TEST(echo_reply)
{
    char want[80];

    open_with("0506cafebabe");
    snprintf(want, sizeof want, "c021 0a09 000c %08x 01020304", info().magic);
    lcp_in(9, 9, "cafebabe 01020304");
    sent(want);
    ck_assert(!frames[0].lcp); /* only codes 1 to 7 go as if nothing held */
    lcp_in(9, 9, "00000000 01020304"); /* leniently */
    sent(want);
    lcp_in(9, 9, "deadbeef 01020304"); /* another peer's */
    lcp_in(9, 9, "cafeba");
    silent();
    ck_assert_uint_eq(ppp_stats(p)->packets_bad, 2);
    lcp_in(11, 1, "cafebabe 00");          /* Discard-Request */
    lcp_in(12, 1, "cafebabe 4d53");        /* Identification, RFC 1570 */
    lcp_in(13, 1, "cafebabe 0000ffff 00"); /* Time-Remaining */
    silent();
    lcp_in(12, 1, "ca");
    ck_assert_uint_eq(ppp_stats(p)->packets_bad, 3);
    snprintf(want, sizeof want, "%08x", info().magic);
    lcp_in(10, 1, want); /* a reply with our number proves nothing */
    ck_assert_uint_eq(ppp_stats(p)->looped, 1);
    ck_assert_uint_eq(info().lcp, PPP_OPENED);
    lcp_in(9, 1, want);
    ended_with(PPP_END_LOOPED);
    open_with(""); /* no number was negotiated, and it sends one */
    lcp_in(9, 1, "deadbeef");
    sent("c021 0a01 0008 ????????");
}
END_TEST

START_TEST(tells_who_and_how_long)
{
    char want[80], text[300];

    up();
    ck_assert_int_eq(ppp_identify(p, s, "dialtone"), PPTP_ERR_STATE);
    ck_assert_int_eq(ppp_time_left(p, s, 90, ""), PPTP_ERR_STATE);
    open_with("0506cafebabe");
    ck_assert_int_eq(ppp_identify(p, s, "dial"), 0);
    drain();
    snprintf(want, sizeof want, "c021 0c?? 000c %08x 6469616c", info().magic);
    sent(want);
    ck_assert_int_eq(ppp_time_left(p, s, 90, "x"), 0);
    drain();
    snprintf(want, sizeof want, "c021 0d?? 000d %08x 0000005a 78",
             info().magic);
    sent(want);
    /* no longer than the peer takes */
    open_with("0104 0080");
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ck_assert_int_eq(ppp_identify(p, s, text), 0);
    drain();
    ck_assert_uint_eq(frames[0].n, 2 + 128);
    n_frames = first_frame = 0;
    ck_assert_int_eq(ppp_time_left(p, s, 1, text), 0);
    drain();
    ck_assert_uint_eq(frames[0].n, 2 + 128);
    n_frames = first_frame = 0;
    ck_assert_uint_eq(info().lcp, PPP_OPENED);
}
END_TEST

START_TEST(echo_not_open)
{
    up();
    lcp_in(9, 1, "00000000");
    lcp_in(8, 1, "8021 0101 0004");
    silent();
    ck_assert_uint_eq(ppp_stats(p)->packets_state, 2);
}
END_TEST

START_TEST(echo_truncated)
{
    uint8_t o[600] = { 0xc0, 0x21, 9, 1, 0x02, 0x00 };

    open_with("01040080");
    in_octets(o, 2 + 0x200);
    ck_assert_uint_eq(n_frames, 1);
    ck_assert_uint_eq(frames[0].n, 2 + 128);
    ck_assert_uint_eq(frames[0].octets[5], 128);
}
END_TEST

START_TEST(echo_fails)
{
    unsigned i;
    char hex[40];

    c.echo_ns = 10 * PPTP_S;
    c.echo_fails = 3;
    c.max_configure = 250; /* IPCP stays busy */
    open_with("0506cafebabe");
    for (i = 0; i < 2; i++) {
        while (n_frames == 0) {
            now = ppp_deadline(s);
            ppp_advance(p, s, now);
            drain();
        }
        snprintf(hex, sizeof hex, "c021 09?? 0008 %08x", info().magic);
        sent(hex);
    }
    lcp_in(10, 77, "cafebabe"); /* of no request of ours */
    ck_assert_uint_eq(ppp_stats(p)->packets_id, 1);
    lcp_in(10, 2, "deadbeef"); /* the peer changed its number */
    ck_assert_uint_eq(ppp_stats(p)->packets_bad, 1);
    lcp_in(10, 2, "cafebabe"); /* good: it begins again */
    for (i = 0; i < 3; i++) {
        while (n_frames == 0) {
            now = ppp_deadline(s);
            ppp_advance(p, s, now);
            drain();
        }
        ck_assert_uint_eq(frames[0].octets[2], 9);
        n_frames = 0;
    }
    ck_assert_uint_eq(now, 1000 * PPTP_S + 50 * PPTP_S);
    ended_with(PPP_END_ECHO);
    ck_assert_uint_eq(ppp_stats(p)->echo_timeouts, 1);
}
END_TEST

/* --- rejects ------------------------------------------------------------- */

START_TEST(code_reject_out)
{
    uint8_t o[1500] = { 0xc0, 0x21, 0x0e, 5, 0x05, 0x00 };

    up();
    lcp_in(14, 5, "0102");
    sent("c021 07?? 000a 0e05 0006 0102");
    lcp_in(0, 6, "");
    sent("c021 07?? 0008 0006 0004");
    ck_assert_uint_eq(ppp_stats(p)->codes_rejected, 2);
    open_with("01040080");
    in_octets(o, 2 + 0x500);
    ck_assert_uint_eq(frames[0].n, 2 + 128); /* §5.6: the peer's MRU */
    ck_assert_uint_eq(frames[0].octets[2], 7);
}
END_TEST

START_TEST(code_reject_in)
{
    c.echo_ns = 10 * PPTP_S;
    c.max_configure = 250; /* IPCP stays busy */
    open_with("");
    lcp_in(7, 1, "09010008 00000000"); /* RXJ+: no more echoes */
    ck_assert_uint_eq(info().lcp, PPP_OPENED);
    lcp_in(7, 1, "00010004");
    lcp_in(7, 1, "010100");
    ck_assert_uint_eq(ppp_stats(p)->packets_bad, 2);
    while (now < 1060 * PPTP_S) {
        now = ppp_deadline(s);
        ppp_advance(p, s, now);
        drain();
        silent();
    }
    lcp_in(7, 1, "01010004"); /* RXJ-: without requests there is no LCP */
    sent("c021 05?? 0004");
    ended_with(PPP_END_REJECTED);

    up();
    lcp_in(7, 1, "01010004");
    ended_with(PPP_END_REJECTED);
}
END_TEST

START_TEST(protocol_reject_out)
{
    uint8_t o[1500] = { 0xff, 0x03, 0x80, 0x4b, 1, 2, 3 };

    up();
    ck_assert_int_eq(in("804b 01010004"), PPTP_ERR_STATE);
    silent(); /* §5.7: only in Opened */
    open_with("01040080");
    ck_assert_int_eq(in("804b 01010004"), PPTP_ERR_UNKNOWN);
    sent("c021 08?? 000a 804b 01010004");
    ck_assert_int_eq(in("2b 0101"), PPTP_ERR_UNKNOWN); /* compressed */
    sent("c021 08?? 0008 002b 0101");
    ck_assert_int_eq(in("8057 01010004"), PPTP_ERR_UNKNOWN); /* not wanted */
    sent("c021 08?? 000a 8057 01010004");
    ck_assert_int_eq(in("80fd 01010004"), PPTP_ERR_UNKNOWN);
    sent("c021 08?? 000a 80fd 01010004");
    ck_assert_int_eq(in("c023 01010004"), PPTP_ERR_UNKNOWN);
    sent("c021 08?? 000a c023 01010004");
    ck_assert_int_eq(in("c025 01010004"), PPTP_ERR_UNKNOWN);
    sent("c021 08?? 000a c025 01010004");
    in_octets(o, sizeof o);
    ck_assert_uint_eq(frames[0].n, 2 + 128);
    ck_assert_uint_eq(ppp_stats(p)->protocols_rejected, 7);
}
END_TEST

START_TEST(protocol_reject_in)
{
    open_with("");
    lcp_in(8, 1, "80");        /* too short */
    lcp_in(8, 1, "8029 0101"); /* not ours */
    lcp_in(8, 1, "c223 0101"); /* over already */
    ck_assert_uint_eq(ppp_stats(p)->packets_bad, 1);
    ck_assert_uint_eq(info().lcp, PPP_OPENED);
    lcp_in(8, 1, "8021 01010004");
    ended_with(PPP_END_NO_NETWORK);
    open_with("");
    lcp_in(8, 1, "0021 45"); /* the packets are as good as the protocol */
    ended_with(PPP_END_NO_NETWORK);
    open_with("");
    lcp_in(8, 1, "c021 0101");
    ended_with(PPP_END_REJECTED);
    c.give_auth = PPP_AUTH_PAP;
    c.secrets = &secrets;
    strcpy(c.user, "alice");
    open_with("0304c023");
    ck_assert_uint_eq(info().auth_us, PPP_AUTH_PAP);
    ck_assert_uint_eq(info().phase, PPP_AUTHENTICATE);
    ck_assert_int_eq(in("8021 01010004"), PPTP_ERR_STATE); /* §3.5 */
    ck_assert_int_eq(in("804b 01010004"), PPTP_ERR_STATE);
    ck_assert_int_eq(in("0021 45"), PPTP_ERR_STATE);
    silent();
    ck_assert_uint_eq(ppp_stats(p)->frames_phase, 3);
    lcp_in(8, 1, "c023 0101");
    ended_with(PPP_END_REJECTED);
}
END_TEST

/* --- packets that are wrong ---------------------------------------------- */

static const struct {
    const char *hex;
    char counter; /* b packets_bad, o options_bad, s frames_short */
} malformed[] = {
    { "", 's' },
    { "ff", 'p' }, /* a protocol of one octet, as it seems */
    { "ff03", 's' },
    { "ff03c0", 's' },
    { "c0", 's' },
    { "c021", 'b' },
    { "c021 01", 'b' },
    { "c021 010100", 'b' },
    { "c021 01010003", 'b' },
    { "c021 01010000", 'b' },
    { "c021 01010005", 'b' }, /* longer than it is */
    { "c021 0101ffff", 'b' },
    { "c021 01010005 01", 'o' },
    { "c021 01010006 0100", 'o' }, /* an option of no octets: a loop */
    { "c021 01010006 0101", 'o' },
    { "c021 01010006 0103", 'o' },
    { "c021 01010008 01010300", 'o' },
    { "c021 0101000a 0104 05dc 02ff", 'o' },
    { "c021 01010009 0104 05dc 02", 'o' },
};

START_TEST(discards_malformed)
{
    const struct ppp_stats *st;

    up();
    st = ppp_stats(p);
    in(malformed[_i].hex);
    silent();
    ck_assert_uint_eq(info().lcp, PPP_REQ_SENT);
    ck_assert_uint_eq(st->packets_bad, malformed[_i].counter == 'b');
    ck_assert_uint_eq(st->options_bad, malformed[_i].counter == 'o');
    ck_assert_uint_eq(st->frames_short, malformed[_i].counter == 's');
    ck_assert_uint_eq(st->frames_phase, malformed[_i].counter == 'p');
}
END_TEST

/* A request longer than any that we can answer; octets behind the length */
START_TEST(oversized)
{
    static uint8_t o[8000] = { 0xc0, 0x21, 1, 1 };
    size_t i;

    up();
    o[4] = 6000 >> 8;
    o[5] = 6000 & 255;
    for (i = 6; i + 4 <= 2 + 6000; i += 4) {
        o[i] = 200;
        o[i + 1] = 4;
    }
    in_octets(o, 2 + 6000);
    silent();
    ck_assert_uint_eq(ppp_stats(p)->options_bad, 1);
    o[4] = 1500 >> 8;
    o[5] = 1500 & 255;
    in_octets(o, 2 + 6000);
    ck_assert_uint_eq(n_frames, 1); /* what fits of the Reject */
    ck_assert_uint_eq(frames[0].octets[2], 4);
    ck_assert_uint_eq(frames[0].n, 2 + 4 + 512);
    n_frames = 0;
    in("c021 0102 0004 ffffffff"); /* §5: padding is ignored */
    sent("c021 0202 0004");
}
END_TEST

START_TEST(answers_of_nothing)
{
    uint8_t o[1600];

    up();
    lcp_in(2, latest[3] + 1u, "");
    ck_assert_uint_eq(ppp_stats(p)->packets_id, 1);
    lcp_in(2, latest[3], "0702");
    ck_assert_uint_eq(ppp_stats(p)->options_bad, 1);
    memcpy(o, latest, latest_len);
    o[2] = 2;
    o[10] ^= 1; /* an Ack of another magic number */
    in_octets(o, latest_len);
    ck_assert_uint_eq(ppp_stats(p)->options_bad, 2);
    o[10] ^= 1;
    o[5] -= 2; /* of less than we asked for */
    in_octets(o, latest_len);
    ck_assert_uint_eq(ppp_stats(p)->options_bad, 3);
    ck_assert_uint_eq(info().lcp, PPP_REQ_SENT);
    open_with("");
    answer(2); /* replayed: the open link stays */
    answer(3);
    answer(4);
    silent();
    ck_assert_uint_eq(ppp_stats(p)->crossed, 3);
    ck_assert_uint_eq(info().lcp, PPP_OPENED);
}
END_TEST

/* --- time and the end ---------------------------------------------------- */

/* RFC 1661 §4.6: Max-Configure requests, every Restart time, one id */
START_TEST(no_answer)
{
    unsigned i;
    uint8_t id;

    up();
    id = latest[3];
    for (i = 1; i < 10; i++) {
        ck_assert_uint_eq(ppp_deadline(s), now + 3 * PPTP_S);
        ppp_advance(p, s, now + 3 * PPTP_S - 1);
        drain();
        silent();
        now += 3 * PPTP_S;
        ppp_advance(p, s, now);
        drain();
        sent("c021 01?? 000e 0506???????? 0702 0802");
        ck_assert_uint_eq(latest[3], id);
    }
    now += 3 * PPTP_S;
    ppp_advance(p, s, now);
    drain();
    silent();
    ck_assert_uint_eq(ends, 1);
    ck_assert_uint_eq(end_reason, PPP_END_NO_ANSWER);
    ck_assert_uint_eq(info().lcp, PPP_STOPPED);
    ck_assert_uint_eq(ppp_deadline(s), PPTP_NEVER);
    /* It is over: requests are too late, but a Terminate-Request is not. */
    ck_assert_int_eq(lcp_in(1, 1, ""), PPTP_ERR_STATE);
    silent();
    lcp_in(5, 9, "");
    sent("c021 0609 0004");
    /* and the operator may open again */
    ppp_open(p, s, now);
    drain();
    ck_assert_uint_eq(info().lcp, PPP_REQ_SENT);
    ck_assert_uint_eq(info().reason, PPP_END_NONE);
}
END_TEST

START_TEST(closes)
{
    open_with("");
    ppp_close(p, s, now);
    drain();
    ck_assert_uint_eq(info().phase, PPP_TERMINATE);
    sent("c021 05?? 0004");
    now = ppp_deadline(s);
    ppp_advance(p, s, now);
    drain();
    sent("c021 05?? 0004");
    ck_assert_uint_eq(ends, 0);
    lcp_in(6, 1, "");
    ck_assert_uint_eq(ends, 1);
    ck_assert_uint_eq(end_reason, PPP_END_LOCAL);
    lcp_in(1, 1, "");
    silent();
    ppp_lower_down(p, s, now);
    drain();
    ck_assert_uint_eq(ends, 1); /* once */
    ck_assert_uint_eq(info().phase, PPP_DEAD);

    open_with("");
    ppp_close(p, s, now);
    ended_with(PPP_END_LOCAL); /* nobody answers */
}
END_TEST

/* §4.4 zrc: one Restart time for the peer to go first */
START_TEST(peer_closes)
{
    open_with("");
    lcp_in(5, 0x21, "62796521");
    sent("c021 0621 0004");
    ck_assert_uint_eq(info().lcp, PPP_STOPPING);
    ck_assert_uint_eq(ends, 0);
    lcp_in(1, 1, ""); /* not now */
    silent();
    lcp_in(5, 0x22, "");
    sent("c021 0622 0004");
    ck_assert_uint_eq(ppp_deadline(s), now + 3 * PPTP_S);
    ended_with(PPP_END_PEER);
}
END_TEST

/* Terminate and Configure out of their states */
START_TEST(out_of_state)
{
    up();
    lcp_in(5, 1, "");
    sent("c021 0601 0004");
    lcp_in(6, 1, "");
    ck_assert_uint_eq(info().lcp, PPP_REQ_SENT);
    answer(2);
    lcp_in(5, 1, "");
    ck_assert_uint_eq(info().lcp, PPP_REQ_SENT); /* §4.1: 7 to 6 */
    n_frames = 0;
    open_with("");
    lcp_in(6, 1, ""); /* the peer has lost its memory */
    sent("c021 01?? 000e 0506???????? 0702 0802");
    ck_assert_uint_eq(info().lcp, PPP_REQ_SENT);
    /* closed, the line up: everything is answered by Terminate-Ack */
    up();
    ppp_close(p, s, now);
    drain();
    lcp_in(6, 1, "");
    ppp_lower_down(p, s, now);
    ppp_lower_up(p, s, now);
    drain();
    n_frames = first_frame = 0;
    ck_assert_uint_eq(info().lcp, PPP_CLOSED);
    lcp_in(1, 5, "");
    sent("c021 0605 0004");
    lcp_in(2, 6, "");
    sent("c021 0606 0004");
    lcp_in(3, 7, "0702");
    sent("c021 0607 0004");
    ppp_lower_down(p, s, now);
    ck_assert_int_eq(lcp_in(1, 5, ""), PPTP_ERR_STATE);
    silent();
}
END_TEST

static void add(TCase *t)
{
    tcase_add_test(t, request_default);
    tcase_add_test(t, request_all);
    tcase_add_test(t, opens);
    tcase_add_loop_test(t, judges, 0, (int)(sizeof judged / sizeof *judged));
    tcase_add_test(t, judges_policy);
    tcase_add_test(t, tells_who_and_how_long);
    tcase_add_test(t, suggests_in_turn);
    tcase_add_test(t, max_failure);
    tcase_add_test(t, naked_values);
    tcase_add_test(t, rejected_values);
    tcase_add_test(t, begins_anew);
    tcase_add_test(t, rejects_of_nothing);
    tcase_add_test(t, asks_auth_in_turn);
    tcase_add_test(t, auth_refused);
    tcase_add_test(t, naks_for_ever);
    tcase_add_test(t, looped);
    tcase_add_test(t, magic_collides);
    tcase_add_test(t, echo_reply);
    tcase_add_test(t, echo_not_open);
    tcase_add_test(t, echo_truncated);
    tcase_add_test(t, echo_fails);
    tcase_add_test(t, code_reject_out);
    tcase_add_test(t, code_reject_in);
    tcase_add_test(t, protocol_reject_out);
    tcase_add_test(t, protocol_reject_in);
    tcase_add_loop_test(t, discards_malformed, 0,
                        (int)(sizeof malformed / sizeof *malformed));
    tcase_add_test(t, oversized);
    tcase_add_test(t, answers_of_nothing);
    tcase_add_test(t, no_answer);
    tcase_add_test(t, closes);
    tcase_add_test(t, peer_closes);
    tcase_add_test(t, out_of_state);
}

int main(void)
{
    Suite *suite = suite_create("lcp");
    TCase *t = tcase_create("by hand");
    SRunner *r;
    int failed;

    tcase_add_checked_fixture(t, setup, teardown);
    add(t);
    suite_add_tcase(suite, t);
    r = srunner_create(suite);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
