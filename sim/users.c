/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Users above TCP; users.h. */
#include "config.h"

#include "sim/users.h"

#include <stdlib.h>
#include <string.h>

#include "sim/carry.h"
#include "sim/tcp_conns.h"

/* Users of one pair of hosts have servers at several ports: each has as many
 * ports at the client as one host has. */
enum { SERVER_PORT = 80, SERVERS = 1024, HEAD_MAX = SIM_IP_OCTETS + 60 };

static void drain(struct sim_user *u);

static pptp_ns now_of(const struct sim_user *u)
{
    return u->source->world->cal.now;
}

static struct sim_tcp *tcp_of(const struct sim_user *u)
{
    return &u->source->world->users->tcp;
}

/* --- connections --------------------------------------------------------- */

static enum user_end end_of(const struct sim_user_way *way)
{
    return way == &way->user->way[USER_SERVER] ? USER_SERVER : USER_CLIENT;
}

/* USER_CONNS: none, he has closed it. */
static unsigned slot_of(const struct sim_user_way *way,
                        const struct sim_tcp_conn *c)
{
    unsigned slot = 0;

    while (slot < USER_CONNS && way->conn[slot] != c)
        slot++;
    return slot;
}

/* Of what a client has opened, the client's end; NULL: it is gone. */
static struct sim_tcp_conn *opener(const struct sim_tcp *h,
                                   const struct sim_tcp_conn *c)
{
    return sim_tcp_conns_find(
        h, &(struct sim_tcp_ends){ .local_ip = c->peer_ip,
                                   .peer_ip = c->local_ip,
                                   .local_port = c->peer_port,
                                   .peer_port = c->local_port });
}

/* Ends at once whatever is there of a slot. */
static void cut(struct sim_user *u, unsigned slot)
{
    for (int end = 0; end < 2; end++) {
        struct sim_tcp_conn *c = u->way[end].conn[slot];

        u->way[end].conn[slot] = NULL;
        if (c != NULL)
            sim_tcp_abort(c);
    }
}

static void failed(struct sim_user *u, unsigned slot)
{
    cut(u, slot);
    user_failed(&u->user, now_of(u), slot);
}

/* --- orders -------------------------------------------------------------- */

static void open_slot(struct sim_user *u, unsigned slot)
{
    const struct sim_tcp_terms terms = { .config = u->tcp,
                                         .stats = &u->stats.tcp,
                                         .user = &u->way[USER_CLIENT] };
    struct sim_tcp_conn *c = sim_tcp_open(tcp_of(u), &terms,
                                          u->ip[USER_CLIENT], 0,
                                          u->ip[USER_SERVER], u->server_port);

    u->way[USER_CLIENT].conn[slot] = c;
    if (c == NULL)
        failed(u, slot);
}

/* The server does the same when it sees it. */
static void close_slot(struct sim_user *u, unsigned slot)
{
    struct sim_tcp_conn *c = u->way[USER_CLIENT].conn[slot];

    u->way[USER_CLIENT].conn[slot] = NULL;
    u->way[USER_SERVER].conn[slot] = NULL;
    sim_tcp_close(c);
}

static void obey(struct sim_user *u, const struct user_order *o)
{
    struct sim_tcp_conn *c = u->way[o->end].conn[o->slot];

    switch (o->what) {
    case USER_DO_OPEN: open_slot(u, o->slot); break;
    case USER_DO_WRITE:
        if (c != NULL)
            sim_tcp_write(c, o->octets);
        break;
    case USER_DO_CLOSE: close_slot(u, o->slot); break;
    default: cut(u, o->slot); break;
    }
}

static void arm(struct sim_user *u)
{
    pptp_ns due = u->begun ? user_deadline(&u->user) : u->start_ns;

    if (due > u->stop_ns)
        due = u->stop_ns;
    if (due != PPTP_NEVER)
        sim_alarm_set(&u->source->world->cal, &u->alarm, due);
}

