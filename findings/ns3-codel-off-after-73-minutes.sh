#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# ns-3's CoDel may stop dropping after 4,398 s, for more than an hour.
#
# Packages:  libns3-dev 3.37-2 (Debian 12)
# Seen:      CoDelQueueDisc with its defaults, 1.5 Mbit/s into 1 Mbit/s.  An
#            overload that begins at 4,390 s has 40 packets a second dropped
#            until 4,398.05 s, and in the next 4,500 s one: the queue stands
#            at its limit, a delay of 12 s.  So end 9 of 30 overloads that
#            begin a second apart from 4,360 s on, and none of the same 30
#            from 100 s on.
# Expected:  The same drops at any time: CoDel's law knows only how long ago
#            something was (RFC 8289 5).  Times are of 32 bits, in 1,024 ns,
#            which come round every 4,398 s.  Linux, where they are from, takes
#            differences of 32 bits (codel_time_after in include/net/codel.h);
#            ns-3's CoDelTimeAfter widens to 64 bits first, so that "above
#            since" and "drop next" of just before are to come for a whole
#            round, unless the queue gets below the target by itself.
# Matters:   Who simulates an hour and a quarter or a day sees delays jump
#            with one seed and not with another, and looks for it in the
#            traffic.  FqCoDelQueueDisc has such a queue for each flow.
#            Cure: several runs that end before 4,398 s.
#
# Exit: 0 as described, 1 it has changed, 2 it could not be tried.
set -u

version=$(dpkg-query -W -f '${Version}' libns3-dev 2>/dev/null)
test "$version" = 3.37-2 || {
    echo "could not be tried: libns3-dev is '$version', not 3.37-2"
    exit 2
}
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM

cat >"$work/codel.cc" <<'END_OF_CODEL'
#include <cstdio>

#include "ns3/core-module.h"
#include "ns3/network-module.h"
#include "ns3/traffic-control-module.h"

using namespace ns3;

class Item : public QueueDiscItem {
  public:
    Item() : QueueDiscItem(Create<Packet>(1500), Address(), 0) {}
    void AddHeader() override {}
    bool Mark() override { return false; }
};

static Ptr<CoDelQueueDisc> queue;

/* 1,500 octets every 8 ms */
static void Arrive()
{
    queue->Enqueue(Create<Item>());
    Simulator::Schedule(MilliSeconds(8), &Arrive);
}

/* a packet every 12 ms */
static void Leave()
{
    queue->Dequeue();
    Simulator::Schedule(MilliSeconds(12), &Leave);
}

static void Begin(int at_s)
{
    queue = CreateObject<CoDelQueueDisc>();
    queue->Initialize();
    Simulator::Schedule(Seconds(at_s), &Arrive);
    Simulator::Schedule(Seconds(at_s), &Leave);
}

/* CoDel's drops, without those of a full queue, until then */
static uint32_t Drops(int until_s)
{
    const char *why = CoDelQueueDisc::TARGET_EXCEEDED_DROP;
    uint32_t before = queue->GetStats().GetNDroppedPackets(why);

    Simulator::Stop(Seconds(until_s) - Simulator::Now());
    Simulator::Run();
    return queue->GetStats().GetNDroppedPackets(why) - before;
}

static void One(int at_s)
{
    Begin(at_s);
    for (int to_s : { 8, 10, 4310, 4410, 4510 }) {
        uint32_t drops = Drops(at_s + to_s);

        printf("%d s: %u drops, %u packets wait\n", at_s + to_s, drops,
               queue->GetNPackets());
    }
    Simulator::Destroy();
}

/* Of 30 overloads from then on, how many have no drop from 100 to 200 s */
static void Many(int from_s)
{
    int without = 0;

    for (int i = 0; i < 30; i++) {
        Begin(from_s + i);
        Drops(from_s + 100);
        without += Drops(from_s + 200) == 0;
        Simulator::Destroy();
    }
    printf("from %d s on: %d of 30\n", from_s, without);
}

int main()
{
    One(100);
    One(4390);
    Many(100);
    Many(4360);
    return 0;
}
END_OF_CODEL
c++ -std=c++17 -w "$work/codel.cc" -o "$work/codel" -lns3-traffic-control \
    -lns3-network -lns3-core >"$work/said" 2>&1 || {
    cat "$work/said" >&2
    exit 2
}
found=$("$work/codel") || exit 2
echo "$found"
test "$found" = '108 s: 329 drops, 4 packets wait
110 s: 82 drops, 5 packets wait
4410 s: 179168 drops, 4 packets wait
4510 s: 4165 drops, 6 packets wait
4610 s: 4168 drops, 4 packets wait
4398 s: 329 drops, 4 packets wait
4400 s: 1 drops, 86 packets wait
8700 s: 0 drops, 1000 packets wait
8800 s: 1 drops, 1000 packets wait
8900 s: 0 drops, 999 packets wait
from 100 s on: 0 of 30
from 4360 s on: 9 of 30'
