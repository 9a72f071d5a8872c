/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys of a TCP; tcp_keys.h. */
#include "config.h"

#include "tool/tcp_keys.h"

#include <stddef.h>

#include "conf/key_rows.h"
#include "models/tcp.h"

static const struct key_thing controls[] = {
#define X(name, help) { #name, &tcp_cc_##name },
#include "models/tcp_cc.def"
#undef X
    { NULL, NULL }
};

#define FLAG(member, key, preset, help) \
    ROW(tcp_config, member, key, KEY_BOOL, preset, help)

static const struct key keys[] = {
    KEY_ROW(tcp_config, cc, "control", KEY_NAMED,
            "what the congestion window does", .preset = "newreno",
            .things = controls),
    NUM(tcp_config, mss, "mss", KEY_OCTETS, "1460octets", "64octets",
        "65455octets", "octets of a segment, without headers"),
    NUM(tcp_config, window_octets, "window", KEY_OCTETS, "65535octets",
        "64octets", "1073741824octets",
        "of what is received and not taken; above 65535 octets with the "
        "option of RFC 7323"),
    NUM(tcp_config, initial_segments, "initial_window", KEY_COUNT, "10", "0",
        "1000", "in segments, RFC 6928; 0: RFC 5681's two to four"),
    NUM(tcp_config, slow_start_segments, "slow_start_limit", KEY_COUNT, "2",
        "1", "1000",
        "segments that the window grows at most on an acknowledgment in slow "
        "start, RFC 3465 2.3"),
    FLAG(count_acks, "count_acks", "false",
         "the window grows on every acknowledgment by MSS * MSS / cwnd; "
         "false: by the octets acknowledged, RFC 3465"),
    FLAG(fast_convergence, "fast_convergence", "true",
         "cubic gives way to who comes later, RFC 9438 4.7"),
    FLAG(sack, "sack", "true", "RFC 2018 and 6675"),
    FLAG(limited_transmit, "limited_transmit", "true", "RFC 3042"),
    FLAG(ecn, "ecn", "false", "RFC 3168"),
    FLAG(idle_restart, "idle_restart", "true",
         "after a pause longer than the time-out the window is the initial "
         "one again, RFC 5681 4.1"),
    FLAG(validate, "validate", "true",
         "the window grows only where it held the sender back, RFC 7661 4.3"),
    NUM(tcp_config, rto_min_ns, "rto_min", KEY_TIME, "200ms", "1us", "1h",
        "the shortest time-out; RFC 6298 says 1 s"),
    NUM(tcp_config, rto_initial_ns, "rto_initial", KEY_TIME, "1s", "1us", "1h",
        "the time-out before anything was measured, RFC 6298 2.1"),
    NUM(tcp_config, rto_max_ns, "rto_max", KEY_TIME, "60s", "1us", "1h",
        "the longest time-out, RFC 6298 2.5"),
    NUM(tcp_config, rto_grain_ns, "rto_grain", KEY_TIME, "1ms", "1ns", "1s",
        "the clock of RFC 6298, G"),
    NUM(tcp_config, delack_segments, "delayed_ack", KEY_COUNT, "2", "1", "100",
        "segments that are acknowledged together, RFC 5681 4.2"),
    NUM(tcp_config, delack_ns, "delayed_ack_time", KEY_TIME, "40ms", "0s",
        "1s", "how long an acknowledgment waits for more of them"),
    NUM(tcp_config, time_wait_ns, "time_wait", KEY_TIME, "60s", "0s", "1h",
        "how long an end of a connection is remembered"),
    NUM(tcp_config, syn_tries, "syn_tries", KEY_COUNT, "6", "1", "100",
        "SYNs before giving up"),
    NUM(tcp_config, data_tries, "data_tries", KEY_COUNT, "15", "1", "100",
        "sendings of one segment before giving up"),
};

const struct key_section tcp_section = SECTION_NO_NODE(
    tcp_config, "tcp", keys,
    "Settings of a TCP, at both ends of its connections.");
