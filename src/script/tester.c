/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the peer sends becomes events at the tester; world_sim.h. */
#include "config.h"

#include "script/world_sim.h"

#include <stdlib.h>
#include <string.h>

#include "sim/host_tcp.h"

enum { TCP_FLAGS = SIM_IP_OCTETS + 13, SYN = 2, SYN_MASK = 0x17 };

static struct script_event *event(struct sims *w, enum script_event_kind kind)
{
    return script_event_push(&w->in.world, w->sim.cal.now, kind);
}

/* --- connections --------------------------------------------------------- */

struct script_conn *script_conn_new(struct sims *w)
{
    struct script_conn *c = calloc(1, sizeof *c);

    if (c == NULL) {
        w->in.world.lost = true;
        return NULL;
    }
    c->conn = PPTP_NONE;
    c->syn = PPTP_PKT_NONE;
    c->next = w->conns;
    w->conns = c;
    return c;
}

struct script_conn *script_conn_of(const struct sims *w, pptp_conn_id conn)
{
    struct script_conn *c = w->conns;

    while (c != NULL && (c->conn != conn || conn == PPTP_NONE))
        c = c->next;
    return c;
}

/* The connection that the peer opened from this port. */
static struct script_conn *conn_by_port(const struct sims *w, uint32_t ip,
                                        uint16_t port)
{
    struct script_conn *c = w->conns;

    while (c != NULL && (c->ip != ip || c->peer_port != port))
        c = c->next;
    return c;
}

/* --- what TCP says ------------------------------------------------------- */

/* One event a message; what has no message's length goes as it is. */
static void frame(struct sims *w, struct script_conn *c, bool all)
{
    while (c->rx_n > 0) {
        uint32_t len = c->rx_n >= 2 ? pptp_get16(c->rx) : 2;
        struct script_event *v;

        if (all || len < 2 || len > sizeof c->rx)
            len = c->rx_n;
        if (c->rx_n < len)
            return;
        v = event(w, SCRIPT_EV_MSG);
        if (v != NULL) {
            v->conn = c->conn;
            v->octets_n = len;
            memcpy(v->octets, c->rx, len);
        }
        c->rx_n -= len;
        memmove(c->rx, c->rx + len, c->rx_n);
    }
}

void script_close_seen(struct sims *w, struct script_conn *c)
{
    struct script_event *v;

    frame(w, c, true);
    if (!c->asked || c->close_seen)
        return; /* only the answer to a FIN of ours */
    c->close_seen = true;
    v = event(w, SCRIPT_EV_TCP_CLOSE);
    if (v != NULL)
        v->conn = c->conn;
}

static struct sims *world_of(void *ctx)
{
    return ((struct sim_node *)ctx)->nas.role_ctx;
}

static void on_octets(struct sims *w, struct sim_tcp_conn *t)
{
    struct script_conn *c = t->user;
    const uint8_t *octets;
    size_t n;

    while ((n = sim_tcp_peek(t, &octets)) > 0) {
        size_t room = c != NULL ? sizeof c->rx - c->rx_n : n;
        size_t take = n < room ? n : room;

        if (c != NULL) {
            memcpy(c->rx + c->rx_n, octets, take);
            c->rx_n += (uint32_t)take;
            frame(w, c, false);
        }
        sim_tcp_take(t, (uint32_t)take);
    }
}

static void on_gone(struct sims *w, const struct sim_tcp_conn *t)
{
    struct script_conn *c = t->user;

    if (c == NULL)
        return;
    c->tester = NULL;
    script_close_seen(w, c);
}

static void on_tcp(void *ctx, struct sim_tcp_conn *t, uint32_t events)
{
    struct sims *w = world_of(ctx);

    if (events & TCPM_EV_CONNECTED && t->passive) {
        struct script_conn *c = conn_by_port(w, t->local_ip, t->peer_port);

        t->user = c;
        if (c != NULL)
            c->tester = t;
    }
    if (events & TCPM_EV_READABLE)
        on_octets(w, t);
    if (events & TCPM_EV_PEER_CLOSED) {
        if (t->user != NULL)
            script_close_seen(w, t->user);
        sim_tcp_close(t);
    }
    if (events & (TCPM_EV_CLOSED | TCPM_EV_FAILED))
        on_gone(w, t);
}

static const struct sim_tcp_owner owner = { .event = on_tcp,
                                            .emit = sim_host_tcp_emit };

/* --- packets ------------------------------------------------------------- */

static void gre_seen(struct sims *w, pptp_pkt h)
{
    struct pptp_packet *k = sim_packet(&w->sim.net, h);
    struct script_event *v = event(w, SCRIPT_EV_GRE);
    uint32_t to = pptp_get32(pptp_packet_data(k) + 16);
    const struct script_conn *c = w->conns;

    while (c != NULL && c->ip != to)
        c = c->next;
    pptp_packet_pull(k, SIM_IP_OCTETS);
    if (v != NULL) {
        v->conn = c != NULL ? c->conn : PPTP_NONE;
        script_inside_gre(v, k);
    }
    sim_packet_free(&w->sim.net, h);
}

void script_syn_drop(struct sims *w, struct script_conn *c)
{
    if (c->syn != PPTP_PKT_NONE)
        sim_packet_free(&w->sim.net, c->syn);
    c->syn = PPTP_PKT_NONE;
}

/* A SYN of the peer waits for what the script says; others are repeats. */
static void syn_seen(struct sims *w, const uint8_t *ip, pptp_pkt h)
{
    struct script_conn *c = conn_by_port(w, pptp_get32(ip + 16),
                                         pptp_get16(ip + SIM_IP_OCTETS));
    struct script_event *v;

    if (c == NULL || c->asked || c->tester != NULL ||
        c->syn != PPTP_PKT_NONE) {
        sim_packet_free(&w->sim.net, h);
        return;
    }
    w->told = true;
    c->syn = h;
    if (c->syn_seen)
        return;
    c->syn_seen = true;
    v = event(w, SCRIPT_EV_TCP_OPEN);
    if (v != NULL) {
        v->conn = c->conn;
        v->addr = pptp_addr_v4(c->ip);
    }
}

static void on_packet(struct sim_sink *s, uint32_t h)
{
    struct sim_node *n = (struct sim_node *)(void *)s;
    struct sims *w = world_of(n);
    const uint8_t *ip = pptp_packet_data(sim_packet(&w->sim.net, h));

    if (ip[9] != INET4_TCP)
        gre_seen(w, h);
    else if ((ip[TCP_FLAGS] & SYN_MASK) == SYN)
        syn_seen(w, ip, h);
    else
        sim_host_tcp_input(n, h);
}

/* --- life ---------------------------------------------------------------- */

int script_tester_start(struct sims *w, uint32_t host,
                        const struct tcp_config *tcp)
{
    struct sim_node *n = sim_world_host(&w->sim, host);

    if (n == NULL || sim_host_tcp_init(n, &owner, tcp, SCRIPT_SEED + host) < 0)
        return PPTP_ERR_RESOURCE;
    n->sink.event = on_packet;
    n->nas.role_ctx = w;
    /* also to an address that is the other one's */
    n->cable = w->peer;
    w->peer->cable = w->tester = n;
    return PPTP_OK;
}

void script_tester_stop(struct sims *w)
{
    struct script_conn *c, *next;

    for (c = w->conns; c != NULL; c = next) {
        next = c->next;
        free(c);
    }
    if (w->tester != NULL)
        sim_host_tcp_fini(w->tester);
}
