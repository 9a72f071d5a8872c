/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attempts to call, in a file; attempts.h. */
#include "config.h"

#include "tool/attempts.h"

#include <errno.h>
#include <string.h>

#include "sim/which.h"
#include "tool/csv.h"
#include "tool/outfile.h"

#define ATTEMPTS_FILE "attempts.csv"

static const char head[] =
    "call,subscriber,attempt,number,pac,pns,trunk,off_hook_s,trunk_s,"
    "answered_s,connected_s,up_s,end_s,outcome,q850,terminate_cause,"
    "ascend_cause,modem_cause,modulation,rx_bps,tx_bps,last_rx_bps,"
    "last_tx_bps,retrains,faster,slower,up_octets,down_octets\n";

static void put_time(FILE *f, pptp_ns t)
{
    fputc(',', f);
    if (t != PPTP_NEVER)
        fprintf(f, "%llu.%09llu", (unsigned long long)(t / PPTP_S),
                (unsigned long long)(t % PPTP_S));
}

/* 0 is nothing. */
static void put_count(FILE *f, uint64_t n)
{
    fputc(',', f);
    if (n != 0)
        fprintf(f, "%llu", (unsigned long long)n);
}

static void put_who(FILE *f, const struct sim_attempt *a)
{
    char number[SIM_NUMBER_OCTETS];

    sim_call_number(a->call, number);
    csv_text(f, a->call->name);
    if (a->subscriber != SIM_PHONE_NOBODY)
        fprintf(f, ",%u,%u", a->subscriber, a->number);
    else
        fprintf(f, ",,%u", a->call->attempts);
    fprintf(f, ",%s,", number);
    csv_text(f, a->call->pac->name);
    fputc(',', f);
    csv_text(f, a->call->pns->name);
    fputc(',', f);
    if (a->trunk != SIM_PHONE_NOBODY)
        fprintf(f, "%u", a->trunk);
}

/* As the PAC sees it: it receives what the caller sends. */
static void put_rates(FILE *f, const struct sim_attempt *a)
{
    fputc(',', f);
    if (a->first[SIM_DOWN].bps != 0)
        fputs(modem_name(a->first[SIM_DOWN].modulation), f);
    put_count(f, a->first[SIM_UP].bps);
    put_count(f, a->first[SIM_DOWN].bps);
    put_count(f, a->last[SIM_UP].bps);
    put_count(f, a->last[SIM_DOWN].bps);
    put_count(f, a->retrains);
    put_count(f, a->faster);
    put_count(f, a->slower);
}

static void take(void *ctx, const struct sim_attempt *a)
{
    const struct sim_outcome_row *o = &sim_outcomes[a->outcome];
    struct attempts *t = ctx;
    FILE *f = t->file;

    t->outcomes[a->outcome]++;
    if (t->error != 0)
        return;
    put_who(f, a);
    put_time(f, a->off_hook_ns);
    put_time(f, a->trunk_ns);
    put_time(f, a->answered_ns);
    put_time(f, a->connected_ns);
    put_time(f, a->up_ns);
    put_time(f, a->end_ns);
    fprintf(f, ",%s", o->name);
    put_count(f, o->q850);
    put_count(f, o->terminate);
    put_count(f, o->ascend);
    fprintf(f, ",%s", o->modem);
    put_rates(f, a);
    fprintf(f, ",%llu,%llu\n", (unsigned long long)a->octets[SIM_UP],
            (unsigned long long)a->octets[SIM_DOWN]);
    outfile_grows(f, &t->error);
}

int attempts_open(struct attempts *t, const struct scenario *s,
                  struct sim_world *w, const char *dir, struct conf_error *err)
{
    *t = (struct attempts){ .w = w };
    if (!s->attempts)
        return 0;
    if (sim_attempts_init(&t->sim, w) < 0)
        return conf_fail(err, NULL, "no memory for attempts");
    t->file = outfile_grow(dir, ATTEMPTS_FILE, false, err);
    if (t->file == NULL)
        return -1;
    fputs(head, t->file);
    t->sim.ended = take;
    t->sim.ctx = t;
    w->attempts = &t->sim;
    return 0;
}

int attempts_close(struct attempts *t, const char *dir, struct conf_error *err)
{
    int result = 0;

    if (t->file != NULL) {
        errno = outfile_end(t->file, t->error, outfile_lines);
        if (errno != 0)
            result = outfile_not_in_full(dir, ATTEMPTS_FILE, err);
    }
    sim_attempts_fini(&t->sim);
    memset(t, 0, sizeof *t);
    return result;
}

json_t *attempts_outcomes(const struct attempts *t)
{
    json_t *o;

    if (t->file == NULL)
        return NULL;
    o = json_object();
    for (int i = 0; i < SIM_OUTCOME_N; i++)
        json_object_set_new(o, sim_outcomes[i].name,
                            json_integer((json_int_t)t->outcomes[i]));
    return o;
}
