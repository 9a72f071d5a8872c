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
#include "models/queue.h"
#include "models/tcp.h"
#include "sim/impair.h"
#include "sim/modem.h"
#include "sim/orders.h"
#include "sim/ppp.h"
#include "sim/subscribers.h"
#include "sim/world.h"

#define SCENARIO_NODES_MAX 65535
#define SCENARIO_CALLS_MAX 262144
#define SCENARIO_FLOWS_MAX 65535

enum scenario_direction { SCENARIO_INCOMING, SCENARIO_OUTGOING };

/* What loses packets beside `loss`; LOSS_KINDS: as it is. */
struct scenario_loss {
    const struct conf_node *node;
    struct loss_config model;
    struct key_strings packets; /* of LOSS_at: N or N-M */
};

#define SCENARIO_JITTER_AS_IT_IS 99

struct scenario_jitter {
    const struct conf_node *node;
    struct jitter_config sim;
};

/* What decides in place of a FIFO; its limits are the link's. */
#define SCENARIO_DROP_TAIL QUEUE_KINDS
#define SCENARIO_QUEUE_AS_IT_IS 99

struct scenario_queue {
    const struct conf_node *node;
    struct queue_config model;
    pptp_ns target_ns;      /* or KEY_AUTO */
    uint32_t packet_octets; /* red: a mean one */
};

/* What is not given is as it is: 0, a rate; KEY_AUTO, a time; NAN, a share;
 * of queue_model it is what the link has by then. */
struct scenario_change {
    const struct conf_node *node;
    pptp_ns at_ns, for_ns; /* 0: for good */
    bool down;
    uint64_t rate_bps;
    pptp_ns latency_ns;
    uint32_t queue_packets;
    double loss, reorder, duplicate, corrupt, bit_errors;
    struct scenario_queue queue_model;
    struct scenario_loss loss_model;
    struct scenario_jitter jitter;
};

struct scenario_link {
    const struct conf_node *node; /* where it is written */
    char *name;                   /* SimGrid link */
    uint32_t queue_packets;
    uint64_t queue_octets;                                /* 0: no limit */
    double loss, reorder, duplicate, corrupt, bit_errors; /* 0..1 */
    struct scenario_queue queue_model;
    struct scenario_loss loss_model;
    struct scenario_jitter jitter;
    pptp_ns reorder_ns;
    char *delivery; /* path that can be opened, or NULL */
    struct scenario_change *changes;
    size_t n_changes;
};

/* Parameters of the protocol, of one node after its overrides, and what a PAC
 * says of its lines with them. */
struct scenario_pptp {
    struct pptp_config core;
    pptp_ns ppd_ns; /* or KEY_AUTO */
    pptp_ns pac_fudge_ns;
    uint32_t mtu_octets;
};

/* PPP between callers and PNSs. */
struct scenario_ppp {
    const struct conf_node *node;
    bool negotiate;
    char *secrets; /* path that can be opened, or NULL */
    struct sim_ppp_config sim;
};

struct scenario_node {
    const struct conf_node *node;
    char *name;
    int role;                   /* PPTP_ROLE_* */
    char *host;                 /* SimGrid host */
    struct key_strings connect; /* nodes it opens connections to */
    uint32_t *connect_index;    /* connect.n indices into nodes */
    uint32_t count;             /* of the group it comes from */
    uint32_t index;             /* within the group */
    uint32_t max_calls;
    uint32_t calls_source;     /* of a PNS; 0: any */
    uint64_t min_bps, max_bps; /* of a PNS: of lines that it has dialled */
    struct nas_again reconnect;
    pptp_ns session_ns, idle_ns; /* of a PNS's sessions; 0: no end */
    struct key_strings pool;     /* of a PNS: inner addresses */
    bool journal;                /* NAME.journal is written */
    struct scenario_pptp pptp;   /* global fields, then its own */
};

/* The key `model`: enum traffic_kind, or from here on enum user_kind. */
enum { SCENARIO_USERS = 32 };

struct scenario_traffic {
    const struct conf_node *node;
    unsigned model;
    /* All but its kind, its packets, and what "auto" says. */
    struct sim_traffic_config sim;
    struct tcp_config tcp;
    pptp_ns talk_ns, pause_ns; /* of voice */
    char *file;                /* replay; path that can be opened */
    double speed;
    uint32_t src_ipv4; /* host order; 0: every packet */
};

/* What lines have in place of a constant rate. */
struct scenario_modem {
    const struct conf_node *node;
    char *name;
    bool error_control;
    pptp_ns latency_ns, retrain_ns; /* or KEY_AUTO: by modulation */
    pptp_ns t401_ns, burst_every_ns;
    uint32_t n400;
    struct sim_modem_config sim; /* all else */
};

