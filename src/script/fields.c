/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of what scripts can name; fields.h. */
#include "config.h"

#include "script/fields.h"

#include <stddef.h>
#include <string.h>

#include "base/member.h"
#include "conf/key_rows.h"
#include "conf/pptp_keys.h"
#include "pptp/peer.h"

/* --- messages ----------------------------------------------------------- */

#define HEADER                                                                \
    { "length", 0, 2, false, false }, { "message_type", 2, 2, false, false }, \
        { "magic_cookie", 4, 4, false, false },                               \
        { "control_message_type", 8, 2, false, false },                       \
        { "reserved0", 10, 2, false, true },
#define MSG(e, m, name, octets) \
    static const struct script_wire_field fields_##m[] = { HEADER
#define UINT(m, f, bits, off, rfc, check) \
    { #f, off, (bits) / 8, false, false },
#define TEXT(m, f, octets, off, rfc) { #f, off, octets, true, false },
#define RESERVED(m, octets, off, rfc) { #rfc, off, octets, false, true },
#define END_MSG(m)               \
    {                            \
        NULL, 0, 0, false, false \
    }                            \
    }                            \
    ;
#include "pptp/msg.def"

static const struct {
    const char *name;
    const struct script_wire_field *fields;
} messages[PPTP_MSG_TYPES + 1] = {
#define MSG(e, m, name, octets) [PPTP_##e] = { name, fields_##m },
#define UINT(m, f, bits, off, rfc, check)
#define TEXT(m, f, octets, off, rfc)
#define RESERVED(m, octets, off, rfc)
#define END_MSG(m)
#include "pptp/msg.def"
};

uint16_t script_msg_type(const char *name)
{
    uint16_t i;

    for (i = 1; i <= PPTP_MSG_TYPES; i++)
        if (strcmp(messages[i].name, name) == 0)
            return i;
    return 0;
}

const struct script_wire_field *script_msg_field(uint16_t type, unsigned i)
{
    const struct script_wire_field *f = &messages[type].fields[i];

    return f->name != NULL ? f : NULL;
}

const struct script_wire_field *script_msg_find(uint16_t type,
                                                const char *name)
{
    const struct script_wire_field *f;
    unsigned i;

    for (i = 0; (f = script_msg_field(type, i)) != NULL; i++)
        if (strcmp(f->name, name) == 0)
            return f;
    return NULL;
}

size_t script_msg_plain(uint16_t type, uint8_t out[PPTP_MSG_MAX])
{
    struct pptp_msg m = { .type = type };

    switch (type) {
    case PPTP_SCCRQ:
        m.sccrq.protocol_version = PPTP_VERSION;
        m.sccrq.framing_caps = PPTP_FRAMING_EITHER;
        m.sccrq.bearer_caps = PPTP_BEARER_ANY;
        break;
    case PPTP_SCCRP:
        m.sccrp.protocol_version = PPTP_VERSION;
        m.sccrp.result = PPTP_SCCRP_OK;
        m.sccrp.framing_caps = PPTP_FRAMING_EITHER;
        m.sccrp.bearer_caps = PPTP_BEARER_ANY;
        break;
    case PPTP_STOP_RQ: m.stop_rq.reason = PPTP_STOP_NONE; break;
    case PPTP_STOP_RP: m.stop_rp.result = PPTP_STOP_RP_OK; break;
    case PPTP_ECHO_RP: m.echo_rp.result = PPTP_ECHO_RP_OK; break;
    case PPTP_OCRQ:
        m.ocrq.min_bps = 300;
        m.ocrq.max_bps = 100000000;
        m.ocrq.bearer = PPTP_BEARER_ANY;
        m.ocrq.framing = PPTP_FRAMING_EITHER;
        m.ocrq.recv_window = 16;
        break;
    case PPTP_OCRP:
        m.ocrp.result = PPTP_OCRP_CONNECTED;
        m.ocrp.connect_bps = 64000;
        m.ocrp.recv_window = 16;
        break;
    case PPTP_ICRQ: m.icrq.bearer = PPTP_BEARER_ANALOG; break;
    case PPTP_ICRP:
        m.icrp.result = PPTP_ICRP_ACCEPT;
        m.icrp.recv_window = 16;
        break;
    case PPTP_ICCN:
        m.iccn.connect_bps = 64000;
        m.iccn.recv_window = 16;
        m.iccn.framing = PPTP_FRAMING_ASYNC;
        break;
    case PPTP_CDN: m.cdn.result = PPTP_CDN_REQUESTED; break;
    case PPTP_SLI: m.sli.send_accm = m.sli.recv_accm = UINT32_MAX; break;
    default: break;
    }
    return pptp_msg_encode(&m, out);
}

