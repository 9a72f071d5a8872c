/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A capture as a source of traffic: IPv4, enhanced GRE, PPP; capture.h. */
#include "config.h"

#include "models/capture_parse.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/wire.h"
#include "ip/ipv4.h"
#include "ppp/peek.h"
#include "pptp/gre.h"

struct capture_item {
    pptp_ns at_ns;
    size_t order; /* in the capture */
    uint32_t src;
    uint32_t size_octets;
    bool pptp;
};

static int choose(struct capture_taker *t, uint32_t src_ipv4);

static int fail(struct capture_taker *t, int err, const char *what)
{
    struct pptp_text text;

    pptp_text_init(&text, t->error, sizeof t->error);
    pptp_text_str(&text, what);
    return err;
}

void capture_take_begin(struct capture_taker *t, struct capture *out)
{
    memset(t, 0, sizeof *t);
    memset(out, 0, sizeof *out);
    t->out = out;
}

int capture_take_end(struct capture_taker *t, int err,
                     const struct capture_fault *fault, uint64_t len,
                     uint32_t src_ipv4)
{
    struct capture *out = t->out;

    out->fault = *fault;
    if (err == PPTP_OK) {
        err = choose(t, src_ipv4);
        out->fault.at = err == PPTP_OK ? 0 : len;
    }
    if (err != PPTP_OK && out->fault.text[0] == '\0')
        memcpy(out->fault.text, t->error, sizeof t->error);
    free(t->items);
    t->items = NULL;
    return err;
}

int capture_parse(const uint8_t *octets, size_t len, uint32_t src_ipv4,
                  struct capture *out)
{
    struct capture_fault fault;
    struct capture_taker t;
    int err;

    capture_take_begin(&t, out);
    err = capture_walk(octets, len, capture_take, &t, &fault);
    return capture_take_end(&t, err, &fault, len, src_ipv4);
}

void capture_fini(struct capture *c)
{
    free(c->packets);
    c->packets = NULL;
    c->count = 0;
}

/* --- frames to items ----------------------------------------------------- */

static int grow(struct capture_taker *t)
{
    size_t limit = t->limit > 0 ? t->limit * 2 : 256;
    struct capture_item *items;

    if (t->limit == CAPTURE_PACKETS_MAX)
        return fail(t, PPTP_ERR_RESOURCE, "more than 8388608 packets");
    items = realloc(t->items, limit * sizeof *items);
    if (items == NULL)
        return fail(t, PPTP_ERR_RESOURCE, "out of memory");
    t->items = items;
    t->limit = limit;
    return PPTP_OK;
}

/* Enhanced GRE, 4.1: the size of the packet inside; false: no user data. */
static bool take_gre(struct capture_taker *t, const struct ipv4_packet *ip,
                     uint32_t *size)
{
    /* only a fragment's first piece may promise more than it holds */
    uint32_t whole = ip->more ? PPTP_GRE_MAX + UINT16_MAX : ip->whole;
    uint32_t header, octets;
    struct pptp_gre g;
    struct ppp_peek k;

    if (pptp_gre_decode(ip->octets, ip->len, whole, &g) < 0) {
        t->out->ignored++;
        return false;
    }
    if (!g.has_seq || g.payload_len == 0) {
        t->out->no_data++;
        return false;
    }
    header = (uint32_t)pptp_gre_len(&g);
    octets = ip->len - header < g.payload_len ? ip->len - header
                                              : g.payload_len;
    k = ppp_peek(ip->octets + header, octets);
    if (k.head == 0 || g.payload_len == k.head) {
        t->out->ignored++;
        return false;
    }
    if (k.protocol >= 0x8000) {
        t->out->ppp_control++;
        return false;
    }
    *size = g.payload_len - octets;
    return true;
}

/* 4.1: the low bits of the flags are the version, 1 is the enhanced one. */
static bool enhanced(const struct ipv4_packet *ip)
{
    return ip->len >= 4 && (ip->octets[1] & 7) == PPTP_GRE_VERSION &&
           pptp_get16(ip->octets + 2) == PPTP_GRE_PROTOCOL;
}

