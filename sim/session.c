/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PPP at both ends of simulated calls; session.h. */
#include "config.h"

#include "sim/session.h"

#include <string.h>

#include "ppp/peek.h"

enum { ACTIONS = 64 };

/* --- what PPP wants ------------------------------------------------------ */

/* Address and control, then what PPP gave: always uncompressed, as LCP has
 * to be and as every peer takes it. */
static void send_packet(struct sim_session_end *e, enum sim_side side,
                        const struct ppp_action *a)
{
    uint8_t frame[2 + 1504];

    if (a->len > sizeof frame - 2)
        return;
    frame[0] = 0xff;
    frame[1] = 0x03;
    memcpy(frame + 2, a->octets, a->len);
    e->session->all->send(e->session->call, side, frame, a->len + 2);
}

static void on_up(struct sim_session_end *e)
{
    struct sim_session *s = e->session;
    bool before = s->end[0].up && s->end[1].up;

    e->up = true;
    if (!before && s->end[0].up && s->end[1].up)
        s->all->up(s->call);
}

static void on_action(enum sim_side side, const struct ppp_action *a)
{
    struct sim_session_end *e = ppp_session_user(a->session);
    struct sim_session *s = e->session;
    struct ppp_info info;

    switch (a->type) {
    case PPP_ACT_SEND: send_packet(e, side, a); break;
    case PPP_ACT_UP:
        if (a->proto == PPP_PROTO_IPCP)
            on_up(e);
        break;
    case PPP_ACT_DOWN:
        if (a->proto == PPP_PROTO_IPCP)
            e->up = false;
        break;
    case PPP_ACT_LINK:
        ppp_session_info(a->session, &info);
        if (side == SIM_PNS) /* 2.15: the maps are those of the PAC's line */
            s->all->link(s->call, info.accm_tx, info.accm_rx);
        break;
    case PPP_ACT_AUTHENTICATED: break;
    case PPP_ACT_END:
        e->ended = true;
        e->reason = (uint8_t)a->reason;
        s->all->ended(s->call, side, a->reason);
        break;
    }
}

/* After every input: all that the engine of this side has queued (of this
 * session: inputs come one at a time), and the next deadline. */
static void settle(struct sim_session_end *e, enum sim_side side)
{
    struct sim_sessions *all = e->session->all;
    struct ppp_action a;

    while (ppp_poll(all->engine[side], &a))
        on_action(side, &a);
    sim_alarm_set(all->cal, &e->alarm, ppp_deadline(e->ppp));
}

static enum sim_side side_of(const struct sim_session_end *e)
{
    return e == &e->session->end[SIM_PNS] ? SIM_PNS : SIM_CALLER;
}

static void on_alarm(struct sim_sink *sink, uint32_t arg)
{
    struct sim_session_end *e = (struct sim_session_end *)(void *)sink;
    enum sim_side side = side_of(e);
    struct sim_sessions *all = e->session->all;

    (void)arg;
    if (!sim_alarm_due(&e->alarm, all->cal->now))
        return;
    if (ppp_deadline(e->ppp) <= all->cal->now)
        ppp_advance(all->engine[side], e->ppp, all->cal->now);
    settle(e, side);
}

/* --- inputs ---------------------------------------------------------------- */

void sim_session_begin(struct sim_session *s, enum sim_side side)
{
    struct sim_session_end *e = &s->end[side];

    ppp_open(s->all->engine[side], e->ppp, s->all->cal->now);
    ppp_lower_up(s->all->engine[side], e->ppp, s->all->cal->now);
    settle(e, side);
}

void sim_session_gone(struct sim_session *s, enum sim_side side)
{
    struct sim_session_end *e = &s->end[side];

    ppp_lower_down(s->all->engine[side], e->ppp, s->all->cal->now);
    settle(e, side);
}

void sim_session_close(struct sim_session *s, enum sim_side side)
{
    struct sim_session_end *e = &s->end[side];

    ppp_close(s->all->engine[side], e->ppp, s->all->cal->now);
    settle(e, side);
}