static void drain(struct sim_user *u)
{
    struct user_order o;

    while (user_poll(&u->user, &o))
        obey(u, &o);
    arm(u);
}

/* Connections between addresses that nobody has any more. */
static void fail_all(struct sim_user *u)
{
    u->moved = false;
    for (unsigned slot = 0; slot < USER_CONNS; slot++)
        if (u->way[USER_CLIENT].conn[slot] != NULL)
            failed(u, slot);
}

static void on_alarm(struct sim_sink *sink, uint32_t arg)
{
    struct sim_user *u = (struct sim_user *)(void *)sink;
    pptp_ns now = now_of(u);

    (void)arg;
    if (!sim_alarm_due(&u->alarm, now))
        return;
    if (u->moved)
        fail_all(u);
    if (now >= u->stop_ns) {
        u->stop_ns = PPTP_NEVER;
        u->begun = true; /* and never again */
        user_stop(&u->user);
    } else if (u->begun) {
        user_advance(&u->user, now);
    } else if (now >= u->start_ns) {
        u->begun = true;
        user_begin(&u->user, now);
    }
    drain(u);
}

/* --- what TCP tells ------------------------------------------------------ */

/* A connection is up; at the server it is known by who opened it. */
static void connected(struct sim_user_way *way, struct sim_tcp_conn *c)
{
    struct sim_user *u = way->user;
    const struct sim_tcp_conn *client = c;
    unsigned slot;

    if (c->passive)
        client = opener(c->host, c);
    slot = client == NULL ? USER_CONNS : slot_of(&u->way[USER_CLIENT], client);
    if (slot == USER_CONNS)
        return;
    if (c->passive)
        way->conn[slot] = c;
    else
        user_connected(&u->user, now_of(u), slot);
}

static void readable(struct sim_user_way *way, struct sim_tcp_conn *c)
{
    struct sim_user *u = way->user;
    uint32_t n = tcp_readable(&c->tcp);

    sim_tcp_take(c, n);
    user_arrived(&u->user, now_of(u), slot_of(way, c), end_of(way), n);
}

static void on_event(void *ctx, struct sim_tcp_conn *c, uint32_t events)
{
    struct sim_user_way *way = c->user;
    struct sim_user *u = way->user;
    unsigned slot;

    (void)ctx;
    if ((events & TCPM_EV_CONNECTED) != 0)
        connected(way, c);
    if ((events & TCPM_EV_READABLE) != 0)
        readable(way, c);
    if ((events & TCPM_EV_PEER_CLOSED) != 0 && c->passive)
        sim_tcp_close(c);
    if ((events & (TCPM_EV_CLOSED | TCPM_EV_FAILED)) != 0) {
        slot = slot_of(way, c);
        if (slot < USER_CONNS) {
            way->conn[slot] = NULL; /* it is gone */
            failed(u, slot);
        }
    }
    drain(u);
}

static bool on_accept(void *ctx, const struct sim_tcp_conn *c,
                      struct sim_tcp_terms *terms)
{
    const struct sim_users *all = ctx;
    const struct sim_tcp_conn *client = opener(&all->tcp, c);
    const struct sim_user_way *way;
    struct sim_user *u;

    if (client == NULL || client->passive)
        return false;
    way = client->user;
    u = way->user;
    *terms = (struct sim_tcp_terms){ .config = u->tcp,
                                     .stats = &u->stats.tcp,
                                     .user = &u->way[USER_SERVER] };
    return true;
}

static void on_emit(void *ctx, struct sim_tcp_conn *c, pptp_pkt pkt)
{
    const struct sim_users *all = ctx;
    struct sim_net *net = &all->world->net;
    const struct sim_user_way *way;
    struct sim_source *s;
    bool back;

    if (c == NULL) { /* both ends of what is no more know that */
        sim_packet_free(net, pkt);
        return;
    }
    way = c->user;
    s = way->user->source;
    back = end_of(way) == USER_SERVER;
    sim_carry_made(s, back, pkt, pptp_packet_len(sim_packet(net, pkt)));
    if (s->carrier != NULL && !s->carrier->carries(s))
        sim_net_lose(net, NULL, pkt, SIM_PLACE_call_end);
    else
        sim_carry_send(s, back, way->route, pkt);
}

