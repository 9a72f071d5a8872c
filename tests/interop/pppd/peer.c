/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Our end of a session with a real pppd, in the real world: async HDLC
 * (RFC 1662) on standard input and output, a monotonic clock, and on
 * descriptors 3 and 4 the control line of the guest that pppd runs in (see
 * `init`).  The packets of control protocols are shown on standard error.
 */
#include "config.h"

#include "peer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

enum {
    LINE_IN = 0,
    LINE_OUT = 1,
    GUEST_IN = 3,
    GUEST_OUT = 4,
    FRAME_MAX = 2048,
    QUEUE_MAX = 1 << 18,  /* towards the line */
    QUEUE_HIGH = 1 << 14, /* above it no more packets of the TUN device */
    ANSWERS = 8
};

struct peer peer = { .tun = -1 };

static uint8_t frame[FRAME_MAX];
static uint8_t queue[QUEUE_MAX];
static size_t queued;
static unsigned packets[2], octets[2];    /* received, sent: for the losses */
static char answers[ANSWERS][ANSWER_MAX]; /* unread, oldest first */
static unsigned answers_n;
static char part[ANSWER_MAX]; /* of a line of the guest */
static size_t part_len;

/* --- small things -------------------------------------------------------- */

_Noreturn void fail(const char *format, ...)
{
    va_list a;

    va_start(a, format);
    fputs("FAIL: ", stderr);
    vfprintf(stderr, format, a);
    fputc('\n', stderr);
    va_end(a);
    exit(1);
}

pptp_ns now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (pptp_ns)t.tv_sec * PPTP_S + (pptp_ns)t.tv_nsec;
}

unsigned protocol_index(uint16_t proto)
{
    static const uint16_t known[PROTOCOLS - 1] = {
        PPP_PROTO_LCP,  PPP_PROTO_PAP,    PPP_PROTO_CHAP, PPP_PROTO_CCP,
        PPP_PROTO_IPCP, PPP_PROTO_IPV6CP, PPP_PROTO_COMP
    };
    unsigned i;

    for (i = 0; i < PROTOCOLS - 1; i++)
        if (known[i] == proto)
            break;
    return i;
}

/* Counts and shows a packet from its protocol on. */
static void note(bool tx, const uint8_t *o, size_t n)
{
    double at = (double)(now_ns() - peer.began) / 1e9;
    uint16_t proto;
    size_t i;

    if (n >= 2 && o[0] == 0xff && o[1] == 0x03) {
        o += 2;
        n -= 2;
    }
    if (n < 3)
        return;
    if (o[0] & 1) {
        peer.seen[tx][protocol_index(o[0])][0]++;
        return; /* data */
    }
    proto = (uint16_t)(o[0] << 8 | o[1]);
    if (proto < 0x8000) {
        peer.seen[tx][protocol_index(proto)][0]++;
        return;
    }
    peer.seen[tx][protocol_index(proto)][o[2] % CODES]++;
    fprintf(stderr, "%8.3f %s ", at, tx ? "sent" : "rcvd");
    for (i = 0; i < n && i < 64; i++)
        fprintf(stderr, "%02x%s", o[i], i == 1 || i == 5 ? " " : "");
    fputc('\n', stderr);
}

/* --- the line ------------------------------------------------------------ */

static void write_line(void)
{
    ssize_t n;

    if (queued == 0)
        return;
    n = write(LINE_OUT, queue, queued);
    if (n < 0) {
        if (errno != EAGAIN && errno != EINTR)
            fail("the line: %s", strerror(errno));
        return;
    }
    queued -= (size_t)n;
    memmove(queue, queue + n, queued);
}

/* Changes an octet now and then, but no flag: a line that is not clean. */
static void spoil(bool tx, uint8_t *o, size_t n)
{
    size_t i;

    if (peer.spoil == 0 || !peer.up)
        return;
    for (i = 0; i < n; i++)
        if (++octets[tx] % peer.spoil == 0 && o[i] != 0x7e)
            o[i] ^= 0x40;
}

static void put_frame(const uint8_t *o, size_t n, uint32_t accm)
{
    size_t len;

    note(true, o, n);
    if (queued + PPP_HDLC_MAX(n) > sizeof queue)
        fail("the line takes nothing");
    if (peer.deaf)
        return;
    len = ppp_hdlc_encode(queue + queued, o, n, accm, false);
    spoil(true, queue + queued, len);
    queued += len;
    write_line();
}

/* Whether the line is to lose this one. */
static bool loses(bool tx)
{
    if (peer.lose == 0 || ++packets[tx] % peer.lose != 0)
        return false;
    peer.lost++;
    return true;
}

