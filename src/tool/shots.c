/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Captures; see shots.h. */
#include "config.h"

#include "tool/shots.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "tool/outfile.h"
#include "tool/pcapng_file.h"
#include "tool/routes.h"

#define PATH_OCTETS 4096
#define NAME_OCTETS 300
#define SHOTS_IP_SRC 12u /* offset of the source in an IPv4 header */

/* Packets one way. */
struct lane {
    char name[NAME_OCTETS];
    int iface, lost; /* lost -1: no such packet yet */
};

struct shot {
    const struct scenario_capture *s;
    struct sim_world *w;
    struct pcapng_file *file;
    uint64_t packets;  /* written */
    uint64_t ended_ns; /* the time of the last */
    uint64_t left_out; /* that came later */
    struct lane lanes[2];
};

/* A port that a shot sees; a port may have several. */
struct tap {
    struct tap *next;    /* of the port */
    struct tap *earlier; /* of all, to give them back */
    struct shot *shot;
    struct lane *lane;
    uint32_t src_ip; /* only packets from there; 0: all */
};

/* What stands before a host's own sink. */
struct arrival {
    struct sim_sink sink; /* first */
    struct sim_sink *inner;
    struct arrival *earlier; /* of all */
    struct shot *shot;
    int iface;
};

struct shots {
    const struct scenario *s;
    const char *platform; /* path, for messages */
    const char *dir;      /* the same */
    struct shot *v;
    size_t n;
    struct tap *taps;
    struct arrival *arrivals;
};

static int add_link(struct shots *all, struct shot *shot, const char *dir,
                    struct conf_error *err);
static int add_host(struct shots *all, struct shot *shot, const char *dir,
                    struct conf_error *err);

unsigned shots_ports(const struct sim_net *net, const char *name,
                     struct sim_port *out[2])
{
    char both[NAME_OCTETS];
    unsigned n = 0;

    out[0] = sim_net_port(net, name);
    if (out[0] != NULL)
        return 1;
    snprintf(both, sizeof both, "%s_UP", name);
    out[n] = sim_net_port(net, both);
    n += out[n] != NULL;
    snprintf(both, sizeof both, "%s_DOWN", name);
    out[n] = sim_net_port(net, both);
    return n + (out[n] != NULL);
}

int shots_open(struct shots **out, const struct scenario *s,
               struct sim_world *w, const char *dir, bool check_only,
               struct conf_error *err)
{
    struct shots *all = calloc(1, sizeof *all);
    int e = 0;

    *out = all;
    if (all == NULL)
        return 3;
    all->s = s;
    all->platform = s->platform;
    all->dir = dir;
    all->v = calloc(s->n_captures + 1, sizeof *all->v);
    if (all->v == NULL)
        return 3;
    for (; all->n < s->n_captures && e == 0; all->n++) {
        struct shot *shot = &all->v[all->n];

        shot->s = &s->captures[all->n];
        shot->w = w;
        e = shot->s->link != NULL
                ? add_link(all, shot, check_only ? NULL : dir, err)
                : add_host(all, shot, check_only ? NULL : dir, err);
    }
    return e;
}

bool shots_ended(const struct shots *all, size_t i, char *text, size_t octets)
{
    const struct shot *shot = all != NULL ? &all->v[i] : NULL;

    if (shot == NULL || shot->left_out == 0)
        return false;
    snprintf(text, octets,
             "capture '%.80s' ended at %.9g s with its packet %llu "
             "('max_packets'); %llu more went by",
             shot->s->name, (double)shot->ended_ns * 1e-9,
             (unsigned long long)shot->packets,
             (unsigned long long)shot->left_out);
    return true;
}

int shots_close(struct shots *all, struct conf_error *err)
{
    int result = 0;

    for (size_t i = 0; all != NULL && i < all->n; i++) {
        struct shot *shot = &all->v[i];

        if (shot->file != NULL && pcapng_file_close(shot->file) < 0) {
            char name[NAME_OCTETS];

            snprintf(name, sizeof name, "%s.pcapng", shot->s->name);
            outfile_not_in_full(all->dir, name, err);
            result = -1;
        }
    }
    while (all != NULL && all->taps != NULL) {
        struct tap *t = all->taps;

        all->taps = t->earlier;
        free(t);
    }
    while (all != NULL && all->arrivals != NULL) {
        struct arrival *a = all->arrivals;

        all->arrivals = a->earlier;
        free(a);
    }
    if (all != NULL)
        free(all->v);
    free(all);
    return result;
}

/* --- packets ------------------------------------------------------------ */