static void on_no_packet(void *ctx, struct sim_tcp_conn *c, uint32_t octets)
{
    const struct sim_user_way *way = c != NULL ? c->user : NULL;

    (void)ctx;
    if (way != NULL)
        sim_carry_made(way->user->source, end_of(way) == USER_SERVER,
                       PPTP_PKT_NONE, octets + SIM_IP_OCTETS + 20);
}

static const struct sim_tcp_owner owner = { .event = on_event,
                                            .emit = on_emit,
                                            .no_packet = on_no_packet,
                                            .accept = on_accept };

/* --- packets of calls ---------------------------------------------------- */

/* TCP may answer at once, and a node that has just given a packet is in the
 * middle of a step: it has to wait for its end. */
bool sim_user_course(const struct sim_user *u, struct sim_user_course *out)
{
    const struct tcp *most = NULL;

    for (unsigned i = 0; i < 2 * USER_CONNS; i++) {
        const struct sim_tcp_conn *c = u->way[i / USER_CONNS]
                                           .conn[i % USER_CONNS];

        if (c != NULL &&
            (most == NULL || tcp_flight(&c->tcp) > tcp_flight(most)))
            most = &c->tcp;
    }
    if (most == NULL)
        return false;
    *out = (struct sim_user_course){ most->cong.cwnd, most->cong.ssthresh,
                                     tcp_flight(most), most->rto.srtt_ns };
    return true;
}

bool sim_users_take(struct sim_world *w, struct pptp_packet *k,
                    const uint8_t *ip, size_t n)
{
    struct sim_users *all = w->users;
    size_t real = n < HEAD_MAX ? n : HEAD_MAX;
    struct pptp_packet *copy;
    pptp_pkt h;

    if (all == NULL)
        return true;
    if ((k->world[1] & SIM_MARK_DAMAGED) != 0) {
        w->net.lost(w->net.lost_ctx, NULL, k, SIM_PLACE_corrupt);
        sim_book_lost(k, SIM_PLACE_corrupt);
        return false;
    }
    h = pptp_pool_take(&w->net.pool, 0);
    if (h == PPTP_PKT_NONE)
        return true; /* it came, and TCP does not know */
    copy = sim_packet(&w->net, h);
    memcpy(pptp_packet_data(copy), ip, real);
    copy->head_len = (uint16_t)real;
    copy->tail_len = (uint32_t)(n - real) + k->tail_len;
    copy->next = PPTP_PKT_NONE;
    if (all->came == PPTP_PKT_NONE) {
        all->came = h;
        sim_calendar_at(&w->cal, w->cal.now, &all->sink, 0);
    } else {
        sim_packet(&w->net, all->came_last)->next = h;
    }
    all->came_last = h;
    return true;
}

static void on_came(struct sim_sink *sink, uint32_t arg)
{
    struct sim_users *all = (struct sim_users *)(void *)sink;
    pptp_pkt h = all->came;

    (void)arg;
    all->came = PPTP_PKT_NONE;
    while (h != PPTP_PKT_NONE) {
        pptp_pkt next = sim_packet(&all->world->net, h)->next;

        sim_tcp_input(&all->tcp, h);
        h = next;
    }
}

/* --- users --------------------------------------------------------------- */

static struct sim_users *users_of(struct sim_world *w)
{
    struct sim_users *all = w->users;

    if (all != NULL)
        return all;
    all = sim_arena_take(&w->arena, sizeof *all);
    if (all == NULL)
        return NULL;
    all->sink.event = on_came;
    all->world = w;
    all->came = PPTP_PKT_NONE;
    w->users = all;
    return all;
}