void send_packet(uint16_t proto, uint8_t *packet, size_t n)
{
    uint8_t *f;
    int r = ppp_output(peer.ppp, peer.session, proto, packet, n, &f);

    if (r < 0 || loses(true))
        return;
    ppp_session_info(peer.session, &peer.info);
    put_frame(f, (size_t)r, peer.info.accm_tx);
}

static bool is_success(const struct ppp_action *a)
{
    return a->octets[0] == PPP_PROTO_CHAP >> 8 &&
           a->octets[1] == (PPP_PROTO_CHAP & 0xff) && a->octets[2] == 3;
}

static void send_control(const struct ppp_action *a)
{
    uint8_t o[FRAME_MAX] = { 0xff, 0x03 };

    if (a->len > sizeof o - 2)
        fail("a control packet of %u octets", a->len);
    memcpy(o + 2, a->octets, a->len);
    if (peer.lose_success && is_success(a)) {
        peer.lose_success = false;
        return;
    }
    ppp_session_info(peer.session, &peer.info);
    if (a->lcp)
        put_frame(o, a->len + 2, UINT32_MAX);
    else if (peer.info.acfc)
        put_frame(o + 2, a->len, peer.info.accm_tx);
    else
        put_frame(o, a->len + 2, peer.info.accm_tx);
}

void act(void)
{
    struct ppp_action a;

    while (ppp_poll(peer.ppp, &a))
        switch (a.type) {
        case PPP_ACT_SEND: send_control(&a); break;
        case PPP_ACT_UP:
        case PPP_ACT_DOWN:
            fprintf(stderr, "%04x %s\n", a.proto,
                    a.type == PPP_ACT_UP ? "up" : "down");
            if (a.proto == PPP_PROTO_IPCP)
                peer.up = a.type == PPP_ACT_UP;
            else
                peer.up6 = a.type == PPP_ACT_UP;
            break;
        case PPP_ACT_LINK:
            ppp_session_info(peer.session, &peer.info);
            fprintf(stderr, "link\n");
            peer.hdlc.accm = peer.info.accm_rx;
            break;
        case PPP_ACT_AUTHENTICATED:
            fprintf(stderr, "authenticated: %s\n",
                    ppp_peer_name(peer.session));
            break;
        case PPP_ACT_END:
            fprintf(stderr, "end: %s\n", ppp_reason_text(a.reason));
            peer.ended = true;
            peer.reason = a.reason;
            break;
        }
}

/* --- one turn of the loop ------------------------------------------------ */

static void rx_frame(size_t n)
{
    const uint8_t *p = frame;
    uint8_t *packet;
    size_t len;
    int r;

    if (n >= 2 && p[0] == 0xff && p[1] == 0x03)
        p += 2;
    note(false, p, n - (size_t)(p - frame));
    /* 0021 and 00FD, compressed or not */
    if ((p[0] == 0 || (p[0] & 1)) && loses(false))
        return;
    r = ppp_input(peer.ppp, peer.session, now_ns(), frame, n, &packet, &len);
    act();
    if (r > 0)
        rx_packet(r, packet, len);
    act();
}

static void read_line(void)
{
    uint8_t in[4096], *at = in;
    ssize_t got = read(LINE_IN, in, sizeof in);
    size_t used, n, left;

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0)
        fail("the line ended");
    if (peer.deaf)
        return;
    spoil(false, in, (size_t)got);
    for (left = (size_t)got; left > 0; left -= used, at += used) {
        n = ppp_hdlc_decode(&peer.hdlc, frame, sizeof frame, at, left, &used);
        if (n > 0)
            rx_frame(n);
    }
}

static void read_guest(void)
{
    char in[ANSWER_MAX];
    ssize_t got = read(GUEST_OUT, in, sizeof in), i;

    for (i = 0; i < got; i++) {
        if (in[i] == '\r')
            continue;
        if (in[i] != '\n') {
            if (part_len < sizeof part - 1)
                part[part_len++] = in[i];
            continue;
        }
        part[part_len] = 0;
        part_len = 0;
        fprintf(stderr, "guest: %s\n", part);
        if (answers_n == sizeof answers / sizeof *answers)
            fail("the guest says too much");
        strcpy(answers[answers_n++], part);
    }
}

