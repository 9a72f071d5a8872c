/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Captures: the containers pcap and pcapng, in pieces of any size; capture.h.
 * Every octet is hostile; everything is read through bounded cursors.
 */
#include "config.h"

#include "ip/capture.h"

#include <string.h>

#include "base/text.h"
#include "base/wire.h"

#define PCAP_FILE_OCTETS 24u
#define PCAP_RECORD_OCTETS 16u
#define BLOCK_MIN_OCTETS 12u
#define SHB 0x0A0D0D0Au
#define TIME_MAX_S UINT64_C(9000000000) /* 2^63 ns is 292 years */

/* What a record's reader says when it needs more octets than there are. */
#define MORE 1

/* A piece of what is at hand. */
struct piece {
    const uint8_t *p;
    size_t len;
};

/* A packet as its container has it. */
struct packet {
    uint32_t link;
    pptp_ns at_ns;
    bool timed;
    struct piece data;
    uint32_t wire_octets;
};

static int read_magic(struct capture_reader *r, struct piece *d, bool last);
static int read_record(struct capture_reader *r, struct piece *d, bool last);
static int read_block(struct capture_reader *r, struct piece *d, bool last);

static int fail(struct capture_reader *r, int err, size_t at, const char *what)
{
    struct pptp_text t;

    pptp_text_init(&t, r->fault.text, sizeof r->fault.text);
    pptp_text_str(&t, what);
    r->fault.at = r->base + at;
    return err;
}

static uint16_t get16(bool big, const uint8_t *p)
{
    return (uint16_t)(big ? pptp_get16(p) : p[1] << 8 | p[0]);
}

static uint32_t get32(bool big, const uint8_t *p)
{
    return big ? pptp_get32(p)
               : (uint32_t)get16(false, p + 2) << 16 | get16(false, p);
}

/* Drops n octets off the front; false (and nothing done): not there. */
static bool skip(struct piece *d, size_t n)
{
    if (d->len < n)
        return false;
    d->p += n;
    d->len -= n;
    return true;
}

void capture_begin(struct capture_reader *r, capture_visit visit, void *ctx)
{
    memset(r, 0, sizeof *r);
    r->visit = visit;
    r->ctx = ctx;
}

int capture_feed(struct capture_reader *r, const uint8_t *octets, size_t len,
                 bool last, size_t *used)
{
    struct piece d = { octets, len };
    int err = PPTP_OK;

    while (err == PPTP_OK && (d.len > 0 || r->format == CAPTURE_UNKNOWN)) {
        size_t before = d.len;

        switch (r->format) {
        case CAPTURE_UNKNOWN: err = read_magic(r, &d, last); break;
        case CAPTURE_PCAP: err = read_record(r, &d, last); break;
        default: err = read_block(r, &d, last); break;
        }
        r->base += before - d.len;
    }
    *used = len - d.len;
    return err == MORE ? PPTP_OK : err;
}

int capture_walk(const uint8_t *octets, size_t len, capture_visit visit,
                 void *ctx, struct capture_fault *fault)
{
    struct capture_reader r;
    size_t used;
    int err;

    capture_begin(&r, visit, ctx);
    err = capture_feed(&r, octets, len, true, &used);
    *fault = r.fault;
    return err;
}

/* Too few octets: an error where nothing follows. */
static int more(struct capture_reader *r, bool last, size_t at,
                const char *what)
{
    return last ? fail(r, PPTP_ERR_TRUNCATED, at, what) : MORE;
}

static int show(struct capture_reader *r, size_t at, const struct packet *p)
{
    struct encap in = encap_open(p->link, p->data.p, p->data.len);
    struct capture_frame f = { .number = ++r->frames,
                               .at_ns = p->at_ns,
                               .timed = p->timed,
                               .kind = in.kind,
                               .which = in.which,
                               .ipv4 = in.ipv4,
                               .len = in.len };
    size_t before = p->data.len - in.len;
    int err;

    if (in.ipv4 != NULL && p->wire_octets > before)
        f.wire_octets = p->wire_octets - (uint32_t)before;
    /* a container that says less than it holds */
    if (f.wire_octets < in.len)
        f.wire_octets = (uint32_t)in.len;
    r->last_ns = p->at_ns;
    err = r->visit(r->ctx, &f);
    if (err != PPTP_OK)
        r->fault.at = r->base + at; /* the visitor knows why */
    return err;
}

/* --- pcap ---------------------------------------------------------------- */

static int read_pcap_header(struct capture_reader *r, struct piece *d,
                            bool last)
{
    struct capture_interface *i = &r->interfaces[0];
    struct pptp_text t;

    if (d->len < PCAP_FILE_OCTETS)
        return more(r, last, d->len, "file header cut");
    /* the upper half tells of an FCS, which changes no header */
    i->link = get32(r->big, d->p + 20) & 0xFFFF;
    if (!encap_link_known(i->link)) {
        pptp_text_init(&t, r->fault.text, sizeof r->fault.text);
        t.len = encap_print(ENCAP_LINK, i->link, r->fault.text,
                            sizeof r->fault.text);
        pptp_text_str(&t, " is not read");
        r->fault.at = 20;
        return PPTP_ERR_VALUE;
    }
    r->format = CAPTURE_PCAP;
    skip(d, PCAP_FILE_OCTETS);
    return PPTP_OK;
}

