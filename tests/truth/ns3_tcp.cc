/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What ns-3 says of N bulk flows of TCP through one bottleneck: 100 Mbit/s and
 * 1 ms to it, 10 Mbit/s and 20 ms on it.  One line of CSV a run, in the order
 * of `columns`.  What differs by default from what RFCs say, and from what
 * dialtone is told, is set here, with the reason.
 *
 *   ns3_tcp --queue=codel --flows=10 --seed=3
 */
#include <cinttypes>
#include <cstdio>
#include <string>

#include "ns3/applications-module.h"
#include "ns3_dumbbell.hh"
#include "ns3_reno.hh"

using namespace ns3;

static const uint32_t segment = 1448;
static const char columns[] = "queue,flows,seed,goodput_bps,loss,"
                              "queue_packets,jain,timeouts,recoveries,hops,"
                              "cpu_s";

static struct {
    std::string queue = "droptail50", control = "TcpNewReno";
    uint32_t flows = 1, seed = 1, rfc = 0;
    double stagger_s = 10, from_s = 30, until_s = 230;
    double rto_s = 1, delack_s = 0.2, trace_from_s = 0;
    std::string trace;
    bool header = false;
} arg;

/* A number of packets over time. */
struct Level {
    double area = 0, since_s = 0;
    uint32_t now = 0;

    void Change(uint32_t, uint32_t to)
    {
        double t = Simulator::Now().GetSeconds();

        area += now * (t - since_s);
        since_s = t;
        now = to;
    }
};

static Level waiting, in_device;
static uint64_t timeouts, recoveries;
static Ptr<QueueDisc> above; /* the device; none with drop-tail */
static FILE *trace;

static void Drop(Ptr<const Packet>)
{
    fprintf(trace, "%.6f drop\n", Simulator::Now().GetSeconds());
}

static void DropAbove(Ptr<const QueueDiscItem> item)
{
    Drop(item->GetPacket());
}

/* RFC 6298 has a minimum of 1 s, which Linux does not keep: alike on both
 * sides is what matters.  Six retries, the default, end a connection among a
 * hundred.  RFC 7323's time stamps are off: dialtone has none, and a packet
 * is 1,488 octets on both sides.  The windows of sockets never limit. */
static void SetTcp()
{
    truth::Reno::rto_min = Seconds(arg.rto_s);
    truth::Reno::right = arg.rfc;
    Config::SetDefault("ns3::TcpL4Protocol::SocketType",
                       StringValue(arg.rfc ? "truth::Reno"
                                           : "ns3::" + arg.control));
    Config::SetDefault("ns3::TcpCubic::HyStart", BooleanValue(false));
    Config::SetDefault("ns3::TcpL4Protocol::RttEstimatorType",
                       StringValue(arg.rfc ? "truth::Estimate"
                                           : "ns3::RttMeanDeviation"));
    Config::SetDefault("ns3::TcpL4Protocol::RecoveryType",
                       StringValue("ns3::TcpClassicRecovery"));
    Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(segment));
    Config::SetDefault("ns3::TcpSocket::SndBufSize", UintegerValue(4 << 20));
    Config::SetDefault("ns3::TcpSocket::RcvBufSize", UintegerValue(4 << 20));
    Config::SetDefault("ns3::TcpSocket::InitialCwnd", UintegerValue(10));
    Config::SetDefault("ns3::TcpSocket::DelAckCount", UintegerValue(2));
    Config::SetDefault("ns3::TcpSocket::DelAckTimeout",
                       TimeValue(Seconds(arg.delack_s)));
    Config::SetDefault("ns3::TcpSocket::ConnTimeout", TimeValue(Seconds(1)));
    Config::SetDefault("ns3::TcpSocket::ConnCount", UintegerValue(30));
    Config::SetDefault("ns3::TcpSocket::DataRetries", UintegerValue(1000));
    Config::SetDefault("ns3::TcpSocketBase::MinRto",
                       TimeValue(Seconds(arg.rto_s)));
    Config::SetDefault("ns3::TcpSocketBase::Timestamp", BooleanValue(false));
    Config::SetDefault("ns3::TcpSocketBase::Sack", BooleanValue(true));
}

