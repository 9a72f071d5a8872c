/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples of a run; see series.h. */
#include "config.h"

#include "tool/series.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "conf/units.h"
#include "sim/calls.h"
#include "sim/port_queue.h"
#include "sim/users.h"
#include "tool/outfile.h"
#include "tool/shots.h"

#define NAME "series.csv"
/* What `auto` aims at. */
#define STEPS_MAX 1000u
#define STEPS_MIN 20u
#define ROWS_MAX 1000000u
/* Numbers of a row, with their commas. */
#define NUMBERS_OCTETS 400

/* A row; NOTHING: the field is empty. */
#define NOTHING UINT64_MAX
struct sampled {
    uint64_t window, outstanding, ato_ns, rtt_ns, queued, sent, timeouts;
    uint64_t delivered_octets, queue_packets, dropped, lost;
    uint64_t delay_ns[3]; /* to the caller, to the PNS, of a flow */
    uint64_t dropped_down;
    uint64_t cwnd, ssthresh, flight, srtt_ns; /* of a user's TCP */
    uint64_t busy, offered, refused;          /* of a trunk group */
};

#define COLUMN(member, name, kind, unit, help) \
    PROBE_AS(struct sampled, member, name, kind, unit, help)

const struct probe series_probes[] = {
    COLUMN(window, "window", PROBE_GAUGE, "packets", "of a call: send window"),
    COLUMN(outstanding, "outstanding", PROBE_GAUGE, "packets",
           "of a call: sent and not acknowledged"),
    COLUMN(ato_ns, "ato_s", PROBE_GAUGE, "s", "of a call: adaptive time-out"),
    COLUMN(rtt_ns, "rtt_s", PROBE_GAUGE, "s",
           "of a call: estimate of the round-trip time, which begins with the "
           "packet processing delay"),
    COLUMN(queued, "queued", PROBE_GAUGE, "frames",
           "of a call: in the send queue"),
    COLUMN(sent, "sent", PROBE_COUNTER, "packets",
           "of a call or flow: so far; of a call with payload, of its last "
           "attempt"),
    COLUMN(timeouts, "timeouts", PROBE_COUNTER, "time-outs",
           "of a call: so far, of its last attempt"),
    COLUMN(delivered_octets, "delivered_octets", PROBE_COUNTER, "octets",
           "of a call or flow: so far; of a call to both sides"),
    COLUMN(queue_packets, "queue_packets", PROBE_GAUGE, "packets",
           "of a link: that wait, without the one that is being sent, in the "
           "fuller direction"),
    COLUMN(dropped, "dropped", PROBE_COUNTER, "packets",
           "of a link: so far, both directions: the queue was full, or its "
           "queue_model decided so"),
    COLUMN(lost, "lost", PROBE_COUNTER, "packets",
           "of a link: so far, both directions: lost at random"),
    COLUMN(delay_ns[0], "delay_to_caller_s", PROBE_GAUGE, "s",
           "of a call: one way, the mean of what was delivered since the row "
           "before"),
    COLUMN(delay_ns[1], "delay_to_pns_s", PROBE_GAUGE, "s",
           "of a call: one way, the mean of what was delivered since the row "
           "before"),
    COLUMN(delay_ns[2], "delay_s", PROBE_GAUGE, "s",
           "of a flow: one way, the mean of what was delivered since the row "
           "before"),
    COLUMN(dropped_down, "dropped_down", PROBE_COUNTER, "packets",
           "of a link: so far, both directions: found the link at rate 0"),
    COLUMN(cwnd, "tcp_cwnd", PROBE_GAUGE, "octets",
           "of a call or flow with a user: congestion window"),
    COLUMN(ssthresh, "tcp_ssthresh", PROBE_GAUGE, "octets",
           "the same: slow start threshold; empty: none yet"),
    COLUMN(flight, "tcp_flight", PROBE_GAUGE, "octets",
           "the same: sent and not acknowledged"),
    COLUMN(srtt_ns, "tcp_srtt_s", PROBE_GAUGE, "s",
           "the same: smoothed round-trip time; empty: none yet"),
    COLUMN(busy, "trunks_busy", PROBE_GAUGE, "trunks",
           "of a trunk group: that have a call"),
    COLUMN(offered, "trunks_offered", PROBE_COUNTER, "calls",
           "of a trunk group: so far, of subscribers that looked for a trunk"),
    COLUMN(refused, "trunks_refused", PROBE_COUNTER, "calls",
           "of a trunk group: so far, that found none free"),
    PROBE_END
};

