/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Explains a foreign capture of PPTP (RFC 2637): what both sides said, in
 * which states they were, how the tunnel did, and each departure from the
 * RFC.  Fed packet by packet, it keeps figures and not packets: memory is
 * bounded by the limits below, and what goes beyond them is counted.
 *
 * explain.c    frames to TCP, GRE and ICMP; the end
 * store.c      connections, calls, findings, the time line
 * reassemble.c TCP streams to control messages
 * control.c, calls.c, fields.c, figures.c
 *              messages to the states of connections and calls
 * outer.c      fragments and ICMP
 * tunnel.c, numbers.c, ppp.c, judge.c
 *              enhanced GRE: flows, numbers, PPP, and what it comes to
 * report.c, json.c  what is told to people and to machines
 */
#ifndef EXPLAIN_EXPLAIN_H
#define EXPLAIN_EXPLAIN_H

#include <stdio.h>

#include "base/base.h"
#include "ip/capture.h"

#define EXPLAIN_CONNECTIONS_MAX 1024u
#define EXPLAIN_CALLS_MAX 8192u
#define EXPLAIN_METERS_MAX 2048u /* directions of calls with GRE in them */
#define EXPLAIN_FINDINGS_MAX 4096u
#define EXPLAIN_EVENTS_MAX 20000u      /* lines of the time line */
#define EXPLAIN_PENDING_MAX (4u << 20) /* octets of TCP held back */
#define EXPLAIN_FRAGMENTED_MAX 64u     /* datagrams being put together */

enum explain_severity { EXPLAIN_ERROR, EXPLAIN_DEPARTURE, EXPLAIN_REMARK };

enum explain_kind {
#define FINDING(name, severity, section, id, key, text) EXPLAIN_##name,
#include "explain/findings.def"
    EXPLAIN_KINDS
};

/* One kind of finding at one connection, call and side, and about one type of
 * message or one field where the kind has several, however often. */
struct explain_finding {
    enum explain_kind kind;
    uint32_t connection; /* from 1; 0: none */
    uint32_t call;       /* from 1; 0: none */
    uint32_t address;    /* IPv4 of who did it, host order; 0: nobody */
    uint32_t about;      /* the kind knows what */
    uint64_t count;
    uint64_t frame; /* the first, as capture readers count; 0: the whole */
    uint64_t last_frame; /* not before it */
    bool timed;          /* the first has a time, which is … */
    pptp_ns at_ns;       /* … from the first one of the capture */
    char detail[200];
};

struct explain;

/* NULL: out of memory. */
struct explain *explain_new(void);
void explain_free(struct explain *e);

/* Before the first packet: IPv4 headers are read whatever their checksum, for
 * captures whose addresses somebody has changed. */
void explain_any_checksum(struct explain *e);

/* The next packet of the capture, in its order. */
void explain_frame(struct explain *e, const struct capture_frame *f);

/* After the last packet; fault says why it is the last and where, NULL at the
 * file's end. */
void explain_end(struct explain *e, const char *fault);

/* Whether any PPTP was in the capture: a control message or enhanced GRE. */
bool explain_found(const struct explain *e);

/* Findings in order of severity and time; valid after explain_end. */
size_t explain_findings(const struct explain *e,
                        const struct explain_finding **first);

/* A kind's place in RFC 2637, requirement, name and sentence. */
struct explain_kind_info {
    enum explain_severity severity;
    const char *section;
    const char *requirement;
    const char *key;
    const char *text;
};
const struct explain_kind_info *explain_kind_info(enum explain_kind kind);
const char *explain_severity_name(enum explain_severity severity);

/* After explain_end.  `verbose` adds the time line.  Nothing from the
 * capture reaches the terminal but printable ASCII. */
void explain_report(const struct explain *e, bool verbose, FILE *out);

/* The same as one JSON object; 0, or -1 for lack of memory or a bad out. */
int explain_json(const struct explain *e, FILE *out);

#endif
