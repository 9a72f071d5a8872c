/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Profiles: what value the rate or the latency of a link takes at what time.
 * They are read from SimGrid's own files, a line each of
 *
 *   # or % and anything    a comment
 *   TIME VALUE             VALUE from TIME on; times do not go back
 *   PERIODICITY P          the whole list again every P
 *   LOOPAFTER D            the whole list again D after its last time
 *
 * Times are seconds.  A rate is octets a second, a latency is seconds, both
 * bare numbers.  SimGrid has no interface that tells what a profile will do,
 * so we read it ourselves, as SimGrid does but for what it misreads without a
 * word: a unit ("1Mbps" is 1 there), a value below 0 (ignored), a file with
 * nothing in it.  Values drawn by chance (STOCHASTIC, NORM, ...) are refused:
 * the draws are SimGrid's.
 */
#ifndef SIM_PROFILE_H
#define SIM_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Seconds; far more than a run lasts, and far less than 2^64 ns. */
#define SIM_LATENCY_MAX_S 1e9

/* Octets a second; 0, of a profile, is a link that is down.  Between them the
 * time of an octet is one that a port can count in (sim/port.h). */
#define SIM_RATE_MIN 1
#define SIM_RATE_MAX 1e15

static inline bool sim_rate_counts(double octets)
{
    return octets >= SIM_RATE_MIN && octets <= SIM_RATE_MAX;
}

enum sim_profile_kind {
    SIM_PROFILE_RATE,    /* octets a second */
    SIM_PROFILE_LATENCY, /* seconds */
    SIM_PROFILE_SPEED    /* of a host: the share of its speed that is left */
};

struct sim_profile_point {
    uint64_t at_ns;
    double value;
};

struct sim_profile {
    struct sim_profile_point *points; /* their times do not go back */
    uint32_t n;
    uint64_t period_ns; /* all of them again so much later; 0: only once */
};

/* Where one reader of a profile stands; all zero is the beginning. */
struct sim_profile_cursor {
    uint64_t base_ns;
    uint32_t next;
};

/* The next change; false if there is none any more.  Several may have one
 * time: the last one holds. */
bool sim_profile_next(const struct sim_profile *p,
                      struct sim_profile_cursor *c, uint64_t *at_ns,
                      double *value);

/* What a message says of a profile's text, and what the text does not say. */
struct sim_profile_source {
    const char *name; /* of its file */
    uint32_t line;    /* of its first line in there, from 1 */
    enum sim_profile_kind kind;
    double period_s; /* as if the text began with it; not above 0: none */
};

/* Fill *p from a text or a file; free with sim_profile_fini, also after an
 * error.  0, or a negative enum pptp_err and "name:line: what" in err.  A
 * host's speed may be drawn by chance: nothing reads it, so the profile is
 * then left empty. */
int sim_profile_parse(struct sim_profile *p, const char *text, size_t octets,
                      const struct sim_profile_source *source, char *err,
                      size_t err_octets);
int sim_profile_read(struct sim_profile *p, const char *path,
                     enum sim_profile_kind kind, char *err, size_t err_octets);
void sim_profile_fini(struct sim_profile *p);

#endif
