/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Curves of a run to figure.dat; see plotdata.h. */
#include "config.h"

#include "tool/plotdata.h"

#include <math.h>
#include <stdlib.h>

#include "conf/units.h"
#include "tool/outfile.h"

/* Cells of a curve: half of them or more are in use.  A picture is 1,400
 * pixels wide, and what many curves draw together is bounded. */
#define ROOM_MAX 1024u
#define ROOM_MIN 128u
#define ROOM_OF_ALL 16384u
#define ROOM_OF_A_PICTURE 2048u
/* Means that are drawn of a run. */
#define MEANS 60

/* Curves of a call, a flow, a link, a trunk group. */
enum call_curve { WINDOW, TIMEOUT, RTT, OCTETS, FRAMES, DELAY = FRAMES + 2 };
enum flow_curve { FLOW_OCTETS, FLOW_PACKETS, FLOW_DELAY };
enum link_curve { QUEUE, DROPPED, LOST };
enum trunks_curve { TRUNKS_BUSY, TRUNKS_REFUSED };

static const enum curve_kind of_call[] = {
    [WINDOW] = CURVE_GAUGE,   [TIMEOUT] = CURVE_GAUGE,
    [RTT] = CURVE_GAUGE,      [OCTETS] = CURVE_COUNTER,
    [FRAMES] = CURVE_COUNTER, [FRAMES + 1] = CURVE_COUNTER,
    [DELAY] = CURVE_COUNTER,  [DELAY + 1] = CURVE_COUNTER,
};
static const enum curve_kind of_flow[] = {
    [FLOW_OCTETS] = CURVE_COUNTER,
    [FLOW_PACKETS] = CURVE_COUNTER,
    [FLOW_DELAY] = CURVE_COUNTER,
};
static const enum curve_kind of_link[] = {
    [QUEUE] = CURVE_GAUGE,
    [DROPPED] = CURVE_COUNTER,
    [LOST] = CURVE_COUNTER,
};

