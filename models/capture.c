/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Captures: container (pcap, pcapng), link header, IPv4, enhanced GRE, PPP.
 * Every octet is hostile; everything is read through bounded cursors.
 */
#include "config.h"

#include "models/capture.h"

#include <stdlib.h>
#include <string.h>

#define PCAP_FILE_OCTETS 24u
#define PCAP_RECORD_OCTETS 16u
#define BLOCK_MIN_OCTETS 12u
#define SHB 0x0A0D0D0Au
#define TIME_MAX_S UINT64_C(9000000000) /* 2^63 ns is 292 years */

enum link_type {
    LINK_NULL = 0,
    LINK_ETHERNET = 1,
    LINK_PPP = 9,
    LINK_RAW_12 = 12,
    LINK_RAW_14 = 14,
    LINK_RAW = 101,
    LINK_LOOP = 108,
    LINK_SLL = 113,
    LINK_IPV4 = 228,
    LINK_SLL2 = 276
};

/* A piece of the image. */
struct piece {
    const uint8_t *p;
    size_t len;
};

/* A packet that could be replayed. */
struct item {
    pptp_ns at_ns;
    size_t order; /* in the capture */
    uint32_t src;
    uint32_t size_octets;
    bool pptp;
};

struct interface {
    uint16_t link;
    uint8_t resolution; /* if_tsresol: 10^-n, or 2^-n with the top bit */
    uint32_t snap_octets;
    int64_t offset_s;
};

struct reader {
    const uint8_t *octets;
    size_t len;
    bool big; /* byte order of the container */
    capture_visit visit;
    void *ctx;
    uint64_t frames;
    const char *error;
    size_t error_at;
    pptp_ns last_ns; /* of the packet before, for simple packet blocks */
    uint32_t interface_count;
    struct interface interfaces[CAPTURE_INTERFACES_MAX];
};

/* What capture_parse makes of the frames. */
struct taker {
    struct capture *out;
    struct item *items;
    size_t count;
    size_t limit;
    const char *error;
};

static int read_pcap(struct reader *r, bool nano);
static int read_pcapng(struct reader *r);
static int read_section(struct reader *r, size_t at);
static int read_block(struct reader *r, size_t at, uint32_t type,
                      struct piece body);
static int read_interface(struct reader *r, size_t at, struct piece body);
static int read_packet_block(struct reader *r, size_t at, struct piece body,
                             bool obsolete);
static int read_simple_block(struct reader *r, size_t at, struct piece body);
static int ticks_to_ns(const struct interface *i, uint64_t ticks,
                       pptp_ns *out);
static int add_packet(struct reader *r, size_t at, uint16_t link,
                      pptp_ns at_ns, struct piece data, uint32_t wire_octets);
static int strip_link(uint16_t link, struct piece *data, bool *is_ipv4);
static int take_frame(void *ctx, const struct capture_frame *f);
static int add_ipv4(struct taker *r, pptp_ns at_ns, struct piece ip,
                    uint32_t wire_octets);
static bool take_gre(struct taker *r, struct piece gre, uint32_t ip_octets,
                     bool more, uint32_t *size);
static int choose(struct taker *r, uint32_t src_ipv4);

static int fail(struct reader *r, int err, size_t at, const char *what)
{
    r->error = what;
    r->error_at = at;
    return err;
}

static uint16_t be16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)be16(p) << 16 | be16(p + 2);
}

static uint16_t get16(bool big, const uint8_t *p)
{
    return (uint16_t)(big ? p[0] << 8 | p[1] : p[1] << 8 | p[0]);
}

static uint32_t get32(bool big, const uint8_t *p)
{
    return big ? be32(p)
               : (uint32_t)get16(false, p + 2) << 16 | get16(false, p);
}

/* Drops n octets off the front; false (and nothing done): not there. */
static bool skip(struct piece *d, size_t n)
{
    if (d->len < n) {
        return false;
    }
    d->p += n;
    d->len -= n;
    return true;
}

static int walk(struct reader *r)
{
    uint32_t magic;

    if (r->len < 4) {
        return fail(r, PPTP_ERR_TRUNCATED, r->len, "file ends in its magic");
    }
    magic = be32(r->octets);
    r->big = magic == 0xA1B2C3D4u || magic == 0xA1B23C4Du;
    if (r->big || magic == 0xD4C3B2A1u || magic == 0x4D3CB2A1u) {
        return read_pcap(r, magic == 0xA1B23C4Du || magic == 0x4D3CB2A1u);
    }
    if (magic == SHB) {
        return read_pcapng(r);
    }
    return fail(r, PPTP_ERR_FORMAT, 0, "neither pcap nor pcapng");
}

