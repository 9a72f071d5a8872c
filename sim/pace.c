/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A calendar against a clock; pace.h. */
#include "config.h"

#include "sim/pace.h"

int sim_pace_init(struct sim_pace *p, size_t capacity, uint64_t now)
{
    int err = sim_calendar_init(&p->cal, capacity);

    p->running = false;
    p->late_ns = 0;
    if (err == 0)
        (void)sim_calendar_run(&p->cal, now);
    return err;
}

void sim_pace_fini(struct sim_pace *p)
{
    sim_calendar_fini(&p->cal);
}

void sim_pace_run(struct sim_pace *p, uint64_t now)
{
    uint64_t next;

    if (p->running)
        return;
    next = sim_calendar_next(&p->cal);
    if (next < now && now - next > p->late_ns)
        p->late_ns = now - next;
    p->running = true;
    (void)sim_calendar_run(&p->cal, now);
    p->running = false;
}
