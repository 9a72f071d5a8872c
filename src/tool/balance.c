/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Do the books balance?  balance.h. */
#include "config.h"

#include "tool/balance.h"

#include <stdarg.h>
#include <stdio.h>

#include "sim/measure.h"
#include "sim/modem.h"

static void imbalance(json_t *list, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* A line a term that is wrong; the first few tell enough. */
static void imbalance(json_t *list, const char *fmt, ...)
{
    char text[400];
    va_list ap;

    if (json_array_size(list) >= 10)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    json_array_append_new(list, json_string(text));
}

static void check_account(json_t *list, const struct sim_account *a)
{
    long long gap = sim_account_gap(a);

    if (gap != 0)
        imbalance(list,
                  "%s '%s'%s: offered and duplicated %llu, but delivered "
                  "%llu, lost %llu "
                  "and under way %llu: %lld too %s",
                  a->call != NULL ? "call" : "flow", a->name,
                  a->call == NULL ? ""
                  : a->up         ? ", up"
                                  : ", down",
                  (unsigned long long)a->offered + a->duplicated +
                      a->under_way_before,
                  (unsigned long long)a->delivered,
                  (unsigned long long)sim_account_lost(a),
                  (unsigned long long)a->under_way, gap < 0 ? -gap : gap,
                  gap < 0 ? "many" : "few");
}

/* What ports or lines have counted as lost against what accounts have. */
static void check_place(struct sim_world *w, json_t *list,
                        enum sim_place place, uint64_t counted)
{
    uint64_t accounts = sim_measured_nobodys(w, place);

    for (uint32_t i = 0; i < w->call_count; i++)
        for (int k = 0; k < 2; k++)
            accounts += w->calls[i]->way[k].lost[place];
    for (uint32_t i = 0; i < w->flow_count; i++)
        accounts += w->flows[i]->account->lost[place];
    if (counted != accounts)
        imbalance(list,
                  "%s: counted there %llu, of calls, flows and others "
                  "%llu",
                  sim_place_name(place), (unsigned long long)counted,
                  (unsigned long long)accounts);
}

static uint64_t accounts_duplicated(const struct sim_world *w)
{
    uint64_t n = sim_measured_duplicated(w);

    for (uint32_t i = 0; i < w->call_count; i++)
        n += w->calls[i]->way[0].duplicated + w->calls[i]->way[1].duplicated;
    for (uint32_t i = 0; i < w->flow_count; i++)
        n += w->flows[i]->account->duplicated;
    return n;
}

static void check_links(struct sim_world *w, json_t *list)
{
    uint64_t full = 0, early = 0, down = 0, lost = 0, twice = 0;

    for (uint32_t i = 0; i < w->net.port_count; i++) {
        struct sim_port *p = &w->net.ports[i];
        struct sim_port_stats s = sim_measured_port(w, p);

        full += s.dropped_full;
        early += s.dropped_early;
        down += s.dropped_down;
        lost += s.lost;
        twice += s.duplicated;
        if (s.entered + s.waiting_before !=
            s.left + s.waiting + s.dropped_waiting)
            imbalance(list,
                      "link '%s': entered %llu, but sent %llu, dropped "
                      "of those that waited %llu, and waiting %u",
                      p->name,
                      (unsigned long long)s.entered + s.waiting_before,
                      (unsigned long long)s.left,
                      (unsigned long long)s.dropped_waiting, s.waiting);
    }
    check_place(w, list, SIM_PLACE_port_queue, full);
    check_place(w, list, SIM_PLACE_port_early, early);
    check_place(w, list, SIM_PLACE_link_down, down);
    check_place(w, list, SIM_PLACE_link, lost);
    if (twice != accounts_duplicated(w))
        imbalance(list, "duplicated: by links %llu, of all others %llu",
                  (unsigned long long)twice,
                  (unsigned long long)accounts_duplicated(w));
}

/* Frames that came wrong over telephone lines. */
static uint64_t modems_wrong(const struct sim_world *w)
{
    uint64_t n = 0;

    for (uint32_t i = 0; i < w->group_count; i++)
        if (w->groups[i]->lines.modems != NULL)
            n += sim_modems_wrong(w->groups[i]->lines.modems);
    return n;
}

/* A list of what is wrong: empty when they balance. */
json_t *balance_check(struct sim_world *w)
{
    json_t *list = json_array();

    for (uint32_t i = 0; i < w->call_count; i++)
        for (int k = 0; k < 2; k++)
            check_account(list, &w->calls[i]->way[k]);
    for (uint32_t i = 0; i < w->flow_count; i++)
        check_account(list, w->flows[i]->account);
    check_links(w, list);
    check_place(w, list, SIM_PLACE_line, sim_measured_lines_full(w));
    check_place(w, list, SIM_PLACE_line_errors, modems_wrong(w));
    return list;
}
