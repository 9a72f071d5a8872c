#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# ns-3's NewReno halves what is not yet known to have arrived or be lost.
#
# Packages:  libns3-dev 3.37-2 (Debian 12)
# Seen:      Of a window of 20 segments the first 1, 5, 10 or 16 are lost, once.
#            At the fast retransmit ssthresh becomes 8, 6, 3.5 and 2 segments,
#            of a window of 8 with one loss 2; without SACK 8.5 and 2.5.
# Expected:  10, four times, and 4: half of FlightSize (RFC 5681 equation (4),
#            RFC 6675 5 (4.2)), that is of what was sent and not cumulatively
#            acknowledged (RFC 5681 2).  That is 20 and 8, as there is no more
#            to send.  Linux takes half of cwnd (tcp_reno_ssthresh), here the
#            same.  TcpSocketBase::EnterRecovery names (4.2) and passes
#            BytesInFlight, which is RFC 6675's "pipe": without what SACK has
#            reported, three segments at least, and without what it takes for
#            lost.
# Matters:   A burst of losses in one window counts many times, where it is
#            one signal.  With windows of 4 to 9 segments (ten flows at
#            10 Mbit/s) ns-3's flows back off by far more than a half, and lose
#            a fifth less than those of a stack by the RFC; without SACK they
#            are nearer to it than with.  Cure: TcpLinuxReno, half of cwnd.
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

cat >"$work/half.cc" <<'END_OF_HALF'
#include <cstdio>

#include "ns3/applications-module.h"
#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"

using namespace ns3;

static const uint32_t segment = 1000;
static uint32_t window, still_lost, threshold;

/* The first segments of data. */
class Lose : public ErrorModel {
    bool DoCorrupt(Ptr<Packet> p) override
    {
        if (p->GetSize() < segment || still_lost == 0)
            return false;
        still_lost--;
        return true;
    }

    void DoReset() override {}
};

static void Threshold(uint32_t, uint32_t to)
{
    threshold = to;
}

static void State(TcpSocketState::TcpCongState_t,
                  TcpSocketState::TcpCongState_t to)
{
    if (to == TcpSocketState::CA_LOSS)
        printf(" time-out");
}

static void Open(Ptr<Socket> socket, Address to)
{
    socket->Bind();
    socket->Connect(to);
}

static void Write(Ptr<Socket> socket)
{
    socket->Send(Create<Packet>(window * segment));
}

static void Try(const char *control, bool sack, uint32_t of, uint32_t lost)
{
    NodeContainer nodes(2);
    PointToPointHelper wire;
    InternetStackHelper stack;
    Ipv4AddressHelper net("10.0.0.0", "255.255.255.0");

    window = of;
    still_lost = lost;
    Config::SetDefault("ns3::TcpL4Protocol::SocketType",
                       StringValue(control));
    Config::SetDefault("ns3::TcpSocketBase::Sack", BooleanValue(sack));
    Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(segment));
    Config::SetDefault("ns3::TcpSocket::InitialCwnd", UintegerValue(window));
    wire.SetDeviceAttribute("DataRate", StringValue("10Mbps"));
    wire.SetChannelAttribute("Delay", StringValue("50ms"));
    auto devices = wire.Install(nodes);
    devices.Get(1)->SetAttribute("ReceiveErrorModel",
                                 PointerValue(CreateObject<Lose>()));
    stack.Install(nodes);
    InetSocketAddress to(net.Assign(devices).GetAddress(1), 9);
    PacketSinkHelper("ns3::TcpSocketFactory", to).Install(nodes.Get(1));
    auto socket = Socket::CreateSocket(nodes.Get(0),
                                       TcpSocketFactory::GetTypeId());
    socket->TraceConnectWithoutContext("SlowStartThreshold",
                                       MakeCallback(&Threshold));
    socket->TraceConnectWithoutContext("CongState", MakeCallback(&State));
    Simulator::Schedule(Seconds(0), &Open, socket, to);
    Simulator::Schedule(Seconds(1), &Write, socket);
    /* the fast retransmit is here, and a second's time-out is not */
    Simulator::Stop(Seconds(1.9));
    Simulator::Run();
    printf(" %u/%u %.1f", lost, window, (double)threshold / segment);
    Simulator::Destroy();
}

int main()
{
    for (const char *control : { "ns3::TcpNewReno", "ns3::TcpLinuxReno" }) {
        for (bool sack : { true, false }) {
            printf("%s, %s:", control + 5, sack ? "SACK" : "no SACK");
            for (uint32_t lost : { 1, 5, 10, 16 })
                Try(control, sack, 20, lost);
            Try(control, sack, 8, 1);
            printf("\n");
        }
    }
    return 0;
}
END_OF_HALF
c++ -std=c++17 -w "$work/half.cc" -o "$work/half" \
    -lns3-applications -lns3-point-to-point -lns3-internet -lns3-network \
    -lns3-core >"$work/said" 2>&1 || {
    cat "$work/said" >&2
    exit 2
}
found=$("$work/half") || exit 2
echo "$found"
test "$found" = 'TcpNewReno, SACK: 1/20 8.0 5/20 6.0 10/20 3.5 16/20 2.0 1/8 2.0
TcpNewReno, no SACK: 1/20 8.5 5/20 8.5 10/20 8.5 16/20 8.5 1/8 2.5
TcpLinuxReno, SACK: 1/20 10.0 5/20 10.0 10/20 10.0 16/20 10.0 1/8 4.0
TcpLinuxReno, no SACK: 1/20 10.0 5/20 10.0 10/20 10.0 16/20 10.0 1/8 4.0'
