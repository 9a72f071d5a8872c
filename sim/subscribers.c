/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who of many subscribers is at a line; subscribers.h. */
#include "config.h"

#include "sim/subscribers.h"

#include <stdlib.h>

#include "nas/why.h"
#include "sim/group.h"

#define NOBODY UINT32_MAX

/* One who wants to call, until he is done or gives up. */
struct sim_wish {
    struct sim_sink again; /* first: he waits to try again */
    struct sim_subscribers *of;
    pptp_ns began_ns, up_ns, hold_ns;
    uint64_t seed;
    uint32_t index, who, line; /* NOBODY: at none */
    uint32_t attempts;         /* ever */
    uint16_t made;             /* of them, since he was up last */
    bool talked : 1;           /* modems are connected, PPP is at it */
    bool up : 1;               /* in this attempt */
    bool was_up : 1;           /* in any */
    bool hopeless : 1;         /* another try would end like this one */
    uint32_t next;             /* of the free ones */
};

_Static_assert(sizeof(struct sim_wish) + sizeof(struct sim_entry) <= 128,
               "a wish grew");

const struct probe sim_subscribers_probes[] = {
#define X(name, unit, help) \
    PROBE_COUNT(struct sim_subscribers_stats, name, unit, help),
    SIM_SUBSCRIBERS_STATS(X)
#undef X
#define TIMES(member, help) \
    PROBE(struct sim_subscribers_stats, member, PROBE_DISTRIBUTION, "s", help)
        TIMES(set_up, "from the wish to call until the call was up, of all "
                      "its attempts together"),
    TIMES(online, "how long calls were up that ended when their time was "
                  "over"),
#undef TIMES
    PROBE_END
};

static void on_again(struct sim_sink *sink, uint32_t arg);

static struct sim_calendar *calendar(const struct sim_subscribers *s)
{
    return s->group->lines.cal;
}

/* --- wishes --------------------------------------------------------------- */

static struct sim_wish *wish_new(struct sim_subscribers *s)
{
    struct sim_wish *w;
    uint32_t i = s->wish_free;

    if (i != NOBODY) {
        w = s->wish[i];
        s->wish_free = w->next;
    } else {
        if (s->wish_n == s->wish_room) {
            uint32_t room = s->wish_room == 0 ? 64 : 2 * s->wish_room;
            struct sim_wish **more = realloc(s->wish, room * sizeof *more);

            if (more == NULL)
                return NULL;
            s->wish = more;
            s->wish_room = room;
        }
        i = s->wish_n;
        w = s->wish[i] = malloc(sizeof *w);
        if (w == NULL)
            return NULL;
        s->wish_n++;
    }
    *w = (struct sim_wish){
        .again = { on_again }, .of = s, .index = i, .line = NOBODY
    };
    return w;
}

static void forget(struct sim_wish *w)
{
    struct sim_subscribers *s = w->of;

    s->wish_of[w->who] = 0;
    w->next = s->wish_free;
    s->wish_free = w->index;
}

static void attempt(struct sim_wish *w)
{
    struct sim_subscribers *s = w->of;

    if (s->lines_free == 0) {
        s->stats.no_line++;
        forget(w);
        return;
    }
    w->line = s->line_free[--s->lines_free];
    s->at_line[w->line] = w->index;
    w->attempts++;
    if (w->made < UINT16_MAX)
        w->made++;
    w->talked = w->up = w->hopeless = false;
    s->stats.attempts++;
    nas_callers_at(&s->group->bank, w->line, calendar(s)->now);
    sim_group_arm(s->group);
}

static void on_again(struct sim_sink *sink, uint32_t arg)
{
    (void)arg;
    attempt((struct sim_wish *)(void *)sink);
}

/* --- arrivals --------------------------------------------------------------- */

/* The first, from `begun` on the next one. False: the run ends, for want of
 * memory. */