/* Waits for whatever comes first, at most until `end`. */
void turn(pptp_ns end)
{
    struct pollfd f[4] = { { peer.session != NULL ? LINE_IN : -1, POLLIN, 0 },
                           { GUEST_OUT, POLLIN, 0 },
                           { queued > 0 ? LINE_OUT : -1, POLLOUT, 0 },
                           { queued < QUEUE_HIGH ? peer.tun : -1, POLLIN,
                             0 } };
    pptp_ns now = now_ns(),
            at = peer.session != NULL ? ppp_deadline(peer.session) : end;
    struct timespec wait = { 0, 0 };

    if (at > end)
        at = end;
    if (at > now) {
        wait.tv_sec = (time_t)((at - now) / PPTP_S);
        wait.tv_nsec = (long)((at - now) % PPTP_S);
    }
    if (ppoll(f, 4, &wait, NULL) < 0 && errno != EINTR)
        fail("ppoll: %s", strerror(errno));
    if (f[0].revents)
        read_line();
    if (f[1].revents)
        read_guest();
    if (f[2].revents)
        write_line();
    if (f[3].revents & POLLIN)
        read_tun();
    now = now_ns();
    if (peer.session != NULL && ppp_deadline(peer.session) <= now) {
        ppp_advance(peer.ppp, peer.session, now);
        act();
        if (ppp_deadline(peer.session) <= now)
            fail("the deadline does not move");
    }
}

/* Turns until `what` says so; false after STEP_MS. */
bool until(bool (*what)(const char *), const char *argument)
{
    pptp_ns end = now_ns() + STEP_MS * PPTP_MS;

    while (!what(argument)) {
        if (now_ns() >= end)
            return false;
        turn(end);
    }
    return true;
}

/* --- the guest ----------------------------------------------------------- */

void tell(const char *format, ...)
{
    char text[512];
    va_list a;
    int n;

    va_start(a, format);
    n = vsnprintf(text, sizeof text, format, a);
    va_end(a);
    if (n < 0 || (size_t)n >= sizeof text)
        fail("too long for the guest: %s", text);
    if (write(GUEST_IN, text, (size_t)n) != n)
        fail("the guest's control line: %s", strerror(errno));
}

static char answer[ANSWER_MAX];

/* Whether the guest has said `word`; the rest of the line in `answer`. */
static bool answered(const char *word)
{
    size_t len = strlen(word);
    unsigned i;

    for (i = 0; i < answers_n; i++)
        if (strncmp(answers[i], word, len) == 0 &&
            (answers[i][len] == 0 || answers[i][len] == ' '))
            break;
    if (i == answers_n)
        return false;
    strcpy(answer, answers[i] + len + (answers[i][len] == ' '));
    answers_n--;
    memmove(answers[i], answers[i + 1], (answers_n - i) * ANSWER_MAX);
    return true;
}

void expect(const char *word, const char *wanted)
{
    if (!until(answered, word))
        fail("the guest does not say '%s'", word);
    if (wanted != NULL && strcmp(answer, wanted) != 0)
        fail("%s %s, but %s was expected", word, answer, wanted);
}

/* --- the session --------------------------------------------------------- */

static void *memory(size_t n)
{
    void *m = aligned_alloc(64, (n + 63) / 64 * 64);

    if (m == NULL)
        fail("no memory");
    memset(m, 0, (n + 63) / 64 * 64);
    return m;
}

void open_session(void)
{
    pptp_ns now = now_ns();

    memset(peer.session, 0, ppp_session_octets());
    memset(peer.mppe, 0, ppp_mppe_octets());
    peer.up = peer.up6 = peer.ended = false;
    ppp_session_init(peer.ppp, peer.session, peer.mppe, NULL);
    peer.hdlc.accm = 0;
    ppp_lower_up(peer.ppp, peer.session, now);
    ppp_open(peer.ppp, peer.session, now);
    act();
}

/* What the one before left on the lines goes; then pppd starts. */
void begin(void)
{
    uint8_t old[4096];
    uint64_t seed;

    fcntl(LINE_IN, F_SETFL, O_NONBLOCK);
    fcntl(LINE_OUT, F_SETFL, O_NONBLOCK);
    fcntl(GUEST_OUT, F_SETFL, O_NONBLOCK);
    while (read(LINE_IN, old, sizeof old) > 0 ||
           read(GUEST_OUT, old, sizeof old) > 0)
        continue;
    if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
        fail("no random numbers");
    peer.ppp = ppp_init(memory(ppp_octets(64)), &peer.config, 64, seed);
    if (peer.ppp == NULL)
        fail("the configuration is not sane");
    peer.mppe = memory(ppp_mppe_octets());
    ppp_hdlc_init(&peer.hdlc, 0);
    tell("start %s\n", peer.options);
    expect("started", NULL);
    answers_n = 0;
    peer.session = memory(ppp_session_octets());
    open_session();
}
