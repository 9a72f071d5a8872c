/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* The sliding window, RFC 2637 §4.2–4.3; window.h has the contract. */
#include "config.h"

#include "pptp/window.h"

#include <string.h>

#include "pptp/gre.h"

/* Packets out, at the most: far from where sequence numbers turn round. */
#define OUT_MAX (UINT32_C(1) << 30)

static const struct pptp_engine *engine_of(const struct pptp_win *w,
                                           const struct pptp_win_config *c)
{
    if (w->suspended || c->windowing == PPTP_WINDOWING_OFF)
        return &pptp_engine_off;
    return c->engine;
}

const struct pptp_engine *pptp_engine_find(const char *name)
{
    static const struct pptp_engine *const all[] = {
#define X(engine) &pptp_engine_##engine,
#include "pptp/engine.def"
#undef X
    };
    size_t i, n;

    for (i = 0; i < sizeof all / sizeof all[0]; i++) {
        for (n = 0; name[n] == all[i]->name[n] && name[n] != '\0'; n++)
            ;
        if (name[n] == all[i]->name[n])
            return all[i];
    }
    return NULL;
}

void pptp_win_start(struct pptp_win *w, const struct pptp_win_config *c,
                    uint16_t peer_window, uint16_t peer_ppd_ds,
                    uint32_t ring_entries)
{
    PPTP_ASSERT(ring_entries > 0 && ring_entries <= 65536);
    PPTP_ASSERT((ring_entries & (ring_entries - 1)) == 0);
    memset(w, 0, sizeof *w);
    w->ack_at_ns = PPTP_NEVER;
    w->ring_mask = (uint16_t)(ring_entries - 1);
    w->tx_max = peer_window == 0 ? 1 : peer_window;
    if (w->tx_max > ring_entries)
        w->tx_max = (uint16_t)ring_entries;
    engine_of(w, c)->start(w, c, peer_ppd_ds);
    PPTP_ASSERT(w->cwnd >= 1 && w->cwnd <= w->tx_max);
}

bool pptp_win_may_send(const struct pptp_win *w,
                       const struct pptp_win_config *c)
{
    return engine_of(w, c)->may_send(w, pptp_win_out(w));
}

bool pptp_win_rules(const struct pptp_win *w, const struct pptp_win_config *c)
{
    /* a window that nothing reopens after a loss would be none for long */
    return engine_of(w, c)->times_out;
}

uint32_t pptp_win_sent(struct pptp_win *w, struct pptp_win_sent *ring,
                       pptp_ns now)
{
    uint32_t seq = w->tx_next++;
    struct pptp_win_sent *s = &ring[seq & w->ring_mask];

    w->sent_ns = now;
    if (pptp_win_out(w) == 1)
        w->acked_ns = now;
    if (pptp_win_out(w) > OUT_MAX) /* a peer that never acknowledges */
        w->tx_base++;
    /* 4.2.5's sample is of one packet: the place is free when the one that
     * it was of needs none any more */
    if (((s->seq ^ seq) & w->ring_mask) != 0 || /* of nobody yet */
        pptp_seq_diff(s->seq, w->tx_base) < 0 ||
        pptp_seq_diff(s->seq, seq) >= 0) /* of an earlier session */
        *s = (struct pptp_win_sent){ .sent_ns = now,
                                     .deadline_ns = now + w->ato.ato_ns,
                                     .seq = seq };
    return seq;
}

enum pptp_ack_verdict pptp_win_acked(struct pptp_win *w,
                                     const struct pptp_win_config *c,
                                     const struct pptp_win_sent *ring,
                                     pptp_ns now, uint32_t ack,
                                     uint32_t *acked)
{
    pptp_ns sample_ns = PPTP_NEVER;
    const struct pptp_win_sent *s;
    bool resumed = w->suspended;

    *acked = 0;
    if (pptp_seq_diff(ack, w->tx_next) >= 0)
        return PPTP_ACK_AHEAD;
    if (pptp_seq_diff(ack, w->tx_base) < 0)
        return PPTP_ACK_OLD;
    s = &ring[ack & w->ring_mask];
    *acked = ack - w->tx_base + 1;
    w->tx_base = ack + 1;
    w->acked_ns = now;
    w->silent_timeouts = 0;
    w->suspended = false;
    /* 4.2.5: the sample is the highest packet's */
    w->timed = s->seq == ack || w->tx_base == w->tx_next;
    if (w->timed)
        sample_ns = w->last_rtt_ns = now -
                                     (s->seq == ack ? s->sent_ns : w->sent_ns);
    engine_of(w, c)->acked(w, c, *acked, sample_ns);
    PPTP_ASSERT(w->cwnd >= 1 && w->cwnd <= w->tx_max);
    return resumed ? PPTP_ACK_RESUMED : PPTP_ACK_NEW;
}

pptp_ns pptp_win_tx_deadline(const struct pptp_win *w,
                             const struct pptp_win_config *c,
                             const struct pptp_win_sent *ring)
{
    const struct pptp_win_sent *s;

    if (w->tx_base == w->tx_next || !engine_of(w, c)->times_out)
        return PPTP_NEVER;
    s = &ring[w->tx_base & w->ring_mask];
    /* AUTO has taken up a window again, and this one left without: as good
     * as sent when the one before it was acknowledged */
    return s->seq == w->tx_base ? s->deadline_ns : w->acked_ns + w->ato.ato_ns;
}

uint32_t pptp_win_timed_out(struct pptp_win *w,
                            const struct pptp_win_config *c)
{
    uint32_t lost = pptp_win_out(w);

    engine_of(w, c)->timed_out(w, c);
    w->tx_base = w->tx_next;
    if (w->silent_timeouts < UINT8_MAX)
        w->silent_timeouts++;
    if (c->windowing == PPTP_WINDOWING_AUTO &&
        w->silent_timeouts >= PPTP_AUTO_TIMEOUTS)
        w->suspended = true;
    PPTP_ASSERT(w->cwnd >= 1 && w->cwnd <= w->tx_max);
    return lost;
}

enum pptp_rx_verdict pptp_win_rx(struct pptp_win *w, uint32_t seq,
                                 uint32_t *skipped)
{
    int32_t ahead = pptp_seq_diff(seq, w->rx_highest);

    *skipped = 0;
    if (!w->rx_any)
        /* real peers start at 0 or at 1 */
        w->rx_any = true;
    else if (ahead == 0)
        return PPTP_RX_DUP;
    else if (ahead < 0)
        return PPTP_RX_LATE;
    else
        *skipped = (uint32_t)ahead - 1;
    w->rx_highest = seq;
    return PPTP_RX_NEW;
}

bool pptp_win_digested(struct pptp_win *w, const struct pptp_win_config *c,
                       pptp_ns now, uint32_t seq)
{
    if (!w->rx_ack_valid || pptp_seq_diff(seq, w->rx_ack) > 0)
        w->rx_ack = seq;
    w->rx_ack_valid = true;
    if (w->rx_unacked < UINT16_MAX)
        w->rx_unacked++;
    if (w->ack_at_ns == PPTP_NEVER)
        w->ack_at_ns = now + c->ack_delay_ns;
    return w->rx_unacked >= (c->recv_window + 1u) / 2;
}

void pptp_win_ack_sent(struct pptp_win *w)
{
    PPTP_ASSERT(w->rx_ack_valid);
    w->rx_unacked = 0;
    w->ack_at_ns = PPTP_NEVER;
}
