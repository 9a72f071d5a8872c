/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fields of any control message: reserved ones, texts, values, byte order;
 * each only as far as the capture holds it.
 */
#include "config.h"

#include "explain/fields.h"

#include "explain/store.h"

/* A name, so that findings about another are others. */
static uint32_t named(const char *field)
{
    uint32_t h = 2166136261u;

    for (; *field != '\0'; field++)
        h = (h ^ (uint8_t)*field) * 16777619u;
    return h;
}

/* --- texts --------------------------------------------------------------- */

/* 2.1: what follows a text's end is zero; so is what was not captured. */
static bool padded(const char *field, size_t n)
{
    size_t i = 0;

    while (i < n && field[i] != '\0')
        i++;
    while (i < n && field[i] == '\0')
        i++;
    return i == n;
}

static void check_texts(struct explain *e, struct subject who,
                        const struct pptp_msg *m)
{
    static const struct {
        uint16_t type;
        uint16_t at;
        uint16_t octets;
        const char *name;
    } rows[] = {
#define ROW(e, m, f, name)                      \
    { PPTP_##e, offsetof(struct pptp_msg, m.f), \
      sizeof((struct pptp_msg *)NULL)->m.f, name }
        ROW(SCCRQ, sccrq, host_name, "Host Name"),
        ROW(SCCRQ, sccrq, vendor_name, "Vendor Name"),
        ROW(SCCRP, sccrp, host_name, "Host Name"),
        ROW(SCCRP, sccrp, vendor_name, "Vendor Name"),
        ROW(OCRQ, ocrq, phone, "Phone Number"),
        ROW(OCRQ, ocrq, subaddress, "Subaddress"),
        ROW(ICRQ, icrq, dialed, "Dialed Number"),
        ROW(ICRQ, icrq, dialing, "Dialing Number"),
        ROW(ICRQ, icrq, subaddress, "Subaddress"),
        ROW(CDN, cdn, stats, "Call Statistics"),
    };
    size_t i;

    for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].type == m->type &&
            !padded((const char *)m + rows[i].at, rows[i].octets))
            explain_note(e, EXPLAIN_PADDING,
                         about(who, m->type << 16 | rows[i].at), "%s of %s",
                         rows[i].name, pptp_msg_name(m->type));
}

/* --- results ------------------------------------------------------------- */

/* 2.16: an Error Code only beside result 2. */
static void check_error(struct explain *e, struct subject who,
                        const struct said *s)
{
    struct num result, error;

#define RESULT(msg)               \
    result = GOT(s, msg, result); \
    error = GOT(s, msg, error)
    switch (s->m->type) {
    case PPTP_SCCRP: RESULT(sccrp); break;
    case PPTP_STOP_RP: RESULT(stop_rp); break;
    case PPTP_ECHO_RP: RESULT(echo_rp); break;
    case PPTP_OCRP: RESULT(ocrp); break;
    case PPTP_ICRP: RESULT(icrp); break;
    case PPTP_CDN: RESULT(cdn); break;
    default: return;
    }
#undef RESULT
    if (error.known &&
        ((error.v != 0 && result.v != 2) || error.v > PPTP_GE_PAC_ERROR))
        explain_note(e, EXPLAIN_ERROR_CODE, about(who, s->m->type),
                     "%s with Result Code %u and Error Code %u",
                     pptp_msg_name(s->m->type), result.v, error.v);
}

/* --- byte order ---------------------------------------------------------- */

/* What speaks for octets in the wrong order, and what against it. */
struct order {
    unsigned signs;
    bool speed, window; /* one of them is in such a field */
    bool against;       /* swapped, the message makes no sense */
};

/* 4 Mbit/s and more, not one bit set in the lower half, and swapped it is a
 * number as lines have them: 300, 2400, 33600, 64000. */
static bool swapped_bps(struct num bps)
{
    uint32_t swapped = __builtin_bswap32(bps.v);

    return bps.known && bps.v >= 1u << 22 && (bps.v & 0xFFFF) == 0 &&
           swapped >= 300 && swapped % 100 == 0;
}

/* Nothing known as a value, but swapped it is one of 1, 2 and 3. */
static bool swapped_bits(struct num bits)
{
    uint32_t swapped = __builtin_bswap32(bits.v);

    return bits.known && bits.v > 3 && swapped >= 1 && swapped <= 3;
}

static bool swapped_16(struct num n, uint32_t from)
{
    return n.known && n.v >= from && (n.v & 0xFF) == 0;
}

static bool within(uint32_t v, uint32_t min, uint32_t max)
{
    return v >= min && v <= max;
}