uint64_t script_get(const uint8_t *at, unsigned octets)
{
    uint64_t v = 0;

    while (octets-- > 0)
        v = v << 8 | *at++;
    return v;
}

void script_put(uint8_t *at, unsigned octets, uint64_t value)
{
    while (octets-- > 0) {
        at[octets] = (uint8_t)value;
        value >>= 8;
    }
}

/* --- structures ---------------------------------------------------------- */

#define SIZE(s, m) ((uint16_t)sizeof(((struct s *)0)->m))
#define MEMBER(s, m) offsetof(struct s, m), SIZE(s, m)
#define NUMBER(s, name, m)               \
    {                                    \
        name, MEMBER(s, m), false, false \
    }
#define TIME(s, name, m)                \
    {                                   \
        name, MEMBER(s, m), false, true \
    }
#define STR(s, name, m)                 \
    {                                   \
        name, MEMBER(s, m), true, false \
    }
#define LAST                     \
    {                            \
        NULL, 0, 0, false, false \
    }

static const struct key config_keys[] = {
    INLINE(script_peer, config, pptp_keys_section),
    INLINE(script_peer, config, pptp_self_section),
};
const struct key_section script_config_section = SECTION_NO_NODE(
    script_peer, "config", config_keys, "The peer under test.");

static const struct key limits_keys[] = {
    INLINE(script_peer, limits, pptp_limits_section),
};
const struct key_section script_limits_section = SECTION_NO_NODE(
    script_peer, "limits", limits_keys, "What it has memory for.");

const struct script_member script_text_members[] = {
#define PPTP_TEXT(of, m, key, help) STR(script_peer, #key, config.m),
#include "pptp/config.def"
    LAST
};

const struct script_member script_request_members[] = {
    NUMBER(pptp_call_request, "bearer", bearer),
    NUMBER(pptp_call_request, "framing", framing),
    NUMBER(pptp_call_request, "min_bps", min_bps),
    NUMBER(pptp_call_request, "max_bps", max_bps),
    NUMBER(pptp_call_request, "phys_channel", phys_channel),
    STR(pptp_call_request, "number", number),
    STR(pptp_call_request, "dialing", dialing),
    STR(pptp_call_request, "subaddress", subaddress),
    LAST
};

const struct script_member script_line_members[] = {
    NUMBER(pptp_line_info, "connect_bps", connect_bps),
    NUMBER(pptp_line_info, "framing", framing),
    NUMBER(pptp_line_info, "phys_channel", phys_channel),
    NUMBER(pptp_line_info, "cause", cause),
    NUMBER(pptp_line_info, "ppd_ds", ppd_ds),
    NUMBER(pptp_line_info, "crc_errors", errors[0]),
    NUMBER(pptp_line_info, "framing_errors", errors[1]),
    NUMBER(pptp_line_info, "hw_overruns", errors[2]),
    NUMBER(pptp_line_info, "buffer_overruns", errors[3]),
    NUMBER(pptp_line_info, "timeout_errors", errors[4]),
    NUMBER(pptp_line_info, "alignment_errors", errors[5]),
    LAST
};

