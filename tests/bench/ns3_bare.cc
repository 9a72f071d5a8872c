/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bare dumbbell of tests/bench/dumbbell.c in ns-3: N senders of packets of
 * 500 octets, together 120 % of a bottleneck of 100 Mbit/s, 20 ms and 100
 * packets, between links of 1 Gbit/s and 1 ms.  In its best configuration: no
 * queue discipline, no checksums, no traces, routes by a hash table, and the
 * scheduler that is its fastest here.
 *
 *   ns3_bare --senders=N     nanoseconds of processor time a hop
 */
#include <cstdio>

#include "tests/truth/ns3_dumbbell.hh"

using namespace ns3;

static const double hops_min = 1e5; /* of what is timed */

/* A packet each period, to one address. */
struct Sender {
    Ptr<Socket> socket;
    Time period;

    void Send()
    {
        socket->Send(Create<Packet>(500 - 28));
        Simulator::Schedule(period, &Sender::Send, this);
    }
};

static void Take(Ptr<Socket> socket)
{
    while (socket->Recv())
        ;
}

static Ptr<Socket> Udp(Ptr<Node> node)
{
    return Socket::CreateSocket(node, UdpSocketFactory::GetTypeId());
}

int main(int argc, char **argv)
{
    uint32_t n = 10;
    bool hashed = true;
    std::string scheduler = "ns3::HeapScheduler";
    CommandLine line;

    line.AddValue("senders", "how many", n);
    line.AddValue("hashed", "routes by a hash table of ours", hashed);
    line.AddValue("scheduler", "a TypeId", scheduler);
    line.Parse(argc, argv);
    Simulator::SetScheduler(ObjectFactory(scheduler));

    truth::Dumbbell net(n, { "1Gbps", "1ms", "1000p" },
                        { "100Mbps", "20ms", "100p" }, false, hashed);
    std::vector<Sender> senders(n);
    for (uint32_t i = 0; i < n; i++) {
        Time period = Seconds(500 * 8 / (120e6 / n));
        InetSocketAddress to(net.right_at[i], 5001);
        Ptr<Socket> sink = Udp(net.right.Get(i));

        sink->Bind(to);
        sink->SetRecvCallback(MakeCallback(&Take));
        senders[i] = { Udp(net.left.Get(i)), period };
        senders[i].socket->Bind();
        senders[i].socket->Connect(to);
        Simulator::Schedule(period * (i / (double)n), &Sender::Send,
                            &senders[i]);
    }
    Simulator::Stop(Seconds(2));
    Simulator::Run();
    uint64_t before = net.Hops(), hops;
    double start_s = truth::Cpu();
    do { /* a simulated second at a time, until it is enough */
        Simulator::Stop(Seconds(1));
        Simulator::Run();
        hops = net.Hops() - before;
    } while (hops < hops_min);
    printf("%.2f\n", (truth::Cpu() - start_s) * 1e9 / (double)hops);
    Simulator::Destroy();
    return 0;
}
