/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bare dumbbell of tests/bench/dumbbell.c in csg-htsim, by its library at
 * a path that the user gives: CBR sources of packets of 500 octets through
 * three queues with a pipe behind each, no logger.  A queue of htsim counts
 * the packet in service: 101 packets are dialtone's 100.
 *
 *   htsim_bare N     nanoseconds of processor time a hop
 */
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <vector>

#include "cbr.h"
#include "pipe.h"
#include "queue.h"

static const double hops_min = 2e6; /* of what is timed */
static const int size_octets = 500;

static double cpu()
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

struct Port {
    Queue queue;
    Pipe pipe;

    Port(EventList &list, uint64_t mbit, double delay_ms, int packets)
        : queue(speedFromMbps(mbit), packets * size_octets, list, NULL),
          pipe(timeFromMs(delay_ms), list)
    {
    }

    void on(route_t &route)
    {
        route.push_back(&queue);
        route.push_back(&pipe);
    }
};

struct Flow {
    Port up, down;
    CbrSink sink;
    CbrSrc source;
    route_t route;

    Flow(EventList &list, Port &neck, unsigned i, unsigned n)
        : up(list, 1000, 1, 1000), down(list, 1000, 1, 1000),
          source(list, 120000000 / n)
    {
        source._mss = size_octets;
        source._period = timeFromSec(size_octets * 8 * n / 120e6);
        up.on(route);
        neck.on(route);
        down.on(route);
        route.push_back(&sink);
        source.connect(route, sink,
                       (simtime_picosec)((double)source._period * i / n));
    }
};

/* Packets that have left a port: three for each that has arrived, one for
 * each that was lost; what is on its way is about the same at any time. */
static double hops_of(const std::vector<std::unique_ptr<Flow>> &flows,
                      const Port &neck)
{
    double hops = neck.queue.num_drops();

    for (auto &flow : flows)
        hops += 3.0 * flow->sink._received;
    return hops;
}

static void run(EventList &list, double until_s)
{
    while (list.now() < timeFromSec(until_s) && list.doNextEvent())
        ;
}

int main(int argc, char **argv)
{
    EventList &list = EventList::getTheEventList();
    unsigned n = argc > 1 ? (unsigned)atoi(argv[1]) : 10;
    Port neck(list, 100, 20, 101);
    std::vector<std::unique_ptr<Flow>> flows;
    double until_s = 2, before, hops, start_s;

    for (unsigned i = 0; i < n; i++)
        flows.emplace_back(new Flow(list, neck, i, n));
    run(list, until_s);
    before = hops_of(flows, neck);
    start_s = cpu();
    do { /* a simulated second at a time, until it is enough */
        run(list, ++until_s);
        hops = hops_of(flows, neck) - before;
    } while (hops < hops_min);
    printf("%.2f\n", (cpu() - start_s) * 1e9 / hops);
    return 0;
}