int capture_walk(const uint8_t *octets, size_t len, capture_visit visit,
                 void *ctx, const char **error, size_t *error_at)
{
    struct reader r = {
        .octets = octets, .len = len, .visit = visit, .ctx = ctx
    };
    int err = walk(&r);

    *error = r.error;
    *error_at = r.error_at;
    return err;
}

int capture_parse(const uint8_t *octets, size_t len, uint32_t src_ipv4,
                  struct capture *out)
{
    struct taker t = { .out = out };
    int err;

    *out = (struct capture){ 0 };
    err = capture_walk(octets, len, take_frame, &t, &out->error,
                       &out->error_at);
    if (err == PPTP_OK) {
        err = choose(&t, src_ipv4);
        out->error_at = err == PPTP_OK ? 0 : len;
    }
    if (err != PPTP_OK && out->error == NULL) {
        out->error = t.error;
    }
    free(t.items);
    return err;
}

void capture_fini(struct capture *c)
{
    free(c->packets);
    c->packets = NULL;
    c->count = 0;
}

static bool link_known(uint16_t link)
{
    switch (link) {
    case LINK_NULL:
    case LINK_ETHERNET:
    case LINK_PPP:
    case LINK_RAW_12:
    case LINK_RAW_14:
    case LINK_RAW:
    case LINK_LOOP:
    case LINK_SLL:
    case LINK_IPV4:
    case LINK_SLL2: return true;
    default: return false;
    }
}

static int read_pcap(struct reader *r, bool nano)
{
    const uint32_t per_s = nano ? 1000000000u : 1000000u;
    size_t at = PCAP_FILE_OCTETS;
    uint16_t link;

    if (r->len < PCAP_FILE_OCTETS) {
        return fail(r, PPTP_ERR_TRUNCATED, r->len, "file header cut");
    }
    /* the upper half tells of an FCS, which changes no header */
    link = (uint16_t)(get32(r->big, r->octets + 20) & 0xFFFF);
    if (!link_known(link)) {
        return fail(r, PPTP_ERR_VALUE, 20, "unsupported link type");
    }
    while (at < r->len) {
        const uint8_t *h = r->octets + at;
        struct piece data;
        uint32_t fraction;
        pptp_ns at_ns;
        int err;

        if (r->len - at < PCAP_RECORD_OCTETS) {
            return fail(r, PPTP_ERR_TRUNCATED, at, "record header cut");
        }
        fraction = get32(r->big, h + 4);
        data.p = h + PCAP_RECORD_OCTETS;
        data.len = get32(r->big, h + 8);
        if (data.len > r->len - at - PCAP_RECORD_OCTETS) {
            return fail(r, PPTP_ERR_TRUNCATED, at, "packet cut");
        }
        if (fraction >= per_s) {
            return fail(r, PPTP_ERR_VALUE, at + 4, "fraction of a second");
        }
        at_ns = get32(r->big, h) * PPTP_S +
                (uint64_t)fraction * (PPTP_S / per_s);
        err = add_packet(r, at, link, at_ns, data, get32(r->big, h + 12));
        if (err != PPTP_OK) {
            return err;
        }
        at += PCAP_RECORD_OCTETS + data.len;
    }
    return PPTP_OK;
}

static int read_pcapng(struct reader *r)
{
    size_t at = 0;

    while (at < r->len) {
        struct piece body;
        size_t left = r->len - at;
        uint32_t type;
        uint32_t block;
        int err;

        if (left < BLOCK_MIN_OCTETS) {
            return fail(r, PPTP_ERR_TRUNCATED, at, "block header cut");
        }
        if (be32(r->octets + at) == SHB) { /* reads the same both ways */
            err = read_section(r, at);
            if (err != PPTP_OK) {
                return err;
            }
        }
        type = get32(r->big, r->octets + at);
        block = get32(r->big, r->octets + at + 4);
        if (block < BLOCK_MIN_OCTETS || block % 4 != 0) {
            return fail(r, PPTP_ERR_FORMAT, at + 4, "block length");
        }
        if (block > left) {
            return fail(r, PPTP_ERR_TRUNCATED, at, "block cut");
        }
        if (get32(r->big, r->octets + at + block - 4) != block) {
            return fail(r, PPTP_ERR_FORMAT, at + block - 4,
                        "block lengths differ");
        }
        body.p = r->octets + at + 8;
        body.len = block - BLOCK_MIN_OCTETS;
        err = read_block(r, at, type, body);
        if (err != PPTP_OK) {
            return err;
        }
        at += block;
    }
    return PPTP_OK;
}