const struct script_member script_info_members[] = {
    NUMBER(pptp_call_info, "machine", machine),
    NUMBER(pptp_call_info, "state", state),
    NUMBER(pptp_call_info, "local_id", local_id),
    NUMBER(pptp_call_info, "peer_id", peer_id),
    NUMBER(pptp_call_info, "serial", serial),
    NUMBER(pptp_call_info, "connect_bps", connect_bps),
    NUMBER(pptp_call_info, "min_bps", min_bps),
    NUMBER(pptp_call_info, "max_bps", max_bps),
    NUMBER(pptp_call_info, "bearer", bearer),
    NUMBER(pptp_call_info, "framing", framing),
    NUMBER(pptp_call_info, "phys_channel", phys_channel),
    NUMBER(pptp_call_info, "tx_accm", tx_accm),
    NUMBER(pptp_call_info, "rx_accm", rx_accm),
    NUMBER(pptp_call_info, "crc_errors", errors[0]),
    NUMBER(pptp_call_info, "framing_errors", errors[1]),
    NUMBER(pptp_call_info, "hw_overruns", errors[2]),
    NUMBER(pptp_call_info, "buffer_overruns", errors[3]),
    NUMBER(pptp_call_info, "timeout_errors", errors[4]),
    NUMBER(pptp_call_info, "alignment_errors", errors[5]),
    NUMBER(pptp_call_info, "peer_window", peer_window),
    NUMBER(pptp_call_info, "cwnd", cwnd),
    NUMBER(pptp_call_info, "queued", queued),
    NUMBER(pptp_call_info, "held", held),
    NUMBER(pptp_call_info, "out", out),
    NUMBER(pptp_call_info, "tx_next", tx_next),
    TIME(pptp_call_info, "ato", ato_ns),
    TIME(pptp_call_info, "rtt", rtt_ns),
    TIME(pptp_call_info, "dev", dev_ns),
    TIME(pptp_call_info, "last_rtt", last_rtt_ns),
    NUMBER(pptp_call_info, "tx_packets", tx_packets),
    NUMBER(pptp_call_info, "tx_octets", tx_octets),
    NUMBER(pptp_call_info, "rx_packets", rx_packets),
    NUMBER(pptp_call_info, "rx_octets", rx_octets),
    NUMBER(pptp_call_info, "timeouts", timeouts),
    NUMBER(pptp_call_info, "rx_skipped", rx_skipped),
    NUMBER(pptp_call_info, "drops", drops),
    LAST
};

const struct script_member script_end_members[] = {
    NUMBER(pptp_call_end, "was_up", was_up),
    NUMBER(pptp_call_end, "msg", msg),
    NUMBER(pptp_call_end, "result", result),
    NUMBER(pptp_call_end, "error", error),
    NUMBER(pptp_call_end, "cause", cause),
    LAST
};

const struct script_member script_stats_members[] = {
#define X(name, unit, help) NUMBER(pptp_stats, #name, name),
#include "pptp/stats.def"
#undef X
    LAST
};

const struct script_member *script_member_find(
    const struct script_member *list, const char *name)
{
    for (; list->name != NULL; list++)
        if (strcmp(list->name, name) == 0)
            return list;
    return NULL;
}

uint64_t script_member_get(const void *base, const struct script_member *m)
{
    return pptp_member_get((const uint8_t *)base + m->at, m->octets);
}

bool script_member_set(void *base, const struct script_member *m,
                       uint64_t value)
{
    if (m->octets < 8 && value >> (8 * m->octets) != 0)
        return false;
    pptp_member_set((uint8_t *)base + m->at, m->octets, value);
    return true;
}

/* --- words ---------------------------------------------------------------- */

bool script_word(const char *word, uint64_t *out)
{
    static const struct {
        const char *word;
        uint64_t value;
    } words[] = {
        { "true", 1 },
        { "false", 0 },
        { "never", PPTP_NEVER },
    };
    unsigned i;

    for (i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i].word, word) == 0) {
            *out = words[i].value;
            return true;
        }
    for (i = 0; i < PPTP_MACHINES; i++)
        if (strcmp(pptp_machine_name((enum pptp_machine)i), word) == 0) {
            *out = i;
            return true;
        }
    *out = script_msg_type(word);
    return *out != 0;
}