/* A call or flow that is followed; one that the file has rows of. */
struct series_row {
    const char *name;
    uint32_t index;     /* in the world, or of the link in the scenario */
    uint32_t drawn;     /* in the plot's set; UINT32_MAX: it is not */
    uint64_t frames[2]; /* at the sample before, with the sum of their */
    double delay_ns[2]; /* delays: to the caller, the PNS; of flows [0] */
};

struct series_link {
    struct sim_port *ports[2];
    unsigned n;
};

/* --- a row --------------------------------------------------------------- */

/* printf takes five times as long, and there may be millions of rows. */
struct numbers {
    char text[NUMBERS_OCTETS];
    size_t len;
};

static void put(struct numbers *n, char c)
{
    n->text[n->len++] = c;
}

static void put_count(struct numbers *n, uint64_t x)
{
    char digits[20];
    size_t i = 0;

    do {
        digits[i++] = (char)('0' + x % 10);
        x /= 10;
    } while (x > 0);
    while (i > 0)
        put(n, digits[--i]);
}

/* In µs; in ns where that is needed. */
static void put_seconds(struct numbers *n, uint64_t ns, bool exact)
{
    bool fine = exact && ns % 1000 != 0;
    uint64_t ticks = fine ? ns : (ns + (exact ? 0 : 500)) / 1000;
    uint64_t scale = fine ? 1000000000 : 1000000;

    put_count(n, ticks / scale);
    put(n, '.');
    for (ticks %= scale; scale > 1; ticks %= scale) {
        scale /= 10;
        put(n, (char)('0' + ticks / scale));
    }
}

/* The mean of what came since the sample before. */
static uint64_t delay_since(struct series_row *row, unsigned way,
                            const struct sim_account *a)
{
    uint64_t more = a->delivered - row->frames[way];
    double sum = a->delay.sum_ns - row->delay_ns[way];

    row->frames[way] = a->delivered;
    row->delay_ns[way] = a->delay.sum_ns;
    return more > 0 ? (uint64_t)(sum / (double)more) : NOTHING;
}

/* "TIME,KIND:NAME" and the fields. */
static void write_row(struct series *r, const struct numbers *time,
                      const char *kind, const char *name,
                      const struct sampled *x)
{
    struct numbers n = { .len = 0 };
    const struct probe *p;

    if (r->error != 0)
        return;
    for (p = series_probes; p->name != NULL; p++) {
        uint64_t v = probe_count(p, x);

        put(&n, ',');
        if (v == NOTHING)
            continue;
        if (strcmp(p->unit, "s") == 0)
            put_seconds(&n, v, false);
        else
            put_count(&n, v);
    }
    fwrite_unlocked(time->text, 1, time->len, r->file);
    fputs_unlocked(kind, r->file);
    fputs_unlocked(name, r->file);
    fwrite_unlocked(n.text, 1, n.len, r->file);
    fputc_unlocked('\n', r->file);
    outfile_grows(r->file, &r->error);
}

/* --- samples ------------------------------------------------------------- */

static void sample_user(struct sampled *x, const struct sim_user *u)
{
    struct sim_user_course c;

    if (u == NULL || !sim_user_course(u, &c))
        return;
    x->cwnd = c.cwnd_octets;
    x->ssthresh = c.ssthresh_octets == UINT32_MAX ? NOTHING
                                                  : c.ssthresh_octets;
    x->flight = c.flight_octets;
    x->srtt_ns = c.srtt_ns == 0 ? NOTHING : c.srtt_ns;
}

static const struct sim_user *user_of(const struct sim_call *c)
{
    for (uint32_t i = 0; i < c->source_count; i++)
        if (c->sources[i].user != NULL)
            return c->sources[i].user;
    return NULL;
}

