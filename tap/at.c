/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dialogue with a modem; at.h. */
#include "config.h"

#include "tap/at.h"

#include <limits.h>
#include <string.h>

/* Actions that one line or one time-out makes at most. */
enum { ROOM = 3, BURST = 8 };

enum { FLAG = 0x7e }; /* of PPP's frames, RFC 1662 */

/* DATA without DCD: silence after a text that decides; silence in the middle
 * of a frame, where a modem that trains again just behind such a text would be
 * a rare chance; time for a good frame after a damaged one. All leave time for
 * the set-up within a second. */
#define TEXT_NS (500 * PPTP_MS)
#define STALLED_NS (800 * PPTP_MS)
#define DAMAGED_NS (800 * PPTP_MS)

/* Q.931, as Q.850 numbers them */
enum { CAUSE_BUSY = 17, CAUSE_NO_ANSWER = 19 };

void tap_at_config_default(struct tap_at_config *c)
{
    *c = (struct tap_at_config){
        .init = { "ATZ", "ATE0V1Q0X4S0=0", "AT&C1&D2" },
        .dial = "ATDT",
        .answer = "ATA",
        .hangup = "ATH",
        .rings = 1,
        .tries = 3,
        .dtr = true,
        .pause_ns = 100 * PPTP_MS,
        .command_ns = 5 * PPTP_S,
        .retry_ns = 30 * PPTP_S,
        .ring_ns = 8 * PPTP_S,
        .connect_ns = 60 * PPTP_S,
        .dtr_ns = PPTP_S,
        .settle_ns = PPTP_S,
        .guard_ns = 1200 * PPTP_MS,
        .escape_ns = PPTP_S,
    };
}

/* A text that can be sent, with a CR after it, and `more` octets. */
static bool sendable(const char *text, size_t more)
{
    size_t n = 0;

    if (text == NULL)
        return false;
    for (; text[n] != '\0'; n++)
        if (text[n] < ' ' || text[n] > '~' || n > TAP_AT_COMMAND)
            return false;
    return n > 0 && n + more + 2 <= TAP_AT_COMMAND;
}

static bool is_number(const char *text);

int tap_at_init(struct tap_at *a, const struct tap_at_config *config)
{
    unsigned i;

    memset(a, 0, sizeof *a);
    a->config = config;
    a->at_ns = a->send_ns = PPTP_NEVER;
    for (i = 0; i < TAP_AT_INITS && config->init[i] != NULL; i++)
        if (!sendable(config->init[i], 0))
            return PPTP_ERR_ARGUMENT;
    if (i == 0 || config->tries == 0 || config->rings == 0 ||
        !sendable(config->dial, TAP_AT_NUMBER - 1) ||
        !sendable(config->answer, 0) || !sendable(config->hangup, 0))
        return PPTP_ERR_ARGUMENT;
    if (config->number != NULL && !is_number(config->number))
        return PPTP_ERR_ARGUMENT;
    return PPTP_OK;
}

/* --- result codes ------------------------------------------------------- */

enum result {
    R_OTHER,
    R_OK,
    R_ERROR,
    R_CONNECT,
    R_RING,
    R_FAIL,
    R_NUMBER,
    R_SPEED,
    R_PROGRESS, /* means something, but not to us */
    RESULTS
};

enum rest { ALONE, REST, DIGITS };

struct code {
    const char *text;
    enum rest rest; /* what may follow: nothing; a word after a space or
                     * slash; or digits, too */
    enum result result;
    enum pptp_line_event why;
    uint16_t cause;
};

/*
 * V.250 and what modems add to it.  BLACKLISTED and DELAYED: the modem does
 * not dial a number that failed too often, as national rules want it.
 */