/* A section header: sets the byte order and forgets the interfaces. */
static int read_section(struct reader *r, size_t at)
{
    uint32_t magic = be32(r->octets + at + 8);

    if (magic != 0x1A2B3C4Du && magic != 0x4D3C2B1Au) {
        return fail(r, PPTP_ERR_FORMAT, at + 8, "byte-order magic");
    }
    r->big = magic == 0x1A2B3C4Du;
    r->interface_count = 0;
    return PPTP_OK;
}

static int read_block(struct reader *r, size_t at, uint32_t type,
                      struct piece body)
{
    switch (type) {
    case SHB:
        if (body.len < 16) {
            return fail(r, PPTP_ERR_FORMAT, at, "section header too short");
        }
        if (get16(r->big, body.p + 4) != 1) {
            return fail(r, PPTP_ERR_FORMAT, at + 12, "pcapng version");
        }
        return PPTP_OK;
    case 1: return read_interface(r, at, body);
    case 2: return read_packet_block(r, at, body, true);
    case 3: return read_simple_block(r, at, body);
    case 6: return read_packet_block(r, at, body, false);
    default: /* names, statistics, secrets, and what is yet to come */
        return PPTP_OK;
    }
}

static int read_interface(struct reader *r, size_t at, struct piece body)
{
    struct interface *i = &r->interfaces[r->interface_count];

    if (r->interface_count == CAPTURE_INTERFACES_MAX) {
        return fail(r, PPTP_ERR_RESOURCE, at, "too many interfaces");
    }
    if (body.len < 8) {
        return fail(r, PPTP_ERR_FORMAT, at, "interface block too short");
    }
    *i = (struct interface){
        .link = get16(r->big, body.p),
        .resolution = 6,
        .snap_octets = get32(r->big, body.p + 4),
    };
    skip(&body, 8);
    while (body.len >= 4) { /* options: code, length, padded value */
        uint16_t code = get16(r->big, body.p);
        size_t n = get16(r->big, body.p + 2);
        const uint8_t *value = body.p + 4;

        if (code == 0) {
            break;
        }
        if (!skip(&body, 4 + (n + 3) / 4 * 4)) {
            return fail(r, PPTP_ERR_FORMAT, at, "interface option cut");
        }
        if (code == 9 && n >= 1) {
            i->resolution = value[0];
        } else if (code == 14 && n >= 8) {
            uint64_t lo = get32(r->big, value + (r->big ? 4 : 0));
            uint64_t hi = get32(r->big, value + (r->big ? 0 : 4));

            i->offset_s = (int64_t)(hi << 32 | lo);
        }
    }
    r->interface_count++;
    return PPTP_OK;
}

static int read_packet_block(struct reader *r, size_t at, struct piece body,
                             bool obsolete)
{
    const uint8_t *h = body.p;
    uint32_t index;
    uint32_t captured;
    uint64_t ticks;
    pptp_ns at_ns;

    if (!skip(&body, 20)) {
        return fail(r, PPTP_ERR_FORMAT, at, "packet block too short");
    }
    index = obsolete ? get16(r->big, h) : get32(r->big, h);
    ticks = (uint64_t)get32(r->big, h + 4) << 32 | get32(r->big, h + 8);
    captured = get32(r->big, h + 12);
    if (index >= r->interface_count) {
        return fail(r, PPTP_ERR_FORMAT, at + 8, "no such interface");
    }
    if (captured > body.len) {
        return fail(r, PPTP_ERR_TRUNCATED, at + 20, "packet beyond its block");
    }
    body.len = captured;
    if (ticks_to_ns(&r->interfaces[index], ticks, &at_ns) != PPTP_OK) {
        return fail(r, PPTP_ERR_VALUE, at + 12, "time out of range");
    }
    return add_packet(r, at, r->interfaces[index].link, at_ns, body,
                      get32(r->big, h + 16));
}