static void see(struct shot *shot, int iface, const struct pptp_packet *k,
                const char *comment)
{
    uint32_t keep = shot->s->limit_octets;
    uint32_t head = k->head_len, tail = k->tail_len;

    if (shot->packets >= shot->s->max_packets) {
        shot->left_out++;
        return;
    }
    head = head < keep ? head : keep;
    tail = tail < keep - head ? tail : keep - head;
    pcapng_file_packet_cut(shot->file, iface, shot->w->cal.now,
                           k->buf + k->off, head, tail, pptp_packet_len(k),
                           comment);
    shot->packets++;
    shot->ended_ns = shot->w->cal.now;
}

static bool takes(const struct tap *t, const struct pptp_packet *k)
{
    return t->src_ip == 0 ||
           pptp_get32(k->buf + k->off + SHOTS_IP_SRC) == t->src_ip;
}

static void on_tap(void *ctx, struct sim_port *port, pptp_pkt pkt)
{
    const struct pptp_packet *k = sim_packet(port->net, pkt);
    const struct tap *t;

    for (t = ctx; t != NULL; t = t->next)
        if (takes(t, k))
            see(t->shot, t->lane->iface, k, NULL);
}

static void on_arrival(struct sim_sink *sink, uint32_t pkt)
{
    struct arrival *a = (struct arrival *)(void *)sink;
    struct sim_world *w = a->shot->w;

    see(a->shot, a->iface, sim_packet(&w->net, pkt), NULL);
    a->inner->event(a->inner, pkt);
}

/* On the interface of what did not come, or not whole. */
static void see_hurt(const struct tap *t, const struct pptp_packet *k,
                     const char *comment)
{
    struct lane *lane = t->lane;
    char name[NAME_OCTETS + 20];

    if (lane->lost < 0) {
        snprintf(name, sizeof name, "%s lost or damaged", lane->name);
        lane->lost = pcapng_file_interface(t->shot->file, name,
                                           t->shot->s->limit_octets);
    }
    see(t->shot, lane->lost, k, comment);
}

/* Whether a capture may be there: most packets are lost where none is. */
static bool looked_at(const struct shots *all, const struct sim_port *port)
{
    return all != NULL && port != NULL && port->tap == on_tap;
}

/* What happened, then whose packet it is. */
static void hurt(const struct sim_port *port, const struct pptp_packet *k,
                 const char *what)
{
    const struct sim_account *a = sim_marked(k);
    char comment[2 * NAME_OCTETS];
    const struct tap *t;

    if (a == NULL)
        snprintf(comment, sizeof comment, "%s", what);
    else
        snprintf(comment, sizeof comment, "%s; %s%s %u", what, a->name,
                 a->call == NULL ? ""
                 : a->up         ? " up"
                                 : " down",
                 sim_mark_number(k));
    for (t = port->tap_ctx; t != NULL; t = t->next)
        if (t->shot->s->lost && takes(t, k))
            see_hurt(t, k, comment);
}

void shots_lost(struct shots *all, const struct sim_port *port,
                const struct pptp_packet *k, enum sim_place place)
{
    char what[NAME_OCTETS];

    if (!looked_at(all, port))
        return;
    snprintf(what, sizeof what, "lost: %s", sim_place_name(place));
    hurt(port, k, what);
}

void shots_damaged(struct shots *all, const struct sim_port *port,
                   const struct pptp_packet *k, uint32_t octet)
{
    char what[NAME_OCTETS];

    if (!looked_at(all, port))
        return;
    snprintf(what, sizeof what, "damaged: octet %u", octet);
    hurt(port, k, what);
}

/* --- setting up -------------------------------------------------------- */

static int no_memory(struct conf_error *err)
{
    snprintf(err->text, sizeof err->text, "no memory for a capture");
    return 3;
}

/* A shot sees a port once, however many routes lead there. */
static int add_tap(struct shots *all, struct shot *shot, struct sim_port *port,
                   struct lane *lane, uint32_t src_ip, struct conf_error *err)
{
    struct tap *first = port->tap == on_tap ? port->tap_ctx : NULL, *t;

    for (t = first; t != NULL; t = t->next)
        if (t->shot == shot)
            return 0;
    t = malloc(sizeof *t);
    if (t == NULL)
        return no_memory(err);
    *t = (struct tap){ .next = first,
                       .earlier = all->taps,
                       .shot = shot,
                       .lane = lane,
                       .src_ip = src_ip };
    all->taps = t;
    sim_port_set_tap(port, on_tap, t);
    return 0;
}

static int open_file(struct shot *shot, const char *dir,
                     struct conf_error *err)
{
    char path[PATH_OCTETS];

