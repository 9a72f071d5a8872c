/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of calls and flows; see tables.h. */
#include "config.h"

#include "tool/tables.h"

#include <math.h>
#include <stdio.h>

#include "tool/outfile.h"

const char *tables_reason(const struct sim_call *c, char *room, size_t octets)
{
    enum ppp_reason ppp = (enum ppp_reason)c->ppp_reason;

    if (c->up_now || c->attempts == 0 || c->on_time)
        return "";
    if (c->trying)
        return c->ever_up ? "being made again" : "";
    /* what ended the tunnel is told before what PPP saw of it */
    if (ppp != PPP_END_NONE && ppp != PPP_END_LOWER)
        return ppp_reason_text(ppp);
    if (c->end.conn != PPTP_CONN_END_NONE) {
        snprintf(room, octets, "its control connection ended: %s",
                 pptp_conn_end_text((enum pptp_conn_end)c->end.conn));
        return room;
    }
    if (c->down_ns == 0)
        return c->failed ? "refused by its own node" : "";
    if (c->end.msg == 0)
        return "ended by its own node";
    snprintf(room, octets, "%s with result %u and error %u",
             pptp_msg_name(c->end.msg), c->end.result, c->end.error);
    return room;
}

/* Up is who carries traffic: a tunnel in which PPP still negotiates waits. */
static const char *call_state(const struct sim_call *c)
{
    return c->up_now    ? "up"
           : c->ever_up ? "ended"
           : c->failed  ? "failed"
                        : "waiting";
}

static void put_count(FILE *f, uint64_t n)
{
    fprintf(f, ",%llu", (unsigned long long)n);
}

/* Empty for what never happened. */
static void put_time(FILE *f, bool happened, pptp_ns ns)
{
    if (happened)
        fprintf(f, ",%.6f", (double)ns * 1e-9);
    else
        fputc(',', f);
}

static void put_seconds(FILE *f, double s)
{
    if (isnan(s))
        fputc(',', f);
    else
        fprintf(f, ",%.9g", s);
}

static void head_hist(FILE *f, const char *name)
{
    fprintf(f, ",%s_mean_s,%s_p50_s,%s_p95_s,%s_p99_s", name, name, name,
            name);
}

static void put_hist(FILE *f, const struct hist *h)
{
    put_seconds(f, hist_mean_s(h));
    put_seconds(f, hist_quantile_s(h, 0.5));
    put_seconds(f, hist_quantile_s(h, 0.95));
    put_seconds(f, hist_quantile_s(h, 0.99));
}

static void head_account(FILE *f, const char *prefix)
{
    char delay[32];

    fprintf(f, ",%soffered,%soffered_octets,%sdelivered,%sdelivered_octets",
            prefix, prefix, prefix, prefix);
    for (int i = 0; i < SIM_PLACES; i++)
        fprintf(f, ",%slost_%s", prefix, sim_place_name((enum sim_place)i));
    fprintf(f, ",%sunder_way", prefix);
    snprintf(delay, sizeof delay, "%sdelay", prefix);
    head_hist(f, delay);
}

static void put_account(FILE *f, const struct sim_account *a)
{
    put_count(f, a->offered);
    put_count(f, a->offered_octets);
    put_count(f, a->delivered);
    put_count(f, a->delivered_octets);
    for (int i = 0; i < SIM_PLACES; i++)
        put_count(f, a->lost[i]);
    put_count(f, a->under_way);
    put_hist(f, &a->delay);
}

static void call_row(FILE *f, const struct sim_call *c)
{
    static const struct hist none;
    struct pptp_call_info pac, pns;
    char room[128];

    sim_call_info(c, false, &pac);
    sim_call_info(c, true, &pns);
    fprintf(f, "%s,%s,%s,%s,%s", c->name, c->pac->name, c->pns->name,
            c->outgoing ? "outgoing" : "incoming", call_state(c));
    put_time(f, true, c->start_ns);
    put_time(f, c->ever_up, c->up_ns);
    put_time(f, c->down_ns != 0, c->down_ns);
    fprintf(f, ",%u,%u,%u,%llu,%u,%u,%u", c->attempts, c->end.result,
            c->end.error, (unsigned long long)c->group->lines.config.rate_bps,
            pac.local_id, pns.local_id, pac.serial);
    put_account(f, &c->way[SIM_UP]);
    put_account(f, &c->way[SIM_DOWN]);
    fprintf(f, ",%u,%u,%u,%u,%u,%u,%llu", pac.timeouts, pns.timeouts,
            pac.drops, pns.drops, pac.rx_skipped, pns.rx_skipped,
            (unsigned long long)c->ppp_frames);
    put_hist(f, c->rtt != NULL ? &c->rtt[0] : &none);
    put_hist(f, c->rtt != NULL ? &c->rtt[1] : &none);
    fprintf(f, ",%s,%s\n",
            c->ppp_reason ? ppp_reason_text((enum ppp_reason)c->ppp_reason)
                          : "",
            tables_reason(c, room, sizeof room));
}

static int write_calls(const struct sim_world *w, const char *dir,
                       struct conf_error *err)
{
    FILE *f = outfile_create(dir, "calls.csv", err);

    if (f == NULL)
        return 3;
    fputs("call,pac,pns,direction,state,start_s,up_s,down_s,attempts,result,"
          "error,connect_bps,pac_call_id,pns_call_id,serial",
          f);
    head_account(f, "up_");
    head_account(f, "down_");
    fputs(",pac_timeouts,pns_timeouts,pac_queue_drops,pns_queue_drops,"
          "pac_skipped,pns_skipped,ppp_frames",
          f);
    head_hist(f, "pac_rtt");
    head_hist(f, "pns_rtt");
    fputs(",ppp_end,reason\n", f);
    for (uint32_t i = 0; i < w->call_count; i++)
        call_row(f, w->calls[i]);
    return outfile_close(f, dir, "calls.csv", err);
}

static int write_flows(const struct sim_world *w, const char *dir,
                       struct conf_error *err)
{
    FILE *f = outfile_create(dir, "flows.csv", err);

    if (f == NULL)
        return 3;
    fputs("flow", f);
    head_account(f, "");
    fputc('\n', f);
    for (uint32_t i = 0; i < w->flow_count; i++) {
        fputs(w->flows[i]->account->name, f);
        put_account(f, w->flows[i]->account);
        fputc('\n', f);
    }
    return outfile_close(f, dir, "flows.csv", err);
}

int tables_write(const struct sim_world *w, const char *dir,
                 struct conf_error *err)
{
    int result = write_calls(w, dir, err);

    if (w->flow_count > 0 && write_flows(w, dir, err) != 0)
        result = 3;
    return result;
}