static int read_simple_block(struct reader *r, size_t at, struct piece body)
{
    uint32_t wire_octets;
    uint32_t captured;

    if (r->interface_count == 0) {
        return fail(r, PPTP_ERR_FORMAT, at, "no such interface");
    }
    if (body.len < 4) {
        return fail(r, PPTP_ERR_FORMAT, at, "simple packet block too short");
    }
    wire_octets = get32(r->big, body.p);
    skip(&body, 4);
    captured = wire_octets;
    if (r->interfaces[0].snap_octets != 0 &&
        captured > r->interfaces[0].snap_octets) {
        captured = r->interfaces[0].snap_octets;
    }
    if (captured > body.len) {
        return fail(r, PPTP_ERR_TRUNCATED, at + 8, "packet beyond its block");
    }
    body.len = captured;
    return add_packet(r, at, r->interfaces[0].link, r->last_ns, body,
                      wire_octets);
}

/* Splits into seconds and the rest first: nothing overflows. */
static int ticks_to_ns(const struct interface *i, uint64_t ticks, pptp_ns *out)
{
    uint32_t power = i->resolution & 0x7Fu;
    uint64_t whole = 0;
    uint64_t rest_ns = 0;

    if ((i->resolution & 0x80u) != 0) {
        if (power < 64) {
            whole = ticks >> power;
            ticks = power > 0 ? ticks & (UINT64_MAX >> (64 - power)) : 0;
        }
        if (power > 32) { /* 2^-32 s is fine enough */
            ticks = power - 32 < 64 ? ticks >> (power - 32) : 0;
            power = 32;
        }
        rest_ns = ticks * PPTP_S >> power;
    } else {
        uint64_t per_s = 1;

        for (; power > 9; power--) { /* finer than nanoseconds */
            ticks /= 10;
        }
        for (uint32_t n = 0; n < power; n++) {
            per_s *= 10;
        }
        whole = ticks / per_s;
        rest_ns = ticks % per_s * (PPTP_S / per_s);
    }
    if (whole > TIME_MAX_S || i->offset_s > (int64_t)TIME_MAX_S ||
        i->offset_s < -(int64_t)TIME_MAX_S) {
        return PPTP_ERR_VALUE;
    }
    if ((int64_t)whole + i->offset_s < 0 ||
        (int64_t)whole + i->offset_s > (int64_t)TIME_MAX_S) {
        return PPTP_ERR_VALUE;
    }
    *out = (pptp_ns)((int64_t)whole + i->offset_s) * PPTP_S + rest_ns;
    return PPTP_OK;
}

static int add_packet(struct reader *r, size_t at, uint16_t link,
                      pptp_ns at_ns, struct piece data, uint32_t wire_octets)
{
    struct capture_frame f = { .number = ++r->frames, .at_ns = at_ns };
    size_t captured = data.len;
    bool is_ipv4 = false;
    int err;

    r->last_ns = at_ns;
    f.link_known = strip_link(link, &data, &is_ipv4) == PPTP_OK;
    if (f.link_known && is_ipv4) {
        captured -= data.len; /* the link header */
        f.ipv4 = data.p;
        f.len = data.len;
        f.wire_octets = wire_octets > captured
                            ? wire_octets - (uint32_t)captured
                            : 0;
    }
    err = r->visit(r->ctx, &f);
    if (err != PPTP_OK) {
        r->error_at = at; /* the visitor knows why */
    }
    return err;
}

/* PPP as RFC 1661 and its compressions write it; false: cut. */
static bool strip_ppp(struct piece *d, uint16_t *protocol)
{
    if (d->len >= 2 && d->p[0] == 0xFF && d->p[1] == 0x03) {
        skip(d, 2);
    }
    if (d->len >= 1 && (d->p[0] & 1) != 0) {
        *protocol = d->p[0];
        return skip(d, 1);
    }
    if (d->len < 2) {
        return false;
    }
    *protocol = be16(d->p);
    return skip(d, 2);
}

static bool strip_ethernet(struct piece *d)
{
    uint16_t protocol;

    if (!skip(d, 12)) {
        return false;
    }
    while (d->len >= 6 && (be16(d->p) == 0x8100 || be16(d->p) == 0x88A8 ||
                           be16(d->p) == 0x9100)) {
        skip(d, 4);
    }
    if (!skip(d, 2)) {
        return false;
    }
    if (be16(d->p - 2) == 0x8864) { /* RFC 2516: PPPoE, then PPP */
        return skip(d, 6) && strip_ppp(d, &protocol) && protocol == 0x0021;
    }
    return be16(d->p - 2) == 0x0800;
}

