/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/*
 * Requests that come too early: where encryption is required a network
 * protocol waits for CCP, and a peer that sends its Configure-Requests of all
 * of them together (accel-ppp does) would have to repeat the others, 3 s
 * later.  The latest of each protocol is kept beside the state of MPPE.
 */
#include "config.h"

#include "ppp/early.h"

#include <string.h>

#include "ppp/mppe.h"

/* The place of a protocol's request, or NULL. */
static struct ppp_early *place(const struct ppp_session *s, enum ppp_cp cp)
{
    struct ppp_early *all = ppp_mppe_early(s->mppe);

    if (all == NULL || (cp != CP_IPCP && cp != CP_IPV6CP))
        return NULL;
    return &all[cp == CP_IPCP ? 0 : 1];
}

void ppp_early_keep(struct ppp *p, struct ppp_session *s, enum ppp_cp cp,
                    const uint8_t *packet, size_t n)
{
    struct ppp_early *e = place(s, cp);
    size_t len = n < 4 ? 0 : (size_t)packet[2] << 8 | packet[3];

    /* whatever else it says: the request before it does not hold any more */
    if (e != NULL)
        e->n = 0;
    if (e == NULL || len < 4 || len > n || len > sizeof e->octets ||
        packet[0] != CODE_CONF_REQ) {
        p->stats.packets_state++;
        return;
    }
    memcpy(e->octets, packet, len);
    e->n = (uint8_t)len;
    p->stats.early_kept++;
}

void ppp_early_answer(struct ppp *p, struct ppp_session *s, pptp_ns now,
                      const struct ppp_proto *proto)
{
    struct ppp_early *e = place(s, proto->cp);
    struct ppp_early now_due;

    if (e == NULL || e->n == 0)
        return;
    now_due = *e; /* its place is wiped when the session ends by it */
    e->n = 0;
    ppp_cp_input(p, s, now, proto, now_due.octets, now_due.n);
}
