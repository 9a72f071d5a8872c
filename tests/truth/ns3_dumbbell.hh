/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The dumbbell that ns-3 is asked about: N hosts, a router, the bottleneck, a
 * router, N hosts.  Routes are ns-3's static ones, or one look-up in a hash
 * table of our own: what ns-3 ships goes through a list of a router's
 * interfaces for each packet.
 */
#ifndef TESTS_TRUTH_NS3_DUMBBELL_HH
#define TESTS_TRUTH_NS3_DUMBBELL_HH

#include <cstdint>
#include <ctime>
#include <unordered_map>
#include <vector>

#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"
#include "ns3/traffic-control-module.h"

namespace truth {

/* Where an address is, by a table; whatever is not in it, by the default. */
class Routes : public ns3::Ipv4RoutingProtocol {
  public:
    void Add(ns3::Ipv4Address to, uint32_t interface)
    {
        table[to.Get()] = Route(to, interface);
    }

    void Default(uint32_t interface)
    {
        fallback = Route(ns3::Ipv4Address::GetAny(), interface);
    }

    ns3::Ptr<ns3::Ipv4Route>
    RouteOutput(ns3::Ptr<ns3::Packet>, const ns3::Ipv4Header &header,
                ns3::Ptr<ns3::NetDevice>,
                ns3::Socket::SocketErrno &why) override
    {
        why = ns3::Socket::ERROR_NOTERROR;
        return Find(header.GetDestination());
    }

    bool RouteInput(ns3::Ptr<const ns3::Packet> packet,
                    const ns3::Ipv4Header &header,
                    ns3::Ptr<const ns3::NetDevice> from,
                    UnicastForwardCallback forward, MulticastForwardCallback,
                    LocalDeliverCallback deliver, ErrorCallback) override
    {
        ns3::Ipv4Address to = header.GetDestination();

        if (table.empty() && fallback->GetSource() == to) {
            deliver(packet, header, 1);
            return true;
        }
        (void)from;
        forward(Find(to), packet, header);
        return true;
    }

    void NotifyInterfaceUp(uint32_t) override {}
    void NotifyInterfaceDown(uint32_t) override {}
    void NotifyAddAddress(uint32_t, ns3::Ipv4InterfaceAddress) override {}
    void NotifyRemoveAddress(uint32_t, ns3::Ipv4InterfaceAddress) override {}
    void SetIpv4(ns3::Ptr<ns3::Ipv4> which) override { ipv4 = which; }
    void PrintRoutingTable(ns3::Ptr<ns3::OutputStreamWrapper>,
                           ns3::Time::Unit) const override
    {
    }

  private:
    ns3::Ptr<ns3::Ipv4Route> Find(ns3::Ipv4Address to) const
    {
        auto found = table.find(to.Get());

        return found == table.end() ? fallback : found->second;
    }

    ns3::Ptr<ns3::Ipv4Route> Route(ns3::Ipv4Address to, uint32_t interface)
    {
        ns3::Ptr<ns3::Ipv4Route> route = ns3::Create<ns3::Ipv4Route>();

        route->SetDestination(to);
        route->SetGateway(ns3::Ipv4Address::GetZero());
        route->SetSource(ipv4->GetAddress(interface, 0).GetLocal());
        route->SetOutputDevice(ipv4->GetNetDevice(interface));
        return route;
    }

    ns3::Ptr<ns3::Ipv4> ipv4;
    ns3::Ptr<ns3::Ipv4Route> fallback;
    std::unordered_map<uint32_t, ns3::Ptr<ns3::Ipv4Route>> table;
};

struct Link {
    const char *rate, *delay, *queue;
};

struct Dumbbell {
    ns3::NodeContainer left, right, routers;
    ns3::NetDeviceContainer devices, neck;
    std::vector<ns3::Ipv4Address> left_at, right_at;

