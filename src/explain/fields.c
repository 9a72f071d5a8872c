/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fields of any control message: reserved, texts, values, byte order. */
#include "config.h"

#include "explain/impl.h"

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
    const char *field = NULL;

#define TEXT(f, name)         \
    if (!padded(f, sizeof f)) \
        field = name;
    switch (m->type) {
    case PPTP_SCCRQ:
        TEXT(m->sccrq.host_name, "Host Name")
        TEXT(m->sccrq.vendor_name, "Vendor Name")
        break;
    case PPTP_SCCRP:
        TEXT(m->sccrp.host_name, "Host Name")
        TEXT(m->sccrp.vendor_name, "Vendor Name")
        break;
    case PPTP_OCRQ:
        TEXT(m->ocrq.phone, "Phone Number")
        TEXT(m->ocrq.subaddress, "Subaddress")
        break;
    case PPTP_ICRQ:
        TEXT(m->icrq.dialed, "Dialed Number")
        TEXT(m->icrq.dialing, "Dialing Number")
        TEXT(m->icrq.subaddress, "Subaddress")
        break;
    case PPTP_CDN: TEXT(m->cdn.stats, "Call Statistics") break;
    default: break;
    }
#undef TEXT
    if (field != NULL)
        explain_note(e, EXPLAIN_PADDING, who, "%s of %s", field,
                     pptp_msg_name(m->type));
}

/* 2.16: an Error Code only beside result 2. */
static void check_error(struct explain *e, struct subject who,
                        const struct pptp_msg *m)
{
    unsigned result, error;

    switch (m->type) {
    case PPTP_SCCRP:
        result = m->sccrp.result;
        error = m->sccrp.error;
        break;
    case PPTP_STOP_RP:
        result = m->stop_rp.result;
        error = m->stop_rp.error;
        break;
    case PPTP_ECHO_RP:
        result = m->echo_rp.result;
        error = m->echo_rp.error;
        break;
    case PPTP_OCRP:
        result = m->ocrp.result;
        error = m->ocrp.error;
        break;
    case PPTP_ICRP:
        result = m->icrp.result;
        error = m->icrp.error;
        break;
    case PPTP_CDN:
        result = m->cdn.result;
        error = m->cdn.error;
        break;
    default: return;
    }
    if ((error != 0 && result != 2) || error > PPTP_GE_PAC_ERROR)
        explain_note(e, EXPLAIN_ERROR_CODE, who,
                     "%s with Result Code %u and Error Code %u",
                     pptp_msg_name(m->type), result, error);
}

/* Gigabits, and not one bit set in the lower half. */
static bool bps_swapped(uint32_t bps)
{
    return bps >= 1u << 24 && (bps & 0xFFFF) == 0;
}

void explain_fields_check(struct explain *e, struct conn *c, int side,
                          const struct pptp_msg *m)
{
    struct subject who = { c, NULL, side };
    const struct pptp_ocrq *o = &m->ocrq;
    const char *field = "";

    if (m->reserved_dirty)
        explain_note(e, EXPLAIN_RESERVED, who, "in %s",
                     pptp_msg_name(m->type));
    if (m->type == PPTP_OCRQ && o->min_bps > o->max_bps)
        explain_note(
            e, EXPLAIN_SPEED, who, "%u above %u%s", o->min_bps, o->max_bps,
            __builtin_bswap32(o->min_bps) <= __builtin_bswap32(o->max_bps)
                ? "; they look byte-swapped"
                : "");
    else if (m->type == PPTP_OCRQ &&
             (bps_swapped(o->min_bps) || bps_swapped(o->max_bps)))
        explain_note(e, EXPLAIN_SPEED_SWAPPED, who, "%u and %u bit/s",
                     o->min_bps, o->max_bps);
    if (!(m->type == PPTP_OCRQ && o->min_bps > o->max_bps) &&
        pptp_msg_check(m, &field) == PPTP_ERR_VALUE)
        explain_note(e, EXPLAIN_VALUE, who, "%s of %s", field,
                     pptp_msg_name(m->type));
    check_error(e, who, m);
    check_texts(e, who, m);
}