/* Takes the link header off; an error only for an unknown link type. */
static int strip_link(uint16_t link, struct piece *data, bool *is_ipv4)
{
    uint16_t protocol;

    switch (link) {
    case LINK_NULL: /* AF_INET in the order of whoever captured */
    case LINK_LOOP:
        *is_ipv4 = skip(data, 4) &&
                   (be32(data->p - 4) == 2 || get32(false, data->p - 4) == 2);
        return PPTP_OK;
    case LINK_ETHERNET: *is_ipv4 = strip_ethernet(data); return PPTP_OK;
    case LINK_PPP:
        *is_ipv4 = strip_ppp(data, &protocol) && protocol == 0x0021;
        return PPTP_OK;
    case LINK_RAW:
    case LINK_RAW_12:
    case LINK_RAW_14:
    case LINK_IPV4:
        *is_ipv4 = true; /* the version is looked at later */
        return PPTP_OK;
    case LINK_SLL:
        *is_ipv4 = skip(data, 16) && be16(data->p - 2) == 0x0800;
        return PPTP_OK;
    case LINK_SLL2:
        *is_ipv4 = skip(data, 20) && be16(data->p - 20) == 0x0800;
        return PPTP_OK;
    default: return PPTP_ERR_VALUE;
    }
}

static int take_frame(void *ctx, const struct capture_frame *f)
{
    struct taker *t = ctx;
    struct piece ip = { f->ipv4, f->len };
    int err = PPTP_OK;

    t->out->seen++;
    if (!f->link_known) {
        t->error = "unsupported link type";
        return PPTP_ERR_VALUE;
    }
    if (f->ipv4 == NULL) {
        t->out->ignored++;
        return PPTP_OK;
    }
    err = add_ipv4(t, f->at_ns, ip, f->wire_octets);
    if (err != PPTP_OK) {
        t->error = "out of memory";
    }
    return err;
}

static int grow(struct taker *r)
{
    size_t limit = r->limit > 0 ? r->limit * 2 : 256;
    struct item *items;

    if (limit > SIZE_MAX / sizeof *items) {
        return PPTP_ERR_RESOURCE;
    }
    items = realloc(r->items, limit * sizeof *items);
    if (items == NULL) {
        return PPTP_ERR_RESOURCE;
    }
    r->items = items;
    r->limit = limit;
    return PPTP_OK;
}

static int add_ipv4(struct taker *r, pptp_ns at_ns, struct piece ip,
                    uint32_t wire_octets)
{
    struct item item = { .at_ns = at_ns, .order = r->count };
    uint32_t header_octets;
    uint32_t total;

    if (ip.len < 20 || ip.p[0] >> 4 != 4) {
        r->out->ignored++;
        return PPTP_OK;
    }
    header_octets = (ip.p[0] & 0x0Fu) * 4u;
    total = be16(ip.p + 2);
    if (total == 0 && wire_octets <= TRAFFIC_SIZE_MAX_OCTETS) {
        total = wire_octets; /* the sender's card would have filled it in */
    }
    if (header_octets < 20 || total < header_octets) {
        r->out->ignored++;
        return PPTP_OK;
    }
    item.src = be32(ip.p + 12);
    item.size_octets = total;
    /* protocol 47; later fragments have no GRE header and are no frame */
    if (ip.p[9] == 47) {
        struct piece gre = ip;

        if ((be16(ip.p + 6) & 0x1FFF) != 0 || !skip(&gre, header_octets)) {
            r->out->ignored++;
            return PPTP_OK;
        }
        if (gre.len >= 4 && (be16(gre.p) & 0x0007) == 1 &&
            be16(gre.p + 2) == 0x880B) {
            bool more = (be16(ip.p + 6) & 0x2000) != 0;

            if (!take_gre(r, gre, total - header_octets, more,
                          &item.size_octets)) {
                return PPTP_OK;
            }
            item.pptp = true;
        }
    }
    if (r->count == r->limit) {
        int err = grow(r);

        if (err != PPTP_OK) {
            return err;
        }
    }
    r->items[r->count++] = item;
    return PPTP_OK;
}

