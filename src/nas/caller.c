/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bank of callers: when they call, and what becomes of it; caller.h. */
#include "config.h"

#include "nas/caller.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "base/text.h"
#include "nas/again.h"
#include "nas/caller_ip.h"

const struct probe nas_caller_probes[] = {
#define X(name, unit, help) \
    PROBE_COUNT(struct nas_caller_stats, name, unit, help),
    NAS_CALLER_STATS(X)
#undef X
        PROBE_END
};

#define PATIENCE_NS (60 * PPTP_S)

static struct nas_caller *caller_of(struct nas_line *l)
{
    return (struct nas_caller *)(void *)l;
}

static const struct nas_caller *caller_at(const struct nas_line *l)
{
    return (const struct nas_caller *)(const void *)l;
}

static uint32_t index_of(const struct nas_caller *c)
{
    return (uint32_t)(c - c->bank->caller);
}

static bool in_call(const struct nas_caller *c)
{
    return c->state >= NAS_CALLER_RINGING;
}

static struct nas_caller_call *call_of(const struct nas_caller *c)
{
    PPTP_ASSERT(in_call(c) && c->session < c->bank->calls);
    return &c->bank->call[c->session];
}

static bool talks(const struct nas_caller *c)
{
    return nas_callers_talks(c->bank, index_of(c));
}

static void tell(const struct nas_caller *c, enum nas_event_kind kind,
                 enum ppp_reason reason, uint64_t value)
{
    const struct nas_caller_call *k = nas_callers_call(c->bank, index_of(c));
    struct nas_event e = { .kind = kind,
                           .index = index_of(c),
                           .call = PPTP_NONE,
                           .remote = c->line.remote,
                           .ip = k != NULL ? k->ip_local : 0,
                           .reason = reason,
                           .value = value };

    c->bank->world->event(c->bank->ctx, &e);
}

/* --- what a call takes ---------------------------------------------------- */

static bool has_room(const struct nas_callers *b)
{
    return b->free != NAS_CALLER_NONE || b->used < b->calls;
}

static void take_call(struct nas_caller *c, enum nas_caller_state state,
                      pptp_ns now)
{
    struct nas_callers *b = c->bank;

    PPTP_ASSERT(has_room(b) && !in_call(c) && state >= NAS_CALLER_RINGING);
    if (b->used == 0)
        b->report.began_ns = now;
    if (b->free != NAS_CALLER_NONE) {
        c->session = b->free;
        b->free = b->call[c->session].caller;
    } else {
        c->session = b->used++;
    }
    b->call[c->session] = (struct nas_caller_call){ .caller = index_of(c) };
    c->line.why = NAS_WHY_UNKNOWN;
    c->state = (uint8_t)state;
}

static void give_call(struct nas_caller *c)
{
    struct nas_callers *b = c->bank;

    b->call[c->session].caller = b->free;
    b->free = c->session;
    c->state = NAS_CALLER_IDLE;
}

/* --- when to call ------------------------------------------------------- */

static void set_timer(const struct nas_caller *c, pptp_ns at)
{
    heap_set(&c->bank->timers, index_of(c), at);
}

static bool has_turn(const struct nas_callers *b)
{
    return nas_window_open(&b->window) && has_room(b);
}

static void fit_window(struct nas_callers *b, pptp_ns took)
{
    nas_window_fit(&b->window, took, b->first != NAS_CALLER_NONE);
}

/* Its call is up, or has ended before. */
static void leave_window(struct nas_caller *c)
{
    struct nas_caller_call *k = call_of(c);

    c->bank->window.n -= k->counted;
    k->counted = false;
}

static void wait_for_turn(struct nas_caller *c, pptp_ns now)
{
    struct nas_callers *b = c->bank;

    c->state = NAS_CALLER_WAITING;
    c->since_ns = now;
    c->behind = NAS_CALLER_NONE;
    if (b->first == NAS_CALLER_NONE)
        b->first = index_of(c);
    else
        b->caller[b->last].behind = index_of(c);
    b->last = index_of(c);
    b->stats.held_back++;
    tell(c, NAS_EV_CALLER_WAITS, PPP_END_NONE, 0);
}

