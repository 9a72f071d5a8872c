/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For tests of tap/gro.h: what it puts together is cut again here, by the
 * virtio header's own words and nothing else, and compared with what went
 * in, octet by octet.
 */
#ifndef TESTS_TAP_GRO_CUT_H
#define TESTS_TAP_GRO_CUT_H

#include <stdlib.h>
#include <string.h>

#include "tap/gro.h"

/* Big-endian sum of 16-bit numbers, folded. */
static inline uint32_t cut_sum(uint32_t s, const uint8_t *o, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++) {
        s += i % 2 == 0 ? (uint32_t)o[i] << 8 : o[i];
        s = (s & 0xffff) + (s >> 16);
    }
    return s;
}

static inline uint32_t cut_pseudo(const uint8_t *ip, size_t inner)
{
    uint32_t s = cut_sum(ip[9], ip + 12, 8) + (uint32_t)inner;

    return (s & 0xffff) + (s >> 16);
}

static inline void cut_put16(uint8_t *o, uint32_t v)
{
    o[0] = (uint8_t)(v >> 8);
    o[1] = (uint8_t)v;
}

static inline uint32_t cut_get16(const uint8_t *o)
{
    return (uint32_t)o[0] << 8 | o[1];
}

/* Right checksums of a packet without IP options. */
static inline void cut_checksums(uint8_t *ip, size_t n)
{
    uint8_t *at = ip + 20 + (ip[9] == 6 ? 16 : 6);
    uint32_t s;

    cut_put16(ip + 10, 0);
    cut_put16(ip + 10, ~cut_sum(0, ip, 20));
    cut_put16(at, 0);
    s = ~cut_sum(cut_pseudo(ip, n - 20), ip + 20, n - 20) & 0xffff;
    cut_put16(at, s == 0 && ip[9] == 17 ? 0xffff : s);
}

/* A packet that came out, in memory of exactly its size. */
struct cut {
    uint8_t *octets;
    size_t n;
};

static inline void cut_one(struct cut *c, const uint8_t *ip, size_t head,
                           size_t from, size_t size, uint32_t index, bool last)
{
    bool tcp = ip[9] == 6;
    uint8_t *o = malloc(head + size);
    uint32_t seq, i;

    c->octets = o;
    c->n = head + size;
    memcpy(o, ip, head);
    memcpy(o + head, ip + from, size);
    cut_put16(o + 2, (uint32_t)c->n);
    cut_put16(o + 4, cut_get16(ip + 4) + index);
    if (tcp) {
        seq = cut_get16(ip + 24) << 16 | cut_get16(ip + 26);
        seq += (uint32_t)(from - head);
        for (i = 0; i < 4; i++)
            o[24 + i] = (uint8_t)(seq >> (24 - 8 * i));
        if (!last)
            o[33] &= (uint8_t)~0x09; /* FIN, PSH */
    } else {
        cut_put16(o + 24, (uint32_t)(c->n - 20));
    }
    cut_checksums(o, c->n);
}

/* Of one write of n octets; NULL, or what is wrong with it. */
static inline const char *cut_write(const uint8_t *o, size_t n,
                                    struct cut out[TAP_GRO_PACKETS],
                                    uint32_t *count)
{
    const uint8_t *ip = o + TAP_GRO_VIRTIO;
    uint16_t head, size, start, offset;
    size_t at;

    memcpy(&head, o + 2, 2); /* in the machine's order, as the kernel does */
    memcpy(&size, o + 4, 2);
    memcpy(&start, o + 6, 2);
    memcpy(&offset, o + 8, 2);
    n -= TAP_GRO_VIRTIO;
    *count = 0;
    if (o[0] != 1)
        return "flags";
    if (n > 65535 || cut_get16(ip + 2) != n || ip[0] != 0x45)
        return "length";
    if ((ip[9] == 6 ? o[1] != 1 : o[1] != 5 || ip[9] != 17))
        return "kind";
    if (head != (ip[9] == 6 ? 20 + (ip[32] >> 4) * 4 : 28) || head >= n)
        return "headers";
    if (start != 20 || offset != (ip[9] == 6 ? 16 : 6))
        return "place of the checksum";
    if (cut_sum(0, ip, 20) != 0xffff)
        return "IP's checksum";
    if (cut_get16(ip + start + offset) != cut_pseudo(ip, n - 20))
        return "sum of the pseudo-header";
    if (ip[9] == 17 && cut_get16(ip + 24) != n - 20)
        return "UDP's length";
    if (size == 0 || n - head <= size)
        return "nothing to cut";
    for (at = head; at < n; at += size) {
        size_t some = n - at < size ? n - at : size;

        if (*count == TAP_GRO_PACKETS)
            return "too many";
        cut_one(&out[*count], ip, head, at, some, *count, at + some == n);
        (*count)++;
    }
    return NULL;
}