static bool next_arrival(struct sim_subscribers *s, bool begun)
{
    if (s->config.trace != NULL)
        s->arrivals.at = arrivals_trace_next(&s->trace) == 1 ? s->trace.at
                                                             : PPTP_NEVER;
    else if (begun)
        arrivals_next(&s->arrivals);
    return s->arrivals.at == PPTP_NEVER ||
           sim_calendar_at(calendar(s), s->config.start_ns + s->arrivals.at,
                           &s->arrival, 0);
}

/* How long he would stay is drawn for everybody, so that who is engaged moves
 * no later draw. */
static void on_arrival(struct sim_sink *sink, uint32_t arg)
{
    struct sim_subscribers *s = (struct sim_subscribers *)(void *)sink;
    pptp_ns hold_ns = holding_draw(&s->config.holding, &s->holding);
    uint32_t who = s->config.trace != NULL ? s->trace.who : s->arrivals.who;
    struct sim_wish *w = NULL;

    (void)arg;
    s->wishes++;
    s->stats.wanted++;
    if (s->wish_of[who] != 0)
        s->stats.engaged++;
    else
        w = wish_new(s);
    if (w != NULL) {
        w->who = who;
        w->hold_ns = hold_ns;
        w->seed = rng_mix(s->seed + s->wishes);
        w->began_ns = calendar(s)->now;
        s->wish_of[who] = w->index + 1;
        attempt(w);
    }
    (void)next_arrival(s, true);
}

/* --- what becomes of attempts ----------------------------------------------- */

static void came_up(struct sim_wish *w)
{
    struct sim_subscribers *s = w->of;
    pptp_ns now = calendar(s)->now;

    if (w->up) /* IPCP, again */
        return;
    if (!w->was_up)
        hist_add(&s->stats.set_up, now - w->began_ns);
    s->stats.connected++;
    w->up = w->was_up = true;
    w->up_ns = now;
    nas_callers_at(&s->group->bank, w->line, now + w->hold_ns);
}

static enum redial_cause cause_of(const struct sim_wish *w,
                                  const struct nas_caller *c)
{
    if (w->up)
        return REDIAL_LOST;
    if (w->talked || c->line.why == NAS_WHY_NO_CARRIER)
        return REDIAL_TRAIN;
    return c->line.why == NAS_WHY_RANG_IN_VAIN ? REDIAL_NO_ANSWER
                                               : REDIAL_BUSY;
}

static void give_up(struct sim_wish *w, enum redial_cause cause)
{
    struct sim_subscribers_stats *t = &w->of->stats;
    uint64_t *const counters[REDIAL_CAUSES] = {
        [REDIAL_BUSY] = &t->gave_up_busy,
        [REDIAL_NO_ANSWER] = &t->gave_up_no_answer,
        [REDIAL_TRAIN] = &t->gave_up_train,
        [REDIAL_LOST] = &t->gave_up_lost,
    };

    if (w->hopeless)
        t->refused++;
    else
        ++*counters[cause];
    forget(w);
}

static void in_vain(struct sim_wish *w, enum redial_cause cause)
{
    struct sim_subscribers *s = w->of;
    struct dist_rng r;
    pptp_ns wait;

    if (cause == REDIAL_LOST) {
        s->stats.lost++;
        w->hold_ns -= calendar(s)->now - w->up_ns;
        w->made = 1;
    }
    dist_rng_init(&r, w->seed + w->attempts, "redial");
    wait = redial_wait(&s->config.redial, &r, cause, w->made);
    if (w->hopeless || wait == PPTP_NEVER) {
        give_up(w, cause);
        return;
    }
    s->stats.redials++;
    if (!sim_calendar_at(calendar(s), calendar(s)->now + wait, &w->again, 0))
        forget(w);
}

static void rests(struct sim_wish *w)
{
    struct sim_subscribers *s = w->of;
    pptp_ns now = calendar(s)->now;
    enum redial_cause cause = cause_of(w, &s->group->bank.caller[w->line]);

    s->at_line[w->line] = NOBODY;
    s->line_free[s->lines_free++] = w->line;
    w->line = NOBODY;
    if (!w->up || now < w->up_ns + w->hold_ns) {
        in_vain(w, cause);
        return;
    }
    s->stats.completed++;
    hist_add(&s->stats.online, now - w->up_ns);
    forget(w);
}

