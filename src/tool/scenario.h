/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A scenario: what `dialtone run` is asked to do, typed and checked.
 *
 * The structs are filled through the table of keys.def, which also prints
 * the reference and the resolved scenario.  Times are ns, rates bit/s,
 * sizes octets.  All memory belongs to the scenario; scenario_free gives it
 * back.  A string that was not given and has no default is NULL.
 */
#ifndef TOOL_SCENARIO_H
#define TOOL_SCENARIO_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "conf/keys.h"
#include "conf/tree.h"
#include "base/base.h"

#define SCENARIO_NODES_MAX 65535
#define SCENARIO_CALLS_MAX 262144
#define SCENARIO_FLOWS_MAX 65535

enum scenario_trace {
    SCENARIO_TRACE_OFF,
    SCENARIO_TRACE_CALLS,
    SCENARIO_TRACE_PACKETS
};

enum scenario_engine {
    SCENARIO_ENGINE_RFC2637,
    SCENARIO_ENGINE_FIXED,
    SCENARIO_ENGINE_OFF,
    SCENARIO_ENGINE_NETGRAPH
};

enum scenario_windowing {
    SCENARIO_WINDOWING_ON,
    SCENARIO_WINDOWING_OFF,
    SCENARIO_WINDOWING_AUTO
};

enum scenario_ack { SCENARIO_ACK_DELIVERY, SCENARIO_ACK_RECEIPT };

/* Bits: both = pac | pns. */
enum scenario_role {
    SCENARIO_ROLE_PAC = 1,
    SCENARIO_ROLE_PNS = 2,
    SCENARIO_ROLE_BOTH = 3
};

enum scenario_direction { SCENARIO_INCOMING, SCENARIO_OUTGOING };

enum scenario_model {
    SCENARIO_CONSTANT,
    SCENARIO_POISSON,
    SCENARIO_ONOFF,
    SCENARIO_REPLAY
};

enum scenario_sizes { SCENARIO_FIXED_SIZES, SCENARIO_EXPONENTIAL_SIZES };

enum scenario_side { SCENARIO_FROM_PAC, SCENARIO_FROM_PNS };

struct scenario_link {
    const struct conf_node *node; /* where it is written */
    char *name;                   /* SimGrid link */
    uint32_t queue_packets;
    uint64_t queue_octets; /* 0: no limit */
    double loss;           /* 0..1 */
};

/* Parameters of the protocol, of one node after its overrides. */
struct scenario_pptp {
    enum scenario_engine engine;
    enum scenario_windowing windowing;
    uint32_t recv_window; /* packets */
    pptp_ns ppd_ns;       /* or KEY_AUTO */
    pptp_ns pac_fudge_ns;
    uint32_t mtu_octets;
    pptp_ns min_timeout_ns;
    pptp_ns max_timeout_ns;
    pptp_ns fixed_timeout_ns;
    double alpha;
    double beta;
    double chi;
    double delta;
    bool rtt_cap;
    enum scenario_ack ack;
    pptp_ns ack_delay_ns;
    pptp_ns reorder_hold_ns; /* 0: late packets are discarded */
    uint32_t reorder_packets;
    uint32_t send_queue_packets;
    pptp_ns start_timeout_ns;
    pptp_ns idle_timeout_ns;
    pptp_ns echo_timeout_ns;
    pptp_ns stop_timeout_ns;
    pptp_ns call_timeout_ns;
    pptp_ns connect_timeout_ns;
    pptp_ns dial_timeout_ns;
};

enum scenario_auth {
    SCENARIO_AUTH_NONE,
    SCENARIO_AUTH_PAP,
    SCENARIO_AUTH_CHAP,
    SCENARIO_AUTH_MSCHAP2
};

enum scenario_mppe {
    SCENARIO_MPPE_OFF,
    SCENARIO_MPPE_ALLOWED,
    SCENARIO_MPPE_REQUIRED
};

/* PPP between callers and PNSs. */
struct scenario_ppp {
    const struct conf_node *node;
    bool negotiate;
    enum scenario_auth auth;
    char *user, *password;
    char *callers_password; /* NULL: the right one */
    char *secrets;          /* path that can be opened, or NULL */
    pptp_ns echo_ns;
    bool pfc, acfc;
    enum scenario_mppe mppe;
};

struct scenario_node {
    const struct conf_node *node;
    char *name;
    enum scenario_role role;
    char *host;                 /* SimGrid host */
    struct key_strings connect; /* nodes it opens connections to */
    uint32_t *connect_index;    /* connect.n indices into nodes */
    uint32_t count;             /* of the group it comes from */
    uint32_t index;             /* within the group */
    uint32_t max_calls;
    uint32_t calls_source;       /* of a PNS; 0: any */
    pptp_ns reconnect_ns;        /* 0: never */
    pptp_ns session_ns, idle_ns; /* of a PNS's sessions; 0: no end */
    struct key_strings pool;     /* of a PNS: inner addresses */
    bool journal;                /* NAME.journal is written */
    struct scenario_pptp pptp;   /* global fields, then its own */
};

struct scenario_traffic {
    const struct conf_node *node;
    enum scenario_side from; /* of a call; not used by flows */
    enum scenario_model model;
    uint64_t rate_bps;    /* frames, with PPP and IP headers */
    uint32_t size_octets; /* IP packet */
    enum scenario_sizes sizes;
    pptp_ns start_ns; /* after the call or flow's start */
    pptp_ns stop_ns;  /* as start_ns; 0: until the end */
    pptp_ns on_mean_ns;
    pptp_ns off_mean_ns;
    double shape; /* of the Pareto distributed periods */
    char *file;   /* replay; path that can be opened */
    double speed;
    bool loop;
    uint32_t src_ipv4; /* host order; 0: every packet */
};

