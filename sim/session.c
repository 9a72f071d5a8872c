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

/* Who the peer is, is known, or nobody asks: he gets an address for IPCP. */
static void give_address(struct sim_session_end *e)
{
    struct sim_session *s = e->session;

    ppp_set_peer_ip(e->ppp, s->all->address(s->call, ppp_peer_name(e->ppp)));
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
        if (side == SIM_PNS && e->all->config.ask_auth == PPP_AUTH_NONE)
            give_address(e);
        break;
    case PPP_ACT_AUTHENTICATED:
        if (side == SIM_PNS)
            give_address(e);
        break;
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
    struct sim_calendar *cal = e->session->all->cal;
    struct ppp_action a;

    while (ppp_poll(e->all->engine, &a))
        on_action(side, &a);
    sim_alarm_set(cal, &e->alarm, ppp_deadline(e->ppp));
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
    if (side == SIM_PNS)
        all->begin(e->session->call);
    if (ppp_deadline(e->ppp) <= all->cal->now)
        ppp_advance(e->all->engine, e->ppp, all->cal->now);
    settle(e, side);
    if (side == SIM_PNS)
        all->finish(e->session->call);
}

/* --- inputs ---------------------------------------------------------------- */

void sim_session_begin(struct sim_session *s, enum sim_side side)
{
    struct sim_session_end *e = &s->end[side];

    memset(e->ppp, 0, ppp_session_octets());
    e->up = e->ended = false;
    ppp_session_init(e->all->engine, e->ppp, NULL, e);
    ppp_open(e->all->engine, e->ppp, s->all->cal->now);
    ppp_lower_up(e->all->engine, e->ppp, s->all->cal->now);
    settle(e, side);
}

void sim_session_gone(struct sim_session *s, enum sim_side side)
{
    struct sim_session_end *e = &s->end[side];

    ppp_lower_down(e->all->engine, e->ppp, s->all->cal->now);
    settle(e, side);
}

void sim_session_close(struct sim_session *s, enum sim_side side)
{
    struct sim_session_end *e = &s->end[side];

    ppp_close(e->all->engine, e->ppp, s->all->cal->now);
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
    int proto = ppp_input(e->all->engine, e->ppp, s->all->cal->now, octets, n,
                          &packet, &len);

    if (proto <= 0)
        settle(e, side);
    return proto;
}

/* --- building ---------------------------------------------------------------- */

static void set_secret(struct sim_ppp *p, const char *user,
                       const char *password)
{
    p->secret = (struct ppp_secret){
        .client = user,
        .server = "*",
        .secret = (const uint8_t *)password,
        .secret_len = (uint8_t)strlen(password),
    };
    p->secrets = (struct ppp_secrets){ .list = &p->secret, .n = 1 };
    p->config.secrets = &p->secrets;
}

static void configure_caller(struct sim_ppp *p, const struct sim_ppp_config *c)
{
    struct ppp_config *caller = &p->config;

    strncpy(caller->user, c->user, sizeof caller->user - 1);
    strncpy(caller->name, c->user, sizeof caller->name - 1);
    caller->give_auth = (uint16_t)(c->auth | PPP_AUTH_NONE);
    caller->ask_auth = PPP_AUTH_NONE;
    set_secret(p, c->user, c->answer != NULL ? c->answer : c->password);
}

static void configure_pns(struct sim_ppp *p, const struct sim_ppp_config *c)
{
    struct ppp_config *pns = &p->config;

    memcpy(pns->name, "pns", 4);
    pns->give_auth = PPP_AUTH_NONE;
    pns->ask_auth = c->auth;
    pns->ip_local = c->ip_pns;
    set_secret(p, c->user, c->password);
}

struct sim_ppp *sim_ppp_new(struct sim_sessions *s, enum sim_side side,
                            uint64_t seed)
{
    struct sim_ppp *p = sim_arena_take(s->arena, sizeof *p);
    void *mem = sim_arena_take(s->arena, ppp_octets(ACTIONS));

    if (p == NULL || mem == NULL)
        return NULL;
    ppp_config_default(&p->config);
    p->config.accm = 0;
    p->config.pfc = p->config.acfc = false; /* as users' frames are */
    p->config.mppe_allow = p->config.mppe_ask = 0;
    p->config.ip_local = 0;
    p->config.echo_ns = s->config.echo_ns;
    if (side == SIM_CALLER)
        configure_caller(p, &s->config);
    else
        configure_pns(p, &s->config);
    p->engine = ppp_init(mem, &p->config, ACTIONS, seed);
    PPTP_ASSERT(p->engine != NULL);
    return p;
}

int sim_sessions_init(struct sim_sessions *s, struct sim_calendar *cal,
                      struct sim_arena *arena, const struct sim_ppp_config *c)
{
    if (strlen(c->user) > SIM_USER_MAX ||
        strlen(c->password) > SIM_SECRET_MAX ||
        (c->answer != NULL && strlen(c->answer) > SIM_SECRET_MAX))
        return PPTP_ERR_ARGUMENT;
    s->cal = cal;
    s->arena = arena;
    s->config = *c;
    return PPTP_OK;
}

struct sim_session *sim_session_new(struct sim_sessions *s, struct sim_call *c,
                                    struct sim_ppp *caller,
                                    struct sim_ppp *pns)
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
        e->all = side == SIM_PNS ? pns : caller;
        e->ppp = sim_arena_take(s->arena, ppp_session_octets());
        if (e->ppp == NULL)
            return NULL;
        ppp_session_init(e->all->engine, e->ppp, NULL, e);
    }
    return n;
}
