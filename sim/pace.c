/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A calendar against a clock; pace.h. */
#include "config.h"

#include "sim/pace.h"

int sim_pace_init(struct sim_pace *p, size_t capacity, uint64_t now)
{
    int err;

    *p = (struct sim_pace){ .running = false };
    err = sim_calendar_init(&p->cal, capacity);
    if (err == 0)
        (void)sim_calendar_run(&p->cal, now);
    return err;
}

void sim_pace_fini(struct sim_pace *p)
{
    sim_calendar_fini(&p->cal);
}

static void note_late(struct sim_pace *p, uint64_t ns)
{
    if (ns > p->late_ns)
        p->late_ns = ns;
    if (ns < SIM_PACE_BEHIND_NS)
        return;
    p->behind++;
    if (ns > p->worst_ns)
        p->worst_ns = ns;
}

uint64_t sim_pace_tell(struct sim_pace *p, uint64_t now)
{
    uint64_t worst = p->worst_ns;

    if (worst == 0 || (p->told_ns != 0 && now - p->told_ns < SIM_PACE_TELL_NS))
        return 0;
    p->worst_ns = 0;
    p->told_ns = now;
    return worst;
}

void sim_pace_run(struct sim_pace *p, uint64_t now)
{
    uint64_t next;

    if (p->running)
        return;
    next = sim_calendar_next(&p->cal);
    if (next < now)
        note_late(p, now - next);
    p->running = true;
    (void)sim_calendar_run(&p->cal, now);
    p->running = false;
}
