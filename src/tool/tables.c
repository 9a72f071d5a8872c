/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of calls and flows; see tables.h. */
#include "config.h"

#include "tool/tables.h"

#include <math.h>
#include <stdio.h>

#include "sim/measure.h"
#include "sim/user_probes.h"
#include "sim/voices.h"
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

/* Empty for what never happened. */
static void put_time(FILE *f, bool happened, pptp_ns ns)
{
    if (happened)
        fprintf(f, ",%.6f", (double)ns * 1e-9);
    else
        fputc(',', f);
}

/* --- probes -------------------------------------------------------------- */

/* Where their columns go, whether measuring began later, of what time they
 * are, and what stands before their names. */
struct columns {
    FILE *f;
    bool then;
    pptp_ns over_ns;
    const char *prefix;
};

static struct columns columns_of(const struct sim_world *w, FILE *f)
{
    return (struct columns){ .f = f,
                             .then = w->since != NULL,
                             .over_ns = sim_measured_ns(w) };
}

static void put_name(void *ctx, const struct probe_value *v)
{
    const struct columns *c = ctx;

    fprintf(c->f, ",%s%s%s", c->prefix, v->probe->name, v->suffix);
}

static void put_value(void *ctx, const struct probe_value *v)
{
    const struct columns *c = ctx;

    if (v->whole)
        fprintf(c->f, ",%llu", (unsigned long long)v->count);
    else if (isnan(v->real))
        fputc(',', c->f);
    else
        fprintf(c->f, ",%.9g", v->real);
}

static void put_names(struct columns *c, const char *prefix,
                      const struct probe *list)
{
    c->prefix = prefix;
    probe_each(list, c->then, NULL, 0, put_name, c);
}

static void put_values(struct columns *c, const struct probe *list,
                       const void *base)
{
    probe_each(list, c->then, base, c->over_ns, put_value, c);
}

/* --- calls --------------------------------------------------------------- */

static void call_row(struct columns *k, const struct sim_call *c)
{
    struct sim_call_measured m;
    struct pptp_call_info pac, pns;
    char room[128];
    FILE *f = k->f;

    sim_measured_call(sim_call_world(c), c, &m);
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
    put_values(k, sim_account_probes, &c->way[SIM_UP]);
    put_values(k, sim_account_probes, &c->way[SIM_DOWN]);
    put_values(k, sim_call_probes, &m);
    fprintf(f, ",%s,%s\n",
            c->ppp_reason ? ppp_reason_text((enum ppp_reason)c->ppp_reason)
                          : "",
            tables_reason(c, room, sizeof room));
}

static int write_calls(const struct sim_world *w, const char *dir,
                       struct conf_error *err)
{
    FILE *f = outfile_create(dir, "calls.csv", err);
    struct columns k = columns_of(w, f);

    if (f == NULL)
        return 3;
    fputs("call,pac,pns,direction,state,start_s,up_s,down_s,attempts,result,"
          "error,connect_bps,pac_call_id,pns_call_id,serial",
          f);
    put_names(&k, "up_", sim_account_probes);
    put_names(&k, "down_", sim_account_probes);
    put_names(&k, "", sim_call_probes);
    fputs(",ppp_end,reason\n", f);
    for (uint32_t i = 0; i < w->call_count; i++)
        call_row(&k, w->calls[i]);
    return outfile_close(f, dir, "calls.csv", err);
}

static int write_flows(const struct sim_world *w, const char *dir,
                       struct conf_error *err)
{
    FILE *f = outfile_create(dir, "flows.csv", err);
    struct columns k = columns_of(w, f);

    if (f == NULL)
        return 3;
    fputs("flow", f);
    put_names(&k, "", sim_account_probes);
    fputc('\n', f);
    for (uint32_t i = 0; i < w->flow_count; i++) {
        fputs(w->flows[i]->account->name, f);
        put_values(&k, sim_account_probes, w->flows[i]->account);
        fputc('\n', f);
    }
    return outfile_close(f, dir, "flows.csv", err);
}

/* --- users --------------------------------------------------------------- */

/* Whose it is, and of a call its way. */
static void put_source(FILE *f, const struct sim_source *s)
{
    const char *way = s->call == NULL ? "" : s->from_pac ? "up" : "down";

    fprintf(f, "%s,%s", s->account->name, way);
}

static void user_row(struct columns *k, const struct sim_user *u)
{
    static const char *const kinds[] = {
#define X(name, kind) #name,
#include "models/user.def"
#undef X
    };

    put_source(k->f, u->source);
    fprintf(k->f, ",%s", kinds[u->config.kind]);
    put_time(k->f, u->begun, u->start_ns);
    put_values(k, sim_user_probes, &u->stats);
    fputc('\n', k->f);
}

static int write_users(const struct sim_world *w, const char *dir,
                       struct conf_error *err)
{
    FILE *f = outfile_create(dir, "users.csv", err);
    struct columns k = columns_of(w, f);

    if (f == NULL)
        return 3;
    fputs("of,way,kind,start_s", f);
    put_names(&k, "", sim_user_probes);
    fputc('\n', f);
    for (uint32_t i = 0; i < w->users->count; i++)
        user_row(&k, w->users->user[i]);
    return outfile_close(f, dir, "users.csv", err);
}

/* --- speech -------------------------------------------------------------- */

static void voice_row(struct columns *k, const struct sim_voice *v)
{
    static const char *const codecs[] = {
#define X(name, bps, frame_us, ahead_us, ie, bpl, type, help) #name,
#include "models/voice.def"
#undef X
    };
    const struct voice_stats *s = &v->voice.stats;

    put_source(k->f, v->source);
    fprintf(k->f, ",%s", codecs[s->config.codec]);
    put_values(k, sim_voice_heard, s);
    put_values(k, sim_voice_worth, s);
    fputc('\n', k->f);
}

static int write_voices(const struct sim_world *w, const char *dir,
                        struct conf_error *err)
{
    FILE *f = outfile_create(dir, "voices.csv", err);
    struct columns k = columns_of(w, f);

    if (f == NULL)
        return 3;
    fputs("of,way,codec", f);
    put_names(&k, "", sim_voice_heard);
    put_names(&k, "", sim_voice_worth);
    fputc('\n', f);
    for (uint32_t i = 0; i < w->voice_count; i++)
        voice_row(&k, w->voices[i]);
    return outfile_close(f, dir, "voices.csv", err);
}

int tables_write(const struct sim_world *w, const char *dir,
                 struct conf_error *err)
{
    int result = write_calls(w, dir, err);

    if (w->flow_count > 0 && write_flows(w, dir, err) != 0)
        result = 3;
    if (w->users != NULL && write_users(w, dir, err) != 0)
        result = 3;
    if (w->voice_count > 0 && write_voices(w, dir, err) != 0)
        result = 3;
    return result;
}