bool sim_session_control(const uint8_t *octets, size_t n)
{
    return ppp_peek(octets, n).protocol >= 0x8000; /* 8xxx and Cxxx */
}

int sim_session_input(struct sim_session *s, enum sim_side side,
                      uint8_t *octets, size_t n)
{
    struct sim_session_end *e = &s->end[side];
    uint8_t *packet;
    size_t len;
    int proto = ppp_input(s->all->engine[side], e->ppp, s->all->cal->now,
                          octets, n, &packet, &len);

    if (proto <= 0)
        settle(e, side);
    return proto;
}

/* --- building ---------------------------------------------------------------- */

static void set_secret(struct sim_sessions *s, enum sim_side side,
                       const char *user, const char *password)
{
    s->secret[side] = (struct ppp_secret){
        .client = user,
        .server = "*",
        .secret = (const uint8_t *)password,
        .secret_len = (uint8_t)strlen(password),
    };
    s->secrets[side] = (struct ppp_secrets){ .list = &s->secret[side],
                                             .n = 1 };
    s->config[side].secrets = &s->secrets[side];
}

static void configure(struct sim_sessions *s, const struct sim_ppp_config *c)
{
    struct ppp_config *caller = &s->config[SIM_CALLER];
    struct ppp_config *pns = &s->config[SIM_PNS];

    ppp_config_default(caller);
    caller->accm = 0;
    caller->mppe_allow = caller->mppe_ask = 0;
    caller->ip_local = 0;
    caller->echo_ns = c->echo_ns;
    *pns = *caller;
    strncpy(caller->user, c->user, sizeof caller->user - 1);
    strncpy(caller->name, c->user, sizeof caller->name - 1);
    caller->give_auth = (uint16_t)(c->auth | PPP_AUTH_NONE);
    caller->ask_auth = PPP_AUTH_NONE;
    memcpy(pns->name, "pns", 4);
    pns->give_auth = PPP_AUTH_NONE;
    pns->ask_auth = c->auth;
    pns->ip_local = c->ip_pns;
    set_secret(s, SIM_CALLER, c->user,
               c->answer != NULL ? c->answer : c->password);
    set_secret(s, SIM_PNS, c->user, c->password);
}

int sim_sessions_init(struct sim_sessions *s, struct sim_calendar *cal,
                      struct sim_arena *arena, const struct sim_ppp_config *c,
                      uint64_t seed)
{
    int side;

    if (strlen(c->user) > SIM_USER_MAX ||
        strlen(c->password) > SIM_SECRET_MAX ||
        (c->answer != NULL && strlen(c->answer) > SIM_SECRET_MAX))
        return PPTP_ERR_ARGUMENT;
    s->cal = cal;
    s->arena = arena;
    configure(s, c);
    for (side = 0; side < 2; side++) {
        void *mem = sim_arena_take(arena, ppp_octets(ACTIONS));

        if (mem == NULL)
            return PPTP_ERR_RESOURCE;
        s->engine[side] = ppp_init(mem, &s->config[side], ACTIONS,
                                   seed + (uint64_t)side);
        if (s->engine[side] == NULL)
            return PPTP_ERR_ARGUMENT;
    }
    return PPTP_OK;
}

struct sim_session *sim_session_new(struct sim_sessions *s, struct sim_call *c,
                                    uint32_t ip)
{
    struct sim_session *n = sim_arena_take(s->arena, sizeof *n);
    int side;

    if (n == NULL)
        return NULL;
    n->all = s;
    n->call = c;
    for (side = 0; side < 2; side++) {
        struct sim_session_end *e = &n->end[side];

        sim_alarm_init(&e->alarm, on_alarm);
        e->session = n;
        e->ppp = sim_arena_take(s->arena, ppp_session_octets());
        if (e->ppp == NULL)
            return NULL;
        ppp_session_init(s->engine[side], e->ppp, NULL, e);
    }
    ppp_set_peer_ip(n->end[SIM_PNS].ppp, ip);
    return n;
}