struct scenario_line {
    uint64_t rate_bps;
    pptp_ns delay_ns;
    uint32_t buffer_packets;
};

struct scenario_call {
    const struct conf_node *node;
    char *name;
    uint32_t count;
    uint32_t index;
    char *pac;
    char *pns;
    uint32_t pac_index; /* into nodes */
    uint32_t pns_index;
    enum scenario_direction direction;
    pptp_ns start_ns; /* with index * stagger added */
    pptp_ns stagger_ns;
    pptp_ns duration_ns; /* 0: until the end of the run */
    pptp_ns redial_ns;   /* 0: never */
    struct scenario_line line;
    struct scenario_traffic *traffic;
    size_t n_traffic;
};

enum scenario_do {
    SCENARIO_DO_CLEAR,
    SCENARIO_DO_RENEGOTIATE,
    SCENARIO_DO_DIAL,
    SCENARIO_DO_DRAIN,
    SCENARIO_DO_STOP,
    SCENARIO_DO_START
};

/* What is done to a node; indexes are of nodes and calls. */
struct scenario_order {
    const struct conf_node *node;
    pptp_ns at_ns;
    char *where;
    enum scenario_do what;
    char *call; /* NULL: all */
    char *pac, *number;
    uint32_t where_index, call_index, pac_index;
};

/* UDP between two hosts without a tunnel; traffic.start_ns is absolute. */
struct scenario_flow {
    const struct conf_node *node;
    char *name;
    uint32_t count;
    uint32_t index;
    char *from_host;
    char *to_host;
    pptp_ns stagger_ns; /* already added to start and stop */
    struct scenario_traffic traffic;
};

struct scenario_capture {
    const struct conf_node *node;
    char *name;
    char *link; /* exactly one of link and host */
    char *host;
    uint32_t limit_octets; /* of one packet */
    uint64_t max_packets;
};

/* Variants: one run for each value; no compare: n == 0, key NULL. */
struct scenario_compare {
    const struct conf_node *node;
    char *key;
    struct key_strings values;
};

enum scenario_of { SCENARIO_OF_MEAN, SCENARIO_OF_INTERVAL };

/* `that` against a constant (NAN: not given) or times another metric. */
struct scenario_expect {
    const struct conf_node *node;
    char *that;
    double at_least;
    double at_most;
    double equals;
    char *less_than; /* that < times * less_than */
    char *more_than; /* that > times * more_than */
    double times;
    enum scenario_of of;   /* over seeds */
    double share_at_least; /* of seeds; NAN: not given */
    uint32_t seeds;        /* at least */
    char *why;
};

struct scenario {
    char *path; /* of the scenario file, as given */
    char *title;
    pptp_ns duration_ns;
    uint64_t seed;
    char *platform;             /* path that can be opened */
    pptp_ns sample_interval_ns; /* or KEY_AUTO */
    uint32_t sample_calls;      /* and flows */
    uint32_t packets;           /* of the pool */
    enum scenario_trace trace;
    enum scenario_trace trace_file; /* at most trace */
    bool events;                    /* events.jsonl is written */
    struct scenario_pptp pptp;      /* before the nodes' overrides */
    struct scenario_ppp ppp;
    struct scenario_link *links;
    size_t n_links;
    struct scenario_node *nodes; /* groups expanded */
    size_t n_nodes;
    struct scenario_call *calls; /* groups expanded */
    size_t n_calls;
    struct scenario_order *orders;
    size_t n_orders;
    struct scenario_flow *flows; /* groups expanded */
    size_t n_flows;
    struct scenario_capture *captures;
    size_t n_captures;
    struct scenario_compare compare;
    char *expect_file; /* path that can be opened, or NULL */
    struct scenario_expect *expect;
    size_t n_expect;

    /* As written, with {n} and count; the dump prints these. */
    struct scenario_node *node_groups;
    size_t n_node_groups;
    struct scenario_call *call_groups;
    size_t n_call_groups;
    struct scenario_flow *flow_groups;
    size_t n_flow_groups;
    struct conf_tree *tree;
    struct conf_tree *expect_tree;
};

/*
 * Load, bind and check the file at path with n_sets assignments of --set.
 * For a variant load again with one more set.  0; or -1, *err is one line
 * and *out is empty.  Free with scenario_free.
 */
int scenario_load(struct scenario *out, const char *path,
                  const char *const *sets, size_t n_sets,
                  struct conf_error *err);

/* The assignment "key=value" of variant i of a compare; caller frees. */
char *scenario_variant_set(const struct scenario *s, size_t i);

/* Fine on a zeroed or already freed scenario. */
void scenario_free(struct scenario *s);

/* A Markdown reference of all keys, made from the table. */
void scenario_reference(FILE *out);

/* Whether the platform file can be opened: 0, or -1 and *err. */
int scenario_check_platform(const struct scenario *s, struct conf_error *err);

/*
 * The resolved scenario with canonical units, made from the table.  Groups
 * stand as written, with their count; secrets are "***".  New reference;
 * NULL: no memory.
 */
json_t *scenario_dump_json(const struct scenario *s);

#endif