    /* paced: the device tells the queue discipline above it when it has
     * room; without, there is none, and its own queue drops.  hashed: by
     * the routes above. */
    Dumbbell(uint32_t n, Link access, Link bottleneck, bool paced, bool hashed)
        : by_hash(hashed)
    {
        left.Create(n);
        right.Create(n);
        routers.Create(2);
        Stacks(left);
        Stacks(right);
        Stacks(routers);
        neck = Wire(routers.Get(0), routers.Get(1), bottleneck, paced);
        Address(neck.Get(0), next++);
        Address(neck.Get(1), next++);
        for (uint32_t i = 0; i < n; i++) {
            left_at.push_back(Host(left.Get(i), routers.Get(0), access));
            right_at.push_back(Host(right.Get(i), routers.Get(1), access));
        }
        Default(routers.Get(0), 1);
        Default(routers.Get(1), 1);
    }

    /* Packets that have left a port, or have begun to. */
    uint64_t Hops() const
    {
        uint64_t hops = 0;

        for (uint32_t i = 0; i < devices.GetN(); i++) {
            auto queue = Queue(devices.Get(i));

            hops += queue->GetTotalReceivedPackets() - queue->GetNPackets();
        }
        return hops;
    }

    static ns3::Ptr<ns3::Queue<ns3::Packet>>
    Queue(ns3::Ptr<ns3::NetDevice> device)
    {
        return ns3::DynamicCast<ns3::PointToPointNetDevice>(device)
            ->GetQueue();
    }

  private:
    bool by_hash;
    uint32_t next = 0x0a000001;

    void Stacks(const ns3::NodeContainer &nodes) const
    {
        ns3::InternetStackHelper stack;

        stack.SetIpv6StackInstall(false);
        stack.SetRoutingHelper(ns3::Ipv4StaticRoutingHelper());
        stack.Install(nodes);
        for (uint32_t i = 0; by_hash && i < nodes.GetN(); i++)
            nodes.Get(i)->GetObject<ns3::Ipv4>()->SetRoutingProtocol(
                ns3::Create<Routes>());
    }

    template <class Protocol>
    static ns3::Ptr<Protocol> Table(ns3::Ptr<ns3::Node> node)
    {
        return ns3::DynamicCast<Protocol>(
            node->GetObject<ns3::Ipv4>()->GetRoutingProtocol());
    }

    void Default(ns3::Ptr<ns3::Node> node, uint32_t interface) const
    {
        if (by_hash)
            Table<Routes>(node)->Default(interface);
        else
            Table<ns3::Ipv4StaticRouting>(node)->SetDefaultRoute(
                ns3::Ipv4Address::GetZero(), interface);
    }

    void Route(ns3::Ptr<ns3::Node> node, ns3::Ipv4Address to,
               uint32_t interface) const
    {
        if (by_hash)
            Table<Routes>(node)->Add(to, interface);
        else
            Table<ns3::Ipv4StaticRouting>(node)->AddHostRouteTo(to, interface);
    }

    ns3::NetDeviceContainer Wire(ns3::Ptr<ns3::Node> a, ns3::Ptr<ns3::Node> b,
                                 Link link, bool paced)
    {
        ns3::PointToPointHelper wire;
        ns3::NetDeviceContainer ends;

        wire.SetDeviceAttribute("DataRate", ns3::StringValue(link.rate));
        wire.SetChannelAttribute("Delay", ns3::StringValue(link.delay));
        wire.SetQueue("ns3::DropTailQueue<Packet>", "MaxSize",
                      ns3::StringValue(link.queue));
        if (!paced)
            wire.DisableFlowControl();
        ends = wire.Install(a, b);
        devices.Add(ends);
        return ends;
    }

    static uint32_t Address(ns3::Ptr<ns3::NetDevice> device, uint32_t at)
    {
        auto ipv4 = device->GetNode()->GetObject<ns3::Ipv4>();
        uint32_t interface = ipv4->AddInterface(device);

        ipv4->AddAddress(interface,
                         ns3::Ipv4InterfaceAddress(
                             ns3::Ipv4Address(at),
                             ns3::Ipv4Mask::GetOnes()));
        ipv4->SetUp(interface);
        return interface;
    }

    ns3::Ipv4Address Host(ns3::Ptr<ns3::Node> host,
                          ns3::Ptr<ns3::Node> router, Link access)
    {
        auto ends = Wire(host, router, access, false);
        ns3::Ipv4Address at(next++);

        Default(host, Address(ends.Get(0), at.Get()));
        Route(router, at, Address(ends.Get(1), next++));
        return at;
    }
};

/* Seconds of processor time that this process has taken. */
static inline double Cpu()
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

} // namespace truth

#endif