/* In the order of their times. */
static struct nas_caller *next_in_turn(struct nas_callers *b)
{
    struct nas_caller *c = &b->caller[b->first];

    b->first = c->behind;
    return c;
}

/* The end of a call: when is the next one? */
static void rest(struct nas_caller *c, pptp_ns now)
{
    const struct nas_callers_config *config = c->bank->config;
    const struct nas_again again = { .first_ns = config->redial_ns,
                                     .most_ns = config->redial_max_ns,
                                     .jitter = config->redial_jitter };
    const struct nas_caller_call *k = call_of(c);
    bool was_up = k->was_up;
    bool good = was_up && nas_again_good(k->orderly, now - k->up_ns);
    pptp_ns at = PPTP_NEVER;

    give_call(c);
    if (c->line.finished || (config->redial_ns == 0 && !config->answers)) {
        /* the one call that it had came to nothing */
        if (!c->line.finished && !was_up)
            c->line.failed = true;
        c->line.finished = true;
    } else if (config->redial_ns != 0) {
        if (good)
            c->in_vain = 0;
        at = now + nas_again_wait(&again, &c->in_vain, &c->bank->random);
    }
    set_timer(c, at);
    tell(c, NAS_EV_CALLER_RESTS, PPP_END_NONE, c->line.failed);
}

static void call(struct nas_caller *c, pptp_ns now)
{
    const struct nas_callers_config *config = c->bank->config;
    struct nas_callers *b = c->bank;

    take_call(c, NAS_CALLER_RINGING, now);
    c->since_ns = now;
    b->stats.dialled++;
    b->window.n++;
    call_of(c)->counted = true;
    set_timer(c, now + (config->patience_ns == 0 ? PATIENCE_NS
                                                 : config->patience_ns));
    tell(c, NAS_EV_CALLER_CALLS, PPP_END_NONE, 0);
    c->line.owner->ring(&c->line, now);
}

/* --- what became of it ---------------------------------------------------- */

static struct nas_cause cause_of(const struct nas_caller *c,
                                 enum ppp_reason reason)
{
    const struct nas_caller_call *k = call_of(c);
    struct ppp_info info;
    struct nas_cause cause = { .reason = (uint8_t)reason,
                               .why = reason == PPP_END_NONE ? c->line.why : 0,
                               .up = k->was_up,
                               .heard = k->heard };

    if (k->was_up || c->state == NAS_CALLER_RINGING)
        return cause;
    nas_callers_info(c->bank, index_of(c), &info);
    cause.reached = info.reached;
    cause.mppe_peer = info.mppe_peer;
    cause.ccp_refused = info.ccp_refused;
    cause.auth_refused = info.auth_refused;
    return cause;
}

/* What became of a call, once for each; nothing of it where we have ended it
 * ourselves. Without a time of its own a session that ends in order has not
 * ended too early. */
static void book_end(struct nas_caller *c, const struct nas_cause *cause)
{
    struct nas_callers *b = c->bank;
    const struct nas_caller_call *k = call_of(c);
    enum ppp_reason reason = (enum ppp_reason)cause->reason;
    bool placed = k->counted;

    leave_window(c);
    if (k->leaving)
        return;
    if (!k->was_up) {
        if (placed)
            fit_window(b, PPTP_NEVER);
        b->stats.failed++;
        nas_ends_book(&b->report.failed, cause);
        tell(c, NAS_EV_CALLER_FAILED, reason, cause->why);
    } else if (b->config->hold_ns != 0 || !k->orderly) {
        b->stats.lost++;
        nas_ends_book(&b->report.lost, cause);
        tell(c, NAS_EV_CALLER_LOST, reason, cause->why);
    }
}

/* Another try would end like this one, and lock the account. */
static bool hopeless(enum ppp_reason r)
{
    return r == PPP_END_AUTH_US || r == PPP_END_AUTH_PEER ||
           r == PPP_END_AUTH_POLICY || r == PPP_END_MPPE;
}

