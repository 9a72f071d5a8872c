/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples of a run; see series.h. */
#include "config.h"

#include "tool/series.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "tool/outfile.h"
#include "tool/shots.h"

static void sample_calls(struct series *r, double t)
{
    struct pptp_call_info i;
    uint32_t n;

    for (n = 0; n < r->w->call_count; n++) {
        const struct sim_call *c = r->w->calls[n];

        if (!c->pac_up || !c->pns_up)
            continue;
        /* the side that sends the bulk: where the first source is */
        sim_call_info(c, c->source_count == 0 || !c->sources[0].from_pac, &i);
        fprintf(r->file, "%.6f,call:%s,%u,%u,%.6f,%.6f,%u,%u,%u,%llu,,,\n", t,
                c->name, i.cwnd, i.out, (double)i.ato_ns * 1e-9,
                (double)i.rtt_ns * 1e-9, i.queued, (unsigned)i.tx_packets,
                i.timeouts,
                (unsigned long long)(c->way[SIM_UP].delivered_octets +
                                     c->way[SIM_DOWN].delivered_octets));
    }
}

static void sample_links(struct series *r, double t)
{
    struct sim_port *p[2];
    size_t i;

    for (i = 0; i < r->s->n_links; i++) {
        unsigned n = shots_ports(&r->w->net, r->s->links[i].name, p);
        uint32_t queue = 0;
        uint64_t dropped = 0, lost = 0;

        while (n-- > 0) {
            uint32_t q = sim_port_occupancy(p[n]);

            /* as queue_max: without the one that is being sent */
            queue = q > queue + 1 ? q - 1 : queue;
            dropped += p[n]->dropped_full;
            lost += p[n]->lost;
        }
        fprintf(r->file, "%.6f,link:%s,,,,,,,,,%u,%llu,%llu\n", t,
                r->s->links[i].name, queue, (unsigned long long)dropped,
                (unsigned long long)lost);
    }
}

static void on_sample(struct sim_sink *sink, uint32_t arg)
{
    struct series *r = (struct series *)(void *)((char *)sink -
                                                 offsetof(struct series,
                                                          sampler));
    double t = (double)r->w->cal.now * 1e-9;

    (void)arg;
    sample_calls(r, t);
    sample_links(r, t);
    outfile_grows(r->file, &r->error);
    if (r->progress != NULL) {
        r->progress->now_ns = r->w->cal.now;
        r->progress->events = r->w->cal.done;
    }
    sim_calendar_at(&r->w->cal, r->w->cal.now + r->s->sample_interval_ns, sink,
                    0);
}

int series_open(struct series *r, const struct scenario *s,
                struct sim_world *w, const char *dir,
                struct variant_progress *progress, struct tool_error *err)
{
    *r = (struct series){ .s = s, .w = w, .progress = progress };
    r->file = outfile_grow(dir, "series.csv", false, err);
    if (r->file == NULL)
        return 3;
    fprintf(r->file, "time_s,object,window,outstanding,ato_s,rtt_s,queued,"
                     "sent,timeouts,delivered_octets,queue_packets,dropped,"
                     "lost\n");
    r->sampler.event = on_sample;
    sim_calendar_at(&w->cal, 0, &r->sampler, 0);
    return 0;
}

int series_close(struct series *r, const char *dir, struct tool_error *err)
{
    errno = outfile_end(r->file, r->error, outfile_lines);
    return errno == 0 ? 0 : outfile_not_in_full(dir, "series.csv", err);
}