/* The discipline of the bottleneck; drop-tail has none above the device. */
static void SetQueue(TrafficControlHelper &helper)
{
    if (arg.queue == "codel") {
        helper.SetRootQueueDisc("ns3::CoDelQueueDisc", "MaxSize",
                                StringValue("1000p"));
    } else if (arg.queue == "fq_codel") {
        helper.SetRootQueueDisc("ns3::FqCoDelQueueDisc", "MaxSize",
                                StringValue("10240p"), "UseEcn",
                                BooleanValue(false), "Perturbation",
                                UintegerValue(arg.seed));
    } else if (arg.queue == "pie") {
        /* 15 ms and no spacing of drops by default: RFC 8033 4.2, 5.4 */
        helper.SetRootQueueDisc("ns3::PieQueueDisc", "MaxSize",
                                StringValue("200p"), "MaxBurstAllowance",
                                TimeValue(MilliSeconds(150)),
                                "UseDerandomization", BooleanValue(true));
    } else if (arg.queue == "red") {
        helper.SetRootQueueDisc(
            "ns3::RedQueueDisc", "MaxSize", StringValue("200p"), "MeanPktSize",
            UintegerValue(segment + 40), "MinTh", DoubleValue(15), "MaxTh",
            DoubleValue(45), "LInterm", DoubleValue(10), "QW",
            DoubleValue(0.002), "Wait", BooleanValue(false), "Gentle",
            BooleanValue(true), "LinkBandwidth", StringValue("10Mbps"));
    } else {
        NS_FATAL_ERROR("no such queue: " << arg.queue);
    }
}

static void Install(const truth::Dumbbell &net)
{
    auto device = truth::Dumbbell::Queue(net.neck.Get(0));
    TrafficControlHelper helper;

    device->TraceConnectWithoutContext("PacketsInQueue",
                                       MakeCallback(&Level::Change,
                                                    &in_device));
    if (arg.queue.rfind("droptail", 0) == 0) {
        if (trace != nullptr)
            device->TraceConnectWithoutContext("Drop", MakeCallback(&Drop));
        return;
    }
    SetQueue(helper);
    above = helper.Install(net.neck.Get(0)).Get(0);
    above->TraceConnectWithoutContext("PacketsInQueue",
                                      MakeCallback(&Level::Change, &waiting));
    if (trace != nullptr)
        above->TraceConnectWithoutContext("Drop", MakeCallback(&DropAbove));
    if (auto fair = DynamicCast<FqCoDelQueueDisc>(above))
        fair->SetQuantum(1514); /* RFC 8290, 5.2.1; no attribute */
}

static void State(uint32_t flow, TcpSocketState::TcpCongState_t,
                  TcpSocketState::TcpCongState_t to)
{
    timeouts += to == TcpSocketState::CA_LOSS;
    recoveries += to == TcpSocketState::CA_RECOVERY;
    if (trace != nullptr)
        fprintf(trace, "%.6f state %u %s\n", Simulator::Now().GetSeconds(),
                flow, TcpSocketState::TcpCongStateName[to]);
}

static void Window(uint32_t flow, uint32_t, uint32_t to)
{
    fprintf(trace, "%.6f cwnd %u %.3f\n", Simulator::Now().GetSeconds(), flow,
            (double)to / segment);
}

static void Threshold(uint32_t flow, uint32_t, uint32_t to)
{
    fprintf(trace, "%.6f ssthresh %u %.3f\n", Simulator::Now().GetSeconds(),
            flow, (double)to / segment);
}

static void Sent(uint32_t flow, Ptr<const Packet> p, const TcpHeader &h,
                 Ptr<const TcpSocketBase>)
{
    fprintf(trace, "%.6f send %u %u %u\n", Simulator::Now().GetSeconds(), flow,
            h.GetSequenceNumber().GetValue(), p->GetSize());
}

static void Heard(uint32_t flow, Ptr<const Packet>, const TcpHeader &h,
                  Ptr<const TcpSocketBase>)
{
    fprintf(trace, "%.6f ack %u %u\n", Simulator::Now().GetSeconds(), flow,
            h.GetAckNumber().GetValue());
}

/* A socket there is only once its application has begun. */
static void Watch(uint32_t flow, Ptr<BulkSendApplication> from)
{
    auto socket = from->GetSocket();

    socket->TraceConnectWithoutContext("CongState",
                                       MakeBoundCallback(&State, flow));
    if (trace == nullptr)
        return;
    socket->TraceConnectWithoutContext("CongestionWindow",
                                       MakeBoundCallback(&Window, flow));
    socket->TraceConnectWithoutContext("SlowStartThreshold",
                                       MakeBoundCallback(&Threshold, flow));
    socket->TraceConnectWithoutContext("Tx", MakeBoundCallback(&Sent, flow));
    socket->TraceConnectWithoutContext("Rx", MakeBoundCallback(&Heard, flow));
}