static void sample_call(struct series *r, struct series_row *row,
                        const struct numbers *time)
{
    struct sim_call *c = r->w->calls[row->index];
    const struct sim_account *down = &c->way[SIM_DOWN], *up = &c->way[SIM_UP];
    struct sampled x;
    struct plot_call plot;
    struct pptp_call_info i;

    if (!sim_call_is_there(c, false) || !sim_call_is_there(c, true))
        return;
    /* the side that sends the bulk: where the first source is */
    sim_call_info(c, c->source_count == 0 || !c->sources[0].from_pac, &i);
    memset(&x, 0xff, sizeof x);
    x.window = i.windowed ? i.cwnd : NOTHING;
    x.outstanding = i.out;
    x.ato_ns = i.windowed ? i.ato_ns : NOTHING;
    x.rtt_ns = i.rtt_ns;
    x.queued = i.queued;
    x.sent = i.tx_packets;
    x.timeouts = i.timeouts;
    x.delivered_octets = down->delivered_octets + up->delivered_octets;
    x.delay_ns[0] = delay_since(row, 0, down);
    x.delay_ns[1] = delay_since(row, 1, up);
    sample_user(&x, user_of(c));
    write_row(r, time, ",call:", row->name, &x);
    if (row->drawn == UINT32_MAX)
        return;
    plot = (struct plot_call){
        .window = i.windowed ? i.cwnd : NAN,
        .timeout_s = i.windowed ? (double)i.ato_ns * 1e-9 : NAN,
        .rtt_s = (double)i.rtt_ns * 1e-9,
        .octets = (double)x.delivered_octets,
        .frames = { (double)down->delivered, (double)up->delivered },
        .delay_sum_s = { down->delay.sum_ns * 1e-9, up->delay.sum_ns * 1e-9 },
    };
    plotdata_call(&r->plot, row->drawn, r->w->cal.now, &plot);
}

static void sample_flow(struct series *r, struct series_row *row,
                        const struct numbers *time)
{
    const struct sim_source *f = r->w->flows[row->index];
    const struct sim_account *a = f->account;
    struct sampled x;
    struct plot_flow plot = { .octets = (double)a->delivered_octets,
                              .packets = (double)a->delivered,
                              .delay_sum_s = a->delay.sum_ns * 1e-9 };

    memset(&x, 0xff, sizeof x);
    x.sent = f->sent;
    x.delivered_octets = a->delivered_octets;
    x.delay_ns[2] = delay_since(row, 0, a);
    sample_user(&x, f->user);
    write_row(r, time, ",flow:", row->name, &x);
    if (row->drawn != UINT32_MAX)
        plotdata_flow(&r->plot, row->drawn, r->w->cal.now, &plot);
}

static void sample_link(struct series *r, struct series_row *row,
                        const struct numbers *time)
{
    const struct series_link *link = &r->links[row->index];
    struct sampled x;
    struct plot_link plot;
    unsigned i;

    memset(&x, 0xff, sizeof x);
    x.queue_packets = x.dropped = x.lost = x.dropped_down = 0;
    for (i = 0; i < link->n; i++) {
        struct sim_port *p = link->ports[i];
        uint32_t q = p->fatpipe ? 0 : sim_port_occupancy(p);

        /* as queue_max: without the one that is being sent */
        if (q > x.queue_packets + 1)
            x.queue_packets = q - 1;
        x.dropped += p->dropped_full;
        if (p->queue != NULL)
            x.dropped += p->queue->early;
        x.lost += p->lost;
        x.dropped_down += p->dropped_down;
    }
    write_row(r, time, ",link:", row->name, &x);
    if (row->drawn == UINT32_MAX)
        return;
    plot = (struct plot_link){ (double)x.queue_packets,
                               (double)(x.dropped + x.dropped_down),
                               (double)x.lost };
    plotdata_link(&r->plot, row->drawn, r->w->cal.now, &plot);
}

static void sample_trunks(struct series *r, struct series_row *row,
                          const struct numbers *time)
{
    const struct sim_trunks *g = r->trunks[row->index];
    struct sampled x;

    memset(&x, 0xff, sizeof x);
    x.busy = g->set.busy;
    x.offered = g->stats.offered;
    x.refused = g->stats.refused;
    write_row(r, time, ",trunks:", row->name, &x);
    if (row->drawn != UINT32_MAX)
        plotdata_trunks(
            &r->plot, row->drawn, r->w->cal.now,
            &(struct plot_trunks){ (double)x.busy, (double)x.refused });
}