/* Calls may be many: it only names its modems. */
struct scenario_line {
    struct line_config fifo; /* rate 0: not given, and */
    char *modem;             /* given */
};

struct scenario_call {
    const struct conf_node *node;
    char *name;
    uint32_t count;
    uint32_t index;
    char *pac; /* of call_groups; of calls NULL, and */
    char *pns;
    uint32_t pac_index; /* into nodes */
    uint32_t pns_index;
    enum scenario_direction direction;
    pptp_ns start_ns; /* with index * stagger added */
    pptp_ns stagger_ns;
    pptp_ns duration_ns; /* 0: until the end of the run */
    struct nas_again redial;
    struct scenario_line line;
    struct scenario_traffic *traffic;
    size_t n_traffic;
};

/* Trunks between an exchange and a PAC. */
struct scenario_trunks {
    const struct conf_node *node;
    char *name, *pac;
    uint32_t trunks;
    enum trunks_order hunt;
    uint32_t killer; /* 0: none */
    pptp_ns killer_ns;
    bool loads;
    uint32_t pac_index; /* into nodes */
};

/* The telephone network; without groups there is none. */
struct scenario_telephone {
    const struct conf_node *node;
    struct sim_phone_config sim;
    char *number;
    pptp_ns patience_ns;
    struct scenario_trunks *groups;
    size_t n_groups;
};

/* Who share the lines of a group of calls. */
struct scenario_subscribers {
    const struct conf_node *node;
    char *name, *lines;
    uint32_t group; /* `lines`: an index into call_groups */
    struct key_strings hours;
    char *trace;                       /* path that can be opened, or NULL */
    struct sim_subscribers_config sim; /* `hours` are in it, too */
};

/* What is done to a node; indexes are of nodes and calls. */
struct scenario_order {
    const struct conf_node *node;
    pptp_ns at_ns;
    char *where;
    enum sim_order_kind what;
    char *call; /* NULL: all */
    char *pac, *number;
    uint32_t where_index, call_index, pac_index;
};

/* Packets between two hosts without a tunnel; traffic.start_ns is absolute. */
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
    bool lost; /* these too */
};

/* What a run may take; memory 0: what the machine has, in part; wall 0: any. */
struct scenario_limits {
    uint64_t events, memory_octets, instant;
    pptp_ns wall_ns;
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
    pptp_ns measure_from_ns; /* or KEY_AUTO */
    struct key_strings histograms;
    uint64_t seed;
    char *platform;             /* path that can be opened */
    pptp_ns sample_interval_ns; /* or KEY_AUTO */
    uint32_t sample_calls;      /* and flows */
    uint32_t packets;           /* of the pool */
    enum pptp_trace_level trace;
    enum pptp_trace_level trace_file; /* at most trace */
    bool events;                      /* events.jsonl is written */
    bool attempts;                    /* attempts.csv is written */
    struct scenario_pptp pptp;        /* before the nodes' overrides */
    struct tcp_config tcp;            /* of control connections */
    struct scenario_ppp ppp;
    struct scenario_link *links;
    size_t n_links;
    struct scenario_node *nodes; /* groups expanded */
    size_t n_nodes;
    struct scenario_call *calls; /* groups expanded */
    size_t n_calls;
    struct scenario_telephone telephone;
    struct scenario_modem *modems;
    size_t n_modems;
    struct scenario_subscribers *subscribers;
    size_t n_subscribers;
    struct scenario_order *orders;
    size_t n_orders;
    struct scenario_flow *flows; /* groups expanded */
    size_t n_flows;
    struct scenario_capture *captures;
    size_t n_captures;
    struct scenario_limits limits;
    size_t at_once; /* processes that share the machine, by who runs it */
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

/* Gives back what groups were expanded to, calls above all: for who does not
 * run it himself. */
void scenario_collapse(struct scenario *s);

/* Fine on a zeroed or already freed scenario. */
void scenario_free(struct scenario *s);

/* A Markdown reference of all keys, made from the table. */
void scenario_reference(FILE *out);
extern const struct key_section scenario_section, expect_file_section;

/* Whether --set DOTTED=VALUE can be meant of a scenario: key_path.h. */
int scenario_key_check(const char *dotted, const char *value,
                       struct conf_error *err);

/* Whether the platform file can be opened: 0, or -1 and *err. */
int scenario_check_platform(const struct scenario *s, struct conf_error *err);

/*
 * The resolved scenario with canonical units, made from the table.  Groups
 * stand as written, with their count; secrets are "***".  New reference;
 * NULL: no memory.
 */
json_t *scenario_dump_json(const struct scenario *s);

#endif