void sim_subscribers_event(struct sim_subscribers *s,
                           const struct nas_event *e)
{
    uint32_t i = s->at_line[e->index];
    struct sim_wish *w = i != NOBODY ? s->wish[i] : NULL;

    if (w == NULL)
        return;
    switch (e->kind) {
    case NAS_EV_CALLER_TALKS: w->talked = true; break;
    case NAS_EV_CALLER_UP: came_up(w); break;
    case NAS_EV_CALLER_PPP_END: w->hopeless = e->value != 0; break;
    case NAS_EV_CALLER_RESTS: rests(w); break;
    default: break;
    }
}

/* NULL: nobody is at that line, which a PNS may have dialled. */
static const struct sim_wish *wish_at(const struct sim_subscribers *s,
                                      uint32_t line)
{
    return s->at_line[line] != NOBODY ? s->wish[s->at_line[line]] : NULL;
}

bool sim_subscribers_who(const struct sim_subscribers *s, uint32_t line,
                         uint32_t *who, uint32_t *attempts)
{
    const struct sim_wish *w = wish_at(s, line);

    if (w == NULL)
        return false;
    *who = w->who;
    *attempts = w->attempts;
    return true;
}

uint64_t sim_subscribers_seed(const struct sim_subscribers *s, uint32_t line)
{
    const struct sim_wish *w = wish_at(s, line);

    return w != NULL ? rng_mix(w->seed + w->attempts)
                     : rng_mix(s->seed + line);
}

uint64_t sim_subscribers_loop(const struct sim_subscribers *s, uint32_t line)
{
    const struct sim_wish *w = wish_at(s, line);

    return rng_mix(s->seed ^ rng_mix(w != NULL ? w->who : UINT64_MAX - line));
}

/* --- what is measured ------------------------------------------------------- */

void sim_subscribers_measure(struct sim_subscribers *s)
{
    s->before = s->stats;
    hist_keep(&s->stats.set_up, &s->before.set_up);
    hist_keep(&s->stats.online, &s->before.online);
}

void sim_subscribers_settle(struct sim_subscribers *s)
{
    probe_subtract(sim_subscribers_probes, &s->stats, &s->before);
}

/* --- life ------------------------------------------------------------------- */

int sim_subscribers_init(struct sim_subscribers *s, uint64_t seed)
{
    uint32_t lines = s->group->config.count, i;

    s->arrival.event = on_arrival;
    s->seed = seed;
    s->wish_free = NOBODY;
    s->config.arrivals.midnight_ns += s->config.start_ns;
    arrivals_init(&s->arrivals, &s->config.arrivals, seed, "arrivals");
    arrivals_trace_init(&s->trace, s->config.trace, s->config.trace_octets,
                        s->config.arrivals.subscribers);
    dist_rng_init(&s->holding, seed, "holding");
    s->wish_of = calloc(s->config.arrivals.subscribers, sizeof *s->wish_of);
    s->at_line = malloc(lines * sizeof *s->at_line);
    s->line_free = malloc(lines * sizeof *s->line_free);
    if (s->wish_of == NULL || s->at_line == NULL || s->line_free == NULL)
        return PPTP_ERR_RESOURCE;
    for (i = 0; i < lines; i++) {
        s->at_line[i] = NOBODY;
        s->line_free[i] = lines - 1 - i;
    }
    s->lines_free = lines;
    return next_arrival(s, false) ? PPTP_OK : PPTP_ERR_RESOURCE;
}

void sim_subscribers_fini(struct sim_subscribers *s)
{
    for (uint32_t i = 0; i < s->wish_n; i++)
        free(s->wish[i]);
    free(s->wish);
    free(s->wish_of);
    free(s->at_line);
    free(s->line_free);
    hist_free(&s->stats.set_up);
    hist_free(&s->stats.online);
    hist_free(&s->before.set_up);
    hist_free(&s->before.online);
}
