/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The far end of all calls: control connections and PPP by our own core, one
 * peer for all, until a call is up; its packets are then made elsewhere.
 */
#include "config.h"

#include "wire.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/wire.h"
#include "nas/node.h"
#include "ppp/secrets.h"

/* What waits for the end of a step beside the node's own. */
enum { OPENED = NAS_ROLE, DIALED, DIGEST };
enum { CONNS = 8, PACKETS = 256, BUF = 2000, LATER = 64, PORT = 1723 };

static struct pptp_pool pool;
static struct nas_node nas;
static int listener = -1, fds[CONNS + 1];
static pptp_conn_id conns[CONNS + 1];
static pptp_call_id the_call = PPTP_NONE;
static struct wire_flow *flow; /* whose call is coming up */
static bool call_up, ppp_up;
static struct ppp_secrets secrets;

static pptp_ns now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (pptp_ns)t.tv_sec * PPTP_S + (pptp_ns)t.tv_nsec;
}

static void tcp_open(void *ctx, const struct pptp_action *a)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT) };
    int fd = wire_bound(wire_far_ns, SOCK_STREAM, 0, WIRE_FAR, 0);

    (void)ctx;
    to.sin_addr.s_addr = htonl(pptp_addr_to_v4(&a->addr));
    if (connect(fd, (struct sockaddr *)(void *)&to, sizeof to) < 0) {
        perror("control connection");
        exit(1);
    }
    fds[a->conn & 0xffff] = fd;
    conns[a->conn & 0xffff] = a->conn;
    nas_later(&nas, OPENED, a->conn, PPTP_PKT_NONE);
}

static void tcp_send(void *ctx, const struct pptp_action *a)
{
    (void)ctx;
    if (write(fds[a->conn & 0xffff], a->octets, a->len) != (ssize_t)a->len)
        perror("control connection");
}

static void tcp_close(void *ctx, const struct pptp_action *a)
{
    (void)ctx;
    close(fds[a->conn & 0xffff]);
    fds[a->conn & 0xffff] = -1;
}

static void gre_send(void *ctx, const struct pptp_action *a)
{
    struct pptp_packet *k = pptp_pool_at(&pool, a->pkt);
    struct sockaddr_in to = { .sin_family = AF_INET };

    (void)ctx;
    to.sin_addr.s_addr = htonl(flow->near);
    if (sendto(wire_far_gre, pptp_packet_data(k), k->head_len, 0,
               (struct sockaddr *)(void *)&to, sizeof to) < 0)
        perror("GRE");
    pptp_pool_free(&pool, a->pkt);
}

static const struct nas_io io = { .tcp_open = tcp_open,
                                  .tcp_send = tcp_send,
                                  .tcp_close = tcp_close,
                                  .gre_send = gre_send };

static void on_action(void *ctx, const struct pptp_action *a)
{
    (void)ctx;
    switch (a->type) {
    case PPTP_ACT_FRAME_OUT: nas_later(&nas, DIGEST, a->call, a->pkt); break;
    case PPTP_ACT_LINE_DIAL:
        nas_later(&nas, DIALED, a->call, PPTP_PKT_NONE);
        break;
    case PPTP_ACT_CALL_UP:
        the_call = a->call;
        call_up = true;
        break;
    default: break;
    }
}

static void give_frame(const struct ppp_action *a)
{
    pptp_pkt pkt = pptp_pool_take(&pool, PPTP_HEADROOM);
    struct pptp_packet *k = pptp_pool_at(&pool, pkt);
    uint8_t *o = pptp_packet_data(k);

    o[0] = 0xff;
    o[1] = 0x03;
    memcpy(o + 2, a->octets, a->len);
    k->head_len = (uint16_t)(a->len + 2);
    nas_later(&nas, NAS_FRAME, the_call, pkt);
}

/* What PPP wants, which waits. */
static void drain_ppp(void)
{
    struct ppp_action a;

    while (flow->ppp != NULL && ppp_poll(flow->ppp, &a))
        if (a.type == PPP_ACT_SEND)
            give_frame(&a);
        else if (a.type == PPP_ACT_UP && a.proto == PPP_PROTO_IPCP)
            ppp_up = true;
        else if (a.type == PPP_ACT_END)
            printf("%s: PPP ended: %s\n", flow->name,
                   ppp_reason_text(a.reason));
}

static void digest(pptp_call_id call, pptp_pkt pkt)
{
    struct pptp_packet *k = pptp_pool_at(&pool, pkt);
    uint8_t *ip;
    size_t n;

    if (flow->ppp != NULL)
        ppp_input(flow->ppp, flow->session, now_ns(), pptp_packet_data(k),
                  k->head_len, &ip, &n);
    pptp_node_frame_done(&nas.node, call, pkt);
    drain_ppp();
}

