/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocks of a pcapng file; pcapng.h. */
#include "config.h"

#include "ip/pcapng.h"

#include <string.h>

enum {
    OPTION_MAX = 255,
    SMALL_MAX = 640,  /* octets of a block without a packet */
    HEAD_OCTETS = 28, /* of a packet's block, before the packet */
    OPTION_HEAD = 4,
    WAY_OCTETS = 8, /* of the option that says a packet's direction */
    LENGTH_OCTETS = 4
};

enum { SECTION = 0x0a0d0d0a, INTERFACE = 1, ENHANCED_PACKET = 6 };
enum { RAW_IPV4 = 228 }; /* a link type */
enum {
    OPT_END = 0,
    OPT_COMMENT = 1,
    OPT_IF_NAME = 2,
    OPT_EPB_FLAGS = 2,
    OPT_SHB_USERAPPL = 4,
    OPT_IF_TSRESOL = 9
};

/* Octets before they go to the sink. */
struct block {
    uint8_t octets[SMALL_MAX];
    size_t n;
};

static void put32(struct block *b, uint32_t v)
{
    PPTP_ASSERT(b->n + 4 <= SMALL_MAX);
    for (unsigned i = 0; i < 4; i++)
        b->octets[b->n++] = (uint8_t)(v >> (8 * i));
}

static uint32_t pad4(uint32_t n)
{
    return (n + 3) & ~UINT32_C(3);
}

static void put_option(struct block *b, uint32_t code, const void *value,
                       size_t n)
{
    uint32_t kept = n > OPTION_MAX ? OPTION_MAX : (uint32_t)n;

    put32(b, code | kept << 16);
    PPTP_ASSERT(b->n + pad4(kept) <= SMALL_MAX);
    memset(b->octets + b->n, 0, pad4(kept));
    if (kept > 0)
        memcpy(b->octets + b->n, value, kept);
    b->n += pad4(kept);
}

/* The length stands at both ends of a block. */
static void put_small(const struct pcapng_sink *s, struct block *b)
{
    uint32_t whole = (uint32_t)b->n + LENGTH_OCTETS;

    put32(b, whole);
    memcpy(b->octets + 4, b->octets + b->n - LENGTH_OCTETS, LENGTH_OCTETS);
    s->put(s->ctx, b->octets, b->n);
}

void pcapng_section(const struct pcapng_sink *s, const char *application)
{
    struct block b = { .n = 0 };

    put32(&b, SECTION);
    put32(&b, 0);
    put32(&b, 0x1a2b3c4d); /* the order of octets */
    put32(&b, 1);          /* version 1.0 */
    put32(&b, UINT32_MAX); /* length of the section: not known */
    put32(&b, UINT32_MAX);
    put_option(&b, OPT_SHB_USERAPPL, application, strlen(application));
    put_option(&b, OPT_END, NULL, 0);
    put_small(s, &b);
}

void pcapng_interface(const struct pcapng_sink *s, const char *name,
                      const char *comment, uint32_t snap_octets)
{
    static const uint8_t nanoseconds = 9;
    struct block b = { .n = 0 };

    put32(&b, INTERFACE);
    put32(&b, 0);
    put32(&b, RAW_IPV4);
    put32(&b, snap_octets);
    put_option(&b, OPT_IF_NAME, name, strlen(name));
    if (comment != NULL)
        put_option(&b, OPT_COMMENT, comment, strlen(comment));
    put_option(&b, OPT_IF_TSRESOL, &nanoseconds, 1);
    put_option(&b, OPT_END, NULL, 0);
    put_small(s, &b);
}

static uint32_t kept_octets(const struct pcapng_packet *k)
{
    return k->head_octets + k->body_octets + k->zeros;
}

static uint32_t text_octets(const char *text)
{
    const char *end;

    if (text == NULL)
        return 0;
    end = memchr(text, '\0', OPTION_MAX);
    return end == NULL ? OPTION_MAX : (uint32_t)(end - text);
}

/* Behind the packet, with their end. */
static uint32_t options_octets(const struct pcapng_packet *k)
{
    uint32_t n = k->way != PCAPNG_WAY_UNTOLD ? WAY_OCTETS : 0;

    if (k->comment != NULL)
        n += OPTION_HEAD + pad4(text_octets(k->comment));
    return n > 0 ? n + OPTION_HEAD : 0;
}

uint32_t pcapng_packet_octets(const struct pcapng_packet *k)
{
    return HEAD_OCTETS + pad4(kept_octets(k)) + options_octets(k) +
           LENGTH_OCTETS;
}

static void put_zeros(const struct pcapng_sink *s, uint32_t n)
{
    static const uint8_t zeros[2048];

    for (; n > sizeof zeros; n -= (uint32_t)sizeof zeros)
        s->put(s->ctx, zeros, sizeof zeros);
    if (n > 0)
        s->put(s->ctx, zeros, n);
}

void pcapng_packet(const struct pcapng_sink *s, const struct pcapng_packet *k)
{
    uint32_t kept = kept_octets(k), whole = pcapng_packet_octets(k);
    struct block b = { .n = 0 };

    put32(&b, ENHANCED_PACKET);
    put32(&b, whole);
    put32(&b, k->interface);
    put32(&b, (uint32_t)(k->time_ns >> 32));
    put32(&b, (uint32_t)k->time_ns);
    put32(&b, kept);
    put32(&b, k->wire_octets);
    s->put(s->ctx, b.octets, b.n);
    if (k->head_octets > 0)
        s->put(s->ctx, k->head, k->head_octets);
    if (k->body_octets > 0)
        s->put(s->ctx, k->body, k->body_octets);
    put_zeros(s, k->zeros + pad4(kept) - kept);
    b.n = 0;
    if (k->way != PCAPNG_WAY_UNTOLD) {
        put32(&b, OPT_EPB_FLAGS | 4u << 16);
        put32(&b, k->way);
    }
    if (k->comment != NULL)
        put_option(&b, OPT_COMMENT, k->comment, text_octets(k->comment));
    if (b.n > 0)
        put32(&b, OPT_END);
    put32(&b, whole);
    s->put(s->ctx, b.octets, b.n);
}