/* PPP's goodbye, of either side. */
static bool is_orderly(enum ppp_reason r)
{
    return r == PPP_END_LOCAL || r == PPP_END_PEER;
}

/* The call has ended before PPP's own end was through: the other side's last
 * word counts all the same. */
static void look_at_end(struct nas_caller *c)
{
    struct nas_caller_call *k = call_of(c);
    struct nas_cause cause;
    struct ppp_info info;

    nas_callers_info(c->bank, index_of(c), &info);
    k->orderly = is_orderly(info.reason);
    cause = cause_of(c, info.reason);
    book_end(c, &cause);
    if (!k->was_up && hopeless(info.reason)) {
        c->line.finished = c->line.failed = true;
        tell(c, NAS_EV_CALLER_PPP_END, info.reason, true);
    } else if (!k->was_up && k->heard && !k->leaving) {
        tell(c, NAS_EV_CALLER_CLEARED, PPP_END_NONE, 0);
    }
}

/* --- users --------------------------------------------------------------- */

/* Where its number stands in a pattern, or NULL. */
static const char *number_in(const char *pattern)
{
    while ((pattern = strchr(pattern, '{')) != NULL) {
        if (pattern[1] == 'n' && pattern[2] == '}')
            return pattern;
        pattern++;
    }
    return NULL;
}

bool nas_callers_are_many(const struct nas_callers_config *c)
{
    return number_in(c->ppp.user) != NULL;
}

void nas_callers_name(const char *pattern, uint32_t i, char out[NAS_PPPS_USER])
{
    const char *mark = number_in(pattern);
    struct pptp_text t;

    pptp_text_init(&t, out, NAS_PPPS_USER);
    while (*pattern != '\0' && pattern != mark)
        pptp_text_char(&t, *pattern++);
    if (mark == NULL)
        return;
    pptp_text_u64(&t, i + UINT64_C(1));
    pptp_text_str(&t, mark + strlen("{n}"));
}

void nas_callers_user(const struct nas_callers_config *c, uint32_t i,
                      char out[NAS_PPPS_USER])
{
    nas_callers_name(c->ppp.user, i, out);
}

/* --- what PPP wants ----------------------------------------------------- */

static struct nas_caller *caller_in(struct nas_ppps *t, uint32_t session)
{
    struct nas_callers *b = t->ctx;

    return &b->caller[b->call[session].caller];
}

static void on_frame(struct nas_ppps *t, uint32_t i, pptp_pkt pkt)
{
    struct nas_line *l = &caller_in(t, i)->line;

    l->owner->frame(l, t->now_ns, pkt);
}

static void end_ppp(struct nas_caller *c, pptp_ns now)
{
    c->bank->up -= c->state == NAS_CALLER_UP;
    c->state = NAS_CALLER_ENDING;
    c->line.owner->event(&c->line, now, PPTP_LINE_DROPPED);
}

static void first_up(struct nas_caller *c, pptp_ns now)
{
    struct nas_callers *b = c->bank;
    struct nas_caller_call *k = call_of(c);

    /* one that it took was not on its way */
    if (k->counted) {
        leave_window(c);
        fit_window(b, now - c->since_ns);
        hist_add(&b->report.set_up, now - c->since_ns);
    }
    k->was_up = true;
    k->up_ns = b->report.latest_ns = now;
    b->stats.up++;
    if (b->config->hold_ns != 0)
        set_timer(c, now + b->config->hold_ns);
}

static void on_up(struct nas_caller *c, pptp_ns now)
{
    struct nas_callers *b = c->bank;
    struct nas_caller_call *k = call_of(c);
    struct nas_cause cause = { .refused = true };
    struct ppp_info info;

    nas_callers_info(b, index_of(c), &info);
    k->addressed = true;
    if (!b->world->address_up(b->ctx, index_of(c), &info)) {
        c->line.finished = c->line.failed = true;
        book_end(c, &cause);
        end_ppp(c, now);
        return;
    }
    c->state = NAS_CALLER_UP;
    k->ip_local = info.ip_local;
    k->ip_peer = info.ip_peer;
    b->up++;
    /* IPCP may open again in one call, which came up before */
    if (!k->was_up)
        first_up(c, now);
    tell(c, NAS_EV_CALLER_UP, PPP_END_NONE, 0);
}