static const struct code codes[] = {
    { "OK", ALONE, R_OK, 0, 0 },
    { "ERROR", ALONE, R_ERROR, 0, 0 },
    { "COMMAND ERROR", ALONE, R_ERROR, 0, 0 },
    { "+CME ERROR", DIGITS, R_ERROR, 0, 0 },
    { "CONNECT", DIGITS, R_CONNECT, 0, 0 },
    { "RINGING", ALONE, R_PROGRESS, 0, 0 },
    { "RING", DIGITS, R_RING, 0, 0 },
    { "+CRING", DIGITS, R_RING, 0, 0 },
    { "RRING", ALONE, R_PROGRESS, 0, 0 },
    { "NO CARRIER", REST, R_FAIL, PPTP_LINE_NO_CARRIER, 0 },
    { "BUSY", ALONE, R_FAIL, PPTP_LINE_BUSY, CAUSE_BUSY },
    { "NO DIALTONE", ALONE, R_FAIL, PPTP_LINE_NO_DIAL_TONE, 0 },
    { "NO DIAL TONE", ALONE, R_FAIL, PPTP_LINE_NO_DIAL_TONE, 0 },
    { "NO LINE", ALONE, R_FAIL, PPTP_LINE_NO_DIAL_TONE, 0 },
    { "LINE IN USE", ALONE, R_FAIL, PPTP_LINE_NO_RESOURCE, 0 },
    { "NO ANSWER", ALONE, R_FAIL, PPTP_LINE_NO_ANSWER, CAUSE_NO_ANSWER },
    { "VOICE", ALONE, R_FAIL, PPTP_LINE_NO_CARRIER, 0 },
    { "FAX", ALONE, R_FAIL, PPTP_LINE_NO_CARRIER, 0 },
    { "BLACKLISTED", REST, R_FAIL, PPTP_LINE_REFUSED, 0 },
    { "DELAYED", REST, R_FAIL, PPTP_LINE_REFUSED, 0 },
    { "NMBR", DIGITS, R_NUMBER, 0, 0 },
    { "NUMBER", DIGITS, R_NUMBER, 0, 0 },
    { "CALLER NUMBER", DIGITS, R_NUMBER, 0, 0 },
    { "+CLIP", DIGITS, R_NUMBER, 0, 0 },
    { "CARRIER", DIGITS, R_SPEED, 0, 0 },
    { "+MRR", DIGITS, R_SPEED, 0, 0 },
    { "+MCR", DIGITS, R_PROGRESS, 0, 0 },
    { "+ER", DIGITS, R_PROGRESS, 0, 0 },
    { "+DR", DIGITS, R_PROGRESS, 0, 0 },
    { "PROTOCOL", DIGITS, R_PROGRESS, 0, 0 },
    { "COMPRESSION", DIGITS, R_PROGRESS, 0, 0 },
    { "DATE", DIGITS, R_PROGRESS, 0, 0 },
    { "TIME", DIGITS, R_PROGRESS, 0, 0 },
    { "NAME", DIGITS, R_PROGRESS, 0, 0 },
};

/*
 * ATV0. The first nine are V.250's; the speeds are those of most modems, but
 * makers differ: verbose codes are better.
 */
