/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * figure.dat: what the figure draws of a run, kept while it goes on in
 * bounded memory (curves.h), so that nobody has to read its series again.
 *
 * The file is gnuplot's: a data set a kind of curve, in it a block a call,
 * flow or link, in a block lines of "time value", in s and in units of one
 * (packets, s, bit/s, packets/s).  Comments say what follows:
 *
 *   # time 20           s that were simulated
 *   # mean 0.5          s over which rates and delays are means
 *   # calls 1000 48     how many there are, how many are drawn; also of
 *                       flows and links
 *   # curves window     a data set, by the names of plot_kind_name
 *   # of c17            a block, by the name in the scenario
 *   # drops 12          of a link, up to the end
 */
#ifndef TOOL_PLOTDATA_H
#define TOOL_PLOTDATA_H

#include "conf/tree.h"
#include "tool/curves.h"

/* Calls, and flows, that are drawn of one run, evenly chosen; links. */
#define PLOT_CALLS_MAX 48
#define PLOT_LINKS_MAX 512
#define PLOT_TRUNKS_MAX 64

/* Variants side by side, and rows of them, in one picture. */
#define PLOT_COLUMNS_MAX 6
#define PLOT_BANDS_MAX 2

enum plot_kind {
    PLOT_WINDOW,
    PLOT_RTT,
    PLOT_TIMEOUT,
    PLOT_GOODPUT,
    PLOT_DELAY_TO_CALLER,
    PLOT_DELAY_TO_PNS,
    PLOT_FLOW_GOODPUT,
    PLOT_FLOW_DELAY,
    PLOT_QUEUE,
    PLOT_DROPPED,
    PLOT_LOST,
    PLOT_TRUNKS,
    PLOT_REFUSED,
    PLOT_KINDS
};

/* What is known of a call at a time; NAN: there is none. */
struct plot_call {
    double window, timeout_s, rtt_s;
    double octets, frames[2], delay_sum_s[2]; /* [0]: to the caller */
};

struct plot_flow {
    double octets, packets, delay_sum_s;
};

struct plot_link {
    double queue, dropped, lost;
};

struct plot_trunks {
    double busy, refused;
};

/* Some of many: the i-th of n that are chosen of all is i * all / n. */
struct plot_set {
    size_t all, n;
    const char **names; /* n, kept by the caller */
    struct curves curves;
};

struct plotdata {
    struct plot_set calls, flows, links, trunks;
    pptp_ns step_ns, now_ns;
};

const char *plot_kind_name(enum plot_kind kind);

/* Columns of a picture of n variants. */
size_t plot_columns(size_t n);
/* Variants of one picture, the others are in further ones. */
size_t plot_variants(size_t n);

/* For so many calls, flows, links and trunk groups, sampled every step_ns, of
 * one of n variants.  0; or -1: no memory.  plotdata_fini is due in any
 * case. */
int plotdata_init(struct plotdata *p, size_t calls, size_t flows, size_t links,
                  size_t trunks, size_t variants, pptp_ns step_ns);
void plotdata_fini(struct plotdata *p);

/* Which of all the i-th one is that is drawn. */
size_t plot_chosen(const struct plot_set *s, size_t i);

/* Samples of the i-th that is drawn; i < n of its set. */
void plotdata_call(struct plotdata *p, size_t i, pptp_ns now,
                   const struct plot_call *x);
void plotdata_flow(struct plotdata *p, size_t i, pptp_ns now,
                   const struct plot_flow *x);
void plotdata_link(struct plotdata *p, size_t i, pptp_ns now,
                   const struct plot_link *x);
void plotdata_trunks(struct plotdata *p, size_t i, pptp_ns now,
                     const struct plot_trunks *x);

/* Writes dir/figure.dat of a run that ended at now.  0; or 3 and *err. */
int plotdata_write(const struct plotdata *p, pptp_ns now, const char *dir,
                   struct conf_error *err);

#endif