/* Enhanced GRE, 4.1: the size of the packet inside; false: no user data. */
static bool take_gre(struct taker *r, struct piece gre, uint32_t ip_octets,
                     bool more, uint32_t *size)
{
    struct piece ppp = gre;
    uint16_t flags = be16(gre.p);
    uint16_t protocol;
    uint32_t payload;
    uint32_t header = 8;

    if ((flags & 0x2000) == 0 || gre.len < 8) {
        r->out->ignored++;
        return false;
    }
    payload = be16(gre.p + 4);
    if ((flags & 0x1000) == 0 || payload == 0) {
        r->out->no_data++;
        return false;
    }
    header += 4 + ((flags & 0x0080) != 0 ? 4u : 0u);
    /* only a fragment's first piece may promise more than it holds */
    if (!skip(&ppp, header) || ip_octets < header ||
        (payload > ip_octets - header && !more)) {
        r->out->ignored++;
        return false;
    }
    if (ppp.len > payload) {
        ppp.len = payload;
    }
    header = (uint32_t)ppp.len;
    if (!strip_ppp(&ppp, &protocol) || payload - (header - ppp.len) == 0) {
        r->out->ignored++;
        return false;
    }
    if (protocol >= 0x8000) {
        r->out->ppp_control++;
        return false;
    }
    *size = payload - (header - (uint32_t)ppp.len);
    return true;
}

static int by_source(const void *a, const void *b)
{
    const struct item *x = a;
    const struct item *y = b;

    return (x->src > y->src) - (x->src < y->src);
}

static int by_time(const void *a, const void *b)
{
    const struct item *x = a;
    const struct item *y = b;

    if (x->at_ns != y->at_ns) {
        return x->at_ns > y->at_ns ? 1 : -1;
    }
    return (x->order > y->order) - (x->order < y->order);
}

/* In a capture of PPTP only PPTP counts. */
static void keep_tunnel(struct taker *r)
{
    size_t kept = 0;

    r->out->pptp = r->out->ppp_control > 0;
    for (size_t i = 0; i < r->count; i++) {
        r->out->pptp = r->out->pptp || r->items[i].pptp;
    }
    if (!r->out->pptp) {
        return;
    }
    for (size_t i = 0; i < r->count; i++) {
        if (r->items[i].pptp) {
            r->items[kept++] = r->items[i];
        }
    }
    r->out->not_tunnel = r->count - kept;
    r->count = kept;
}

/* The source that sent the most octets, of items sorted by source. */
static uint32_t busiest(const struct taker *r)
{
    uint32_t best = r->items[0].src;
    uint64_t best_octets = 0;
    uint64_t octets = 0;

    for (size_t i = 0; i < r->count; i++) {
        if (i > 0 && r->items[i].src != r->items[i - 1].src) {
            octets = 0;
        }
        octets += r->items[i].size_octets;
        if (octets > best_octets) {
            best_octets = octets;
            best = r->items[i].src;
        }
    }
    return best;
}

static int choose(struct taker *r, uint32_t src_ipv4)
{
    struct capture *out = r->out;
    size_t kept = 0;

    keep_tunnel(r);
    if (r->count == 0) {
        r->error = "no packets with data";
        return PPTP_ERR_UNKNOWN;
    }
    qsort(r->items, r->count, sizeof *r->items, by_source);
    out->src_ipv4 = src_ipv4 != 0 ? src_ipv4 : busiest(r);
    for (size_t i = 0; i < r->count; i++) {
        if (r->items[i].src == out->src_ipv4) {
            r->items[kept++] = r->items[i];
        }
    }
    out->other_source = r->count - kept;
    if (kept == 0) {
        r->error = "no packets from the source";
        return PPTP_ERR_UNKNOWN;
    }
    qsort(r->items, kept, sizeof *r->items, by_time);
    out->packets = malloc(kept * sizeof *out->packets);
    if (out->packets == NULL) {
        r->error = "out of memory";
        return PPTP_ERR_RESOURCE;
    }
    for (size_t i = 0; i < kept; i++) {
        out->packets[i].at_ns = r->items[i].at_ns - r->items[0].at_ns;
        out->packets[i].size_octets = r->items[i].size_octets;
        out->data_octets += r->items[i].size_octets;
    }
    out->count = kept;
    return PPTP_OK;
}