static bool take_ipv4(struct capture_taker *t, const struct ipv4_packet *ip,
                      const uint8_t *header, struct capture_item *item)
{
    item->src = ip->src;
    item->size_octets = ip->whole + (uint32_t)(ip->octets - header);
    if (ip->protocol != PPTP_GRE_IP_PROTOCOL)
        return true;
    /* later fragments have no GRE header and are no frame */
    if (ip->offset != 0) {
        t->out->ignored++;
        return false;
    }
    item->pptp = enhanced(ip);
    return !item->pptp || take_gre(t, ip, &item->size_octets);
}

int capture_take(void *taker, const struct capture_frame *f)
{
    struct capture_taker *t = taker;
    struct capture_item item = { .at_ns = f->at_ns, .order = t->count };
    struct ipv4_packet ip;
    int err;

    t->out->seen++;
    if (f->ipv4 == NULL ||
        ipv4_read(f->ipv4, f->len, f->wire_octets, false, &ip) != INET4_GOOD) {
        t->out->ignored++;
        return PPTP_OK;
    }
    if (!take_ipv4(t, &ip, f->ipv4, &item))
        return PPTP_OK;
    if (t->count == t->limit) {
        err = grow(t);
        if (err != PPTP_OK)
            return err;
    }
    t->items[t->count++] = item;
    return PPTP_OK;
}

/* --- the choice ---------------------------------------------------------- */

static int by_source(const void *a, const void *b)
{
    const struct capture_item *x = a;
    const struct capture_item *y = b;

    return (x->src > y->src) - (x->src < y->src);
}

static int by_time(const void *a, const void *b)
{
    const struct capture_item *x = a;
    const struct capture_item *y = b;

    if (x->at_ns != y->at_ns)
        return x->at_ns > y->at_ns ? 1 : -1;
    return (x->order > y->order) - (x->order < y->order);
}

/* In a capture of PPTP only PPTP counts. */
static void keep_tunnel(struct capture_taker *t)
{
    size_t kept = 0;

    t->out->pptp = t->out->ppp_control > 0;
    for (size_t i = 0; i < t->count; i++)
        t->out->pptp = t->out->pptp || t->items[i].pptp;
    if (!t->out->pptp)
        return;
    for (size_t i = 0; i < t->count; i++)
        if (t->items[i].pptp)
            t->items[kept++] = t->items[i];
    t->out->not_tunnel = t->count - kept;
    t->count = kept;
}

/* The source that sent the most octets, of items sorted by source. */
static uint32_t busiest(const struct capture_taker *t)
{
    uint32_t best = t->items[0].src;
    uint64_t best_octets = 0;
    uint64_t octets = 0;

    for (size_t i = 0; i < t->count; i++) {
        if (i > 0 && t->items[i].src != t->items[i - 1].src)
            octets = 0;
        octets += t->items[i].size_octets;
        if (octets > best_octets) {
            best_octets = octets;
            best = t->items[i].src;
        }
    }
    return best;
}

static int choose(struct capture_taker *t, uint32_t src_ipv4)
{
    struct capture *out = t->out;
    size_t kept = 0;

    keep_tunnel(t);
    if (t->count == 0)
        return fail(t, PPTP_ERR_UNKNOWN, "no packets with data");
    qsort(t->items, t->count, sizeof *t->items, by_source);
    out->src_ipv4 = src_ipv4 != 0 ? src_ipv4 : busiest(t);
    for (size_t i = 0; i < t->count; i++)
        if (t->items[i].src == out->src_ipv4)
            t->items[kept++] = t->items[i];
    out->other_source = t->count - kept;
    if (kept == 0)
        return fail(t, PPTP_ERR_UNKNOWN, "no packets from the source");
    qsort(t->items, kept, sizeof *t->items, by_time);
    out->packets = malloc(kept * sizeof *out->packets);
    if (out->packets == NULL)
        return fail(t, PPTP_ERR_RESOURCE, "out of memory");
    for (size_t i = 0; i < kept; i++) {
        out->packets[i].at_ns = t->items[i].at_ns - t->items[0].at_ns;
        out->packets[i].size_octets = t->items[i].size_octets;
        out->data_octets += t->items[i].size_octets;
    }
    out->count = kept;
    return PPTP_OK;
}