static void on_end(struct nas_caller *c, enum ppp_reason reason, pptp_ns now)
{
    struct nas_caller_call *k = call_of(c);
    struct nas_cause cause;

    if (!talks(c))
        return;
    k->orderly = is_orderly(reason);
    if (hopeless(reason) && !k->was_up)
        c->line.finished = c->line.failed = true;
    cause = cause_of(c, reason);
    book_end(c, &cause);
    tell(c, NAS_EV_CALLER_PPP_END, reason, c->line.failed);
    end_ppp(c, now);
}

static void on_action(struct nas_ppps *t, uint32_t i,
                      const struct ppp_action *a)
{
    struct nas_caller *c = caller_in(t, i);

    switch (a->type) {
    case PPP_ACT_UP:
        if (a->proto == PPP_PROTO_IPCP && c->state == NAS_CALLER_TALKING)
            on_up(c, t->now_ns);
        break;
    case PPP_ACT_DOWN:
        if (a->proto == PPP_PROTO_IPCP && c->state == NAS_CALLER_UP) {
            c->state = NAS_CALLER_TALKING;
            c->bank->up--;
            tell(c, NAS_EV_CALLER_DOWN, PPP_END_NONE, 0);
        }
        break;
    case PPP_ACT_END: on_end(c, a->reason, t->now_ns); break;
    case PPP_ACT_SEND: /* a frame */
    case PPP_ACT_LINK:
    case PPP_ACT_AUTHENTICATED: break;
    }
}

static const char *on_user(struct nas_ppps *t, uint32_t i)
{
    struct nas_callers *b = t->ctx;

    nas_callers_user(b->config, b->call[i].caller, b->user);
    return b->user;
}

static const struct nas_ppps_owner ppps_owner = { .frame = on_frame,
                                                  .action = on_action,
                                                  .user = on_user };

/* --- a line --------------------------------------------------------------- */

static void on_request(const struct nas_line *l, struct pptp_call_request *out)
{
    const struct nas_callers_config *config = caller_at(l)->bank->config;
    struct pptp_text t;

    *out = (struct pptp_call_request){
        .bearer = PPTP_BEARER_DIGITAL,
        .framing = PPTP_FRAMING_SYNC | PPTP_FRAMING_ASYNC,
        .min_bps = 300,
        .max_bps = config->bps,
        .phys_channel = index_of(caller_at(l))
    };
    pptp_text_init(&t, out->number, sizeof out->number);
    if (config->number != NULL)
        pptp_text_str(&t, config->number);
}

static void on_info(const struct nas_line *l, struct pptp_line_info *out)
{
    *out = (struct pptp_line_info){
        .connect_bps = caller_at(l)->bank->config->bps,
        .framing = PPTP_FRAMING_SYNC,
        .phys_channel = index_of(caller_at(l)),
    };
}

/* The call is through: PPP begins. */
static void talk(struct nas_caller *c, pptp_ns now)
{
    c->state = NAS_CALLER_TALKING;
    set_timer(c, PPTP_NEVER);
    c->line.owner->event(&c->line, now, PPTP_LINE_CONNECTED);
    tell(c, NAS_EV_CALLER_TALKS, PPP_END_NONE, 0);
    nas_ppps_begin(&c->bank->ppps, c->session, now);
}

/* A call that somebody else placed: a PNS that dials. */
static void on_dial(struct nas_line *l, pptp_ns now,
                    const struct pptp_call_request *r)
{
    struct nas_caller *c = caller_of(l);

    (void)r;
    if (!c->bank->config->answers || l->finished) {
        l->owner->event(l, now, PPTP_LINE_REFUSED);
        return;
    }
    /* who waits for his turn is about to call */
    if (c->state != NAS_CALLER_IDLE || !has_room(c->bank)) {
        l->owner->event(l, now, PPTP_LINE_BUSY);
        return;
    }
    take_call(c, NAS_CALLER_TALKING, now);
    c->bank->stats.called++;
    tell(c, NAS_EV_CALLER_CALLED, PPP_END_NONE, 0);
    talk(c, now);
}

