/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of what scripts can name; fields.h. */
#include "config.h"

#include "script/fields.h"

#include <stddef.h>
#include <string.h>

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
#define NUM(s, name, m)                                       \
    {                                                         \
        name, MEMBER(s, m), false, false, NULL, 0, UINT64_MAX \
    }
#define TIME(s, name, m)                                     \
    {                                                        \
        name, MEMBER(s, m), false, true, NULL, 0, UINT64_MAX \
    }
#define STR(s, name, m)                                      \
    {                                                        \
        name, MEMBER(s, m), true, false, NULL, 0, UINT64_MAX \
    }
/* Keys of a configuration: what the core takes is checked here, too, so that
 * the message can name the key. */
#define WORDS(name, m, words, min, max)                             \
    {                                                               \
        name, MEMBER(pptp_config, m), false, false, words, min, max \
    }
#define RANGE(name, m, min, max)                                   \
    {                                                              \
        name, MEMBER(pptp_config, m), false, false, NULL, min, max \
    }
#define SPAN(name, m, min, max)                                   \
    {                                                             \
        name, MEMBER(pptp_config, m), false, true, NULL, min, max \
    }
#define LIMIT(name, m, min, max)                                   \
    {                                                              \
        name, MEMBER(pptp_limits, m), false, false, NULL, min, max \
    }
#define LAST                                 \
    {                                        \
        NULL, 0, 0, false, false, NULL, 0, 0 \
    }

#define DAY (86400 * PPTP_S)

const struct script_member script_config_members[] = {
    WORDS("role", role, "pac, pns, both", PPTP_ROLE_PAC, PPTP_ROLE_BOTH),
    RANGE("framing_caps", framing_caps, 0, UINT32_MAX),
    RANGE("bearer_caps", bearer_caps, 0, UINT32_MAX),
    RANGE("max_channels", max_channels, 0, UINT16_MAX),
    RANGE("firmware_revision", firmware_revision, 0, UINT16_MAX),
    RANGE("ppd_ds", ppd_ds, 0, UINT16_MAX),
    WORDS("allow_multiple", allow_multiple, "true, false", 0, 1),
    STR(pptp_config, "host_name", host_name),
    STR(pptp_config, "vendor_name", vendor_name),
    SPAN("start_timeout", start_timeout_ns, PPTP_MS, DAY),
    SPAN("idle_timeout", idle_timeout_ns, PPTP_MS, DAY),
    SPAN("echo_timeout", echo_timeout_ns, PPTP_MS, DAY),
    SPAN("stop_timeout", stop_timeout_ns, PPTP_MS, DAY),
    SPAN("call_timeout", call_timeout_ns, PPTP_MS, DAY),
    SPAN("connect_timeout", connect_timeout_ns, PPTP_MS, DAY),
    SPAN("dial_timeout", dial_timeout_ns, PPTP_MS, DAY),
    SPAN("wen_gap", wen_gap_ns, PPTP_MS, DAY),
    WORDS("windowing", win.windowing, "on, off, auto", 0, PPTP_WINDOWING_AUTO),
    WORDS("ack_on", win.ack_on, "delivery, receipt", 0, PPTP_ACK_ON_RECEIPT),
    RANGE("recv_window", win.recv_window, 1, UINT16_MAX),
    RANGE("reorder_packets", win.reorder_packets, 1, UINT16_MAX),
    RANGE("send_queue", win.send_queue, 1, UINT16_MAX),
    SPAN("ack_delay", win.ack_delay_ns, 0, 60 * PPTP_S),
    SPAN("reorder_hold", win.reorder_hold_ns, 0, 60 * PPTP_S),
    SPAN("fixed_timeout", win.fixed_timeout_ns, PPTP_US, 3600 * PPTP_S),
    SPAN("min_timeout", win.ato.min_ns, PPTP_US, 3600 * PPTP_S),
    SPAN("max_timeout", win.ato.max_ns, PPTP_US, 3600 * PPTP_S),
    WORDS("cap_rtt", win.ato.cap_rtt, "true, false", 0, 1),
    LAST
};

const struct script_member script_limits_members[] = {
    LIMIT("conns", conns, 1, 65535),   LIMIT("calls", calls, 1, 1048575),
    LIMIT("window", window, 1, 65536), LIMIT("actions", actions, 16, 65536),
    LIMIT("trace", trace, 1, 1048576), LAST
};

const struct script_member script_request_members[] = {
    NUM(pptp_call_request, "bearer", bearer),
    NUM(pptp_call_request, "framing", framing),
    NUM(pptp_call_request, "min_bps", min_bps),
    NUM(pptp_call_request, "max_bps", max_bps),
    NUM(pptp_call_request, "phys_channel", phys_channel),
    STR(pptp_call_request, "number", number),
    STR(pptp_call_request, "dialing", dialing),
    STR(pptp_call_request, "subaddress", subaddress),
    LAST
};

