/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * The codec of control messages, RFC 2637 sections 1.4 and 2: loops over the
 * rows of msg.def, which is also where msg.h has its structures from.  The
 * tables hold offsets and no pointers, so they need no relocation.
 */
#include "config.h"

#include "pptp/msg.h"

#include "base/text.h"
#include "base/wire.h"

#include <string.h>

/*
 * The wire as structures of octets, which have no padding: the compiler
 * checks that rows neither overlap nor leave a hole, and add up to Length.
 */
#define MSG(e, m, name, octets) \
    struct wire_##m {           \
        uint8_t header[PPTP_MSG_HEADER];
#define UINT(m, f, bits, off, rfc, check) uint8_t f[(bits) / 8];
#define TEXT(m, f, octets, off, rfc) uint8_t f[octets];
#define RESERVED(m, octets, off, rfc) uint8_t rfc[octets];
#define END_MSG(m) \
    }              \
    ;
#include "pptp/msg.def"

#define PLACED(m, f, off) \
    _Static_assert(offsetof(struct wire_##m, f) == (off), "msg.def: " #m)
#define MSG(e, m, name, octets)                                          \
    _Static_assert(sizeof(struct wire_##m) == (octets), "msg.def: " #m); \
    _Static_assert((octets) <= PPTP_MSG_MAX, "msg.def: " #m);            \
    _Static_assert(sizeof(struct pptp_##m) <= UINT8_MAX, "msg.def: " #m);
#define UINT(m, f, bits, off, rfc, check) PLACED(m, f, off);
#define TEXT(m, f, octets, off, rfc) PLACED(m, f, off);
#define RESERVED(m, octets, off, rfc) PLACED(m, rfc, off);
#define END_MSG(m)
#include "pptp/msg.def"

/* Where each message's rows start and end in the flat table of fields. */
enum {
#define MSG(e, m, name, octets) first_##m, before_##m = first_##m - 1,
#define UINT(m, f, bits, off, rfc, check) row_##m##_##f,
#define TEXT(m, f, octets, off, rfc) row_##m##_##f,
#define RESERVED(m, octets, off, rfc) row_##m##_##rfc,
#define END_MSG(m) end_##m, last_##m = end_##m - 1,
#include "pptp/msg.def"
    rows
};

struct layout {
    uint8_t octets;
    uint8_t first; /* rows of fields: first … end - 1 */
    uint8_t end;
    char name[9];
};

static const struct layout layouts[PPTP_MSG_TYPES + 1] = {
    [0] = { 0, 0, 0, "unknown" },
#define MSG(e, m, name, octets) \
    [PPTP_##e] = { octets, (uint8_t)first_##m, (uint8_t)end_##m, name },
#define UINT(m, f, bits, off, rfc, check)
#define TEXT(m, f, octets, off, rfc)
#define RESERVED(m, octets, off, rfc)
#define END_MSG(m)
#include "pptp/msg.def"
};

enum { KIND_UINT, KIND_HEX, KIND_TEXT, KIND_RESERVED };
enum { CHECK_ANY, CHECK_RANGE, CHECK_BITS };

struct check {
    uint32_t kind;
    uint32_t lo; /* of a range; the mask of bits */
    uint32_t hi; /* of a range */
};

struct field {
    struct check check;
    uint8_t kind;
    uint8_t octets;
    uint8_t wire;   /* octets from the start of Length */
    uint8_t member; /* octets from the start of the structure */
    char name[19];  /* in the structure */
    char rfc[28];
};

#define ANY CHECK_ANY, 0, 0
#define RANGE(lo, hi) CHECK_RANGE, lo, hi
#define BITS(mask) CHECK_BITS, mask, 0
#define ROW(kind, m, f, octets, off, rfc, ...) \
    { { __VA_ARGS__ },                         \
      kind,                                    \
      octets,                                  \
      off,                                     \
      (uint8_t)offsetof(struct pptp_##m, f),   \
      #f,                                      \
      #rfc },

static const struct field fields[] = {
#define MSG(e, m, name, octets)
#define UINT(m, f, bits, off, rfc, check) \
    ROW(KIND_UINT, m, f, (bits) / 8, off, rfc, check)
#define HEX(m, f, bits, off, rfc, check) \
    ROW(KIND_HEX, m, f, (bits) / 8, off, rfc, check)
#define TEXT(m, f, octets, off, rfc) \
    ROW(KIND_TEXT, m, f, octets, off, rfc, ANY)
#define RESERVED(m, octets, off, rfc) \
    { { ANY }, KIND_RESERVED, octets, off, 0, "", #rfc },
#define END_MSG(m)
#include "pptp/msg.def"
};

_Static_assert(sizeof fields / sizeof fields[0] == (size_t)rows,
               "rows and fields agree");

/* Members of the union share this place. */
#define BODY offsetof(struct pptp_msg, sccrq)

static const struct layout *layout_of(uint16_t type)
{
    return &layouts[type <= PPTP_MSG_TYPES ? type : 0];
}

static uint32_t load(const struct pptp_msg *msg, const struct field *f)
{
    const uint8_t *at = (const uint8_t *)msg + BODY + f->member;
    uint16_t v16;
    uint32_t v32;

    switch (f->octets) {
    case 1: return *at;
    case 2: memcpy(&v16, at, sizeof v16); return v16;
    default: memcpy(&v32, at, sizeof v32); return v32;
    }
}

static uint32_t get_field(const uint8_t *p, unsigned octets)
{
    return octets == 1 ? p[0] : octets == 2 ? pptp_get16(p) : pptp_get32(p);
}

uint16_t pptp_msg_length(uint16_t type)
{
    return layout_of(type)->octets;
}

const char *pptp_msg_name(uint16_t type)
{
    return layout_of(type)->name;
}

static void encode_field(const struct pptp_msg *msg, const struct field *f,
                         uint8_t *to)
{
    const char *text = (const char *)msg + BODY + f->member;
    uint32_t v;
    unsigned i;

    if (f->kind == KIND_RESERVED)
        return;
    if (f->kind == KIND_TEXT) {
        for (i = 0; i < f->octets && text[i] != '\0'; i++)
            to[i] = (uint8_t)text[i];
        return;
    }
    v = load(msg, f);
    switch (f->octets) {
    case 1: to[0] = (uint8_t)v; break;
    case 2: pptp_put16(to, (uint16_t)v); break;
    default: pptp_put32(to, v); break;
    }
}

size_t pptp_msg_encode(const struct pptp_msg *msg, uint8_t out[PPTP_MSG_MAX])
{
    const struct layout *l = layout_of(msg->type);
    unsigned i;

    PPTP_ASSERT(l->octets >= PPTP_MSG_HEADER);
    memset(out, 0, l->octets); /* reserved fields, ends of texts */
    pptp_put16(out, l->octets);
    pptp_put16(out + 2, PPTP_MSG_CONTROL);
    pptp_put32(out + 4, PPTP_COOKIE);
    pptp_put16(out + 8, msg->type);
    for (i = l->first; i < l->end; i++)
        encode_field(msg, &fields[i], out + fields[i].wire);
    return l->octets;
}

/* Whether any message has this Length. */
static bool length_exists(uint16_t len)
{
    unsigned type;

    for (type = 1; type <= PPTP_MSG_TYPES; type++)
        if (layouts[type].octets == len)
            return true;
    return false;
}

int pptp_msg_frame(const uint8_t *octets, size_t n)
{
    uint16_t len;
    uint16_t type;
    size_t i;

    if (n < 2)
        return 0;
    len = pptp_get16(octets);
    if (len < PPTP_MSG_HEADER)
        return PPTP_ERR_SYNC;
    /* 1.4: the cookie judges first, for it alone says "not our stream" */
    for (i = 4; i < 8; i++) {
        if (n <= i)
            return 0;
        if (octets[i] != (uint8_t)(PPTP_COOKIE >> (8 * (7 - i))))
            return PPTP_ERR_SYNC;
    }
    if (pptp_get16(octets + 2) != PPTP_MSG_CONTROL || !length_exists(len))
        return PPTP_ERR_FORMAT;
    if (n < 10)
        return n == 9 && octets[8] != 0 ? PPTP_ERR_FORMAT : 0;
    type = pptp_get16(octets + 8);
    if (layout_of(type)->octets != len)
        return PPTP_ERR_FORMAT;
    return n < len ? 0 : (int)len;
}

static void decode_field(const uint8_t *from, const struct field *f,
                         struct pptp_msg *out)
{
    uint8_t *to = (uint8_t *)out + BODY + f->member;
    uint32_t v32;
    uint16_t v16;

    if (f->kind == KIND_TEXT) {
        memcpy(to, from, f->octets);
        return;
    }
    v32 = get_field(from, f->octets);
    if (f->kind == KIND_RESERVED) {
        out->reserved_dirty |= v32 != 0;
        return;
    }
    v16 = (uint16_t)v32;
    switch (f->octets) {
    case 1: *to = (uint8_t)v32; break;
    case 2: memcpy(to, &v16, sizeof v16); break;
    default: memcpy(to, &v32, sizeof v32); break;
    }
}

int pptp_msg_decode(const uint8_t *octets, size_t n, struct pptp_msg *out)
{
    const struct layout *l;
    int len = pptp_msg_frame(octets, n);
    unsigned i;

    if (len <= 0)
        return len;
    memset(out, 0, sizeof *out); /* equal octets make equal structures */
    out->type = pptp_get16(octets + 8);
    out->reserved_dirty = pptp_get16(octets + 10) != 0;
    l = layout_of(out->type);
    for (i = l->first; i < l->end; i++)
        decode_field(octets + fields[i].wire, &fields[i], out);
    return len;
}

static bool legal(const struct check *c, uint32_t v)
{
    switch (c->kind) {
    case CHECK_RANGE: return v >= c->lo && v <= c->hi;
    case CHECK_BITS: return v != 0 && (v & ~c->lo) == 0;
    default: return true;
    }
}

/* Whether all of a field lies in the first `known` octets. */
static bool holds(size_t known, const struct field *f)
{
    return known >= (size_t)f->wire + f->octets;
}

int pptp_msg_check(const struct pptp_msg *msg, const char **field)
{
    return pptp_msg_check_part(msg, PPTP_MSG_MAX, field);
}

int pptp_msg_check_part(const struct pptp_msg *msg, size_t known,
                        const char **field)
{
    const struct layout *l = layout_of(msg->type);
    const struct field *wrong = NULL;
    unsigned i;

    if (l->octets == 0)
        return PPTP_ERR_FORMAT;
    /* 2.7: the one rule that ties two fields together */
    if (msg->type == PPTP_OCRQ && holds(known, &fields[row_ocrq_max_bps]) &&
        msg->ocrq.min_bps > msg->ocrq.max_bps)
        wrong = &fields[row_ocrq_min_bps];
    for (i = l->first; i < l->end && wrong == NULL; i++)
        if (fields[i].check.kind != CHECK_ANY && holds(known, &fields[i]) &&
            !legal(&fields[i].check, load(msg, &fields[i])))
            wrong = &fields[i];
    if (wrong == NULL)
        return PPTP_OK;
    if (field != NULL)
        *field = wrong->rfc;
    return PPTP_ERR_VALUE;
}

/* What is known of a text; it is whole when its end is. */
static void print_text(const struct pptp_msg *msg, const struct field *f,
                       size_t known, struct pptp_text *t)
{
    const char *text = (const char *)msg + BODY + f->member;
    size_t n = known > f->wire ? known - f->wire : 0, i = 0;

    if (n > f->octets)
        n = f->octets;
    if (n > 0)
        pptp_text_quoted(t, text, n);
    while (i < n && text[i] != '\0')
        i++;
    if (i == n && n < f->octets)
        pptp_text_char(t, '?');
}

static void print_field(const struct pptp_msg *msg, const struct field *f,
                        size_t known, struct pptp_text *t)
{
    if (f->kind == KIND_RESERVED)
        return;
    pptp_text_char(t, ' ');
    pptp_text_str(t, f->name);
    pptp_text_char(t, '=');
    if (f->kind == KIND_TEXT)
        print_text(msg, f, known, t);
    else if (!holds(known, f))
        pptp_text_char(t, '?');
    else if (f->kind == KIND_HEX)
        pptp_text_hex(t, load(msg, f), f->octets * 2u);
    else
        pptp_text_u64(t, load(msg, f));
}

size_t pptp_msg_print(const struct pptp_msg *msg, char *out, size_t cap)
{
    return pptp_msg_print_part(msg, PPTP_MSG_MAX, out, cap);
}

size_t pptp_msg_print_part(const struct pptp_msg *msg, size_t known, char *out,
                           size_t cap)
{
    const struct layout *l = layout_of(msg->type);
    struct pptp_text t;
    unsigned i;

    pptp_text_init(&t, out, cap);
    pptp_text_str(&t, l->name);
    if (l->octets == 0) {
        pptp_text_str(&t, " type=");
        pptp_text_u64(&t, msg->type);
    }
    for (i = l->first; i < l->end; i++)
        print_field(msg, &fields[i], known, &t);
    if (msg->reserved_dirty)
        pptp_text_str(&t, " reserved_dirty");
    return t.len;
}