static void on_answer(struct nas_line *l, pptp_ns now)
{
    PPTP_ASSERT(caller_of(l)->state == NAS_CALLER_RINGING);
    talk(caller_of(l), now);
}

static void on_hangup(struct nas_line *l, pptp_ns now)
{
    struct nas_caller *c = caller_of(l);
    struct nas_callers *b = c->bank;
    uint8_t state = c->state;
    struct nas_cause cause;

    if (!in_call(c))
        return;
    b->up -= state == NAS_CALLER_UP;
    if (l->ours)
        call_of(c)->leaving = true;
    if (state == NAS_CALLER_RINGING) {
        cause = cause_of(c, PPP_END_NONE);
        book_end(c, &cause);
    } else if (talks(c)) {
        look_at_end(c);
    }
    if (call_of(c)->addressed)
        b->world->address_down(b->ctx, index_of(c));
    c->state = NAS_CALLER_ENDING;
    if (state != NAS_CALLER_RINGING)
        nas_ppps_down(&b->ppps, c->session, now);
    rest(c, now);
}

static void on_accm(struct nas_line *l, uint32_t tx_accm, uint32_t rx_accm)
{
    (void)l; /* nothing is escaped here */
    (void)tx_accm;
    (void)rx_accm;
}

static void on_tunnel_frame(struct nas_line *l, pptp_ns now, pptp_pkt pkt)
{
    struct nas_caller *c = caller_of(l);
    uint8_t *packet;
    size_t n;

    if (in_call(c))
        call_of(c)->heard = true;
    if (talks(c) &&
        nas_ppps_input(&c->bank->ppps, c->session, now, pkt, &packet, &n) ==
            PPP_PROTO_IP &&
        c->state == NAS_CALLER_UP)
        nas_callers_ip_out(c->bank, index_of(c), pkt, packet, n);
    l->owner->frame_done(l, pkt);
}

static void on_hold(struct nas_line *l, pptp_ns now, bool hold)
{
    const struct nas_caller *c = caller_of(l);

    (void)now;
    if (in_call(c))
        call_of(c)->hold = hold;
}

/* The first line of the bank answers for all. */
static pptp_ns on_deadline(const struct nas_line *l)
{
    return nas_callers_deadline(caller_at(l)->bank);
}

static void on_advance(struct nas_line *l, pptp_ns now)
{
    nas_callers_advance(caller_of(l)->bank, now);
}

static void on_bye(struct nas_line *l, pptp_ns now)
{
    struct nas_caller *c = caller_of(l);

    l->finished = true;
    set_timer(c, PPTP_NEVER);
    if (in_call(c))
        call_of(c)->leaving = true;
    if (talks(c))
        nas_ppps_close(&c->bank->ppps, c->session, now);
    else if (c->state == NAS_CALLER_RINGING)
        l->owner->event(l, now, PPTP_LINE_DROPPED);
}

static const struct nas_line_ops line_ops = { .request = on_request,
                                              .info = on_info,
                                              .dial = on_dial,
                                              .answer = on_answer,
                                              .hangup = on_hangup,
                                              .bye = on_bye,
                                              .accm = on_accm,
                                              .frame = on_tunnel_frame,
                                              .hold = on_hold,
                                              .deadline = on_deadline,
                                              .advance = on_advance };

/* --- time ----------------------------------------------------------------- */

/* That of a session that has been up, also where IPCP is down just then; or
 * of one that has rung in vain. */
static void time_is_over(struct nas_caller *c, pptp_ns now)
{
    if (talks(c)) {
        call_of(c)->leaving = true;
        nas_ppps_close(&c->bank->ppps, c->session, now);
    } else if (c->state == NAS_CALLER_RINGING) {
        if (c->line.why == NAS_WHY_UNKNOWN)
            c->line.why = NAS_WHY_RANG_IN_VAIN;
        c->line.owner->event(&c->line, now, PPTP_LINE_DROPPED);
    }
}