const struct script_member script_line_members[] = {
    NUM(pptp_line_info, "connect_bps", connect_bps),
    NUM(pptp_line_info, "framing", framing),
    NUM(pptp_line_info, "phys_channel", phys_channel),
    NUM(pptp_line_info, "cause", cause),
    NUM(pptp_line_info, "ppd_ds", ppd_ds),
    NUM(pptp_line_info, "crc_errors", errors[0]),
    NUM(pptp_line_info, "framing_errors", errors[1]),
    NUM(pptp_line_info, "hw_overruns", errors[2]),
    NUM(pptp_line_info, "buffer_overruns", errors[3]),
    NUM(pptp_line_info, "timeout_errors", errors[4]),
    NUM(pptp_line_info, "alignment_errors", errors[5]),
    LAST
};

const struct script_member script_info_members[] = {
    NUM(pptp_call_info, "machine", machine),
    NUM(pptp_call_info, "state", state),
    NUM(pptp_call_info, "local_id", local_id),
    NUM(pptp_call_info, "peer_id", peer_id),
    NUM(pptp_call_info, "serial", serial),
    NUM(pptp_call_info, "connect_bps", connect_bps),
    NUM(pptp_call_info, "min_bps", min_bps),
    NUM(pptp_call_info, "max_bps", max_bps),
    NUM(pptp_call_info, "bearer", bearer),
    NUM(pptp_call_info, "framing", framing),
    NUM(pptp_call_info, "phys_channel", phys_channel),
    NUM(pptp_call_info, "tx_accm", tx_accm),
    NUM(pptp_call_info, "rx_accm", rx_accm),
    NUM(pptp_call_info, "crc_errors", errors[0]),
    NUM(pptp_call_info, "framing_errors", errors[1]),
    NUM(pptp_call_info, "hw_overruns", errors[2]),
    NUM(pptp_call_info, "buffer_overruns", errors[3]),
    NUM(pptp_call_info, "timeout_errors", errors[4]),
    NUM(pptp_call_info, "alignment_errors", errors[5]),
    NUM(pptp_call_info, "peer_window", peer_window),
    NUM(pptp_call_info, "cwnd", cwnd),
    NUM(pptp_call_info, "queued", queued),
    NUM(pptp_call_info, "held", held),
    NUM(pptp_call_info, "out", out),
    NUM(pptp_call_info, "tx_next", tx_next),
    TIME(pptp_call_info, "ato", ato_ns),
    TIME(pptp_call_info, "rtt", rtt_ns),
    TIME(pptp_call_info, "dev", dev_ns),
    TIME(pptp_call_info, "last_rtt", last_rtt_ns),
    NUM(pptp_call_info, "tx_packets", tx_packets),
    NUM(pptp_call_info, "tx_octets", tx_octets),
    NUM(pptp_call_info, "rx_packets", rx_packets),
    NUM(pptp_call_info, "rx_octets", rx_octets),
    NUM(pptp_call_info, "timeouts", timeouts),
    NUM(pptp_call_info, "rx_skipped", rx_skipped),
    NUM(pptp_call_info, "drops", drops),
    LAST
};

const struct script_member script_end_members[] = {
    NUM(pptp_call_end, "was_up", was_up), NUM(pptp_call_end, "msg", msg),
    NUM(pptp_call_end, "result", result), NUM(pptp_call_end, "error", error),
    NUM(pptp_call_end, "cause", cause),   LAST
};

const struct script_member script_stats_members[] = {
#define X(name, unit, help) NUM(pptp_stats, #name, name),
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
    const uint8_t *at = (const uint8_t *)base + m->at;
    uint64_t v64;
    uint32_t v32;
    uint16_t v16;

    switch (m->octets) {
    case 8: memcpy(&v64, at, 8); return v64;
    case 4: memcpy(&v32, at, 4); return v32;
    case 2: memcpy(&v16, at, 2); return v16;
    default: return *at;
    }
}

bool script_member_set(void *base, const struct script_member *m,
                       uint64_t value)
{
    uint8_t *at = (uint8_t *)base + m->at;
    uint32_t v32 = (uint32_t)value;
    uint16_t v16 = (uint16_t)value;

    if (m->octets < 8 && value >> (8 * m->octets) != 0)
        return false;
    switch (m->octets) {
    case 8: memcpy(at, &value, 8); break;
    case 4: memcpy(at, &v32, 4); break;
    case 2: memcpy(at, &v16, 2); break;
    default: *at = (uint8_t)value; break;
    }
    return true;
}

/* --- words ---------------------------------------------------------------- */

bool script_word(const char *word, uint64_t *out)
{
    static const struct {
        const char *word;
        uint64_t value;
    } words[] = {
        { "pac", PPTP_ROLE_PAC },
        { "pns", PPTP_ROLE_PNS },
        { "both", PPTP_ROLE_BOTH },
        { "on", PPTP_WINDOWING_ON },
        { "off", PPTP_WINDOWING_OFF },
        { "auto", PPTP_WINDOWING_AUTO },
        { "delivery", PPTP_ACK_ON_DELIVERY },
        { "receipt", PPTP_ACK_ON_RECEIPT },
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
