/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bounds of a run; limits.h. */
#include "config.h"

#include "tool/limits.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "conf/units.h"

/* Looks, of 1024 events each, from one at memory and clock to the next. */
#define SELDOM 128u

/* --- memory -------------------------------------------------------------- */

static uint64_t number_in(const char *path, int field)
{
    FILE *f = fopen(path, "re");
    unsigned long long n = 0;

    for (int i = 0; f != NULL && i <= field; i++)
        if (fscanf(f, "%llu", &n) != 1)
            n = 0;
    if (f != NULL)
        fclose(f);
    return n;
}

static uint64_t page_octets(void)
{
    return (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Of this process; 0: nobody knows. */
static uint64_t resident(void)
{
    return number_in("/proc/self/statm", 1) * page_octets();
}

/* The machine's, or its container's. */
static uint64_t machine_memory(void)
{
    uint64_t all = (uint64_t)sysconf(_SC_PHYS_PAGES) * page_octets();
    uint64_t ours = number_in("/sys/fs/cgroup/memory.max", 0);

    return ours > 0 && ours < all ? ours : all;
}

static uint64_t allowed_memory(const struct scenario *s)
{
    uint64_t at_once = s->at_once > 0 ? s->at_once : 1;

    return s->limits.memory_octets > 0 ? s->limits.memory_octets
                                       : machine_memory() / 4 * 3 / at_once;
}

/* --- what is said -------------------------------------------------------- */

static void say(struct limits *l, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void say(struct limits *l, const char *fmt, ...)
{
    size_t used = strlen(l->met);
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(l->met + used, sizeof l->met - used, fmt, ap);
    va_end(ap);
}

static void say_end(struct limits *l, const char *limit)
{
    say(l, "limits.%s: ended at %.6g s of %.6g s, ", limit,
        (double)l->w->cal.now * 1e-9, (double)l->s->duration_ns * 1e-9);
}

/* Kinds that have one name count as one. */
static void fold_kinds(struct limits *l)
{
    const char *name[LIMITS_KINDS];

    for (size_t i = 0; i < LIMITS_KINDS && l->kind[i].seen > 0; i++) {
        name[i] = sim_burden_work(l->w, l->kind[i].sink);
        for (size_t k = 0; k < i; k++)
            if (strcmp(name[k], name[i]) == 0) {
                l->kind[k].seen += l->kind[i].seen;
                l->kind[i].seen = 0;
                break;
            }
    }
}

/* The three commonest kinds of events. */
static void say_work(struct limits *l)
{
    const char *before = ": ";

    fold_kinds(l);
    for (int told = 0; told < 3; told++) {
        struct limits_kind *most = &l->kind[0];

        for (size_t i = 1; i < LIMITS_KINDS; i++)
            if (l->kind[i].seen > most->seen)
                most = &l->kind[i];
        if (most->seen * 100 < l->looks || most->seen == 0)
            return;
        say(l, "%s%.0f %% %s", before,
            100.0 * (double)most->seen / (double)l->looks,
            sim_burden_work(l->w, most->sink));
        most->seen = 0;
        before = ", ";
    }
}

static void say_heaviest(struct limits *l)
{
    const struct sim_account *a = sim_burden_heaviest(l->w);

    if (a != NULL)
        say(l, "; of %s '%.70s' are %llu packets, the most",
            a->call != NULL ? "call" : "flow", a->name,
            (unsigned long long)a->offered);
}

static void say_cure(struct limits *l, const char *limit)
{
    say(l, "; have less of it, or raise limits.%s", limit);
}

/* What grew most since the beginning. */
static void say_part(struct limits *l, uint64_t now)
{
    uint64_t others = now > l->resident ? now - l->resident : 0, most = 0;
    enum sim_part part = SIM_PARTS;
    struct sim_burden b;

    sim_burden_of(l->w, &b);
    for (enum sim_part i = 0; i < SIM_PARTS; i++) {
        uint64_t grown = b.octets[i] - l->before.octets[i];

        others -= grown < others ? grown : others;
        if (grown > most) {
            most = grown;
            part = i;
        }
    }
    if (most < others)
        part = SIM_PARTS;
    say(l, ": of what it grew by %.1f MB are %s",
        (double)(most > others ? most : others) * 1e-6,
        part == SIM_PARTS ? "distributions, samples and others"
                          : sim_part_text(part));
}

/* --- looking ------------------------------------------------------------- */

static void count_kind(struct limits *l, const struct sim_sink *next)
{
    size_t i = 0;

    while (i < LIMITS_KINDS && l->kind[i].sink.event != next->event &&
           l->kind[i].seen > 0)
        i++;
    if (i == LIMITS_KINDS)
        return;
    l->kind[i].sink = *next;
    l->kind[i].seen++;
}

static bool too_many(struct limits *l)
{
    if (l->w->cal.done < l->s->limits.events)
        return false;
    say_end(l, "events");
    say(l, "after %llu events", (unsigned long long)l->w->cal.done);
    say_work(l);
    say_heaviest(l);
    say_cure(l, "events");
    return true;
}

static bool stands_still(struct limits *l)
{
    uint64_t n = l->w->cal.done - l->done;

    if (l->w->cal.now != l->instant_ns) {
        l->instant_ns = l->w->cal.now;
        l->done = l->w->cal.done;
        return false;
    }
    if (n < l->s->limits.instant)
        return false;
    say_end(l, "instant");
    say(l, "where time stood still for %llu events", (unsigned long long)n);
    say_work(l);
    return true;
}

static bool too_large(struct limits *l)
{
    uint64_t now = resident();

    if (now <= l->memory)
        return false;
    say_end(l, "memory");
    say(l, "with %.1f MB where %.1f MB may be", (double)now * 1e-6,
        (double)l->memory * 1e-6);
    say_part(l, now);
    say_heaviest(l);
    say_cure(l, "memory");
    return true;
}

static bool too_long(struct limits *l)
{
    char may[UNITS_TEXT_MAX];
    struct timespec t;
    double s;

    clock_gettime(CLOCK_MONOTONIC, &t);
    s = (double)(t.tv_sec - l->start.tv_sec) +
        1e-9 * (double)(t.tv_nsec - l->start.tv_nsec);
    if (l->s->limits.wall_ns == 0 || s * 1e9 < (double)l->s->limits.wall_ns)
        return false;
    say_end(l, "wall");
    say(l, "after %s of the clock",
        units_print_time(may, l->s->limits.wall_ns));
    say_work(l);
    say_heaviest(l);
    say_cure(l, "wall");
    return true;
}

static bool look(void *ctx, const struct sim_sink *next)
{
    struct limits *l = ctx;

    l->looks++;
    count_kind(l, next);
    if (too_many(l) || stands_still(l))
        return false;
    return l->looks % SELDOM != 0 || (!too_large(l) && !too_long(l));
}

void limits_watch(struct limits *l, const struct scenario *s,
                  struct sim_world *w)
{
    *l = (struct limits){ .s = s, .w = w, .memory = allowed_memory(s) };
    clock_gettime(CLOCK_MONOTONIC, &l->start);
    l->resident = resident();
    sim_burden_of(w, &l->before);
    w->cal.look = look;
    w->cal.look_ctx = l;
}