static void call_in_turn(struct nas_caller *c, pptp_ns now)
{
    struct nas_caller_report *r = &c->bank->report;

    if (c->line.finished) { /* it is to end meanwhile */
        c->state = NAS_CALLER_IDLE;
        return;
    }
    if (now - c->since_ns > r->held_back_ns)
        r->held_back_ns = now - c->since_ns;
    call(c, now);
}

static void its_time(struct nas_caller *c, pptp_ns now)
{
    const struct nas_callers *b = c->bank;

    set_timer(c, PPTP_NEVER);
    if (c->state != NAS_CALLER_IDLE)
        time_is_over(c, now);
    else if (b->first == NAS_CALLER_NONE && has_turn(b))
        call(c, now);
    else
        wait_for_turn(c, now);
}

void nas_callers_advance(struct nas_callers *b, pptp_ns now)
{
    while (heap_next(&b->timers) <= now)
        its_time(&b->caller[b->timers.item[0].item], now);
    while (b->first != NAS_CALLER_NONE && has_turn(b))
        call_in_turn(next_in_turn(b), now);
    nas_ppps_advance(&b->ppps, now);
}

pptp_ns nas_callers_deadline(const struct nas_callers *b)
{
    pptp_ns a = heap_next(&b->timers), p = nas_ppps_deadline(&b->ppps);

    if (b->first != NAS_CALLER_NONE && has_turn(b))
        return 0;
    return a < p ? a : p;
}

void nas_callers_at(struct nas_callers *b, uint32_t i, pptp_ns at)
{
    struct nas_caller *c = &b->caller[i];

    if (c->state == NAS_CALLER_IDLE)
        c->line.finished = c->line.failed = false;
    set_timer(c, at);
}

void nas_callers_fail(struct nas_callers *b, uint32_t i, pptp_ns now)
{
    struct nas_caller *c = &b->caller[i];

    c->line.finished = c->line.failed = true;
    if (talks(c))
        end_ppp(c, now);
}

/* --- the bank ----------------------------------------------------------- */

int nas_callers_init(struct nas_callers *b, const struct nas_callers_config *c,
                     const struct ppp_secrets *secrets, uint64_t seed,
                     pptp_ns now)
{
    struct ppp_config ppp = c->ppp;
    uint32_t i;

    ppp.secrets = secrets;
    b->config = c;
    b->random = seed;
    b->calls = c->sessions == 0 ? c->count : c->sessions;
    b->free = b->first = b->last = NAS_CALLER_NONE;
    b->ppps.owner = &ppps_owner;
    b->ppps.plain = c->plain;
    b->ppps.ctx = b;
    nas_window_init(&b->window, c->half_open);
    b->caller = alloc_take(b->ppps.from, c->count * sizeof *b->caller);
    b->call = alloc_take(b->ppps.from, b->calls * sizeof *b->call);
    if (b->caller == NULL || b->call == NULL ||
        nas_ppps_init(&b->ppps, &ppp, b->calls, rng_split(&b->random)) < 0 ||
        heap_init(&b->timers, c->count) < 0)
        return -1;
    for (i = 0; i < c->count; i++) {
        struct nas_caller *k = &b->caller[i];

        *k = (struct nas_caller){ .line = { .ops = &line_ops,
                                            .polled = i == 0,
                                            .dials = c->answers },
                                  .bank = b };
        if (c->redial_ns != 0 || !c->answers)
            set_timer(k, now + (c->rate == 0 ? 0 : i * PPTP_S / c->rate));
    }
    return 0;
}

void nas_callers_fini(struct nas_callers *b)
{
    alloc_give(b->ppps.from, b->caller);
    alloc_give(b->ppps.from, b->call);
    b->caller = NULL;
    b->call = NULL;
    nas_ppps_fini(&b->ppps);
    heap_fini(&b->timers);
    hist_free(&b->report.set_up);
}