/* All are known: of each both ends of all his connections, and as many that
 * are still in TIME-WAIT. */
int sim_users_ready(struct sim_world *w)
{
    const struct sim_tcp_ground ground = { .cal = &w->cal,
                                           .pool = &w->net.pool,
                                           .arena = &w->arena };
    struct sim_users *all = w->users;
    struct sim_tcp_config c;
    struct rng rng;

    if (all == NULL)
        return PPTP_OK;
    sim_tcp_config_default(&c);
    c.conns_max = UINT32_MAX; /* a run's limits bound their memory */
    c.headroom = PPTP_HEADROOM + PPP_HEAD_MAX;
    for (uint32_t i = 0; i < all->count; i++) {
        const struct tcp_config *of = all->user[i]->tcp;
        uint32_t ranges = of != NULL ? tcp_range_count(of) : 0;

        c.ranges = ranges > c.ranges ? ranges : c.ranges;
    }
    rng_init_named(&rng, w->seed, "users");
    return sim_tcp_init(&all->tcp, &c, &ground, &owner, all, rng_next(&rng));
}

/* Room for one more in a list that doubles. */
static bool add(struct sim_users *all, struct sim_user *u)
{
    uint32_t n = all->count;
    struct sim_user **more;

    if ((n & (n - 1)) == 0) {
        more = realloc(all->user, (n == 0 ? 1 : 2 * (size_t)n) * sizeof *more);
        if (more == NULL)
            return false;
        all->user = more;
    }
    u->server_port = (uint16_t)(SERVER_PORT + all->count % SERVERS);
    all->user[all->count++] = u;
    return true;
}

int sim_user_new(struct sim_source *s, const struct sim_traffic_config *t,
                 const char *name)
{
    struct sim_world *w = s->world;
    struct sim_users *all = users_of(w);
    struct sim_user *u = sim_arena_take(&w->arena, sizeof *u);

    if (user_config_check(&t->user) < 0 ||
        (t->tcp != NULL && tcp_config_check(t->tcp) != NULL))
        return PPTP_ERR_ARGUMENT;
    if (all == NULL || u == NULL || !add(all, u))
        return PPTP_ERR_RESOURCE;
    sim_alarm_init(&u->alarm, on_alarm);
    u->source = s;
    u->way[USER_CLIENT].user = u->way[USER_SERVER].user = u;
    u->start_ns = u->stop_ns = PPTP_NEVER;
    u->tcp = t->tcp;
    u->config = t->user;
    user_init(&u->user, &u->config, &u->stats.user, w->seed, name);
    s->user = u;
    return PPTP_OK;
}

/* A node that has just told so is in the middle of a step: what his
 * connections have to say waits for its end. */
void sim_user_address(struct sim_user *u, uint32_t client, uint32_t server)
{
    if (u->ip[USER_CLIENT] == client && u->ip[USER_SERVER] == server)
        return;
    u->ip[USER_CLIENT] = client;
    u->ip[USER_SERVER] = server;
    u->moved = true;
    sim_alarm_set(&u->source->world->cal, &u->alarm, now_of(u));
}

void sim_user_begin(struct sim_user *u, pptp_ns from_ns)
{
    const struct sim_source *s = u->source;

    if (u->start_ns != PPTP_NEVER)
        return; /* his connections have waited */
    u->start_ns = from_ns + s->start_ns;
    if (u->start_ns < now_of(u))
        u->start_ns = now_of(u);
    if (s->stop_ns > 0)
        u->stop_ns = from_ns + s->stop_ns;
    arm(u);
}

void sim_users_fini(struct sim_world *w)
{
    struct sim_users *all = w->users;

    if (all == NULL)
        return;
    if (w->ready)
        sim_tcp_fini(&all->tcp);
    for (uint32_t i = 0; i < all->count; i++)
        hist_free(&all->user[i]->stats.user.time);
    free(all->user);
}