static void order_of_bounds(struct order *o, struct num min, struct num max)
{
    bool low = swapped_bps(min), high = swapped_bps(max);
    bool as_read = min.v <= max.v;
    bool as_swapped = __builtin_bswap32(min.v) <= __builtin_bswap32(max.v);

    o->signs += (unsigned)low + (unsigned)high;
    o->speed = low || high;
    if (!min.known || !max.known)
        return;
    o->signs += !as_read && as_swapped;
    o->against = as_read && !as_swapped;
}

static void order_of_connect(struct order *o, struct num bps,
                             const struct call *call)
{
    bool asked = call != NULL && call->min_bps.known && call->max_bps.known &&
                 call->max_bps.v >= call->min_bps.v && call->max_bps.v > 0;
    bool as_read, as_swapped;

    o->signs += swapped_bps(bps);
    if (!asked || !bps.known)
        return;
    as_read = within(bps.v, call->min_bps.v, call->max_bps.v);
    as_swapped = within(__builtin_bswap32(bps.v), call->min_bps.v,
                        call->max_bps.v);
    o->signs += !as_read && as_swapped;
    o->against = as_read && !as_swapped;
}

static struct order order_of(const struct said *s, const struct call *call)
{
    struct order o = { .signs = 0 };
    struct num window = { .known = false }, delay = { .known = false };

    switch (s->m->type) {
    case PPTP_OCRQ:
        order_of_bounds(&o, GOT(s, ocrq, min_bps), GOT(s, ocrq, max_bps));
        o.signs += swapped_bits(GOT(s, ocrq, bearer));
        o.signs += swapped_bits(GOT(s, ocrq, framing));
        window = GOT(s, ocrq, recv_window);
        delay = GOT(s, ocrq, ppd_ds);
        break;
    case PPTP_OCRP:
        order_of_connect(&o, GOT(s, ocrp, connect_bps), call);
        window = GOT(s, ocrp, recv_window);
        delay = GOT(s, ocrp, ppd_ds);
        break;
    case PPTP_ICRP:
        window = GOT(s, icrp, recv_window);
        delay = GOT(s, icrp, ppd_ds);
        break;
    case PPTP_ICCN:
        order_of_connect(&o, GOT(s, iccn, connect_bps), NULL);
        o.signs += swapped_bits(GOT(s, iccn, framing));
        window = GOT(s, iccn, recv_window);
        delay = GOT(s, iccn, ppd_ds);
        break;
    default: break;
    }
    o.window = swapped_16(window, 0x1000);
    o.signs += (unsigned)o.window + (unsigned)swapped_16(delay, 0x100);
    return o;
}

bool explain_fields_swapped(const struct said *s, const struct call *call,
                            struct num window)
{
    struct order o = order_of(s, call);

    /* one odd number alone is a number: Android asks for 8192 */
    return swapped_16(window, 0x1000) && o.signs >= 2 && !o.against;
}

static void check_bounds(struct explain *e, struct subject who,
                         const struct said *s)
{
    struct num min = GOT(s, ocrq, min_bps), max = GOT(s, ocrq, max_bps);
    struct order o = order_of(s, NULL);
    bool swapped = o.speed && o.signs >= 2 && !o.against;

    if (!max.known)
        return;
    if (min.v > max.v)
        explain_note(e, EXPLAIN_SPEED, who, "%u above %u%s", min.v, max.v,
                     swapped ? "; they look byte-swapped" : "");
    else if (swapped)
        explain_note(e, EXPLAIN_SPEED_SWAPPED, who, "%u and %u bit/s", min.v,
                     max.v);
}

/* --- all ----------------------------------------------------------------- */

void explain_fields_check(struct explain *e, struct conn *c, int side,
                          const struct said *s)
{
    struct subject who = of_conn(c, side);
    struct pptp_msg m = *s->m;
    const char *field = "";

    if (m.reserved_dirty)
        explain_note(e, EXPLAIN_RESERVED, about(who, m.type), "in %s",
                     pptp_msg_name(m.type));
    if (m.type == PPTP_OCRQ) {
        check_bounds(e, who, s);
        m.ocrq.max_bps = UINT32_MAX; /* the other fields, too */
    }
    if (pptp_msg_check_part(&m, s->known, &field) == PPTP_ERR_VALUE)
        explain_note(e, EXPLAIN_VALUE,
                     about(who, (uint32_t)m.type << 24 ^ named(field)),
                     "%s of %s", field, pptp_msg_name(m.type));
    check_error(e, who, s);
    check_texts(e, who, &m);
}