/* What else a file called a capture is, by its first four octets. */
static const char *foreign(uint32_t magic)
{
    static const struct {
        uint32_t mask, magic;
        const char *text;
    } rows[] = {
        { 0xFFFF0000, 0x1F8B0000, "packed with gzip; unpack it first" },
        { 0xFFFFFFFF, 0x28B52FFD, "packed with zstd; unpack it first" },
        { 0xFFFFFFFF, 0xFD377A58, "packed with xz; unpack it first" },
        { 0xFFFFFF00, 0x425A6800, "packed with bzip2; unpack it first" },
        { 0xFFFFFFFF, 0x04224D18, "packed with lz4; unpack it first" },
        { 0xFFFFFFFF, 0x504B0304, "packed with zip; unpack it first" },
        { 0xFFFFFFFF, 0x736E6F6F, "a snoop file, which is not read" },
        { 0xFFFFFFFF, 0x474D4255,
          "a Network Monitor file, which is not read" },
        { 0xFFFFFFFF, 0xA1B2CD34, "a patched pcap, which is not read" },
        { 0xFFFFFFFF, 0x34CDB2A1, "a patched pcap, which is not read" },
    };
    size_t i;

    for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if ((magic & rows[i].mask) == rows[i].magic)
            return rows[i].text;
    return "neither pcap nor pcapng";
}

static int read_magic(struct capture_reader *r, struct piece *d, bool last)
{
    uint32_t magic;

    if (d->len < 4)
        return more(r, last, d->len, "file ends in its magic");
    magic = pptp_get32(d->p);
    r->big = magic == 0xA1B2C3D4u || magic == 0xA1B23C4Du;
    r->nano = magic == 0xA1B23C4Du || magic == 0x4D3CB2A1u;
    if (r->big || r->nano || magic == 0xD4C3B2A1u)
        return read_pcap_header(r, d, last);
    if (magic != SHB)
        return fail(r, PPTP_ERR_FORMAT, 0, foreign(magic));
    r->format = CAPTURE_PCAPNG;
    return PPTP_OK;
}

static int read_record(struct capture_reader *r, struct piece *d, bool last)
{
    const uint32_t per_s = r->nano ? 1000000000u : 1000000u;
    struct packet p = { .link = r->interfaces[0].link, .timed = true };
    const uint8_t *h = d->p;
    uint32_t fraction, captured;
    int err;

    if (d->len < PCAP_RECORD_OCTETS)
        return more(r, last, 0, "record header cut");
    /* writers that round put a whole second there: it adds up */
    fraction = get32(r->big, h + 4);
    captured = get32(r->big, h + 8);
    if (captured > CAPTURE_RECORD_MAX - PCAP_RECORD_OCTETS)
        return fail(r, PPTP_ERR_FORMAT, 8, "a packet of more than 16 MiB");
    if (captured > d->len - PCAP_RECORD_OCTETS)
        return more(r, last, 0, "packet cut");
    p.at_ns = get32(r->big, h) * PPTP_S +
              (uint64_t)fraction * (PPTP_S / per_s);
    p.data = (struct piece){ h + PCAP_RECORD_OCTETS, captured };
    p.wire_octets = get32(r->big, h + 12);
    err = show(r, 0, &p);
    if (err == PPTP_OK)
        skip(d, PCAP_RECORD_OCTETS + captured);
    return err;
}

/* --- pcapng -------------------------------------------------------------- */

/* Splits into seconds and the rest first: nothing overflows. */
static int ticks_to_ns(const struct capture_interface *i, uint64_t ticks,
                       pptp_ns *out)
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

        for (; power > 9; power--) /* finer than nanoseconds */
            ticks /= 10;
        for (uint32_t n = 0; n < power; n++)
            per_s *= 10;
        whole = ticks / per_s;
        rest_ns = ticks % per_s * (PPTP_S / per_s);
    }
    if (whole > TIME_MAX_S || i->offset_s > (int64_t)TIME_MAX_S ||
        i->offset_s < -(int64_t)TIME_MAX_S)
        return PPTP_ERR_VALUE;
    if ((int64_t)whole + i->offset_s < 0 ||
        (int64_t)whole + i->offset_s > (int64_t)TIME_MAX_S)
        return PPTP_ERR_VALUE;
    *out = (pptp_ns)((int64_t)whole + i->offset_s) * PPTP_S + rest_ns;
    return PPTP_OK;
}

/* A section header sets the byte order and forgets the interfaces; its type
 * reads the same both ways. */
static int read_section(struct capture_reader *r, const struct piece *d)
{
    uint32_t magic = pptp_get32(d->p + 8);

    if (magic != 0x1A2B3C4Du && magic != 0x4D3C2B1Au)
        return fail(r, PPTP_ERR_FORMAT, 8, "byte-order magic");
    r->big = magic == 0x1A2B3C4Du;
    r->interface_count = 0;
    return PPTP_OK;
}

