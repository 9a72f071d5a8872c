#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# ns-3's TCP forgets a backed-off time-out at the next acknowledgment.
#
# Packages:  libns3-dev 3.37-2 (Debian 12)
# Seen:      One segment every 10 s; the round trip goes from 0.1 s to 2.5 s.
#            From there on each of 20 segments is sent twice, with time stamps
#            (the default) or without, and the time-out stays 1 s.
# Expected:  Two of the 20, or one with time stamps.  RFC 6298 (5.5) doubles
#            the time-out, (5.3) goes on with what it is now, and by the note
#            below (5.7) it comes down with a new measurement only, which 3
#            (Karn) forbids of a segment sent twice, unless there are time
#            stamps.  So the third segment has 4 s, and is measured.  Linux
#            does so (tcp_ack_update_rtt in net/ipv4/tcp_input.c).  In ns-3
#            TcpSocketBase::NewAck computes the time-out from the estimate
#            again, and ReTxTimeout clears the history that a measurement by
#            time stamps would need.
# Matters:   Where a path gets slower than the time-out at once (a hand-over, a
#            redial, a deep queue) ns-3 doubles the load for ever, and never
#            learns.  With a hundred flows in a full queue, who timed out comes
#            back after 1 s in place of 2 or 4: more loss and fairer shares
#            than a stack by the RFC has.
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

cat >"$work/slower.cc" <<'END_OF_SLOWER'
#include <cmath>
#include <cstdio>

#include "ns3/applications-module.h"
#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"

using namespace ns3;

static const int before = 10, after = 20;
static const double fast_s = 0.1, slow_s = 2.5;
static int sent;
static double timeout_s;

static void Sent(Ptr<const Packet> p, const TcpHeader &,
                 Ptr<const TcpSocketBase>)
{
    sent += p->GetSize() > 0;
}

static void TimeOut(Time, Time to)
{
    timeout_s = to.GetSeconds();
}

static void Open(Ptr<Socket> socket, Address to)
{
    socket->Bind();
    socket->Connect(to);
}

static void Write(Ptr<Socket> socket)
{
    socket->Send(Create<Packet>(100));
}

static void Report(const char *who, bool stamps, int segments)
{
    printf("%s, %s time stamps: %d for %d, time-out %s 2.5 s\n", who,
           stamps ? "with" : "no", segments, after,
           timeout_s > slow_s ? "above" : "below");
}

static void Ns3(bool stamps)
{
    NodeContainer nodes(2);
    PointToPointHelper wire;
    InternetStackHelper stack;
    Ipv4AddressHelper net("10.0.0.0", "255.255.255.0");

    Config::SetDefault("ns3::TcpSocketBase::Timestamp", BooleanValue(stamps));
    Config::SetDefault("ns3::TcpSocket::DelAckCount", UintegerValue(1));
    wire.SetDeviceAttribute("DataRate", StringValue("100Mbps"));
    wire.SetChannelAttribute("Delay", TimeValue(Seconds(fast_s / 2)));
    auto devices = wire.Install(nodes);
    stack.Install(nodes);
    InetSocketAddress to(net.Assign(devices).GetAddress(1), 9);
    PacketSinkHelper("ns3::TcpSocketFactory", to).Install(nodes.Get(1));
    auto socket = Socket::CreateSocket(nodes.Get(0),
                                       TcpSocketFactory::GetTypeId());
    socket->TraceConnectWithoutContext("Tx", MakeCallback(&Sent));
    socket->TraceConnectWithoutContext("RTO", MakeCallback(&TimeOut));
    Simulator::Schedule(Seconds(0), &Open, socket, to);
    for (int i = 1; i <= before + after; i++)
        Simulator::Schedule(Seconds(10 * i), &Write, socket);
    Simulator::Stop(Seconds(10 * before + 5));
    Simulator::Run();
    devices.Get(0)->GetChannel()->SetAttribute("Delay",
                                               TimeValue(Seconds(slow_s / 2)));
    sent = 0;
    Simulator::Stop(Seconds(10 * after));
    Simulator::Run();
    Report("ns-3", stamps, sent);
    Simulator::Destroy();
}

/* RFC 6298 2.2 to 2.4, 3, 5.3 to 5.6 for the same segments; the handshake is
 * the first measurement. */
static void Rfc6298(bool stamps)
{
    double srtt_s = fast_s, varies_s = fast_s / 2;

    timeout_s = 1;
    sent = 0;
    for (int i = 1; i <= before + after; i++) {
        double rtt_s = i <= before ? fast_s : slow_s, waited_s = 0;
        int times = 1;

        for (; waited_s + timeout_s < rtt_s; times++) {
            waited_s += timeout_s;
            timeout_s *= 2;
        }
        if (i > before)
            sent += times;
        if (times > 1 && !stamps)
            continue;
        varies_s += (std::fabs(srtt_s - rtt_s) - varies_s) / 4;
        srtt_s += (rtt_s - srtt_s) / 8;
        timeout_s = std::max(1.0, srtt_s + 4 * varies_s);
    }
    Report("RFC 6298", stamps, sent);
}

int main()
{
    for (bool stamps : { false, true }) {
        Rfc6298(stamps);
        Ns3(stamps);
    }
    return 0;
}
END_OF_SLOWER
c++ -std=c++17 -w "$work/slower.cc" -o "$work/slower" \
    -lns3-applications -lns3-point-to-point -lns3-internet -lns3-network \
    -lns3-core >"$work/said" 2>&1 || {
    cat "$work/said" >&2
    exit 2
}
found=$("$work/slower") || exit 2
echo "$found"
test "$found" = 'RFC 6298, no time stamps: 22 for 20, time-out above 2.5 s
ns-3, no time stamps: 40 for 20, time-out below 2.5 s
RFC 6298, with time stamps: 21 for 20, time-out above 2.5 s
ns-3, with time stamps: 40 for 20, time-out below 2.5 s'