static void sample(struct series *r)
{
    struct series_row *row = r->rows;
    struct numbers time = { .len = 0 };
    size_t i;

    put_seconds(&time, r->w->cal.now, true);
    for (i = 0; i < r->n_calls; i++)
        sample_call(r, row++, &time);
    for (i = 0; i < r->n_flows; i++)
        sample_flow(r, row++, &time);
    for (i = 0; i < r->s->n_links; i++)
        sample_link(r, row++, &time);
    for (i = 0; i < r->n_trunks; i++)
        sample_trunks(r, row++, &time);
    r->samples++;
    r->last_ns = r->w->cal.now;
    if (r->progress != NULL) {
        r->progress->now_ns = r->w->cal.now;
        r->progress->events = r->w->cal.done;
    }
}

static void on_sample(struct sim_sink *sink, uint32_t arg)
{
    struct series *r = (struct series *)(void *)((char *)sink -
                                                 offsetof(struct series,
                                                          sampler));

    (void)arg;
    sample(r);
    sim_calendar_at(&r->w->cal, r->w->cal.now + r->interval_ns, sink, 0);
}

/* --- the whole ----------------------------------------------------------- */

/* What is drawn is chosen from what there are rows of: the i-th of set is row
 * first + chosen. */
static void set_drawn(struct series *r, struct plot_set *set, size_t first)
{
    size_t i;

    for (i = 0; i < set->all; i++)
        r->rows[first + i].drawn = UINT32_MAX;
    for (i = 0; i < set->n; i++) {
        struct series_row *row = &r->rows[first + plot_chosen(set, i)];

        row->drawn = (uint32_t)i;
        set->names[i] = row->name;
    }
}

/* Of `all` so many that keep_n are left, evenly. */
static uint32_t nth(uint32_t i, size_t all, uint32_t keep_n)
{
    return (uint32_t)((uint64_t)i * all / keep_n);
}

/* Trunk groups of all PACs. */
static int find_trunks(struct series *r)
{
    r->trunks = calloc(r->s->telephone.n_groups + 1, sizeof *r->trunks);
    if (r->trunks == NULL)
        return -1;
    for (uint32_t i = 0; i < r->w->node_count; i++) {
        const struct sim_phone *p = sim_node_phone(r->w->nodes[i]);

        for (uint32_t k = 0; p != NULL && k < p->groups; k++)
            r->trunks[r->n_trunks++] = &p->group[k];
    }
    return 0;
}

static int choose(struct series *r)
{
    const struct scenario *s = r->s;
    size_t n = r->n_calls + r->n_flows + s->n_links + s->telephone.n_groups;
    struct series_row *row;
    size_t i;

    r->rows = calloc(n + 1, sizeof *r->rows);
    r->links = calloc(s->n_links + 1, sizeof *r->links);
    if (r->rows == NULL || r->links == NULL || find_trunks(r) < 0 ||
        plotdata_init(&r->plot, r->n_calls, r->n_flows, s->n_links,
                      r->n_trunks,
                      s->compare.key != NULL ? s->compare.values.n : 1,
                      r->interval_ns) < 0)
        return -1;
    row = r->rows;
    for (i = 0; i < r->n_calls; i++, row++) {
        row->index = nth((uint32_t)i, r->w->call_count, r->n_calls);
        row->name = s->calls[row->index].name;
    }
    for (i = 0; i < r->n_flows; i++, row++) {
        row->index = nth((uint32_t)i, r->w->flow_count, r->n_flows);
        row->name = s->flows[row->index].name;
    }
    for (i = 0; i < s->n_links; i++, row++) {
        row->index = (uint32_t)i;
        row->name = s->links[i].name;
        r->links[i].n = shots_ports(&r->w->net, row->name, r->links[i].ports);
    }
    for (i = 0; i < r->n_trunks; i++, row++) {
        row->index = (uint32_t)i;
        row->name = r->trunks[i]->name;
    }
    set_drawn(r, &r->plot.calls, 0);
    set_drawn(r, &r->plot.flows, r->n_calls);
    set_drawn(r, &r->plot.links, (size_t)r->n_calls + r->n_flows);
    set_drawn(r, &r->plot.trunks,
              (size_t)r->n_calls + r->n_flows + s->n_links);
    r->plot.calls.all = r->w->call_count;
    r->plot.flows.all = r->w->flow_count;
    return 0;
}