static std::vector<Ptr<PacketSink>> Flows(const truth::Dumbbell &net)
{
    auto start = CreateObject<UniformRandomVariable>();
    std::vector<Ptr<PacketSink>> sinks;

    for (uint32_t i = 0; i < arg.flows; i++) {
        InetSocketAddress to(net.right_at[i], 5001);
        PacketSinkHelper sink("ns3::TcpSocketFactory", to);
        BulkSendHelper source("ns3::TcpSocketFactory", to);
        Time at = Seconds(start->GetValue(0, arg.stagger_s));

        source.SetAttribute("SendSize", UintegerValue(segment));
        auto from = source.Install(net.left.Get(i)).Get(0);
        from->SetStartTime(at);
        Simulator::Schedule(at + NanoSeconds(1), &Watch, i,
                            DynamicCast<BulkSendApplication>(from));
        sinks.push_back(DynamicCast<PacketSink>(
            sink.Install(net.right.Get(i)).Get(0)));
    }
    return sinks;
}

struct Account {
    uint64_t arrived, dropped, timeouts, recoveries;
    double area;
    std::vector<uint64_t> octets;
};

static Account Look(const truth::Dumbbell &net,
                    const std::vector<Ptr<PacketSink>> &sinks)
{
    auto device = truth::Dumbbell::Queue(net.neck.Get(0));
    Account a;

    waiting.Change(0, waiting.now);
    in_device.Change(0, in_device.now);
    a.arrived = above ? above->GetStats().nTotalReceivedPackets
                      : device->GetTotalReceivedPackets() +
                            device->GetTotalDroppedPackets();
    a.dropped = above ? above->GetStats().nTotalDroppedPackets
                      : device->GetTotalDroppedPackets();
    a.timeouts = timeouts;
    a.recoveries = recoveries;
    a.area = waiting.area + in_device.area;
    for (auto &sink : sinks)
        a.octets.push_back(sink->GetTotalRx());
    return a;
}

static void Tell(const Account &a, const Account &b, uint64_t hops,
                 double cpu_s)
{
    double time_s = arg.until_s - arg.from_s, sum = 0, squares = 0;

    for (size_t i = 0; i < a.octets.size(); i++) {
        double x = (double)(b.octets[i] - a.octets[i]);

        sum += x;
        squares += x * x;
    }
    printf("%s,%u,%u,%.0f,%.6f,%.4f,%.5f,%" PRIu64 ",%" PRIu64 ",%" PRIu64
           ",%.3f\n",
           arg.queue.c_str(), arg.flows, arg.seed, sum * 8 / time_s,
           (double)(b.dropped - a.dropped) / (double)(b.arrived - a.arrived),
           (b.area - a.area) / time_s,
           sum * sum / ((double)a.octets.size() * squares),
           b.timeouts - a.timeouts, b.recoveries - a.recoveries, hops, cpu_s);
}

static void Arguments(int argc, char **argv)
{
    CommandLine line;

    line.AddValue("queue", "droptailN, codel, fq_codel, pie, red", arg.queue);
    line.AddValue("control", "TcpNewReno, TcpCubic", arg.control);
    line.AddValue("flows", "how many", arg.flows);
    line.AddValue("seed", "of start times and draws", arg.seed);
    line.AddValue("stagger", "flows start within, s", arg.stagger_s);
    line.AddValue("from", "counted from, s", arg.from_s);
    line.AddValue("until", "to, s", arg.until_s);
    line.AddValue("rto", "the least time-out, s", arg.rto_s);
    line.AddValue("delack", "an acknowledgment waits, s", arg.delack_s);
    line.AddValue("rfc", "what ns3_reno.hh puts right: 7 is all", arg.rfc);
    line.AddValue("trace", "windows and drops to this file", arg.trace);
    line.AddValue("header", "print the names of columns", arg.header);
    line.Parse(argc, argv);
}

int main(int argc, char **argv)
{
    ObjectFactory heap("ns3::HeapScheduler");
    Arguments(argc, argv);
    if (arg.header) {
        puts(columns);
        return 0;
    }
    bool tail = arg.queue.rfind("droptail", 0) == 0;
    std::string places = tail ? arg.queue.substr(8) + "p" : "1p";
    RngSeedManager::SetSeed(arg.seed);
    Simulator::SetScheduler(heap);
    SetTcp();
    if (!arg.trace.empty())
        trace = fopen(arg.trace.c_str(), "w");
    /* A frame has two octets of PPP that dialtone's links have not: so that
     * a packet takes as long, the rate is higher by 1,490 / 1,488. */
    truth::Dumbbell net(arg.flows, { "100134409bps", "1ms", "1000p" },
                        { "10013441bps", "20ms", places.c_str() }, !tail, true);
    Install(net);
    auto sinks = Flows(net);
    double cpu_s = truth::Cpu();
    Simulator::Stop(Seconds(arg.from_s));
    Simulator::Run();
    Account before = Look(net, sinks);
    Simulator::Stop(Seconds(arg.until_s - arg.from_s));
    Simulator::Run();
    Tell(before, Look(net, sinks), net.Hops(), truth::Cpu() - cpu_s);
    if (trace != nullptr)
        fclose(trace);
    Simulator::Destroy();
    return 0;
}