static int read_interface(struct capture_reader *r, struct piece body)
{
    struct capture_interface *i;

    if (r->interface_count == CAPTURE_INTERFACES_MAX)
        return fail(r, PPTP_ERR_RESOURCE, 0, "too many interfaces");
    if (body.len < 8)
        return fail(r, PPTP_ERR_FORMAT, 0, "interface block too short");
    i = &r->interfaces[r->interface_count];
    *i = (struct capture_interface){
        .link = get16(r->big, body.p),
        .resolution = 6,
        .snap_octets = get32(r->big, body.p + 4),
    };
    skip(&body, 8);
    while (body.len >= 4) { /* options: code, length, padded value */
        uint16_t code = get16(r->big, body.p);
        size_t n = get16(r->big, body.p + 2);
        const uint8_t *value = body.p + 4;

        if (code == 0)
            break;
        if (!skip(&body, 4 + (n + 3) / 4 * 4))
            return fail(r, PPTP_ERR_FORMAT, 0, "interface option cut");
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

static int read_packet_block(struct capture_reader *r, struct piece body,
                             bool obsolete)
{
    struct packet p = { .timed = true };
    const uint8_t *h = body.p;
    uint32_t index, captured;
    uint64_t ticks;

    if (!skip(&body, 20))
        return fail(r, PPTP_ERR_FORMAT, 0, "packet block too short");
    index = obsolete ? get16(r->big, h) : get32(r->big, h);
    ticks = (uint64_t)get32(r->big, h + 4) << 32 | get32(r->big, h + 8);
    captured = get32(r->big, h + 12);
    if (index >= r->interface_count)
        return fail(r, PPTP_ERR_FORMAT, 8, "no such interface");
    if (captured > body.len)
        return fail(r, PPTP_ERR_TRUNCATED, 20, "packet beyond its block");
    if (ticks_to_ns(&r->interfaces[index], ticks, &p.at_ns) != PPTP_OK)
        return fail(r, PPTP_ERR_VALUE, 12, "time out of range");
    p.link = r->interfaces[index].link;
    p.data = (struct piece){ body.p, captured };
    p.wire_octets = get32(r->big, h + 16);
    return show(r, 0, &p);
}

/* It has no time, and its length is told by the first interface only. */
static int read_simple_block(struct capture_reader *r, struct piece body)
{
    struct packet p = { .at_ns = r->last_ns };
    uint32_t captured, snap;

    if (r->interface_count == 0)
        return fail(r, PPTP_ERR_FORMAT, 0, "no such interface");
    if (body.len < 4)
        return fail(r, PPTP_ERR_FORMAT, 0, "simple packet block too short");
    p.wire_octets = captured = get32(r->big, body.p);
    skip(&body, 4);
    snap = r->interfaces[0].snap_octets;
    if (snap != 0 && captured > snap)
        captured = snap;
    if (captured > body.len)
        return fail(r, PPTP_ERR_TRUNCATED, 8, "packet beyond its block");
    p.link = r->interfaces[0].link;
    p.data = (struct piece){ body.p, captured };
    return show(r, 0, &p);
}

static int read_body(struct capture_reader *r, uint32_t type,
                     struct piece body)
{
    switch (type) {
    case SHB:
        if (body.len < 16)
            return fail(r, PPTP_ERR_FORMAT, 0, "section header too short");
        if (get16(r->big, body.p + 4) != 1)
            return fail(r, PPTP_ERR_FORMAT, 12, "pcapng version");
        return PPTP_OK;
    case 1: return read_interface(r, body);
    case 2: return read_packet_block(r, body, true);
    case 3: return read_simple_block(r, body);
    case 6: return read_packet_block(r, body, false);
    default: /* names, statistics, secrets, and what is yet to come */
        return PPTP_OK;
    }
}

static int read_block(struct capture_reader *r, struct piece *d, bool last)
{
    struct piece body;
    uint32_t type, block;
    int err;

    if (d->len < BLOCK_MIN_OCTETS)
        return more(r, last, 0, "block header cut");
    if (pptp_get32(d->p) == SHB) {
        err = read_section(r, d);
        if (err != PPTP_OK)
            return err;
    }
    type = get32(r->big, d->p);
    block = get32(r->big, d->p + 4);
    if (block < BLOCK_MIN_OCTETS || block % 4 != 0)
        return fail(r, PPTP_ERR_FORMAT, 4, "block length");
    if (block > CAPTURE_RECORD_MAX)
        return fail(r, PPTP_ERR_FORMAT, 4, "a block of more than 16 MiB");
    if (block > d->len)
        return more(r, last, 0, "block cut");
    if (get32(r->big, d->p + block - 4) != block)
        return fail(r, PPTP_ERR_FORMAT, block - 4, "block lengths differ");
    body = (struct piece){ d->p + 8, block - BLOCK_MIN_OCTETS };
    err = read_body(r, type, body);
    if (err == PPTP_OK)
        skip(d, block);
    return err;
}