static const enum curve_kind of_trunks[] = {
    [TRUNKS_BUSY] = CURVE_GAUGE,
    [TRUNKS_REFUSED] = CURVE_COUNTER,
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define NO_CURVE SIZE_MAX

/* How a kind is made of curves: a gauge where mean is false, else what `curve`
 * grows by over the growth of `over`, or over the time. */
static const struct recipe {
    const char *name;
    size_t set; /* offset in struct plotdata */
    size_t per; /* curves of one object */
    size_t curve, over;
    bool mean;
    double unit;
} recipes[PLOT_KINDS] = {
#define SET(set, one) offsetof(struct plotdata, set), COUNT(of_##one)
    [PLOT_WINDOW] = { "window", SET(calls, call), WINDOW, NO_CURVE, false, 1 },
    [PLOT_RTT] = { "rtt", SET(calls, call), RTT, NO_CURVE, false, 1 },
    [PLOT_TIMEOUT] = { "timeout", SET(calls, call), TIMEOUT, NO_CURVE, false,
                       1 },
    [PLOT_GOODPUT] = { "goodput", SET(calls, call), OCTETS, NO_CURVE, true,
                       8 },
    [PLOT_DELAY_TO_CALLER] = { "delay_to_caller", SET(calls, call), DELAY,
                               FRAMES, true, 1 },
    [PLOT_DELAY_TO_PNS] = { "delay_to_pns", SET(calls, call), DELAY + 1,
                            FRAMES + 1, true, 1 },
    [PLOT_FLOW_GOODPUT] = { "flow_goodput", SET(flows, flow), FLOW_OCTETS,
                            NO_CURVE, true, 8 },
    [PLOT_FLOW_DELAY] = { "flow_delay", SET(flows, flow), FLOW_DELAY,
                          FLOW_PACKETS, true, 1 },
    [PLOT_QUEUE] = { "queue", SET(links, link), QUEUE, NO_CURVE, false, 1 },
    [PLOT_DROPPED] = { "dropped", SET(links, link), DROPPED, NO_CURVE, true,
                       1 },
    [PLOT_LOST] = { "lost", SET(links, link), LOST, NO_CURVE, true, 1 },
    [PLOT_TRUNKS] = { "trunks", SET(trunks, trunks), TRUNKS_BUSY, NO_CURVE,
                      false, 1 },
    [PLOT_REFUSED] = { "refused", SET(trunks, trunks), TRUNKS_REFUSED,
                       NO_CURVE, true, 60 },
#undef SET
};

const char *plot_kind_name(enum plot_kind kind)
{
    return recipes[kind].name;
}

size_t plot_variants(size_t n)
{
    size_t most = PLOT_COLUMNS_MAX * PLOT_BANDS_MAX;

    return n < most ? n : most;
}

size_t plot_columns(size_t n)
{
    size_t shown = plot_variants(n);
    size_t bands = (shown + PLOT_COLUMNS_MAX - 1) / PLOT_COLUMNS_MAX;

    return bands == 0 ? 1 : (shown + bands - 1) / bands;
}

/* Cells of each of n objects' curves, an even number. */
static size_t room_of(size_t n, size_t variants)
{
    size_t room = ROOM_OF_A_PICTURE / plot_columns(variants);

    if (n > 0 && room > ROOM_OF_ALL / n)
        room = ROOM_OF_ALL / n;
    room = room > ROOM_MAX ? ROOM_MAX : room;
    return room < ROOM_MIN ? ROOM_MIN : room & ~(size_t)1;
}

static int set_init(struct plot_set *s, size_t all, size_t most,
                    const enum curve_kind *kinds, size_t n_kinds,
                    size_t variants, pptp_ns step_ns)
{
    s->all = all;
    s->n = all < most ? all : most;
    s->names = calloc(s->n + 1, sizeof *s->names);
    if (s->names == NULL)
        return -1;
    return curves_init(&s->curves, s->n * n_kinds, kinds, n_kinds,
                       room_of(s->n, variants), step_ns);
}

int plotdata_init(struct plotdata *p, size_t calls, size_t flows, size_t links,
                  size_t trunks, size_t variants, pptp_ns step_ns)
{
    *p = (struct plotdata){ .step_ns = step_ns };
    if (set_init(&p->calls, calls, PLOT_CALLS_MAX, of_call, COUNT(of_call),
                 variants, step_ns) < 0 ||
        set_init(&p->flows, flows, PLOT_CALLS_MAX, of_flow, COUNT(of_flow),
                 variants, step_ns) < 0 ||
        set_init(&p->links, links, PLOT_LINKS_MAX, of_link, COUNT(of_link),
                 variants, step_ns) < 0 ||
        set_init(&p->trunks, trunks, PLOT_TRUNKS_MAX, of_trunks,
                 COUNT(of_trunks), variants, step_ns) < 0)
        return -1;
    return 0;
}

static void set_fini(struct plot_set *s)
{
    free(s->names);
    s->names = NULL;
    curves_fini(&s->curves);
}

void plotdata_fini(struct plotdata *p)
{
    set_fini(&p->calls);
    set_fini(&p->flows);
    set_fini(&p->links);
    set_fini(&p->trunks);
}

size_t plot_chosen(const struct plot_set *s, size_t i)
{
    return (size_t)((unsigned __int128)i * s->all / s->n);
}

static void take(struct plot_set *s, size_t curve, pptp_ns now, double x)
{
    if (!isnan(x))
        curves_take(&s->curves, curve, now, x);
}

void plotdata_call(struct plotdata *p, size_t i, pptp_ns now,
                   const struct plot_call *x)
{
    size_t first = i * COUNT(of_call), k;

    take(&p->calls, first + WINDOW, now, x->window);
    take(&p->calls, first + TIMEOUT, now, x->timeout_s);
    take(&p->calls, first + RTT, now, x->rtt_s);
    take(&p->calls, first + OCTETS, now, x->octets);
    for (k = 0; k < 2; k++) {
        take(&p->calls, first + FRAMES + k, now, x->frames[k]);
        take(&p->calls, first + DELAY + k, now, x->delay_sum_s[k]);
    }
}

void plotdata_flow(struct plotdata *p, size_t i, pptp_ns now,
                   const struct plot_flow *x)
{
    size_t first = i * COUNT(of_flow);

    take(&p->flows, first + FLOW_OCTETS, now, x->octets);
    take(&p->flows, first + FLOW_PACKETS, now, x->packets);
    take(&p->flows, first + FLOW_DELAY, now, x->delay_sum_s);
}

void plotdata_link(struct plotdata *p, size_t i, pptp_ns now,
                   const struct plot_link *x)
{
    size_t first = i * COUNT(of_link);

    take(&p->links, first + QUEUE, now, x->queue);
    take(&p->links, first + DROPPED, now, x->dropped);
    take(&p->links, first + LOST, now, x->lost);
}

void plotdata_trunks(struct plotdata *p, size_t i, pptp_ns now,
                     const struct plot_trunks *x)
{
    size_t first = i * COUNT(of_trunks);

    take(&p->trunks, first + TRUNKS_BUSY, now, x->busy);
    take(&p->trunks, first + TRUNKS_REFUSED, now, x->refused);
}

static void print_kind(const struct plotdata *p, enum plot_kind kind,
                       pptp_ns mean_ns, FILE *f)
{
    const struct recipe *r = &recipes[kind];
    const struct plot_set *s = (const void *)((const char *)p + r->set);
    size_t i, n;

    fprintf(f, "# curves %s\n", r->name);
    for (i = 0; i < s->n; i++) {
        size_t first = i * r->per;

        fprintf(f, "# of %s\n", s->names[i]);
        if (s == &p->links)
            fprintf(f, "# drops %.0f\n",
                    curves_last(&s->curves, first + DROPPED) +
                        curves_last(&s->curves, first + LOST));
        n = r->mean ? curves_print_mean(&s->curves, first + r->curve,
                                        r->over == NO_CURVE ? NO_CURVE
                                                            : first + r->over,
                                        r->unit, mean_ns, f)
                    : curves_print(&s->curves, first + r->curve, r->unit, f);
        if (n > 0)
            fputc('\n', f);
    }
    fputc('\n', f);
}

int plotdata_write(const struct plotdata *p, pptp_ns now, const char *dir,
                   struct conf_error *err)
{
    pptp_ns mean_ns = units_round_up(now / MEANS);
    FILE *f = outfile_create(dir, "figure.dat", err);
    int kind;

    if (f == NULL)
        return 3;
    if (mean_ns < p->step_ns)
        mean_ns = p->step_ns;
    fprintf(f,
            "# Curves of a run; figure.gp draws them.\n"
            "# time %.9g\n# mean %.9g\n"
            "# calls %zu %zu\n# flows %zu %zu\n# links %zu %zu\n",
            (double)now * 1e-9, (double)mean_ns * 1e-9, p->calls.all,
            p->calls.n, p->flows.all, p->flows.n, p->links.all, p->links.n);
    for (kind = 0; kind < PLOT_KINDS; kind++)
        print_kind(p, (enum plot_kind)kind, mean_ns, f);
    return outfile_close(f, dir, "figure.dat", err);
}
