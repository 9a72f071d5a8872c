/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Timed scripts: what a PPTP peer is shown and what it has to do, a line a
 * step.  The idea is packetdrill's; the language is described in
 * doc/script.md and below.
 *
 *   [TIME] STATEMENT            # comment
 *
 * TIME is +D after the step before (which counts from when it really
 * happened), +D~E for an expectation that may come within a range, or @D from
 * the start; without it, at once.  D is a number with a unit (bare: seconds).
 *
 *   config KEY=VALUE …          the peer under test; before everything else
 *   limits KEY=VALUE …
 *   < NAME WHAT [FIELD=VALUE …] the world does something to the peer
 *   > NAME WHAT [FIELD=VALUE …] the peer has to do this now
 *   >! …                        and every field not named is zero
 *   do NAME WHAT [FIELD=VALUE …] the operator, or the PPP above, asks
 *   ? PATH OP VALUE             state and counters, now
 *   wait                        time passes and nothing may happen
 *   repeat N … end              a block, N times
 *   needs inside                cannot be judged from the wire alone
 *
 * A NAME is a control connection or a call, bound where it first appears;
 * `gre` is every tunnel.  A VALUE is a number, "text", hex:0011ff, a word,
 * $var (bound by the first expectation that meets it, a number afterwards;
 * $!var is bound anew every time), $var+1, * for anything or - for absent.
 */
#ifndef SCRIPT_SCRIPT_H
#define SCRIPT_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"

#define SCRIPT_FIELDS_MAX 24
#define SCRIPT_STEPS_MAX 100000u
#define SCRIPT_REPEAT_MAX 100000u

enum script_kind {
    SCRIPT_CONFIG,
    SCRIPT_LIMITS,
    SCRIPT_NEEDS,
    SCRIPT_SEND,   /* < */
    SCRIPT_EXPECT, /* > */
    SCRIPT_DO,
    SCRIPT_ASK, /* ? */
    SCRIPT_WAIT,
    SCRIPT_REPEAT,
    SCRIPT_END
};

enum script_value_type {
    SCRIPT_NUMBER,
    SCRIPT_TEXT, /* octets of a text, or of hex:… */
    SCRIPT_WORD,
    SCRIPT_VAR,
    SCRIPT_ANY,   /* * */
    SCRIPT_ABSENT /* - */
};

struct script_value {
    enum script_value_type type;
    uint64_t number;
    bool timed;       /* it had a unit: nanoseconds */
    int64_t add;      /* VAR: $x+1 */
    const char *text; /* TEXT: octets; WORD, VAR: the name */
    size_t len;
};

struct script_field {
    const char *name; /* NULL: a patch, @12=0xff */
    uint32_t at;
    struct script_value value;
};

struct script_step {
    uint32_t line;
    enum script_kind kind;
    bool exact;    /* >! */
    bool absolute; /* @D */
    pptp_ns from_ns, to_ns;
    const char *who, *what; /* ASK: who is the path, what the operator */
    uint32_t fields;
    struct script_field field[SCRIPT_FIELDS_MAX];
    uint32_t jump; /* REPEAT: its END; END: its REPEAT */
};

/* The field that has a name, or NULL. */
static inline const struct script_field *script_field_of(
    const struct script_step *st, const char *name)
{
    uint32_t i;

    for (i = 0; i < st->fields; i++)
        if (st->field[i].name != NULL && strcmp(st->field[i].name, name) == 0)
            return &st->field[i];
    return NULL;
}

struct script {
    const char *path;
    char *text;   /* what all strings point into */
    char *source; /* the text as it was */
    struct script_step *steps;
    uint32_t count;
};

/*
 * Reads a script: 0, or -1 with one line `PATH:LINE: what is wrong, what is
 * expected` in why; a text without a step is refused.  `path` is kept by the
 * caller.
 */
int script_load(struct script *s, const char *path, char *why, size_t cap);
/* The same from memory; text need not end in NUL and is copied. */
int script_parse(struct script *s, const char *path, const char *text,
                 size_t len, char *why, size_t cap);
void script_free(struct script *s);
/* A time as scripts write it, a bare number is seconds: 0, or -1 with what is
 * wrong in why. */
int script_time(const char *text, uint64_t *out, char *why, size_t cap);

/* --- running ------------------------------------------------------------ */

struct script_world;

enum script_result {
    SCRIPT_PASS,
    SCRIPT_FAIL,    /* the peer did something else */
    SCRIPT_SKIP,    /* this world cannot show it */
    SCRIPT_MISTAKE, /* the script itself is wrong */
    SCRIPT_NO_PEER, /* nobody is there: the world's no_peer says why */
    SCRIPT_RESULTS
};

/*
 * Runs a script in a world made for it.  On FAIL `out` gets what was expected,
 * what came and the time line; verbose writes the time line always.  On
 * MISTAKE `err` gets one line as script_parse writes it.  *decisions, if not NULL, gets a hash over all that the peer did,
 * times and channels' interleaving aside.
 */
enum script_result script_run(const struct script *s, struct script_world *w,
                              bool verbose, FILE *out, FILE *err,
                              uint64_t *decisions);

#endif