/* See `sample_interval` in keys.def. */
static pptp_ns interval_of(const struct series *r)
{
    uint64_t objects = (uint64_t)r->n_calls + r->n_flows + r->s->n_links +
                       r->s->telephone.n_groups;
    uint64_t steps = STEPS_MAX, ns;

    if (r->s->sample_interval_ns != KEY_AUTO)
        return r->s->sample_interval_ns;
    if (objects > ROWS_MAX / STEPS_MAX)
        steps = ROWS_MAX / objects;
    steps = steps < STEPS_MIN ? STEPS_MIN : steps;
    ns = units_round_up((r->s->duration_ns + steps - 1) / steps);
    return ns < PPTP_US ? PPTP_US : ns;
}

int series_open(struct series *r, const struct scenario *s,
                struct sim_world *w, const char *dir,
                struct variant_progress *progress, struct conf_error *err)
{
    const struct probe *p;

    *r = (struct series){ .s = s, .w = w, .progress = progress };
    r->n_calls = w->call_count < s->sample_calls ? w->call_count
                                                 : s->sample_calls;
    r->n_flows = w->flow_count < s->sample_calls ? w->flow_count
                                                 : s->sample_calls;
    r->interval_ns = interval_of(r);
    if (choose(r) < 0)
        conf_fail(err, NULL, "no memory for " NAME);
    else
        r->file = outfile_grow(dir, NAME, false, err);
    if (r->file == NULL) {
        (void)series_draw(r, dir, err);
        return 3;
    }
    fputs("time_s,object", r->file);
    for (p = series_probes; p->name != NULL; p++)
        fprintf(r->file, ",%s", p->name);
    fputc('\n', r->file);
    r->sampler.event = on_sample;
    sim_calendar_at(&w->cal, 0, &r->sampler, 0);
    return 0;
}

int series_close(struct series *r, const char *dir, struct conf_error *err)
{
    if (r->samples == 0 || r->last_ns < r->w->cal.now)
        sample(r);
    errno = outfile_end(r->file, r->error, outfile_lines);
    return errno == 0 ? 0 : outfile_not_in_full(dir, NAME, err);
}

int series_draw(struct series *r, const char *dir, struct conf_error *err)
{
    int result = r->samples == 0
                     ? 0
                     : plotdata_write(&r->plot, r->w->cal.now, dir, err);

    plotdata_fini(&r->plot);
    free(r->rows);
    free(r->links);
    free(r->trunks);
    r->rows = NULL;
    r->links = NULL;
    r->trunks = NULL;
    return result;
}

json_t *series_json(const struct series *r)
{
    return json_pack(
        "{s:f, s:I, s:I, s:I, s:I, s:I}", "interval_s",
        (double)r->interval_ns * 1e-9, "samples", (json_int_t)r->samples,
        "calls", (json_int_t)r->w->call_count, "calls_followed",
        (json_int_t)r->n_calls, "flows", (json_int_t)r->w->flow_count,
        "flows_followed", (json_int_t)r->n_flows);
}

/* "256 of 1,000 calls": nothing where that is all. */
static size_t tell(char *text, size_t octets, uint32_t n, uint32_t all,
                   const char *what, const char *before)
{
    char some[UNITS_TEXT_MAX], many[UNITS_TEXT_MAX];

    if (n >= all)
        return 0;
    return (size_t)snprintf(text, octets, "%s%s of %s %s", before,
                            units_print_thousands(some, n),
                            units_print_thousands(many, all), what);
}

bool series_left_out(const struct series *r, char *text, size_t octets)
{
    size_t n = tell(text, octets, r->n_calls, r->w->call_count, "calls",
                    NAME " has rows of ");

    n += tell(text + n, octets - n, r->n_flows, r->w->flow_count, "flows",
              n > 0 ? " and " : NAME " has rows of ");
    if (n > 0)
        snprintf(text + n, octets - n, ", evenly chosen ('sample_calls')");
    return n > 0;
}
