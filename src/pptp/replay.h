/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * Runs a journal (journal.h) again: makes the peer of its head, feeds it the
 * recorded inputs through the same loop body and recorder, and compares what
 * the recorder now writes with what it wrote then.
 *
 * A journal is a file that somebody hands in: no octets of it lead to an
 * assertion, to memory beyond pptp_replay_octets or to a read beyond its end.
 */
#ifndef PPTP_REPLAY_H
#define PPTP_REPLAY_H

#include "pptp/journal.h"

#define PPTP_REPLAY_TEXT 1024 /* octets of a record's text */

enum pptp_replay_verdict {
    PPTP_REPLAY_SAME,      /* to the end, every decision */
    PPTP_REPLAY_CUT,       /* the same, but the journal has no end */
    PPTP_REPLAY_DIFFERENT, /* first difference: see expected and got */
    PPTP_REPLAY_MALFORMED  /* no journal, or damaged at `offset` */
};

struct pptp_replay_options {
    bool keep_going; /* feed what follows a difference, too */
    /* Engines beside the library's own; NULL: none, or gives NULL. */
    const struct pptp_engine *(*engine)(const char *name);
    /* Each record that the replay makes; NULL if nobody wants them. */
    void (*record)(void *ctx, uint64_t number, pptp_ns now, const char *text);
    /* Each trace record, as node.h. */
    void (*trace)(void *ctx, const struct pptp_trace_rec *r);
    void *ctx;
};

struct pptp_replay_result {
    enum pptp_replay_verdict verdict;
    uint64_t inputs; /* fed */
    uint64_t number; /* of the record at `offset`; the head is 0 */
    size_t offset;   /* of the first difference or defect, in octets */
    pptp_ns now_ns;  /* of the last input */
    const char *why; /* malformed: static text; else NULL */
    char input[PPTP_REPLAY_TEXT];    /* different: the last input, */
    char expected[PPTP_REPLAY_TEXT]; /* the journal's record, */
    char got[PPTP_REPLAY_TEXT];      /* and this run's */
};

/*
 * Octets that a replay takes, from the head of the journal: with a pool of
 * the recorded world's limit it is mostly address space.  0 if there is no
 * whole and sane head.  A hostile head asks for much: have a bound.
 */
size_t pptp_replay_octets(const uint8_t *octets, size_t n);

/*
 * Replays n octets in mem (64-aligned, zeroed, pptp_replay_octets long; the
 * caller's, and of no use afterwards).  options may be NULL.
 */
void pptp_replay(const uint8_t *octets, size_t n, void *mem,
                 const struct pptp_replay_options *options,
                 struct pptp_replay_result *out);

const char *pptp_replay_verdict_name(enum pptp_replay_verdict v);

#endif
