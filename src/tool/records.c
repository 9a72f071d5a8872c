/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trace records to a file and to round-trip times; see records.h. */
#include "config.h"

#include "tool/records.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "pptp/msg.h"
#include "pptp/peer.h"
#include "pptp/trace.h"

#define PATH_OCTETS 4096
#define LINE_OCTETS 1024
#define FILE_BUFFER_OCTETS (1u << 18)
/* Bins of round-trip times: 16 a doubling, from 1 µs to 2^32 µs. */
#define RTT_BINS 512u
#define RTT_MIN_S 1e-6

int records_open(struct records *r, const struct scenario *s, const char *dir,
                 struct tool_error *err)
{
    double edges[RTT_BINS + 1];
    char path[PATH_OCTETS];
    size_t i;

    memset(r, 0, sizeof *r);
    r->rtt = gsl_histogram_alloc(RTT_BINS);
    if (r->rtt == NULL)
        return config_error(err, NULL, "no memory for round-trip times");
    for (i = 0; i <= RTT_BINS; i++)
        edges[i] = RTT_MIN_S * exp2((double)i / 16.0);
    gsl_histogram_set_ranges(r->rtt, edges, RTT_BINS + 1);
    r->level = s->trace_file;
    if (s->trace_file == SCENARIO_TRACE_OFF)
        return 0;
    snprintf(path, sizeof path, "%s/trace.jsonl", dir);
    r->file = fopen(path, "w");
    if (r->file == NULL)
        return config_error(err, NULL, "cannot write %.300s: %s", path,
                            strerror(errno));
    setvbuf(r->file, NULL, _IOFBF, FILE_BUFFER_OCTETS);
    return 0;
}

int records_close(struct records *r)
{
    int failed = 0;

    if (r->file != NULL) {
        failed = ferror(r->file);
        failed = fclose(r->file) != 0 || failed;
    }
    if (r->rtt != NULL)
        gsl_histogram_free(r->rtt);
    memset(r, 0, sizeof *r);
    return failed ? -1 : 0;
}

/* Of figures 3.1.1 and 3.1.2, then of the calls' machines. */
static const char *figure_name(uint64_t figure)
{
    static const char *const conn[] = { "originator", "receiver" };

    return figure < 2 ? conn[figure]
                      : pptp_machine_name((enum pptp_machine)(figure - 2));
}

/* The names of a record's numbers, after its members. */
static void print_names(FILE *f, const struct sim_node *n,
                        const struct pptp_trace_rec *rec)
{
    bool of_conn = rec->kind == PPTP_TRACE_conn_state ||
                   rec->kind == PPTP_TRACE_msg_rx ||
                   rec->kind == PPTP_TRACE_msg_tx;
    const struct sim_call *c = of_conn || rec->call == UINT32_MAX
                                   ? NULL
                                   : n->by_slot[rec->call];

    if (c != NULL)
        fprintf(f, ",\"name\":\"%s\"", c->name);
    if (rec->kind == PPTP_TRACE_conn_state)
        fprintf(f, ",\"from_state\":\"%s\",\"to_state\":\"%s\"",
                pptp_conn_state_name((enum pptp_conn_state)rec->v[0]),
                pptp_conn_state_name((enum pptp_conn_state)rec->v[1]));
    if (rec->kind == PPTP_TRACE_call_state)
        fprintf(f, ",\"from_state\":\"%s\",\"to_state\":\"%s\"",
                pptp_call_state_name((enum pptp_call_state)rec->v[0]),
                pptp_call_state_name((enum pptp_call_state)rec->v[1]));
    if (rec->kind == PPTP_TRACE_conn_state ||
        rec->kind == PPTP_TRACE_call_state)
        fprintf(f, ",\"figure_name\":\"%s\"", figure_name(rec->v[3]));
    if (rec->kind == PPTP_TRACE_msg_rx || rec->kind == PPTP_TRACE_msg_tx)
        fprintf(f, ",\"type_name\":\"%s\"",
                pptp_msg_name((uint16_t)rec->v[0]));
}

void records_take(void *ctx, const struct sim_node *n,
                  const struct pptp_trace_rec *rec)
{
    struct records *r = ctx;
    char line[LINE_OCTETS];
    size_t len;

    if (rec->kind == PPTP_TRACE_acked) {
        double rtt_s = (double)rec->v[2] * 1e-9;

        gsl_histogram_increment(r->rtt, fmax(rtt_s, RTT_MIN_S));
        r->rtt_sum_s += rtt_s;
        r->rtt_max_s = fmax(r->rtt_max_s, rtt_s);
        r->rtt_n++;
    }
    if (r->file == NULL ||
        (int)pptp_trace_level_of((enum pptp_trace_kind)rec->kind) >
            (int)r->level)
        return;
    len = pptp_trace_print(rec, n->name, line, sizeof line);
    fwrite(line, 1, len - 1, r->file); /* all but the closing brace */
    print_names(r->file, n, rec);
    fputs("}\n", r->file);
}

static double quantile_s(const struct records *r, double q)
{
    double want = q * (double)r->rtt_n, seen = 0;
    size_t i;

    for (i = 0; i < RTT_BINS; i++) {
        seen += gsl_histogram_get(r->rtt, i);
        if (seen >= want && seen > 0)
            return fmin(r->rtt->range[i + 1], r->rtt_max_s);
    }
    return r->rtt_max_s; /* beyond the last bin */
}

void records_metrics(const struct records *r, json_t *metrics)
{
    static const struct {
        const char *name;
        double q;
    } quantiles[] = { { "rtt_p50_s", 0.5 },
                      { "rtt_p95_s", 0.95 },
                      { "rtt_p99_s", 0.99 } };
    size_t i;

    if (r->rtt_n == 0)
        return;
    json_object_set_new(metrics, "rtt_mean_s",
                        json_real(r->rtt_sum_s / (double)r->rtt_n));
    for (i = 0; i < sizeof quantiles / sizeof quantiles[0]; i++)
        json_object_set_new(metrics, quantiles[i].name,
                            json_real(quantile_s(r, quantiles[i].q)));
    json_object_set_new(metrics, "rtt_max_s", json_real(r->rtt_max_s));
}
