/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TcpNewReno of ns-3 3.37 with what it does otherwise than RFCs put right, as
 * far as that can be done from outside of it: to see how much of a difference
 * comes from there.  Each part on its own, or all: `Reno::right` is a sum of
 * them.  doc/truth-ns3.md names the lines.
 */
#ifndef TESTS_TRUTH_NS3_RENO_HH
#define TESTS_TRUTH_NS3_RENO_HH

#include "ns3/internet-module.h"

namespace truth {

enum { RIGHT_THRESHOLD = 1, RIGHT_INCREASE = 2, RIGHT_BACK_OFF = 4 };

/* RFC 6298 5: a time-out that was backed off holds until there is a new
 * measurement.  TcpSocketBase::NewAck computes it anew at each
 * acknowledgment, so the estimate has to say what was backed off to. */
class Estimate : public ns3::RttMeanDeviation {
  public:
    static ns3::TypeId GetTypeId()
    {
        static ns3::TypeId id = ns3::TypeId("truth::Estimate")
                                    .SetParent<ns3::RttMeanDeviation>()
                                    .AddConstructor<Estimate>();
        return id;
    }

    Estimate() { latest = this; }
    Estimate(const Estimate &e)
        : ns3::RttMeanDeviation(e), off(e.off), rtt(e.rtt), varies(e.varies)
    {
        latest = this;
    }

    void Measurement(ns3::Time m) override
    {
        Restore();
        ns3::RttMeanDeviation::Measurement(m);
    }

    ns3::Ptr<ns3::RttEstimator> Copy() const override
    {
        return ns3::CopyObject<Estimate>(this);
    }

    void BackOff(ns3::Time rto)
    {
        if (!off) {
            rtt = m_estimatedRtt;
            varies = m_estimatedVariation;
        }
        off = true;
        m_estimatedRtt = rto;
        m_estimatedVariation = ns3::Time(0);
    }

    ns3::Time Rto(ns3::Time least) const
    {
        return std::max(least, m_estimatedRtt + 4 * m_estimatedVariation);
    }

    /* A socket makes its congestion control right after its estimate. */
    static Estimate *latest;

  private:
    bool off = false;
    ns3::Time rtt, varies;

    void Restore()
    {
        if (!off)
            return;
        off = false;
        m_estimatedRtt = rtt;
        m_estimatedVariation = varies;
    }
};

class Reno : public ns3::TcpNewReno {
  public:
    static ns3::TypeId GetTypeId()
    {
        static ns3::TypeId id = ns3::TypeId("truth::Reno")
                                    .SetParent<ns3::TcpNewReno>()
                                    .AddConstructor<Reno>();
        return id;
    }

    Reno() : estimate(Estimate::latest) {}
    Reno(const Reno &r) : ns3::TcpNewReno(r), estimate(Estimate::latest) {}

    /* Half of FlightSize (RFC 5681 (4), RFC 6675 5 (4.2)), which has what was
     * selectively acknowledged or is taken for lost, too; not what limited
     * transmit added (RFC 5681 3.2 step 2).  A second time-out of the same
     * segment leaves it (RFC 5681 3.1, last but one paragraph). */
    uint32_t GetSsThresh(ns3::Ptr<const ns3::TcpSocketState> s,
                         uint32_t theirs) override
    {
        if (!(right & RIGHT_THRESHOLD))
            return ns3::TcpNewReno::GetSsThresh(s, theirs);

        uint32_t flight = s->m_highTxMark.Get() - s->m_lastAckedSeq;
        bool again = s->m_congState == ns3::TcpSocketState::CA_LOSS &&
                     s->m_lastAckedSeq == timed_out;

        if (s->m_congState != ns3::TcpSocketState::CA_RECOVERY)
            timed_out = s->m_lastAckedSeq;
        if (again)
            return s->m_ssThresh;
        return std::max(2 * s->m_segmentSize,
                        std::min(flight, s->m_cWnd.Get()) / 2);
    }

    /* The acknowledgment that ends what a time-out began is one, too (RFC
     * 5681 3.1); TcpSocketBase passes 0. */
    void IncreaseWindow(ns3::Ptr<ns3::TcpSocketState> s,
                        uint32_t segments) override
    {
        if (right & RIGHT_INCREASE)
            segments = std::max(segments, 1u);
        ns3::TcpNewReno::IncreaseWindow(s, segments);
    }

    void CwndEvent(ns3::Ptr<ns3::TcpSocketState> s,
                   const ns3::TcpSocketState::TcpCAEvent_t event) override
    {
        ns3::TcpNewReno::CwndEvent(s, event);
        if (event == ns3::TcpSocketState::CA_EVENT_LOSS &&
            (right & RIGHT_BACK_OFF))
            estimate->BackOff(std::min(2 * estimate->Rto(rto_min),
                                       ns3::Seconds(60)));
    }

    ns3::Ptr<ns3::TcpCongestionOps> Fork() override
    {
        return ns3::CopyObject<Reno>(this);
    }

    static ns3::Time rto_min;
    static uint32_t right;

  private:
    ns3::Ptr<Estimate> estimate;
    ns3::SequenceNumber32 timed_out;
};

Estimate *Estimate::latest;
ns3::Time Reno::rto_min;
uint32_t Reno::right;
NS_OBJECT_ENSURE_REGISTERED(Estimate);
NS_OBJECT_ENSURE_REGISTERED(Reno);

} // namespace truth

#endif