    snprintf(path, sizeof path, "%s/%s.pcapng", dir, shot->s->name);
    shot->file = pcapng_file_open(path, err);
    return shot->file == NULL ? 3 : 0;
}

static int add_interface(struct shot *shot, const char *name)
{
    return pcapng_file_interface(shot->file, name, shot->s->limit_octets);
}

static struct lane *add_lane(struct shot *shot, unsigned i, const char *name,
                             const char *way)
{
    struct lane *l = &shot->lanes[i];

    snprintf(l->name, sizeof l->name, "%s%s", name, way);
    l->iface = add_interface(shot, l->name);
    l->lost = -1;
    return l;
}

static int add_link(struct shots *all, struct shot *shot, const char *dir,
                    struct conf_error *err)
{
    const char *name = shot->s->link;
    struct sim_port *ports[2];
    unsigned n = shots_ports(&shot->w->net, name, ports), i;
    int e = 0;

    if (n == 0) {
        conf_fail(err, conf_get(shot->s->node, "link"),
                  "no link '%.100s' in %.200s", name, all->platform);
        return 2;
    }
    if (dir == NULL)
        return 0;
    e = open_file(shot, dir, err);
    for (i = 0; i < n && e == 0; i++) {
        const char *way = strrchr(ports[i]->name, '_');

        way = strcmp(ports[i]->name, name) == 0 ? ""
              : strcmp(way, "_UP") == 0         ? ">up"
                                                : ">down";
        e = add_tap(all, shot, ports[i], add_lane(shot, i, name, way), 0, err);
    }
    return e;
}

/* The other one of a pair, if `name` is in it. */
static const char *other_end(const struct sim_platform_pair *pair,
                             const char *name)
{
    if (strcmp(pair->from, name) == 0)
        return pair->to;
    return strcmp(pair->to, name) == 0 ? pair->from : NULL;
}

/* The first port of every route on which a packet may leave the host. */
static int add_departures(struct shots *all, struct shot *shot, uint32_t host,
                          struct lane *lane, struct conf_error *err)
{
    struct sim_world *w = shot->w;
    size_t n;
    struct sim_platform_pair *pairs = routes_needed(all->s, &n);
    int e = pairs == NULL ? no_memory(err) : 0;

    for (size_t i = 0; e == 0 && i < n; i++) {
        const char *name = other_end(&pairs[i], shot->s->host);
        int32_t to = name != NULL ? sim_platform_host(&w->platform, name) : -1;
        const struct sim_route *r = to < 0 ? NULL
                                           : sim_net_route(&w->net, host,
                                                           (uint32_t)to, NULL);

        if (r != NULL && r->n > 0)
            e = add_tap(all, shot, r->ports[0], lane, w->ip_of_host[host],
                        err);
    }
    free(pairs);
    return e;
}

static bool takes_part(const struct sim_world *w, uint32_t host)
{
    uint32_t i;

    if (w->by_host[host] != NULL)
        return true;
    for (i = 0; i < w->flow_count; i++)
        if (w->flows[i]->route->src == host)
            return true;
    return false;
}

static int add_host(struct shots *all, struct shot *shot, const char *dir,
                    struct conf_error *err)
{
    struct sim_world *w = shot->w;
    const char *name = shot->s->host;
    int32_t host = sim_platform_host(&w->platform, name);
    char full[NAME_OCTETS];
    struct lane *out;
    struct arrival *a;
    int e;

    if (host < 0)
        conf_fail(err, conf_get(shot->s->node, "host"),
                  "no host '%.100s' in %.200s", name, all->platform);
    else if (!takes_part(w, (uint32_t)host))
        conf_fail(err, conf_get(shot->s->node, "host"),
                  "no packet begins or ends at host '%.100s'; allowed: a "
                  "host with a node or a flow, or key 'link' instead",
                  name);
    if (host < 0 || !takes_part(w, (uint32_t)host))
        return 2;
    if (dir == NULL)
        return 0;
    e = open_file(shot, dir, err);
    if (e != 0)
        return e;
    out = add_lane(shot, 0, name, ">out");
    snprintf(full, sizeof full, "%s>in", name);
    if (w->net.sinks[host] != NULL) {
        a = malloc(sizeof *a);
        if (a == NULL)
            return no_memory(err);
        *a = (struct arrival){ .sink.event = on_arrival,
                               .inner = w->net.sinks[host],
                               .earlier = all->arrivals,
                               .shot = shot,
                               .iface = add_interface(shot, full) };
        all->arrivals = a;
        sim_net_attach(&w->net, (uint32_t)host, &a->sink);
    }
    return add_departures(all, shot, (uint32_t)host, out, err);
}