static void on_later(void *ctx, const struct nas_later *l)
{
    struct pptp_tcp_info i = { .local = pptp_addr_v4(WIRE_FAR),
                               .remote = pptp_addr_v4(flow->near),
                               .authorized = true };
    struct pptp_line_info line = { .connect_bps = 10000000 };

    (void)ctx;
    switch (l->kind) {
    case OPENED:
        pptp_node_tcp_event(&nas.node, l->id, PPTP_TCP_CONNECTED, &i);
        break;
    case DIALED:
        pptp_node_line_event(&nas.node, l->id, PPTP_LINE_CONNECTED, &line);
        break;
    default: digest(l->id, l->pkt); break;
    }
}

static const struct nas_role role = { .action = on_action, .later = on_later };

static void read_tcp(uint32_t i)
{
    uint8_t octets[2000], *at = octets;
    ssize_t n = recv(fds[i], octets, sizeof octets, MSG_DONTWAIT);

    if (n == 0) {
        printf("a control connection ended\n");
        exit(1);
    }
    while (n > 0) {
        int used;

        nas_begin(&nas, now_ns());
        used = pptp_node_tcp_input(&nas.node, conns[i], at, (size_t)n);
        nas_settle(&nas);
        if (used <= 0)
            break;
        at += used;
        n -= used;
    }
}

static void read_gre(void)
{
    pptp_pkt pkt = pptp_pool_take(&pool, 0);
    struct pptp_packet *k = pptp_pool_at(&pool, pkt);
    struct pptp_addr from, to;
    ssize_t n = recv(wire_far_gre, k->buf, BUF, MSG_DONTWAIT);

    if (n < 20) {
        pptp_pool_free(&pool, pkt);
        return;
    }
    from = pptp_addr_v4(pptp_get32(k->buf + 12));
    to = pptp_addr_v4(pptp_get32(k->buf + 16));
    k->head_len = (uint16_t)n;
    pptp_packet_pull(k, 20);
    nas_begin(&nas, now_ns());
    pptp_node_gre_input(&nas.node, &from, &to, pkt);
    nas_settle(&nas);
}

static void take_client(void)
{
    struct pptp_tcp_info info = { .local = pptp_addr_v4(WIRE_FAR),
                                  .remote = pptp_addr_v4(flow->near),
                                  .authorized = true };
    int fd = accept(listener, NULL, NULL);
    pptp_conn_id conn;

    nas_begin(&nas, now_ns());
    if (fd >= 0 && pptp_node_tcp_accepted(&nas.node, &info, &conn) == 0) {
        fds[conn & 0xffff] = fd;
        conns[conn & 0xffff] = conn;
    }
    nas_settle(&nas);
}

