/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Closed forms of teletraffic, against which trunks and callers are judged.
 *
 * Loads are in erlangs: calls a mean holding time.  Erlang B and C, Engset,
 * and the overflow's moments as in ITU-D's Teletraffic Engineering Handbook
 * (2005), chapters 4, 6, 8 and 9; blocking does not depend on the law of
 * holding times, waiting does: there they are exponential.
 */
#ifndef MODELS_ERLANG_H
#define MODELS_ERLANG_H

/* Erlang B: the chance that a call finds all n trunks busy; load >= 0. */
double erlang_b(unsigned n, double load);

/* The load of n > 0 trunks at which it is b, 0 < b < 1. */
double erlang_b_load(unsigned n, double b);

/* Erlang C: the chance that a call waits; 1 for load >= n. */
double erlang_c(unsigned n, double load);

/* Its mean wait, of all calls, in mean holding times; load < n. */
double erlang_c_wait(unsigned n, double load);

/* The share of calls that wait longer than t mean holding times; load < n. */
double erlang_c_longer(unsigned n, double load, double t);

/* Extended Erlang B: the load of which a share `again`, 0…1, of what is
 * blocked comes again at once; `fresh` is without it.  HUGE_VAL: there is
 * none, as all come again and n trunks cannot carry it. */
double erlang_extended_load(unsigned n, double fresh, double again);

/* Engset, of `sources` >= n that each call `rate` times a mean holding time
 * while idle: the chance that a call finds no trunk, and the share of time
 * that there is none. */
double engset_call(unsigned n, unsigned sources, double rate);
double engset_time(unsigned n, unsigned sources, double rate);

/* Kosten, Riordan: calls up at once on trunks without number that carry what
 * overflows n. */
struct erlang_overflow {
    double mean, variance;
};

struct erlang_overflow erlang_overflow(unsigned n, double load);

/* What the i-th of trunks carries, i > 0, that are hunted from the first. */
double erlang_trunk(unsigned i, double load);

/* M/M/n whose blocked callers try again, each after an exponential wait. */
struct erlang_retrial {
    double fresh_blocked; /* the chance that a first attempt is */
    double all_blocked;   /* share of all attempts */
    double orbit;         /* callers between attempts, on average */
    double attempts;      /* a mean holding time */
    double carried;       /* erlangs */
};

/* `rate` attempts a mean holding time of who waits, `again` the chance that he
 * does, after each attempt.  Exact but for rounding: the chain of busy trunks
 * and waiting callers is cut where nothing is left of it.  0 or
 * PPTP_ERR_RESOURCE: no memory, or more than 2^20 callers would wait. */
int erlang_retrial(unsigned n, double load, double rate, double again,
                   struct erlang_retrial *out);

#endif