/* The same packet, but for an identification that means nothing. */
static inline bool cut_same(const struct cut *c, const struct iovec *in)
{
    const uint8_t *a = c->octets, *b = in->iov_base;

    if (c->n != in->iov_len)
        return false;
    if (c->n < 28 || (b[6] & 0x40) == 0)
        return memcmp(a, b, c->n) == 0;
    return memcmp(a, b, 4) == 0 && memcmp(a + 6, b + 6, 4) == 0 &&
           memcmp(a + 12, b + 12, c->n - 12) == 0 &&
           (memcmp(a + 4, b + 4, 8) == 0 ||
            (cut_sum(0, a, 20) == 0xffff && cut_sum(0, b, 20) == 0xffff));
}

/* Whether they may belong to one flow, of which the order counts. */
static inline bool cut_related(const struct iovec *x, const struct iovec *y)
{
    const uint8_t *a = x->iov_base, *b = y->iov_base;

    if (x->iov_len < 20 || y->iov_len < 20 || a[0] >> 4 != 4 ||
        b[0] >> 4 != 4 || a[9] != b[9] || memcmp(a + 12, b + 12, 8) != 0)
        return false;
    if (a[9] != 6 && a[9] != 17)
        return true;
    /* ports that are not there, or elsewhere */
    if (x->iov_len < 28 || y->iov_len < 28 || a[0] != 0x45 || b[0] != 0x45 ||
        ((a[6] | b[6]) & 0xbf) != 0 || (a[7] | b[7]) != 0)
        return true;
    return memcmp(a + 20, b + 20, 4) == 0;
}

/* The next of what went in; each once. */
static inline const char *cut_match(const struct cut *c,
                                    const struct iovec *in, uint32_t n,
                                    bool used[TAP_GRO_PACKETS])
{
    uint32_t i, k;

    for (i = 0; i < n; i++)
        if (!used[i] && cut_same(c, &in[i]))
            break;
    if (i == n)
        return "a packet that did not go in";
    for (k = 0; k < i; k++)
        if (!used[k] && cut_related(&in[k], &in[i]))
            return "order";
    used[i] = true;
    return NULL;
}

/* One run, written out and cut. */
static inline const char *cut_run(const struct tap_gro *g, uint32_t run,
                                  uint32_t n, bool used[TAP_GRO_PACKETS])
{
    const struct tap_gro_run *r = &g->run[run];
    struct iovec piece[TAP_GRO_PIECES];
    struct cut out[TAP_GRO_PACKETS];
    uint8_t head[TAP_GRO_HEAD], *whole;
    const char *wrong = NULL;
    uint32_t count = 0, pieces, i;
    size_t at = 0;

    if (r->n == 1) {
        const struct iovec *p = &g->packet[r->first];
        const struct cut same = { p->iov_base, p->iov_len };

        return cut_match(&same, g->packet, n, used);
    }
    pieces = tap_gro_pieces(g, run, head, piece);
    whole = malloc(TAP_GRO_VIRTIO + r->octets);
    for (i = 0; i < pieces && wrong == NULL; i++) {
        if (at + piece[i].iov_len > TAP_GRO_VIRTIO + r->octets)
            wrong = "more octets than it says";
        else
            memcpy(whole + at, piece[i].iov_base, piece[i].iov_len);
        at += piece[i].iov_len;
    }
    if (wrong == NULL &&
        (at <= TAP_GRO_VIRTIO || at != TAP_GRO_VIRTIO + r->octets))
        wrong = "fewer octets than it says";
    if (wrong == NULL)
        wrong = cut_write(whole, at, out, &count);
    for (i = 0; i < count && wrong == NULL; i++)
        wrong = cut_match(&out[i], g->packet, n, used);
    if (wrong == NULL && count != r->n)
        wrong = "more or fewer packets";
    for (i = 0; i < count; i++)
        free(out[i].octets);
    free(whole);
    return wrong;
}

/* A batch, put together and cut; NULL, or what is wrong. */
static inline const char *cut_batch(struct tap_gro *g, const struct iovec *in,
                                    uint32_t n, unsigned kinds)
{
    bool used[TAP_GRO_PACKETS] = { false };
    const char *wrong = NULL;
    uint32_t i;

    tap_gro_batch(g, in, n, kinds);
    for (i = 0; i < g->runs && wrong == NULL; i++)
        wrong = cut_run(g, i, n, used);
    for (i = 0; i < n && wrong == NULL; i++)
        if (!used[i])
            wrong = "a packet that did not come out";
    return wrong;
}

#endif
