/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Echo requests of a caller, and their answers; ping.h. */
#include "config.h"

#include "models/ping.h"

#include <string.h>

#include "base/wire.h"

void ping_begin(struct ping *p)
{
    *p = (struct ping){ .id = (uint16_t)(p->id + 1) };
}

size_t ping_request(struct ping *p, pptp_ns now, uint32_t from, uint32_t to,
                    uint16_t data, uint8_t *out)
{
    uint8_t *at = out + ECHO_HEAD_OCTETS;
    const struct icmp_echo e = { .from = from,
                                 .to = to,
                                 .id = p->id,
                                 .seq = p->seq++,
                                 .data = at,
                                 .octets = data };

    PPTP_ASSERT(data >= PING_DATA_MIN && data <= PING_DATA_MAX);
    memset(at, 0, data);
    pptp_put32(at, (uint32_t)(now >> 32));
    pptp_put32(at + 4, (uint32_t)now);
    p->open = p->open << 1 | 1;
    p->n.sent++;
    return icmp_echo_write(out, &e);
}

static void count(struct ping_count *n, pptp_ns took)
{
    if (n->answered == 0 || took < n->min_ns)
        n->min_ns = took;
    if (took > n->max_ns)
        n->max_ns = took;
    n->sum_ns += took;
    n->answered++;
}

bool ping_reply(struct ping *p, pptp_ns now, const struct icmp_echo *e)
{
    const unsigned behind = (uint16_t)(p->seq - 1 - e->seq);
    pptp_ns sent;

    if (!e->reply || e->id != p->id || e->octets < PING_DATA_MIN ||
        behind >= PING_BEHIND || !(p->open >> behind & 1))
        return false;
    sent = (pptp_ns)pptp_get32(e->data) << 32 | pptp_get32(e->data + 4);
    if (sent > now)
        return false; /* not what we wrote */
    p->open &= ~(UINT64_C(1) << behind);
    count(&p->n, now - sent);
    return true;
}

void ping_add(struct ping_count *to, const struct ping_count *n)
{
    if (n->answered > 0 && (to->answered == 0 || n->min_ns < to->min_ns))
        to->min_ns = n->min_ns;
    if (n->max_ns > to->max_ns)
        to->max_ns = n->max_ns;
    to->sum_ns += n->sum_ns;
    to->sent += n->sent;
    to->answered += n->answered;
}

pptp_ns ping_mean_ns(const struct ping_count *n)
{
    return n->answered > 0 ? n->sum_ns / n->answered : 0;
}