static const struct {
    const char *number, *text;
} numeric[] = {
    { "0", "OK" },
    { "1", "CONNECT" },
    { "2", "RING" },
    { "3", "NO CARRIER" },
    { "4", "ERROR" },
    { "5", "CONNECT 1200" },
    { "6", "NO DIALTONE" },
    { "7", "BUSY" },
    { "8", "NO ANSWER" },
    { "9", "CONNECT 600" },
    { "10", "CONNECT 2400" },
    { "11", "CONNECT 4800" },
    { "12", "CONNECT 9600" },
    { "13", "CONNECT 14400" },
    { "14", "CONNECT 19200" },
    { "18", "CONNECT 57600" },
    { "24", "CONNECT 7200" },
    { "25", "CONNECT 12000" },
    { "28", "CONNECT 38400" },
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* What follows the code in the line, or NULL: it is another one. */
static const char *after(const char *line, const struct code *c)
{
    const size_t n = strlen(c->text);
    const char *rest = line + n;

    if (strlen(line) < n || memcmp(line, c->text, n) != 0)
        return NULL;
    if (*rest == '\0')
        return rest;
    if (c->rest == ALONE)
        return NULL;
    if (*rest == ' ' || *rest == '/' || *rest == ':' || *rest == '=')
        return rest;
    return c->rest == DIGITS && is_digit(*rest) ? rest : NULL;
}

static const struct code *code_of(const char **line)
{
    size_t i;

    for (i = 0; i < COUNT(numeric); i++)
        if (strcmp(*line, numeric[i].number) == 0) {
            *line = numeric[i].text;
            break;
        }
    for (i = 0; i < COUNT(codes); i++) {
        const char *rest = after(*line, &codes[i]);

        if (rest != NULL) {
            *line = rest;
            return &codes[i];
        }
    }
    return NULL;
}

/* The first number of a text; 0: none, or more than a modem can do. */
static uint32_t speed_of(const char *text)
{
    uint32_t v = 0;

    while (*text != '\0' && !is_digit(*text))
        text++;
    for (; is_digit(*text); text++) {
        v = v * 10 + (uint32_t)(*text - '0');
        if (v > 100000000)
            return 0;
    }
    return v;
}

/* Digits of a caller's number, the first that a text has. */
static void number_of(const char *text, char out[TAP_AT_NUMBER])
{
    size_t n = 0;

    while (*text != '\0' && !is_digit(*text) && *text != '+')
        text++;
    for (; n + 1 < TAP_AT_NUMBER; text++)
        if (is_digit(*text) || *text == '*' || *text == '#' || *text == '+')
            out[n++] = *text;
        else if (*text != '-' && *text != ' ')
            break;
    out[n] = '\0';
}

/* --- actions and commands ----------------------------------------------- */

static struct tap_at_queued *act(struct tap_at *a, enum tap_at_type type)
{
    struct tap_at_queued *q;

    PPTP_ASSERT(a->count < TAP_AT_ACTIONS);
    q = &a->actions[(a->first + a->count++) % TAP_AT_ACTIONS];
    memset(q, 0, sizeof *q);
    q->type = (uint8_t)type;
    return q;
}

static void failed(struct tap_at *a, enum pptp_line_event why, uint16_t cause)
{
    struct tap_at_queued *q = act(a, TAP_AT_FAILED);

    q->why = why;
    q->cause = cause;
}

static void enter(struct tap_at *a, enum tap_at_state s, pptp_ns at_ns)
{
    a->state = s;
    a->at_ns = at_ns;
    a->send_ns = PPTP_NEVER;
    a->out_due = false; /* it was for another state */
}

static void send_now(struct tap_at *a, pptp_ns now)
{
    a->send_ns = PPTP_NEVER;
    a->at_ns = now + a->wait_ns;
    a->out_due = true;
}

/* Enters a state that begins with octets sent after a pause and lasts so
 * long from there. */
static void command(struct tap_at *a, enum tap_at_state s, pptp_ns now,
                    pptp_ns pause_ns, const char *text, pptp_ns wait_ns)
{
    const size_t n = strlen(text);

    PPTP_ASSERT(n + 1 < sizeof a->out);
    enter(a, s, PPTP_NEVER);
    memcpy(a->out, text, n);
    a->out_len = (unsigned)n;
    a->wait_ns = wait_ns;
    a->send_ns = now + pause_ns;
    if (pause_ns == 0)
        send_now(a, now);
}

static void at(struct tap_at *a, enum tap_at_state s, pptp_ns now,
               const char *text, pptp_ns wait_ns)
{
    command(a, s, now, a->config->pause_ns, text, wait_ns);
    a->out[a->out_len++] = '\r';
}

/* --- what is done in each state ----------------------------------------- */

static void init_step(struct tap_at *a, pptp_ns now)
{
    at(a, TAP_AT_INIT, now, a->config->init[a->step], a->config->command_ns);
}

static void begin(struct tap_at *a, pptp_ns now)
{
    a->leaving = false;
    a->step = a->tried = 0;
    a->text_len = 0;
    a->text_cut = false;
    init_step(a, now);
}

static void dial_now(struct tap_at *a, pptp_ns now)
{
    a->dial_due = false;
    a->carrier_bps = 0;
    at(a, TAP_AT_DIALLING, now, a->dialled, a->config->connect_ns);
}

/* A call rings. */
static void ring(struct tap_at *a, pptp_ns now)
{
    enter(a, TAP_AT_RINGING, now + a->config->ring_ns);
    if (++a->rings < a->config->rings || a->told)
        return;
    a->told = true;
    act(a, TAP_AT_RING);
}

static void ready(struct tap_at *a, pptp_ns now)
{
    const bool rang = a->rang_ns != 0 && now - a->rang_ns < a->config->ring_ns;

    enter(a, TAP_AT_READY, PPTP_NEVER);
    a->rings = 0;
    a->told = false;
    a->number[0] = '\0';
    a->escaped = false;
    a->rang_ns = 0;
    if (a->sick || !a->ready_told)
        act(a, TAP_AT_IS_READY);
    a->sick = false;
    a->ready_told = true;
    if (a->dial_due && rang) /* it would take the call that rings */
        failed(a, PPTP_LINE_NO_RESOURCE, 0);
    else if (a->dial_due)
        dial_now(a, now);
    a->dial_due = false;
    if (rang)
        ring(a, now);
}

/* The set-up failed: perhaps the modem is still in data mode; else later. */
static void init_failed(struct tap_at *a, pptp_ns now)
{
    if (!a->escaped) {
        a->escaped = true;
        enter(a, TAP_AT_GUARD, now + a->config->guard_ns);
        return;
    }
    enter(a, TAP_AT_SICK, now + a->config->retry_ns);
    a->escaped = false;
    if (!a->sick)
        act(a, TAP_AT_IS_SICK);
    a->sick = true;
    if (a->dial_due)
        failed(a, PPTP_LINE_NO_RESOURCE, 0);
    a->dial_due = false;
}

/* Puts texts one after the other, as far as they fit. */
static void say_why(struct tap_at *a, const char *one, const char *two)
{
    size_t n = 0;

    while (*one != '\0' && n + 1 < sizeof a->why)
        a->why[n++] = *one++;
    while (*two != '\0' && *two != '\r' && n + 1 < sizeof a->why)
        a->why[n++] = *two++;
    a->why[n] = '\0';
}

static void init_again(struct tap_at *a, pptp_ns now)
{
    if (++a->tried < a->config->tries)
        init_step(a, now);
    else
        init_failed(a, now);
}

/* From a call to where commands are understood. */
static void leave(struct tap_at *a, pptp_ns now)
{
    a->leaving = true;
    a->text_len = 0;
    a->text_cut = false;
    if (a->config->dtr) {
        act(a, TAP_AT_SET_DTR)->on = false;
        enter(a, TAP_AT_DTR_DOWN, now + a->config->dtr_ns);
    } else {
        a->escaped = true;
        enter(a, TAP_AT_GUARD, now + a->config->guard_ns);
    }
}

/* From an attempt. */
static void abort_call(struct tap_at *a, pptp_ns now)
{
    if (a->config->dtr) {
        leave(a, now);
    } else {
        a->leaving = true;
        command(a, TAP_AT_ABORT, now, 0, "\r", PPTP_S);
    }
}

/* Where nobody knows what the modem does: perhaps it is in a call that a
 * daemon before us has left. */
static void begin_unknown(struct tap_at *a, pptp_ns now)
{
    if (!a->config->dtr || a->carrier)
        leave(a, now);
    else
        begin(a, now);
    a->leaving = false; /* nothing of ours */
}

static void settled(struct tap_at *a, pptp_ns now)
{
    if (a->carrier && !a->escaped) { /* it does not care about DTR */
        a->escaped = true;
        enter(a, TAP_AT_GUARD, now + a->config->guard_ns);
    } else {
        begin(a, now);
    }
}

static void ring_over(struct tap_at *a, pptp_ns now)
{
    if (a->state == TAP_AT_RINGING && a->told)
        act(a, TAP_AT_RING_END);
    ready(a, now);
}

static void hang_up_command(struct tap_at *a, pptp_ns now)
{
    at(a, TAP_AT_HANGUP, now, a->config->hangup, a->config->command_ns);
}

/* The silence after +++ is part of it, also when the modem answers sooner. */
static void hang_up_escaped(struct tap_at *a, pptp_ns now)
{
    const pptp_ns guard = a->escape_sent_ns + a->config->guard_ns;

    hang_up_command(a, now);
    if (a->send_ns < guard)
        a->send_ns = guard;
}

static void not_connected(struct tap_at *a, pptp_ns now)
{
    failed(a, PPTP_LINE_NO_ANSWER, 0);
    abort_call(a, now);
}

static void no_answer_to_init(struct tap_at *a, pptp_ns now)
{
    a->stats.timeouts++;
    say_why(a, "no answer to ", a->config->init[a->step]);
    init_again(a, now);
}

static void no_answer_to_hangup(struct tap_at *a, pptp_ns now)
{
    a->stats.timeouts++;
    begin(a, now);
}

static void escape(struct tap_at *a, pptp_ns now)
{
    a->escape_sent_ns = now;
    command(a, TAP_AT_ESCAPE, now, 0, "+++",
            a->config->guard_ns + a->config->escape_ns);
}

static void dtr_again(struct tap_at *a, pptp_ns now)
{
    act(a, TAP_AT_SET_DTR)->on = true;
    a->leaving = a->leaving && a->carrier;
    enter(a, TAP_AT_SETTLING, now + a->config->settle_ns);
}

/* The modem has said that it is out of the call, and so it takes commands;
 * DTR costs a second or two and is sure. */
static void lost(struct tap_at *a, pptp_ns now)
{
    act(a, TAP_AT_LOST);
    if (a->config->dtr)
        leave(a, now);
    else
        begin(a, now);
}

static void (*const expired[TAP_AT_STATES])(struct tap_at *, pptp_ns) = {
    [TAP_AT_INIT] = no_answer_to_init,
    [TAP_AT_SICK] = begin_unknown,
    [TAP_AT_RINGING] = ring_over,
    [TAP_AT_DEAF] = ring_over,
    [TAP_AT_ANSWERING] = not_connected,
    [TAP_AT_DIALLING] = not_connected,
    [TAP_AT_DATA] = lost,
    [TAP_AT_DTR_DOWN] = dtr_again,
    [TAP_AT_SETTLING] = settled,
    [TAP_AT_GUARD] = escape,
    [TAP_AT_ESCAPE] = hang_up_escaped,
    [TAP_AT_ABORT] = hang_up_command,
    [TAP_AT_HANGUP] = no_answer_to_hangup
};

/* --- what results do ---------------------------------------------------- */

/* A result and what came with it. */
struct heard {
    const struct code *code;
    const char *rest;
};

typedef void reaction(struct tap_at *a, pptp_ns now, const struct heard *h);

static void init_ok(struct tap_at *a, pptp_ns now, const struct heard *h)
{
    (void)h;
    a->tried = 0;
    a->step++;
    if (a->step < TAP_AT_INITS && a->config->init[a->step] != NULL)
        init_step(a, now);
    else
        ready(a, now);
}

static void init_error(struct tap_at *a, pptp_ns now, const struct heard *h)
{
    (void)h;
    a->stats.refused++;
    a->escaped = true; /* it does listen */
    say_why(a, "the modem refuses ", a->config->init[a->step]);
    init_again(a, now);
}

static void rang(struct tap_at *a, pptp_ns now, const struct heard *h)
{
    (void)h;
    ring(a, now);
}

/* It is told once the modem is ready. */
static void rang_early(struct tap_at *a, pptp_ns now, const struct heard *h)
{
    (void)h;
    a->rang_ns = now;
}

/* Before the escape sequence, or in its place: there is no call, and a modem
 * that says so takes commands. */
static void no_call(struct tap_at *a, pptp_ns now, const struct heard *h)
{
    if (h->code->result == R_RING)
        a->rang_ns = now;
    begin(a, now);
}

static void rang_again(struct tap_at *a, pptp_ns now, const struct heard *h)
{
    (void)h;
    a->at_ns = now + a->config->ring_ns;
}

static void caller(struct tap_at *a, pptp_ns now, const struct heard *h)
{
    (void)now;
    number_of(h->rest, a->number);
}

static void speed(struct tap_at *a, pptp_ns now, const struct heard *h)
{
    (void)now;
    a->carrier_bps = speed_of(h->rest);
}

static void connected(struct tap_at *a, pptp_ns now, const struct heard *h)
{
    const uint32_t bps = speed_of(h->rest);

    (void)now;
    /* what CONNECT says may be the speed of the port */
    act(a, TAP_AT_CONNECT)->bps = a->carrier_bps > 0 ? a->carrier_bps : bps;
    enter(a, TAP_AT_DATA, PPTP_NEVER);
    a->watched[0] = a->watched[1] = 0;
    a->watch = TAP_AT_WATCH_DATA;
    a->in_frame = 0;
}

static void attempt_failed(struct tap_at *a, pptp_ns now,
                           const struct heard *h)
{
    failed(a, h->code->why, h->code->cause);
    begin(a, now);
}

static void attempt_error(struct tap_at *a, pptp_ns now, const struct heard *h)
{
    (void)h;
    failed(a, PPTP_LINE_NO_RESOURCE, 0);
    begin(a, now);
}

static void answered_itself(struct tap_at *a, pptp_ns now,
                            const struct heard *h)
{
    (void)h;
    a->stats.unasked++;
    if (a->state == TAP_AT_RINGING && a->told)
        act(a, TAP_AT_RING_END);
    leave(a, now);
}

static void escaped(struct tap_at *a, pptp_ns now, const struct heard *h)
{
    (void)h;
    if (a->state == TAP_AT_ESCAPE)
        hang_up_escaped(a, now);
    else
        hang_up_command(a, now);
}

static void hung_up(struct tap_at *a, pptp_ns now, const struct heard *h)
{
    (void)h;
    begin(a, now);
}

/* Pairs that are not here mean nothing: what came too late, or twice. */
static reaction *const reactions[TAP_AT_STATES][RESULTS] = {
    [TAP_AT_INIT] = { [R_OK] = init_ok,
                      [R_ERROR] = init_error,
                      [R_RING] = rang_early },
    [TAP_AT_READY] = { [R_RING] = rang,
                       [R_NUMBER] = caller,
                       [R_CONNECT] = answered_itself },
    [TAP_AT_RINGING] = { [R_RING] = rang,
                         [R_NUMBER] = caller,
                         [R_CONNECT] = answered_itself },
    [TAP_AT_DEAF] = { [R_RING] = rang_again, [R_CONNECT] = answered_itself },
    [TAP_AT_ANSWERING] = { [R_CONNECT] = connected,
                           [R_FAIL] = attempt_failed,
                           [R_ERROR] = attempt_error,
                           [R_SPEED] = speed },
    [TAP_AT_DIALLING] = { [R_CONNECT] = connected,
                          [R_FAIL] = attempt_failed,
                          [R_ERROR] = attempt_error,
                          [R_SPEED] = speed },
    [TAP_AT_SETTLING] = { [R_RING] = rang_early },
    [TAP_AT_GUARD] = { [R_FAIL] = no_call, [R_RING] = no_call },
    [TAP_AT_ESCAPE] = { [R_OK] = escaped,
                        [R_FAIL] = no_call,
                        [R_RING] = no_call },
    [TAP_AT_ABORT] = { [R_OK] = escaped,
                       [R_FAIL] = escaped,
                       [R_ERROR] = escaped,
                       [R_CONNECT] = answered_itself },
    [TAP_AT_HANGUP] = { [R_OK] = hung_up,
                        [R_ERROR] = hung_up,
                        [R_RING] = rang_early },
};

/* A command that the modem repeats: ATE1. */
static bool is_echo(const struct tap_at *a)
{
    const unsigned n = a->text_len;

    if (n >= 2 && (a->text[0] == 'A' || a->text[0] == 'a') &&
        (a->text[1] == 'T' || a->text[1] == 't'))
        return true;
    return n > 0 && memcmp(a->text, "+++", n < 3 ? n : 3) == 0 && n <= 3;
}

static void line_whole(struct tap_at *a, pptp_ns now)
{
    struct heard h = { .rest = a->text };
    reaction *r;

    while (a->text_len > 0 && a->text[a->text_len - 1] == ' ')
        a->text_len--;
    a->text[a->text_len] = '\0';
    if (a->text_len == 0)
        return;
    a->stats.lines++;
    a->stats.too_long += a->text_cut;
    if (!is_echo(a)) {
        h.code = code_of(&h.rest);
        a->stats.unknown += h.code == NULL;
        /* what comes before a command has left is no answer to it */
        r = h.code != NULL &&
                    (a->send_ns == PPTP_NEVER || h.code->result == R_RING)
                ? reactions[a->state][h.code->result]
                : NULL;
        if (r != NULL)
            r(a, now, &h);
    }
    a->text_len = 0;
    a->text_cut = false;
}

size_t tap_at_input(struct tap_at *a, pptp_ns now, const uint8_t *octets,
                    size_t n)
{
    size_t i = 0;

    while (i < n && a->state != TAP_AT_DATA && a->state != TAP_AT_OFF &&
           a->count + ROOM <= TAP_AT_ACTIONS) {
        const char c = (char)(octets[i++] & 0x7f); /* 7E1 */

        if (c == '\r' || c == '\n')
            line_whole(a, now);
        else if (c < ' ' || c == 0x7f || (c == ' ' && a->text_len == 0))
            continue;
        else if (a->text_len + 1 < sizeof a->text)
            a->text[a->text_len++] = c;
        else
            a->text_cut = true;
    }
    return a->state == TAP_AT_OFF ? n : i;
}

/* --- data without DCD --------------------------------------------------- */

/* \n stands for the end of a line: CR, LF or both (V.250 6.2.1, 6.2.2). */
static const char *const watched_texts[] = { "\nNO CARRIER\n", "\nRING\n" };

_Static_assert(COUNT(watched_texts) == COUNT(((struct tap_at *)0)->watched),
               "a place for each");

/* The text whose last octet this is, or NULL. */
static const char *text_whole(struct tap_at *a, char octet)
{
    const char c = octet == '\r' ? '\n' : octet;
    const char *whole = NULL;
    unsigned i;

    for (i = 0; i < COUNT(watched_texts); i++) {
        const char *text = watched_texts[i];
        unsigned *at = &a->watched[i];

        *at = c == text[*at] ? *at + 1 : c == text[0];
        if (text[*at] != '\0')
            continue;
        *at = 1; /* that line end may begin the next one */
        whole = text;
    }
    return whole;
}

/* Whether all of the text is behind a flag, or the first that comes: it is in
 * no frame, whatever follows, since no PPP protocol has a number that begins
 * with CR or LF. */
static bool in_no_frame(const struct tap_at *a, const char *text)
{
    return a->in_frame == strlen(text) - 2; /* without its line ends */
}

/*
 * One octet; true: the call is over.  A flag right behind the text would end
 * a frame whose FCS is the end of the text: there is none, unless it is
 * `good`.  In a page about modems the FCS is still to come, and is good.
 */
static bool watch_octet(struct tap_at *a, pptp_ns now, char c, bool good)
{
    const char *text = text_whole(a, c);
    const bool line_end = c == '\r' || c == '\n';

    if (a->watch == TAP_AT_WATCH_TEXT && c == FLAG && !good)
        return true;
    if (a->watch == TAP_AT_WATCH_FRAME && c == FLAG) {
        a->watch = TAP_AT_WATCH_DAMAGED;
        a->at_ns = now + DAMAGED_NS;
    }
    if (a->watch == TAP_AT_WATCH_TEXT && !line_end)
        a->watch = TAP_AT_WATCH_FRAME;
    if (c == FLAG)
        a->in_frame = 0;
    else if (!line_end && a->in_frame < UINT_MAX)
        a->in_frame++;
    if (text != NULL)
        a->watch = TAP_AT_WATCH_TEXT;
    return text != NULL && in_no_frame(a, text);
}

void tap_at_watch(struct tap_at *a, pptp_ns now, const uint8_t *octets,
                  size_t n, bool good)
{
    size_t i;

    if (a->state != TAP_AT_DATA)
        return;
    for (i = 0; i < n; i++)
        if (watch_octet(a, now, (char)octets[i], good && i + 1 == n)) {
            lost(a, now);
            return;
        }
    if (good)
        a->watch = TAP_AT_WATCH_DATA;
    switch ((enum tap_at_watch)a->watch) {
    case TAP_AT_WATCH_DATA: a->at_ns = PPTP_NEVER; break;
    case TAP_AT_WATCH_TEXT: a->at_ns = now + TEXT_NS; break;
    case TAP_AT_WATCH_FRAME: a->at_ns = now + STALLED_NS; break;
    case TAP_AT_WATCH_DAMAGED: break; /* it goes on */
    }
}

/* --- what the line is asked --------------------------------------------- */

void tap_at_start(struct tap_at *a, pptp_ns now)
{
    PPTP_ASSERT(a->state == TAP_AT_OFF);
    begin_unknown(a, now);
}

void tap_at_answer(struct tap_at *a, pptp_ns now)
{
    if (a->state != TAP_AT_RINGING)
        return;
    a->carrier_bps = 0;
    at(a, TAP_AT_ANSWERING, now, a->config->answer, a->config->connect_ns);
}

static bool is_number(const char *text)
{
    size_t n = 0;

    for (; text[n] != '\0'; n++)
        if (n + 1 >= TAP_AT_NUMBER ||
            (!is_digit(text[n]) && (text[n] < 'A' || text[n] > 'D') &&
             text[n] != '*' && text[n] != '#' && text[n] != ','))
            return false;
    return n > 0;
}

void tap_at_dial(struct tap_at *a, pptp_ns now, const char *number)
{
    const size_t prefix = strlen(a->config->dial);
    enum pptp_line_event why = PPTP_LINE_NO_RESOURCE;

    if (number[0] == '\0' && a->config->number != NULL)
        number = a->config->number;
    if (!is_number(number)) {
        why = PPTP_LINE_REFUSED;
        if (number[0] == '\0')
            a->stats.no_number++;
        else
            a->stats.bad_number++;
    } else if (a->state == TAP_AT_READY || a->state == TAP_AT_INIT ||
               a->state >= TAP_AT_DTR_DOWN) {
        memcpy(a->dialled, a->config->dial, prefix);
        strcpy(a->dialled + prefix, number); /* it fits: tap_at_init */
        a->dial_due = true;
        if (a->state == TAP_AT_READY)
            dial_now(a, now);
        return;
    }
    failed(a, why, 0);
}

void tap_at_hangup(struct tap_at *a, pptp_ns now)
{
    a->dial_due = false;
    switch (a->state) {
    case TAP_AT_RINGING: enter(a, TAP_AT_DEAF, a->at_ns); break;
    case TAP_AT_ANSWERING:
    case TAP_AT_DIALLING: abort_call(a, now); break;
    case TAP_AT_DATA: leave(a, now); break;
    default: break;
    }
}

bool tap_at_leaving(const struct tap_at *a)
{
    return a->leaving;
}

void tap_at_carrier(struct tap_at *a, bool on)
{
    a->carrier = on;
}

/* --- time and output ---------------------------------------------------- */

pptp_ns tap_at_deadline(const struct tap_at *a)
{
    return a->send_ns < a->at_ns ? a->send_ns : a->at_ns;
}

void tap_at_advance(struct tap_at *a, pptp_ns now)
{
    unsigned i;

    for (i = 0; i < BURST && tap_at_deadline(a) <= now &&
                a->count + ROOM <= TAP_AT_ACTIONS;
         i++)
        if (a->send_ns <= now) {
            send_now(a, now);
        } else {
            PPTP_ASSERT(expired[a->state] != NULL);
            expired[a->state](a, now);
        }
}

bool tap_at_poll(struct tap_at *a, struct tap_at_action *out)
{
    const struct tap_at_queued *q = &a->actions[a->first];

    memset(out, 0, sizeof *out);
    if (a->count > 0) {
        a->first = (a->first + 1) % TAP_AT_ACTIONS;
        a->count--;
        out->type = (enum tap_at_type)q->type;
        out->on = q->on;
        out->bps = q->bps;
        out->why = q->why;
        out->cause = q->cause;
        out->text = out->type == TAP_AT_RING ? a->number : a->why;
        return true;
    }
    if (!a->out_due)
        return false;
    a->out_due = false;
    out->type = TAP_AT_SEND;
    memcpy(a->sent, a->out, a->out_len);
    out->octets = a->sent;
    out->len = a->out_len;
    return true;
}

const char *tap_at_state_name(enum tap_at_state s)
{
    static const char names[TAP_AT_STATES][10] = {
        "off",      "init",      "sick",     "ready", "ringing",
        "deaf",     "answering", "dialling", "data",  "dtr_down",
        "settling", "guard",     "escape",   "abort", "hangup"
    };

    return s < TAP_AT_STATES ? names[s] : "?";
}