/* One wait; `gre` while packets are PPP's. */
static void turn(int wait_ms, bool gre)
{
    struct pollfd p[CONNS + 3];
    unsigned i;

    for (i = 0; i <= CONNS; i++)
        p[i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
    p[i] = (struct pollfd){ .fd = listener, .events = POLLIN };
    p[i + 1] = (struct pollfd){ .fd = gre ? wire_far_gre : -1,
                                .events = POLLIN };
    if (poll(p, CONNS + 3, wait_ms) > 0) {
        for (i = 0; i <= CONNS; i++)
            if (p[i].revents != 0)
                read_tcp(i);
        if (p[i].revents != 0)
            take_client();
        if (p[i + 1].revents != 0)
            read_gre();
    }
    nas_begin(&nas, now_ns());
    nas_settle(&nas);
    if (flow->ppp != NULL && ppp_deadline(flow->session) <= now_ns())
        ppp_advance(flow->ppp, flow->session, now_ns());
    drain_ppp();
    nas_do(&nas);
}

void wire_peer_turn(int wait_ms)
{
    turn(wait_ms, false);
}

static void *block(size_t n)
{
    void *mem = aligned_alloc(64, (n + 63) / 64 * 64);

    if (mem == NULL)
        exit(1);
    memset(mem, 0, (n + 63) / 64 * 64);
    return mem;
}

bool wire_peer_init(void)
{
    static const char text[] = "user * wonder *\n";
    size_t octets = ppp_secrets_octets(text, sizeof text - 1);
    struct pptp_config c;
    struct pptp_limits l;
    unsigned i;

    ppp_secrets_parse(text, sizeof text - 1, block(octets), octets, &secrets,
                      NULL);
    pptp_config_default(&c);
    c.allow_multiple = true;
    c.win.recv_window = WIRE_WINDOW;
    pptp_limits_default(&l);
    l.conns = CONNS;
    pptp_pool_init(&pool, block(pptp_pool_mem_octets(PACKETS, BUF)), PACKETS,
                   BUF);
    nas.node.peer = pptp_peer_init(block(pptp_peer_octets(&l)), &c, &l, &pool,
                                   7);
    nas.io = &io;
    nas.role = &role;
    for (i = 0; i <= CONNS; i++)
        fds[i] = -1;
    listener = wire_bound(wire_far_ns, SOCK_STREAM, 0, WIRE_FAR, PORT);
    return nas.node.peer != NULL && nas_node_init(&nas, LATER) == 0 &&
           listener >= 0 && listen(listener, 4) == 0;
}

static void begin_ppp(struct wire_flow *f)
{
    bool secret = strcmp(f->auth, "none") != 0;
    struct ppp_config c;

    ppp_config_default(&c);
    c.accm = 0;
    c.echo_ns = 0;
    c.ipv6cp = false;
    c.ip_local = c.ip_peer = 0;
    strcpy(c.user, "user");
    strcpy(c.name, "user");
    c.secrets = &secrets;
    if (secret) {
        c.give_auth = PPP_AUTH_MSCHAP2;
        c.mppe_ask = c.mppe_allow = PPP_MPPE_128 | PPP_MPPE_STATELESS;
    }
    f->ppp = ppp_init(block(ppp_octets(64)), &c, 64, 9);
    f->session = block(ppp_session_octets());
    if (f->ppp == NULL)
        exit(1);
    ppp_session_init(f->ppp, f->session,
                     secret ? block(ppp_mppe_octets()) : NULL, NULL);
    ppp_open(f->ppp, f->session, now_ns());
    ppp_lower_up(f->ppp, f->session, now_ns());
    drain_ppp();
    nas_do(&nas);
}

/* What the data plane goes on with. */
static bool ready(struct wire_flow *f)
{
    struct pptp_call_info i;
    struct ppp_info p;
    unsigned n;

    /* what PPP still has to say, on both sides */
    for (n = 0; n < 20; n++)
        turn(10, true);
    if (pptp_peer_call_info(nas.node.peer, the_call, &i) != PPTP_OK)
        return false;
    f->call_id = i.peer_id;
    f->tx_seq = i.tx_next;
    f->up = true;
    if (f->ppp != NULL) {
        ppp_session_info(f->session, &p);
        f->inner = p.ip_local;
        f->inner_local = p.ip_peer;
        if (strcmp(f->auth, "none") != 0 &&
            p.mppe_tx != (PPP_MPPE_128 | PPP_MPPE_STATELESS)) {
            printf("%s: no MPPE\n", f->name);
            return false;
        }
    }
    return true;
}

static bool wait_for(const bool *what, struct wire_flow *f, const char *text)
{
    pptp_ns end = now_ns() + 10 * PPTP_S;

    while (!*what && now_ns() < end)
        turn(10, true);
    if (!*what)
        printf("%s: %s\n", f->name, text);
    return *what;
}

static void begin(struct wire_flow *f)
{
    flow = f;
    call_up = ppp_up = false;
}

bool wire_peer_call(struct wire_flow *f)
{
    struct pptp_call_request r = { .bearer = PPTP_BEARER_ANY,
                                   .framing = PPTP_FRAMING_EITHER,
                                   .min_bps = 300,
                                   .max_bps = 100000000 };
    struct pptp_addr to = pptp_addr_v4(f->near);
    pptp_conn_id conn;
    pptp_call_id call;
    bool asked = false;
    pptp_ns end = now_ns() + 5 * PPTP_S;

    begin(f);
    nas_begin(&nas, now_ns());
    if (pptp_node_open(&nas.node, &to, &conn) < 0)
        return false;
    nas_settle(&nas);
    while (!asked && now_ns() < end) {
        turn(10, true);
        if (pptp_peer_conn_state(nas.node.peer, conn) != PPTP_CTRL_ESTABLISHED)
            continue;
        nas_begin(&nas, now_ns());
        asked = pptp_node_call_open(&nas.node, conn, &r, &call) == 0;
        nas_settle(&nas);
    }
    if (!wait_for(&call_up, f, "no call"))
        return false;
    if (f->auth != NULL) {
        begin_ppp(f);
        if (!wait_for(&ppp_up, f, "no PPP"))
            return false;
    }
    return ready(f);
}

bool wire_peer_serve(struct wire_flow *f)
{
    begin(f);
    return wait_for(&call_up, f, "it did not call") && ready(f);
}
